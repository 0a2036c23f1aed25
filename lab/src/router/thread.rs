//! The thread that lends the engine its sockets.

use std::fs::{self, File};
use std::io;
use std::net::IpAddr;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
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

/// Starts a router in a network namespace (of `ip netns`) between two of its interfaces, and returns when it
/// forwards.
///
/// # Errors
/// A plan that makes no sense; a namespace or an interface that isn't there; missing rights.
pub fn start(namespace: &str, client: &str, server: &str, plan: Plan) -> io::Result<Running> {
    plan.check()?;
    let namespace = File::open(format!("/run/netns/{namespace}"))?;
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
        Err(Errno::EAGAIN | Errno::EINTR | Errno::ENETDOWN | Errno::ENOBUFS | Errno::EMSGSIZE) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
