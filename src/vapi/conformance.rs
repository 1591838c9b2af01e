//! The client against Vapi's own description: every operation in scope, with every parameter and property, over the
//! wire, against a strict server made from it.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "tests")]

mod described;
mod server;
mod walk;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::PathBuf;

use serde_json::Value;

use described::Document;
use server::Server;
use walk::Walk;

const FILE: &str = "vapi_openapi.json";

const SCOPE: [&str; 31] = [
    "AnalyticsController_query",
    "AssistantController_create",
    "AssistantController_findAll",
    "AssistantController_findOne",
    "AssistantController_remove",
    "AssistantController_update",
    "CallController_create",
    "CallController_deleteCallData",
    "CallController_findAll",
    "CallController_findOne",
    "CallController_update",
    "FileController_create",
    "FileController_findAll",
    "FileController_findOne",
    "FileController_remove",
    "FileController_update",
    "PhoneNumberController_create",
    "PhoneNumberController_findAll",
    "PhoneNumberController_findOne",
    "PhoneNumberController_remove",
    "PhoneNumberController_update",
    "SquadController_create",
    "SquadController_findAll",
    "SquadController_findOne",
    "SquadController_remove",
    "SquadController_update",
    "ToolController_create",
    "ToolController_findAll",
    "ToolController_findOne",
    "ToolController_remove",
    "ToolController_update",
];

/// Says something even when the test passes.
fn say(text: std::fmt::Arguments<'_>) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("FRONTDESK_SPECS").map(PathBuf::from);
    if folder.is_none() {
        say(format_args!("skipped: FRONTDESK_SPECS is not set, so there is no description of Vapi's to test against"));
    }
    folder
}

/// The names of all properties, by path.
fn names(value: &Value, prefix: &str, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
                names(value, &path, into);
                into.insert(path);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| names(item, prefix, into)),
        _ => {}
    }
}

/// What was sent, by operation: parameters, and the properties of bodies.
fn sent(log: &Value) -> BTreeMap<String, BTreeSet<String>> {
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for call in log.as_array().into_iter().flatten() {
        let sent = all.entry(call["op"].as_str().unwrap_or_default().to_owned()).or_default();
        for pair in call["query"].as_array().into_iter().flatten() {
            sent.insert(pair[0].as_str().unwrap().to_owned());
        }
        let body = call["body"].as_str().unwrap_or_default();
        match serde_json::from_str::<Value>(body) {
            Ok(json) => sent.extend(json.as_object().into_iter().flatten().map(|(name, _)| name.clone())),
            Err(_) => {
                let parts = body.split("form-data; name=\"").skip(1).filter_map(|part| part.split_once('"'));
                sent.extend(parts.map(|(name, _)| name.to_owned()));
            }
        }
    }
    all
}

#[tokio::test]
async fn conformance_vapi_every_operation_parameter_and_property_is_covered() {
    let Some(server) = Server::start() else { return };
    let document = Document::read().unwrap();
    server.begin(r#"{"mode":"full"}"#).await;
    let mut walk = Walk::new(&server, &document);
    walk.drive(true).await;
    // Each kind of tool and of number, and a batch of calls.
    for variant in 1..26 {
        server.control(http::Method::POST, "set", &format!(r#"{{"variant":{variant}}}"#)).await;
        walk.tools(true).await;
        walk.phone_numbers(true).await;
        if variant == 1 {
            walk.calls(true).await;
        }
    }
    for (operation, failed) in &walk.failed {
        let why = failed.as_ref().map(|error| format!("{error}: {:?}", std::error::Error::source(error)));
        assert_eq!(why, None, "{operation}");
    }
    let violations = server.control(http::Method::GET, "violations", "").await;
    assert_eq!(violations.as_array().map(Vec::len), Some(0), "{violations:#}");
    assert_eq!(walk.failed.keys().copied().collect::<Vec<_>>(), SCOPE);

    let sent = sent(&server.control(http::Method::GET, "log", "").await);
    let (mut done, mut all) = (0, 0);
    let mut gaps = std::mem::take(&mut walk.gaps);
    for operation in SCOPE {
        let wanted = document.wanted(operation);
        all += wanted.len();
        let missing: Vec<_> = wanted.difference(&sent[operation]).collect();
        done += wanted.len() - missing.len();
        gaps.extend(missing.into_iter().map(|name| format!("{operation}: {name} is not sent")));
    }
    say(format_args!(
        "conformance: Vapi: {} operations, sent {done} of {all} parameters and properties, {} properties read, {} of them without a name of ours",
        SCOPE.len(),
        walk.properties,
        walk.unnamed
    ));
    assert!(gaps.is_empty(), "{} gaps:\n{}", gaps.len(), gaps.join("\n"));
}

#[tokio::test]
async fn conformance_vapi_answers_are_understood_in_every_mode() {
    let Some(server) = Server::start() else { return };
    let document = Document::read().unwrap();
    for mode in [
        r#"{"mode":"nulls"}"#,
        r#"{"mode":"minimal"}"#,
        r#"{"mode":"unknown"}"#,
        r#"{"mode":"unknown","variant":1}"#,
        r#"{"mode":"full","variant":2}"#,
        r#"{"mode":"examples"}"#,
    ] {
        server.begin(mode).await;
        let mut walk = Walk::new(&server, &document);
        walk.drive(false).await;
        for (operation, failed) in &walk.failed {
            let why = failed.as_ref().map(|error| format!("{error}: {:?}", std::error::Error::source(error)));
            assert_eq!(why, None, "{operation} in {mode}");
        }
        let violations = server.control(http::Method::GET, "violations", "").await;
        assert_eq!(violations.as_array().map(Vec::len), Some(0), "{violations:#}");
    }
}

#[tokio::test]
async fn conformance_vapi_faults_are_told_apart_and_nobody_is_called_twice() {
    let Some(server) = Server::start() else { return };
    let document = Document::read().unwrap();
    for (fault, ambiguous) in [
        (serde_json::json!({ "kind": "status", "status": 503 }), true),
        (serde_json::json!({ "kind": "status", "status": 429, "headers": { "Retry-After": "0" } }), false),
        (serde_json::json!({ "kind": "reset" }), true),
        (serde_json::json!({ "kind": "truncate" }), true),
        (serde_json::json!({ "kind": "garbage" }), true),
    ] {
        server.begin(r#"{"mode":"minimal"}"#).await;
        let mut whole = fault.clone();
        (whole["match"], whole["times"]) = (".*".into(), (-1).into());
        server.control(http::Method::POST, "fault", &whole.to_string()).await;
        let mut walk = Walk::new(&server, &document);
        walk.drive(false).await;
        let log = server.control(http::Method::GET, "log", "").await;
        let count = |id: &str| log.as_array().unwrap().iter().filter(|call| call["op"] == id).count();
        for (operation, failed) in &walk.failed {
            let error = failed.as_ref().unwrap_or_else(|| panic!("{fault}: {operation} did not fail"));
            if !ambiguous {
                assert!(error.is_retryable(), "{fault}: {operation}: {error:?}");
            }
            if operation.ends_with("_create") {
                assert_eq!(error.is_outcome_unknown(), ambiguous, "{fault}: {operation}: {error:?}");
                // A connection that broke before may take a request along that never arrives.
                let times = count(operation);
                assert!(if ambiguous { times <= 1 } else { times == 4 }, "{fault}: {operation} was sent {times} times");
            }
            if operation.ends_with("_findOne") && fault["kind"] != "garbage" {
                assert_eq!(count(operation), 4, "{fault}: {operation}: reads are tried again");
            }
        }
    }
}
