//! The messages that are timed, found in captures by what they are.

use crate::captured::{Captured, Flow, read};
use std::path::{Path, PathBuf};

/// A message and where it comes from.
pub struct Message {
    pub name: &'static str,
    pub octets: Vec<u8>,
    pub source: String,
}

/// The repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The captures of `samples`.
pub fn captures() -> Vec<Captured> {
    ["windows7-join.pcap", "joined.pcap"]
        .iter()
        .map(|name| {
            read(&root().join("samples").join(name)).unwrap_or_else(|| panic!("samples/{name} is missing"))
        })
        .collect()
}

/// A folder of captures that are no part of the repository, from other servers.
const CAPTURES: &str = "ADJOIN_CAPTURES";

/// The captures in that folder, by name; none when it isn't named.
pub fn captures_beside() -> Vec<Captured> {
    let Some(folder) = std::env::var_os(CAPTURES).map(PathBuf::from) else { return Vec::new() };
    let entries =
        std::fs::read_dir(&folder).unwrap_or_else(|e| panic!("{CAPTURES}: {}: {e}", folder.display()));
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|it| it == "pcap" || it == "pcapng"));
    paths.sort();
    paths.iter().filter_map(|path| read(path)).collect()
}

/// How a message is found: the flows to look at, and what to look for in the octets of one.
struct Wanted {
    name: &'static str,
    port: u16,
    to_server: bool,
    find: fn(&[u8]) -> Option<&[u8]>,
}

const fn wanted(name: &'static str, port: u16, to_server: bool, find: fn(&[u8]) -> Option<&[u8]>) -> Wanted {
    Wanted { name, port, to_server, find }
}

const WANTED: &[Wanted] = &[
    wanted("Kerberos AP-REQ", 445, true, |b| kerberos(b, 0x6e)),
    wanted("Kerberos AS-REQ", 88, true, |b| kerberos(b, 0x6a)),
    wanted("Kerberos TGS-REP", 88, false, |b| kerberos(b, 0x6d)),
    wanted("Kerberos KRB-ERROR", 88, false, |b| kerberos(b, 0x7e)),
    wanted("LDAP rootDSE entry", 389, false, root_dse),
    wanted("SPNEGO NegTokenInit", 445, true, |b| {
        scan(b, 0x60, |b| {
            let token = element(b)?;
            let Ok(gss_proto::Token::NegTokenInit(init)) = gss_proto::Token::parse(token) else {
                return None;
            };
            init.mech_token.is_some_and(|token| token.len() > 200).then_some(token)
        })
    }),
    wanted("DNS SRV answer", 53, false, |b| {
        use dns_proto::{Message, RecordType};
        let message = Message::parse(b).ok()?;
        let srv = message.answers.iter().flatten().any(|record| *record.rtype == RecordType::SRV);
        srv.then_some(b)
    }),
    wanted("NetBIOS datagram with a mailslot", 138, true, |b| {
        let datagram = smb2_proto::nbdgm::Datagram::parse(b).ok()?;
        smb2_proto::mailslot::MailslotWrite::parse(datagram.user_data?.value).is_ok().then_some(b)
    }),
    wanted("SMB2 NEGOTIATE answer", 445, false, |b| {
        smb(b, |message| matches!(message.body, smb2_proto::smb2::Body::NegotiateResponse(_)))
    }),
    wanted("SMB2 CREATE request", 445, true, |b| {
        smb(b, |message| matches!(message.body, smb2_proto::smb2::Body::CreateRequest(_)))
    }),
    wanted("DCE/RPC bind", 135, true, |b| pdu(b, |body| matches!(body, rpce_proto::Body::Bind(_)))),
    wanted("ept_map answer", 135, false, |b| {
        let found = pdu(b, |body| match body {
            rpce_proto::Body::Response(response) => ept_map(response.stub.value),
            _ => false,
        })?;
        let rpce_proto::Body::Response(response) = rpce_proto::Pdu::parse(found).ok()?.body else {
            return None;
        };
        Some(response.stub.value)
    }),
];

fn ept_map(stub: &[u8]) -> bool {
    use epmap_proto::EptMapResponse;
    let read = EptMapResponse::parse(stub, rpce_proto::Encoding::NDR64)
        .or_else(|_| EptMapResponse::parse(stub, rpce_proto::Encoding::NDR));
    read.is_ok_and(|answer| answer.towers.towers().count() > 0)
}

/// Tries `read` at each octet that is `first`.
fn scan<'a>(bytes: &'a [u8], first: u8, read: impl Fn(&'a [u8]) -> Option<&'a [u8]>) -> Option<&'a [u8]> {
    (0..bytes.len()).filter(|at| bytes[*at] == first).find_map(|at| read(&bytes[at..]))
}

fn kerberos(bytes: &[u8], tag: u8) -> Option<&[u8]> {
    scan(bytes, tag, |bytes| {
        let (_, taken) = kerberos_proto::Message::parse_prefix(bytes).ok()?;
        bytes.get(..taken)
    })
}

/// The ASN.1 element that begins here, by its length.
fn element(bytes: &[u8]) -> Option<&[u8]> {
    let mut reader = adjoin_wire::ber::Reader::new(adjoin_wire::Cursor::new(bytes));
    bytes.get(reader.read("element").ok()?.span().range())
}

fn root_dse(bytes: &[u8]) -> Option<&[u8]> {
    let mut rest = bytes;
    while let Ok((message, taken)) = cldap_proto::LdapMessage::parse_prefix(rest) {
        let is_root_dse = matches!(
            message.op, cldap_proto::ProtocolOp::SearchResultEntry(entry) if entry.object_name.is_empty()
        );
        if is_root_dse && taken > 1000 {
            return rest.get(..taken);
        }
        rest = rest.get(taken..)?;
    }
    None
}

fn smb(stream: &[u8], is: fn(&smb2_proto::smb2::Message<'_>) -> bool) -> Option<&[u8]> {
    use smb2_proto::{Smb, nbss};
    let mut rest = stream;
    while let Ok((packet, taken)) = nbss::SessionPacket::parse_prefix(rest) {
        if let nbss::SessionBody::Message(message) = packet.body {
            let has_it =
                |smb| matches!(smb, Smb::V2(compound) if compound.iter().any(|part| is(&part.value)));
            if Smb::parse(message.value).is_ok_and(has_it) {
                return Some(message.value);
            }
        }
        rest = rest.get(taken..)?;
    }
    None
}

fn pdu(stream: &[u8], is: impl Fn(&rpce_proto::Body<'_>) -> bool) -> Option<&[u8]> {
    let mut rest = stream;
    while let Ok((pdu, taken)) = rpce_proto::Pdu::parse_prefix(rest) {
        if is(&pdu.body) {
            return rest.get(..taken);
        }
        rest = rest.get(taken..)?;
    }
    None
}

fn largest<'a>(flows: &'a [Flow], wanted: &Wanted) -> Option<&'a [u8]> {
    let flows = flows.iter().filter(|flow| flow.port == wanted.port && flow.to_server == wanted.to_server);
    flows.filter_map(|flow| (wanted.find)(&flow.octets)).max_by_key(|found| found.len())
}

/// A file of a crate's tests, whose README says where it comes from.
fn file(name: &'static str, path: &str, part: fn(&[u8]) -> Option<&[u8]>) -> Message {
    let whole = std::fs::read(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"));
    let octets = part(&whole).unwrap_or_else(|| panic!("{path}: not a {name}")).to_vec();
    Message { name, octets, source: path.to_owned() }
}

/// The first LDAP message of a datagram.
fn first_ldap(bytes: &[u8]) -> Option<&[u8]> {
    bytes.get(..cldap_proto::LdapMessage::parse_prefix(bytes).ok()?.1)
}

/// The NTLM message in an LDAP bind's answer: it begins with a signature and ends with the octets.
fn ntlm(bytes: &[u8]) -> Option<&[u8]> {
    let at = bytes.windows(8).position(|window| window == b"NTLMSSP\0")?;
    let rest = &bytes[at..];
    (1..=rest.len())
        .rev()
        .map(|end| &rest[..end])
        .find(|part| gss_proto::ntlm::Challenge::parse(part).is_ok())
}

fn netlogon_value(bytes: &[u8]) -> Option<&[u8]> {
    let message = cldap_proto::LdapMessage::parse(first_ldap(bytes)?).ok()?;
    let cldap_proto::ProtocolOp::SearchResultEntry(entry) = message.op else { return None };
    cldap_proto::netlogon_value(&entry).map(|value| value.value)
}

/// Of each kind the largest message of the first capture that has one.
pub fn of(captures: &[Captured]) -> Vec<Message> {
    let found = WANTED.iter().filter_map(|wanted| {
        let found = captures.iter().find_map(|capture| Some((capture, largest(&capture.flows, wanted)?)));
        let (capture, octets) = found?;
        Some(Message { name: wanted.name, octets: octets.to_vec(), source: capture.name.clone() })
    });
    found.collect()
}

/// All messages of the repository.
pub fn all(captures: &[Captured]) -> Vec<Message> {
    let mut messages = of(captures);
    assert_eq!(messages.len(), WANTED.len(), "a message is missing in the samples");
    messages.extend([
        file("CLDAP searchResEntry", "cldap-proto/tests/data/answer_windows.bin", first_ldap),
        file("CLDAP searchRequest", "cldap-proto/tests/data/ping_windows10.bin", first_ldap),
        file(
            "LDAP ping's answer: Netlogon value",
            "cldap-proto/tests/data/answer_windows.bin",
            netlogon_value,
        ),
        file("Netsetup.log", "netsetup-log/tests/data/windows7-joined.log", |b| Some(b)),
        // Seeds of the fuzz targets: octets in front of the stub say how it is read.
        file("Netlogon authentication", "fuzz/seeds/join_call/authenticate3-ndr", |b| b.get(2..)),
        file("LSARPC domain policy", "fuzz/seeds/join_call/policy-ndr", |b| b.get(2..)),
        file("NTLM CHALLENGE", "cldap-proto/tests/data/bind_sicily_answer.bin", ntlm),
    ]);
    messages
}
