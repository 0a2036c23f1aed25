//! A byte cursor that remembers where every value came from.
//!
//! A library user wants the value of a field. A dissector wants to know which octets it came
//! from, and what was read before the input broke off. The types here serve both:
//!
//! * [`Cursor`] reads integers, GUIDs and byte strings; every value is a [`Spanned`] one.
//! * [`WireError`] says what went wrong, in which field and at which offset.
//! * [`Partial`] holds everything that was decoded before an error, and the error.
//! * [`ber`] reads ASN.1 BER as Active Directory writes it.
//! * [`Guid`], [`Utf16Le`], [`Text`] and [`CompressedName`] are views with `Display`.
//!
//! Features: `std` (default, implies `alloc`) makes a `std::io::Error` of a [`WireError`]; `alloc` adds
//! what gives a `String`, and `encode`, which writes BER; `serde` serialises, in the shape that the module `serialize` describes.
//! Without them nothing but `core` is linked.
//!
//! Nothing here panics on any input, allocates by a length from the wire, or recurses without a
//! constant bound.
//!
//! ```
//! use adjoin_wire::{Cursor, ErrorKind};
//!
//! let mut cursor = Cursor::new(&[0x17, 0x00, 0xfd]);
//! let opcode = cursor.u16_le("Opcode").unwrap();
//! assert_eq!(*opcode, 0x17);
//! assert_eq!((opcode.span.start, opcode.span.end), (0, 2));
//!
//! let error = cursor.u32_le("Flags").unwrap_err();
//! assert_eq!(error.kind, ErrorKind::Truncated { missing: 3 });
//! assert_eq!(error.to_string(), "Flags: the input ends 3 bytes too early (at byte 2)");
//! ```
#![no_std]
#![forbid(unsafe_code)]

#[cfg(any(feature = "alloc", test))]
extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

#[cfg(feature = "arbitrary")]
pub mod arbitrary;
pub mod ber;
mod cursor;
pub mod debug;
#[cfg(feature = "alloc")]
pub mod encode;
mod error;
mod guid;
mod name;
mod open_enum;
#[cfg(feature = "serde")]
pub mod serialize;
mod show_flags;
mod span;
mod steps;
mod text;

pub use cursor::Cursor;
pub use error::{ErrorKind, Partial, WireError};
pub use guid::{Guid, ParseGuidError};
pub use name::{CompressedName, Labels, MAX_JUMPS, MAX_NAME};
pub use span::{Span, Spanned};
#[cfg(feature = "count-steps")]
pub use steps::steps_taken;
pub use text::{Text, Utf16Le};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
