//! The plugin is listed, and refused with Wireshark's own words where it doesn't fit.

use std::fs;

use adjoin_oracle::tshark::{Tshark, installed};

use crate::{captures, plugin, printed, text, tshark};

#[test]
fn it_is_listed_with_its_version() {
    if !installed("tshark") {
        return;
    }
    let tshark = tshark();
    let listed = printed(&tshark, ["-G", "plugins"]);
    let line = listed.lines().find(|line| line.starts_with("adjoin.so")).expect("adjoin is listed");
    let columns: Vec<_> = line.split('\t').map(str::trim).collect();
    assert_eq!(columns[1], env!("CARGO_PKG_VERSION"), "{line}");
    assert!(columns[2].contains("dissector"), "{line}");

    let protocols = printed(&tshark, ["-G", "protocols"]);
    assert!(protocols.contains("Active Directory Domain Join (adjoin)\tADJOIN\tadjoin"));
}

/// A `longjmp` of epan never crosses a frame of Rust: the only function of C that Rust may name is the one that
/// hands Wireshark its callbacks, which throws nothing.
#[test]
fn rust_calls_no_function_of_wireshark() {
    let build = include_str!("../../build.rs");
    let allowed: Vec<_> = build.lines().filter(|line| line.contains(".allowlist_function(")).collect();
    assert_eq!(
        allowed.iter().map(|line| line.trim()).collect::<Vec<_>>(),
        [r#".allowlist_function("glue_register")"#]
    );
    for source in [include_str!("../../src/lib.rs"), include_str!("../../src/epan.rs")] {
        assert!(!source.contains("extern \"C\" {"), "no function is declared by hand");
    }
}

#[test]
fn another_minor_version_refuses_it_and_goes_on() {
    if !installed("tshark") {
        return;
    }
    let mut library = fs::read(plugin()).expect("the plugin was built");
    let offset = symbol(&library, b"plugin_want_minor").expect("the symbol is exported");
    library[offset] = 99;
    let plain = Tshark::without_plugin().expect("a temporary folder");
    let altered = plain.file("altered.so", &library).expect("a temporary file");
    let tshark = Tshark::with_plugin(&altered).expect("tshark has a folder for plugins");
    let file = tshark.file("ping.pcap", &captures::ping()).expect("a temporary file");
    let output = tshark.run(["-r".as_ref(), file.as_os_str()]).expect("tshark runs");
    let said = text(&output.stderr);
    let refused = said.lines().find(|line| line.contains("adjoin.so")).unwrap_or_default();
    assert!(refused.contains("was compiled for Wireshark version 4.99"), "{said}");
    assert_eq!(text(&output.stdout).lines().count(), 7, "the capture is read all the same");
}

/// File offset of the value of a dynamic symbol in a 64-bit little-endian ELF file.
fn symbol(elf: &[u8], name: &[u8]) -> Option<usize> {
    let number = |at: usize, size: usize| -> Option<usize> {
        let bytes = elf.get(at..at + size)?;
        bytes.iter().rev().try_fold(0_usize, |n, b| n.checked_mul(256)?.checked_add(usize::from(*b)))
    };
    let section = |index: usize| Some(number(0x28, 8)? + index * number(0x3a, 2)?);
    let count = number(0x3c, 2)?;
    let dynsym = (0..count).filter_map(section).find(|at| number(at + 4, 4) == Some(11))?;
    let strings = number(section(number(dynsym + 0x28, 4)?)? + 0x18, 8)?;
    let (start, size) = (number(dynsym + 0x18, 8)?, number(dynsym + 0x20, 8)?);
    let entry = (start..start + size).step_by(24).find(|at| {
        let text = number(*at, 4).and_then(|offset| elf.get(strings + offset..));
        text.is_some_and(|text| text.starts_with(name) && text.get(name.len()) == Some(&0))
    })?;
    let home = section(number(entry + 6, 2)?)?;
    Some(number(entry + 8, 8)? - number(home + 0x10, 8)? + number(home + 0x18, 8)?)
}
