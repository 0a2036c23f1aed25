//! Tells who the client of a capture is: addresses, names, domain, site, domain controller and accounts, each
//! with the frame that says it.
//!
//! `cargo run -p join-engine --example whoami_from_capture -- samples/joined.pcap`
//!
//! Exit codes: 0 somebody joins a domain, 1 nobody does, 2 the file can't be read.

#[path = "../tests/capture_file/mod.rs"]
mod capture_file;

use std::collections::BTreeMap;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use capture_file::Captured;
use join_engine::Engine;
use join_engine::show::{FieldId, Value, What, fields};

/// What the messages tell of the client: a label, and the fields that answer it.
const TOLD: [(&str, &[&str]); 6] = [
    ("computer", &["adjoin.netlogon.computer", "adjoin.ntlm.workstation"]),
    ("account", &["adjoin.ntlm.user", "adjoin.krb.cname"]),
    ("machine", &["adjoin.samr.account", "adjoin.netlogon.account"]),
    ("domain", &["adjoin.ldap_ping.domain", "adjoin.ldap_ping.netbios_domain"]),
    ("site", &["adjoin.ldap_ping.client_site", "adjoin.netlogon.client_site"]),
    ("DC", &["adjoin.ldap_ping.host"]),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [path] = arguments.as_slice() else {
        eprintln!("usage: whoami_from_capture FILE   (pcap or pcapng)");
        return ExitCode::from(2);
    };
    let frames = match capture_file::read(path) {
        Ok(frames) => frames,
        Err(error) => {
            // The reader's error says which file.
            eprintln!("whoami_from_capture: {error}");
            return ExitCode::from(2);
        }
    };
    match tell(&frames, &mut io::stdout().lock()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            eprintln!("whoami_from_capture: {path}: nobody joins a domain in it");
            ExitCode::FAILURE
        }
        // The reader, such as `head`, has seen enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("whoami_from_capture: {error}");
            ExitCode::from(2)
        }
    }
}

/// Prints what is known of each client, and what single messages tell.
fn tell(frames: &[Captured], out: &mut impl Write) -> io::Result<bool> {
    // Once over all frames: then it is known who speaks with whom.
    let mut engine = Engine::new();
    for (number, frame) in (1..).zip(frames) {
        engine.feed(&frame.numbered(number));
    }
    engine.finish();

    let report = engine.report();
    for join in &report.joins {
        let name = join.client.name.as_deref().unwrap_or("of no known name");
        writeln!(out, "{} {name}: {}", join.client.address, join.outcome)?;
        if let Some(domain) = &join.domain {
            writeln!(out, "  domain        {domain}")?;
        }
        if let Some(dc) = &join.dc {
            writeln!(out, "  DC            {} {}", dc.address, dc.name.as_deref().unwrap_or_default())?;
        }
        if let Some(account) = &join.account {
            writeln!(out, "  account       {account}, with {}", join.credentials)?;
        }
    }

    // Any frame can be asked for what it says. The first that says something is the source.
    let mut told: BTreeMap<(usize, String), u32> = BTreeMap::new();
    let labels = |id: FieldId| {
        let field = fields().nth(usize::from(id.0))?;
        TOLD.iter().position(|(_, filters)| filters.contains(&field.filter))
    };
    for (number, frame) in (1..).zip(frames) {
        let Some(view) = engine.view(number, &frame.bytes) else { continue };
        for row in view.rows {
            if let What::Field { id, value: Value::Text(text), .. } = row.what {
                // A client that asks for no name in its ticket is nobody's account (RFC 8062).
                let nobody = text.is_empty() || text.starts_with("WELLKNOWN/");
                if let Some(label) = labels(id).filter(|_| !nobody) {
                    told.entry((label, text)).or_insert(number);
                }
            }
        }
    }
    if !told.is_empty() {
        writeln!(out, "as the messages tell")?;
    }
    for ((label, text), frame) in &told {
        let label = TOLD.get(*label).map_or("", |(label, _)| *label);
        writeln!(out, "  {label:<13} {text}   (frame {frame})")?;
    }
    Ok(!report.joins.is_empty())
}
