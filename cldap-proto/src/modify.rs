//! Changes to the directory: RFC 4511 4.6 to 4.9.

use crate::{Attribute, Attributes};
use adjoin_wire::ber::{Reader, Tag, Tlv};
use adjoin_wire::{Cursor, Spanned, Text, WireError, open_enum};

open_enum! {
    /// What a change does with its values.
    pub struct ChangeOperation(u32);
    /// Adds the values.
    ADD = 0, "add";
    /// Removes the values, or the attribute.
    DELETE = 1, "delete";
    /// Puts the values in the place of all others.
    REPLACE = 2, "replace";
    /// Adds to a number (RFC 4525).
    INCREMENT = 3, "increment";
}

/// One change of a ModifyRequest.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Change<'a> {
    /// What to do.
    pub operation: Spanned<ChangeOperation>,
    /// The attribute and the values.
    pub modification: Attribute<'a>,
}

impl<'a> Change<'a> {
    fn read(&mut self, change: &Tlv<'a>) -> Result<(), WireError> {
        let mut r = change.reader("change")?;
        self.operation = r.expect(Tag::ENUMERATED, "operation")?.uint32("operation")?.map(ChangeOperation);
        self.modification.read(&r.expect(Tag::SEQUENCE, "modification")?)?;
        r.finish("change")
    }
}

/// The changes of a ModifyRequest.
#[derive(Clone, Copy, Debug, Default)]
pub struct Changes<'a> {
    contents: Cursor<'a>,
}

impl<'a> Changes<'a> {
    /// The changes; fused: it ends after an error.
    pub fn iter(&self) -> impl Iterator<Item = Result<Change<'a>, WireError>> + use<'a> {
        let mut reader = Some(Reader::new(self.contents));
        core::iter::from_fn(move || {
            let mut rest = reader.take().filter(|reader| !reader.is_empty())?;
            let mut change = Change::default();
            let outcome = rest.expect(Tag::SEQUENCE, "change").and_then(|tlv| change.read(&tlv));
            if outcome.is_ok() {
                reader = Some(rest);
            }
            Some(outcome.map(|()| change))
        })
    }
}

/// ModifyRequest, RFC 4511 4.6.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ModifyRequest<'a> {
    /// The entry to change.
    pub object: Spanned<Text<'a>>,
    /// The changes, done all or none.
    pub changes: Changes<'a>,
}

impl<'a> ModifyRequest<'a> {
    /// ```asn1
    /// ModifyRequest ::= [APPLICATION 6] SEQUENCE {
    ///      object          LDAPDN,
    ///      changes         SEQUENCE OF change SEQUENCE {
    ///           operation       ENUMERATED { add (0), delete (1), replace (2), ... },
    ///           modification    PartialAttribute } }
    /// ```
    pub(crate) fn read(&mut self, r: &mut Reader<'a>) -> Result<(), WireError> {
        self.object = r.expect(Tag::OCTET_STRING, "object")?.text("object")?;
        self.changes.contents = r.expect(Tag::SEQUENCE, "changes")?.contents();
        self.changes.iter().try_for_each(|change| change.map(|_| ()))
    }
}

/// AddRequest, RFC 4511 4.7.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct AddRequest<'a> {
    /// The entry to create.
    pub entry: Spanned<Text<'a>>,
    /// Its attributes.
    pub attributes: Attributes<'a>,
}

impl<'a> AddRequest<'a> {
    /// ```asn1
    /// AddRequest ::= [APPLICATION 8] SEQUENCE { entry LDAPDN, attributes AttributeList }
    /// ```
    pub(crate) fn read(&mut self, r: &mut Reader<'a>) -> Result<(), WireError> {
        self.entry = r.expect(Tag::OCTET_STRING, "entry")?.text("entry")?;
        self.attributes.read(&r.expect(Tag::SEQUENCE, "attributes")?)
    }
}

/// DelRequest, RFC 4511 4.8: `[APPLICATION 10] LDAPDN`.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct DelRequest<'a> {
    /// The entry to delete.
    pub entry: Spanned<Text<'a>>,
}

/// ModifyDNRequest, RFC 4511 4.9.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ModifyDnRequest<'a> {
    /// The entry to rename or move.
    pub entry: Spanned<Text<'a>>,
    /// Its new relative name.
    pub new_rdn: Spanned<Text<'a>>,
    /// The old relative name's value goes.
    pub delete_old_rdn: Spanned<bool>,
    /// Its new parent, when it moves.
    pub new_superior: Option<Spanned<Text<'a>>>,
}

impl<'a> ModifyDnRequest<'a> {
    /// ```asn1
    /// ModifyDNRequest ::= [APPLICATION 12] SEQUENCE {
    ///      entry           LDAPDN,
    ///      newrdn          RelativeLDAPDN,
    ///      deleteoldrdn    BOOLEAN,
    ///      newSuperior     [0] LDAPDN OPTIONAL }
    /// ```
    pub(crate) fn read(&mut self, r: &mut Reader<'a>) -> Result<(), WireError> {
        self.entry = r.expect(Tag::OCTET_STRING, "entry")?.text("entry")?;
        self.new_rdn = r.expect(Tag::OCTET_STRING, "newrdn")?.text("newrdn")?;
        self.delete_old_rdn = r.expect(Tag::BOOLEAN, "deleteoldrdn")?.boolean("deleteoldrdn")?;
        if let Some(superior) = r.optional(Tag::context_primitive(0), "newSuperior")? {
            self.new_superior = Some(superior.text("newSuperior")?);
        }
        Ok(())
    }
}
