//! Times as people say them: reads `{"text","reference","tz"}` a line, prints `{"text","result"}`, where the result is
//! an RFC 3339 time in that zone, or null where the caller is to be asked back.
//!
//! ```text
//! cargo run --release --example spoken -- phrases.jsonl
//! echo '{"text":"tomorrow at two","reference":"2026-03-10T09:30:00-04:00","tz":"America/New_York"}' | cargo run --example spoken
//! ```

use std::io::{BufRead, BufReader, Read, Write};

use chrono::{DateTime, Utc};
use frontdesk::schedule::SpokenTime;
use serde_json::{Value, json};

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let input: Box<dyn Read> = match std::env::args().nth(1) {
        Some(path) if path != "-" => Box::new(std::fs::File::open(path)?),
        _ => Box::new(std::io::stdin()),
    };
    let mut out = std::io::stdout().lock();
    for line in BufReader::new(input).lines() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let phrase: Value = serde_json::from_str(&line)?;
        let text =
            |name: &str| phrase.get(name).and_then(Value::as_str).ok_or_else(|| format!("no {name:?} in {line}"));
        let zone: chrono_tz::Tz = text("tz")?.parse()?;
        let now: DateTime<Utc> = DateTime::parse_from_rfc3339(text("reference")?)?.with_timezone(&Utc);
        let said = text("text")?;
        let result = SpokenTime::understand(said, now, zone, None).exact();
        let result = result.map(|at| at.with_timezone(&zone).to_rfc3339());
        writeln!(out, "{}", json!({"text": said, "result": result}))?;
    }
    Ok(())
}
