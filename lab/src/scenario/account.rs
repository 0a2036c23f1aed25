//! The computer account can't be made or used.

use super::fault::{FAILS, Fault};
use crate::client::Tool::*;
use crate::domain::Setting;
use crate::router::{Action, Side, When};

/// STATUS_ACCESS_DENIED and STATUS_DS_MACHINE_ACCOUNT_QUOTA_EXCEEDED, little-endian.
const DENIED: [u8; 4] = [0x22, 0, 0, 0xc0];
const QUOTA: [u8; 4] = [0xe7, 0x02, 0, 0xc0];

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        id: "create-denied",
        what: "an ordinary user who may not create computer accounts",
        tools: &[Winjoin, WinjoinNtlm, WinjoinUdp],
        change: |scenario| {
            scenario.user("joiner");
            scenario.setting(Setting::Quota(0));
            scenario.shows("frame contains 22:00:00:c0");
        },
        root: &["ACC-SAMRDENY", "LDAP-NOCREATE"],
        phase: &["P8"],
        win32: "0x5 ERROR_ACCESS_DENIED",
        ..FAILS
    },
    Fault {
        id: "create-denied-ldap",
        what: "an ordinary user who may not create computer accounts; the refusal is inside sealed LDAP",
        tools: &[WinjoinLdap],
        change: |scenario| {
            scenario.user("joiner");
            scenario.setting(Setting::Quota(0));
            scenario.shows("tcp.port == 389 && tcp.len > 0");
        },
        root: &["SEALED", "LDAP-NOCREATE", "LDAP-QUOTA"],
        phase: &["P5", "P8"],
        win32: "0x5 ERROR_ACCESS_DENIED",
        ..FAILS
    },
    Fault {
        // Samba says that access is denied when a quota is exceeded. What Windows says instead is put into its
        // answer on the way, so the signature of that message is wrong.
        id: "quota-exceeded",
        what: "an ordinary user has created as many computer accounts as he may; the status is put in on the way",
        tools: &[Winjoin, WinjoinNtlm],
        change: |scenario| {
            scenario.user("joiner");
            scenario.setting(Setting::Quota(0));
            let answers = When::tcp(445).toward(Side::Client).contains(DENIED);
            let rewrite = Action::Rewrite { find: DENIED.into(), put: QUOTA.into(), any_case: false };
            scenario.rule("status rewritten", answers, rewrite);
            scenario.shows("frame contains e7:02:00:c0");
        },
        root: &["LDAP-QUOTA"],
        phase: &["P8"],
        win32: "0x216D ERROR_DS_MACHINE_ACCOUNT_QUOTA_EXCEEDED",
        ..FAILS
    },
    Fault {
        id: "existing-account",
        what: "the computer account exists, and the client doesn't use it again",
        tools: &[WinjoinNoReuse],
        change: |scenario| {
            scenario.setting(Setting::Computer(scenario.site.client.clone()));
            scenario.shows("frame contains 63:00:00:c0");
        },
        root: &["ACC-EXISTS", "ACC-REUSE"],
        phase: &["P8"],
        win32: "0x8B0 NERR_UserExists",
        ..FAILS
    },
    Fault {
        id: "existing-account-denied",
        what: "the computer account exists, and the user may not use it",
        tools: &[NetAdsKerberos, Winjoin],
        change: |scenario| {
            scenario.user("joiner");
            scenario.setting(Setting::Computer(scenario.site.client.clone()));
            scenario.shows("frame contains 22:00:00:c0");
        },
        root: &["ACC-REUSE", "ACC-SAMRDENY", "LDAP-MODIFY"],
        phase: &["P8"],
        win32: "0x5 ERROR_ACCESS_DENIED (0xAAC NERR_AccountReuseBlockedByPolicy)",
        ..FAILS
    },
    Fault {
        id: "existing-account-smb3enc",
        what: "the computer account exists; SMB 3 encryption hides that",
        tools: &[Impacket],
        change: |scenario| {
            scenario.setting(Setting::EncryptSmb);
            scenario.setting(Setting::Computer(scenario.site.client.clone()));
            scenario.shows("frame contains fd:53:4d:42");
        },
        root: &["SEALED", "ACC-EXISTS"],
        phase: &["P8"],
        win32: "0x8B0 NERR_UserExists",
        ..FAILS
    },
    Fault {
        id: "kpasswd464-drop",
        what: "the router drops TCP and UDP 464",
        tools: &[Adcli],
        change: |scenario| {
            scenario.rule("port 464 dropped", When::ports(464).toward(Side::Server), Action::Drop);
            scenario.shows("tcp.dstport == 464 || udp.dstport == 464");
            scenario.lacks("tcp.srcport == 464 || udp.srcport == 464");
        },
        root: &["UNX-KPASSWD"],
        phase: &["P8"],
        win32: "0x51F ERROR_NO_LOGON_SERVERS",
        ..FAILS
    },
];
