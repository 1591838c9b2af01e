use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::operation::{About, Kind, Operation, PATHS, Parameter};
use super::problem::ProblemView;
use crate::auth::Role;

/// Pure: the API as an OpenAPI 3.1 document (<https://spec.openapis.org/oas/v3.1.0>), made of the table that the router is
/// made of and of the types that requests are read into and answers are written from.
pub(super) fn document(prefix: &str) -> Value {
    let mut settings = SchemaSettings::draft2020_12();
    settings.definitions_path = "/components/schemas".into();
    settings.meta_schema = None;
    let mut generator = settings.into_generator();
    let problem = generator.subschema_for::<ProblemView>().to_value();
    let mut paths = Map::new();
    for (path, methods) in PATHS {
        let mut item = Map::new();
        for (method, operation) in *methods {
            let about = operation.about();
            let mut parameters: Vec<Value> = named(path).collect();
            parameters.extend(about.query.iter().map(|parameter| shown(parameter, &mut generator)));
            if operation.needs().is_some() {
                parameters.push(json!({
                    "name": "tenant",
                    "in": "query",
                    "description": "Whose, if an administrator asks; anybody else's own.",
                    "schema": { "type": "string", "minLength": 1, "maxLength": 128 },
                }));
            }
            if matches!(operation, Operation::Book | Operation::Hold) {
                parameters.push(json!({
                    "name": "Idempotency-Key",
                    "in": "header",
                    "description": "The same key and the same request are the same booking.",
                    "schema": { "type": "string", "pattern": "^[A-Za-z0-9_.:-]{1,128}$" },
                }));
            }
            let mut entry = json!({
                "operationId": about.id,
                "summary": about.summary,
                "parameters": parameters,
                "responses": answers(*operation, path, &about, &problem, &mut generator),
            });
            if let (Some(body), Some(entry)) = (about.body, entry.as_object_mut()) {
                let schema = body(&mut generator).to_value();
                let kind = if *operation == Operation::ChangeTenant {
                    "application/merge-patch+json"
                } else {
                    "application/json"
                };
                let body = json!({ "required": true, "content": { kind: { "schema": schema } } });
                entry.insert("requestBody".into(), body);
            }
            if let (None, Some(entry)) = (operation.needs(), entry.as_object_mut()) {
                entry.insert("security".into(), json!([]));
            }
            item.insert(method.as_str().to_ascii_lowercase(), entry);
        }
        paths.insert(format!("{prefix}{path}"), Value::Object(item));
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Frontdesk",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "A tenant's calls, texts, bookings, notifications, numbers and settings.",
            "license": { "name": "MIT", "identifier": "MIT" },
        },
        "security": [{ "bearer": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": { "bearer": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT" } },
            "schemas": generator.take_definitions(true),
        },
    })
}

/// What stands in the path.
fn named(path: &str) -> impl Iterator<Item = Value> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).map(|name| {
        let (about, pattern) = match name {
            "sid" => ("The call's SID.", "^CA[0-9a-fA-F]{32}$"),
            "id" => ("The booking's name.", "^[A-Za-z0-9_.:-]{1,128}$"),
            _ => ("The other side, as +14155552671.", "^[^/]+$"),
        };
        let schema = json!({ "type": "string", "pattern": pattern });
        json!({ "name": name, "in": "path", "required": true, "description": about, "schema": schema })
    })
}

fn shown(parameter: &Parameter, generator: &mut schemars::SchemaGenerator) -> Value {
    let mut list = false;
    let schema = match &parameter.kind {
        Kind::Text(form) => json!({ "type": "string", "pattern": form }),
        Kind::Number => json!({ "type": "integer", "minimum": 1, "maximum": 200, "default": 50 }),
        Kind::Flag => json!({ "type": "boolean" }),
        Kind::Time => json!({ "type": "string", "format": "date-time" }),
        Kind::One(of) => of(generator).to_value(),
        Kind::List(of) => {
            list = true;
            json!({ "type": "array", "items": of(generator).to_value(), "minItems": 1 })
        }
    };
    let mut shown = json!({ "name": parameter.name, "in": "query", "description": parameter.about, "schema": schema });
    if let (true, Some(shown)) = (list, shown.as_object_mut()) {
        // Separated by commas.
        shown.insert("style".into(), "form".into());
        shown.insert("explode".into(), false.into());
    }
    shown
}

fn answers(
    operation: Operation,
    path: &str,
    about: &About,
    problem: &Value,
    generator: &mut schemars::SchemaGenerator,
) -> Value {
    let (kind, schema) = &about.answer;
    let content = match schema {
        Some(schema) => json!({ "schema": schema(generator).to_value() }),
        None => json!({ "schema": { "type": "string" } }),
    };
    let mut answers = Map::new();
    answers.insert(about.status.as_str().into(), json!({ "description": "Done.", "content": { *kind: content } }));
    let mut fails = |status: &str, description: &str| {
        let content = json!({ "application/problem+json": { "schema": problem } });
        answers.insert(status.into(), json!({ "description": description, "content": content }));
    };
    fails("429", "Too many requests: wait as long as `Retry-After` says.");
    fails("500", "Something is wrong with the desk.");
    fails("503", "It cannot be done just now; ask again.");
    if let Some(role) = operation.needs() {
        fails("401", "Valid credentials are needed.");
        fails("403", if role == Role::Admin { "This is for administrators." } else { "This is another tenant's." });
    }
    fails("422", "A parameter or a field is wrong: `field` says which.");
    let changes = about.body.is_some();
    if changes {
        fails("400", "The request cannot be read.");
        fails("413", "The body is too long.");
        fails("408", "The body took too long.");
        fails("415", "The body is no JSON.");
        fails("409", "It was refused, or the record has changed meanwhile.");
    }
    let numbers = matches!(operation, Operation::Provision | Operation::AccountNumbers | Operation::Connect);
    let settings = matches!(
        operation,
        Operation::Tenant | Operation::ChangeTenant | Operation::Confirm | Operation::Cancel | Operation::Remind
    );
    let books = matches!(operation, Operation::Book | Operation::Hold | Operation::Availability);
    if path.contains("{sid}") || path.contains("{id}") || numbers || settings || books {
        fails("404", "There is no such thing.");
    }
    if matches!(operation, Operation::Availability | Operation::CancelBooking) {
        fails("409", "The settings make no sense, or it was refused.");
    }
    if operation == Operation::Recording || operation == Operation::AccountNumbers {
        fails("409", "The provider refused it.");
    }
    if operation == Operation::ChangeTenant {
        fails("412", "The settings have changed: read them again.");
    }
    Value::Object(answers)
}
