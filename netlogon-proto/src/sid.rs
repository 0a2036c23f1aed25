//! Security identifiers, [MS-DTYP] 2.4.2.

use core::fmt;

/// The octets of a SID. `Display` gives `S-1-5-21-...`, or the octets in hexadecimal when they
/// are not a SID.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Sid<'a>(pub &'a [u8]);

impl Sid<'_> {
    /// The octets are a revision 1 SID and nothing else.
    #[must_use]
    pub fn is_valid(self) -> bool {
        match self.0 {
            [1, count, rest @ ..] => {
                *count <= 15 && rest.len() == usize::from(*count).saturating_mul(4).saturating_add(6)
            }
            _ => false,
        }
    }
}

impl fmt::Display for Sid<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            [revision, _, a0, a1, a2, a3, a4, a5, rest @ ..] if self.is_valid() => {
                let authority = u64::from_be_bytes([0, 0, *a0, *a1, *a2, *a3, *a4, *a5]);
                write!(f, "S-{revision}-{authority}")?;
                for part in rest.chunks_exact(4) {
                    if let [a, b, c, d] = part {
                        write!(f, "-{}", u32::from_le_bytes([*a, *b, *c, *d]))?;
                    }
                }
                Ok(())
            }
            octets => octets.iter().try_for_each(|b| write!(f, "{b:02x}")),
        }
    }
}

impl fmt::Debug for Sid<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn text_form() {
        let octets = [1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 0x20, 2, 0, 0];
        assert_eq!(Sid(&octets).to_string(), "S-1-5-32-544");
        assert_eq!(Sid(&octets[..15]).to_string(), "01020000000000052000000020".to_string() + "0200");
        assert_eq!(Sid(&[]).to_string(), "");
    }
}
