//! The AP-REQ for cifs/DC2.contoso.local that Microsoft's article on domain joins prints: rebuilt
//! from its printed values, equal to the printed octets, and read again.
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

use adjoin_wire::ber::Tag;
use kerberos_proto::*;

#[test]
fn the_printed_ap_req() {
    let Some(article) = shared::text("seeds/domain-join-log-analysis.md") else { return };
    let kerberos = article.split("### Kerberos").nth(1).unwrap().split("#### About NTLM").next().unwrap();
    let printed: Vec<_> = kerberos.lines().map(str::trim).collect();
    let value = |key: &str| {
        let line = printed.iter().find(|line| line.starts_with(key)).unwrap_or_else(|| panic!("{key}"));
        line[key.len()..].split_once(": ").map_or("", |(_, value)| value)
    };
    let blob = shared::hex(value("Security Blob"));
    let mech_token = shared::hex(value("mechToken"));
    let authenticator_prefix = shared::hex(value("cipher"));
    let blob_length: usize = value("Blob Length").parse().unwrap();

    // Octets that are not printed: any. Their numbers follow from the printed DER lengths: 0x4b8 for
    // the ticket's enc-part with a key version, 0x145 for the authenticator without one.
    let ticket_cipher = vec![0x5a; 1190];
    let mut authenticator_cipher = authenticator_prefix.clone();
    authenticator_cipher.resize(312, 0xa5);
    let ap_req = encode::ApReq {
        ap_options: ApOptions::MUTUAL_REQUIRED,
        ticket: encode::Ticket {
            realm: "CONTOSO.LOCAL",
            sname: encode::Name { name_type: NameType::SRV_INST, parts: &["cifs", "DC2.contoso.local"] },
            enc_part: encode::Encrypted { etype: Etype(18), kvno: Some(4), cipher: &ticket_cipher },
        },
        authenticator: encode::Encrypted { etype: Etype(18), kvno: None, cipher: &authenticator_cipher },
    }
    .to_der();
    assert_eq!(ap_req[..4], [0x6e, 0x82, 0x06, 0x6c]);

    // GSS-API with the Kerberos OID, SPNEGO with four mechanisms around it.
    let krb5 = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 1, 2, 2];
    let ms_krb5 = [0x2a, 0x86, 0x48, 0x82, 0xf7, 0x12, 1, 2, 2];
    let negoex = [0x2b, 6, 1, 4, 1, 0x82, 0x37, 2, 2, 0x1e];
    let ntlmssp = [0x2b, 6, 1, 4, 1, 0x82, 0x37, 2, 2, 0x0a];
    let inner = [encode::tlv(Tag::OID, &krb5), vec![1, 0], ap_req.clone()].concat();
    let token = encode::tlv(Tag::application(0), &inner);
    assert_eq!(token[..mech_token.len()], mech_token[..], "mechToken");
    let mechs: Vec<_> =
        [&ms_krb5[..], &krb5, &negoex, &ntlmssp].iter().map(|oid| encode::tlv(Tag::OID, oid)).collect();
    let init = encode::constructed(
        Tag::SEQUENCE,
        &[
            encode::tlv(Tag::context(0), &encode::constructed(Tag::SEQUENCE, &mechs)),
            encode::tlv(Tag::context(2), &encode::tlv(Tag::OCTET_STRING, &token)),
        ],
    );
    let spnego = encode::tlv(Tag::OID, &[0x2b, 6, 1, 5, 5, 2]);
    let whole = encode::tlv(Tag::application(0), &[spnego, encode::tlv(Tag::context(0), &init)].concat());
    assert_eq!(whole[..blob.len()], blob[..], "Security Blob");
    assert_eq!(whole.len(), blob_length);

    // Read back: every printed line.
    let m = ApReq::parse(&ap_req).unwrap();
    assert_eq!(m.pvno.to_string(), value("pvno"));
    assert_eq!(
        format!("krb-{} ({})", m.msg_type.to_string().to_lowercase(), m.msg_type.0),
        value("msg-type")
    );
    assert_eq!(format!("{:08x}", m.ap_options.bits()), value("ap-options"));
    assert_eq!(ap_req[m.ap_options.span.start - 1].to_string(), value("Padding"));
    assert_eq!(m.ap_options.to_string(), "mutual-required");
    assert_eq!(m.ticket.tkt_vno.to_string(), value("tkt-vno"));
    assert_eq!(m.ticket.realm.to_string(), value("realm"));
    assert_eq!(
        format!("kRB5-{} ({})", m.ticket.sname.name_type, m.ticket.sname.name_type.0),
        value("name-type")
    );
    let parts: Vec<_> = m.ticket.sname.components().map(|c| c.to_string()).collect();
    let printed_parts: Vec<_> =
        printed.iter().filter_map(|line| line.strip_prefix("SNameString: ")).collect();
    assert_eq!(parts, printed_parts);
    assert_eq!(format!("{} items", parts.len()), value("sname-string"));
    assert_eq!(m.ticket.sname.to_string(), "cifs/DC2.contoso.local");
    let etype = *m.authenticator.etype;
    assert_eq!(format!("eTYPE-{} ({})", etype.to_string().to_uppercase(), etype.0), value("etype"));
    assert!(m.authenticator.cipher.starts_with(&authenticator_prefix));
    assert!(m.authenticator.kvno.is_none());

    // The printed octets alone, as a capture with a short snapshot length has them.
    let cut = ApReq::parse_partial(&mech_token[17..]);
    assert!(cut.error.unwrap().kind.is_truncated());
    assert_eq!(cut.value.ticket.realm.value, "CONTOSO.LOCAL");
    assert_eq!(*cut.value.ap_options, ApOptions::MUTUAL_REQUIRED);
}
