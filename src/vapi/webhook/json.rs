//! JSON as it comes: with strings that no text holds, nested as deep as somebody likes, of another type than it should be.

use std::borrow::Cow;

use serde::de::{Deserialize, DeserializeOwned, Deserializer};
use serde_json::value::RawValue;

/// Reads what can be read; a value of another type counts as absent.
pub(super) fn lenient<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Option<T>, D::Error> {
    let raw = <Box<RawValue>>::deserialize(deserializer)?;
    Ok(serde_json::from_str(raw.get()).ok())
}

/// The same text with U+FFFD in the place of half surrogate pairs, which JSON can write and no text can hold.
pub(super) fn mended(text: &[u8]) -> Cow<'_, [u8]> {
    fn unit(text: &[u8], at: usize) -> Option<u16> {
        let escape = text.get(at..at + 6)?.strip_prefix(b"\\u")?;
        u16::from_str_radix(std::str::from_utf8(escape).ok()?, 16).ok()
    }
    if memchr::memmem::find(text, b"\\u").is_none() {
        return Cow::Borrowed(text);
    }
    let mut out = text.to_vec();
    let mut at = 0;
    while at < text.len() {
        if text.get(at) != Some(&b'\\') {
            at += 1;
            continue;
        }
        match (unit(text, at), unit(text, at + 6)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => at += 12,
            (Some(0xD800..=0xDFFF), _) => {
                if let Some(place) = out.get_mut(at..at + 6) {
                    place.copy_from_slice(b"\\ufffd");
                }
                at += 6;
            }
            // An escaped backslash begins no escape.
            (Some(_), _) => at += 6,
            (None, _) => at += 2,
        }
    }
    Cow::Owned(out)
}

/// A text on one line: Vapi takes results of one line only.
pub(super) fn one_line(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_surrogate_pairs_become_replacement_characters() {
        let mended = |text: &str| serde_json::from_slice::<String>(&mended(text.as_bytes())).unwrap();
        assert_eq!(mended(r#""a\ud83db""#), "a\u{fffd}b");
        assert_eq!(mended(r#""\uD83D\uDE00 \ude00\ud83d""#), "😀 \u{fffd}\u{fffd}");
        assert_eq!(mended(r#""\\ud83d é \u00e9""#), "\\ud83d é é");
        assert_eq!(one_line(" a\r\n\tb\u{85}c "), "a b c");
    }
}
