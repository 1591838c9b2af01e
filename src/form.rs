//! `application/x-www-form-urlencoded` as the WHATWG URL standard reads it
//! (<https://url.spec.whatwg.org/#urlencoded-parsing>), without copying what needs no decoding.
//!
//! ```
//! use frontdesk::form::pairs;
//!
//! let all: Vec<_> = pairs(b"Body=a+b%21&To=%2B1").collect();
//! assert_eq!(all, [("Body".into(), "a b!".into()), ("To".into(), "+1".into())]);
//! ```

use std::borrow::Cow;

/// The pairs of a body or query in order, decoded; bytes that are not UTF-8 become U+FFFD.
pub fn pairs(bytes: &[u8]) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
    raw_pairs(bytes).map(|(key, value)| (text(decode(key)), text(decode(value))))
}

/// The pairs still encoded. Empty pieces between ampersands are no pairs; a piece without `=` has an empty value.
pub(crate) fn raw_pairs(bytes: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        while !rest.is_empty() {
            let (pair, _, after) = cut(rest);
            rest = after;
            if !pair.is_empty() {
                return Some(halves(pair));
            }
        }
        None
    })
}

/// The piece before the first ampersand, whether it holds anything encoded, and what comes after the ampersand.
pub(crate) fn cut(bytes: &[u8]) -> (&[u8], bool, &[u8]) {
    let mut encoded = false;
    // After the first `%` or `+` only the ampersand matters.
    let end = match memchr::memchr3(b'&', b'%', b'+', bytes) {
        None => bytes.len(),
        Some(at) if bytes.get(at) == Some(&b'&') => at,
        Some(at) => {
            encoded = true;
            memchr::memchr(b'&', bytes.get(at..).unwrap_or_default()).map_or(bytes.len(), |more| at + more)
        }
    };
    (bytes.get(..end).unwrap_or_default(), encoded, bytes.get(end + 1..).unwrap_or_default())
}

/// Key and value of a piece.
pub(crate) fn halves(pair: &[u8]) -> (&[u8], &[u8]) {
    match pair.iter().position(|byte| *byte == b'=') {
        Some(at) => (pair.get(..at).unwrap_or_default(), pair.get(at + 1..).unwrap_or_default()),
        None => (pair, &[]),
    }
}

/// True when decoding would change the bytes.
pub(crate) fn is_encoded(bytes: &[u8]) -> bool {
    memchr::memchr2(b'%', b'+', bytes).is_some()
}

/// Decodes `+` and `%XX`; a percent sign without two hexadecimal digits stays as it is.
pub(crate) fn decode(bytes: &[u8]) -> Cow<'_, [u8]> {
    if !is_encoded(bytes) {
        return Cow::Borrowed(bytes);
    }
    let mut out = Vec::with_capacity(bytes.len());
    decode_into(bytes, &mut out);
    Cow::Owned(out)
}

/// [`decode`], appended to a buffer.
pub(crate) fn decode_into(bytes: &[u8], out: &mut Vec<u8>) {
    let mut rest = bytes;
    while let Some(at) = memchr::memchr2(b'%', b'+', rest) {
        let (plain, special) = rest.split_at(at);
        out.extend_from_slice(plain);
        rest = match special {
            [b'+', tail @ ..] => {
                out.push(b' ');
                tail
            }
            [b'%', high, low, tail @ ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                out.push(hex(*high) << 4 | hex(*low));
                tail
            }
            [other, tail @ ..] => {
                out.push(*other);
                tail
            }
            [] => break,
        };
    }
    out.extend_from_slice(rest);
}

fn hex(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        b'a'..=b'f' => digit - b'a' + 10,
        _ => digit.wrapping_sub(b'A').wrapping_add(10),
    }
}

/// UTF-8, what is none of it replaced by U+FFFD.
pub(crate) fn text(bytes: Cow<'_, [u8]>) -> Cow<'_, str> {
    match bytes {
        Cow::Borrowed(bytes) => String::from_utf8_lossy(bytes),
        Cow::Owned(bytes) => match String::from_utf8(bytes) {
            Ok(text) => Cow::Owned(text),
            Err(error) => Cow::Owned(String::from_utf8_lossy(error.as_bytes()).into_owned()),
        },
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn broken_escapes_stay_as_they_are() {
        for (encoded, plain) in
            [("%", "%"), ("%4", "%4"), ("%zz", "%zz"), ("a%+b", "a% b"), ("%41%", "A%"), ("%%41", "%A")]
        {
            assert_eq!(decode(encoded.as_bytes()).as_ref(), plain.as_bytes(), "{encoded}");
        }
    }

    #[test]
    fn splits_at_the_first_equals_sign() {
        let all: Vec<_> = pairs(b"&&a=b=c&d&=e&").map(|(k, v)| (k.into_owned(), v.into_owned())).collect();
        assert_eq!(all, [("a".into(), "b=c".into()), ("d".into(), String::new()), (String::new(), "e".into())]);
    }

    proptest! {
        #[test]
        fn agrees_with_the_url_crate(body in proptest::collection::vec(prop_oneof![
            Just(b'&'), Just(b'='), Just(b'%'), Just(b'+'), Just(b'4'), Just(b'a'), Just(b'F'), any::<u8>()
        ], 0..60)) {
            let ours: Vec<(String, String)> = pairs(&body).map(|(k, v)| (k.into_owned(), v.into_owned())).collect();
            let theirs: Vec<(String, String)> = url::form_urlencoded::parse(&body).into_owned().collect();
            prop_assert_eq!(ours, theirs);
        }
    }
}
