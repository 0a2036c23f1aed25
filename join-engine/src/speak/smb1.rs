//! SMB1: the same steps in their older form.

use smb2_proto::smb1::{Body, Command, Message};
use smb2_proto::{NtStatus, RequestId, Status};

use super::gss::{self, with_blob};
use super::smb::{Answered, Asked, Dialogue};
use crate::Phase;
use crate::log::{self, Source};
use crate::story::Fact;
use crate::tracker::Scene;

impl Dialogue {
    pub(super) fn smb1(&mut self, scene: &mut Scene<'_>, source: &Source<'_>, message: &Message<'_>) {
        let header = &message.header;
        let pid = u32::from(header.pid_high.value) << 16 | u32::from(header.pid_low.value);
        let key = RequestId::V1 { mid: header.mid.value, pid };
        let tree = u32::from(header.tid.value);
        let status = header.status.value;
        let mut answered = if header.is_response() { self.answered(key) } else { Answered::default() };
        let frame = scene.frame;
        let note = |summary: String| log::Message::new(frame, source, Phase::P3, summary);
        for block in message.blocks().map(|block| block.value) {
            match &block.body {
                Body::NegotiateRequest(negotiate) => {
                    let smb2 = negotiate
                        .dialects
                        .iter()
                        .map_while(Result::ok)
                        .any(|dialect| dialect.value.as_bytes().starts_with(b"SMB 2."));
                    let text =
                        if smb2 { "SMB negotiate: SMB1, and asks for SMB2" } else { "SMB negotiate: SMB1" };
                    scene.tell(Fact::SmbNegotiate { smb2 });
                    self.negotiate1 = Some(self.ask(scene, note(text.to_owned()), key, Asked::Step));
                }
                Body::NegotiateResponse(negotiate) => {
                    // [MS-CIFS] 2.2.4.52.2: no dialect has this index.
                    let none = negotiate.dialect_index.value == 0xffff;
                    let text = if none { "takes no dialect" } else { "chooses SMB1" };
                    scene.tell(match none {
                        true => Fact::SmbNotNegotiated { status: None },
                        false => Fact::SmbNegotiated { clock: None, smb1: true },
                    });
                    let said = note(sentence!("SMB negotiate: server {text}"));
                    scene.log.push(with(said, negotiate.security_blob), answered.request);
                }
                Body::SessionSetupRequest(setup) => {
                    let proof = setup.security_blob.and_then(|blob| gss::proof(blob.value));
                    scene.tell(Fact::SmbSetup { proof: proof.as_ref().and_then(|proof| proof.who.clone()) });
                    gss::tell_ticket(scene, proof.as_ref());
                    let text = match (proof, &setup.account_name) {
                        (Some(proof), _) => proof.text,
                        (None, Some(account)) if account.is_empty() => "anonymous".to_owned(),
                        (None, Some(account)) => sentence!("NTLM as {account}"),
                        (None, None) => "no credentials".to_owned(),
                    };
                    let said = with(note(sentence!("SMB session setup: {text}")), setup.security_blob);
                    self.ask(scene, said, key, Asked::Step);
                }
                Body::SessionSetupResponse(setup) => {
                    let proof = setup.security_blob.and_then(|blob| gss::proof(blob.value));
                    let answer = nt(status);
                    scene.tell(Fact::SmbSetupAnswer {
                        status: answer,
                        encrypted: false,
                        anonymous: false,
                        signed: false,
                    });
                    let text = match proof {
                        Some(proof) if status.is_more_processing_required() => {
                            sentence!("goes on: {}", proof.text)
                        }
                        _ if status.is_error() => status.to_string(),
                        _ => "accepted".to_owned(),
                    };
                    let said = with(note(sentence!("SMB session setup: {text}")), setup.security_blob);
                    scene.log.push(said, answered.request);
                }
                Body::TreeConnectRequest(connect) => {
                    let path = connect.path.map(|path| path.to_string()).unwrap_or_default();
                    let said = note(sentence!("SMB tree connect: {path}"));
                    scene.tell(Fact::SmbTree { path: path.clone() });
                    self.ask(scene, said, key, Asked::Tree(path));
                }
                Body::TreeConnectResponse(_) => {
                    let path = self.tree_connected(tree, answered.asked.take());
                    scene.tell(Fact::SmbTreeAnswer { path: path.clone(), status: nt(status) });
                    scene.log.push(note(sentence!("SMB tree connect: {path} connected")), answered.request);
                }
                _ => {
                    if let Some(event) = block.pipe_event(header) {
                        self.pipe(scene, (source, None), &event, tree, core::mem::take(&mut answered));
                    } else if matches!(block.body, Body::Error)
                        && block.command == Command::SESSION_SETUP_ANDX
                    {
                        scene.tell(Fact::SmbSetupAnswer {
                            status: nt(status),
                            encrypted: false,
                            anonymous: false,
                            signed: false,
                        });
                        scene.log.push(note(sentence!("SMB session setup: {status}")), answered.request);
                    } else if matches!(block.body, Body::Error) {
                        if let Some(what) = Self::refused(answered.asked.as_ref(), &block.command) {
                            scene.log.push(note(sentence!("{what}: {status}")), answered.request);
                        }
                    }
                }
            }
        }
    }
}

/// The status as Windows NT has it; a DOS error is only known to be one.
const fn nt(status: Status) -> NtStatus {
    match status {
        Status::Nt(status) => status,
        Status::Dos { .. } if status.is_error() => NtStatus(0xc000_0001),
        Status::Dos { .. } => NtStatus::SUCCESS,
    }
}

/// Adds a security blob.
fn with(said: log::Message, blob: Option<adjoin_wire::Spanned<&[u8]>>) -> log::Message {
    match blob {
        Some(blob) => with_blob(said, &blob, 0),
        None => said,
    }
}
