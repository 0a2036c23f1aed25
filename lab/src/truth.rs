//! What is known to have happened: a JSON for each scenario, and `truth.tsv`, which `cargo xtask score` reads.

use crate::host::Finished;
use crate::router::Fired;
use crate::scenario::{Evidence, Scenario, Seen, Side};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::io::{Error, ErrorKind, Result};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// What came of a scenario.
#[derive(Clone, Debug)]
pub struct Observed {
    /// The client's program.
    pub client: Finished,
    /// Whether the client joined.
    pub joined: bool,
    /// How often each rule of the router was applied.
    pub fired: Vec<Fired>,
    /// Packets in the client's capture, and in the controller's.
    pub packets: [u64; 2],
    /// When the join began.
    pub start: SystemTime,
    /// Why it proves nothing, when that is so.
    pub void: Option<String>,
}

/// Why what happened isn't what the scenario is about; nothing when it is.
#[must_use]
pub fn void(scenario: &Scenario, joined: bool, fired: &[Fired]) -> Option<String> {
    let idle = fired.iter().find(|rule| rule.count == 0 && scenario.must_fire(&rule.name));
    if let Some(rule) = idle {
        return Some(format!("the rule \"{}\" never fired", rule.name));
    }
    if joined != scenario.truth.joined {
        let outcome = if joined { "joined" } else { "didn't join" };
        return Some(format!("the client {outcome}, against expectation"));
    }
    None
}

/// The file that stands beside the captures.
#[must_use]
pub fn json(scenario: &Scenario, observed: &Observed, folder: &Path) -> Value {
    let site = &scenario.site;
    let truth = &scenario.truth;
    let outcome = |joined: bool| if joined { "success" } else { "failure" };
    let start = observed.start.duration_since(UNIX_EPOCH).unwrap_or_default();
    let evidence: Vec<Value> = scenario.evidence.iter().map(|entry| count(scenario, entry, folder)).collect();
    let file = |side: Side, packets: u64| json!({ "file": scenario.file(side), "packets": packets });
    let fired: Vec<Value> =
        observed.fired.iter().map(|rule| json!({ "rule": rule.name, "count": rule.count })).collect();
    let last = observed.client.output.lines().rev().find(|line| !line.trim().is_empty());
    json!({
        "scenario": scenario.id,
        "fault": scenario.fault,
        "noise": scenario.noise,
        "breaks_at_phase": truth.phase,
        "root_cause": truth.root,
        "also": truth.also,
        "win32": truth.win32,
        "expected_outcome": outcome(truth.joined),
        "observed_outcome": outcome(observed.joined),
        "outcome_as_expected": observed.joined == truth.joined,
        "void": observed.void,
        "client": {
            "tool": format!("{:?}", scenario.tool),
            // What is typed in place of a password is a secret elsewhere.
            "command": scenario.command().program.argv.join(" ").replace(&scenario.password, "..."),
            "exit_code": observed.client.status.code(),
            "timed_out": observed.client.timed_out,
            "seconds": observed.client.time.as_secs_f64(),
            "last_line": last,
            "win32": windows_status(&observed.client.output),
            "hostname": site.client,
            "ip": site.client_address(),
            "user": scenario.user,
        },
        "dc": {
            "realm": site.realm,
            "netbios": site.netbios,
            "host": site.dc,
            "ip": site.dc_address(),
            "settings": scenario.settings.iter().map(|setting| format!("{setting:?}")).collect::<Vec<_>>(),
        },
        "router": { "seed": scenario.plan.seed, "rules": fired },
        "capture": { "snaplen": scenario.capture.snaplen, "vlan": scenario.capture.vlan },
        "start": start.as_secs_f64(),
        "end": (start + observed.client.time).as_secs_f64(),
        "files": {
            "client": file(Side::Client, observed.packets[0]),
            "dc": file(Side::Dc, observed.packets[1]),
        },
        "evidence_ok": evidence.iter().all(|entry| entry["ok"] == true),
        "evidence": evidence,
    })
}

/// The code that a client says which keeps a log as Windows does.
fn windows_status(log: &str) -> Option<&str> {
    log.lines().rev().find_map(|line| Some(line.split_once("NetpDoDomainJoin: status: ")?.1.trim()))
}

/// Looks with `tshark` for what must, or mustn't, be in a capture.
fn count(scenario: &Scenario, entry: &Evidence, folder: &Path) -> Value {
    let expect = match entry.seen {
        Seen::Yes => ">=1",
        Seen::No => "==0",
    };
    let frames = frames(&folder.join(scenario.file(entry.side)), &entry.filter);
    let (got, ok) = match &frames {
        Ok(frames) => (Some(frames.len()), Some(frames.is_empty() == (entry.seen == Seen::No))),
        Err(_) => (None, None),
    };
    let first: Vec<String> = frames.iter().flatten().take(200).cloned().collect();
    json!({
        "capture": entry.side.name(),
        "filter": entry.filter,
        "expect": expect,
        "got": got,
        "ok": ok,
        "error": frames.err().map(|error| error.to_string()),
        "first_frames": first,
    })
}

fn frames(capture: &Path, filter: &str) -> Result<Vec<String>> {
    let output = Command::new("tshark")
        .args(["-n", "-Y", filter, "-T", "fields", "-e", "frame.number", "-r"])
        .arg(capture)
        .output()?;
    if !output.status.success() {
        return Err(Error::other(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect())
}

/// The columns of `truth.tsv`.
const HEADER: &str = "scenario\toutcome\troot\tphase\talso";

/// Enters a scenario in the folder's `truth.tsv`, in the place of an older entry of the same name. One that proves
/// nothing is taken out.
///
/// # Errors
/// When the file can't be read or written.
pub fn enter(folder: &Path, scenario: &Scenario, is_void: bool) -> Result<()> {
    let path = folder.join("truth.tsv");
    let there = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error),
    };
    fs::write(path, with(&there, scenario, is_void))
}

fn with(table: &str, scenario: &Scenario, is_void: bool) -> String {
    let lines = table.lines().skip(1).filter_map(|line| Some((line.split('\t').next()?, line)));
    let mut lines: BTreeMap<&str, &str> = lines.collect();
    let truth = &scenario.truth;
    let ids = |ids: &[String]| if ids.is_empty() { "-".to_owned() } else { ids.join(",") };
    let outcome = if truth.joined { "joined" } else { "failed" };
    let line = [&scenario.id, outcome, &ids(&truth.root), &ids(&truth.phase), &ids(&truth.also)].join("\t");
    if is_void {
        lines.remove(scenario.id.as_str());
    } else {
        lines.insert(&scenario.id, &line);
    }
    let mut text = format!("{HEADER}\n");
    for line in lines.values() {
        text.push_str(line);
        text.push('\n');
    }
    text
}

/// A line for a person.
#[must_use]
pub fn line(scenario: &Scenario, observed: &Observed, total: Duration) -> String {
    let outcome = if observed.joined { "joined" } else { "failed" };
    let fired: Vec<String> =
        observed.fired.iter().map(|rule| format!("{} x{}", rule.name, rule.count)).collect();
    let fired = if fired.is_empty() { String::new() } else { format!("  [{}]", fired.join(", ")) };
    let void = observed.void.as_ref().map(|why| format!("  VOID: {why}")).unwrap_or_default();
    format!(
        "{}  {outcome} after {:.1} s, {}+{} packets, {:.0} s in all{fired}{void}",
        scenario.id,
        observed.client.time.as_secs_f64(),
        observed.packets[0],
        observed.packets[1],
        total.as_secs_f64()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario;

    fn fired(count: u64) -> Vec<Fired> {
        vec![Fired { name: "TCP 88 dropped".to_owned(), count }]
    }

    fn named(name: &str) -> Scenario {
        scenario::named(&[name.to_owned()]).unwrap().remove(0)
    }

    #[test]
    fn what_did_not_happen_proves_nothing() {
        let scenario = named("k88-tcp-drop");
        assert_eq!(void(&scenario, false, &fired(3)), None);
        assert!(void(&scenario, false, &fired(0)).is_some_and(|why| why.contains("TCP 88 dropped")));
        assert!(void(&scenario, true, &fired(3)).is_some());
        let noisy = Scenario { may_rest: vec!["TCP 88 dropped".to_owned()], ..scenario };
        assert_eq!(void(&noisy, false, &fired(0)), None);
    }

    #[test]
    fn a_line_for_each_scenario() {
        let (good, bad) = (named("ok-adcli"), named("k88-tcp-drop"));
        let table = with(&with("", &good, false), &bad, false);
        assert_eq!(
            table,
            "scenario\toutcome\troot\tphase\talso\n\
             k88-tcp-drop\tfailed\tKRB-88BLOCKED\tP3K\t-\n\
             ok-adcli\tjoined\t-\t-\t-\n"
        );
        assert_eq!(with(&table, &good, false), table);
        assert_eq!(with(&table, &bad, true), with("", &good, false));
    }

    #[test]
    fn the_last_status_counts() {
        let log = "1 NetpDoDomainJoin: status: 0x534\n2 NetpDoDomainJoin: status: 0x0\nmore\n";
        assert_eq!(windows_status(log), Some("0x0"));
        assert_eq!(windows_status("Joined"), None);
    }
}
