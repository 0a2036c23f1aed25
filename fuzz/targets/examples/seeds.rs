//! Writes the hand-made seeds into `fuzz/seeds`: `cargo run -p adjoin-fuzz-targets --example seeds`.
//!
//! Every seed comes from an encoder of this workspace or is spelled out here.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "a generator of known values; it fails by panicking"
)]

use adjoin_capture::LinkType;
use adjoin_wire::Guid;
use capture_file::Writer;
use cldap_proto::LdapPingBuilder;
use epmap_proto::{
    EntryOctets, EptStatus, TowerWriter, ept_lookup_request, ept_lookup_response, ept_map_request,
    ept_map_response,
};
use join_engine::annotated::LogEntry;
use kerberos_proto::{ApOptions, ErrorCode, Etype, KdcOptions, KerberosTime, NameType, PaType, encode};
use netlogon_proto::{DsFlags, SamLogonAnswer};
use rpce_proto::{
    AuthLevel, AuthToken, AuthType, BindTimeFeatures, ByteOrder, ContextHandle, ContextResult, Encoding,
    FaultStatus, NdrWriter, OfferedContext, PduType, PduWriter, ProviderReason, SyntaxId,
};
use smb2_proto::NtStatus;
use smb2_proto::netbios::NetBiosName;
use smb2_proto::smb2::FileId;
use std::io::Write;
use std::path::Path;

fn write(target: &str, name: &str, bytes: &[u8]) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../seeds").join(target);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(name), bytes).unwrap();
}

fn main() {
    ber();
    names();
    netlogon();
    rpc();
    ldap();
    gss();
    epm();
    calls();
    smb();
    mailslot();
    kerberos();
    dns();
    frames();
    engine();
    files();
    netsetup();
    alone();
    peers();
    generated();
    mutated();
}

fn ber() {
    write("wire_ber", "long-length", b"\x30\x84\x00\x00\x00\x0b\x02\x01\x05\x04\x03abc\x01\x01\xff");
    write(
        "wire_ber",
        "all-types",
        b"\x30\x2f\x01\x01\xff\x02\x09\x00\xff\xff\xff\xff\xff\xff\xff\xff\x03\x05\x00\x40\x81\x00\x10\x05\x00\
          \x06\x09\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x0a\x01\x02\x18\x00\x1b\x02ab\x31\x00",
    );
    let mut nested = vec![0x05, 0x00];
    for _ in 0..50 {
        nested = encode::tlv(adjoin_wire::ber::Tag::SEQUENCE, &nested);
    }
    write("wire_ber", "nested", &nested);
}

fn names() {
    write("compressed_name", "pointers", b"\x04corp\x07example\0\x03dc1\xc0\x00\x05_ldap\x04_tcp\xc0\x0e\0");
    write("compressed_name", "locator", b"\x05_ldap\x04_tcp\x02HQ\x06_sites\x02dc\x06_msdcs\x04corp\0");
    write(
        "compressed_name",
        "guid",
        b"\x2401234567-89ab-cdef-0123-456789abcdef\x06_msdcs\x04corp\0\
          \x05_ldap\x04_tcp\xc0\x00\x07domains\xc0\x25",
    );
    let mut long = Vec::new();
    for label in 0..4_u8 {
        long.push(if label == 3 { 61 } else { 63 });
        long.extend(std::iter::repeat_n(b'a' + label, if label == 3 { 61 } else { 63 }));
    }
    long.push(0);
    write("compressed_name", "longest", &long);
}

fn netlogon() {
    let answer = SamLogonAnswer {
        flags: DsFlags::LDAP | DsFlags::DS | DsFlags::KDC | DsFlags::WRITABLE,
        domain_guid: Guid::from_u128(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef),
        dns_forest_name: "corp.example",
        dns_domain_name: "corp.example",
        dns_host_name: "dc1.corp.example",
        netbios_domain_name: "CORP",
        netbios_computer_name: "DC1",
        user_name: "PC$",
        dc_site_name: "Default-First-Site-Name",
        client_site_name: "HQ",
        ..SamLogonAnswer::default()
    };
    write("netlogon_message", "response-ex", &answer.encode().unwrap());
    let full = SamLogonAnswer {
        dc_sock_addr: Some([192, 0, 2, 10].into()),
        next_closest_site_name: Some("HQ-2"),
        ..answer
    };
    write("netlogon_message", "response-ex-full", &full.encode().unwrap());

    let wide =
        |text: &str| -> Vec<u8> { text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect() };
    let mut request = b"\x12\0\0\0".to_vec();
    request.extend(wide("PC"));
    request.extend(wide("PC$"));
    request.extend(b"\\MAILSLOT\\NET\\GETDC123\0\x80\0\0\0\0\0\0\0\x0b\0\0\x20\xff\xff\xff\xff");
    write("netlogon_message", "sam-logon-request", &request);
    let mut nt40 = b"\x13\0".to_vec();
    nt40.extend(wide("\\\\DC1"));
    nt40.extend(wide("PC$"));
    nt40.extend(wide("CORP"));
    nt40.extend(b"\x01\0\0\0\xff\xff\xff\xff");
    write("netlogon_message", "response-nt40", &nt40);
    let mut v5 = b"\x13\0".to_vec();
    v5.extend(wide("\\\\DC1"));
    v5.extend(wide("PC$"));
    v5.extend(wide("CORP"));
    v5.extend([7; 16]);
    v5.extend([0; 16]);
    v5.extend(b"\x04corp\0\xc0\x40\x03dc1\xc0\x40\xc0\x00\x02\x0a\x03\0\0\0\x03\0\0\0\xff\xff\xff\xff");
    write("netlogon_message", "response-v5", &v5);
    let mut query = b"\x07\0PC\0\\MAILSLOT\\NET\\GETDC1\0".to_vec();
    query.extend(wide("PC"));
    query.extend(b"\x0b\0\0\0\xff\xff\xff\xff");
    write("netlogon_message", "primary-query", &query);
    let mut primary = b"\x0c\0DC1\0".to_vec();
    primary.extend(wide("DC1"));
    primary.extend(wide("CORP"));
    primary.extend(b"\x01\0\0\0\xff\xff\xff\xff");
    write("netlogon_message", "primary-response", &primary);
    let logon = b"\0\0PC\0USER\0\\MAILSLOT\\TEMP\\NETLOGON\0\x01\x01\0\xff\xff";
    write("netlogon_message", "logon-request", logon);
    write("netlogon_message", "logon-response2", b"\x06\0\\\\DC1\0\xff\xff");
    let mut change = b"\x0a\0\x07\0\0\0\x80\x51\x01\0\x2c\x01\0\0\x01\0\0\0DC1\0CORP\0\0".to_vec();
    change.extend(wide("DC1"));
    change.extend(wide("CORP"));
    change.extend([2, 0, 0, 0]);
    change.extend([[0; 20], [1; 20]].concat());
    // Two octets of padding before the SID.
    change.extend([12, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0]);
    change.extend(b"\x01\0\0\0\xff\xff\xff\xff");
    write("netlogon_message", "db-change", &change);
}

fn rpc() {
    let epm = SyntaxId::new("e1af8308-5d1f-11c9-91a4-08002b14a0fa".parse().unwrap(), 3, 0);
    let offer = SyntaxId::offering(BindTimeFeatures::all());
    let contexts = [
        OfferedContext { p_cont_id: 0, abstract_syntax: epm, transfer_syntaxes: &[SyntaxId::NDR] },
        OfferedContext { p_cont_id: 1, abstract_syntax: epm, transfer_syntaxes: &[SyntaxId::NDR64] },
        OfferedContext { p_cont_id: 2, abstract_syntax: epm, transfer_syntaxes: &[offer] },
    ];
    let plain = PduWriter::default();
    let signed = PduWriter {
        auth: Some(AuthToken {
            auth_type: AuthType(9),
            auth_level: AuthLevel(6),
            auth_context_id: 0,
            auth_value: b"NTLMSSP\0\x01\0\0\0",
        }),
        ..PduWriter::default()
    };
    let big = PduWriter { order: ByteOrder::Big, ..PduWriter::default() };
    write("dce_rpc_pdu", "bind", &plain.bind(PduType::BIND, 0, &contexts).unwrap());
    write("dce_rpc_pdu", "bind-auth", &signed.bind(PduType::BIND, 0x1a2b, &contexts).unwrap());
    write("dce_rpc_pdu", "alter-big-endian", &big.bind(PduType::ALTER_CONTEXT, 0, &contexts).unwrap());
    let results = [
        PduWriter::refusal(ProviderReason::PROPOSED_TRANSFER_SYNTAXES_NOT_SUPPORTED),
        (ContextResult::ACCEPTANCE, 0, SyntaxId::NDR64),
        (ContextResult::NEGOTIATE_ACK, 3, SyntaxId::default()),
    ];
    write("dce_rpc_pdu", "bind-ack", &plain.bind_ack(PduType::BIND_ACK, 0x1a2b, "135", &results).unwrap());
    write("dce_rpc_pdu", "bind-nak", &plain.pdu(PduType::BIND_NAK, &[4, 0, 1, 5, 0, 0]).unwrap());
    write("dce_rpc_pdu", "fault", &plain.fault(1, FaultStatus(5)).unwrap());
    write("dce_rpc_pdu", "auth3", &signed.pdu(PduType::AUTH3, &[0; 4]).unwrap());
    // Stub, padding, signature of the verification trailer, and its commands bitmask1 and (last) header2.
    let mut stub = b"\x02\0\x02\0\x05\0\0\0\0\0\0\0\x05\0\0\0D\0C\x001\0.\0\0\0\0\0".to_vec();
    stub.extend(b"\x8a\xe3\x13\x71\x02\xf4\x36\x71\x01\0\x04\0\x01\0\0\0\x03\x40\x10\0\0\0\0\0\x10\0\0\0\x02\0\0\0\x01\0\x1a\0");
    write("dce_rpc_pdu", "request", &signed.request(1, 26, None, &stub).unwrap());
    write("dce_rpc_pdu", "request-object", &plain.request(1, 3, Some(epm.uuid), &stub).unwrap());
    write("dce_rpc_pdu", "response-big-endian", &big.response(1, &stub).unwrap());
}

/// An element with a short or, from 128 octets on, a long length.
fn tlv(tag: u8, contents: &[u8]) -> Vec<u8> {
    encode::tlv(adjoin_wire::ber::Tag(tag), contents)
}

fn ldap_op(id: u8, tag: u8, parts: &[Vec<u8>]) -> Vec<u8> {
    tlv(0x30, &[vec![2, 1, id], tlv(tag, &parts.concat())].concat())
}

fn ldap() {
    let ping = LdapPingBuilder {
        message_id: 1,
        dns_domain: Some("corp.example"),
        host: Some("PC"),
        user: Some("PC$"),
        aac: Some(0x80),
        domain_sid: Some(&[1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0]),
        domain_guid: Some(Guid::from_u128(7)),
        nt_ver: Some(0x2000_0016),
        dns_host_name: Some("pc.corp.example"),
        long_lengths: false,
    };
    write("ldap_message", "ping", &ping.encode());
    write("ldap_message", "ping-long-lengths", &LdapPingBuilder { long_lengths: true, ..ping }.encode());
    let done = ldap_op(1, 0x65, &[tlv(10, &[0]), tlv(4, b""), tlv(4, b"")]);
    let value =
        SamLogonAnswer { dns_domain_name: "corp.example", ..SamLogonAnswer::default() }.encode().unwrap();
    let attribute = tlv(0x30, &[tlv(4, b"Netlogon"), tlv(0x31, &tlv(4, &value))].concat());
    let entry = ldap_op(1, 0x64, &[tlv(4, b""), tlv(0x30, &attribute)]);
    write("ldap_message", "ping-answer", &[entry, done].concat());
    let text = b"80090308: LdapErr: DSID-0C09042A, comment: AcceptSecurityContext error, data 52e, v3839\0";
    write(
        "ldap_message",
        "bind-refused",
        &ldap_op(2, 0x61, &[tlv(10, &[49]), tlv(4, b""), tlv(4, text), tlv(0x87, b"creds")]),
    );
    let sasl = tlv(0xa3, &[tlv(4, b"GSS-SPNEGO"), tlv(4, b"token")].concat());
    write("ldap_message", "bind", &ldap_op(2, 0x60, &[vec![2, 1, 3], tlv(4, b""), sasl]));
    let filter = tlv(
        0xa1,
        &[
            tlv(0xa2, &tlv(0x87, b"objectClass")),
            tlv(
                0xa4,
                &[tlv(4, b"cn"), tlv(0x30, &[tlv(0x80, b"a"), tlv(0x81, b"b"), tlv(0x82, b"c")].concat())]
                    .concat(),
            ),
            tlv(0xa5, &[tlv(4, b"uSNChanged"), tlv(4, b"5")].concat()),
            tlv(
                0xa9,
                &[
                    tlv(0x81, b"1.2.840.113556.1.4.803"),
                    tlv(0x82, b"uac"),
                    tlv(0x83, b"2"),
                    tlv(0x84, &[255]),
                ]
                .concat(),
            ),
        ]
        .concat(),
    );
    let control = tlv(0x30, &[tlv(4, b"1.2.840.113556.1.4.319"), tlv(1, &[255]), tlv(4, b"cookie")].concat());
    let search = [
        tlv(4, b"DC=corp,DC=example"),
        tlv(10, &[2]),
        tlv(10, &[0]),
        tlv(2, &[0]),
        tlv(2, &[0]),
        tlv(1, &[0]),
        filter,
        tlv(0x30, &tlv(4, b"cn")),
    ];
    let with_control = [vec![2, 1, 3], tlv(0x63, &search.concat()), tlv(0xa0, &control)].concat();
    write("ldap_message", "search", &tlv(0x30, &with_control));
    let values = tlv(0x30, &[tlv(4, b"servicePrincipalName"), tlv(0x31, &tlv(4, b"HOST/PC"))].concat());
    write("ldap_message", "add", &ldap_op(4, 0x68, &[tlv(4, b"CN=PC"), tlv(0x30, &values)]));
    let change = tlv(0x30, &[tlv(10, &[2]), values].concat());
    write("ldap_message", "modify", &ldap_op(5, 0x66, &[tlv(4, b"CN=PC"), tlv(0x30, &change)]));
    write("ldap_message", "unbind", &ldap_op(6, 0x42, &[]));
    write("ldap_message", "extended", &ldap_op(7, 0x77, &[tlv(0x80, b"1.3.6.1.4.1.1466.20037")]));
}

fn gss() {
    let oid = |octets: &[u8]| tlv(6, octets);
    let (spnego, kerberos, ntlmssp) = (
        oid(b"\x2b\x06\x01\x05\x05\x02"),
        oid(b"\x2a\x86\x48\x86\xf7\x12\x01\x02\x02"),
        oid(b"\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x0a"),
    );
    let wide = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    let pair = |id: u16, value: &[u8]| -> Vec<u8> {
        [&id.to_le_bytes()[..], &(value.len() as u16).to_le_bytes(), value].concat()
    };
    // A field's length, capacity and offset.
    let place = |len: usize, at: usize| -> Vec<u8> {
        let len = (len as u16).to_le_bytes();
        [&len[..], &len, &(at as u32).to_le_bytes()].concat()
    };
    let version = [10, 0, 0x61, 0x4a, 0, 0, 0, 15];

    let negotiate = [
        &b"NTLMSSP\0\x01\0\0\0"[..],
        &0xe208_b297_u32.to_le_bytes(),
        &place(4, 40),
        &place(2, 44),
        &version,
        b"CORPPC",
    ]
    .concat();
    let info = [
        pair(2, &wide("CORP")),
        pair(4, &wide("corp.example")),
        pair(7, &0x01dc_0000_0000_0000_u64.to_le_bytes()),
        pair(6, &[2, 0, 0, 0]),
        pair(0, &[]),
    ]
    .concat();
    let challenge = [
        &b"NTLMSSP\0\x02\0\0\0"[..],
        &place(8, 56),
        &0xe289_8215_u32.to_le_bytes(),
        b"challeng\0\0\0\0\0\0\0\0",
        &place(info.len(), 64),
        &version,
        &wide("CORP"),
        &info,
    ]
    .concat();
    let response =
        [&[0x5a; 16][..], &[1, 1, 0, 0, 0, 0, 0, 0], &[7; 8], &[9; 8], &[0; 4], &info, &[0; 4]].concat();
    let authenticate = [
        &b"NTLMSSP\0\x03\0\0\0"[..],
        &place(24, 108),
        &place(response.len(), 132),
        &place(8, 88),
        &place(8, 96),
        &place(4, 104),
        &place(0, 108),
        &0xe288_8215_u32.to_le_bytes(),
        &version,
        &[0x33; 16],
        &wide("CORPuserPC"),
        &[0; 24],
        &response,
    ]
    .concat();
    write("gss_token", "ntlm-negotiate", &negotiate);
    write("gss_token", "ntlm-challenge", &challenge);
    write("gss_token", "ntlm-authenticate", &authenticate);

    let mechs = tlv(0xa0, &tlv(0x30, &[kerberos.clone(), ntlmssp.clone()].concat()));
    let init = |token: &[u8]| {
        let fields = [mechs.clone(), tlv(0xa2, &tlv(4, token)), tlv(0xa3, &tlv(4, b"mic"))].concat();
        tlv(0x60, &[spnego.clone(), tlv(0xa0, &tlv(0x30, &fields))].concat())
    };
    write("gss_token", "spnego-ntlm", &init(&negotiate));
    let framed = tlv(0x60, &[kerberos.clone(), b"\x01\0\x6e\x03\x30\x01\0".to_vec()].concat());
    write("gss_token", "kerberos", &framed);
    write("gss_token", "spnego-kerberos", &init(&framed));
    let hints = tlv(0xa3, &tlv(0x30, &tlv(0xa0, &tlv(0x1b, b"not_defined_in_RFC4178@please_ignore"))));
    let fields = [mechs, hints].concat();
    write("gss_token", "spnego-hints", &tlv(0x60, &[spnego, tlv(0xa0, &tlv(0x30, &fields))].concat()));
    let resp = [tlv(0xa0, &tlv(10, &[1])), tlv(0xa1, &ntlmssp), tlv(0xa2, &tlv(4, &challenge))].concat();
    write("gss_token", "spnego-response", &tlv(0xa1, &tlv(0x30, &resp)));
    // Of AES, and of RC4 in its frame.
    let (mic, wrap) = (
        b"\x04\x04\x05\xff\xff\xff\xff\xff\0\0\0\0\0\0\0\x07checksum-12!",
        b"\x05\x04\x06\xff\0\x10\0\x1c\0\0\0\0\0\0\0\x08sealed data",
    );
    write("gss_token", "mic", mic);
    write("gss_token", "wrap", wrap);
    let rc4 = b"\x02\x01\x11\0\x10\0\xff\xff........CHECKSUMdata".to_vec();
    write("gss_token", "wrap-rc4", &tlv(0x60, &[kerberos, rc4].concat()));
    write("gss_token", "netlogon", b"\0\0\0\0\x03\0\0\0CORP\0PC\0");
}

/// How a stub is read (see `join_call`), and its opnum.
fn calls() {
    for (bits, name, encoding) in [
        (0, "ndr", Encoding::NDR),
        (1, "ndr64", Encoding::NDR64),
        (2, "ndr-big-endian", Encoding::NDR.big_endian()),
    ] {
        let seed = |what: &str, how: u8, opnum: u8, w: NdrWriter| {
            write("join_call", &format!("{what}-{name}"), &[&[bits | how, opnum], &*w.finish()].concat());
        };
        let new = || NdrWriter::new(encoding);
        let mut w = new();
        w.uint3264(1).string("\\\\DC1").string("PC1").bytes(&[7; 8]);
        seed("challenge", 0, 4, w);
        let mut w = new();
        w.uint3264(1).string("\\\\DC1").string("PC1$").u16(2).string("PC1").bytes(&[7; 8]).u32(0x612f_ffff);
        seed("authenticate3", 0, 26, w);
        let mut w = new();
        w.bytes(&[7; 8]).u32(0x612f_ffff).u32(1603).u32(0);
        seed("authenticated", 4, 26, w);
        let mut w = new();
        w.uint3264(0).u32(0xc000_0022);
        seed("trusts", 4, 40, w);
        // Level 1, without names: the domain, one that it trusts, no policy, no name of the member.
        let mut w = new();
        let names = |w: &mut NdrWriter| {
            for _ in 0..3 {
                w.align(encoding.word()).u32(0).uint3264(0);
            }
        };
        let domain = |w: &mut NdrWriter| {
            names(w);
            w.guid(Guid::NIL).uint3264(0).u32(0).uint3264(0);
            names(w);
            w.u32(0).u32(0).u32(0).u32(0);
        };
        w.bytes(&[7; 8]).u32(0).align(encoding.word()).u32(1).uint3264(1);
        domain(w.align(encoding.word()));
        w.u32(1).uint3264(2).align(encoding.word()).u32(0).uint3264(0);
        w.align(encoding.word()).u32(0).uint3264(0);
        names(&mut w);
        w.u32(2).u32(28).u32(0).u32(0);
        domain(w.uint3264(1).align(encoding.word()));
        w.u32(0);
        seed("domain-info", 4, 29, w);
        let mut w = new();
        w.context_handle(ContextHandle::NULL).u32(0).u32(0).u32(0xc000_0063);
        seed("created", 8 | 4, 50, w);
        let mut w = new();
        w.u32(0).u32(0);
        seed("reuse", 8 | 4, 74, w);
        let mut w = new();
        w.context_handle(ContextHandle::NULL).u16(24).u16(24).bytes(&[1; 64]);
        seed("set-password", 8, 58, w);
        let mut w = new();
        w.context_handle(ContextHandle::NULL).u16(12);
        seed("query-policy", 16, 46, w);
        let mut w = new();
        w.uint3264(1).u32(12).bytes(&[0; 80]).u32(0);
        seed("policy", 16 | 4, 46, w);
    }
}

fn epm() {
    let drsuapi = SyntaxId::new("e3514235-4b06-11d1-ab04-00c04fc2dcd2".parse().unwrap(), 4, 0);
    let tcp = TowerWriter::ncacn_ip_tcp(drsuapi, SyntaxId::NDR, 49671, [192, 0, 2, 10].into()).unwrap();
    let pipe = TowerWriter::ncacn_np(drsuapi, SyntaxId::NDR, "\\PIPE\\lsass", "\\\\DC1").unwrap();
    write("tower", "ncacn-ip-tcp", &tcp);
    write("tower", "ncacn-np", &pipe);
    let handle = ContextHandle::NULL;
    for (bits, name, encoding) in [
        (0, "ndr", Encoding::NDR),
        (1, "ndr64", Encoding::NDR64),
        (2, "ndr-big-endian", Encoding::NDR.big_endian()),
    ] {
        let seed = |what: &str, stub: &[u8]| {
            write("ept_map", &format!("{what}-{name}"), &[&[bits], stub].concat());
        };
        seed("request", &ept_map_request(encoding, Some(Guid::NIL), Some(&tcp), handle, 4).unwrap());
        let towers: [(u64, &[u8]); 3] = [(3, &tcp), (0, &[]), (4, &pipe)];
        seed("response", &ept_map_response(encoding, handle, 4, &towers, EptStatus::OK).unwrap());
        seed("lookup", &ept_lookup_request(encoding, handle, 10));
        let entry = EntryOctets { object: Guid::NIL, annotation: "text", tower: Some(&tcp) };
        seed("entries", &ept_lookup_response(encoding, handle, 10, &[entry, entry], EptStatus::OK).unwrap());
    }
}

/// An SMB1 message: command, flags, and its blocks of parameters and data.
fn smb1(command: u8, flags: u8, words: &[u8], data: &[u8]) -> Vec<u8> {
    let mut message = b"\xffSMB".to_vec();
    message.extend([command, 0, 0, 0, 0, flags, 0x07, 0xc8]);
    message.extend([0; 12]);
    message.extend([1, 0, 0xfe, 0xff, 2, 0, 3, 0]);
    message.push((words.len() / 2) as u8);
    message.extend(words);
    message.extend((data.len() as u16).to_le_bytes());
    message.extend(data);
    message
}

fn smb() {
    use smb2_proto::encode as e;
    let contexts: [(u16, &[u8]); 2] = [(1, b"\x01\0\x04\0\x01\0salt"), (2, b"\x01\0\x02\0")];
    let file = FileId::from_le_bytes(*b"persistevolatile");
    let seeds = [
        ("negotiate-request", e::negotiate_request(&[0x0202, 0x0210, 0x0300, 0x0311], &contexts)),
        ("negotiate-response", e::negotiate_response(0x0311, 0x01dc_0000_0000_0000, b"token", &contexts)),
        ("session-setup-request", e::session_setup_request(1, b"NTLMSSP\0\x01\0\0\0")),
        ("session-setup-response", e::session_setup_response(1, 7, NtStatus(0xc000_0016), 0, b"token")),
        ("tree-connect", e::tree_connect_request(2, 7, "\\\\dc1\\IPC$")),
        ("create", e::nbss(&e::create_request(3, 7, 1, "netlogon"))),
        ("ioctl", e::ioctl_request(4, 7, 0x0011_c017, file, b"an RPC message")),
        (
            "compound",
            e::compound(&[
                e::create_request(3, 7, 1, "lsarpc"),
                e::ioctl_request(4, 7, 0x0011_c017, file, b"x"),
            ]),
        ),
        ("smb1-negotiate", smb1(0x72, 0x18, &[], b"\x02NT LM 0.12\0\x02SMB 2.002\0\x02SMB 2.???\0")),
        (
            "smb1-session-setup",
            smb1(
                0x73,
                0x18,
                b"\xff\0\0\0\x04\x11\x0a\0\0\0\0\0\0\0\x05\0\0\0\0\0\xd4\0\0\xa0",
                b"tokenW\0i\0n\0\0\0L\0\0\0",
            ),
        ),
        (
            "smb1-tree-connect",
            smb1(0x75, 0x18, b"\xff\0\0\0\x08\0\x01\0", b"\0\\\0\\\0d\0\\\0I\0\0\0?????\0"),
        ),
        (
            "encrypted",
            b"\xfdSMBsignaturesignatunoncenoncenoncen\x10\0\0\0\0\0\x01\0sessioni0123456789abcdef".to_vec(),
        ),
        ("compressed", b"\xfcSMB\x20\0\0\0\x01\0\0\0\x04\0\0\0plaincompressed".to_vec()),
        // A chain of a payload that is as it was and one of LZ77.
        (
            "compressed-chain",
            b"\xfcSMB\x20\0\0\0\0\0\x01\0\x04\0\0\0\xfeSMB\x02\0\0\0\x08\0\0\0\x40\0\0\0data".to_vec(),
        ),
        ("keepalive", vec![0x85, 0, 0, 0]),
    ];
    for (name, bytes) in seeds {
        write("smb_message", name, &bytes);
    }
}

fn mailslot() {
    let wide =
        |text: &str| -> Vec<u8> { text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect() };
    let mut ping = b"\x12\0\0\0".to_vec();
    ping.extend(wide("PC"));
    ping.extend(wide("PC$"));
    ping.extend(b"\\MAILSLOT\\NET\\GETDC1\0\x80\0\0\0\0\0\0\0\x0b\0\0\x20\xff\xff\xff\xff");
    let name = b"\\MAILSLOT\\NET\\NETLOGON\0";
    // TRANSACTION: header 32, WordCount 1, 17 words, ByteCount 2, the name, the data.
    let at = (32 + 1 + 34 + 2 + name.len()) as u16;
    let len = ping.len() as u16;
    let mut words = Vec::new();
    for word in [0, len, 2, 0, 0, 0, 0, 0, 0, 0, 0, len, at, 3, 1, 0, 2] {
        words.extend(u16::to_le_bytes(word));
    }
    let message = smb1(0x25, 0, &words, &[&name[..], &ping].concat());
    write("mailslot_datagram", "smb", &message);
    let mut datagram = vec![0x11, 0x02, 0x12, 0x34, 192, 0, 2, 1, 0, 138];
    datagram.extend((68 + message.len() as u16).to_be_bytes());
    datagram.extend([0, 0]);
    datagram.extend(NetBiosName::encode("PC", 0));
    datagram.extend(NetBiosName::encode("CORP", 0x1c));
    datagram.extend(&message);
    write("mailslot_datagram", "datagram", &datagram);
    write("mailslot_datagram", "error", &[0x13, 0, 0x12, 0x34, 192, 0, 2, 1, 0, 138, 0x82]);
}

fn kerberos() {
    let time = KerberosTime::from_ascii(b"20261121080000Z").unwrap();
    let host = encode::Name { name_type: NameType::SRV_INST, parts: &["cifs", "dc1.corp.example"] };
    let krbtgt = encode::Name { name_type: NameType::SRV_INST, parts: &["krbtgt", "CORP.EXAMPLE"] };
    let user = encode::Name { name_type: NameType(1), parts: &["PC$"] };
    let sealed = encode::Encrypted { etype: Etype(18), kvno: Some(3), cipher: &[0x5a; 40] };
    let ap_req = encode::ApReq {
        ap_options: ApOptions::MUTUAL_REQUIRED,
        ticket: encode::Ticket { realm: "CORP.EXAMPLE", sname: host, enc_part: sealed },
        authenticator: encode::Encrypted { etype: Etype(18), kvno: None, cipher: &[0xa5; 24] },
    }
    .to_der();
    write("kerberos_message", "ap-req", &ap_req);
    write("kerberos_message", "ap-req-record", &encode::record(&ap_req));
    let pac = b"\x30\x05\xa0\x03\x01\x01\xff";
    let request = encode::KdcReq {
        padata: &[(PaType(128), pac), (PaType(1), &ap_req)],
        kdc_options: KdcOptions::from_bits_retain(0x4081_0010),
        cname: Some(user),
        realm: "CORP.EXAMPLE",
        sname: Some(krbtgt),
        till: time,
        rtime: Some(time),
        nonce: 0x1234_5678,
        etype: &[Etype(18), Etype(17), Etype(23)],
        addresses: &[(20, b"PC              ")],
    };
    write("kerberos_message", "as-req", &request.to_as_req());
    write("kerberos_message", "tgs-req", &request.to_tgs_req());
    let info = b"\x30\x1b\x30\x19\xa0\x03\x02\x01\x12\xa1\x12\x1b\x10CORP.EXAMPLEuser";
    let methods = encode::method_data(&[(PaType(19), info), (PaType(2), b"")]);
    let status = encode::ext_error(0xc000_0234);
    for (name, code, data) in [("error-preauth", 25, &methods), ("error-status", 18, &status)] {
        let error = encode::KrbError {
            client_time: Some((time, 5)),
            stime: time,
            susec: 6,
            error_code: ErrorCode(code),
            crealm: Some("CORP.EXAMPLE"),
            cname: Some(user),
            realm: "CORP.EXAMPLE",
            sname: krbtgt,
            e_text: Some("text"),
            e_data: Some(data),
        };
        write("kerberos_message", name, &error.to_der());
    }
    let [[fast_request, pkinit_request], [fast_reply, pkinit_reply]] = clear_parts(&ap_req);
    let request = encode::KdcReq {
        padata: &[(PaType::FX_FAST, &fast_request), (PaType::PK_AS_REQ, &pkinit_request)],
        kdc_options: KdcOptions::from_bits_retain(0x4081_0010),
        cname: Some(user),
        realm: "CORP.EXAMPLE",
        sname: Some(krbtgt),
        till: time,
        rtime: None,
        nonce: 0x1234_5678,
        etype: &[Etype(20)],
        addresses: &[],
    };
    write("kerberos_message", "as-req-fast-pkinit", &request.to_as_req());
    let methods = encode::method_data(&[(PaType::FX_FAST, &fast_reply), (PaType::PK_AS_REP, &pkinit_reply)]);
    let error = encode::KrbError {
        client_time: None,
        stime: time,
        susec: 6,
        error_code: ErrorCode(91),
        crealm: None,
        cname: None,
        realm: "CORP.EXAMPLE",
        sname: krbtgt,
        e_text: None,
        e_data: Some(&methods),
    };
    write("kerberos_message", "error-fast-pkinit", &error.to_der());
    let mut kpasswd = Vec::new();
    let total = (6 + ap_req.len() + 9) as u16;
    kpasswd.extend(total.to_be_bytes());
    kpasswd.extend([0xff, 0x80]);
    kpasswd.extend((ap_req.len() as u16).to_be_bytes());
    kpasswd.extend(&ap_req);
    kpasswd.extend(b"\x75\x07\x30\x05\xa0\x03\x02\x01\x05");
    write("kerberos_message", "kpasswd", &kpasswd);
}

/// FAST and PKINIT of a request, and of a reply.
fn clear_parts(ap_req: &[u8]) -> [[Vec<u8>; 2]; 2] {
    fn el(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
        let contents = parts.concat();
        let length = (contents.len() as u16).to_be_bytes();
        let length = if contents.len() < 0x80 { vec![length[1]] } else { [&[0x82][..], &length].concat() };
        [&[tag][..], &length, &contents].concat()
    }
    let integer = |tag: u8, value: u8| el(tag, &[&[2, 1, value]]);
    let octets = |tag: u8, octets: &[u8]| el(tag, &[&el(4, &[octets])]);
    let sealed = el(0x30, &[&integer(0xa0, 18), &octets(0xa2, &[0x5a; 16])]);
    let armor = el(0x30, &[&integer(0xa0, 1), &octets(0xa1, ap_req)]);
    let checksum = el(0x30, &[&integer(0xa0, 16), &octets(0xa1, &[0xc5; 12])]);
    let parts = [el(0xa0, &[&armor]), el(0xa1, &[&checksum]), el(0xa2, &[&sealed])].concat();
    let fast_request = el(0xa0, &[&el(0x30, &[&parts])]);
    let fast_reply = el(0xa0, &[&el(0x30, &[&el(0xa0, &[&sealed])])]);

    let signed = |kind: u8, content: &[u8]| {
        let inner = el(0x30, &[&[6, 7, 0x2b, 6, 1, 5, 2, 3, kind], &octets(0xa0, content)]);
        let data = el(0x30, &[&[2, 1, 3, 0x31, 0], &inner]);
        el(0x30, &[&[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2], &el(0xa0, &[&data])])
    };
    let time = el(0xa1, &[b"\x18\x0f20261121080000Z"]);
    let kdf = el(0x30, &[&el(0xa0, &[&[6, 6, 0x2b, 6, 1, 5, 2, 3]])]);
    let authenticator = el(0x30, &[&integer(0xa0, 7), &time, &integer(0xa2, 9), &octets(0xa3, &[0x11; 20])]);
    let key =
        el(0xa1, &[&el(0x30, &[&el(0x30, &[&[6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3e, 2, 1]]), &[3, 2, 0, 1]])]);
    let pack = el(0x30, &[&el(0xa0, &[&authenticator]), &key, &el(0xa4, &[&el(0x30, &[&kdf])])]);
    let pkinit_request = el(0x30, &[&el(0x80, &[&signed(1, &pack)])]);
    let key = el(0x30, &[&el(0xa0, &[&[3, 2, 0, 1]]), &integer(0xa1, 9)]);
    let info = el(0x30, &[&el(0x80, &[&signed(2, &key)]), &octets(0xa1, b"nonce"), &el(0xa2, &[&kdf])]);
    [[fast_request, pkinit_request], [fast_reply, el(0xa0, &[&info])]]
}

fn dns() {
    let srv = b"\x12\x34\x85\x80\0\x01\0\x01\0\0\0\x03\
        \x05_ldap\x04_tcp\x02dc\x06_msdcs\x04corp\x07example\0\0\x21\0\x01\
        \xc0\x0c\0\x21\0\x01\0\0\x02\x58\0\x0c\0\0\0\x64\x01\x85\x03dc1\xc0\x21\
        \xc0\x45\0\x01\0\x01\0\0\x0e\x10\0\x04\xc0\0\x02\x0a\
        \xc0\x45\0\x1c\0\x01\0\0\x0e\x10\0\x10\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x0a\
        \0\0\x29\x0f\xa0\x01\0\x80\0\0\x08\0\x0a\0\x04abcd";
    write("dns_message", "srv", srv);
    let mut framed = (srv.len() as u16).to_be_bytes().to_vec();
    framed.extend(srv);
    write("dns_message", "tcp", &framed);
    write(
        "dns_message",
        "soa",
        b"\0\x01\x81\x83\0\x01\0\0\0\x01\0\0\x06absent\x04corp\x07example\0\0\x01\0\x01\
          \xc0\x13\0\x06\0\x01\0\0\x0e\x10\0\x27\x03dc1\xc0\x13\x0ahostmaster\xc0\x13\
          \0\0\0\x2a\0\0\x03\x84\0\0\x02\x58\0\x01\x51\x80\0\0\x0e\x10",
    );
    write(
        "dns_message",
        "update",
        b"\xab\xcd\x28\0\0\x01\0\x01\0\x03\0\x01\x04corp\x07example\0\0\x06\0\x01\
          \x02pc\xc0\x0c\0\x05\0\xfe\0\0\0\0\0\0\xc0\x1e\0\x1c\0\xff\0\0\0\0\0\0\
          \xc0\x1e\0\x01\0\xfe\0\0\0\0\0\x04\xc0\0\x02\x14\xc0\x1e\0\x01\0\x01\0\0\x04\xb0\0\x04\xc0\0\x02\x15\
          \x03key\0\0\xfa\0\xff\0\0\0\0\0\x1e\x08gss-tsig\0\0\0\x65\x53\xf1\0\x01\x2c\0\x04MACS\xab\xcd\0\0\0\0",
    );
    write(
        "dns_message",
        "mixed",
        b"\0\x07\x84\0\0\0\0\x06\0\0\0\0\
          \x01k\0\0\xf9\0\xff\0\0\0\0\0\x1f\x08gss-tsig\0\0\0\0\x01\0\0\0\x02\0\x03\0\0\0\x05token\0\0\
          \xc0\x0c\0\x0c\0\x01\0\0\0\0\0\x02\xc0\x0c\xc0\x0c\0\x02\0\x01\0\0\0\0\0\x02\xc0\x0c\
          \xc0\x0c\0\x05\0\x01\0\0\0\0\0\x02\xc0\x0c\xc0\x0c\0\x10\0\x01\0\0\0\0\0\x06\x02ab\0\x01c\
          \xc0\x0c\0\x63\0\x01\0\0\0\0\0\x03xyz",
    );
}

/// An IPv4 packet from 192.0.2.`from` to 192.0.2.`to`, without checksums.
fn ipv4(from: u8, to: u8, protocol: u8, fragment: u16, payload: &[u8]) -> Vec<u8> {
    let mut packet = vec![0x45, 0];
    packet.extend((20 + payload.len() as u16).to_be_bytes());
    packet.extend([0x12, 0x34]);
    packet.extend(fragment.to_be_bytes());
    packet.extend([64, protocol, 0, 0, 192, 0, 2, from, 192, 0, 2, to]);
    packet.extend(payload);
    packet
}

fn udp(payload: &[u8]) -> Vec<u8> {
    let mut datagram = vec![0xc0, 0x00, 0x01, 0x85];
    datagram.extend((8 + payload.len() as u16).to_be_bytes());
    datagram.extend([0, 0]);
    datagram.extend(payload);
    datagram
}

fn tcp(to_server: bool, seq: u32, ack: u32, flags: u8, payload: &[u8]) -> Vec<u8> {
    let (client, server) = (49152_u16.to_be_bytes(), 445_u16.to_be_bytes());
    let mut segment = if to_server { [client, server] } else { [server, client] }.concat();
    segment.extend(seq.to_be_bytes());
    segment.extend(ack.to_be_bytes());
    // A SYN brings the options MSS and window scale.
    let options: &[u8] = if flags & 2 == 0 { &[] } else { &[2, 4, 5, 0xb4, 1, 3, 3, 8] };
    segment.extend([((20 + options.len()) as u8 / 4) << 4, flags, 0x20, 0, 0, 0, 0, 0]);
    segment.extend(options);
    segment.extend(payload);
    let (from, to) = if to_server { (1, 2) } else { (2, 1) };
    ipv4(from, to, 6, 0x4000, &segment)
}

/// The input of `capture_frames`: link type, habits, and the frames.
fn capture(link: u8, habits: u8, frames: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = vec![link, habits];
    for frame in frames {
        bytes.extend((frame.len() as u16).to_le_bytes());
        bytes.push(1);
        bytes.extend(frame);
    }
    bytes
}

fn frames() {
    let (to_server, to_client) = (true, false);
    let talk = [
        tcp(to_server, 1000, 0, 2, b""),
        tcp(to_client, 5000, 1001, 0x12, b""),
        tcp(to_server, 1001, 5001, 0x18, b"first"),
        tcp(to_server, 1011, 5001, 0x18, b"third"),
        tcp(to_server, 1006, 5001, 0x18, b"second"),
        tcp(to_server, 1001, 5001, 0x18, b"first"),
        tcp(to_client, 5001, 1016, 0x18, b"answer"),
        // Acknowledges octets that were not captured.
        tcp(to_server, 1016, 5020, 0x10, b""),
        tcp(to_client, 5020, 1016, 0x19, b"end"),
        tcp(to_server, 1016, 5024, 0x14, b""),
    ];
    for (name, habits) in
        [("tcp", 0), ("tcp-half", 1), ("tcp-one-octet", 2), ("tcp-nothing", 3), ("tcp-small", 0x81)]
    {
        write("capture_frames", name, &capture(2, habits, &talk));
    }
    let ethernet: Vec<_> = talk
        .iter()
        .take(4)
        .map(|packet| {
            let mut frame = vec![2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x81, 0, 0, 7, 8, 0];
            frame.extend(packet);
            frame
        })
        .collect();
    write("capture_frames", "ethernet-vlan", &capture(0, 0, &ethernet));

    let datagram = udp(b"a datagram in three parts");
    let parts = [
        ipv4(1, 2, 17, 0x2000, &datagram[..16]),
        ipv4(1, 2, 17, 0x0004, &datagram[32..]),
        ipv4(1, 2, 17, 0x2002, &datagram[16..32]),
    ];
    write("capture_frames", "fragments", &capture(2, 0, &parts));
    let mut unreachable = vec![3, 3, 0, 0, 0, 0, 0, 0];
    unreachable.extend(ipv4(1, 2, 17, 0, &udp(b"who?")));
    write("capture_frames", "icmp", &capture(2, 0, &[ipv4(2, 1, 1, 0, &unreachable)]));
    let mut ipv6 = vec![0x60, 0, 0, 0];
    let datagram = udp(b"six");
    ipv6.extend((datagram.len() as u16 + 8).to_be_bytes());
    ipv6.extend([0, 64]);
    ipv6.extend([0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    ipv6.extend([0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2]);
    // Hop-by-hop options: six octets of padding.
    ipv6.extend([17, 0, 1, 4, 0, 0, 0, 0]);
    ipv6.extend(&datagram);
    write("capture_frames", "ipv6", &capture(2, 0, &[ipv6]));
}

/// Seeds of other targets, carried by UDP and TCP on the ports where they belong.
fn engine() {
    let seed = |name: &str| {
        std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../seeds").join(name)).unwrap()
    };
    let at_port = |mut packet: Vec<u8>, to_server: bool, port: u16| {
        let at = if to_server { 22 } else { 20 };
        packet[at..at + 2].copy_from_slice(&port.to_be_bytes());
        packet
    };
    let datagram = |to_server: bool, port: u16, payload: &[u8]| {
        let (from, to) = if to_server { (1, 2) } else { (2, 1) };
        let mut packet = ipv4(from, to, 17, 0, &udp(payload));
        packet[20..24].copy_from_slice(&if to_server {
            [0xc0, 0, (port >> 8) as u8, port as u8]
        } else {
            [(port >> 8) as u8, port as u8, 0xc0, 0]
        });
        packet
    };
    let locate = [
        datagram(false, 53, &seed("dns_message/srv")),
        datagram(true, 53, &seed("dns_message/update")),
        datagram(true, 389, &seed("ldap_message/ping")),
        datagram(false, 389, &seed("ldap_message/ping-answer")),
        datagram(true, 138, &seed("mailslot_datagram/datagram")),
        datagram(true, 88, &seed("kerberos_message/as-req")),
        datagram(false, 88, &seed("kerberos_message/error-preauth")),
    ];
    write("engine", "datagrams", &capture(2, 0, &locate));
    let talk = |port: u16, request: &[u8], response: &[u8]| -> Vec<u8> {
        let (half, len) = (request.len() / 2, request.len() as u32);
        let frames = [
            at_port(tcp(true, 1000, 0, 2, b""), true, port),
            at_port(tcp(false, 5000, 1001, 0x12, b""), false, port),
            at_port(tcp(true, 1001, 5001, 0x18, &request[..half]), true, port),
            at_port(tcp(true, 1001 + half as u32, 5001, 0x18, &request[half..]), true, port),
            at_port(tcp(false, 5001, 1001 + len, 0x18, response), false, port),
            at_port(tcp(true, 1001 + len, 5001, 0x14, b""), true, port),
        ];
        capture(2, 0, &frames)
    };
    let framed = |name: &str| smb2_proto::encode::nbss(&seed(name));
    let (request, response) =
        (framed("smb_message/negotiate-request"), framed("smb_message/negotiate-response"));
    write("engine", "smb", &talk(445, &request, &response));
    write("engine", "rpc", &talk(135, &seed("dce_rpc_pdu/bind"), &seed("dce_rpc_pdu/bind-ack")));
    write("engine", "ldap", &talk(389, &seed("ldap_message/bind"), &seed("ldap_message/bind-refused")));
    let error = encode::record(&seed("kerberos_message/error-status"));
    let line = |entry: &LogEntry| {
        let mut record = b"\0\x0c\0\x08syslog\0\0\0\x14\0\x04\xc0\0\x02\x01\0\0\0\0".to_vec();
        record.extend(entry.to_text().into_bytes());
        record
    };
    let entry = LogEntry {
        line: 7,
        time: "2026-05-04 09:30:12.400".to_owned(),
        text: "NetpModifyComputerObjectInDs: ldap_add_s failed: 0x35 0x216d".to_owned(),
        below: vec!["  Options: 0x27".to_owned(), "\tname  =  PC1$".to_owned()],
        operation: "join",
        pass: Some(2),
        normal: Some("it is not"),
        packets: vec![-100_000_000, 0, 100_000_000],
    };
    let bare =
        LogEntry { line: 8, text: "NetpDoDomainJoin: status: 0x216d".to_owned(), ..LogEntry::default() };
    let before = LogEntry { normal: None, ..entry.clone() };
    write("engine", "log-lines", &capture(9, 0, &[line(&before), line(&entry), line(&bare)]));
    write("engine", "kerberos", &talk(88, &encode::record(&seed("kerberos_message/tgs-req")), &error));
}

/// Files in each format and byte order, and compressed.
fn files() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples/ldap-ping.pcap");
    let pcap = std::fs::read(sample).unwrap();
    write("capture_file", "pcap", &pcap);
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&pcap).unwrap();
    write("capture_file", "gzip", &gzip.finish().unwrap());
    let mut lz4 = lz4_flex::frame::FrameEncoder::new(Vec::new());
    lz4.write_all(&pcap).unwrap();
    write("capture_file", "lz4", &lz4.finish().unwrap());
    let level = ruzstd::encoding::CompressionLevel::Fastest;
    write("capture_file", "zstandard", &ruzstd::encoding::compress_to_vec(&pcap[..], level));

    let packet = ipv4(1, 2, 17, 0, &udp(b"a packet"));
    let mut writer = Writer::new(Vec::new(), "seeds").unwrap();
    for (link, comments) in
        [(101, &["a comment", "PID=672 ProcessName=lsass.exe"][..]), (228, &[]), (1, &["too short"])]
    {
        writer.packet(LinkType(link), 1_795_000_000_000_000_001, &packet, 90, comments).unwrap();
    }
    write("capture_file", "pcapng", &writer.finish().unwrap());

    let words = |words: &[u32]| -> Vec<u8> { words.iter().flat_map(|word| word.to_be_bytes()).collect() };
    let len = packet.len() as u32;
    let mut big = words(&[0xa1b2_3c4d, 0x0002_0004, 0, 0, 65_535, 101, 1_795_000_000, 999_999_999, len, len]);
    big.extend(&packet);
    write("capture_file", "pcap-big-endian", &big);

    let mut big = Vec::new();
    let mut block = |kind: u32, body: Vec<u8>| {
        let body = [&body[..], &vec![0; body.len().next_multiple_of(4) - body.len()]].concat();
        let total = words(&[12 + body.len() as u32]);
        big.extend([&words(&[kind])[..], &total, &body, &total].concat());
    };
    block(0x0a0d_0d0a, words(&[0x1a2b_3c4d, 0x0001_0000, u32::MAX, u32::MAX]));
    // Milliseconds since a day after 1970; 40 octets of each packet.
    let options = [0x0009_0001, 0x0300_0000, 0x000e_0008, 0, 86_400, 0];
    block(1, [words(&[101 << 16, 40]), words(&options)].concat());
    let flags = words(&[0x0002_0004, 1, 0]);
    block(6, [words(&[0, 400, 7, len, len]), packet.clone(), flags].concat());
    block(3, [&words(&[len])[..], packet.get(..40).unwrap_or(&packet)].concat());
    block(2, [words(&[0, 400, 9, len, len]), packet.clone()].concat());
    block(9, b"A=1\nB=2\n".to_vec());
    block(5, words(&[0, 0, 0, 0x0005_0008, 0, 3, 0]));
    write("capture_file", "pcapng-big-endian", &big);
}

/// Small logs: two passes, an old one that failed, and what else it may hold.
fn netsetup() {
    let pass = |options: &str, status: &str| {
        format!(
            "05/04/2026 09:30:00:100 -----------------------------------------------------------------\r\n\
            05/04/2026 09:30:00:100 NetpDoDomainJoin\r\n\
            05/04/2026 09:30:00:101   HostName: PC1\r\n\
            05/04/2026 09:30:00:101   Domain: corp.example\r\n\
            05/04/2026 09:30:00:101   Options: {options}\r\n\
            05/04/2026 09:30:00:300 NetpDsGetDcName: found DC '\\\\dc1' in the specified domain\r\n\
            05/04/2026 09:30:00:400 NetpJoinDomainOnDs: status of connecting to dc '\\\\dc1': 0x0\r\n\
            05/04/2026 09:30:00:500 NetpDoDomainJoin: status: {status}\r\n"
        )
    };
    let two = pass("0x25", "0x534") + &pass("0x27", "0x0");
    let utf16: Vec<u8> = pass("0x27", "0x5").encode_utf16().flat_map(u16::to_le_bytes).collect();
    write("netsetup_log", "two-passes", two.as_bytes());
    write("netsetup_log", "utf16", &[&[0xff, 0xfe], &*utf16].concat());
    write(
        "netsetup_log",
        "old",
        b"12/31 23:59:58 NetpDoDomainJoin\r\n12/31 23:59:58 \tMachine: XP\r\n12/31 23:59:59 NetUseAdd to \\\\dc1\\IPC$ \
          returned 1326\r\n12/31 23:59:59 NetpDoDomainJoin: status: 0x52e\r\n",
    );
    write(
        "netsetup_log",
        "others",
        b"//A remark\n```\n05/04/2026 09:30:00:100 NetpChangeMachineName: from 'A' to 'B' using 'C' [0x1000]\n\
          05/04/2026 09:30:00:100 NetpModifyComputerObjectInDs: ldap_add_s failed: 0x35 0x216d\n\
          more of it\n05/04/2026 09:30:00:100     userAccountControl  =  0x1000\nPrivileges: x\n\
          05/04/2026 09:30:00:100 NetpJoinWorkgroup: joining computer 'A' to workgroup 'B'\n\
          05/04/2026 09:30:00:100 NetpUnJoinDomain: unjoin from 'A' using 'B' creds, options: 0x4\n",
    );
}

/// One of each kind, of those that were written before.
fn alone() {
    for (target, name) in [
        ("ldap_message", "ping"),
        ("ldap_message", "ping-answer"),
        ("ldap_message", "bind-refused"),
        ("dce_rpc_pdu", "bind-auth"),
        ("dce_rpc_pdu", "fault"),
        ("gss_token", "spnego-kerberos"),
        ("gss_token", "ntlm-challenge"),
        ("netlogon_message", "response-ex-full"),
        ("mailslot_datagram", "datagram"),
        ("smb_message", "session-setup-request"),
        ("kerberos_message", "ap-req-record"),
        ("kerberos_message", "error-status"),
        ("tower", "ncacn-ip-tcp"),
        ("dns_message", "srv"),
    ] {
        let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../seeds");
        write("decode_alone", name, &std::fs::read(seeds.join(target).join(name)).unwrap());
    }
}

/// Independent readers get what ours get.
fn peers() {
    for (target, from) in
        [("peer_ber", "wire_ber"), ("peer_kerberos", "kerberos_message"), ("peer_ldap", "ldap_message")]
    {
        let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../seeds").join(from);
        for file in std::fs::read_dir(seeds).unwrap().map(Result::unwrap) {
            write(target, file.file_name().to_str().unwrap(), &std::fs::read(file.path()).unwrap());
        }
    }
    // What begins as no message says which one to make and what to change.
    for (target, kinds) in [("peer_kerberos", 6_u8), ("peer_ldap", 15)] {
        for kind in 0..kinds {
            let octets: Vec<u8> = (0..96_u32).map(|at| (at * 41 + 7 * u32::from(kind)) as u8).collect();
            write(target, &format!("made-{kind}"), &[&[kind], &*octets].concat());
        }
    }
}

/// One for each generator, and octets for it.
fn generated() {
    let names = [
        "ap-req",
        "kdc-req",
        "krb-error",
        "ping",
        "ping-answer",
        "netlogon-answer",
        "pdu",
        "tower",
        "map-request",
        "map-response",
        "lookup-response",
        "ntlm-negotiate",
        "ntlm-challenge",
        "ntlm-authenticate",
        "spnego",
        "dns",
        "smb2",
    ];
    for (which, name) in (0..).zip(names) {
        let octets: Vec<u8> = (0..160_u32).map(|at| (at * 37 + 11 * u32::from(which)) as u8).collect();
        write("generated", name, &[&[which], &*octets].concat());
    }
}

/// One for each sample, and a few changes of each.
fn mutated() {
    for sample in 0..7_u8 {
        let mut input = vec![sample, [0, 15, 4, 8, 3, 2, 1][usize::from(sample)]];
        for n in 0..4_u8 {
            let what = (n * 4 + sample) % 14;
            input.extend([what, n * 31 + sample * 17, 0, n * 77, 0, n * 50, 0, n]);
        }
        write("engine_mutated", &format!("sample-{sample}"), &input);
    }
}
