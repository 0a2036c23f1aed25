//! Tokens of every layering, cut at every octet, and mutated.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    clippy::cast_possible_truncation,
    unreachable_pub,
    reason = "tests may panic"
)]

use adjoin_trials::shared;

use gss_proto::ntlm::*;
use gss_proto::*;
use proptest::prelude::*;

fn tlv(tag: u8, contents: &[u8]) -> Vec<u8> {
    let length = u32::try_from(contents.len()).unwrap().to_be_bytes();
    match contents.len() {
        0..=0x7f => [&[tag, length[3]], contents].concat(),
        // The long form, as Windows writes it in LDAP.
        _ => [&[tag, 0x84], &length[..], contents].concat(),
    }
}

fn framed(mechanism: Mechanism, inner: &[u8]) -> Vec<u8> {
    tlv(0x60, &[tlv(6, mechanism.0.0), inner.to_vec()].concat())
}

fn init(mechanisms: &[Mechanism], token: &[u8]) -> Vec<u8> {
    let list: Vec<_> = mechanisms.iter().flat_map(|m| tlv(6, m.0.0)).collect();
    let fields = [tlv(0xa0, &tlv(0x30, &list)), tlv(0xa2, &tlv(4, token))].concat();
    tlv(0xa0, &tlv(0x30, &fields))
}

fn resp(state: u8, mechanism: Mechanism, token: &[u8]) -> Vec<u8> {
    let fields =
        [tlv(0xa0, &[10, 1, state]), tlv(0xa1, &tlv(6, mechanism.0.0)), tlv(0xa2, &tlv(4, token))].concat();
    tlv(0xa1, &tlv(0x30, &fields))
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn av(id: u16, value: &[u8]) -> Vec<u8> {
    [&id.to_le_bytes()[..], &u16::try_from(value.len()).unwrap().to_le_bytes(), value].concat()
}

fn target_info() -> Vec<u8> {
    [
        av(2, &utf16("CONTOSO")),
        av(1, &utf16("DC2")),
        av(3, &utf16("DC2.contoso.local")),
        av(7, &133_853_904_000_000_000_u64.to_le_bytes()),
        av(6, &2_u32.to_le_bytes()),
        av(9, &utf16("cifs/DC2")),
        av(0, &[]),
    ]
    .concat()
}

/// A fixed part and payloads in order: `parts` are the offsets of their fields.
fn with_payload(mut fixed: Vec<u8>, parts: &[(usize, &[u8])]) -> Vec<u8> {
    for (at, payload) in parts {
        let length = u16::try_from(payload.len()).unwrap().to_le_bytes();
        let offset = u32::try_from(fixed.len()).unwrap().to_le_bytes();
        fixed[*at..at + 8].copy_from_slice(&[&length[..], &length, &offset].concat());
        fixed.extend_from_slice(payload);
    }
    fixed
}

fn head(kind: u32, size: usize) -> Vec<u8> {
    let mut out = [&SIGNATURE[..], &kind.to_le_bytes()].concat();
    out.resize(size, 0);
    out
}

const FLAGS: u32 = 0xe288_8215;
const VERSION: [u8; 8] = [10, 0, 0xf4, 0x65, 0, 0, 0, 15];

fn challenge() -> Vec<u8> {
    let mut fixed = head(2, 56);
    fixed[20..24].copy_from_slice(&FLAGS.to_le_bytes());
    fixed[24..32].copy_from_slice(b"\x01\x02\x03\x04\x05\x06\x07\x08");
    fixed[48..56].copy_from_slice(&VERSION);
    with_payload(fixed, &[(12, &utf16("CONTOSO")), (40, &target_info())])
}

fn authenticate() -> Vec<u8> {
    let mut fixed = head(3, 88);
    fixed[60..64].copy_from_slice(&FLAGS.to_le_bytes());
    fixed[64..72].copy_from_slice(&VERSION);
    fixed[72..88].fill(0x77);
    let mut response = vec![0xaa; 16];
    response.extend([1, 1, 0, 0, 0, 0, 0, 0]);
    response.extend(133_853_904_000_000_000_u64.to_le_bytes());
    response.extend([0xcc; 8]);
    response.extend([0; 4]);
    response.extend(target_info());
    let (domain, user, host) = (utf16("contoso"), utf16("puser2"), utf16("PC8"));
    with_payload(
        fixed,
        &[(28, &domain), (36, &user), (44, &host), (12, &[0; 24]), (20, &response), (52, &[0xbb; 16])],
    )
}

const AP_REQ: &[u8] = &[0x6e, 5, 0x30, 3, 2, 1, 5];

fn kerberos(blob: &[u8]) -> (Option<TokenId>, std::ops::Range<usize>) {
    match inner(blob) {
        Some(Inner::Kerberos { token_id, message }) => {
            assert_eq!(&blob[message.span.range()], message.value);
            if let Some(id) = token_id {
                assert_eq!(&blob[id.span.range()], &id.0.to_be_bytes());
            }
            (token_id.map(|id| *id), message.span.range())
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn kerberos_in_every_layering() {
    let gss = framed(Mechanism::KRB5, &[&[1, 0], AP_REQ].concat());
    let ms = framed(Mechanism::MS_KRB5, &[&[1, 0], AP_REQ].concat());
    let mechs = [Mechanism::MS_KRB5, Mechanism::KRB5, Mechanism::NEGOEX, Mechanism::NTLMSSP];
    let blobs = [
        (gss.clone(), true),
        (ms.clone(), true),
        (AP_REQ.to_vec(), false),
        (init(&mechs, &gss), true),
        (init(&mechs, AP_REQ), false),
        (framed(Mechanism::SPNEGO, &init(&mechs, &ms)), true),
        (framed(Mechanism::SPNEGO, &init(&mechs, AP_REQ)), false),
        (resp(1, Mechanism::KRB5, &gss), true),
        (resp(1, Mechanism::KRB5, AP_REQ), false),
    ];
    for (blob, with_id) in blobs {
        let (id, range) = kerberos(&blob);
        assert_eq!(&blob[range], AP_REQ);
        assert_eq!(id, with_id.then_some(TokenId::AP_REQ));
        assert!(Token::parse(&blob).is_ok(), "{blob:x?}");
    }
    // The AP-REP of the third leg and an error, as DCE/RPC has them.
    for tag in [0x6f, 0x7e] {
        assert_eq!(kerberos(&[tag, 2, 0x30, 0]), (None, 0..4));
    }
}

/// Without the frame that names the mechanism, but with the identifier in front, directly and in SPNEGO.
#[test]
fn token_identifiers_without_the_frame() {
    const TGT_REQ: &[u8] = &[0x30, 10, 0xa0, 3, 2, 1, 5, 0xa1, 3, 2, 1, 16];
    for (id, message) in [
        (TokenId::AP_REQ, AP_REQ),
        (TokenId::AP_REP, &[0x6f, 2, 0x30, 0]),
        (TokenId::ERROR, &[0x7e, 2, 0x30, 0]),
        (TokenId::TGT_REQ, TGT_REQ),
        (TokenId::TGT_REP, &[0x30, 0]),
    ] {
        let bare = [&id.0.to_be_bytes(), message].concat();
        let blobs = [
            bare.clone(),
            init(&[Mechanism::KRB5], &bare),
            framed(Mechanism::SPNEGO, &init(&[Mechanism::MS_KRB5], &bare)),
            resp(1, Mechanism::KRB5, &bare),
            framed(Mechanism::KRB5_USER_TO_USER, &bare),
        ];
        for blob in blobs {
            let (found, range) = kerberos(&blob);
            assert_eq!((found, &blob[range]), (Some(id), message));
            assert!(Token::parse(&blob).is_ok(), "{blob:x?}");
        }
        // Another message than the identifier says is none of these.
        let wrong = [&id.0.to_be_bytes()[..], &[0x31, 0]].concat();
        assert_eq!(inner(&wrong), None);
    }
}

/// Made with Scapy 2.8: `NL_AUTH_MESSAGE(Flags=0x17, NetbiosDomainName="CORP", ..)` of `msrpce.msnrpc`.
#[test]
fn netlogon_provider() {
    use gss_proto::netlogon::{NlAuthMessage, NlFlags, NlMessageType};

    let octets = shared::hex("0000000017000000434f5250005043310004636f7270076578616d706c65000350433100");
    let message = NlAuthMessage::parse(&octets).unwrap();
    assert_eq!((*message.message_type, message.flags.bits()), (NlMessageType::REQUEST, 0x17));
    assert_eq!(*message.netbios_domain_name.unwrap(), "CORP");
    assert_eq!(*message.netbios_computer_name.unwrap(), "PC1");
    assert_eq!(message.dns_domain_name.unwrap().to_string(), "corp.example");
    assert_eq!(message.netbios_computer_name_utf8.unwrap().to_string(), "PC1");
    assert!(message.dns_host_name.is_none());
    assert_eq!(&octets[message.netbios_computer_name.unwrap().span.range()], b"PC1\0");
    for cut in 0..octets.len() {
        let part = NlAuthMessage::parse_partial(&octets[..cut]);
        assert!(part.error.unwrap().kind.is_truncated(), "{cut}");
    }
    // The DNS host's name points to the domain's.
    let octets = b"\0\0\0\0\x0c\0\0\0\x04corp\x07example\0\x02pc\xc0\x08";
    let message = NlAuthMessage::parse(octets).unwrap();
    assert_eq!(*message.flags, NlFlags::DNS_DOMAIN_NAME | NlFlags::DNS_HOST_NAME);
    assert_eq!(message.dns_host_name.unwrap().to_string(), "pc.corp.example");
    let answer = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    assert_eq!(*NlAuthMessage::parse(&answer).unwrap().message_type, NlMessageType::RESPONSE);
    assert!(matches!(inner(&answer), Some(Inner::Netlogon(_))));
}

#[test]
fn spnego_fields() {
    let mechs = [Mechanism::MS_KRB5, Mechanism::NTLMSSP];
    let blob = framed(Mechanism::SPNEGO, &init(&mechs, b"token"));
    let Token::NegTokenInit(m) = Token::parse(&blob).unwrap() else { panic!() };
    assert_eq!(m.mech_types.unwrap().iter().map(|m| m.unwrap().value).collect::<Vec<_>>(), mechs);
    assert_eq!(m.preferred(), Some(Mechanism::MS_KRB5));
    let token = m.mech_token.unwrap();
    assert_eq!((&blob[token.span.range()], token.value), (&b"token"[..], &b"token"[..]));
    assert_eq!(inner(&blob), Some(Inner::Other { mechanism: Some(Mechanism::MS_KRB5), token }));

    let blob = resp(1, Mechanism::NTLMSSP, &challenge());
    let Token::NegTokenResp(m) = Token::parse(&blob).unwrap() else { panic!() };
    assert_eq!(m.neg_state.unwrap().to_string(), "accept-incomplete");
    assert_eq!(*m.supported_mech.unwrap(), Mechanism::NTLMSSP);
    assert!(matches!(inner(&blob), Some(Inner::Ntlm(message)) if message.value == challenge()));

    let done = tlv(0xa1, &tlv(0x30, &tlv(0xa0, &[10, 1, 0])));
    assert!(inner(&done).is_none());
    let Token::NegTokenResp(m) = Token::parse(&done).unwrap() else { panic!() };
    assert_eq!(*m.neg_state.unwrap(), NegState::ACCEPT_COMPLETED);
}

#[test]
fn hints_of_windows_and_a_mic_in_either_place() {
    let hint = b"not_defined_in_RFC4178@please_ignore";
    let list = tlv(0xa0, &tlv(0x30, &tlv(6, Mechanism::NTLMSSP.0.0)));
    let hints = tlv(0xa3, &tlv(0x30, &tlv(0xa0, &tlv(0x1b, hint))));
    let mic = tlv(0xa4, &tlv(4, b"mic"));
    let blob = framed(Mechanism::SPNEGO, &tlv(0xa0, &tlv(0x30, &[list.clone(), hints, mic].concat())));
    let Token::NegTokenInit(m) = Token::parse(&blob).unwrap() else { panic!() };
    assert_eq!(m.hint_name.unwrap().as_bytes(), hint);
    assert_eq!((m.mech_list_mic.unwrap().value, m.mech_token), (&b"mic"[..], None));
    assert!(inner(&blob).is_none());
    let flags = tlv(0xa1, &[3, 2, 1, 0x40]);
    let blob = tlv(0xa0, &tlv(0x30, &[list, flags, tlv(0xa3, &tlv(4, b"mic"))].concat()));
    let m = NegTokenInit::parse(&blob).unwrap();
    assert_eq!((m.mech_list_mic.unwrap().value, *m.req_flags.unwrap()), (&b"mic"[..], 0x4000_0000));
}

#[test]
fn ntlm_messages() {
    let bytes = challenge();
    let Token::Ntlm(Ntlm::Challenge(m)) = Token::parse(&bytes).unwrap() else { panic!() };
    assert_eq!(m.target_name.to_string(), "CONTOSO");
    assert_eq!(*m.server_challenge, [1, 2, 3, 4, 5, 6, 7, 8]);
    assert_eq!(m.version.unwrap().to_string(), "10.0 (Build 26100)");
    let info = m.target_info.unwrap();
    assert_eq!(
        info.find(AvId::DNS_COMPUTER_NAME).unwrap().text().unwrap().to_string_lossy(),
        "DC2.contoso.local"
    );
    let clock = info.timestamp().unwrap();
    assert_eq!(clock.unix_seconds(), 1_740_916_800);
    assert_eq!(&bytes[clock.span.range()], &clock.0.to_le_bytes());
    assert_eq!(*info.find(AvId::FLAGS).unwrap().flags().unwrap(), 2);

    let bytes = authenticate();
    let m = Authenticate::parse(&bytes).unwrap();
    assert_eq!((m.domain_name.to_string(), m.user_name.to_string()), ("contoso".into(), "puser2".into()));
    assert_eq!(m.authentication(), Authentication::NtlmV2);
    assert_eq!(m.ntlmv2.unwrap().av_pairs.find(AvId::TARGET_NAME).unwrap().text().unwrap(), "cifs/DC2");
    assert_eq!(&bytes[m.mic.unwrap().range()], &[0x77; 16]);
    let blob = resp(1, Mechanism::NTLMSSP, &bytes);
    let framed = framed(Mechanism::NTLMSSP, &bytes);
    let layers = format!("{:?} {:?}", Token::parse(&blob), Token::parse(&framed));
    let shown = format!("{m:?} {layers} {:?} {:?}", inner(&blob), inner(&framed));
    for secret in ["170, 170", "187, 187", "204, 204", "119, 119"] {
        assert!(!shown.contains(secret), "{shown}");
    }

    // Old forms: nothing behind the flags; no room for version and MIC.
    let mut old = head(1, 16);
    old[12..16].copy_from_slice(&0x0207_u32.to_le_bytes());
    assert!(Negotiate::parse(&old).unwrap().domain_name.is_none());
    let named = with_payload(head(1, 32), &[(16, b"CONTOSO"), (24, b"PC8")]);
    let m = Negotiate::parse(&named).unwrap();
    assert_eq!(m.workstation.unwrap().to_string(), "PC8");
    assert!(m.version.is_none());
    let v1 = with_payload(head(3, 64), &[(36, b"user"), (12, &[1; 24]), (20, &[2; 24])]);
    let m = Authenticate::parse(&v1).unwrap();
    assert_eq!((m.authentication(), m.version, m.mic), (Authentication::NtlmV1, None, None));
    assert_eq!(m.user_name.to_string(), "user");
    let nobody = with_payload(head(3, 64), &[(12, &[0])]);
    assert_eq!(Authenticate::parse(&nobody).unwrap().authentication(), Authentication::Anonymous);
    let old = with_payload(head(2, 32), &[(12, b"DOMAIN")]);
    assert_eq!(Challenge::parse(&old).unwrap().target_name.to_string(), "DOMAIN");
}

#[test]
fn payload_fields_are_checked() {
    let mut bytes = authenticate();
    bytes[40..44].copy_from_slice(&u32::MAX.to_le_bytes());
    let part = Authenticate::parse_partial(&bytes);
    assert_eq!(part.error.unwrap().field, "UserName");
    assert_eq!(part.value.domain_name.to_string(), "contoso");

    let mut bytes = challenge();
    let at = bytes.len() - target_info().len() + 2;
    bytes[at..at + 2].copy_from_slice(&0x7fff_u16.to_le_bytes());
    assert!(Challenge::parse(&bytes).unwrap_err().kind.is_malformed());
    assert!(matches!(
        Token::parse(b"NTLMSSP\0\x09\0\0\0").unwrap_err().kind,
        adjoin_wire::ErrorKind::Unsupported(_)
    ));
}

#[test]
fn netlogon() {
    let request = [&[0, 0, 0, 0, 0x17, 0, 0, 0][..], b"CONTOSO\0PC8\0"].concat();
    assert!(matches!(inner(&request), Some(Inner::Netlogon(m)) if m.value == request));
    assert!(matches!(inner(&[1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), Some(Inner::Netlogon(_))));
    assert!(inner(&[0; 12]).is_none() && inner(&[]).is_none() && inner(b"hello, world").is_none());
}

fn samples() -> Vec<Vec<u8>> {
    let mechs = [Mechanism::MS_KRB5, Mechanism::NTLMSSP];
    let gss = framed(Mechanism::KRB5, &[&[1, 0], AP_REQ, &[7; 300]].concat());
    vec![
        framed(Mechanism::SPNEGO, &init(&mechs, &gss)),
        resp(1, Mechanism::NTLMSSP, &authenticate()),
        challenge(),
        authenticate(),
        init(&mechs, AP_REQ),
    ]
}

#[test]
fn every_prefix_is_truncated_and_nothing_else() {
    for bytes in samples() {
        for cut in 0..bytes.len() {
            let part = Token::parse_partial(&bytes[..cut]);
            let error = part.error.unwrap_or_else(|| panic!("cut at {cut} is no error"));
            assert!(error.kind.is_truncated() && error.offset <= cut, "cut at {cut}: {error}");
            let _ = format!("{:?} {:?}", part.value, inner(&bytes[..cut]));
        }
    }
    // The message in a cut blob is found, as far as it is there.
    let blob = &samples()[0];
    let (id, range) = kerberos(&blob[..blob.len() - 200]);
    assert_eq!((id, range.end), (Some(TokenId::AP_REQ), blob.len() - 200));
}

proptest! {
    #[test]
    fn mutations_do_not_panic(index: usize, changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)) {
        let samples = samples();
        let mut bytes = samples[index % samples.len()].clone();
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        let _ = format!("{:?} {:?}", Token::parse_partial(&bytes), inner(&bytes));
    }

    #[test]
    fn noise_does_not_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = format!("{:?} {:?}", Token::parse_partial(&bytes), inner(&bytes));
        let _ = format!("{:?}", Ntlm::parse_partial(&[&SIGNATURE[..], &bytes].concat()));
    }
}

#[test]
fn the_published_token() {
    for v in shared::json("captures/vectors/dev/kerberos.json").iter().flat_map(|v| v.as_array().unwrap()) {
        let Some(at) = v["derived_here"]["ap_req_at"].as_u64() else { continue };
        let bytes = shared::hex(v["hex"].as_str().unwrap());
        let Token::Initial(frame) = Token::parse(&bytes).unwrap() else { panic!() };
        assert_eq!(frame.this_mech.0.to_string(), v["published"]["oid"].as_str().unwrap());
        let (id, range) = kerberos(&bytes);
        assert_eq!(format!("{:04x}", id.unwrap().0), v["published"]["tok_id"].as_str().unwrap());
        assert_eq!(range, usize::try_from(at).unwrap()..bytes.len());
    }
}
