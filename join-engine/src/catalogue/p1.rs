//! P1: DNS leads to the domain controllers.

use super::Stage::In;
use crate::phase::Phase;

findings! {
    In(Phase::P1), super::p0::END;

    DNS_TIMEOUT = "DNS-TIMEOUT", Error, Sequence {
        code: 0x54b ERROR_NO_SUCH_DOMAIN,
        title: "The DNS server doesn't answer",
        what: "The client asked its DNS server for domain controllers several times and got no answer at \
            all.",
        why: "Without the SRV records no DC can be found. The address of the server is wrong, port 53 is \
            filtered, or a VPN doesn't hand out the company's DNS server.",
        fix: "See `ipconfig /all` for the server, enter one that hosts the AD zone \
            (`Set-DnsClientServerAddress`), and test it: `nslookup -type=SRV _ldap._tcp.dc._msdcs.DOMAIN \
            SERVER`.",
        settle: "A capture at the DNS server shows whether the queries arrive and answers leave.",
        filter: "dns.flags.response == 0 && dns.qry.name contains \"_msdcs\"",
    }

    DNS_UNREACH = "DNS-UNREACH", Error, Response {
        code: 0x54b ERROR_NO_SUCH_DOMAIN,
        title: "The DNS server can't be reached",
        what: "A host or router answered the DNS query with an ICMP error instead of a DNS answer.",
        why: "No DNS service runs at that address (port unreachable), there is no route to it, or a \
            firewall rejects the query. The sender of the ICMP message tells which.",
        fix: "Check the address in `ipconfig /all`; start the DNS service there (`Start-Service DNS`), or \
            correct the route or the rule on the device that sent the error.",
        settle: "",
        filter: "icmp.type == 3 && dns",
    }

    DNS_NXDOMAIN = "DNS-NXDOMAIN", Error, Response {
        code: 0x54b ERROR_NO_SUCH_DOMAIN,
        title: "The DNS server doesn't know the domain",
        what: "The DNS server says that the name with the domain's SRV records doesn't exist.",
        why: "The client asks a public or wrong DNS server, the domain name is misspelled, or the zone \
            _msdcs is missing or not delegated.",
        fix: "Point the client to a DC's DNS: `Set-DnsClientServerAddress -InterfaceAlias NIC \
            -ServerAddresses DC`. If it already does, restart Netlogon on the DC or run `nltest /dsregdns` \
            there.",
        settle: "`nslookup -type=SRV _ldap._tcp.dc._msdcs.DOMAIN DC` works against a DC and fails against \
            the client's server.",
        filter: "dns.flags.rcode == 3 && dns.qry.name contains \"_msdcs\"",
    }

    DNS_SERVFAIL = "DNS-SERVFAIL", Error, Response {
        code: 0x232a DNS_ERROR_RCODE_SERVER_FAILURE,
        title: "The DNS server failed to resolve the name",
        what: "The DNS server reports an error of its own (SERVFAIL) for the domain's SRV records.",
        why: "It couldn't get the answer from where it has to ask: a forwarder or a delegation is dead, \
            DNSSEC validation fails, or the zone isn't loaded. The client doesn't try again.",
        fix: "On the server test the chain: `nslookup -type=SRV _ldap._tcp.dc._msdcs.DOMAIN FORWARDER`; \
            repair the conditional forwarder or delegation, and join with the full DNS name.",
        settle: "The log of the DNS server tells, or a capture there of what it asks upstream.",
        filter: "dns.flags.rcode == 2",
    }

    DNS_REFUSED = "DNS-REFUSED", Error, Response {
        code: 0x232d DNS_ERROR_RCODE_REFUSED,
        title: "The DNS server refuses the query",
        what: "The DNS server answers REFUSED to the query for domain controllers.",
        why: "It doesn't serve this client or this zone: recursion is off, or a query policy or access \
            list excludes the client's subnet.",
        fix: "Allow the subnet on the server (`Get-DnsServerQueryResolutionPolicy`, `allow-query` in \
            BIND), or give the client a DNS server that hosts the AD zone.",
        settle: "",
        filter: "dns.flags.rcode == 5",
    }

    DNS_NOSRV = "DNS-NOSRV", Error, Response {
        code: 0x251d DNS_INFO_NO_RECORDS,
        title: "The name exists but has no SRV records",
        what: "The DNS server knows the zone and answers without an error, but with no SRV record in it.",
        why: "The domain controllers didn't register: dynamic updates are off, Netlogon couldn't write, or \
            a policy excludes the records.",
        fix: "On a DC run `nltest /dsregdns`, check `%windir%\\System32\\config\\netlogon.dns`, and allow \
            secure dynamic updates on the zone; review DnsAvoidRegisterRecords.",
        settle: "`nslookup -type=SRV _ldap._tcp.dc._msdcs.DOMAIN` stays empty on every DNS server of the \
            domain.",
        filter: "dns.flags.response == 1 && dns.flags.rcode == 0 && dns.count.answers == 0",
    }

    DNS_AMISSING = "DNS-AMISSING", Error, Response {
        code: 0xa8b NERR_SetupCheckDNSConfig,
        title: "The DC's name has no address",
        what: "DNS named a DC, but the query for that DC's address brought none.",
        why: "The A or AAAA record of the DC is missing, its zone isn't on this server, or the DC has a \
            name in another DNS suffix than the domain.",
        fix: "On the DC run `ipconfig /registerdns`, then `nslookup DC` from the client; allow dynamic \
            updates or create the record by hand.",
        settle: "`nslookup DC SERVER` with the client's own DNS server gives no address.",
        filter: "dns.qry.type == 1 && dns.flags.response == 1 && dns.count.answers == 0",
    }

    DNS_AWRONG = "DNS-AWRONG", Error, Sequence {
        code: 0x54b ERROR_NO_SUCH_DOMAIN,
        title: "The DC's name leads to a wrong address",
        what: "DNS gave an address for the DC at which no such DC answers.",
        why: "The record is stale, made for another side of a NAT or split DNS, or belongs to a second \
            network card of the DC that clients can't reach.",
        fix: "Compare `nslookup DC` with `ipconfig` on the DC, delete wrong records, stop the unused \
            network card from registering, and turn on scavenging. Active Directory through NAT isn't \
            supported (KB978772).",
        settle: "The DC's own capture or `ipconfig /all` shows which addresses are really its own.",
        filter: "dns.a || dns.aaaa",
    }

    DNS_SUFFIX = "DNS-SUFFIX", Error, Sequence {
        code: 0x54b ERROR_NO_SUCH_DOMAIN,
        title: "The domain was given by its short name",
        what: "The client looks for the domain under a single-label name or with a foreign suffix \
            appended, never under its full DNS name.",
        why: "Someone typed the NetBIOS name. It can only be found by broadcast or WINS, and Windows 11 \
            24H2 no longer does that.",
        fix: "Join with the full name: `Add-Computer -DomainName corp.example.com`. For a real \
            single-label domain set the policy AllowSingleLabelDnsDomain.",
        settle: "What was typed stands in the first lines of `%windir%\\debug\\NetSetup.LOG`.",
        filter: "nbns || dns.qry.name contains \"_ldap._tcp.dc._msdcs\"",
    }

    DNS_TCP = "DNS-TCP", Error, Sequence {
        code: 0x54b ERROR_NO_SUCH_DOMAIN,
        title: "The DNS answer is too long for UDP, and TCP port 53 is blocked",
        what: "The server cut its answer and asked for TCP, but no TCP connection to port 53 came up.",
        why: "A domain with many DCs has long SRV answers. Some firewall passes DNS over UDP only.",
        fix: "Open TCP port 53 to the DNS servers: `Test-NetConnection SERVER -Port 53`. Larger UDP \
            answers (EDNS) help as well.",
        settle: "",
        filter: "dns.flags.truncated == 1 || (tcp.dstport == 53 && tcp.flags.syn == 1)",
    }

    DNS_UPDATE = "DNS-UPDATE", Note, Response {
        title: "The client couldn't register itself in DNS",
        what: "The dynamic update with the client's own address was refused or went unanswered.",
        why: "The zone takes only secure updates, belongs to another server, or the record is owned by an \
            older account of the same name. The join itself doesn't depend on it.",
        fix: "Run `ipconfig /registerdns` after the restart; if it fails again, delete the old record or \
            correct its owner, and check dynamic updates of the zone.",
        settle: "",
        filter: "dns.flags.opcode == 5",
    }
}
