//! The shapes of leaf values in serialised messages: see `adjoin_wire::serialize`.

use crate::{
    AuthLevel, AuthType, BindTimeFeatures, ContextHandle, ContextResult, Contexts, Drep, FaultFlags,
    FaultStatus, PduType, PfcFlags, ProviderReason, RejectReason, Results, SyntaxId, TransferSyntaxes,
    WideText,
};

adjoin_wire::serialize! {
    text: Drep, SyntaxId, WideText<'_>;
    named: AuthLevel, AuthType, ContextResult, FaultStatus, PduType, ProviderReason, RejectReason;
    flags: BindTimeFeatures, FaultFlags, PfcFlags;
    list: Contexts<'_>, Results<'_>, TransferSyntaxes<'_>;
    value: ContextHandle;
}
