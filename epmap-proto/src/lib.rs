//! The DCE/RPC endpoint mapper: which port has which interface.
//!
//! A domain join asks the mapper on port 135 for the port of DRSUAPI or NETLOGON. This crate
//! reads the question and the answer (C706 appendices I, L and O, [MS-RPCE] 2.2.1.2) in NDR and
//! NDR64 and in both byte orders, with the octets of every field.
//!
//! * [`Tower`], [`Floor`], [`FloorValue`], [`TowerSummary`]: protocol towers.
//! * [`EptMapRequest`], [`EptMapResponse`]: `ept_map`.
//! * [`EptLookupRequest`], [`EptLookupResponse`], [`EptLookupHandleFree`]: `ept_lookup`.
//! * [`EptOpnum`], [`EptStatus`], [`ProtocolId`]: names.
//! * [`guess_encoding`]: when the bind was not captured.
//! * [`TowerWriter`], [`ept_map_request`], [`ept_map_response`]: test traffic.
//!
//! Nothing is allocated while reading, and no input makes it panic.
//!
//! Integers of a stub have the byte order of its encoding; those of a tower are little-endian, but for ports
//! and addresses.
//!
//! Features: `std` (default, implies `alloc`) makes a `std::io::Error` of an error; `alloc` adds the writers;
//! `serde` serialises messages, in the shape that `adjoin_wire::serialize` describes. Without them
//! nothing but `core` is linked.
//!
//! ```
//! use epmap_proto::{EptMapResponse, EptStatus, TowerWriter, ept_map_response};
//! use rpce_proto::{ContextHandle, Encoding, SyntaxId};
//!
//! let drsuapi = SyntaxId::new("e3514235-4b06-11d1-ab04-00c04fc2dcd2".parse()?, 4, 0);
//! let tower = TowerWriter::ncacn_ip_tcp(drsuapi, SyntaxId::NDR, 49671, [192, 0, 2, 10].into())?;
//! let stub = ept_map_response(Encoding::NDR64, ContextHandle::NULL, 4, &[(3, &tower)], EptStatus::OK)?;
//!
//! let answer = EptMapResponse::parse(&stub, Encoding::NDR64)?;
//! assert!(answer.status.is_ok());
//! let way = answer.towers.towers().next().unwrap().summary();
//! assert_eq!(way.to_string(), "ncacn_ip_tcp:192.0.2.10[49671]");
//! assert_eq!(*way.interface.unwrap(), drsuapi);
//! assert_eq!(&stub[way.port.unwrap().span.range()], 49671_u16.to_be_bytes());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![no_std]
#![forbid(unsafe_code)]

#[cfg(any(feature = "alloc", test))]
extern crate alloc;

#[cfg(feature = "arbitrary")]
pub mod arbitrary;
#[cfg(feature = "alloc")]
mod encode;
mod guess;
mod lookup;
mod map;
mod protocol;
#[cfg(feature = "serde")]
mod serialize;
mod status;
mod stub;
mod tower;

#[cfg(feature = "alloc")]
pub use encode::{
    EntryOctets, TowerWriter, ept_lookup_request, ept_lookup_response, ept_map_request, ept_map_response,
};
pub use guess::{Direction, guess_encoding};
pub use lookup::{
    Entries, Entry, EntryIter, EptLookupHandleFree, EptLookupRequest, EptLookupResponse, InterfaceId,
    MAX_ANNOTATION,
};
pub use map::{EptMapRequest, EptMapResponse, TowerElement, TowerIter, TowerOctets, Towers};
pub use protocol::{ProtocolId, ProtocolSequence};
pub use status::{EptOpnum, EptStatus};
pub use tower::{Floor, FloorIter, FloorValue, Floors, MAX_TOWER, Tower, TowerSummary};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
