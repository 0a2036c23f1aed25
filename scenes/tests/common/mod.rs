//! What the engine and tshark say of a scene.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::collections::BTreeMap;
use std::process::Command;

use adjoin_oracle::tshark::{is_filter_bug, version};
use adjoin_scenes::script::{Shot, pcap, without_gaps};
use join_engine::Engine;
use join_engine::show::{Value, What, fields};

/// Phase and summary of every annotated frame.
pub(crate) fn story(shots: &[Shot]) -> Vec<(u32, String, String)> {
    let mut engine = Engine::new();
    for shot in shots {
        engine.feed(&shot.frame());
    }
    engine.finish();
    let names: Vec<_> = fields().collect();
    let mut story = Vec::new();
    for shot in shots {
        let Some(view) = engine.view(shot.number, &shot.bytes) else { continue };
        let mut phase = String::new();
        for row in &view.rows {
            let What::Field { id, value: Value::Text(text), .. } = &row.what else { continue };
            match names[usize::from(id.0)].filter {
                "adjoin.phase" => phase.clone_from(text),
                "adjoin.summary" => story.push((shot.number, std::mem::take(&mut phase), text.clone())),
                _ => {}
            }
        }
    }
    story
}

/// What tshark says in these columns of each frame; nothing when there is no tshark.
pub(crate) fn tshark(shots: &[Shot], columns: &[&str]) -> Option<BTreeMap<u32, Vec<String>>> {
    if Command::new("tshark").arg("--version").output().is_err() {
        eprintln!("skipped: tshark is not here");
        return None;
    }
    let name = format!("adjoin-scenes-{}-{}.pcap", std::process::id(), shots.as_ptr() as usize);
    let path = std::env::temp_dir().join(name);
    std::fs::write(&path, pcap(&without_gaps(shots))).unwrap();
    let mut command = Command::new("tshark");
    command.env("LC_ALL", "C.UTF-8").arg("-r").arg(&path);
    for check in ["ip.check_checksum", "tcp.check_checksum", "udp.check_checksum"] {
        command.arg("-o").arg(format!("{check}:TRUE"));
    }
    command.args(["-T", "fields", "-e", "frame.number"]);
    for column in columns {
        command.args(["-e", column]);
    }
    let output = command.output().unwrap();
    std::fs::remove_file(&path).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let mut rows = BTreeMap::new();
    for line in text.lines() {
        let mut cells = line.split('\t');
        let number: u32 = cells.next().unwrap().parse().unwrap();
        rows.insert(number, cells.map(str::to_owned).collect());
    }
    Some(rows)
}

/// tshark finds every frame well formed, with right checksums; but for the one fault of its own that it may have.
pub(crate) fn well_formed(shots: &[Shot]) {
    let columns = ["_ws.malformed", "ip.checksum.status", "tcp.checksum.status", "udp.checksum.status"];
    let Some(rows) = tshark(shots, &columns) else { return };
    // Whatever else is wrong with a frame would be said behind another comma.
    let is_all = |text: &str| text.ends_with(",_ws.malformed") && text.matches(',').count() == 2;
    let is_excused = |text: &str| is_all(text) && is_filter_bug(&version().unwrap(), text);
    for (number, cells) in rows {
        assert!(cells[0].is_empty() || is_excused(&cells[0]), "frame {number} is malformed: {cells:?}");
        assert!(
            cells[1..].iter().all(|status| status.is_empty() || status == "1"),
            "frame {number}: {cells:?}"
        );
    }
}
