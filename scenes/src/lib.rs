//! Domain joins played as scripts, so that a test can change one thing at a time.
//!
//! * [`article`]: the published trace of a join that fails with 0x40, frame by frame, and neighbours of
//!   it that fail for other reasons.
//! * [`joined`]: the published successful join, with all its phases and both passes.
//! * [`steps`]: a join step by step, in which one step can fail in many ways.
//! * [`discovery`]: a client on its way to a domain controller, and what it is told there.
//! * [`conversation`]: a TCP conversation on which segments are lost, missed by the capture, sent again,
//!   acknowledged or reset by somebody else.
//! * [`script`]: frames with times, numbers and marks; capture files of them.
//! * [`wirebuild`]: Ethernet, IP, UDP, TCP and ICMP.
//! * [`bulk`]: joins hidden in the traffic of many hosts, of any size.
//! * [`dns`], [`nbns`], [`ldap`], [`smb`], [`rpc`], [`tokens`]: messages.
//!
//! Nothing here is encrypted: what would be is filled with noise.
//!
//! ```
//! use adjoin_scenes::{article, script};
//! use join_engine::Engine;
//!
//! let shots = article::kdc_silent(true);
//! let mut engine = Engine::new();
//! for shot in &shots {
//!     engine.feed(&shot.frame());
//! }
//! engine.finish();
//! let retry = script::marked(&shots, "retry");
//! let shot = shots.iter().find(|shot| shot.number == retry).unwrap();
//! assert!(engine.view(retry, &shot.bytes).is_some());
//! ```
#![forbid(unsafe_code)]

pub mod article;
pub mod bulk;
pub mod conversation;
pub mod discovery;
pub mod dns;
pub mod joined;
pub mod ldap;
pub mod nbns;
pub mod rpc;
pub mod script;
pub mod smb;
pub mod steps;
pub mod tokens;
pub mod wirebuild;

use script::{MS, Script};
use wirebuild::{Host, Ip, udp};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// A datagram and its answer one round trip later; returns the time of the answer.
pub fn ask(
    script: &mut Script,
    from: (Host, u16),
    to: (Host, u16),
    at: i64,
    rtt: i64,
    request: &[u8],
    response: &[u8],
) -> i64 {
    let header = |port| Ip { id: port, dont_fragment: false, ttl: None };
    let answered = at + rtt + MS / 10;
    script.push(at, udp(from, to, header(from.1), request));
    script.push(answered, udp(to, from, header(!from.1), response));
    answered
}
