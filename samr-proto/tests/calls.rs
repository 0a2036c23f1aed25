//! Own byte strings in every encoding, every prefix of them, random octets.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]
#![allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "tests")]

use adjoin_wire::{Guid, Partial};
use proptest::prelude::*;
use rpce_proto::{ContextHandle, Encoding, NdrSyntax, NdrWriter};
use samr_proto::{lsarpc, return_status, samr};

const ALL: [Encoding; 4] =
    [Encoding::NDR, Encoding::NDR64, Encoding::NDR.big_endian(), Encoding::NDR64.big_endian()];

const DOMAIN: Guid = Guid::from_u128(0x1122_3344_5566_7788_99aa_bbcc_ddee_ff00);
const HANDLE: ContextHandle = ContextHandle { attributes: 0, uuid: DOMAIN };
const SID: &str = "S-1-5-21-1-2-3";

/// What a test writes stubs with.
struct Stub {
    w: NdrWriter,
    encoding: Encoding,
}

impl Stub {
    fn enum16(&mut self, value: u16) -> &mut Self {
        match self.encoding.ndr {
            NdrSyntax::Ndr => self.w.u16(value),
            NdrSyntax::Ndr64 => self.w.u32(value.into()),
        };
        self
    }

    /// The fixed part of a counted string.
    fn header(&mut self, text: &str) -> &mut Self {
        let len = u16::try_from(text.encode_utf16().count() * 2).unwrap();
        self.w.align(self.encoding.word()).u16(len).u16(len).uint3264(0x2_0004);
        self
    }

    /// Its text, without NUL as Windows sends it.
    fn text(&mut self, text: &str) -> &mut Self {
        let count = u64::try_from(text.encode_utf16().count()).unwrap();
        self.w.uint3264(count).uint3264(0).uint3264(count);
        for unit in text.encode_utf16() {
            self.w.u16(unit);
        }
        self
    }

    fn counted(&mut self, text: &str) -> &mut Self {
        self.header(text).text(text)
    }

    fn sid(&mut self) -> &mut Self {
        self.w.uint3264(4).align(4).bytes(&[1, 4, 0, 0, 0, 0, 0, 5]).u32(21).u32(1).u32(2).u32(3);
        self
    }

    fn align(&mut self) -> &mut Self {
        self.w.align(self.encoding.word());
        self
    }
}

fn stub(encoding: Encoding, fill: impl Fn(&mut Stub)) -> Vec<u8> {
    let mut stub = Stub { w: NdrWriter::new(encoding), encoding };
    fill(&mut stub);
    stub.w.finish()
}

fn samr_requests(e: Encoding) -> Vec<(u16, Vec<u8>)> {
    let handle = |s: &mut Stub| {
        s.w.context_handle(HANDLE);
    };
    vec![
        (
            0,
            stub(e, |s| {
                s.w.uint3264(1).u16(0x5c).u32(0x30);
            }),
        ),
        (
            57,
            stub(e, |s| {
                s.w.uint3264(1).string("\\\\DC1").u32(0x30);
            }),
        ),
        (
            62,
            stub(e, |s| {
                s.w.uint3264(0).u32(2).u32(0x30);
            }),
        ),
        (
            64,
            stub(e, |s| {
                s.w.uint3264(1).string("\\\\DC1").u32(0x30).u32(1).u32(1).u32(3).u32(0);
            }),
        ),
        (
            5,
            stub(e, |s| {
                handle(s);
                s.counted("CONTOSO");
            }),
        ),
        (
            7,
            stub(e, |s| {
                handle(s);
                s.w.u32(0x211);
                s.sid();
            }),
        ),
        (
            50,
            stub(e, |s| {
                handle(s);
                s.counted("PC7$").w.u32(0x80).u32(0xe005_00b0);
            }),
        ),
        (
            12,
            stub(e, |s| {
                handle(s);
                s.counted("user").w.u32(0xe005_00b0);
            }),
        ),
        (
            17,
            stub(e, |s| {
                handle(s);
                s.w.u32(2).uint3264(1000).uint3264(0).uint3264(2);
                s.header("PC7$").header("x").text("PC7$").text("x");
            }),
        ),
        (
            34,
            stub(e, |s| {
                handle(s);
                s.w.u32(0x0200_0000).u32(1104);
            }),
        ),
        (
            58,
            stub(e, |s| {
                handle(s);
                s.enum16(16).align_union().enum16(16).align().w.u32(0x84);
            }),
        ),
        (
            36,
            stub(e, |s| {
                handle(s);
                s.enum16(16);
            }),
        ),
        (
            74,
            stub(e, |s| {
                handle(s);
                s.sid();
            }),
        ),
        (35, stub(e, handle)),
        (1, stub(e, handle)),
    ]
}

impl Stub {
    /// A union is aligned as its widest arm, in NDR64 only.
    fn align_union(&mut self) -> &mut Self {
        if self.encoding.ndr == NdrSyntax::Ndr64 {
            self.w.align(8);
        }
        self
    }
}

fn samr_responses(e: Encoding) -> Vec<(u16, Vec<u8>)> {
    vec![
        (
            64,
            stub(e, |s| {
                s.w.u32(1).u32(1).u32(3).u32(0x70).context_handle(HANDLE).u32(0);
            }),
        ),
        (
            57,
            stub(e, |s| {
                s.w.context_handle(HANDLE).u32(0);
            }),
        ),
        (
            5,
            stub(e, |s| {
                s.w.uint3264(1);
                s.sid().w.u32(0);
            }),
        ),
        (
            50,
            stub(e, |s| {
                s.w.context_handle(ContextHandle::NULL).u32(0).u32(0).u32(0xc000_02e7);
            }),
        ),
        (
            12,
            stub(e, |s| {
                s.w.context_handle(HANDLE).u32(1104).u32(0);
            }),
        ),
        (
            17,
            stub(e, |s| {
                s.w.u32(2).uint3264(1).uint3264(2).u32(1104).u32(0);
                s.align().w.u32(2).uint3264(2).uint3264(2).u32(1).u32(8).u32(0x107);
            }),
        ),
        (
            47,
            stub(e, |s| {
                s.w.uint3264(1);
                s.enum16(16).align().w.u32(0x81).u32(0);
            }),
        ),
        (
            74,
            stub(e, |s| {
                s.w.u32(1).u32(0);
            }),
        ),
        (
            7,
            stub(e, |s| {
                s.w.context_handle(HANDLE).u32(0);
            }),
        ),
    ]
}

fn lsa_requests(e: Encoding) -> Vec<(u16, Vec<u8>)> {
    let attributes = |s: &mut Stub| {
        s.align().w.u32(24).uint3264(0).uint3264(0).u32(0).uint3264(0).uint3264(1);
        s.w.u32(12);
        s.enum16(2).w.bytes(&[1, 0]);
    };
    vec![
        (
            6,
            stub(e, |s| {
                s.w.uint3264(1).u16(0x5c);
                attributes(s);
                s.w.u32(0x0200_0000);
            }),
        ),
        (
            44,
            stub(e, |s| {
                s.w.uint3264(1).string("\\\\DC1");
                attributes(s);
                s.w.u32(0x0200_0000);
            }),
        ),
        (
            130,
            stub(e, |s| {
                s.w.uint3264(0);
                attributes(s);
                s.w.u32(0x0200_0000).u32(1).u32(1).u32(1).u32(1);
            }),
        ),
        (
            46,
            stub(e, |s| {
                s.w.context_handle(HANDLE);
                s.enum16(12);
            }),
        ),
        (
            0,
            stub(e, |s| {
                s.w.context_handle(HANDLE);
            }),
        ),
    ]
}

fn lsa_responses(e: Encoding) -> Vec<(u16, Vec<u8>)> {
    vec![
        (
            44,
            stub(e, |s| {
                s.w.context_handle(HANDLE).u32(0);
            }),
        ),
        (
            130,
            stub(e, |s| {
                s.w.u32(1).u32(1).u32(1).u32(3).context_handle(HANDLE).u32(0);
            }),
        ),
        (
            46,
            stub(e, |s| {
                s.w.uint3264(1);
                s.enum16(12).align().header("CONTOSO").header("contoso.local").header("contoso.local");
                s.w.guid(DOMAIN).uint3264(5);
                s.text("CONTOSO").text("contoso.local").text("contoso.local").sid().w.u32(0);
            }),
        ),
        (
            7,
            stub(e, |s| {
                s.w.uint3264(1);
                s.enum16(5).align().header("CONTOSO").w.uint3264(5);
                s.text("CONTOSO").sid().w.u32(0);
            }),
        ),
    ]
}

#[test]
fn samr_requests_in_every_encoding() {
    use samr::Request;
    for encoding in ALL {
        for (opnum, stub) in samr_requests(encoding) {
            let request = Request::parse(samr::Opnum(opnum), &stub, encoding)
                .unwrap_or_else(|error| panic!("{opnum} {encoding:?}: {error}"));
            match request {
                Request::Connect(m) => {
                    assert_eq!(*m.desired_access, 0x30);
                    let server = m.server_name.map(|name| name.to_string());
                    let (name, revision) = match opnum {
                        0 => (Some("\\"), None),
                        57 => (Some("\\\\DC1"), None),
                        62 => (None, Some(2)),
                        _ => (Some("\\\\DC1"), Some(3)),
                    };
                    assert_eq!((server.as_deref(), m.revision.map(|r| *r)), (name, revision));
                }
                Request::LookupDomain(m) => assert_eq!(*m.name.unwrap(), "CONTOSO"),
                Request::OpenDomain(m) => assert_eq!(m.domain_id.to_string(), SID),
                Request::CreateUser(m) => {
                    assert_eq!(*m.desired_access, 0xe005_00b0);
                    assert_eq!(m.account_type.is_some(), opnum == 50);
                    assert!(m.account_type.is_none_or(|t| t.is_computer()));
                }
                Request::LookupNames(m) => {
                    let names = m.names.iter().map(|name| name.unwrap().unwrap().to_string());
                    assert_eq!(names.collect::<Vec<_>>(), ["PC7$", "x"]);
                }
                Request::OpenUser(m) => assert_eq!(*m.user_id, 1104),
                Request::SetInformationUser(m) => {
                    assert_eq!(*m.information_class, samr::UserInformationClass::CONTROL);
                    let names = m.user_account_control.unwrap().to_string();
                    assert_eq!(names, "PASSWORD_NOT_REQUIRED WORKSTATION_TRUST_ACCOUNT");
                }
                Request::QueryInformationUser(m) => {
                    assert_eq!(m.information_class.name(), Some("UserControlInformation"));
                }
                Request::ValidateReuse(m) => assert_eq!(m.computer_sid.to_string(), SID),
                Request::DeleteUser(m) | Request::CloseHandle(m) => assert_eq!(*m.handle, HANDLE),
                other => panic!("{other:?}"),
            }
        }
    }
}

#[test]
fn samr_responses_in_every_encoding() {
    use samr::Response;
    for encoding in ALL {
        for (opnum, stub) in samr_responses(encoding) {
            let response = Response::parse(samr::Opnum(opnum), &stub, encoding)
                .unwrap_or_else(|error| panic!("{opnum} {encoding:?}: {error}"));
            assert_eq!(response.status(), return_status(&stub, encoding.order), "{opnum}");
            match response {
                Response::Connect(m) => {
                    assert_eq!(*m.server_handle, HANDLE);
                    let features = m.supported_features.map(|f| f.to_string());
                    let all = "AES_PASSWORD_BUFFERS ACCOUNT_REUSE_VALIDATION ACCOUNT_REUSE_VALIDATION_V2";
                    assert_eq!(features.as_deref(), (opnum == 64).then_some(all));
                }
                Response::LookupDomain(m) => assert_eq!(m.domain_id.unwrap().to_string(), SID),
                Response::CreateUser(m) if opnum == 50 => {
                    assert!(m.user_handle.is_null());
                    assert_eq!((*m.granted_access.unwrap(), *m.relative_id, *m.status), (0, 0, 0xc000_02e7));
                }
                Response::CreateUser(m) => assert_eq!((m.granted_access, *m.relative_id), (None, 1104)),
                Response::LookupNames(m) => {
                    assert!(m.relative_ids.iter().map(|rid| *rid).eq([1104, 0]));
                    assert!(m.uses.iter().map(|kind| *kind).eq([1, 8]));
                    assert_eq!(*m.status, 0x107);
                }
                Response::QueryInformationUser(m) => {
                    let control = m.user_account_control.unwrap();
                    assert!(control.contains(samr::UserAccount::ACCOUNT_DISABLED));
                }
                Response::ValidateReuse(m) => assert!(*m.result),
                Response::Handle(m) => assert_eq!(*m.handle, HANDLE),
                other => panic!("{other:?}"),
            }
        }
    }
}

#[test]
fn lsarpc_in_every_encoding() {
    use lsarpc::{PolicyInformation, PolicyInformationClass, Request, Response};
    for encoding in ALL {
        for (opnum, stub) in lsa_requests(encoding) {
            let request = Request::parse(lsarpc::Opnum(opnum), &stub, encoding)
                .unwrap_or_else(|error| panic!("{opnum} {encoding:?}: {error}"));
            match request {
                Request::OpenPolicy(m) => {
                    assert_eq!(*m.desired_access, 0x0200_0000);
                    assert_eq!(m.supported_features.map(|f| *f), (opnum == 130).then_some(1));
                }
                Request::QueryInformationPolicy(m) => {
                    assert_eq!(*m.information_class, PolicyInformationClass::DNS_DOMAIN);
                }
                Request::Close(handle) => assert_eq!(*handle, HANDLE),
                other => panic!("{other:?}"),
            }
        }
        for (opnum, stub) in lsa_responses(encoding) {
            let response = Response::parse(lsarpc::Opnum(opnum), &stub, encoding)
                .unwrap_or_else(|error| panic!("{opnum} {encoding:?}: {error}"));
            assert_eq!(response.status(), return_status(&stub, encoding.order), "{opnum}");
            match response {
                Response::OpenPolicy(m) => {
                    assert_eq!(*m.policy_handle, HANDLE);
                    assert_eq!(m.supported_features.map(|f| *f), (opnum == 130).then_some(3));
                }
                Response::QueryInformationPolicy(m) => {
                    let info = m.policy_information.unwrap();
                    assert_eq!(*info.domain().name.unwrap(), "CONTOSO");
                    assert_eq!(info.domain().sid.unwrap().to_string(), SID);
                    if let PolicyInformation::DnsDomain(domain) = info {
                        assert_eq!(*domain.dns_domain_name.unwrap(), "contoso.local");
                        assert_eq!(*domain.dns_forest_name.unwrap(), "contoso.local");
                        assert_eq!(*domain.domain_guid.unwrap(), DOMAIN);
                    }
                }
                other => panic!("{other:?}"),
            }
        }
    }
}

#[test]
fn every_prefix() {
    fn check<T>(opnum: u16, cut: usize, partial: &Partial<T>) {
        let error = partial.error.unwrap_or_else(|| panic!("{opnum} cut at {cut}"));
        assert!(error.kind.is_truncated() && error.offset <= cut, "{opnum} cut at {cut}: {error}");
    }
    for encoding in ALL {
        for (opnum, stub) in samr_requests(encoding) {
            for cut in 0..stub.len() {
                let short = &stub[..cut];
                check(opnum, cut, &samr::Request::parse_partial(samr::Opnum(opnum), short, encoding));
            }
        }
        for (opnum, stub) in samr_responses(encoding) {
            for cut in 0..stub.len() {
                let partial = samr::Response::parse_partial(samr::Opnum(opnum), &stub[..cut], encoding);
                check(opnum, cut, &partial);
                assert!(partial.value.status().is_none());
            }
        }
        for (opnum, stub) in lsa_requests(encoding) {
            for cut in 0..stub.len() {
                let short = &stub[..cut];
                check(opnum, cut, &lsarpc::Request::parse_partial(lsarpc::Opnum(opnum), short, encoding));
            }
        }
        for (opnum, stub) in lsa_responses(encoding) {
            for cut in 0..stub.len() {
                let partial = lsarpc::Response::parse_partial(lsarpc::Opnum(opnum), &stub[..cut], encoding);
                check(opnum, cut, &partial);
                assert!(partial.value.status().is_none());
            }
        }
    }
}

#[test]
fn what_stands_before_a_cut_is_kept() {
    let (_, stub) = samr_requests(Encoding::NDR).swap_remove(6);
    let opnum = samr::Opnum::SAMR_CREATE_USER2_IN_DOMAIN;
    let partial = samr::Request::parse_partial(opnum, &stub[..stub.len() - 4], Encoding::NDR);
    let samr::Request::CreateUser(m) = partial.value else { panic!() };
    assert_eq!(*m.name.unwrap(), "PC7$");
    assert!(m.account_type.is_some() && m.desired_access.reached().is_none());
}

#[test]
fn what_may_follow_a_request() {
    let (_, stub) = samr_requests(Encoding::NDR).pop().unwrap();
    let with = |extra: &[u8]| [&stub[..], extra].concat();
    let parse = |opnum, stub: &[u8]| samr::Request::parse(opnum, stub, Encoding::NDR).map(|_| ());
    // Impacket closes with an access mask behind the handle.
    assert_eq!(parse(samr::Opnum::SAMR_CLOSE_HANDLE, &with(&[0; 4])), Ok(()));
    assert!(parse(samr::Opnum::SAMR_DELETE_USER, &with(&[0; 4])).unwrap_err().kind.is_malformed());
    let trailer = [0x8a, 0xe3, 0x13, 0x71, 0x02, 0xf4, 0x36, 0x71, 1, 0x40, 4, 0, 1, 0, 0, 0];
    assert_eq!(parse(samr::Opnum::SAMR_DELETE_USER, &with(&trailer)), Ok(()));
}

#[test]
fn lists_that_lie_are_refused() {
    let (_, mut stub) = samr_requests(Encoding::NDR).swap_remove(8);
    stub[20] = 3;
    let opnum = samr::Opnum::SAMR_LOOKUP_NAMES_IN_DOMAIN;
    assert!(samr::Request::parse(opnum, &stub, Encoding::NDR).unwrap_err().kind.is_malformed());
    let (_, mut stub) = samr_responses(Encoding::NDR).swap_remove(5);
    stub[0] = 9;
    assert!(samr::Response::parse(opnum, &stub, Encoding::NDR).unwrap_err().kind.is_malformed());
}

#[test]
fn passwords_are_passed_over() {
    let stub = stub(Encoding::NDR, |s| {
        s.w.context_handle(HANDLE);
        s.enum16(26).enum16(26).w.bytes(&[0xaa; 532]);
    });
    let opnum = samr::Opnum::SAMR_SET_INFORMATION_USER2;
    let request = samr::Request::parse(opnum, &stub, Encoding::NDR).unwrap();
    let samr::Request::SetInformationUser(m) = request else { panic!() };
    assert!(m.information_class.has_password());
    assert!(!format!("{request:?}").contains("170"));
}

#[test]
fn other_operations_give_their_status() {
    let stub = [0, 0, 0, 0, 0x6a, 0, 0, 0xc0];
    let opnum = samr::Opnum::SAMR_UNICODE_CHANGE_PASSWORD_USER2;
    let response = samr::Response::parse(opnum, &stub, Encoding::NDR).unwrap();
    assert_eq!(*response.status().unwrap(), 0xc000_006a);
    let response = lsarpc::Response::parse(lsarpc::Opnum(76), &stub, Encoding::NDR).unwrap();
    assert_eq!(response.status().unwrap().span.start, 4);
    assert!(samr::Response::parse(opnum, &stub[..6], Encoding::NDR).unwrap_err().kind.is_truncated());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mutations_never_panic(at in any::<prop::sample::Index>(), value in any::<u8>(), order in 0_usize..4) {
        let encoding = ALL[order];
        let change = |mut stub: Vec<u8>| {
            let i = at.index(stub.len());
            stub[i] = value;
            stub
        };
        for (opnum, stub) in samr_requests(encoding) {
            let stub = change(stub);
            let partial = samr::Request::parse_partial(samr::Opnum(opnum), &stub, encoding);
            prop_assert!(partial.error.is_none_or(|e| e.offset <= stub.len()));
        }
        for (opnum, stub) in samr_responses(encoding) {
            let stub = change(stub);
            let partial = samr::Response::parse_partial(samr::Opnum(opnum), &stub, encoding);
            prop_assert!(partial.error.is_none_or(|e| e.offset <= stub.len()));
        }
        for (opnum, stub) in lsa_requests(encoding) {
            let stub = change(stub);
            let partial = lsarpc::Request::parse_partial(lsarpc::Opnum(opnum), &stub, encoding);
            prop_assert!(partial.error.is_none_or(|e| e.offset <= stub.len()));
        }
        for (opnum, stub) in lsa_responses(encoding) {
            let stub = change(stub);
            let partial = lsarpc::Response::parse_partial(lsarpc::Opnum(opnum), &stub, encoding);
            prop_assert!(partial.error.is_none_or(|e| e.offset <= stub.len()));
        }
    }

    #[test]
    fn random_octets_never_panic(
        opnum in 0_u16..140,
        order in 0_usize..4,
        stub in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let _ = samr::Request::parse_partial(samr::Opnum(opnum), &stub, ALL[order]);
        let _ = samr::Response::parse_partial(samr::Opnum(opnum), &stub, ALL[order]);
        let _ = lsarpc::Request::parse_partial(lsarpc::Opnum(opnum), &stub, ALL[order]);
        let _ = lsarpc::Response::parse_partial(lsarpc::Opnum(opnum), &stub, ALL[order]);
    }
}
