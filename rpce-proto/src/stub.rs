//! What the stubs of all interfaces have in common: texts as arguments, the end of a request, the return
//! value.

use adjoin_wire::{Cursor, ErrorKind, Spanned, WireError};

use crate::verification::SIGNATURE;
use crate::{ByteOrder, Ndr, WideText};

/// What an operation returned: the last four octets of its response stub. Works for every
/// operation that returns a number, whatever stands before it.
///
/// `None` when the stub can't end with an aligned number. Only a whole stub has its status at its
/// end: nothing in a stub that was cut tells that it was.
#[must_use]
pub fn return_status(stub: &[u8], order: ByteOrder) -> Option<Spanned<u32>> {
    if stub.len() % 4 != 0 {
        return None;
    }
    let at = stub.len().checked_sub(4)?;
    order.u32(&mut Cursor::at(stub.get(at..)?, at), "ReturnValue").ok()
}

impl<'a> Ndr<'a> {
    /// Takes all that is left and gives the number at its end, as [`return_status`] does.
    ///
    /// # Errors
    /// `Truncated` when there is no aligned number at the end.
    pub fn last_status(&mut self) -> Result<Spanned<u32>, WireError> {
        let rest = self.cursor().take_rest();
        match return_status(rest.value, self.encoding().order) {
            Some(status) => Ok(status.shifted(rest.span.start)),
            None => {
                let missing = 4_usize.saturating_sub(rest.value.len() % 4);
                Err(WireError::new(ErrorKind::Truncated { missing }, rest.span.end, "ReturnValue"))
            }
        }
    }

    /// `[unique, string] wchar_t *` as an argument: the text follows the referent at once. `None` for NULL.
    ///
    /// # Errors
    /// Those of [`Ndr::pointer`] and [`Ndr::string`].
    pub fn unique_string(&mut self, field: &'static str) -> Result<Option<Spanned<WideText<'a>>>, WireError> {
        match *self.pointer(field)? {
            0 => Ok(None),
            _ => Ok(Some(self.string(field)?.text)),
        }
    }

    /// The fixed part of an `RPC_UNICODE_STRING`, [MS-DTYP] 2.3.10; tells whether text follows.
    ///
    /// ```text
    /// unsigned short Length, MaximumLength;    /* octets */
    /// [size_is(MaximumLength/2), length_is(Length/2)] WCHAR *Buffer;
    /// ```
    ///
    /// # Errors
    /// At the end.
    pub fn unicode_string_header(&mut self, field: &'static str) -> Result<bool, WireError> {
        self.align(self.encoding().word(), field)?;
        self.u16(field)?;
        self.u16(field)?;
        Ok(*self.pointer(field)? != 0)
    }

    /// The text of an `RPC_UNICODE_STRING` whose fixed part was read before and said `present`.
    ///
    /// # Errors
    /// Those of [`Ndr::string`].
    pub fn unicode_string_text(
        &mut self,
        present: bool,
        field: &'static str,
    ) -> Result<Option<Spanned<WideText<'a>>>, WireError> {
        if present { Ok(Some(self.string(field)?.text)) } else { Ok(None) }
    }

    /// The end of a request: nothing, padding, or a verification trailer. Windows pads the arguments
    /// to four octets before the trailer, and the padding stays when the caller has taken it away.
    ///
    /// # Errors
    /// `Trailing` for anything else.
    pub fn finish_request(mut self, field: &'static str) -> Result<(), WireError> {
        let rest = self.cursor().peek();
        let padding = rest.len() % 4;
        if rest.len() < 4 || rest.get(padding..).is_some_and(|rest| rest.starts_with(&SIGNATURE)) {
            return Ok(());
        }
        Err(self.error(ErrorKind::Trailing { count: rest.len() }, field))
    }
}
