//! SMB1: the same steps in their older form.

use adjoin_capture::Direction;
use smb2_proto::smb1::{Body, Message};

use super::gss;
use super::smb::{Asked, Dialogue, File, Pending, Pipe, is_ipc, is_pipe_name, pipe_name, with_blob};
use crate::Phase;
use crate::log::{self, Source};
use crate::tracker::Scene;

/// What an SMB1 message is answered by: process, multiplex and tree id.
fn key(message: &Message<'_>) -> u64 {
    let header = &message.header;
    u64::from(header.mid.value) | u64::from(header.pid_low.value) << 16 | u64::from(header.uid.value) << 32
}

impl Dialogue {
    pub(super) fn smb1(&mut self, scene: &mut Scene<'_>, source: &Source<'_>, message: &Message<'_>) {
        let key = key(message);
        let tree = u32::from(message.header.tid.value);
        let response = message.header.is_response();
        let mut pending = if response { self.pending.remove(&key) } else { None };
        let frame = scene.frame;
        let note = |phase: Phase, summary: String| log::Message::new(frame, source, phase, summary);
        for block in message.blocks().map(|block| block.value) {
            let request = pending.as_ref().and_then(|pending| pending.id);
            match &block.body {
                Body::NegotiateRequest(negotiate) => {
                    let smb2 = negotiate
                        .dialects
                        .iter()
                        .map_while(Result::ok)
                        .any(|dialect| dialect.value.as_bytes().starts_with(b"SMB 2."));
                    let text =
                        if smb2 { "SMB negotiate: SMB1, and asks for SMB2" } else { "SMB negotiate: SMB1" };
                    let said = note(Phase::P3, text.to_owned());
                    self.negotiate1 = Some(self.say(scene, said, None, Some((key, Asked::Nothing))));
                }
                Body::NegotiateResponse(negotiate) => {
                    let mut said = note(Phase::P3, "SMB negotiate: server chooses SMB1".to_owned());
                    if let Some(blob) = &negotiate.security_blob {
                        said = with_blob(said, blob, 0);
                    }
                    self.say(scene, said, request, None);
                }
                Body::SessionSetupRequest(setup) => {
                    let proof = setup.security_blob.and_then(|blob| gss::proof(blob.value));
                    let text = match (proof, &setup.account_name) {
                        (Some(proof), _) => proof.text,
                        (None, Some(account)) if account.is_empty() => "anonymous".to_owned(),
                        (None, Some(account)) => format!("NTLM as {account}"),
                        (None, None) => "no credentials".to_owned(),
                    };
                    let mut said = note(Phase::P3, format!("SMB session setup: {text}"));
                    if let Some(blob) = &setup.security_blob {
                        said = with_blob(said, blob, 0);
                    }
                    self.say(scene, said, None, Some((key, Asked::Nothing)));
                }
                Body::SessionSetupResponse(setup) => {
                    let proof = setup.security_blob.and_then(|blob| gss::proof(blob.value));
                    let status = message.header.status.value;
                    let text = match proof {
                        Some(proof) if status.is_more_processing_required() => {
                            format!("goes on: {}", proof.text)
                        }
                        _ if status.is_error() => status.to_string(),
                        _ => "accepted".to_owned(),
                    };
                    let mut said = note(Phase::P3, format!("SMB session setup: {text}"));
                    if let Some(blob) = &setup.security_blob {
                        said = with_blob(said, blob, 0);
                    }
                    self.say(scene, said, request, None);
                }
                Body::TreeConnectRequest(connect) => {
                    let path = connect.path.map(|path| path.to_string()).unwrap_or_default();
                    let said = note(Phase::P3, format!("SMB tree connect: {path}"));
                    self.say(scene, said, None, Some((key, Asked::Tree(path))));
                }
                Body::TreeConnectResponse(_) => {
                    let path = match pending.take().map(|pending| pending.asked) {
                        Some(Asked::Tree(path)) => path,
                        _ => "a share".to_owned(),
                    };
                    if is_ipc(&path) {
                        self.ipc.insert(tree, ());
                    }
                    let said = note(Phase::P3, format!("SMB tree connect: {path} connected"));
                    self.say(scene, said, request, None);
                }
                Body::NtCreateRequest(create) => {
                    self.open1(scene, source, key, tree, &create.file_name.to_string())
                }
                Body::OpenRequest(open) => self.open1(scene, source, key, tree, &open.file_name.to_string()),
                Body::NtCreateResponse(create) => {
                    if let Some(Asked::Create(name)) = pending.take().map(|pending| pending.asked) {
                        self.opened1(scene, source, request, create.fid.value, &name);
                    }
                }
                Body::OpenResponse(open) => {
                    if let Some(Asked::Create(name)) = pending.take().map(|pending| pending.asked) {
                        self.opened1(scene, source, request, open.fid.value, &name);
                    }
                }
                Body::WriteRequest(write) => {
                    let file = File::V1(write.fid.value);
                    self.pipe_data(scene, source, file, &write.pipe_data(), Direction::ToServer);
                }
                Body::ReadRequest(read) => {
                    let file = File::V1(read.fid.value);
                    if self.pipes.get(&file).is_some() {
                        self.pending.insert(key, Pending { id: None, asked: Asked::Data(file) });
                    }
                }
                Body::ReadResponse(read) => {
                    if let Some(Asked::Data(file)) = pending.take().map(|pending| pending.asked) {
                        self.pipe_data(scene, source, file, &read.data, Direction::ToClient);
                    }
                }
                Body::TransactionRequest(transaction) => {
                    if let Some(fid) = transaction.fid() {
                        let file = File::V1(fid.value);
                        self.pending.insert(key, Pending { id: None, asked: Asked::Data(file) });
                        self.pipe_data(scene, source, file, &transaction.data, Direction::ToServer);
                    }
                }
                Body::TransactionResponse(transaction) => {
                    if let Some(Asked::Data(file)) = pending.take().map(|pending| pending.asked) {
                        self.pipe_data(scene, source, file, &transaction.data, Direction::ToClient);
                    }
                }
                Body::Error => {
                    let status = message.header.status.value;
                    let what = match pending.take().map(|pending| pending.asked) {
                        Some(Asked::Tree(path)) => format!("SMB tree connect: {path}"),
                        Some(Asked::Create(name)) => format!("SMB pipe {name}"),
                        Some(Asked::Nothing) => format!("SMB {}", block.command),
                        Some(Asked::Data(_)) | None => continue,
                    };
                    self.say(scene, note(Phase::P3, format!("{what}: {status}")), request, None);
                }
                _ => {}
            }
        }
    }

    fn open1(&mut self, scene: &mut Scene<'_>, source: &Source<'_>, key: u64, tree: u32, name: &str) {
        if self.ipc.get(&tree).is_none() && !is_pipe_name(pipe_name(name)) {
            return;
        }
        let name = pipe_name(name).to_owned();
        let said = log::Message::new(scene.frame, source, Phase::P4, format!("SMB opens the pipe {name}"));
        self.say(scene, said, None, Some((key, Asked::Create(name))));
    }

    fn opened1(
        &mut self,
        scene: &mut Scene<'_>,
        source: &Source<'_>,
        request: Option<log::MessageId>,
        fid: u16,
        name: &str,
    ) {
        let said = log::Message::new(scene.frame, source, Phase::P4, format!("SMB pipe {name} is open"));
        self.pipes.insert(File::V1(fid), Pipe::named(name));
        self.say(scene, said, request, None);
    }
}
