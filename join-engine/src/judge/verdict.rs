//! One root, its consequences, and what was survived.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use adjoin_capture::Stats;

use super::anchor::{is_anchored, is_at_work};
use super::phases::phases;
use super::problem::{Confidence, Goal, Problem, Success};
use super::success::successes;
use super::who::{account_name, chosen, chosen_address, client_name, credentials, domain};
use super::{
    Case, absent, account, directory, dns, kerberos, locator, netbios, normal, notes, passes, ping, quality,
    rename, rpc, sessions, settled::Settled, smb, steering, vanished,
};
use crate::catalogue::{self, Severity, Stage};
use crate::moments::{self, Moment};
use crate::report::{CaptureReport, EvidenceReport, FindingReport, Host, JoinReport, Report, rfc3339};
use crate::show::FindingId;
use crate::speak::Names;
use crate::story::{Client, Contact, QUIET, Service, Story};
use crate::tcp::Sight;
use crate::{Options, Phase};

/// What a verdict says of one frame.
#[derive(Clone, Debug)]
pub(crate) struct Remark {
    pub(crate) frame: u32,
    pub(crate) phase: Phase,
    pub(crate) finding: FindingId,
    /// It was said before the capture had ended, and may be overcome.
    pub(crate) so_far: bool,
    pub(crate) says: Says,
}

/// What it says.
#[derive(Clone, Debug)]
pub(crate) enum Says {
    /// The finding became certain here; these frames prove it.
    Finding { text: String, severity: Severity, evidence: Vec<u32> },
    /// The frame is evidence for the finding of that frame, which is as bad as that.
    Evidence { shows: String, of: u32, severity: Severity },
}

impl Remark {
    /// How bad it is; evidence has nothing bad in itself.
    pub(crate) const fn severity(&self) -> Severity {
        match &self.says {
            Says::Finding { severity, .. } => *severity,
            Says::Evidence { .. } => Severity::Chat,
        }
    }
}

/// The report on a whole capture, what it says of single frames, and what `beside` makes of each join: nothing of
/// those whose messages are forgotten.
pub(crate) fn report<T: Default>(
    story: &Story,
    names: &Names,
    stats: &Stats,
    options: &Options,
    settled: &Settled,
    beside: impl Fn(&Case<'_>, &JoinReport) -> T,
) -> (Report, Vec<Remark>, Vec<T>) {
    let before = settled.joins(story, options).map(|(first, join)| (first, T::default(), join.clone()));
    let mut joins: Vec<_> = before.collect();
    let mut remarks = Vec::new();
    let mut skews = settled.skews().to_vec();
    each_join(story, options, |case| {
        skews.extend(quality::clocks(case));
        let judged = join(case, names, options, &mut remarks);
        joins.extend(judged.map(|(first, join)| (first, beside(case, &join), join)));
    });
    joins.sort_by_key(|(first, ..)| *first);
    let (beside, joins) = joins.into_iter().map(|(_, beside, join)| (beside, join)).unzip();
    let report = Report {
        schema: 1,
        capture: CaptureReport {
            files: Vec::new(),
            frames: stats.frames,
            first: story.first.map(|at| rfc3339(at.time)),
            last: story.last.map(|at| rfc3339(at.time)),
            quality: quality::remarks(story, stats, &mut skews, settled, options),
        },
        joins,
        brief: settled.brief(story, options),
        counted: settled.counted(),
    };
    (report, remarks, beside)
}

/// Looks at what each client did between two times of quiet.
fn each_join(story: &Story, options: &Options, mut look: impl FnMut(&Case<'_>)) {
    let Some(end) = story.last else { return };
    for client in story.clients() {
        each_join_of(client, story, options, end, &mut look);
    }
}

/// Looks at what a client did between two times of quiet.
pub(super) fn each_join_of(
    client: &Client,
    story: &Story,
    options: &Options,
    end: Sight,
    look: &mut impl FnMut(&Case<'_>),
) {
    if !options.judges(client.address, &story.controllers) {
        return;
    }
    for contacts in joins_of(client) {
        let case = Case { client, contacts: &contacts, story, end, patience: options.patience_ns() };
        if !is_at_work(&case, story) {
            look(&case);
        }
    }
}

/// The steps of each join, in the order of the report; none of those whose messages are forgotten.
pub(crate) fn moments(
    story: &Story,
    names: &Names,
    options: &Options,
    settled: &Settled,
) -> Vec<Vec<Moment>> {
    let mut joins: Vec<_> = settled.joins(story, options).map(|(first, _)| (first, Vec::new())).collect();
    each_join(story, options, |case| {
        if is_anchored(case) {
            let successes = successes(case);
            let written = successes.iter().filter(|success| success.goal == Goal::Account);
            let written: Vec<Sight> = written.map(|success| success.at).collect();
            let first = case.contacts.first().map_or(0, |contact| contact.first.frame);
            joins.push((first, moments::of_join(case.contacts, &written, names)));
        }
    });
    joins.sort_by_key(|(first, _)| *first);
    joins.into_iter().map(|(_, moments)| moments).collect()
}

/// What a problem says of its frames.
fn remark(problem: &Problem, severity: Severity, remarks: &mut Vec<Remark>) {
    let Some((finding, _)) = catalogue::by_name(problem.id) else { return };
    let of = problem.certain.frame;
    let say = |frame, says| Remark { frame, phase: problem.phase, finding, so_far: false, says };
    let evidence = problem.shows.iter().map(|(frame, _)| *frame).filter(|frame| *frame != of).collect();
    remarks.push(say(of, Says::Finding { text: problem.what.clone(), severity, evidence }));
    for (frame, shows) in problem.shows.iter().filter(|(frame, _)| *frame != of) {
        remarks.push(say(*frame, Says::Evidence { shows: shows.clone(), of, severity }));
    }
}

/// Most findings of one join; those beyond are counted.
const MAX_FINDINGS: usize = 256;

/// The latest success of each goal: whatever an earlier one overcomes, it overcomes too.
fn latest(successes: &[Success]) -> Vec<&Success> {
    let mut latest: HashMap<&Goal, &Success> = HashMap::new();
    for success in successes {
        latest.insert(&success.goal, success);
    }
    latest.into_values().collect()
}

/// It is about a step before the account.
const fn is_early(problem: &Problem) -> bool {
    matches!(problem.phase, Phase::P1 | Phase::P2 | Phase::P3 | Phase::P3K | Phase::P4)
}

/// Ports and connections that are out of reach.
const BLOCKED: [&str; 5] = ["KRB-88BLOCKED", "KRB-NOKDC", "KRB-RESET", "SMB-SYN", "SMB-RESET"];

/// The join was complete when this began: it is about what came after.
fn comes_after(problem: &Problem, successes: &[Success]) -> bool {
    is_early(problem)
        && successes.iter().any(|success| {
            // What an account still needs may be refused; a port that is out of reach is another's matter.
            let complete = match success.goal {
                Goal::Channel | Goal::Password | Goal::Member => true,
                Goal::Account => problem.silence || BLOCKED.contains(&problem.id),
                _ => false,
            };
            complete && success.at.time < problem.at.time
        })
}

/// The contacts of a client, parted where it was quiet.
pub(super) fn joins_of(client: &Client) -> Vec<Vec<&Contact>> {
    let mut contacts: Vec<&Contact> = client.contacts.iter().collect();
    contacts.sort_by_key(|contact| contact.first.time);
    let mut joins: Vec<Vec<&Contact>> = Vec::new();
    let mut busy_until = i64::MIN;
    for contact in contacts {
        match joins.last_mut() {
            Some(join) if contact.first.time.saturating_sub(busy_until) < QUIET => join.push(contact),
            _ => joins.push(vec![contact]),
        }
        busy_until = busy_until.max(contact.last.time);
    }
    joins
}

/// The problems of a join, weighed against each other.
pub(super) struct Weighed {
    successes: Vec<Success>,
    /// The account or the membership was seen to work.
    done: bool,
    /// The first is the root, the others follow from it.
    pub(super) stands: Vec<Problem>,
    /// What was overcome.
    pub(super) survived: Vec<Problem>,
}

/// Weighs the problems of a join; nothing when it is none. `ended` tells that nothing more will come, so
/// that a step that is absent may be judged.
pub(super) fn weigh(case: &Case<'_>, options: &Options, ended: bool) -> Option<Weighed> {
    if !is_anchored(case) {
        return None;
    }
    let successes = successes(case);
    let mut problems: Vec<Problem> = Vec::new();
    problems.extend(dns::problems(case));
    problems.extend(ping::problems(case));
    problems.extend(locator::problems(case));
    problems.extend(kerberos::problems(case));
    problems.extend(smb::problems(case));
    problems.extend(directory::problems(case));
    problems.extend(rpc::problems(case));
    problems.extend(account::problems(case));
    problems.extend(sessions::problems(case));
    problems.extend(passes::no_account(case, &successes));
    rename::tell_apart(case, &successes, &mut problems);
    problems.retain(|problem| !options.is_off(problem.id));
    // Of what only one side was captured, silence says nothing.
    if case.contacts.iter().any(|contact| quality::is_one_way(contact)) {
        problems.retain(|problem| !problem.silence);
    }
    // Merging replaces other problems, so it can't be undone by leaving its own out.
    if !options.is_off("DC-VANISHED") {
        vanished::merge(case, &mut problems);
    }
    problems.sort_by_key(|problem| (problem.at.time, problem.certain.time));

    let done = successes
        .iter()
        .any(|success| matches!(success.goal, Goal::Account | Goal::Password | Goal::Member | Goal::Channel));
    let latest = latest(&successes);
    let (mut stands, mut survived): (Vec<Problem>, Vec<Problem>) =
        problems.into_iter().partition(|problem| {
            let overcome = || latest.iter().any(|success| problem.is_overcome_by(success));
            !problem.harmless && !comes_after(problem, &successes) && !overcome()
        });
    // Who goes on to a controller has learned its address, whatever answer is missing here.
    let learned = |problem: &Problem| {
        let goes_on = |contact: &&&Contact| {
            contact.service != Service::Dns && contact.first.time > problem.certain.time
        };
        problem.phase == Phase::P1 && problem.silence && case.contacts.iter().any(|contact| goes_on(&contact))
    };
    // Frames that the snap length cut may hold the success that nobody can read.
    let unread = |problem: &Problem| {
        let read_on = |contact: &&&Contact| {
            contact.tcp.cut && contact.tcp.to_client.latest.is_some_and(|at| at.time > problem.certain.time)
        };
        is_early(problem) && case.contacts.iter().any(|contact| read_on(&contact))
    };
    let gone = |problem: &Problem| unread(problem) || learned(problem);
    let (unread, rest): (Vec<Problem>, Vec<Problem>) = stands.into_iter().partition(gone);
    stands = rest;
    survived.extend(unread);
    if stands.is_empty() && ended {
        stands = absent::problems(case, done);
        stands.retain(|problem| !options.is_off(problem.id));
    }
    Some(Weighed { successes, done, stands, survived })
}

pub(super) fn join(
    case: &Case<'_>,
    names: &Names,
    options: &Options,
    remarks: &mut Vec<Remark>,
) -> Option<(u32, JoinReport)> {
    let Weighed { successes, done, stands, survived } = weigh(case, options, true)?;
    let survived_refs: Vec<&Problem> = survived.iter().collect();
    let mut notes = notes::problems(case, &successes, &survived_refs, stands.is_empty());
    notes.extend(netbios::problems(case, &successes));
    if stands.is_empty() {
        notes.extend(locator::lacking(case));
    }
    notes.retain(|problem| !options.is_off(problem.id));
    let mut normals = normal::problems(case);
    normals.extend(normal::others(case, &survived, chosen_address(case)));
    normals.extend(steering::problems(case, &successes, stands.is_empty() && done));
    normals.retain(|problem| !options.is_off(problem.id));

    let outcome = match (stands.is_empty(), done) {
        (false, _) => "failed",
        (true, true) => "joined",
        (true, false) => "unfinished",
    };
    let mut findings: Vec<FindingReport> = Vec::new();
    let mut times: Vec<u32> = Vec::new();
    let mut known: HashMap<(&str, &str, String), usize> = HashMap::new();
    let mut left_out = 0_usize;
    let roles = stands
        .iter()
        .enumerate()
        .map(|(index, problem)| (problem, if index == 0 { "root" } else { "consequence" }));
    let beside = survived.iter().chain(&notes).map(|problem| (problem, "note"));
    let normals = normals.iter().map(|problem| (problem, "normal"));
    for (problem, role) in roles.chain(beside).chain(normals) {
        // The same again is no consequence of itself.
        let root = stands.first().filter(|_| role == "consequence");
        if root.is_some_and(|root| root.id == problem.id && root.server == problem.server) {
            continue;
        }
        let severity = severity(problem.id, role);
        remark(problem, severity, remarks);
        let found = finding(problem, role, severity);
        // The same words about the same thing are said once.
        let said = if matches!(role, "note" | "normal") { role } else { "" };
        match known.entry((found.id, said, found.what.clone())) {
            Entry::Occupied(index) => {
                if let Some(times) = times.get_mut(*index.get()) {
                    *times = times.saturating_add(1);
                }
            }
            Entry::Vacant(place) if findings.len() < MAX_FINDINGS => {
                place.insert(findings.len());
                findings.push(found);
                times.push(1);
            }
            Entry::Vacant(_) => left_out = left_out.saturating_add(1),
        }
    }
    if let Some(last) = findings.last_mut().filter(|_| left_out > 0) {
        last.what.push_str(&format!("; {left_out} more findings are left out here"));
    }
    for (finding, times) in findings.iter_mut().zip(times).filter(|(_, times)| *times > 1) {
        finding.what.push_str(&format!(" ({times} times)"));
    }
    let root = findings.first().filter(|finding| finding.role == "root").cloned();
    let first = case.contacts.first().map_or(0, |contact| contact.first.frame);
    let (credentials, credentials_why) = credentials(case, names, &successes, &survived);
    let dc = chosen(case, names);
    Some((
        first,
        JoinReport {
            client: Host { address: case.client.address.to_string(), name: client_name(case) },
            domain: domain(case),
            dc,
            account: account_name(case),
            credentials,
            credentials_why,
            outcome,
            passes: passes::count(case, &successes),
            phases: phases(case, &successes, &stands),
            next_expected: stands.first().map(next_expected),
            root,
            findings,
        },
    ))
}

/// How bad a finding is in the part that it plays.
fn severity(id: &str, role: &str) -> Severity {
    match (role, catalogue::by_name(id).map(|(_, entry)| entry.severity)) {
        ("root", _) => Severity::Error,
        ("consequence", _) => Severity::Warning,
        ("normal", _) | (_, Some(Severity::Chat)) => Severity::Chat,
        _ => Severity::Note,
    }
}

fn finding(problem: &Problem, role: &'static str, severity: Severity) -> FindingReport {
    let entry = catalogue::by_name(problem.id).map(|(_, entry)| entry);
    FindingReport {
        id: problem.id,
        role,
        phase: match entry.map(|entry| entry.phase) {
            Some(local @ Stage::Local) => local.id(),
            _ => problem.phase.id(),
        },
        severity: severity.as_str(),
        code: entry.and_then(|entry| entry.code).map(|code| format!("0x{code:X}")),
        symbol: entry.map(|entry| entry.symbol).filter(|symbol| !symbol.is_empty()),
        confidence: problem.confidence.as_str(),
        what: problem.what.clone(),
        why: entry.map_or("", |entry| entry.why),
        fix: entry.map_or("", |entry| entry.fix),
        settle: entry.map_or("", |entry| match (problem.confidence, problem.settle) {
            (Confidence::High, _) => "",
            (_, Some(settle)) => settle,
            (_, None) => entry.settle,
        }),
        evidence: problem
            .shows
            .iter()
            .map(|(frame, shows)| EvidenceReport { frame: *frame, shows: shows.clone() })
            .collect(),
    }
}

/// What should have come in place of the root problem.
fn next_expected(problem: &Problem) -> String {
    let what = match &problem.goal {
        Goal::Names => "a DNS answer with SRV records of domain controllers".to_owned(),
        Goal::Controller => "an answer to the LDAP ping from a suitable domain controller".to_owned(),
        Goal::Ticket(name) if name.is_empty() => "a TGS-REP or AS-REP from the KDC".to_owned(),
        Goal::Ticket(name) => format!("a TGS-REP with the ticket for {name}"),
        Goal::Logon(name) => format!("an AS-REP for {name}"),
        Goal::Smb => "an accepted SMB session".to_owned(),
        Goal::Ldap => "an accepted LDAP bind".to_owned(),
        Goal::Port(_) => "an endpoint mapper answer with a TCP port".to_owned(),
        Goal::Calls(_) => "a response to the RPC call".to_owned(),
        Goal::Account => "success of the call that makes or changes the computer account".to_owned(),
        Goal::Member => "a logon of the computer's account".to_owned(),
        Goal::Password => "the answer that the computer's password is set".to_owned(),
        Goal::Channel => "NetrServerAuthenticate3 with status 0".to_owned(),
        Goal::Extra => "nothing in particular".to_owned(),
    };
    format!("{what}, from {}", problem.server)
}
