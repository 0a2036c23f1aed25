//! Logons of LAN Manager over mailslots, which Windows 95 and Samba still know: operation codes 0 and 6.
//! No specification of Microsoft's has them; the layout is the one that Samba and Wireshark agree on.

use crate::Opcode;
use adjoin_wire::{Cursor, Partial, Spanned, Text, WireError};

/// `LOGON_REQUEST`: opcode 0. Who logs this user on?
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct LogonRequest<'a> {
    /// 0.
    pub opcode: Spanned<Opcode>,
    /// NetBIOS name of the client, in the OEM character set.
    pub computer_name: Spanned<Text<'a>>,
    /// The user, in the OEM character set.
    pub user_name: Spanned<Text<'a>>,
    /// Mailslot that the answer is sent to.
    pub mailslot_name: Spanned<Text<'a>>,
    /// How often this request was sent before.
    pub request_count: Spanned<u8>,
    /// Version of the client, 16 bits, little-endian.
    pub lm_version: Spanned<u16>,
    /// 0xffff: LAN Manager 2.0 or later.
    pub lm20_token: Spanned<u16>,
}

impl<'a> LogonRequest<'a> {
    /// Reads a whole message.
    ///
    /// # Errors
    /// `Truncated` when it is cut, `Malformed` for another opcode, `Trailing` for octets behind
    /// the end.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        Self::parse_partial(bytes).complete()
    }

    /// Reads as much as there is.
    #[must_use]
    pub fn parse_partial(bytes: &'a [u8]) -> Partial<Self> {
        Partial::fill(|m: &mut Self| m.read(&mut Cursor::new(bytes)))
    }

    fn read(&mut self, c: &mut Cursor<'a>) -> Result<(), WireError> {
        self.opcode = Opcode::LOGON_REQUEST.expect(c)?;
        self.computer_name = c.bytes_nul("ComputerName")?.map(Text::new);
        self.user_name = c.bytes_nul("UserName")?.map(Text::new);
        self.mailslot_name = c.bytes_nul("MailslotName")?.map(Text::new);
        self.request_count = c.u8("RequestCount")?;
        self.lm_version = c.u16_le("LmVersion")?;
        self.lm20_token = c.u16_le("Lm20Token")?;
        c.finish("LOGON_REQUEST")
    }
}

/// `LOGON_RESPONSE2`: opcode 6. I do.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct LogonResponse2<'a> {
    /// 6.
    pub opcode: Spanned<Opcode>,
    /// The server, with two backslashes, in the OEM character set.
    pub logon_server: Spanned<Text<'a>>,
    /// 0xffff: LAN Manager 2.0 or later.
    pub lm20_token: Spanned<u16>,
}

impl<'a> LogonResponse2<'a> {
    /// Reads a whole message.
    ///
    /// # Errors
    /// `Truncated` when it is cut, `Malformed` for another opcode, `Trailing` for octets behind
    /// the end.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        Self::parse_partial(bytes).complete()
    }

    /// Reads as much as there is.
    #[must_use]
    pub fn parse_partial(bytes: &'a [u8]) -> Partial<Self> {
        Partial::fill(|m: &mut Self| m.read(&mut Cursor::new(bytes)))
    }

    fn read(&mut self, c: &mut Cursor<'a>) -> Result<(), WireError> {
        self.opcode = Opcode::LOGON_RESPONSE2.expect(c)?;
        self.logon_server = c.bytes_nul("LogonServer")?.map(Text::new);
        self.lm20_token = c.u16_le("Lm20Token")?;
        c.finish("LOGON_RESPONSE2")
    }
}
