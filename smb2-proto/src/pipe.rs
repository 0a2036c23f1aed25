//! What a consumer of named pipes needs: which name was opened as which file, and which octets
//! went through it, in either SMB.

use crate::smb1::{self, PipeFunction};
use crate::smb2::{self, CtlCode, FileId};
use crate::{NtStatus, SmbText, Status};
use adjoin_wire::{Spanned, octets_by_size};

/// An open file or pipe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum PipeHandle {
    /// FileId of SMB2.
    V2(FileId),
    /// FID of SMB1, in its tree.
    V1 {
        /// FID.
        fid: u16,
        /// TID.
        tid: u16,
    },
}

/// What pairs a response with its request on one connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum RequestId {
    /// MessageId of SMB2; interim and final response have it as well.
    V2(u64),
    /// MID and PID of SMB1.
    V1 {
        /// MID.
        mid: u16,
        /// PIDHigh and PIDLow.
        pid: u32,
    },
}

/// Octets that went through a pipe (or a file: the name and the tree tell).
#[derive(Clone, Copy)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct PipeData<'a> {
    /// The file, when the message names it. A response doesn't, but for an SMB2 IOCTL: look up its
    /// [`RequestId`].
    pub handle: Option<PipeHandle>,
    /// The octets.
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    pub data: Spanned<&'a [u8]>,
    /// The message that the pipe returns goes on: a read follows (`STATUS_BUFFER_OVERFLOW`).
    pub more: bool,
}

octets_by_size!(PipeData { handle, more } { data });

/// One step in the life of a pipe.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum PipeStep<'a> {
    /// A request to open `name`.
    Open {
        /// The name, in the spelling of the client: see [`SmbText::is_pipe`].
        name: Spanned<SmbText<'a>>,
    },
    /// The answer: `name` of the request is open as `handle`.
    Opened {
        /// The file.
        handle: PipeHandle,
    },
    /// The client writes.
    Write(PipeData<'a>),
    /// The client writes and reads the answer in the same exchange.
    Transceive(PipeData<'a>),
    /// The client asks to read.
    Read {
        /// The file.
        handle: PipeHandle,
    },
    /// Octets from the server: the answer to a read or a transceive.
    Received(PipeData<'a>),
    /// The client closes the file.
    Close {
        /// The file.
        handle: PipeHandle,
    },
    /// The server refuses to open, read, write or transceive; the status is in the header.
    Refused(Status),
}

/// A step, and the request that it belongs to.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct PipeEvent<'a> {
    /// Pairs requests and responses.
    pub request: RequestId,
    /// The step.
    pub step: PipeStep<'a>,
}

impl<'a> smb2::Message<'a> {
    /// The step in the life of a pipe that this message is, if it is one. A response that only
    /// confirms a write or a close is none, nor is an interim response.
    #[must_use]
    pub fn pipe_event(&self) -> Option<PipeEvent<'a>> {
        let v2 = |id: Spanned<FileId>| PipeHandle::V2(*id);
        let status = self.header.status().map_or(NtStatus::SUCCESS, |status| *status);
        let more = status == NtStatus::BUFFER_OVERFLOW;
        let some = |handle, data: Spanned<&'a [u8]>| {
            data.reached().is_some().then_some(PipeData { handle, data, more })
        };
        let step = match &self.body {
            smb2::Body::CreateRequest(m) => {
                m.name.reached()?;
                PipeStep::Open { name: m.name.map(SmbText::Unicode) }
            }
            smb2::Body::CreateResponse(m) => {
                m.file_id.reached()?;
                PipeStep::Opened { handle: v2(m.file_id) }
            }
            smb2::Body::WriteRequest(m) => PipeStep::Write(some(Some(v2(m.file_id)), m.data)?),
            smb2::Body::ReadRequest(m) => {
                m.file_id.reached()?;
                PipeStep::Read { handle: v2(m.file_id) }
            }
            smb2::Body::ReadResponse(m) => PipeStep::Received(some(None, m.data)?),
            smb2::Body::IoctlRequest(m) if *m.ctl_code == CtlCode::PIPE_TRANSCEIVE => {
                PipeStep::Transceive(some(Some(v2(m.file_id)), m.input)?)
            }
            smb2::Body::IoctlResponse(m) if *m.ctl_code == CtlCode::PIPE_TRANSCEIVE => {
                PipeStep::Received(some(Some(v2(m.file_id)), m.output)?)
            }
            smb2::Body::CloseRequest(m) => {
                m.file_id.reached()?;
                PipeStep::Close { handle: v2(m.file_id) }
            }
            smb2::Body::Error(_) if status != NtStatus::PENDING => match *self.header.command {
                smb2::Command::CREATE | smb2::Command::READ | smb2::Command::WRITE | smb2::Command::IOCTL => {
                    PipeStep::Refused(Status::Nt(status))
                }
                _ => return None,
            },
            _ => return None,
        };
        Some(PipeEvent { request: RequestId::V2(*self.header.message_id), step })
    }
}

impl<'a> smb1::Message<'a> {
    /// The steps in the life of a pipe that the commands of this message are.
    pub fn pipe_events(self) -> impl Iterator<Item = PipeEvent<'a>> + 'a {
        let header = self.header;
        self.blocks().filter_map(move |block| block.value.pipe_event(&header))
    }
}

impl<'a> smb1::Block<'a> {
    /// The step in the life of a pipe that this command is, if it is one. A response that only
    /// confirms a write or a close is none.
    #[must_use]
    pub fn pipe_event(&self, header: &smb1::Header) -> Option<PipeEvent<'a>> {
        let v1 = |fid: Spanned<u16>| PipeHandle::V1 { fid: *fid, tid: *header.tid };
        let more = *header.status == Status::Nt(NtStatus::BUFFER_OVERFLOW)
            || *header.status == Status::Dos { class: 1, code: 234 };
        let some = |handle, data: Spanned<&'a [u8]>| {
            data.reached().is_some().then_some(PipeData { handle, data, more })
        };
        let step = match &self.body {
            smb1::Body::NtCreateRequest(m) => {
                m.file_name.reached()?;
                PipeStep::Open { name: m.file_name }
            }
            smb1::Body::OpenRequest(m) => {
                m.file_name.reached()?;
                PipeStep::Open { name: m.file_name }
            }
            smb1::Body::NtCreateResponse(m) => {
                m.fid.reached()?;
                PipeStep::Opened { handle: v1(m.fid) }
            }
            smb1::Body::OpenResponse(m) => {
                m.fid.reached()?;
                PipeStep::Opened { handle: v1(m.fid) }
            }
            smb1::Body::WriteRequest(m) => PipeStep::Write(some(Some(v1(m.fid)), m.pipe_data())?),
            smb1::Body::ReadRequest(m) => {
                m.fid.reached()?;
                PipeStep::Read { handle: v1(m.fid) }
            }
            smb1::Body::ReadResponse(m) => PipeStep::Received(some(None, m.data)?),
            smb1::Body::TransactionRequest(m) => match *m.pipe_function()? {
                PipeFunction::TRANSACT_NMPIPE => PipeStep::Transceive(some(m.fid().map(v1), m.data)?),
                PipeFunction::WRITE_NMPIPE | PipeFunction::RAW_WRITE_NMPIPE => {
                    PipeStep::Write(some(m.fid().map(v1), m.data)?)
                }
                PipeFunction::READ_NMPIPE | PipeFunction::RAW_READ_NMPIPE => {
                    PipeStep::Read { handle: v1(m.fid()?) }
                }
                _ => return None,
            },
            smb1::Body::TransactionResponse(m) => PipeStep::Received(some(None, m.data)?),
            smb1::Body::CloseRequest(m) => {
                m.fid.reached()?;
                PipeStep::Close { handle: v1(m.fid) }
            }
            smb1::Body::Error => match self.command {
                smb1::Command::NT_CREATE_ANDX
                | smb1::Command::OPEN_ANDX
                | smb1::Command::READ_ANDX
                | smb1::Command::WRITE_ANDX
                | smb1::Command::TRANSACTION => PipeStep::Refused(*header.status),
                _ => return None,
            },
            _ => return None,
        };
        let pid = u32::from(*header.pid_high) << 16 | u32::from(*header.pid_low);
        Some(PipeEvent { request: RequestId::V1 { mid: *header.mid, pid }, step })
    }
}
