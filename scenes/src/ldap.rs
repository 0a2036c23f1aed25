//! LDAP as a Windows client writes it: lengths of constructed elements in five octets.

use crate::tokens::noise;

fn element(tag: u8, contents: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    let length = u32::try_from(contents.len()).expect("a message");
    match (tag & 0x20 != 0, length) {
        (false, 0..0x80) => out.push(length.to_be_bytes()[3]),
        _ => {
            out.push(0x84);
            out.extend(length.to_be_bytes());
        }
    }
    out.extend(contents);
    out
}

fn message(id: u8, op: u8, contents: &[&[u8]]) -> Vec<u8> {
    element(0x30, &[element(0x02, &[id]), element(op, &contents.concat())].concat())
}

fn text(text: &str) -> Vec<u8> {
    element(0x04, text.as_bytes())
}

/// A datagram with the answer to an LDAP ping: the entry with this attribute, and the end.
#[must_use]
pub fn ping_answer(id: u8, netlogon: &[u8]) -> Vec<u8> {
    let values = element(0x31, &element(0x04, netlogon));
    let attribute = element(0x30, &[text("Netlogon"), values].concat());
    [message(id, 0x64, &[&text(""), &element(0x30, &attribute)]), result(id, 0x65, 0, "")].concat()
}

/// A result without matched name.
#[must_use]
pub fn result(id: u8, op: u8, code: u8, diagnostic: &str) -> Vec<u8> {
    message(id, op, &[&[0x0a, 1, code], &text(""), &text(diagnostic)])
}

const ROOT_DSE: [&str; 15] = [
    "subschemaSubentry",
    "dsServiceName",
    "namingContexts",
    "defaultNamingContext",
    "schemaNamingContext",
    "configurationNamingContext",
    "rootDomainNamingContext",
    "supportedControl",
    "supportedLDAPVersion",
    "supportedLDAPPolicies",
    "supportedSASLMechanisms",
    "dnsHostName",
    "ldapServiceName",
    "serverName",
    "supportedCapabilities",
];

/// The search for the rootDSE.
#[must_use]
pub fn root_dse_request(id: u8) -> Vec<u8> {
    let wanted: Vec<_> = ROOT_DSE.iter().flat_map(|name| text(name)).collect();
    let fixed = [0x0a, 1, 0, 0x0a, 1, 0, 2, 1, 0, 2, 1, 120, 1, 1, 0];
    let filter = element(0x87, b"objectclass");
    message(id, 0x63, &[&text(""), &fixed, &filter, &element(0x30, &wanted)])
}

/// The rootDSE of `host` in `domain`, some 2700 octets, and the end of the search.
#[must_use]
pub fn root_dse_answer(id: u8, domain: &str, host: &str, current_time: &str) -> Vec<u8> {
    let dn = domain.split('.').map(|label| format!("DC={label}")).collect::<Vec<_>>().join(",");
    let computer = host.split('.').next().unwrap_or(host);
    let server =
        format!("CN={computer},CN=Servers,CN=Default-First-Site-Name,CN=Sites,CN=Configuration,{dn}");
    let controls: Vec<_> = (319..=1341)
        .step_by(26)
        .map(|last| format!("1.2.840.113556.1.4.{last}"))
        .chain(["2.16.840.1.113730.3.4.9".to_owned(), "2.16.840.1.113730.3.4.10".to_owned()])
        .collect();
    let capabilities = [800, 1670, 1791, 1935, 2080, 2237].map(|last| format!("1.2.840.113556.1.4.{last}"));
    let entries: [(&str, Vec<String>); 15] = [
        ("currentTime", vec![current_time.to_owned()]),
        ("subschemaSubentry", vec![format!("CN=Aggregate,CN=Schema,CN=Configuration,{dn}")]),
        ("dsServiceName", vec![format!("CN=NTDS Settings,{server}")]),
        (
            "namingContexts",
            vec![dn.clone(), format!("CN=Configuration,{dn}"), format!("CN=Schema,CN=Configuration,{dn}")],
        ),
        ("defaultNamingContext", vec![dn.clone()]),
        ("schemaNamingContext", vec![format!("CN=Schema,CN=Configuration,{dn}")]),
        ("configurationNamingContext", vec![format!("CN=Configuration,{dn}")]),
        ("rootDomainNamingContext", vec![dn.clone()]),
        ("supportedControl", controls),
        ("supportedLDAPVersion", vec!["3".into(), "2".into()]),
        (
            "supportedSASLMechanisms",
            ["GSSAPI", "GSS-SPNEGO", "EXTERNAL", "DIGEST-MD5"].map(String::from).into(),
        ),
        ("dnsHostName", vec![host.to_owned()]),
        ("ldapServiceName", vec![format!("{domain}:{}$@{}", computer.to_lowercase(), domain.to_uppercase())]),
        ("serverName", vec![server]),
        ("supportedCapabilities", capabilities.into()),
    ];
    let mut attributes = Vec::new();
    for (kind, values) in entries {
        let values: Vec<_> = values.iter().flat_map(|value| text(value)).collect();
        attributes.extend(element(0x30, &[text(kind), element(0x31, &values)].concat()));
    }
    [message(id, 0x64, &[&text(""), &element(0x30, &attributes)]), result(id, 0x65, 0, "")].concat()
}

/// A SASL bind with a token of GSS-SPNEGO.
#[must_use]
pub fn sasl_bind(id: u8, token: &[u8]) -> Vec<u8> {
    let credentials = element(0xa3, &[text("GSS-SPNEGO"), element(0x04, token)].concat());
    message(id, 0x60, &[&[2, 1, 3], &text(""), &credentials])
}

/// The answer to a bind: 14 when more is to come.
#[must_use]
pub fn bind_answer(id: u8, code: u8, token: &[u8]) -> Vec<u8> {
    let token = if token.is_empty() { Vec::new() } else { element(0x87, token) };
    message(id, 0x61, &[&[0x0a, 1, code], &text(""), &text(""), &token])
}

/// The answer to a bind that is refused, with what Active Directory says of it.
#[must_use]
pub fn bind_refused(id: u8, code: u8, diagnostic: &str) -> Vec<u8> {
    result(id, 0x61, code, diagnostic)
}

/// A datagram with the end of a search that found nothing.
#[must_use]
pub fn ping_nothing(id: u8) -> Vec<u8> {
    result(id, 0x65, 0, "")
}

/// A message of `length` octets, sealed with NTLM: length, signature, cipher.
#[must_use]
pub fn sealed(sequence: u32, length: usize) -> Vec<u8> {
    let mut out = u32::try_from(length + 16).expect("short").to_be_bytes().to_vec();
    out.extend(1_u32.to_le_bytes());
    out.extend(noise(sequence ^ 0x5ea1, 8));
    out.extend(sequence.to_le_bytes());
    out.extend(noise(sequence ^ 0x1da9, length));
    out
}

/// A message of `length` octets, sealed with Kerberos: length, and the token of RFC 4121 4.2.6.2 with its
/// confounder, the message, a copy of its header and a checksum.
#[must_use]
pub fn sealed_krb5(sequence: u32, length: usize, from_acceptor: bool) -> Vec<u8> {
    let mut token = vec![5, 4, 6 | u8::from(from_acceptor), 0xff, 0, 0, 0, 28];
    token.extend(u64::from(sequence).to_be_bytes());
    token.extend(noise(sequence ^ 0x4121, 16 + length + 16 + 12));
    let mut out = u32::try_from(token.len()).expect("short").to_be_bytes().to_vec();
    out.extend(token);
    out
}
