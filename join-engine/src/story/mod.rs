//! What each client did: its contacts with servers, and what was said on each.

mod aside;
mod fact;
mod service;

use std::collections::{BTreeSet, HashSet};
use std::net::IpAddr;

use adjoin_capture::{ConnId, Connection, Direction, Endpoint, IcmpError, Segment, SegmentKind, TcpFlags};
use foldhash::HashMap;

pub(crate) use aside::{Aside, NetbiosAnswer, Overheard};
pub(crate) use fact::{Fact, Proof};
pub(crate) use service::Service;

use crate::bounded::Bounded;
use crate::tcp::{Evidence, Sight};

/// Nanoseconds.
const SECOND: i64 = 1_000_000_000;

/// Most clients that are remembered.
const MAX_CLIENTS: usize = 4096;
/// Most contacts of one client.
const MAX_CONTACTS: usize = 1024;
/// Most contacts of all clients.
const MAX_TOTAL: usize = 1 << 16;
/// Most facts of one contact; the first half and the latest are kept.
const MAX_FACTS: usize = 256;
/// Most facts of all contacts.
const MAX_TOLD: usize = 1 << 20;
/// Octets of clients above which those leave that were quiet for long, where they can be judged before.
const CROWD: usize = 16 << 20;
/// Octets above which others leave too.
const CRUSH: usize = 18 << 20;
/// What a contact and a fact take of that, about.
const OF_CONTACT: usize = 1536;
const OF_FACT: usize = 256;
/// Most seconds of which is remembered that a client connected that is forgotten, for each family of addresses.
const MAX_SECONDS: usize = 1 << 16;
/// Most domain controllers that are remembered.
const MAX_CONTROLLERS: usize = 4096;

/// A client that is quiet for so long, in nanoseconds, begins something else.
pub(crate) const QUIET: i64 = 240_000_000_000;

/// What a frame was to the story of its client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Touch {
    /// It carries octets of what goes on.
    Carries,
    /// It says something.
    Says,
    /// Something is out of the ordinary: refused, sent again, reset, closed while a request is open.
    Alarms,
}

impl Touch {
    fn of(fact: &Fact) -> Self {
        if fact.is_refusal() { Self::Alarms } else { Self::Says }
    }
}

/// A fact, and when it became known.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) at: Sight,
    pub(crate) fact: Fact,
}

/// An ICMP error about a contact.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Icmp {
    pub(crate) at: Sight,
    pub(crate) from: IpAddr,
    pub(crate) kind: u8,
    pub(crate) code: u8,
    pub(crate) v6: bool,
}

impl Icmp {
    /// A router threw the packet away because it had passed too many.
    pub(crate) const fn is_expired(&self) -> bool {
        matches!((self.v6, self.kind), (false, 11) | (true, 3))
    }

    /// The error is about the host or the network, not about a port.
    pub(crate) const fn is_about_host(&self) -> bool {
        match (self.v6, self.kind) {
            (false, 3) => matches!(self.code, 0 | 1 | 5 | 6 | 7 | 11 | 12),
            (true, 1) => matches!(self.code, 0 | 2 | 3),
            (false, 11) | (true, 3) => true,
            _ => false,
        }
    }
}

/// One connection, or one client port of UDP.
#[derive(Debug)]
pub(crate) struct Contact {
    pub(crate) server: Endpoint,
    pub(crate) service: Service,
    pub(crate) udp: bool,
    pub(crate) conn: Option<ConnId>,
    /// The first frame is not the beginning of the connection.
    pub(crate) midstream: bool,
    pub(crate) first: Sight,
    pub(crate) last: Sight,
    pub(crate) tcp: Evidence,
    pub(crate) facts: Vec<Told>,
    /// Datagrams or requests without an answer since the last answer.
    pub(crate) open: u32,
    /// The first request that waits: when it was seen, and where it ends in the stream.
    pub(crate) waiting: Option<(Sight, i64)>,
    /// Answers seen.
    pub(crate) answers: u32,
    pub(crate) icmp: Option<Icmp>,
    /// Time to live, or hop limit, of the first frame of either side.
    pub(crate) client_hops: Option<u8>,
    pub(crate) server_hops: Option<u8>,
}

/// A client and its contacts, in the order of their first frames.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) address: IpAddr,
    pub(crate) contacts: Vec<Contact>,
    by_port: HashMap<(u16, Endpoint), usize>,
}

/// All clients.
#[derive(Debug, Default)]
pub(crate) struct Story {
    clients: HashMap<IpAddr, Client>,
    /// Clients in the order of their first contact: the oldest is forgotten first.
    order: std::collections::VecDeque<IpAddr>,
    /// The client of a connection, and which of its contacts that is.
    owners: HashMap<ConnId, (IpAddr, usize)>,
    /// What hosts said, or were told, beside their contacts.
    asides: Bounded<IpAddr, Vec<Overheard>, { aside::MAX_HOSTS }>,
    /// Contacts of all clients.
    total: usize,
    /// Facts of all contacts.
    told: usize,
    /// Octets from which on it is crowded, when it was crowded before.
    crowded_at: usize,
    /// Seconds in which clients that are forgotten were connected: those with IPv4 addresses, and with IPv6 ones.
    connected: [BTreeSet<i64>; 2],
    /// Clients that had to leave before they were quiet for long.
    pub(crate) hurried: u64,
    /// Clients that were forgotten.
    pub(crate) evicted: u64,
    /// Contacts that were forgotten, of clients that were not.
    pub(crate) forgotten: u64,
    pub(crate) first: Option<Sight>,
    pub(crate) last: Option<Sight>,
    /// Hosts that answer LDAP pings or give out tickets. What such a host asks of others is how
    /// controllers work together, and no join.
    pub(crate) controllers: HashSet<IpAddr>,
    /// Hosts that accept LDAP binds: controllers mostly, but others serve LDAP as well.
    pub(crate) directories: HashSet<IpAddr>,
    /// The client that the frame being read is about.
    touched: Option<(IpAddr, Touch)>,
}

impl Contact {
    fn new(server: Endpoint, service: Service, udp: bool, at: Sight) -> Self {
        Self {
            server,
            service,
            udp,
            conn: None,
            midstream: false,
            first: at,
            last: at,
            tcp: Evidence::default(),
            facts: Vec::new(),
            open: 0,
            waiting: None,
            answers: 0,
            icmp: None,
            client_hops: None,
            server_hops: None,
        }
    }

    /// A frame of one side was seen with this time to live.
    pub(crate) fn seen(&mut self, from_server: bool, hops: u8) {
        let side = if from_server { &mut self.server_hops } else { &mut self.client_hops };
        *side = side.or(Some(hops));
    }

    /// `end` is where the message ends in its stream.
    fn tell(&mut self, at: Sight, fact: Fact, end: i64) {
        self.last = at;
        if fact.is_request() {
            self.open = self.open.saturating_add(1);
            // A repetition doesn't begin the waiting anew.
            self.waiting = self.waiting.or(Some((at, end)));
        } else if !fact.is_aside() {
            self.answers = self.answers.saturating_add(1);
            self.open = 0;
            self.waiting = None;
        }
        if self.facts.len() >= MAX_FACTS {
            self.facts.remove(MAX_FACTS / 2);
        }
        let mut fact = fact;
        fact.shorten();
        self.facts.push(Told { at, fact });
    }

    /// The client asked for something, or for a connection, and there is no answer yet.
    fn waits(&self) -> bool {
        let connects = !self.tcp.syns.is_empty() && !self.tcp.established() && self.tcp.reset.is_none();
        self.icmp.is_none() && (self.waiting.is_some() || connects)
    }

    /// The server said something on this contact.
    pub(crate) fn heard(&self) -> bool {
        self.answers > 0 || (!self.udp && self.tcp.established())
    }
}

/// Octets that contacts and facts take, about.
fn weight(contacts: usize, facts: usize) -> usize {
    contacts.saturating_mul(OF_CONTACT).saturating_add(facts.saturating_mul(OF_FACT))
}

fn weight_of(client: &Client) -> usize {
    weight(client.contacts.len(), client.contacts.iter().map(|contact| contact.facts.len()).sum())
}

/// Keeps when a contact began that is forgotten.
fn remember(connected: &mut [BTreeSet<i64>; 2], client: IpAddr, contact: &Contact) {
    let [v4, v6] = connected;
    let seconds = if client.is_ipv4() { v4 } else { v6 };
    if !contact.udp {
        seconds.insert(contact.first.time.div_euclid(SECOND));
        if seconds.len() > MAX_SECONDS {
            seconds.pop_first();
        }
    }
}

impl Story {
    /// A client that is forgotten, with an address of this family, was connected within `near` nanoseconds of `time`,
    /// or up to a second beyond: whole seconds are remembered.
    pub(crate) fn connected_near(&self, ipv4: bool, time: i64, near: u64) -> bool {
        let near = i64::try_from(near).unwrap_or(i64::MAX);
        let second = |time: i64| time.div_euclid(SECOND);
        let [v4, v6] = &self.connected;
        let seconds = if ipv4 { v4 } else { v6 };
        let during = second(time.saturating_sub(near))..=second(time.saturating_add(near));
        seconds.range(during).next().is_some()
    }

    /// Something that is no part of a conversation was said by or to `host`.
    pub(crate) fn overheard(&mut self, at: Sight, host: IpAddr, aside: Aside) {
        if self.asides.get(&host).is_none() {
            self.asides.insert(host, Vec::new());
        }
        if let Some(kept) = self.asides.get_mut(&host) {
            aside::add(kept, at, aside);
        }
    }

    /// `server` told a client something, if only that it doesn't listen there.
    pub(crate) fn spoke(&mut self, at: Sight, client: IpAddr, server: IpAddr) {
        if self.clients.contains_key(&client) {
            self.overheard(at, client, Aside::Spoke { server });
        }
    }

    /// The client has just asked the server's endpoint mapper for a port, and the answer can't be read: it is
    /// sealed, or cut. Where it goes next is what it was told.
    pub(crate) fn mapped_unread(&self, at: Sight, client: IpAddr, server: Endpoint) -> bool {
        const AT_ONCE: i64 = 2_000_000_000;
        const FIRST_DYNAMIC: u16 = 1024;
        /// Connections that a client may open before it comes to that.
        const BETWEEN: usize = 16;
        let Some(client) = self.clients.get(&client).filter(|_| server.port >= FIRST_DYNAMIC) else {
            return false;
        };
        let mapper = client
            .contacts
            .iter()
            .rev()
            .take(BETWEEN)
            .find(|contact| contact.service == Service::Epm && contact.server.address == server.address);
        mapper.is_some_and(|mapper| {
            let told = mapper.facts.iter().any(|told| match &told.fact {
                Fact::EpmAnswer { ports, status, .. } => !ports.is_empty() || *status != 0,
                _ => false,
            });
            !told && mapper.tcp.to_client.sent_end > 0 && at.time.saturating_sub(mapper.last.time) < AT_ONCE
        })
    }

    /// What was said by or to `host` beside its contacts.
    pub(crate) fn asides(&self, host: IpAddr) -> &[Overheard] {
        self.asides.get(&host).map(Vec::as_slice).unwrap_or_default()
    }

    /// A frame was read.
    pub(crate) fn frame(&mut self, at: Sight) {
        self.first = self.first.or(Some(at));
        self.last = Some(at);
        self.touched = None;
    }

    /// The client that the frame which was read last is about.
    pub(crate) const fn touched(&self) -> Option<(IpAddr, Touch)> {
        self.touched
    }

    fn touch(&mut self, client: IpAddr, touch: Touch) {
        match &mut self.touched {
            Some((known, strongest)) if *known == client => *strongest = touch.max(*strongest),
            _ => self.touched = Some((client, touch)),
        }
    }

    /// Takes note of a domain controller.
    fn note(&mut self, server: IpAddr) {
        if self.controllers.len() < MAX_CONTROLLERS {
            self.controllers.insert(server);
        }
    }

    /// The client with this address.
    pub(crate) fn client_at(&self, address: IpAddr) -> Option<&Client> {
        self.clients.get(&address)
    }

    /// All clients, in no order.
    pub(crate) fn each_client(&self) -> impl Iterator<Item = &Client> {
        self.clients.values()
    }

    /// All clients, in the order of their first frames.
    pub(crate) fn clients(&self) -> Vec<&Client> {
        let mut clients: Vec<_> = self.clients.values().collect();
        clients.sort_by_key(|client| client.contacts.first().map(|contact| contact.first.frame));
        clients
    }

    fn client(&mut self, address: IpAddr) -> &mut Client {
        if !self.clients.contains_key(&address) {
            while self.clients.len() >= MAX_CLIENTS && !self.order.is_empty() {
                self.forget_oldest();
            }
            self.order.push_back(address);
        }
        self.clients.entry(address).or_insert_with(|| Client {
            address,
            contacts: Vec::new(),
            by_port: HashMap::default(),
        })
    }

    /// A client that can have one more contact: the older half makes room when there are too many.
    fn client_with_room(&mut self, address: IpAddr) -> &mut Client {
        self.total = self.total.saturating_add(1);
        self.make_room(address);
        let older = MAX_CONTACTS / 2;
        let owners = &mut self.owners;
        let (total, told) = (&mut self.total, &mut self.told);
        let connected = &mut self.connected;
        let forgotten = &mut self.forgotten;
        let full = self.clients.get_mut(&address).filter(|client| client.contacts.len() >= MAX_CONTACTS);
        if let Some(client) = full {
            for contact in client.contacts.drain(..older) {
                remember(connected, address, &contact);
                *told = told.saturating_sub(contact.facts.len());
                if let Some(conn) = contact.conn {
                    owners.remove(&conn);
                }
            }
            for contact in &client.contacts {
                if let Some((_, index)) = contact.conn.and_then(|conn| owners.get_mut(&conn)) {
                    *index = index.saturating_sub(older);
                }
            }
            client.by_port.retain(|_, index| *index >= older);
            for index in client.by_port.values_mut() {
                *index = index.saturating_sub(older);
            }
            *total = total.saturating_sub(older);
            *forgotten = forgotten.saturating_add(u64::try_from(older).unwrap_or(u64::MAX));
        }
        self.client(address)
    }

    /// Forgets the oldest clients while there are too many contacts or facts, but not the one that needs room.
    fn make_room(&mut self, address: IpAddr) {
        while (self.total > MAX_TOTAL || self.told > MAX_TOLD) && self.clients.len() > 1 {
            match self.order.front().copied() {
                Some(oldest) if oldest == address => self.order.rotate_left(1),
                Some(_) => self.forget_oldest(),
                None => break,
            }
        }
    }

    fn forget_oldest(&mut self) {
        if let Some(oldest) = self.order.pop_front() {
            self.remove(oldest);
            self.evicted = self.evicted.saturating_add(1);
        }
    }

    /// Octets that clients take, about.
    fn weight(&self) -> usize {
        weight(self.total, self.told)
    }

    /// It is time that quiet clients leave.
    pub(crate) fn is_crowded(&self) -> bool {
        self.weight() > self.crowded_at.max(CROWD) || self.clients.len() > MAX_CLIENTS / 4 * 3
    }

    /// Who leaves: clients that were quiet for so long that whatever they do next is another join. Where
    /// there is still no room, those that weigh something and were quiet for longest; and who waits for somebody
    /// stays if he can. They are counted.
    pub(crate) fn leaving(&mut self) -> Vec<IpAddr> {
        /// How long somebody waits at the most, in nanoseconds.
        const PATIENCE: i64 = 60_000_000_000;
        let now = self.last.map_or(0, |at| at.time);
        let waits = |contact: &Contact| contact.waits() && now.saturating_sub(contact.last.time) < PATIENCE;
        let (weight, many) = (self.weight(), self.clients.len() > MAX_CLIENTS / 4 * 3);
        let mut all: Vec<_> = self
            .clients
            .values()
            .map(|client| {
                let latest =
                    client.contacts.iter().map(|contact| contact.last.time).max().unwrap_or(i64::MIN);
                (client.contacts.iter().any(waits), latest, client.address, weight_of(client))
            })
            .collect();
        // In one order, whatever that of the table is.
        all.sort_unstable();
        let (quiet, mut others): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|(_, latest, ..)| now.saturating_sub(*latest) >= QUIET);
        let mut freed: usize = quiet.iter().map(|(.., octets)| octets).sum();
        let mut leaving: Vec<_> = quiet.into_iter().map(|(_, _, address, _)| address).collect();
        let left = weight.saturating_sub(freed);
        let few = |leaving: &Vec<IpAddr>| many && leaving.len() < MAX_CLIENTS / 4;
        if left > CRUSH || few(&leaving) {
            if !few(&leaving) {
                // Who weighs little frees nothing.
                let mean = left.checked_div(others.len()).unwrap_or_default();
                others.retain(|(.., octets)| *octets >= mean / 2);
            }
            for (_, _, address, octets) in others {
                if freed >= weight / 2 && !few(&leaving) {
                    break;
                }
                freed = freed.saturating_add(octets);
                leaving.push(address);
                self.hurried = self.hurried.saturating_add(1);
            }
        }
        leaving
    }

    /// Clients leave that were judged.
    pub(crate) fn leave(&mut self, judged: &[IpAddr]) {
        for address in judged {
            self.remove(*address);
        }
        let clients = &self.clients;
        self.order.retain(|address| clients.contains_key(address));
        // Who fills it alone doesn't make it look again at each frame.
        self.crowded_at = self.weight().saturating_add(CROWD / 8);
    }

    fn remove(&mut self, address: IpAddr) {
        let Some(client) = self.clients.remove(&address) else { return };
        for contact in &client.contacts {
            remember(&mut self.connected, address, contact);
            if let Some(conn) = contact.conn {
                self.owners.remove(&conn);
            }
        }
        self.total = self.total.saturating_sub(client.contacts.len());
        let facts = client.contacts.iter().map(|contact| contact.facts.len()).sum();
        self.told = self.told.saturating_sub(facts);
    }

    /// A TCP connection begins. `service` is none for a port that says nothing.
    pub(crate) fn opened(&mut self, at: Sight, connection: &Connection, service: Option<Service>) {
        let Some(service) = service else { return };
        let client = self.client_with_room(connection.client.address);
        let index = client.contacts.len();
        let mut contact = Contact::new(connection.server, service, false, at);
        contact.conn = Some(connection.id);
        contact.midstream = !connection.handshake_seen && !connection.resumed;
        client.contacts.push(contact);
        self.owners.insert(connection.id, (connection.client.address, index));
    }

    /// A connection whose service is known only now.
    pub(crate) fn recognised(&mut self, at: Sight, connection: &Connection, service: Service) {
        if self.contact(connection.id).is_none() {
            self.opened(at, connection, Some(service));
        }
    }

    fn contact(&mut self, conn: ConnId) -> Option<&mut Contact> {
        let (client, index) = self.owners.get(&conn)?;
        self.clients.get_mut(client)?.contacts.get_mut(*index)
    }

    /// A segment of a connection that is followed.
    pub(crate) fn segment(&mut self, at: Sight, segment: &Segment<'_>) {
        let Some(contact) = self.contact(segment.connection.id) else { return };
        contact.last = at;
        contact.seen(segment.direction == Direction::ToClient, segment.hops);
        contact.tcp.segment(at, segment);
        let closes = contact.waiting.is_some() && segment.flags.contains(TcpFlags::FIN);
        let touch = match segment.kind {
            SegmentKind::Reset | SegmentKind::SynRetransmission | SegmentKind::Retransmission => {
                Touch::Alarms
            }
            _ if closes => Touch::Alarms,
            _ => Touch::Carries,
        };
        self.touch(segment.connection.client.address, touch);
    }

    /// A fact on a connection.
    pub(crate) fn on_stream(&mut self, at: Sight, conn: ConnId, fact: Fact, end: i64) {
        let Some(contact) = self.contact(conn) else { return };
        let server = contact.server.address;
        let is_controllers = fact.is_controllers();
        let is_bound = matches!(fact, Fact::LdapBindAnswer { code: 0, .. });
        let touch = Touch::of(&fact);
        let before = contact.facts.len();
        contact.tell(at, fact, end);
        let more = contact.facts.len().saturating_sub(before);
        self.told = self.told.saturating_add(more);
        if is_controllers {
            self.note(server);
        }
        if is_bound && self.directories.len() < MAX_CONTROLLERS {
            self.directories.insert(server);
        }
        if let Some((client, _)) = self.owners.get(&conn).copied() {
            self.make_room(client);
            self.touch(client, touch);
        }
    }

    /// A fact in a datagram of `client`'s port.
    pub(crate) fn on_datagram(
        &mut self,
        at: Sight,
        from: Endpoint,
        server: Endpoint,
        service: Service,
        fact: Fact,
    ) -> Option<&mut Contact> {
        if fact.is_controllers() {
            self.note(server.address);
        }
        self.touch(from.address, Touch::of(&fact));
        let client = self.client(from.address);
        let key = (from.port, server);
        // A port that was quiet for so long belongs to another conversation.
        let known = client.by_port.get(&key).copied().filter(|index| {
            client
                .contacts
                .get(*index)
                .is_some_and(|contact| at.time.saturating_sub(contact.last.time) < QUIET)
        });
        let index = match known {
            Some(index) => index,
            None => {
                let client = self.client_with_room(from.address);
                client.contacts.push(Contact::new(server, service, true, at));
                let index = client.contacts.len().saturating_sub(1);
                client.by_port.insert(key, index);
                index
            }
        };
        self.make_room(from.address);
        let contact = self.clients.get_mut(&from.address)?.contacts.get_mut(index)?;
        let before = contact.facts.len();
        contact.tell(at, fact, 0);
        self.told = self.told.saturating_add(contact.facts.len().saturating_sub(before));
        Some(contact)
    }

    /// The server answered something that can't be read.
    pub(crate) fn answered(&mut self, client: Endpoint, server: Endpoint) {
        let Some(known) = self.clients.get_mut(&client.address) else { return };
        let Some(index) = known.by_port.get(&(client.port, server)).copied() else { return };
        if let Some(contact) = known.contacts.get_mut(index) {
            contact.answers = contact.answers.saturating_add(1);
            contact.open = 0;
            contact.waiting = None;
        }
    }

    /// An ICMP error about a packet of a client.
    pub(crate) fn icmp(&mut self, at: Sight, error: &IcmpError) {
        let Some(quoted) = &error.quoted else { return };
        let icmp = Icmp { at, from: error.source, kind: error.kind, code: error.code, v6: error.v6 };
        self.touch(quoted.source, Touch::Alarms);
        if error.source == quoted.destination {
            self.spoke(at, quoted.source, error.source);
        }
        if let Some(contact) = quoted.conn.and_then(|conn| self.contact(conn)) {
            contact.icmp = contact.icmp.or(Some(icmp));
            return;
        }
        let Some((source, destination)) = quoted.ports else { return };
        let server = Endpoint { address: quoted.destination, port: destination };
        let Some(client) = self.clients.get_mut(&quoted.source) else { return };
        let Some(index) = client.by_port.get(&(source, server)).copied() else { return };
        if let Some(contact) = client.contacts.get_mut(index) {
            contact.icmp = contact.icmp.or(Some(icmp));
        }
    }
}
