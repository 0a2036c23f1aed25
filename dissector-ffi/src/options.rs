//! Options as C gives them: a name and a text.

use std::net::IpAddr;

use join_engine::{Options, catalogue};

/// Sets the option `name` to what `value` says; `None`, and nothing is changed, when either can't be read.
pub(crate) fn set(options: &mut Options, name: &str, value: &str) -> Option<()> {
    match name {
        "controllers" => options.controllers = addresses(value)?,
        "clients" => options.clients = addresses(value)?,
        "off" => options.off = groups(value)?,
        "patience" => options.patience = patience(value)?,
        _ => return None,
    }
    Some(())
}

/// The words between commas and white space.
fn words(list: &str) -> impl Iterator<Item = &str> {
    list.split(|at: char| at == ',' || at.is_whitespace()).filter(|word| !word.is_empty())
}

fn addresses(list: &str) -> Option<Vec<IpAddr>> {
    words(list).map(|word| word.parse().ok()).collect()
}

/// Groups of findings; one that no finding belongs to is a slip of the pen.
fn groups(list: &str) -> Option<Vec<String>> {
    let known = |group: &str| {
        let belongs =
            |id: &str| id.strip_prefix(group).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
        catalogue::FINDINGS.iter().any(|finding| belongs(finding.id))
    };
    words(list).map(str::to_ascii_uppercase).map(|group| Some(group).filter(|group| known(group))).collect()
}

fn patience(value: &str) -> Option<u32> {
    let digits = Some(value.trim()).filter(|value| value.bytes().all(|octet| octet.is_ascii_digit()))?;
    digits.parse().ok().filter(|seconds| Options::PATIENCE.contains(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_values_are_taken() {
        let mut options = Options::default();
        for (name, value) in [
            ("controllers", "192.0.2.1, 2001:db8::1\t192.0.2.2,"),
            ("clients", " 203.0.113.1"),
            ("off", "net,KRB-SKEW"),
            ("patience", "10"),
        ] {
            assert_eq!(set(&mut options, name, value), Some(()), "{name}");
        }
        let addresses =
            |list: &[&str]| -> Vec<IpAddr> { list.iter().filter_map(|a| a.parse().ok()).collect() };
        let expected = Options {
            controllers: addresses(&["192.0.2.1", "2001:db8::1", "192.0.2.2"]),
            clients: addresses(&["203.0.113.1"]),
            off: vec!["NET".to_owned(), "KRB-SKEW".to_owned()],
            patience: 10,
        };
        assert_eq!(options, expected);
        for name in ["controllers", "clients", "off"] {
            assert_eq!(set(&mut options, name, " "), Some(()), "{name} can be emptied");
        }
        assert_eq!(options, Options { patience: 10, ..Options::default() });
    }

    #[test]
    fn bad_values_change_nothing() {
        let mut options = Options { patience: 7, off: vec!["DNS".to_owned()], ..Options::default() };
        let before = options.clone();
        for (name, value) in [
            ("controllers", "192.0.2.1,192.0.2.256"),
            ("controllers", "dc1.example.com"),
            ("clients", "192.0.2.0/24"),
            ("off", "DNS,NOTHING"),
            ("off", "KR"),
            ("patience", ""),
            ("patience", "0"),
            ("patience", "61"),
            ("patience", "+5"),
            ("patience", "4294967297"),
            ("Patience", "5"),
            ("", ""),
        ] {
            assert_eq!(set(&mut options, name, value), None, "{name}: {value}");
        }
        assert_eq!(options, before);
    }
}
