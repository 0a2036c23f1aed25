//! NetBIOS datagram service on UDP 138 (RFC 1002 4.4), the carrier of mailslots.

use crate::netbios::NetBiosName;
use adjoin_wire::{Cursor, ErrorKind, Partial, Spanned, WireError, octets_by_size, open_enum};

open_enum! {
    /// MSG_TYPE (RFC 1002 4.4.1).
    pub struct DatagramType(u8);
    DIRECT_UNIQUE = 0x10, "DIRECT_UNIQUE DATAGRAM";
    DIRECT_GROUP = 0x11, "DIRECT_GROUP DATAGRAM";
    BROADCAST = 0x12, "BROADCAST DATAGRAM";
    ERROR = 0x13, "DATAGRAM ERROR";
    QUERY_REQUEST = 0x14, "DATAGRAM QUERY REQUEST";
    POSITIVE_QUERY_RESPONSE = 0x15, "DATAGRAM POSITIVE QUERY RESPONSE";
    NEGATIVE_QUERY_RESPONSE = 0x16, "DATAGRAM NEGATIVE QUERY RESPONSE";
}

/// A NetBIOS datagram (RFC 1002 4.4.1 to 4.4.4). Integers are big-endian.
#[derive(Clone, Copy, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Datagram<'a> {
    /// MSG_TYPE.
    pub msg_type: Spanned<DatagramType>,
    /// FLAGS: 1 more fragments, 2 first fragment, bits 2 and 3 the type of the sending node.
    pub flags: Spanned<u8>,
    /// DGM_ID.
    pub dgm_id: Spanned<u16>,
    /// SOURCE_IP.
    pub source_ip: Spanned<[u8; 4]>,
    /// SOURCE_PORT.
    pub source_port: Spanned<u16>,
    /// DGM_LENGTH: names and user data, in octets.
    pub dgm_length: Option<Spanned<u16>>,
    /// PACKET_OFFSET: where this fragment's user data belong.
    pub packet_offset: Option<Spanned<u16>>,
    /// ERROR_CODE of a datagram error: 0x82 destination name not present, 0x83 and 0x84 invalid
    /// source and destination name formats.
    pub error_code: Option<Spanned<u8>>,
    /// SOURCE_NAME.
    pub source_name: Option<Spanned<NetBiosName>>,
    /// DESTINATION_NAME.
    pub destination_name: Option<Spanned<NetBiosName>>,
    /// USER_DATA: an SMB1 message for [`MailslotWrite::parse`](crate::mailslot::MailslotWrite::parse).
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    pub user_data: Option<Spanned<&'a [u8]>>,
}

octets_by_size!(
    Datagram {
        msg_type, flags, dgm_id, source_ip, source_port, dgm_length, packet_offset, error_code, source_name,
        destination_name,
    } { user_data }
);

impl<'a> Datagram<'a> {
    /// Reads the payload of a UDP datagram. Octets behind DGM_LENGTH are taken as padding.
    ///
    /// # Errors
    /// `Unsupported` for another MSG_TYPE, `Malformed` or `Overrun` in a name, `Truncated`.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        Self::parse_partial(bytes).complete()
    }

    /// As much of the datagram as `bytes` have.
    #[must_use]
    pub fn parse_partial(bytes: &'a [u8]) -> Partial<Self> {
        Partial::fill(|datagram: &mut Self| datagram.read(&mut Cursor::new(bytes)))
    }

    fn read(&mut self, c: &mut Cursor<'a>) -> Result<(), WireError> {
        self.msg_type = c.u8("MSG_TYPE")?.map(DatagramType);
        if self.msg_type.name().is_none() {
            let kind = ErrorKind::Unsupported("a message type that RFC 1002 doesn't have");
            return Err(WireError::new(kind, self.msg_type.span.start, "MSG_TYPE"));
        }
        self.flags = c.u8("FLAGS")?;
        self.dgm_id = c.u16_be("DGM_ID")?;
        self.source_ip = c.array("SOURCE_IP")?;
        self.source_port = c.u16_be("SOURCE_PORT")?;
        match *self.msg_type {
            DatagramType::ERROR => self.error_code = Some(c.u8("ERROR_CODE")?),
            DatagramType::DIRECT_UNIQUE | DatagramType::DIRECT_GROUP | DatagramType::BROADCAST => {
                let length = c.u16_be("DGM_LENGTH")?;
                self.dgm_length = Some(length);
                self.packet_offset = Some(c.u16_be("PACKET_OFFSET")?);
                let mut body = c.sub(usize::from(*length), "DGM_LENGTH")?;
                self.source_name = Some(NetBiosName::read(&mut body, "SOURCE_NAME")?);
                self.destination_name = Some(NetBiosName::read(&mut body, "DESTINATION_NAME")?);
                self.user_data = Some(body.take_rest());
                body.finish("USER_DATA")?;
            }
            _ => self.destination_name = Some(NetBiosName::read(c, "DESTINATION_NAME")?),
        }
        Ok(())
    }
}
