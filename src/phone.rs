//! Phone numbers in the international form of ITU-T E.164.
//!
//! ```
//! use frontdesk::phone::{E164, Region};
//!
//! let us = Region::new("US").ok_or("no such region")?;
//! let number = E164::parse_in("(415) 555-2671", us)?;
//! assert_eq!(number.as_str(), "+14155552671");
//! assert_eq!(number, E164::parse("+1 415.555.2671")?);
//! assert_eq!(number.to_string(), "+1•••671");        // masked: fit for logs
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod country;
mod region;

use std::fmt;
use std::str::FromStr;

pub use region::Region;

const MAX_DIGITS: usize = 15;

/// A phone number: a plus sign, a known calling code and the national number, 15 digits at most
/// (<https://www.itu.int/rec/T-REC-E.164>).
///
/// `Display` and `Debug` mask the middle digits; [`as_str`](Self::as_str) and serde give the whole number.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct E164 {
    // The plus sign and the digits, zero-filled; ordering by bytes is ordering by text.
    bytes: [u8; MAX_DIGITS + 1],
    len: u8,
}

/// Why a text is not a phone number. The text itself is not repeated: it may be personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidNumber {
    /// Nothing but white space.
    #[error("the phone number is empty")]
    Empty,
    /// A character that no phone number has, such as a letter or an extension mark.
    #[error("the phone number has a character that does not belong there (position {0})")]
    Character(usize),
    /// Neither a plus sign nor a region to complete the number with.
    #[error("the phone number has no country: write it as + and the calling code, or name a default region")]
    NoCountry,
    /// No country or service has this calling code.
    #[error("the phone number begins with a calling code that is not assigned")]
    CallingCode,
    /// Too short or too long for its country.
    #[error("the phone number has {0} digits, which its numbering plan does not allow")]
    Length(usize),
}

impl E164 {
    /// Reads a number in international form: `+`, `tel:+`, `whatsapp:+` or the like, with spaces, dots, dashes,
    /// slashes and brackets anywhere between the digits.
    ///
    /// # Errors
    /// [`InvalidNumber`] names what is wrong.
    pub fn parse(text: &str) -> Result<Self, InvalidNumber> {
        let (plus, digits) = scan(text)?;
        if plus { from_international(digits.as_str()) } else { Err(InvalidNumber::NoCountry) }
    }

    /// Reads a number as people in `region` write it: national with or without the trunk prefix, or international
    /// with `+`, the region's own international prefix, or its bare calling code.
    ///
    /// # Errors
    /// [`InvalidNumber`] names what is wrong.
    pub fn parse_in(text: &str, region: Region) -> Result<Self, InvalidNumber> {
        let (plus, digits) = scan(text)?;
        let digits = digits.as_str();
        if plus {
            return from_international(digits);
        }
        if let Some(rest) = digits.strip_prefix(region.international_prefix())
            && let Ok(number) = from_international(rest)
        {
            return Ok(number);
        }
        let trunk = region.trunk_prefix();
        let national = match digits.strip_prefix(trunk) {
            Some(rest) if !trunk.is_empty() && region.fits(rest) => rest,
            _ => digits,
        };
        let code = region.calling_code().to_string();
        let with_code = digits.strip_prefix(&code).is_some_and(|rest| region.fits(rest));
        // Some plans allow so many lengths that both readings fit: hardly any national number has more than ten digits.
        if with_code && national.len() == digits.len() && digits.len() > 10 {
            return from_international(digits);
        }
        if region.fits(national) {
            return from_international(&format!("{code}{national}"));
        }
        if with_code { from_international(digits) } else { Err(InvalidNumber::Length(digits.len())) }
    }

    /// The whole number, such as `+14155552671`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let end = usize::from(self.len);
        self.bytes.get(..end).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
    }

    /// The digits without the plus sign.
    #[must_use]
    pub fn digits(&self) -> &str {
        self.as_str().get(1..).unwrap_or_default()
    }

    /// The country calling code, such as 1 or 44.
    #[must_use]
    pub fn calling_code(&self) -> u16 {
        region::split(self.digits()).map_or(0, |(code, _)| code)
    }

    /// The number without its calling code.
    #[must_use]
    pub fn national(&self) -> &str {
        let code = self.calling_code();
        let length = if code >= 100 {
            3
        } else if code >= 10 {
            2
        } else {
            1
        };
        self.digits().get(length..).unwrap_or_default()
    }

    /// The ways in which this number is commonly stored, for looking it up in a table that was not normalised:
    /// `WHERE number = ANY(…)`. International form first.
    #[must_use]
    pub fn variants(&self) -> Vec<String> {
        let (code, national) = (self.calling_code(), self.national());
        let trunk = region::trunks(code).next().unwrap_or("0");
        let mut all = vec![
            self.as_str().to_owned(),
            self.digits().to_owned(),
            format!("00{}", self.digits()),
            national.to_owned(),
            format!("{trunk}{national}"),
            format!("+{code} {national}"),
            format!("tel:{}", self.as_str()),
        ];
        if let (1, Some(area), Some(exchange), Some(line)) =
            (code, national.get(..3), national.get(3..6), national.get(6..))
        {
            all.extend([
                format!("({area}) {exchange}-{line}"),
                format!("{area}-{exchange}-{line}"),
                format!("{area}.{exchange}.{line}"),
                format!("1-{area}-{exchange}-{line}"),
                format!("+1 {area} {exchange} {line}"),
                format!("+1 ({area}) {exchange}-{line}"),
                format!("+1-{area}-{exchange}-{line}"),
            ]);
        }
        all
    }

    /// True when `stored` is this number in any usual form, national forms read as of this number's country.
    #[must_use]
    pub fn is_written_as(&self, stored: &str) -> bool {
        let Ok((plus, digits)) = scan(stored) else { return false };
        let digits = digits.as_str();
        if plus {
            return digits == self.digits();
        }
        let national = self.national();
        digits == self.digits()
            || digits == national
            || digits.strip_prefix("00").or_else(|| digits.strip_prefix("011")) == Some(self.digits())
            || digits.strip_prefix('0') == Some(national)
            || region::trunks(self.calling_code()).any(|trunk| digits.strip_prefix(trunk) == Some(national))
    }
}

/// The digits of a written number, without allocation.
struct Digits {
    bytes: [u8; 24],
    len: usize,
}

impl Digits {
    fn as_str(&self) -> &str {
        self.bytes.get(..self.len).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
    }
}

/// Strips schemes and punctuation; tells whether the number began with a plus sign.
fn scan(text: &str) -> Result<(bool, Digits), InvalidNumber> {
    let trimmed = text.trim();
    let bare = ["tel:", "sms:", "whatsapp:", "rcs:"]
        .iter()
        .find_map(|scheme| {
            let head = trimmed.get(..scheme.len())?;
            head.eq_ignore_ascii_case(scheme).then(|| trimmed.get(scheme.len()..)).flatten()
        })
        .unwrap_or(trimmed)
        .trim_start();
    let (mut digits, mut plus, mut count) = (Digits { bytes: [0; 24], len: 0 }, false, 0_usize);
    let mut skip = 0;
    for (position, (at, c)) in bare.char_indices().enumerate() {
        if skip > 0 {
            skip -= 1;
            continue;
        }
        match c {
            // "+44 (0)20 …": the trunk prefix, for who dials from inside the country.
            '(' if plus && bare.get(at..).is_some_and(|rest| rest.starts_with("(0)")) => {
                let code = digits.as_str().parse().unwrap_or(0);
                if region::trunks(code).any(|trunk| trunk == "0") {
                    skip = 2;
                }
            }
            '0'..='9' => {
                count += 1;
                if let Some(slot) = digits.bytes.get_mut(digits.len) {
                    *slot = u8::try_from(c).unwrap_or(b'0');
                    digits.len += 1;
                }
            }
            '+' | '\u{ff0b}' if count == 0 && !plus => plus = true,
            ' ' | '.' | '-' | '/' | '(' | ')' | '[' | ']' | '\u{a0}' | '\u{202f}' | '\u{2010}'..='\u{2013}' => {}
            // Invisible marks that come along when a number is copied from a contact card.
            '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}' => {}
            _ => return Err(InvalidNumber::Character(position)),
        }
    }
    match count {
        0 => Err(InvalidNumber::Empty),
        n if n > digits.bytes.len() => Err(InvalidNumber::Length(n)),
        _ => Ok((plus, digits)),
    }
}

fn from_international(digits: &str) -> Result<E164, InvalidNumber> {
    if digits.len() > MAX_DIGITS {
        return Err(InvalidNumber::Length(digits.len()));
    }
    match region::split(digits) {
        None => Err(InvalidNumber::CallingCode),
        Some((_, false)) => Err(InvalidNumber::Length(digits.len())),
        Some((_, true)) => {
            let mut bytes = [0; MAX_DIGITS + 1];
            for (slot, byte) in bytes.iter_mut().zip(std::iter::once(b'+').chain(digits.bytes())) {
                *slot = byte;
            }
            Ok(E164 { bytes, len: u8::try_from(digits.len() + 1).unwrap_or(0) })
        }
    }
}

/// Masks digits: only the last few stay, at most four and at most a third of them.
fn mask(digits: &str) -> String {
    let end = digits.len() - (digits.len() / 3).min(4);
    format!("•••{}", digits.get(end..).unwrap_or_default())
}

/// Replaces what looks like a phone number (seven digits or more, punctuation between) in a text for people.
pub(crate) fn mask_numbers(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, from) = rest.split_at(start);
        out.push_str(before);
        let mut end = 0;
        for (index, c) in from.char_indices() {
            if c.is_ascii_digit() {
                end = index + 1;
            } else if !matches!(c, ' ' | '.' | '-' | '(' | ')' | '/') || index > end + 2 {
                break;
            }
        }
        let (run, after) = from.split_at(end);
        let digits: String = run.chars().filter(char::is_ascii_digit).collect();
        if digits.len() >= 7 && !is_in_id(before, run, after) {
            out.push_str(&mask(&digits));
        } else {
            out.push_str(run);
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// A run of digits inside a word as long as a SID is a part of an id, not a phone number.
fn is_in_id(before: &str, run: &str, after: &str) -> bool {
    let word = |c: &char| c.is_ascii_alphanumeric();
    let left = before.chars().rev().take_while(word).count();
    let right = after.chars().take_while(word).count();
    run.chars().all(|c| c.is_ascii_digit()) && left + run.len() + right >= 30
}

impl FromStr for E164 {
    type Err = InvalidNumber;

    fn from_str(text: &str) -> Result<Self, InvalidNumber> {
        Self::parse(text)
    }
}

impl fmt::Display for E164 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "+{}{}", self.calling_code(), mask(self.national()))
    }
}

impl fmt::Debug for E164 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "E164({self})")
    }
}

impl AsRef<str> for E164 {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl serde::Serialize for E164 {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> serde::Deserialize<'de> for E164 {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn region(code: &str) -> Region {
        Region::new(code).unwrap()
    }

    #[test]
    fn reads_what_people_write() {
        for (text, code, expected) in [
            ("+1 (415) 555-2671", "US", "+14155552671"),
            ("415.555.2671", "US", "+14155552671"),
            ("1-415-555-2671", "US", "+14155552671"),
            ("14155552671", "US", "+14155552671"),
            ("[415] 555 2671", "US", "+14155552671"),
            ("011 44 20 7946 0958", "US", "+442079460958"),
            ("020 7946 0958", "GB", "+442079460958"),
            ("442079460958", "GB", "+442079460958"),
            ("(0)20 7946 0958", "GB", "+442079460958"),
            ("+44 (0)20 7946 0958", "GB", "+442079460958"),
            ("+49 (0)30 901820", "US", "+4930901820"),
            ("+39 (0)6 698 1234", "IT", "+39066981234"),
            ("919876543210", "IN", "+919876543210"),
            ("9198765432", "IN", "+919198765432"),
            ("0030 21 0123 4567", "GB", "+302101234567"),
            ("030 901820", "DE", "+4930901820"),
            ("06 698 1234", "IT", "+39066981234"),
            ("8 (912) 345-67-89", "RU", "+79123456789"),
            ("06 1 234 5678", "HU", "+3612345678"),
            ("whatsapp:+14155552671", "DE", "+14155552671"),
            ("tel:+1-415-555-2671", "DE", "+14155552671"),
            ("\u{202a}+1 415 555 2671\u{202c}", "DE", "+14155552671"),
        ] {
            assert_eq!(
                E164::parse_in(text, region(code)).map(|n| n.as_str().to_owned()).as_deref(),
                Ok(expected),
                "{text}"
            );
        }
    }

    #[test]
    fn refuses_with_a_reason() {
        for (text, expected) in [
            ("", InvalidNumber::Empty),
            ("  - ", InvalidNumber::Empty),
            ("+1 415 555 2671 x9", InvalidNumber::Character(16)),
            ("+1415CALLME1", InvalidNumber::Character(5)),
            ("4155552671", InvalidNumber::NoCountry),
            ("+0123456789", InvalidNumber::CallingCode),
            ("+1415555", InvalidNumber::Length(7)),
            ("+1415555267", InvalidNumber::Length(10)),
            ("+1234567890123456", InvalidNumber::Length(16)),
            ("+1+4155552671", InvalidNumber::Character(2)),
        ] {
            assert_eq!(E164::parse(text), Err(expected), "{text}");
        }
    }

    #[test]
    fn printing_masks_and_serde_does_not() {
        let number = E164::parse("+14155552671").unwrap();
        assert_eq!(format!("{number} {number:?}"), "+1•••671 E164(+1•••671)");
        assert_eq!(serde_json::to_string(&number).unwrap(), "\"+14155552671\"");
        assert_eq!(serde_json::from_str::<E164>("\"+1 415 555 2671\"").unwrap(), number);
    }

    #[test]
    fn masks_numbers_inside_text() {
        assert_eq!(mask_numbers("to +1 (415) 555-2671, code 21211"), "to +•••671, code 21211");
        assert_eq!(mask_numbers("To=%2B14155552671x"), "To=%2B•••671x");
        let sid = "CA01234567890123456789012345678901 on 2026-03";
        assert_eq!(mask_numbers(sid), sid);
        assert_eq!(mask_numbers("4155552671"), "•••671");
        assert_eq!(mask_numbers("naïve ±5 é"), "naïve ±5 é");
    }

    #[test]
    fn recognises_every_variant_of_itself() {
        for number in ["+14155552671", "+442079460958", "+4930901820", "+35312345678", "+79123456789", "+3612345678"] {
            let number = E164::parse(number).unwrap();
            for variant in number.variants() {
                assert!(number.is_written_as(&variant), "{variant}");
            }
        }
        assert!(!E164::parse("+14155552671").unwrap().is_written_as("+14155552672"));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,40}") {
            let _ = E164::parse(&text);
            let _ = E164::parse_in(&text, region("GB"));
            let _ = mask_numbers(&text);
        }

        #[test]
        fn what_parses_is_a_fixed_point(text in "\\+?[0-9 ().-]{6,20}") {
            if let Ok(number) = E164::parse_in(&text, region("US")) {
                prop_assert_eq!(E164::parse(number.as_str()), Ok(number));
                prop_assert!(number.digits().len() <= 15);
                prop_assert!(number.is_written_as(&text) || !text.contains('+'));
                prop_assert_eq!(format!("{}{}", number.calling_code(), number.national()), number.digits());
            }
        }
    }
}
