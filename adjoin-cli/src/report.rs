//! `adjoin report`: the verdict on every join.

use join_engine::Report;
use join_engine::sides::Sides;

use crate::arguments::{self, Format};
use crate::complain;
use crate::exit::{Ending, Exit};
use crate::netsetup;
use crate::run::{self, Read};
use crate::sides;

/// Reads, judges, renders.
pub(crate) fn run(arguments: &arguments::Report) -> Result<Ending, String> {
    let read = run::read(&arguments.captures, run::options(&arguments.judging)?);
    for trouble in &read.troubles {
        complain(trouble);
    }
    let report = report(&read);
    if report.capture.frames == 0 {
        return Err("there is no packet to judge".to_owned());
    }
    let mut exit = Exit::of(&report);
    let mut beside = None;
    if let Some(path) = &arguments.netsetup {
        let log = netsetup::read(path)?;
        beside = Some(netsetup::beside(path, &log, &report, &read.engine.moments()));
        // What is sealed on the wire, the log may tell.
        exit = match (exit, netsetup::failed(&log)) {
            (Exit::Unknown, Some(true)) => Exit::Failed,
            (Exit::Unknown, Some(false)) => Exit::Joined,
            (exit, _) => exit,
        };
    }
    let sides = (!arguments.dc_side.is_empty()).then(|| {
        let (sides, troubles) = sides::compare(&arguments.captures, &arguments.dc_side, &report);
        troubles.iter().for_each(|trouble| complain(trouble));
        sides
    });
    let output = match arguments.format {
        Format::Text => {
            let sides = sides.as_ref().map(sides::text).unwrap_or_default();
            let log = beside.as_ref().map(|log| format!("\n{}", netsetup::text(log))).unwrap_or_default();
            report.to_text() + &numbering(&report, &read) + &sides + &log
        }
        Format::Json => json(&report, sides.as_ref(), beside.as_ref())? + "\n",
    };
    Ok(Ending { output: output.into_bytes(), exit })
}

/// The report as JSON, with the member `sides` where two sides were compared, and `log` where there is one.
fn json(report: &Report, sides: Option<&Sides>, log: Option<&netsetup::LogReport>) -> Result<String, String> {
    #[derive(serde::Serialize)]
    struct Both<'r> {
        #[serde(flatten)]
        report: &'r Report,
        #[serde(skip_serializing_if = "Option::is_none")]
        sides: Option<&'r Sides>,
        #[serde(skip_serializing_if = "Option::is_none")]
        log: Option<&'r netsetup::LogReport>,
    }
    serde_json::to_string_pretty(&Both { report, sides, log }).map_err(|error| error.to_string())
}

/// The engine's report, with what only the reader of files knows.
pub(crate) fn report(read: &Read) -> Report {
    let mut report = read.engine.report();
    report.capture.files.clone_from(&read.files.names);
    report
}

/// Where the frames that the report names lie, when several files were read as one.
fn numbering(report: &Report, read: &Read) -> String {
    if !read.files.renumbers() {
        return String::new();
    }
    let mut frames: Vec<u32> = report
        .joins
        .iter()
        .flat_map(|join| &join.findings)
        .flat_map(|finding| &finding.evidence)
        .map(|evidence| evidence.frame)
        .collect();
    frames.sort_unstable();
    frames.dedup();
    let mut text = String::from("\nFrames are numbered through all files:\n");
    for frame in frames {
        if let Some((file, number)) = read.files.origin(frame) {
            let name: String = file.chars().filter(|c| !c.is_control()).collect();
            text.push_str(&format!("  {frame:>8} is frame {number} of {name}\n"));
        }
    }
    text
}
