//! Joins that were over long ago, in a capture with more of them than there is room for.
//!
//! Where only the report is wanted, clients that were quiet for longest are judged while the capture goes
//! on, and what they said is forgotten. Their verdicts stay: some whole, more in one line, the rest as numbers.

use std::net::IpAddr;

use super::Remark;
use super::anchor::seeks_domain;
use super::quality::{self, Tally};
use super::verdict::{each_join_of, join};
use crate::Options;
use crate::identities::Collector;
use crate::report::{BriefJoin, Counted, EvidenceReport, FindingReport, Host, JoinReport, PhaseReport};
use crate::speak::Names;
use crate::story::Story;

/// Most verdicts that are kept whole: of joins that succeeded, and of others.
const MAX_JOINED: usize = 512;
const MAX_OTHERS: usize = 1024;
/// Most octets of these, about.
const MAX_WHOLE: usize = 8 << 20;
/// Most verdicts that are kept in one line.
const MAX_BRIEF: usize = 1 << 15;
/// Most differences of clocks: the median wants no more.
const MAX_SKEWS: usize = 1 << 12;

/// What is left of clients that were judged before the capture ended.
#[derive(Debug, Default)]
pub(crate) struct Settled {
    whole: Vec<Whole>,
    /// Those of `whole` that succeeded.
    joined: usize,
    /// Octets of `whole`, about.
    octets: usize,
    brief: Vec<Brief>,
    counted: Counted,
    skews: Vec<(i64, &'static str)>,
    tally: Tally,
    /// Whom the verdicts name.
    named: Collector,
}

/// Whose verdict it is.
#[derive(Clone, Copy, Debug)]
struct Judged {
    address: IpAddr,
    seeks_domain: bool,
}

impl Judged {
    /// What became known later may tell that the host is no client: it is a controller at work.
    fn is_client(self, story: &Story, options: &Options) -> bool {
        let at_work = story.directories.contains(&self.address) && !self.seeks_domain;
        options.judges(self.address, &story.controllers) && !at_work
    }
}

/// A whole verdict.
#[derive(Debug)]
struct Whole {
    client: Judged,
    first: u32,
    join: JoinReport,
}

/// A verdict in one line.
#[derive(Debug)]
struct Brief {
    client: Judged,
    name: Option<Box<str>>,
    outcome: &'static str,
    root: Option<&'static str>,
    first: u32,
    last: u32,
}

impl Settled {
    /// Judges clients that are about to be forgotten.
    pub(crate) fn judge(&mut self, leaving: &[IpAddr], story: &Story, names: &Names, options: &Options) {
        let Some(end) = story.last else { return };
        let mut remarks: Vec<Remark> = Vec::new();
        for client in leaving.iter().filter_map(|address| story.client_at(*address)) {
            for contact in &client.contacts {
                self.tally.add(contact, None);
            }
            let mut names_it = false;
            each_join_of(client, story, options, end, &mut |case| {
                let room = MAX_SKEWS.saturating_sub(self.skews.len());
                self.skews.extend(quality::clocks(case).into_iter().take(room));
                remarks.clear();
                let last = case.contacts.iter().map(|contact| contact.last.frame).max();
                if let Some((first, join)) = join(case, names, options, &mut remarks) {
                    let judged = Judged { address: client.address, seeks_domain: seeks_domain(case) };
                    names_it |= self.keep(judged, (first, last.unwrap_or(first)), join);
                }
            });
            if names_it {
                self.named.client(client, story);
                // Those of servers may have come from others, and be forgotten by the end.
                for server in client.contacts.iter().map(|contact| contact.server.address) {
                    if names.knows(server) {
                        self.named.host(&names.host(server));
                    }
                }
            }
        }
    }

    /// Keeps a verdict as well as there is room; true when it is whole.
    fn keep(&mut self, client: Judged, (first, last): (u32, u32), join: JoinReport) -> bool {
        let others = self.whole.len().saturating_sub(self.joined);
        let is_joined = join.outcome == "joined";
        let octets = self.octets.saturating_add(octets(&join));
        if octets <= MAX_WHOLE && if is_joined { self.joined < MAX_JOINED } else { others < MAX_OTHERS } {
            self.joined = self.joined.saturating_add(usize::from(is_joined));
            self.octets = octets;
            self.whole.push(Whole { client, first, join });
            return true;
        }
        if self.brief.len() < MAX_BRIEF {
            let name = join.client.name.map(String::into_boxed_str);
            let root = join.root.map(|root| root.id);
            self.brief.push(Brief { client, name, outcome: join.outcome, root, first, last });
        } else {
            self.counted.add(join.outcome);
        }
        false
    }

    /// The verdicts that are whole, with their first frames.
    pub(super) fn joins(&self, story: &Story, options: &Options) -> impl Iterator<Item = (u32, &JoinReport)> {
        let clients = self.whole.iter().filter(|whole| whole.client.is_client(story, options));
        clients.map(|whole| (whole.first, &whole.join))
    }

    pub(super) fn skews(&self) -> &[(i64, &'static str)] {
        &self.skews
    }

    pub(super) const fn tally(&self) -> Tally {
        self.tally
    }

    pub(super) const fn counted(&self) -> Counted {
        self.counted
    }

    fn clients_in_brief(&self, story: &Story, options: &Options) -> impl Iterator<Item = &Brief> {
        self.brief.iter().filter(|brief| brief.client.is_client(story, options))
    }

    /// How many verdicts are in one line.
    pub(super) fn told_briefly(&self, story: &Story, options: &Options) -> u64 {
        self.clients_in_brief(story, options).map(|_| 1).sum()
    }

    /// The verdicts in one line, in the order of their first frames.
    pub(super) fn brief(&self, story: &Story, options: &Options) -> Vec<BriefJoin> {
        let mut all: Vec<_> = self
            .clients_in_brief(story, options)
            .map(|brief| BriefJoin {
                client: Host {
                    address: brief.client.address.to_string(),
                    name: brief.name.as_deref().map(str::to_owned),
                },
                outcome: brief.outcome,
                root_id: brief.root,
                first_frame: brief.first,
                last_frame: brief.last,
            })
            .collect();
        all.sort_by_key(|join| join.first_frame);
        all
    }

    /// Whom the verdicts name.
    pub(crate) fn named(&self) -> Collector {
        let mut named = self.named.clone();
        for brief in &self.brief {
            named.address(brief.client.address);
            if let Some(name) = &brief.name {
                named.host(name);
            }
        }
        named
    }
}

/// What a verdict takes, about.
fn octets(join: &JoinReport) -> usize {
    let text = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    let host = |host: &Host| host.address.len().saturating_add(text(&host.name));
    let finding = |finding: &FindingReport| {
        let shows: usize = finding.evidence.iter().map(|seen| seen.shows.len()).sum();
        let evidence = finding.evidence.len().saturating_mul(size_of::<EvidenceReport>());
        let texts = finding.what.len().saturating_add(text(&finding.code)).saturating_add(shows);
        size_of::<FindingReport>().saturating_add(evidence).saturating_add(texts)
    };
    [
        size_of::<JoinReport>(),
        host(&join.client),
        join.dc.as_ref().map_or(0, host),
        text(&join.domain),
        text(&join.account),
        text(&join.next_expected),
        join.credentials_why.len(),
        join.phases.len().saturating_mul(size_of::<PhaseReport>()),
        join.findings.iter().chain(&join.root).map(finding).sum(),
    ]
    .into_iter()
    .sum()
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::{EvidenceReport, FindingReport, Host, Judged, MAX_BRIEF, MAX_JOINED, MAX_WHOLE, Settled};
    use crate::Options;
    use crate::report::JoinReport;
    use crate::story::Story;

    fn join(outcome: &'static str, shows: usize) -> JoinReport {
        let finding = FindingReport {
            id: "KRB-SPN",
            role: "note",
            phase: "P3K",
            severity: "note",
            code: None,
            symbol: None,
            confidence: "high",
            what: "What".to_owned(),
            why: "",
            fix: "",
            settle: "",
            evidence: vec![EvidenceReport { frame: 1, shows: "x".repeat(shows) }],
        };
        JoinReport {
            client: Host { address: "192.0.2.1".to_owned(), name: None },
            domain: None,
            dc: None,
            account: None,
            credentials: "none",
            credentials_why: String::new(),
            outcome,
            passes: 1,
            phases: Vec::new(),
            root: None,
            findings: vec![finding],
            next_expected: None,
        }
    }

    const CLIENT: Judged = Judged { address: IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), seeks_domain: true };

    #[test]
    fn verdicts_are_kept_up_to_a_number() {
        let mut settled = Settled::default();
        for _ in 0..MAX_JOINED + MAX_BRIEF + 5 {
            settled.keep(CLIENT, (1, 2), join("joined", 1));
        }
        let (story, options) = (Story::default(), Options::default());
        assert_eq!(settled.joins(&story, &options).count(), MAX_JOINED);
        assert_eq!(settled.brief(&story, &options).len(), MAX_BRIEF);
        assert_eq!((settled.counted().joined, settled.counted().total()), (5, 5));
    }

    #[test]
    fn verdicts_are_kept_up_to_so_many_octets() {
        const EACH: usize = 1 << 20;
        let mut settled = Settled::default();
        for number in 0..20 {
            assert_eq!(settled.keep(CLIENT, (1, 2), join("failed", EACH)), number < MAX_WHOLE / EACH - 1);
        }
        // A short one has room still.
        assert!(settled.keep(CLIENT, (1, 2), join("failed", 1)));
        assert_eq!(settled.brief.len(), 13);
    }
}
