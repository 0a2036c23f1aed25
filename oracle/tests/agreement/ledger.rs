//! Compares messages and keeps count: agreement for each field, explained silences, disagreements.

use crate::message::{Kind, Message, Silence};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// How one field fared.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    agree: usize,
    explained: usize,
    disagree: usize,
}

/// The outcome of all comparisons with one source of truth.
#[derive(Debug)]
pub(crate) struct Ledger {
    /// Fields of ours that this source has no counterpart for.
    untold: &'static [&'static str],
    fields: BTreeMap<(Kind, &'static str), Count>,
    messages: BTreeMap<Kind, usize>,
    explained: BTreeMap<(Kind, Silence), Vec<String>>,
    disagreements: Vec<Disagreement>,
}

/// What nobody explains.
#[derive(Debug)]
pub(crate) struct Disagreement {
    pub(crate) kind: Kind,
    /// The field; `message` when one side has no such message.
    pub(crate) field: &'static str,
    pub(crate) text: String,
}

/// What else is known of a frame: why one side may tell nothing of it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Context {
    /// Why Wireshark may be silent where the plugin isn't.
    pub(crate) theirs: Option<Silence>,
    /// Why the plugin may be silent where Wireshark isn't.
    pub(crate) ours: Option<Silence>,
}

impl Ledger {
    /// For comparisons with Wireshark's own dissectors.
    ///
    /// Mailslot messages are not compared with them: Wireshark 4.0 swaps the names of opcodes 23 and 25,
    /// doesn't know 24, and shows the flags above 0x1000, the address and the GUID raw. The bytes decide.
    pub(crate) fn for_wireshark() -> Self {
        // NextClosestSiteName is not known to its dissector, and it doesn't repeat the class of an answer.
        Self::without(&["next_closest_site", "information_class"])
    }

    /// For comparisons with the tables of what the bytes say. They tell ports and addresses of a tower and
    /// neither its protocol sequence nor names of endpoints, of an LDAP ping no address or next
    /// site, of a ping in a mailslot no tokens.
    pub(crate) fn for_bytes() -> Self {
        Self::without(&[
            "lm_nt_token",
            "lm20_token",
            "tower.protocol",
            "tower.endpoint",
            "tower.host",
            "next_closest_site",
            "dc_address",
            "user",
            "request.user",
        ])
    }

    fn without(untold: &'static [&'static str]) -> Self {
        Self {
            untold,
            fields: BTreeMap::new(),
            messages: BTreeMap::new(),
            explained: BTreeMap::new(),
            disagreements: Vec::new(),
        }
    }

    /// Compares, frame by frame and in order, what `theirs` and the plugin tell of one kind of message.
    pub(crate) fn compare(
        &mut self,
        capture: &str,
        kind: Kind,
        theirs: &[Message],
        ours: &[Message],
        context: &BTreeMap<u32, Context>,
    ) {
        let of_kind = |message: &&Message| message.kind == kind;
        let frames: BTreeSet<u32> =
            theirs.iter().chain(ours).filter(of_kind).map(|message| message.frame).collect();
        for frame in frames {
            let in_frame = |message: &&Message| message.kind == kind && message.frame == frame;
            let ours: Vec<_> = ours.iter().filter(in_frame).collect();
            let mut theirs: Vec<_> = theirs.iter().filter(in_frame).collect();
            let place = format!("{capture} frame {frame}");
            if ours.len() < theirs.len()
                && theirs.iter().any(|message| message.silent == Some(Silence::CarrierNotFollowed))
            {
                theirs.retain(|message| message.silent != Some(Silence::CarrierNotFollowed));
                self.explain(kind, Silence::CarrierNotFollowed, &place);
            }
            let context = context.get(&frame).copied().unwrap_or_default();
            for index in 0..ours.len().max(theirs.len()) {
                let text = match (theirs.get(index), ours.get(index)) {
                    (Some(theirs), Some(ours)) => {
                        self.message(&place, theirs, ours);
                        continue;
                    }
                    (Some(theirs), None) => match context.ours {
                        Some(silence) => {
                            self.explain(kind, silence, &place);
                            continue;
                        }
                        None => format!(
                            "{place} {}: the plugin shows nothing; expected {:?}",
                            kind.name(),
                            theirs.values
                        ),
                    },
                    (None, Some(ours)) => match context.theirs {
                        Some(silence) => {
                            self.explain(kind, silence, &place);
                            continue;
                        }
                        None => format!("{place} {}: only the plugin shows {:?}", kind.name(), ours.values),
                    },
                    (None, None) => continue,
                };
                self.disagreements.push(Disagreement { kind, field: "message", text });
            }
        }
    }

    fn message(&mut self, place: &str, theirs: &Message, ours: &Message) {
        *self.messages.entry(ours.kind).or_default() += 1;
        if let Some(silence) = theirs.silent {
            self.explain(ours.kind, silence, place);
        }
        let keys: BTreeSet<_> = theirs.values.keys().chain(ours.values.keys()).copied().collect();
        for key in keys {
            let (tower, name) = key;
            let count = self.fields.entry((ours.kind, name)).or_default();
            match (theirs.values.get(&key), ours.values.get(&key)) {
                (Some(a), Some(b)) if a == b => count.agree += 1,
                (None, Some(_)) if theirs.silent.is_some() || self.untold.contains(&name) => {
                    count.explained += 1
                }
                (a, b) => {
                    count.disagree += 1;
                    let text = format!(
                        "{place} {} {name} [{tower}]: expected {a:?}, the plugin says {b:?}",
                        ours.kind.name()
                    );
                    self.disagreements.push(Disagreement { kind: ours.kind, field: name, text });
                }
            }
        }
    }

    fn explain(&mut self, kind: Kind, silence: Silence, place: &str) {
        self.explained.entry((kind, silence)).or_default().push(place.to_owned());
    }

    /// Takes over the counts of another ledger.
    pub(crate) fn add(&mut self, other: Self) {
        for (key, count) in other.fields {
            let sum = self.fields.entry(key).or_default();
            sum.agree += count.agree;
            sum.explained += count.explained;
            sum.disagree += count.disagree;
        }
        for (kind, times) in other.messages {
            *self.messages.entry(kind).or_default() += times;
        }
        for (key, places) in other.explained {
            self.explained.entry(key).or_default().extend(places);
        }
        self.disagreements.extend(other.disagreements);
    }

    /// The number of messages of this kind that both sides tell.
    pub(crate) fn messages(&self, kind: Kind) -> usize {
        self.messages.get(&kind).copied().unwrap_or(0)
    }

    /// The number of times that a field was compared and equal.
    pub(crate) fn agreements(&self, kind: Kind, name: &str) -> usize {
        self.fields.iter().filter(|((k, n), _)| *k == kind && *n == name).map(|(_, count)| count.agree).sum()
    }

    /// What nobody explains.
    pub(crate) fn disagreements(&self) -> &[Disagreement] {
        &self.disagreements
    }
}

impl fmt::Display for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for kind in Kind::ALL {
            let messages = self.messages(kind);
            if messages == 0 {
                continue;
            }
            writeln!(f, "{}: {messages} messages", kind.name())?;
            for ((_, name), count) in self.fields.iter().filter(|((k, _), _)| *k == kind) {
                writeln!(
                    f,
                    "  {name:<28} agree {:>6}  explained {:>4}  disagree {:>4}",
                    count.agree, count.explained, count.disagree
                )?;
            }
            for ((_, silence), places) in self.explained.iter().filter(|((k, _), _)| *k == kind) {
                writeln!(f, "  {} times: {}; for example {}", places.len(), silence.reason(), places[0])?;
            }
        }
        Ok(())
    }
}
