//! A message as one of the sides tells it: for each field the values in their order.

use crate::pdml::Item;
use std::collections::BTreeMap;

/// How a field is compared: what of its items must be equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// The number, and the octets that it was read from.
    Number,
    /// The number alone: one of the sides reads it from elsewhere, or knows it without octets.
    Bare,
    /// The text, letter by letter. Wireshark's words for an empty one are taken as empty.
    Text,
    /// The text as it is shown, and the octets: GUIDs and addresses.
    Shown,
    /// The octets alone: each side has words of its own for what they say.
    Octets,
    /// A bit of a word.
    Bit,
    /// The number of octets.
    Length,
}

impl How {
    /// A value in a spelling that both sides share; `exact` adds the octets where they count.
    #[must_use]
    pub fn spell(self, item: &Item, exact: bool) -> String {
        let with_octets = |text: String| if exact { format!("{text} ({})", item.value) } else { text };
        match self {
            Self::Number => with_octets(number(&item.show)),
            Self::Bare => number(&item.show),
            Self::Text => text(&item.show),
            Self::Shown => with_octets(item.show.to_ascii_lowercase()),
            Self::Octets => item.value.clone(),
            Self::Bit => match item.show.as_str() {
                "True" => "1".to_owned(),
                "False" => "0".to_owned(),
                other => other.to_owned(),
            },
            Self::Length => item.size.to_string(),
        }
    }

    /// Whether both sides' items lie on the same octets, so that their places can be compared.
    #[must_use]
    pub const fn has_place(self) -> bool {
        matches!(self, Self::Number | Self::Shown | Self::Octets)
    }
}

/// A number in decimal, from decimal or `0x` hexadecimal; other text as it is.
#[must_use]
pub fn number(text: &str) -> String {
    let parsed = match text.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16).ok().map(|value| value.to_string()),
        None => text.parse::<i64>().ok().map(|value| value.to_string()),
    };
    parsed.unwrap_or_else(|| text.to_owned())
}

/// An empty name is `NULL`, `<Root>` or `<MISSING>` to some of Wireshark's dissectors.
fn text(text: &str) -> String {
    if matches!(text, "NULL" | "<Root>" | "<MISSING>") { String::new() } else { text.to_owned() }
}

/// One message in one frame.
#[derive(Clone, Debug, Default)]
pub struct Told<'a> {
    /// The frame that completes it.
    pub frame: u32,
    /// The item of the packet tree that is the message, where it was read from one.
    pub item: Option<&'a Item>,
    /// The values of each field, by the name of ours without the family's prefix.
    pub values: BTreeMap<&'static str, Vec<String>>,
    /// The first octet of each value that has a place.
    pub places: BTreeMap<&'static str, Vec<usize>>,
}

impl Told<'_> {
    /// Whether it tells one of these values of a field.
    #[must_use]
    pub fn is(&self, name: &str, among: &[&str]) -> bool {
        self.first(name).is_some_and(|value| among.contains(&value))
    }

    /// The first value of a field, without the octets.
    #[must_use]
    pub fn first(&self, name: &str) -> Option<&str> {
        let value = self.values.get(name)?.first()?;
        Some(value.split_once(" (").map_or(value.as_str(), |(value, _)| value))
    }

    /// Whether it tells any value of a field.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.values.get(name).is_some_and(|values| !values.is_empty())
    }

    /// Adds a value of a field.
    pub fn push(&mut self, name: &'static str, value: impl Into<String>) {
        self.values.entry(name).or_default().push(value.into());
    }
}
