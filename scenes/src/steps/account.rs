//! What can go wrong once the account is there: its password, its channel, its name.

use kerberos_proto::ErrorCode;
use rpce_proto::FaultStatus;

use super::{Fault, HOST, Play, Step, Stop};
use crate::conversation::{Conversation, Who};
use crate::rpc::{self, Association, Machine};
use crate::smb;

/// How an unsealed call of the secure channel is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsealed {
    /// With a fault.
    Fault,
    /// By what it returns.
    Status,
}

impl Play {
    /// A kpasswd answer that tells success in a KRB-ERROR.
    pub(super) fn success_as_error(&self) -> Vec<u8> {
        let error = self.realm().error(ErrorCode(0), &["kadmin", "changepw"], Some(&[0, 0]));
        let length = u16::try_from(6 + error.len()).expect("short").to_be_bytes();
        [&length[..], &[0, 1, 0, 0], &error].concat()
    }

    /// `NetrLogonGetCapabilities` on the plain connection.
    pub(super) fn call_unsealed(
        &mut self,
        talk: &mut Conversation,
        rpc: &mut Association,
        (machine, how): (&Machine<'_>, Unsealed),
    ) -> Step {
        const GET_CAPABILITIES: u16 = 21;
        let (stub, answer) = machine.capabilities(0xc000_0022);
        let (request, response) = match how {
            Unsealed::Fault => rpc.fault(GET_CAPABILITIES, &stub, FaultStatus(5)),
            Unsealed::Status => rpc.call(GET_CAPABILITIES, &stub, &answer),
        };
        self.exchange(talk, &request, &response);
        self.mark();
        talk.close(&mut self.script, Who::Client);
        self.now = talk.now;
        Err(Stop)
    }

    /// Another round of SAMR, which is to change the account's name.
    pub(super) fn rename(&mut self, talk: &mut Conversation, session: &mut smb::Session) {
        let Some(Fault::Rename(denied)) = self.plan.fault else { return };
        let (pipe, open) = session.open("samr");
        self.exchange(talk, &open.0, &open.1);
        let mut rpc = Association::new(rpc::SAMR).in_pipe();
        let (bind, ack) = rpc.bind(r"\PIPE\samr", None);
        for (request, response) in [session.write(pipe, &bind), session.read(pipe, &ack)] {
            self.exchange(talk, &request, &response);
        }
        let server = format!(r"\\{HOST}");
        let (connect, asked, _) = rpc::samr_open(57, &server, 0);
        if denied == Unsealed::Fault {
            let (request, response) = rpc.fault(connect, &asked, FaultStatus(5));
            let (request, response) = session.transceive(pipe, &request, &response);
            self.exchange(talk, &request, &response);
            self.mark();
            return;
        }
        let (_, stub, refused) = rpc::samr_set_password(0xc000_0022);
        let calls = [57, 7, 34].map(|opnum| rpc::samr_open(opnum, &server, 0));
        for (opnum, asked, answered) in calls.into_iter().chain([(37, stub, refused)]) {
            let (request, response) = rpc.call(opnum, &asked, &answered);
            let (request, response) = session.transceive(pipe, &request, &response);
            self.exchange(talk, &request, &response);
        }
        self.mark();
    }
}
