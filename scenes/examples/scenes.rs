//! Writes every scene as a capture file: `cargo run -p adjoin-scenes --example scenes FOLDER`.

use std::path::Path;

use adjoin_scenes::steps::Plan;
use adjoin_scenes::tokens::Proof;
use adjoin_scenes::{article, joined, script};

fn main() -> std::io::Result<()> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| ".".into());
    let mut scenes = vec![
        ("joined-kerberos".to_owned(), joined::joined_article(Proof::Kerberos)),
        ("joined-ntlm".to_owned(), joined::joined_article(Proof::Ntlm)),
        ("joined-steps".to_owned(), Plan::default().play()),
        (
            "joined-udp-tls-reuse".to_owned(),
            Plan { udp_tickets: true, tls: true, reuse: true, ..Plan::default() }.play(),
        ),
        ("joined-kerberos-ldap".to_owned(), joined::joined(Proof::Kerberos, Proof::Kerberos)),
    ];
    for (name, scene) in article::SCENES {
        scenes.push((name.to_owned(), scene(false)));
        scenes.push((format!("{name}-in-join"), scene(true)));
    }
    for (name, shots) in scenes {
        let path = Path::new(&folder).join(format!("{name}.pcap"));
        std::fs::write(path, script::pcap(&script::without_gaps(&shots)))?;
    }
    Ok(())
}
