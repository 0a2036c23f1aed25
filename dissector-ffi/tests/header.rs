//! `include/adjoin.h` says what `src` says.

use std::path::Path;
use std::{env, fs};

#[test]
fn the_committed_header_is_current() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut builder = cbindgen::Builder::new()
        .with_config(cbindgen::Config::from_file(root.join("cbindgen.toml")).expect("cbindgen.toml"));
    for source in ["lib.rs", "handle.rs", "options.rs", "rows.rs", "tables.rs"] {
        builder = builder.with_src(root.join("src").join(source));
    }
    let mut written = Vec::new();
    builder.generate().expect("the sources can be read").write(&mut written);
    let written = String::from_utf8(written).expect("a header is text");

    let path = root.join("include/adjoin.h");
    if env::var_os("UPDATE").is_some() {
        fs::write(&path, &written).expect("the header can be written");
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == written,
        "include/adjoin.h is stale; refresh it with UPDATE=1 cargo test -p dissector-ffi --test header"
    );
}
