//! What happened, in the terms that rules judge by.

use adjoin_wire::Guid;
use dns_proto::locator::LocatorKind;
use dns_proto::{Rcode, RecordType};
use netlogon_proto::{DsFlags, Opcode};
use smb2_proto::NtStatus;

/// How a client proves who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    /// A ticket for this service.
    Kerberos(String),
    /// NTLM; the account once the client has said it.
    Ntlm(Option<String>),
    /// Nobody.
    Anonymous,
}

/// One thing that a message said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fact {
    /// What the server's clock says, in nanoseconds since 1970, and where it says so.
    Clock {
        time: i64,
        by: &'static str,
    },

    /// A locator question: which record, of which domain.
    DnsLocate {
        kind: LocatorKind,
        domain: String,
    },
    /// A question for an address of a controller.
    DnsAddress {
        host: String,
        rtype: RecordType,
    },
    /// The answer to either: what was asked, how it ended, how many records were found.
    DnsAnswer {
        about: String,
        locator: bool,
        rtype: RecordType,
        rcode: Rcode,
        found: usize,
        truncated: bool,
    },
    /// An update, and its answer.
    DnsUpdate {
        zone: String,
    },
    DnsUpdated {
        zone: String,
        rcode: Rcode,
    },

    /// LDAP ping.
    Ping {
        domain: String,
        host: String,
        user: String,
    },
    /// Its answer.
    PingAnswer {
        opcode: Opcode,
        flags: DsFlags,
        domain: String,
        host: String,
        extended: bool,
    },
    /// An answer without the Netlogon attribute.
    PingEmpty,

    /// SMB negotiate and its answer; the server's clock in nanoseconds since 1970.
    SmbNegotiate {
        /// SMB2 is among what the client offers.
        smb2: bool,
    },
    SmbNegotiated {
        clock: Option<i64>,
        /// The server chooses SMB1.
        smb1: bool,
    },
    /// The server refuses to negotiate; SMB1 says no more than that it takes none of the dialects.
    SmbNotNegotiated {
        status: Option<NtStatus>,
    },
    /// Both sides say again, signed, what they had said in the negotiation; and the answer, with what
    /// differs from the negotiation that was captured.
    SmbValidate {
        differs: Option<&'static str>,
    },
    SmbValidated {
        status: NtStatus,
        differs: Option<&'static str>,
    },
    /// The answer comes later.
    SmbPending,
    SmbSetup {
        proof: Option<Proof>,
    },
    SmbSetupAnswer {
        status: NtStatus,
        encrypted: bool,
        anonymous: bool,
        signed: bool,
    },
    SmbTree {
        path: String,
    },
    SmbTreeAnswer {
        path: String,
        status: NtStatus,
    },
    SmbPipe {
        name: String,
    },
    SmbPipeAnswer {
        name: String,
        status: NtStatus,
    },
    /// An encrypted message, with its size.
    SmbEncrypted {
        bytes: usize,
        from_server: bool,
    },

    /// AS-REQ: the client's name, whether it proves the password.
    AsReq {
        cname: String,
        proof: bool,
    },
    AsRep {
        cname: String,
        sname: String,
    },
    TgsReq {
        sname: String,
    },
    TgsRep {
        sname: String,
    },
    /// KRB-ERROR: from the KDC, or from a service inside its own protocol. The clock is the server's.
    KrbError {
        code: i32,
        status: Option<NtStatus>,
        sname: String,
        cname: String,
        clock: i64,
    },
    KpasswdRequest,
    /// An answer: an error, with its result code when that is clear.
    KpasswdAnswer {
        error: Option<i32>,
        result: Option<u16>,
        done: bool,
    },

    /// The ticket of the request before is a large one: its octets.
    LargeTicket {
        bytes: usize,
    },
    /// The proof of the bind before makes a session that can't be sealed well, and why.
    WeakSession {
        why: &'static str,
    },

    LdapSearch {
        root_dse: bool,
    },
    LdapEntry,
    LdapBind {
        proof: Option<Proof>,
    },
    LdapBindAnswer {
        code: u32,
        data: Option<u32>,
        text: String,
    },
    LdapWrite {
        what: &'static str,
        dn: String,
    },
    LdapWriteAnswer {
        code: u32,
        win32: Option<u32>,
    },
    /// A wrapped message: its octets.
    LdapSealed {
        bytes: usize,
        from_server: bool,
    },
    LdapUnbind,

    /// A question to the endpoint mapper, and its answer: ports over TCP.
    EpmAsk {
        interface: Guid,
    },
    EpmAnswer {
        interface: Option<Guid>,
        ports: Vec<u16>,
        status: u32,
    },

    RpcBind {
        interface: Option<Guid>,
        proof: Option<Proof>,
    },
    RpcBound {
        interface: Option<Guid>,
        accepted: bool,
        reason: String,
    },
    RpcBindNak {
        interface: Option<Guid>,
        reason: String,
    },
    RpcCall {
        interface: Option<Guid>,
        opnum: u16,
        sealed: bool,
    },
    /// The status is the call's return value where it can be read.
    RpcReturn {
        interface: Option<Guid>,
        opnum: Option<u16>,
        sealed: bool,
        status: Option<u32>,
    },
    /// Whether an existing computer account may be used again.
    ReuseAnswer {
        allowed: bool,
    },
    RpcFault {
        interface: Option<Guid>,
        opnum: Option<u16>,
        status: u32,
    },

    /// TLS: the client's first message, and an alert with its description.
    TlsHello,
    TlsServerHello,
    TlsData {
        from_server: bool,
    },
    TlsAlert {
        description: u8,
        fatal: bool,
        from_server: bool,
    },
}

impl Fact {
    /// The message neither wants an answer nor is one: it says more about another.
    pub(crate) const fn is_aside(&self) -> bool {
        matches!(
            self,
            Self::SmbPending | Self::LargeTicket { .. } | Self::WeakSession { .. } | Self::Clock { .. }
        )
    }

    /// The message wants an answer.
    pub(crate) const fn is_request(&self) -> bool {
        matches!(
            self,
            Self::DnsLocate { .. }
                | Self::DnsAddress { .. }
                | Self::DnsUpdate { .. }
                | Self::Ping { .. }
                | Self::SmbNegotiate { .. }
                | Self::SmbValidate { .. }
                | Self::SmbSetup { .. }
                | Self::SmbTree { .. }
                | Self::SmbPipe { .. }
                | Self::AsReq { .. }
                | Self::TgsReq { .. }
                | Self::KpasswdRequest
                | Self::LdapSearch { .. }
                | Self::LdapBind { .. }
                | Self::LdapWrite { .. }
                | Self::LdapSealed { from_server: false, .. }
                | Self::EpmAsk { .. }
                | Self::RpcBind { .. }
                | Self::RpcCall { .. }
                | Self::TlsHello
        )
    }

    /// Cuts names from the wire, which can be as long as they like.
    pub(crate) fn shorten(&mut self) {
        const LONGEST: usize = 400;
        let cut = |text: &mut String| {
            if let Some((at, _)) = text.char_indices().nth(LONGEST) {
                text.truncate(at);
                text.shrink_to_fit();
            }
        };
        match self {
            Self::LdapWrite { dn: text, .. }
            | Self::LdapBindAnswer { text, .. }
            | Self::SmbTree { path: text }
            | Self::SmbTreeAnswer { path: text, .. }
            | Self::SmbPipe { name: text }
            | Self::SmbPipeAnswer { name: text, .. }
            | Self::AsReq { cname: text, .. }
            | Self::TgsReq { sname: text }
            | Self::TgsRep { sname: text } => cut(text),
            Self::AsRep { cname, sname } | Self::KrbError { cname, sname, .. } => {
                cut(cname);
                cut(sname);
            }
            Self::Ping { domain, host, user } => [domain, host, user].map(cut).into_iter().collect(),
            Self::PingAnswer { domain, host, .. } => [domain, host].map(cut).into_iter().collect(),
            Self::SmbSetup { proof: Some(proof) }
            | Self::LdapBind { proof: Some(proof) }
            | Self::RpcBind { proof: Some(proof), .. } => match proof {
                Proof::Kerberos(name) | Proof::Ntlm(Some(name)) => cut(name),
                Proof::Ntlm(None) | Proof::Anonymous => {}
            },
            _ => {}
        }
    }

    /// Somebody says no.
    pub(crate) fn is_refusal(&self) -> bool {
        match self {
            Self::DnsAnswer { rcode, .. } | Self::DnsUpdated { rcode, .. } => *rcode != Rcode::NOERROR,
            Self::PingEmpty
            | Self::SmbNotNegotiated { .. }
            | Self::KrbError { .. }
            | Self::RpcBindNak { .. }
            | Self::RpcFault { .. } => true,
            Self::SmbValidated { status, differs } => status.is_error() || differs.is_some(),
            Self::SmbSetupAnswer { status, .. }
            | Self::SmbTreeAnswer { status, .. }
            | Self::SmbPipeAnswer { status, .. } => status.is_error(),
            Self::KpasswdAnswer { error, .. } => error.is_some(),
            Self::LdapBindAnswer { code, .. } | Self::LdapWriteAnswer { code, .. } => *code != 0,
            Self::EpmAnswer { status, .. } => *status != 0,
            Self::RpcBound { accepted, .. } => !accepted,
            Self::RpcReturn { status, .. } => status.is_some_and(|status| status != 0),
            Self::ReuseAnswer { allowed } => !allowed,
            Self::TlsAlert { fatal, .. } => *fatal,
            _ => false,
        }
    }

    /// Only a domain controller says so. Others serve LDAP as well.
    pub(crate) const fn is_controllers(&self) -> bool {
        matches!(self, Self::PingAnswer { .. } | Self::AsRep { .. } | Self::TgsRep { .. })
    }
}
