//! Logs of many versions of Windows, see `data/README.md`: what is read from each.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "a test fails by panicking; the numbers are small"
)]

use netsetup_log::{
    Candidate, Encoding, JoinOutcome, Line, LineKind, Log, Operation, OperationKind, Outcome, Section,
};
use std::path::Path;

fn read(name: &str) -> Log {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name);
    let log = Log::read(&std::fs::read(&path).unwrap());
    assert_eq!(log.problems(), [], "{name}");
    assert!(log.lines().all(|line| line.kind != LineKind::Unknown), "{name}");
    log
}

/// What a join of one pass says of itself.
fn pass<'a>(log: &'a Log, number: usize) -> Operation<'a> {
    log.passes().remove(number)
}

fn status(operation: &Operation<'_>) -> String {
    operation.status.as_ref().map_or_else(|| "none".to_owned(), ToString::to_string)
}

fn outcomes(log: &Log) -> Vec<String> {
    log.joins()
        .iter()
        .map(|join| match join.outcome() {
            JoinOutcome::Joined => "joined".to_owned(),
            JoinOutcome::Failed(status) => status.to_string(),
            JoinOutcome::Unfinished => "unfinished".to_owned(),
        })
        .collect()
}

/// The errors that aren't normal, as line text behind the time.
fn alarms<'a>(log: &'a Log, operation: &Operation<'_>) -> Vec<&'a str> {
    let errors = operation.notices.iter().filter(|notice| notice.normal.is_none());
    errors.map(|notice| log.line(notice.line).map_or("", |line| line.text)).collect()
}

fn causes(log: &Log) -> Vec<&'static str> {
    let found: Vec<Candidate> = log.findings();
    found.iter().filter(|candidate| candidate.normal.is_none()).map(|candidate| candidate.id).collect()
}

fn failed_section(operation: &Operation<'_>) -> Option<Section> {
    operation.sections.iter().find(|span| span.outcome != Outcome::Ok).map(|span| span.section)
}

#[test]
fn windows11_joined_in_two_passes() {
    let log = read("windows11-24h2-joined-utf16.log");
    assert_eq!(log.encoding(), Encoding::Utf16Le);
    let joins = log.joins();
    assert_eq!((joins.len(), outcomes(&log)), (1, vec!["joined".to_owned()]));
    let join = &joins[0];
    let options: Vec<_> = join.passes.iter().map(|pass| pass.options.unwrap().bits).collect();
    assert_eq!(options, [0x25, 0x27]);
    assert_eq!(status(&join.passes[0]), "0x534 ERROR_NONE_MAPPED");
    let last = join.decisive().unwrap();
    assert_eq!((last.machine, last.domain), (Some("DESK-41"), Some("corp.example")));
    assert_eq!((last.account, last.dc), (Some("CORP\\joiner"), Some("dc7.corp.example")));
    assert_eq!((last.ou, last.rid, last.build), (None, Some(0x9c5), Some(26100)));
    assert_eq!(last.sku, Some("Windows 11 Pro"));
    for operation in join.passes.iter().chain(&join.after) {
        assert_eq!(alarms(&log, operation), Vec::<&str>::new());
    }
    let kinds: Vec<_> = join.after.iter().map(|operation| operation.kind).collect();
    assert_eq!(kinds, [OperationKind::Install, OperationKind::Install, OperationKind::Rename]);
    assert_eq!(status(&join.after[1]), "0xa99 NERR_JoinPerformedMustRestart");
    assert_eq!(causes(&log), Vec::<&str>::new());
    let normal: Vec<_> = log.findings().iter().map(|candidate| candidate.id).collect();
    for id in ["PING-USERUNKNOWN", "ACC-NONE-1ST", "LDAP-NOOBJ", "LOC-RESTART"] {
        assert!(normal.contains(&id), "{id}: {normal:?}");
    }
    let sections: Vec<_> = last.sections.iter().map(|span| span.section.id()).collect();
    assert_eq!(
        sections,
        ["P0", "P1", "P0", "P1", "P2", "P1", "P2", "P3", "P5", "P7", "P8", "P7", "P8", "P10"]
    );
}

#[test]
fn windows7_joined_over_samr() {
    let log = read("windows7-joined.log");
    assert_eq!(outcomes(&log), ["joined"]);
    let pass = pass(&log, 0);
    assert_eq!((pass.machine, pass.ou), (Some("LAB7"), Some("OU=Lab,DC=old,DC=example")));
    assert_eq!((pass.dc, pass.account, pass.build), (Some("OLDDC"), Some("old\\admin7"), Some(7601)));
    assert_eq!(pass.options.unwrap().bits, 0x27);
    // Survived: the account was there, and Windows took it over.
    assert_eq!(alarms(&log, &pass), Vec::<&str>::new());
    let codes: Vec<_> = pass.notices.iter().map(|notice| notice.status.as_ref().unwrap().code).collect();
    assert_eq!(codes, [0x2, 0x8b0, 0x562]);
    assert_eq!(pass.notices[1].normal, Some("This pass went on and ended well."));
    assert_eq!(causes(&log), Vec::<&str>::new());
    let took = pass.ended.unwrap().ms_since(pass.started.unwrap());
    assert!((1..5_000).contains(&took), "midnight and the end of February in between: {took}");
}

#[test]
fn windows_xp_without_a_year() {
    let log = read("windows-xp-wrong-password.log");
    assert_eq!(outcomes(&log), ["0x52e ERROR_LOGON_FAILURE"]);
    let pass = pass(&log, 0);
    assert_eq!(
        (pass.started.unwrap().year, pass.started.unwrap().to_string().as_str()),
        (None, "12-31 23:58:11")
    );
    assert_eq!(
        (pass.machine, pass.dc, failed_section(&pass)),
        (Some("XP9"), Some("OLDDC"), Some(Section::Smb))
    );
    assert_eq!(causes(&log), ["SMB-CREDS", "KRB-PREAUTH"]);
}

#[test]
fn no_domain_controller() {
    for (name, machine) in [("windows81-no-domain.log", "TAB81"), ("windows10-no-controller.log", "PC10")] {
        let log = read(name);
        assert_eq!(outcomes(&log), ["0x54b ERROR_NO_SUCH_DOMAIN"], "{name}");
        assert_eq!(pass(&log, 0).machine, Some(machine));
        let causes = causes(&log);
        for id in ["DNS-TIMEOUT", "DNS-NXDOMAIN", "DNS-NOSRV", "PING-NOREPLY", "PING-FLAGS"] {
            assert!(causes.contains(&id), "{name}: {id} {causes:?}");
        }
        assert!(causes.iter().all(|id| id.starts_with("DNS-") || id.starts_with("PING-")), "{causes:?}");
    }
    let log = read("windows10-no-controller.log");
    let words: Vec<_> = pass(&log, 0).option_words.iter().map(|(_, options)| options.bits).collect();
    assert_eq!(words, [0x23, 0x4002_1010]);
    assert_eq!(failed_section(&pass(&log, 0)), Some(Section::LdapPing));
    let log = read("windows81-no-domain.log");
    assert_eq!(log.operations()[0].kind, OperationKind::NameCheck);
    assert_eq!(status(&log.operations()[0]), "0x54b ERROR_NO_SUCH_DOMAIN");
}

#[test]
fn connection_lost() {
    let log = read("windows10-connection-lost.log");
    assert_eq!(
        (log.encoding(), outcomes(&log)),
        (Encoding::Utf16Be, vec!["0x40 ERROR_NETNAME_DELETED".to_owned()])
    );
    let pass = pass(&log, 0);
    assert_eq!((pass.dc, failed_section(&pass)), (Some("dc7.corp.example"), Some(Section::Smb)));
    let causes = causes(&log);
    for id in [
        "KRB-REPLYLOST-MTU",
        "KRB-REPLYLOST-FW",
        "KRB-PROXYACK",
        "KRB-KDCSILENT",
        "KRB-88BLOCKED",
        "SMB-RESET",
    ] {
        assert!(causes.contains(&id), "{id}");
    }
    // The ping that names the account is normal.
    assert!(pass.notices.iter().any(|n| n.normal.is_some() && n.status.as_ref().unwrap().code == 0x525));
}

#[test]
fn failures_on_the_way() {
    for (name, expected, section, ids) in [
        (
            "server2016-no-right.log",
            "0x5 ERROR_ACCESS_DENIED",
            Section::Account,
            ["LDAP-NOCREATE", "LDAP-MODIFY"].as_slice(),
        ),
        (
            "server2019-rpc-blocked.log",
            "0x6ba RPC_S_SERVER_UNAVAILABLE",
            Section::Drsuapi,
            &["RPC-135", "RPC-DYN", "SAMR-UNAVAIL"],
        ),
        (
            "server2025-account-reuse.log",
            "0xaac NERR_AccountReuseBlockedByPolicy",
            Section::Account,
            &["ACC-REUSE"],
        ),
        (
            "windows11-quota.log",
            "0x216d ERROR_DS_MACHINE_ACCOUNT_QUOTA_EXCEEDED",
            Section::Account,
            &["LDAP-QUOTA"],
        ),
        ("windows11-no-account.log", "0x534 ERROR_NONE_MAPPED", Section::Drsuapi, &["ACC-NONE"]),
    ] {
        let log = read(name);
        assert_eq!(outcomes(&log), [expected], "{name}");
        let pass = pass(&log, 0);
        assert_eq!(failed_section(&pass), Some(section), "{name}");
        assert_eq!(causes(&log), ids, "{name}");
    }
    // The message of the server has a line break in it.
    let log = read("server2016-no-right.log");
    assert_eq!(pass(&log, 0).ou, Some("OU=Servers,DC=corp,DC=example"));
    assert_eq!(log.lines().filter(|line| line.kind == LineKind::Blank).count(), 1);
    // A remark in between.
    let log = read("server2019-rpc-blocked.log");
    assert_eq!(log.lines().filter(|line| line.kind == LineKind::Comment).count(), 1);
    assert_eq!(read("server2025-account-reuse.log").encoding(), Encoding::Utf16Le);
}

#[test]
fn the_end_is_missing() {
    let log = read("windows11-ldap-blocked-unfinished.log");
    assert_eq!(outcomes(&log), ["unfinished"]);
    let pass = pass(&log, 0);
    assert_eq!((pass.status.clone(), failed_section(&pass)), (None, Some(Section::Ldap)));
    assert_eq!(causes(&log), ["LDAP-389", "LDAP-389MTU"]);
}

#[test]
fn every_attempt_is_a_join_of_its_own() {
    let log = read("unattended-retries.log");
    assert_eq!(outcomes(&log), ["0x54b ERROR_NO_SUCH_DOMAIN", "0x54b ERROR_NO_SUCH_DOMAIN", "joined"]);
    assert_eq!(causes(&log), Vec::<&str>::new());
}

#[test]
fn checks_on_the_machine() {
    let log = read("local-checks.log");
    assert_eq!(
        outcomes(&log),
        ["0xa85 NERR_SetupDomainController", "0xa83 NERR_SetupAlreadyJoined", "0xa8a NERR_PersonalSku"]
    );
    let passes = log.passes();
    let ids = |at: usize| passes[at].findings(&log).iter().map(|c| c.id).collect::<Vec<_>>();
    assert_eq!(ids(0), ["LOC-ISDC"]);
    assert_eq!(ids(1), ["LOC-ALREADY"]);
    assert_eq!(ids(2), ["LOC-SKU", "LOC-LICENSE"]);
    assert_eq!(passes[1].machine, Some("MEM1"));
}

#[test]
fn offline() {
    let log = read("djoin-provision.log");
    assert!(log.joins().is_empty());
    let operation = log.operations().remove(0);
    assert_eq!((operation.kind, operation.machine), (OperationKind::Provision, Some("KIOSK3")));
    assert_eq!((status(&operation).as_str(), operation.rid), ("0x0 ERROR_SUCCESS", Some(0x9c5)));
    assert_eq!(alarms(&log, &operation), Vec::<&str>::new());
    let log = read("djoin-install.log");
    let all = log.operations();
    let found: Vec<_> = all.iter().map(|operation| (operation.kind, status(operation))).collect();
    let install = |status: &str| (OperationKind::Install, status.to_owned());
    assert_eq!(
        found,
        [
            install("0xa96 NERR_BadOfflineJoinInfo"),
            install("0x0 ERROR_SUCCESS"),
            install("0x0 ERROR_SUCCESS")
        ]
    );
    assert_eq!(causes(&log), ["ODJ-BAD"]);
}

#[test]
fn not_joins() {
    let log = read("workgroup.log");
    let operation = log.operations().remove(0);
    assert!(log.joins().is_empty());
    assert_eq!((operation.kind, operation.workgroup), (OperationKind::Workgroup, Some("SHED")));
    assert_eq!((operation.machine, operation.domain), (Some("HOME2"), None));
    assert_eq!(status(&operation), "0x0 ERROR_SUCCESS");

    let log = read("unjoin.log");
    let operation = log.operations().remove(0);
    assert_eq!((operation.kind, operation.domain), (OperationKind::Unjoin, Some("CORP")));
    assert_eq!(operation.options.unwrap().to_string(), "0x4 (NETSETUP_ACCT_DELETE)");
    assert_eq!((operation.account, operation.dc), (Some("CORP\\joiner"), Some("dc7.corp.example")));
    assert_eq!(status(&operation), "0x0 ERROR_SUCCESS");

    let log = read("rename-denied.log");
    let operation = log.operations().remove(0);
    assert_eq!((operation.machine, operation.new_name), (Some("OLDNAME"), Some("NEWNAME")));
    assert_eq!(status(&operation), "0x5 ERROR_ACCESS_DENIED");
    assert_eq!(causes(&log), ["RPC-FAULT5", "ACC-RENAME5"]);
}

/// The published log of a good join, and the lines of the published 0x40.
#[test]
fn the_published_logs() {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/seeds");
    let Ok(bytes) = std::fs::read(shared.join("domain-join-log-analysis.md")) else {
        println!("skipped: ../shared is not here");
        return;
    };
    let log = Log::read(&bytes);
    assert_eq!(log.problems(), []);
    let comments = log.lines().filter(|line| line.kind == LineKind::Comment).count();
    assert_eq!(comments, 6);
    let joins = log.joins();
    assert_eq!((joins.len(), outcomes(&log)), (1, vec!["joined".to_owned()]));
    let join = &joins[0];
    let facts: Vec<_> = join.passes.iter().map(|pass| (pass.options.unwrap().bits, status(pass))).collect();
    assert_eq!(facts, [(0x25, "0x534 ERROR_NONE_MAPPED".to_owned()), (0x27, "0x0 ERROR_SUCCESS".to_owned())]);
    for pass in &join.passes {
        assert_eq!((pass.machine, pass.domain), (Some("PC8"), Some("contoso.local")));
        assert_eq!((pass.dc, pass.account), (Some("DC2.contoso.local"), Some("contoso\\puser2")));
        assert_eq!((pass.ou, pass.build), (None, Some(26100)));
        let words: Vec<_> = pass.option_words.iter().map(|(_, options)| options.bits).collect();
        assert_eq!(
            words[..4],
            [pass.options.unwrap().bits, 0x4000_1010, pass.options.unwrap().bits, 0x4000_0003]
        );
        assert_eq!(alarms(&log, pass), Vec::<&str>::new());
    }
    assert_eq!(join.passes[0].option_words.len(), 4);
    assert_eq!(
        join.passes[1].option_words[4..].iter().map(|(_, o)| o.bits).collect::<Vec<_>>(),
        [0x1000, 0x1000]
    );
    assert_eq!(join.passes[1].rid, Some(0x643));
    let after: Vec<_> = join.after.iter().map(|op| (op.kind, status(op))).collect();
    assert_eq!(
        after,
        [
            (OperationKind::Install, "0x0 ERROR_SUCCESS".to_owned()),
            (OperationKind::Install, "0xa99 NERR_JoinPerformedMustRestart".to_owned()),
            (OperationKind::Rename, "true".to_owned())
        ]
    );
    for operation in &join.after {
        assert_eq!(alarms(&log, operation), Vec::<&str>::new());
    }
    assert_eq!(causes(&log), Vec::<&str>::new());
    assert!(log.operations()[..3].iter().all(|operation| operation.kind == OperationKind::NameCheck));
    // Every status of the log is one that it is known to tell.
    let mut codes: Vec<_> = log.lines().filter_map(Line::status).map(|status| status.code).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes, [0x0, 0x1, 0x2, 0x525, 0x534, 0xa99, 0x2030]);

    let log = Log::read(&std::fs::read(shared.join("domain-join-error-0x40.md")).unwrap());
    assert_eq!(outcomes(&log), ["0x40 ERROR_NETNAME_DELETED"]);
    assert_eq!(log.passes()[0].dc, Some("<dc_fqdn>"));
    assert!(causes(&log).contains(&"KRB-REPLYLOST-MTU"));
}
