//! Sums and averages over calls (<https://docs.vapi.ai/api-reference/analytics/get>).
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # use std::sync::Arc;
//! # use frontdesk::clock::SystemClock;
//! # use frontdesk::transport::Stub;
//! # use frontdesk::vapi::Client;
//! # let answer = r#"[{"name":"ends","result":[{"endedReason":"customer-ended-call","countId":7}]}]"#;
//! # let transport = Arc::new(Stub::new().reply(200, answer));
//! # let vapi = Client::new("the key".into(), transport, SystemClock::shared());
//! use frontdesk::vapi::analytics::{AnalyticsColumn, AnalyticsGroup, AnalyticsOperation, AnalyticsQuery, Operation};
//!
//! let count = AnalyticsOperation::new(Operation::Count, AnalyticsColumn::Id);
//! let ends = AnalyticsQuery::calls("ends", vec![count]).by(AnalyticsGroup::EndedReason);
//! let results = vapi.analytics().query(&[ends]).await?;
//! assert_eq!(results[0].rows()[0].get("countId").and_then(|count| count.as_u64()), Some(7));
//! # Ok(()) }
//! ```

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::client::Client;
use super::request::Request;
use super::values::Opaque;
use crate::Error;
use crate::object::object;
use crate::open::open_enum;

/// Sums and averages over calls.
#[derive(Debug, Clone, Copy)]
pub struct Analytics<'a> {
    pub(super) client: &'a Client,
}

object! {
    /// What is asked.
    pub struct AnalyticsQuery {
        /// For each of these.
        group_by: Vec<AnalyticsGroup>,
        /// For each value of these variables.
        group_by_variable_value: Vec<VariableValueGroup>,
        /// What the question is called, in 40 characters at most; the answer has the same name.
        name: String,
        /// What is computed.
        operations: Vec<AnalyticsOperation>,
        /// Of what.
        table: AnalyticsTable,
        /// When; the last seven days by default.
        time_range: TimeRange,
    }
}

impl AnalyticsQuery {
    /// A question about calls.
    #[must_use]
    pub fn calls(name: impl Into<String>, operations: Vec<AnalyticsOperation>) -> Self {
        Self {
            table: Some(AnalyticsTable::Call),
            name: Some(name.into()),
            operations: Some(operations),
            ..Self::default()
        }
    }

    /// For each of these.
    #[must_use]
    pub fn by(mut self, group: AnalyticsGroup) -> Self {
        self.group_by.get_or_insert_default().push(group);
        self
    }

    /// When.
    #[must_use]
    pub fn within(mut self, time_range: TimeRange) -> Self {
        self.time_range = Some(time_range);
        self
    }
}

object! {
    /// A variable.
    pub struct VariableValueGroup {
        /// What it is called.
        key: String,
    }
}

object! {
    /// What is computed.
    pub struct AnalyticsOperation {
        /// What it is called in the answer; `sumCost` and the like by default.
        alias: String,
        /// Over what.
        column: AnalyticsColumn,
        /// What.
        operation: Operation,
    }
}

impl AnalyticsOperation {
    /// Something over a column.
    #[must_use]
    pub fn new(operation: Operation, column: AnalyticsColumn) -> Self {
        Self { operation: Some(operation), column: Some(column), ..Self::default() }
    }
}

object! {
    /// A stretch of time.
    pub struct TimeRange {
        /// When it is over; now by default.
        end: DateTime<Utc>,
        /// When it begins; seven days ago by default.
        start: DateTime<Utc>,
        /// For each of these steps.
        step: TimeStep,
        /// The zone that days are of; UTC by default.
        timezone: String,
    }
}

impl TimeRange {
    /// From an instant to another.
    #[must_use]
    pub fn new(start: DateTime<Utc>, end: DateTime<Utc>) -> Self {
        Self { start: Some(start), end: Some(end), ..Self::default() }
    }
}

object! {
    /// What is answered.
    pub struct AnalyticsResult {
        /// What the question is called.
        name: String,
        /// A row for each group.
        result: Vec<Opaque>,
        /// When.
        time_range: TimeRange,
    }
}

impl AnalyticsResult {
    /// A row for each group.
    #[must_use]
    pub fn rows(&self) -> &[Opaque] {
        self.result.as_deref().unwrap_or_default()
    }
}

open_enum! {
    /// What a question is about.
    pub enum AnalyticsTable {
        /// Calls.
        Call = "call",
        /// The account.
        Subscription = "subscription",
    }
}

open_enum! {
    /// For each of what something is computed.
    pub enum AnalyticsGroup {
        /// The kind of call.
        Type = "type",
        /// The assistant.
        AssistantId = "assistantId",
        /// Why it ended.
        EndedReason = "endedReason",
        /// Whether it went well.
        SuccessEvaluation = "analysis.successEvaluation",
        /// Its status.
        Status = "status",
    }
}

open_enum! {
    /// What is computed.
    pub enum Operation {
        /// The sum.
        Sum = "sum",
        /// The average.
        Avg = "avg",
        /// How many there are.
        Count = "count",
        /// The least.
        Min = "min",
        /// The most.
        Max = "max",
        /// Each one.
        History = "history",
    }
}

open_enum! {
    /// Over what something is computed. Costs are in dollars.
    pub enum AnalyticsColumn {
        /// The calls themselves.
        Id = "id",
        /// What they cost.
        Cost = "cost",
        /// What the models cost.
        CostLlm = "costBreakdown.llm",
        /// What the transcribers cost.
        CostStt = "costBreakdown.stt",
        /// What the voices cost.
        CostTts = "costBreakdown.tts",
        /// What Vapi costs.
        CostVapi = "costBreakdown.vapi",
        /// What carriers cost.
        CostTransport = "costBreakdown.transport",
        /// What summaries cost.
        CostSummary = "costBreakdown.analysisBreakdown.summary",
        /// What the transcribers cost.
        CostTranscriber = "costBreakdown.transcriber",
        /// How many characters were spoken.
        TtsCharacters = "costBreakdown.ttsCharacters",
        /// How many tokens models were given.
        LlmPromptTokens = "costBreakdown.llmPromptTokens",
        /// How many tokens models wrote.
        LlmCompletionTokens = "costBreakdown.llmCompletionTokens",
        /// How many tokens models had been given before.
        LlmCachedPromptTokens = "costBreakdown.llmCachedPromptTokens",
        /// How long calls took.
        Duration = "duration",
        /// How many there were at once.
        Concurrency = "concurrency",
        /// How many minutes were used.
        MinutesUsed = "minutesUsed",
    }
}

open_enum! {
    /// A step of time.
    pub enum TimeStep {
        /// A second.
        Second = "second",
        /// A minute.
        Minute = "minute",
        /// An hour.
        Hour = "hour",
        /// A day.
        Day = "day",
        /// A week.
        Week = "week",
        /// A month.
        Month = "month",
        /// A quarter of a year.
        Quarter = "quarter",
        /// A year.
        Year = "year",
        /// Ten years.
        Decade = "decade",
        /// A hundred years.
        Century = "century",
        /// A thousand years.
        Millennium = "millennium",
    }
}

/// As questions are sent.
#[derive(Serialize)]
struct Questions<'a> {
    queries: &'a [AnalyticsQuery],
}

impl Analytics<'_> {
    /// Asks questions, which are answered in their order.
    ///
    /// # Errors
    /// [`Error::is_permanent`] when Vapi does not understand one of them.
    pub async fn query(&self, queries: &[AnalyticsQuery]) -> Result<Vec<AnalyticsResult>, Error> {
        self.client.call(Request::ask("asking for analytics", "analytics").with_json(&Questions { queries })?).await
    }
}
