//! Samba's `ndrdump`: what its generated decoders say of the stubs of calls, and of answers to LDAP pings.

use crate::messages::Message;
use adjoin_oracle::ledger::Ledger;
use adjoin_oracle::pdml::Item;
use adjoin_oracle::told::Told;
use adjoin_oracle::tshark::installed;
use std::collections::HashMap;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, fs, process};

/// Its name in a [`Ledger`].
pub(crate) const NAME: &str = "ndrdump";
/// The version whose faults the list has.
const LISTED: &str = "4.17.";

/// The `ndrdump` of this machine, and a folder for the octets that it reads.
pub(crate) struct Ndrdump {
    pub(crate) version: String,
    folder: PathBuf,
    files: AtomicU32,
    /// What it said of calls, as many are the same in many captures.
    said: Mutex<HashMap<Call, Option<String>>>,
}

/// A call by its interface, operation, octets, and those of its request when it is an answer; at last whether it
/// is read as NDR64.
type Call = (&'static str, String, Vec<u8>, Option<Vec<u8>>, bool);

impl Ndrdump {
    /// Looks for it; says so when it isn't there.
    pub(crate) fn find() -> Option<Self> {
        if !installed("ndrdump") {
            return None;
        }
        let output = Command::new("ndrdump").arg("--version").output().ok()?;
        let text = String::from_utf8_lossy(&output.stdout);
        let version = text.split_whitespace().nth(1)?.to_owned();
        let folder = env::temp_dir().join(format!("adjoin-ndrdump-{}", process::id()));
        fs::create_dir_all(&folder).ok()?;
        Some(Self { version, folder, files: AtomicU32::new(0), said: Mutex::default() })
    }

    pub(crate) fn is_listed(&self) -> bool {
        self.version.starts_with(LISTED)
    }

    /// Compares all calls and pings of a capture.
    pub(crate) fn compare(
        &self,
        ledger: &mut Ledger,
        name: &str,
        messages: &[Message],
    ) -> Result<(), String> {
        for message in messages.iter().filter(|message| message.whole) {
            let place = format!("{name} frame {}", message.frame);
            let (interface, family) = match message.heading {
                "adjoin.netlogon" => ("netlogon", "Netlogon call"),
                "adjoin.samr" => ("samr", "SAMR call"),
                "adjoin.lsa" => ("lsarpc", "LSA call"),
                "adjoin.epm" => ("epmapper", "endpoint mapper"),
                "adjoin.ldap_ping" => ("nbt", "answer to an LDAP ping"),
                _ => continue,
            };
            let Some(function) = function(message) else { continue };
            let Some((text, whole)) = self.ask(interface, &function, message)? else { continue };
            let mut theirs = if whole { vec![told(interface, message, &text)] } else { Vec::new() };
            // What was put in is nothing that it tells.
            if let Some(told) = theirs.first_mut().filter(|_| !message.told.has("dc_address")) {
                told.values.remove("dc_address");
            }
            ledger.compare_told(
                NAME,
                &place,
                family,
                &Item::default(),
                &theirs,
                std::slice::from_ref(&message.told),
            );
        }
        Ok(())
    }

    /// What it says of a message, and whether it could read it; nothing when it needs the request of an answer
    /// that wasn't captured.
    fn ask(
        &self,
        interface: &'static str,
        function: &str,
        message: &Message,
    ) -> Result<Option<(String, bool)>, String> {
        let is_call = interface != "nbt";
        if is_call && message.is_response() && message.request.is_none() {
            return Ok(None);
        }
        let mut first = String::new();
        let octets = if is_call { message.octets.clone() } else { with_all_parts(message) };
        for ndr64 in [false, true] {
            let call = (interface, function.to_owned(), octets.clone(), message.request.clone(), ndr64);
            let known = self.said.lock().map_err(|_| "a worker failed")?.get(&call).cloned();
            let said = match known {
                Some(said) => said,
                None => {
                    let said = self.run(&call, is_call.then_some(message.is_response()))?;
                    self.said.lock().map_err(|_| "a worker failed")?.insert(call, said.clone());
                    said
                }
            };
            match said {
                Some(text) if text.contains("dump OK") && unread(&text) < 8 => return Ok(Some((text, true))),
                other => first = other.unwrap_or(first),
            }
            if !is_call {
                break;
            }
        }
        Ok(Some((first, false)))
    }

    fn run(
        &self,
        (interface, function, octets, request, ndr64): &Call,
        answer: Option<bool>,
    ) -> Result<Option<String>, String> {
        let file = |octets: &[u8]| -> Result<PathBuf, String> {
            let path = self.folder.join(self.files.fetch_add(1, Ordering::Relaxed).to_string());
            fs::write(&path, octets).map_err(|error| format!("{}: {error}", path.display()))?;
            Ok(path)
        };
        let input = file(octets)?;
        let context = request.as_deref().map(file).transpose()?;
        let mut command = Command::new("ndrdump");
        if *ndr64 {
            command.arg("--ndr64");
        }
        if let Some(context) = &context {
            command.arg("--context-file").arg(context);
        }
        command.args([interface, function.as_str()]).arg(match answer {
            None => "struct",
            Some(false) => "in",
            Some(true) => "out",
        });
        let output =
            command.arg(&input).stdin(Stdio::null()).output().map_err(|error| format!("ndrdump: {error}"))?;
        for path in [Some(input), context].into_iter().flatten() {
            let _ = fs::remove_file(path);
        }
        Ok(Some(String::from_utf8_lossy(&output.stdout).into_owned()))
    }
}

impl Drop for Ndrdump {
    fn drop(&mut self) {
        // What can't be removed stays in the folder for temporary files; nothing depends on it.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// How many octets it left over. Fewer than eight may be padding; more are a sign of the other encoding.
fn unread(text: &str) -> usize {
    let count = text.split("WARNING! ").skip(1).filter_map(|rest| rest.split(' ').next()?.parse().ok());
    count.max().unwrap_or(0)
}

/// The answer to a ping with the parts that depend on the request, which it can't know, and takes for there:
/// in front of the last eight octets the server's address and the name of the next site.
fn with_all_parts(message: &Message) -> Vec<u8> {
    const ADDRESS: [u8; 17] = [16, 2, 0, 0, 0, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0];
    let at = message.octets.len().saturating_sub(8);
    let mut octets = message.octets[..at].to_vec();
    if !message.told.has("dc_address") {
        octets.extend(ADDRESS);
    }
    if !message.told.has("next_closest_site") {
        octets.push(0);
    }
    octets.extend(&message.octets[at..]);
    octets
}

/// The operation, or the structure of an answer to a ping; nothing for what it doesn't know by itself.
fn function(message: &Message) -> Option<String> {
    if message.heading != "adjoin.ldap_ping" {
        let known = message.heading != "adjoin.epm" || message.opnum() < Some(8);
        return message.opnum().filter(|_| known).map(|opnum| opnum.to_string());
    }
    match message.told.first("opcode")? {
        "23" | "25" => Some("NETLOGON_SAM_LOGON_RESPONSE_EX".to_owned()),
        _ => None,
    }
}

/// Where a value stands: our field, whether in answers, the operations, a structure around it, its name.
type Line = (&'static str, bool, &'static [u16], &'static str, &'static str);

/// Of the calls of each interface. An empty list of operations stands for all.
const NETLOGON: &[Line] = &[
    ("server", false, &[], "", "server_name"),
    ("computer", false, &[], "", "computer_name"),
    ("account", false, &[], "", "account_name"),
    ("secure_channel_type", false, &[], "", "secure_channel_type"),
    ("client_challenge", false, &[4], "credentials", "data"),
    ("client_credential", false, &[5, 15, 26], "credentials", "data"),
    ("server_challenge", true, &[4], "return_credentials", "data"),
    ("server_credential", true, &[5, 15, 26], "return_credentials", "data"),
    ("flags", false, &[], "", "negotiate_flags"),
    ("flags", true, &[], "", "negotiate_flags"),
    ("rid", true, &[], "", "rid"),
    ("wanted", false, &[40], "", "trust_flags"),
    ("trust.netbios_domain", true, &[40], "", "netbios_name"),
    ("trust.domain", true, &[40], "", "dns_name"),
    ("trust.flags", true, &[40], "", "trust_flags"),
    ("trust.type", true, &[40], "", "trust_type"),
    ("trust.attributes", true, &[40], "", "trust_attributes"),
    ("trust.domain_guid", true, &[40], "", "guid"),
    ("win32", true, &[40], "", "result"),
    ("status", true, &[4, 5, 6, 15, 21, 26, 29, 30], "", "result"),
];
const SAMR: &[Line] = &[
    ("server", false, &[57, 62, 64], "", "system_name"),
    ("access", false, &[0, 7, 12, 34, 50, 57, 62, 64], "", "access_mask"),
    ("revision", false, &[64], "", "client_version"),
    ("revision", true, &[64], "", "client_version"),
    ("features", false, &[64], "", "supported_features"),
    ("features", true, &[64], "", "supported_features"),
    ("domain", false, &[5], "domain_name", "string"),
    ("domain_sid", true, &[5], "", "sid"),
    ("domain_sid", false, &[7], "", "sid"),
    ("account", false, &[12, 50], "account_name", "string"),
    ("account", false, &[17], "names", "string"),
    ("account_control", false, &[50], "", "acct_flags"),
    ("account_control", false, &[37, 58], "info16", "acct_flags"),
    ("granted_access", true, &[50], "", "access_granted"),
    ("rid", false, &[34], "", "rid"),
    ("rid", true, &[12, 50], "", "rid"),
    ("rid", true, &[17], "rids", "ids"),
    ("name_use", true, &[17], "types", "ids"),
    ("information_class", false, &[36, 37, 47, 58], "", "level"),
    ("status", true, &[], "", "result"),
];
const LSARPC: &[Line] = &[
    ("server", false, &[44], "", "system_name"),
    ("access", false, &[6, 44], "", "access_mask"),
    ("information_class", false, &[7, 46], "", "level"),
    ("netbios_domain", true, &[7, 46], "name", "string"),
    ("domain", true, &[7, 46], "dns_domain", "string"),
    ("forest", true, &[7, 46], "dns_forest", "string"),
    ("domain_guid", true, &[7, 46], "", "domain_guid"),
    ("domain_sid", true, &[7, 46], "", "sid"),
    ("status", true, &[], "", "result"),
];
const EPMAPPER: &[Line] = &[
    ("max_towers", false, &[3], "", "max_towers"),
    ("max_towers", false, &[2], "", "max_ents"),
    ("num_towers", true, &[3], "", "num_towers"),
    ("num_towers", true, &[2], "", "num_ents"),
    ("tower.port", false, &[], "", "port"),
    ("tower.port", true, &[], "", "port"),
    ("tower.address", false, &[], "", "ipaddr"),
    ("tower.address", true, &[], "", "ipaddr"),
    ("tower.annotation", true, &[2], "", "annotation"),
    ("status", true, &[], "", "result"),
];
const NBT: &[Line] = &[
    ("flags", false, &[], "", "server_type"),
    ("domain_guid", false, &[], "", "domain_uuid"),
    ("forest", false, &[], "", "forest"),
    ("domain", false, &[], "", "dns_domain"),
    ("host", false, &[], "", "pdc_dns_name"),
    ("netbios_domain", false, &[], "", "domain_name"),
    ("netbios_host", false, &[], "", "pdc_name"),
    ("user", false, &[], "", "user_name"),
    ("dc_site", false, &[], "", "server_site"),
    ("client_site", false, &[], "", "client_site"),
    ("dc_address", false, &[], "", "pdc_ip"),
    ("nt_version", false, &[], "", "nt_version"),
];

/// The values of our fields in what it printed.
fn told(interface: &str, message: &Message, text: &str) -> Told<'static> {
    let lines = match interface {
        "netlogon" => NETLOGON,
        "samr" => SAMR,
        "lsarpc" => LSARPC,
        "epmapper" => EPMAPPER,
        _ => NBT,
    };
    let opnum = message.opnum().unwrap_or_default();
    let mut told = Told::default();
    // The structures around a line, by their indentation.
    let mut around: Vec<(usize, &str)> = Vec::new();
    for line in text.lines() {
        let indent = line.len() - line.trim_start().len();
        let Some((name, value)) = line.trim_start().split_once(':') else { continue };
        let (name, value) = (name.trim_end(), value.trim());
        // Octets in columns, and the names of bits.
        if name.starts_with('[') || name.is_empty() || name.bytes().all(|octet| octet.is_ascii_digit()) {
            continue;
        }
        while around.last().is_some_and(|(depth, _)| *depth >= indent) {
            around.pop();
        }
        if let Some(value) = canonical(value) {
            for (field, response, opnums, within, leaf) in lines {
                if *leaf == name
                    && *response == message.is_response()
                    && (opnums.is_empty() || opnums.contains(&opnum))
                    && (within.is_empty() || around.iter().any(|(_, name)| name == within))
                {
                    told.push(field, value.clone());
                }
            }
        }
        around.push((indent, name));
    }
    told
}

/// A value as we spell it; nothing for pointers, structures and what is absent.
fn canonical(value: &str) -> Option<String> {
    if let Some(text) = value.strip_prefix('\'') {
        return Some(text.trim_end_matches('\'').to_owned());
    }
    if value.starts_with("struct ") || value.starts_with("ARRAY(") || value.starts_with("DATA_BLOB") {
        return None;
    }
    if let Some(number) = value.strip_suffix(')').and_then(|value| value.rsplit_once('(')) {
        return number.1.parse::<u64>().ok().map(|number| number.to_string());
    }
    match value {
        "*" | "NULL" | "" => None,
        "NT_STATUS_OK" | "WERR_OK" => Some("0".to_owned()),
        "NT_STATUS_ACCESS_DENIED" => Some(0xc000_0022_u32.to_string()),
        "NT_STATUS_USER_EXISTS" => Some(0xc000_0063_u32.to_string()),
        "NT_STATUS_DS_MACHINE_ACCOUNT_QUOTA_EXCEEDED" => Some(0xc000_02e7_u32.to_string()),
        "NT_STATUS_NO_TRUST_SAM_ACCOUNT" => Some(0xc000_018b_u32.to_string()),
        _ => Some(value.to_owned()),
    }
}
