//! The successful join: what the article prints of it, and what tshark and the engine read in it.

mod common;

use std::path::Path;

use adjoin_scenes::joined::{CLIENT, DC2, DC2_FLAGS, LOG_START, RID, joined, joined_article};
use adjoin_scenes::script::{MS, Shot, marked};
use adjoin_scenes::tokens::Proof;

const BOTH: [Proof; 2] = [Proof::Kerberos, Proof::Ntlm];

#[test]
fn the_frames_are_well_formed() {
    for proof in BOTH {
        common::well_formed(&joined_article(proof));
    }
    common::well_formed(&joined(Proof::Kerberos, Proof::Kerberos));
}

#[test]
fn it_lasts_as_long_as_the_log_says() {
    for proof in BOTH {
        let shots = joined_article(proof);
        assert_eq!(shots[0].time, LOG_START + 5_570 * MS);
        let last = shots.last().unwrap().time;
        assert!(last > LOG_START + 8_100 * MS && last < LOG_START + 8_303 * MS, "{}", last - LOG_START);
        assert_eq!(
            shots.iter().find(|shot| shot.number == marked(&shots, "added")).unwrap().time / MS,
            LOG_START / MS + 7_857
        );
    }
}

/// Tables of the article whose rows the scene has in the same order, by the words they begin with, and the
/// session in which they are seen.
const TABLES: [(&str, Proof); 5] = [
    ("Standard query 0xa793 SRV", Proof::Kerberos),
    ("49710 → 135 [SYN]", Proof::Kerberos),
    ("49735 → 49682 [SYN]", Proof::Kerberos),
    ("49744 → 445 [SYN]", Proof::Kerberos),
    ("49708 → 445 [SYN]", Proof::Ntlm),
];

/// Source, destination and text of the rows of the table that begins with these words.
fn table(text: &str, first: &str) -> Vec<[String; 3]> {
    let block = text.split("```").find(|block| {
        block.lines().nth(2).is_some_and(|row| row.split('\t').next_back().unwrap().starts_with(first))
    });
    let rows = block.unwrap_or_else(|| panic!("no table begins with {first}")).lines().skip(2);
    rows.filter(|row| row.contains('\t'))
        .map(|row| {
            let cells: Vec<_> = row.split('\t').filter(|cell| !cell.is_empty()).collect();
            [cells[0], cells[1], cells[cells.len() - 1]].map(str::to_owned)
        })
        .collect()
}

/// What is comparable of a row: newer versions of Wireshark name some things differently, from 4.4 on tshark writes
/// backslashes twice, and 4.6 commas before names and quotes around them; the sizes of windows depend on the
/// host, and some sizes are not printed.
fn words(info: &str) -> String {
    let mut info = info.replace("NetrLogonDummyRoutine1", "NetrLogonGetCapabilities");
    info = info.replace([',', '\''], "");
    while info.contains("\\\\") {
        info = info.replace("\\\\", "\\");
    }
    if info.contains("[TCP segment of a reassembled PDU]") || info.contains("[TCP PDU reassembled") {
        return "a segment".into();
    }
    if info.contains("[ACK] Seq=") {
        return "an acknowledgment".into();
    }
    info.trim().into()
}

#[test]
fn the_tables_of_the_article_are_there() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/seeds/domain-join-log-analysis.md");
    let Ok(text) = std::fs::read_to_string(path) else {
        println!("skipped: ../shared is not here");
        return;
    };
    for (first, proof) in TABLES {
        let shots = joined_article(proof);
        let Some(rows) = common::tshark(&shots, &["ip.src", "ip.dst", "_ws.col.Info"]) else { return };
        let mut rows = rows.values();
        for wanted in table(&text, first) {
            let [from, to, info] = &wanted;
            // Acknowledgments depend on timers of the hosts.
            if matches!(words(info).as_str(), "an acknowledgment" | "a segment") {
                continue;
            }
            let found = rows.any(|row| row[0] == *from && row[1] == *to && words(&row[2]) == words(info));
            assert!(found, "{proof:?}, table {first}: no row {wanted:?}");
        }
    }
}

/// Lengths of the TCP payloads of a client port, with the client's as positive numbers.
fn lengths(shots: &[Shot], port: u16) -> Vec<i64> {
    let (client, server) = (CLIENT.octets(), DC2.octets());
    let mut lengths = Vec::new();
    for shot in shots.iter().filter(|shot| shot.bytes[23] == 6) {
        let bytes = &shot.bytes;
        let word = |at: usize| i64::from(u16::from_be_bytes([bytes[at], bytes[at + 1]]));
        let length = word(16) - 20 - i64::from(bytes[46] >> 4) * 4;
        if length == 0 {
            continue;
        }
        if bytes[26..30] == client && word(34) == i64::from(port) {
            lengths.push(length);
        } else if bytes[26..30] == server && word(36) == i64::from(port) {
            lengths.push(-length);
        }
    }
    lengths
}

#[test]
fn sealed_ldap_has_the_printed_sizes() {
    let shots = joined_article(Proof::Kerberos);
    // Four octets of length and sixteen of signature around each.
    let first = lengths(&shots, 49709);
    assert!(first.ends_with(&[164, -1274, 113, -175, 191, -160, 31]), "{first:?}");
    let second = lengths(&shots, 49712);
    assert_eq!(second[4..10], [164, -1274, 113, -175, 191, -160]);
    assert!(second.contains(&662) && second.contains(&-42), "{second:?}");
    // The answer of the endpoint mapper: two towers in NDR64.
    assert_eq!(lengths(&shots, 49710)[3], -268);
    assert_eq!(lengths(&shots, 49744)[4..6].iter().sum::<i64>(), 1835);
}

#[test]
fn the_account_and_its_flags_are_in_the_clear() {
    let shots = joined_article(Proof::Ntlm);
    let columns =
        ["netlogon.opnum", "netlogon.neg_flags", "netlogon.rc", "dcerpc.auth_type", "epm.proto.tcp_port"];
    let Some(rows) = common::tshark(&shots, &columns) else { return };
    let has = |wanted: &[(usize, &str)]| {
        rows.values().any(|row| wanted.iter().all(|(column, text)| row[*column] == *text))
    };
    assert!(has(&[(0, "26"), (1, "0x612fffff"), (2, "0x00000000")]), "{rows:#?}");
    assert!(has(&[(0, "21"), (3, "68")]));
    assert!(has(&[(4, "49671,49664")]));
    assert!(has(&[(4, "49682,49664")]));
    // tshark 4.0 doesn't read these two: the RID in the answer, and the flags in that to the LDAP ping.
    let carries =
        |octets: &[u8]| shots.iter().any(|shot| shot.bytes.windows(octets.len()).any(|at| at == octets));
    assert!(carries(&[&0x612f_ffff_u32.to_le_bytes()[..], &RID.to_le_bytes(), &[0; 4]].concat()));
    assert!(carries(&[&[23, 0, 0, 0][..], &DC2_FLAGS.to_le_bytes()].concat()));
}

#[test]
fn the_engine_sees_every_phase_that_is_in_the_clear() {
    for proof in BOTH {
        let shots = joined_article(proof);
        let story = common::story(&shots);
        let mut phases = vec!["P1", "P2", "P3", "P4", "P5", "P6", "P7", "P9"];
        if proof == Proof::Kerberos {
            phases.push("P3K");
        }
        for phase in phases {
            assert!(story.iter().any(|(_, said, _)| said == phase), "{proof:?}: no {phase} in {story:#?}");
        }
        let credentials = match proof {
            Proof::Kerberos => "Kerberos AP-REQ: presents a ticket for cifs/DC2.contoso.local",
            Proof::Ntlm => r"NTLM as contoso\puser2",
        };
        for text in [
            "account PC8$",
            "is not a KDC",
            credentials,
            r"\\DC2.contoso.local\IPC$ connected",
            "NETLOGON DsrEnumerateDomainTrusts response",
            "LDAP search: rootDSE",
            r"LDAP bind: GSS-SPNEGO, NTLM as contoso\puser2",
            "RPC bind to the endpoint mapper accepted with NDR64",
            "CrackNames (sealed)",
            "NETLOGON NetrServerReqChallenge",
            "NETLOGON NetrServerAuthenticate3",
            "NETLOGON NetrLogonGetDomainInfo (sealed)",
        ] {
            assert!(
                story.iter().any(|(_, _, said)| said.contains(text)),
                "{proof:?}: not said: {text}\n{story:#?}"
            );
        }
    }
}

#[test]
fn ldap_may_use_kerberos() {
    let shots = joined(Proof::Kerberos, Proof::Kerberos);
    let story = common::story(&shots);
    let bind = "LDAP bind: GSS-SPNEGO, Kerberos AP-REQ: presents a ticket for ldap/DC2.contoso.local";
    assert_eq!(story.iter().filter(|(_, _, text)| text.starts_with(bind)).count(), 2, "{story:#?}");
    let sizes = lengths(&shots, 49709);
    assert!(sizes.ends_with(&[208, -1318, 157, -219, 235, -204, 75]), "{sizes:?}");
}
