//! `adjoin annotate`: packets stay as they are, and any Wireshark shows what was added.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use adjoin_capture::LinkType;
use adjoin_oracle::tshark::{Tshark, build_plugin, installed};
use capture_file::{Reader, Writer};
use join_engine::Engine;
use join_engine::moments::{Moment, MomentKind};
use join_engine::show::{Place, Row, Value, What, fields};

const SECOND: i64 = 1_000_000_000;
const UPPER_PDU: LinkType = LinkType(252);

/// A record with all that a reader tells of it.
#[derive(Clone, Debug, PartialEq)]
struct Kept {
    time: i64,
    link: LinkType,
    bytes: Vec<u8>,
    original_length: u32,
    comments: Vec<String>,
}

fn read(path: &Path) -> Vec<Kept> {
    let mut reader = Reader::open(path).expect("a capture");
    let mut all = Vec::new();
    while let Some(record) = reader.next().expect("a whole capture") {
        all.push(Kept {
            time: record.time,
            link: record.link,
            bytes: record.bytes.to_vec(),
            original_length: record.original_length,
            comments: record.comments().map(String::from).collect(),
        });
    }
    all
}

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../samples").join(name)
}

fn adjoin(arguments: &[&str], files: &[&Path]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_adjoin")).args(arguments).args(files).output().expect("the command runs")
}

/// Annotates `input`, with what else stands in `more`.
fn annotate(input: &Path, output: &Path, more: &[&Path]) -> Output {
    adjoin(&["annotate"], &[&[input, Path::new("-o"), output], more].concat())
}

fn report(path: &Path) -> serde_json::Value {
    let output = adjoin(&["report", "--format", "json"], &[path]);
    let mut report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("a report");
    report["capture"]["files"] = serde_json::Value::Null;
    report
}

/// A folder of one test; it goes with it.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("adjoin-annotate-{test}-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a temporary folder");
        Self(folder)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).expect("the folder");
        let mut names: Vec<_> = entries
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn packets_stay_as_they_are() {
    let folder = Folder::new("packets");
    for name in ["joined.pcap", "joined-vlan.pcap", "kdc-answer-lost.pcap", "windows7-join.pcap"] {
        let (input, output) = (sample(name), folder.file(name));
        let made = annotate(&input, &output, &[]);
        assert_eq!(made.status.code(), Some(0), "{}", String::from_utf8_lossy(&made.stderr));
        let without = |records: Vec<Kept>| -> Vec<Kept> {
            records.into_iter().map(|record| Kept { comments: Vec::new(), ..record }).collect()
        };
        assert!(without(read(&output)) == without(read(&input)), "{name}");
        assert_eq!(report(&output), report(&input), "{name}");
    }
    assert_eq!(folder.names().len(), 4, "nothing is left behind: {:?}", folder.names());
}

#[test]
fn findings_stand_on_their_frames() {
    let folder = Folder::new("findings");
    let (input, output) = (sample("rpc-ports-blocked.pcap"), folder.file("out.pcapng"));
    annotate(&input, &output, &[]);
    let (report, records) = (report(&input), read(&output));
    let root = &report["joins"][0]["root"];
    assert_eq!(root["id"], "RPC-DYN");
    for evidence in root["evidence"].as_array().expect("a list") {
        let frame = usize::try_from(evidence["frame"].as_u64().expect("a number")).expect("small");
        let comments = &records[frame - 1].comments;
        assert!(comments.iter().any(|words| words.starts_with("adjoin: RPC-DYN (root)")), "{frame}");
    }
    let certain: Vec<&String> = records
        .iter()
        .flat_map(|record| &record.comments)
        .filter(|words| words.starts_with("adjoin: RPC-DYN (root): "))
        .collect();
    let [said] = certain[..] else { panic!("the finding is said once: {certain:?}") };
    assert!(said.contains(root["what"].as_str().expect("words")));
    assert!(said.contains("frame.number in {"), "{said}");
    assert!(records.iter().any(|record| record.comments.iter().any(|words| words.contains("begins here"))));
}

#[test]
fn comments_that_were_there_stay() {
    let folder = Folder::new("comments");
    let (input, once, twice) = (folder.file("in.pcapng"), folder.file("once"), folder.file("twice"));
    let mut writer = Writer::new(Vec::new(), "a test").expect("memory");
    for record in read(&sample("wrong-password.pcap")) {
        let Kept { time, bytes, original_length, .. } = record;
        writer
            .packet(LinkType::ETHERNET, time, &bytes, original_length, &["mine", "zwei\nZeilen"])
            .expect("memory");
    }
    fs::write(&input, writer.finish().expect("memory")).expect("a temporary file");
    annotate(&input, &once, &[]);
    annotate(&once, &twice, &[]);
    let once = read(&once);
    assert!(once.iter().all(|record| record.comments[..2] == ["mine", "zwei\nZeilen"]));
    assert!(once.iter().any(|record| record.comments.len() > 2));
    assert!(once == read(&twice), "what was said is not said again");
}

#[test]
fn records_that_are_no_packets_keep_their_numbers() {
    let folder = Folder::new("journal");
    let (input, output) = (folder.file("in.pcapng"), folder.file("out.pcapng"));
    let mut writer = Writer::new(Vec::new(), "a test").expect("memory");
    let mut records = read(&sample("wrong-password.pcap")).into_iter();
    let mut write = |writer: &mut Writer<Vec<u8>>, count: usize| {
        for Kept { time, bytes, original_length, .. } in records.by_ref().take(count) {
            writer.packet(LinkType::ETHERNET, time, &bytes, original_length, &[]).expect("memory");
        }
    };
    write(&mut writer, 5);
    let mut file = writer.finish().expect("memory");
    // A journal entry.
    file.extend([9, 0, 0, 0, 20, 0, 0, 0, b'A', b'=', b'1', b'\n', b'B', b'=', b'2', b'\n', 20, 0, 0, 0]);
    let mut writer = Writer::new(Vec::new(), "a test").expect("memory");
    write(&mut writer, usize::MAX);
    file.extend(writer.finish().expect("memory"));
    fs::write(&input, file).expect("a temporary file");
    annotate(&input, &output, &[]);
    let (before, after) = (read(&input), read(&output));
    assert_eq!(before.len(), after.len());
    assert_eq!(after[5].link, UPPER_PDU);
    assert!(before.iter().zip(&after).enumerate().all(|(at, (a, b))| at == 5 || a.bytes == b.bytes));
    let (mut before, after) = (report(&input), report(&output));
    assert_eq!(before["capture"]["frames"].as_u64(), after["capture"]["frames"].as_u64().map(|n| n - 1));
    before["capture"]["frames"] = after["capture"]["frames"].clone();
    assert_eq!(before, after);
}

#[test]
fn what_is_refused() {
    let folder = Folder::new("refused");
    let input = folder.file("in.pcap");
    fs::copy(sample("joined.pcap"), &input).expect("a temporary file");
    let before = fs::read(&input).expect("it is there");
    let refused = |output: &Output, why: &str| {
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(why), "{said}");
    };
    let dotted = folder.0.join(".").join("in.pcap");
    refused(&annotate(&input, &dotted, &[]), "the capture itself");
    #[cfg(unix)]
    {
        let link = folder.file("link");
        std::os::unix::fs::symlink(&input, &link).expect("a link");
        refused(&annotate(&input, &link, &[]), "the capture itself");
        fs::remove_file(&link).expect("it is there");
    }
    refused(&annotate(Path::new("-"), &folder.file("out"), &[]), "standard input");
    refused(&annotate(&input, &folder.0, &[]), "not a regular file");
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        let socket = folder.file("socket");
        let listener = std::os::unix::net::UnixListener::bind(&socket).expect("a socket");
        refused(&annotate(&input, &socket, &[]), "not a regular file");
        let there = fs::symlink_metadata(&socket).expect("it is still there");
        assert!(there.file_type().is_socket());
        drop(listener);
        fs::remove_file(&socket).expect("it is there");
    }
    refused(&annotate(&folder.file("absent"), &folder.file("out"), &[]), "absent");
    refused(&annotate(&input, &folder.file("no/such/folder"), &[]), "no/such/folder");
    let text = folder.file("text");
    fs::write(&text, "words").expect("a temporary file");
    refused(&annotate(&input, &folder.file("out"), &[Path::new("--netsetup"), &text]), "no Netsetup.log");
    fs::write(&text, "05/04/1999 09:30:00:100 NetpDoDomainJoin\n").expect("a temporary file");
    refused(&annotate(&input, &folder.file("out"), &[Path::new("--netsetup"), &text]), "no place");
    assert_eq!(folder.names(), ["in.pcap", "text"], "nothing is left behind");
    assert!(fs::read(&input).expect("it is there") == before);
}

/// An engine that was fed with records of these numbers.
fn engine<'r>(records: impl Iterator<Item = (u32, &'r Kept)>) -> Engine {
    let mut engine = Engine::new();
    for (number, Kept { time, link, bytes, original_length, .. }) in records {
        let (time, link, original_length) = (*time, *link, *original_length);
        engine.feed(&adjoin_capture::Frame { number, time, link, bytes, original_length });
    }
    engine.finish();
    engine
}

/// The values of a field in the rows of a frame, and the octets that it stands for.
fn shown(rows: &[Row], filter: &str, frame: &[u8]) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for row in rows {
        let What::Field { id, value, .. } = &row.what else { continue };
        if fields().nth(id.0.into()).expect("a field").filter != filter {
            continue;
        }
        let value = match value {
            Value::Text(text) => text.clone(),
            Value::Uint(number) => number.to_string(),
            other => format!("{other:?}"),
        };
        let octets = match row.place {
            Place::Frame(span) => String::from_utf8_lossy(&frame[span.range()]).into_owned(),
            _ => String::new(),
        };
        all.push((value, octets));
    }
    all
}

/// A log of the join in a sample, as Windows writes it a little after each packet: its clock shows UTC, a
/// second ahead.
fn log(input: &Path) -> String {
    let records = read(input);
    let day = records.last().expect("a record").time.div_euclid(86_400 * SECOND);
    let engine = engine((1..).zip(&records));
    let report = engine.report();
    // `2026-11-21T...` as `11/21/2026`.
    let first = report.capture.first.expect("a time");
    let date = format!("{}/{}/{}", &first[5..7], &first[8..10], &first[..4]);
    let (mut lines, mut end) = (Vec::new(), 0);
    for Moment { time, kind, host, .. } in &engine.moments()[0] {
        let words = match kind {
            Some(MomentKind::LocatorAsks) => {
                format!("NetpDsGetDcName: trying to find DC in domain '{host}', flags: 0x40001010")
            }
            Some(MomentKind::ControllerFound) => {
                format!("NetpDsGetDcName: found DC '\\\\{host}' in the specified domain")
            }
            Some(MomentKind::SmbConnected) => {
                format!("NetpJoinDomainOnDs: status of connecting to dc '\\\\{host}': 0x0")
            }
            _ => continue,
        };
        let ms = (time - day * 86_400 * SECOND) / 1_000_000 + 1005;
        let (h, m, s) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60);
        end = ms + 50_000;
        lines.push(format!("{date} {h:02}:{m:02}:{s:02}:{:03} {words}", ms % 1000));
    }
    let first = lines[0][..23].to_owned();
    // What Windows concludes while nothing more is sent.
    let (h, m, s) = (end / 3_600_000, end / 60_000 % 60, end / 1000 % 60);
    let last = format!("{date} {h:02}:{m:02}:{s:02}:{:03}", end % 1000);
    let domain = report.joins[0].domain.clone().expect("a domain");
    lines.insert(0, format!("{first}   Domain: {domain}\n{first}   Options: 0x27"));
    lines.insert(0, format!("{first} NetpDoDomainJoin"));
    lines.push(format!("{last} NetpDoDomainJoin: status: 0x6ba"));
    // Years ago.
    lines.insert(0, "01/01/2009 09:30:00:100 NetpDoDomainJoin: status: 0x5".to_owned());
    lines.join("\r\n")
}

#[test]
fn lines_of_the_log_become_frames() {
    let folder = Folder::new("log");
    let (input, output, log_file) =
        (sample("rpc-ports-blocked.pcap"), folder.file("out.pcapng"), folder.file("log"));
    let log = log(&input);
    fs::write(&log_file, &log).expect("a temporary file");
    let made = annotate(&input, &output, &[Path::new("--netsetup"), &log_file]);
    assert_eq!(made.status.code(), Some(0), "{}", String::from_utf8_lossy(&made.stderr));
    let (before, after) = (read(&input), read(&output));
    let is_line = |record: &&Kept| record.link == UPPER_PDU;
    let lines: Vec<&Kept> = after.iter().filter(is_line).collect();
    assert!(lines.len() >= 5, "{} lines", lines.len());
    assert!(
        after.iter().filter(|record| !is_line(record)).map(|r| &r.bytes).eq(before.iter().map(|r| &r.bytes))
    );
    assert!(after.windows(2).all(|pair| pair[0].time <= pair[1].time), "in the order of time");
    for line in &lines {
        let text = String::from_utf8_lossy(&line.bytes);
        assert!(text.contains("\0adjoin netsetup 1 line "), "{text}");
        assert!(!text.contains("2009"), "a line of years ago");
        assert!(line.comments[0].starts_with("Netsetup.log line "), "{:?}", line.comments);
    }
    let all: String = lines.iter().map(|line| line.comments[0].as_str()).collect();
    assert!(all.contains("Domain: fabrikam.test") && all.contains("status: 0x6ba"), "{all}");

    // The frames that a comment names are those of the new file.
    let said = after.iter().flat_map(|record| &record.comments);
    let said =
        said.into_iter().find(|words| words.starts_with("adjoin: RPC-DYN (root): ")).expect("the root");
    let (_, named) = said.split_once("frame.number in {").expect("evidence");
    for frame in named.trim_end_matches('}').split(", ") {
        let frame: usize = frame.parse().expect("a number");
        let comments = &after[frame - 1].comments;
        assert!(comments.iter().any(|words| words.starts_with("adjoin: RPC-DYN (root)")), "{frame}");
    }

    // Lines change nothing of what the packets tell.
    let (was, is) = (report(&input), report(&output));
    for member in ["first", "last", "quality"] {
        assert_eq!(was["capture"][member], is["capture"][member]);
    }
    for member in ["id", "what", "confidence"] {
        assert_eq!(was["joins"][0]["root"][member], is["joins"][0]["root"][member]);
    }
    assert!(after.last().is_some_and(|record| record.link == UPPER_PDU), "the last line is the end");

    // Another capture, and a log that is not of it.
    let other = annotate(&sample("joined.pcap"), &folder.file("x"), &[Path::new("--netsetup"), &log_file]);
    assert_eq!(other.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&other.stderr).contains("no place among the packets"));

    if !installed("tshark") {
        return;
    }
    let tshark = Tshark::without_plugin().expect("a home folder");
    let comments = tshark
        .read(&output, &["-T", "fields", "-e", "frame.number", "-e", "frame.comment", "-Y", "frame.comment"])
        .expect("tshark reads it");
    assert_eq!(
        comments.lines().count(),
        after.iter().filter(|record| !record.comments.is_empty()).count(),
        "{comments}"
    );
    assert!(comments.contains("NetpDsGetDcName: trying to find DC"));
    let summaries = tshark.read(&output, &["-Y", "exported_pdu"]).expect("tshark reads it");
    assert_eq!(summaries.lines().count(), lines.len());
    assert!(summaries.lines().all(|line| line.contains("adjoin netsetup 1 line")), "{summaries}");
    let wrong = "exported_pdu && (_ws.malformed || _ws.expert.severity >= \"Warning\")";
    assert_eq!(tshark.read(&output, &["-Y", wrong]).expect("tshark reads it"), "");
}

/// The records of `rpc-ports-blocked.pcap` with its log between them.
fn with_log(folder: &Folder) -> (Vec<Kept>, String) {
    let (input, output, log_file) =
        (sample("rpc-ports-blocked.pcap"), folder.file("out.pcapng"), folder.file("log"));
    let log = log(&input);
    fs::write(&log_file, &log).expect("a temporary file");
    let made = annotate(&input, &output, &[Path::new("--netsetup"), &log_file]);
    assert_eq!(made.status.code(), Some(0), "{}", String::from_utf8_lossy(&made.stderr));
    (read(&output), log)
}

#[test]
fn lines_change_no_verdict() {
    let folder = Folder::new("verdict");
    let (records, _) = with_log(&folder);
    let numbered = || (1..).zip(&records);
    let is_line = |(_, record): &(u32, &Kept)| record.link == UPPER_PDU;
    let with = engine(numbered());
    let without = engine(numbered().filter(|frame| !is_line(frame)));
    assert_eq!(with.report().to_json(), without.report().to_json());
    assert_eq!(with.stats().frames, without.stats().frames);
    assert_eq!(with.stats().unknown_link, 0);
    let mut linked = 0;
    for (number, record) in numbered().filter(|frame| !is_line(frame)) {
        let rows = |engine: &Engine| engine.view(number, &record.bytes).unwrap_or_default().rows;
        let (mut with, without) = (rows(&with), rows(&without));
        let links = shown(&with, "adjoin.log.line_in", &record.bytes).len();
        linked += links;
        assert_eq!(with.split_off(with.len() - links).len(), links, "they are the last");
        assert_eq!(with, without, "frame {number}");
    }
    assert!(linked >= 10, "{linked} packets have a line");
}

#[test]
fn each_line_is_shown_with_its_packets() {
    let folder = Folder::new("shown");
    let (records, log) = with_log(&folder);
    let whole = engine((1..).zip(&records));
    let (mut entries, mut packets) = (Vec::new(), Vec::new());
    for (number, record) in (1_u32..).zip(&records).filter(|(_, record)| record.link == UPPER_PDU) {
        let bytes = &record.bytes;
        let rows = whole.view(number, bytes).expect("each line is shown").rows;
        let one = |filter: &str| {
            let [(value, octets)] = &shown(&rows, filter, bytes)[..] else { panic!("{filter} in {number}") };
            assert!(octets.is_empty() || octets.trim() == value, "{filter}: {octets} is {value}");
            value.clone()
        };
        let line: usize = one("adjoin.log.line").parse().expect("a number");
        let (function, time) = (one("adjoin.log.function"), one("adjoin.log.time"));
        let message = shown(&rows, "adjoin.log.message", bytes);
        let message = message.first().map_or(String::new(), |(message, _)| format!(": {message}"));
        let written = log.lines().nth(line - 1).expect("a line of the log");
        assert!(written.ends_with(&format!(" {function}{message}")), "{written}: {function}{message}");
        assert!(written[11..].starts_with(&time[11..19]), "{written}: {time}");
        assert!(one("adjoin.summary").starts_with(&function));
        assert_eq!((one("adjoin.log.operation"), one("adjoin.log.pass")), ("join".into(), "1".into()));
        entries.push(line);
        entries.extend(shown(&rows, "adjoin.log.value", bytes).iter().zip(line + 1..).map(
            |((value, _), at)| {
                assert!(log.lines().nth(at - 1).expect("a line").ends_with(value));
                at
            },
        ));
        for (packet, _) in shown(&rows, "adjoin.log.packet_in", bytes) {
            let packet: u32 = packet.parse().expect("a number");
            let told = &records[packet as usize - 1];
            let back = whole.view(packet, &told.bytes).expect("a packet with a line").rows;
            let back = shown(&back, "adjoin.log.line_in", &told.bytes);
            assert!(
                back.iter().any(|(line, _)| *line == number.to_string()),
                "{packet} leads back to {number}"
            );
            packets.push((line, told.clone()));
        }
        // Each packet that was written down is there.
        let text = String::from_utf8_lossy(bytes).into_owned();
        let named = text.lines().find_map(|line| line.strip_prefix("adjoin packets: "));
        let named = named.map_or(0, |named| named.split(' ').count());
        assert_eq!(named, shown(&rows, "adjoin.log.packet_in", bytes).len(), "{text}");
    }
    entries.sort_unstable();
    assert_eq!(entries, (2..=log.lines().count()).collect::<Vec<_>>(), "all but the line of years ago");
    assert!(packets.len() >= 10, "{} packets", packets.len());

    // Somebody takes every third frame out: what is left leads to the same packets, by their new numbers.
    let fewer: Vec<Kept> =
        (0..).zip(&records).filter(|(at, _)| at % 3 != 1).map(|(_, record)| record.clone()).collect();
    let engine = engine((1..).zip(&fewer));
    let mut left = 0;
    for (number, record) in (1..).zip(&fewer).filter(|(_, record)| record.link == UPPER_PDU) {
        let rows = engine.view(number, &record.bytes).expect("each line is shown").rows;
        let line: usize = shown(&rows, "adjoin.log.line", &record.bytes)[0].0.parse().expect("a number");
        for (packet, _) in shown(&rows, "adjoin.log.packet_in", &record.bytes) {
            let packet = &fewer[packet.parse::<usize>().expect("a number") - 1];
            assert!(packets.iter().any(|(of, told)| *of == line && told.bytes == packet.bytes));
            left += 1;
        }
    }
    assert!(left >= 3 && left < packets.len(), "{left} links are left");
}

#[test]
fn tshark_shows_the_lines() {
    if !installed("tshark") {
        return;
    }
    let folder = Folder::new("tshark");
    let (records, log) = with_log(&folder);
    let output = folder.file("out.pcapng");
    let plugin = build_plugin(false).expect("the plugin builds");
    let tshark = Tshark::with_plugin(&plugin).expect("tshark has a folder for plugins");
    let names =
        ["line", "operation", "status", "status.name", "packet_in"].map(|name| format!("adjoin.log.{name}"));
    let mut arguments =
        vec!["-2", "-Y", "adjoin.log", "-T", "fields", "-e", "frame.number", "-e", "adjoin.phase"];
    arguments.extend(names.iter().flat_map(|name| ["-e", name]));
    arguments.extend(["-e", "adjoin.finding"]);
    let listed = tshark.read(&output, &arguments).expect("tshark reads it");
    let lines: Vec<Vec<&str>> = listed.lines().map(|line| line.split('\t').collect()).collect();
    let wanted = records.iter().filter(|record| record.link == UPPER_PDU).count();
    assert_eq!(lines.len(), wanted, "{listed}");
    let last = lines.last().expect("a line");
    let count = log.lines().count().to_string();
    assert_eq!(last[1..6], ["", &count, "join", "0x000006ba", "RPC_S_SERVER_UNAVAILABLE"], "{listed}");
    assert_eq!(last[7], "LOG-STATUS", "{listed}");
    assert!(lines[..lines.len() - 1].iter().all(|line| line[7].is_empty()), "only the last is bad: {listed}");
    let found =
        lines.iter().find(|line| line[1] == "P2" && !line[6].is_empty()).expect("a controller was found");
    let packet = found[6].split(',').next().expect("a number");
    let back = format!("adjoin.log.line_in == {} && frame.number == {packet}", found[0]);
    assert_eq!(tshark.read(&output, &["-2", "-Y", &back]).expect("tshark reads it").lines().count(), 1);
    // In the packet list they are lines of a log, whatever else is shown. Columns themselves: the fields that are
    // called after them are made before post-dissectors are asked, in some versions.
    let column = |column: &str| {
        let format = format!("gui.column.format:\"It\",\"{column}\"");
        tshark.read(&output, &["-Y", "adjoin.log", "-o", &format]).expect("tshark reads it")
    };
    let protocols = column("%p");
    assert_eq!(protocols.lines().count(), listed.lines().count());
    assert!(protocols.lines().all(|protocol| protocol == "Netsetup"), "{protocols}");
    assert_eq!(column("%i"), column("%Cus:adjoin.summary:0:R"));
    let plain = tshark.read(&output, &[] as &[&str]).expect("tshark reads it");
    let lines = plain.lines().filter(|line| line.contains(" Netsetup "));
    assert_eq!(lines.count(), listed.lines().count(), "{plain}");
    // In one pass the lines know the packets before them.
    let once = tshark.read(&output, &["-Y", "adjoin.log.packet_in"]).expect("tshark reads it");
    assert!(!once.is_empty());
}
