//! Numbers: for sale, the account's own, caller IDs, and what is known of them.

use std::collections::BTreeMap;

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::Core;
use super::callback::Job;
use super::message::Refusal;
use super::rest::{Parameters, first, only, page};
use super::state::{Behaviour, Details, Validation};
use crate::phone::E164;

type Answer = Result<(StatusCode, Value), Refusal>;

/// Countries whose regulator wants a bundle first.
const REGULATED: [&str; 4] = ["DE", "AU", "FR", "ES"];
/// What an account's number can be set to.
const SETTINGS: &[&str] = &[
    "AccountSid",
    "ApiVersion",
    "FriendlyName",
    "SmsApplicationSid",
    "SmsFallbackMethod",
    "SmsFallbackUrl",
    "SmsMethod",
    "SmsUrl",
    "StatusCallback",
    "StatusCallbackMethod",
    "VoiceApplicationSid",
    "VoiceCallerIdLookup",
    "VoiceFallbackMethod",
    "VoiceFallbackUrl",
    "VoiceMethod",
    "VoiceUrl",
    "EmergencyStatus",
    "EmergencyAddressSid",
    "TrunkSid",
    "IdentitySid",
    "AddressSid",
    "VoiceReceiveMode",
    "BundleSid",
    "PhoneNumber",
    "AreaCode",
];
const SEARCH: &[&str] = &[
    "AreaCode",
    "Contains",
    "SmsEnabled",
    "MmsEnabled",
    "VoiceEnabled",
    "ExcludeAllAddressRequired",
    "ExcludeLocalAddressRequired",
    "ExcludeForeignAddressRequired",
    "Beta",
    "NearNumber",
    "NearLatLong",
    "Distance",
    "InPostalCode",
    "InRegion",
    "InRateCenter",
    "InLata",
    "InLocality",
    "FaxEnabled",
    "PageSize",
    "Page",
    "PageToken",
];

/// The numbers that are for sale at first, by the beginning of each and how many follow.
pub(super) fn for_sale() -> BTreeMap<E164, &'static str> {
    let blocks = [
        ("+151055501", "Local"),
        ("+141555501", "Local"),
        ("+121255501", "Local"),
        ("+130555501", "Local"),
        ("+141655501", "Local"),
        ("+183355501", "TollFree"),
        ("+4477009001", "Mobile"),
        ("+4920794601", "Local"),
    ];
    let numbers = blocks.iter().flat_map(|(block, kind)| (10..20).map(move |last| (format!("{block}{last}"), *kind)));
    numbers.filter_map(|(number, kind)| Some((E164::parse(&number).ok()?, kind))).collect()
}

fn refuse<T>(code: u32, message: &str) -> Result<T, Refusal> {
    Err(Refusal::new(400, code, message))
}

/// True when the digits fit a pattern in which `*` is any digit and letters are those of a telephone's keys.
fn contains(number: &E164, pattern: &str) -> bool {
    let key = |c: char| match c.to_ascii_lowercase() {
        'a'..='c' => '2',
        'd'..='f' => '3',
        'g'..='i' => '4',
        'j'..='l' => '5',
        'm'..='o' => '6',
        'p'..='s' => '7',
        't'..='v' => '8',
        'w'..='z' => '9',
        other => other,
    };
    let wanted: Vec<char> = pattern.trim_start_matches('+').chars().map(key).collect();
    let digits: Vec<char> = number.digits().chars().collect();
    !wanted.is_empty()
        && digits.windows(wanted.len()).any(|part| part.iter().zip(&wanted).all(|(d, w)| *w == '*' || d == w))
}

impl Core {
    /// The resources of this file; `None` for those of others.
    pub(super) fn route_numbers(
        &self,
        method: &Method,
        segments: &[&str],
        query: &Parameters,
        fields: &Parameters,
        path: &str,
    ) -> Option<Answer> {
        let not_found = || Refusal::new(404, 20404, format!("The requested resource {path} was not found"));
        Some(match (method, segments) {
            (&Method::GET, ["", "AvailablePhoneNumbers", country, kind]) => self.search(country, kind, query, path),
            (&Method::GET, ["", "IncomingPhoneNumbers"]) => {
                let pattern = first(query, "PhoneNumber").map(|text| text.trim_start_matches('+').to_owned());
                let name = first(query, "FriendlyName");
                let numbers: Vec<E164> = self.lock().numbers.keys().copied().collect();
                let fits = |number: &E164| {
                    let details = self.lock().details(*number).clone();
                    pattern.as_ref().is_none_or(|pattern| contains(number, pattern))
                        && name.is_none_or(|name| details.name(*number) == name)
                };
                let lags = {
                    let mut state = self.lock();
                    state.listing_lag = state.listing_lag.saturating_sub(1);
                    state.listing_lag > 0
                };
                let numbers = if lags { Vec::new() } else { numbers };
                let found = numbers.into_iter().filter(fits).map(|number| self.number_json(number)).collect();
                Ok((StatusCode::OK, page("incoming_phone_numbers", found, path, query)))
            }
            (&Method::POST, ["", "IncomingPhoneNumbers"]) => self.buy(fields),
            (&Method::POST, ["", "IncomingPhoneNumbers", sid]) => only(fields, SETTINGS).and_then(|()| {
                let number = self.number_of(sid).ok_or_else(not_found)?;
                self.configure(number, fields);
                Ok((StatusCode::OK, self.number_json(number)))
            }),
            (&Method::GET, ["", "IncomingPhoneNumbers", sid]) => {
                let number = self.number_of(sid).ok_or_else(not_found);
                number.map(|number| (StatusCode::OK, self.number_json(number)))
            }
            (&Method::DELETE, ["", "IncomingPhoneNumbers", sid]) => {
                self.number_of(sid).ok_or_else(not_found).map(|number| {
                    let mut state = self.lock();
                    state.numbers.remove(&number);
                    state.details.remove(&number);
                    (StatusCode::NO_CONTENT, Value::Null)
                })
            }
            (&Method::POST, ["", "OutgoingCallerIds"]) => self.validate(fields),
            (&Method::GET, ["", "OutgoingCallerIds"]) => {
                let wanted = first(query, "PhoneNumber");
                let ids = self.lock().caller_ids.clone();
                let found = ids
                    .iter()
                    .filter(|(number, _)| wanted.is_none_or(|wanted| wanted == number.as_str()))
                    .map(|(number, (sid, name))| self.caller_id_json(*number, sid, name))
                    .collect();
                Ok((StatusCode::OK, page("outgoing_caller_ids", found, path, query)))
            }
            (&Method::GET | &Method::DELETE, ["", "OutgoingCallerIds", sid]) => {
                let found =
                    self.lock().caller_ids.iter().find(|(_, (known, _))| known == sid).map(|(n, v)| (*n, v.clone()));
                found.ok_or_else(not_found).map(|(number, (sid, name))| {
                    if method == Method::DELETE {
                        self.lock().caller_ids.remove(&number);
                        (StatusCode::NO_CONTENT, Value::Null)
                    } else {
                        (StatusCode::OK, self.caller_id_json(number, &sid, &name))
                    }
                })
            }
            (&Method::GET, ["", "v2", "PhoneNumbers", number]) => {
                let number = percent_encoding::percent_decode_str(number).decode_utf8_lossy();
                Ok((StatusCode::OK, self.lookup(&number, query)))
            }
            _ => return None,
        })
    }

    fn search(&self, country: &str, kind: &str, query: &Parameters, path: &str) -> Answer {
        only(query, SEARCH)?;
        let state = self.lock();
        let area = first(query, "AreaCode");
        let pattern = first(query, "Contains");
        let near = first(query, "NearNumber").and_then(|near| E164::parse(near).ok());
        let none = ["SmsEnabled", "VoiceEnabled"].iter().any(|name| first(query, name) == Some("false"));
        let mut numbers: Vec<(&E164, &&str)> = state
            .for_sale
            .iter()
            .filter(|(number, sold_as)| {
                **sold_as == kind
                    && number.country().is_some_and(|region| region.code().eq_ignore_ascii_case(country))
                    && area.is_none_or(|area| number.national().starts_with(area))
                    && pattern.is_none_or(|pattern| contains(number, pattern))
                    && !none
            })
            .collect();
        if let Some(near) = near {
            let shared =
                |number: &E164| number.digits().bytes().zip(near.digits().bytes()).take_while(|(a, b)| a == b).count();
            numbers.sort_by_key(|(number, _)| std::cmp::Reverse(shared(number)));
        }
        let items = numbers.into_iter().map(|(number, _)| {
            json!({
                "phone_number": number,
                "friendly_name": number.national(),
                "iso_country": country.to_ascii_uppercase(),
                "address_requirements": "none",
                "beta": false,
                "capabilities": { "voice": true, "SMS": true, "MMS": kind == "Local" },
            })
        });
        Ok((StatusCode::OK, page("available_phone_numbers", items.collect(), path, query)))
    }

    fn buy(&self, fields: &Parameters) -> Answer {
        only(fields, SETTINGS)?;
        let number = {
            let mut state = self.lock();
            if state.trial.is_some() && !state.numbers.is_empty() {
                return refuse(21404, "Trial accounts are allowed only one Twilio number");
            }
            let number = match (first(fields, "PhoneNumber"), first(fields, "AreaCode")) {
                (Some(text), _) => {
                    let Ok(number) = E164::parse(text) else { return refuse(21421, "PhoneNumber is invalid") };
                    if !state.for_sale.contains_key(&number) || state.snatched.contains(&number) {
                        return refuse(21422, &format!("{text} is not available"));
                    }
                    number
                }
                (None, Some(area)) => {
                    let found = state.for_sale.keys().find(|number| number.national().starts_with(area)).copied();
                    let Some(number) = found else { return refuse(21452, "No phone numbers found in area code") };
                    number
                }
                (None, None) => return refuse(21421, "PhoneNumber or AreaCode is required"),
            };
            let regulated = number.country().is_some_and(|region| REGULATED.contains(&region.code()));
            if regulated && first(fields, "BundleSid").is_none() {
                return refuse(21649, "Bundle required");
            }
            state.for_sale.remove(&number);
            state.numbers.insert(number, super::NumberSettings::default());
            number
        };
        self.configure(number, fields);
        Ok((StatusCode::CREATED, self.number_json(number)))
    }

    fn number_of(&self, sid: &str) -> Option<E164> {
        let numbers: Vec<E164> = self.lock().numbers.keys().copied().collect();
        numbers.into_iter().find(|number| self.lock().details(*number).sid == sid)
    }

    fn configure(&self, number: E164, fields: &Parameters) {
        let mut state = self.lock();
        let details = state.details(number);
        for (name, value) in fields {
            details.fields.insert(name.clone(), value.clone());
        }
        let url = |name: &str| first(fields, name).map(|url| Some(url.to_owned()).filter(|url| !url.is_empty()));
        let (voice, fallback) = (url("VoiceUrl"), url("VoiceFallbackUrl"));
        let (status, sms) = (url("StatusCallback"), url("SmsUrl"));
        let settings = state.numbers.entry(number).or_default();
        settings.voice_url = voice.unwrap_or_else(|| settings.voice_url.take());
        settings.voice_fallback_url = fallback.unwrap_or_else(|| settings.voice_fallback_url.take());
        settings.status_callback = status.unwrap_or_else(|| settings.status_callback.take());
        settings.sms_url = sms.unwrap_or_else(|| settings.sms_url.take());
    }

    fn number_json(&self, number: E164) -> Value {
        let mut state = self.lock();
        let details: Details = state.details(number).clone();
        let settings = state.numbers.get(&number).cloned().unwrap_or_default();
        let field = |name: &str, default: &str| details.fields.get(name).cloned().unwrap_or_else(|| default.to_owned());
        json!({
            "sid": details.sid,
            "account_sid": self.0.account,
            "phone_number": number,
            "friendly_name": details.name(number),
            "capabilities": { "voice": true, "sms": true, "mms": true, "fax": false },
            "origin": "twilio",
            "beta": false,
            "api_version": "2010-04-01",
            "voice_url": settings.voice_url.unwrap_or_default(),
            "voice_method": field("VoiceMethod", "POST"),
            "voice_fallback_url": settings.voice_fallback_url.unwrap_or_default(),
            "voice_fallback_method": field("VoiceFallbackMethod", "POST"),
            "status_callback": settings.status_callback.unwrap_or_default(),
            "status_callback_method": field("StatusCallbackMethod", "POST"),
            "sms_url": settings.sms_url.unwrap_or_default(),
            "sms_method": field("SmsMethod", "POST"),
            "voice_application_sid": "",
            "sms_application_sid": "",
            "address_requirements": "none",
            "date_created": details.created.to_rfc2822(),
            "date_updated": details.created.to_rfc2822(),
            "uri": format!("/2010-04-01/Accounts/{}/IncomingPhoneNumbers/{}.json", self.0.account, details.sid),
        })
    }

    fn caller_id_json(&self, number: E164, sid: &str, name: &str) -> Value {
        json!({
            "sid": sid,
            "account_sid": self.0.account,
            "phone_number": number,
            "friendly_name": name,
            "date_created": self.0.clock.now().to_rfc2822(),
            "date_updated": self.0.clock.now().to_rfc2822(),
            "uri": format!("/2010-04-01/Accounts/{}/OutgoingCallerIds/{sid}.json", self.0.account),
        })
    }

    /// Twilio calls a number; whoever answers has to type the code.
    fn validate(&self, fields: &Parameters) -> Answer {
        const KNOWN: &[&str] =
            &["PhoneNumber", "FriendlyName", "CallDelay", "Extension", "StatusCallback", "StatusCallbackMethod"];
        only(fields, KNOWN)?;
        let Some(Ok(number)) = first(fields, "PhoneNumber").map(E164::parse) else {
            return refuse(21401, "Phone Number is not valid");
        };
        let mut state = self.lock();
        if state.caller_ids.contains_key(&number) {
            return refuse(21450, "Phone number already validated for your account");
        }
        let (count, call_sid) = state.sid("CA");
        let validation = Validation {
            code: format!("{:06}", 100_000 + count * 7_919 % 900_000),
            call_sid,
            callback: first(fields, "StatusCallback").map(ToOwned::to_owned),
            name: first(fields, "FriendlyName").unwrap_or(number.national()).to_owned(),
        };
        let body = json!({
            "account_sid": self.0.account,
            "call_sid": validation.call_sid,
            "friendly_name": validation.name,
            "phone_number": number,
            "validation_code": validation.code,
        });
        let typed = state.types_codes.then(|| validation.code.clone());
        state.validations.insert(number, validation);
        drop(state);
        if let Some(code) = typed {
            self.type_code(number, &code);
        }
        Ok((StatusCode::OK, body))
    }

    /// Somebody answers Twilio's call and types; `None` when no call comes.
    pub(super) fn type_code(&self, number: E164, typed: &str) -> Option<bool> {
        let mut state = self.lock();
        let validation = state.validations.remove(&number)?;
        let right = validation.code == typed;
        let mut parameters = vec![
            ("AccountSid", self.0.account.to_string()),
            ("CallSid", validation.call_sid.clone()),
            ("To", number.as_str().to_owned()),
            ("Called", number.as_str().to_owned()),
            ("CallStatus", "in-progress".to_owned()),
            ("VerificationStatus", if right { "success" } else { "failed" }.to_owned()),
        ];
        if right {
            let (_, sid) = state.sid("PN");
            parameters.push(("OutgoingCallerIdSid", sid.clone()));
            state.caller_ids.insert(number, (sid, validation.name));
            if let Some(verified) = &mut state.trial {
                verified.insert(number);
            }
        }
        drop(state);
        if let Some(url) = validation.callback {
            let parameters = parameters.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
            self.schedule(vec![Job::form(url, parameters)]);
        }
        Some(right)
    }

    fn lookup(&self, number: &str, query: &Parameters) -> Value {
        let parsed = E164::parse(number).ok();
        let landline = self.lock().recipients.get(number) == Some(&Behaviour::Landline);
        let wanted =
            first(query, "Fields").unwrap_or_default().split(',').any(|field| field == "line_type_intelligence");
        json!({
            "phone_number": number,
            "valid": parsed.is_some(),
            "validation_errors": if parsed.is_some() { json!([]) } else { json!(["NOT_A_NUMBER"]) },
            "country_code": parsed.and_then(|number| number.country()).map(|region| region.code()),
            "calling_country_code": parsed.map(|number| number.calling_code().to_string()),
            "national_format": parsed.map(|number| number.national().to_owned()),
            "line_type_intelligence": wanted.then(|| json!({
                "type": if landline { "landline" } else { "mobile" },
                "carrier_name": "Simulated",
                "error_code": null,
            })),
            "url": format!("https://lookups.twilio.com/v2/PhoneNumbers/{number}"),
        })
    }
}
