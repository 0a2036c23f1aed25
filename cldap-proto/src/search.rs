//! Search, RFC 4511 4.5.

use crate::{Filter, Octets};
use adjoin_wire::ber::{Reader, Tag};
use adjoin_wire::{Spanned, Text, WireError, open_enum};

open_enum! {
    /// How far below the base a search goes.
    pub struct Scope(u32);
    /// The base itself.
    BASE_OBJECT = 0, "baseObject";
    /// The entries right below it.
    SINGLE_LEVEL = 1, "singleLevel";
    /// The base and everything below it.
    WHOLE_SUBTREE = 2, "wholeSubtree";
}

open_enum! {
    /// Whether aliases are followed. Active Directory has none.
    pub struct DerefAliases(u32);
    /// Never.
    NEVER = 0, "neverDerefAliases";
    /// Below the base.
    IN_SEARCHING = 1, "derefInSearching";
    /// To find the base.
    FINDING_BASE_OBJ = 2, "derefFindingBaseObj";
    /// Both.
    ALWAYS = 3, "derefAlways";
}

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
