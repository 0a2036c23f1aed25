//! The answer of a Windows server to a joining client, rebuilt from its published decode and
//! compared line by line.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use epmap_proto::{
    Direction, EptMapResponse, EptOpnum, EptStatus, FloorValue, ProtocolId, TowerWriter, ept_map_response,
    guess_encoding,
};
use rpce_proto::{
    Body, ByteOrder, ContextHandle, Encoding, Pdu, PduWriter, SyntaxId, frag_length, interface_name,
};

fn drsuapi() -> SyntaxId {
    SyntaxId::new("e3514235-4b06-11d1-ab04-00c04fc2dcd2".parse().unwrap(), 4, 0)
}

fn answer(encoding: Encoding) -> Vec<u8> {
    let at = [192, 168, 100, 10].into();
    let first = TowerWriter::ncacn_ip_tcp(drsuapi(), SyntaxId::NDR, 49671, at).unwrap();
    let second = TowerWriter::ncacn_ip_tcp(drsuapi(), SyntaxId::NDR, 49664, at).unwrap();
    let towers = [(3, &first[..]), (4, &second[..])];
    ept_map_response(encoding, ContextHandle::NULL, 4, &towers, EptStatus::OK).unwrap()
}

/// The tree that an analyser prints, from our decode.
fn tree(pdu: &Pdu<'_>, encoding: Encoding) -> Vec<String> {
    let Body::Response(response) = pdu.body else { panic!("a response") };
    let map = EptMapResponse::parse(*response.stub, encoding).unwrap();
    let h = *map.entry_handle;
    let mut lines = vec![
        format!(
            "FragLen: {}, Call: {}, Ctx: {}",
            *pdu.header.frag_length, *pdu.header.call_id, *response.p_cont_id
        ),
        "Operation: Map (3)".into(),
        format!("Handle: {:08x}{:032x}", h.attributes, h.uuid.to_u128()),
        format!("Num Towers: {}", *map.num_towers),
        "Tower array:".into(),
        format!("Max Count: {}", *map.towers.counts.max_count),
        format!("Offset: {}", *map.towers.counts.offset),
        format!("Actual Count: {}", *map.towers.counts.actual_count),
    ];
    let mut end = None;
    for element in &map.towers {
        let element = element.unwrap();
        let octets = element.octets.unwrap();
        lines.push("Tower pointer:".into());
        lines.push(format!("Referent ID: {:#018x}", *element.referent));
        if let Some(end) = end.filter(|end| *end < octets.max_count.span.start) {
            let padding = &response.stub[end..octets.max_count.span.start];
            lines.push(format!(
                "NDR-Padding: {}",
                padding.iter().map(|b| format!("{b:02x}")).collect::<String>()
            ));
        }
        end = Some(octets.tower_octet_string.span.end);
        lines.push(format!("Length: {}", *octets.max_count));
        lines.push(format!("Length: {}", *octets.tower_length));
        let tower = octets.tower();
        assert_eq!(tower.error, None);
        lines.push(format!("Number of floors: {}", *tower.value.floor_count));
        for (floor, number) in tower.value.floors.iter().zip(1..) {
            let floor = floor.unwrap();
            lines.push(match floor.value {
                FloorValue::Uuid { uuid, major, minor } => {
                    let id = SyntaxId::new(*uuid, *major, *minor);
                    let name = interface_name(*uuid).map(str::to_uppercase);
                    let name = name.unwrap_or_else(|| {
                        assert_eq!(id, SyntaxId::NDR);
                        "32bit NDR".into()
                    });
                    format!("Floor {number} UUID: {name}")
                }
                FloorValue::MinorVersion(minor) => {
                    assert_eq!((*minor, *floor.protocol), (0, ProtocolId::NCACN));
                    format!("Floor {number} RPC connection-oriented protocol")
                }
                FloorValue::Port(port) => format!("Floor {number} TCP Port:{port}"),
                FloorValue::Ipv4(address) => format!("Floor {number} IP:{address}"),
                other => panic!("{other:?}"),
            });
        }
    }
    lines.push(format!("Return code: {:#010x}", map.status.0));
    lines
}

const PRINTED: &str = "\
FragLen: 268, Call: 2, Ctx: 1
Operation: Map (3)
Handle: 0000000000000000000000000000000000000000
Num Towers: 2
Tower array:
Max Count: 4
Offset: 0
Actual Count: 2
Tower pointer:
Referent ID: 0x0000000000000003
Length: 75
Length: 75
Number of floors: 5
Floor 1 UUID: DRSUAPI
Floor 2 UUID: 32bit NDR
Floor 3 RPC connection-oriented protocol
Floor 4 TCP Port:49671
Floor 5 IP:192.168.100.10
Tower pointer:
Referent ID: 0x0000000000000004
NDR-Padding: 00
Length: 75
Length: 75
Number of floors: 5
Floor 1 UUID: DRSUAPI
Floor 2 UUID: 32bit NDR
Floor 3 RPC connection-oriented protocol
Floor 4 TCP Port:49664
Floor 5 IP:192.168.100.10
Return code: 0x00000000";

/// Our own byte walk of the same answer.
const STUB: &str = "\
00000000 00000000000000000000000000000000 02000000 \
0400000000000000 0000000000000000 0200000000000000 0300000000000000 0400000000000000 \
4b00000000000000 4b000000 \
0500 1300 0d 354251e3064bd111ab0400c04fc2dcd2 0400 0200 0000 \
1300 0d 045d888aeb1cc9119fe808002b104860 0200 0200 0000 \
0100 0b 0200 0000 0100 07 0200 c207 0100 09 0400 c0a8640a 00 \
4b00000000000000 4b000000 \
0500 1300 0d 354251e3064bd111ab0400c04fc2dcd2 0400 0200 0000 \
1300 0d 045d888aeb1cc9119fe808002b104860 0200 0200 0000 \
0100 0b 0200 0000 0100 07 0200 c200 0100 09 0400 c0a8640a 00 \
00000000";

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
    digits.chunks(2).map(|d| u8::from_str_radix(std::str::from_utf8(d).unwrap(), 16).unwrap()).collect()
}

#[test]
fn the_ndr64_answer_is_rebuilt_octet_for_octet() {
    let stub = answer(Encoding::NDR64);
    assert_eq!(stub, hex(STUB));
    let writer = PduWriter { call_id: 2, ..PduWriter::default() };
    let bytes = writer.response(1, &stub).unwrap();
    assert_eq!(bytes.len(), 268);
    assert_eq!(frag_length(&bytes), Ok(Some(268)));
    assert_eq!(bytes[..24], hex("0500020310000000 0c01 0000 02000000 f4000000 0100 00 00"));
    let pdu = Pdu::parse(&bytes).unwrap();
    assert!(pdu.is_single_fragment());
    let lines = tree(&pdu, Encoding::NDR64);
    for (ours, printed) in lines.iter().zip(PRINTED.lines()) {
        assert_eq!(ours, printed);
    }
    assert_eq!(lines.len(), PRINTED.lines().count());
}

#[test]
fn the_same_answer_in_ndr_has_240_octets() {
    let stub = answer(Encoding::NDR);
    assert_eq!(stub.len(), 216);
    assert_eq!(PduWriter::default().response(0, &stub).unwrap().len(), 240);
    let map = EptMapResponse::parse(&stub, Encoding::NDR).unwrap();
    let ways: Vec<_> = map.towers.towers().map(|t| t.summary().to_string()).collect();
    assert_eq!(ways, ["ncacn_ip_tcp:192.168.100.10[49671]", "ncacn_ip_tcp:192.168.100.10[49664]"]);
}

#[test]
fn the_encoding_is_guessed_also_in_a_cut_answer() {
    for encoding in [Encoding::NDR, Encoding::NDR64, Encoding::NDR.big_endian(), Encoding::NDR64.big_endian()]
    {
        let stub = answer(encoding);
        for cut in [stub.len(), stub.len() - 10, 70, 60] {
            let guess = guess_encoding(&stub[..cut], EptOpnum::MAP, Direction::Response, encoding.order);
            assert_eq!(guess, Some(encoding), "{encoding:?} cut to {cut}");
        }
        assert_eq!(guess_encoding(&stub[..20], EptOpnum::MAP, Direction::Response, encoding.order), None);
        assert_eq!(guess_encoding(&stub, EptOpnum::INSERT, Direction::Response, ByteOrder::Little), None);
    }
}

#[test]
fn the_printed_lines_are_those_of_the_seed() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/seeds/domain-join-log-analysis.md");
    let Ok(seed) = std::fs::read_to_string(path) else {
        println!("skipped: ../shared is not here");
        return;
    };
    let after = &seed[seed.find("DCE/RPC Endpoint Mapper, Map").unwrap()..];
    let printed = PRINTED.lines().skip(1).collect::<Vec<_>>();
    let theirs: Vec<_> = after
        .lines()
        .skip(1)
        .take_while(|l| !l.starts_with("```"))
        .map(str::trim)
        .filter(|l| !l.starts_with("[Request in frame"))
        .collect();
    assert_eq!(printed, theirs);
    assert!(seed.contains("Fragment: Single, FragLen: 268, Call: 2, Ctx: 1"));
}
