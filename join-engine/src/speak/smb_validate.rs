//! FSCTL_VALIDATE_NEGOTIATE_INFO ([MS-SMB2] 2.2.31.4 and 2.2.32.6): client and server say again, under
//! a signature, what they had said in the negotiation, which nothing protects.

use adjoin_wire::{Cursor, WireError};
use smb2_proto::smb2::{NegotiateRequest, NegotiateResponse};

/// Most dialects that are compared.
const MAX_DIALECTS: usize = 16;

/// What one side said in the negotiation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Negotiated {
    capabilities: u32,
    guid: [u8; 16],
    security_mode: u16,
    /// What is offered, or the one that was chosen.
    dialects: Vec<u16>,
    /// A client counts its dialects.
    counted: bool,
}

impl Negotiated {
    /// What the client said; nothing when the capture cut it.
    pub(super) fn offered(request: &NegotiateRequest<'_>) -> Option<Self> {
        request.client_guid.reached()?;
        let dialects: Vec<u16> =
            request.dialects.iter().take(MAX_DIALECTS).map(|dialect| dialect.value.0).collect();
        (dialects.len() == usize::from(request.dialect_count.value)).then(|| Self {
            capabilities: request.capabilities.value.bits(),
            guid: request.client_guid.value.to_le_bytes(),
            security_mode: request.security_mode.value.bits(),
            dialects,
            counted: true,
        })
    }

    /// What the server said; nothing when the capture cut it.
    pub(super) fn chosen(response: &NegotiateResponse<'_>) -> Option<Self> {
        // The last of what is compared.
        response.capabilities.reached()?;
        Some(Self {
            capabilities: response.capabilities.value.bits(),
            guid: response.server_guid.value.to_le_bytes(),
            security_mode: response.security_mode.value.bits(),
            dialects: vec![response.dialect_revision.value.0],
            counted: false,
        })
    }

    /// What is not as it was in the negotiation; nothing when all is, or when it can't be read.
    pub(super) fn differs(&self, again: &[u8]) -> Option<&'static str> {
        let again = self.read(again).ok()?;
        if again.guid != self.guid {
            return Some("another GUID than in the negotiation");
        }
        if again.dialects != self.dialects {
            return Some("other dialects than in the negotiation");
        }
        if again.security_mode != self.security_mode {
            return Some("another security mode than in the negotiation");
        }
        (again.capabilities != self.capabilities).then_some("other capabilities than in the negotiation")
    }

    /// ```text
    /// Capabilities 4, Guid 16, SecurityMode 2, then of a client DialectCount 2 and that many dialects
    /// of 2, of a server one dialect
    /// ```
    fn read(&self, octets: &[u8]) -> Result<Self, WireError> {
        let mut c = Cursor::new(octets);
        let capabilities = c.u32_le("Capabilities")?.value;
        let guid = c.array::<16>("Guid")?.value;
        let security_mode = c.u16_le("SecurityMode")?.value;
        let count = if self.counted { usize::from(c.u16_le("DialectCount")?.value) } else { 1 };
        let dialects = (0..count.min(MAX_DIALECTS))
            .map(|_| c.u16_le("Dialect").map(|dialect| dialect.value))
            .collect::<Result<_, _>>()?;
        Ok(Self { capabilities, guid, security_mode, dialects, counted: self.counted })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server() -> Negotiated {
        Negotiated {
            capabilities: 0x2f,
            guid: [7; 16],
            security_mode: 3,
            dialects: vec![0x0302],
            counted: false,
        }
    }

    fn octets() -> Vec<u8> {
        [&0x2f_u32.to_le_bytes()[..], &[7; 16], &[3, 0], &[2, 3]].concat()
    }

    #[test]
    fn the_same_again_does_not_differ() {
        assert_eq!(server().differs(&octets()), None);
        let client = Negotiated { dialects: vec![0x0202, 0x0302], counted: true, ..server() };
        let again = [&octets()[..22], &[2, 0, 2, 2, 2, 3]].concat();
        assert_eq!(client.differs(&again), None);
        assert!(client.differs(&[&octets()[..22], &[1, 0, 2, 2]].concat()).unwrap().contains("dialects"));
    }

    #[test]
    fn each_value_is_compared() {
        for (at, what) in [(0, "capabilities"), (4, "GUID"), (20, "security mode"), (22, "dialects")] {
            let mut again = octets();
            again[at] ^= 0x40;
            assert!(server().differs(&again).is_some_and(|told| told.contains(what)), "{what}");
        }
    }

    #[test]
    fn what_was_cut_is_no_difference() {
        for length in 0..octets().len() {
            assert_eq!(server().differs(&octets()[..length]), None);
        }
    }
}
