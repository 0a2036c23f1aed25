//! A join while `tshark` with the plugin looks on, and the LDAP ping of this repository against the controller.

use crate::arguments::Arguments;
use crate::host::{LAN, PORT, Program, WAN};
use crate::router;
use crate::run::Lab;
use crate::scenario;
use adjoin_oracle::tshark::Tshark;
use std::fs;
use std::io::{Error, Result};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Its client waits for half a minute: time enough to see what is found meanwhile.
const SCENARIO: &str = "x40-accel-swallow-tgs";

/// Plays it, and succeeds when findings appeared before the client gave up and the ping was answered.
///
/// # Errors
/// When one of the two isn't so.
pub fn run(lab: &Lab, arguments: &Arguments) -> Result<()> {
    let [plugin, ping] = [&arguments.plugin, &arguments.ping].map(|path| {
        path.as_ref().ok_or_else(|| Error::other("cargo xtask lab --live passes what is missing"))
    });
    let scenarios = scenario::named(&[SCENARIO.to_owned()]).map_err(Error::other)?;
    let scenario = scenarios.first().ok_or_else(|| Error::other("no scenario"))?;
    let stage = lab.set_up(scenario)?;
    let router = router::start(&stage.router.network(), LAN, WAN, scenario.plan.clone())?;

    let (dc, domain) = (scenario.site.dc_address().to_string(), scenario.site.domain());
    let asks = Program::new([ping?.display().to_string(), dc, domain]);
    let answered = stage.client.run_outside(&asks, Duration::from_secs(20))?.ok("ldap_ping")?;
    println!("ldap_ping in the client's network:\n{answered}");

    let tshark = Tshark::with_plugin(plugin?)?;
    tshark.hand_over()?;
    let home = tshark.home().display().to_string();
    // Wireshark loads no personal plugins for root, so another user gets what is needed to capture.
    let capturing = "+net_raw,+net_admin";
    let program = Program::new(
        ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
            .map(str::to_owned)
            .into_iter()
            .chain([format!("--inh-caps={capturing}"), format!("--ambient-caps={capturing}")])
            .chain(
                [
                    "tshark",
                    "-n",
                    "-l",
                    "-i",
                    PORT,
                    "-Y",
                    "adjoin.finding",
                    "-T",
                    "fields",
                    "-e",
                    "frame.number",
                    "-e",
                    "frame.time_relative",
                    "-e",
                    "adjoin.finding",
                ]
                .map(str::to_owned),
            ),
    )
    .env("HOME", &home)
    .env("TMPDIR", &home);
    let log = lab.out().join("live.tshark");
    let looking = stage.client.start_outside(&program, &log)?;
    let until = Instant::now() + Duration::from_secs(20);
    while !fs::read_to_string(&log)?.contains("Capturing on") {
        if Instant::now() > until {
            return Err(Error::other(format!("tshark doesn't capture: {}", fs::read_to_string(&log)?)));
        }
        thread::sleep(Duration::from_millis(50));
    }
    // It says so a little before the interface is open.
    thread::sleep(Duration::from_secs(1));
    // All that it needs is open by now. Without its folder nothing is left when this process is ended.
    drop(tshark);

    let start = Instant::now();
    let over = AtomicBool::new(false);
    let (client, seen) = thread::scope(|scope| {
        let watcher = scope.spawn(|| watch(&log, start, &over));
        let client = stage.client.run(&scenario.command().program, Duration::from_secs(120));
        over.store(true, Ordering::Relaxed);
        (client, watcher.join().unwrap_or_default())
    });
    let client = client?;
    drop((looking, router, stage));
    fs::remove_file(&log)?;
    for (time, line) in &seen {
        println!("{:5.1} s  {}", time.as_secs_f64(), line.replace('\t', "  "));
    }
    println!("{:5.1} s  the client ended ({})", client.time.as_secs_f64(), client.status);
    let root = |line: &str| scenario.truth.root.iter().any(|id| line.contains(id.as_str()));
    if seen.iter().any(|(time, line)| *time < client.time && root(line)) {
        Ok(())
    } else {
        Err(Error::other(format!("{} wasn't found while the client tried", scenario.truth.root.join(", "))))
    }
}

/// The lines that tshark prints until the client ends, and when each was there.
fn watch(log: &std::path::Path, start: Instant, over: &AtomicBool) -> Vec<(Duration, String)> {
    let mut seen: Vec<(Duration, String)> = Vec::new();
    while !over.load(Ordering::Relaxed) {
        let text = fs::read_to_string(log).unwrap_or_default();
        let lines = text.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_digit()));
        for line in lines.skip(seen.len()) {
            seen.push((start.elapsed(), line.to_owned()));
        }
        thread::sleep(Duration::from_millis(50));
    }
    seen
}
