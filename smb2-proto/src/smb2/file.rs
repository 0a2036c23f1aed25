//! CREATE, CLOSE, READ, WRITE and QUERY_INFO ([MS-SMB2] 2.2.13 to 2.2.22, 2.2.37, 2.2.38).

use super::At;
use crate::FileTime;
use adjoin_wire::{Cursor, Spanned, Utf16Le, WireError, octets_by_size, open_enum};
use core::fmt;

/// SMB2_FILEID ([MS-SMB2] 2.2.14.1): an open file or pipe.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId {
    /// Persistent.
    pub persistent: u64,
    /// Volatile.
    pub volatile: u64,
}

impl FileId {
    /// All bits set: in a related operation of a compound, the file of the message before.
    pub const RELATED: Self = Self { persistent: u64::MAX, volatile: u64::MAX };

    /// From the packet: two little-endian numbers.
    #[must_use]
    pub const fn from_le_bytes(bytes: [u8; 16]) -> Self {
        let whole = u128::from_le_bytes(bytes);
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = whole.to_le_bytes();
        Self {
            persistent: u64::from_le_bytes([a, b, c, d, e, f, g, h]),
            volatile: u64::from_le_bytes([i, j, k, l, m, n, o, p]),
        }
    }

    pub(super) fn read(c: &mut Cursor<'_>) -> Result<Spanned<Self>, WireError> {
        Ok(c.array("FileId")?.map(Self::from_le_bytes))
    }
}

impl fmt::Display for FileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x}:{:#x}", self.persistent, self.volatile)
    }
}

impl fmt::Debug for FileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

open_enum! {
    /// CreateDisposition ([MS-SMB2] 2.2.13, [MS-SMB] 2.2.4.9).
    pub struct CreateDisposition(u32);
    SUPERSEDE = 0, "SUPERSEDE";
    OPEN = 1, "OPEN";
    CREATE = 2, "CREATE";
    OPEN_IF = 3, "OPEN_IF";
    OVERWRITE = 4, "OVERWRITE";
    OVERWRITE_IF = 5, "OVERWRITE_IF";
}

open_enum! {
    /// CreateAction ([MS-SMB2] 2.2.14).
    pub struct CreateAction(u32);
    SUPERSEDED = 0, "SUPERSEDED";
    OPENED = 1, "OPENED";
    CREATED = 2, "CREATED";
    OVERWRITTEN = 3, "OVERWRITTEN";
}

/// SMB2 CREATE Request ([MS-SMB2] 2.2.13).
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct CreateRequest<'a> {
    /// RequestedOplockLevel.
    pub requested_oplock_level: Spanned<u8>,
    /// ImpersonationLevel: 2 impersonation.
    pub impersonation_level: Spanned<u32>,
    /// DesiredAccess: an access mask.
    pub desired_access: Spanned<u32>,
    /// FileAttributes.
    pub file_attributes: Spanned<u32>,
    /// ShareAccess: 1 read, 2 write, 4 delete.
    pub share_access: Spanned<u32>,
    /// CreateDisposition.
    pub create_disposition: Spanned<CreateDisposition>,
    /// CreateOptions.
    pub create_options: Spanned<u32>,
    /// NameOffset, from the header.
    pub name_offset: Spanned<u16>,
    /// NameLength, in octets.
    pub name_length: Spanned<u16>,
    /// CreateContextsOffset, from the header.
    pub create_contexts_offset: Spanned<u32>,
    /// CreateContextsLength, in octets.
    pub create_contexts_length: Spanned<u32>,
    /// The name of the file, or of the pipe (`netlogon`), without a backslash in front.
    pub name: Spanned<Utf16Le<'a>>,
    /// The create contexts, as they are.
    pub create_contexts: Option<Spanned<&'a [u8]>>,
}

impl<'a> CreateRequest<'a> {
    pub(super) fn read(&mut self, at: At<'a>) -> Result<(), WireError> {
        let mut c = at.body;
        c.skip(1, "SecurityFlags")?;
        self.requested_oplock_level = c.u8("RequestedOplockLevel")?;
        self.impersonation_level = c.u32_le("ImpersonationLevel")?;
        c.skip(16, "SmbCreateFlags")?;
        self.desired_access = c.u32_le("DesiredAccess")?;
        self.file_attributes = c.u32_le("FileAttributes")?;
        self.share_access = c.u32_le("ShareAccess")?;
        self.create_disposition = c.u32_le("CreateDisposition")?.map(CreateDisposition);
        self.create_options = c.u32_le("CreateOptions")?;
        self.name_offset = c.u16_le("NameOffset")?;
        self.name_length = c.u16_le("NameLength")?;
        self.create_contexts_offset = c.u32_le("CreateContextsOffset")?;
        self.create_contexts_length = c.u32_le("CreateContextsLength")?;
        let mut name = Spanned::default();
        let result = at.buffer(&mut name, *self.name_offset, *self.name_length, "Name");
        self.name = name.map(Utf16Le::new);
        result?;
        let (offset, length) = (*self.create_contexts_offset, *self.create_contexts_length);
        at.optional(&mut self.create_contexts, offset, length, "CreateContexts")
    }
}

/// SMB2 CREATE Response ([MS-SMB2] 2.2.14).
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct CreateResponse<'a> {
    /// OplockLevel.
    pub oplock_level: Spanned<u8>,
    /// Flags.
    pub flags: Spanned<u8>,
    /// CreateAction.
    pub create_action: Spanned<CreateAction>,
    /// CreationTime.
    pub creation_time: Spanned<FileTime>,
    /// LastAccessTime.
    pub last_access_time: Spanned<FileTime>,
    /// LastWriteTime.
    pub last_write_time: Spanned<FileTime>,
    /// ChangeTime.
    pub change_time: Spanned<FileTime>,
    /// AllocationSize, in octets.
    pub allocation_size: Spanned<u64>,
    /// EndofFile, in octets.
    pub end_of_file: Spanned<u64>,
    /// FileAttributes.
    pub file_attributes: Spanned<u32>,
    /// FileId.
    pub file_id: Spanned<FileId>,
    /// CreateContextsOffset, from the header.
    pub create_contexts_offset: Spanned<u32>,
    /// CreateContextsLength, in octets.
    pub create_contexts_length: Spanned<u32>,
    /// The create contexts, as they are.
    pub create_contexts: Option<Spanned<&'a [u8]>>,
}

impl<'a> CreateResponse<'a> {
    pub(super) fn read(&mut self, at: At<'a>) -> Result<(), WireError> {
        let mut c = at.body;
        self.oplock_level = c.u8("OplockLevel")?;
        self.flags = c.u8("Flags")?;
        self.create_action = c.u32_le("CreateAction")?.map(CreateAction);
        self.creation_time = c.u64_le("CreationTime")?.map(FileTime);
        self.last_access_time = c.u64_le("LastAccessTime")?.map(FileTime);
        self.last_write_time = c.u64_le("LastWriteTime")?.map(FileTime);
        self.change_time = c.u64_le("ChangeTime")?.map(FileTime);
        self.allocation_size = c.u64_le("AllocationSize")?;
        self.end_of_file = c.u64_le("EndofFile")?;
        self.file_attributes = c.u32_le("FileAttributes")?;
        c.skip(4, "Reserved2")?;
        self.file_id = FileId::read(&mut c)?;
        self.create_contexts_offset = c.u32_le("CreateContextsOffset")?;
        self.create_contexts_length = c.u32_le("CreateContextsLength")?;
        let (offset, length) = (*self.create_contexts_offset, *self.create_contexts_length);
        at.optional(&mut self.create_contexts, offset, length, "CreateContexts")
    }
}

/// SMB2 CLOSE Request ([MS-SMB2] 2.2.15).
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct CloseRequest {
    /// Flags: 1 asks for the attributes of the file.
    pub flags: Spanned<u16>,
    /// FileId.
    pub file_id: Spanned<FileId>,
}

impl CloseRequest {
    pub(super) fn read(&mut self, at: At<'_>) -> Result<(), WireError> {
        let mut c = at.body;
        self.flags = c.u16_le("Flags")?;
        c.skip(4, "Reserved")?;
        self.file_id = FileId::read(&mut c)?;
        Ok(())
    }
}

/// SMB2 READ Request ([MS-SMB2] 2.2.19).
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ReadRequest {
    /// Flags.
    pub flags: Spanned<u8>,
    /// Length: octets to read at most.
    pub length: Spanned<u32>,
    /// Offset in the file; ignored for a pipe.
    pub offset: Spanned<u64>,
    /// FileId.
    pub file_id: Spanned<FileId>,
    /// MinimumCount, in octets.
    pub minimum_count: Spanned<u32>,
}

impl ReadRequest {
    pub(super) fn read(&mut self, at: At<'_>) -> Result<(), WireError> {
        let mut c = at.body;
        c.skip(1, "Padding")?;
        self.flags = c.u8("Flags")?;
        self.length = c.u32_le("Length")?;
        self.offset = c.u64_le("Offset")?;
        self.file_id = FileId::read(&mut c)?;
        self.minimum_count = c.u32_le("MinimumCount")?;
        c.skip(12, "Channel")?;
        Ok(())
    }
}

/// SMB2 READ Response ([MS-SMB2] 2.2.20). `STATUS_BUFFER_OVERFLOW` says that the pipe's message
/// goes on in the next read.
#[derive(Clone, Copy, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ReadResponse<'a> {
    /// DataOffset, from the header.
    pub data_offset: Spanned<u8>,
    /// DataLength, in octets.
    pub data_length: Spanned<u32>,
    /// DataRemaining, in octets; of use on an RDMA channel only.
    pub data_remaining: Spanned<u32>,
    /// What was read.
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    pub data: Spanned<&'a [u8]>,
}

octets_by_size!(ReadResponse { data_offset, data_length, data_remaining } { data });

impl<'a> ReadResponse<'a> {
    pub(super) fn read(&mut self, at: At<'a>) -> Result<(), WireError> {
        let mut c = at.body;
        self.data_offset = c.u8("DataOffset")?;
        c.skip(1, "Reserved")?;
        self.data_length = c.u32_le("DataLength")?;
        self.data_remaining = c.u32_le("DataRemaining")?;
        c.skip(4, "Flags/Reserved2")?;
        at.buffer(&mut self.data, *self.data_offset, *self.data_length, "Data")
    }
}

/// SMB2 WRITE Request ([MS-SMB2] 2.2.21).
#[derive(Clone, Copy, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct WriteRequest<'a> {
    /// DataOffset, from the header.
    pub data_offset: Spanned<u16>,
    /// Length of the data, in octets.
    pub length: Spanned<u32>,
    /// Offset in the file; ignored for a pipe.
    pub offset: Spanned<u64>,
    /// FileId.
    pub file_id: Spanned<FileId>,
    /// RemainingBytes of a longer write.
    pub remaining_bytes: Spanned<u32>,
    /// Flags.
    pub flags: Spanned<u32>,
    /// What is written.
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    pub data: Spanned<&'a [u8]>,
}

octets_by_size!(WriteRequest { data_offset, length, offset, file_id, remaining_bytes, flags } { data });

impl<'a> WriteRequest<'a> {
    pub(super) fn read(&mut self, at: At<'a>) -> Result<(), WireError> {
        let mut c = at.body;
        self.data_offset = c.u16_le("DataOffset")?;
        self.length = c.u32_le("Length")?;
        self.offset = c.u64_le("Offset")?;
        self.file_id = FileId::read(&mut c)?;
        c.skip(4, "Channel")?;
        self.remaining_bytes = c.u32_le("RemainingBytes")?;
        c.skip(4, "WriteChannelInfo")?;
        self.flags = c.u32_le("Flags")?;
        at.buffer(&mut self.data, *self.data_offset, *self.length, "Data")
    }
}

/// SMB2 WRITE Response ([MS-SMB2] 2.2.22).
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct WriteResponse {
    /// Count: octets written.
    pub count: Spanned<u32>,
}

impl WriteResponse {
    pub(super) fn read(&mut self, at: At<'_>) -> Result<(), WireError> {
        let mut c = at.body;
        c.skip(2, "Reserved")?;
        self.count = c.u32_le("Count")?;
        c.skip(8, "Remaining")?;
        Ok(())
    }
}

/// SMB2 QUERY_INFO Request ([MS-SMB2] 2.2.37).
#[derive(Clone, Copy, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct QueryInfoRequest<'a> {
    /// InfoType: 1 file, 2 file system, 3 security, 4 quota.
    pub info_type: Spanned<u8>,
    /// FileInfoClass ([MS-FSCC] 2.4, 2.5), by type; 5 is FileStandardInformation.
    pub file_info_class: Spanned<u8>,
    /// OutputBufferLength: octets wanted at most.
    pub output_buffer_length: Spanned<u32>,
    /// InputBufferOffset, from the header.
    pub input_buffer_offset: Spanned<u16>,
    /// InputBufferLength, in octets.
    pub input_buffer_length: Spanned<u32>,
    /// AdditionalInformation.
    pub additional_information: Spanned<u32>,
    /// Flags.
    pub flags: Spanned<u32>,
    /// FileId.
    pub file_id: Spanned<FileId>,
    /// The input buffer.
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    pub input: Option<Spanned<&'a [u8]>>,
}

octets_by_size!(
    QueryInfoRequest {
        info_type, file_info_class, output_buffer_length, input_buffer_offset, input_buffer_length,
        additional_information, flags, file_id,
    } { input }
);

impl<'a> QueryInfoRequest<'a> {
    pub(super) fn read(&mut self, at: At<'a>) -> Result<(), WireError> {
        let mut c = at.body;
        self.info_type = c.u8("InfoType")?;
        self.file_info_class = c.u8("FileInfoClass")?;
        self.output_buffer_length = c.u32_le("OutputBufferLength")?;
        self.input_buffer_offset = c.u16_le("InputBufferOffset")?;
        c.skip(2, "Reserved")?;
        self.input_buffer_length = c.u32_le("InputBufferLength")?;
        self.additional_information = c.u32_le("AdditionalInformation")?;
        self.flags = c.u32_le("Flags")?;
        self.file_id = FileId::read(&mut c)?;
        let (offset, length) = (u32::from(*self.input_buffer_offset), *self.input_buffer_length);
        at.optional(&mut self.input, offset, length, "InputBuffer")
    }
}

/// SMB2 QUERY_INFO Response ([MS-SMB2] 2.2.38).
#[derive(Clone, Copy, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct QueryInfoResponse<'a> {
    /// OutputBufferOffset, from the header.
    pub output_buffer_offset: Spanned<u16>,
    /// OutputBufferLength, in octets.
    pub output_buffer_length: Spanned<u32>,
    /// The output buffer.
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    pub output: Spanned<&'a [u8]>,
}

octets_by_size!(QueryInfoResponse { output_buffer_offset, output_buffer_length } { output });

impl<'a> QueryInfoResponse<'a> {
    pub(super) fn read(&mut self, at: At<'a>) -> Result<(), WireError> {
        let mut c = at.body;
        self.output_buffer_offset = c.u16_le("OutputBufferOffset")?;
        self.output_buffer_length = c.u32_le("OutputBufferLength")?;
        at.buffer(&mut self.output, *self.output_buffer_offset, *self.output_buffer_length, "OutputBuffer")
    }
}
