use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, Timelike};

/// A piece of a sentence, in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    Word(String),
    /// A number; `digits` is how many figures it was written with, 0 for words.
    Number {
        value: u32,
        digits: usize,
    },
    Ordinal(u32),
    /// `3:30`, `15h30`; whether it was written with a leading zero.
    Time {
        hour: u32,
        minute: u32,
        zero: bool,
    },
    Date(NaiveDate),
    Instant(DateTime<FixedOffset>),
    /// `3/14`, `14.3.`, with the year if there is one.
    Numeric {
        first: u32,
        second: u32,
        year: Option<i32>,
    },
    Dash,
    Stop(char),
}

/// Pure: a text in pieces. `number` and `ordinal` know the language's words for numbers.
pub(super) fn tokens(
    text: &str,
    number: impl Fn(&str) -> Option<u32>,
    ordinal: impl Fn(&str) -> Option<u32>,
) -> Vec<Token> {
    let mut pieces = Vec::new();
    let text = text.to_lowercase().replace(['’', '‘', '`'], "'").replace(['–', '—', '‑', '−'], "-");
    for chunk in text.split_whitespace() {
        let chunk = chunk.trim_start_matches(['(', '"', '\'', '“', '[', '¿', '¡']);
        let body = chunk.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '"', '\'', '”', ']', '…']);
        let body = body.trim_end_matches("...");
        if !body.is_empty() {
            piece(body, &mut pieces);
        }
        if let Some(stop) = chunk.get(body.len()..).and_then(|tail| tail.chars().next()) {
            // The full stop of "p.m." and "3." ends nothing for certain.
            pieces.push(Token::Stop(stop));
        }
    }
    let mut out: Vec<Token> = Vec::new();
    for token in pieces {
        let Token::Word(word) = &token else {
            out.push(token);
            continue;
        };
        if let Some(value) = number(word) {
            match out.last_mut() {
                Some(Token::Number { value: tens, digits: 0 })
                    if *tens >= 20 && *tens % 10 == 0 && *tens <= 90 && (1..10).contains(&value) =>
                {
                    *tens += value;
                }
                _ => out.push(Token::Number { value, digits: 0 }),
            }
        } else if let Some(value) = ordinal(word) {
            match out.last() {
                Some(Token::Number { value: tens, digits: 0 }) if [20, 30].contains(tens) && value < 10 => {
                    let value = tens + value;
                    out.pop();
                    out.push(Token::Ordinal(value));
                }
                _ => out.push(Token::Ordinal(value)),
            }
        } else {
            out.push(token);
        }
    }
    out
}

/// One chunk between spaces.
fn piece(chunk: &str, out: &mut Vec<Token>) {
    if chunk.len() > 40 {
        // Longer than anything that tells a time.
        out.push(Token::Word(chunk.to_owned()));
        return;
    }
    if let Some(token) = instant(chunk).or_else(|| date(chunk)).or_else(|| numeric(chunk)) {
        out.push(token);
        return;
    }
    if let Some(local) = local(chunk) {
        out.push(Token::Date(local.date()));
        out.push(Token::Time { hour: local.hour(), minute: local.minute(), zero: false });
        // As in ISO 8601, the hour is one of 24.
        out.push(Token::Word("hours".to_owned()));
        return;
    }
    if let Some(rest) = chunk.strip_prefix('@') {
        out.push(Token::Word("at".to_owned()));
        if !rest.is_empty() {
            piece(rest, out);
        }
        return;
    }
    if let Some((head, tail)) = chunk.split_once(['-', '/'])
        && chunk.chars().any(char::is_alphanumeric)
    {
        let glued = head.ends_with(|c: char| c.is_alphabetic()) && tail.starts_with(|c: char| c.is_alphabetic());
        if !head.is_empty() {
            piece(head, out);
        }
        let about = head.ends_with(|c: char| c.is_ascii_digit()) && tail.starts_with("ish");
        if !(glued || about) {
            out.push(Token::Dash);
        }
        if !tail.is_empty() {
            piece(tail, out);
        }
        return;
    }
    if let Some(used) = time(chunk, out) {
        return word(chunk.get(used..).unwrap_or_default(), out);
    }
    let figures = chunk.bytes().take_while(u8::is_ascii_digit).count();
    if figures > 0 {
        let (number, tail) = chunk.split_at(figures);
        let value = number.parse().unwrap_or(u32::MAX);
        return match tail {
            "st" | "nd" | "rd" | "th" => out.push(Token::Ordinal(value)),
            _ => {
                out.push(Token::Number { value, digits: figures });
                word(tail, out);
            }
        };
    }
    if chunk == "-" { out.push(Token::Dash) } else { word(chunk, out) }
}

/// What is left of a chunk, as a word: `p.m` is `pm`, `tuesday's` is `tuesday`.
fn word(text: &str, out: &mut Vec<Token>) {
    let dotted = text.split('.').all(|part| part.chars().count() <= 1);
    let text = if dotted { text.replace('.', "") } else { text.to_owned() };
    let text = text.strip_suffix("'s").map_or(text.clone(), |stem| match stem {
        "let" => text.clone(),
        _ => stem.to_owned(),
    });
    let mut parts = text.split(['.', ',', ';', ':', '!', '?', '"', '(', ')', '…']).filter(|part| !part.is_empty());
    if let Some(first) = parts.next() {
        out.push(Token::Word(first.to_owned()));
    }
    for part in parts {
        out.push(Token::Stop(','));
        out.push(Token::Word(part.to_owned()));
    }
}

fn instant(text: &str) -> Option<Token> {
    let upper = text.to_uppercase();
    if !upper.contains('T') || !upper.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if let Ok(instant) = DateTime::parse_from_rfc3339(&upper) {
        return Some(Token::Instant(instant));
    }
    // Without seconds, which RFC 3339 requires and ISO 8601 does not.
    let formats = ["%Y-%m-%dT%H:%M%:z", "%Y-%m-%dT%H:%M%z", "%Y-%m-%dT%H:%M:%S%z"];
    let zulu = upper.strip_suffix('Z').map(|local| format!("{local}+00:00"));
    let text = zulu.as_deref().unwrap_or(&upper);
    formats.iter().find_map(|format| DateTime::parse_from_str(text, format).ok()).map(Token::Instant)
}

fn date(text: &str) -> Option<Token> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .or_else(|_| NaiveDate::parse_from_str(text, "%Y/%m/%d"))
        .ok()
        .filter(|_| text.len() >= 8 && text.bytes().take(4).all(|byte| byte.is_ascii_digit()))
        .map(Token::Date)
}

/// `2026-03-14T15:00`: a date and a time without an offset.
fn local(text: &str) -> Option<NaiveDateTime> {
    let upper = text.to_uppercase();
    ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S%.f"]
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(&upper, format).ok())
        .and_then(|local| local.with_nanosecond(0))
}

fn numeric(text: &str) -> Option<Token> {
    let mark = ['/', '.'].into_iter().find(|mark| text.contains(*mark))?;
    let parts: Vec<&str> = text.split(mark).collect();
    let small = |part: &str| (1..=2).contains(&part.len()).then(|| part.parse::<u32>().ok()).flatten();
    let (first, second) = (small(parts.first()?)?, small(parts.get(1)?)?);
    let year = match parts.get(2) {
        None => None,
        Some(year) if year.len() == 4 => Some(year.parse().ok()?),
        Some(year) if year.len() == 2 => Some(2000 + year.parse::<i32>().ok()?),
        Some(_) => return None,
    };
    if parts.len() > 3 {
        return None;
    }
    // "9.15" and "16.45" are times: there is no such month, and who writes the month first writes no dot.
    if mark == '.' && year.is_none() && (13..60).contains(&second) && first < 24 {
        let zero = parts.first().is_some_and(|part| part.starts_with('0'));
        return Some(Token::Time { hour: first, minute: second, zero });
    }
    Some(Token::Numeric { first, second, year })
}

/// A time at the beginning of a chunk, and how much of it that is.
fn time(chunk: &str, out: &mut Vec<Token>) -> Option<usize> {
    let bytes = chunk.as_bytes();
    let figures = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if !(1..=2).contains(&figures) {
        return None;
    }
    let mark = *bytes.get(figures)?;
    let minutes = chunk.get(figures + 1..figures + 3)?;
    if ![b':', b'h', b'.'].contains(&mark) || !minutes.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut used = figures + 3;
    if bytes.get(used).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    if mark == b':' && bytes.get(used) == Some(&b':') {
        // Seconds.
        used += 3;
    }
    let (hour, minute) = (chunk.get(..figures)?.parse().ok()?, minutes.parse().ok()?);
    (hour <= 24 && minute < 60).then(|| {
        out.push(Token::Time { hour, minute, zero: bytes.first() == Some(&b'0') });
        used.min(chunk.len())
    })
}
