//! SMB 3.0.2, whose negotiation is not protected and is said again later; dialects that don't meet.

use smb2_proto::encode::{ioctl_request, nbss, negotiate_request, negotiate_response};
use smb2_proto::smb2::FileId;

use super::{Exchange, Session, TREE, framed, set_message_id};
use crate::tokens::{file_time, noise, spnego_hint};

/// Octets before an SMB2 body: the session's framing and the header.
const BODY: usize = 4 + 64;
/// FSCTL_VALIDATE_NEGOTIATE_INFO.
const VALIDATE: u32 = 0x0014_0204;

/// SMB2 negotiate for 3.0.2.
#[must_use]
pub fn negotiate_302(now: i64) -> Exchange {
    let mut request = negotiate_request(&[0x0202, 0x0210, 0x0300, 0x0302], &[]);
    let mut response = negotiate_response(0x0302, file_time(now), &spnego_hint(), &[]);
    set_message_id(&mut request, 1);
    set_message_id(&mut response, 1);
    framed((request, response))
}

/// SMB1 negotiate that offers SMB1 alone; the answer chooses its only dialect.
#[must_use]
pub fn only_smb1() -> Exchange {
    let header = |flags: u8| {
        let mut out = b"\xffSMB\x72\0\0\0\0".to_vec();
        out.extend([flags, 0x53, 0xc8]);
        out.extend([0; 12]);
        out.extend([0xff, 0xff, 0xff, 0xfe, 0, 0, 0, 0]);
        out
    };
    let request = [&header(0x18)[..], &[0, 12, 0], b"\x02NT LM 0.12\0"].concat();
    // [MS-SMB] 2.2.4.5.2.1: extended security.
    let mut response = header(0x98);
    response.extend([17, 0, 0, 3, 50, 0, 1, 0]);
    for word in [0x0000_4104_u32, 0x0001_0000, 0, 0x8000_f3fd] {
        response.extend(word.to_le_bytes());
    }
    response.extend(noise(95, 8));
    response.extend([0, 0, 0, 16, 0]);
    response.extend(noise(96, 16));
    framed((request, response))
}

/// The SMB1 negotiate that offers SMB2 too, answered in SMB1.
#[must_use]
pub fn smb1_chosen(now: i64) -> Exchange {
    (super::multi_protocol(now).0, only_smb1().1)
}

/// The exchange with a signature in its answer.
#[must_use]
pub fn signed((request, mut response): Exchange) -> Exchange {
    const FLAGS: usize = 4 + 16;
    const SIGNATURE: usize = 4 + 48;
    response[FLAGS] |= 8;
    response[SIGNATURE..SIGNATURE + 16].copy_from_slice(&noise(94, 16));
    (request, response)
}

impl Session {
    /// Says the negotiation again, and the answer; `changed` tells that the server had chosen another
    /// dialect than the one that arrived.
    pub fn validate(&mut self, (request, response): &Exchange, changed: bool) -> Exchange {
        let id = self.step();
        let all = FileId { persistent: u64::MAX, volatile: u64::MAX };
        let field = |octets: &[u8], at: usize, length: usize| octets[BODY + at..BODY + at + length].to_vec();
        // Capabilities, GUID, security mode, dialects.
        let dialects = 2 * usize::from(request[BODY + 2]);
        let asked = [
            field(request, 8, 4),
            field(request, 12, 16),
            field(request, 4, 2),
            field(request, 2, 2),
            field(request, 36, dialects),
        ]
        .concat();
        let dialect = if changed { vec![0x11, 3] } else { field(response, 4, 2) };
        let answered =
            [field(response, 24, 4), field(response, 8, 16), field(response, 2, 2), dialect].concat();
        let mut request = ioctl_request(id, self.id, VALIDATE, all, &asked);
        request[36..40].copy_from_slice(&TREE.to_le_bytes());
        let response = self.ioctl_answer(id, VALIDATE, all, &answered);
        signed((nbss(&request), nbss(&response)))
    }
}
