//! One message on its own: every kind, and finding out which.

use crate::check;
use join_engine::show::{MessageKind, Place, decode, detect};

/// [`join_engine::show::decode`] as every kind, and [`join_engine::show::detect`].
pub fn decode_alone(bytes: &[u8]) {
    let mut whole = Vec::new();
    for kind in MessageKind::ALL {
        let decoded = decode(kind, bytes);
        assert!(
            !decoded.view.rows.is_empty() || !decoded.errors.is_empty(),
            "{kind:?}: nothing, and no reason"
        );
        for error in &decoded.errors {
            check::error(bytes, *error);
        }
        for row in &decoded.view.rows {
            let Place::Frame(span) = row.place else {
                assert_eq!(row.place, Place::Generated, "{kind:?}: octets that aren't the input's");
                continue;
            };
            check::span(bytes, span);
        }
        if decoded.errors.is_empty() {
            whole.push(kind);
        }
    }
    let guesses = detect(bytes);
    assert!(guesses.is_sorted_by_key(|guess| !guess.whole));
    for guess in guesses {
        assert_eq!(guess.whole, whole.contains(&guess.kind), "{guess:?}");
    }
}
