//! What can be said on the command line. Help, completions and the man page come from here.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

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

/// Formats of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people, at a terminal
    Text,
    /// For programs: docs/report.md tells the members
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
    /// For programs: docs/report.md tells the members
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
