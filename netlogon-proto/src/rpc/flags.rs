//! What both ends of a secure channel can do, [MS-NRPC] 3.1.4.2.

use crate::FlagInfo;
use crate::flags::described;

bitflags::bitflags! {
    /// `NegotiateFlags`: the client offers, the server answers with the bits that both have. The
    /// names are those of Samba's header without `NETLOGON_NEG_`; the specification has letters.
    #[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
    pub struct NegotiateFlags: u32 {
        /// Bit A: account lockout; no longer used.
        const ACCOUNT_LOCKOUT = 0x0000_0001;
        /// Bit B: persistent update of backup domain controllers.
        const PERSISTENT_SAMREPL = 0x0000_0002;
        /// Bit C: RC4 encryption.
        const ARCFOUR = 0x0000_0004;
        /// Bit D: promotion count; not used.
        const PROMOTION_COUNT = 0x0000_0008;
        /// Bit E: change log on backup domain controllers.
        const CHANGELOG_BDC = 0x0000_0010;
        /// Bit F: restart of a full synchronization.
        const FULL_SYNC_REPL = 0x0000_0020;
        /// Bit G: pass-through without validation level 2.
        const MULTIPLE_SIDS = 0x0000_0040;
        /// Bit H: NetrDatabaseRedo.
        const REDO = 0x0000_0080;
        /// Bit I: a domain controller may refuse a change of the machine password.
        const PASSWORD_CHANGE_REFUSAL = 0x0000_0100;
        /// Bit J: NetrLogonSendToSam.
        const SEND_PASSWORD_INFO_PDC = 0x0000_0200;
        /// Bit K: generic pass-through authentication.
        const GENERIC_PASSTHROUGH = 0x0000_0400;
        /// Bit L: concurrent RPC calls.
        const CONCURRENT_RPC = 0x0000_0800;
        /// Bit M: no replication of the account database.
        const AVOID_ACCOUNT_DB_REPL = 0x0000_1000;
        /// Bit N: no replication of the security authority database.
        const AVOID_SECURITYAUTH_DB_REPL = 0x0000_2000;
        /// Bit O: strong keys (128 bits).
        const STRONG_KEYS = 0x0000_4000;
        /// Bit P: transitive trusts.
        const TRANSITIVE_TRUSTS = 0x0000_8000;
        /// Bit Q: DNS domain trusts; not used.
        const DNS_DOMAIN_TRUSTS = 0x0001_0000;
        /// Bit R: NetrServerPasswordSet2.
        const PASSWORD_SET2 = 0x0002_0000;
        /// Bit S: NetrLogonGetDomainInfo.
        const GETDOMAININFO = 0x0004_0000;
        /// Bit T: trusts across forests.
        const CROSS_FOREST_TRUSTS = 0x0008_0000;
        /// Bit U: the server is to ignore NT4Emulator.
        const NEUTRALIZE_NT4_EMULATION = 0x0010_0000;
        /// Bit V: pass-through by read-only domain controllers.
        const RODC_PASSTHROUGH = 0x0020_0000;
        /// Without a letter: AES with SHA-2, by Samba's header; not in the specification.
        const SUPPORTS_AES_SHA2 = 0x0040_0000;
        /// Bit W: AES-128 in CFB8 mode with SHA-2.
        const SUPPORTS_AES = 0x0100_0000;
        /// Bit X: not used; Windows sets it.
        const AUTHENTICATED_RPC_LSASS = 0x2000_0000;
        /// Bit Y: secure RPC (the Netlogon security provider).
        const AUTHENTICATED_RPC = 0x4000_0000;
        /// Bit Z: Kerberos for the secure channel (opnum 59).
        const SUPPORTS_KERBEROS_AUTH = 0x8000_0000;
        /// Bits that nobody has named are kept.
        const _ = !0;
    }
}

const fn row(mask: u32, symbol: &'static str, short: &'static str, meaning: &'static str) -> FlagInfo {
    FlagInfo { mask, symbol, short, meaning }
}

impl NegotiateFlags {
    /// Every named bit, lowest first.
    pub const TABLE: &'static [FlagInfo] = &[
        row(
            0x0000_0001,
            "NETLOGON_NEG_ACCOUNT_LOCKOUT",
            "ACCOUNT_LOCKOUT",
            "account lockout; no longer used",
        ),
        row(
            0x0000_0002,
            "NETLOGON_NEG_PERSISTENT_SAMREPL",
            "PERSISTENT_SAMREPL",
            "persistent update of backup domain controllers",
        ),
        row(0x0000_0004, "NETLOGON_NEG_ARCFOUR", "ARCFOUR", "RC4 encryption"),
        row(0x0000_0008, "NETLOGON_NEG_PROMOTION_COUNT", "PROMOTION_COUNT", "promotion count; not used"),
        row(
            0x0000_0010,
            "NETLOGON_NEG_CHANGELOG_BDC",
            "CHANGELOG_BDC",
            "change log on backup domain controllers",
        ),
        row(
            0x0000_0020,
            "NETLOGON_NEG_FULL_SYNC_REPL",
            "FULL_SYNC_REPL",
            "restart of a full synchronization",
        ),
        row(
            0x0000_0040,
            "NETLOGON_NEG_MULTIPLE_SIDS",
            "MULTIPLE_SIDS",
            "pass-through without validation level 2",
        ),
        row(0x0000_0080, "NETLOGON_NEG_REDO", "REDO", "NetrDatabaseRedo"),
        row(
            0x0000_0100,
            "NETLOGON_NEG_PASSWORD_CHANGE_REFUSAL",
            "PASSWORD_CHANGE_REFUSAL",
            "a domain controller may refuse a change of the machine password",
        ),
        row(
            0x0000_0200,
            "NETLOGON_NEG_SEND_PASSWORD_INFO_PDC",
            "SEND_PASSWORD_INFO_PDC",
            "NetrLogonSendToSam",
        ),
        row(
            0x0000_0400,
            "NETLOGON_NEG_GENERIC_PASSTHROUGH",
            "GENERIC_PASSTHROUGH",
            "generic pass-through authentication",
        ),
        row(0x0000_0800, "NETLOGON_NEG_CONCURRENT_RPC", "CONCURRENT_RPC", "concurrent RPC calls"),
        row(
            0x0000_1000,
            "NETLOGON_NEG_AVOID_ACCOUNT_DB_REPL",
            "AVOID_ACCOUNT_DB_REPL",
            "no replication of the account database",
        ),
        row(
            0x0000_2000,
            "NETLOGON_NEG_AVOID_SECURITYAUTH_DB_REPL",
            "AVOID_SECURITYAUTH_DB_REPL",
            "no replication of the security authority database",
        ),
        row(0x0000_4000, "NETLOGON_NEG_STRONG_KEYS", "STRONG_KEYS", "strong keys (128 bits)"),
        row(0x0000_8000, "NETLOGON_NEG_TRANSITIVE_TRUSTS", "TRANSITIVE_TRUSTS", "transitive trusts"),
        row(
            0x0001_0000,
            "NETLOGON_NEG_DNS_DOMAIN_TRUSTS",
            "DNS_DOMAIN_TRUSTS",
            "DNS domain trusts; not used",
        ),
        row(0x0002_0000, "NETLOGON_NEG_PASSWORD_SET2", "PASSWORD_SET2", "NetrServerPasswordSet2"),
        row(0x0004_0000, "NETLOGON_NEG_GETDOMAININFO", "GETDOMAININFO", "NetrLogonGetDomainInfo"),
        row(0x0008_0000, "NETLOGON_NEG_CROSS_FOREST_TRUSTS", "CROSS_FOREST_TRUSTS", "trusts across forests"),
        row(
            0x0010_0000,
            "NETLOGON_NEG_NEUTRALIZE_NT4_EMULATION",
            "NEUTRALIZE_NT4_EMULATION",
            "the server is to ignore NT4Emulator",
        ),
        row(
            0x0020_0000,
            "NETLOGON_NEG_RODC_PASSTHROUGH",
            "RODC_PASSTHROUGH",
            "pass-through by read-only domain controllers",
        ),
        row(
            0x0040_0000,
            "NETLOGON_NEG_SUPPORTS_AES_SHA2",
            "SUPPORTS_AES_SHA2",
            "AES with SHA-2, by Samba's header; not in the specification",
        ),
        row(0x0100_0000, "NETLOGON_NEG_SUPPORTS_AES", "SUPPORTS_AES", "AES-128 in CFB8 mode with SHA-2"),
        row(
            0x2000_0000,
            "NETLOGON_NEG_AUTHENTICATED_RPC_LSASS",
            "AUTHENTICATED_RPC_LSASS",
            "not used; Windows sets it",
        ),
        row(
            0x4000_0000,
            "NETLOGON_NEG_AUTHENTICATED_RPC",
            "AUTHENTICATED_RPC",
            "secure RPC (the Netlogon security provider)",
        ),
        row(
            0x8000_0000,
            "NETLOGON_NEG_SUPPORTS_KERBEROS_AUTH",
            "SUPPORTS_KERBEROS_AUTH",
            "Kerberos for the secure channel (opnum 59)",
        ),
    ];
}

described!(NegotiateFlags);

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn what_a_current_client_offers() {
        let flags = NegotiateFlags::from_bits_retain(0x612f_ffff);
        assert!(flags.contains(NegotiateFlags::SUPPORTS_AES | NegotiateFlags::AUTHENTICATED_RPC));
        assert!(
            !flags.intersects(
                NegotiateFlags::NEUTRALIZE_NT4_EMULATION | NegotiateFlags::SUPPORTS_KERBEROS_AUTH
            )
        );
        assert_eq!(flags.unknown(), 0);
    }

    #[test]
    fn unknown_bits_are_kept_and_shown() {
        let flags = NegotiateFlags::from_bits_retain(0x0880_0004);
        assert_eq!((flags.bits(), flags.unknown()), (0x0880_0004, 0x0880_0000));
        assert_eq!(flags.to_string(), "ARCFOUR 0x08800000");
    }

    #[test]
    fn the_table_has_every_constant_once() {
        use bitflags::Flags;
        let named = NegotiateFlags::FLAGS.iter().filter(|flag| !flag.name().is_empty());
        assert!(named.map(|flag| flag.value().bits()).eq(NegotiateFlags::TABLE.iter().map(|info| info.mask)));
    }
}
