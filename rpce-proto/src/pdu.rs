//! A whole PDU.

use adjoin_wire::{Cursor, ErrorKind, Partial, Spanned, WireError};

use crate::auth::SEC_TRAILER_LEN;
use crate::header::HEADER_LEN;
use crate::{
    AuthLevel, AuthTrailer, Bind, BindAck, BindNak, CommonHeader, Fault, PduType, PfcFlags, Request, Response,
};

/// A connection-oriented PDU, C706 12.6.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Pdu<'a> {
    /// The common header.
    pub header: CommonHeader,
    /// What is between the header and the padding before the auth trailer.
    pub body: Body<'a>,
    /// Padding before the auth trailer, when there is any.
    pub auth_pad: Option<Spanned<&'a [u8]>>,
    /// The auth trailer, when `auth_length` isn't 0.
    pub auth: Option<AuthTrailer<'a>>,
}

/// The body of a [`Pdu`], C706 12.6.4.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum Body<'a> {
    /// The decoder did not get behind the header.
    #[default]
    NotReached,
    /// `request`
    Request(Request<'a>),
    /// `response`
    Response(Response<'a>),
    /// `fault`
    Fault(Fault<'a>),
    /// `bind`
    Bind(Bind<'a>),
    /// `bind_ack`
    BindAck(BindAck<'a>),
    /// `bind_nak`
    BindNak(BindNak<'a>),
    /// `alter_context`
    AlterContext(Bind<'a>),
    /// `alter_context_resp`
    AlterContextResp(BindAck<'a>),
    /// `auth3`: four octets without meaning ([MS-RPCE] 2.2.2.5), the token is in the trailer.
    Auth3(Spanned<&'a [u8]>),
    /// `shutdown`: no body.
    Shutdown,
    /// `co_cancel`: no body.
    CoCancel,
    /// `orphaned`: no body.
    Orphaned,
    /// A type that this decoder doesn't know.
    Other(Spanned<&'a [u8]>),
}

impl<'a> Pdu<'a> {
    /// Reads one PDU that fills `bytes`.
    ///
    /// # Errors
    /// The first thing that is wrong; `Trailing` when octets follow, see [`Pdu::parse_prefix`].
    pub fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        Self::parse_partial(bytes).complete()
    }

    /// Reads as much of one PDU as there is. An auth trailer that can be located is read even
    /// when the body is wrong, and a body even when the trailer is missing.
    #[must_use]
    pub fn parse_partial(bytes: &'a [u8]) -> Partial<Self> {
        Partial::fill(|pdu: &mut Self| {
            let mut c = Cursor::new(bytes);
            pdu.read(&mut c)?;
            c.finish("frag_length")
        })
    }

    /// Reads the PDU at the start of `bytes` and tells how many octets it has.
    ///
    /// # Errors
    /// As [`Pdu::parse`], but octets behind the PDU are none.
    pub fn parse_prefix(bytes: &'a [u8]) -> Result<(Self, usize), WireError> {
        let mut pdu = Self::default();
        let mut c = Cursor::new(bytes);
        pdu.read(&mut c)?;
        Ok((pdu, c.offset()))
    }

    fn read(&mut self, c: &mut Cursor<'a>) -> Result<(), WireError> {
        self.header.read(c)?;
        let order = self.header.byte_order();
        let length = usize::from(*self.header.frag_length);
        let Some(after_header) = length.checked_sub(HEADER_LEN) else {
            let kind = ErrorKind::Malformed("shorter than the header");
            return Err(WireError::new(kind, self.header.frag_length.span.start, "frag_length"));
        };
        let mut rest = c.sub(after_header, "frag_length")?;
        let mut failed = None;

        let mut body = rest;
        let auth_length = usize::from(*self.header.auth_length);
        if auth_length > 0 {
            let trailer_len = auth_length.saturating_add(SEC_TRAILER_LEN);
            if let Some(body_len) = after_header.checked_sub(trailer_len) {
                body = rest.sub(body_len, "sec_trailer")?;
                if rest.is_empty() {
                    failed = Some(cut(&rest, trailer_len));
                } else {
                    let mut trailer = AuthTrailer::default();
                    failed = trailer.read(&mut rest, order, auth_length).err();
                    self.auth = Some(trailer);
                }
            } else {
                let kind = ErrorKind::Malformed("longer than the fragment");
                failed = Some(WireError::new(kind, self.header.auth_length.span.start, "auth_length"));
            }
        }

        if let Some(pad) = self.auth.and_then(|a| a.auth_pad_length.reached().copied()).filter(|p| *p > 0) {
            if let Some(len) = body.remaining().checked_sub(usize::from(pad)) {
                let mut whole = body;
                body = whole.sub(len, "auth_pad_length")?;
                self.auth_pad = Some(whole.take_rest());
            } else if failed.is_none() {
                let at = self.auth.map_or(0, |a| a.auth_pad_length.span.start);
                let kind = ErrorKind::Malformed("longer than the body");
                failed = Some(WireError::new(kind, at, "auth_pad_length"));
            }
        }

        let body = self.read_body(&mut body);
        body.and(failed.map_or(Ok(()), Err)).and(rest_is_read(&rest, auth_length))
    }

    fn read_body(&mut self, c: &mut Cursor<'a>) -> Result<(), WireError> {
        let order = self.header.byte_order();
        // The fields before an error are kept because each body is stored whatever came of it.
        let (body, result) = match *self.header.ptype {
            PduType::REQUEST => {
                let mut m = Request::default();
                let r = m.read(c, order, self.header.has(PfcFlags::PFC_OBJECT_UUID));
                (Body::Request(m), r)
            }
            PduType::RESPONSE => {
                let mut m = Response::default();
                let r = m.read(c, order);
                (Body::Response(m), r)
            }
            PduType::FAULT => {
                let mut m = Fault::default();
                let r = m.read(c, order);
                (Body::Fault(m), r)
            }
            PduType::BIND | PduType::ALTER_CONTEXT => {
                let mut m = Bind::default();
                let r = m.read(c, order);
                let body =
                    if *self.header.ptype == PduType::BIND { Body::Bind(m) } else { Body::AlterContext(m) };
                (body, r)
            }
            PduType::BIND_ACK | PduType::ALTER_CONTEXT_RESP => {
                let mut m = BindAck::default();
                let r = m.read(c, order);
                let ack = *self.header.ptype == PduType::BIND_ACK;
                (if ack { Body::BindAck(m) } else { Body::AlterContextResp(m) }, r)
            }
            PduType::BIND_NAK => {
                let mut m = BindNak::default();
                let r = m.read(c, order);
                (Body::BindNak(m), r)
            }
            PduType::AUTH3 => (Body::Auth3(c.take_rest()), Ok(())),
            PduType::SHUTDOWN => (Body::Shutdown, Ok(())),
            PduType::CO_CANCEL => (Body::CoCancel, Ok(())),
            PduType::ORPHANED => (Body::Orphaned, Ok(())),
            _ => (Body::Other(c.take_rest()), Ok(())),
        };
        self.body = body;
        result?;
        // Alignment before the auth trailer may be left that `auth_pad_length` doesn't count
        // (Windows does so in `bind`).
        if self.header.auth_length.value > 0 && c.remaining() < 4 {
            c.take_rest();
        }
        c.finish("body")
    }

    /// The stub of a request, a response or a fault, as it is on the wire.
    #[must_use]
    pub fn stub(&self) -> Option<Spanned<&'a [u8]>> {
        match &self.body {
            Body::Request(m) => Some(m.stub),
            Body::Response(m) => Some(m.stub),
            Body::Fault(m) => Some(m.stub),
            _ => None,
        }
    }

    /// True when the stub is encrypted: auth level `PKT_PRIVACY` in a request or a response.
    #[must_use]
    pub fn is_sealed(&self) -> bool {
        matches!(self.body, Body::Request(_) | Body::Response(_))
            && self.auth.is_some_and(|a| *a.auth_level == AuthLevel::PKT_PRIVACY)
    }

    /// True when this is the only fragment of its message.
    #[must_use]
    pub fn is_single_fragment(&self) -> bool {
        self.header.has(PfcFlags::PFC_FIRST_FRAG.union(PfcFlags::PFC_LAST_FRAG))
    }
}

fn cut(rest: &Cursor<'_>, missing: usize) -> WireError {
    rest.error(ErrorKind::Truncated { missing }, "sec_trailer")
}

/// Without an auth trailer the body had everything; with one, the trailer had the rest.
fn rest_is_read(rest: &Cursor<'_>, auth_length: usize) -> Result<(), WireError> {
    if auth_length > 0 && rest.clipped() > 0 { rest.finish("frag_length") } else { Ok(()) }
}
