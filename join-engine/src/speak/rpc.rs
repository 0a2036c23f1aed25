//! Connection-oriented DCE/RPC, on TCP and in named pipes.

use adjoin_capture::Direction;
use adjoin_wire::{Guid, Span};
use epmap_proto as epm;
use netlogon_proto::rpc::Opnum;
use rpce_proto::{
    Bind, BindAck, Body, ByteOrder, Encoding, Fault, Pdu, PduType, PfcFlags, SyntaxId, TransferSyntax,
    frag_length, interface_name, looks_like_pdu, opnum_name,
};
use smb2_proto::NtStatus;

use super::{Next, OnStream, gss, netlogon, rpc_call, rpc_epm};
use crate::Phase;
use crate::bounded::Bounded;
use crate::catalogue as find;
use crate::log::{self, MessageId, Source};
use crate::show::{Decode, Stub};
use crate::story::Fact;
use crate::tracker::Scene;

/// Longest request or answer that is put together from fragments.
const MAX_STUB: usize = 4 << 20;
/// Presentation contexts that are remembered.
const MAX_CONTEXTS: usize = 64;

pub(crate) const DRSUAPI: Guid = Guid::from_u128(0xe3514235_4b06_11d1_ab04_00c04fc2dcd2);
pub(crate) const NETLOGON: Guid = Guid::from_u128(0x12345678_1234_abcd_ef00_01234567cffb);
pub(crate) const LSARPC: Guid = Guid::from_u128(0x12345778_1234_abcd_ef00_0123456789ab);
pub(crate) const SAMR: Guid = Guid::from_u128(0x12345778_1234_abcd_ef00_0123456789ac);
/// SamrValidateComputerAccountReuseAttempt: a BOOL, then the status ([MS-SAMR] 3.1.5.13.8).
const VALIDATE_REUSE: u16 = 74;
pub(crate) const EPMAPPER: Guid = Guid::from_u128(0xe1af8308_5d1f_11c9_91a4_08002b14a0fa);
pub(crate) const WKSSVC: Guid = Guid::from_u128(0x6bffd098_a112_3610_9833_46c3f87e345a);
pub(crate) const DSSETUP: Guid = Guid::from_u128(0x3919286a_b10c_11d0_9ba8_00c04fd92ef5);

/// One connection or one open pipe.
#[derive(Debug, Default)]
pub(crate) struct Dialogue {
    /// The interface that the pipe's name or the port stands for, when no bind was seen.
    presumed: Option<Guid>,
    on_pipe: bool,
    /// The capture began late and took the client for the server.
    reversed: bool,
    contexts: Bounded<u16, Context, MAX_CONTEXTS>,
    /// Contexts of the last bind or alter_context, in order: the answer has no ids.
    offered: Vec<u16>,
    calls: Bounded<u32, Call, 256>,
    to_server: Fragments,
    to_client: Fragments,
}

/// A presentation context.
#[derive(Clone, Copy, Debug)]
struct Context {
    interface: SyntaxId,
    /// How parameters are encoded, once the server has said so.
    transfer: Option<SyntaxId>,
}

/// A request that waits for its answer.
#[derive(Clone, Debug)]
struct Call {
    id: Option<MessageId>,
    context: u16,
    opnum: Option<u16>,
    /// Whom or what it is about.
    subject: Option<Box<str>>,
}

/// Which operation a request or an answer belongs to.
#[derive(Clone, Copy, Debug)]
struct Operation {
    interface: Option<Guid>,
    context: u16,
    opnum: Option<u16>,
}

/// A stub that comes in fragments.
#[derive(Debug, Default)]
struct Fragments {
    stub: Vec<u8>,
    /// A fragment is missing or there were too many octets.
    broken: bool,
    /// The capture has not all octets of a fragment.
    cut: bool,
}

/// A PDU begins with these octets.
pub(super) fn starts(bytes: &[u8]) -> bool {
    looks_like_pdu(bytes)
}

/// Whether a PDU of a client begins here; nothing when it is none, or either side's.
pub(crate) fn asks(bytes: &[u8]) -> Option<bool> {
    let ptype = PduType(*bytes.get(2).filter(|_| looks_like_pdu(bytes))?);
    match ptype {
        PduType::REQUEST | PduType::BIND | PduType::ALTER_CONTEXT | PduType::AUTH3 => Some(true),
        PduType::RESPONSE
        | PduType::FAULT
        | PduType::BIND_ACK
        | PduType::BIND_NAK
        | PduType::ALTER_CONTEXT_RESP => Some(false),
        _ => None,
    }
}

impl OnStream for Dialogue {
    fn name(&self) -> &'static str {
        "Reassembled DCE/RPC PDU"
    }

    fn starts(&self, bytes: &[u8]) -> bool {
        starts(bytes)
    }

    fn next(&self, bytes: &[u8]) -> Next {
        match frag_length(bytes) {
            Ok(Some(length)) => Next::Message(length),
            Ok(None) => Next::More,
            Err(_) => Next::Lost,
        }
    }

    fn message(&mut self, scene: &mut Scene<'_>, source: &Source<'_>) {
        self.pdu(scene, source);
    }

    fn gap(&mut self, direction: Direction) {
        let direction = if self.reversed { direction.opposite() } else { direction };
        self.fragments(direction).broken = true;
    }
}

/// The interface that a pipe's name stands for.
fn interface_of_pipe(name: &str) -> Option<Guid> {
    const PIPES: [(&str, Guid); 5] = [
        ("epmapper", EPMAPPER),
        ("netlogon", NETLOGON),
        ("lsarpc", LSARPC),
        ("samr", SAMR),
        ("drsuapi", DRSUAPI),
    ];
    PIPES.iter().find(|(pipe, _)| pipe.eq_ignore_ascii_case(name)).map(|(_, interface)| *interface)
}

fn name_of(interface: Option<Guid>) -> String {
    match interface {
        None => "an unknown interface".to_owned(),
        Some(EPMAPPER) => "the endpoint mapper".to_owned(),
        Some(guid) => interface_name(guid).map_or_else(|| guid.to_string(), str::to_uppercase),
    }
}

impl Dialogue {
    /// The dialogue in an open pipe.
    pub(super) fn on_pipe(name: &str) -> Self {
        Self { presumed: interface_of_pipe(name), on_pipe: true, ..Self::default() }
    }

    fn fragments(&mut self, direction: Direction) -> &mut Fragments {
        match direction {
            Direction::ToServer => &mut self.to_server,
            Direction::ToClient => &mut self.to_client,
        }
    }

    fn interface(&self, scene: &Scene<'_>, context: u16) -> Option<Guid> {
        self.contexts.get(&context).map(|context| context.interface.uuid).or(self.presumed).or_else(|| {
            if scene.server.port == 135 && !self.on_pipe {
                Some(EPMAPPER)
            } else {
                scene.names.interface(scene.server)
            }
        })
    }

    /// The phase of a call; none for interfaces that no join uses.
    fn phase(&self, interface: Option<Guid>, opnum: Option<u16>) -> Option<Phase> {
        Some(match interface? {
            EPMAPPER => Phase::P6,
            DRSUAPI => Phase::P7,
            SAMR => Phase::P8,
            NETLOGON => match opnum {
                Some(opnum) if netlogon::is_secure_channel(opnum) => Phase::P9,
                Some(_) => Phase::P4,
                None if self.on_pipe => Phase::P4,
                None => Phase::P9,
            },
            LSARPC | DSSETUP => Phase::P4,
            _ => return None,
        })
    }

    /// One PDU.
    pub(super) fn pdu(&mut self, scene: &mut Scene<'_>, source: &Source<'_>) {
        let pdu = Pdu::parse_partial(source.bytes).value;
        // On a connection whose beginning was not captured the roles are a guess: the PDU knows.
        let reversed = direction_of(&pdu.body).filter(|known| *known != scene.direction && !self.on_pipe);
        if let Some(direction) = reversed {
            core::mem::swap(&mut scene.client, &mut scene.server);
            scene.direction = direction;
            self.reversed = true;
        }
        match &pdu.body {
            Body::Bind(bind) | Body::AlterContext(bind) => self.bind(scene, source, &pdu, bind),
            Body::BindAck(ack) | Body::AlterContextResp(ack) => self.bind_ack(scene, source, &pdu, ack),
            Body::BindNak(nak) => {
                let reason = nak.provider_reject_reason.value;
                let call = self.calls.remove(&pdu.header.call_id.value);
                let interface = call.as_ref().and_then(|call| self.interface(scene, call.context));
                let name = name_of(interface);
                scene.tell(Fact::RpcBindNak { interface, reason: reason.to_string() });
                let said = log::Message::new(
                    scene.frame,
                    source,
                    self.phase(interface, None),
                    sentence!("RPC bind to {name} refused: {reason}"),
                )
                .finding(find::RPC_BINDNAK, sentence!("The server refuses the bind to {name}: {reason}"))
                .whole(Decode::Rpc { interface, opnum: None });
                say(scene, said, call.and_then(|call| call.id));
            }
            Body::Auth3(_) => self.auth3(scene, source, &pdu),
            Body::Request(request) => {
                let (context, opnum) = (request.p_cont_id.value, request.opnum.value);
                if request.opnum.reached().is_some() {
                    self.request(scene, source, &pdu, context, opnum);
                }
            }
            Body::Response(_) => self.response(scene, source, &pdu),
            Body::Fault(fault) => self.fault(scene, source, &pdu, fault),
            _ => {}
        }
    }

    fn bind(&mut self, scene: &mut Scene<'_>, source: &Source<'_>, pdu: &Pdu<'_>, bind: &Bind<'_>) {
        self.offered.clear();
        let mut first = None;
        let mut syntaxes = Vec::new();
        for context in bind.contexts.iter().map_while(Result::ok).take(MAX_CONTEXTS) {
            let interface = context.abstract_syntax.value;
            first = first.or(Some((context.p_cont_id.value, interface.uuid)));
            self.offered.push(context.p_cont_id.value);
            let known = self.contexts.get(&context.p_cont_id.value).and_then(|known| known.transfer);
            self.contexts.insert(context.p_cont_id.value, Context { interface, transfer: known });
            for syntax in context.transfer_syntaxes.iter().take(4) {
                let text = match syntax.value.transfer_syntax() {
                    TransferSyntax::BindTimeFeatures(_) => "bind time features".to_owned(),
                    known => known.to_string(),
                };
                if syntaxes.len() < 4 && !syntaxes.contains(&text) {
                    syntaxes.push(text);
                }
            }
        }
        let interface = first.map(|(_, interface)| interface);
        let verb = if matches!(pdu.body, Body::Bind(_)) { "binds to" } else { "alters its context to" };
        let mut summary = sentence!("RPC {verb} {} ({})", name_of(interface), syntaxes.join(", "));
        let mut said = log::Message::new(scene.frame, source, self.phase(interface, None), String::new())
            .whole(Decode::Rpc { interface, opnum: None });
        let token = pdu.auth.as_ref().and_then(|auth| gss::proof(auth.auth_value.value));
        scene.tell(Fact::RpcBind { interface, proof: token.and_then(|proof| proof.who) });
        if let Some(auth) = &pdu.auth {
            let proof = gss::proof(auth.auth_value.value);
            match &proof {
                Some(proof) => append!(summary, ", {}", proof.text),
                None => append!(summary, ", {}", auth.auth_type),
            }
            said = gss::with_blob(said, &auth.auth_value, 0);
        }
        said.summary = summary;
        let id = say(scene, said, None);
        let context = first.map_or(0, |(context, _)| context);
        self.calls.insert(pdu.header.call_id.value, Call { id, context, opnum: None, subject: None });
    }

    fn bind_ack(&mut self, scene: &mut Scene<'_>, source: &Source<'_>, pdu: &Pdu<'_>, ack: &BindAck<'_>) {
        let call = self.calls.remove(&pdu.header.call_id.value);
        let interface = call.as_ref().and_then(|call| self.interface(scene, call.context)).or(self.presumed);
        // A refusal is certain once every result was read: the first is often "not this syntax, but the next".
        let wanted = usize::from(ack.results.count.value);
        let (mut accepted, mut refusal, mut answers) = (None, None, 0_usize);
        for (index, answer) in ack.results.iter().map_while(Result::ok).enumerate() {
            answers = answers.saturating_add(1);
            let context = self.offered.get(index).copied();
            if answer.is_accepted() {
                accepted = accepted.or(Some(answer.transfer_syntax.value));
                if let Some(context) = context.and_then(|id| self.contexts.get_mut(&id)) {
                    context.transfer = Some(answer.transfer_syntax.value);
                }
            } else if answer.is_rejected() {
                refusal = refusal.or(answer.reason().map(|reason| reason.value));
            }
        }
        let whole = answers > 0 && answers == wanted;
        let name = name_of(interface);
        scene.tell(Fact::RpcBound {
            interface,
            accepted: accepted.is_some() || !whole,
            // Beside an acceptance the reason tells that a syntax was declined.
            reason: refusal
                .filter(|_| accepted.is_some() || whole)
                .map_or_else(String::new, |reason| reason.to_string()),
        });
        let mut said = log::Message::new(scene.frame, source, self.phase(interface, None), String::new())
            .whole(Decode::Rpc { interface, opnum: None });
        said.summary = match accepted {
            Some(syntax) => sentence!("RPC bind to {name} accepted with {}", syntax.transfer_syntax()),
            None if whole => {
                let reason = refusal.map_or_else(String::new, |reason| sentence!(": {reason}"));
                said = said.finding(
                    find::RPC_BINDNAK,
                    sentence!("The server rejects every presentation context of {name}{reason}"),
                );
                sentence!("RPC bind to {name} rejected{reason}")
            }
            None => sentence!("RPC answers the bind to {name}"),
        };
        if let Some(auth) = &pdu.auth {
            if let Some(proof) = gss::proof(auth.auth_value.value) {
                gss::tell_clock(scene, Some(&proof));
                append!(said.summary, ", {}", proof.text);
            }
            // The last answer of a negotiation has a state and no token any more.
            said = gss::with_blob(said, &auth.auth_value, 0);
        }
        say(scene, said, call.and_then(|call| call.id));
    }

    fn auth3(&mut self, scene: &mut Scene<'_>, source: &Source<'_>, pdu: &Pdu<'_>) {
        let Some(auth) = &pdu.auth else { return };
        let interface =
            self.offered.first().and_then(|context| self.interface(scene, *context)).or(self.presumed);
        let proof = gss::proof(auth.auth_value.value);
        let text = proof.as_ref().map_or_else(|| auth.auth_type.to_string(), |proof| proof.text.clone());
        let mut said = log::Message::new(
            scene.frame,
            source,
            self.phase(interface, None),
            sentence!("RPC to {}: {text}", name_of(interface)),
        )
        .whole(Decode::Rpc { interface, opnum: None });
        said = gss::with_blob(said, &auth.auth_value, 0);
        say(scene, said, None);
    }

    /// Adds a fragment's stub. Gives the whole stub when it came in several fragments and this was
    /// the last, nothing when it came in one, and `Err` while it is not whole.
    fn assemble(
        &mut self,
        direction: Direction,
        pdu: &Pdu<'_>,
        octets: usize,
    ) -> Result<Option<Vec<u8>>, ()> {
        let stub = pdu.stub().map(|stub| stub.value).unwrap_or_default();
        let first = pdu.header.has(PfcFlags::PFC_FIRST_FRAG);
        let last = pdu.header.has(PfcFlags::PFC_LAST_FRAG);
        let cut = is_cut(pdu, octets);
        let fragments = self.fragments(direction);
        fragments.cut |= cut;
        if first {
            fragments.stub.clear();
            fragments.broken = false;
            fragments.cut = cut;
            if last {
                return Ok(None);
            }
        }
        if fragments.stub.len().saturating_add(stub.len()) > MAX_STUB {
            fragments.broken = true;
        }
        if fragments.broken {
            fragments.stub = Vec::new();
            return Err(());
        }
        fragments.stub.extend_from_slice(stub);
        if last { Ok(Some(core::mem::take(&mut fragments.stub))) } else { Err(()) }
    }

    /// What the stub of a call is; nothing when it can't be read.
    fn stub(&self, pdu: &Pdu<'_>, bytes: &[u8], at: Operation) -> Option<Stub> {
        let (interface, opnum) = (at.interface?, at.opnum?);
        // Without its trailer, which the capture may have cut, nobody knows whether a stub is sealed.
        let level = pdu.auth.as_ref().and_then(|auth| auth.auth_level.reached());
        let unknown = pdu.header.auth_length.value > 0 && level.is_none();
        if pdu.is_sealed() || (interface != EPMAPPER && (unknown || !rpc_call::is_read(interface))) {
            return None;
        }
        let response = matches!(pdu.body, Body::Response(_));
        let order = pdu.header.byte_order();
        let agreed = self.contexts.get(&at.context).and_then(|context| context.transfer);
        let encoding = agreed.and_then(|syntax| Encoding::of(syntax, order)).or_else(|| {
            if interface != EPMAPPER {
                return Some(rpc_call::guess_encoding(interface, opnum, response, bytes, order));
            }
            let direction = if response { epm::Direction::Response } else { epm::Direction::Request };
            epm::guess_encoding(bytes, epm::EptOpnum(opnum), direction, order)
        });
        let encoding = encoding.unwrap_or(Encoding::NDR.with_order(order));
        Some(Stub { interface, opnum, response, encoding })
    }

    /// A whole call or answer: the stub that was put together, or the PDU that holds it all.
    fn call(
        &self,
        scene: &mut Scene<'_>,
        source: &Source<'_>,
        pdu: &Pdu<'_>,
        assembled: Option<&[u8]>,
        (at, stub, subject): (Operation, Option<Stub>, Option<&str>),
    ) -> log::Message {
        let response = matches!(pdu.body, Body::Response(_));
        let mut what = call_name(at.interface, at.opnum, pdu);
        if let Some(subject) = subject {
            append!(what, " for {subject},");
        }
        let summary = if response {
            sentence!("{what} response from {}", scene.names.host(scene.server.address))
        } else {
            sentence!("{what} request to {}", scene.names.host(scene.server.address))
        };
        let phase = self.phase(at.interface, at.opnum);
        let (octets, span) = match assembled {
            Some(stub) => (Source::assembled(stub, "Reassembled RPC stub"), Span::new(0, stub.len())),
            None => {
                let span = pdu.stub().map(|stub| stub.span).unwrap_or_default();
                (source.sub(span), span)
            }
        };
        let mut said = match assembled {
            Some(_) => log::Message::new(scene.frame, &octets, phase, summary),
            None => log::Message::new(scene.frame, source, phase, summary)
                .whole(Decode::Rpc { interface: at.interface, opnum: at.opnum }),
        };
        let Some(stub) = stub else { return said };
        let Stub { opnum, encoding, .. } = stub;
        if stub.interface != EPMAPPER {
            return said.part(Decode::Call(stub), span);
        }
        if response {
            rpc_epm::response(scene, &mut said, octets.bytes, opnum, encoding);
        } else {
            rpc_epm::request(scene, &mut said, octets.bytes, opnum, encoding);
        }
        said.part(Decode::Epm { opnum, response, encoding }, span)
    }

    fn request(
        &mut self,
        scene: &mut Scene<'_>,
        source: &Source<'_>,
        pdu: &Pdu<'_>,
        context: u16,
        opnum: u16,
    ) {
        let Ok(assembled) = self.assemble(Direction::ToServer, pdu, source.bytes.len()) else { return };
        let interface = self.interface(scene, context);
        scene.tell(Fact::RpcCall { interface, opnum, sealed: pdu.is_sealed() });
        let bytes = assembled.as_deref().or_else(|| pdu.stub().map(|stub| stub.value)).unwrap_or_default();
        let at = Operation { interface, context, opnum: Some(opnum) };
        let stub = self.stub(pdu, bytes, at);
        let subject = stub.and_then(|stub| rpc_call::subject(stub, bytes));
        let said = self.call(scene, source, pdu, assembled.as_deref(), (at, stub, subject.as_deref()));
        let id = say(scene, said, None);
        self.calls.insert(pdu.header.call_id.value, Call { id, context, opnum: Some(opnum), subject });
    }

    fn response(&mut self, scene: &mut Scene<'_>, source: &Source<'_>, pdu: &Pdu<'_>) {
        let Ok(assembled) = self.assemble(Direction::ToClient, pdu, source.bytes.len()) else { return };
        let Body::Response(response) = &pdu.body else { return };
        let call = self.calls.remove(&pdu.header.call_id.value);
        let context = response.p_cont_id.value;
        let opnum = call.as_ref().and_then(|call| call.opnum);
        let interface = self.interface(scene, context);
        let sealed = pdu.is_sealed();
        // Results stand at the end: without it nothing can be said of them.
        let whole = !self.to_client.cut;
        let octets = assembled.as_deref().or_else(|| pdu.stub().map(|stub| stub.value)).unwrap_or_default();
        let readable = Some(octets).filter(|_| !sealed && whole);
        let status =
            readable.and_then(|stub| stub.last_chunk::<4>()).map(|octets| match pdu.header.byte_order() {
                ByteOrder::Little => u32::from_le_bytes(*octets),
                ByteOrder::Big => u32::from_be_bytes(*octets),
            });
        scene.tell(Fact::RpcReturn { interface, opnum, sealed, status });
        let validated = readable.filter(|_| interface == Some(SAMR) && opnum == Some(VALIDATE_REUSE));
        if let Some([.., a, b, c, d, _, _, _, _]) = validated {
            scene.tell(Fact::ReuseAnswer { allowed: [*a, *b, *c, *d] != [0; 4] });
        }
        let at = Operation { interface, context, opnum };
        let stub = self.stub(pdu, octets, at).filter(|stub| whole || stub.interface == EPMAPPER);
        let subject = call.as_ref().and_then(|call| call.subject.as_deref());
        let mut said = self.call(scene, source, pdu, assembled.as_deref(), (at, stub, subject));
        if let Some(status) = status {
            if returns_nt_status(interface, opnum) {
                append!(said.summary, ": {}", NtStatus(status));
            } else if status != 0 && returns_win32(interface, opnum) {
                append!(said.summary, ": Win32 error {status}");
            }
        }
        if let Some(result) = stub.and_then(|stub| rpc_call::result(stub, octets)) {
            append!(said.summary, ", {result}");
        }
        say(scene, said, call.and_then(|call| call.id));
    }

    fn fault(&mut self, scene: &mut Scene<'_>, source: &Source<'_>, pdu: &Pdu<'_>, fault: &Fault<'_>) {
        if fault.status.reached().is_none() {
            return;
        }
        let call = self.calls.remove(&pdu.header.call_id.value);
        let opnum = call.as_ref().and_then(|call| call.opnum);
        let context = call.as_ref().map_or(fault.p_cont_id.value, |call| call.context);
        let interface = self.interface(scene, context);
        let status = fault.status.value;
        let what = call_name(interface, opnum, pdu);
        scene.tell(Fact::RpcFault { interface, opnum, status: status.0 });
        let (id, text) = match status.0 {
            0x5 => (find::RPC_FAULT5, sentence!("{what}: access denied")),
            0x721 => (find::RPC_SECPKG, sentence!("{what}: the security package reports an error")),
            _ => (find::RPC_FAULT, sentence!("{what}: {status}")),
        };
        let summary = sentence!("{} refuses {what}: {status}", scene.names.host(scene.server.address));
        let said = log::Message::new(scene.frame, source, self.phase(interface, opnum), summary)
            .finding(id, text)
            .whole(Decode::Rpc { interface, opnum });
        say(scene, said, call.and_then(|call| call.id));
    }
}

/// Writes a message. Of interfaces that no join uses only tickets and findings are told.
fn say(scene: &mut Scene<'_>, said: log::Message, request: Option<MessageId>) -> Option<MessageId> {
    let ticket = said.parts.iter().any(|part| matches!(part.decode, Decode::Kerberos));
    (said.phase.is_some() || ticket || !said.findings.is_empty()).then(|| scene.log.push(said, request))
}

/// The call's return value, the last four octets of its stub, is an NTSTATUS.
fn returns_nt_status(interface: Option<Guid>, opnum: Option<u16>) -> bool {
    match (interface, opnum) {
        (Some(SAMR | LSARPC), Some(_)) => true,
        (Some(NETLOGON), Some(opnum)) => !Opnum(opnum).returns_win32(),
        _ => false,
    }
}

/// The call's return value is a Win32 error code.
fn returns_win32(interface: Option<Guid>, opnum: Option<u16>) -> bool {
    interface == Some(NETLOGON) && opnum.is_some_and(|opnum| Opnum(opnum).returns_win32())
}

/// The capture has fewer octets of the PDU than its header says.
fn is_cut(pdu: &Pdu<'_>, octets: usize) -> bool {
    octets < usize::from(pdu.header.frag_length.value)
}

/// The name of a call, such as `NETLOGON NetrServerReqChallenge`.
fn call_name(interface: Option<Guid>, opnum: Option<u16>, pdu: &Pdu<'_>) -> String {
    let sealed = if pdu.is_sealed() { " (sealed)" } else { "" };
    let Some(opnum) = opnum else { return sentence!("a call of {}{sealed}", name_of(interface)) };
    match interface.and_then(|interface| opnum_name(interface, opnum)) {
        Some(name) => sentence!("{} {name}{sealed}", name_of(interface)),
        None => sentence!("{} operation {opnum}{sealed}", name_of(interface)),
    }
}

/// Which way such a PDU goes; nothing for those that go both ways.
const fn direction_of(body: &Body<'_>) -> Option<Direction> {
    match body {
        Body::Bind(_) | Body::AlterContext(_) | Body::Auth3(_) | Body::Request(_) => {
            Some(Direction::ToServer)
        }
        Body::BindAck(_)
        | Body::AlterContextResp(_)
        | Body::BindNak(_)
        | Body::Response(_)
        | Body::Fault(_) => Some(Direction::ToClient),
        _ => None,
    }
}
