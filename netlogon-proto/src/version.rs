//! What a client understands and wants, and what an answer contains, [MS-ADTS] 6.3.1.1.

use crate::FlagInfo;
use crate::flags::described;
use adjoin_wire::{Cursor, Spanned, WireError};
bitflags::bitflags! {
    /// `NETLOGON_NT_VERSION`, 32 bits, little-endian.
    #[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
    pub struct NtVersion: u32 {
        /// `NETLOGON_NT_VERSION_1`: always set.
        const V1 = 0x0000_0001;
        /// `NETLOGON_NT_VERSION_5`: understands the answer of Windows 2000 (opcodes 19 to 21, DNS names).
        const V5 = 0x0000_0002;
        /// `NETLOGON_NT_VERSION_5EX`: wants the extended answer (opcodes 23 to 25).
        const V5EX = 0x0000_0004;
        /// `NETLOGON_NT_VERSION_5EX_WITH_IP`: wants the domain controller's socket address in the extended answer.
        const V5EX_WITH_IP = 0x0000_0008;
        /// `NETLOGON_NT_VERSION_WITH_CLOSEST_SITE`: wants the name of the next closest site.
        const WITH_CLOSEST_SITE = 0x0000_0010;
        /// `NETLOGON_NT_VERSION_AVOID_NT4EMUL`: wants a full answer even from a domain controller that emulates NT 4.
        const AVOID_NT4EMUL = 0x0100_0000;
        /// `NETLOGON_NT_VERSION_PDC`: only the PDC shall answer.
        const PDC = 0x1000_0000;
        /// `NETLOGON_NT_VERSION_IP`: obsolete; Windows still sets it.
        const IP = 0x2000_0000;
        /// `NETLOGON_NT_VERSION_LOCAL`: the client is the same machine.
        const LOCAL = 0x4000_0000;
        /// `NETLOGON_NT_VERSION_GC`: only a global catalog shall answer.
        const GC = 0x8000_0000;
        /// Bits that nobody has named are kept.
        const _ = !0;
    }
}

impl NtVersion {
    /// Every named bit, lowest first.
    pub const TABLE: &'static [FlagInfo] = &[
        FlagInfo { mask: 0x0000_0001, symbol: "NETLOGON_NT_VERSION_1", short: "V1", meaning: "always set" },
        FlagInfo {
            mask: 0x0000_0002,
            symbol: "NETLOGON_NT_VERSION_5",
            short: "V5",
            meaning: "understands the answer of Windows 2000 (opcodes 19 to 21, DNS names)",
        },
        FlagInfo {
            mask: 0x0000_0004,
            symbol: "NETLOGON_NT_VERSION_5EX",
            short: "V5EX",
            meaning: "wants the extended answer (opcodes 23 to 25)",
        },
        FlagInfo {
            mask: 0x0000_0008,
            symbol: "NETLOGON_NT_VERSION_5EX_WITH_IP",
            short: "V5EP",
            meaning: "wants the domain controller's socket address in the extended answer",
        },
        FlagInfo {
            mask: 0x0000_0010,
            symbol: "NETLOGON_NT_VERSION_WITH_CLOSEST_SITE",
            short: "VCS",
            meaning: "wants the name of the next closest site",
        },
        FlagInfo {
            mask: 0x0100_0000,
            symbol: "NETLOGON_NT_VERSION_AVOID_NT4EMUL",
            short: "VNT4",
            meaning: "wants a full answer even from a domain controller that emulates NT 4",
        },
        FlagInfo {
            mask: 0x1000_0000,
            symbol: "NETLOGON_NT_VERSION_PDC",
            short: "VPDC",
            meaning: "only the PDC shall answer",
        },
        FlagInfo {
            mask: 0x2000_0000,
            symbol: "NETLOGON_NT_VERSION_IP",
            short: "VIP",
            meaning: "obsolete; Windows still sets it",
        },
        FlagInfo {
            mask: 0x4000_0000,
            symbol: "NETLOGON_NT_VERSION_LOCAL",
            short: "VL",
            meaning: "the client is the same machine",
        },
        FlagInfo {
            mask: 0x8000_0000,
            symbol: "NETLOGON_NT_VERSION_GC",
            short: "VGC",
            meaning: "only a global catalog shall answer",
        },
    ];
}

described!(NtVersion);

/// NtVersion, LmNtToken and Lm20Token: the last eight octets of every message of this family.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Trailer {
    pub(crate) nt_version: Spanned<NtVersion>,
    pub(crate) lm_nt_token: Spanned<u16>,
    pub(crate) lm20_token: Spanned<u16>,
}

impl Trailer {
    pub(crate) const LEN: usize = 8;

    /// Sets what it reads in `self` and ends the message.
    pub(crate) fn read(&mut self, c: &mut Cursor<'_>, message: &'static str) -> Result<(), WireError> {
        self.nt_version = c.u32_le("NtVersion")?.map(NtVersion::from_bits_retain);
        self.lm_nt_token = c.u16_le("LmNtToken")?;
        self.lm20_token = c.u16_le("Lm20Token")?;
        c.finish(message)
    }

    /// The NtVersion of a message that is complete: its last octets are the two tokens, 0xffff.
    pub(crate) fn version_at_end(bytes: &[u8]) -> Option<NtVersion> {
        match bytes.last_chunk::<8>() {
            Some([a, b, c, d, 0xff, 0xff, 0xff, 0xff]) => {
                Some(NtVersion::from_bits_retain(u32::from_le_bytes([*a, *b, *c, *d])))
            }
            _ => None,
        }
    }

    /// The octets can be the start of a trailer: the first bit of NtVersion is always set and its
    /// bits 8 to 23 have never been assigned. No name and no socket address begins like that.
    pub(crate) fn may_start(bytes: &[u8]) -> bool {
        let mut octets = bytes.iter();
        octets.next().is_none_or(|low| low & 1 == 1 && *low < 0x20) && octets.take(2).all(|b| *b == 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn what_windows_asks_for() {
        assert_eq!(NtVersion::from_bits_retain(0x2000_0016).to_string(), "V5 V5EX VCS VIP");
        assert_eq!(NtVersion::from_bits_retain(0x0100).to_string(), "0x00000100");
    }

    #[test]
    fn the_table_has_every_constant_once() {
        use bitflags::Flags;
        let named = NtVersion::FLAGS.iter().filter(|flag| !flag.name().is_empty());
        assert!(named.map(|flag| flag.value().bits()).eq(NtVersion::TABLE.iter().map(|info| info.mask)));
    }
}
