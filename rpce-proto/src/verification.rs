//! The verification trailer that Windows clients put behind the arguments of a request.

use adjoin_wire::{Cursor, Spanned};

/// Eight fixed octets.
pub(crate) const SIGNATURE: [u8; 8] = [0x8a, 0xe3, 0x13, 0x71, 0x02, 0xf4, 0x36, 0x71];
const COMMAND_END: u16 = 0x4000;

/// `rpc_sec_verification_trailer`, [MS-RPCE] 2.2.2.13: commands that repeat header fields under
/// the protection of the stub. Always little-endian.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct VerificationTrailer<'a> {
    /// The eight fixed octets at its start.
    pub signature: Spanned<&'a [u8]>,
    /// Everything behind the signature.
    pub commands: Spanned<&'a [u8]>,
}

impl<'a> VerificationTrailer<'a> {
    /// Splits a request stub into its arguments and the trailer. There is no length field: the
    /// signature is looked for at multiples of four, and its commands must end where the stub
    /// ends. Padding before the trailer stays with the arguments.
    #[must_use]
    pub fn split(stub: Spanned<&'a [u8]>) -> (Spanned<&'a [u8]>, Option<Self>) {
        let mut offset = stub.value.len() & !3;
        while let Some(next) = offset.checked_sub(4) {
            offset = next;
            let Some(found) = stub.value.get(offset..) else { continue };
            if found.starts_with(&SIGNATURE) {
                let mut c = Cursor::at(found, stub.span.start.saturating_add(offset));
                let Ok(signature) = c.bytes(SIGNATURE.len(), "signature") else { continue };
                let trailer = Self { signature, commands: c.take_rest() };
                if trailer.is_whole() {
                    let arguments = stub.value.get(..offset).unwrap_or_default();
                    let end = signature.span.start;
                    let span = adjoin_wire::Span::new(stub.span.start, end);
                    return (Spanned::new(arguments, span), Some(trailer));
                }
            }
        }
        (stub, None)
    }

    fn is_whole(&self) -> bool {
        let (mut end, mut ended) = (self.commands.span.start, false);
        for command in self.iter() {
            end = command.value.span.end;
            ended = *command.command & COMMAND_END != 0;
        }
        ended && end == self.commands.span.end
    }

    /// The commands in order, up to the one that is flagged as the last.
    pub fn iter(&self) -> impl Iterator<Item = VerificationCommand<'a>> + use<'a> {
        let mut c = Cursor::at(self.commands.value, self.commands.span.start);
        let mut done = false;
        core::iter::from_fn(move || {
            if done {
                return None;
            }
            let command = c.u16_le("command").ok()?;
            let length = c.u16_le("length").ok()?;
            let value = c.bytes(usize::from(*length), "value").ok()?;
            done = *command & COMMAND_END != 0;
            Some(VerificationCommand { command, value })
        })
    }
}

/// `SEC_VT` command, [MS-RPCE] 2.2.2.13.1.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct VerificationCommand<'a> {
    /// Type in the low 14 bits (1 bitmask, 2 presentation context, 3 header); 0x4000 marks the
    /// last command, 0x8000 one that the server must understand.
    pub command: Spanned<u16>,
    /// Its octets.
    pub value: Spanned<&'a [u8]>,
}

impl VerificationCommand<'_> {
    /// The type as the specification names it.
    #[must_use]
    pub fn name(&self) -> Option<&'static str> {
        match *self.command & 0x3fff {
            1 => Some("SEC_VT_COMMAND_BITMASK_1"),
            2 => Some("SEC_VT_COMMAND_PCONTEXT"),
            3 => Some("SEC_VT_COMMAND_HEADER2"),
            _ => None,
        }
    }
}
