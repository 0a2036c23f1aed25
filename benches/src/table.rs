//! What was measured, as a page.

use crate::timing::Timed;
use std::fmt::Write;

/// A reader's line.
pub struct Line {
    pub reader: &'static str,
    /// It read the message; else what it cost says little.
    pub read: bool,
    pub timed: Timed,
    pub instructions: Option<u64>,
    pub allocations: usize,
}

/// A message and its readers, ours first.
pub struct Measured {
    pub message: String,
    pub octets: usize,
    pub source: String,
    pub lines: Vec<Line>,
}

/// A pipeline's line; times and instructions are for one packet.
pub struct Way {
    pub name: &'static str,
    pub nanoseconds: f64,
    pub instructions: Option<u64>,
}

/// The messages of which ours is to be four times as quick as the quickest peer.
const TARGETS: [&str; 6] = [
    "Kerberos AP-REQ",
    "Kerberos KRB-ERROR",
    "LDAP rootDSE entry",
    "CLDAP searchResEntry",
    "SPNEGO NegTokenInit",
    "NTLM CHALLENGE",
];

const HEAD: &str = "\
<!-- Written by `cargo xtask bench --write`. Change benches/src/table.rs, not this page. -->

# Performance

`cargo xtask bench` reads the same captured octets with our decoders and with other crates, in one
process and in turn, so that a busy machine disturbs all alike. It needs no network once the crates are
there; instructions are counted when valgrind is installed.

* *ns*: the median of 201 slices of 0.2 ms each.
* *times ours*: the median of the ratios of slices that lie side by side. The second number is the ratio
  of instructions, which no other program disturbs.
* *allocations*: for one message.

Messages of *another server* are those of other captures, which are not part of the repository: the variable
`ADJOIN_CAPTURES` names a folder of them.
";

/// Captures that are no part of the repository, and where they can be had.
const ELSEWHERE: &[(&str, &str)] = &[
    (
        "otrf_shire_dcsync_covenant.pcap",
        "OTRF/Security-Datasets, covenant_dcsync_dcerpc_drsuapi_DsGetNCChanges.zip: the capture in it",
    ),
    ("zeek_ldap_aduser1.pcap", "zeek/zeek, testing/btest/Traces/ldap/aduser1.pcap"),
    (
        "elcabezzonn_winrm_psremote.pcapng",
        "elcabezzonn/Pcaps, winrm_psremote_05-16.pcap.gz, which has no licence",
    ),
];

/// Where the captures of a run that are no part of the repository can be had.
fn elsewhere(all: &[Measured]) -> String {
    let used = ELSEWHERE.iter().filter(|(name, _)| all.iter().any(|measured| measured.source == *name));
    let lines: String = used.map(|(name, place)| format!("* `{name}`: {place}\n")).collect();
    if lines.is_empty() {
        lines
    } else {
        format!("\nCaptures that are not part of the repository, and where they are on GitHub:\n\n{lines}")
    }
}

/// With commas.
pub fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn nanoseconds(n: f64) -> String {
    if n < 100.0 { format!("{n:.1}") } else { number(n.round() as u64) }
}

fn counted(instructions: Option<u64>) -> String {
    instructions.map_or_else(|| "-".into(), number)
}

fn ratio(line: &Line, ours: &Line) -> String {
    let instructions = line.instructions.zip(ours.instructions);
    let instructions =
        instructions.map(|(theirs, ours)| format!(" / {:.1}", theirs as f64 / ours.max(1) as f64));
    format!("{:.1}{}", line.timed.ratio, instructions.unwrap_or_default())
}

/// The peer that is nearest to ours among those that read the whole message.
fn nearest(measured: &Measured) -> Option<&Line> {
    let peers = measured.lines.iter().skip(1).filter(|line| line.read && !line.reader.contains('('));
    peers.min_by(|a, b| a.timed.ratio.total_cmp(&b.timed.ratio))
}

/// The page.
pub fn page(machine: &str, all: &[Measured], ways: &[Way], capture: &str, captures: &str) -> String {
    let mut out = String::from(HEAD);
    let _ = write!(out, "\nThis run: {machine}.\n\n{captures}## Beside other crates\n\n");
    out.push_str(
        "| message | reader | ns | times ours | instructions | allocations |\n|---|---|--:|--:|--:|--:|\n",
    );
    for measured in all.iter().filter(|m| m.lines.len() > 1) {
        let Some((ours, peers)) = measured.lines.split_first() else { continue };
        let row = |out: &mut String, message: &str, line: &Line, ratio: &str| {
            let reader =
                if line.read { line.reader.to_owned() } else { format!("{} (refuses it)", line.reader) };
            let ns = nanoseconds(line.timed.nanoseconds);
            let _ = writeln!(
                out,
                "| {message} | {reader} | {ns} | {ratio} | {} | {} |",
                counted(line.instructions),
                line.allocations
            );
        };
        let message = format!("{}, {} octets", measured.message, number(measured.octets as u64));
        row(&mut out, &message, ours, "");
        for peer in peers {
            row(&mut out, "", peer, &ratio(peer, ours));
        }
    }

    out.push_str("\n### At least four times as quick as the quickest peer\n\n");
    out.push_str("| message | quickest peer | times ours |\n|---|---|--:|\n");
    for measured in all.iter().filter(|m| TARGETS.contains(&m.message.as_str())) {
        if let (Some(peer), Some(ours)) = (nearest(measured), measured.lines.first()) {
            let _ = writeln!(out, "| {} | {} | {} |", measured.message, peer.reader, ratio(peer, ours));
        }
    }
    out.push_str(NOTES);

    out.push_str("\n## Messages per second of each decoder\n\n");
    out.push_str(
        "| message | octets | messages per second | ns | instructions | allocations | octets from |\n",
    );
    out.push_str("|---|--:|--:|--:|--:|--:|---|\n");
    for measured in all {
        let Some(ours) = measured.lines.first() else { continue };
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} | {} |",
            measured.message,
            number(measured.octets as u64),
            number((1e9 / ours.timed.nanoseconds) as u64),
            nanoseconds(ours.timed.nanoseconds),
            counted(ours.instructions),
            ours.allocations,
            measured.source,
        );
    }

    out.push_str(&elsewhere(all));
    let _ = write!(out, "\n## Packets per second of pipelines\n\n{capture}\n\n");
    out.push_str(
        "| pipeline | packets per second | ns per packet | instructions per packet |\n|---|--:|--:|--:|\n",
    );
    for way in ways {
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} |",
            way.name,
            number((1e9 / way.nanoseconds) as u64),
            nanoseconds(way.nanoseconds),
            counted(way.instructions)
        );
    }
    out.push_str(TAIL);
    out
}

const CAPTURES: &str = "## Whole captures";

/// What was measured of whole captures, as a section of the page.
pub fn captures(machine: &str, tables: &str) -> String {
    format!("{CAPTURES}\n{CAPTURES_HEAD}\nThis run: {machine}.\n\n{tables}{CAPTURES_NOTES}\n")
}

/// That section of a page; empty where it has none.
pub fn captures_of(page: &str) -> &str {
    let Some(start) = page.find(CAPTURES) else { return "" };
    let section = &page[start..];
    let end = section[CAPTURES.len()..].find("\n## ").map(|end| end + CAPTURES.len() + 1);
    &section[..end.unwrap_or(section.len())]
}

const CAPTURES_HEAD: &str = "
`cargo xtask bench --all` makes captures, one at a time, and lets programs read them: `adjoin report`, which
judges every join in it, two programs that merely read the octets, and `tshark`. Each is a process of its own,
and they run in turn, round after round; *times* are medians of the ratios of one round. The file lies in the
system's cache as far as that goes. The memory is the most that a process had in a run of its own.

* *mixed*: web pages, TLS, media, DNS, ARP, over IPv4 and IPv6, files copied over SMB, and a join for every 5 MB.
* *irrelevant*: the same without joins and without SMB.
* *joins*: four frames of ten belong to joins, of another client each.

Three joins of four are scripts of `scenes`, every second of them with a fault; the fourth is a recording of
`samples` with another client's address.
";

const CAPTURES_NOTES: &str = "
What made the difference, as profiles of a capture without joins and of one with little else showed it:

* A connection's key is two words to hash and is told apart by its ports first; a single file is not compared
  with others at each packet; the report alone doesn't judge twice.
* Clients that were quiet for longest are judged while the capture goes on, and only their verdicts are kept.
  Datagrams have no room for TCP's facts, and connections that were closed no buffers.

What stands in the way: reading itself is a third of the processor's time where nothing matters to a join; the
rest has no single place, and finding the connection of each segment is the largest. Where joins are many,
a fifth goes to writing the report. Memory is bounded for what is generated here; a capture
that is made to fill it can hold more in DCE/RPC requests whose fragments never end, up to the constants beside them.
";

const NOTES: &str = "
ntlmssp is quicker than ours at a CHALLENGE: it takes three fields, the flags, the server's challenge and a
copy of the target info as it is, and leaves the names, the version and the list in the target info. That is less
than reading the message, so the table above takes the quickest that reads all of it. ntlmclient copies the list and keeps no places; ours has the span of every
field and has walked the list to tell its errors. Half of its instructions read the header and walk that
list, in which a pair is found only by the length of the one before; a fifth read the two places of payload;
the rest checks signature and version and hands the message over.

What made the difference, as profiles showed it:

* An element that is whole and of a usual form takes a short way, inlined where it is asked for; what is
  wrong with any other is found by functions of their own. Before, each element was put together in
  memory, 88 octets, to be asked for one of them.
* A cursor keeps the end of its octets, not the place: reading moves a slice and nothing else. Copies of
  whole readers had cost more than the reading: the processor waits when 16 octets are loaded that were
  just stored as two times 8.
* Lists are checked by walking them, not by making each item and throwing it away.

What stands in the way elsewhere: names of DNS are walked twice, in place and along their pointers, and so
are those in the answer to an LDAP ping (58% of its instructions). In ept_map's answer the floors of towers
are 57%: they are read when the answer is checked and again for each question that is asked of a tower.
";

const TAIL: &str = "
## Regressions

`cargo xtask bench --check` counts the instructions of our decoders and pipelines under callgrind, compares
them with `benches/instructions.tsv` and fails when one costs over 5% more. It takes no longer than building
the benches and disregards what else the machine does. Compilers differ: after a change of the compiler,
`cargo xtask bench --write` first. CI asserts what doesn't depend on the compiler: no allocations
(`fuzz/targets/tests/allocations.rs`) and linear steps (`fuzz/targets/tests/exhaustive.rs`).
";
