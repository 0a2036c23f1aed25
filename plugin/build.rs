//! Finds Wireshark's headers, compiles the glue and reads epan's constants.

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;
use std::{env, panic};

const SOURCES: &[&str] = &[
    "src/conversations.c",
    "src/flow.c",
    "src/glue.c",
    "src/options.c",
    "src/report.c",
    "src/statistics.c",
    "src/verdicts.c",
];

const HEADERS_READ: &[&str] =
    &["src/compat.h", "src/glue.h", "src/sequence.h", "../dissector-ffi/include/adjoin.h"];

const HEADERS: &str = "\
Wireshark's development files (4.0 to 4.6) are needed to build the plugin:
    Debian, Ubuntu    apt install wireshark-dev pkg-config
    Fedora, RHEL      dnf install wireshark-devel pkgconf-pkg-config
    Arch              pacman -S wireshark-cli pkgconf
    macOS             brew install wireshark pkgconf
If they are somewhere else, set PKG_CONFIG_PATH to the folder of wireshark.pc.
Everything but the plugin builds without them: cargo build --workspace --exclude adjoin-plugin";

const LIBCLANG: &str = "\
libclang is needed to read Wireshark's headers:
    Debian, Ubuntu    apt install libclang-dev
    Fedora, RHEL      dnf install clang-devel
    Arch              pacman -S clang
    macOS             brew install llvm
If it is somewhere else, set LIBCLANG_PATH to its folder.";

fn main() -> ExitCode {
    match build() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn build() -> Result<(), Box<dyn Error>> {
    for file in SOURCES.iter().chain(HEADERS_READ) {
        println!("cargo:rerun-if-changed={file}");
    }
    println!("cargo:rerun-if-changed=build.rs");
    // libwireshark isn't linked: the process that loads the plugin has it already.
    let wireshark = pkg_config::Config::new()
        .cargo_metadata(false)
        // /usr/include is searched anyway; that of a folder root would hide the C library's own headers.
        .print_system_cflags(false)
        .range_version("4.0".."4.7")
        .probe("wireshark")
        .map_err(|error| format!("{HEADERS}\n\npkg-config says: {error}"))?;
    let mut include = wireshark.include_paths;
    include.push(PathBuf::from("../dissector-ffi/include"));

    cc::Build::new()
        .files(SOURCES)
        .includes(&include)
        .flag_if_supported("-std=gnu11")
        .warnings(true)
        .extra_warnings(true)
        // A function that is gone in this version must not become an implicit declaration.
        .flag_if_supported("-Werror=implicit-function-declaration")
        .flag_if_supported("-Werror=incompatible-pointer-types")
        .flag_if_supported("-Werror=int-conversion")
        .flag_if_supported("-Werror=format-security")
        .try_compile("adjoin_glue")?;

    // bindgen panics where there is no libclang.
    let bindings = panic::catch_unwind(|| {
        bindgen::Builder::default()
            .header("src/glue.h")
            .clang_args(include.iter().map(|folder| format!("-I{}", folder.display())))
            .allowlist_var("WIRESHARK_VERSION_(MAJOR|MINOR)|PI_[A-Z_]+")
            .allowlist_type("ftenum|field_display_e|ft_framenum_type|glue_field|glue_finding")
            .allowlist_function("glue_register")
            .default_macro_constant_type(bindgen::MacroTypeVariation::Signed)
            .prepend_enum_name(false)
            .layout_tests(false)
            .generate_comments(false)
            .generate()
    })
    .map_err(|_| LIBCLANG)??;
    bindings.write_to_file(PathBuf::from(env::var("OUT_DIR")?).join("epan.rs"))?;

    match env::var("CARGO_CFG_TARGET_OS")?.as_str() {
        // Wireshark closes its plugins at exit; what Rust's runtime left behind must stay callable.
        "linux" => println!("cargo:rustc-cdylib-link-arg=-Wl,-z,nodelete"),
        "macos" => println!("cargo:rustc-cdylib-link-arg=-Wl,-undefined,dynamic_lookup"),
        _ => {}
    }
    Ok(())
}
