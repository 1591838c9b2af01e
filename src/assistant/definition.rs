//! The receptionist as an assistant at Vapi, made from a tenant's settings. Pure.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::toolbox::Toolbox;
use crate::secret::Secret;
use crate::tenant::{Engine, Tenant};

/// Where and how the assistant reaches us.
pub(super) struct Server<'a> {
    pub(super) url: &'a str,
    pub(super) bearer: Option<&'a Secret>,
}

impl Server<'_> {
    pub(super) fn json(&self) -> Value {
        let mut server = json!({ "url": self.url, "timeoutSeconds": 20 });
        if let (Some(secret), Some(object)) = (self.bearer, server.as_object_mut()) {
            object.insert("headers".into(), json!({ "Authorization": format!("Bearer {}", secret.expose()) }));
        }
        server
    }
}

/// What the assistant is told when a call begins, in the tenant's zone.
pub(super) fn variables(tenant: &Tenant, now: DateTime<Utc>) -> Value {
    let local = now.with_timezone(&tenant.zone);
    json!({
        "business": tenant.name,
        "now": local.format("%A, %B %-d, %Y, %-I:%M %p").to_string(),
        "zone": tenant.zone.name(),
        "tenant": tenant.id.as_str(),
    })
}

/// The time in a prompt: as it is, or as Vapi fills it in when a call begins.
fn moment(tenant: &Tenant, now: Option<DateTime<Utc>>) -> String {
    match now {
        Some(now) => now.with_timezone(&tenant.zone).format("%A, %B %-d, %Y, %-I:%M %p").to_string(),
        // https://docs.vapi.ai/assistants/dynamic-variables
        None => format!(r#"{{{{"now" | date: "%A, %B %d, %Y, %I:%M %p", "{}"}}}}"#, tenant.zone.name()),
    }
}

fn prompt(tenant: &Tenant, now: Option<DateTime<Utc>>) -> String {
    let settings = &tenant.receptionist;
    let mut lines = vec![
        format!("You are the receptionist of {}. You answer its telephone.", tenant.name),
        format!(
            "It is {} in the business's time zone, {}. All times you say and hear are in that zone.",
            moment(tenant, now),
            tenant.zone.name()
        ),
        "Speak in short, friendly sentences, one question at a time. You are on the telephone: no lists, no symbols.".to_owned(),
        "Never make up a time, a price or a promise. Pass what the caller says about time to the tools in the caller's own words; do not turn it into a date yourself.".to_owned(),
        "Offer only times that a tool has just given you. Book only after the caller has agreed to one of them and told you their name.".to_owned(),
        "If a tool tells you what to ask, ask it. If a tool fails, apologise and offer to take a message.".to_owned(),
        "Never ask for the caller's telephone number unless they wish to be reached at another one.".to_owned(),
    ];
    if let Some(hours) = &tenant.hours {
        lines.push(format!("Opening hours: {hours}."));
    }
    if !settings.services.is_empty() {
        lines.push(format!("What can be booked: {}.", settings.services.join(", ")));
    }
    let languages: Vec<&str> = match &settings.languages[..] {
        [] => tenant.language.as_deref().into_iter().collect(),
        several => several.iter().map(String::as_str).collect(),
    };
    if !languages.is_empty() {
        lines.push(format!(
            "Speak the caller's language if it is one of these, else the first: {}.",
            languages.join(", ")
        ));
    }
    if settings.transfers.is_empty() {
        lines.push("You cannot hand the call to anybody. Take a message instead.".to_owned());
    } else {
        let who: Vec<_> = settings
            .transfers
            .iter()
            .map(|transfer| transfer.description.as_str())
            .filter(|text| !text.is_empty())
            .collect();
        lines.push("Hand the call on only when the caller asks for a person or it is an emergency. If nobody takes it, take a message.".to_owned());
        if !who.is_empty() {
            lines.push(format!("Who may take it: {}.", who.join("; ")));
        }
    }
    if let Some(more) = &settings.instructions {
        lines.push(more.clone());
    }
    lines.join("\n")
}

fn engine(engine: &Engine, key: &str) -> Value {
    json!({ "provider": engine.provider, key: engine.name })
}

/// The whole assistant, for a call that begins now, or for any call without `now`.
pub(super) fn assistant(tenant: &Tenant, now: Option<DateTime<Utc>>, tools: &Toolbox, server: &Server<'_>) -> Value {
    let settings = &tenant.receptionist;
    let mut all = tools.definitions(None);
    if !settings.transfers.is_empty() {
        // Without destinations we are asked where the call goes.
        all.push(json!({ "type": "transferCall", "destinations": [] }));
    }
    all.push(json!({ "type": "endCall" }));
    let mut model = engine(&settings.model, "model");
    if let Some(model) = model.as_object_mut() {
        model.insert("messages".into(), json!([{ "role": "system", "content": prompt(tenant, now) }]));
        model.insert("tools".into(), Value::Array(all));
    }
    let first = settings
        .first_message
        .clone()
        .or_else(|| tenant.assistant.as_ref().and_then(|assistant| assistant.greeting.clone()));
    let first = first.unwrap_or_else(|| match tenant.name.as_str() {
        "" => "Hello, how can I help you?".to_owned(),
        name => format!("{name}, hello. How can I help you?"),
    });
    // Vapi takes no longer names.
    let name: String = tenant.name.chars().take(40).collect();
    let mut out = json!({
        "name": if name.is_empty() { "Receptionist".to_owned() } else { name },
        "firstMessage": first,
        "model": model,
        "voice": engine(&settings.voice, "voiceId"),
        "transcriber": engine(&settings.transcriber, "model"),
        "server": server.json(),
        "serverMessages": [
            "tool-calls", "transfer-destination-request", "status-update", "end-of-call-report", "hang"
        ],
        "maxDurationSeconds": u64::from(settings.longest.clamp(1, 720)) * 60,
        "endCallMessage": "Thank you for calling. Goodbye.",
        "analysisPlan": {
            "structuredDataPlan": {
                "enabled": true,
                "schema": {
                    "type": "object",
                    "properties": {
                        "outcome": {
                            "type": "string",
                            "enum": [
                                "booked", "rescheduled", "cancelled", "not_booked", "callback_requested", "hypothetical",
                                "unclear"
                            ],
                            "description": "What became of an appointment in this call."
                        }
                    }
                }
            }
        },
        "metadata": { "tenant": tenant.id.as_str() },
    });
    if let (Some(text), Some(object)) = (&settings.voicemail_message, out.as_object_mut()) {
        object.insert("voicemailMessage".into(), json!(text));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tenant::Receptionist;

    #[test]
    fn the_prompt_knows_the_time_where_the_business_is() {
        let tenant = Tenant::new("clinic".parse().unwrap())
            .with_name("Riverside Clinic")
            .with_hours("mon-fri 09:00-17:00".parse().unwrap(), chrono_tz::America::New_York)
            .with_receptionist(Receptionist {
                instructions: Some("Parking is free.".into()),
                ..Receptionist::default()
            });
        let now = "2026-03-02T02:30:00Z".parse().unwrap();
        let secret = Secret::new("s");
        let server = Server { url: "https://example.com/webhooks/vapi?tenant=clinic", bearer: Some(&secret) };
        let kept = assistant(&tenant, None, &Toolbox::new(), &server).to_string();
        assert!(kept.contains(r#"\"America/New_York\"}}"#) && !kept.contains("March 1"), "{kept}");
        let assistant = assistant(&tenant, Some(now), &Toolbox::new(), &server);
        let prompt = assistant.pointer("/model/messages/0/content").and_then(Value::as_str).unwrap();
        assert!(prompt.contains("Sunday, March 1, 2026, 9:30 PM") && prompt.contains("America/New_York"), "{prompt}");
        assert!(
            prompt.contains("Parking is free.") && prompt.contains("take a message instead".trim())
                || prompt.contains("Take a message instead")
        );
        assert_eq!(assistant["server"]["headers"]["Authorization"], "Bearer s");
    }
}
