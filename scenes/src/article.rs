//! A join that ends with error 0x40: the published trace of it, and its neighbours, which differ in one
//! respect each.
//!
//! The trace has no addresses and no TTLs; those here are made up. All are captured beside the client.

use crate::conversation::{Conversation, Fate, Who};
use crate::dns::{self, Record};
use crate::script::{MS, SECOND, Script, Shot};
use crate::smb;
use crate::tokens::Realm;
use crate::wirebuild::{self, Host, Ip, Options, Tcp, flag};
use crate::{ask, ldap};
use cldap_proto::LdapPingBuilder;
use kerberos_proto::encode::record;
use netlogon_proto::{DsFlags, SamLogonAnswer};

/// When the trace begins, in nanoseconds since 1970; its frames' times count from here.
pub const TRACE_START: i64 = 1_742_983_200 * SECOND;
/// The client.
pub const CLIENT: ([u8; 4], u8) = ([10, 1, 0, 21], 128);
/// The domain controller, ten hops away.
pub const DC: ([u8; 4], u8) = ([10, 2, 0, 11], 118);
/// The client's initial sequence number.
pub const CLIENT_ISS: u32 = 1_299_628_969;
/// The domain controller's initial sequence number.
pub const DC_ISS: u32 = 2_785_282_675;
/// The TGS-REQ with its record mark, in octets.
pub const REQUEST_LEN: usize = 1768;
/// The answer with its record mark, in octets.
pub const REPLY_LEN: usize = 1750;

const PORT: u16 = 59259;
/// SYN to SYN-ACK.
const RTT: i64 = 456_256_300;
const SYN_TIME: i64 = TRACE_START + 105_503_944_000;
const SERVICE: [&str; 2] = ["cifs", "DC1.ADATUM.COM"];

const A: u8 = flag::ACK;
const AP: u8 = flag::ACK | flag::PSH;

/// Number, time in units of 100 ns, sender, flags, sequence number, payload length, acknowledgment,
/// window.
type Row = (u32, i64, Who, u8, u32, usize, u32, u16);

/// The frames of the trace. Frame 1539 holds the whole request and 1552 two segments: the network card
/// cuts them.
const ROWS: [Row; 24] = {
    use Who::{Client as C, Server as S};
    [
        (1534, 1_055_039_440, C, flag::SYN, 1_299_628_969, 0, 0, 8192),
        (1537, 1_059_602_003, S, flag::SYN | A, 2_785_282_675, 0, 1_299_628_970, 8192),
        (1538, 1_059_602_435, C, A, 1_299_628_970, 0, 2_785_282_676, 64240),
        (1539, 1_059_602_944, C, AP, 1_299_628_970, 1768, 2_785_282_676, 64240),
        (1540, 1_064_165_365, S, A, 2_785_282_676, 0, 1_299_628_970, 64240),
        (1541, 1_073_125_167, C, A, 1_299_628_970, 1460, 2_785_282_676, 64240),
        (1542, 1_100_116_060, C, A, 1_299_628_970, 1460, 2_785_282_676, 64240),
        (1545, 1_154_248_882, C, A, 1_299_628_970, 536, 2_785_282_676, 64240),
        (1546, 1_158_823_956, S, A, 2_785_282_676, 0, 1_299_629_506, 63704),
        (1547, 1_158_824_392, C, A, 1_299_629_506, 536, 2_785_282_676, 64240),
        (1548, 1_158_824_392, C, A, 1_299_630_042, 536, 2_785_282_676, 64240),
        (1549, 1_163_402_661, S, A, 2_785_282_676, 0, 1_299_630_042, 63168),
        (1550, 1_163_402_990, C, AP, 1_299_630_578, 536, 2_785_282_676, 64240),
        (1551, 1_163_404_218, S, A, 2_785_282_676, 0, 1_299_630_738, 64240),
        (1552, 1_163_404_573, C, A, 1_299_631_114, 1072, 2_785_282_676, 64240),
        (1553, 1_163_423_782, S, AP, 2_785_284_136, 290, 1_299_630_738, 64240),
        (1554, 1_163_424_124, C, A, 1_299_632_186, 0, 2_785_282_676, 64240),
        (1555, 1_167_977_071, S, A, 2_785_284_426, 0, 1_299_631_114, 63864),
        (1556, 1_167_977_456, C, AP, 1_299_632_186, 320, 2_785_282_676, 64240),
        (1557, 1_167_984_454, S, A, 2_785_284_426, 0, 1_299_632_186, 62792),
        (1558, 1_174_632_982, S, A, 2_785_284_426, 0, 1_299_632_506, 64240),
        (1559, 1_259_861_065, C, flag::FIN | A, 1_299_632_506, 0, 2_785_282_676, 64240),
        (1563, 1_264_418_165, S, A, 2_785_284_136, 0, 1_299_632_507, 64240),
        (1564, 1_264_420_244, S, flag::RST | A, 2_785_284_136, 0, 1_299_632_507, 0),
    ]
};

fn client() -> Host {
    Host::new(CLIENT.0, CLIENT.1)
}

fn dc() -> Host {
    Host::new(DC.0, DC.1)
}

fn realm() -> Realm<'static> {
    Realm { realm: "ADATUM.COM", user: "user", now: SYN_TIME }
}

/// The TGS-REQ behind its record mark, 1768 octets; a retry is the same again.
#[must_use]
pub fn request() -> Vec<u8> {
    record(&realm().tgs_req(&SERVICE, 0x1d2c_3b4a, REQUEST_LEN - 4))
}

/// The TGS-REP behind its record mark, 1750 octets.
#[must_use]
pub fn reply() -> Vec<u8> {
    record(&realm().tgs_rep(&SERVICE, REPLY_LEN - 4))
}

/// A scene in the making, and the SMB session that waits for the ticket.
struct Stage {
    script: Script,
    smb: Option<Conversation>,
}

impl Stage {
    /// The steps before the ticket, ending just before its connection: DNS, LDAP ping, SMB negotiate, and
    /// the ticket-granting ticket. All messages are short enough to pass.
    fn new(with_join: bool) -> Self {
        let mut script = Script::new();
        if !with_join {
            return Self { script, smb: None };
        }
        let (client, dc, s) = (client(), dc(), &mut script);
        let mut now = SYN_TIME - 6 * SECOND;
        let srv = "_ldap._tcp.dc._msdcs.adatum.com";
        let host = "dc1.adatum.com";
        let address = Record::A(host, DC.0.into());
        let found = dns::answer(0x51a7, (srv, dns::SRV), &[Record::Srv(srv, 389, host)], &[address]);
        now = ask(s, (client, 61001), (dc, 53), now, RTT, &dns::query(0x51a7, (srv, dns::SRV)), &found);
        let found = dns::answer(0x51a8, (host, dns::A), &[address], &[]);
        now = ask(s, (client, 61002), (dc, 53), now + MS, RTT, &dns::query(0x51a8, (host, dns::A)), &found);
        let ping = LdapPingBuilder {
            message_id: 1,
            dns_domain: Some("adatum.com"),
            host: Some("CLIENT1"),
            nt_ver: Some(0x2000_0006),
            long_lengths: true,
            ..LdapPingBuilder::default()
        };
        let pong = SamLogonAnswer {
            flags: DsFlags::from_bits_retain(0x0001_f17d),
            domain_guid: adjoin_wire::Guid::from_u128(0x51d6_3c1b_77a2_4b60_9b41_1c1f_2f6d_8a05),
            dns_forest_name: "adatum.com",
            dns_domain_name: "adatum.com",
            dns_host_name: "DC1.ADATUM.COM",
            netbios_domain_name: "ADATUM",
            netbios_computer_name: "DC1",
            dc_site_name: "Default-First-Site-Name",
            client_site_name: "Branch",
            ..SamLogonAnswer::default()
        };
        let pong = ldap::ping_answer(1, &pong.encode().expect("an answer"));
        now = ask(s, (client, 61003), (dc, 389), now + MS, RTT, &ping.encode(), &pong);
        let mut smb = Conversation::new((client, 59256), (dc, 445), now + MS).rtt(RTT);
        smb.handshake(s);
        for (request, response) in [smb::multi_protocol(smb.now), smb::negotiate("DC1.ADATUM.COM", smb.now)] {
            smb.exchange(s, &request, &response);
        }
        smb.ack(s, Who::Client);
        let realm = Realm { now: smb.now, ..realm() };
        for (port, proof, answer) in
            [(59257, false, realm.preauth_required()), (59258, true, realm.as_rep(1300))]
        {
            Conversation::new((client, port), (dc, 88), smb.now + if proof { 1300 * MS } else { MS })
                .rtt(RTT)
                .handshake(s)
                .exchange(s, &record(&realm.as_req(proof)), &record(&answer))
                .close(s, Who::Client);
        }
        assert!(script.end() < SYN_TIME, "{} ms late", (script.end() - SYN_TIME) / MS);
        Self { script, smb: Some(smb) }
    }

    /// The connection for the ticket; its handshake is still to come.
    fn kerberos(&self) -> Conversation {
        let mut talk = Conversation::new((client(), PORT), (dc(), 88), SYN_TIME - MS / 20)
            .rtt(RTT)
            .starting(CLIENT_ISS, DC_ISS);
        for who in [Who::Client, Who::Server] {
            let side = talk.side_mut(who);
            side.window = 64240;
            side.syn_window = 8192;
        }
        talk.side_mut(Who::Server).syn_options.window_scale = None;
        talk
    }

    /// The client gives up the SMB session, and the capture goes on for a while.
    fn curtain(mut self, at: i64) -> Vec<Shot> {
        if let Some(smb) = &mut self.smb {
            smb.until(at + 10 * MS).close(&mut self.script, Who::Client);
        }
        let end = self.script.end().max(at) + 12 * SECOND;
        self.script.push(end, wirebuild::arp(client()));
        self.script.shots()
    }
}

/// The published trace: a path that carries no full-size segments, in both directions. Without a join
/// around it these are the 24 frames as printed, with their numbers.
#[must_use]
pub fn article_0x40(with_join: bool) -> Vec<Shot> {
    let mut stage = Stage::new(with_join);
    let to_server = [request(), request()].concat();
    let to_client = reply();
    let (client, dc) = (client(), dc());
    for (number, time, who, flags, seq, length, ack, window) in ROWS {
        let (from, to, ports, stream, first) = match who {
            Who::Client => (client, dc, (PORT, 88), &to_server, CLIENT_ISS + 1),
            Who::Server => (dc, client, (88, PORT), &to_client, DC_ISS + 1),
        };
        let payload = match length {
            0 => Vec::new(),
            _ => {
                let at = usize::try_from(seq - first).expect("in the stream");
                stream[at..at + length].to_vec()
            }
        };
        let options = Options {
            mss: Some(1460),
            window_scale: (who == Who::Client).then_some(8),
            sack_permitted: true,
            ..Options::default()
        };
        let options = if flags & flag::SYN == 0 { Options::default() } else { options };
        let segment =
            Tcp { source: ports.0, destination: ports.1, seq, ack, flags, window, options, payload };
        let id = u16::try_from(number).expect("short") + if who == Who::Client { 0x2000 } else { 0x7000 };
        // The segments of black-hole detection may be fragmented.
        let header = Ip { id, dont_fragment: length != 536, ttl: None };
        stage
            .script
            .push(TRACE_START + time * 100, wirebuild::tcp(from, to, header, &segment))
            .number(number);
    }
    let end = TRACE_START + ROWS[ROWS.len() - 1].1 * 100;
    if with_join { stage.curtain(end) } else { stage.script.shots() }
}

/// Asks for the ticket, and again 10 s later; ends the connection after 20 s. `meanwhile` is what
/// happens after the first acknowledgment.
fn two_tries(
    stage: &mut Stage,
    talk: &mut Conversation,
    before: impl Fn(&mut Conversation),
    meanwhile: impl Fn(&mut Conversation, &mut Script),
) -> i64 {
    let s = &mut stage.script;
    talk.handshake(s);
    before(talk);
    talk.client(s, &request());
    let asked = talk.now;
    talk.ack(s, Who::Server);
    s.mark("request-ack");
    meanwhile(talk, s);
    talk.until(asked + 10 * SECOND).client(s, &request());
    s.mark("retry");
    talk.ack(s, Who::Server);
    s.mark("retry-ack");
    talk.until(asked + 20 * SECOND + 25 * MS).fin(s, Who::Client);
    s.mark("fin");
    asked + 20 * SECOND + 25 * MS
}

/// A device on the way acknowledges what the domain controller never gets: within a millisecond, and
/// with the TTL of a near Linux host. Marks: request-ack, retry, retry-ack, fin, fin-ack.
#[must_use]
pub fn proxy_ack(with_join: bool) -> Vec<Shot> {
    let mut stage = Stage::new(with_join);
    let mut talk = stage.kerberos();
    let near = |talk: &mut Conversation| {
        talk.rtt = MS;
        let server = talk.side_mut(Who::Server);
        server.host.ttl = 63;
        server.ip_id = 0;
    };
    let end = two_tries(&mut stage, &mut talk, near, |_, _| {});
    talk.ack(&mut stage.script, Who::Server);
    stage.script.mark("fin-ack");
    stage.curtain(end)
}

/// The domain controller acknowledges the request and never answers. Marks: request-ack, retry,
/// retry-ack, fin, fin-ack.
#[must_use]
pub fn kdc_silent(with_join: bool) -> Vec<Shot> {
    let mut stage = Stage::new(with_join);
    let mut talk = stage.kerberos();
    let end = two_tries(&mut stage, &mut talk, |_| {}, |_, _| {});
    talk.ack(&mut stage.script, Who::Server);
    stage.script.mark("fin-ack");
    stage.curtain(end)
}

/// The domain controller answers, and no octet of the answer comes through. Marks: request-ack, retry,
/// retry-ack (whose sequence number shows the answer), fin, fin-ack (which shows that the answer is sent
/// again), rst.
#[must_use]
pub fn reply_lost_whole(with_join: bool) -> Vec<Shot> {
    let mut stage = Stage::new(with_join);
    let mut talk = stage.kerberos();
    let end = two_tries(
        &mut stage,
        &mut talk,
        |_| {},
        |talk, s| {
            talk.fates([Fate::Lost, Fate::Lost]).server(s, &reply());
        },
    );
    let s = &mut stage.script;
    talk.ack_at(s, Who::Server, 0);
    s.mark("fin-ack");
    talk.rst_at(s, Who::Server, 0);
    s.mark("rst");
    stage.curtain(end)
}

/// Nobody answers on port 88: the SYN is sent three times, as Windows 7 does it. Marks: syn-1 to syn-3.
#[must_use]
pub fn port_blocked(with_join: bool) -> Vec<Shot> {
    let mut stage = Stage::new(with_join);
    let mut talk = stage.kerberos();
    for (after, mark) in [(0, "syn-1"), (3, "syn-2"), (6, "syn-3")] {
        talk.wait(after * SECOND).fates([Fate::Lost]).syn(&mut stage.script);
        stage.script.mark(mark);
    }
    stage.curtain(SYN_TIME + 21 * SECOND)
}

/// A device on the way resets the connection in the domain controller's name when it sees the request.
/// Marks: syn-ack, rst.
#[must_use]
pub fn device_reset(with_join: bool) -> Vec<Shot> {
    let mut stage = Stage::new(with_join);
    let mut talk = stage.kerberos();
    let s = &mut stage.script;
    talk.syn(s).syn_ack(s);
    s.mark("syn-ack");
    talk.ack(s, Who::Client).client(s, &request());
    talk.rtt = 2 * MS;
    let server = talk.side_mut(Who::Server);
    server.host.ttl = 64;
    server.ip_id = 0;
    talk.rst(s, Who::Server);
    s.mark("rst");
    let end = talk.now;
    stage.curtain(end)
}

/// A scene, alone or with the earlier steps of a join in front.
pub type Scene = fn(bool) -> Vec<Shot>;

/// All scenes of the family, by name.
pub const SCENES: [(&str, Scene); 6] = [
    ("article-0x40", article_0x40),
    ("proxy-ack", proxy_ack),
    ("kdc-silent", kdc_silent),
    ("reply-lost-whole", reply_lost_whole),
    ("port-blocked", port_blocked),
    ("device-reset", device_reset),
];
