//! Keeps count of what was compared: how often a field was equal, how often a difference is explained, and
//! what nobody explains.

use crate::explained::{Case, EXPLAINED, Explained, Fault, Place};
use crate::pdml::Item;
use crate::table::Family;
use crate::told::Told;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// The pseudo field that says whether both sides tell a message at all.
pub const MESSAGE: &str = "(message)";
/// The pseudo field that says whether both sides' values lie on the same octets.
pub const PLACES: &str = "(places)";

/// How one field fared against one source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Both sides say the same.
    pub equal: usize,
    /// They differ, and the list says why.
    pub explained: usize,
    /// They differ, and nobody knows why.
    pub unexplained: usize,
}

impl Count {
    /// How often it was compared.
    #[must_use]
    pub const fn compared(self) -> usize {
        self.equal + self.explained + self.unexplained
    }

    fn add(&mut self, other: Self) {
        self.equal += other.equal;
        self.explained += other.explained;
        self.unexplained += other.unexplained;
    }
}

/// The key of a count: source, family, field.
pub type Key = (&'static str, &'static str, &'static str);

/// What nobody explains.
#[derive(Clone, Debug)]
pub struct Difference {
    /// Source, family and field.
    pub key: Key,
    /// Where it is, and what each side says.
    pub text: String,
}

/// The outcome of comparisons.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// For each field.
    pub counts: BTreeMap<Key, Count>,
    /// What is not explained.
    pub differences: Vec<Difference>,
    /// How often each line of the list explained something, and where it did first.
    pub used: BTreeMap<&'static str, (usize, String)>,
}

impl Ledger {
    /// Compares, in their order, the messages of one family in one packet.
    pub fn compare(
        &mut self,
        source: &'static str,
        capture: &str,
        family: &'static Family,
        packet: &Item,
        theirs: &[Told<'_>],
        ours: &[Told<'_>],
    ) {
        if theirs.is_empty() && ours.is_empty() {
            return;
        }
        let place = format!("{capture} frame {}", packet.frame());
        for (theirs, ours) in align(theirs, ours) {
            let case = Case { source, family: family.name, packet, theirs, ours };
            let key = (source, family.name, MESSAGE);
            match (theirs, ours) {
                (Some(theirs), Some(ours)) => {
                    self.counts.entry(key).or_default().equal += 1;
                    self.values(&place, family, &case, theirs, ours);
                }
                (Some(told), None) => {
                    self.differ(key, &case, &place, &format!("only they tell {}", brief(told)))
                }
                (None, Some(told)) => {
                    self.differ(key, &case, &place, &format!("only we tell {}", brief(told)))
                }
                (None, None) => {}
            }
        }
    }

    fn values(&mut self, place: &str, family: &Family, case: &Case<'_>, theirs: &Told<'_>, ours: &Told<'_>) {
        for row in family.rows {
            let key = (case.source, family.name, row.name);
            let (a, b) = (theirs.values.get(row.name), ours.values.get(row.name));
            match (a, b) {
                (None, None) => {}
                (Some(a), Some(b)) if a == b => self.counts.entry(key).or_default().equal += 1,
                _ => {
                    let says = |values: Option<&Vec<String>>| match values {
                        Some(values) => values.join(", "),
                        None => "nothing".to_owned(),
                    };
                    self.differ(key, case, place, &format!("they say {}, we say {}", says(a), says(b)));
                }
            }
        }
        self.places(place, family, case, theirs, ours);
    }

    /// Both sides count from the start of a frame or of what was put together: between two trees, all fields
    /// of a message are apart by the same number of octets.
    fn places(&mut self, place: &str, family: &Family, case: &Case<'_>, theirs: &Told<'_>, ours: &Told<'_>) {
        let mut apart: BTreeMap<i64, Vec<&str>> = BTreeMap::new();
        let mut compared = 0;
        for (name, at) in &ours.places {
            let Some(others) = theirs.places.get(name).filter(|others| others.len() == at.len()) else {
                continue;
            };
            for (a, b) in at.iter().zip(others) {
                let [a, b] = [*a, *b].map(|at| i64::try_from(at).unwrap_or(i64::MAX));
                apart.entry(b.saturating_sub(a)).or_default().push(name);
                compared += 1;
            }
        }
        if compared < 2 {
            return;
        }
        let key = (case.source, family.name, PLACES);
        if apart.len() == 1 {
            self.counts.entry(key).or_default().equal += 1;
        } else {
            self.differ(key, case, place, &format!("the octets lie apart: {apart:?}"));
        }
    }

    /// Compares what another reader tells of the same messages: only the fields that it tells.
    /// The packet is empty where a message was read from octets alone.
    pub fn compare_told(
        &mut self,
        source: &'static str,
        place: &str,
        family: &'static str,
        packet: &Item,
        theirs: &[Told<'_>],
        ours: &[Told<'_>],
    ) {
        for (theirs, ours) in align(theirs, ours) {
            let case = Case { source, family, packet, theirs, ours };
            let key = (source, family, MESSAGE);
            match (theirs, ours) {
                (Some(theirs), Some(ours)) => {
                    self.counts.entry(key).or_default().equal += 1;
                    for (name, a) in &theirs.values {
                        let key = (source, family, *name);
                        match ours.values.get(name) {
                            Some(b) if a == b => self.counts.entry(key).or_default().equal += 1,
                            b => self.differ(key, &case, place, &format!("they say {a:?}, we say {b:?}")),
                        }
                    }
                }
                (Some(told), None) => {
                    self.differ(key, &case, place, &format!("only they tell {}", brief(told)))
                }
                (None, Some(told)) => {
                    self.differ(key, &case, place, &format!("only we tell {}", brief(told)))
                }
                (None, None) => {}
            }
        }
    }

    /// Notes a difference: explained when the list has a reason.
    pub fn differ(&mut self, key: Key, case: &Case<'_>, place: &str, text: &str) {
        let count = self.counts.entry(key).or_default();
        match EXPLAINED.iter().find(|line| line.explains(key, case)) {
            Some(line) => {
                count.explained += 1;
                let (times, _) = self.used.entry(line.id).or_insert_with(|| (0, place.to_owned()));
                *times += 1;
            }
            None => {
                count.unexplained += 1;
                let (source, family, field) = key;
                let text = format!("{place}: {source}, {family}, {field}: {text}");
                self.differences.push(Difference { key, text });
            }
        }
    }

    /// Takes over the counts of another ledger.
    pub fn add(&mut self, other: Self) {
        for (key, count) in other.counts {
            self.counts.entry(key).or_default().add(count);
        }
        for (id, (times, place)) in other.used {
            let entry = self.used.entry(id).or_insert((0, place));
            entry.0 += times;
        }
        self.differences.extend(other.differences);
    }

    /// How a field fared.
    #[must_use]
    pub fn count(&self, source: &str, family: &str, field: &str) -> Count {
        let found = self.counts.iter().find(|((s, f, n), _)| *s == source && *f == family && *n == field);
        found.map(|(_, count)| *count).unwrap_or_default()
    }

    /// Lines of the list that explained nothing, of those that must explain something in these places.
    #[must_use]
    pub fn idle(&self, compared: &[Place], sources: &[&str]) -> Vec<&'static Explained> {
        EXPLAINED
            .iter()
            .filter(|line| compared.contains(&line.seen) && sources.contains(&line.source))
            .filter(|line| !self.used.contains_key(line.id))
            .collect()
    }

    /// Sums over all fields of a family, without the pseudo field of messages.
    #[must_use]
    pub fn families(&self) -> BTreeMap<(&'static str, &'static str), (Count, Count)> {
        let mut sums: BTreeMap<_, (Count, Count)> = BTreeMap::new();
        for ((source, family, field), count) in &self.counts {
            let (messages, fields) = sums.entry((*source, *family)).or_default();
            if *field == MESSAGE { messages.add(*count) } else { fields.add(*count) }
        }
        sums
    }
}

/// What a message says, cut to one line.
fn brief(told: &Told<'_>) -> String {
    let values: Vec<_> =
        told.values.iter().take(8).map(|(name, all)| format!("{name}={}", all.join(","))).collect();
    values.join(" ")
}

/// Pairs messages: one by one where there are as many of each, else each of ours with the next of theirs that
/// shares most values with it.
fn align<'t, 'a>(
    theirs: &'t [Told<'a>],
    ours: &'t [Told<'a>],
) -> Vec<(Option<&'t Told<'a>>, Option<&'t Told<'a>>)> {
    if theirs.len() == ours.len() {
        return theirs.iter().zip(ours).map(|(a, b)| (Some(a), Some(b))).collect();
    }
    let likeness = |a: &Told<'_>, b: &Told<'_>| {
        let alike = a.values.iter().filter(|(name, values)| b.values.get(*name) == Some(*values)).count();
        (alike, a.places == b.places)
    };
    let mut pairs = Vec::new();
    let mut taken = BTreeSet::new();
    for mine in ours {
        let free = (0..theirs.len()).filter(|index| !taken.contains(index));
        let best = free.rev().max_by_key(|index| likeness(&theirs[*index], mine));
        match best.filter(|index| likeness(&theirs[*index], mine).0 > 0 || theirs.len() > ours.len()) {
            Some(index) => {
                taken.insert(index);
                pairs.push((Some(&theirs[index]), Some(mine)));
            }
            None => pairs.push((None, Some(mine))),
        }
    }
    pairs.extend(
        theirs
            .iter()
            .enumerate()
            .filter(|(index, _)| !taken.contains(index))
            .map(|(_, told)| (Some(told), None)),
    );
    pairs
}

impl fmt::Display for Ledger {
    /// A table for each source: a line for each family, and below it one for each field.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for ((source, family), (messages, fields)) in self.families() {
            writeln!(
                f,
                "{source}, {family}: {} messages; {} values compared, {} equal, {} explained, {} unexplained",
                messages.equal,
                fields.compared(),
                fields.equal,
                fields.explained,
                fields.unexplained
            )?;
            for ((_, _, field), count) in
                self.counts.iter().filter(|((s, n, _), _)| *s == source && *n == family)
            {
                writeln!(
                    f,
                    "  {field:<48} equal {:>6}  explained {:>5}  unexplained {:>4}",
                    count.equal, count.explained, count.unexplained
                )?;
            }
        }
        for line in EXPLAINED {
            if let Some((times, place)) = self.used.get(line.id) {
                let fault = match line.fault {
                    Fault::Theirs => line.source,
                    Fault::Ours => "adjoin, by design",
                    Fault::Capture => "the capture",
                };
                writeln!(f, "{times} times {}: {} ({fault}; first in {place})", line.id, line.why)?;
            }
        }
        Ok(())
    }
}
