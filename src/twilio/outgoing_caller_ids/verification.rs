use std::fmt;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::ValidationRequest;
use crate::id::{CallSid, PhoneNumberSid};
use crate::phone::E164;
use crate::twilio::Client;
use crate::twilio::webhook::CallerIdEvent;
use crate::{Error, Secret};

/// How a verification ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// The number may be shown by calls.
    Verified {
        /// The caller ID, where Twilio told it.
        sid: Option<PhoneNumberSid>,
    },
    /// Nobody answered, or the wrong code was typed.
    Refused,
    /// It was given up after its time: nobody knows whether the call was answered.
    Expired,
}

/// A verification that is going on: the code to show, and how to learn its end.
///
/// Its end comes by polling ([`poll`](Self::poll), [`wait`](Self::wait)) or by the status callback
/// ([`settle`](Self::settle)), whichever is first. `Debug` hides the code.
#[derive(Clone)]
#[must_use]
pub struct Verification {
    number: E164,
    code: Option<Secret>,
    call: Option<CallSid>,
    expires: Option<DateTime<Utc>>,
    outcome: Option<Outcome>,
}

/// The call rings for a minute, waits before for up to a minute, and lets one type the code three times.
const LIFETIME: TimeDelta = TimeDelta::minutes(5);
const POLL_EVERY: Duration = Duration::from_secs(3);

impl Verification {
    pub(super) fn begun(number: E164, request: ValidationRequest, now: DateTime<Utc>) -> Self {
        Self {
            number,
            code: request.validation_code,
            call: request.call_sid,
            expires: now.checked_add_signed(LIFETIME),
            outcome: None,
        }
    }

    pub(super) fn settled(number: E164, sid: Option<PhoneNumberSid>) -> Self {
        Self { number, code: None, call: None, expires: None, outcome: Some(Outcome::Verified { sid }) }
    }

    /// The number.
    #[must_use]
    pub fn number(&self) -> E164 {
        self.number
    }

    /// What who answers the phone types: six digits, to be shown to that person. `None` when the number was verified
    /// already.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.code.as_ref().map(Secret::expose)
    }

    /// Twilio's call to the number.
    #[must_use]
    pub fn call_sid(&self) -> Option<CallSid> {
        self.call
    }

    /// How it ended, as far as it is known here.
    #[must_use]
    pub fn outcome(&self) -> Option<Outcome> {
        self.outcome
    }

    /// Takes in the status callback; true when it is about this verification.
    pub fn settle(&mut self, event: &CallerIdEvent) -> bool {
        let same = match (self.call, event.call_sid) {
            (Some(mine), Some(its)) => mine == its,
            _ => event.to.as_ref().and_then(crate::address::Address::phone) == Some(self.number),
        };
        if same && self.outcome.is_none() {
            self.outcome = event.outcome();
        }
        same
    }

    /// Asks Twilio once whether the number is verified. `None` while it is not and there is time left.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when Twilio could not be reached.
    pub async fn poll(&mut self, client: &Client) -> Result<Option<Outcome>, Error> {
        if self.outcome.is_none() {
            if let Some(known) = client.outgoing_caller_ids().find(self.number).await? {
                self.outcome = Some(Outcome::Verified { sid: known.sid });
            } else if self.expires.is_none_or(|expires| client.clock().now() >= expires) {
                self.outcome = Some(Outcome::Expired);
            }
        }
        Ok(self.outcome)
    }

    /// Asks every three seconds until it has ended: for five minutes at most.
    ///
    /// # Errors
    /// [`Error`] when Twilio could not be reached, after the attempts of the client's retry policy.
    pub async fn wait(mut self, client: &Client) -> Result<Outcome, Error> {
        loop {
            if let Some(outcome) = self.poll(client).await? {
                return Ok(outcome);
            }
            client.clock().sleep(POLL_EVERY).await;
        }
    }
}

impl fmt::Debug for Verification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verification")
            .field("number", &self.number)
            .field("code", &self.code.as_ref().map(|_| "***"))
            .field("call", &self.call)
            .field("outcome", &self.outcome)
            .finish_non_exhaustive()
    }
}
