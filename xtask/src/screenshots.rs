//! Pictures of the real Wireshark with the plugin and the profile, taken under a virtual display.
//!
//! Wireshark runs as an ordinary user in a home folder of its own, on a display of its own. It is driven by the
//! keyboard; what is waited for is waited for with a limit, and only processes that were started here are ended.

mod desk;

use crate::{Outcome, install, profile, setup};
use desk::{Desk, Wireshark};
use std::fs;
use std::path::Path;

/// Where the pictures of the documentation are.
pub(crate) const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/wireshark");

/// The capture of most pictures, and its frame with the root cause.
const FAILED: &str = "kdc-answer-lost.pcap";
const ROOT: &str = "80";

/// No pane for octets, so that the packet tree has the whole width.
const WIDE_TREE: [&str; 2] = ["-o", "gui.layout_content_3:NONE"];

/// A picture: the name of its file, and what to do for it.
struct Shot(&'static str, fn(&Desk) -> Result<Vec<u8>, String>);

const SHOTS: &[Shot] = &[
    Shot("root-cause", root_cause),
    Shot("evidence", evidence),
    Shot("ldap-ping", ldap_ping),
    Shot("expert", expert),
    Shot("joins", joins),
    Shot("statistics", statistics),
    Shot("report", report),
    Shot("flow", flow),
    Shot("conversation-filter", conversation_filter),
    Shot("preferences", preferences),
    Shot("colours", colours),
];

/// Takes all pictures and puts them into `folder`.
pub(crate) fn run(folder: &Path) -> Outcome {
    setup::run(setup::FOR_SCREENSHOTS)?;
    let plugin = install::build()?;
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let desk = Desk::open(&plugin)?;
    profile::place_in(&desk.configuration()?)?;
    desk.hand_over()?;
    for Shot(name, take) in SHOTS {
        let file = folder.join(format!("{name}.png"));
        let picture = desk::small(take(&desk).map_err(|error| format!("{name}: {error}"))?);
        fs::write(&file, &picture).map_err(|error| format!("{}: {error}", file.display()))?;
        println!("{} ({} KB)", file.display(), picture.len() / 1024);
    }
    Ok(())
}

/// The frame that makes the root cause certain, and all that is said of it.
fn root_cause(desk: &Desk) -> Result<Vec<u8>, String> {
    let wireshark = Wireshark::start(desk, FAILED, &[&["-g", ROOT], &WIDE_TREE[..]].concat())?;
    let main = wireshark.main(1400, 900)?;
    main.open_last_subtree()?;
    main.shoot()
}

/// The frames that prove it.
fn evidence(desk: &Desk) -> Result<Vec<u8>, String> {
    let wireshark = Wireshark::start(desk, FAILED, &[&["-g", "73"], &WIDE_TREE[..]].concat())?;
    let main = wireshark.main(1400, 640)?;
    main.filter(r#"adjoin.evidence.severity == "error" or adjoin.finding.severity == "error""#)?;
    main.open_last_subtree()?;
    main.shoot()
}

/// An answer to an LDAP ping, the octets of its flags highlighted.
fn ldap_ping(desk: &Desk) -> Result<Vec<u8>, String> {
    let wireshark = Wireshark::start(desk, "windows7-join.pcap", &["-g", "6"])?;
    let main = wireshark.main(1400, 900)?;
    main.open_last_subtree()?;
    // Phase, its name, summary, request, response time, the message, its kind, the flags.
    main.keys(&["Down"; 8])?;
    main.shoot()
}

fn expert(desk: &Desk) -> Result<Vec<u8>, String> {
    let wireshark = Wireshark::start(desk, FAILED, &["-z", "expert"])?;
    let expert = wireshark.window("Expert Information", 1200, 400)?;
    expert.click(300, 45)?;
    expert.keys(&["Right", "Down"])?;
    expert.shoot()
}

fn joins(desk: &Desk) -> Result<Vec<u8>, String> {
    let wireshark = Wireshark::start(desk, FAILED, &["-z", "adjoin,stat"])?;
    wireshark.window("Domain Joins", 1400, 200)?.shoot()
}

fn statistics(desk: &Desk) -> Result<Vec<u8>, String> {
    let wireshark = Wireshark::start(desk, FAILED, &[])?;
    wireshark.statistics("Domain Join ·", "Up", 4)?;
    wireshark.window("Domain Join ·", 1100, 700)?.shoot()
}

fn report(desk: &Desk) -> Result<Vec<u8>, String> {
    let wireshark = Wireshark::start(desk, FAILED, &[])?;
    wireshark.statistics("Domain Join Report", "Down", 9)?;
    wireshark.window("Domain Join Report", 1100, 700)?.shoot()
}

fn flow(desk: &Desk) -> Result<Vec<u8>, String> {
    let wireshark = Wireshark::start(desk, FAILED, &[])?;
    wireshark.statistics("Flow", "Down", 18)?;
    let flow = wireshark.window("Flow", 1400, 1020)?;
    // Past the box that limits it to the display filter, to the kind of flow.
    flow.keys(&["Tab", "Tab", "space", "d", "Return"])?;
    flow.shoot()
}

fn conversation_filter(desk: &Desk) -> Result<Vec<u8>, String> {
    let wireshark = Wireshark::start(desk, FAILED, &["-g", "54"])?;
    let main = wireshark.main(1400, 900)?;
    main.keys(&["alt+a", "Down", "Down", "Down", "Down", "Down", "Right", "Down", "Down", "Down"])?;
    main.shoot_menu(1000, 660)
}

fn preferences(desk: &Desk) -> Result<Vec<u8>, String> {
    let wireshark = Wireshark::start(desk, FAILED, &[])?;
    wireshark.main(1400, 900)?.keys(&["ctrl+shift+p"])?;
    let preferences = wireshark.window("Preferences", 1000, 560)?;
    preferences.write("Prot")?;
    preferences.keys(&["Right"])?;
    preferences.write("ADJOIN")?;
    preferences.shoot()
}

fn colours(desk: &Desk) -> Result<Vec<u8>, String> {
    let wireshark = Wireshark::start(desk, FAILED, &[])?;
    wireshark.main(1400, 900)?.keys(&["alt+v", "c"])?;
    // Below the rules is the path of their file on this machine.
    wireshark.window("Coloring Rules", 1200, 560)?.shoot_above(290)
}
