//! Reading allocates nothing.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use allocation_counter::measure;
#[test]
fn an_answer_and_its_towers() {
    use epmap_proto::{
        Direction, EptMapResponse, EptOpnum, EptStatus, TowerWriter, ept_map_response, guess_encoding,
    };
    use rpce_proto::{ByteOrder, ContextHandle, Encoding, SyntaxId};
    let tower =
        TowerWriter::ncacn_ip_tcp(SyntaxId::NDR, SyntaxId::NDR, 49671, [192, 0, 2, 1].into()).unwrap();
    let towers = [(3, &tower[..]), (4, &tower[..])];
    let stub = ept_map_response(Encoding::NDR64, ContextHandle::NULL, 4, &towers, EptStatus::OK).unwrap();
    let cost = measure(|| {
        let encoding = guess_encoding(&stub, EptOpnum::MAP, Direction::Response, ByteOrder::Little).unwrap();
        let answer = EptMapResponse::parse(&stub, encoding).unwrap();
        assert!(answer.towers.towers().all(|t| t.summary().port.is_some_and(|p| *p == 49671)));
    });
    assert_eq!(cost.count_total, 0);
}
