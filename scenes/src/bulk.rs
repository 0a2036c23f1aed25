//! Joins hidden in the traffic of many hosts: captures of any size, one frame after the other.
//!
//! Most octets are those of file transfers, web pages and TLS, as in an office network; a frame in
//! ten thousand is of a join. The same seed gives the same frames.

use std::collections::VecDeque;
use std::net::Ipv4Addr;
use std::vec::IntoIter;

use crate::dns::{self, Record};
use crate::script::{MS, SECOND, Shot};
use crate::smb;
use crate::steps::{Ask, DNS, Fault, Plan, START, Wall};
use crate::wirebuild::{Host, Ip, Options, Tcp, flag, tcp, udp};

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

/// What is to be generated.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Octets of the capture file, about; not less than the joins need.
    pub bytes: u64,
    /// Joins in it, each of another client, begun at even distances.
    pub joins: u16,
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
    /// Joins that have begun, each with its next frame and by how much its times are moved.
    joins: Vec<(Shot, IntoIter<Shot>, i64)>,
    begun: u16,
    /// The next frame of all but the joins.
    next: Option<(i64, Vec<u8>)>,
}

impl Bulk {
    /// A capture of this size.
    #[must_use]
    pub fn new(size: Size, seed: u64) -> Self {
        let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let noise = (0..NOISE / 8).flat_map(|_| random.next().to_le_bytes()).collect();
        let flows = (0..FLOWS).map(|_| Flow::new(&mut random, START)).collect();
        let mut all = Self {
            size,
            random,
            now: START,
            written: 0,
            noise,
            flows,
            burst: (0, 0),
            joins: Vec::new(),
            begun: 0,
            next: None,
        };
        all.next = all.traffic();
        all
    }

    /// When the join of this number begins.
    fn begins(&self, join: u16) -> i64 {
        let length = i64::try_from(self.size.bytes).unwrap_or(i64::MAX) / RATE.max(1);
        START + (length * 2 * i64::from(join) + length) * (SECOND / 2) / i64::from(self.size.joins.max(1))
    }

    fn begin_join(&mut self) {
        let fault = FAULTS[usize::from(self.begun) % FAULTS.len()];
        let plan = Plan { machine: self.begun + 1, ..fault.map_or_else(Plan::default, Plan::from) };
        let moved = self.begins(self.begun) - START;
        let mut shots = plan.play().into_iter();
        self.begun += 1;
        self.joins.extend(shots.next().map(|first| (first, shots, moved)));
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
        let frame = flow.frame(&mut self.random, &self.noise, self.now);
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
        let earliest = |(_, (shot, _, moved)): &(usize, &(Shot, IntoIter<Shot>, i64))| shot.time + *moved;
        let join = self.joins.iter().enumerate().min_by_key(earliest);
        let join = join.map(|(at, (shot, _, moved))| (at, shot.time + *moved));
        let (time, frame) = match (join, &self.next) {
            (None, None) => return None,
            (Some((at, time)), next) if next.as_ref().is_none_or(|(other, _)| time <= *other) => {
                let (shot, rest, _) = &mut self.joins[at];
                let frame = std::mem::take(&mut shot.bytes);
                match rest.next() {
                    Some(following) => *shot = following,
                    None => drop(self.joins.swap_remove(at)),
                }
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
    fn new(random: &mut Random, now: i64) -> Self {
        let speech = match random.next() % 16 {
            0..=3 => Speech::Http,
            4..=8 => Speech::Tls,
            9..=10 => Speech::Smb,
            11..=13 => Speech::Dns,
            _ => Speech::Media,
        };
        let client = Ipv4Addr::new(10, 30, random.octet(0, 4), random.octet(1, 250));
        let outside = Ipv4Addr::new(198, 51, 100, random.octet(1, 250));
        let (server, port) = match speech {
            Speech::Http => (outside, 80),
            Speech::Tls => (outside, 443),
            Speech::Smb => (Ipv4Addr::new(10, 40, 0, random.octet(1, 20)), 445),
            Speech::Dns => (DNS, 53),
            Speech::Media => (Ipv4Addr::new(203, 0, 113, random.octet(1, 250)), 3478),
        };
        let source = 49152 + u16::try_from(random.next() % 16_000).expect("a port");
        let mut flow = Self {
            speech,
            sides: [(Host::new(client, 128), source), (Host::new(server, 57), port)],
            seq: [random.next(), random.next()].map(|n| u32::try_from(n >> 32).expect("32 bits")),
            id: source,
            left: 1 + random.next() % 12,
            greeted: false,
            closed: false,
            queue: VecDeque::new(),
        };
        if !matches!(speech, Speech::Dns | Speech::Media) {
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
                let answer = dns::answer(id, (&name, dns::A), &[Record::A(&name, address)], &[]);
                self.datagram(true, dns::query(id, (&name, dns::A)), 0);
                self.datagram(false, answer, 0);
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
    fn frame(&mut self, random: &mut Random, noise: &[u8], now: i64) -> Vec<u8> {
        while self.queue.is_empty() {
            if self.left > 0 {
                self.left -= 1;
                self.exchange(random);
            } else if matches!(self.speech, Speech::Dns | Speech::Media) || self.closed {
                *self = Self::new(random, now + MS);
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
        let size = Size { bytes: 12_000_000, joins: 10 };
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
        let size = Size { bytes: 300_000, joins: 1 };
        assert!(Bulk::new(size, 3).eq(Bulk::new(size, 3)));
        assert!(!Bulk::new(size, 3).eq(Bulk::new(size, 4)));
    }
}
