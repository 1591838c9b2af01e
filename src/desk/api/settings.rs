use http::{HeaderValue, StatusCode, header};
use serde_json::{Map, Value};

use super::problem::Problem;
use super::{Answer, Asked, json, not_found, read_json};
use crate::store::{Commit, Store, Unit};
use crate::tenant::Tenant;

/// What is not the tenant's to change: numbers come and go with their orders, a subscription with its payments.
const FIXED: [&str; 4] = ["id", "numbers", "subscription", "version"];

fn shown(tenant: &Tenant) -> Result<Answer, Problem> {
    let mut response = json(StatusCode::OK, tenant)?;
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{}\"", tenant.version)) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    Ok(response)
}

/// `GET /tenant`: the settings; `ETag` is their version.
pub(super) async fn read(store: &dyn Store, asked: Asked<'_>) -> Result<Answer, Problem> {
    asked.query.done()?;
    let tenant = store.tenant(&asked.tenant).await?.ok_or_else(|| not_found("tenant"))?;
    shown(&tenant)
}

/// `PATCH /tenant`: a merge patch (<https://datatracker.ietf.org/doc/html/rfc7396>); with `If-Match` only if nobody has
/// changed the settings meanwhile.
pub(super) async fn change(store: &dyn Store, asked: Asked<'_>) -> Result<Answer, Problem> {
    let patch: Map<String, Value> = asked.json()?;
    let tenant = store.tenant(&asked.tenant).await?.ok_or_else(|| not_found("tenant"))?;
    let expected = asked.parts.headers.get(header::IF_MATCH).map(|tag| tag.as_bytes().to_owned());
    asked.query.done()?;
    let current = format!("\"{}\"", tenant.version);
    let changed_meanwhile = |status| Problem::new(status, "the settings have changed: read them again");
    if expected.as_ref().is_some_and(|tag| tag != b"*" && tag != current.as_bytes()) {
        return Err(changed_meanwhile(StatusCode::PRECONDITION_FAILED));
    }
    let changed = patched(&tenant, patch)?;
    match store.commit(&asked.tenant, Unit::new().save_tenant(changed)).await? {
        Commit::Applied => {
            let tenant = store.tenant(&asked.tenant).await?.ok_or_else(|| not_found("tenant"))?;
            shown(&tenant)
        }
        _ if expected.is_some() => Err(changed_meanwhile(StatusCode::PRECONDITION_FAILED)),
        _ => Err(changed_meanwhile(StatusCode::CONFLICT)),
    }
}

/// Pure: what a patch looks like: the settings that may be changed, each of them or none, `null` for the default. What
/// it changes within a setting need not be whole.
pub(super) fn patch_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    let mut generator = schemars::generate::SchemaSettings::draft2020_12().into_generator();
    let whole = generator.root_schema_for::<Tenant>().to_value();
    let about = |name: &str, schema: &Value| {
        let about = schema.get("description").cloned().unwrap_or_default();
        (!FIXED.contains(&name)).then(|| (name.to_owned(), serde_json::json!({ "description": about })))
    };
    let fields = whole.get("properties").and_then(Value::as_object).into_iter().flatten();
    let fields: Map<String, Value> = fields.filter_map(|(name, schema)| about(name, schema)).collect();
    schemars::json_schema!({ "type": "object", "properties": fields, "additionalProperties": false })
}

/// Pure: the settings with the patch.
fn patched(tenant: &Tenant, patch: Map<String, Value>) -> Result<Tenant, Problem> {
    let unreadable = |_| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the settings cannot be read");
    let mut settings = serde_json::to_value(tenant).map_err(unreadable)?;
    for name in patch.keys() {
        if FIXED.contains(&name.as_str()) {
            return Err(Problem::invalid(Some(name.clone()), "this cannot be changed here"));
        }
        if settings.get(name).is_none() {
            return Err(Problem::invalid(Some(name.clone()), "there is no such setting"));
        }
    }
    merge(&mut settings, Value::Object(patch));
    read_json(settings.to_string().as_bytes())
}

/// Pure: RFC 7396. What a patch nulls goes back to its default.
fn merge(target: &mut Value, patch: Value) {
    match patch {
        Value::Object(patch) => {
            if !target.is_object() {
                *target = Value::Object(Map::new());
            }
            for (name, value) in patch {
                let Some(fields) = target.as_object_mut() else { return };
                if value.is_null() {
                    fields.remove(&name);
                } else {
                    merge(fields.entry(name).or_insert(Value::Null), value);
                }
            }
        }
        other => *target = other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_patch_changes_what_it_names() {
        let tenant =
            Tenant::new("clinic".parse().unwrap()).with_name("Old").with_number("+15551230000".parse().unwrap());
        let patch =
            json!({ "name": "New", "greeting": "Hello", "forwarding": { "timeout": 7 }, "zone": "Europe/Berlin" });
        let changed = patched(&tenant, patch.as_object().unwrap().clone()).unwrap();
        assert_eq!(
            (changed.name.as_str(), changed.greeting.as_deref(), changed.forwarding.timeout),
            ("New", Some("Hello"), 7)
        );
        assert_eq!((changed.zone, changed.numbers), (chrono_tz::Europe::Berlin, tenant.numbers.clone()));
        let patch = json!({ "greeting": null, "forwarding": null });
        let back =
            patched(&Tenant { greeting: Some("x".into()), ..tenant }, patch.as_object().unwrap().clone()).unwrap();
        assert_eq!((back.greeting, back.forwarding.timeout), (None, 20));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let tenant = Tenant::new("clinic".parse().unwrap());
        for (patch, field) in [
            (json!({ "id": "other" }), "id"),
            (json!({ "numbers": [] }), "numbers"),
            (json!({ "colour": "red" }), "colour"),
            (json!({ "zone": "Mars/Olympus" }), "zone"),
            (json!({ "forwarding": { "timeout": "long" } }), "forwarding.timeout"),
            (json!({ "notifications": { "reminders": vec![60; 11] } }), "notifications.reminders"),
            (json!({ "hours": { "weekly": "moonday" } }), "hours"),
        ] {
            let problem = patched(&tenant, patch.as_object().unwrap().clone()).unwrap_err();
            let body: Value = serde_json::from_slice(problem.into_response().body()).unwrap();
            assert_eq!(body["field"], field, "{patch}: {body}");
        }
    }
}
