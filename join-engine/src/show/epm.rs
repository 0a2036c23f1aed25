//! `adjoin.epm.*`: the endpoint mapper, [C706] appendix O.

use super::Base::{Dec, Hex};
use super::Kind::{Group, Guid, Ipv4, Ipv6, Text, Uint};
use super::family;
use super::sheet::Sheet;
use adjoin_wire::{Partial, Span, Spanned};
use core::net::IpAddr;
use epmap_proto::{
    EptLookupHandleFree, EptLookupRequest, EptLookupResponse, EptMapRequest, EptMapResponse, EptOpnum,
    EptStatus, Tower, TowerOctets,
};
use rpce_proto::{Encoding, TransferSyntax, interface_name};

family! {
    HEADING = "adjoin.epm", "Endpoint mapper", Group, "Call to the RPC endpoint mapper or its answer";
    OPNUM = "adjoin.epm.opnum", "Operation", Uint(16, Dec), "Operation number; 3 is ept_map";
    STATUS = "adjoin.epm.status", "Status", Uint(32, Hex), "Status of the answer; 0 is success";
    MAX_TOWERS = "adjoin.epm.max_towers", "Most towers wanted", Uint(32, Dec), "Number of towers or entries that the client accepts";
    NUM_TOWERS = "adjoin.epm.num_towers", "Number of towers", Uint(32, Dec), "Number of towers or entries in the answer";
    TOWER = "adjoin.epm.tower", "Tower", Group, "One way to reach an interface";
    INTERFACE = "adjoin.epm.tower.interface", "Interface", Guid, "UUID of the interface";
    INTERFACE_NAME = "adjoin.epm.tower.interface_name", "Interface name", Text, "Common name of the interface";
    VERSION = "adjoin.epm.tower.version", "Interface version", Text, "Version of the interface, major.minor";
    TRANSFER_SYNTAX = "adjoin.epm.tower.transfer_syntax", "Transfer syntax", Text, "Encoding of the interface's parameters";
    PROTOCOL = "adjoin.epm.tower.protocol", "Protocol sequence", Text, "Protocol sequence, such as ncacn_ip_tcp";
    PORT = "adjoin.epm.tower.port", "Port", Uint(16, Dec), "TCP, UDP or HTTP port";
    ADDRESS = "adjoin.epm.tower.address", "Address", Ipv4, "IPv4 address of the server; 0.0.0.0 in a request";
    ADDRESS6 = "adjoin.epm.tower.address6", "IPv6 address", Ipv6, "IPv6 address of the server";
    ENDPOINT = "adjoin.epm.tower.endpoint", "Endpoint", Text, "Named pipe or local endpoint";
    HOST = "adjoin.epm.tower.host", "Host", Text, "NetBIOS name of the server";
    ANNOTATION = "adjoin.epm.tower.annotation", "Annotation", Text, "The server's remark on the entry";
}

/// The stub of a call or of its answer.
pub(crate) fn rows(
    sheet: &mut Sheet<'_>,
    stub: &[u8],
    whole: Span,
    opnum: u16,
    response: bool,
    encoding: Encoding,
) {
    let call = EptOpnum(opnum);
    sheet.group(0, HEADING, whole, format!("{call} {}", if response { "response" } else { "request" }));
    sheet.known(1, OPNUM, u64::from(opnum), format!("{call} ({opnum})"));
    let error = match (call, response) {
        (EptOpnum::MAP, false) => {
            let Partial { value: request, error } = EptMapRequest::parse_partial(stub, encoding);
            if let Some(octets) = request.map_tower {
                tower(sheet, &octets, None);
            }
            sheet.uint(1, MAX_TOWERS, &request.max_towers);
            error
        }
        (EptOpnum::MAP, true) => {
            let Partial { value: answer, error } = EptMapResponse::parse_partial(stub, encoding);
            sheet.uint(1, NUM_TOWERS, &answer.num_towers);
            for octets in answer.towers.iter().map_while(Result::ok).filter_map(|element| element.octets) {
                tower(sheet, &octets, None);
            }
            status(sheet, &answer.status);
            error
        }
        (EptOpnum::LOOKUP, false) => {
            let Partial { value: request, error } = EptLookupRequest::parse_partial(stub, encoding);
            sheet.uint(1, MAX_TOWERS, &request.max_ents);
            error
        }
        (EptOpnum::LOOKUP, true) => {
            let Partial { value: answer, error } = EptLookupResponse::parse_partial(stub, encoding);
            sheet.uint(1, NUM_TOWERS, &answer.num_ents);
            for entry in answer.entries.iter().map_while(Result::ok) {
                if let Some(octets) = entry.tower {
                    tower(sheet, &octets, Some(&entry.annotation));
                }
            }
            status(sheet, &answer.status);
            error
        }
        (EptOpnum::LOOKUP_HANDLE_FREE, true) => {
            let Partial { value: answer, error } = EptLookupHandleFree::parse_partial(stub, encoding);
            if let Some(field) = &answer.status {
                status(sheet, field);
            }
            error
        }
        _ => None,
    };
    sheet.stopped(1, error);
}

fn status(sheet: &mut Sheet<'_>, field: &Spanned<EptStatus>) {
    let status = field.value;
    sheet.named(1, STATUS, field.span, status.0.into(), format!("0x{:08x} ({status})", status.0));
}

fn tower(
    sheet: &mut Sheet<'_>,
    octets: &TowerOctets<'_>,
    annotation: Option<&Spanned<adjoin_wire::Text<'_>>>,
) {
    floors(sheet, 1, octets.tower_octet_string.span, octets.tower(), annotation);
}

/// A tower without the call that it is part of.
pub(crate) fn alone(sheet: &mut Sheet<'_>, octets: &[u8]) {
    floors(sheet, 0, Span::new(0, octets.len()), Tower::parse_partial(octets), None);
}

fn floors(
    sheet: &mut Sheet<'_>,
    depth: u8,
    whole: Span,
    tower: Partial<Tower<'_>>,
    annotation: Option<&Spanned<adjoin_wire::Text<'_>>>,
) {
    let Partial { value: tower, error } = tower;
    let way = tower.summary();
    sheet.group(depth, TOWER, whole, way.to_string());
    let depth = depth.saturating_add(1);
    if let Some(interface) = way.interface {
        let uuid = interface.value.uuid;
        sheet.guid(depth, INTERFACE, &interface.map(|syntax| syntax.uuid));
        if let Some(name) = interface_name(uuid) {
            sheet.words(depth, INTERFACE_NAME, interface.span, name);
        }
        let version = format!("{}.{}", interface.value.major(), interface.value.minor());
        sheet.words(depth, VERSION, interface.span, version);
    }
    if let Some(syntax) = way.transfer_syntax {
        let text = match syntax.value.transfer_syntax() {
            TransferSyntax::Other => syntax.value.to_string(),
            known => known.to_string(),
        };
        sheet.words(depth, TRANSFER_SYNTAX, syntax.span, text);
    }
    if let Some(sequence) = way.protocol_sequence {
        sheet.words(depth, PROTOCOL, sequence.span, sequence.value.as_str());
    }
    if let Some(port) = &way.port {
        sheet.uint(depth, PORT, port);
    }
    match way.address {
        Some(Spanned { value: IpAddr::V4(address), span }) => {
            sheet.ipv4(depth, ADDRESS, span, address.octets())
        }
        Some(Spanned { value: IpAddr::V6(address), span }) => {
            sheet.ipv6(depth, ADDRESS6, span, address.octets())
        }
        None => {}
    }
    if let Some(endpoint) = &way.endpoint {
        sheet.text(depth, ENDPOINT, endpoint);
    }
    if let Some(host) = &way.host {
        sheet.text(depth, HOST, host);
    }
    if let Some(annotation) = annotation {
        sheet.text(depth, ANNOTATION, annotation);
    }
    sheet.stopped(depth, error);
}
