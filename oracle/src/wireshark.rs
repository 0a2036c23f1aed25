//! Reads both sides from one run of `tshark` with the plugin: what Wireshark's own dissectors say of each
//! frame, and what the plugin says.

use crate::ledger::Ledger;
use crate::pdml::{self, Item};
use crate::table::{FAMILIES, Family, From, Row};
use crate::told::Told;
use crate::tshark::Tshark;
use std::collections::HashMap;
use std::io::Result;
use std::path::Path;

/// The name of this source in a [`Ledger`].
pub const NAME: &str = "Wireshark";

/// The version whose faults [`EXPLAINED`](crate::explained::EXPLAINED) lists.
pub const LISTED: &str = "4.0.";

/// Only these protocols can hold a message that is compared.
const RELEVANT: &str = "adjoin or ldap or cldap or kerberos or epm or smb_netlogon or samr or lsarpc or \
                        rpc_netlogon or ntlmssp or spnego or smb2 or dcerpc or dns";

/// By default Wireshark gives up on a message whose segments overtake each other.
const OUT_OF_ORDER: [&str; 2] = ["-o", "tcp.reassemble_out_of_order:TRUE"];

/// The packets of a capture that can hold a message, as both sides see them.
///
/// # Errors
/// When `tshark` fails.
pub fn packets(tshark: &Tshark, capture: &Path) -> Result<Vec<Item>> {
    let arguments = [&["-n", "-Y", RELEVANT, "-T", "pdml"][..], &OUT_OF_ORDER].concat();
    Ok(pdml::packets(&tshark.read(capture, &arguments)?))
}

/// Compares all families in all packets of the capture `name`.
pub fn compare(ledger: &mut Ledger, name: &str, packets: &[Item]) {
    for packet in packets {
        for family in FAMILIES {
            let theirs = theirs(family, packet);
            let ours = ours(family, packet, true);
            ledger.compare(NAME, name, family, packet, &theirs, &ours);
        }
    }
}

/// What Wireshark's dissectors tell of a family in one packet.
#[must_use]
pub fn theirs<'a>(family: &'static Family, packet: &'a Item) -> Vec<Told<'a>> {
    let messages = items(packet, "adjoin", false).filter(|item| (family.theirs)(item, packet));
    messages
        .map(|item| {
            let named = index(item);
            let mut told = Told { frame: packet.frame(), item: Some(item), ..Told::default() };
            for row in family.rows {
                read(&mut told, row, item, &named);
            }
            told
        })
        .collect()
}

fn read(told: &mut Told<'_>, row: &'static Row, item: &Item, named: &HashMap<&str, Vec<(usize, &Item)>>) {
    match row.from {
        From::Names(names) => {
            let mut found: Vec<_> = names.iter().filter_map(|name| named.get(name)).flatten().collect();
            found.sort_by_key(|(order, _)| *order);
            for (_, field) in found {
                take(told, row, field, true);
            }
        }
        From::Paths(paths) => {
            let found = paths.iter().map(|path| item.at(path)).find(|found| !found.is_empty());
            for field in found.unwrap_or_default() {
                take(told, row, field, true);
            }
        }
        From::Made(function) => {
            for value in function(item) {
                let text = match &value.octets {
                    Some(octets) => format!("{} ({octets})", value.text),
                    None => value.text,
                };
                told.push(row.name, text);
            }
        }
    }
}

/// What the plugin tells of a family in one packet; `exact` with the octets where both sides tell them.
#[must_use]
pub fn ours<'a>(family: &'static Family, packet: &'a Item, exact: bool) -> Vec<Told<'a>> {
    let messages = items(packet, "adjoin", true).filter(|item| (family.ours)(item, packet));
    messages
        .map(|item| {
            let named = index(item);
            let mut told = Told { frame: packet.frame(), item: Some(item), ..Told::default() };
            for row in family.rows {
                let filter = format!("{}.{}", family.prefix, row.name);
                for (_, field) in named.get(filter.as_str()).into_iter().flatten() {
                    take(&mut told, row, field, exact);
                }
            }
            told
        })
        .collect()
}

fn take(told: &mut Told<'_>, row: &'static Row, field: &Item, exact: bool) {
    told.push(row.name, row.how.spell(field, exact));
    if row.how.has_place() && field.size > 0 {
        told.places.entry(row.name).or_default().push(field.pos);
    }
}

/// All items of the packet's protocols, but of those or only of those that have this name.
fn items<'a>(packet: &'a Item, protocol: &'static str, only: bool) -> impl Iterator<Item = &'a Item> {
    let protocols = packet.children.iter().filter(move |item| (item.name == protocol) == only);
    protocols.flat_map(|item| std::iter::once(item).chain(item.descendants()))
}

/// The items below this one by their names, each with its place in the order of the tree.
fn index(item: &Item) -> HashMap<&str, Vec<(usize, &Item)>> {
    let mut named: HashMap<_, Vec<_>> = HashMap::new();
    for (order, field) in item.descendants().enumerate() {
        named.entry(field.name.as_str()).or_default().push((order, field));
    }
    named
}
