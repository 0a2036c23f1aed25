//! The text that Active Directory puts into `diagnosticMessage`.

use adjoin_wire::{Span, Spanned, Text};
use core::fmt;

/// Which part of the directory refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum AdErrorClass {
    /// `LdapErr`: the LDAP front end; binds among others.
    Ldap,
    /// `SvcErr`: the directory won't or can't.
    Service,
    /// `NameErr`: the name doesn't exist.
    Name,
    /// `AtrErr`: an attribute or value is wrong.
    Attribute,
    /// `UpdErr`: the change isn't possible, such as an entry that exists already.
    Update,
    /// `SecErr`: no right to do this.
    Security,
    /// `RefErr`: another server has it.
    Referral,
}

impl AdErrorClass {
    /// As it is written in the message.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ldap => "LdapErr",
            Self::Service => "SvcErr",
            Self::Name => "NameErr",
            Self::Attribute => "AtrErr",
            Self::Update => "UpdErr",
            Self::Security => "SecErr",
            Self::Referral => "RefErr",
        }
    }

    fn from_name(name: &[u8]) -> Option<Self> {
        [Self::Ldap, Self::Service, Self::Name, Self::Attribute, Self::Update, Self::Security, Self::Referral]
            .into_iter()
            .find(|class| class.name().as_bytes() == name)
    }
}

/// Why a logon failed: the hexadecimal number behind `data` when a bind was refused. It is a
/// Win32 error, or a security status for channel bindings.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct LogonSubCode(pub u32);

impl LogonSubCode {
    /// What it means, in a few words.
    #[must_use]
    pub const fn meaning(self) -> Option<&'static str> {
        Some(match self.0 {
            0x57 => "a parameter is invalid",
            0x525 => "no such user",
            0x52e => "wrong user name or password",
            0x52f => "the account is restricted",
            0x530 => "not allowed at this time",
            0x531 => "not allowed from this computer",
            0x532 => "the password has expired",
            0x533 => "the account is disabled",
            0x568 => "the user is in too many groups",
            0x701 => "the account has expired",
            0x773 => "the password must be changed first",
            0x775 => "the account is locked",
            0x8009_0346 => "wrong or missing channel bindings",
            _ => return None,
        })
    }
}

impl fmt::Display for LogonSubCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}", self.0)?;
        self.meaning().map_or(Ok(()), |meaning| write!(f, " ({meaning})"))
    }
}

impl fmt::Debug for LogonSubCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LogonSubCode(0x{:x})", self.0)
    }
}

/// The parts of such a text. Those behind a cut, and those that it doesn't have, are absent.
///
/// Spans are those of the text that was given to [`AdErrorText::parse`].
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct AdErrorText<'a> {
    /// The eight hexadecimal digits in front: a Win32 error, or a security status.
    pub code: Spanned<u32>,
    /// Which part of the directory refused; nothing for one that is not known.
    pub class: Option<Spanned<AdErrorClass>>,
    /// The place in the server's source, in hexadecimal behind `DSID-`.
    pub dsid: Option<Spanned<u32>>,
    /// The text behind `comment:`.
    pub comment: Option<Spanned<Text<'a>>>,
    /// The number behind `problem`, such as 5003.
    pub problem: Option<Spanned<u32>>,
    /// Its name in parentheses, such as `WILL_NOT_PERFORM`.
    pub problem_name: Option<Spanned<Text<'a>>>,
    /// The number behind `data`: hexadecimal after `LdapErr`, else decimal and possibly negative.
    pub data: Option<Spanned<i64>>,
    /// Build number of the server, in hexadecimal behind the last `v` of an `LdapErr`.
    pub build: Option<Spanned<u32>>,
}

impl<'a> AdErrorText<'a> {
    /// Reads a diagnostic message; nothing when it isn't one of Active Directory's.
    #[must_use]
    pub fn parse(message: Spanned<Text<'a>>) -> Option<Self> {
        let whole = Scan { rest: message.as_bytes(), at: message.span.start };
        let mut scan = whole;
        let mut text = Self { code: scan.number(16, 8)?.map(low), ..Self::default() };
        if text.code.span.len() != 8 || !scan.skip(b": ") {
            return None;
        }
        let name = scan.until(b":");
        text.class = AdErrorClass::from_name(&name).map(|class| Spanned::new(class, name.span));
        let ldap = text.class.is_some_and(|class| *class == AdErrorClass::Ldap);

        let mut dsid = whole;
        if dsid.seek(b"DSID-") {
            text.dsid = dsid.number(16, 8).map(|n| n.map(low));
        }
        let mut comment = whole;
        if ldap && comment.seek(b"comment: ") {
            let value = comment.until(b", data ");
            text.comment = Some(value.map(Text::new));
        }
        let mut problem = whole;
        if problem.seek(b"problem ") {
            text.problem = problem.number(10, 9).map(|n| n.map(low));
            if text.problem.is_some() && problem.skip(b" (") {
                let name = problem.until(b")");
                text.problem_name = Some(name.map(Text::new));
            }
        }
        let mut data = whole;
        if data.seek(b", data ") {
            let minus = data.skip(b"-");
            let number = data.number(if ldap { 16 } else { 10 }, 10);
            text.data = number.map(|n| n.map(|n| if minus { n.saturating_neg() } else { n }));
            if ldap && data.skip(b", v") {
                text.build = data.number(16, 8).map(|n| n.map(low));
            }
        }
        Some(text)
    }

    /// Why a logon failed, when this is the answer to a bind that was refused.
    #[must_use]
    pub fn logon_sub_code(&self) -> Option<LogonSubCode> {
        let ldap = self.class.is_some_and(|class| *class == AdErrorClass::Ldap);
        let code = self.data.and_then(|data| u32::try_from(*data).ok())?;
        (ldap && code != 0).then_some(LogonSubCode(code))
    }
}

/// A number of at most eight hexadecimal or nine decimal digits.
fn low(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Reads text from front to back.
#[derive(Clone, Copy)]
struct Scan<'a> {
    rest: &'a [u8],
    at: usize,
}

impl<'a> Scan<'a> {
    fn take(&mut self, len: usize) -> Spanned<&'a [u8]> {
        let (head, tail) = self.rest.split_at_checked(len).unwrap_or((self.rest, &[]));
        let start = self.at;
        self.at = start.saturating_add(head.len());
        self.rest = tail;
        Spanned::new(head, Span::new(start, self.at))
    }

    fn skip(&mut self, word: &[u8]) -> bool {
        let there = self.rest.starts_with(word);
        if there {
            self.take(word.len());
        }
        there
    }

    /// Everything before `word`, or to the end.
    fn until(&mut self, word: &[u8]) -> Spanned<&'a [u8]> {
        let end = self.rest.windows(word.len()).position(|w| w == word).unwrap_or(self.rest.len());
        self.take(end)
    }

    /// Moves behind the first `word`.
    fn seek(&mut self, word: &[u8]) -> bool {
        self.until(word);
        self.skip(word)
    }

    fn number(&mut self, radix: u32, most: usize) -> Option<Spanned<i64>> {
        let digits = self.rest.iter().take(most).take_while(|b| char::from(**b).is_digit(radix)).count();
        let digits = self.take(digits);
        let text = core::str::from_utf8(digits.value).ok()?;
        i64::from_str_radix(text, radix).ok().map(|value| Spanned::new(value, digits.span))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    fn parse(text: &str) -> Option<AdErrorText<'_>> {
        AdErrorText::parse(Spanned::new(text.into(), Span::new(100, text.len().saturating_add(100))))
    }

    const BIND: &str =
        "80090308: LdapErr: DSID-0C0903A9, comment: AcceptSecurityContext error, data 52e, v4563\0";

    #[test]
    fn refused_bind() {
        let text = parse(BIND).unwrap();
        assert_eq!(*text.code, 0x8009_0308);
        assert_eq!(text.class.map(|c| *c), Some(AdErrorClass::Ldap));
        assert_eq!(text.dsid.map(|d| *d), Some(0x0c09_03a9));
        assert_eq!(*text.comment.unwrap(), "AcceptSecurityContext error");
        assert_eq!(text.data.unwrap().span, Span::new(177, 180));
        assert_eq!(text.build.map(|b| *b), Some(0x4563));
        assert_eq!(text.logon_sub_code().unwrap().to_string(), "52e (wrong user name or password)");
        assert_eq!(text.problem.map(|p| *p), None);
    }

    #[test]
    fn refused_service() {
        let text =
            parse("0000216D: SvcErr: DSID-031A1254, problem 5003 (WILL_NOT_PERFORM), data 0\n").unwrap();
        assert_eq!((*text.code, text.class.map(|c| *c)), (0x216d, Some(AdErrorClass::Service)));
        assert_eq!(text.problem.map(|p| *p), Some(5003));
        assert_eq!(*text.problem_name.unwrap(), "WILL_NOT_PERFORM");
        assert_eq!(text.data.map(|d| *d), Some(0));
        assert_eq!(text.logon_sub_code(), None);

        let text = parse("000020EF: SvcErr: DSID-02080490, problem 5012 (DIR_ERROR), data -1017").unwrap();
        assert_eq!(text.data.map(|d| *d), Some(-1017));
    }

    #[test]
    fn referral_and_channel_bindings() {
        let text =
            parse("0000202B: RefErr: DSID-0310078A, data 0, 1 access points\n\tref 1: 'a.b'\n").unwrap();
        assert_eq!(text.class.map(|c| *c), Some(AdErrorClass::Referral));
        assert_eq!(text.data.map(|d| *d), Some(0));
        let text = parse("80090346: LdapErr: DSID-0C0905A2, comment: x, data 80090346, v4f7c").unwrap();
        assert_eq!(text.logon_sub_code(), Some(LogonSubCode(0x8009_0346)));
        assert!(text.logon_sub_code().unwrap().meaning().is_some());
    }

    #[test]
    fn other_text_is_not_read() {
        assert!(parse("").is_none());
        assert!(parse("Failed to bind").is_none());
        assert!(parse("12: LdapErr").is_none());
        assert_eq!(parse("00000057: NewErr: DSID-1, data 0").unwrap().class.map(|c| *c), None);
    }

    #[test]
    fn a_cut_message_keeps_what_was_read() {
        for cut in 0..BIND.len() {
            let text = parse(&BIND[..cut]);
            assert_eq!(text.is_some(), cut >= 10, "{cut}");
            let Some(text) = text else { continue };
            assert_eq!(*text.code, 0x8009_0308);
            assert_eq!(text.class.is_some(), cut >= 17, "{cut}");
            assert_eq!(text.dsid.is_some_and(|d| *d == 0x0c09_03a9), cut >= 32, "{cut}");
            assert_eq!(text.data.is_some_and(|d| *d == 0x52e), cut >= 80, "{cut}");
        }
    }
}
