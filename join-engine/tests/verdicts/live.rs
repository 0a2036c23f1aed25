//! What is said of a frame while the next one has not come.

use adjoin_scenes::script::Shot;
use adjoin_scenes::steps::{Ask, Fault, NETLOGON_PORT, Plan, Wall};
use join_engine::Engine;
use join_engine::catalogue::{self, Severity};
use join_engine::show::What;

/// Each finding with its frame and severity, as somebody sees them who looks at each frame once.
fn seen(shots: &[Shot]) -> Vec<(u32, &'static str, Severity)> {
    let mut engine = Engine::new();
    let mut seen = Vec::new();
    for shot in shots {
        let frame = shot.frame();
        engine.feed(&frame);
        engine.watch();
        let rows = engine.view(frame.number, frame.bytes).map(|view| view.rows).unwrap_or_default();
        seen.extend(rows.iter().filter_map(|row| match &row.what {
            What::Finding { id, severity, .. } => {
                Some((frame.number, catalogue::finding(*id).unwrap().id, *severity))
            }
            What::Field { .. } => None,
        }));
    }
    seen
}

#[test]
fn a_problem_is_said_at_the_frame_that_makes_it_certain() {
    for (fault, id) in [
        (Fault::DnsSilent, "DNS-TIMEOUT"),
        (Fault::PingSilent, "PING-NOREPLY"),
        (Fault::Port(445, Wall::Silence), "SMB-SYN"),
        (Fault::Port(445, Wall::ForeignReset), "SMB-SYN"),
        (Fault::Kerberos(Ask::Logon, 24, None), "KRB-PREAUTH"),
        (Fault::SmbTree(0xc000_0022), "SMB-DENIED"),
        (Fault::Samr(58, 0xc000_006c), "ACC-PWD"),
        (Fault::Port(NETLOGON_PORT, Wall::Silence), "RPC-DYN"),
        (Fault::Authenticate(0xc000_018b), "NL-NOTRUST"),
    ] {
        let shots = Plan::from(fault).play();
        let fault_begins = shots.iter().find(|shot| shot.mark.is_some()).unwrap().number;
        let seen = seen(&shots);
        let found = seen.iter().find(|(_, found, _)| *found == id);
        let Some((frame, _, _)) = found else { panic!("{fault:?}: {seen:?}") };
        assert!(*frame >= fault_begins, "{fault:?}: said in {frame}, before it happened");
        let times = seen.iter().filter(|(_, found, _)| *found == id).count();
        assert!(times <= 4, "{fault:?}: said {times} times");
    }
}

#[test]
fn nothing_is_worse_than_a_note_before_the_end() {
    let plan = Plan::default();
    for plan in [plan, Plan::from(Fault::Authenticate(0xc000_018b)), Plan::from(Fault::PingSilent)] {
        let worse: Vec<_> = seen(&plan.play()).into_iter().filter(|said| said.2 > Severity::Note).collect();
        assert!(worse.is_empty(), "{worse:?}");
    }
}

#[test]
fn a_join_that_goes_well_is_left_in_peace() {
    for plan in [Plan::default(), Plan { tls: true, kpasswd: true, ..Plan::default() }] {
        let said: Vec<_> = seen(&plan.play()).into_iter().filter(|said| said.2 > Severity::Chat).collect();
        assert!(said.is_empty(), "{said:?}");
    }
}

#[test]
fn what_was_said_on_the_way_gives_way_to_the_verdict() {
    let shots = Plan::from(Fault::Port(445, Wall::Silence)).play();
    let mut engine = Engine::new();
    let mut before = 0;
    for shot in &shots {
        engine.feed(&shot.frame());
        engine.watch();
        before += usize::from(
            engine
                .view(shot.number, &shot.bytes)
                .is_some_and(|view| view.rows.iter().any(|row| matches!(row.what, What::Finding { .. }))),
        );
    }
    engine.finish();
    assert!(before > 0);
    let root = engine.report().joins[0].root.clone().unwrap();
    let errors: Vec<_> = shots
        .iter()
        .flat_map(|shot| engine.view(shot.number, &shot.bytes).map(|view| view.rows).unwrap_or_default())
        .filter_map(|row| match row.what {
            What::Finding { id, severity: Severity::Error, .. } => Some(catalogue::finding(id).unwrap().id),
            _ => None,
        })
        .collect();
    assert_eq!(errors, [root.id], "the root is the only error");
}
