//! `adjoin.samr.*`: the Security Account Manager, [MS-SAMR].

use super::Base::{Dec, Hex};
use super::Kind::{Flag, Group, Text, Uint};
use super::sheet::Sheet;
use super::{Stub, family};
use adjoin_wire::{Partial, Span, Spanned};
use samr_proto::samr::{Opnum, Request, Response, SupportedFeatures, UserAccount, UserInformationClass};

family! {
    HEADING = "adjoin.samr", "SAMR", Group, "Call to the account database or its answer";
    OPNUM = "adjoin.samr.opnum", "Operation", Uint(16, Dec), "Operation number; 50 is SamrCreateUser2InDomain";
    SERVER = "adjoin.samr.server", "Server", Text, "The server that the client means";
    ACCESS = "adjoin.samr.access", "Desired access", Uint(32, Hex), "What the client wants to do with the object that it opens";
    GRANTED = "adjoin.samr.granted_access", "Granted access", Uint(32, Hex), "What the client may do with the new account";
    REVISION = "adjoin.samr.revision", "Revision", Uint(32, Dec), "Revision of the protocol";
    FEATURES = "adjoin.samr.features", "Supported features", Uint(32, Hex), "What the sender can do beyond the revision ([MS-SAMR] 2.2.7.15)";
    FEATURE_RID_TO_SID = "adjoin.samr.features.rid_to_sid_required", "RID_TO_SID_REQUIRED", Flag(0x0000_0001), "SIDs must be asked for, not made of the domain's SID and a RID";
    FEATURE_AES = "adjoin.samr.features.aes_password_buffers", "AES_PASSWORD_BUFFERS", Flag(0x0000_0010), "Password buffers should be encrypted with AES";
    FEATURE_REUSE = "adjoin.samr.features.account_reuse_validation", "ACCOUNT_REUSE_VALIDATION", Flag(0x0000_0020), "The server answers whether an account may be reused: updates of March 2023 or later";
    FEATURE_REUSE_V2 = "adjoin.samr.features.account_reuse_validation_v2", "ACCOUNT_REUSE_VALIDATION_V2", Flag(0x0000_0040), "The same with the later rules: updates of September 2023 or later";
    DOMAIN = "adjoin.samr.domain", "Domain", Text, "NetBIOS name of the domain that is looked up";
    DOMAIN_SID = "adjoin.samr.domain_sid", "Domain SID", Text, "SID of the domain";
    COMPUTER_SID = "adjoin.samr.computer_sid", "Computer SID", Text, "SID of the computer account that is to be reused";
    ACCOUNT = "adjoin.samr.account", "Account", Text, "Name of the account; a computer's ends with $";
    RID = "adjoin.samr.rid", "RID", Uint(32, Dec), "Relative identifier of the account; 0 when there is none";
    NAME_USE = "adjoin.samr.name_use", "Name use", Uint(32, Dec), "Kind of the name that was looked up; 1 is an account, 8 is unknown";
    INFORMATION_CLASS = "adjoin.samr.information_class", "Information class", Uint(16, Dec), "Which information about the account is asked for or set";
    CONTROL = "adjoin.samr.account_control", "Account control", Uint(32, Hex), "Kind and state of the account ([MS-SAMR] 2.2.1.12); not the bits of the attribute userAccountControl";
    CONTROL_DISABLED = "adjoin.samr.account_control.account_disabled", "ACCOUNT_DISABLED", Flag(0x0000_0001), "The account is disabled";
    CONTROL_HOME_DIRECTORY = "adjoin.samr.account_control.home_directory_required", "HOME_DIRECTORY_REQUIRED", Flag(0x0000_0002), "Needs a home directory";
    CONTROL_NO_PASSWORD = "adjoin.samr.account_control.password_not_required", "PASSWORD_NOT_REQUIRED", Flag(0x0000_0004), "Needs no password";
    CONTROL_TEMP_DUPLICATE = "adjoin.samr.account_control.temp_duplicate_account", "TEMP_DUPLICATE_ACCOUNT", Flag(0x0000_0008), "A local account for a user of another domain";
    CONTROL_NORMAL = "adjoin.samr.account_control.normal_account", "NORMAL_ACCOUNT", Flag(0x0000_0010), "A person's account";
    CONTROL_MNS = "adjoin.samr.account_control.mns_logon_account", "MNS_LOGON_ACCOUNT", Flag(0x0000_0020), "Not used";
    CONTROL_TRUST = "adjoin.samr.account_control.interdomain_trust_account", "INTERDOMAIN_TRUST_ACCOUNT", Flag(0x0000_0040), "A trust between domains";
    CONTROL_WORKSTATION = "adjoin.samr.account_control.workstation_trust_account", "WORKSTATION_TRUST_ACCOUNT", Flag(0x0000_0080), "A member computer: what a join creates";
    CONTROL_SERVER = "adjoin.samr.account_control.server_trust_account", "SERVER_TRUST_ACCOUNT", Flag(0x0000_0100), "A domain controller";
    CONTROL_NO_EXPIRY = "adjoin.samr.account_control.dont_expire_password", "DONT_EXPIRE_PASSWORD", Flag(0x0000_0200), "The password never expires";
    CONTROL_LOCKED = "adjoin.samr.account_control.account_auto_locked", "ACCOUNT_AUTO_LOCKED", Flag(0x0000_0400), "Locked out after wrong passwords";
    CONTROL_REVERSIBLE = "adjoin.samr.account_control.encrypted_text_password_allowed", "ENCRYPTED_TEXT_PASSWORD_ALLOWED", Flag(0x0000_0800), "The password is stored so that it can be read";
    CONTROL_SMARTCARD = "adjoin.samr.account_control.smartcard_required", "SMARTCARD_REQUIRED", Flag(0x0000_1000), "Needs a smart card";
    CONTROL_DELEGATION = "adjoin.samr.account_control.trusted_for_delegation", "TRUSTED_FOR_DELEGATION", Flag(0x0000_2000), "May delegate to any service";
    CONTROL_NOT_DELEGATED = "adjoin.samr.account_control.not_delegated", "NOT_DELEGATED", Flag(0x0000_4000), "May not be delegated";
    CONTROL_DES_ONLY = "adjoin.samr.account_control.use_des_key_only", "USE_DES_KEY_ONLY", Flag(0x0000_8000), "Kerberos keys of DES only";
    CONTROL_NO_PREAUTH = "adjoin.samr.account_control.dont_require_preauth", "DONT_REQUIRE_PREAUTH", Flag(0x0001_0000), "Needs no Kerberos pre-authentication";
    CONTROL_EXPIRED = "adjoin.samr.account_control.password_expired", "PASSWORD_EXPIRED", Flag(0x0002_0000), "The password has expired";
    CONTROL_PROTOCOL_TRANSITION = "adjoin.samr.account_control.trusted_to_authenticate_for_delegation", "TRUSTED_TO_AUTHENTICATE_FOR_DELEGATION", Flag(0x0004_0000), "May delegate after another protocol's authentication";
    CONTROL_NO_PAC = "adjoin.samr.account_control.no_auth_data_required", "NO_AUTH_DATA_REQUIRED", Flag(0x0008_0000), "Its service tickets carry no PAC";
    CONTROL_RODC = "adjoin.samr.account_control.partial_secrets_account", "PARTIAL_SECRETS_ACCOUNT", Flag(0x0010_0000), "A read-only domain controller";
    CONTROL_AES = "adjoin.samr.account_control.use_aes_keys", "USE_AES_KEYS", Flag(0x0020_0000), "Kerberos keys of AES; not used";
    REUSE = "adjoin.samr.reuse_allowed", "Reuse allowed", Flag(0x0000_0001), "The policy lets the caller reuse the account";
    STATUS = "adjoin.samr.status", "Status", Uint(32, Hex), "What the call returned, an NTSTATUS";
}

/// Most names of a lookup, [MS-SAMR] 3.1.5.11.2.
const MAX_NAMES: usize = 1000;

/// Rights to the server, a domain and a user, [MS-SAMR] 2.2.1.4 to 2.2.1.7, by their bits from 0.
const SERVER_RIGHTS: &[&str] =
    &["CONNECT", "SHUTDOWN", "INITIALIZE", "CREATE_DOMAIN", "ENUMERATE_DOMAINS", "LOOKUP_DOMAIN"];
const DOMAIN_RIGHTS: &[&str] = &[
    "READ_PASSWORD_PARAMETERS",
    "WRITE_PASSWORD_PARAMS",
    "READ_OTHER_PARAMETERS",
    "WRITE_OTHER_PARAMETERS",
    "CREATE_USER",
    "CREATE_GROUP",
    "CREATE_ALIAS",
    "GET_ALIAS_MEMBERSHIP",
    "LIST_ACCOUNTS",
    "LOOKUP",
    "ADMINISTER_SERVER",
];
const USER_RIGHTS: &[&str] = &[
    "READ_GENERAL",
    "READ_PREFERENCES",
    "WRITE_PREFERENCES",
    "READ_LOGON",
    "READ_ACCOUNT",
    "WRITE_ACCOUNT",
    "CHANGE_PASSWORD",
    "FORCE_PASSWORD_CHANGE",
    "LIST_GROUPS",
    "READ_GROUP_INFORMATION",
    "WRITE_GROUP_INFORMATION",
];

/// The stub of a call or of its answer.
pub(crate) fn rows(sheet: &mut Sheet<'_>, bytes: &[u8], whole: Span, stub: Stub) {
    let opnum = Opnum(stub.opnum);
    sheet.call([HEADING, OPNUM], whole, stub);
    let error = if stub.response {
        let Partial { value: answer, error } = Response::parse_partial(opnum, bytes, stub.encoding);
        response(sheet, &answer);
        if let Some(status) = answer.status() {
            sheet.nt_status(1, STATUS, status);
        }
        error
    } else {
        let Partial { value: call, error } = Request::parse_partial(opnum, bytes, stub.encoding);
        request(sheet, opnum, &call);
        error
    };
    sheet.stopped(1, error);
}

fn request(sheet: &mut Sheet<'_>, opnum: Opnum, call: &Request<'_>) {
    match call {
        Request::Connect(m) => {
            // The oldest form has room for one character, which is no name.
            if opnum != Opnum::SAMR_CONNECT {
                sheet.text_if(1, SERVER, m.server_name.as_ref());
            }
            sheet.access(1, ACCESS, m.desired_access, SERVER_RIGHTS);
            if let Some(revision) = &m.revision {
                sheet.uint(1, REVISION, revision);
            }
            features(sheet, m.supported_features);
        }
        Request::LookupDomain(m) => sheet.text_if(1, DOMAIN, m.name.as_ref()),
        Request::OpenDomain(m) => {
            sheet.access(1, ACCESS, m.desired_access, DOMAIN_RIGHTS);
            sheet.text(1, DOMAIN_SID, &m.domain_id);
        }
        Request::CreateUser(m) => {
            sheet.text_if(1, ACCOUNT, m.name.as_ref());
            control(sheet, m.account_type);
            sheet.access(1, ACCESS, m.desired_access, USER_RIGHTS);
        }
        Request::LookupNames(m) => {
            for name in m.names.iter().map_while(Result::ok).flatten().take(MAX_NAMES) {
                sheet.text(1, ACCOUNT, &name);
            }
        }
        Request::OpenUser(m) => {
            sheet.access(1, ACCESS, m.desired_access, USER_RIGHTS);
            sheet.uint(1, RID, &m.user_id);
        }
        Request::SetInformationUser(m) => {
            class(sheet, m.information_class);
            control(sheet, m.user_account_control);
        }
        Request::QueryInformationUser(m) => class(sheet, m.information_class),
        Request::ValidateReuse(m) => sheet.text(1, COMPUTER_SID, &m.computer_sid),
        _ => {}
    }
}

fn response(sheet: &mut Sheet<'_>, answer: &Response<'_>) {
    match answer {
        Response::Connect(m) => {
            if let Some(revision) = &m.revision {
                sheet.uint(1, REVISION, revision);
            }
            features(sheet, m.supported_features);
        }
        Response::LookupDomain(m) => sheet.text_if(1, DOMAIN_SID, m.domain_id.as_ref()),
        Response::CreateUser(m) => {
            if let Some(granted) = m.granted_access {
                sheet.access(1, GRANTED, granted, USER_RIGHTS);
            }
            sheet.uint(1, RID, &m.relative_id);
        }
        Response::LookupNames(m) => {
            for rid in m.relative_ids.iter().take(MAX_NAMES) {
                sheet.uint(1, RID, &rid);
            }
            for kind in m.uses.iter().take(MAX_NAMES) {
                sheet.uint(1, NAME_USE, &kind);
            }
        }
        Response::QueryInformationUser(m) => {
            if let Some(field) = m.information_class {
                class(sheet, field);
            }
            control(sheet, m.user_account_control);
        }
        Response::ValidateReuse(m) => sheet.flag(1, REUSE, m.result.span, m.result.value.into()),
        _ => {}
    }
}

fn features(sheet: &mut Sheet<'_>, field: Option<Spanned<SupportedFeatures>>) {
    if let Some(field) = field {
        let bits = FEATURE_RID_TO_SID.0..=FEATURE_REUSE_V2.0;
        sheet.word(1, FEATURES, field.map(|features| features.bits()), &field.to_string(), bits);
    }
}

fn control(sheet: &mut Sheet<'_>, field: Option<Spanned<UserAccount>>) {
    if let Some(field) = field {
        let bits = CONTROL_DISABLED.0..=CONTROL_AES.0;
        sheet.word(1, CONTROL, field.map(|account| account.bits()), &field.to_string(), bits);
    }
}

fn class(sheet: &mut Sheet<'_>, field: Spanned<UserInformationClass>) {
    let number = field.value.0;
    sheet.named(1, INFORMATION_CLASS, field.span, number.into(), format!("{} ({number})", field.value));
}
