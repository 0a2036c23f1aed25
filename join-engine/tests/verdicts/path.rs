//! What TCP headers tell of the path, and of connections that only look broken.

use adjoin_scenes::article;
use adjoin_scenes::conversation::{Conversation, Who};
use adjoin_scenes::discovery::{DOMAIN, HOST, Pong, Search};
use adjoin_scenes::script::{MS, SECOND, Shot};
use adjoin_scenes::steps::{CLIENT, DC, Fault, Plan};
use adjoin_scenes::wirebuild::{Host, arp};
use join_engine::report::JoinReport;

use super::{blemish, only_join, told};

fn normal(join: &JoinReport) -> Vec<&'static str> {
    join.findings.iter().filter(|finding| finding.role == "normal").map(|finding| finding.id).collect()
}

/// What the evidence of the root shows.
fn shown(join: &JoinReport) -> String {
    let root = join.root.as_ref().unwrap_or_else(|| panic!("no root: {:?}", told(join)));
    root.evidence.iter().map(|seen| seen.shows.as_str()).collect::<Vec<_>>().join("\n")
}

/// A request to the KDC after a good start, which a device acknowledges; `bears` gives its frames marks.
fn acknowledged_by_a_device(bears: impl Fn(&mut Conversation)) -> JoinReport {
    let mut search = Search::new();
    search.locate(DOMAIN, &[HOST]).address(HOST, &[DC]).ping(DC, Some(Pong::default()));
    let mut script = adjoin_scenes::script::Script::new();
    for shot in search.stops() {
        script.push(shot.time, shot.bytes);
    }
    let client = Host::new(CLIENT, 128);
    let to = (Host::new(DC, 127), 88);
    let mut talk = Conversation::new((client, 52001), to, search.now + MS).rtt(200 * MS);
    bears(&mut talk);
    talk.handshake(&mut script);
    let request = article::request();
    let agreed = talk.side(Who::Server).syn_options.timestamps;
    assert!(agreed.is_none() || talk.sides.iter().all(|side| side.syn_options.timestamps.is_some()));
    talk.client(&mut script, &request).ack(&mut script, Who::Server);
    talk.wait(20 * SECOND).fin(&mut script, Who::Client).ack(&mut script, Who::Server);
    let end = script.end() + 60 * SECOND;
    script.push(end, arp(client));
    only_join(&script.shots())
}

#[test]
fn acknowledged_faster_than_the_path() {
    for join in [true, false] {
        let report = only_join(&article::proxy_ack(join));
        assert_eq!(report.root.as_ref().map(|root| root.id), Some("KRB-PROXYACK"));
        assert!(shown(&report).contains("where the path takes"), "{}", shown(&report));
    }
    let silent = only_join(&article::kdc_silent(true));
    assert_eq!(silent.root.as_ref().map(|root| root.id), Some("KRB-KDCSILENT"));
    assert!(!shown(&silent).contains("where the path takes"));
}

#[test]
fn timestamps_that_stop() {
    let report = acknowledged_by_a_device(|talk| {
        for side in &mut talk.sides {
            side.syn_options.timestamps = Some((1, 0));
        }
    });
    assert_eq!(report.root.as_ref().map(|root| root.id), Some("KRB-PROXYACK"));
    assert!(shown(&report).contains("without the TCP timestamps"), "{}", shown(&report));
    let plain = acknowledged_by_a_device(|_| {});
    assert_eq!(plain.root.as_ref().map(|root| root.id), Some("KRB-KDCSILENT"));
}

#[test]
fn optimisers_that_look_for_each_other() {
    let report = acknowledged_by_a_device(|talk| {
        for side in &mut talk.sides {
            side.syn_options.timestamps = Some((1, 0));
        }
        talk.side_mut(Who::Server).syn_options.other = vec![(76, vec![1, 1, 0, 0, 0, 0, 0, 0])];
    });
    assert!(shown(&report).contains("WAN optimisers"), "{}", shown(&report));
}

#[test]
fn a_reset_after_giving_up_is_no_cause() {
    let report = only_join(&article::article_0x40(true));
    assert!(normal(&report).contains(&"NET-RSTUNSENT"), "{:?}", told(&report));
    let device = only_join(&article::device_reset(true));
    assert!(!normal(&device).contains(&"NET-RSTUNSENT"), "{:?}", told(&device));
}

/// The capture begins when the session of SMB is there already.
#[test]
fn a_connection_older_than_the_capture() {
    let shots: Vec<Shot> = Plan::default().play();
    let first = shots.iter().position(|shot| shot.bytes.get(36..38) == Some(&445_u16.to_be_bytes())).unwrap();
    let late = [&shots[..first], &shots[first + 3..]].concat();
    assert_eq!(blemish(&late), None);
    assert!(normal(&only_join(&late)).contains(&"NET-MIDSTREAM"));
    assert!(!normal(&only_join(&shots)).contains(&"NET-MIDSTREAM"));
}

#[test]
fn a_controller_that_was_not_needed() {
    for fault in [Fault::FirstSilent, Fault::FirstWithoutSmb] {
        let shots = Plan::from(fault).play();
        assert_eq!(blemish(&shots), None);
        assert!(normal(&only_join(&shots)).contains(&"DC-OTHER"), "{fault:?}");
    }
    // The only controller, which failed at first.
    let again = Plan::from(Fault::MtuHole).play();
    assert!(!normal(&only_join(&again)).contains(&"DC-OTHER"));
}
