//! What a capture carries above TCP and UDP: datagrams, and the octets of each direction of a connection.

use adjoin_capture::{Capture, Datagram, Direction, Frame, Limits, Sink, StreamSide};
use std::collections::BTreeMap;
use std::path::Path;

/// A datagram's payload, or octets of one direction of a connection without a gap.
pub struct Flow {
    /// The server's port; of a datagram the smaller one.
    pub port: u16,
    pub to_server: bool,
    pub octets: Vec<u8>,
}

/// A file in memory, its packets, and what they carry.
pub struct Captured {
    pub name: String,
    pub file: Vec<u8>,
    pub flows: Vec<Flow>,
    pub packets: usize,
}

#[derive(Default)]
struct Collect {
    datagrams: Vec<Flow>,
    streams: Vec<Flow>,
    open: BTreeMap<(u32, bool), usize>,
}

impl Sink for Collect {
    fn datagram(&mut self, _: &Frame<'_>, datagram: &Datagram<'_>) {
        let (from, to) = (datagram.source.port, datagram.destination.port);
        let octets = datagram.payload.to_vec();
        self.datagrams.push(Flow { port: from.min(to), to_server: to <= from, octets });
    }

    fn stream(&mut self, _: &Frame<'_>, side: &mut StreamSide<'_>) {
        let to_server = side.direction() == Direction::ToServer;
        let key = (side.conn().0, to_server);
        if side.gap().is_some() {
            self.open.remove(&key);
        }
        let bytes = side.bytes();
        if !bytes.is_empty() {
            let at = *self.open.entry(key).or_insert_with(|| {
                let port = side.server().port;
                self.streams.push(Flow { port, to_server, octets: Vec::new() });
                self.streams.len() - 1
            });
            self.streams[at].octets.extend(bytes);
            side.consume(bytes.len());
        }
    }
}

/// Reads a capture; nothing when it isn't there.
pub fn read(path: &Path) -> Option<Captured> {
    let file = std::fs::read(path).ok()?;
    let name = path.file_name()?.to_string_lossy().into_owned();
    let (mut capture, mut collect, mut packets) = (Capture::new(Limits::default()), Collect::default(), 0);
    each_frame(&file, |frame| {
        capture.frame(frame, &mut collect);
        packets += 1;
    });
    capture.finish(&mut collect);
    let mut flows = collect.datagrams;
    flows.append(&mut collect.streams);
    Some(Captured { name, file, flows, packets })
}

/// Calls `visit` with each packet of a file in memory.
pub fn each_frame(file: &[u8], mut visit: impl FnMut(&Frame<'_>)) {
    let source = Box::new(std::io::Cursor::new(file.to_vec()));
    let mut reader = capture_file::Reader::new(source, "memory").expect("a capture file");
    let mut number = 0;
    while let Ok(Some(record)) = reader.next() {
        number += 1;
        visit(&record.frame(number));
    }
}
