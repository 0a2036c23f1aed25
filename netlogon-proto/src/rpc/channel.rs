//! The secure channel: [MS-NRPC] 3.5.4.4.

use adjoin_wire::{Spanned, WireError};
use rpce_proto::{Ndr, WideText};

use super::credential::{Credential, credential};
use super::{NegotiateFlags, Opnum, SecureChannelType};

/// Arguments of `NetrServerReqChallenge`, [MS-NRPC] 3.5.4.4.1.
///
/// ```text
/// [in,unique,string] LOGONSRV_HANDLE PrimaryName; [in,string] wchar_t *ComputerName;
/// [in] PNETLOGON_CREDENTIAL ClientChallenge; [out] PNETLOGON_CREDENTIAL ServerChallenge;
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ServerReqChallenge<'a> {
    /// The server that the client means, mostly with two backslashes; `None` when NULL.
    pub primary_name: Option<Spanned<WideText<'a>>>,
    /// NetBIOS name of the client.
    pub computer_name: Spanned<WideText<'a>>,
    /// The client's challenge.
    pub client_challenge: Spanned<Credential>,
}

impl<'a> ServerReqChallenge<'a> {
    pub(super) fn read(&mut self, r: &mut Ndr<'a>) -> Result<(), WireError> {
        self.primary_name = r.unique_string("PrimaryName")?;
        self.computer_name = r.string("ComputerName")?.text;
        self.client_challenge = credential(r, "ClientChallenge")?;
        Ok(())
    }
}

/// Results of `NetrServerReqChallenge`.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ServerReqChallengeReply {
    /// The server's challenge.
    pub server_challenge: Spanned<Credential>,
    /// NTSTATUS.
    pub status: Spanned<u32>,
}

impl ServerReqChallengeReply {
    pub(super) fn read(&mut self, r: &mut Ndr<'_>) -> Result<(), WireError> {
        self.server_challenge = credential(r, "ServerChallenge")?;
        self.status = r.u32("ReturnValue")?;
        Ok(())
    }
}

/// Arguments of `NetrServerAuthenticate`, `NetrServerAuthenticate2`, `NetrServerAuthenticate3`
/// and `NetrServerAuthenticateKerberos`, [MS-NRPC] 3.5.4.4.2 and following.
///
/// ```text
/// [in,unique,string] LOGONSRV_HANDLE PrimaryName; [in,string] wchar_t *AccountName;
/// [in] NETLOGON_SECURE_CHANNEL_TYPE SecureChannelType; [in,string] wchar_t *ComputerName;
/// [in] PNETLOGON_CREDENTIAL ClientCredential;    /* not in ..Kerberos */
/// [out] PNETLOGON_CREDENTIAL ServerCredential;   /* not in ..Kerberos */
/// [in,out] ULONG *NegotiateFlags;                /* not in the first form */
/// [out] ULONG *AccountRid;                       /* ..3 and ..Kerberos */
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ServerAuthenticate<'a> {
    /// The server that the client means, mostly with two backslashes; `None` when NULL.
    pub primary_name: Option<Spanned<WideText<'a>>>,
    /// The account: a computer's with its `$`.
    pub account_name: Spanned<WideText<'a>>,
    /// Which kind of channel; [`SecureChannelType::WORKSTATION`] in a join.
    pub secure_channel_type: Spanned<SecureChannelType>,
    /// NetBIOS name of the client.
    pub computer_name: Spanned<WideText<'a>>,
    /// The client's proof, in all forms but Kerberos.
    pub client_credential: Option<Spanned<Credential>>,
    /// What the client can do, in all forms but the first.
    pub negotiate_flags: Option<Spanned<NegotiateFlags>>,
}

impl<'a> ServerAuthenticate<'a> {
    pub(super) fn read(&mut self, r: &mut Ndr<'a>, opnum: Opnum) -> Result<(), WireError> {
        self.primary_name = r.unique_string("PrimaryName")?;
        self.account_name = r.string("AccountName")?.text;
        self.secure_channel_type = r.enum16("SecureChannelType")?.map(SecureChannelType);
        self.computer_name = r.string("ComputerName")?.text;
        if opnum != Opnum::NETR_SERVER_AUTHENTICATE_KERBEROS {
            self.client_credential = Some(credential(r, "ClientCredential")?);
        }
        if opnum != Opnum::NETR_SERVER_AUTHENTICATE {
            self.negotiate_flags = Some(flags(r)?);
        }
        Ok(())
    }
}

fn flags(r: &mut Ndr<'_>) -> Result<Spanned<NegotiateFlags>, WireError> {
    Ok(r.u32("NegotiateFlags")?.map(NegotiateFlags::from_bits_retain))
}

/// Results of the same operations.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ServerAuthenticateReply {
    /// The server's proof, in all forms but Kerberos.
    pub server_credential: Option<Spanned<Credential>>,
    /// What both can do, in all forms but the first. When the server refuses because the client
    /// can do too little, what the server can do.
    pub negotiate_flags: Option<Spanned<NegotiateFlags>>,
    /// RID of the account, in the third form and Kerberos.
    pub account_rid: Option<Spanned<u32>>,
    /// NTSTATUS.
    pub status: Spanned<u32>,
}

impl ServerAuthenticateReply {
    pub(super) fn read(&mut self, r: &mut Ndr<'_>, opnum: Opnum) -> Result<(), WireError> {
        let kerberos = opnum == Opnum::NETR_SERVER_AUTHENTICATE_KERBEROS;
        if !kerberos {
            self.server_credential = Some(credential(r, "ServerCredential")?);
        }
        if opnum != Opnum::NETR_SERVER_AUTHENTICATE {
            self.negotiate_flags = Some(flags(r)?);
        }
        if kerberos || opnum == Opnum::NETR_SERVER_AUTHENTICATE3 {
            self.account_rid = Some(r.u32("AccountRid")?);
        }
        self.status = r.u32("ReturnValue")?;
        Ok(())
    }
}

/// Arguments of `NetrServerPasswordSet` and `NetrServerPasswordSet2`, [MS-NRPC] 3.5.4.4.5 and
/// following; the password itself is passed over.
///
/// ```text
/// [in,unique,string] LOGONSRV_HANDLE PrimaryName; [in,string] wchar_t *AccountName;
/// [in] NETLOGON_SECURE_CHANNEL_TYPE SecureChannelType; [in,string] wchar_t *ComputerName; ...
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ServerPasswordSet<'a> {
    /// The server that the client means; `None` when NULL.
    pub primary_name: Option<Spanned<WideText<'a>>>,
    /// The account whose password changes.
    pub account_name: Spanned<WideText<'a>>,
    /// Which kind of channel.
    pub secure_channel_type: Spanned<SecureChannelType>,
    /// NetBIOS name of the client.
    pub computer_name: Spanned<WideText<'a>>,
}

impl<'a> ServerPasswordSet<'a> {
    pub(super) fn read(&mut self, r: &mut Ndr<'a>) -> Result<(), WireError> {
        self.primary_name = r.unique_string("PrimaryName")?;
        self.account_name = r.string("AccountName")?.text;
        self.secure_channel_type = r.enum16("SecureChannelType")?.map(SecureChannelType);
        self.computer_name = r.string("ComputerName")?.text;
        r.cursor().take_rest();
        Ok(())
    }
}

/// Passes over a `NETLOGON_AUTHENTICATOR`, [MS-NRPC] 2.2.1.1.5.
pub(super) fn authenticator(r: &mut Ndr<'_>, field: &'static str) -> Result<(), WireError> {
    r.align(4, field)?;
    credential(r, field)?;
    r.u32(field)?;
    Ok(())
}

/// Arguments of `NetrLogonGetCapabilities`, [MS-NRPC] 3.5.4.4.11. Normally sealed.
///
/// ```text
/// [in,string] LOGONSRV_HANDLE ServerName; [in,string,unique] wchar_t *ComputerName;
/// [in] PNETLOGON_AUTHENTICATOR Authenticator; [in,out] PNETLOGON_AUTHENTICATOR ReturnAuthenticator;
/// [in] DWORD QueryLevel; [out,switch_is(QueryLevel)] PNETLOGON_CAPABILITIES ServerCapabilities;
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct LogonGetCapabilities<'a> {
    /// The server that the client means.
    pub server_name: Spanned<WideText<'a>>,
    /// NetBIOS name of the client; `None` when NULL.
    pub computer_name: Option<Spanned<WideText<'a>>>,
    /// 1: what the server can do; 2: what the server saw the client offer.
    pub query_level: Spanned<u32>,
}

impl<'a> LogonGetCapabilities<'a> {
    pub(super) fn read(&mut self, r: &mut Ndr<'a>) -> Result<(), WireError> {
        self.server_name = r.string("ServerName")?.text;
        self.computer_name = r.unique_string("ComputerName")?;
        authenticator(r, "Authenticator")?;
        authenticator(r, "ReturnAuthenticator")?;
        self.query_level = r.u32("QueryLevel")?;
        Ok(())
    }
}

/// Results of `NetrLogonGetCapabilities`.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct LogonGetCapabilitiesReply {
    /// The level that was asked for, repeated by the union.
    pub query_level: Spanned<u32>,
    /// The flags, of the server or as the client offered them; `None` at levels above 2.
    pub capabilities: Option<Spanned<NegotiateFlags>>,
    /// NTSTATUS.
    pub status: Spanned<u32>,
}

impl LogonGetCapabilitiesReply {
    pub(super) fn read(&mut self, r: &mut Ndr<'_>) -> Result<(), WireError> {
        authenticator(r, "ReturnAuthenticator")?;
        self.query_level = r.u32("QueryLevel")?;
        if matches!(*self.query_level, 1 | 2) {
            let raw = r.u32("ServerCapabilities")?;
            self.capabilities = Some(raw.map(NegotiateFlags::from_bits_retain));
        }
        self.status = r.u32("ReturnValue")?;
        Ok(())
    }
}

/// Arguments of `NetrLogonGetDomainInfo`, [MS-NRPC] 3.5.4.4.10, without what the client tells
/// about itself. Normally sealed.
///
/// ```text
/// [in,string] LOGONSRV_HANDLE ServerName; [in,string,unique] wchar_t *ComputerName;
/// [in] PNETLOGON_AUTHENTICATOR Authenticator; [in,out] PNETLOGON_AUTHENTICATOR ReturnAuthenticator;
/// [in] DWORD Level; [in,switch_is(Level)] PNETLOGON_WORKSTATION_INFORMATION WkstaBuffer; ...
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct LogonGetDomainInfo<'a> {
    /// The server that the client means.
    pub server_name: Spanned<WideText<'a>>,
    /// NetBIOS name of the client; `None` when NULL.
    pub computer_name: Option<Spanned<WideText<'a>>>,
    /// 1: the domain; 2: the policy of the local security authority.
    pub level: Spanned<u32>,
}

impl<'a> LogonGetDomainInfo<'a> {
    pub(super) fn read(&mut self, r: &mut Ndr<'a>) -> Result<(), WireError> {
        self.server_name = r.string("ServerName")?.text;
        self.computer_name = r.unique_string("ComputerName")?;
        authenticator(r, "Authenticator")?;
        authenticator(r, "ReturnAuthenticator")?;
        self.level = r.u32("Level")?;
        r.cursor().take_rest();
        Ok(())
    }
}
