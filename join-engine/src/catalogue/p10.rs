//! P10: the final steps.

use super::Stage::In;
use crate::phase::Phase;

findings! {
    In(Phase::P10), super::p9::END;

    LDAP_DNSNAME = "LDAP-DNSNAME", Note, Sequence {
        code: 0x3a ERROR_BAD_NET_RESP,
        title: "The join is good; only the change of the primary DNS name failed",
        what: "After a complete join the client looked for the DC by its NetBIOS name and didn't find it.",
        why: "NetBIOS over TCP/IP is off or UDP 137 is blocked, and Windows 7 and 2008 R2 use that name \
            for the last step (KB2018583).",
        fix: "Ignore the message: the machine is joined. Install the hotfix, or allow NetBIOS name \
            resolution, if it must go.",
        settle: "",
        filter: "nbns",
    }

    ACC_RENAME5 = "ACC-RENAME5", Error, Response {
        code: 0x5 ERROR_ACCESS_DENIED,
        title: "The rename during the join was denied",
        what: "The computer joined, but the DC denied the change of the account's name.",
        why: "The user may not write the name of that account, or isn't allowed to call SAM from remote \
            (RestrictRemoteSam).",
        fix: "Add the joining group to \"Network access: Restrict clients allowed to make remote calls to \
            SAM\" on the DCs, or rename first and join after a restart.",
        settle: "",
        filter: "adjoin.rpc.fault == 5 || samr.status == 0xc0000022",
    }

    LOC_RESTART = "LOC-RESTART", Chat, Sequence {
        code: 0xa99 NERR_JoinPerformedMustRestart,
        title: "The join is done; restart the computer",
        what: "All steps of the join succeeded.",
        why: "Windows reports a code that looks like an error to say that the restart is still due.",
        fix: "Restart the computer: `Restart-Computer`.",
        settle: "",
        filter: "adjoin.phase == \"P9\" || adjoin.phase == \"P10\"",
    }
}
