//! English: its words, and how they make times.

use chrono::{TimeDelta, Weekday};

use super::item::{Clock, Day, Half, Item, Month, Part, Which};
use super::token::{Token, tokens};

/// What a sentence says of time.
pub(super) fn items(text: &str) -> Vec<Item> {
    let tokens = tokens(text, number, ordinal);
    let mut reader = Reader { tokens: &tokens, at: 0, items: Vec::new(), touched: None };
    while reader.at < tokens.len() {
        let (before, found) = (reader.at, reader.items.len());
        reader.step();
        // Whatever happens, it goes on.
        reader.at = reader.at.max(before + 1);
        let timely = |item: &Item| matches!(item, Item::Day(_) | Item::Part(_) | Item::Correct);
        if reader.items.get(found..).is_some_and(|new| new.iter().any(timely)) {
            reader.touched = Some(reader.at);
        }
    }
    let mut items = reader.items;
    let day = items.iter().any(|item| matches!(item, Item::Day(_) | Item::Part(_) | Item::Ahead(_)));
    let vague = |item: &Item| matches!(item, Item::Clock(Clock { half: None, hour, .. }) if *hour != 12);
    if !day && items.iter().any(|item| matches!(item, Item::Clock(Clock { half: None, .. }))) {
        // An hour and nothing else: only where all that is said beside it belongs to an appointment.
        let known = |token: &Token| match token {
            Token::Word(word) => is_plain(word),
            _ => true,
        };
        if !tokens.iter().all(known) && items.iter().any(|item| vague(item) || matches!(item, Item::Clock(_))) {
            items.push(Item::Number);
        }
    }
    items
}

/// Whether a word leaves it at that, where an hour is all that is said.
fn is_plain(word: &str) -> bool {
    const WORDS: &[&str] = &[
        "appointment",
        "slot",
        "time",
        "work",
        "works",
        "working",
        "good",
        "great",
        "fine",
        "perfect",
        "for",
        "me",
        "us",
        "is",
        "are",
        "there",
        "anything",
        "something",
        "have",
        "has",
        "got",
        "available",
        "free",
        "open",
        "today",
        "works",
        "suits",
        "suit",
        "to",
        "on",
        "my",
        "your",
        "past",
        "after",
        "half",
        "quarter",
        "till",
        "til",
        "of",
        "noon",
        "midday",
        "noonish",
        "hundred",
        "hours",
        "hrs",
        "h",
        "o'clock",
        "oclock",
        "clock",
        "o",
        "ish",
        "sharp",
        "exactly",
        "between",
        "from",
        "before",
        "until",
        "by",
        "or",
        "but",
        "with",
        "if",
        "possible",
        "thanks",
        "thank",
        "see",
        "schedule",
        "booking",
        "visit",
        "put",
        "down",
        "get",
        "need",
        "like",
        "i'm",
        "im",
        "will",
        "should",
        "does",
        "fit",
        "not",
        "minutes",
        "minute",
        "rather",
        "better",
        "best",
        "mean",
        "meant",
        "wait",
        "sorry",
        "actually",
        "scratch",
        "hang",
        "on",
        "second",
        "instead",
        "correction",
        "this",
        "one",
        "go",
        "going",
        "looking",
        "hoping",
        "wondering",
        "thinking",
        "was",
        "were",
        "had",
        "some",
        "any",
        "approximately",
        "roughly",
        "circa",
        "am",
        "pm",
        "a",
        "m",
        "p",
        "dot",
        "the",
        "whatever",
        "so",
        "thereabouts",
        "please",
        "now",
        "right",
        "there's",
        "that's",
        "it's",
        "what's",
        "we'll",
        "we'd",
        "don't",
        "earlier",
        "later",
        "ideally",
        "preferably",
        "hopefully",
        "too",
        "kind",
        "sort",
        "bit",
        "just",
        "call",
        "her",
        "him",
        "them",
        "doctor",
        "dentist",
        "he",
        "she",
        "they",
        "when",
        "did",
        "say",
        "said",
        "confirm",
        "confirmed",
        "yup",
        "alright",
        "all",
        "cool",
        "lovely",
        "brilliant",
        "nice",
    ];
    FILLERS.contains(&word) || WORDS.contains(&word)
}

fn number(word: &str) -> Option<u32> {
    const WORDS: [&str; 20] = [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ];
    const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
    let place = |list: &[&str]| list.iter().position(|known| *known == word).and_then(|at| u32::try_from(at).ok());
    place(&WORDS).or_else(|| place(&TENS).map(|at| (at + 2) * 10)).or_else(|| (word == "fourty").then_some(40))
}

fn ordinal(word: &str) -> Option<u32> {
    const WORDS: [&str; 20] = [
        "first",
        "second",
        "third",
        "fourth",
        "fifth",
        "sixth",
        "seventh",
        "eighth",
        "ninth",
        "tenth",
        "eleventh",
        "twelfth",
        "thirteenth",
        "fourteenth",
        "fifteenth",
        "sixteenth",
        "seventeenth",
        "eighteenth",
        "nineteenth",
        "twentieth",
    ];
    match word {
        "thirtieth" => Some(30),
        "twelvth" => Some(12),
        "nineth" => Some(9),
        _ => WORDS.iter().position(|known| *known == word).and_then(|at| u32::try_from(at + 1).ok()),
    }
}

const DAYS: [(Weekday, &str, &[&str]); 7] = [
    (Weekday::Mon, "monday", &["mon"]),
    (Weekday::Tue, "tuesday", &["tue", "tues"]),
    (Weekday::Wed, "wednesday", &["wed", "weds", "wendsday", "wensday", "wenesday"]),
    (Weekday::Thu, "thursday", &["thu", "thur", "thurs", "thirsday"]),
    (Weekday::Fri, "friday", &["fri"]),
    (Weekday::Sat, "saturday", &["sat"]),
    (Weekday::Sun, "sunday", &["sun"]),
];

const MONTHS: [(&str, &[&str]); 12] = [
    ("january", &["jan", "janurary"]),
    ("february", &["feb", "febuary", "feburary"]),
    ("march", &["mar"]),
    ("april", &["apr"]),
    ("may", &[]),
    ("june", &["jun"]),
    ("july", &["jul"]),
    ("august", &["aug"]),
    ("september", &["sep", "sept"]),
    ("october", &["oct"]),
    ("november", &["nov"]),
    ("december", &["dec"]),
];

/// Whether a word is another but for one letter that is wrong, missing, too many or swapped with the next.
fn nearly(word: &str, known: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (word.chars().collect(), known.chars().collect());
    if a.len() < 6 || b.len() < 6 || a.len().abs_diff(b.len()) > 1 {
        return false;
    }
    let same = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let rest = |list: &[char], from: usize| list.get(from..).unwrap_or_default().to_vec();
    rest(&a, same + 1) == rest(&b, same + 1) && a.len() == b.len()
        || rest(&a, same) == rest(&b, same + 1)
        || rest(&a, same + 1) == rest(&b, same)
        || a.len() == b.len()
            && a.get(same) == b.get(same + 1)
            && a.get(same + 1) == b.get(same)
            && rest(&a, same + 2) == rest(&b, same + 2)
}

fn weekday(word: &str) -> Option<Weekday> {
    if word.ends_with('s') && word.len() > 5 {
        // "Tuesdays" are all of them.
        return None;
    }
    let exact = DAYS.iter().find(|(_, name, others)| word == *name || others.contains(&word));
    exact.or_else(|| DAYS.iter().find(|(_, name, _)| nearly(word, name))).map(|(day, ..)| *day)
}

fn month(word: &str) -> Option<u32> {
    let found = MONTHS.iter().position(|(name, others)| word == *name || others.contains(&word));
    let found = found.or_else(|| MONTHS.iter().position(|(name, _)| nearly(word, name)));
    found.and_then(|at| u32::try_from(at + 1).ok())
}

fn is_tomorrow(word: &str) -> bool {
    ["tomorrow", "tomorow", "tommorow", "tommorrow", "tmrw", "tmr", "tmw", "2morrow"].contains(&word)
        || (!word.ends_with('s') && nearly(word, "tomorrow"))
}

fn part(word: &str) -> Option<Part> {
    Some(match word {
        "morning" => Part::Morning,
        "afternoon" => Part::Afternoon,
        "evening" => Part::Evening,
        "night" => Part::Night,
        _ => return None,
    })
}

/// Words that leave a time open.
const OPEN: &[&str] = &[
    "earlier",
    "later",
    "earliest",
    "latest",
    "soonest",
    "anytime",
    "sometime",
    "whenever",
    "asap",
    "soon",
    "immediately",
    "during",
    "through",
    "throughout",
    "every",
    "each",
    "either",
    "neither",
    "any",
    "weekend",
    "weekends",
    "weekday",
    "weekdays",
    "mondays",
    "tuesdays",
    "wednesdays",
    "thursdays",
    "fridays",
    "saturdays",
    "sundays",
    "mornings",
    "afternoons",
    "evenings",
    "nights",
    "daily",
    "weekly",
    "monthly",
    "same",
    "usual",
    "another",
    "other",
    "others",
    "different",
    "overnight",
    "lunch",
    "lunchtime",
    "breakfast",
    "dinner",
    "dinnertime",
    "teatime",
    "bedtime",
    "eod",
    "close",
    "closing",
    "opening",
    "christmas",
    "xmas",
    "easter",
    "thanksgiving",
    "halloween",
    "hanukkah",
    "ramadan",
    "eid",
    "diwali",
    "holiday",
    "holidays",
    "birthday",
    "anniversary",
    "valentine",
    "valentines",
    "juneteenth",
    "eve",
    "spring",
    "summer",
    "autumn",
    "winter",
    "season",
    "sunrise",
    "sunset",
    "dawn",
    "dusk",
    "week",
    "weeks",
    "month",
    "months",
    "year",
    "years",
    "decade",
    "fortnight",
    "quarter",
    "half",
    "alternate",
    "couple",
    "few",
    "several",
    "eastern",
    "pacific",
    "central",
    "mountain",
    "est",
    "edt",
    "cst",
    "cdt",
    "mst",
    "mdt",
    "pst",
    "pdt",
    "gmt",
    "utc",
    "bst",
    "cet",
    "cest",
    "zulu",
    "ist",
    "aest",
    "aedt",
    "since",
    "following",
    "previous",
    "flexible",
    "available",
    "availability",
    "ideally",
    "hundred",
    "thousand",
    "dozen",
    "past",
    "o'clock",
    "oclock",
    "now",
    "halfway",
    "once",
    "twice",
    "ish",
    "minus",
    "plus",
];

/// What has times of its own, and what happens at them.
const EVENTS: &[&str] = &[
    "flight",
    "flights",
    "shift",
    "plane",
    "train",
    "bus",
    "game",
    "movie",
    "concert",
    "meeting",
    "meetings",
    "ends",
    "starts",
    "begins",
    "lands",
    "leaves",
    "closes",
    "opens",
    "finishes",
    "finish",
    "departs",
    "arrives",
    "boards",
    "recital",
    "funeral",
    "wedding",
    "rehearsal",
    "lecture",
    "exam",
    "court",
];

/// Words beside a time that make it no less exact: an hour is one even so.
const ABOUT: &[&str] =
    &["at", "around", "about", "approximately", "approx", "roughly", "say", "like", "circa", "maybe", "perhaps"];

/// What may follow a day of the month that has no month.
const AFTER_ORDINAL: &[&str] = &[
    "at",
    "around",
    "about",
    "for",
    "please",
    "would",
    "is",
    "works",
    "if",
    "then",
    "in",
    "of",
    "with",
    "and",
    "or",
    "but",
    "after",
    "before",
    "between",
    "from",
    "by",
    "say",
    "like",
    "maybe",
    "next",
    "this",
    "no",
    "not",
    "sorry",
    "actually",
    "i",
    "noon",
    "midday",
    "midnight",
    "any",
    "anytime",
    "sometime",
    "half",
    "quarter",
    "a",
    "oh",
    "ok",
    "okay",
    "instead",
    "through",
    "until",
    "to",
    "can",
    "could",
    "rather",
    "make",
    "wait",
    "first",
    "um",
    "uh",
    "er",
    "scratch",
    "ideally",
    "preferably",
    "hopefully",
    "when",
    "we",
    "you",
    "it",
    "morning",
    "afternoon",
    "evening",
    "the",
    "just",
    "right",
    "exactly",
    "be",
    "will",
    "should",
    "that",
    "fine",
    "good",
    "great",
];

/// What is counted, though its name has no s.
const COUNTED: &[&str] = &["people", "children", "persons", "teeth", "men", "women", "of", "feet"];

struct Reader<'t> {
    tokens: &'t [Token],
    at: usize,
    items: Vec<Item>,
    /// Where the last day or part of it ended.
    touched: Option<usize>,
}

impl<'t> Reader<'t> {
    fn word(&self, ahead: usize) -> &'t str {
        self.peek(self.at + ahead)
    }

    /// The word at a place, or nothing.
    fn peek(&self, at: usize) -> &'t str {
        match self.tokens.get(at) {
            Some(Token::Word(word)) => word,
            _ => "",
        }
    }

    fn before(&self) -> &'t str {
        self.at.checked_sub(1).map_or("", |at| self.peek(at))
    }

    fn number_at(&self, at: usize) -> Option<u32> {
        match self.tokens.get(at) {
            Some(Token::Number { value, .. }) => Some(*value),
            _ => None,
        }
    }

    /// Whether these words come next.
    fn says(&self, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(ahead, word)| self.word(ahead) == *word)
    }

    fn push(&mut self, item: Item, used: usize) {
        self.items.push(item);
        self.at += used;
    }

    fn step(&mut self) {
        match &self.tokens[self.at] {
            Token::Stop(_) => {
                // "Thursday, or Friday" goes on.
                let goes_on = ["or", "nor", "and"].contains(&self.word(1));
                if !goes_on {
                    self.items.push(Item::Clause);
                }
            }
            Token::Instant(at) => self.push(Item::Instant(*at), 1),
            Token::Date(date) => {
                use chrono::Datelike;
                self.items.push(Item::Day(Day::Year(date.year())));
                self.items.push(Item::Day(Day::Month(Month::Named(date.month()))));
                self.push(Item::Day(Day::OfMonth(date.day())), 1);
            }
            Token::Numeric { first, second, year } => self.numeric(*first, *second, *year),
            Token::Dash => self.dash(),
            Token::Time { .. } => {
                if let Some((clock, used)) = self.clock(self.at) {
                    self.push(Item::Clock(clock), used);
                } else {
                    self.push(Item::Number, 1);
                }
            }
            Token::Number { .. } => self.numeral(),
            Token::Ordinal(value) => self.ordinal(*value),
            Token::Word(word) => self.read(word),
        }
    }

    /// Between two times: up to.
    fn dash(&mut self) {
        let after_time = matches!(self.items.last(), Some(Item::Clock(_) | Item::Day(_)));
        let before_time = self.number_at(self.at + 1).is_some()
            || matches!(self.tokens.get(self.at + 1), Some(Token::Time { .. }))
            || weekday(self.word(1)).is_some();
        if after_time && before_time {
            self.items.push(Item::Between);
            if let Some((clock, used)) = self.clock(self.at + 1).or_else(|| self.bare(self.at + 1)) {
                self.push(Item::Clock(clock), used + 1);
            }
        }
    }

    fn numeric(&mut self, first: u32, second: u32, year: Option<i32>) {
        if year.is_none()
            && let Some((half, used)) = self.half(self.at + 1)
            && second < 60
        {
            // "10.05 pm"
            return self
                .push(Item::Clock(Clock { hour: first, minute: second, half: Some(half), sure: false }), 1 + used);
        }
        if let Some(year) = year {
            self.items.push(Item::Day(Day::Year(year)));
        }
        let day = match (first, second) {
            (1..=12, 1..=12) => Some(Item::Day(Day::Numeric(first, second))),
            (1..=12, 13..=31) => {
                self.items.push(Item::Day(Day::Month(Month::Named(first))));
                Some(Item::Day(Day::OfMonth(second)))
            }
            (13..=31, 1..=12) => {
                self.items.push(Item::Day(Day::Month(Month::Named(second))));
                Some(Item::Day(Day::OfMonth(first)))
            }
            _ => None,
        };
        self.push(day.unwrap_or(Item::Number), 1);
    }

    /// A sentence's words, one after the other; what says nothing of time is passed over.
    fn read(&mut self, word: &str) {
        if self.corrects() || self.denies(word) || self.courtesy() || self.excepts() {
            return;
        }
        if let Some((clock, used)) = self.clock(self.at) {
            return self.push(Item::Clock(clock), used);
        }
        if self.duration() || self.relative(word) || self.named_day(word) || self.stretch(word) {
            return;
        }
        if let Some(part) = part(word) {
            return self.push(Item::Part(part), 1);
        }
        if word == "pm" {
            return self.push(Item::Part(Part::Afternoon), 1);
        }
        if word == "am" && self.before() != "i" && self.word(1) != "i" {
            return self.push(Item::Part(Part::Morning), 1);
        }
        if ["$", "£", "€"].iter().any(|sign| word.starts_with(sign)) && self.number_at(self.at + 1).is_some() {
            self.at += 2;
            return;
        }
        if ["but", "so", "however", "though"].contains(&word)
            || self.says(&["how", "about"])
            || self.says(&["what", "about"])
        {
            return self.items.push(Item::Clause);
        }
        if self.narrates(word) {
            return self.items.push(Item::Open);
        }
        if OPEN.contains(&word) || EVENTS.contains(&word) {
            self.items.push(Item::Open);
        }
    }

    /// "I called at two", "my last visit was on Friday", "four o'clock London time": not when somebody wishes to come.
    fn narrates(&self, word: &str) -> bool {
        const PAST: &[&str] = &[
            "was", "were", "called", "came", "went", "missed", "saw", "rang", "phoned", "visited", "showed", "arrived",
            "left", "turned", "woke", "had", "spoke", "talked", "waited", "been",
        ];
        let near = |words: &[&str]| words.contains(&self.word(1)) || words.contains(&self.word(2));
        let past = PAST.contains(&word)
            && (near(&["at", "on", "in", "last", "there", "here", "up"])
                && !near(&["hoping", "wondering", "thinking", "looking"]));
        let asked = word == "had" && ["you", "if"].contains(&self.before());
        let elsewhere = word == "time"
            && self.at > 1
            && !self.before().is_empty()
            && self.peek(self.at - 2) != "what"
            && matches!(self.items.last(), Some(Item::Clock(_)))
            && !["that", "this", "the", "good", "a", "my", "best", "what", "any", "some"].contains(&self.before());
        past && !asked || elsewhere
    }

    /// "No, …", "I mean …": what follows replaces what was said.
    fn corrects(&mut self) -> bool {
        const PHRASES: &[&[&str]] = &[
            &["or", "rather"],
            &["oh", "no"],
            &["i", "mean"],
            &["i", "meant"],
            &["make", "that"],
            &["make", "it"],
            &["hang", "on"],
            &["hold", "on"],
            &["change", "that", "to"],
            &["let's", "make", "it"],
            &["let's", "make", "that"],
            &["let", "me", "correct", "that"],
            &["my", "mistake"],
            &["on", "second", "thought"],
            &["on", "second", "thoughts"],
            &["excuse", "me"],
            &["wait"],
            &["sorry"],
            &["actually"],
            &["correction"],
            &["instead"],
            &["oops"],
            &["whoops"],
        ];
        const TAKEN_BACK: &[&[&str]] = &[
            &["scratch", "that"],
            &["strike", "that"],
            &["forget", "that"],
            &["forget", "it"],
            &["never", "mind"],
            &["nevermind"],
            &["cancel", "that"],
        ];
        if let Some(phrase) = TAKEN_BACK.iter().find(|phrase| self.says(phrase)) {
            self.push(Item::Withdraw, phrase.len());
            self.items.push(Item::Correct);
            return true;
        }
        if self.word(0) == "instead" && self.word(1) == "of" {
            return false;
        }
        if let Some(phrase) = PHRASES.iter().find(|phrase| self.says(phrase)) {
            self.push(Item::Correct, phrase.len());
            return true;
        }
        if !["no", "nope", "nah"].contains(&self.word(0)) {
            return false;
        }
        let begins = self.at == 0 || matches!(self.tokens.get(self.at - 1), Some(Token::Stop(_)));
        let leads = match self.tokens.get(self.at + 1) {
            None | Some(Token::Stop(_) | Token::Number { .. } | Token::Time { .. } | Token::Ordinal(_)) => true,
            Some(Token::Word(next)) => {
                [
                    "wait", "sorry", "make", "i", "actually", "it's", "let's", "the", "on", "at", "in", "not",
                    "tomorrow", "today", "a",
                ]
                .contains(&next.as_str())
                    || weekday(next).is_some()
                    || month(next).is_some()
            }
            _ => false,
        };
        if ["later", "earlier", "sooner", "more"].contains(&self.word(1)) {
            // "No later than three."
            self.push(Item::Open, 2);
        } else if ["problem", "problems", "worries", "rush", "pressure", "doubt"].contains(&self.word(1)) {
            self.at += 2;
        } else if leads {
            let ends =
                self.tokens.get(self.at + 1..).unwrap_or_default().iter().all(|token| matches!(token, Token::Stop(_)));
            let first = begins && self.items.is_empty();
            if ends && !first {
                self.items.push(Item::Withdraw);
            }
            self.push(Item::Correct, 1);
        } else {
            self.push(Item::Deny, 1);
        }
        true
    }

    /// "I can't …": nothing in the clause is meant.
    fn denies(&mut self, word: &str) -> bool {
        let polite = ["mind", "worry", "we"].contains(&self.word(1)) || self.before() == "why" || self.before() == "if";
        let denies = word.ends_with("n't")
            || [
                "cannot",
                "cant",
                "dont",
                "doesnt",
                "wont",
                "isnt",
                "never",
                "unable",
                "unavailable",
                "busy",
                "nor",
                "nobody",
            ]
            .contains(&word);
        if !denies {
            return false;
        }
        if polite {
            self.at += 1;
            return true;
        }
        self.push(Item::Deny, 1);
        // "can't make it" corrects nothing.
        while ["make", "it", "do", "come", "be", "actually", "there", "that"].contains(&self.word(0)) {
            self.at += 1;
        }
        true
    }

    /// What is said beside a time and says nothing of it.
    fn courtesy(&mut self) -> bool {
        const PHRASES: &[&[&str]] = &[
            &["good", "morning"],
            &["good", "afternoon"],
            &["good", "evening"],
            &["good", "night"],
            &["have", "a"],
            &["or", "so"],
            &["or", "something"],
            &["or", "whatever"],
            &["or", "thereabouts"],
            &["first", "of", "all"],
            &["by", "the", "way"],
            &["the", "other", "day"],
            &["half", "price"],
            &["at", "all"],
            &["why", "not"],
            &["a", "new"],
            &["on", "the", "dot"],
            &["do", "you", "have", "any"],
            &["is", "there", "any"],
            &["if", "any"],
        ];
        let Some(phrase) = PHRASES.iter().find(|phrase| self.says(phrase)) else { return false };
        self.at += phrase.len();
        true
    }

    /// "Not", "except": the next thing is not meant.
    fn excepts(&mut self) -> bool {
        const PHRASES: &[&[&str]] = &[
            &["anything", "but"],
            &["any", "day", "but"],
            &["instead", "of"],
            &["rather", "than"],
            &["other", "than"],
            &["apart", "from"],
            &["except", "for"],
            &["except"],
            &["excluding"],
            &["besides"],
        ];
        if let Some(phrase) = PHRASES.iter().find(|phrase| self.says(phrase)) {
            self.push(Item::Not, phrase.len());
            return true;
        }
        if self.word(0) != "not" {
            return false;
        }
        if ["sure", "certain", "necessarily"].contains(&self.word(1)) || self.before() == "if" || self.before() == "or"
        {
            self.push(Item::Open, 1);
        } else {
            self.push(Item::Not, 1);
            while ["on", "at", "the", "for", "really"].contains(&self.word(0)) {
                self.at += 1;
            }
        }
        true
    }

    /// Today, tomorrow, yesterday, tonight; this, next and last something; a week from something.
    fn relative(&mut self, word: &str) -> bool {
        if self.says(&["day", "after", "tomorrow"]) {
            self.push(Item::Day(Day::Offset(2)), 3);
        } else if self.says(&["overmorrow"]) {
            self.push(Item::Day(Day::Offset(2)), 1);
        } else if self.says(&["day", "before"]) || self.says(&["day", "after"]) {
            self.push(Item::Open, 2);
        } else if is_tomorrow(word) {
            self.push(Item::Day(Day::Offset(1)), 1);
            self.week_on();
        } else if ["today", "todays"].contains(&word) {
            self.push(Item::Day(Day::Offset(0)), 1);
            self.week_on();
        } else if ["tonight", "tonite"].contains(&word) {
            self.items.push(Item::Day(Day::Offset(0)));
            self.push(Item::Part(Part::Tonight), 1);
        } else if ["yesterday", "ago", "yesterdays"].contains(&word) {
            self.push(Item::Past, 1);
        } else if ["this", "next", "coming", "upcoming", "last", "past", "previous"].contains(&word) {
            return self.determined(word);
        } else if word == "week"
            && let Some(number) = self.number_at(self.at + 1)
            && self.before() == "of"
        {
            self.push(Item::Day(Day::IsoWeek(number)), 2);
        } else {
            return false;
        }
        true
    }

    /// "Tomorrow week", "Tuesday fortnight".
    fn week_on(&mut self) {
        let ends = |reader: &Self| reader.number_at(reader.at + 1).is_none();
        if self.word(0) == "week" && ends(self) {
            self.push(Item::Day(Day::Later(7)), 1);
        } else if self.word(0) == "fortnight" {
            self.push(Item::Day(Day::Later(14)), 1);
        }
    }

    fn determined(&mut self, word: &str) -> bool {
        let coming = word == "this" && ["coming", "upcoming"].contains(&self.word(1));
        let used = if coming { 2 } else { 1 };
        let next = self.word(used);
        if let Some(day) = weekday(next) {
            let which = match word {
                _ if coming => Which::Coming,
                "this" => Which::This,
                "next" => Which::Next,
                "coming" | "upcoming" => Which::Coming,
                _ if ["of", "in"].contains(&self.word(2)) && self.month_follows(self.at + 3) => {
                    // "The last Friday of the month."
                    self.items.push(Item::Day(Day::Nth(-1)));
                    Which::Plain
                }
                _ => {
                    self.push(Item::Past, 2);
                    return true;
                }
            };
            self.push(Item::Day(Day::Weekday(day, which)), used + 1);
            if self.word(0) == "week" {
                // "Next Tuesday week": nobody knows.
                self.push(Item::Open, 1);
            }
            return true;
        }
        if word == "last" && next == "day" && ["of", "in"].contains(&self.word(2)) && self.month_follows(self.at + 3) {
            self.push(Item::Day(Day::Last), 2);
            return true;
        }
        let ahead = i64::from(word == "next");
        match (word, next) {
            ("this", "morning" | "afternoon" | "evening") => {
                self.items.push(Item::Day(Day::Offset(0)));
                self.push(Item::Part(part(next).unwrap_or(Part::Morning)), used + 1);
            }
            ("this" | "next" | "coming", "week") => self.push(Item::Day(Day::Week(ahead)), used + 1),
            ("this" | "next", "month") => {
                self.push(Item::Day(Day::Month(Month::Ahead(u32::from(word == "next")))), used + 1);
            }
            ("this", "year") => self.at += 2,
            (
                "last" | "previous" | "past",
                "week" | "month" | "night" | "year" | "time" | "visit" | "appointment" | "cleaning" | "checkup"
                | "session" | "booking" | "one",
            ) => self.push(Item::Past, 2),
            ("next", "year" | "available" | "weekend" | "few" | "couple" | "day" | "few days" | "opening" | "slot") => {
                self.push(Item::Open, 2);
            }
            ("next", _) if self.number_at(self.at + 1).is_some() => self.push(Item::Open, 2),
            ("next", _) if month(next).is_some() => self.push(Item::Open, 1),
            ("past", _) => self.push(Item::Open, 1),
            _ => return false,
        }
        true
    }

    /// Whether "the month", "next month" or a month's name comes there.
    fn month_follows(&self, at: usize) -> bool {
        month(self.peek(at)).is_some()
            || ["the", "this", "next"].contains(&self.peek(at)) && self.peek(at + 1) == "month"
    }

    /// Days of the week and months.
    fn named_day(&mut self, word: &str) -> bool {
        if self.says(&["week", "after", "next"]) {
            self.push(Item::Day(Day::Week(2)), 3);
            return true;
        }
        if self.says(&["the", "month"]) && self.before() == "of" {
            self.push(Item::Day(Day::Month(Month::Ahead(0))), 2);
            return true;
        }
        if let Some(day) = weekday(word) {
            // "I sat", "the sun", "we wed".
            let short = ["sat", "sun", "wed", "mon"].contains(&word);
            if short && ["i", "the", "we", "you", "he", "she", "they"].contains(&self.before()) {
                return false;
            }
            self.push(Item::Day(Day::Weekday(day, Which::Plain)), 1);
            self.week_on();
            if self.says(&["after", "next"]) {
                self.push(Item::Open, 2);
            }
            self.day_of_month(true);
            return true;
        }
        let Some(number) = month(word) else { return false };
        let own = !["may", "march", "mar", "august", "dec", "sep"].contains(&word);
        let leads = ["in", "of", "on", "for", "this"].contains(&self.before());
        self.at += 1;
        let had = matches!(self.items.last(), Some(Item::Day(Day::OfMonth(_))));
        let day = if had { None } else { self.day_ahead(false) };
        if let Some((day, used)) = day {
            self.items.push(Item::Day(Day::Month(Month::Named(number))));
            self.push(Item::Day(Day::OfMonth(day)), used);
        } else if own || leads || had {
            self.items.push(Item::Day(Day::Month(Month::Named(number))));
        } else {
            return true;
        }
        self.year();
        true
    }

    /// A year after a date.
    fn year(&mut self) {
        let comma = usize::from(matches!(self.tokens.get(self.at), Some(Token::Stop(','))));
        let of = usize::from(self.word(0) == "of");
        if let Some(Token::Number { value: value @ 2000..=2199, digits: 4 }) = self.tokens.get(self.at + comma + of) {
            let year = i32::try_from(*value).unwrap_or_default();
            self.push(Item::Day(Day::Year(year)), comma + of + 1);
        } else if let (Some(20), Some(years @ 20..=99)) =
            (self.number_at(self.at + comma), self.number_at(self.at + comma + 1))
            && self.half(self.at + comma + 2).is_none()
        {
            // "twenty twenty-six"
            self.push(Item::Day(Day::Year(2000 + i32::try_from(years).unwrap_or_default())), comma + 2);
        }
    }

    /// "the 23rd" after a weekday, "23" where it cannot be an hour.
    fn day_of_month(&mut self, beside_weekday: bool) {
        if let Some((day, used)) = self.day_ahead(beside_weekday) {
            self.push(Item::Day(Day::OfMonth(day)), used);
            let of = usize::from(self.word(0) == "of");
            if let Some(number) = month(self.word(of)) {
                self.push(Item::Day(Day::Month(Month::Named(number))), of + 1);
                self.year();
            }
        }
    }

    /// A day of the month that comes next, and how many pieces it is.
    fn day_ahead(&self, beside_weekday: bool) -> Option<(u32, usize)> {
        let comma = usize::from(beside_weekday && matches!(self.tokens.get(self.at), Some(Token::Stop(','))));
        let the = comma + usize::from(self.word(comma) == "the");
        match self.tokens.get(self.at + the)? {
            Token::Ordinal(day @ 1..=31) => Some((*day, the + 1)),
            Token::Number { value: value @ 1..=31, digits } => {
                if self.half(self.at + the + 1).is_some() || self.is_unit(self.at + the + 1) {
                    return None;
                }
                if beside_weekday {
                    // "Monday 23" is a date; "Monday 3" may be an hour, and "Monday three" is one.
                    let followed = self.peek(self.at + the + 1);
                    let dated = *value > 24 || month(followed).is_some() || followed == "of";
                    return (dated && *digits > 0 && comma == 0).then_some((*value, the + 1));
                }
                // "March 24 30"? "May two thirty" is no date.
                let minutes = self.number_at(self.at + the + 1).is_some_and(|next| (10..60).contains(&next));
                let after = self.number_at(self.at + the + 2).is_some();
                let year = self.number_at(self.at + the + 1) == Some(20) && after;
                (!minutes || year).then_some((*value, the + 1))
            }
            _ => None,
        }
    }

    /// "After three", "before noon", "between", "until": no single time.
    fn stretch(&mut self, word: &str) -> bool {
        if self.says(&["any", "time"]) || self.says(&["some", "time"]) {
            self.push(Item::Open, 2);
            return true;
        }
        if self.says(&["first", "thing"]) || self.says(&["last", "thing"]) {
            self.push(Item::Open, 2);
            return true;
        }
        if ["end", "start", "beginning", "middle"].contains(&word) && self.word(1) == "of" {
            self.push(Item::Open, 2);
            return true;
        }
        let item = match word {
            "after" | "from" => Item::After,
            "before" | "by" | "until" | "till" | "til" => Item::Before,
            "between" => Item::Between,
            "to" | "and" | "or" | "through" => {
                // Between two times only.
                let after_time = matches!(self.items.last(), Some(Item::Clock(_)));
                let next = self.clock(self.at + 1).or_else(|| self.bare(self.at + 1));
                let Some((clock, used)) = next.filter(|_| after_time) else { return false };
                if word == "or" || word == "and" && !self.items.contains(&Item::Between) {
                    self.push(Item::Clock(clock), used + 1);
                } else {
                    self.items.push(Item::Between);
                    self.push(Item::Clock(clock), used + 1);
                }
                return true;
            }
            _ => return false,
        };
        self.items.push(item);
        self.at += 1;
        // "By the way", "from my dentist": only what a time follows begins or ends a stretch.
        while ["about", "around", "like", "say", "the", "my"].contains(&self.word(0)) {
            self.at += 1;
        }
        if let Some((clock, used)) = self.clock(self.at).or_else(|| self.bare(self.at)) {
            self.push(Item::Clock(clock), used);
            if let Some(Token::Dash) = self.tokens.get(self.at) {
                self.dash();
            }
        } else if word == "by" || word == "from" || word == "after" || word == "before" {
            let timely = part(self.word(0)).is_some()
                || weekday(self.word(0)).is_some()
                || is_tomorrow(self.word(0))
                || OPEN.contains(&self.word(0))
                || month(self.word(0)).is_some()
                || ["today", "then", "tonight", "work", "school", "that"].contains(&self.word(0))
                || matches!(self.tokens.get(self.at), Some(Token::Ordinal(_) | Token::Number { .. }));
            if !timely && (word == "by" || word == "from") {
                self.items.pop();
            }
        }
        true
    }

    /// "In two hours", "two weeks from Friday", "for thirty minutes".
    fn duration(&mut self) -> bool {
        let lead = if ["in", "within"].contains(&self.word(0)) { 1 } else { 0 };
        let within = self.word(0) == "within";
        let mut from = self.at + lead;
        while lead > 0 && ["about", "like", "say", "maybe", "around", "just", "another"].contains(&self.peek(from)) {
            from += 1;
        }
        let Some((length, end)) = self.length(from) else { return false };
        let vague = within;
        let ahead = lead > 0;
        self.at = end;
        let time = usize::from(["time", "times"].contains(&self.word(0)) && ahead);
        self.at += time;
        let hence = ["from", "to", "hence", "on"].contains(&self.word(0));
        if vague || ["before", "after", "earlier", "later", "past", "prior"].contains(&self.word(0)) {
            self.items.push(Item::Open);
            return true;
        }
        if self.word(0) == "ago" {
            self.push(Item::Past, 1);
            return true;
        }
        let now = self.says(&["from", "now"]) || self.says(&["hence"]);
        if now {
            self.at += if self.word(0) == "hence" { 1 } else { 2 };
        }
        match length {
            Length::Time(time) if ahead || now => self.items.push(Item::Ahead(time)),
            Length::Time(_) => self.items.push(Item::Span),
            Length::Days(days) => {
                let weeks = days % 7 == 0;
                if now || ahead {
                    let day = if weeks { Day::Weeks(days / 7) } else { Day::Offset(days) };
                    self.items.push(Item::Day(day));
                } else if self.word(0) == "today" {
                    self.push(Item::Day(Day::Offset(days)), 1);
                } else if is_tomorrow(self.word(0)) {
                    self.push(Item::Day(Day::Offset(days + 1)), 1);
                } else if hence && ["from", "on"].contains(&self.word(0)) {
                    self.at += 1;
                    if self.word(0) == "today" {
                        self.push(Item::Day(Day::Offset(days)), 1);
                    } else {
                        // The day it is counted from follows.
                        let follows = weekday(self.word(0)).is_some()
                            || is_tomorrow(self.word(0))
                            || ["this", "next", "the"].contains(&self.word(0));
                        self.items.push(if follows { Item::Day(Day::Later(days)) } else { Item::Open });
                    }
                } else if weekday(self.word(0)).is_some() {
                    self.items.push(Item::Open);
                } else {
                    self.items.push(Item::Span);
                }
            }
            Length::Months(months) if ahead || now => self.items.push(Item::Day(Day::Month(Month::Ahead(months)))),
            Length::Months(_) => self.items.push(Item::Span),
            Length::Vague => self.items.push(Item::Open),
        }
        true
    }

    /// A length of time from a place on, and where it ends.
    fn length(&self, from: usize) -> Option<(Length, usize)> {
        let mut at = from;
        if self.peek(at) == "half" && ["a", "an"].contains(&self.peek(at + 1)) {
            let (length, end) = self.unit(2 + at, 1)?;
            return Some((length.half()?, end));
        }
        if self.peek(at) == "half" && self.peek(at + 1) == "hour" {
            return Some((Length::Time(TimeDelta::minutes(30)), at + 2));
        }
        let quarter = match (self.number_at(at), self.peek(at), self.peek(at + 1)) {
            (Some(3), _, "quarters") => Some((45, at + 2)),
            (None, "quarter", _) => Some((15, at + 1)),
            (None, "a", "quarter") => Some((15, at + 2)),
            _ => None,
        };
        if let Some((minutes, end)) = quarter {
            let words = ["of", "an", "hour"].iter().enumerate().all(|(ahead, word)| self.peek(end + ahead) == *word);
            return words.then(|| (Length::Time(TimeDelta::minutes(minutes)), end + 3));
        }
        let count = match (self.number_at(at), self.peek(at)) {
            (Some(count), _) => {
                at += 1;
                // "Two or three hours", "2-3 hours".
                let or =
                    self.peek(at) == "or" || self.peek(at) == "to" || matches!(self.tokens.get(at), Some(Token::Dash));
                if or && self.number_at(at + 1).is_some() && self.is_unit(at + 2) {
                    return Some((Length::Vague, at + 3));
                }
                if self.peek(at) == "more" || self.peek(at) == "whole" || self.peek(at) == "full" {
                    at += 1;
                }
                i64::from(count)
            }
            (None, "couple" | "few" | "several") => {
                at += 1 + usize::from(self.peek(at + 1) == "of");
                return self.is_unit(at).then_some((Length::Vague, at + 1));
            }
            (None, "a") if ["couple", "few"].contains(&self.peek(at + 1)) => return self.length(at + 1),
            (None, "a" | "an") => {
                at += 1;
                1
            }
            (None, "fortnight") => return Some((Length::Days(14), at + 1)),
            _ => return None,
        };
        let half = self.peek(at) == "and" && self.peek(at + 1) == "a" && self.peek(at + 2) == "half";
        if half && self.is_unit(at + 3) {
            let (length, end) = self.unit(at + 3, count)?;
            let (more, _) = self.unit(at + 3, 1)?;
            return Some((length.plus(more.half()?)?, end));
        }
        let (length, end) = self.unit(at, count)?;
        if self.peek(end) == "and" {
            if self.peek(end + 1) == "a" && self.peek(end + 2) == "half" {
                let (more, _) = self.unit(at, 1)?;
                return Some((length.plus(more.half()?)?, end + 3));
            }
            if self.peek(end + 1) == "a" && self.peek(end + 2) == "quarter" && matches!(length, Length::Time(_)) {
                return Some((length.plus(Length::Time(TimeDelta::minutes(15)))?, end + 3));
            }
            if let Some((more, end)) = self.length(end + 1)
                && let Some(sum) = length.plus(more)
            {
                return Some((sum, end));
            }
        }
        if let Some(minutes) = self.number_at(end)
            && let Some((more @ Length::Time(_), end)) = self.unit(end + 1, i64::from(minutes))
            && let Some(sum) = length.plus(more)
        {
            return Some((sum, end));
        }
        Some((length, end))
    }

    fn is_unit(&self, at: usize) -> bool {
        self.unit(at, 1).is_some()
    }

    fn unit(&self, at: usize, count: i64) -> Option<(Length, usize)> {
        // Nobody means more.
        let count = count.clamp(0, 1000);
        let length = match self.peek(at) {
            "minute" | "minutes" | "min" | "mins" => Length::Time(TimeDelta::minutes(count)),
            "hour" | "hours" | "hr" | "hrs" => Length::Time(TimeDelta::hours(count)),
            "day" | "days" => Length::Days(count),
            "week" | "weeks" => Length::Days(7 * count),
            "fortnight" | "fortnights" => Length::Days(14 * count),
            "month" | "months" => Length::Months(u32::try_from(count).ok()?),
            "year" | "years" => Length::Vague,
            _ => return None,
        };
        Some((length, at + 1))
    }

    /// A number that is not known to be part of anything yet.
    fn numeral(&mut self) {
        if let Some((clock, used)) = self.clock(self.at) {
            return self.push(Item::Clock(clock), used);
        }
        if self.duration() {
            return;
        }
        let value = self.number_at(self.at).unwrap_or(0);
        // "23 March", "the 23 of March".
        let of = usize::from(self.word(1) == "of");
        if (1..=31).contains(&value)
            && let Some(number) = month(self.word(1 + of))
            && !(self.word(1) == "may" && self.word(2) == "i")
        {
            self.items.push(Item::Day(Day::OfMonth(value)));
            self.push(Item::Day(Day::Month(Month::Named(number))), 2 + of);
            return self.year();
        }
        if ["dollars", "bucks", "euros", "pounds", "percent", "%", "quid", "k"].contains(&self.word(1)) {
            self.at += 2;
            return;
        }
        let counted = self.word(1).len() > 3
            && self.word(1).ends_with('s')
            && !["does", "works", "suits", "sounds", "was", "this", "days"].contains(&self.word(1));
        if counted || COUNTED.contains(&self.word(1)) {
            self.at += 2;
            return;
        }
        let before = self.before();
        if value == 1
            && matches!(self.tokens.get(self.at), Some(Token::Number { digits: 0, .. }))
            && ["the", "that", "this", "any", "no", "which", "a", "good", "another", "next", "last", "only", "every"]
                .contains(&before)
        {
            // A pronoun.
            self.at += 1;
            return;
        }
        const BOOKED: &[&str] = &[
            "it",
            "me",
            "us",
            "down",
            "in",
            "appointment",
            "that",
            "him",
            "her",
            "slot",
            "set",
            "confirmed",
            "available",
            "free",
            "open",
            "scheduled",
            "booked",
            "something",
            "anything",
            "visit",
            "one",
            "schedule",
            "book",
        ];
        let booked = self.at.checked_sub(2).is_some_and(|at| BOOKED.contains(&self.peek(at)));
        if before == "for" && !(booked && self.day_follows(self.at + 1))
            || ["of", "turns", "turned", "turning", "aged", "is"].contains(&before)
        {
            // For two, a party of four, the boy is nine: people and their age, perhaps.
            self.at += 1;
            return;
        }
        if self.is_hour_here()
            && let Some((clock, used)) = self.bare(self.at)
        {
            return self.push(Item::Clock(clock), used);
        }
        self.push(Item::Number, 1);
    }

    fn day_follows(&self, at: usize) -> bool {
        let word = self.peek(at);
        weekday(word).is_some()
            || is_tomorrow(word)
            || ["today", "tonight", "this", "next"].contains(&word)
            || word == "on"
                && (weekday(self.peek(at + 1)).is_some()
                    || ["the", "this", "next"].contains(&self.peek(at + 1))
                    || month(self.peek(at + 1)).is_some())
    }

    /// Whether a number without anything beside it stands where an hour does.
    fn is_hour_here(&self) -> bool {
        let next = self.at + 1;
        let minutes = self.number_at(next).is_some();
        let end = next + usize::from(minutes);
        if self.number_at(end).is_some()
            || matches!(self.tokens.get(end), Some(Token::Dash))
                && self.touched != Some(self.at)
                && self.before().is_empty()
        {
            // A telephone number.
            return false;
        }
        let previous_number = self.at > 0 && self.number_at(self.at - 1).is_some();
        if previous_number
            || [
                "number",
                "room",
                "suite",
                "unit",
                "apartment",
                "floor",
                "code",
                "extension",
                "#",
                "zip",
                "age",
                "option",
                "press",
            ]
            .contains(&self.before())
        {
            return false;
        }
        let digits = matches!(self.tokens.get(self.at), Some(Token::Number { digits, .. }) if *digits > 0);
        let beside_weekday = matches!(self.items.last(), Some(Item::Day(Day::Weekday(..) | Day::Month(_))))
            && self.touched == Some(self.at);
        if beside_weekday && digits && !minutes {
            // "Tuesday 3" may be a date.
            return false;
        }
        let led =
            self.before().is_empty() || FILLERS.contains(&self.before()) || ["for", "on"].contains(&self.before());
        if ABOUT.contains(&self.before())
            || self.touched == Some(self.at)
            || led && (self.peek(end) == "ish" || self.day_follows(end))
        {
            return true;
        }
        let comma = self.at > 1
            && matches!(self.tokens.get(self.at - 1), Some(Token::Stop(_)))
            && self.touched == Some(self.at - 1);
        let lead = self.tokens.get(..self.at).unwrap_or_default();
        let alone = lead.iter().all(|token| match token {
            Token::Word(word) => FILLERS.contains(&word.as_str()) || word == "for",
            Token::Stop(_) => true,
            _ => false,
        });
        let corrected = self.items.last() == Some(&Item::Correct)
            || (self.items.contains(&Item::Correct) && FILLERS.contains(&self.before()));
        let ends = match self.tokens.get(end) {
            None | Some(Token::Stop(_)) => true,
            Some(Token::Word(word)) => [
                "please", "then", "ok", "okay", "works", "is", "would", "sounds", "sorry", "no", "actually", "thanks",
                "or", "instead", "to", "and",
            ]
            .contains(&word.as_str()),
            Some(_) => false,
        };
        (alone || corrected || comma) && ends
    }

    /// An ordinal: the day of a month, or of a week in it.
    fn ordinal(&mut self, value: u32) {
        let spoken_unit = value == 2 && ["a", "one", "just", "any", "this"].contains(&self.before());
        if spoken_unit {
            self.at += 1;
            return;
        }
        if value == 1 && ["of", "off", "up", "time"].contains(&self.word(1)) && !self.month_follows(self.at + 2) {
            self.at += 2;
            return;
        }
        if value == 1 && self.word(1) == "thing" {
            return self.push(Item::Open, 2);
        }
        if let Some(day) = weekday(self.word(1)) {
            if (1..=5).contains(&value) && ["of", "in"].contains(&self.word(2)) && self.month_follows(self.at + 3) {
                self.items.push(Item::Day(Day::Nth(i32::try_from(value).unwrap_or(1))));
                return self.push(Item::Day(Day::Weekday(day, Which::Plain)), 2);
            }
            // "The 14th, Thursday" is a date; "the first Monday" needs a month.
            let item = if value > 5 { Item::Day(Day::OfMonth(value)) } else { Item::Number };
            return self.push(item, 1);
        }
        let of = usize::from(self.word(1) == "of");
        if (1..=31).contains(&value) {
            if let Some(number) = month(self.word(1 + of)) {
                self.items.push(Item::Day(Day::OfMonth(value)));
                self.push(Item::Day(Day::Month(Month::Named(number))), 2 + of);
                return self.year();
            }
            let month_ahead = of == 1 && self.month_follows(self.at + 2);
            let led = month_ahead
                || ["the", "on", "for", "by"].contains(&self.before())
                || self.touched == Some(self.at)
                || matches!(self.items.last(), Some(Item::Correct));
            let follows = match self.tokens.get(self.at + 1) {
                None => true,
                Some(Token::Word(next)) => AFTER_ORDINAL.contains(&next.as_str()) && (of == 0 || month_ahead),
                Some(_) => true,
            };
            if led && follows {
                return self
                    .push(Item::Day(Day::OfMonth(value)), 1 + usize::from(month_ahead && self.word(2) != "the"));
            }
        }
        self.push(Item::Number, 1);
    }

    /// A time of the day at a place, and how many pieces it is made of. A number alone is none: [`bare`](Self::bare).
    fn clock(&self, at: usize) -> Option<(Clock, usize)> {
        let clock = |hour, minute| Clock { hour, minute, half: None, sure: false };
        match self.tokens.get(at)? {
            Token::Time { hour, minute, zero } => {
                let read = Clock { sure: *hour > 12 || *hour == 0, ..clock(*hour, *minute) };
                let (read, used) = self.finish(read, at + 1);
                // "02:30" may be one of 24 hours, or two in the afternoon.
                let early = *zero && *hour > 0 && *hour < 8 && read.half.is_none() && !read.sure;
                let read = if early { Clock { half: Some(Half::Wrong), ..read } } else { read };
                Some((read, used - at))
            }
            Token::Word(word) => match word.as_str() {
                "noon" | "midday" | "noontime" | "noonish" => Some((Clock { sure: true, ..clock(12, 0) }, 1)),
                "midnight" => Some((Clock { half: Some(Half::Midnight), ..clock(12, 0) }, 1)),
                "a" if self.peek(at + 1) == "quarter" => self.clock(at + 1).map(|(clock, used)| (clock, used + 1)),
                "half" | "quarter" => {
                    let minutes = if word == "half" { 30 } else { 15 };
                    let past = match self.peek(at + 1) {
                        "past" | "after" => true,
                        "to" | "till" | "til" | "of" | "before" | "until" if word == "quarter" => false,
                        "" if word == "half" && !self.is_unit(at + 2) => {
                            // British: half two is 2:30.
                            let hour = self.number_at(at + 1).filter(|hour| (1..=12).contains(hour))?;
                            let (read, end) = self.finish(clock(hour, 30), at + 2);
                            return Some((read, end - at));
                        }
                        _ => return None,
                    };
                    self.beside(minutes, past, at + 2).map(|(clock, end)| (clock, end - at))
                }
                "oh" | "o" => {
                    let hour = self.number_at(at + 1).filter(|hour| *hour < 10)?;
                    self.military(hour, at + 2).map(|(clock, end)| (clock, end - at))
                }
                _ => None,
            },
            Token::Number { value, digits } => {
                let (value, digits) = (*value, *digits);
                if value == 12 && ["noon", "midday"].contains(&self.peek(at + 1)) {
                    return Some((Clock { sure: true, ..clock(12, 0) }, 2));
                }
                if value == 12 && self.peek(at + 1) == "midnight" {
                    return Some((Clock { half: Some(Half::Midnight), ..clock(12, 0) }, 2));
                }
                if value == 0 && digits == 0 {
                    let hour = self.number_at(at + 1).filter(|hour| *hour < 10)?;
                    return self.military(hour, at + 2).map(|(clock, end)| (clock, end - at));
                }
                // "Ten past four", "twenty-five minutes to six".
                let minutes = usize::from(["minute", "minutes", "mins", "min"].contains(&self.peek(at + 1)));
                let past = match self.peek(at + 1 + minutes) {
                    "past" | "after" => Some(true),
                    "to" | "till" | "til" | "of" | "before" => Some(false),
                    _ => None,
                };
                let led = at.checked_sub(1).is_some_and(|before| ABOUT.contains(&self.peek(before)));
                if let Some(past) = past
                    && (1..=29).contains(&value)
                    && (minutes == 1 || value % 5 == 0)
                {
                    let word = self.peek(at + 1 + minutes);
                    // "Ten to four" may be a stretch, "ten of us" are people.
                    let doubtful = (value == 10 && word == "to" || word == "of") && minutes == 0 && !led;
                    // "From ten to four" is a stretch.
                    let stretch =
                        at.checked_sub(1).is_some_and(|before| ["from", "between"].contains(&self.peek(before)));
                    if !doubtful
                        && !stretch
                        && let Some((clock, end)) = self.beside(value, past, at + 2 + minutes)
                    {
                        return Some((clock, end - at));
                    }
                }
                // "Fifteen hundred", "1500 hours".
                if self.peek(at + 1) == "hundred" {
                    let hours = ["hours", "hrs", "hour"].contains(&self.peek(at + 2));
                    let money = ["dollars", "bucks", "pounds", "euros"].contains(&self.peek(at + 2));
                    let fits = value < 24 && (hours || value >= 13 || value >= 10 && led);
                    return (fits && !money).then(|| (Clock { sure: true, ..clock(value, 0) }, 2 + usize::from(hours)));
                }
                // "9-30"
                if digits > 0
                    && (1..=12).contains(&value)
                    && matches!(self.tokens.get(at + 1), Some(Token::Dash))
                    && let Some(Token::Number { value: minute @ 25..=59, digits: 2 }) = self.tokens.get(at + 2)
                    && !matches!(self.tokens.get(at + 3), Some(Token::Dash | Token::Number { .. }))
                {
                    let (read, end) = self.finish(clock(value, *minute), at + 3);
                    return Some((read, end - at));
                }
                // "0930" is written so for a time only.
                if digits == 4
                    && value < 1000
                    && value % 100 < 60
                    && (self.tokens.len() == 1 || self.touched == Some(at) || self.day_follows(at + 1))
                {
                    return Some((Clock { sure: true, ..clock(value / 100, value % 100) }, 1));
                }
                if digits == 4 || digits == 3 {
                    let hours = ["hours", "hrs"].contains(&self.peek(at + 1));
                    let (hour, minute) = (value / 100, value % 100);
                    let half = self.half(at + 1);
                    let fits = hour < 24 && minute < 60 && (led || hours || half.is_some());
                    if !fits || (2000..2100).contains(&value) && !hours && half.is_none() {
                        return None;
                    }
                    let sure = hours || hour > 12 || hour == 0;
                    let (read, end) = self.finish(Clock { sure, ..clock(hour, minute) }, at + 1);
                    return Some((read, end.max(at + 1 + usize::from(hours)) - at));
                }
                // "Three thirty", "two oh five".
                if (1..=23).contains(&value)
                    && at.checked_sub(1).is_none_or(|before| self.number_at(before).is_none())
                    && let Some((minute, end)) = self.minutes(at + 1)
                {
                    let sure = value > 12;
                    let (read, end) = self.finish(Clock { sure, ..clock(value, minute) }, end);
                    return Some((read, end - at));
                }
                if value > 24 {
                    return None;
                }
                // "Three pm", "three o'clock", "three in the afternoon".
                let (read, end) = self.finish(Clock { sure: value > 12, ..clock(value, 0) }, at + 1);
                (end > at + 1 && (value > 0 || read.half.is_some())).then_some((read, end - at))
            }
            _ => None,
        }
    }

    /// A number alone, taken for an hour.
    fn bare(&self, at: usize) -> Option<(Clock, usize)> {
        let led = at.checked_sub(1).is_some_and(|before| ["at", "around", "about"].contains(&self.peek(before)));
        let hour = self.number_at(at)?;
        let fits = (1..=12).contains(&hour) || led && (13..24).contains(&hour);
        if !fits || self.is_unit(at + 1) {
            return None;
        }
        let (clock, end) = self.finish(Clock { hour, minute: 0, half: None, sure: hour > 12 }, at + 1);
        Some((clock, end - at))
    }

    /// Minutes that are said after an hour.
    fn minutes(&self, at: usize) -> Option<(u32, usize)> {
        if ["oh", "o"].contains(&self.peek(at)) {
            let minute = self.number_at(at + 1).filter(|minute| (1..10).contains(minute))?;
            return Some((minute, at + 2));
        }
        match self.tokens.get(at)? {
            Token::Number { value: value @ 10..=59, digits: 0 | 2 } => {
                let unit = self.is_unit(at + 1) || self.number_at(at + 1).is_some();
                (!unit).then_some((*value, at + 1))
            }
            _ => None,
        }
    }

    /// "Oh nine hundred", "oh eight thirty", "oh nine".
    fn military(&self, hour: u32, at: usize) -> Option<(Clock, usize)> {
        let clock = |minute| Clock { hour, minute, half: None, sure: true };
        let (clock, end) = if self.peek(at) == "hundred" {
            (clock(0), at + 1)
        } else {
            let (minute, end) = self.minutes(at)?;
            (clock(minute), end)
        };
        Some((clock, end + usize::from(["hours", "hrs", "hour"].contains(&self.peek(end)))))
    }

    /// So many minutes before or after an hour that comes next.
    fn beside(&self, minutes: u32, past: bool, at: usize) -> Option<(Clock, usize)> {
        let (clock, end) = match self.peek(at) {
            "noon" | "midday" => (Clock { hour: 12, minute: 0, half: None, sure: true }, at + 1),
            "midnight" => return None,
            _ => {
                let hour = self.number_at(at).filter(|hour| (1..=12).contains(hour))?;
                if self.is_unit(at + 1) || self.minutes(at + 1).is_some() {
                    return None;
                }
                self.finish(Clock { hour, minute: 0, half: None, sure: false }, at + 1)
            }
        };
        let hour = match (past, clock.hour, clock.sure) {
            (true, hour, _) => hour,
            (false, 1, false) => 12,
            (false, hour, _) => hour - 1,
        };
        // "A quarter to twelve pm" is before noon: the halves change at twelve.
        let half = match (past, clock.hour, clock.half) {
            (false, 12, Some(Half::Am | Half::Pm)) => Some(Half::Wrong),
            (_, _, half) => half,
        };
        let minute = if past { minutes } else { 60 - minutes };
        Some((Clock { hour, minute, half, sure: false }, end)).map(|(read, end)| {
            // Before noon is the morning, after noon is not.
            if clock.sure {
                (Clock { half: Some(if past { Half::Pm } else { Half::Am }), ..read }, end)
            } else {
                (read, end)
            }
        })
    }

    /// What says which half of the day an hour belongs to, and where that ends.
    fn finish(&self, clock: Clock, at: usize) -> (Clock, usize) {
        let mut end = at;
        let mut clock = clock;
        loop {
            if ["o'clock", "oclock", "sharp", "ish", "exactly", "hours", "hrs", "h"].contains(&self.peek(end)) {
                if ["hours", "hrs", "h"].contains(&self.peek(end)) && !clock.sure {
                    if matches!(self.tokens.get(at.wrapping_sub(1)), Some(Token::Time { .. })) || self.peek(end) == "h"
                    {
                        clock.sure = true;
                    } else {
                        break;
                    }
                }
                end += 1;
            } else if (self.peek(end) == "o" && self.peek(end + 1) == "clock")
                || (matches!(self.tokens.get(end), Some(Token::Dash)) && self.peek(end + 1) == "ish")
            {
                end += 2;
            } else {
                break;
            }
        }
        if clock.half.is_none()
            && let Some((half, used)) = self.half(end)
        {
            clock.half = Some(half);
            end += used;
        }
        while ["o'clock", "oclock", "sharp", "ish", "exactly"].contains(&self.peek(end)) {
            end += 1;
        }
        if matches!(self.tokens.get(end), Some(Token::Dash)) && self.peek(end + 1) == "ish" {
            end += 2;
        }
        (clock, end)
    }

    /// "Am", "p m", "in the morning", "at night".
    fn half(&self, at: usize) -> Option<(Half, usize)> {
        let second = self.peek(at + 1);
        match self.peek(at) {
            "am" | "a.m" => Some((Half::Am, 1)),
            "pm" | "p.m" => Some((Half::Pm, 1)),
            "a" if second == "m" => Some((Half::Am, 2)),
            "p" if second == "m" => Some((Half::Pm, 2)),
            "p" => Some((Half::Pm, 1)),
            "in" if second == "the" => part(self.peek(at + 2)).map(|part| (Half::In(part), 3)),
            "at" if second == "night" => Some((Half::In(Part::Night), 2)),
            _ => None,
        }
    }
}

/// Words that may stand before an hour that is all that is said.
const FILLERS: &[&str] = &[
    "uh", "um", "er", "erm", "hmm", "well", "so", "ok", "okay", "yeah", "yes", "yep", "sure", "say", "like", "maybe",
    "perhaps", "about", "around", "at", "let's", "i", "think", "guess", "would", "want", "it", "that", "be", "please",
    "how", "what", "can", "do", "we", "you", "oh", "ah", "mm", "probably", "make", "just", "no", "and", "then", "hi",
    "hello", "could", "the", "a", "an", "come", "book", "me", "in", "take", "i'd", "i'll", "prefer",
];

/// A length of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Length {
    Time(TimeDelta),
    Days(i64),
    Months(u32),
    /// "A few hours".
    Vague,
}

impl Length {
    fn half(self) -> Option<Self> {
        match self {
            Self::Time(time) => Some(Self::Time(time / 2)),
            Self::Days(14) => Some(Self::Days(7)),
            _ => Some(Self::Vague),
        }
    }

    fn plus(self, more: Self) -> Option<Self> {
        match (self, more) {
            (Self::Time(time), Self::Time(more)) => Some(Self::Time(time + more)),
            (Self::Days(days), Self::Days(more)) => Some(Self::Days(days + more)),
            (_, Self::Vague) | (Self::Vague, _) => Some(Self::Vague),
            _ => None,
        }
    }
}
