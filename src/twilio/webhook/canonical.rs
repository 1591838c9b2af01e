//! What is signed: the parameters in canonical order and the spellings of the URL to try.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::form;

const FAST_PAIRS: usize = 32;
/// A query of more pairs than this is not rebuilt: the work grows with the square, and anybody can ask for it.
const MOST_REBUILT: usize = 128;

/// Concatenates the decoded parameters: keys in byte order, the values of one key sorted and without repetition,
/// each value behind its key.
pub(super) fn parameters(body: &[u8]) -> Vec<u8> {
    fast(body).unwrap_or_else(|| general(body))
}

#[derive(Clone, Copy)]
struct Span<'a> {
    key: &'a [u8],
    value: &'a [u8],
    encoded: bool,
}

/// The usual case: few pairs, keys that need no decoding and occur once. One pass to find the pairs, one buffer.
fn fast(body: &[u8]) -> Option<Vec<u8>> {
    let mut spans = [Span { key: &[], value: &[], encoded: false }; FAST_PAIRS];
    // What is sorted is small: the first eight bytes of a key, and where its pair is.
    let mut order = [(0_u64, 0_usize); FAST_PAIRS];
    let mut count = 0;
    let mut rest = body;
    while !rest.is_empty() {
        let (pair, encoded, after) = form::cut(rest);
        rest = after;
        if pair.is_empty() {
            continue;
        }
        let (key, value) = form::halves(pair);
        // Where nothing of the pair is encoded the key is not either.
        if encoded && form::is_encoded(key) {
            return None;
        }
        *spans.get_mut(count)? = Span { key, value, encoded };
        *order.get_mut(count)? = (prefix(key), count);
        count += 1;
    }
    let key = |index: usize| spans.get(index).map_or(&[] as &[u8], |span| span.key);
    let order = order.get_mut(..count)?;
    order.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| key(a.1).cmp(key(b.1))));
    if order.windows(2).any(|pair| matches!(pair, [a, b] if a.0 == b.0 && key(a.1) == key(b.1))) {
        return None;
    }
    let mut out = Vec::with_capacity(body.len());
    for span in order.iter().filter_map(|(_, index)| spans.get(*index)) {
        out.extend_from_slice(span.key);
        if span.encoded { form::decode_into(span.value, &mut out) } else { out.extend_from_slice(span.value) }
    }
    Some(out)
}

/// The first eight bytes as a number that sorts like the bytes.
fn prefix(key: &[u8]) -> u64 {
    match key.first_chunk() {
        Some(bytes) => u64::from_be_bytes(*bytes),
        None => key.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)) << (8 * (8 - key.len())).min(63),
    }
}

fn general(body: &[u8]) -> Vec<u8> {
    let mut all: Vec<_> = form::raw_pairs(body).map(|(key, value)| (form::decode(key), form::decode(value))).collect();
    all.sort_unstable();
    all.dedup();
    let mut out = Vec::with_capacity(body.len());
    for (key, value) in all {
        out.extend_from_slice(&key);
        out.extend_from_slice(&value);
    }
    out
}

/// A URL cut where its spellings differ; every piece as it was received.
struct Pieces<'a> {
    scheme: &'a str,
    userinfo: Option<&'a str>,
    host: &'a str,
    port: Option<&'a str>,
    path: &'a str,
    query: Option<&'a str>,
    fragment: Option<&'a str>,
}

impl<'a> Pieces<'a> {
    fn cut(url: &'a str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        let (rest, fragment) = match rest.split_once('#') {
            Some((rest, fragment)) => (rest, Some(fragment)),
            None => (rest, None),
        };
        let (rest, query) = match rest.split_once('?') {
            Some((rest, query)) => (rest, Some(query)),
            None => (rest, None),
        };
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (userinfo, address) = match authority.rsplit_once('@') {
            Some((userinfo, address)) => (Some(userinfo), address),
            None => (None, authority),
        };
        // A colon inside the brackets of an IPv6 address starts no port.
        let host_end = address.rfind(']').map_or(0, |bracket| bracket + 1);
        let tail = address.get(host_end..)?;
        let (host, port) = match tail.rfind(':') {
            Some(colon) => (address.get(..host_end + colon)?, address.get(host_end + colon + 1..)),
            None => (address, None),
        };
        Some(Self { scheme, userinfo, host, port, path, query, fragment })
    }

    fn default_port(&self) -> Option<&'static str> {
        match self.scheme.to_ascii_lowercase().as_str() {
            "https" | "wss" => Some("443"),
            "http" | "ws" => Some("80"),
            _ => None,
        }
    }
}

/// The spellings of a URL under which Twilio may have signed it, the received one first, none twice.
///
/// The order: as received, without port, with the scheme's port; then the same with path and query escaped as a
/// browser does; then with the query taken apart and put together again; each also without user information, and
/// with and without the fragment, which the host may know when the request does not carry it. Scheme and host are
/// never touched.
pub(super) fn spellings<'a>(url: &'a str, fragment: Option<&'a str>) -> impl Iterator<Item = Cow<'a, str>> {
    // The others are made only when the received one does not fit.
    let others = std::iter::once_with(move || others(url, fragment)).flatten().map(Cow::Owned);
    std::iter::once(Cow::Borrowed(url)).chain(others)
}

fn others(url: &str, fragment: Option<&str>) -> Vec<String> {
    let Some(pieces) = Pieces::cut(url) else { return Vec::new() };
    let mut out: Vec<String> = Vec::new();
    for target in targets(url, &pieces) {
        let mut users = vec![pieces.userinfo];
        users.extend(pieces.userinfo.map(|_| None));
        for user in users {
            let mut ports = vec![pieces.port];
            ports.extend(pieces.port.filter(|port| !port.is_empty()).map(|_| None));
            if pieces.port.is_none_or(str::is_empty) {
                ports.push(pieces.default_port());
            }
            if pieces.port == Some("") {
                ports.push(None);
            }
            for port in ports {
                let mut fragments = vec![None];
                fragments.extend(pieces.fragment.or(fragment).map(Some));
                for fragment in fragments {
                    let mut spelling = format!("{}://", pieces.scheme);
                    if let Some(user) = user {
                        spelling.push_str(user);
                        spelling.push('@');
                    }
                    spelling.push_str(pieces.host);
                    if let Some(port) = port {
                        spelling.push(':');
                        spelling.push_str(port);
                    }
                    spelling.push_str(&target);
                    if let Some(fragment) = fragment {
                        spelling.push('#');
                        spelling.push_str(fragment);
                    }
                    if spelling != url && !out.contains(&spelling) {
                        out.push(spelling);
                    }
                }
            }
        }
    }
    out
}

/// Path and query: as received, as a browser escapes them, and with the query rebuilt.
fn targets(url: &str, pieces: &Pieces<'_>) -> Vec<String> {
    let raw_query = pieces.query.map(|query| format!("?{query}")).unwrap_or_default();
    let mut out = vec![format!("{}{raw_query}", pieces.path)];
    let mut paths = vec![pieces.path.to_owned()];
    // Where a browser would climb out of a folder the path is another one, not another spelling.
    let climbs = |path: &str| {
        let lower = path.to_ascii_lowercase().replace("%2e", ".");
        lower.contains('\\') || lower.split('/').any(|segment| segment == "." || segment == "..")
    };
    if let Some(parsed) = url::Url::parse(url).ok().filter(|_| !climbs(pieces.path)) {
        let query = parsed.query().map(|query| format!("?{query}")).unwrap_or_default();
        out.push(format!("{}{query}", parsed.path()));
        paths.push(parsed.path().to_owned());
    }
    if let Some(query) = pieces.query.filter(|query| form::raw_pairs(query.as_bytes()).count() <= MOST_REBUILT) {
        let rebuilt = rebuild_query(query);
        for path in paths {
            out.push(if rebuilt.is_empty() { path } else { format!("{path}?{rebuilt}") });
        }
    }
    let mut seen: Vec<String> = Vec::new();
    out.retain(|target| {
        let new = !seen.contains(target);
        if new {
            seen.push(target.clone());
        }
        new
    });
    out
}

/// What `encodeURIComponent` leaves alone (ECMA-262 section 19.2.6.5).
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// A query parsed and written anew, the values of one key standing together where the key first stood.
fn rebuild_query(query: &str) -> String {
    let mut groups: Vec<(Cow<'_, str>, Vec<Cow<'_, str>>)> = Vec::new();
    for (key, value) in form::pairs(query.as_bytes()) {
        match groups.iter_mut().find(|(known, _)| *known == key) {
            Some((_, values)) => values.push(value),
            None => groups.push((key, vec![value])),
        }
    }
    let mut out = String::with_capacity(query.len());
    for (key, values) in &groups {
        for value in values {
            if !out.is_empty() {
                out.push('&');
            }
            out.extend(utf8_percent_encode(key, COMPONENT));
            out.push('=');
            out.extend(utf8_percent_encode(value, COMPONENT));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(body: &str) -> String {
        String::from_utf8(parameters(body.as_bytes())).unwrap()
    }

    #[test]
    fn orders_keys_and_joins_without_delimiters() {
        assert_eq!(text("b=2&a=1&Z=0"), "Z0a1b2");
        assert_eq!(text("CallSidX=1&CallSid=2"), "CallSid2CallSidX1");
        assert_eq!(text("Body=a+b%21&%41=x"), "AxBodya b!");
    }

    #[test]
    fn sorts_and_deduplicates_the_values_of_one_key() {
        assert_eq!(text("Digits=5678&Digits=1234&Digits=1234"), "Digits1234Digits5678");
    }

    #[test]
    fn the_received_spelling_comes_first() {
        let all: Vec<_> = spellings("https://example.com/a?b=c", None).collect();
        assert_eq!(all, ["https://example.com/a?b=c", "https://example.com:443/a?b=c"]);
    }

    #[test]
    fn knows_what_peers_miss() {
        let has = |url: &str, wanted: &str| spellings(url, Some("rc=2")).any(|spelling| spelling == wanted);
        assert!(has("https://[::1]:8443/a", "https://[::1]/a"));
        assert!(has("https://[::1]/a", "https://[::1]:443/a"));
        assert!(has("https://u:p@example.com:8443/a", "https://u:p@example.com/a"));
        assert!(has("https://u:p@example.com/a", "https://example.com/a"));
        assert!(has("wss://example.com/a", "wss://example.com:443/a"));
        assert!(has("https://example.com/a?", "https://example.com/a"));
        assert!(has("https://example.com/a#rc=2", "https://example.com/a"));
        assert!(has("https://example.com/a#", "https://example.com/a"));
        assert!(has("HTTP://Example.com/a", "HTTP://Example.com:80/a"));
        assert!(has("https://e.com/?a=1&b=2&a=3", "https://e.com/?a=1&a=3&b=2"));
        assert!(has("https://e.com/?a=x+y", "https://e.com/?a=x%20y"));
        assert!(has("https://example.com/a", "https://example.com/a#rc=2"));
        assert!(!has("https://MyCompany.com/", "https://mycompany.com/"));
        assert!(!has("https://example.com/x/../voice", "https://example.com/voice"));
        assert!(!has("https://example.com/x/%2E%2e/voice", "https://example.com/voice"));
    }

    proptest! {
        #[test]
        fn both_paths_agree(body in "([a-cA%+4]{1,3}=[a-c%+1]{0,4}&?){0,8}") {
            if let Some(quick) = fast(body.as_bytes()) {
                prop_assert_eq!(quick, general(body.as_bytes()));
            }
        }

        #[test]
        fn no_url_panics_and_no_spelling_repeats(url in "\\PC{0,40}") {
            let all: Vec<_> = spellings(&url, Some("rc=2")).collect();
            let unique: std::collections::HashSet<_> = all.iter().collect();
            prop_assert_eq!(unique.len(), all.len());
        }

        #[test]
        fn urls_have_few_spellings(url in "https?://([a-z]{1,5}@)?[a-z]{1,9}(:[0-9]{1,4})?/[a-z '%+&=?]{0,20}") {
            prop_assert!(spellings(&url, None).count() <= 20);
        }
    }
}
