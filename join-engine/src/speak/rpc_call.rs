//! What a clear call to SAMR, LSARPC or NETLOGON is about, and what it answers, in a few words.

use adjoin_wire::{Guid, Spanned};
use netlogon_proto::rpc as netlogon;
use rpce_proto::{ByteOrder, Encoding, WideText};
use samr_proto::{lsarpc, samr};

use super::rpc::{LSARPC, NETLOGON, SAMR};
use crate::show::Stub;

/// Most characters of a name that is remembered until the answer comes.
const MAX_SUBJECT: usize = 64;

/// The stubs of this interface are read.
pub(super) const fn is_read(interface: Guid) -> bool {
    matches!(interface, SAMR | LSARPC | NETLOGON)
}

/// How a stub is encoded when the bind was not captured: in the way in which all of it can be read.
pub(super) fn guess_encoding(
    interface: Guid,
    opnum: u16,
    response: bool,
    stub: &[u8],
    order: ByteOrder,
) -> Encoding {
    let reads = |encoding: &Encoding| match (interface, response) {
        (SAMR, false) => samr::Request::parse(samr::Opnum(opnum), stub, *encoding).is_ok(),
        (SAMR, true) => samr::Response::parse(samr::Opnum(opnum), stub, *encoding).is_ok(),
        (LSARPC, false) => lsarpc::Request::parse(lsarpc::Opnum(opnum), stub, *encoding).is_ok(),
        (LSARPC, true) => lsarpc::Response::parse(lsarpc::Opnum(opnum), stub, *encoding).is_ok(),
        (NETLOGON, false) => netlogon::Request::parse(netlogon::Opnum(opnum), stub, *encoding).is_ok(),
        (NETLOGON, true) => netlogon::Response::parse(netlogon::Opnum(opnum), stub, *encoding).is_ok(),
        _ => true,
    };
    [Encoding::NDR, Encoding::NDR64]
        .map(|encoding| encoding.with_order(order))
        .into_iter()
        .find(reads)
        .unwrap_or(Encoding::NDR.with_order(order))
}

/// Whom or what a request is about: an account, a domain, a part of the information.
pub(super) fn subject(stub: Stub, bytes: &[u8]) -> Option<Box<str>> {
    let mut text = match stub.interface {
        SAMR => in_samr(samr::Request::parse_partial(samr::Opnum(stub.opnum), bytes, stub.encoding).value),
        LSARPC => {
            match lsarpc::Request::parse_partial(lsarpc::Opnum(stub.opnum), bytes, stub.encoding).value {
                lsarpc::Request::QueryInformationPolicy(m) => named(&m.information_class),
                _ => None,
            }
        }
        NETLOGON => in_netlogon(
            netlogon::Request::parse_partial(netlogon::Opnum(stub.opnum), bytes, stub.encoding).value,
        ),
        _ => None,
    }?;
    if let Some((at, _)) = text.char_indices().nth(MAX_SUBJECT) {
        text.truncate(at);
    }
    (!text.is_empty()).then(|| text.into())
}

fn named<T: ToString>(field: &Spanned<T>) -> Option<String> {
    field.reached().map(ToString::to_string)
}

fn text(field: Option<Spanned<WideText<'_>>>) -> Option<String> {
    named(&field?)
}

fn in_samr(call: samr::Request<'_>) -> Option<String> {
    match call {
        samr::Request::LookupDomain(m) => text(m.name),
        samr::Request::CreateUser(m) => text(m.name),
        samr::Request::LookupNames(m) => text(m.names.iter().next()?.ok()?),
        samr::Request::OpenUser(m) => Some(sentence!("RID {}", m.user_id.reached()?)),
        samr::Request::SetInformationUser(m) => named(&m.information_class),
        samr::Request::QueryInformationUser(m) => named(&m.information_class),
        samr::Request::ValidateReuse(m) => named(&m.computer_sid),
        _ => None,
    }
}

fn in_netlogon(call: netlogon::Request<'_>) -> Option<String> {
    match call {
        netlogon::Request::ServerReqChallenge(m) => named(&m.computer_name),
        netlogon::Request::ServerAuthenticate(m) => named(&m.account_name),
        netlogon::Request::ServerPasswordSet(m) => named(&m.account_name),
        netlogon::Request::LogonGetCapabilities(m) => text(m.computer_name),
        netlogon::Request::LogonGetDomainInfo(m) => text(m.computer_name),
        netlogon::Request::DsrGetDcName(m) => text(m.domain_name),
        netlogon::Request::DsrGetSiteName(m) => text(m.computer_name),
        _ => None,
    }
}

/// What an answer gives beside its return value.
pub(super) fn result(stub: Stub, bytes: &[u8]) -> Option<String> {
    match stub.interface {
        SAMR => match samr::Response::parse_partial(samr::Opnum(stub.opnum), bytes, stub.encoding).value {
            samr::Response::CreateUser(m) => rid(m.relative_id),
            samr::Response::LookupNames(m) => rid(m.relative_ids.iter().next()?),
            samr::Response::ValidateReuse(m) if m.status.reached() == Some(&0) => {
                Some(if m.result.value { "reuse allowed" } else { "reuse not allowed" }.to_owned())
            }
            _ => None,
        },
        LSARPC => {
            match lsarpc::Response::parse_partial(lsarpc::Opnum(stub.opnum), bytes, stub.encoding).value {
                lsarpc::Response::QueryInformationPolicy(m) => {
                    let domain = *m.policy_information?.domain();
                    let name = text(domain.dns_domain_name).filter(|name| !name.is_empty());
                    name.or_else(|| text(domain.name))
                }
                _ => None,
            }
        }
        NETLOGON => {
            match netlogon::Response::parse_partial(netlogon::Opnum(stub.opnum), bytes, stub.encoding).value {
                netlogon::Response::ServerAuthenticate(m) => rid(m.account_rid?),
                netlogon::Response::DsrGetDcName(m) => text(m.domain_controller_name),
                netlogon::Response::DsrGetSiteName(m) => text(m.site_name),
                _ => None,
            }
        }
        _ => None,
    }
    .filter(|text| !text.is_empty())
}

fn rid(field: Spanned<u32>) -> Option<String> {
    field.reached().filter(|rid| **rid != 0).map(|rid| sentence!("RID {rid}"))
}
