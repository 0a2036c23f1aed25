//! SMB as a Windows client speaks it on port 445, with named pipes. Every message has its session
//! framing in front.

pub mod validate;

use smb2_proto::NtStatus;
use smb2_proto::encode::{
    create_request, ioctl_request, message, nbss, negotiate_request, negotiate_response,
    session_setup_request, session_setup_response, tree_connect_request,
};
use smb2_proto::smb2::{Command, FileId};

use crate::tokens::{file_time, noise, spnego_hint, utf16};

const OK: Option<NtStatus> = Some(NtStatus::SUCCESS);
const TREE: u32 = 1;

/// Request and response.
pub type Exchange = (Vec<u8>, Vec<u8>);

fn framed((request, response): Exchange) -> Exchange {
    (nbss(&request), nbss(&response))
}

/// SMB1 negotiate that offers SMB2, and the answer in SMB2.
#[must_use]
pub fn multi_protocol(now: i64) -> Exchange {
    let mut request = b"\xffSMB\x72\0\0\0\0\x18\x53\xc8".to_vec();
    request.extend([0; 12]);
    request.extend([0xff, 0xff, 0xff, 0xfe, 0, 0, 0, 0, 0, 34, 0]);
    request.extend(b"\x02NT LM 0.12\0\x02SMB 2.002\0\x02SMB 2.???\0");
    framed((request, negotiate_response(0x02ff, file_time(now), &spnego_hint(), &[])))
}

/// SMB2 negotiate for 3.1.1.
#[must_use]
pub fn negotiate(host: &str, now: i64) -> Exchange {
    let preauth = |seed| [&[1, 0, 32, 0, 1, 0][..], &noise(seed, 32)].concat();
    let (offered, chosen) = (preauth(71), preauth(72));
    let name = utf16(host);
    let mut request = negotiate_request(
        &[0x0202, 0x0210, 0x0300, 0x0302, 0x0311],
        &[(1, &offered), (2, &[4, 0, 2, 0, 1, 0, 4, 0, 3, 0]), (5, &name), (8, &[2, 0, 2, 0, 1, 0])],
    );
    set_message_id(&mut request, 1);
    let mut response = negotiate_response(
        0x0311,
        file_time(now),
        &spnego_hint(),
        &[(1, &chosen), (2, &[1, 0, 2, 0]), (8, &[1, 0, 2, 0])],
    );
    set_message_id(&mut response, 1);
    framed((request, response))
}

fn set_message_id(message: &mut [u8], id: u64) {
    message[24..32].copy_from_slice(&id.to_le_bytes());
}

/// A session, and the numbers of its next message.
#[derive(Clone, Copy, Debug)]
pub struct Session {
    id: u64,
    next: u64,
}

/// An open pipe.
#[derive(Clone, Copy, Debug)]
pub struct Pipe {
    file: FileId,
}

impl Session {
    /// A session whose negotiate took messages 0 and 1.
    #[must_use]
    pub const fn new() -> Self {
        Self { id: 0x0000_1c00_0000_0045, next: 2 }
    }

    fn step(&mut self) -> u64 {
        self.next += 1;
        self.next - 1
    }

    /// A step of the session setup.
    pub fn setup(&mut self, token: &[u8], status: NtStatus, answer: &[u8]) -> Exchange {
        let message = self.step();
        let mut request = session_setup_request(message, token);
        request[40..48].copy_from_slice(&if message > 2 { self.id } else { 0 }.to_le_bytes());
        // Signing required.
        request[67] = 2;
        framed((request, session_setup_response(message, self.id, status, 0, answer)))
    }

    fn call(&mut self, command: Command, request: &[u8], response: &[u8]) -> Exchange {
        let id = self.step();
        framed((
            message(command, None, id, self.id, TREE, request),
            message(command, OK, id, self.id, TREE, response),
        ))
    }

    /// Connects to a share; IPC$ when it says so.
    pub fn tree_connect(&mut self, path: &str) -> Exchange {
        let id = self.step();
        let kind = if path.ends_with("IPC$") { 2 } else { 1 };
        let body = [16, 0, kind, 0, 0x30, 0, 0, 0, 0, 0, 0, 0, 0xff, 0x01, 0x1f, 0];
        framed((
            tree_connect_request(id, self.id, path),
            message(Command::TREE_CONNECT, OK, id, self.id, TREE, &body),
        ))
    }

    /// Asks for the server's network interfaces: one of 10 Gbit/s at this IPv4 address.
    pub fn network_interfaces(&mut self, address: [u8; 4]) -> Exchange {
        let id = self.step();
        let all = FileId { persistent: u64::MAX, volatile: u64::MAX };
        let mut data = Vec::new();
        for word in [0_u32, 5, 0, 0] {
            data.extend(word.to_le_bytes());
        }
        data.extend(10_000_000_000_u64.to_le_bytes());
        data.extend([2, 0, 0, 0]);
        data.extend(address);
        data.resize(152, 0);
        let mut request = ioctl_request(id, self.id, 0x0014_01fc, all, &[]);
        request[36..40].copy_from_slice(&TREE.to_le_bytes());
        framed((request, self.ioctl_answer(id, 0x0014_01fc, all, &data)))
    }

    fn ioctl_answer(&self, id: u64, code: u32, file: FileId, data: &[u8]) -> Vec<u8> {
        let mut body = vec![49, 0, 0, 0];
        body.extend(code.to_le_bytes());
        put_file(&mut body, file);
        for word in [112, 0, 112, length(data), 0, 0] {
            body.extend(word.to_le_bytes());
        }
        body.extend(data);
        message(Command::IOCTL, OK, id, self.id, TREE, &body)
    }

    /// Opens a pipe.
    pub fn open(&mut self, name: &str) -> (Pipe, Exchange) {
        let id = self.step();
        let pipe =
            Pipe { file: FileId { persistent: 0x0000_0004_0000_0200 + id, volatile: 0xffff_ffff_0000_0009 } };
        let mut body = vec![89, 0, 0, 0, 1, 0, 0, 0];
        body.extend([0; 32]);
        body.extend(4096_u64.to_le_bytes());
        body.extend([0; 8]);
        body.extend([0x80, 0, 0, 0, 0, 0, 0, 0]);
        put_file(&mut body, pipe.file);
        body.extend([0; 8]);
        let exchange =
            (create_request(id, self.id, TREE, name), message(Command::CREATE, OK, id, self.id, TREE, &body));
        (pipe, framed(exchange))
    }

    /// Asks for a pipe's standard information.
    pub fn standard_info(&mut self, pipe: Pipe) -> Exchange {
        let mut request = vec![41, 0, 1, 5];
        for word in [24_u32, 0, 0, 0, 0] {
            request.extend(word.to_le_bytes());
        }
        put_file(&mut request, pipe.file);
        let mut response = vec![9, 0, 72, 0, 24, 0, 0, 0];
        response.extend(4096_u64.to_le_bytes());
        response.extend([0; 8]);
        response.extend([1, 0, 0, 0, 1, 0, 0, 0]);
        self.call(Command::QUERY_INFO, &request, &response)
    }

    /// Writes to a pipe.
    pub fn write(&mut self, pipe: Pipe, data: &[u8]) -> Exchange {
        let mut request = vec![49, 0, 112, 0];
        request.extend(length(data).to_le_bytes());
        request.extend([0; 8]);
        put_file(&mut request, pipe.file);
        request.extend([0; 16]);
        request.extend(data);
        let mut response = vec![17, 0, 0, 0];
        response.extend(length(data).to_le_bytes());
        response.extend([0; 8]);
        self.call(Command::WRITE, &request, &response)
    }

    /// Reads from a pipe.
    pub fn read(&mut self, pipe: Pipe, data: &[u8]) -> Exchange {
        let mut request = vec![49, 0, 80, 0];
        request.extend(1024_u32.to_le_bytes());
        request.extend([0; 8]);
        put_file(&mut request, pipe.file);
        request.extend([0; 17]);
        let mut response = vec![17, 0, 80, 0];
        response.extend(length(data).to_le_bytes());
        response.extend([0; 8]);
        response.extend(data);
        self.call(Command::READ, &request, &response)
    }

    /// Writes to a pipe and reads what comes back.
    pub fn transceive(&mut self, pipe: Pipe, request: &[u8], response: &[u8]) -> Exchange {
        let id = self.step();
        let asked = ioctl_request(id, self.id, 0x0011_c017, pipe.file, request);
        framed((asked, self.ioctl_answer(id, 0x0011_c017, pipe.file, response)))
    }

    /// Closes a pipe.
    pub fn close(&mut self, pipe: Pipe) -> Exchange {
        let mut request = vec![24, 0, 0, 0, 0, 0, 0, 0];
        put_file(&mut request, pipe.file);
        let mut response = vec![60, 0];
        response.resize(60, 0);
        self.call(Command::CLOSE, &request, &response)
    }
}

/// The exchange with its answer replaced by an error.
#[must_use]
pub fn refused((request, response): Exchange, status: NtStatus) -> Exchange {
    let mut error = response[4..4 + 64].to_vec();
    error[8..12].copy_from_slice(&status.0.to_le_bytes());
    error.extend([9, 0, 0, 0, 0, 0, 0, 0, 0]);
    (request, nbss(&error))
}

impl Default for Session {
    fn default() -> Self {
        Self::new()
    }
}

fn put_file(out: &mut Vec<u8>, file: FileId) {
    out.extend(file.persistent.to_le_bytes());
    out.extend(file.volatile.to_le_bytes());
}

fn length(data: &[u8]) -> u32 {
    u32::try_from(data.len()).expect("short")
}
