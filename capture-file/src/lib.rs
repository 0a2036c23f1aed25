//! Capture files: pcap and pcapng in, records out, with bounded memory; and pcapng out.
//!
//! * [`Reader`] reads one file, in either byte order, with times in micro- or nanoseconds or any other
//!   unit, compressed with gzip, LZ4 or Zstandard, from disk or from a pipe.
//! * [`Sequence`] reads several as one capture, in the order of their times.
//! * [`Writer`] writes pcapng, with comments on packets.
//!
//! A file that ends in the middle of a record gives the records before it. One that is damaged gives those
//! before the damage, and an error with the offset and what is wrong there.
//!
//! Records are numbered as Wireshark numbers them: records that aren't packets (journal entries, system
//! calls) count, blocks that Wireshark doesn't list don't.
//!
//! ```
//! use adjoin_capture::LinkType;
//! use capture_file::{Reader, Writer};
//!
//! let mut writer = Writer::new(Vec::new(), "an example")?;
//! writer.packet(LinkType::ETHERNET, 1_700_000_000_000_000_001, &[0xff; 60], 60, &["the first"])?;
//! let file = writer.finish()?;
//!
//! let mut reader = Reader::new(Box::new(std::io::Cursor::new(file)), "example.pcapng")?;
//! let mut number = 0;
//! while let Some(record) = reader.next()? {
//!     number += 1;
//!     let frame = record.frame(number);
//!     assert_eq!((frame.number, frame.time, frame.bytes.len()), (1, 1_700_000_000_000_000_001, 60));
//!     assert_eq!(record.comments().collect::<Vec<_>>(), ["the first"]);
//! }
//! assert!(number == 1 && !reader.truncated());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]

mod compression;
mod error;
mod pcap;
mod pcapng;
mod reader;
mod record;
mod sequence;
mod source;
mod writer;

pub use error::{FileError, FileErrorKind};
pub use reader::Reader;
pub use record::{NO_PACKET, Process, Record};
pub use sequence::{Origin, Sequence};
pub use writer::Writer;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
