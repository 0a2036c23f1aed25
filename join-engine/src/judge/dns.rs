//! P1: names and addresses of controllers.

use std::collections::BTreeMap;

use dns_proto::{Rcode, RecordType};

use super::problem::{Confidence, Goal, Problem};
use super::stall::{counted, icmp_name};
use super::{Case, SECOND};
use crate::Phase;
use crate::story::{Aside, Contact, Fact, Service};
use crate::tcp::Sight;

/// A question, however often and to whomever it was put.
#[derive(Debug)]
struct Question<'s> {
    asked: Vec<(Sight, &'s Contact)>,
    answers: Vec<(Sight, Rcode, usize, bool)>,
}

impl Question<'_> {
    /// There are records.
    fn is_answered(&self) -> bool {
        self.answers.iter().any(|(_, rcode, found, _)| *rcode == Rcode::NOERROR && *found > 0)
    }

    /// All that was answered is that there are no such records, beside which others may be.
    fn has_no_records(&self) -> bool {
        let none = |(_, rcode, found, _): &(_, Rcode, usize, _)| *rcode == Rcode::NOERROR && *found == 0;
        !self.answers.is_empty() && self.answers.iter().all(none)
    }
}

/// What goes wrong before there is a name.
pub(crate) fn problems(case: &Case<'_>) -> Vec<Problem> {
    let mut locator: BTreeMap<String, Question<'_>> = BTreeMap::new();
    let mut hosts: BTreeMap<String, Question<'_>> = BTreeMap::new();
    let mut hosts6: BTreeMap<String, Question<'_>> = BTreeMap::new();
    for contact in case.with(Service::Dns) {
        for told in &contact.facts {
            match &told.fact {
                Fact::DnsLocate { domain, .. } => {
                    question(&mut locator, domain).asked.push((told.at, contact))
                }
                Fact::DnsAddress { host, rtype } => {
                    let hosts = if *rtype == RecordType::AAAA { &mut hosts6 } else { &mut hosts };
                    question(hosts, &host.to_lowercase()).asked.push((told.at, contact));
                }
                Fact::DnsAnswer { about, locator: true, rcode, found, truncated, .. } => {
                    question(&mut locator, about).answers.push((told.at, *rcode, *found, *truncated));
                }
                Fact::DnsAnswer {
                    about,
                    rtype: rtype @ (RecordType::A | RecordType::AAAA),
                    rcode,
                    found,
                    truncated,
                    ..
                } => {
                    let hosts = if *rtype == RecordType::AAAA { &mut hosts6 } else { &mut hosts };
                    question(hosts, about).answers.push((told.at, *rcode, *found, *truncated));
                }
                _ => {}
            }
        }
    }
    for (host, of_ipv6) in hosts6 {
        let both = question(&mut hosts, &host);
        // That a host has no IPv6 address says nothing of it where the answer about IPv4 isn't there to be seen.
        if both.answers.is_empty() && of_ipv6.has_no_records() {
            continue;
        }
        both.asked.extend(of_ipv6.asked);
        both.asked.sort_by_key(|(at, _)| at.frame);
        both.answers.extend(of_ipv6.answers);
        both.answers.sort_by_key(|(at, ..)| at.frame);
    }
    // Resolvers ask for the same records below the names of hosts, where none are.
    let is_host = |name: &str| hosts.contains_key(&name.trim_end_matches('.').to_lowercase());
    let mut all: Vec<_> = locator
        .iter()
        .filter(|(domain, _)| !is_host(domain))
        .filter_map(|(domain, question)| located(case, domain, question))
        .collect();
    let domains: Vec<&str> = locator.keys().map(String::as_str).filter(|domain| !is_host(domain)).collect();
    if !locator.values().any(Question::is_answered) {
        let refused = locator.values().flat_map(|question| &question.answers).map(|(at, ..)| at.time).min();
        by_short_name(case, &domains, refused, &mut all);
    }
    all.extend(hosts.iter().filter_map(|(host, question)| addressed(case, host, question)));
    all
}

/// Nothing but a name of one label is looked for, alone or with suffixes behind it. `refused` is the time of the
/// first answer.
fn by_short_name(case: &Case<'_>, domains: &[&str], refused: Option<i64>, problems: &mut [Problem]) {
    let bare = |domain: &str| domain.trim_end_matches('.').to_ascii_lowercase();
    // The locator asks for a NetBIOS name as that of a domain's controllers.
    let wanted = case.overheard().filter_map(|said| match &said.aside {
        Aside::NetbiosAsked { name, suffix: 0x1c, claims: false } => Some((said.at, bare(name))),
        _ => None,
    });
    let wanted: Vec<(Sight, String)> = wanted.collect();
    let single = domains.iter().map(|domain| bare(domain)).find(|domain| !domain.contains('.'));
    // Who has the full name and is told that there is no such domain may go on to look for its short name.
    let at_first = wanted.first().filter(|(at, _)| refused.is_none_or(|refused| at.time < refused));
    let label = single.clone().or_else(|| at_first.map(|(_, name)| name.clone()));
    let Some(label) = label.filter(|label| !label.is_empty() && !label.contains('.')) else { return };
    let with_suffix = format!("{label}.");
    let only =
        domains.iter().map(|domain| bare(domain)).all(|name| name == label || name.starts_with(&with_suffix));
    if !only {
        return;
    }
    let asked = domains.join(" and ");
    for problem in problems.iter_mut().filter(|problem| matches!(problem.id, "DNS-NXDOMAIN" | "DNS-NOSRV")) {
        problem.id = "DNS-SUFFIX";
        problem.what = format!(
            "The domain was given by its short name {}: DNS is asked for {asked} only, and knows none of it",
            label.to_ascii_uppercase()
        );
        for (at, _) in wanted.iter().filter(|(_, name)| *name == label).take(3) {
            *problem = problem.clone().showing(at.frame, "the same name by NetBIOS, as that of a domain");
        }
        if single.is_none() {
            problem.confidence = Confidence::Medium;
        }
    }
}

fn question<'m, 's>(map: &'m mut BTreeMap<String, Question<'s>>, name: &str) -> &'m mut Question<'s> {
    map.entry(name.to_owned()).or_insert_with(|| Question { asked: Vec::new(), answers: Vec::new() })
}

fn silence(case: &Case<'_>, what: &str, question: &Question<'_>) -> Option<Problem> {
    let (first, contact) = *question.asked.first()?;
    let server = contact.server.address;
    if let Some(icmp) = question.asked.iter().find_map(|(_, contact)| contact.icmp) {
        let what = format!(
            "DNS server {server} can't be reached for {what}: {} says {}",
            icmp.from,
            icmp_name(&icmp)
        );
        let found = Problem::told("DNS-UNREACH", Phase::P1, first, Goal::Names, server, what)
            .showing(first.frame, "the question")
            .showing(icmp.at.frame, format!("ICMP from {}: {}", icmp.from, icmp_name(&icmp)));
        return Some(found);
    }
    let last = question.asked.last().map_or(first, |(at, _)| *at);
    let waited = case.time_after(first);
    if waited < 2 * SECOND || (question.asked.len() < 2 && waited < 4 * SECOND) {
        return None;
    }
    let times = question.asked.len();
    let what = format!("DNS server {server} does not answer {} for {what}", counted(times, "question"));
    let mut found = Problem::told("DNS-TIMEOUT", Phase::P1, first, Goal::Names, server, what);
    for (at, _) in question.asked.iter().take(5) {
        found = found.showing(at.frame, "asked, no answer");
    }
    Some(found.silent(last, if times > 2 { Confidence::High } else { Confidence::Medium }))
}

fn located(case: &Case<'_>, domain: &str, question: &Question<'_>) -> Option<Problem> {
    let (first, contact) = *question.asked.first()?;
    let server = contact.server.address;
    if question.is_answered() {
        return None;
    }
    let Some((at, rcode, _, truncated)) = question.answers.first().copied() else {
        return silence(case, &format!("the domain controllers of {domain}"), question);
    };
    let (id, what) = match rcode {
        Rcode::NXDOMAIN => (
            "DNS-NXDOMAIN",
            format!("DNS server {server} knows no domain controllers of {domain}: the name does not exist"),
        ),
        Rcode::SERVFAIL => (
            "DNS-SERVFAIL",
            format!("DNS server {server} fails to look up the domain controllers of {domain}"),
        ),
        Rcode::REFUSED => (
            "DNS-REFUSED",
            format!("DNS server {server} refuses to look up the domain controllers of {domain}"),
        ),
        Rcode::NOERROR if truncated => {
            ("DNS-TCP", format!("The answer of {server} does not fit into UDP, and TCP 53 brings none"))
        }
        Rcode::NOERROR => (
            "DNS-NOSRV",
            format!("DNS server {server} has no SRV records for domain controllers of {domain}"),
        ),
        _ => (
            "DNS-SERVFAIL",
            format!("DNS server {server} answers {rcode} for the domain controllers of {domain}"),
        ),
    };
    let mut found =
        Problem::told(id, Phase::P1, first, Goal::Names, server, what).showing(first.frame, "the question");
    for (at, rcode, ..) in question.answers.iter().take(4) {
        found = found.showing(at.frame, format!("the answer: {rcode}"));
    }
    found.certain = at;
    Some(found)
}

fn addressed(case: &Case<'_>, host: &str, question: &Question<'_>) -> Option<Problem> {
    let (first, contact) = *question.asked.first()?;
    let server = contact.server.address;
    if question.is_answered() {
        return None;
    }
    let Some((at, rcode, ..)) = question.answers.first().copied() else {
        return silence(case, &format!("the address of {host}"), question);
    };
    let what = format!("DNS names the domain controller {host}, but has no address for it ({rcode})");
    let mut found = Problem::told("DNS-AMISSING", Phase::P1, first, Goal::Controller, server, what)
        .showing(first.frame, "the question for the address");
    for (at, rcode, ..) in question.answers.iter().take(4) {
        found = found.showing(at.frame, format!("the answer: {rcode}, no address"));
    }
    found.certain = at;
    Some(found)
}
