//! The published successful join: PC8 joins contoso.local at DC2, which is no KDC; DC1 is one, and
//! resolves names.
//!
//! Names, addresses, ports, flags and sizes are those of the article, and the times those of its
//! Netsetup.log, taken as UTC.

mod ends;

use std::net::Ipv4Addr;

pub use ends::{first_pass_alone, session_of_another};

use adjoin_wire::Guid;
use cldap_proto::LdapPingBuilder;
use kerberos_proto::encode::record;
use netlogon_proto::{DsFlags, Opcode, SamLogonAnswer};
use smb2_proto::NtStatus;

use crate::conversation::{Conversation, Fate, Who};
use crate::dns::{self, Record};
use crate::rpc::{self, Association, Seal};
use crate::script::{MS, SECOND, Script, Shot};
use crate::tokens::{
    NtlmTarget, Proof, Realm, ap_rep, krb5_token, noise, ntlm_negotiate, spnego_init, spnego_next,
};
use crate::wirebuild::Host;
use crate::{ask, ldap, smb};

/// 11:29:00.000 of the log.
pub const LOG_START: i64 = 1_741_260_540 * SECOND;
/// The client's address.
pub const CLIENT: Ipv4Addr = Ipv4Addr::new(192, 168, 100, 13);
/// DC2's address.
pub const DC2: Ipv4Addr = Ipv4Addr::new(192, 168, 100, 10);
/// DC1's address.
pub const DC1: Ipv4Addr = Ipv4Addr::new(192, 168, 100, 12);
/// The flags of DC2's answer: no KDC.
pub const DC2_FLAGS: u32 = 0x0001_f15c;
/// The flags of DC1's answer.
pub const DC1_FLAGS: u32 = 0x0001_f17d;
/// RID of the new account.
pub const RID: u32 = 0x643;

const DOMAIN: &str = "contoso.local";
const DOMAIN_GUID: Guid = Guid::from_u128(0x0b9f_6161_49e4_46dd_b912_8649_4f62_ba53);
const DOMAIN_SID: [u32; 4] = [21, 3_127_289_744, 4_148_518_019, 814_850_311];
const SRV: &str = "_ldap._tcp.dc._msdcs.contoso.local";
const KDC_SRV: &str = "_kerberos._tcp.dc._msdcs.contoso.local";
const HOST: &str = "DC2.contoso.local";

/// So many milliseconds after 11:29:00.
const fn at(milliseconds: i64) -> i64 {
    LOG_START + milliseconds * MS
}

struct Stage {
    script: Script,
    client: Host,
    dc2: Host,
    dc1: Host,
    /// The client's next UDP port.
    udp: u16,
    /// How LDAP is proven and sealed.
    directory: Proof,
    /// The account is there already.
    known: bool,
}

impl Stage {
    fn new(directory: Proof) -> Self {
        let host = |ip: Ipv4Addr| Host::new(ip, 128);
        Self {
            script: Script::new(),
            client: host(CLIENT),
            dc2: host(DC2),
            dc1: host(DC1),
            udp: 53140,
            directory,
            known: false,
        }
    }

    /// Pass 1: options 0x25. The account is looked for and not found, which is the end of it.
    fn first_pass(&mut self, session: Proof) -> (Conversation, smb::Session) {
        self.find_dc(5_570, 0xa793);
        let (mut smb, mut session) = self.smb(session, at(6_552));
        self.trusts(&mut smb, &mut session);
        let mut ldap = self.ldap(49709, at(6_680), 8, true);
        for (after, sizes) in [(6_697, (144, 1254)), (6_706, (93, 155)), (6_708, (171, 140))] {
            ldap.until(at(after));
            self.sealed(&mut ldap, sizes.0, sizes.1);
        }
        self.endpoint(49710, at(6_711), rpc::DRSUAPI, [49671, 49664]);
        let (mut drs, mut rpc) = self.drsuapi(49711, at(6_722));
        for (after, opnum, sizes) in [(6_733, 12, (132, 132)), (6_739, 12, (132, 76)), (6_742, 1, (20, 24))] {
            drs.until(at(after));
            self.drs_call(&mut drs, &mut rpc, opnum, sizes);
        }
        drs.ack(&mut self.script, Who::Client);
        ldap.until(at(6_743));
        self.unbind(&mut ldap);
        (smb, session)
    }

    fn dns(
        &mut self,
        now: i64,
        id: u16,
        name: &str,
        kind: u16,
        answers: &[Record<'_>],
        additional: &[Record<'_>],
    ) -> i64 {
        let (question, from) = ((name, kind), (self.client, self.udp()));
        let answer = dns::answer(id, question, answers, additional);
        ask(&mut self.script, from, (self.dc1, 53), now, MS, &dns::query(id, question), &answer)
    }

    /// The domain controllers, in the order in which both are to be tried.
    fn locate(&mut self, now: i64, id: u16) -> i64 {
        let answers =
            [Record::Srv(SRV, 389, "dc2.contoso.local"), Record::Srv(SRV, 389, "dc1.contoso.local")];
        let additional = [Record::A("dc2.contoso.local", DC2), Record::A("dc1.contoso.local", DC1)];
        self.dns(now, id, SRV, dns::SRV, &answers, &additional)
    }

    fn address(&mut self, now: i64, id: u16) -> i64 {
        let name = "dc2.contoso.local";
        self.dns(now, id, name, dns::A, &[Record::A(name, DC2)], &[])
    }

    fn udp(&mut self) -> u16 {
        self.udp += 1;
        self.udp
    }

    fn ping(&mut self, now: i64, to: Host, user: Option<&str>) -> i64 {
        let request = LdapPingBuilder {
            message_id: 1,
            dns_domain: Some(DOMAIN),
            host: Some("PC8"),
            user,
            aac: user.map(|_| 0x80),
            nt_ver: Some(0x2000_0006),
            long_lengths: true,
            ..LdapPingBuilder::default()
        };
        let (name, host, flags) = match to == self.dc2 {
            true => ("DC2", HOST, DC2_FLAGS),
            false => ("DC1", "DC1.contoso.local", DC1_FLAGS),
        };
        let answer = SamLogonAnswer {
            opcode: if user.is_some() && !self.known {
                Opcode::LOGON_SAM_USER_UNKNOWN_EX
            } else {
                Opcode::LOGON_SAM_LOGON_RESPONSE_EX
            },
            flags: DsFlags::from_bits_retain(flags),
            domain_guid: DOMAIN_GUID,
            dns_forest_name: DOMAIN,
            dns_domain_name: DOMAIN,
            dns_host_name: host,
            netbios_domain_name: "CONTOSO",
            netbios_computer_name: name,
            user_name: user.unwrap_or(""),
            dc_site_name: "Default-First-Site-Name",
            ..SamLogonAnswer::default()
        };
        let answer = ldap::ping_answer(1, &answer.encode().expect("an answer"));
        let from = (self.client, self.udp());
        ask(&mut self.script, from, (to, 389), now, 3_777_200, &request.encode(), &answer)
    }

    /// Finds a domain controller: the name is checked, an account is asked for and is nowhere, and then
    /// any domain controller will do.
    fn find_dc(&mut self, start: i64, id: u16) {
        let now = self.locate(at(start), id);
        let now = self.address(now + MS, id ^ 0xc5a8);
        self.ping(now + MS, self.dc2, None);
        for round in 0..2 {
            for (after, dc) in [(0, self.dc2), (400, self.dc1)] {
                self.ping(at(start + 66 + round * 430 + after), dc, Some("PC8$"));
            }
        }
        let now = self.locate(at(start + 936), id ^ 0x1111);
        let now = self.ping(now + MS, self.dc2, None);
        self.address(now + MS, id ^ 0x2222);
    }

    fn connect(&mut self, port: u16, server: Host, server_port: u16, now: i64) -> Conversation {
        let mut talk = Conversation::new((self.client, port), (server, server_port), now).rtt(MS / 2);
        talk.handshake(&mut self.script);
        talk
    }

    /// One question to the KDC, which is DC1, on a connection of its own.
    fn kdc(&mut self, port: u16, now: i64, request: &[u8], answer: &[u8]) -> i64 {
        let mut talk = self.connect(port, self.dc1, 88, now);
        talk.exchange(&mut self.script, &record(request), &record(answer))
            .close(&mut self.script, Who::Client);
        talk.now
    }

    fn target(now: i64) -> NtlmTarget<'static> {
        NtlmTarget { domain: "CONTOSO", computer: "DC2", dns_domain: DOMAIN, dns_computer: HOST, now }
    }

    fn ntlm(now: i64, class: &str) -> Vec<u8> {
        Self::target(now).authenticate("contoso", "puser2", "PC8", &format!("{class}/{HOST}"))
    }

    /// Negotiate and session setup on port 445.
    fn smb(&mut self, proof: Proof, now: i64) -> (Conversation, smb::Session) {
        let port = if proof == Proof::Kerberos { 49744 } else { 49708 };
        let mut talk = self.connect(port, self.dc2, 445, now);
        let mut session = smb::Session::new();
        for (request, response) in [smb::multi_protocol(talk.now), smb::negotiate(HOST, talk.now)] {
            talk.exchange(&mut self.script, &request, &response);
        }
        let setups = match proof {
            Proof::Kerberos => {
                let now = self.tickets(talk.now);
                talk.until(now + MS);
                let realm = Realm { realm: "CONTOSO.LOCAL", user: "puser2", now };
                let token = krb5_token(1, &realm.ap_req(&["cifs", HOST], 1648));
                let answer = spnego_next(Some(0), Some(proof), &krb5_token(2, &ap_rep()), None);
                vec![session.setup(&spnego_init(proof, &token), NtStatus::SUCCESS, &answer)]
            }
            Proof::Ntlm => {
                talk.ack(&mut self.script, Who::Client);
                let mic = [&[1, 0, 0, 0][..], &noise(91, 8), &[0; 4]].concat();
                let challenge = spnego_next(Some(1), Some(proof), &Self::target(talk.now).challenge(), None);
                let first = session.setup(
                    &spnego_init(proof, &ntlm_negotiate()),
                    NtStatus::MORE_PROCESSING_REQUIRED,
                    &challenge,
                );
                let token = spnego_next(Some(1), None, &Self::ntlm(talk.now, "cifs"), Some(&mic));
                let done = spnego_next(Some(0), None, &[], Some(&mic));
                vec![first, session.setup(&token, NtStatus::SUCCESS, &done)]
            }
        };
        for (request, response) in setups {
            talk.exchange(&mut self.script, &request, &response);
        }
        for (request, response) in
            [session.tree_connect(r"\\DC2.contoso.local\IPC$"), session.network_interfaces(DC2.octets())]
        {
            talk.exchange(&mut self.script, &request, &response);
        }
        talk.ack(&mut self.script, Who::Client);
        (talk, session)
    }

    /// Tickets for the user and for SMB. DC2 is no KDC: one is looked for and found.
    fn tickets(&mut self, now: i64) -> i64 {
        let found = [Record::Srv(KDC_SRV, 88, "dc1.contoso.local")];
        let now = self.dns(now, 0x4b44, KDC_SRV, dns::SRV, &found, &[Record::A("dc1.contoso.local", DC1)]);
        let now = self.ping(now + MS, self.dc1, None);
        let service = ["cifs", HOST];
        let realm = |now| Realm { realm: "CONTOSO.LOCAL", user: "puser2", now };
        let now = self.kdc(49745, now + MS, &realm(now).as_req(false), &realm(now).preauth_required());
        let now = self.kdc(49746, now + MS, &realm(now).as_req(true), &realm(now).as_rep(1590));
        let (request, reply) =
            (realm(now).tgs_req(&service, 0x51c3, 1640), realm(now).tgs_rep(&service, 1662));
        self.kdc(49747, now + MS, &request, &reply)
    }

    /// The domain's trusts, over the netlogon pipe.
    fn trusts(&mut self, talk: &mut Conversation, session: &mut smb::Session) {
        let s = &mut self.script;
        let (pipe, open) = session.open("NETLOGON");
        let mut rpc = Association::new(rpc::NETLOGON).in_pipe();
        let (bind, ack) = rpc.bind(r"\PIPE\NETLOGON", None);
        let stubs = rpc::domain_trusts(r"\\DC2.contoso.local", "CONTOSO", DOMAIN, &DOMAIN_SID, DOMAIN_GUID);
        let (request, response) = rpc.call(40, &stubs.0, &stubs.1);
        for (request, response) in [
            open,
            session.standard_info(pipe),
            session.write(pipe, &bind),
            session.read(pipe, &ack),
            session.transceive(pipe, &request, &response),
            session.close(pipe),
        ] {
            talk.exchange(s, &request, &response);
        }
        talk.ack(s, Who::Client);
    }

    /// An LDAP connection whose first bind has this id; with the rootDSE or without.
    fn ldap(&mut self, port: u16, now: i64, id: u8, root_dse: bool) -> Conversation {
        let mut talk = self.connect(port, self.dc2, 389, now);
        let s = &mut self.script;
        if root_dse {
            let answer = ldap::root_dse_answer(id - 2, DOMAIN, HOST, "20250306112906.0Z");
            talk.exchange(s, &ldap::root_dse_request(id - 2), &answer).ack(s, Who::Client);
        }
        if self.directory == Proof::Kerberos {
            // The first connection needs a ticket; the second has it.
            let service = ["ldap", HOST, DOMAIN];
            let realm = Realm { realm: "CONTOSO.LOCAL", user: "puser2", now: talk.now };
            if root_dse {
                let (request, reply) = (realm.tgs_req(&service, 0x51c4, 1652), realm.tgs_rep(&service, 1674));
                let now = self.kdc(49748, talk.now + MS, &request, &reply);
                talk.until(now + MS);
            }
            let token = spnego_init(self.directory, &krb5_token(1, &realm.ap_req(&service, 1660)));
            let answer = spnego_next(Some(0), Some(self.directory), &krb5_token(2, &ap_rep()), None);
            talk.exchange(&mut self.script, &ldap::sasl_bind(id, &token), &ldap::bind_answer(id, 0, &answer));
            return talk;
        }
        let s = &mut self.script;
        let challenge = ldap::bind_answer(id, 14, &Self::target(talk.now).challenge());
        talk.exchange(s, &ldap::sasl_bind(id, &ntlm_negotiate()), &challenge);
        let proof = Self::ntlm(talk.now, "ldap");
        talk.exchange(s, &ldap::sasl_bind(id + 1, &proof), &ldap::bind_answer(id + 1, 0, &[]));
        talk
    }

    fn seal(&self, talk: &Conversation, who: Who, length: usize) -> Vec<u8> {
        let sequence = u32::try_from(talk.sent(who)).expect("short");
        match self.directory {
            Proof::Ntlm => ldap::sealed(sequence, length),
            Proof::Kerberos => ldap::sealed_krb5(sequence, length, who == Who::Server),
        }
    }

    /// Half of a sealed exchange.
    fn sealed_half(&mut self, talk: &mut Conversation, who: Who, length: usize) {
        let octets = self.seal(talk, who, length);
        talk.say(&mut self.script, who, &octets);
    }

    /// A sealed question and its answer.
    fn sealed(&mut self, talk: &mut Conversation, request: usize, response: usize) {
        self.sealed_half(talk, Who::Client, request);
        self.sealed_half(talk, Who::Server, response);
    }

    /// The sealed unbind and the end of the connection, which the server resets.
    fn unbind(&mut self, talk: &mut Conversation) {
        self.sealed_half(talk, Who::Client, 11);
        // The server is done before it reads the FIN: its reset does not acknowledge it.
        talk.fates([Fate::Lost]).fin(&mut self.script, Who::Client).rst(&mut self.script, Who::Server);
    }

    /// Asks the endpoint mapper for an interface.
    fn endpoint(&mut self, port: u16, now: i64, interface: rpce_proto::SyntaxId, ports: [u16; 2]) -> i64 {
        let mut talk = self.connect(port, self.dc2, 135, now);
        let mut rpc = Association::new(rpc::EPM);
        let (bind, ack) = rpc.bind("135", None);
        let stubs = rpc::ept_map(interface, DC2, ports);
        let (request, response) = rpc.call(3, &stubs.0, &stubs.1);
        talk.exchange(&mut self.script, &bind, &ack).exchange(&mut self.script, &request, &response);
        talk.now
    }

    /// DRSUAPI with NTLM, up to the DsBind.
    fn drsuapi(&mut self, port: u16, now: i64) -> (Conversation, Association) {
        let mut talk = self.connect(port, self.dc2, 49671, now);
        let s = &mut self.script;
        let mut rpc = Association::new(rpc::DRSUAPI);
        let (hello, challenge, proof) =
            (ntlm_negotiate(), Self::target(talk.now).challenge(), Self::ntlm(talk.now, "ldap"));
        let tokens = (Seal::Ntlm.trailer(&hello), Seal::Ntlm.trailer(&challenge));
        let (bind, ack) = rpc.bind("49671", Some(tokens));
        talk.exchange(s, &bind, &ack).client(s, &rpc.auth3(Seal::Ntlm.trailer(&proof)));
        rpc.seal = Some(Seal::Ntlm);
        let (request, response) = rpc.sealed_call(0, 108, 92);
        talk.client(s, &request).ack(s, Who::Server).server(s, &response);
        (talk, rpc)
    }

    /// A call of DRSUAPI.
    fn drs_call(
        &mut self,
        talk: &mut Conversation,
        rpc: &mut Association,
        opnum: u16,
        sizes: (usize, usize),
    ) {
        let (request, response) = rpc.sealed_call(opnum, sizes.0, sizes.1);
        talk.exchange(&mut self.script, &request, &response);
    }

    /// The secure channel of the new account.
    fn secure_channel(&mut self, now: i64) {
        self.endpoint(49734, now, rpc::NETLOGON, [49682, 49664]);
        let mut talk = self.connect(49735, self.dc2, 49682, now + 10 * MS);
        let mut rpc = Association::new(rpc::NETLOGON);
        let machine = rpc::Machine {
            server: r"\\DC2.contoso.local",
            account: "PC8$",
            computer: "PC8",
            domain: "CONTOSO",
        };
        let (bind, ack) = rpc.bind("49682", None);
        let challenge = machine.challenge(0);
        let challenge = rpc.call(4, &challenge.0, &challenge.1);
        let proof = machine.authenticate3(0x612f_ffff, 0x612f_ffff, RID, 0);
        let proof = rpc.call(26, &proof.0, &proof.1);
        let tokens = machine.channel_tokens();
        let alter =
            rpc.alter_context(Seal::SecureChannel.trailer(&tokens.0), Seal::SecureChannel.trailer(&tokens.1));
        rpc.seal = Some(Seal::SecureChannel);
        let s = &mut self.script;
        for (request, response) in [
            (bind, ack),
            challenge,
            proof,
            alter,
            rpc.sealed_call(21, 144, 32),
            rpc.sealed_call(21, 144, 32),
            rpc.sealed_call(29, 864, 1520),
        ] {
            talk.exchange(s, &request, &response).wait(4 * MS);
        }
        talk.ack(s, Who::Client);
    }
}

/// The join with its two passes. `session` is how the SMB session is proven; LDAP and DRSUAPI use NTLM,
/// as in the article. Marks: add, added.
#[must_use]
pub fn joined_article(session: Proof) -> Vec<Shot> {
    joined(session, Proof::Ntlm)
}

/// The same with another proof for LDAP. With Kerberos each sealed message is 44 octets longer.
#[must_use]
pub fn joined(session: Proof, directory: Proof) -> Vec<Shot> {
    let mut stage = Stage::new(directory);
    let (mut smb, mut session) = stage.first_pass(session);

    // Pass 2: options 0x27, ten milliseconds later and on the same SMB session. The account is made.
    stage.find_dc(6_768, 0xb8a1);
    smb.until(at(7_713));
    stage.trusts(&mut smb, &mut session);
    let mut ldap = stage.ldap(49712, at(7_720), 20, false);
    for (after, sizes) in [(7_737, (144, 1254)), (7_740, (93, 155)), (7_742, (171, 140))] {
        ldap.until(at(after));
        stage.sealed(&mut ldap, sizes.0, sizes.1);
    }
    stage.endpoint(49713, at(7_728), rpc::DRSUAPI, [49671, 49664]);
    let (mut drs, mut rpc) = stage.drsuapi(49714, at(7_733));
    for (after, sizes) in [(7_744, (132, 132)), (7_746, (132, 76)), (7_748, (132, 136))] {
        drs.until(at(after));
        stage.drs_call(&mut drs, &mut rpc, 12, sizes);
    }
    // The object is not there; it is added, and read back.
    ldap.until(at(7_750));
    stage.sealed(&mut ldap, 172, 201);
    ldap.until(at(7_752));
    stage.sealed_half(&mut ldap, Who::Client, 642);
    stage.script.mark("add");
    ldap.until(at(7_857));
    stage.sealed_half(&mut ldap, Who::Server, 22);
    stage.script.mark("added");
    ldap.until(at(7_858));
    stage.sealed(&mut ldap, 138, 166);
    for (after, sizes) in [(7_866, (132, 132)), (7_874, (132, 140))] {
        drs.until(at(after));
        stage.drs_call(&mut drs, &mut rpc, 12, sizes);
    }
    ldap.until(at(7_875));
    stage.sealed(&mut ldap, 131, 88);
    stage.drs_call(&mut drs, &mut rpc, 1, (20, 24));
    stage.unbind(&mut ldap);

    stage.secure_channel(at(8_100));
    stage.script.shots()
}
