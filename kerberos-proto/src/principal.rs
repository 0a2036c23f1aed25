//! Principal names.

use crate::sequence::{SequenceOf, tagged, tagged_optional};
use adjoin_wire::ber::{Reader, Tag, Tlv};
use adjoin_wire::{Span, Spanned, Text, WireError, open_enum};
use core::fmt;

open_enum! {
    /// `name-type` of a principal name (RFC 4120 6.2, [MS-KILE] 3.1.5.1).
    pub struct NameType(i32, "{}", KNOWN);
    /// Not known.
    UNKNOWN = 0, "NT-UNKNOWN";
    /// A user or a computer.
    PRINCIPAL = 1, "NT-PRINCIPAL";
    /// A service with an instance: krbtgt/REALM, cifs/host.
    SRV_INST = 2, "NT-SRV-INST";
    /// A service on a host.
    SRV_HST = 3, "NT-SRV-HST";
    /// A service on a host, the host as the other components.
    SRV_XHST = 4, "NT-SRV-XHST";
    /// A unique identifier.
    UID = 5, "NT-UID";
    /// An encoded X.509 distinguished name.
    X500_PRINCIPAL = 6, "NT-X500-PRINCIPAL";
    /// An SMTP mail name.
    SMTP_NAME = 7, "NT-SMTP-NAME";
    /// An enterprise name, user@suffix (RFC 6806).
    ENTERPRISE = 10, "NT-ENTERPRISE";
    /// A well-known name such as WELLKNOWN/ANONYMOUS (RFC 6111).
    WELLKNOWN = 11, "NT-WELLKNOWN";
    /// A service on a host in a domain (RFC 5179).
    SRV_HST_DOMAIN = 12, "NT-SRV-HST-DOMAIN";
    /// DOMAIN\user, Microsoft's.
    MS_PRINCIPAL = -128, "NT-MS-PRINCIPAL";
    /// DOMAIN\user with a SID, Microsoft's.
    MS_PRINCIPAL_AND_ID = -129, "NT-MS-PRINCIPAL-AND-ID";
    /// user@suffix with a SID, Microsoft's.
    ENT_PRINCIPAL_AND_ID = -130, "NT-ENT-PRINCIPAL-AND-ID";
}

/// PrincipalName (RFC 4120 5.2.2). `Display` joins the components with `/`.
#[derive(Clone, Copy, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct PrincipalName<'a> {
    /// The whole SEQUENCE, as far as the input has it.
    pub span: Span,
    /// `name-type`.
    pub name_type: Spanned<NameType>,
    /// `name-string`: the components.
    pub name_string: SequenceOf<'a, Spanned<Text<'a>>>,
}

impl<'a> PrincipalName<'a> {
    /// The components that can be read.
    pub fn components(&self) -> impl Iterator<Item = Text<'a>> + use<'a> {
        self.name_string.iter().map_while(Result::ok).map(|text| text.value)
    }

    /// The first component: the service class of a service's name (`cifs`, `ldap`, `krbtgt`).
    #[must_use]
    pub fn service(&self) -> Option<Text<'a>> {
        self.components().next()
    }

    // PrincipalName ::= SEQUENCE {
    //     name-type   [0] Int32,
    //     name-string [1] SEQUENCE OF KerberosString }
    fn read(&mut self, element: &Tlv<'a>) -> Result<(), WireError> {
        self.span = element.span();
        let mut reader = element.reader("PrincipalName")?;
        self.name_type = tagged(&mut reader, 0, Tag::INTEGER, "name-type")?.int32("name-type")?.map(NameType);
        self.name_string = SequenceOf::new(&tagged(&mut reader, 1, Tag::SEQUENCE, "name-string")?)?;
        self.name_string.check()?;
        reader.finish("PrincipalName")
    }

    /// `[n] PrincipalName`.
    #[inline(always)]
    pub(crate) fn tagged(
        &mut self,
        reader: &mut Reader<'a>,
        n: u8,
        field: &'static str,
    ) -> Result<(), WireError> {
        self.read(&tagged(reader, n, Tag::SEQUENCE, field)?)
    }

    /// `[n] PrincipalName OPTIONAL`.
    #[inline(always)]
    pub(crate) fn optional(
        slot: &mut Option<Self>,
        reader: &mut Reader<'a>,
        n: u8,
        field: &'static str,
    ) -> Result<(), WireError> {
        match tagged_optional(reader, n, Tag::SEQUENCE, field)? {
            Some(element) => slot.insert(Self::default()).read(&element),
            None => Ok(()),
        }
    }
}

impl fmt::Display for PrincipalName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, part) in self.components().enumerate() {
            if i > 0 {
                f.write_str("/")?;
            }
            fmt::Display::fmt(&part, f)?;
        }
        Ok(())
    }
}

impl fmt::Debug for PrincipalName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self} ({})", self.name_type)
    }
}

/// `[n] KerberosString`, which a Realm is too.
#[inline(always)]
pub(crate) fn string<'a>(
    reader: &mut Reader<'a>,
    n: u8,
    field: &'static str,
) -> Result<Spanned<Text<'a>>, WireError> {
    tagged(reader, n, Tag::GENERAL_STRING, field)?.text(field)
}

/// `[n] KerberosString OPTIONAL`.
#[inline(always)]
pub(crate) fn string_optional<'a>(
    reader: &mut Reader<'a>,
    n: u8,
    field: &'static str,
) -> Result<Option<Spanned<Text<'a>>>, WireError> {
    match tagged_optional(reader, n, Tag::GENERAL_STRING, field)? {
        Some(element) => element.text(field).map(Some),
        None => Ok(None),
    }
}
