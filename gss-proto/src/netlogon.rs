//! The first token of Netlogon's own security provider ([MS-NRPC] 2.2.1.3.1): who sets up the secure
//! channel, in clear.

use adjoin_wire::{CompressedName, Cursor, Partial, Spanned, Text, WireError, open_enum};
use core::fmt;

open_enum! {
    /// `MessageType` of an NL_AUTH_MESSAGE, little-endian.
    pub struct NlMessageType(u32, "{:#06x}", KNOWN);
    /// From the client.
    REQUEST = 0, "negotiate request";
    /// From the server.
    RESPONSE = 1, "negotiate response";
}

bitflags::bitflags! {
    /// `Flags` of an NL_AUTH_MESSAGE: which names follow, in this order. Little-endian.
    #[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
    pub struct NlFlags: u32 {
        /// Flag A.
        const NETBIOS_DOMAIN_NAME = 0x01;
        /// Flag B.
        const NETBIOS_COMPUTER_NAME = 0x02;
        /// Flag C.
        const DNS_DOMAIN_NAME = 0x04;
        /// Flag D.
        const DNS_HOST_NAME = 0x08;
        /// Flag E.
        const NETBIOS_COMPUTER_NAME_UTF8 = 0x10;
        // Bits without a name are kept.
        const _ = !0;
    }
}

impl fmt::Debug for NlFlags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NlFlags(0x{:08x})", self.bits())
    }
}

/// NL_AUTH_MESSAGE ([MS-NRPC] 2.2.1.3.1).
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct NlAuthMessage<'a> {
    /// `MessageType`.
    pub message_type: Spanned<NlMessageType>,
    /// `Flags`.
    pub flags: Spanned<NlFlags>,
    /// The domain's NetBIOS name, in the code page of the sender.
    pub netbios_domain_name: Option<Spanned<Text<'a>>>,
    /// The client's NetBIOS name, in the code page of the sender.
    pub netbios_computer_name: Option<Spanned<Text<'a>>>,
    /// The domain's DNS name.
    pub dns_domain_name: Option<Spanned<CompressedName<'a>>>,
    /// The client's DNS name.
    pub dns_host_name: Option<Spanned<CompressedName<'a>>>,
    /// The client's NetBIOS name in UTF-8, written as a DNS name of one label.
    pub netbios_computer_name_utf8: Option<Spanned<CompressedName<'a>>>,
}

impl<'a> NlAuthMessage<'a> {
    /// Reads a whole token.
    ///
    /// # Errors
    /// `Truncated`, `Malformed` for a bad name. Octets behind the names are allowed: the response has
    /// four of them.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        Self::parse_partial(bytes).complete()
    }

    /// Reads what can be read.
    #[must_use]
    pub fn parse_partial(bytes: &'a [u8]) -> Partial<Self> {
        Partial::fill(|message: &mut Self| message.read(bytes, &mut Cursor::new(bytes)))
    }

    // MessageType(4), Flags(4), Buffer: the names whose flags are set. OEM names end with a zero, the
    // others are compressed as RFC 1035 4.1.4 says.
    fn read(&mut self, whole: &'a [u8], c: &mut Cursor<'a>) -> Result<(), WireError> {
        self.message_type = c.u32_le("MessageType")?.map(NlMessageType);
        self.flags = c.u32_le("Flags")?.map(NlFlags::from_bits_retain);
        let flags = *self.flags;
        let oem = |c: &mut Cursor<'a>, flag: NlFlags, field| {
            flags.contains(flag).then(|| c.bytes_nul(field).map(|text| text.map(Text::new))).transpose()
        };
        self.netbios_domain_name = oem(c, NlFlags::NETBIOS_DOMAIN_NAME, "NetbiosDomainName")?;
        self.netbios_computer_name = oem(c, NlFlags::NETBIOS_COMPUTER_NAME, "NetbiosComputerName")?;
        let name = |c: &mut Cursor<'a>, flag: NlFlags, field| {
            flags.contains(flag).then(|| CompressedName::read(c, whole, 0, field)).transpose()
        };
        self.dns_domain_name = name(c, NlFlags::DNS_DOMAIN_NAME, "DnsDomainName")?;
        self.dns_host_name = name(c, NlFlags::DNS_HOST_NAME, "DnsHostName")?;
        self.netbios_computer_name_utf8 =
            name(c, NlFlags::NETBIOS_COMPUTER_NAME_UTF8, "NetbiosComputerNameUtf8")?;
        Ok(())
    }
}
