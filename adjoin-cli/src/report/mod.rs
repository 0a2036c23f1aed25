//! `adjoin report`: the verdict on every join.

mod duration;
mod escape;
mod html;
mod ladder_svg;
mod markdown;
mod rows;

use std::path::PathBuf;

use join_engine::report::{Quality, harmless_json};
use join_engine::sides::Sides;
use join_engine::{Identities, Ladder, Report};

use crate::arguments::{self, Format};
use crate::complain;
use crate::exit::{Ending, Exit};
use crate::mask::Mask;
use crate::netsetup::{self, LogReport};
use crate::run::{self, Files, Read, Wanted};
use crate::sides;
use crate::terminal::harmless;

/// Reads, judges, renders.
pub(crate) fn run(arguments: &arguments::Report) -> Result<Ending, String> {
    let pipes = |captures: &[PathBuf]| captures.iter().filter(|path| path.as_os_str() == "-").count();
    let piped = pipes(&arguments.captures);
    if piped.saturating_add(pipes(&arguments.dc_side)) > 1 {
        return Err("standard input can be read once only".to_owned());
    }
    if piped > 0 && !arguments.dc_side.is_empty() {
        return Err(
            "--dc-side reads the client's capture twice, which a pipe can't: save it first".to_owned()
        );
    }
    let wanted = if arguments.netsetup.is_some() { Wanted::Steps } else { Wanted::Verdicts };
    let read = run::read(&arguments.captures, run::options(&arguments.judging)?, &wanted);
    for trouble in &read.troubles {
        complain(trouble);
    }
    let report = report(&read);
    if report.capture.frames == 0 {
        return Err("there is no packet to judge".to_owned());
    }
    let mut exit = Exit::of(&report);
    let mut told = Told::of(report, &read, arguments.format);
    if let Some(path) = &arguments.netsetup {
        let log = netsetup::read(path)?;
        told.log = Some(netsetup::beside(path, &log, &told.report, &read.engine.moments()));
        // What is sealed on the wire, the log may tell.
        exit = match (exit, netsetup::failed(&log)) {
            (Exit::Unknown, Some(true)) => Exit::Failed,
            (Exit::Unknown, Some(false)) => Exit::Joined,
            (exit, _) => exit,
        };
    }
    if !arguments.dc_side.is_empty() {
        let (sides, troubles) = sides::compare(&arguments.captures, &arguments.dc_side, &told.report);
        troubles.iter().for_each(|trouble| complain(trouble));
        let sides = sides.ok_or("--dc-side: there is no packet in it")?;
        told.sides = Some(sides);
    }
    if arguments.mask {
        told.mask(read.engine.identities());
    }
    let output = match arguments.format {
        Format::Text => {
            let sides = told.sides.as_ref().map(sides::text).unwrap_or_default();
            let log = told.log.as_ref().map(|log| format!("\n{}", netsetup::text(log))).unwrap_or_default();
            told.report.to_text() + &numbering(&told.origins) + &sides + &log
        }
        Format::Json => json(&told)? + "\n",
        Format::Html => html::page(&told),
        Format::Markdown => markdown::page(&told),
    };
    Ok(Ending { output: output.into_bytes(), exit })
}

/// The report as JSON, with the member `sides` where two sides were compared, and `log` where there is one.
fn json(told: &Told) -> Result<String, String> {
    #[derive(serde::Serialize)]
    struct Both<'r> {
        #[serde(flatten)]
        report: &'r Report,
        #[serde(skip_serializing_if = "Option::is_none")]
        sides: Option<&'r Sides>,
        #[serde(skip_serializing_if = "Option::is_none")]
        log: Option<&'r LogReport>,
    }
    let Told { report, sides, log, .. } = told;
    let json = serde_json::to_string_pretty(&Both { report, sides: sides.as_ref(), log: log.as_ref() });
    json.map(harmless_json).map_err(|error| error.to_string())
}

/// The engine's report, with what only the reader of files knows.
pub(crate) fn report(read: &Read) -> Report {
    let mut report = read.engine.report();
    report.capture.files.clone_from(&read.files.names);
    let damage = read.files.damage.iter();
    report.capture.quality.extend(damage.map(|text| Quality { id: "QUAL-SHORT", text: text.clone() }));
    report
}

/// All that a format has to tell.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) report: Report,
    /// The ladder of each join; empty where the format has none.
    pub(crate) ladders: Vec<Ladder>,
    /// Where the frames that the report names lie, when several files were read as one.
    pub(crate) origins: Origins,
    /// The same traffic at the domain controller.
    pub(crate) sides: Option<Sides>,
    /// The client's log of the join.
    pub(crate) log: Option<LogReport>,
}

/// Where frames lie; empty where their numbers are those of their file.
#[derive(Debug, Default)]
pub(crate) struct Origins {
    pub(crate) frames: Vec<FrameOrigin>,
    /// The first frame of which nobody remembers it, where the report names such frames.
    unknown_from: Option<u32>,
}

impl Origins {
    pub(crate) fn is_empty(&self) -> bool {
        self.frames.is_empty() && self.unknown_from.is_none()
    }

    /// What is missing.
    pub(crate) fn missing(&self) -> Option<String> {
        let from = self.unknown_from?;
        Some(format!(
            "Where frames from {from} on lie is not remembered, because the files' packets take turns too often; \
             merge the files with mergecap, and ask for a report on that one"
        ))
    }
}

/// Where a frame lies.
#[derive(Debug)]
pub(crate) struct FrameOrigin {
    pub(crate) frame: u32,
    pub(crate) file: String,
    /// Its number there.
    pub(crate) number: u32,
}

impl Told {
    fn of(report: Report, read: &Read, format: Format) -> Self {
        let ladders = match format {
            Format::Html => read.engine.ladders(),
            Format::Text | Format::Json | Format::Markdown => Vec::new(),
        };
        let origins = origins(&report, &read.files);
        Self { report, ladders, origins, sides: None, log: None }
    }

    /// Replaces names and addresses.
    fn mask(&mut self, mut known: Identities) {
        for pass in self.log.iter().flat_map(|log| &log.passes) {
            known.hosts.extend(pass.machine.iter().chain(&pass.dc).cloned());
            known.domains.extend(pass.domain.clone());
            let account = pass.account.as_deref().unwrap_or_default();
            let (domain, user) = account.split_once('\\').unwrap_or(("", account));
            let (user, realm) = user.split_once('@').unwrap_or((user, ""));
            known.domains.extend([domain, realm].map(str::to_owned));
            known.users.push(user.to_owned());
        }
        if known.more_names {
            let text = "The capture has more names than --mask can replace: sentences that may hold them are left out";
            self.report.capture.quality.push(Quality { id: "QUAL-MANY", text: text.to_owned() });
        }
        let mut mask = Mask::new(&known, &self.report);
        for origin in &mut self.origins.frames {
            let file = self.report.capture.files.iter().position(|file| *file == origin.file);
            origin.file = Mask::file(file.unwrap_or_default());
        }
        mask.report(&mut self.report);
        for ladder in &mut self.ladders {
            mask.ladder(ladder);
        }
        if let Some(sides) = &mut self.sides {
            mask.sides(sides);
        }
        if let Some(log) = &mut self.log {
            mask.log(log);
        }
    }
}

/// Where the frames lie that prove findings, and the first and the last one of joins in one line.
fn origins(report: &Report, files: &Files) -> Origins {
    if !files.renumbers() {
        return Origins::default();
    }
    let findings = report.joins.iter().flat_map(|join| &join.findings);
    let mut frames: Vec<u32> =
        findings.flat_map(|finding| &finding.evidence).map(|evidence| evidence.frame).collect();
    frames.extend(report.brief.iter().flat_map(|join| [join.first_frame, join.last_frame]));
    frames.sort_unstable();
    frames.dedup();
    let origin = |frame| {
        let (file, number) = files.origin(frame)?;
        Some(FrameOrigin { frame, file: file.to_owned(), number })
    };
    let unknown_from = files.unknown_from().filter(|from| frames.last().is_some_and(|last| last >= from));
    Origins { frames: frames.into_iter().filter_map(origin).collect(), unknown_from }
}

/// The same in lines of text.
fn numbering(origins: &Origins) -> String {
    if origins.is_empty() {
        return String::new();
    }
    let mut text = String::from("\nFrames are numbered through all files:\n");
    for FrameOrigin { frame, file, number } in &origins.frames {
        let name = harmless(file);
        text.push_str(&format!("  {frame:>8} is frame {number} of {name}\n"));
    }
    if let Some(missing) = origins.missing() {
        text.push_str(&format!("{missing}.\n"));
    }
    text
}

#[cfg(test)]
mod tests {
    use join_engine::Engine;
    use join_engine::report::{BriefJoin, Host};

    use super::{html, markdown, numbering, origins};
    use crate::run::Files;

    /// Frames of joins in one line can be found in their files too; and what is not remembered is said.
    #[test]
    fn frames_of_brief_joins_have_their_places() {
        let mut report = Engine::new().report();
        let host = Host { address: "192.0.2.1".to_owned(), name: None };
        let join =
            BriefJoin { client: host, outcome: "joined", root_id: None, first_frame: 2, last_frame: 5 };
        report.brief.push(join);
        let two = || Files::of_turns(&["a.pcap", "b.pcap"], 6);
        let places = origins(&report, &two());
        let told: Vec<_> = places.frames.iter().map(|at| (at.frame, &*at.file, at.number)).collect();
        assert_eq!(told, [(2, "b.pcap", 1), (5, "a.pcap", 3)]);
        assert!(numbering(&places).contains("5 is frame 3 of a.pcap") && places.missing().is_none());

        let mut some = two();
        some.forget_from(4);
        let places = origins(&report, &some);
        assert_eq!((places.frames.len(), places.is_empty()), (1, false));
        let told = super::Told { report, ladders: Vec::new(), origins: places, sides: None, log: None };
        for text in [numbering(&told.origins), html::page(&told), markdown::page(&told)] {
            assert!(text.contains("Where frames from 4 on lie is not remembered"), "{text}");
        }
    }
}
