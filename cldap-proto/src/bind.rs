//! Bind, RFC 4511 4.2.

use crate::LdapResult;
use adjoin_wire::ber::{Reader, Tag};
use adjoin_wire::{Spanned, Text, WireError, octets_by_size};
use core::fmt;

/// How a client proves who it is.
#[derive(Clone, Copy, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum Authentication<'a> {
    /// Not reached.
    #[default]
    None,
    /// A password in clear, RFC 4511 4.2; empty for an anonymous bind. `Debug` doesn't show it.
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    Simple(Spanned<&'a [u8]>),
    /// SASL: `GSS-SPNEGO` or `GSSAPI` in a domain join.
    Sasl {
        /// The mechanism's name.
        mechanism: Spanned<Text<'a>>,
        /// The mechanism's token.
        #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
        credentials: Option<Spanned<&'a [u8]>>,
    },
    /// NTLM without SASL, [MS-ADTS] 5.1.1.1.3 ("Sicily"): `[9]` asks for packages, `[10]` and
    /// `[11]` carry tokens.
    Sicily {
        /// 9, 10 or 11.
        step: u8,
        /// The token.
        #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
        credentials: Spanned<&'a [u8]>,
    },
    /// Another choice.
    Unknown {
        /// The identifier octet.
        tag: u8,
        /// The contents.
        #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
        octets: Spanned<&'a [u8]>,
    },
}

impl fmt::Debug for Authentication<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("None"),
            Self::Simple(password) => write!(f, "Simple({} octets@{:?})", password.len(), password.span),
            Self::Sasl { mechanism, credentials } => f
                .debug_struct("Sasl")
                .field("mechanism", mechanism)
                .field("credentials", &credentials.map(|c| c.span))
                .finish(),
            Self::Sicily { step, credentials } => write!(f, "Sicily({step}, {:?})", credentials.span),
            Self::Unknown { tag, octets } => write!(f, "Unknown(0x{tag:02x}, {:?})", octets.span),
        }
    }
}

/// BindRequest, RFC 4511 4.2.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct BindRequest<'a> {
    /// 3; 2 from very old clients.
    pub version: Spanned<u32>,
    /// The name to bind as; empty with SASL.
    pub name: Spanned<Text<'a>>,
    /// How.
    pub authentication: Authentication<'a>,
}

impl<'a> BindRequest<'a> {
    /// ```asn1
    /// BindRequest ::= [APPLICATION 0] SEQUENCE {
    ///      version                 INTEGER (1 ..  127),
    ///      name                    LDAPDN,
    ///      authentication          CHOICE { simple [0] OCTET STRING, sasl [3] SaslCredentials } }
    /// SaslCredentials ::= SEQUENCE { mechanism LDAPString, credentials OCTET STRING OPTIONAL }
    /// ```
    pub(crate) fn read(&mut self, r: &mut Reader<'a>) -> Result<(), WireError> {
        const FIELD: &str = "authentication";
        self.version = r.expect(Tag::INTEGER, "version")?.uint32("version")?;
        self.name = r.expect(Tag::OCTET_STRING, "name")?.text("name")?;
        let choice = r.read(FIELD)?;
        self.authentication = match choice.tag.0 {
            0x80 => Authentication::Simple(choice.octets("simple")?),
            0xa3 => {
                let mut sasl = choice.reader("sasl")?;
                let mechanism = sasl.expect(Tag::OCTET_STRING, "mechanism")?.text("mechanism")?;
                self.authentication = Authentication::Sasl { mechanism, credentials: None };
                let credentials = match sasl.optional(Tag::OCTET_STRING, "credentials")? {
                    Some(octets) => Some(octets.octets("credentials")?),
                    None => None,
                };
                sasl.finish("sasl")?;
                Authentication::Sasl { mechanism, credentials }
            }
            tag @ 0x89..=0x8b => {
                Authentication::Sicily { step: tag & 0x1f, credentials: choice.octets("sicily")? }
            }
            tag => Authentication::Unknown { tag, octets: choice.octets(FIELD)? },
        };
        Ok(())
    }
}

/// BindResponse, RFC 4511 4.2.2.
#[derive(Clone, Copy, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct BindResponse<'a> {
    /// The outcome; `saslBindInProgress` while rounds remain.
    pub result: LdapResult<'a>,
    /// The mechanism's token from the server.
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    pub server_sasl_creds: Option<Spanned<&'a [u8]>>,
}

octets_by_size!(BindResponse { result } { server_sasl_creds });

impl<'a> BindResponse<'a> {
    /// ```asn1
    /// BindResponse ::= [APPLICATION 1] SEQUENCE {
    ///      COMPONENTS OF LDAPResult,
    ///      serverSaslCreds    [7] OCTET STRING OPTIONAL }
    /// ```
    pub(crate) fn read(&mut self, r: &mut Reader<'a>) -> Result<(), WireError> {
        self.result.read(r)?;
        if let Some(creds) = r.optional(Tag::context_primitive(7), "serverSaslCreds")? {
            self.server_sasl_creds = Some(creds.octets("serverSaslCreds")?);
        }
        Ok(())
    }
}
