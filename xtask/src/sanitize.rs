//! The C interface and the plugin with sanitizers: AddressSanitizer in Rust and C, UndefinedBehaviorSanitizer in C.
//!
//! The tests of `dissector-ffi` are built by a nightly compiler with AddressSanitizer. The plugin is built so as
//! well, its C files by the C compiler's own sanitizers, and loaded into this machine's tshark with that
//! compiler's runtime before it: the plugin's tests run as always, and any word of a sanitizer ends the program
//! with a signal, which no test forgives. Wireshark itself isn't built with them, but each piece of its memory
//! has guards around it too. That they do stop such a tshark is seen first, with bugs that are planted for it.

use adjoin_oracle::captures;
use adjoin_oracle::tshark::{self, Tshark};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use crate::{Outcome, fuzz, setup, terminal, test};

/// What the C compiler is told. Whatever UndefinedBehaviorSanitizer says ends the program.
const C_FLAGS: &str = "-g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all";
const RUST_FLAGS: &str = "-Zsanitizer=address";

/// Wireshark's programs that load the plugin.
const PROGRAMS: [&str; 2] = ["tshark", "sharkd"];

/// Tests that measure the memory of a program, or run it under valgrind: sanitizers get in the way.
const NOT_THESE: [&str; 1] = ["memory::"];

/// Runs all that has sanitizers; says what it skips where there is no nightly compiler. Of the plugin's tests, those
/// whose names have one of `names` in them; all without any.
pub(crate) fn run(names: &[&str]) -> Outcome {
    if !fuzz::runs(fuzz::nightly().arg("--version")) {
        terminal::skip("sanitizers need a nightly compiler (rustup toolchain install nightly)");
        return Ok(());
    }
    let triple = fuzz::host_triple()?;
    let target = tshark::target_folder().ok_or("xtask doesn't run from a target folder")?.join("sanitize");
    println!("the C interface, with AddressSanitizer");
    let mut ffi = cargo(&triple, &target);
    // The example in C would need the runtime of the Rust compiler, which only links into Rust programs.
    test::succeed(ffi.args(["test", "--package=dissector-ffi", "--lib", "--test=abi", "--test=walk"]))?;

    setup::run(setup::FOR_TESTS)?;
    let Some(runtime) = runtime()? else {
        terminal::skip("the plugin with sanitizers: the C compiler has no libasan.so and libubsan.so");
        return Ok(());
    };
    let programs = write_programs(&target.join("programs"), &runtime)?;
    let path = env::var_os("PATH").unwrap_or_default();
    let path = env::join_paths([programs.clone()].into_iter().chain(env::split_paths(&path)));
    let path = path.map_err(|error| error.to_string())?;
    planted_bugs_are_found(&target.join("planted"), &programs.join("tshark"))?;
    println!("the plugin in tshark, with AddressSanitizer and UndefinedBehaviorSanitizer");
    let mut plugin = cargo(&triple, &target);
    plugin.env("PATH", &path).args(["test", "--package=adjoin-plugin", "--", "--test-threads=2"]);
    NOT_THESE.iter().for_each(|name| {
        plugin.args(["--skip", name]);
    });
    test::succeed(plugin.args(names))?;

    // The tests built it in the folder that they themselves are in; cargo has nothing left to do.
    let built = target.join(&triple);
    test::succeed(cargo(&triple, &built).args(["build", "--quiet", "--package=adjoin-plugin"]))?;
    let plugin = built.join(&triple).join("debug/libadjoin.so");
    leaks(&plugin, path)
}

/// Bugs that are planted into tshark: the library that has it, its name there, and what the sanitizers call it.
const PLANTED: [(&str, &str, &str); 4] = [
    ("c", "read beyond", "AddressSanitizer: heap-buffer-overflow"),
    ("c", "read freed memory", "AddressSanitizer: heap-use-after-free"),
    ("c", "overflow", "runtime error: signed integer overflow"),
    ("rust", "", "AddressSanitizer: heap-buffer-overflow"),
];

/// The sanitizers end a tshark that has a bug in C or in Rust, built as the plugin is, and say which.
fn planted_bugs_are_found(folder: &Path, tshark: &Path) -> Outcome {
    println!("bugs that are planted into tshark");
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok::<_, String>(path)
    };
    let in_c = write("planted.c", include_str!("sanitize/planted.c"))?;
    let in_rust = write("planted.rs", include_str!("sanitize/planted.rs"))?;
    let library = |language: &str| folder.join(format!("planted_{language}.so"));
    let mut cc = Command::new("cc");
    cc.args(C_FLAGS.split(' ')).args(["-shared", "-fPIC", "-o"]).arg(library("c")).arg(in_c);
    test::succeed(&mut cc)?;
    let mut rustc = Command::new("rustc");
    rustc.env("RUSTUP_TOOLCHAIN", "nightly").args([
        RUST_FLAGS,
        "--edition=2024",
        "--crate-type=cdylib",
        "-o",
    ]);
    test::succeed(rustc.arg(library("rust")).arg(in_rust))?;
    for (language, bug, word) in PLANTED {
        let mut command = Command::new(tshark);
        command.arg("--version").env("ADJOIN_PLANTED", library(language)).env("ADJOIN_PLANTED_BUG", bug);
        let output = command.output().map_err(|error| format!("{}: {error}", tshark.display()))?;
        let said = String::from_utf8_lossy(&output.stderr);
        if output.status.success() || !said.contains(word) {
            return Err(format!(
                "a planted bug is not found ({language}, {word}): {}: {said}",
                output.status
            ));
        }
        println!("found in {language}: {word}");
    }
    Ok(())
}

/// Cargo of the nightly compiler, for which build scripts are no targets and stay as they are.
fn cargo(triple: &str, target: &Path) -> Command {
    let mut cargo = fuzz::nightly();
    cargo
        .env("CARGO_BUILD_TARGET", triple)
        .env("CARGO_TARGET_DIR", target)
        .env("RUSTUP_TOOLCHAIN", "nightly")
        .env("RUSTFLAGS", RUST_FLAGS)
        .env(format!("CFLAGS_{}", triple.replace('-', "_")), C_FLAGS)
        .current_dir(captures::root());
    cargo
}

/// The C compiler's runtimes, as the loader wants them; `None` where there are none.
fn runtime() -> Result<Option<String>, String> {
    let mut found = Vec::new();
    for library in ["libasan.so", "libubsan.so"] {
        let output = Command::new("cc").arg(format!("-print-file-name={library}")).output();
        let output = output.map_err(|error| format!("cc: {error}"))?;
        let path = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        // A library that it doesn't have is named as it was asked for.
        let Ok(path) = fs::canonicalize(path) else { return Ok(None) };
        found.push(path.display().to_string());
    }
    Ok(Some(found.join(":")))
}

/// A folder with a script for each program: first on the path, it runs the program with the runtime.
fn write_programs(folder: &Path, runtime: &str) -> Result<PathBuf, String> {
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    fs::create_dir_all(folder).map_err(failed)?;
    for program in PROGRAMS {
        let Some(real) = on_path(program, folder) else { continue };
        let script = script(&real, runtime);
        let path = folder.join(program);
        fs::write(&path, script).map_err(failed)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).map_err(failed)?;
        }
    }
    Ok(folder.to_owned())
}

/// Where the system has a program.
fn on_path(program: &str, but_not: &Path) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let mut folders = env::split_paths(&path).filter(|folder| folder != but_not);
    folders.find_map(|folder| Some(folder.join(program)).filter(|file| file.is_file()))
}

/// The text of a program's script. Memory comes from malloc alone, so that each piece has its guards: neither
/// GLib nor Wireshark cut it from larger ones. The programs that capture in Wireshark's place would be started with
/// the runtime too, and now and then never end: there are none.
fn script(program: &Path, runtime: &str) -> String {
    format!(
        "#!/bin/sh\n\
         # Written by cargo xtask sanitize.\n\
         export LD_PRELOAD='{runtime}'\"${{ADJOIN_PLANTED:+:$ADJOIN_PLANTED}}\" G_SLICE=always-malloc WIRESHARK_DEBUG_WMEM_OVERRIDE=simple\n\
         export WIRESHARK_EXTCAP_DIR=/nonexistent\n\
         export ASAN_OPTIONS=\"abort_on_error=1:detect_leaks=0:detect_stack_use_after_return=1:$ADJOIN_ASAN_OPTIONS\"\n\
         export UBSAN_OPTIONS=abort_on_error=1:print_stacktrace=1\n\
         exec '{}' \"$@\"\n",
        program.display()
    )
}

/// What LeakSanitizer is asked. Wireshark keeps and leaks memory at its end: that alone is no failure. Stacks must
/// be walked by their tables, because GLib has no frame pointers.
const LEAKS: &str = "detect_leaks=1:exitcode=0:fast_unwind_on_malloc=0:malloc_context_size=40";

/// Ways to run tshark in which all that the plugin allocates is used.
const VIEWS: [&[&str]; 2] =
    [&["-2", "-V", "-z", "adjoin,report"], &["-q", "-z", "adjoin,tree", "-z", "adjoin,stat", "-z", "expert"]];

/// No stack of a leak names the plugin.
fn leaks(plugin: &Path, path: OsString) -> Outcome {
    println!("leaks of the plugin in tshark");
    let tshark = Tshark::of(&[("PATH", path), ("ADJOIN_ASAN_OPTIONS", LEAKS.into())], Some(plugin));
    let tshark = tshark.map_err(|error| error.to_string())?;
    for sample in ["ldap-ping.pcap", "joined.pcap", "kdc-answer-lost.pcap"] {
        let file = tshark.lend(&captures::root().join("samples").join(sample));
        let file = file.map_err(|error| error.to_string())?;
        for view in VIEWS {
            let mut command = tshark.command();
            let output =
                command.args(view).arg("-r").arg(&file).output().map_err(|error| error.to_string())?;
            let said = String::from_utf8_lossy(&output.stderr);
            if said.contains("LeakSanitizer has encountered a fatal error") {
                terminal::skip("leaks: LeakSanitizer may not look at processes here (ptrace)");
                return Ok(());
            }
            if !output.status.success() {
                return Err(format!("tshark {view:?} on {sample}: {}: {said}", output.status));
            }
            let of_plugin: Vec<_> = said.split("\n\n").filter(|block| is_ours(block)).collect();
            println!(
                "{sample} {}: {} leaks, {} of the plugin",
                view.join(" "),
                said.matches(" leak of ").count(),
                of_plugin.len()
            );
            if let Some(block) = of_plugin.first() {
                return Err(format!("tshark {view:?} on {sample}:\n{block}"));
            }
        }
    }
    Ok(())
}

/// Whether a block of LeakSanitizer's report names the plugin in its stack.
fn is_ours(block: &str) -> bool {
    block.contains(" leak of ")
        && block.lines().any(|line| line.trim_start().starts_with('#') && line.contains("adjoin.so"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaks_of_others_are_no_failure() {
        let theirs = "Direct leak of 8 byte(s) in 1 object(s) allocated from:\n    #0 0x1 in malloc\n    #1 0x2 (/usr/lib/libwireshark.so.16)";
        assert!(!is_ours(theirs));
        assert!(is_ours(&format!("{theirs}\n    #2 0x3 in add_row src/glue.c:9 (/home/a/adjoin.so+0x1)")));
    }

    #[test]
    fn programs_begin_with_the_runtime() {
        let script = script(Path::new("/usr/bin/tshark"), "/lib/libasan.so.8:/lib/libubsan.so.1");
        assert!(script.contains("LD_PRELOAD='/lib/libasan.so.8:/lib/libubsan.so.1'\"$"), "{script}");
        assert!(script.ends_with("exec '/usr/bin/tshark' \"$@\"\n"), "{script}");
    }
}
