//! How each program is told to join, and how it tells that it did.

use super::{Command, Join};
use crate::domain;
use crate::host::{Program, Root};
use crate::site::Family;
use std::io::Result;
use std::path::Path;

/// A program that can join, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Tool {
    /// `net ads join` with Kerberos.
    NetAdsKerberos,
    /// `net ads join` with NTLM.
    NetAdsNtlm,
    /// `net ads join` with what works.
    NetAds,
    /// `net ads join` that registers its address in DNS.
    NetAdsDnsUpdate,
    /// `net rpc join`.
    NetRpc,
    /// `samba-tool domain join .. MEMBER`.
    SambaTool,
    /// `adcli join`.
    Adcli,
    /// `adcli join --use-ldaps`, which trusts any certificate.
    AdcliLdaps,
    /// `adcli join --use-ldaps`, which trusts no certificate.
    AdcliLdapsStrict,
    /// `realm join` with adcli.
    Realm,
    /// `realm join` with Samba.
    RealmSamba,
    /// `msktutil create`.
    Msktutil,
    /// impacket over SAMR.
    Impacket,
    /// The order of Windows: Kerberos over TCP alone.
    Winjoin,
    /// The same with NTLM.
    WinjoinNtlm,
    /// The same; Kerberos begins with UDP.
    WinjoinUdp,
    /// The same; Kerberos with RC4 alone.
    WinjoinRc4,
    /// The same; LDAP makes the account, as in Windows 10 and later.
    WinjoinLdap,
    /// The same; an account that exists isn't used again.
    WinjoinNoReuse,
    /// The same with SMB 3 encryption.
    WinjoinEncrypted,
    /// The same; SMB 2.1 is the newest dialect.
    WinjoinOldDialect,
    /// The same; LDAP isn't signed.
    WinjoinPlainLdap,
    /// The same; the secure channel is tried with a wrong machine password.
    WinjoinWrongMachinePassword,
    /// The same; segments that vanish aren't sent in smaller pieces.
    WinjoinNoProbe,
}

const WINJOIN: (&str, &str) = ("/usr/local/bin/winjoin", include_str!("../../clients/winjoin.py"));
const IMPACKET: (&str, &str) =
    ("/usr/local/bin/impacket_join", include_str!("../../clients/impacket_join.py"));

impl Tool {
    /// All of them.
    pub const ALL: [Self; 24] = [
        Self::NetAdsKerberos,
        Self::NetAdsNtlm,
        Self::NetAds,
        Self::NetAdsDnsUpdate,
        Self::NetRpc,
        Self::SambaTool,
        Self::Adcli,
        Self::AdcliLdaps,
        Self::AdcliLdapsStrict,
        Self::Realm,
        Self::RealmSamba,
        Self::Msktutil,
        Self::Impacket,
        Self::Winjoin,
        Self::WinjoinNtlm,
        Self::WinjoinUdp,
        Self::WinjoinRc4,
        Self::WinjoinLdap,
        Self::WinjoinNoReuse,
        Self::WinjoinEncrypted,
        Self::WinjoinOldDialect,
        Self::WinjoinPlainLdap,
        Self::WinjoinWrongMachinePassword,
        Self::WinjoinNoProbe,
    ];

    /// The files of a client that has this tool, made when they aren't there yet below `cache`.
    ///
    /// # Errors
    /// When they can't be made.
    pub fn root(self, cache: &Path) -> Result<Root> {
        domain::root::of(cache)
    }

    /// How this tool joins.
    #[must_use]
    pub fn command(self, join: &Join<'_>) -> Command {
        let mut files = self.files(join);
        let mut program = self.program(join);
        for (path, script) in [WINJOIN, IMPACKET] {
            if program.argv.iter().any(|word| word == path) {
                files.push((path.to_owned(), script.to_owned()));
            }
        }
        if join.clock != 0 {
            program = domain::with_clock(program, join.clock);
        }
        Command { files, program }
    }

    /// Whether what it wrote, with this exit status, says that the client has joined.
    #[must_use]
    pub fn joined(self, status: Option<i32>, output: &str) -> bool {
        let ended_well = status == Some(0);
        match self {
            Self::NetAdsKerberos | Self::NetAdsNtlm | Self::NetAds | Self::NetAdsDnsUpdate | Self::NetRpc => {
                output.contains("Joined '")
            }
            Self::SambaTool => ended_well && output.contains("Joined domain"),
            Self::Impacket => ended_well && output.contains("created "),
            Self::Adcli
            | Self::AdcliLdaps
            | Self::AdcliLdapsStrict
            | Self::Realm
            | Self::RealmSamba
            | Self::Msktutil => ended_well,
            Self::Winjoin
            | Self::WinjoinNtlm
            | Self::WinjoinUdp
            | Self::WinjoinRc4
            | Self::WinjoinLdap
            | Self::WinjoinNoReuse
            | Self::WinjoinEncrypted
            | Self::WinjoinOldDialect
            | Self::WinjoinPlainLdap
            | Self::WinjoinWrongMachinePassword
            | Self::WinjoinNoProbe => ended_well && output.contains("NetpDoDomainJoin: status: 0x0\n"),
        }
    }

    /// The option of `winjoin` that this tool is, if it is `winjoin`.
    fn winjoin(self) -> Option<&'static [&'static str]> {
        Some(match self {
            Self::Winjoin => &[],
            Self::WinjoinNtlm => &["--ntlm"],
            Self::WinjoinUdp => &["--udp"],
            Self::WinjoinRc4 => &["--rc4"],
            Self::WinjoinLdap => &["--ldap-account"],
            Self::WinjoinNoReuse => &["--no-reuse"],
            Self::WinjoinEncrypted => &["--encrypt"],
            Self::WinjoinOldDialect => &["--max-dialect=SMB2_10"],
            Self::WinjoinPlainLdap => &["--plain-ldap"],
            Self::WinjoinWrongMachinePassword => &["--wrong-machine-password"],
            Self::WinjoinNoProbe => &["--no-probe"],
            _ => return None,
        })
    }

    fn program(self, join: &Join<'_>) -> Program {
        let Join { site, user, password, domain, .. } = join;
        let realm = domain.to_uppercase();
        let full = format!("{}.{domain}", site.client);
        let who = format!("--user={user}%{password}");
        let shell = |script: String| Program::new(["sh".to_owned(), "-c".to_owned(), script]);
        if let Some(options) = self.winjoin() {
            let family = match site.family {
                Family::V4 => "4",
                Family::V6 => "6",
                Family::Both => "46",
            };
            let words = [
                "python3".to_owned(),
                WINJOIN.0.to_owned(),
                format!("--domain={domain}"),
                format!("--dns={}", site.dc_address()),
                format!("--computer={}", site.client),
                format!("--user={user}"),
                format!("--password={password}"),
                format!("--family={family}"),
            ];
            return Program::new(words.into_iter().chain(options.iter().map(|&option| option.to_owned())));
        }
        let net = |options: &[&str]| {
            let words = ["net", "ads", "join", &who].into_iter().chain(options.iter().copied());
            Program::new(words.collect::<Vec<_>>())
        };
        let adcli = |options: &[&str]| {
            let machine = [
                format!("--domain={domain}"),
                format!("--host-fqdn={full}"),
                format!("--computer-name={}", site.client.to_uppercase()),
                format!("--login-user={user}"),
            ];
            let words = ["adcli", "join", "--verbose", "--stdin-password"].map(str::to_owned);
            let options = options.iter().map(|&option| option.to_owned());
            Program::new(words.into_iter().chain(machine).chain(options)).stdin(*password)
        };
        let realmd = |software: &str, client: &str| {
            // Without `--install` it asks a system bus for a service that would have to run.
            let words = [
                "realm".to_owned(),
                "join".to_owned(),
                "--verbose".to_owned(),
                "--install=/".to_owned(),
                format!("--membership-software={software}"),
                format!("--client-software={client}"),
                format!("--user={user}"),
                (*domain).to_owned(),
            ];
            Program::new(words).stdin(*password)
        };
        match self {
            Self::NetAdsNtlm => net(&["--use-kerberos=off", "--no-dns-updates"]),
            Self::NetAds => net(&["--use-kerberos=desired", "--no-dns-updates"]),
            Self::NetAdsDnsUpdate => net(&["--use-kerberos=required"]),
            Self::NetRpc => Program::new(["net", "rpc", "join", &who, "-S", &site.dc_name()]),
            Self::SambaTool => Program::new(["samba-tool", "domain", "join", domain, "MEMBER", &who]),
            Self::Adcli => adcli(&[]),
            Self::AdcliLdaps | Self::AdcliLdapsStrict => adcli(&["--use-ldaps"]),
            Self::Realm => realmd("adcli", "sssd"),
            Self::RealmSamba => realmd("samba", "winbind"),
            Self::Msktutil => shell(format!(
                "kinit {user}@{realm} && exec msktutil create --verbose --no-reverse-lookups --service host \
                 --computer-name {} --hostname {full}",
                site.client.to_uppercase()
            ))
            .stdin(*password),
            Self::Impacket => Program::new([
                "python3".to_owned(),
                IMPACKET.0.to_owned(),
                format!("--dc={}", site.dc_name()),
                format!("--netbios={}", site.netbios),
                format!("--computer={}", site.client),
                format!("--user={user}"),
                format!("--password={password}"),
            ]),
            // All of `winjoin` have returned above.
            _ => net(&["--use-kerberos=required", "--no-dns-updates"]),
        }
    }

    fn files(self, join: &Join<'_>) -> Vec<(String, String)> {
        let Join { site, domain, .. } = join;
        let realm = domain.to_uppercase();
        let (address, host) = (site.client_address(), &site.client);
        let mut files = vec![
            ("/etc/hosts".to_owned(), format!("127.0.0.1 localhost\n{address} {host}.{domain} {host}\n")),
            (
                "/etc/resolv.conf".to_owned(),
                format!("search {domain}\nnameserver {}\noptions timeout:3 attempts:2\n", site.dc_address()),
            ),
            (
                "/etc/krb5.conf".to_owned(),
                format!(
                    "[libdefaults]\n default_realm = {realm}\n dns_lookup_kdc = true\n dns_lookup_realm = false\n \
                     udp_preference_limit = 1\n rdns = false\n kdc_timesync = 0\n"
                ),
            ),
        ];
        let members = format!(
            "[global]\n workgroup = {}\n realm = {realm}\n security = ads\n kerberos method = secrets and keytab\n \
             name resolve order = lmhosts host\n",
            site.netbios
        );
        let smb_conf = match self {
            // It refuses a machine whose settings name a domain.
            Self::Realm | Self::RealmSamba => "[global]\n security = user\n".to_owned(),
            _ => members,
        };
        files.push(("/etc/samba/smb.conf".to_owned(), smb_conf));
        if self == Self::NetRpc {
            // It looks the domain up by its NetBIOS name.
            let dc = site.dc_address();
            let lines = format!("{dc} {}#1c\n{dc} {}#20\n", site.netbios, site.dc.to_uppercase());
            files.push(("/etc/samba/lmhosts".to_owned(), lines));
        }
        let trust = if self == Self::AdcliLdaps { "never" } else { "demand" };
        files.push(("/etc/ldap/ldap.conf".to_owned(), format!("TLS_REQCERT {trust}\n")));
        files
    }
}
