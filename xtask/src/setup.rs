//! Finds out what this machine lacks, and installs it where that is possible without questions.

use crate::Outcome;
use adjoin_oracle::tshark;
use std::path::Path;
use std::process::{Command, Stdio};
use std::{env, fs};

/// Something that must be on the machine, and what it is called in each package manager.
pub(crate) struct Need {
    what: &'static str,
    is_there: fn() -> bool,
    apt: &'static [&'static str],
    dnf: &'static [&'static str],
    pacman: &'static [&'static str],
    brew: &'static [&'static str],
}

const COMPILER: Need = Need {
    what: "a C compiler",
    is_there: || runs("cc", "--version"),
    apt: &["gcc", "libc6-dev"],
    dnf: &["gcc"],
    pacman: &["gcc"],
    brew: &["gcc"],
};
const PKG_CONFIG: Need = Need {
    what: "pkg-config",
    is_there: || runs("pkg-config", "--version"),
    apt: &["pkg-config"],
    dnf: &["pkgconf-pkg-config"],
    pacman: &["pkgconf"],
    brew: &["pkgconf"],
};
const HEADERS: Need = Need {
    what: "Wireshark's headers",
    is_there: || succeeds(Command::new("pkg-config").args(["--cflags", "wireshark", "glib-2.0"])),
    apt: &["libwireshark-dev", "libglib2.0-dev"],
    dnf: &["wireshark-devel", "glib2-devel"],
    pacman: &["wireshark-cli", "glib2"],
    brew: &["wireshark", "glib"],
};
const LIBCLANG: Need = Need {
    what: "libclang",
    is_there: libclang_is_there,
    apt: &["libclang-dev"],
    dnf: &["clang-devel"],
    pacman: &["clang"],
    brew: &["llvm"],
};
const TSHARK: Need = Need {
    what: "tshark",
    is_there: || runs("tshark", "--version"),
    apt: &["tshark"],
    dnf: &["wireshark-cli"],
    pacman: &["wireshark-cli"],
    brew: &["wireshark"],
};
const EDITCAP: Need = Need {
    what: "editcap",
    is_there: || runs("editcap", "--version"),
    apt: &["wireshark-common"],
    dnf: &["wireshark-cli"],
    pacman: &["wireshark-cli"],
    brew: &["wireshark"],
};
const VALGRIND: Need = Need {
    what: "valgrind",
    // There is no valgrind for macOS on current machines; the test that wants it says that it skips.
    is_there: || cfg!(target_os = "macos") || runs("valgrind", "--version"),
    apt: &["valgrind"],
    dnf: &["valgrind"],
    pacman: &["valgrind"],
    brew: &[],
};
const WIRESHARK: Need = Need {
    what: "Wireshark's window",
    is_there: || runs("wireshark", "--version"),
    apt: &["wireshark"],
    dnf: &["wireshark"],
    pacman: &["wireshark-qt"],
    brew: &[],
};
const XVFB: Need = Need {
    what: "Xvfb",
    is_there: || runs("Xvfb", "-help"),
    apt: &["xvfb"],
    dnf: &["xorg-x11-server-Xvfb"],
    pacman: &["xorg-server-xvfb"],
    brew: &[],
};
const OPENBOX: Need = Need {
    what: "openbox",
    is_there: || runs("openbox", "--version"),
    apt: &["openbox"],
    dnf: &["openbox"],
    pacman: &["openbox"],
    brew: &[],
};
const XDOTOOL: Need = Need {
    what: "xdotool",
    is_there: || runs("xdotool", "--version"),
    apt: &["xdotool"],
    dnf: &["xdotool"],
    pacman: &["xdotool"],
    brew: &[],
};
const IMAGEMAGICK: Need = Need {
    what: "ImageMagick",
    is_there: || runs("import", "--version"),
    apt: &["imagemagick"],
    dnf: &["ImageMagick"],
    pacman: &["imagemagick"],
    brew: &[],
};
const FONTS: Need = Need {
    what: "a font",
    is_there: || {
        let listed = Command::new("fc-list").arg("DejaVu Sans Mono").output();
        listed.is_ok_and(|output| !output.stdout.is_empty())
    },
    apt: &["fonts-dejavu-core", "fontconfig"],
    dnf: &["dejavu-sans-mono-fonts", "fontconfig"],
    pacman: &["ttf-dejavu", "fontconfig"],
    brew: &[],
};

const MMDEBSTRAP: Need = Need {
    what: "mmdebstrap",
    is_there: || runs("mmdebstrap", "--version"),
    apt: &["mmdebstrap"],
    dnf: &[],
    pacman: &[],
    brew: &[],
};
const BUBBLEWRAP: Need = Need {
    what: "bubblewrap",
    is_there: || runs("bwrap", "--version"),
    apt: &["bubblewrap"],
    dnf: &["bubblewrap"],
    pacman: &["bubblewrap"],
    brew: &[],
};

const NAMESPACES: Need = Need {
    what: "ip and ethtool",
    is_there: || runs("ip", "-V") && runs("ethtool", "--version"),
    apt: &["iproute2", "ethtool"],
    dnf: &[],
    pacman: &[],
    brew: &[],
};

/// To build the plugin and to look at captures with it.
pub(crate) const FOR_PLUGIN: &[Need] = &[COMPILER, PKG_CONFIG, HEADERS, LIBCLANG, TSHARK];
/// The same, and what the tests need besides.
pub(crate) const FOR_TESTS: &[Need] =
    &[COMPILER, PKG_CONFIG, HEADERS, LIBCLANG, TSHARK, EDITCAP, VALGRIND, NAMESPACES];

/// To build the plugin for another Wireshark, and to run that one: see `roots`.
pub(crate) const FOR_ROOTS: &[Need] = &[COMPILER, PKG_CONFIG, LIBCLANG, MMDEBSTRAP, BUBBLEWRAP];

/// To try the README's commands on fresh machines: see `fresh`.
pub(crate) const FOR_FRESH: &[Need] = &[MMDEBSTRAP, BUBBLEWRAP];

/// To join real domains in network namespaces: see `lab`.
pub(crate) const FOR_LAB: &[Need] = &[NAMESPACES, TSHARK, EDITCAP, MMDEBSTRAP];

/// To show the plugin in Wireshark's window, and take pictures of it.
pub(crate) const FOR_SCREENSHOTS: &[Need] =
    &[COMPILER, PKG_CONFIG, HEADERS, LIBCLANG, TSHARK, WIRESHARK, XVFB, OPENBOX, XDOTOOL, IMAGEMAGICK, FONTS];

/// Makes sure that all of `needs` are there, and that the machine's Wireshark fits its headers.
pub(crate) fn run(needs: &[Need]) -> Outcome {
    provide(needs)?;
    versions_fit()
}

/// Makes sure that all of `needs` are there.
pub(crate) fn provide(needs: &[Need]) -> Outcome {
    let missing = missing(needs);
    if !missing.is_empty() {
        let names: Vec<_> = missing.iter().map(|need| need.what).collect();
        println!("missing: {}", names.join(", "));
        install(&missing)?;
        let still: Vec<_> = self::missing(needs).iter().map(|need| need.what).collect();
        if !still.is_empty() {
            return Err(format!("installed, but still not found: {}\n{}", still.join(", "), lines(&missing)));
        }
    }
    Ok(())
}

fn missing(needs: &[Need]) -> Vec<&Need> {
    needs.iter().filter(|need| !(need.is_there)()).collect()
}

/// Wireshark refuses a plugin that was built for another minor version.
fn versions_fit() -> Outcome {
    let running = tshark::version().map_err(|error| error.to_string())?;
    let output = Command::new("pkg-config").args(["--modversion", "wireshark"]).output();
    let headers =
        output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default();
    let minor = |version: &str| version.splitn(3, '.').take(2).map(str::to_owned).collect::<Vec<_>>();
    if minor(&running) != minor(&headers) {
        return Err(format!(
            "the headers are those of Wireshark {headers}, the tshark on the path is {running}; a plugin only \
             fits its own minor version. Install both from one place, or set PKG_CONFIG_PATH."
        ));
    }
    let major = running.split('.').next().and_then(|major| major.parse::<u32>().ok());
    if major.is_none_or(|major| major < 4) {
        return Err(format!("this is Wireshark {running}; adjoin needs 4.0 or newer"));
    }
    println!("Wireshark {running}");
    Ok(())
}

fn install(missing: &[&Need]) -> Outcome {
    let is_root = tshark::is_root();
    let sudo_asks_nothing = || succeeds(Command::new("sudo").args(["-n", "true"]));
    if !runs("apt-get", "--version") || !(is_root || sudo_asks_nothing()) {
        return Err(format!("please install what is missing, then run the task again\n{}", lines(missing)));
    }
    let apt = |arguments: &[&str]| -> Outcome {
        let mut command = if is_root { Command::new("env") } else { Command::new("sudo") };
        if !is_root {
            command.args(["-n", "env"]);
        }
        command.arg("DEBIAN_FRONTEND=noninteractive").arg("apt-get").args(arguments).stdin(Stdio::null());
        println!("+ apt-get {}", arguments.join(" "));
        match command.status() {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(format!("apt-get {}: {status}\n{}", arguments.join(" "), lines(missing))),
            Err(error) => Err(format!("apt-get: {error}")),
        }
    };
    apt(&["update", "-q"])?;
    let packages = packages(missing, |need| need.apt);
    apt(&[&["install", "-q", "-y", "--no-install-recommends"], packages.as_slice()].concat())
}

/// The line to type for each package manager.
fn lines(missing: &[&Need]) -> String {
    let line = |start: &str, names: fn(&Need) -> &'static [&'static str]| {
        format!("  {start} {}\n", packages(missing, names).join(" "))
    };
    [
        line("sudo apt-get install", |need| need.apt),
        line("sudo dnf install", |need| need.dnf),
        line("sudo pacman -S", |need| need.pacman),
        line("brew install", |need| need.brew),
    ]
    .concat()
}

fn packages(needs: &[&Need], names: fn(&Need) -> &'static [&'static str]) -> Vec<&'static str> {
    let mut packages: Vec<_> = needs.iter().flat_map(|need| names(need)).copied().collect();
    packages.sort_unstable();
    packages.dedup();
    packages
}

/// `rustfmt` and `clippy`, which a minimal Rust lacks.
pub(crate) fn rust_components() -> Outcome {
    for (command, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        let there = || succeeds(cargo().args([command, "--version"]));
        if !there() {
            println!("missing: {component}\n+ rustup component add {component}");
            let added = succeeds(Command::new("rustup").args(["component", "add", component]));
            if !added || !there() {
                return Err(format!("`cargo {command}` is missing: rustup component add {component}"));
            }
        }
    }
    Ok(())
}

/// bindgen loads libclang at run time; these are the places where it looks.
fn libclang_is_there() -> bool {
    let is_libclang = |path: &Path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name == "libclang.dylib"
            || (name.starts_with("libclang") && name.contains(".so") && !name.starts_with("libclang-cpp"))
    };
    let holds_it = |folder: &Path| {
        fs::read_dir(folder).is_ok_and(|entries| entries.flatten().any(|entry| is_libclang(&entry.path())))
    };
    if let Some(path) = env::var_os("LIBCLANG_PATH") {
        let path = Path::new(&path);
        return is_libclang(path) || holds_it(path);
    }
    let llvm_config = Command::new("llvm-config").arg("--libdir").output().ok();
    if let Some(output) = llvm_config.filter(|output| output.status.success()) {
        if holds_it(Path::new(String::from_utf8_lossy(&output.stdout).trim())) {
            return true;
        }
    }
    let below = |folder: &str, rest: &str| {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        entries.map(|entry| entry.path().join(rest)).collect::<Vec<_>>()
    };
    let mut folders =
        [below("/usr/lib", ""), below("/usr/lib", "lib"), below("/opt/homebrew/opt", "lib")].concat();
    folders.extend(["/usr/lib", "/usr/lib64", "/usr/local/lib", "/usr/local/opt/llvm/lib"].map(Into::into));
    folders.iter().any(|folder| holds_it(folder))
}

/// The cargo that runs this task.
pub(crate) fn cargo() -> Command {
    Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

fn runs(program: &str, argument: &str) -> bool {
    succeeds(Command::new(program).arg(argument))
}

fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_name_each_package_once() {
        let all: Vec<_> = FOR_TESTS.iter().collect();
        let lines = lines(&all);
        assert!(
            lines.contains("sudo apt-get install ethtool gcc iproute2 libc6-dev libclang-dev"),
            "{lines}"
        );
        assert!(lines.contains("sudo pacman -S clang gcc glib2 pkgconf valgrind wireshark-cli\n"), "{lines}");
        assert!(lines.lines().all(|line| line.len() < 160));
    }
}
