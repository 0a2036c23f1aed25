//! What differs between two captures of the same traffic.

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use super::{Flow, Piece, Seen, Way};
use crate::tcp::{Ranges, Sight};

/// Most differences that are told, and frames of each.
const MAX_TOLD: usize = 64;
const MAX_FRAMES: usize = 16;
/// Most pairs of times that the clocks are compared by.
const MAX_PAIRS: usize = 4096;
/// A packet so close to the end of a capture may have been on its way, in nanoseconds, where the length of
/// the way isn't known.
const EDGE: i64 = 1_000_000_000;
/// A capture that ends with its last packet may have gone on for so long, unless the other one shows that
/// it ended before.
const QUIET_END: i64 = 10_000_000_000;
/// Who waits so long for an answer isn't closing of its own accord.
const WAITS: i64 = 1_000_000_000;

/// What two captures tell that one can't.
#[derive(Clone, Debug, Serialize)]
pub struct Sides {
    /// What it comes to, in one sentence.
    pub conclusion: String,
    /// The clock of the server's capture less that of the client's, in seconds.
    pub clock_offset_seconds: Option<f64>,
    /// How long packets take between the two places, one way, in seconds.
    pub one_way_seconds: Option<f64>,
    /// Conversations that both sides have.
    pub matched: usize,
    /// What is on one side only; what the verdict is about comes first.
    pub differences: Vec<Difference>,
    /// Differences beyond those, and conversations that there was no room for.
    pub left_out: u64,
}

/// Something that one side has and the other hasn't.
#[derive(Clone, Debug, Serialize)]
pub struct Difference {
    /// What kind of difference.
    pub kind: Where,
    /// It is about the conversation that broke the join.
    pub about_root: bool,
    /// In one sentence.
    pub what: String,
    /// Frames of the client's capture that have it.
    pub client_frames: Vec<u32>,
    /// Frames of the server's capture that have it.
    pub server_frames: Vec<u32>,
}

/// Where something was lost, or came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Where {
    /// The client got what the server's side never sent: a device between made it.
    MadeBetween,
    /// The client sent it, the server's side never got it.
    LostToServer,
    /// The server sent it, the client's side never got it.
    LostToClient,
    /// The server got the request and sent nothing.
    NeverSent,
    /// The server got what the client's side never sent.
    OnlyAtServer,
}

/// How the clocks differ, and how far the sides are apart, in nanoseconds.
#[derive(Clone, Copy, Debug, Default)]
struct Clocks {
    offset: Option<i64>,
    one_way: Option<i64>,
}

struct Comparison<'s> {
    client: &'s Seen,
    server: &'s Seen,
    /// The server answered after the last packet of its own capture: that one ended too soon.
    ended_early: bool,
    /// Packets between the two that are of a time which the server's capture hasn't.
    after_end: usize,
    clocks: Clocks,
    about: HashSet<u32>,
    told: Vec<Difference>,
}

pub(super) fn compare(client: &Seen, server: &Seen, about: &[u32]) -> Sides {
    let pairs = pairs(client, server);
    let clocks = clocks(client, server, &pairs);
    let mut all = Comparison {
        client,
        server,
        ended_early: false,
        after_end: 0,
        clocks,
        about: about.iter().copied().collect(),
        told: Vec::new(),
    };
    all.look_at_the_end(&pairs);
    for (here, there) in &pairs {
        if let (Some(here), Some(there)) = (client.flows.get(*here), server.flows.get(*there)) {
            all.pair(here, there);
        }
    }
    all.unpaired(&pairs);
    let Comparison { mut told, after_end, .. } = all;
    // Without one conversation in common nothing is known of the clocks.
    if pairs.is_empty() {
        told.clear();
    }
    told.sort_by_key(|difference| {
        let first = difference.client_frames.first().or(difference.server_frames.first()).copied();
        (!difference.about_root, difference.kind, first)
    });
    let mut conclusion = conclusion(&told, pairs.len(), !about.is_empty(), after_end);
    if after_end > 0 && !pairs.is_empty() {
        conclusion.push_str(&format!(
            "{} The server's capture ends before the client's: {after_end} packets can't be compared.",
            if conclusion.ends_with('.') { "" } else { "." }
        ));
    }
    let beyond = told.len().saturating_sub(MAX_TOLD) as u64;
    told.truncate(MAX_TOLD);
    Sides {
        conclusion,
        clock_offset_seconds: clocks.offset.map(seconds),
        one_way_seconds: clocks.one_way.map(seconds),
        matched: pairs.len(),
        differences: told,
        left_out: beyond.saturating_add(client.left_out).saturating_add(server.left_out),
    }
}

fn conclusion(told: &[Difference], matched: usize, failed: bool, after_end: usize) -> String {
    if matched == 0 {
        return "The two captures have no conversation in common: they are of other traffic, of another time, \
                or nothing of the client reached the server's side."
            .to_owned();
    }
    match told.first() {
        Some(first) if first.about_root => first.what.clone(),
        Some(_) if failed && after_end == 0 => {
            "What broke the join is the same on both sides: nothing of it was lost between them.".to_owned()
        }
        Some(_) if failed => "What broke the join is not in both captures.".to_owned(),
        Some(_) => "What differs between the two did not stop a join.".to_owned(),
        None if after_end > 0 => {
            "As far as both captures go, nothing was lost for good between them.".to_owned()
        }
        None => "Both captures have the same: nothing was lost for good between them.".to_owned(),
    }
}

/// Conversations of both sides that are the same one, by their indices.
fn pairs(client: &Seen, server: &Seen) -> Vec<(usize, usize)> {
    let mut by_ends: HashMap<_, Vec<usize>> = HashMap::new();
    let mut by_number: HashMap<_, Vec<usize>> = HashMap::new();
    for (index, flow) in server.flows.iter().enumerate() {
        by_ends.entry((flow.tcp, flow.client, flow.server)).or_default().push(index);
        if let Some(base) = flow.to_server.base {
            by_number.entry((flow.server.port, base)).or_default().push(index);
        }
    }
    let mut taken = HashSet::new();
    let mut pairs = Vec::new();
    for (index, flow) in client.flows.iter().enumerate() {
        let same_ends = by_ends.get(&(flow.tcp, flow.client, flow.server)).map_or(&[][..], Vec::as_slice);
        let fits = |other: &&usize| {
            let base = server.flows.get(**other).and_then(|flow| flow.to_server.base);
            !taken.contains(*other)
                && (base.is_none() || flow.to_server.base.is_none() || base == flow.to_server.base)
        };
        let translated = || {
            let base = flow.to_server.base.filter(|_| flow.tcp)?;
            match by_number.get(&(flow.server.port, base)).map(Vec::as_slice) {
                Some([only]) if !taken.contains(only) => Some(only),
                _ => None,
            }
        };
        if let Some(other) = same_ends.iter().find(fits).or_else(translated).copied() {
            taken.insert(other);
            pairs.push((index, other));
        }
    }
    pairs
}

/// The clocks, by what both sides saw first.
fn clocks(client: &Seen, server: &Seen, pairs: &[(usize, usize)]) -> Clocks {
    let (mut up, mut down) = (Vec::new(), Vec::new());
    for (here, there) in pairs {
        let (Some(here), Some(there)) = (client.flows.get(*here), server.flows.get(*there)) else { continue };
        for (own, other, times) in
            [(&here.to_server, &there.to_server, &mut up), (&here.to_client, &there.to_client, &mut down)]
        {
            if let ([one], [two]) = (&own.syns[..], &other.syns[..]) {
                times.push(two.time.saturating_sub(one.time));
            }
            let shift = shift(own, other);
            let firsts: HashMap<i64, Sight> =
                other.pieces.iter().rev().map(|piece| (piece.from.saturating_sub(shift), piece.at)).collect();
            for piece in &own.pieces {
                if let Some(seen) = firsts.get(&piece.from).filter(|_| times.len() < MAX_PAIRS) {
                    times.push(seen.time.saturating_sub(piece.at.time));
                }
            }
        }
    }
    match (median(&mut up), median(&mut down)) {
        (Some(up), Some(down)) => Clocks {
            offset: Some(up.saturating_add(down) / 2),
            one_way: Some((up.saturating_sub(down) / 2).max(0)),
        },
        (one, other) => Clocks { offset: one.or(other), one_way: None },
    }
}

fn median(times: &mut [i64]) -> Option<i64> {
    times.sort_unstable();
    times.get(times.len() / 2).copied()
}

/// What has position 0 in `own` has this position in `other`.
fn shift(own: &Way, other: &Way) -> i64 {
    match (own.base, other.base) {
        (Some(own), Some(other)) => i64::from(i32::from_le_bytes(own.wrapping_sub(other).to_le_bytes())),
        _ => 0,
    }
}

#[allow(clippy::cast_precision_loss, reason = "seconds for people")]
fn seconds(nanoseconds: i64) -> f64 {
    (nanoseconds / 1000) as f64 / 1e6
}

impl Comparison<'_> {
    /// The other side captured what happened then: `slack` after its last packet at the latest.
    fn covers(&self, side: &Seen, at: i64, slack: i64) -> bool {
        let begins = |first: Sight| at >= first.time;
        let ends = |last: Sight| at <= last.time.saturating_add(slack);
        side.first.is_some_and(begins) && side.last.is_some_and(ends)
    }

    /// Looks at what the client's capture has from the time after the server's.
    fn look_at_the_end(&mut self, pairs: &[(usize, usize)]) {
        let Some(last) = self.server.last else { return };
        let offset = self.clocks.offset.unwrap_or(0);
        let after = |at: Sight| at.time.saturating_add(offset) > last.time.saturating_sub(self.edge());
        let servers: HashSet<_> = self.server.flows.iter().map(|flow| flow.server.address).collect();
        let paired: HashSet<usize> = pairs.iter().map(|pair| pair.0).collect();
        let (mut count, mut answered, mut ports) = (0_usize, false, HashSet::new());
        for (index, flow) in self.client.flows.iter().enumerate() {
            if !servers.contains(&flow.server.address) {
                continue;
            }
            let sent = sights(&flow.to_server).into_iter().filter(|at| after(*at)).count();
            let got = sights(&flow.to_client).into_iter().filter(|at| after(*at)).count();
            count = count.saturating_add(sent).saturating_add(got);
            if got > 0 {
                ports.insert(flow.server.port);
            }
            // What both know was said by the server itself; so are, mostly, answers on several ports.
            answered |= paired.contains(&index) && flow.to_client.pieces.iter().any(|piece| after(piece.at));
        }
        (self.after_end, self.ended_early) = (count, answered || ports.len() > 1);
    }

    /// How long after its last packet the server's capture may have gone on.
    fn quiet_end(&self) -> i64 {
        if self.ended_early { self.edge() } else { QUIET_END }
    }

    /// What is still on its way when a capture ends was not lost.
    fn edge(&self) -> i64 {
        let way = self.clocks.one_way.map_or(EDGE, |way| way.saturating_mul(4).saturating_add(10_000_000));
        way.min(EDGE).saturating_neg()
    }

    fn at_server(&self, at: Sight, slack: i64) -> bool {
        self.covers(self.server, at.time.saturating_add(self.clocks.offset.unwrap_or(0)), slack)
    }

    fn at_client(&self, at: Sight, slack: i64) -> bool {
        self.covers(self.client, at.time.saturating_sub(self.clocks.offset.unwrap_or(0)), slack)
    }

    fn tell(&mut self, kind: Where, about_root: bool, what: String, client: Vec<u32>, server: Vec<u32>) {
        let cut = |mut frames: Vec<u32>| {
            frames.truncate(MAX_FRAMES);
            frames
        };
        self.told.push(Difference {
            kind,
            about_root,
            what,
            client_frames: cut(client),
            server_frames: cut(server),
        });
    }

    /// A conversation that both sides have.
    fn pair(&mut self, here: &Flow, there: &Flow) {
        let root = self.is_about(here);
        let name = name(here);
        let before = self.told.len();
        // SYN-ACKs and resets that only one side has.
        if there.to_client.syns.iter().any(|at| self.at_client(*at, self.edge()))
            && here.to_client.syns.is_empty()
            && here.tcp
        {
            let what = format!(
                "The server accepts {name}, and the client never learns of it: the SYN-ACK is lost between the two"
            );
            self.tell(Where::LostToClient, root, what, Vec::new(), frames(&there.to_client.syns));
        }
        let (own, other) = (&here.to_client.resets, &there.to_client.resets);
        if own.iter().any(|at| self.at_server(*at, self.quiet_end())) && other.is_empty() {
            let what = format!(
                "{name} is reset at the client, and the server sent no reset: a device between did it in the server's name"
            );
            self.tell(Where::MadeBetween, root, what, frames(own), Vec::new());
        }
        if here.to_server.cut || here.to_client.cut || there.to_server.cut || there.to_client.cut {
            return;
        }
        let lost = self.missing(here, (&here.to_server, true), &there.to_server, false);
        if !lost.is_empty() {
            let what = format!(
                "{} that the client sends on {name} never {}: lost between the two",
                amount(&lost, here.tcp),
                arrive(&lost, here.tcp)
            );
            self.tell(Where::LostToServer, root, what, pieces(&lost), Vec::new());
        }
        let lost = self.missing(here, (&there.to_client, false), &here.to_client, false);
        if !lost.is_empty() {
            let what = format!(
                "{} that the server sends on {name} never {}: lost between the two",
                amount(&lost, here.tcp),
                arrive(&lost, here.tcp)
            );
            self.tell(Where::LostToClient, root, what, Vec::new(), pieces(&lost));
        }
        for (sent, got, kind) in [
            (&here.to_server, &there.to_server, Where::LostToServer),
            (&there.to_client, &here.to_client, Where::LostToClient),
        ] {
            let again = if here.tcp { lost_once(sent, got) } else { Vec::new() };
            if again.is_empty() {
                continue;
            }
            let count =
                if again.len() == 1 { "A segment".to_owned() } else { format!("{} segments", again.len()) };
            let what = format!("{count} on {name} got lost between the two, and arrived when sent again");
            match kind {
                Where::LostToServer => self.tell(kind, false, what, again, Vec::new()),
                _ => self.tell(kind, false, what, Vec::new(), again),
            }
        }
        let made = self.missing(here, (&here.to_client, true), &there.to_client, true);
        // A datagram may have been missed by the one who captured.
        if !made.is_empty() && here.tcp {
            let what = format!(
                "{} that the client gets on {name} were never sent by the server: a device between made them",
                amount(&made, here.tcp)
            );
            self.tell(Where::MadeBetween, root, what, pieces(&made), Vec::new());
        }
        let made = self.missing(here, (&there.to_server, false), &here.to_server, true);
        if !made.is_empty() && here.tcp {
            let what = format!(
                "{} that the server gets on {name} were never sent by the client",
                amount(&made, here.tcp)
            );
            self.tell(Where::OnlyAtServer, root, what, Vec::new(), pieces(&made));
        }
        // All the same on both sides, and the last word is the client's.
        let last = |way: &Way| way.pieces.iter().map(|piece| piece.at.time).max();
        let asked = there.to_server.pieces.last().filter(|asked| {
            let ends = there.to_server.fin.or(self.server.last).map_or(0, |end| end.time);
            last(&there.to_server) > last(&there.to_client) && ends.saturating_sub(asked.at.time) >= WAITS
        });
        if let Some(asked) = asked.filter(|_| root && self.told.len() == before) {
            let what = format!(
                "The server got the request on {name} and sent no answer: nothing was lost between the two"
            );
            let sent = here.to_server.pieces.last().map(|piece| piece.at.frame);
            self.tell(Where::NeverSent, root, what, sent.into_iter().collect(), vec![asked.at.frame]);
        }
    }

    /// Pieces of `sent` that aren't in `got`, of a time that the other side captured.
    /// `is_sender` tells that `got` is what the side of the sender captured.
    fn missing<'w>(
        &self,
        flow: &Flow,
        (sent, at_client): (&'w Way, bool),
        got: &Way,
        is_sender: bool,
    ) -> Vec<&'w Piece> {
        let covered = |piece: &Piece| {
            if at_client {
                self.at_server(piece.at, self.edge())
            } else {
                self.at_client(piece.at, self.edge())
            }
        };
        if !flow.tcp {
            let known: HashSet<i64> = got.pieces.iter().map(|piece| piece.from).collect();
            return sent
                .pieces
                .iter()
                .filter(|piece| !known.contains(&piece.from) && covered(piece))
                .collect();
        }
        let shift = shift(sent, got);
        let mut arrived = Ranges::default();
        for piece in &got.pieces {
            arrived.add(piece.from.saturating_sub(shift), piece.to.saturating_sub(shift));
        }
        // A keep-alive repeats an octet of what came before.
        let whole = |piece: &&Piece| piece.to.saturating_sub(piece.from) > 1;
        // What the other end acknowledged there, or what its sender went on from, was only not captured there.
        let reached = got.pieces.iter().map(|piece| piece.to).max().unwrap_or(0).max(got.acked);
        let missed = if is_sender { reached } else { got.acked }.saturating_sub(shift);
        sent.pieces
            .iter()
            .filter(whole)
            .filter(|piece| piece.to > missed)
            .filter(|piece| arrived.hole(piece.from, piece.to).is_some() && covered(piece))
            .collect()
    }

    fn is_about(&self, flow: &Flow) -> bool {
        let of = |way: &Way| {
            let pieces = way.pieces.iter().map(|piece| piece.at.frame);
            pieces
                .chain(frames(&way.syns))
                .chain(frames(&way.resets))
                .any(|frame| self.about.contains(&frame))
        };
        of(&flow.to_server) || of(&flow.to_client)
    }

    /// Conversations that the other side hasn't.
    fn unpaired(&mut self, pairs: &[(usize, usize)]) {
        let here: HashSet<usize> = pairs.iter().map(|pair| pair.0).collect();
        let there: HashSet<usize> = pairs.iter().map(|pair| pair.1).collect();
        // Only hosts that the other side sees at all.
        let servers: HashSet<_> = self.server.flows.iter().map(|flow| flow.server.address).collect();
        let clients: HashSet<_> = self.client.flows.iter().map(|flow| flow.client.address).collect();
        let (client, server) = (self.client, self.server);
        for (_, flow) in client.flows.iter().enumerate().filter(|(index, _)| !here.contains(index)) {
            let seen = sights(&flow.to_server);
            let silent = flow.to_client.is_silent();
            // An answer proves that somebody was there; silence at the end of a capture proves little.
            let slack = if silent { self.edge() } else { self.quiet_end() };
            if flow.to_server.is_silent()
                || !servers.contains(&flow.server.address)
                || !seen.iter().any(|at| self.at_server(*at, slack))
            {
                continue;
            }
            let (root, name) = (self.is_about(flow), name(flow));
            if silent {
                let what = format!("Nothing of {name} arrives at the server's side: lost between the two");
                self.tell(Where::LostToServer, root, what, frames(&seen), Vec::new());
            } else {
                let what = format!(
                    "{name} is answered at the client, and the server's side has nothing of it: a device between answers"
                );
                self.tell(Where::MadeBetween, root, what, frames(&sights(&flow.to_client)), Vec::new());
            }
        }
        for (_, flow) in server.flows.iter().enumerate().filter(|(index, _)| !there.contains(index)) {
            let seen = sights(&flow.to_server);
            if clients.contains(&flow.client.address)
                && seen.iter().any(|at| self.at_client(*at, self.edge()))
            {
                let what = format!("{} is only on the server's side", name(flow));
                self.tell(Where::OnlyAtServer, false, what, Vec::new(), frames(&seen));
            }
        }
    }
}

fn name(flow: &Flow) -> String {
    let kind = if flow.tcp { "TCP" } else { "UDP" };
    format!("{kind} {} to {}", flow.client, flow.server)
}

fn frames(sights: &[Sight]) -> Vec<u32> {
    sights.iter().map(|at| at.frame).collect()
}

fn pieces(all: &[&Piece]) -> Vec<u32> {
    all.iter().map(|piece| piece.at.frame).collect()
}

/// All frames of a direction that are remembered.
fn sights(way: &Way) -> Vec<Sight> {
    way.syns
        .iter()
        .copied()
        .chain(way.pieces.iter().map(|piece| piece.at))
        .chain(way.resets.iter().copied())
        .collect()
}

/// Segments that were sent more often than they arrived, and did arrive: frames of the sender's side.
fn lost_once(sent: &Way, got: &Way) -> Vec<u32> {
    let shift = shift(sent, got);
    let mut arrived: HashMap<(i64, i64), usize> = HashMap::new();
    for piece in &got.pieces {
        let at = (piece.from.saturating_sub(shift), piece.to.saturating_sub(shift));
        let times = arrived.entry(at).or_default();
        *times = times.saturating_add(1);
    }
    let mut lost = Vec::new();
    let mut later: HashMap<(i64, i64), usize> = HashMap::new();
    // The last ones are those that arrived.
    for piece in sent.pieces.iter().rev() {
        let at = (piece.from, piece.to);
        let Some(times) = arrived.get(&at) else { continue };
        let seen = later.entry(at).or_default();
        *seen = seen.saturating_add(1);
        if *seen > *times {
            lost.push(piece.at.frame);
        }
    }
    if let (Some(_), true) = (got.syns.first(), sent.syns.len() > got.syns.len()) {
        let more = sent.syns.len().saturating_sub(got.syns.len());
        lost.extend(sent.syns.iter().take(more).map(|at| at.frame));
    }
    lost.sort_unstable();
    lost
}

/// How much a list of pieces is, each octet counted once.
fn amount(all: &[&Piece], tcp: bool) -> String {
    if !tcp {
        return if all.len() == 1 { "A datagram".to_owned() } else { format!("{} datagrams", all.len()) };
    }
    let mut ranges = Ranges::default();
    for piece in all {
        ranges.add(piece.from, piece.to);
    }
    format!("{} bytes", ranges.octets())
}

fn arrive(all: &[&Piece], tcp: bool) -> &'static str {
    if all.len() == 1 && !tcp { "arrives" } else { "arrive" }
}
