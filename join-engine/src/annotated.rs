//! Frames that `adjoin annotate` has put between the packets: lines of the client's own log.
//!
//! They are upper-PDU records with text. Nothing was on a wire when they were written, so they tell nothing
//! of what the capture has seen, and when.

use adjoin_capture::{Frame, LinkType};

/// LINKTYPE_WIRESHARK_UPPER_PDU: tags for Wireshark, then what a program has to say.
pub const UPPER_PDU: LinkType = LinkType(252);
/// How the text of a log's line begins; its number in the log and a line break follow.
pub const LOG_LINE: &str = "adjoin netsetup 1 line ";
/// The text begins within so many octets, behind the tags.
const MAX_TAGS: usize = 96;

/// Whether a frame is a line of a log.
pub(crate) fn is_log_line(frame: &Frame<'_>) -> bool {
    let reach = frame.bytes.len().min(MAX_TAGS.saturating_add(LOG_LINE.len()));
    let front = frame.bytes.get(..reach).unwrap_or_default();
    frame.link == UPPER_PDU && front.windows(LOG_LINE.len()).any(|text| text == LOG_LINE.as_bytes())
}
