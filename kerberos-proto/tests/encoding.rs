//! What is encoded is read back, in each of the forms that senders use.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    clippy::cast_possible_truncation,
    unreachable_pub,
    reason = "tests may panic"
)]

use adjoin_wire::ErrorKind;
use adjoin_wire::ber::Tag;
use kerberos_proto::*;
use proptest::prelude::*;

const TIME: KerberosTime = KerberosTime { year: 2025, month: 2, day: 28, hour: 13, minute: 5, second: 9 };

proptest! {
    #[test]
    fn ap_req(options: u32, realm in "[A-Z.]{0,40}", parts in prop::collection::vec("[a-zA-Z0-9.$-]{0,30}", 0..5),
              name_type: i32, etype: i32, kvno: Option<u32>, cipher in prop::collection::vec(any::<u8>(), 0..300)) {
        let parts: Vec<_> = parts.iter().map(String::as_str).collect();
        let enc_part = encode::Encrypted { etype: Etype(etype), kvno, cipher: &cipher };
        let bytes = encode::ApReq {
            ap_options: ApOptions::from_bits_retain(options),
            ticket: encode::Ticket { realm: &realm, sname: encode::Name { name_type: NameType(name_type), parts: &parts }, enc_part },
            authenticator: encode::Encrypted { kvno: None, ..enc_part },
        }.to_der();
        let m = ApReq::parse(&bytes).unwrap();
        prop_assert_eq!((*m.pvno, *m.msg_type, m.ap_options.bits()), (5, MessageType::AP_REQ, options));
        prop_assert_eq!(m.ticket.realm.value, realm.as_str());
        prop_assert_eq!(*m.ticket.sname.name_type, NameType(name_type));
        prop_assert_eq!(m.ticket.sname.to_string(), parts.join("/"));
        prop_assert_eq!(*m.ticket.enc_part.etype, Etype(etype));
        prop_assert_eq!(m.ticket.enc_part.kvno.map(|k| *k), kvno);
        prop_assert_eq!(m.ticket.enc_part.cipher.value, &cipher[..]);
        prop_assert_eq!(*m.authenticator.cipher_length, cipher.len());
        prop_assert!(m.authenticator.kvno.is_none());
    }

    #[test]
    fn kdc_req(nonce: u32, options: u32, etypes in prop::collection::vec(any::<i32>(), 0..8), value in prop::collection::vec(any::<u8>(), 0..200)) {
        let etypes: Vec<_> = etypes.into_iter().map(Etype).collect();
        let name = encode::Name { name_type: NameType::PRINCIPAL, parts: &["PC8$"] };
        let spec = encode::KdcReq {
            padata: &[(PaType::PAC_REQUEST, &[0x30, 5, 0xa0, 3, 1, 1, 0xff]), (PaType::TGS_REQ, &value)],
            kdc_options: KdcOptions::from_bits_retain(options), cname: Some(name), realm: "CONTOSO.LOCAL",
            sname: Some(encode::Name { name_type: NameType::SRV_INST, parts: &["krbtgt", "CONTOSO.LOCAL"] }),
            till: TIME, rtime: Some(TIME), nonce, etype: &etypes, addresses: &[(20, b"PC8             ")],
        };
        let (req, tgs) = (spec.to_as_req(), spec.to_tgs_req());
        prop_assert_eq!(*KdcReq::parse(&req).unwrap().application, MessageType::AS_REQ);
        let m = KdcReq::parse(&tgs).unwrap();
        prop_assert_eq!((*m.application, *m.msg_type), (MessageType::TGS_REQ, MessageType::TGS_REQ));
        prop_assert_eq!(m.ap_req().unwrap().value, &value[..]);
        prop_assert!(*m.padata().next().unwrap().pac_request().unwrap().unwrap());
        let b = m.req_body;
        prop_assert_eq!((*b.nonce, b.kdc_options.bits()), (nonce, options));
        prop_assert_eq!(b.etype.iter().map(|e| e.unwrap().value).collect::<Vec<_>>(), etypes);
        prop_assert_eq!(b.cname.unwrap().to_string(), "PC8$");
        prop_assert_eq!((*b.till.unwrap(), *b.rtime.unwrap(), b.from.is_none()), (TIME, TIME, true));
        prop_assert_eq!(b.addresses.unwrap().iter().next().unwrap().unwrap().to_string(), "PC8");
    }

    #[test]
    fn krb_error(code: i32, status: u32, susec in 0..1_000_000) {
        let e_data = encode::ext_error(status);
        let bytes = encode::KrbError {
            client_time: Some((TIME, 7)), stime: TIME, susec, error_code: ErrorCode(code), crealm: Some("A"),
            cname: Some(encode::Name { name_type: NameType::PRINCIPAL, parts: &["u"] }), realm: "CONTOSO.LOCAL",
            sname: encode::Name { name_type: NameType::SRV_INST, parts: &["krbtgt", "CONTOSO.LOCAL"] },
            e_text: Some("why"), e_data: Some(&e_data),
        }.to_der();
        let m = KrbError::parse(&bytes).unwrap();
        prop_assert_eq!((*m.error_code, *m.susec, *m.stime, *m.ctime.unwrap(), *m.cusec.unwrap()), (ErrorCode(code), susec, TIME, TIME, 7));
        prop_assert_eq!((m.crealm.unwrap().to_string(), m.cname.unwrap().to_string(), m.e_text.unwrap().to_string()), ("A".into(), "u".into(), "why".into()));
        // Whatever the code is.
        let error = m.ext_error().unwrap();
        prop_assert_eq!((*error.status, *error.flags), (status, 1));
        prop_assert_eq!(&bytes[error.status.span.range()], &status.to_le_bytes());
    }
}

fn error_with(e_data: &[u8]) -> Vec<u8> {
    encode::KrbError {
        error_code: ErrorCode::PREAUTH_REQUIRED,
        stime: TIME,
        e_data: Some(e_data),
        ..Default::default()
    }
    .to_der()
}

#[test]
fn method_data_with_etypes_and_salt() {
    let entry = |etype: i64, salt: &str| {
        encode::constructed(
            Tag::SEQUENCE,
            &[
                encode::tlv(Tag::context(0), &encode::integer(etype)),
                encode::tlv(Tag::context(1), &encode::tlv(Tag::GENERAL_STRING, salt.as_bytes())),
                encode::tlv(Tag::context(2), &encode::tlv(Tag::OCTET_STRING, &[0, 0, 0x10, 0])),
            ],
        )
    };
    let info = encode::constructed(Tag::SEQUENCE, &[entry(18, "CONTOSO.LOCALpuser2"), entry(23, "")]);
    let data = encode::method_data(&[(PaType::ETYPE_INFO2, &info), (PaType::ENC_TIMESTAMP, &[])]);
    let bytes = error_with(&data);
    let m = KrbError::parse(&bytes).unwrap();
    let Some(ErrorData::Method(list)) = m.error_data() else { panic!() };
    let first = list.iter().next().unwrap().unwrap();
    let entries: Vec<_> = first.etype_info().unwrap().unwrap().iter().map(Result::unwrap).collect();
    assert_eq!(*entries[0].etype, Etype::AES256_CTS_HMAC_SHA1_96);
    let salt = entries[0].salt.unwrap();
    assert_eq!(salt.value, "CONTOSO.LOCALpuser2");
    assert_eq!(&bytes[salt.span.range()], b"CONTOSO.LOCALpuser2");
    assert_eq!(entries[0].s2kparams.unwrap().value, [0, 0, 0x10, 0]);
    assert_eq!((*entries[1].etype, entries.len()), (Etype::RC4_HMAC, 2));
    assert!(m.ext_error().is_none());
    assert!(list.iter().nth(1).unwrap().unwrap().etype_info().is_none());
}

#[test]
fn an_nt_status_inside_method_data() {
    let value = [0x72, 0, 0, 0xc0, 0, 0, 0, 0, 3, 0, 0, 0];
    let bytes = error_with(&encode::method_data(&[(PaType::PW_SALT, &value)]));
    assert_eq!(*KrbError::parse(&bytes).unwrap().ext_error().unwrap().status, 0xc000_0072);
    let salt = error_with(&encode::method_data(&[(PaType::PW_SALT, b"CONTOSOpuser")]));
    assert!(KrbError::parse(&salt).unwrap().ext_error().is_none());
}

#[test]
fn skew_recovery_has_no_value_and_other_data_stays_opaque() {
    let skew = encode::constructed(Tag::SEQUENCE, &[encode::tlv(Tag::context(1), &encode::integer(2))]);
    let bytes = error_with(&skew);
    match KrbError::parse(&bytes).unwrap().error_data() {
        Some(ErrorData::Kerb(data)) => {
            assert_eq!((*data.data_type, data.data_value), (KerbErrorData::SKEW_RECOVERY, None));
        }
        other => panic!("{other:?}"),
    }
    for data in [&b""[..], b"x", b"\x30\x05\x02\x01\x00", b"\x30\x80", b"\x30\x03\xa1\x01\x02"] {
        let bytes = error_with(data);
        assert!(
            matches!(KrbError::parse(&bytes).unwrap().error_data(), Some(ErrorData::Opaque(d)) if d.value == data)
        );
    }
}

/// An AP-REQ with every length in the form `84 ..` and every integer in four octets, kvno negative,
/// and a bit string of seven bits.
#[test]
fn long_forms_negative_versions_and_short_flags() {
    fn long(tag: u8, contents: &[u8]) -> Vec<u8> {
        let length = u32::try_from(contents.len()).unwrap().to_be_bytes();
        [&[tag, 0x84], &length[..], contents].concat()
    }
    let int = |n: u8, value: i32| long(0xa0 | n, &long(2, &value.to_be_bytes()));
    let encrypted = [int(0, 18), int(1, -2_147_418_112), long(0xa2, &long(4, b"cipher"))].concat();
    let name = [int(0, 2), long(0xa1, &long(0x30, &long(0x1b, b"cifs")))].concat();
    let ticket = [
        int(0, 5),
        long(0xa1, &long(0x1b, b"R")),
        long(0xa2, &long(0x30, &name)),
        long(0xa3, &long(0x30, &encrypted)),
    ]
    .concat();
    let body = [
        int(0, 5),
        int(1, 14),
        // Two bits used; the others of the octet are not zero and don't count.
        long(0xa2, &long(3, &[5, 0x3f])),
        long(0xa3, &long(0x61, &long(0x30, &ticket))),
        long(0xa4, &long(0x30, &encrypted)),
    ]
    .concat();
    let bytes = long(0x6e, &long(0x30, &body));
    let m = ApReq::parse(&bytes).unwrap();
    assert_eq!(*m.ap_options, ApOptions::MUTUAL_REQUIRED);
    assert_eq!(*m.ticket.enc_part.kvno.unwrap(), 0x8001_0000);
    assert_eq!((m.ticket.sname.to_string().as_str(), m.authenticator.cipher.value), ("cifs", &b"cipher"[..]));
}

#[test]
fn errors_accuse_the_right_octets() {
    let good = encode::KrbError { stime: TIME, realm: "R", ..Default::default() }.to_der();
    let m = KrbError::parse(&good).unwrap();

    let mut bad = good.clone();
    bad[m.stime.span.start + 4] = b'9';
    let error = KrbError::parse(&bad).unwrap_err();
    assert_eq!((error.field, error.offset), ("stime", m.stime.span.start));
    assert!(error.kind.is_malformed());
    assert_eq!(*KrbError::parse_partial(&bad).value.pvno, 5);

    let mut trailing = good.clone();
    trailing.push(0);
    assert_eq!(KrbError::parse(&trailing).unwrap_err().kind, ErrorKind::Trailing { count: 1 });
    assert_eq!(Message::parse_prefix(&trailing).unwrap().1, good.len());

    assert!(ApReq::parse(&good).unwrap_err().kind.is_malformed());
    assert!(matches!(Message::parse(&[0x61, 0]).unwrap_err().kind, ErrorKind::Unsupported(_)));
    assert!(matches!(Message::parse(&[0x68, 0]).unwrap_err().kind, ErrorKind::Unsupported(_)));
}

#[test]
fn envelopes() {
    let enc = encode::Encrypted { etype: Etype(18), kvno: None, cipher: b"secret" };
    let ctx = |n, inner: Vec<u8>| encode::tlv(Tag::context(n), &inner);
    let head = |kind| vec![ctx(0, encode::integer(5)), ctx(1, encode::integer(kind))];
    let build = |kind: u8, rest: Vec<Vec<u8>>| {
        let parts = [head(i64::from(kind)), rest].concat();
        encode::tlv(Tag::application(kind), &encode::constructed(Tag::SEQUENCE, &parts))
    };

    let bytes = build(15, vec![ctx(2, enc.to_der())]);
    assert_eq!(*ApRep::parse(&bytes).unwrap().enc_part.cipher_length, 6);

    let bytes = build(21, vec![ctx(3, enc.to_der())]);
    assert_eq!(*KrbPriv::parse(&bytes).unwrap().enc_part.etype, Etype(18));

    let ticket = encode::Ticket { realm: "R", sname: encode::Name::default(), enc_part: enc }.to_der();
    let list = encode::constructed(Tag::SEQUENCE, &[ticket.clone(), ticket]);
    let bytes = build(22, vec![ctx(2, list), ctx(3, enc.to_der())]);
    assert_eq!(KrbCred::parse(&bytes).unwrap().tickets.iter().filter(Result::is_ok).count(), 2);

    let octets = encode::tlv(Tag::OCTET_STRING, b"data");
    let body = encode::constructed(Tag::SEQUENCE, &[ctx(0, octets.clone())]);
    let sum = encode::constructed(Tag::SEQUENCE, &[ctx(0, encode::integer(16)), ctx(1, octets)]);
    let bytes = build(20, vec![ctx(2, body), ctx(3, sum)]);
    let safe = KrbSafe::parse(&bytes).unwrap();
    assert_eq!(
        (safe.user_data.value, *safe.cksum.cksumtype),
        (&b"data"[..], ChecksumType::HMAC_SHA1_96_AES256)
    );

    for (kind, name) in [(15, "AP-REP"), (21, "KRB-PRIV"), (22, "KRB-CRED"), (20, "KRB-SAFE")] {
        assert_eq!(MessageType(kind).to_string(), name);
    }
}

#[test]
fn kpasswd_result_in_an_error() {
    for (code, name) in [(0_u16, "SUCCESS"), (4, "SOFTERROR")] {
        let e_data = [&code.to_be_bytes()[..], b"text"].concat();
        let error = error_with(&e_data);
        let length = u16::try_from(error.len() + 6).unwrap();
        let bytes = [&length.to_be_bytes()[..], &[0, 1, 0, 0], &error].concat();
        let m = kpasswd::Kpasswd::parse(&bytes).unwrap();
        assert!(m.ap.is_none() && m.error().unwrap().error.is_none());
        assert!(kpasswd::looks_like(&bytes));
        let result = m.result().unwrap();
        assert_eq!((result.code.to_string().as_str(), result.text.to_string().as_str()), (name, "text"));
        assert_eq!(&bytes[result.code.span.range()], &code.to_be_bytes());
        for cut in 0..bytes.len() {
            let part = kpasswd::Kpasswd::parse_partial(&bytes[..cut]);
            assert!(part.error.unwrap().kind.is_truncated(), "cut at {cut}");
            assert!(part.error.unwrap().offset <= cut);
        }
    }
}

#[test]
fn secrets_are_not_in_debug() {
    let enc = encode::Encrypted { etype: Etype(18), kvno: None, cipher: b"SECRET" };
    let bytes = encode::ApReq { authenticator: enc, ..Default::default() }.to_der();
    let shown = format!("{:?}", ApReq::parse(&bytes).unwrap());
    assert!(!shown.contains("83, 69, 67") && !shown.contains("SECRET"), "{shown}");
}

#[test]
fn flag_names() {
    let options = KdcOptions::from_bits_retain(0x4081_0010 | 0x8000_0000);
    assert_eq!(options.to_string(), "forwardable, renewable, canonicalize, renewable-ok, 0x80000000");
    assert_eq!(options.unnamed(), 0x8000_0000);
    assert_eq!(ApOptions::default().to_string(), "");
}
