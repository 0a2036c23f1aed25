//! Filter names are an interface: those that were promised exist, once, and keep their order.
#![allow(clippy::panic, reason = "a test may panic")]

use std::collections::HashSet;

use join_engine::catalogue::FINDINGS;
use join_engine::show::{Kind, fields};

const PROMISED: &[&str] = &[
    "adjoin.phase",
    "adjoin.phase.name",
    "adjoin.summary",
    "adjoin.finding",
    "adjoin.finding.severity",
    "adjoin.ldap_ping.opcode",
    "adjoin.ldap_ping.flags",
    "adjoin.ldap_ping.domain_guid",
    "adjoin.ldap_ping.forest",
    "adjoin.ldap_ping.domain",
    "adjoin.ldap_ping.host",
    "adjoin.ldap_ping.netbios_domain",
    "adjoin.ldap_ping.netbios_host",
    "adjoin.ldap_ping.user",
    "adjoin.ldap_ping.dc_site",
    "adjoin.ldap_ping.client_site",
    "adjoin.ldap_ping.next_closest_site",
    "adjoin.ldap_ping.dc_address",
    "adjoin.ldap_ping.nt_version",
    "adjoin.epm.opnum",
    "adjoin.epm.status",
    "adjoin.epm.tower.interface",
    "adjoin.epm.tower.interface_name",
    "adjoin.epm.tower.version",
    "adjoin.epm.tower.transfer_syntax",
    "adjoin.epm.tower.protocol",
    "adjoin.epm.tower.port",
    "adjoin.epm.tower.address",
    "adjoin.epm.tower.endpoint",
    "adjoin.krb.msg_type",
    "adjoin.krb.error_code",
    "adjoin.krb.ap_req.options",
    "adjoin.krb.ap_req.realm",
    "adjoin.krb.ap_req.sname",
    "adjoin.krb.ap_req.sname_type",
    "adjoin.krb.ap_req.ticket_etype",
    "adjoin.krb.ap_req.ticket_kvno",
    "adjoin.krb.ap_req.authenticator_etype",
    "adjoin.krb.ap_req.authenticator_kvno",
    "adjoin.samr.opnum",
    "adjoin.samr.account",
    "adjoin.samr.access",
    "adjoin.samr.features",
    "adjoin.samr.account_control",
    "adjoin.samr.rid",
    "adjoin.samr.reuse_allowed",
    "adjoin.samr.status",
    "adjoin.lsa.information_class",
    "adjoin.lsa.domain",
    "adjoin.lsa.status",
    "adjoin.netlogon.opnum",
    "adjoin.netlogon.account",
    "adjoin.netlogon.computer",
    "adjoin.netlogon.secure_channel_type",
    "adjoin.netlogon.flags",
    "adjoin.netlogon.rid",
    "adjoin.netlogon.status",
    "adjoin.netlogon.win32",
    "adjoin.gss.mechanism",
    "adjoin.ntlm.type",
    "adjoin.ntlm.flags",
    "adjoin.ntlm.domain",
    "adjoin.ntlm.user",
    "adjoin.ntlm.workstation",
    "adjoin.ntlm.target_info.dns_domain",
    "adjoin.ntlm.target_info.timestamp",
    "adjoin.smb.dialect",
    "adjoin.smb.status",
    "adjoin.smb.tree",
    "adjoin.smb.pipe",
    "adjoin.ldap.result",
    "adjoin.ldap.data",
    "adjoin.log.line",
    "adjoin.log.time",
    "adjoin.log.function",
    "adjoin.log.message",
    "adjoin.log.status",
    "adjoin.log.pass",
    "adjoin.log.packet_in",
    "adjoin.log.line_in",
];

#[test]
fn the_promised_filters_exist() {
    let known: HashSet<_> = fields().map(|field| field.filter).collect();
    for filter in PROMISED {
        assert!(known.contains(filter), "{filter} is gone");
    }
}

#[test]
fn filters_are_unique_and_well_formed() {
    let mut seen = HashSet::new();
    for field in fields() {
        assert!(seen.insert(field.filter), "{} twice", field.filter);
        assert!(field.filter.starts_with("adjoin."), "{}", field.filter);
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_');
        assert!(field.filter.chars().all(allowed), "{}", field.filter);
        assert!(!field.name.is_empty() && !field.about.is_empty() && !field.about.ends_with('.'));
    }
}

/// The masks of the flags whose filters begin with `prefix`.
fn masks(prefix: &str) -> HashSet<u32> {
    fields()
        .filter(|field| field.filter.starts_with(prefix))
        .map(|field| match field.kind {
            Kind::Flag(mask) => mask,
            other => panic!("{}: {other:?}", field.filter),
        })
        .collect()
}

/// One boolean for each bit that the decoder knows.
#[test]
fn every_flag_has_its_field() {
    for (prefix, table) in [
        ("adjoin.ldap_ping.flags.", netlogon_proto::DsFlags::TABLE),
        ("adjoin.netlogon.flags.", netlogon_proto::rpc::NegotiateFlags::TABLE),
    ] {
        let masks = masks(prefix);
        assert!(masks.len() >= table.len(), "{prefix}");
        for info in table {
            assert!(masks.contains(&info.mask), "{} has no field", info.symbol);
        }
    }
}

/// The names in the tree are those of the decoder.
#[test]
fn every_bit_of_an_account_has_its_field() {
    use samr_proto::samr::{SupportedFeatures, UserAccount};
    for field in fields() {
        let Kind::Flag(mask) = field.kind else { continue };
        let names: Vec<_> = if field.filter.starts_with("adjoin.samr.features.") {
            SupportedFeatures::from_bits_retain(mask).names().collect()
        } else if field.filter.starts_with("adjoin.samr.account_control.") {
            UserAccount::from_bits_retain(mask).names().collect()
        } else {
            continue;
        };
        assert_eq!(names, [field.name], "{}", field.filter);
    }
    let known = masks("adjoin.samr.account_control.");
    assert_eq!(known.iter().fold(0, |all, mask| all | mask), 0x003f_ffff);
}

#[test]
fn findings_are_unique_and_explained() {
    let mut seen = HashSet::new();
    for finding in FINDINGS {
        assert!(seen.insert(finding.id), "{} twice", finding.id);
        let allowed = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-';
        assert!(finding.id.chars().all(allowed), "{}", finding.id);
        assert!(!finding.title.is_empty() && !finding.title.ends_with('.'));
    }
}
