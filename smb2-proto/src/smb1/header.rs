//! The SMB1 header ([MS-CIFS] 2.2.3.1).

use crate::flag_set::flag_set;
use crate::{NtStatus, Status};
use adjoin_wire::{Cursor, ErrorKind, Spanned, WireError, open_enum};

/// Octets of an SMB1 header.
pub const HEADER_LEN: usize = 32;

open_enum! {
    /// Command ([MS-CIFS] 2.2.2.1).
    pub struct Command(u8);
    CREATE_DIRECTORY = 0x00, "SMB_COM_CREATE_DIRECTORY";
    DELETE_DIRECTORY = 0x01, "SMB_COM_DELETE_DIRECTORY";
    OPEN = 0x02, "SMB_COM_OPEN";
    CREATE = 0x03, "SMB_COM_CREATE";
    CLOSE = 0x04, "SMB_COM_CLOSE";
    FLUSH = 0x05, "SMB_COM_FLUSH";
    DELETE = 0x06, "SMB_COM_DELETE";
    RENAME = 0x07, "SMB_COM_RENAME";
    QUERY_INFORMATION = 0x08, "SMB_COM_QUERY_INFORMATION";
    SET_INFORMATION = 0x09, "SMB_COM_SET_INFORMATION";
    READ = 0x0a, "SMB_COM_READ";
    WRITE = 0x0b, "SMB_COM_WRITE";
    CHECK_DIRECTORY = 0x10, "SMB_COM_CHECK_DIRECTORY";
    PROCESS_EXIT = 0x11, "SMB_COM_PROCESS_EXIT";
    SEEK = 0x12, "SMB_COM_SEEK";
    LOCKING_ANDX = 0x24, "SMB_COM_LOCKING_ANDX";
    TRANSACTION = 0x25, "SMB_COM_TRANSACTION";
    TRANSACTION_SECONDARY = 0x26, "SMB_COM_TRANSACTION_SECONDARY";
    IOCTL = 0x27, "SMB_COM_IOCTL";
    ECHO = 0x2b, "SMB_COM_ECHO";
    WRITE_AND_CLOSE = 0x2c, "SMB_COM_WRITE_AND_CLOSE";
    OPEN_ANDX = 0x2d, "SMB_COM_OPEN_ANDX";
    READ_ANDX = 0x2e, "SMB_COM_READ_ANDX";
    WRITE_ANDX = 0x2f, "SMB_COM_WRITE_ANDX";
    TRANSACTION2 = 0x32, "SMB_COM_TRANSACTION2";
    TRANSACTION2_SECONDARY = 0x33, "SMB_COM_TRANSACTION2_SECONDARY";
    FIND_CLOSE2 = 0x34, "SMB_COM_FIND_CLOSE2";
    TREE_CONNECT = 0x70, "SMB_COM_TREE_CONNECT";
    TREE_DISCONNECT = 0x71, "SMB_COM_TREE_DISCONNECT";
    NEGOTIATE = 0x72, "SMB_COM_NEGOTIATE";
    SESSION_SETUP_ANDX = 0x73, "SMB_COM_SESSION_SETUP_ANDX";
    LOGOFF_ANDX = 0x74, "SMB_COM_LOGOFF_ANDX";
    TREE_CONNECT_ANDX = 0x75, "SMB_COM_TREE_CONNECT_ANDX";
    QUERY_INFORMATION_DISK = 0x80, "SMB_COM_QUERY_INFORMATION_DISK";
    NT_TRANSACT = 0xa0, "SMB_COM_NT_TRANSACT";
    NT_TRANSACT_SECONDARY = 0xa1, "SMB_COM_NT_TRANSACT_SECONDARY";
    NT_CREATE_ANDX = 0xa2, "SMB_COM_NT_CREATE_ANDX";
    NT_CANCEL = 0xa4, "SMB_COM_NT_CANCEL";
    NO_ANDX_COMMAND = 0xff, "SMB_COM_NO_ANDX_COMMAND";
}

impl Command {
    /// True when the command may be followed by another one in the same message.
    #[must_use]
    pub const fn is_andx(self) -> bool {
        matches!(
            self,
            Self::LOCKING_ANDX
                | Self::OPEN_ANDX
                | Self::READ_ANDX
                | Self::WRITE_ANDX
                | Self::SESSION_SETUP_ANDX
                | Self::LOGOFF_ANDX
                | Self::TREE_CONNECT_ANDX
                | Self::NT_CREATE_ANDX
        )
    }
}

flag_set! {
    /// Flags ([MS-CIFS] 2.2.3.1).
    Flags(u8) {
        /// SMB_FLAGS_LOCK_AND_READ_OK.
        LOCK_AND_READ_OK = 0x01;
        /// SMB_FLAGS_BUF_AVAIL.
        BUF_AVAIL = 0x02;
        /// SMB_FLAGS_CASE_INSENSITIVE.
        CASE_INSENSITIVE = 0x08;
        /// SMB_FLAGS_CANONICALIZED_PATHS.
        CANONICALIZED_PATHS = 0x10;
        /// SMB_FLAGS_OPLOCK.
        OPLOCK = 0x20;
        /// SMB_FLAGS_OPBATCH.
        OPBATCH = 0x40;
        /// SMB_FLAGS_REPLY: a response.
        REPLY = 0x80;
    }
}

flag_set! {
    /// Flags2 ([MS-CIFS] 2.2.3.1, [MS-SMB] 2.2.3.1).
    Flags2(u16) {
        /// SMB_FLAGS2_LONG_NAMES.
        LONG_NAMES = 0x0001;
        /// SMB_FLAGS2_EAS.
        EAS = 0x0002;
        /// SMB_FLAGS2_SMB_SECURITY_SIGNATURE: signed.
        SECURITY_SIGNATURE = 0x0004;
        /// SMB_FLAGS2_COMPRESSED.
        COMPRESSED = 0x0008;
        /// SMB_FLAGS2_SMB_SECURITY_SIGNATURE_REQUIRED.
        SECURITY_SIGNATURE_REQUIRED = 0x0010;
        /// SMB_FLAGS2_IS_LONG_NAME.
        IS_LONG_NAME = 0x0040;
        /// SMB_FLAGS2_REPARSE_PATH.
        REPARSE_PATH = 0x0400;
        /// SMB_FLAGS2_EXTENDED_SECURITY.
        EXTENDED_SECURITY = 0x0800;
        /// SMB_FLAGS2_DFS.
        DFS = 0x1000;
        /// SMB_FLAGS2_PAGING_IO.
        PAGING_IO = 0x2000;
        /// SMB_FLAGS2_NT_STATUS: Status is an NTSTATUS.
        NT_STATUS = 0x4000;
        /// SMB_FLAGS2_UNICODE: strings are UTF-16LE.
        UNICODE = 0x8000;
    }
}

/// The header of an SMB1 message ([MS-CIFS] 2.2.3.1). Integers are little-endian.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Header {
    /// Protocol: `FF 53 4D 42`.
    pub protocol: Spanned<[u8; 4]>,
    /// Command: the first one of a chain.
    pub command: Spanned<Command>,
    /// Status; 0 in a request.
    pub status: Spanned<Status>,
    /// Flags.
    pub flags: Spanned<Flags>,
    /// Flags2.
    pub flags2: Spanned<Flags2>,
    /// PIDHigh: upper half of the process id.
    pub pid_high: Spanned<u16>,
    /// SecurityFeatures: a signature, as a rule.
    pub security_features: Spanned<[u8; 8]>,
    /// TID: the tree.
    pub tid: Spanned<u16>,
    /// PIDLow: lower half of the process id.
    pub pid_low: Spanned<u16>,
    /// UID: the session.
    pub uid: Spanned<u16>,
    /// MID: multiplexes requests.
    pub mid: Spanned<u16>,
}

impl Header {
    /// True for a response.
    #[must_use]
    pub fn is_response(&self) -> bool {
        self.flags.contains(Flags::REPLY)
    }

    /// True when strings are UTF-16LE.
    #[must_use]
    pub fn is_unicode(&self) -> bool {
        self.flags2.contains(Flags2::UNICODE)
    }

    pub(super) fn read(&mut self, c: &mut Cursor<'_>) -> Result<(), WireError> {
        self.protocol = c.array("Protocol")?;
        if *self.protocol != *b"\xffSMB" {
            let kind = ErrorKind::Malformed("an SMB1 header begins with FF 53 4D 42");
            return Err(WireError::new(kind, self.protocol.span.start, "Protocol"));
        }
        self.command = c.u8("Command")?.map(Command);
        let status = c.array::<4>("Status")?;
        self.flags = c.u8("Flags")?.map(Flags::from_bits_retain);
        self.flags2 = c.u16_le("Flags2")?.map(Flags2::from_bits_retain);
        // Which of the two forms it is, is known only here.
        self.status = status.map(|octets| {
            let [class, _, low, high] = octets;
            if self.flags2.contains(Flags2::NT_STATUS) {
                Status::Nt(NtStatus(u32::from_le_bytes(octets)))
            } else {
                Status::Dos { class, code: u16::from_le_bytes([low, high]) }
            }
        });
        self.pid_high = c.u16_le("PIDHigh")?;
        self.security_features = c.array("SecurityFeatures")?;
        c.skip(2, "Reserved")?;
        self.tid = c.u16_le("TID")?;
        self.pid_low = c.u16_le("PIDLow")?;
        self.uid = c.u16_le("UID")?;
        self.mid = c.u16_le("MID")?;
        Ok(())
    }
}
