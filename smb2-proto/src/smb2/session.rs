//! SESSION_SETUP, TREE_CONNECT ([MS-SMB2] 2.2.5 to 2.2.10) and the error response (2.2.2).

use super::{At, Capabilities};
use crate::flag_set::flag_set;
use adjoin_wire::{Spanned, Utf16Le, WireError, octets_by_size, open_enum};

/// SMB2 ERROR Response ([MS-SMB2] 2.2.2).
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ErrorResponse<'a> {
    /// ErrorContextCount: 0 before dialect 3.1.1.
    pub error_context_count: Spanned<u8>,
    /// ByteCount of ErrorData.
    pub byte_count: Spanned<u32>,
    /// ErrorData, by status; most errors have none.
    pub error_data: Spanned<&'a [u8]>,
}

impl<'a> ErrorResponse<'a> {
    pub(super) fn read(&mut self, at: At<'a>) -> Result<(), WireError> {
        let mut c = at.body;
        self.error_context_count = c.u8("ErrorContextCount")?;
        c.skip(1, "Reserved")?;
        self.byte_count = c.u32_le("ByteCount")?;
        let mut data = c.sub(usize::try_from(*self.byte_count).unwrap_or(usize::MAX), "ErrorData")?;
        self.error_data = data.take_rest();
        data.finish("ErrorData")
    }
}

/// SMB2 SESSION_SETUP Request ([MS-SMB2] 2.2.5).
#[derive(Clone, Copy, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct SessionSetupRequest<'a> {
    /// Flags: 1 binds the session to another connection.
    pub flags: Spanned<u8>,
    /// SecurityMode: 1 signing enabled, 2 signing required.
    pub security_mode: Spanned<u8>,
    /// Capabilities.
    pub capabilities: Spanned<Capabilities>,
    /// Channel: 0.
    pub channel: Spanned<u32>,
    /// SecurityBufferOffset, from the header.
    pub security_buffer_offset: Spanned<u16>,
    /// SecurityBufferLength, in octets.
    pub security_buffer_length: Spanned<u16>,
    /// PreviousSessionId: the session to be replaced, or 0.
    pub previous_session_id: Spanned<u64>,
    /// Buffer: a GSS-API token (SPNEGO, or NTLMSSP alone).
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    pub security_buffer: Spanned<&'a [u8]>,
}

octets_by_size!(
    SessionSetupRequest {
        flags, security_mode, capabilities, channel, security_buffer_offset, security_buffer_length,
        previous_session_id,
    } { security_buffer }
);

impl<'a> SessionSetupRequest<'a> {
    pub(super) fn read(&mut self, at: At<'a>) -> Result<(), WireError> {
        let mut c = at.body;
        self.flags = c.u8("Flags")?;
        self.security_mode = c.u8("SecurityMode")?;
        self.capabilities = c.u32_le("Capabilities")?.map(Capabilities::from_bits_retain);
        self.channel = c.u32_le("Channel")?;
        self.security_buffer_offset = c.u16_le("SecurityBufferOffset")?;
        self.security_buffer_length = c.u16_le("SecurityBufferLength")?;
        self.previous_session_id = c.u64_le("PreviousSessionId")?;
        let (offset, length) = (*self.security_buffer_offset, *self.security_buffer_length);
        at.buffer(&mut self.security_buffer, offset, length, "SecurityBuffer")
    }
}

flag_set! {
    /// SessionFlags ([MS-SMB2] 2.2.6).
    SessionFlags(u16) {
        /// SMB2_SESSION_FLAG_IS_GUEST.
        IS_GUEST = 0x0001;
        /// SMB2_SESSION_FLAG_IS_NULL: anonymous.
        IS_NULL = 0x0002;
        /// SMB2_SESSION_FLAG_ENCRYPT_DATA: everything that follows is encrypted.
        ENCRYPT_DATA = 0x0004;
    }
}

/// SMB2 SESSION_SETUP Response ([MS-SMB2] 2.2.6).
#[derive(Clone, Copy, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct SessionSetupResponse<'a> {
    /// SessionFlags.
    pub session_flags: Spanned<SessionFlags>,
    /// SecurityBufferOffset, from the header.
    pub security_buffer_offset: Spanned<u16>,
    /// SecurityBufferLength, in octets.
    pub security_buffer_length: Spanned<u16>,
    /// Buffer: a GSS-API token; it may be empty.
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    pub security_buffer: Spanned<&'a [u8]>,
}

octets_by_size!(
    SessionSetupResponse {
        session_flags, security_buffer_offset, security_buffer_length,
    } { security_buffer }
);

impl<'a> SessionSetupResponse<'a> {
    pub(super) fn read(&mut self, at: At<'a>) -> Result<(), WireError> {
        let mut c = at.body;
        self.session_flags = c.u16_le("SessionFlags")?.map(SessionFlags::from_bits_retain);
        self.security_buffer_offset = c.u16_le("SecurityBufferOffset")?;
        self.security_buffer_length = c.u16_le("SecurityBufferLength")?;
        let (offset, length) = (*self.security_buffer_offset, *self.security_buffer_length);
        at.buffer(&mut self.security_buffer, offset, length, "SecurityBuffer")
    }
}

/// SMB2 TREE_CONNECT Request ([MS-SMB2] 2.2.9).
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct TreeConnectRequest<'a> {
    /// Flags in dialect 3.1.1, reserved before: 1 cluster reconnect, 2 redirect to owner,
    /// 4 extension present.
    pub flags: Spanned<u16>,
    /// PathOffset, from the header.
    pub path_offset: Spanned<u16>,
    /// PathLength, in octets.
    pub path_length: Spanned<u16>,
    /// Path: `\\server\share`.
    pub path: Spanned<Utf16Le<'a>>,
}

impl<'a> TreeConnectRequest<'a> {
    pub(super) fn read(&mut self, at: At<'a>) -> Result<(), WireError> {
        let mut c = at.body;
        self.flags = c.u16_le("Flags/Reserved")?;
        self.path_offset = c.u16_le("PathOffset")?;
        self.path_length = c.u16_le("PathLength")?;
        let mut path = Spanned::default();
        let result = at.buffer(&mut path, *self.path_offset, *self.path_length, "PathName");
        self.path = path.map(Utf16Le::new);
        result
    }
}

open_enum! {
    /// ShareType ([MS-SMB2] 2.2.10).
    pub struct ShareType(u8);
    DISK = 0x01, "DISK";
    PIPE = 0x02, "PIPE";
    PRINT = 0x03, "PRINT";
}

flag_set! {
    /// ShareFlags ([MS-SMB2] 2.2.10). The two bits of the caching mode are named one by one.
    ShareFlags(u32) {
        /// SMB2_SHAREFLAG_DFS.
        DFS = 0x0000_0001;
        /// SMB2_SHAREFLAG_DFS_ROOT.
        DFS_ROOT = 0x0000_0002;
        /// SMB2_SHAREFLAG_AUTO_CACHING.
        AUTO_CACHING = 0x0000_0010;
        /// SMB2_SHAREFLAG_VDO_CACHING; with AUTO_CACHING it means no caching.
        VDO_CACHING = 0x0000_0020;
        /// SMB2_SHAREFLAG_RESTRICT_EXCLUSIVE_OPENS.
        RESTRICT_EXCLUSIVE_OPENS = 0x0000_0100;
        /// SMB2_SHAREFLAG_FORCE_SHARED_DELETE.
        FORCE_SHARED_DELETE = 0x0000_0200;
        /// SMB2_SHAREFLAG_ALLOW_NAMESPACE_CACHING.
        ALLOW_NAMESPACE_CACHING = 0x0000_0400;
        /// SMB2_SHAREFLAG_ACCESS_BASED_DIRECTORY_ENUM.
        ACCESS_BASED_DIRECTORY_ENUM = 0x0000_0800;
        /// SMB2_SHAREFLAG_FORCE_LEVELII_OPLOCK.
        FORCE_LEVELII_OPLOCK = 0x0000_1000;
        /// SMB2_SHAREFLAG_ENABLE_HASH_V1.
        ENABLE_HASH_V1 = 0x0000_2000;
        /// SMB2_SHAREFLAG_ENABLE_HASH_V2.
        ENABLE_HASH_V2 = 0x0000_4000;
        /// SMB2_SHAREFLAG_ENCRYPT_DATA: everything on this share is encrypted.
        ENCRYPT_DATA = 0x0000_8000;
        /// SMB2_SHAREFLAG_IDENTITY_REMOTING.
        IDENTITY_REMOTING = 0x0004_0000;
        /// SMB2_SHAREFLAG_COMPRESS_DATA.
        COMPRESS_DATA = 0x0010_0000;
        /// SMB2_SHAREFLAG_ISOLATED_TRANSPORT.
        ISOLATED_TRANSPORT = 0x0020_0000;
    }
}

/// SMB2 TREE_CONNECT Response ([MS-SMB2] 2.2.10).
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct TreeConnectResponse {
    /// ShareType.
    pub share_type: Spanned<ShareType>,
    /// ShareFlags.
    pub share_flags: Spanned<ShareFlags>,
    /// Capabilities of the share.
    pub capabilities: Spanned<u32>,
    /// MaximalAccess: an access mask.
    pub maximal_access: Spanned<u32>,
}

impl TreeConnectResponse {
    pub(super) fn read(&mut self, at: At<'_>) -> Result<(), WireError> {
        let mut c = at.body;
        self.share_type = c.u8("ShareType")?.map(ShareType);
        c.skip(1, "Reserved")?;
        self.share_flags = c.u32_le("ShareFlags")?.map(ShareFlags::from_bits_retain);
        self.capabilities = c.u32_le("Capabilities")?;
        self.maximal_access = c.u32_le("MaximalAccess")?;
        Ok(())
    }
}
