//! The security trailer at the end of a PDU.

use adjoin_wire::{Cursor, Spanned, WireError, octets_by_size, open_enum};

use crate::ByteOrder;

/// Octets of `sec_trailer` before the token.
pub const SEC_TRAILER_LEN: usize = 8;

open_enum! {
    /// `auth_type`, the security provider, [MS-RPCE] 2.2.1.1.7.
    pub struct AuthType(u8, "{:#04x}", ALL);
    /// No authentication.
    NONE = 0x00, "NONE";
    /// SPNEGO.
    GSS_NEGOTIATE = 0x09, "GSS_NEGOTIATE";
    /// NTLM.
    WINNT = 0x0a, "WINNT";
    /// TLS.
    GSS_SCHANNEL = 0x0e, "GSS_SCHANNEL";
    /// Kerberos without SPNEGO.
    GSS_KERBEROS = 0x10, "GSS_KERBEROS";
    /// The Netlogon secure channel, [MS-NRPC] 3.3.
    NETLOGON = 0x44, "NETLOGON";
    /// The system's default provider.
    DEFAULT = 0xff, "DEFAULT";
}

open_enum! {
    /// `auth_level`, [MS-RPCE] 2.2.1.1.8.
    pub struct AuthLevel(u8, "{:#04x}", ALL);
    /// The provider's default.
    DEFAULT = 0, "DEFAULT";
    /// None.
    NONE = 1, "NONE";
    /// Only the connection is authenticated.
    CONNECT = 2, "CONNECT";
    /// The first fragment of each call is.
    CALL = 3, "CALL";
    /// Each PDU is; its body is not signed.
    PKT = 4, "PKT";
    /// Each PDU is signed; its stub can be read.
    PKT_INTEGRITY = 5, "PKT_INTEGRITY";
    /// Each PDU is signed and its stub is encrypted: `opnum` can be read, arguments can't.
    PKT_PRIVACY = 6, "PKT_PRIVACY";
}

/// `sec_trailer` and the token behind it, C706 13.2.6.1 and [MS-RPCE] 2.2.2.11. They are the
/// last octets of a PDU; `auth_length` of the header says how many.
///
/// ```text
/// u_int8 auth_type; u_int8 auth_level; u_int8 auth_pad_length; u_int8 auth_reserved;
/// u_int32 auth_context_id; u_int8 auth_value[auth_length];
/// ```
#[derive(Clone, Copy, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct AuthTrailer<'a> {
    /// Security provider.
    pub auth_type: Spanned<AuthType>,
    /// Level of protection.
    pub auth_level: Spanned<AuthLevel>,
    /// Octets of padding between the body and this trailer.
    pub auth_pad_length: Spanned<u8>,
    /// 0.
    pub auth_reserved: Spanned<u8>,
    /// Which security context of the connection.
    pub auth_context_id: Spanned<u32>,
    /// The token: SPNEGO, NTLM, Kerberos or Netlogon octets.
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    pub auth_value: Spanned<&'a [u8]>,
}

octets_by_size!(
    AuthTrailer {
        auth_type, auth_level, auth_pad_length, auth_reserved, auth_context_id,
    } { auth_value }
);

impl<'a> AuthTrailer<'a> {
    /// Reads a trailer whose token goes to the end of `bytes`.
    ///
    /// # Errors
    /// `Truncated` when there are fewer than eight octets.
    pub fn parse(bytes: &'a [u8], order: ByteOrder) -> Result<Self, WireError> {
        let mut trailer = Self::default();
        trailer.read(&mut Cursor::new(bytes), order, bytes.len().saturating_sub(SEC_TRAILER_LEN))?;
        Ok(trailer)
    }

    pub(crate) fn read(
        &mut self,
        c: &mut Cursor<'a>,
        order: ByteOrder,
        auth_length: usize,
    ) -> Result<(), WireError> {
        self.auth_type = c.u8("auth_type")?.map(AuthType);
        self.auth_level = c.u8("auth_level")?.map(AuthLevel);
        self.auth_pad_length = c.u8("auth_pad_length")?;
        self.auth_reserved = c.u8("auth_reserved")?;
        self.auth_context_id = order.u32(c, "auth_context_id")?;
        // A token that the capture cuts is given as far as it goes: its first octets say who
        // authenticates how.
        let mut token = c.sub(auth_length, "auth_value")?;
        self.auth_value = token.take_rest();
        token.finish("auth_value")
    }
}
