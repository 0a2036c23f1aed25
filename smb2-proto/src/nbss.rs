//! NetBIOS session service framing (RFC 1002 4.3) on TCP 139, and its shortened form that carries
//! SMB directly over TCP 445 ([MS-SMB2] 2.1).

use crate::netbios::NetBiosName;
use adjoin_wire::{Cursor, ErrorKind, Partial, Spanned, WireError, open_enum};
use core::fmt;

/// Octets in front of each message: type and length.
pub const HEADER_LEN: usize = 4;

open_enum! {
    /// TYPE of a session packet (RFC 1002 4.3.1). On port 445 it is always 0.
    pub struct PacketType(u8);
    SESSION_MESSAGE = 0x00, "SESSION MESSAGE";
    SESSION_REQUEST = 0x81, "SESSION REQUEST";
    POSITIVE_SESSION_RESPONSE = 0x82, "POSITIVE SESSION RESPONSE";
    NEGATIVE_SESSION_RESPONSE = 0x83, "NEGATIVE SESSION RESPONSE";
    RETARGET_SESSION_RESPONSE = 0x84, "RETARGET SESSION RESPONSE";
    SESSION_KEEPALIVE = 0x85, "SESSION KEEPALIVE";
}

open_enum! {
    /// ERROR_CODE of a negative session response (RFC 1002 4.3.4).
    pub struct SessionError(u8);
    NOT_LISTENING_ON_CALLED_NAME = 0x80, "Not listening on called name";
    NOT_LISTENING_FOR_CALLING_NAME = 0x81, "Not listening for calling name";
    CALLED_NAME_NOT_PRESENT = 0x82, "Called name not present";
    INSUFFICIENT_RESOURCES = 0x83, "Called name present, but insufficient resources";
    UNSPECIFIED = 0x8f, "Unspecified error";
}

/// How many octets the message at the start of `bytes` has, header included. With fewer than four
/// octets in hand the answer is 4: ask again when they are there.
#[must_use]
pub fn needed(bytes: &[u8]) -> usize {
    match bytes.first_chunk::<HEADER_LEN>() {
        Some([_, high, mid, low]) => {
            let length = u32::from_be_bytes([0, *high, *mid, *low]);
            usize::try_from(length).unwrap_or(usize::MAX).saturating_add(HEADER_LEN)
        }
        None => HEADER_LEN,
    }
}

/// What the first octets of a stream say about its being SMB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum Content {
    /// A session packet, and if it carries a message, one that begins as SMB does.
    Smb,
    /// Something else.
    NotSmb,
    /// Too few octets to tell: up to eight are looked at.
    NeedMore,
}

/// Looks at the first octets of a stream: packet type, length and, in a session message, the
/// protocol identifier of SMB1, SMB2, an encrypted or a compressed SMB3 message.
#[must_use]
pub fn recognise(bytes: &[u8]) -> Content {
    let Some(kind) = bytes.first() else {
        return Content::NeedMore;
    };
    let length_fits = |length: usize| match bytes.first_chunk::<HEADER_LEN>() {
        Some(_) if needed(bytes) == length.saturating_add(HEADER_LEN) => Content::Smb,
        Some(_) => Content::NotSmb,
        None => Content::NeedMore,
    };
    match PacketType(*kind) {
        PacketType::SESSION_MESSAGE => match bytes.get(HEADER_LEN..) {
            // The shortest message is an SMB1 header with two empty blocks.
            Some(_) if needed(bytes) < HEADER_LEN.saturating_add(35) => Content::NotSmb,
            Some([first, rest @ ..]) => {
                let wanted = [0x53, 0x4d, 0x42];
                let seen = rest.iter().zip(wanted).all(|(is, want)| *is == want);
                match (*first, seen, rest.len() >= wanted.len()) {
                    (0xfc..=0xff, true, true) => Content::Smb,
                    (0xfc..=0xff, true, false) => Content::NeedMore,
                    _ => Content::NotSmb,
                }
            }
            _ => Content::NeedMore,
        },
        PacketType::SESSION_REQUEST => match bytes.first_chunk::<HEADER_LEN>() {
            Some(_) if (72..=1024).contains(&needed(bytes)) => Content::Smb,
            Some(_) => Content::NotSmb,
            None => Content::NeedMore,
        },
        PacketType::POSITIVE_SESSION_RESPONSE | PacketType::SESSION_KEEPALIVE => length_fits(0),
        PacketType::NEGATIVE_SESSION_RESPONSE => length_fits(1),
        PacketType::RETARGET_SESSION_RESPONSE => length_fits(6),
        _ => Content::NotSmb,
    }
}

/// A session packet (RFC 1002 4.3.1).
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct SessionPacket<'a> {
    /// TYPE.
    pub packet_type: Spanned<PacketType>,
    /// LENGTH of what follows, in octets: 24 bits, big-endian. On port 139 only 17 of them count.
    pub length: Spanned<u32>,
    /// What the type says that follows.
    pub body: SessionBody<'a>,
}

/// What a session packet carries.
#[derive(Clone, Copy)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum SessionBody<'a> {
    /// An SMB message, for [`Smb::parse`](crate::Smb::parse).
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    Message(Spanned<&'a [u8]>),
    /// SESSION REQUEST.
    Request {
        /// CALLED_NAME.
        called: Spanned<NetBiosName>,
        /// CALLING_NAME.
        calling: Spanned<NetBiosName>,
    },
    /// POSITIVE SESSION RESPONSE and SESSION KEEPALIVE: nothing follows.
    Empty,
    /// NEGATIVE SESSION RESPONSE.
    Refused(Spanned<SessionError>),
    /// RETARGET SESSION RESPONSE.
    Retarget {
        /// RETARGET_IP_ADDRESS, IPv4.
        address: Spanned<[u8; 4]>,
        /// PORT.
        port: Spanned<u16>,
    },
    /// A type that RFC 1002 doesn't have.
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    Unknown(Spanned<&'a [u8]>),
}

/// Octets by their place: a password can be in a message.
impl fmt::Debug for SessionBody<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Message(octets) => write!(f, "Message({:?})", octets.span),
            Self::Request { called, calling } => {
                f.debug_struct("Request").field("called", called).field("calling", calling).finish()
            }
            Self::Empty => f.write_str("Empty"),
            Self::Refused(error) => write!(f, "Refused({error:?})"),
            Self::Retarget { address, port } => {
                f.debug_struct("Retarget").field("address", address).field("port", port).finish()
            }
            Self::Unknown(octets) => write!(f, "Unknown({:?})", octets.span),
        }
    }
}

impl Default for SessionBody<'_> {
    fn default() -> Self {
        Self::Unknown(Spanned::default())
    }
}

impl<'a> SessionPacket<'a> {
    /// The packet at the start of `bytes` and the number of octets it has. What comes behind is
    /// the next one.
    ///
    /// # Errors
    /// `Truncated` when the packet is longer than `bytes`, `Overrun`, `Trailing` or `Malformed` when
    /// it isn't what its type says.
    pub fn parse_prefix(bytes: &'a [u8]) -> Result<(Self, usize), WireError> {
        let len = needed(bytes);
        let packet = Self::parse_partial(bytes.get(..len).unwrap_or(bytes)).complete()?;
        Ok((packet, len))
    }

    /// The packet that `bytes` are.
    ///
    /// # Errors
    /// As [`SessionPacket::parse_prefix`]; `Trailing` when octets are left.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        Self::parse_partial(bytes).complete()
    }

    /// As much of the packet as `bytes` have.
    #[must_use]
    pub fn parse_partial(bytes: &'a [u8]) -> Partial<Self> {
        Partial::fill(|packet: &mut Self| packet.read(&mut Cursor::new(bytes)))
    }

    fn read(&mut self, c: &mut Cursor<'a>) -> Result<(), WireError> {
        self.packet_type = c.u8("TYPE")?.map(PacketType);
        self.length = c.array::<3>("LENGTH")?.map(|[high, mid, low]| u32::from_be_bytes([0, high, mid, low]));
        let mut body = c.sub(usize::try_from(*self.length).unwrap_or(usize::MAX), "LENGTH")?;
        match *self.packet_type {
            PacketType::SESSION_MESSAGE => self.body = SessionBody::Message(body.take_rest()),
            PacketType::SESSION_REQUEST => {
                let called = NetBiosName::read(&mut body, "CALLED_NAME")?;
                self.body = SessionBody::Request { called, calling: Spanned::default() };
                let calling = NetBiosName::read(&mut body, "CALLING_NAME")?;
                self.body = SessionBody::Request { called, calling };
            }
            PacketType::POSITIVE_SESSION_RESPONSE | PacketType::SESSION_KEEPALIVE => {
                self.body = SessionBody::Empty;
            }
            PacketType::NEGATIVE_SESSION_RESPONSE => {
                self.body = SessionBody::Refused(body.u8("ERROR_CODE")?.map(SessionError));
            }
            PacketType::RETARGET_SESSION_RESPONSE => {
                let address = body.array("RETARGET_IP_ADDRESS")?;
                self.body = SessionBody::Retarget { address, port: Spanned::default() };
                self.body = SessionBody::Retarget { address, port: body.u16_be("PORT")? };
            }
            _ => {
                self.body = SessionBody::Unknown(body.take_rest());
                let kind = ErrorKind::Unsupported("a packet type that RFC 1002 doesn't have");
                return Err(WireError::new(kind, self.packet_type.span.start, "TYPE"));
            }
        }
        body.finish("LENGTH")?;
        c.finish("LENGTH")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn framing() {
        assert_eq!((needed(&[]), needed(&[0, 0, 1]), needed(&[0, 1, 0, 2])), (4, 4, 0x1_0006));
        let bytes = [0, 0, 0, 5, 0xfe, b'S', b'M', b'B', 1, 0x85, 0, 0, 0];
        let (packet, len) = SessionPacket::parse_prefix(&bytes).unwrap();
        assert_eq!(len, 9);
        assert!(matches!(packet.body, SessionBody::Message(m) if m.value == &bytes[4..9]));
        let (packet, _) = SessionPacket::parse_prefix(&bytes[9..]).unwrap();
        assert_eq!(packet.packet_type.name(), Some("SESSION KEEPALIVE"));
        assert!(SessionPacket::parse(&bytes).unwrap_err().kind.is_malformed());
        let cut = SessionPacket::parse_partial(&bytes[..6]);
        assert!(cut.error.unwrap().kind.is_truncated());
        assert!(matches!(cut.value.body, SessionBody::Message(m) if m.len() == 2));
    }

    #[test]
    fn requests_and_refusals() {
        let mut bytes = Vec::from([0x81, 0, 0, 68]);
        bytes.extend(NetBiosName::encode("*SMBSERVER", 0x20));
        bytes.extend(NetBiosName::encode("PC8", 0));
        let packet = SessionPacket::parse(&bytes).unwrap();
        let SessionBody::Request { called, calling } = packet.body else { panic!("{packet:?}") };
        assert_eq!((called.text(), called.suffix().0), ("*SMBSERVER".into(), 0x20));
        assert_eq!((calling.text(), calling.suffix().0), ("PC8".into(), 0));
        for cut in 0..bytes.len() {
            let error = SessionPacket::parse(&bytes[..cut]).unwrap_err();
            assert!(error.kind.is_truncated() && error.offset <= cut, "{cut}: {error}");
        }
        let refused = SessionPacket::parse(&[0x83, 0, 0, 1, 0x82]).unwrap();
        assert!(
            matches!(refused.body, SessionBody::Refused(e) if *e == SessionError::CALLED_NAME_NOT_PRESENT)
        );
        let retarget = SessionPacket::parse(&[0x84, 0, 0, 6, 192, 0, 2, 1, 0, 139]).unwrap();
        assert!(matches!(retarget.body, SessionBody::Retarget { port, .. } if *port == 139));
        assert!(SessionPacket::parse(&[0x77, 0, 0, 0]).is_err());
    }

    #[test]
    fn content() {
        let smb = [0, 0, 0, 0xb8, 0xfe, b'S', b'M', b'B'];
        assert_eq!(recognise(&smb), Content::Smb);
        for cut in 0..smb.len() {
            assert_eq!(recognise(&smb[..cut]), Content::NeedMore, "{cut}");
        }
        assert_eq!(recognise(b"GET / HTTP/1.1"), Content::NotSmb);
        assert_eq!(recognise(&[0, 0, 0, 0xb8, 0xfe, b'S', b'X']), Content::NotSmb);
        assert_eq!(recognise(&[0, 0, 0, 2, 0xff, b'S']), Content::NotSmb);
        assert_eq!(recognise(&[0x85, 0, 0, 0]), Content::Smb);
        assert_eq!(recognise(&[0x82, 0, 0, 1]), Content::NotSmb);
    }
}
