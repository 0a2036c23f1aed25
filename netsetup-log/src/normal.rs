//! Lines that look like errors, and why most of them are none.

use crate::lines::{Line, LineKind, Log};
use crate::passes::{Notice, Operation, OperationKind};
use crate::status::Status;

const NEW_ACCOUNT: &str =
    "Before the first join no domain controller knows the account; Windows asks again without it.";
pub(crate) const FIRST_PASS: &str =
    "This pass may not create the account; the pass right after it may, and decides.";
const NOT_YET: &str = "The account is not there yet; this pass may create it.";
const RESTART: &str = "The join is done and only the restart is left.";
const TRUE: &str = "The number is a truth value: 1 says that it worked.";
const NO_SETTING: &str = "No such setting in the registry: the default is used.";
const NO_STATE: &str = "There was nothing left over from an earlier installation to delete.";
const NO_KEY: &str = "The account had no key that would have to be removed.";
const IN_GROUP: &str = "The domain's group is a member already.";
const NOT_ENTRA: &str = "The machine is not joined to Entra ID, as it must be for this.";

const SURVIVED: &str = "This pass went on and ended well.";

/// Fills [`Operation::notices`]. `followed`: a pass that may create the account comes next.
pub(crate) fn explain(log: &Log, operation: &mut Operation<'_>, followed: bool) {
    let well = |status: &Status| status.is_success() || status.code == 0xa99;
    let joined = operation.kind == OperationKind::Join && operation.status.as_ref().is_some_and(well);
    for number in operation.first..=operation.last {
        let Some(line) = log.line(number) else { continue };
        if line.kind != LineKind::Entry {
            continue;
        }
        let status = line.status();
        let error = status.as_ref().is_some_and(|status| !status.is_success());
        let survived = error && joined;
        let normal = reason(line, operation, followed).or(if survived { Some(SURVIVED) } else { None });
        if error || normal.is_some() {
            operation.notices.push(Notice { line: number, status, normal });
        }
    }
}

fn reason(line: Line<'_>, operation: &Operation<'_>, followed: bool) -> Option<&'static str> {
    let says = |words: &str| line.text.contains(words);
    let function = line.function().unwrap_or_default();
    let status = line.status();
    let code = status.as_ref().map_or(0, |status| status.code);
    let creates = operation.options.is_some_and(crate::Options::creates_account);
    match (function, code) {
        ("NetpDsGetDcName", 0x525) if says("having account") => Some(NEW_ACCOUNT),
        (_, 0x534) if followed => Some(FIRST_PASS),
        ("NetpGetComputerObjectDn", 0) if says("Account does not exist") => {
            if followed {
                Some(FIRST_PASS)
            } else if creates || operation.kind == OperationKind::Provision {
                Some(NOT_YET)
            } else {
                None
            }
        }
        ("NetpGetADObjectOwnerAttributes", 0x2030) => Some(NOT_YET),
        ("NetpCheckIfAccountShouldBeReused", 0x2030) if says("fReuseAllowed: TRUE") => Some(NOT_YET),
        (_, 0xa99) => Some(RESTART),
        (_, 1) if says("SetComputerNameEx()") => Some(TRUE),
        ("NetpLoadParameters", 0x2) => Some(NO_SETTING),
        (_, 0x2) if says("delete OP state key") => Some(NO_STATE),
        ("NetpDeleteMachineAccountKey", 0) if says("was not found") => Some(NO_KEY),
        (_, 0x562) => Some(IN_GROUP),
        (_, 0) if says("DsrIsDeviceJoined") && says("returned false") => Some(NOT_ENTRA),
        _ => None,
    }
}
