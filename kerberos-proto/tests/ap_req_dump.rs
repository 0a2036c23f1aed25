//! The example program: an AP-REQ, one in a TGS-REQ over TCP, a cut one, and something else.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use kerberos_proto::encode::{self, Encrypted, Name};
use kerberos_proto::{ApOptions, Etype, KdcOptions, KerberosTime, NameType, PaType};
use std::io::Write;
use std::process::{Command, Output, Stdio};

/// The example is built with the tests, next to them.
fn run(octets: &[u8]) -> Option<Output> {
    let folder = std::env::current_exe().unwrap().parent().unwrap().parent().unwrap().join("examples");
    let program = folder.join(format!("ap_req_dump{}", std::env::consts::EXE_SUFFIX));
    if !program.exists() {
        println!("skipped: the example was not built");
        return None;
    }
    let pipes = || Stdio::piped();
    let mut child =
        Command::new(program).arg("-").stdin(pipes()).stdout(pipes()).stderr(pipes()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(octets).unwrap();
    Some(child.wait_with_output().unwrap())
}

fn ap_req() -> Vec<u8> {
    let sealed = Encrypted { etype: Etype(18), kvno: Some(2), cipher: &[0x5a; 40] };
    let sname = Name { name_type: NameType::SRV_INST, parts: &["cifs", "dc1.contoso.local"] };
    encode::ApReq {
        ap_options: ApOptions::MUTUAL_REQUIRED,
        ticket: encode::Ticket { realm: "CONTOSO.LOCAL", sname, enc_part: sealed },
        authenticator: Encrypted { kvno: None, ..sealed },
    }
    .to_der()
}

const CLEAR: &str = "\
realm                    CONTOSO.LOCAL   (octets 40..53)
service                  cifs/dc1.contoso.local   (octets 55..91)
name type                NT-SRV-INST   (octets 61..62)
options                  mutual-required   (octets 21..25)
ticket encrypted         aes256-cts-hmac-sha1-96   (octets 99..100)
ticket key version       2   (octets 104..105)
ticket ciphertext        40   (octets 109..149)
authenticator encrypted  aes256-cts-hmac-sha1-96   (octets 157..158)
authenticator ciphertext 40   (octets 162..202)
";

#[test]
fn an_ap_req() {
    let Some(output) = run(&ap_req()) else { return };
    assert_eq!(String::from_utf8(output.stdout).unwrap(), CLEAR);
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn one_in_a_tgs_req_over_tcp() {
    let ap_req = ap_req();
    let message = encode::KdcReq {
        padata: &[(PaType::TGS_REQ, &ap_req)],
        kdc_options: KdcOptions::FORWARDABLE,
        cname: None,
        realm: "CONTOSO.LOCAL",
        sname: None,
        till: KerberosTime { year: 2037, month: 9, day: 13, hour: 2, minute: 48, second: 5 },
        rtime: None,
        nonce: 7,
        etype: &[Etype(18)],
        addresses: &[],
    }
    .to_tgs_req();
    let record = [&u32::try_from(message.len()).unwrap().to_be_bytes(), message.as_slice()].concat();
    let at = record.windows(ap_req.len()).position(|window| window == ap_req).unwrap();
    let Some(output) = run(&record) else { return };
    let text = String::from_utf8(output.stdout).unwrap();
    let service = text.lines().find(|line| line.starts_with("service")).unwrap();
    assert!(service.contains("cifs/dc1.contoso.local"), "{text}");
    // Octets are counted from the start of what was given.
    let start: usize = service.rsplit_once("octets ").unwrap().1.split_once("..").unwrap().0.parse().unwrap();
    assert!(start > at, "{service}");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn what_was_cut_and_what_it_is_not() {
    let Some(output) = run(ap_req().get(..100).unwrap()) else { return };
    assert!(String::from_utf8(output.stdout).unwrap().contains("CONTOSO.LOCAL"));
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(error, "ap_req_dump: -: cipher: the input ends 1 byte too early (at byte 100)\n");
    assert_eq!(output.status.code(), Some(1));
    let Some(output) = run(b"GET / HTTP/1.1") else { return };
    assert_eq!(output.status.code(), Some(2));
}
