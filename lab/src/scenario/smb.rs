//! The SMB session doesn't come about.

use super::Scenario;
use super::fault::{FAILS, Fault};
use crate::client::Tool::*;
use crate::domain::Setting;
use crate::router::{Action, Appetite, Origin, Side, Unreachable, When};

/// Samba tries the older port as well, and would get through.
fn also_139(scenario: &mut Scenario, action: Action) {
    scenario.rule("TCP 139 too", When::tcp(139).toward(Side::Server), action);
    scenario.may_rest.push("TCP 139 too".to_owned());
}

const BAD_NETPATH: &str = "0x35 ERROR_BAD_NETPATH";
const NETNAME_DELETED: &str = "0x40 ERROR_NETNAME_DELETED";

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        id: "smb445-drop",
        what: "the router drops TCP 445",
        tools: &[Winjoin, WinjoinNtlm, SambaTool, Impacket],
        change: |scenario| {
            scenario.rule("TCP 445 dropped", When::tcp(445).toward(Side::Server), Action::Drop);
            also_139(scenario, Action::Drop);
            scenario.shows("tcp.dstport == 445 && tcp.flags.syn == 1");
            scenario.lacks("tcp.srcport == 445");
        },
        root: &["SMB-SYN"],
        phase: &["P3"],
        win32: BAD_NETPATH,
        ..FAILS
    },
    Fault {
        id: "smb445-rst",
        what: "the router answers TCP 445 with RST",
        tools: &[SambaTool, Winjoin, WinjoinNtlm, Impacket],
        change: |scenario| {
            scenario.rule("TCP 445 reset", When::tcp(445).toward(Side::Server), Action::Reset(Origin::Path));
            also_139(scenario, Action::Reset(Origin::Path));
            scenario.shows("tcp.srcport == 445 && tcp.flags.reset == 1");
            scenario.lacks("tcp.srcport == 445 && tcp.flags.syn == 1");
        },
        root: &["SMB-SYN"],
        phase: &["P3"],
        win32: BAD_NETPATH,
        ..FAILS
    },
    Fault {
        id: "smb445-icmp",
        what: "the router answers TCP 445 with ICMP host unreachable",
        tools: &[Impacket, Winjoin, WinjoinNtlm, SambaTool],
        change: |scenario| {
            let refuse = Action::Refuse(Unreachable::Host, Origin::Path);
            scenario.rule("TCP 445 unreachable", When::tcp(445).toward(Side::Server), refuse.clone());
            also_139(scenario, refuse);
            scenario.shows("(icmp.type == 3 && icmp.code == 1) || (icmpv6.type == 1 && icmpv6.code == 3)");
        },
        root: &["SMB-UNREACH", "SMB-SYN"],
        phase: &["P3"],
        win32: BAD_NETPATH,
        ..FAILS
    },
    Fault {
        id: "smb445-swallow",
        what: "a box on the way takes TCP 445, acknowledges, and delivers nothing",
        tools: &[Winjoin, WinjoinNtlm],
        change: |scenario| {
            scenario.rule("box on TCP 445", When::tcp(445), Action::Middlebox(Appetite::Requests));
            scenario.shows("tcp.port == 445 && tcp.len > 0");
            scenario.lacks("tcp.srcport == 445 && tcp.len > 0");
        },
        root: &["SMB-PROXYACK", "SMB-TIMEOUT"],
        phase: &["P3"],
        win32: "0x40 ERROR_NETNAME_DELETED (0x79 ERROR_SEM_TIMEOUT)",
        ..FAILS
    },
    Fault {
        id: "smb445-drop-sesssetup",
        what: "the router drops large packets to TCP 445, so the negotiation passes and the session setup doesn't",
        tools: &[WinjoinNoProbe],
        change: |scenario| {
            scenario.user_of_many_groups();
            let large = When::tcp(445).toward(Side::Server).larger_than(600);
            scenario.rule("large packets to 445 dropped", large, Action::Drop);
            scenario.shows("tcp.dstport == 445 && tcp.analysis.retransmission && tcp.len > 0");
            scenario.lacks("smb2.cmd == 1 && smb2.flags.response == 1");
        },
        root: &["SMB-TIMEOUT"],
        phase: &["P3"],
        win32: NETNAME_DELETED,
        ..FAILS
    },
    Fault {
        id: "smb445-midreset",
        what: "the router resets the SMB connection when the client has sent 420 octets",
        tools: &[NetAdsNtlm, WinjoinNtlm, Impacket],
        change: |scenario| {
            let later = When::tcp(445).toward(Side::Server).once_client_sent(420);
            scenario.rule("TCP 445 reset later", later, Action::Reset(Origin::Path));
            scenario.shows("tcp.srcport == 445 && tcp.flags.reset == 1");
        },
        root: &["SMB-RESET"],
        phase: &["P3"],
        win32: NETNAME_DELETED,
        ..FAILS
    },
    Fault {
        id: "smb-service-down",
        what: "SMB doesn't run on the controller",
        tools: &[Winjoin, WinjoinNtlm, SambaTool],
        change: |scenario| {
            scenario.setting(Setting::NoSmb);
            scenario.shows("tcp.srcport == 445 && tcp.flags.reset == 1");
        },
        root: &["SMB-SYN"],
        phase: &["P3"],
        win32: BAD_NETPATH,
        ..FAILS
    },
    Fault {
        id: "bad-password-ntlm",
        what: "a wrong password, NTLM",
        tools: &[NetAdsNtlm, WinjoinNtlm, Impacket],
        change: |scenario| {
            scenario.password = "Wr0ng!Secret".to_owned();
            scenario.shows("smb2.nt_status == 0xc000006d");
        },
        root: &["SMB-CREDS"],
        phase: &["P3"],
        win32: "0x52E ERROR_LOGON_FAILURE",
        ..FAILS
    },
    Fault {
        id: "disabled-user-ntlm",
        what: "the account is disabled, NTLM",
        tools: &[WinjoinNtlm, Impacket],
        change: |scenario| {
            let user = scenario.user("lwalker");
            scenario.setting(Setting::Disabled(user));
            scenario.shows("smb2.nt_status == 0xc0000072");
        },
        root: &["SMB-DISABLED"],
        phase: &["P3"],
        win32: "0x533 ERROR_ACCOUNT_DISABLED",
        ..FAILS
    },
    Fault {
        id: "account-expired-ntlm",
        what: "the account has expired, NTLM",
        tools: &[WinjoinNtlm, Impacket],
        change: |scenario| {
            let user = scenario.user("mtemp");
            scenario.setting(Setting::Expired(user));
            scenario.shows("smb2.nt_status == 0xc0000193");
        },
        root: &["SMB-ACCTEXPIRED"],
        phase: &["P3"],
        win32: "0x701 ERROR_ACCOUNT_EXPIRED",
        ..FAILS
    },
    Fault {
        id: "locked-user-ntlm",
        what: "the account is locked, NTLM",
        tools: &[WinjoinNtlm, Impacket],
        change: |scenario| {
            let user = scenario.user("kfox");
            scenario.setting(Setting::Locked(user));
            scenario.shows("smb2.nt_status == 0xc0000234");
        },
        root: &["SMB-LOCKED"],
        phase: &["P3"],
        win32: "0x775 ERROR_ACCOUNT_LOCKED_OUT",
        ..FAILS
    },
    Fault {
        id: "password-must-change-ntlm",
        what: "the password has to be changed first, NTLM",
        tools: &[Impacket, WinjoinNtlm],
        change: |scenario| {
            let user = scenario.user("nnew");
            scenario.setting(Setting::MustChangePassword(user));
            scenario.shows("smb2.nt_status == 0xc0000224 || smb2.nt_status == 0xc0000071");
        },
        root: &["SMB-PWCHANGE", "SMB-PWEXPIRED"],
        phase: &["P3"],
        win32: "0x773 ERROR_PASSWORD_MUST_CHANGE",
        ..FAILS
    },
    Fault {
        id: "ntlm-disabled",
        what: "the controller refuses NTLM, and the client has nothing else",
        tools: &[NetAdsNtlm, WinjoinNtlm, Impacket],
        change: |scenario| {
            scenario.setting(Setting::NoNtlm);
            scenario.shows("smb2.nt_status == 0xc0000418 || smb2.nt_status == 0xc000006d");
        },
        root: &["SMB-NTLMDENY"],
        phase: &["P3"],
        win32: "0x791 ERROR_NTLM_BLOCKED",
        ..FAILS
    },
    Fault {
        id: "smb-dialect-mismatch",
        what: "the controller speaks SMB 3.1.1 alone, and the client nothing newer than 2.1",
        tools: &[WinjoinOldDialect],
        change: |scenario| {
            scenario.setting(Setting::MinDialect("SMB3_11".to_owned()));
            scenario.shows("tcp.srcport == 445 && tcp.len > 0");
        },
        root: &["SMB-DIALECT"],
        phase: &["P3"],
        win32: "0x32 ERROR_NOT_SUPPORTED",
        ..FAILS
    },
    Fault {
        id: "logon-hours-ntlm",
        what: "the user may log on at no hour of the week, NTLM",
        tools: &[WinjoinNtlm, Impacket],
        change: |scenario| {
            let user = scenario.user("onight");
            scenario.setting(Setting::NoLogonHours(user));
            scenario.shows("smb2.nt_status == 0xc000006f");
        },
        root: &["SMB-HOURS"],
        phase: &["P3"],
        win32: "0x530 ERROR_INVALID_LOGON_HOURS",
        ..FAILS
    },
    Fault {
        id: "logon-workstation-ntlm",
        what: "the user may log on at another computer only, NTLM",
        tools: &[WinjoinNtlm],
        change: |scenario| {
            let user = scenario.user("pkiosk");
            scenario.setting(Setting::OtherWorkstation(user));
            scenario.shows("smb2.nt_status == 0xc0000070");
        },
        root: &["SMB-WKSTA"],
        phase: &["P3"],
        win32: "0x531 ERROR_INVALID_WORKSTATION",
        ..FAILS
    },
];
