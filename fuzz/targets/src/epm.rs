//! The endpoint mapper.

use crate::check;
use epmap_proto::{
    Direction, EptLookupHandleFree, EptLookupRequest, EptLookupResponse, EptMapRequest, EptMapResponse,
    EptOpnum, Floor, Tower, TowerOctets, TowerWriter, ept_map_request, guess_encoding,
};
use rpce_proto::{ByteOrder, Encoding};

/// [`epmap_proto`]'s stubs. The first octet picks the encoding: bit 0 NDR64, bit 1 big-endian.
pub fn ept_map(bytes: &[u8]) {
    let Some((first, stub)) = bytes.split_first() else { return };
    let encoding = if first & 1 == 0 { Encoding::NDR } else { Encoding::NDR64 };
    let order = if first & 2 == 0 { ByteOrder::Little } else { ByteOrder::Big };
    let encoding = encoding.with_order(order);
    macro_rules! read {
        ($($message:ident)*) => {
            $(check::message(
                stub,
                &$message::parse(stub, encoding),
                &$message::parse_partial(stub, encoding),
            );)*
        };
    }
    read!(EptMapRequest EptMapResponse EptLookupRequest EptLookupResponse EptLookupHandleFree);

    let request = EptMapRequest::parse_partial(stub, encoding);
    if let Some(octets) = &request.value.map_tower {
        tower_octets(stub, octets);
    }
    if request.error.is_none() {
        request_again(&request.value, encoding);
    }
    let response = EptMapResponse::parse_partial(stub, encoding).value;
    check::text(*response.status);
    let mut failed = false;
    for element in response.towers.iter() {
        assert!(!failed, "an error ends the list");
        match element {
            Ok(element) => {
                check::spans(stub, &element);
                element.octets.iter().for_each(|octets| tower_octets(stub, octets));
            }
            Err(error) => {
                failed = true;
                check::error(stub, error);
            }
        }
    }
    response.towers.towers().for_each(|tower| check::text(tower.summary()));
    let mut failed = false;
    for entry in EptLookupResponse::parse_partial(stub, encoding).value.entries.iter() {
        assert!(!failed, "an error ends the list");
        match entry {
            Ok(entry) => {
                check::spans(stub, &entry);
                entry.tower.iter().for_each(|octets| tower_octets(stub, octets));
            }
            Err(error) => {
                failed = true;
                check::error(stub, error);
            }
        }
    }
    for opnum in [EptOpnum::MAP, EptOpnum::LOOKUP] {
        for direction in [Direction::Request, Direction::Response] {
            let _ = guess_encoding(stub, opnum, direction, order);
        }
    }
}

fn tower_octets(stub: &[u8], octets: &TowerOctets<'_>) {
    check::span(stub, octets.tower_octet_string.span);
    let tower = octets.tower();
    if let Some(error) = tower.error {
        check::error(stub, error);
    }
    check::spans(stub, &tower.value);
    check::spans(stub, &tower.value.summary());
}

fn request_again(request: &EptMapRequest<'_>, encoding: Encoding) {
    let obj = request.obj.map(|obj| obj.value);
    let tower = request.map_tower.map(|octets| octets.tower_octet_string.value);
    let written = ept_map_request(encoding, obj, tower, *request.entry_handle, *request.max_towers);
    let Ok(octets) = written else { return };
    let read = EptMapRequest::parse_partial(&octets, encoding);
    assert_eq!(read.error, None, "what was written can't be read");
    let read = read.value;
    assert_eq!(read.obj.map(|obj| obj.value), obj);
    assert_eq!(read.map_tower.map(|octets| octets.tower_octet_string.value), tower);
    assert_eq!(read.max_towers.value, request.max_towers.value);
}

/// [`epmap_proto::Tower`], and its floors written again.
pub fn tower(bytes: &[u8]) {
    let (whole, partial) = (Tower::parse(bytes), Tower::parse_partial(bytes));
    check::message(bytes, &whole, &partial);
    let summary = partial.value.summary();
    check::spans(bytes, &summary);
    check::text(summary);
    let mut floors: Vec<Floor<'_>> = Vec::new();
    let mut failed = false;
    for floor in partial.value.floors.iter() {
        assert!(!failed, "an error ends the list");
        match floor {
            Ok(floor) => {
                check::span(bytes, floor.span);
                check::spans(bytes, &floor);
                check::text(floor);
                check::text(*floor.protocol);
                floors.push(floor);
            }
            Err(error) => {
                failed = true;
                check::error(bytes, error);
            }
        }
    }
    assert!(floors.len() <= usize::from(*partial.value.floor_count));
    if whole.is_err() {
        return;
    }
    let mut writer = TowerWriter::new();
    for floor in &floors {
        // The left side begins with the protocol itself, which the writer puts there.
        let own = floor.lhs.value.get(..1) == Some(&[floor.protocol.0]);
        let lhs = if own { floor.lhs.value.get(1..).unwrap_or_default() } else { floor.lhs.value };
        if writer.floor(*floor.protocol, lhs, floor.rhs.value).is_err() {
            return;
        }
    }
    let Ok(octets) = writer.finish() else { return };
    let read = Tower::parse_partial(&octets);
    assert_eq!(read.error, None, "what was written can't be read");
    let read: Vec<_> = read.value.floors.iter().flatten().collect();
    assert_eq!(read.len(), floors.len());
    for (read, floor) in read.iter().zip(&floors) {
        assert_eq!((read.protocol.value, read.rhs.value), (floor.protocol.value, floor.rhs.value));
    }
}
