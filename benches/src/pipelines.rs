//! Whole ways of a packet: out of the file, up to streams, through the engine, to the rows of the tree.

use crate::captured::{Captured, each_frame};
use adjoin_capture::{Capture, Datagram, Frame, Limits, Sink, StreamSide};
use join_engine::Engine;
use std::hint::black_box;

/// A pipeline: its name, and what runs a whole file through it.
pub type Pipeline = (&'static str, fn(&Captured));

/// From the shortest to the longest.
pub const ALL: &[Pipeline] = &[
    ("capture-file: packets out of the file", |captured| {
        each_frame(&captured.file, |frame| {
            black_box(frame);
        });
    }),
    ("the same with pcap-parser", |captured| {
        pcap_parser_packets(&captured.file, |packet| {
            black_box(packet);
        })
    }),
    ("capture: datagrams and ordered streams", |captured| {
        let (mut capture, mut sink) = (Capture::new(Limits::default()), Octets(0));
        each_frame(&captured.file, |frame| capture.frame(frame, &mut sink));
        capture.finish(&mut sink);
        black_box(sink.0);
    }),
    ("pcap-parser with etherparse: headers, no streams", |captured| {
        pcap_parser_packets(&captured.file, |packet| {
            let _ = black_box(etherparse::LaxSlicedPacket::from_ethernet(packet));
        });
    }),
    ("join-engine: what was said, and the verdict", |captured| {
        let mut engine = Engine::for_report();
        each_frame(&captured.file, |frame| engine.feed(frame));
        engine.finish();
        black_box(engine.report());
    }),
    ("join-engine: the rows of each frame, as Wireshark asks for them", |captured| {
        let mut engine = Engine::new();
        each_frame(&captured.file, |frame| {
            engine.feed(frame);
            black_box(engine.view(frame.number, frame.bytes));
        });
        engine.finish();
    }),
];

/// Counts what comes out.
struct Octets(usize);

impl Sink for Octets {
    fn datagram(&mut self, _: &Frame<'_>, datagram: &Datagram<'_>) {
        self.0 += datagram.payload.len();
    }

    fn stream(&mut self, _: &Frame<'_>, side: &mut StreamSide<'_>) {
        let octets = side.bytes().len();
        self.0 += octets;
        side.consume(octets);
    }
}

fn pcap_parser_packets(file: &[u8], mut visit: impl FnMut(&[u8])) {
    use pcap_parser::{PcapBlockOwned, PcapError};
    let mut reader =
        pcap_parser::create_reader(256 << 10, std::io::Cursor::new(file.to_vec())).expect("a capture file");
    loop {
        match reader.next() {
            Ok((offset, block)) => {
                if let PcapBlockOwned::Legacy(packet) = block {
                    visit(packet.data);
                }
                reader.consume(offset);
            }
            Err(PcapError::Incomplete(_)) => reader.refill().expect("a file in memory"),
            Err(_) => return,
        }
    }
}
