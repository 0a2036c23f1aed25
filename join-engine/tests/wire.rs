//! Each form that messages of a join may have, as its octets, and the rows that a person sees of it.
//!
//! The octets were made by other programs, as said with each. Those of Kerberos are the ones of
//! `kerberos-proto/tests/clear_parts.rs` (Scapy 2.8 and pyasn1 0.6); those of LDAP were encoded with ldap3 2.9
//! (`ldap3.protocol.rfc4511`); those of Netlogon and DCE/RPC with Python's `struct`, by the layouts of
//! [MS-ADTS] 6.3.1, [C706] 12.6.4 and 14 and [MS-NRPC] 3.5.4.4.1; the negotiation of SMB with Scapy 2.8.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

mod capture_file;

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::path::Path;

use adjoin_scenes::conversation::Conversation;
use adjoin_scenes::script::{Script, Shot};
use adjoin_scenes::wirebuild::Host;
use adjoin_wire::ber::Tag;
use join_engine::Engine;
use join_engine::show::{MessageKind, Row, Value, What, decode, fields};
use kerberos_proto::{ApOptions, Etype, KdcOptions, KerberosTime, NameType, PaType, encode};

const TGT_REQ: &str = "3027a003020105a103020110a2133011a0040202ff80a10930071b05616c696365a3061b04434f5250";
const TGT_REP: &str = "3072a003020105a103020111a26661643062a003020105a10e1b0c434f52502e4558414d504c45a221301fa003020102a11830161b066b72627467741b0c434f52502e4558414d504c45a3283026a003020112a103020102a21a0418111111111111111111111111111111111111111111111111";
const FAST_REQUEST: &str = "a081ec3081e9a081b03081ada003020101a181a50481a26e819f30819ca003020105a10302010ea20703050000000000a36661643062a003020105a10e1b0c434f52502e4558414d504c45a221301fa003020102a11830161b066b72627467741b0c434f52502e4558414d504c45a3283026a003020112a103020102a21a0418111111111111111111111111111111111111111111111111a41f301da003020112a21604142222222222222222222222222222222222222222a1173015a003020110a10e040c333333333333333333333333a21b3019a003020112a212041044444444444444444444444444444444";
const FAST_REPLY: &str = "a01f301da01b3019a003020112a212041055555555555555555555555555555555";
const PAC_OPTIONS: &str = "3009a00703050050000000";
const SUPPORTED_ENCTYPES: &str = "1f000500";
const FOR_USER: &str = "3059a01d301ba00302010aa11430121b10626f6240636f72702e6578616d706c65a10e1b0c434f52502e4558414d504c45a21c301aa0040202ff76a112041066666666666666666666666666666666a30a1b084b65726265726f73";
const ENC_TIMESTAMP: &str = "3019a003020112a212041077777777777777777777777777777777";
const CRED: &str = "76818c308189a003020105a103020116a268306661643062a003020105a10e1b0c434f52502e4558414d504c45a221301fa003020102a11830161b066b72627467741b0c434f52502e4558414d504c45a3283026a003020112a103020102a21a0418111111111111111111111111111111111111111111111111a3133011a003020100a20a04088888888888888888";
const PK_AS_REQ: &str = "3081ea8081e33081e006092a864886f70d010702a081d23081cf020103310d300b06096086480165030402013081b806072b060105020301a081ac0481a93081a6a0763074a003020107a111180f32303236313132313137333030305aa205020301e240a31604141111111111111111111111111111111111111111a40404022222a5353033a02204203333333333333333333333333333333333333333333333333333333333333333a10d300b0609608648016503040201a1123010300906072a8648ce3e02010303000203a306040444444444a410300e300ca00a06082b06010502030602310082023000";
const PK_AS_REP: &str = "a07330718057305506092a864886f70d010702a0483046020103310d300b0609608648016503040201303006072b060105020302a02504233021a0050303000203a105020301e240a211180f32303236313132323030303030305a3100a106040455555555a20e300ca00a06082b06010502030602";
const SAFE: &str = "7470306ea003020105a103020114a23d303ba007040568656c6c6fa111180f32303236313132313137333030305aa203020109a307020500ee6b2800a40f300da003020102a10604040a000001a3233021a003020114a11a0418666666666666666666666666666666666666666666666666";
/// NETLOGON_SAM_LOGON_RESPONSE_EX, NtVer 5: neither address nor next closest site.
const EX: &str = "17000000fdf1030067452301ab89efcd0123456789abcdef04636f7270076578616d706c650004636f7270076578616d706c65000364633104636f7270076578616d706c650004434f525000034443310000024851000248510005000000ffffffff";
/// NtVer 0xd: with the socket address.
const EX_WITH_ADDRESS: &str = "17000000fdf1030067452301ab89efcd0123456789abcdef04636f7270076578616d706c650004636f7270076578616d706c65000364633104636f7270076578616d706c650004434f525000034443310000024851000248510010020000000a00000900000000000000000d000000ffffffff";
/// NtVer 0x15: with the next closest site.
const EX_WITH_SITE: &str = "17000000fdf1030067452301ab89efcd0123456789abcdef04636f7270076578616d706c650004636f7270076578616d706c65000364633104636f7270076578616d706c650004434f5250000344433100000248510002485100064272616e63680015000000ffffffff";
/// NtVer 0x1d: with both.
const EX_WITH_BOTH: &str = "17000000fdf1030067452301ab89efcd0123456789abcdef04636f7270076578616d706c650004636f7270076578616d706c65000364633104636f7270076578616d706c650004434f525000034443310000024851000248510010020000000a0000090000000000000000064272616e6368001d000000ffffffff";
/// NETLOGON_SAM_LOGON_RESPONSE, NtVer 3.
const RESPONSE: &str = "13005c005c0044004300310000005000430031002400000043004f0052005000000067452301ab89efcd0123456789abcdef0000000000000000000000000000000004636f7270076578616d706c650004636f7270076578616d706c65000364633104636f7270076578616d706c65000900000afd01000003000000ffffffff";
/// NETLOGON_SAM_LOGON_RESPONSE_NT40, NtVer 1.
const NT40: &str = "13005c005c0044004300310000005000430031002400000043004f0052005000000001000000ffffffff";
/// NETLOGON_PRIMARY_RESPONSE.
const PRIMARY: &str = "0c0044433100440043003100000043004f0052005000000001000000ffffffff";
const REFERRAL: &str = "30819402010565818e0a010a0400043830303030323032423a205265664572723a20445349442d30333130303832462c206461746120302c20312061636365737320706f696e7473a34d04356c6461703a2f2f6368696c642e636f72702e6578616d706c652f44433d6368696c642c44433d636f72702c44433d6578616d706c6504146c6461703a2f2f6f746865722e6578616d706c65";
const REFERENCE: &str = "304e020106734904476c6461703a2f2f466f72657374446e735a6f6e65732e636f72702e6578616d706c652f44433d466f72657374446e735a6f6e65732c44433d636f72702c44433d6578616d706c65";
const WHOAMI: &str = "301e02010777198017312e332e362e312e342e312e343230332e312e31312e33";
const WHOAMI_ANSWER: &str = "3022020107781d0a0100040004008b14753a434f52505c41646d696e6973747261746f72";
const NOTICE: &str = "303c02010078370a0134040004187468652073657276657220697320676f696e6720646f776e8a16312e332e362e312e342e312e313436362e3230303336";
const DELETE: &str = "306e0201094a26434e3d5043312c434e3d436f6d7075746572732c44433d636f72702c44433d6578616d706c65a04130240416312e322e3834302e3131333535362e312e342e33313901010104073005020164040030190417312e322e3834302e3131333535362e312e342e31333339";
const ADD: &str = "3082010002010a6881fa0426434e3d5043312c434e3d436f6d7075746572732c44433d636f72702c44433d6578616d706c653081cf3019040b6f626a656374436c617373310a0408636f6d70757465723018040e73414d4163636f756e744e616d653106040450433124301c0412757365724163636f756e74436f6e74726f6c31060404343039363018040a756e69636f6465507764310a040822736563726574223025041d6d7344532d537570706f72746564456e6372797074696f6e547970657331040402323830390414736572766963655072696e636970616c4e616d6531210408484f53542f5043310415484f53542f7063312e636f72702e6578616d706c65";
/// Bind to Netlogon, big-endian.
const BIND: &str = "05000b0300000000004800000000000716d016d0000000000100000000000100123456781234abcdef0001234567cffb000000018a885d041ceb11c99fe808002b10486000000002";
const ACK: &str = "05000c0300000000003c00000000000716d016d00000004d000634393637300001000000000000008a885d041ceb11c99fe808002b10486000000002";
/// NetrServerReqChallenge in NDR, big-endian.
const REQ: &str = "05000003000000000050000000000008000000380000000400020000000000060000000000000006005c005c004400430031000000000004000000000000000400500043003100000102030405060708";
const RESP: &str = "050002030000000000240000000000080000000c00000000111213141516171800000000";
/// ept_map for Netlogon in NDR, [C706] appendix O: little-endian, big-endian, and a big-endian answer.
const EPT_MAP: &str = "00000000010000004b0000004b000000050013000d785634123412cdabef0001234567cffb01000200000013000d045d888aeb1cc9119fe808002b10486002000200000001000b020000000100070200c20601000904000a00000200000000000000000000000000000000000000000004000000";
const EPT_MAP_BIG: &str = "00000000000000010000004b0000004b050013000d785634123412cdabef0001234567cffb01000200000013000d045d888aeb1cc9119fe808002b10486002000200000001000b020000000100070200c20601000904000a00000200000000000000000000000000000000000000000000000004";
const EPT_MAP_ANSWER_BIG: &str = "000000000000000000000000000000000000000000000001000000040000000000000001000000030000004b0000004b050013000d785634123412cdabef0001234567cffb01000200000013000d045d888aeb1cc9119fe808002b10486002000200000001000b020000000100070200c20601000904000a0000020000000000";
const NEGOTIATE: &str = "fe534d4240000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000024000500010000007f00000000000000000000000000000000000001700000000700000002021002000302031103000001002600000000000100200001001111111111111111111111111111111111111111111111111111111111111111000002000a000000000004000200010004000300000000000000030012000000000005000000010000000400020003000100050000000000000005002000000000006400630031002e0063006f00720070002e006500780061006d0070006c0065000600040000000000010000000000000007000c00000000000200000000000000010002000000000008000800000000000300020001000000";

fn hex(text: &str) -> Vec<u8> {
    text.as_bytes()
        .chunks(2)
        .map(|digits| u8::from_str_radix(std::str::from_utf8(digits).unwrap(), 16).unwrap())
        .collect()
}

/// `filter: text` of each row, without the flags below a word.
fn told(rows: &[Row]) -> Vec<String> {
    let fields: Vec<_> = fields().collect();
    let mut all = Vec::new();
    for row in rows {
        match &row.what {
            What::Field { id, value, text } => {
                let filter = fields[usize::from(id.0)].filter.trim_start_matches("adjoin.");
                let text = text.clone().unwrap_or_else(|| match value {
                    Value::Text(text) => text.clone(),
                    Value::Uint(number) => number.to_string(),
                    Value::Ipv4(octets) => Ipv4Addr::from(*octets).to_string(),
                    Value::Bytes(octets) => octets.iter().map(|octet| format!("{octet:02x}")).collect(),
                    other => format!("{other:?}"),
                });
                all.push(format!("{filter}: {text}"));
            }
            What::Finding { text, .. } => panic!("{text}"),
        }
    }
    all
}

/// The octets as a message of this kind have all these rows, and nothing is wrong with them.
fn shows(kind: MessageKind, octets: &[u8], rows: &[&str]) {
    let decoded = decode(kind, octets);
    assert_eq!(decoded.errors, [], "{kind:?}");
    has(&told(&decoded.view.rows), rows);
}

fn has(told: &[String], rows: &[&str]) {
    for row in rows {
        assert!(told.iter().any(|told| told == row), "`{row}` is not in {told:#?}");
    }
}

fn as_req(padata: &[(PaType, &[u8])]) -> Vec<u8> {
    encode::KdcReq {
        padata,
        kdc_options: KdcOptions::FORWARDABLE | KdcOptions::CANONICALIZE,
        cname: Some(encode::Name { name_type: NameType::PRINCIPAL, parts: &["PC1$"] }),
        realm: "CORP.EXAMPLE",
        sname: Some(encode::Name { name_type: NameType::SRV_INST, parts: &["krbtgt", "CORP.EXAMPLE"] }),
        till: KerberosTime::from_ascii(b"20370913024805Z").unwrap(),
        rtime: None,
        nonce: 7,
        etype: &[Etype(20), Etype(19), Etype(18)],
        addresses: &[(20, b"PC1             ")],
    }
    .to_as_req()
}

#[test]
fn requests_for_tickets() {
    let octets = as_req(&[
        (PaType::FX_FAST, &hex(FAST_REQUEST)),
        (PaType::PK_AS_REQ, &hex(PK_AS_REQ)),
        (PaType::PAC_OPTIONS, &hex(PAC_OPTIONS)),
        (PaType::SUPPORTED_ENCTYPES, &hex(SUPPORTED_ENCTYPES)),
        (PaType::FOR_USER, &hex(FOR_USER)),
        (PaType::ENC_TIMESTAMP, &hex(ENC_TIMESTAMP)),
        (PaType::PAC_REQUEST, &[0x30, 5, 0xa0, 3, 1, 1, 0xff]),
    ]);
    shows(
        MessageKind::Kerberos,
        &octets,
        &[
            "krb.padata_type: PA-FX-FAST (136)",
            "krb.fast: armoured request",
            "krb.fast.armor_type: FX_FAST_ARMOR_AP_REQUEST (1)",
            "krb.ap_req.sname: krbtgt/CORP.EXAMPLE",
            "krb.checksum_type: hmac-sha1-96-aes256 (16)",
            "krb.fast.etype: aes256-cts-hmac-sha1-96 (18)",
            "krb.padata_type: PA-PK-AS-REQ (16)",
            "krb.pkinit: request",
            "krb.pkinit.ctime: 2026-11-21T17:30:00Z",
            "krb.pkinit.checksum: paChecksum (id-sha1)",
            "krb.pkinit.checksum: paChecksum2 (id-sha256)",
            "krb.pkinit.freshness: 2",
            "krb.pkinit.key: agreed by Diffie-Hellman (dhpublicnumber)",
            "krb.pkinit.kdf: id-pkinit-kdf-ah-sha256",
            "krb.padata.pac_options: 0x50000000 (branch-aware, resource-based-constrained-delegation)",
            "krb.padata.for_user: bob@corp.example@CORP.EXAMPLE",
            "krb.padata.etype: aes256-cts-hmac-sha1-96 (18)",
            "krb.padata.include_pac: 1",
            "krb.kdc_options: 0x40010000 (forwardable, canonicalize)",
            "krb.address: PC1",
            "krb.etype: aes256-cts-hmac-sha384-192 (20)",
            "krb.etype: aes128-cts-hmac-sha256-128 (19)",
        ],
    );
    let rows = told(&decode(MessageKind::Kerberos, &octets).view.rows);
    let names = rows.iter().find(|row| row.starts_with("krb.padata.supported_enctypes")).unwrap();
    assert!(names.contains("FAST-supported") && names.contains("Claims-supported"), "{names}");
}

/// METHOD-DATA of a KDC that knows FAST and PKINIT, in an error; and what comes back in armour.
#[test]
fn answers_of_a_kdc() {
    let keys = encode::constructed(
        Tag::SEQUENCE,
        &[encode::constructed(
            Tag::SEQUENCE,
            &[
                encode::tlv(Tag::context(0), &encode::integer(18)),
                encode::tlv(Tag::context(1), &encode::tlv(Tag::GENERAL_STRING, b"CORP.EXAMPLEhostpc1")),
            ],
        )],
    );
    let e_data = encode::method_data(&[
        (PaType::ETYPE_INFO2, &keys),
        (PaType::FX_FAST, &[]),
        (PaType::PK_AS_REQ, &[]),
        (PaType::FX_FAST, &hex(FAST_REPLY)),
        (PaType::PK_AS_REP, &hex(PK_AS_REP)),
    ]);
    let error = encode::KrbError {
        error_code: kerberos_proto::ErrorCode::PREAUTH_REQUIRED,
        realm: "CORP.EXAMPLE",
        stime: KerberosTime::from_ascii(b"20261121173000Z").unwrap(),
        e_data: Some(&e_data),
        ..Default::default()
    };
    shows(
        MessageKind::Kerberos,
        &error.to_der(),
        &[
            "krb.padata.etype: aes256-cts-hmac-sha1-96 (18)",
            "krb.padata.salt: CORP.EXAMPLEhostpc1",
            "krb.padata_type: PA-PK-AS-REQ (16)",
            "krb.fast: armoured reply",
            "krb.fast.etype: aes256-cts-hmac-sha1-96 (18)",
            "krb.pkinit: reply",
            "krb.pkinit.key: agreed by Diffie-Hellman",
            "krb.pkinit.kdf: id-pkinit-kdf-ah-sha256",
        ],
    );
}

#[test]
fn envelopes_of_kerberos() {
    shows(
        MessageKind::Kerberos,
        &hex(SAFE),
        &[
            "krb: KRB-SAFE",
            "krb.checksum_type: hmac-sha384-192-aes256 (20)",
            "krb.ctime: 2026-11-21T17:30:00Z",
        ],
    );
    shows(
        MessageKind::Kerberos,
        &hex(CRED),
        &["krb: KRB-CRED", "krb.ticket.sname: krbtgt/CORP.EXAMPLE", "krb.ticket.cipher_length: 24"],
    );
    // KRB-PRIV by hand: pvno 5, type 21, and an encrypted part of AES with SHA-2 of four octets.
    let private = hex("751d301ba003020105a103020115a30f300da003020114a206040401020304");
    shows(
        MessageKind::Kerberos,
        &private,
        &["krb: KRB-PRIV", "krb.msg_type: KRB-PRIV (21)", "krb.etype: aes256-cts-hmac-sha384-192 (20)"],
    );
}

/// `[APPLICATION 0]` with a mechanism and its token.
fn framed(mechanism: &[u8], inner: &[u8]) -> Vec<u8> {
    encode::tlv(Tag::application(0), &[encode::tlv(Tag::OID, mechanism), inner.to_vec()].concat())
}

const SPNEGO: &[u8] = &[0x2b, 6, 1, 5, 5, 2];
const KRB5: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 1, 2, 2];
const USER_TO_USER: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 1, 2, 2, 3];

/// A first token of SPNEGO that offers Kerberos.
fn negotiated(token: &[u8]) -> Vec<u8> {
    let mechanisms = encode::constructed(Tag::SEQUENCE, &[encode::tlv(Tag::OID, KRB5)]);
    let init = encode::constructed(
        Tag::SEQUENCE,
        &[
            encode::tlv(Tag::context(0), &mechanisms),
            encode::tlv(Tag::context(2), &encode::tlv(Tag::OCTET_STRING, token)),
        ],
    );
    framed(SPNEGO, &encode::tlv(Tag::context(0), &init))
}

fn ap_req(etype: Etype, size: usize) -> Vec<u8> {
    encode::ApReq {
        ap_options: ApOptions::USE_SESSION_KEY,
        ticket: encode::Ticket {
            realm: "CORP.EXAMPLE",
            sname: encode::Name { name_type: NameType::SRV_INST, parts: &["ldap", "dc1.corp.example"] },
            enc_part: encode::Encrypted { etype, kvno: Some(1), cipher: &vec![7; size] },
        },
        authenticator: encode::Encrypted { etype, kvno: None, cipher: &[8; 48] },
    }
    .to_der()
}

/// With and without the frame that names the mechanism, with and without the identifier, in SPNEGO or not.
#[test]
fn kerberos_in_every_token() {
    let message = ap_req(Etype(20), 48);
    let marked = [&[1, 0], &message[..]].concat();
    let frame = framed(KRB5, &marked);
    for (token, identifier) in [
        (message.clone(), false),
        (marked.clone(), true),
        (frame.clone(), true),
        (negotiated(&message), false),
        (negotiated(&marked), true),
        (negotiated(&frame), true),
    ] {
        let rows = told(&decode(MessageKind::Gss, &token).view.rows);
        has(
            &rows,
            &[
                "krb.ap_req: ldap/dc1.corp.example",
                "krb.ap_req.ticket_etype: aes256-cts-hmac-sha384-192 (20)",
                "krb.ap_req.options: 0x40000000 (use-session-key)",
            ],
        );
        assert_eq!(rows.contains(&"gss.token_id: KRB_AP_REQ (0x0100)".to_owned()), identifier, "{rows:#?}");
        // The same in the SASL credentials of a bind, as either mechanism.
        for mechanism in ["GSSAPI", "GSS-SPNEGO"] {
            let credentials = encode::constructed(
                Tag::context(3),
                &[
                    encode::tlv(Tag::OCTET_STRING, mechanism.as_bytes()),
                    encode::tlv(Tag::OCTET_STRING, &token),
                ],
            );
            let bind = encode::constructed(
                Tag::application(0),
                &[encode::integer(3), encode::tlv(Tag::OCTET_STRING, b""), credentials],
            );
            let bytes = encode::constructed(Tag::SEQUENCE, &[encode::integer(1), bind]);
            shows(
                MessageKind::Ldap,
                &bytes,
                &[
                    &format!("ldap.mechanism: {mechanism}"),
                    "krb.ap_req.authenticator_etype: aes256-cts-hmac-sha384-192 (20)",
                ],
            );
        }
    }
}

#[test]
fn user_to_user() {
    let asks = negotiated(&framed(USER_TO_USER, &[&[4, 0], &hex(TGT_REQ)[..]].concat()));
    shows(
        MessageKind::Gss,
        &asks,
        &["gss.token_id: KRB_TGT_REQ (0x0400)", "krb: TGT-REQ", "krb.realm: CORP", "krb.sname: alice"],
    );
    let reply = framed(USER_TO_USER, &[&[4, 1], &hex(TGT_REP)[..]].concat());
    shows(
        MessageKind::Gss,
        &reply,
        &[
            "gss.token_id: KRB_TGT_REP (0x0401)",
            "krb.sname: krbtgt/CORP.EXAMPLE",
            "krb.ticket_cipher_length: 24",
        ],
    );
    // The request to the KDC: the ticket is wanted under the session key of the ticket that goes with it.
    let mut request = encode::KdcReq {
        padata: &[],
        kdc_options: KdcOptions::ENC_TKT_IN_SKEY | KdcOptions::CNAME_IN_ADDL_TKT,
        cname: None,
        realm: "CORP.EXAMPLE",
        sname: Some(encode::Name { name_type: NameType::PRINCIPAL, parts: &["alice"] }),
        till: KerberosTime::from_ascii(b"20370913024805Z").unwrap(),
        rtime: None,
        nonce: 7,
        etype: &[Etype(18)],
        addresses: &[],
    }
    .to_tgs_req();
    // additional-tickets [11] goes to the end of all: the lengths around it grow by its own.
    let ticket = hex(TGT_REP)[14..].to_vec();
    let tickets = encode::tlv(Tag::context(11), &encode::tlv(Tag::SEQUENCE, &ticket));
    request.extend(&tickets);
    let request = longer(&request, tickets.len());
    shows(
        MessageKind::Kerberos,
        &request,
        &[
            "krb.kdc_options: 0x00020008 (cname-in-addl-tkt, enc-tkt-in-skey)",
            "krb.ticket: krbtgt/CORP.EXAMPLE",
            "krb.ticket.realm: CORP.EXAMPLE",
            "krb.ticket.kvno: 2",
        ],
    );
}

/// The same message, whose last element in each level has `more` octets at its end that its length doesn't
/// count yet: the levels of a KDC-REQ are message, sequence, body, sequence.
fn longer(octets: &[u8], more: usize) -> Vec<u8> {
    fn level(octets: &[u8], more: usize, left: usize) -> Vec<u8> {
        let whole = octets.len() - more;
        let mut reader = adjoin_wire::ber::Reader::new(adjoin_wire::Cursor::new(&octets[..whole]));
        let mut last = reader.read("element").unwrap();
        while !reader.is_empty() {
            last = reader.read("element").unwrap();
        }
        let (start, contents) = (last.header.start, last.header.end);
        let inner =
            if left == 0 { octets[contents..].to_vec() } else { level(&octets[contents..], more, left - 1) };
        [&octets[..start], &encode::tlv(last.tag, &inner)].concat()
    }
    level(octets, more, 3)
}

/// A ticket with a PAC of tens of thousands of octets, over TCP in many segments.
#[test]
fn a_large_ticket_over_tcp() {
    let reply = encode::record(&ap_req(Etype(18), 60_000));
    let host = |last: u8, ttl| Host::new(Ipv4Addr::new(10, 0, 0, last), ttl);
    let mut script = Script::new();
    let mut talk = Conversation::new((host(1, 128), 49_700), (host(2, 127), 88), 1_700_000_000_000_000_000);
    talk.handshake(&mut script);
    talk.client(&mut script, &encode::record(&as_req(&[])));
    talk.server(&mut script, &reply);
    let rows = play(&script.shots());
    has(&rows, &["krb.ap_req.ticket_cipher_length: 60000", "krb.ap_req.authenticator_cipher_length: 48"]);
}

/// The rows of all frames.
fn play(shots: &[Shot]) -> Vec<String> {
    let mut engine = Engine::new();
    for shot in shots {
        engine.feed(&shot.frame());
    }
    engine.finish();
    let views = shots.iter().filter_map(|shot| engine.view(shot.number, &shot.bytes));
    views.flat_map(|view| told(&view.rows)).collect()
}

#[test]
fn answers_to_a_ping() {
    const COMMON: [&str; 6] = [
        "ldap_ping.opcode: LOGON_SAM_LOGON_RESPONSE_EX (23)",
        "ldap_ping.forest: corp.example",
        "ldap_ping.host: dc1.corp.example",
        "ldap_ping.netbios_domain: CORP",
        "ldap_ping.dc_site: HQ",
        "ldap_ping.lm_nt_token: 65535",
    ];
    let (address, site) = ("ldap_ping.dc_address: 10.0.0.9", "ldap_ping.next_closest_site: Branch");
    for (octets, more, version) in [
        (EX, &[][..], "0x00000005 (V1 V5EX)"),
        (EX_WITH_ADDRESS, &[address], "0x0000000d (V1 V5EX V5EP)"),
        (EX_WITH_SITE, &[site], "0x00000015 (V1 V5EX VCS)"),
        (EX_WITH_BOTH, &[address, site], "0x0000001d (V1 V5EX V5EP VCS)"),
    ] {
        let octets = hex(octets);
        shows(MessageKind::Netlogon, &octets, &COMMON);
        shows(MessageKind::Netlogon, &octets, more);
        shows(MessageKind::Netlogon, &octets, &[&format!("ldap_ping.nt_version: {version}")]);
        let rows = told(&decode(MessageKind::Netlogon, &octets).view.rows);
        for row in [address, site] {
            assert_eq!(rows.iter().any(|told| told == row), more.contains(&row), "{rows:#?}");
        }
    }
    shows(
        MessageKind::Netlogon,
        &hex(RESPONSE),
        &[
            "ldap_ping.opcode: LOGON_SAM_LOGON_RESPONSE (19)",
            "ldap_ping.netbios_host: \\\\DC1",
            "ldap_ping.user: PC1$",
            "ldap_ping.host: dc1.corp.example",
            "ldap_ping.dc_address: 10.0.0.9",
        ],
    );
    shows(
        MessageKind::Netlogon,
        &hex(NT40),
        &[
            "ldap_ping.netbios_host: \\\\DC1",
            "ldap_ping.netbios_domain: CORP",
            "ldap_ping.nt_version: 0x00000001 (V1)",
        ],
    );
    shows(
        MessageKind::Netlogon,
        &hex(PRIMARY),
        &["ldap_ping.opcode: LOGON_PRIMARY_RESPONSE (12)", "ldap_ping.netbios_host: DC1"],
    );
}

#[test]
fn operations_of_ldap() {
    shows(
        MessageKind::Ldap,
        &hex(REFERRAL),
        &[
            "ldap.result: referral (10)",
            "ldap.referral: ldap://child.corp.example/DC=child,DC=corp,DC=example",
            "ldap.referral: ldap://other.example",
        ],
    );
    shows(
        MessageKind::Ldap,
        &hex(REFERENCE),
        &[
            "ldap: searchResRef",
            "ldap.referral: ldap://ForestDnsZones.corp.example/DC=ForestDnsZones,DC=corp,DC=example",
        ],
    );
    shows(MessageKind::Ldap, &hex(WHOAMI), &["ldap.extended: Who am I? (1.3.6.1.4.1.4203.1.11.3)"]);
    shows(
        MessageKind::Ldap,
        &hex(WHOAMI_ANSWER),
        &["ldap.result: success (0)", "ldap.extended.value: u:CORP\\Administrator"],
    );
    shows(
        MessageKind::Ldap,
        &hex(NOTICE),
        &[
            "ldap.message_id: 0",
            "ldap.extended: Notice of Disconnection (1.3.6.1.4.1.1466.20036)",
            "ldap.result: unavailable (52)",
            "ldap.text: the server is going down",
        ],
    );
    shows(
        MessageKind::Ldap,
        &hex(DELETE),
        &[
            "ldap.entry: CN=PC1,CN=Computers,DC=corp,DC=example",
            "ldap.control: LDAP_PAGED_RESULT_OID_STRING (1.2.840.113556.1.4.319)",
            "ldap.control.critical: the server must know it",
            "ldap.control: LDAP_SERVER_DOMAIN_SCOPE_OID (1.2.840.113556.1.4.1339)",
        ],
    );
    shows(
        MessageKind::Ldap,
        &hex(ADD),
        &[
            "ldap.attribute: unicodePwd",
            "ldap.account_control: 0x1000 (ADS_UF_WORKSTATION_TRUST_ACCOUNT)",
            "ldap.supported_enctypes: 0x0000001c (RC4-HMAC, AES128-CTS-HMAC-SHA1-96, AES256-CTS-HMAC-SHA1-96)",
            "ldap.value: HOST/pc1.corp.example",
        ],
    );
    // The password stays where it is.
    let rows = told(&decode(MessageKind::Ldap, &hex(ADD)).view.rows);
    assert!(rows.iter().all(|row| !row.contains("secret")), "{rows:#?}");
}

/// Clear calls to Netlogon of a peer that writes its integers big-endian.
#[test]
fn big_endian_calls() {
    let host = |last: u8, ttl| Host::new(Ipv4Addr::new(10, 0, 0, last), ttl);
    let mut script = Script::new();
    let mut talk =
        Conversation::new((host(1, 128), 49_701), (host(2, 127), 49_670), 1_700_000_000_000_000_000);
    talk.handshake(&mut script);
    talk.exchange(&mut script, &hex(BIND), &hex(ACK));
    talk.exchange(&mut script, &hex(REQ), &hex(RESP));
    has(
        &play(&script.shots()),
        &[
            "rpc: bind",
            "rpc.context: 0: netlogon in NDR",
            "rpc.context: accepted: NDR",
            "netlogon: NetrServerReqChallenge request",
            "netlogon.server: \\\\DC1",
            "netlogon.computer: PC1",
            "netlogon.client_challenge: 0102030405060708",
            "netlogon.server_challenge: 1112131415161718",
            "netlogon.status: STATUS_SUCCESS (0x00000000)",
        ],
    );
}

/// Stubs of the endpoint mapper alone, without the PDU that tells their byte order.
#[test]
fn both_byte_orders_of_the_endpoint_mapper() {
    const WAY: [&str; 4] = [
        "epm.tower.interface_name: netlogon",
        "epm.tower.port: 49670",
        "epm.tower.address: 10.0.0.2",
        "epm.tower.transfer_syntax: NDR",
    ];
    for stub in [EPT_MAP, EPT_MAP_BIG] {
        shows(MessageKind::EpmRequest, &hex(stub), &WAY);
        shows(MessageKind::EpmRequest, &hex(stub), &["epm.max_towers: 4"]);
    }
    shows(MessageKind::EpmResponse, &hex(EPT_MAP_ANSWER_BIG), &WAY);
    shows(MessageKind::EpmResponse, &hex(EPT_MAP_ANSWER_BIG), &["epm.num_towers: 1"]);
}

#[test]
fn what_smb_negotiates_and_transforms() {
    shows(
        MessageKind::Smb2,
        &hex(NEGOTIATE),
        &[
            "smb.dialect: SMB 2.0.2 (0x0202)",
            "smb.dialect: SMB 2.1 (0x0210)",
            "smb.dialect: SMB 3.0 (0x0300)",
            "smb.dialect: SMB 3.0.2 (0x0302)",
            "smb.dialect: SMB 3.1.1 (0x0311)",
            "smb.preauth_hash: SHA-512 (0x0001)",
            "smb.cipher: AES-256-GCM (0x0004)",
            "smb.compression: LZ77+Huffman (0x0003)",
            "smb.compression.flags: chains allowed",
            "smb.netname: dc1.corp.example",
            "smb.transport: the transport's protection will do",
            "smb.rdma_transform: signing (0x0002)",
            "smb.signing_algorithm: AES-GMAC (0x0002)",
        ],
    );
    let mut encrypted = b"\xfdSMB".to_vec();
    encrypted.extend([0x11; 32]);
    encrypted.extend([4, 0, 0, 0, 0, 0, 1, 0, 0x55, 0, 0, 0, 0, 0xcc, 0, 0, 9, 9, 9, 9]);
    let compressed =
        b"\xfcSMB\x00\x10\x00\x00\x04\x00\x01\x00\x08\x00\x00\x00\x20\x00\x00\x00\x40\x00\x00\x00\
        \x02\x00\x00\x00\x07\x00\x00\x00\x80\x00\x00\x00xyz";
    let host = |last: u8, ttl| Host::new(Ipv4Addr::new(10, 0, 0, last), ttl);
    let mut script = Script::new();
    let mut talk = Conversation::new((host(1, 128), 49_702), (host(2, 127), 445), 1_700_000_000_000_000_000);
    talk.handshake(&mut script);
    talk.exchange(&mut script, &smb2_proto::encode::nbss(&encrypted), &smb2_proto::encode::nbss(compressed));
    let wanted = [
        "smb.transform: encrypted",
        "smb.transform.flags: encrypted; AES-128-CCM in SMB 3.0 and 3.0.2",
        "smb.transform.size: 4",
        "smb.transform: compressed, a chain",
        "smb.transform.compression: Pattern_V1 (0x0004)",
        "smb.transform.compression: LZ77 (0x0002)",
    ];
    has(&play(&script.shots()), &wanted);
    // Alone they are shown too, and it is said that there is more.
    for (octets, rows) in [(&encrypted[..], &wanted[..3]), (compressed, &wanted[3..])] {
        let decoded = decode(MessageKind::Smb2, octets);
        has(&told(&decoded.view.rows), rows);
        assert_eq!(decoded.errors.len(), 1);
    }
}

/// Real messages of the rarer forms, in captures beside the repository.
#[test]
fn in_real_captures() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/captures/dev");
    for (file, wanted) in [
        ("zeek_dce_rpc_ntlm.pcapng", &["krb: TGT-REQ", "gss.token_id: KRB_TGT_REQ (0x0400)"][..]),
        ("otrf_shire_dcom_shellwindows_ws5.pcap", &["krb: TGT-REP", "krb: TGT-REQ"]),
        ("zeek_krb_kinit.pcap", &["krb.fast: armoured request", "krb.padata_type: PA-FX-COOKIE (133)"]),
        ("ndpi_kerberos_login_krb816.pcap", &["krb.fast: armoured request", "krb.fast: armoured reply"]),
        (
            "wireshark_smb311_aes128gcm.pcap",
            &["smb.transform: encrypted", "smb.cipher: AES-128-GCM (0x0002)"],
        ),
        ("zeek_dce_rpc_netlogon.pcapng", &["gss.netlogon: negotiate request"]),
    ] {
        let path = folder.join(file);
        if !path.exists() {
            println!("skipped: ../shared is not here");
            return;
        }
        let frames = capture_file::read(path.to_str().unwrap()).unwrap();
        let mut engine = Engine::new();
        for (number, frame) in (1..).zip(&frames) {
            engine.feed(&frame.numbered(number));
        }
        engine.finish();
        let mut rows = BTreeSet::new();
        for (number, frame) in (1..).zip(&frames) {
            if let Some(view) = engine.view(number, &frame.bytes) {
                let plain: Vec<_> =
                    view.rows.into_iter().filter(|row| matches!(row.what, What::Field { .. })).collect();
                rows.extend(told(&plain));
            }
        }
        for wanted in wanted {
            assert!(rows.contains(*wanted), "{file}: {wanted}");
        }
    }
}
