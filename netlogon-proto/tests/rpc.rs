//! The RPC interface: own byte strings in every encoding, every prefix of them, random octets.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]
#![allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "tests")]

use netlogon_proto::DsFlags;
use netlogon_proto::rpc::*;
use proptest::prelude::*;
use rpce_proto::{Encoding, NdrSyntax, NdrWriter};

const ALL: [Encoding; 4] =
    [Encoding::NDR, Encoding::NDR64, Encoding::NDR.big_endian(), Encoding::NDR64.big_endian()];

const GUID: u128 = 0x1122_3344_5566_7788_99aa_bbcc_ddee_ff00;

/// An enumeration: two octets, or four in NDR64.
fn enum16(w: &mut NdrWriter, encoding: Encoding, value: u16) {
    match encoding.ndr {
        NdrSyntax::Ndr => w.u16(value),
        NdrSyntax::Ndr64 => w.u32(value.into()),
    };
}

fn requests(encoding: Encoding) -> Vec<(Opnum, Vec<u8>)> {
    let write = |fill: &dyn Fn(&mut NdrWriter)| {
        let mut w = NdrWriter::new(encoding);
        fill(&mut w);
        w.finish()
    };
    let server = |w: &mut NdrWriter| {
        w.uint3264(0x2_0000).string("\\\\DC1.contoso.local");
    };
    let account = |w: &mut NdrWriter| {
        server(w);
        w.string("PC7$");
        enum16(w, encoding, 2);
        w.string("PC7");
    };
    vec![
        (
            Opnum::NETR_SERVER_REQ_CHALLENGE,
            write(&|w| {
                server(w);
                w.string("PC7").bytes(&[7; 8]);
            }),
        ),
        (
            Opnum::NETR_SERVER_AUTHENTICATE,
            write(&|w| {
                account(w);
                w.bytes(&[9; 8]);
            }),
        ),
        (
            Opnum::NETR_SERVER_AUTHENTICATE3,
            write(&|w| {
                account(w);
                w.bytes(&[9; 8]).u32(0x612f_ffff);
            }),
        ),
        (
            Opnum::NETR_SERVER_AUTHENTICATE_KERBEROS,
            write(&|w| {
                account(w);
                w.u32(0xe12f_ffff);
            }),
        ),
        (
            Opnum::NETR_LOGON_GET_CAPABILITIES,
            write(&|w| {
                w.string("\\\\DC1").uint3264(1).string("PC7").align(4).bytes(&[5; 12]).bytes(&[0; 12]).u32(2);
            }),
        ),
        (
            Opnum::DSR_GET_DC_NAME_EX2,
            write(&|w| {
                w.uint3264(0).uint3264(4).string("PC7$").u32(0x80).uint3264(8).string("contoso.local");
                w.uint3264(12).guid(adjoin_wire::Guid::from_u128(GUID)).uint3264(0).u32(0x4000_1010);
            }),
        ),
        (
            Opnum::DSR_ENUMERATE_DOMAIN_TRUSTS,
            write(&|w| {
                server(w);
                w.u32(0x3f);
            }),
        ),
        (
            Opnum::DSR_GET_SITE_NAME,
            write(&|w| {
                w.uint3264(0);
            }),
        ),
    ]
}

/// An answer of level 1: the domain, and a domain that it trusts. `ndrdump netlogon netr_LogonGetDomainInfo out`
/// of Samba 4.17 reads it as the test does, in NDR and in NDR64.
fn domain_info(w: &mut NdrWriter, encoding: Encoding) {
    let word = encoding.word();
    let counted = |w: &mut NdrWriter, text: &str| {
        let octets = u16::try_from(text.len() * 2).unwrap();
        let pointer = if text.is_empty() { 0 } else { 0x2_0000 };
        w.align(word).u16(octets).u16(octets).uint3264(pointer);
    };
    let text = |w: &mut NdrWriter, text: &str| {
        let units: Vec<u16> = text.encode_utf16().collect();
        let count = units.len() as u64;
        w.uint3264(count).uint3264(0).uint3264(count);
        for unit in units {
            w.u16(unit);
        }
    };
    let domain = |w: &mut NdrWriter, names: [&str; 3], trust: bool| {
        names.iter().for_each(|name| counted(w, name));
        w.guid(adjoin_wire::Guid::from_u128(GUID)).uint3264(3);
        w.u16(if trust { 16 } else { 0 }).u16(16).uint3264(trust.into());
        ["", "", ""].iter().for_each(|name| counted(w, name));
        w.u32(0).u32(0).u32(0).u32(0);
    };
    let behind = |w: &mut NdrWriter, names: [&str; 3], trust: bool| {
        names.iter().filter(|name| !name.is_empty()).for_each(|name| text(w, name));
        w.uint3264(1).align(4).bytes(&[1, 1, 0, 0, 0, 0, 0, 5]).u32(21);
        if trust {
            w.uint3264(8).uint3264(0).uint3264(8);
            for half in [0x22, 0, 1, 0, 2, 0, 0x20, 0] {
                w.u16(half);
            }
        }
    };
    let (own, other) = (["CONTOSO", "contoso.local", "contoso.local"], ["OTHER", "other.local", ""]);
    w.bytes(&[5; 8]).u32(0).align(word).u32(1).uint3264(1);
    domain(w.align(word), own, false);
    w.u32(1).uint3264(2).align(word).u32(0).uint3264(0);
    ["PC7.contoso.local", "", "", ""].iter().for_each(|name| counted(w, name));
    w.u32(2).u32(28).u32(0).u32(0);
    behind(w, own, false);
    domain(w.uint3264(1).align(word), other, true);
    behind(w, other, true);
    text(w, "PC7.contoso.local");
    w.u32(0);
}

fn responses(encoding: Encoding) -> Vec<(Opnum, Vec<u8>)> {
    let write = |fill: &dyn Fn(&mut NdrWriter)| {
        let mut w = NdrWriter::new(encoding);
        fill(&mut w);
        w.finish()
    };
    let guid = adjoin_wire::Guid::from_u128(GUID);
    vec![
        (
            Opnum::NETR_SERVER_REQ_CHALLENGE,
            write(&|w| {
                w.bytes(&[3; 8]).u32(0);
            }),
        ),
        (
            Opnum::NETR_SERVER_AUTHENTICATE2,
            write(&|w| {
                w.bytes(&[0; 8]).u32(0x4000_0004).u32(0xc000_0022);
            }),
        ),
        (
            Opnum::NETR_SERVER_AUTHENTICATE3,
            write(&|w| {
                w.bytes(&[4; 8]).u32(0x612f_ffff).u32(1104).u32(0);
            }),
        ),
        (
            Opnum::NETR_SERVER_AUTHENTICATE_KERBEROS,
            write(&|w| {
                w.u32(0xe12f_ffff).u32(1105).u32(0);
            }),
        ),
        (
            Opnum::NETR_LOGON_GET_CAPABILITIES,
            write(&|w| {
                w.bytes(&[5; 8]).u32(0).u32(2).u32(0x612f_ffff).u32(0);
            }),
        ),
        (Opnum::NETR_LOGON_GET_DOMAIN_INFO, write(&|w| domain_info(w, encoding))),
        (
            Opnum::DSR_GET_DC_NAME_EX,
            write(&|w| {
                w.uint3264(1).uint3264(2).uint3264(3).u32(1).guid(guid).uint3264(4).uint3264(0);
                w.u32(0x0000_01fd).uint3264(5).uint3264(0);
                w.string("\\\\DC1").string("\\\\10.0.0.1").string("contoso.local").string("Site").u32(0);
            }),
        ),
        (
            Opnum::DSR_ENUMERATE_DOMAIN_TRUSTS,
            write(&|w| {
                w.u32(2).uint3264(1).uint3264(2);
                for (dns, sid) in [(4, 5), (0, 0)] {
                    w.uint3264(3).uint3264(dns).u32(0x1d).u32(0).u32(2).u32(0x20).uint3264(sid).guid(guid);
                    w.align(encoding.word());
                }
                w.string("CONTOSO").string("contoso.local");
                w.uint3264(1).align(4).bytes(&[1, 1, 0, 0, 0, 0, 0, 5]).u32(21);
                w.string("OLD").u32(0);
            }),
        ),
        (
            Opnum::DSR_GET_SITE_NAME,
            write(&|w| {
                w.uint3264(1).string("Default-First-Site-Name").u32(0);
            }),
        ),
    ]
}

#[test]
fn requests_in_every_encoding() {
    for encoding in ALL {
        for (opnum, stub) in requests(encoding) {
            let request = Request::parse(opnum, &stub, encoding)
                .unwrap_or_else(|error| panic!("{opnum} {encoding:?}: {error}"));
            match request {
                Request::ServerReqChallenge(m) => {
                    assert_eq!(*m.primary_name.unwrap(), "\\\\DC1.contoso.local");
                    assert_eq!(*m.computer_name, "PC7");
                    assert_eq!(m.client_challenge.octets(), [7; 8]);
                    assert_eq!(m.client_challenge.span.end, stub.len());
                }
                Request::ServerAuthenticate(m) => {
                    assert_eq!(*m.account_name, "PC7$");
                    assert_eq!(*m.secure_channel_type, SecureChannelType::WORKSTATION);
                    assert_eq!(m.secure_channel_type.to_string(), "WorkstationSecureChannel");
                    assert_eq!(*m.computer_name, "PC7");
                    let kerberos = opnum == Opnum::NETR_SERVER_AUTHENTICATE_KERBEROS;
                    assert_eq!(m.client_credential.is_none(), kerberos);
                    let flags = m.negotiate_flags;
                    assert_eq!(flags.is_none(), opnum == Opnum::NETR_SERVER_AUTHENTICATE);
                    assert!(flags.is_none_or(|f| f.contains(NegotiateFlags::SUPPORTS_AES)));
                    let offers = |f: NegotiateFlags| f.contains(NegotiateFlags::SUPPORTS_KERBEROS_AUTH);
                    assert_eq!(flags.is_some_and(|f| offers(*f)), kerberos);
                }
                Request::LogonGetCapabilities(m) => {
                    assert_eq!((*m.query_level, *m.computer_name.unwrap() == "PC7"), (2, true));
                    assert_eq!(*request.server_name().unwrap(), "\\\\DC1");
                }
                Request::DsrGetDcName(m) => {
                    assert!(m.computer_name.is_none() && m.site_name.is_none());
                    assert_eq!(*m.domain_name.unwrap(), "contoso.local");
                    assert_eq!(*m.domain_guid.unwrap(), adjoin_wire::Guid::from_u128(GUID));
                    assert_eq!((*m.allowable_account_control_bits.unwrap(), *m.flags), (0x80, 0x4000_1010));
                }
                Request::DsrEnumerateDomainTrusts(m) => assert_eq!(*m.flags, 0x3f),
                Request::DsrGetSiteName(m) => assert!(m.computer_name.is_none()),
                other => panic!("{other:?}"),
            }
        }
    }
}

/// What an unknown level points to has no layout: nothing behind it is taken for a status.
#[test]
fn domain_information_of_another_level() {
    for (level, pointer, error) in [(3, 1, true), (3, 0, false), (1, 0, false), (2, 0, false)] {
        let mut w = NdrWriter::new(Encoding::NDR);
        w.bytes(&[5; 8]).u32(0).u32(level).u32(pointer).u32(0xc000_0148);
        let stub = w.finish();
        let part = Response::parse_partial(Opnum::NETR_LOGON_GET_DOMAIN_INFO, &stub, Encoding::NDR);
        let Response::LogonGetDomainInfo(m) = part.value else { panic!() };
        let told = part.error.map(|error| (error.kind.is_malformed(), error.offset));
        assert_eq!(told, error.then_some((false, 12)));
        assert_eq!((*m.level, *m.status), (level, if error { 0 } else { 0xc000_0148 }));
    }
}

#[test]
fn responses_in_every_encoding() {
    for encoding in ALL {
        for (opnum, stub) in responses(encoding) {
            let response = Response::parse(opnum, &stub, encoding)
                .unwrap_or_else(|error| panic!("{opnum} {encoding:?}: {error}"));
            assert_eq!(response.status(), return_status(&stub, encoding.order), "{opnum}");
            match response {
                Response::ServerReqChallenge(m) => assert_eq!(m.server_challenge.octets(), [3; 8]),
                Response::ServerAuthenticate(m) => match opnum {
                    Opnum::NETR_SERVER_AUTHENTICATE2 => {
                        assert!(m.server_credential.unwrap().is_zero() && m.account_rid.is_none());
                        assert_eq!(*m.status, 0xc000_0022);
                    }
                    Opnum::NETR_SERVER_AUTHENTICATE3 => assert_eq!(*m.account_rid.unwrap(), 1104),
                    _ => {
                        assert!(m.server_credential.is_none());
                        assert_eq!(*m.account_rid.unwrap(), 1105);
                    }
                },
                Response::LogonGetCapabilities(m) => {
                    assert!(m.capabilities.unwrap().contains(NegotiateFlags::GETDOMAININFO));
                }
                Response::DsrGetDcName(m) => {
                    assert_eq!(*m.domain_controller_name.unwrap(), "\\\\DC1");
                    assert_eq!(*m.domain_controller_address.unwrap(), "\\\\10.0.0.1");
                    assert_eq!(*m.domain_name.unwrap(), "contoso.local");
                    assert!(m.dns_forest_name.is_none() && m.client_site_name.is_none());
                    assert!(m.flags.unwrap().contains(DsFlags::PDC | DsFlags::WRITABLE));
                    assert_eq!(*m.dc_site_name.unwrap(), "Site");
                }
                Response::DsrEnumerateDomainTrusts(m) => {
                    let trusts: Vec<_> = m.domains.iter().map(Result::unwrap).collect();
                    assert_eq!((trusts.len(), *m.domain_count), (2, 2));
                    assert_eq!(*trusts[0].dns_domain_name.unwrap(), "contoso.local");
                    assert_eq!(*trusts[1].netbios_domain_name.unwrap(), "OLD");
                    assert!(trusts[1].dns_domain_name.is_none());
                }
                Response::LogonGetDomainInfo(m) => {
                    let info = m.domain_info.unwrap();
                    let own = info.primary_domain;
                    assert_eq!(*own.domain_name.unwrap(), "CONTOSO");
                    assert_eq!(*own.dns_forest_name.unwrap(), "contoso.local");
                    assert!(own.trust_extension.is_none());
                    let trusted: Vec<_> = info.trusted_domains.iter().map(Result::unwrap).collect();
                    assert_eq!((trusted.len(), *info.trusted_domain_count), (1, 1));
                    assert_eq!(*trusted[0].dns_domain_name.unwrap(), "other.local");
                    assert_eq!(*trusted[0].domain_guid, adjoin_wire::Guid::from_u128(GUID));
                    let trust = trusted[0].trust_extension.unwrap();
                    assert_eq!((*trust.flags, *trust.parent_index), (0x22, 1));
                    assert_eq!((*trust.trust_type, *trust.trust_attributes), (2, 0x20));
                    let sid = trusted[0].domain_sid.map(|sid| sid.to_string());
                    let little = encoding.order == rpce_proto::ByteOrder::Little;
                    assert_eq!(sid, little.then(|| "S-1-5-21".to_owned()));
                    assert_eq!(*info.dns_host_name_in_ds.unwrap(), "PC7.contoso.local");
                    assert_eq!((*info.workstation_flags, *info.supported_enc_types), (2, 28));
                }
                Response::DsrGetSiteName(m) => {
                    assert_eq!(*m.site_name.unwrap(), "Default-First-Site-Name");
                }
                other => panic!("{other:?}"),
            }
        }
    }
}

#[test]
fn every_prefix() {
    for encoding in ALL {
        for (opnum, stub) in requests(encoding) {
            for cut in 0..stub.len() {
                let partial = Request::parse_partial(opnum, &stub[..cut], encoding);
                let error = partial.error.unwrap_or_else(|| panic!("{opnum} cut at {cut}"));
                assert!(error.kind.is_truncated() && error.offset <= cut, "{opnum} cut at {cut}: {error}");
            }
        }
        for (opnum, stub) in responses(encoding) {
            for cut in 0..stub.len() {
                let partial = Response::parse_partial(opnum, &stub[..cut], encoding);
                let error = partial.error.unwrap_or_else(|| panic!("{opnum} cut at {cut}"));
                assert!(error.kind.is_truncated() && error.offset <= cut, "{opnum} cut at {cut}: {error}");
                assert!(partial.value.status().is_none());
            }
        }
    }
}

#[test]
fn what_stands_before_a_cut_is_kept() {
    let (opnum, stub) = requests(Encoding::NDR).swap_remove(2);
    let partial = Request::parse_partial(opnum, &stub[..stub.len() - 4], Encoding::NDR);
    let Request::ServerAuthenticate(m) = partial.value else { panic!() };
    assert_eq!(*m.account_name, "PC7$");
    assert!(m.client_credential.is_some() && m.negotiate_flags.is_none());
}

#[test]
fn what_may_follow_a_request() {
    let (opnum, stub) = requests(Encoding::NDR).swap_remove(0);
    let padded = [&stub[..], &[0; 2]].concat();
    assert!(Request::parse(opnum, &padded, Encoding::NDR).is_ok());
    let signature = [0x8a, 0xe3, 0x13, 0x71, 0x02, 0xf4, 0x36, 0x71];
    let aligned = vec![0; stub.len().next_multiple_of(4) - stub.len()];
    let verified = [&stub[..], &aligned, &signature, &[1, 0x40, 4, 0, 1, 0, 0, 0]].concat();
    assert!(Request::parse(opnum, &verified, Encoding::NDR).is_ok());
    let trailing = [&stub[..], &[0; 8]].concat();
    assert!(Request::parse(opnum, &trailing, Encoding::NDR).unwrap_err().kind.is_malformed());
}

#[test]
fn secrets_are_not_printed() {
    for (opnum, stub) in requests(Encoding::NDR) {
        let text = format!("{:?}", Request::parse(opnum, &stub, Encoding::NDR).unwrap());
        for secret in ["7, 7", "9, 9", "0707", "0909"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}

#[test]
fn other_operations_give_their_status() {
    let stub = [1, 2, 3, 4, 0x88, 0x03, 0, 0xc0];
    let opnum = Opnum::NETR_SERVER_PASSWORD_SET2;
    let response = Response::parse(opnum, &stub, Encoding::NDR).unwrap();
    assert_eq!((*response.status().unwrap(), response.status().unwrap().span.start), (0xc000_0388, 4));
    assert!(Response::parse(opnum, &stub[..7], Encoding::NDR).unwrap_err().kind.is_truncated());
    assert!(Opnum::DSR_GET_DC_NAME_EX2.returns_win32() && !opnum.returns_win32());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mutations_never_panic(
        at in any::<prop::sample::Index>(),
        value in any::<u8>(),
        which in 0_usize..8,
        order in 0_usize..4,
    ) {
        let encoding = ALL[order];
        let (opnum, mut stub) = requests(encoding).swap_remove(which);
        let i = at.index(stub.len());
        stub[i] = value;
        let partial = Request::parse_partial(opnum, &stub, encoding);
        prop_assert!(partial.error.is_none_or(|e| e.offset <= stub.len()));
        let (opnum, mut stub) = responses(encoding).swap_remove(which);
        let i = at.index(stub.len());
        stub[i] = value;
        let partial = Response::parse_partial(opnum, &stub, encoding);
        prop_assert!(partial.error.is_none_or(|e| e.offset <= stub.len()));
        if let Response::DsrEnumerateDomainTrusts(m) = partial.value {
            prop_assert!(m.domains.iter().count() <= stub.len());
        }
    }

    #[test]
    fn random_octets_never_panic(opnum in 0_u16..70, order in 0_usize..4, stub in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Request::parse_partial(Opnum(opnum), &stub, ALL[order]);
        let _ = Response::parse_partial(Opnum(opnum), &stub, ALL[order]);
    }
}
