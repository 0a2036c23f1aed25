//! Several files as one capture.

use std::path::PathBuf;

use crate::error::FileError;
use crate::reader::Reader;
use crate::record::Record;

/// Files read as one capture, in the order of their times: those of a ring buffer one after the other,
/// those of several interfaces side by side, as `mergecap` does it.
///
/// A file is opened when its time comes, so any number of them may be given. A file that can't be read,
/// or not to its end, doesn't end the others: see [`troubles`](Self::troubles).
#[derive(Debug)]
pub struct Sequence {
    names: Vec<String>,
    /// Files to come, the next one last.
    waiting: Vec<Waiting>,
    open: Vec<Open>,
    troubles: Vec<FileError>,
    truncated: Vec<usize>,
    dropped: u64,
}

#[derive(Debug)]
struct Waiting {
    /// When its first record was captured.
    first: i64,
    file: usize,
    path: PathBuf,
    /// What can't be opened a second time.
    reader: Option<Reader>,
}

#[derive(Debug)]
struct Open {
    file: usize,
    reader: Reader,
    /// Records that were given.
    given: u32,
}

/// Where a record comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Index of its file, in the order given.
    pub file: usize,
    /// Its number in that file, from 1, as Wireshark counts.
    pub number: u32,
}

impl Sequence {
    /// Looks at the beginning of each file.
    #[must_use]
    pub fn open(paths: &[PathBuf]) -> Self {
        let names = paths.iter().map(|path| path.display().to_string()).collect();
        let mut all = Self {
            names,
            waiting: Vec::new(),
            open: Vec::new(),
            troubles: Vec::new(),
            truncated: Vec::new(),
            dropped: 0,
        };
        for (file, path) in paths.iter().enumerate() {
            let begun = Reader::open(path).and_then(|mut reader| Ok((reader.ahead()?, reader)));
            match begun {
                Ok((Some(first), reader)) => {
                    // A pipe has no second beginning; and one file needs no second opening.
                    let keep = paths.len() == 1 || !path.is_file();
                    all.waiting.push(Waiting {
                        first,
                        file,
                        path: path.clone(),
                        reader: keep.then_some(reader),
                    });
                }
                Ok((None, reader)) => all.close(file, &reader),
                Err(error) => all.troubles.push(error),
            }
        }
        all.waiting.sort_by_key(|waiting| std::cmp::Reverse((waiting.first, waiting.file)));
        all
    }

    /// The next record of all files; nothing when all have ended.
    #[allow(clippy::should_implement_trait, reason = "a record borrows from its reader")]
    pub fn next(&mut self) -> Option<(Origin, Record<'_>)> {
        let index = self.earliest()?;
        let open = self.open.get_mut(index)?;
        open.given = open.given.saturating_add(1);
        let origin = Origin { file: open.file, number: open.given };
        // It was looked at, so it is there.
        let record = open.reader.next().ok().flatten()?;
        Some((origin, record))
    }

    /// The open file with the earliest record; opens those whose time has come.
    fn earliest(&mut self) -> Option<usize> {
        // One alone has nothing to be compared with.
        if let ([only], []) = (self.open.as_mut_slice(), self.waiting.as_slice()) {
            match only.reader.ahead() {
                Ok(Some(_)) => return Some(0),
                Ok(None) => {}
                Err(error) => self.troubles.push(error),
            }
        }
        loop {
            let mut best: Option<(i64, usize)> = None;
            let mut ended = None;
            for (index, open) in self.open.iter_mut().enumerate() {
                match open.reader.ahead() {
                    Ok(Some(time)) if best.is_none_or(|(earliest, _)| time < earliest) => {
                        best = Some((time, index));
                    }
                    Ok(Some(_)) => {}
                    Ok(None) => ended = Some(index),
                    Err(error) => {
                        self.troubles.push(error);
                        ended = Some(index);
                    }
                }
            }
            if let Some(index) = ended {
                let closed = self.open.swap_remove(index);
                self.close(closed.file, &closed.reader);
                continue;
            }
            let due = self.waiting.last().is_some_and(|next| best.is_none_or(|(time, _)| next.first < time));
            if !due {
                return best.map(|(_, index)| index);
            }
            let next = self.waiting.pop()?;
            match next.reader.map_or_else(|| Reader::open(&next.path), Ok) {
                Ok(reader) => self.open.push(Open { file: next.file, reader, given: 0 }),
                Err(error) => self.troubles.push(error),
            }
        }
    }

    fn close(&mut self, file: usize, reader: &Reader) {
        if reader.truncated() {
            self.truncated.push(file);
        }
        self.dropped = self.dropped.saturating_add(reader.dropped());
    }

    /// The files as they were named, in the order given.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// What went wrong so far.
    #[must_use]
    pub fn troubles(&self) -> &[FileError] {
        &self.troubles
    }

    /// Files that ended in the middle of a record.
    #[must_use]
    pub fn truncated(&self) -> &[usize] {
        &self.truncated
    }

    /// Packets that the capturing hosts dropped, as far as the files that ended say.
    #[must_use]
    pub const fn dropped(&self) -> u64 {
        self.dropped
    }
}
