//! The thread that lends the engine its sockets.

use std::fs::{self, File};
use std::io;
use std::net::IpAddr;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::ifaddrs::getifaddrs;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sched::{CloneFlags, setns};
use nix::sys::socket::{
    AddressFamily, LinkAddr, MsgFlags, SockFlag, SockProtocol, SockType, bind, recv, send, setsockopt,
    socket, sockopt,
};

use super::engine::Engine;
use super::neighbours::Port;
use super::plan::{Fired, Plan, Side};

/// Longer than any frame; offloads that are left on make frames longer than the link allows.
const LONGEST_FRAME: usize = 65_536 + 64;
/// So soon a wish to stop is heard.
const PATIENCE: Duration = Duration::from_millis(50);
/// Frames read from one link before the other gets its turn.
const AT_ONCE: usize = 64;
/// Octets that the kernel keeps while the thread is busy.
const SOCKET_BUFFER: usize = 8 << 20;

/// A router at work. It ends when this is dropped.
#[derive(Debug)]
pub struct Running {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<io::Result<Vec<Fired>>>>,
}

/// Starts a router in a network namespace between two of its interfaces, and returns when it forwards. The
/// namespace is given as its file: `/proc/PID/ns/net`, or `/run/netns/NAME`.
///
/// # Errors
/// A plan that makes no sense; a namespace or an interface that isn't there; missing rights.
pub fn start(namespace: &Path, client: &str, server: &str, plan: Plan) -> io::Result<Running> {
    plan.check()?;
    let namespace = File::open(namespace)?;
    let names = [client.to_owned(), server.to_owned()];
    let stop = Arc::new(AtomicBool::new(false));
    let heard = Arc::clone(&stop);
    let (ready, wait) = mpsc::channel();
    let thread = thread::Builder::new().name("router".to_owned()).spawn(move || {
        let links = open(&namespace, &names);
        let (links, failed) = match links {
            Ok(links) => (Some(links), None),
            Err(error) => (None, Some(error)),
        };
        // Nobody waits any more only when the maker has gone.
        let _ = ready.send(failed);
        links.map_or_else(|| Ok(Vec::new()), |links| forward(links, plan, &heard))
    })?;
    let running = Running { stop, thread: Some(thread) };
    match wait.recv() {
        Ok(None) => Ok(running),
        Ok(Some(error)) => Err(error),
        Err(_) => Err(io::Error::other("the router's thread ended")),
    }
}

impl Running {
    /// Stops the router, and says how often each rule of the plan has fired, in its order.
    ///
    /// # Errors
    /// Those of the sockets, if they made the router end before.
    pub fn stop(mut self) -> io::Result<Vec<Fired>> {
        self.end()
    }

    fn end(&mut self) -> io::Result<Vec<Fired>> {
        self.stop.store(true, Ordering::Relaxed);
        let Some(thread) = self.thread.take() else { return Ok(Vec::new()) };
        thread.join().unwrap_or_else(|_| Err(io::Error::other("the router's thread ended in panic")))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Who drops it doesn't ask what happened.
        let _ = self.end();
    }
}

struct Link {
    socket: OwnedFd,
    port: Port,
}

/// Enters the namespace with this thread and opens both links there.
fn open(namespace: &File, [client, server]: &[String; 2]) -> io::Result<[Link; 2]> {
    setns(namespace, CloneFlags::CLONE_NEWNET)?;
    // A new namespace takes over whether the machine forwards; then the kernel would do our work as well.
    const FORWARDING: &str = "/proc/sys/net/ipv4/ip_forward";
    if fs::read_to_string(FORWARDING)?.trim() != "0" {
        fs::write(FORWARDING, "0")?;
    }
    Ok([link(client)?, link(server)?])
}

fn link(name: &str) -> io::Result<Link> {
    let mut addresses = Vec::new();
    let mut hardware: Option<LinkAddr> = None;
    for interface in getifaddrs()?.filter(|interface| interface.interface_name == name) {
        let Some(address) = interface.address else { continue };
        hardware = hardware.or_else(|| address.as_link_addr().copied());
        addresses.extend(address.as_sockaddr_in().map(|address| IpAddr::from(address.ip())));
        addresses.extend(address.as_sockaddr_in6().map(|address| IpAddr::from(address.ip())));
    }
    let missing = || io::Error::new(io::ErrorKind::NotFound, format!("no interface {name} in the router"));
    let hardware = hardware.ok_or_else(missing)?;
    let mac = hardware.addr().ok_or_else(missing)?;
    let flags = SockFlag::SOCK_NONBLOCK | SockFlag::SOCK_CLOEXEC;
    let socket = socket(AddressFamily::Packet, SockType::Raw, flags, SockProtocol::EthAll)?;
    setsockopt(&socket, sockopt::RcvBufForce, &SOCKET_BUFFER)?;
    // The address has the interface and no protocol; the socket keeps its own.
    bind(socket.as_raw_fd(), &hardware)?;
    Ok(Link { socket, port: Port { mac, addresses } })
}

fn forward(links: [Link; 2], plan: Plan, stop: &AtomicBool) -> io::Result<Vec<Fired>> {
    let started = Instant::now();
    let [client, server] = links;
    let mut engine = Engine::new(plan, client.port, server.port);
    let sockets = [(Side::Client, client.socket), (Side::Server, server.socket)];
    let mut frame = vec![0; LONGEST_FRAME];
    while !stop.load(Ordering::Relaxed) {
        let now = started.elapsed();
        let due = engine.due(now).map_or(PATIENCE, |due| due.saturating_sub(now).min(PATIENCE));
        wait_for(&sockets, due)?;
        for (side, socket) in &sockets {
            for _ in 0..AT_ONCE {
                let Some(length) = read(socket.as_fd(), &mut frame)? else { break };
                let arrived = frame.get(..length).unwrap_or_default();
                engine.receive(started.elapsed(), *side, arrived);
            }
        }
        engine.work(started.elapsed());
        while let Some((toward, frame)) = engine.next_frame() {
            for (_, socket) in sockets.iter().filter(|(side, _)| *side == toward) {
                write(socket.as_fd(), &frame)?;
            }
        }
    }
    Ok(engine.fired())
}

fn wait_for(sockets: &[(Side, OwnedFd); 2], most: Duration) -> io::Result<()> {
    let mut waiting = sockets.each_ref().map(|(_, socket)| PollFd::new(socket.as_fd(), PollFlags::POLLIN));
    // Rounded up: woken too early, it would only wait again.
    let most = u16::try_from(most.as_micros().div_ceil(1000)).unwrap_or(u16::MAX);
    match poll(&mut waiting, PollTimeout::from(most)) {
        Ok(_) | Err(Errno::EINTR) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// The next frame's length, when one is there.
fn read(socket: BorrowedFd<'_>, frame: &mut [u8]) -> io::Result<Option<usize>> {
    match recv(socket.as_raw_fd(), frame, MsgFlags::empty()) {
        Ok(length) => Ok(Some(length)),
        // A link that goes down is reported once; the router goes on.
        Err(Errno::EAGAIN | Errno::EINTR | Errno::ENETDOWN) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Sends a frame; one that the link can't take is lost, as on any link.
fn write(socket: BorrowedFd<'_>, frame: &[u8]) -> io::Result<()> {
    match send(socket.as_raw_fd(), frame, MsgFlags::empty()) {
        Ok(_) => Ok(()),
        Err(Errno::EAGAIN | Errno::EINTR | Errno::ENOBUFS | Errno::EMSGSIZE) => Ok(()),
        // The host at the other end has ended, and the cable with it.
        Err(Errno::ENETDOWN | Errno::ENXIO | Errno::ENODEV) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use std::io::{ErrorKind, Read, Write};
    use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};

    use super::super::{Action, Appetite, Forgery, Kind, Origin, Question, Rule, Unreachable, When};
    use super::*;
    use crate::host::{self, Host, Root};
    use crate::site::{Family, Leg};

    /// Three machines; the servers' ports answer with what they were asked.
    struct Network {
        client: Host,
        router: Host,
        server: Host,
        legs: [Leg; 2],
    }

    impl Network {
        fn new() -> Self {
            let machine = |name| Host::new(name, &Root::default()).unwrap();
            let [client, router, server] = ["client", "router", "server"].map(machine);
            let leg = |net: u8, net6: &str| Leg::of(Ipv4Addr::new(10, net, 0, 2), net6.parse().unwrap());
            let legs = [leg(1, "fd00:1::2"), leg(2, "fd00:2::2")];
            host::connect(&client, &router, host::LAN, &legs[0], Family::Both).unwrap();
            host::connect(&server, &router, host::WAN, &legs[1], Family::Both).unwrap();
            let network = Self { client, router, server, legs };
            for port in [88, 135, 389, 445] {
                network.echo(port);
            }
            network
        }

        fn addresses(&self) -> [IpAddr; 2] {
            [self.legs[1].host.into(), self.legs[1].host6.into()]
        }

        /// Listens on a port of the server, on TCP and UDP, until the test ends.
        fn echo(&self, port: u16) {
            inside(&self.server, move || {
                let listener = TcpListener::bind(("::", port)).unwrap();
                let datagrams = UdpSocket::bind(("::", port)).unwrap();
                thread::spawn(move || {
                    let mut question = [0; 2000];
                    while let Ok((length, from)) = datagrams.recv_from(&mut question) {
                        datagrams.send_to(&question[..length], from).unwrap();
                    }
                });
                thread::spawn(move || {
                    for connection in listener.incoming() {
                        let connection = connection.unwrap();
                        thread::spawn(move || io::copy(&mut &connection, &mut &connection));
                    }
                });
            });
        }

        /// Does something on the client while a router has this plan. Gives how often its rules fired.
        fn with<T: Send + 'static>(
            &self,
            rules: Vec<Rule>,
            does: impl FnOnce() -> T + Send + 'static,
        ) -> (T, Vec<u64>) {
            let plan = Plan::new(1, rules);
            let router = start(&self.router.network(), host::LAN, host::WAN, plan).unwrap();
            let result = inside(&self.client, does);
            (result, router.stop().unwrap().iter().map(|fired| fired.count).collect())
        }
    }

    /// Runs something in the network of a host.
    fn inside<T: Send + 'static>(host: &Host, does: impl FnOnce() -> T + Send + 'static) -> T {
        let namespace = File::open(host.network()).unwrap();
        let entered = thread::spawn(move || {
            setns(&namespace, CloneFlags::CLONE_NEWNET).unwrap();
            does()
        });
        entered.join().unwrap()
    }

    fn connect(to: SocketAddr) -> io::Result<TcpStream> {
        let stream = TcpStream::connect_timeout(&to, Duration::from_millis(700))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        Ok(stream)
    }

    /// Sends so many octets and gets them back. Tells how many have come.
    fn asks(to: SocketAddr, length: usize) -> io::Result<usize> {
        let stream = connect(to)?;
        let sender = stream.try_clone()?;
        let sending = thread::spawn(move || {
            let octets: Vec<u8> = (0..length).map(|number| (number % 251) as u8).collect();
            (&sender).write_all(&octets)
        });
        let (mut came, mut piece) = (0, [0; 8192]);
        while came < length {
            match (&stream).read(&mut piece)? {
                0 => break,
                read => {
                    let whole = piece[..read]
                        .iter()
                        .enumerate()
                        .all(|(at, octet)| *octet == ((came + at) % 251) as u8);
                    assert!(whole, "other octets from {came} on");
                    came += read;
                }
            }
        }
        sending.join().unwrap()?;
        Ok(came)
    }

    fn asks_by_datagram(to: SocketAddr, question: &[u8]) -> io::Result<Vec<u8>> {
        let socket = UdpSocket::bind(if to.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" })?;
        socket.connect(to)?;
        socket.set_read_timeout(Some(Duration::from_millis(700)))?;
        socket.send(question)?;
        let mut answer = vec![0; 2000];
        let length = socket.recv(&mut answer)?;
        answer.truncate(length);
        Ok(answer)
    }

    /// The errors of a read or a connection that waits in vain.
    const SILENCE: [ErrorKind; 2] = [ErrorKind::WouldBlock, ErrorKind::TimedOut];

    #[test]
    fn real_hosts_meet_across_the_router() {
        if !nix::unistd::geteuid().is_root() {
            println!("skipped: only root makes namespaces");
            return;
        }
        let network = Network::new();
        for address in network.addresses() {
            let to = move |port| SocketAddr::new(address, port);
            let one = |when, action| vec![Rule::new("fault", when, action)];

            let ((bulk, datagram), _) = network.with(vec![], move || {
                (asks(to(445), 8 << 20).unwrap(), asks_by_datagram(to(389), &[1; 1400]).unwrap().len())
            });
            assert_eq!((bulk, datagram), (8 << 20, 1400));

            let rules = one(When::tcp(88), Action::Reset(Origin::Path));
            let (refused, fired) =
                network.with(rules, move || (connect(to(88)).unwrap_err(), asks(to(445), 10).unwrap()));
            assert_eq!((refused.0.kind(), refused.1, fired), (ErrorKind::ConnectionRefused, 10, vec![1]));

            let rules = one(When::tcp(445), Action::Refuse(Unreachable::Host, Origin::Path));
            let (refused, fired) = network.with(rules, move || connect(to(445)).unwrap_err());
            assert!(SILENCE.contains(&refused.kind()) || refused.kind() == ErrorKind::HostUnreachable);
            assert!(fired[0] > 0);

            let rules = one(When::udp(389), Action::Refuse(Unreachable::Port, Origin::Peer));
            let (refused, fired) =
                network.with(rules, move || asks_by_datagram(to(389), b"ping").unwrap_err());
            assert_eq!((refused.kind(), fired), (ErrorKind::ConnectionRefused, vec![1]));

            let rules = one(When::tcp(135).kind(Kind::SynAck), Action::Drop);
            let (dropped, fired) = network.with(rules, move || connect(to(135)).unwrap_err());
            assert!(SILENCE.contains(&dropped.kind()));
            assert!(fired[0] > 0);

            let rules = one(When::tcp(445).once_client_sent(1200), Action::Reset(Origin::Path));
            let (reset, fired) = network.with(rules, move || asks(to(445), 5000).unwrap_err());
            assert!(matches!(reset.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe), "{reset}");
            assert!(fired[0] > 0);

            let too_big = Action::Refuse(Unreachable::TooBig { mtu: 1300 }, Origin::Path);
            let rules = one(When::any().larger_than(1300), too_big);
            let (recovered, fired) = network.with(rules, move || asks(to(445), 50_000).unwrap());
            assert_eq!(recovered, 50_000);
            assert!(fired[0] > 0);

            let rules = one(When::tcp(88), Action::Middlebox(Appetite::Nothing));
            let (bulk, fired) = network.with(rules, move || asks(to(88), 2 << 20).unwrap());
            assert_eq!((bulk, fired), (2 << 20, vec![1]));

            let rules = one(When::tcp(88), Action::Middlebox(Appetite::Requests));
            let (swallowed, fired) = network.with(rules, move || {
                let stream = connect(to(88)).unwrap();
                (&stream).write_all(&[1; 3000]).unwrap();
                stream.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
                (&stream).read(&mut [0; 10]).unwrap_err()
            });
            assert!(SILENCE.contains(&swallowed.kind()));
            assert_eq!(fired, [1]);

            let rules = vec![
                Rule::new("lost", When::any(), Action::Lose(0.03)),
                Rule::new(
                    "late",
                    When::any(),
                    Action::Delay { by: Duration::from_millis(5), jitter: Duration::from_millis(2) },
                ),
                Rule::new(
                    "overtaken",
                    When::any(),
                    Action::HoldBack { chance: 0.1, by: Duration::from_millis(3) },
                ),
                Rule::new("doubled", When::any(), Action::Duplicate(0.05)),
            ];
            let (came, fired) = network.with(rules, move || asks(to(445), 200_000).unwrap());
            assert_eq!(came, 200_000);
            assert!(fired.iter().all(|count| *count > 0), "{fired:?}");

            let rules = one(When::udp(389), Action::Dns(Question::any(), Forgery::Refused));
            let query = b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x01";
            let (answer, fired) = network.with(rules, move || asks_by_datagram(to(389), query).unwrap());
            assert_eq!((answer[3] & 0x0f, fired), (5, vec![1]));
        }
    }

    #[test]
    fn what_cannot_start_says_why() {
        let nowhere = start(Path::new("/nowhere/net"), "a", "b", Plan::default()).unwrap_err();
        assert_eq!(nowhere.kind(), ErrorKind::NotFound);
        let rewrite = Action::Rewrite { find: b"one".to_vec(), put: b"three".to_vec(), any_case: false };
        let plan = Plan::new(1, vec![Rule::new("longer", When::any(), rewrite)]);
        let refused = start(Path::new("/nowhere/net"), "a", "b", plan).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::InvalidInput);
        assert!(refused.to_string().contains("longer"));
    }
}
