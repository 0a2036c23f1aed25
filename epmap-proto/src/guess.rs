//! NDR or NDR64, when the bind was not captured.

use adjoin_wire::{ErrorKind, WireError};
use rpce_proto::{ByteOrder, Encoding};

use crate::{EptLookupRequest, EptLookupResponse, EptMapRequest, EptMapResponse, EptOpnum};

/// Which way a stub goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From the client.
    Request,
    /// From the server.
    Response,
}

/// The encoding in which `stub` makes sense: the one that reads it without error, or, in a cut
/// stub, the one that misses only what was cut. `None` when neither or both do, or when the
/// operation is not `ept_map` or `ept_lookup`.
#[must_use]
pub fn guess_encoding(
    stub: &[u8],
    opnum: EptOpnum,
    direction: Direction,
    order: ByteOrder,
) -> Option<Encoding> {
    let trial = |encoding: Encoding| -> Result<(), WireError> {
        match (opnum, direction) {
            // A stub can read as a request around an empty tower by chance.
            (EptOpnum::MAP, Direction::Request) => {
                match EptMapRequest::parse(stub, encoding)?.map_tower.and_then(|t| t.tower().error) {
                    Some(error) => Err(WireError { kind: ErrorKind::Malformed("no tower"), ..error }),
                    None => Ok(()),
                }
            }
            (EptOpnum::MAP, Direction::Response) => EptMapResponse::parse(stub, encoding).map(drop),
            (EptOpnum::LOOKUP, Direction::Request) => EptLookupRequest::parse(stub, encoding).map(drop),
            _ => EptLookupResponse::parse(stub, encoding).map(drop),
        }
    };
    if !matches!(opnum, EptOpnum::MAP | EptOpnum::LOOKUP) {
        return None;
    }
    let (ndr, ndr64) = (Encoding::NDR.with_order(order), Encoding::NDR64.with_order(order));
    let rank = |result: Result<(), WireError>| match result {
        Ok(()) => 2,
        Err(error) if error.kind.is_truncated() => 1,
        Err(_) => 0,
    };
    match (rank(trial(ndr)), rank(trial(ndr64))) {
        (a, b) if a > b => Some(ndr),
        (a, b) if b > a => Some(ndr64),
        _ => None,
    }
}
