//! Password change and set (RFC 3244), port 464. Over TCP each message has a record mark as in
//! [`tcp`](crate::tcp).

use crate::KrbError;
use adjoin_wire::{Cursor, ErrorKind, Partial, Spanned, Text, WireError, octets_by_size, open_enum};

open_enum! {
    /// `protocol version number`.
    pub struct Version(u16, "{}", KNOWN);
    /// A change of the sender's own password, and every reply.
    CHANGE = 0x0001, "change password";
    /// A set of any principal's password, as Windows asks for (RFC 3244).
    SET = 0xff80, "set password";
}

open_enum! {
    /// The result code of a reply (RFC 3244 section 2). It is encrypted unless the reply is a KRB-ERROR.
    pub struct ResultCode(u16, "{}", KNOWN);
    /// Done. RFC 3244 forbids it in a KRB-ERROR; Windows Server 2025 sends it so.
    SUCCESS = 0, "SUCCESS";
    /// The request is malformed.
    MALFORMED = 1, "MALFORMED";
    /// The server failed.
    HARDERROR = 2, "HARDERROR";
    /// The ticket was not accepted.
    AUTHERROR = 3, "AUTHERROR";
    /// The new password was refused, by policy for example.
    SOFTERROR = 4, "SOFTERROR";
    /// The requestor may not do that.
    ACCESSDENIED = 5, "ACCESSDENIED";
    /// The server doesn't know the version.
    BAD_VERSION = 6, "BAD_VERSION";
    /// The ticket must come straight from a password.
    INITIAL_FLAG_NEEDED = 7, "INITIAL_FLAG_NEEDED";
}

/// A kpasswd request or reply (RFC 3244 section 2).
#[derive(Clone, Copy, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Kpasswd<'a> {
    /// `message length`: octets of the whole, this field included.
    pub message_length: Spanned<u16>,
    /// `protocol version number`.
    pub version: Spanned<Version>,
    /// `AP_REQ length` or `AP_REP length`: 0 in a reply that is an error.
    pub ap_length: Spanned<u16>,
    /// The AP-REQ of a request or the AP-REP of a reply; nothing in front of a KRB-ERROR.
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    pub ap: Option<Spanned<&'a [u8]>>,
    /// The KRB-PRIV, or a KRB-ERROR.
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    pub body: Spanned<&'a [u8]>,
}

octets_by_size!(Kpasswd { message_length, version, ap_length } { ap, body });

impl<'a> Kpasswd<'a> {
    /// Reads a whole message, without the record mark of TCP.
    ///
    /// # Errors
    /// `Truncated`, `Overrun` of the AP-REQ over the message, `Trailing` behind the message.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        Self::parse_partial(bytes).complete()
    }

    /// Reads what can be read.
    #[must_use]
    pub fn parse_partial(bytes: &'a [u8]) -> Partial<Self> {
        Partial::fill(|message: &mut Self| message.read(&mut Cursor::new(bytes)))
    }

    fn read(&mut self, c: &mut Cursor<'a>) -> Result<(), WireError> {
        self.message_length = c.u16_be("message length")?;
        // The length counts its own two octets.
        let Some(length) = usize::from(*self.message_length).checked_sub(2) else {
            let kind = ErrorKind::Malformed("shorter than its own header");
            return Err(WireError::new(kind, self.message_length.span.start, "message length"));
        };
        let mut inner = c.sub(length, "message length")?;
        self.version = inner.u16_be("protocol version number")?.map(Version);
        self.ap_length = inner.u16_be("AP_REQ length")?;
        if *self.ap_length > 0 {
            let mut ap = inner.sub(usize::from(*self.ap_length), "AP_REQ data")?;
            let cut = ap;
            self.ap = Some(ap.take_rest());
            if cut.clipped() > 0 {
                ap.finish("AP_REQ data")?;
            }
        }
        let end = inner;
        self.body = inner.take_rest();
        if end.clipped() > 0 {
            inner.finish("KRB-PRIV message")?;
        }
        c.finish("message")
    }

    /// The KRB-ERROR of a reply that has one instead of an AP-REP and a KRB-PRIV. Spans are relative
    /// to [`Kpasswd::body`].
    #[must_use]
    pub fn error(&self) -> Option<Partial<KrbError<'a>>> {
        (self.body.first() == Some(&0x7e)).then(|| KrbError::parse_partial(self.body.value))
    }

    /// The result, when it is clear: in the `e-data` of a KRB-ERROR. Spans are relative to this
    /// message.
    #[must_use]
    pub fn result(&self) -> Option<KpasswdResult<'a>> {
        let data = self.error()?.value.e_data?.shifted(self.body.span.start);
        let mut cursor = Cursor::at(data.value, data.span.start);
        let code = cursor.u16_be("result code").ok()?.map(ResultCode);
        Some(KpasswdResult { code, text: cursor.take_rest().map(Text::new) })
    }
}

/// The result of a password change (RFC 3244 section 2).
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct KpasswdResult<'a> {
    /// `result code`.
    pub code: Spanned<ResultCode>,
    /// `result string`, UTF-8. AD puts its password policy here with [`ResultCode::SOFTERROR`]:
    /// thirty octets that begin with two zeros.
    pub text: Spanned<Text<'a>>,
}

/// True when a UDP payload (or a TCP message without its record mark) can be a kpasswd message: a
/// length that fits, a version that exists, and a Kerberos message behind the header.
#[must_use]
pub fn looks_like(bytes: &[u8]) -> bool {
    let message = Kpasswd::parse_partial(bytes).value;
    let length_fits = usize::from(*message.message_length) >= bytes.len();
    let first = message.ap.map_or(message.body.value, |ap| ap.value).first();
    length_fits
        && message.version.reached().is_some_and(|version| version.name().is_some())
        && matches!(first, Some(0x6e | 0x6f | 0x75 | 0x7e))
}
