//! Faults that take more than a port and an action to describe.

use std::time::Duration;

use super::middlebox::Appetite;
use super::plan::{Action, Kind, Ports, Rule, Side, When};

/// Ports that domain controllers are asked at.
pub mod port {
    use std::ops::RangeInclusive;

    /// DNS.
    pub const DNS: u16 = 53;
    /// Kerberos.
    pub const KERBEROS: u16 = 88;
    /// The RPC endpoint mapper.
    pub const EPM: u16 = 135;
    /// NetBIOS sessions, SMB's older port.
    pub const NETBIOS: u16 = 139;
    /// LDAP, over UDP the locator's ping.
    pub const LDAP: u16 = 389;
    /// SMB.
    pub const SMB: u16 = 445;
    /// Kerberos change and set of passwords.
    pub const KPASSWD: u16 = 464;
    /// LDAP over TLS.
    pub const LDAPS: u16 = 636;
    /// The global catalogue.
    pub const CATALOGUE: u16 = 3268;
    /// What RPC servers choose from.
    pub const DYNAMIC: RangeInclusive<u16> = 49_152..=65_535;
}

/// Interfaces by which the endpoint mapper finds a service, in the byte order of RPC.
pub mod interface {
    /// Directory replication, used to translate names: e3514235-4b06-11d1-ab04-00c04fc2dcd2.
    pub const DRSUAPI: [u8; 16] = *b"\x35\x42\x51\xe3\x06\x4b\xd1\x11\xab\x04\x00\xc0\x4f\xc2\xdc\xd2";
    /// Secure channels: 12345678-1234-abcd-ef00-01234567cffb.
    pub const NETLOGON: [u8; 16] = *b"\x78\x56\x34\x12\x34\x12\xcd\xab\xef\x00\x01\x23\x45\x67\xcf\xfb";
}

/// Datagrams above a size vanish without a word: a hole in the path MTU. Both ways without a direction.
pub fn mtu_hole(ports: impl Into<Ports>, size: usize, toward: Option<Side>) -> Rule {
    let when = When { toward, ..When::tcp(ports).larger_than(size) };
    Rule::new(format!("datagrams of more than {size} octets vanish"), when, Action::Drop)
}

/// A port of the server whose connections open, and where longer requests vanish.
pub fn requests_vanish(ports: impl Into<Ports>, over: usize) -> Rule {
    let when = When::tcp(ports).toward(Side::Server).kind(Kind::Payload).payload_over(over);
    Rule::new(format!("requests of more than {over} octets vanish"), when, Action::Drop)
}

/// Once the client has sent so much on a connection, longer segments of the answer vanish.
pub fn answers_vanish(ports: impl Into<Ports>, asked: u64, over: usize) -> Rule {
    let when = When::tcp(ports).toward(Side::Client).payload_over(over).once_client_sent(asked);
    Rule::new("longer segments of the answer vanish", when, Action::Drop)
}

/// Octets from which on a Kerberos request is one for a service, not for a first ticket.
pub const SERVICE_REQUEST: usize = 700;

/// A box on the Kerberos port; UDP, where no box stands, is closed.
pub fn kerberos_box(appetite: Appetite) -> Vec<Rule> {
    let name = match appetite {
        Appetite::Nothing => "a box takes the connection and works",
        Appetite::Requests => "a box swallows requests",
        Appetite::RequestsOver(_) => "a box swallows requests for services",
        Appetite::AnswersTo(_) => "a box swallows answers",
    };
    vec![
        Rule::new("Kerberos over UDP vanishes", When::udp(port::KERBEROS), Action::Drop),
        Rule::new(name, When::tcp(port::KERBEROS), Action::Middlebox(appetite)),
    ]
}

/// A box on the Kerberos port that works, before which full segments vanish: first those of long requests,
/// until the client tries smaller ones; then those of the answer, so that only its end arrives.
pub fn full_segments_vanish_before_the_box() -> Vec<Rule> {
    let mut rules = kerberos_box(Appetite::Nothing);
    let requests = When::tcp(port::KERBEROS).toward(Side::Server).payload_over(SERVICE_REQUEST);
    rules.push(Rule::new("full segments of the request vanish", requests, Action::Drop));
    rules.push(answers_vanish(port::KERBEROS, 1500, 600));
    rules
}

/// The pings of the locator are answered for another domain. Both names are one label, of the same length.
pub fn another_domain(label: &str, instead: &str) -> Rule {
    let rewrite = Action::Rewrite { find: label.into(), put: instead.into(), any_case: true };
    Rule::new("pings are answered for another domain", When::udp(port::LDAP).toward(Side::Client), rewrite)
}

/// The endpoint mapper is asked for an interface that nobody has, in the place of this one.
pub fn not_registered(interface: [u8; 16]) -> Rule {
    let mut nobodys = interface;
    // The last six octets of these identifiers name a machine; this one made none.
    nobodys[10..].copy_from_slice(&[0x02, 0x00, 0x5e, 0x10, 0x00, 0x01]);
    let rewrite = Action::Rewrite { find: interface.into(), put: nobodys.into(), any_case: false };
    Rule::new("the interface isn't registered", When::tcp(port::EPM).toward(Side::Server), rewrite)
}

/// `SamrCreateUser2InDomain` ends with another status. A signature of the answer doesn't fit any more.
pub fn create_user_status(from: u32, to: u32) -> Rule {
    // Nothing was created: no handle (20 octets), no rights, no identifier.
    let answer = |status: u32| [&[0; 28][..], &status.to_le_bytes()].concat();
    let rewrite = Action::Rewrite { find: answer(from), put: answer(to), any_case: false };
    let when = When::tcp(port::SMB).toward(Side::Client).contains(*b"\xfeSMB");
    Rule::new(format!("creating the account ends with 0x{to:08x}"), when, rewrite)
}

/// SMB requests that end with one status end with another. Refusals of a session aren't signed.
pub fn smb_status(from: u32, to: u32) -> Rule {
    let rewrite =
        Action::Rewrite { find: from.to_le_bytes().into(), put: to.to_le_bytes().into(), any_case: false };
    let when = When::tcp(port::SMB).toward(Side::Client).contains(*b"\xfeSMB");
    Rule::new(format!("SMB says 0x{to:08x}"), when, rewrite)
}

/// The KDC refuses with another error code, both below 128.
pub fn kerberos_error(from: u8, to: u8) -> Rule {
    // error-code [6] Int32
    let field = |code| vec![0xa6, 3, 2, 1, code];
    let rewrite = Action::Rewrite { find: field(from), put: field(to), any_case: false };
    let when = When::ports(port::KERBEROS).toward(Side::Client);
    Rule::new(format!("the KDC says error {to}"), when, rewrite)
}

/// A path that takes this time there and back.
pub fn round_trip(time: Duration, jitter: Duration) -> Rule {
    Rule::new("delay", When::any(), Action::Delay { by: time / 2, jitter })
}

/// A path that loses, reorders and doubles packets with these chances.
pub fn noise(loss: f64, reorder: f64, duplicate: f64) -> Vec<Rule> {
    // Longer than an answer in the lab takes, shorter than any timer.
    let by = Duration::from_millis(4);
    let rules = [
        ("loss", loss, Action::Lose(loss)),
        ("reordering", reorder, Action::HoldBack { chance: reorder, by }),
        ("duplication", duplicate, Action::Duplicate(duplicate)),
    ];
    let rules = rules.into_iter().filter(|(_, chance, _)| *chance > 0.0);
    rules.map(|(name, _, action)| Rule::new(name, When::any(), action)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::Plan;
    use super::*;

    #[test]
    fn plans_of_these_faults_make_sense() {
        let mut rules = vec![
            mtu_hole(port::KERBEROS, 600, Some(Side::Server)),
            requests_vanish(port::SMB, 400),
            another_domain("contoso", "initech"),
            not_registered(interface::DRSUAPI),
            create_user_status(0xc000_0022, 0xc000_02e7),
            smb_status(0xc000_006d, 0xc000_0234),
            kerberos_error(24, 18),
            round_trip(Duration::from_millis(500), Duration::ZERO),
        ];
        rules.extend(full_segments_vanish_before_the_box());
        rules.extend(noise(0.05, 0.25, 0.05));
        Plan::new(1, rules).check().unwrap();
        assert!(noise(0.0, 0.0, 0.0).is_empty());
        let other_length = another_domain("contoso", "corp");
        assert!(Plan::new(1, vec![other_length]).check().is_err());
    }

    #[test]
    fn only_the_machine_in_an_interface_changes() {
        let Action::Rewrite { find, put, .. } = not_registered(interface::NETLOGON).action else { panic!() };
        assert_eq!((&find[..10], find.len()), (&put[..10], put.len()));
        assert_ne!(find, put);
    }
}
