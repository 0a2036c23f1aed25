//! Messages from real captures (`tests/data/README.md`), and own ones of the kinds that are rare.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]
#![allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "tests")]

use cldap_proto::{
    AdErrorText, Authentication, LdapMessage, LdapPing, LdapPingBuilder, ProtocolOp, ResultCode, Scope,
    SearchRequest, messages, netlogon_value, oid_name,
};
use proptest::prelude::*;

const PING_WINDOWS7: &[u8] = include_bytes!("data/ping_windows7.bin");
const PING_WINDOWS10: &[u8] = include_bytes!("data/ping_windows10.bin");
const PING_WITH_ACCOUNT: &[u8] = include_bytes!("data/ping_with_account.bin");
const PING_MINIMAL: &[u8] = include_bytes!("data/ping_minimal.bin");
const ANSWER_SAMBA: &[u8] = include_bytes!("data/answer_samba.bin");
const ANSWER_WINDOWS: &[u8] = include_bytes!("data/answer_windows.bin");
const ANSWER_USER_UNKNOWN: &[u8] = include_bytes!("data/answer_user_unknown.bin");
const BIND_SICILY: &[u8] = include_bytes!("data/bind_sicily.bin");
const BIND_SICILY_ANSWER: &[u8] = include_bytes!("data/bind_sicily_answer.bin");
const SEARCH_USERS: &[u8] = include_bytes!("data/search_users.bin");
const SEARCH_USERS_ANSWER: &[u8] = include_bytes!("data/search_users_answer.bin");

const CAPTURED: [&[u8]; 11] = [
    PING_WINDOWS7,
    PING_WINDOWS10,
    PING_WITH_ACCOUNT,
    PING_MINIMAL,
    ANSWER_SAMBA,
    ANSWER_WINDOWS,
    ANSWER_USER_UNKNOWN,
    BIND_SICILY,
    BIND_SICILY_ANSWER,
    SEARCH_USERS,
    SEARCH_USERS_ANSWER,
];

fn tlv(tag: u8, contents: &[u8]) -> Vec<u8> {
    let length = u16::try_from(contents.len()).unwrap().to_be_bytes();
    [&[tag, 0x82], &length[..], contents].concat()
}

fn message(op: &[u8]) -> Vec<u8> {
    tlv(0x30, &[&[2, 1, 5], op].concat())
}

fn text(text: &str) -> Vec<u8> {
    tlv(4, text.as_bytes())
}

fn search(filter: &[u8]) -> Vec<u8> {
    let head = [4, 0, 10, 1, 0, 10, 1, 0, 2, 1, 0, 2, 1, 0, 1, 1, 0];
    message(&tlv(0x63, &[&head[..], filter, &tlv(0x30, &text("nEtLoGoN"))].concat()))
}

fn equality(tag: u8, name: &str, value: &[u8]) -> Vec<u8> {
    tlv(tag, &[text(name), tlv(4, value)].concat())
}

fn parse_search(bytes: &[u8]) -> SearchRequest<'_> {
    match LdapMessage::parse(bytes).unwrap().op {
        ProtocolOp::SearchRequest(search) => search,
        op => panic!("{op:?}"),
    }
}

#[test]
fn a_windows_10_ping() {
    let message = LdapMessage::parse(PING_WINDOWS10).unwrap();
    assert_eq!((*message.message_id, message.minimal), (0x16b, false));
    let search = parse_search(PING_WINDOWS10);
    assert_eq!((search.base_object.is_empty(), *search.scope), (true, Scope::BASE_OBJECT));
    let ping = LdapPing::of(&search).unwrap();
    assert_eq!(*ping.dns_domain.unwrap(), "theshire.local.");
    assert_eq!(*ping.host.unwrap(), "WORKSTATION5");
    assert_eq!(*ping.dns_host_name.unwrap(), "WORKSTATION5.theshire.local");
    assert_eq!(ping.domain_guid.unwrap().to_string(), "d613d8a5-418b-4b7a-83b8-ae1511c502c4");
    assert_eq!(ping.domain_sid.unwrap().len(), 24);
    assert_eq!(*ping.nt_ver.unwrap(), 0x2000_0016);
    assert!(ping.user.is_none() && ping.aac.is_none() && ping.problem.is_none());
    let version = ping.nt_ver.unwrap().span;
    assert_eq!(PING_WINDOWS10[version.range()], [0x16, 0, 0, 0x20]);
}

#[test]
fn a_ping_with_an_account() {
    let search = parse_search(PING_WITH_ACCOUNT);
    let ping = LdapPing::of(&search).unwrap();
    assert_eq!(*ping.user.unwrap(), "WINDOWS7-3$");
    assert_eq!(ping.to_string(), "LDAP ping for s4.howto.abartlet.net, account WINDOWS7-3$");
    assert_eq!(*ping.aac.unwrap(), 0x180);
    assert_eq!(
        search.filter.unwrap().to_string(),
        r"(&(DnsDomain=s4.howto.abartlet.net)(Host=WINDOWS7-3)(User=WINDOWS7-3$)(AAC=\80\01\00\00)(NtVer=\16\00\00\20))"
    );
    assert!(LdapMessage::parse(PING_MINIMAL).unwrap().minimal);
}

#[test]
fn pings_are_written_as_windows_does() {
    for bytes in [PING_WINDOWS7, PING_WINDOWS10, PING_WITH_ACCOUNT, PING_MINIMAL] {
        let message = LdapMessage::parse(bytes).unwrap();
        let ping = LdapPing::of(&parse_search(bytes)).unwrap();
        assert_eq!(ping.encode(*message.message_id, !message.minimal).unwrap(), bytes);
    }
}

#[test]
fn answers_are_two_messages() {
    for (bytes, spelled, opcode) in [
        (ANSWER_SAMBA, "netlogon", 23),
        (ANSWER_WINDOWS, "Netlogon", 23),
        (ANSWER_USER_UNKNOWN, "netlogon", 25),
    ] {
        let all: Vec<_> = messages(bytes).map(|m| m.complete().unwrap()).collect();
        let [entry, done] = &all[..] else { panic!("{all:?}") };
        assert_eq!(done.op.result().unwrap().result_code.value, ResultCode::SUCCESS);
        assert_eq!((entry.span.end, done.span.end), (done.span.start, bytes.len()));
        let ProtocolOp::SearchResultEntry(entry) = entry.op else { panic!() };
        assert_eq!(*entry.attributes.iter().next().unwrap().unwrap().description, spelled);
        let value = netlogon_value(&entry).unwrap();
        let answer = netlogon_proto::Message::parse(&value).unwrap();
        assert_eq!(answer.opcode().0, opcode);
        let (first, len) = LdapMessage::parse_prefix(bytes).unwrap();
        assert_eq!((first.span.end, LdapMessage::declared_len(bytes)), (len, Ok(len)));
        assert!(LdapMessage::parse(bytes).is_err());
    }
}

#[test]
fn binds() {
    let ProtocolOp::BindRequest(bind) = LdapMessage::parse(BIND_SICILY).unwrap().op else { panic!() };
    assert_eq!((*bind.version, *bind.name), (3, "User1".into()));
    let Authentication::Sicily { step: 10, credentials } = bind.authentication else { panic!() };
    assert!(credentials.starts_with(b"NTLMSSP\0"));
    let answer = LdapMessage::parse(BIND_SICILY_ANSWER).unwrap();
    assert!(answer.op.result().unwrap().matched_dn.as_bytes().starts_with(b"NTLMSSP\0"));

    let sasl = tlv(0xa3, &[text("GSS-SPNEGO"), text("token")].concat());
    let bytes = message(&tlv(0x60, &[&[2, 1, 3, 4, 0], &sasl[..]].concat()));
    let ProtocolOp::BindRequest(bind) = LdapMessage::parse(&bytes).unwrap().op else { panic!() };
    let Authentication::Sasl { mechanism, credentials } = bind.authentication else { panic!() };
    assert_eq!((*mechanism, *credentials.unwrap()), ("GSS-SPNEGO".into(), &b"token"[..]));

    let bytes = message(&tlv(0x60, &[&[2, 1, 3, 4, 0], &tlv(0x80, b"Passw0rd")[..]].concat()));
    let shown = format!("{:?}", LdapMessage::parse(&bytes).unwrap());
    assert!(shown.contains("Simple(8 octets") && !shown.contains("Passw0rd"), "{shown}");

    let why = "80090308: LdapErr: DSID-0C090511, comment: AcceptSecurityContext error, data 533, v4f7c\0";
    let body = [vec![10, 1, 49, 4, 0], text(why), tlv(0x87, b"creds")].concat();
    let bytes = message(&tlv(0x61, &body));
    let ProtocolOp::BindResponse(bind) = LdapMessage::parse(&bytes).unwrap().op else { panic!() };
    assert_eq!(bind.result.result_code.to_string(), "invalidCredentials");
    let why = AdErrorText::parse(bind.result.diagnostic_message).unwrap();
    assert_eq!(bytes[why.data.unwrap().span.range()], *b"533");
    assert_eq!(why.logon_sub_code().unwrap().to_string(), "533 (the account is disabled)");
    assert_eq!(*bind.server_sasl_creds.unwrap(), b"creds");
}

#[test]
fn a_search_and_its_answer_over_tcp() {
    let search = parse_search(SEARCH_USERS);
    assert_eq!(*search.scope, Scope::WHOLE_SUBTREE);
    let filter = search.filter.unwrap().to_string();
    assert!(filter.contains("(sAMAccountName=*)"), "{filter}");
    assert!(filter.contains("(!(UserAccountControl:1.2.840.113556.1.4.803:=2))"), "{filter}");
    let names: Vec<_> =
        messages(SEARCH_USERS_ANSWER).map(|m| m.complete().unwrap().op.name().unwrap()).collect();
    let (entry, reference, done) = ("searchResEntry", "searchResRef", "searchResDone");
    assert_eq!(names, [entry, entry, entry, reference, reference, reference, done]);
}

#[test]
fn filters_as_text() {
    let substrings = |pieces: &[(u8, &str)]| {
        let pieces: Vec<u8> = pieces.iter().flat_map(|(tag, t)| tlv(*tag, t.as_bytes())).collect();
        tlv(0xa4, &[text("cn"), tlv(0x30, &pieces)].concat())
    };
    let cases = [
        (equality(0xa3, "cn", b"a*(b)\\"), r"(cn=a\2a\28b\29\5c)"),
        (equality(0xa3, "cn", "Jürgen".as_bytes()), "(cn=Jürgen)"),
        (equality(0xa5, "n", b"1"), "(n>=1)"),
        (equality(0xa6, "n", b"1"), "(n<=1)"),
        (equality(0xa8, "n", b"1"), "(n~=1)"),
        (tlv(0x87, b"objectClass"), "(objectClass=*)"),
        (substrings(&[(0x80, "a"), (0x81, "b"), (0x82, "c")]), "(cn=a*b*c)"),
        (substrings(&[(0x81, "b")]), "(cn=*b*)"),
        (substrings(&[(0x80, "a")]), "(cn=a*)"),
        (tlv(0xa1, &[tlv(0x87, b"a"), tlv(0xa2, &tlv(0x87, b"b"))].concat()), "(|(a=*)(!(b=*)))"),
        (tlv(0xa0, b""), "(&)"),
        (tlv(0xa9, &[tlv(0x82, b"cn"), tlv(0x83, b"x"), tlv(0x84, &[0xff])].concat()), "(cn:dn:=x)"),
        (tlv(0xbd, b"?"), "(?)"),
    ];
    for (octets, shown) in cases {
        let bytes = search(&octets);
        assert_eq!(parse_search(&bytes).filter.unwrap().to_string(), shown);
    }
    // Nesting ends at a constant depth, with an error.
    let deep = (0..200).fold(tlv(0x87, b"a"), |inner, _| tlv(0xa2, &inner));
    let partial = LdapMessage::parse_partial(&search(&deep)).error.unwrap();
    assert_eq!(partial.kind, adjoin_wire::ErrorKind::Limit("nested too deeply"));
}

#[test]
fn pings_in_any_order_and_case() {
    let inner = tlv(0xa0, &[equality(0xa3, "NTVER", &[6, 0, 0, 0]), equality(0xa3, "user", b"a")].concat());
    let bytes = search(&tlv(0xa0, &[inner, equality(0xa3, "dnsdomain", b"x.y")].concat()));
    let ping = LdapPing::of(&parse_search(&bytes)).unwrap();
    assert_eq!((*ping.nt_ver.unwrap(), *ping.dns_domain.unwrap()), (6, "x.y".into()));
    assert_eq!(*ping.user.unwrap(), "a");

    let bytes = search(&equality(0xa3, "AAC", b"128"));
    let ping = LdapPing::of(&parse_search(&bytes)).unwrap();
    assert!(ping.aac.is_none());
    assert_eq!(ping.problem.unwrap().field, "AAC");
    assert!(LdapPing::of(&parse_search(SEARCH_USERS)).is_none());
}

#[test]
fn other_operations() {
    let attribute = tlv(0x30, &[text("dNSHostName"), tlv(0x31, &text("PC8.contoso.local"))].concat());
    let change = tlv(0x30, &[&[10, 1, 2], &attribute[..]].concat());
    let bytes = message(&tlv(0x66, &[text("CN=PC8"), tlv(0x30, &change)].concat()));
    let ProtocolOp::ModifyRequest(modify) = LdapMessage::parse(&bytes).unwrap().op else { panic!() };
    let change = modify.changes.iter().next().unwrap().unwrap();
    assert_eq!(change.operation.to_string(), "replace");
    assert_eq!(*change.modification.values.texts().next().unwrap(), "PC8.contoso.local");

    let bytes = message(&tlv(0x68, &[text("CN=PC8"), tlv(0x30, &attribute)].concat()));
    let ProtocolOp::AddRequest(add) = LdapMessage::parse(&bytes).unwrap().op else { panic!() };
    assert!(add.attributes.values("DNSHOSTNAME").is_some());

    let bytes = message(&tlv(0x77, &tlv(0x80, b"1.3.6.1.4.1.1466.20037")));
    let ProtocolOp::ExtendedRequest(extended) = LdapMessage::parse(&bytes).unwrap().op else { panic!() };
    assert_eq!(oid_name(extended.request_name.as_bytes()), Some("StartTLS"));

    let rename = [text("CN=A"), text("CN=B"), vec![1, 1, 0xff], tlv(0x80, b"OU=C")].concat();
    let bytes = message(&tlv(0x6c, &rename));
    let ProtocolOp::ModifyDnRequest(rename) = LdapMessage::parse(&bytes).unwrap().op else { panic!() };
    assert_eq!((*rename.delete_old_rdn, *rename.new_superior.unwrap()), (true, "OU=C".into()));

    let controls =
        tlv(0xa0, &tlv(0x30, &[text("1.2.840.113556.1.4.319"), vec![1, 1, 0xff, 4, 1, 9]].concat()));
    let bytes = message(&[tlv(0x4a, b"CN=PC8"), controls].concat());
    let m = LdapMessage::parse(&bytes).unwrap();
    assert!(matches!(m.op, ProtocolOp::DelRequest(del) if *del.entry == "CN=PC8"));
    let control = m.controls.iter().next().unwrap().unwrap();
    assert!(control.criticality && *control.control_value.unwrap() == [9]);
    assert_eq!(oid_name(control.control_type.as_bytes()), Some("LDAP_PAGED_RESULT_OID_STRING"));

    let referral = tlv(0xa3, &text("ldap://a.b/DC=c"));
    let bytes = message(&tlv(0x65, &[vec![10, 1, 10, 4, 0, 4, 0], referral].concat()));
    let m = LdapMessage::parse(&bytes).unwrap();
    let uris = m.op.result().unwrap().referral.unwrap();
    assert_eq!(*uris.texts().next().unwrap(), "ldap://a.b/DC=c");

    for (op, name) in [(&[0x42, 0][..], Some("unbindRequest")), (&[0x50, 1, 4], Some("abandonRequest"))] {
        assert_eq!(LdapMessage::parse(&message(op)).unwrap().op.name(), name);
    }
    let bytes = message(&tlv(0x79, b"abc"));
    let ProtocolOp::Unknown(unknown) = LdapMessage::parse(&bytes).unwrap().op else { panic!() };
    assert_eq!(*unknown.octets, b"abc");
    let error = LdapMessage::parse(b"\x60\x00").unwrap_err();
    assert!(error.kind.is_malformed());
}

#[test]
fn every_prefix_keeps_what_stands_before_the_cut() {
    for bytes in CAPTURED {
        let whole: Vec<_> = messages(bytes).map(|m| m.complete().unwrap()).collect();
        for cut in 1..bytes.len() {
            let got: Vec<_> = messages(&bytes[..cut]).collect();
            let complete = whole.iter().take_while(|m| m.span.end <= cut).count();
            let at_end = whole.get(complete - usize::from(complete == whole.len())).unwrap();
            let clean = at_end.span.start == cut || complete == got.len();
            assert_eq!(got.len(), complete + usize::from(!clean), "{cut}");
            assert!(got.iter().take(complete).all(|m| m.error.is_none()), "{cut}");
            let Some(last) = got.get(complete) else { continue };
            let error = last.error.unwrap();
            assert!(error.kind.is_truncated() && error.offset <= cut, "{error} at {cut}");
            let id = whole[complete].message_id;
            assert_eq!(last.value.message_id.reached().is_some(), id.span.end <= cut, "{cut}");
        }
    }
}

#[test]
fn a_cut_ping_and_a_cut_answer_say_what_they_can() {
    for cut in 0..PING_WINDOWS10.len() {
        let partial = LdapMessage::parse_partial(&PING_WINDOWS10[..cut]);
        let ProtocolOp::SearchRequest(search) = partial.value.op else { continue };
        let whole = LdapPing::of(&parse_search(PING_WINDOWS10)).unwrap();
        let seen = whole.nt_ver.unwrap().span.end <= cut;
        let ping = LdapPing::of(&search);
        assert_eq!(ping.is_some(), seen, "{cut}");
        assert!(ping.is_none_or(|ping| ping.dns_domain == whole.dns_domain));
    }
    let cut = LdapMessage::parse_partial(&ANSWER_WINDOWS[..100]);
    let ProtocolOp::SearchResultEntry(entry) = cut.value.op else { panic!() };
    let value = netlogon_value(&entry).unwrap();
    assert_eq!(value.span.end, 100);
    let netlogon_proto::Message::SamLogonResponseEx(answer) =
        netlogon_proto::Message::parse_partial(&value).value
    else {
        panic!()
    };
    assert_eq!(answer.dns_forest_name.to_string(), "theshire.local");
}

/// Looks at everything a message has.
fn touch(bytes: &[u8]) {
    for m in messages(bytes) {
        assert!(m.value.span.is_none() || m.value.span.end <= bytes.len());
        assert!(m.error.is_none_or(|error| error.offset <= bytes.len()));
        let _ = format!("{:?}", m.value);
        if let ProtocolOp::SearchRequest(search) = m.value.op {
            let _ = LdapPing::of(&search);
        }
        if let ProtocolOp::SearchResultEntry(entry) = m.value.op {
            let _ = netlogon_value(&entry);
            entry.attributes.partial().for_each(|(a, _)| drop(format!("{a:?}")));
        }
        if let Some(result) = m.value.op.result() {
            let _ = AdErrorText::parse(result.diagnostic_message);
        }
    }
}

proptest! {
    #[test]
    fn mutations_do_not_panic(
        which in 0..CAPTURED.len(),
        edits in prop::collection::vec((any::<usize>(), any::<u8>()), 0..8),
        keep in any::<usize>(),
    ) {
        let mut bytes = CAPTURED[which].to_vec();
        for (at, value) in edits {
            let at = at % bytes.len();
            bytes[at] = value;
        }
        bytes.truncate(1 + keep % (2 * bytes.len()));
        touch(&bytes);
    }

    #[test]
    fn noise_does_not_panic(bytes in prop::collection::vec(any::<u8>(), 0..120)) {
        touch(&bytes);
        touch(&message(&bytes));
        touch(&search(&bytes));
    }

    #[test]
    fn any_text_is_an_error_text_or_not(text in "\\PC{0,120}", cut in any::<usize>()) {
        let text = format!("80090308: LdapErr: DSID-0C0903A9, comment: {text}, data 52e, v4563");
        let cut = (0..=cut % (text.len() + 1)).rev().find(|i| text.is_char_boundary(*i)).unwrap();
        let span = adjoin_wire::Span::new(0, cut);
        let _ = AdErrorText::parse(adjoin_wire::Spanned::new(text[..cut].into(), span));
    }

    #[test]
    fn written_pings_are_read_back(
        message_id in 0..=0x7fff_ffff_u32,
        domain in prop::option::of("[a-z.]{0,80}"),
        user in prop::option::of("\\PC{0,60}"),
        aac in prop::option::of(any::<u32>()),
        sid in prop::option::of(prop::collection::vec(any::<u8>(), 0..68)),
        guid in prop::option::of(any::<u128>()),
        nt_ver in prop::option::of(any::<u32>()),
        long_lengths in any::<bool>(),
    ) {
        let ping = LdapPingBuilder {
            message_id,
            dns_domain: domain.as_deref(),
            user: user.as_deref(),
            aac,
            domain_sid: sid.as_deref(),
            domain_guid: guid.map(adjoin_wire::Guid::from_u128),
            nt_ver,
            long_lengths,
            ..LdapPingBuilder::default()
        };
        let bytes = ping.encode();
        let m = LdapMessage::parse(&bytes).unwrap();
        prop_assert_eq!((*m.message_id, m.minimal), (message_id, !long_lengths));
        let read = LdapPing::of(&parse_search(&bytes)).unwrap();
        prop_assert_eq!(read.problem, None);
        prop_assert_eq!(read.dns_domain.and_then(|d| d.to_str()), ping.dns_domain);
        prop_assert_eq!(read.user.and_then(|u| u.to_str()), ping.user);
        prop_assert_eq!(read.aac.map(|a| *a), aac);
        prop_assert_eq!(read.domain_sid.map(|s| *s), ping.domain_sid);
        prop_assert_eq!(read.domain_guid.map(|g| *g), ping.domain_guid);
        prop_assert_eq!(read.nt_ver.map(|v| *v), nt_ver);
        prop_assert_eq!(read.encode(message_id, long_lengths), Some(bytes.clone()));
    }
}
