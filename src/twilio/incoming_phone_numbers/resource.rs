use chrono::{DateTime, Utc};

use crate::id::{AccountSid, AddressSid, ApplicationSid, BundleSid, IdentitySid, PhoneNumberSid, TrunkSid};
use crate::open::open_enum;
use crate::phone::E164;
use crate::secret::Private;
use crate::twilio::available_phone_numbers::{AddressRequirement, Capabilities};
use crate::twilio::page::Paged;
use crate::twilio::resource::resource;
use crate::twilio::values::WebhookUrl;
use crate::twiml::Method;

open_enum! {
    /// Whether emergency calls are on.
    pub enum EmergencyStatus {
        /// They are.
        Active = "Active",
        /// They are not.
        Inactive = "Inactive",
    }
}

open_enum! {
    /// Where the address for emergency services stands.
    pub enum EmergencyAddressStatus {
        /// They know it.
        Registered = "registered",
        /// They do not know it.
        Unregistered = "unregistered",
        /// They are being told.
        PendingRegistration = "pending-registration",
        /// They refused it.
        RegistrationFailure = "registration-failure",
        /// It is being taken back.
        PendingUnregistration = "pending-unregistration",
        /// It could not be taken back.
        UnregistrationFailure = "unregistration-failure",
    }
}

open_enum! {
    /// What a number takes.
    pub enum VoiceReceiveMode {
        /// Calls.
        Voice = "voice",
        /// Faxes.
        Fax = "fax",
    }
}

resource! {
    /// A number of the account.
    pub struct IncomingNumber {
        /// The number's id.
        sid: PhoneNumberSid,
        /// The account.
        account_sid: AccountSid,
        /// The number.
        phone_number: E164,
        /// Its name; the number as people write it by default.
        friendly_name: Private,
        /// What it can do.
        capabilities: Capabilities,
        /// Where it comes from: `twilio` or `hosted`.
        origin: String,
        /// Which kind it is, where Twilio tells.
        kind = "type": String,
        /// Whether it is in use, where Twilio tells.
        status: String,
        /// True for those new to Twilio.
        beta: bool,
        /// The version of the API that its calls use.
        api_version: String,
        /// What is asked when a call comes in.
        voice_url: WebhookUrl,
        /// How it is asked.
        voice_method: Method,
        /// What is asked when the first URL fails.
        voice_fallback_url: WebhookUrl,
        /// How it is asked.
        voice_fallback_method: Method,
        /// The application whose voice webhooks are used instead.
        voice_application_sid: ApplicationSid,
        /// Whether the caller's name is looked up.
        voice_caller_id_lookup: bool,
        /// Whether it takes calls or faxes.
        voice_receive_mode: VoiceReceiveMode,
        /// What is told how calls go.
        status_callback: WebhookUrl,
        /// How it is told.
        status_callback_method: Method,
        /// What is asked when a message comes in.
        sms_url: WebhookUrl,
        /// How it is asked.
        sms_method: Method,
        /// What is asked when the first URL fails.
        sms_fallback_url: WebhookUrl,
        /// How it is asked.
        sms_fallback_method: Method,
        /// The application whose message webhooks are used instead.
        sms_application_sid: ApplicationSid,
        /// The SIP trunk that calls go to instead of the webhook.
        trunk_sid: TrunkSid,
        /// Whose address must be known.
        address_requirements: AddressRequirement,
        /// The address that the regulator knows.
        address_sid: AddressSid,
        /// The identity that the regulator knows.
        identity_sid: IdentitySid,
        /// The bundle that the regulator has approved.
        bundle_sid: BundleSid,
        /// Whether emergency calls are on.
        emergency_status: EmergencyStatus,
        /// The address that emergency services know.
        emergency_address_sid: AddressSid,
        /// Where that address stands.
        emergency_address_status: EmergencyAddressStatus,
        /// When it was bought.
        date_created: DateTime<Utc>,
        /// When it was changed last.
        date_updated: DateTime<Utc>,
        /// Its path at Twilio.
        uri: String,
    }
}

impl Paged for IncomingNumber {
    const KEY: &'static str = "incoming_phone_numbers";
    const WHAT: &'static str = "listing numbers";
}
