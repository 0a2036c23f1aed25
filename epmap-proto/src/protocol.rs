//! Protocol identifiers and protocol sequences.

use core::fmt;

/// The first octet of a floor's left-hand side, C706 appendix I and [MS-RPCE] 2.1.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProtocolId(pub u8);

impl ProtocolId {
    /// OSI OID.
    pub const OSI_OID: Self = Self(0x00);
    /// DNA session control.
    pub const DNA_SC: Self = Self(0x02);
    /// DNA session control V3.
    pub const DNA_SC_V3: Self = Self(0x03);
    /// DNA NSP transport.
    pub const DNA_NSP: Self = Self(0x04);
    /// OSI TP4.
    pub const OSI_TP4: Self = Self(0x05);
    /// OSI CLNS.
    pub const OSI_CLNS: Self = Self(0x06);
    /// Right-hand side: port, two octets, big-endian.
    pub const TCP: Self = Self(0x07);
    /// Right-hand side: port, two octets, big-endian.
    pub const UDP: Self = Self(0x08);
    /// Right-hand side: IPv4 address, four octets, big-endian.
    pub const IP: Self = Self(0x09);
    /// Connectionless RPC; minor version.
    pub const NCADG: Self = Self(0x0a);
    /// Connection-oriented RPC; minor version.
    pub const NCACN: Self = Self(0x0b);
    /// Local RPC; minor version.
    pub const NCALRPC: Self = Self(0x0c);
    /// Interface or transfer syntax: UUID and major version left, minor version right.
    pub const UUID: Self = Self(0x0d);
    /// IPX.
    pub const IPX: Self = Self(0x0e);
    /// Path of a named pipe as Windows registers it.
    pub const SMB: Self = Self(0x0f);
    /// Path of a named pipe as C706 has it; the endpoint of local RPC on Windows.
    pub const NAMED_PIPE: Self = Self(0x10);
    /// Name of the server.
    pub const NETBIOS: Self = Self(0x11);
    /// NetBIOS as [MS-RPCE] 2.1.1.4 to 2.1.1.6 use it.
    pub const NETBEUI: Self = Self(0x12);
    /// SPX.
    pub const SPX: Self = Self(0x13);
    /// NB_IPX.
    pub const NB_IPX: Self = Self(0x14);
    /// DSP.
    pub const DSP: Self = Self(0x16);
    /// DDP.
    pub const DDP: Self = Self(0x17);
    /// APPLETALK.
    pub const APPLETALK: Self = Self(0x18);
    /// NetBIOS (all).
    pub const NETBIOS_ALL: Self = Self(0x19);
    /// VINES_SPP.
    pub const VINES_SPP: Self = Self(0x1a);
    /// VINES_IPC.
    pub const VINES_IPC: Self = Self(0x1b);
    /// STREETTALK.
    pub const STREETTALK: Self = Self(0x1c);
    /// Right-hand side: port, two octets, big-endian.
    pub const HTTP: Self = Self(0x1f);
    /// UNIX_DS.
    pub const UNIX_DS: Self = Self(0x20);
    /// NULL.
    pub const NULL: Self = Self(0x21);
    /// NetBIOS name.
    pub const NETBIOS_NAME: Self = Self(0x22);

    /// The name of a known protocol.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self.0 {
            0x00 => "OSI OID",
            0x02 => "DNA session control",
            0x03 => "DNA session control V3",
            0x04 => "DNA NSP transport",
            0x05 => "OSI TP4",
            0x06 => "OSI CLNS",
            0x07 => "TCP",
            0x08 => "UDP",
            0x09 => "IP",
            0x0a => "NCADG",
            0x0b => "NCACN",
            0x0c => "NCALRPC",
            0x0d => "UUID",
            0x0e => "IPX",
            0x0f => "SMB",
            0x10 => "NAMED_PIPE",
            0x11 => "NETBIOS",
            0x12 => "NETBEUI",
            0x13 => "SPX",
            0x14 => "NB_IPX",
            0x16 => "DSP",
            0x17 => "DDP",
            0x18 => "APPLETALK",
            0x19 => "NetBIOS (all)",
            0x1a => "VINES_SPP",
            0x1b => "VINES_IPC",
            0x1c => "STREETTALK",
            0x1f => "HTTP",
            0x20 => "UNIX_DS",
            0x21 => "NULL",
            0x22 => "NetBIOS name",
            _ => return None,
        })
    }
}

impl fmt::Debug for ProtocolId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#04x}", self.0)
    }
}

impl fmt::Display for ProtocolId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => fmt::Debug::fmt(self, f),
        }
    }
}

/// What the floors from the third on mean together, [MS-RPCE] 2.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum ProtocolSequence {
    /// RPC over TCP.
    NcacnIpTcp,
    /// RPC over an SMB named pipe.
    NcacnNp,
    /// RPC over HTTP.
    NcacnHttp,
    /// Connectionless RPC over UDP.
    NcadgIpUdp,
    /// Local RPC.
    Ncalrpc,
}

impl ProtocolSequence {
    /// The string that bindings use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NcacnIpTcp => "ncacn_ip_tcp",
            Self::NcacnNp => "ncacn_np",
            Self::NcacnHttp => "ncacn_http",
            Self::NcadgIpUdp => "ncadg_ip_udp",
            Self::Ncalrpc => "ncalrpc",
        }
    }
}

impl fmt::Display for ProtocolSequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
