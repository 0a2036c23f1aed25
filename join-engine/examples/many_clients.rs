//! Feeds the engine with frames of 100,000 clients, and prints how fast it is and how much memory that
//! takes: `cargo run --release -p join-engine --example many_clients -- 50000000`.
//!
//! Every client asks DNS, pings, and begins connections to a KDC that nobody answers. A second argument is
//! the number of clients; fewer of them have more conversations each, and fill all that is kept of them.
#![allow(
    clippy::indexing_slicing,
    clippy::expect_used,
    clippy::arithmetic_side_effects,
    clippy::cast_precision_loss,
    clippy::print_stdout,
    reason = "a program for measuring"
)]

use std::time::Instant;

use adjoin_capture::{Frame, LinkType};
use adjoin_scenes::wirebuild::{Host, Ip, Options, Tcp, flag, tcp, udp};
use adjoin_scenes::{dns, steps};
use cldap_proto::LdapPingBuilder;
use join_engine::Engine;

/// Without a second argument.
const CLIENTS: u64 = 100_000;

/// One frame of each kind; addresses and ports are put in later.
fn templates() -> [Vec<u8>; 3] {
    let (client, server) = (Host::new([10, 0, 0, 1], 128), Host::new(steps::DC, 127));
    let options = Options { mss: Some(1460), ..Options::default() };
    let syn = Tcp { source: 1, destination: 88, flags: flag::SYN, options, ..Tcp::default() };
    let ping = LdapPingBuilder {
        message_id: 1,
        dns_domain: Some("corp.example"),
        host: Some("PC"),
        nt_ver: Some(6),
        ..LdapPingBuilder::default()
    };
    let question = ("_ldap._tcp.dc._msdcs.corp.example", dns::SRV);
    [
        tcp(client, server, Ip::default(), &syn),
        udp((client, 1), (server, 389), Ip::default(), &ping.encode()),
        udp((client, 1), (server, 53), Ip::default(), &dns::query(7, question)),
    ]
}

/// Peak resident memory in kilobytes, where the system tells it.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

fn main() {
    let packets: u64 = std::env::args().nth(1).map_or(1_000_000, |text| text.parse().expect("a number"));
    let clients: u64 = std::env::args().nth(2).map_or(CLIENTS, |text| text.parse().expect("a number"));
    let mut frames = templates();
    let mut engine = Engine::new();
    let before = peak();
    let start = Instant::now();
    for n in 0..packets {
        let client = (n % clients).to_be_bytes();
        let port = 49_152 + n / clients % 16_000;
        let bytes = &mut frames[usize::try_from((n / clients + n) % 3).expect("below three")];
        // IPv4 source address 10.x.y.z, source port. Checksums are not looked at.
        bytes[27..30].copy_from_slice(&client[5..]);
        bytes[34..36].copy_from_slice(&port.to_be_bytes()[6..]);
        engine.feed(&Frame {
            number: u32::try_from(n + 1).expect("at most four milliards"),
            time: steps::START + i64::try_from(n).expect("small") * 20_000,
            link: LinkType::ETHERNET,
            bytes,
            original_length: u32::try_from(bytes.len()).expect("short"),
        });
    }
    engine.finish();
    let seconds = start.elapsed().as_secs_f64();
    let report = engine.report();
    println!(
        "{packets} packets of {clients} clients in {seconds:.1} s: {:.0} a second",
        packets as f64 / seconds
    );
    if let (Some(before), Some(peak)) = (before, peak()) {
        println!("peak memory {} MB, {} MB before the first packet", peak / 1024, before / 1024);
    }
    println!("{} joins in the report, {} messages forgotten", report.joins.len(), engine.forgotten());
    for quality in &report.capture.quality {
        println!("{}: {}", quality.id, quality.text);
    }
}
