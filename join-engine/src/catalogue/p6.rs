//! P6: the endpoint mapper gives the port of an RPC interface.

use super::Stage::In;
use crate::phase::Phase;

findings! {
    In(Phase::P6), super::p5::END;

    RPC_135 = "RPC-135", Error, Sequence {
        code: 0x6ba RPC_S_SERVER_UNAVAILABLE,
        title: "TCP port 135 of the DC is not reachable",
        what: "The client could not connect to the endpoint mapper on port 135, though other ports of the \
            DC work.",
        why: "A firewall drops or rejects port 135, or RPC is shut off for this subnet.",
        fix: "`Test-NetConnection DC -Port 135`; open TCP 135 and the dynamic range 49152-65535 from \
            client to DC (KB179442).",
        settle: "A capture on the DC shows whether the SYN arrives.",
        filter: "tcp.port == 135 && tcp.flags.syn == 1",
    }

    RPC_DNE = "RPC-DNE", Error, Sequence {
        code: 0x6bf RPC_S_CALL_FAILED_DNE,
        title: "The RPC connection was cut before the call began",
        what: "The TCP connection was established, but it ended before the server accepted the bind or the \
            first request.",
        why: "A firewall with RPC inspection doesn't understand the bind of current Windows (NDR64, bind \
            time features) and resets the connection. A fault of offloading or MTU is less common.",
        fix: "Switch off RPC or DCE inspection for the DCs on the firewall, or update it; for a test, \
            `Disable-NetAdapterChecksumOffload` and `ping -f -l 1472 DC`.",
        settle: "With captures on both ends, the bind is missing on the DC, or the reset was not sent by it.",
        filter: "dcerpc.pkt_type == 11 || (tcp.port == 135 && tcp.flags.reset == 1)",
    }

    RPC_EPMAP = "RPC-EPMAP", Warning, Response {
        code: 0x6d9 EPT_S_NOT_REGISTERED,
        title: "The endpoint mapper has no entry for the interface",
        what: "The DC's endpoint mapper answered that no service with this interface is registered.",
        why: "The service is stopped or still starting, the DC has just booted, or the host isn't a DC.",
        fix: "On the DC: `Get-Service Netlogon, NTDS`, restart the missing one; `portqry -n DC -e 135` \
            lists what is registered.",
        settle: "",
        filter: "adjoin.epm.status == 0x16c9a0d6",
    }

    RPC_BINDNAK = "RPC-BINDNAK", Warning, Response {
        code: 0x6bf RPC_S_CALL_FAILED_DNE,
        title: "The RPC bind was refused",
        what: "The server accepted none of the interfaces that the client offered in its bind.",
        why: "That port doesn't serve the interface, for instance because the DC restarted and ports \
            changed, or the authentication type is unknown to it.",
        fix: "Ask the mapper anew (`portqry -n DC -e 135`), remove fixed port mappings in firewalls and \
            proxies, and restart the service.",
        settle: "",
        filter: "dcerpc.pkt_type == 13 || adjoin.rpc.bind_nak",
    }

    RPC_PORTEXH = "RPC-PORTEXH", Error, Sequence {
        code: 0x6d9 EPT_S_NOT_REGISTERED,
        title: "The client has run out of ports",
        what: "The client says that it binds to an RPC service, but no connection attempt leaves it.",
        why: "A program on the client holds so many connections that no local port is left.",
        fix: "Count with `netstat -ano | find /c \"TIME_WAIT\"` and `Get-NetTCPConnection | group \
            OwningProcess`; stop that program or restart the client.",
        settle: "The log has its bind error, and the capture has no SYN at that second.",
        filter: "tcp.flags.syn == 1 && tcp.dstport == 135",
    }

    RPC_NORMAL = "RPC-NORMAL", Chat, Response {
        title: "One encoding declined, another accepted",
        what: "The bind answer rejects one of the offered encodings and accepts another one.",
        why: "Windows offers NDR32, NDR64 and a negotiation of features; the server picks one encoding and \
            declines the rest.",
        fix: "Nothing to do.",
        settle: "",
        filter: "dcerpc.cn_ack_result == 2 || dcerpc.cn_ack_result == 3",
    }
}
