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

#[test]
fn the_third_set_of_phrases_is_understood_or_asked_back() {
    let [right, asked, wrong, invented] = score(include_str!("../../../tests/fixtures/spoken_third.jsonl"));
    assert_eq!([wrong, invented], [0, 0]);
    assert!(asked <= 2 && right >= 218, "{asked}");
}

#[test]
fn the_fourth_set_of_phrases_is_understood() {
    let [_, asked, wrong, invented] = score(include_str!("../../../tests/fixtures/spoken_fourth.jsonl"));
    assert_eq!([asked, wrong, invented], [0, 0, 0]);
}

#[test]
fn hours_decide_where_they_hold_one_reading_only() {
    let (zone, now) = (chrono_tz::America::New_York, "2026-03-10T13:30:00Z".parse().unwrap());
    let heard = |text: &str, hours: &str| {
        let hours = hours.parse().unwrap();
        SpokenTime::understand(text, now, zone, Some(&hours)).exact().map(|at| at.with_timezone(&zone).to_rfc3339())
    };
    let evening = Some("2026-03-11T19:00:00-04:00".to_owned());
    assert_eq!(heard("tomorrow at seven", "mon-sun 12:00-22:00"), evening);
    assert_eq!(heard("tomorrow at seven", "mon-sun 06:00-20:00"), None, "both are open");
    assert_eq!(heard("tomorrow at nine", "mon-sun 18:00-23:00").as_deref(), Some("2026-03-11T21:00:00-04:00"));
    assert_eq!(heard("tomorrow at three", "mon-sun 09:00-12:00").as_deref(), Some("2026-03-11T15:00:00-04:00"));
}

#[test]
fn windows_begin_and_end_where_they_were_said_to() {
    let (zone, now) = (chrono_tz::America::New_York, "2026-03-10T13:30:00Z".parse().unwrap());
    let window = |text: &str| match SpokenTime::understand(text, now, zone, None) {
        SpokenTime::Window { from, until, .. } => {
            [from, until].map(|at| at.with_timezone(&zone).format("%d %H:%M").to_string()).join(" - ")
        }
        other => panic!("{text}: {other:?}"),
    };
    assert_eq!(window("tomorrow morning"), "11 05:00 - 11 12:00");
    assert_eq!(window("tomorrow between two and four"), "11 14:00 - 11 16:00");
    assert_eq!(window("Thursday after three"), "12 15:00 - 13 00:00");
    assert_eq!(window("tomorrow before noon"), "11 00:00 - 11 12:00");
    assert_eq!(window("next week"), "16 00:00 - 23 00:00");
    assert_eq!(window("this afternoon"), "10 12:00 - 10 17:00");
}

proptest::proptest! {
    #[test]
    fn no_text_and_no_time_panics(
        text in "(?i)[ -~]{0,60}|((tomorrow|tuesday|no|not|at|two|half|past|in|weeks|the|3rd|of|march|[0-9]{1,5}|am|pm|:|-|to) ){0,12}",
        seconds in -8_000_000_000_000_i64..8_000_000_000_000,
    ) {
        let now = DateTime::from_timestamp(seconds, 0).unwrap_or(DateTime::UNIX_EPOCH);
        for zone in [chrono_tz::America::New_York, chrono_tz::Pacific::Apia, chrono_tz::Australia::Lord_Howe] {
            if let Some(at) = SpokenTime::understand(&text, now, zone, None).exact() {
                proptest::prop_assert!(at >= now - chrono::TimeDelta::days(3), "{text:?} at {now}: {at}");
            }
        }
    }
}
