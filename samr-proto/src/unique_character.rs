//! Names of servers that are cut to their first character.

use adjoin_wire::{Spanned, WireError};
use rpce_proto::{Ndr, WideText};

/// `[unique] wchar_t *` without `[string]`: one character, the first of the name, is all that the
/// interface definition lets through.
pub(crate) fn unique_character<'a>(
    r: &mut Ndr<'a>,
    field: &'static str,
) -> Result<Option<Spanned<WideText<'a>>>, WireError> {
    match *r.pointer(field)? {
        0 => Ok(None),
        _ => {
            let order = r.encoding().order;
            r.align(2, field)?;
            Ok(Some(r.bytes(2, field)?.map(|octets| WideText::new(octets, order))))
        }
    }
}
