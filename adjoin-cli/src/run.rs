//! Captures into the engine.

use std::path::PathBuf;

use adjoin_capture::Frame;
use capture_file::{Origin, Sequence};
use join_engine::{Engine, Options, catalogue};

use crate::arguments::Judging;
use crate::progress::Progress;

/// An engine that has read all captures.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) engine: Engine,
    pub(crate) files: Files,
    /// What couldn't be read, in sentences.
    pub(crate) troubles: Vec<String>,
}

/// Where the frames of one numbering come from.
#[derive(Debug, Default)]
pub(crate) struct Files {
    pub(crate) names: Vec<String>,
    /// Runs of frames of one file: the first one's number here, and where it comes from.
    runs: Vec<(u32, Origin)>,
    /// What of them could not be read, without their names.
    pub(crate) damage: Vec<String>,
}

impl Files {
    fn add(&mut self, number: u32, origin: Origin) {
        let follows = self.runs.last().is_some_and(|(first, start)| {
            start.file == origin.file && number.checked_sub(*first) == origin.number.checked_sub(start.number)
        });
        if !follows {
            self.runs.push((number, origin));
        }
    }

    /// The file that frame `number` comes from, and its number there.
    pub(crate) fn origin(&self, number: u32) -> Option<(&str, u32)> {
        let at = self.runs.partition_point(|(first, _)| *first <= number).checked_sub(1)?;
        let (first, start) = self.runs.get(at)?;
        let name = self.names.get(start.file)?;
        Some((name, start.number.saturating_add(number.saturating_sub(*first))))
    }

    /// Frames are numbered otherwise here than in their files.
    pub(crate) fn renumbers(&self) -> bool {
        self.runs.len() > 1
    }
}

/// The engine's options, as the command line has them.
pub(crate) fn options(judging: &Judging) -> Result<Options, String> {
    for group in &judging.off {
        let known = catalogue::FINDINGS.iter().any(|finding| {
            finding
                .id
                .strip_prefix(group.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        });
        if !known {
            return Err(format!("--off {group}: no finding's id begins so; docs/findings.md lists them"));
        }
    }
    Ok(Options {
        controllers: judging.controller.clone(),
        clients: judging.client.clone(),
        off: judging.off.clone(),
        patience: judging.patience,
    })
}

/// What is wanted of captures.
pub(crate) enum Wanted {
    /// The report alone.
    Verdicts,
    /// The steps of each join as well: a log is laid beside them.
    Steps,
}

/// Reads captures as one. What can't be read is told beside what can.
pub(crate) fn read(captures: &[PathBuf], options: Options, wanted: &Wanted) -> Read {
    let mut engine = match wanted {
        Wanted::Verdicts => Engine::for_report(),
        Wanted::Steps => Engine::new(),
    };
    engine.set_options(options);
    let (files, troubles) = each(captures, |frame| engine.feed(frame));
    engine.finish();
    Read { engine, files, troubles }
}

/// Gives each packet of captures that are read as one. Tells where frames come from, and what can't be read.
pub(crate) fn each(captures: &[PathBuf], mut feed: impl FnMut(&Frame<'_>)) -> (Files, Vec<String>) {
    let mut sequence = Sequence::open(captures);
    let mut files = Files { names: sequence.names().to_vec(), runs: Vec::new(), damage: Vec::new() };
    let mut progress = Progress::new();
    let mut number = 0_u32;
    while let Some((origin, record)) = sequence.next() {
        // Frames are numbered in 32 bits, as Wireshark does it.
        let Some(next) = number.checked_add(1) else { break };
        number = next;
        progress.frame(files.names.get(origin.file).map_or("", String::as_str));
        files.add(number, origin);
        // It has a number, and nothing that could be looked at.
        if record.is_packet() {
            feed(&record.frame(number));
        }
    }
    files.damage = sequence
        .troubles()
        .iter()
        .map(|trouble| match trouble.offset {
            0 => "One of the files can't be read".to_owned(),
            offset => format!("A file is damaged at octet {offset}: what follows there was not read"),
        })
        .collect();
    let mut troubles: Vec<String> = sequence.troubles().iter().map(ToString::to_string).collect();
    for file in sequence.truncated() {
        let name = files.names.get(*file).map_or("", String::as_str);
        troubles.push(format!("{name}: the file ends in the middle of a packet; all before it was read"));
    }
    if sequence.dropped() > 0 {
        troubles.push(format!("the capturing host dropped {} packets, the files say", sequence.dropped()));
    }
    (files, troubles)
}
