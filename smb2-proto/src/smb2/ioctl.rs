//! IOCTL ([MS-SMB2] 2.2.31, 2.2.32).

use super::{At, FileId};
use adjoin_wire::{Spanned, WireError, octets_by_size, open_enum};

open_enum! {
    /// CtlCode ([MS-SMB2] 2.2.31, [MS-FSCC] 2.3).
    pub struct CtlCode(u32);
    DFS_GET_REFERRALS = 0x0006_0194, "FSCTL_DFS_GET_REFERRALS";
    DFS_GET_REFERRALS_EX = 0x0006_01b0, "FSCTL_DFS_GET_REFERRALS_EX";
    SET_REPARSE_POINT = 0x0009_00a4, "FSCTL_SET_REPARSE_POINT";
    GET_REPARSE_POINT = 0x0009_00a8, "FSCTL_GET_REPARSE_POINT";
    CREATE_OR_GET_OBJECT_ID = 0x0009_00c0, "FSCTL_CREATE_OR_GET_OBJECT_ID";
    FILE_LEVEL_TRIM = 0x0009_8208, "FSCTL_FILE_LEVEL_TRIM";
    PIPE_PEEK = 0x0011_400c, "FSCTL_PIPE_PEEK";
    PIPE_WAIT = 0x0011_0018, "FSCTL_PIPE_WAIT";
    PIPE_TRANSCEIVE = 0x0011_c017, "FSCTL_PIPE_TRANSCEIVE";
    SRV_ENUMERATE_SNAPSHOTS = 0x0014_4064, "FSCTL_SRV_ENUMERATE_SNAPSHOTS";
    SRV_REQUEST_RESUME_KEY = 0x0014_0078, "FSCTL_SRV_REQUEST_RESUME_KEY";
    SRV_READ_HASH = 0x0014_41bb, "FSCTL_SRV_READ_HASH";
    SRV_COPYCHUNK = 0x0014_40f2, "FSCTL_SRV_COPYCHUNK";
    SRV_COPYCHUNK_WRITE = 0x0014_80f2, "FSCTL_SRV_COPYCHUNK_WRITE";
    LMR_REQUEST_RESILIENCY = 0x0014_01d4, "FSCTL_LMR_REQUEST_RESILIENCY";
    QUERY_NETWORK_INTERFACE_INFO = 0x0014_01fc, "FSCTL_QUERY_NETWORK_INTERFACE_INFO";
    VALIDATE_NEGOTIATE_INFO = 0x0014_0204, "FSCTL_VALIDATE_NEGOTIATE_INFO";
}

/// SMB2 IOCTL Request ([MS-SMB2] 2.2.31).
#[derive(Clone, Copy, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct IoctlRequest<'a> {
    /// CtlCode.
    pub ctl_code: Spanned<CtlCode>,
    /// FileId: all bits set when the control concerns no file.
    pub file_id: Spanned<FileId>,
    /// InputOffset, from the header.
    pub input_offset: Spanned<u32>,
    /// InputCount, in octets.
    pub input_count: Spanned<u32>,
    /// MaxInputResponse, in octets.
    pub max_input_response: Spanned<u32>,
    /// OutputOffset, from the header.
    pub output_offset: Spanned<u32>,
    /// OutputCount: 0 in a request.
    pub output_count: Spanned<u32>,
    /// MaxOutputResponse, in octets.
    pub max_output_response: Spanned<u32>,
    /// Flags: 1 is a file system control.
    pub flags: Spanned<u32>,
    /// The input buffer; of a pipe transceive, what is written.
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    pub input: Spanned<&'a [u8]>,
}

octets_by_size!(
    IoctlRequest {
        ctl_code, file_id, input_offset, input_count, max_input_response, output_offset, output_count,
        max_output_response, flags,
    } { input }
);

impl<'a> IoctlRequest<'a> {
    pub(super) fn read(&mut self, at: At<'a>) -> Result<(), WireError> {
        let mut c = at.body;
        c.skip(2, "Reserved")?;
        self.ctl_code = c.u32_le("CtlCode")?.map(CtlCode);
        self.file_id = FileId::read(&mut c)?;
        self.input_offset = c.u32_le("InputOffset")?;
        self.input_count = c.u32_le("InputCount")?;
        self.max_input_response = c.u32_le("MaxInputResponse")?;
        self.output_offset = c.u32_le("OutputOffset")?;
        self.output_count = c.u32_le("OutputCount")?;
        self.max_output_response = c.u32_le("MaxOutputResponse")?;
        self.flags = c.u32_le("Flags")?;
        c.skip(4, "Reserved2")?;
        at.buffer(&mut self.input, *self.input_offset, *self.input_count, "Input")
    }
}

/// SMB2 IOCTL Response ([MS-SMB2] 2.2.32).
#[derive(Clone, Copy, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct IoctlResponse<'a> {
    /// CtlCode.
    pub ctl_code: Spanned<CtlCode>,
    /// FileId.
    pub file_id: Spanned<FileId>,
    /// InputOffset, from the header.
    pub input_offset: Spanned<u32>,
    /// InputCount, in octets. Windows sends a count for some controls without sending the octets,
    /// so that they are not looked for.
    pub input_count: Spanned<u32>,
    /// OutputOffset, from the header.
    pub output_offset: Spanned<u32>,
    /// OutputCount, in octets.
    pub output_count: Spanned<u32>,
    /// Flags.
    pub flags: Spanned<u32>,
    /// The output buffer; of a pipe transceive, what was read.
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    pub output: Spanned<&'a [u8]>,
}

octets_by_size!(
    IoctlResponse {
        ctl_code, file_id, input_offset, input_count, output_offset, output_count, flags,
    } { output }
);

impl<'a> IoctlResponse<'a> {
    pub(super) fn read(&mut self, at: At<'a>) -> Result<(), WireError> {
        let mut c = at.body;
        c.skip(2, "Reserved")?;
        self.ctl_code = c.u32_le("CtlCode")?.map(CtlCode);
        self.file_id = FileId::read(&mut c)?;
        self.input_offset = c.u32_le("InputOffset")?;
        self.input_count = c.u32_le("InputCount")?;
        self.output_offset = c.u32_le("OutputOffset")?;
        self.output_count = c.u32_le("OutputCount")?;
        self.flags = c.u32_le("Flags")?;
        c.skip(4, "Reserved2")?;
        at.buffer(&mut self.output, *self.output_offset, *self.output_count, "Output")
    }
}
