//! Stand-ins for names and addresses, the same one for the same name wherever it stands.

use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use join_engine::Identities;
use join_engine::catalogue;
use join_engine::ladder::Ladder;
use join_engine::report::{Host, Report};
use join_engine::sides::Sides;

use crate::netsetup::LogReport;

/// Names in a locator's record that are the same in every domain.
const USUAL_LABELS: [&str; 7] =
    ["dc", "gc", "pdc", "domains", "forestdnszones", "domaindnszones", "default-first-site-name"];

/// Labels that a locator puts before a domain, which name nobody. Any other may be a name, underscore or not.
const LOCATOR_LABELS: [&str; 8] =
    ["_ldap", "_kerberos", "_kpasswd", "_gc", "_tcp", "_udp", "_msdcs", "_sites"];

/// What stands for a sentence that may hold a name which nobody knows.
const LEFT_OUT: &str = "left out, because there are more names than can be replaced";

/// Replaces names and addresses.
#[derive(Debug)]
pub(crate) struct Mask {
    /// Stand-ins of names in lower case.
    names: HashMap<String, String>,
    /// Lengths of those names, in characters, by their first one; the longest first.
    lengths: HashMap<char, Vec<usize>>,
    addresses: HashMap<IpAddr, IpAddr>,
    /// What the capture has: no stand-in may be one of these.
    taken_addresses: HashSet<IpAddr>,
    taken_names: HashSet<String>,
    /// Full names of domains in lower case.
    domains: HashSet<String>,
    /// The last number of each kind of stand-in.
    counts: HashMap<&'static str, u32>,
    v4: u32,
    v6: u32,
    /// The capture has names that are not known here. Who is told of is known all the same; sentences are left out.
    more_names: bool,
}

impl Mask {
    /// Stand-ins for all that a capture names; the hosts of joins are called clients and controllers.
    pub(crate) fn new(known: &Identities, report: &Report) -> Self {
        let mut mask = Self {
            names: HashMap::new(),
            lengths: HashMap::new(),
            addresses: HashMap::new(),
            taken_addresses: known.addresses.iter().copied().collect(),
            taken_names: [&known.domains, &known.hosts, &known.users, &known.others]
                .into_iter()
                .flatten()
                .map(|name| name.to_lowercase())
                .collect(),
            domains: HashSet::new(),
            counts: HashMap::new(),
            v4: 0,
            v6: 0,
            more_names: known.more_names,
        };
        for join in &report.joins {
            mask.domain(join.domain.as_deref().unwrap_or_default());
        }
        // A host may be named where a domain belongs.
        let hosts: HashSet<String> = report
            .joins
            .iter()
            .flat_map(|join| [Some(&join.client), join.dc.as_ref()])
            .filter_map(|host| host?.name.as_deref().map(key))
            .collect();
        for domain in known.domains.iter().filter(|domain| !hosts.contains(&key(domain))) {
            mask.domain(domain);
        }
        for join in &report.joins {
            mask.host("client", &join.client);
            if let Some(dc) = &join.dc {
                mask.host("dc", dc);
            }
        }
        for join in &report.brief {
            mask.host("client", &join.client);
        }
        for join in &report.joins {
            mask.add("user", join.account.as_deref().unwrap_or_default());
        }
        for user in &known.users {
            mask.add("user", user);
        }
        for host in &known.hosts {
            mask.host_name("host", host);
        }
        for other in &known.others {
            mask.add("name", other);
        }
        mask
    }

    /// The stand-in of a file's name.
    pub(crate) fn file(index: usize) -> String {
        format!("capture-{}", index.saturating_add(1))
    }

    /// Replaces all of them in a report.
    pub(crate) fn report(&mut self, report: &mut Report) {
        for (index, file) in report.capture.files.iter_mut().enumerate() {
            *file = Self::file(index);
        }
        for quality in &mut report.capture.quality {
            quality.text = self.text(&quality.text);
        }
        for join in &mut report.brief {
            join.client.address = self.text(&join.client.address);
            self.option(&mut join.client.name);
        }
        for join in &mut report.joins {
            for host in [Some(&mut join.client), join.dc.as_mut()].into_iter().flatten() {
                host.address = self.text(&host.address);
                self.option(&mut host.name);
            }
            self.option(&mut join.domain);
            self.option(&mut join.account);
            join.next_expected.iter_mut().for_each(|next| self.sentence(next));
            self.sentence(&mut join.credentials_why);
            for finding in join.root.iter_mut().chain(&mut join.findings) {
                match catalogue::by_name(finding.id) {
                    Some((_, entry)) if self.more_names => entry.what.clone_into(&mut finding.what),
                    _ => self.sentence(&mut finding.what),
                }
                for seen in &mut finding.evidence {
                    self.sentence(&mut seen.shows);
                }
            }
        }
    }

    /// Replaces all of them in a ladder.
    pub(crate) fn ladder(&mut self, ladder: &mut Ladder) {
        for host in &mut ladder.hosts {
            self.host_name("host", host.name.as_deref().unwrap_or_default());
            host.address = self.text(&host.address);
            self.option(&mut host.name);
        }
        for step in &mut ladder.steps {
            self.sentence(&mut step.label);
        }
    }

    /// Replaces all of them in a comparison of two sides.
    pub(crate) fn sides(&mut self, sides: &mut Sides) {
        self.sentence(&mut sides.conclusion);
        for difference in &mut sides.differences {
            self.sentence(&mut difference.what);
        }
    }

    /// Replaces all of them in a log. Its lines name more than what was understood of them.
    pub(crate) fn log(&mut self, log: &mut LogReport) {
        for notice in log.passes.iter().flat_map(|pass| &pass.notices) {
            self.learn(&notice.text);
        }
        "Netsetup.log".clone_into(&mut log.file);
        for text in [&mut log.clock_why, &mut log.together].into_iter().flatten() {
            self.sentence(text);
        }
        for problem in &mut log.problems {
            self.sentence(problem);
        }
        for pass in &mut log.passes {
            for text in [&mut pass.machine, &mut pass.domain, &mut pass.account, &mut pass.dc] {
                self.option(text);
            }
            for notice in &mut pass.notices {
                self.sentence(&mut notice.text);
            }
        }
    }

    /// Gives stand-ins to what looks like a name: quoted, in a path, of an account, distinguished, or dotted.
    fn learn(&mut self, text: &str) {
        for quoted in text.split('\'').skip(1).step_by(2).filter(|quoted| !quoted.contains(' ')) {
            self.learn_word(quoted);
            if quoted.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '$')) {
                self.add("name", quoted);
            }
        }
        for word in text.split(|c: char| c.is_whitespace() || "'\"()<>;".contains(c)) {
            self.learn_word(word.trim_end_matches([':', ',', '.']));
        }
    }

    fn learn_word(&mut self, word: &str) {
        const FILES: [&str; 7] = ["dll", "exe", "sys", "inf", "log", "txt", "mui"];
        if word.contains('=') {
            for part in word.split(',').filter_map(|part| part.split_once('=')) {
                self.add("name", part.1);
            }
        } else if let Some(path) = word.strip_prefix(r"\\") {
            self.host_name("host", path.split('\\').next().unwrap_or_default());
        } else if let Some((domain, user)) = word.split_once('\\') {
            self.domain(domain);
            self.add("user", user);
        } else if let Some((user, domain)) = word.split_once('@') {
            self.domain(domain);
            self.add("user", user);
        } else if word.ends_with('$') {
            self.host_name("host", word);
        } else if let Some((_, last)) = word.rsplit_once('.') {
            let is_name = word.split('.').all(|label| !label.is_empty() && !label.contains(['[', ']', '/']));
            if is_name && last.chars().all(char::is_alphabetic) && !FILES.contains(&&*last.to_lowercase()) {
                self.host_name("host", word);
            }
        }
    }

    fn option(&mut self, text: &mut Option<String>) {
        if let Some(text) = text {
            *text = self.text(text);
        }
    }

    /// Replaces all of them in a sentence of the report.
    fn sentence(&mut self, sentence: &mut String) {
        *sentence = if self.more_names { LEFT_OUT.to_owned() } else { self.text(sentence) };
    }

    /// Replaces all of them in a text.
    pub(crate) fn text(&mut self, text: &str) -> String {
        let chars: Vec<char> = text.chars().collect();
        let mut masked = String::with_capacity(text.len());
        let mut rest = chars.as_slice();
        let mut inside_word = false;
        while let Some((first, behind)) = rest.split_first() {
            let found = if inside_word { None } else { self.address_at(rest).or_else(|| self.name_at(rest)) };
            if let Some((length, stand_in)) = found {
                masked.push_str(&stand_in);
                rest = rest.get(length..).unwrap_or_default();
                inside_word = true;
                continue;
            }
            masked.push(*first);
            inside_word = first.is_alphanumeric();
            rest = behind;
        }
        masked
    }

    /// An address at the beginning, and what stands for it.
    fn address_at(&mut self, text: &[char]) -> Option<(usize, String)> {
        let run =
            text.iter().take(64).take_while(|c| c.is_ascii_hexdigit() || matches!(c, '.' | ':')).count();
        let mut length = run;
        while length > 2 {
            let word: String = text.get(..length)?.iter().collect();
            let ends = text.get(length).is_none_or(|c| !c.is_alphanumeric());
            if let Some(address) = word.parse::<IpAddr>().ok().filter(|_| ends) {
                return Some((length, self.address(address).to_string()));
            }
            // A full stop, or a port behind it.
            length = word.rfind(['.', ':'])?;
        }
        None
    }

    /// The longest known name at the beginning, and what stands for it.
    fn name_at(&self, text: &[char]) -> Option<(usize, String)> {
        let first = lower(*text.first()?);
        for length in self.lengths.get(&first)? {
            let Some(word) = text.get(..*length) else { continue };
            if text.get(*length).is_some_and(|c| c.is_alphanumeric()) {
                continue;
            }
            let word: String = word.iter().copied().map(lower).collect();
            if let Some(stand_in) = self.names.get(&word) {
                return Some((*length, stand_in.clone()));
            }
        }
        None
    }

    /// The stand-in of an address: from the blocks that are set apart for documentation, as far as they go.
    fn address(&mut self, address: IpAddr) -> IpAddr {
        if let Some(known) = self.addresses.get(&address) {
            return *known;
        }
        loop {
            let stand_in = match address {
                IpAddr::V4(_) => {
                    self.v4 = self.v4.saturating_add(1);
                    IpAddr::V4(documentation(self.v4))
                }
                IpAddr::V6(_) => {
                    self.v6 = self.v6.saturating_add(1);
                    let base = u128::from(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0));
                    IpAddr::V6(Ipv6Addr::from(base | u128::from(self.v6)))
                }
            };
            if !self.taken_addresses.contains(&stand_in) {
                self.addresses.insert(address, stand_in);
                return stand_in;
            }
        }
    }

    /// The next stand-in of a kind that is not itself a name of the capture.
    fn next(&mut self, kind: &'static str) -> String {
        loop {
            let count = self.counts.entry(kind).or_insert(0);
            *count = count.saturating_add(1);
            let stand_in = format!("{kind}-{count}");
            if !self.taken_names.contains(&stand_in.to_lowercase()) {
                return stand_in;
            }
        }
    }

    /// Gives a name a stand-in of its own, unless it has one. A single letter is no secret, and would take
    /// every such word of a sentence with it.
    fn add(&mut self, kind: &'static str, name: &str) -> Option<String> {
        let name = key(name);
        if name.chars().count() < 2 {
            return None;
        }
        if let Some(known) = self.names.get(&name) {
            return Some(known.clone());
        }
        let stand_in = self.next(kind);
        self.put(name, stand_in.clone());
        Some(stand_in)
    }

    fn put(&mut self, name: String, stand_in: String) {
        let Some(first) = name.chars().next() else { return };
        let length = name.chars().count();
        let lengths = self.lengths.entry(first).or_default();
        if let Err(at) = lengths.binary_search_by(|known| length.cmp(known)) {
            lengths.insert(at, length);
        }
        self.names.entry(name).or_insert(stand_in);
    }

    /// A domain, in every way in which it is written.
    fn domain(&mut self, name: &str) {
        let full = key(name);
        let labels: Vec<&str> = full.split('.').collect();
        // What stands before the domain in a locator's name.
        let before = labels
            .iter()
            .rposition(|label| LOCATOR_LABELS.contains(label))
            .map_or(0, |at| at.saturating_add(1));
        for label in labels.iter().take(before) {
            if !LOCATOR_LABELS.contains(label) && !USUAL_LABELS.contains(label) {
                self.add("name", label);
            }
        }
        let labels = labels.get(before..).unwrap_or_default();
        let full = labels.join(".");
        if full.chars().count() < 2 || self.names.contains_key(&full) {
            return;
        }
        let kind = if full.ends_with(".arpa") { "reverse" } else { "DOMAIN" };
        let stand_in = self.next(kind);
        self.put(full.clone(), stand_in.clone());
        if kind == "reverse" {
            return;
        }
        self.put(format!("dc={}", labels.join(",dc=")), format!("DC={stand_in}"));
        // Its NetBIOS name is this label, mostly.
        if let Some(first) = labels.first().filter(|first| labels.len() > 1 && first.chars().count() > 1) {
            self.put((*first).to_owned(), stand_in);
        }
        if labels.len() > 1 {
            self.domains.insert(full);
        }
    }

    fn host(&mut self, kind: &'static str, host: &Host) {
        if let Ok(address) = host.address.parse() {
            self.address(address);
        }
        self.host_name(kind, host.name.as_deref().unwrap_or_default());
    }

    /// A host: its short name has the stand-in, its domain has one of its own.
    fn host_name(&mut self, kind: &'static str, name: &str) {
        let full = key(name);
        if full.ends_with(".arpa") {
            return self.domain(&full);
        }
        if self.names.contains_key(&full) {
            return;
        }
        // The longest domain that it ends with.
        let of_known = full.match_indices('.').find_map(|(at, _)| {
            let (short, domain) = full.split_at_checked(at)?;
            self.domains.contains(domain.strip_prefix('.')?).then_some(short)
        });
        let short = match (of_known, full.split_once('.')) {
            (Some(short), _) => short.to_owned(),
            (None, Some((short, domain))) => {
                self.domain(domain);
                short.to_owned()
            }
            (None, None) => full.clone(),
        };
        // Before a locator's labels stand words that are the same everywhere.
        let locator = short.split('.').any(|label| LOCATOR_LABELS.contains(&label));
        let usual =
            |label: &&str| locator && (LOCATOR_LABELS.contains(label) || USUAL_LABELS.contains(label));
        for label in short.split('.').filter(|label| !usual(label)) {
            self.add(kind, label);
        }
    }
}

/// How a name is compared: small letters, no dot or dollar sign at the end.
fn key(name: &str) -> String {
    name.trim_end_matches(['.', '$']).chars().map(lower).collect()
}

fn lower(c: char) -> char {
    let mut small = c.to_lowercase();
    match (small.next(), small.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

/// Address number `n` of the three blocks for documentation, then of the one for benchmarks.
fn documentation(n: u32) -> Ipv4Addr {
    const BLOCKS: [Ipv4Addr; 3] =
        [Ipv4Addr::new(192, 0, 2, 0), Ipv4Addr::new(198, 51, 100, 0), Ipv4Addr::new(203, 0, 113, 0)];
    const EACH: u32 = 254;
    let index = n.saturating_sub(1);
    let block = usize::try_from(index / EACH).ok().and_then(|block| BLOCKS.get(block));
    match block {
        Some(block) => Ipv4Addr::from(u32::from(*block) | (index % EACH).saturating_add(1)),
        None => Ipv4Addr::from(u32::from(Ipv4Addr::new(198, 18, 0, 0)) | (n % 0x1_ffff)),
    }
}

#[cfg(test)]
mod tests {
    use super::{Mask, documentation};
    use join_engine::{Engine, Identities};

    fn mask() -> Mask {
        let known = Identities {
            addresses: vec!["10.0.0.1".parse().unwrap(), "192.0.2.1".parse().unwrap()],
            domains: vec!["contoso.local".to_owned(), "CONTOSO".to_owned(), "child.contoso.local".to_owned()],
            hosts: vec!["dc1.contoso.local".to_owned(), "PC8".to_owned(), "web.other.example".to_owned()],
            users: vec!["bigadmin".to_owned(), "x".to_owned()],
            others: vec!["Branch".to_owned()],
            more_names: false,
        };
        Mask::new(&known, &Engine::new().report())
    }

    #[test]
    fn names_in_lines_of_a_log_are_learned() {
        let mut mask = mask();
        let lines = [
            r"NetpJoin: failed for 'FILIALE7' at \\dc9.berlin.example: 0x5",
            r"using 'BERLIN\otto', CN=KASSE,OU=Ost,DC=berlin,DC=example",
        ];
        for line in lines {
            mask.learn(line);
        }
        for line in lines {
            let masked = mask.text(line).to_lowercase();
            for secret in ["filiale7", "dc9", "berlin", "otto", "kasse", "ost,"] {
                assert!(!masked.contains(secret), "{secret} in {masked}");
            }
            assert!(masked.contains("netpjoin: failed") || masked.contains("using"));
        }
    }

    /// An underscore doesn't make a label a locator's.
    #[test]
    fn names_may_begin_with_underscores() {
        let hosts = ["_PC8x", "_a8x._b8x", "_pc8x.contoso.example", "dc1._corp7x.example"];
        let domains =
            ["_corp8x.example", "corp8x._y8", "_ldap._tcp._site9x._sites.dc._msdcs.contoso.example"];
        let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        let known = Identities { hosts: owned(&hosts), domains: owned(&domains), ..Identities::default() };
        let mut mask = Mask::new(&known, &Engine::new().report());
        for name in hosts.iter().chain(&domains) {
            let masked = mask.text(&format!("{name} and {name}")).to_lowercase();
            for secret in ["8x", "7x", "9x", "_y8", "contoso"] {
                assert!(!masked.contains(secret), "{secret} of {name} in {masked}");
            }
        }
        assert!(mask.text(domains[2]).starts_with("_ldap._tcp.name-"), "{}", mask.text(domains[2]));
    }

    #[test]
    fn names_are_replaced_wherever_they_stand() {
        let mut mask = mask();
        for (text, masked) in [
            ("cifs/DC1.contoso.local", "cifs/host-1.DOMAIN-1"),
            (r"\\dc1\IPC$, PC8$.", r"\\host-1\IPC$, host-2$."),
            (r"CONTOSO\bigadmin@CONTOSO.LOCAL", r"DOMAIN-1\user-1@DOMAIN-1"),
            ("CN=PC8,OU=Branch,DC=contoso,DC=local", "CN=host-2,OU=name-1,DC=DOMAIN-1"),
            ("web.other.example in child.contoso.local", "host-3.DOMAIN-3 in DOMAIN-2"),
            ("_ldap._tcp.dc._msdcs.contoso.local", "_ldap._tcp.dc._msdcs.DOMAIN-1"),
            ("PC80 and xPC8 are others, x too", "PC80 and xPC8 are others, x too"),
        ] {
            assert_eq!(mask.text(text), masked);
        }
    }

    #[test]
    fn addresses_are_replaced_by_those_for_documentation() {
        let mut mask = mask();
        // 192.0.2.1 is in the capture: it stands for nobody.
        assert_eq!(mask.text("TCP port 88 of 10.0.0.1."), "TCP port 88 of 192.0.2.2.");
        assert_eq!(mask.text("10.0.0.1:445 and 192.0.2.1"), "192.0.2.2:445 and 192.0.2.3");
        assert_eq!(mask.text("[fd00::7]:88, fe80::1"), "[2001:db8::1]:88, 2001:db8::2");
        assert_eq!(mask.text("FD00:0::7 again"), "2001:db8::1 again");
        assert_eq!(mask.text("0x52e, 1.2 s at 12:30:01, face: no"), "0x52e, 1.2 s at 12:30:01, face: no");
        assert_eq!(documentation(254).to_string(), "192.0.2.254");
        assert_eq!(documentation(255).to_string(), "198.51.100.1");
        assert_eq!(documentation(800).to_string(), "198.18.3.32");
    }

    /// With more names than are known, nobody is named all the same.
    #[test]
    fn names_that_nobody_knows_are_not_shown() {
        use adjoin_scenes::steps::{Ask, Fault, Plan};

        for fault in [None, Some(Fault::Kerberos(Ask::Ticket, 7, None)), Some(Fault::PingSilent)] {
            let mut engine = Engine::new();
            let plan = fault.map_or_else(Plan::default, Plan::from);
            for shot in plan.play() {
                engine.feed(&shot.frame());
            }
            engine.finish();
            let (mut report, mut ladders, all) = (engine.report(), engine.ladders(), engine.identities());
            assert!(!report.joins.is_empty() && !all.hosts.is_empty() && !all.domains.is_empty());
            let nobody = Identities { more_names: true, ..Identities::default() };
            let mut mask = Mask::new(&nobody, &report);
            mask.report(&mut report);
            ladders.iter_mut().for_each(|ladder| mask.ladder(ladder));
            let shown = format!("{}{}{ladders:?}", report.to_text(), report.to_json()).to_lowercase();
            for name in [all.domains, all.hosts, all.users, all.others].into_iter().flatten() {
                assert!(name.len() < 3 || !shown.contains(&name.to_lowercase()), "{name} in {shown}");
            }
            for address in all.addresses {
                assert!(!shown.contains(&address.to_string()), "{address} in {shown}");
            }
            assert!(shown.contains("client-1") && shown.contains(super::LEFT_OUT));
        }
    }
}
