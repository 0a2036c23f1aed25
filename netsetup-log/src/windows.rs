//! Which Windows a build number stands for.

/// The client and server releases of a build, as people call them: of lines of the log, and of the
/// version in NTLM messages. Builds between two releases were previews and have no name.
///
/// ```
/// use netsetup_log::windows_release;
/// assert_eq!(windows_release(26_100), Some("Windows 11 24H2 / Server 2025"));
/// assert_eq!(windows_release(12_345), None);
/// ```
#[must_use]
pub const fn windows_release(build: u32) -> Option<&'static str> {
    Some(match build {
        6_000 => "Windows Vista",
        6_001..=6_003 => "Windows Vista / Server 2008",
        7_600 | 7_601 => "Windows 7 / Server 2008 R2",
        9_200 => "Windows 8 / Server 2012",
        9_600 => "Windows 8.1 / Server 2012 R2",
        10_240 => "Windows 10 1507",
        10_586 => "Windows 10 1511",
        14_393 => "Windows 10 1607 / Server 2016",
        15_063 => "Windows 10 1703",
        16_299 => "Windows 10 1709",
        17_134 => "Windows 10 1803",
        17_763 => "Windows 10 1809 / Server 2019",
        18_362 | 18_363 => "Windows 10 1903 / 1909",
        19_041..=19_045 => "Windows 10 2004 to 22H2",
        20_348 => "Windows Server 2022",
        22_000 => "Windows 11 21H2",
        22_621 => "Windows 11 22H2",
        22_631 => "Windows 11 23H2",
        26_100 => "Windows 11 24H2 / Server 2025",
        _ => return None,
    })
}
