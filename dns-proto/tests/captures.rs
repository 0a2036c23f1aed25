//! Every DNS message of the captures against hickory-proto, and the published list of locator names.
//! Skipped when the captures or tshark are not there.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking, and counts little"
)]

use adjoin_trials::shared::{self, hex};
use dns_proto::locator::classify;
use dns_proto::{CompressedName, Frame, Message, Rdata, RecordType, Records};
use hickory_proto::op::Message as Oracle;
use hickory_proto::rr::{DNSClass, RData, Record as OracleRecord};
use std::path::Path;
use std::process::Command;

/// Messages of a capture: UDP payloads, and what stands behind the length on TCP when it is whole.
fn messages(capture: &Path) -> Option<Vec<Vec<u8>>> {
    let out = Command::new("tshark")
        .arg("-r")
        .arg(capture)
        .args(["-Y", "dns && !icmp && !icmpv6 && frame.len == frame.cap_len && !_ws.malformed"])
        .args(["-T", "fields", "-E", "occurrence=f", "-e", "udp.payload", "-e", "tcp.payload"])
        .output()
        .ok()?;
    let text = String::from_utf8(out.stdout).ok()?;
    let mut all = Vec::new();
    for line in text.lines() {
        let (udp, tcp) = line.split_once('\t').unwrap_or((line, ""));
        if !udp.is_empty() {
            all.push(hex(udp));
        } else if let Ok((frame, _)) = Frame::parse_prefix(&hex(tcp)) {
            all.push(frame.message.to_vec());
        }
    }
    Some(all)
}

fn same_name(ours: CompressedName<'_>, theirs: &hickory_proto::rr::Name) -> bool {
    let ours = ours.labels().map(|label| label.unwrap().as_bytes().to_vec());
    ours.eq(theirs.iter().map(<[u8]>::to_vec))
}

/// Records one by one. The oracle moves OPT, and in some builds TSIG, out of the additional section:
/// those are only decoded here.
fn compare(ours: Records<'_>, theirs: &[OracleRecord], decoded: &mut usize) {
    let mut theirs = theirs.iter().filter(|r| !matches!(r.record_type().into(), 41 | 250));
    for record in ours {
        let record = record.unwrap();
        if matches!(*record.rtype, RecordType::OPT | RecordType::TSIG) {
            record.rdata().unwrap();
            continue;
        }
        let their = theirs.next().unwrap();
        assert!(same_name(*record.name, their.name()), "{record:?} {their:?}");
        assert_eq!(record.rtype.0, u16::from(their.record_type()));
        assert_eq!((record.class.0, *record.ttl), (u16::from(their.dns_class()), their.ttl()));
        *decoded += 1;
        match (record.rdata().unwrap().value, their.data()) {
            (Rdata::A(a), RData::A(b)) => assert_eq!(*a, b.0),
            (Rdata::Aaaa(a), RData::AAAA(b)) => assert_eq!(*a, b.0),
            (Rdata::Srv(a), RData::SRV(b)) => {
                assert_eq!((*a.priority, *a.weight, *a.port), (b.priority(), b.weight(), b.port()));
                assert!(same_name(*a.target, b.target()));
            }
            (Rdata::Cname(a), RData::CNAME(b)) => assert!(same_name(*a, &b.0)),
            (Rdata::Ns(a), RData::NS(b)) => assert!(same_name(*a, &b.0)),
            (Rdata::Ptr(a), RData::PTR(b)) => assert!(same_name(*a, &b.0)),
            (Rdata::Soa(a), RData::SOA(b)) => {
                assert!(same_name(*a.mname, b.mname()) && same_name(*a.rname, b.rname()));
                assert_eq!((*a.serial, *a.minimum), (b.serial(), b.minimum()));
            }
            (Rdata::Txt(a), RData::TXT(b)) => {
                assert!(a.iter().map(|s| s.unwrap().value).eq(b.iter().map(|s| &**s)));
            }
            (Rdata::Empty, RData::Update0(_)) => {
                assert!(matches!(their.dns_class(), DNSClass::ANY | DNSClass::NONE))
            }
            (Rdata::Tkey(_) | Rdata::Other(_), _) => *decoded -= 1,
            (ours, theirs) => panic!("{ours:?} is not {theirs:?}"),
        }
    }
    assert!(theirs.next().is_none());
}

#[test]
fn captures_agree_with_hickory() {
    let (mut total, mut compared, mut decoded, mut located, mut updates) = (0, 0, 0, 0, 0);
    let mut complete = true;
    for folder in ["captures/dev", "captures/lab/dev"] {
        let Some(folder) = shared::path(folder) else { return };
        let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|f| f.unwrap().path()).collect();
        files.retain(|f| f.extension().is_some_and(|e| e == "pcap" || e == "pcapng"));
        // The other half of the laboratory is the same traffic seen from the other side.
        files.retain(|f| !f.to_string_lossy().ends_with(".dc.pcapng"));
        files.sort();
        complete &= !files.is_empty();
        for file in files {
            let Some(messages) = messages(&file) else {
                eprintln!("skipped: tshark is not here");
                return;
            };
            for (i, bytes) in messages.iter().enumerate() {
                total += 1;
                let ours = Message::parse(bytes);
                let ours = ours.unwrap_or_else(|e| panic!("{} message {i}: {e}", file.display()));
                updates += usize::from(ours.update().is_some());
                located +=
                    ours.questions.into_iter().filter(|q| classify(*q.unwrap().name).is_some()).count();
                let Ok(theirs) = Oracle::from_vec(bytes) else { continue };
                compared += 1;
                assert_eq!(*ours.header.id, theirs.id());
                assert_eq!(ours.rcode().0, u16::from(theirs.response_code()));
                assert_eq!(u8::from(theirs.op_code()), ours.header.opcode.0);
                for (a, b) in ours.questions.into_iter().zip(theirs.queries()) {
                    let a = a.unwrap();
                    assert!(same_name(*a.name, b.name()));
                    assert_eq!((a.rtype.0, a.class.0), (b.query_type().into(), b.query_class().into()));
                }
                compare(ours.answers, theirs.answers(), &mut decoded);
                compare(ours.authorities, theirs.name_servers(), &mut decoded);
                compare(ours.additionals, theirs.additionals(), &mut decoded);
            }
        }
    }
    println!(
        "{total} messages, {compared} read by both, {decoded} records equal, {located} locator names, {updates} updates"
    );
    if !complete {
        println!("skipped: ../shared has no captures");
        return;
    }
    assert!(compared * 10 > total * 9 && decoded > 500 && located > 100 && updates > 20);
}

#[test]
fn published_names_are_classified() {
    let Some(path) = shared::path("facts/dns_srv_names.csv") else { return };
    for line in std::fs::read_to_string(path).unwrap().lines().skip(1) {
        let mut columns = line.split(',');
        let (pattern, rtype) = (columns.next().unwrap(), columns.next().unwrap());
        if pattern == "<domain>" || pattern == "<dc fqdn>" {
            continue;
        }
        let guid = "01234567-89ab-cdef-0123-456789abcdef";
        let name = pattern
            .replace("<domain>", "corp.example")
            .replace("<forest>", "corp.example")
            .replace("<site>", "HQ")
            .replace("<domainGuid>", guid)
            .replace("<dsaGuid>", guid);
        let mut bytes = Vec::new();
        for label in name.split('.') {
            bytes.push(u8::try_from(label.len()).unwrap());
            bytes.extend(label.as_bytes());
        }
        bytes.push(0);
        let name = CompressedName::read(&mut adjoin_wire::Cursor::new(&bytes), &bytes, 0, "QNAME").unwrap();
        let located = classify(*name).unwrap_or_else(|| panic!("{pattern}"));
        assert!(located.domain.eq_ignore_ascii_case("corp.example"), "{pattern}");
        assert_eq!(located.site.is_some(), pattern.contains("<site>"), "{pattern}");
        assert_eq!(located.guid.is_some(), pattern.contains("Guid>"), "{pattern}");
        for rtype in rtype.split('/') {
            let known = [RecordType::SRV, RecordType::A, RecordType::AAAA, RecordType::CNAME];
            let rtype = known.into_iter().find(|t| t.name() == Some(rtype)).unwrap();
            assert!(located.kind.has_type(rtype), "{pattern}");
        }
    }
}
