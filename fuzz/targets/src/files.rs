//! Capture files.

use std::io::Cursor;

use adjoin_capture::LinkType;
use capture_file::{Reader, Writer};
use join_engine::Engine;

use crate::check;

/// Most records that are read of one input: a few compressed octets may hold very many.
const MAX_RECORDS: u32 = 2_000;
/// Most octets of a record that is compared.
const MAX_PACKET: usize = 16 << 20;

/// [`capture_file::Reader`]: whole files, also compressed. What was read goes to the engine and, written by
/// [`capture_file::Writer`], is read back as the same.
pub fn capture_file(bytes: &[u8]) {
    let open = |bytes: &[u8]| Reader::new(Box::new(Cursor::new(bytes.to_vec())), "input");
    let mut reader = match open(bytes) {
        Ok(reader) => reader,
        Err(error) => return check::text(error),
    };
    let mut engine = Engine::new();
    let Ok(mut writer) = Writer::new(Vec::new(), "fuzz") else { return };
    let mut kept: Vec<(i64, LinkType, usize, Vec<String>)> = Vec::new();
    let (mut number, mut offset) = (0, 0);
    let ended = loop {
        let record = match reader.next() {
            Ok(Some(record)) => record,
            Ok(None) => break true,
            Err(error) => {
                check::text(error);
                break true;
            }
        };
        number += 1;
        assert!(record.bytes.len() <= MAX_PACKET, "a packet of {} octets", record.bytes.len());
        if let Some(process) = record.process() {
            assert!(!process.name.contains(' '));
        }
        let comments: Vec<String> = record.comments().map(String::from).collect();
        engine.feed(&record.frame(number));
        if record.is_packet() {
            assert!(writer.record(&record, &["one more"]).is_ok());
            kept.push((record.time, record.link, record.bytes.len(), comments));
        }
        assert!(reader.offset() >= offset, "the place in the file moves on");
        offset = reader.offset();
        if number >= MAX_RECORDS {
            break false;
        }
    };
    if ended {
        assert!(matches!(reader.next(), Ok(None)), "an ended file gives nothing more");
    }
    engine.finish();
    assert_eq!(engine.stats().frames, u64::from(number));

    let Ok(written) = writer.finish() else { return };
    let Ok(mut again) = open(&written) else {
        assert!(written.is_empty(), "what was written is no capture");
        return;
    };
    for (time, link, length, comments) in kept {
        let Ok(Some(record)) = again.next() else {
            assert!(written.is_empty(), "a record that was written is missing");
            return;
        };
        assert_eq!((record.time, record.link, record.bytes.len()), (time.max(0), link, length));
        let (mut read, mut known) = (record.comments(), comments.iter());
        // Octets that are no text, and what is longer than a comment may be, are written otherwise.
        assert!(read.by_ref().take(comments.len()).zip(&mut known).all(|(a, b)| a == *b));
        assert_eq!(read.next().as_deref(), Some("one more"));
    }
    assert!(matches!(again.next(), Ok(None)) && !again.truncated());
}
