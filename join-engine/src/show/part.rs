//! What can be shown of a message: which decoder draws which octets.

use adjoin_wire::{Guid, Span};
use rpce_proto::Encoding;

use super::sheet::Sheet;
use super::{dns, epm, gss, krb, ldap, ldap_ping, lsa, netlogon, rpc, samr, smb};
use crate::speak::{LSARPC, NETLOGON, SAMR};

/// Something to decode in a message.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) decode: Decode,
    /// Within the message.
    pub(crate) span: Span,
}

/// How to decode a part.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Decode {
    /// LDAPMessage with an LDAP ping.
    LdapPing,
    /// Value of the Netlogon attribute, or data of a netlogon mailslot.
    Netlogon,
    /// Stub of a call to the endpoint mapper.
    Epm { opnum: u16, response: bool, encoding: Encoding },
    /// Tower of the endpoint mapper.
    Tower,
    /// Stub of a clear call to SAMR, LSARPC or NETLOGON.
    Call(Stub),
    /// Connection-oriented DCE/RPC PDU; the opnum is that of the request.
    Rpc { interface: Option<Guid>, opnum: Option<u16> },
    /// Security blob; a Kerberos message in it is a part of its own.
    Gss,
    /// SMB2 message.
    Smb2,
    /// LDAPMessage with a bind or a result.
    Ldap,
    /// DNS message.
    Dns,
    /// Kerberos message.
    Kerberos,
}

/// What a stub is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stub {
    pub(crate) interface: Guid,
    pub(crate) opnum: u16,
    pub(crate) response: bool,
    pub(crate) encoding: Encoding,
}

/// The rows of one part of a message, whose octets are `slice`.
pub(super) fn draw(sheet: &mut Sheet<'_>, decode: Decode, slice: &[u8]) {
    let whole = Span::new(0, slice.len());
    match decode {
        Decode::LdapPing => ldap_ping::request(sheet, slice, whole),
        Decode::Netlogon => ldap_ping::netlogon(sheet, slice, whole),
        Decode::Epm { opnum, response, encoding } => {
            epm::rows(sheet, slice, whole, opnum, response, encoding);
        }
        Decode::Tower => epm::alone(sheet, slice),
        Decode::Rpc { interface, opnum } => rpc::rows(sheet, slice, whole, interface, opnum),
        Decode::Call(stub) => match stub.interface {
            SAMR => samr::rows(sheet, slice, whole, stub),
            LSARPC => lsa::rows(sheet, slice, whole, stub),
            NETLOGON => netlogon::rows(sheet, slice, whole, stub),
            _ => {}
        },
        Decode::Gss => gss::rows(sheet, slice, whole),
        Decode::Smb2 => smb::rows(sheet, slice, whole),
        Decode::Ldap => ldap::rows(sheet, slice, whole),
        Decode::Dns => dns::rows(sheet, slice, whole),
        Decode::Kerberos => krb::rows(sheet, slice, whole),
    }
}
