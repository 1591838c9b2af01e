use std::time::Duration;

use super::outbound::CallFlow;
use super::toolbox::Toolbox;
use crate::secret::Secret;
use crate::vapi::Client;
use crate::vapi::webhook::{Hmac, Verifier};

/// How a desk works with Vapi.
#[derive(Debug, Clone)]
#[must_use]
pub struct AssistantSettings {
    pub(crate) verifier: Verifier,
    /// Vouches for what we hand out.
    pub(crate) key: Secret,
    /// What an assistant that we define is to send; `None` where a saved credential does it.
    pub(crate) bearer: Option<Secret>,
    pub(crate) tools: Toolbox,
    pub(crate) own: bool,
    pub(crate) request_limit: Duration,
    pub(crate) client: Option<Client>,
    pub(crate) flow: Option<CallFlow>,
}

impl AssistantSettings {
    /// With the secret that Vapi sends as a bearer token or in `X-Vapi-Secret`. What we hand out is signed with it as well.
    pub fn new(secret: impl Into<Secret>) -> Self {
        let secret = secret.into();
        let verifier = Verifier::new().bearer(secret.clone()).legacy_secret(secret.clone());
        Self {
            verifier,
            key: secret.clone(),
            bearer: Some(secret),
            tools: Toolbox::new(),
            own: true,
            request_limit: Duration::from_secs(7),
            client: None,
            flow: None,
        }
    }

    /// Another secret that is believed, while one replaces the other.
    pub fn also(mut self, secret: impl Into<Secret>) -> Self {
        let secret = secret.into();
        self.verifier = self.verifier.bearer(secret.clone()).legacy_secret(secret);
        self
    }

    /// Signatures that are believed, too.
    pub fn hmac(mut self, hmac: Hmac) -> Self {
        self.verifier = self.verifier.hmac(hmac);
        self
    }

    /// Believes this verifier alone; assistants that we define then send no secret of ours, but what a credential at Vapi
    /// says.
    pub fn verifier(mut self, verifier: Verifier) -> Self {
        self.verifier = verifier;
        self.bearer = None;
        self
    }

    /// Tools of the host's own, beside the receptionist's.
    pub fn tools(mut self, tools: Toolbox) -> Self {
        self.tools = tools;
        self
    }

    /// The host's tools alone.
    pub fn without_receptionist(mut self) -> Self {
        self.own = false;
        self
    }

    /// The API through which calls of ours go out; without it there are none.
    pub fn client(mut self, client: Client) -> Self {
        self.client = Some(client);
        self
    }

    /// A flow that is asked first to place a call.
    pub fn call_flow(mut self, flow: CallFlow) -> Self {
        self.flow = Some(flow);
        self
    }

    /// How long finding out who takes a call may take before what was known last is used; 7 seconds by default, for Vapi waits
    /// 7.5.
    pub fn request_limit(mut self, limit: Duration) -> Self {
        self.request_limit = limit;
        self
    }
}
