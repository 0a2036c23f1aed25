//! Which operations are read, and what their return values are.

use adjoin_wire::open_enum;

open_enum! {
    /// Operation number of the Netlogon interface, [MS-NRPC] 3.5.4. Constants only for those
    /// whose arguments are read here.
    pub struct Opnum(u16);
    /// The client's challenge and the server's.
    NETR_SERVER_REQ_CHALLENGE = 4, "NetrServerReqChallenge";
    /// The oldest form: without flags.
    NETR_SERVER_AUTHENTICATE = 5, "NetrServerAuthenticate";
    /// Change of the machine password, the old form.
    NETR_SERVER_PASSWORD_SET = 6, "NetrServerPasswordSet";
    /// With flags, without RID.
    NETR_SERVER_AUTHENTICATE2 = 15, "NetrServerAuthenticate2";
    /// Look for a domain controller, the oldest form.
    DSR_GET_DC_NAME = 20, "DsrGetDcName";
    /// What was negotiated, asked again under protection.
    NETR_LOGON_GET_CAPABILITIES = 21, "NetrLogonGetCapabilities";
    /// With flags and RID.
    NETR_SERVER_AUTHENTICATE3 = 26, "NetrServerAuthenticate3";
    /// Look for a domain controller, by the name of a site.
    DSR_GET_DC_NAME_EX = 27, "DsrGetDcNameEx";
    /// The site of a computer.
    DSR_GET_SITE_NAME = 28, "DsrGetSiteName";
    /// What a member tells about itself and wants to know about its domain.
    NETR_LOGON_GET_DOMAIN_INFO = 29, "NetrLogonGetDomainInfo";
    /// Change of the machine password.
    NETR_SERVER_PASSWORD_SET2 = 30, "NetrServerPasswordSet2";
    /// Look for a domain controller, with an account.
    DSR_GET_DC_NAME_EX2 = 34, "DsrGetDcNameEx2";
    /// The domains that a domain controller trusts.
    DSR_ENUMERATE_DOMAIN_TRUSTS = 40, "DsrEnumerateDomainTrusts";
    /// The secure channel over Kerberos: no challenge, no credential.
    NETR_SERVER_AUTHENTICATE_KERBEROS = 59, "NetrServerAuthenticateKerberos";
}

impl Opnum {
    /// The return value is a Win32 error code (`NET_API_STATUS`); otherwise it is an NTSTATUS.
    #[must_use]
    pub const fn returns_win32(self) -> bool {
        matches!(self.0, 0 | 1 | 11..=14 | 18 | 20 | 27 | 28 | 33..=38 | 40 | 41 | 43)
    }
}

open_enum! {
    /// `NETLOGON_SECURE_CHANNEL_TYPE`, [MS-NRPC] 2.2.1.3.13.
    pub struct SecureChannelType(u32);
    /// No channel.
    NULL = 0, "NullSecureChannel";
    /// Between the authentication package and the local security authority.
    MSV_AP = 1, "MsvApSecureChannel";
    /// A member computer: what a join sets up.
    WORKSTATION = 2, "WorkstationSecureChannel";
    /// A trust between domains by DNS names.
    TRUSTED_DNS_DOMAIN = 3, "TrustedDnsDomainSecureChannel";
    /// A trust between domains.
    TRUSTED_DOMAIN = 4, "TrustedDomainSecureChannel";
    /// A LAN Manager server.
    UAS_SERVER = 5, "UasServerSecureChannel";
    /// A domain controller.
    SERVER = 6, "ServerSecureChannel";
    /// A read-only domain controller.
    CDC_SERVER = 7, "CdcServerSecureChannel";
}
