use chrono::{DateTime, Utc};

use super::below;
use crate::Error;
use crate::id::{AccountSid, CallSid, UserMessageSid, UserMessageSubscriptionSid};
use crate::parameters::parameters;
use crate::secret::Private;
use crate::twilio::resource::resource;
use crate::twilio::values::WebhookUrl;
use crate::twilio::{Client, Request};
use crate::twiml::Method;

parameters! {
    /// A message to a Voice SDK client (<https://www.twilio.com/docs/voice/api/userdefinedmessage-resource>): its
    /// content is JSON of up to 10,000 characters.
    pub struct NewUserMessage(content: Private = "Content") {
        /// Makes repeating it harmless.
        idempotency_key: into String = "IdempotencyKey",
    }
}

parameters! {
    /// A subscription to the messages of a Voice SDK client
    /// (<https://www.twilio.com/docs/voice/api/userdefinedmessagesubscription-resource>): what is told.
    pub struct NewUserMessageSubscription(callback: WebhookUrl = "Callback") {
        /// Makes repeating it harmless.
        idempotency_key: into String = "IdempotencyKey",
        /// How it is told.
        method: set Method = "Method",
    }
}

resource! {
    /// A message that was sent.
    pub struct UserMessage {
        /// The message.
        sid: UserMessageSid,
        /// The account.
        account_sid: AccountSid,
        /// The call.
        call_sid: CallSid,
        /// When it was sent.
        date_created: DateTime<Utc>,
    }
}

resource! {
    /// A subscription.
    pub struct UserMessageSubscription {
        /// The subscription.
        sid: UserMessageSubscriptionSid,
        /// The account.
        account_sid: AccountSid,
        /// The call.
        call_sid: CallSid,
        /// When it was made.
        date_created: DateTime<Utc>,
        /// Its path at Twilio.
        uri: String,
    }
}

/// The messages between one call and a Voice SDK client.
#[derive(Debug, Clone, Copy)]
pub struct UserMessages<'a>(&'a Client, CallSid);

impl<'a> UserMessages<'a> {
    pub(super) fn new(client: &'a Client, call: CallSid) -> Self {
        Self(client, call)
    }

    /// Sends a message.
    ///
    /// # Errors
    /// [`Error::is_permanent`] when the call has no Voice SDK client or is over.
    pub async fn send(&self, message: &NewUserMessage) -> Result<UserMessage, Error> {
        let request = Request::create("sending a user-defined message", below(&self.1, "UserDefinedMessages.json"));
        self.0.request(request.with_form(&message.fields)).await
    }

    /// Subscribes to what the client sends.
    ///
    /// # Errors
    /// [`Error::is_permanent`] when the call has no Voice SDK client or is over.
    pub async fn subscribe(&self, subscription: &NewUserMessageSubscription) -> Result<UserMessageSubscription, Error> {
        let path = below(&self.1, "UserDefinedMessageSubscriptions.json");
        let request = Request::create("subscribing to user-defined messages", path);
        self.0.request(request.with_form(&subscription.fields)).await
    }

    /// Ends a subscription.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when the call has no such subscription.
    pub async fn unsubscribe(&self, sid: &UserMessageSubscriptionSid) -> Result<(), Error> {
        let path = below(&self.1, &format!("UserDefinedMessageSubscriptions/{sid}.json"));
        self.0.execute(Request::delete("unsubscribing from user-defined messages", path)).await
    }
}
