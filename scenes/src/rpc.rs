//! DCE/RPC as a Windows client speaks it: three contexts in a bind, of which NDR64 is accepted.

use std::net::Ipv4Addr;

use adjoin_wire::Guid;
use epmap_proto::{EptStatus, TowerWriter, ept_map_request, ept_map_response};
use rpce_proto::{
    AuthLevel, AuthToken, AuthType, BindTimeFeatures, ContextHandle, ContextResult, Encoding, FaultStatus,
    NdrWriter, OfferedContext, PduType, PduWriter, ProviderReason, SyntaxId,
};

use crate::tokens::noise;

/// The endpoint mapper.
pub const EPM: SyntaxId = SyntaxId::new(Guid::from_u128(0xe1af8308_5d1f_11c9_91a4_08002b14a0fa), 3, 0);
/// DRSUAPI.
pub const DRSUAPI: SyntaxId = SyntaxId::new(Guid::from_u128(0xe3514235_4b06_11d1_ab04_00c04fc2dcd2), 4, 0);
/// SAMR.
pub const SAMR: SyntaxId = SyntaxId::new(Guid::from_u128(0x12345778_1234_abcd_ef00_0123456789ac), 1, 0);
/// NETLOGON.
pub const NETLOGON: SyntaxId = SyntaxId::new(Guid::from_u128(0x12345678_1234_abcd_ef00_01234567cffb), 1, 0);

/// The context that is accepted in a bind of three.
const NDR64_CONTEXT: u16 = 1;

const FEATURES: SyntaxId = SyntaxId::offering(
    BindTimeFeatures::SECURITY_CONTEXT_MULTIPLEXING.union(BindTimeFeatures::KEEP_CONNECTION_ON_ORPHAN),
);

/// How calls are protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seal {
    /// NTLM.
    Ntlm,
    /// The secure channel that NETLOGON makes.
    SecureChannel,
}

impl Seal {
    const fn auth_type(self) -> AuthType {
        match self {
            Self::Ntlm => AuthType::WINNT,
            Self::SecureChannel => AuthType::NETLOGON,
        }
    }

    /// A trailer with this token.
    #[must_use]
    pub const fn trailer(self, auth_value: &[u8]) -> AuthToken<'_> {
        AuthToken {
            auth_type: self.auth_type(),
            auth_level: AuthLevel::PKT_PRIVACY,
            auth_context_id: 0,
            auth_value,
        }
    }

    fn signature(self, call: u32) -> Vec<u8> {
        match self {
            Self::Ntlm => [&1_u32.to_le_bytes()[..], &noise(call ^ 0x51f, 8), &call.to_le_bytes()].concat(),
            // NL_AUTH_SHA2_SIGNATURE ([MS-NRPC] 2.2.1.3.3): HMAC-SHA256, AES-128, flags 0.
            Self::SecureChannel => {
                [&[0x13, 0, 0x1a, 0, 0xff, 0xff, 0, 0][..], &noise(call ^ 0x5c4, 48)].concat()
            }
        }
    }
}

/// A connection or pipe with its calls.
#[derive(Clone, Copy, Debug)]
pub struct Association {
    interface: SyntaxId,
    /// Largest fragment, as the bind says.
    fragment: u16,
    call: u32,
    /// How calls are protected.
    pub seal: Option<Seal>,
}

/// Request and response.
pub type Exchange = (Vec<u8>, Vec<u8>);

impl Association {
    /// A connection to the interface.
    #[must_use]
    pub const fn new(interface: SyntaxId) -> Self {
        Self { interface, fragment: 5840, call: 2, seal: None }
    }

    /// The same in a named pipe.
    #[must_use]
    pub const fn in_pipe(mut self) -> Self {
        self.fragment = 4280;
        self
    }

    fn sized(&self, mut pdu: Vec<u8>) -> Vec<u8> {
        for at in [16, 18] {
            pdu[at..at + 2].copy_from_slice(&self.fragment.to_le_bytes());
        }
        pdu
    }

    /// The bind and its answer from the secondary address `address`. Tokens may go with both.
    #[must_use]
    pub fn bind(&self, address: &str, tokens: Option<(AuthToken<'_>, AuthToken<'_>)>) -> Exchange {
        let writer = PduWriter { call_id: self.call, ..PduWriter::default() };
        let syntaxes = [SyntaxId::NDR, SyntaxId::NDR64, FEATURES];
        let contexts: Vec<_> = (0..)
            .zip(&syntaxes)
            .map(|(p_cont_id, syntax)| OfferedContext {
                p_cont_id,
                abstract_syntax: self.interface,
                transfer_syntaxes: std::slice::from_ref(syntax),
            })
            .collect();
        let results = [
            PduWriter::refusal(ProviderReason::PROPOSED_TRANSFER_SYNTAXES_NOT_SUPPORTED),
            (ContextResult::ACCEPTANCE, 0, SyntaxId::NDR64),
            (ContextResult::NEGOTIATE_ACK, 3, SyntaxId { uuid: Guid::NIL, version: 0 }),
        ];
        let (asked, answered) = tokens.unzip();
        let bind = PduWriter { auth: asked, ..writer }.bind(PduType::BIND, 0, &contexts);
        let ack =
            PduWriter { auth: answered, ..writer }.bind_ack(PduType::BIND_ACK, 0x3a1f, address, &results);
        (self.sized(bind.expect("short")), self.sized(ack.expect("short")))
    }

    /// The answer that refuses a bind: 4 is "protocol version not supported", 8 "authentication type not
    /// recognized" ([MS-RPCE] 2.2.2.5).
    #[must_use]
    pub fn nak(&self, reason: u16) -> Vec<u8> {
        let writer = PduWriter { call_id: self.call, ..PduWriter::default() };
        let body = [&reason.to_le_bytes()[..], &[1, 5, 0, 0]].concat();
        writer.pdu(PduType::BIND_NAK, &body).expect("short")
    }

    /// A call that is answered with a fault.
    pub fn fault(&mut self, opnum: u16, request: &[u8], status: FaultStatus) -> Exchange {
        let writer = PduWriter { call_id: self.call, ..PduWriter::default() };
        let (request, _) = self.call(opnum, request, &[]);
        (request, writer.fault(NDR64_CONTEXT, status).expect("short"))
    }

    /// The third leg of an authentication.
    #[must_use]
    pub fn auth3(&self, token: AuthToken<'_>) -> Vec<u8> {
        let writer = PduWriter { call_id: self.call, auth: Some(token), ..PduWriter::default() };
        writer.pdu(PduType::AUTH3, &[0; 4]).expect("short")
    }

    /// `alter_context` to the accepted context with a token, and its answer.
    pub fn alter_context(&mut self, asked: AuthToken<'_>, answered: AuthToken<'_>) -> Exchange {
        let writer = PduWriter { call_id: self.call, ..PduWriter::default() };
        self.call += 1;
        let contexts = [OfferedContext {
            p_cont_id: NDR64_CONTEXT,
            abstract_syntax: self.interface,
            transfer_syntaxes: &[SyntaxId::NDR64],
        }];
        let results = [(ContextResult::ACCEPTANCE, 0, SyntaxId::NDR64)];
        let request =
            PduWriter { auth: Some(asked), ..writer }.bind(PduType::ALTER_CONTEXT, 0x3a1f, &contexts);
        let response = PduWriter { auth: Some(answered), ..writer }.bind_ack(
            PduType::ALTER_CONTEXT_RESP,
            0x3a1f,
            "",
            &results,
        );
        (self.sized(request.expect("short")), self.sized(response.expect("short")))
    }

    /// A call with these stubs.
    pub fn call(&mut self, opnum: u16, request: &[u8], response: &[u8]) -> Exchange {
        let signature = self.seal.map(|seal| seal.signature(self.call));
        let auth = self.seal.zip(signature.as_deref()).map(|(seal, token)| seal.trailer(token));
        let writer = PduWriter { call_id: self.call, auth, ..PduWriter::default() };
        self.call += 1;
        (
            writer.request(NDR64_CONTEXT, opnum, None, request).expect("short"),
            writer.response(NDR64_CONTEXT, response).expect("short"),
        )
    }

    /// A call whose stubs of these lengths can't be read.
    pub fn sealed_call(&mut self, opnum: u16, request: usize, response: usize) -> Exchange {
        let seed = u32::from(opnum) << 8 | self.call;
        self.call(opnum, &noise(seed, request), &noise(seed ^ 0xa5a5, response))
    }
}

/// The stubs of an `ept_map` for an interface in NDR, answered with two ports.
#[must_use]
pub fn ept_map(interface: SyntaxId, address: Ipv4Addr, ports: [u16; 2]) -> Exchange {
    let tower =
        |port, address| TowerWriter::ncacn_ip_tcp(interface, SyntaxId::NDR, port, address).expect("short");
    let asked = tower(135, Ipv4Addr::UNSPECIFIED);
    let request = ept_map_request(Encoding::NDR64, Some(Guid::NIL), Some(&asked), ContextHandle::NULL, 4)
        .expect("short");
    let [first, second] = ports.map(|port| tower(port, address));
    let towers = [(3, &first[..]), (4, &second[..])];
    let response =
        ept_map_response(Encoding::NDR64, ContextHandle::NULL, 4, &towers, EptStatus(0)).expect("short");
    (request, response)
}

/// The stubs of an `ept_map` that finds nothing.
#[must_use]
pub fn ept_map_nothing(interface: SyntaxId, status: u32) -> Exchange {
    let (request, _) = ept_map(interface, Ipv4Addr::UNSPECIFIED, [0, 0]);
    let response = ept_map_response(Encoding::NDR64, ContextHandle::NULL, 4, &[], EptStatus(status));
    (request, response.expect("short"))
}

/// SAMR calls with which a computer account is made: opnum and stubs.
pub type SamrCall = (u16, Vec<u8>, Vec<u8>);

/// A handle of SAMR; the same for the same seed.
fn handle(seed: u8) -> ContextHandle {
    ContextHandle {
        attributes: 0,
        uuid: Guid::from_u128(0x7d30_1c00_11d2_4f6e_9c00_0000_0000_0000 | u128::from(seed)),
    }
}

/// The stubs of `SamrConnect2`, 57; `SamrOpenDomain`, 7; `SamrOpenUser`, 34: an answer with a handle.
#[must_use]
pub fn samr_open(opnum: u16, server: &str, status: u32) -> SamrCall {
    let mut request = NdrWriter::new(Encoding::NDR64);
    match opnum {
        57 => request.uint3264(1).string(server).u32(0x0200_0000),
        7 => request.context_handle(handle(1)).u32(0x0000_0211).uint3264(4).bytes(&[1, 4, 0, 0, 0, 0, 0, 5]),
        _ => request.context_handle(handle(2)).u32(0x000f_07ff).u32(0x452),
    };
    if opnum == 7 {
        request.bytes(&noise(73, 16));
    }
    let mut response = NdrWriter::new(Encoding::NDR64);
    let seed = match opnum {
        57 => 1,
        7 => 2,
        _ => 3,
    };
    let made = if status == 0 { handle(seed) } else { ContextHandle::NULL };
    response.context_handle(made).u32(status);
    (opnum, request.finish(), response.finish())
}

/// The stubs of `SamrCreateUser2InDomain`, 50.
#[must_use]
pub fn samr_create(account: &str, status: u32) -> SamrCall {
    let name = u16::try_from(account.len() * 2).expect("short");
    let mut request = NdrWriter::new(Encoding::NDR64);
    request.context_handle(handle(2)).align(8).u16(name).u16(name).uint3264(1);
    request.uint3264(account.len() as u64).uint3264(0).uint3264(account.len() as u64);
    for unit in account.encode_utf16() {
        request.u16(unit);
    }
    request.u32(0x80).u32(0xe000_00b0);
    let mut response = NdrWriter::new(Encoding::NDR64);
    let (made, granted, rid) =
        if status == 0 { (handle(3), 0x000f_07ff, 0x452) } else { (ContextHandle::NULL, 0, 0) };
    response.context_handle(made).u32(granted).u32(rid).u32(status);
    (50, request.finish(), response.finish())
}

/// The stubs of `SamrLookupNamesInDomain`, 17, which finds one.
#[must_use]
pub fn samr_lookup(account: &str) -> SamrCall {
    let name = u16::try_from(account.len() * 2).expect("short");
    let mut request = NdrWriter::new(Encoding::NDR64);
    request.context_handle(handle(2)).u32(1).uint3264(1000).uint3264(0).uint3264(1);
    request.u16(name).u16(name).uint3264(1);
    request.uint3264(account.len() as u64).uint3264(0).uint3264(account.len() as u64);
    for unit in account.encode_utf16() {
        request.u16(unit);
    }
    let mut response = NdrWriter::new(Encoding::NDR64);
    for number in [0x452, 1] {
        response.uint3264(1).uint3264(2).uint3264(1).u32(number);
    }
    response.u32(0);
    (17, request.finish(), response.finish())
}

/// The stubs of `SamrValidateComputerAccountReuseAttempt`, 74.
#[must_use]
pub fn samr_reuse(allowed: bool, status: u32) -> SamrCall {
    let mut request = NdrWriter::new(Encoding::NDR64);
    request.context_handle(handle(1)).uint3264(5).bytes(&[1, 5, 0, 0, 0, 0, 0, 5]).bytes(&noise(74, 20));
    let mut response = NdrWriter::new(Encoding::NDR64);
    response.bytes(&[u8::from(allowed)]).u32(status);
    (74, request.finish(), response.finish())
}

/// The stubs of `SamrSetInformationUser2`, 58: a password.
#[must_use]
pub fn samr_set_password(status: u32) -> SamrCall {
    let mut request = NdrWriter::new(Encoding::NDR64);
    request.context_handle(handle(3)).u32(26).u32(26).bytes(&noise(75, 540));
    (58, request.finish(), status.to_le_bytes().to_vec())
}

/// The machine account whose secure channel is made.
#[derive(Clone, Copy, Debug)]
pub struct Machine<'a> {
    /// The domain controller, with two backslashes in front.
    pub server: &'a str,
    /// Name of the account.
    pub account: &'a str,
    /// Name of the computer.
    pub computer: &'a str,
    /// NetBIOS name of the domain.
    pub domain: &'a str,
}

impl Machine<'_> {
    /// Stubs of `NetrServerReqChallenge`, opnum 4.
    #[must_use]
    pub fn challenge(&self, status: u32) -> Exchange {
        let mut request = NdrWriter::new(Encoding::NDR64);
        request.uint3264(1).string(self.server).string(self.computer).bytes(&noise(81, 8));
        let mut response = NdrWriter::new(Encoding::NDR64);
        response.bytes(&noise(82, 8)).u32(status);
        (request.finish(), response.finish())
    }

    /// Stubs of `NetrServerAuthenticate3`, opnum 26.
    #[must_use]
    pub fn authenticate3(&self, asked: u32, granted: u32, rid: u32, status: u32) -> Exchange {
        let mut request = NdrWriter::new(Encoding::NDR64);
        request.uint3264(1).string(self.server).string(self.account);
        // An enumeration has four octets in NDR64: a workstation's channel.
        request.u32(2).string(self.computer).bytes(&noise(83, 8)).u32(asked);
        let mut response = NdrWriter::new(Encoding::NDR64);
        response.bytes(&noise(84, 8)).u32(granted).u32(rid).u32(status);
        (request.finish(), response.finish())
    }

    /// Stubs of `NetrLogonGetCapabilities`, opnum 21.
    #[must_use]
    pub fn capabilities(&self, status: u32) -> Exchange {
        let mut request = NdrWriter::new(Encoding::NDR64);
        request.uint3264(1).string(self.server).uint3264(1).string(self.computer);
        request.align(4).bytes(&noise(85, 8)).u32(0x6740_2b1d).bytes(&noise(86, 8)).u32(0).u32(1);
        let mut response = NdrWriter::new(Encoding::NDR64);
        response.bytes(&noise(87, 8)).u32(0x6740_2b1e).u32(1).u32(0x612f_ffff).u32(status);
        (request.finish(), response.finish())
    }

    /// NL_AUTH_MESSAGE ([MS-NRPC] 2.2.1.3.1) with the names of domain and computer, and its answer.
    #[must_use]
    pub fn channel_tokens(&self) -> Exchange {
        let mut request = vec![0, 0, 0, 0, 3, 0, 0, 0];
        for name in [self.domain, self.computer] {
            request.extend(name.bytes().chain([0]));
        }
        (request, vec![1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    }
}

/// Stubs of `DsrEnumerateDomainTrusts`, opnum 40: the primary domain alone.
#[must_use]
pub fn domain_trusts(server: &str, netbios: &str, dns: &str, sid: &[u32], guid: Guid) -> Exchange {
    let mut request = NdrWriter::new(Encoding::NDR64);
    request.uint3264(1).string(server).u32(0x3f);
    let mut response = NdrWriter::new(Encoding::NDR64);
    // NETLOGON_TRUSTED_DOMAIN_ARRAY with one element, then what its pointers point to.
    response.uint3264(1).uint3264(3).uint3264(1);
    response.uint3264(4).uint3264(5);
    // In the forest, primary, tree root, native; no parent; uplevel; no attributes.
    response.u32(0x1d).u32(0).u32(2).u32(0);
    response.uint3264(6).guid(guid).align(8);
    response.string(netbios).string(dns);
    response.uint3264(sid.len() as u64).bytes(&[1, u8::try_from(sid.len()).expect("short")]);
    response.bytes(&[0, 0, 0, 0, 0, 5]);
    for part in sid {
        response.u32(*part);
    }
    response.u32(0);
    (request.finish(), response.finish())
}
