//! Holds JSON against the tables of a document, and runs the command.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// Members and their types by kind of object.
pub(crate) type Kinds = BTreeMap<String, BTreeMap<String, String>>;

/// The folder of the whole product.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The tables of `docs/NAME`.
pub(crate) fn documented(name: &str) -> Kinds {
    let text = std::fs::read_to_string(root().join("docs").join(name)).unwrap();
    let mut kinds = Kinds::new();
    let mut kind = String::new();
    for line in text.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            heading.clone_into(&mut kind);
        } else if let Some((member, rest)) = line.strip_prefix("| `").and_then(|row| row.split_once("` | ")) {
            let (of_type, _) = rest.split_once(" | ").unwrap();
            let members = kinds.entry(kind.clone()).or_default();
            assert_eq!(members.insert(member.to_owned(), of_type.to_owned()), None, "{kind}.{member} twice");
        }
    }
    kinds
}

/// Panics unless `value` is of the type.
pub(crate) fn check(path: &str, value: &Value, of_type: &str, kinds: &Kinds) {
    if let Some(of_type) = of_type.strip_suffix(" or null") {
        if !value.is_null() {
            check(path, value, of_type, kinds);
        }
    } else if let Some(of_type) = of_type.strip_prefix("list of ") {
        for item in value.as_array().unwrap_or_else(|| panic!("{path} is no list")) {
            check(&format!("{path}[]"), item, of_type, kinds);
        }
    } else if let Some(words) = of_type.strip_prefix("one of ") {
        let word = value.as_str().unwrap_or_else(|| panic!("{path} is no string"));
        assert!(words.split(", ").any(|known| known.trim_matches('`') == word), "{path}: {word}");
    } else {
        match of_type {
            "any" => assert!(!value.is_array() && !value.is_object(), "{path}: {value}"),
            "string" => assert!(value.is_string(), "{path}: {value}"),
            "integer" => assert!(value.is_u64(), "{path}: {value}"),
            "number" => assert!(value.is_number(), "{path}: {value}"),
            "boolean" => assert!(value.is_boolean(), "{path}: {value}"),
            kind => {
                let members = kinds.get(kind).unwrap_or_else(|| panic!("{path} is of no type: {kind}"));
                let object = value.as_object().unwrap_or_else(|| panic!("{path} is no object"));
                let there: Vec<&String> =
                    object.keys().collect::<std::collections::BTreeSet<_>>().into_iter().collect();
                assert_eq!(there, members.keys().collect::<Vec<_>>(), "{path}");
                for (member, value) in object {
                    check(&format!("{path}.{member}"), value, &members[member], kinds);
                }
            }
        }
    }
}

/// What the command did.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Runs `adjoin` with these arguments and this standard input. It must end by itself, without a panic.
pub(crate) fn adjoin<A: AsRef<std::ffi::OsStr>>(arguments: &[A], input: &[u8]) -> Ran {
    let mut child = Command::new(env!("CARGO_BIN_EXE_adjoin"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || {
        // Who reads no input closes it.
        let _ = stdin.write_all(&input);
    });
    let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
    writer.join().unwrap();
    let (out, err) = (String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap());
    let code = status.code().expect("it ends by itself");
    assert!(matches!(code, 0..=2) && !err.contains("panicked"), "{code}\n{err}");
    Ran { code, out, err }
}

/// Nothing in the text is obeyed by a terminal.
pub(crate) fn is_harmless(text: &str) -> bool {
    !text.contains(|c: char| (c.is_control() && c != '\n') || matches!(c, '\u{202a}'..='\u{202e}'))
}
