//! A join as a Windows client does it, in which one step can fail.
//!
//! DNS, LDAP ping, SMB, Kerberos, LDAP, the endpoint mapper, DRSUAPI, SAMR, the secure channel, and a DNS
//! update at the end. The client is captured one hop away from the servers. After a failure that it does
//! not survive the client stops, and the capture goes on for half a minute.
//!
//! The frames that tell of the failure are marked `fault`.

mod account;
mod sessions;

use std::net::Ipv4Addr;

pub use account::Unsealed;
pub use sessions::Validation;

use adjoin_wire::Guid;
use adjoin_wire::ber::Tag;
use cldap_proto::LdapPingBuilder;
use kerberos_proto::ErrorCode;
use kerberos_proto::encode::{constructed, ext_error, integer, record, tlv};
use netlogon_proto::{DsFlags, Opcode, SamLogonAnswer};
use rpce_proto::{FaultStatus, SyntaxId};
use smb2_proto::NtStatus;

use crate::conversation::{Conversation, Fate, Who};
use crate::dns::{self, Record};
use crate::rpc::{self, Association, Seal};
use crate::script::{MS, SECOND, Script, Shot};
use crate::tokens::{
    NtlmTarget, Proof, Realm, ap_rep, krb5_token, noise, ntlm_negotiate, spnego_init, spnego_next, utf16,
};
use crate::wirebuild::{self, Host, Ip, udp};
use crate::{ldap, smb};

/// When a join begins, in nanoseconds since 1970.
pub const START: i64 = 1_763_712_000 * SECOND;
/// The client's address.
pub const CLIENT: Ipv4Addr = Ipv4Addr::new(10, 20, 1, 50);
/// The address of the server that resolves names.
pub const DNS: Ipv4Addr = Ipv4Addr::new(10, 20, 0, 1);
/// The domain controller's address.
pub const DC: Ipv4Addr = Ipv4Addr::new(10, 20, 0, 2);
/// The address of another domain controller, which only [`Fault::FirstSilent`] and
/// [`Fault::FirstWithoutSmb`] need.
pub const OTHER_DC: Ipv4Addr = Ipv4Addr::new(10, 20, 0, 3);
/// The router between them.
pub const ROUTER: Ipv4Addr = Ipv4Addr::new(10, 20, 1, 1);
/// The dynamic port of DRSUAPI.
pub const DRSUAPI_PORT: u16 = 49667;
/// The dynamic port of NETLOGON.
pub const NETLOGON_PORT: u16 = 49669;

const DOMAIN: &str = "corp.example";
const REALM: &str = "CORP.EXAMPLE";
const HOST: &str = "dc1.corp.example";
const OTHER_HOST: &str = "dc2.corp.example";
const SRV: &str = "_ldap._tcp.dc._msdcs.corp.example";
const ACCOUNT: &str = "PC17$";
const RTT: i64 = 2 * MS;

/// How a port can be out of reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wall {
    /// No answer at all.
    Silence,
    /// The server resets.
    Reset,
    /// A device between resets in the server's name.
    ForeignReset,
    /// The router says that it is prohibited.
    Prohibited,
    /// The router says that the host can't be reached.
    HostUnreachable,
}

/// Which request of Kerberos.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// AS-REQ with a proof of the password.
    Logon,
    /// TGS-REQ for SMB.
    Ticket,
    /// The ticket in the session setup of SMB.
    Session,
}

/// One thing that goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The question for domain controllers is answered with this code.
    DnsCode(u8),
    /// It is answered without records.
    DnsEmpty,
    /// It is not answered.
    DnsSilent,
    /// ICMP says that the port of the DNS server can't be reached.
    DnsIcmp,
    /// The domain controller has no address: the code of the answer.
    NoAddress(u8),
    /// The LDAP ping is not answered.
    PingSilent,
    /// ICMP answers the LDAP ping: the code, 1 for the host, 3 for the port, 13 for prohibited.
    PingIcmp(u8),
    /// The LDAP ping is answered without the attribute.
    PingEmpty,
    /// It is answered as Windows NT 4.0 does.
    PingOld,
    /// It is answered with opcode 24.
    PingPaused,
    /// It is answered for another domain.
    PingDomain,
    /// It is answered with these flags.
    PingFlags(u32),
    /// A KRB-ERROR with this code and NTSTATUS.
    Kerberos(Ask, i32, Option<u32>),
    /// Requests to the KDC are sent over UDP and not answered.
    KerberosUdpSilent,
    /// The clocks differ by so many seconds, and the KDC says so.
    Skew(i64),
    /// A TCP port is out of reach.
    Port(u16, Wall),
    /// The SMB negotiation is refused with this status.
    SmbNegotiate(u32),
    /// The client offers SMB 1 alone, and the server hangs up.
    OnlySmb1,
    /// The server chooses SMB 1, and the client hangs up.
    ServerChoosesSmb1,
    /// With SMB 3.0.2 the negotiation is said again.
    Validated(Validation),
    /// The client hangs up on the first signed answer, twice.
    SignatureRefused,
    /// The message with the ticket for SMB has so many octets, and the session setup is answered with
    /// this status; survived when that is 0.
    LargeTicket(usize, u32),
    /// The server says first that its answer to the tree connect comes later; survived.
    SmbPending,
    /// The session setup of SMB is refused.
    SmbSetup(u32),
    /// IPC$ is refused.
    SmbTree(u32),
    /// The pipe of SAMR is refused.
    SmbPipe(u32),
    /// The LDAP bind is refused with this result and data code.
    LdapBind(u8, &'static str),
    /// LDAP is bound with NTLM and short keys, and the client leaves; or, survived, it uses that.
    WeakBind(bool),
    /// The client ends TLS with this alert.
    TlsAlert(u8),
    /// The endpoint mapper finds nothing for DRSUAPI and answers with this status.
    EpmStatus(u32),
    /// The bind to DRSUAPI is refused for this reason.
    BindNak(u16),
    /// The first call of the secure channel is answered with this fault.
    ChannelFault(u32),
    /// A SAMR call fails with this status: 50 creates the account, 58 sets its password.
    Samr(u16, u32),
    /// The account exists, and may not be reused: what the call returns.
    Reuse(bool, u32),
    /// `NetrServerAuthenticate3` returns this.
    Authenticate(u32),
    /// The password is set with kpasswd over UDP, which is not answered.
    KpasswdSilent,
    /// The password is set with kpasswd, which says so in an error with number 0; the client understands
    /// that and goes on, survived, or not.
    KpasswdZero(bool),
    /// The first call after the secure channel is made is not sealed, and is refused.
    ChannelUnsealed(Unsealed),
    /// After the join the change of the account's name is refused; survived.
    Rename(Unsealed),
    /// The domain controller is gone once LDAP is bound.
    Vanished,

    /// The first of two domain controllers does not answer pings; survived.
    FirstSilent,
    /// The first of two domain controllers answers pings, but not on port 445; survived.
    FirstWithoutSmb,
    /// The DNS update is refused; survived.
    DnsUpdate(u8),
    /// Every so many segments one is lost and sent again; survived.
    Loss(usize),
    /// Full-size segments to the KDC vanish until the client sends smaller ones; survived.
    MtuHole,
    /// The account exists, and the client works on with it; survived.
    Reused,
}

/// How a join is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// What goes wrong.
    pub fault: Option<Fault>,
    /// The client goes on with NTLM when Kerberos fails.
    pub falls_back: bool,
    /// The KDC is asked over UDP first, where its answer is too large.
    pub udp_tickets: bool,
    /// LDAP goes through TLS, on port 636.
    pub tls: bool,
    /// The password is set with kpasswd.
    pub kpasswd: bool,
    /// The account exists already, and whether it may be reused is asked.
    pub reuse: bool,
    /// Which attempt of the client it is, from 0; each takes other ports.
    pub attempt: u16,
    /// Which client it is, from 0, the one at [`CLIENT`]; each has another address.
    pub machine: u16,
}

impl From<Fault> for Plan {
    /// The join in which the fault can happen.
    fn from(fault: Fault) -> Self {
        Self {
            fault: Some(fault),
            falls_back: false,
            udp_tickets: matches!(fault, Fault::KerberosUdpSilent),
            tls: matches!(fault, Fault::TlsAlert(_) | Fault::Port(636, _)),
            kpasswd: matches!(fault, Fault::KpasswdSilent | Fault::KpasswdZero(_) | Fault::Port(464, _)),
            reuse: matches!(fault, Fault::Reuse(..) | Fault::Reused),
            attempt: 0,
            machine: 0,
        }
    }
}

impl Plan {
    /// The address of the client.
    #[must_use]
    pub fn client(self) -> Ipv4Addr {
        match (self.machine, u8::try_from(self.machine / 250), u8::try_from(self.machine % 250)) {
            (1.., Ok(high @ ..240), Ok(low)) => Ipv4Addr::new(10, 20, 16 + high, 1 + low),
            _ => CLIENT,
        }
    }

    /// The same join without a fault.
    #[must_use]
    pub const fn unharmed(mut self) -> Self {
        self.fault = None;
        self
    }

    /// Plays it.
    #[must_use]
    pub fn play(self) -> Vec<Shot> {
        let host = |ip: Ipv4Addr, ttl| Host::new(ip, ttl);
        let mut play = Play {
            plan: self,
            script: Script::new(),
            now: START,
            port: 49700 + 100 * self.attempt,
            client: host(self.client(), 128),
            dns: host(DNS, 127),
            dc: host(DC, 127),
            said: 0,
        };
        // A step that fails has nothing more to say.
        let _ = play.all();
        let end = play.script.end().max(play.now) + 30 * SECOND;
        play.script.push(end, wirebuild::arp(play.client));
        play.script.shots()
    }
}

/// The join ends here.
struct Stop;

type Step<T = ()> = Result<T, Stop>;

struct Play {
    plan: Plan,
    script: Script,
    now: i64,
    port: u16,
    client: Host,
    dns: Host,
    dc: Host,
    /// Messages so far.
    said: usize,
}

impl Play {
    fn all(&mut self) -> Step {
        self.names()?;
        self.controller()?;
        let mut smb = match self.connect(445) {
            Err(Stop) if self.is(Fault::FirstWithoutSmb) => {
                self.dc = Host::new(OTHER_DC, 127);
                self.plan.fault = None;
                self.connect(445)?
            }
            other => other?,
        };
        self.negotiate(&mut smb)?;
        let kerberos = match self.tickets() {
            Err(Stop) if self.plan.falls_back => {
                self.plan.fault = None;
                false
            }
            other => {
                if other.is_err() {
                    smb.until(self.now).close(&mut self.script, Who::Client);
                }
                other?;
                true
            }
        };
        let mut session = smb::Session::new();
        let proof = if kerberos { Proof::Kerberos } else { Proof::Ntlm };
        let outcome = self.session(&mut smb, &mut session, proof).and_then(|()| {
            self.directory(proof)?;
            self.endpoint(rpc::DRSUAPI, DRSUAPI_PORT)?;
            self.drsuapi()?;
            self.account(&mut smb, &mut session)?;
            self.password()?;
            self.endpoint(rpc::NETLOGON, NETLOGON_PORT)?;
            self.secure_channel()?;
            self.rename(&mut smb, &mut session);
            Ok(())
        });
        let open = match self.plan.fault {
            Some(Fault::Vanished | Fault::SignatureRefused) => false,
            Some(Fault::Validated(how)) => how == Validation::Same,
            _ => true,
        };
        if open {
            smb.until(self.now.max(smb.now) + MS).close(&mut self.script, Who::Client);
        }
        outcome?;
        self.now = smb.now;
        self.update();
        Ok(())
    }

    fn is(&self, fault: Fault) -> bool {
        self.plan.fault == Some(fault)
    }

    fn mark(&mut self) {
        self.script.mark("fault");
    }

    fn own_port(&mut self) -> u16 {
        self.port += 1;
        self.port
    }

    /// A datagram of the client, and its answer.
    fn datagram(&mut self, from: u16, to: (Host, u16), request: &[u8], response: Option<&[u8]>) {
        let header = |id| Ip { id, dont_fragment: false, ttl: None };
        self.now += MS;
        self.script.push(self.now, udp((self.client, from), to, header(from), request));
        if let Some(response) = response {
            self.now += RTT;
            self.script.push(self.now, udp(to, (self.client, from), header(!from), response));
        }
    }

    /// ICMP of the router, or for an unreachable port of the host itself, about the last frame.
    fn icmp(&mut self, host: Host, code: u8) {
        let from = if code == 3 { host } else { Host::new(ROUTER, 64) };
        self.now += RTT;
        let error = wirebuild::icmp(from, self.client, 3, code, 0, self.script.last_bytes());
        self.script.push(self.now, error);
        self.mark();
    }

    /// A TCP connection, unless the port is out of reach.
    fn connect(&mut self, port: u16) -> Step<Conversation> {
        let own = self.own_port();
        let mut talk = Conversation::new((self.client, own), (self.dc, port), self.now + MS).rtt(RTT);
        let wall = match self.plan.fault {
            Some(Fault::Port(blocked, wall)) if blocked == port => wall,
            Some(Fault::FirstWithoutSmb) if port == 445 => Wall::Silence,
            _ => {
                talk.handshake(&mut self.script);
                self.now = talk.now;
                return Ok(talk);
            }
        };
        let s = &mut self.script;
        match wall {
            Wall::Silence => {
                for seconds in [0, 1, 2, 4, 8] {
                    talk.wait(seconds * SECOND).syn(s);
                    s.mark("fault");
                }
                self.now = talk.now + 6 * SECOND;
            }
            Wall::Reset | Wall::ForeignReset => {
                if wall == Wall::ForeignReset {
                    talk.side_mut(Who::Server).host.ttl = 63;
                }
                for _ in 0..3 {
                    talk.wait(500 * MS).syn(s).rst(s, Who::Server);
                    s.mark("fault");
                }
                self.now = talk.now;
            }
            Wall::Prohibited | Wall::HostUnreachable => {
                let code = if wall == Wall::Prohibited { 13 } else { 1 };
                for _ in 0..2 {
                    talk.wait(SECOND).syn(&mut self.script);
                    self.now = talk.now;
                    self.icmp(self.dc, code);
                }
            }
        }
        Err(Stop)
    }

    /// A question and its answer, either of which may be lost and sent again.
    fn exchange(&mut self, talk: &mut Conversation, request: &[u8], response: &[u8]) {
        for (who, octets) in [(Who::Client, request), (Who::Server, response)] {
            self.say(talk, who, octets);
        }
        self.now = talk.now;
    }

    fn say(&mut self, talk: &mut Conversation, who: Who, octets: &[u8]) {
        self.said += 1;
        talk.until(talk.now.max(self.now));
        let s = &mut self.script;
        let start = talk.sent(who);
        match self.plan.fault {
            Some(Fault::Loss(every)) if self.said % every == 0 => {
                let lost = octets.len().min(talk.mss);
                talk.fates([Fate::Lost]).say(s, who, octets);
                talk.wait(300 * MS).resend(s, who, start..start + lost);
            }
            _ => {
                talk.say(s, who, octets);
            }
        }
        self.now = talk.now;
    }

    fn names(&mut self) -> Step {
        let dns = (self.dns, 53);
        let question = (SRV, dns::SRV);
        let query = dns::query(0x7001, question);
        let from = self.own_port();
        let records = [Record::Srv(SRV, 389, HOST), Record::Srv(SRV, 389, OTHER_HOST)];
        let two = matches!(self.plan.fault, Some(Fault::FirstSilent | Fault::FirstWithoutSmb));
        let found = dns::answer(0x7001, question, &records[..if two { 2 } else { 1 }], &[]);
        match self.plan.fault {
            Some(Fault::DnsCode(code)) => {
                let answer = dns::refusal(0x7001, question, code);
                self.datagram(from, dns, &query, Some(&answer));
                self.mark();
                return Err(Stop);
            }
            Some(Fault::DnsEmpty) => {
                self.datagram(from, dns, &query, Some(&dns::answer(0x7001, question, &[], &[])));
                self.mark();
                return Err(Stop);
            }
            Some(Fault::DnsSilent) => {
                for seconds in [0, 1, 1, 2, 4] {
                    self.now += seconds * SECOND;
                    self.datagram(from, dns, &query, None);
                    self.mark();
                }
                return Err(Stop);
            }
            Some(Fault::DnsIcmp) => {
                for _ in 0..2 {
                    self.now += SECOND;
                    self.datagram(from, dns, &query, None);
                    self.icmp(self.dns, 3);
                }
                return Err(Stop);
            }
            _ => self.datagram(from, dns, &query, Some(&found)),
        }
        for (name, address, id) in [(HOST, DC, 0x7002), (OTHER_HOST, OTHER_DC, 0x7003)] {
            if name == OTHER_HOST && !two {
                continue;
            }
            let from = self.own_port();
            let question = (name, dns::A);
            let answer = match self.plan.fault {
                Some(Fault::NoAddress(0)) => dns::answer(id, question, &[], &[]),
                Some(Fault::NoAddress(code)) => dns::refusal(id, question, code),
                _ => dns::answer(id, question, &[Record::A(name, address)], &[]),
            };
            self.datagram(from, dns, &dns::query(id, question), Some(&answer));
            if matches!(self.plan.fault, Some(Fault::NoAddress(_))) {
                self.mark();
                return Err(Stop);
            }
        }
        Ok(())
    }

    fn pong(&self, to: Host) -> Vec<u8> {
        let flags = match self.plan.fault {
            Some(Fault::PingFlags(flags)) => flags,
            _ => 0x0001_f3fd,
        };
        let domain = if self.is(Fault::PingDomain) { "lab.example" } else { DOMAIN };
        let (computer, host) = if to.ip == DC { ("DC1", HOST) } else { ("DC2", OTHER_HOST) };
        let answer = SamLogonAnswer {
            opcode: match self.plan.fault {
                Some(Fault::PingPaused) => Opcode::LOGON_SAM_PAUSE_RESPONSE_EX,
                _ => Opcode::LOGON_SAM_LOGON_RESPONSE_EX,
            },
            flags: DsFlags::from_bits_retain(flags),
            domain_guid: Guid::from_u128(0x9c1d_77e2_3a50_4f0b_8a55_21c0_6e4f_1b02),
            dns_forest_name: domain,
            dns_domain_name: domain,
            dns_host_name: host,
            netbios_domain_name: "CORP",
            netbios_computer_name: computer,
            dc_site_name: "Default-First-Site-Name",
            client_site_name: "Default-First-Site-Name",
            ..SamLogonAnswer::default()
        };
        match self.plan.fault {
            Some(Fault::PingEmpty) => ldap::ping_nothing(1),
            Some(Fault::PingOld) => {
                // NETLOGON_SAM_LOGON_RESPONSE_NT40 ([MS-ADTS] 6.3.1.7).
                let mut old = 19_u16.to_le_bytes().to_vec();
                for name in [r"\\DC1", "", "CORP"] {
                    old.extend(utf16(name));
                    old.extend([0, 0]);
                }
                old.extend([1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]);
                ldap::ping_answer(1, &old)
            }
            _ => ldap::ping_answer(1, &answer.encode().expect("an answer")),
        }
    }

    fn controller(&mut self) -> Step {
        let ping = LdapPingBuilder {
            message_id: 1,
            dns_domain: Some(DOMAIN),
            host: Some("PC17"),
            nt_ver: Some(0x2000_0016),
            long_lengths: true,
            ..LdapPingBuilder::default()
        }
        .encode();
        let from = self.own_port();
        match self.plan.fault {
            Some(Fault::PingSilent | Fault::FirstSilent) => {
                for wait in [0, 400, 400, 2000] {
                    self.now += wait * MS;
                    self.datagram(from, (self.dc, 389), &ping, None);
                    self.mark();
                }
                if self.is(Fault::PingSilent) {
                    return Err(Stop);
                }
                self.dc = Host::new(OTHER_DC, 127);
                self.now += SECOND;
            }
            Some(Fault::PingIcmp(code)) => {
                for _ in 0..2 {
                    self.now += 400 * MS;
                    self.datagram(from, (self.dc, 389), &ping, None);
                    self.icmp(self.dc, code);
                }
                return Err(Stop);
            }
            _ => {}
        }
        let from = self.own_port();
        let pong = self.pong(self.dc);
        self.datagram(from, (self.dc, 389), &ping, Some(&pong));
        match self.plan.fault {
            Some(
                Fault::PingEmpty
                | Fault::PingOld
                | Fault::PingPaused
                | Fault::PingDomain
                | Fault::PingFlags(_),
            ) => {
                self.mark();
                // A read-only domain controller serves other purposes.
                if matches!(self.plan.fault, Some(Fault::PingFlags(flags)) if flags & 0x10 != 0) {
                    return Ok(());
                }
                Err(Stop)
            }
            _ => Ok(()),
        }
    }

    fn realm(&self) -> Realm<'static> {
        let ahead = match self.plan.fault {
            Some(Fault::Skew(seconds)) => seconds * SECOND,
            _ => 0,
        };
        Realm { realm: REALM, user: "joiner", now: self.now + ahead }
    }

    fn krb_error(&self, code: i32, service: &[&str], status: Option<u32>) -> Vec<u8> {
        let data = status.map(ext_error);
        self.realm().error(ErrorCode(code), service, data.as_deref())
    }

    /// Asks the KDC on a connection of its own.
    fn kdc(&mut self, request: &[u8], answer: &[u8]) -> Step {
        if self.plan.udp_tickets {
            let from = self.own_port();
            if self.is(Fault::KerberosUdpSilent) {
                for _ in 0..3 {
                    self.datagram(from, (self.dc, 88), request, None);
                    self.mark();
                    self.now += 2 * SECOND;
                }
                return Err(Stop);
            }
            if answer.len() < 1000 {
                self.datagram(from, (self.dc, 88), request, Some(answer));
                return Ok(());
            }
            let large = self.krb_error(52, &["krbtgt", REALM], None);
            self.datagram(from, (self.dc, 88), request, Some(&large));
        }
        let mut talk = self.connect(88)?;
        let (request, answer) = (record(request), record(answer));
        if self.is(Fault::MtuHole) && request.len() > talk.mss {
            self.through_hole(&mut talk, &request);
            self.say(&mut talk, Who::Server, &answer);
        } else {
            self.exchange(&mut talk, &request, &answer);
        }
        if self.fails_here(&answer) {
            self.mark();
        }
        talk.close(&mut self.script, Who::Client);
        self.now = talk.now;
        Ok(())
    }

    /// The last answer was a KRB-ERROR other than the normal one.
    fn fails_here(&self, answer: &[u8]) -> bool {
        matches!(self.plan.fault, Some(Fault::Kerberos(..) | Fault::Skew(_)))
            && answer.get(4) == Some(&0x7e)
            && answer.len() < 220
    }

    /// The first full-size segment is lost twice and then sent in small pieces.
    fn through_hole(&mut self, talk: &mut Conversation, octets: &[u8]) {
        let s = &mut self.script;
        let full = talk.mss;
        talk.fates([Fate::Lost]).client(s, octets).ack(s, Who::Server);
        for wait in [300, 600] {
            talk.wait(wait * MS).fates([Fate::Lost]).resend(s, Who::Client, 0..full);
        }
        talk.mss = 536;
        let mut at = 0;
        talk.wait(1200 * MS);
        while at < full {
            let end = full.min(at + talk.mss);
            talk.resend(s, Who::Client, at..end).ack(s, Who::Server);
            at = end;
        }
        self.now = talk.now;
    }

    fn tickets(&mut self) -> Step {
        let (realm, krbtgt) = (self.realm(), ["krbtgt", REALM]);
        self.kdc(&realm.as_req(false), &realm.preauth_required())?;
        let realm = self.realm();
        let answer = match self.plan.fault {
            Some(Fault::Kerberos(Ask::Logon, code, status)) => self.krb_error(code, &krbtgt, status),
            Some(Fault::Skew(_)) => self.krb_error(37, &krbtgt, None),
            _ => realm.as_rep(1560),
        };
        self.kdc(&realm.as_req(true), &answer)?;
        if matches!(self.plan.fault, Some(Fault::Kerberos(Ask::Logon, ..) | Fault::Skew(_))) {
            return Err(Stop);
        }
        let service = ["cifs", HOST];
        let answer = match self.plan.fault {
            Some(Fault::Kerberos(Ask::Ticket, code, status)) => self.krb_error(code, &service, status),
            _ => realm.tgs_rep(&service, 1620),
        };
        self.kdc(&realm.tgs_req(&service, 0x7a01, 1600), &answer)?;
        if matches!(self.plan.fault, Some(Fault::Kerberos(Ask::Ticket, ..))) {
            return Err(Stop);
        }
        Ok(())
    }

    fn ntlm(now: i64) -> NtlmTarget<'static> {
        NtlmTarget { domain: "CORP", computer: "DC1", dns_domain: DOMAIN, dns_computer: HOST, now }
    }

    fn authenticate(now: i64, class: &str) -> Vec<u8> {
        Self::ntlm(now).authenticate("CORP", "joiner", "PC17", &format!("{class}/{HOST}"))
    }

    fn session(&mut self, talk: &mut Conversation, session: &mut smb::Session, proof: Proof) -> Step {
        let refusal = match self.plan.fault {
            Some(Fault::LargeTicket(_, 0)) => None,
            Some(Fault::SmbSetup(status) | Fault::LargeTicket(_, status)) => Some(NtStatus(status)),
            Some(Fault::SignatureRefused) => return self.hang_up(talk),
            _ => None,
        };
        match proof {
            Proof::Kerberos => {
                let size = match self.plan.fault {
                    Some(Fault::LargeTicket(size, _)) => size,
                    _ => 1500,
                };
                let token = krb5_token(1, &self.realm().ap_req(&["cifs", HOST], size));
                let token = spnego_init(proof, &token);
                if let Some(Fault::Kerberos(Ask::Session, code, status)) = self.plan.fault {
                    let error = krb5_token(3, &self.krb_error(code, &["cifs", HOST], status));
                    let answer = spnego_next(Some(1), Some(proof), &error, None);
                    let (request, response) =
                        session.setup(&token, NtStatus::MORE_PROCESSING_REQUIRED, &answer);
                    self.exchange(talk, &request, &response);
                    self.mark();
                    return Err(Stop);
                }
                let answer = spnego_next(Some(0), Some(proof), &krb5_token(2, &ap_rep()), None);
                let setup = session.setup(&token, NtStatus::SUCCESS, &answer);
                self.refusable(talk, setup, refusal)?;
            }
            Proof::Ntlm => {
                let challenge = spnego_next(Some(1), Some(proof), &Self::ntlm(self.now).challenge(), None);
                let (request, response) = session.setup(
                    &spnego_init(proof, &ntlm_negotiate()),
                    NtStatus::MORE_PROCESSING_REQUIRED,
                    &challenge,
                );
                self.exchange(talk, &request, &response);
                let token = spnego_next(Some(1), None, &Self::authenticate(self.now, "cifs"), None);
                let setup = session.setup(&token, NtStatus::SUCCESS, &spnego_next(Some(0), None, &[], None));
                self.refusable(talk, setup, refusal)?;
            }
        }
        let refusal = match self.plan.fault {
            Some(Fault::SmbTree(status)) => Some(NtStatus(status)),
            _ => None,
        };
        let mut tree = session.tree_connect(&format!(r"\\{HOST}\IPC$"));
        if self.is(Fault::SmbPending) {
            let (_, pending) = smb::refused(tree.clone(), NtStatus::PENDING);
            tree.1 = [pending, tree.1].concat();
        }
        self.refusable(talk, tree, refusal)?;
        self.validate(talk, session)
    }

    fn refusable(
        &mut self,
        talk: &mut Conversation,
        exchange: smb::Exchange,
        refusal: Option<NtStatus>,
    ) -> Step {
        let (request, response) = match refusal {
            Some(status) => smb::refused(exchange, status),
            None => exchange,
        };
        self.exchange(talk, &request, &response);
        if refusal.is_some() {
            self.mark();
            return Err(Stop);
        }
        Ok(())
    }

    fn directory(&mut self, proof: Proof) -> Step {
        if self.plan.tls {
            return self.directory_in_tls();
        }
        let mut talk = self.connect(389)?;
        let answer = ldap::root_dse_answer(1, DOMAIN, HOST, "20251121080000.0Z");
        self.exchange(&mut talk, &ldap::root_dse_request(1), &answer);
        let weak = matches!(self.plan.fault, Some(Fault::WeakBind(_)));
        let (bind, done) = match proof {
            Proof::Kerberos if !weak => {
                let token = krb5_token(1, &self.realm().ap_req(&["ldap", HOST, DOMAIN], 1510));
                let answer = spnego_next(Some(0), Some(proof), &krb5_token(2, &ap_rep()), None);
                (spnego_init(proof, &token), answer)
            }
            _ => {
                let challenge = ldap::bind_answer(2, 14, &Self::ntlm(self.now).challenge());
                self.exchange(&mut talk, &ldap::sasl_bind(2, &ntlm_negotiate()), &challenge);
                let mut proof = Self::authenticate(self.now, "ldap");
                if weak {
                    // NTLMSSP_NEGOTIATE_128 is the bit 29 of flags at 60 ([MS-NLMP] 2.2.1.3).
                    proof[63] &= !0x20;
                }
                (proof, Vec::new())
            }
        };
        let answer = match self.plan.fault {
            Some(Fault::LdapBind(code, text)) => ldap::bind_refused(3, code, text),
            _ => ldap::bind_answer(3, 0, &done),
        };
        self.exchange(&mut talk, &ldap::sasl_bind(3, &bind), &answer);
        if matches!(self.plan.fault, Some(Fault::LdapBind(..))) {
            self.mark();
            talk.close(&mut self.script, Who::Client);
            self.now = talk.now;
            return Err(Stop);
        }
        if self.is(Fault::WeakBind(false)) {
            self.mark();
            talk.close(&mut self.script, Who::Client);
            self.now = talk.now;
            return Err(Stop);
        }
        if self.is(Fault::Vanished) {
            self.vanish(&mut talk);
            return Err(Stop);
        }
        for (sequence, sizes) in (0..).zip([(144, 1254), (93, 155), (171, 140)]) {
            let (request, answer) =
                (ldap::sealed_krb5(sequence, sizes.0, false), ldap::sealed_krb5(sequence, sizes.1, true));
            self.exchange(&mut talk, &request, &answer);
        }
        self.say(&mut talk, Who::Client, &ldap::sealed_krb5(9, 11, false));
        talk.close(&mut self.script, Who::Client);
        self.now = talk.now;
        Ok(())
    }

    /// The domain controller is gone: nothing is acknowledged, nobody answers on another port.
    fn vanish(&mut self, talk: &mut Conversation) {
        let s = &mut self.script;
        let start = talk.sent(Who::Client);
        let request = ldap::sealed_krb5(0, 144, false);
        talk.fates([Fate::Lost; 7]).client(s, &request);
        s.mark("fault");
        let end = talk.sent(Who::Client);
        for wait in [300, 600, 1200, 2400, 4800] {
            talk.wait(wait * MS).resend(s, Who::Client, start..end);
        }
        self.now = talk.now;
        for port in [389, 135] {
            self.plan.fault = Some(Fault::Port(port, Wall::Silence));
            let _ = self.connect(port);
        }
        self.plan.fault = Some(Fault::Vanished);
    }

    fn directory_in_tls(&mut self) -> Step {
        let mut talk = self.connect(636)?;
        let record = |kind: u8, body: &[u8]| {
            let mut out = vec![kind, 3, 3];
            out.extend(u16::try_from(body.len()).expect("short").to_be_bytes());
            out.extend(body);
            out
        };
        let handshake = |kind: u8, body: &[&[u8]]| {
            let body = body.concat();
            let length = u32::try_from(body.len()).expect("short").to_be_bytes();
            record(22, &[&[kind], &length[1..], &body].concat())
        };
        // ECDHE with RSA, AES-128-GCM; the certificate is left out of its message.
        let (random, own_random) = (noise(85, 32), noise(86, 32));
        let hello = handshake(1, &[&[3, 3], &own_random, &[0, 0, 4, 0xc0, 0x2f, 0xc0, 0x30, 1, 0]]);
        let key = [&[65, 4][..], &noise(87, 64)].concat();
        let signed = [&[4, 1, 1, 0][..], &noise(88, 256)].concat();
        let answer = [
            handshake(2, &[&[3, 3], &random, &[0, 0xc0, 0x2f, 0]]),
            handshake(11, &[&[0, 0, 0]]),
            handshake(12, &[&[3, 0, 23], &key, &signed]),
            handshake(14, &[]),
        ];
        self.exchange(&mut talk, &hello, &answer.concat());
        if let Some(Fault::TlsAlert(description)) = self.plan.fault {
            self.say(&mut talk, Who::Client, &record(21, &[2, description]));
            self.mark();
            talk.close(&mut self.script, Who::Client);
            self.now = talk.now;
            return Err(Stop);
        }
        let finished = [record(20, &[1]), record(22, &noise(83, 40))].concat();
        self.exchange(&mut talk, &[handshake(16, &[&key]), finished.clone()].concat(), &finished);
        for turn in 0..16 {
            let (request, answer) = (record(23, &noise(turn, 220)), record(23, &noise(turn + 100, 480)));
            self.exchange(&mut talk, &request, &answer);
        }
        self.say(&mut talk, Who::Client, &record(21, &noise(84, 26)));
        talk.close(&mut self.script, Who::Client);
        self.now = talk.now;
        Ok(())
    }

    fn endpoint(&mut self, interface: SyntaxId, port: u16) -> Step {
        let mut talk = self.connect(135)?;
        let mut rpc = Association::new(rpc::EPM);
        let (bind, ack) = rpc.bind("135", None);
        self.exchange(&mut talk, &bind, &ack);
        let stubs = match self.plan.fault {
            Some(Fault::EpmStatus(status)) => rpc::ept_map_nothing(interface, status),
            _ => rpc::ept_map(interface, DC, [port, 49664]),
        };
        let (request, response) = rpc.call(3, &stubs.0, &stubs.1);
        self.exchange(&mut talk, &request, &response);
        let fails = matches!(self.plan.fault, Some(Fault::EpmStatus(_)));
        if fails {
            self.mark();
        }
        talk.close(&mut self.script, Who::Client);
        self.now = talk.now;
        if fails { Err(Stop) } else { Ok(()) }
    }

    fn drsuapi(&mut self) -> Step {
        let mut talk = self.connect(DRSUAPI_PORT)?;
        let mut rpc = Association::new(rpc::DRSUAPI);
        let (hello, challenge, proof) =
            (ntlm_negotiate(), Self::ntlm(self.now).challenge(), Self::authenticate(self.now, "ldap"));
        let tokens = (Seal::Ntlm.trailer(&hello), Seal::Ntlm.trailer(&challenge));
        let (bind, ack) = rpc.bind(&DRSUAPI_PORT.to_string(), Some(tokens));
        if let Some(Fault::BindNak(reason)) = self.plan.fault {
            self.exchange(&mut talk, &bind, &rpc.nak(reason));
            self.mark();
            talk.close(&mut self.script, Who::Client);
            self.now = talk.now;
            return Err(Stop);
        }
        self.exchange(&mut talk, &bind, &ack);
        self.say(&mut talk, Who::Client, &rpc.auth3(Seal::Ntlm.trailer(&proof)));
        rpc.seal = Some(Seal::Ntlm);
        for (opnum, sizes) in [(0, (108, 92)), (12, (132, 132)), (12, (132, 76)), (1, (20, 24))] {
            let (request, response) = rpc.sealed_call(opnum, sizes.0, sizes.1);
            self.exchange(&mut talk, &request, &response);
        }
        talk.close(&mut self.script, Who::Client);
        self.now = talk.now;
        Ok(())
    }

    /// The account, made through the pipe of SAMR.
    fn account(&mut self, talk: &mut Conversation, session: &mut smb::Session) -> Step {
        let (pipe, open) = session.open("samr");
        let refusal = match self.plan.fault {
            Some(Fault::SmbPipe(status)) => Some(NtStatus(status)),
            _ => None,
        };
        self.refusable(talk, open, refusal)?;
        let mut rpc = Association::new(rpc::SAMR).in_pipe();
        let (bind, ack) = rpc.bind(r"\PIPE\samr", None);
        for (request, response) in [session.write(pipe, &bind), session.read(pipe, &ack)] {
            self.exchange(talk, &request, &response);
        }
        let fault = self.plan.fault;
        let failing = move |opnum: u16| match fault {
            Some(Fault::Samr(failing, status)) if failing == opnum => status,
            _ => 0,
        };
        let server = format!(r"\\{HOST}");
        let mut calls = vec![rpc::samr_open(57, &server, 0), rpc::samr_open(7, &server, 0)];
        if self.plan.reuse {
            let (allowed, status) = match self.plan.fault {
                Some(Fault::Reuse(allowed, status)) => (allowed, status),
                _ => (true, 0),
            };
            calls.push(rpc::samr_reuse(allowed, status));
            calls.push(rpc::samr_create(ACCOUNT, 0xc000_0063));
            calls.push(rpc::samr_lookup(ACCOUNT));
            calls.push(rpc::samr_open(34, &server, 0));
        } else {
            calls.push(rpc::samr_create(ACCOUNT, failing(50)));
        }
        calls.push(rpc::samr_set_password(failing(58)));
        let refused = matches!(self.plan.fault, Some(Fault::Reuse(..)));
        for (opnum, asked, answered) in calls {
            let fails = (opnum == 74 && refused) || failing(opnum) != 0;
            if opnum == 58 && self.plan.kpasswd {
                break;
            }
            let (request, response) = rpc.call(opnum, &asked, &answered);
            let (request, response) = session.transceive(pipe, &request, &response);
            self.exchange(talk, &request, &response);
            if fails {
                self.mark();
                return Err(Stop);
            }
        }
        let (request, response) = session.close(pipe);
        self.exchange(talk, &request, &response);
        Ok(())
    }

    /// The password, set with kpasswd ([RFC 3244]) over UDP, or on a connection where that is to fail.
    fn password(&mut self) -> Step {
        if !self.plan.kpasswd {
            return Ok(());
        }
        let sealed = constructed(
            Tag::SEQUENCE,
            &[
                tlv(Tag::context(0), &integer(18)),
                tlv(Tag::context(2), &tlv(Tag::OCTET_STRING, &noise(91, 90))),
            ],
        );
        let private = constructed(
            Tag::SEQUENCE,
            &[
                tlv(Tag::context(0), &integer(5)),
                tlv(Tag::context(1), &integer(21)),
                tlv(Tag::context(3), &sealed),
            ],
        );
        let private = tlv(Tag::application(21), &private);
        let message = |version: u16, ap: &[u8]| {
            let mut out = u16::try_from(6 + ap.len() + private.len()).expect("short").to_be_bytes().to_vec();
            out.extend(version.to_be_bytes());
            out.extend(u16::try_from(ap.len()).expect("short").to_be_bytes());
            out.extend(ap);
            out.extend(&private);
            out
        };
        let request = message(0xff80, &self.realm().ap_req(&["kadmin", "changepw"], 900));
        let answer = message(1, &ap_rep());
        if matches!(self.plan.fault, Some(Fault::Port(464, _))) {
            self.connect(464)?;
        }
        let from = self.own_port();
        if self.is(Fault::KpasswdSilent) {
            for _ in 0..3 {
                self.datagram(from, (self.dc, 464), &request, None);
                self.mark();
                self.now += 3 * SECOND;
            }
            return Err(Stop);
        }
        if let Some(Fault::KpasswdZero(understood)) = self.plan.fault {
            let answer = self.success_as_error();
            self.datagram(from, (self.dc, 464), &request, Some(&answer));
            self.mark();
            return if understood { Ok(()) } else { Err(Stop) };
        }
        self.datagram(from, (self.dc, 464), &request, Some(&answer));
        Ok(())
    }

    fn secure_channel(&mut self) -> Step {
        let mut talk = self.connect(NETLOGON_PORT)?;
        let mut rpc = Association::new(rpc::NETLOGON);
        let machine = rpc::Machine {
            server: r"\\dc1.corp.example",
            account: ACCOUNT,
            computer: "PC17",
            domain: "CORP",
        };
        let (bind, ack) = rpc.bind(&NETLOGON_PORT.to_string(), None);
        self.exchange(&mut talk, &bind, &ack);
        let stubs = machine.challenge(0);
        if let Some(Fault::ChannelFault(status)) = self.plan.fault {
            let (request, response) = rpc.fault(4, &stubs.0, FaultStatus(status));
            self.exchange(&mut talk, &request, &response);
            self.mark();
            talk.close(&mut self.script, Who::Client);
            self.now = talk.now;
            return Err(Stop);
        }
        let (request, response) = rpc.call(4, &stubs.0, &stubs.1);
        self.exchange(&mut talk, &request, &response);
        let status = match self.plan.fault {
            Some(Fault::Authenticate(status)) => status,
            _ => 0,
        };
        let stubs = machine.authenticate3(0x612f_ffff, 0x612f_ffff, 0x452, status);
        let (request, response) = rpc.call(26, &stubs.0, &stubs.1);
        self.exchange(&mut talk, &request, &response);
        if status != 0 {
            self.mark();
            talk.close(&mut self.script, Who::Client);
            self.now = talk.now;
            return Err(Stop);
        }
        if let Some(Fault::ChannelUnsealed(how)) = self.plan.fault {
            return self.call_unsealed(&mut talk, &mut rpc, (&machine, how));
        }
        let tokens = machine.channel_tokens();
        let (request, response) =
            rpc.alter_context(Seal::SecureChannel.trailer(&tokens.0), Seal::SecureChannel.trailer(&tokens.1));
        self.exchange(&mut talk, &request, &response);
        rpc.seal = Some(Seal::SecureChannel);
        for (opnum, sizes) in [(21, (144, 32)), (29, (864, 1520))] {
            let (request, response) = rpc.sealed_call(opnum, sizes.0, sizes.1);
            self.exchange(&mut talk, &request, &response);
        }
        talk.close(&mut self.script, Who::Client);
        self.now = talk.now;
        Ok(())
    }

    /// The client registers its name.
    fn update(&mut self) {
        let code = match self.plan.fault {
            Some(Fault::DnsUpdate(code)) => code,
            _ => 0,
        };
        let from = self.own_port();
        let request = dns::update(0x7009, DOMAIN, "pc17.corp.example", self.plan.client());
        let answer = dns::updated(0x7009, DOMAIN, code);
        self.now += SECOND;
        self.datagram(from, (self.dns, 53), &request, Some(&answer));
        if code != 0 {
            self.mark();
        }
    }
}
