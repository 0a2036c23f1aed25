//! Writes to a mailslot: an SMB1 transaction inside a NetBIOS datagram ([MS-MAIL] 2.2.1).

use crate::smb1::{self, Body, Header};
use adjoin_wire::{Cursor, ErrorKind, Partial, Spanned, Text, WireError, octets_by_size};

/// SMB_COM_TRANSACTION with a mailslot write as its setup words ([MS-MAIL] 2.2.1): the LDAP-less
/// form of a DC locator ping writes to `\MAILSLOT\NET\NETLOGON`, the answer comes to the mailslot
/// that the ping names, such as `\MAILSLOT\NET\GETDC042`.
#[derive(Clone, Copy, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct MailslotWrite<'a> {
    /// The SMB1 header.
    pub header: Header,
    /// MailslotOpcode: 1 is write.
    pub opcode: Spanned<u16>,
    /// Priority: 0 to 9.
    pub priority: Spanned<u16>,
    /// Class: 1 with acknowledgement, 2 without.
    pub class: Spanned<u16>,
    /// MailslotName. It is ASCII, whatever `SMB_FLAGS2_UNICODE` says.
    pub name: Spanned<Text<'a>>,
    /// Databytes: what was written.
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    pub data: Spanned<&'a [u8]>,
}

octets_by_size!(MailslotWrite { header, opcode, priority, class, name } { data });

impl<'a> MailslotWrite<'a> {
    /// Reads the user data of a NetBIOS datagram; spans are relative to them.
    ///
    /// # Errors
    /// `Unsupported` when it is another SMB1 message, `Malformed` or `Overrun` when offsets lie
    /// outside the message, `Truncated`.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        Self::parse_partial(bytes).complete()
    }

    /// As much of the write as `bytes` have.
    #[must_use]
    pub fn parse_partial(bytes: &'a [u8]) -> Partial<Self> {
        Partial::fill(|write: &mut Self| write.read(bytes))
    }

    /// True for the mailslot `name`, whatever its case.
    #[must_use]
    pub fn is_to(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    fn read(&mut self, bytes: &'a [u8]) -> Result<(), WireError> {
        let message = smb1::Message::parse_partial(bytes);
        self.header = message.value.header;
        if let Some(error) = message.error {
            return Err(error);
        }
        let not_a_write = |at| {
            let kind = ErrorKind::Unsupported("not a write to a mailslot");
            WireError::new(kind, at, "Command")
        };
        let Some(block) = message.value.blocks().next() else {
            return Err(not_a_write(self.header.command.span.start));
        };
        let Body::TransactionRequest(transaction) = block.value.body else {
            return Err(block.error.unwrap_or(not_a_write(self.header.command.span.start)));
        };
        let mut setup = Cursor::at(transaction.setup.value, transaction.setup.span.start);
        if transaction.setup.reached().is_some() {
            self.opcode = setup.u16_le("MailslotOpcode")?;
            self.priority = setup.u16_le("Priority")?;
            self.class = setup.u16_le("Class")?;
            if *self.opcode != 1 {
                return Err(not_a_write(self.opcode.span.start));
            }
        }
        if transaction.name.reached().is_some() {
            self.name = transaction.name.map(|name| Text::new(name.as_bytes()));
            if !self.name.as_bytes().get(..10).is_some_and(|p| p.eq_ignore_ascii_case(b"\\MAILSLOT\\")) {
                return Err(not_a_write(self.name.span.start));
            }
        }
        self.data = transaction.data;
        block.error.map_or(Ok(()), Err)
    }
}
