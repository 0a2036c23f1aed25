//! The announcement of changes by which NT 4's primary called its backups, [MS-NRPC] 2.2.1.5.1.

use crate::version::Trailer;
use crate::{NtVersion, Opcode, Sid};
use adjoin_wire::{Cursor, Partial, Spanned, Text, Utf16Le, WireError};

/// `NETLOGON_DB_CHANGE`, [MS-NRPC] 2.2.1.5.1: opcode 10.
///
/// UTF-16 strings begin at an even offset from the start of the message.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct DbChange<'a> {
    /// MessageType: 10.
    pub opcode: Spanned<Opcode>,
    /// Lower half of the serial number of the SAM database.
    pub low_serial_number: Spanned<u32>,
    /// When that database was made, in seconds since 1970.
    pub date_and_time: Spanned<u32>,
    /// Seconds between announcements.
    pub pulse: Spanned<u32>,
    /// Seconds that a backup may wait before it answers.
    pub random: Spanned<u32>,
    /// NetBIOS name of the primary domain controller, in the OEM character set.
    pub primary_dc_name: Spanned<Text<'a>>,
    /// NetBIOS name of the domain, in the OEM character set.
    pub domain_name: Spanned<Text<'a>>,
    /// NetBIOS name of the primary domain controller.
    pub unicode_primary_dc_name: Spanned<Utf16Le<'a>>,
    /// NetBIOS name of the domain.
    pub unicode_domain_name: Spanned<Utf16Le<'a>>,
    /// Number of databases.
    pub db_count: Spanned<u32>,
    /// The state of each database.
    pub db_change_info: DbChangeInfos<'a>,
    /// Size of DomainSid in octets, without the padding in front of it.
    pub domain_sid_size: Spanned<u32>,
    /// SID of the domain, when DomainSidSize is not 0, with padding in front of it or without.
    pub domain_sid: Option<Spanned<Sid<'a>>>,
    /// MessageFormatVersion: 1.
    pub nt_version: Spanned<NtVersion>,
    /// First half of MessageToken: must be 0xffff.
    pub lm_nt_token: Spanned<u16>,
    /// Second half of MessageToken: must be 0xffff.
    pub lm20_token: Spanned<u16>,
}

impl<'a> DbChange<'a> {
    /// Reads a whole message.
    ///
    /// # Errors
    /// `Truncated` when it is cut, `Malformed` for another opcode, `Trailing` for octets behind
    /// the end.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        Self::parse_partial(bytes).complete()
    }

    /// Reads as much as there is.
    #[must_use]
    pub fn parse_partial(bytes: &'a [u8]) -> Partial<Self> {
        Partial::fill(|m: &mut Self| m.read(&mut Cursor::new(bytes)))
    }

    fn read(&mut self, c: &mut Cursor<'a>) -> Result<(), WireError> {
        self.opcode = Opcode::NETLOGON_ANNOUNCE_UAS.expect(c)?;
        self.low_serial_number = c.u32_le("LowSerialNumber")?;
        self.date_and_time = c.u32_le("DateAndTime")?;
        self.pulse = c.u32_le("Pulse")?;
        self.random = c.u32_le("Random")?;
        self.primary_dc_name = c.bytes_nul("PrimaryDCName")?.map(Text::new);
        self.domain_name = c.bytes_nul("DomainName")?.map(Text::new);
        c.align(2, 0, "Pad")?;
        self.unicode_primary_dc_name = c.utf16_nul("UnicodePrimaryDCName")?;
        self.unicode_domain_name = c.utf16_nul("UnicodeDomainName")?;
        self.db_count = c.u32_le("DBCount")?;
        let count = usize::try_from(*self.db_count).unwrap_or(usize::MAX);
        let states = c.sub(count.saturating_mul(DbChangeInfo::LEN), "DBChangeInfo")?;
        self.db_change_info = DbChangeInfos { cursor: states };
        self.domain_sid_size = c.u32_le("DomainSidSize")?;
        // Without a SID there is no padding either.
        if *self.domain_sid_size > 0 {
            // Wireshark expects padding here and Samba none; a SID begins with its revision, 1.
            if c.peek().first() != Some(&1) {
                c.align(4, 0, "DomainSid")?;
            }
            let size = usize::try_from(*self.domain_sid_size).unwrap_or(usize::MAX);
            self.domain_sid = Some(c.bytes(size, "DomainSid")?.map(Sid));
        }
        let mut trailer = Trailer::default();
        let outcome = trailer.read(c, "NETLOGON_DB_CHANGE");
        Trailer { nt_version: self.nt_version, lm_nt_token: self.lm_nt_token, lm20_token: self.lm20_token } =
            trailer;
        outcome
    }
}

/// The state of a database in a [`DbChange`]: DBChangeInfo, 20 octets.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct DbChangeInfo {
    /// 0 the SAM database, 1 its built-in part, 2 that of the local security authority.
    pub db_index: Spanned<u32>,
    /// Serial number.
    pub large_serial_number: Spanned<u64>,
    /// When the database was made, in units of 100 nanoseconds since 1601.
    pub date_and_time: Spanned<u64>,
}

impl DbChangeInfo {
    const LEN: usize = 20;

    fn read(c: &mut Cursor<'_>) -> Result<Self, WireError> {
        Ok(Self {
            db_index: c.u32_le("DBIndex")?,
            large_serial_number: c.u64_le("LargeSerialNumber")?,
            date_and_time: c.u64_le("DateAndTime")?,
        })
    }
}

/// The databases of a [`DbChange`].
#[derive(Clone, Copy, Debug, Default)]
pub struct DbChangeInfos<'a> {
    cursor: Cursor<'a>,
}

impl<'a> DbChangeInfos<'a> {
    /// The databases in order. An error ends the iteration.
    #[must_use]
    pub const fn iter(&self) -> DbChangeInfoIter<'a> {
        DbChangeInfoIter { cursor: self.cursor }
    }
}

/// Iterator over [`DbChangeInfos`].
#[derive(Clone, Debug)]
pub struct DbChangeInfoIter<'a> {
    cursor: Cursor<'a>,
}

impl Iterator for DbChangeInfoIter<'_> {
    type Item = Result<DbChangeInfo, WireError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.cursor.is_empty() {
            return None;
        }
        let item = DbChangeInfo::read(&mut self.cursor);
        if item.is_err() {
            self.cursor.take_rest();
        }
        Some(item)
    }
}

impl core::iter::FusedIterator for DbChangeInfoIter<'_> {}
