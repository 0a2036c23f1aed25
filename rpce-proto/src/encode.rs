//! Writes PDUs: for tests, generators and simulators.

use alloc::vec::Vec;
use core::fmt;

use adjoin_wire::Guid;

use crate::auth::SEC_TRAILER_LEN;
use crate::{
    AuthLevel, AuthType, ByteOrder, ContextResult, Drep, FaultStatus, PduType, PfcFlags, ProviderReason,
    SyntaxId,
};

/// Something doesn't fit the field that counts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong {
    /// The field.
    pub field: &'static str,
}

impl fmt::Display for TooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: too many octets or elements for the field", self.field)
    }
}

impl core::error::Error for TooLong {}

/// A presentation context to offer, C706 12.6.3.1.
#[derive(Clone, Copy, Debug)]
pub struct OfferedContext<'a> {
    /// Its number.
    pub p_cont_id: u16,
    /// The interface.
    pub abstract_syntax: SyntaxId,
    /// The encodings.
    pub transfer_syntaxes: &'a [SyntaxId],
}

/// An auth trailer to append, [MS-RPCE] 2.2.2.11.
#[derive(Clone, Copy, Debug)]
pub struct AuthToken<'a> {
    /// Provider.
    pub auth_type: AuthType,
    /// Level.
    pub auth_level: AuthLevel,
    /// Security context.
    pub auth_context_id: u32,
    /// The token.
    pub auth_value: &'a [u8],
}

/// Writes PDUs (C706 12.6.4) that share byte order, flags, call id and auth trailer.
#[derive(Clone, Copy, Debug)]
pub struct PduWriter<'a> {
    /// Byte order; the header says so.
    pub order: ByteOrder,
    /// Flags; `PFC_OBJECT_UUID` is added where an object is given.
    pub flags: PfcFlags,
    /// Call id.
    pub call_id: u32,
    /// Auth trailer, if any. The body is padded to a multiple of four before it.
    pub auth: Option<AuthToken<'a>>,
}

impl Default for PduWriter<'_> {
    /// Little-endian, a single fragment, call 1, no authentication.
    fn default() -> Self {
        let flags = PfcFlags::PFC_FIRST_FRAG.union(PfcFlags::PFC_LAST_FRAG);
        Self { order: ByteOrder::Little, flags, call_id: 1, auth: None }
    }
}

fn count8(len: usize, field: &'static str) -> Result<u8, TooLong> {
    u8::try_from(len).map_err(|_| TooLong { field })
}

fn count16(len: usize, field: &'static str) -> Result<u16, TooLong> {
    u16::try_from(len).map_err(|_| TooLong { field })
}

fn hint(stub: &[u8]) -> u32 {
    u32::try_from(stub.len()).unwrap_or(u32::MAX)
}

impl PduWriter<'_> {
    /// A PDU of any type around `body`.
    ///
    /// # Errors
    /// When it would be longer than 65535 octets.
    pub fn pdu(&self, ptype: PduType, body: &[u8]) -> Result<Vec<u8>, TooLong> {
        self.pdu_with(ptype, self.flags, body)
    }

    fn pdu_with(&self, ptype: PduType, flags: PfcFlags, body: &[u8]) -> Result<Vec<u8>, TooLong> {
        let pad = match self.auth {
            Some(_) => body.len().wrapping_neg() & 3,
            None => 0,
        };
        let token = self.auth.map_or(0, |a| a.auth_value.len());
        let trailer = self.auth.map_or(0, |a| a.auth_value.len().saturating_add(SEC_TRAILER_LEN));
        let length = body.len().saturating_add(pad).saturating_add(trailer).saturating_add(crate::HEADER_LEN);
        let mut out = Vec::with_capacity(length);
        out.extend_from_slice(&[5, 0, ptype.0, flags.bits()]);
        out.extend_from_slice(&Drep::from(self.order).0);
        self.order.put_u16(&mut out, count16(length, "frag_length")?);
        self.order.put_u16(&mut out, count16(token, "auth_length")?);
        self.order.put_u32(&mut out, self.call_id);
        out.extend_from_slice(body);
        if let Some(auth) = self.auth {
            out.resize(out.len().saturating_add(pad), 0);
            out.extend_from_slice(&[auth.auth_type.0, auth.auth_level.0, count8(pad, "auth_pad_length")?, 0]);
            self.order.put_u32(&mut out, auth.auth_context_id);
            out.extend_from_slice(auth.auth_value);
        }
        Ok(out)
    }

    /// `bind` or `alter_context` with fragments of up to 5840 octets.
    ///
    /// # Errors
    /// When there are more than 255 contexts or syntaxes.
    pub fn bind(
        &self,
        ptype: PduType,
        assoc_group_id: u32,
        contexts: &[OfferedContext<'_>],
    ) -> Result<Vec<u8>, TooLong> {
        let mut body = Vec::new();
        self.order.put_u16(&mut body, 5840);
        self.order.put_u16(&mut body, 5840);
        self.order.put_u32(&mut body, assoc_group_id);
        body.extend_from_slice(&[count8(contexts.len(), "n_context_elem")?, 0, 0, 0]);
        for context in contexts {
            self.order.put_u16(&mut body, context.p_cont_id);
            body.extend_from_slice(&[count8(context.transfer_syntaxes.len(), "n_transfer_syn")?, 0]);
            context.abstract_syntax.put(&mut body, self.order);
            for syntax in context.transfer_syntaxes {
                syntax.put(&mut body, self.order);
            }
        }
        self.pdu(ptype, &body)
    }

    /// `bind_ack` or `alter_context_resp`. An empty `sec_addr` is written without NUL, as in
    /// `alter_context_resp`.
    ///
    /// # Errors
    /// When there are more than 255 results.
    pub fn bind_ack(
        &self,
        ptype: PduType,
        assoc_group_id: u32,
        sec_addr: &str,
        results: &[(ContextResult, u16, SyntaxId)],
    ) -> Result<Vec<u8>, TooLong> {
        let mut body = Vec::new();
        self.order.put_u16(&mut body, 5840);
        self.order.put_u16(&mut body, 5840);
        self.order.put_u32(&mut body, assoc_group_id);
        let nul: &[u8] = if sec_addr.is_empty() { &[] } else { &[0] };
        let length = sec_addr.len().saturating_add(nul.len());
        self.order.put_u16(&mut body, count16(length, "sec_addr.length")?);
        body.extend_from_slice(sec_addr.as_bytes());
        body.extend_from_slice(nul);
        // The header has 16 octets, so alignment in the body is alignment in the PDU.
        body.resize(body.len().next_multiple_of(4), 0);
        body.extend_from_slice(&[count8(results.len(), "n_results")?, 0, 0, 0]);
        for (result, reason, syntax) in results {
            self.order.put_u16(&mut body, result.0);
            self.order.put_u16(&mut body, *reason);
            syntax.put(&mut body, self.order);
        }
        self.pdu(ptype, &body)
    }

    /// The refusal of a context, for [`PduWriter::bind_ack`].
    #[must_use]
    pub const fn refusal(reason: ProviderReason) -> (ContextResult, u16, SyntaxId) {
        (ContextResult::PROVIDER_REJECTION, reason.0, SyntaxId { uuid: Guid::NIL, version: 0 })
    }

    /// `request`.
    ///
    /// # Errors
    /// When it would be longer than 65535 octets.
    pub fn request(
        &self,
        p_cont_id: u16,
        opnum: u16,
        object: Option<Guid>,
        stub: &[u8],
    ) -> Result<Vec<u8>, TooLong> {
        let mut body = Vec::new();
        let mut flags = self.flags;
        self.order.put_u32(&mut body, hint(stub));
        self.order.put_u16(&mut body, p_cont_id);
        self.order.put_u16(&mut body, opnum);
        if let Some(object) = object {
            flags |= PfcFlags::PFC_OBJECT_UUID;
            self.order.put_guid(&mut body, object);
        }
        body.extend_from_slice(stub);
        self.pdu_with(PduType::REQUEST, flags, &body)
    }

    /// `response`.
    ///
    /// # Errors
    /// When it would be longer than 65535 octets.
    pub fn response(&self, p_cont_id: u16, stub: &[u8]) -> Result<Vec<u8>, TooLong> {
        let mut body = Vec::new();
        self.order.put_u32(&mut body, hint(stub));
        self.order.put_u16(&mut body, p_cont_id);
        body.extend_from_slice(&[0, 0]);
        body.extend_from_slice(stub);
        self.pdu(PduType::RESPONSE, &body)
    }

    /// `fault` without extended error information.
    ///
    /// # Errors
    /// Never in practice: it has 32 octets and the auth trailer.
    pub fn fault(&self, p_cont_id: u16, status: FaultStatus) -> Result<Vec<u8>, TooLong> {
        let mut body = Vec::new();
        self.order.put_u32(&mut body, 32);
        self.order.put_u16(&mut body, p_cont_id);
        body.extend_from_slice(&[0, 0]);
        self.order.put_u32(&mut body, status.0);
        body.extend_from_slice(&[0; 4]);
        self.pdu(PduType::FAULT, &body)
    }
}
