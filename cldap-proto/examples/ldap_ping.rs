//! Asks a domain controller who it is, as `nltest /dsgetdc` and a domain join do.
//!
//! `ldap_ping DC DOMAIN [ACCOUNT] [--port N]` asks over UDP.
//!
//! `ldap_ping --file FILE` reads an answer from a file: the payload of the datagram.
//!
//! Exit codes: 0 usable, 1 the domain controller answered and is of no use, 2 no usable answer.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line program")]

use cldap_proto::{LdapMessage, LdapPingBuilder, ProtocolOp, messages, netlogon_value};
use netlogon_proto::{DsFlags, Message, SamLogonResponseEx};
use std::fmt::Display;
use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs, UdpSocket};
use std::process::ExitCode;
use std::time::{Duration, Instant};

const TIMEOUT: Duration = Duration::from_millis(1500);
const TRIES: u32 = 3;
/// V5, V5EX, V5EX_WITH_IP and next closest site.
const NT_VER: u32 = 0x0000_001e;
/// The kinds of machine account: workstation and server trust.
const MACHINE_ACCOUNTS: u32 = 0x0000_0180;

enum Arguments {
    Ask(Question),
    File(String),
}

struct Question {
    dc: String,
    domain: String,
    account: Option<String>,
    port: u16,
}

fn arguments(mut args: impl Iterator<Item = String>) -> Result<Arguments, String> {
    const USAGE: &str = "usage: ldap_ping DC DOMAIN [ACCOUNT] [--port N]\n       ldap_ping --file FILE";
    let (mut words, mut port, mut file) = (Vec::new(), 389, None);
    while let Some(arg) = args.next() {
        if arg == "--port" {
            let number = args.next().and_then(|text| text.parse().ok());
            port = number.ok_or("--port takes a number from 0 to 65535")?;
        } else if arg == "--file" {
            file = Some(args.next().ok_or("--file takes the name of a file")?);
        } else if arg.starts_with('-') {
            return Err(format!("{arg} is no option of this program\n{USAGE}"));
        } else {
            words.push(arg);
        }
    }
    let mut words = words.into_iter();
    match (file, words.next(), words.next(), words.next(), words.next()) {
        (Some(file), None, ..) => Ok(Arguments::File(file)),
        (None, Some(dc), Some(domain), account, None) => {
            Ok(Arguments::Ask(Question { dc, domain, account, port }))
        }
        _ => Err(USAGE.to_owned()),
    }
}

/// Sends the ping until an answer comes, at most `TRIES` times.
fn ask(dc: SocketAddr, args: &Question) -> Result<Vec<u8>, String> {
    let local = if dc.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
    let io = |error: std::io::Error| format!("{dc}: {error}");
    let socket = UdpSocket::bind(local).map_err(io)?;
    socket.connect(dc).map_err(io)?;
    for message_id in 1..=TRIES {
        let ping = LdapPingBuilder {
            message_id,
            dns_domain: Some(&args.domain),
            user: args.account.as_deref(),
            aac: args.account.as_deref().filter(|name| name.ends_with('$')).map(|_| MACHINE_ACCOUNTS),
            nt_ver: Some(NT_VER),
            ..LdapPingBuilder::default()
        };
        socket.send(&ping.encode()).map_err(io)?;
        let sent = Instant::now();
        while let Some(left) = TIMEOUT.checked_sub(sent.elapsed()).filter(|left| !left.is_zero()) {
            socket.set_read_timeout(Some(left)).map_err(io)?;
            let mut buffer = vec![0; 65536];
            match socket.recv(&mut buffer) {
                Ok(len) => {
                    buffer.truncate(len);
                    // An answer to an earlier try is as good.
                    let ours = |m: LdapMessage<'_>| (1..=message_id).contains(&m.message_id);
                    if messages(&buffer).any(|m| ours(m.value)) {
                        return Ok(buffer);
                    }
                }
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
                Err(error) if error.kind() == ErrorKind::ConnectionRefused => {
                    return Err(format!("{dc}: nothing listens on UDP port {}", dc.port()));
                }
                Err(error) => return Err(io(error)),
            }
        }
    }
    Err(format!(
        "{dc}: no answer to {TRIES} LDAP pings in {:.1} s: not a domain controller, or UDP {} is blocked",
        TIMEOUT.saturating_mul(TRIES).as_secs_f32(),
        dc.port()
    ))
}

fn line(label: &str, value: impl Display) {
    println!("{label:>14}: {value}");
}

fn report(answer: &SamLogonResponseEx<'_>, from: Option<IpAddr>, account: Option<&str>) -> bool {
    line("DC", format_args!("\\\\{}", answer.dns_host_name));
    match (answer.dc_sock_addr, from) {
        (Some(address), _) => line("Address", format_args!("\\\\{}", address.address())),
        (None, Some(from)) => line("Address", format_args!("\\\\{from} (the one that answered)")),
        (None, None) => {}
    }
    line("Dom Guid", answer.domain_guid);
    line("Dom Name", answer.dns_domain_name);
    line("Forest Name", answer.dns_forest_name);
    line("NetBIOS", format_args!("{}\\{}", answer.netbios_domain_name, answer.netbios_computer_name));
    line("Dc Site Name", answer.dc_site_name);
    if answer.client_has_no_site() {
        line("Our Site Name", "none: no subnet of the directory has this client's address");
    } else {
        line("Our Site Name", answer.client_site_name);
    }
    if let Some(next) = answer.next_closest_site_name {
        line("Next Site", next);
    }
    line("Flags", format_args!("0x{:08x} {}", answer.flags.bits(), *answer.flags));
    if !answer.flags.contains(DsFlags::KDC) {
        line("Note", "its Kerberos service (KDC) is not running");
    }
    if answer.flags.contains(DsFlags::SELECT_SECRET_DOMAIN_6) {
        line("Note", "it is read-only; a join needs a writable domain controller");
    }
    let paused = answer.opcode.is_paused();
    if paused {
        line("Verdict", "not ready: Netlogon is paused or starting, or SYSVOL is not in step");
    } else if let Some(account) = account {
        if answer.opcode.is_user_unknown() {
            line("Account", format_args!("{account} is absent, disabled, or of another kind"));
        } else {
            line("Account", format_args!("{account} is known"));
        }
    }
    let unknown = account.is_some() && answer.opcode.is_user_unknown();
    !paused && !unknown
}

fn run(args: &Arguments) -> Result<bool, String> {
    match args {
        Arguments::File(file) => {
            let datagram = std::fs::read(file).map_err(|error| format!("{file}: {error}"))?;
            say(&datagram, None, None).map_err(|why| format!("{file}: {why}"))
        }
        Arguments::Ask(question) => {
            let dc = (question.dc.as_str(), question.port)
                .to_socket_addrs()
                .map_err(|error| format!("{}: {error}", question.dc))?
                .next()
                .ok_or_else(|| format!("{}: the name has no address", question.dc))?;
            let datagram = ask(dc, question)?;
            say(&datagram, Some(dc.ip()), Some(question)).map_err(|why| format!("{dc}: {why}"))
        }
    }
}

/// Prints what an answer says, and tells whether the domain controller is of use.
fn say(datagram: &[u8], from: Option<IpAddr>, question: Option<&Question>) -> Result<bool, String> {
    let domain = question.map_or("that was asked for", |question| &question.domain);
    for message in messages(datagram) {
        if let Some(error) = message.error {
            return Err(format!("the answer can't be read: {error}"));
        }
        match message.value.op {
            ProtocolOp::SearchResultEntry(entry) => {
                let Some(value) = netlogon_value(&entry) else { continue };
                return match Message::parse(&value) {
                    Ok(Message::SamLogonResponseEx(answer)) => {
                        // In a file the answer itself tells which account was asked for.
                        let told = answer.user_name.to_string();
                        let account = match question {
                            Some(question) => question.account.as_deref(),
                            None => Some(told.as_str()).filter(|name| !name.is_empty()),
                        };
                        Ok(report(&answer, from, account))
                    }
                    Ok(other) => Err(format!("{}: it emulates NT 4; clients discard that", *other.opcode())),
                    Err(error) => Err(format!("the netlogon value can't be read: {error}")),
                };
            }
            ProtocolOp::SearchResultDone(done) if *done.result_code == cldap_proto::ResultCode::SUCCESS => {
                return Err(format!("it answers, and doesn't serve the domain {domain}"));
            }
            op => {
                if let Some(result) = op.result() {
                    return Err(format!("{}: {}", result.result_code, result.diagnostic_message));
                }
            }
        }
    }
    Err(format!("the answer says nothing about the domain {domain}"))
}

fn main() -> ExitCode {
    let outcome = arguments(std::env::args().skip(1)).and_then(|args| run(&args));
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(message) => {
            eprintln!("ldap_ping: {message}");
            ExitCode::from(2)
        }
    }
}
