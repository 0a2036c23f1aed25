//! Options change verdicts and nothing else.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod capture_file;

use std::net::IpAddr;
use std::path::Path;

use capture_file::Captured;
use join_engine::report::JoinReport;
use join_engine::show::What;
use join_engine::{Engine, Options, Report, catalogue};

/// The client and the controller of `kdc-answer-lost.pcap`.
const CLIENT: [u8; 4] = [192, 168, 50, 13];
const CONTROLLER: [u8; 4] = [192, 168, 100, 10];

fn sample() -> Vec<Captured> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../samples/kdc-answer-lost.pcap");
    capture_file::read(path.to_str().unwrap()).unwrap()
}

fn engine(frames: &[Captured], options: Options) -> Engine {
    let mut engine = Engine::new();
    engine.set_options(options);
    for (number, frame) in (1..).zip(frames) {
        engine.feed(&frame.numbered(number));
    }
    engine.finish();
    engine
}

fn report(options: Options) -> Report {
    engine(&sample(), options).report()
}

fn off(groups: &[&str]) -> Options {
    Options { off: groups.iter().map(|&group| group.to_owned()).collect(), ..Options::default() }
}

fn ids(join: &JoinReport) -> Vec<&str> {
    join.findings.iter().map(|finding| finding.id).collect()
}

/// The findings that are shown with the frames.
fn shown(engine: &Engine, frames: &[Captured]) -> Vec<&'static str> {
    let views = (1..).zip(frames).filter_map(|(number, frame)| engine.view(number, &frame.bytes));
    let rows = views.flat_map(|view| view.rows);
    rows.filter_map(|row| match row.what {
        What::Finding { id, .. } => catalogue::finding(id).map(|finding| finding.id),
        What::Field { .. } => None,
    })
    .collect()
}

#[test]
fn a_group_that_is_off_is_never_the_root() {
    let plain = report(Options::default());
    let root = |report: &Report| report.joins.first().unwrap().root.as_ref().map(|root| root.id);
    assert_eq!(root(&plain), Some("KRB-REPLYLOST-MTU"));

    let without = report(off(&["KRB"]));
    assert!(!root(&without).is_some_and(|root| root.starts_with("KRB-")), "{:?}", root(&without));
    let notes = ids(without.joins.first().unwrap());
    assert!(notes.contains(&"NET-MTU"), "the others stay: {notes:?}");

    let alone = report(off(&["KRB-REPLYLOST-MTU"]));
    assert!(!ids(alone.joins.first().unwrap()).contains(&"KRB-REPLYLOST-MTU"));
}

#[test]
fn notes_can_be_off() {
    let quiet = report(off(&["NET", "DNS"]));
    let join = quiet.joins.first().unwrap();
    assert_eq!(join.root.as_ref().map(|root| root.id), Some("KRB-REPLYLOST-MTU"));
    assert!(!ids(join).iter().any(|id| id.starts_with("NET-")), "{:?}", ids(join));
    // Only whole words of an id count.
    assert_eq!(report(off(&["KR", "NE", ""])).to_json(), report(Options::default()).to_json());
}

#[test]
fn only_the_named_clients_are_judged() {
    let plain = report(Options::default()).to_json();
    let clients = |client: [u8; 4]| Options { clients: vec![IpAddr::from(client)], ..Options::default() };
    assert_eq!(report(clients([203, 0, 113, 1])).joins.len(), 0);
    assert_eq!(report(clients(CLIENT)).to_json(), plain);
}

#[test]
fn named_controllers_are_not_judged() {
    let plain = report(Options::default()).to_json();
    let controllers = |host: [u8; 4]| Options { controllers: vec![IpAddr::from(host)], ..Options::default() };
    assert_eq!(report(controllers(CLIENT)).joins.len(), 0);
    assert_eq!(report(controllers(CONTROLLER)).to_json(), plain);
}

#[test]
fn who_waits_longer_sees_less_silence() {
    let frames = sample();
    let silent = |frames: &[Captured], patience| {
        let report = engine(frames, Options { patience, ..Options::default() }).report();
        ids(report.joins.first().unwrap()).contains(&"KRB-REPLYLOST-MTU")
    };
    // Behind frame 74, 3.1 s after the request, comes nothing until the client gives up.
    let open = frames.get(..74).unwrap();
    assert!(silent(open, 1) && silent(open, 3) && !silent(open, 4));
    assert!(silent(&frames, 60), "giving up says enough");
}

#[test]
fn options_may_come_late() {
    let frames = sample();
    let mut engine = engine(&frames, Options::default());
    assert!(shown(&engine, &frames).contains(&"KRB-REPLYLOST-MTU"));
    engine.set_options(off(&["KRB"]));
    assert_eq!(engine.report().to_json(), report(off(&["KRB"])).to_json());
    engine.finish();
    assert!(!shown(&engine, &frames).contains(&"KRB-REPLYLOST-MTU"));
    engine.set_options(Options::default());
    assert_eq!(engine.report().to_json(), report(Options::default()).to_json());
}
