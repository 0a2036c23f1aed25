//! Requests to the KDC.

use crate::message::{application_type, constructors};
use crate::padata::PaData;
use crate::principal::string;
use crate::sequence::{Element, SequenceOf, application, flags, tagged, tagged_optional};
use crate::{EncryptedData, Etype, KdcOptions, KerberosTime, MessageType, PaType, PrincipalName, Ticket};
use adjoin_wire::ber::{Reader, Tag, Tlv};
use adjoin_wire::{Partial, Spanned, Text, WireError};
use core::fmt;

/// AS-REQ or TGS-REQ (KDC-REQ, RFC 4120 5.4.1).
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct KdcReq<'a> {
    /// Which of the two, by the application tag.
    pub application: Spanned<MessageType>,
    /// `pvno`: 5.
    pub pvno: Spanned<i32>,
    /// `msg-type`.
    pub msg_type: Spanned<MessageType>,
    /// `padata`. A TGS-REQ has its TGT in here: [`KdcReq::ap_req`].
    pub padata: Option<SequenceOf<'a, PaData<'a>>>,
    /// `req-body`.
    pub req_body: KdcReqBody<'a>,
}

/// KDC-REQ-BODY (RFC 4120 5.4.1).
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct KdcReqBody<'a> {
    /// `kdc-options`.
    pub kdc_options: Spanned<KdcOptions>,
    /// `cname`: the client, in an AS-REQ.
    pub cname: Option<PrincipalName<'a>>,
    /// `realm`: the server's, and in an AS-REQ the client's too.
    pub realm: Spanned<Text<'a>>,
    /// `sname`: the service that a ticket is asked for.
    pub sname: Option<PrincipalName<'a>>,
    /// `from`: the wanted start of a postdated ticket.
    pub from: Option<Spanned<KerberosTime>>,
    /// `till`: the wanted end. RFC 4120 requires it; Heimdal's definition doesn't, so it may be absent.
    pub till: Option<Spanned<KerberosTime>>,
    /// `rtime`: the wanted end of renewal.
    pub rtime: Option<Spanned<KerberosTime>>,
    /// `nonce`. Some senders write it signed: it is taken as the same 32 bits.
    pub nonce: Spanned<u32>,
    /// `etype`: the encryption types that the client can use, best first.
    pub etype: SequenceOf<'a, Spanned<Etype>>,
    /// `addresses`: where the ticket is to be used from; Windows puts its NetBIOS name here.
    pub addresses: Option<SequenceOf<'a, HostAddress<'a>>>,
    /// `enc-authorization-data`.
    pub enc_authorization_data: Option<EncryptedData<'a>>,
    /// `additional-tickets`.
    pub additional_tickets: Option<SequenceOf<'a, Ticket<'a>>>,
}

constructors!(KdcReq, "KDC-REQ", AS_REQ | TGS_REQ);

impl<'a> KdcReq<'a> {
    // AS-REQ  ::= [APPLICATION 10] KDC-REQ
    // TGS-REQ ::= [APPLICATION 12] KDC-REQ
    // KDC-REQ ::= SEQUENCE {
    //     pvno     [1] INTEGER (5),
    //     msg-type [2] INTEGER,
    //     padata   [3] SEQUENCE OF PA-DATA OPTIONAL,
    //     req-body [4] KDC-REQ-BODY }
    fn read(&mut self, element: &Tlv<'a>) -> Result<(), WireError> {
        self.application = application_type(element);
        let mut reader = application(element, "KDC-REQ")?;
        self.pvno = tagged(&mut reader, 1, Tag::INTEGER, "pvno")?.int32("pvno")?;
        self.msg_type = tagged(&mut reader, 2, Tag::INTEGER, "msg-type")?.int32("msg-type")?.map(MessageType);
        if let Some(list) = tagged_optional(&mut reader, 3, Tag::SEQUENCE, "padata")? {
            self.padata.insert(SequenceOf::new(&list)?).check()?;
        }
        self.req_body.read(&tagged(&mut reader, 4, Tag::SEQUENCE, "req-body")?)?;
        reader.finish("KDC-REQ")
    }

    /// The AP-REQ in a TGS-REQ: the value of PA-TGS-REQ, as far as the input has it. The span is
    /// relative to this message.
    #[must_use]
    pub fn ap_req(&self) -> Option<Spanned<&'a [u8]>> {
        self.padata.as_ref().and_then(|list| PaData::find(list, PaType::TGS_REQ))
    }

    /// The pre-authentication data that can be read; none when there is none.
    pub fn padata(&self) -> impl Iterator<Item = PaData<'a>> + use<'a> {
        self.padata.unwrap_or_default().iter().map_while(Result::ok)
    }
}

impl<'a> KdcReqBody<'a> {
    // KDC-REQ-BODY ::= SEQUENCE {
    //     kdc-options            [0] KDCOptions,
    //     cname                  [1] PrincipalName OPTIONAL,
    //     realm                  [2] Realm,
    //     sname                  [3] PrincipalName OPTIONAL,
    //     from                   [4] KerberosTime OPTIONAL,
    //     till                   [5] KerberosTime,
    //     rtime                  [6] KerberosTime OPTIONAL,
    //     nonce                  [7] UInt32,
    //     etype                  [8] SEQUENCE OF Int32,
    //     addresses              [9] HostAddresses OPTIONAL,
    //     enc-authorization-data [10] EncryptedData OPTIONAL,
    //     additional-tickets     [11] SEQUENCE OF Ticket OPTIONAL }
    fn read(&mut self, element: &Tlv<'a>) -> Result<(), WireError> {
        let reader = &mut element.reader("KDC-REQ-BODY")?;
        self.kdc_options = flags(&tagged(reader, 0, Tag::BIT_STRING, "kdc-options")?, "kdc-options")?
            .map(KdcOptions::from_bits_retain);
        PrincipalName::optional(&mut self.cname, reader, 1, "cname")?;
        self.realm = string(reader, 2, "realm")?;
        PrincipalName::optional(&mut self.sname, reader, 3, "sname")?;
        self.from = KerberosTime::optional(reader, 4, "from")?;
        self.till = KerberosTime::optional(reader, 5, "till")?;
        self.rtime = KerberosTime::optional(reader, 6, "rtime")?;
        self.nonce = tagged(reader, 7, Tag::INTEGER, "nonce")?.uint32("nonce")?;
        self.etype = SequenceOf::new(&tagged(reader, 8, Tag::SEQUENCE, "etype")?)?;
        self.etype.check()?;
        if let Some(list) = tagged_optional(reader, 9, Tag::SEQUENCE, "addresses")? {
            self.addresses.insert(SequenceOf::new(&list)?).check()?;
        }
        EncryptedData::optional(&mut self.enc_authorization_data, reader, 10, "enc-authorization-data")?;
        if let Some(list) = tagged_optional(reader, 11, Tag::SEQUENCE, "additional-tickets")? {
            self.additional_tickets.insert(SequenceOf::new(&list)?).check()?;
        }
        reader.finish("KDC-REQ-BODY")
    }
}

impl<'a> Element<'a> for Spanned<Etype> {
    const FIELD: &'static str = "etype";

    fn read(reader: &mut Reader<'a>) -> Result<Self, WireError> {
        Ok(reader.expect(Tag::INTEGER, Self::FIELD)?.int32(Self::FIELD)?.map(Etype))
    }
}

/// HostAddress (RFC 4120 5.2.5, 7.5.3). `Display` shows IPv4, IPv6 and NetBIOS names.
#[derive(Clone, Copy, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct HostAddress<'a> {
    /// `addr-type`: 2 for IPv4, 20 for NetBIOS, 24 for IPv6.
    pub addr_type: Spanned<i32>,
    /// `address`.
    pub address: Spanned<&'a [u8]>,
}

impl<'a> Element<'a> for HostAddress<'a> {
    const FIELD: &'static str = "HostAddress";

    // HostAddress ::= SEQUENCE {
    //     addr-type [0] Int32,
    //     address   [1] OCTET STRING }
    fn read(reader: &mut Reader<'a>) -> Result<Self, WireError> {
        let mut inner = reader.expect(Tag::SEQUENCE, Self::FIELD)?.reader(Self::FIELD)?;
        let addr_type = tagged(&mut inner, 0, Tag::INTEGER, "addr-type")?.int32("addr-type")?;
        let address = tagged(&mut inner, 1, Tag::OCTET_STRING, "address")?.octets("address")?;
        inner.finish(Self::FIELD)?;
        Ok(Self { addr_type, address })
    }
}

impl fmt::Display for HostAddress<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (*self.addr_type, self.address.value) {
            (2, &[a, b, c, d]) => fmt::Display::fmt(&core::net::Ipv4Addr::new(a, b, c, d), f),
            (24, octets) if octets.len() == 16 => {
                let mut address = [0; 16];
                address.copy_from_slice(octets);
                fmt::Display::fmt(&core::net::Ipv6Addr::from(address), f)
            }
            // Fifteen characters padded with spaces, and a type octet, which can be a space too.
            (20, octets) => fmt::Display::fmt(&Text::new(octets.trim_ascii_end()), f),
            (_, octets) => octets.iter().try_for_each(|octet| write!(f, "{octet:02x}")),
        }
    }
}

impl fmt::Debug for HostAddress<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self} (type {})", self.addr_type)
    }
}
