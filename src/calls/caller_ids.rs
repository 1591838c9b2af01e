use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::select;

use super::callbacks::Callbacks;
use super::service::Settled;
use crate::Error;
use crate::clock::Clock;
use crate::id::CallSid;
use crate::phone::E164;
use crate::twilio::Client;
use crate::twilio::outgoing_caller_ids::{NewCallerId, Outcome, Verification};
use crate::twilio::webhook::CallerIdEvent;
use crate::wake::Wake;

/// How often Twilio is asked while its own notice may come any moment.
const POLL_EVERY: Duration = Duration::from_secs(5);
/// How many ends of verifications are remembered until somebody asks.
const REMEMBERED: usize = 1_000;

/// Verifies caller IDs with a desk that takes Twilio's notice. On another machine than the one that took it, polling
/// finds out.
#[derive(Debug, Clone)]
pub struct CallerIds {
    client: Client,
    callbacks: Callbacks,
    clock: Arc<dyn Clock>,
    ended: Arc<Mutex<HashMap<CallSid, CallerIdEvent>>>,
    wake: Wake,
}

impl CallerIds {
    pub(crate) fn new(client: Client, callbacks: Callbacks, clock: Arc<dyn Clock>) -> Self {
        Self { client, callbacks, clock, ended: Arc::default(), wake: Wake::default() }
    }

    /// Begins to verify a number: Twilio calls it at once, and who answers types the code that comes back.
    ///
    /// # Errors
    /// [`Error::is_permanent`] when Twilio cannot call it; [`Error::is_outcome_unknown`] when its phone may be ringing
    /// though no code came back.
    pub async fn verify(&self, number: E164) -> Result<Verification, Error> {
        let mut new = NewCallerId::new(number);
        if let Ok(url) = url::Url::parse(&self.callbacks.caller_id()) {
            new = new.status_callback(url);
        }
        self.client.outgoing_caller_ids().verify(new).await
    }

    /// Waits until a verification has ended: told by Twilio, or found out by asking.
    ///
    /// # Errors
    /// [`Error`] when Twilio could not be reached.
    pub async fn wait(&self, mut verification: Verification) -> Result<Outcome, Error> {
        loop {
            if let Some(event) = verification.call_sid().and_then(|call| self.take(&call)) {
                verification.settle(&event);
            }
            if let Some(outcome) = verification.outcome() {
                return Ok(outcome);
            }
            if let Some(outcome) = verification.poll(&self.client).await? {
                return Ok(outcome);
            }
            select(self.wake.wait(), self.clock.sleep(POLL_EVERY)).await;
        }
    }

    fn take(&self, call: &CallSid) -> Option<CallerIdEvent> {
        self.ended.lock().unwrap_or_else(PoisonError::into_inner).remove(call)
    }

    /// Takes Twilio's notice.
    pub fn told(&self, event: CallerIdEvent) -> Settled {
        let (Some(call), Some(outcome)) = (event.call_sid, event.outcome()) else { return Settled::Unknown };
        tracing::info!(%call, ?outcome, "the verification of a caller ID has ended");
        let mut ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        if ended.len() >= REMEMBERED {
            // Nobody asked for these; who does finds out by polling.
            ended.clear();
        }
        ended.insert(call, event);
        drop(ended);
        self.wake.call();
        Settled::Recorded
    }
}
