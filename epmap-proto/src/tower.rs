//! Protocol towers: the octet strings that name an interface and the way to it.

use core::fmt;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use adjoin_wire::{Cursor, ErrorKind, Guid, Partial, Span, Spanned, Text, WireError};
use rpce_proto::SyntaxId;

use crate::{ProtocolId, ProtocolSequence};

/// Octets of a tower that [MS-RPCE] 2.2.1.2.2 allows at most.
pub const MAX_TOWER: u32 = 2000;

/// A protocol tower, C706 appendix L. Its integers are little-endian whatever the PDU's byte
/// order, except for ports and addresses, which are big-endian.
///
/// ```text
/// floor count (2) { LHS octets (2), protocol id (1), LHS data, RHS octets (2), RHS data } ..
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Tower<'a> {
    /// How many floors there should be.
    pub floor_count: Spanned<u16>,
    /// The floors.
    pub floors: Floors<'a>,
}

impl<'a> Tower<'a> {
    /// Reads a tower that fills `octets`.
    ///
    /// # Errors
    /// The first thing that is wrong, `Trailing` included.
    pub fn parse(octets: &'a [u8]) -> Result<Self, WireError> {
        Self::parse_partial(octets).complete()
    }

    /// Reads as many floors as there are.
    #[must_use]
    pub fn parse_partial(octets: &'a [u8]) -> Partial<Self> {
        Self::parse_partial_at(octets, 0)
    }

    /// As [`Tower::parse_partial`], for octets that lie at `base` of an outer message: spans are
    /// relative to that.
    #[must_use]
    pub fn parse_partial_at(octets: &'a [u8], base: usize) -> Partial<Self> {
        Partial::fill(|tower: &mut Self| {
            let mut c = Cursor::at(octets, base);
            tower.read(&mut c)?;
            c.finish("tower_octet_string")
        })
    }

    /// Reads a tower from a cursor.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn read(&mut self, c: &mut Cursor<'a>) -> Result<(), WireError> {
        self.floor_count = c.u16_le("floor count")?;
        self.floors = Floors { count: *self.floor_count, start: *c };
        for _ in 0..*self.floor_count {
            Floor::read(c)?;
        }
        Ok(())
    }

    /// The interface, the encoding and the way to it, put together from the floors.
    #[must_use]
    pub fn summary(&self) -> TowerSummary<'a> {
        TowerSummary::of(self)
    }
}

/// The floors of a [`Tower`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Floors<'a> {
    count: u16,
    start: Cursor<'a>,
}

impl<'a> Floors<'a> {
    /// The floors from the interface down to the network; ends after the first error.
    #[must_use]
    pub const fn iter(&self) -> FloorIter<'a> {
        FloorIter { cursor: self.start, left: self.count }
    }
}

impl<'a> IntoIterator for &Floors<'a> {
    type Item = Result<Floor<'a>, WireError>;
    type IntoIter = FloorIter<'a>;

    fn into_iter(self) -> FloorIter<'a> {
        self.iter()
    }
}

/// See [`Floors::iter`].
#[derive(Clone, Debug)]
pub struct FloorIter<'a> {
    cursor: Cursor<'a>,
    left: u16,
}

impl<'a> Iterator for FloorIter<'a> {
    type Item = Result<Floor<'a>, WireError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let floor = Floor::read(&mut self.cursor);
        if floor.is_err() {
            self.left = 0;
        }
        Some(floor)
    }
}

impl core::iter::FusedIterator for FloorIter<'_> {}

/// One floor of a tower, C706 appendix L: a left-hand side that says which protocol, a right-hand side
/// that says where. Both lengths are 16 bits, little-endian, in octets.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Floor<'a> {
    /// First octet of the left-hand side.
    pub protocol: Spanned<ProtocolId>,
    /// The left-hand side behind the protocol identifier.
    pub lhs: Spanned<&'a [u8]>,
    /// The right-hand side.
    pub rhs: Spanned<&'a [u8]>,
    /// What they mean.
    pub value: FloorValue<'a>,
    /// All octets of the floor, its two lengths included.
    pub span: Span,
}

/// What a floor says, C706 appendices I and L. Ports and addresses are big-endian.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum FloorValue<'a> {
    /// An interface or a transfer syntax.
    Uuid {
        /// Its UUID.
        uuid: Spanned<Guid>,
        /// Major version, from the left-hand side.
        major: Spanned<u16>,
        /// Minor version, from the right-hand side.
        minor: Spanned<u16>,
    },
    /// Port of TCP, UDP or HTTP. 0 or 135 in a request: the client asks for it.
    Port(Spanned<u16>),
    /// IPv4 address. 0.0.0.0 in a request.
    Ipv4(Spanned<Ipv4Addr>),
    /// IPv6 address: a right-hand side of 16 octets.
    Ipv6(Spanned<Ipv6Addr>),
    /// Path of a named pipe, or an endpoint of local RPC, without its NUL.
    NamedPipe(Spanned<Text<'a>>),
    /// NetBIOS name of the server, without its NUL.
    NetBios(Spanned<Text<'a>>),
    /// Minor version of the RPC protocol.
    MinorVersion(Spanned<u16>),
    /// Anything else: the right-hand side as it stands.
    Raw(Spanned<&'a [u8]>),
}

impl<'a> Floor<'a> {
    fn read(c: &mut Cursor<'a>) -> Result<Self, WireError> {
        let start = c.offset();
        let lhs_len = c.u16_le("LHS length")?;
        let mut left = c.sub(usize::from(*lhs_len), "LHS")?;
        if *lhs_len == 0 {
            let kind = ErrorKind::Malformed("a floor without protocol identifier");
            return Err(WireError::new(kind, lhs_len.span.start, "LHS length"));
        }
        let protocol = left.u8("protocol identifier")?.map(ProtocolId);
        let data = left;
        let lhs = left.take_rest();
        left.finish("LHS")?;
        let rhs_len = c.u16_le("RHS length")?;
        let mut right = c.sub(usize::from(*rhs_len), "RHS")?;
        let content = right;
        let rhs = right.take_rest();
        right.finish("RHS")?;
        let value = FloorValue::read(*protocol, data, content).unwrap_or(FloorValue::Raw(rhs));
        Ok(Self { protocol, lhs, rhs, value, span: Span::new(start, c.offset()) })
    }
}

impl<'a> FloorValue<'a> {
    fn read(protocol: ProtocolId, mut lhs: Cursor<'a>, mut rhs: Cursor<'a>) -> Result<Self, WireError> {
        let value = match protocol {
            ProtocolId::UUID => {
                let uuid = lhs.guid_le("UUID")?;
                let major = lhs.u16_le("major version")?;
                let minor = rhs.u16_le("minor version")?;
                Self::Uuid { uuid, major, minor }
            }
            ProtocolId::TCP | ProtocolId::UDP | ProtocolId::HTTP => Self::Port(rhs.u16_be("port")?),
            ProtocolId::IP if rhs.remaining() == 16 => {
                Self::Ipv6(rhs.array::<16>("address")?.map(Ipv6Addr::from))
            }
            ProtocolId::IP => Self::Ipv4(rhs.array::<4>("address")?.map(Ipv4Addr::from)),
            ProtocolId::NCADG | ProtocolId::NCACN | ProtocolId::NCALRPC if rhs.remaining() == 2 => {
                Self::MinorVersion(rhs.u16_le("minor version")?)
            }
            ProtocolId::SMB | ProtocolId::NAMED_PIPE | ProtocolId::NCALRPC | ProtocolId::UNIX_DS => {
                Self::NamedPipe(text(&mut rhs))
            }
            ProtocolId::NETBIOS | ProtocolId::NETBEUI | ProtocolId::NETBIOS_NAME => {
                Self::NetBios(text(&mut rhs))
            }
            _ => Self::Raw(rhs.take_rest()),
        };
        rhs.finish("RHS")?;
        Ok(value)
    }
}

/// Octets up to the first NUL; the span is that of all.
fn text<'a>(rhs: &mut Cursor<'a>) -> Spanned<Text<'a>> {
    rhs.take_rest().map(|b| Text::new(b.split(|b| *b == 0).next().unwrap_or_default()))
}

/// `13:uuid:major.minor`-like text: protocol name, then the value.
impl fmt::Display for Floor<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.protocol, self.value)
    }
}

impl fmt::Display for FloorValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Uuid { uuid, major, minor } => write!(f, "{uuid} v{major}.{minor}"),
            Self::Port(port) | Self::MinorVersion(port) => write!(f, "{port}"),
            Self::Ipv4(address) => write!(f, "{address}"),
            Self::Ipv6(address) => write!(f, "{address}"),
            Self::NamedPipe(text) | Self::NetBios(text) => write!(f, "{text}"),
            Self::Raw(bytes) => bytes.iter().try_for_each(|b| write!(f, "{b:02x}")),
        }
    }
}

/// A tower in the words of a string binding. Every part keeps the octets it came from.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct TowerSummary<'a> {
    /// First UUID floor.
    pub interface: Option<Spanned<SyntaxId>>,
    /// Second UUID floor.
    pub transfer_syntax: Option<Spanned<SyntaxId>>,
    /// Protocol sequence; the span goes from the RPC floor to the transport floor.
    pub protocol_sequence: Option<Spanned<ProtocolSequence>>,
    /// Port, for TCP, UDP and HTTP.
    pub port: Option<Spanned<u16>>,
    /// Address of the server.
    pub address: Option<Spanned<IpAddr>>,
    /// Pipe path or local endpoint; a port is in `port`.
    pub endpoint: Option<Spanned<Text<'a>>>,
    /// NetBIOS name of the server.
    pub host: Option<Spanned<Text<'a>>>,
}

impl<'a> TowerSummary<'a> {
    fn of(tower: &Tower<'a>) -> Self {
        let mut all = Self::default();
        let mut rpc: Option<Spanned<ProtocolId>> = None;
        for floor in tower.floors.iter().map_while(Result::ok) {
            let protocol = floor.protocol;
            match floor.value {
                FloorValue::Uuid { uuid, major, minor } => {
                    let id = Spanned::new(SyntaxId::new(*uuid, *major, *minor), uuid.span.to(minor.span));
                    if all.interface.is_none() {
                        all.interface = Some(id);
                    } else if all.transfer_syntax.is_none() {
                        all.transfer_syntax = Some(id);
                    }
                }
                FloorValue::Port(port) => all.port = Some(port),
                FloorValue::Ipv4(address) => all.address = Some(address.map(IpAddr::V4)),
                FloorValue::Ipv6(address) => all.address = Some(address.map(IpAddr::V6)),
                FloorValue::NamedPipe(path) => all.endpoint = Some(path),
                FloorValue::NetBios(name) => all.host = Some(name),
                FloorValue::MinorVersion(_) | FloorValue::Raw(_) => {}
            }
            if matches!(*protocol, ProtocolId::NCACN | ProtocolId::NCADG | ProtocolId::NCALRPC)
                && rpc.is_none()
            {
                rpc = Some(protocol);
            }
            if let (Some(below), None) = (rpc, all.protocol_sequence) {
                all.protocol_sequence =
                    sequence(*below, *protocol).map(|name| Spanned::new(name, below.span.to(floor.rhs.span)));
            }
        }
        all
    }
}

fn sequence(rpc: ProtocolId, transport: ProtocolId) -> Option<ProtocolSequence> {
    Some(match (rpc, transport) {
        (ProtocolId::NCACN, ProtocolId::TCP) => ProtocolSequence::NcacnIpTcp,
        (ProtocolId::NCACN, ProtocolId::SMB | ProtocolId::NAMED_PIPE) => ProtocolSequence::NcacnNp,
        (ProtocolId::NCACN, ProtocolId::HTTP) => ProtocolSequence::NcacnHttp,
        (ProtocolId::NCADG, ProtocolId::UDP) => ProtocolSequence::NcadgIpUdp,
        // Its floor of the RPC protocol is all that local RPC needs.
        (ProtocolId::NCALRPC, _) => ProtocolSequence::Ncalrpc,
        _ => return None,
    })
}

/// A string binding: `ncacn_ip_tcp:192.0.2.10[49671]`, `ncacn_np:\\DC1[\pipe\lsass]`.
impl fmt::Display for TowerSummary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.protocol_sequence {
            Some(sequence) => write!(f, "{sequence}:")?,
            None => f.write_str("?:")?,
        }
        match (self.address, self.host) {
            (Some(address), _) => write!(f, "{address}")?,
            (None, Some(host)) => write!(f, "{host}")?,
            (None, None) => {}
        }
        match (self.port, self.endpoint) {
            (Some(port), _) => write!(f, "[{port}]"),
            (None, Some(endpoint)) => write!(f, "[{endpoint}]"),
            (None, None) => Ok(()),
        }
    }
}
