//! The preferences change the report as the engine's options do, and a wrong one is said and ignored.

use std::ffi::OsStr;

use adjoin_oracle::tshark::{Tshark, installed};
use join_engine::catalogue::FINDINGS;

use crate::{captures, printed, read, text, tshark};

/// The client and the controller of `kdc-answer-lost.pcap`.
const CLIENT: &str = "192.168.50.13";
const CONTROLLER: &str = "192.168.100.10";

/// The JSON report on a sample, and what was printed to standard error.
fn report(tshark: &Tshark, sample: &str, preferences: &[&str]) -> (String, String) {
    let file = tshark.lend(&captures::sample(sample)).expect("a sample");
    let preferences = preferences.iter().flat_map(|preference| ["-o", preference]).map(OsStr::new);
    let rest = ["-q", "-z", "adjoin,report,json", "-r"].map(OsStr::new);
    let output = tshark.run(preferences.chain(rest).chain([file.as_os_str()])).expect("tshark runs");
    assert!(output.status.success(), "{}", text(&output.stderr));
    (text(&output.stdout), text(&output.stderr))
}

#[test]
fn hosts_are_what_the_user_says() {
    if !installed("tshark") {
        return;
    }
    let tshark = tshark();
    let report = |preferences: &[&str]| report(&tshark, "kdc-answer-lost.pcap", preferences).0;
    let plain = report(&[]);
    assert!(plain.contains("\"outcome\": \"failed\""), "{plain}");
    for nobody in [
        "adjoin.clients:203.0.113.1".to_owned(),
        format!("adjoin.clients:{CONTROLLER}, 2001:db8::1"),
        format!("adjoin.controllers:{CLIENT}"),
    ] {
        let said = report(&[&nobody]);
        assert!(!said.contains("\"outcome\"") && said.contains("\"frames\": 80"), "{nobody}: {said}");
    }
    assert_eq!(report(&[&format!("adjoin.clients:{CLIENT}")]), plain);
    assert_eq!(report(&[&format!("adjoin.controllers:{CONTROLLER} 192.0.2.1")]), plain);
}

#[test]
fn rules_can_be_turned_off() {
    if !installed("tshark") {
        return;
    }
    let tshark = tshark();
    let report = |preferences: &[&str]| report(&tshark, "kdc-answer-lost.pcap", preferences).0;
    let plain = report(&[]);
    assert!(plain.contains("KRB-REPLYLOST-MTU") && plain.contains("NET-RSTUNSENT"), "{plain}");
    let calm = report(&["adjoin.rules_notes:FALSE"]);
    assert!(calm.contains("KRB-REPLYLOST-MTU") && !calm.contains("\"NET-"), "{calm}");
    let rest = report(&["adjoin.rules_kerberos:FALSE"]);
    assert!(!rest.contains("\"KRB-") && rest.contains("NET-MTU"), "{rest}");
    let rows = |preferences: &[&str]| {
        let file = tshark.lend(&captures::sample("kdc-answer-lost.pcap")).expect("a sample");
        let fields = ["-2", "-T", "fields", "-e", "adjoin.finding"];
        read(&tshark, &file, &[preferences, &fields].concat())
    };
    assert!(rows(&[]).contains("KRB-REPLYLOST-MTU"));
    assert!(!rows(&["-o", "adjoin.rules_kerberos:FALSE"]).contains("KRB-REPLYLOST-MTU"));
}

/// Behind frame 74, 3.1 s after the request, comes nothing until the client gives up.
#[test]
fn silence_counts_when_patience_ends() {
    if !installed("tshark") {
        return;
    }
    let tshark = tshark();
    let file = tshark.lend(&captures::sample("kdc-answer-lost.pcap")).expect("a sample");
    let is_lost = |patience: &str| {
        let option = format!("adjoin.patience:{patience}");
        let open = ["-c", "74", "-q", "-z", "adjoin,report,json", "-o", &option];
        read(&tshark, &file, &open).contains("KRB-REPLYLOST-MTU")
    };
    assert!(is_lost("1") && is_lost("3") && !is_lost("4"));
}

/// Every finding belongs to a preference, so with all of them off none is left.
#[test]
fn all_rules_off_leave_no_finding() {
    if !installed("tshark") {
        return;
    }
    let tshark = tshark();
    let defaults = printed(&tshark, ["-G", "defaultprefs"]);
    let names = defaults.lines().filter_map(|line| line.trim_start_matches('#').split_once(": TRUE"));
    let off: Vec<_> = names
        .filter(|(name, _)| name.starts_with("adjoin.rules_"))
        .map(|(name, _)| format!("{name}:FALSE"))
        .collect();
    assert_eq!(off.len(), 9, "{off:?}");
    // The descriptions name the groups. What adjoin says of itself and of the capture can't be turned off.
    for finding in FINDINGS.iter().filter(|finding| !finding.id.starts_with("ADJOIN-")) {
        let group = finding.id.split('-').next().unwrap_or_default();
        let ends = [format!("({group})"), format!("({group},"), format!(" {group},"), format!(" {group})")];
        assert!(
            group == "QUAL" || ends.iter().any(|end| defaults.contains(end)),
            "{} has no preference",
            finding.id
        );
    }
    let off: Vec<&str> = off.iter().map(String::as_str).collect();
    for sample in captures::samples() {
        let name = sample.file_name().and_then(OsStr::to_str).expect("a name");
        let (said, _) = report(&tshark, name, &off);
        assert!(!said.contains("\"role\""), "{name}: {said}");
        let file = tshark.lend(&sample).expect("a sample");
        let preferences: Vec<&str> = off.iter().flat_map(|preference| ["-o", preference]).collect();
        let rows = read(&tshark, &file, &[&preferences[..], &["-2", "-Y", "adjoin.finding"]].concat());
        assert_eq!(rows, "", "{name}");
    }
}

#[test]
fn wrong_values_are_said_once_and_ignored() {
    if !installed("tshark") {
        return;
    }
    let tshark = tshark();
    let (plain, silence) = report(&tshark, "kdc-answer-lost.pcap", &[]);
    let warnings = |said: &str| said.lines().filter(|line| line.contains("adjoin WARNING")).count();
    assert_eq!(warnings(&silence), 0, "{silence}");
    for wrong in ["adjoin.clients:203.0.113.1,dc1", "adjoin.controllers:192.168.50.0/24", "adjoin.patience:0"]
    {
        let (said, complaint) = report(&tshark, "kdc-answer-lost.pcap", &[wrong]);
        assert_eq!(said, plain, "{wrong}");
        assert_eq!(warnings(&complaint), 1, "{wrong}: {complaint}");
        let (name, value) = wrong.split_once(':').expect("a name");
        assert!(complaint.contains(name) && complaint.contains(value), "{complaint}");
    }
}

#[test]
fn the_info_column_is_left_appended_to_or_replaced() {
    if !installed("tshark") {
        return;
    }
    let tshark = tshark();
    let file = tshark.lend(&captures::sample("windows7-join.pcap")).expect("a sample");
    // Columns themselves: from 4.4 on the field _ws.col.info is made before post-dissectors are asked, and
    // `-T fields` writes backslashes twice.
    let column = |tshark: &Tshark, column: &str, preference: &[&str]| -> Vec<String> {
        let format = format!("gui.column.format:\"It\",\"{column}\"");
        read(tshark, &file, &[preference, &["-o", &format]].concat()).lines().map(str::to_owned).collect()
    };
    let infos = |tshark: &Tshark, preference: &[&str]| column(tshark, "%i", preference);
    let without = infos(&Tshark::without_plugin().expect("a home folder"), &[]);
    let summaries = column(&tshark, "%Cus:adjoin.summary:0:R", &[]);
    let appended = infos(&tshark, &["-o", "adjoin.info_column:append"]);
    let replaced = infos(&tshark, &["-o", "adjoin.info_column:replace"]);
    assert_eq!(infos(&tshark, &[]), without, "nothing unless it is wanted");
    let (mut changed, mut with_several) = (0, 0);
    for (((before, summary), appended), replaced) in
        without.iter().zip(&summaries).zip(&appended).zip(&replaced)
    {
        if summary.is_empty() {
            assert_eq!((appended, replaced), (before, before));
            continue;
        }
        changed += 1;
        with_several += usize::from(replaced.contains(" | "));
        assert_eq!(&replaced.replace(" | ", ","), summary, "a custom column has commas");
        assert_eq!(appended, &format!("{before} | {replaced}"));
    }
    assert!(changed > 100 && with_several > 0, "{changed} {with_several}");
}

/// Analyze > Enabled Protocols.
#[test]
fn switched_off_it_is_not_there() {
    if !installed("tshark") {
        return;
    }
    let (tshark, without) = (tshark(), Tshark::without_plugin().expect("a home folder"));
    let file = tshark.lend(&captures::sample("kdc-answer-lost.pcap")).expect("a sample");
    let off = ["--disable-protocol", "adjoin"];
    for mode in [&["-V"][..], &["-2", "-V"], &["-q", "-z", "expert"], &["-T", "json"]] {
        assert_eq!(read(&tshark, &file, &[&off, mode].concat()), read(&without, &file, mode), "{mode:?}");
    }
    let report = read(&tshark, &file, &[&off[..], &["-q", "-z", "adjoin,report"]].concat());
    assert!(!report.contains("KRB-REPLYLOST"), "{report}");
}
