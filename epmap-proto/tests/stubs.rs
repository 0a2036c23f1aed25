//! Own stubs and towers: round trips, every cut, random damage.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use epmap_proto::*;
use proptest::prelude::*;
use rpce_proto::{ByteOrder, ContextHandle, Encoding, NdrWriter, SyntaxId};

const ALL: [Encoding; 4] =
    [Encoding::NDR, Encoding::NDR64, Encoding::NDR.big_endian(), Encoding::NDR64.big_endian()];

fn samr() -> SyntaxId {
    SyntaxId::new("12345778-1234-abcd-ef00-0123456789ac".parse().unwrap(), 1, 0)
}

fn tcp(port: u16) -> Vec<u8> {
    TowerWriter::ncacn_ip_tcp(samr(), SyntaxId::NDR64, port, [192, 0, 2, 1].into()).unwrap()
}

fn np() -> Vec<u8> {
    TowerWriter::ncacn_np(samr(), SyntaxId::NDR, "\\pipe\\lsass", "\\\\DC1").unwrap()
}

fn handle() -> ContextHandle {
    ContextHandle { attributes: 0, uuid: "ea626250-272f-4ab2-88a7-8abe11403724".parse().unwrap() }
}

fn tower(floors: &[(ProtocolId, &[u8])]) -> Vec<u8> {
    let mut w = TowerWriter::new();
    w.syntax(samr()).unwrap().syntax(SyntaxId::NDR).unwrap();
    for (protocol, rhs) in floors {
        w.floor(*protocol, &[], rhs).unwrap();
    }
    w.finish().unwrap()
}

#[test]
fn every_protocol_sequence_has_its_string() {
    let two = &[0_u8, 0][..];
    let ip = &[192_u8, 0, 2, 9][..];
    for (octets, text) in [
        (tcp(445), "ncacn_ip_tcp:192.0.2.1[445]"),
        (np(), "ncacn_np:\\\\DC1[\\pipe\\lsass]"),
        (
            tower(&[(ProtocolId::NCACN, two), (ProtocolId::HTTP, &[2, 0x51]), (ProtocolId::IP, ip)]),
            "ncacn_http:192.0.2.9[593]",
        ),
        (
            tower(&[(ProtocolId::NCADG, two), (ProtocolId::UDP, &[0, 135]), (ProtocolId::IP, ip)]),
            "ncadg_ip_udp:192.0.2.9[135]",
        ),
        (
            tower(&[(ProtocolId::NCALRPC, two), (ProtocolId::NAMED_PIPE, b"LRPC-1234\0")]),
            "ncalrpc:[LRPC-1234]",
        ),
        (
            tower(&[(ProtocolId::NCACN, two), (ProtocolId::NAMED_PIPE, b"\\PIPE\\x\0")]),
            "ncacn_np:[\\PIPE\\x]",
        ),
        (
            tower(&[(ProtocolId::NCACN, two), (ProtocolId::TCP, &[0, 135]), (ProtocolId::IP, &[0; 16])]),
            "ncacn_ip_tcp:::[135]",
        ),
        (tower(&[(ProtocolId(0x77), b"?")]), "?:"),
    ] {
        let tower = Tower::parse(&octets).unwrap();
        let summary = tower.summary();
        assert_eq!(summary.to_string(), text);
        assert_eq!(*summary.interface.unwrap(), samr());
        let span = summary.interface.unwrap().span;
        assert_eq!(octets[span.start..][..16], samr().uuid.to_le_bytes());
        // Floors lie side by side and fill the tower.
        let mut at = 2;
        for floor in &tower.floors {
            let floor = floor.unwrap();
            assert_eq!(floor.span.start, at);
            at = floor.span.end;
        }
        assert_eq!(at, octets.len());
    }
}

#[test]
fn a_floor_of_the_wrong_size_is_shown_raw() {
    let octets = tower(&[(ProtocolId::TCP, &[1, 2, 3]), (ProtocolId::IP, &[1])]);
    let values: Vec<_> =
        Tower::parse(&octets).unwrap().floors.iter().skip(2).map(|f| f.unwrap().value).collect();
    assert!(values.iter().all(|v| matches!(v, FloorValue::Raw(_))), "{values:?}");
    let error = Tower::parse(&[1, 0, 0, 0, 0, 0]).unwrap_err();
    assert_eq!((error.field, error.offset), ("LHS length", 2));
    assert!(Tower::parse(&[0, 0, 9]).unwrap_err().kind.is_malformed());
}

#[test]
fn map_requests_round_trip() {
    let object = "80900533-bc92-406f-bfbb-b2dcd4a726ee".parse().unwrap();
    for encoding in ALL {
        for obj in [None, Some(object)] {
            for octets in [None, Some(tcp(135)), Some(np())] {
                let stub = ept_map_request(encoding, obj, octets.as_deref(), handle(), 26).unwrap();
                let m = EptMapRequest::parse(&stub, encoding).unwrap();
                assert_eq!(m.obj.map(|o| *o), obj);
                assert_eq!(m.map_tower.map(|t| t.tower_octet_string.to_vec()), octets);
                assert_eq!((*m.entry_handle, *m.max_towers), (handle(), 26));
                let guess = guess_encoding(&stub, EptOpnum::MAP, Direction::Request, encoding.order);
                assert_eq!(guess, Some(encoding));
            }
        }
    }
}

#[test]
fn null_towers_and_failures_are_answers() {
    for encoding in ALL {
        let one = np();
        let stub =
            ept_map_response(encoding, handle(), 4, &[(7, &one), (0, &[]), (0, &[])], EptStatus::OK).unwrap();
        let m = EptMapResponse::parse(&stub, encoding).unwrap();
        let nulls: Vec<_> = m.towers.iter().map(|e| e.unwrap().octets.is_none()).collect();
        assert_eq!(nulls, [false, true, true]);
        assert_eq!(m.towers.towers().count(), 1);

        let stub =
            ept_map_response(encoding, ContextHandle::NULL, 4, &[], EptStatus::NOT_REGISTERED).unwrap();
        let m = EptMapResponse::parse(&stub, encoding).unwrap();
        assert!(m.status.is_not_registered() && m.entry_handle.is_null());
        assert_eq!(m.status.to_string(), "ept_s_not_registered");
        let guess = guess_encoding(&stub, EptOpnum::MAP, Direction::Response, encoding.order);
        assert_eq!(guess, Some(encoding));
    }
}

#[test]
fn lookups_round_trip() {
    let (first, second) = (tcp(49664), np());
    let entries = [
        EntryOctets { object: handle().uuid, annotation: "", tower: Some(&first) },
        EntryOctets { object: adjoin_wire::Guid::NIL, annotation: "Security", tower: None },
        EntryOctets { object: adjoin_wire::Guid::NIL, annotation: "DHCP Client", tower: Some(&second) },
    ];
    for encoding in ALL {
        let stub = ept_lookup_request(encoding, handle(), 499);
        let m = EptLookupRequest::parse(&stub, encoding).unwrap();
        assert_eq!((*m.inquiry_type, *m.vers_option, *m.max_ents), (0, 1, 499));
        assert_eq!(*m.entry_handle, handle());

        let stub = ept_lookup_response(encoding, handle(), 499, &entries, EptStatus::OK).unwrap();
        let m = EptLookupResponse::parse(&stub, encoding).unwrap();
        assert_eq!(m.entries.iter().count(), 3);
        for (got, put) in m.entries.iter().zip(entries) {
            let got = got.unwrap();
            assert_eq!(*got.object, put.object);
            assert_eq!(*got.annotation, put.annotation);
            assert_eq!(got.tower.map(|t| t.tower_octet_string.value), put.tower);
        }
        let guess = guess_encoding(&stub, EptOpnum::LOOKUP, Direction::Response, encoding.order);
        assert_eq!(guess, Some(encoding));

        // Cut inside the first tower: all entries are there.
        let cut = m.entries.iter().next().unwrap().unwrap().tower.unwrap().tower_octet_string.span.end - 3;
        let partial = EptLookupResponse::parse_partial(&stub[..cut], encoding);
        assert!(partial.error.unwrap().kind.is_truncated());
        assert_eq!(partial.value.entries.iter().filter(Result::is_ok).count(), 3);
        let entry = partial.value.entries.iter().next().unwrap().unwrap();
        assert_eq!(*entry.tower.unwrap().tower().value.summary().port.unwrap(), 49664);
    }
}

#[test]
fn a_lookup_by_interface_is_read() {
    for encoding in ALL {
        let mut w = NdrWriter::new(encoding);
        w.u32(3).uint3264(1).guid(handle().uuid).uint3264(2).guid(samr().uuid).u16(1).u16(0).u32(2);
        w.context_handle(handle()).u32(500);
        let stub = w.finish();
        let m = EptLookupRequest::parse(&stub, encoding).unwrap();
        assert_eq!(*m.object.unwrap(), handle().uuid);
        assert_eq!(*m.ifid.unwrap().uuid, samr().uuid);
        assert_eq!((*m.ifid.unwrap().vers_major, *m.vers_option, *m.max_ents), (1, 2, 500));
    }
}

#[test]
fn handles_are_freed() {
    let stub = [0; 24];
    assert!(EptLookupHandleFree::parse(&stub[..20], Encoding::NDR).unwrap().status.is_none());
    assert!(EptLookupHandleFree::parse(&stub, Encoding::NDR).unwrap().status.unwrap().is_ok());
    assert!(EptLookupHandleFree::parse(&stub[..22], Encoding::NDR).is_err());
}

#[test]
fn numbers_that_contradict_each_other_are_refused() {
    let stub =
        ept_map_response(Encoding::NDR, handle(), 1, &[(1, &tcp(1)), (2, &tcp(2))], EptStatus::OK).unwrap();
    assert_eq!(EptMapResponse::parse(&stub, Encoding::NDR).unwrap_err().field, "actual_count");
    let mut stub = ept_map_response(Encoding::NDR, handle(), 4, &[(1, &tcp(1))], EptStatus::OK).unwrap();
    stub[20] = 2;
    let partial = EptMapResponse::parse_partial(&stub, Encoding::NDR);
    assert_eq!(partial.error.unwrap().field, "num_towers");
    assert!(partial.value.status.reached().is_some());
    stub[20] = 1;
    stub[44] = 9;
    assert_eq!(EptMapResponse::parse(&stub, Encoding::NDR).unwrap_err().field, "tower_length");
    stub[20..].fill(0xff);
    assert!(EptMapResponse::parse(&stub, Encoding::NDR).is_err());
    assert!(EptMapResponse::parse(&stub, Encoding::NDR64).is_err());
}

/// Walks everything that can be walked.
fn read_everything(bytes: &[u8]) {
    let tower = Tower::parse_partial(bytes).value;
    let _ = (tower.summary().to_string(), tower.floors.iter().count());
    for encoding in ALL {
        let request = EptMapRequest::parse_partial(bytes, encoding).value;
        let _ = request.tower().map(|t| t.summary().to_string());
        let response = EptMapResponse::parse_partial(bytes, encoding).value;
        response.towers.towers().for_each(|t| drop(t.summary().to_string()));
        let entries = EptLookupResponse::parse_partial(bytes, encoding).value.entries;
        for entry in entries.iter().flatten() {
            let _ = entry.tower.map(|t| t.tower().value.summary().to_string());
        }
        let _ = EptLookupRequest::parse_partial(bytes, encoding);
        for direction in [Direction::Request, Direction::Response] {
            for opnum in [EptOpnum::MAP, EptOpnum::LOOKUP] {
                let _ = guess_encoding(bytes, opnum, direction, ByteOrder::Little);
            }
        }
    }
}

#[test]
fn every_cut_keeps_what_is_before_it() {
    for encoding in ALL {
        let stub =
            ept_map_response(encoding, handle(), 4, &[(1, &tcp(49671)), (2, &np())], EptStatus::OK).unwrap();
        for cut in 0..stub.len() {
            let partial = EptMapResponse::parse_partial(&stub[..cut], encoding);
            let error = partial.error.unwrap();
            assert!(error.kind.is_truncated() && error.offset <= cut, "{error} at a cut of {cut}");
            let m = partial.value;
            assert_eq!(m.entry_handle.reached().is_some(), cut >= 20);
            assert_eq!(m.num_towers.reached().is_some(), cut >= 24);
            let whole =
                m.towers.iter().flatten().filter(|e| e.octets.is_some_and(|o| o.tower().error.is_none()));
            let expect = EptMapResponse::parse(&stub, encoding)
                .unwrap()
                .towers
                .iter()
                .filter(|e| e.unwrap().octets.unwrap().tower_octet_string.span.end <= cut)
                .count();
            let reached = whole.filter(|e| e.octets.unwrap().tower_octet_string.reached().is_some()).count();
            assert_eq!(reached, expect, "cut of {cut}");
        }
        let tower = tcp(5);
        for cut in 0..tower.len() {
            let error = Tower::parse(&tower[..cut]).unwrap_err();
            assert!(error.kind.is_truncated() && error.offset <= cut, "{error} at a cut of {cut}");
        }
        let stub = ept_map_request(encoding, Some(handle().uuid), Some(&np()), handle(), 4).unwrap();
        for cut in 0..stub.len() {
            assert!(EptMapRequest::parse(&stub[..cut], encoding).unwrap_err().offset <= cut);
            read_everything(&stub[..cut]);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damage_never_panics(
        which in 0_usize..4,
        hits in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let encoding = ALL[which];
        let tower = np();
        let entry = EntryOctets { object: handle().uuid, annotation: "x", tower: Some(&tower) };
        for mut bytes in [
            tower.clone(),
            ept_map_response(encoding, handle(), 4, &[(1, &tower), (2, &tower)], EptStatus::OK).unwrap(),
            ept_lookup_response(encoding, handle(), 4, &[entry, entry], EptStatus::OK).unwrap(),
        ] {
            for (at, value) in &hits {
                let at = at.index(bytes.len());
                bytes[at] = *value;
            }
            read_everything(&bytes);
        }
    }

    #[test]
    fn noise_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        read_everything(&bytes);
    }
}
