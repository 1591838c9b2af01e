use std::time::Duration;

use async_trait::async_trait;

use super::client::Client;
use super::execution::{Execution, State};
use crate::Error;
use crate::notification::{Ran, Workflow, WorkflowEvent};

/// The label by which an event's execution is found.
const LABEL: &str = "event_id";
/// How often an execution that may have been started is looked for: it is found a little later than it is started.
const LOOKS: u32 = 3;
/// The longest that an execution may take: there is to be time to end it before nobody waits any more.
const LONGEST: Duration = Duration::from_secs(120);

/// A flow that sends what people are told of appointments.
///
/// It is given the fields of a [`WorkflowEvent`] as inputs, and gives out `message_id` (the text that it sent through the
/// desk's API), or `message_sid` and `status` when it sends by itself. A flow is to send under `event_id`: then a text
/// goes out once, even when Kestra is asked, does not answer, and acts in the end.
#[derive(Debug, Clone)]
pub struct Flow {
    client: Client,
    namespace: String,
    flow: String,
    patience: Duration,
    pause: Duration,
}

impl Flow {
    /// A flow in a namespace.
    #[must_use]
    pub fn new(client: Client, namespace: impl Into<String>, flow: impl Into<String>) -> Self {
        let (patience, pause) = (Duration::from_secs(60), Duration::from_secs(1));
        Self { client, namespace: namespace.into(), flow: flow.into(), patience, pause }
    }

    /// How long an execution may take; a minute by default, two at most. Then it is ended, and the text goes out without
    /// it.
    #[must_use]
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience.min(LONGEST);
        self
    }

    /// How long to wait between two looks at an execution; a second by default.
    #[must_use]
    pub fn with_pause(mut self, pause: Duration) -> Self {
        self.pause = pause;
        self
    }

    /// The inputs that a flow is started with.
    #[must_use]
    pub fn inputs(event: &WorkflowEvent) -> Vec<(&'static str, String)> {
        vec![
            ("event_id", event.event_id.as_str().to_owned()),
            ("tenant", event.tenant.as_str().to_owned()),
            ("kind", event.kind.as_str().to_owned()),
            ("audience", event.audience.as_str().to_owned()),
            ("appointment", event.appointment.as_str().to_owned()),
            ("start", event.start.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)),
            ("name", event.name.as_str().to_owned()),
            ("to", event.to.as_str().to_owned()),
            ("body", event.body.as_str().to_owned()),
        ]
    }

    /// The execution of an event, if there is one.
    async fn find(&self, event: &WorkflowEvent) -> Result<Option<Execution>, Error> {
        for look in 0..LOOKS {
            if look > 0 {
                self.client.clock().sleep(self.pause).await;
            }
            let found = self.client.find(&self.namespace, &self.flow, (LABEL, event.event_id.as_str())).await;
            let mut found = found.map_err(|error| unsettled("looking for an execution", error))?;
            // One that acted counts before one that did not.
            found.sort_by_key(|execution| !execution.state.current.is_success());
            if let Some(execution) = found.into_iter().next() {
                return Ok(Some(execution));
            }
        }
        Ok(None)
    }

    /// Waits until an execution is over; ends one that takes too long, or waits for a person.
    async fn follow(&self, mut execution: Execution) -> Result<Ran, Error> {
        let clock = self.client.clock();
        let end = clock.monotonic() + self.patience;
        let mut ending = false;
        loop {
            let state = &execution.state.current;
            if state.is_final() {
                return outcome(&execution);
            }
            let late = clock.monotonic() >= end;
            if late && ending {
                return Err(Error::outcome_unknown("an execution does not end"));
            }
            if (late || state.waits_for_a_person()) && !ending {
                tracing::warn!(execution = execution.id, ?state, "an execution is ended: it takes too long");
                self.client.kill(&execution.id).await.map_err(|error| unsettled("ending an execution", error))?;
                ending = true;
            }
            clock.sleep(self.pause).await;
            match self.client.execution(&execution.id).await {
                Ok(current) => execution = current,
                // It was just started, or the server is away for a moment.
                Err(error) if clock.monotonic() < end && (error.is_not_found() || !error.is_permanent()) => {}
                Err(error) => return Err(unsettled("reading an execution", error)),
            }
        }
    }
}

/// Nobody knows whether the flow acts.
fn unsettled(what: &str, error: Error) -> Error {
    Error::outcome_unknown(what).with_source(error)
}

/// What an execution that is over did. One that failed after it had sent has sent.
fn outcome(execution: &Execution) -> Result<Ran, Error> {
    let message = execution.output("message_id").and_then(|id| id.parse().ok());
    let sid = execution.output("message_sid").and_then(|sid| sid.parse().ok());
    if execution.state.current.is_success() || message.is_some() || sid.is_some() {
        let status = execution.output("status");
        return Ok(Ran { execution: Some(execution.id.clone()), message, sid, status });
    }
    Err(Error::refused(match execution.state.current {
        State::Failed => "running a flow: it failed",
        _ => "running a flow: it was ended",
    }))
}

#[async_trait]
impl Workflow for Flow {
    async fn run(&self, event: &WorkflowEvent, again: bool) -> Result<Ran, Error> {
        if again {
            return match self.find(event).await? {
                Some(known) => self.follow(known).await,
                // It was not started, and is not: one that shows up so late would be a second one.
                None => Err(Error::unavailable("running a flow that did not start")),
            };
        }
        let inputs = Self::inputs(event);
        let inputs: Vec<_> = inputs.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let labels = [(LABEL, event.event_id.as_str())];
        match self.client.start(&self.namespace, &self.flow, &inputs, &labels).await {
            Ok(execution) => self.follow(execution).await,
            Err(error) if error.is_outcome_unknown() => match self.find(event).await? {
                Some(execution) => self.follow(execution).await,
                // A server that is busy finds it later than it starts it.
                None => Err(unsettled("starting a flow", error)),
            },
            Err(error) => Err(error),
        }
    }
}
