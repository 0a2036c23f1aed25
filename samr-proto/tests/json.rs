//! Messages as JSON: the shape of one, and every seed of the fuzz targets, whole or broken.
#![cfg(feature = "serde")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use adjoin_trials::seeds::seeds;
use rpce_proto::{Encoding, NdrWriter};
use samr_proto::{lsarpc, samr};

#[test]
fn a_refused_reuse() {
    let mut w = NdrWriter::new(Encoding::NDR);
    w.u32(0).u32(0xc000_0022);
    let stub = w.finish();
    let opnum = samr::Opnum::SAMR_VALIDATE_COMPUTER_ACCOUNT_REUSE_ATTEMPT;
    let json = serde_json::to_string(&samr::Response::parse(opnum, &stub, Encoding::NDR).unwrap()).unwrap();
    assert_eq!(json, r#"{"ValidateReuse":{"result":false,"status":3221225506}}"#);
}

#[test]
fn seeds_have_json() {
    for seed in seeds("join_call") {
        for opnum in 0..80 {
            serde_json::to_value(samr::Request::parse_partial(samr::Opnum(opnum), &seed, Encoding::NDR))
                .unwrap();
            serde_json::to_value(samr::Response::parse_partial(samr::Opnum(opnum), &seed, Encoding::NDR))
                .unwrap();
            serde_json::to_value(lsarpc::Response::parse_partial(lsarpc::Opnum(opnum), &seed, Encoding::NDR))
                .unwrap();
        }
    }
}
