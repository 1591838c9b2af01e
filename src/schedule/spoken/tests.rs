use super::*;

/// One line of a set of phrases.
#[derive(serde::Deserialize)]
struct Phrase {
    text: String,
    reference: DateTime<chrono::FixedOffset>,
    tz: Tz,
    expect: Option<DateTime<chrono::FixedOffset>>,
}

/// Right, asked back though it is known, wrong, invented.
fn score(set: &str) -> [usize; 4] {
    let mut counts = [0; 4];
    for line in set.lines() {
        let phrase: Phrase = serde_json::from_str(line).unwrap();
        let now = phrase.reference.with_timezone(&Utc);
        let found = SpokenTime::understand(&phrase.text, now, phrase.tz, None);
        let expected = phrase.expect.map(|at| at.with_timezone(&Utc));
        let kind = match (found.exact(), expected) {
            (found, expected) if found == expected => 0,
            (None, _) => 1,
            (_, Some(_)) => 2,
            (_, None) => 3,
        };
        counts[kind] += 1;
        if kind > 0 {
            let names = ["right", "asked back", "WRONG", "INVENTED"];
            println!("{}: {:?} at {}: {found:?}, not {:?}", names[kind], phrase.text, phrase.reference, phrase.expect);
        }
    }
    println!("right, asked back, wrong, invented: {counts:?}");
    counts
}

#[test]
fn the_first_set_of_phrases_is_understood() {
    let [_, asked, wrong, invented] = score(include_str!("../../../tests/fixtures/spoken.jsonl"));
    assert_eq!([asked, wrong, invented], [0, 0, 0]);
}

#[test]
fn the_second_set_of_phrases_is_understood() {
    let [_, asked, wrong, invented] = score(include_str!("../../../tests/fixtures/spoken_second.jsonl"));
    assert_eq!([asked, wrong, invented], [0, 0, 0]);
}
