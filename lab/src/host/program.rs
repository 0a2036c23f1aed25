//! Programs that run on a host: in its root, or the machine's own in its network.

use super::{Host, child_of};
use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;
use std::fs::File;
use std::io::{Error, Result};
use std::os::unix::fs::FileExt;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, Command, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

/// How much of a program's output is kept.
const OUTPUT: usize = 4 << 20;

/// A program with its arguments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Program {
    /// The program and its arguments.
    pub argv: Vec<String>,
    /// Its environment, besides `PATH`, `HOME` and `LC_ALL`.
    pub env: Vec<(String, String)>,
    /// What it reads.
    pub stdin: Vec<u8>,
}

impl Program {
    /// Without input and with no further variables.
    pub fn new<S: Into<String>>(argv: impl IntoIterator<Item = S>) -> Self {
        Self { argv: argv.into_iter().map(Into::into).collect(), ..Self::default() }
    }

    /// With a variable more.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With this as its input.
    #[must_use]
    pub fn stdin(mut self, input: impl Into<Vec<u8>>) -> Self {
        self.stdin = input.into();
        self
    }
}

/// How a program ended.
#[derive(Clone, Debug)]
pub struct Finished {
    /// Its status.
    pub status: ExitStatus,
    /// What it wrote on both outputs, in order.
    pub output: String,
    /// Whether it was ended because its time was over.
    pub timed_out: bool,
    /// How long it ran.
    pub time: Duration,
}

impl Finished {
    /// The output when it succeeded, else an error that has the output's end.
    ///
    /// # Errors
    /// When its status isn't 0.
    pub fn ok(self, what: &str) -> Result<String> {
        if self.status.success() {
            return Ok(self.output);
        }
        let lines: Vec<&str> = self.output.lines().collect();
        let end = lines.get(lines.len().saturating_sub(12)..).unwrap_or_default().join("\n");
        let time = if self.timed_out { " (its time was over)" } else { "" };
        Err(Error::other(format!("{what}: {}{time}\n{end}", self.status)))
    }
}

/// A program that runs. It is killed, with its children, when this is dropped.
#[derive(Debug)]
pub struct Process {
    child: Child,
    ended: Option<ExitStatus>,
}

impl Process {
    /// Its status when it has ended.
    ///
    /// # Errors
    /// When the system doesn't say.
    pub fn try_wait(&mut self) -> Result<Option<ExitStatus>> {
        if self.ended.is_none() {
            self.ended = self.child.try_wait()?;
        }
        Ok(self.ended)
    }

    /// Waits at most this long for its end.
    ///
    /// # Errors
    /// When the system doesn't say.
    pub fn wait(&mut self, limit: Duration) -> Result<Option<ExitStatus>> {
        let until = Instant::now() + limit;
        loop {
            let ended = self.try_wait()?;
            if ended.is_some() || Instant::now() >= until {
                return Ok(ended);
            }
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Sends a signal to the program. `nsenter` stands before it and would die of the signal without passing it on.
    pub fn signal(&self, signal: Signal) {
        if self.ended.is_none() {
            let program = child_of(self.child.id()).ok().and_then(|child| i32::try_from(child).ok());
            // It may have ended meanwhile.
            let _ = program.map(|program| kill(Pid::from_raw(program), signal));
        }
    }

    /// Asks it to end, waits at most this long, and kills it with its children in the end.
    pub fn stop(mut self, limit: Duration) -> Option<ExitStatus> {
        self.signal(Signal::SIGTERM);
        self.wait(limit).ok().flatten()
    }

    fn kill_all(&self) {
        if let (None, Ok(group)) = (self.ended, i32::try_from(self.child.id())) {
            let _ = killpg(Pid::from_raw(group), Signal::SIGKILL);
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if matches!(self.try_wait(), Ok(None)) {
            self.kill_all();
            let _ = self.child.wait();
        }
    }
}

impl Host {
    /// Runs a program in the host's root, at most this long.
    ///
    /// # Errors
    /// When it can't be started. A status that isn't 0 is none.
    pub fn run(&self, program: &Program, limit: Duration) -> Result<Finished> {
        finish(self.command(program, self.inside()), program, limit)
    }

    /// Runs a program of the machine in the host's network, at most this long.
    ///
    /// # Errors
    /// When it can't be started. A status that isn't 0 is none.
    pub fn run_outside(&self, program: &Program, limit: Duration) -> Result<Finished> {
        finish(self.command(program, &NETWORK), program, limit)
    }

    /// Runs a program of the machine that sees the host's network and this machine's processes. It ends soon: it
    /// isn't the host's, and doesn't end with it.
    pub(super) fn configure(&self, program: &Program, limit: Duration) -> Result<Finished> {
        finish(self.command(program, &["--net"]), program, limit)
    }

    /// Starts a program in the host's root that writes both outputs to `log`.
    ///
    /// # Errors
    /// When it can't be started.
    pub fn start(&self, program: &Program, log: &Path) -> Result<Process> {
        begin(self.command(program, self.inside()), program, &File::create(log)?)
    }

    /// Starts a program of the machine in the host's network.
    ///
    /// # Errors
    /// When it can't be started.
    pub fn start_outside(&self, program: &Program, log: &Path) -> Result<Process> {
        begin(self.command(program, &NETWORK), program, &File::create(log)?)
    }

    fn inside(&self) -> &'static [&'static str] {
        if self.has_root {
            &["--net", "--pid", "--mount", "--uts", "--ipc", "--root", "--wd"]
        } else {
            &NETWORK
        }
    }

    /// `namespaces` as `nsenter` names them.
    fn command(&self, program: &Program, namespaces: &[&str]) -> Command {
        let mut command = Command::new("nsenter");
        command
            .arg(format!("--target={}", self.first()))
            .args(namespaces)
            .arg("--")
            .args(&program.argv)
            .env_clear()
            .env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
            .env("HOME", "/root")
            .env("LC_ALL", "C.UTF-8")
            .envs(program.env.iter().map(|(name, value)| (name, value)));
        command
    }
}

/// What a program of the machine enters: it dies with the host.
const NETWORK: [&str; 2] = ["--net", "--pid"];

fn begin(mut command: Command, program: &Program, output: &File) -> Result<Process> {
    let input = File::from(memfd_create("input", MFdFlags::MFD_CLOEXEC)?);
    // Written at a place, so that the program reads from the start.
    input.write_all_at(&program.stdin, 0)?;
    command.stdin(input).stdout(output.try_clone()?).stderr(output.try_clone()?).process_group(0);
    let child = command.spawn().map_err(|error| Error::other(format!("nsenter: {error}")))?;
    Ok(Process { child, ended: None })
}

fn finish(command: Command, program: &Program, limit: Duration) -> Result<Finished> {
    let output = File::from(memfd_create("output", MFdFlags::MFD_CLOEXEC)?);
    let start = Instant::now();
    let mut process = begin(command, program, &output)?;
    let ended = process.wait(limit)?;
    let timed_out = ended.is_none();
    drop(process);
    let time = start.elapsed();
    let length = usize::try_from(output.metadata()?.len()).unwrap_or(OUTPUT).min(OUTPUT);
    let mut text = vec![0; length];
    output.read_exact_at(&mut text, 0)?;
    Ok(Finished {
        status: ended.unwrap_or_else(|| ExitStatus::from_raw(Signal::SIGKILL as i32)),
        output: String::from_utf8_lossy(&text).into_owned(),
        timed_out,
        time,
    })
}
