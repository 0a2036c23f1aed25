//! Flag words: KDC options, AP options, and two of Microsoft's.

macro_rules! flag_words {
    ($(#[$meta:meta])* $name:ident { $($(#[doc = $doc:literal])* $flag:ident = $value:literal, $text:literal;)* }) => {
        bitflags::bitflags! {
            $(#[$meta])*
            #[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
            pub struct $name: u32 {
                $($(#[doc = $doc])* const $flag = $value;)*
                // Bits without a name are kept.
                const _ = !0;
            }
        }

        impl $name {
            const NAMES: &'static [(u32, &'static str)] = &[$(($value, $text)),*];

            /// The names of the flags that are set, as the specification spells them, from bit 0.
            pub fn names(self) -> impl Iterator<Item = &'static str> {
                Self::NAMES.iter().filter(move |(bit, _)| self.bits() & bit != 0).map(|(_, name)| *name)
            }

            /// The bits that are set and have no name.
            #[must_use]
            pub fn unnamed(self) -> u32 {
                Self::NAMES.iter().fold(self.bits(), |bits, (bit, _)| bits & !bit)
            }
        }

        adjoin_wire::show_flags!($name: names, unnamed, ", ");
    };
}

flag_words! {
    /// `ap-options` (RFC 4120 5.5.1). Bit 0 of the ASN.1 is the most significant one.
    ApOptions {
        /// The ticket is encrypted under a session key, not the server's.
        USE_SESSION_KEY = 0x4000_0000, "use-session-key";
        /// The client wants an AP-REP.
        MUTUAL_REQUIRED = 0x2000_0000, "mutual-required";
    }
}

flag_words! {
    /// `kdc-options` (RFC 4120 5.4.1). Bit 0 of the ASN.1 is the most significant one.
    KdcOptions {
        /// The ticket may be forwarded.
        FORWARDABLE = 0x4000_0000, "forwardable";
        /// A forwarded ticket is asked for.
        FORWARDED = 0x2000_0000, "forwarded";
        /// The ticket may be used by a proxy.
        PROXIABLE = 0x1000_0000, "proxiable";
        /// A proxy ticket is asked for.
        PROXY = 0x0800_0000, "proxy";
        /// The ticket may be postdated.
        ALLOW_POSTDATE = 0x0400_0000, "allow-postdate";
        /// A postdated ticket is asked for.
        POSTDATED = 0x0200_0000, "postdated";
        /// The ticket may be renewed.
        RENEWABLE = 0x0080_0000, "renewable";
        /// Hardware authentication.
        OPT_HARDWARE_AUTH = 0x0010_0000, "opt-hardware-auth";
        /// Constrained delegation: the client is named in an additional ticket ([MS-SFU]).
        CNAME_IN_ADDL_TKT = 0x0002_0000, "cname-in-addl-tkt";
        /// The KDC may answer with another name or a referral (RFC 6806).
        CANONICALIZE = 0x0001_0000, "canonicalize";
        /// An anonymous ticket is asked for (RFC 8062).
        REQUEST_ANONYMOUS = 0x0000_8000, "request-anonymous";
        /// The KDC is not to check the transited realms.
        DISABLE_TRANSITED_CHECK = 0x0000_0020, "disable-transited-check";
        /// A renewable ticket will do when the wanted end can't be had.
        RENEWABLE_OK = 0x0000_0010, "renewable-ok";
        /// The ticket is to be encrypted under a session key (user to user).
        ENC_TKT_IN_SKEY = 0x0000_0008, "enc-tkt-in-skey";
        /// A renewal.
        RENEW = 0x0000_0002, "renew";
        /// A validation of a postdated ticket.
        VALIDATE = 0x0000_0001, "validate";
    }
}

flag_words! {
    /// `flags` of PA-PAC-OPTIONS ([MS-KILE] 2.2.10, [MS-SFU] 2.2.5). Bit 0 of the ASN.1 is the most
    /// significant one.
    PacOptions {
        /// The client wants claims in the ticket.
        CLAIMS = 0x8000_0000, "claims";
        /// The client knows that a read-only DC may answer.
        BRANCH_AWARE = 0x4000_0000, "branch-aware";
        /// A read-only DC is to hand the request on.
        FORWARD_TO_FULL_DC = 0x2000_0000, "forward-to-full-dc";
        /// Constrained delegation that the target allows.
        RESOURCE_BASED_CONSTRAINED_DELEGATION = 0x1000_0000, "resource-based-constrained-delegation";
    }
}

flag_words! {
    /// What keys an account has and what it can do ([MS-KILE] 2.2.7): PA-SUPPORTED-ENCTYPES, and the
    /// attribute `msDS-SupportedEncryptionTypes`. Bit 0 is the least significant one.
    SupportedEnctypes {
        /// DES with CRC.
        DES_CBC_CRC = 0x0000_0001, "DES-CBC-CRC";
        /// DES with MD5.
        DES_CBC_MD5 = 0x0000_0002, "DES-CBC-MD5";
        /// RC4.
        RC4_HMAC = 0x0000_0004, "RC4-HMAC";
        /// AES of 128 bits.
        AES128 = 0x0000_0008, "AES128-CTS-HMAC-SHA1-96";
        /// AES of 256 bits.
        AES256 = 0x0000_0010, "AES256-CTS-HMAC-SHA1-96";
        /// Session keys of AES also where the ticket's key is RC4.
        AES256_SK = 0x0000_0020, "AES256-CTS-HMAC-SHA1-96-SK";
        /// FAST.
        FAST = 0x0001_0000, "FAST-supported";
        /// Tickets that name user and computer.
        COMPOUND_IDENTITY = 0x0002_0000, "Compound-identity-supported";
        /// Claims.
        CLAIMS = 0x0004_0000, "Claims-supported";
        /// SIDs of resource groups are written in full.
        RESOURCE_SID_COMPRESSION_DISABLED = 0x0008_0000, "Resource-SID-compression-disabled";
    }
}
