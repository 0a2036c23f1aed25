//! What a negotiation in SMB 3.1.1 offers, and the headers of messages that were compressed.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "tests may panic")]

use adjoin_trials::shared::hex;
use adjoin_wire::{ErrorKind, Span, WireError};
use smb2_proto::Smb;
use smb2_proto::smb2::*;

/// A NEGOTIATE of all dialects with all contexts, made with Scapy 2.8: `SMB2_Negotiate_Protocol_Request`
/// with `SMB2_Preauth_Integrity_Capabilities` and its like.
const NEGOTIATE: &str = "fe534d4240000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000024000500010000007f00000000000000000000000000000000000001700000000700000002021002000302031103000001002600000000000100200001001111111111111111111111111111111111111111111111111111111111111111000002000a000000000004000200010004000300000000000000030012000000000005000000010000000400020003000100050000000000000005002000000000006400630031002e0063006f00720070002e006500780061006d0070006c0065000600040000000000010000000000000007000c00000000000200000000000000010002000000000008000800000000000300020001000000";

fn names<T: ToString>(list: Algorithms<'_, T>) -> Vec<String> {
    list.map(|algorithm| algorithm.value.to_string()).collect()
}

#[test]
fn contexts_of_every_type() {
    let bytes = hex(NEGOTIATE);
    let message = Message::parse(&bytes).unwrap();
    let Body::NegotiateRequest(request) = message.body else { panic!() };
    let dialects: Vec<_> = request.dialects.iter().map(|dialect| dialect.to_string()).collect();
    assert_eq!(dialects, ["SMB 2.0.2", "SMB 2.1", "SMB 3.0", "SMB 3.0.2", "SMB 3.1.1"]);
    let mut seen = Vec::new();
    for context in request.contexts {
        let context = context.unwrap();
        seen.push(context.context_type.0);
        match context.read().unwrap() {
            ContextData::Preauth(hashes) => assert_eq!(names(hashes), ["SHA-512"]),
            ContextData::Encryption(ciphers) => {
                let places: Vec<_> = ciphers.clone().map(|cipher| cipher.span.start).collect();
                assert_eq!(bytes[places[0]..places[0] + 2], [2, 0]);
                assert_eq!(names(ciphers), ["AES-128-GCM", "AES-128-CCM", "AES-256-GCM", "AES-256-CCM"]);
            }
            ContextData::Compression { algorithms, flags } => {
                assert_eq!(*flags, 1);
                assert_eq!(names(algorithms), ["Pattern_V1", "LZ77", "LZ77+Huffman", "LZNT1", "LZ4"]);
            }
            ContextData::Netname(name) => assert_eq!(name.to_string(), "dc1.corp.example"),
            ContextData::Transport(flags) => assert_eq!(*flags, 1),
            ContextData::Rdma(transforms) => assert_eq!(names(transforms), ["encryption", "signing"]),
            ContextData::Signing(algorithms) => {
                assert_eq!(names(algorithms), ["AES-GMAC", "AES-CMAC", "HMAC-SHA256"]);
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(seen, [1, 2, 3, 5, 6, 7, 8]);
}

#[test]
fn a_count_that_lies() {
    let mut bytes = hex(NEGOTIATE);
    // CipherCount, behind the type and length of the second context.
    let at = bytes.windows(8).position(|octets| octets == [2, 0, 10, 0, 0, 0, 0, 0]).unwrap() + 8;
    bytes[at] = 200;
    let Body::NegotiateRequest(request) = Message::parse(&bytes).unwrap().body else { panic!() };
    let error = request.contexts.iter().nth(1).unwrap().unwrap().read().unwrap_err();
    assert!(error.offset <= bytes.len() && error.field == "Algorithms", "{error}");
}

/// Written by the layouts of [MS-SMB2] 2.2.42.1 and 2.2.42.2: not chained, and a chain of a pattern, LZ77
/// and octets as they are.
#[test]
fn compressed_messages() {
    let plain = b"\xfcSMB\x00\x10\x00\x00\x03\x00\x00\x00\x04\x00\x00\x00aaaazzzz";
    let Smb::Compressed(header) = Smb::parse(plain).unwrap() else { panic!() };
    assert!(!header.is_chained());
    let payloads: Vec<_> = header.payloads().map(Result::unwrap).collect();
    assert_eq!(payloads.len(), 1);
    assert_eq!(payloads[0].compression_algorithm.to_string(), "LZ77+Huffman");
    // The four octets that Offset counts are not compressed.
    assert_eq!((*payloads[0].data, payloads[0].data.span), (&b"zzzz"[..], Span::new(20, 24)));

    for (offset, left) in [(0, 8), (8, 0)] {
        let mut other = *plain;
        other[12] = offset;
        let header = CompressionHeader::parse(&other).unwrap();
        assert_eq!(header.payloads().map(|part| part.unwrap().data.len()).sum::<usize>(), left);
    }
    for offset in [9, u32::MAX] {
        let mut lie = *plain;
        lie[12..16].copy_from_slice(&offset.to_le_bytes());
        let header = CompressionHeader::parse(&lie).unwrap();
        let read: Vec<_> = header.payloads().collect();
        let [Err(error)] = &read[..] else { panic!("{read:?}") };
        let missing = usize::try_from(offset - 8).unwrap();
        assert_eq!(*error, WireError::new(ErrorKind::Truncated { missing }, 16, "Offset"));
    }

    let chain = b"\xfcSMB\x00\x10\x00\x00\
        \x04\x00\x01\x00\x08\x00\x00\x00\x20\x00\x00\x00\x40\x00\x00\x00\
        \x02\x00\x00\x00\x07\x00\x00\x00\x80\x00\x00\x00xyz\
        \x00\x00\x00\x00\x02\x00\x00\x00ok";
    let Smb::Compressed(header) = Smb::parse(chain).unwrap() else { panic!() };
    assert!(header.is_chained());
    let payloads: Vec<_> = header.payloads().map(Result::unwrap).collect();
    let told: Vec<_> = payloads
        .iter()
        .map(|part| (part.compression_algorithm.to_string(), part.original_payload_size.map(|n| *n)))
        .collect();
    assert_eq!(told, [("Pattern_V1".into(), None), ("LZ77".into(), Some(0x80)), ("NONE".into(), None)]);
    assert_eq!((*payloads[1].data, *payloads[2].data), (&b"xyz"[..], &b"ok"[..]));
    for cut in 0..chain.len() {
        let part = CompressionHeader::parse_partial(&chain[..cut]).value;
        let read = part.payloads().collect::<Vec<_>>();
        assert!(read.len() <= 3 && read.iter().rev().skip(1).all(Result::is_ok), "{cut}: {read:?}");
    }
}
