//! What the stubs of this interface have in common.

use core::fmt;

use adjoin_wire::{Cursor, ErrorKind, Spanned, WireError};
use rpce_proto::{ByteOrder, Ndr, WideText};

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

/// `NETLOGON_CREDENTIAL`, [MS-NRPC] 2.2.1.3.4: a challenge, or a proof made with the session key.
/// Never printed: `Debug` tells only whether it is empty.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Credential([u8; 8]);

impl Credential {
    /// The octets.
    #[must_use]
    pub const fn octets(self) -> [u8; 8] {
        self.0
    }

    /// All octets are 0: the server refused, or a client tries its luck with a zero key.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        u64::from_ne_bytes(self.0) == 0
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_zero() { "Credential(zero)" } else { "Credential(..)" })
    }
}

pub(super) fn credential(r: &mut Ndr<'_>, field: &'static str) -> Result<Spanned<Credential>, WireError> {
    Ok(r.cursor().array::<8>(field)?.map(Credential))
}

/// `[unique, string] wchar_t *` as an argument: the text follows the referent at once.
pub(super) fn unique_string<'a>(
    r: &mut Ndr<'a>,
    field: &'static str,
) -> Result<Option<Spanned<WideText<'a>>>, WireError> {
    match *r.pointer(field)? {
        0 => Ok(None),
        _ => Ok(Some(r.string(field)?.text)),
    }
}

/// Signature of a verification trailer, [MS-RPCE] 2.2.2.13.
const TRAILER: [u8; 8] = [0x8a, 0xe3, 0x13, 0x71, 0x02, 0xf4, 0x36, 0x71];

/// The end of a request: nothing, padding, or a verification trailer. Windows pads the arguments
/// to four octets before the trailer, and the padding stays when the caller has taken it away.
pub(super) fn end_of_request(mut r: Ndr<'_>) -> Result<(), WireError> {
    let rest = r.cursor().peek();
    let padding = rest.len() % 4;
    if rest.len() < 4 || rest.get(padding..).is_some_and(|rest| rest.starts_with(&TRAILER)) {
        return Ok(());
    }
    Err(r.error(ErrorKind::Trailing { count: rest.len() }, "stub"))
}
