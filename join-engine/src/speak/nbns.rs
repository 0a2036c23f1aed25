//! NetBIOS names on UDP port 137: who asks for which, and who says that a name is taken.

use std::net::IpAddr;

use adjoin_capture::Direction;
use dns_proto::nbns::{self, NetbiosName};
use dns_proto::{Message, Opcode, Rcode};

use crate::log::Source;
use crate::story::{Aside, NetbiosAnswer};
use crate::tracker::Scene;

/// The datagram answers; both sides may use port 137.
pub(super) fn is_answer(payload: &[u8]) -> bool {
    payload.get(2).is_some_and(|flags| flags & 0x80 != 0)
}

/// A question, a claim, or an answer to either.
pub(super) fn message(scene: &mut Scene<'_>, source: &Source<'_>) {
    let message = Message::parse_partial(source.bytes).value;
    let opcode = message.header.opcode.value;
    let claims = opcode == nbns::REGISTRATION
        || opcode == nbns::MULTIHOMED_REGISTRATION
        || nbns::REFRESH.contains(&opcode);
    if !claims && opcode != Opcode::QUERY {
        return;
    }
    // A claim has the address in its additional section.
    let record = message.answers.iter().chain(message.additionals.iter()).flatten().next();
    let addresses = || record.iter().flat_map(nbns::addresses);
    if addresses().any(|address| address.is_group()) {
        return;
    }
    let client = scene.client.address;
    if scene.direction == Direction::ToServer {
        let Some(question) = message.question().filter(|question| question.rtype.value == nbns::NB) else {
            return;
        };
        let Some(name) = NetbiosName::decode(question.name.value) else { return };
        let (name, suffix) = (name.to_string(), name.suffix());
        scene.overhear(Aside::NetbiosAsked { name, suffix, claims });
        return;
    }
    let Some((record, name)) =
        record.and_then(|record| Some((record, NetbiosName::decode(record.name.value)?)))
    else {
        return;
    };
    let answer = match message.rcode() {
        Rcode::NOERROR if !claims => NetbiosAnswer::Found,
        nbns::ACT_ERR if claims => NetbiosAnswer::Taken,
        nbns::CFT_ERR => NetbiosAnswer::Conflict,
        _ => return,
    };
    let from = scene.server.address;
    let own = nbns::addresses(&record).any(|entry| IpAddr::from(entry.address) == client);
    let owner = nbns::addresses(&record)
        .map(|entry| entry.address)
        .find(|address| !address.is_unspecified())
        .map_or(from, IpAddr::from);
    if !own && from != client {
        let (name, suffix) = (name.to_string(), name.suffix());
        scene.overhear(Aside::NetbiosTold { name, suffix, from, owner, answer });
    }
}
