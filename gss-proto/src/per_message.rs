//! What protects messages behind an established Kerberos context: the headers of MIC and Wrap tokens. Of
//! checksums and data only the size is told.

use crate::{InitialContextToken, TokenId};
use adjoin_wire::{Cursor, ErrorKind, Partial, Spanned, WireError, open_enum};
use core::fmt;

bitflags::bitflags! {
    /// `Flags` of a token (RFC 4121 4.2.2).
    #[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
    pub struct TokenFlags: u8 {
        /// The server sent it.
        const SENT_BY_ACCEPTOR = 0x01;
        /// The data is encrypted.
        const SEALED = 0x02;
        /// A subkey of the server protects it.
        const ACCEPTOR_SUBKEY = 0x04;
        // Bits without a name are kept.
        const _ = !0;
    }
}

impl fmt::Debug for TokenFlags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenFlags(0x{:02x})", self.bits())
    }
}

open_enum! {
    /// `SGN_ALG` of the older tokens (RFC 1964 1.2.1.1, RFC 4757 7.2), little-endian.
    pub struct SignAlgorithm(u16, "{:#06x}", KNOWN);
    /// DES over MD5.
    DES_MAC_MD5 = 0x0000, "DES MAC MD5";
    /// MD2.5 of DES.
    MD2_5 = 0x0001, "MD2.5";
    /// DES.
    DES_MAC = 0x0002, "DES MAC";
    /// SHA-1 with a key of triple DES.
    HMAC_SHA1_DES3 = 0x0004, "HMAC SHA1 DES3";
    /// RC4's.
    HMAC_MD5 = 0x0011, "HMAC MD5";
}

open_enum! {
    /// `SEAL_ALG` of the older tokens (RFC 1964 1.2.2, RFC 4757 7.3), little-endian.
    pub struct SealAlgorithm(u16, "{:#06x}", KNOWN);
    /// DES.
    DES = 0x0000, "DES";
    /// Triple DES.
    DES3 = 0x0002, "DES3";
    /// RC4.
    RC4 = 0x0010, "RC4";
    /// Not encrypted.
    NONE = 0xffff, "none";
}

/// MIC token (RFC 4121 4.2.6.1): a checksum of a message that is elsewhere.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct MicToken {
    /// `Flags`.
    pub flags: Spanned<TokenFlags>,
    /// `SND_SEQ`: big-endian.
    pub snd_seq: Spanned<u64>,
    /// Octets of `SGN_CKSUM`, as far as the input has it.
    pub sgn_cksum: Spanned<usize>,
}

impl MicToken {
    // TOK_ID(2), Flags(1), Filler(5) of ones, SND_SEQ(8), SGN_CKSUM
    fn read(&mut self, c: &mut Cursor<'_>) -> Result<(), WireError> {
        self.flags = c.u8("Flags")?.map(TokenFlags::from_bits_retain);
        filler::<5>(c)?;
        self.snd_seq = c.u64_be("SND_SEQ")?;
        self.sgn_cksum = rest(c);
        Ok(())
    }
}

/// Wrap token (RFC 4121 4.2.6.2): a message with its checksum, encrypted or not.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct WrapToken {
    /// `Flags`.
    pub flags: Spanned<TokenFlags>,
    /// `EC`: octets of padding when sealed, else of the checksum. Big-endian.
    pub ec: Spanned<u16>,
    /// `RRC`: by how many octets the data is rotated to the right. Big-endian.
    pub rrc: Spanned<u16>,
    /// `SND_SEQ`: big-endian.
    pub snd_seq: Spanned<u64>,
    /// Octets of data and checksum, as far as the input has them.
    pub data: Spanned<usize>,
}

impl WrapToken {
    // TOK_ID(2), Flags(1), Filler(1) of ones, EC(2), RRC(2), SND_SEQ(8), data
    fn read(&mut self, c: &mut Cursor<'_>) -> Result<(), WireError> {
        self.flags = c.u8("Flags")?.map(TokenFlags::from_bits_retain);
        filler::<1>(c)?;
        self.ec = c.u16_be("EC")?;
        self.rrc = c.u16_be("RRC")?;
        self.snd_seq = c.u64_be("SND_SEQ")?;
        self.data = rest(c);
        Ok(())
    }
}

/// A token of RFC 1964 1.2, as DES and RC4 (RFC 4757) have it: MIC, Wrap or the end of a context.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Rfc1964Token {
    /// `TOK_ID`: which of the three.
    pub token_id: Spanned<TokenId>,
    /// `SGN_ALG`.
    pub sgn_alg: Spanned<SignAlgorithm>,
    /// `SEAL_ALG`, of a Wrap token.
    pub seal_alg: Option<Spanned<SealAlgorithm>>,
    /// Octets of `SND_SEQ`, which is encrypted: 8.
    pub snd_seq: Spanned<usize>,
    /// Octets of `SGN_CKSUM`: 8, or 20 with triple DES.
    pub sgn_cksum: Spanned<usize>,
    /// Octets of data in a Wrap token, as far as the input has them.
    pub data: Spanned<usize>,
}

impl Rfc1964Token {
    // TOK_ID(2), SGN_ALG(2), SEAL_ALG(2) of a Wrap token, filler of ones, SND_SEQ(8), SGN_CKSUM, data
    fn read(&mut self, c: &mut Cursor<'_>) -> Result<(), WireError> {
        self.sgn_alg = c.u16_le("SGN_ALG")?.map(SignAlgorithm);
        if *self.token_id == TokenId::WRAP_1964 {
            self.seal_alg = Some(c.u16_le("SEAL_ALG")?.map(SealAlgorithm));
            filler::<2>(c)?;
        } else {
            filler::<4>(c)?;
        }
        let size = |field: Spanned<&[u8]>| field.map(<[u8]>::len);
        self.snd_seq = size(c.bytes(8, "SND_SEQ")?);
        let checksum = if *self.sgn_alg == SignAlgorithm::HMAC_SHA1_DES3 { 20 } else { 8 };
        self.sgn_cksum = size(c.bytes(checksum, "SGN_CKSUM")?);
        if *self.token_id == TokenId::WRAP_1964 {
            self.data = rest(c);
        }
        c.finish("token")
    }
}

/// A per-message token of Kerberos (RFC 4121 4.2, RFC 1964 1.2).
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum PerMessageToken {
    /// Not one, or not reached.
    #[default]
    Unknown,
    /// MIC.
    Mic(MicToken),
    /// Wrap.
    Wrap(WrapToken),
    /// One of the older three, with or without its GSS-API frame.
    Rfc1964(Rfc1964Token),
}

impl PerMessageToken {
    /// Reads a whole token, with its GSS-API frame or without one. Spans are relative to `bytes`.
    ///
    /// # Errors
    /// `Unsupported` for another token, `Malformed` for a filler that isn't ones, `Truncated`.
    pub fn parse(bytes: &[u8]) -> Result<Self, WireError> {
        Self::parse_partial(bytes).complete()
    }

    /// Reads what can be read.
    #[must_use]
    pub fn parse_partial(bytes: &[u8]) -> Partial<Self> {
        Partial::fill(|token: &mut Self| {
            let mut c = Cursor::new(bytes);
            if bytes.first() != Some(&0x60) {
                return token.read(&mut c);
            }
            let mut frame = InitialContextToken::default();
            // Octets behind the frame are told last: the token is read all the same.
            let framed = frame.read(&mut c);
            if frame.this_mech.span.is_none() {
                return framed;
            }
            if !frame.this_mech.is_kerberos() {
                let other = ErrorKind::Unsupported("not a token of Kerberos");
                return Err(WireError::new(other, frame.this_mech.span.start, "thisMech"));
            }
            let inner = frame.inner_context_token;
            token.read(&mut Cursor::at(inner.value, inner.span.start)).and(framed)
        })
    }

    fn read(&mut self, c: &mut Cursor<'_>) -> Result<(), WireError> {
        let token_id = c.u16_be("TOK_ID")?.map(TokenId);
        match *token_id {
            TokenId::MIC => {
                let mut token = MicToken::default();
                let read = token.read(c);
                *self = Self::Mic(token);
                read
            }
            TokenId::WRAP => {
                let mut token = WrapToken::default();
                let read = token.read(c);
                *self = Self::Wrap(token);
                read
            }
            TokenId::MIC_1964 | TokenId::WRAP_1964 | TokenId::DELETE_1964 => {
                let mut token = Rfc1964Token { token_id, ..Rfc1964Token::default() };
                let read = token.read(c);
                *self = Self::Rfc1964(token);
                read
            }
            _ => {
                let other = ErrorKind::Unsupported("not a token that protects a message");
                Err(WireError::new(other, token_id.span.start, "TOK_ID"))
            }
        }
    }
}

fn filler<const N: usize>(c: &mut Cursor<'_>) -> Result<(), WireError> {
    let filler = c.array::<N>("Filler")?;
    if *filler == [0xff; N] {
        return Ok(());
    }
    Err(WireError::new(ErrorKind::Malformed("a filler is of ones"), filler.span.start, "Filler"))
}

fn rest(c: &mut Cursor<'_>) -> Spanned<usize> {
    c.take_rest().map(<[u8]>::len)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::format;

    /// By the layouts of RFC 4121 4.2.6: what a client sealed, and the check of a list of mechanisms.
    const WRAP: &[u8] = b"\x05\x04\x06\xff\x00\x10\x00\x1c\x00\x00\x00\x00\x12\x34\x56\x78secret data";
    const MIC: &[u8] = b"\x04\x04\x05\xff\xff\xff\xff\xff\x00\x00\x00\x00\x00\x00\x00\x07checksum-12!";
    /// By that of RFC 1964 1.2.2 with the algorithms of RFC 4757, in its frame; and 1.2.1.
    const WRAP_RC4: &[u8] = b"\x60\x2b\x06\x09\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\
        \x02\x01\x11\x00\x10\x00\xff\xff........CHECKSUMdata";
    const MIC_DES: &[u8] = b"\x01\x01\x00\x00\xff\xff\xff\xff........CHECKSUM";

    #[test]
    fn headers() {
        let PerMessageToken::Wrap(wrap) = PerMessageToken::parse(WRAP).unwrap() else { panic!() };
        assert_eq!(*wrap.flags, TokenFlags::SEALED | TokenFlags::ACCEPTOR_SUBKEY);
        assert_eq!((*wrap.ec, *wrap.rrc, *wrap.snd_seq, *wrap.data), (16, 28, 0x1234_5678, 11));
        let PerMessageToken::Mic(mic) = PerMessageToken::parse(MIC).unwrap() else { panic!() };
        assert!(mic.flags.contains(TokenFlags::SENT_BY_ACCEPTOR));
        assert_eq!((*mic.snd_seq, *mic.sgn_cksum, mic.sgn_cksum.span.start), (7, 12, 16));

        let mut framed = WRAP_RC4.to_vec();
        framed[1] = u8::try_from(framed.len() - 2).unwrap();
        let PerMessageToken::Rfc1964(old) = PerMessageToken::parse(&framed).unwrap() else { panic!() };
        assert_eq!((*old.token_id, *old.sgn_alg), (TokenId::WRAP_1964, SignAlgorithm::HMAC_MD5));
        assert_eq!((old.seal_alg.map(|alg| *alg), *old.data), (Some(SealAlgorithm::RC4), 4));
        let more = PerMessageToken::parse_partial(&[&framed, &b"!"[..]].concat());
        assert!(matches!(more.value, PerMessageToken::Rfc1964(old) if *old.data == 4));
        assert_eq!(more.error.unwrap().kind, ErrorKind::Trailing { count: 1 });
        for cut in 0..framed.len() {
            let error = PerMessageToken::parse(&framed[..cut]).unwrap_err();
            assert!(error.kind.is_truncated() && error.offset <= cut, "{cut}: {error}");
        }
        let PerMessageToken::Rfc1964(old) = PerMessageToken::parse(MIC_DES).unwrap() else { panic!() };
        assert_eq!((old.seal_alg, *old.sgn_cksum), (None, 8));
        assert!(!format!("{wrap:?} {mic:?} {old:?}").contains("115"), "octets of what is secret");
    }

    #[test]
    fn what_is_none() {
        for (octets, malformed) in [(&b"\x01\x00n\x02"[..], false), (b"\x05\x04\x06\x00\x00\x10", true)] {
            assert_eq!(PerMessageToken::parse(octets).unwrap_err().kind.is_malformed(), malformed);
        }
        let ntlm = b"\x60\x0e\x06\x0a\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x0a\x05\x04";
        assert!(!PerMessageToken::parse(ntlm).unwrap_err().kind.is_malformed());
        let more = [MIC_DES, b"!"].concat();
        assert_eq!(PerMessageToken::parse(&more).unwrap_err().kind, ErrorKind::Trailing { count: 1 });
        for token in [&WRAP[..16], &MIC[..16], MIC_DES] {
            for cut in 0..token.len() {
                let error = PerMessageToken::parse(&token[..cut]).unwrap_err();
                assert!(error.kind.is_truncated() && error.offset <= cut, "{cut}: {error}");
            }
        }
    }

    #[test]
    fn of_another_mechanism() {
        // NTLMSSP's, with an octet behind the frame.
        let token = b"\x60\x0e\x06\x0a\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x0a\x02\x01\xff";
        let error = PerMessageToken::parse(token).unwrap_err();
        assert_eq!(
            (error.kind, error.field),
            (ErrorKind::Unsupported("not a token of Kerberos"), "thisMech")
        );
        // Cut before the mechanism is told.
        let error = PerMessageToken::parse(&token[..6]).unwrap_err();
        assert_eq!(error.field, "thisMech");
        assert!(matches!(error.kind, ErrorKind::Truncated { .. }), "{error}");
    }
}
