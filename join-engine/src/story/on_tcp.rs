//! The TCP facts of a contact, which datagrams don't have.

use std::ops::{Deref, DerefMut};
use std::sync::LazyLock;

use crate::tcp::Evidence;

/// What a contact over UDP has.
static NONE: LazyLock<Evidence> = LazyLock::new(Evidence::default);

/// [`Evidence`], which takes room only where there is some: half of all contacts are datagrams.
#[derive(Debug, Default)]
pub(crate) struct OnTcp(Option<Box<Evidence>>);

impl Deref for OnTcp {
    type Target = Evidence;

    fn deref(&self) -> &Evidence {
        self.0.as_deref().unwrap_or(&NONE)
    }
}

impl DerefMut for OnTcp {
    fn deref_mut(&mut self) -> &mut Evidence {
        self.0.get_or_insert_default()
    }
}
