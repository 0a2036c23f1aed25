//! What a call to the endpoint mapper asks and answers.

use adjoin_capture::Endpoint;
use epmap_proto::{
    EptLookupRequest, EptLookupResponse, EptMapRequest, EptMapResponse, EptOpnum, EptStatus,
    ProtocolSequence, TowerSummary,
};
use rpce_proto::{Encoding, SyntaxId, interface_name};

use crate::catalogue as find;
use crate::log;
use crate::story::Fact;
use crate::tracker::Scene;

fn name(interface: SyntaxId) -> String {
    interface_name(interface.uuid).map_or_else(|| interface.uuid.to_string(), str::to_uppercase)
}

/// Says what is asked for.
pub(super) fn request(
    scene: &mut Scene<'_>,
    said: &mut log::Message,
    stub: &[u8],
    opnum: u16,
    encoding: Encoding,
) {
    match EptOpnum(opnum) {
        EptOpnum::MAP => {
            let request = EptMapRequest::parse_partial(stub, encoding).value;
            let way = request.tower().map(|tower| tower.summary());
            if let Some(interface) = way.and_then(|way| way.interface) {
                scene.tell(Fact::EpmAsk { interface: interface.value.uuid });
                let protocol = way
                    .and_then(|way| way.protocol_sequence)
                    .map(|sequence| sentence!(" over {}", sequence.as_str()))
                    .unwrap_or_default();
                said.summary = sentence!("Endpoint mapper: where is {}{protocol}?", name(interface.value));
            }
        }
        EptOpnum::LOOKUP => {
            let request = EptLookupRequest::parse_partial(stub, encoding).value;
            said.summary = match request.ifid {
                Some(interface) => sentence!(
                    "Endpoint mapper: lists the endpoints of {}",
                    interface_name(interface.uuid.value)
                        .map_or_else(|| interface.uuid.to_string(), str::to_uppercase)
                ),
                None => "Endpoint mapper: lists all endpoints".to_owned(),
            };
        }
        _ => {}
    }
}

/// Says what is answered, and remembers who listens where.
pub(super) fn response(
    scene: &mut Scene<'_>,
    said: &mut log::Message,
    stub: &[u8],
    opnum: u16,
    encoding: Encoding,
) {
    match EptOpnum(opnum) {
        EptOpnum::MAP => {
            let answer = EptMapResponse::parse_partial(stub, encoding).value;
            let ways: Vec<_> = answer.towers.towers().map(|tower| tower.summary()).collect();
            let interface = ways.iter().find_map(|way| way.interface).map(|interface| interface.value);
            for way in &ways {
                learn(scene, way);
            }
            let tcp = |way: &&TowerSummary<'_>| {
                way.protocol_sequence.is_some_and(|sequence| sequence.value == ProtocolSequence::NcacnIpTcp)
            };
            scene.tell(Fact::EpmAnswer {
                interface: interface.map(|interface| interface.uuid),
                ports: ways.iter().filter(tcp).filter_map(|way| way.port).map(|port| port.value).collect(),
                status: answer.status.value.0,
            });
            if ways.is_empty() {
                failed(said, answer.status.reached().copied());
            } else {
                let ports: Vec<_> = ways.iter().map(place).collect();
                let name = interface.map_or_else(|| "it".to_owned(), name);
                said.summary = sentence!("Endpoint mapper: {name} is at {}", ports.join(", "));
            }
        }
        EptOpnum::LOOKUP => {
            let answer = EptLookupResponse::parse_partial(stub, encoding).value;
            for entry in answer.entries.iter().map_while(Result::ok) {
                if let Some(tower) = entry.tower {
                    learn(scene, &tower.tower().value.summary());
                }
            }
            said.summary = sentence!("Endpoint mapper: {} entries", answer.num_ents);
        }
        _ => {}
    }
}

/// Where a tower leads, in words.
fn place(way: &TowerSummary<'_>) -> String {
    match (way.protocol_sequence.map(|sequence| sequence.value), way.port, way.address) {
        // An address of 0.0.0.0 stands for the answering host.
        (Some(ProtocolSequence::NcacnIpTcp), Some(port), Some(address)) if !address.is_unspecified() => {
            sentence!("{} TCP port {port}", address.value)
        }
        (Some(ProtocolSequence::NcacnIpTcp), Some(port), _) => sentence!("TCP port {port}"),
        _ => way.to_string(),
    }
}

fn failed(said: &mut log::Message, status: Option<EptStatus>) {
    let Some(status) = status else { return };
    said.summary = sentence!("Endpoint mapper: no endpoint, {status}");
    if !status.is_ok() {
        let text = if status.is_not_registered() {
            "The interface is not registered: its service does not run on this host, or has not started yet"
                .to_owned()
        } else {
            sentence!("The endpoint mapper answers {status}")
        };
        said.remark(find::RPC_EPMAP, text);
    }
}

/// Remembers who listens at a TCP port. An address of 0.0.0.0 stands for the answering host.
fn learn(scene: &mut Scene<'_>, way: &TowerSummary<'_>) {
    let (Some(interface), Some(sequence), Some(port)) = (way.interface, way.protocol_sequence, way.port)
    else {
        return;
    };
    if sequence.value != ProtocolSequence::NcacnIpTcp || port.value == 0 {
        return;
    }
    let address = way
        .address
        .map(|address| address.value)
        .filter(|address| !address.is_unspecified())
        .unwrap_or(scene.server.address);
    scene.names.learn_interface(Endpoint { address, port: port.value }, interface.value.uuid);
}
