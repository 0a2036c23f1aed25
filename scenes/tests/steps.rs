//! The join step by step: its frames are well-formed, whole and with faults, and a fault changes nothing
//! of what comes before it.

mod common;

use adjoin_scenes::steps::{Ask, Fault, Plan, Unsealed, Validation, Wall};

#[test]
fn whole_joins_are_well_formed() {
    let plan = Plan::default();
    for plan in [plan, Plan { udp_tickets: true, tls: true, kpasswd: true, reuse: true, ..plan }] {
        common::well_formed(&plan.play());
    }
    common::well_formed(&Plan { falls_back: true, ..Plan::from(Fault::Port(88, Wall::ForeignReset)) }.play());
}

#[test]
fn failing_joins_are_well_formed() {
    for fault in [
        Fault::DnsCode(3),
        Fault::DnsUpdate(5),
        Fault::PingOld,
        Fault::PingEmpty,
        Fault::Kerberos(Ask::Logon, 18, Some(0xc000_0072)),
        Fault::Kerberos(Ask::Session, 41, None),
        Fault::SmbSetup(0xc000_006d),
        Fault::SmbPipe(0xc000_0034),
        Fault::LdapBind(8, "00002028: LdapErr: DSID-0C090276, comment: no signing, data 0, v4f7c"),
        Fault::TlsAlert(48),
        Fault::EpmStatus(0x16c9_a0d6),
        Fault::BindNak(8),
        Fault::ChannelFault(5),
        Fault::Reuse(false, 0),
        Fault::SmbNegotiate(0xc000_00bb),
        Fault::OnlySmb1,
        Fault::ServerChoosesSmb1,
        Fault::Validated(Validation::Same),
        Fault::Validated(Validation::Changed),
        Fault::SignatureRefused,
        Fault::LargeTicket(14_000, 0xc000_009a),
        Fault::SmbPending,
        Fault::WeakBind(false),
        Fault::Rename(Unsealed::Fault),
        Fault::Authenticate(0xc000_018b),
        Fault::Loss(3),
        Fault::MtuHole,
    ] {
        common::well_formed(&Plan::from(fault).play());
    }
}

#[test]
fn a_fault_changes_nothing_before_it() {
    for fault in [
        Fault::PingPaused,
        Fault::Kerberos(Ask::Ticket, 7, None),
        Fault::SmbTree(0xc000_0022),
        Fault::Port(135, Wall::Silence),
        Fault::Samr(58, 0xc000_006c),
        Fault::Reuse(false, 0xc000_0022),
        Fault::KpasswdSilent,
    ] {
        let (harmed, whole) = (Plan::from(fault).play(), Plan::from(fault).unharmed().play());
        let first = harmed.iter().position(|shot| shot.mark.is_some()).expect("it is marked");
        assert!(first > 2, "{fault:?}");
        assert_eq!(harmed[..first], whole[..first], "{fault:?}");
        assert!(whole.iter().all(|shot| shot.mark.is_none()));
    }
}
