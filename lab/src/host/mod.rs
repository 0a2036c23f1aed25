//! A machine of the lab: namespaces of its own, and a root folder that it may change as it likes.
//!
//! The first process of a host's PID namespace holds everything: it waits for its input to end, and that
//! is a pipe whose other end this process has. However this process ends, the pipe closes, the first process
//! exits, and with it go all processes of the host, its mounts, its files and its network. Nothing is left
//! that a later run would have to remove.

mod network;
mod program;

pub use network::{HOPS, LAN, PORT, WAN, connect};
pub use program::{Finished, Process, Program};

use std::io::{Error, Read, Result};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

/// The folders that become a host's `/`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Root {
    /// The top layer first; none is changed. Without layers a host has the machine's own files.
    pub layers: Vec<PathBuf>,
    /// Folders of the machine that a host sees too, and where.
    pub shared: Vec<(PathBuf, PathBuf)>,
}

impl Root {
    /// One folder.
    #[must_use]
    pub fn at(folder: &Path) -> Self {
        Self { layers: vec![folder.to_path_buf()], shared: Vec::new() }
    }
}

/// A machine. It ends when this is dropped.
#[derive(Debug)]
pub struct Host {
    name: String,
    /// The PID of its first process, as this process sees it.
    first: u32,
    has_root: bool,
    holder: Child,
    /// Closing it ends the host.
    lifeline: Option<ChildStdin>,
}

impl Host {
    /// Starts a machine that is called `name` (a host name).
    ///
    /// # Errors
    /// When a namespace or a mount isn't granted; without root that is the case.
    pub fn new(name: &str, root: &Root) -> Result<Self> {
        let script = script(name, root)?;
        let mut command = Command::new("unshare");
        command
            .args([
                "--net",
                "--mount",
                "--uts",
                "--ipc",
                "--pid",
                "--fork",
                "--kill-child=KILL",
                "--",
                "sh",
                "-c",
            ])
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit());
        use std::os::unix::process::CommandExt;
        // Not Ctrl-C itself ends it, but the end of this process.
        command.process_group(0);
        let mut holder = command.spawn().map_err(|error| Error::other(format!("unshare: {error}")))?;
        let lifeline = holder.stdin.take();
        let mut ready = [0; 1];
        let said = holder.stdout.take().ok_or_else(|| Error::other("no output"))?.read(&mut ready)?;
        let first = child_of(holder.id());
        let mut host =
            Self { name: name.to_owned(), first: 0, has_root: !root.layers.is_empty(), holder, lifeline };
        if said == 0 {
            host.end();
            return Err(Error::other(format!("the host {name} doesn't start; see above")));
        }
        host.first = first?;
        Ok(host)
    }

    /// Its host name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The PID of its first process.
    #[must_use]
    pub fn first(&self) -> u32 {
        self.first
    }

    /// The file that stands for its network namespace, for `setns`.
    #[must_use]
    pub fn network(&self) -> PathBuf {
        PathBuf::from(format!("/proc/{}/ns/net", self.first))
    }

    /// Where a file of the host is for this process: write its settings there, and read what it wrote.
    #[must_use]
    pub fn path(&self, inside: &str) -> PathBuf {
        PathBuf::from(format!("/proc/{}/root/{}", self.first, inside.trim_start_matches('/')))
    }

    /// Writes a file of the host, and the folders above it.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn write(&self, inside: &str, content: impl AsRef<[u8]>) -> Result<()> {
        let path = self.path(inside);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(&path, content).map_err(|error| Error::new(error.kind(), format!("{inside}: {error}")))
    }

    /// Stops it and all that runs on it.
    fn end(&mut self) {
        drop(self.lifeline.take());
        // The first process has nothing to do but to exit; if it can't, its parent takes it along.
        for _ in 0..100 {
            if matches!(self.holder.try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.end();
    }
}

/// The only child of a process.
fn child_of(parent: u32) -> Result<u32> {
    let children = std::fs::read_to_string(format!("/proc/{parent}/task/{parent}/children"))?;
    let child = children.split_whitespace().next().and_then(|child| child.parse().ok());
    child.ok_or_else(|| Error::other("no child"))
}

/// What the first process does: it makes the root, says one line, and waits for the end of its input.
fn script(name: &str, root: &Root) -> Result<String> {
    use std::fmt::Write as _;
    let mut script = format!("set -e\nhostname {}\n", quoted(name));
    let wait = "echo; exec >&2; while read -r line; do :; done";
    if root.layers.is_empty() {
        script.push_str("mount -t proc proc /proc\n");
        script.push_str(wait);
        return Ok(script);
    }
    let layers: Vec<String> = root.layers.iter().map(|layer| layer.display().to_string()).collect();
    let layers = layers.join(":");
    // Any folder that is there will do: only this mount namespace sees what is mounted on it.
    let mount = mount_point(root)?;
    let _ = write!(
        script,
        "cd /\n\
         mount -t tmpfs -o mode=0755 tmpfs {mount}\n\
         cd {mount}\n\
         mkdir upper work root\n\
         mount -t overlay -o lowerdir={},upperdir=upper,workdir=work overlay root\n\
         cd root\n\
         mkdir -p proc dev tmp run sys\n\
         mount -t proc proc proc\n\
         mount -t tmpfs -o mode=1777 tmpfs tmp\n\
         mount -t tmpfs -o mode=0755 tmpfs run\n\
         mount -t tmpfs -o mode=0755 tmpfs dev\n\
         mkdir -m 1777 dev/shm\n\
         for device in null zero full random urandom; do : >dev/$device; mount --bind /dev/$device dev/$device; done\n\
         ln -s /proc/self/fd dev/fd\n",
        quoted(&layers)
    );
    for (machine, inside) in &root.shared {
        let inside = inside.display().to_string();
        let inside = quoted(inside.trim_start_matches('/'));
        let machine = quoted(&machine.display().to_string());
        let _ = writeln!(script, "mkdir -p {inside}\nmount --bind {machine} {inside}");
    }
    let _ = write!(script, "exec chroot . /bin/sh -c {}", quoted(wait));
    Ok(script)
}

/// A folder beside the layers.
fn mount_point(root: &Root) -> Result<String> {
    let beside = ["/mnt", "/media", "/srv"].into_iter().find(|folder| {
        let covers = |path: &Path| path.starts_with(folder);
        let used =
            root.layers.iter().any(|layer| covers(layer)) || root.shared.iter().any(|(path, _)| covers(path));
        !used && Path::new(folder).is_dir()
    });
    beside.map(str::to_owned).ok_or_else(|| Error::other("there is no /mnt to mount on"))
}

/// A text as the shell reads it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
