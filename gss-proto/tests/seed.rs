//! The two security blobs that Microsoft's article on domain joins prints.
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

struct Printed(Vec<String>);

impl Printed {
    fn value(&self, key: &str) -> &str {
        let line = self.0.iter().find(|line| line.starts_with(key)).unwrap_or_else(|| panic!("{key}"));
        line[key.len()..].split_once(": ").map_or("", |(_, value)| value)
    }
}

fn section(from: &str, to: &str) -> Option<Printed> {
    let article = shared::text("seeds/domain-join-log-analysis.md")?;
    let part = article.split(from).nth(1).unwrap().split(to).next().unwrap();
    Some(Printed(part.lines().map(|line| line.trim().trim_start_matches("[…]").into()).collect()))
}

#[test]
fn the_session_setup_with_kerberos() {
    let Some(printed) = section("### Kerberos", "#### About NTLM") else { return };
    let mut blob = shared::hex(printed.value("Security Blob"));
    let mech_token = shared::hex(printed.value("mechToken"));
    let length: usize = printed.value("Blob Length").parse().unwrap();
    // The token is printed further than the blob; the octets behind that are not known.
    let at = blob.windows(8).position(|w| w == &mech_token[..8]).unwrap();
    blob.truncate(at);
    blob.extend_from_slice(&mech_token);
    blob.resize(length, 0xa5);

    let Token::NegTokenInit(m) = Token::parse(&blob).unwrap() else { panic!() };
    let frame = InitialContextToken::parse(&blob).unwrap();
    assert_eq!(frame.this_mech.0.to_string(), printed.value("OID").split(' ').next().unwrap());
    let mechs: Vec<_> = m.mech_types.unwrap().iter().map(|m| m.unwrap().value).collect();
    assert_eq!(format!("{} items", mechs.len()), printed.value("mechTypes"));
    assert_eq!(mechs, [Mechanism::MS_KRB5, Mechanism::KRB5, Mechanism::NEGOEX, Mechanism::NTLMSSP]);
    let token = m.mech_token.unwrap();
    assert_eq!(token.span.start, at);
    let krb5 = InitialContextToken::parse(token.value).unwrap();
    assert_eq!(krb5.this_mech.0.to_string(), printed.value("KRB5 OID").split(' ').next().unwrap());
    let Some(Inner::Kerberos { token_id: Some(id), message }) = inner(&blob) else { panic!() };
    // tshark reads the identifier in the other byte order.
    assert_eq!(format!("{} (0x{:04x})", "KRB5_AP_REQ", id.0.swap_bytes()), printed.value("krb5_tok_id"));
    assert_eq!(id.to_string(), "KRB_AP_REQ");
    assert_eq!(message.span.range(), at + 17..length);
    assert_eq!(message[..4], [0x6e, 0x82, 0x06, 0x6c]);
}

#[test]
fn the_session_setup_with_ntlm() {
    let Some(printed) = section("#### About NTLM", "\u{0}") else { return };
    let prefix = shared::hex(printed.value("Security Blob"));
    let token = shared::hex(printed.value("responseToken"));
    let length: usize = printed.value("Blob Length").parse().unwrap();
    let nt = shared::hex(printed.value("NTLM Response"));
    let key = shared::hex(printed.value("Session Key"));
    let mic_of_list = shared::hex(printed.value("mechListMIC"));
    let at = prefix.windows(8).position(|w| w == SIGNATURE).unwrap();
    let field = |n: usize| {
        let at = at + n;
        let length = usize::from(u16::from_le_bytes([prefix[at], prefix[at + 1]]));
        (length, usize::try_from(u32::from_le_bytes(prefix[at + 4..at + 8].try_into().unwrap())).unwrap())
    };

    // The blob from what is printed of it; the end of the NTLM response is not, and gets a terminator.
    let mut blob = prefix.clone();
    blob.resize(length, 0);
    blob[at..at + token.len()].copy_from_slice(&token);
    let mut put = |offset: usize, octets: &[u8]| {
        blob[at + offset..at + offset + octets.len()].copy_from_slice(octets);
    };
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
    put(field(28).1, &utf16(printed.value("Domain name")));
    put(field(36).1, &utf16(printed.value("User name")));
    put(field(44).1, &utf16(printed.value("Host name")));
    put(field(52).1, &key);
    // Whole pairs only: what is cut inside one would make a list of nonsense.
    let mut pairs = 44;
    while let Some([_, _, low, high]) = nt.get(pairs..pairs + 4) {
        let end = pairs + 4 + usize::from(u16::from_le_bytes([*low, *high]));
        if end > nt.len() {
            break;
        }
        pairs = end;
    }
    put(field(20).1, &nt[..pairs]);
    let tail = blob.len() - mic_of_list.len();
    blob[tail - 4..tail].copy_from_slice(&[0xa3, 18, 4, 16]);
    blob[tail..].copy_from_slice(&mic_of_list);
    assert_eq!(blob[..prefix.len()], prefix[..]);

    let Token::NegTokenResp(m) = Token::parse(&blob).unwrap() else { panic!() };
    let state = m.neg_state.unwrap();
    assert_eq!(format!("{state} ({})", state.0), printed.value("negResult"));
    assert_eq!(m.mech_list_mic.unwrap().value, mic_of_list);
    let Some(Inner::Ntlm(message)) = inner(&blob) else { panic!() };
    assert_eq!(message.span.start, at);
    let Ntlm::Authenticate(m) = Ntlm::parse(message.value).unwrap() else { panic!() };
    let octets = |span: adjoin_wire::Span| &message.value[span.range()];
    assert_eq!(
        format!("{} (0x{:08x})", *m.message_type, m.message_type.0),
        printed.value("NTLM Message Type")
    );
    assert_eq!(printed.value("NTLMSSP identifier"), "NTLMSSP");
    assert_eq!(octets(m.lm_response.span), shared::hex(printed.value("Lan Manager Response")));
    assert_eq!(octets(m.lm_response.span)[16..], shared::hex(printed.value("LMv2 Client Challenge")));
    assert!(octets(m.nt_response.span).starts_with(&nt[..pairs]));
    assert_eq!((*m.lm_response, *m.nt_response), (field(12).0, field(20).0));
    assert_eq!(m.domain_name.to_string(), printed.value("Domain name"));
    assert_eq!(m.user_name.to_string(), printed.value("User name"));
    // The article's name is three characters long, the field in its own octets has room for six: the
    // name was changed for print. Here NULs fill the field.
    assert_eq!(m.workstation.span.len(), 12);
    assert_eq!(m.workstation.to_string().trim_end_matches('\0'), printed.value("Host name"));
    assert_eq!(octets(m.session_key.span), key);
    let flags = printed.value("Negotiate Flags");
    assert_eq!(format!("0x{:08x}", m.negotiate_flags.bits()), flags.split(',').next().unwrap());
    // Printed from the highest bit on, in other words and cut: the number of those that are whole.
    let names: Vec<_> = m.negotiate_flags.names().collect();
    assert_eq!(names.len(), 11);
    assert_eq!(names.last().copied(), Some("NTLMSSP_NEGOTIATE_56"));
    assert_eq!(m.negotiate_flags.unnamed(), 0);
    let version = m.version.unwrap();
    let shown = format!("{version}; NTLM Current Revision {}", version.revision);
    assert!(printed.0.contains(&format!("Version {shown}")), "{shown}");
    assert_eq!(octets(m.mic.unwrap()), shared::hex(printed.value("MIC")));
    assert_eq!(m.authentication(), Authentication::NtlmV2);
    let v2 = m.ntlmv2.unwrap();
    assert_eq!(v2.av_pairs.find(AvId::NB_COMPUTER_NAME).unwrap().text().unwrap(), "DC2");
    assert_eq!(v2.av_pairs.find(AvId::DNS_DOMAIN_NAME).unwrap().text().unwrap(), "contoso.local");
    // The article is of 2025.
    assert!((1_735_689_600..1_767_225_600).contains(&v2.timestamp.unix_seconds()));
}
