//! The LDAP ping, [MS-ADTS] 6.3.3: a search of the rootDSE for the attribute `netlogon`, whose
//! filter says what is looked for.

use crate::{AttributeValueAssertion, SearchRequest};
use adjoin_wire::{ErrorKind, Guid, Spanned, Text, WireError};
#[cfg(feature = "alloc")]
use alloc::vec::Vec;
use core::fmt;

/// What an LDAP ping looks for. The elements of the filter may come in any order and case.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct LdapPing<'a> {
    /// DNS name of the domain; may end in a dot.
    pub dns_domain: Option<Spanned<Text<'a>>>,
    /// NetBIOS name of the client.
    pub host: Option<Spanned<Text<'a>>>,
    /// DNS name of the client; Windows 8 and later.
    pub dns_host_name: Option<Spanned<Text<'a>>>,
    /// The account to look up, such as `PC8$`.
    pub user: Option<Spanned<Text<'a>>>,
    /// Kinds of account that will do, little-endian: 0x80 workstation trust, 0x100 server trust.
    pub aac: Option<Spanned<u32>>,
    /// SID of the domain.
    pub domain_sid: Option<Spanned<&'a [u8]>>,
    /// GUID of the domain.
    pub domain_guid: Option<Spanned<Guid>>,
    /// `NETLOGON_NT_VERSION` bits, little-endian: what the client understands.
    pub nt_ver: Option<Spanned<u32>>,
    /// The first element that has the wrong size, or where the filter was cut.
    pub problem: Option<WireError>,
}

impl<'a> LdapPing<'a> {
    /// The ping in a search, if the search is one: it asks for the attribute `netlogon`. When it
    /// was cut before the list of attributes, an `NtVer` in the filter is enough.
    #[must_use]
    pub fn of(search: &SearchRequest<'a>) -> Option<Self> {
        let mut ping = Self::default();
        let filter = search.filter?;
        let outcome = filter.required(&mut |assertion| ping.take(assertion));
        ping.problem = ping.problem.or(outcome.err());
        let cut = search.attributes.texts().next().is_none() && ping.nt_ver.is_some();
        (search.asks_for("netlogon") || cut).then_some(ping)
    }

    fn take(&mut self, assertion: &AttributeValueAssertion<'a>) {
        let (name, value) = (assertion.attribute_desc, assertion.assertion_value);
        let text = || Some(value.map(Text::new));
        if name.eq_ignore_ascii_case("DnsDomain") {
            self.dns_domain = text();
        } else if name.eq_ignore_ascii_case("Host") {
            self.host = text();
        } else if name.eq_ignore_ascii_case("DnsHostName") {
            self.dns_host_name = text();
        } else if name.eq_ignore_ascii_case("User") {
            self.user = text();
        } else if name.eq_ignore_ascii_case("DomainSid") {
            self.domain_sid = Some(value);
        } else if name.eq_ignore_ascii_case("AAC") {
            self.aac = self.fixed(value, "AAC").map(|octets| octets.map(u32::from_le_bytes));
        } else if name.eq_ignore_ascii_case("NtVer") {
            self.nt_ver = self.fixed(value, "NtVer").map(|octets| octets.map(u32::from_le_bytes));
        } else if name.eq_ignore_ascii_case("DomainGuid") {
            self.domain_guid = self.fixed(value, "DomainGuid").map(|octets| octets.map(Guid::from_le_bytes));
        }
    }

    fn fixed<const N: usize>(
        &mut self,
        value: Spanned<&[u8]>,
        field: &'static str,
    ) -> Option<Spanned<[u8; N]>> {
        let octets = <[u8; N]>::try_from(value.value).ok();
        if octets.is_none() {
            let kind = ErrorKind::Malformed("the value has another size");
            self.problem = self.problem.or(Some(WireError::new(kind, value.span.start, field)));
        }
        octets.map(|octets| Spanned::new(octets, value.span))
    }

    /// The same ping as a datagram; the elements in the order in which Windows writes them.
    ///
    /// Nothing when a text element is not UTF-8.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn encode(&self, message_id: u32, long_lengths: bool) -> Option<Vec<u8>> {
        let text = |field: Option<Spanned<Text<'a>>>| match field {
            None => Some(None),
            Some(field) => field.to_str().map(Some),
        };
        Some(
            LdapPingBuilder {
                message_id,
                dns_domain: text(self.dns_domain)?,
                host: text(self.host)?,
                user: text(self.user)?,
                aac: self.aac.map(|aac| *aac),
                domain_sid: self.domain_sid.map(|sid| *sid),
                domain_guid: self.domain_guid.map(|guid| *guid),
                nt_ver: self.nt_ver.map(|version| *version),
                dns_host_name: text(self.dns_host_name)?,
                long_lengths,
            }
            .encode(),
        )
    }
}

/// In a few words: `LDAP ping for contoso.local, account PC8$`.
impl fmt::Display for LdapPing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LDAP ping for ")?;
        match (self.dns_domain, self.domain_guid) {
            (Some(domain), _) => write!(f, "{domain}")?,
            (None, Some(guid)) => write!(f, "the domain {guid}")?,
            (None, None) => f.write_str("any domain")?,
        }
        self.user.map_or(Ok(()), |user| write!(f, ", account {user}"))
    }
}

/// Writes an LDAP ping.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct LdapPingBuilder<'a> {
    /// Comes back in the answer.
    pub message_id: u32,
    /// DNS name of the domain.
    pub dns_domain: Option<&'a str>,
    /// NetBIOS name of the client.
    pub host: Option<&'a str>,
    /// The account to look up.
    pub user: Option<&'a str>,
    /// Kinds of account that will do.
    pub aac: Option<u32>,
    /// SID of the domain, in octets.
    pub domain_sid: Option<&'a [u8]>,
    /// GUID of the domain.
    pub domain_guid: Option<Guid>,
    /// `NETLOGON_NT_VERSION` bits; Windows sends 0x2000_0016.
    pub nt_ver: Option<u32>,
    /// DNS name of the client.
    pub dns_host_name: Option<&'a str>,
    /// Writes the lengths of constructed elements in five octets, as Windows does.
    pub long_lengths: bool,
}

#[cfg(feature = "alloc")]
impl LdapPingBuilder<'_> {
    /// The octets of the SearchRequest, ready for UDP port 389.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let long = self.long_lengths;
        let mut filter = Vec::new();
        let mut assert = |name: &str, value: &[u8]| {
            let both = [element(0x04, name.as_bytes(), false), element(0x04, value, false)].concat();
            filter.extend(element(0xa3, &both, long));
        };
        let (aac, version) = (self.aac.map(u32::to_le_bytes), self.nt_ver.map(u32::to_le_bytes));
        let guid = self.domain_guid.map(Guid::to_le_bytes);
        for (name, value) in [
            ("DnsDomain", self.dns_domain.map(str::as_bytes)),
            ("Host", self.host.map(str::as_bytes)),
            ("User", self.user.map(str::as_bytes)),
            ("AAC", aac.as_ref().map(<[u8; 4]>::as_slice)),
            ("DomainSid", self.domain_sid),
            ("DomainGuid", guid.as_ref().map(<[u8; 16]>::as_slice)),
            ("NtVer", version.as_ref().map(<[u8; 4]>::as_slice)),
            ("DnsHostName", self.dns_host_name.map(str::as_bytes)),
        ] {
            if let Some(value) = value {
                assert(name, value);
            }
        }
        let search = [
            element(0x04, b"", false),
            element(0x0a, &[0], false),
            element(0x0a, &[0], false),
            element(0x02, &[0], false),
            element(0x02, &[0], false),
            element(0x01, &[0], false),
            element(0xa0, &filter, long),
            element(0x30, &element(0x04, b"Netlogon", false), long),
        ]
        .concat();
        let id = adjoin_wire::encode::integer(self.message_id.into());
        element(0x30, &[id, element(0x63, &search, long)].concat(), long)
    }
}

/// The answer to an LDAP ping as one datagram: an entry with the value of the attribute `netlogon`, and the
/// end of the search. Without a value the entry has no attribute: "not a domain of mine".
///
/// `long_lengths` is the form in which Windows writes lengths.
#[cfg(feature = "alloc")]
#[must_use]
pub fn ping_answer(message_id: u32, value: Option<&[u8]>, long_lengths: bool) -> Vec<u8> {
    answer(message_id, "Netlogon", value, long_lengths)
}

/// [`ping_answer`] with the attribute's name in any spelling.
#[cfg(feature = "alloc")]
pub(crate) fn answer(message_id: u32, name: &str, value: Option<&[u8]>, long: bool) -> Vec<u8> {
    let attribute = |value| {
        let both = [element(0x04, name.as_bytes(), false), element(0x31, &element(0x04, value, false), long)];
        element(0x30, &both.concat(), long)
    };
    let attributes = element(0x30, &value.map(attribute).unwrap_or_default(), long);
    let entry = element(0x64, &[element(0x04, b"", false), attributes].concat(), long);
    let done = element(0x65, &[0x0a, 1, 0, 0x04, 0, 0x04, 0], long);
    let id = adjoin_wire::encode::integer(message_id.into());
    [
        element(0x30, &[id.as_slice(), &entry].concat(), long),
        element(0x30, &[id.as_slice(), &done].concat(), long),
    ]
    .concat()
}

#[cfg(feature = "alloc")]
pub(crate) fn element(tag: u8, contents: &[u8], long: bool) -> Vec<u8> {
    use adjoin_wire::{ber::Tag, encode};
    if long { encode::tlv_long(Tag(tag), contents) } else { encode::tlv(Tag(tag), contents) }
}
