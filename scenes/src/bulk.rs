//! Joins hidden in the traffic of many hosts: captures of any size, one frame after the other.
//!
//! Most octets are those of file transfers, web pages and TLS, as in an office network; how many frames are of
//! joins is told. Joins are scripts, and recordings that are played again for another client each. The same
//! seed gives the same frames, and memory doesn't grow with their number.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::net::{IpAddr, Ipv4Addr};
use std::vec::IntoIter;

use crate::dns::{self, Record};
use crate::script::{MS, SECOND, Shot};
use crate::smb;
use crate::steps::{Ask, DNS, Fault, Plan, START, Wall};
use crate::wirebuild::{Host, Ip, Options, Tcp, arp, flag, tcp, udp, v6_of};

/// Octets in a second, on the average.
const RATE: i64 = 5_000_000;
/// Conversations at the same time.
const FLOWS: usize = 300;
/// Octets of a full segment.
const MSS: usize = 1460;
/// Octets of noise, of which payloads are cut.
const NOISE: usize = 1 << 17;
/// Octets that a frame takes in a file besides its own.
const RECORD: u64 = 34;

/// How the joins end, one after the other.
const FAULTS: [Option<Fault>; 10] = [
    None,
    Some(Fault::Kerberos(Ask::Logon, 24, None)),
    None,
    Some(Fault::Port(135, Wall::Silence)),
    None,
    Some(Fault::DnsEmpty),
    None,
    Some(Fault::Port(445, Wall::Reset)),
    None,
    Some(Fault::PingSilent),
];

/// Clients that have an address of their own.
const MACHINES: u32 = 59_000;

/// What is to be generated.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Octets of the capture file, about; not less than the joins need.
    pub bytes: u64,
    /// Joins in it, each of another client, begun at even distances.
    pub joins: u32,
    /// Other traffic uses services that joins use too: files are copied over SMB.
    pub files: bool,
}

/// Frames of a real join, to be played again.
#[derive(Clone, Debug)]
pub struct Recording {
    /// Who joined: the address that is another one each time.
    pub client: Ipv4Addr,
    /// Ethernet frames with their times.
    pub frames: Vec<(i64, Vec<u8>)>,
}

impl Recording {
    /// The same for another client, from the beginning of time on.
    #[must_use]
    pub fn play(&self, client: Ipv4Addr) -> Vec<Shot> {
        let first = self.frames.first().map_or(0, |(time, _)| *time);
        let frames = self.frames.iter().map(|(time, bytes)| {
            let mut bytes = bytes.clone();
            readdress(&mut bytes, self.client, client);
            let original_length = u32::try_from(bytes.len()).expect("a frame");
            Shot { number: 0, time: START + time - first, bytes, original_length, mark: None }
        });
        frames.collect()
    }
}

impl From<Plan> for Recording {
    fn from(plan: Plan) -> Self {
        let frames = plan.play().into_iter().map(|shot| (shot.time, shot.bytes)).collect();
        Self { client: plan.client(), frames }
    }
}

/// Replaces an address of the IPv4 header behind an Ethernet header, and corrects the checksums.
fn readdress(frame: &mut [u8], from: Ipv4Addr, to: Ipv4Addr) {
    const ADDRESSES: [usize; 2] = [26, 30];
    if frame.len() < 34 || frame[12..14] != [8, 0] {
        return;
    }
    let transport = 14 + usize::from(frame[14] & 15) * 4;
    // A later fragment has no header of its own above IP.
    let whole = frame[20] & 0x1f == 0 && frame[21] == 0;
    let sum = match frame[23] {
        6 if whole => Some(transport + 16),
        17 if whole => Some(transport + 6),
        _ => None,
    };
    for at in ADDRESSES {
        if frame[at..at + 4] == from.octets() {
            frame[at..at + 4].copy_from_slice(&to.octets());
            for sum in [Some(24), sum].into_iter().flatten() {
                correct(frame, sum, from, to);
            }
        }
    }
}

/// RFC 1624: the sum without the one address and with the other.
fn correct(frame: &mut [u8], at: usize, from: Ipv4Addr, to: Ipv4Addr) {
    let Some(&[a, b]) = frame.get(at..at + 2).and_then(<[u8]>::first_chunk::<2>) else { return };
    let words = |address: Ipv4Addr| [address.to_bits() >> 16, address.to_bits() & 0xffff];
    let mut sum = u32::from(!u16::from_be_bytes([a, b]));
    sum += words(from).map(|word| !word & 0xffff).iter().sum::<u32>() + words(to).iter().sum::<u32>();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    let sum = !u16::try_from(sum).expect("16 bits");
    frame[at..at + 2].copy_from_slice(&sum.to_be_bytes());
}

/// Frames with their times, in nanoseconds since 1970, in the order of time.
#[derive(Debug)]
pub struct Bulk {
    size: Size,
    random: Random,
    now: i64,
    written: u64,
    noise: Vec<u8>,
    flows: Vec<Flow>,
    /// Frames of the flow in turn that follow at once.
    burst: (usize, u64),
    /// Joins that have begun, each by the time of its next frame.
    joins: BinaryHeap<Reverse<Playing>>,
    begun: u32,
    /// How joins end, one after the other; making a script anew for each client would take longer than all else.
    scripts: Vec<Recording>,
    recordings: Vec<Recording>,
    /// The next frame of all but the joins.
    next: Option<(i64, Vec<u8>)>,
}

/// A join that is played.
#[derive(Debug)]
struct Playing {
    /// When its next frame comes.
    time: i64,
    /// Which join it is.
    number: u32,
    next: Vec<u8>,
    rest: IntoIter<Shot>,
    /// By how much its times are moved.
    moved: i64,
}

impl Playing {
    fn advance(mut self) -> Option<Self> {
        let next = self.rest.next()?;
        Some(Self { time: next.time + self.moved, next: next.bytes, ..self })
    }
}

impl PartialEq for Playing {
    fn eq(&self, other: &Self) -> bool {
        (self.time, self.number) == (other.time, other.number)
    }
}

impl Eq for Playing {}

impl PartialOrd for Playing {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Playing {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.time, self.number).cmp(&(other.time, other.number))
    }
}

impl Bulk {
    /// A capture of this size.
    #[must_use]
    pub fn new(size: Size, seed: u64) -> Self {
        Self::with(Vec::new(), size, seed)
    }

    /// The same, in which every fourth join is one of the recordings.
    #[must_use]
    pub fn with(recordings: Vec<Recording>, size: Size, seed: u64) -> Self {
        let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let noise = (0..NOISE / 8).flat_map(|_| random.next().to_le_bytes()).collect();
        let flows = (0..FLOWS).map(|_| Flow::new(&mut random, START, size.files)).collect();
        let mut all = Self {
            size,
            random,
            now: START,
            written: 0,
            noise,
            flows,
            burst: (0, 0),
            joins: BinaryHeap::new(),
            begun: 0,
            scripts: FAULTS.map(|fault| fault.map_or_else(Plan::default, Plan::from).into()).into(),
            recordings,
            next: None,
        };
        all.next = all.traffic();
        all
    }

    /// When the join of this number begins.
    fn begins(&self, join: u32) -> i64 {
        let length = i64::try_from(self.size.bytes).unwrap_or(i64::MAX) / RATE.max(1);
        let place = i128::from(length) * (2 * i128::from(join) + 1) * i128::from(SECOND / 2);
        START + i64::try_from(place / i128::from(self.size.joins.max(1))).expect("some years")
    }

    fn begin_join(&mut self) {
        let number = self.begun;
        let machine = u16::try_from(number % MACHINES + 1).expect("16 bits");
        let client = Plan { machine, ..Plan::default() }.client();
        let nth = |n: u32, of: usize| usize::try_from(n).expect("32 bits") % of.max(1);
        let recording = self.recordings.get(nth(number / 4, self.recordings.len()));
        let script =
            recording.filter(|_| number % 4 == 3).unwrap_or(&self.scripts[nth(number, FAULTS.len())]);
        let moved = self.begins(number) - START;
        let shots = script.play(client);
        self.begun += 1;
        let begun = Playing { time: 0, number, next: Vec::new(), rest: shots.into_iter(), moved };
        self.joins.extend(begun.advance().map(Reverse));
    }

    /// The next frame that is of no join; none when there are enough.
    fn traffic(&mut self) -> Option<(i64, Vec<u8>)> {
        if self.written >= self.size.bytes {
            return None;
        }
        if self.burst.1 == 0 {
            self.burst = (self.random.below(FLOWS), 1 + self.random.next() % 8);
        }
        self.burst.1 -= 1;
        let flow = &mut self.flows[self.burst.0];
        let frame = flow.frame(&mut self.random, &self.noise, self.now, self.size.files);
        let length = i64::try_from(frame.len()).expect("a frame");
        // Half as fast or one and a half times.
        let jitter = 500 + i64::try_from(self.random.next() % 1001).expect("small");
        self.now += length * (SECOND / RATE) * jitter / 1000;
        Some((self.now, frame))
    }
}

impl Iterator for Bulk {
    type Item = (i64, Vec<u8>);

    fn next(&mut self) -> Option<(i64, Vec<u8>)> {
        let due = |all: &Self| all.begun < all.size.joins && all.begins(all.begun) <= all.now;
        while due(self) || self.next.is_none() && self.begun < self.size.joins {
            self.begin_join();
        }
        let join = self.joins.peek().map(|Reverse(playing)| playing.time);
        let (time, frame) = match (join, &self.next) {
            (None, None) => return None,
            (Some(time), next) if next.as_ref().is_none_or(|(other, _)| time <= *other) => {
                let Reverse(mut playing) = self.joins.pop().expect("it was looked at");
                let frame = std::mem::take(&mut playing.next);
                self.joins.extend(playing.advance().map(Reverse));
                (time, frame)
            }
            _ => {
                let frame = self.next.take().expect("one of both");
                self.next = self.traffic();
                frame
            }
        };
        self.written += RECORD + u64::try_from(frame.len()).expect("a frame");
        Some((time, frame))
    }
}

/// Xorshift with 64 bits: small, and the same everywhere.
#[derive(Debug)]
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() >> 8).expect("64 bits") % limit
    }

    fn octet(&mut self, from: u8, to: u8) -> u8 {
        from + u8::try_from(self.next() % u64::from(to - from)).expect("an octet")
    }

    /// Small ones often, large ones seldom: each doubling is as likely as the next.
    fn size(&mut self, from: usize, doublings: u32) -> usize {
        let base = from << (self.next() % u64::from(doublings.max(1)));
        base + self.below(base)
    }
}

/// What is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Speech {
    Http,
    Tls,
    Smb,
    Dns,
    Media,
    Arp,
}

/// A frame of a flow that was not made yet.
#[derive(Debug)]
struct Piece {
    from_client: bool,
    flags: u8,
    seq: u32,
    ack: u32,
    /// The first octets of its payload; noise follows.
    head: Vec<u8>,
    noise: usize,
}

/// A conversation. When it ends, another takes its place.
#[derive(Debug)]
struct Flow {
    speech: Speech,
    sides: [(Host, u16); 2],
    /// Sequence numbers, or numbers of messages.
    seq: [u32; 2],
    id: u16,
    /// Exchanges to come.
    left: u64,
    /// The handshake of TLS was said.
    greeted: bool,
    closed: bool,
    queue: VecDeque<Piece>,
}

impl Flow {
    fn new(random: &mut Random, now: i64, files: bool) -> Self {
        let speech = match random.next() % 32 {
            0..=7 => Speech::Http,
            8..=17 => Speech::Tls,
            18..=21 if files => Speech::Smb,
            18..=21 => Speech::Tls,
            22..=26 => Speech::Dns,
            27 => Speech::Arp,
            _ => Speech::Media,
        };
        let client = Ipv4Addr::new(10, 30, random.octet(0, 4), random.octet(1, 250));
        let outside = Ipv4Addr::new(198, 51, 100, random.octet(1, 250));
        let (server, port) = match speech {
            Speech::Http => (outside, 80),
            Speech::Tls => (outside, 443),
            Speech::Smb => (Ipv4Addr::new(10, 40, 0, random.octet(1, 20)), 445),
            Speech::Dns => (DNS, 53),
            Speech::Media | Speech::Arp => (Ipv4Addr::new(203, 0, 113, random.octet(1, 250)), 3478),
        };
        // Outside, some are met over IPv6.
        let v6 = matches!(speech, Speech::Http | Speech::Tls | Speech::Media) && random.next() % 4 == 0;
        let address = |ip: Ipv4Addr| if v6 { IpAddr::V6(v6_of(ip)) } else { IpAddr::V4(ip) };
        let source = 49152 + u16::try_from(random.next() % 16_000).expect("a port");
        let mut flow = Self {
            speech,
            sides: [(Host::new(address(client), 128), source), (Host::new(address(server), 57), port)],
            seq: [random.next(), random.next()].map(|n| u32::try_from(n >> 32).expect("32 bits")),
            id: source,
            left: 1 + random.next() % 12,
            greeted: false,
            closed: false,
            queue: VecDeque::new(),
        };
        if !matches!(speech, Speech::Dns | Speech::Media | Speech::Arp) {
            flow.control(true, flag::SYN);
            flow.control(false, flag::SYN | flag::ACK);
            flow.control(true, flag::ACK);
        }
        if speech == Speech::Smb {
            for (request, response) in [smb::multi_protocol(now), smb::negotiate("files.corp.example", now)] {
                flow.say(true, request, 0);
                flow.say(false, response, 0);
            }
        }
        flow
    }

    /// A segment without payload.
    fn control(&mut self, from_client: bool, flags: u8) {
        let [seq, ack] = self.numbers(from_client);
        self.queue.push_back(Piece { from_client, flags, seq, ack, head: Vec::new(), noise: 0 });
        if flags & (flag::SYN | flag::FIN) != 0 {
            let next = &mut self.seq[usize::from(!from_client)];
            *next = next.wrapping_add(1);
        }
    }

    /// Sequence and acknowledgment number of a segment.
    fn numbers(&self, from_client: bool) -> [u32; 2] {
        let [client, server] = self.seq;
        if from_client { [client, server] } else { [server, client] }
    }

    /// Octets as segments, of which every second is acknowledged.
    fn say(&mut self, from_client: bool, head: Vec<u8>, noise: usize) {
        let total = head.len() + noise;
        let mut at = 0;
        while at < total {
            let length = (total - at).min(MSS);
            let begin = head.get(at..(at + length).min(head.len())).unwrap_or_default().to_vec();
            let [seq, ack] = self.numbers(from_client);
            let flags = if at + length == total { flag::ACK | flag::PSH } else { flag::ACK };
            let noise = length - begin.len();
            self.queue.push_back(Piece { from_client, flags, seq, ack, head: begin, noise });
            let next = &mut self.seq[usize::from(!from_client)];
            *next = next.wrapping_add(u32::try_from(length).expect("a segment"));
            at += length;
            if at == total || at / MSS % 2 == 0 {
                self.control(!from_client, flag::ACK);
            }
        }
    }

    /// A question and its answer.
    fn exchange(&mut self, random: &mut Random) {
        let number = random.next() % 100_000;
        match self.speech {
            Speech::Http => {
                let size = random.size(500, 11);
                let request = format!(
                    "GET /files/{number}.html HTTP/1.1\r\nHost: www{}.example\r\nUser-Agent: bulk\r\n\
                     Accept: */*\r\nCookie: session={:032x}\r\n\r\n",
                    number % 50,
                    random.next()
                );
                let answer = format!(
                    "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: {size}\r\n\r\n"
                );
                self.say(true, request.into_bytes(), 0);
                self.say(false, answer.into_bytes(), size);
            }
            Speech::Tls => {
                let record = |flow: &mut Self, from_client, kind: u8, size: usize| {
                    let [high, low] = u16::try_from(size).expect("a record").to_be_bytes();
                    let mut head = vec![kind, 3, 3, high, low];
                    if kind == 22 {
                        // ClientHello or ServerHello; three octets of length.
                        let body = u32::try_from(size - 4).expect("short").to_be_bytes();
                        head.extend([if from_client { 1 } else { 2 }, body[1], body[2], body[3], 3, 3]);
                    }
                    let noise = size + 5 - head.len();
                    flow.say(from_client, head, noise);
                };
                if !self.greeted {
                    record(self, true, 22, 512);
                    record(self, false, 22, 122);
                    self.greeted = true;
                }
                record(self, true, 23, 200 + random.below(600));
                for _ in 0..=random.below(6) {
                    record(self, false, 23, 1000 + random.below(15_000));
                }
            }
            Speech::Smb => {
                self.id = self.id.wrapping_add(1);
                let size = 16_384 << random.below(3);
                let message = |response: u8, body: &[u8], data: usize| {
                    let mut header = b"\xfeSMB\x40\0\x01\0\0\0\0\0\x08\0\x01\0".to_vec();
                    header.extend([response, 0, 0, 0, 0, 0, 0, 0]);
                    header.extend(u64::from(self.id).to_le_bytes());
                    header.extend([0xff, 0xfe, 0, 0, 5, 0, 0, 0, 0x11, 0, 0, 0, 0, 4, 0, 0]);
                    header.resize(64, 0);
                    header.extend(body);
                    let length = u32::try_from(header.len() + data).expect("short").to_be_bytes();
                    [&length[..], &header].concat()
                };
                let length = u32::try_from(size).expect("short").to_le_bytes();
                let offset = u64::from(self.id) << 16;
                let mut read = vec![49, 0, 0x50, 0];
                read.extend(length);
                read.extend(offset.to_le_bytes());
                read.extend([7; 16]);
                read.resize(49, 0);
                let mut answer = vec![17, 0, 0x50, 0];
                answer.extend(length);
                answer.resize(16, 0);
                let (request, response) = (message(0, &read, 0), message(1, &answer, size));
                self.say(true, request, 0);
                self.say(false, response, size);
            }
            Speech::Dns => {
                let name = format!("host{number}.cdn{}.example", number % 7);
                let id = u16::try_from(number & 0xffff).expect("16 bits");
                let address = Ipv4Addr::new(198, 51, 100, random.octet(1, 250));
                // AAAA, TXT, HTTPS and MX, which have no answer here, among addresses.
                let kind = [dns::A, dns::A, dns::A, 28, dns::A, 65, 16, 15][random.below(8)];
                let records = [Record::A(&name, address)];
                let answer = dns::answer(id, (&name, kind), if kind == dns::A { &records } else { &[] }, &[]);
                self.datagram(true, dns::query(id, (&name, kind)), 0);
                self.datagram(false, answer, 0);
            }
            Speech::Arp => {
                self.datagram(true, Vec::new(), 0);
                self.datagram(false, Vec::new(), 0);
            }
            Speech::Media => {
                for _ in 0..1 + random.below(30) {
                    let [a, b] = self.id.to_be_bytes();
                    self.id = self.id.wrapping_add(1);
                    let size = if self.sides[0].1 % 2 == 0 { 160 } else { 1188 };
                    self.datagram(random.next() % 8 != 0, vec![0x80, 0x60, a, b, 0, 0, a, b], size);
                }
            }
        }
    }

    fn datagram(&mut self, from_client: bool, head: Vec<u8>, noise: usize) {
        self.queue.push_back(Piece { from_client, flags: 0, seq: 0, ack: 0, head, noise });
    }

    /// Its next frame.
    fn frame(&mut self, random: &mut Random, noise: &[u8], now: i64, files: bool) -> Vec<u8> {
        while self.queue.is_empty() {
            if self.left > 0 {
                self.left -= 1;
                self.exchange(random);
            } else if matches!(self.speech, Speech::Dns | Speech::Media | Speech::Arp) || self.closed {
                *self = Self::new(random, now + MS, files);
            } else {
                self.control(true, flag::FIN | flag::ACK);
                self.control(false, flag::FIN | flag::ACK);
                self.control(true, flag::ACK);
                self.closed = true;
            }
        }
        let piece = self.queue.pop_front().expect("it is not empty");
        let [client, server] = self.sides;
        let (from, to) = if piece.from_client { (client, server) } else { (server, client) };
        if self.speech == Speech::Arp {
            return arp(from.0);
        }
        let start = random.below(NOISE - 2048);
        let mut payload = piece.head;
        payload.extend(&noise[start..start + piece.noise]);
        let header = Ip { id: u16::try_from(start & 0xffff).expect("16 bits"), ..Ip::default() };
        if matches!(self.speech, Speech::Dns | Speech::Media) {
            return udp(from, to, header, &payload);
        }
        let first = piece.flags & flag::SYN != 0;
        let options =
            Options { mss: Some(1460), window_scale: Some(8), sack_permitted: true, ..Options::default() };
        let segment = Tcp {
            source: from.1,
            destination: to.1,
            seq: piece.seq,
            ack: if piece.flags & flag::ACK == 0 { 0 } else { piece.ack },
            flags: piece.flags,
            window: 8192,
            options: if first { options } else { Options::default() },
            payload,
        };
        tcp(from.0, to.0, header, &segment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use adjoin_capture::{Frame, LinkType};
    use join_engine::Engine;

    #[test]
    fn the_joins_are_found_and_nothing_else() {
        let size = Size { bytes: 12_000_000, joins: 10, files: true };
        let (mut engine, mut last, mut bytes) = (Engine::new(), 0, 0);
        for (number, (time, frame)) in (1..).zip(Bulk::new(size, 7)) {
            assert!(time >= last, "in the order of time");
            last = time;
            bytes += frame.len();
            let original_length = u32::try_from(frame.len()).unwrap();
            engine.feed(&Frame { number, time, link: LinkType::ETHERNET, bytes: &frame, original_length });
        }
        engine.finish();
        assert!((11_000_000..12_100_000).contains(&bytes), "{bytes}");
        let report = engine.report();
        let outcomes: Vec<_> = report.joins.iter().map(|join| join.outcome).collect();
        assert_eq!(outcomes, ["joined", "failed"].repeat(5), "{}", report.to_text());
    }

    #[test]
    fn the_same_seed_gives_the_same() {
        for files in [false, true] {
            let size = Size { bytes: 300_000, joins: 1, files };
            assert!(Bulk::new(size, 3).eq(Bulk::new(size, 3)));
            assert!(!Bulk::new(size, 3).eq(Bulk::new(size, 4)));
        }
    }

    #[test]
    fn recordings_are_of_other_clients() {
        let of = |machine| Plan { machine, ..Plan::default() };
        let frames = |plan: Plan| plan.play().into_iter().map(|shot| (shot.time, shot.bytes)).collect();
        let recording = Recording { client: of(0).client(), frames: frames(of(0)) };
        let again = Recording { client: of(7).client(), frames: frames(of(7)) };
        for (shot, (_, bytes)) in recording.play(of(9).client()).iter().zip(&recording.frames) {
            assert_eq!(shot.bytes.len(), bytes.len());
        }
        // There and back again is the same, checksums included.
        let there = Recording {
            client: of(7).client(),
            frames: recording.play(of(7).client()).into_iter().map(|shot| (shot.time, shot.bytes)).collect(),
        };
        let back = there.play(of(0).client());
        assert!(back.iter().zip(&recording.frames).all(|(shot, (_, bytes))| shot.bytes == *bytes));
        assert_eq!(again.frames.len(), recording.frames.len());

        let size = Size { bytes: 3_000_000, joins: 8, files: true };
        let all = || Bulk::with(vec![recording.clone()], size, 5);
        assert!(all().eq(all()));
        let mut engine = Engine::new();
        for (number, (time, frame)) in (1..).zip(all()) {
            let original_length = u32::try_from(frame.len()).unwrap();
            engine.feed(&Frame { number, time, link: LinkType::ETHERNET, bytes: &frame, original_length });
        }
        engine.finish();
        assert_eq!(engine.report().joins.len(), 8, "{}", engine.report().to_text());
    }
}
