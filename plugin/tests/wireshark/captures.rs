//! Captures for the other tests: some made here, the samples, and those beside the repository.

use std::fs;
use std::path::{Path, PathBuf};

/// Ethernet addresses, then IPv4.
const ETHERNET: [u8; 14] = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0];

/// A pcap file of `frames`, one per millisecond.
pub(crate) fn pcap(frames: &[Vec<u8>]) -> Vec<u8> {
    let mut file =
        vec![0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 1, 0, 0, 0];
    for (number, frame) in (0_u32..).zip(frames) {
        let length = u32::try_from(frame.len()).expect("small");
        for word in [1_700_000_000, number * 1000, length, length] {
            file.extend(word.to_le_bytes());
        }
        file.extend(frame);
    }
    file
}

/// A pcapng file of one frame, captured `seconds` after 1970: more than nanoseconds in 64 bits can say.
pub(crate) fn far_future(seconds: u64) -> Vec<u8> {
    let frame = ip(17, true, &udp(50_000, 389, &question()));
    let length = u32::try_from(frame.len()).expect("small");
    let word = |n: u32| n.to_le_bytes().to_vec();
    let section = [word(0x1a2b_3c4d), vec![1, 0, 0, 0], vec![0xff; 8]].concat();
    // Ethernet, no limit; option if_tsresol: seconds.
    let interface = [word(1), word(0), vec![9, 0, 1, 0, 0, 0, 0, 0], word(0)].concat();
    let (high, low) = (u32::try_from(seconds >> 32).expect("32 bits"), seconds & 0xffff_ffff);
    let low = u32::try_from(low).expect("32 bits");
    let mut packet = [word(0), word(high), word(low), word(length), word(length), frame].concat();
    packet.resize(packet.len().next_multiple_of(4), 0);
    let block = |(kind, body): (u32, Vec<u8>)| {
        let total = word(u32::try_from(12 + body.len()).expect("small"));
        [word(kind), total.clone(), body, total].concat()
    };
    [(0x0a0d_0d0a, section), (1, interface), (6, packet)].map(block).concat()
}

/// A capture of the repository.
pub(crate) fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../samples").join(name)
}

/// All captures of the repository.
pub(crate) fn samples() -> Vec<PathBuf> {
    let folder = fs::read_dir(sample("")).expect("the samples are part of the repository");
    let mut files: Vec<_> = folder.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "pcap"));
    files.sort();
    files
}

/// A CLDAP ping and its answer, and the answer again over LDAP in two TCP segments.
pub(crate) fn ping() -> Vec<u8> {
    let (question, answer) = (question(), answer());
    let (first, second) = answer.split_at(answer.len() / 2);
    let sequence = 1 + u32::try_from(first.len()).expect("small");
    pcap(&[
        ip(17, true, &udp(50_000, 389, &question)),
        ip(17, false, &udp(389, 50_000, &answer)),
        ip(6, true, &tcp(50_001, 389, 0, 0x02, &[])),
        ip(6, false, &tcp(389, 50_001, 0, 0x12, &[])),
        ip(6, true, &tcp(50_001, 389, 1, 0x18, &question)),
        ip(6, false, &tcp(389, 50_001, 1, 0x18, first)),
        ip(6, false, &tcp(389, 50_001, sequence, 0x18, second)),
    ])
}

/// Small captures from beside the repository, at most `count`; none where there is no such folder.
pub(crate) fn shared(count: usize) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/captures/dev");
    let Ok(entries) = fs::read_dir(&folder) else {
        eprintln!("skipped: ../shared is not here");
        return Vec::new();
    };
    let mut files: Vec<_> = entries
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let path = entry.path().canonicalize().ok()?;
            let capture = path.extension().is_some_and(|e| e == "pcap" || e == "pcapng");
            (capture && entry.metadata().ok()?.len() < 150_000).then_some(path)
        })
        .collect();
    files.sort();
    files.truncate(count);
    files
}

fn ip(protocol: u8, to_server: bool, payload: &[u8]) -> Vec<u8> {
    let (client, server) = ([192, 0, 2, 10], [192, 0, 2, 12]);
    let (from, to) = if to_server { (client, server) } else { (server, client) };
    let length = u16::try_from(20 + payload.len()).expect("small").to_be_bytes();
    let mut frame = ETHERNET.to_vec();
    frame.extend([0x45, 0, length[0], length[1], 0, 0, 0, 0, 64, protocol, 0, 0]);
    frame.extend(from);
    frame.extend(to);
    frame.extend(payload);
    frame
}

fn udp(from: u16, to: u16, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(8 + payload.len()).expect("small");
    let mut datagram: Vec<u8> = [from, to, length, 0].iter().flat_map(|word| word.to_be_bytes()).collect();
    datagram.extend(payload);
    datagram
}

fn tcp(from: u16, to: u16, sequence: u32, flags: u8, payload: &[u8]) -> Vec<u8> {
    let mut segment: Vec<u8> = [from, to].iter().flat_map(|word| word.to_be_bytes()).collect();
    segment.extend(sequence.to_be_bytes());
    segment.extend(1_u32.to_be_bytes());
    segment.extend([0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
    segment.extend(payload);
    segment
}

/// One BER element.
fn ber(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let mut element = vec![tag, 0x82];
    element.extend(u16::try_from(content.len()).expect("small").to_be_bytes());
    element.extend(content);
    element
}

/// `(&(DnsDomain=contoso.local)(NtVer=\16\00\00\00))`, attribute Netlogon, of the rootDSE.
fn question() -> Vec<u8> {
    let equals = |name: &[u8], value: &[u8]| ber(0xa3, &[&ber(4, &[name]), &ber(4, &[value])]);
    let filter = ber(0xa0, &[&equals(b"DnsDomain", b"contoso.local"), &equals(b"NtVer", &[0x16, 0, 0, 0])]);
    let fixed: &[u8] = &[4, 0, 10, 1, 0, 10, 1, 0, 2, 1, 0, 2, 1, 0, 1, 1, 0];
    let search = ber(0x63, &[fixed, &filter, &ber(0x30, &[&ber(4, &[b"Netlogon"])])]);
    ber(0x30, &[&[2, 1, 1], &search])
}

/// NETLOGON_SAM_LOGON_RESPONSE_EX of a healthy DC.
fn answer() -> Vec<u8> {
    let mut netlogon = vec![0x17, 0, 0, 0, 0xfd, 0xf3, 1, 0];
    netlogon.extend([0x11; 16]);
    netlogon.extend(b"\x07contoso\x05local\x00"); // forest, at 24
    netlogon.extend([0xc0, 24]); // domain
    netlogon.extend(b"\x03DC1\xc0\x18"); // host
    netlogon.extend(b"\x07CONTOSO\x00\x03DC1\x00\x00"); // NetBIOS names, no user
    netlogon.extend(b"\x04Main\x00\x04Main\x00"); // sites
    netlogon.extend([5, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]);
    let attribute = ber(0x30, &[&ber(4, &[b"netlogon"]), &ber(0x31, &[&ber(4, &[&netlogon])])]);
    let entry = ber(0x64, &[&[4, 0], &ber(0x30, &[&attribute])]);
    let done = ber(0x65, &[&[10, 1, 0, 4, 0, 4, 0]]);
    [ber(0x30, &[&[2, 1, 1], &entry]), ber(0x30, &[&[2, 1, 1], &done])].concat()
}
