//! Captured frames in; UDP datagrams and ordered TCP bytes out, each byte with its frame and offset.
#![forbid(unsafe_code)]

mod capture;
mod frame;
mod icmp;
mod limits;
mod segment;
mod sink;
mod stream;

pub use capture::Capture;
pub use frame::{Frame, LinkType};
pub use icmp::{IcmpError, Quoted};
pub use limits::{Limits, Stats};
pub use segment::{Segment, SegmentKind, TcpFlags, TcpOptions};
pub use sink::{ConnId, Connection, Datagram, Direction, Endpoint, Gap, GapReason, Interest, Piece, Sink};
pub use stream::{Provenance, StreamSide};

/// Ports that a domain controller listens on; they tell the server where no SYN was captured:
/// DNS, Kerberos, endpoint mapper, NetBIOS session, LDAP, SMB, kpasswd, LDAPS, global catalog,
/// WinRM, ADWS.
pub const SERVER_PORTS: [u16; 13] = [53, 88, 135, 139, 389, 445, 464, 636, 3268, 3269, 5985, 5986, 9389];
