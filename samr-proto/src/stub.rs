//! What the stubs of both interfaces have in common.

use adjoin_wire::{Cursor, ErrorKind, Partial, Spanned, WireError};
use rpce_proto::{ByteOrder, Ndr, WideText};

/// What an operation returned, an NTSTATUS: the last four octets of its response stub. Works for
/// every operation of both interfaces, whatever stands before it.
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

/// The return value alone, for operations whose other results are not read.
pub(crate) fn only_status(stub: &[u8], order: ByteOrder) -> Partial<Spanned<u32>> {
    match return_status(stub, order) {
        Some(status) => Partial { value: status, error: None },
        None => {
            let missing = 4_usize.saturating_sub(stub.len() % 4);
            let error = WireError::new(ErrorKind::Truncated { missing }, stub.len(), "ReturnValue");
            Partial { value: Spanned::default(), error: Some(error) }
        }
    }
}

/// Fills a default `T`, then wraps it.
pub(crate) fn fill<T: Default, M>(
    read: impl FnOnce(&mut T) -> Result<(), WireError>,
    wrap: impl FnOnce(T) -> M,
) -> Partial<M> {
    let Partial { value, error } = Partial::fill(read);
    Partial { value: wrap(value), error }
}

/// `[unique, string] wchar_t *` as an argument: the text follows the referent at once.
pub(crate) fn unique_string<'a>(
    r: &mut Ndr<'a>,
    field: &'static str,
) -> Result<Option<Spanned<WideText<'a>>>, WireError> {
    match *r.pointer(field)? {
        0 => Ok(None),
        _ => Ok(Some(r.string(field)?.text)),
    }
}

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

/// Signature of a verification trailer, [MS-RPCE] 2.2.2.13.
const TRAILER: [u8; 8] = [0x8a, 0xe3, 0x13, 0x71, 0x02, 0xf4, 0x36, 0x71];

/// The end of a request: nothing, padding, or a verification trailer. Windows pads the arguments
/// to four octets before the trailer, and the padding stays when the caller has taken it away.
pub(crate) fn end_of_request(mut r: Ndr<'_>) -> Result<(), WireError> {
    let rest = r.cursor().peek();
    let padding = rest.len() % 4;
    if rest.len() < 4 || rest.get(padding..).is_some_and(|rest| rest.starts_with(&TRAILER)) {
        return Ok(());
    }
    Err(r.error(ErrorKind::Trailing { count: rest.len() }, "stub"))
}
