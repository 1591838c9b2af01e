//! Telephone numbers, mail addresses and names as people say them and speech engines write them, in English. Pure.
//!
//! Times are in [`schedule`](crate::schedule::SpokenTime).
//!
//! ```
//! use frontdesk::spoken;
//!
//! let near = "+14155550100".parse()?;
//! let number = spoken::phone("it's four one five, five five five, oh one double nine", Some(&near));
//! assert_eq!(number.map(|number| number.as_str().to_owned()).as_deref(), Some("+14155550199"));
//! assert_eq!(spoken::email("anna dot smith at gmail dot com").as_deref(), Some("anna.smith@gmail.com"));
//! assert_eq!(spoken::name("my name is anna o'brien").as_deref(), Some("Anna O'Brien"));
//! # Ok::<(), frontdesk::phone::InvalidNumber>(())
//! ```

use crate::phone::{E164, Region};

const DIGITS: [&str; 10] = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
const TEENS: [&str; 10] =
    ["ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"];
const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

fn digit(word: &str) -> Option<usize> {
    match word {
        "oh" | "o" | "nought" => Some(0),
        "to" | "too" => Some(2),
        "for" => Some(4),
        "ate" => Some(8),
        _ => DIGITS.iter().position(|known| *known == word),
    }
}

/// A number that somebody said, read in the country of a number nearby; `None` when it is not one for certain.
///
/// "Double five", "oh", "four one five", "twenty-five" and "eight hundred" are understood, corrections ("no, six") are not:
/// what does not come out as a number of the right length is asked for again.
#[must_use]
pub fn phone(text: &str, near: Option<&E164>) -> Option<E164> {
    let text = text.to_lowercase().replace(['’', '\''], "");
    let plus = text.trim_start().starts_with('+') || text.trim_start().starts_with("plus ");
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let mut digits = String::new();
    let mut times = 1;
    let mut at = 0;
    while let Some(word) = words.get(at) {
        at += 1;
        let next = words.get(at).copied().unwrap_or_default();
        if ["no", "sorry", "wait", "actually", "correction", "extension", "ext"].contains(word) {
            // Which part was wrong nobody knows; an extension is not part of the number.
            if !digits.is_empty() {
                return None;
            }
        } else if *word == "double" || *word == "triple" {
            times = if *word == "double" { 2 } else { 3 };
            continue;
        } else if word.bytes().all(|byte| byte.is_ascii_digit()) {
            digits.push_str(&word.repeat(times));
        } else if let Some(value) = digit(word) {
            // "To" and "for" are figures only between figures.
            let homophone = ["to", "too", "for", "ate", "o"].contains(word);
            let amid = !digits.is_empty()
                && (at == words.len() || digit(next).is_some() || next.bytes().all(|byte| byte.is_ascii_digit()));
            if !homophone || amid {
                digits.push_str(&value.to_string().repeat(times));
            }
            if next == "hundred" {
                digits.push_str("00");
                at += 1;
            } else if next == "thousand" {
                digits.push_str("000");
                at += 1;
            }
        } else if let Some(value) = TEENS.iter().position(|known| known == word) {
            digits.push_str(&(value + 10).to_string());
        } else if let Some(value) = TENS.iter().position(|known| known == word) {
            let unit = digit(next).filter(|unit| (1..10).contains(unit) && DIGITS.contains(&next));
            digits.push_str(&((value + 2) * 10 + unit.unwrap_or(0)).to_string());
            at += usize::from(unit.is_some());
        }
        times = 1;
    }
    if digits.len() < 6 {
        return None;
    }
    if plus {
        return E164::parse(&format!("+{digits}")).ok();
    }
    let region = near.and_then(Region::of)?;
    E164::parse_in(&digits, region).ok()
}

/// A mail address that somebody said; `None` when it is not one for certain.
#[must_use]
pub fn email(text: &str) -> Option<String> {
    let text = text.trim().trim_end_matches(['.', ',', '!', '?']).to_lowercase();
    let lead = [
        "my email is",
        "my e-mail is",
        "my email address is",
        "email is",
        "it's",
        "its",
        "it is",
        "that's",
        "sure",
        "yes",
        "um",
        "uh",
    ];
    let mut rest = text.as_str();
    while let Some(shorter) = lead.iter().find_map(|lead| rest.strip_prefix(lead)) {
        rest = shorter.trim_start_matches([' ', ',', ':']);
    }
    let mut out = String::new();
    let words: Vec<&str> = rest.split([' ', ',']).filter(|word| !word.is_empty()).collect();
    let last_at = words.iter().rposition(|word| *word == "at");
    let spelled = words.iter().any(|word| word.contains('@'));
    for (place, word) in words.iter().enumerate() {
        match *word {
            "at" if Some(place) == last_at && !spelled => out.push('@'),
            "dot" | "period" | "point" => out.push('.'),
            "underscore" => out.push('_'),
            "dash" | "hyphen" | "minus" => out.push('-'),
            "plus" => out.push('+'),
            "all" | "lowercase" | "lower" | "case" | "capital" | "as" | "in" if words.len() > 3 => {}
            word => match digit(word).filter(|_| DIGITS.contains(&word)) {
                Some(value) => out.push_str(&value.to_string()),
                // Letters said one by one: "a-n-n-a".
                None if word.split('-').all(|letter| letter.chars().count() == 1) => {
                    out.push_str(&word.replace('-', ""))
                }
                None => out.push_str(word),
            },
        }
    }
    let (local, domain) = out.split_once('@')?;
    let fine = |text: &str, more: &str| {
        !text.is_empty()
            && text.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(c))
            && !text.starts_with(['.', '-'])
            && !text.ends_with(['.', '-'])
            && !text.contains("..")
    };
    let top = domain.rsplit_once('.').map(|(_, top)| top)?;
    let valid =
        fine(local, "._+-") && fine(domain, ".-") && top.len() >= 2 && top.chars().all(|c| c.is_ascii_alphabetic());
    valid.then_some(out)
}

/// A name that somebody said, as it is written; `None` when nothing is left of it.
///
/// Letters that are spelled replace the word before them: "Meyer, M E Y E R".
#[must_use]
pub fn name(text: &str) -> Option<String> {
    let lower = text.trim().to_lowercase().replace('’', "'");
    let lead = [
        "my name is",
        "my name's",
        "the name is",
        "name is",
        "this is",
        "it's",
        "it is",
        "i'm",
        "i am",
        "i'm called",
        "hi",
        "hello",
        "yes",
        "um",
        "uh",
        "er",
        "under",
        "for",
    ];
    let mut rest = lower.as_str();
    while let Some(shorter) = lead
        .iter()
        .find_map(|lead| rest.strip_prefix(lead).filter(|more| more.is_empty() || more.starts_with([' ', ','])))
    {
        rest = shorter.trim_start_matches([' ', ',']);
    }
    let mut names: Vec<String> = Vec::new();
    let mut spelled = String::new();
    let finish = |spelled: &mut String, names: &mut Vec<String>| {
        if spelled.chars().count() >= 2 {
            // What was spelled is the last name again.
            let same = names.last().is_some_and(|last| last.chars().next() == spelled.chars().next());
            if same {
                names.pop();
            }
            names.push(std::mem::take(spelled));
        } else if let Some(letter) = spelled.chars().next() {
            names.push(letter.to_string());
            spelled.clear();
        }
    };
    for word in rest
        .split([' ', ',', '.'])
        .map(|word| word.trim_matches(['?', '!', '"', ';', ':']))
        .filter(|word| !word.is_empty())
    {
        let letters: Vec<&str> = word.split('-').collect();
        if letters.iter().all(|letter| letter.chars().count() == 1 && letter.chars().all(char::is_alphabetic)) {
            spelled.push_str(&letters.concat());
            continue;
        }
        finish(&mut spelled, &mut names);
        let filler = [
            "please", "speaking", "here", "spelled", "spelt", "that's", "thats", "with", "and", "capital", "as", "in",
            "the", "last", "first", "name",
        ]
        .contains(&word);
        if !filler && word.chars().any(char::is_alphabetic) {
            names.push(word.to_owned());
        }
    }
    finish(&mut spelled, &mut names);
    let written: Vec<_> = names.iter().take(6).map(|word| capital(word)).collect();
    (!written.is_empty()).then(|| written.join(" "))
}

/// `o'brien-smith` is `O'Brien-Smith`; `mcdonald` is left to the one who bears it.
fn capital(word: &str) -> String {
    let mut upper = true;
    word.chars()
        .flat_map(|c| {
            let out: Vec<char> = if upper { c.to_uppercase().collect() } else { vec![c] };
            upper = c == '\'' || c == '-';
            out
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_speech_engines_write_them() {
        let near: E164 = "+14155550100".parse().unwrap();
        for said in [
            "four one five five five five oh one nine nine",
            "415 555 0199",
            "(415) 555-0199",
            "my number is 4 1 5, triple five, zero one double nine",
            "area code 415 five five five zero one ninety-nine",
            "plus one 415 555 0199",
            "+1 415 555 0199",
            "one four one five five five five o one nine nine",
        ] {
            assert_eq!(phone(said, Some(&near)).as_ref().map(E164::as_str), Some("+14155550199"), "{said}");
        }
        for said in ["", "five five five", "415 555 0199 no 0198", "my number", "415 555 01999 9"] {
            assert_eq!(phone(said, Some(&near)), None, "{said}");
        }
        assert_eq!(
            phone("eight hundred five five five one two one two", Some(&near)).unwrap().as_str(),
            "+18005551212"
        );
        let berlin: E164 = "+493012345678".parse().unwrap();
        assert_eq!(
            phone("oh three oh one two three four five six seven eight", Some(&berlin)).unwrap().as_str(),
            "+493012345678"
        );
        assert_eq!(phone("415 555 0199", None), None);
    }

    #[test]
    fn addresses_are_read_as_speech_engines_write_them() {
        for (said, written) in [
            ("anna dot smith at gmail dot com", Some("anna.smith@gmail.com")),
            ("It's anna underscore 42 at example dot co dot uk.", Some("anna_42@example.co.uk")),
            ("Anna.Smith@Example.com", Some("anna.smith@example.com")),
            ("a-n-n-a at example dot org", Some("anna@example.org")),
            ("j o h n seven at example dot com", Some("john7@example.com")),
            ("anna at work", None),
            ("at example dot com", None),
            ("anna at at dot com", None),
            ("", None),
        ] {
            assert_eq!(email(said).as_deref(), written, "{said}");
        }
    }

    #[test]
    fn names_are_read_as_speech_engines_write_them() {
        for (said, written) in [
            ("anna smith", Some("Anna Smith")),
            ("Hi, this is anna smith speaking.", Some("Anna Smith")),
            ("my name is anna meyer, m e y e r", Some("Anna Meyer")),
            ("Anna Mayer, M-E-Y-E-R", Some("Anna Meyer")),
            ("jean-luc o’hara", Some("Jean-Luc O'Hara")),
            ("um, yes", None),
            ("", None),
        ] {
            assert_eq!(name(said).as_deref(), written, "{said}");
        }
    }
}
