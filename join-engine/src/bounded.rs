//! A map that forgets its oldest entry when it is full.

use std::collections::VecDeque;
use std::hash::Hash;

use foldhash::HashMap;

/// A map of at most a fixed number of entries.
#[derive(Debug)]
pub(crate) struct Bounded<K, V, const MAX: usize> {
    map: HashMap<K, (u64, V)>,
    /// Keys in the order of insertion; stale where the generation is not the map's.
    order: VecDeque<(u64, K)>,
    generation: u64,
}

impl<K, V, const MAX: usize> Default for Bounded<K, V, MAX> {
    fn default() -> Self {
        Self { map: HashMap::default(), order: VecDeque::new(), generation: 0 }
    }
}

impl<K: Clone + Eq + Hash, V, const MAX: usize> Bounded<K, V, MAX> {
    /// Sets the entry of `key`.
    pub(crate) fn insert(&mut self, key: K, value: V) {
        self.generation = self.generation.wrapping_add(1);
        self.map.insert(key.clone(), (self.generation, value));
        self.order.push_back((self.generation, key));
        if self.order.len() > MAX.saturating_mul(2) {
            let map = &self.map;
            self.order
                .retain(|(generation, key)| map.get(key).is_some_and(|(current, _)| current == generation));
        }
        while self.map.len() > MAX {
            let Some((generation, key)) = self.order.pop_front() else { break };
            if self.map.get(&key).is_some_and(|(current, _)| *current == generation) {
                self.map.remove(&key);
            }
        }
    }

    /// The entry of `key`.
    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        self.map.get(key).map(|(_, value)| value)
    }

    /// The entry of `key`, to be changed.
    pub(crate) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.map.get_mut(key).map(|(_, value)| value)
    }

    /// All keys, in no order.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &K> {
        self.map.keys()
    }

    /// All entries, in no order.
    pub(crate) fn values(&self) -> impl Iterator<Item = &V> {
        self.map.values().map(|(_, value)| value)
    }

    /// All entries, to be changed.
    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.map.values_mut().map(|(_, value)| value)
    }

    /// Takes the entry of `key` out.
    pub(crate) fn remove(&mut self, key: &K) -> Option<V> {
        self.map.remove(key).map(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_go_first_and_it_never_grows() {
        let mut map = Bounded::<u32, u32, 3>::default();
        for i in 0..10 {
            map.insert(i, i);
        }
        assert_eq!((map.get(&6), map.get(&7), map.get(&9)), (None, Some(&7), Some(&9)));
        for _ in 0..1000 {
            map.insert(9, 1);
            map.remove(&9);
        }
        assert!(map.order.len() <= 6 && map.map.len() <= 3);
        map.insert(7, 70);
        for _ in 0..1000 {
            map.insert(9, 1);
            map.remove(&9);
        }
        assert_eq!(map.get(&7), Some(&70), "churn of others evicts nobody");
        map.insert(8, 80);
        map.insert(11, 11);
        assert_eq!(map.get(&8), Some(&80));
    }
}
