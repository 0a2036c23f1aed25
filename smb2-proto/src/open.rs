//! The shape of all wire enumerations here: an open newtype, so that an unknown value is a value.

macro_rules! open_enum {
    ($(#[$meta:meta])* $name:ident($int:ty) { $($konst:ident = $value:literal, $text:expr;)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub $int);

        impl $name {
            $(
                #[doc = concat!("`", $text, "`: ", stringify!($value), ".")]
                pub const $konst: Self = Self($value);
            )*

            /// The name that the specification gives to the value.
            #[must_use]
            pub const fn name(self) -> Option<&'static str> {
                match self.0 {
                    $($value => Some($text),)*
                    _ => None,
                }
            }
        }

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                write!(f, concat!(stringify!($name), "({:#x})"), self.0)
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                match self.name() {
                    Some(name) => f.write_str(name),
                    None => write!(f, "{:#x}", self.0),
                }
            }
        }
    };
}

/// A flag set that keeps the bits it has no name for.
macro_rules! flag_set {
    ($(#[$($meta:tt)*])* $name:ident($int:ty) { $($(#[$($doc:tt)*])* $konst:ident = $value:literal;)* }) => {
        bitflags::bitflags! {
            $(#[$($meta)*])*
            #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
            pub struct $name: $int {
                $($(#[$($doc)*])* const $konst = $value;)*
                const _ = !0;
            }
        }
    };
}

pub(crate) use {flag_set, open_enum};
