//! Compares with tshark: each UDP payload, and the bytes of each direction of each TCP stream.
//! Skipped without tshark or without the captures.
//!
//! One difference is known and accepted: where a capture begins with a keep-alive, tshark takes its
//! one byte for the first byte of the stream, or, if it has none, misses one byte there. Streams with
//! holes are compared, but only listed: tshark shows no hole where the snap length cut a frame.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::cast_possible_truncation,
    missing_docs,
    unreachable_pub,
    reason = "a test"
)]

mod files;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use adjoin_capture::{
    Capture, ConnId, Datagram, Direction, Endpoint, Frame, GapReason, Limits, Segment, SegmentKind, Sink,
    StreamSide,
};

#[derive(Default)]
struct Record {
    /// By frame.
    datagrams: BTreeMap<u32, String>,
    segments: BTreeMap<u32, ConnId>,
    streams: BTreeMap<(ConnId, Direction), Vec<u8>>,
    /// Directions with other gaps than the one before the first byte seen.
    gaps: BTreeSet<(ConnId, Direction)>,
    /// Directions whose SYN was not captured.
    late_starts: BTreeSet<(ConnId, Direction)>,
    /// Directions that begin with a keep-alive of one byte.
    late_keep_alives: BTreeSet<(ConnId, Direction)>,
    senders: BTreeMap<(ConnId, Direction), Endpoint>,
    /// SYNs that were seen before.
    repeated_opens: u64,
    wrong_provenance: usize,
    frames: Vec<Vec<u8>>,
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

impl Sink for Record {
    fn datagram(&mut self, frame: &Frame<'_>, datagram: &Datagram<'_>) {
        for piece in datagram.pieces {
            let there = &self.frames[piece.frame as usize - 1][piece.offset as usize..][..piece.len as usize];
            if there != &datagram.payload[piece.at..][..piece.len as usize] {
                self.wrong_provenance += 1;
            }
        }
        self.datagrams.insert(frame.number, hex(datagram.payload));
    }

    fn stream(&mut self, frame: &Frame<'_>, side: &mut StreamSide<'_>) {
        let key = (side.conn(), side.direction());
        self.senders.insert(key, side.connection().sender(side.direction()));
        if let Some(gap) = side.gap() {
            if gap.reason == GapReason::LateStart {
                self.late_starts.insert(key);
            } else {
                self.gaps.insert(key);
                // As tshark writes it.
                let text = format!("[{} bytes missing in capture file]\0", gap.missing.unwrap());
                self.streams.entry(key).or_default().extend_from_slice(text.as_bytes());
            }
        }
        for piece in side.provenance(0..side.bytes().len()) {
            let there = &self.frames[piece.frame as usize - 1][piece.offset as usize..][..piece.len as usize];
            if there != &side.bytes()[piece.at..][..piece.len as usize] {
                self.wrong_provenance += 1;
            }
        }
        // Leaves some unread now and then, so that both ways of delivery are used.
        let n = if frame.number % 3 == 0 && !side.finished() && side.gap_after().is_none() {
            side.bytes().len() / 2
        } else {
            side.bytes().len()
        };
        self.streams.entry(key).or_default().extend_from_slice(&side.bytes()[..n]);
        side.consume(n);
    }

    fn tcp(&mut self, frame: &Frame<'_>, segment: &Segment<'_>) {
        self.segments.insert(frame.number, segment.connection.id);
        self.repeated_opens += u64::from(segment.kind == SegmentKind::SynRetransmission);
        if segment.kind == SegmentKind::KeepAlive && segment.position == -1 && segment.len == 1 {
            self.late_keep_alives.insert((segment.connection.id, segment.direction));
        }
    }
}

fn tshark(path: &Path, arguments: &[String]) -> Option<String> {
    let mut command = Command::new("tshark");
    command.args(["-n", "-r"]).arg(path);
    let output = command.args(arguments).output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// What `-z follow,tcp,raw,N` prints: the two nodes and the bytes that each sent.
fn follow(output: &str) -> Vec<(u32, [String; 2], [String; 2])> {
    let mut all: Vec<(u32, [String; 2], [String; 2])> = Vec::new();
    for line in output.lines() {
        if let Some(stream) = line.strip_prefix("Filter: tcp.stream eq ") {
            all.push((stream.parse().unwrap(), Default::default(), Default::default()));
            continue;
        }
        let Some((_, nodes, bytes)) = all.last_mut() else { continue };
        if let Some(node) = line.strip_prefix("Node 0: ") {
            nodes[0] = node.to_owned();
        } else if let Some(node) = line.strip_prefix("Node 1: ") {
            nodes[1] = node.to_owned();
        } else if let Some(line) = line.strip_prefix('\t') {
            bytes[1].push_str(line);
        } else if !line.starts_with('=') && !line.starts_with("Follow") {
            bytes[0].push_str(line);
        }
    }
    all
}

#[derive(Default)]
struct Tally {
    captures: usize,
    datagrams: usize,
    sides: usize,
    bytes: usize,
    gaps: usize,
    other_gaps: Vec<String>,
    late_keep_alives: usize,
    complaints: Vec<String>,
}

fn compare(path: &Path, tally: &mut Tally) {
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    tally.captures += 1;
    let records = files::read(path);
    let frames = records.iter().map(|record| record.bytes.clone()).collect();
    let mut sink = Record { frames, ..Record::default() };
    let mut capture = Capture::new(Limits::default());
    for (index, record) in records.iter().enumerate() {
        capture.frame(&record.frame(index), &mut sink);
    }
    capture.finish(&mut sink);
    assert_eq!(sink.wrong_provenance, 0, "{name}");
    assert_eq!(capture.stats().kept_bytes, 0, "{name}");

    let mut arguments: Vec<String> = ["-T", "fields", "-E", "occurrence=l"].map(str::to_owned).into();
    for field in ["frame.number", "tcp.stream", "udp.payload", "icmp.type", "icmpv6.type"] {
        arguments.extend(["-e".to_owned(), field.to_owned()]);
    }
    // Packets quoted in ICMP errors have stream numbers, too, and from Wireshark 4.4 on each attempt to open a
    // connection that was refused before.
    let streams = capture.stats().connections + capture.stats().icmp_errors + sink.repeated_opens;
    for stream in 0..streams {
        arguments.extend(["-z".to_owned(), format!("follow,tcp,raw,{stream}")]);
    }
    let output = tshark(path, &arguments).unwrap();
    let (listing, followed) = match output.find("\n===") {
        Some(at) => output.split_at(at),
        None => (output.as_str(), ""),
    };
    assert_eq!(listing.lines().filter(|line| !line.is_empty()).count(), records.len(), "{name}: frames");
    let mut streams: BTreeMap<u32, Vec<ConnId>> = BTreeMap::new();
    for line in listing.lines().filter(|line| !line.is_empty()) {
        let [number, stream, payload, icmp, icmp6] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{name}: {line}")
        };
        if !icmp.is_empty() || !icmp6.is_empty() {
            continue;
        }
        let number: u32 = number.parse().unwrap();
        let ours = sink.datagrams.get(&number).map_or("", String::as_str);
        if ours != payload {
            tally.complaints.push(format!("{name} frame {number}: UDP payload {ours}, tshark {payload}"));
        }
        tally.datagrams += usize::from(!payload.is_empty());
        match (stream.parse::<u32>(), sink.segments.get(&number)) {
            (Ok(stream), Some(&ours)) => {
                let connections = streams.entry(stream).or_default();
                if !connections.contains(&ours) {
                    connections.push(ours);
                }
            }
            (Err(_), None) => {}
            (theirs, ours) => {
                tally.complaints.push(format!("{name} frame {number}: stream {theirs:?}, ours {ours:?}"));
            }
        }
    }
    let followed = follow(followed);
    let marked = hex(b"[1 bytes missing in capture file]\0");
    assert!(followed.len() >= streams.len(), "{name}: {} of {} streams", followed.len(), streams.len());
    let mut connections: BTreeMap<ConnId, Vec<_>> = BTreeMap::new();
    for (stream, nodes, theirs) in followed {
        match streams.get(&stream).map(Vec::as_slice) {
            Some([connection]) => connections.entry(*connection).or_default().push((stream, nodes, theirs)),
            None => {}
            Some(more) => tally.complaints.push(format!("{name} stream {stream}: {more:?}")),
        }
    }
    for (connection, mut attempts) in connections {
        attempts.sort_unstable_by_key(|(stream, ..)| *stream);
        let stream = attempts[0].0;
        for direction in [Direction::ToServer, Direction::ToClient] {
            let key = (connection, direction);
            let Some(sender) = sink.senders.get(&key) else { continue };
            let ours = sink.streams.get(&key).map(|bytes| hex(bytes)).unwrap_or_default();
            // tshark writes IPv6 endpoints without brackets.
            let bare = format!("{}:{}", sender.address, sender.port);
            let theirs: Vec<_> = attempts
                .iter()
                .filter_map(|(_, nodes, theirs)| {
                    let node = nodes.iter().position(|node| *node == sender.to_string() || *node == bare)?;
                    Some(theirs[node].as_str())
                })
                .collect();
            if theirs.is_empty() {
                if !ours.is_empty() {
                    tally.complaints.push(format!("{name} stream {stream}: {sender} is no node of it"));
                }
                continue;
            }
            let theirs = theirs.concat();
            tally.sides += 1;
            tally.bytes += ours.len() / 2;
            if ours == theirs {
                tally.gaps += usize::from(sink.gaps.contains(&key));
            } else if theirs.strip_suffix(&ours).is_some_and(|more| {
                more.len() == 2 && sink.late_keep_alives.contains(&key)
                    || more == marked && sink.late_starts.contains(&key)
            }) {
                tally.late_keep_alives += 1;
            } else {
                let same = ours.bytes().zip(theirs.bytes()).take_while(|(a, b)| a == b).count() / 2;
                let text = format!(
                    "{name} stream {stream} {direction:?}: {} bytes, tshark {}, differ at {same}",
                    ours.len() / 2,
                    theirs.len() / 2
                );
                if sink.gaps.contains(&key) {
                    tally.other_gaps.push(text);
                } else {
                    tally.complaints.push(text);
                }
            }
        }
    }
}

#[test]
fn same_as_tshark() {
    if Command::new("tshark").arg("-v").output().is_err() {
        println!("skipped: no tshark");
        return;
    }
    let paths = files::captures();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let tallies: Vec<Tally> = std::thread::scope(|scope| {
        let spawn = |first: usize| {
            let paths = &paths;
            scope.spawn(move || {
                let mut tally = Tally::default();
                for path in paths.iter().skip(first).step_by(threads) {
                    compare(path, &mut tally);
                }
                tally
            })
        };
        let workers: Vec<_> = (0..threads).map(spawn).collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).collect()
    });
    let sum = |count: fn(&Tally) -> usize| tallies.iter().map(count).sum::<usize>();
    println!(
        "{} captures, {} datagrams, {} stream sides, {} bytes; {} sides with gaps are the same, {} differ; {} begin with a keep-alive",
        sum(|tally| tally.captures),
        sum(|tally| tally.datagrams),
        sum(|tally| tally.sides),
        sum(|tally| tally.bytes),
        sum(|tally| tally.gaps),
        sum(|tally| tally.other_gaps.len()),
        sum(|tally| tally.late_keep_alives),
    );
    for text in tallies.iter().flat_map(|tally| &tally.other_gaps) {
        println!("gaps differ: {text}");
    }
    let complaints: Vec<&str> =
        tallies.iter().flat_map(|tally| &tally.complaints).map(String::as_str).collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}
