//! A scenario from start to end.

use crate::capture::Capture;
use crate::domain::Domain;
use crate::host::{self, Host, LAN, Process, Program, Root, WAN};
use crate::router;
use crate::scenario::{Draw, Scenario, Side};
use crate::truth::{self, Observed};
use std::fs;
use std::io::{Error, Result};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

/// How long a client may try. The longest that gives up by itself takes about a minute and a half.
const PATIENCE: Duration = Duration::from_secs(170);

/// What is still on its way when the client has ended.
const AFTERMATH: Duration = Duration::from_millis(700);

/// What a client says that does other things than to join.
const CLUTTER: &str = "clutter.log";

/// Where scenarios are played.
#[derive(Debug)]
pub struct Lab {
    /// Roots and provisioned domains.
    cache: PathBuf,
    /// Captures, logs and truths.
    out: PathBuf,
    /// Controllers' logs stay too.
    keep: bool,
    /// One at a time makes what is cached, and writes `truth.tsv`.
    single: Mutex<()>,
}

/// The machines of a scenario, connected, with a controller that answers and a router that doesn't run yet.
#[derive(Debug)]
pub struct Stage {
    /// The client.
    pub client: Host,
    /// The router.
    pub router: Host,
    /// The controller. Its server ends before it.
    pub controller: crate::domain::Controller,
    /// The controller's machine.
    pub dc: Host,
}

impl Lab {
    /// A lab that keeps what is made once in `cache` and writes to `out`.
    ///
    /// # Errors
    /// When the folders can't be made.
    pub fn new(cache: &Path, out: &Path, keep: bool) -> Result<Self> {
        fs::create_dir_all(cache)?;
        fs::create_dir_all(out)?;
        // Programs on hosts have another current folder.
        let (cache, out) = (cache.canonicalize()?, out.canonicalize()?);
        Ok(Self { cache, out, keep, single: Mutex::new(()) })
    }

    /// Where it writes.
    #[must_use]
    pub fn out(&self) -> &Path {
        &self.out
    }

    fn path(&self, scenario: &Scenario, ending: &str) -> PathBuf {
        self.out.join(format!("{}.{ending}", scenario.id))
    }

    /// Makes the machines and starts the controller.
    ///
    /// # Errors
    /// When something that isn't the scenario's fault fails.
    pub fn set_up(&self, scenario: &Scenario) -> Result<Stage> {
        let site = &scenario.site;
        let (domain, root) = {
            let _alone = self.single.lock();
            (Domain::of(site, &self.cache)?, scenario.tool.root(&self.cache)?)
        };
        let router = Host::new("router", &Root::default())?;
        let dc = Host::new(&site.dc, &domain.root())?;
        let client = Host::new(&site.client, &root)?;
        host::connect(&client, &router, LAN, &site.client_leg, site.family)?;
        host::connect(&dc, &router, WAN, &site.dc_leg, site.family)?;
        let controller = domain.start(&dc, &scenario.settings, &self.path(scenario, "dc.log"))?;
        for (path, content) in scenario.command().files {
            client.write(&path, content)?;
        }
        Ok(Stage { client, router, controller, dc })
    }

    /// Plays a scenario and writes down what happened.
    ///
    /// # Errors
    /// When something that isn't the scenario's fault fails.
    pub fn play(&self, scenario: &Scenario) -> Result<Observed> {
        let begun = Instant::now();
        let stage = self.set_up(scenario)?;
        let running = router::start(&stage.router.network(), LAN, WAN, scenario.plan.clone())?;
        let file = |side| self.out.join(scenario.file(side));
        let of_client = Capture::start(&stage.client, &file(Side::Client), scenario.capture)?;
        let of_dc = Capture::start(&stage.dc, &file(Side::Dc), scenario.capture)?;
        let start = SystemTime::now();
        let clutter = if scenario.clutter { Some(self.clutter(&stage, scenario)?) } else { None };
        let client = stage.client.run(&scenario.command().program, PATIENCE)?;
        thread::sleep(AFTERMATH);
        drop(clutter);
        let packets = [of_client.stop()?, of_dc.stop()?];
        let fired = running.stop()?;
        drop(stage);

        let joined = scenario.tool.joined(client.status.code(), &client.output);
        let void = truth::void(scenario, joined, &fired);
        let observed = Observed { client, joined, fired, packets, start, void };
        fs::write(self.path(scenario, "log"), &observed.client.output)?;
        let json = truth::json(scenario, &observed, &self.out);
        fs::write(self.path(scenario, "json"), format!("{json:#}\n"))?;
        if !self.keep {
            for ending in ["dc.log", CLUTTER] {
                // There is none where nothing was to be written.
                let _ = fs::remove_file(self.path(scenario, ending));
            }
        }
        {
            let _alone = self.single.lock();
            truth::enter(&self.out, scenario, observed.void.is_some())?;
        }
        println!("{}", truth::line(scenario, &observed, begun.elapsed()));
        if json["evidence_ok"] != true {
            println!(
                "{}  its captures don't show all that they should: see \"evidence\" in its JSON",
                scenario.id
            );
        }
        Ok(observed)
    }

    /// Lets the client do what has nothing to do with the join: look for names, the time, and web servers.
    fn clutter(&self, stage: &Stage, scenario: &Scenario) -> Result<Process> {
        const SCRIPT: &str = r#"
import socket, sys, time
dc, where = sys.argv[1], socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
def ask(port, octets):
    with socket.socket(where, socket.SOCK_DGRAM) as s:
        s.sendto(octets, (dc, port))
def name(text):
    return b"".join(bytes([len(l)]) + l.encode() for l in text.split(".")) + b"\0"
n = 0
while True:
    n += 1
    ask(53, n.to_bytes(2, "big") + b"\1\0\0\1\0\0\0\0\0\0" + name("www.example.com") + b"\0\1\0\1")
    ask(123, b"\x1b" + bytes(47))
    for port in (443, 80):
        with socket.socket(where) as s:
            s.settimeout(0.3)
            s.connect_ex((dc, port))
    time.sleep(0.5)
"#;
        let dc = scenario.site.dc_address().to_string();
        let program = Program::new(["/usr/bin/python3", "-c", SCRIPT, &dc]);
        stage.client.start(&program, &self.path(scenario, CLUTTER))
    }

    /// Plays so many that chance puts together. What proves nothing is said and replaced by another.
    ///
    /// # Errors
    /// When a scenario can't be played, or too many prove nothing.
    pub fn play_random(&self, count: usize, seed: u64, jobs: usize) -> Result<()> {
        let mut draw = Draw::new(seed);
        let mut missing = count;
        // Each round half of what is void may be void again.
        for _ in 0..4 {
            let drawn: Vec<_> = (0..missing).map(|_| draw.scenario()).collect();
            missing = self.play_all(&drawn, jobs)?;
            if missing == 0 {
                return Ok(());
            }
            println!("void: {missing}; as many are drawn again");
        }
        Err(Error::other(format!("{missing} of {count} scenarios were void again and again")))
    }

    /// Plays several, some at the same time; those that can't be played are named in the error. Tells
    /// how many proved nothing.
    ///
    /// # Errors
    /// When a scenario can't be played.
    pub fn play_all(&self, scenarios: &[Scenario], jobs: usize) -> Result<usize> {
        let next = Mutex::new(0);
        let void = Mutex::new(0);
        let failures = Mutex::new(Vec::new());
        let poisoned = || Error::other("another scenario broke the lab");
        let work = || -> Result<()> {
            loop {
                let index = {
                    let mut next = next.lock().map_err(|_| poisoned())?;
                    *next += 1;
                    *next - 1
                };
                let Some(scenario) = scenarios.get(index) else { return Ok(()) };
                match self.play(scenario) {
                    Ok(observed) => {
                        *void.lock().map_err(|_| poisoned())? += usize::from(observed.void.is_some());
                    }
                    Err(error) => {
                        eprintln!("{}: {error}", scenario.id);
                        failures.lock().map_err(|_| poisoned())?.push(scenario.id.clone());
                    }
                }
            }
        };
        thread::scope(|scope| -> Result<()> {
            let workers: Vec<_> = (0..jobs.max(1)).map(|_| scope.spawn(work)).collect();
            for worker in workers {
                worker.join().map_err(|_| poisoned())??;
            }
            Ok(())
        })?;
        let failures = failures.into_inner().map_err(|_| poisoned())?;
        if !failures.is_empty() {
            return Err(Error::other(format!("not played: {}", failures.join(", "))));
        }
        void.into_inner().map_err(|_| poisoned())
    }
}
