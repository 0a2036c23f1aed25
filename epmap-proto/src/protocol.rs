//! Protocol identifiers and protocol sequences.

use adjoin_wire::open_enum;
use core::fmt;

open_enum! {
    /// The first octet of a floor's left-hand side, C706 appendix I and [MS-RPCE] 2.1.
    pub struct ProtocolId(u8, "{:#04x}");
    /// OSI OID.
    OSI_OID = 0x00, "OSI OID";
    /// DNA session control.
    DNA_SC = 0x02, "DNA session control";
    /// DNA session control V3.
    DNA_SC_V3 = 0x03, "DNA session control V3";
    /// DNA NSP transport.
    DNA_NSP = 0x04, "DNA NSP transport";
    /// OSI TP4.
    OSI_TP4 = 0x05, "OSI TP4";
    /// OSI CLNS.
    OSI_CLNS = 0x06, "OSI CLNS";
    /// Right-hand side: port, two octets, big-endian.
    TCP = 0x07, "TCP";
    /// Right-hand side: port, two octets, big-endian.
    UDP = 0x08, "UDP";
    /// Right-hand side: IPv4 address, four octets, big-endian.
    IP = 0x09, "IP";
    /// Connectionless RPC; minor version.
    NCADG = 0x0a, "NCADG";
    /// Connection-oriented RPC; minor version.
    NCACN = 0x0b, "NCACN";
    /// Local RPC; minor version.
    NCALRPC = 0x0c, "NCALRPC";
    /// Interface or transfer syntax: UUID and major version left, minor version right.
    UUID = 0x0d, "UUID";
    /// IPX.
    IPX = 0x0e, "IPX";
    /// Path of a named pipe as Windows registers it.
    SMB = 0x0f, "SMB";
    /// Path of a named pipe as C706 has it; the endpoint of local RPC on Windows.
    NAMED_PIPE = 0x10, "NAMED_PIPE";
    /// Name of the server.
    NETBIOS = 0x11, "NETBIOS";
    /// NetBIOS as [MS-RPCE] 2.1.1.4 to 2.1.1.6 use it.
    NETBEUI = 0x12, "NETBEUI";
    /// SPX.
    SPX = 0x13, "SPX";
    /// NB_IPX.
    NB_IPX = 0x14, "NB_IPX";
    /// DSP.
    DSP = 0x16, "DSP";
    /// DDP.
    DDP = 0x17, "DDP";
    /// APPLETALK.
    APPLETALK = 0x18, "APPLETALK";
    /// NetBIOS (all).
    NETBIOS_ALL = 0x19, "NetBIOS (all)";
    /// VINES_SPP.
    VINES_SPP = 0x1a, "VINES_SPP";
    /// VINES_IPC.
    VINES_IPC = 0x1b, "VINES_IPC";
    /// STREETTALK.
    STREETTALK = 0x1c, "STREETTALK";
    /// Right-hand side: port, two octets, big-endian.
    HTTP = 0x1f, "HTTP";
    /// UNIX_DS.
    UNIX_DS = 0x20, "UNIX_DS";
    /// NULL.
    NULL = 0x21, "NULL";
    /// NetBIOS name.
    NETBIOS_NAME = 0x22, "NetBIOS name";
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
