//! What a text in English says an appointment came to.

use super::verdict::Verdict;

/// What a text says, with the sentence that says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reading<'t> {
    pub(super) verdict: Verdict,
    pub(super) sentence: Option<&'t str>,
}

/// Something that a clause says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Event {
    /// An appointment came to stand.
    Booked,
    /// One was moved.
    Moved,
    /// One was called off; whether it is the one in whose place another one came.
    Cancelled { former: bool },
    /// Something that was tried did not come about.
    Refused,
    /// Something was in the way.
    Hindered,
    /// A person is to call back.
    Callback,
    /// Only a condition, a wish or a question.
    Supposed,
    /// What was wished for before was done.
    Done,
}

/// Words that say what is booked. What they stand for differs from trade to trade.
const THINGS: &str = "appointment|appointments|appt|visit|visits|consultation|check-up|checkup|booking|bookings|slot|slots|reservation|session|sessions|table|cleaning|haircut|service|viewing|lesson|treatment|massage|inspection|estimate|vaccination|repair|exam|examination|meeting|follow-up|spot|opening|time|times|procedure|fitting|fillings|filling|call-out|callout|class|surgery|grooming|pedicure|manicure|colour|facial|physio|therapy|course|tour|quote|mot|date|place|room|one|something|anything";

const DAYS: &str = "monday|tuesday|wednesday|thursday|friday|saturday|sunday|mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun|today|tomorrow|tonight|morning|afternoon|evening|noon|week|month|january|february|march|april|june|july|august|september|october|november|december|am|pm|o'clock|later|earlier";

/// What is booked elsewhere.
const ELSEWHERE: &str = "flight|flights|hotel|taxi|cab|train|holiday|holidays|ticket|tickets|airbnb|uber";

/// Where booking is what was wished for, or may be.
const STEMS: [&str; 14] = [
    "book",
    "schedul",
    "reserv",
    "appointment",
    "cancel",
    "reschedul",
    "visit",
    "seen",
    "slot",
    "consult",
    "move",
    "session",
    "arrange",
    "come",
];

/// Pure: what a text says in the end.
pub(super) fn read(text: &str) -> Reading<'_> {
    let mut stands: Option<(Verdict, &str)> = None;
    let (mut callback, mut hindered, mut supposed) = (None, None, None);
    let mut wish = None;
    for sentence in sentences(text) {
        for (event, _) in events(sentence, &mut wish) {
            let before = stands.map(|(verdict, _)| verdict);
            let after = match (event, before) {
                (Event::Booked, Some(Verdict::Cancelled | Verdict::Rescheduled)) | (Event::Moved, _) => {
                    Some(Verdict::Rescheduled)
                }
                (Event::Booked, _) => Some(Verdict::Booked),
                (Event::Cancelled { former: true }, Some(Verdict::Booked | Verdict::Rescheduled)) => {
                    Some(Verdict::Rescheduled)
                }
                (Event::Cancelled { .. }, _) => Some(Verdict::Cancelled),
                // What was called off stays so, whatever does not come in its place.
                (Event::Refused, Some(Verdict::Cancelled)) => None,
                (Event::Refused, _) => Some(Verdict::NotBooked),
                _ => None,
            };
            if let Some(verdict) = after {
                stands = Some((verdict, sentence));
            }
            match event {
                Event::Callback => callback = Some((Verdict::CallbackRequested, sentence)),
                Event::Hindered => hindered = Some((Verdict::NotBooked, sentence)),
                Event::Supposed => supposed = Some((Verdict::Hypothetical, sentence)),
                _ => {}
            }
        }
    }
    let refused = stands.filter(|(verdict, _)| *verdict == Verdict::NotBooked);
    let settled = stands.filter(|(verdict, _)| *verdict != Verdict::NotBooked);
    let found = settled.or(callback).or(refused).or(hindered).or(supposed);
    found.map_or(Reading { verdict: Verdict::Unclear, sentence: None }, |(verdict, sentence)| Reading {
        verdict,
        sentence: Some(sentence),
    })
}

/// A text's sentences. The full stops of "p.m." and "Dr." end none.
fn sentences(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut from = 0;
    for (at, mark) in text.char_indices().filter(|(_, c)| ['.', '!', '?', '\n'].contains(c)) {
        let end = at + mark.len_utf8();
        let so_far = text.get(from..at).unwrap_or_default();
        let last = so_far.rsplit(|c: char| c.is_whitespace() || c == '.').next().unwrap_or_default();
        let more = text.get(end..).is_some_and(|rest| rest.starts_with(|c: char| c.is_alphanumeric()));
        let short = mark == '.'
            && (more || last.chars().count() == 1 || ["Dr", "Mr", "Mrs", "Ms", "St", "No", "approx"].contains(&last));
        if !short {
            out.push(text.get(from..end).unwrap_or_default().trim());
            from = end;
        }
    }
    out.push(text.get(from..).unwrap_or_default().trim());
    out.retain(|sentence| !sentence.is_empty());
    out
}

/// A sentence in clauses, each a list of words in lower case.
fn clauses(sentence: &str) -> Vec<Vec<String>> {
    const BREAKS: [&str; 16] = [
        "but", "however", "although", "though", "so", "because", "then", "and", "while", "yet", "after", "despite",
        "before", "since", "until", "which",
    ];
    let lower = sentence.to_lowercase().replace(['’', '‘'], "'").replace(['–', '—'], ";").replace(" - ", " ; ");
    let mut out = vec![Vec::new()];
    let mut word = String::new();
    let flush = |word: &mut String, out: &mut Vec<Vec<String>>| {
        let found = std::mem::take(word);
        let found = found.trim_matches(['\'', '-']);
        if found.is_empty() {
            return;
        }
        if BREAKS.contains(&found) {
            out.push(Vec::new());
        }
        if let Some(clause) = out.last_mut() {
            clause.push(found.to_owned());
        }
    };
    let mut rest = lower.chars().peekable();
    while let Some(c) = rest.next() {
        let inside = [':', '.'].contains(&c)
            && word.ends_with(|c: char| c.is_ascii_digit())
            && rest.peek().is_some_and(char::is_ascii_digit);
        if c.is_alphanumeric() || c == '\'' || c == '-' || inside {
            word.push(c);
            continue;
        }
        flush(&mut word, &mut out);
        if [',', ';', ':', '(', ')', '.', '!', '?'].contains(&c) {
            out.push(Vec::new());
        }
    }
    flush(&mut word, &mut out);
    out.retain(|clause| !clause.is_empty());
    out
}

/// Where a pattern begins and ends in a clause: words apart by spaces, `a|b` is either, `*` is up to six of any.
fn find(clause: &[String], pattern: &str) -> Option<(usize, usize)> {
    fn matches(words: &[String], pattern: &[&str]) -> Option<usize> {
        match pattern {
            [] => Some(0),
            ["*", rest @ ..] => {
                (0..=6.min(words.len())).find_map(|skip| Some(skip + matches(words.get(skip..)?, rest)?))
            }
            [first, rest @ ..] => {
                let word = words.first()?;
                let fits = first.split('|').any(|option| match option.strip_suffix('~') {
                    Some(stem) => word.starts_with(stem),
                    None => word == option,
                });
                if fits { Some(1 + matches(words.get(1..)?, rest)?) } else { None }
            }
        }
    }
    let pattern: Vec<&str> = pattern.split(' ').collect();
    (0..clause.len()).find_map(|at| matches(clause.get(at..)?, &pattern).map(|used| (at, at + used)))
}

fn has(clause: &[String], pattern: &str) -> bool {
    find(clause, pattern).is_some()
}

fn any(clause: &[String], patterns: &[&str]) -> bool {
    patterns.iter().any(|pattern| has(clause, pattern))
}

fn is_negative(word: &str) -> bool {
    word.ends_with("n't")
        || [
            "not", "no", "never", "without", "none", "nothing", "nobody", "neither", "nor", "cannot", "unable", "dont",
            "didnt", "cant", "wasnt", "couldnt", "isnt",
        ]
        .contains(&word)
}

/// What is in the way of booking.
const HINDRANCES: &[&str] = &[
    "fully|completely|all booked",
    "booked solid|out|up",
    "double-booked|overbooked",
    "no|zero * availability|openings|opening|slots|slot|appointments|times|time|space|spaces|vacancies",
    "nothing|none * free|available|left|suitable|suited|worked|open",
    "none of|fit",
    "nothing for|until|suited|worked|before",
    "not|wasn't|isn't|weren't|aren't available|possible|free|accepting|taking|interested|ready",
    "don't|didn't|doesn't|didnt|not * have anything|any|space|room|availability",
    "don't|didn't * do|offer|cover",
    "unavailable|declined|refused|rejected|undecided|hesitated|hesitant",
    "hung|hang up",
    "gave up",
    "no longer interested",
    "call|line|connection * dropped|disconnected|ended|cut",
    "got cut|disconnected off",
    "disconnected",
    "think about|over it|that|things",
    "think it|things over",
    "sleep on it",
    "lemme|let think",
    "already been|gone|taken|reserved",
    "already * taken|reserved|gone|filled",
    "technical|system problem|error|issue|fault|failure|outage",
    "is|was|were|went|are down",
    "could|can|couldn't|can't|cannot not|be reached|connect",
    "failed|failure",
    "an error",
    "did|does|didn't not|go|work through|out",
    "didn't|not go|work|suit|fit through|out|her|him|them|me",
    "decided|deciding against|not",
    "changed|change * mind",
    "too expensive|dear|late|far|long|early|soon",
    "left before",
    "ended before|without",
    "before * could|confirming|confirmed|agreed|finishing",
    "check|talk|speak|discuss|ask with|to her|his|their|my husband|wife|partner|boss|calendar|schedule|diary|mum|mother|family|insurance",
    "get back to you|us",
    "call|ring|phone again|later",
    "i'll|she'd|he'd|she'll|he'll|will|would|they'd|they'll|gonna|'ll call|ring|phone|try back|again|another|somewhere|elsewhere",
    "try|look|looking|went|go somewhere|elsewhere",
    "waiting|wait list",
    "waitlist|waiting-list",
    "unsuccessful|unsuccessfully",
    "nothing was|is|got",
    "without",
    "leave it",
    "no * date|time|slot|day * found|agreed|suited|suitable|fitted",
    "unable to",
    "turned|turns|turn * down|away",
    "did|does|do|didn't|doesn't|don't|not want|wish|agree|like|take",
    "not want|wish|agree|like|take|accept|commit",
    "at no point",
    "on leave|vacation",
    "no time",
];

/// What asks a person to call back.
const CALLBACKS: &[&str] = &[
    "callback|callbacks|call-back",
    "a|the|return|quick call back",
    "call|ring|phone|calling|ringing|phoning|called|rung|phoned|text|message|contact|email|buzz|calls|rings|phones me|him|her|us|them|you|mr|mrs|ms|dr|back",
    "call|ring|phone|text|calling|called * back",
    "call|ring|phone|contact|calling|phoning|ringing the|this|my|his patient|caller|customer|client|mother|mum|wife|husband|son|daughter|owner",
    "return * call",
    "give|gives|gave|giving me|him|her|us|them|you|mr|mrs|ms|the * call|ring|bell|shout|buzz",
    "be|get|been|gets|getting in touch",
    "get|gets|getting back to him|her|them|me|the|us|mr|mrs|ms",
    "message|messages * taken|left|passed|relayed|forwarded|on",
    "took|take|taken|left|leave|leaving|pass|passed|passing|relayed|relay|forward|forwarded * message|note|details",
    "message for|to",
    "will get back to you|him|her|them",
    "reach out to",
    "hear back|from someone|somebody",
    "hear back",
    "call|phone|ring|contact when|once|as",
    "have|get|ask|let|asked|wants|want|tell|requested someone|somebody|him|her|the|them|dr|a * call|ring|phone|contact|text|reach",
    "to be called|contacted|phoned|rung",
    "speak|talk|speaking to|with a * person|human|manager|nurse|doctor|someone|somebody|supervisor|owner",
];

/// Conditions, wishes, questions about what may be.
const SUPPOSITIONS: &[&str] = &[
    "if|suppose|supposing|wish|wishes|wished|hypothetically|whether|wonder|wondered|wonders|wondering|imagine|unless",
    "in case",
    "what|how|when|whether * happens|happen|would|works|far|long|much|much|can|could|one|does|do",
    "would|could|might|should|'d have",
    "would've|could've|should've|might've",
    "i'd|he'd|she'd|they'd|we'd have",
    "might|maybe|perhaps|possibly|someday|sometime|eventually",
    "some|one|another day",
    "some time|point",
    "were|was i|he|she|they|we to",
    "may want|need|wish|like|book|have|decide|consider|come|move|schedule|cancel",
    "thinking|considering|considers|considered|thinks of|about|booking|scheduling|an",
    "considering|contemplating",
    "had i|he|she|they|we",
    "that had the|an|a|my|his|her",
    "could|would have been",
    "inquired|enquired|asks|asked|asking|curious|wanted|wants|interested|question * how|what|about|whether|if|to know",
    "would|it'd be lovely|nice|great|possible|good",
    "would|could|can i|one|you|we|he|she|they",
    "would need|have|want|cost|like|love|book",
    "as long as",
    "next year|spring|summer|autumn|winter|time",
];

/// Pure: what a sentence says, clause by clause.
fn events(sentence: &str, wish: &mut Option<Event>) -> Vec<(Event, usize)> {
    let clauses = clauses(sentence);
    let mut out = Vec::new();
    let mut whole: Vec<String> = clauses.concat();
    whole.retain(|word| !word.is_empty());
    let bookish = whole.iter().enumerate().any(|(at, word)| {
        let noun = word == "book" && before(&whole, at, &["the", "a", "owner's", "phone", "address", "my", "your"], 1);
        let other = word.starts_with("book")
            && !["book", "booked", "booking", "bookings", "booked-in"].contains(&word.as_str());
        !noun && !other && STEMS.iter().any(|stem| word.starts_with(stem))
    });
    let mut condition = false;
    let asked = sentence.trim_end_matches(['"', '”', '\'', ' ']).ends_with('?');
    let count = clauses.len();
    for (place, clause) in clauses.iter().enumerate() {
        let mut found = Vec::new();
        let supposed = any(clause, SUPPOSITIONS);
        let asks = asked
            && (place + 1 == count || supposed)
            && has(
                clause,
                "is|are|can|could|would|do|does|did|was|were|will|may|shall|what|how|when|where|who|which|anything|have|so|and|then|ok|okay",
            );
        let opens = clause.first().is_some_and(|first| {
            ["if", "suppose", "supposing", "unless", "were", "had", "when"].contains(&first.as_str())
        });
        // "If …, I would …": the condition holds for what follows in the sentence.
        condition |= opens && supposed || has(clause, "wish|suppose|supposing");
        let callback = any(clause, CALLBACKS)
            && !has(clause, "no message|messages|callback")
            && !has(clause, "will|'ll|i'll|she'll|he'll|can|would|they'll call|ring|phone back|again")
            && !has(clause, "left|leave|leaves the|a|his|her|my|their keys|car|deposit");
        let modal = condition || supposed;
        let old = any(
            clause,
            &[
                "last week|month|year|time|monday|tuesday|wednesday|thursday|friday|saturday|sunday|spring|summer|autumn|winter|night|visit",
                "weeks|days|months|years ago",
            ],
        ) && !any(clause, &["today|now|new|instead"])
            || any(
                clause,
                &[
                    "yesterday|yesterday's|previously|ago",
                    "had|he'd|she'd|they'd|i'd * already booked|scheduled|arranged|reserved|made|cancelled|canceled|rescheduled|moved|been",
                    "had booked|scheduled|arranged|reserved|made|cancelled|canceled|rescheduled|moved|been|confirmed",
                    "have|has|had|having|got an|a|his|her|two|one|their * booked|scheduled|reserved|tomorrow|today|next|on|at|coming|already",
                    "remind|reminded|reminder|remember|double-check|double-checked|reconfirmed",
                ],
            ) && !any(
                clause,
                &["has|have been|now", "booked in|for her|him|for", "moved|rescheduled|changed|shifted|switched"],
            );
        let asked_of =
            has(&whole, "existing|upcoming") && has(&whole, "asked|asks|asking|about|question|inquired|enquired");
        let standing = has(clause, "existing|upcoming|earlier") || asked_of;
        for event in booked(clause, &whole).into_iter().chain(moved(clause, &whole)).chain(cancelled(clause)) {
            let (kind, at) = event;
            let negated =
                clause.get(..at.min(clause.len())).is_some_and(|before| before.iter().any(|word| is_negative(word)))
                    && !any(clause, &["no problem|worries", "not|n't only", "couldn't|can't|cannot wait", "no longer"]);
            if asks {
                continue;
            }
            match kind {
                _ if modal && is_supposed_event(clause, at, condition) => found.push((Event::Supposed, at)),
                _ if old && !negated => {}
                Event::Booked if standing && !negated => {}
                // What was to be moved stands at another time now.
                Event::Booked if *wish == Some(Event::Moved) && !negated => found.push((Event::Moved, at)),
                Event::Cancelled { .. } if negated => {}
                Event::Booked | Event::Moved if negated => found.push((Event::Refused, at)),
                kind => found.push((kind, at)),
            }
        }
        if callback && !asks_nothing(clause) {
            // What is arranged is the call.
            found.retain(|(event, _)| {
                !matches!(event, Event::Booked) || has(clause, "booked|scheduled|confirmed in|for")
            });
            found.push((Event::Callback, 0));
        }
        let settled = found.iter().any(|(event, _)| !matches!(event, Event::Callback | Event::Supposed));
        let selling =
            has(&whole, "sales|advertising|marketing|vendor|warranty|salesman|salesperson|telemarketer|software");
        let hindered =
            !selling && any(clause, HINDRANCES) || has(clause, "closed|outside") && (bookish || has(&whole, DAYS));
        let wondered = supposed && bookish && !is_hindered(clause);
        let told = settled || callback || condition || wondered;
        if hindered && !told {
            found.push((Event::Hindered, 0));
        }
        if refuses(clause) && !modal {
            found.push((Event::Refused, 0));
        }
        if modal && bookish && !settled {
            found.push((Event::Supposed, 0));
        }
        if any(
            clause,
            &[
                "which|that|this|it was|is|has done|been",
                "did so",
                "which we|i|they|she|he did",
                "all done",
                "done that|so",
                "done|sorted for you",
                "that's|it's|thats done|sorted",
            ],
        ) && !clause.iter().any(|word| is_negative(word))
        {
            found.push((Event::Done, 0));
        }
        for (event, at) in &mut found {
            if *event == Event::Done {
                match *wish {
                    Some(kind) => *event = kind,
                    None => *at = usize::MAX,
                }
            }
        }
        found.retain(|(event, _)| *event != Event::Done);
        if let Some(kind) = wished(clause) {
            *wish = Some(kind);
        }
        out.extend(found);
    }
    out
}

/// Whether an event stands in a clause as something that may be.
fn is_supposed_event(clause: &[String], at: usize, condition: bool) -> bool {
    if condition {
        return true;
    }
    let before = clause.get(..at).unwrap_or_default();
    any(
        before,
        &[
            "if|whether|suppose|wish|wishes|wished|wonder|wondered|wondering|unless|might|maybe|perhaps|would|could|should|may|inquired|enquired|would've",
            "in case",
            "what|how|when",
            "that had the|an|a|my|his|her",
            "some|one day",
        ],
    )
}

/// A clause that only says hello.
fn asks_nothing(clause: &[String]) -> bool {
    any(clause, &["how can|may i", "thank|thanks * calling", "thanks|thank for"])
}

fn is_hindered(clause: &[String]) -> bool {
    any(clause, &["no|none|nothing", "fully|completely booked", "think about|over"])
}

/// What says by itself that nothing came of it.
fn refuses(clause: &[String]) -> bool {
    any(
        clause,
        &[
            "without|before booking|scheduling|making|confirming|reserving|choosing",
            "decided|decides against",
            "dont|don't|not put|book me|her|him|us|anything",
            "nothing * booked|reserved|scheduled|arranged|confirmed",
            "no|without|neither appointment|appointments|booking|visit|reservation|slot|time * made|set|booked|scheduled|confirmed|arranged|created|agreed|placed|resulted",
            "no appointment|booking|reservation",
            "rather|would not|rather not",
            "didn't|not|never|wasn't|couldn't|wouldn't * book|schedule|reserve|reschedule|arrange|commit",
            "didn't|not|never|couldn't get|find|have|make an|a|any appointment|slot|booking|time",
            "not|couldn't|can't|cannot|wasn't|weren't be booked|scheduled|reserved|rescheduled|moved|confirmed|arranged|found",
            "not able * book|schedule|reserve|find|move|reschedule",
            "unable|failed|fails|inability to book|schedule|reserve|reschedule|find|make|arrange|complete|secure|move|place|confirm|fit",
            "booking|appointment|reservation|rescheduling failed|fails|fell",
            "old|original|existing|current time|slot|appointment|booking * kept|stays|stands|remains|stay|remain|keep",
            "kept|keep|keeps|keeping|stay|sticking * old|original|existing|current",
            "can't|cannot|couldn't|unable|not make|offer|give|fit|squeeze|get|book|see|take you|her|him|them|me|an|any|the|that|anyone",
        ],
    ) && !any(clause, &["no longer", "not|n't only"])
}

/// What was wished for, to be known when "it was done".
fn wished(clause: &[String]) -> Option<Event> {
    let open = |verbs: &str| {
        any(
            clause,
            &[
                &format!("to {verbs}"),
                &format!("to just|please {verbs}"),
                &format!("can|could|please|you|me {verbs}"),
                &format!("request|requested|asked|wants|wanted * {verbs}"),
                &format!("just {verbs}"),
            ],
        )
    };
    if open("cancel|drop|cancelling|cancellation") {
        Some(Event::Cancelled { former: false })
    } else if open("reschedule|move|change|switch|shift|postpone|swap|delay")
        || has(clause, "the|a reschedule|rescheduling")
    {
        Some(Event::Moved)
    } else if open("book|schedule|reserve|make|arrange|have|booked") {
        Some(Event::Booked)
    } else {
        None
    }
}

/// Where a clause says that an appointment came to stand.
fn booked(clause: &[String], whole: &[String]) -> Option<(Event, usize)> {
    const PLAIN: &[&str] = &[
        "booked|scheduled|reserved|booked-in|pencilled|penciled|slotted|squeezed|secured|arranged|organised|organized|booking|enrolled",
        "set|sets up|you|her|him",
        "locked in|you|that|it",
        "put|putting you|her|him|them|me|that|us|it|this * in|down",
        "got|have you|her|him|them|that|it|us * down",
        "fit|fitted|squeeze|squeezed|slot|slotted|get you|her|him|them * in|seen",
        "all|you're|youre|you set|sorted|booked|confirmed",
        "all set for|with|on",
        "good to go",
        "see|seeing|seeya you|u|ya|her|him|them|mr|mrs",
        "see|seeing you|u|ya * then|soon",
        "took|takes|accepted|accepts|chose|chooses|picked|grabbed|selected|opted|agreed|agrees|settled|settles|went|choose * slot|appointment|time|opening|spot|offer|monday|tuesday|wednesday|thursday|friday|saturday|sunday|tomorrow|on|for|to",
        "ended|wound up booking|scheduling|making|taking|reserving|with",
        "i'll|we'll|she'll|he'll take|have that|it|this|the",
        "accepted|accepts|took|takes it|that|this|one",
        "fitting|squeezing me|us|her|him in",
        "had|had|let the|him|her|our assistant|receptionist|agent * book|schedule|reserve",
        "will be there|arrive|come",
        "dispatched",
        "you're|youre|your|is|are|now|i'm|im|he's|she's now|down|on|in|confirmed on|in|for|at|the",
        "expect|expecting you|him|her|us",
        "that's|thats you",
        "it is",
        "went|gone|goes through",
        "on|in the|our|my list|diary|calendar|schedule|books",
        "confirmed|confirming for|on|at|with|in",
    ];
    let time = is_timely(whole);
    let thing = has(clause, THINGS) || has(whole, THINGS);
    if has(clause, ELSEWHERE) || has(clause, "cancellation") {
        return None;
    }
    for (place, pattern) in PLAIN.iter().enumerate() {
        let Some((at, end)) = find(clause, pattern) else { continue };
        let word = clause.get(at).map_or("", String::as_str);
        let previous = at.checked_sub(1).and_then(|at| clause.get(at)).map_or("", String::as_str);
        let next = clause.get(at + 1).map_or("", String::as_str);
        match place {
            0 => {
                if word == "booking" {
                    continue;
                }
                let wished = before(
                    clause,
                    at,
                    &[
                        "to", "want", "wants", "wanted", "would", "could", "can", "might", "may", "should", "will",
                        "like", "trying", "tried", "hoped", "hoping", "get", "getting", "needs", "need",
                    ],
                    3,
                ) && !before(
                    clause,
                    at,
                    &["got", "has", "been", "have", "'ve", "i've", "we've", "was", "is", "able"],
                    1,
                );
                let full = ["fully", "completely", "double", "over", "already", "all"].contains(&previous)
                    || ["solid", "up", "out"].contains(&next)
                    || has(clause, "by someone|somebody|another");
                let all_booked = previous == "all" && ["in", "for"].contains(&next);
                // "Her scheduled visit" is not what came of it.
                let adjective = ["the", "her", "his", "my", "their", "your", "a", "an", "already"].contains(&previous)
                    && has(&[next.to_owned()], THINGS);
                if wished || full && !all_booked || adjective {
                    continue;
                }
            }
            4 if !time || word == "have" && !has(clause, "down for|on|at|as|tomorrow|today") => continue,
            1..=3 | 5..=7 if !time && !thing && !has(clause, "then|diary") => continue,
            9 | 10
                if !(time || has(clause, "then|soon"))
                    || ["can", "could", "to", "would", "not", "didn't", "couldn't"].contains(&previous) =>
            {
                continue;
            }
            15 if !(thing || time) || before(clause, at, &["to", "would", "could", "might", "if"], 2) => continue,
            17 if !time
                || !has(
                    whole,
                    "technician|plumber|engineer|electrician|driver|team|mechanic|locksmith|he|she|they",
                ) =>
            {
                continue;
            }
            18 if !time => continue,
            19 if !time || !has(clause, "down|booked|confirmed|now") => continue,
            20 if !time => continue,
            21 if !has(clause, "that's|thats you * in|booked|sorted|down|confirmed|slotted") => continue,
            22 if end != clause.len() || !time || at == 0 => continue,
            23 if has(clause, "through * menu|options") => continue,
            24 if !time && !has(clause, "you're|you|i've|put") => continue,
            25 if previous == "he"
                || previous == "she"
                || previous == "caller"
                || previous == "customer"
                || previous == "patient"
                || previous == "to" =>
            {
                continue;
            }
            _ => {}
        }
        let open = before(
            clause,
            at,
            &[
                "to", "would", "could", "might", "should", "if", "cannot", "can't", "couldn't", "tried", "wants",
                "wanted",
            ],
            3,
        ) && place != 0
            && place != 8
            && !has(clause, "able|managed|agreed|happy to");
        if open {
            continue;
        }
        return Some((Event::Booked, at));
    }
    // "The appointment is confirmed", "a booking was made".
    for pattern in [
        "appointment|appointments|appt|visit|consultation|check-up|checkup|booking|reservation|session|slot|table|it|follow-up|viewing|cleaning|that|time|treatment|she's|he's * confirmed|completed|placed|created|made|successful|secured|agreed|set",
        "made|makes|created|placed|completed|confirmed|agreed|fixed * appointment|booking|reservation|appt|visit",
        "got|given|gets an|a|the|her|his appointment|slot|booking",
        "able|managed to book|schedule|reserve|squeeze|fit|get|arrange|secure",
        "confirmed",
    ] {
        if let Some((at, _)) = find(clause, pattern) {
            let verb = clause
                .iter()
                .position(|word| {
                    [
                        "confirmed",
                        "completed",
                        "placed",
                        "created",
                        "made",
                        "successful",
                        "secured",
                        "agreed",
                        "set",
                        "makes",
                        "book",
                        "schedule",
                        "got",
                        "given",
                        "fixed",
                    ]
                    .contains(&word.as_str())
                })
                .unwrap_or(at);
            let passive = pattern != "confirmed"
                || at == 0 && clause.len() < 4
                || before(clause, at, &["is", "been", "was", "now", "it's", "that's", "you're"], 2);
            let wished = before(
                clause,
                verb,
                &["to", "would", "could", "might", "may", "if", "should", "can", "wants", "wanted", "be"],
                3,
            ) && !has(clause, "able|managed to")
                && !has(clause, "will be confirmed");
            let about = any(
                clause,
                &[
                    "confirmed that|the|his|her|address|details|receipt",
                    "asked|asks|about|regarding|wondered",
                    "confirmed by text|email later",
                    "could|can be",
                    "until|after|needs",
                    "before * confirmed|agreed|made",
                ],
            ) && !has(clause, "went|now|and");
            let own = pattern != "confirmed" || passive;
            if own && !wished && !about {
                return Some((Event::Booked, verb.max(at)));
            }
        }
    }
    None
}

/// Where a clause says that an appointment was moved.
fn moved(clause: &[String], whole: &[String]) -> Option<(Event, usize)> {
    const PLAIN: &[&str] = &[
        "rescheduled|postponed|rebooked|re-booked|rearranged|re-scheduled|re-arranged",
        "moved|changed|switched|switching|shifted|swapped|bumped|moving|transferred|deferred|swopped",
        "pushed|put|brought|bring|pulled|bumped * back|forward|forwards|off|out|up",
        "pushed|put to|until|on",
    ];
    if has(clause, ELSEWHERE) {
        return None;
    }
    let about = has(whole, THINGS) || is_timely(whole);
    for (place, pattern) in PLAIN.iter().enumerate() {
        let Some((at, end)) = find(clause, pattern) else { continue };
        let word = clause.get(at).map_or("", String::as_str);
        let about = about || has(clause, "for you|her|him|them");
        if place > 0 && !about {
            continue;
        }
        if place == 1 {
            let elsewhere = any(
                clause,
                &[
                    "moved|moving|changed to|into another|a|the|its|their|new * city|town|house|address|flat|state|country|apartment|place|insurance|number|building|office|premises|location|practice",
                    "moved|moving house|away|here|in",
                    "changed|changing|switched|switching * mind|number|address|name|insurance|phone|email|subject|insurer|hands|oil|tyres|tires|tyre",
                ],
            );
            if elsewhere || ["switching", "moving"].contains(&word) && !has(whole, "thanks|thank") {
                continue;
            }
        }
        if place >= 2
            && !any(clause, &["appointment|visit|booking|session|reservation|it|her|his|slot|you|them|that|time"])
            && end < clause.len()
            && !is_timely(clause)
        {
            continue;
        }
        if place == 2 && word == "put" && !has(clause, "put * back|off") {
            continue;
        }
        let wished = before(
            clause,
            at,
            &[
                "to", "would", "could", "might", "may", "if", "should", "can", "wants", "wanted", "want", "like",
                "have", "be",
            ],
            3,
        ) && !before(clause, at, &["been", "was", "is", "have", "i've", "we've", "has", "and"], 1);
        let next = clause.get(at + 1).map_or("", String::as_str);
        let previous = at.checked_sub(1).and_then(|at| clause.get(at)).map_or("", String::as_str);
        let adjective = ["the", "her", "his", "a"].contains(&previous) && has(&[next.to_owned()], THINGS);
        if wished || adjective {
            continue;
        }
        return Some((Event::Moved, at));
    }
    const NEW: &[&str] = &[
        "new time|date|slot|day|appointment is|on|at|of|now|agreed|confirmed",
        "new time|date|slot|day",
        "able|managed to move|reschedule|shift|change|push|bring|switch|swap",
        "agreed|agreeing|settled on|to moving|move|shift|shifting|rescheduling|reschedule|push|pushing",
        "replacing|replaces",
        "originally|previously set|scheduled|booked|planned",
        "instead of",
        "now stands|on|at|in|coming|falls|takes",
    ];
    for (place, pattern) in NEW.iter().enumerate() {
        let Some((at, end)) = find(clause, pattern) else { continue };
        let negated = any(clause, &["no|not|without|any|a new"])
            || before(clause, at, &["no", "not", "wanted", "wants", "want", "another", "couldn't", "any"], 3);
        let told = end < clause.len() && is_timely(clause.get(end..).unwrap_or_default());
        let fits = match place {
            1 => {
                has(whole, "updated|changed|moved|old|instead|delay|reschedule|replacing|different") && is_timely(whole)
            }
            0 | 4 => is_timely(whole),
            2 | 3 => true,
            5 => has(whole, "now|moved|new") && is_timely(whole),
            6 => told && has(whole, "now|you're|updated|changed|moved|new"),
            _ => {
                told && any(
                    whole,
                    &[
                        "originally|instead|move|shift|reschedule|delay|change|postpone|moved|changed",
                        "was|had been|scheduled|booked for",
                    ],
                )
            }
        };
        if fits && !negated {
            return Some((Event::Moved, at));
        }
    }
    // "I've put you on Friday instead", "the new time is".
    if let Some((at, _)) = find(clause, "instead")
        && any(clause, &["now|you're|have|put|is * instead"])
        && has(whole, "moved|changed|rescheduled")
    {
        return Some((Event::Moved, at));
    }
    None
}

/// Where a clause says that an appointment was called off.
fn cancelled(clause: &[String]) -> Option<(Event, usize)> {
    const PLAIN: &[&str] = &[
        "cancelled|canceled|cancels|scrapped",
        "called|calling off",
        "removed|deleted|taken|took|struck * from|off|out * calendar|schedule|diary|books|list|system",
        "cancellation * confirmed|processed|completed|done|recorded|accepted",
        "withdrew|withdrawn|dropped * appointment|booking|reservation",
        "thanks|thank * cancelling|canceling",
        "appointment|booking|reservation|visit|session|consultation * removed|deleted|dropped|withdrawn|scrapped",
        "was|were|been withdrawn|scrapped",
        "taken|took|take * appointment|visit|booking|slot|that|it out|off",
        "off|from the|our schedule|calendar|list|books|diary",
    ];
    for pattern in PLAIN {
        let Some((at, _)) = find(clause, pattern) else { continue };
        // A stranger's cancellation makes room.
        if any(
            clause,
            &[
                "another|someone|somebody|other|else * cancelled|canceled|cancels|dropped",
                "cancelled|canceled * flight|train|order|subscription|card",
            ],
        ) {
            continue;
        }
        let word = clause.get(at).map_or("", String::as_str);
        let next = clause.get(at + 1).map_or("", String::as_str);
        let previous = at.checked_sub(1).and_then(|at| clause.get(at)).map_or("", String::as_str);
        let wished = before(
            clause,
            at,
            &[
                "to", "would", "could", "might", "may", "if", "should", "can", "wants", "wanted", "want", "when",
                "gets", "be",
            ],
            3,
        ) && !before(clause, at, &["been", "was", "has", "it", "have"], 1);
        let adjective =
            ["the", "a", "her", "his"].contains(&previous) && word != "cancels" && has(&[next.to_owned()], THINGS);
        if wished || adjective {
            continue;
        }
        let former = has(clause, "old|original|previous|former|first|existing|earlier");
        return Some((Event::Cancelled { former }, at));
    }
    None
}

/// Whether one of the words stands among the few before a place.
fn before(clause: &[String], at: usize, words: &[&str], reach: usize) -> bool {
    let from = at.saturating_sub(reach);
    clause.get(from..at).unwrap_or_default().iter().any(|word| words.contains(&word.as_str()))
}

/// Whether a day or a time is told.
fn is_timely(words: &[String]) -> bool {
    has(words, DAYS)
        || words.iter().any(|word| word.starts_with(|c: char| c.is_ascii_digit()))
        || any(words, &["at|for|past|to|half|quarter one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"])
}
