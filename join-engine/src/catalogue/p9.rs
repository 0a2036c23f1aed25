//! P9: the NETLOGON secure channel.

use super::Stage::In;
use crate::phase::Phase;

findings! {
    In(Phase::P9), super::p8::END;

    NL_DOWNGRADE = "NL-DOWNGRADE", Error, Response {
        code: 0xc0000388 STATUS_DOWNGRADE_DETECTED,
        title: "The DC refuses a weak secure channel",
        what: "The DC ended the setup of the secure channel because the client didn't offer strong \
            cryptography.",
        why: "The client doesn't set the AES flag, and the DC accepts neither MD5 nor NT 4.0 cryptography \
            (KB5021130, KB942564).",
        fix: "Update the client, or its Samba and set `reject md5 servers = yes` there. Loosening \
            RejectMd5Clients on the DCs is a risk for the whole domain.",
        settle: "",
        filter: "netlogon.rc == 0xc0000388",
    }

    NL_NOTRUST = "NL-NOTRUST", Error, Response {
        code: 0xc000018b STATUS_NO_TRUST_SAM_ACCOUNT,
        title: "This DC doesn't know the computer account",
        what: "The DC has no account for the computer that wants a secure channel.",
        why: "The account was made on another DC and hasn't replicated, or it has been deleted.",
        fix: "Join and set up the channel on one DC: `Add-Computer -Server DC`; `repadmin /syncall /AdeP`, \
            then `nltest /sc_reset:DOMAIN\\DC`.",
        settle: "Run `Get-ADComputer NAME -Server DC` against both DCs.",
        filter: "netlogon.rc == 0xc000018b",
    }

    NL_BADCRED = "NL-BADCRED", Error, Response {
        code: 0xc0000022 STATUS_ACCESS_DENIED,
        title: "The computer's password doesn't match",
        what: "The DC could not verify the client's credential for the secure channel.",
        why: "The password on the client and in the directory differ: another DC, a restored snapshot, or \
            two machines with one name.",
        fix: "`Test-ComputerSecureChannel -Repair -Server DC`, or `Reset-ComputerMachinePassword`; find \
            the twin if it comes back.",
        settle: "Compare the time of pwdLastSet on each DC: `repadmin /showobjmeta DC DN`.",
        filter: "netlogon.rc == 0xc0000022",
    }

    NL_SEAL = "NL-SEAL", Error, Response {
        code: 0x5 ERROR_ACCESS_DENIED,
        title: "The secure channel is not sealed",
        what: "The client called NETLOGON without sealing, and the DC denied the call.",
        why: "Since the enforcement of CVE-2020-1472 and CVE-2022-38023, DCs take only sealed calls on the \
            secure channel.",
        fix: "Update the client; in Samba set `winbind sealed pipes = yes` and `require strong key = yes`. \
            Events 5838 and 5839 on the DC name it.",
        settle: "",
        filter: "adjoin.rpc.fault == 5 && dcerpc.pkt_type == 3",
    }

    NL_STOPPED = "NL-STOPPED", Error, Response {
        code: 0x700 ERROR_NETLOGON_NOT_STARTED,
        title: "Netlogon is not running on the DC",
        what: "The DC has no NETLOGON interface to offer at this moment.",
        why: "The Netlogon service is stopped, paused or still starting.",
        fix: "On the DC `Get-Service Netlogon`, `Start-Service Netlogon`, and the System log for why it \
            stopped.",
        settle: "",
        filter: "smb2.nt_status == 0xc0000192 || adjoin.epm.status == 0x16c9a0d6",
    }

    NL_KRB59 = "NL-KRB59", Note, Response {
        title: "The secure channel by Kerberos failed; the older way is used",
        what: "The new way to authenticate the secure channel with Kerberos didn't work, and the client \
            went back to the former one.",
        why: "One side is older than Windows Server 2025, or the ticket for netlogon on that DC couldn't \
            be had.",
        fix: "Nothing to do as long as the channel is established; otherwise `klist get netlogon/DC`.",
        settle: "",
        filter: "netlogon.opnum == 59 || kerberos.SNameString == \"netlogon\"",
    }
}
