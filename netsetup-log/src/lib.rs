//! A reader of Windows' Netsetup.log (`%windir%\debug\NetSetup.LOG`), the log of domain joins.
//!
//! * [`Log::read`] takes octets, in UTF-8 or UTF-16, whole or cut, and never fails: what is garbled is
//!   told by [`Log::problems`], and lines of something else are kept as such.
//! * [`Line`] has the function, the value, the [`Status`] with its symbol, and the [`Options`] bit by bit.
//! * [`Log::joins`] and [`Log::operations`] put the lines together: passes, names, phases, the final
//!   status, and of each line that looks like an error whether it is one.
//! * [`Log::findings`] gives the ids of the causes that fit the lines.
//! * [`Log::anchors`] and [`align`] lay the log beside a packet capture: zone and skew of its clock.
//! * [`code_name`] says what a code means in a join.
//!
//! ```
//! use netsetup_log::{JoinOutcome, Log};
//!
//! let log = Log::read(
//!     b"05/04/2026 09:30:00:120 NetpDoDomainJoin\r\n\
//!       05/04/2026 09:30:00:130   Domain: corp.example\r\n\
//!       05/04/2026 09:30:12:400 NetpDsGetDcName: failed to find a DC in the specified domain: 0x54b, last error is 0x0\r\n\
//!       05/04/2026 09:30:12:410 NetpDoDomainJoin: status: 0x54b\r\n",
//! );
//! let joins = log.joins();
//! let JoinOutcome::Failed(status) = joins[0].outcome() else { panic!() };
//! assert_eq!(status.symbol(), Some("ERROR_NO_SUCH_DOMAIN"));
//! assert_eq!(joins[0].passes[0].domain, Some("corp.example"));
//! ```
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod align;
mod anchors;
mod codes;
mod decode;
mod findings;
mod lines;
mod normal;
mod options;
mod passes;
mod section;
mod status;
mod time;
mod windows;

pub use align::{Alignment, NotAligned, Observed, Pair, align};
pub use anchors::{Anchor, AnchorKind};
pub use codes::{code_name, codes, ldap_result_name};
pub use decode::{Encoding, MAX_LINE_CHARS, MAX_LINES, MAX_PROBLEMS, Problem, ProblemKind};
pub use findings::{Candidate, LOG_ONLY, candidates_of, finding_ids, signs};
pub use lines::{Entry, Line, LineKind, Log};
pub use options::{OptionKind, Options};
pub use passes::{Join, JoinOutcome, MAX_OPERATIONS, Notice, Operation, OperationKind, Outcome, SectionSpan};
pub use section::Section;
pub use status::{Family, Status};
pub use time::Stamp;
pub use windows::windows_release;
