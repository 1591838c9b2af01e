//! Tools: what assistants can do (<https://docs.vapi.ai/tools>).
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # use std::sync::Arc;
//! # use frontdesk::clock::SystemClock;
//! # use frontdesk::transport::Stub;
//! # use frontdesk::vapi::Client;
//! # let answer = r#"{"id":"t1","type":"function","function":{"name":"book_visit"}}"#;
//! # let vapi = Client::new("the key".into(), Arc::new(Stub::new().reply(201, answer)), SystemClock::shared());
//! use frontdesk::vapi::tools::Tool;
//!
//! let parameters = serde_json::json!({
//!     "type": "object",
//!     "properties": { "slot": { "type": "string", "description": "One of the slots that were offered." } },
//!     "required": ["slot"],
//! });
//! let tool = Tool::function("book_visit".parse()?, "Books a visit.", parameters);
//! let made = vapi.tools().create(&tool).await?;
//! assert_eq!(made.id.ok_or("no id")?.as_str(), "t1");
//! # Ok(()) }
//! ```

use chrono::{DateTime, Utc};
use futures_util::stream::BoxStream;
use serde_json::Value;

use super::client::Client;
use super::destinations::TransferDestination;
use super::page::{self, listed};
use super::request::Request;
use super::server::Server;
use super::values::{FunctionName, Opaque, Timestamp, ToolId};
use crate::Error;
use crate::object::object;
use crate::open::open_enum;
use crate::parameters::parameters;
use crate::secret::Private;

/// Tools: what assistants can do.
#[derive(Debug, Clone, Copy)]
pub struct Tools<'a> {
    pub(super) client: &'a Client,
}

object! {
    /// A tool (<https://docs.vapi.ai/api-reference/tools/create>). What only some kinds have is in
    /// [`extra`](Self::extra).
    ///
    /// The same type is read, made and changed; what is absent is left alone where it is changed. What only Vapi sets
    /// is left out where it is made: [`id`](Self::id), [`org_id`](Self::org_id), the times and
    /// [`latest_version`](Self::latest_version).
    pub struct Tool {
        /// Whether the assistant goes on without waiting for what comes of it.
        r#async: bool,
        /// When it was made.
        created_at: DateTime<Utc>,
        /// The credential of a request.
        credential_id: String,
        /// What it is for: of a request.
        description: String,
        /// Where calls may be handed on to.
        destinations: Vec<TransferDestination>,
        /// What the model calls.
        function: Function,
        /// Its name.
        id: ToolId,
        /// Its latest version, `v3`.
        latest_version: String,
        /// What is said meanwhile and afterwards.
        messages: Vec<ToolMessage>,
        /// The method of a request.
        method: String,
        /// What it is called: of a request.
        name: String,
        /// Whose it is.
        org_id: String,
        /// What goes along with each call of it.
        parameters: Vec<Opaque>,
        /// When calls of it are refused.
        rejection_plan: Opaque,
        /// Where its calls go; the assistant's server by default.
        server: Server,
        /// How long a request may take, in seconds.
        timeout_seconds: f64,
        /// What kind it is.
        r#type: ToolType,
        /// When it was last changed.
        updated_at: DateTime<Utc>,
        /// The address of a request.
        url: Private,
        /// What is remembered of what comes of it.
        variable_extraction_plan: Opaque,
    }
}

listed!(Tool);

impl Tool {
    /// A function of the host: its server is called, with what the model has put into the parameters. They are
    /// described by a JSON Schema of an object, which is not checked here.
    #[must_use]
    pub fn function(name: FunctionName, description: impl Into<String>, parameters: Value) -> Self {
        let function = Function {
            name: Some(name),
            description: Some(description.into()),
            parameters: Some(parameters.into()),
            ..Function::default()
        };
        Self { r#type: Some(ToolType::Function), function: Some(function), ..Self::default() }
    }

    /// Hands the call on. With no destinations the server is asked for one.
    #[must_use]
    pub fn transfer_call(destinations: Vec<TransferDestination>) -> Self {
        Self { r#type: Some(ToolType::TransferCall), destinations: Some(destinations), ..Self::default() }
    }

    /// Hangs up.
    #[must_use]
    pub fn end_call() -> Self {
        Self { r#type: Some(ToolType::EndCall), ..Self::default() }
    }

    /// Where its calls go, rather than to the assistant's server.
    #[must_use]
    pub fn with_server(mut self, server: Server) -> Self {
        self.server = Some(server);
        self
    }
}

object! {
    /// What a model calls.
    pub struct Function {
        /// What it is for: what the model chooses by.
        description: String,
        /// What it is called.
        name: FunctionName,
        /// What it takes, as JSON Schema.
        parameters: Opaque,
        /// Whether the model has to keep to that to the letter.
        strict: bool,
    }
}

object! {
    /// What is said while a tool is at work, and afterwards.
    pub struct ToolMessage {
        /// Whether the tool waits until it was said.
        blocking: bool,
        /// When it is said.
        conditions: Vec<Opaque>,
        /// What is said.
        content: Private,
        /// The same in several languages.
        contents: Vec<Opaque>,
        /// Whether the call is over then.
        end_call_after_spoken_enabled: bool,
        /// Whether the assistant says it, or the system tells the model: `assistant` or `system`.
        role: String,
        /// After how long, 100 to 120,000 milliseconds.
        timing_milliseconds: f64,
        /// When.
        r#type: ToolMessageType,
    }
}

open_enum! {
    /// When something is said of a tool.
    pub enum ToolMessageType {
        /// When it begins.
        Start = "request-start",
        /// When it is done.
        Complete = "request-complete",
        /// When it has failed.
        Failed = "request-failed",
        /// When it takes long.
        Delayed = "request-response-delayed",
    }
}

open_enum! {
    /// What kind of tool it is.
    pub enum ToolType {
        /// A function of the host.
        Function = "function",
        /// Hands the call on.
        TransferCall = "transferCall",
        /// Hangs up.
        EndCall = "endCall",
        /// Leaves the call to another assistant.
        Handoff = "handoff",
        /// Leaves a message with a machine.
        Voicemail = "voicemail",
        /// Presses keys.
        Dtmf = "dtmf",
        /// Sends a text.
        Sms = "sms",
        /// Sends an HTTP request.
        ApiRequest = "apiRequest",
        /// Sends a SIP request.
        SipRequest = "sipRequest",
        /// Runs code at Vapi.
        Code = "code",
        /// Looks something up in files.
        Query = "query",
        /// Looks something up in a knowledge base.
        KnowledgeBase = "knowledgeBase",
        /// Whatever a server of the Model Context Protocol has.
        Mcp = "mcp",
        /// A shell.
        Bash = "bash",
        /// A screen.
        Computer = "computer",
        /// An editor.
        TextEditor = "textEditor",
        /// Enters an event into Google Calendar.
        GoogleCalendarEventCreate = "google.calendar.event.create",
        /// Asks Google Calendar when somebody is free.
        GoogleCalendarAvailabilityCheck = "google.calendar.availability.check",
        /// Appends to a table of Google's.
        GoogleSheetsRowAppend = "google.sheets.row.append",
        /// Sends a message to Slack.
        SlackMessageSend = "slack.message.send",
        /// Asks a calendar of `GoHighLevel`.
        GohighlevelCalendarAvailabilityCheck = "gohighlevel.calendar.availability.check",
        /// Enters an event into a calendar of `GoHighLevel`.
        GohighlevelCalendarEventCreate = "gohighlevel.calendar.event.create",
        /// Makes a contact in `GoHighLevel`.
        GohighlevelContactCreate = "gohighlevel.contact.create",
        /// Reads a contact from `GoHighLevel`.
        GohighlevelContactGet = "gohighlevel.contact.get",
        /// A workflow of `GoHighLevel`.
        Ghl = "ghl",
    }
}

parameters! {
    /// Which tools are listed.
    pub struct ListTools () {
        /// Only those created from then on.
        created_at_ge: into Timestamp = "createdAtGe",
        /// Only those created after that.
        created_at_gt: into Timestamp = "createdAtGt",
        /// Only those created up to then.
        created_at_le: into Timestamp = "createdAtLe",
        /// Only those created before that.
        created_at_lt: into Timestamp = "createdAtLt",
        /// At most so many on a page, up to 1,000; 100 by default.
        limit: set u32 = "limit",
        /// Only those changed from then on.
        updated_at_ge: into Timestamp = "updatedAtGe",
        /// Only those changed after that.
        updated_at_gt: into Timestamp = "updatedAtGt",
        /// Only those changed last up to then.
        updated_at_le: into Timestamp = "updatedAtLe",
        /// Only those changed last before that.
        updated_at_lt: into Timestamp = "updatedAtLt",
    }
}

fn one(id: &ToolId) -> String {
    format!("tool/{id}")
}

impl<'a> Tools<'a> {
    /// Makes a tool.
    ///
    /// # Errors
    /// [`Error::is_outcome_unknown`] when it may be there.
    pub async fn create(&self, tool: &Tool) -> Result<Tool, Error> {
        self.client.call(Request::create("making a tool", "tool").with_json(tool)?).await
    }

    /// One page of tools, latest first.
    ///
    /// # Errors
    /// [`Error::is_permanent`] when more than 1,000 are asked for.
    pub async fn list(&self, query: &ListTools) -> Result<Vec<Tool>, Error> {
        page::list(self.client, Request::get("listing tools", "tool").with_query(&query.fields)).await
    }

    /// All tools, latest first, fetched page by page as they are asked for.
    #[must_use]
    pub fn stream(&self, query: &ListTools) -> BoxStream<'a, Result<Tool, Error>> {
        page::stream(self.client, Request::get("listing tools", "tool").with_query(&query.fields))
    }

    /// A tool.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is none.
    pub async fn get(&self, id: &ToolId) -> Result<Tool, Error> {
        self.client.call(Request::get("reading a tool", one(id))).await
    }

    /// Changes what is named of a tool. Vapi wants its type named as well.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is none.
    pub async fn update(&self, id: &ToolId, tool: &Tool) -> Result<Tool, Error> {
        self.client.call(Request::update("changing a tool", one(id)).with_json(tool)?).await
    }

    /// Deletes a tool.
    ///
    /// # Errors
    /// Status 409, `tool_pinned`, when an assistant holds on to a version of it.
    pub async fn delete(&self, id: &ToolId) -> Result<Tool, Error> {
        self.client.call(Request::delete("deleting a tool", one(id))).await
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn common_tools_are_what_vapi_takes() {
        let schema = json!({ "type": "object", "properties": {} });
        let tool = Tool::function("find_slots".parse().unwrap(), "Finds slots.", schema.clone());
        assert_eq!(
            serde_json::to_value(&tool).unwrap(),
            json!({
                "type": "function",
                "function": { "name": "find_slots", "description": "Finds slots.", "parameters": schema },
            })
        );
        let desk = TransferDestination::number(&"+14155552671".parse().unwrap()).described("A person.");
        assert_eq!(
            serde_json::to_value(Tool::transfer_call(vec![desk.clone()])).unwrap(),
            json!({
                "type": "transferCall",
                "destinations": [{ "type": "number", "number": "+14155552671", "description": "A person." }],
            })
        );
        assert_eq!(serde_json::to_value(Tool::end_call()).unwrap(), json!({ "type": "endCall" }));
        assert!(!format!("{desk:?}").contains("555"));
    }

    #[test]
    fn what_has_no_name_of_ours_survives() {
        let json = json!({ "type": "brand.new", "knobs": { "a": [1, "b"] }, "function": { "name": "x", "more": 1 } });
        let tool: Tool = serde_json::from_value(json.clone()).unwrap();
        assert!(matches!(tool.r#type, Some(ToolType::Other(_))));
        assert_eq!(serde_json::to_value(tool).unwrap(), json);
    }
}
