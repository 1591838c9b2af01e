//! The client against the vendor's own specifications: every operation in scope, with every parameter, property and
//! enumeration value, over the wire, against a strict server made from those specifications.
//!
//! `operations.txt` is what is in scope; `exceptions.txt` what of the same resources is not, and why.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "tests")]

mod server;
mod specification;
mod walk;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::PathBuf;

use serde_json::Value;

use crate::Error;
use server::SpecServer;
use specification::{SPECIFICATIONS, Specification};
use walk::Walk;

/// Says something even when the test passes.
fn say(text: std::fmt::Arguments<'_>) {
    // The test harness captures what is printed, not what is written.
    let _ = writeln!(std::io::stderr(), "{text}");
}

fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("FRONTDESK_SPECS").map(PathBuf::from);
    if folder.is_none() {
        say(format_args!("skipped: FRONTDESK_SPECS is not set, so there is no specification to test against"));
    }
    folder
}

/// An operation: the specification and its id.
type Operation = (String, String);

fn operation(text: &str) -> Operation {
    let (specification, id) = text.split_once(' ').unwrap_or_else(|| panic!("{text}"));
    (specification.to_owned(), id.to_owned())
}

fn in_scope() -> BTreeSet<Operation> {
    include_str!("conformance/operations.txt").lines().map(operation).collect()
}

fn excepted() -> BTreeSet<Operation> {
    include_str!("conformance/exceptions.txt")
        .lines()
        .map(|line| {
            let (text, reason) = line.split_once(": ").unwrap_or_else(|| panic!("{line}: an exception has a reason"));
            assert!(!reason.is_empty());
            operation(text)
        })
        .collect()
}

/// Of a page only its items are a type of ours.
fn without_envelope(properties: &BTreeMap<String, Vec<String>>, key: Option<&str>) -> BTreeMap<String, Vec<String>> {
    let Some(key) = key else { return properties.clone() };
    let inside = format!("{key}.");
    properties
        .iter()
        .filter_map(|(name, values)| Some((name.strip_prefix(&inside)?.to_owned(), values.clone())))
        .collect()
}

/// The names of what was sent: query, form, JSON by path, and headers that the specification names.
fn sent(call: &Value) -> BTreeSet<String> {
    fn flatten(value: &Value, prefix: &str, into: &mut BTreeSet<String>) {
        match value {
            Value::Object(object) => {
                for (name, value) in object {
                    let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
                    flatten(value, &path, into);
                    into.insert(path);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| flatten(item, prefix, into)),
            _ => {}
        }
    }

    let mut names: BTreeSet<String> = call["query"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|pair| pair[0].as_str().map(ToOwned::to_owned))
        .collect();
    names.extend(call["headers"].as_object().into_iter().flatten().map(|(name, _)| name.to_ascii_lowercase()));
    let body = call["body"].as_str().unwrap_or_default();
    match serde_json::from_str::<Value>(body) {
        Ok(json) => flatten(&json, "", &mut names),
        Err(_) => names.extend(url::form_urlencoded::parse(body.as_bytes()).map(|(name, _)| name.into_owned())),
    }
    names
}

/// An error with what is behind it.
fn why(error: &Error) -> String {
    let source = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    format!("{error}: {source}")
}

fn specification_of(call: &Value) -> String {
    call["spec"].as_str().unwrap_or_default().trim_start_matches("Twilio - ").split(' ').next().unwrap().to_owned()
}

#[tokio::test]
async fn conformance_every_operation_parameter_property_and_value_is_covered() {
    let Some(server) = SpecServer::start() else { return };
    let folder = folder().unwrap();
    server.begin(r#"{"mode":"full"}"#).await;
    let covered = Walk::drive(&server.client()).await;
    assert_eq!(server.violations().await, BTreeSet::new());
    let log = server.control(http::Method::GET, "log", "").await;
    let mut parameters: BTreeMap<Operation, BTreeSet<String>> = BTreeMap::new();
    for call in log.as_array().unwrap() {
        let operation = (specification_of(call), call["op"].as_str().unwrap_or_default().to_owned());
        parameters.entry(operation).or_default().extend(sent(call));
    }
    let (scope, excepted) = (in_scope(), excepted());
    let mut gaps = Vec::new();
    for (name, file) in SPECIFICATIONS {
        let document = serde_json::from_str(&std::fs::read_to_string(folder.join(file)).unwrap()).unwrap();
        let operations = Specification { document }.operations();
        let (mut done, mut all) = (0, 0);
        let mut check = |fine: bool, gap: String| {
            all += 1;
            if fine { done += 1 } else { gaps.push(gap) }
        };
        let roots: BTreeSet<String> = scope
            .iter()
            .filter(|(specification, _)| specification == name)
            .map(|(_, id)| root(&operations.get(id).unwrap_or_else(|| panic!("{name} {id} is no operation")).path))
            .collect();
        for (id, wanted) in &operations {
            let operation = (name.to_owned(), id.clone());
            if excepted.contains(&operation) || !roots.contains(&root(&wanted.path)) {
                continue;
            }
            check(scope.contains(&operation), format!("{name} {id}: neither in scope nor an exception"));
            let Some(seen) = covered.get(&operation) else {
                check(false, format!("{name} {id}: not driven"));
                continue;
            };
            let failed = seen.failed.as_ref().map(why);
            assert_eq!(failed, None, "{name} {id}");
            let sent = parameters.get(&operation).unwrap_or_else(|| panic!("{name} {id}: not in the server's log"));
            for (parameter, values) in &wanted.parameters {
                let is_sent = sent.contains(parameter) || sent.contains(&parameter.to_ascii_lowercase());
                check(is_sent, format!("{name} {id}: parameter {parameter}"));
                let known = seen.known.get(parameter);
                for value in values {
                    let fine = known.is_some_and(|known| known.contains(value));
                    check(fine, format!("{name} {id}: parameter {parameter} = {value}"));
                }
            }
            for (property, values) in without_envelope(&wanted.properties, seen.key) {
                let ours = seen.properties.iter().find(|(name, _)| *name == property);
                let is_read = ours.is_some() && !seen.missing.contains(&property);
                check(is_read, format!("{name} {id}: property {property}"));
                for value in values {
                    let fine = ours.is_some_and(|(_, known)| known.contains(&value));
                    check(fine, format!("{name} {id}: property {property} = {value}"));
                }
            }
        }
        say(format_args!("conformance: {name}: covered {done} of {all}"));
    }
    assert!(gaps.is_empty(), "{} gaps:\n{}", gaps.len(), gaps.join("\n"));
}

/// What an operation is about: the first name in its path.
fn root(path: &str) -> String {
    let path = path.trim_start_matches("/2010-04-01/").trim_start_matches("Accounts/{AccountSid}/");
    let mut names = path.split('/').filter(|name| !name.is_empty() && !name.starts_with('v'));
    names.next().unwrap_or_default().trim_end_matches(".json").to_owned()
}

#[tokio::test]
async fn conformance_answers_are_understood_in_every_mode() {
    let Some(server) = SpecServer::start() else { return };
    let mut modes = vec![r#"{"mode":"nulls"}"#.to_owned()];
    modes.extend((0..2).map(|variant| format!(r#"{{"mode":"unknown","variant":{variant}}}"#)));
    modes.extend((1..4).map(|variant| format!(r#"{{"mode":"full","variant":{variant}}}"#)));
    modes.extend((0..6).map(|variant| format!(r#"{{"mode":"examples","variant":{variant}}}"#)));
    let mut failed = Vec::new();
    for mode in &modes {
        server.begin(mode).await;
        for ((specification, id), covered) in Walk::drive(&server.client()).await {
            if let Some(error) = covered.failed {
                failed.push(format!("{specification} {id}: {} ({mode})", why(&error)));
            }
        }
        assert_eq!(server.violations().await, BTreeSet::new(), "{mode}");
    }
    failed.sort();
    failed.dedup();
    assert!(failed.is_empty(), "{} answers not understood:\n{}", failed.len(), failed.join("\n"));
    say(format_args!("conformance: {} operations understood in {} modes", in_scope().len(), modes.len()));
}

/// Those that create or do something, for which Twilio knows no key that would make repeating them harmless.
fn is_once(id: &str) -> bool {
    id.starts_with("Create")
        && !["CreatePayments", "CreateOperatorAttachment", "CreateBulkLookup", "CreateMessageFeedback"].contains(&id)
}

#[tokio::test]
async fn conformance_faults_are_told_apart_and_nothing_is_done_twice() {
    let Some(server) = SpecServer::start() else { return };
    for (kind, ambiguous) in [
        (r#""kind":"status","status":503"#, true),
        (r#""kind":"status","status":429,"headers":{"Retry-After":"0"}"#, false),
        (r#""kind":"reset""#, true),
        (r#""kind":"truncate""#, true),
        (r#""kind":"garbage""#, true),
    ] {
        server.begin(r#"{"mode":"full"}"#).await;
        let fault = format!(r#"{{"match":".*",{kind},"times":-1}}"#);
        server.control(http::Method::POST, "fault", &fault).await;
        let covered = Walk::drive(&server.client()).await;
        for ((specification, id), seen) in &covered {
            // An answer without a body has nothing to cut off or to spoil.
            let bodiless = id.starts_with("Delete") && (kind.contains("truncate") || kind.contains("garbage"));
            let Some(error) = &seen.failed else {
                assert!(bodiless, "{kind}: {specification} {id} did not fail");
                continue;
            };
            if is_once(id) {
                assert_eq!(error.is_outcome_unknown(), ambiguous, "{kind}: {specification} {id}: {error:?}");
            }
            if !ambiguous {
                assert!(error.is_retryable(), "{kind}: {specification} {id}: {error:?}");
            }
        }
        let log = server.control(http::Method::GET, "log", "").await;
        let mut counts: BTreeMap<(String, String, String), usize> = BTreeMap::new();
        for call in log.as_array().unwrap() {
            let text = |name: &str| call[name].as_str().unwrap_or_default().to_owned();
            *counts.entry((text("op"), text("path"), text("body"))).or_default() += 1;
        }
        for ((id, _, _), count) in &counts {
            if is_once(id) && ambiguous {
                assert_eq!(*count, 1, "{kind}: {id} was sent again though it may have been done");
            }
        }
        assert!(counts.values().any(|count| *count > 1) || kind.contains("garbage"), "{kind}: reads are tried again");
    }
    say(format_args!("conformance: {} operations fail well under five faults", in_scope().len()));
}
