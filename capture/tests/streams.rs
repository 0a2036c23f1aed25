//! The rules of TCP reassembly, one by one.
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

use adjoin_capture::Direction::{ToClient, ToServer};
use adjoin_capture::{
    Capture, ConnId, Connection, Datagram, Endpoint, Frame, Gap, GapReason, Interest, Limits, LinkType,
    SegmentKind as Kind, Sink, StreamSide,
};
use packets::*;

fn gap(missing: u64, reason: GapReason) -> Gap {
    Gap { missing: Some(missing), reason }
}

fn push(seq: u32, data: &[u8]) -> Tcp {
    Tcp::to_server(seq, 500, ACK, data)
}

#[test]
fn a_whole_connection() {
    let mut bench = Bench::new();
    bench.handshake();
    bench.tcp(&push(100, b"question"));
    bench.tcp(&Tcp::to_client(500, 108, ACK, b"answer"));
    bench.tcp(&Tcp::to_server(108, 506, FIN | ACK, b"bye"));
    bench.tcp(&Tcp::to_client(506, 112, FIN | ACK, b""));
    bench.tcp(&Tcp::to_server(112, 507, ACK, b""));
    assert_eq!(bench.text(ToServer), "questionbye");
    assert_eq!(bench.text(ToClient), "answer");
    assert_eq!(bench.told.finished, [(ConnId(0), ToServer), (ConnId(0), ToClient)]);
    assert_eq!(bench.told.closed, [ConnId(0)]);
    assert!(bench.told.gaps.is_empty());
    let connection = bench.told.connections[0];
    assert_eq!(connection.client, endpoint(CLIENT, 50_000));
    assert!(connection.handshake_seen);
    let kinds = [Kind::Syn, Kind::Syn, Kind::Ack, Kind::New, Kind::New, Kind::New, Kind::New, Kind::Ack];
    assert_eq!(bench.kinds(), kinds);
    assert_eq!(bench.capture.stats().stream_bytes_copied, 0);
}

#[test]
fn reordered_and_retransmitted() {
    let mut bench = Bench::new();
    bench.handshake();
    bench.tcp(&push(105, b"world"));
    bench.tcp(&push(100, b"hello"));
    bench.tcp(&push(102, b"lloworld!"));
    bench.tcp(&push(100, b"hello"));
    assert_eq!(bench.text(ToServer), "helloworld!");
    assert_eq!(
        bench.kinds()[3..],
        [Kind::Ahead, Kind::OutOfOrder, Kind::PartialRetransmission, Kind::Retransmission]
    );
    bench.finish();
    assert!(bench.told.gaps.is_empty());
}

#[test]
fn of_overlapping_bytes_the_first_win() {
    let mut bench = Bench::new();
    bench.handshake();
    bench.tcp(&push(104, b"EF"));
    bench.tcp(&push(102, b"cdefgh"));
    bench.tcp(&push(100, b"ABCD"));
    assert_eq!(bench.text(ToServer), "ABcdEFgh");
}

#[test]
fn a_hole_that_was_acknowledged() {
    let mut bench = Bench::new();
    bench.handshake();
    bench.tcp(&push(100, b"abc"));
    bench.tcp(&push(108, b"ijk"));
    assert_eq!(bench.text(ToServer), "abc");
    bench.tcp(&Tcp::to_client(500, 103, ACK, b""));
    assert!(bench.told.gaps.is_empty(), "not acknowledged yet");
    bench.tcp(&Tcp::to_client(500, 111, ACK, b""));
    assert_eq!(bench.text(ToServer), "abc_____ijk");
    assert_eq!(bench.told.gaps, [(ToServer, 8, gap(5, GapReason::AckedUnseen))]);
    bench.tcp(&push(103, b"defgh"));
    assert_eq!(bench.text(ToServer), "abc_____ijk", "too late");
}

#[test]
fn unread_bytes_before_a_hole_are_shown_once_more() {
    let mut bench = Bench::new();
    bench.told.take = Some(0);
    bench.handshake();
    bench.tcp(&push(100, b"abc"));
    bench.tcp(&push(108, b"ijk"));
    bench.tcp(&Tcp::to_client(500, 111, ACK, b""));
    assert_eq!(bench.told.gaps_after, [(ToServer, 3, gap(5, GapReason::AckedUnseen))]);
    bench.finish();
    assert_eq!(bench.text(ToServer), "abc_____ijk");
}

#[test]
fn holes_end_with_the_capture_a_reset_time_and_caps() {
    let mut bench = Bench::new();
    bench.handshake();
    bench.tcp(&push(105, b"later"));
    bench.finish();
    assert_eq!(bench.told.gaps, [(ToServer, 5, gap(5, GapReason::Ended))]);

    let mut bench = Bench::new();
    bench.handshake();
    bench.tcp(&push(105, b"later"));
    bench.tcp(&Tcp::to_client(500, 0, RST, b""));
    assert_eq!(bench.told.gaps, [(ToServer, 5, gap(5, GapReason::Reset))]);
    assert_eq!(bench.text(ToServer), "_____later");
    assert_eq!(bench.told.closed, [ConnId(0)]);
    bench.tcp(&push(110, b"more"));
    assert_eq!(bench.kinds().last(), Some(&Kind::AfterClose));

    let mut bench = Bench::new();
    bench.handshake();
    for (seq, seconds) in [(105, 0), (106, 59), (107, 61)] {
        let frame = push(seq, b"x").frame();
        bench.give(LinkType::ETHERNET, &frame, frame.len(), seconds);
    }
    assert_eq!(bench.told.gaps, [(ToServer, 5, gap(5, GapReason::TimedOut))]);
    assert_eq!(bench.text(ToServer), "_____xxx");

    let mut limits = Limits::default();
    limits.out_of_order_pieces = 10;
    let mut bench = Bench::with(limits);
    bench.handshake();
    for index in 0..30 {
        bench.tcp(&push(101 + index * 2, b"x"));
    }
    assert_eq!(bench.told.gaps[0], (ToServer, 1, gap(1, GapReason::OutOfOrderLimit)));
    assert_eq!(bench.told.gaps.len(), 20);
}

#[test]
fn a_fin_before_missing_bytes_waits_for_them() {
    let mut bench = Bench::new();
    bench.handshake();
    bench.tcp(&Tcp::to_server(105, 500, FIN | ACK, b"later"));
    assert!(bench.told.finished.is_empty());
    bench.tcp(&push(100, b"first"));
    assert_eq!(bench.text(ToServer), "firstlater");
    assert_eq!(bench.told.finished, [(ConnId(0), ToServer)]);
}

#[test]
fn the_sequence_number_wraps() {
    let mut bench = Bench::new();
    bench.tcp(&Tcp::to_server(u32::MAX - 3, 0, SYN, b""));
    bench.tcp(&Tcp::to_server(2, 0, ACK, b"fgh"));
    bench.tcp(&Tcp::to_server(u32::MAX - 2, 0, ACK, b"abcde"));
    assert_eq!(bench.text(ToServer), "abcdefgh");
}

#[test]
fn more_than_4_gib() {
    let mut bench = Bench::new();
    bench.handshake();
    let mut seq = 100_u32;
    // Ahead by 1 GiB each time, acknowledged: nine holes.
    for _ in 0..9 {
        seq = seq.wrapping_add(1 << 30);
        bench.tcp(&push(seq, b"x"));
        seq = seq.wrapping_add(1);
        bench.tcp(&Tcp::to_client(500, seq, ACK, b""));
    }
    assert_eq!(bench.told.gaps.last().unwrap().1, 9 * (1 << 30) + 8);
}

#[test]
fn without_a_syn() {
    let mut bench = Bench::new();
    bench.tcp(&Tcp::to_client(700, 150, ACK, b"middle"));
    bench.tcp(&Tcp::to_client(650, 150, ACK, b"before"));
    bench.tcp(&push(150, b"up"));
    let connection = bench.told.connections[0];
    assert_eq!((connection.server.port, connection.handshake_seen), (445, false));
    assert_eq!(bench.text(ToClient), "middle");
    assert_eq!(bench.text(ToServer), "up");
    let late = Gap { missing: None, reason: GapReason::LateStart };
    assert_eq!(bench.told.gaps, [(ToClient, 0, late), (ToServer, 0, late)]);
}

#[test]
fn a_syn_ack_or_an_ack_stands_in_for_a_syn() {
    let mut bench = Bench::new();
    bench.tcp(&Tcp::to_client(499, 100, SYN | ACK, b""));
    bench.tcp(&push(103, b"def"));
    bench.tcp(&push(100, b"abc"));
    assert_eq!(bench.text(ToServer), "abcdef");
    assert_eq!(bench.told.connections[0].client, endpoint(CLIENT, 50_000));

    let mut bench = Bench::new();
    bench.tcp(&Tcp::to_server(99, 0, SYN, b""));
    bench.tcp(&push(100, b""));
    bench.tcp(&Tcp::to_client(503, 100, ACK, b"def"));
    bench.tcp(&Tcp::to_client(500, 100, ACK, b"abc"));
    assert_eq!(bench.text(ToClient), "abcdef");
    assert!(bench.told.gaps.is_empty());
}

#[test]
fn a_syn_with_data() {
    let mut bench = Bench::new();
    bench.tcp(&Tcp::to_server(99, 0, SYN, b"early"));
    bench.tcp(&Tcp::to_client(499, 105, SYN | ACK, b""));
    bench.tcp(&Tcp::to_server(105, 500, ACK, b" bird"));
    assert_eq!(bench.text(ToServer), "early bird");
}

#[test]
fn a_used_port_is_used_again() {
    let mut bench = Bench::new();
    bench.handshake();
    bench.tcp(&push(100, b"one"));
    bench.tcp(&Tcp::to_server(99, 0, SYN, b""));
    assert_eq!(bench.kinds().last(), Some(&Kind::SynRetransmission));
    bench.tcp(&Tcp::to_server(9_999, 0, SYN, b""));
    bench.tcp(&Tcp::to_client(7_999, 10_000, SYN | ACK, b""));
    bench.tcp(&Tcp::to_server(10_000, 8_000, ACK, b"two"));
    assert_eq!(bench.text(ToServer), "one");
    assert_eq!(bench.text_of(ConnId(1), ToServer), "two");
    assert_eq!(bench.told.closed, [ConnId(0)]);
}

#[test]
fn keep_alives_and_probes_are_no_data() {
    let mut bench = Bench::new();
    bench.handshake();
    bench.tcp(&push(100, b"abc"));
    bench.tcp(&Tcp::to_client(500, 103, ACK, b""));
    bench.tcp(&push(102, b"\0"));
    bench.tcp(&push(102, b""));
    bench.tcp(&Tcp { window: 0, ..Tcp::to_client(500, 103, ACK, b"") });
    bench.tcp(&push(103, b"d"));
    bench.tcp(&Tcp { window: 0, ..Tcp::to_client(500, 103, ACK, b"") });
    bench.tcp(&Tcp::to_client(500, 103, ACK, b""));
    bench.tcp(&push(103, b"def"));
    assert_eq!(bench.text(ToServer), "abcdef");
    assert_eq!(
        bench.kinds()[4..],
        [
            Kind::Ack,
            Kind::KeepAlive,
            Kind::KeepAlive,
            Kind::WindowUpdate,
            Kind::WindowProbe,
            Kind::DuplicateAck,
            Kind::WindowUpdate,
            Kind::PartialRetransmission
        ]
    );
    // A capture that begins with one.
    let mut bench = Bench::new();
    bench.tcp(&push(99, b"\0"));
    bench.tcp(&push(100, b"abc"));
    assert_eq!(bench.text(ToServer), "abc");
}

#[test]
fn frames_captured_twice() {
    let mut bench = Bench::new();
    bench.handshake();
    for id in 1..4 {
        let segment = Tcp { id, ..push(97 + 3 * u32::from(id), b"abc") };
        bench.tcp(&segment);
        bench.tcp(&segment);
    }
    assert_eq!(bench.text(ToServer), "abcabcabc");
    assert_eq!(bench.kinds()[3..5], [Kind::New, Kind::Duplicate]);
}

#[test]
fn larger_than_any_mtu() {
    let data = vec![b'x'; 65_000];
    let mut bench = Bench::new();
    bench.handshake();
    let mut frame = push(100, &data).frame();
    frame[16..18].fill(0);
    bench.ethernet(&frame);
    assert_eq!(bench.text(ToServer).len(), 65_000);
}

#[test]
fn one_way() {
    let mut bench = Bench::new();
    bench.tcp(&Tcp::to_client(499, 100, SYN | ACK, b""));
    bench.tcp(&Tcp::to_client(500, 110, ACK, b"one"));
    bench.tcp(&Tcp::to_client(503, 120, ACK, b"two"));
    bench.finish();
    assert_eq!(bench.text(ToClient), "onetwo");
    assert_eq!(bench.told.gaps, [(ToServer, 20, gap(20, GapReason::AckedUnseen))]);
}

#[test]
fn cut_by_the_snap_length() {
    let mut bench = Bench::new();
    bench.handshake();
    let frame = push(100, b"abcdef").frame();
    bench.give(LinkType::ETHERNET, &frame, frame.len() - 4, 0);
    bench.tcp(&push(106, b"ghi"));
    assert_eq!(bench.text(ToServer), "ab____ghi");
    assert_eq!(bench.told.gaps_after, [(ToServer, 2, gap(4, GapReason::SnapLen))]);
    assert_eq!(bench.told.gaps, [(ToServer, 6, gap(4, GapReason::SnapLen))]);
    // Out of order, and nothing but headers.
    let frame = push(112, b"mno").frame();
    bench.give(LinkType::ETHERNET, &frame, frame.len() - 3, 0);
    bench.tcp(&push(109, b"jkl"));
    bench.tcp(&push(115, b"p"));
    assert_eq!(bench.text(ToServer), "ab____ghijkl___p");
}

#[test]
fn unread_bytes_are_kept_up_to_a_cap() {
    let mut limits = Limits::default();
    limits.side_bytes = 10_000;
    let mut bench = Bench::with(limits);
    bench.told.take = Some(0);
    bench.handshake();
    for index in 0..100 {
        bench.tcp(&push(100 + index * 1000, &[b'x'; 1000]));
    }
    assert!(bench.capture.stats().kept_bytes <= 10_000);
    assert!(bench.told.gaps.iter().all(|(_, _, gap)| gap.reason == GapReason::Unconsumed));
    bench.finish();
    let text = bench.text(ToServer);
    assert_eq!(text.len(), 100_000);
    let missing: u64 = bench.told.gaps.iter().filter_map(|(_, _, gap)| gap.missing).sum();
    assert_eq!(text.matches('_').count() as u64, missing);
    assert_eq!(bench.capture.stats().kept_bytes, 0);
}

#[test]
fn what_is_not_wanted_is_not_told() {
    let mut bench = Bench::new();
    bench.told.ignore_after = Some(1);
    bench.handshake();
    bench.tcp(&push(100, b"abc"));
    bench.tcp(&push(110, b"xyz"));
    bench.tcp(&push(103, b"def"));
    bench.finish();
    assert_eq!(bench.text(ToServer), "abc");
    assert_eq!(bench.told.segments.len(), 6);
    assert_eq!(bench.capture.stats().stream_bytes_copied, 0);

    for (interest, segments) in [(Interest::Headers, 4), (Interest::Nothing, 0)] {
        let mut bench = Bench::new();
        bench.told.interest = interest;
        bench.handshake();
        bench.tcp(&Tcp::to_server(100, 500, FIN | ACK, b"abc"));
        bench.finish();
        assert_eq!((bench.told.stream_calls, bench.told.segments.len()), (0, segments));
        assert_eq!(bench.told.closed, [ConnId(0)]);
    }
}

#[test]
fn connections_are_bounded() {
    let mut limits = Limits::default();
    limits.connections = 100;
    let mut bench = Bench::with(limits);
    for port in 1..=5000 {
        bench.tcp(&Tcp { client_port: port, ..Tcp::to_server(1, 0, SYN, b"data") });
    }
    assert_eq!(bench.capture.stats().connections_evicted, 4900);
    assert_eq!(bench.told.closed.len(), 4900);
    assert_eq!(bench.told.closed[0], ConnId(0));
    bench.finish();
    assert_eq!(bench.told.closed.len(), 5000);

    let mut limits = Limits::default();
    limits.stream_bytes = 100_000;
    let mut bench = Bench::with(limits);
    bench.told.take = Some(0);
    for port in 1..=500 {
        bench.tcp(&Tcp { client_port: port, ..Tcp::to_server(1, 0, SYN, &[b'x'; 1000]) });
        assert!(bench.capture.stats().kept_bytes <= 100_000);
    }
    assert!(bench.capture.stats().connections_evicted > 400);
}

/// A connection that was evicted has no SYN when it goes on; that doesn't make it older than the capture.
#[test]
fn evicted_connections_are_known_again() {
    let mut limits = Limits::default();
    limits.connections = 10;
    let mut bench = Bench::with(limits);
    let from = |client_port, seq, flags| Tcp { client_port, ..Tcp::to_server(seq, 0, flags, b"data") };
    for port in 1..=100 {
        bench.tcp(&from(port, 1, SYN));
    }
    for port in [1, 90, 99, 5000] {
        bench.tcp(&from(port, 6, ACK));
    }
    bench.tcp(&from(2, 1, SYN));
    let told: Vec<_> = bench.told.connections[100..]
        .iter()
        .map(|connection| (connection.client.port, connection.handshake_seen, connection.resumed))
        .collect();
    assert_eq!(told, [(1, false, true), (90, false, true), (5000, false, false), (2, true, false)]);
    let stats = bench.capture.stats();
    assert_eq!((stats.connections_evicted_open, stats.connections_resumed), (94, 2));

    // Nobody wanted these, or wants more of them.
    let mut bench = Bench::with(limits);
    bench.told.interest = Interest::Nothing;
    for port in 1..=100 {
        bench.tcp(&from(port, 1, SYN));
    }
    assert_eq!(bench.capture.stats().connections_evicted_open, 0);
}

#[test]
fn options_are_read_also_when_cut() {
    use adjoin_capture::{Capture, Datagram, Frame, Segment, Sink, StreamSide, TcpOptions};
    struct Options(Vec<TcpOptions>);
    impl Sink for Options {
        fn datagram(&mut self, _: &Frame<'_>, _: &Datagram<'_>) {}
        fn stream(&mut self, _: &Frame<'_>, _: &mut StreamSide<'_>) {}
        fn tcp(&mut self, _: &Frame<'_>, segment: &Segment<'_>) {
            self.0.push(segment.options());
        }
    }
    let options = vec![2, 4, 5, 0xb4, 1, 3, 3, 8, 1, 1, 4, 2, 5, 10, 0, 0, 0, 1, 0, 0, 0, 9, 253, 2];
    let frame = Tcp { options, ..Tcp::to_server(99, 0, SYN, b"") }.frame();
    let mut sink = Options(Vec::new());
    let mut capture = Capture::new(Limits::default());
    for len in [frame.len(), frame.len() - 5] {
        let bytes = &frame[..len];
        let original_length = frame.len() as u32;
        let frame = Frame { number: 1, time: 0, link: LinkType::ETHERNET, bytes, original_length };
        capture.frame(&frame, &mut sink);
    }
    let whole = sink.0[0];
    assert_eq!((whole.mss, whole.window_scale, whole.sack_permitted), (Some(1460), Some(8), true));
    assert_eq!((whole.sack[0], whole.sack[1]), (Some((1, 9)), None));
    assert_eq!((whole.other[0], whole.malformed), (Some(253), false));
    assert!(sink.0[1].malformed && sink.0[1].window_scale == Some(8));
}

/// A sink that knows who serves, where no SYN tells and the ports are anybody's.
#[test]
fn the_sink_may_know_the_roles() {
    struct Knows(Option<bool>, Vec<(u16, u16)>, Vec<u8>);
    impl Sink for Knows {
        fn datagram(&mut self, _: &Frame<'_>, _: &Datagram<'_>) {}
        fn stream(&mut self, _: &Frame<'_>, _: &mut StreamSide<'_>) {}
        fn opened(&mut self, _: &Frame<'_>, connection: &Connection) -> Interest {
            self.1.push((connection.client.port, connection.server.port));
            Interest::Nothing
        }
        fn sender_is_client(&mut self, _: Endpoint, _: Endpoint, octets: &[u8]) -> Option<bool> {
            self.2.extend(octets);
            self.0
        }
    }
    let mut bytes = Tcp::to_server(1, 1, ACK, b"hello").frame();
    bytes[34..38].copy_from_slice(&[40_564_u16.to_be_bytes(), 49_676_u16.to_be_bytes()].concat());
    for (known, roles) in
        [(None, (49_676, 40_564)), (Some(true), (40_564, 49_676)), (Some(false), (49_676, 40_564))]
    {
        let mut sink = Knows(known, Vec::new(), Vec::new());
        let original_length = u32::try_from(bytes.len()).unwrap();
        let frame = Frame { number: 1, time: 0, link: LinkType::ETHERNET, bytes: &bytes, original_length };
        Capture::new(Limits::default()).frame(&frame, &mut sink);
        assert_eq!((sink.1, sink.2.starts_with(b"hello")), (vec![roles], true), "{known:?}");
    }
}
