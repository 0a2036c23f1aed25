//! `Debug` of messages whose octets may be secrets or ciphers: their place and number, never themselves.

use crate::Spanned;

/// What [`octets_by_size!`](crate::octets_by_size) shows instead of octets.
pub trait Size {
    /// The number of octets, with their place.
    type Shown: core::fmt::Debug;

    /// That of these.
    fn size(&self) -> Self::Shown;
}

impl Size for Spanned<&[u8]> {
    type Shown = Spanned<usize>;

    fn size(&self) -> Self::Shown {
        self.map(<[u8]>::len)
    }
}

impl<T: Size> Size for Option<T> {
    type Shown = Option<T::Shown>;

    fn size(&self) -> Self::Shown {
        self.as_ref().map(Size::size)
    }
}

/// `Debug` for a struct: the fields of the first list as they are, of those of the second, which hold
/// octets, the number. Each field must be in one of them.
///
/// ```
/// use adjoin_wire::{Cursor, Spanned, octets_by_size};
///
/// struct Sealed<'a> {
///     level: u8,
///     token: Spanned<&'a [u8]>,
/// }
/// octets_by_size!(Sealed { level } { token });
///
/// let token = Cursor::new(b"secret").take_rest();
/// assert_eq!(format!("{:?}", Sealed { level: 6, token }), "Sealed { level: 6, token: 6@0..6 }");
/// ```
#[macro_export]
macro_rules! octets_by_size {
    ($name:ident { $($field:ident),* $(,)? } { $($octets:ident),* $(,)? }) => {
        impl core::fmt::Debug for $name<'_> {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                // Does not compile when a field is in neither list.
                let Self { $($field,)* $($octets,)* } = self;
                f.debug_struct(stringify!($name))
                    $(.field(stringify!($field), $field))*
                    $(.field(stringify!($octets), &$crate::debug::Size::size($octets)))*
                    .finish()
            }
        }
    };
}
