//! The `adjoin` command: why a domain join failed, said without Wireshark.
//!
//! A command reads files, hands them to `join-engine` and renders what it says. There are no rules here.
#![forbid(unsafe_code)]

mod annotate;
mod arguments;
mod codes;
mod comments;
mod decode;
mod exit;
mod explain;
mod folder;
mod log;
mod log_frames;
mod man;
mod mask;
mod netsetup;
mod octets;
mod progress;
mod report;
mod run;
mod scan;
mod sides;
mod terminal;

use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use arguments::{Arguments, Command};
use clap::{CommandFactory, Parser};
use exit::{Ending, Exit};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let ending = match arguments.command {
        Command::Report(report) => report::run(&report),
        Command::Log(log) => log::run(&log),
        Command::Decode(decode) => decode::run(&decode),
        Command::Scan(scan) => scan::run(&scan),
        Command::Explain(explain) => explain::run(&explain),
        Command::Annotate(annotate) => annotate::run(&annotate),
        Command::Completions { shell } => {
            let mut made = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), "adjoin", &mut made);
            Ok(Ending { output: made, exit: Exit::Joined })
        }
        Command::Man => {
            man::page().map(|output| Ending { output, exit: Exit::Joined }).map_err(|error| error.to_string())
        }
    };
    match ending {
        Ok(ending) => match io::stdout().lock().write_all(&ending.output) {
            Ok(()) => ending.exit.into(),
            // The reader, such as `head`, has seen enough.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => ending.exit.into(),
            Err(error) => {
                complain(&error.to_string());
                Exit::Unknown.into()
            }
        },
        Err(trouble) => {
            complain(&trouble);
            Exit::Unknown.into()
        }
    }
}

/// Says what went wrong on standard error, where a broken pipe is nobody's concern.
fn complain(trouble: &str) {
    // Names of files and words of the command line may hold anything.
    let _ = writeln!(io::stderr().lock(), "adjoin: {}", terminal::harmless(trouble));
}
