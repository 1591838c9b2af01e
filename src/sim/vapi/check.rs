//! What Vapi refuses of what it is sent, in its words (<https://docs.vapi.ai/api-reference>).

use serde_json::Value;

use super::state::{Object, field, text};

const ASSISTANT: &[&str] = &[
    "analysisPlan",
    "artifactPlan",
    "backgroundSound",
    "backgroundSpeechDenoisingPlan",
    "clientMessages",
    "compliancePlan",
    "credentialIds",
    "credentials",
    "endCallMessage",
    "endCallPhrases",
    "firstMessage",
    "firstMessageInterruptionsEnabled",
    "firstMessageMode",
    "hooks",
    "keypadInputPlan",
    "maxDurationSeconds",
    "metadata",
    "model",
    "modelOutputInMessagesEnabled",
    "monitorPlan",
    "name",
    "observabilityPlan",
    "server",
    "serverMessages",
    "startSpeakingPlan",
    "stopSpeakingPlan",
    "transcriber",
    "transportConfigurations",
    "voice",
    "voicemailDetection",
    "voicemailMessage",
];
const FUNCTION_TOOL: &[&str] =
    &["async", "function", "messages", "parameters", "rejectionPlan", "server", "type", "variableExtractionPlan"];
const PHONE_NUMBER: &[&str] = &[
    "assistantId",
    "authentication",
    "credentialId",
    "fallbackDestination",
    "hooks",
    "name",
    "number",
    "numberDesiredAreaCode",
    "numberE164CheckEnabled",
    "provider",
    "server",
    "sipUri",
    "smsEnabled",
    "squadId",
    "twilioAccountSid",
    "twilioApiKey",
    "twilioApiSecret",
    "twilioAuthToken",
    "workflowId",
];
const PROVIDERS: &[&str] = &["twilio", "vapi", "byo-phone-number", "vonage", "telnyx"];
const CALL: &[&str] = &[
    "assistant",
    "assistantId",
    "assistantOverrides",
    "assistantVersion",
    "customer",
    "customerId",
    "name",
    "phoneNumber",
    "phoneNumberId",
    "schedulePlan",
    "transport",
];

/// Whether a number is one as E.164 has it.
fn is_e164(number: &str) -> bool {
    let digits = number.strip_prefix('+').unwrap_or_default();
    (7..=15).contains(&digits.len()) && !digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn unknown(json: &Object, known: &[&str]) -> Vec<String> {
    let foreign = json.keys().filter(|name| !known.contains(&name.as_str()));
    foreign.map(|name| format!("property {name} should not exist")).collect()
}

fn longest(wrong: &mut Vec<String>, json: &Object, name: &str, most: usize) {
    match json.get(name) {
        None | Some(Value::Null) => {}
        Some(Value::String(text)) if text.chars().count() <= most => {}
        Some(_) => wrong.push(format!("{name} must be shorter than or equal to {most} characters")),
    }
}

fn within(wrong: &mut Vec<String>, json: &Object, path: &str, least: f64, most: f64) {
    let pointer = format!("/{}", path.replace('.', "/"));
    let value = Value::Object(json.clone()).pointer(&pointer).cloned().unwrap_or_default();
    if !value.is_null() && !value.as_f64().is_some_and(|number| (least..=most).contains(&number)) {
        wrong.push(format!("{path} must be a number from {least} to {most}"));
    }
}

/// What is wrong with an assistant, or what is to be changed of one.
pub(super) fn assistant(json: &Object) -> Vec<String> {
    let mut wrong = unknown(json, ASSISTANT);
    longest(&mut wrong, json, "name", 40);
    longest(&mut wrong, json, "endCallMessage", 1_000);
    longest(&mut wrong, json, "voicemailMessage", 1_000);
    within(&mut wrong, json, "maxDurationSeconds", 10.0, 43_200.0);
    within(&mut wrong, json, "server.timeoutSeconds", 1.0, 300.0);
    let tools = field(json, "model").get("tools").and_then(Value::as_array).cloned().unwrap_or_default();
    for (at, one) in tools.iter().enumerate() {
        let found = one.as_object().map_or_else(|| vec!["type must be given".to_owned()], tool);
        wrong.extend(found.into_iter().map(|text| format!("model.tools.{at}.{text}")));
    }
    wrong
}

/// What is wrong with a tool.
pub(super) fn tool(json: &Object) -> Vec<String> {
    let Some(kind) = text(json, "type") else { return vec!["type must be given".to_owned()] };
    if kind != "function" {
        return Vec::new();
    }
    let mut wrong = tool_change(json);
    if !field(json, "function").contains_key("name") {
        wrong.push("function.name must be a string".to_owned());
    }
    wrong
}

/// What is wrong with what is to be changed of a tool.
pub(super) fn tool_change(json: &Object) -> Vec<String> {
    let mut wrong = if json.contains_key("function") { unknown(json, FUNCTION_TOOL) } else { Vec::new() };
    let is_name = |name: &str| {
        (1..=64).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
    };
    if let Some(name) = field(json, "function").get("name")
        && !name.as_str().is_some_and(is_name)
    {
        wrong.push("function.name must match /^[a-zA-Z0-9_-]{1,64}$/ regular expression".to_owned());
    }
    within(&mut wrong, json, "server.timeoutSeconds", 1.0, 300.0);
    wrong
}

/// What is wrong with a phone number, or what is to be changed of one.
pub(super) fn phone_number(json: &Object, is_new: bool) -> Vec<String> {
    let mut wrong = unknown(json, PHONE_NUMBER);
    longest(&mut wrong, json, "name", 40);
    within(&mut wrong, json, "server.timeoutSeconds", 1.0, 300.0);
    let provider = text(json, "provider").filter(|provider| PROVIDERS.contains(provider));
    if provider.is_none() {
        wrong.push(format!("provider must be one of the following values: {}", PROVIDERS.join(", ")));
    }
    let needed: &[&str] = match provider {
        Some("twilio") => &["number", "twilioAccountSid"],
        Some("byo-phone-number") => &["credentialId"],
        Some("vonage" | "telnyx") => &["number", "credentialId"],
        _ => &[],
    };
    for name in needed.iter().filter(|name| is_new && text(json, name).is_none()) {
        wrong.push(format!("{name} must be a string"));
    }
    let checked = json.get("numberE164CheckEnabled").and_then(Value::as_bool).unwrap_or(true);
    if checked && text(json, "number").is_some_and(|number| !is_e164(number)) {
        wrong.push("number must be a valid phone number in the E.164 format".to_owned());
    }
    wrong
}

/// What is wrong with a call that is to be placed, but for what it refers to.
pub(super) fn call(json: &Object) -> Vec<String> {
    let mut wrong = unknown(json, CALL);
    longest(&mut wrong, json, "name", 40);
    match json.get("assistant") {
        Some(Value::Object(own)) => wrong.extend(assistant(own).into_iter().map(|text| format!("assistant.{text}"))),
        Some(_) => wrong.push("assistant must be an object".to_owned()),
        None if text(json, "assistantId").is_none() => wrong.push("assistantId must be a UUID".to_owned()),
        None => {}
    }
    if text(json, "phoneNumberId").is_none() && !json.contains_key("phoneNumber") {
        wrong.push("phoneNumberId must be a UUID".to_owned());
    }
    let customer = field(json, "customer");
    longest(&mut wrong, &customer, "name", 40);
    let checked = customer.get("numberE164CheckEnabled").and_then(Value::as_bool).unwrap_or(true);
    match text(&customer, "number") {
        Some(number) if !checked || is_e164(number) => {}
        None if text(&customer, "sipUri").is_some() => {}
        _ => wrong.push(
            "customer.number must be a valid phone number in the E.164 format. Hot tip, you may be missing the country \
             code (Eg. US: +1)."
                .to_owned(),
        ),
    }
    wrong
}

/// What is wrong with what is to be changed of a call.
pub(super) fn call_change(json: &Object) -> Vec<String> {
    let mut wrong = unknown(json, &["name"]);
    longest(&mut wrong, json, "name", 40);
    wrong
}

/// Whether a call can be handed on there.
pub(super) fn is_destination(json: &Value) -> bool {
    let read = |name: &str| json.get(name).and_then(Value::as_str);
    match read("type") {
        Some("number") => read("number").is_some_and(|number| {
            is_e164(number) || json.get("numberE164CheckEnabled").and_then(Value::as_bool) == Some(false)
        }),
        Some("sip") => read("sipUri").is_some_and(|uri| uri.starts_with("sip:") || uri.starts_with("sips:")),
        Some("assistant") => read("assistantName").is_some(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::vapi::assistants::Assistant;
    use crate::vapi::calls::{Customer, NewCall};
    use crate::vapi::phone_numbers::PhoneNumber;

    fn object(value: impl serde::Serialize) -> Object {
        serde_json::to_value(value).unwrap().as_object().cloned().unwrap()
    }

    #[test]
    fn what_our_client_sends_is_taken() {
        let number = "+14155552671".parse().unwrap();
        let call = NewCall::new("a1".parse().unwrap(), "p1".parse().unwrap(), Customer::new(&number));
        assert_eq!(super::call(&object(call)), Vec::<String>::new());
        assert_eq!(assistant(&object(Assistant::new("Desk"))), Vec::<String>::new());
        let account = "AC0123456789abcdef0123456789abcdef".parse().unwrap();
        let twilio = PhoneNumber::twilio(&number, account, &"token".into());
        assert_eq!(phone_number(&object(twilio), true), Vec::<String>::new());
        assert_eq!(phone_number(&object(PhoneNumber::vapi(Some("415"))), true), Vec::<String>::new());
    }

    #[test]
    fn what_is_wrong_is_named() {
        let wrong = call(&object(json!({ "customer": { "number": "4155552671" }, "colour": 1 })));
        let named: Vec<_> = wrong.iter().filter_map(|text| text.split(' ').next()).collect();
        assert_eq!(named, ["property", "assistantId", "phoneNumberId", "customer.number"]);
        let tools = json!([{ "type": "endCall" }, { "type": "function", "function": { "name": "two words" } }]);
        let wrong = assistant(&object(json!({ "id": "a1", "model": { "tools": tools }, "maxDurationSeconds": 5 })));
        assert_eq!(wrong.len(), 3, "{wrong:?}");
        assert!(wrong.iter().any(|text| text.starts_with("model.tools.1.function.name must match")), "{wrong:?}");
        assert_eq!(phone_number(&object(json!({ "number": "12" })), true).len(), 2);
        assert!(tool(&Object::new())[0].starts_with("type must"));
    }

    #[test]
    fn calls_are_handed_on_where_somebody_can_be() {
        assert!(is_destination(&json!({ "type": "number", "number": "+14155552671" })));
        assert!(is_destination(&json!({ "type": "sip", "sipUri": "sip:desk@example.com" })));
        assert!(!is_destination(&json!({ "type": "number", "number": "the desk" })));
        assert!(!is_destination(&json!({ "number": "+14155552671" })));
    }
}
