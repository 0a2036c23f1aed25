//! Seeds of the fuzz targets.

/// The seeds of a target, each with the octets of its first half as well; none when they are not here.
#[must_use]
pub fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = format!("{}/../fuzz/seeds/{target}", env!("CARGO_MANIFEST_DIR"));
    let Ok(files) = std::fs::read_dir(folder) else {
        println!("skipped: ../fuzz/seeds is not here");
        return Vec::new();
    };
    let whole: Vec<Vec<u8>> = files.map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect();
    let halves = whole.iter().map(|octets| octets[..octets.len() / 2].to_vec()).collect();
    [whole, halves].concat()
}
