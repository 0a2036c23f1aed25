//! SearchResultEntry, RFC 4511 4.5.2, and the lists of attributes that other messages share.

use crate::Octets;
use adjoin_wire::ber::{Reader, Tag, Tlv};
use adjoin_wire::{Cursor, Span, Spanned, Text, WireError};

/// An attribute and its values.
#[derive(Clone, Copy, Debug, Default)]
pub struct Attribute<'a> {
    /// The attribute's name, spelled as the sender likes it: compare without regard to case.
    pub description: Spanned<Text<'a>>,
    /// The values.
    pub values: Octets<'a>,
    /// The whole element, as far as the input has it.
    pub span: Span,
}

impl<'a> Attribute<'a> {
    /// ```asn1
    /// PartialAttribute ::= SEQUENCE { type AttributeDescription, vals SET OF value AttributeValue }
    /// ```
    #[inline(always)]
    pub(crate) fn read(&mut self, attribute: &Tlv<'a>) -> Result<(), WireError> {
        self.span = attribute.span();
        let mut r = attribute.reader("attribute")?;
        self.description = r.expect(Tag::OCTET_STRING, "type")?.text("type")?;
        let values = r.expect(Tag::SET, "vals")?;
        self.values.read(&values, "vals")?;
        r.finish("attribute")
    }
}

/// `SEQUENCE OF PartialAttribute`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Attributes<'a> {
    contents: Cursor<'a>,
}

impl<'a> Attributes<'a> {
    /// As [`Octets::read`].
    #[inline(always)]
    pub(crate) fn read(&mut self, list: &Tlv<'a>) -> Result<(), WireError> {
        self.contents = list.contents();
        let (mut items, mut attribute) = (Reader::new(self.contents), Attribute::default());
        while !items.is_empty() {
            attribute.read(&items.expect(Tag::SEQUENCE, "attribute")?)?;
        }
        let mut end = self.contents;
        end.take_rest();
        end.finish("attributes")
    }

    /// The octets of the list, without its header.
    #[must_use]
    pub const fn span(&self) -> Span {
        self.contents.span()
    }

    /// The attributes; fused: it ends after an error.
    pub fn iter(&self) -> impl Iterator<Item = Result<Attribute<'a>, WireError>> + Clone + use<'a> {
        self.partial().map(|(attribute, error)| error.map_or(Ok(attribute), Err))
    }

    /// The attributes, and with the last one, if it can't be read to its end, the error: what was
    /// read before it is kept.
    pub fn partial(&self) -> impl Iterator<Item = (Attribute<'a>, Option<WireError>)> + Clone + use<'a> {
        let mut reader = Some(Reader::new(self.contents));
        core::iter::from_fn(move || {
            let mut rest = reader.take().filter(|reader| !reader.is_empty())?;
            let mut attribute = Attribute::default();
            let outcome = rest.expect(Tag::SEQUENCE, "attribute").and_then(|tlv| attribute.read(&tlv));
            if outcome.is_ok() {
                reader = Some(rest);
            }
            Some((attribute, outcome.err()))
        })
    }

    /// The values of an attribute, whose name is compared without regard to case.
    #[must_use]
    pub fn values(&self, description: &str) -> Option<Octets<'a>> {
        self.partial()
            .map(|(a, _)| a)
            .find(|a| a.description.eq_ignore_ascii_case(description))
            .map(|a| a.values)
    }
}

/// SearchResultEntry, RFC 4511 4.5.2.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct SearchResultEntry<'a> {
    /// The entry's name; empty for the rootDSE, and so in the answer to an LDAP ping.
    pub object_name: Spanned<Text<'a>>,
    /// The attributes. None in the answer to an LDAP ping means: not a domain of this server.
    pub attributes: Attributes<'a>,
}

impl<'a> SearchResultEntry<'a> {
    /// ```asn1
    /// SearchResultEntry ::= [APPLICATION 4] SEQUENCE {
    ///      objectName      LDAPDN,
    ///      attributes      SEQUENCE OF partialAttribute PartialAttribute }
    /// ```
    #[inline(always)]
    pub(crate) fn read(&mut self, r: &mut Reader<'a>) -> Result<(), WireError> {
        self.object_name = r.expect(Tag::OCTET_STRING, "objectName")?.text("objectName")?;
        self.attributes.read(&r.expect(Tag::SEQUENCE, "attributes")?)
    }
}

/// The answer to an LDAP ping: the first value of the attribute `netlogon`, in any spelling
/// (Samba and old Windows say `netlogon`, Windows Server 2019 and later `Netlogon`).
///
/// A value that was cut is given as far as the input has it.
#[must_use]
pub fn netlogon_value<'a>(entry: &SearchResultEntry<'a>) -> Option<Spanned<&'a [u8]>> {
    entry.attributes.values("netlogon").and_then(|values| values.first_or_cut())
}

impl<'a> Octets<'a> {
    /// The first item; when the input ends inside it, what there is of it.
    #[must_use]
    pub fn first_or_cut(&self) -> Option<Spanned<&'a [u8]>> {
        let item = Reader::new(self.cursor()).expect(Tag::OCTET_STRING, "value").ok()?;
        Some(item.contents().take_rest())
    }
}
