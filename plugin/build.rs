//! Finds Wireshark's headers, compiles the glue and reads epan's constants.

use std::error::Error;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::{env, fs, panic};

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

const MINGW: &str = "\
mingw-w64 is needed to build for Windows, as the target x86_64-pc-windows-gnu:
    Debian, Ubuntu    apt install gcc-mingw-w64-x86-64
    Fedora, RHEL      dnf install mingw64-gcc
    Windows (MSYS2)   pacman -S mingw-w64-x86_64-gcc";

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
    println!("cargo:rerun-if-changed=windows");
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
    let system = env::var("CARGO_CFG_TARGET_OS")?;
    let mut defines = Vec::new();
    if system == "windows" && !is_glib_of_windows(&include) {
        // The first file of a name is taken: ours, before that of the system that this is built on.
        include.insert(0, PathBuf::from("windows"));
        defines.push(("ADJOIN_GLIB_MINOR", glib_minor()?));
    }

    let mut glue = cc::Build::new();
    for (name, value) in &defines {
        glue.define(name, value.as_str());
    }
    glue.files(SOURCES)
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

    // libclang knows its own headers, such as stdbool.h, for the system that it runs on only.
    let own_headers = match system.as_str() {
        "windows" => vec![format!("-isystem{}", headers_of_compiler(&glue)?)],
        _ => Vec::new(),
    };
    // bindgen panics where there is no libclang.
    let bindings = panic::catch_unwind(|| {
        bindgen::Builder::default()
            .header("src/glue.h")
            .clang_args(include.iter().map(|folder| format!("-I{}", folder.display())))
            .clang_args(defines.iter().map(|(name, value)| format!("-D{name}={value}")))
            .clang_args(own_headers)
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

    match system.as_str() {
        // Wireshark closes its plugins at exit; what Rust's runtime left behind must stay callable.
        "linux" => println!("cargo:rustc-cdylib-link-arg=-Wl,-z,nodelete"),
        "macos" => println!("cargo:rustc-cdylib-link-arg=-Wl,-undefined,dynamic_lookup"),
        // Here a library must be named for each symbol.
        "windows" => import_libraries()?,
        _ => {}
    }
    Ok(())
}

/// Whether GLib's headers are those of Windows.
fn is_glib_of_windows(include: &[PathBuf]) -> bool {
    let settings = include.iter().find_map(|folder| fs::read_to_string(folder.join("glibconfig.h")).ok());
    settings.is_some_and(|text| text.lines().any(|line| line.trim() == "#define G_OS_WIN32"))
}

/// The folder of the headers that the C compiler brings along.
fn headers_of_compiler(build: &cc::Build) -> Result<String, Box<dyn Error>> {
    let output = build.try_get_compiler()?.to_command().arg("-print-file-name=include").output()?;
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

/// `84` of GLib 2.84.4.
fn glib_minor() -> Result<String, Box<dyn Error>> {
    let glib = pkg_config::Config::new().cargo_metadata(false).probe("glib-2.0")?;
    Ok(glib.version.split('.').nth(1).ok_or("GLib has no minor version")?.to_owned())
}

/// Makes import libraries of the lists in `windows/` and links them: Wireshark's own aren't handed out.
fn import_libraries() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(env::var("OUT_DIR")?);
    let prefix = if cfg!(windows) { "" } else { "x86_64-w64-mingw32-" };
    for library in ["libwireshark", "libwsutil", "glib-2.0-0"] {
        let definition = format!("windows/{library}.def");
        let made = folder.join(format!("{library}.dll.a"));
        let mut dlltool = Command::new(format!("{prefix}dlltool"));
        let status = dlltool.args(["--input-def", &definition, "--output-lib"]).arg(&made).status();
        match status {
            Ok(status) if status.success() => {}
            Ok(status) => return Err(format!("dlltool on {definition}: {status}").into()),
            Err(error) => {
                return Err(format!("{}: {error}\n{MINGW}", dlltool.get_program().to_string_lossy()).into());
            }
        }
        println!("cargo:rustc-cdylib-link-arg={}", made.display());
    }
    Ok(())
}
