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
    /// Runs of frames of one file.
    runs: Vec<Run>,
    /// The first frame of which it isn't remembered where it comes from.
    unknown_from: Option<u32>,
    /// What of them could not be read, without their names.
    pub(crate) damage: Vec<String>,
}

/// Most runs of frames: packets of two files that were captured at the same time take turns.
const MAX_RUNS: usize = 1 << 18;

/// Frames that follow each other in one file too.
#[derive(Debug)]
struct Run {
    /// The number of the first one.
    first: u32,
    file: u32,
    /// Its number in the file.
    there: u32,
}

impl Files {
    fn add(&mut self, number: u32, origin: Origin) {
        let file = u32::try_from(origin.file).unwrap_or(u32::MAX);
        let follows = self.runs.last().is_some_and(|run| {
            run.file == file && number.checked_sub(run.first) == origin.number.checked_sub(run.there)
        });
        if follows || self.unknown_from.is_some() {
            return;
        }
        if self.runs.len() < MAX_RUNS {
            self.runs.push(Run { first: number, file, there: origin.number });
        } else {
            self.unknown_from = Some(number);
        }
    }

    /// The file that frame `number` comes from, and its number there.
    pub(crate) fn origin(&self, number: u32) -> Option<(&str, u32)> {
        if self.unknown_from.is_some_and(|from| number >= from) {
            return None;
        }
        let at = self.runs.partition_point(|run| run.first <= number).checked_sub(1)?;
        let run = self.runs.get(at)?;
        let name = self.names.get(usize::try_from(run.file).ok()?)?;
        Some((name, run.there.saturating_add(number.saturating_sub(run.first))))
    }

    /// The first frame of which [`Self::origin`] says nothing, because there are too many runs.
    pub(crate) const fn unknown_from(&self) -> Option<u32> {
        self.unknown_from
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
    let mut files = Files { names: sequence.names().to_vec(), ..Files::default() };
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

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "a test")]
mod tests {
    use capture_file::Origin;

    use super::{Files, MAX_RUNS};

    impl Files {
        /// So many frames of files that take turns.
        pub(crate) fn of_turns(names: &[&str], frames: u32) -> Self {
            let mut files =
                Self { names: names.iter().map(|name| (*name).to_owned()).collect(), ..Self::default() };
            for number in 0..frames {
                let files_there = u32::try_from(names.len()).unwrap();
                let file = usize::try_from(number % files_there).unwrap();
                files.add(number + 1, Origin { file, number: number / files_there + 1 });
            }
            files
        }

        pub(crate) fn forget_from(&mut self, number: u32) {
            self.unknown_from = Some(number);
        }
    }

    #[test]
    fn files_that_take_turns_are_remembered_up_to_a_bound() {
        let most = u32::try_from(MAX_RUNS).unwrap();
        let files = Files::of_turns(&["a", "b"], most * 2);
        assert_eq!(files.runs.len(), MAX_RUNS);
        assert_eq!(files.unknown_from(), Some(most + 1));
        assert_eq!((files.origin(1), files.origin(6)), (Some(("a", 1)), Some(("b", 3))));
        assert_eq!(files.origin(most), Some(("b", most / 2)));
        assert_eq!((files.origin(most + 1), files.origin(most * 2)), (None, None));
    }

    #[test]
    fn files_one_after_the_other_need_one_run_each() {
        let mut files = Files { names: vec!["a".to_owned(), "b".to_owned()], ..Files::default() };
        for number in 1..=2000 {
            let (file, there) = if number <= 1000 { (0, number) } else { (1, number - 1000) };
            files.add(number, Origin { file, number: there });
        }
        assert_eq!((files.runs.len(), files.origin(1500)), (2, Some(("b", 500))));
    }
}
