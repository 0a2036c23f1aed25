//! Compares what our decoders say of every message in captures with what every other reader says:
//! Wireshark, tables of what the bytes say, the parsers of others, Samba's `ndrdump` and impacket.
//!
//! `cargo xtask oracle [FOLDER..]` runs it.

mod impacket;
mod messages;
mod ndrdump;
mod page;
mod peers;

use adjoin_oracle::explained::Place;
use adjoin_oracle::ledger::Ledger;
use adjoin_oracle::tshark::{self, Tshark, build_plugin};
use adjoin_oracle::{bytes, captures, wireshark};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

fn main() -> ExitCode {
    let mut folders: Vec<PathBuf> = Vec::new();
    let mut page = false;
    for argument in std::env::args_os().skip(1) {
        if argument == "--page" { page = true } else { folders.push(argument.into()) }
    }
    match run(&folders, page) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("oracle: {error}");
            ExitCode::from(2)
        }
    }
}

/// Whether everything is equal or explained, and the list holds no line too many.
fn run(folders: &[PathBuf], page: bool) -> Result<bool, String> {
    let start = Instant::now();
    let known = captures::known();
    let folders: Vec<PathBuf> = match folders {
        [] => known.iter().map(|(_, folder)| folder.clone()).filter(|folder| folder.is_dir()).collect(),
        given => given.to_vec(),
    };
    let places: Vec<Place> = known
        .iter()
        .filter(|(_, folder)| folders.iter().any(|given| same(given, folder)))
        .map(|(place, _)| *place)
        .collect();
    let mut all = Vec::new();
    for folder in &folders {
        let within = captures::within(folder);
        if within.is_empty() {
            return Err(format!("{}: no capture", folder.display()));
        }
        println!("{}: {} captures", folder.display(), within.len());
        all.extend(within);
    }
    let readers = Readers::find()?;
    let ledger = captures::for_each(&all, |capture| readers.compare(capture))?;
    println!("\n{ledger}");
    let mut printed: BTreeMap<_, usize> = BTreeMap::new();
    for difference in &ledger.differences {
        let times = printed.entry(difference.key).or_default();
        *times += 1;
        if *times <= 8 {
            println!("{}", difference.text);
        }
    }
    // A reader of another version has other faults: the list is kept for one.
    let idle = ledger.idle(&places, &readers.listed());
    for line in &idle {
        println!("{} ({}) explains nothing any more: take it off the list", line.id, line.source);
    }
    print!("{}", page::summary(&ledger));
    println!("\n{} captures, {:.0} s", all.len(), start.elapsed().as_secs_f64());
    if page {
        page::write(&ledger, all.len(), &readers.versions())?;
    }
    Ok(ledger.differences.is_empty() && idle.is_empty())
}

fn same(a: &Path, b: &Path) -> bool {
    matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}

/// Who reads the captures beside us.
struct Readers {
    tshark: Option<Tshark>,
    tshark_version: String,
    ndrdump: Option<ndrdump::Ndrdump>,
    impacket: Option<impacket::Impacket>,
}

impl Readers {
    /// Looks for those that are installed, and says which aren't.
    fn find() -> Result<Self, String> {
        let mut tshark = None;
        let mut tshark_version = String::new();
        if tshark::installed("tshark") {
            let plugin = build_plugin(false).map_err(|error| error.to_string())?;
            tshark = Some(Tshark::with_plugin(&plugin).map_err(|error| error.to_string())?);
            tshark_version = tshark::version().map_err(|error| error.to_string())?;
        }
        Ok(Self {
            tshark,
            tshark_version,
            ndrdump: ndrdump::Ndrdump::find(),
            impacket: impacket::Impacket::find(),
        })
    }

    fn compare(&self, capture: &Path) -> Result<Ledger, String> {
        let mut ledger = Ledger::default();
        let name = captures::name(capture);
        if let Some(tshark) = &self.tshark {
            let packets = wireshark::packets(tshark, capture).map_err(|error| error.to_string())?;
            wireshark::compare(&mut ledger, &name, &packets);
            bytes::compare(&mut ledger, &captures::tables(), &name, &packets);
        }
        let messages = messages::read(capture)?;
        for message in &messages {
            peers::compare(&mut ledger, &format!("{name} frame {}", message.frame), message);
        }
        if let Some(ndrdump) = &self.ndrdump {
            ndrdump.compare(&mut ledger, &name, &messages)?;
        }
        if let Some(impacket) = &self.impacket {
            impacket.compare(&mut ledger, &name, &messages)?;
        }
        Ok(ledger)
    }

    /// The sources that ran in the version that the list of differences is kept for.
    fn listed(&self) -> Vec<&'static str> {
        let mut listed = peers::NAMES.to_vec();
        if self.tshark_version.starts_with(wireshark::LISTED) {
            listed.extend([wireshark::NAME, bytes::NAME]);
        }
        listed.extend(self.ndrdump.as_ref().filter(|reader| reader.is_listed()).map(|_| ndrdump::NAME));
        listed.extend(self.impacket.as_ref().filter(|reader| reader.is_listed()).map(|_| impacket::NAME));
        listed
    }

    /// What ran, in words.
    fn versions(&self) -> Vec<String> {
        let mut versions = Vec::new();
        if self.tshark.is_some() {
            versions.push(format!("Wireshark {}", self.tshark_version));
        }
        versions.extend(self.ndrdump.as_ref().map(|reader| format!("ndrdump of Samba {}", reader.version)));
        versions.extend(self.impacket.as_ref().map(|reader| format!("impacket {}", reader.version)));
        versions
    }
}
