//! SMB on ports 445 and 139: sessions, and the named pipes in which RPC speaks.

use adjoin_capture::Direction;
use adjoin_wire::{Span, Spanned};
use smb2_proto::nbss::{self, Content, SessionBody, SessionPacket};
use smb2_proto::smb2::{CompressionHeader, FileId};
use smb2_proto::{NtStatus, PipeEvent, PipeHandle, PipeStep, RequestId, Smb, Status};

use super::smb_validate::Negotiated;
use super::{Next, OnStream, rpc};
use crate::Phase;
use crate::bounded::Bounded;
use crate::log::{self, MessageId, Source};
use crate::show::Decode;
use crate::story::Fact;
use crate::tracker::Scene;

/// Longest session message that is looked at: longer ones carry file data.
const MAX_SESSION_MESSAGE: usize = 160 << 10;
/// Longest PDU that a pipe's data is kept for.
const MAX_PIPE: usize = 1 << 20;

/// One connection.
#[derive(Debug, Default)]
pub(crate) struct Dialogue {
    pending: Bounded<RequestId, Pending, 1024>,
    pipes: Bounded<PipeHandle, Pipe, 256>,
    /// Trees that are named pipes: \\server\IPC$.
    ipc: Bounded<u32, (), 64>,
    /// The last file that was opened in the compound at hand.
    related: Option<PipeHandle>,
    /// The SMB1 negotiate, which may be answered in SMB2.
    pub(super) negotiate1: Option<MessageId>,
    /// What each side said in the negotiation, to be compared with what it says again later.
    pub(super) negotiated: [Option<Negotiated>; 2],
    /// Everything is encrypted from now on; said once for each direction.
    encrypted: [bool; 2],
    /// A compressed message was seen; said once for each direction.
    compressed: [bool; 2],
}

/// A request that waits for its answer.
#[derive(Debug)]
pub(super) struct Pending {
    id: Option<MessageId>,
    asked: Asked,
}

/// What was asked for.
#[derive(Debug)]
pub(super) enum Asked {
    /// A step of the session.
    Step,
    /// A tree.
    Tree(String),
    /// A pipe.
    Pipe(String),
    /// What a pipe returns.
    Data(PipeHandle),
    /// Whether the negotiation arrived as it was sent.
    Validation,
}

/// A pipe, and the RPC in it.
#[derive(Debug, Default)]
struct Pipe {
    rpc: rpc::Dialogue,
    to_server: Vec<u8>,
    to_client: Vec<u8>,
}

/// The answer to a request: its message, and what was asked for.
#[derive(Debug, Default)]
pub(super) struct Answered {
    pub(super) request: Option<MessageId>,
    pub(super) asked: Option<Asked>,
}

/// A session message begins with these octets.
pub(super) fn starts(bytes: &[u8]) -> bool {
    matches!(nbss::recognise(bytes), Content::Smb)
}

/// The pipes of Windows that matter, by name; seen where the tree was not captured.
fn is_pipe_name(name: &str) -> bool {
    const PIPES: [&str; 8] =
        ["netlogon", "lsarpc", "lsass", "samr", "epmapper", "wkssvc", "srvsvc", "drsuapi"];
    PIPES.iter().any(|pipe| pipe.eq_ignore_ascii_case(name))
}

fn is_ipc(path: &str) -> bool {
    path.rsplit('\\').next().is_some_and(|share| share.eq_ignore_ascii_case("IPC$"))
}

/// A pipe's name without `\` or `\PIPE\` in front.
fn pipe_name(name: &str) -> &str {
    name.rsplit('\\').next().unwrap_or(name)
}

impl OnStream for Dialogue {
    fn name(&self) -> &'static str {
        "Reassembled SMB message"
    }

    fn starts(&self, bytes: &[u8]) -> bool {
        starts(bytes)
    }

    fn next(&self, bytes: &[u8]) -> Next {
        match nbss::recognise(bytes) {
            Content::NeedMore => Next::More,
            Content::NotSmb => Next::Lost,
            Content::Smb => match nbss::needed(bytes) {
                needed if needed > MAX_SESSION_MESSAGE => Next::Skip(needed),
                needed => Next::Message(needed),
            },
        }
    }

    /// A NetBIOS session packet.
    fn message(&mut self, scene: &mut Scene<'_>, source: &Source<'_>) {
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
            Some(Smb::Compressed(header)) => self.compressed(scene, &source, &header),
            _ => {}
        }
    }

    fn gap(&mut self, direction: Direction) {
        // Which pipe they belonged to is not known: every half received PDU may be the one.
        for pipe in self.pipes.values_mut() {
            pipe.rpc.gap(direction);
            pipe.to_server.clear();
            pipe.to_client.clear();
        }
    }
}

impl Dialogue {
    fn encrypted(&mut self, scene: &mut Scene<'_>, source: &Source<'_>) {
        let from_server = scene.direction == Direction::ToClient;
        scene.tell(Fact::SmbEncrypted { bytes: source.bytes.len(), from_server });
        let [to_server, to_client] = &mut self.encrypted;
        let said = match scene.direction {
            Direction::ToServer => to_server,
            Direction::ToClient => to_client,
        };
        if !core::mem::replace(said, true) {
            let summary = "SMB3 encryption: what follows in this direction can't be read".to_owned();
            let said = log::Message::new(scene.frame, source, Phase::P3, summary).whole(Decode::Smb2);
            scene.log.push(said, None);
        }
    }

    /// What was compressed is not unpacked: of a join only large answers can be, which name no step.
    fn compressed(&mut self, scene: &mut Scene<'_>, source: &Source<'_>, header: &CompressionHeader<'_>) {
        let [to_server, to_client] = &mut self.compressed;
        let said = match scene.direction {
            Direction::ToServer => to_server,
            Direction::ToClient => to_client,
        };
        if !core::mem::replace(said, true) {
            let names: Vec<_> = header
                .payloads()
                .map_while(Result::ok)
                .take(4)
                .map(|payload| payload.compression_algorithm.to_string())
                .collect();
            let summary = format!("SMB3 compression ({}): such messages are not read", names.join(", "));
            let said = log::Message::new(scene.frame, source, Phase::P3, summary).whole(Decode::Smb2);
            scene.log.push(said, None);
        }
    }

    /// The request waits for its answer, and its kind matters.
    pub(super) fn is_asked(&self, key: RequestId) -> bool {
        self.pending.get(&key).is_some()
    }

    /// Writes a request and waits for its answer.
    pub(super) fn ask(
        &mut self,
        scene: &mut Scene<'_>,
        said: log::Message,
        key: RequestId,
        asked: Asked,
    ) -> MessageId {
        let id = scene.log.push(said, None);
        self.pending.insert(key, Pending { id: Some(id), asked });
        id
    }

    /// Takes the request that a message answers.
    pub(super) fn answered(&mut self, key: RequestId) -> Answered {
        self.pending.remove(&key).map_or_else(Answered::default, |pending| Answered {
            request: pending.id,
            asked: Some(pending.asked),
        })
    }

    /// Remembers a tree, by the path that it was asked for with.
    pub(super) fn tree_connected(&mut self, tree: u32, asked: Option<Asked>) -> String {
        let Some(Asked::Tree(path)) = asked else { return "a share".to_owned() };
        if is_ipc(&path) {
            self.ipc.insert(tree, ());
        }
        path
    }

    /// What a refused request had asked for; nothing for what is not told about.
    pub(super) fn refused(asked: Option<&Asked>, command: &dyn core::fmt::Display) -> Option<String> {
        match asked? {
            Asked::Tree(path) => Some(sentence!("SMB tree connect: {path}")),
            Asked::Pipe(name) => Some(sentence!("SMB pipe {name}")),
            Asked::Step => Some(sentence!("SMB {command}")),
            Asked::Validation => Some("SMB negotiation".to_owned()),
            Asked::Data(_) => None,
        }
    }

    /// A step in the life of a pipe, of SMB2 in the `message` of the compound. Spans of the event
    /// count from the start of `whole`.
    pub(super) fn pipe(
        &mut self,
        scene: &mut Scene<'_>,
        (whole, message): (&Source<'_>, Option<Span>),
        event: &PipeEvent<'_>,
        tree: u32,
        answered: Answered,
    ) {
        let frame = scene.frame;
        let note = |summary: String| {
            let said = log::Message::new(frame, whole, Phase::P4, summary);
            match message {
                Some(span) => said.part(Decode::Smb2, span),
                None => said,
            }
        };
        match &event.step {
            PipeStep::Open { name } => {
                let name = name.to_string();
                let pipe = pipe_name(&name);
                if self.ipc.get(&tree).is_some() || is_pipe_name(pipe) {
                    let said = note(sentence!("SMB opens the pipe {pipe}"));
                    scene.tell(Fact::SmbPipe { name: pipe.to_owned() });
                    self.ask(scene, said, event.request, Asked::Pipe(pipe.to_owned()));
                }
            }
            PipeStep::Opened { handle } => {
                if let Some(Asked::Pipe(name)) = answered.asked {
                    self.pipes.insert(*handle, Pipe::named(&name));
                    self.related = Some(*handle);
                    scene.tell(Fact::SmbPipeAnswer { name: name.clone(), status: NtStatus::SUCCESS });
                    scene.log.push(note(sentence!("SMB pipe {name} is open")), answered.request);
                }
            }
            PipeStep::Write(written) => {
                self.pipe_data(scene, whole, written.handle, &written.data, Direction::ToServer)
            }
            PipeStep::Transceive(written) => {
                if let Some(handle) = written.handle.map(|handle| self.handle(handle)) {
                    self.pending.insert(event.request, Pending { id: None, asked: Asked::Data(handle) });
                }
                self.pipe_data(scene, whole, written.handle, &written.data, Direction::ToServer);
            }
            PipeStep::Read { handle } => {
                let handle = self.handle(*handle);
                if self.pipes.get(&handle).is_some() {
                    self.pending.insert(event.request, Pending { id: None, asked: Asked::Data(handle) });
                }
            }
            PipeStep::Received(read) => {
                let handle = match answered.asked {
                    Some(Asked::Data(handle)) => Some(handle),
                    _ => read.handle,
                };
                self.pipe_data(scene, whole, handle, &read.data, Direction::ToClient);
            }
            PipeStep::Close { handle } => {
                let handle = self.handle(*handle);
                self.pipes.remove(&handle);
            }
            PipeStep::Refused(status) => {
                if let (Some(Asked::Pipe(name)), Status::Nt(status)) = (&answered.asked, status) {
                    scene.tell(Fact::SmbPipeAnswer { name: name.clone(), status: *status });
                }
                if let Some(what) = Self::refused(answered.asked.as_ref(), &"pipe") {
                    scene.log.push(note(sentence!("{what}: {status}")), answered.request);
                }
            }
            _ => {}
        }
    }

    /// The file of a request; in a compound all ones stand for the file opened before.
    fn handle(&self, handle: PipeHandle) -> PipeHandle {
        match self.related {
            Some(related) if handle == PipeHandle::V2(FileId::RELATED) => related,
            _ => handle,
        }
    }

    /// Octets that were written to or read from a file, which may be a pipe.
    fn pipe_data(
        &mut self,
        scene: &mut Scene<'_>,
        source: &Source<'_>,
        handle: Option<PipeHandle>,
        data: &Spanned<&[u8]>,
        direction: Direction,
    ) {
        let Some(file) = handle.map(|handle| self.handle(handle)) else { return };
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
    fn named(name: &str) -> Self {
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
            match self.rpc.next(rest.bytes) {
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
