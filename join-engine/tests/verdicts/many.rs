//! Very many clients: what is remembered of them has a limit, and what is forgotten is counted.

use adjoin_capture::{Frame, LinkType};
use adjoin_scenes::wirebuild::{Host, Ip, Options, Tcp, flag, tcp, udp};
use adjoin_scenes::{dns, steps};
use cldap_proto::LdapPingBuilder;
use join_engine::Engine;

/// Most clients that the engine says anything about.
const MOST_CLIENTS: usize = 4096;
const CLIENTS: u32 = 100_000;

/// Frame `n` of a stream in which every client asks for a connection to the KDC, pings, or asks DNS.
fn frame(n: u32) -> Vec<u8> {
    let which = n % CLIENTS;
    let [_, a, b, c] = which.to_be_bytes();
    let client = Host::new([10, a, b, c], 128);
    let server = Host::new(steps::DC, 127);
    let port = 49_152 + u16::try_from(n % 16_000).unwrap();
    match (n / CLIENTS + n) % 3 {
        0 => {
            let options = Options { mss: Some(1460), ..Options::default() };
            let syn =
                Tcp { source: port, destination: 88, seq: n, flags: flag::SYN, options, ..Tcp::default() };
            tcp(client, server, Ip::default(), &syn)
        }
        1 => {
            let ping = LdapPingBuilder {
                message_id: 1,
                dns_domain: Some("corp.example"),
                host: Some("PC"),
                nt_ver: Some(6),
                ..LdapPingBuilder::default()
            };
            udp((client, port), (server, 389), Ip::default(), &ping.encode())
        }
        _ => {
            let question = ("_ldap._tcp.dc._msdcs.corp.example", dns::SRV);
            udp((client, port), (server, 53), Ip::default(), &dns::query(port, question))
        }
    }
}

#[test]
fn clients_are_forgotten_and_counted() {
    let mut engine = Engine::new();
    for n in 0..2 * CLIENTS {
        let bytes = frame(n);
        let original_length = u32::try_from(bytes.len()).unwrap();
        // Fifty seconds in all: every question has had its time.
        let time = steps::START + i64::from(n) * 250_000;
        engine.feed(&Frame { number: n + 1, time, link: LinkType::ETHERNET, bytes: &bytes, original_length });
    }
    engine.finish();
    let report = engine.report();
    assert_eq!(report.capture.frames, u64::from(2 * CLIENTS));
    assert!(report.joins.len() <= MOST_CLIENTS, "{} joins", report.joins.len());
    assert!(!report.joins.is_empty());
    let forgotten: Vec<u32> = report
        .capture
        .quality
        .iter()
        .filter(|quality| quality.text.starts_with("Clients that were forgotten"))
        .filter_map(|quality| quality.text.split(' ').next_back()?.parse().ok())
        .collect();
    // Two rounds of all clients, of which the last are kept.
    assert_eq!(forgotten, [2 * CLIENTS - u32::try_from(MOST_CLIENTS).unwrap()]);
}
