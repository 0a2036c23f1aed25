//! Which captures there are in folders, and which files of a ring buffer are one.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

/// Folders inside of folders that are looked at; links aren't followed, so this only stops the absurd.
const MAX_DEPTH: usize = 128;

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The captures, each with its files in the order in which they were written.
    pub(crate) captures: Vec<Vec<PathBuf>>,
    /// What couldn't be looked into, and why.
    pub(crate) troubles: Vec<(PathBuf, String)>,
}

/// The captures in `paths`: files are taken whatever they are, folders are searched with all below.
pub(crate) fn find(paths: &[PathBuf]) -> Found {
    let mut found = Found::default();
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            search(path, &mut files, &mut found.troubles);
        } else {
            files.push(path.clone());
        }
    }
    // A file that was named twice, or is also in a folder that was named.
    let mut seen = std::collections::BTreeSet::new();
    files.retain(|file| seen.insert(file.clone()));
    found.captures = captures(files);
    found
}

fn search(folder: &Path, files: &mut Vec<PathBuf>, troubles: &mut Vec<(PathBuf, String)>) {
    let mut waiting = vec![(folder.to_owned(), 0_usize)];
    while let Some((folder, depth)) = waiting.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) => {
                troubles.push((folder, error.to_string()));
                continue;
            }
        };
        let mut names = Vec::new();
        for entry in entries {
            match entry {
                Ok(entry) => names.push(entry.path()),
                Err(error) => troubles.push((folder.clone(), error.to_string())),
            }
        }
        names.sort_unstable();
        let mut folders = Vec::new();
        for path in names {
            let Ok(metadata) = fs::symlink_metadata(&path) else { continue };
            if metadata.is_dir() {
                if depth < MAX_DEPTH {
                    folders.push((path, depth.saturating_add(1)));
                } else {
                    troubles.push((path, "too many folders inside of each other".to_owned()));
                }
                continue;
            }
            // A link to a file is as good as a file; a link to a folder could lead in a circle, and a pipe
            // could wait for ever.
            let file = metadata.is_file() || (metadata.is_symlink() && path.is_file());
            if file && (has_name(&path) || has_magic(&path)) {
                files.push(path);
            }
        }
        // The first by name is looked into next.
        waiting.extend(folders.into_iter().rev());
    }
}

/// The name is that of a capture.
fn has_name(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    let plain = [".gz", ".zst", ".lz4"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(&name);
    [".pcap", ".pcapng", ".cap", ".ntar", ".dmp"]
        .iter()
        .any(|end| plain.strip_suffix(end).is_some_and(|stem| !stem.is_empty()))
        // A memory dump is no capture.
        && (!plain.ends_with(".dmp") || has_magic(path))
}

/// The first octets are those of a capture.
fn has_magic(path: &Path) -> bool {
    let mut first = [0; 4];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut first));
    read.is_ok() && is_magic(first)
}

/// pcap in both orders, with times in microseconds and nanoseconds, and pcapng.
pub(crate) const fn is_magic(first: [u8; 4]) -> bool {
    matches!(
        first,
        [0xa1, 0xb2, 0xc3, 0xd4]
            | [0xd4, 0xc3, 0xb2, 0xa1]
            | [0xa1, 0xb2, 0x3c, 0x4d]
            | [0x4d, 0x3c, 0xb2, 0xa1]
            | [0x0a, 0x0d, 0x0d, 0x0a]
    )
}

/// A file of a ring buffer, as its name has it.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Piece {
    /// When it was begun, `20260102030405`.
    time: String,
    number: u64,
}

/// What the names of a ring buffer's files share: folder, name, ending, and whether the time comes first.
type Ring = (PathBuf, String, String, bool);

/// The ring buffer that a file belongs to by its name, and its place there:
/// `name_00001_20260102030405.pcapng` of dumpcap, or with the time first.
fn piece(path: &Path) -> Option<(Ring, Piece)> {
    let name = path.file_name()?.to_str()?;
    let dots = name.match_indices('.').map(|(at, _)| at).chain([name.len()]);
    let (prefix, piece, time_first, ending) =
        dots.filter_map(|at| name.split_at_checked(at)).find_map(|(stem, ending)| {
            digits(stem).map(|(prefix, piece, first)| (prefix, piece, first, ending))
        })?;
    let folder = path.parent().unwrap_or(Path::new("")).to_owned();
    Some(((folder, prefix.to_owned(), ending.to_owned(), time_first), piece))
}

/// The name before number and time, these, and whether the time comes first.
fn digits(stem: &str) -> Option<(&str, Piece, bool)> {
    let (rest, last) = stem.rsplit_once('_')?;
    let (prefix, first) = rest.rsplit_once('_')?;
    let is = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !is(first) || !is(last) {
        return None;
    }
    let (number, time, time_first) = match (first.len(), last.len()) {
        (5..=10, 14) => (first, last, false),
        (14, 5..=10) => (last, first, true),
        _ => return None,
    };
    Some((prefix, Piece { time: time.to_owned(), number: number.parse().ok()? }, time_first))
}

/// Files as captures, in the order of their first files.
fn captures(files: Vec<PathBuf>) -> Vec<Vec<PathBuf>> {
    let mut rings: BTreeMap<_, Vec<(Piece, usize, PathBuf)>> = BTreeMap::new();
    let mut captures: Vec<(usize, Vec<PathBuf>)> = Vec::new();
    for (at, file) in files.into_iter().enumerate() {
        match piece(&file) {
            Some((ring, piece)) => rings.entry(ring).or_default().push((piece, at, file)),
            None => captures.push((at, vec![file])),
        }
    }
    for mut pieces in rings.into_values() {
        pieces.sort_unstable();
        let mut last: Option<u64> = None;
        for (piece, at, file) in pieces {
            // Numbers that begin anew are another capture of the same name.
            match (last, captures.last_mut()) {
                (Some(last), Some((first, files))) if piece.number > last => {
                    *first = at.min(*first);
                    files.push(file);
                }
                _ => captures.push((at, vec![file])),
            }
            last = Some(piece.number);
        }
    }
    captures.sort_by_key(|(at, _)| *at);
    captures.into_iter().map(|(_, files)| files).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grouped(names: &[&str]) -> Vec<Vec<String>> {
        let files = names.iter().map(PathBuf::from).collect();
        captures(files)
            .into_iter()
            .map(|files| files.iter().map(|file| file.display().to_string()).collect())
            .collect()
    }

    #[test]
    fn files_of_a_ring_buffer_are_one_capture() {
        assert_eq!(
            grouped(&[
                "d/a_00002_20260102030505.pcapng",
                "d/other.pcap",
                "d/a_00001_20260102030405.pcapng",
                "e/a_00003_20260102030605.pcapng",
                "d/a_20260102030505_00002.pcapng",
                "d/a_20260102030405_00001.pcapng",
                "d/b.c_00001_20260102030405.pcap.gz",
                "d/b.c_00002_20260102030406.pcap.gz",
            ]),
            [
                vec!["d/a_00001_20260102030405.pcapng", "d/a_00002_20260102030505.pcapng"],
                vec!["d/other.pcap"],
                vec!["e/a_00003_20260102030605.pcapng"],
                vec!["d/a_20260102030405_00001.pcapng", "d/a_20260102030505_00002.pcapng"],
                vec!["d/b.c_00001_20260102030405.pcap.gz", "d/b.c_00002_20260102030406.pcap.gz"],
            ]
        );
    }

    #[test]
    fn numbers_that_begin_anew_are_another_capture() {
        assert_eq!(
            grouped(&[
                "a_00001_20260102030405.pcap",
                "a_00001_20260102040000.pcap",
                "a_00002_20260102030505.pcap",
                "a_00002_20260102040100.pcap",
                "a_00004_20260102030605.pcap",
            ]),
            [
                vec![
                    "a_00001_20260102030405.pcap",
                    "a_00002_20260102030505.pcap",
                    "a_00004_20260102030605.pcap"
                ],
                vec!["a_00001_20260102040000.pcap", "a_00002_20260102040100.pcap"],
            ]
        );
    }

    #[test]
    fn other_names_stand_alone() {
        for name in ["a_1_2.pcap", "00001_20260102030405.pcap", "a_00001_2026.pcap", "a.pcap", "", ".."] {
            assert_eq!(piece(Path::new(name)).map(|(_, piece)| piece), None, "{name}");
        }
        for name in ["a.PCAP", "a.pcapng.gz", "a.cap", "a.b.pcap.zst"] {
            assert!(has_name(Path::new(name)), "{name}");
        }
        for name in ["a.txt", ".pcap", "pcap", "a.gz", "a.dmp", "a.pcap.txt"] {
            assert!(!has_name(Path::new(name)), "{name}");
        }
    }
}
