//! The header that all connection-oriented PDUs share, and what a byte stream needs of it.

use core::fmt;

use adjoin_wire::{Cursor, ErrorKind, Span, Spanned, WireError, open_enum};
use bitflags::bitflags;

use crate::ByteOrder;

/// Octets of the common header.
pub const HEADER_LEN: usize = 16;

/// Octets needed to know `frag_length`.
pub const FRAG_LENGTH_END: usize = 10;

open_enum! {
    /// `PTYPE`, C706 12.6.4.
    pub struct PduType(u8, "{:#04x}", ALL);
    /// A call.
    REQUEST = 0, "request";
    /// Connectionless only.
    PING = 1, "ping";
    /// The answer to a call.
    RESPONSE = 2, "response";
    /// The call failed.
    FAULT = 3, "fault";
    /// Connectionless only.
    WORKING = 4, "working";
    /// Connectionless only.
    NOCALL = 5, "nocall";
    /// Connectionless only.
    REJECT = 6, "reject";
    /// Connectionless only.
    ACK = 7, "ack";
    /// Connectionless only.
    CL_CANCEL = 8, "cl_cancel";
    /// Connectionless only.
    FACK = 9, "fack";
    /// Connectionless only.
    CANCEL_ACK = 10, "cancel_ack";
    /// Offers presentation contexts.
    BIND = 11, "bind";
    /// Answers each offered context.
    BIND_ACK = 12, "bind_ack";
    /// Refuses the association.
    BIND_NAK = 13, "bind_nak";
    /// New context or security on an open connection.
    ALTER_CONTEXT = 14, "alter_context";
    /// Answers `alter_context`.
    ALTER_CONTEXT_RESP = 15, "alter_context_resp";
    /// Third leg of the authentication; it has no answer. [MS-RPCE] 2.2.2.5.
    AUTH3 = 16, "auth3";
    /// The server asks the client to close.
    SHUTDOWN = 17, "shutdown";
    /// Cancels a call.
    CO_CANCEL = 18, "co_cancel";
    /// The client no longer waits for a call.
    ORPHANED = 19, "orphaned";
}

impl PduType {
    /// True for the types that travel over a connection.
    #[must_use]
    pub const fn is_connection_oriented(self) -> bool {
        matches!(self.0, 0 | 2 | 3 | 11..=19)
    }
}

bitflags! {
    /// `pfc_flags`, C706 12.6.3.1 and [MS-RPCE] 2.2.2.3.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    pub struct PfcFlags: u8 {
        /// First fragment.
        const PFC_FIRST_FRAG = 0x01;
        /// Last fragment.
        const PFC_LAST_FRAG = 0x02;
        /// A cancel was pending at the sender; in `bind`, `bind_ack`, `alter_context` and its
        /// answer the same bit is `PFC_SUPPORT_HEADER_SIGN`.
        const PFC_PENDING_CANCEL = 0x04;
        /// Reserved.
        const PFC_RESERVED_1 = 0x08;
        /// Several calls at a time on one connection.
        const PFC_CONC_MPX = 0x10;
        /// Only in `fault`: the call was not executed.
        const PFC_DID_NOT_EXECUTE = 0x20;
        /// The client doesn't need an answer.
        const PFC_MAYBE = 0x40;
        /// Only in `request`: an object UUID follows `opnum`.
        const PFC_OBJECT_UUID = 0x80;
        const _ = !0;
    }
}

impl PfcFlags {
    /// The meaning of [`PfcFlags::PFC_PENDING_CANCEL`] at bind time, [MS-RPCE] 2.2.2.3.
    pub const PFC_SUPPORT_HEADER_SIGN: Self = Self::PFC_PENDING_CANCEL;

    /// Names of the set bits as a PDU of type `ptype` means them.
    pub fn names(self, ptype: PduType) -> impl Iterator<Item = &'static str> {
        let at_bind = matches!(ptype.0, 11 | 12 | 14 | 15);
        self.iter_names().map(move |(name, flag)| {
            if at_bind && flag == Self::PFC_PENDING_CANCEL { "PFC_SUPPORT_HEADER_SIGN" } else { name }
        })
    }
}

/// `packed_drep`, the data representation label, C706 14.1.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Drep(pub [u8; 4]);

impl Drep {
    /// Little-endian, ASCII, IEEE: what everybody sends.
    pub const LITTLE_ENDIAN: Self = Self([0x10, 0, 0, 0]);
    /// Big-endian, ASCII, IEEE.
    pub const BIG_ENDIAN: Self = Self([0, 0, 0, 0]);

    /// Integer representation: the high four bits of the first octet, 0 or 1.
    #[must_use]
    pub const fn byte_order(self) -> Option<ByteOrder> {
        let [first, ..] = self.0;
        match first >> 4 {
            0 => Some(ByteOrder::Big),
            1 => Some(ByteOrder::Little),
            _ => None,
        }
    }

    /// True when characters are EBCDIC (low four bits of the first octet are 1).
    #[must_use]
    pub const fn is_ebcdic(self) -> bool {
        let [first, ..] = self.0;
        first & 0x0f == 1
    }

    /// Floating-point representation: 0 IEEE, 1 VAX, 2 Cray, 3 IBM.
    #[must_use]
    pub const fn floating_point(self) -> u8 {
        let [_, second, ..] = self.0;
        second
    }

    const fn is_plausible(self) -> bool {
        let [integers, floats, a, b] = self.0;
        matches!(integers, 0x00 | 0x01 | 0x10 | 0x11) && floats <= 3 && a == 0 && b == 0
    }
}

impl From<ByteOrder> for Drep {
    fn from(order: ByteOrder) -> Self {
        match order {
            ByteOrder::Little => Self::LITTLE_ENDIAN,
            ByteOrder::Big => Self::BIG_ENDIAN,
        }
    }
}

impl fmt::Debug for Drep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#010x}", u32::from_be_bytes(self.0))
    }
}

impl fmt::Display for Drep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.byte_order() {
            Some(ByteOrder::Little) => "little-endian",
            Some(ByteOrder::Big) => "big-endian",
            None => return fmt::Debug::fmt(self, f),
        })?;
        f.write_str(if self.is_ebcdic() { ", EBCDIC" } else { ", ASCII" })?;
        match self.floating_point() {
            0 => f.write_str(", IEEE"),
            1 => f.write_str(", VAX"),
            2 => f.write_str(", Cray"),
            3 => f.write_str(", IBM"),
            other => write!(f, ", floats {other:#04x}"),
        }
    }
}

/// The common header, C706 12.6.3.1.
///
/// ```text
/// u_int8 rpc_vers = 5; u_int8 rpc_vers_minor; u_int8 PTYPE; u_int8 pfc_flags;
/// byte packed_drep[4]; u_int16 frag_length; u_int16 auth_length; u_int32 call_id;
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct CommonHeader {
    /// Always 5.
    pub rpc_vers: Spanned<u8>,
    /// 0, or 1.
    pub rpc_vers_minor: Spanned<u8>,
    /// Type of the PDU.
    pub ptype: Spanned<PduType>,
    /// Flags.
    pub pfc_flags: Spanned<PfcFlags>,
    /// Byte order and character set of everything that follows.
    pub packed_drep: Spanned<Drep>,
    /// Octets of the whole PDU, this header and the auth trailer included.
    pub frag_length: Spanned<u16>,
    /// Octets of the auth token, without the eight octets before it; 0 when there is none.
    pub auth_length: Spanned<u16>,
    /// Which call: the answer repeats it.
    pub call_id: Spanned<u32>,
}

impl CommonHeader {
    /// Byte order of the PDU.
    #[must_use]
    pub fn byte_order(&self) -> ByteOrder {
        self.packed_drep.byte_order().unwrap_or_default()
    }

    /// True when `flag` is set.
    #[must_use]
    pub fn has(&self, flag: PfcFlags) -> bool {
        self.pfc_flags.contains(flag)
    }

    pub(crate) fn read(&mut self, c: &mut Cursor<'_>) -> Result<(), WireError> {
        self.rpc_vers = c.u8("rpc_vers")?;
        if *self.rpc_vers != 5 {
            return Err(refuse(
                self.rpc_vers.span,
                "not connection-oriented RPC: the version is not 5",
                "rpc_vers",
            ));
        }
        self.rpc_vers_minor = c.u8("rpc_vers_minor")?;
        self.ptype = c.u8("PTYPE")?.map(PduType);
        self.pfc_flags = c.u8("pfc_flags")?.map(PfcFlags::from_bits_retain);
        self.packed_drep = c.array("packed_drep")?.map(Drep);
        let Some(order) = self.packed_drep.byte_order() else {
            let kind = ErrorKind::Unsupported("integers are neither big-endian nor little-endian");
            return Err(WireError::new(kind, self.packed_drep.span.start, "packed_drep"));
        };
        self.frag_length = order.u16(c, "frag_length")?;
        self.auth_length = order.u16(c, "auth_length")?;
        self.call_id = order.u32(c, "call_id")?;
        Ok(())
    }
}

fn refuse(span: Span, why: &'static str, field: &'static str) -> WireError {
    WireError::new(ErrorKind::Malformed(why), span.start, field)
}

/// How many octets the PDU at the start of a stream has. `None`: not known before
/// [`FRAG_LENGTH_END`] octets are there. Looks at no more than the header.
///
/// # Errors
/// As soon as the octets can't be the start of a connection-oriented PDU.
pub fn frag_length(bytes: &[u8]) -> Result<Option<usize>, WireError> {
    let at = |offset: usize, why, field| Err(WireError::new(ErrorKind::Malformed(why), offset, field));
    let mut c = Cursor::new(bytes);
    let Ok(version) = c.u8("rpc_vers") else { return Ok(None) };
    if *version != 5 {
        return at(0, "not connection-oriented RPC: the version is not 5", "rpc_vers");
    }
    let Ok(minor) = c.u8("rpc_vers_minor") else { return Ok(None) };
    if *minor > 1 {
        return at(1, "no such minor version", "rpc_vers_minor");
    }
    let Ok(ptype) = c.u8("PTYPE") else { return Ok(None) };
    if !PduType(*ptype).is_connection_oriented() {
        return at(2, "no PDU type of a connection", "PTYPE");
    }
    if c.u8("pfc_flags").is_err() {
        return Ok(None);
    }
    let Ok(drep) = c.array("packed_drep") else { return Ok(None) };
    let drep = Drep(*drep);
    let (true, Some(order)) = (drep.is_plausible(), drep.byte_order()) else {
        return at(4, "no data representation label", "packed_drep");
    };
    let Ok(length) = order.u16(&mut c, "frag_length") else { return Ok(None) };
    if usize::from(*length) < HEADER_LEN {
        return at(8, "shorter than the header", "frag_length");
    }
    if let Ok(auth) = order.u16(&mut c, "auth_length") {
        let least =
            usize::from(*auth).saturating_add(HEADER_LEN).saturating_add(crate::auth::SEC_TRAILER_LEN);
        if *auth > 0 && least > usize::from(*length) {
            return at(10, "longer than the fragment", "auth_length");
        }
    }
    Ok(Some(usize::from(*length)))
}

/// True when `bytes` begin with what only a connection-oriented PDU begins with: for detection
/// by content. At least [`FRAG_LENGTH_END`] octets are needed.
#[must_use]
pub fn looks_like_pdu(bytes: &[u8]) -> bool {
    matches!(frag_length(bytes), Ok(Some(_)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    const BIND: [u8; 16] = [5, 0, 11, 3, 0x10, 0, 0, 0, 0xa0, 0, 0, 0, 1, 0, 0, 0];

    #[test]
    fn a_stream_learns_its_length_from_ten_octets() {
        for cut in 0..FRAG_LENGTH_END {
            assert_eq!(frag_length(&BIND[..cut]), Ok(None), "{cut} octets");
            assert!(!looks_like_pdu(&BIND[..cut]));
        }
        for cut in FRAG_LENGTH_END..=BIND.len() {
            assert_eq!(frag_length(&BIND[..cut]), Ok(Some(160)));
        }
        let big = [5, 0, 11, 3, 0, 0, 0, 0, 0, 0xa0];
        assert_eq!(frag_length(&big), Ok(Some(160)));
    }

    #[test]
    fn other_protocols_are_refused_at_once() {
        for (bytes, field) in [
            (&b"\x04\0"[..], "rpc_vers"),
            (b"\x05\x09", "rpc_vers_minor"),
            (b"\x05\0\x04", "PTYPE"),
            (b"\x05\0\0\x03\x20\0\0\0", "packed_drep"),
            (b"\x05\0\0\x03\x10\0\0\x01", "packed_drep"),
            (b"\x05\0\0\x03\x10\0\0\0\x0f\0", "frag_length"),
            (b"\x05\0\0\x03\x10\0\0\0\x20\0\x10\0", "auth_length"),
            // SOCKS 5 also begins with 5.
            (b"\x05\x02\0\x02", "rpc_vers_minor"),
            (b"\x16\x03\x01", "rpc_vers"),
            (b"\xfeSMB@\0\0\0\0\0\0\0", "rpc_vers"),
        ] {
            assert_eq!(frag_length(bytes).unwrap_err().field, field);
        }
    }

    #[test]
    fn one_bit_has_two_names() {
        let flags = PfcFlags::from_bits_retain(0x07);
        assert!(flags.names(PduType::BIND).any(|n| n == "PFC_SUPPORT_HEADER_SIGN"));
        assert!(flags.names(PduType::REQUEST).any(|n| n == "PFC_PENDING_CANCEL"));
    }

    #[test]
    fn labels_are_shown() {
        assert_eq!(Drep::LITTLE_ENDIAN.to_string(), "little-endian, ASCII, IEEE");
        assert_eq!(PduType(11).to_string(), "bind");
        assert_eq!(PduType(77).to_string(), "0x4d");
    }
}
