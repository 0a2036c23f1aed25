//! Operation codes, [MS-ADTS] 6.3.1.3.

use adjoin_wire::{Cursor, ErrorKind, Spanned, WireError, open_enum};
use core::ops::RangeInclusive;
open_enum! {
    /// What a message is: the first field of all of them, 16 bits, little-endian.
    pub struct Opcode(u16, "{:#06x}");
    /// LAN Manager: who logs this user on?
    LOGON_REQUEST = 0, "LOGON_REQUEST";
    /// LAN Manager 2.0's answer to it.
    LOGON_RESPONSE2 = 6, "LOGON_RESPONSE2";
    /// Who is the primary domain controller? `NETLOGON_LOGON_QUERY`.
    LOGON_PRIMARY_QUERY = 7, "LOGON_PRIMARY_QUERY";
    /// Announcement of changes by an NT 4 primary: `NETLOGON_DB_CHANGE`.
    NETLOGON_ANNOUNCE_UAS = 10, "NETLOGON_ANNOUNCE_UAS";
    /// I am the primary domain controller: `NETLOGON_PRIMARY_RESPONSE`.
    LOGON_PRIMARY_RESPONSE = 12, "LOGON_PRIMARY_RESPONSE";
    /// Who can log this account on? `NETLOGON_SAM_LOGON_REQUEST`.
    LOGON_SAM_LOGON_REQUEST = 18, "LOGON_SAM_LOGON_REQUEST";
    /// I can. To a client that asked for the extended form this is an NT 4 emulator's answer.
    LOGON_SAM_LOGON_RESPONSE = 19, "LOGON_SAM_LOGON_RESPONSE";
    /// This domain controller is not ready.
    LOGON_SAM_PAUSE_RESPONSE = 20, "LOGON_SAM_PAUSE_RESPONSE";
    /// The account is absent, disabled, or not of the kind that was asked for.
    LOGON_SAM_USER_UNKNOWN = 21, "LOGON_SAM_USER_UNKNOWN";
    /// As 19, extended form.
    LOGON_SAM_LOGON_RESPONSE_EX = 23, "LOGON_SAM_LOGON_RESPONSE_EX";
    /// As 20, extended form. The specification's table points to the short structure; domain
    /// controllers send the extended one.
    LOGON_SAM_PAUSE_RESPONSE_EX = 24, "LOGON_SAM_PAUSE_RESPONSE_EX";
    /// As 21, extended form; the same remark applies.
    LOGON_SAM_USER_UNKNOWN_EX = 25, "LOGON_SAM_USER_UNKNOWN_EX";
}

impl Opcode {
    /// The first field of a message that has this opcode.
    pub(crate) fn expect(self, c: &mut Cursor<'_>) -> Result<Spanned<Self>, WireError> {
        Self::read(c, self.0..=self.0)
    }

    /// The first field of a message that has one of these opcodes.
    pub(crate) fn read(c: &mut Cursor<'_>, wanted: RangeInclusive<u16>) -> Result<Spanned<Self>, WireError> {
        let opcode = c.u16_le("Opcode")?.map(Self);
        if wanted.contains(&opcode.value.0) {
            Ok(opcode)
        } else {
            let kind = ErrorKind::Malformed("opcode of another message");
            Err(WireError::new(kind, opcode.span.start, "Opcode"))
        }
    }

    /// The answer has the form that every client since Windows 2000 asks for (23, 24, 25).
    #[must_use]
    pub const fn is_extended(self) -> bool {
        matches!(self.0, 23..=25)
    }

    /// The domain controller says that it can't serve now: Netlogon is paused or starting, or the
    /// directory or SYSVOL is not in step yet (20, 24).
    #[must_use]
    pub const fn is_paused(self) -> bool {
        matches!(self.0, 20 | 24)
    }

    /// The ping named an account, and the domain controller has no usable account of that name
    /// and kind (21, 25). Normal before a first join.
    #[must_use]
    pub const fn is_user_unknown(self) -> bool {
        matches!(self.0, 21 | 25)
    }

    /// A domain controller speaks (12, 19 to 21, 23 to 25).
    #[must_use]
    pub const fn is_answer(self) -> bool {
        matches!(self.0, 12 | 19..=21 | 23..=25)
    }
}
