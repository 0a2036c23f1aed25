//! Every prefix and every single-bit flip of every fixture, through every check of its fuzz target.
//!
//! Fixtures are the seeds, the captured messages of the crates' tests, and messages and streams out of
//! `samples`. For each input: no panic; steps of the cursor, or octets allocated where a reader has no
//! cursor, at most linear in its length; so are the octets held at once. None of this looks at a clock.
//!
//! A fixture of up to 256 octets (2,896 in an optimised build: `cargo test --release -p
//! adjoin-fuzz-targets --test exhaustive`) is cut and flipped at each octet. The few that are larger, most
//! of them logs, are at evenly spaced ones: the work for a fixture is bounded by [`WORK`].
#![allow(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking; the numbers are small"
)]

use adjoin_capture::{Capture, Datagram, Direction, Frame, Limits, Sink, StreamSide};
use adjoin_fuzz_targets::{TARGETS, Target};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// Octets of a fixture times the places at which it is changed.
const WORK: usize = if cfg!(debug_assertions) { 256 * 256 } else { 2896 * 2896 };
/// Streams out of `samples` are cut here.
const STREAM: usize = 1024;

/// What one input of `length` octets may cost: `each * length + once`.
#[derive(Clone, Copy)]
struct Bound {
    each: u64,
    once: u64,
}

impl Bound {
    const fn of(self, length: usize) -> u64 {
        (length as u64).saturating_mul(self.each).saturating_add(self.once)
    }
}

/// What a target may cost. A target reads its input in several ways and formats what it read, so these
/// are multiples of what a decoder costs.
struct Costs {
    steps: Bound,
    /// Octets allocated in all.
    allocated: Bound,
    /// The most that is held at once.
    held: Bound,
}

const KIB: u64 = 1024;

fn costs(target: &str) -> Costs {
    let bound = |each, once| Bound { each, once };
    let steps = bound(16, KIB);
    let (allocated, held) = match target {
        // Buffers of the reader, and windows of decompressors.
        "capture_file" => (bound(256, 16 * KIB * KIB), bound(64, KIB * KIB)),
        // Tables of connections, clients and messages begin with some room; connections that were forgotten are
        // recognised by 128 KiB of bits.
        "capture_frames" | "engine" => (bound(KIB, 384 * KIB), bound(64, 192 * KIB)),
        // Rows with their texts, for each kind of message that the octets may be.
        "decode_alone" => (bound(KIB, 128 * KIB), bound(128, 32 * KIB)),
        "netsetup_log" => (bound(256, 64 * KIB), bound(64, 16 * KIB)),
        // Messages that are made and mended, a copy for each element that is changed.
        "peer_kerberos" | "peer_ldap" => (bound(KIB, 64 * KIB), bound(64, 4 * KIB)),
        // Decoders allocate nothing: this is what the target writes again to compare.
        _ => (bound(64, 16 * KIB), bound(16, 4 * KIB)),
    };
    Costs { steps, allocated, held }
}

/// What an input did cost.
#[derive(Clone, Copy, Default, Debug)]
struct Cost {
    steps: u64,
    allocated: u64,
    held: u64,
}

fn run(target: &Target, how: &dyn Fn() -> String, bytes: &[u8]) -> Cost {
    let steps = adjoin_wire::steps_taken();
    let mut outcome = Ok(());
    let memory = allocation_counter::measure(|| outcome = catch_unwind(AssertUnwindSafe(|| target.1(bytes))));
    if let Err(panic) = outcome {
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        eprintln!("{} panics on {}: {hex}", target.0, how());
        resume_unwind(panic);
    }
    let cost = Cost {
        steps: adjoin_wire::steps_taken() - steps,
        allocated: memory.bytes_total,
        held: memory.bytes_max,
    };
    let bounds = costs(target.0);
    for (what, cost, bound) in [
        ("steps", cost.steps, bounds.steps),
        ("octets allocated", cost.allocated, bounds.allocated),
        ("octets held at once", cost.held, bounds.held),
    ] {
        let limit = bound.of(bytes.len());
        assert!(
            cost <= limit,
            "{} of {} octets, {}: {cost} {what}, bound {limit}",
            target.0,
            bytes.len(),
            how()
        );
    }
    cost
}

/// Runs a fixture whole, cut at every place and with each bit flipped; gives the number of runs.
fn exhaust(target: &Target, name: &str, bytes: &[u8], all: &mut Vec<(usize, Cost)>) -> usize {
    all.push((bytes.len(), run(target, &|| name.to_owned(), bytes)));
    let stride = (bytes.len() * bytes.len()).div_ceil(WORK).max(1);
    let mut runs = 1;
    let mut flipped = bytes.to_vec();
    for at in (0..bytes.len()).step_by(stride) {
        let cut = &bytes[..at];
        all.push((at, run(target, &|| format!("{name} cut at {at}"), cut)));
        for bit in 0..8 {
            flipped[at] ^= 1 << bit;
            all.push((
                bytes.len(),
                run(target, &|| format!("{name} with bit {bit} of octet {at} flipped"), &flipped),
            ));
            flipped[at] ^= 1 << bit;
        }
        runs += 9;
    }
    runs
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The files of a folder of the repository, by name.
fn files(folder: &str) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = std::fs::read_dir(root().join(folder))
        .unwrap_or_else(|e| panic!("{folder}: {e}"))
        .map(|file| file.unwrap().path())
        .filter(|path| path.is_file() && path.extension().is_none_or(|extension| extension != "md"))
        .collect();
    files.sort();
    let named = |path: PathBuf| (path.display().to_string(), std::fs::read(&path).unwrap());
    files.into_iter().map(named).collect()
}

/// Octets of a capture by server port and direction: datagrams, and the begin of each stream.
#[derive(Default)]
struct Payloads {
    datagrams: BTreeMap<(u16, bool), Vec<Vec<u8>>>,
    streams: BTreeMap<(u16, bool), Vec<Vec<u8>>>,
    open: BTreeMap<(u32, bool), Vec<u8>>,
    ports: BTreeMap<u32, u16>,
}

impl Sink for Payloads {
    fn datagram(&mut self, _: &Frame<'_>, datagram: &Datagram<'_>) {
        let (from, to) = (datagram.source.port, datagram.destination.port);
        self.datagrams.entry((from.min(to), to <= from)).or_default().push(datagram.payload.to_vec());
    }

    fn stream(&mut self, _: &Frame<'_>, side: &mut StreamSide<'_>) {
        let (id, octets) = (side.conn().0, side.bytes());
        self.ports.insert(id, side.server().port);
        let stream = self.open.entry((id, side.direction() == Direction::ToServer)).or_default();
        stream.extend(octets.iter().take(STREAM.saturating_sub(stream.len())));
        side.consume(octets.len());
    }
}

/// Which target reads what a port carries.
fn target_of(port: u16) -> Option<&'static str> {
    Some(match port {
        53 => "dns_message",
        88 | 464 => "kerberos_message",
        135 => "dce_rpc_pdu",
        137 | 138 => "mailslot_datagram",
        389 | 3268 => "ldap_message",
        445 | 139 => "smb_message",
        _ => return None,
    })
}

/// The longest datagram and the longest begin of a stream of each port and direction in a sample.
fn sampled(name: &str) -> Vec<(&'static str, String, Vec<u8>)> {
    let path = root().join("samples").join(name);
    let mut reader = capture_file::Reader::open(&path).unwrap();
    let (mut capture, mut payloads, mut number) = (Capture::new(Limits::default()), Payloads::default(), 0);
    while let Some(record) = reader.next().unwrap() {
        number += 1;
        capture.frame(&record.frame(number), &mut payloads);
    }
    capture.finish(&mut payloads);
    for ((id, to_server), octets) in std::mem::take(&mut payloads.open) {
        payloads.streams.entry((payloads.ports[&id], to_server)).or_default().push(octets);
    }
    let mut found = Vec::new();
    for (kind, map) in [("datagram", payloads.datagrams), ("stream", payloads.streams)] {
        for ((port, to_server), mut list) in map {
            let Some(target) = target_of(port) else { continue };
            list.sort_by_key(Vec::len);
            let way = if to_server { "to" } else { "from" };
            found.extend(
                list.pop().map(|octets| (target, format!("{name}: {kind} {way} port {port}"), octets)),
            );
        }
    }
    found
}

/// All fixtures of a target.
fn fixtures(target: &str, samples: &[(&'static str, String, Vec<u8>)]) -> Vec<(String, Vec<u8>)> {
    let mut all = files(&format!("fuzz/seeds/{target}"));
    let beside = |folder: &str, part: &str, wanted: bool| {
        files(folder).into_iter().filter(move |(name, _)| name.contains(part) == wanted).collect::<Vec<_>>()
    };
    match target {
        "ldap_message" => all.extend(files("cldap-proto/tests/data")),
        "netlogon_message" => all.extend(files("netlogon-proto/tests/data")),
        "smb_message" => all.extend(beside("smb2-proto/tests/data", "mailslot", false)),
        "mailslot_datagram" => all.extend(beside("smb2-proto/tests/data", "mailslot", true)),
        "netsetup_log" => all.extend(files("netsetup-log/tests/data")),
        "capture_file" => {
            all.extend(files("samples").into_iter().filter(|(name, _)| name.contains("ldap-ping")))
        }
        _ => {}
    }
    all.extend(
        samples
            .iter()
            .filter(|(of, ..)| *of == target)
            .map(|(_, name, octets)| (name.clone(), octets.clone())),
    );
    all
}

fn exhaust_target(target: &Target, samples: &[(&'static str, String, Vec<u8>)]) {
    let fixtures = fixtures(target.0, samples);
    let (mut runs, mut costs) = (0, Vec::new());
    for (name, octets) in &fixtures {
        runs += exhaust(target, name, octets, &mut costs);
    }
    let worst = |of: &dyn Fn(&Cost) -> u64| {
        costs.iter().map(|(length, cost)| of(cost) / (*length as u64 + 64)).max().unwrap_or(0)
    };
    println!(
        "{}: {} fixtures, {runs} runs; for each octet and 64 more at most {} steps, {} octets allocated, {} held at once",
        target.0,
        fixtures.len(),
        worst(&|cost| cost.steps),
        worst(&|cost| cost.allocated),
        worst(&|cost| cost.held),
    );
}

/// All targets, two at a time, and every failure told.
#[test]
fn every_prefix_and_every_bit() {
    let samples: Vec<_> = ["windows7-join.pcap", "joined.pcap"].into_iter().flat_map(sampled).collect();
    // The octets of `engine_mutated` say how samples are changed: what it costs depends on those.
    let left = Mutex::new(TARGETS.iter().filter(|target| target.0 != "engine_mutated"));
    let failed = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(target) = { left.lock().unwrap().next() } {
                    if catch_unwind(|| exhaust_target(target, &samples)).is_err() {
                        failed.lock().unwrap().push(target.0);
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap();
    assert!(failed.is_empty(), "failed: {failed:?}");
}

/// An element of ASN.1 with a length of four octets.
fn element(tag: u8, contents: &[u8]) -> Vec<u8> {
    let length = u32::try_from(contents.len()).unwrap().to_be_bytes();
    [&[tag, 0x84][..], &length, contents].concat()
}

/// Messages of `count` elements, made so that each could make the others cost more.
fn long(count: usize) -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let text = |text: &[u8]| element(0x04, text);
    let attribute = element(0x30, &[text(b"name"), element(0x31, &text(b"value"))].concat());
    let ldap = |op: u8, contents: Vec<u8>| element(0x30, &[vec![2, 1, 1], element(op, &contents)].concat());
    let entry = [text(b""), element(0x30, &attribute.repeat(count))].concat();
    let equality = element(0xa3, &[text(b"NtVer"), text(&[6, 0, 0, 0])].concat());
    // A chain of as many ANDs as are followed, around all operands.
    let nested = (0..40).fold(equality.repeat(count), |inner, _| element(0xa0, &inner));
    let search = |filter: &[u8]| {
        let front = [&text(b"")[..], &[0x0a, 1, 0, 0x0a, 1, 0, 2, 1, 0, 2, 1, 0, 1, 1, 0]].concat();
        [&front[..], filter, &element(0x30, &text(b"Netlogon"))].concat()
    };
    let mechanisms = element(0x30, &element(0x06, &[0x2b, 6, 1, 5, 5, 2]).repeat(count));
    let spnego = element(0xa0, &element(0x30, &element(0xa0, &mechanisms)));

    // A hundred names, each of one label and a pointer to the name before, then records whose name is
    // the last of them.
    let mut dns = vec![0, 1, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let answers = u16::try_from(count).unwrap() + 100;
    dns[6..8].copy_from_slice(&answers.to_be_bytes());
    let (mut before, record) = (None, [0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 192, 0, 2, 1]);
    for _ in 0..100 {
        let at = 0xc000 | u16::try_from(dns.len()).unwrap();
        dns.extend(b"\x01a");
        match before.replace(at) {
            Some(before) => dns.extend(u16::to_be_bytes(before)),
            None => dns.push(0),
        }
        dns.extend(record);
    }
    (0..count).for_each(|_| dns.extend([&before.unwrap_or(0).to_be_bytes()[..], &record].concat()));
    vec![
        ("ldap_message", "attributes", ldap(0x64, entry)),
        ("ldap_message", "operands", ldap(0x63, search(&element(0xa0, &equality.repeat(count))))),
        ("ldap_message", "operands of nested ANDs", ldap(0x63, search(&nested))),
        ("gss_token", "mechanisms", spnego),
        ("dns_message", "names of a hundred pointers", dns),
    ]
}

/// Eight times the elements take about eight times the steps.
#[test]
fn steps_grow_with_the_elements() {
    for (few, many) in long(100).into_iter().zip(long(800)) {
        let (name, elements, _) = few;
        let target = TARGETS.iter().find(|target| target.0 == name).unwrap();
        let steps = |bytes: &[u8]| {
            let before = adjoin_wire::steps_taken();
            target.1(bytes);
            adjoin_wire::steps_taken() - before
        };
        let (few, many) = (steps(&few.2), steps(&many.2));
        println!("{name}: 100 {elements} take {few} steps, 800 take {many}");
        assert!(few > 100 && many <= few * 9, "{name}: {elements}: {few} steps, then {many}");
    }
}
