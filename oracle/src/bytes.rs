//! What an independent walk over the bytes says: tables beside the captures, in `captures/oracle/dev`.

use crate::ledger::Ledger;
use crate::pdml::Item;
use crate::table::FAMILIES;
use crate::told::{Told, number};
use crate::wireshark;
use std::fs;
use std::path::Path;

/// The name of this source in a [`Ledger`].
pub const NAME: &str = "the bytes";

/// The kinds of message that have tables.
pub const KINDS: [&str; 4] = ["answer to an LDAP ping", "message in a mailslot", "tower", "AP-REQ"];

/// Compares what the plugin says in these packets with the tables of the capture `name`, if there are any.
///
/// A table is complete for the frames that it has; it has no row for what was not looked for.
pub fn compare(ledger: &mut Ledger, tables: &Path, name: &str, packets: &[Item]) {
    for kind in KINDS {
        let rows = match kind {
            "answer to an LDAP ping" => rows(tables, name, "cldap_resp").iter().map(ldap_ping).collect(),
            "message in a mailslot" => rows(tables, name, "mailslot").iter().filter_map(mailslot).collect(),
            "tower" => rows(tables, name, "epm").iter().filter_map(tower).collect(),
            _ => rows(tables, name, "apreq").iter().filter_map(ap_req).collect::<Vec<_>>(),
        };
        let Some(family) = FAMILIES.iter().find(|family| family.name == kind) else { continue };
        for packet in packets {
            let theirs: Vec<_> = rows.iter().filter(|told| told.frame == packet.frame()).cloned().collect();
            if !theirs.is_empty() {
                let place = format!("{name} frame {}", packet.frame());
                ledger.compare_told(
                    NAME,
                    &place,
                    kind,
                    packet,
                    &theirs,
                    &wireshark::ours(family, packet, false),
                );
            }
        }
    }
}

/// A row of a table: names of the columns with the values.
struct Row(Vec<(String, String)>);

impl Row {
    fn get(&self, column: &str) -> &str {
        self.0.iter().find(|(name, _)| name == column).map_or("", |(_, value)| value.as_str())
    }

    /// An empty message in the frame of this row.
    fn told(&self) -> Told<'static> {
        let frame = self.get("frame").parse().expect("each row has a frame number");
        Told { frame, ..Told::default() }
    }
}

fn rows(tables: &Path, name: &str, kind: &str) -> Vec<Row> {
    let Ok(text) = fs::read_to_string(tables.join(format!("{name}.{kind}.tsv"))) else { return Vec::new() };
    let mut lines = text.lines();
    let columns: Vec<_> = lines.next().unwrap_or_default().split('\t').map(str::to_owned).collect();
    lines
        .map(|line| Row(columns.iter().cloned().zip(line.split('\t').map(str::to_owned)).collect()))
        .collect()
}

fn ldap_ping(row: &Row) -> Told<'static> {
    let mut told = row.told();
    for (column, name) in [("by_opcode", "opcode"), ("by_flags", "flags"), ("by_ntver", "nt_version")] {
        told.push(name, number(row.get(column)));
    }
    for (column, name) in [
        ("by_domain_guid", "domain_guid"),
        ("by_forest", "forest"),
        ("by_domain", "domain"),
        ("by_hostname", "host"),
        ("by_nb_domain", "netbios_domain"),
        ("by_nb_hostname", "netbios_host"),
        ("by_user", "user"),
        ("by_server_site", "dc_site"),
        ("by_client_site", "client_site"),
    ] {
        told.push(name, row.get(column));
    }
    told
}

fn mailslot(row: &Row) -> Option<Told<'static>> {
    let decoded: serde_json::Value = serde_json::from_str(row.get("bytes_decode_json")).ok()?;
    let mut told = row.told();
    let text = |key: &str| match decoded.get(key) {
        Some(serde_json::Value::String(text)) => Some(number(text)),
        Some(serde_json::Value::Number(value)) => Some(value.to_string()),
        _ => None,
    };
    // Requests and answers have fields of their own.
    let request = matches!(decoded.get("opcode").and_then(serde_json::Value::as_u64), Some(7 | 18));
    for (key, name) in [
        ("opcode", "opcode"),
        ("forest", "forest"),
        ("domain", "domain"),
        ("hostname", "host"),
        ("nb_domain", "netbios_domain"),
        ("nb_hostname", "netbios_host"),
        ("server_site", "dc_site"),
        ("client_site", "client_site"),
        ("mailslot", "request.mailslot"),
        ("aac", "request.aac"),
        ("computer", "request.host"),
        ("user", if request { "request.user" } else { "user" }),
        ("ntver", if request { "request.nt_version" } else { "nt_version" }),
    ] {
        if let Some(value) = text(key) {
            told.push(name, value);
        }
    }
    if let Some(guid) = text("domain_guid") {
        told.push("domain_guid", octets(&guid));
    }
    Some(told)
}

/// The octets of a GUID: its first three parts are little-endian.
fn octets(guid: &str) -> String {
    let reversed = |part: &str| -> String {
        (0..part.len()).step_by(2).rev().filter_map(|at| part.get(at..at + 2)).collect()
    };
    let parts = guid.split('-').enumerate();
    parts.map(|(index, part)| if index < 3 { reversed(part) } else { part.to_owned() }).collect()
}

fn tower(row: &Row) -> Option<Told<'static>> {
    let floors = row.get("bytes_floors(uuid:maj.min LE; port; ip)");
    if floors.is_empty() {
        return None;
    }
    let mut told = row.told();
    for (place, floor) in floors.split('|').enumerate() {
        let (id, value) = floor.split_once(':').unwrap_or((floor, ""));
        let (uuid, version) = value.split_once(':').unwrap_or((value, ""));
        match (place, id) {
            (0, "0d") => {
                told.push("interface", uuid);
                told.push("version", version);
            }
            (1, "0d") => told.push("transfer_syntax", crate::table::transfer_syntax(uuid)),
            (_, "07" | "08" | "1f") => told.push("port", number(value)),
            (_, "09") => told.push("address", value),
            _ => {}
        }
    }
    Some(told)
}

fn ap_req(row: &Row) -> Option<Told<'static>> {
    let carrier = row.get("carrier");
    if carrier.starts_with("http") || carrier.starts_with("dns") || carrier.is_empty() {
        return None;
    }
    let mut told = row.told();
    for (column, name) in [
        ("pvno", "pvno"),
        ("tkt_vno", "tkt_vno"),
        ("sname_type", "sname_type"),
        ("ticket_etype", "ticket_etype"),
        ("ticket_kvno", "ticket_kvno"),
        ("ticket_cipher_len", "ticket_cipher_length"),
        ("auth_etype", "authenticator_etype"),
        ("auth_kvno", "authenticator_kvno"),
        ("auth_cipher_len", "authenticator_cipher_length"),
    ] {
        if !row.get(column).is_empty() {
            told.push(name, number(row.get(column)));
        }
    }
    if !row.get("ap_options").is_empty() {
        told.push("options", row.get("ap_options").trim_start_matches("0x"));
    }
    told.push("realm", row.get("realm"));
    told.push("sname", row.get("sname"));
    Some(told)
}
