//! Messages as JSON: the shape of one, and every seed of the fuzz targets, whole or broken.
#![cfg(feature = "serde")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use adjoin_trials::secret::{assert_absent, assert_counted, secret};
use adjoin_trials::seeds::seeds;
use kerberos_proto::encode::{self, Encrypted, Name};
use kerberos_proto::fast::KrbFastArmor;
use kerberos_proto::kpasswd::Kpasswd;
use kerberos_proto::{ApOptions, ApReq, Etype, KdcOptions, KdcReq, KerberosTime, Message, NameType, PaType};
use kerberos_proto::{Checksum, EncryptedData, KrbError, KrbSafe, PaData};

#[test]
fn an_ap_req() {
    let sealed = Encrypted { etype: Etype(18), kvno: Some(2), cipher: b"never shown" };
    let sname = Name { name_type: NameType::SRV_INST, parts: &["cifs", "dc1.contoso.local"] };
    let ticket = encode::Ticket { realm: "CONTOSO.LOCAL", sname, enc_part: sealed };
    let ap_options = ApOptions::MUTUAL_REQUIRED;
    let bytes =
        encode::ApReq { ap_options, ticket, authenticator: Encrypted { kvno: None, ..sealed } }.to_der();
    let json = serde_json::to_string(&ApReq::parse(&bytes).unwrap()).unwrap();
    assert_eq!(
        json,
        r#"{"pvno":5,"msg_type":{"value":14,"name":"AP-REQ"},"ap_options":{"value":536870912,"names":["MUTUAL_REQUIRED"]},"ticket":{"span":[27,120],"tkt_vno":5,"realm":"CONTOSO.LOCAL","sname":{"span":[55,91],"name_type":{"value":2,"name":"NT-SRV-INST"},"name_string":["cifs","dc1.contoso.local"]},"enc_part":{"etype":{"value":18,"name":"aes256-cts-hmac-sha1-96"},"kvno":2,"cipher_length":11,"cipher":"(11 octets)"}},"authenticator":{"etype":{"value":18,"name":"aes256-cts-hmac-sha1-96"},"kvno":null,"cipher_length":11,"cipher":"(11 octets)"}}"#
    );
}

#[test]
fn an_as_req() {
    let till = KerberosTime { year: 2037, month: 9, day: 13, hour: 2, minute: 48, second: 5 };
    let bytes = encode::KdcReq {
        padata: &[(PaType::PAC_REQUEST, &[0x30, 5, 0xa0, 3, 1, 1, 0xff]), (PaType::ENC_TIMESTAMP, b"sealed")],
        kdc_options: KdcOptions::FORWARDABLE,
        cname: Some(Name { name_type: NameType::PRINCIPAL, parts: &["PC8$"] }),
        realm: "CONTOSO.LOCAL",
        sname: None,
        till,
        rtime: None,
        nonce: 7,
        etype: &[Etype(18), Etype(17)],
        addresses: &[],
    }
    .to_as_req();
    let json = serde_json::to_string(&KdcReq::parse(&bytes).unwrap()).unwrap();
    assert_eq!(
        json,
        r#"{"application":{"value":10,"name":"AS-REQ"},"pvno":5,"msg_type":{"value":10,"name":"AS-REQ"},"padata":[{"padata_type":{"value":128,"name":"PA-PAC-REQUEST"},"padata_value":true},{"padata_type":{"value":2,"name":"PA-ENC-TIMESTAMP"},"padata_value":"(6 octets)"}],"req_body":{"kdc_options":{"value":1073741824,"names":["FORWARDABLE"]},"cname":{"span":[71,88],"name_type":{"value":1,"name":"NT-PRINCIPAL"},"name_string":["PC8$"]},"realm":"CONTOSO.LOCAL","sname":null,"from":null,"till":"2037-09-13T02:48:05Z","rtime":null,"nonce":7,"etype":[{"value":18,"name":"aes256-cts-hmac-sha1-96"},{"value":17,"name":"aes128-cts-hmac-sha1-96"}],"addresses":null,"enc_authorization_data":null,"additional_tickets":null}}"#
    );
}

#[test]
fn ciphertext_and_checksums_are_counted() {
    let cipher = EncryptedData { cipher: secret(), ..Default::default() };
    let checksum = Checksum { checksum: secret(), ..Default::default() };
    let armor = KrbFastArmor { armor_value: secret(), ..Default::default() };
    let padata = PaData { padata_value: secret(), ..Default::default() };
    assert_counted(&cipher, 1);
    assert_counted(&checksum, 1);
    assert_counted(&armor, 1);
    assert_counted(&padata, 1);
    assert_absent(&format!("{cipher:?} {checksum:?} {armor:?} {padata:?}"));
    assert_counted(&Kpasswd { ap: Some(secret()), body: secret(), ..Default::default() }, 2);
    assert_counted(&KrbSafe { user_data: secret(), cksum: checksum, ..Default::default() }, 2);
    assert_counted(&KrbError { e_data: Some(secret()), ..Default::default() }, 1);
}

#[test]
fn seeds_have_json() {
    for seed in seeds("kerberos_message") {
        let json = serde_json::to_value(Message::parse_partial(&seed)).unwrap();
        assert!(json.get("value").is_some());
        serde_json::to_value(Kpasswd::parse_partial(&seed)).unwrap();
    }
}
