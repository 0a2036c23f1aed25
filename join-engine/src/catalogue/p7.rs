//! P7: DRSUAPI on its dynamic port.

use super::Stage::In;
use crate::phase::Phase;

findings! {
    In(Phase::P7), super::p6::END;

    RPC_DYN = "RPC-DYN", Error, Sequence {
        code: 0x6ba RPC_S_SERVER_UNAVAILABLE,
        title: "The dynamic RPC port is not reachable",
        what: "The endpoint mapper named a port, and the client could not connect to it.",
        why: "The firewall lets port 135 through but not the port behind it. DCs use 49152-65535, or a \
            fixed port if one was configured.",
        fix: "Open TCP 49152-65535 from client to DC, or fix the ports of NTDS and Netlogon (registry \
            values TCP/IP Port and DCTcpipPort) and open those; `Test-NetConnection DC -Port PORT`.",
        settle: "A capture on the DC shows whether the SYN to that port arrives.",
        filter: "adjoin.epm.tower.port || (tcp.flags.syn == 1 && tcp.dstport >= 49152)",
    }

    RPC_FAILED = "RPC-FAILED", Error, Sequence {
        code: 0x6be RPC_S_CALL_FAILED,
        title: "The RPC connection was cut after the request",
        what: "The server received an RPC request, and the connection ended before its response.",
        why: "The service crashed on the call, the DC restarted, or a device cut the connection.",
        fix: "Look for events 1000 and 7031 on the DC at that second, and at the firewall's log for the \
            connection.",
        settle: "A capture on the DC shows whether it sent the FIN or reset, or a response.",
        filter: "dcerpc.pkt_type == 0 || tcp.flags.reset == 1",
    }

    RPC_FAULT5 = "RPC-FAULT5", Warning, Response {
        code: 0x5 ERROR_ACCESS_DENIED,
        title: "The RPC call was denied",
        what: "The server answered the RPC call with a fault: access denied.",
        why: "The user isn't in the list of \"Network access: Restrict clients allowed to make remote \
            calls to SAM\", the call wasn't sealed as demanded, or an RPC filter blocks it.",
        fix: "Add the joining group to that policy on the DCs, update the client so that it seals its \
            calls, and check `netsh rpc filter show filter`.",
        settle: "Events 16962 to 16969 (source Directory-Services-SAM) on the DC tell whether that policy \
            denied it.",
        filter: "adjoin.rpc.fault == 5",
    }

    RPC_SECPKG = "RPC-SECPKG", Warning, Response {
        code: 0x721 RPC_S_SEC_PKG_ERROR,
        title: "The RPC security package reports an error",
        what: "The security of the RPC connection failed while it was set up or on the first protected call.",
        why: "Keys or passwords don't match, the clocks are apart, or a device changed protected octets.",
        fix: "Compare clocks (`w32tm /stripchart /computer:DC /samples:3`), test the user's password, and \
            exempt RPC to the DCs from inspection.",
        settle: "Events of source Netlogon and LsaSrv on both sides; captures on both ends differ if a \
            device rewrites.",
        filter: "adjoin.rpc.fault == 0x721",
    }

    ACC_NONE = "ACC-NONE", Error, Sequence {
        code: 0x534 ERROR_NONE_MAPPED,
        title: "The account doesn't exist and isn't to be created",
        what: "The DC was asked for the computer account, and the join ended right after the answer.",
        why: "The join ran without the option to create the account, and none was prepared, or a prepared \
            one hasn't replicated to this DC.",
        fix: "Create it first (`New-ADComputer NAME`), wait for `repadmin /syncall`, or join against the \
            DC where it was made: `Add-Computer -DomainName DOMAIN -Server DC`.",
        settle: "See the options and the crack results in `%windir%\\debug\\NetSetup.LOG`; on the wire the \
            answer is sealed.",
        filter: "adjoin.phase == \"P7\"",
    }

    ACC_NONE_1ST = "ACC-NONE-1ST", Chat, Sequence {
        code: 0x534 ERROR_NONE_MAPPED,
        title: "The first pass of a join finds no account",
        what: "The first pass ends without an account, and a second pass follows at once.",
        why: "The dialog of Windows tries to join an existing account first and only then asks for a new \
            one.",
        fix: "Nothing to do: look at the second pass.",
        settle: "",
        filter: "adjoin.phase == \"P7\"",
    }
}
