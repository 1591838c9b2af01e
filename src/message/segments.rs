use std::fmt;

/// How the characters of a text are coded on their way to a phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Encoding {
    /// Seven bits a character: the Latin alphabet of 3GPP TS 23.038.
    Gsm7,
    /// Sixteen bits a character: everything else. One such character makes the whole text so.
    Ucs2,
}

/// How many pieces a text is sent as, which is what it costs
/// (<https://www.twilio.com/docs/glossary/what-sms-character-limit>).
///
/// ```
/// use frontdesk::message::{Encoding, Segments};
///
/// let plain = Segments::of("See you at 3 PM.");
/// assert_eq!((plain.encoding, plain.count, plain.units), (Encoding::Gsm7, 1, 16));
/// // One curly apostrophe makes a text more than twice as long.
/// assert_eq!(Segments::of(&format!("It’s {}", "x".repeat(100))).count, 2);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Segments {
    /// How its characters are coded.
    pub encoding: Encoding,
    /// How many pieces; 0 for an empty text.
    pub count: u32,
    /// How long it is, in septets or 16-bit units: an extended character counts as two, as does one outside the basic
    /// multilingual plane.
    pub units: u32,
    /// How many units the last piece has left.
    pub left: u32,
}

/// Units of a text that is one piece, and of each piece of a longer one, whose header takes the rest.
const fn room(encoding: Encoding) -> (u32, u32) {
    match encoding {
        Encoding::Gsm7 => (160, 153),
        Encoding::Ucs2 => (70, 67),
    }
}

/// Septets of a character in the GSM 7-bit alphabet: 2 for one of the extension table, 0 for one that it lacks
/// (3GPP TS 23.038, 6.2.1 and 6.2.1.1).
const fn septets(c: char) -> u32 {
    match c {
        'A'..='Z' | 'a'..='z' | '0'..='9' => 1,
        ' ' | '\n' | '\r' | '!' | '"' | '#' | '$' | '%' | '&' | '\'' | '(' | ')' | '*' | '+' | ',' | '-' | '.'
        | '/' | ':' | ';' | '<' | '=' | '>' | '?' | '@' | '_' => 1,
        '£' | '¥' | 'è' | 'é' | 'ù' | 'ì' | 'ò' | 'Ç' | 'Ø' | 'ø' | 'Å' | 'å' | 'Δ' | 'Φ' | 'Γ' | 'Λ' | 'Ω' | 'Π'
        | 'Ψ' | 'Σ' | 'Θ' | 'Ξ' | 'Æ' | 'æ' | 'ß' | 'É' | '¤' | '¡' | 'Ä' | 'Ö' | 'Ñ' | 'Ü' | '§' | '¿' | 'ä' | 'ö'
        | 'ñ' | 'ü' | 'à' => 1,
        '\u{c}' | '^' | '{' | '}' | '\\' | '[' | '~' | ']' | '|' | '€' => 2,
        _ => 0,
    }
}

fn width(c: char, encoding: Encoding) -> u32 {
    match encoding {
        Encoding::Gsm7 => septets(c),
        Encoding::Ucs2 => {
            if (c as u32) < 0x1_0000 {
                1
            } else {
                2
            }
        }
    }
}

/// Septets of the ASCII characters, which nearly every text is made of.
const ASCII: [u8; 128] = {
    let mut table = [0; 128];
    let mut code = 0;
    while code < 128 {
        table[code] = septets(code as u8 as char) as u8;
        code += 1;
    }
    table
};

/// A text in one pass.
struct Scan {
    /// Whether the GSM alphabet has every character.
    gsm: bool,
    /// How many characters.
    chars: u32,
    /// Septets, as far as the alphabet has the characters.
    septets: u32,
    /// 16-bit units.
    utf16: u32,
}

fn scan(text: &str) -> Scan {
    let mut scan = Scan { gsm: true, chars: 0, septets: 0, utf16: 0 };
    for c in text.chars() {
        let septets = match ASCII.get(c as usize) {
            Some(septets) => u32::from(*septets),
            None => septets(c),
        };
        scan.gsm &= septets > 0;
        scan.chars += 1;
        scan.septets += septets;
        scan.utf16 += width(c, Encoding::Ucs2);
    }
    scan
}

impl Encoding {
    /// How a text has to be coded.
    #[must_use]
    pub fn of(text: &str) -> Self {
        if scan(text).gsm { Self::Gsm7 } else { Self::Ucs2 }
    }
}

impl Segments {
    /// Counts. A character is never cut in two, nor is a pair of surrogates or an escape with what it escapes.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let scan = scan(text);
        let (encoding, units) = if scan.gsm { (Encoding::Gsm7, scan.septets) } else { (Encoding::Ucs2, scan.utf16) };
        let (single, each) = room(encoding);
        if units <= single {
            return Self { encoding, count: u32::from(units > 0), units, left: single - units };
        }
        if units == scan.chars {
            // Nothing is wider than one unit, and nothing can be cut in two.
            let count = units.div_ceil(each);
            return Self { encoding, count, units, left: count * each - units };
        }
        let (mut count, mut used) = (1, 0);
        for c in text.chars() {
            let width = width(c, encoding);
            if used + width > each {
                count += 1;
                used = 0;
            }
            used += width;
        }
        Self { encoding, count, units, left: each - used }
    }

    /// The characters that make a text 16-bit, each once, in order: what to replace to make it shorter.
    #[must_use]
    pub fn culprits(text: &str) -> Vec<char> {
        let mut found = Vec::new();
        for c in text.chars().filter(|c| septets(*c) == 0) {
            if !found.contains(&c) {
                found.push(c);
            }
        }
        found
    }
}

impl fmt::Display for Segments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let encoding = match self.encoding {
            Encoding::Gsm7 => "GSM-7",
            Encoding::Ucs2 => "UCS-2",
        };
        let plural = if self.count == 1 { "" } else { "s" };
        write!(f, "{} segment{plural} ({encoding}, {} units)", self.count, self.units)
    }
}

/// Cuts a text into pieces of at most `max_segments` segments and `max_chars` characters each, between words where
/// there are any. Nothing is lost but the white space at which it is cut.
///
/// ```
/// use frontdesk::message::split;
///
/// let pieces = split(&"word ".repeat(50), 1, 1600);
/// assert_eq!(pieces.len(), 2);
/// assert!(pieces.iter().all(|piece| piece.ends_with("word")));
/// ```
#[must_use]
pub fn split(text: &str, max_segments: u32, max_chars: usize) -> Vec<String> {
    let (max_segments, max_chars) = (max_segments.max(1), max_chars.max(1));
    let fits = |piece: &str| piece.chars().count() <= max_chars && Segments::of(piece).count <= max_segments;
    let mut pieces = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        if fits(rest) {
            pieces.push(rest.to_owned());
            break;
        }
        // The longest beginning that fits; longer ones never do, so that halving finds it.
        let ends: Vec<usize> = rest.char_indices().map(|(at, c)| at + c.len_utf8()).take(max_chars).collect();
        let (mut low, mut high) = (1, ends.len());
        while low < high {
            let middle = (low + high).div_ceil(2);
            let end = ends.get(middle - 1).copied().unwrap_or(rest.len());
            if rest.get(..end).is_some_and(fits) { low = middle } else { high = middle - 1 }
        }
        let end = ends.get(low - 1).copied().unwrap_or(rest.len());
        let (head, tail) = rest.split_at(end);
        let cut = if tail.starts_with(char::is_whitespace) {
            end
        } else {
            // A word longer than a piece is cut where it must be.
            head.rfind(char::is_whitespace)
                .filter(|at| !head.get(..*at).unwrap_or_default().trim().is_empty())
                .unwrap_or(end)
        };
        let (piece, remaining) = rest.split_at(cut);
        pieces.push(piece.trim_end().to_owned());
        rest = remaining.trim_start();
    }
    pieces
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn count(text: &str) -> (Encoding, u32, u32) {
        let segments = Segments::of(text);
        (segments.encoding, segments.count, segments.units)
    }

    #[test]
    fn counts_at_the_edges() {
        for (length, segments) in [(0, 0), (1, 1), (160, 1), (161, 2), (306, 2), (307, 3), (459, 3), (460, 4)] {
            assert_eq!(count(&"a".repeat(length)).1, segments, "{length}");
        }
        for (length, segments) in [(1, 1), (70, 1), (71, 2), (134, 2), (135, 3)] {
            assert_eq!(count(&"ж".repeat(length)), (Encoding::Ucs2, segments, length as u32), "{length}");
        }
    }

    #[test]
    fn extended_characters_count_twice_and_are_not_cut() {
        assert_eq!(count(&"€".repeat(80)), (Encoding::Gsm7, 1, 160));
        assert_eq!(count(&"€".repeat(81)), (Encoding::Gsm7, 2, 162));
        // 153 is odd: the escape of the 77th euro sign would be cut off, so each piece holds 76.
        assert_eq!(count(&"€".repeat(152)).1, 2);
        assert_eq!(count(&"€".repeat(153)).1, 3);
        assert_eq!(count("{}[]~|^\\\u{c}"), (Encoding::Gsm7, 1, 18));
    }

    #[test]
    fn an_emoji_is_two_units_and_is_not_cut() {
        assert_eq!(count("😀"), (Encoding::Ucs2, 1, 2));
        assert_eq!(count(&"😀".repeat(35)).1, 1);
        assert_eq!(count(&"😀".repeat(36)).1, 2);
        // 67 is odd: 33 emoji a piece.
        assert_eq!(count(&"😀".repeat(66)).1, 2);
        assert_eq!(count(&"😀".repeat(67)).1, 3);
    }

    #[test]
    fn the_alphabet_is_the_standards() {
        let basic = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§\
                     ¿abcdefghijklmnopqrstuvwxyzäöñüà";
        // 128 places, one of which is the escape.
        assert_eq!(basic.chars().count(), 127);
        assert!(basic.chars().all(|c| septets(c) == 1));
        for missing in ['`', 'ç', 'á', 'ê', '’', '“', '–', '…', '\t', '\u{a0}', '\u{200b}'] {
            assert_eq!(septets(missing), 0, "{missing:?}");
        }
        assert_eq!(Segments::culprits("It’s “fine” – it’s"), ['’', '“', '”', '–']);
    }

    proptest! {
        #[test]
        fn pieces_fit_and_nothing_is_lost(text in "[a-zé€😀ж \n]{0,700}", segments in 1_u32..4, chars in 20_usize..400) {
            let pieces = split(&text, segments, chars);
            for piece in &pieces {
                prop_assert!(Segments::of(piece).count <= segments && piece.chars().count() <= chars, "{piece:?}");
                prop_assert!(!piece.is_empty());
            }
            let solid = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            prop_assert_eq!(solid(&pieces.concat()), solid(&text));
        }

        #[test]
        fn counting_never_panics_and_only_grows(text in "\\PC{0,300}") {
            let whole = Segments::of(&text);
            prop_assert!(whole.count >= 1 || text.is_empty());
            let longer = Segments::of(&format!("{text}x"));
            prop_assert!(longer.count >= whole.count);
        }
    }
}
