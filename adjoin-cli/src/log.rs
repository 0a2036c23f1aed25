//! `adjoin log`: a Netsetup.log without a capture.

use join_engine::report::harmless_json;

use crate::arguments::{self, LogFormat};
use crate::exit::{Ending, Exit};
use crate::netsetup;

/// Reads and tells.
pub(crate) fn run(arguments: &arguments::Log) -> Result<Ending, String> {
    let log = netsetup::read(&arguments.log)?;
    let report = netsetup::alone(&arguments.log, &log);
    let output = match arguments.format {
        LogFormat::Text => netsetup::conclusion(&report, netsetup::failed(&log)) + &netsetup::text(&report),
        LogFormat::Json => {
            let json = serde_json::to_string_pretty(&report).map_err(|error| error.to_string())?;
            harmless_json(json) + "\n"
        }
    };
    let exit = match netsetup::failed(&log) {
        Some(true) => Exit::Failed,
        Some(false) => Exit::Joined,
        None => Exit::Unknown,
    };
    Ok(Ending { output: output.into_bytes(), exit })
}
