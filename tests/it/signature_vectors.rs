use bytes::Bytes;
use frontdesk::twilio::webhook::Verifier;
use http::{HeaderMap, Method};
use serde_json::Value;

use crate::specs::{say, spec};

/// The parameters of a vector as the form that Twilio would post.
fn form(params: &Value) -> String {
    let mut body = url::form_urlencoded::Serializer::new(String::new());
    match params {
        Value::Object(map) => {
            for (key, value) in map {
                body.append_pair(key, value.as_str().unwrap());
            }
        }
        Value::Array(pairs) => {
            for pair in pairs {
                body.append_pair(pair[0].as_str().unwrap(), pair[1].as_str().unwrap());
            }
        }
        other => panic!("{other}"),
    }
    body.finish()
}

#[test]
fn every_recorded_signature_comes_out_as_recorded() {
    let Some(vectors) = spec("vectors/signature_vectors.jsonl") else { return };
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in vectors.lines() {
        let vector: Value = serde_json::from_str(line).unwrap();
        count += 1;
        let mut headers = HeaderMap::new();
        if let Some(signature) = vector["signature"].as_str() {
            headers.insert("x-twilio-signature", signature.parse().unwrap());
        }
        let body = match vector.get("body") {
            Some(body) => {
                headers.insert("content-type", "application/json".parse().unwrap());
                Bytes::from(body.as_str().unwrap().to_owned())
            }
            None => {
                headers.insert("content-type", "application/x-www-form-urlencoded".parse().unwrap());
                Bytes::from(form(&vector["params"]))
            }
        };
        let token = vector["auth_token"].as_str().unwrap();
        let verifier = Verifier::builder(token).with_public_url("https://unused.example").build().unwrap();
        let outcome = verifier.verify_url(vector["url"].as_str().unwrap(), &Method::POST, &headers, body);
        if outcome.is_ok() != vector["expected"].as_bool().unwrap() {
            wrong.push(format!("{} {} {:?}", vector["test"], vector["url"], outcome.err()));
        }
    }
    say(format_args!("{} of {count} as recorded", count - wrong.len()));
    assert_eq!(count, 116);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
