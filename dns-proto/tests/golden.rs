//! Messages written by hand: values, spans, cuts and mutations.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "short messages of this file; a test fails by panicking"
)]

use dns_proto::locator::{LocatorKind, Transport, classify};
use dns_proto::{
    Change, Class, CompressedName, ErrorKind, Frame, Frames, Header, HeaderFlags, Message, Opcode,
    Prerequisite, Rcode, Rdata, RecordType, TkeyMode,
};
use proptest::prelude::*;

/// SRV answer with the address of its target and an OPT record.
const SRV: &[u8] = b"\x12\x34\x85\x80\0\x01\0\x01\0\0\0\x03\
    \x05_ldap\x04_tcp\x02dc\x06_msdcs\x04corp\x07example\0\0\x21\0\x01\
    \xc0\x0c\0\x21\0\x01\0\0\x02\x58\0\x0c\0\0\0\x64\x01\x85\x03dc1\xc0\x21\
    \xc0\x45\0\x01\0\x01\0\0\x0e\x10\0\x04\xc0\0\x02\x0a\
    \xc0\x45\0\x1c\0\x01\0\0\x0e\x10\0\x10\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x0a\
    \0\0\x29\x0f\xa0\x01\0\x80\0\0\x08\0\x0a\0\x04abcd";

/// A name that does not exist, with the SOA of its zone.
const NXDOMAIN: &[u8] = b"\0\x01\x81\x83\0\x01\0\0\0\x01\0\0\
    \x06absent\x04corp\x07example\0\0\x01\0\x01\
    \xc0\x13\0\x06\0\x01\0\0\x0e\x10\0\x27\x03dc1\xc0\x13\x0ahostmaster\xc0\x13\
    \0\0\0\x2a\0\0\x03\x84\0\0\x02\x58\0\x01\x51\x80\0\0\x0e\x10";

/// A host registers itself: the alias must be absent, old addresses go, a new one comes; signed.
const UPDATE: &[u8] = b"\xab\xcd\x28\0\0\x01\0\x01\0\x04\0\x01\
    \x04corp\x07example\0\0\x06\0\x01\
    \x02pc\xc0\x0c\0\x05\0\xfe\0\0\0\0\0\0\
    \xc0\x1e\0\x1c\0\xff\0\0\0\0\0\0\
    \xc0\x1e\0\xff\0\xff\0\0\0\0\0\0\
    \xc0\x1e\0\x01\0\xfe\0\0\0\0\0\x04\xc0\0\x02\x14\
    \xc0\x1e\0\x01\0\x01\0\0\x04\xb0\0\x04\xc0\0\x02\x15\
    \x03key\0\0\xfa\0\xff\0\0\0\0\0\x1e\x08gss-tsig\0\0\0\x65\x53\xf1\0\x01\x2c\0\x04MACS\xab\xcd\0\0\0\0";

/// The token of a secure update: TKEY, beside PTR, NS, CNAME, TXT and a type that is not decoded.
const MIXED: &[u8] = b"\0\x07\x84\0\0\0\0\x06\0\0\0\0\
    \x01k\0\0\xf9\0\xff\0\0\0\0\0\x1f\x08gss-tsig\0\0\0\0\x01\0\0\0\x02\0\x03\0\0\0\x05token\0\0\
    \xc0\x0c\0\x0c\0\x01\0\0\0\0\0\x02\xc0\x0c\
    \xc0\x0c\0\x02\0\x01\0\0\0\0\0\x02\xc0\x0c\
    \xc0\x0c\0\x05\0\x01\0\0\0\0\0\x02\xc0\x0c\
    \xc0\x0c\0\x10\0\x01\0\0\0\0\0\x06\x02ab\0\x01c\
    \xc0\x0c\0\x63\0\x01\0\0\0\0\0\x03xyz";

const ALL: [&[u8]; 4] = [SRV, NXDOMAIN, UPDATE, MIXED];

#[test]
fn srv_answer_with_addresses() {
    let message = Message::parse(SRV).unwrap();
    let header = message.header;
    assert_eq!((*header.id, *header.opcode, *header.rcode), (0x1234, Opcode::QUERY, Rcode::NOERROR));
    assert_eq!(*header.flags, HeaderFlags::QR | HeaderFlags::AA | HeaderFlags::RD | HeaderFlags::RA);
    assert!(header.is_response());
    assert_eq!(message.answers.declared(), 1);
    assert_eq!(message.rcode(), Rcode::BADSIG, "16: the extension counts the upper bits");

    let question = message.question().unwrap();
    assert_eq!(question.name.to_string(), "_ldap._tcp.dc._msdcs.corp.example");
    assert_eq!((*question.rtype, *question.class), (RecordType::SRV, Class::IN));
    assert_eq!(question.span().range(), 12..51);

    let answer = message.answers.iter().next().unwrap().unwrap();
    assert_eq!(*answer.name, *question.name);
    assert_eq!((*answer.ttl, answer.span().range()), (600, 51..75));
    let Rdata::Srv(srv) = answer.rdata().unwrap().value else { panic!("{answer:?}") };
    assert_eq!((*srv.priority, *srv.weight, *srv.port), (0, 100, 389));
    assert_eq!((srv.target.to_string().as_str(), srv.target.span.range()), ("dc1.corp.example", 69..75));

    let more: Vec<_> = message.additionals.iter().map(|r| r.unwrap().rdata().unwrap()).collect();
    assert!(matches!(more[0].value, Rdata::A(a) if a.octets() == [192, 0, 2, 10]));
    assert!(matches!(more[1].value, Rdata::Aaaa(a) if a.to_string() == "2001:db8::a"));
    let Rdata::Opt(opt) = more[2].value else { panic!("{more:?}") };
    assert_eq!((*opt.udp_payload_size, *opt.extended_rcode, *opt.version), (4000, 1, 0));
    assert!(*opt.dnssec_ok);
    assert_eq!(&SRV[opt.extended_rcode.span.range()], [1]);
    let option = opt.options.iter().next().unwrap().unwrap();
    assert_eq!((*option.code, *option.data), (10, &b"abcd"[..]));
}

#[test]
fn nxdomain_with_soa() {
    let message = Message::parse(NXDOMAIN).unwrap();
    assert_eq!(message.rcode(), Rcode::NXDOMAIN);
    assert_eq!(message.rcode().to_string(), "NXDOMAIN");
    let record = message.authorities.iter().next().unwrap().unwrap();
    let Rdata::Soa(soa) = record.rdata().unwrap().value else { panic!("{record:?}") };
    assert_eq!(soa.mname.to_string(), "dc1.corp.example");
    assert_eq!(soa.rname.to_string(), "hostmaster.corp.example");
    assert_eq!((*soa.serial, *soa.refresh, *soa.retry), (42, 900, 600));
    assert_eq!((*soa.expire, *soa.minimum), (86400, 3600));
}

#[test]
fn update_of_a_host() {
    let message = Message::parse(UPDATE).unwrap();
    let update = message.update().unwrap();
    assert_eq!(update.zone.unwrap().name.to_string(), "corp.example");
    let (prerequisite, record) = update.prerequisites().next().unwrap().unwrap();
    assert_eq!(
        (prerequisite, record.name.to_string().as_str()),
        (Prerequisite::TypeAbsent, "pc.corp.example")
    );
    let changes: Vec<_> = update.changes().map(|c| c.unwrap().0).collect();
    assert_eq!(changes, [Change::DeleteType, Change::DeleteName, Change::DeleteRecord, Change::Add]);
    assert!(matches!(record.rdata().unwrap().value, Rdata::Empty));

    let signature = message.additionals.iter().next().unwrap().unwrap();
    let Rdata::Tsig(tsig) = signature.rdata().unwrap().value else { panic!("{signature:?}") };
    assert_eq!((tsig.algorithm.to_string().as_str(), *tsig.time_signed), ("gss-tsig", 0x6553_f100));
    assert_eq!((*tsig.mac, *tsig.original_id, *tsig.fudge), (&b"MACS"[..], 0xabcd, 300));
    assert!(Message::parse(SRV).unwrap().update().is_none());
}

#[test]
fn tkey_and_names() {
    let message = Message::parse(MIXED).unwrap();
    let all: Vec<_> = message.answers.iter().map(|r| r.unwrap().rdata().unwrap().value).collect();
    let Rdata::Tkey(tkey) = all[0] else { panic!("{all:?}") };
    assert_eq!((*tkey.mode, *tkey.error, *tkey.key_data), (TkeyMode::GSS_API, Rcode::NOERROR, &b"token"[..]));
    assert!(matches!(all[1], Rdata::Ptr(name) if name.to_string() == "k"));
    assert!(matches!(all[2], Rdata::Ns(_)));
    assert!(matches!(all[3], Rdata::Cname(_)));
    let Rdata::Txt(strings) = all[4] else { panic!("{all:?}") };
    let strings: Vec<_> = strings.iter().map(|s| s.unwrap().value).collect();
    assert_eq!(strings, [&b"ab"[..], b"", b"c"]);
    assert!(matches!(all[5], Rdata::Other(b"xyz")));
}

#[test]
fn wrong_rdata_does_not_hide_what_follows() {
    let mut bytes = MIXED.to_vec();
    let at = bytes.windows(6).position(|w| w == b"\x02ab\0\x01c").unwrap();
    bytes[at] = 9;
    let partial = Message::parse_partial(&bytes);
    let error = partial.error.unwrap();
    assert_eq!((error.kind, error.offset), (ErrorKind::Overrun { excess: 4 }, at + 1));
    assert_eq!(partial.value.answers.iter().filter(Result::is_ok).count(), 6);
    assert!(error.kind.is_malformed());
}

#[test]
fn octets_behind_the_message() {
    let mut bytes = SRV.to_vec();
    bytes.push(0);
    assert_eq!(Message::parse(&bytes).unwrap_err().kind, ErrorKind::Trailing { count: 1 });
}

#[test]
fn frames_on_tcp() {
    let mut stream = Vec::new();
    for message in ALL {
        stream.extend(u16::try_from(message.len()).unwrap().to_be_bytes());
        stream.extend(message);
    }
    let frames: Vec<_> = Frames::new(&stream).map(|f| f.unwrap().message.value).collect();
    assert_eq!(frames, ALL);
    let (frame, taken) = Frame::parse_prefix(&stream).unwrap();
    assert_eq!((usize::from(*frame.length) + 2, frame.message.span.end), (taken, taken));
    assert!(Frame::parse_prefix(&stream[..taken - 1]).unwrap_err().kind.is_truncated());
    assert_eq!(Frames::new(&stream[..stream.len() - 1]).filter(Result::is_err).count(), 1);
}

#[test]
fn every_prefix_is_truncated_and_keeps_what_came_before() {
    for whole in ALL {
        let complete = Message::parse(whole).unwrap();
        let records: usize = [complete.answers, complete.authorities, complete.additionals]
            .iter()
            .map(|section| section.iter().count())
            .sum();
        let mut kept = 0;
        for cut in 0..whole.len() {
            let partial = Message::parse_partial(&whole[..cut]);
            let error = partial.error.expect("a cut message is not complete");
            assert!(error.kind.is_truncated(), "{error} at {cut}");
            assert!(error.offset <= cut, "{error} at {cut}");
            let message = partial.value;
            assert_eq!(message.header.arcount.reached().is_some(), cut >= Header::LEN);
            let now = [message.answers, message.authorities, message.additionals]
                .iter()
                .flat_map(|section| section.iter())
                .filter(Result::is_ok)
                .count();
            assert!(now >= kept, "no record is lost by a longer prefix");
            kept = now;
        }
        assert!(kept < records);
    }
}

/// Octets of a name that is not compressed.
fn wire(name: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for label in name.split('.').filter(|label| !label.is_empty()) {
        bytes.push(u8::try_from(label.len()).unwrap());
        bytes.extend(label.as_bytes());
    }
    bytes.push(0);
    bytes
}

fn classified(name: &str) -> Option<(LocatorKind, Option<String>, String)> {
    let bytes = wire(name);
    let name = CompressedName::read(&mut adjoin_wire::Cursor::new(&bytes), &bytes, 0, "QNAME").unwrap();
    classify(*name).map(|l| (l.kind, l.site.map(|s| s.to_string()), l.domain.to_string()))
}

const GUID: &str = "01234567-89ab-cdef-0123-456789abcdef";

#[test]
fn locator_names() {
    use LocatorKind as K;
    let d = "corp.example";
    for (name, kind, site) in [
        ("_ldap._tcp.<d>", K::Ldap, None),
        ("_LDAP._TCP.HQ._SITES.<d>", K::Ldap, Some("HQ")),
        ("_ldap._tcp.dc._msdcs.<d>", K::DcLdap, None),
        ("_ldap._tcp.dc._sites.dc._msdcs.<d>", K::DcLdap, Some("dc")),
        ("_ldap._tcp.pdc._msdcs.<d>", K::PdcLdap, None),
        ("_ldap._tcp.gc._msdcs.<d>", K::GcLdap, None),
        ("_ldap._tcp.HQ._sites.gc._msdcs.<d>", K::GcLdap, Some("HQ")),
        ("_ldap._tcp.<g>.domains._msdcs.<d>", K::DomainGuidLdap, None),
        ("_gc._tcp.<d>", K::Gc, None),
        ("_gc._tcp.HQ._sites.<d>", K::Gc, Some("HQ")),
        ("_kerberos._tcp.<d>", K::Kerberos, None),
        ("_kerberos._udp.<d>", K::Kerberos, None),
        ("_kerberos._tcp.HQ._sites.dc._msdcs.<d>", K::DcKerberos, Some("HQ")),
        ("_kpasswd._udp.<d>", K::Kpasswd, None),
        ("<g>._msdcs.<d>", K::DsaAlias, None),
        ("gc._msdcs.<d>", K::GcAddress, None),
    ] {
        let name = name.replace("<d>", d).replace("<g>", GUID);
        assert_eq!(classified(&name), Some((kind, site.map(str::to_owned), d.to_owned())), "{name}");
    }
}

#[test]
fn names_that_are_not_the_locators() {
    for name in [
        "",
        "corp.example",
        "_ldap",
        "_ldap._tcp",
        "_ldap._tcp.dc._msdcs",
        "_ldap._udp.corp.example",
        "_http._tcp.corp.example",
        "_msdcs.corp.example",
        "x._msdcs.corp.example",
        "_kerberos.corp.example",
        "_kerberos._udp.dc._msdcs.corp.example",
        "gc._msdcs",
    ] {
        assert_eq!(classified(name), None, "{name}");
    }
}

#[test]
fn locator_details() {
    let bytes = wire(&format!("_ldap._tcp.{GUID}.domains._msdcs.Corp.Example"));
    let name = CompressedName::read(&mut adjoin_wire::Cursor::new(&bytes), &bytes, 0, "QNAME").unwrap();
    let located = classify(*name).unwrap();
    assert_eq!(located.guid.unwrap().to_string(), GUID);
    assert_eq!(located.transport, Some(Transport::Tcp));
    assert!(located.domain.eq_ignore_ascii_case("corp.example."));
    assert!(!located.domain.eq_ignore_ascii_case("example"));
    assert!(located.kind.has_type(RecordType::SRV) && !located.kind.has_type(RecordType::A));
}

/// The most work per octet: a message full of records whose names all follow the longest chain.
#[test]
fn hostile_names_cost_little() {
    let mut bytes = b"\0\0\x80\0\0\0\xff\xff\0\0\0\0".to_vec();
    // A TXT record that holds a chain of 127 pointers, each to the one before.
    let chain = bytes.len() + 11;
    bytes.extend(b"\0\0\x63\0\x01\0\0\0\0\x01\x00");
    bytes.extend([1, b'a', 0, 0]);
    for i in 0..126_usize {
        let target = if i == 0 { chain } else { chain + 2 + 2 * i };
        bytes.extend((0xc000 | u16::try_from(target).unwrap()).to_be_bytes());
    }
    let last = u16::try_from(bytes.len() - 2).unwrap() | 0xc000;
    while bytes.len() + 12 < 0xffff {
        bytes.extend(last.to_be_bytes());
        bytes.extend(b"\0\x63\0\x01\0\0\0\0\0\0");
    }
    let start = std::time::Instant::now();
    let partial = Message::parse_partial(&bytes);
    assert!(partial.error.is_some(), "fewer records than declared");
    let text = format!("{:?}", partial.value);
    assert!(text.len() > bytes.len());
    assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
}

/// Everything that can be asked of a message, whatever it holds.
fn walk(bytes: &[u8]) {
    let partial = Message::parse_partial(bytes);
    assert_eq!(partial.error.is_none(), Message::parse(bytes).is_ok());
    if let Some(error) = partial.error {
        assert!(error.offset <= bytes.len());
    }
    let message = partial.value;
    let _ = (format!("{message:?}"), message.rcode(), message.update().map(|u| u.changes().count()));
    for question in message.questions.into_iter().flatten() {
        let _ = classify(*question.name).map(|l| format!("{l:?} {}", l.domain));
    }
    for section in [message.answers, message.authorities, message.additionals] {
        for record in section.into_iter().flatten() {
            assert_eq!(bytes.get(record.octets.span.range()), Some(*record.octets));
            if let Err(error) = record.rdata() {
                assert!(error.offset <= record.octets.span.end);
            }
        }
    }
    let _ = Frames::new(bytes).count();
}

proptest! {
    #[test]
    fn mutations_do_not_panic(which in 0..4_usize, edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6), cut in any::<prop::sample::Index>()) {
        let mut bytes = ALL[which].to_vec();
        for (at, value) in edits {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        walk(&bytes);
        walk(&bytes[..cut.index(bytes.len())]);
    }

    #[test]
    fn noise_does_not_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        walk(&bytes);
    }
}
