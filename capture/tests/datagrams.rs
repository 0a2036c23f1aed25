//! Link layers, IP, fragments, UDP, ICMP errors.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    missing_docs,
    unreachable_pub,
    reason = "a test"
)]

mod packets;

use adjoin_capture::{ConnId, Limits, LinkType, Quoted};
use packets::*;

fn hello() -> Vec<u8> {
    ipv4(CLIENT, SERVER, 17, 7, 0, &udp(50_000, 389, b"hello"))
}

fn hello_6() -> Vec<u8> {
    ipv6(CLIENT_6, SERVER_6, 17, &udp(50_000, 389, b"hello"))
}

#[test]
fn each_link_layer_leads_to_the_payload() {
    let mut frames = Vec::new();
    for (ethertype, family, packet) in [(0x0800_u16, 2_u32, hello()), (0x86dd, 30, hello_6())] {
        let [high, low] = ethertype.to_be_bytes();
        frames.push((LinkType::ETHERNET, ethernet(ethertype, &packet)));
        let tagged = [&[0, 5, high, low], &packet[..]].concat();
        frames.push((LinkType::ETHERNET, ethernet(0x8100, &tagged)));
        let twice = [&[0, 9, 0x81, 0], &tagged[..]].concat();
        frames.push((LinkType::ETHERNET, ethernet(0x88a8, &twice)));
        frames.push((LinkType::ETHERNET, ethernet(0x9100, &twice)));
        frames.push((LinkType::LINUX_SLL, [&[0; 14][..], &[high, low], &packet[..]].concat()));
        frames.push((LinkType::LINUX_SLL2, [&[high, low][..], &[0; 18], &packet[..]].concat()));
        frames.push((LinkType::NULL, [&family.to_le_bytes(), &packet[..]].concat()));
        frames.push((LinkType::NULL, [&family.to_be_bytes(), &packet[..]].concat()));
        frames.push((LinkType::LOOP, [&family.to_be_bytes(), &packet[..]].concat()));
        for raw in [LinkType::RAW, LinkType::RAW_BSD, LinkType::RAW_OPENBSD, LinkType::IPV4] {
            frames.push((raw, packet.clone()));
        }
    }
    let mut bench = Bench::new();
    for (link, bytes) in &frames {
        bench.give(*link, bytes, bytes.len(), 0);
    }
    assert_eq!(bench.told.datagrams.len(), frames.len());
    assert!(bench.told.datagrams.iter().all(|datagram| datagram.1 == b"hello" && datagram.2 == 0));
    assert_eq!(bench.told.datagrams[0].0, endpoint(CLIENT, 50_000));
    assert_eq!(bench.told.datagrams[13].0, endpoint(CLIENT_6, 50_000));
}

#[test]
fn what_is_not_read_is_counted() {
    let mut bench = Bench::new();
    bench.give(LinkType(147), &[1, 2, 3], 3, 0);
    bench.ethernet(&ethernet(0x0806, &[0; 28]));
    bench.ethernet(&ethernet(0x0800, &ipv4(CLIENT, SERVER, 47, 0, 0, b"gre")));
    bench.ethernet(&ethernet(0x0800, &[0x45, 0]));
    bench.ethernet(&[1, 2, 3]);
    let stats = bench.capture.stats();
    assert_eq!((stats.frames, stats.unknown_link, stats.not_ip), (5, 1, 1));
    assert_eq!((stats.other_protocol, stats.malformed), (1, 2));
}

#[test]
fn padding_is_trimmed_and_length_0_is_everything() {
    let mut padded = ethernet(0x0800, &hello());
    padded.extend([0xee; 13]);
    let mut offloaded = ethernet(0x0800, &hello());
    offloaded[16..18].fill(0);
    let mut bench = Bench::new();
    bench.ethernet(&padded);
    bench.ethernet(&offloaded);
    assert_eq!(bench.told.datagrams.len(), 2);
    assert!(bench.told.datagrams.iter().all(|datagram| datagram.1 == b"hello"));
}

#[test]
fn every_cut_is_told() {
    let whole = ethernet(0x0800, &hello());
    for captured in 0..=whole.len() {
        let mut bench = Bench::new();
        bench.give(LinkType::ETHERNET, &whole, captured, 0);
        match bench.told.datagrams.as_slice() {
            [] => assert!(captured < 42),
            [(_, payload, cut, _)] => {
                assert_eq!((payload.len(), *cut as usize), (captured - 42, whole.len() - captured))
            }
            _ => unreachable!(),
        }
    }
}

#[test]
fn extension_headers_are_skipped() {
    // Hop-by-hop, destination options, routing, authentication, in this order.
    let mut inner = vec![60, 0, 1, 4, 0, 0, 0, 0];
    inner.extend([43, 0, 1, 4, 0, 0, 0, 0]);
    inner.extend([51, 0, 253, 0, 0, 0, 0, 0]);
    inner.extend([17, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1]);
    inner.extend(udp(50_000, 389, b"hello"));
    let mut bench = Bench::new();
    bench.ethernet(&ethernet(0x86dd, &ipv6(CLIENT_6, SERVER_6, 0, &inner)));
    assert_eq!(bench.told.datagrams[0].1, b"hello");
}

/// A datagram of 4 fragments of at most 16 octets.
fn fragments(id: u16) -> (Vec<u8>, Vec<Vec<u8>>) {
    let payload: Vec<u8> = (0..50).collect();
    let datagram = udp(50_000, 389, &payload);
    let chunks: Vec<&[u8]> = datagram.chunks(16).collect();
    let frames = chunks.iter().enumerate().map(|(index, chunk)| {
        let more = if index + 1 < chunks.len() { 0x2000 } else { 0 };
        ethernet(0x0800, &ipv4(CLIENT, SERVER, 17, id, more | (index as u16 * 2), chunk))
    });
    (payload, frames.collect())
}

#[test]
fn fragments_in_any_order_twice_and_overlapping() {
    let (payload, frames) = fragments(1);
    for order in [vec![0, 1, 2, 3], vec![3, 2, 1, 0], vec![2, 2, 0, 3, 0, 1], vec![1, 3, 0, 2]] {
        let mut bench = Bench::new();
        for index in order {
            bench.ethernet(&frames[index]);
        }
        assert_eq!(bench.told.datagrams.len(), 1);
        assert_eq!((&bench.told.datagrams[0].1, bench.told.datagrams[0].3), (&payload, true));
    }
    // The first to come wins, octet by octet.
    let mut bench = Bench::new();
    bench.ethernet(&frames[1]);
    bench.ethernet(&ethernet(
        0x0800,
        &ipv4(CLIENT, SERVER, 17, 1, 0x2000, &[&udp(50_000, 389, &[7; 40])[..48]].concat()),
    ));
    bench.ethernet(&frames[3]);
    let mut expected = payload.clone();
    expected[..8].fill(7);
    expected[24..40].fill(7);
    let told = &bench.told.datagrams[0].1;
    assert_eq!(told.len(), 40, "the first fragment's UDP length counts");
    assert_eq!(told[..], expected[..40]);
}

#[test]
fn what_stays_incomplete_is_told() {
    let (_, frames) = fragments(1);
    let mut bench = Bench::new();
    for index in [1, 0] {
        bench.ethernet(&frames[index]);
    }
    // Half a minute later another datagram comes in fragments, its first one among the missing.
    let later = &fragments(2).1[3];
    bench.give(LinkType::ETHERNET, later, later.len(), 31);
    let first = bench.told.incomplete[0];
    assert_eq!((first.ports, first.protocol, first.frame), (Some((50_000, 389)), 17, 1));
    assert_eq!((first.octets, first.total), (32, None));
    bench.capture.finish(&mut bench.told);
    let last = bench.told.incomplete[1];
    assert_eq!((last.ports, last.total, last.frame), (None, Some(58), 3));
    assert_eq!(bench.capture.stats().fragments_given_up, 2);
}

#[test]
fn fragments_in_ipv6() {
    let datagram = udp(50_000, 389, b"fragments of version six");
    let part = |offset: usize, more: u8, data: &[u8]| {
        let header = [17, 0, 0, offset as u8 | more, 0, 0, 0, 9];
        ethernet(0x86dd, &ipv6(CLIENT_6, SERVER_6, 44, &[&header[..], data].concat()))
    };
    let mut bench = Bench::new();
    bench.ethernet(&part(16, 0, &datagram[16..]));
    bench.ethernet(&part(0, 1, &datagram[..16]));
    // A fragment header on a whole datagram.
    bench.ethernet(&part(0, 0, &datagram));
    assert_eq!(bench.told.datagrams.len(), 2);
    assert_eq!(bench.told.datagrams[0].1, b"fragments of version six");
    assert_eq!((bench.told.datagrams[0].3, bench.told.datagrams[1].3), (true, false));
}

#[test]
fn a_fragment_cut_by_the_snap_length_ends_the_payload() {
    let (payload, frames) = fragments(1);
    let mut bench = Bench::new();
    for (index, frame) in frames.iter().enumerate() {
        let captured = if index == 1 { frame.len() - 6 } else { frame.len() };
        bench.give(LinkType::ETHERNET, frame, captured, 0);
    }
    let (_, told, cut, _) = &bench.told.datagrams[0];
    assert_eq!(told[..], payload[..18]);
    assert_eq!(*cut, 32);
}

#[test]
fn fragments_are_bounded() {
    let (_, frames) = fragments(1);
    let mut bench = Bench::new();
    bench.give(LinkType::ETHERNET, &frames[0], frames[0].len(), 0);
    for frame in &frames[1..] {
        bench.give(LinkType::ETHERNET, frame, frame.len(), 31);
    }
    assert!(bench.told.datagrams.is_empty(), "the first timed out");
    assert_eq!(bench.capture.stats().fragments_given_up, 1);

    let mut limits = Limits::default();
    limits.fragmented_datagrams = 3;
    let mut bench = Bench::with(limits);
    for id in 0..1000 {
        bench.ethernet(&fragments(id).1[0]);
    }
    assert_eq!(bench.capture.stats().fragments_given_up, 997);

    let mut bench = Bench::new();
    for index in 0..2000 {
        bench.ethernet(&ethernet(0x0800, &ipv4(CLIENT, SERVER, 17, 1, 0x2000 | (index * 2), b"tiny")));
    }
    assert!(bench.capture.stats().fragments_given_up >= 7);
}

#[test]
fn icmp_errors_name_the_connection() {
    let mut bench = Bench::new();
    bench.tcp(&Tcp::to_server(99, 0, SYN, b""));
    let quoted = ipv4(CLIENT, SERVER, 6, 0, 0x4000, &Tcp::to_server(99, 0, SYN, b"").bytes()[..8]);
    let error = [&[3, 4, 0, 0, 0, 0, 0x05, 0x78], &quoted[..]].concat();
    bench.ethernet(&ethernet(0x0800, &ipv4([192, 0, 2, 254], CLIENT, 1, 0, 0, &error)));
    let quoted = ipv6(CLIENT_6, SERVER_6, 17, &udp(1, 389, b""));
    let too_big = [&[2, 0, 0, 0, 0, 0, 0x05, 0], &quoted[..]].concat();
    bench.ethernet(&ethernet(0x86dd, &ipv6(SERVER_6, CLIENT_6, 58, &too_big)));
    // An echo request is no error.
    bench.ethernet(&ethernet(0x0800, &ipv4(CLIENT, SERVER, 1, 0, 0, &[8, 0, 0, 0, 0, 1, 0, 1])));
    let [first, second] = &bench.told.errors[..] else { unreachable!() };
    assert_eq!((first.kind, first.code, first.mtu, first.v6), (3, 4, Some(1400), false));
    let quoted = Quoted {
        source: CLIENT.into(),
        destination: SERVER.into(),
        protocol: 6,
        ports: Some((50_000, 445)),
        seq: Some(99),
        conn: Some(ConnId(0)),
    };
    assert_eq!(first.quoted, Some(quoted));
    assert_eq!((second.kind, second.mtu, second.v6), (2, Some(1280), true));
    assert_eq!(second.quoted.unwrap().ports, Some((1, 389)));
}

/// What a tunnel carries is read where it lies in the frame; the tunnel's own packet isn't delivered.
#[test]
fn tunnels_are_looked_into() {
    let inner = ipv4([10, 0, 0, 1], [10, 0, 0, 2], 17, 1, 0, &udp(50_000, 389, b"ping"));
    let switched = ethernet(0x0800, &inner);
    let outer = |protocol, payload: &[u8]| {
        ethernet(0x0800, &ipv4([192, 0, 2, 1], [192, 0, 2, 2], protocol, 2, 0, payload))
    };
    let gre = |header: &[u8], inner: &[u8]| outer(47, &[header, inner].concat());
    let vxlan = udp(40_000, 4789, &[&[8, 0, 0, 0, 0, 0, 7, 0][..], &switched].concat());
    let geneve = udp(40_000, 6081, &[&[1, 0, 0x65, 0x58, 0, 0, 7, 0, 1, 2, 3, 0][..], &switched].concat());
    let twice = gre(&[0, 0, 8, 0], &ipv4([192, 0, 2, 3], [192, 0, 2, 4], 17, 3, 0, &vxlan));
    for (name, frame, tunnels) in [
        ("IP in IP", outer(4, &inner), 1),
        ("GRE", gre(&[0, 0, 8, 0], &inner), 1),
        ("GRE with checksum, key and sequence", gre(&[&[0xb0, 0, 8, 0][..], &[0; 12]].concat(), &inner), 1),
        ("PPTP", gre(&[&[0x30, 0x81, 0x88, 0x0b][..], &[0; 12], &[0xff, 3]].concat(), &[]), 0),
        ("Ethernet in GRE", gre(&[0, 0, 0x65, 0x58], &switched), 1),
        ("ERSPAN I", gre(&[0, 0, 0x88, 0xbe], &switched), 1),
        ("ERSPAN II", gre(&[&[0x10, 0, 0x88, 0xbe][..], &[0; 12]].concat(), &switched), 1),
        ("ERSPAN III", gre(&[&[0x10, 0, 0x22, 0xeb][..], &[0; 16]].concat(), &switched), 1),
        ("VXLAN", outer(17, &vxlan), 1),
        ("Geneve", outer(17, &geneve), 1),
        ("VXLAN in GRE", twice, 2),
    ] {
        let mut bench = Bench::new();
        bench.ethernet(&frame);
        let stats = bench.capture.stats();
        assert_eq!((stats.tunnelled, stats.datagrams), (tunnels, u64::from(tunnels > 0)), "{name}");
        for end in 0..frame.len() {
            bench.give(LinkType::ETHERNET, &frame, end, 0);
        }
    }
}
