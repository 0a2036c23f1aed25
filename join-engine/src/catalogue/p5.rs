//! P5: LDAP, from the rootDSE to the bind.

use super::Stage::In;
use crate::phase::Phase;

findings! {
    In(Phase::P5), super::p4::END;

    LDAP_389 = "LDAP-389", Error, Sequence {
        code: 0x3a ERROR_BAD_NET_RESP,
        title: "TCP port 389 of the DC is not reachable",
        what: "The client could not open, or could not keep, an LDAP connection to the DC on TCP port 389.",
        why: "UDP 389 may be open while TCP 389 is filtered. A reset means that nobody listens or a device \
            refuses.",
        fix: "`Test-NetConnection DC -Port 389`; open TCP 389 from client to DC, and check `Get-Service \
            NTDS` there.",
        settle: "A capture on the DC shows whether the SYN arrives.",
        filter: "tcp.port == 389 && (tcp.flags.syn == 1 || tcp.flags.reset == 1)",
    }

    LDAP_389MTU = "LDAP-389MTU", Error, Sequence {
        code: 0x3a ERROR_BAD_NET_RESP,
        title: "Large LDAP packets disappear on the way",
        what: "The LDAP connection is up and small messages pass, but a full-size segment is sent again \
            and again and never arrives.",
        why: "A link on the path has a smaller MTU, and the ICMP message about it is filtered. The rootDSE \
            answer and the bind are the first long messages of LDAP.",
        fix: "Find the size with `ping -f -l 1472 DC` (lower it until it passes); allow ICMP type 3 code \
            4, or clamp the MSS on the tunnel.",
        settle: "In captures on both ends, the long segments are on one side only.",
        filter: "tcp.port == 389 && (tcp.analysis.retransmission || tcp.analysis.lost_segment)",
    }

    LDAP_CREDS = "LDAP-CREDS", Error, Response {
        code: 0x52e ERROR_LOGON_FAILURE,
        title: "The DC refuses the LDAP bind",
        what: "The LDAP bind was answered with invalid credentials.",
        why: "The number behind the word data in the answer says why: 52e is the password, 525 the name, \
            533 disabled, 775 locked, 532 and 773 an old password.",
        fix: "Correct what the number says, with the account's name as `user@domain`; test with `ldp.exe` \
            or `ldapwhoami -H ldap://DC`.",
        settle: "",
        filter: "ldap.resultCode == 49",
    }

    LDAP_STRONG = "LDAP-STRONG", Error, Response {
        code: 0x5 ERROR_ACCESS_DENIED,
        title: "The DC demands LDAP signing or channel binding",
        what: "The DC refuses the bind because the session would be neither signed nor bound to its TLS \
            channel.",
        why: "The policy \"Domain controller: LDAP server signing requirements\" is set to require, the \
            default of Windows Server 2025. The client binds without protection.",
        fix: "Let the client sign (SASL with Kerberos, `client ldap sasl wrapping = sign` in Samba) or use \
            LDAPS with channel binding (KB4520412); event 2889 on the DC names the client.",
        settle: "",
        filter: "ldap.resultCode == 8 || ldap.errorMessage contains \"80090346\"",
    }

    LDAP_ENCSTRENGTH = "LDAP-ENCSTRENGTH", Error, Sequence {
        code: 0xa9e NERR_ConnectionInsecure,
        title: "The LDAP session is weaker than the client demands",
        what: "The bind succeeded, but the session isn't encrypted strongly enough, and the client ends it.",
        why: "NTLM was agreed without 128-bit keys or sealing, by policy or because a device changed the \
            negotiation.",
        fix: "Set both policies \"Network security: Minimum session security for NTLM SSP\" to require \
            128-bit, and see to it that Kerberos is used.",
        settle: "See the line on encryption strength in `%windir%\\debug\\NetSetup.LOG`.",
        filter: "ldap.bindResponse_element",
    }

    LDAPS_636 = "LDAPS-636", Error, Sequence {
        code: 0x3a ERROR_BAD_NET_RESP,
        title: "TCP port 636 of the DC is not reachable",
        what: "The client wanted LDAP over TLS, and no connection to port 636 came up.",
        why: "Port 636 is filtered, or the DC doesn't listen there because it has no certificate for LDAPS.",
        fix: "`Test-NetConnection DC -Port 636`; open it, and give the DC a server certificate with its \
            full name. Joins can use port 389 with SASL sealing instead.",
        settle: "A capture on the DC shows whether the SYN arrives.",
        filter: "tcp.port == 636 && (tcp.flags.syn == 1 || tcp.flags.reset == 1)",
    }

    LDAPS_CERT = "LDAPS-CERT", Error, Response {
        code: 0x3a ERROR_BAD_NET_RESP,
        title: "The DC's certificate is not accepted",
        what: "The TLS handshake on the LDAP connection ended with an alert about the certificate.",
        why: "The client doesn't trust the issuing CA, the certificate is out of date, or it is made out \
            to another name than the one the client used.",
        fix: "Install the CA certificate on the client (`certutil -addstore Root ca.cer`, or `TLS_CACERT` \
            in ldap.conf), and renew the DC's certificate with its full name.",
        settle: "`openssl s_client -connect DC:636 -showcerts` shows the chain and its dates.",
        filter: "tls.alert_message.desc && tcp.port == 636",
    }

    LDAPS_CLOSED = "LDAPS-CLOSED", Error, Sequence {
        code: 0x3a ERROR_BAD_NET_RESP,
        title: "The LDAPS connection is closed without a word",
        what: "The TLS connection to the DC was opened and then closed before any LDAP result could be seen.",
        why: "The DC has no usable private key, a device breaks the handshake, or the client disliked the \
            certificate or the answer inside TLS and just hung up.",
        fix: "On the DC look for events 36870 and 36874 (Schannel) and 1220 (LDAPS); test from the client: \
            `openssl s_client -connect DC:636`.",
        settle: "See who closes first, and the client's own log: `adcli -v` or `ldapsearch -d 1` names the \
            reason.",
        filter: "tcp.port == 636 && (tcp.flags.fin == 1 || tcp.flags.reset == 1)",
    }

    LDAP_NORMAL = "LDAP-NORMAL", Chat, Response {
        title: "An LDAP bind that goes on",
        what: "The bind answer is saslBindInProgress, not success.",
        why: "NTLM and Kerberos logons take more than one round; this answer asks for the next one.",
        fix: "Nothing to do.",
        settle: "",
        filter: "ldap.resultCode == 14",
    }

    LOC_SIDCLONE = "LOC-SIDCLONE", Error, Sequence {
        code: 0x21c4 ERROR_DOMAIN_SID_SAME_AS_LOCAL_WORKSTATION,
        title: "Machine and domain have the same SID",
        what: "The client compares the domain's SID with its own and finds them equal.",
        why: "The machine was copied from the image that the first domain controller was made of, \
            without generalising it.",
        fix: "Generalise the copy: `sysprep /generalize /oobe /reboot`.",
        settle: "`PsGetSid` shows both.",
        filter: "adjoin.finding == \"LOC-SIDCLONE\"",
    }
}
