//! A TCP conversation that keeps its own sequence numbers, and on which things can go wrong.

use std::collections::VecDeque;
use std::ops::Range;

use crate::script::{MS, Script};
use crate::wirebuild::{self, Host, Ip, Options, Tcp, flag};

/// A side of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// The one that opened it.
    Client,
    /// The other.
    Server,
}

impl Who {
    /// The other side.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }

    const fn index(self) -> usize {
        match self {
            Self::Client => 0,
            Self::Server => 1,
        }
    }
}

/// What becomes of a segment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fate {
    /// It is captured and arrives.
    #[default]
    Arrives,
    /// It doesn't arrive. It is captured only beside its sender.
    Lost,
    /// It arrives, but the capture misses it.
    Missed,
}

/// One side's numbers.
#[derive(Clone, Debug)]
pub struct Side {
    /// Addresses and TTL; may be changed between segments, as when a device answers instead.
    pub host: Host,
    /// Port.
    pub port: u16,
    /// Initial sequence number.
    pub iss: u32,
    /// Window to announce.
    pub window: u16,
    /// Window of the SYN.
    pub syn_window: u16,
    /// Options of the SYN.
    pub syn_options: Options,
    /// IP identification of the next packet.
    pub ip_id: u16,
    /// All that was sent.
    sent: Vec<u8>,
    fin: bool,
    /// What arrived of the other side's octets.
    arrived: Vec<Range<usize>>,
    fin_arrived: bool,
}

impl Side {
    fn new(host: Host, port: u16, iss: u32) -> Self {
        let syn_options =
            Options { mss: Some(1460), window_scale: Some(8), sack_permitted: true, ..Options::default() };
        Self {
            host,
            port,
            iss,
            window: 255,
            syn_window: 65535,
            syn_options,
            ip_id: port,
            sent: Vec::new(),
            fin: false,
            arrived: Vec::new(),
            fin_arrived: false,
        }
    }

    /// How many octets of the other side are there without a hole.
    fn contiguous(&self) -> usize {
        let mut end = 0;
        while let Some(range) = self.arrived.iter().find(|range| range.start <= end && range.end > end) {
            end = range.end;
        }
        end
    }
}

fn plus(number: u32, offset: usize) -> u32 {
    number.wrapping_add(u32::try_from(offset).expect("short streams"))
}

/// A TCP conversation. Every method adds frames to a script and moves [`Conversation::now`].
///
/// The capture is taken beside [`Conversation::captured_at`]; what the far side sends in answer comes
/// one [`Conversation::rtt`] later.
#[derive(Clone, Debug)]
pub struct Conversation {
    /// Client and server.
    pub sides: [Side; 2],
    /// The time of the last frame, in nanoseconds since 1970.
    pub now: i64,
    /// Round-trip time, in nanoseconds.
    pub rtt: i64,
    /// How long a side thinks before it sends, in nanoseconds.
    pub think: i64,
    /// Largest payload of a segment.
    pub mss: usize,
    /// Where the capture is taken.
    pub captured_at: Who,
    fates: VecDeque<Fate>,
    last: Option<Who>,
}

impl Conversation {
    /// A conversation that is not begun yet.
    #[must_use]
    pub fn new(client: (Host, u16), server: (Host, u16), now: i64) -> Self {
        let seed = u32::from(client.1) << 16 | u32::from(server.1);
        Self {
            sides: [
                Side::new(client.0, client.1, seed.wrapping_mul(0x9e37_79b1)),
                Side::new(server.0, server.1, seed.wrapping_mul(0x85eb_ca6b)),
            ],
            now,
            rtt: MS,
            think: MS / 20,
            mss: 1460,
            captured_at: Who::Client,
            fates: VecDeque::new(),
            last: None,
        }
    }

    /// The same with another round-trip time.
    #[must_use]
    pub const fn rtt(mut self, rtt: i64) -> Self {
        self.rtt = rtt;
        self
    }

    /// The same with these initial sequence numbers of client and server.
    #[must_use]
    pub const fn starting(mut self, client: u32, server: u32) -> Self {
        self.sides[0].iss = client;
        self.sides[1].iss = server;
        self
    }

    /// One side.
    #[must_use]
    pub const fn side(&self, who: Who) -> &Side {
        &self.sides[who.index()]
    }

    /// One side, to change it.
    pub const fn side_mut(&mut self, who: Who) -> &mut Side {
        &mut self.sides[who.index()]
    }

    /// The sequence number of the next octet of a side.
    #[must_use]
    pub fn next_seq(&self, who: Who) -> u32 {
        let side = self.side(who);
        plus(side.iss, 1 + side.sent.len() + usize::from(side.fin))
    }

    /// The number of octets that a side has sent.
    #[must_use]
    pub fn sent(&self, who: Who) -> usize {
        self.side(who).sent.len()
    }

    /// What a side acknowledges.
    #[must_use]
    pub fn acknowledges(&self, who: Who) -> u32 {
        let (side, other) = (self.side(who), self.side(who.other()));
        let end = side.contiguous();
        plus(other.iss, 1 + end + usize::from(side.fin_arrived && end == other.sent.len()))
    }

    /// Lets time pass.
    pub fn wait(&mut self, nanoseconds: i64) -> &mut Self {
        self.now += nanoseconds;
        self.last = None;
        self
    }

    /// Lets time pass until then.
    ///
    /// # Panics
    /// When it is later already.
    pub fn until(&mut self, time: i64) -> &mut Self {
        assert!(time >= self.now, "{} ns too late", self.now - time);
        self.wait(time - self.now)
    }

    /// What becomes of the segments that come next, one after the other.
    pub fn fates(&mut self, fates: impl IntoIterator<Item = Fate>) -> &mut Self {
        self.fates.extend(fates);
        self
    }

    /// The time at which `who` sends next.
    fn turn(&mut self, who: Who) {
        let answers = self.last == Some(who.other());
        self.now += if answers && who != self.captured_at { self.rtt + self.think } else { self.think };
        self.last = Some(who);
    }

    /// Adds a segment with all fields as they are, and says whether it arrives.
    fn segment(&mut self, script: &mut Script, who: Who, segment: &Tcp) -> bool {
        let fate = self.fates.pop_front().unwrap_or_default();
        let side = self.side_mut(who);
        side.ip_id = side.ip_id.wrapping_add(1);
        let header = Ip { id: side.ip_id, ..Ip::default() };
        let frame = wirebuild::tcp(self.side(who).host, self.side(who.other()).host, header, segment);
        if fate == Fate::Arrives || (fate == Fate::Lost && who == self.captured_at) {
            script.push(self.now, frame);
        }
        fate != Fate::Lost
    }

    fn draft(&self, who: Who, flags: u8, payload: &[u8]) -> Tcp {
        Tcp {
            source: self.side(who).port,
            destination: self.side(who.other()).port,
            seq: self.next_seq(who),
            ack: self.acknowledges(who),
            flags,
            window: self.side(who).window,
            options: Options::default(),
            payload: payload.to_vec(),
        }
    }

    /// A SYN of the client; again when it was sent before.
    pub fn syn(&mut self, script: &mut Script) -> &mut Self {
        self.turn(Who::Client);
        let side = self.side(Who::Client);
        let segment = Tcp {
            seq: side.iss,
            ack: 0,
            window: side.syn_window,
            options: side.syn_options.clone(),
            ..self.draft(Who::Client, flag::SYN, &[])
        };
        self.segment(script, Who::Client, &segment);
        self
    }

    /// The server's SYN-ACK.
    pub fn syn_ack(&mut self, script: &mut Script) -> &mut Self {
        self.turn(Who::Server);
        let side = self.side(Who::Server);
        let segment = Tcp {
            seq: side.iss,
            window: side.syn_window,
            options: side.syn_options.clone(),
            ..self.draft(Who::Server, flag::SYN | flag::ACK, &[])
        };
        self.segment(script, Who::Server, &segment);
        self
    }

    /// SYN, SYN-ACK, ACK.
    pub fn handshake(&mut self, script: &mut Script) -> &mut Self {
        self.syn(script).syn_ack(script).ack(script, Who::Client)
    }

    /// A segment without payload that acknowledges what arrived.
    pub fn ack(&mut self, script: &mut Script, who: Who) -> &mut Self {
        self.turn(who);
        let segment = self.draft(who, flag::ACK, &[]);
        self.segment(script, who, &segment);
        self
    }

    /// A pure ACK whose sequence number is not the next one but that of octet `seq` of its stream: what
    /// a sender shows that has gone back to send again.
    pub fn ack_at(&mut self, script: &mut Script, who: Who, seq: usize) -> &mut Self {
        self.turn(who);
        let segment = Tcp { seq: plus(self.side(who).iss, 1 + seq), ..self.draft(who, flag::ACK, &[]) };
        self.segment(script, who, &segment);
        self
    }

    /// Sends `octets` in segments of at most [`Conversation::mss`].
    pub fn say(&mut self, script: &mut Script, who: Who, octets: &[u8]) -> &mut Self {
        let start = self.sent(who);
        self.side_mut(who).sent.extend_from_slice(octets);
        self.resend(script, who, start..start + octets.len())
    }

    /// The client sends.
    pub fn client(&mut self, script: &mut Script, octets: &[u8]) -> &mut Self {
        self.say(script, Who::Client, octets)
    }

    /// The server sends.
    pub fn server(&mut self, script: &mut Script, octets: &[u8]) -> &mut Self {
        self.say(script, Who::Server, octets)
    }

    /// The client asks and the server answers.
    pub fn exchange(&mut self, script: &mut Script, request: &[u8], response: &[u8]) -> &mut Self {
        self.client(script, request).server(script, response)
    }

    /// Sends octets of a side's stream again, in segments of at most [`Conversation::mss`].
    pub fn resend(&mut self, script: &mut Script, who: Who, octets: Range<usize>) -> &mut Self {
        self.turn(who);
        let mut start = octets.start;
        while start < octets.end {
            let end = octets.end.min(start + self.mss);
            let push = if end == octets.end { flag::PSH } else { 0 };
            let payload = self.side(who).sent[start..end].to_vec();
            let seq = plus(self.side(who).iss, 1 + start);
            let segment = Tcp { seq, ..self.draft(who, flag::ACK | push, &payload) };
            if self.segment(script, who, &segment) {
                self.side_mut(who.other()).arrived.push(start..end);
            }
            start = end;
            if start < octets.end {
                self.now += 1_000;
            }
        }
        self
    }

    /// A side ends its direction.
    pub fn fin(&mut self, script: &mut Script, who: Who) -> &mut Self {
        self.turn(who);
        let segment = self.draft(who, flag::FIN | flag::ACK, &[]);
        self.side_mut(who).fin = true;
        if self.segment(script, who, &segment) {
            self.side_mut(who.other()).fin_arrived = true;
        }
        self
    }

    /// A reset.
    pub fn rst(&mut self, script: &mut Script, who: Who) -> &mut Self {
        self.turn(who);
        let segment = Tcp { window: 0, ..self.draft(who, flag::RST | flag::ACK, &[]) };
        self.segment(script, who, &segment);
        self
    }

    /// A reset whose sequence number is that of octet `seq` of its stream.
    pub fn rst_at(&mut self, script: &mut Script, who: Who, seq: usize) -> &mut Self {
        self.turn(who);
        let seq = plus(self.side(who).iss, 1 + seq);
        let segment = Tcp { seq, window: 0, ..self.draft(who, flag::RST | flag::ACK, &[]) };
        self.segment(script, who, &segment);
        self
    }

    /// Both end in good order, `who` first.
    pub fn close(&mut self, script: &mut Script, who: Who) -> &mut Self {
        self.fin(script, who).fin(script, who.other()).ack(script, who)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use adjoin_capture::{Capture, Frame, Limits, Sink, StreamSide};

    #[derive(Default)]
    struct Streams(Vec<(u32, Vec<u8>, bool)>);

    impl Sink for Streams {
        fn datagram(&mut self, _: &Frame<'_>, _: &adjoin_capture::Datagram<'_>) {}
        fn stream(&mut self, frame: &Frame<'_>, side: &mut StreamSide<'_>) {
            let octets = side.bytes().to_vec();
            self.0.push((frame.number, octets, side.gap().is_some()));
            side.consume(side.bytes().len());
        }
    }

    fn talk() -> Conversation {
        let host = |last| Host::new([192, 0, 2, last], 128);
        Conversation::new((host(1), 50000), (host(2), 389), 0)
    }

    fn streams(script: &Script) -> Vec<(u32, Vec<u8>, bool)> {
        let mut sink = Streams::default();
        let mut capture = Capture::new(Limits::default());
        for shot in script.shots() {
            capture.frame(&shot.frame(), &mut sink);
        }
        capture.finish(&mut sink);
        sink.0.retain(|(_, octets, gap)| !octets.is_empty() || *gap);
        sink.0
    }

    #[test]
    fn what_is_said_is_read() {
        let mut script = Script::new();
        talk()
            .handshake(&mut script)
            .exchange(&mut script, &[1; 2000], b"yes")
            .close(&mut script, Who::Client);
        let said: Vec<_> =
            streams(&script).into_iter().map(|(n, octets, gap)| (n, octets.len(), gap)).collect();
        assert_eq!(said, [(4, 1460, false), (5, 540, false), (6, 3, false)]);
        assert_eq!(script.shots().len(), 9);
    }

    #[test]
    fn a_lost_segment_is_sent_again() {
        let mut script = Script::new();
        let mut talk = talk();
        talk.handshake(&mut script).fates([Fate::Lost]).client(&mut script, &[7; 2000]);
        assert_eq!(talk.acknowledges(Who::Server), plus(talk.side(Who::Client).iss, 1));
        talk.ack(&mut script, Who::Server).resend(&mut script, Who::Client, 0..1460);
        assert_eq!(talk.acknowledges(Who::Server), talk.next_seq(Who::Client));
        // A loss far away is not captured.
        talk.fates([Fate::Lost]).server(&mut script, b"once").resend(&mut script, Who::Server, 0..4);
        assert_eq!(streams(&script).iter().map(|(_, octets, _)| octets.len()).sum::<usize>(), 2004);
        assert_eq!(script.shots().len(), 8);
    }

    #[test]
    fn what_the_capture_missed_is_a_gap() {
        let mut script = Script::new();
        talk()
            .handshake(&mut script)
            .fates([Fate::Missed])
            .client(&mut script, &[7; 2000])
            .ack(&mut script, Who::Server);
        assert_eq!(streams(&script).last().map(|(_, octets, gap)| (octets.len(), *gap)), Some((540, true)));
    }

    #[test]
    fn the_capture_may_be_taken_beside_the_server() {
        let mut script = Script::new();
        let mut talk = talk().rtt(100 * MS);
        talk.captured_at = Who::Server;
        talk.handshake(&mut script).client(&mut script, b"ask");
        // The server answers at once, and its lost segment is captured.
        talk.fates([Fate::Lost]).server(&mut script, b"answer").resend(&mut script, Who::Server, 0..6);
        talk.ack(&mut script, Who::Client);
        let shots = script.shots();
        assert_eq!(shots.len(), 7);
        let between: Vec<_> = shots.windows(2).map(|pair| (pair[1].time - pair[0].time) / MS).collect();
        assert_eq!(between, [0, 100, 0, 0, 0, 100]);
    }
}
