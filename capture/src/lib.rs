//! Captured frames in; UDP datagrams and ordered TCP bytes out, each byte with its frame and
//! offset.
//!
//! [`Capture::frame`] takes frames one after the other and calls a [`Sink`]:
//!
//! * [`Sink::datagram`] with each UDP payload, put together if it came in IP fragments;
//! * [`Sink::stream`] with new in-order bytes of one direction of a TCP connection. What is
//!   missing is a [`Gap`] with a [`GapReason`], never silence;
//! * [`Sink::tcp`] with the header facts of each TCP segment, and how it fits the others;
//! * [`Sink::icmp`] with ICMP errors and the packets they quote.
//!
//! Nothing here reads files or clocks: time is the frames' time.
//!
//! # Rules
//!
//! * Link layers: Ethernet with VLAN tags, MPLS labels, PPPoE and LLC; raw IP, Linux cooked v1 and v2, BSD
//!   loopback, PPP, Cisco HDLC, and IEEE 802.11 data that isn't encrypted. Others, and frames without IP, are
//!   counted ([`Stats`]), they are no errors.
//! * What a tunnel carries (IP in IP, GRE, ERSPAN, VXLAN, Geneve) is read in place of the tunnel's packet.
//! * The IP total length trims link padding; a length of 0 (segmentation offload) means all there
//!   is.
//! * Of overlapping bytes, in IP fragments and in TCP, those captured first win. Bytes that were
//!   delivered or given up are never delivered again.
//! * Without a SYN a stream begins with the first byte seen, after a gap
//!   [`GapReason::LateStart`]; a SYN-ACK, or the ACK that ends the handshake, stands in for a
//!   SYN. If that first segment has one byte it is taken for a keep-alive and left out.
//! * A hole is waited for until its receiver acknowledges it and there are bytes behind it
//!   ([`GapReason::AckedUnseen`]), a cap or the timeout is reached, the connection is reset or
//!   evicted, or the capture ends. A FIN alone does not end the wait: what is missing before it
//!   may be sent again.
//! * A SYN with another initial sequence number begins a new connection. A reset ends both
//!   directions; later segments are reported but not delivered.
//! * Checksums are not checked: captures on the sending host have wrong ones (offload).
//! * Memory is bounded by [`Limits`], which lists the caps; the connection that was quiet for
//!   longest goes first.
//!
//! # Example
//!
//! ```
//! use adjoin_capture::{Capture, Datagram, Frame, Limits, LinkType, Sink, StreamSide};
//!
//! struct Print(Vec<String>);
//!
//! impl Sink for Print {
//!     fn datagram(&mut self, _: &Frame<'_>, datagram: &Datagram<'_>) {
//!         let at = datagram.pieces[0];
//!         let text = String::from_utf8_lossy(datagram.payload);
//!         self.0.push(format!("{} frame {} offset {}: {text}", datagram.destination, at.frame, at.offset));
//!     }
//!     fn stream(&mut self, _: &Frame<'_>, side: &mut StreamSide<'_>) {
//!         // A message with a length in front would be taken once it is there whole.
//!         side.consume(side.bytes().len());
//!     }
//! }
//!
//! let packet = [
//!     0x45, 0, 0, 30, 0, 1, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2, // IPv4
//!     0xc0, 0x00, 0x01, 0x85, 0, 10, 0, 0, // UDP
//!     b'h', b'i',
//! ];
//! let mut sink = Print(Vec::new());
//! let mut capture = Capture::new(Limits::default());
//! capture.frame(
//!     &Frame { number: 1, time: 0, link: LinkType::RAW, bytes: &packet, original_length: 30 },
//!     &mut sink,
//! );
//! capture.finish(&mut sink);
//! assert_eq!(sink.0, ["192.0.2.2:389 frame 1 offset 28: hi"]);
//! ```
#![forbid(unsafe_code)]

mod capture;
mod connections;
mod fragments;
mod frame;
mod icmp;
mod limits;
mod link;
mod packet;
mod segment;
mod side;
mod sink;
mod stream;
mod tunnel;

pub use capture::Capture;
pub use frame::{Frame, LinkType};
pub use icmp::{IcmpError, Quoted};
pub use limits::{Limits, Stats};
pub use segment::{Segment, SegmentKind, TcpFlags, TcpOptions};
pub use sink::{
    ConnId, Connection, Datagram, Direction, Endpoint, Gap, GapReason, Incomplete, Interest, Piece, Sink,
};
pub use stream::{Provenance, StreamSide};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// Ports that a domain controller listens on; they tell the server where no SYN was captured:
/// DNS, Kerberos, endpoint mapper, NetBIOS session, LDAP, SMB, kpasswd, LDAPS, global catalog,
/// WinRM, ADWS.
pub const SERVER_PORTS: [u16; 13] = [53, 88, 135, 139, 389, 445, 464, 636, 3268, 3269, 5985, 5986, 9389];
