//! Writing text that XML 1.0 can carry (<https://www.w3.org/TR/xml/#charsets>).

/// Appends text content: `&`, `<`, `>` and carriage returns become references, forbidden characters U+FFFD.
pub(super) fn text(value: &str, out: &mut String) {
    write(value, out, false);
}

/// Appends an attribute's value: as [`text`], and quotes, tabs and line ends too, so that they survive parsing.
pub(super) fn attribute(value: &str, out: &mut String) {
    write(value, out, true);
}

/// 1 marks what is special everywhere, 2 what is special in attributes only.
const SPECIAL: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 0x20 {
        table[byte] = 1;
        byte += 1;
    }
    table[b'\t' as usize] = 2;
    table[b'\n' as usize] = 2;
    table[b'"' as usize] = 2;
    table[b'&' as usize] = 1;
    table[b'<' as usize] = 1;
    table[b'>' as usize] = 1;
    // The first byte of U+F000 to U+FFFF, among which U+FFFE and U+FFFF are forbidden.
    table[0xef] = 1;
    table
};

fn write(value: &str, out: &mut String, attribute: bool) {
    let mut rest = value;
    while let Some(at) = rest.bytes().position(|byte| match SPECIAL[usize::from(byte)] {
        0 => false,
        2 => attribute,
        _ => true,
    }) {
        let (plain, special) = rest.split_at(at);
        out.push_str(plain);
        let mut chars = special.chars();
        match chars.next() {
            Some('&') => out.push_str("&amp;"),
            Some('<') => out.push_str("&lt;"),
            Some('>') => out.push_str("&gt;"),
            Some('"') => out.push_str("&quot;"),
            Some('\r') => out.push_str("&#13;"),
            Some('\n') => out.push_str("&#10;"),
            Some('\t') => out.push_str("&#9;"),
            Some(c) if c < ' ' || c == '\u{fffe}' || c == '\u{ffff}' => out.push('\u{fffd}'),
            Some(c) => out.push(c),
            None => break,
        }
        rest = chars.as_str();
    }
    out.push_str(rest);
}

/// True for a name that an element or attribute can have; a subset of XML's own rule
/// (<https://www.w3.org/TR/xml/#NT-Name>).
pub(super) fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use quick_xml::events::Event;

    use super::*;

    fn parse(xml: &str) -> (String, String) {
        let mut reader = quick_xml::Reader::from_str(xml);
        let (mut attribute, mut content) = (String::new(), String::new());
        loop {
            match reader.read_event().unwrap() {
                Event::Start(start) => {
                    let value = start.attributes().next().unwrap().unwrap();
                    attribute = value.normalized_value(quick_xml::XmlVersion::Implicit1_0).unwrap().into_owned();
                }
                Event::Text(piece) => content.push_str(&piece),
                Event::GeneralRef(piece) => match piece.resolve_char_ref().unwrap() {
                    Some(c) => content.push(c),
                    None => content.push_str(quick_xml::escape::resolve_predefined_entity(&piece).unwrap()),
                },
                Event::Eof => return (attribute, content),
                _ => {}
            }
        }
    }

    fn expected(value: &str) -> String {
        value
            .chars()
            .map(|c| match c {
                '\t' | '\n' | '\r' => c,
                '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
                c if c < ' ' => '\u{fffd}',
                c => c,
            })
            .collect()
    }

    proptest! {
        #[test]
        fn a_parser_reads_back_what_was_written(value in proptest::collection::vec(prop_oneof![
            Just('&'), Just('<'), Just('>'), Just('"'), Just('\''), Just('\r'), Just('\n'), Just('\t'), Just('\0'),
            Just('\u{fffe}'), Just('\u{ffff}'), Just(']'), any::<char>()
        ], 0..40).prop_map(|chars| chars.into_iter().collect::<String>())) {
            let mut xml = String::from("<a b=\"");
            attribute(&value, &mut xml);
            xml.push_str("\">");
            text(&value, &mut xml);
            xml.push_str("</a>");
            let wanted = expected(&value);
            prop_assert_eq!(parse(&xml), (wanted.clone(), wanted));
        }
    }
}
