//! Each rule: a join in which it must fire, and beside it the same join unharmed, in which it must not.

use adjoin_scenes::script::Shot;
use adjoin_scenes::steps::{Ask, DRSUAPI_PORT, Fault, NETLOGON_PORT, Plan, Wall};

use super::{blemish, report, told};

const DENIED: u32 = 0xc000_0022;

const fn bind(text: &'static str) -> Fault {
    Fault::LdapBind(49, text)
}

const fn krb(ask: Ask, code: i32) -> Fault {
    Fault::Kerberos(ask, code, None)
}

/// Faults that end a join: what goes wrong, the id of the root, its phase.
fn failures() -> Vec<(Fault, &'static str, &'static str)> {
    use Ask::{Logon, Session, Ticket};
    use Fault as F;
    let mut all = vec![
        (F::DnsCode(3), "DNS-NXDOMAIN", "P1"),
        (F::DnsCode(2), "DNS-SERVFAIL", "P1"),
        (F::DnsCode(5), "DNS-REFUSED", "P1"),
        (F::DnsEmpty, "DNS-NOSRV", "P1"),
        (F::DnsSilent, "DNS-TIMEOUT", "P1"),
        (F::DnsIcmp, "DNS-UNREACH", "P1"),
        (F::NoAddress(3), "DNS-AMISSING", "P1"),
        (F::NoAddress(0), "DNS-AMISSING", "P1"),
        (F::PingSilent, "PING-NOREPLY", "P2"),
        (F::PingIcmp(3), "PING-ICMP", "P2"),
        (F::PingIcmp(13), "PING-ICMP", "P2"),
        (F::PingIcmp(1), "PING-NOREPLY", "P2"),
        (F::PingEmpty, "PING-EMPTY", "P2"),
        (F::PingPaused, "PING-PAUSED", "P2"),
        (F::PingOld, "PING-NT4EMU", "P2"),
        (F::PingDomain, "PING-DOMAIN", "P2"),
        (F::PingFlags(0x0001_f3ed), "PING-FLAGS", "P2"),
        (krb(Logon, 6), "KRB-CLIENT", "P3K"),
        (krb(Ticket, 7), "KRB-SPN", "P3K"),
        (krb(Logon, 12), "KRB-POLICY", "P3K"),
        (krb(Ticket, 12), "KRB-POLICY", "P3K"),
        (krb(Logon, 14), "KRB-ETYPE", "P3K"),
        (krb(Ticket, 14), "KRB-ETYPE", "P3K"),
        (krb(Logon, 18), "KRB-REVOKED", "P3K"),
        (F::Kerberos(Logon, 18, Some(0xc000_0072)), "KRB-REVOKED", "P3K"),
        (F::Kerberos(Logon, 18, Some(0xc000_0234)), "KRB-REVOKED", "P3K"),
        (krb(Logon, 23), "KRB-PWEXPIRED", "P3K"),
        (krb(Logon, 24), "KRB-PREAUTH", "P3K"),
        (F::Skew(900), "KRB-SKEW", "P3K"),
        (F::Skew(-900), "KRB-SKEW", "P3K"),
        (krb(Session, 37), "KRB-SKEW", "P3K"),
        (krb(Session, 41), "KRB-MODIFIED", "P3K"),
        (krb(Ticket, 61), "KRB-TOKEN", "P3K"),
        (F::KerberosUdpSilent, "KRB-NOKDC", "P3K"),
        (F::SmbTree(0xc000_00cc), "SMB-BADNETNAME", "P3"),
        (F::SmbTree(0xc000_00d0), "SMB-NOCONN", "P3"),
        (F::SmbTree(DENIED), "SMB-DENIED", "P3"),
        (F::SmbPipe(0xc000_0034), "SAMR-UNAVAIL", "P4"),
        (F::SmbPipe(0xc000_00ac), "SAMR-UNAVAIL", "P4"),
        (F::SmbPipe(DENIED), "SMB-DENIED", "P4"),
        (
            F::LdapBind(
                8,
                "00002028: LdapErr: DSID-0C090276, comment: The server requires binds to turn on integrity checking if SSL\\TLS are not already active on the connection, data 0, v4f7c",
            ),
            "LDAP-STRONG",
            "P5",
        ),
        (
            bind(
                "80090346: LdapErr: DSID-0C090579, comment: AcceptSecurityContext error, data 80090346, v4f7c",
            ),
            "LDAP-STRONG",
            "P5",
        ),
        (F::TlsAlert(48), "LDAPS-CERT", "P5"),
        (F::TlsAlert(45), "LDAPS-CERT", "P5"),
        (F::TlsAlert(40), "LDAPS-CLOSED", "P5"),
        (F::EpmStatus(0x16c9_a0d6), "RPC-EPMAP", "P6"),
        (F::BindNak(8), "RPC-BINDNAK", "P7"),
        (F::ChannelFault(5), "RPC-FAULT5", "P9"),
        (F::Samr(50, DENIED), "ACC-SAMRDENY", "P8"),
        (F::Samr(50, 0xc000_02e7), "LDAP-QUOTA", "P8"),
        (F::Samr(50, 0xc000_0063), "ACC-EXISTS", "P8"),
        (F::Samr(58, 0xc000_006c), "ACC-PWD", "P8"),
        (F::Reuse(false, DENIED), "ACC-REUSE", "P8"),
        (F::Reuse(false, 0), "ACC-REUSE", "P8"),
        (F::Authenticate(0xc000_0388), "NL-DOWNGRADE", "P9"),
        (F::Authenticate(0xc000_018b), "NL-NOTRUST", "P9"),
        (F::Authenticate(DENIED), "NL-BADCRED", "P9"),
        (F::KpasswdSilent, "UNX-KPASSWD", "P8"),
        (F::Vanished, "DC-VANISHED", "P5"),
    ];
    for (status, id) in [
        (0xc000_006d, "SMB-CREDS"),
        (0xc000_006a, "SMB-CREDS"),
        (0xc000_0064, "SMB-CREDS"),
        (0xc000_0234, "SMB-LOCKED"),
        (0xc000_0072, "SMB-DISABLED"),
        (0xc000_0071, "SMB-PWEXPIRED"),
        (0xc000_0224, "SMB-PWCHANGE"),
        (0xc000_0193, "SMB-ACCTEXPIRED"),
        (0xc000_006f, "SMB-HOURS"),
        (0xc000_0070, "SMB-WKSTA"),
        (0xc000_006e, "SMB-RESTRICT"),
        (0xc000_015b, "SMB-LOGONTYPE"),
        (0xc000_00bb, "SMB-NTLMDENY"),
        (0xc000_0418, "SMB-NTLMDENY"),
        (0xc000_00d0, "SMB-NOCONN"),
        (DENIED, "SMB-DENIED"),
    ] {
        all.push((F::SmbSetup(status), id, "P3"));
    }
    for text in [
        "80090308: LdapErr: DSID-0C09050F, comment: AcceptSecurityContext error, data 52e, v4f7c",
        "80090308: LdapErr: DSID-0C09050F, comment: AcceptSecurityContext error, data 525, v4f7c",
        "80090308: LdapErr: DSID-0C09050F, comment: AcceptSecurityContext error, data 530, v4f7c",
        "80090308: LdapErr: DSID-0C09050F, comment: AcceptSecurityContext error, data 532, v4f7c",
        "80090308: LdapErr: DSID-0C09050F, comment: AcceptSecurityContext error, data 533, v4f7c",
        "80090308: LdapErr: DSID-0C09050F, comment: AcceptSecurityContext error, data 701, v4f7c",
        "80090308: LdapErr: DSID-0C09050F, comment: AcceptSecurityContext error, data 773, v4f7c",
        "80090308: LdapErr: DSID-0C09050F, comment: AcceptSecurityContext error, data 775, v4f7c",
    ] {
        all.push((bind(text), "LDAP-CREDS", "P5"));
    }
    for wall in [Wall::Silence, Wall::Reset, Wall::ForeignReset, Wall::Prohibited] {
        for (port, id, phase) in [
            (445, "SMB-SYN", "P3"),
            (88, "KRB-88BLOCKED", "P3K"),
            (389, "LDAP-389", "P5"),
            (636, "LDAPS-636", "P5"),
            (135, "RPC-135", "P6"),
            (DRSUAPI_PORT, "RPC-DYN", "P7"),
            (464, "UNX-KPASSWD", "P8"),
            (NETLOGON_PORT, "RPC-DYN", "P9"),
        ] {
            all.push((F::Port(port, wall), id, phase));
        }
    }
    all.push((F::Port(445, Wall::HostUnreachable), "SMB-UNREACH", "P3"));
    all.push((F::Port(389, Wall::HostUnreachable), "LDAP-389", "P5"));
    all
}

/// What is wrong with the verdict on a join that fails; nothing when it is right.
fn misjudged(shots: &[Shot], id: &str, phase: &str) -> Option<String> {
    let report = report(shots);
    let [join] = &report.joins[..] else { return Some(format!("{} joins", report.joins.len())) };
    let Some(root) = &join.root else {
        return Some(format!("no root, {}, {:?}", join.outcome, told(join)));
    };
    if (root.id, root.phase, join.outcome) != (id, phase, "failed") {
        return Some(format!(
            "{} in {}, {}: {}; {:?}",
            root.id,
            root.phase,
            join.outcome,
            root.what,
            told(join)
        ));
    }
    let marked = |frame| shots.iter().any(|shot| shot.number == frame && shot.mark.is_some());
    let evidence: Vec<_> = root.evidence.iter().map(|evidence| evidence.frame).collect();
    if !evidence.iter().any(|frame| marked(*frame)) {
        let wanted: Vec<_> =
            shots.iter().filter(|shot| shot.mark.is_some()).map(|shot| shot.number).collect();
        return Some(format!("evidence {evidence:?} holds none of {wanted:?}"));
    }
    if let Some(missing) = evidence.iter().find(|frame| !shots.iter().any(|shot| shot.number == **frame)) {
        return Some(format!("evidence names frame {missing}, which is not there"));
    }
    let blamed: Vec<_> =
        join.findings.iter().filter(|finding| finding.role == "root").map(|finding| finding.id).collect();
    (blamed != [id]).then(|| format!("several roots: {blamed:?}"))
}

#[test]
fn each_failure_has_its_root() {
    let mut wrong = Vec::new();
    let failures = failures();
    for (fault, id, phase) in &failures {
        if let Some(what) = misjudged(&Plan::from(*fault).play(), id, phase) {
            wrong.push(format!("{fault:?}: wanted {id} in {phase}, got {what}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), failures.len(), wrong.join("\n"));
}

#[test]
fn beside_each_failure_the_unharmed_join_is_no_failure() {
    let mut plans: Vec<Plan> = Vec::new();
    for (fault, ..) in failures() {
        let plan = Plan::from(fault).unharmed();
        if !plans.contains(&plan) {
            plans.push(plan);
        }
    }
    // The normal errors: proof is asked for, and an answer does not fit into UDP.
    plans.push(Plan { udp_tickets: true, kpasswd: true, ..Plan::default() });
    plans.push(Plan { tls: true, reuse: true, ..Plan::default() });
    assert!(plans.len() >= 6);
    for plan in plans {
        assert_eq!(blemish(&plan.play()), None, "{plan:?}");
    }
}

/// A refusal stays a refusal when the client tries again and fails again, and is one finding's worth of
/// severity error.
#[test]
fn one_root_alone_is_an_error() {
    for (fault, id, _) in failures() {
        let report = report(&Plan::from(fault).play());
        for join in &report.joins {
            let errors = join.findings.iter().filter(|finding| finding.severity == "error").count();
            assert!(errors <= 1, "{fault:?} ({id}): {:?}", told(join));
        }
    }
}
