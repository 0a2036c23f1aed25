//! SMB on ports 445 and 139: sessions, and the named pipes in which RPC speaks.

use adjoin_capture::Direction;
use adjoin_wire::{Span, Spanned};
use smb2_proto::nbss::{self, Content, SessionBody, SessionPacket};
use smb2_proto::smb2::{self, Body, FileId, SessionFlags};
use smb2_proto::{NtStatus, Smb};

use super::{Next, gss, rpc};
use crate::Phase;
use crate::bounded::Bounded;
use crate::log::{self, Decode, MessageId, Source};
use crate::tracker::Scene;

/// Longest session message that is looked at: longer ones carry file data.
const MAX_SESSION_MESSAGE: usize = 160 << 10;
/// Longest PDU that a pipe's data is kept for.
const MAX_PIPE: usize = 1 << 20;

/// One connection.
#[derive(Debug, Default)]
pub(crate) struct Dialogue {
    pub(super) pending: Bounded<u64, Pending, 1024>,
    pub(super) pipes: Bounded<File, Pipe, 256>,
    /// Trees that are named pipes: \\server\IPC$.
    pub(super) ipc: Bounded<u32, (), 64>,
    /// The last file that was created in the compound at hand.
    related: Option<File>,
    /// The SMB1 negotiate, which may be answered in SMB2.
    pub(super) negotiate1: Option<MessageId>,
    /// Everything is encrypted from now on; said once for each direction.
    encrypted: [bool; 2],
}

/// An open file, in SMB2 or SMB1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum File {
    V2(FileId),
    V1(u16),
}

/// A request that waits for its answer.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) id: Option<MessageId>,
    pub(super) asked: Asked,
}

/// What was asked for.
#[derive(Debug)]
pub(super) enum Asked {
    Nothing,
    Tree(String),
    Create(String),
    Data(File),
}

/// A pipe, and the RPC in it.
#[derive(Debug, Default)]
pub(super) struct Pipe {
    rpc: rpc::Dialogue,
    to_server: Vec<u8>,
    to_client: Vec<u8>,
}

pub(super) fn starts(bytes: &[u8]) -> bool {
    matches!(nbss::recognise(bytes), Content::Smb)
}

pub(super) fn next(bytes: &[u8]) -> Next {
    match nbss::recognise(bytes) {
        Content::NeedMore => Next::More,
        Content::NotSmb => Next::Lost,
        Content::Smb => match nbss::needed(bytes) {
            needed if needed > MAX_SESSION_MESSAGE => Next::Skip(needed),
            needed => Next::Message(needed),
        },
    }
}

/// The pipes of Windows that matter, by name; seen where the tree was not captured.
pub(super) fn is_pipe_name(name: &str) -> bool {
    const PIPES: [&str; 8] =
        ["netlogon", "lsarpc", "lsass", "samr", "epmapper", "wkssvc", "srvsvc", "drsuapi"];
    PIPES.iter().any(|pipe| pipe.eq_ignore_ascii_case(name))
}

pub(super) fn is_ipc(path: &str) -> bool {
    path.rsplit('\\').next().is_some_and(|share| share.eq_ignore_ascii_case("IPC$"))
}

/// A pipe's name without `\` or `\PIPE\` in front.
pub(super) fn pipe_name(name: &str) -> &str {
    name.rsplit('\\').next().unwrap_or(name)
}

impl Dialogue {
    /// Octets are missing.
    pub(super) fn gap(&mut self, _: Direction) {
        // Which pipe they belonged to is not known: every half received PDU may be the one.
        self.pipes = Bounded::default();
    }

    /// A NetBIOS session packet.
    pub(super) fn session_message(&mut self, scene: &mut Scene<'_>, source: &Source<'_>) {
        let packet = SessionPacket::parse_partial(source.bytes).value;
        let SessionBody::Message(message) = packet.body else { return };
        let source = source.sub(message.span);
        match Smb::parse_partial(source.bytes).value {
            Some(Smb::V2(messages)) => {
                self.related = None;
                for message in messages.iter() {
                    self.smb2(scene, &source, &message.value);
                }
            }
            Some(Smb::V1(message)) => self.smb1(scene, &source, &message),
            Some(Smb::Encrypted(_)) => self.encrypted(scene, &source),
            _ => {}
        }
    }

    fn encrypted(&mut self, scene: &mut Scene<'_>, source: &Source<'_>) {
        let [to_server, to_client] = &mut self.encrypted;
        let said = match scene.direction {
            Direction::ToServer => to_server,
            Direction::ToClient => to_client,
        };
        if !core::mem::replace(said, true) {
            let summary = "SMB3 encryption: what follows in this direction can't be read".to_owned();
            scene
                .log
                .push(log::Message::new(scene.frame, &source.sub(Span::new(0, 0)), Phase::P3, summary), None);
        }
    }

    /// Writes a message, linked with its request, and remembers it as one.
    pub(super) fn say(
        &mut self,
        scene: &mut Scene<'_>,
        said: log::Message,
        request: Option<MessageId>,
        key: Option<(u64, Asked)>,
    ) -> MessageId {
        let id = scene.log.push(said, request);
        if let Some((key, asked)) = key {
            self.pending.insert(key, Pending { id: Some(id), asked });
        }
        id
    }

    fn smb2(&mut self, scene: &mut Scene<'_>, whole: &Source<'_>, message: &smb2::Message<'_>) {
        let source = whole.sub(message.span);
        let base = message.span.start;
        let header = &message.header;
        let key = header.message_id.value;
        let tree = header.tree_id.map_or(0, |tree| tree.value);
        // Interim answers say nothing yet.
        if header.status().is_some_and(|status| status.value == NtStatus::PENDING) {
            return;
        }
        let pending = if header.is_response() { self.pending.remove(&key) } else { None };
        let request = pending.as_ref().and_then(|pending| pending.id);
        let note = |summary: String| log::Message::new(scene.frame, &source, Phase::P3, summary);
        let status = header.status().map(|status| status.value).unwrap_or(NtStatus(0));
        match &message.body {
            Body::NegotiateRequest(negotiate) => {
                let dialects: Vec<_> =
                    negotiate.dialects.iter().take(8).map(|d| d.value.to_string()).collect();
                let said = note(format!("SMB negotiate: offers {}", dialects.join(", ")));
                self.say(scene, said, None, Some((key, Asked::Nothing)));
            }
            Body::NegotiateResponse(negotiate) => {
                let signing = if negotiate.security_mode.value.contains(smb2::SecurityMode::SIGNING_REQUIRED)
                {
                    ", signing required"
                } else {
                    ""
                };
                let dialect = negotiate.dialect_revision.value;
                let chosen = if dialect == smb2::Dialect::WILDCARD {
                    "SMB2, the dialect comes next".to_owned()
                } else {
                    dialect.to_string()
                };
                let said = note(format!("SMB negotiate: server chooses {chosen}{signing}"));
                // A server answers an SMB1 negotiate that offers SMB2 in SMB2.
                let request = request.or_else(|| self.negotiate1.take());
                let said = with_blob(said, &negotiate.security_buffer, base);
                self.say(scene, said, request, None);
            }
            Body::SessionSetupRequest(setup) => {
                let proof = gss::proof(setup.security_buffer.value);
                let text = proof.map_or_else(|| "no credentials".to_owned(), |proof| proof.text);
                let said =
                    with_blob(note(format!("SMB session setup: {text}")), &setup.security_buffer, base);
                self.say(scene, said, None, Some((key, Asked::Nothing)));
            }
            Body::SessionSetupResponse(setup) => {
                let text = if status == NtStatus::MORE_PROCESSING_REQUIRED {
                    let proof = gss::proof(setup.security_buffer.value);
                    format!("goes on: {}", proof.map_or_else(|| "next step".to_owned(), |proof| proof.text))
                } else if setup.session_flags.value.contains(SessionFlags::IS_GUEST) {
                    "accepted as guest".to_owned()
                } else if setup.session_flags.value.contains(SessionFlags::IS_NULL) {
                    "accepted, anonymous".to_owned()
                } else {
                    "accepted".to_owned()
                };
                let said =
                    with_blob(note(format!("SMB session setup: {text}")), &setup.security_buffer, base);
                self.say(scene, said, request, None);
            }
            Body::TreeConnectRequest(connect) => {
                let path = connect.path.to_string();
                let said = note(format!("SMB tree connect: {path}"));
                self.say(scene, said, None, Some((key, Asked::Tree(path))));
            }
            Body::TreeConnectResponse(_) => {
                let path = match pending.map(|pending| pending.asked) {
                    Some(Asked::Tree(path)) => path,
                    _ => "a share".to_owned(),
                };
                if is_ipc(&path) {
                    self.ipc.insert(tree, ());
                }
                let said = note(format!("SMB tree connect: {path} connected"));
                self.say(scene, said, request, None);
            }
            Body::CreateRequest(create) => {
                let name = create.name.to_string();
                if self.ipc.get(&tree).is_some() || is_pipe_name(pipe_name(&name)) {
                    let name = pipe_name(&name).to_owned();
                    let mut said = note(format!("SMB opens the pipe {name}"));
                    said.phase = Some(Phase::P4);
                    self.say(scene, said, None, Some((key, Asked::Create(name))));
                } else {
                    self.pending.remove(&key);
                }
            }
            Body::CreateResponse(create) => {
                if let Some(Asked::Create(name)) = pending.map(|pending| pending.asked) {
                    let file = File::V2(create.file_id.value);
                    let mut said = note(format!("SMB pipe {name} is open"));
                    said.phase = Some(Phase::P4);
                    self.pipes.insert(file, Pipe::named(&name));
                    self.related = Some(file);
                    self.say(scene, said, request, None);
                }
            }
            Body::Error(_) => {
                let what = match pending.map(|pending| pending.asked) {
                    Some(Asked::Tree(path)) => format!("SMB tree connect: {path}"),
                    Some(Asked::Create(name)) => format!("SMB pipe {name}"),
                    Some(Asked::Nothing) => format!("SMB {}", header.command),
                    Some(Asked::Data(_)) | None => return,
                };
                let said = note(format!("{what}: {status}"));
                self.say(scene, said, request, None);
            }
            Body::WriteRequest(write) => {
                let file = self.file2(write.file_id.value);
                self.pipe_data(scene, whole, file, &write.data, Direction::ToServer);
            }
            Body::ReadRequest(read) => {
                let file = self.file2(read.file_id.value);
                if self.pipes.get(&file).is_some() {
                    self.pending.insert(key, Pending { id: None, asked: Asked::Data(file) });
                }
            }
            Body::ReadResponse(read) => {
                if let Some(Asked::Data(file)) = pending.map(|pending| pending.asked) {
                    self.pipe_data(scene, whole, file, &read.data, Direction::ToClient);
                }
            }
            Body::IoctlRequest(ioctl) if ioctl.ctl_code.value == smb2::CtlCode::PIPE_TRANSCEIVE => {
                let file = self.file2(ioctl.file_id.value);
                self.pending.insert(key, Pending { id: None, asked: Asked::Data(file) });
                self.pipe_data(scene, whole, file, &ioctl.input, Direction::ToServer);
            }
            Body::IoctlResponse(ioctl) if ioctl.ctl_code.value == smb2::CtlCode::PIPE_TRANSCEIVE => {
                let file = self.file2(ioctl.file_id.value);
                self.pipe_data(scene, whole, file, &ioctl.output, Direction::ToClient);
            }
            _ => {}
        }
    }

    /// The file of a request; in a compound all ones stand for the file created before.
    fn file2(&self, id: FileId) -> File {
        match self.related {
            Some(file) if id == FileId::RELATED => file,
            _ => File::V2(id),
        }
    }

    /// Octets that were written to or read from a file, which may be a pipe.
    pub(super) fn pipe_data(
        &mut self,
        scene: &mut Scene<'_>,
        source: &Source<'_>,
        file: File,
        data: &Spanned<&[u8]>,
        direction: Direction,
    ) {
        if self.pipes.get(&file).is_none() {
            // The opening was not captured: the content tells.
            if !rpc::starts(data.value) {
                return;
            }
            self.pipes.insert(file, Pipe::named(""));
        }
        let Some(pipe) = self.pipes.get_mut(&file) else { return };
        scene.direction = direction;
        pipe.data(scene, &source.sub(data.span));
    }
}

impl Pipe {
    /// A pipe that was opened by this name; empty when the opening was not captured.
    pub(super) fn named(name: &str) -> Self {
        Self { rpc: rpc::Dialogue::on_pipe(name), ..Self::default() }
    }

    /// What was written or read at once: usually one PDU.
    fn data(&mut self, scene: &mut Scene<'_>, source: &Source<'_>) {
        let kept = match scene.direction {
            Direction::ToServer => &mut self.to_server,
            Direction::ToClient => &mut self.to_client,
        };
        let mut pending = core::mem::take(kept);
        let joined;
        let mut rest = if pending.is_empty() {
            source.named("Reassembled DCE/RPC PDU")
        } else {
            pending.extend_from_slice(source.bytes);
            joined = pending;
            Source::assembled(&joined, "Reassembled DCE/RPC PDU")
        };
        loop {
            match rpc::next(rest.bytes) {
                Next::Message(length) if length > 0 && length <= rest.bytes.len() => {
                    self.rpc.pdu(scene, &rest.sub(Span::new(0, length)));
                    rest = rest.sub(Span::new(length, rest.bytes.len()));
                }
                Next::Message(_) | Next::More if rest.bytes.len() <= MAX_PIPE => break,
                _ => return,
            }
        }
        let kept = match scene.direction {
            Direction::ToServer => &mut self.to_server,
            Direction::ToClient => &mut self.to_client,
        };
        *kept = rest.bytes.to_vec();
    }
}

/// Adds the Kerberos message inside a security blob, whose span counts from the compound's start.
pub(super) fn with_blob(said: log::Message, blob: &Spanned<&[u8]>, base: usize) -> log::Message {
    match gss::proof(blob.value).and_then(|proof| proof.kerberos) {
        Some(span) => {
            let start = blob.span.start.saturating_sub(base);
            said.part(Decode::Kerberos, span.shifted(start))
        }
        None => said,
    }
}
