//! `adjoin.*`: what a frame is to a join.

use super::Kind::{Duration, Frame, Text};
use super::{Link, family};

family! {
    PHASE = "adjoin.phase", "Phase", Text, "Phase of the domain join that this frame belongs to, P1 to P10 or P3K; P0 only of lines of Netsetup.log";
    PHASE_NAME = "adjoin.phase.name", "Phase name", Text, "The phase in words";
    SUMMARY = "adjoin.summary", "Summary", Text, "What this frame says, in one sentence";
    FINDING = "adjoin.finding", "Finding", Text, "Stable id of a finding; docs/findings.md explains each";
    SEVERITY = "adjoin.finding.severity", "Severity", Text, "Severity of the finding: error, warning, note or chat";
    EVIDENCE = "adjoin.evidence", "Evidence", Text, "The finding that this frame proves, and what it shows of it";
    EVIDENCE_SEVERITY = "adjoin.evidence.severity", "Severity of the finding", Text, "Severity of the finding that this frame proves";
    EVIDENCE_OF = "adjoin.evidence.finding_in", "Finding in frame", Frame(Link::Related), "The frame that has the finding";
    EVIDENCE_FRAME = "adjoin.finding.evidence", "Evidence in frame", Frame(Link::Related), "A frame that proves the finding";
    REQUEST = "adjoin.request_in", "Request in frame", Frame(Link::Request), "The frame with the request that this frame answers";
    RESPONSE = "adjoin.response_in", "Response in frame", Frame(Link::Response), "The frame with the answer to this request";
    TOOK = "adjoin.response_time", "Response time", Duration, "Time between the request and the frame that completes its answer";
    NOTE = "adjoin.note", "Decoder note", Text, "Where decoding stopped, and why";
}
