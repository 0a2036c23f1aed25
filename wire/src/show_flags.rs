//! Sets of bits that have names.

/// `Display` and `Debug` for a set of flags of 32 bits: the first method named gives the names of the bits
/// that are set, the second the bits that have none, which are shown in hexadecimal.
///
/// ```
/// struct Rights(u32);
///
/// impl Rights {
///     fn bits(&self) -> u32 {
///         self.0
///     }
///
///     fn names(&self) -> impl Iterator<Item = &'static str> {
///         [(1, "READ"), (2, "WRITE")].into_iter().filter(|(bit, _)| self.0 & bit != 0).map(|(_, name)| name)
///     }
///
///     fn unknown(&self) -> u32 {
///         self.0 & !3
///     }
/// }
/// adjoin_wire::show_flags!(Rights: names, unknown, " ");
///
/// assert_eq!(format!("{} {:?}", Rights(3), Rights(3)), "READ WRITE Rights(0x00000003)");
/// assert_eq!(Rights(0x12).to_string(), "WRITE 0x00000010");
/// ```
#[macro_export]
macro_rules! show_flags {
    ($name:ident: $names:ident, $unknown:ident, $separator:literal) => {
        /// The names, and in hexadecimal the bits that have none.
        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                let mut gap = "";
                for name in self.$names() {
                    write!(f, "{gap}{name}")?;
                    gap = $separator;
                }
                match self.$unknown() {
                    0 => Ok(()),
                    bits => write!(f, "{gap}0x{bits:08x}"),
                }
            }
        }

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                write!(f, concat!(stringify!($name), "(0x{:08x})"), self.bits())
            }
        }
    };
}
