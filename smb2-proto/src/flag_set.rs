//! The shape of all flag sets here.

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

pub(crate) use flag_set;
