//! Commands of the documentation that no test runs, each with the reason.

/// Tasks of `cargo xtask`, and who runs them. The arguments of each are read by the task runner's own parser.
pub(super) const TASKS: &[(&str, &str)] = &[
    ("api", "a step of `cargo xtask test`"),
    ("bench", "minutes on a quiet machine"),
    ("demo", "installs a plugin; what it calls is run by the pages that show it"),
    ("docs", "the test `documents_are_current`"),
    ("features", "a step of `cargo xtask test`"),
    ("fresh", "needs root, mirrors and minutes for each system"),
    ("fuzz", "minutes for each target, with a nightly toolchain; seeds are replayed by `cargo xtask test`"),
    ("help", "prints a constant"),
    ("install", "changes the user's Wireshark; tests/package.rs installs into a folder"),
    ("lab", "needs root on Debian, and minutes"),
    ("matrix", "three versions of Wireshark, a quarter of an hour each"),
    (
        "oracle",
        "a minute with readers that needn't be installed; oracle/tests/agreement runs the one of Wireshark",
    ),
    ("package", "`--crates` is a step of `cargo xtask test`, the others are built by tests/package.rs"),
    ("score", "needs captures with a truth.tsv; score.rs tests it with its own"),
    ("screenshots", "needs a virtual display"),
    ("setup", "the first step of `cargo xtask test`"),
    ("test", "runs this test"),
];

/// What a command begins with, and why it isn't run.
pub(super) const UNPLAYED: &[(&str, &str)] = &[
    // What the pages name to say which option or program they mean.
    ("adjoin completions bash > /etc/", "writes into the system"),
    ("adjoin man > /usr/", "writes into the system"),
    ("tshark -2 -R", "half a command"),
    ("tshark -s 0", "captures"),
    ("wireshark -C adjoin", "opens a window"),
    ("wireshark -R", "half a command"),
    // What captures, installs, publishes or goes to other people.
    ("adjoin report capture.pcapng --format markdown --mask | gh", "writes to other people"),
    ("apt install", "installs"),
    ("brew install", "macOS"),
    ("cargo build --release -p adjoin-plugin", "built by `cargo xtask install` and by tests/package.rs"),
    ("cargo doc --open", "opens a window; `cargo xtask test` makes the pages"),
    ("cargo fuzz cmin", "named only"),
    ("cargo install", "installs"),
    ("cargo publish", "publishes"),
    ("cargo semver-checks", "needs a tag and a tool of its own"),
    ("cargo test", "runs all tests"),
    ("cargo +nightly fuzz", "runs for hours, with a nightly toolchain"),
    ("cp target/", "follows a build that isn't run"),
    ("dumpcap -i", "captures"),
    ("editcap -F", "names an option"),
    ("mkdir -p ~/", "changes the user's Wireshark"),
    ("rustup toolchain install", "installs"),
    ("tcpdump -", "captures"),
    ("afl-fuzz", "runs for hours, with a compiler of its own"),
    ("RUSTFLAGS=\"-Cpasses=sancov-module", "needs afl's library"),
    ("LAB_", "needs root and minutes"),
    ("./install.sh", "tests/package.rs runs it, out of a package"),
    ("sudo ./install.sh", "tests/package.rs runs it, out of a package"),
    ("./uninstall.sh", "tests/package.rs runs it, out of a package"),
    ("cargo run --release -p adjoin-scenes --example bulk", "writes 200 MB; scenes/tests runs it on less"),
    ("cargo run -p adjoin-fuzz-targets --example seeds", "writes into the repository"),
    (
        "cargo run -p adjoin-fuzz-targets --example replay",
        "wants a file that crashes; fuzz/targets/tests runs it",
    ),
    ("cargo run -p cldap-proto --example ldap_ping", "asks a controller; cldap-proto/tests runs it"),
];
