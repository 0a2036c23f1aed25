//! Search, RFC 4511 4.5.

use crate::{Filter, Octets};
use adjoin_wire::ber::{Reader, Tag};
use adjoin_wire::{Spanned, Text, WireError};
use core::fmt;

/// How far below the base a search goes.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Scope(pub u32);

impl Scope {
    /// The base itself.
    pub const BASE_OBJECT: Self = Self(0);
    /// The entries right below it.
    pub const SINGLE_LEVEL: Self = Self(1);
    /// The base and everything below it.
    pub const WHOLE_SUBTREE: Self = Self(2);

    /// The name in RFC 4511, if it has one.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        match self.0 {
            0 => Some("baseObject"),
            1 => Some("singleLevel"),
            2 => Some("wholeSubtree"),
            _ => None,
        }
    }
}

/// Whether aliases are followed. Active Directory has none.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct DerefAliases(pub u32);

impl DerefAliases {
    /// Never.
    pub const NEVER: Self = Self(0);
    /// Below the base.
    pub const IN_SEARCHING: Self = Self(1);
    /// To find the base.
    pub const FINDING_BASE_OBJ: Self = Self(2);
    /// Both.
    pub const ALWAYS: Self = Self(3);

    /// The name in RFC 4511, if it has one.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        match self.0 {
            0 => Some("neverDerefAliases"),
            1 => Some("derefInSearching"),
            2 => Some("derefFindingBaseObj"),
            3 => Some("derefAlways"),
            _ => None,
        }
    }
}

macro_rules! open_enum {
    ($($name:ident)*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self.name() {
                    Some(name) => f.write_str(name),
                    None => write!(f, "0x{:x}", self.0),
                }
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "(0x{:x})"), self.0)
            }
        }
    )*};
}
pub(crate) use open_enum;

open_enum!(Scope DerefAliases);

/// SearchRequest, RFC 4511 4.5.1.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct SearchRequest<'a> {
    /// The name to start at; empty for the rootDSE and for an LDAP ping.
    pub base_object: Spanned<Text<'a>>,
    /// How far below.
    pub scope: Spanned<Scope>,
    /// Whether aliases are followed.
    pub deref_aliases: Spanned<DerefAliases>,
    /// Most entries to return; 0 for no limit.
    pub size_limit: Spanned<u32>,
    /// Most seconds to search; 0 for no limit.
    pub time_limit: Spanned<u32>,
    /// Names of attributes only, no values.
    pub types_only: Spanned<bool>,
    /// What must hold of an entry; nothing when it was not reached.
    pub filter: Option<Filter<'a>>,
    /// Attributes to return; none for all.
    pub attributes: Octets<'a>,
}

impl<'a> SearchRequest<'a> {
    /// ```asn1
    /// SearchRequest ::= [APPLICATION 3] SEQUENCE {
    ///      baseObject      LDAPDN,
    ///      scope           ENUMERATED { baseObject (0), singleLevel (1), wholeSubtree (2), ... },
    ///      derefAliases    ENUMERATED { ... },
    ///      sizeLimit       INTEGER (0 ..  maxInt),
    ///      timeLimit       INTEGER (0 ..  maxInt),
    ///      typesOnly       BOOLEAN,
    ///      filter          Filter,
    ///      attributes      SEQUENCE OF selector LDAPString }
    /// ```
    pub(crate) fn read(&mut self, r: &mut Reader<'a>) -> Result<(), WireError> {
        self.base_object = r.expect(Tag::OCTET_STRING, "baseObject")?.text("baseObject")?;
        self.scope = r.expect(Tag::ENUMERATED, "scope")?.uint32("scope")?.map(Scope);
        self.deref_aliases =
            r.expect(Tag::ENUMERATED, "derefAliases")?.uint32("derefAliases")?.map(DerefAliases);
        self.size_limit = r.expect(Tag::INTEGER, "sizeLimit")?.uint32("sizeLimit")?;
        self.time_limit = r.expect(Tag::INTEGER, "timeLimit")?.uint32("timeLimit")?;
        self.types_only = r.expect(Tag::BOOLEAN, "typesOnly")?.boolean("typesOnly")?;
        self.filter.insert(Filter::new(r.read("filter")?)).check()?;
        self.attributes.read(&r.expect(Tag::SEQUENCE, "attributes")?, "attributes")
    }

    /// The search asks for this attribute by name, without regard to case.
    #[must_use]
    pub fn asks_for(&self, attribute: &str) -> bool {
        self.attributes.texts().any(|text| text.eq_ignore_ascii_case(attribute))
    }
}

/// SearchResultReference, RFC 4511 4.5.3: `[APPLICATION 19] SEQUENCE OF uri URI`.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct SearchResultReference<'a> {
    /// URIs of servers that have more.
    pub uris: Octets<'a>,
}
