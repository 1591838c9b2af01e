//! What a call came to: reads `{"text"}` a line, a sentence of a summary or of what was said, and prints
//! `{"text","outcome"}`.
//!
//! ```text
//! cargo run --release --example outcome -- sentences.jsonl
//! echo '{"text":"She tried to book, but nothing was free."}' | cargo run --example outcome
//! ```

use std::io::{BufRead, BufReader, Read, Write};

use frontdesk::call::Outcome;
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
        let sentence: Value = serde_json::from_str(&line)?;
        let text = sentence.get("text").and_then(Value::as_str).ok_or_else(|| format!("no \"text\" in {line}"))?;
        writeln!(out, "{}", json!({"text": text, "outcome": Outcome::detect(text).verdict.as_str()}))?;
    }
    Ok(())
}
