//! What a domain controller says about itself, [MS-ADTS] 6.3.1.2.

/// One bit of a flag set, for tables in a user interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlagInfo {
    /// The bit.
    pub mask: u32,
    /// The name in the specification or in the SDK's header.
    pub symbol: &'static str,
    /// The short name; that of `nltest` for [`DsFlags`].
    pub short: &'static str,
    /// What a set bit says, in a few words.
    pub meaning: &'static str,
}

/// What a set of flags with a `TABLE` says of itself.
macro_rules! described {
    ($name:ident) => {
        impl $name {
            /// The table rows of the bits that are set, lowest first.
            pub fn infos(self) -> impl Iterator<Item = &'static $crate::FlagInfo> {
                Self::TABLE.iter().filter(move |info| self.bits() & info.mask != 0)
            }

            /// The short names of the bits that are set, lowest bit first.
            pub fn names(self) -> impl Iterator<Item = &'static str> {
                self.infos().map(|info| info.short)
            }

            /// The specification's symbols of the bits that are set, lowest bit first.
            pub fn symbols(self) -> impl Iterator<Item = &'static str> {
                self.infos().map(|info| info.symbol)
            }

            /// The bits that are set and have no name.
            #[must_use]
            pub fn unknown(self) -> u32 {
                Self::TABLE.iter().fold(self.bits(), |bits, info| bits & !info.mask)
            }
        }

        adjoin_wire::show_flags!($name: names, unknown, " ");
    };
}
pub(crate) use described;

bitflags::bitflags! {
    /// `DS_FLAG`, 32 bits, little-endian. The specification's list ends with 0x8000; the bits
    /// 0x1_0000 to 0x8_0000 are those of `dsgetdc.h` in the SDK.
    #[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
    pub struct DsFlags: u32 {
        /// `DS_PDC_FLAG`: it holds the PDC emulator role.
        const PDC = 0x0000_0001;
        /// `DS_GC_FLAG`: it is a global catalog.
        const GC = 0x0000_0004;
        /// `DS_LDAP_FLAG`: it serves LDAP.
        const LDAP = 0x0000_0008;
        /// `DS_DS_FLAG`: it is a domain controller.
        const DS = 0x0000_0010;
        /// `DS_KDC_FLAG`: it runs the Kerberos key distribution center.
        const KDC = 0x0000_0020;
        /// `DS_TIMESERV_FLAG`: it runs the Windows time service.
        const TIMESERV = 0x0000_0040;
        /// `DS_CLOSEST_FLAG`: it is in the site closest to the client.
        const CLOSEST = 0x0000_0080;
        /// `DS_WRITABLE_FLAG`: it can be written to.
        const WRITABLE = 0x0000_0100;
        /// `DS_GOOD_TIMESERV_FLAG`: it is a reliable time source.
        const GOOD_TIMESERV = 0x0000_0200;
        /// `DS_NDNC_FLAG`: it answers for an application naming context, not for a domain.
        const NDNC = 0x0000_0400;
        /// `DS_SELECT_SECRET_DOMAIN_6_FLAG`: it is a read-only domain controller.
        const SELECT_SECRET_DOMAIN_6 = 0x0000_0800;
        /// `DS_FULL_SECRET_DOMAIN_6_FLAG`: it is a writable domain controller, Windows Server 2008 or later.
        const FULL_SECRET_DOMAIN_6 = 0x0000_1000;
        /// `DS_WS_FLAG`: it runs Active Directory Web Services.
        const WS = 0x0000_2000;
        /// `DS_DS_8_FLAG`: it runs Windows Server 2012 or later.
        const DS_8 = 0x0000_4000;
        /// `DS_DS_9_FLAG`: it runs Windows Server 2012 R2 or later.
        const DS_9 = 0x0000_8000;
        /// `DS_DS_10_FLAG`: it runs Windows Server 2016 or later.
        const DS_10 = 0x0001_0000;
        /// `DS_KEY_LIST_FLAG`: it serves Kerberos key-list requests.
        const KEY_LIST = 0x0002_0000;
        /// `DS_DS_13_FLAG`: it runs Windows Server 2025 or later.
        const DS_13 = 0x0004_0000;
        /// `DS_DS_12_FLAG`: it runs Windows Server 2022 or later.
        const DS_12 = 0x0008_0000;
        /// `DS_DNS_CONTROLLER_FLAG`: its name is given as a DNS name.
        const DNS_CONTROLLER = 0x2000_0000;
        /// `DS_DNS_DOMAIN_FLAG`: the domain's name is given as a DNS name.
        const DNS_DOMAIN = 0x4000_0000;
        /// `DS_DNS_FOREST_FLAG`: the forest's name is given as a DNS name.
        const DNS_FOREST = 0x8000_0000;
        /// Bits that nobody has named are kept.
        const _ = !0;
    }
}

impl DsFlags {
    /// Every named bit, lowest first.
    pub const TABLE: &'static [FlagInfo] = &[
        FlagInfo {
            mask: 0x0000_0001,
            symbol: "DS_PDC_FLAG",
            short: "PDC",
            meaning: "holds the PDC emulator role",
        },
        FlagInfo { mask: 0x0000_0004, symbol: "DS_GC_FLAG", short: "GC", meaning: "is a global catalog" },
        FlagInfo { mask: 0x0000_0008, symbol: "DS_LDAP_FLAG", short: "LDAP", meaning: "serves LDAP" },
        FlagInfo { mask: 0x0000_0010, symbol: "DS_DS_FLAG", short: "DS", meaning: "is a domain controller" },
        FlagInfo {
            mask: 0x0000_0020,
            symbol: "DS_KDC_FLAG",
            short: "KDC",
            meaning: "runs the Kerberos key distribution center",
        },
        FlagInfo {
            mask: 0x0000_0040,
            symbol: "DS_TIMESERV_FLAG",
            short: "TIMESERV",
            meaning: "runs the Windows time service",
        },
        FlagInfo {
            mask: 0x0000_0080,
            symbol: "DS_CLOSEST_FLAG",
            short: "CLOSE_SITE",
            meaning: "is in the site closest to the client",
        },
        FlagInfo {
            mask: 0x0000_0100,
            symbol: "DS_WRITABLE_FLAG",
            short: "WRITABLE",
            meaning: "can be written to",
        },
        FlagInfo {
            mask: 0x0000_0200,
            symbol: "DS_GOOD_TIMESERV_FLAG",
            short: "GTIMESERV",
            meaning: "is a reliable time source",
        },
        FlagInfo {
            mask: 0x0000_0400,
            symbol: "DS_NDNC_FLAG",
            short: "NDNC",
            meaning: "answers for an application naming context, not for a domain",
        },
        FlagInfo {
            mask: 0x0000_0800,
            symbol: "DS_SELECT_SECRET_DOMAIN_6_FLAG",
            short: "PARTIAL_SECRET",
            meaning: "is a read-only domain controller",
        },
        FlagInfo {
            mask: 0x0000_1000,
            symbol: "DS_FULL_SECRET_DOMAIN_6_FLAG",
            short: "FULL_SECRET",
            meaning: "is a writable domain controller, Windows Server 2008 or later",
        },
        FlagInfo {
            mask: 0x0000_2000,
            symbol: "DS_WS_FLAG",
            short: "WS",
            meaning: "runs Active Directory Web Services",
        },
        FlagInfo {
            mask: 0x0000_4000,
            symbol: "DS_DS_8_FLAG",
            short: "DS_8",
            meaning: "runs Windows Server 2012 or later",
        },
        FlagInfo {
            mask: 0x0000_8000,
            symbol: "DS_DS_9_FLAG",
            short: "DS_9",
            meaning: "runs Windows Server 2012 R2 or later",
        },
        FlagInfo {
            mask: 0x0001_0000,
            symbol: "DS_DS_10_FLAG",
            short: "DS_10",
            meaning: "runs Windows Server 2016 or later",
        },
        FlagInfo {
            mask: 0x0002_0000,
            symbol: "DS_KEY_LIST_FLAG",
            short: "KEYLIST",
            meaning: "serves Kerberos key-list requests",
        },
        FlagInfo {
            mask: 0x0004_0000,
            symbol: "DS_DS_13_FLAG",
            short: "DS_13",
            meaning: "runs Windows Server 2025 or later",
        },
        FlagInfo {
            mask: 0x0008_0000,
            symbol: "DS_DS_12_FLAG",
            short: "DS_12",
            meaning: "runs Windows Server 2022 or later",
        },
        FlagInfo {
            mask: 0x2000_0000,
            symbol: "DS_DNS_CONTROLLER_FLAG",
            short: "DNS_DC",
            meaning: "its name is given as a DNS name",
        },
        FlagInfo {
            mask: 0x4000_0000,
            symbol: "DS_DNS_DOMAIN_FLAG",
            short: "DNS_DOMAIN",
            meaning: "the domain's name is given as a DNS name",
        },
        FlagInfo {
            mask: 0x8000_0000,
            symbol: "DS_DNS_FOREST_FLAG",
            short: "DNS_FOREST",
            meaning: "the forest's name is given as a DNS name",
        },
    ];
}

described!(DsFlags);

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{format, string::ToString};

    #[test]
    fn names_of_the_bits() {
        let flags = DsFlags::from_bits_retain(0x0001_f15c);
        assert_eq!(flags.to_string(), "GC LDAP DS TIMESERV WRITABLE FULL_SECRET WS DS_8 DS_9 DS_10");
        assert!(!flags.intersects(DsFlags::PDC | DsFlags::KDC | DsFlags::CLOSEST | DsFlags::GOOD_TIMESERV));
        assert_eq!(format!("{flags:?}"), "DsFlags(0x0001f15c)");
        assert_eq!(flags.symbols().next(), Some("DS_GC_FLAG"));
    }

    #[test]
    fn unknown_bits_are_kept_and_shown() {
        let flags = DsFlags::from_bits_retain(0x1000_0003);
        assert_eq!(flags.unknown(), 0x1000_0002);
        assert_eq!(flags.to_string(), "PDC 0x10000002");
        assert_eq!(flags.bits(), 0x1000_0003);
    }

    #[test]
    fn the_table_has_every_constant_once() {
        use bitflags::Flags;
        let named = DsFlags::FLAGS.iter().filter(|flag| !flag.name().is_empty());
        assert!(named.map(|flag| flag.value().bits()).eq(DsFlags::TABLE.iter().map(|info| info.mask)));
    }
}
