//! The Wireshark profile `adjoin` (plugin/profile): columns, colours and filter buttons. Puts it where
//! Wireshark looks for profiles, or into a zip that Wireshark imports.

use crate::terminal::Style;
use crate::{Outcome, zip};
use adjoin_oracle::tshark;
use std::fs;
use std::io::{Error, ErrorKind, Result};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the profile is called: the name of its folder.
pub(crate) const NAME: &str = "adjoin";

/// Where Wireshark itself keeps the widths of columns; all else changes only when the user wants it.
const WIDTHS: &str = "recent";

const FILES: [(&str, &str); 4] = [
    ("colorfilters", include_str!("../../plugin/profile/colorfilters")),
    ("dfilter_buttons", include_str!("../../plugin/profile/dfilter_buttons")),
    ("preferences", include_str!("../../plugin/profile/preferences")),
    (WIDTHS, include_str!("../../plugin/profile/recent")),
];

/// What became of a file.
#[derive(Debug, PartialEq, Eq)]
enum Done {
    Written,
    AsItWas,
    /// Another content stands there now; the one before has this name.
    Replaced(String),
}

/// Installs the profile for the current user.
pub(crate) fn install() -> Outcome {
    let configuration = tshark::configuration(Command::new("tshark")).map_err(|error| error.to_string())?;
    let folder = configuration.join("profiles").join(NAME);
    let done = place(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    println!("installed: {}", folder.display());
    for (name, done) in done {
        if let Done::Replaced(kept) = done {
            println!("  {name} was another one before: it is kept as {kept}");
        }
    }
    let switch = Style::for_stdout().heading(&format!("wireshark -C {NAME}"));
    println!("To use it: {switch}, or click on `Profile` at the right end of Wireshark's status bar.");
    Ok(())
}

/// Puts the profile into the folder of settings and profiles of somebody else.
pub(crate) fn place_in(configuration: &Path) -> Outcome {
    let folder = configuration.join("profiles").join(NAME);
    place(&folder).map(drop).map_err(|error| format!("{}: {error}", folder.display()))
}

/// Writes the profile as a zip, for Edit > Configuration Profiles > Import > from zip file.
pub(crate) fn write_zip(file: &Path) -> Outcome {
    let files: Vec<_> =
        FILES.iter().map(|(name, content)| (format!("{NAME}/{name}"), content.as_bytes())).collect();
    let archive = zip::stored(&files).ok_or("the profile is too big for a zip")?;
    fs::write(file, archive).map_err(|error| format!("{}: {error}", file.display()))?;
    println!("written: {}", file.display());
    println!("In Wireshark: Edit > Configuration Profiles > Import > from zip file.");
    Ok(())
}

/// Puts the files into `folder`. What a user has changed there is kept under another name; the widths of
/// columns stay as they are.
fn place(folder: &Path) -> Result<Vec<(&'static str, Done)>> {
    fs::create_dir_all(folder)?;
    FILES.iter().map(|(name, content)| Ok((*name, place_file(folder, name, content)?))).collect()
}

fn place_file(folder: &Path, name: &str, content: &str) -> Result<Done> {
    let target = folder.join(name);
    let kept = match fs::read(&target) {
        Ok(present) if present == content.as_bytes() || name == WIDTHS => return Ok(Done::AsItWas),
        Ok(_) => Some(keep(&target)?),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    // A Wireshark that starts at this moment finds the old file or the new one, never half of it.
    let fresh = folder.join(format!("{name}.new"));
    fs::write(&fresh, content)?;
    fs::rename(&fresh, &target)?;
    Ok(kept.map_or(Done::Written, Done::Replaced))
}

/// Copies a file beside itself, to a name that is free, and returns the name.
fn keep(file: &Path) -> Result<String> {
    let numbered =
        |number: u32| file.with_extension(if number == 1 { "bak".into() } else { format!("bak{number}") });
    let free = |path: &PathBuf| !path.exists();
    let copy = (1..1000).map(numbered).find(free).ok_or_else(|| Error::other("too many copies"))?;
    fs::copy(file, &copy)?;
    Ok(copy.file_name().unwrap_or_default().to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A new folder of its own, gone at the end.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("adjoin-{name}-{}", std::process::id()));
            fs::create_dir_all(&path).unwrap();
            Self(path)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn what_the_user_changed_is_kept() {
        let home = Folder::new("profile");
        let other = home.0.join("profiles/mine/colorfilters");
        fs::create_dir_all(other.parent().unwrap()).unwrap();
        fs::write(&other, "mine").unwrap();
        let folder = home.0.join("profiles").join(NAME);
        let done = |name: &str, all: Vec<(&str, Done)>| all.into_iter().find(|one| one.0 == name).unwrap().1;

        assert!(place(&folder).unwrap().iter().all(|(_, done)| *done == Done::Written));
        assert!(place(&folder).unwrap().iter().all(|(_, done)| *done == Done::AsItWas));
        for (changed, kept) in [("first", "colorfilters.bak"), ("second", "colorfilters.bak2")] {
            fs::write(folder.join("colorfilters"), changed).unwrap();
            assert_eq!(done("colorfilters", place(&folder).unwrap()), Done::Replaced(kept.into()));
            assert_eq!(fs::read_to_string(folder.join(kept)).unwrap(), changed);
            assert_eq!(fs::read_to_string(folder.join("colorfilters")).unwrap(), FILES[0].1);
        }
        fs::write(folder.join(WIDTHS), "column.width: %m, 1000").unwrap();
        assert_eq!(done(WIDTHS, place(&folder).unwrap()), Done::AsItWas);

        assert_eq!(fs::read_to_string(&other).unwrap(), "mine");
        assert_eq!(fs::read_dir(home.0.join("profiles")).unwrap().count(), 2);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), FILES.len() + 2, "nothing else is left behind");
    }

    /// Text is dark on light or light on dark: a contrast of 4.5 at least, as WCAG 2 counts it.
    #[test]
    fn colours_are_legible() {
        let rules: Vec<_> = FILES[0].1.lines().filter(|line| line.starts_with('@')).collect();
        assert!(rules.len() > 8, "{rules:?}");
        for rule in rules {
            let colours: Vec<f64> =
                rule.split('[')
                    .skip(1)
                    .map(|colour| {
                        let parts: Vec<f64> = colour
                            .trim_end_matches(']')
                            .split(',')
                            .map(|part| f64::from(part.parse::<u16>().unwrap()) / 65535.0)
                            .map(|part| {
                                if part <= 0.03928 {
                                    part / 12.92
                                } else {
                                    ((part + 0.055) / 1.055).powf(2.4)
                                }
                            })
                            .collect();
                        0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
                    })
                    .collect();
            let [back, text] = colours[..] else { panic!("two colours: {rule}") };
            let contrast = (back.max(text) + 0.05) / (back.min(text) + 0.05);
            assert!(contrast >= 4.5, "{contrast:.1}: {rule}");
        }
    }
}
