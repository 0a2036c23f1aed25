//! How every stub is read.

use adjoin_wire::{Partial, WireError};
use rpce_proto::{Encoding, Ndr};

/// A message from a stub that it fills.
pub(crate) fn whole<'a, T: Default>(
    stub: &'a [u8],
    encoding: Encoding,
    read: impl FnOnce(&mut T, &mut Ndr<'a>) -> Result<(), WireError>,
) -> Partial<T> {
    Partial::fill(|message| {
        let mut ndr = Ndr::new(stub, encoding);
        read(message, &mut ndr)?;
        ndr.finish("stub")
    })
}
