//! Tickets.

use crate::principal::string;
use crate::sequence::{Element, application, tagged};
use crate::{EncryptedData, PrincipalName};
use adjoin_wire::ber::{Reader, Tag, Tlv};
use adjoin_wire::{Span, Spanned, Text, WireError};

/// Ticket (RFC 4120 5.3).
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Ticket<'a> {
    /// The whole ticket, as far as the input has it.
    pub span: Span,
    /// `tkt-vno`: 5.
    pub tkt_vno: Spanned<i32>,
    /// `realm`: that of the service.
    pub realm: Spanned<Text<'a>>,
    /// `sname`: the service that the ticket is for.
    pub sname: PrincipalName<'a>,
    /// `enc-part`, under the service's key.
    pub enc_part: EncryptedData<'a>,
}

impl<'a> Ticket<'a> {
    /// The identifier of `[APPLICATION 1]`.
    pub(crate) const TAG: Tag = Tag::application(1);

    // Ticket ::= [APPLICATION 1] SEQUENCE {
    //     tkt-vno  [0] INTEGER (5),
    //     realm    [1] Realm,
    //     sname    [2] PrincipalName,
    //     enc-part [3] EncryptedData }
    fn read(&mut self, element: &Tlv<'a>) -> Result<(), WireError> {
        self.span = element.span();
        let mut reader = application(element, "Ticket")?;
        self.tkt_vno = tagged(&mut reader, 0, Tag::INTEGER, "tkt-vno")?.int32("tkt-vno")?;
        self.realm = string(&mut reader, 1, "realm")?;
        self.sname.tagged(&mut reader, 2, "sname")?;
        self.enc_part.tagged(&mut reader, 3, "enc-part")?;
        reader.finish("Ticket")
    }

    /// `[n] Ticket`.
    #[inline(always)]
    pub(crate) fn tagged(
        &mut self,
        reader: &mut Reader<'a>,
        n: u8,
        field: &'static str,
    ) -> Result<(), WireError> {
        self.read(&tagged(reader, n, Self::TAG, field)?)
    }
}

impl<'a> Element<'a> for Ticket<'a> {
    const FIELD: &'static str = "Ticket";

    fn read(reader: &mut Reader<'a>) -> Result<Self, WireError> {
        let mut ticket = Self::default();
        Self::read(&mut ticket, &reader.expect(Self::TAG, Self::FIELD)?)?;
        Ok(ticket)
    }
}
