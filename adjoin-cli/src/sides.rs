//! `adjoin report --dc-side`: the same traffic, captured at the domain controller as well.

use std::path::PathBuf;

use join_engine::Report;
use join_engine::sides::{Side, Sides};

use crate::run;

/// Compares the client's captures with those of the other side; also what couldn't be read of these.
/// Nothing to compare with when there is no packet in them.
pub(crate) fn compare(
    client: &[PathBuf],
    server: &[PathBuf],
    report: &Report,
) -> (Option<Sides>, Vec<String>) {
    let (mut here, mut there) = (Side::new(), Side::new());
    // The client's captures were read before, and their troubles told.
    run::each(client, |frame| here.feed(frame));
    let mut frames = 0_u64;
    let (_, troubles) = run::each(server, |frame| {
        frames = frames.saturating_add(1);
        there.feed(frame);
    });
    if frames == 0 {
        return (None, troubles);
    }
    let roots = report.joins.iter().filter_map(|join| join.root.as_ref());
    let about: Vec<u32> = roots.flat_map(|root| &root.evidence).map(|evidence| evidence.frame).collect();
    (Some(here.compare(&there, &about)), troubles)
}

/// The comparison as text, below the report.
pub(crate) fn text(sides: &Sides) -> String {
    let mut text = format!("\nBoth sides\n  {}\n", sides.conclusion);
    let tell = |seconds: Option<f64>| {
        seconds.map(|seconds| match seconds.abs() {
            ..0.000_05 => "0 ms".to_owned(),
            ..10.0 => format!("{:.1} ms", seconds * 1000.0),
            _ => format!("{seconds:.1} s"),
        })
    };
    if let Some(offset) = tell(sides.clock_offset_seconds) {
        text.push_str(&format!("  the domain controller's clock less the client's: {offset}\n"));
    }
    if let Some(one_way) = tell(sides.one_way_seconds) {
        text.push_str(&format!("  one way between the two: {one_way}\n"));
    }
    text.push_str(&format!("  conversations on both sides: {}\n", sides.matched));
    for difference in &sides.differences {
        text.push_str(&format!("  - {}\n", difference.what));
        for (side, frames) in [("client", &difference.client_frames), ("DC", &difference.server_frames)] {
            if !frames.is_empty() {
                let list: Vec<String> = frames.iter().map(ToString::to_string).collect();
                text.push_str(&format!("    {side}: frame.number in {{{}}}\n", list.join(", ")));
            }
        }
    }
    if sides.left_out > 0 {
        text.push_str(&format!("  {} more are left out\n", sides.left_out));
    }
    text
}
