//! Draws the messages of a frame.

use adjoin_wire::Span;

use super::sheet::Sheet;
use super::{Buffer, FieldId, Place, Row, Value, View, What, epm, join, krb, ldap_ping, rpc};
use crate::catalogue;
use crate::log::{Decode, Message, Octets};

fn say(view: &mut View, depth: u8, id: FieldId, value: Value) {
    let what = What::Field { id, value, text: None };
    view.rows.push(Row { depth, place: Place::Generated, what });
}

/// Appends one message of the frame whose captured octets are `frame`.
pub(crate) fn message(view: &mut View, message: &Message, frame: &[u8]) {
    if let Some(phase) = message.phase {
        say(view, 0, join::PHASE, Value::Text(phase.id().into()));
        say(view, 0, join::PHASE_NAME, Value::Text(phase.name().into()));
    }
    say(view, 0, join::SUMMARY, Value::Text(message.summary.clone()));
    for remark in &message.findings {
        let Some(finding) = catalogue::finding(remark.id) else { continue };
        say(view, 0, join::FINDING, Value::Text(finding.id.into()));
        let what = What::Finding { id: remark.id, text: remark.text.clone() };
        view.rows.push(Row { depth: 1, place: Place::Generated, what });
        say(view, 1, join::SEVERITY, Value::Text(finding.severity.as_str().into()));
    }
    for (id, other) in [(join::REQUEST, message.request), (join::RESPONSE, message.response)] {
        if let Some(other) = other {
            say(view, 0, id, Value::Uint(other.into()));
        }
    }
    let (bytes, buffer, base) = match &message.octets {
        Octets::Frame(span) => (frame.get(span.range()).unwrap_or_default(), None, span.start),
        Octets::Kept { name, bytes } => {
            let index = u16::try_from(view.buffers.len()).unwrap_or(u16::MAX);
            if !message.parts.is_empty() {
                view.buffers.push(Buffer { name, bytes: bytes.to_vec() });
            }
            (&**bytes, Some(index), 0)
        }
    };
    for part in &message.parts {
        let slice = bytes.get(part.span.range()).unwrap_or_default();
        let mut sheet = Sheet::new(view, buffer, base.saturating_add(part.span.start));
        let whole = Span::new(0, slice.len());
        match part.decode {
            Decode::LdapPing => ldap_ping::request(&mut sheet, slice, whole),
            Decode::Netlogon => ldap_ping::netlogon(&mut sheet, slice, whole),
            Decode::Epm { opnum, response, encoding } => {
                epm::rows(&mut sheet, slice, whole, opnum, response, encoding);
            }
            Decode::Rpc { interface, opnum } => rpc::rows(&mut sheet, slice, whole, interface, opnum),
            Decode::Kerberos => krb::rows(&mut sheet, slice, whole),
        }
    }
}
