//! What the lab is asked to do.

use std::path::PathBuf;

/// The text of `--help`.
pub const HELP: &str = "\
cargo xtask lab [what] [options]

what
  --quick          six scenarios, in a few minutes; without any argument too
  --all            every scenario of the table
  --only NAME[,..] these scenarios of the table
  --random N       N scenarios put together by chance: client, fault, place, names, noise
  --live           a join while tshark looks on, and the LDAP ping of this repository
  --list           names and faults of the table, without playing anything

options
  --seed S         from this number come all random choices (1)
  --out DIR        where captures, logs and truths are written (target/lab/out)
  --jobs N         so many at the same time (2)
  --keep           keep the controllers' logs, NAME.dc.log
";

/// Which scenarios.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// Six of the table.
    Quick,
    /// All of the table.
    All,
    /// Some of the table.
    Only(Vec<String>),
    /// So many random ones.
    Random(usize),
    /// One with `tshark` looking on.
    Live,
    /// None.
    List,
    /// Only the text.
    Help,
}

/// The arguments, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arguments {
    /// Which scenarios.
    pub what: What,
    /// Where random numbers come from.
    pub seed: u64,
    /// Where captures are written; in the cache without a value.
    pub out: Option<PathBuf>,
    /// Where roots and domains are kept.
    pub cache: PathBuf,
    /// How many scenarios at the same time.
    pub jobs: usize,
    /// Keep the controllers' logs.
    pub keep: bool,
    /// The plugin for `--live`.
    pub plugin: Option<PathBuf>,
    /// The example `ldap_ping`, for `--live`.
    pub ping: Option<PathBuf>,
    /// End when the program that started this one has ended.
    pub with_parent: bool,
}

impl Arguments {
    /// Reads the arguments.
    ///
    /// # Errors
    /// A sentence about the first that makes no sense.
    pub fn read(arguments: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let mut read = Self {
            what: What::Quick,
            seed: 1,
            out: None,
            cache: PathBuf::from("target/lab"),
            jobs: 2,
            keep: false,
            plugin: None,
            ping: None,
            with_parent: false,
        };
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value"));
            let number = |text: String| text.parse::<u64>().map_err(|_| format!("{text} is no number"));
            match argument.as_str() {
                "--quick" => read.what = What::Quick,
                "--all" => read.what = What::All,
                "--only" => read.what = What::Only(value()?.split(',').map(str::to_owned).collect()),
                "--random" => {
                    let count = number(value()?)?;
                    read.what = What::Random(usize::try_from(count).map_err(|error| error.to_string())?);
                }
                "--live" => read.what = What::Live,
                "--list" => read.what = What::List,
                "--help" | "-h" => read.what = What::Help,
                "--seed" => read.seed = number(value()?)?,
                "--out" => read.out = Some(value()?.into()),
                "--cache" => read.cache = value()?.into(),
                "--jobs" => read.jobs = usize::try_from(number(value()?)?).unwrap_or(1).clamp(1, 16),
                "--keep" => read.keep = true,
                "--plugin" => read.plugin = Some(value()?.into()),
                "--ping" => read.ping = Some(value()?.into()),
                "--with-parent" => read.with_parent = true,
                other => return Err(format!("{other} isn't known")),
            }
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Arguments, String> {
        Arguments::read(text.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn arguments_are_read() {
        assert_eq!(read("").unwrap().what, What::Quick);
        let random = read("--random 60 --seed 7 --jobs 0 --out here").unwrap();
        assert_eq!((random.what, random.seed, random.jobs), (What::Random(60), 7, 1));
        assert_eq!(random.out, Some(PathBuf::from("here")));
        assert_eq!(read("--only a,b").unwrap().what, What::Only(vec!["a".to_owned(), "b".to_owned()]));
        for wrong in ["--random", "--random many", "--else"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
