//! DNS on port 53: the questions of the DC locator, and the addresses of the controllers it found.

use std::net::IpAddr;

use adjoin_capture::{Direction, Endpoint};
use adjoin_wire::Span;
use dns_proto::locator::{self, LocatorName};
use dns_proto::{HeaderFlags, Message, Opcode, Rcode, Rdata, RecordType, reverse};

use super::{Next, OnStream};
use crate::Phase;
use crate::bounded::Bounded;
use crate::log::{self, MessageId, Source};
use crate::show::Decode;
use crate::story::{Aside, Fact};
use crate::tracker::Scene;

/// Queries that wait for an answer, and those of the locator that had one.
#[derive(Debug, Default)]
pub(crate) struct Dialogue {
    pending: Bounded<(Endpoint, u16), MessageId, 4096>,
}

/// What a locator record is about.
fn about(name: &LocatorName<'_>) -> String {
    let mut text = sentence!("{} of {}", name.kind.name(), name.domain);
    if let Some(site) = name.site {
        append!(text, ", site {site}");
    }
    text
}

impl Dialogue {
    /// A message of one datagram, or one message of a TCP stream.
    pub(super) fn datagram(&mut self, scene: &mut Scene<'_>, source: &Source<'_>) {
        let message = Message::parse_partial(source.bytes).value;
        let Some(question) = message.question() else { return };
        let name = question.name.value.to_string();
        let rtype = question.rtype.value;
        if rtype == RecordType::PTR && scene.direction == Direction::ToClient {
            Self::pointers(scene, &message);
            return;
        }
        let located = locator::classify(question.name.value);
        let update = message.header.opcode.value == Opcode::UPDATE;
        let address_of_dc =
            matches!(rtype, RecordType::A | RecordType::AAAA) && scene.names.is_controller(&name);
        if located.is_none() && !address_of_dc && !update {
            return;
        }
        let key = (scene.client, message.header.id.value);
        let what = match &located {
            Some(located) => about(located),
            None if update => sentence!("records of {name}"),
            None => sentence!("{rtype} record of {name}"),
        };
        if scene.direction == Direction::ToServer {
            let summary =
                if update { sentence!("DNS update: {what}") } else { sentence!("DNS asks for the {what}") };
            let said = log::Message::new(scene.frame, source, Phase::P1, summary).whole(Decode::Dns);
            let id = scene.log.push(said, None);
            self.pending.insert(key, id);
            scene.tell(match located {
                Some(located) => {
                    Fact::DnsLocate { kind: located.kind, domain: located.domain.to_string().to_lowercase() }
                }
                None if update => Fact::DnsUpdate { zone: name },
                None => Fact::DnsAddress { host: name, rtype },
            });
            return;
        }
        let rcode = message.rcode();
        let found = if rcode == Rcode::NOERROR { Self::learn(scene, &message) } else { Vec::new() };
        // What was cut off can't be said to be missing.
        let whole = message.answers.iter().all(|record| record.is_ok());
        let summary = match rcode {
            Rcode::NOERROR if update => sentence!("DNS update accepted: {what}"),
            Rcode::NOERROR if found.is_empty() && !whole => sentence!("DNS answers: {what}"),
            Rcode::NOERROR if found.is_empty() => sentence!("DNS has no {what}"),
            Rcode::NOERROR => sentence!("DNS answers: {what}: {}", found.join(", ")),
            _ if update => sentence!("DNS update refused, {rcode}: {what}"),
            _ => sentence!("DNS answers {rcode}: {what}"),
        };
        let about = located.as_ref().map_or_else(|| name.clone(), |located| located.domain.to_string());
        scene.tell(if update {
            Fact::DnsUpdated { zone: name, rcode }
        } else {
            let read = message.answers.iter().flatten().filter(|record| record.rtype.value == rtype).count();
            Fact::DnsAnswer {
                about: about.to_lowercase(),
                locator: located.is_some(),
                rtype,
                rcode,
                found: if whole { read } else { read.max(1) },
                truncated: message.header.flags.value.contains(HeaderFlags::TC),
            }
        });
        let request = self.pending.remove(&key);
        let said = log::Message::new(scene.frame, source, Phase::P1, summary).whole(Decode::Dns);
        scene.log.push(said, request);
    }

    /// Remembers the hosts of an answer; gives what it names.
    fn learn(scene: &mut Scene<'_>, message: &Message<'_>) -> Vec<String> {
        let mut found = Vec::new();
        let answers = message.answers.iter().map(|record| (true, record));
        let additionals = message.additionals.iter().map(|record| (false, record));
        for (answer, record) in answers.chain(additionals) {
            let Ok(record) = record else { continue };
            let Ok(rdata) = record.rdata() else { continue };
            let text = match rdata.value {
                Rdata::Srv(srv) => {
                    let target = srv.target.value.to_string();
                    scene.names.learn_controller(&target);
                    target
                }
                Rdata::A(address) => {
                    Self::learn_address(scene, address.value.into(), record.name.value.to_string());
                    address.value.to_string()
                }
                Rdata::Aaaa(address) => {
                    Self::learn_address(scene, address.value.into(), record.name.value.to_string());
                    address.value.to_string()
                }
                Rdata::Cname(name) => name.value.to_string(),
                _ => continue,
            };
            if answer && found.len() < 8 {
                found.push(text);
            }
        }
        found
    }

    fn learn_address(scene: &mut Scene<'_>, address: IpAddr, host: String) {
        scene.names.learn_host(address, &host);
        if scene.direction == Direction::ToClient && scene.names.is_controller(&host) {
            scene.overhear(Aside::Address { host, address });
        }
    }

    /// Remembers the names that the address of a known host has.
    fn pointers(scene: &mut Scene<'_>, message: &Message<'_>) {
        for record in message.answers.iter().flatten() {
            let Some(address) = reverse::address_of(record.name.value) else { continue };
            let data = record.rdata().map(|rdata| rdata.value).ok();
            if let Some(Rdata::Ptr(name)) = data.filter(|_| scene.names.knows(address)) {
                scene.overhear(Aside::Pointer { address, name: name.value.to_string() });
            }
        }
    }
}

impl OnStream for Dialogue {
    fn name(&self) -> &'static str {
        "Reassembled DNS message"
    }

    fn starts(&self, _: &[u8]) -> bool {
        true
    }

    /// The length of a message on TCP stands in two octets before it (RFC 1035 4.2.2).
    fn next(&self, bytes: &[u8]) -> Next {
        match bytes {
            [high, low, ..] => {
                Next::Message(usize::from(u16::from_be_bytes([*high, *low])).saturating_add(2))
            }
            _ => Next::More,
        }
    }

    /// A message with its length in front.
    fn message(&mut self, scene: &mut Scene<'_>, source: &Source<'_>) {
        self.datagram(scene, &source.sub(Span::new(2.min(source.bytes.len()), source.bytes.len())));
    }
}
