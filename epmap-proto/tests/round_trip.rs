//! What is written is read back: towers of any floors, and stubs in all four encodings.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use adjoin_wire::Guid;
use epmap_proto::{
    EntryOctets, EptLookupRequest, EptLookupResponse, EptMapRequest, EptMapResponse, EptStatus, ProtocolId,
    Tower, TowerWriter, ept_lookup_request, ept_lookup_response, ept_map_request, ept_map_response,
};
use proptest::prelude::*;
use rpce_proto::{ContextHandle, Encoding, SyntaxId};
use std::net::{IpAddr, Ipv4Addr};

const ALL: [Encoding; 4] =
    [Encoding::NDR, Encoding::NDR64, Encoding::NDR.big_endian(), Encoding::NDR64.big_endian()];

fn octets(most: usize) -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..most)
}

proptest! {
    #[test]
    fn towers(floors in prop::collection::vec((any::<u8>(), octets(30), octets(30)), 0..8)) {
        let mut writer = TowerWriter::new();
        for (protocol, lhs, rhs) in &floors {
            writer.floor(ProtocolId(*protocol), lhs, rhs).unwrap();
        }
        let bytes = writer.finish().unwrap();
        let tower = Tower::parse(&bytes).unwrap();
        let read: Vec<_> = tower.floors.iter().map(|f| f.unwrap()).map(|f| (f.protocol.0, f.lhs.to_vec(), f.rhs.to_vec())).collect();
        prop_assert_eq!(read, floors);
    }

    #[test]
    fn string_bindings(uuid: u128, major: u16, minor: u16, port: u16, address: u32, pipe in "\\\\pipe\\\\[a-z]{1,8}", host in "[A-Z0-9]{1,15}") {
        let interface = SyntaxId::new(Guid::from_u128(uuid), major, minor);
        let address = Ipv4Addr::from_bits(address);
        let bytes = TowerWriter::ncacn_ip_tcp(interface, SyntaxId::NDR, port, address).unwrap();
        let way = Tower::parse(&bytes).unwrap().summary();
        prop_assert_eq!((*way.interface.unwrap(), *way.transfer_syntax.unwrap()), (interface, SyntaxId::NDR));
        prop_assert_eq!((*way.port.unwrap(), *way.address.unwrap()), (port, IpAddr::V4(address)));
        let bytes = TowerWriter::ncacn_np(interface, SyntaxId::NDR, &pipe, &host).unwrap();
        let way = Tower::parse(&bytes).unwrap().summary();
        prop_assert_eq!((way.endpoint.unwrap().to_string(), way.host.unwrap().to_string()), (pipe, host));
    }

    #[test]
    fn stubs(
        object: Option<u128>, tower in proptest::option::of(octets(90)), attributes: u32, uuid: u128, most: u32,
        towers in prop::collection::vec(octets(90), 0..5), note in "[ -~]{0,40}", status: u32,
    ) {
        let handle = ContextHandle { attributes, uuid: Guid::from_u128(uuid) };
        let object = object.map(Guid::from_u128);
        let status = EptStatus(status);
        for encoding in ALL {
            let stub = ept_map_request(encoding, object, tower.as_deref(), handle, most).unwrap();
            let read = EptMapRequest::parse(&stub, encoding).unwrap();
            prop_assert_eq!((read.obj.map(|o| *o), *read.entry_handle, *read.max_towers), (object, handle, most));
            prop_assert_eq!(read.map_tower.map(|t| t.tower_octet_string.value), tower.as_deref());

            let numbered: Vec<_> = (3..).zip(towers.iter().map(Vec::as_slice)).collect();
            let room = most.max(u32::try_from(towers.len()).unwrap());
            let stub = ept_map_response(encoding, handle, room, &numbered, status).unwrap();
            let read = EptMapResponse::parse(&stub, encoding).unwrap();
            prop_assert_eq!((*read.entry_handle, *read.status), (handle, status));
            let octets: Vec<_> = read.towers.iter().map(|e| e.unwrap().octets.unwrap().tower_octet_string.value.to_vec()).collect();
            prop_assert_eq!(&octets, &towers);

            let stub = ept_lookup_request(encoding, handle, most);
            let read = EptLookupRequest::parse(&stub, encoding).unwrap();
            prop_assert_eq!((*read.entry_handle, *read.max_ents), (handle, most));

            let entries: Vec<_> = towers
                .iter()
                .map(|tower| EntryOctets { object: object.unwrap_or(Guid::NIL), annotation: &note, tower: Some(tower) })
                .collect();
            let stub = ept_lookup_response(encoding, handle, room, &entries, status).unwrap();
            let read = EptLookupResponse::parse(&stub, encoding).unwrap();
            let found: Vec<_> = read.entries.iter().map(|e| e.unwrap()).collect();
            prop_assert_eq!(found.len(), towers.len());
            for (entry, tower) in found.iter().zip(&towers) {
                prop_assert_eq!((entry.annotation.to_string(), *entry.object), (note.clone(), object.unwrap_or(Guid::NIL)));
                prop_assert_eq!(entry.tower.unwrap().tower_octet_string.value, &tower[..]);
            }
        }
    }
}
