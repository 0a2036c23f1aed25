//! The open enumerations of the wire: a number, with a name when there is one.

/// Declares a newtype over a wire integer with named constants. A value without a name is as good
/// as any other.
macro_rules! enumeration {
    (
        $(#[$meta:meta])*
        $name:ident($int:ty) {
            $($(#[$doc:meta])* $constant:ident = $value:literal, $text:literal;)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub $int);

        impl $name {
            $($(#[$doc])* pub const $constant: Self = Self($value);)*

            /// Every value that has a name.
            pub const KNOWN: &'static [Self] = &[$(Self::$constant),*];

            /// The name that the specification gives, if there is one.
            #[must_use]
            pub const fn name(self) -> Option<&'static str> {
                match self.0 {
                    $($value => Some($text),)*
                    _ => None,
                }
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                match self.name() {
                    Some(name) => f.pad(name),
                    None => write!(f, "0x{:04x}", self.0),
                }
            }
        }

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                match self.name() {
                    Some(name) => write!(f, "{}(0x{:04x} {name})", stringify!($name), self.0),
                    None => write!(f, "{}(0x{:04x})", stringify!($name), self.0),
                }
            }
        }
    };
}
pub(crate) use enumeration;
