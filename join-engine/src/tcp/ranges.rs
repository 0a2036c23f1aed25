//! Ranges of a stream that were captured.

/// Disjoint ranges in order; a bounded number, beyond which small holes are taken as filled.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ranges {
    ranges: Vec<(i64, i64)>,
}

const MAX: usize = 64;

impl Ranges {
    /// Adds `start..end`.
    pub(crate) fn add(&mut self, start: i64, end: i64) {
        if start >= end {
            return;
        }
        let first = self.ranges.partition_point(|range| range.1 < start);
        let last = self.ranges.partition_point(|range| range.0 <= end);
        let joined = self
            .ranges
            .get(first..last)
            .unwrap_or_default()
            .iter()
            .fold((start, end), |all, range| (all.0.min(range.0), all.1.max(range.1)));
        self.ranges.splice(first..last, [joined]);
        if self.ranges.len() > MAX {
            let second = self.ranges.remove(1);
            if let Some(head) = self.ranges.first_mut() {
                head.1 = second.1;
            }
        }
    }

    /// The first hole in `start..end`.
    pub(crate) fn hole(&self, start: i64, end: i64) -> Option<(i64, i64)> {
        let mut at = start;
        for (from, to) in &self.ranges {
            if *to <= at {
                continue;
            }
            if *from > at {
                return (at < end).then_some((at, (*from).min(end)));
            }
            at = *to;
        }
        (at < end).then_some((at, end))
    }

    /// Number of octets.
    pub(crate) fn octets(&self) -> i64 {
        self.ranges.iter().fold(0, |sum: i64, (from, to)| sum.saturating_add(to.saturating_sub(*from)))
    }

    /// Where the octets end that were captured without a hole from `start` on.
    pub(crate) fn end_of(&self, start: i64) -> i64 {
        self.ranges.iter().find(|(from, to)| *from <= start && *to >= start).map_or(start, |(_, to)| *to)
    }

    /// Some octets of `start..end` were captured.
    pub(crate) fn touches(&self, start: i64, end: i64) -> bool {
        self.ranges.iter().any(|(from, to)| *from < end && *to > start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes() {
        let mut ranges = Ranges::default();
        ranges.add(0, 10);
        ranges.add(20, 30);
        assert_eq!(ranges.hole(0, 40), Some((10, 20)));
        assert_eq!(ranges.hole(20, 40), Some((30, 40)));
        assert_eq!(ranges.hole(2, 9), None);
        ranges.add(8, 21);
        assert_eq!(ranges.hole(0, 30), None);
        assert!(ranges.touches(29, 50) && !ranges.touches(30, 50));
        for i in 0..1000 {
            ranges.add(100 + 4 * i, 102 + 4 * i);
        }
        assert!(ranges.ranges.len() <= MAX);
        // Old small holes are taken as filled, late ones are kept.
        assert_eq!(ranges.hole(100, 3000), None);
        assert_eq!(ranges.hole(4000, 5000), Some((4002, 4004)));
    }
}
