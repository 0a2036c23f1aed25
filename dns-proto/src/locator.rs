//! The names by which a domain controller is found, [MS-ADTS] 6.3.2.3.

use crate::record::RecordType;
use adjoin_wire::{CompressedName, Guid, Labels, Text};
use core::fmt::{self, Write};

/// Which of the locator's records a name is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum LocatorKind {
    /// `_ldap._tcp.[<site>._sites.]<domain>`: an LDAP server of the domain.
    Ldap,
    /// `_ldap._tcp.[<site>._sites.]dc._msdcs.<domain>`: a domain controller; the first question of a join.
    DcLdap,
    /// `_ldap._tcp.pdc._msdcs.<domain>`: the primary domain controller.
    PdcLdap,
    /// `_ldap._tcp.[<site>._sites.]gc._msdcs.<forest>`: a global catalog.
    GcLdap,
    /// `_ldap._tcp.<domain GUID>.domains._msdcs.<forest>`: a controller of a domain known by GUID.
    DomainGuidLdap,
    /// `_gc._tcp.[<site>._sites.]<forest>`: a global catalog.
    Gc,
    /// `_kerberos._tcp.[<site>._sites.]<domain>` or `_udp`: a KDC.
    Kerberos,
    /// `_kerberos._tcp.[<site>._sites.]dc._msdcs.<domain>`: a KDC on a domain controller.
    DcKerberos,
    /// `_kpasswd._tcp.<domain>` or `_udp`: a password change server.
    Kpasswd,
    /// `<DSA GUID>._msdcs.<forest>`: the alias of one domain controller.
    DsaAlias,
    /// `gc._msdcs.<forest>`: the addresses of the global catalogs.
    GcAddress,
}

impl LocatorKind {
    /// A few words for people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ldap => "LDAP servers of a domain",
            Self::DcLdap => "domain controllers",
            Self::PdcLdap => "primary domain controller",
            Self::GcLdap => "global catalogs (LDAP)",
            Self::DomainGuidLdap => "domain controllers by domain GUID",
            Self::Gc => "global catalogs",
            Self::Kerberos => "KDCs",
            Self::DcKerberos => "KDCs on domain controllers",
            Self::Kpasswd => "password change servers",
            Self::DsaAlias => "alias of a domain controller",
            Self::GcAddress => "addresses of the global catalogs",
        }
    }

    /// True when records of `rtype` are registered under such a name.
    #[must_use]
    pub const fn has_type(self, rtype: RecordType) -> bool {
        match self {
            Self::DsaAlias => matches!(rtype, RecordType::CNAME),
            Self::GcAddress => matches!(rtype, RecordType::A | RecordType::AAAA),
            _ => matches!(rtype, RecordType::SRV),
        }
    }
}

impl fmt::Display for LocatorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The transport label of a service name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum Transport {
    /// `_tcp`.
    Tcp,
    /// `_udp`.
    Udp,
}

/// A name that belongs to the locator, taken apart.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct LocatorName<'a> {
    /// Which record it is.
    pub kind: LocatorKind,
    /// The transport, for a service.
    pub transport: Option<Transport>,
    /// The site, when the name is one of a site.
    pub site: Option<Text<'a>>,
    /// The domain GUID or the DSA GUID.
    pub guid: Option<Guid>,
    /// The DNS name of the domain or forest.
    pub domain: DomainName<'a>,
}

/// The end of a name: the labels of the domain or forest. Equality ignores ASCII case.
#[derive(Clone)]
pub struct DomainName<'a> {
    labels: Labels<'a>,
}

impl<'a> DomainName<'a> {
    /// The labels.
    #[must_use]
    pub fn labels(&self) -> Labels<'a> {
        self.labels.clone()
    }

    /// True when both are the same name: ASCII case and one dot at the end don't count.
    #[must_use]
    pub fn eq_ignore_ascii_case(&self, other: &str) -> bool {
        let mut labels = self.labels();
        let other = other.strip_suffix('.').unwrap_or(other);
        other
            .split('.')
            .all(|wanted| matches!(labels.next(), Some(Ok(label)) if label.eq_ignore_ascii_case(wanted)))
            && labels.next().is_none()
    }
}

impl PartialEq for DomainName<'_> {
    fn eq(&self, other: &Self) -> bool {
        let (mut left, mut right) = (self.labels(), other.labels());
        loop {
            match (left.next(), right.next()) {
                (None, None) => return true,
                (Some(Ok(a)), Some(Ok(b))) if a.as_bytes().eq_ignore_ascii_case(b.as_bytes()) => {}
                _ => return false,
            }
        }
    }
}

impl Eq for DomainName<'_> {}

impl fmt::Display for DomainName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, label) in self.labels().map_while(Result::ok).enumerate() {
            if i > 0 {
                f.write_char('.')?;
            }
            write!(f, "{label}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for DomainName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

/// Says which record of the locator `name` is; nothing when it is none.
///
/// Not told apart from other names: the address records of a domain or of a controller itself,
/// whose names look like any other. UDP is accepted where such records are registered, which is
/// for Kerberos and password changes of a domain.
#[must_use]
pub fn classify(name: CompressedName<'_>) -> Option<LocatorName<'_>> {
    let mut labels = name.labels();
    let first = labels.next()?.ok()?;
    let located = if first.as_bytes().first() == Some(&b'_') {
        service(first, labels)?
    } else {
        directory(first, labels)?
    };
    // A service of no domain is a question for nobody.
    matches!(located.domain.labels().next(), Some(Ok(_))).then_some(located)
}

/// Passes over `wanted` when it is the next label.
fn take(labels: &mut Labels<'_>, wanted: &str) -> bool {
    let mut ahead = labels.clone();
    let found = matches!(ahead.next(), Some(Ok(label)) if label.eq_ignore_ascii_case(wanted));
    if found {
        *labels = ahead;
    }
    found
}

/// `<role>._msdcs` when both are next.
fn take_role(labels: &mut Labels<'_>, role: &str) -> bool {
    let mut ahead = labels.clone();
    let found = take(&mut ahead, role) && take(&mut ahead, "_msdcs");
    if found {
        *labels = ahead;
    }
    found
}

fn guid(label: Text<'_>) -> Option<Guid> {
    let text = label.to_str()?;
    // The form without braces is the one that is registered.
    if text.len() == 36 { text.parse().ok() } else { None }
}

/// `<domain GUID>.domains._msdcs`: the GUID and the labels behind.
fn domain_by_guid<'a>(labels: &Labels<'a>) -> Option<(Guid, Labels<'a>)> {
    let mut behind = labels.clone();
    let found = guid(behind.next()?.ok()?)?;
    take_role(&mut behind, "domains").then_some((found, behind))
}

/// `_service._transport.[<site>._sites.][<role>._msdcs.]<domain>`
fn service<'a>(first: Text<'a>, mut labels: Labels<'a>) -> Option<LocatorName<'a>> {
    let transport = if take(&mut labels, "_tcp") {
        Transport::Tcp
    } else if take(&mut labels, "_udp") {
        Transport::Udp
    } else {
        return None;
    };

    let mut site = None;
    let mut ahead = labels.clone();
    if let Some(Ok(label)) = ahead.next() {
        if take(&mut ahead, "_sites") {
            site = Some(label);
            labels = ahead;
        }
    }

    let mut domain_guid = None;
    let kind = if first.eq_ignore_ascii_case("_ldap") {
        if take_role(&mut labels, "dc") {
            LocatorKind::DcLdap
        } else if take_role(&mut labels, "gc") {
            LocatorKind::GcLdap
        } else if site.is_none() && take_role(&mut labels, "pdc") {
            LocatorKind::PdcLdap
        } else if let (None, Some((found, behind))) = (site, domain_by_guid(&labels)) {
            domain_guid = Some(found);
            labels = behind;
            LocatorKind::DomainGuidLdap
        } else {
            LocatorKind::Ldap
        }
    } else if first.eq_ignore_ascii_case("_kerberos") {
        if take_role(&mut labels, "dc") { LocatorKind::DcKerberos } else { LocatorKind::Kerberos }
    } else if first.eq_ignore_ascii_case("_kpasswd") {
        LocatorKind::Kpasswd
    } else if first.eq_ignore_ascii_case("_gc") {
        LocatorKind::Gc
    } else {
        return None;
    };
    if transport == Transport::Udp && !matches!(kind, LocatorKind::Kerberos | LocatorKind::Kpasswd) {
        return None;
    }
    Some(LocatorName {
        kind,
        transport: Some(transport),
        site,
        guid: domain_guid,
        domain: DomainName { labels },
    })
}

/// `<DSA GUID>._msdcs.<forest>` or `gc._msdcs.<forest>`
fn directory<'a>(first: Text<'a>, mut labels: Labels<'a>) -> Option<LocatorName<'a>> {
    if !take(&mut labels, "_msdcs") {
        return None;
    }
    let (kind, guid) = if first.eq_ignore_ascii_case("gc") {
        (LocatorKind::GcAddress, None)
    } else {
        (LocatorKind::DsaAlias, Some(guid(first)?))
    };
    Some(LocatorName { kind, transport: None, site: None, guid, domain: DomainName { labels } })
}
