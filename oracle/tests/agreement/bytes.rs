//! What an independent walk over the bytes says: tables beside the captures, in `captures/oracle/dev`.

use crate::message::{Kind, Message, number, transfer_syntax};
use std::fs;
use std::path::Path;

/// The messages that the tables hold for the capture `name`; none when there are no tables for it.
pub(crate) fn messages(tables: &Path, name: &str) -> Vec<Message> {
    let mut messages = Vec::new();
    for row in rows(tables, name, "cldap_resp") {
        messages.push(ldap_ping(&row));
    }
    for row in rows(tables, name, "mailslot") {
        messages.extend(mailslot(&row));
    }
    epm(&rows(tables, name, "epm"), &mut messages);
    for row in rows(tables, name, "apreq") {
        messages.extend(ap_req(&row));
    }
    messages
}

/// A row of a table: names of the columns with the values.
struct Row(Vec<(String, String)>);

impl Row {
    fn get(&self, column: &str) -> &str {
        self.0.iter().find(|(name, _)| name == column).map_or("", |(_, value)| value.as_str())
    }

    fn frame(&self) -> u32 {
        self.get("frame").parse().expect("each row has a frame number")
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

fn ldap_ping(row: &Row) -> Message {
    let mut message = Message::new(row.frame(), Kind::LdapPing);
    for (column, name) in [
        ("by_opcode", "opcode"),
        ("by_flags", "flags"),
        ("by_ntver", "nt_version"),
        ("by_lmnt_token", "lm_nt_token"),
        ("by_lm20_token", "lm20_token"),
    ] {
        message.set(name, number(row.get(column)));
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
        message.set(name, row.get(column));
    }
    message
}

fn mailslot(row: &Row) -> Option<Message> {
    let told: serde_json::Value = serde_json::from_str(row.get("bytes_decode_json")).ok()?;
    let mut message = Message::new(row.frame(), Kind::Mailslot);
    for (key, name) in [
        ("opcode", "opcode"),
        ("flags", "flags"),
        ("domain_guid", "domain_guid"),
        ("forest", "forest"),
        ("domain", "domain"),
        ("hostname", "host"),
        ("nb_domain", "netbios_domain"),
        ("nb_hostname", "netbios_host"),
        ("server_site", "dc_site"),
        ("client_site", "client_site"),
        ("lmnt_token", "lm_nt_token"),
        ("lm20_token", "lm20_token"),
        ("mailslot", "request.mailslot"),
        ("aac", "request.aac"),
    ] {
        match told.get(key) {
            Some(serde_json::Value::String(text)) => message.set(name, number(text)),
            Some(serde_json::Value::Number(value)) => message.set(name, value.to_string()),
            _ => {}
        }
    }
    // The version is in another field of ours in a request, the names too.
    let request = matches!(told.get("opcode").and_then(serde_json::Value::as_u64), Some(7 | 18));
    if let Some(version) = told.get("ntver").and_then(|value| value.as_str()) {
        message.set(if request { "request.nt_version" } else { "nt_version" }, number(version));
    }
    for (key, name) in [("computer", "request.host"), ("user", if request { "request.user" } else { "user" })]
    {
        if let Some(text) = told.get(key).and_then(|value| value.as_str()) {
            message.set(name, text);
        }
    }
    Some(message)
}

/// Rows are towers; those of one message follow each other with a rising index.
fn epm(rows: &[Row], messages: &mut Vec<Message>) {
    let mut last: Option<Message> = None;
    for row in rows {
        let floors = row.get("bytes_floors(uuid:maj.min LE; port; ip)");
        if floors.is_empty() {
            continue;
        }
        let index: usize = row.get("tower_index").parse().unwrap_or(0);
        if index == 0 {
            messages.extend(last.take());
        }
        let message = last.get_or_insert_with(|| Message::new(row.frame(), Kind::Epm));
        message.set("opnum", number(row.get("opnum")));
        if !row.get("status").is_empty() {
            message.set("status", number(row.get("status")));
        }
        for (place, floor) in floors.split('|').enumerate() {
            let (id, value) = floor.split_once(':').unwrap_or((floor, ""));
            let (uuid, version) = value.split_once(':').unwrap_or((value, ""));
            match (place, id) {
                (0, "0d") => {
                    message.set_in(index, "tower.interface", uuid);
                    message.set_in(index, "tower.version", version);
                }
                (1, "0d") => message.set_in(index, "tower.transfer_syntax", transfer_syntax(uuid)),
                (_, "07" | "08" | "1f") => message.set_in(index, "tower.port", number(value)),
                (_, "09") => message.set_in(index, "tower.address", value),
                _ => {}
            }
        }
    }
    messages.extend(last);
}

fn ap_req(row: &Row) -> Option<Message> {
    let carrier = row.get("carrier");
    if carrier.starts_with("http") || carrier.starts_with("dns") || carrier.is_empty() {
        return None;
    }
    let mut message = Message::new(row.frame(), Kind::ApReq);
    for (column, name) in [
        ("pvno", "pvno"),
        ("ap_options", "options"),
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
            message.set(name, number(row.get(column)));
        }
    }
    message.set("realm", row.get("realm"));
    message.set("sname", row.get("sname"));
    Some(message)
}
