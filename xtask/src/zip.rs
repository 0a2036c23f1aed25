//! A zip archive of a few small files, as they are: Wireshark imports profiles from one.

/// 1 January 1980, the first day that a zip can say: the archive is the same whenever it is made.
const DATE: u16 = (1 << 5) | 1;

/// The archive; `None` when something in it is too big to be counted.
pub(crate) fn stored(files: &[(String, &[u8])]) -> Option<Vec<u8>> {
    let mut archive = Vec::new();
    let mut directory = Vec::new();
    for (name, content) in files {
        let offset = u32::try_from(archive.len()).ok()?;
        let mut checksum = flate2::Crc::new();
        checksum.update(content);
        let size = u32::try_from(content.len()).ok()?;

        // What both headers of a file say: version 2.0, no flags, stored, time, date, sum, sizes, length of the name.
        let mut about = Vec::new();
        for number in [20_u16, 0, 0, 0, DATE] {
            about.extend(number.to_le_bytes());
        }
        for number in [checksum.sum(), size, size] {
            about.extend(number.to_le_bytes());
        }
        about.extend(u16::try_from(name.len()).ok()?.to_le_bytes());

        archive.extend(b"PK\x03\x04");
        archive.extend(&about);
        archive.extend([0; 2]);
        archive.extend(name.as_bytes());
        archive.extend(*content);

        directory.extend(b"PK\x01\x02\x14\0");
        directory.extend(&about);
        // No extra field, comment, other disk or attributes.
        directory.extend([0; 12]);
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let (at, length) = (u32::try_from(archive.len()).ok()?, u32::try_from(directory.len()).ok()?);
    let count = u16::try_from(files.len()).ok()?.to_le_bytes();
    archive.extend(directory);
    archive.extend(b"PK\x05\x06\0\0\0\0");
    archive.extend(count);
    archive.extend(count);
    archive.extend(length.to_le_bytes());
    archive.extend(at.to_le_bytes());
    archive.extend([0; 2]);
    Some(archive)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn others_read_it() {
        let files = [("a/one".to_owned(), &b"1\n"[..]), ("a/two".to_owned(), &b""[..])];
        let archive = stored(&files).unwrap();
        assert!(archive.starts_with(b"PK\x03\x04"));
        let path = std::env::temp_dir().join(format!("adjoin-{}.zip", std::process::id()));
        std::fs::write(&path, archive).unwrap();
        let listed = Command::new("python3").args(["-m", "zipfile", "-t"]).arg(&path).output();
        std::fs::remove_file(&path).unwrap();
        match listed {
            Ok(output) => assert!(output.status.success(), "{output:?}"),
            Err(_) => println!("skipped: python3 is not here"),
        }
    }
}
