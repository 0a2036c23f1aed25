//! Shows a real capture of a domain join, annotated by the plugin.

use crate::terminal::{Style, fit};
use crate::{Outcome, install, setup};
use adjoin_oracle::tshark::Tshark;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A Windows 7 joins a Samba domain: the whole join and the first logon of the machine.
const SAMPLE: &str = "samples/windows7-join.pcap";
/// A join that fails: the KDC's answer is lost on its way.
const FAILED: &str = "samples/kdc-answer-lost.pcap";
/// The output fits in this many columns.
const WIDTH: usize = 100;
/// So many frames of each phase are printed unless all are wanted.
const PER_PHASE: usize = 4;

/// What the user chose.
#[derive(Debug)]
pub(crate) struct Options {
    capture: Option<PathBuf>,
    all: bool,
}

impl Options {
    /// Reads the arguments of the task; `None` when they make no sense.
    pub(crate) fn from(arguments: &[&str]) -> Option<Self> {
        let mut options = Self { capture: None, all: false };
        for &argument in arguments {
            match argument {
                "--all" => options.all = true,
                _ if argument.starts_with('-') || options.capture.is_some() => return None,
                path => options.capture = Some(path.into()),
            }
        }
        Some(options)
    }
}

/// Sets up, builds, installs, shows.
pub(crate) fn run(options: &Options) -> Outcome {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(SAMPLE);
    let capture = options.capture.as_ref().unwrap_or(&sample);
    let shown = options.capture.as_deref().unwrap_or(Path::new(SAMPLE)).display();
    // Before anything that takes minutes.
    is_readable(capture)?;
    setup::run(setup::FOR_PLUGIN)?;
    let plugin = install::build()?;
    let tshark = Tshark::with_plugin(&plugin).map_err(|error| error.to_string())?;
    let is_root = tshark.drops_privileges();
    if is_root {
        println!(
            "note: run by root, Wireshark silently ignores personal plugins; the demo installs nothing and\n\
             runs tshark as `nobody` with a home folder of its own."
        );
    } else {
        println!("installed: {}", install::place(&plugin, false)?.display());
    }
    is_loaded(&tshark)?;

    let mut rows = annotated_frames(&tshark, capture)?;
    if rows.is_empty() {
        return Err(format!("nothing of a domain join in {shown}"));
    }
    let style = Style::for_stdout();
    let common = shorten_addresses(&mut rows);
    println!("\n{}", style.heading(&format!("{shown}: {} frames belong to a domain join", rows.len())));
    if let Some(common) = common {
        println!("{}", style.quiet(&format!("addresses without the {common} that all of them begin with")));
    }
    print_table(&rows, options.all, style);
    if let Some(tree) = tree(&tshark, capture)? {
        println!("\n{tree}");
    }
    // What became of the join: of the reader's own capture, else of one that fails.
    let (judged, name) = match &options.capture {
        Some(own) => (own.clone(), shown.to_string()),
        None => (Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(FAILED), FAILED.to_owned()),
    };
    println!("\n{}", style.heading(&format!("tshark -r {name} -q -z adjoin,report")));
    let report = read(&tshark, &judged, &["-q", "-z", "adjoin,report"])?;
    println!("{}\n  …", report.split("\n\n").next().unwrap_or_default());
    println!("\n{}", style.heading(&format!("The same without Wireshark: adjoin report {name}")));
    println!("{}\n", command_report(&judged)?.trim_end());
    if is_root {
        println!("{}", style.heading("First install it for all users, root too"));
        println!("  cargo xtask install --system");
    }
    println!("{}", style.heading("See it in Wireshark"));
    println!("  wireshark -r {shown} -Y adjoin");
    println!("{}", style.heading("or in a terminal"));
    println!("  tshark -r {shown} -Y adjoin -T fields -e frame.number -e adjoin.phase -e adjoin.summary");
    println!("{}", style.heading("Other captures to try"));
    println!("  cargo xtask demo samples/kdc-answer-lost.pcap        (samples/README.md lists all)");
    Ok(())
}

/// What the `adjoin` command says of a capture.
fn command_report(capture: &Path) -> Result<String, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
        // As the plugin is built, so that most of it is there already.
        .args(["run", "--quiet", "--release", "--package", "adjoin", "--", "report"])
        .arg(capture.canonicalize().map_err(|error| error.to_string())?)
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| error.to_string())?;
    // 0 to 2 are what the command says of joins.
    match output.status.code() {
        Some(0..=2) if !output.stdout.is_empty() => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        _ => Err("adjoin report failed; see above".to_owned()),
    }
}

/// Whether `capture` is a file that can be opened.
fn is_readable(capture: &Path) -> Outcome {
    let named = |problem: &dyn Display| format!("{}: {problem}", capture.display());
    let file = File::open(capture).map_err(|error| named(&error))?;
    let is_folder = file.metadata().is_ok_and(|about| about.is_dir());
    if is_folder { Err(named(&"it is a folder; name a capture file")) } else { Ok(()) }
}

fn is_loaded(tshark: &Tshark) -> Outcome {
    let output = tshark.command().args(["-G", "plugins"]).output().map_err(|error| error.to_string())?;
    let plugins = String::from_utf8_lossy(&output.stdout);
    match plugins.lines().find(|line| line.starts_with("adjoin.so")) {
        Some(line) => {
            let words: Vec<_> = line.split_whitespace().take(2).collect();
            println!("loaded:    {}", words.join(" "));
            Ok(())
        }
        None => {
            Err(format!("Wireshark doesn't load the plugin:\n{}", String::from_utf8_lossy(&output.stderr)))
        }
    }
}

/// A line of the table.
#[derive(Debug)]
struct Row {
    number: String,
    time: String,
    from: String,
    to: String,
    phase: String,
    summary: String,
    /// The worst severity of the frame's findings; empty without findings.
    severity: String,
}

fn annotated_frames(tshark: &Tshark, capture: &Path) -> Result<Vec<Row>, String> {
    let text = read(
        tshark,
        capture,
        &[
            // In two passes frames carry the verdict, not only what was certain when they came.
            "-2",
            "-n",
            "-Y",
            "adjoin",
            "-T",
            "fields",
            "-E",
            "occurrence=f",
            "-e",
            "frame.number",
            "-e",
            "frame.time_epoch",
            "-e",
            "ip.src",
            "-e",
            "ipv6.src",
            "-e",
            "ip.dst",
            "-e",
            "ipv6.dst",
            "-e",
            "adjoin.phase",
            "-e",
            "adjoin.summary",
            "-e",
            "adjoin.finding.severity",
        ],
    )?;
    let mut start = None;
    let mut rows = Vec::new();
    for line in text.lines() {
        let mut columns = line.split('\t').map(str::to_owned);
        let mut next = || columns.next().unwrap_or_default();
        let (number, time) = (next(), next().parse::<f64>().unwrap_or(0.0));
        let start = *start.get_or_insert(time);
        let (from4, from6, to4, to6) = (next(), next(), next(), next());
        rows.push(Row {
            number,
            time: format!("{:.3}", time - start),
            from: if from4.is_empty() { from6 } else { from4 },
            to: if to4.is_empty() { to6 } else { to4 },
            phase: next(),
            summary: next(),
            severity: next(),
        });
    }
    Ok(rows)
}

/// Takes away, and returns, what all addresses begin with: the summary needs the room.
fn shorten_addresses(rows: &mut [Row]) -> Option<String> {
    let first = rows.first()?.from.clone();
    let begins =
        |address: &str, prefix: &str| address.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('.'));
    let begins_all =
        |prefix: &&str| rows.iter().all(|row| begins(&row.from, prefix) && begins(&row.to, prefix));
    let common = first.match_indices('.').map(|(end, _)| &first[..end]).rev().find(begins_all)?;
    for row in rows.iter_mut() {
        row.from.drain(..common.len());
        row.to.drain(..common.len());
    }
    Some(common.to_owned())
}

fn print_table(rows: &[Row], all: bool, style: Style) {
    let widest = |cell: fn(&Row) -> &str| rows.iter().map(|row| cell(row).chars().count()).max().unwrap_or(0);
    let number = widest(|row| &row.number).max(5);
    let time = widest(|row| &row.time).max(6);
    let (from, to) = (widest(|row| &row.from).clamp(4, 22), widest(|row| &row.to).clamp(4, 22));
    let summary = WIDTH.saturating_sub(number + time + from + to + 14);
    let head = format!(
        "{:>number$} {:>time$}  {:<from$}   {:<to$}   {:<4} summary",
        "frame", "time", "from", "to", ""
    );
    println!("{}", style.quiet(&head));
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let mut skipped = 0;
    for row in rows {
        let times = seen.entry(&row.phase).or_default();
        *times += 1;
        let is_loud = matches!(row.severity.as_str(), "error" | "warning");
        if !all && *times > PER_PHASE && !is_loud {
            skipped += 1;
            continue;
        }
        print_skipped(&mut skipped, number, style);
        let line = format!(
            "{:>number$} {:>time$}  {:<from$} → {:<to$} {} {:<4} {}",
            row.number,
            row.time,
            fit(&row.from, from),
            fit(&row.to, to),
            if is_loud { '!' } else { ' ' },
            fit(&row.phase, 4),
            fit(&row.summary, summary)
        );
        println!(
            "{}",
            match row.severity.as_str() {
                "error" => style.bad(&line),
                "warning" => style.notable(&line),
                _ => line,
            }
        );
    }
    print_skipped(&mut skipped, number, style);
    if !all {
        println!("{}", style.quiet("`cargo xtask demo --all` prints every frame."));
    }
}

fn print_skipped(skipped: &mut usize, number: usize, style: Style) {
    if *skipped > 0 {
        println!("{}", style.quiet(&format!("{:>number$} {skipped} more", "…")));
        *skipped = 0;
    }
}

/// The plugin's part of the packet tree of the first answered LDAP ping, or of the first annotated frame.
fn tree(tshark: &Tshark, capture: &Path) -> Result<Option<String>, String> {
    for filter in ["adjoin.ldap_ping.flags", "adjoin"] {
        let text = read(tshark, capture, &["-n", "-Y", filter, "-O", "adjoin"])?;
        let mut tree: Vec<&str> = Vec::new();
        for line in text.lines() {
            let starts = !line.starts_with(' ') && line.contains("(adjoin)")
                || line.starts_with("Active Directory Domain Join");
            match (tree.is_empty(), line.starts_with(' ')) {
                (true, _) if starts => tree.push(line),
                (false, true) => tree.push(line),
                (false, false) => break,
                (true, _) => {}
            }
        }
        if !tree.is_empty() {
            // A flag that isn't set says little; there are many.
            let all = tree.len();
            tree.retain(|line| !line.ends_with("= Not set") && !line.ends_with(": Not set"));
            let mut text: Vec<_> = tree.iter().map(|line| fit(line, WIDTH)).collect();
            if tree.len() < all {
                text.push(format!("    ({} flags that are not set are left out here)", all - tree.len()));
            }
            return Ok(Some(text.join("\n")));
        }
    }
    Ok(None)
}

fn read(tshark: &Tshark, capture: &Path, arguments: &[&str]) -> Result<String, String> {
    tshark.read(capture, arguments).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(from: &str, to: &str) -> Row {
        let [number, time, phase, summary, severity] = [const { String::new() }; 5];
        Row { number, time, from: from.into(), to: to.into(), phase, summary, severity }
    }

    #[test]
    fn a_capture_that_is_not_there_is_named() {
        let error = is_readable(Path::new("no-such-file.pcap")).unwrap_err();
        assert!(error.starts_with("no-such-file.pcap: "), "{error}");
        assert!(is_readable(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap_err().contains("folder"));
        assert_eq!(is_readable(&Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")), Ok(()));
    }

    #[test]
    fn addresses_are_shortened_at_a_dot() {
        let mut rows = [row("10.20.8.77", "10.20.80.5"), row("10.20.80.5", "10.20.8.77")];
        assert_eq!(shorten_addresses(&mut rows).as_deref(), Some("10.20"));
        assert_eq!((rows[0].from.as_str(), rows[0].to.as_str()), (".8.77", ".80.5"));
        let mut rows = [row("10.1.1.1", "fe80::1")];
        assert_eq!(shorten_addresses(&mut rows), None);
        assert_eq!(rows[0].from, "10.1.1.1");
    }
}
