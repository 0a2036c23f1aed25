//! `adjoin.dns.*`: the questions of the DC locator, their answers, and updates, RFC 1035 and RFC 2136.

use super::Base::{Dec, Hex};
use super::Kind::{Group, Ipv4, Ipv6, Text, Uint};
use super::family;
use super::sheet::Sheet;
use adjoin_wire::{Partial, Span};
use dns_proto::{Message, Opcode, Rdata, Record, Records};

family! {
    HEADING = "adjoin.dns", "DNS", Group, "DNS message of a join: the search for domain controllers, or an update";
    ID = "adjoin.dns.id", "ID", Uint(16, Hex), "Pairs a query with its response";
    OPCODE = "adjoin.dns.opcode", "Opcode", Uint(8, Dec), "0 is a query, 5 an update";
    RCODE = "adjoin.dns.rcode", "Response code", Uint(16, Dec), "How it went: 0 no error, 2 failure, 3 no such name, 5 refused";
    NAME = "adjoin.dns.name", "Name", Text, "The name that is asked for; the zone of an update";
    TYPE = "adjoin.dns.type", "Type", Uint(16, Dec), "The type of record that is asked for";
    RECORD = "adjoin.dns.record", "Record", Group, "A record of a response, or of an update";
    RECORD_NAME = "adjoin.dns.record.name", "Owner", Text, "The name that the record belongs to";
    RECORD_TYPE = "adjoin.dns.record.type", "Record type", Uint(16, Dec), "The type of the record";
    TTL = "adjoin.dns.record.ttl", "Time to live", Uint(32, Dec), "Seconds that the record may be kept";
    PRIORITY = "adjoin.dns.record.priority", "Priority", Uint(16, Dec), "The lowest is tried first";
    WEIGHT = "adjoin.dns.record.weight", "Weight", Uint(16, Dec), "Share of the clients among those of one priority";
    PORT = "adjoin.dns.record.port", "Port", Uint(16, Dec), "Port of the service";
    TARGET = "adjoin.dns.record.target", "Target", Text, "The host or name that the record leads to";
    ADDRESS = "adjoin.dns.record.address", "Address", Ipv4, "IPv4 address of the owner";
    ADDRESS6 = "adjoin.dns.record.address6", "IPv6 address", Ipv6, "IPv6 address of the owner";
}

/// Most records of a section that are shown.
const MAX_RECORDS: usize = 64;

/// A message without the length that TCP puts in front.
pub(crate) fn rows(sheet: &mut Sheet<'_>, bytes: &[u8], whole: Span) {
    let Partial { value: message, error } = Message::parse_partial(bytes);
    let header = &message.header;
    if header.id.reached().is_none() {
        return sheet.stopped(0, error);
    }
    let way = if header.is_response() { "response" } else { "request" };
    sheet.group(0, HEADING, whole, format!("{} {way}", header.opcode.value));
    sheet.uint(1, ID, &header.id);
    let opcode = header.opcode;
    sheet.named(1, OPCODE, opcode.span, opcode.value.0.into(), format!("{opcode} ({})", opcode.value.0));
    if header.is_response() {
        // With the upper bits that EDNS adds; where they lie, the lower ones don't.
        let rcode = message.rcode();
        sheet.named(1, RCODE, header.rcode.span, rcode.0.into(), format!("{rcode} ({})", rcode.0));
    }
    for question in message.questions.iter().map_while(Result::ok).take(MAX_RECORDS) {
        sheet.text(1, NAME, &question.name);
        let kind = question.rtype;
        sheet.named(1, TYPE, kind.span, kind.value.0.into(), format!("{kind} ({})", kind.value.0));
    }
    let update = opcode.value == Opcode::UPDATE;
    let names = if update { ["prerequisite", "update"] } else { ["answer", "authority"] };
    for (name, records) in names.into_iter().zip([&message.answers, &message.authorities]) {
        section(sheet, name, records);
    }
    section(sheet, "additional", &message.additionals);
    sheet.stopped(1, error);
}

fn section(sheet: &mut Sheet<'_>, name: &str, records: &Records<'_>) {
    for record in records.iter().map_while(Result::ok).take(MAX_RECORDS) {
        let kind = record.rtype;
        sheet.group(1, RECORD, record.span(), format!("{name}, {kind} of {}", record.name));
        sheet.text(2, RECORD_NAME, &record.name);
        sheet.named(2, RECORD_TYPE, kind.span, kind.value.0.into(), format!("{kind} ({})", kind.value.0));
        data(sheet, &record);
    }
}

fn data(sheet: &mut Sheet<'_>, record: &Record<'_>) {
    let Ok(data) = record.rdata() else { return };
    // Of EDNS and signatures the field has other meanings.
    if !matches!(data.value, Rdata::Opt(_) | Rdata::Tsig(_) | Rdata::Tkey(_)) {
        sheet.uint(2, TTL, &record.ttl);
    }
    match &data.value {
        Rdata::A(address) => sheet.ipv4(2, ADDRESS, address.span, address.value.octets()),
        Rdata::Aaaa(address) => sheet.ipv6(2, ADDRESS6, address.span, address.value.octets()),
        Rdata::Cname(name) | Rdata::Ns(name) | Rdata::Ptr(name) => sheet.text(2, TARGET, name),
        Rdata::Soa(soa) => sheet.text(2, TARGET, &soa.mname),
        Rdata::Srv(srv) => {
            sheet.uint(2, PRIORITY, &srv.priority);
            sheet.uint(2, WEIGHT, &srv.weight);
            sheet.uint(2, PORT, &srv.port);
            sheet.text(2, TARGET, &srv.target);
        }
        _ => {}
    }
}
