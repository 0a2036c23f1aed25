//! SMB as a domain join uses it, read from bytes; every field knows its octets.
//!
//! * [`nbss`]: session framing on TCP 139 and 445; how many octets the next message needs.
//! * [`Smb`]: one message of such a session: [`smb2`] (SMB 2 and 3), [`smb1`], or the header of an
//!   encrypted or compressed one.
//! * [`PipeEvent`]: which pipe was opened as which file, and what went through it.
//! * [`nbdgm`] and [`mailslot`]: NetBIOS datagrams on UDP 138 and the mailslots in them.
//! * [`NtStatus`]: status codes by name.
//! * `encode` (feature `alloc`): builds the few messages that tests and generators need.
//!
//! Security tokens, RPC and mailslot data are handed on as [`Spanned`](adjoin_wire::Spanned) octets.
//! Nothing is decrypted or decompressed. Parsing allocates nothing, panics on no input and takes
//! time linear in it. What was read before an error is kept: see the `parse_partial` functions.
//!
//! On the wire integers of SMB are little-endian, those of NetBIOS big-endian; a `FileTime` counts 100
//! nanoseconds since 1601-01-01 UTC.
//!
//! Features: `std` (default, implies `alloc`) makes a `std::io::Error` of an error; `alloc` adds `encode`;
//! `serde` serialises messages, in the shape that `adjoin_wire::serialize` describes. Without them
//! nothing but `core` is linked.
//!
//! ```
//! use smb2_proto::{Smb, nbss, smb2};
//!
//! // From a TCP stream: wait until `needed` octets are there.
//! let stream = smb2_proto::encode::nbss(&smb2_proto::encode::create_request(3, 7, 1, "netlogon"));
//! assert_eq!(nbss::recognise(&stream), nbss::Content::Smb);
//! assert_eq!(nbss::needed(&stream), stream.len());
//!
//! let (packet, _len) = nbss::SessionPacket::parse_prefix(&stream)?;
//! let nbss::SessionBody::Message(message) = packet.body else { panic!() };
//! let Smb::V2(compound) = Smb::parse(message.value)? else { panic!() };
//! for part in &compound {
//!     let message = part.complete()?;
//!     if let smb2::Body::CreateRequest(create) = message.body {
//!         assert_eq!(*create.name, "netlogon");
//!         // Octets of the name, counted from the start of the SMB message.
//!         assert_eq!(create.name.span.range(), 120..136);
//!     }
//! }
//! # Ok::<(), adjoin_wire::WireError>(())
//! ```

#![no_std]
#![forbid(unsafe_code)]

#[cfg(any(feature = "alloc", test))]
extern crate alloc;

#[cfg(feature = "alloc")]
pub mod encode;
mod flag_set;
pub mod mailslot;
pub mod nbdgm;
pub mod nbss;
pub mod netbios;
mod pipe;
#[cfg(feature = "serde")]
mod serialize;
pub mod smb1;
pub mod smb2;
mod status;
mod text;

pub use pipe::{PipeData, PipeEvent, PipeHandle, PipeStep, RequestId};
pub use status::{NtStatus, Severity, Status};
pub use text::{FileTime, SmbText};

use adjoin_wire::{Cursor, ErrorKind, Partial, WireError};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// One message of a session, told apart by its first four octets.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum Smb<'a> {
    /// `FF 53 4D 42`: SMB1.
    V1(smb1::Message<'a>),
    /// `FE 53 4D 42`: SMB2 or SMB3, one message or several.
    V2(smb2::Messages<'a>),
    /// `FD 53 4D 42`: encrypted.
    Encrypted(smb2::TransformHeader<'a>),
    /// `FC 53 4D 42`: compressed.
    Compressed(smb2::CompressionHeader<'a>),
}

impl<'a> Smb<'a> {
    /// Reads the payload of a session message ([`nbss::SessionBody::Message`]).
    ///
    /// # Errors
    /// `Unsupported` when it doesn't begin as SMB does, `Truncated`, and what the message's own
    /// reader says; of SMB2 the errors of all messages of a compound.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        match Self::parse_partial(bytes) {
            Partial { value: Some(message), error: None } => Ok(message),
            Partial { error: Some(error), .. } => Err(error),
            Partial { value: None, error: None } => {
                Err(WireError::new(ErrorKind::Unsupported("not an SMB message"), 0, "ProtocolId"))
            }
        }
    }

    /// As much of the message as `bytes` have; nothing when the first four octets are missing or
    /// are those of another protocol.
    #[must_use]
    pub fn parse_partial(bytes: &'a [u8]) -> Partial<Option<Self>> {
        fn some<'a, T>(part: Partial<T>, wrap: impl FnOnce(T) -> Smb<'a>) -> Partial<Option<Smb<'a>>> {
            Partial { value: Some(wrap(part.value)), error: part.error }
        }
        let protocol = match Cursor::new(bytes).array::<4>("ProtocolId") {
            Ok(protocol) => protocol,
            Err(error) => return Partial { value: None, error: Some(error) },
        };
        match &protocol.value {
            b"\xffSMB" => some(smb1::Message::parse_partial(bytes), Self::V1),
            b"\xfeSMB" => {
                let messages = smb2::Messages::new(bytes);
                let error = messages.iter().find_map(|part| part.error);
                Partial { value: Some(Self::V2(messages)), error }
            }
            b"\xfdSMB" => some(smb2::TransformHeader::parse_partial(bytes), Self::Encrypted),
            b"\xfcSMB" => some(smb2::CompressionHeader::parse_partial(bytes), Self::Compressed),
            _ => {
                let error = WireError::new(ErrorKind::Unsupported("not an SMB message"), 0, "ProtocolId");
                Partial { value: None, error: Some(error) }
            }
        }
    }

    /// What the message does to pipes, command by command; also from a message that was cut, as far
    /// as it goes.
    pub fn pipe_events(self) -> impl Iterator<Item = PipeEvent<'a>> + use<'a> {
        let (v1, v2) = match self {
            Self::V1(message) => (Some(message), None),
            Self::V2(messages) => (None, Some(messages)),
            Self::Encrypted(_) | Self::Compressed(_) => (None, None),
        };
        let v1 = v1.into_iter().flat_map(smb1::Message::pipe_events);
        let v2 = v2.into_iter().flat_map(|messages| messages.iter().filter_map(|m| m.value.pipe_event()));
        v1.chain(v2)
    }
}
