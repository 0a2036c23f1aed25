//! A secret, to see whether it shows.

use adjoin_wire::{Span, Spanned};
use std::fmt::Debug;

/// Nobody sends this by chance.
pub const SECRET: &[u8] = b"Gkq7-Secret-Zx9!";

/// It, as a field.
#[must_use]
pub fn secret() -> Spanned<&'static [u8]> {
    Spanned::new(SECRET, Span::new(0, SECRET.len()))
}

/// Neither its text, nor its digits, nor its octets as numbers.
pub fn assert_absent(shown: &str) {
    let hexadecimal: String = SECRET.iter().map(|octet| format!("{octet:02x}")).collect();
    let bare = |text: &str| text.replace(['[', ']', ' ', '\n'], "").to_lowercase();
    assert!(!shown.contains("Gkq7-Secret"), "{shown}");
    for numbers in [format!("{SECRET:?}"), format!("{SECRET:x?}"), hexadecimal] {
        assert!(!bare(shown).contains(&bare(&numbers)), "{shown}");
    }
}

/// In JSON the secret is counted in so many places, and shown in none.
pub fn assert_counted(message: &impl serde::Serialize, places: usize) {
    let json = serde_json::to_string(message).unwrap();
    assert_absent(&json);
    assert_eq!(json.matches("(16 octets)").count(), places, "{json}");
}

/// In `Debug` the secret is counted in so many fields, and shown in none.
pub fn assert_debug_counts(message: impl Debug, fields: usize) {
    let text = format!("{message:?}");
    assert_absent(&text);
    assert_eq!(text.matches("16@0..16").count(), fields, "{text}");
}
