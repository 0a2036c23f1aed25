//! Random segments: what is delivered is what was sent, and each byte's place holds that byte.
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

use adjoin_capture::{ConnId, Direction, Limits, LinkType};
use packets::*;
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Segments of a stream, shuffled, repeated, overlapping, some missing, around the wrap.
    #[test]
    fn delivered_is_sent(
        data in proptest::collection::vec(any::<u8>(), 1..400),
        mut segments in proptest::collection::vec((0_usize..400, 1_usize..60, 0_usize..8), 1..60),
        before_wrap in 0_u32..500,
        take in proptest::option::of(0_usize..50),
        acks in proptest::collection::vec((0_usize..60, 0_usize..450), 0..4),
        syn in any::<bool>(),
    ) {
        let isn = u32::MAX - before_wrap;
        let base = isn.wrapping_add(1);
        segments.retain(|segment| segment.0 < data.len());
        let mut bench = Bench::new();
        bench.told.take = take;
        if syn {
            bench.tcp(&Tcp::to_server(isn, 0, SYN, b""));
            bench.tcp(&Tcp::to_client(499, base, SYN | ACK, b""));
        } else {
            // The SYN-ACK alone tells where the client's numbers begin.
            bench.tcp(&Tcp::to_client(499, base, SYN | ACK, b""));
        }
        let mut seen = vec![false; data.len()];
        for (index, &(start, len, cut)) in segments.iter().enumerate() {
            let end = (start + len).min(data.len());
            let frame = Tcp::to_server(base.wrapping_add(start as u32), 500, ACK, &data[start..end]).frame();
            // One in eight is cut.
            let captured = if cut == 0 { frame.len() - (end - start) / 2 } else { frame.len() };
            bench.give(LinkType::ETHERNET, &frame, captured, 0);
            seen[start..end - (frame.len() - captured)].fill(true);
            for &(at, ack) in &acks {
                if at == index {
                    bench.tcp(&Tcp::to_client(500, base.wrapping_add(ack as u32), ACK, b""));
                }
            }
        }
        bench.finish();
        let key = (ConnId(0), Direction::ToServer);
        let delivered = bench.told.streams.remove(&key).unwrap_or_default();
        for (&position, &byte) in &delivered {
            prop_assert_eq!(byte, data[position as usize]);
            prop_assert!(seen[position as usize]);
        }
        // Without cuts and early acknowledgments nothing that was captured is lost.
        if acks.is_empty() && segments.iter().all(|segment| segment.2 != 0) {
            prop_assert_eq!(delivered.len(), seen.iter().filter(|&&seen| seen).count());
        }
        // What is not delivered is in a gap.
        let end = delivered.last_key_value().map_or(0, |(&position, _)| position + 1);
        let mut missing = 0;
        for (direction, position, gap) in &bench.told.gaps {
            if *direction == Direction::ToServer && *position < end {
                missing += gap.missing.unwrap();
            }
        }
        prop_assert_eq!(end - delivered.len() as u64, missing);
        prop_assert_eq!(bench.capture.stats().kept_bytes, 0);
    }

    /// Small caps hold, whatever comes.
    #[test]
    fn caps_hold(
        segments in proptest::collection::vec(
            (any::<bool>(), 0_u32..5000, 0_usize..100, any::<u8>(), 0_u32..5000, 1_u16..6, 0_i64..100), 1..300
        ),
        take in proptest::option::of(0_usize..50),
    ) {
        let mut limits = Limits::default();
        limits.connections = 3;
        limits.stream_bytes = 8_000;
        limits.side_bytes = 2_000;
        limits.out_of_order_bytes = 2_000;
        limits.out_of_order_pieces = 8;
        let mut bench = Bench::with(limits);
        bench.told.take = take;
        for (to_server, seq, len, flags, ack, client_port, seconds) in segments {
            let data: Vec<u8> = (0..len).map(|at| (seq as usize + at) as u8).collect();
            let segment = Tcp { client_port, to_server, ..Tcp::to_server(seq, ack, flags, &data) };
            let frame = segment.frame();
            bench.give(LinkType::ETHERNET, &frame, frame.len() - len / 3, seconds);
            prop_assert!(bench.capture.stats().kept_bytes <= 8_000);
        }
        bench.finish();
        prop_assert_eq!(bench.capture.stats().kept_bytes, 0);
        prop_assert_eq!(bench.told.closed.len() as u64, bench.capture.stats().connections);
    }

    /// No bytes make it panic.
    #[test]
    fn any_bytes(
        link in prop_oneof![Just(0_u16), Just(1), Just(101), Just(108), Just(113), Just(276), any::<u16>()],
        mut frames in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..120), 1..20),
        ethertype in proptest::sample::select(vec![0x0800_u16, 0x86dd, 0x8100]),
        protocol in proptest::sample::select(vec![6_u8, 17, 1, 58, 44, 0, 51]),
    ) {
        let mut bench = Bench::new();
        for frame in &mut frames {
            if link == 1 && frame.len() > 40 {
                frame[12..14].copy_from_slice(&ethertype.to_be_bytes());
                frame[14] = if ethertype == 0x0800 { 0x45 } else { 0x60 };
                frame[if ethertype == 0x0800 { 23 } else { 20 }] = protocol;
            }
            bench.give(LinkType(link), frame, frame.len(), 0);
        }
        bench.finish();
    }
}
