//! A client on its way to a domain controller: what DNS, NetBIOS names, LDAP pings and the KDC say, one
//! after the other, with the join of [`steps`](crate::steps) behind it where the client gets so far.
//!
//! The frames that tell of what goes wrong are marked `fault`.

use std::net::Ipv4Addr;

use adjoin_wire::Guid;
use cldap_proto::LdapPingBuilder;
use kerberos_proto::ErrorCode;
use netlogon_proto::{DsFlags, Opcode, SamLogonAnswer};
use rpce_proto::{FaultStatus, SyntaxId};
use smb2_proto::NtStatus;

use crate::conversation::{Conversation, Who};
use crate::dns::{self, Record};
use crate::rpc::{self, Association};
use crate::script::{MS, SECOND, Script, Shot};
use crate::steps::{CLIENT, DC, DNS, NETLOGON_PORT, OTHER_DC, Plan, START};
use crate::tokens::{NtlmTarget, Proof, Realm, ntlm_negotiate, spnego_init, spnego_next};
use crate::wirebuild::{self, Host, Ip, ethernet, udp};
use crate::{ldap, nbns, smb};

/// The domain.
pub const DOMAIN: &str = "corp.example";
/// The domain controller.
pub const HOST: &str = "dc1.corp.example";
/// Flags of a domain controller of today.
pub const FLAGS: u32 = 0x0001_f3fd;
/// The client's NetBIOS name.
pub const OWN_NAME: &str = "PC17";
/// Another host of the client's network.
pub const NEIGHBOUR: Ipv4Addr = Ipv4Addr::new(10, 20, 1, 77);

const RTT: i64 = 2 * MS;
const REALM: &str = "CORP.EXAMPLE";
/// The workstation service.
const WKSSVC: SyntaxId = SyntaxId::new(Guid::from_u128(0x6bffd098_a112_3610_9833_46c3f87e345a), 1, 0);

/// An answer to an LDAP ping.
#[derive(Clone, Copy, Debug)]
pub struct Pong<'a> {
    /// How long it takes, in nanoseconds.
    pub after: i64,
    /// Full name of who answers.
    pub host: &'a str,
    /// The domain that it serves.
    pub domain: &'a str,
    /// Its flags.
    pub flags: u32,
}

impl Default for Pong<'_> {
    fn default() -> Self {
        Self { after: RTT, host: HOST, domain: DOMAIN, flags: FLAGS }
    }
}

/// A client that looks for a controller.
#[derive(Debug)]
pub struct Search {
    script: Script,
    /// The time of the last step, in nanoseconds since 1970.
    pub now: i64,
    client: Host,
    port: u16,
}

impl Default for Search {
    fn default() -> Self {
        Self::new()
    }
}

impl Search {
    /// A client that sends with the time to live of Windows.
    #[must_use]
    pub fn new() -> Self {
        Self { script: Script::new(), now: START, client: Host::new(CLIENT, 128), port: 51200 }
    }

    /// A client that sends with the time to live of Unix.
    #[must_use]
    pub fn unix() -> Self {
        Self { client: Host::new(CLIENT, 64), ..Self::new() }
    }

    fn own_port(&mut self) -> u16 {
        self.port += 1;
        self.port
    }

    fn datagram(&mut self, from: (Host, u16), to: (Host, u16), payload: &[u8]) {
        let header = Ip { id: from.1 ^ to.1, dont_fragment: false, ttl: None };
        self.script.push(self.now, udp(from, to, header, payload));
    }

    fn ask(&mut self, to: (Ipv4Addr, u16), request: &[u8], response: &[u8]) {
        let (from, to) = ((self.client, self.own_port()), (Host::new(to.0, 127), to.1));
        self.now += MS;
        self.datagram(from, to, request);
        if !response.is_empty() {
            self.now += RTT;
            self.datagram(to, from, response);
        }
    }

    /// Marks the last frame.
    pub fn fault(&mut self) -> &mut Self {
        self.script.mark("fault");
        self
    }

    /// Lets time pass.
    pub fn wait(&mut self, nanoseconds: i64) -> &mut Self {
        self.now += nanoseconds;
        self
    }

    /// DNS is asked for the controllers of a domain, and names these.
    pub fn locate(&mut self, domain: &str, hosts: &[&str]) -> &mut Self {
        let name = format!("_ldap._tcp.dc._msdcs.{domain}");
        let records: Vec<_> = hosts.iter().map(|host| Record::Srv(&name, 389, host)).collect();
        let question = (name.as_str(), dns::SRV);
        self.ask((DNS, 53), &dns::query(7, question), &dns::answer(7, question, &records, &[]));
        self
    }

    /// DNS is asked for them and says no.
    pub fn locate_in_vain(&mut self, domain: &str, code: u8) -> &mut Self {
        let name = format!("_ldap._tcp.dc._msdcs.{domain}");
        let question = (name.as_str(), dns::SRV);
        self.ask((DNS, 53), &dns::query(7, question), &dns::refusal(7, question, code));
        self.fault()
    }

    /// DNS gives addresses of a host.
    pub fn address(&mut self, host: &str, addresses: &[Ipv4Addr]) -> &mut Self {
        let records: Vec<_> = addresses.iter().map(|address| Record::A(host, *address)).collect();
        let question = (host, dns::A);
        self.ask((DNS, 53), &dns::query(8, question), &dns::answer(8, question, &records, &[]));
        self
    }

    /// Reverse DNS gives the name of an address.
    pub fn pointer(&mut self, address: Ipv4Addr, host: &str) -> &mut Self {
        let [a, b, c, d] = address.octets();
        let name = format!("{d}.{c}.{b}.{a}.in-addr.arpa");
        let question = (name.as_str(), dns::PTR);
        let answer = dns::answer(9, question, &[Record::Ptr(&name, host)], &[]);
        self.ask((DNS, 53), &dns::query(9, question), &answer);
        self
    }

    /// An LDAP ping; the time of what comes next does not wait for the answer.
    pub fn ping(&mut self, to: Ipv4Addr, pong: Option<Pong<'_>>) -> &mut Self {
        let ping = LdapPingBuilder {
            message_id: 1,
            dns_domain: Some(DOMAIN),
            host: Some(OWN_NAME),
            nt_ver: Some(0x2000_0016),
            long_lengths: true,
            ..LdapPingBuilder::default()
        }
        .encode();
        let (from, to) = ((self.client, self.own_port()), (Host::new(to, 127), 389));
        self.now += MS;
        let asked = self.now;
        self.datagram(from, to, &ping);
        let Some(pong) = pong else { return self };
        let answer = SamLogonAnswer {
            opcode: Opcode::LOGON_SAM_LOGON_RESPONSE_EX,
            flags: DsFlags::from_bits_retain(pong.flags),
            domain_guid: Guid::from_u128(0x9c1d_77e2_3a50_4f0b_8a55_21c0_6e4f_1b02),
            dns_forest_name: pong.domain,
            dns_domain_name: pong.domain,
            dns_host_name: pong.host,
            netbios_domain_name: "CORP",
            netbios_computer_name: "DC",
            dc_site_name: "Default-First-Site-Name",
            client_site_name: "Default-First-Site-Name",
            ..SamLogonAnswer::default()
        };
        self.now += pong.after;
        self.datagram(to, from, &ldap::ping_answer(1, &answer.encode().expect("an answer")));
        // A late answer comes while the client does something else.
        self.now = if pong.after > SECOND { asked } else { self.now };
        self
    }

    /// Asks for a NetBIOS name by broadcast.
    pub fn netbios_query(&mut self, name: &str, suffix: u8) -> &mut Self {
        let everybody = (Host::new([10, 20, 1, 255], 128), nbns::PORT);
        self.now += MS;
        self.datagram((self.client, nbns::PORT), everybody, &nbns::query(0x8001, name, suffix));
        self
    }

    /// Claims a NetBIOS name by broadcast.
    pub fn netbios_claim(&mut self, name: &str) -> &mut Self {
        let everybody = (Host::new([10, 20, 1, 255], 128), nbns::PORT);
        self.now += MS;
        let claim = nbns::registration(0x8001, name, 0, CLIENT);
        self.datagram((self.client, nbns::PORT), everybody, &claim);
        self
    }

    /// A neighbour answers a question (opcode 0) or a claim (5) with a code: the owner has the name.
    pub fn netbios_answer(&mut self, name: &str, kind: (u16, u16), owner: Ipv4Addr) -> &mut Self {
        self.now += MS;
        let answer = nbns::answer(0x8001, name, 0, kind, owner);
        self.datagram((Host::new(NEIGHBOUR, 128), nbns::PORT), (self.client, nbns::PORT), &answer);
        self
    }

    fn realm(&self) -> Realm<'static> {
        Realm { realm: REALM, user: "joiner", now: self.now }
    }

    /// A ticket-granting ticket over UDP.
    pub fn logon(&mut self) -> &mut Self {
        let realm = self.realm();
        self.ask((DC, 88), &realm.as_req(false), &realm.preauth_required());
        self.ask((DC, 88), &realm.as_req(true), &realm.as_rep(1200));
        self
    }

    /// The KDC knows no such service.
    pub fn unknown_service(&mut self, service: &[&str]) -> &mut Self {
        let realm = self.realm();
        let answer = realm.error(ErrorCode::S_PRINCIPAL_UNKNOWN, service, None);
        self.ask((DC, 88), &realm.tgs_req(service, 0x7a02, 1200), &answer);
        self.fault()
    }

    /// A logon over UDP whose answers come in fragments: so many requests, each with the first fragments of
    /// its answer, or with all of them.
    pub fn logon_in_fragments(&mut self, times: u16, whole: bool) -> &mut Self {
        let (realm, from, kdc) = (self.realm(), (self.client, self.own_port()), Host::new(DC, 127));
        self.ask((DC, 88), &realm.as_req(false), &realm.preauth_required());
        for time in 0..times {
            self.now += SECOND;
            self.datagram(from, (kdc, 88), &realm.as_req(true));
            self.now += RTT;
            let header = Ip { id: 0x4400 + time, dont_fragment: false, ttl: None };
            let frames = fragments(&udp((kdc, 88), from, header, &realm.as_rep(2600)));
            let arrived = if whole { frames.len() } else { frames.len() - 1 };
            for frame in frames.into_iter().take(arrived) {
                self.script.push(self.now, frame);
                if !whole {
                    self.script.mark("fault");
                }
            }
        }
        self
    }

    /// A request for a ticket over UDP that goes in fragments, of which the first alone arrives; asked so many
    /// times, and answered in the end or not.
    pub fn ticket_in_fragments(&mut self, times: u16, answered: bool) -> &mut Self {
        let (realm, from, kdc) = (self.realm(), (self.client, self.own_port()), Host::new(DC, 127));
        let service = ["cifs", HOST];
        for time in 0..times {
            self.now += SECOND;
            let header = Ip { id: 0x5500 + time, dont_fragment: false, ttl: None };
            let frames = fragments(&udp(from, (kdc, 88), header, &realm.tgs_req(&service, 0x7a03, 2600)));
            self.script.push(self.now, frames[0].clone()).mark("fault");
        }
        if answered {
            self.now += RTT;
            self.datagram((kdc, 88), from, &realm.tgs_rep(&service, 1300));
        }
        self
    }

    /// A connection to the controller.
    fn connect(&mut self, port: u16) -> Conversation {
        let own = self.own_port();
        let to = (Host::new(DC, 127), port);
        let mut talk = Conversation::new((self.client, own), to, self.now + MS).rtt(RTT);
        talk.handshake(&mut self.script);
        talk
    }

    /// Asks the controller to locate another one, by RPC and without credentials, and is refused.
    pub fn locate_by_rpc(&mut self) -> &mut Self {
        let mut talk = self.connect(135);
        let mut mapper = Association::new(rpc::EPM);
        let stubs = rpc::ept_map(rpc::NETLOGON, DC, [NETLOGON_PORT, 49664]);
        let (bind, mapped) = (mapper.bind("135", None), mapper.call(3, &stubs.0, &stubs.1));
        for (request, response) in [bind, mapped] {
            talk.exchange(&mut self.script, &request, &response);
        }
        talk.close(&mut self.script, Who::Client);
        self.now = talk.now;
        let mut talk = self.connect(NETLOGON_PORT);
        let mut rpc = Association::new(rpc::NETLOGON);
        let bind = rpc.bind(&NETLOGON_PORT.to_string(), None);
        let denied = rpc.fault(34, &[0; 48], FaultStatus(5));
        for (request, response) in [bind, denied] {
            talk.exchange(&mut self.script, &request, &response);
        }
        self.fault();
        talk.close(&mut self.script, Who::Client);
        self.now = talk.now;
        self
    }

    /// Tells another machine, here the one at the controller's address, to join: what NetrJoinDomain2
    /// returns.
    pub fn join_remotely(&mut self, code: u32) -> &mut Self {
        let mut talk = self.connect(445);
        let target = NtlmTarget {
            domain: "CORP",
            computer: "DC1",
            dns_domain: DOMAIN,
            dns_computer: HOST,
            now: self.now,
        };
        let mut session = smb::Session::new();
        let more = NtStatus::MORE_PROCESSING_REQUIRED;
        let hello = spnego_init(Proof::Ntlm, &ntlm_negotiate());
        let challenge = spnego_next(Some(1), Some(Proof::Ntlm), &target.challenge(), None);
        let proof = target.authenticate("CORP", "joiner", OWN_NAME, &format!("cifs/{HOST}"));
        let mut rpc = Association::new(WKSSVC).in_pipe();
        let (bind, call) = (rpc.bind(r"\PIPE\wkssvc", None), rpc.call(22, &[7; 620], &code.to_le_bytes()));
        let mut said = vec![
            smb::multi_protocol(self.now),
            smb::negotiate(HOST, self.now),
            session.setup(&hello, more, &challenge),
            session.setup(
                &spnego_next(Some(1), None, &proof, None),
                NtStatus::SUCCESS,
                &spnego_next(Some(0), None, &[], None),
            ),
            session.tree_connect(&format!(r"\\{HOST}\IPC$")),
        ];
        let (pipe, open) = session.open("wkssvc");
        said.extend([open, session.write(pipe, &bind.0), session.read(pipe, &bind.1)]);
        said.push(session.transceive(pipe, &call.0, &call.1));
        for (request, response) in said {
            talk.exchange(&mut self.script, &request, &response);
        }
        self.fault();
        talk.close(&mut self.script, Who::Client);
        self.now = talk.now;
        self
    }

    /// The client stops; the capture goes on for half a minute.
    #[must_use]
    pub fn stops(&mut self) -> Vec<Shot> {
        let end = self.script.end().max(self.now) + 30 * SECOND;
        self.script.push(end, wirebuild::arp(self.client));
        self.script.shots()
    }

    /// The client goes on and joins. `with` is what follows, or goes before, of its own.
    #[must_use]
    pub fn joins(&mut self) -> Vec<Shot> {
        let rest: Vec<Shot> =
            Plan::default().play().into_iter().skip_while(|shot| shot.bytes.get(23) != Some(&6)).collect();
        let first = rest.first().map_or(0, |shot| shot.time);
        let begins = self.script.end().max(self.now) + MS;
        for shot in rest {
            self.script.push(begins + shot.time - first, shot.bytes);
        }
        self.script.shots()
    }
}

/// The frames in which an IPv4 packet goes over Ethernet; packets above 1500 octets are cut.
fn fragments(frame: &[u8]) -> Vec<Vec<u8>> {
    const PART: usize = 1480;
    let (link, packet) = frame.split_at(14);
    let (header, payload) = packet.split_at(20);
    let mac = |at: usize| -> [u8; 6] { link[at..at + 6].try_into().expect("six octets") };
    let count = payload.chunks(PART).count();
    let parts = payload.chunks(PART).enumerate().map(|(index, part)| {
        let mut header = header.to_vec();
        let more = if index + 1 < count { 0x2000 } else { 0 };
        let length = u16::try_from(20 + part.len()).expect("one frame");
        let place = more | u16::try_from(index * PART / 8).expect("short");
        header[2..4].copy_from_slice(&length.to_be_bytes());
        header[6..8].copy_from_slice(&place.to_be_bytes());
        header[10..12].fill(0);
        let sum = wirebuild::checksum(&header).to_be_bytes();
        header[10..12].copy_from_slice(&sum);
        ethernet(mac(6), mac(0), 0x0800, &[&header, part].concat())
    });
    parts.collect()
}

/// Nobody answers the pings of a Unix client.
#[must_use]
pub fn unix_without_answer() -> Vec<Shot> {
    let mut search = Search::unix();
    search.locate(DOMAIN, &[HOST]).address(HOST, &[DC]);
    for _ in 0..3 {
        search.ping(DC, None).fault().wait(SECOND);
    }
    search.stops()
}

/// One of two addresses of the controller is dead.
#[must_use]
pub fn second_address_is_dead() -> Vec<Shot> {
    let dead = Ipv4Addr::new(10, 20, 9, 2);
    let mut search = Search::new();
    search.locate(DOMAIN, &[HOST]).address(HOST, &[dead, DC]);
    for _ in 0..3 {
        search.ping(dead, None).fault().wait(SECOND);
    }
    search.ping(DC, Some(Pong::default()));
    search.joins()
}

/// Another host than DNS said answers the ping.
#[must_use]
pub fn another_answers(pong: Pong<'_>, joins: bool) -> Vec<Shot> {
    let mut search = Search::new();
    search.locate(DOMAIN, &[HOST]).address(HOST, &[DC]).ping(DC, Some(pong)).fault();
    if joins { search.joins() } else { search.stops() }
}

/// The ping is asked three times, and the first one answered after so many seconds.
#[must_use]
pub fn late(seconds: i64, joins: bool) -> Vec<Shot> {
    let mut search = Search::new();
    let pong = Pong { after: seconds * SECOND, ..Pong::default() };
    search.locate(DOMAIN, &[HOST]).address(HOST, &[DC]).ping(DC, Some(pong)).fault();
    for _ in 0..2 {
        search.wait(400 * MS).ping(DC, None);
    }
    search.wait(seconds * SECOND);
    if joins { search.joins() } else { search.stops() }
}

/// The first of two controllers answers the ping late; the client has taken the second by then.
#[must_use]
pub fn late_beside_another() -> Vec<Shot> {
    let mut search = Search::new();
    let pong = Pong { after: 3 * SECOND, host: "dc2.corp.example", ..Pong::default() };
    search.locate(DOMAIN, &["dc2.corp.example", HOST]);
    search.address("dc2.corp.example", &[OTHER_DC]).address(HOST, &[DC]);
    search.ping(OTHER_DC, Some(pong)).fault().wait(400 * MS).ping(DC, Some(Pong::default()));
    search.joins()
}
