//! Mechanisms: object identifiers with names.

use adjoin_wire::ber::{Oid, Reader, Tag, Tlv};
use adjoin_wire::{Cursor, Span, Spanned, WireError};
use core::fmt;

/// A GSS-API mechanism (RFC 2743 3.1). `Display` is its name, or the dotted form of an unknown one.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Mechanism<'a>(pub Oid<'a>);

impl Mechanism<'static> {
    /// 1.3.6.1.5.5.2 (RFC 4178).
    pub const SPNEGO: Self = Self(Oid(&[0x2b, 6, 1, 5, 5, 2]));
    /// 1.2.840.48018.1.2.2: Kerberos with one arc overflown, which Windows sends first ([MS-SPNG] 3.1.5.2).
    pub const MS_KRB5: Self = Self(Oid(&[0x2a, 0x86, 0x48, 0x82, 0xf7, 0x12, 1, 2, 2]));
    /// 1.2.840.113554.1.2.2 (RFC 4121).
    pub const KRB5: Self = Self(Oid(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 1, 2, 2]));
    /// 1.2.840.113554.1.2.2.3: Kerberos, user to user.
    pub const KRB5_USER_TO_USER: Self = Self(Oid(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 1, 2, 2, 3]));
    /// 1.3.6.1.4.1.311.2.2.10 ([MS-NLMP]).
    pub const NTLMSSP: Self = Self(Oid(&[0x2b, 6, 1, 4, 1, 0x82, 0x37, 2, 2, 0x0a]));
    /// 1.3.6.1.4.1.311.2.2.30 ([MS-NEGOEX]).
    pub const NEGOEX: Self = Self(Oid(&[0x2b, 6, 1, 4, 1, 0x82, 0x37, 2, 2, 0x1e]));

    /// Every mechanism that has a name.
    pub const KNOWN: &'static [Self] =
        &[Self::SPNEGO, Self::MS_KRB5, Self::KRB5, Self::KRB5_USER_TO_USER, Self::NTLMSSP, Self::NEGOEX];
}

impl Mechanism<'_> {
    /// The name, if it is a known one.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        const NAMES: [&str; 6] = ["SPNEGO", "MS KRB5", "KRB5", "KRB5 user-to-user", "NTLMSSP", "NEGOEX"];
        let known = Mechanism::KNOWN.iter().zip(NAMES);
        known.into_iter().find(|(mechanism, _)| mechanism.0.0 == self.0.0).map(|(_, name)| name)
    }

    /// True for the three identifiers of Kerberos.
    #[must_use]
    pub fn is_kerberos(self) -> bool {
        [Mechanism::MS_KRB5, Mechanism::KRB5, Mechanism::KRB5_USER_TO_USER].contains(&self)
    }
}

impl fmt::Display for Mechanism<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.pad(name),
            None => fmt::Display::fmt(&self.0, f),
        }
    }
}

impl fmt::Debug for Mechanism<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self} ({})", self.0)
    }
}

/// MechTypeList (RFC 4178 4.1) ::= SEQUENCE OF OBJECT IDENTIFIER: the mechanisms in the sender's order.
#[derive(Clone, Copy)]
pub struct MechTypes<'a> {
    reader: Reader<'a>,
    span: Span,
}

impl<'a> MechTypes<'a> {
    pub(crate) fn read(list: &Tlv<'a>) -> Result<Self, WireError> {
        Ok(Self { reader: list.reader("mechTypes")?, span: list.span() })
    }

    /// Walks the list, so that its errors show when the token is read.
    pub(crate) fn check(&self) -> Result<(), WireError> {
        let mut reader = self.reader;
        while !reader.is_empty() {
            reader.expect(Tag::OID, "mechTypes")?.oid("mechTypes")?;
        }
        reader.finish("mechTypes")
    }

    /// The octets of the whole list; `NONE` when it was not reached.
    #[must_use]
    pub const fn span(&self) -> Span {
        self.span
    }

    /// The mechanisms. An error is given once and ends the iteration.
    #[must_use]
    pub const fn iter(&self) -> MechTypesIter<'a> {
        MechTypesIter { reader: self.reader, done: false }
    }
}

impl Default for MechTypes<'_> {
    fn default() -> Self {
        Self { reader: Reader::new(Cursor::default()), span: Span::NONE }
    }
}

impl fmt::Debug for MechTypes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<'a> IntoIterator for MechTypes<'a> {
    type Item = Result<Spanned<Mechanism<'a>>, WireError>;
    type IntoIter = MechTypesIter<'a>;

    fn into_iter(self) -> MechTypesIter<'a> {
        self.iter()
    }
}

/// The mechanisms of a [`MechTypes`]; fused.
#[derive(Clone, Debug)]
pub struct MechTypesIter<'a> {
    reader: Reader<'a>,
    done: bool,
}

impl<'a> Iterator for MechTypesIter<'a> {
    type Item = Result<Spanned<Mechanism<'a>>, WireError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let item = if self.reader.is_empty() {
            // A list that the capture cut between two elements ends with an error, not silently.
            self.reader.finish("mechTypes").err().map(Err)
        } else {
            let element = self.reader.expect(Tag::OID, "mechTypes");
            Some(element.and_then(|element| element.oid("mechTypes")).map(|oid| oid.map(Mechanism)))
        };
        self.done = !matches!(item, Some(Ok(_)));
        item
    }
}

impl core::iter::FusedIterator for MechTypesIter<'_> {}
