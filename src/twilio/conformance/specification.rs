//! What the specifications say.

use std::collections::BTreeMap;

use serde_json::Value;

pub(super) const SPECIFICATIONS: [(&str, &str); 4] = [
    ("Api", "twilio_api_v2010.json"),
    ("Intelligence", "twilio_intelligence_v2.json"),
    ("Lookups", "twilio_lookups_v2.json"),
    ("Messaging", "twilio_messaging_v1.json"),
];

/// What an operation's specification says.
#[derive(Default)]
pub(super) struct Described {
    pub(super) path: String,
    pub(super) parameters: BTreeMap<String, Vec<String>>,
    pub(super) properties: BTreeMap<String, Vec<String>>,
}

pub(super) struct Specification {
    pub(super) document: Value,
}

impl Specification {
    fn resolve<'a>(&'a self, mut schema: &'a Value) -> &'a Value {
        while let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            schema = self.document.pointer(reference.trim_start_matches('#')).expect("references lead somewhere");
        }
        schema
    }

    /// Names of a schema's properties, by path, with the values of each enumeration.
    fn flatten(&self, schema: &Value, prefix: &str, into: &mut BTreeMap<String, Vec<String>>) {
        let schema = self.resolve(schema);
        let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return };
        for (name, property) in properties {
            let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
            let mut inner = self.resolve(property);
            if let Some(items) = inner.get("items") {
                inner = self.resolve(items);
            }
            let values = inner.get("enum").and_then(Value::as_array).map(|values| {
                values.iter().map(|value| value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)).collect()
            });
            into.insert(path.clone(), values.unwrap_or_default());
            self.flatten(inner, &path, into);
        }
    }

    pub(super) fn operations(&self) -> BTreeMap<String, Described> {
        let mut all = BTreeMap::new();
        for (path, item) in self.document["paths"].as_object().unwrap() {
            for method in ["get", "post", "put", "delete"] {
                let Some(operation) = item.get(method) else { continue };
                let mut wanted = Described { path: path.clone(), ..Default::default() };
                for holder in [operation, item] {
                    for parameter in holder.get("parameters").and_then(Value::as_array).into_iter().flatten() {
                        let parameter = self.resolve(parameter);
                        if parameter["in"] != "path" {
                            let values = self.resolve(&parameter["schema"]).get("enum").and_then(Value::as_array);
                            let values = values.into_iter().flatten().filter_map(Value::as_str).map(ToOwned::to_owned);
                            wanted.parameters.insert(parameter["name"].as_str().unwrap().to_owned(), values.collect());
                        }
                    }
                }
                if let Some(content) = operation.pointer("/requestBody/content").and_then(Value::as_object) {
                    for media in content.values() {
                        self.flatten(&media["schema"], "", &mut wanted.parameters);
                    }
                }
                for (status, answer) in operation["responses"].as_object().unwrap() {
                    let Some(content) = answer.get("content").and_then(Value::as_object) else { continue };
                    if status.starts_with('2') {
                        for media in content.values() {
                            self.flatten(&media["schema"], "", &mut wanted.properties);
                        }
                    }
                }
                all.insert(operation["operationId"].as_str().unwrap().to_owned(), wanted);
            }
        }
        all
    }
}
