//! `adjoin decode`: input in any form, the tree, JSON, and what is broken.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::as_conversions,
    reason = "a test that can't go on has failed; not every test needs all of the shared part"
)]

mod shape;

use serde_json::Value;
use shape::{adjoin, check, documented, is_harmless, root};

fn data(path: &str) -> Vec<u8> {
    std::fs::read(root().join(path)).unwrap()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn decode(arguments: &[&str], input: &[u8]) -> shape::Ran {
    adjoin(&[&["decode"], arguments].concat(), input)
}

#[test]
fn a_ping_in_every_form_is_the_same_tree() {
    let path = root().join("cldap-proto/tests/data/ping_windows10.bin");
    let bytes = std::fs::read(&path).unwrap();
    let raw = decode(&[path.to_str().unwrap()], b"");
    assert_eq!(raw.code, 0, "{}", raw.err);
    assert!(raw.out.starts_with("261 octets, taken as ldap-ping: "), "{}", raw.out);
    assert!(raw.out.contains("58..73     Wanted domain: "), "{}", raw.out);
    let spaced: Vec<String> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    let dump: String = bytes
        .chunks(16)
        .enumerate()
        .map(|(line, chunk)| {
            let octets: Vec<String> = chunk.iter().map(|byte| format!("{byte:02x}")).collect();
            let text: String = chunk
                .iter()
                .map(|byte| if byte.is_ascii_graphic() { char::from(*byte) } else { '.' })
                .collect();
            format!("{:04x}  {:<47}   {text}\n", line * 16, octets.join(" "))
        })
        .collect();
    let array = format!("unsigned char ping[] = {{ 0x{} }};", spaced.join(", 0x"));
    for input in [
        bytes.clone(),
        hex(&bytes).into_bytes(),
        spaced.join(":").into_bytes(),
        dump.into_bytes(),
        array.into_bytes(),
    ] {
        let piped = decode(&["-"], &input);
        assert_eq!((piped.code, &piped.out), (0, &raw.out), "{}", String::from_utf8_lossy(&input));
    }
    let words: Vec<&str> = spaced.iter().map(String::as_str).collect();
    assert_eq!(decode(&words, b"").out, raw.out);
    let utf16: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(hex(&bytes).encode_utf16().flat_map(u16::to_le_bytes)).collect();
    assert_eq!(decode(&["-"], &utf16).out, raw.out);
}

#[test]
fn the_json_is_as_documented() {
    let kinds = documented("decode.md");
    for (path, kind) in [
        ("cldap-proto/tests/data/answer_windows.bin", "ldap-ping"),
        ("cldap-proto/tests/data/bind_sicily.bin", "ldap"),
        ("netlogon-proto/tests/data/answer_ex.bin", "netlogon"),
        ("smb2-proto/tests/data/mailslot-ping.bin", "mailslot"),
        ("smb2-proto/tests/data/smb311-session-setup-response.bin", "smb2"),
    ] {
        let bytes = data(path);
        for cut in [bytes.len(), bytes.len() / 2, 9] {
            let ran = decode(&["--format", "json", "--as", kind, &hex(&bytes[..cut])], b"");
            let message: Value = serde_json::from_str(&ran.out).unwrap();
            check(path, &message, "message", &kinds);
            assert_eq!(message["kind"], kind);
            let errors = message["errors"].as_array().unwrap().len();
            assert_eq!(
                (ran.code == 0, cut == bytes.len()),
                (errors == 0, errors == 0),
                "{path} {cut}: {}",
                ran.out
            );
        }
    }
    let ran = decode(&["--format", "json", &hex(&data("netlogon-proto/tests/data/answer_ex.bin"))], b"");
    let message: Value = serde_json::from_str(&ran.out).unwrap();
    check("detected", &message, "message", &kinds);
    assert_eq!(message["detected"][0]["kind"], "netlogon");
    assert_eq!(message["rows"][0]["field"], "adjoin.ldap_ping");
    assert_eq!(message["rows"][0]["rows"][0]["value"], 23);
}

#[test]
fn what_is_cut_keeps_what_came_before_and_says_where() {
    let bytes = data("netlogon-proto/tests/data/answer_ex.bin");
    let ran = decode(&["--as", "netlogon", &hex(&bytes[..40])], b"");
    assert_eq!(ran.code, 2);
    assert!(ran.out.contains("Operation code: LOGON_SAM_LOGON_RESPONSE_EX (23)"), "{}", ran.out);
    let last = ran.out.lines().last().unwrap();
    assert!(
        last.starts_with("error at ") && last.contains(" in Dns") && last.contains("too early"),
        "{last}"
    );
    // The same octets as something that they aren't.
    for kind in ["ap-req", "smb2", "ntlm", "mailslot", "ldap-ping", "rpc", "epm", "tower", "gss", "kerberos"]
    {
        let ran = decode(&["--as", kind, &hex(&bytes)], b"");
        assert_eq!(ran.code, 2, "{kind}: {}", ran.out);
        assert!(ran.out.contains("error at "), "{kind}: {}", ran.out);
    }
}

#[test]
fn vectors_of_others_are_found_out() {
    let folder = root().join("../shared/captures/vectors/dev");
    let Ok(names) = std::fs::read_dir(&folder) else {
        println!("skipped: ../shared is not here");
        return;
    };
    let mut told = 0;
    for path in names.map(|entry| entry.unwrap().path()) {
        let Ok(Value::Array(vectors)) =
            serde_json::from_str(&std::fs::read_to_string(&path).unwrap_or_default())
        else {
            continue;
        };
        for vector in vectors {
            let (Some(kind), Some(octets)) = (vector["kind"].as_str(), vector["hex"].as_str()) else {
                continue;
            };
            let wanted = match kind {
                "AP-REQ" | "GSS-API initial token with AP-REQ" => "ap-req",
                "AS-REQ" | "AS-REP" | "TGS-REP" | "KRB-ERROR" | "Kerberos message" => "kerberos",
                "netlogon structure" | "NETLOGON_SAM_LOGON_RESPONSE_EX" => "netlogon",
                "protocol tower octets" => "tower",
                "ept_map request stub (NDR32)" => "epm-request",
                "DCE/RPC PDU" => "rpc",
                _ => continue,
            };
            let ran = decode(&["-"], octets.as_bytes());
            assert!(ran.out.contains(&format!("taken as {wanted}: ")), "{}: {}", vector["id"], ran.out);
            told += 1;
        }
    }
    assert!(told >= 20, "only {told}");
}

#[test]
fn kinds_in_their_carriers() {
    // SMB2 behind the length of TCP, and a Kerberos error behind its record mark.
    let smb = data("smb2-proto/tests/data/smb311-negotiate-request.bin");
    let length = u32::try_from(smb.len()).unwrap().to_be_bytes();
    let plain = decode(&[&hex(&smb)], b"");
    let framed = decode(&[&(hex(&length) + &hex(&smb))], b"");
    assert_eq!((plain.code, framed.code), (0, 0), "{}{}", plain.out, framed.out);
    assert!(framed.out.contains("taken as smb2"), "{}", framed.out);
    let error = kerberos_proto::encode::tlv(adjoin_wire::ber::Tag(0x7e), &[0x30, 3, 0x02, 1, 5]);
    let record = kerberos_proto::encode::record(&error);
    let ran = decode(&["--as", "kerberos", &hex(&record)], b"");
    assert!(ran.out.contains("KRB-ERROR"), "{}", ran.out);
}

#[test]
fn escapes_never_reach_the_terminal() {
    // A bind whose name would clear the screen, and the same name in UTF-8 that turns the direction.
    for name in [&b"\x1b[2J\x07\x9b"[..], "\u{202e}gpj".as_bytes(), b"\r\n\x08"] {
        let bind = [&[0x02, 1, 3, 0x04, u8::try_from(name.len()).unwrap()], name, &[0x80, 0]].concat();
        let op = [&[0x60, u8::try_from(bind.len()).unwrap()], &bind[..]].concat();
        let body = [&[0x02, 1, 1], &op[..]].concat();
        let message = [&[0x30, u8::try_from(body.len()).unwrap()], &body[..]].concat();
        let ran = decode(&[&hex(&message)], b"");
        assert!(ran.out.contains("Name: "), "{}", ran.out);
        assert!(is_harmless(&ran.out) && is_harmless(&ran.err), "{:?}", ran.out);
    }
    for argument in ["\x1b[2J", "30 \u{9b}", "a/\x1b[2Jb.pcap"] {
        let ran = decode(&[argument], b"");
        assert_eq!(ran.code, 2);
        assert!(is_harmless(&ran.err), "{:?}", ran.err);
    }
}

#[test]
fn hostile_input_is_refused_in_words() {
    let huge = "30".repeat(17 << 20);
    for (arguments, input, says) in [
        (&["-"][..], &b""[..], "nothing in it"),
        (&["-"], b" \r\n\t", "nothing in it"),
        (&[" "], b"", "no digits"),
        (&["-"], b"hello, world", "no hexadecimal digit"),
        (&["30 8"], b"", "odd"),
        (&["-"], huge.as_bytes(), "more than any message"),
        (&["-"], &[0x0a, 0x0d, 0x0d, 0x0a, 0, 0, 0, 0], "this is a capture"),
        (&["/"], b"", "this is a folder"),
        (&["no/such.bin"], b"", "no such file"),
        (&["ffffffffffffffff"], b"", "--as"),
    ] {
        let ran = decode(arguments, input);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{arguments:?}");
        assert!(ran.err.contains(says), "{arguments:?}: {}", ran.err);
    }
    let garbage: Vec<u8> = (0_u32..40_000).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    for kind in ["ldap", "rpc", "smb2", "kerberos", "gss", "netlogon", "tower", "epm", "mailslot", "ntlm"] {
        assert_eq!(decode(&["--as", kind, "-"], &garbage).code, 2, "{kind}");
    }
    // Many messages, one inside of the other.
    let deep = [0x30, 0x80].repeat(50_000);
    assert_eq!(decode(&["-"], &deep).code, 2);
    let many = [0x30, 5, 2, 1, 1, 0x42, 0].repeat(5_000);
    let ran = decode(&["--as", "ldap", "-"], &many);
    assert_eq!(ran.code, 2);
    assert!(ran.out.lines().last().unwrap().contains("left over"), "{}", ran.out.lines().last().unwrap());
}
