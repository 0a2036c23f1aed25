//! Mailslots in NetBIOS datagrams on UDP port 138: the older form of the DC locator's ping.

use std::net::IpAddr;

use netlogon_proto::Message;
use smb2_proto::mailslot::MailslotWrite;
use smb2_proto::nbdgm;

use super::netlogon;
use crate::Phase;
use crate::bounded::Bounded;
use crate::log::{self, MessageId, Source};
use crate::show::Decode;
use crate::tracker::Scene;

/// Requests that wait for an answer, by who asked.
#[derive(Debug, Default)]
pub(crate) struct Dialogue {
    pending: Bounded<IpAddr, MessageId, 1024>,
}

impl Dialogue {
    /// A NetBIOS datagram.
    pub(super) fn datagram(&mut self, scene: &mut Scene<'_>, source: &Source<'_>) {
        let Some(data) = nbdgm::Datagram::parse_partial(source.bytes).value.user_data else { return };
        let source = source.sub(data.span);
        let write = MailslotWrite::parse_partial(source.bytes).value;
        if write.data.reached().is_none() || !is_netlogon(&write.name.to_string()) {
            return;
        }
        let message = Message::parse_partial(write.data.value).value;
        let opcode = message.opcode();
        if opcode.reached().is_none() {
            return;
        }
        // Logons of LAN Manager and what NT 4's servers tell each other find no domain controller for a join.
        if matches!(
            message,
            Message::LogonRequest(_)
                | Message::LogonResponse2(_)
                | Message::DbChange(_)
                | Message::Unknown(_)
        ) {
            return;
        }
        let sender = scene.names.host(scene.client.address);
        let note = |summary: String| {
            log::Message::new(scene.frame, &source, Phase::P2, summary)
                .part(Decode::Netlogon, write.data.span)
        };
        if opcode.value.is_answer() {
            // Over a mailslot the older forms are as good as the extended one.
            let (summary, remarks) = netlogon::answer("Mailslot ping", &message, &sender, false);
            let request = self.pending.remove(&scene.server.address);
            scene.log.push(netlogon::remark(note(summary), remarks), request);
        } else {
            let id = scene.log.push(note(sentence!("Mailslot ping: {} from {sender}", opcode.value)), None);
            self.pending.insert(scene.client.address, id);
        }
    }
}

/// Requests go to one mailslot; a client has its answers sent to one that it names.
pub(crate) fn is_netlogon(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    name.starts_with(r"\MAILSLOT\NET\NETLOGON")
        || name.starts_with(r"\MAILSLOT\NET\NTLOGON")
        || name.starts_with(r"\MAILSLOT\NET\GETDC")
        || name.starts_with(r"\MAILSLOT\TEMP\")
}
