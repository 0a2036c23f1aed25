//! Numbers of the wire that have names.

/// Declares an open enumeration: any value is legal, known ones have a constant and a name.
///
/// Behind the type may stand how a number is written (`"{:#x}"` unless said), and behind that the name
/// of a list of all known values.
///
/// ```
/// adjoin_wire::open_enum! {
///     /// What a file is opened for.
///     pub struct Access(u16, "{:#06x}", KNOWN);
///     /// To read.
///     READ = 1, "Read";
/// }
/// assert_eq!((Access(1).name(), Access(7).name()), (Some("Read"), None));
/// assert_eq!(format!("{} {:?}", Access::READ, Access::READ), "Read Access(0x0001 Read)");
/// assert_eq!(format!("{} {:?}", Access(7), Access(7)), "0x0007 Access(0x0007)");
/// assert_eq!(Access::KNOWN, [Access::READ]);
/// ```
#[macro_export]
macro_rules! open_enum {
    (
        $(#[$meta:meta])*
        pub struct $name:ident($repr:ty $(, $number:literal $(, $list:ident)?)?);
        $( $(#[$vmeta:meta])* $konst:ident = $value:literal, $text:literal; )*
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub $repr);

        impl $name {
            $(
                $(#[$vmeta])*
                #[doc = concat!("\n\n`", $text, "`, ", stringify!($value), ".")]
                pub const $konst: Self = Self($value);
            )*

            /// The name that the specification gives the value.
            #[must_use]
            pub const fn name(self) -> Option<&'static str> {
                match self.0 {
                    $( $value => Some($text), )*
                    _ => None,
                }
            }
        }

        $crate::open_enum!(@list $name { $($konst)* } $($($list)?)?);

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                write!(f, concat!(stringify!($name), "(", $crate::open_enum!(@number $($number)?)), self.0)?;
                match self.name() {
                    Some(name) => write!(f, " {name})"),
                    None => f.write_str(")"),
                }
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                match self.name() {
                    Some(name) => f.pad(name),
                    None => write!(f, $crate::open_enum!(@number $($number)?), self.0),
                }
            }
        }
    };
    (@number) => { "{:#x}" };
    (@number $number:literal) => { $number };
    (@list $name:ident { $($konst:ident)* }) => {};
    (@list $name:ident { $($konst:ident)* } $list:ident) => {
        impl $name {
            /// Every value that has a name.
            pub const $list: &'static [Self] = &[$(Self::$konst),*];
        }
    };
}
