//! The failing join: the generated frames are those that were published, and each neighbour differs in
//! what it says it does.

mod common;

use std::collections::BTreeMap;
use std::path::Path;

use adjoin_scenes::article::{self, REPLY_LEN, REQUEST_LEN, SCENES, TRACE_START};
use adjoin_scenes::script::{SECOND, Shot, marked};

/// What is in the header of one segment, read anew from the octets.
#[derive(Clone, Debug)]
struct Seen {
    time: i64,
    from: u16,
    to: u16,
    ttl: u8,
    seq: u32,
    ack: u32,
    window: u32,
    length: u32,
    flags: String,
}

fn be16(bytes: &[u8], at: usize) -> u16 {
    u16::from_be_bytes(bytes[at..at + 2].try_into().unwrap())
}

fn be32(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap())
}

/// The headers of all TCP segments.
fn headers(shots: &[Shot]) -> BTreeMap<u32, Seen> {
    let tcp = shots.iter().filter(|shot| be16(&shot.bytes, 12) == 0x0800 && shot.bytes[23] == 6);
    tcp.map(|shot| {
        let (ip, tcp) = (&shot.bytes[14..], &shot.bytes[34..]);
        let letters = [(0x10, 'A'), (8, 'P'), (4, 'R'), (2, 'S'), (1, 'F')];
        let seen = Seen {
            time: shot.time,
            from: be16(tcp, 0),
            to: be16(tcp, 2),
            ttl: ip[8],
            seq: be32(tcp, 4),
            ack: be32(tcp, 8),
            window: be16(tcp, 14).into(),
            length: u32::from(be16(ip, 2)) - 20 - u32::from(tcp[12] >> 4) * 4,
            flags: letters.iter().filter(|(bit, _)| tcp[13] & bit != 0).map(|(_, letter)| letter).collect(),
        };
        (shot.number, seen)
    })
    .collect()
}

/// The number after `name` in a printed line.
fn printed(line: &str, name: &str) -> Option<i64> {
    let rest = &line[line.find(name)? + name.len()..];
    rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// The lines of the trace in one of the two forms in which it was published.
fn published(name: &str) -> Option<Vec<(u32, String)>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/seeds").join(name);
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("skipped: ../shared is not here");
        return None;
    };
    let lines = text.lines().filter(|line| line.starts_with("15") && line.contains("CLIENT1"));
    let lines: Vec<_> = lines
        .map(|line| (line.split_whitespace().next().unwrap().parse().unwrap(), line.to_owned()))
        .collect();
    assert_eq!(lines.len(), 24);
    Some(lines)
}

/// Compares every number of a printed line with the frame.
fn compare(number: u32, line: &str, frame: &Seen) {
    let to_server = line.find("CLIENT1") < line.find("DC1.ADATUM.COM");
    assert_eq!((frame.from, frame.to), if to_server { (59259, 88) } else { (88, 59259) }, "{line}");
    let Some(seq) = printed(line, "Seq=") else {
        assert!(line.contains("KerberosV5") && to_server, "{line}");
        return;
    };
    let expected =
        [("PayloadLen=", frame.length.into()), ("Ack=", frame.ack.into()), ("Win=", i64::from(frame.window))];
    assert_eq!(seq, i64::from(frame.seq), "frame {number}");
    for (name, value) in expected {
        assert_eq!(printed(line, name), Some(value), "frame {number}, {name}");
    }
    if let Some((_, range)) =
        line.split_once("Seq=").filter(|(_, rest)| rest.split(',').next().unwrap().contains(" - "))
    {
        let end: u32 = range.split(" - ").nth(1).unwrap().split(',').next().unwrap().parse().unwrap();
        assert_eq!(end, frame.seq + frame.length, "frame {number}");
    }
    let flags: String = line.split("Flags=").nth(1).unwrap().chars().take_while(|c| *c != ',').collect();
    let flags: String = flags.chars().filter(|c| *c != '.').collect();
    assert_eq!(flags, frame.flags, "frame {number}");
}

#[test]
fn the_frames_are_those_of_the_article() {
    let frames = headers(&article::article_0x40(false));
    assert_eq!(frames.len(), 24);
    for name in ["domain-join-error-0x40.md", "domain-join-error-0x40-analysis.txt"] {
        let Some(lines) = published(name) else { return };
        let mut before: Option<i64> = None;
        for (number, line) in lines {
            let frame = &frames[&number];
            compare(number, &line, frame);
            if name.ends_with(".txt") {
                continue;
            }
            // Seconds since the trace began, and since the frame before, with seven digits each.
            let mut times = line
                .split_whitespace()
                .skip(3)
                .map(|word| word.replace('.', "").parse::<i64>().unwrap() * 100);
            let time = times.next().unwrap();
            assert_eq!(frame.time - TRACE_START, time, "frame {number}");
            // The deltas were rounded from a finer clock.
            let delta = times.next().unwrap();
            let between = before.map_or(0, |before| time - before);
            assert!((between - delta).abs() <= 100, "frame {number}: {between} and {delta}");
            before = Some(time);
        }
    }
}

#[test]
fn the_request_is_repeated_from_the_middle_of_a_segment() {
    let shots = article::article_0x40(false);
    assert_eq!(article::request().len(), REQUEST_LEN);
    assert_eq!(article::reply().len(), REPLY_LEN);
    let payload = |number| {
        let shot = shots.iter().find(|shot| shot.number == number).unwrap();
        let length = headers(&shots)[&number].length as usize;
        shot.bytes[54..54 + length].to_vec()
    };
    assert_eq!(payload(1539), article::request());
    assert_eq!(payload(1541), payload(1539)[..1460]);
    let rest: Vec<u8> = [1550, 1552, 1556].into_iter().flat_map(payload).collect();
    assert_eq!(rest[..160], article::request()[1608..]);
    assert_eq!(rest[160..], article::request());
    assert_eq!(payload(1553), article::reply()[1460..]);
    // Ten hops to the domain controller.
    assert!(headers(&shots).values().all(|frame| frame.ttl == if frame.from == 88 { 118 } else { 128 }));
}

#[test]
fn the_engine_reads_the_request_and_its_retry() {
    for shots in [article::article_0x40(false), article::article_0x40(true)] {
        let story = common::story(&shots);
        let asked: Vec<_> =
            story.iter().filter(|(_, _, text)| text.contains("cifs/DC1.ADATUM.COM")).collect();
        assert_eq!(asked.iter().map(|(number, ..)| *number).collect::<Vec<_>>(), [1539, 1556], "{story:#?}");
        assert!(!story.iter().any(|(_, _, text)| text.contains("TGS-REP")));
    }
}

#[test]
fn every_scene_is_well_formed() {
    for (name, scene) in SCENES {
        for with_join in [false, true] {
            println!("{name}, {with_join}");
            let shots = scene(with_join);
            assert!(
                shots.windows(2).all(|pair| pair[0].time <= pair[1].time && pair[0].number < pair[1].number)
            );
            common::well_formed(&shots);
        }
    }
}

#[test]
fn the_steps_before_are_the_same_in_every_scene() {
    for (name, scene) in SCENES {
        let shots = scene(true);
        let story = common::story(&shots);
        for phase in ["P1", "P2", "P3", "P3K"] {
            assert!(story.iter().any(|(_, said, _)| said == phase), "{name}: no {phase} in {story:#?}");
        }
        assert!(story.iter().any(|(_, _, text)| text.starts_with("AS-REP")), "{name}: {story:#?}");
    }
}

/// Server frames of the connection for the ticket.
fn server(shots: &[Shot]) -> Vec<(u32, Seen)> {
    headers(shots).into_iter().filter(|(_, frame)| frame.from == 88 && frame.to == 59259).collect()
}

/// Time from the request's last segment to its acknowledgment.
fn wait(shots: &[Shot]) -> i64 {
    let frames = headers(shots);
    let ack = marked(shots, "request-ack");
    let asked = frames.values().filter(|frame| frame.length > 0 && frame.to == 88 && frame.from == 59259);
    frames[&ack].time - asked.map(|frame| frame.time).min().unwrap()
}

#[test]
fn neighbours_differ_in_one_respect() {
    for with_join in [false, true] {
        let silent = article::kdc_silent(with_join);
        assert!(wait(&silent) > 456_000_000 && wait(&silent) < 460_000_000);
        assert!(server(&silent).iter().all(|(_, frame)| frame.ttl == 118 && frame.length == 0));
        let first = headers(&silent)[&marked(&silent, "request-ack")].seq;
        assert!(server(&silent)[1..].iter().all(|(_, frame)| frame.seq == first));

        let proxy = article::proxy_ack(with_join);
        assert!(wait(&proxy) < 2_000_000);
        let ttls: Vec<_> = server(&proxy).iter().map(|(_, frame)| frame.ttl).collect();
        assert_eq!(ttls, [118, 63, 63, 63]);

        let lost = article::reply_lost_whole(with_join);
        let frames = headers(&lost);
        let at = |mark| frames[&marked(&lost, mark)].seq - first;
        assert_eq!((at("request-ack"), at("retry-ack"), at("fin-ack"), at("rst")), (0, 1750, 0, 0));
        assert!(server(&lost).iter().all(|(_, frame)| frame.length == 0));
        for shots in [&silent, &proxy, &lost] {
            let frames = headers(shots);
            let ended = frames[&marked(shots, "fin")].time - frames[&marked(shots, "request-ack")].time;
            assert!(ended > 19 * SECOND && ended < 21 * SECOND);
            assert_eq!(
                frames[&marked(shots, "retry")].time / SECOND,
                frames[&marked(shots, "fin")].time / SECOND - 10
            );
        }

        let blocked = article::port_blocked(with_join);
        assert!(server(&blocked).is_empty());
        let frames = headers(&blocked);
        let [a, b, c] = ["syn-1", "syn-2", "syn-3"].map(|mark| frames[&marked(&blocked, mark)].time);
        assert_eq!(((b - a) / SECOND, (c - b) / SECOND), (3, 6));
        assert!(blocked.last().unwrap().time > a + 21 * SECOND);

        let reset = article::device_reset(with_join);
        let frames = headers(&reset);
        let (real, forged) = (&frames[&marked(&reset, "syn-ack")], &frames[&marked(&reset, "rst")]);
        assert_eq!((real.ttl, forged.ttl), (118, 64));
        assert_eq!(forged.flags, "AR");
        assert_eq!(server(&reset).len(), 2);
    }
}
