//! Files as they come: both formats, compressed, cut, damaged, several at once.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test may panic"
)]

use std::fs;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use adjoin_capture::LinkType;
use capture_file::{FileErrorKind, Reader, Sequence, Writer};
use proptest::prelude::*;

/// A record: its time, its octets, its length on the wire.
type Plain = (i64, Vec<u8>, u32);

fn reader(bytes: &[u8]) -> Reader {
    Reader::new(Box::new(Cursor::new(bytes.to_vec())), "test").unwrap()
}

/// All records, and whether the file is cut.
fn read(bytes: &[u8]) -> (Vec<Plain>, bool) {
    let mut reader = reader(bytes);
    let mut all = Vec::new();
    while let Some(record) = reader.next().unwrap() {
        all.push((record.time, record.bytes.to_vec(), record.original_length));
    }
    (all, reader.truncated())
}

fn written(packets: &[Plain]) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new(), "test").unwrap();
    for (time, bytes, original) in packets {
        writer.packet(LinkType::ETHERNET, *time, bytes, *original, &[]).unwrap();
    }
    writer.finish().unwrap()
}

fn packets() -> Vec<Plain> {
    (0..50).map(|n| (1_700_000_000_000_000_000 + n, vec![u8::try_from(n).unwrap(); 60], 60)).collect()
}

/// A pcap file: big-endian or not, with nanoseconds or not.
fn pcap(big_endian: bool, nanoseconds: bool, packets: &[Plain]) -> Vec<u8> {
    let word = |n: u32| if big_endian { n.to_be_bytes() } else { n.to_le_bytes() };
    let unit = if nanoseconds { 1 } else { 1000 };
    let mut file = word(if nanoseconds { 0xa1b2_3c4d } else { 0xa1b2_c3d4 }).to_vec();
    file.extend(if big_endian { [0, 2, 0, 4] } else { [2, 0, 4, 0] });
    for n in [0, 0, 0xffff, 1] {
        file.extend(word(n));
    }
    for (time, bytes, original) in packets {
        let fraction = u32::try_from(time % 1_000_000_000 / unit).unwrap();
        let (seconds, len) =
            (u32::try_from(time / 1_000_000_000).unwrap(), u32::try_from(bytes.len()).unwrap());
        for n in [seconds, fraction, len, *original] {
            file.extend(word(n));
        }
        file.extend(bytes);
    }
    file
}

#[test]
fn pcap_in_either_order_and_precision() {
    let exact = packets();
    let rounded: Vec<Plain> = exact.iter().map(|(t, b, o)| (t / 1000 * 1000, b.clone(), *o)).collect();
    for big_endian in [false, true] {
        assert_eq!(read(&pcap(big_endian, true, &exact)), (exact.clone(), false));
        assert_eq!(read(&pcap(big_endian, false, &exact)), (rounded.clone(), false));
    }
}

/// A pcapng block.
fn block(big_endian: bool, kind: u32, body: &[u8]) -> Vec<u8> {
    let word = |n: u32| if big_endian { n.to_be_bytes() } else { n.to_le_bytes() };
    let total = word(u32::try_from(body.len() + 12).unwrap());
    [&word(kind)[..], &total, body, &total].concat()
}

#[test]
fn pcapng_with_sections_of_either_order_and_interfaces_of_any_clock() {
    let mut file = Vec::new();
    for big_endian in [true, false] {
        let word = |n: u32| if big_endian { n.to_be_bytes() } else { n.to_le_bytes() };
        let half = |n: u16| if big_endian { n.to_be_bytes() } else { n.to_le_bytes() };
        let section = [&word(0x1a2b_3c4d)[..], &half(1), &half(0), &[0xff; 8]].concat();
        file.extend(block(big_endian, 0x0a0d_0d0a, &section));
        // Microseconds by default; 2^-10 s; 10^-9 s, an hour later.
        let plain = [&half(1)[..], &[0, 0], &word(0)].concat();
        let binary = [&half(113)[..], &[0, 0], &word(0), &half(9), &half(1), &[0x8a, 0, 0, 0]].concat();
        let hour = if big_endian { 3600_i64.to_be_bytes() } else { 3600_i64.to_le_bytes() };
        let late = [
            &half(101)[..],
            &[0, 0],
            &word(0),
            &half(9),
            &half(1),
            &[9, 0, 0, 0],
            &half(14),
            &half(8),
            &hour,
        ]
        .concat();
        for interface in [plain, binary, late] {
            file.extend(block(big_endian, 1, &interface));
        }
        // A block that nobody knows, and a journal entry, which has a number.
        file.extend(block(big_endian, 0x8000_1234, &[1, 2, 3, 4]));
        file.extend(block(big_endian, 9, b"MESSAGE=hello\n\0\0"));
        for (interface, ticks) in [(0, 5_000_001), (1, 2048), (2, 7)] {
            let body = [&word(interface)[..], &word(0), &word(ticks), &word(3), &word(9), b"abc\0"].concat();
            file.extend(block(big_endian, 6, &body));
        }
        file.extend(block(big_endian, 3, &[&word(2)[..], b"xy\0\0"].concat()));
        // 12 packets that the system dropped.
        let count = if big_endian { 12_u64.to_be_bytes() } else { 12_u64.to_le_bytes() };
        file.extend(block(big_endian, 5, &[&[0; 12], &half(7)[..], &half(8), &count].concat()));
    }
    let mut reader = reader(&file);
    let mut seen = Vec::new();
    while let Some(record) = reader.next().unwrap() {
        seen.push((record.link.0, record.time, record.bytes.len(), record.original_length));
    }
    let section = [
        (1, 5_000_001_000, 3, 9),
        (113, 2_000_000_000, 3, 9),
        (101, 3_600_000_000_007, 3, 9),
        (1, 3_600_000_000_007, 2, 2),
    ];
    assert_eq!(seen[0], (u16::MAX, 0, 0, 0));
    assert_eq!(seen[1..5], section);
    assert_eq!(seen[6..], section);
    assert_eq!((reader.dropped(), reader.truncated()), (12, false));
}

#[test]
fn compressed_files_are_opened_as_they_are() {
    let (plain, packets) = (written(&packets()), packets());
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&plain).unwrap();
    let mut lz4 = lz4_flex::frame::FrameEncoder::new(Vec::new());
    lz4.write_all(&plain).unwrap();
    let (first, second) = plain.split_at(1000);
    let zstd = |bytes| ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest);
    for (name, file) in [
        ("gzip", gzip.finish().unwrap()),
        ("LZ4", lz4.finish().unwrap()),
        ("Zstandard", zstd(&plain[..])),
        ("Zstandard in two frames", [zstd(first), zstd(second)].concat()),
    ] {
        assert_eq!(read(&file), (packets.clone(), false), "{name}");
        // Cut in the middle: what is there, then the end.
        let half = file[..file.len() / 2].to_vec();
        match Reader::new(Box::new(Cursor::new(half)), "cut") {
            Ok(mut reader) => {
                let mut records = 0;
                while let Some(record) = reader.next().unwrap() {
                    assert_eq!(record.bytes, packets[records].1, "{name}");
                    records += 1;
                }
                assert!(records < packets.len() && reader.truncated(), "{name}");
            }
            // So short that there is nothing in it; Zstandard says so in its own words.
            Err(error) => {
                assert!(matches!(error.kind, FileErrorKind::Empty | FileErrorKind::Io(_)), "{name}: {error}");
            }
        }
    }
}

#[test]
fn a_file_may_end_anywhere() {
    let packets = packets();
    for file in [written(&packets[..3]), pcap(false, true, &packets[..3])] {
        let mut most = 0;
        for end in 0..=file.len() {
            let Ok(mut reader) = Reader::new(Box::new(Cursor::new(file[..end].to_vec())), "cut") else {
                assert!(end < 24, "{end}");
                continue;
            };
            let mut records = 0;
            while let Some(record) = reader.next().unwrap() {
                assert_eq!(record.bytes, packets[records].1);
                records += 1;
            }
            assert!(records >= most && records <= 3);
            most = records;
            assert!(end < file.len() || (records == 3 && !reader.truncated()));
        }
    }
    let cut = read(&pcap(false, true, &packets[..2])[..24 + 76 + 20]);
    assert_eq!((cut.0.len(), cut.1), (1, true));
}

#[test]
fn what_is_no_capture_is_named() {
    let failed = |bytes: &[u8]| Reader::new(Box::new(Cursor::new(bytes.to_vec())), "x").unwrap_err();
    assert!(matches!(failed(b"").kind, FileErrorKind::Empty));
    assert!(matches!(failed(b"ab").kind, FileErrorKind::Damaged(..)));
    assert!(matches!(failed(b"11/21/2026 12:00:00").kind, FileErrorKind::NotACapture(_)));
    assert!(failed(b"GMBU............").to_string().contains("Network Monitor"));
    let no_file = Reader::open(Path::new("no such file.pcapng")).unwrap_err().to_string();
    assert!(no_file.starts_with("no such file.pcapng: "), "{no_file}");
}

#[test]
fn damage_is_told_with_its_place_and_spares_what_is_before() {
    let mut file = written(&packets()[..2]);
    let last = file.len() - 4;
    file[last] ^= 1;
    let mut reader = reader(&file);
    assert!(reader.next().unwrap().is_some());
    let offset = reader.offset();
    let error = reader.next().unwrap_err();
    assert!(error.offset > offset && matches!(error.kind, FileErrorKind::Damaged(..)), "{error}");
    assert!(reader.next().unwrap().is_none(), "the end");

    let mut huge = pcap(false, false, &packets()[..1]);
    huge[32..36].copy_from_slice(&u32::MAX.to_le_bytes());
    let text = self::reader(&huge).next().unwrap_err().to_string();
    assert_eq!(text, "test: damaged at octet 24: a packet can't have this length: 4294967295");
}

#[test]
fn several_files_are_one_capture_in_the_order_of_time() {
    let folder = tempfolder("sequence");
    let at = |n: i64| (n * 1_000_000_000, vec![u8::try_from(n).unwrap(); 4], 4);
    let file = |name: &str, times: &[i64]| {
        let path = folder.join(name);
        fs::write(&path, written(&times.iter().map(|n| at(*n)).collect::<Vec<_>>())).unwrap();
        path
    };
    let broken = folder.join("broken.pcapng");
    fs::write(&broken, b"no capture at all").unwrap();
    let paths = [
        file("third.pcapng", &[20, 21]),
        file("first.pcapng", &[1, 3, 5]),
        broken,
        file("beside.pcapng", &[2, 4, 22]),
        file("empty.pcapng", &[]),
    ];
    let mut all = Sequence::open(&paths);
    let mut seen = Vec::new();
    while let Some((origin, record)) = all.next() {
        seen.push((record.bytes[0], origin.file, origin.number));
    }
    fs::remove_dir_all(&folder).unwrap();
    let expected =
        [(1, 1, 1), (2, 3, 1), (3, 1, 2), (4, 3, 2), (5, 1, 3), (20, 0, 1), (21, 0, 2), (22, 3, 3)];
    assert_eq!(seen, expected);
    assert_eq!(all.troubles().len(), 1, "{:?}", all.troubles());
}

fn tempfolder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("capture-file-{name}-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Captures of the repository, and those beside it.
fn captures() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let folders = ["samples", "../shared/captures/dev", "../shared/captures/lab/dev"];
    if !root.join(folders[1]).is_dir() {
        eprintln!("skipped: ../shared is not here");
    }
    let entries = folders.iter().flat_map(|folder| fs::read_dir(root.join(folder)).into_iter().flatten());
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_some_and(|kind| kind == "pcap" || kind == "pcapng"));
    files.sort();
    files
}

/// The records as pcap-parser reads them: octets and length on the wire.
fn another_reader(path: &Path) -> Vec<(Vec<u8>, u32)> {
    use pcap_parser::{Block, PcapBlockOwned, PcapError};
    let mut reader = pcap_parser::create_reader(1 << 22, fs::File::open(path).unwrap()).unwrap();
    let mut all = Vec::new();
    loop {
        match reader.next() {
            Ok((offset, found)) => {
                match found {
                    PcapBlockOwned::Legacy(packet) => all.push((packet.data.to_vec(), packet.origlen)),
                    PcapBlockOwned::NG(Block::EnhancedPacket(packet)) => {
                        let len = usize::try_from(packet.caplen).unwrap();
                        all.push((packet.data[..len].to_vec(), packet.origlen));
                    }
                    _ => {}
                }
                reader.consume(offset);
            }
            Err(PcapError::Incomplete(_)) => reader.refill().unwrap(),
            Err(_) => return all,
        }
    }
}

#[test]
fn another_reader_reads_the_same() {
    let (mut files, mut records) = (0, 0);
    for path in captures() {
        let mut reader = Reader::open(&path).unwrap();
        let mut ours = Vec::new();
        while let Some(record) = reader.next().unwrap() {
            ours.push((record.bytes.to_vec(), record.original_length));
        }
        assert!(ours == another_reader(&path), "{}", path.display());
        files += 1;
        records += ours.len();
    }
    assert!(files >= 8, "{files}");
    println!("{files} files, {records} records");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_panics(damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8), pcapng in any::<bool>()) {
        let mut file = if pcapng { written(&packets()[..4]) } else { pcap(true, false, &packets()[..4]) };
        for (at, value) in damage {
            let at = at.index(file.len());
            file[at] = value;
        }
        if let Ok(mut reader) = Reader::new(Box::new(Cursor::new(file)), "damaged") {
            let mut records = 0;
            while let Ok(Some(record)) = reader.next() {
                prop_assert!(record.bytes.len() < 1 << 24 && record.comments().count() < 1 << 16);
                records += 1;
            }
            prop_assert!(records <= 64);
        }
    }

    #[test]
    fn what_is_written_is_read(packets in prop::collection::vec((0..i64::MAX, prop::collection::vec(any::<u8>(), 0..99)), 0..9)) {
        let packets: Vec<Plain> =
            packets.into_iter().map(|(time, bytes)| { let len = u32::try_from(bytes.len()).unwrap(); (time, bytes, len) }).collect();
        prop_assert_eq!(read(&written(&packets)), (packets, false));
    }
}
