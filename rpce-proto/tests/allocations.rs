//! Reading allocates nothing.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use allocation_counter::measure;
#[test]
fn a_bind_and_its_contexts() {
    use rpce_proto::{Body, OfferedContext, Pdu, PduType, PduWriter, SyntaxId};
    let syntaxes = [SyntaxId::NDR, SyntaxId::NDR64];
    let context =
        OfferedContext { p_cont_id: 0, abstract_syntax: SyntaxId::NDR, transfer_syntaxes: &syntaxes };
    let bytes = PduWriter::default().bind(PduType::BIND, 0, &[context; 3]).unwrap();
    let cost = measure(|| {
        let Body::Bind(bind) = Pdu::parse(&bytes).unwrap().body else { return };
        let syntaxes = bind.contexts.iter().flatten().flat_map(|c| c.transfer_syntaxes.iter());
        assert_eq!(syntaxes.count(), 6);
    });
    assert_eq!(cost.count_total, 0);
}
