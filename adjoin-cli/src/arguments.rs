//! What can be said on the command line. Help, completions and the man page come from here.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::builder::PossibleValue;
use clap::{Args, Parser, Subcommand, ValueEnum};
use join_engine::show::MessageKind;

/// Says why an Active Directory domain join failed: which phase broke, why, which frames prove it, and what
/// to do.
#[derive(Debug, Parser)]
#[command(name = "adjoin", version, max_term_width = 100, after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXAMPLES: &str = "\
Examples:
  adjoin report capture.pcapng
  adjoin report ring_*.pcapng --format json
  dumpcap -i eth0 -w - | adjoin report -

Exit codes: 0 joined, 1 a join failed, 2 nothing can be said.";

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Judge the joins in captures
    #[command(after_help = REPORT_EXAMPLES)]
    Report(Report),
    /// Read a Netsetup.log alone: passes, phases, statuses, and the causes that fit
    #[command(after_help = LOG_EXAMPLES)]
    Log(Log),
    /// Decode one message: hexadecimal, a file or standard input
    #[command(after_help = DECODE_EXAMPLES)]
    Decode(Decode),
    /// Judge the joins in folders of captures, in parallel: one line of JSON for each
    #[command(after_help = SCAN_EXAMPLES)]
    Scan(Scan),
    /// Say what a finding or a code means in a join
    #[command(after_help = EXPLAIN_EXAMPLES)]
    Explain(Explain),
    /// Write a capture again, with what is found in it as packet comments that any Wireshark shows
    #[command(after_help = ANNOTATE_EXAMPLES)]
    Annotate(Annotate),
    /// Print completions for a shell
    #[command(after_help = "Example:\n  adjoin completions bash > /etc/bash_completion.d/adjoin")]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the man page
    #[command(after_help = "Example:\n  adjoin man > /usr/local/share/man/man1/adjoin.1")]
    Man,
}

const REPORT_EXAMPLES: &str = "\
Examples:
  adjoin report capture.pcapng
  adjoin report ring_00001.pcapng ring_00002.pcapng
  adjoin report capture.pcapng.gz --format json | jq '.joins[].root.id'
  adjoin report capture.pcapng --format html --mask > report.html
  tcpdump -w - 'host 192.0.2.10' | adjoin report -";

/// `adjoin report`
#[derive(Args, Debug)]
pub(crate) struct Report {
    /// pcap or pcapng files, also compressed; several are read as one capture, `-` is standard input
    #[arg(required = true, value_name = "CAPTURE")]
    pub(crate) captures: Vec<PathBuf>,
    /// How the report is written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    /// The client's Netsetup.log of the same time: each of its sections beside its packets
    #[arg(long, value_name = "LOG")]
    pub(crate) netsetup: Option<PathBuf>,
    /// A capture of the same time at the domain controller: what was lost between the two, and what a
    /// device between them made; may be given several times, for several files
    #[arg(long, value_name = "CAPTURE")]
    pub(crate) dc_side: Vec<PathBuf>,
    /// Replace names and addresses by stand-ins, for a report that goes to strangers
    #[arg(long)]
    pub(crate) mask: bool,
    #[command(flatten)]
    pub(crate) judging: Judging,
}

const LOG_EXAMPLES: &str = "\
Examples:
  adjoin log NetSetup.LOG
  adjoin log NetSetup.LOG --format json

Exit codes: 0 the last join in the log succeeded, 1 it failed, 2 there is none that ended.";

/// `adjoin log`
#[derive(Args, Debug)]
pub(crate) struct Log {
    /// %windir%\debug\NetSetup.LOG of the client, in whatever encoding
    #[arg(value_name = "LOG")]
    pub(crate) log: PathBuf,
    /// How it is written
    #[arg(long, value_enum, default_value_t = LogFormat::Text)]
    pub(crate) format: LogFormat,
}

const ANNOTATE_EXAMPLES: &str = "\
Examples:
  adjoin annotate capture.pcapng -o annotated.pcapng
  adjoin annotate capture.pcapng --netsetup NetSetup.LOG -o annotated.pcapng
  tshark -r annotated.pcapng -Y frame.comment -T fields -e frame.number -e frame.comment

Exit codes: 0 the file was written, 2 it was not.";

/// `adjoin annotate`
#[derive(Args, Debug)]
pub(crate) struct Annotate {
    /// A pcap or pcapng file, also compressed
    #[arg(value_name = "CAPTURE")]
    pub(crate) capture: PathBuf,
    /// The pcapng file to write; never the capture itself
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// The client's Netsetup.log of the same time: its lines become frames between the packets, so later
    /// frames get higher numbers
    #[arg(long, value_name = "LOG")]
    pub(crate) netsetup: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) judging: Judging,
}

/// Formats of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people, at a terminal
    Text,
    /// For programs: docs/report.md and docs/log-and-sides.md tell the members
    Json,
    /// For browsers and paper: one file with a diagram, which needs nothing else
    Html,
    /// For tickets
    Markdown,
}

/// Formats of a log alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people, at a terminal
    Text,
    /// For programs: docs/report.md and docs/log-and-sides.md tell the members
    Json,
}

/// How verdicts are reached.
#[derive(Args, Debug)]
pub(crate) struct Judging {
    /// A domain controller that the capture doesn't show to be one; it is never judged as a client
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) controller: Vec<IpAddr>,
    /// Judge only this client
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) client: Vec<IpAddr>,
    /// Leave out findings whose ids begin so, such as NET or KRB-SKEW
    #[arg(long, value_name = "ID")]
    pub(crate) off: Vec<String>,
    /// Seconds that an open request on a connection may wait before its silence counts
    #[arg(long, value_name = "SECONDS", default_value_t = 3,
          value_parser = clap::value_parser!(u32).range(1..=60))]
    pub(crate) patience: u32,
}

const DECODE_EXAMPLES: &str = "\
Examples:
  adjoin decode 30 05 02 01 01 42 00
  adjoin decode --as ap-req ticket.bin --format json
  tshark -r capture.pcap -Y 'frame.number == 7' -T fields -e udp.payload | adjoin decode -

Hexadecimal may have spaces, colons, 0x, line feeds, the offsets and characters of a dump, or be
an array of C. A file may have such text or the octets themselves. A word that names a file is
that file.

Exit codes: 0 decoded, 2 not all of it: the last lines say where it stopped and why.";

/// `adjoin decode`
#[derive(Args, Debug)]
pub(crate) struct Decode {
    /// Hexadecimal, a file with octets or hexadecimal, or `-` for standard input
    #[arg(required = true, value_name = "HEX|FILE|-")]
    pub(crate) input: Vec<PathBuf>,
    /// What the octets are; without it the kind is found out
    #[arg(long = "as", value_enum, value_name = "KIND")]
    pub(crate) kind: Option<As>,
    /// How the message is written
    #[arg(long, value_enum, default_value_t = DecodeFormat::Text)]
    pub(crate) format: DecodeFormat,
}

/// Formats of a decoded message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DecodeFormat {
    /// A tree with offsets
    Text,
    /// For programs: docs/decode.md tells the members
    Json,
}

/// What octets are to be read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum As {
    One(MessageKind),
    /// Stub of ept_map, whichever direction fits.
    Epm,
}

impl ValueEnum for As {
    fn value_variants<'a>() -> &'a [Self] {
        const ALL: [As; MessageKind::ALL.len() + 1] = {
            let mut all = [As::Epm; MessageKind::ALL.len() + 1];
            let mut kinds: &[MessageKind] = &MessageKind::ALL;
            let mut places: &mut [As] = &mut all;
            while let ([kind, later @ ..], [place, rest @ ..]) = (kinds, places) {
                *place = As::One(*kind);
                (kinds, places) = (later, rest);
            }
            all
        };
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::One(kind) => {
                let value = PossibleValue::new(kind.name()).help(kind.about());
                if *kind == MessageKind::Gss { value.alias("gss") } else { value }
            }
            Self::Epm => PossibleValue::new("epm").help("stub of ept_map, call or answer"),
        })
    }
}

const SCAN_EXAMPLES: &str = "\
Examples:
  adjoin scan /var/captures
  adjoin scan --threads 4 --sorted captures/ extra.pcapng > joins.ndjson
  adjoin scan captures/ | jq -r 'select(.outcome == \"failed\") | [.file, .root.id] | @tsv'

Folders are searched with all below. Files of a ring buffer (name_00001_20260102030405.pcapng) are
read as one capture. The lines are on standard output, a table of them on standard error;
docs/scan.md tells the members.

Exit codes: 0 joined, 1 a join failed, 2 nothing can be said.";

/// `adjoin scan`
#[derive(Args, Debug)]
pub(crate) struct Scan {
    /// Folders to search for captures, and captures
    #[arg(required = true, value_name = "DIR|CAPTURE")]
    pub(crate) paths: Vec<PathBuf>,
    /// Captures that are read at the same time; as many as there are processors unless told
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) threads: Option<u16>,
    /// Write the lines in the order of the files, not as they are done
    #[arg(long)]
    pub(crate) sorted: bool,
    #[command(flatten)]
    pub(crate) judging: Judging,
}

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  adjoin explain krb-preauth
  adjoin explain 0x54b
  adjoin explain KDC_ERR_PREAUTH_FAILED 0xC000006D 'data 52e'
  adjoin explain DNS

A finding, the beginning of its id, a phase such as P3K, or a code: of Win32, NERR, DNS, NTSTATUS,
Kerberos or LDAP, as a number in decimal or with 0x, or by its name. The number behind `data` in a
refused LDAP bind is hexadecimal.

Exit codes: 0 explained, 2 something of it is unknown.";

/// `adjoin explain`
#[derive(Args, Debug)]
pub(crate) struct Explain {
    /// Finding, code or name
    #[arg(required = true, value_name = "FINDING|CODE", allow_negative_numbers = true,
          value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub(crate) what: Vec<String>,
    /// How the answers are written
    #[arg(long, value_enum, default_value_t = ExplainFormat::Text)]
    pub(crate) format: ExplainFormat,
}

/// Formats of an explanation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExplainFormat {
    /// For people, at a terminal
    Text,
    /// For programs: docs/explain.md tells the members
    Json,
}
