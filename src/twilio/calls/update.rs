use crate::open::open_enum;
use crate::parameters::parameters;
use crate::secret::Private;
use crate::twilio::values::WebhookUrl;
use crate::twiml::Method;

open_enum! {
    /// How a call is ended.
    pub enum CallEnd {
        /// Given up if it is not answered yet.
        Canceled = "canceled",
        /// Hung up, or given up.
        Completed = "completed",
    }
}

parameters! {
    /// What to change in a call that is going on
    /// (<https://www.twilio.com/docs/voice/api/call-resource#update-a-call-resource>).
    pub struct UpdateCall() {
        /// What is asked for TwiML to go on with.
        url: into WebhookUrl = "Url",
        /// How it is asked.
        method: set Method = "Method",
        /// The TwiML to go on with, of up to 4,000 characters.
        twiml: into Private = "Twiml",
        /// Ends it.
        status: set CallEnd = "Status",
        /// What is asked when the first URL fails.
        fallback_url: into WebhookUrl = "FallbackUrl",
        /// How it is asked.
        fallback_method: set Method = "FallbackMethod",
        /// What is told how the call goes.
        status_callback: into WebhookUrl = "StatusCallback",
        /// How it is told.
        status_callback_method: set Method = "StatusCallbackMethod",
        /// The longest the call may be, in seconds.
        time_limit: set u32 = "TimeLimit",
    }
}
