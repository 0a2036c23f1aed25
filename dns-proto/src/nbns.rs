//! The NetBIOS name service on UDP port 137, RFC 1002 4.2: DNS messages with encoded names.
//!
//! The header, the sections and the records are those of [`Message`](crate::Message); only the names, a
//! few codes and one type of record are its own.

use crate::header::{Opcode, Rcode};
use crate::record::{Record, RecordType};
use adjoin_wire::CompressedName;
use core::fmt::{self, Write};
use core::net::Ipv4Addr;

/// UDP port of the service.
pub const PORT: u16 = 137;

/// REGISTRATION: a host claims a name.
pub const REGISTRATION: Opcode = Opcode(5);
/// REFRESH, and the other number that it is sent with.
pub const REFRESH: [Opcode; 2] = [Opcode(8), Opcode(9)];
/// MULTI-HOMED REGISTRATION: one more address of a name ([MS-NBTE] 2.2.1.2).
pub const MULTIHOMED_REGISTRATION: Opcode = Opcode(15);

/// ACT_ERR: the name belongs to another node.
pub const ACT_ERR: Rcode = Rcode(6);
/// CFT_ERR: more than one node has this name, and the one that is told so must give it up.
pub const CFT_ERR: Rcode = Rcode(7);

/// NB: a name and its addresses.
pub const NB: RecordType = RecordType(0x20);

/// The last octet of the names of a machine itself: its workstation and its server service.
pub const MACHINE: [u8; 2] = [0x00, 0x20];
/// The last octet of the name of a domain's controllers, and of its primary one.
pub const CONTROLLERS: [u8; 2] = [0x1c, 0x1b];

/// A name of 16 octets: 15 padded with spaces, and one that tells what it is the name of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NetbiosName {
    octets: [u8; 16],
}

impl NetbiosName {
    /// Reads the first label of a name: two letters from A to P for each octet (RFC 1001 14.1).
    #[must_use]
    pub fn decode(name: CompressedName<'_>) -> Option<Self> {
        let label = name.labels().next()?.ok()?;
        let letters: &[u8; 32] = label.as_bytes().try_into().ok()?;
        let half = |letter: &u8| letter.to_ascii_uppercase().checked_sub(b'A').filter(|half| *half < 16);
        let mut octets = [0; 16];
        for (octet, pair) in octets.iter_mut().zip(letters.chunks_exact(2)) {
            let [high, low] = pair else { return None };
            *octet = half(high)? << 4 | half(low)?;
        }
        Some(Self { octets })
    }

    /// What the name stands for.
    #[must_use]
    pub const fn suffix(&self) -> u8 {
        let [.., suffix] = self.octets;
        suffix
    }
}

/// The name without padding and suffix; octets that are not printable ASCII show as dots.
impl fmt::Display for NetbiosName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [name @ .., _] = &self.octets;
        for octet in name.trim_ascii_end() {
            f.write_char(if octet.is_ascii_graphic() { char::from(*octet) } else { '.' })?;
        }
        Ok(())
    }
}

/// One address of a name (RFC 1002 4.2.13).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct NbAddress {
    /// NB_FLAGS.
    pub flags: u16,
    /// NB_ADDRESS.
    pub address: Ipv4Addr,
}

impl NbAddress {
    /// The name belongs to a group of nodes.
    #[must_use]
    pub const fn is_group(&self) -> bool {
        self.flags & 0x8000 != 0
    }
}

/// The addresses in a record of type NB; none for another type.
pub fn addresses<'a>(record: &Record<'a>) -> impl Iterator<Item = NbAddress> + use<'a> {
    let octets = if record.rtype.value == NB { record.octets.value } else { &[] };
    octets.chunks_exact(6).filter_map(|entry| match *entry {
        [f, g, a, b, c, d] => {
            Some(NbAddress { flags: u16::from_be_bytes([f, g]), address: Ipv4Addr::new(a, b, c, d) })
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Message;
    use std::string::ToString;
    use std::vec::Vec;

    fn encoded(name: &[u8; 16]) -> Vec<u8> {
        let mut out = Vec::from([32]);
        let letter = |half: u8| b"ABCDEFGHIJKLMNOP".get(usize::from(half)).copied().unwrap();
        out.extend(name.iter().flat_map(|octet| [letter(octet >> 4), letter(octet & 15)]));
        out.push(0);
        out
    }

    /// A registration is refused, in the form of RFC 1002 4.2.6.
    #[test]
    fn a_refusal_names_its_owner() {
        let mut bytes = Vec::from(*b"\x12\x34\xad\x86\0\0\0\x01\0\0\0\0");
        bytes.extend(encoded(b"PC17           \x20"));
        bytes.extend(b"\0\x20\0\x01\0\0\0\0\0\x06\0\0\x0a\x14\x01\x07");
        let message = Message::parse(&bytes).unwrap();
        assert_eq!((message.header.opcode.value, message.rcode()), (REGISTRATION, ACT_ERR));
        let record = message.answers.iter().next().unwrap().unwrap();
        let name = NetbiosName::decode(record.name.value).unwrap();
        assert_eq!((name.to_string().as_str(), name.suffix()), ("PC17", 0x20));
        let owner = addresses(&record).next().unwrap();
        assert_eq!((owner.address, owner.is_group()), (Ipv4Addr::new(10, 20, 1, 7), false));
    }

    #[test]
    fn other_labels_are_no_netbios_names() {
        for label in [&b"\x04corp"[..], b"\x20FAEDDBDHCACACACACACACACACACACAC\x7a", b"\x02FA", b""] {
            let mut bytes = Vec::from(*b"\0\0\0\0\0\x01\0\0\0\0\0\0");
            bytes.extend(label);
            bytes.extend(b"\0\0\x20\0\x01");
            let question = Message::parse_partial(&bytes).value.question().unwrap();
            assert_eq!(NetbiosName::decode(question.name.value), None, "{label:?}");
        }
    }
}
