//! The shapes of leaf values in serialised messages: see `adjoin_wire::serialize`.

use crate::lsarpc::{self, PolicyInformationClass};
use crate::samr::{self, SupportedFeatures, Ulongs, UserAccount, UserInformationClass};
use crate::{Names, RpcSid};

adjoin_wire::serialize! {
    text: RpcSid<'_>;
    named: lsarpc::Opnum, PolicyInformationClass, samr::Opnum, UserInformationClass;
    flags: SupportedFeatures, UserAccount;
    list: Names<'_>, Ulongs<'_>;
}
