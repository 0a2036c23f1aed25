//! A box on the path that takes TCP connections for itself: to the client it is the server, to the server the
//! client. Both halves are real TCP (of smoltcp), so they acknowledge, send again and close on their own.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::time::Duration;

use smoltcp::iface::{Config, Interface, SocketHandle, SocketSet};
use smoltcp::phy::{self, Device, DeviceCapabilities, Medium};
use smoltcp::socket::tcp::{Socket, SocketBuffer, State};
use smoltcp::time::Instant;
use smoltcp::wire::{HardwareAddress, IpCidr, IpListenEndpoint};

use super::connections::Flow;
use super::datagram::Datagram;
use super::plan::Side;
use super::random::Random;

/// Of firewalls and accelerators, which are Unix machines mostly.
pub(super) const BOX_TTL: u8 = 64;
const MTU: usize = 1500;
const WINDOW: usize = 65_535;
const MOST_CONNECTIONS: usize = 512;
/// Data that has waited so long for its acknowledgement is lost.
const STUCK: Duration = Duration::from_secs(2);

/// What the box keeps for itself. It has acknowledged all of it.
///
/// Requests are told apart by the length of 32 bits that stands before each message of Kerberos and SMB over
/// TCP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appetite {
    /// Nothing: a box that works.
    Nothing,
    /// Everything the client sends.
    Requests,
    /// The first request of more octets than this, and all that follows it on the connection.
    RequestsOver(usize),
    /// The answers to requests of more octets than this; 0: all answers.
    AnswersTo(usize),
}

/// All connections that boxes have taken.
#[derive(Default)]
pub(super) struct Boxes {
    connections: HashMap<Flow, Connection>,
}

struct Connection {
    rule: usize,
    appetite: Appetite,
    client: Half,
    server: Half,
    /// Octets left of the request that is being sent on.
    request: usize,
    /// From now on these are swallowed.
    swallows: Option<Side>,
    counted: bool,
    stuck_since: Option<(usize, Duration)>,
}

struct Half {
    interface: Interface,
    wire: Wire,
    sockets: SocketSet<'static>,
    handle: SocketHandle,
    /// What the other end has, by its last selective acknowledgement.
    has: Vec<(u32, u32)>,
}

/// What a box has to send, and which rules it fired.
#[derive(Debug, Default)]
pub(super) struct Output {
    /// Datagrams, each with the side it goes to.
    pub datagrams: Vec<(Side, Datagram)>,
    /// Indices of rules; one entry for each time.
    pub fired: Vec<usize>,
}

impl Boxes {
    /// This connection is in a box.
    pub(super) fn has(&self, flow: &Flow) -> bool {
        self.connections.contains_key(flow)
    }

    /// Takes a connection whose first packet is about to arrive.
    pub(super) fn open(
        &mut self,
        now: Duration,
        flow: Flow,
        rule: usize,
        appetite: Appetite,
        random: &mut Random,
    ) {
        if self.connections.len() >= MOST_CONNECTIONS {
            self.connections.retain(|_, connection| !connection.is_over());
        }
        if self.connections.len() >= MOST_CONNECTIONS {
            return;
        }
        if let Some(connection) = Connection::new(now, &flow, rule, appetite, random) {
            self.connections.insert(flow, connection);
        }
    }

    /// A packet of a connection arrives at a box from one side.
    pub(super) fn take(
        &mut self,
        now: Duration,
        flow: &Flow,
        from: Side,
        datagram: &Datagram,
        output: &mut Output,
    ) {
        let Some(connection) = self.connections.get_mut(flow) else { return };
        let half = match from {
            Side::Client => &mut connection.client,
            Side::Server => &mut connection.server,
        };
        half.take(datagram);
        connection.work(now, output);
    }

    /// Lets time pass: what is due is sent again.
    pub(super) fn work(&mut self, now: Duration, output: &mut Output) {
        for connection in self.connections.values_mut() {
            connection.work(now, output);
        }
    }

    /// When [`work`](Self::work) has something to do.
    pub(super) fn due(&mut self, now: Duration) -> Option<Duration> {
        self.connections.values_mut().filter_map(|connection| connection.due(now)).min()
    }
}

impl Connection {
    fn new(now: Duration, flow: &Flow, rule: usize, appetite: Appetite, random: &mut Random) -> Option<Self> {
        let mut client = Half::new(now, flow.server.0, random);
        let mut server = Half::new(now, flow.client.0, random);
        client.socket().listen(endpoint(flow.server)).ok()?;
        let handle = server.handle;
        let socket = server.sockets.get_mut::<Socket<'_>>(handle);
        socket.connect(server.interface.context(), flow.server, endpoint(flow.client)).ok()?;
        let swallows = match appetite {
            Appetite::Requests => Some(Side::Client),
            Appetite::AnswersTo(0) => Some(Side::Server),
            _ => None,
        };
        Some(Self { rule, appetite, client, server, request: 0, swallows, counted: false, stuck_since: None })
    }

    fn is_over(&mut self) -> bool {
        !self.client.socket().is_open() && !self.server.socket().is_open()
    }

    fn work(&mut self, now: Duration, output: &mut Output) {
        let mut moving = true;
        while moving {
            let before = (self.client.state(), self.server.state());
            self.client.work(now);
            self.server.work(now);
            moving = self.move_requests(output) | self.move_answers(output);
            self.close(now);
            moving |= before != (self.client.state(), self.server.state());
        }
        self.client.work(now);
        self.server.work(now);
        for (side, half) in [(Side::Client, &mut self.client), (Side::Server, &mut self.server)] {
            output.datagrams.extend(half.said().map(|datagram| (side, datagram)));
        }
        if self.appetite == Appetite::Nothing {
            self.count(output);
        }
    }

    fn count(&mut self, output: &mut Output) {
        if !std::mem::replace(&mut self.counted, true) {
            output.fired.push(self.rule);
        }
    }

    /// From the client to the server, at most to the end of a request. Tells whether anything moved.
    fn move_requests(&mut self, output: &mut Output) -> bool {
        if self.swallows == Some(Side::Client) {
            let moved = self.client.throw_away();
            if moved {
                self.count(output);
            }
            return moved;
        }
        let over = match self.appetite {
            Appetite::RequestsOver(over) | Appetite::AnswersTo(over) => over,
            _ => return self.client.give(&mut self.server, usize::MAX) > 0,
        };
        if self.request == 0 {
            let mut length = [0; 4];
            if self.client.socket().peek_slice(&mut length) != Ok(4) {
                return false;
            }
            // Kerberos keeps the highest bit for later, SMB the highest octet.
            let length = usize::try_from(u32::from_be_bytes(length) & 0x00ff_ffff).unwrap_or(usize::MAX);
            if length > over {
                let requests = matches!(self.appetite, Appetite::RequestsOver(_));
                self.swallows = Some(if requests { Side::Client } else { Side::Server });
            }
            self.request = length.saturating_add(4);
            if self.swallows == Some(Side::Client) {
                return true;
            }
        }
        let moved = self.client.give(&mut self.server, self.request);
        self.request -= moved;
        moved > 0
    }

    fn move_answers(&mut self, output: &mut Output) -> bool {
        if self.swallows == Some(Side::Server) {
            let moved = self.server.throw_away();
            if moved {
                self.count(output);
            }
            return moved;
        }
        self.server.give(&mut self.client, usize::MAX) > 0
    }

    /// What ends on one side ends on the other.
    fn close(&mut self, now: Duration) {
        let (client, server) = (self.client.state(), self.server.state());
        // A half that has been reset, or was never let in. One that ended in order takes the other along before.
        if client == State::Closed && is_open(server) {
            self.server.socket().abort();
        }
        if server == State::Closed && is_open(client) {
            self.client.socket().abort();
        }
        if self.client.has_heard_all() {
            // Answers that the client never acknowledges don't get through any more.
            if self.is_stuck(now) {
                self.client.socket().abort();
            } else {
                self.server.socket().close();
            }
        }
        if self.server.has_heard_all() {
            self.client.socket().close();
        }
        let queue = self.client.socket().send_queue();
        match self.stuck_since {
            _ if queue == 0 => self.stuck_since = None,
            Some((before, _)) if before <= queue => {}
            _ => self.stuck_since = Some((queue, now)),
        }
    }

    fn is_stuck(&self, now: Duration) -> bool {
        self.stuck_since.is_some_and(|(_, since)| now.saturating_sub(since) > STUCK)
    }

    fn due(&mut self, now: Duration) -> Option<Duration> {
        let halves = [self.client.due(now), self.server.due(now)];
        halves.into_iter().flatten().min()
    }
}

const fn is_open(state: State) -> bool {
    use State::{Established, FinWait1, FinWait2, SynReceived, SynSent};
    matches!(state, SynSent | SynReceived | Established | FinWait1 | FinWait2)
}

fn endpoint((address, port): (IpAddr, u16)) -> IpListenEndpoint {
    IpListenEndpoint { addr: Some(address.into()), port }
}

fn instant(now: Duration) -> Instant {
    Instant::from_micros(i64::try_from(now.as_micros()).unwrap_or(i64::MAX))
}

impl Half {
    fn new(now: Duration, own: IpAddr, random: &mut Random) -> Self {
        let mut wire = Wire::default();
        let mut config = Config::new(HardwareAddress::Ip);
        config.random_seed = random.number();
        let mut interface = Interface::new(config, &mut wire, instant(now));
        // The whole world is on the link: routing is done elsewhere.
        interface.update_ip_addrs(|addresses| {
            addresses.push(IpCidr::new(own.into(), 0)).unwrap_or_default();
        });
        let buffer = || SocketBuffer::new(vec![0; WINDOW]);
        let mut socket = Socket::new(buffer(), buffer());
        socket.set_hop_limit(Some(BOX_TTL));
        socket.set_ack_delay(None);
        socket.set_nagle_enabled(false);
        let mut sockets = SocketSet::new(Vec::new());
        let handle = sockets.add(socket);
        Self { interface, wire, sockets, handle, has: Vec::new() }
    }

    fn take(&mut self, datagram: &Datagram) {
        self.has = datagram.selectively_acknowledged();
        self.wire.received.push_back(datagram.bytes().to_vec());
    }

    /// What is to be sent. What is lost is sent again with all that follows it; a real machine leaves out what
    /// it knows to have arrived, and so does this.
    fn said(&mut self) -> impl Iterator<Item = Datagram> {
        let has = &self.has;
        let datagrams = self.wire.sent.drain(..).filter_map(|bytes| Datagram::parse(&bytes));
        datagrams.filter(|datagram| {
            let Some(segment) = datagram.segment() else { return true };
            let length = datagram.sequence_length();
            let arrived = |&(from, to): &(u32, u32)| {
                segment.sequence.wrapping_sub(from) < to.wrapping_sub(from)
                    && segment.sequence.wrapping_add(length).wrapping_sub(from) <= to.wrapping_sub(from)
            };
            length == 0 || !has.iter().any(arrived)
        })
    }

    fn socket(&mut self) -> &mut Socket<'static> {
        self.sockets.get_mut(self.handle)
    }

    fn state(&mut self) -> State {
        self.socket().state()
    }

    fn work(&mut self, now: Duration) {
        self.interface.poll(instant(now), &mut self.wire, &mut self.sockets);
    }

    fn due(&mut self, now: Duration) -> Option<Duration> {
        let delay = self.interface.poll_delay(instant(now), &self.sockets)?;
        Some(now + Duration::from(delay))
    }

    /// Moves what has arrived here to the other half. Tells how many octets.
    fn give(&mut self, other: &mut Self, most: usize) -> usize {
        let to = other.socket();
        let room = to.send_capacity() - to.send_queue();
        if !to.may_send() || room == 0 {
            return 0;
        }
        let from = self.socket();
        if !from.can_recv() {
            return 0;
        }
        let moved = from.recv(|arrived| {
            let arrived = arrived.get(..arrived.len().min(most)).unwrap_or_default();
            let moved = to.send_slice(arrived).unwrap_or(0);
            (moved, moved)
        });
        moved.unwrap_or(0)
    }

    /// The other end has closed, and all it sent before was taken from here.
    fn has_heard_all(&mut self) -> bool {
        let socket = self.socket();
        use State::{CloseWait, Closing, LastAck, TimeWait};
        matches!(socket.state(), CloseWait | Closing | LastAck | TimeWait) && socket.recv_queue() == 0
    }

    fn throw_away(&mut self) -> bool {
        let socket = self.socket();
        socket.can_recv()
            && socket.recv(|arrived| (arrived.len(), arrived.len())).is_ok_and(|length| length > 0)
    }
}

/// The link of a half: queues that its owner fills and empties.
#[derive(Default)]
struct Wire {
    received: VecDeque<Vec<u8>>,
    sent: Vec<Vec<u8>>,
}

struct Received(Vec<u8>);
struct Sending<'a>(&'a mut Vec<Vec<u8>>);

impl Device for Wire {
    type RxToken<'a> = Received;
    type TxToken<'a> = Sending<'a>;

    fn receive(&mut self, _: Instant) -> Option<(Received, Sending<'_>)> {
        let bytes = self.received.pop_front()?;
        Some((Received(bytes), Sending(&mut self.sent)))
    }

    fn transmit(&mut self, _: Instant) -> Option<Sending<'_>> {
        Some(Sending(&mut self.sent))
    }

    fn capabilities(&self) -> DeviceCapabilities {
        let mut capabilities = DeviceCapabilities::default();
        capabilities.medium = Medium::Ip;
        capabilities.max_transmission_unit = MTU;
        capabilities
    }
}

impl phy::RxToken for Received {
    fn consume<R, F: FnOnce(&[u8]) -> R>(self, read: F) -> R {
        read(&self.0)
    }
}

impl phy::TxToken for Sending<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, length: usize, write: F) -> R {
        let mut bytes = vec![0; length];
        let result = write(&mut bytes);
        self.0.push(bytes);
        result
    }
}

/// A host at the end of a connection, to try boxes with.
#[cfg(test)]
pub(super) struct Host(Half);

#[cfg(test)]
impl Host {
    pub(super) fn connecting(own: IpAddr, server: (IpAddr, u16), random: &mut Random) -> Self {
        let mut half = Half::new(Duration::ZERO, own, random);
        let handle = half.handle;
        let socket = half.sockets.get_mut::<Socket<'_>>(handle);
        socket.connect(half.interface.context(), server, endpoint((own, 50_000))).unwrap();
        Self(half)
    }

    pub(super) fn listening(own: (IpAddr, u16), random: &mut Random) -> Self {
        let mut half = Half::new(Duration::ZERO, own.0, random);
        half.socket().listen(endpoint(own)).unwrap();
        Self(half)
    }

    pub(super) fn take(&mut self, datagram: &Datagram) {
        self.0.take(datagram);
    }

    pub(super) fn work(&mut self, now: Duration) -> Vec<Datagram> {
        self.0.work(now);
        self.0.said().collect()
    }

    pub(super) fn say(&mut self, octets: &[u8]) -> usize {
        self.0.socket().send_slice(octets).unwrap_or(0)
    }

    pub(super) fn hear(&mut self) -> Vec<u8> {
        let mut heard = vec![0; WINDOW];
        let length = self.0.socket().recv_slice(&mut heard).unwrap_or(0);
        heard.truncate(length);
        heard
    }

    pub(super) fn close(&mut self) {
        self.0.socket().close();
    }

    /// The other end has closed too.
    pub(super) fn has_heard_all(&mut self) -> bool {
        self.0.has_heard_all()
    }

    pub(super) fn unacknowledged(&mut self) -> usize {
        self.0.socket().send_queue()
    }
}
