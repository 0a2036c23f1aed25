//! SMB_COM_SESSION_SETUP_ANDX and SMB_COM_TREE_CONNECT_ANDX ([MS-CIFS] 2.2.4.53, 2.2.4.55,
//! [MS-SMB] 2.2.4.6, 2.2.4.7).

use super::{At, Capabilities, oem};
use crate::SmbText;
use adjoin_wire::{Spanned, WireError, octets_by_size};
use core::fmt;

/// SMB_COM_SESSION_SETUP_ANDX Request: with 12 words extended security, with 13 `NT LM 0.12`, with
/// 10 LAN Manager.
#[derive(Clone, Copy, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct SessionSetupRequest<'a> {
    /// MaxBufferSize, in octets.
    pub max_buffer_size: Spanned<u16>,
    /// MaxMpxCount.
    pub max_mpx_count: Spanned<u16>,
    /// VcNumber.
    pub vc_number: Spanned<u16>,
    /// SessionKey of the negotiate response.
    pub session_key: Spanned<u32>,
    /// Capabilities; LAN Manager has none.
    pub capabilities: Option<Spanned<Capabilities>>,
    /// SecurityBlob, with extended security: a GSS-API token.
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    pub security_blob: Option<Spanned<&'a [u8]>>,
    /// OEMPassword: an LM response, or a password in clear.
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    pub oem_password: Option<Spanned<&'a [u8]>>,
    /// UnicodePassword: an NTLM response, or a password in clear.
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    pub unicode_password: Option<Spanned<&'a [u8]>>,
    /// AccountName, without extended security.
    pub account_name: Option<Spanned<SmbText<'a>>>,
    /// PrimaryDomain, without extended security.
    pub primary_domain: Option<Spanned<SmbText<'a>>>,
    /// NativeOS.
    pub native_os: Option<Spanned<SmbText<'a>>>,
    /// NativeLanMan.
    pub native_lan_man: Option<Spanned<SmbText<'a>>>,
}

/// Passwords and the token by their place.
impl fmt::Debug for SessionSetupRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionSetupRequest")
            .field("max_buffer_size", &self.max_buffer_size)
            .field("max_mpx_count", &self.max_mpx_count)
            .field("vc_number", &self.vc_number)
            .field("session_key", &self.session_key)
            .field("capabilities", &self.capabilities)
            .field("security_blob", &self.security_blob.map(|octets| octets.span))
            .field("oem_password", &self.oem_password.map(|octets| octets.span))
            .field("unicode_password", &self.unicode_password.map(|octets| octets.span))
            .field("account_name", &self.account_name)
            .field("primary_domain", &self.primary_domain)
            .field("native_os", &self.native_os)
            .field("native_lan_man", &self.native_lan_man)
            .finish()
    }
}

impl<'a> SessionSetupRequest<'a> {
    pub(super) fn read(&mut self, at: At<'a, '_>) -> Result<(), WireError> {
        let mut c = at.andx_words()?;
        self.max_buffer_size = c.u16_le("MaxBufferSize")?;
        self.max_mpx_count = c.u16_le("MaxMpxCount")?;
        self.vc_number = c.u16_le("VcNumber")?;
        self.session_key = c.u32_le("SessionKey")?;
        let first = c.u16_le("SecurityBlobLength/OEMPasswordLen")?;
        let first_length = usize::from(*first);
        let mut bytes = at.bytes;
        match at.word_count {
            12 => {
                c.skip(4, "Reserved")?;
                self.capabilities = Some(c.u32_le("Capabilities")?.map(Capabilities::from_bits_retain));
                let mut blob = Spanned::default();
                let result = at.buffer(&mut blob, bytes.offset(), first_length, "SecurityBlob");
                self.security_blob = blob.reached().is_some().then_some(blob);
                result?;
                bytes.skip(first_length, "SecurityBlob")?;
                at.pad(&mut bytes);
            }
            13 => {
                let second = c.u16_le("UnicodePasswordLen")?;
                c.skip(4, "Reserved")?;
                self.capabilities = Some(c.u32_le("Capabilities")?.map(Capabilities::from_bits_retain));
                self.oem_password = Some(bytes.bytes(first_length, "OEMPassword")?);
                self.unicode_password = Some(bytes.bytes(usize::from(*second), "UnicodePassword")?);
                at.pad(&mut bytes);
                self.account_name = at.string(&mut bytes, "AccountName");
                self.primary_domain = at.string(&mut bytes, "PrimaryDomain");
            }
            _ => {
                self.oem_password = Some(bytes.bytes(first_length, "OEMPassword")?);
                at.pad(&mut bytes);
                self.account_name = at.string(&mut bytes, "AccountName");
                self.primary_domain = at.string(&mut bytes, "PrimaryDomain");
            }
        }
        self.native_os = at.string(&mut bytes, "NativeOS");
        self.native_lan_man = at.string(&mut bytes, "NativeLanMan");
        Ok(())
    }
}

/// SMB_COM_SESSION_SETUP_ANDX Response: with 4 words extended security, with 3 without.
#[derive(Clone, Copy, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct SessionSetupResponse<'a> {
    /// Action: bit 0 is guest.
    pub action: Spanned<u16>,
    /// SecurityBlob, with extended security: a GSS-API token.
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    pub security_blob: Option<Spanned<&'a [u8]>>,
    /// NativeOS.
    pub native_os: Option<Spanned<SmbText<'a>>>,
    /// NativeLanMan.
    pub native_lan_man: Option<Spanned<SmbText<'a>>>,
    /// PrimaryDomain.
    pub primary_domain: Option<Spanned<SmbText<'a>>>,
}

octets_by_size!(SessionSetupResponse { action, native_os, native_lan_man, primary_domain } { security_blob });

impl<'a> SessionSetupResponse<'a> {
    pub(super) fn read(&mut self, at: At<'a, '_>) -> Result<(), WireError> {
        let mut c = at.andx_words()?;
        self.action = c.u16_le("Action")?;
        let mut bytes = at.bytes;
        if at.word_count == 4 {
            let length = usize::from(*c.u16_le("SecurityBlobLength")?);
            let mut blob = Spanned::default();
            let result = at.buffer(&mut blob, bytes.offset(), length, "SecurityBlob");
            self.security_blob = blob.reached().is_some().then_some(blob);
            result?;
            bytes.skip(length, "SecurityBlob")?;
        }
        at.pad(&mut bytes);
        self.native_os = at.string(&mut bytes, "NativeOS");
        self.native_lan_man = at.string(&mut bytes, "NativeLanMan");
        self.primary_domain = at.string(&mut bytes, "PrimaryDomain");
        Ok(())
    }
}

/// SMB_COM_TREE_CONNECT_ANDX Request ([MS-CIFS] 2.2.4.55.1).
#[derive(Clone, Copy, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct TreeConnectRequest<'a> {
    /// Flags: 1 disconnects the old tree, 8 asks for an extended response.
    pub flags: Spanned<u16>,
    /// Password of a share-level server; one octet otherwise.
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    pub password: Spanned<&'a [u8]>,
    /// Path: `\\server\share`.
    pub path: Option<Spanned<SmbText<'a>>>,
    /// Service, always OEM: `IPC`, `A:`, `LPT1:`, `COMM`, or `?????` for any.
    pub service: Option<Spanned<SmbText<'a>>>,
}

/// The password by its place.
impl fmt::Debug for TreeConnectRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TreeConnectRequest")
            .field("flags", &self.flags)
            .field("password", &self.password.span)
            .field("path", &self.path)
            .field("service", &self.service)
            .finish()
    }
}

impl<'a> TreeConnectRequest<'a> {
    pub(super) fn read(&mut self, at: At<'a, '_>) -> Result<(), WireError> {
        let mut c = at.andx_words()?;
        self.flags = c.u16_le("Flags")?;
        let length = c.u16_le("PasswordLength")?;
        let mut bytes = at.bytes;
        self.password = bytes.bytes(usize::from(*length), "Password")?;
        at.pad(&mut bytes);
        self.path = at.string(&mut bytes, "Path");
        self.service = oem(&mut bytes, "Service");
        Ok(())
    }
}

/// SMB_COM_TREE_CONNECT_ANDX Response ([MS-CIFS] 2.2.4.55.2, [MS-SMB] 2.2.4.7.2).
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct TreeConnectResponse<'a> {
    /// OptionalSupport; with two words it isn't there.
    pub optional_support: Option<Spanned<u16>>,
    /// MaximalShareAccessRights, with seven words.
    pub maximal_share_access_rights: Option<Spanned<u32>>,
    /// GuestMaximalShareAccessRights, with seven words.
    pub guest_maximal_share_access_rights: Option<Spanned<u32>>,
    /// Service, always OEM.
    pub service: Option<Spanned<SmbText<'a>>>,
    /// NativeFileSystem.
    pub native_file_system: Option<Spanned<SmbText<'a>>>,
}

impl<'a> TreeConnectResponse<'a> {
    pub(super) fn read(&mut self, at: At<'a, '_>) -> Result<(), WireError> {
        let mut c = at.andx_words()?;
        if at.word_count >= 3 {
            self.optional_support = Some(c.u16_le("OptionalSupport")?);
        }
        if at.word_count >= 7 {
            self.maximal_share_access_rights = Some(c.u32_le("MaximalShareAccessRights")?);
            self.guest_maximal_share_access_rights = Some(c.u32_le("GuestMaximalShareAccessRights")?);
        }
        let mut bytes = at.bytes;
        self.service = oem(&mut bytes, "Service");
        at.pad(&mut bytes);
        self.native_file_system = at.string(&mut bytes, "NativeFileSystem");
        Ok(())
    }
}
