//! The findings: id, severity and what they mean. Ids never change; scripts and filters use them.

use crate::show::FindingId;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Normal, though it looks like an error.
    Chat,
    /// Worth knowing.
    Note,
    /// Probably a cause of trouble.
    Warning,
    /// The join can't succeed with this.
    Error,
}

impl Severity {
    /// The word used in fields and reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// The groups in which Wireshark sorts expert information.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// The sequence of messages is not what it should be.
    Sequence,
    /// The peer answers with a status that says no.
    Response,
    /// The message itself is damaged.
    Malformed,
    /// A fault of this analyser.
    Internal,
}

/// One entry of the catalogue.
#[derive(Clone, Copy, Debug)]
pub struct Finding {
    /// Stable id, such as `PING-PAUSED`.
    pub id: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// Where Wireshark lists it.
    pub group: Group,
    /// What it means, in a few words.
    pub title: &'static str,
}

macro_rules! catalogue {
    ($($name:ident = $id:literal, $severity:ident, $group:ident, $title:literal;)*) => {
        #[allow(
            dead_code,
            non_camel_case_types,
            clippy::upper_case_acronyms,
            reason = "one variant for each line of the table, named as the constants they number"
        )]
        enum Index { $($name,)* }
        /// All findings, in the order of their [`FindingId`]s.
        pub static FINDINGS: &[Finding] = &[$(Finding {
            id: $id, severity: Severity::$severity, group: Group::$group, title: $title,
        },)*];
        $(#[doc = $title]
        pub const $name: FindingId = FindingId(Index::$name as u16);)*
    };
}

catalogue! {
    INTERNAL = "ADJOIN-INTERNAL", Error, Internal, "Internal error of adjoin; the rest of the capture is still analysed";
    MALFORMED = "ADJOIN-MALFORMED", Warning, Malformed, "The message contradicts its specification";
    PING_EMPTY = "PING-EMPTY", Warning, Response, "The LDAP ping was answered without the Netlogon attribute";
    PING_PAUSED = "PING-PAUSED", Warning, Response, "The DC's Netlogon service is paused or not ready";
    PING_NT4EMU = "PING-NT4EMU", Warning, Response, "The DC answers the LDAP ping like Windows NT 4.0";
    PING_USERUNKNOWN = "PING-USERUNKNOWN", Chat, Response, "The DC has no such account; normal before the first join";
    PING_FLAGS = "PING-FLAGS", Note, Response, "The DC lacks something that a join may need";
    RPC_EPMAP = "RPC-EPMAP", Warning, Response, "The endpoint mapper has no entry for the interface";
    RPC_BINDNAK = "RPC-BINDNAK", Warning, Response, "The RPC bind was refused";
    RPC_FAULT = "RPC-FAULT", Warning, Response, "The RPC call ended in a fault";
    RPC_FAULT5 = "RPC-FAULT5", Warning, Response, "The RPC call was denied";
    RPC_SECPKG = "RPC-SECPKG", Warning, Response, "The RPC security package reports an error";
    KRB_NORMAL = "KRB-NORMAL", Chat, Response, "A Kerberos error that is part of a normal exchange";
    KRB_SKEW = "KRB-SKEW", Warning, Response, "The clocks of client and KDC differ too much";
    KRB_MODIFIED = "KRB-MODIFIED", Warning, Response, "The ticket was made for another key than the service has";
    KRB_SPN = "KRB-SPN", Note, Response, "The KDC knows no such service; clients then try NTLM";
    KRB_CLIENT = "KRB-CLIENT", Warning, Response, "The KDC knows no such client";
    KRB_PREAUTH = "KRB-PREAUTH", Warning, Response, "The password is wrong";
    KRB_REVOKED = "KRB-REVOKED", Warning, Response, "The account can't be used";
    KRB_PWEXPIRED = "KRB-PWEXPIRED", Warning, Response, "The password has expired or must be changed";
    KRB_ETYPE = "KRB-ETYPE", Warning, Response, "Client and KDC share no encryption type";
    KRB_POLICY = "KRB-POLICY", Warning, Response, "The KDC's policy refuses";
    KRB_ERROR = "KRB-ERROR", Note, Response, "The KDC or the service reports an error";
}

/// The catalogue's entry of `id`.
#[must_use]
pub fn finding(id: FindingId) -> Option<&'static Finding> {
    FINDINGS.get(usize::from(id.0))
}
