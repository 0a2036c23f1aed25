//! From contacts to steps.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;

use adjoin_capture::Direction;

use super::{Ladder, Mark, Party, Step, StepKind, label, times};
use crate::judge::{Case, SECOND, phase_of, phase_of_fact};
use crate::report::JoinReport;
use crate::speak::Names;
use crate::story::Contact;
use crate::tcp::{Half, Sight, Stall};

/// Most steps of a ladder.
const MAX_STEPS: usize = 200;
/// Most steps that are looked at for it.
const MAX_CANDIDATES: usize = 20_000;
/// Most servers.
const MAX_SERVERS: usize = 16;

/// The ladder of a join that was judged.
pub(crate) fn ladder(case: &Case<'_>, report: &JoinReport, names: &Names) -> Ladder {
    let mut build = Build::new(report, names, case.client.address);
    let mut contacts: Vec<&Contact> = case.contacts.to_vec();
    contacts.sort_by_key(|contact| contact.first.frame);
    for contact in &contacts {
        build.contact(case, contact);
    }
    for contact in &contacts {
        build.headers(contact);
    }
    build.done(times::times(&contacts))
}

/// What a finding says of a frame.
struct Evidence<'r> {
    mark: Mark,
    shows: &'r str,
    /// A step has this frame.
    shown: bool,
}

struct Build<'r> {
    names: &'r Names,
    evidence: BTreeMap<u32, Evidence<'r>>,
    hosts: Vec<Party>,
    by_address: HashMap<IpAddr, usize>,
    steps: Vec<Step>,
    left_out: usize,
}

impl<'r> Build<'r> {
    fn new(report: &'r JoinReport, names: &'r Names, client: IpAddr) -> Self {
        let mut evidence = BTreeMap::new();
        // The root comes first, and the first to name a frame has it.
        for finding in &report.findings {
            let mark = Mark { id: finding.id, role: finding.role };
            for seen in &finding.evidence {
                evidence.entry(seen.frame).or_insert(Evidence { mark, shows: &seen.shows, shown: false });
            }
        }
        let party = Party { address: report.client.address.clone(), name: report.client.name.clone() };
        Self {
            names,
            evidence,
            hosts: vec![party],
            by_address: HashMap::from([(client, 0)]),
            steps: Vec::new(),
            left_out: 0,
        }
    }

    /// The index of a server; nothing when there are too many.
    fn server(&mut self, address: IpAddr) -> Option<usize> {
        if let Some(index) = self.by_address.get(&address) {
            return Some(*index);
        }
        if self.hosts.len() > MAX_SERVERS {
            return None;
        }
        let text = address.to_string();
        let name = self.names.host(address);
        let index = self.hosts.len();
        self.hosts.push(Party { name: (name != text).then_some(name), address: text });
        self.by_address.insert(address, index);
        Some(index)
    }

    /// Adds a step between the client and a server.
    fn step(&mut self, contact: &Contact, at: Sight, from_server: bool, kind: StepKind, label: String) {
        self.phased(contact, phase_of(contact).id(), at, from_server, kind, label);
    }

    fn phased(
        &mut self,
        contact: &Contact,
        phase: &'static str,
        at: Sight,
        from_server: bool,
        kind: StepKind,
        label: String,
    ) {
        let mark = match self.evidence.get_mut(&at.frame) {
            Some(evidence) => {
                // What did not come has no frame of its own: this one still needs its step.
                evidence.shown |= !kind.is_absent();
                Some(evidence.mark)
            }
            None => None,
        };
        let server = self.server(contact.server.address);
        let (Some(server), true) = (server, self.steps.len() < MAX_CANDIDATES) else {
            self.left_out = self.left_out.saturating_add(1);
            return;
        };
        let (from, to) = if from_server { (server, 0) } else { (0, server) };
        let step = Step {
            frame: at.frame,
            last_frame: at.frame,
            time: at.time,
            last_time: at.time,
            from,
            to,
            port: contact.server.port,
            phase,
            label,
            kind,
            times: 1,
            mark,
            left_out_before: 0,
        };
        // SYNs and segments that are sent again belong together, whatever comes between them.
        let same = kind == StepKind::Again && self.steps.last().is_some_and(|last| is_same(last, &step));
        match self.steps.last_mut().filter(|_| same) {
            Some(last) => fold(last, &step),
            None => self.steps.push(step),
        }
    }

    fn contact(&mut self, case: &Case<'_>, contact: &Contact) {
        self.handshake(contact);
        for told in &contact.facts {
            if let Some(said) = label::of(&told.fact) {
                let phase = phase_of_fact(contact, &told.fact).id();
                self.phased(contact, phase, told.at, said.from_server, said.kind, said.label);
            }
        }
        for (half, from_server) in [(&contact.tcp.to_server, false), (&contact.tcp.to_client, true)] {
            self.resent(contact, half, from_server);
        }
        if let Some(icmp) = contact.icmp {
            let label = format!("ICMP error from {}", icmp.from);
            self.step(contact, icmp.at, true, StepKind::Refusal, label);
        }
        self.absent(case, contact);
        let reset = contact.tcp.reset;
        if let Some(reset) =
            reset.filter(|reset| !reset.after_fin || self.evidence.contains_key(&reset.at.frame))
        {
            let label = if contact.tcp.established() { "RST" } else { "RST: refused" };
            let from_server = reset.from == Direction::ToClient;
            self.step(contact, reset.at, from_server, StepKind::Reset, label.to_owned());
        }
    }

    /// SYNs where they are more than the usual beginning.
    fn handshake(&mut self, contact: &Contact) {
        let syns = &contact.tcp.syns;
        let plain = contact.tcp.established() && syns.len() < 2;
        if plain && !syns.iter().any(|syn| self.evidence.contains_key(&syn.frame)) {
            return;
        }
        let label = format!("SYN to TCP port {}", contact.server.port);
        for (number, syn) in syns.iter().enumerate() {
            let kind = if number == 0 { StepKind::Message } else { StepKind::Again };
            self.step(
                contact,
                *syn,
                false,
                kind,
                if number == 0 { label.clone() } else { "SYN again".to_owned() },
            );
        }
        if let Some(at) = contact.tcp.syn_ack {
            self.step(contact, at, true, StepKind::Message, "SYN, ACK".to_owned());
        }
    }

    fn resent(&mut self, contact: &Contact, half: &Half, from_server: bool) {
        for resent in &half.resent {
            // How much matters where a finding rests on it; otherwise they become one step.
            let label = match self.evidence.contains_key(&resent.at.frame) {
                true => format!("{} bytes again", resent.len),
                false => "data again".to_owned(),
            };
            self.step(contact, resent.at, from_server, StepKind::Again, label);
        }
    }

    /// What was waited for and did not come.
    fn absent(&mut self, case: &Case<'_>, contact: &Contact) {
        let tcp = &contact.tcp;
        let gave_up = [tcp.to_server.fin, tcp.reset.map(|reset| reset.at)].into_iter().flatten();
        let gave_up = gave_up.min_by_key(|at| at.time);
        if !contact.udp && !tcp.established() {
            let Some((syn, last)) = tcp.syns.first().zip(tcp.syns.last()) else { return };
            let silent = tcp.reset.is_none() && contact.icmp.is_none();
            if silent && case.end.time.saturating_sub(syn.time) >= case.patience {
                let label = format!("no answer on TCP port {}", contact.server.port);
                let at = Sight { frame: syn.frame, time: last.time };
                self.step(contact, at, true, StepKind::Silence, label);
            }
            return;
        }
        let Some((since, end)) = contact.waiting else { return };
        let until = gave_up.filter(|at| at.time > since.time).unwrap_or(case.end);
        let waited = until.time.saturating_sub(since.time);
        let patience = if gave_up.is_some() { SECOND } else { case.patience };
        let answered = tcp.to_client.data_acked() > tcp.to_client.sent_end;
        if waited < patience || contact.icmp.is_some() || answered {
            return;
        }
        let at = if contact.udp { contact.last } else { since };
        let silence = format!("no answer for {} s", waited / SECOND);
        let (from_server, kind, label) = match tcp.diagnose(end, None) {
            _ if contact.udp => (true, StepKind::Silence, silence),
            Stall::None => return,
            Stall::RequestLost => (false, StepKind::Lost, "the request does not arrive in full".to_owned()),
            Stall::ReplyLost { lost, .. } => {
                (true, StepKind::Lost, format!("{} bytes of the answer never arrive", lost.len()))
            }
            Stall::Intercepted | Stall::Silent => (true, StepKind::Silence, silence),
        };
        // It is certain when it ends: there is its place.
        let at = if contact.udp { at } else { Sight { frame: at.frame, time: until.time.saturating_sub(1) } };
        self.step(contact, at, from_server, kind, label);
    }

    /// Frames that a finding rests on and that are no step yet.
    fn headers(&mut self, contact: &Contact) {
        let tcp = &contact.tcp;
        let mut seen: Vec<(Sight, bool)> = Vec::new();
        for (half, from_server) in [(&tcp.to_server, false), (&tcp.to_client, true)] {
            let sent = [
                half.first,
                half.latest,
                half.next_at,
                half.claimed,
                half.went_back,
                half.fin,
                half.fin_again,
            ];
            seen.extend(sent.into_iter().flatten().map(|at| (at, from_server)));
            // The other side acknowledges.
            seen.extend(half.first_repeat.map(|at| (at, !from_server)));
            seen.extend(half.steps.iter().map(|step| (step.at, !from_server)));
        }
        seen.extend(tcp.heard.map(|at| (at, true)));
        for (at, from_server) in seen {
            let Some(shows) = self
                .evidence
                .get(&at.frame)
                .filter(|known| !known.shown && known.mark.role != "normal")
                .map(|known| known.shows)
            else {
                continue;
            };
            let label = shows.to_owned();
            self.step(contact, at, from_server, StepKind::Header, label);
        }
    }

    fn done(mut self, times: Vec<super::PhaseTimes>) -> Ladder {
        self.steps.sort_by_key(|step| (step.time, step.kind.is_absent(), step.frame));
        let mut steps: Vec<Step> = Vec::with_capacity(self.steps.len().min(MAX_CANDIDATES));
        for step in self.steps {
            match steps.last_mut() {
                Some(last) if is_same(last, &step) => fold(last, &step),
                _ => steps.push(step),
            }
        }
        let (steps, left_out) = shortened(steps);
        Ladder { hosts: self.hosts, steps, left_out: self.left_out.saturating_add(left_out), times }
    }
}

/// It is the same step once more.
fn is_same(one: &Step, other: &Step) -> bool {
    let worst = |step: &Step| step.mark.map(|mark| mark.id);
    let what = |step: &Step| (step.from, step.to, step.port, step.kind, worst(step));
    what(one) == what(other) && one.label == other.label
}

fn fold(last: &mut Step, step: &Step) {
    last.times = last.times.saturating_add(step.times);
    last.last_frame = last.last_frame.max(step.last_frame);
    last.last_time = last.last_time.max(step.last_time);
}

/// Keeps what matters: what a finding marks and what went wrong, then the first and the last steps.
fn shortened(steps: Vec<Step>) -> (Vec<Step>, usize) {
    let Some(too_many) = steps.len().checked_sub(MAX_STEPS).filter(|number| *number > 0) else {
        return (steps, 0);
    };
    let rank = |step: &Step| match (step.mark, step.kind) {
        (Some(mark), _) if mark.role != "note" && mark.role != "normal" => 0,
        (Some(_), _) => 1,
        (None, StepKind::Message | StepKind::Header) => 3,
        (None, _) => 2,
    };
    let half = steps.len() / 2;
    let mut order: Vec<(u8, usize, usize)> = steps
        .iter()
        .enumerate()
        .map(|(index, step)| (rank(step), half.saturating_sub(index.abs_diff(half)), index))
        .collect();
    order.sort_unstable();
    let mut kept = vec![false; steps.len()];
    for (_, _, index) in order.into_iter().take(MAX_STEPS) {
        if let Some(keep) = kept.get_mut(index) {
            *keep = true;
        }
    }
    let mut short: Vec<Step> = Vec::with_capacity(MAX_STEPS);
    let mut skipped = 0_usize;
    for (mut step, keep) in steps.into_iter().zip(kept) {
        if keep {
            step.left_out_before = skipped;
            skipped = 0;
            short.push(step);
        } else {
            skipped = skipped.saturating_add(1);
        }
    }
    (short, too_many)
}

#[cfg(test)]
mod tests {
    use super::{MAX_STEPS, Mark, Step, StepKind, shortened};

    #[test]
    fn what_a_finding_marks_stays() {
        let step = |n: usize| Step {
            frame: u32::try_from(n).unwrap(),
            last_frame: 0,
            time: 0,
            last_time: 0,
            from: 0,
            to: 1,
            port: 88,
            phase: "P3K",
            label: n.to_string(),
            kind: StepKind::Message,
            times: 1,
            mark: (n == 500).then_some(Mark { id: "KRB-SPN", role: "root" }),
            left_out_before: 0,
        };
        let (kept, left_out) = shortened((0..1000).map(step).collect());
        assert_eq!((kept.len(), left_out), (MAX_STEPS, 1000 - MAX_STEPS));
        assert!(kept.iter().any(|step| step.frame == 500));
        assert_eq!(kept.first().map(|step| step.frame), Some(0));
        assert_eq!(kept.last().map(|step| step.frame), Some(999));
        assert_eq!(kept.iter().map(|step| step.left_out_before).sum::<usize>(), left_out);
        assert!(kept.is_sorted_by_key(|step| step.frame));
    }
}
