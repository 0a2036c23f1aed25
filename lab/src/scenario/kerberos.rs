//! The client gets no ticket.

use super::fault::{FAILS, Fault, GOOD};
use crate::client::Tool::*;
use crate::domain::Setting;
use crate::router::{Action, Kind, Origin, Side, Unreachable, When};

const NETNAME_DELETED: &str = "0x40 ERROR_NETNAME_DELETED";

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        id: "k88-all-drop",
        what: "the router drops TCP and UDP 88",
        tools: &[Adcli, Winjoin, WinjoinUdp, Msktutil],
        change: |scenario| {
            scenario.rule("port 88 dropped", When::ports(88).toward(Side::Server), Action::Drop);
            scenario.shows("tcp.dstport == 88 || udp.dstport == 88");
            scenario.lacks("tcp.srcport == 88 || udp.srcport == 88");
        },
        root: &["KRB-88BLOCKED", "KRB-NOKDC"],
        phase: &["P3K"],
        win32: "0x40 ERROR_NETNAME_DELETED (0x51F ERROR_NO_LOGON_SERVERS)",
        ..FAILS
    },
    Fault {
        id: "k88-tcp-drop",
        what: "the router drops TCP 88",
        tools: &[Winjoin, WinjoinEncrypted],
        change: |scenario| {
            scenario.rule("TCP 88 dropped", When::tcp(88).toward(Side::Server), Action::Drop);
            scenario.shows("tcp.dstport == 88 && tcp.flags.syn == 1");
            scenario.lacks("tcp.srcport == 88");
        },
        root: &["KRB-88BLOCKED"],
        phase: &["P3K"],
        win32: "0x40 ERROR_NETNAME_DELETED (0x51F ERROR_NO_LOGON_SERVERS)",
        ..FAILS
    },
    Fault {
        id: "k88-synack-drop",
        what: "the router drops the answers to SYN from TCP 88",
        tools: &[Winjoin, WinjoinEncrypted],
        change: |scenario| {
            let answers = When::tcp(88).toward(Side::Client).kind(Kind::SynAck);
            scenario.rule("SYN/ACK of 88 dropped", answers, Action::Drop);
            scenario.shows("tcp.dstport == 88 && tcp.flags.syn == 1");
            scenario.lacks("tcp.srcport == 88 && tcp.flags.syn == 1");
            scenario.dc_shows("tcp.srcport == 88 && tcp.flags.syn == 1");
        },
        root: &["KRB-88BLOCKED"],
        phase: &["P3K"],
        win32: NETNAME_DELETED,
        ..FAILS
    },
    Fault {
        id: "k88-tcp-icmp",
        what: "the router answers port 88 with ICMP that says a filter forbids it",
        tools: &[Adcli, Winjoin, Msktutil],
        change: |scenario| {
            let refuse = Action::Refuse(Unreachable::Prohibited, Origin::Path);
            scenario.rule("port 88 prohibited", When::ports(88).toward(Side::Server), refuse);
            scenario.shows("(icmp.type == 3 && icmp.code == 13) || (icmpv6.type == 1 && icmpv6.code == 1)");
            scenario.lacks("kerberos.msg_type == 11");
        },
        root: &["KRB-88BLOCKED"],
        phase: &["P3K"],
        win32: NETNAME_DELETED,
        ..FAILS
    },
    Fault {
        id: "k88-tcp-rst",
        what: "the router answers TCP 88 with RST and its own TTL",
        tools: &[Winjoin, WinjoinEncrypted],
        change: |scenario| {
            scenario.rule("TCP 88 reset", When::tcp(88).toward(Side::Server), Action::Reset(Origin::Path));
            scenario.shows("tcp.srcport == 88 && tcp.flags.reset == 1");
            scenario.lacks("tcp.srcport == 88 && tcp.flags.syn == 1");
        },
        root: &["KRB-88BLOCKED"],
        phase: &["P3K"],
        win32: NETNAME_DELETED,
        ..FAILS
    },
    Fault {
        id: "k88-udp-then-tcp-drop",
        what: "the router drops TCP 88; over UDP the controller says that its answer is too long",
        tools: &[WinjoinUdp],
        change: |scenario| {
            scenario.user_of_many_groups();
            scenario.rule("TCP 88 dropped", When::tcp(88).toward(Side::Server), Action::Drop);
            scenario.shows("kerberos.error_code == 52");
            scenario.shows("tcp.dstport == 88 && tcp.flags.syn == 1");
            scenario.lacks("tcp.srcport == 88");
        },
        root: &["KRB-88BLOCKED", "KRB-UDPBIG"],
        phase: &["P3K"],
        win32: NETNAME_DELETED,
        ..FAILS
    },
    Fault {
        id: "k88-tcp-drop-ntlm-ok",
        what: "the router drops TCP 88; the client falls back to NTLM",
        tools: &[NetAdsKerberos, NetAds],
        change: |scenario| {
            scenario.user_of_many_groups();
            scenario.rule("TCP 88 dropped", When::tcp(88).toward(Side::Server), Action::Drop);
            scenario.shows("tcp.dstport == 88 && tcp.flags.syn == 1");
            scenario.shows("ntlmssp.messagetype == 3");
        },
        also: &["KRB-88BLOCKED", "NTLM-FALLBACK"],
        ..GOOD
    },
    Fault {
        id: "ntlm-fallback-ok",
        what: "the router answers TCP 88 with RST and UDP 88 with ICMP; the client falls back to NTLM",
        tools: &[NetAds, NetAdsKerberos],
        change: |scenario| {
            scenario.rule("TCP 88 reset", When::tcp(88).toward(Side::Server), Action::Reset(Origin::Path));
            let refuse = Action::Refuse(Unreachable::Port, Origin::Path);
            scenario.rule("UDP 88 refused", When::udp(88).toward(Side::Server), refuse);
            // Which of the two is tried is the client's choice.
            scenario.may_rest.extend(["TCP 88 reset", "UDP 88 refused"].map(str::to_owned));
            scenario.shows("ntlmssp.messagetype == 3");
        },
        also: &["NTLM-FALLBACK"],
        ..GOOD
    },
    Fault {
        id: "kdc-service-down",
        what: "the KDC doesn't run on the controller, which answers with RST itself",
        tools: &[Winjoin, WinjoinEncrypted, Adcli],
        change: |scenario| {
            scenario.setting(Setting::NoKdc);
            scenario.shows("tcp.srcport == 88 && tcp.flags.reset == 1");
            scenario.lacks("kerberos.msg_type == 11");
            scenario.dc_shows("tcp.srcport == 88 && tcp.flags.reset == 1");
        },
        root: &["KRB-88BLOCKED", "KRB-NOKDC"],
        phase: &["P3K"],
        win32: "0x40 ERROR_NETNAME_DELETED (0x51F ERROR_NO_LOGON_SERVERS)",
        ..FAILS
    },
    Fault {
        id: "bad-password",
        what: "a wrong password",
        tools: &[NetAdsKerberos, Winjoin, Adcli, Realm, Msktutil, WinjoinUdp],
        change: |scenario| {
            scenario.password = "Wr0ng!Secret".to_owned();
            scenario.shows("kerberos.error_code == 24");
        },
        root: &["KRB-PREAUTH"],
        phase: &["P3K"],
        win32: "0x52E ERROR_LOGON_FAILURE",
        ..FAILS
    },
    Fault {
        id: "unknown-user",
        what: "there is no such user",
        tools: &[Adcli, Winjoin, Realm, Msktutil, WinjoinUdp],
        change: |scenario| {
            scenario.user = "pnobody".to_owned();
            scenario.shows("kerberos.error_code == 6");
        },
        root: &["KRB-CLIENT"],
        phase: &["P3K"],
        win32: "0x52E ERROR_LOGON_FAILURE",
        ..FAILS
    },
    Fault {
        id: "disabled-user",
        what: "the account is disabled",
        tools: &[NetAdsKerberos, Winjoin, Adcli, Msktutil],
        change: |scenario| {
            let user = scenario.user("lwalker");
            scenario.setting(Setting::Disabled(user));
            scenario.shows("kerberos.error_code == 18");
        },
        root: &["KRB-REVOKED", "SMB-DISABLED"],
        phase: &["P3K"],
        win32: "0x533 ERROR_ACCOUNT_DISABLED",
        ..FAILS
    },
    Fault {
        id: "account-expired",
        what: "the account has expired",
        tools: &[Adcli, Winjoin, Msktutil],
        change: |scenario| {
            let user = scenario.user("mtemp");
            scenario.setting(Setting::Expired(user));
            scenario.shows("kerberos.error_code == 1 || kerberos.error_code == 18");
        },
        root: &["KRB-REVOKED", "SMB-ACCTEXPIRED"],
        phase: &["P3K"],
        win32: "0x701 ERROR_ACCOUNT_EXPIRED",
        ..FAILS
    },
    Fault {
        id: "password-must-change",
        what: "the password has to be changed first",
        tools: &[Winjoin, Adcli],
        change: |scenario| {
            let user = scenario.user("nnew");
            scenario.setting(Setting::MustChangePassword(user));
            scenario.shows("kerberos.error_code == 23");
        },
        root: &["KRB-PWEXPIRED"],
        phase: &["P3K"],
        win32: "0x773 ERROR_PASSWORD_MUST_CHANGE (0x532 ERROR_PASSWORD_EXPIRED)",
        ..FAILS
    },
    Fault {
        id: "clock-skew",
        what: "the client's clock is 25 minutes slow",
        tools: &[NetAdsKerberos, Adcli, Winjoin],
        change: |scenario| {
            scenario.clock = -25 * 60;
            scenario.shows("kerberos.error_code == 37");
        },
        root: &["KRB-SKEW"],
        phase: &["P3K"],
        win32: "0x576 ERROR_TIME_SKEW",
        ..FAILS
    },
    Fault {
        id: "missing-spn",
        what: "the controller's account has no service principal names",
        tools: &[Winjoin],
        change: |scenario| {
            scenario.setting(Setting::NoSpn);
            scenario.shows("kerberos.error_code == 7");
        },
        root: &["KRB-SPN"],
        phase: &["P3K"],
        win32: "0x80090303 SEC_E_TARGET_UNKNOWN (0x525)",
        ..FAILS
    },
    Fault {
        id: "locked-user",
        what: "the account is locked",
        tools: &[Winjoin, Adcli],
        change: |scenario| {
            let user = scenario.user("kfox");
            scenario.setting(Setting::Locked(user));
            scenario.shows("kerberos.error_code == 18");
        },
        root: &["KRB-REVOKED", "SMB-LOCKED"],
        phase: &["P3K"],
        win32: "0x775 ERROR_ACCOUNT_LOCKED_OUT",
        ..FAILS
    },
    Fault {
        id: "clock-skew-dc",
        what: "the controller's clock is an hour fast",
        tools: &[Adcli, Winjoin],
        change: |scenario| {
            scenario.setting(Setting::Clock(3600));
            scenario.shows("kerberos.error_code == 37");
        },
        root: &["KRB-SKEW"],
        phase: &["P3K"],
        win32: "0x576 ERROR_TIME_SKEW",
        ..FAILS
    },
];
