//! P2: the LDAP ping asks each domain controller whether it suits.

use super::Stage::In;
use crate::phase::Phase;

findings! {
    In(Phase::P2), super::p1::END;

    PING_NOREPLY = "PING-NOREPLY", Error, Sequence {
        code: 0x54b ERROR_NO_SUCH_DOMAIN,
        title: "No DC answers the LDAP ping",
        what: "The client sent LDAP pings to the DCs that DNS named, and none of them answered.",
        why: "UDP port 389 is filtered, the DCs are down, or there is no route to them. The client takes \
            the domain for missing.",
        fix: "Open UDP 389 in both directions, not only TCP: `portqry -n DC -p udp -e 389`, then `nltest \
            /dsgetdc:DOMAIN /force`.",
        settle: "A capture on a DC shows whether the pings arrive there and answers leave.",
        filter: "cldap || adjoin.ldap_ping.request.dns_domain",
    }

    PING_ICMP = "PING-ICMP", Error, Response {
        code: 0x54b ERROR_NO_SUCH_DOMAIN,
        title: "The LDAP ping is answered by an ICMP error",
        what: "Instead of an answer to the LDAP ping, an ICMP message says that the DC or its port can't \
            be reached.",
        why: "From the DC itself it means that no directory service listens on UDP 389. From any other \
            address, the router or firewall there has no route or rejects the packet.",
        fix: "On the DC: `Get-Service NTDS, Netlogon` and start what is stopped. Otherwise correct the \
            rule or route on the device that sent the message.",
        settle: "",
        filter: "icmp.type == 3 && udp.dstport == 389",
    }

    PING_DOMAIN = "PING-DOMAIN", Error, Response {
        code: 0x54b ERROR_NO_SUCH_DOMAIN,
        title: "The host answers for another domain",
        what: "The DC that DNS led to answered the LDAP ping, but for a domain other than the one wanted.",
        why: "The SRV or address record points at a DC of another domain or forest, perhaps because its \
            address was used again.",
        fix: "Compare the domain in the answer with yours, correct the records of \
            `_ldap._tcp.dc._msdcs.DOMAIN`, and clear caches: `ipconfig /flushdns`.",
        settle: "",
        filter: "adjoin.ldap_ping.domain",
    }

    PING_EMPTY = "PING-EMPTY", Warning, Response {
        code: 0x54b ERROR_NO_SUCH_DOMAIN,
        title: "The LDAP ping was answered without the Netlogon attribute",
        what: "An LDAP server answered the ping, but without the data that a DC of this domain would give.",
        why: "The server doesn't hold this domain: it belongs to another one, is an AD LDS or foreign \
            directory, or its Netlogon service isn't running.",
        fix: "Run `nltest /server:DC /dsgetdc:DOMAIN`, correct the DNS records that lead there, and start \
            Netlogon if it is really a DC of the domain.",
        settle: "",
        filter: "cldap && ldap.protocolOp == 5",
    }

    PING_PAUSED = "PING-PAUSED", Warning, Response {
        code: 0x54b ERROR_NO_SUCH_DOMAIN,
        title: "The DC's Netlogon service is paused or not ready",
        what: "The DC answered the LDAP ping with the word that its Netlogon service is paused.",
        why: "It is still starting, was paused by hand, or its SYSVOL is not shared because replication of \
            it hasn't finished.",
        fix: "On the DC: `nltest /query`, `net share` (SYSVOL and NETLOGON must be there), `dcdiag \
            /test:sysvolcheck /test:advertising`; repair DFSR, or `net continue netlogon`.",
        settle: "",
        filter: "adjoin.ldap_ping.opcode == 24 || adjoin.ldap_ping.opcode == 20",
    }

    PING_NT4EMU = "PING-NT4EMU", Warning, Response {
        code: 0x54b ERROR_NO_SUCH_DOMAIN,
        title: "The DC answers the LDAP ping like Windows NT 4.0",
        what: "The DC gave an answer in the old NT 4.0 form, which a modern client doesn't accept.",
        why: "The registry value NT4Emulator is set on the DC, a leftover of migrations from NT 4.0 \
            (KB2008652).",
        fix: "Delete NT4Emulator under HKLM\\SYSTEM\\CurrentControlSet\\Services\\Netlogon\\Parameters on \
            the DC and restart Netlogon, or set NeutralizeNT4Emulator=1 on the client.",
        settle: "",
        filter: "adjoin.ldap_ping.opcode == 19",
    }

    PING_FLAGS = "PING-FLAGS", Note, Response {
        code: 0x54b ERROR_NO_SUCH_DOMAIN,
        title: "The DC lacks something that a join may need",
        what: "The DC's answer doesn't carry a capability that the client asks for, such as writable, KDC \
            or time server.",
        why: "Only a read-only DC is in reach, or a service on the DC (KDC, Windows Time, Netlogon) is \
            stopped. Creating an account needs a writable DC.",
        fix: "See `nltest /dsgetdc:DOMAIN /writable /kdc /force`; open the path to a writable DC or start \
            the service: `Get-Service kdc, w32time, netlogon`.",
        settle: "Look at the other DCs' answers: if one has all the flags, the client will take that one.",
        filter: "adjoin.ldap_ping.flags.writable == 0 || adjoin.ldap_ping.flags.kdc == 0",
    }

    PING_USERUNKNOWN = "PING-USERUNKNOWN", Chat, Response {
        code: 0x525 ERROR_NO_SUCH_USER,
        title: "The DC has no such account; normal before the first join",
        what: "The DC says that it doesn't know the computer account the client asked about.",
        why: "Before the first join no such account exists. The client goes on and asks again without \
            naming an account.",
        fix: "Nothing to do.",
        settle: "",
        filter: "adjoin.ldap_ping.opcode == 25",
    }

    PING_SLOW = "PING-SLOW", Warning, Sequence {
        code: 0x54b ERROR_NO_SUCH_DOMAIN,
        title: "The LDAP ping was answered too late",
        what: "The DC's answer arrived after the client had given up on it or turned to another DC.",
        why: "The DC is overloaded, or it looks up the client's address because that subnet belongs to no \
            site (event 5807, KB2922852).",
        fix: "Define the client's subnet in Active Directory Sites and Services, and look at processor and \
            LDAP threads of the DC; AddressLookupOnPingBehavior stops the look-ups.",
        settle: "A capture on the DC shows whether the delay is made there or on the way.",
        filter: "cldap && adjoin.request_in",
    }

    NL_DCLOC25 = "NL-DCLOC25", Error, Response {
        code: 0x5 ERROR_ACCESS_DENIED,
        title: "The DC no longer locates DCs for anonymous RPC callers",
        what: "A call that looks up a DC through the netlogon pipe was denied.",
        why: "Since the hardening of July 2025, DCs refuse this call to callers that aren't authenticated. \
            Windows uses the LDAP ping instead; some storage devices and older programs don't.",
        fix: "Update that client's software so that it uses the LDAP ping or authenticates first; ask its \
            maker for the fix of 2025.",
        settle: "",
        filter: "adjoin.rpc.fault == 5 && dcerpc.pkt_type == 3",
    }

    ODJ_DS8 = "ODJ-DS8", Error, Response {
        code: 0xaa0 NERR_DS8DCRequired,
        title: "No DC of Windows Server 2012 or newer",
        what: "All DCs that answered are older than the version which this kind of provisioning asks for.",
        why: "Offline joins with certificates or policies need a DC of 2012 or later. Each DC tells its \
            version in the flags of its answer.",
        fix: "Make a newer DC reachable for the provisioning machine, or run `djoin /provision` without \
            the options that need it.",
        settle: "The log names the option that was used.",
        filter: "adjoin.ldap_ping.flags.ds_8 == 0",
    }

    ODJ_LDAP = "ODJ-LDAP", Error, Response {
        code: 0xaa1 NERR_LDAPCapableDCRequired,
        title: "No DC that speaks LDAP",
        what: "None of the DCs that answered says that it serves LDAP, which provisioning needs.",
        why: "The directory service is stopped on the DC, or the server isn't an Active Directory DC at all.",
        fix: "Check `Get-Service NTDS` and `dcdiag /test:advertising` on the DC, then `nltest \
            /dsgetdc:DOMAIN /ldaponly /force`.",
        settle: "",
        filter: "adjoin.ldap_ping.flags.ldap == 0",
    }

    UNX_CLDAP = "UNX-CLDAP", Error, Sequence {
        title: "A Unix client gets no answer to its LDAP ping",
        what: "A Unix client (adcli, realmd or Samba) sent LDAP pings and found no DC because nothing came \
            back.",
        why: "UDP port 389 is filtered between this client and the DCs. These tools stop when the ping \
            stays unanswered.",
        fix: "Open UDP 389, or go round it: `adcli join --use-ldaps -S DC DOMAIN`. Test with `adcli info \
            DOMAIN` or `net ads lookup -S DC`.",
        settle: "A capture on the DC shows whether the pings arrive.",
        filter: "cldap || adjoin.ldap_ping.request.dns_domain",
    }
}
