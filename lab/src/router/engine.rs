//! The router without its sockets: frames and times go in, frames come out. It has no clock, and random numbers
//! follow from the plan's seed, so that the same input gives the same output.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use super::connections::{Connections, Flow};
use super::datagram::{ACK, Datagram, ICMP, ICMPV6, RST, SYN, Segment, TCP, UDP, is_routable, word};
use super::dns;
use super::middlebox::{BOX_TTL, Boxes, Output};
use super::neighbours::{self, Mac, Neighbours, Port};
use super::plan::{Action, Fired, Kind, Origin, Plan, Rule, Side, Transport, Unreachable, When};
use super::random::Random;

/// Most datagrams that are delayed at the same time; more are lost, as on any router.
const MOST_WAITING: usize = 4096;
/// What Windows and the hosts of the lab send with.
const PEER_TTL: u8 = 128;

/// The router.
pub struct Engine {
    plan: Arc<Plan>,
    counts: Vec<u64>,
    lost: u64,
    random: Random,
    ports: [Port; 2],
    neighbours: [Neighbours; 2],
    /// What has met the rules.
    connections: Connections,
    boxes: Boxes,
    waiting: BinaryHeap<Reverse<Waiting>>,
    serial: u64,
    /// For each rule and direction: what it delays goes on no earlier than what it delayed before.
    not_before: Vec<[Duration; 2]>,
    ready: VecDeque<(Side, Vec<u8>)>,
    /// The servers have died: silently, or the router tells so.
    gone: Option<Option<Unreachable>>,
}

/// Where a datagram goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// Through the rules of this side.
    Rules(Side),
    /// Into a middlebox, or past it to the rules of the other side.
    Box,
    /// Out.
    Out,
}

/// Behind the rules of the side it comes from is the box, behind the others the exit.
fn behind(place: Side, toward: Side) -> Step {
    if place == toward { Step::Out } else { Step::Box }
}

/// Where and when a rule meets a datagram.
#[derive(Clone, Copy, Debug)]
struct Way {
    now: Duration,
    place: Side,
    toward: Side,
}

#[derive(Debug)]
struct Waiting {
    due: Duration,
    serial: u64,
    toward: Side,
    step: Step,
    datagram: Datagram,
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Waiting {}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.due, self.serial).cmp(&(other.due, other.serial))
    }
}

const fn index(side: Side) -> usize {
    match side {
        Side::Client => 0,
        Side::Server => 1,
    }
}

impl Engine {
    /// A router between the client's and the server's link.
    pub fn new(plan: Plan, client: Port, server: Port) -> Self {
        Self {
            counts: vec![0; plan.rules.len()],
            lost: 0,
            random: Random::new(plan.seed),
            not_before: vec![[Duration::ZERO; 2]; plan.rules.len()],
            plan: Arc::new(plan),
            ports: [client, server],
            neighbours: Default::default(),
            connections: Connections::default(),
            boxes: Boxes::default(),
            waiting: BinaryHeap::new(),
            serial: 0,
            ready: VecDeque::new(),
            gone: None,
        }
    }

    /// A frame has come in from a link.
    pub fn receive(&mut self, now: Duration, from: Side, frame: &[u8]) {
        let port = &self.ports[index(from)];
        let (Some(to), Some(sender), Some(ether_type)) = (frame.get(..6), frame.get(6..12), word(frame, 12))
        else {
            return;
        };
        let Ok(sender) = Mac::try_from(sender) else { return };
        // Its own frames, and those of the machine's kernel, are seen too.
        if sender == port.mac {
            return;
        }
        let body = frame.get(14..).unwrap_or_default();
        if ether_type == neighbours::ARP {
            if let Some((address, mac)) = neighbours::arp_sender(body) {
                self.learn(now, from, address, mac);
            }
            return;
        }
        if to != port.mac || !matches!(ether_type, neighbours::IPV4 | neighbours::IPV6) {
            return;
        }
        let Some(mut datagram) = Datagram::parse(body) else { return };
        if let Some((address, mac)) = neighbours::advertised(&datagram) {
            self.learn(now, from, address, mac);
            return;
        }
        let (source, destination) = (datagram.source(), datagram.destination());
        let own = self.ports.iter().any(|port| port.addresses.contains(&destination));
        if own || !is_routable(destination) || !is_routable(source) {
            return;
        }
        self.learn(now, from, source, sender);
        if datagram.hop() {
            self.wait(now, from.other(), Step::Rules(from), datagram);
        }
        self.work(now);
    }

    fn learn(&mut self, now: Duration, side: Side, address: IpAddr, mac: Mac) {
        for datagram in self.neighbours[index(side)].learn(address, mac) {
            self.send(now, side, datagram);
        }
    }

    /// Lets time pass.
    pub fn work(&mut self, now: Duration) {
        loop {
            while self.waiting.peek().is_some_and(|Reverse(next)| next.due <= now) {
                let Some(Reverse(next)) = self.waiting.pop() else { break };
                self.step(now, next);
            }
            if self.boxes.due(now).is_some_and(|due| due <= now) {
                let mut output = Output::default();
                self.boxes.work(now, &mut output);
                let quiet = output.datagrams.is_empty();
                self.put_out(now, output);
                if !quiet {
                    continue;
                }
            }
            break;
        }
        for side in [Side::Client, Side::Server] {
            let (frames, given_up) = self.neighbours[index(side)].questions(now, &self.ports[index(side)]);
            self.ready.extend(frames.into_iter().map(|frame| (side, frame)));
            for datagram in given_up {
                let way = Way { now, place: side, toward: side };
                self.refuse(way, &datagram, Unreachable::Host, Origin::Path);
            }
        }
    }

    /// The next frame to send, and the link it goes to.
    pub fn next_frame(&mut self) -> Option<(Side, Vec<u8>)> {
        self.ready.pop_front()
    }

    /// When [`work`](Self::work) is to be called at the latest. May be in the past.
    pub fn due(&mut self, now: Duration) -> Option<Duration> {
        let next = self.waiting.peek().map(|Reverse(next)| next.due);
        let asking = self.neighbours.iter().filter_map(Neighbours::due).min();
        [next, asking, self.boxes.due(now)].into_iter().flatten().min()
    }

    /// How often each rule has fired, in the order of the plan; behind them what the router itself lost, if
    /// anything.
    pub fn fired(&self) -> Vec<Fired> {
        let rules = self.plan.rules.iter().zip(&self.counts);
        let mut fired: Vec<_> =
            rules.map(|(rule, count)| Fired { name: rule.name.clone(), count: *count }).collect();
        if self.lost > 0 {
            fired.push(Fired { name: "lost because the queue was full".to_owned(), count: self.lost });
        }
        fired
    }

    fn wait(&mut self, due: Duration, toward: Side, step: Step, datagram: Datagram) {
        if self.waiting.len() >= MOST_WAITING {
            self.lost += 1;
            return;
        }
        self.serial += 1;
        self.waiting.push(Reverse(Waiting { due, serial: self.serial, toward, step, datagram }));
    }

    fn step(&mut self, now: Duration, next: Waiting) {
        let Waiting { toward, step, datagram, .. } = next;
        match step {
            Step::Rules(place) => self.rules(now, place, toward, datagram),
            Step::Box => {
                let flow = Flow::of(&datagram, toward).filter(|flow| self.boxes.has(flow));
                match flow.filter(|_| datagram.protocol() == TCP) {
                    Some(flow) => {
                        let mut output = Output::default();
                        self.boxes.take(now, &flow, toward.other(), &datagram, &mut output);
                        self.put_out(now, output);
                    }
                    None => self.wait(now, toward, Step::Rules(toward), datagram),
                }
            }
            Step::Out => self.send(now, toward, datagram),
        }
    }

    /// What a box sends meets the rules between it and the receiver.
    fn put_out(&mut self, now: Duration, output: Output) {
        for (toward, datagram) in output.datagrams {
            self.wait(now, toward, Step::Rules(toward), datagram);
        }
        for rule in output.fired {
            self.counts[rule] += 1;
        }
    }

    fn send(&mut self, now: Duration, toward: Side, datagram: Datagram) {
        let from = self.ports[index(toward)].mac;
        let Some((to, datagram)) = self.neighbours[index(toward)].find(now, datagram) else { return };
        let ether_type = if datagram.source().is_ipv4() { neighbours::IPV4 } else { neighbours::IPV6 };
        self.ready.push_back((toward, neighbours::frame(to, from, ether_type, datagram.bytes())));
    }

    fn rules(&mut self, now: Duration, place: Side, toward: Side, mut datagram: Datagram) {
        if let Some(told) = self.gone {
            self.end_servers(Way { now, place, toward }, &datagram, told);
            return;
        }
        let step = behind(place, toward);
        // Between a middlebox and the server nothing happens.
        if place == Side::Server {
            self.wait(now, toward, step, datagram);
            return;
        }
        let client_sent = self.connections.note(&datagram, toward);
        let (mut due, mut held, mut twice) = (now, Duration::ZERO, false);
        let plan = Arc::clone(&self.plan);
        for (number, rule) in plan.rules.iter().enumerate() {
            let spent = self.counts[number] >= rule.times;
            if spent || !rule.when.covers(toward, &datagram, client_sent) {
                continue;
            }
            match self.apply(Way { now: due, place, toward }, number, rule, &mut datagram) {
                Outcome::Missed => continue,
                Outcome::Taken => {}
                Outcome::Gone => {
                    self.counts[number] += 1;
                    return;
                }
                Outcome::Later(by) => {
                    let not_before = &mut self.not_before[number][index(toward)];
                    due = (due + by).max(*not_before);
                    *not_before = due;
                }
                Outcome::Held(by) => held += by,
                Outcome::Twice => twice = true,
            }
            // A box counts for itself.
            if !matches!(rule.action, Action::Middlebox(_)) {
                self.counts[number] += 1;
            }
        }
        due += held;
        if twice {
            self.wait(due, toward, step, datagram.clone());
        }
        self.wait(due, toward, step, datagram);
    }

    fn apply(&mut self, way: Way, number: usize, rule: &Rule, datagram: &mut Datagram) -> Outcome {
        let Way { now, toward, .. } = way;
        let hit = |hit: bool, outcome| if hit { outcome } else { Outcome::Missed };
        match &rule.action {
            Action::Drop => Outcome::Gone,
            Action::Lose(chance) => hit(self.random.happens(*chance), Outcome::Gone),
            Action::DropAllFromNow => self.end_servers(way, datagram, None),
            Action::RefuseAllFromNow(why) => self.end_servers(way, datagram, Some(*why)),
            Action::Reset(origin) => hit(self.reset(way, datagram, *origin), Outcome::Gone),
            Action::Refuse(why, origin) => hit(self.refuse(way, datagram, *why, *origin), Outcome::Gone),
            Action::Delay { by, jitter } => {
                let spread = jitter.mul_f64(2.0 * self.random.fraction());
                Outcome::Later((*by + spread).saturating_sub(*jitter))
            }
            Action::HoldBack { chance, by } => hit(self.random.happens(*chance), Outcome::Held(*by)),
            Action::Duplicate(chance) => hit(self.random.happens(*chance), Outcome::Twice),
            Action::Rewrite { find, put, any_case } => {
                hit(datagram.replace(find, put, *any_case), Outcome::Taken)
            }
            Action::Dns(question, forgery) => {
                if toward != Side::Server || datagram.protocol() != UDP {
                    return Outcome::Missed;
                }
                let Some(answer) = dns::answer(datagram.payload(), question, forgery) else {
                    return Outcome::Missed;
                };
                let Some((client, server)) = datagram.ports() else { return Outcome::Missed };
                let to = (datagram.source(), client);
                let answer = Datagram::udp((datagram.destination(), server), to, PEER_TTL - 1, &answer);
                hit(self.answer(way, Origin::Peer, answer), Outcome::Gone)
            }
            Action::Middlebox(appetite) => {
                let opens = datagram.segment().is_some_and(|segment| segment.opens());
                let flow = Flow::of(datagram, toward).filter(|_| opens && toward == Side::Server);
                if let Some(flow) = flow.filter(|flow| !self.boxes.has(flow)) {
                    self.boxes.open(now, flow, number, *appetite, &mut self.random);
                }
                Outcome::Taken
            }
        }
    }

    /// The servers are off, so nothing comes from them, and what goes there has this answer.
    fn end_servers(&mut self, way: Way, datagram: &Datagram, told: Option<Unreachable>) -> Outcome {
        if self.gone.replace(told).is_none() {
            self.waiting.retain(|Reverse(waiting)| waiting.toward == Side::Client);
        }
        if let Some(why) = told.filter(|_| way.toward == Side::Server) {
            self.refuse(way, datagram, why, Origin::Path);
        }
        Outcome::Gone
    }

    /// Sends something back to where a datagram came from.
    fn answer(&mut self, way: Way, origin: Origin, answer: Option<Datagram>) -> bool {
        let back = Way { toward: way.toward.other(), ..way };
        answer.is_some_and(|answer| {
            self.insert(back, origin, answer);
            true
        })
    }

    /// Sends something that a rule made. What seems to come from afar is as late, and as easily lost, as what
    /// does.
    fn insert(&mut self, Way { now, place, toward }: Way, origin: Origin, datagram: Datagram) {
        let step = match origin {
            Origin::Peer => Step::Rules(place),
            Origin::Path => behind(place, toward),
        };
        self.wait(now, toward, step, datagram);
    }

    fn reset(&mut self, way: Way, datagram: &Datagram, origin: Origin) -> bool {
        let Some(segment) = datagram.segment().filter(|segment| segment.flags & RST == 0) else {
            return false;
        };
        let ttl = ttl(origin);
        let (source, destination) = (datagram.source(), datagram.destination());
        let (source_port, destination_port) = (segment.source, segment.destination);
        let behind = segment.sequence.wrapping_add(datagram.sequence_length());
        // Back to the sender: with the number it expects ([RFC 9293] 3.10.7.1).
        let back = Segment {
            source: destination_port,
            destination: source_port,
            sequence: if segment.flags & ACK != 0 { segment.acknowledged } else { 0 },
            acknowledged: behind,
            flags: RST | ACK,
        };
        let back = Datagram::tcp((destination, destination_port), (source, source_port), ttl, back, &[]);
        // Whoever gets a SYN knows of no connection yet.
        if segment.flags & (SYN | ACK) != SYN {
            let on = Segment {
                source: source_port,
                destination: destination_port,
                sequence: segment.sequence,
                acknowledged: segment.acknowledged,
                flags: RST | ACK,
            };
            let on = Datagram::tcp((source, source_port), (destination, destination_port), ttl, on, &[]);
            if let Some(on) = on {
                self.insert(way, origin, on);
            }
        }
        self.answer(way, origin, back)
    }

    fn refuse(&mut self, way: Way, datagram: &Datagram, why: Unreachable, origin: Origin) -> bool {
        // No error about an error ([RFC 1812] 4.3.2.7, [RFC 4443] 2.4).
        if matches!(datagram.protocol(), ICMP | ICMPV6) && !matches!(datagram.icmp_type(), Some(8 | 128)) {
            return false;
        }
        let source = datagram.source();
        let from = match origin {
            Origin::Path => self.ports[index(way.toward.other())].address_for(source),
            Origin::Peer => Some(datagram.destination()),
        };
        let Some(from) = from else { return false };
        let (kind, code, mtu) = if source.is_ipv4() {
            match why {
                Unreachable::Network => (3, 0, 0),
                Unreachable::Host => (3, 1, 0),
                Unreachable::Port => (3, 3, 0),
                Unreachable::Prohibited => (3, 13, 0),
                Unreachable::TooBig { mtu } => (3, 4, mtu),
            }
        } else {
            match why {
                Unreachable::Network => (1, 0, 0),
                Unreachable::Host => (1, 3, 0),
                Unreachable::Port => (1, 4, 0),
                Unreachable::Prohibited => (1, 1, 0),
                Unreachable::TooBig { mtu } => (2, 0, mtu),
            }
        };
        let mut body = vec![kind, code, 0, 0, 0, 0];
        body.extend(mtu.to_be_bytes());
        body.extend(datagram.quoted());
        let protocol = if source.is_ipv4() { ICMP } else { ICMPV6 };
        self.answer(way, origin, Datagram::new(from, source, ttl(origin), protocol, &body))
    }
}

const fn ttl(origin: Origin) -> u8 {
    match origin {
        Origin::Path => BOX_TTL,
        Origin::Peer => PEER_TTL - 1,
    }
}

/// What a rule did.
enum Outcome {
    /// Nothing, after all.
    Missed,
    /// It changed or noted something.
    Taken,
    /// The datagram's way ends.
    Gone,
    /// It goes on later, in its order.
    Later(Duration),
    /// It goes on later, and others overtake it.
    Held(Duration),
    /// It goes on twice.
    Twice,
}

impl When {
    fn covers(&self, toward: Side, datagram: &Datagram, client_sent: u64) -> bool {
        let transport = match self.transport {
            None => true,
            Some(Transport::Tcp) => datagram.protocol() == TCP,
            Some(Transport::Udp) => datagram.protocol() == UDP,
        };
        let every_port = self.ports == (0..=u16::MAX);
        let server = |of_source: bool| (toward == Side::Client) == of_source;
        let port = datagram.ports().map(|(from, to)| if server(true) { from } else { to });
        let address = if server(true) { datagram.source() } else { datagram.destination() };
        let payload = datagram.payload();
        transport
            && self.toward.is_none_or(|side| side == toward)
            && (every_port || port.is_some_and(|port| self.ports.contains(&port)))
            && self.server.is_none_or(|server| server == address)
            && self.kind.covers(datagram)
            && self.size.contains(&datagram.bytes().len())
            && self.client_sent.contains(&client_sent)
            && (self.contains.is_empty()
                || payload.windows(self.contains.len()).any(|octets| octets == self.contains))
    }
}

impl Kind {
    fn covers(self, datagram: &Datagram) -> bool {
        let flags = datagram.segment().map_or(0, |segment| segment.flags) & (SYN | ACK | RST);
        match self {
            Self::Any => true,
            Self::Syn => flags == SYN,
            Self::SynAck => flags == SYN | ACK,
            Self::Payload => !datagram.payload().is_empty(),
            Self::Fragment => datagram.is_fragment(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::dns::{Forgery, Question};
    use super::super::middlebox::Appetite;
    use super::*;

    const ROUTER: [Mac; 2] = [[2, 0, 0, 0, 1, 1], [2, 0, 0, 0, 2, 1]];
    const HOSTS: [Mac; 2] = [[2, 0, 0, 0, 1, 9], [2, 0, 0, 0, 2, 9]];
    const V4: [&str; 2] = ["10.1.0.2", "10.2.0.2"];
    const V6: [&str; 2] = ["fd00:1::2", "fd00:2::2"];
    const LINKS: [Side; 2] = [Client, Server];

    /// A router, and what has come out of it.
    struct Path {
        engine: Engine,
        now: Duration,
        hosts: [IpAddr; 2],
        came: Vec<(Side, Datagram)>,
    }

    impl Path {
        fn new(rules: Vec<Rule>) -> Self {
            Self::between(V4, rules)
        }

        fn between(hosts: [&str; 2], rules: Vec<Rule>) -> Self {
            let addresses = [["10.1.0.1", "fd00:1::1"], ["10.2.0.1", "fd00:2::1"]];
            let port = |side: usize| Port {
                mac: ROUTER[side],
                addresses: addresses[side].iter().map(|address| address.parse().unwrap()).collect(),
            };
            let plan = Plan::new(1, rules);
            plan.check().unwrap();
            let mut engine = Engine::new(plan, port(0), port(1));
            let hosts = hosts.map(|host| host.parse().unwrap());
            for (side, (host, mac)) in LINKS.into_iter().zip(hosts.into_iter().zip(HOSTS)) {
                engine.learn(Duration::ZERO, side, host, mac);
            }
            Self { engine, now: Duration::ZERO, hosts, came: Vec::new() }
        }

        fn send(&mut self, toward: Side, datagram: &Datagram) {
            let from = toward.other();
            let (host, router) = (HOSTS[index(from)], ROUTER[index(from)]);
            let kind = if self.hosts[0].is_ipv4() { neighbours::IPV4 } else { neighbours::IPV6 };
            let frame = neighbours::frame(router, host, kind, datagram.bytes());
            self.engine.receive(self.now, from, &frame);
            self.collect();
        }

        fn collect(&mut self) {
            while let Some((side, frame)) = self.engine.next_frame() {
                assert_eq!(frame[..6], HOSTS[index(side)]);
                assert_eq!(frame[6..12], ROUTER[index(side)]);
                let datagram = Datagram::parse(&frame[14..]).unwrap();
                assert!(datagram.is_sound());
                self.came.push((side, datagram));
            }
        }

        fn until(&mut self, end: Duration) {
            while let Some(due) = self.engine.due(self.now).filter(|due| *due <= end) {
                self.now = self.now.max(due);
                self.engine.work(self.now);
                self.collect();
            }
            self.now = end;
        }

        fn tcp(&mut self, toward: Side, port: u16, numbers: (u32, u32), flags: u8, payload: &[u8]) {
            let ends = [(self.hosts[0], 50_000), (self.hosts[1], port)];
            let (from, to) = (ends[index(toward.other())], ends[index(toward)]);
            let (sequence, acknowledged) = numbers;
            let segment = Segment { source: from.1, destination: to.1, sequence, acknowledged, flags };
            self.send(toward, &Datagram::tcp(from, to, 128, segment, payload).unwrap());
        }

        fn udp(&mut self, toward: Side, port: u16, payload: &[u8]) {
            let ends = [(self.hosts[0], 50_000), (self.hosts[1], port)];
            let (from, to) = (ends[index(toward.other())], ends[index(toward)]);
            self.send(toward, &Datagram::udp(from, to, 128, payload).unwrap());
        }

        fn taken(&mut self) -> Vec<(Side, Datagram)> {
            std::mem::take(&mut self.came)
        }

        fn count(&self, rule: usize) -> u64 {
            self.engine.fired()[rule].count
        }
    }

    use Side::{Client, Server};

    fn one(when: When, action: Action) -> Vec<Rule> {
        vec![Rule::new("fault", when, action)]
    }

    #[test]
    fn a_router_without_faults_forwards_both_ways() {
        for hosts in [V4, V6] {
            let mut path = Path::between(hosts, vec![]);
            path.udp(Server, 53, b"question");
            path.udp(Client, 53, b"answer");
            let came = path.taken();
            assert_eq!(came.len(), 2);
            assert_eq!((came[0].0, came[0].1.ttl(), came[0].1.payload()), (Server, 127, &b"question"[..]));
            assert_eq!((came[1].0, came[1].1.payload()), (Client, &b"answer"[..]));
        }
    }

    #[test]
    fn what_is_not_for_a_router_stays() {
        let mut path = Path::new(vec![]);
        let from = ("10.1.0.2".parse().unwrap(), 1);
        for to in ["10.1.0.1", "10.2.0.1", "224.0.0.251", "169.254.1.1", "255.255.255.255"] {
            path.send(Server, &Datagram::udp(from, (to.parse().unwrap(), 2), 64, b"x").unwrap());
        }
        let last_hop = Datagram::udp(from, ("10.2.0.2".parse().unwrap(), 2), 1, b"x").unwrap();
        path.send(Server, &last_hop);
        assert_eq!(path.taken(), []);
    }

    #[test]
    fn unknown_hosts_are_asked_for_and_given_up() {
        let mut path = Path::new(vec![]);
        let gone = "10.2.0.99".parse().unwrap();
        let lost = Datagram::udp((path.hosts[0], 1), (gone, 389), 128, b"ping").unwrap();
        let frame = neighbours::frame(ROUTER[0], HOSTS[0], neighbours::IPV4, lost.bytes());
        path.engine.receive(path.now, Client, &frame);
        assert_eq!(path.engine.next_frame().unwrap().1[..6], [255; 6]);
        for _ in 0..2 {
            path.now = path.engine.due(path.now).unwrap();
            path.engine.work(path.now);
            assert_eq!(path.engine.next_frame().unwrap().0, Server);
        }
        path.until(Duration::from_secs(4));
        let came = path.taken();
        assert_eq!(came.len(), 1);
        assert_eq!(came[0].1.payload()[..2], [3, 1]);
        assert_eq!(came[0].1.source(), "10.1.0.1".parse::<IpAddr>().unwrap());
    }

    #[test]
    fn drops_know_direction_port_and_protocol() {
        let mut path = Path::new(one(When::tcp(88).toward(Server), Action::Drop));
        path.tcp(Server, 88, (1, 0), SYN, b"");
        path.udp(Server, 88, b"as-req");
        path.tcp(Server, 389, (1, 0), SYN, b"");
        path.tcp(Client, 88, (1, 2), SYN | ACK, b"");
        assert_eq!(path.taken().len(), 3);
        assert_eq!(path.count(0), 1);
        let mut path = Path::new(one(When::tcp(88).kind(Kind::SynAck), Action::Drop));
        path.tcp(Server, 88, (1, 0), SYN, b"");
        path.tcp(Client, 88, (1, 2), SYN | ACK, b"");
        assert_eq!(path.taken().len(), 1);
        let mut path = Path::new(one(When::tcp(49_152..=65_535), Action::Drop));
        // The client's own port is from the same range and doesn't count.
        path.tcp(Server, 135, (1, 0), SYN, b"");
        path.tcp(Server, 49_664, (1, 0), SYN, b"");
        assert_eq!(path.taken().len(), 1);
    }

    #[test]
    fn drops_know_progress_size_and_content() {
        let rules = one(When::tcp(88).toward(Client).larger_than(640).once_client_sent(1500), Action::Drop);
        let mut path = Path::new(rules);
        path.tcp(Server, 88, (0, 0), SYN, b"");
        path.tcp(Server, 88, (1, 1), ACK, &[1; 300]);
        path.tcp(Client, 88, (1, 301), ACK, &[2; 1400]);
        path.tcp(Server, 88, (301, 1401), ACK, &[1; 1300]);
        assert_eq!(path.taken().len(), 4);
        path.tcp(Client, 88, (1401, 1601), ACK, &[2; 1400]);
        path.tcp(Client, 88, (2801, 1601), ACK, &[2; 400]);
        assert_eq!((path.taken().len(), path.count(0)), (1, 1));

        let mut path = Path::new(one(When::any().larger_than(600), Action::Drop));
        path.udp(Server, 1, &[0; 572]);
        path.udp(Server, 1, &[0; 573]);
        assert_eq!(path.taken().len(), 1);

        let mut path = Path::new(vec![Rule::new("first", When::tcp(445), Action::Drop).times(1)]);
        path.tcp(Server, 445, (0, 0), SYN, b"");
        path.tcp(Server, 445, (0, 0), SYN, b"");
        assert_eq!((path.taken().len(), path.count(0)), (1, 1));
    }

    #[test]
    fn servers_die_silently_or_not() {
        let told = Action::RefuseAllFromNow(Unreachable::Network);
        for (action, errors) in [(Action::DropAllFromNow, 0), (told, 2)] {
            let mut path = Path::new(one(When::any().contains(*b"needle"), action));
            path.udp(Server, 1, b"hay");
            assert_eq!(path.taken().len(), 1);
            path.udp(Server, 1, b"hay needle hay");
            path.udp(Client, 2, b"hay");
            path.udp(Server, 1, b"hay");
            let came = path.taken();
            assert_eq!((came.len(), path.count(0)), (errors, 1));
            assert!(came.iter().all(|(_, error)| error.payload()[..2] == [3, 0]));
        }
    }

    #[test]
    fn a_slow_port_slows_nothing_else() {
        let slow = Action::Delay { by: Duration::from_secs(3), jitter: Duration::ZERO };
        let mut path = Path::new(one(When::udp(53), slow));
        path.udp(Client, 53, b"answer");
        path.udp(Client, 389, b"pong");
        assert_eq!(path.taken().len(), 1);
        path.until(Duration::from_secs(3));
        assert_eq!(path.taken().len(), 1);
    }

    #[test]
    fn resets_fit_the_connection() {
        for (origin, ttl) in [(Origin::Path, 64), (Origin::Peer, 127)] {
            let mut path = Path::between(V6, one(When::tcp(88).kind(Kind::Syn), Action::Reset(origin)));
            path.tcp(Server, 88, (700, 0), SYN, b"");
            let came = path.taken();
            assert_eq!(came.len(), 1);
            let segment = came[0].1.segment().unwrap();
            assert_eq!((came[0].0, came[0].1.ttl(), segment.flags), (Client, ttl, RST | ACK));
            assert_eq!((segment.sequence, segment.acknowledged, segment.source), (0, 701, 88));
        }
        let mut path = Path::new(one(When::tcp(445).once_client_sent(1200), Action::Reset(Origin::Path)));
        path.tcp(Server, 445, (0, 0), SYN, b"");
        path.tcp(Server, 445, (1, 1), ACK, &[1; 1200]);
        path.taken();
        path.tcp(Server, 445, (1201, 5), ACK, b"x");
        let numbers = path.taken().into_iter().map(|(side, datagram)| {
            let segment = datagram.segment().unwrap();
            (side, segment.sequence, segment.acknowledged)
        });
        assert_eq!(numbers.collect::<Vec<_>>(), [(Client, 5, 1202), (Server, 1201, 5)]);
        // What the ends answer to that passes.
        path.tcp(Server, 445, (1202, 0), RST, b"");
        assert_eq!(path.taken().len(), 1);
    }

    #[test]
    fn refusals_quote_what_they_refuse() {
        for (hosts, code, protocol) in [(V4, [3, 13], ICMP), (V6, [1, 1], ICMPV6)] {
            let action = Action::Refuse(Unreachable::Prohibited, Origin::Path);
            let mut path = Path::between(hosts, one(When::tcp(88), action));
            path.tcp(Server, 88, (700, 0), SYN, b"");
            let came = path.taken();
            let (side, error) = &came[0];
            assert_eq!((*side, error.protocol(), error.ttl()), (Client, protocol, 64));
            assert_eq!(error.payload()[..2], code);
            let quoted = Datagram::parse(&error.payload()[8..]).unwrap();
            assert_eq!(quoted.ports(), Some((50_000, 88)));
        }
        let closed = Action::Refuse(Unreachable::Port, Origin::Peer);
        let mut path = Path::new(one(When::udp(389), closed));
        path.udp(Server, 389, b"ping");
        let came = path.taken();
        assert_eq!((came[0].1.source(), came[0].1.ttl()), (path.hosts[1], 127));
        let too_big = Action::Refuse(Unreachable::TooBig { mtu: 600 }, Origin::Path);
        let mut path = Path::new(one(When::any().larger_than(600), too_big));
        path.udp(Client, 389, &[0; 1000]);
        let came = path.taken();
        assert_eq!(came[0].0, Server);
        assert_eq!(
            came[0].1.payload()[..8],
            [&[3, 4][..], &came[0].1.payload()[2..4], &[0, 0, 2, 88]].concat()
        );
    }

    #[test]
    fn delays_keep_the_order_and_held_packets_do_not() {
        let delay = Action::Delay { by: Duration::from_millis(40), jitter: Duration::from_millis(20) };
        let mut path = Path::new(one(When::any(), delay));
        for octet in 0..50 {
            path.udp(Server, 1, &[octet]);
        }
        assert_eq!(path.taken(), []);
        path.until(Duration::from_millis(19));
        assert_eq!(path.taken(), []);
        path.until(Duration::from_millis(61));
        let came: Vec<_> = path.taken().iter().map(|(_, datagram)| datagram.payload()[0]).collect();
        assert_eq!(came, (0..50).collect::<Vec<_>>());

        let hold = Action::HoldBack { chance: 0.25, by: Duration::from_millis(5) };
        let rules = vec![
            Rule::new("held", When::any(), hold),
            Rule::new("twice", When::any(), Action::Duplicate(0.2)),
            Rule::new("lost", When::any(), Action::Lose(0.2)),
        ];
        let mut runs = [Path::new(rules.clone()), Path::new(rules)];
        for path in &mut runs {
            for octet in 0..200 {
                path.udp(Server, 1, &[octet]);
            }
            path.until(Duration::from_millis(10));
        }
        let [one, two] = runs.each_mut().map(Path::taken);
        assert_eq!(one, two);
        let [held, twice, lost] = [0, 1, 2].map(|rule| runs[0].count(rule));
        assert!((30..70).contains(&held) && (20..60).contains(&twice) && (20..60).contains(&lost));
        let octets: Vec<_> = one.iter().map(|(_, datagram)| datagram.payload()[0]).collect();
        assert!(!octets.is_sorted());
        // A packet can be doubled and lost.
        assert!(octets.len() as u64 >= 200 - lost);
    }

    #[test]
    fn payloads_are_rewritten() {
        let rewrite = Action::Rewrite { find: b"yes".to_vec(), put: b"no!".to_vec(), any_case: false };
        let mut path = Path::new(one(When::tcp(445).toward(Client), rewrite));
        path.tcp(Client, 445, (1, 1), ACK, b"it says yes");
        path.tcp(Server, 445, (1, 1), ACK, b"it says yes");
        let came = path.taken();
        assert_eq!((came[0].1.payload(), came[1].1.payload()), (&b"it says no!"[..], &b"it says yes"[..]));
        assert_eq!(path.count(0), 1);
    }

    #[test]
    fn dns_is_answered_in_the_servers_name() {
        let forged = Action::Dns(Question::any(), Forgery::NxDomain);
        let mut path = Path::new(one(When::udp(53), forged));
        let query = b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x02dc\x04test\x00\x00\x01\x00\x01";
        path.udp(Server, 53, query);
        path.udp(Server, 53, b"not a query");
        let came = path.taken();
        assert_eq!((came[0].0, came[0].1.source(), came[0].1.ttl()), (Client, path.hosts[1], 127));
        assert_eq!(came[0].1.payload()[3], 0x83);
        assert_eq!((came[1].0, came[1].1.payload()), (Server, &b"not a query"[..]));
        assert_eq!(path.count(0), 1);
    }

    #[test]
    fn what_seems_to_come_from_afar_takes_its_time() {
        let by = Duration::from_millis(50);
        let rules = |origin| {
            let delay = Action::Delay { by, jitter: Duration::ZERO };
            let reset = Rule::new("reset", When::tcp(88), Action::Reset(origin));
            vec![Rule::new("far", When::any(), delay), reset]
        };
        for (origin, late) in [(Origin::Path, by), (Origin::Peer, by * 2)] {
            let mut path = Path::new(rules(origin));
            path.tcp(Server, 88, (1, 0), SYN, b"");
            path.until(late - Duration::from_millis(1));
            assert_eq!(path.taken(), []);
            path.until(late);
            assert_eq!(path.taken().len(), 1);
        }
    }

    #[test]
    fn a_box_that_nobody_lets_in_lets_nobody_in() {
        let mut path = Path::new(one(When::tcp(88), Action::Middlebox(Appetite::Nothing)));
        path.tcp(Server, 88, (1, 0), SYN, b"");
        let flags = |came: &[(Side, Datagram)]| {
            let flags = |(side, datagram): &(Side, Datagram)| (*side, datagram.segment().unwrap().flags);
            came.iter().map(flags).collect::<Vec<_>>()
        };
        let came = path.taken();
        assert_eq!(flags(&came), [(Client, SYN | ACK), (Server, SYN)]);
        let [theirs, ours] = [0, 1].map(|at: usize| came[at].1.segment().unwrap().sequence.wrapping_add(1));
        path.tcp(Server, 88, (2, theirs), ACK, b"");
        path.tcp(Client, 88, (0, ours), RST | ACK, b"");
        assert_eq!(flags(&path.taken()), [(Client, RST | ACK)]);
    }

    /// A client and a server behind a middlebox; the server answers each request with its octets doubled.
    fn through_a_box(appetite: Appetite, requests: &[usize]) -> (Path, Vec<u8>, Vec<u8>) {
        use super::super::middlebox::Host;
        let mut path = Path::new(one(When::tcp(88), Action::Middlebox(appetite)));
        let [client, server] = path.hosts;
        let mut random = Random::new(5);
        let mut joiner = Host::connecting(client, (server, 88), &mut random);
        let mut controller = Host::listening((server, 88), &mut random);
        let (mut asked, mut answered) = (Vec::new(), Vec::new());
        let mut stream = Vec::new();
        for length in requests {
            stream.extend(u32::try_from(*length).unwrap().to_be_bytes());
            stream.extend(vec![7; *length]);
        }
        let mut ended = false;
        for turn in 0..600 {
            if turn == 500 {
                joiner.close();
            }
            if controller.has_heard_all() {
                controller.close();
                ended = true;
            }
            let sent = joiner.say(&stream);
            stream.drain(..sent);
            let heard = controller.hear();
            controller.say(&heard);
            asked.extend(heard);
            answered.extend(joiner.hear());
            for datagram in joiner.work(path.now) {
                path.send(Server, &datagram);
            }
            for datagram in controller.work(path.now) {
                path.send(Client, &datagram);
            }
            path.until(path.now + Duration::from_millis(1));
            for (side, datagram) in path.taken() {
                assert_eq!(datagram.ttl(), BOX_TTL);
                match side {
                    Client => joiner.take(&datagram),
                    Server => controller.take(&datagram),
                }
            }
        }
        assert_eq!((stream.len(), joiner.unacknowledged()), (0, 0));
        assert!(ended && joiner.has_heard_all());
        (path, asked, answered)
    }

    #[test]
    fn no_frame_stops_the_router() {
        let every = |action| Rule::new("rule", When::any(), action);
        let rules = vec![
            every(Action::Rewrite { find: vec![0, 0], put: vec![1, 1], any_case: true }),
            every(Action::Delay { by: Duration::from_millis(1), jitter: Duration::from_millis(5) }),
            Rule::new("reset", When::tcp(1..=9).kind(Kind::SynAck), Action::Reset(Origin::Path)),
            Rule::new("refuse", When::ports(10..=20), Action::Refuse(Unreachable::Host, Origin::Path)),
            every(Action::Dns(Question::any(), Forgery::NoData)),
            Rule::new("box", When::tcp(88), Action::Middlebox(Appetite::AnswersTo(100))),
        ];
        for hosts in [V4, V6] {
            let mut path = Path::between(hosts, rules.clone());
            let mut random = Random::new(3);
            let ends = [(path.hosts[0], 50_000), (path.hosts[1], 88)];
            for round in 0..20_000 {
                let toward = LINKS[round % 2];
                let (from, to) = (ends[index(toward.other())], ends[index(toward)]);
                let number = random.number();
                let datagram = if number % 3 == 0 {
                    Datagram::udp(from, to, 128, &number.to_be_bytes())
                } else {
                    let segment = Segment {
                        source: from.1,
                        destination: to.1,
                        sequence: (number % 5000) as u32,
                        acknowledged: (number % 3000) as u32,
                        flags: (number >> 32) as u8,
                    };
                    Datagram::tcp(from, to, 128, segment, &number.to_be_bytes())
                };
                let kind = if hosts == V4 { neighbours::IPV4 } else { neighbours::IPV6 };
                let (host, router) = (HOSTS[index(toward.other())], ROUTER[index(toward.other())]);
                let mut frame = neighbours::frame(router, host, kind, datagram.unwrap().bytes());
                for _ in 0..number % 4 {
                    let at = random.number() as usize % frame.len();
                    frame[at] = random.number() as u8;
                }
                frame.truncate(frame.len() - (random.number() % 40) as usize / 30);
                path.engine.receive(path.now, toward.other(), &frame);
                path.now += Duration::from_micros(500);
                path.engine.work(path.now);
                while path.engine.next_frame().is_some() {}
            }
        }
    }

    #[test]
    fn a_box_that_works_changes_nothing() {
        let (path, asked, answered) = through_a_box(Appetite::Nothing, &[300, 90_000]);
        assert_eq!((asked.len(), answered), (90_308, asked));
        assert_eq!(path.count(0), 1);
    }

    #[test]
    fn boxes_swallow_what_they_acknowledge() {
        let (path, asked, _) = through_a_box(Appetite::Requests, &[300, 3000]);
        assert_eq!((asked.len(), path.count(0)), (0, 1));
        let (path, asked, answered) = through_a_box(Appetite::RequestsOver(1000), &[300, 3000, 20]);
        assert_eq!((asked.len(), answered.len(), path.count(0)), (304, 304, 1));
        let (path, asked, answered) = through_a_box(Appetite::AnswersTo(1000), &[300, 3000]);
        assert_eq!((asked.len(), path.count(0)), (3308, 1));
        assert!(answered.len() <= 304);
        let (path, asked, answered) = through_a_box(Appetite::AnswersTo(0), &[300]);
        assert_eq!((asked.len(), answered.len(), path.count(0)), (304, 0, 1));
        let (path, asked, answered) = through_a_box(Appetite::RequestsOver(1000), &[300, 300]);
        assert_eq!((asked.len(), answered.len(), path.count(0)), (608, 608, 0));
    }
}
