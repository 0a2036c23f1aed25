//! The example program against a responder on loopback.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]
#![allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "tests")]

use adjoin_wire::Guid;
use cldap_proto::{LdapMessage, LdapPing, ProtocolOp, ping_answer};
use netlogon_proto::{DsFlags, Opcode, SamLogonAnswer};
use std::net::UdpSocket;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::thread;
use std::time::Duration;

/// The example is built with the tests, next to them.
fn program() -> PathBuf {
    let folder = std::env::current_exe().unwrap().parent().unwrap().parent().unwrap().join("examples");
    folder.join(format!("ldap_ping{}", std::env::consts::EXE_SUFFIX))
}

/// Answers the pings of one run; `skip` of them are lost.
fn run(skip: usize, value: Option<Vec<u8>>, account: Option<&str>) -> Option<Output> {
    if !program().exists() {
        println!("skipped: the example was not built");
        return None;
    }
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(3))).unwrap();
    let port = socket.local_addr().unwrap().port().to_string();
    let wanted = account.map(str::to_owned);
    let responder = thread::spawn(move || {
        let mut buffer = [0; 2048];
        for turn in 0..=skip {
            let Ok((len, from)) = socket.recv_from(&mut buffer) else { return };
            let message = LdapMessage::parse(&buffer[..len]).unwrap();
            let ProtocolOp::SearchRequest(search) = message.op else { panic!() };
            let ping = LdapPing::of(&search).unwrap();
            assert_eq!(*ping.dns_domain.unwrap(), "contoso.local");
            assert_eq!(ping.user.map(|user| user.to_string()), wanted);
            if turn == skip {
                // As Windows sends it: entry and done in one datagram.
                let answer = ping_answer(*message.message_id, value.as_deref(), true);
                socket.send_to(&answer, from).unwrap();
            }
        }
    });
    let mut command = Command::new(program());
    command.args(["127.0.0.1", "contoso.local"]).args(account).args(["--port", &port]);
    let output = command.output().unwrap();
    responder.join().unwrap();
    Some(output)
}

fn answer(opcode: Opcode, user_name: &str) -> Vec<u8> {
    SamLogonAnswer {
        opcode,
        flags: DsFlags::from_bits_retain(0x0001_f15c),
        domain_guid: Guid::from_u128(0x0b9f_6161_49e4_46dd_b912_8649_4f62_ba53),
        dns_forest_name: "contoso.local",
        dns_domain_name: "contoso.local",
        dns_host_name: "DC2.contoso.local",
        netbios_domain_name: "CONTOSO",
        netbios_computer_name: "DC2",
        user_name,
        dc_site_name: "Default-First-Site-Name",
        ..SamLogonAnswer::default()
    }
    .encode()
    .unwrap()
}

#[test]
fn a_usable_domain_controller() {
    let value = answer(Opcode::LOGON_SAM_LOGON_RESPONSE_EX, "PC8$");
    let Some(output) = run(1, Some(value), Some("PC8$")) else { return };
    let text = String::from_utf8(output.stdout).unwrap();
    for line in [
        r"DC: \\DC2.contoso.local",
        r"Address: \\127.0.0.1 (the one that answered)",
        "Dom Guid: 0b9f6161-49e4-46dd-b912-86494f62ba53",
        "Forest Name: contoso.local",
        "Dc Site Name: Default-First-Site-Name",
        "Our Site Name: none",
        "Flags: 0x0001f15c GC LDAP DS TIMESERV WRITABLE FULL_SECRET WS DS_8 DS_9 DS_10",
        "(KDC) is not running",
        "Account: PC8$ is known",
    ] {
        assert!(text.contains(line), "{line} is not in:\n{text}");
    }
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn an_unknown_account() {
    let value = answer(Opcode::LOGON_SAM_USER_UNKNOWN_EX, "PC9$");
    let Some(output) = run(0, Some(value), Some("PC9$")) else { return };
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("PC9$ is absent, disabled, or of another kind"), "{text}");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn another_domain() {
    let Some(output) = run(0, None, None) else { return };
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("doesn't serve the domain contoso.local"), "{text}");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn silence_ends() {
    let Some(output) = run(9, None, None) else { return };
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("no answer to 3 LDAP pings"), "{text}");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn an_answer_in_a_file() {
    if !program().exists() {
        println!("skipped: the example was not built");
        return;
    }
    let data = |name: &str| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name);
    let output = Command::new(program()).arg("--file").arg(data("answer_windows.bin")).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("Dom Name: ") && text.contains("Flags: 0x"), "{text}");
    assert_eq!(output.status.code(), Some(0));
    // A question is no answer.
    let output = Command::new(program()).arg("--file").arg(data("ping_windows7.bin")).output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("says nothing about the domain that was asked for"), "{text}");
    assert_eq!(output.status.code(), Some(2));
}
