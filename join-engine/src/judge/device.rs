//! What tells that a device on the path speaks in a server's name.

use super::Case;
use crate::story::Contact;
use crate::tcp::Offer;

/// Frames that a device may have made, and what shows it in each. One frame may show several things.
pub(super) fn marks(case: &Case<'_>, contact: &Contact, usual_hops: Option<u8>) -> Vec<(u32, String)> {
    let tcp = &contact.tcp;
    let mut all: Vec<(u32, String)> = Vec::new();
    let mut add = |frame: u32, shows: String| all.push((frame, shows));
    for hops in &tcp.server_hops {
        let others = usual_hops.filter(|usual| *usual != hops.value);
        let others =
            others.map_or_else(String::new, |usual| format!(", other ports of this server show {usual}"));
        add(hops.first, format!("TTL {}{others}", hops.value));
    }
    if let Some((took, handshake, at)) = tcp.too_fast() {
        let (took, handshake) = (milliseconds(took), milliseconds(handshake));
        add(at.frame, format!("acknowledged after {took} ms, where the path takes {handshake} ms"));
    }
    if let Some(at) = tcp.server.timestamps_stop {
        add(at.frame, "without the TCP timestamps that the handshake agreed on".to_owned());
    }
    if let Some((at, id, before)) = tcp.server.leap {
        add(at.frame, format!("IP identification {id}, where the server had counted to {before}"));
    }
    for sender in [&tcp.client, &tcp.server] {
        if let Some((at, kind)) = sender.optimiser {
            add(at.frame, format!("TCP option {kind}, by which WAN optimisers find each other"));
        }
    }
    let offers = tcp.server.offer.zip(usual_offer(case, contact));
    if let Some(((at, offer), usual)) = offers.filter(|((_, offer), usual)| usual != offer) {
        add(at.frame, format!("the server offers {}, on its other ports {}", words(offer), words(usual)));
    }
    all
}

/// What the server offers to the same offer of the client on other ports.
fn usual_offer(case: &Case<'_>, contact: &Contact) -> Option<Offer> {
    let (_, asked) = contact.tcp.client.offer?;
    let offers: Vec<Offer> = case
        .contacts
        .iter()
        .filter(|other| {
            other.server.address == contact.server.address
                && other.server.port != contact.server.port
                && other.tcp.client.offer.is_some_and(|(_, offer)| offer == asked)
        })
        .filter_map(|other| other.tcp.server.offer.map(|(_, offer)| offer))
        .collect();
    let first = *offers.first()?;
    offers.iter().all(|offer| *offer == first).then_some(first)
}

fn words(offer: Offer) -> String {
    let mut text = offer.mss.map_or_else(|| "no MSS".to_owned(), |mss| format!("MSS {mss}"));
    match offer.window_scale {
        Some(shift) => text.push_str(&format!(", window scale {shift}")),
        None => text.push_str(", no window scale"),
    }
    text.push_str(if offer.sack { ", SACK" } else { ", no SACK" });
    text.push_str(if offer.timestamps { ", timestamps" } else { ", no timestamps" });
    text
}

#[allow(clippy::cast_precision_loss, reason = "milliseconds for people")]
fn milliseconds(nanoseconds: i64) -> String {
    let ms = (nanoseconds / 1000) as f64 / 1e3;
    if ms < 10.0 { format!("{ms:.1}") } else { format!("{ms:.0}") }
}
