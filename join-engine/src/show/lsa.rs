//! `adjoin.lsa.*`: the Local Security Authority, [MS-LSAD].

use super::Base::{Dec, Hex};
use super::Kind::{Group, Guid, Text, Uint};
use super::sheet::Sheet;
use super::{Stub, family};
use adjoin_wire::{Partial, Span, Spanned};
use samr_proto::lsarpc::{Opnum, PolicyInformationClass, Request, Response};

family! {
    HEADING = "adjoin.lsa", "LSA", Group, "Call to the local security authority or its answer";
    OPNUM = "adjoin.lsa.opnum", "Operation", Uint(16, Dec), "Operation number; 44 is LsarOpenPolicy2";
    SERVER = "adjoin.lsa.server", "Server", Text, "The server that the client means";
    ACCESS = "adjoin.lsa.access", "Desired access", Uint(32, Hex), "What the client wants to do with the policy";
    FEATURES = "adjoin.lsa.features", "Supported features", Uint(32, Hex), "What the sender can do, in LsarOpenPolicy3";
    INFORMATION_CLASS = "adjoin.lsa.information_class", "Information class", Uint(16, Dec), "Which part of the policy is asked for; 12 is the domain by all its names";
    NETBIOS_DOMAIN = "adjoin.lsa.netbios_domain", "NetBIOS domain", Text, "NetBIOS name of the domain";
    DOMAIN = "adjoin.lsa.domain", "Domain", Text, "DNS name of the domain; empty in a workgroup";
    FOREST = "adjoin.lsa.forest", "Forest", Text, "DNS name of the forest";
    DOMAIN_GUID = "adjoin.lsa.domain_guid", "Domain GUID", Guid, "GUID of the domain";
    DOMAIN_SID = "adjoin.lsa.domain_sid", "Domain SID", Text, "SID of the domain";
    STATUS = "adjoin.lsa.status", "Status", Uint(32, Hex), "What the call returned, an NTSTATUS";
}

/// Rights to the policy, [MS-LSAD] 2.2.1.1.2, by their bits from 0.
const POLICY_RIGHTS: &[&str] = &[
    "VIEW_LOCAL_INFORMATION",
    "VIEW_AUDIT_INFORMATION",
    "GET_PRIVATE_INFORMATION",
    "TRUST_ADMIN",
    "CREATE_ACCOUNT",
    "CREATE_SECRET",
    "CREATE_PRIVILEGE",
    "SET_DEFAULT_QUOTA_LIMITS",
    "SET_AUDIT_REQUIREMENTS",
    "AUDIT_LOG_ADMIN",
    "SERVER_ADMIN",
    "LOOKUP_NAMES",
    "NOTIFICATION",
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
        match call {
            Request::OpenPolicy(m) => {
                // The oldest form has room for one character, which is no name.
                if opnum != Opnum::LSAR_OPEN_POLICY {
                    sheet.text_if(1, SERVER, m.system_name.as_ref());
                }
                sheet.access(1, ACCESS, m.desired_access, POLICY_RIGHTS);
                features(sheet, m.supported_features.as_ref());
            }
            Request::QueryInformationPolicy(m) => class(sheet, m.information_class),
            _ => {}
        }
        error
    };
    sheet.stopped(1, error);
}

fn response(sheet: &mut Sheet<'_>, answer: &Response<'_>) {
    match answer {
        Response::OpenPolicy(m) => features(sheet, m.supported_features.as_ref()),
        Response::QueryInformationPolicy(m) => {
            if let Some(field) = m.information_class {
                class(sheet, field);
            }
            let Some(domain) = m.policy_information.as_ref().map(|part| part.domain()) else { return };
            sheet.text_if(1, NETBIOS_DOMAIN, domain.name.as_ref());
            sheet.text_if(1, DOMAIN, domain.dns_domain_name.as_ref());
            sheet.text_if(1, FOREST, domain.dns_forest_name.as_ref());
            if let Some(guid) = &domain.domain_guid {
                sheet.guid(1, DOMAIN_GUID, guid);
            }
            sheet.text_if(1, DOMAIN_SID, domain.sid.as_ref());
        }
        _ => {}
    }
}

fn features(sheet: &mut Sheet<'_>, field: Option<&Spanned<u32>>) {
    if let Some(field) = field {
        sheet.uint(1, FEATURES, field);
    }
}

fn class(sheet: &mut Sheet<'_>, field: Spanned<PolicyInformationClass>) {
    let number = field.value.0;
    sheet.named(1, INFORMATION_CLASS, field.span, number.into(), format!("{} ({number})", field.value));
}
