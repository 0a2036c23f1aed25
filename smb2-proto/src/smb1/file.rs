//! NT_CREATE_ANDX, OPEN_ANDX, CLOSE, READ_ANDX and WRITE_ANDX ([MS-CIFS] 2.2.4).

use super::At;
use crate::SmbText;
use crate::smb2::CreateDisposition;
use adjoin_wire::{Cursor, Span, Spanned, Text, WireError, octets_by_size};

/// SMB_COM_NT_CREATE_ANDX Request ([MS-CIFS] 2.2.4.64.1).
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct NtCreateRequest<'a> {
    /// NameLength, in octets.
    pub name_length: Spanned<u16>,
    /// Flags.
    pub flags: Spanned<u32>,
    /// RootDirectoryFID.
    pub root_directory_fid: Spanned<u32>,
    /// DesiredAccess: an access mask.
    pub desired_access: Spanned<u32>,
    /// ShareAccess: 1 read, 2 write, 4 delete.
    pub share_access: Spanned<u32>,
    /// CreateDisposition.
    pub create_disposition: Spanned<CreateDisposition>,
    /// ImpersonationLevel.
    pub impersonation_level: Spanned<u32>,
    /// FileName: of a pipe `\lsarpc`.
    pub file_name: Spanned<SmbText<'a>>,
}

impl<'a> NtCreateRequest<'a> {
    pub(super) fn read(&mut self, at: At<'a, '_>) -> Result<(), WireError> {
        let mut c = at.andx_words()?;
        c.skip(1, "Reserved")?;
        self.name_length = c.u16_le("NameLength")?;
        self.flags = c.u32_le("Flags")?;
        self.root_directory_fid = c.u32_le("RootDirectoryFID")?;
        self.desired_access = c.u32_le("DesiredAccess")?;
        c.skip(12, "AllocationSize")?;
        self.share_access = c.u32_le("ShareAccess")?;
        self.create_disposition = c.u32_le("CreateDisposition")?.map(CreateDisposition);
        c.skip(4, "CreateOptions")?;
        self.impersonation_level = c.u32_le("ImpersonationLevel")?;
        let mut bytes = at.bytes;
        at.pad(&mut bytes);
        // Some clients count the terminator, some don't send one: both bounds hold.
        let length = usize::from(*self.name_length);
        let counted = bytes.bytes(length.min(bytes.remaining()), "FileName")?;
        let mut name = Cursor::at(counted.value, counted.span.start);
        let empty = Spanned::new(SmbText::default(), Span::new(name.offset(), name.offset()));
        self.file_name = at.string(&mut name, "FileName").unwrap_or(empty);
        Ok(())
    }
}

/// SMB_COM_NT_CREATE_ANDX Response ([MS-CIFS] 2.2.4.64.2).
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct NtCreateResponse {
    /// OpLockLevel.
    pub oplock_level: Spanned<u8>,
    /// FID.
    pub fid: Spanned<u16>,
    /// CreateDisposition: 1 opened, 2 created.
    pub create_disposition: Spanned<u32>,
    /// AllocationSize, in octets.
    pub allocation_size: Spanned<u64>,
    /// EndOfFile, in octets.
    pub end_of_file: Spanned<u64>,
    /// ResourceType: 0 disk, 1 byte-mode pipe, 2 message-mode pipe, 3 printer.
    pub resource_type: Spanned<u16>,
    /// NMPipeStatus.
    pub nm_pipe_status: Spanned<u16>,
    /// Directory: not 0 for a directory.
    pub directory: Spanned<u8>,
}

impl NtCreateResponse {
    pub(super) fn read(&mut self, at: At<'_, '_>) -> Result<(), WireError> {
        let mut c = at.andx_words()?;
        self.oplock_level = c.u8("OpLockLevel")?;
        self.fid = c.u16_le("FID")?;
        self.create_disposition = c.u32_le("CreateDisposition")?;
        c.skip(36, "Times and ExtFileAttributes")?;
        self.allocation_size = c.u64_le("AllocationSize")?;
        self.end_of_file = c.u64_le("EndOfFile")?;
        self.resource_type = c.u16_le("ResourceType")?;
        self.nm_pipe_status = c.u16_le("NMPipeStatus")?;
        self.directory = c.u8("Directory")?;
        Ok(())
    }
}

/// SMB_COM_OPEN_ANDX Request ([MS-CIFS] 2.2.4.41.1).
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct OpenRequest<'a> {
    /// Flags.
    pub flags: Spanned<u16>,
    /// AccessMode.
    pub access_mode: Spanned<u16>,
    /// OpenMode.
    pub open_mode: Spanned<u16>,
    /// FileName.
    pub file_name: Spanned<SmbText<'a>>,
}

impl<'a> OpenRequest<'a> {
    pub(super) fn read(&mut self, at: At<'a, '_>) -> Result<(), WireError> {
        let mut c = at.andx_words()?;
        self.flags = c.u16_le("Flags")?;
        self.access_mode = c.u16_le("AccessMode")?;
        c.skip(8, "SearchAttrs")?;
        self.open_mode = c.u16_le("OpenMode")?;
        let mut bytes = at.bytes;
        at.pad(&mut bytes);
        self.file_name = if at.header.is_unicode() {
            bytes.utf16_nul("FileName")?.map(SmbText::Unicode)
        } else {
            bytes.bytes_nul("FileName")?.map(|name| SmbText::Oem(Text::new(name)))
        };
        Ok(())
    }
}

/// SMB_COM_OPEN_ANDX Response ([MS-CIFS] 2.2.4.41.2).
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct OpenResponse {
    /// FID.
    pub fid: Spanned<u16>,
    /// ResourceType: 0 disk, 1 byte-mode pipe, 2 message-mode pipe, 3 printer.
    pub resource_type: Spanned<u16>,
}

impl OpenResponse {
    pub(super) fn read(&mut self, at: At<'_, '_>) -> Result<(), WireError> {
        let mut c = at.andx_words()?;
        self.fid = c.u16_le("FID")?;
        c.skip(12, "FileAttrs")?;
        self.resource_type = c.u16_le("ResourceType")?;
        Ok(())
    }
}

/// SMB_COM_CLOSE Request ([MS-CIFS] 2.2.4.5.1).
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct CloseRequest {
    /// FID.
    pub fid: Spanned<u16>,
}

impl CloseRequest {
    pub(super) fn read(&mut self, at: At<'_, '_>) -> Result<(), WireError> {
        let mut c = at.words;
        self.fid = c.u16_le("FID")?;
        Ok(())
    }
}

/// SMB_COM_READ_ANDX Request ([MS-CIFS] 2.2.4.42.1).
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ReadRequest {
    /// FID.
    pub fid: Spanned<u16>,
    /// Offset in the file, lower half.
    pub offset: Spanned<u32>,
    /// MaxCountOfBytesToReturn.
    pub max_count: Spanned<u16>,
    /// MinCountOfBytesToReturn.
    pub min_count: Spanned<u16>,
}

impl ReadRequest {
    pub(super) fn read(&mut self, at: At<'_, '_>) -> Result<(), WireError> {
        let mut c = at.andx_words()?;
        self.fid = c.u16_le("FID")?;
        self.offset = c.u32_le("Offset")?;
        self.max_count = c.u16_le("MaxCountOfBytesToReturn")?;
        self.min_count = c.u16_le("MinCountOfBytesToReturn")?;
        Ok(())
    }
}

/// SMB_COM_READ_ANDX Response ([MS-CIFS] 2.2.4.42.2).
#[derive(Clone, Copy, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ReadResponse<'a> {
    /// Available: octets left in the pipe.
    pub available: Spanned<u16>,
    /// DataLength, in octets, lower half.
    pub data_length: Spanned<u16>,
    /// DataOffset, from the header.
    pub data_offset: Spanned<u16>,
    /// DataLengthHigh ([MS-SMB] 2.2.4.2.2).
    pub data_length_high: Spanned<u16>,
    /// What was read.
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    pub data: Spanned<&'a [u8]>,
}

octets_by_size!(ReadResponse { available, data_length, data_offset, data_length_high } { data });

impl<'a> ReadResponse<'a> {
    pub(super) fn read(&mut self, at: At<'a, '_>) -> Result<(), WireError> {
        let mut c = at.andx_words()?;
        self.available = c.u16_le("Available")?;
        c.skip(4, "DataCompactionMode")?;
        self.data_length = c.u16_le("DataLength")?;
        self.data_offset = c.u16_le("DataOffset")?;
        self.data_length_high = c.u16_le("DataLengthHigh")?;
        let length = long(*self.data_length_high, *self.data_length);
        at.buffer(&mut self.data, usize::from(*self.data_offset), length, "Data")
    }
}

/// SMB_COM_WRITE_ANDX Request ([MS-CIFS] 2.2.4.43.1).
#[derive(Clone, Copy, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct WriteRequest<'a> {
    /// FID.
    pub fid: Spanned<u16>,
    /// Offset in the file, lower half.
    pub offset: Spanned<u32>,
    /// WriteMode: 0x0004 raw pipe, 0x0008 start of a message.
    pub write_mode: Spanned<u16>,
    /// Remaining: octets of the message that come in later writes.
    pub remaining: Spanned<u16>,
    /// DataLengthHigh ([MS-SMB] 2.2.4.3.1).
    pub data_length_high: Spanned<u16>,
    /// DataLength, in octets, lower half.
    pub data_length: Spanned<u16>,
    /// DataOffset, from the header.
    pub data_offset: Spanned<u16>,
    /// What is written.
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    pub data: Spanned<&'a [u8]>,
}

octets_by_size!(
    WriteRequest {
        fid, offset, write_mode, remaining, data_length_high, data_length, data_offset,
    } { data }
);

impl<'a> WriteRequest<'a> {
    pub(super) fn read(&mut self, at: At<'a, '_>) -> Result<(), WireError> {
        let mut c = at.andx_words()?;
        self.fid = c.u16_le("FID")?;
        self.offset = c.u32_le("Offset")?;
        c.skip(4, "Timeout")?;
        self.write_mode = c.u16_le("WriteMode")?;
        self.remaining = c.u16_le("Remaining")?;
        self.data_length_high = c.u16_le("DataLengthHigh")?;
        self.data_length = c.u16_le("DataLength")?;
        self.data_offset = c.u16_le("DataOffset")?;
        let length = long(*self.data_length_high, *self.data_length);
        at.buffer(&mut self.data, usize::from(*self.data_offset), length, "Data")
    }

    /// The octets for the pipe: in a raw write that starts a message, two octets with the length
    /// of the message come first ([MS-CIFS] 2.2.4.43.1, WriteMode).
    #[must_use]
    pub fn pipe_data(&self) -> Spanned<&'a [u8]> {
        match self.data.value.split_first_chunk::<2>() {
            Some((_, rest)) if *self.write_mode & 0x000c == 0x000c => {
                let span = Span::new(self.data.span.start.saturating_add(2), self.data.span.end);
                Spanned::new(rest, span)
            }
            _ => self.data,
        }
    }
}

/// SMB_COM_WRITE_ANDX Response ([MS-CIFS] 2.2.4.43.2).
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct WriteResponse {
    /// Count: octets written, lower half.
    pub count: Spanned<u16>,
}

impl WriteResponse {
    pub(super) fn read(&mut self, at: At<'_, '_>) -> Result<(), WireError> {
        let mut c = at.andx_words()?;
        self.count = c.u16_le("Count")?;
        Ok(())
    }
}

fn long(high: u16, low: u16) -> usize {
    usize::from(high) << 16 | usize::from(low)
}
