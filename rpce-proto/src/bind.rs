//! `bind`, `alter_context`, their answers, and `bind_nak`.

use adjoin_wire::{Cursor, Span, Spanned, Text, WireError, open_enum};

use crate::{BindTimeFeatures, ByteOrder, SyntaxId};

/// Body of `bind` and `alter_context`, C706 12.6.4.3 and 12.6.4.1.
///
/// ```text
/// u_int16 max_xmit_frag; u_int16 max_recv_frag; u_int32 assoc_group_id;
/// p_cont_list_t p_context_elem;
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Bind<'a> {
    /// Longest fragment the client sends, octets.
    pub max_xmit_frag: Spanned<u16>,
    /// Longest fragment the client receives, octets.
    pub max_recv_frag: Spanned<u16>,
    /// Association group to join; 0 asks for a new one.
    pub assoc_group_id: Spanned<u32>,
    /// The offered presentation contexts.
    pub contexts: Contexts<'a>,
}

impl<'a> Bind<'a> {
    pub(crate) fn read(&mut self, c: &mut Cursor<'a>, order: ByteOrder) -> Result<(), WireError> {
        self.max_xmit_frag = order.u16(c, "max_xmit_frag")?;
        self.max_recv_frag = order.u16(c, "max_recv_frag")?;
        self.assoc_group_id = order.u32(c, "assoc_group_id")?;
        let count = c.u8("n_context_elem")?;
        self.contexts.count = count;
        c.skip(3, "reserved")?;
        self.contexts = Contexts { count, order, start: *c, span: c.span() };
        for _ in 0..*count {
            PresentationContext::read(c, order)?;
        }
        self.contexts.span.end = c.offset();
        Ok(())
    }
}

/// The presentation contexts of a [`Bind`]: `p_cont_list_t`, C706 12.6.3.1.
#[derive(Clone, Copy, Debug, Default)]
pub struct Contexts<'a> {
    /// `n_context_elem`: how many there should be.
    pub count: Spanned<u8>,
    /// All of them.
    pub span: Span,
    order: ByteOrder,
    start: Cursor<'a>,
}

impl<'a> Contexts<'a> {
    /// The contexts in order; ends after the first error.
    #[must_use]
    pub fn iter(&self) -> ContextIter<'a> {
        ContextIter { cursor: self.start, order: self.order, left: *self.count }
    }
}

impl<'a> IntoIterator for &Contexts<'a> {
    type Item = Result<PresentationContext<'a>, WireError>;
    type IntoIter = ContextIter<'a>;

    fn into_iter(self) -> ContextIter<'a> {
        self.iter()
    }
}

/// See [`Contexts::iter`].
#[derive(Clone, Debug)]
pub struct ContextIter<'a> {
    cursor: Cursor<'a>,
    order: ByteOrder,
    left: u8,
}

impl<'a> Iterator for ContextIter<'a> {
    type Item = Result<PresentationContext<'a>, WireError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let item = PresentationContext::read(&mut self.cursor, self.order);
        if item.is_err() {
            self.left = 0;
        }
        Some(item)
    }
}

impl core::iter::FusedIterator for ContextIter<'_> {}

/// `p_cont_elem_t`, C706 12.6.3.1: one interface in the encodings the client can do.
///
/// ```text
/// u_int16 p_cont_id; u_int8 n_transfer_syn; u_int8 reserved;
/// p_syntax_id_t abstract_syntax; p_syntax_id_t transfer_syntaxes[n_transfer_syn];
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct PresentationContext<'a> {
    /// The number by which requests refer to this context.
    pub p_cont_id: Spanned<u16>,
    /// The interface.
    pub abstract_syntax: Spanned<SyntaxId>,
    /// The encodings.
    pub transfer_syntaxes: TransferSyntaxes<'a>,
    /// All octets of the element.
    pub span: Span,
}

impl<'a> PresentationContext<'a> {
    fn read(c: &mut Cursor<'a>, order: ByteOrder) -> Result<Self, WireError> {
        let p_cont_id = order.u16(c, "p_cont_id")?;
        let count = c.u8("n_transfer_syn")?;
        c.skip(1, "reserved")?;
        let abstract_syntax = SyntaxId::read(c, order, "abstract_syntax")?;
        let start = *c;
        for _ in 0..*count {
            SyntaxId::read(c, order, "transfer_syntaxes")?;
        }
        let span = Span::new(p_cont_id.span.start, c.offset());
        let transfer_syntaxes = TransferSyntaxes { count, order, start };
        Ok(Self { p_cont_id, abstract_syntax, transfer_syntaxes, span })
    }

    /// What the client offers when the only transfer syntax is feature negotiation.
    #[must_use]
    pub fn features(&self) -> Option<BindTimeFeatures> {
        match self.transfer_syntaxes.iter().next()?.transfer_syntax() {
            crate::TransferSyntax::BindTimeFeatures(features) => Some(features),
            _ => None,
        }
    }
}

/// The transfer syntaxes of a [`PresentationContext`], C706 12.6.3.1.
#[derive(Clone, Copy, Debug, Default)]
pub struct TransferSyntaxes<'a> {
    /// `n_transfer_syn`.
    pub count: Spanned<u8>,
    order: ByteOrder,
    start: Cursor<'a>,
}

impl<'a> TransferSyntaxes<'a> {
    /// The syntaxes in the client's order of preference.
    pub fn iter(&self) -> impl Iterator<Item = Spanned<SyntaxId>> + Clone + use<'a> {
        let Self { count, order, start } = *self;
        let mut cursor = start;
        // They were all there when the context was read, so no error is lost.
        (0..*count).map_while(move |_| SyntaxId::read(&mut cursor, order, "transfer_syntaxes").ok())
    }
}

open_enum! {
    /// `p_cont_def_result_t`, C706 12.6.3.1 and [MS-RPCE] 2.2.2.4.
    pub struct ContextResult(u16, "{:#06x}", ALL);
    /// Accepted.
    ACCEPTANCE = 0, "acceptance";
    /// Refused by the user of the provider.
    USER_REJECTION = 1, "user_rejection";
    /// Refused by the provider. A server that prefers NDR64 refuses NDR so: no failure.
    PROVIDER_REJECTION = 2, "provider_rejection";
    /// Answer to feature negotiation: the reason field holds feature bits. No rejection.
    NEGOTIATE_ACK = 3, "negotiate_ack";
}

open_enum! {
    /// `p_provider_reason_t`, C706 12.6.3.1: why a context was refused.
    pub struct ProviderReason(u16, "{:#06x}", ALL);
    /// Not said.
    REASON_NOT_SPECIFIED = 0, "reason_not_specified";
    /// The server doesn't have the interface in that version.
    ABSTRACT_SYNTAX_NOT_SUPPORTED = 1, "abstract_syntax_not_supported";
    /// The server takes another encoding, often from another context of the same bind.
    PROPOSED_TRANSFER_SYNTAXES_NOT_SUPPORTED = 2, "proposed_transfer_syntaxes_not_supported";
    /// Too many contexts.
    LOCAL_LIMIT_EXCEEDED = 3, "local_limit_exceeded";
}

/// `p_result_t`, C706 12.6.3.1: the answer to one presentation context.
///
/// ```text
/// p_cont_def_result_t result; p_provider_reason_t reason; p_syntax_id_t transfer_syntax;
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ContextAnswer {
    /// Accepted, refused, or feature bits.
    pub result: Spanned<ContextResult>,
    /// The reason field as it stands: see [`ContextAnswer::reason`] and
    /// [`ContextAnswer::features`] for its two meanings.
    pub reason_field: Spanned<u16>,
    /// The chosen encoding; nil unless accepted.
    pub transfer_syntax: Spanned<SyntaxId>,
    /// All octets of the element.
    pub span: Span,
}

impl ContextAnswer {
    fn read(c: &mut Cursor<'_>, order: ByteOrder) -> Result<Self, WireError> {
        let result = order.u16(c, "result")?.map(ContextResult);
        let reason_field = order.u16(c, "reason")?;
        let transfer_syntax = SyntaxId::read(c, order, "transfer_syntax")?;
        let span = result.span.to(transfer_syntax.span);
        Ok(Self { result, reason_field, transfer_syntax, span })
    }

    /// True when the context can be used.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        *self.result == ContextResult::ACCEPTANCE
    }

    /// True when the server refused the context. `negotiate_ack` is no refusal.
    #[must_use]
    pub fn is_rejected(&self) -> bool {
        !matches!(*self.result, ContextResult::ACCEPTANCE | ContextResult::NEGOTIATE_ACK)
    }

    /// Why the context was refused, if it was.
    #[must_use]
    pub fn reason(&self) -> Option<Spanned<ProviderReason>> {
        self.is_rejected().then(|| self.reason_field.map(ProviderReason))
    }

    /// The features that the server accepted, if this answers feature negotiation.
    #[must_use]
    pub fn features(&self) -> Option<Spanned<BindTimeFeatures>> {
        (*self.result == ContextResult::NEGOTIATE_ACK)
            .then(|| self.reason_field.map(|bits| BindTimeFeatures::from_bits_retain(u64::from(bits))))
    }
}

/// Body of `bind_ack` and `alter_context_resp`, C706 12.6.4.4 and 12.6.4.2.
///
/// ```text
/// u_int16 max_xmit_frag; u_int16 max_recv_frag; u_int32 assoc_group_id;
/// port_any_t sec_addr; u_int8 pad2[0..3]; p_result_list_t p_result_list;
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct BindAck<'a> {
    /// Longest fragment the server sends, octets.
    pub max_xmit_frag: Spanned<u16>,
    /// Longest fragment the server receives, octets.
    pub max_recv_frag: Spanned<u16>,
    /// The association group.
    pub assoc_group_id: Spanned<u32>,
    /// Octets of `sec_addr`, its NUL included.
    pub sec_addr_length: Spanned<u16>,
    /// Secondary address without its NUL: a port in digits or a pipe name. Empty in
    /// `alter_context_resp`.
    pub sec_addr: Spanned<Text<'a>>,
    /// One answer for each offered context.
    pub results: Results<'a>,
}

impl<'a> BindAck<'a> {
    pub(crate) fn read(&mut self, c: &mut Cursor<'a>, order: ByteOrder) -> Result<(), WireError> {
        self.max_xmit_frag = order.u16(c, "max_xmit_frag")?;
        self.max_recv_frag = order.u16(c, "max_recv_frag")?;
        self.assoc_group_id = order.u32(c, "assoc_group_id")?;
        self.sec_addr_length = order.u16(c, "sec_addr.length")?;
        let port = c.bytes(usize::from(*self.sec_addr_length), "sec_addr.port_spec")?;
        self.sec_addr = port.map(|b| Text::new(b.strip_suffix(&[0]).unwrap_or(b)));
        // Alignment counts from the start of the PDU, which is where a PDU's cursor starts.
        c.align(4, 0, "pad2")?;
        let count = c.u8("n_results")?;
        self.results.count = count;
        c.skip(3, "reserved")?;
        self.results = Results { count, order, start: *c, span: c.span() };
        for _ in 0..*count {
            ContextAnswer::read(c, order)?;
        }
        self.results.span.end = c.offset();
        Ok(())
    }
}

/// The answers of a [`BindAck`], `p_result_list_t` of C706 12.6.3.1, in the order of the contexts of its [`Bind`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Results<'a> {
    /// `n_results`: how many there should be.
    pub count: Spanned<u8>,
    /// All of them.
    pub span: Span,
    order: ByteOrder,
    start: Cursor<'a>,
}

impl<'a> Results<'a> {
    /// The answers in order; ends after the first error.
    #[must_use]
    pub fn iter(&self) -> ResultIter<'a> {
        ResultIter { cursor: self.start, order: self.order, left: *self.count }
    }
}

impl<'a> IntoIterator for &Results<'a> {
    type Item = Result<ContextAnswer, WireError>;
    type IntoIter = ResultIter<'a>;

    fn into_iter(self) -> ResultIter<'a> {
        self.iter()
    }
}

/// See [`Results::iter`].
#[derive(Clone, Debug)]
pub struct ResultIter<'a> {
    cursor: Cursor<'a>,
    order: ByteOrder,
    left: u8,
}

impl Iterator for ResultIter<'_> {
    type Item = Result<ContextAnswer, WireError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let item = ContextAnswer::read(&mut self.cursor, self.order);
        if item.is_err() {
            self.left = 0;
        }
        Some(item)
    }
}

impl core::iter::FusedIterator for ResultIter<'_> {}

/// Each offered context beside its answer: which context ids a connection may use, and in which
/// encoding. Undecodable elements end the list.
pub fn negotiated<'a>(
    offer: &Bind<'a>,
    answer: &BindAck<'a>,
) -> impl Iterator<Item = (PresentationContext<'a>, ContextAnswer)> + use<'a> {
    offer.contexts.iter().zip(answer.results.iter()).map_while(|(c, r)| Some((c.ok()?, r.ok()?)))
}

open_enum! {
    /// `provider_reject_reason` of `bind_nak`, C706 12.6.3.1 and [MS-RPCE] 2.2.2.5.
    pub struct RejectReason(u16, "{:#06x}", ALL);
    /// Not said.
    REASON_NOT_SPECIFIED = 0, "reason_not_specified";
    /// Try again.
    TEMPORARY_CONGESTION = 1, "temporary_congestion";
    /// No more associations.
    LOCAL_LIMIT_EXCEEDED = 2, "local_limit_exceeded";
    /// Not used.
    CALLED_PADDR_UNKNOWN = 3, "called_paddr_unknown";
    /// The version of the protocol.
    PROTOCOL_VERSION_NOT_SUPPORTED = 4, "protocol_version_not_supported";
    /// Not used.
    DEFAULT_CONTEXT_NOT_SUPPORTED = 5, "default_context_not_supported";
    /// Not used.
    USER_DATA_NOT_READABLE = 6, "user_data_not_readable";
    /// Not used.
    NO_PSAP_AVAILABLE = 7, "no_psap_available";
    /// The security provider is not known.
    AUTHENTICATION_TYPE_NOT_RECOGNIZED = 8, "authentication_type_not_recognized";
    /// The security token is wrong.
    INVALID_CHECKSUM = 9, "invalid_checksum";
}

/// Body of `bind_nak`, C706 12.6.4.5: the association is refused.
///
/// ```text
/// p_reject_reason_t provider_reject_reason;
/// u_int8 n_protocols; version_t p_protocols[n_protocols];
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct BindNak<'a> {
    /// Why.
    pub provider_reject_reason: Spanned<RejectReason>,
    /// How many versions follow; absent when the PDU ends behind the reason.
    pub n_protocols: Option<Spanned<u8>>,
    /// `major, minor` of each version that the server speaks.
    pub versions: Spanned<&'a [u8]>,
    /// Padding, a signature UUID and extended error information, [MS-RPCE] 2.2.2.9.
    pub extended: Option<Spanned<&'a [u8]>>,
}

impl<'a> BindNak<'a> {
    pub(crate) fn read(&mut self, c: &mut Cursor<'a>, order: ByteOrder) -> Result<(), WireError> {
        self.provider_reject_reason = order.u16(c, "provider_reject_reason")?.map(RejectReason);
        if c.is_empty() && c.clipped() == 0 {
            return Ok(());
        }
        let count = c.u8("n_protocols")?;
        self.n_protocols = Some(count);
        self.versions = c.bytes(usize::from(*count).saturating_mul(2), "p_protocols")?;
        if !c.is_empty() {
            self.extended = Some(c.take_rest());
        }
        Ok(())
    }

    /// The versions as `(major, minor)`.
    pub fn versions(&self) -> impl Iterator<Item = (u8, u8)> + use<'a> {
        self.versions.value.chunks_exact(2).filter_map(|pair| match pair {
            [major, minor] => Some((*major, *minor)),
            _ => None,
        })
    }
}
