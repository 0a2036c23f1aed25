//! The GSS-API frame of a first token, and the Kerberos token identifier in it.

use crate::Mechanism;
use adjoin_wire::ber::{Reader, Tag};
use adjoin_wire::{Cursor, Partial, Spanned, WireError, open_enum};
use core::fmt;

open_enum! {
    /// The two octets at the start of a token of Kerberos (RFC 4121 4.1, RFC 1964 1.2), big-endian.
    pub struct TokenId(u16, "{:#06x}", KNOWN);
    /// AP-REQ.
    AP_REQ = 0x0100, "KRB_AP_REQ";
    /// AP-REP.
    AP_REP = 0x0200, "KRB_AP_REP";
    /// KRB-ERROR.
    ERROR = 0x0300, "KRB_ERROR";
    /// TGT-REQ of user to user.
    TGT_REQ = 0x0400, "KRB_TGT_REQ";
    /// TGT-REP of user to user.
    TGT_REP = 0x0401, "KRB_TGT_REP";
    /// A checksum of a message (RFC 4121 4.2.6.1).
    MIC = 0x0404, "KRB_TOKEN_CFX_MIC";
    /// A message with its checksum (RFC 4121 4.2.6.2).
    WRAP = 0x0504, "KRB_TOKEN_CFX_WRAP";
    /// A checksum of a message (RFC 1964 1.2.1).
    MIC_1964 = 0x0101, "KRB_TOKEN_MIC";
    /// The end of a context (RFC 1964 1.2.3).
    DELETE_1964 = 0x0102, "KRB_TOKEN_DELETE_SEC_CONTEXT";
    /// A message with its checksum (RFC 1964 1.2.2).
    WRAP_1964 = 0x0201, "KRB_TOKEN_WRAP";
}

/// InitialContextToken (RFC 2743 3.1): a mechanism and its token.
#[derive(Clone, Copy, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct InitialContextToken<'a> {
    /// `thisMech`.
    pub this_mech: Spanned<Mechanism<'a>>,
    /// `innerContextToken`, as far as the input has it.
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    pub inner_context_token: Spanned<&'a [u8]>,
}

impl<'a> InitialContextToken<'a> {
    /// Reads a whole token.
    ///
    /// # Errors
    /// `Malformed` without the tag, `Truncated`, `Trailing` when octets follow.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        Self::parse_partial(bytes).complete()
    }

    /// Reads what can be read.
    #[must_use]
    pub fn parse_partial(bytes: &'a [u8]) -> Partial<Self> {
        Partial::fill(|token: &mut Self| token.read(&mut Cursor::new(bytes)))
    }

    // InitialContextToken ::= [APPLICATION 0] IMPLICIT SEQUENCE {
    //     thisMech          OBJECT IDENTIFIER,
    //     innerContextToken ANY DEFINED BY thisMech }
    // What follows the identifier is not ASN.1 for every mechanism.
    pub(crate) fn read(&mut self, c: &mut Cursor<'a>) -> Result<(), WireError> {
        let mut reader = Reader::new(*c);
        let element = reader.expect(Tag::application(0), "InitialContextToken")?;
        let mut inner = element.reader("InitialContextToken")?;
        self.this_mech = inner.expect(Tag::OID, "thisMech")?.oid("thisMech")?.map(Mechanism);
        let mut rest = inner.cursor();
        self.inner_context_token = rest.take_rest();
        if rest.clipped() > 0 {
            rest.finish("innerContextToken")?;
        }
        reader.finish("InitialContextToken")
    }
}

/// The token by its size: an NTLM response can be in it.
impl fmt::Debug for InitialContextToken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InitialContextToken")
            .field("this_mech", &self.this_mech)
            .field("inner_context_token", &self.inner_context_token.map(<[u8]>::len))
            .finish()
    }
}
