//! Calls of captures beside what tshark says of them.

use crate::shared;
use rpce_proto::{Body, Encoding, Pdu, PfcFlags, negotiated};
use serde_json::Value;
use std::collections::HashMap;
use std::process::Command;

/// The texts of a field of tshark anywhere under `tree`.
pub fn find_all<'v>(tree: &'v Value, field: &str, found: &mut Vec<&'v str>) {
    match tree {
        Value::Object(map) => {
            for (key, value) in map {
                match value {
                    Value::String(text) if key == field => found.push(text),
                    Value::Array(list) if key == field => found.extend(list.iter().filter_map(Value::as_str)),
                    _ => find_all(value, field, found),
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|v| find_all(v, field, found)),
        _ => {}
    }
}

/// The first of them.
#[must_use]
pub fn find<'v>(tree: &'v Value, field: &str) -> Option<&'v str> {
    let mut found = vec![];
    find_all(tree, field, &mut found);
    found.first().copied()
}

/// Gives `each` every whole and unsealed call of `interfaces` in the captures: the PDU, tshark's name of the
/// interface, the operation, the stub, its encoding, what tshark says of it, and where it is. False when
/// captures or tshark are missing.
pub fn compare(
    captures: &[&str],
    interfaces: &[&str],
    mut each: impl FnMut(&Pdu<'_>, &str, u16, &[u8], Encoding, &Value, &str),
) -> bool {
    if shared::path("captures").is_none() {
        return false;
    }
    if Command::new("tshark").arg("-v").output().is_err() {
        println!("skipped: tshark is not here");
        return false;
    }
    // What is there is compared; how much there must be is only known of all.
    let mut complete = true;
    for capture in captures {
        let Some(path) = shared::path(&format!("captures/{capture}")) else {
            complete = false;
            continue;
        };
        let output = Command::new("tshark")
            .arg("-r")
            .arg(path)
            .args([
                "-Y",
                "dcerpc.ver == 5",
                "-T",
                "json",
                "-x",
                "--no-duplicate-keys",
                "-J",
                &format!("dcerpc {} tcp frame", interfaces.join(" ")),
            ])
            .output()
            .unwrap();
        let packets: Value = serde_json::from_slice(&output.stdout).unwrap();
        // The contexts of each stream: what was offered, then what was accepted.
        let mut offered = HashMap::new();
        let mut contexts = HashMap::new();
        for packet in packets.as_array().unwrap() {
            let layers = &packet["_source"]["layers"];
            let Some(raw) = layers["dcerpc_raw"][0].as_str() else { continue };
            let stream = find(&layers["tcp"], "tcp.stream").unwrap().to_owned();
            let at = format!("{capture} frame {}", find(&layers["frame"], "frame.number").unwrap());
            let bytes = shared::hex(raw);
            let pdu = Pdu::parse_partial(&bytes).value;
            match &pdu.body {
                Body::Bind(_) | Body::AlterContext(_) => {
                    offered.insert(stream, bytes);
                }
                Body::BindAck(ack) | Body::AlterContextResp(ack) => {
                    let Some(bind) = offered.get(&stream) else { continue };
                    let bind = Pdu::parse_partial(bind).value;
                    let (Body::Bind(bind) | Body::AlterContext(bind)) = bind.body else { continue };
                    for (context, answer) in negotiated(&bind, ack).filter(|(_, answer)| answer.is_accepted())
                    {
                        let order = pdu.header.byte_order();
                        if let Some(encoding) = Encoding::of(*answer.transfer_syntax, order) {
                            contexts.insert((stream.clone(), *context.p_cont_id), encoding);
                        }
                    }
                }
                Body::Request(rpce_proto::Request { p_cont_id, stub, .. })
                | Body::Response(rpce_proto::Response { p_cont_id, stub, .. }) => {
                    let present = |interface: &&&str| layers.get(**interface).is_some();
                    let Some(interface) = interfaces.iter().find(present) else { continue };
                    let tree = &layers[*interface];
                    let field = format!("{}.opnum", interface.trim_start_matches("rpc_"));
                    let Some(opnum) = find(tree, &field) else { continue };
                    let whole = PfcFlags::PFC_FIRST_FRAG | PfcFlags::PFC_LAST_FRAG;
                    let sealed = find(&layers["dcerpc"], "dcerpc.encrypted_stub_data").is_some()
                        || find(tree, "dcerpc.encrypted_stub_data").is_some();
                    if sealed || !pdu.header.has(whole) {
                        continue;
                    }
                    let encoding = contexts.get(&(stream, **p_cont_id)).copied().unwrap_or(Encoding::NDR);
                    each(&pdu, interface, opnum.parse().unwrap(), stub, encoding, tree, &at);
                }
                _ => {}
            }
        }
    }
    complete
}
