//! Captured messages whole, cut at every octet and mutated; built messages there and back.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

use proptest::prelude::*;
use smb2_proto::smb2::{self, Command, FileId};
use smb2_proto::{NtStatus, PipeHandle, PipeStep, RequestId, Smb, encode, mailslot, nbdgm, nbss, smb1};

const SMB: [&[u8]; 14] = [
    include_bytes!("data/smb311-negotiate-request.bin"),
    include_bytes!("data/smb311-negotiate-response.bin"),
    include_bytes!("data/smb311-session-setup-request.bin"),
    include_bytes!("data/smb311-session-setup-response.bin"),
    include_bytes!("data/smb311-encrypted.bin"),
    include_bytes!("data/smb1-negotiate-response.bin"),
    include_bytes!("data/smb1-session-setup-request.bin"),
    include_bytes!("data/smb1-session-setup-response.bin"),
    include_bytes!("data/smb1-tree-connect-request.bin"),
    include_bytes!("data/smb1-tree-connect-response.bin"),
    include_bytes!("data/smb1-nt-create-request.bin"),
    include_bytes!("data/smb1-nt-create-response.bin"),
    include_bytes!("data/smb1-transaction-request.bin"),
    include_bytes!("data/smb1-transaction-response.bin"),
];
const MAILSLOT: &[u8] = include_bytes!("data/mailslot-ping.bin");

fn one(bytes: &[u8]) -> smb2::Message<'_> {
    smb2::Message::parse(bytes).unwrap()
}

fn block(bytes: &[u8]) -> smb1::Block<'_> {
    smb1::Message::parse(bytes).unwrap().blocks().next().unwrap().complete().unwrap()
}

/// Uses everything that a message offers.
fn walk(bytes: &[u8]) -> usize {
    let _ = (nbss::recognise(bytes), nbss::SessionPacket::parse_partial(bytes));
    let _ = (nbdgm::Datagram::parse_partial(bytes), mailslot::MailslotWrite::parse_partial(bytes));
    let part = Smb::parse_partial(bytes);
    if let Some(error) = part.error {
        assert!(error.offset <= bytes.len(), "{error}");
    }
    let Some(smb) = part.value else { return 0 };
    let shown = match smb {
        Smb::V1(message) => message.blocks().map(|b| format!("{b:?}").len()).sum(),
        Smb::V2(messages) => messages.iter().map(|m| format!("{m:?}").len()).sum(),
        other => format!("{other:?}").len(),
    };
    for event in smb.pipe_events() {
        if let PipeStep::Write(d) | PipeStep::Transceive(d) | PipeStep::Received(d) = event.step {
            assert_eq!(d.data.value, &bytes[d.data.span.range()]);
        }
    }
    shown
}

#[test]
fn captured_messages() {
    for bytes in SMB {
        Smb::parse(bytes).unwrap();
    }
    let smb2::Body::NegotiateRequest(m) = one(SMB[0]).body else { panic!() };
    assert!(m.dialects.iter().any(|d| *d == smb2::Dialect::SMB_3_1_1));
    assert_eq!(m.contexts.iter().count(), usize::from(m.contexts.count()));
    let smb2::Body::NegotiateResponse(m) = one(SMB[1]).body else { panic!() };
    assert_eq!(*m.dialect_revision, smb2::Dialect::SMB_3_1_1);
    assert!(m.security_buffer.starts_with(&[0x60]) && m.system_time.to_unix().is_some());
    assert!(m.contexts.iter().all(|c| c.unwrap().context_type.name().is_some()));
    let m = one(SMB[3]);
    assert_eq!(*m.header.status().unwrap(), NtStatus::MORE_PROCESSING_REQUIRED);
    assert!(matches!(m.body, smb2::Body::SessionSetupResponse(r) if !r.security_buffer.is_empty()));
    assert!(matches!(Smb::parse(SMB[4]).unwrap(), Smb::Encrypted(h) if *h.session_id != 0));
    let smb1::Body::TreeConnectRequest(m) = block(SMB[8]).body else { panic!() };
    assert!(m.path.unwrap().to_string().to_ascii_uppercase().ends_with("IPC$"));
    let smb1::Body::NtCreateRequest(m) = block(SMB[10]).body else { panic!() };
    assert!(m.file_name.to_string().starts_with('\\'));
    assert!(matches!(block(SMB[11]).body, smb1::Body::NtCreateResponse(m) if *m.fid != 0));
}

#[test]
fn a_mailslot_ping() {
    let datagram = nbdgm::Datagram::parse(MAILSLOT).unwrap();
    let data = datagram.user_data.unwrap();
    let write = mailslot::MailslotWrite::parse(&data).unwrap();
    assert!(write.is_to("\\mailslot\\net\\netlogon"));
    assert_eq!(write.data.value[..2], [0x12, 0]);
    for cut in 0..MAILSLOT.len() {
        let part = nbdgm::Datagram::parse_partial(&MAILSLOT[..cut]);
        assert!(part.error.unwrap().offset <= cut);
        assert_eq!(part.value.dgm_id.reached().is_some(), cut >= 4);
    }
    for cut in 0..data.len() {
        let part = mailslot::MailslotWrite::parse_partial(&data[..cut]);
        assert!(part.error.unwrap().offset <= cut, "{cut}");
        assert_eq!(part.value.header.mid.reached().is_some(), cut >= 32);
    }
}

#[test]
fn every_prefix() {
    for bytes in SMB {
        for cut in 0..bytes.len() {
            walk(&bytes[..cut]);
            let part = Smb::parse_partial(&bytes[..cut]);
            if let Some(Smb::V2(messages)) = part.value {
                let header = messages.iter().next().unwrap().value.header;
                assert_eq!(header.message_id.reached().is_some(), cut >= 32);
                assert!(part.error.is_none_or(|e| e.kind.is_truncated()), "{:?}", part.error);
            }
        }
    }
}

#[test]
fn there_and_back() {
    let bytes = encode::negotiate_request(&[0x0202, 0x0311], &[(1, b"abc"), (2, b"de")]);
    let smb2::Body::NegotiateRequest(m) = one(&bytes).body else { panic!() };
    assert_eq!(m.dialects.iter().map(|d| d.0).collect::<Vec<_>>(), [0x0202, 0x0311]);
    let contexts: Vec<_> = m.contexts.iter().map(|c| c.unwrap()).collect();
    assert_eq!((contexts[0].data.value, contexts[1].data.value), (&b"abc"[..], &b"de"[..]));
    let bytes = encode::negotiate_response(0x0311, 5, b"token", &[(8, b"x")]);
    let smb2::Body::NegotiateResponse(m) = one(&bytes).body else { panic!() };
    assert_eq!((m.security_buffer.value, m.system_time.0, m.contexts.count()), (&b"token"[..], 5, 1));
    let bytes = encode::session_setup_request(2, b"token");
    assert!(matches!(one(&bytes).body, smb2::Body::SessionSetupRequest(m) if *m.security_buffer == b"token"));
    let bytes = encode::session_setup_response(2, 9, NtStatus::SUCCESS, 4, b"");
    let smb2::Body::SessionSetupResponse(m) = one(&bytes).body else { panic!() };
    assert!(m.session_flags.contains(smb2::SessionFlags::ENCRYPT_DATA) && m.security_buffer.is_empty());
    let bytes = encode::tree_connect_request(3, 9, "\\\\dc\\IPC$");
    assert!(matches!(one(&bytes).body, smb2::Body::TreeConnectRequest(m) if *m.path == "\\\\dc\\IPC$"));
}

#[test]
fn compounds_errors_and_offsets() {
    let file = FileId { persistent: 3, volatile: 4 };
    let parts =
        [encode::create_request(1, 9, 1, "samr"), encode::ioctl_request(2, 9, 0x0011_c017, file, b"rpc")];
    let bytes = encode::compound(&parts);
    let smb = Smb::parse(&bytes).unwrap();
    let events: Vec<_> = smb.pipe_events().collect();
    assert!(matches!(events[0].step, PipeStep::Open { name } if name.is_pipe("SAMR")));
    let PipeStep::Transceive(data) = events[1].step else { panic!() };
    assert_eq!((data.handle, events[1].request), (Some(PipeHandle::V2(file)), RequestId::V2(2)));
    assert_eq!(&bytes[data.data.span.range()], b"rpc");

    let error = [9, 0, 0, 0, 0, 0, 0, 0, 0];
    let pending = encode::message(Command::READ, Some(NtStatus::PENDING), 5, 9, 1, &error);
    assert!(matches!(one(&pending).body, smb2::Body::Error(_)));
    assert!(one(&pending).pipe_event().is_none());
    let refused = encode::message(Command::CREATE, Some(NtStatus::ACCESS_DENIED), 5, 9, 1, &error);
    assert!(matches!(one(&refused).pipe_event().unwrap().step, PipeStep::Refused(_)));

    let mut outside = parts[0].clone();
    outside[64 + 44] = 10;
    assert!(Smb::parse(&outside).unwrap_err().kind.is_malformed());
    let mut looping = bytes.clone();
    looping[20..24].copy_from_slice(&8_u32.to_le_bytes());
    assert!(Smb::parse(&looping).unwrap_err().kind.is_malformed());
    let Some(Smb::V2(messages)) = Smb::parse_partial(&looping).value else { panic!() };
    assert_eq!(messages.iter().count(), 1);
    assert!(Smb::parse(b"GET /").is_err());
}

proptest! {
    #[test]
    fn mutations_never_panic(
        which in 0..SMB.len(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut bytes = SMB[which].to_vec();
        for (index, value) in changes {
            let at = index.index(bytes.len());
            bytes[at] = value;
        }
        walk(&bytes);
    }

    #[test]
    fn random_bodies_never_panic(
        command in 0_u16..20,
        response in any::<bool>(),
        status in any::<u32>(),
        body in proptest::collection::vec(any::<u8>(), 0..120),
    ) {
        let status = response.then_some(NtStatus(status));
        walk(&encode::message(Command(command), status, 1, 2, 3, &body));
    }

    #[test]
    fn mutated_datagrams_never_panic(index in any::<prop::sample::Index>(), value in any::<u8>()) {
        let mut bytes = MAILSLOT.to_vec();
        let at = index.index(bytes.len());
        bytes[at] = value;
        walk(&bytes);
        if let Some(data) = nbdgm::Datagram::parse_partial(&bytes).value.user_data {
            walk(&data);
        }
    }
}
