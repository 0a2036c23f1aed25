//! What is clear in pre-authentication data and in the rarer messages.
//!
//! The octets were made by other programs: those of FAST, user to user, KRB-CRED and Microsoft's data with
//! Scapy 2.8 (`scapy.layers.kerberos`: `bytes(PA_FX_FAST_REQUEST(..))` and its like), those of PKINIT and
//! KRB-SAFE with pyasn1 0.6 from the productions of RFC 4556, RFC 5652 and RFC 4120, DER-encoded. Ciphers,
//! checksums and keys are fillers.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    unreachable_pub,
    reason = "tests may panic"
)]

use adjoin_trials::shared;

use adjoin_wire::ber::Tag;
use adjoin_wire::{ErrorKind, Span, Spanned, WireError};
use kerberos_proto::fast::{ArmorType, Fast};
use kerberos_proto::pkinit::{PaPkAsRep, oid_name};
use kerberos_proto::*;

const TGT_REQ: &str = "3027a003020105a103020110a2133011a0040202ff80a10930071b05616c696365a3061b04434f5250";
const TGT_REQ_BARE: &str = "300aa003020105a103020110";
const TGT_REP: &str = "3072a003020105a103020111a26661643062a003020105a10e1b0c434f52502e4558414d504c45a221301fa003020102\
    a11830161b066b72627467741b0c434f52502e4558414d504c45a3283026a003020112a103020102a21a0418111111111111111111111111\
    111111111111111111111111";
const FAST_REQUEST: &str = "a081ec3081e9a081b03081ada003020101a181a50481a26e819f30819ca003020105a10302010ea207030500000000\
    00a36661643062a003020105a10e1b0c434f52502e4558414d504c45a221301fa003020102a11830161b066b72627467741b0c434f52502e4558\
    414d504c45a3283026a003020112a103020102a21a0418111111111111111111111111111111111111111111111111a41f301da003020112a216\
    04142222222222222222222222222222222222222222a1173015a003020110a10e040c333333333333333333333333a21b3019a003020112a212\
    041044444444444444444444444444444444";
const FAST_REQUEST_WITHOUT_ARMOR: &str = "a0383036a1173015a003020110a10e040c333333333333333333333333a21b3019a003020114a212\
    041044444444444444444444444444444444";
const FAST_REPLY: &str = "a01f301da01b3019a003020112a212041055555555555555555555555555555555";
const FAST_REPLY_WITH_KVNO: &str =
    "a0243022a020301ea003020112a103020101a212041055555555555555555555555555555555";
const PAC_OPTIONS: &str = "3009a00703050050000000";
const SUPPORTED_ENCTYPES: &str = "1f000500";
const FOR_USER: &str = "3059a01d301ba00302010aa11430121b10626f6240636f72702e6578616d706c65a10e1b0c434f52502e4558414d504c\
    45a21c301aa0040202ff76a112041066666666666666666666666666666666a30a1b084b65726265726f73";
const ENC_TIMESTAMP: &str = "3019a003020112a212041077777777777777777777777777777777";
const CRED: &str = "76818c308189a003020105a103020116a268306661643062a003020105a10e1b0c434f52502e4558414d504c45a221301f\
    a003020102a11830161b066b72627467741b0c434f52502e4558414d504c45a3283026a003020112a103020102a21a041811111111111111111\
    1111111111111111111111111111111a3133011a003020100a20a04088888888888888888";
const PK_AS_REQ: &str = "3081ea8081e33081e006092a864886f70d010702a081d23081cf020103310d300b06096086480165030402013081b806\
    072b060105020301a081ac0481a93081a6a0763074a003020107a111180f32303236313132313137333030305aa205020301e240a31604141111\
    111111111111111111111111111111111111a40404022222a5353033a0220420333333333333333333333333333333333333333333333333333\
    3333333333333a10d300b0609608648016503040201a1123010300906072a8648ce3e02010303000203a306040444444444a410300e300ca00a\
    06082b06010502030602310082023000";
const PK_AS_REP: &str = "a07330718057305506092a864886f70d010702a0483046020103310d300b0609608648016503040201303006072b0601\
    05020302a02504233021a0050303000203a105020301e240a211180f32303236313132323030303030305a3100a106040455555555a20e300ca00a\
    06082b06010502030602";
const ENC_KEY_PACK: &str = "81023000";
const SAFE: &str = "7470306ea003020105a103020114a23d303ba007040568656c6c6fa111180f32303236313132313137333030305aa2030201\
    09a307020500ee6b2800a40f300da003020102a10604040a000001a3233021a003020114a11a0418666666666666666666666666666666666666666666666666";

fn padata(kind: PaType, value: &[u8]) -> PaData<'_> {
    PaData {
        padata_type: Spanned::new(kind, Span::new(0, 1)),
        padata_value: Spanned::new(value, Span::new(0, value.len())),
    }
}

/// Every cut of the octets reads to its end or says that octets are missing; what is read never changes.
fn cuts(octets: &[u8], read: impl Fn(&[u8]) -> Option<WireError>) {
    assert_eq!(read(octets), None);
    for cut in 0..octets.len() {
        let error = read(&octets[..cut]).unwrap_or_else(|| panic!("{cut} of {}", octets.len()));
        assert!(error.kind.is_truncated() && error.offset <= cut, "{cut}: {error}");
    }
    for at in 0..octets.len() {
        for bit in 0..8 {
            let mut wrong = octets.to_vec();
            wrong[at] ^= 1 << bit;
            if let Some(error) = read(&wrong) {
                assert!(error.offset <= wrong.len(), "{at}.{bit}: {error}");
            }
        }
    }
}

#[test]
fn user_to_user() {
    let octets = shared::hex(TGT_REQ);
    let Message::TgtReq(asks) = Message::parse(&octets).unwrap() else { panic!() };
    let name = asks.server_name.unwrap();
    assert_eq!((name.to_string().as_str(), *name.name_type), ("alice", NameType::MS_PRINCIPAL));
    assert_eq!(*asks.realm.unwrap(), "CORP");
    assert_eq!(*TgtReq::parse(&octets).unwrap().msg_type, MessageType::TGT_REQ);
    cuts(&octets, |octets| TgtReq::parse_partial(octets).error);

    let octets = shared::hex(TGT_REQ_BARE);
    assert!(TgtReq::parse(&octets).unwrap().server_name.is_none());

    let octets = shared::hex(TGT_REP);
    let Message::TgtRep(reply) = Message::parse(&octets).unwrap() else { panic!() };
    assert_eq!(reply.ticket.sname.to_string(), "krbtgt/CORP.EXAMPLE");
    assert_eq!((*reply.ticket.enc_part.etype, *reply.ticket.enc_part.cipher_length), (Etype(18), 24));
    assert_eq!(Message::parse(&octets).unwrap().message_type(), Some(MessageType::TGT_REP));
    cuts(&octets, |octets| TgtRep::parse_partial(octets).error);
    // One is not taken for the other, and no other sequence for either.
    assert!(TgtReq::parse(&octets).is_err());
    assert!(Message::parse(&shared::hex(ENC_TIMESTAMP)).is_err());
}

#[test]
fn fast_request() {
    let octets = shared::hex(FAST_REQUEST);
    let data = padata(PaType::FX_FAST, &octets);
    let Fast::Request(request) = data.fast().unwrap().complete().unwrap() else { panic!() };
    let armor = request.armor.unwrap();
    assert_eq!(*armor.armor_type, ArmorType::AP_REQUEST);
    let ap_req = armor.ap_req().unwrap().complete().unwrap();
    assert_eq!(ap_req.ticket.sname.to_string(), "krbtgt/CORP.EXAMPLE");
    assert_eq!(&octets[armor.armor_value.span.range()], armor.armor_value.value);
    assert_eq!(*request.req_checksum.cksumtype, ChecksumType::HMAC_SHA1_96_AES256);
    assert_eq!((*request.enc_fast_req.etype, *request.enc_fast_req.cipher_length), (Etype(18), 16));
    cuts(&octets[..], |octets| padata(PaType::FX_FAST, octets).fast()?.error.or(empty(octets)));

    let octets = shared::hex(FAST_REQUEST_WITHOUT_ARMOR);
    let data = padata(PaType::FX_FAST, &octets);
    let Fast::Request(request) = data.fast().unwrap().complete().unwrap() else { panic!() };
    assert!(request.armor.is_none());
    assert_eq!(*request.enc_fast_req.etype, Etype::AES256_CTS_HMAC_SHA384_192);
}

/// No octets are an offer, not a message that was cut.
fn empty(octets: &[u8]) -> Option<WireError> {
    let missing = ErrorKind::Truncated { missing: 1 };
    octets.is_empty().then(|| WireError::new(missing, 0, "PA-FX-FAST"))
}

#[test]
fn fast_reply() {
    for octets in [FAST_REPLY, FAST_REPLY_WITH_KVNO] {
        let octets = shared::hex(octets);
        let data = padata(PaType::FX_FAST, &octets);
        let Fast::Reply(reply) = data.fast().unwrap().complete().unwrap() else { panic!() };
        assert_eq!((*reply.enc_fast_rep.etype, *reply.enc_fast_rep.cipher_length), (Etype(18), 16));
    }
    assert!(matches!(padata(PaType::FX_FAST, &[]).fast().unwrap().value, Fast::Offer));
    assert!(padata(PaType::FX_COOKIE, &[]).fast().is_none());
    let other = padata(PaType::FX_FAST, &[0xa1, 0]).fast().unwrap();
    assert!(other.error.is_some());
}

#[test]
fn pkinit_request() {
    let octets = shared::hex(PK_AS_REQ);
    let data = padata(PaType::PK_AS_REQ, &octets);
    let request = data.pk_as_req().unwrap().complete().unwrap();
    let name = |oid: Spanned<adjoin_wire::ber::Oid<'_>>| oid_name(*oid).unwrap();
    assert_eq!(name(request.signed_auth_pack.content_type), "id-signedData");
    assert_eq!(name(request.signed_auth_pack.e_content_type.unwrap()), "id-pkinit-authData");
    assert_eq!((request.trusted_certifiers, request.kdc_pk_id), (false, true));
    let pack = request.auth_pack.unwrap();
    assert_eq!((*pack.cusec, pack.ctime.to_string().as_str()), (7, "2026-11-21T17:30:00Z"));
    assert_eq!(*pack.nonce, 123_456);
    assert_eq!((pack.pa_checksum.unwrap().len(), *pack.freshness_token.unwrap()), (20, &[0x22, 0x22][..]));
    assert_eq!(name(pack.pa_checksum2.unwrap()), "id-sha256");
    assert_eq!(name(pack.client_public_value.unwrap()), "dhpublicnumber");
    assert_eq!(name(pack.supported_kdf.unwrap()), "id-pkinit-kdf-ah-sha256");
    assert!(pack.client_dh_nonce);
    assert_eq!(&octets[pack.ctime.span.range()], b"20261121173000Z");
    cuts(&octets, |octets| match padata(PaType::PK_AS_REQ, octets).pk_as_req() {
        Some(part) => part.error,
        None => empty(octets),
    });
}

#[test]
fn pkinit_reply() {
    let octets = shared::hex(PK_AS_REP);
    let data = padata(PaType::PK_AS_REP, &octets);
    let PaPkAsRep::Dh(reply) = data.pk_as_rep().unwrap().complete().unwrap() else { panic!() };
    assert_eq!(oid_name(*reply.dh_signed_data.e_content_type.unwrap()), Some("id-pkinit-DHKeyData"));
    assert_eq!(*reply.nonce.unwrap(), 123_456);
    assert_eq!(reply.dh_key_expiration.unwrap().to_string(), "2026-11-22T00:00:00Z");
    assert_eq!(oid_name(*reply.kdf.unwrap()), Some("id-pkinit-kdf-ah-sha256"));
    assert!(reply.server_dh_nonce);
    cuts(&octets, |octets| match padata(PaType::PK_AS_REP, octets).pk_as_rep() {
        Some(part) => part.error,
        None => empty(octets),
    });

    let octets = shared::hex(ENC_KEY_PACK);
    let data = padata(PaType::PK_AS_REP, &octets);
    let PaPkAsRep::EncKeyPack(pack) = data.pk_as_rep().unwrap().complete().unwrap() else { panic!() };
    assert_eq!((pack.value, pack.span), (2, Span::new(2, 4)));
    // What a KDC offers has no octets.
    assert!(padata(PaType::PK_AS_REQ, &[]).pk_as_req().is_none());
}

/// CMS need not be DER: what BER allows and nobody reads here accuses no sender. What no rule allows does.
#[test]
fn pkinit_in_another_form() {
    let told = |octets: &[u8], at: usize, tag: u8| {
        let mut other = octets.to_vec();
        other[at] = tag;
        let data = padata(PaType::PK_AS_REQ, &other);
        let part = data.pk_as_req().unwrap();
        let error = part.error.unwrap();
        assert_eq!((error.offset, part.value.auth_pack.is_some()), (at, false));
        error.kind
    };
    let octets = shared::hex(PK_AS_REQ);
    // The tags of signedAuthPack and of eContent.
    let (signed, content) = (3, octets.windows(4).position(|tag| tag == [0x04, 0x81, 0xa9, 0x30]).unwrap());
    assert_eq!(told(&octets, signed, 0xa0), ErrorKind::Unsupported("an octet string in pieces"));
    assert_eq!(told(&octets, content, 0x24), ErrorKind::Unsupported("an octet string in pieces"));
    assert_eq!(told(&octets, content, 0x30), ErrorKind::Unsupported("what is signed is not an octet string"));
    assert!(told(&octets, signed, 0x04).is_malformed());
    assert!(told(&octets, content, 0x02).is_malformed());

    // Later versions may add fields; an element of another kind is none.
    for (added, kind) in [
        (Tag::context(9), ErrorKind::Unsupported("an extension")),
        (Tag::NULL, ErrorKind::Trailing { count: 2 }),
    ] {
        let reply = shared::hex(FAST_REPLY);
        let fields = [&reply[4..], &encode::tlv(added, &[])].concat();
        let reply = encode::tlv(Tag::context(0), &encode::tlv(Tag::SEQUENCE, &fields));
        let error = padata(PaType::FX_FAST, &reply).fast().unwrap().error.unwrap();
        assert_eq!(error, WireError::new(kind, reply.len() - 2, "KrbFastArmoredRep"));
    }
}

#[test]
fn flags_and_names() {
    let octets = shared::hex(PAC_OPTIONS);
    let options = padata(PaType::PAC_OPTIONS, &octets).pac_options().unwrap().unwrap();
    assert_eq!(options.to_string(), "branch-aware, resource-based-constrained-delegation");
    // Octets behind the flags, and behind the sequence.
    for more in ["300ba00703050050000000", "3009a00703050050000000"] {
        let octets = [shared::hex(more), vec![5, 0]].concat();
        let error = padata(PaType::PAC_OPTIONS, &octets).pac_options().unwrap().unwrap_err();
        assert_eq!((error.kind, error.offset), (ErrorKind::Trailing { count: 2 }, 11));
    }
    let error =
        padata(PaType::PAC_REQUEST, &shared::hex("3005a0030101ff00")).pac_request().unwrap().unwrap_err();
    assert_eq!(error.kind, ErrorKind::Trailing { count: 1 });
    let octets = shared::hex(SUPPORTED_ENCTYPES);
    let bits = padata(PaType::SUPPORTED_ENCTYPES, &octets).supported_enctypes().unwrap().unwrap();
    assert_eq!(bits.bits(), 0x5_001f);
    assert!(bits.contains(SupportedEnctypes::FAST | SupportedEnctypes::CLAIMS | SupportedEnctypes::AES256));
    assert!(padata(PaType::SUPPORTED_ENCTYPES, &octets[..3]).supported_enctypes().unwrap().is_err());

    let octets = shared::hex(FOR_USER);
    let user = padata(PaType::FOR_USER, &octets).for_user().unwrap().complete().unwrap();
    assert_eq!(user.user_name.to_string(), "bob@corp.example");
    assert_eq!((*user.user_realm, *user.auth_package), ("CORP.EXAMPLE".into(), "Kerberos".into()));
    assert_eq!(*user.cksum.cksumtype, ChecksumType::HMAC_MD5);
    cuts(&octets, |octets| padata(PaType::FOR_USER, octets).for_user()?.error);

    let octets = shared::hex(ENC_TIMESTAMP);
    let proof = padata(PaType::ENC_TIMESTAMP, &octets).encrypted().unwrap().complete().unwrap();
    assert_eq!((*proof.etype, *proof.cipher_length), (Etype(18), 16));
    cuts(&octets, |octets| padata(PaType::ENC_TIMESTAMP, octets).encrypted()?.error);
}

#[test]
fn envelopes() {
    let octets = shared::hex(CRED);
    let Message::Cred(cred) = Message::parse(&octets).unwrap() else { panic!() };
    let ticket = cred.tickets.iter().next().unwrap().unwrap();
    assert_eq!(
        (ticket.sname.to_string().as_str(), *ticket.enc_part.etype),
        ("krbtgt/CORP.EXAMPLE", Etype(18))
    );
    assert_eq!(*cred.enc_part.etype, Etype(0));
    cuts(&octets, |octets| KrbCred::parse_partial(octets).error);

    let octets = shared::hex(SAFE);
    let Message::Safe(safe) = Message::parse(&octets).unwrap() else { panic!() };
    assert_eq!((safe.user_data.value, safe.seq_number.map(|n| *n)), (&b"hello"[..], Some(4_000_000_000)));
    assert_eq!(safe.timestamp.unwrap().to_string(), "2026-11-21T17:30:00Z");
    assert_eq!(*safe.cksum.cksumtype, ChecksumType::HMAC_SHA384_192_AES256);
    assert_eq!(format!("{:?}", safe.cksum), "ChecksumType(20 hmac-sha384-192-aes256)@85..86 of 24 octets");
    cuts(&octets, |octets| KrbSafe::parse_partial(octets).error);
}

/// AES with SHA-2 (RFC 8009) has names wherever an encryption type or a checksum is.
#[test]
fn aes_sha2() {
    for (etype, name) in [(19, "aes128-cts-hmac-sha256-128"), (20, "aes256-cts-hmac-sha384-192")] {
        assert_eq!(Etype(etype).name(), Some(name));
        assert!(Etype(etype).is_aes() && ChecksumType(etype).name().is_some());
    }
    let ap_req = encode::ApReq {
        ap_options: ApOptions::USE_SESSION_KEY,
        ticket: encode::Ticket {
            realm: "CORP.EXAMPLE",
            sname: encode::Name { name_type: NameType::SRV_INST, parts: &["ldap", "dc1.corp.example"] },
            enc_part: encode::Encrypted { etype: Etype(20), kvno: Some(1), cipher: &[7; 48] },
        },
        authenticator: encode::Encrypted { etype: Etype(19), kvno: None, cipher: &[8; 48] },
    }
    .to_der();
    let read = ApReq::parse(&ap_req).unwrap();
    assert_eq!(read.ticket.enc_part.etype.to_string(), "aes256-cts-hmac-sha384-192");
    assert_eq!(read.authenticator.etype.to_string(), "aes128-cts-hmac-sha256-128");
    assert_eq!(read.ap_options.to_string(), "use-session-key");
}

/// A ticket with a PAC of tens of thousands of octets, whole and in pieces, behind its record mark.
#[test]
fn large_ticket() {
    let cipher = vec![0x5a; 60_000];
    let ap_req = encode::ApReq {
        ap_options: ApOptions::MUTUAL_REQUIRED,
        ticket: encode::Ticket {
            realm: "CORP.EXAMPLE",
            sname: encode::Name { name_type: NameType::SRV_INST, parts: &["cifs", "dc1.corp.example"] },
            enc_part: encode::Encrypted { etype: Etype(18), kvno: Some(0x7fff_0003), cipher: &cipher },
        },
        authenticator: encode::Encrypted { etype: Etype(18), kvno: None, cipher: &[8; 300] },
    }
    .to_der();
    let stream = encode::record(&ap_req);
    let tcp::Framing::Message { message, total } = tcp::next_message(&stream).unwrap() else { panic!() };
    assert_eq!((total, message.value), (stream.len(), &ap_req[..]));
    let read = ApReq::parse(message.value).unwrap();
    assert_eq!(*read.ticket.enc_part.cipher_length, 60_000);
    assert_eq!(*read.authenticator.cipher_length, 300);
    // The first segment of many already says how large it is.
    let tcp::Framing::Incomplete { missing, .. } = tcp::next_message(&stream[..1460]).unwrap() else {
        panic!()
    };
    assert_eq!(missing, stream.len() - 1460);
    let cut = ApReq::parse_partial(&ap_req[..1456]);
    assert_eq!(*cut.value.ticket.enc_part.cipher_length, 60_000);
    assert!(cut.error.unwrap().kind.is_truncated());
}
