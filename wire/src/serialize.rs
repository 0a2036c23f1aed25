//! The shape of serialised messages (feature `serde`): for people and scripts, not to be read back.
//!
//! Every message of the decoders is `serde::Serialize`, so `serde_json::to_string(&message)` is all
//! that JSON needs. Nothing is allocated here. The shape is the same in all of the crates:
//!
//! | in the message | serialised |
//! |---|---|
//! | a structure | a map; keys are the names of its fields, in their order |
//! | [`Spanned`] | its value, without its place |
//! | a field that was not reached, an absent option | null |
//! | an integer, a truth value | itself |
//! | octets | lower-case hexadecimal text |
//! | text of any encoding, GUIDs, SIDs, OIDs, addresses, times of Kerberos | text, as `Display` writes it |
//! | a `FileTime` | its number: units of 100 nanoseconds since 1601-01-01 UTC |
//! | a [`Span`] that is a field of its own | `[start, end]` |
//! | an enumeration of the wire | `{"value": 23, "name": "LOGON_SAM_LOGON_RESPONSE_EX"}`; the name is null for a number without one |
//! | a set of flags | `{"value": 5, "names": ["PDC", "GC"]}`; bits without a name are in the value only |
//! | a list | a sequence, which ends with [`WireError`] where the list can't be read on |
//! | a choice | `{"SearchRequest": {..}}`, or text when nothing belongs to it |
//! | [`WireError`] | `{"error": "..", "field": "Flags", "offset": 4}` |
//! | [`Partial`] | `{"value": .., "error": ..}` |
//!
//! Passwords, credentials, authentication tokens, ciphertext, checksums of Kerberos and TSIG, stubs, and data of
//! files, pipes and mailslots are counted, not shown. The count is text: `"(24 octets)"`.
//!
//! What a new type needs: a structure of the wire derives `serde::Serialize` under the feature; a
//! type that stands inside a [`Spanned`] is named in a [`serialize!`](crate::serialize!) list in the
//! crate's `serialize.rs`. Forgetting the second does not compile.

use crate::ber::{Oid, Tag};
use crate::{CompressedName, Guid, Partial, Span, Spanned, Text, Utf16Le, WireError};
use core::fmt;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
#[doc(hidden)]
pub use serde;
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

/// A value that can stand inside a [`Spanned`]. Not the same as [`Serialize`], because octets are
/// text here and a sequence of numbers there.
pub trait SerializeValue {
    /// Writes the value in the shape of this module.
    ///
    /// # Errors
    /// Those of the serializer.
    fn serialize_value<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error>;
}

/// Octets, shown as hexadecimal digits.
#[derive(Clone, Copy, Debug)]
pub struct Hex<'a>(pub &'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
    }
}

impl Serialize for Hex<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// For `serialize_with`: octets that don't stand inside a [`Spanned`], as hexadecimal text.
///
/// # Errors
/// Those of the serializer.
pub fn octets<S: Serializer>(octets: impl AsRef<[u8]>, serializer: S) -> Result<S::Ok, S::Error> {
    Hex(octets.as_ref()).serialize(serializer)
}

/// For `serialize_with`: octets that nobody should find in a log, by their number.
///
/// # Errors
/// Those of the serializer.
pub fn hidden<S: Serializer>(octets: &(impl Secret + ?Sized), serializer: S) -> Result<S::Ok, S::Error> {
    match octets.number() {
        None => serializer.serialize_none(),
        Some(count) => {
            serializer.collect_str(&format_args!("({count} octet{})", if count == 1 { "" } else { "s" }))
        }
    }
}

/// Octets that [`hidden`] can count.
pub trait Secret {
    /// How many there are; none when they are absent or were not reached.
    fn number(&self) -> Option<usize>;
}

impl Secret for Spanned<&[u8]> {
    fn number(&self) -> Option<usize> {
        self.reached().map(|octets| octets.len())
    }
}

impl<T: Secret> Secret for Option<T> {
    fn number(&self) -> Option<usize> {
        self.as_ref().and_then(Secret::number)
    }
}

/// A list that is walked when it is serialised: what the closure gives, each as it is.
#[doc(hidden)]
pub struct Walk<F>(pub F);

impl<F: Fn() -> I, I: IntoIterator<Item: Serialize>> Serialize for Walk<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((self.0)())
    }
}

/// An item of a list, or the error that ends it.
#[doc(hidden)]
pub struct Item<T>(pub Result<T, WireError>);

impl<T: Serialize> Serialize for Item<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Ok(item) => item.serialize(serializer),
            Err(error) => error.serialize(serializer),
        }
    }
}

/// What a list's iterator gives: a `Result`, or an item that can't fail.
#[doc(hidden)]
pub trait IntoItem {
    type Value;
    fn into_item(self) -> Item<Self::Value>;
}

impl<T> IntoItem for Result<T, WireError> {
    type Value = T;
    fn into_item(self) -> Item<T> {
        Item(self)
    }
}

impl<T> IntoItem for Spanned<T> {
    type Value = Self;
    fn into_item(self) -> Item<Self> {
        Item(Ok(self))
    }
}

impl<T> IntoItem for Partial<T>
where
    Self: Serialize,
{
    type Value = Self;
    fn into_item(self) -> Item<Self> {
        Item(Ok(self))
    }
}

/// An enumeration of the wire: its number, and its name if it has one.
///
/// # Errors
/// Those of the serializer.
pub fn named<S: Serializer>(
    value: impl Serialize,
    name: Option<&str>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_struct("Named", 2)?;
    map.serialize_field("value", &value)?;
    map.serialize_field("name", &name)?;
    map.end()
}

/// A set of flags: the number, and the names of the bits that have one.
///
/// # Errors
/// Those of the serializer.
pub fn flags<S: Serializer, I: Iterator<Item = &'static str>>(
    value: impl Serialize,
    names: impl Fn() -> I,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_struct("Flags", 2)?;
    map.serialize_field("value", &value)?;
    map.serialize_field("names", &Walk(names))?;
    map.end()
}

impl<T: SerializeValue> Serialize for Spanned<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.reached() {
            Some(value) => value.serialize_value(serializer),
            None => serializer.serialize_none(),
        }
    }
}

impl<T: Serialize> Serialize for Partial<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_struct("Partial", 2)?;
        map.serialize_field("value", &self.value)?;
        map.serialize_field("error", &self.error)?;
        map.end()
    }
}

impl Serialize for WireError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_struct("WireError", 3)?;
        map.serialize_field("error", &format_args!("{}", self.kind))?;
        map.serialize_field("field", self.field)?;
        map.serialize_field("offset", &self.offset)?;
        map.end()
    }
}

/// `[start, end]`, or null for a field that was not reached.
impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.is_none() {
            serializer.serialize_none()
        } else {
            (self.start, self.end).serialize(serializer)
        }
    }
}

impl SerializeValue for &[u8] {
    fn serialize_value<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Hex(self).serialize(serializer)
    }
}

impl<const N: usize> SerializeValue for [u8; N] {
    fn serialize_value<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Hex(self).serialize(serializer)
    }
}

/// Writes [`Serialize`] and [`SerializeValue`](crate::serialize::SerializeValue) for types of the wire,
/// in one of these shapes:
///
/// * `text`: as `Display` writes them
/// * `named`: a newtype over a number with `name()`
/// * `flags`: a set of `bitflags`
/// * `list`: what `iter()` gives, of `Result<_, WireError>` or `Spanned<_>`
/// * `value`: types that are `Serialize` already, and stand inside a `Spanned`
///
/// ```
/// use adjoin_wire::{Span, Spanned, open_enum, serialize};
///
/// open_enum! {
///     /// What a file is opened for.
///     pub struct Access(u16);
///     /// To read.
///     READ = 1, "Read";
/// }
/// serialize! { named: Access }
///
/// #[derive(serde::Serialize)]
/// struct Open<'a> {
///     access: Spanned<Access>,
///     key: Spanned<&'a [u8]>,
///     options: Spanned<u32>,
/// }
/// let message = Open {
///     access: Spanned::new(Access::READ, Span::new(0, 2)),
///     key: Spanned::new(b"\xc0\x0c", Span::new(2, 4)),
///     options: Spanned::default(),
/// };
/// assert_eq!(
///     serde_json::to_string(&message).unwrap(),
///     r#"{"access":{"value":1,"name":"Read"},"key":"c00c","options":null}"#
/// );
/// ```
#[macro_export]
macro_rules! serialize {
    ($($shape:ident: $($name:ty),+ $(,)?);+ $(;)?) => { $($( $crate::serialize!(@$shape $name); )+)+ };
    (@text $name:ty) => {
        $crate::serialize!(@both $name, value, serializer => serializer.collect_str(value));
    };
    (@named $name:ty) => {
        $crate::serialize!(@both $name, value, serializer => {
            $crate::serialize::named(value.0, value.name(), serializer)
        });
    };
    (@flags $name:ty) => {
        $crate::serialize!(@both $name, value, serializer => {
            $crate::serialize::flags(value.bits(), || value.iter_names().map(|(name, _)| name), serializer)
        });
    };
    (@list $name:ty) => {
        impl $crate::serialize::serde::Serialize for $name {
            fn serialize<S: $crate::serialize::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_seq(self.iter().map($crate::serialize::IntoItem::into_item))
            }
        }
    };
    (@value $name:ty) => {
        impl $crate::serialize::SerializeValue for $name {
            fn serialize_value<S: $crate::serialize::serde::Serializer>(
                &self,
                serializer: S,
            ) -> Result<S::Ok, S::Error> {
                $crate::serialize::serde::Serialize::serialize(self, serializer)
            }
        }
    };
    (@both $name:ty, $value:ident, $serializer:ident => $body:expr) => {
        impl $crate::serialize::serde::Serialize for $name {
            fn serialize<S: $crate::serialize::serde::Serializer>(&self, $serializer: S) -> Result<S::Ok, S::Error> {
                let $value = self;
                $body
            }
        }
        $crate::serialize!(@value $name);
    };
}

crate::serialize! {
    text: Text<'_>, Utf16Le<'_>, CompressedName<'_>, Guid, Oid<'_>;
    value: u8, u16, u32, u64, i16, i32, i64, usize, bool, Ipv4Addr, Ipv6Addr, IpAddr;
}

/// The identifier octet.
impl Serialize for Tag {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Cursor, ErrorKind};

    #[test]
    fn leaves_errors_and_what_was_not_reached() {
        let mut cursor = Cursor::new(b"\x01\xffDC\xff");
        let number = cursor.u16_be("Number").unwrap();
        let octets = cursor.bytes(3, "Name").unwrap();
        let show = |value: &dyn erased::Json| value.json();
        assert_eq!(show(&number), "511");
        assert_eq!(show(&octets), r#""4443ff""#);
        assert_eq!(show(&octets.map(Text::new)), "\"DC\u{fffd}\"");
        assert_eq!(show(&Spanned::<u32>::default()), "null");
        assert_eq!(show(&number.span), "[0,2]");
        assert_eq!(show(&Spanned::new([1_u8, 2], Span::new(0, 2))), r#""0102""#);
        let error = WireError::new(ErrorKind::Malformed("is odd"), 4, "Flags");
        assert_eq!(
            show(&Partial { value: number, error: Some(error) }),
            r#"{"value":511,"error":{"error":"is odd","field":"Flags","offset":4}}"#
        );
    }

    #[test]
    fn lists_end_with_their_error_and_secrets_are_counted() {
        struct List;
        impl List {
            fn iter(&self) -> impl Iterator<Item = Result<Spanned<u8>, WireError>> {
                let mut cursor = Cursor::new(b"\x07\x08");
                core::iter::from_fn(move || Some(cursor.u8("Octet"))).take(3)
            }
        }
        crate::serialize! { list: List }
        assert_eq!(
            serde_json::to_string(&List).unwrap(),
            r#"[7,8,{"error":"the input ends 1 byte too early","field":"Octet","offset":2}]"#
        );

        #[derive(Serialize)]
        struct Bind<'a> {
            #[serde(serialize_with = "hidden")]
            password: Spanned<&'a [u8]>,
            #[serde(serialize_with = "hidden")]
            token: Option<Spanned<&'a [u8]>>,
        }
        let bind = Bind { password: Cursor::new(b"secret").bytes(6, "simple").unwrap(), token: None };
        assert_eq!(serde_json::to_string(&bind).unwrap(), r#"{"password":"(6 octets)","token":null}"#);
    }

    mod erased {
        use alloc::string::String;

        pub(super) trait Json {
            fn json(&self) -> String;
        }

        impl<T: serde::Serialize> Json for T {
            fn json(&self) -> String {
                serde_json::to_string(self).unwrap()
            }
        }
    }
}
