//! Which protocol speaks on a stream or in a datagram, and where its messages begin and end.
//!
//! The port proposes, the content decides. One file for each protocol: it cuts the stream into
//! messages, remembers what a dialogue needs (pending requests, presentation contexts, open pipes),
//! and writes a [`Message`](crate::log::Message) for each thing that matters to a join.

/// A sentence: `format!` with room for what most of them say.
macro_rules! sentence {
    ($($said:tt)*) => {{
        let mut text = String::with_capacity($crate::speak::SENTENCE);
        append!(text, $($said)*);
        text
    }};
}

/// Says more in a sentence.
macro_rules! append {
    ($text:expr, $($said:tt)*) => {
        {
            // Writing to a String doesn't fail.
            let _ = std::fmt::Write::write_fmt(&mut $text, format_args!($($said)*));
        }
    };
}

mod datagrams;
mod dns;
mod gss;
mod kerberos;
mod ldap;
mod mailslot;
mod names;
mod nbns;
mod netlogon;
mod rpc;
mod rpc_call;
mod rpc_epm;
mod smb;
mod smb1;
mod smb2;
mod smb_validate;
mod tls;

use std::fmt::Debug;

use adjoin_capture::{Direction, Gap, StreamSide};

pub(crate) use datagrams::Datagrams;
pub(crate) use mailslot::is_netlogon;
pub(crate) use names::Names;
pub(crate) use rpc::{DRSUAPI, EPMAPPER, LSARPC, NETLOGON, SAMR, WKSSVC, asks};
pub(crate) use tls::alert;

use crate::log::Source;
use crate::story::Service;
use crate::tcp::Sight;
use crate::tracker::{Carrier, Scene};

/// Where the next message of a stream ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// It has this many octets, some of which may still have to come.
    Message(usize),
    /// So many octets matter to nobody.
    Skip(usize),
    /// Its length lies in octets that have to come.
    More,
    /// This is not the start of a message.
    Lost,
}

/// Octets that most sentences fit into: one that grows while it is written costs more than the writing.
const SENTENCE: usize = 96;

/// Longest message that is waited for; longer ones are passed over.
const MAX_MESSAGE: usize = 512 << 10;
/// How often a stream on an unknown port is looked at before nobody speaks there.
const MAX_LOOKS: u8 = 8;

/// A protocol on one TCP connection.
pub(crate) trait OnStream: Debug + Send + Sync {
    /// What its messages are called when they don't lie in one frame.
    fn name(&self) -> &'static str;
    /// A message may begin with these octets.
    fn starts(&self, bytes: &[u8]) -> bool;
    /// Where the message that begins with these octets ends.
    fn next(&self, bytes: &[u8]) -> Next;
    /// Understands a message.
    fn message(&mut self, scene: &mut Scene<'_>, source: &Source<'_>);
    /// Octets are missing: what was half received will not be completed.
    fn gap(&mut self, _direction: Direction) {}
}

/// Who speaks on a stream.
#[derive(Debug)]
pub(crate) enum Speaker {
    /// Nobody that matters to a join.
    Nobody,
    /// Not known yet; how often it was looked at.
    Unsure(u8),
    /// A protocol that reads it.
    Known(Box<dyn OnStream>),
}

impl Speaker {
    /// Who should speak on the server's port, which may be that of a service.
    pub(crate) fn of_port(port: u16, service: Option<Service>) -> Self {
        Self::Known(match service {
            // Services that no join uses.
            _ if matches!(port, 22 | 80 | 443 | 3389) => return Self::Nobody,
            Some(Service::Dns) => Box::<dns::Dialogue>::default(),
            Some(Service::Kerberos) => Box::<kerberos::Dialogue>::default(),
            Some(Service::Kpasswd) => Box::<kerberos::Passwords>::default(),
            Some(Service::Ldap) => Box::<ldap::Dialogue>::default(),
            Some(Service::Ldaps) => Box::<tls::Dialogue>::default(),
            Some(Service::Epm | Service::Rpc) => Box::<rpc::Dialogue>::default(),
            Some(Service::Smb) => Box::<smb::Dialogue>::default(),
            // Pings are datagrams.
            Some(Service::Ping) | None => return Self::Unsure(0),
        })
    }

    /// Who begins a message with these octets, on a port that says nothing.
    fn of_content(bytes: &[u8]) -> Option<(Service, Box<dyn OnStream>)> {
        if rpc::starts(bytes) {
            Some((Service::Rpc, Box::<rpc::Dialogue>::default()))
        } else if smb::starts(bytes) {
            Some((Service::Smb, Box::<smb::Dialogue>::default()))
        } else {
            None
        }
    }
}

/// A TCP stream and who speaks on it.
#[derive(Debug)]
pub(crate) struct Stream {
    speaker: Speaker,
    to_server: Side,
    to_client: Side,
}

/// One direction of a stream.
#[derive(Debug, Default)]
struct Side {
    /// Octets to pass over.
    skip: u64,
    /// Where the next message begins is not known.
    lost: bool,
}

impl Stream {
    pub(crate) fn new(speaker: Speaker) -> Self {
        Self { speaker, to_server: Side::default(), to_client: Side::default() }
    }

    /// Nothing more of this stream is of interest.
    pub(crate) const fn is_over(&self) -> bool {
        matches!(self.speaker, Speaker::Nobody)
    }

    /// Reads what is new in one direction.
    pub(crate) fn read(&mut self, scene: &mut Scene<'_>, stream: &mut StreamSide<'_>) {
        let side = match scene.direction {
            Direction::ToServer => &mut self.to_server,
            Direction::ToClient => &mut self.to_client,
        };
        if let Some(gap) = stream.gap() {
            if let Speaker::Known(speaker) = &mut self.speaker {
                speaker.gap(scene.direction);
            }
            side.gap(gap);
        }
        loop {
            let bytes = stream.bytes();
            if bytes.is_empty() {
                break;
            }
            if side.skip > 0 {
                let n = bytes.len().min(usize::try_from(side.skip).unwrap_or(usize::MAX));
                side.skip = side.skip.saturating_sub(n as u64);
                stream.consume(n);
                continue;
            }
            if let Speaker::Unsure(looks) = &mut self.speaker {
                *looks = looks.saturating_add(1);
                if let Some((service, speaker)) = Speaker::of_content(bytes) {
                    let at = Sight { frame: scene.frame, time: scene.time };
                    scene.story.recognised(at, stream.connection(), service);
                    self.speaker = Speaker::Known(speaker);
                } else if *looks >= MAX_LOOKS {
                    self.speaker = Speaker::Nobody;
                }
            }
            let Speaker::Known(speaker) = &mut self.speaker else {
                stream.consume(bytes.len());
                break;
            };
            if side.lost {
                if !speaker.starts(bytes) {
                    stream.consume(bytes.len());
                    break;
                }
                side.lost = false;
            }
            let cut = stream.finished() || stream.gap_after().is_some();
            match speaker.next(bytes) {
                Next::Message(n) if n > MAX_MESSAGE => side.skip = n as u64,
                Next::Message(n) if n <= bytes.len() => {
                    Self::deliver(speaker.as_mut(), scene, stream, n);
                }
                Next::Skip(n) if n > 0 => side.skip = n as u64,
                Next::Message(_) if cut => {
                    Self::deliver(speaker.as_mut(), scene, stream, bytes.len());
                    side.lost = true;
                }
                Next::Message(_) | Next::More => break,
                Next::Skip(_) | Next::Lost => {
                    side.lost = true;
                    stream.consume(bytes.len());
                    break;
                }
            }
        }
    }

    /// Hands the first `n` octets to the speaker.
    fn deliver(speaker: &mut dyn OnStream, scene: &mut Scene<'_>, stream: &mut StreamSide<'_>, n: usize) {
        // What was only waited for in vain belongs to the last frame that brought some of it.
        let frames = stream.provenance(0..n).map(|piece| piece.frame);
        let (read, latest) = (scene.frame, frames.clone().max().unwrap_or(scene.frame));
        if !frames.clone().any(|frame| frame == read) {
            scene.frame = latest;
        }
        let mut pieces = stream.provenance(0..n);
        let at = match (pieces.next(), pieces.next()) {
            (Some(piece), None) if piece.frame == scene.frame => usize::try_from(piece.offset).ok(),
            _ => None,
        };
        let bytes = stream.bytes().get(..n).unwrap_or_default();
        let end = stream.position().saturating_add(n as u64);
        scene.carrier = Carrier::Stream(stream.conn(), i64::try_from(end).unwrap_or(i64::MAX));
        let source = Source::new(bytes, at, speaker.name());
        speaker.message(scene, &source);
        scene.frame = read;
        stream.consume(n);
    }
}

impl Side {
    fn gap(&mut self, gap: Gap) {
        match gap.missing {
            // The missing octets were to be passed over anyway.
            Some(missing) if missing <= self.skip && self.skip > 0 => {
                self.skip = self.skip.saturating_sub(missing);
            }
            _ => {
                self.skip = 0;
                self.lost = true;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::datagrams::Datagrams;
    use super::*;
    use adjoin_capture::Endpoint;
    use std::net::{IpAddr, Ipv4Addr};
    use std::path::Path;

    /// Each service of the published list of ports is spoken here, or its row says why not.
    #[test]
    fn the_published_ports() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/facts/ports.csv");
        let Ok(text) = std::fs::read_to_string(path) else {
            println!("skipped: ../shared is not here");
            return;
        };
        let end = |port| Endpoint { address: IpAddr::V4(Ipv4Addr::LOCALHOST), port };
        let mut spoken = 0;
        for line in text.lines().skip(1) {
            let cells: Vec<_> = line.split(',').collect();
            let (protocol, service) = (cells[1], cells[2]);
            // ICMP has none, and the dynamic ones are a range that the endpoint mapper and the content tell.
            let Ok(port) = cells[0].parse::<u16>() else { continue };
            if protocol.contains("TCP") {
                let of_port = Service::of_tcp(port);
                let fits = match of_port {
                    Some(Service::Dns) => service == "DNS",
                    Some(Service::Kerberos) => service == "Kerberos",
                    Some(Service::Kpasswd) => service == "kpasswd",
                    Some(Service::Ldap) => matches!(service, "LDAP" | "GC"),
                    Some(Service::Ldaps) => matches!(service, "LDAPS" | "GC TLS"),
                    Some(Service::Epm) => service == "RPC endpoint mapper",
                    Some(Service::Smb) => matches!(service, "NetBIOS session" | "SMB2"),
                    Some(Service::Ping | Service::Rpc) | None => false,
                };
                assert!(fits, "{line}");
                let Speaker::Known(speaker) = Speaker::of_port(port, of_port) else { panic!("{line}") };
                let reads = match service {
                    "GC" => "LDAP",
                    "LDAPS" | "GC TLS" => "TLS",
                    "kpasswd" => "Kerberos",
                    "RPC endpoint mapper" => "DCE/RPC",
                    "NetBIOS session" | "SMB2" => "SMB",
                    same => same,
                };
                assert!(speaker.name().contains(reads), "{line}: {}", speaker.name());
                spoken += 1;
            }
            if protocol.contains("UDP") {
                let known = Datagrams::ends(end(50_000), end(port)).is_some();
                // Names are told apart by their content, which both sides send from one port; the time service
                // is no part of a join.
                assert_eq!(known, !matches!(port, 123 | 137), "{line}");
                spoken += 1;
            }
        }
        assert!(spoken >= 15, "{spoken}");
    }
}
