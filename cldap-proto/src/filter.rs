//! Search filters: RFC 4511 4.5.1.7 on the wire, RFC 4515 as text.

use crate::secret::is_secret;
use adjoin_wire::ber::{Reader, Tag, Tlv};
use adjoin_wire::{Span, Spanned, Text, WireError, octets_by_size};
use core::fmt::{self, Write};

/// A filter. Its parts are read when they are asked for; nesting is bounded by
/// [`adjoin_wire::ber::MAX_DEPTH`]. `Display` gives the text of RFC 4515, in which a part that
/// can't be read is `(?)`, and the value of a password is its size: `(userPassword=<6 octets>)`.
#[derive(Clone, Copy)]
pub struct Filter<'a> {
    tlv: Tlv<'a>,
}

/// `attribute = value`, or with another relation.
#[derive(Clone, Copy, Default)]
pub struct AttributeValueAssertion<'a> {
    /// The attribute's name: compare without regard to case.
    pub attribute_desc: Spanned<Text<'a>>,
    /// The value.
    pub assertion_value: Spanned<&'a [u8]>,
}

octets_by_size!(AttributeValueAssertion { attribute_desc } { assertion_value });

/// `attribute:dn:rule:=value`, RFC 4511 4.5.1.7.7.
#[derive(Clone, Copy, Default)]
pub struct MatchingRule<'a> {
    /// Name or dotted OID of the rule.
    pub matching_rule: Option<Spanned<Text<'a>>>,
    /// The attribute's name.
    pub description: Option<Spanned<Text<'a>>>,
    /// The value.
    pub match_value: Spanned<&'a [u8]>,
    /// The entry's name is searched as well.
    pub dn_attributes: bool,
}

octets_by_size!(MatchingRule { matching_rule, description, dn_attributes } { match_value });

/// One piece of a substring filter.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Substring<'a> {
    /// The value begins so.
    Initial(Spanned<&'a [u8]>),
    /// It has this somewhere.
    Any(Spanned<&'a [u8]>),
    /// It ends so.
    Final(Spanned<&'a [u8]>),
}

/// The piece by its size.
impl fmt::Debug for Substring<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, octets) = match self {
            Self::Initial(octets) => ("Initial", octets),
            Self::Any(octets) => ("Any", octets),
            Self::Final(octets) => ("Final", octets),
        };
        f.debug_tuple(name).field(&octets.map(<[u8]>::len)).finish()
    }
}

/// The pieces of a substring filter.
#[derive(Clone, Copy, Debug)]
pub struct Substrings<'a> {
    reader: Reader<'a>,
}

impl<'a> Substrings<'a> {
    /// The pieces; fused: it ends after an error.
    pub fn iter(&self) -> impl Iterator<Item = Result<Substring<'a>, WireError>> + use<'a> {
        each(self.reader).map(|piece| {
            let piece = piece?;
            let octets = piece.octets("substring")?;
            match piece.tag.0 {
                0x80 => Ok(Substring::Initial(octets)),
                0x81 => Ok(Substring::Any(octets)),
                0x82 => Ok(Substring::Final(octets)),
                _ => Err(WireError::new(NOT_A_SUBSTRING, piece.header.start, "substring")),
            }
        })
    }
}

const NOT_A_SUBSTRING: adjoin_wire::ErrorKind =
    adjoin_wire::ErrorKind::Malformed("neither initial nor any nor final");

/// The operands of AND and OR.
#[derive(Clone, Copy, Debug)]
pub struct Filters<'a> {
    reader: Reader<'a>,
}

impl<'a> Filters<'a> {
    /// The operands; fused: it ends after an error.
    pub fn iter(&self) -> impl Iterator<Item = Result<Filter<'a>, WireError>> + use<'a> {
        each(self.reader).map(|tlv| tlv.map(Filter::new))
    }
}

/// The elements of a reader; ends after an error.
fn each<'a>(reader: Reader<'a>) -> impl Iterator<Item = Result<Tlv<'a>, WireError>> {
    let mut reader = Some(reader);
    core::iter::from_fn(move || {
        let mut rest = reader.take().filter(|reader| !reader.is_empty())?;
        let tlv = rest.read("filter");
        if tlv.is_ok() {
            reader = Some(rest);
        }
        Some(tlv)
    })
}

/// What a filter says.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum FilterKind<'a> {
    /// All of them hold; RFC 4526: true when there is none.
    And(Filters<'a>),
    /// One of them holds; false when there is none.
    Or(Filters<'a>),
    /// It doesn't hold.
    Not(Filter<'a>),
    /// The attribute has the value.
    EqualityMatch(AttributeValueAssertion<'a>),
    /// The attribute has a value with these pieces, in this order.
    Substrings(Spanned<Text<'a>>, Substrings<'a>),
    /// The attribute has a value that is not less.
    GreaterOrEqual(AttributeValueAssertion<'a>),
    /// The attribute has a value that is not greater.
    LessOrEqual(AttributeValueAssertion<'a>),
    /// The attribute is there.
    Present(Spanned<Text<'a>>),
    /// The attribute has about this value.
    ApproxMatch(AttributeValueAssertion<'a>),
    /// A matching rule says so.
    ExtensibleMatch(MatchingRule<'a>),
    /// Another choice.
    Unknown(Tag, Span),
}

impl<'a> AttributeValueAssertion<'a> {
    /// ```asn1
    /// AttributeValueAssertion ::= SEQUENCE {
    ///      attributeDesc   AttributeDescription,
    ///      assertionValue  AssertionValue }
    /// ```
    #[inline(always)]
    fn read(tlv: &Tlv<'a>) -> Result<Self, WireError> {
        let mut r = tlv.reader("filter")?;
        let attribute_desc = r.expect(Tag::OCTET_STRING, "attributeDesc")?.text("attributeDesc")?;
        let assertion_value = r.expect(Tag::OCTET_STRING, "assertionValue")?.octets("assertionValue")?;
        r.finish("filter")?;
        Ok(Self { attribute_desc, assertion_value })
    }
}

impl<'a> MatchingRule<'a> {
    /// ```asn1
    /// MatchingRuleAssertion ::= SEQUENCE {
    ///      matchingRule    [1] MatchingRuleId OPTIONAL,
    ///      type            [2] AttributeDescription OPTIONAL,
    ///      matchValue      [3] AssertionValue,
    ///      dnAttributes    [4] BOOLEAN DEFAULT FALSE }
    /// ```
    fn read(tlv: &Tlv<'a>) -> Result<Self, WireError> {
        let mut rule = Self::default();
        let mut r = tlv.reader("extensibleMatch")?;
        if let Some(id) = r.optional(Tag::context_primitive(1), "matchingRule")? {
            rule.matching_rule = Some(id.text("matchingRule")?);
        }
        if let Some(description) = r.optional(Tag::context_primitive(2), "type")? {
            rule.description = Some(description.text("type")?);
        }
        rule.match_value = r.expect(Tag::context_primitive(3), "matchValue")?.octets("matchValue")?;
        if let Some(flag) = r.optional(Tag::context_primitive(4), "dnAttributes")? {
            rule.dn_attributes = flag.boolean("dnAttributes")?.value;
        }
        r.finish("extensibleMatch")?;
        Ok(rule)
    }
}

impl<'a> Filter<'a> {
    pub(crate) const fn new(tlv: Tlv<'a>) -> Self {
        Self { tlv }
    }

    /// The octets of the filter, as far as the input has it.
    #[must_use]
    pub const fn span(&self) -> Span {
        self.tlv.span()
    }

    /// What it says.
    ///
    /// ```asn1
    /// Filter ::= CHOICE {
    ///      and [0] SET OF filter Filter, or [1] SET OF filter Filter, not [2] Filter,
    ///      equalityMatch [3] AttributeValueAssertion, substrings [4] SubstringFilter,
    ///      greaterOrEqual [5] AttributeValueAssertion, lessOrEqual [6] AttributeValueAssertion,
    ///      present [7] AttributeDescription, approxMatch [8] AttributeValueAssertion,
    ///      extensibleMatch [9] MatchingRuleAssertion, ... }
    /// ```
    ///
    /// # Errors
    /// `Truncated`, `Malformed`, or `Limit` when it is nested too deeply. An unknown choice is no
    /// error.
    #[inline(always)]
    pub fn kind(&self) -> Result<FilterKind<'a>, WireError> {
        let tlv = &self.tlv;
        Ok(match tlv.tag.0 {
            0xa0 => FilterKind::And(Filters { reader: tlv.reader("and")? }),
            0xa1 => FilterKind::Or(Filters { reader: tlv.reader("or")? }),
            0xa2 => {
                let mut r = tlv.reader("not")?;
                let inner = Self::new(r.read("not")?);
                r.finish("not")
                    .or_else(|error| if error.kind.is_truncated() { Ok(()) } else { Err(error) })?;
                FilterKind::Not(inner)
            }
            0xa3 => FilterKind::EqualityMatch(AttributeValueAssertion::read(tlv)?),
            0xa4 => {
                let mut r = tlv.reader("substrings")?;
                let description = r.expect(Tag::OCTET_STRING, "type")?.text("type")?;
                let pieces = r.expect(Tag::SEQUENCE, "substrings")?;
                FilterKind::Substrings(description, Substrings { reader: pieces.reader("substrings")? })
            }
            0xa5 => FilterKind::GreaterOrEqual(AttributeValueAssertion::read(tlv)?),
            0xa6 => FilterKind::LessOrEqual(AttributeValueAssertion::read(tlv)?),
            0x87 => FilterKind::Present(tlv.text("present")?),
            0xa8 => FilterKind::ApproxMatch(AttributeValueAssertion::read(tlv)?),
            0xa9 => FilterKind::ExtensibleMatch(MatchingRule::read(tlv)?),
            _ => FilterKind::Unknown(tlv.tag, self.span()),
        })
    }

    /// Walks the whole filter, so that its errors surface. The depth is bounded by `kind`.
    pub(crate) fn check(&self) -> Result<(), WireError> {
        match self.kind()? {
            FilterKind::And(Filters { mut reader }) | FilterKind::Or(Filters { mut reader }) => {
                while !reader.is_empty() {
                    Self::new(reader.read("filter")?).check()?;
                }
            }
            FilterKind::Not(filter) => filter.check()?,
            FilterKind::Substrings(_, pieces) => pieces.iter().try_for_each(|piece| piece.map(|_| ()))?,
            _ => {}
        }
        let mut end = self.tlv.contents();
        end.take_rest();
        end.finish("filter")
    }

    /// Calls `visit` with every equality match that must hold: the filter itself, or the operands
    /// of its ANDs. Ends with the first error; what stands before a cut is visited.
    pub(crate) fn required(
        &self,
        visit: &mut impl FnMut(&AttributeValueAssertion<'a>),
    ) -> Result<(), WireError> {
        match self.kind()? {
            FilterKind::And(filters) => filters.iter().try_for_each(|filter| filter?.required(visit)),
            FilterKind::EqualityMatch(assertion) => {
                visit(&assertion);
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

/// A value as RFC 4515 writes it: text with `( ) * \` as `\xx`; what is not text, or has control
/// characters, is `\xx` throughout.
struct Escaped<'a>(&'a [u8]);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match core::str::from_utf8(self.0) {
            Ok(text) if !text.contains(char::is_control) => text.chars().try_for_each(|c| match c {
                '(' | ')' | '*' | '\\' => write!(f, "\\{:02x}", u32::from(c)),
                _ => f.write_char(c),
            }),
            _ => self.0.iter().try_for_each(|byte| write!(f, "\\{byte:02x}")),
        }
    }
}

/// What an attribute is compared with: a password by its size.
struct Value<'a>(&'a [u8], &'a [u8]);

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if is_secret(self.0) {
            write!(f, "<{} octets>", self.1.len())
        } else {
            write!(f, "{}", Escaped(self.1))
        }
    }
}

impl FilterKind<'_> {
    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fn relation(
            f: &mut fmt::Formatter<'_>,
            ava: &AttributeValueAssertion<'_>,
            sign: &str,
        ) -> fmt::Result {
            let (name, value) = (ava.attribute_desc.as_bytes(), ava.assertion_value.value);
            write!(f, "{}{sign}{}", Escaped(name), Value(name, value))
        }
        fn operands(f: &mut fmt::Formatter<'_>, sign: char, filters: &Filters<'_>) -> fmt::Result {
            f.write_char(sign)?;
            filters.iter().try_for_each(|filter| match filter {
                Ok(filter) => write!(f, "{filter}"),
                Err(_) => f.write_str("(?)"),
            })
        }
        match self {
            Self::And(filters) => operands(f, '&', filters),
            Self::Or(filters) => operands(f, '|', filters),
            Self::Not(filter) => write!(f, "!{filter}"),
            Self::EqualityMatch(ava) => relation(f, ava, "="),
            Self::GreaterOrEqual(ava) => relation(f, ava, ">="),
            Self::LessOrEqual(ava) => relation(f, ava, "<="),
            Self::ApproxMatch(ava) => relation(f, ava, "~="),
            Self::Present(description) => write!(f, "{}=*", Escaped(description.as_bytes())),
            Self::Substrings(description, pieces) => {
                let name = description.as_bytes();
                write!(f, "{}=", Escaped(name))?;
                let mut open = true;
                for piece in pieces.iter() {
                    match piece {
                        Ok(Substring::Initial(octets)) => write!(f, "{}", Value(name, &octets))?,
                        Ok(Substring::Any(octets)) => write!(f, "*{}", Value(name, &octets))?,
                        Ok(Substring::Final(octets)) => {
                            write!(f, "*{}", Value(name, &octets))?;
                            open = false;
                        }
                        Err(_) => f.write_str("?")?,
                    }
                }
                if open { f.write_char('*') } else { Ok(()) }
            }
            Self::ExtensibleMatch(rule) => {
                if let Some(description) = rule.description {
                    write!(f, "{}", Escaped(description.as_bytes()))?;
                }
                if rule.dn_attributes {
                    f.write_str(":dn")?;
                }
                if let Some(id) = rule.matching_rule {
                    write!(f, ":{}", Escaped(id.as_bytes()))?;
                }
                let name = rule.description.map_or(&[][..], |description| description.value.as_bytes());
                write!(f, ":={}", Value(name, &rule.match_value))
            }
            Self::Unknown(..) => f.write_char('?'),
        }
    }
}

impl fmt::Display for Filter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind() {
            Ok(kind) => {
                f.write_char('(')?;
                kind.show(f)?;
                f.write_char(')')
            }
            Err(_) => f.write_str("(?)"),
        }
    }
}

impl fmt::Debug for Filter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}@{:?}", self.span())
    }
}
