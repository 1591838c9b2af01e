//! How calls begin: placed over the REST API, or come in.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::check;
use super::record::StoredCall;
use super::rest::Refusal;
use super::state::{Kind, Object, State, field, object, text};

/// Who is called where calls come by SIP and no number has an address for them.
const ADDRESS: &str = "sip:frontdesk@sip.vapi.invalid";

fn is_sip(address: &str) -> bool {
    address.starts_with("sip:") || address.starts_with("sips:")
}

fn carrier(number: &Object) -> &str {
    match text(number, "provider") {
        Some(provider @ ("vapi" | "vonage" | "telnyx")) => provider,
        _ => "twilio",
    }
}

impl State {
    /// A phone number for an address: the one that has it, or a new one.
    pub(super) fn own(&mut self, address: &str, now: DateTime<Utc>) -> Object {
        if let Some(known) = self.number(address) {
            return known;
        }
        let number = if is_sip(address) {
            json!({ "provider": "vapi", "sipUri": address, "status": "active" })
        } else {
            let account = format!("AC{}", self.digits().get(..32).unwrap_or_default());
            json!({
                "provider": "twilio", "number": address, "twilioAccountSid": account, "smsEnabled": false,
                "status": "active",
            })
        };
        self.insert(Kind::PhoneNumber, object(number), now)
    }

    /// The address that calls by SIP come to.
    pub(super) fn sip_address(&mut self, now: DateTime<Utc>) -> String {
        let numbers = self.all(Kind::PhoneNumber);
        let address = numbers.iter().find_map(|number| text(number, "sipUri")).unwrap_or(ADDRESS).to_owned();
        self.own(&address, now);
        address
    }

    /// A call comes in. Returns its id, and whether anybody has the number.
    pub(super) fn incoming(
        &mut self,
        from: &str,
        to: &str,
        headers: &[(&str, &str)],
        now: DateTime<Utc>,
    ) -> (String, bool) {
        let found = self.number(to);
        let (is_known, number) = (found.is_some(), found.unwrap_or_default());
        let digits = self.digits();
        let by_sip = is_sip(to) || !headers.is_empty();
        let provider_id = if by_sip { self.uuid() } else { format!("CA{}", digits.get(..32).unwrap_or_default()) };
        let customer = if is_sip(from) { json!({ "sipUri": from }) } else { json!({ "number": from }) };
        let sent: Object = headers.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect();
        let transport = if by_sip {
            json!({ "provider": "vapi.sip", "callSid": provider_id, "sipHeaders": sent })
        } else {
            json!({ "provider": carrier(&number), "callSid": provider_id })
        };
        let mut call = object(json!({
            "type": "inboundPhoneCall", "status": "ringing", "customer": customer, "transport": transport,
            "phoneCallProvider": if by_sip { "vapi" } else { carrier(&number) }, "phoneCallProviderId": provider_id,
            "phoneCallTransport": if by_sip { "sip" } else { "pstn" }, "phoneNumberId": number.get("id"),
        }));
        // A header `x-visit` fills the variable `visit`, whatever case it has (<https://docs.vapi.ai/advanced/sip>).
        let variable = |(name, value): &(&str, &str)| {
            let name = name.to_ascii_lowercase();
            Some((name.strip_prefix("x-")?.to_owned(), Value::from(*value)))
        };
        let variables: Object = headers.iter().filter_map(variable).collect();
        if !variables.is_empty() {
            call.insert("assistantOverrides".into(), json!({ "variableValues": variables }));
        }
        (self.add(call, number, now), is_known)
    }

    /// A call is to be placed.
    pub(super) fn place(&mut self, mut body: Object, now: DateTime<Utc>) -> Result<Object, Refusal> {
        let mut wrong = check::call(&body);
        let find = |kind: Kind, id: &str, transient: &str| match text(&body, id) {
            Some(id) => self.get(kind, id),
            None => body.get(transient).and_then(Value::as_object).cloned(),
        };
        let assistant = find(Kind::Assistant, "assistantId", "assistant");
        let number = find(Kind::PhoneNumber, "phoneNumberId", "phoneNumber");
        if assistant.is_none() && body.contains_key("assistantId") {
            wrong.push("assistantId must be the id of an assistant".to_owned());
        }
        if number.is_none() && body.contains_key("phoneNumberId") {
            wrong.push("phoneNumberId must be the id of a phone number".to_owned());
        }
        let (Some(assistant), Some(number), true) = (assistant, number, wrong.is_empty()) else {
            return Err(Refusal::Invalid(wrong));
        };
        let is_later = field(&body, "schedulePlan").contains_key("earliestAt");
        let sid = format!("CA{}", self.digits().get(..32).unwrap_or_default());
        for (name, value) in [
            ("type", "outboundPhoneCall"),
            ("status", if is_later { "scheduled" } else { "queued" }),
            ("phoneCallProvider", carrier(&number)),
            ("phoneCallProviderId", sid.as_str()),
            ("phoneCallTransport", "pstn"),
        ] {
            body.insert(name.to_owned(), value.into());
        }
        let id = self.add(body, number, now);
        if let Some(call) = self.call_mut(&id) {
            call.assign(assistant, Object::new());
        }
        self.get(Kind::Call, &id).ok_or(Refusal::NotFound)
    }

    /// Each call begins with another shape of tool calls.
    fn add(&mut self, mut call: Object, number: Object, now: DateTime<Utc>) -> String {
        let id = self.name(&mut call, now);
        let turn = self.calls.len();
        self.calls.push(StoredCall::new(call, number, turn));
        id
    }
}
