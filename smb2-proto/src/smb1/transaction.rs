//! SMB_COM_TRANSACTION ([MS-CIFS] 2.2.4.33): named pipes ([MS-CIFS] 2.2.5) and mailslots.

use super::{At, oem};
use crate::SmbText;
use adjoin_wire::{Cursor, Spanned, WireError, octets_by_size, open_enum};

open_enum! {
    /// The first setup word of a transaction on a named pipe ([MS-CIFS] 2.2.2.2).
    pub struct PipeFunction(u16);
    SET_NMPIPE_STATE = 0x0001, "TRANS_SET_NMPIPE_STATE";
    RAW_READ_NMPIPE = 0x0011, "TRANS_RAW_READ_NMPIPE";
    QUERY_NMPIPE_STATE = 0x0021, "TRANS_QUERY_NMPIPE_STATE";
    QUERY_NMPIPE_INFO = 0x0022, "TRANS_QUERY_NMPIPE_INFO";
    PEEK_NMPIPE = 0x0023, "TRANS_PEEK_NMPIPE";
    TRANSACT_NMPIPE = 0x0026, "TRANS_TRANSACT_NMPIPE";
    RAW_WRITE_NMPIPE = 0x0031, "TRANS_RAW_WRITE_NMPIPE";
    READ_NMPIPE = 0x0036, "TRANS_READ_NMPIPE";
    WRITE_NMPIPE = 0x0037, "TRANS_WRITE_NMPIPE";
    WAIT_NMPIPE = 0x0053, "TRANS_WAIT_NMPIPE";
    CALL_NMPIPE = 0x0054, "TRANS_CALL_NMPIPE";
}

/// SMB_COM_TRANSACTION Request ([MS-CIFS] 2.2.4.33.1).
#[derive(Clone, Copy, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct TransactionRequest<'a> {
    /// TotalParameterCount, in octets.
    pub total_parameter_count: Spanned<u16>,
    /// TotalDataCount, in octets: more than DataCount when secondary requests follow.
    pub total_data_count: Spanned<u16>,
    /// MaxDataCount, in octets.
    pub max_data_count: Spanned<u16>,
    /// Flags: 1 disconnects the tree afterwards, 2 no response.
    pub flags: Spanned<u16>,
    /// Timeout, in milliseconds.
    pub timeout: Spanned<u32>,
    /// ParameterCount, in octets.
    pub parameter_count: Spanned<u16>,
    /// ParameterOffset, from the header.
    pub parameter_offset: Spanned<u16>,
    /// DataCount, in octets.
    pub data_count: Spanned<u16>,
    /// DataOffset, from the header.
    pub data_offset: Spanned<u16>,
    /// SetupCount, in words.
    pub setup_count: Spanned<u8>,
    /// Setup: of a pipe, a function and a FID.
    pub setup: Spanned<&'a [u8]>,
    /// Name: `\PIPE\` or `\MAILSLOT\..`. The latter is OEM always.
    pub name: Spanned<SmbText<'a>>,
    /// Trans_Parameters.
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    pub parameters: Spanned<&'a [u8]>,
    /// Trans_Data.
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    pub data: Spanned<&'a [u8]>,
}

octets_by_size!(
    TransactionRequest {
        total_parameter_count, total_data_count, max_data_count, flags, timeout, parameter_count,
        parameter_offset, data_count, data_offset, setup_count, setup, name,
    } { parameters, data }
);

impl<'a> TransactionRequest<'a> {
    /// What is done to the pipe. `None` for a mailslot, and when there is no setup word.
    #[must_use]
    pub fn pipe_function(&self) -> Option<Spanned<PipeFunction>> {
        let mut setup = Cursor::at(self.setup.value, self.setup.span.start);
        if self.is_mailslot() { None } else { Some(setup.u16_le("Setup").ok()?.map(PipeFunction)) }
    }

    /// The FID of a pipe that is open: the second setup word. (For a `TRANS_CALL_NMPIPE` or a
    /// `TRANS_WAIT_NMPIPE` it is a priority.)
    #[must_use]
    pub fn fid(&self) -> Option<Spanned<u16>> {
        let function = self.pipe_function()?.value;
        if matches!(function, PipeFunction::CALL_NMPIPE | PipeFunction::WAIT_NMPIPE) {
            return None;
        }
        let mut setup = Cursor::at(self.setup.value, self.setup.span.start);
        setup.skip(2, "Setup").ok()?;
        setup.u16_le("FID").ok()
    }

    /// True when the name is that of a mailslot.
    #[must_use]
    pub fn is_mailslot(&self) -> bool {
        self.name.as_bytes().get(..10).is_some_and(|name| name.eq_ignore_ascii_case(b"\\MAILSLOT\\"))
    }

    pub(super) fn read(&mut self, at: At<'a, '_>) -> Result<(), WireError> {
        let mut c = at.words;
        self.total_parameter_count = c.u16_le("TotalParameterCount")?;
        self.total_data_count = c.u16_le("TotalDataCount")?;
        c.skip(2, "MaxParameterCount")?;
        self.max_data_count = c.u16_le("MaxDataCount")?;
        c.skip(2, "MaxSetupCount")?;
        self.flags = c.u16_le("Flags")?;
        self.timeout = c.u32_le("Timeout")?;
        c.skip(2, "Reserved2")?;
        self.parameter_count = c.u16_le("ParameterCount")?;
        self.parameter_offset = c.u16_le("ParameterOffset")?;
        self.data_count = c.u16_le("DataCount")?;
        self.data_offset = c.u16_le("DataOffset")?;
        self.setup_count = c.u8("SetupCount")?;
        c.skip(1, "Reserved3")?;
        self.setup = c.bytes(usize::from(*self.setup_count).saturating_mul(2), "Setup")?;
        let mut bytes = at.bytes;
        let ascii =
            |from: Cursor<'a>| from.peek().get(..10).is_some_and(|n| n.eq_ignore_ascii_case(b"\\MAILSLOT\\"));
        let name = if ascii(bytes) {
            oem(&mut bytes, "Name")
        } else {
            at.pad(&mut bytes);
            at.string(&mut bytes, "Name")
        };
        self.name = name.unwrap_or_default();
        let (offset, count) = (usize::from(*self.parameter_offset), usize::from(*self.parameter_count));
        at.buffer(&mut self.parameters, offset, count, "Trans_Parameters")?;
        at.buffer(&mut self.data, usize::from(*self.data_offset), usize::from(*self.data_count), "Trans_Data")
    }
}

/// SMB_COM_TRANSACTION Response ([MS-CIFS] 2.2.4.33.2).
#[derive(Clone, Copy, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct TransactionResponse<'a> {
    /// TotalParameterCount, in octets.
    pub total_parameter_count: Spanned<u16>,
    /// TotalDataCount, in octets, of all responses to the request.
    pub total_data_count: Spanned<u16>,
    /// ParameterCount, in octets.
    pub parameter_count: Spanned<u16>,
    /// ParameterOffset, from the header.
    pub parameter_offset: Spanned<u16>,
    /// DataCount, in octets.
    pub data_count: Spanned<u16>,
    /// DataOffset, from the header.
    pub data_offset: Spanned<u16>,
    /// DataDisplacement: where these data belong in the whole.
    pub data_displacement: Spanned<u16>,
    /// Trans_Parameters.
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    pub parameters: Spanned<&'a [u8]>,
    /// Trans_Data: of a pipe transaction, what was read.
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    pub data: Spanned<&'a [u8]>,
}

octets_by_size!(
    TransactionResponse {
        total_parameter_count, total_data_count, parameter_count, parameter_offset, data_count, data_offset,
        data_displacement,
    } { parameters, data }
);

impl<'a> TransactionResponse<'a> {
    pub(super) fn read(&mut self, at: At<'a, '_>) -> Result<(), WireError> {
        let mut c = at.words;
        self.total_parameter_count = c.u16_le("TotalParameterCount")?;
        self.total_data_count = c.u16_le("TotalDataCount")?;
        c.skip(2, "Reserved1")?;
        self.parameter_count = c.u16_le("ParameterCount")?;
        self.parameter_offset = c.u16_le("ParameterOffset")?;
        c.skip(2, "ParameterDisplacement")?;
        self.data_count = c.u16_le("DataCount")?;
        self.data_offset = c.u16_le("DataOffset")?;
        self.data_displacement = c.u16_le("DataDisplacement")?;
        let (offset, count) = (usize::from(*self.parameter_offset), usize::from(*self.parameter_count));
        at.buffer(&mut self.parameters, offset, count, "Trans_Parameters")?;
        at.buffer(&mut self.data, usize::from(*self.data_offset), usize::from(*self.data_count), "Trans_Data")
    }
}
