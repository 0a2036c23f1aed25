//! TLS on the ports of LDAP over TLS: whether it comes about, and why not.

use adjoin_capture::Direction;

use super::{Next, OnStream};
use crate::Phase;
use crate::log::{self, Source};
use crate::story::Fact;
use crate::tracker::Scene;

/// Octets of a record's header (RFC 8446 5.1).
const HEADER: usize = 5;

/// One connection.
#[derive(Debug, Default)]
pub(crate) struct Dialogue {
    /// Records are encrypted from now on, in each direction.
    encrypted: [bool; 2],
}

/// A content type, version 3.x, and a length that a record may have.
fn starts(bytes: &[u8]) -> bool {
    match bytes {
        [20..=23, 3, 0..=4, high, ..] => *high <= 0x48,
        [20..=23, 3, 0..=4] | [20..=23, 3] | [20..=23] => true,
        _ => false,
    }
}

impl OnStream for Dialogue {
    fn name(&self) -> &'static str {
        "Reassembled TLS record"
    }

    fn starts(&self, bytes: &[u8]) -> bool {
        starts(bytes)
    }

    fn next(&self, bytes: &[u8]) -> Next {
        if !starts(bytes) {
            return if bytes.is_empty() { Next::More } else { Next::Lost };
        }
        match bytes {
            [_, _, _, high, low, ..] => {
                Next::Message(usize::from(u16::from_be_bytes([*high, *low])).saturating_add(HEADER))
            }
            _ => Next::More,
        }
    }

    /// One record.
    fn message(&mut self, scene: &mut Scene<'_>, source: &Source<'_>) {
        let from_server = scene.direction == Direction::ToClient;
        let [to_server, to_client] = &mut self.encrypted;
        let encrypted = if from_server { to_client } else { to_server };
        let (kind, body) = match source.bytes {
            [kind, _, _, _, _, body @ ..] => (*kind, body),
            _ => return,
        };
        let fact = match (kind, body) {
            (20, _) => {
                *encrypted = true;
                return;
            }
            (22, [1, ..]) if !*encrypted => Fact::TlsHello,
            (22, [2, ..]) if !*encrypted => Fact::TlsServerHello,
            (21, [level, description]) if !*encrypted => {
                Fact::TlsAlert { description: *description, fatal: *level == 2, from_server }
            }
            // Two octets and a tag: an encrypted alert.
            (21, _) => Fact::TlsAlert { description: u8::MAX, fatal: false, from_server },
            (23, _) => {
                *encrypted = true;
                Fact::TlsData { from_server }
            }
            _ => return,
        };
        let summary = match &fact {
            Fact::TlsHello => "TLS for LDAP: the client begins".to_owned(),
            Fact::TlsServerHello => "TLS for LDAP: the server answers".to_owned(),
            Fact::TlsAlert { description, .. } => sentence!("TLS for LDAP: alert, {}", alert(*description)),
            _ => String::new(),
        };
        if !summary.is_empty() {
            scene.log.push(log::Message::new(scene.frame, source, Phase::P5, summary), None);
        }
        scene.tell(fact);
    }
}

/// The names of alerts (RFC 8446 6).
pub(crate) const fn alert(description: u8) -> &'static str {
    match description {
        0 => "close_notify",
        10 => "unexpected_message",
        20 => "bad_record_mac",
        40 => "handshake_failure",
        42 => "bad_certificate",
        43 => "unsupported_certificate",
        44 => "certificate_revoked",
        45 => "certificate_expired",
        46 => "certificate_unknown",
        47 => "illegal_parameter",
        48 => "unknown_ca",
        49 => "access_denied",
        51 => "decrypt_error",
        70 => "protocol_version",
        71 => "insufficient_security",
        80 => "internal_error",
        86 => "inappropriate_fallback",
        112 => "unrecognized_name",
        116 => "certificate_required",
        255 => "encrypted",
        _ => "unknown",
    }
}
