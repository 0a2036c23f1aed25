//! Prints the clear parts of an AP-REQ: for which service, in which realm, with which encryption types.
//!
//! `ap_req_dump FILE` reads the octets of an AP-REQ, or of a TGS-REQ, which has one inside; with or without
//! the record mark of TCP. `-` is standard input.
//!
//! Exit codes: 0 done, 1 the octets break off or are wrong, 2 there is no AP-REQ in them.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line program")]

use adjoin_wire::{Partial, Spanned};
use kerberos_proto::{ApReq, EncryptedData, Message, tcp};
use std::fmt::Display;
use std::io::Read;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file] = arguments.as_slice() else {
        eprintln!("usage: ap_req_dump FILE   (octets of an AP-REQ or TGS-REQ; - is standard input)");
        return ExitCode::from(2);
    };
    let mut octets = Vec::new();
    let read = match file.as_str() {
        "-" => std::io::stdin().read_to_end(&mut octets).map(|_| ()),
        _ => std::fs::read(file).map(|read| octets = read),
    };
    if let Err(error) = read {
        eprintln!("ap_req_dump: {file}: {error}");
        return ExitCode::from(2);
    }
    let Some((request, base)) = ap_req(&octets) else {
        eprintln!("ap_req_dump: {file}: there is no AP-REQ in it");
        return ExitCode::from(2);
    };
    print(&request.value, base);
    match request.error {
        None => ExitCode::SUCCESS,
        Some(error) => {
            eprintln!("ap_req_dump: {file}: {}", error.shifted(base));
            ExitCode::FAILURE
        }
    }
}

/// The AP-REQ in `octets`, as far as they go, and where it begins.
fn ap_req(octets: &[u8]) -> Option<(Partial<ApReq<'_>>, usize)> {
    let start = if kerberos_proto::looks_like(octets, None) { 0 } else { tcp::RECORD_MARK };
    let message = Message::parse_partial(octets.get(start..)?);
    match message.value {
        Message::ApReq(value) => Some((Partial { value, error: message.error }, start)),
        Message::TgsReq(request) => {
            let inner = request.ap_req()?;
            Some((ApReq::parse_partial(inner.value), start.checked_add(inner.span.start)?))
        }
        _ => None,
    }
}

fn print(request: &ApReq<'_>, base: usize) {
    let line = |label: &str, field: Spanned<&dyn Display>| {
        let span = field.span.shifted(base);
        println!("{label:<24} {}   (octets {}..{})", field.value, span.start, span.end);
    };
    let sealed = |label: &str, part: &EncryptedData<'_>| {
        if part.etype.reached().is_some() {
            line(&format!("{label} encrypted"), Spanned::new(&part.etype.value, part.etype.span));
        }
        if let Some(kvno) = &part.kvno {
            line(&format!("{label} key version"), Spanned::new(&kvno.value, kvno.span));
        }
        if part.cipher_length.reached().is_some() {
            line(
                &format!("{label} ciphertext"),
                Spanned::new(&part.cipher_length.value, part.cipher_length.span),
            );
        }
    };
    let ticket = &request.ticket;
    if ticket.realm.reached().is_some() {
        line("realm", Spanned::new(&ticket.realm.value, ticket.realm.span));
    }
    if ticket.sname.name_type.reached().is_some() {
        line("service", Spanned::new(&ticket.sname, ticket.sname.span));
        line("name type", Spanned::new(&ticket.sname.name_type.value, ticket.sname.name_type.span));
    }
    if request.ap_options.reached().is_some() {
        line("options", Spanned::new(&request.ap_options.value, request.ap_options.span));
    }
    sealed("ticket", &ticket.enc_part);
    sealed("authenticator", &request.authenticator);
}
