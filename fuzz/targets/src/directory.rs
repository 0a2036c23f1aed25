//! What a domain controller says about itself.

use crate::check;
use netlogon_proto::{Message, SamLogonAnswer};

/// [`netlogon_proto::Message`], and the extended answer written again.
pub fn netlogon_message(bytes: &[u8]) {
    let (whole, partial) = (Message::parse(bytes), Message::parse_partial(bytes));
    check::message(bytes, &whole, &partial);
    let message = partial.value;
    check::text(message.opcode());
    if let Some(version) = message.nt_version() {
        check::span(bytes, version.span);
        check::text(version);
        assert_eq!(version.infos().count(), version.names().count());
    }
    if let Message::DbChange(change) = message {
        check::list(bytes, change.db_change_info.iter());
    }
    let Ok(Message::SamLogonResponseEx(answer)) = whole else { return };
    check::text(answer.flags);
    let names = [
        answer.dns_forest_name,
        answer.dns_domain_name,
        answer.dns_host_name,
        answer.netbios_domain_name,
        answer.netbios_computer_name,
        answer.user_name,
        answer.dc_site_name,
        answer.client_site_name,
    ];
    // The encoder takes text with dots between labels: other names have no such form.
    let plain = names
        .iter()
        .flat_map(|name| name.labels().flatten())
        .all(|l| l.to_str().is_some_and(|t| !t.contains('.')));
    if !plain {
        return;
    }
    let texts = names.map(|name| name.to_string());
    let [forest, domain, host, netbios_domain, netbios_computer, user, dc_site, client_site] = &texts;
    let again = SamLogonAnswer {
        opcode: answer.opcode.value,
        flags: answer.flags.value,
        domain_guid: answer.domain_guid.value,
        dns_forest_name: forest,
        dns_domain_name: domain,
        dns_host_name: host,
        netbios_domain_name: netbios_domain,
        netbios_computer_name: netbios_computer,
        user_name: user,
        dc_site_name: dc_site,
        client_site_name: client_site,
        ..SamLogonAnswer::default()
    };
    let octets = match again.encode() {
        Ok(octets) => octets,
        Err(error) => check::failed(format_args!("what was read can't be written: {error}")),
    };
    let Ok(Message::SamLogonResponseEx(read)) = Message::parse(&octets) else {
        check::failed("what was written can't be read")
    };
    assert_eq!(read.flags.value, answer.flags.value);
    assert_eq!(read.domain_guid.value, answer.domain_guid.value);
    let read = [
        read.dns_forest_name,
        read.dns_domain_name,
        read.dns_host_name,
        read.netbios_domain_name,
        read.netbios_computer_name,
        read.user_name,
        read.dc_site_name,
        read.client_site_name,
    ];
    for (read, written) in read.iter().zip(&names) {
        assert_eq!(read.value, written.value);
    }
}
