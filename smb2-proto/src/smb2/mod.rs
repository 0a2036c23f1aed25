//! SMB2 and SMB3 ([MS-SMB2]): messages, alone or compounded.

mod file;
mod header;
mod ioctl;
mod negotiate;
mod session;

pub use file::{
    CloseRequest, CreateAction, CreateDisposition, CreateRequest, CreateResponse, FileId, QueryInfoRequest,
    QueryInfoResponse, ReadRequest, ReadResponse, WriteRequest, WriteResponse,
};
pub use header::{
    Command, CompressedPayload, CompressedPayloads, CompressionAlgorithm, CompressionHeader, HEADER_LEN,
    Header, HeaderFlags, TransformHeader,
};
pub use ioctl::{CtlCode, IoctlRequest, IoctlResponse};
pub use negotiate::{
    Algorithms, Capabilities, Cipher, ContextData, ContextType, Dialect, Dialects, DialectsIter,
    HashAlgorithm, NegotiateContext, NegotiateContexts, NegotiateContextsIter, NegotiateRequest,
    NegotiateResponse, RdmaTransform, SecurityMode, SigningAlgorithm,
};
pub use session::{
    ErrorResponse, SessionFlags, SessionSetupRequest, SessionSetupResponse, ShareFlags, ShareType,
    TreeConnectRequest, TreeConnectResponse,
};

use crate::NtStatus;
use adjoin_wire::{Cursor, ErrorKind, Partial, Span, Spanned, WireError};

/// More messages in one compound than any client sends.
pub const MAX_COMPOUND: usize = 1024;

/// The messages of one NetBIOS session message: usually one, several when compounded.
#[derive(Clone, Copy, Debug, Default)]
pub struct Messages<'a> {
    bytes: &'a [u8],
}

impl<'a> Messages<'a> {
    /// The messages in `bytes`, which begin with an SMB2 header.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    /// The octets.
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The messages in order; spans are relative to the whole compound. An error in a body doesn't
    /// end the chain, since the header tells where the next message begins; an error in a header does.
    #[must_use]
    pub const fn iter(&self) -> MessagesIter<'a> {
        MessagesIter { cursor: Cursor::new(self.bytes), left: MAX_COMPOUND, done: false }
    }
}

impl<'a> IntoIterator for Messages<'a> {
    type Item = Partial<Message<'a>>;
    type IntoIter = MessagesIter<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Iterator over compounded messages: [`Messages::iter`].
#[derive(Clone, Debug)]
pub struct MessagesIter<'a> {
    cursor: Cursor<'a>,
    left: usize,
    done: bool,
}

impl<'a> Iterator for MessagesIter<'a> {
    type Item = Partial<Message<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let mut next_command = 0;
        let mut item = Partial::fill(|message: &mut Message<'a>| {
            let mut ahead = self.cursor;
            message.span = ahead.span();
            message.header.read(&mut ahead)?;
            next_command = usize::try_from(*message.header.next_command).unwrap_or(usize::MAX);
            let whole = match next_command {
                0 => self.cursor,
                // [MS-SMB2] 2.2.1.2 asks for a multiple of 8; what counts is that the chain advances.
                1..HEADER_LEN => {
                    next_command = 0;
                    let kind = ErrorKind::Malformed("points into its own header");
                    let at = message.header.next_command.span.start;
                    return Err(WireError::new(kind, at, "NextCommand"));
                }
                length => self.cursor.sub(length, "NextCommand")?,
            };
            message.span = whole.span();
            message.read_body(whole)
        });
        self.left = self.left.saturating_sub(1);
        self.done = next_command == 0 || self.cursor.is_empty();
        if self.left == 0 && !self.done {
            self.done = true;
            let error = self.cursor.error(ErrorKind::Limit("a compound of too many messages"), "NextCommand");
            item.error = item.error.or(Some(error));
        }
        Some(item)
    }
}

impl core::iter::FusedIterator for MessagesIter<'_> {}

/// One SMB2 message: header and body.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Message<'a> {
    /// The header.
    pub header: Header,
    /// StructureSize of the body: its fixed part, plus 1 where a variable part may follow.
    pub structure_size: Spanned<u16>,
    /// The body.
    pub body: Body<'a>,
    /// The octets of the message in its compound.
    pub span: Span,
}

/// The body of a message, by command and direction.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum Body<'a> {
    /// A body that isn't decoded: everything behind the header.
    Other(Spanned<&'a [u8]>),
    /// No field but StructureSize: LOGOFF, TREE_DISCONNECT, ECHO, CANCEL, FLUSH response.
    Empty,
    /// SMB2 ERROR Response ([MS-SMB2] 2.2.2), also the interim response of `STATUS_PENDING`.
    Error(ErrorResponse<'a>),
    /// [MS-SMB2] 2.2.3.
    NegotiateRequest(NegotiateRequest<'a>),
    /// [MS-SMB2] 2.2.4.
    NegotiateResponse(NegotiateResponse<'a>),
    /// [MS-SMB2] 2.2.5.
    SessionSetupRequest(SessionSetupRequest<'a>),
    /// [MS-SMB2] 2.2.6.
    SessionSetupResponse(SessionSetupResponse<'a>),
    /// [MS-SMB2] 2.2.9.
    TreeConnectRequest(TreeConnectRequest<'a>),
    /// [MS-SMB2] 2.2.10.
    TreeConnectResponse(TreeConnectResponse),
    /// [MS-SMB2] 2.2.13.
    CreateRequest(CreateRequest<'a>),
    /// [MS-SMB2] 2.2.14.
    CreateResponse(CreateResponse<'a>),
    /// [MS-SMB2] 2.2.15.
    CloseRequest(CloseRequest),
    /// [MS-SMB2] 2.2.19.
    ReadRequest(ReadRequest),
    /// [MS-SMB2] 2.2.20.
    ReadResponse(ReadResponse<'a>),
    /// [MS-SMB2] 2.2.21.
    WriteRequest(WriteRequest<'a>),
    /// [MS-SMB2] 2.2.22.
    WriteResponse(WriteResponse),
    /// [MS-SMB2] 2.2.31.
    IoctlRequest(IoctlRequest<'a>),
    /// [MS-SMB2] 2.2.32.
    IoctlResponse(IoctlResponse<'a>),
    /// [MS-SMB2] 2.2.37.
    QueryInfoRequest(QueryInfoRequest<'a>),
    /// [MS-SMB2] 2.2.38.
    QueryInfoResponse(QueryInfoResponse<'a>),
}

impl Default for Body<'_> {
    fn default() -> Self {
        Self::Other(Spanned::default())
    }
}

impl<'a> Message<'a> {
    /// The first message in `bytes`, strictly.
    ///
    /// # Errors
    /// The error that stopped the decoder.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        Self::parse_partial(bytes).complete()
    }

    /// As much of the first message as `bytes` have.
    #[must_use]
    pub fn parse_partial(bytes: &'a [u8]) -> Partial<Self> {
        Messages::new(bytes).iter().next().unwrap_or_default()
    }

    /// True when a response of this status has the body of an error, whatever its command
    /// ([MS-SMB2] 3.3.4.4 lists the exceptions).
    fn refuses(&self) -> bool {
        let Some(status) = self.header.status() else {
            return false;
        };
        match (*status, *self.header.command) {
            (NtStatus::PENDING, _) => true,
            (NtStatus::MORE_PROCESSING_REQUIRED, Command::SESSION_SETUP)
            | (NtStatus::BUFFER_OVERFLOW, Command::READ | Command::IOCTL | Command::QUERY_INFO) => false,
            // An IOCTL answers a failed server-side copy with its own body.
            (_, Command::IOCTL) if *self.structure_size != 9 => false,
            (status, _) => status.0 >> 31 != 0,
        }
    }

    fn read_body(&mut self, whole: Cursor<'a>) -> Result<(), WireError> {
        let mut c = whole;
        c.skip(HEADER_LEN, "SMB2 header")?;
        let rest = c;
        self.body = Body::Other(c.take_rest());
        c = rest;
        self.structure_size = c.u16_le("StructureSize")?;
        let command = *self.header.command;
        let refused = self.refuses();
        let response = self.header.is_response();
        let expected = match (command, response) {
            _ if refused => 9,
            (Command::NEGOTIATE, false) => 36,
            (Command::NEGOTIATE, true) => 65,
            (Command::SESSION_SETUP, false) => 25,
            (Command::SESSION_SETUP, true) | (Command::TREE_CONNECT, false) | (Command::QUERY_INFO, true) => {
                9
            }
            (Command::TREE_CONNECT, true) => 16,
            (Command::CREATE, false) => 57,
            (Command::CREATE, true) => 89,
            (Command::CLOSE, false) => 24,
            (Command::READ | Command::WRITE, false) | (Command::IOCTL, true) => 49,
            (Command::READ | Command::WRITE, true) => 17,
            (Command::IOCTL, false) => 57,
            (Command::QUERY_INFO, false) => 41,
            (Command::LOGOFF | Command::TREE_DISCONNECT | Command::ECHO | Command::CANCEL, _)
            | (Command::FLUSH, true) => 4,
            _ => return Ok(()),
        };
        // The lowest bit only says that a variable part may follow.
        if *self.structure_size | 1 != expected | 1 {
            let kind = ErrorKind::Malformed("not the size of this command's body");
            return Err(WireError::new(kind, self.structure_size.span.start, "StructureSize"));
        }
        let at = At { whole, body: c };
        let (body, error) = match (command, response) {
            _ if refused => fill(at, ErrorResponse::read, Body::Error),
            (Command::NEGOTIATE, false) => fill(at, NegotiateRequest::read, Body::NegotiateRequest),
            (Command::NEGOTIATE, true) => fill(at, NegotiateResponse::read, Body::NegotiateResponse),
            (Command::SESSION_SETUP, false) => fill(at, SessionSetupRequest::read, Body::SessionSetupRequest),
            (Command::SESSION_SETUP, true) => {
                fill(at, SessionSetupResponse::read, Body::SessionSetupResponse)
            }
            (Command::TREE_CONNECT, false) => fill(at, TreeConnectRequest::read, Body::TreeConnectRequest),
            (Command::TREE_CONNECT, true) => fill(at, TreeConnectResponse::read, Body::TreeConnectResponse),
            (Command::CREATE, false) => fill(at, CreateRequest::read, Body::CreateRequest),
            (Command::CREATE, true) => fill(at, CreateResponse::read, Body::CreateResponse),
            (Command::CLOSE, false) => fill(at, CloseRequest::read, Body::CloseRequest),
            (Command::READ, false) => fill(at, ReadRequest::read, Body::ReadRequest),
            (Command::READ, true) => fill(at, ReadResponse::read, Body::ReadResponse),
            (Command::WRITE, false) => fill(at, WriteRequest::read, Body::WriteRequest),
            (Command::WRITE, true) => fill(at, WriteResponse::read, Body::WriteResponse),
            (Command::IOCTL, false) => fill(at, IoctlRequest::read, Body::IoctlRequest),
            (Command::IOCTL, true) => fill(at, IoctlResponse::read, Body::IoctlResponse),
            (Command::QUERY_INFO, false) => fill(at, QueryInfoRequest::read, Body::QueryInfoRequest),
            (Command::QUERY_INFO, true) => fill(at, QueryInfoResponse::read, Body::QueryInfoResponse),
            _ => (Body::Empty, None),
        };
        self.body = body;
        error.map_or(Ok(()), Err)
    }
}

fn fill<'a, T: Default>(
    at: At<'a>,
    read: impl FnOnce(&mut T, At<'a>) -> Result<(), WireError>,
    wrap: impl FnOnce(T) -> Body<'a>,
) -> (Body<'a>, Option<WireError>) {
    let part = Partial::fill(|body: &mut T| read(body, at));
    (wrap(part.value), part.error)
}

/// Where a body is read: offsets count from the header, fields from behind StructureSize.
#[derive(Clone, Copy)]
pub(crate) struct At<'a> {
    /// The whole message, from its header on.
    pub(crate) whole: Cursor<'a>,
    /// Behind StructureSize.
    pub(crate) body: Cursor<'a>,
}

impl<'a> At<'a> {
    /// Sets `to` to the `length` octets that lie `offset` octets behind the start of the header.
    /// Of a buffer that the capture cut, `to` gets what is left. No octets lie anywhere.
    pub(crate) fn buffer(
        &self,
        to: &mut Spanned<&'a [u8]>,
        offset: impl TryInto<usize>,
        length: impl TryInto<usize>,
        field: &'static str,
    ) -> Result<(), WireError> {
        let offset = offset.try_into().unwrap_or(usize::MAX);
        let length = length.try_into().unwrap_or(usize::MAX);
        let mut c = self.whole;
        if length == 0 {
            let at = if offset <= c.remaining() { c.offset().saturating_add(offset) } else { c.offset() };
            *to = Spanned::new(&[], Span::new(at, at));
            return Ok(());
        }
        if offset < HEADER_LEN {
            return Err(c.error(ErrorKind::Malformed("a buffer that lies in the header"), field));
        }
        c.skip(offset, field)?;
        let mut buffer = c.sub(length, field)?;
        *to = buffer.take_rest();
        buffer.finish(field)
    }

    /// The same for a buffer that need not be there; it isn't when its length is 0.
    pub(crate) fn optional(
        &self,
        to: &mut Option<Spanned<&'a [u8]>>,
        offset: u32,
        length: u32,
        field: &'static str,
    ) -> Result<(), WireError> {
        if length == 0 {
            return Ok(());
        }
        let mut buffer = Spanned::default();
        let result = self.buffer(&mut buffer, offset, length, field);
        *to = buffer.reached().is_some().then_some(buffer);
        result
    }
}

impl<'a> IntoIterator for &Messages<'a> {
    type Item = Partial<Message<'a>>;
    type IntoIter = MessagesIter<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
