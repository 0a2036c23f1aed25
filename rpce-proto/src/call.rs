//! `request`, `response` and `fault`.

use adjoin_wire::{Cursor, Guid, Spanned, WireError, octets_by_size};
use bitflags::bitflags;

use crate::{ByteOrder, FaultStatus, VerificationTrailer};

/// Body of `request`, C706 12.6.4.9.
///
/// ```text
/// u_int32 alloc_hint; p_context_id_t p_cont_id; u_int16 opnum;
/// uuid_t object; /* only with PFC_OBJECT_UUID */  byte stub[];
/// ```
#[derive(Clone, Copy, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Request<'a> {
    /// Octets of stub in this and the fragments to come; a hint.
    pub alloc_hint: Spanned<u32>,
    /// Which presentation context.
    pub p_cont_id: Spanned<u16>,
    /// Which operation of the interface.
    pub opnum: Spanned<u16>,
    /// The object, when the header has `PFC_OBJECT_UUID`.
    pub object: Option<Spanned<Guid>>,
    /// The arguments, without padding and auth trailer. Encrypted at level `PKT_PRIVACY`.
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    pub stub: Spanned<&'a [u8]>,
}

octets_by_size!(Request { alloc_hint, p_cont_id, opnum, object } { stub });

impl<'a> Request<'a> {
    pub(crate) fn read(
        &mut self,
        c: &mut Cursor<'a>,
        order: ByteOrder,
        with_object: bool,
    ) -> Result<(), WireError> {
        self.alloc_hint = order.u32(c, "alloc_hint")?;
        self.p_cont_id = order.u16(c, "p_cont_id")?;
        self.opnum = order.u16(c, "opnum")?;
        if with_object {
            self.object = Some(order.guid(c, "object")?);
        }
        self.stub = c.take_rest();
        Ok(())
    }

    /// The arguments and, when a Windows client appended one, the verification trailer.
    #[must_use]
    pub fn split_verification(&self) -> (Spanned<&'a [u8]>, Option<VerificationTrailer<'a>>) {
        VerificationTrailer::split(self.stub)
    }
}

/// Body of `response`, C706 12.6.4.10.
///
/// ```text
/// u_int32 alloc_hint; p_context_id_t p_cont_id; u_int8 cancel_count; u_int8 reserved; byte stub[];
/// ```
#[derive(Clone, Copy, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Response<'a> {
    /// Octets of stub in this and the fragments to come; a hint.
    pub alloc_hint: Spanned<u32>,
    /// Which presentation context.
    pub p_cont_id: Spanned<u16>,
    /// Cancels received for the call.
    pub cancel_count: Spanned<u8>,
    /// The results, without padding and auth trailer. Encrypted at level `PKT_PRIVACY`.
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    pub stub: Spanned<&'a [u8]>,
}

octets_by_size!(Response { alloc_hint, p_cont_id, cancel_count } { stub });

impl<'a> Response<'a> {
    pub(crate) fn read(&mut self, c: &mut Cursor<'a>, order: ByteOrder) -> Result<(), WireError> {
        self.alloc_hint = order.u32(c, "alloc_hint")?;
        self.p_cont_id = order.u16(c, "p_cont_id")?;
        self.cancel_count = c.u8("cancel_count")?;
        c.skip(1, "reserved")?;
        self.stub = c.take_rest();
        Ok(())
    }
}

bitflags! {
    /// The octet behind `cancel_count` of a `fault`, [MS-RPCE] 2.2.1.1.6.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    pub struct FaultFlags: u8 {
        /// The stub holds extended error information ([MS-EERR]).
        const EXTENDED_ERROR_INFORMATION = 0x01;
        const _ = !0;
    }
}

/// Body of `fault`, C706 12.6.4.7.
///
/// ```text
/// u_int32 alloc_hint; p_context_id_t p_cont_id; u_int8 cancel_count; u_int8 reserved;
/// u_int32 status; u_int8 reserved2[4]; byte stub[];
/// ```
#[derive(Clone, Copy, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Fault<'a> {
    /// A hint, octets.
    pub alloc_hint: Spanned<u32>,
    /// Which presentation context.
    pub p_cont_id: Spanned<u16>,
    /// Cancels received for the call.
    pub cancel_count: Spanned<u8>,
    /// Whether extended error information follows.
    pub flags: Spanned<FaultFlags>,
    /// Why the call failed.
    pub status: Spanned<FaultStatus>,
    /// Extended error information, or nothing.
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    pub stub: Spanned<&'a [u8]>,
}

octets_by_size!(Fault { alloc_hint, p_cont_id, cancel_count, flags, status } { stub });

impl<'a> Fault<'a> {
    pub(crate) fn read(&mut self, c: &mut Cursor<'a>, order: ByteOrder) -> Result<(), WireError> {
        self.alloc_hint = order.u32(c, "alloc_hint")?;
        self.p_cont_id = order.u16(c, "p_cont_id")?;
        self.cancel_count = c.u8("cancel_count")?;
        self.flags = c.u8("reserved")?.map(FaultFlags::from_bits_retain);
        self.status = order.u32(c, "status")?.map(FaultStatus);
        // Some servers end the PDU here although [C706] pads it to a multiple of eight.
        if !(c.is_empty() && c.clipped() == 0) {
            c.skip(4, "reserved2")?;
        }
        self.stub = c.take_rest();
        Ok(())
    }
}
