//! Numbers of the wire that have names.

/// Declares an open enumeration: any value is legal, known ones have a constant and a name.
///
/// ```
/// adjoin_wire::open_enum! {
///     /// What a file is opened for.
///     pub struct Access(u16);
///     /// To read.
///     READ = 1, "Read";
/// }
/// assert_eq!(Access::READ.to_string(), "Read");
/// assert_eq!((Access(7).name(), Access(7).to_string()), (None, "0x7".to_owned()));
/// ```
#[macro_export]
macro_rules! open_enum {
    (
        $(#[$meta:meta])*
        pub struct $name:ident($repr:ty);
        $( $(#[$vmeta:meta])* $konst:ident = $value:literal, $text:literal; )*
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub $repr);

        impl $name {
            $( $(#[$vmeta])* pub const $konst: Self = Self($value); )*

            /// The name that the specification gives the value.
            #[must_use]
            pub const fn name(self) -> Option<&'static str> {
                match self.0 {
                    $( $value => Some($text), )*
                    _ => None,
                }
            }
        }

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                write!(f, "{:#x}", self.0)
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                match self.name() {
                    Some(name) => f.write_str(name),
                    None => core::fmt::Debug::fmt(self, f),
                }
            }
        }
    };
}
