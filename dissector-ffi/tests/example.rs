//! `examples/rows.c` compiles without a warning, runs, and is what docs/ffi.md says.
#![allow(clippy::expect_used, clippy::panic, reason = "tests")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// The folder with the shared library: cargo puts it beside the test or one level up.
fn library_folder() -> PathBuf {
    let test = env::current_exe().expect("the test knows its path");
    let deps = test.parent().expect("a folder");
    let profile = deps.parent().expect("a folder");
    let file = format!("{}dissector_ffi{}", env::consts::DLL_PREFIX, env::consts::DLL_SUFFIX);
    if let Some(folder) = [deps, profile].into_iter().find(|folder| folder.join(&file).exists()) {
        return folder.to_owned();
    }
    let target = profile.parent().expect("a folder");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "-p", "dissector-ffi", "--manifest-path"]);
    cargo.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"));
    cargo.arg("--target-dir").arg(target);
    if profile.ends_with("release") {
        cargo.arg("--release");
    }
    assert!(cargo.status().expect("cargo runs").success());
    profile.to_owned()
}

/// A capture with one broadcast frame of zeros and one that was cut.
fn capture() -> Vec<u8> {
    let mut file =
        vec![0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 1, 0, 0, 0];
    for (captured, original) in [(60_u32, 60_u32), (14, 1514)] {
        for word in [1_700_000_000, 0, captured, original] {
            file.extend(word.to_le_bytes());
        }
        file.resize(file.len().checked_add(captured as usize).expect("small"), 0xff);
    }
    file
}

#[test]
#[cfg_attr(windows, ignore = "needs a Unix-like cc")]
fn the_c_example_compiles_and_runs() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = env::temp_dir().join(format!("adjoin-example-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a temporary folder");
    let (program, file) = (folder.join("rows"), folder.join("two.pcap"));
    fs::write(&file, capture()).expect("the capture can be written");

    let library = library_folder();
    let compiler = env::var_os("CC").unwrap_or_else(|| "cc".into());
    let compiled = Command::new(compiler)
        .args(["-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic", "-Wno-format-nonliteral"])
        .arg(root.join("examples/rows.c"))
        .arg("-I")
        .arg(root.join("include"))
        .arg("-L")
        .arg(&library)
        .arg("-ldissector_ffi")
        .arg(format!("-Wl,-rpath,{}", library.display()))
        .arg("-o")
        .arg(&program)
        .output()
        .expect("a C compiler is needed: install cc");
    assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));

    let run = Command::new(&program).arg(&file).output().expect("the example runs");
    let said = String::from_utf8_lossy(&run.stdout).into_owned();
    assert!(run.status.success(), "{said}{}", String::from_utf8_lossy(&run.stderr));
    let version = env!("CARGO_PKG_VERSION");
    assert!(said.contains(&format!("\nadjoin {version}: 2 frames read")), "{said}");
    assert!(!said.starts_with("\nadjoin"), "the report comes first");

    let page = fs::read_to_string(root.join("../docs/ffi.md")).expect("a page of the documentation");
    let source = fs::read_to_string(root.join("examples/rows.c")).expect("the example");
    let listed = between(&page, "\n```c\n", "\n```\n");
    assert!(source.trim_end().ends_with(listed), "docs/ffi.md lists another program than examples/rows.c");
    let sample = root.join("../samples/ldap-ping.pcap");
    let run = Command::new(&program).arg(&sample).output().expect("the example runs");
    let said = String::from_utf8_lossy(&run.stdout);
    let mut left: &str = &said;
    // A line with … stands for lines that the page leaves out.
    for part in between(&page, "./rows samples/ldap-ping.pcap\n", "\n```\n").split("\n…\n") {
        let (_, after) =
            left.split_once(part).unwrap_or_else(|| panic!("it doesn't print\n{part}\nbut\n{said}"));
        left = after;
    }
    assert_eq!(left, "\n", "it prints more than docs/ffi.md says");

    let refused = Command::new(&program).output().expect("the example runs");
    assert_eq!(refused.status.code(), Some(2), "without a file it says how it is used");
    fs::remove_dir_all(&folder).expect("the temporary folder can go");
}

/// What stands between two texts.
fn between<'t>(text: &'t str, before: &str, after: &str) -> &'t str {
    let begun = text.split_once(before).unwrap_or_else(|| panic!("there is no {before}")).1;
    begun.split_once(after).expect("an end").0
}
