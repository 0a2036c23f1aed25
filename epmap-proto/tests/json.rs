//! Messages as JSON: the shape of one, and every seed of the fuzz targets, whole or broken.
#![cfg(feature = "serde")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use adjoin_trials::seeds::seeds;
use epmap_proto::{
    EptLookupResponse, EptMapRequest, EptMapResponse, EptStatus, Tower, TowerWriter, ept_map_response,
};
use rpce_proto::{ContextHandle, Encoding, SyntaxId};

#[test]
fn an_answer() {
    let drsuapi = SyntaxId::new("e3514235-4b06-11d1-ab04-00c04fc2dcd2".parse().unwrap(), 4, 0);
    let tower = TowerWriter::ncacn_ip_tcp(drsuapi, SyntaxId::NDR, 49671, [192, 0, 2, 10].into()).unwrap();
    let stub =
        ept_map_response(Encoding::NDR64, ContextHandle::NULL, 4, &[(3, &tower)], EptStatus::OK).unwrap();
    let answer = EptMapResponse::parse(&stub, Encoding::NDR64).unwrap();
    let json = serde_json::to_string(&answer).unwrap();
    assert_eq!(
        json,
        r#"{"entry_handle":{"attributes":0,"uuid":"00000000-0000-0000-0000-000000000000"},"num_towers":1,"towers":[{"referent":3,"octets":{"max_count":75,"tower_length":75,"tower":{"floor_count":5,"floors":[{"protocol":{"value":13,"name":"UUID"},"lhs":"354251e3064bd111ab0400c04fc2dcd20400","rhs":"0000","value":{"Uuid":{"uuid":"e3514235-4b06-11d1-ab04-00c04fc2dcd2","major":4,"minor":0}},"span":[70,95]},{"protocol":{"value":13,"name":"UUID"},"lhs":"045d888aeb1cc9119fe808002b1048600200","rhs":"0000","value":{"Uuid":{"uuid":"8a885d04-1ceb-11c9-9fe8-08002b104860","major":2,"minor":0}},"span":[95,120]},{"protocol":{"value":11,"name":"NCACN"},"lhs":"","rhs":"0000","value":{"MinorVersion":0},"span":[120,127]},{"protocol":{"value":7,"name":"TCP"},"lhs":"","rhs":"c207","value":{"Port":49671},"span":[127,134]},{"protocol":{"value":9,"name":"IP"},"lhs":"","rhs":"c000020a","value":{"Ipv4":"192.0.2.10"},"span":[134,143]}]}}}],"status":{"value":0,"name":"ok"}}"#
    );
    let way = answer.towers.towers().next().unwrap().summary();
    let json = serde_json::to_string(&way).unwrap();
    assert_eq!(
        json,
        r#"{"interface":"e3514235-4b06-11d1-ab04-00c04fc2dcd2 v4.0","transfer_syntax":"8a885d04-1ceb-11c9-9fe8-08002b104860 v2.0","protocol_sequence":"NcacnIpTcp","port":49671,"address":"192.0.2.10","endpoint":null,"host":null}"#
    );
}

#[test]
fn seeds_have_json() {
    for seed in seeds("tower") {
        serde_json::to_value(Tower::parse_partial(&seed)).unwrap();
    }
    for seed in seeds("ept_map") {
        let Some((_, stub)) = seed.split_first() else { continue };
        for encoding in [Encoding::NDR, Encoding::NDR64, Encoding::NDR.big_endian()] {
            serde_json::to_value(EptMapRequest::parse_partial(stub, encoding)).unwrap();
            serde_json::to_value(EptMapResponse::parse_partial(stub, encoding)).unwrap();
            serde_json::to_value(EptLookupResponse::parse_partial(stub, encoding)).unwrap();
        }
    }
}
