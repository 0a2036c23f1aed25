//! P3: the SMB session to the chosen domain controller.

use super::Stage::In;
use crate::phase::Phase;

findings! {
    In(Phase::P3), super::p2::END;

    SMB_SYN = "SMB-SYN", Error, Sequence {
        code: 0x35 ERROR_BAD_NETPATH,
        title: "TCP port 445 of the DC is not reachable",
        what: "The client tried to open an SMB connection to the DC on port 445 and none came up.",
        why: "Silence means a filter or a dead host, a reset means that no Server service listens there or \
            a device refuses, and an ICMP error comes from whoever rejects it.",
        fix: "`Test-NetConnection DC -Port 445`; open TCP 445 from client to DC, start the Server service \
            on the DC (`Get-Service LanmanServer`), and check that the name leads to the right host.",
        settle: "A capture on the DC shows whether the SYN arrives there.",
        filter: "tcp.port == 445 && tcp.flags.syn == 1",
    }

    SMB_UNREACH = "SMB-UNREACH", Error, Response {
        code: 0x4cf ERROR_NETWORK_UNREACHABLE,
        title: "There is no way to the DC's network",
        what: "A router or the client's own network says that the DC can't be reached at all.",
        why: "A route is missing, a VPN isn't up, a device rejects the traffic, or nobody answers ARP for \
            the DC's address.",
        fix: "`Find-NetRoute -RemoteIPAddress DC`, `tracert -d DC`; correct the route or the VPN, or the \
            rule on the device that sent the ICMP message.",
        settle: "Without an ICMP message, `arp -a` and the routing table of the client decide.",
        filter: "(icmp.type == 3 && tcp.dstport == 445) || arp",
    }

    SMB_BADNETNAME = "SMB-BADNETNAME", Error, Response {
        code: 0x43 ERROR_BAD_NET_NAME,
        title: "The server has no such share",
        what: "The server refused the tree connect because it has no share of that name.",
        why: "Every DC has IPC$. A host that lacks it is another machine than the client thinks, or its \
            Server service is damaged.",
        fix: "Compare `nslookup DC` with the DC's own addresses, try `net view \\\\DC`, and correct DNS; \
            restart the Server service on the right host.",
        settle: "",
        filter: "smb2.cmd == 3 && smb2.nt_status == 0xc00000cc",
    }

    SMB_NOCONN = "SMB-NOCONN", Error, Response {
        code: 0x47 ERROR_REQ_NOT_ACCEP,
        title: "The server takes no more connections",
        what: "The server turned the session down because its limit of connections is reached.",
        why: "A desktop edition serves at most 20 users, and old limits or a leak of sessions can fill a \
            server.",
        fix: "Count with `Get-SmbSession` on the server, close dead ones (`Close-SmbSession`), and make \
            sure that the name doesn't lead to a desktop machine.",
        settle: "",
        filter: "smb2.nt_status == 0xc00000d0",
    }

    SMB_NTLMDENY = "SMB-NTLMDENY", Error, Response {
        code: 0x32 ERROR_NOT_SUPPORTED,
        title: "The DC refuses NTLM",
        what: "The client offered NTLM for the SMB session and the DC turned it down.",
        why: "The policy \"Restrict NTLM: Incoming NTLM traffic\" denies it on the DC. The real question \
            is why the client didn't use Kerberos.",
        fix: "Join by full names so that Kerberos works: `nltest /dsgetdc:DOMAIN /kdc`, \
            `Test-NetConnection DC -Port 88`, `klist get cifs/DC`. Or relax that policy on the DCs.",
        settle: "If Kerberos was tried, its finding stands next to this one.",
        filter: "smb2.cmd == 1 && smb2.nt_status == 0xc00000bb",
    }

    SMB_LOGONTYPE = "SMB-LOGONTYPE", Error, Response {
        code: 0x569 ERROR_LOGON_TYPE_NOT_GRANTED,
        title: "The user may not log on to the DC over the network",
        what: "The password was accepted, but the DC doesn't grant this user a network logon.",
        why: "The account is missing from the right \"Access this computer from the network\", or stands \
            in the matching deny right.",
        fix: "In the Default Domain Controllers Policy grant the right to Authenticated Users and remove \
            the denial, then `gpupdate /force` on the DC.",
        settle: "",
        filter: "smb2.nt_status == 0xc000015b",
    }

    SMB_CREDS = "SMB-CREDS", Error, Response {
        code: 0x52e ERROR_LOGON_FAILURE,
        title: "User name or password is wrong",
        what: "The DC rejected the name and password given for the join.",
        why: "A typing error, the wrong domain before the name, an old password, or NTLM settings that \
            don't match (LmCompatibilityLevel).",
        fix: "Give the name as `user@domain` or `DOMAIN\\user` and test it: `net use \\\\DC\\IPC$ \
            /user:DOMAIN\\USER *`. On the DC, event 4625 or 4776 tells which of name and password was \
            wrong.",
        settle: "Event 4776 on the DC tells: 0xC0000064 is the name, 0xC000006A the password.",
        filter: "smb2.nt_status == 0xc000006d",
    }

    SMB_LOCKED = "SMB-LOCKED", Error, Response {
        code: 0x775 ERROR_ACCOUNT_LOCKED_OUT,
        title: "The user's account is locked",
        what: "The DC refuses the logon because the account is locked out.",
        why: "Too many wrong passwords, often from a service or a phone that still has the old one.",
        fix: "`Unlock-ADAccount USER`, and find the source with event 4740 on the PDC emulator.",
        settle: "",
        filter: "smb2.nt_status == 0xc0000234 || ldap.errorMessage contains \"data 775\"",
    }

    SMB_DISABLED = "SMB-DISABLED", Error, Response {
        code: 0x533 ERROR_ACCOUNT_DISABLED,
        title: "The user's account is disabled",
        what: "The DC refuses the logon because the account is switched off.",
        why: "Somebody or a clean-up job disabled the account that is used for the join.",
        fix: "`Enable-ADAccount USER`, or join with another account.",
        settle: "",
        filter: "smb2.nt_status == 0xc0000072 || ldap.errorMessage contains \"data 533\"",
    }

    SMB_PWEXPIRED = "SMB-PWEXPIRED", Error, Response {
        code: 0x532 ERROR_PASSWORD_EXPIRED,
        title: "The user's password has expired",
        what: "The DC refuses the logon because the password is past its age limit.",
        why: "The join can't ask for a new password, so it ends here.",
        fix: "Change the password on a joined machine or with `Set-ADAccountPassword USER`, then join again.",
        settle: "",
        filter: "smb2.nt_status == 0xc0000071 || ldap.errorMessage contains \"data 532\"",
    }

    SMB_PWCHANGE = "SMB-PWCHANGE", Error, Response {
        code: 0x773 ERROR_PASSWORD_MUST_CHANGE,
        title: "The user must change the password first",
        what: "The DC refuses the logon until the user has set a new password.",
        why: "The account is new or was reset with the option to change the password at next logon.",
        fix: "Change it once on a joined machine, or clear the option: `Set-ADUser USER \
            -ChangePasswordAtLogon $false`.",
        settle: "",
        filter: "smb2.nt_status == 0xc0000224 || ldap.errorMessage contains \"data 773\"",
    }

    SMB_ACCTEXPIRED = "SMB-ACCTEXPIRED", Error, Response {
        code: 0x701 ERROR_ACCOUNT_EXPIRED,
        title: "The user's account has expired",
        what: "The DC refuses the logon because the account's end date has passed.",
        why: "An expiry date is set on the account used for the join.",
        fix: "`Clear-ADAccountExpiration USER`, or set a later date with `Set-ADAccountExpiration`.",
        settle: "",
        filter: "smb2.nt_status == 0xc0000193 || ldap.errorMessage contains \"data 701\"",
    }

    SMB_HOURS = "SMB-HOURS", Error, Response {
        code: 0x530 ERROR_INVALID_LOGON_HOURS,
        title: "The user may not log on at this hour",
        what: "The DC refuses the logon because of the account's logon hours.",
        why: "The hours are kept in UTC, so a wrong time zone can shift them.",
        fix: "Extend the logon hours in Active Directory Users and Computers, or join with another account.",
        settle: "",
        filter: "smb2.nt_status == 0xc000006f || ldap.errorMessage contains \"data 530\"",
    }

    SMB_WKSTA = "SMB-WKSTA", Error, Response {
        code: 0x4d8 ERROR_LOGIN_WKSTA_RESTRICTION,
        title: "The user may not log on from this computer",
        what: "The DC refuses the logon because the account is limited to certain workstations.",
        why: "The list \"Log On To\" of the account doesn't name this client. A new machine is never in it \
            (KB281648).",
        fix: "Clear the list: `Set-ADUser USER -LogonWorkstations $null`, or add the client's name.",
        settle: "",
        filter: "smb2.nt_status == 0xc0000070 || ldap.errorMessage contains \"data 531\"",
    }

    SMB_RESTRICT = "SMB-RESTRICT", Error, Response {
        code: 0x52f ERROR_ACCOUNT_RESTRICTION,
        title: "A restriction on the account forbids this logon",
        what: "The DC refuses the logon although name and password may be right: the account is restricted.",
        why: "Members of Protected Users can't use NTLM, an authentication policy applies, or the password \
            is empty.",
        fix: "Join by the full domain name so that Kerberos is used, or with an account outside Protected \
            Users; see event 4625 on the DC.",
        settle: "`Get-ADUser USER -Properties MemberOf, AuthenticationPolicy` shows the restriction.",
        filter: "smb2.nt_status == 0xc000006e",
    }

    SMB_DENIED = "SMB-DENIED", Error, Response {
        code: 0x5 ERROR_ACCESS_DENIED,
        title: "The DC denies the SMB session",
        what: "The DC answered the session setup or tree connect with access denied.",
        why: "Guest or anonymous access was tried and is forbidden, the two sides disagree on SMB signing, \
            or a hardening rule applies.",
        fix: "Compare `Get-SmbClientConfiguration` and `Get-SmbServerConfiguration` \
            (RequireSecuritySignature, RejectUnencryptedAccess), and join with a named domain user.",
        settle: "The SMBServer event logs of the DC name the rule.",
        filter: "smb2.nt_status == 0xc0000022 && smb2.cmd <= 3",
    }

    SMB_SIGN = "SMB-SIGN", Error, Response {
        code: 0xc000a000 STATUS_INVALID_SIGNATURE,
        title: "An SMB signature doesn't fit",
        what: "A signed SMB message was not accepted, and the connection ended right after it.",
        why: "Something between client and DC rewrites SMB, such as a WAN optimiser or an inspection \
            device, or the two sides have different session keys.",
        fix: "Exclude port 445 from optimisation and inspection for traffic to DCs, then join again.",
        settle: "With captures on both ends, the same SMB message has different octets.",
        filter: "smb2.nt_status == 0xc000a000 || smb2.ioctl.function == 0x00140204",
    }

    SMB_DIALECT = "SMB-DIALECT", Error, Response {
        code: 0x32 ERROR_NOT_SUPPORTED,
        title: "Client and server share no SMB version",
        what: "The two sides could not agree on a dialect in the SMB negotiation.",
        why: "One side speaks only SMB 1, which current Windows no longer has, or SMB 2 and 3 are switched \
            off on the other.",
        fix: "On the DC `Set-SmbServerConfiguration -EnableSMB2Protocol $true`; update the device or set \
            `min protocol = SMB2` in Samba. Don't bring SMB 1 back.",
        settle: "",
        filter: "smb2.cmd == 0 || smb.cmd == 0x72",
    }

    SMB_RESET = "SMB-RESET", Error, Sequence {
        code: 0x40 ERROR_NETNAME_DELETED,
        title: "The SMB connection was cut while in use",
        what: "The connection to port 445 was established and then closed by a reset or FIN before the \
            session was ready.",
        why: "An intrusion prevention system or firewall kills it, the Server service restarted, or the DC \
            disliked what it was sent.",
        fix: "Search the security devices' logs for this connection, and event 7036 (Server service) on \
            the DC; compare with a client in the DC's own subnet.",
        settle: "Compare the TTL of the reset with earlier packets of the DC; a capture on the DC shows \
            whether it sent the reset.",
        filter: "tcp.port == 445 && tcp.flags.reset == 1",
    }

    SMB_TIMEOUT = "SMB-TIMEOUT", Error, Sequence {
        code: 0x79 ERROR_SEM_TIMEOUT,
        title: "The DC didn't answer an SMB request",
        what: "An SMB request was sent and no SMB answer followed, for longer than the client waits.",
        why: "The request or the answer was dropped on the way, or the DC hangs. If the request was never \
            acknowledged, it did not arrive.",
        fix: "`ping -f -l 1472 DC` to rule out an MTU problem, look for inspection on port 445, and check \
            processor and LSASS on the DC.",
        settle: "A capture on the DC shows whether the request arrives and the answer leaves.",
        filter: "smb2 && tcp.analysis.retransmission",
    }

    SMB_PROXYACK = "SMB-PROXYACK", Error, Sequence {
        code: 0x40 ERROR_NETNAME_DELETED,
        title: "A device acknowledges SMB for the DC and never delivers it",
        what: "The client's SMB request was acknowledged, but not by the DC, and no answer came.",
        why: "A WAN optimiser or transparent proxy ends the TCP connection itself and swallows what it \
            takes. Acknowledgements come faster than the path allows, or with another TTL.",
        fix: "Exclude ports 88, 135, 389 and 445 to the DCs from optimisation on both devices, then join \
            again.",
        settle: "A capture on the DC: the request that was acknowledged to the client isn't there.",
        filter: "tcp.port == 445 && (tcp.options.rvbd.probe || tcp.analysis.initial_rtt)",
    }

    SMB_NORMAL = "SMB-NORMAL", Chat, Response {
        title: "An SMB status that is part of a normal exchange",
        what: "The status is not success, but the exchange goes on as designed.",
        why: "MORE_PROCESSING_REQUIRED announces another round of the logon, and PENDING means that the \
            answer comes later.",
        fix: "Nothing to do.",
        settle: "",
        filter: "smb2.nt_status == 0xc0000016 || smb2.nt_status == 0x00000103",
    }

    SMB_REUSED = "SMB-REUSED", Chat, Sequence {
        title: "The earlier SMB session is used again",
        what: "The second pass opens no SMB session of its own.",
        why: "The session of the first pass is still open, and Windows goes on with it.",
        fix: "Nothing to do.",
        settle: "",
        filter: "smb2.sesid",
    }

    NTLM_FALLBACK = "NTLM-FALLBACK", Note, Sequence {
        title: "NTLM was used instead of Kerberos",
        what: "The client authenticated with NTLM because Kerberos wasn't available to it.",
        why: "Port 88 is closed, the KDC isn't advertised or doesn't know the service, or the DC was \
            addressed by IP. It works as long as NTLM is allowed, which is ending.",
        fix: "Make Kerberos work: use full names, `Test-NetConnection DC -Port 88`, `nltest \
            /dsgetdc:DOMAIN /kdc`, `setspn -Q cifs/DC`.",
        settle: "The finding about Kerberos just before it, if there is one, names the reason.",
        filter: "ntlmssp.messagetype == 3",
    }

    LOC_CREDCONFLICT = "LOC-CREDCONFLICT", Error, Sequence {
        code: 0x4c3 ERROR_SESSION_CREDENTIAL_CONFLICT,
        title: "The client already has a session to this DC as another user",
        what: "The client found the DC but opened no new session, because one under another name is still \
            there.",
        why: "Windows allows one user name per server. A mapped drive or an earlier `net use` holds the \
            session.",
        fix: "`net use * /delete`, `klist purge`, or restart the client; then join again.",
        settle: "`net use` on the client lists the session, and the log says 1219.",
        filter: "smb2.sesid && tcp.port == 445",
    }

    LOC_NTLMBLOCK = "LOC-NTLMBLOCK", Error, Sequence {
        code: 0x791 ERROR_NTLM_BLOCKED,
        title: "The client's own policy forbids NTLM",
        what: "The client negotiated SMB and then hung up without sending its NTLM message.",
        why: "The policy \"Restrict NTLM: Outgoing NTLM traffic to remote servers\" denies it or SMB \
            blocks NTLM, and Kerberos had not worked either.",
        fix: "Repair Kerberos first: `klist get cifs/DC`, `Test-NetConnection DC -Port 88`. Or add the DC \
            to the policy's exceptions.",
        settle: "Event 4001 in the client's log NTLM/Operational proves it, or 1937 in \
            `%windir%\\debug\\NetSetup.LOG`.",
        filter: "smb2.cmd == 0 || tcp.flags.fin == 1",
    }

    LOC_MEM = "LOC-MEM", Error, Response {
        code: 0x8 ERROR_NOT_ENOUGH_MEMORY,
        title: "The user's token is too large",
        what: "The Kerberos ticket that the client presents is larger than one side can take.",
        why: "The user is in very many groups, or has a long SID history; an older MaxTokenSize makes it \
            worse (KB935744).",
        fix: "Join with an account that is in few groups, or set MaxTokenSize to 48000 on both sides.",
        settle: "`whoami /groups` counts the groups; the size of the ticket stands in the AP-REQ.",
        filter: "adjoin.krb.ap_req.ticket_cipher_length > 12000",
    }

    LOC_DUPSID25 = "LOC-DUPSID25", Error, Response {
        title: "A cloned machine is refused by its twin",
        what: "The peer rejects the authentication although ticket and password are good.",
        why: "Client and server were cloned from one image without Sysprep and have the same machine SID; \
            updates since August 2025 refuse that (KB5068222).",
        fix: "Run `sysprep /generalize` on the image and rebuild the clone. Event 6167 of LsaSrv on the \
            server confirms it.",
        settle: "`psgetsid` on both machines gives the same SID.",
        filter: "smb2.cmd == 1 && smb2.nt_status > 0xc0000000",
    }

    LOC_NETNAME = "LOC-NETNAME", Error, Sequence {
        code: 0x4be ERROR_INVALID_NETNAME,
        title: "The network name has a wrong form",
        what: "The client refuses the name before it sends anything to it.",
        why: "The name of the server or share is malformed, or the Workstation service isn't in order.",
        fix: "Use the full DNS name of the domain, and check `Get-Service LanmanWorkstation`.",
        settle: "",
        filter: "adjoin.finding == \"LOC-NETNAME\"",
    }

    LOC_NOCONN = "LOC-NOCONN", Warning, Sequence {
        code: 0x8ca NERR_UseNotFound,
        title: "The connection to the controller is gone",
        what: "The client wants to give up an SMB connection that no longer exists.",
        why: "It follows from an error before it, or from a new name that waits for a restart.",
        fix: "Look at the first error above it; restart after a rename and try again.",
        settle: "",
        filter: "adjoin.finding == \"LOC-NOCONN\"",
    }
}
