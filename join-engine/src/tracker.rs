//! Listens to the capture: gives every datagram and every stream to the protocol that speaks on it.

use std::collections::HashMap;

use adjoin_capture::{ConnId, Connection, Datagram, Direction, Endpoint, Frame, Interest, Sink, StreamSide};

use crate::log::{Log, Source};
use crate::speak::{Datagrams, Names, Speaker, Stream};

/// What is known of the conversations of a capture.
#[derive(Debug, Default)]
pub(crate) struct Tracker {
    pub(crate) log: Log,
    /// Names and endpoints learned from answers.
    names: Names,
    streams: HashMap<ConnId, Stream>,
    datagrams: Datagrams,
}

/// What a message was carried by.
#[derive(Debug)]
pub(crate) struct Scene<'t> {
    pub(crate) log: &'t mut Log,
    pub(crate) names: &'t mut Names,
    /// The frame that completed it.
    pub(crate) frame: u32,
    /// Sender of requests.
    pub(crate) client: Endpoint,
    /// Sender of answers.
    pub(crate) server: Endpoint,
    /// Which way this message goes.
    pub(crate) direction: Direction,
}

impl Sink for Tracker {
    fn datagram(&mut self, frame: &Frame<'_>, datagram: &Datagram<'_>) {
        let at = match datagram.pieces {
            [piece] if piece.frame == frame.number => usize::try_from(piece.offset).ok(),
            _ => None,
        };
        let source = Source::new(datagram.payload, at, "Reassembled datagram");
        self.datagrams.datagram(&mut self.log, &mut self.names, frame.number, datagram, &source);
    }

    fn opened(&mut self, _: &Frame<'_>, connection: &Connection) -> Interest {
        let speaker = Speaker::of_port(connection.server.port);
        if matches!(speaker, Speaker::Nobody) {
            return Interest::Nothing;
        }
        self.streams.insert(connection.id, Stream::new(speaker));
        Interest::Bytes
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
            frame: frame.number,
            client: connection.client,
            server: connection.server,
            direction: side.direction(),
        };
        stream.read(&mut scene, side);
        if stream.is_over() {
            side.ignore_connection();
        }
    }

    fn closed(&mut self, connection: ConnId) {
        self.streams.remove(&connection);
    }
}
