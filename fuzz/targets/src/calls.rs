//! The calls of a join: NETLOGON, SAMR and LSARPC.

use crate::check;
use netlogon_proto::rpc as netlogon;
use rpce_proto::{ByteOrder, Encoding};
use samr_proto::{lsarpc, samr};

/// The stubs of [`netlogon_proto::rpc`] and [`samr_proto`]. The first octet picks how they are read:
/// bit 0 NDR64, bit 1 big-endian, bit 2 a response, bits 3 and 4 the interface; the second is the opnum.
pub fn join_call(bytes: &[u8]) {
    let [how, opnum, stub @ ..] = bytes else { return };
    let encoding = if how & 1 == 0 { Encoding::NDR } else { Encoding::NDR64 };
    let order = if how & 2 == 0 { ByteOrder::Little } else { ByteOrder::Big };
    let encoding = encoding.with_order(order);
    macro_rules! read {
        ($interface:ident) => {{
            let opnum = $interface::Opnum(u16::from(*opnum));
            check::text(opnum);
            if how & 4 == 0 {
                let partial = $interface::Request::parse_partial(opnum, stub, encoding);
                check::message(stub, &$interface::Request::parse(opnum, stub, encoding), &partial);
            } else {
                let partial = $interface::Response::parse_partial(opnum, stub, encoding);
                check::message(stub, &$interface::Response::parse(opnum, stub, encoding), &partial);
            }
        }};
    }
    match how >> 3 & 3 {
        0 => {
            read!(netlogon);
            lists(
                stub,
                netlogon::Response::parse_partial(netlogon::Opnum(u16::from(*opnum)), stub, encoding).value,
            );
        }
        1 => read!(samr),
        _ => read!(lsarpc),
    }
}

/// Domains in the answers of NETLOGON.
fn lists(stub: &[u8], response: netlogon::Response<'_>) {
    match response {
        netlogon::Response::DsrEnumerateDomainTrusts(answer) => check::list(stub, answer.domains.iter()),
        netlogon::Response::LogonGetDomainInfo(answer) => {
            answer.domain_info.iter().for_each(|info| check::list(stub, info.trusted_domains.iter()));
        }
        _ => {}
    }
}
