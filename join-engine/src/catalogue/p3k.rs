//! P3K: Kerberos tickets for the steps around it.

use super::Stage::In;
use crate::phase::Phase;

findings! {
    In(Phase::P3K), super::p3::END;

    KRB_REPLYLOST_MTU = "KRB-REPLYLOST-MTU", Error, Sequence {
        code: 0x40 ERROR_NETNAME_DELETED,
        title: "Large Kerberos packets disappear on the way",
        what: "Full-size segments between client and KDC never arrive while short ones do, and the client \
            gives up after its Kerberos timeout.",
        why: "A link on the path takes smaller packets than both ends believe, and the ICMP message that \
            would tell them is filtered. Tunnels, VPNs and PPPoE are the usual places.",
        fix: "Find the size with `ping -f -l 1472 DC` (lower it until it passes). Let ICMP type 3 code 4 \
            through, clamp the MSS on the tunnel, or lower the MTU: `netsh interface ipv4 set subinterface \
            NIC mtu=1400 store=persistent`.",
        settle: "In captures on both ends, the full-size segments leave one side and are missing on the \
            other.",
        filter: "tcp.port == 88 && (tcp.analysis.retransmission || tcp.analysis.ack_lost_segment || \
            tcp.analysis.lost_segment)",
    }

    KRB_REPLYLOST_FW = "KRB-REPLYLOST-FW", Error, Sequence {
        code: 0x40 ERROR_NETNAME_DELETED,
        title: "The KDC's answer is dropped on the way",
        what: "The KDC took the request and sent an answer, as its sequence numbers show, but none of it \
            reached the client.",
        why: "A firewall or intrusion prevention system between the two drops the KDC's data. It isn't a \
            matter of the path's MTU: full-size segments of the client pass, or short ones are missing too.",
        fix: "Look up port 88 in the logs of the devices on the path from DC to client, and exempt DC \
            traffic from Kerberos inspection.",
        settle: "A capture on the DC shows the answer leaving.",
        filter: "tcp.port == 88 && (tcp.analysis.ack_lost_segment || tcp.analysis.lost_segment)",
    }

    KRB_PROXYACK = "KRB-PROXYACK", Error, Sequence {
        code: 0x40 ERROR_NETNAME_DELETED,
        title: "A device acknowledges for the KDC and delivers nothing",
        what: "The client's Kerberos request was acknowledged by something other than the KDC, and no \
            answer came.",
        why: "A WAN accelerator or transparent proxy ends the TCP connection itself. Its acknowledgements \
            are faster than the path or have another TTL, and the KDC's sequence number never moves.",
        fix: "Exclude ports 88, 135, 389 and 445 to the DCs from acceleration on the devices of both sides.",
        settle: "In a capture on the DC the acknowledged request is missing.",
        filter: "tcp.port == 88 && (tcp.options.rvbd.probe || tcp.analysis.initial_rtt)",
    }

    KRB_KDCSILENT = "KRB-KDCSILENT", Error, Sequence {
        code: 0x40 ERROR_NETNAME_DELETED,
        title: "The KDC received the request and stayed silent",
        what: "The request was delivered and acknowledged in normal time, and the KDC never sent a single \
            octet back.",
        why: "LSASS or the KDC service on the DC hangs or is overloaded, or a read-only DC can't reach its \
            writable partner. A device that swallows the request would look alike.",
        fix: "On the DC: `Get-Service kdc`, processor and threads of lsass.exe, event 4768/4769 at that \
            second; restart the KDC service, or let the client use another DC.",
        settle: "A capture on the DC shows whether the request reached it.",
        filter: "tcp.port == 88",
    }

    KRB_88BLOCKED = "KRB-88BLOCKED", Error, Sequence {
        code: 0x40 ERROR_NETNAME_DELETED,
        title: "TCP port 88 of the KDC is not reachable",
        what: "The client tried to connect to the KDC on port 88, and no connection came up.",
        why: "A firewall drops or rejects port 88, or no KDC service listens there. Windows then tries \
            NTLM, and fails where NTLM is refused.",
        fix: "`Test-NetConnection DC -Port 88`; open TCP and UDP 88 from client to all DCs, and check \
            `Get-Service kdc` on the DC.",
        settle: "A capture on the DC shows whether the SYN arrives; a reset with another TTL than the DC's \
            comes from a device.",
        filter: "tcp.port == 88 && tcp.flags.syn == 1",
    }

    KRB_RESET = "KRB-RESET", Error, Sequence {
        code: 0x40 ERROR_NETNAME_DELETED,
        title: "The connection to the KDC was reset",
        what: "A connection to port 88 was open, and a reset ended it before the KDC's answer.",
        why: "Resets in the middle of an exchange come from firewalls and intrusion prevention systems \
            more often than from a KDC. A TTL unlike that of the DC's packets gives the device away.",
        fix: "Search the devices' logs for resets on port 88 at that second; exempt the DCs from inspection.",
        settle: "A capture on the DC shows whether the DC sent the reset or received one itself.",
        filter: "tcp.port == 88 && tcp.flags.reset == 1",
    }

    KRB_UDPBIG = "KRB-UDPBIG", Error, Sequence {
        code: 0x51f ERROR_NO_LOGON_SERVERS,
        title: "Kerberos over UDP doesn't fit, and TCP isn't possible",
        what: "A Kerberos message was too large for one UDP packet, and neither its fragments nor the \
            retry over TCP got through.",
        why: "Firewalls drop UDP fragments, and TCP port 88 is closed although the KDC asks for it.",
        fix: "Open TCP 88: `Test-NetConnection DC -Port 88`. On old clients set MaxPacketSize=1 \
            (KB244474); on Linux set `udp_preference_limit = 1` in krb5.conf.",
        settle: "A capture on the DC shows whether all fragments arrive.",
        filter: "kerberos.error_code == 52 || (udp.port == 88 && ip.flags.mf == 1) || (tcp.port == 88 && \
            tcp.flags.syn == 1)",
    }

    KRB_NOKDC = "KRB-NOKDC", Error, Sequence {
        code: 0x51f ERROR_NO_LOGON_SERVERS,
        title: "No KDC can be reached",
        what: "The client tried every KDC it knows of, and none answered on port 88.",
        why: "Port 88 is filtered for this client, over UDP as well as TCP, or the KDC service is stopped \
            on all of them.",
        fix: "`nltest /dsgetdc:DOMAIN /kdc /force`, `Test-NetConnection DC -Port 88`; open 88 to all DCs \
            and start the service: `Start-Service kdc`.",
        settle: "A capture on one of the DCs shows whether anything arrives.",
        filter: "tcp.port == 88 || udp.port == 88",
    }

    KRB_SKEW = "KRB-SKEW", Warning, Response {
        code: 0x576 ERROR_TIME_SKEW,
        title: "The clocks of client and KDC differ too much",
        what: "The KDC or service rejects the request because the client's clock is more than five minutes \
            off.",
        why: "Kerberos proves freshness by the time of day. Virtual machines, flat batteries and a wrong \
            time zone with a corrected display are the usual reasons.",
        fix: "Compare with `w32tm /stripchart /computer:DC /samples:3 /dataonly`, set the client's clock, \
            and `w32tm /resync`; check that the DC itself is right.",
        settle: "",
        filter: "kerberos.error_code == 37 || adjoin.krb.stime",
    }

    KRB_MODIFIED = "KRB-MODIFIED", Warning, Response {
        code: 0x574 ERROR_WRONG_TARGET_NAME,
        title: "The ticket was made for another key than the service has",
        what: "The server can't decrypt the ticket that the KDC issued for it.",
        why: "The SPN is registered on another account, DNS leads to another host than the name says, or \
            the DC's own password is out of step with its partners.",
        fix: "`setspn -X` for duplicates and `setspn -Q cifs/DC`; check `nslookup DC`; on the DC: `netdom \
            resetpwd /server:OTHERDC /userd:DOMAIN\\admin /passwordd:*`, with the KDC service stopped.",
        settle: "Try `klist get cifs/DC` on two clients, and `repadmin /showrepl` on the DC.",
        filter: "kerberos.error_code == 41",
    }

    KRB_SPN = "KRB-SPN", Note, Response {
        title: "The KDC knows no such service; clients then try NTLM",
        what: "The KDC has no account with the service name that the client asked a ticket for.",
        why: "The DC was addressed by IP or an alias, the SPN is missing or not replicated yet, or it is \
            registered twice. It is fatal only where NTLM can't step in.",
        fix: "Use the DC's full name; `setspn -Q SPN`, `setspn -X`; add a missing one with `setspn -S SPN \
            ACCOUNT`.",
        settle: "",
        filter: "kerberos.error_code == 7",
    }

    KRB_CLIENT = "KRB-CLIENT", Warning, Response {
        code: 0x525 ERROR_NO_SUCH_USER,
        title: "The KDC knows no such client",
        what: "The KDC doesn't know the user or computer that asks for a ticket.",
        why: "The name is misspelled, the realm behind the @ is wrong, or the account is new and hasn't \
            reached this DC.",
        fix: "`Get-ADUser USER -Server DC`; give the name as `user@domain`, and wait for replication or \
            `repadmin /syncall`.",
        settle: "",
        filter: "kerberos.error_code == 6",
    }

    KRB_PREAUTH = "KRB-PREAUTH", Warning, Response {
        code: 0x52e ERROR_LOGON_FAILURE,
        title: "The password is wrong",
        what: "The KDC could not verify the proof of the password that the client sent.",
        why: "The password is mistyped, was changed, or is right only on another DC. A keytab or a \
            computer password that is out of date does the same.",
        fix: "Test with `net use \\\\DC\\IPC$ /user:DOMAIN\\USER *` or `kinit USER@DOMAIN`; reset the \
            password. Event 4771 on the DC has the client's address.",
        settle: "",
        filter: "kerberos.error_code == 24",
    }

    KRB_REVOKED = "KRB-REVOKED", Warning, Response {
        title: "The account can't be used",
        what: "The KDC refuses the account because of its state, whatever the password is.",
        why: "It is disabled, locked, expired or outside its logon hours. The status that a Windows KDC \
            adds says which.",
        fix: "`Get-ADUser USER -Properties Enabled, LockedOut, AccountExpirationDate`, then \
            `Enable-ADAccount`, `Unlock-ADAccount` or `Clear-ADAccountExpiration`.",
        settle: "Event 4768 on the DC has the status if the answer carries none.",
        filter: "kerberos.error_code == 18",
    }

    KRB_PWEXPIRED = "KRB-PWEXPIRED", Warning, Response {
        code: 0x532 ERROR_PASSWORD_EXPIRED,
        title: "The password has expired or must be changed",
        what: "The KDC accepts the account only after its password has been changed.",
        why: "The password is too old, or the account is marked to change it at the next logon. A join \
            can't do that.",
        fix: "Change it on a joined machine or with `kpasswd`, or `Set-ADUser USER -ChangePasswordAtLogon \
            $false`; then join again.",
        settle: "",
        filter: "kerberos.error_code == 23",
    }

    KRB_ETYPE = "KRB-ETYPE", Warning, Response {
        title: "Client and KDC share no encryption type",
        what: "None of the encryption types that the client offers is allowed or has a key at the KDC.",
        why: "RC4 is switched off on one side (KB5073381 and newer DCs do so), or the account has no AES \
            key because its password is older than AES support.",
        fix: "Reset the password of the account so that AES keys are made, and allow AES in \
            msDS-SupportedEncryptionTypes and in \"Network security: Configure encryption types allowed \
            for Kerberos\".",
        settle: "Compare the list in the request with the account's msDS-SupportedEncryptionTypes.",
        filter: "kerberos.error_code == 14",
    }

    KRB_POLICY = "KRB-POLICY", Warning, Response {
        title: "The KDC's policy refuses",
        what: "The KDC denies the ticket because a policy forbids this logon.",
        why: "An authentication policy or silo limits where the account may log on, or workstation and \
            hour limits apply.",
        fix: "Check `Get-ADUser USER -Properties AuthenticationPolicy, AuthenticationPolicySilo, \
            LogonWorkstations`; join with an account outside the policy.",
        settle: "Event 4820 or 4768 on the DC names the policy.",
        filter: "kerberos.error_code == 12",
    }

    KRB_TOKEN = "KRB-TOKEN", Error, Response {
        title: "The Kerberos message is too large",
        what: "A Kerberos message or the ticket in it is larger than the receiver accepts.",
        why: "The user belongs to so many groups that the ticket outgrows the limit.",
        fix: "Join with an account in few groups, or raise MaxTokenSize to 48000 (KB935744).",
        settle: "`whoami /groups` of that user shows how many groups the ticket carries.",
        filter: "kerberos.error_code == 61 || adjoin.krb.ap_req.ticket_cipher_length > 48000",
    }

    UNX_RDNS = "UNX-RDNS", Error, Response {
        code: 0x574 ERROR_WRONG_TARGET_NAME,
        title: "Reverse DNS leads to a wrong service name",
        what: "A Unix client asks a ticket for a host name that it got from reverse DNS and that Active \
            Directory doesn't know.",
        why: "The PTR record of the DC's address is missing or names another host, and the Kerberos \
            library trusts it.",
        fix: "Set `rdns = false` under [libdefaults] in krb5.conf, and correct the PTR record: `dig -x \
            ADDRESS`.",
        settle: "The PTR answer in the capture has the same name as the failing request.",
        filter: "kerberos.error_code == 7 || dns.ptr.domain_name",
    }

    KRB_NORMAL = "KRB-NORMAL", Chat, Response {
        title: "A Kerberos error that is part of a normal exchange",
        what: "The KDC answers with an error that only steers the client to the next step.",
        why: "It asks for proof of the password, for TCP instead of UDP, or points to another realm. Each \
            is part of the protocol.",
        fix: "Nothing to do.",
        settle: "",
        filter: "kerberos.error_code == 25 || kerberos.error_code == 52 || kerberos.error_code == 68",
    }

    KRB_ERROR = "KRB-ERROR", Note, Response {
        title: "The KDC or the service reports an error",
        what: "A Kerberos error came that has no entry of its own in this list.",
        why: "The error's number and text, and the Windows status with it, say what the KDC or service \
            objects to.",
        fix: "Look the number up in RFC 4120, section 7.5.9, and see the events of source \
            Kerberos-Key-Distribution-Center on the DC.",
        settle: "If the client carries on after it, the error did no harm.",
        filter: "kerberos.msg_type == 30",
    }
}
