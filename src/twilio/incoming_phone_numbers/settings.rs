use super::{EmergencyStatus, VoiceReceiveMode};
use crate::id::{AddressSid, ApplicationSid, BundleSid, IdentitySid, TrunkSid};
use crate::parameters::parameters;
use crate::twilio::values::WebhookUrl;
use crate::twiml::Method;

parameters! {
    /// What to set for a number, when it is bought or later. A URL of `WebhookUrl::none()` clears the setting.
    pub struct NumberSettings() {
        /// The version of the API that its calls use.
        api_version: into String = "ApiVersion",
        /// A name of up to 64 characters.
        friendly_name: into String = "FriendlyName",
        /// What is asked when a call comes in.
        voice_url: into WebhookUrl = "VoiceUrl",
        /// How it is asked.
        voice_method: set Method = "VoiceMethod",
        /// What is asked when the first URL fails.
        voice_fallback_url: into WebhookUrl = "VoiceFallbackUrl",
        /// How it is asked.
        voice_fallback_method: set Method = "VoiceFallbackMethod",
        /// The application whose voice webhooks are used instead.
        voice_application: set ApplicationSid = "VoiceApplicationSid",
        /// Whether the caller's name is looked up, for a fee.
        voice_caller_id_lookup: set bool = "VoiceCallerIdLookup",
        /// Whether it takes calls or faxes.
        voice_receive_mode: set VoiceReceiveMode = "VoiceReceiveMode",
        /// What is told how calls go.
        status_callback: into WebhookUrl = "StatusCallback",
        /// How it is told.
        status_callback_method: set Method = "StatusCallbackMethod",
        /// What is asked when a message comes in.
        sms_url: into WebhookUrl = "SmsUrl",
        /// How it is asked.
        sms_method: set Method = "SmsMethod",
        /// What is asked when the first URL fails.
        sms_fallback_url: into WebhookUrl = "SmsFallbackUrl",
        /// How it is asked.
        sms_fallback_method: set Method = "SmsFallbackMethod",
        /// The application whose message webhooks are used instead.
        sms_application: set ApplicationSid = "SmsApplicationSid",
        /// The SIP trunk that calls go to instead of the webhook.
        trunk: set TrunkSid = "TrunkSid",
        /// Whether emergency calls are on.
        emergency_status: set EmergencyStatus = "EmergencyStatus",
        /// The address that emergency services are told.
        emergency_address: set AddressSid = "EmergencyAddressSid",
        /// The address that the regulator is told.
        address: set AddressSid = "AddressSid",
        /// The identity that the regulator is told.
        identity: set IdentitySid = "IdentitySid",
        /// The bundle that the regulator has approved.
        bundle: set BundleSid = "BundleSid",
    }
}

impl NumberSettings {
    /// Takes applications and trunk away, which come before the number's own URLs.
    pub fn without_applications(mut self) -> Self {
        for name in ["VoiceApplicationSid", "SmsApplicationSid", "TrunkSid"] {
            self.fields.set(name, &String::new());
        }
        self
    }
}
