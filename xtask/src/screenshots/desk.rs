//! A virtual display with a window manager, and a Wireshark on it that is driven by the keyboard.

use adjoin_oracle::tshark::{self, Tshark};
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, thread};

/// How long anything may take, such as a window to open.
const PATIENCE: Duration = Duration::from_secs(30);
/// The same for the programs that drive Wireshark, which answer at once.
const AT_ONCE: &str = "20";
const STEP: Duration = Duration::from_millis(120);

/// A process that ends when this goes.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The display, and the home folder of what runs on it.
pub(super) struct Desk {
    // In the order in which they have to end: the window manager, the display, the home folder.
    _manager: Option<Process>,
    _server: Process,
    tshark: Tshark,
    display: String,
}

impl Desk {
    pub(super) fn open(plugin: &Path) -> Result<Self, String> {
        let tshark = Tshark::with_plugin(plugin).map_err(|error| error.to_string())?;
        let mut server = tshark.program("Xvfb");
        // It chooses a display that is free and prints its number.
        server.args(["-displayfd", "1", "-screen", "0", "1600x1100x24", "-nolisten", "tcp"]);
        server.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut server = Process(server.spawn().map_err(|error| format!("Xvfb: {error}"))?);
        let output = server.0.stdout.take().ok_or("Xvfb has no output")?;
        let mut number = String::new();
        BufReader::new(output).read_line(&mut number).map_err(|error| format!("Xvfb: {error}"))?;
        if number.trim().is_empty() {
            return Err("Xvfb found no display".to_owned());
        }
        let display = format!(":{}", number.trim());
        let mut desk = Self { _manager: None, _server: server, tshark, display };
        desk.hand_over()?;
        let manager =
            desk.program("openbox").arg("--sm-disable").stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        desk._manager = Some(Process(manager.map_err(|error| format!("openbox: {error}"))?));
        Ok(desk)
    }

    /// The folder of the settings and profiles.
    pub(super) fn configuration(&self) -> Result<PathBuf, String> {
        tshark::configuration(self.tshark.command()).map_err(|error| error.to_string())
    }

    /// Lets Wireshark write in its home: it is not of the user that made the folder when that was root.
    pub(super) fn hand_over(&self) -> Result<(), String> {
        self.tshark.hand_over().map_err(|error| format!("{}: {error}", self.tshark.home().display()))
    }

    fn program(&self, name: &str) -> Command {
        let mut command = self.tshark.program(name);
        command
            .env("DISPLAY", &self.display)
            .env("QT_QPA_PLATFORM", "xcb")
            .env("QT_X11_NO_MITSHM", "1")
            .env("XDG_RUNTIME_DIR", self.tshark.home())
            .env_remove("XAUTHORITY")
            .env_remove("WAYLAND_DISPLAY");
        command
    }

    /// What a program prints, which ends by itself or is ended.
    fn ask<S: AsRef<OsStr>>(&self, program: &str, arguments: &[S]) -> Result<Vec<u8>, String> {
        let mut command = self.program("timeout");
        let output = command.args([AT_ONCE, program]).args(arguments).output();
        let output = output.map_err(|error| format!("{program}: {error}"))?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let arguments: Vec<_> =
            arguments.iter().map(|argument| argument.as_ref().to_string_lossy()).collect();
        Err(format!("{program} {}: {}: {said}", arguments.join(" "), output.status))
    }

    /// A window, or a part of it, in this format.
    fn picture(&self, window: &str, part: &[&str], format: &str) -> Result<Vec<u8>, String> {
        self.ask("import", &[&["-window", window, "-depth", "8"], part, &[format]].concat())
    }

    /// The window with this in its title, as soon as there is one.
    fn find(&self, title: &str, patience: Duration) -> Result<Window<'_>, String> {
        let id = wait_for(&format!("a window `{title}`"), patience, || {
            let found = self.ask("xdotool", &["search", "--onlyvisible", "--name", title]).ok()?;
            String::from_utf8_lossy(&found).lines().last().map(str::to_owned)
        })?;
        Ok(Window { desk: self, id, height: 0 })
    }
}

/// A running Wireshark with a sample.
pub(super) struct Wireshark<'a> {
    desk: &'a Desk,
    sample: &'a str,
    _process: Process,
}

impl<'a> Wireshark<'a> {
    pub(super) fn start(desk: &'a Desk, sample: &'a str, arguments: &[&str]) -> Result<Self, String> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../samples").join(sample);
        let content = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let file = desk.tshark.file(sample, &content).map_err(|error| format!("{sample}: {error}"))?;
        let mut command = desk.program("wireshark");
        command.args(["-C", crate::profile::NAME, "-o", "gui.update.enabled:FALSE"]).args(arguments);
        command.arg("-r").arg(file).stdout(Stdio::null()).stderr(Stdio::null());
        let process = Process(command.spawn().map_err(|error| format!("wireshark: {error}"))?);
        Ok(Self { desk, sample, _process: process })
    }

    /// Its main window when the file is loaded, in this size.
    pub(super) fn main(&self, width: u32, height: u32) -> Result<Window<'a>, String> {
        self.window(&format!("^{}", self.sample), width, height)
    }

    /// Opens a window from the menu Statistics. Its items have no keys of their own, so they are tried, from
    /// the one that is so many steps up or down on; what else opens is closed.
    pub(super) fn statistics(&self, title: &str, direction: &str, first: usize) -> Result<(), String> {
        let main = self.main(1400, 900)?;
        for steps in [0, 1, 2, 3, 4].map(|more| first + more).into_iter().chain((1..first).rev()) {
            main.keys(&["alt+s"])?;
            self.desk.ask("xdotool", &["key", "--delay", "30", "--repeat", &steps.to_string(), direction])?;
            main.keys(&["Return"])?;
            if self.desk.find(title, Duration::from_secs(2)).is_ok() {
                return Ok(());
            }
            main.keys(&["Escape", "Escape"])?;
            main.tell("windowactivate", &[])?;
        }
        Err(format!("Statistics has no `{title}`"))
    }

    /// The window with this in its title, in this size and with the keyboard's focus.
    pub(super) fn window(&self, title: &str, width: u32, height: u32) -> Result<Window<'a>, String> {
        let window = Window { height, ..self.desk.find(title, PATIENCE)? };
        window.settle()?;
        window.tell("windowsize", &[&width.to_string(), &height.to_string()])?;
        window.tell("windowmove", &["0", "0"])?;
        window.tell("windowactivate", &[])?;
        // Beside all windows: whatever is under the mouse would be highlighted.
        self.desk.ask("xdotool", &["mousemove", "1599", "1099"])?;
        window.settle()?;
        Ok(window)
    }
}

/// A window on the desk.
pub(super) struct Window<'a> {
    desk: &'a Desk,
    id: String,
    height: u32,
}

impl Window<'_> {
    fn tell(&self, command: &str, arguments: &[&str]) -> Result<(), String> {
        self.desk.ask("xdotool", &[&[command, self.id.as_str()], arguments].concat()).map(drop)
    }

    /// Presses keys one after the other; each has been worked on before the next.
    pub(super) fn keys(&self, keys: &[&str]) -> Result<(), String> {
        for key in keys {
            self.desk.ask("xdotool", &["key", key])?;
            self.settle()?;
        }
        Ok(())
    }

    /// Types a text.
    pub(super) fn write(&self, text: &str) -> Result<(), String> {
        self.desk.ask("xdotool", &["type", "--delay", "20", text])?;
        self.settle()
    }

    /// Clicks at a point of the window.
    pub(super) fn click(&self, x: u32, y: u32) -> Result<(), String> {
        let at = ["mousemove", "--window", &self.id, &x.to_string(), &y.to_string(), "click", "1"];
        self.desk.ask("xdotool", &at)?;
        self.desk.ask("xdotool", &["mousemove", "1599", "1099"])?;
        self.settle()
    }

    /// In the main window: types a display filter and applies it.
    pub(super) fn filter(&self, filter: &str) -> Result<(), String> {
        self.keys(&["ctrl+slash"])?;
        self.write(filter)?;
        // The first closes the list of completions, where there is one.
        self.keys(&["Escape", "Return"])
    }

    /// In the main window: opens the last tree of the selected frame, which is ours.
    pub(super) fn open_last_subtree(&self) -> Result<(), String> {
        self.click(300, self.height.saturating_sub(60))?;
        self.keys(&["Home", "End", "shift+Right"])
    }

    /// Waits until the window looks the same for a while: whatever was asked of it is done.
    fn settle(&self) -> Result<(), String> {
        let mut last = Vec::new();
        let mut same = 0;
        wait_for("Wireshark to come to rest", PATIENCE, || {
            let now = self.desk.picture("root", &[], "rgb:-").ok()?;
            same = if now == last { same + 1 } else { 0 };
            last = now;
            (same >= 2).then_some(())
        })
    }

    /// The window as a PNG.
    pub(super) fn shoot(&self) -> Result<Vec<u8>, String> {
        self.settle()?;
        self.desk.picture(&self.id, &[], "png:-")
    }

    /// Its upper part.
    pub(super) fn shoot_above(&self, height: u32) -> Result<Vec<u8>, String> {
        self.settle()?;
        self.desk.picture(&self.id, &["-crop", &format!("0x{height}+0+0"), "+repage"], "png:-")
    }

    /// The upper left part of the display, with the menus that are open.
    pub(super) fn shoot_menu(&self, width: u32, height: u32) -> Result<Vec<u8>, String> {
        self.settle()?;
        self.desk.picture("root", &["-crop", &format!("{width}x{height}+0+0"), "+repage"], "png:-")
    }
}

/// The same picture in fewer octets, where there is a program that does it.
pub(super) fn small(png: Vec<u8>) -> Vec<u8> {
    let mut command = Command::new("pngquant");
    command.args(["--strip", "--speed", "1", "-"]);
    let mut run = || {
        let mut process =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().ok()?;
        let mut input = process.stdin.take()?;
        let given = png.clone();
        let writer = thread::spawn(move || input.write_all(&given));
        let output = process.wait_with_output().ok()?;
        writer.join().ok()?.ok()?;
        (output.status.success() && output.stdout.len() < png.len()).then_some(output.stdout)
    };
    run().unwrap_or(png)
}

/// Tries until something is there.
fn wait_for<T>(what: &str, patience: Duration, mut attempt: impl FnMut() -> Option<T>) -> Result<T, String> {
    let start = Instant::now();
    loop {
        if let Some(it) = attempt() {
            return Ok(it);
        }
        if start.elapsed() > patience {
            return Err(format!("waited {} s for {what}", patience.as_secs()));
        }
        thread::sleep(STEP);
    }
}
