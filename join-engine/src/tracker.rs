//! Listens to the capture: gives every datagram and every stream to the protocol that speaks on it.

use adjoin_capture::{
    ConnId, Connection, Datagram, Direction, Endpoint, Frame, IcmpError, Incomplete, Interest, Segment, Sink,
    StreamSide, TcpFlags,
};
use foldhash::HashMap;

use crate::log::{Log, Source};
use crate::log_lines::LogLines;
use crate::speak::{Datagrams, Names, Speaker, Stream, asks};
use crate::story::{Aside, Fact, Service, Story};
use crate::tcp::Sight;

/// The number of UDP as a protocol of IP.
const UDP: u8 = 17;

/// What is known of the conversations of a capture.
#[derive(Debug, Default)]
pub(crate) struct Tracker {
    pub(crate) log: Log,
    /// Names and endpoints learned from answers.
    pub(crate) names: Names,
    pub(crate) story: Story,
    /// Lines of the client's log between the packets.
    pub(crate) lines: LogLines,
    streams: HashMap<ConnId, Stream>,
    datagrams: Datagrams,
}

/// What a message was carried by.
#[derive(Debug)]
pub(crate) struct Scene<'t> {
    pub(crate) log: &'t mut Log,
    pub(crate) names: &'t mut Names,
    pub(crate) story: &'t mut Story,
    pub(crate) lines: &'t mut LogLines,
    /// The frame that completed it.
    pub(crate) frame: u32,
    /// When that was captured.
    pub(crate) time: i64,
    /// Sender of requests.
    pub(crate) client: Endpoint,
    /// Sender of answers.
    pub(crate) server: Endpoint,
    /// Which way this message goes.
    pub(crate) direction: Direction,
    /// The connection, or the service of a datagram.
    pub(crate) carrier: Carrier,
}

/// What carries a message.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Carrier {
    /// A connection, and where the message ends in its direction of it.
    Stream(ConnId, i64),
    /// A datagram of this service, and its time to live.
    Datagram(Service, u8),
}

impl Scene<'_> {
    /// Keeps what was said by or to the client beside its conversations.
    pub(crate) fn overhear(&mut self, aside: Aside) {
        let at = Sight { frame: self.frame, time: self.time };
        self.story.overheard(at, self.client.address, aside);
    }

    /// Tells the story what a message said.
    pub(crate) fn tell(&mut self, fact: Fact) {
        let at = Sight { frame: self.frame, time: self.time };
        self.lines.saw(at);
        match self.carrier {
            Carrier::Stream(conn, end) => self.story.on_stream(at, conn, fact, end),
            Carrier::Datagram(service, hops) => {
                let from_server = self.direction == Direction::ToClient;
                if let Some(contact) = self.story.on_datagram(at, self.client, self.server, service, fact) {
                    contact.seen(from_server, hops);
                }
            }
        }
    }
}

const fn sight(frame: &Frame<'_>) -> Sight {
    Sight { frame: frame.number, time: frame.time }
}

impl Tracker {
    /// A frame is about to be read.
    pub(crate) fn read(&mut self, at: Sight) {
        self.log.read(at.frame, at.time);
        self.story.frame(at);
    }
}

impl Sink for Tracker {
    fn datagram(&mut self, frame: &Frame<'_>, datagram: &Datagram<'_>) {
        let at = match datagram.pieces {
            [piece] if piece.frame == frame.number => usize::try_from(piece.offset).ok(),
            _ => None,
        };
        let source = Source::new(datagram.payload, at, "Reassembled datagram");
        let Some((client, server, direction, service)) = Datagrams::roles(datagram) else { return };
        let mut scene = Scene {
            log: &mut self.log,
            names: &mut self.names,
            story: &mut self.story,
            lines: &mut self.lines,
            frame: frame.number,
            time: frame.time,
            client,
            server,
            direction,
            carrier: Carrier::Datagram(service, datagram.hops),
        };
        if datagram.fragmented && Datagrams::matter_in_fragments(server) {
            scene.overhear(Aside::Fragmented {
                server,
                to_server: direction == Direction::ToServer,
                whole: true,
            });
        }
        self.datagrams.datagram(&mut scene, &source);
        if direction == Direction::ToClient {
            self.story.spoke(sight(frame), client.address, server.address);
        }
        // An answer that the snap length cut is an answer all the same.
        if datagram.cut > 0 && direction == Direction::ToClient {
            self.story.answered(client, server);
        }
    }

    fn incomplete(&mut self, _: &Frame<'_>, fragments: &Incomplete) {
        let Some((source, destination)) = fragments.ports.filter(|_| fragments.protocol == UDP) else {
            return;
        };
        let source = Endpoint { address: fragments.source, port: source };
        let destination = Endpoint { address: fragments.destination, port: destination };
        let Some((client, server, to_server)) = Datagrams::ends(source, destination) else { return };
        if Datagrams::matter_in_fragments(server) {
            let at = Sight { frame: fragments.frame, time: fragments.time };
            let aside = Aside::Fragmented { server, to_server, whole: false };
            self.story.overheard(at, client.address, aside);
        }
    }

    fn opened(&mut self, frame: &Frame<'_>, connection: &Connection) -> Interest {
        let mapped = self.names.interface(connection.server).is_some()
            || self.story.mapped_unread(sight(frame), connection.client.address, connection.server);
        let port = connection.server.port;
        let service = Service::of_tcp(port).or(mapped.then_some(Service::Rpc));
        let speaker = Speaker::of_port(port, service);
        if matches!(speaker, Speaker::Nobody) {
            return Interest::Nothing;
        }
        self.story.opened(sight(frame), connection, service);
        self.streams.insert(connection.id, Stream::new(speaker));
        Interest::Bytes
    }

    fn sender_is_client(&mut self, source: Endpoint, destination: Endpoint, octets: &[u8]) -> Option<bool> {
        // The endpoint mapper told of one of them, or a PDU of DCE/RPC does.
        match (self.names.interface(source).is_some(), self.names.interface(destination).is_some()) {
            (true, false) => Some(false),
            (false, true) => Some(true),
            _ => asks(octets),
        }
    }

    fn tcp(&mut self, frame: &Frame<'_>, segment: &Segment<'_>) {
        // A log tells of connections as well.
        if segment.flags.intersects(TcpFlags(TcpFlags::SYN.0 | TcpFlags::FIN.0)) {
            self.lines.saw(sight(frame));
        }
        self.story.segment(sight(frame), segment);
    }

    fn stream(&mut self, frame: &Frame<'_>, side: &mut StreamSide<'_>) {
        let Some(stream) = self.streams.get_mut(&side.conn()) else {
            side.ignore_connection();
            return;
        };
        let connection = side.connection();
        let mut scene = Scene {
            log: &mut self.log,
            names: &mut self.names,
            story: &mut self.story,
            lines: &mut self.lines,
            frame: frame.number,
            time: frame.time,
            client: connection.client,
            server: connection.server,
            direction: side.direction(),
            carrier: Carrier::Stream(connection.id, 0),
        };
        stream.read(&mut scene, side);
        if stream.is_over() {
            side.ignore_connection();
        }
    }

    fn icmp(&mut self, frame: &Frame<'_>, error: &IcmpError) {
        self.story.icmp(sight(frame), error);
    }

    fn closed(&mut self, connection: ConnId) {
        self.streams.remove(&connection);
    }
}
