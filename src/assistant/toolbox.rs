use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::context::Context;
use crate::Error;
use crate::vapi::FunctionName;

/// How long a tool may take before the assistant is told to bridge the time.
pub(super) const LIMIT: Duration = Duration::from_secs(9);

/// What a tool answers: a short sentence that the assistant can say, or why it cannot do what it was asked for.
pub type Answer = Result<String, ToolError>;

/// Why a tool did not do what it was asked for.
#[derive(Debug)]
#[non_exhaustive]
pub enum ToolError {
    /// What the assistant is to say or ask.
    Say(String),
    /// Something of ours failed; the assistant apologises.
    Failed(Error),
}

impl ToolError {
    /// What the assistant is to say or ask.
    pub fn say(text: impl Into<String>) -> Self {
        Self::Say(text.into())
    }
}

impl From<Error> for ToolError {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// A tool that cannot be offered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidTool {
    /// The name is not one that a function may have: 1 to 64 letters, digits, `-` and `_`.
    #[error("{0:?} is not a tool's name: 1 to 64 letters, digits, '-' or '_'")]
    Name(String),
    /// There is one of that name already.
    #[error("there are two tools called {0:?}")]
    Twice(String),
    /// What it takes is not an object.
    #[error("the tool {0:?} does not take an object")]
    NotAnObject(String),
}

type Run = dyn Fn(Context, Map<String, Value>) -> BoxFuture<'static, Answer> + Send + Sync;

/// A tool: what the assistant is told of it, and what it does.
#[derive(Clone)]
pub(super) struct Entry {
    name: FunctionName,
    description: String,
    parameters: Value,
    limit: Duration,
    run: Arc<Run>,
}

/// The tools that an assistant may use. Each takes a Rust type, from which its definition is made; what the assistant
/// passes is checked against it, and what is missing is asked for.
///
/// ```
/// use frontdesk::assistant::{Toolbox, ToolError};
///
/// #[derive(serde::Deserialize, schemars::JsonSchema)]
/// struct Price {
///     /// What the price is asked for.
///     service: String,
/// }
///
/// let tools = Toolbox::new().tool("price", "Tells what something costs.", |_call, price: Price| async move {
///     match price.service.as_str() {
///         "cleaning" => Ok("A cleaning is ninety dollars.".to_owned()),
///         _ => Err(ToolError::say("I do not know that price. Offer to take a message.")),
///     }
/// })?;
/// let definition = &tools.definitions(None)[0];
/// assert_eq!(definition["function"]["parameters"]["required"][0], "service");
/// # Ok::<(), frontdesk::assistant::InvalidTool>(())
/// ```
#[derive(Clone, Default)]
#[must_use]
pub struct Toolbox {
    entries: Vec<Entry>,
}

impl Toolbox {
    /// No tools.
    pub fn new() -> Self {
        Self::default()
    }

    /// With a tool. The doc comments of the type's fields tell the assistant what they are for.
    ///
    /// # Errors
    /// [`InvalidTool`] when the name is taken or cannot be one, or the type is not an object.
    pub fn tool<A, F, R>(self, name: &str, description: impl Into<String>, run: F) -> Result<Self, InvalidTool>
    where
        A: DeserializeOwned + JsonSchema + Send + 'static,
        F: Fn(Context, A) -> R + Send + Sync + Clone + 'static,
        R: Future<Output = Answer> + Send + 'static,
    {
        self.tool_within(LIMIT, name, description, run)
    }

    /// The same, with a limit of its own. What takes longer goes on while the assistant says so, and its result is there
    /// when it asks again.
    ///
    /// # Errors
    /// As with [`tool`](Self::tool).
    pub fn tool_within<A, F, R>(
        mut self,
        limit: Duration,
        name: &str,
        description: impl Into<String>,
        run: F,
    ) -> Result<Self, InvalidTool>
    where
        A: DeserializeOwned + JsonSchema + Send + 'static,
        F: Fn(Context, A) -> R + Send + Sync + Clone + 'static,
        R: Future<Output = Answer> + Send + 'static,
    {
        let checked = FunctionName::new(name).map_err(|_| InvalidTool::Name(name.to_owned()))?;
        if self.entries.iter().any(|known| known.name == checked) {
            return Err(InvalidTool::Twice(name.to_owned()));
        }
        let parameters = parameters::<A>().ok_or_else(|| InvalidTool::NotAnObject(name.to_owned()))?;
        let schema = parameters.clone();
        let run = move |context: Context, arguments: Map<String, Value>| -> BoxFuture<'static, Answer> {
            match read::<A>(arguments, &schema) {
                Ok(arguments) => Box::pin(run(context, arguments)),
                Err(text) => Box::pin(async move { Err(ToolError::Say(text)) }),
            }
        };
        self.entries.push(Entry {
            name: checked,
            description: description.into(),
            parameters,
            limit,
            run: Arc::new(run),
        });
        Ok(self)
    }

    /// The tools' definitions, as Vapi takes them; the server they are called at is the assistant's unless it is told here.
    #[must_use]
    pub fn definitions(&self, server: Option<&Value>) -> Vec<Value> {
        let definition = |entry: &Entry| {
            let mut definition = json!({
                "type": "function",
                "function": {
                    "name": entry.name.as_str(),
                    "description": entry.description,
                    "parameters": entry.parameters,
                },
            });
            if let (Some(server), Some(object)) = (server, definition.as_object_mut()) {
                object.insert("server".into(), server.clone());
            }
            definition
        };
        self.entries.iter().map(definition).collect()
    }

    /// The tools' names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|entry| entry.name.as_str())
    }

    pub(super) fn limit(&self, name: &str) -> Duration {
        self.find(name).map_or(LIMIT, |entry| entry.limit)
    }

    fn find(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.name.as_str() == name)
    }

    /// Calls a tool; `None` arguments are ones that could not be read.
    pub(super) fn call(
        &self,
        name: &str,
        context: Context,
        arguments: Option<Map<String, Value>>,
    ) -> BoxFuture<'static, Answer> {
        let Some(entry) = self.find(name) else {
            let text = "There is no such tool. Go on without it, or offer to take a message.".to_owned();
            return Box::pin(async move { Err(ToolError::Say(text)) });
        };
        match arguments {
            Some(arguments) => (entry.run)(context, arguments),
            None => {
                let text = format!("The arguments of {name} could not be read. Call it again with a JSON object.");
                Box::pin(async move { Err(ToolError::Say(text)) })
            }
        }
    }
}

impl fmt::Debug for Toolbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.names()).finish()
    }
}

/// What a type takes, as JSON Schema without references.
fn parameters<A: JsonSchema>() -> Option<Value> {
    let settings = SchemaSettings::draft07().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    let mut schema = settings.into_generator().into_root_schema_for::<A>().to_value();
    let object = schema.as_object_mut()?;
    if object.get("type").and_then(Value::as_str) != Some("object") {
        return None;
    }
    object.remove("title");
    object.remove("description");
    object.entry("properties").or_insert_with(|| json!({}));
    plain(&mut schema);
    Some(schema)
}

/// What Vapi takes of a schema (<https://docs.vapi.ai/api-reference/tools/create>); it refuses anything else.
const KNOWN: [&str; 9] =
    ["type", "items", "properties", "description", "pattern", "format", "required", "enum", "title"];
const FORMATS: [&str; 9] = ["date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"];

/// Only what Vapi takes, and no `null` among the types: what is not required may be left out.
fn plain(schema: &mut Value) {
    let Some(object) = schema.as_object_mut() else {
        // `true` is any value.
        *schema = json!({ "type": "object" });
        return;
    };
    // A choice between something and nothing is that something.
    for choice in ["anyOf", "oneOf"] {
        let some = object.get(choice).and_then(Value::as_array).and_then(|options| {
            options.iter().find(|option| option.get("type").and_then(Value::as_str) != Some("null")).cloned()
        });
        if let Some(Value::Object(some)) = some {
            for (name, value) in some {
                object.entry(name).or_insert(value);
            }
        }
    }
    if let Some(Value::Array(types)) = object.get_mut("type") {
        types.retain(|kind| kind != "null");
        let first = types.first().cloned().unwrap_or_else(|| json!("string"));
        object.insert("type".into(), first);
    }
    if let Some(Value::Array(values)) = object.get_mut("enum") {
        values.retain(|value| !value.is_null());
    }
    object.retain(|name, _| KNOWN.contains(&name.as_str()));
    if object.get("format").and_then(Value::as_str).is_some_and(|format| !FORMATS.contains(&format)) {
        object.remove("format");
    }
    object.entry("type").or_insert_with(|| json!("string"));
    if let Some(Value::Object(properties)) = object.get_mut("properties") {
        properties.values_mut().for_each(plain);
    }
    if let Some(items) = object.get_mut("items") {
        plain(items);
    }
}

/// Reads what the assistant passed, or says which field to ask for.
fn read<A: DeserializeOwned>(mut arguments: Map<String, Value>, schema: &Value) -> Result<A, String> {
    // Models fill in what they do not know with nothing.
    arguments.retain(|_, value| !value.is_null() && value.as_str().is_none_or(|text| !text.trim().is_empty()));
    let required = schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let described = |field: &str| {
        let about =
            schema.pointer(&format!("/properties/{field}/description")).and_then(Value::as_str).unwrap_or_default();
        let about = about.trim_end_matches('.');
        if about.is_empty() { format!("`{field}`") } else { format!("`{field}` ({about})") }
    };
    let missing: Vec<_> = required.filter(|field| !arguments.contains_key(*field)).map(described).collect();
    if !missing.is_empty() {
        return Err(format!(
            "Something is missing: {}. Ask the caller for it, then call the tool again.",
            missing.join(", ")
        ));
    }
    serde_path_to_error::deserialize(Value::Object(arguments)).map_err(|error| {
        let path = error.path().to_string();
        let field = path.split(['.', '[']).next().unwrap_or_default();
        match field {
            "" => "The arguments do not fit the tool. Call it again as it is described.".to_owned(),
            field => {
                format!("The field {} is not as the tool takes it. Ask the caller for it again.", described(field))
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize, JsonSchema)]
    struct Sample {
        /// When the caller wishes to come.
        time: String,
        /// How many minutes it takes.
        minutes: Option<u32>,
    }

    #[test]
    fn what_is_missing_or_wrong_is_asked_for() {
        let schema = parameters::<Sample>().unwrap();
        assert_eq!(schema["properties"]["minutes"]["type"], "integer");
        assert_eq!(schema["required"], json!(["time"]));
        assert!(schema.get("$schema").is_none());
        // Vapi refuses whole definitions for a word that it does not know.
        assert_eq!(
            schema["properties"]["minutes"],
            json!({"type": "integer", "description": "How many minutes it takes."})
        );
        let ask = |given: Value| {
            let Value::Object(given) = given else { panic!() };
            read::<Sample>(given, &schema).map(|sample| (sample.time, sample.minutes))
        };
        assert_eq!(ask(json!({"time": "two", "minutes": null})), Ok(("two".into(), None)));
        assert_eq!(ask(json!({"time": "two", "minutes": ""})), Ok(("two".into(), None)));
        assert_eq!(
            ask(json!({"time": " "})).unwrap_err(),
            "Something is missing: `time` (When the caller wishes to come). Ask the caller for it, then call the tool again."
        );
        assert!(
            ask(json!({"time": "two", "minutes": "many"}))
                .unwrap_err()
                .contains("`minutes` (How many minutes it takes)")
        );
        assert!(ask(json!({"time": 2})).unwrap_err().contains("`time`"));
        assert!(parameters::<String>().is_none());
    }

    #[test]
    fn names_are_checked() {
        let tool = |tools: Toolbox, name: &str| tools.tool(name, "", |_, _: Sample| async { Ok(String::new()) });
        assert_eq!(tool(Toolbox::new(), "two words").unwrap_err(), InvalidTool::Name("two words".into()));
        let tools = tool(Toolbox::new(), "one").unwrap();
        assert_eq!(tool(tools, "one").unwrap_err(), InvalidTool::Twice("one".into()));
        let list = Toolbox::new().tool("list", "", |_, _: Vec<String>| async { Ok(String::new()) });
        assert_eq!(list.unwrap_err(), InvalidTool::NotAnObject("list".into()));
    }
}
