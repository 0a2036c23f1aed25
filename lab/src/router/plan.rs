//! What the router shall do to the traffic: rules, each with a name under which it counts.

use std::io;
use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::time::Duration;

use super::dns::{Forgery, Question};
use super::middlebox::Appetite;

/// One of the two links of the router. As a direction: towards that link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// Where the joining client is.
    Client,
    /// Where the domain controllers are.
    Server,
}

impl Side {
    /// The other link.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }
}

/// Everything that is wrong on the path. An empty plan is a router that works.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// From it come all random numbers.
    pub seed: u64,
    /// In this order each packet meets them, until one of them ends its way.
    pub rules: Vec<Rule>,
}

/// Something that happens to certain packets, on the client's side of a middlebox.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Under this name the ground truth says how often it happened.
    pub name: String,
    /// To which packets it happens.
    pub when: When,
    /// What happens.
    pub action: Action,
    /// It happens at most so often.
    pub times: u64,
}

/// How often a rule has fired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fired {
    /// The name of the rule.
    pub name: String,
    /// How many packets it changed, or how many connections for a middlebox.
    pub count: u64,
}

/// Conditions on a packet; all of them have to hold. Ports and addresses of the server are meant in both
/// directions: where a packet goes to, or where an answer comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct When {
    /// It goes this way.
    pub toward: Option<Side>,
    /// TCP or UDP.
    pub transport: Option<Transport>,
    /// The port on the server's side.
    pub ports: RangeInclusive<u16>,
    /// The address on the server's side.
    pub server: Option<IpAddr>,
    /// Which packet of a connection.
    pub kind: Kind,
    /// Length in octets of the IP datagram.
    pub size: RangeInclusive<usize>,
    /// TCP: how many octets the client has sent on this connection, this packet included.
    pub client_sent: RangeInclusive<u64>,
    /// The payload has these octets somewhere.
    pub contains: Vec<u8>,
}

/// A protocol that has ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
}

/// Which packets of a connection are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// All of them.
    Any,
    /// The SYN of the side that opens it.
    Syn,
    /// The answer to it.
    SynAck,
    /// Packets with a payload.
    Payload,
    /// Fragments of datagrams (these have no ports, so leave the ports open).
    Fragment,
}

/// Who seems to have sent what the router sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A box on the path: its own TTL of 64; ICMP comes from the address of the router.
    Path,
    /// The other end: its address and the TTL its packets have when they are here.
    Peer,
}

/// Why an ICMP or ICMPv6 error says that a datagram wasn't delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreachable {
    /// No route to the network.
    Network,
    /// The host doesn't answer.
    Host,
    /// Nobody listens on the port.
    Port,
    /// A filter forbids it.
    Prohibited,
    /// The datagram is larger than the next link takes.
    TooBig {
        /// Most octets of a datagram.
        mtu: u16,
    },
}

/// What happens to a packet.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// It vanishes.
    Drop,
    /// It vanishes with this chance.
    Lose(f64),
    /// From the first such packet on everything vanishes, in both directions, as if the servers were switched
    /// off.
    DropAllFromNow,
    /// The same, and the router knows: what the client sends is answered with this error.
    RefuseAllFromNow(Unreachable),
    /// TCP: it vanishes and the connection is reset: to who opens it, later to both ends.
    Reset(Origin),
    /// It vanishes and its sender gets an error.
    Refuse(Unreachable, Origin),
    /// It goes on later. What one rule delays in one direction keeps its order.
    Delay {
        /// So much later.
        by: Duration,
        /// Plus or minus up to so much.
        jitter: Duration,
    },
    /// With this chance it goes on later and others overtake it.
    HoldBack {
        /// How likely.
        chance: f64,
        /// How much later.
        by: Duration,
    },
    /// With this chance it is there twice.
    Duplicate(f64),
    /// Octets of its payload are others, of the same number; checksums are right.
    Rewrite {
        /// What is looked for.
        find: Vec<u8>,
        /// What stands there afterwards.
        put: Vec<u8>,
        /// Letters are found in either case, and keep it.
        any_case: bool,
    },
    /// A DNS query over UDP is answered here, as if by the server.
    Dns(Question, Forgery),
    /// TCP: a box takes the connection, acknowledges with its own TTL of 64, and has a second connection to the
    /// server. It counts connections: those it took, or those of which it swallowed something.
    Middlebox(Appetite),
}

impl Default for When {
    fn default() -> Self {
        Self {
            toward: None,
            transport: None,
            ports: 0..=u16::MAX,
            server: None,
            kind: Kind::Any,
            size: 0..=usize::MAX,
            client_sent: 0..=u64::MAX,
            contains: Vec::new(),
        }
    }
}

/// One port, or a range of them.
#[derive(Clone, Debug)]
pub struct Ports(RangeInclusive<u16>);

impl From<u16> for Ports {
    fn from(port: u16) -> Self {
        Self(port..=port)
    }
}

impl From<RangeInclusive<u16>> for Ports {
    fn from(ports: RangeInclusive<u16>) -> Self {
        Self(ports)
    }
}

impl When {
    /// Every packet.
    #[must_use]
    pub fn any() -> Self {
        Self::default()
    }

    /// TCP to and from ports of the server.
    #[must_use]
    pub fn tcp(ports: impl Into<Ports>) -> Self {
        Self { transport: Some(Transport::Tcp), ports: ports.into().0, ..Self::default() }
    }

    /// UDP to and from ports of the server.
    #[must_use]
    pub fn udp(ports: impl Into<Ports>) -> Self {
        Self { transport: Some(Transport::Udp), ports: ports.into().0, ..Self::default() }
    }

    /// TCP and UDP to and from ports of the server.
    #[must_use]
    pub fn ports(ports: impl Into<Ports>) -> Self {
        Self { ports: ports.into().0, ..Self::default() }
    }

    /// Only in this direction.
    #[must_use]
    pub fn toward(self, side: Side) -> Self {
        Self { toward: Some(side), ..self }
    }

    /// Only to and from this server.
    #[must_use]
    pub fn server(self, address: IpAddr) -> Self {
        Self { server: Some(address), ..self }
    }

    /// Only these packets of a connection.
    #[must_use]
    pub fn kind(self, kind: Kind) -> Self {
        Self { kind, ..self }
    }

    /// Only IP datagrams of more octets.
    #[must_use]
    pub fn larger_than(self, size: usize) -> Self {
        Self { size: size.saturating_add(1)..=usize::MAX, ..self }
    }

    /// Only once the client has sent more octets on the connection, this packet included.
    #[must_use]
    pub fn once_client_sent(self, more_than: u64) -> Self {
        Self { client_sent: more_than.saturating_add(1)..=u64::MAX, ..self }
    }

    /// Only packets with these octets in their payload.
    #[must_use]
    pub fn contains(self, octets: impl Into<Vec<u8>>) -> Self {
        Self { contains: octets.into(), ..self }
    }
}

impl Rule {
    /// A rule that happens as often as its conditions hold.
    #[must_use]
    pub fn new(name: impl Into<String>, when: When, action: Action) -> Self {
        Self { name: name.into(), when, action, times: u64::MAX }
    }

    /// It happens at most so often.
    #[must_use]
    pub fn times(self, times: u64) -> Self {
        Self { times, ..self }
    }

    fn check(&self) -> Result<(), &'static str> {
        let chance = |chance: f64| (0.0..=1.0).contains(&chance);
        match &self.action {
            Action::Lose(likely) | Action::Duplicate(likely) | Action::HoldBack { chance: likely, .. } => {
                if chance(*likely) {
                    Ok(())
                } else {
                    Err("a chance is from 0 to 1")
                }
            }
            Action::Rewrite { find, put, .. } if find.is_empty() => Err("nothing to find"),
            Action::Rewrite { find, put, .. } if find.len() != put.len() => {
                Err("what is put differs in length from what is found")
            }
            Action::Middlebox(_) if self.when.transport != Some(Transport::Tcp) => {
                Err("a middlebox needs conditions on TCP")
            }
            Action::Reset(_) if self.when.transport != Some(Transport::Tcp) => Err("only TCP is reset"),
            _ => Ok(()),
        }
    }
}

impl Plan {
    /// A plan of these rules.
    #[must_use]
    pub fn new(seed: u64, rules: Vec<Rule>) -> Self {
        Self { seed, rules }
    }

    /// Refuses rules that could never do what they say.
    ///
    /// # Errors
    /// Invalid input, with the name of the rule.
    pub fn check(&self) -> io::Result<()> {
        for rule in &self.rules {
            if let Err(why) = rule.check() {
                let text = format!("rule {:?}: {why}", rule.name);
                return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
            }
        }
        Ok(())
    }
}
