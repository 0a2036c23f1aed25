//! Reading a message allocates nothing.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    clippy::cast_possible_truncation,
    unreachable_pub,
    reason = "tests may panic"
)]

use allocation_counter::measure;
use kerberos_proto::*;

#[test]
fn none() {
    let enc = encode::Encrypted { etype: Etype(18), kvno: Some(2), cipher: &[0; 1000] };
    let name = encode::Name { name_type: NameType::SRV_INST, parts: &["krbtgt", "R"] };
    let ticket = encode::Ticket { realm: "R", sname: name, enc_part: enc };
    let ap_req = encode::ApReq { ap_options: ApOptions::default(), ticket, authenticator: enc }.to_der();
    let till = KerberosTime::from_ascii(b"20370913024805Z").unwrap();
    let tgs = encode::KdcReq {
        padata: &[(PaType::TGS_REQ, &ap_req)],
        realm: "R",
        sname: Some(name),
        etype: &[Etype(18), Etype(23)],
        till,
        ..Default::default()
    }
    .to_tgs_req();
    let e_data = encode::ext_error(0xc000_0072);
    let error = encode::KrbError { e_data: Some(&e_data), stime: till, ..Default::default() }.to_der();

    let cost = measure(|| {
        let Ok(Message::TgsReq(request)) = Message::parse(&tgs) else { panic!() };
        let inner = ApReq::parse(request.ap_req().unwrap().value).unwrap();
        let failed = KrbError::parse(&error).unwrap();
        let status = failed.ext_error().unwrap().status.value;
        assert_eq!((*inner.authenticator.cipher_length, status), (1000, 0xc000_0072));
    });
    assert_eq!(cost.count_total, 0);
}
