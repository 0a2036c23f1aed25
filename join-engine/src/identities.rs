//! Whom a capture names: what must be replaced where a report goes to strangers.

use std::collections::HashSet;
use std::net::IpAddr;

use crate::speak::Names;
use crate::story::{Aside, Client, Fact, Proof, Story};

/// Most names and addresses of one kind.
const MAX_OF_KIND: usize = 1 << 16;

/// Services that are the same in every network.
const USUAL_CLASSES: [&str; 20] = [
    "cifs",
    "host",
    "ldap",
    "gc",
    "http",
    "dns",
    "krbtgt",
    "kadmin",
    "rpcss",
    "rpc",
    "termsrv",
    "wsman",
    "mssqlsvc",
    "restrictedkrbhost",
    "nfs",
    "ftp",
    "smtp",
    "imap",
    "protectedstorage",
    "e3514235-4b06-11d1-ab04-00c04fc2dcd2",
];

/// The names and addresses that a report or a ladder may show, in the order of their first appearance.
///
/// They are as the capture has them: a host may be a short name or a full one, a domain may be a DNS or a
/// NetBIOS name.
#[derive(Clone, Debug, Default)]
pub struct Identities {
    /// Addresses of clients, servers, and routers that sent errors.
    pub addresses: Vec<IpAddr>,
    /// Names of domains and zones.
    pub domains: Vec<String>,
    /// Names of hosts.
    pub hosts: Vec<String>,
    /// Names of accounts, without their domains.
    pub users: Vec<String>,
    /// Other names: of sites, shares, organisational units.
    pub others: Vec<String>,
    /// There are names that are missing here: of a kind there are more than 65,536.
    pub more_names: bool,
}

/// All that was named.
/// `found` are those that were named before, by what is forgotten now.
pub(crate) fn identities(mut found: Collector, story: &Story, names: &Names) -> Identities {
    for client in story.clients() {
        found.client(client, story);
    }
    let mut known: Vec<&str> = names.all().collect();
    known.sort_unstable();
    for name in known {
        found.host(name);
    }
    found.all
}

/// Whom messages name, each once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Collector {
    all: Identities,
    addresses: HashSet<IpAddr>,
    names: HashSet<(u8, String)>,
}

impl Collector {
    /// All that a client was told, and who it is.
    pub(crate) fn client(&mut self, client: &Client, story: &Story) {
        self.address(client.address);
        for said in story.asides(client.address) {
            self.aside(&said.aside);
        }
        for contact in &client.contacts {
            self.address(contact.server.address);
            if let Some(icmp) = contact.icmp {
                self.address(icmp.from);
            }
            for told in &contact.facts {
                self.fact(&told.fact);
            }
        }
    }

    pub(crate) fn address(&mut self, address: IpAddr) {
        if self.all.addresses.len() < MAX_OF_KIND && self.addresses.insert(address) {
            self.all.addresses.push(address);
        }
    }

    fn add(&mut self, kind: u8, name: &str) {
        let name = name.trim_matches(|c: char| c == '.' || c.is_whitespace() || c == '\0');
        let list = match kind {
            0 => &mut self.all.domains,
            1 => &mut self.all.hosts,
            2 => &mut self.all.users,
            _ => &mut self.all.others,
        };
        if name.is_empty() || name.parse::<IpAddr>().is_ok() {
            return;
        }
        let known = (kind, name.to_lowercase());
        if list.len() >= MAX_OF_KIND {
            self.all.more_names |= !self.names.contains(&known);
        } else if self.names.insert(known) {
            list.push(name.to_owned());
        }
    }

    fn domain(&mut self, name: &str) {
        self.add(0, name);
    }

    pub(crate) fn host(&mut self, name: &str) {
        self.add(1, name);
    }

    fn aside(&mut self, aside: &Aside) {
        match aside {
            Aside::Address { host: name, address } | Aside::Pointer { address, name } => {
                self.host(name);
                self.address(*address);
            }
            Aside::NetbiosAsked { name, .. } => self.host(name),
            Aside::NetbiosTold { name, from, owner, .. } => {
                self.host(name);
                self.address(*from);
                self.address(*owner);
            }
            Aside::Fragmented { server, .. } => self.address(server.address),
            Aside::Spoke { server } => self.address(*server),
        }
    }

    fn fact(&mut self, fact: &Fact) {
        match fact {
            Fact::DnsLocate { domain, .. } => self.domain(domain),
            Fact::DnsAddress { host, .. } => self.host(host),
            Fact::DnsAnswer { about, locator: true, .. } => self.domain(about),
            Fact::DnsAnswer { about, .. } => self.host(about),
            Fact::DnsUpdate { zone } | Fact::DnsUpdated { zone, .. } => self.domain(zone),
            Fact::Ping { domain, host, user } => {
                self.domain(domain);
                self.host(host);
                self.account(user);
            }
            Fact::PingAnswer { domain, host, .. } => {
                self.domain(domain);
                self.host(host.trim_start_matches('\\'));
            }
            Fact::SmbSetup { proof } | Fact::LdapBind { proof } | Fact::RpcBind { proof, .. } => {
                match proof {
                    Some(Proof::Kerberos(service)) => self.service(service),
                    Some(Proof::Ntlm(Some(account))) => self.account(account),
                    _ => {}
                }
            }
            Fact::SmbTree { path } | Fact::SmbTreeAnswer { path, .. } => self.path(path),
            Fact::AsReq { cname, .. } => self.principal(cname),
            Fact::AsRep { cname, sname } | Fact::KrbError { sname, cname, .. } => {
                self.principal(cname);
                self.service(sname);
            }
            Fact::TgsReq { sname } | Fact::TgsRep { sname } => self.service(sname),
            Fact::LdapWrite { dn, .. } => self.distinguished(dn),
            _ => {}
        }
    }

    /// `user`, `HOST$`, `DOMAIN\user`, `user@domain`.
    fn account(&mut self, account: &str) {
        let (domain, name) = account.split_once('\\').unwrap_or(("", account));
        let (name, realm) = name.split_once('@').unwrap_or((name, ""));
        self.domain(domain);
        self.domain(realm);
        match name.strip_suffix('$') {
            Some(host) => self.host(host),
            None => self.add(2, name),
        }
    }

    /// The name of a client: an account, or a service of a host.
    fn principal(&mut self, name: &str) {
        if name.contains('/') { self.service(name) } else { self.account(name) }
    }

    /// `class/host:port/name@REALM`.
    fn service(&mut self, name: &str) {
        let (name, realm) = name.split_once('@').unwrap_or((name, ""));
        self.domain(realm);
        let mut parts = name.split('/');
        let class = parts.next().unwrap_or_default();
        let Some(first) = parts.next() else { return self.account(class) };
        if !USUAL_CLASSES.iter().any(|usual| class.eq_ignore_ascii_case(usual)) {
            self.add(3, class);
        }
        if class.eq_ignore_ascii_case("krbtgt") || class.eq_ignore_ascii_case("kadmin") {
            self.domain(first);
        } else {
            self.host(first.split(':').next().unwrap_or_default());
        }
        for rest in parts {
            self.domain(rest);
        }
    }

    /// `\\host\share`.
    fn path(&mut self, path: &str) {
        let mut parts = path.split('\\').filter(|part| !part.is_empty());
        self.host(parts.next().unwrap_or_default());
        for share in parts.filter(|share| !share.ends_with('$')) {
            if !["sysvol", "netlogon"].iter().any(|known| share.eq_ignore_ascii_case(known)) {
                self.add(3, share);
            }
        }
    }

    /// `CN=PC8,OU=Branch,DC=contoso,DC=local`.
    fn distinguished(&mut self, dn: &str) {
        const USUAL: [&str; 10] = [
            "computers",
            "users",
            "configuration",
            "schema",
            "system",
            "domain controllers",
            "sites",
            "servers",
            "services",
            "ntds settings",
        ];
        let mut domain: Vec<&str> = Vec::new();
        for part in dn.split(',') {
            let Some((kind, value)) = part.trim().split_once('=') else { continue };
            let value = value.trim();
            if kind.eq_ignore_ascii_case("dc") {
                domain.push(value);
            } else if !USUAL.iter().any(|usual| value.eq_ignore_ascii_case(usual)) {
                self.add(3, value);
            }
        }
        self.domain(&domain.join("."));
    }
}

#[cfg(test)]
mod tests {
    use super::{Collector, MAX_OF_KIND};

    #[test]
    fn names_beyond_the_limit_are_not_forgotten_silently() {
        let mut found = Collector::default();
        for number in 0..MAX_OF_KIND {
            found.host(&format!("pc{number}"));
        }
        found.host("PC7");
        found.domain("corp.example");
        assert!(!found.all.more_names, "all of them are here");
        found.host("onemore");
        assert!(found.all.more_names);
        assert_eq!(found.all.hosts.len(), MAX_OF_KIND);
    }
}
