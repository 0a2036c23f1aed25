//! For each frame of each capture, the plugin's values equal Wireshark's own, read from the same run;
//! and where a walk over the bytes has been written down, they equal that as well.

mod bytes;
mod families;
mod ledger;
mod message;
mod ours;
mod wireshark;

use adjoin_oracle::pdml::{self, Item};
use adjoin_oracle::tshark::{Tshark, build_plugin};
use ledger::{Context, Ledger};
use message::{Kind, Message, Silence};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{fs, thread};

/// The captures that belong to the repository.
#[test]
fn samples() {
    let captures = captures(&root().join("samples"));
    assert!(captures.len() >= 8, "the samples are part of the repository: {captures:?}");
    let [wireshark, _] = compare(&captures, Path::new("no-tables"));
    println!("samples, against Wireshark\n{wireshark}");
    for (kind, name) in [
        (Kind::LdapPing, "opcode"),
        (Kind::LdapPing, "flags"),
        (Kind::LdapPing, "domain_guid"),
        (Kind::LdapPing, "domain"),
        (Kind::Epm, "tower.port"),
        (Kind::Epm, "tower.interface"),
        (Kind::Epm, "status"),
        (Kind::ApReq, "realm"),
        (Kind::ApReq, "sname"),
        (Kind::ApReq, "authenticator_etype"),
        (Kind::Samr, "account"),
        (Kind::Samr, "access"),
        (Kind::Samr, "account_control"),
        (Kind::Samr, "features"),
        (Kind::Samr, "rid"),
        (Kind::Samr, "status"),
        (Kind::Lsa, "domain_sid"),
        (Kind::Netlogon, "account"),
        (Kind::Netlogon, "flags"),
        (Kind::Netlogon, "client_credential"),
        (Kind::Netlogon, "status"),
        (Kind::Netlogon, "trust.domain"),
        (Kind::Ntlm, "user"),
        (Kind::Ntlm, "target_info.timestamp"),
        (Kind::Smb2, "dialect"),
        (Kind::Smb2, "security_mode"),
        (Kind::Ldap, "result"),
    ] {
        assert!(wireshark.agreements(kind, name) > 0, "nothing was compared for {} {name}", kind.prefix());
    }
    complain(&[&wireshark]);
}

/// The filters that the README recommends are filters.
#[test]
fn filters_of_the_readme() {
    let readme = fs::read_to_string(root().join("README.md")).expect("there is a README");
    let filter_of = |line: &str| {
        let rest = line.strip_prefix("| `adjoin")?.split('`').next()?;
        // The name of a crate continues with a hyphen.
        (!rest.starts_with('-')).then(|| format!("adjoin{rest}"))
    };
    let filters: Vec<_> = readme.lines().filter_map(filter_of).collect();
    assert!(filters.len() >= 8, "{filters:?}");
    let tshark =
        Tshark::with_plugin(&build_plugin(false).expect("the plugin builds")).expect("tshark is there");
    for filter in filters {
        let run = tshark.read(&root().join("samples/windows7-join.pcap"), &["-n", "-Y", &filter]);
        assert!(run.is_ok(), "{filter}: {run:?}");
    }
}

/// The public captures beside the repository, and their tables of what the bytes say.
#[test]
fn public_captures() {
    let shared = root().join("../shared/captures");
    let captures = captures(&shared.join("dev"));
    if captures.is_empty() {
        println!("skipped: ../shared is not here");
        return;
    }
    let [wireshark, bytes] = compare(&captures, &shared.join("oracle/dev"));
    println!("{} public captures, against Wireshark\n{wireshark}", captures.len());
    println!("{} public captures, against the bytes\n{bytes}", captures.len());
    assert!(Kind::IN_TABLES.iter().all(|&kind| bytes.messages(kind) > 0), "each kind has a table");
    complain(&[&wireshark, &bytes]);
}

/// The joins of real clients in the lab, beside the repository.
#[test]
fn lab_captures() {
    let captures = captures(&root().join("../shared/captures/lab/dev"));
    if captures.is_empty() {
        println!("skipped: ../shared is not here");
        return;
    }
    let [wireshark, _] = compare(&captures, Path::new("no-tables"));
    println!("{} lab captures, against Wireshark\n{wireshark}", captures.len());
    complain(&[&wireshark]);
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn captures(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut captures: Vec<_> = entries
        .map(|entry| entry.expect("the folder is readable").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "pcap" || extension == "pcapng"))
        .collect();
    captures.sort();
    captures
}

/// Runs over all captures, as many at a time as there are processors.
fn compare(captures: &[PathBuf], tables: &Path) -> [Ledger; 2] {
    let plugin = build_plugin(false).expect("the plugin builds");
    let tshark = Tshark::with_plugin(&plugin).expect("tshark is there");
    let next = AtomicUsize::new(0);
    let ledgers = Mutex::new([Ledger::for_wireshark(), Ledger::for_bytes()]);
    let workers = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(capture) = captures.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let [wireshark, bytes] = compare_one(&tshark, capture, tables);
                    let mut ledgers = ledgers.lock().expect("no worker panics with the lock");
                    ledgers[0].add(wireshark);
                    ledgers[1].add(bytes);
                }
            });
        }
    });
    ledgers.into_inner().expect("no worker panics with the lock")
}

/// Only these protocols can hold a message that is compared.
const RELEVANT: &str = "ldap or cldap or kerberos or epm or smb_netlogon or samr or lsarpc or rpc_netlogon or ntlmssp or smb2 or adjoin";

/// By default Wireshark gives up on a message whose segments overtake each other.
const OUT_OF_ORDER: &[&str] = &["-o", "tcp.reassemble_out_of_order:TRUE"];

fn compare_one(tshark: &Tshark, capture: &Path, tables: &Path) -> [Ledger; 2] {
    let document = tshark
        .read(capture, &[&["-n", "-Y", RELEVANT, "-T", "pdml"], OUT_OF_ORDER].concat())
        .expect("tshark reads the capture");
    let packets = pdml::packets(&document);
    let all = |of: fn(&Item) -> Vec<Message>, and: fn(&Item) -> Vec<Message>| -> Vec<Message> {
        packets.iter().flat_map(|packet| of(packet).into_iter().chain(and(packet))).collect()
    };
    let theirs = all(wireshark::messages, families::theirs);
    let ours = all(ours::messages, families::ours);
    let context: BTreeMap<_, _> = packets.iter().map(|packet| (packet.frame(), context(packet))).collect();
    let name = capture.file_name().expect("captures are files").to_string_lossy();
    let from_bytes = bytes::messages(tables, &name);

    let [mut wireshark, mut bytes] = [Ledger::for_wireshark(), Ledger::for_bytes()];
    for kind in Kind::ALL.into_iter().filter(|kind| *kind != Kind::Mailslot) {
        wireshark.compare(&name, kind, &theirs, &ours, &context);
    }
    for kind in Kind::IN_TABLES {
        // A table is complete for the frames it has; it has no row for what was not looked for.
        let told: Vec<_> = ours
            .iter()
            .filter(|ours| from_bytes.iter().any(|told| told.kind == ours.kind && told.frame == ours.frame))
            .cloned()
            .collect();
        bytes.compare(&name, kind, &from_bytes, &told, &context);
    }
    [wireshark, bytes]
}

/// What is dissected on a TCP stream.
const CARRIERS: [&str; 5] = ["nbss", "ldap", "dcerpc", "kerberos", "dns"];

/// Why one side may tell nothing of a packet; decided from the packet alone.
fn context(packet: &Item) -> Context {
    let has = |name: &str| packet.child(name).is_some();
    let length = |name: &str| packet.find(name).map(|item| item.show.as_str());
    let theirs = if packet.find_all("dcerpc.auth_level").any(|level| level.show == "4") {
        Some(Silence::LevelPkt)
    } else if length("frame.cap_len") != length("frame.len") {
        Some(Silence::CutFrame)
    } else if has("tcp") && !CARRIERS.iter().any(|carrier| has(carrier))
        || has("dcerpc") && packet.find("dcerpc.request_in").is_none()
    {
        Some(Silence::WaitsForSegment)
    } else if packet.find("ldap.sasl_buffer_length").is_some() {
        Some(Silence::SignedLdap)
    } else {
        None
    };
    let ours = if has("icmp") || has("icmpv6") {
        Some(Silence::QuotedByIcmp)
    } else if !has("ip") && !has("ipv6") {
        Some(Silence::WithoutIp)
    } else {
        None
    };
    Context { theirs, ours }
}

fn complain(ledgers: &[&Ledger]) {
    let disagreements: Vec<_> = ledgers.iter().flat_map(|ledger| ledger.disagreements()).collect();
    let mut printed: BTreeMap<(Kind, &str), usize> = BTreeMap::new();
    for disagreement in &disagreements {
        let times = printed.entry((disagreement.kind, disagreement.field)).or_default();
        *times += 1;
        if *times <= 8 {
            println!("{}", disagreement.text);
        }
    }
    for ((kind, field), times) in printed {
        println!("{} {field}: {times} unexplained disagreements", kind.name());
    }
    assert!(disagreements.is_empty(), "{} unexplained disagreements; see above", disagreements.len());
}
