//! The shapes of leaf values in serialised messages: see `adjoin_wire::serialize`.

use crate::{
    AdErrorClass, Attributes, ChangeOperation, Changes, Controls, DerefAliases, Filter, LogonSubCode, Octets,
    ResultCode, Scope,
};

adjoin_wire::serialize! {
    text: Filter<'_>, LogonSubCode;
    named: ChangeOperation, DerefAliases, ResultCode, Scope;
    list: Attributes<'_>, Changes<'_>, Controls<'_>, Octets<'_>;
    value: AdErrorClass;
}
