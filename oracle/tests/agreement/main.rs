//! For each frame of each capture, the plugin's values equal Wireshark's own, read from the same run; and
//! where a walk over the bytes has been written down, they equal that as well. Differences stand in a list
//! that says why; all lines of it are needed.

use adjoin_oracle::explained::Place;
use adjoin_oracle::ledger::Ledger;
use adjoin_oracle::table::{FAMILIES, From, NOT_COMPARED, is_left_out};
use adjoin_oracle::tshark::{self, Tshark, build_plugin};
use adjoin_oracle::{bytes, captures, wireshark};
use join_engine::show::{Kind, fields};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

/// The captures that belong to the repository.
#[test]
fn samples() {
    let ledger = compare(Place::Samples).expect("the samples are part of the repository");
    for (family, field) in [
        ("LDAP ping", "request.dns_domain"),
        ("answer to an LDAP ping", "flags"),
        ("answer to an LDAP ping", "domain_guid"),
        ("tower", "port"),
        ("tower", "interface"),
        ("endpoint mapper", "status"),
        ("DCE/RPC PDU", "opnum"),
        ("DCE/RPC PDU", "auth_level"),
        ("Kerberos message", "padata_type"),
        ("Kerberos message", "error_code"),
        ("Kerberos message", "cname"),
        ("AP-REQ", "sname"),
        ("AP-REQ", "authenticator_etype"),
        ("SAMR call", "account"),
        ("SAMR call", "account_control"),
        ("SAMR call", "features"),
        ("SAMR call", "rid"),
        ("LSA call", "domain_sid"),
        ("LSA call", "forest"),
        ("Netlogon call", "account"),
        ("Netlogon call", "flags.supports_aes"),
        ("Netlogon call", "client_credential"),
        ("Netlogon call", "trust.domain"),
        ("SPNEGO", "mechanism"),
        ("NTLM message", "user"),
        ("NTLM message", "target_info.timestamp"),
        ("SMB2 message", "dialect"),
        ("SMB2 message", "tree"),
        ("SMB2 message", "pipe"),
        ("LDAP message", "result"),
        ("DNS message", "name"),
        ("DNS record", "target"),
    ] {
        let count = ledger.count(wireshark::NAME, family, field);
        // Other versions may miss a field altogether.
        let compared = if is_listed() { count.equal } else { count.equal + count.explained };
        assert!(compared > 0, "nothing was compared for {family}: {field}");
    }
}

/// The public captures beside the repository, and their tables of what the bytes say.
#[test]
fn public_captures() {
    let Some(ledger) = compare(Place::Public) else { return };
    for family in bytes::KINDS {
        let told = ledger.families().get(&(bytes::NAME, family)).map_or(0, |(messages, _)| messages.equal);
        assert!(told > 0, "{family} has a table");
    }
}

/// The joins of real clients in the lab, beside the repository.
#[test]
fn lab_captures() {
    compare(Place::Lab);
}

/// Each field of ours that a message has is compared, or stands on the list of those that aren't, not both.
#[test]
fn every_field_is_in_the_table() {
    let compared: BTreeSet<_> = FAMILIES
        .iter()
        .flat_map(|family| family.rows.iter().map(move |row| format!("{}.{}", family.prefix, row.name)))
        .collect();
    let mut forgotten = Vec::new();
    for field in fields().filter(|field| field.kind != Kind::Group) {
        match (compared.contains(field.filter), is_left_out(field.filter)) {
            (true, false) | (false, true) => {}
            _ => forgotten.push(field.filter),
        }
    }
    assert!(forgotten.is_empty(), "in neither or both of FAMILIES and NOT_COMPARED: {forgotten:?}");
    let known: BTreeSet<_> = fields().map(|field| field.filter).collect();
    for filter in &compared {
        assert!(known.contains(filter.as_str()), "there is no field {filter}");
    }
    for (name, _) in NOT_COMPARED {
        let name = name.trim_end_matches(".*");
        assert!(known.iter().any(|filter| filter.starts_with(name)), "there is no field {name}");
    }
}

/// Wireshark's fields in the table exist, of each row at least one: names change between versions.
#[test]
fn fields_of_wireshark_exist() {
    let tshark = Tshark::without_plugin().expect("tshark is there");
    let output = tshark.run(["-G", "fields"]).expect("tshark tells its fields");
    let text = String::from_utf8_lossy(&output.stdout);
    let known: BTreeSet<_> = text.lines().filter_map(|line| line.split('\t').nth(2)).collect();
    for family in FAMILIES {
        for row in family.rows {
            let found = match row.from {
                From::Names(names) => names.iter().any(|name| known.contains(name)),
                From::Paths(paths) => paths.iter().any(|path| path.iter().all(|name| known.contains(name))),
                From::Made(_) => true,
            };
            assert!(found, "{}: {}: {:?}", family.name, row.name, row.from);
        }
    }
}

/// The filters that the page on Wireshark recommends are filters.
#[test]
fn recommended_filters() {
    let page = fs::read_to_string(captures::root().join("docs/wireshark.md")).expect("there is a page");
    let filter_of = |line: &str| {
        let rest = line.strip_prefix("| `adjoin")?.split('`').next()?;
        // The name of a crate continues with a hyphen.
        (!rest.starts_with('-')).then(|| format!("adjoin{rest}"))
    };
    let filters: Vec<_> = page.lines().filter_map(filter_of).collect();
    assert!(filters.len() >= 8, "{filters:?}");
    let tshark =
        Tshark::with_plugin(&build_plugin(false).expect("the plugin builds")).expect("tshark is there");
    for filter in filters {
        let capture = captures::root().join("samples/windows7-join.pcap");
        let run = tshark.read(&capture, &["-n", "-Y", &filter]);
        assert!(run.is_ok(), "{filter}: {run:?}");
    }
}

/// Compares all captures of a place; nothing when they aren't here.
fn compare(place: Place) -> Option<Ledger> {
    let (_, folder) = captures::known().into_iter().find(|(known, _)| *known == place)?;
    let captures = captures::within(&folder);
    if captures.is_empty() {
        println!("skipped: ../shared is not here");
        return None;
    }
    let plugin = build_plugin(false).expect("the plugin builds");
    let tshark = Tshark::with_plugin(&plugin).expect("tshark is there");
    let ledger = captures::for_each(&captures, |capture| {
        let name = captures::name(capture);
        let packets = wireshark::packets(&tshark, capture).map_err(|error| error.to_string())?;
        let mut ledger = Ledger::default();
        wireshark::compare(&mut ledger, &name, &packets);
        bytes::compare(&mut ledger, &captures::tables(), &name, &packets);
        Ok(ledger)
    });
    let ledger = ledger.expect("tshark reads the captures");
    println!("{} captures\n{ledger}", captures.len());
    complain(&ledger);
    // Other versions have other faults.
    if is_listed() {
        let idle = ledger.idle(&[place], &[wireshark::NAME, bytes::NAME]);
        let idle: Vec<_> = idle.iter().map(|line| line.id).collect();
        assert!(idle.is_empty(), "these lines explain nothing any more: {idle:?}");
    }
    Some(ledger)
}

/// Whether the list of explanations is kept for this version.
fn is_listed() -> bool {
    tshark::version().is_ok_and(|version| version.starts_with(wireshark::LISTED))
}

fn complain(ledger: &Ledger) {
    let mut printed: BTreeMap<_, usize> = BTreeMap::new();
    for difference in &ledger.differences {
        let times = printed.entry(difference.key).or_default();
        *times += 1;
        if *times <= 8 {
            println!("{}", difference.text);
        }
    }
    assert!(ledger.differences.is_empty(), "{} unexplained differences; see above", ledger.differences.len());
}
