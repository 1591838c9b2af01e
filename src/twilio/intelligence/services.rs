use chrono::{DateTime, Utc};

use crate::Error;
use crate::id::{AccountSid, CredentialSid, IntelligenceServiceSid, OperatorSid};
use crate::open::open_enum;
use crate::parameters::parameters;
use crate::twilio::page::{Listing, Paged};
use crate::twilio::resource::resource;
use crate::twilio::values::WebhookUrl;
use crate::twilio::{Client, Product, Request};

open_enum! {
    /// How a service's webhook is called.
    pub enum ServiceMethod {
        /// With `GET`.
        Get = "GET",
        /// With `POST`.
        Post = "POST",
        /// Not at all.
        Null = "NULL",
    }
}

parameters! {
    /// A service to make, under a name that no other has.
    pub struct NewIntelligenceService(unique_name: String = "UniqueName") {
        /// Whether every recording of the account is transcribed.
        auto_transcribe: set bool = "AutoTranscribe",
        /// Whether Twilio may learn from it.
        data_logging: set bool = "DataLogging",
        /// Its name.
        friendly_name: into String = "FriendlyName",
        /// The language, such as `en-US`, which cannot be changed later.
        language_code: into String = "LanguageCode",
        /// Whether personal data are taken out of transcripts.
        auto_redaction: set bool = "AutoRedaction",
        /// Whether personal data are taken out of sound.
        media_redaction: set bool = "MediaRedaction",
        /// What is told when a transcript is ready.
        webhook_url: into WebhookUrl = "WebhookUrl",
        /// How it is told.
        webhook_http_method: set ServiceMethod = "WebhookHttpMethod",
        /// The key with which transcripts are encrypted.
        encryption_credential: set CredentialSid = "EncryptionCredentialSid",
    }
}

parameters! {
    /// What to change in a service.
    pub struct UpdateIntelligenceService() {
        /// A name that no other service has.
        unique_name: into String = "UniqueName",
        /// Whether every recording of the account is transcribed.
        auto_transcribe: set bool = "AutoTranscribe",
        /// Whether Twilio may learn from it.
        data_logging: set bool = "DataLogging",
        /// Its name.
        friendly_name: into String = "FriendlyName",
        /// Whether personal data are taken out of transcripts.
        auto_redaction: set bool = "AutoRedaction",
        /// Whether personal data are taken out of sound.
        media_redaction: set bool = "MediaRedaction",
        /// What is told when a transcript is ready.
        webhook_url: into WebhookUrl = "WebhookUrl",
        /// How it is told.
        webhook_http_method: set ServiceMethod = "WebhookHttpMethod",
        /// The key with which transcripts are encrypted.
        encryption_credential: set CredentialSid = "EncryptionCredentialSid",
    }
}

parameters! {
    /// How to list services.
    pub struct ListIntelligenceServices() {
        /// How many to fetch at a time: 1 to 1,000, 50 by default.
        page_size: set u32 = "PageSize",
    }
}

resource! {
    /// A service: how conversations are transcribed, and which operators read them.
    pub struct IntelligenceService {
        /// The service, as Twilio writes it; see [`id`](Self::id).
        sid: String,
        /// The account.
        account_sid: AccountSid,
        /// The name that no other service has.
        unique_name: String,
        /// Its name.
        friendly_name: String,
        /// The language.
        language_code: String,
        /// Whether every recording of the account is transcribed.
        auto_transcribe: bool,
        /// Whether Twilio may learn from it.
        data_logging: bool,
        /// Whether personal data are taken out of transcripts.
        auto_redaction: bool,
        /// Whether personal data are taken out of sound.
        media_redaction: bool,
        /// What is told when a transcript is ready.
        webhook_url: WebhookUrl,
        /// How it is told.
        webhook_http_method: ServiceMethod,
        /// The operators that read what it transcribes.
        read_only_attached_operator_sids: Vec<OperatorSid>,
        /// Counts its changes; for `If-Match`.
        version: u32,
        /// The key with which transcripts are encrypted.
        encryption_credential_sid: CredentialSid,
        /// When it was made.
        date_created: DateTime<Utc>,
        /// When it was changed last.
        date_updated: DateTime<Utc>,
        /// Its URL at Twilio.
        url: String,
    }
}

impl IntelligenceService {
    /// The service, to ask for it.
    #[must_use]
    pub fn id(&self) -> Option<IntelligenceServiceSid> {
        self.sid.as_deref()?.parse().ok()
    }
}

impl Paged for IntelligenceService {
    const KEY: &'static str = "services";
    const WHAT: &'static str = "listing Intelligence services";
}

/// Services (<https://www.twilio.com/docs/conversational-intelligence/api/service-resource>).
#[derive(Debug, Clone, Copy)]
pub struct Services<'a>(&'a Client);

fn one(sid: &IntelligenceServiceSid) -> String {
    format!("/v2/Services/{sid}")
}

impl<'a> Services<'a> {
    pub(super) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Makes a service.
    ///
    /// # Errors
    /// [`Error::is_permanent`] when the name is taken.
    pub async fn create(&self, service: &NewIntelligenceService) -> Result<IntelligenceService, Error> {
        let request = Request::create("creating an Intelligence service", "/v2/Services").on(Product::Intelligence);
        self.0.request(request.with_form(&service.fields)).await
    }

    /// Reads a service.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when the account has no such service.
    pub async fn fetch(&self, sid: &IntelligenceServiceSid) -> Result<IntelligenceService, Error> {
        let request = Request::get("fetching an Intelligence service", one(sid));
        self.0.request(request.on(Product::Intelligence)).await
    }

    /// Changes what is set in `changes`; with a `version` only if nobody has changed it since.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when the account has no such service; [`Error::is_permanent`] with status 412 when it
    /// was changed since.
    pub async fn update(
        &self,
        sid: &IntelligenceServiceSid,
        changes: &UpdateIntelligenceService,
        version: Option<u32>,
    ) -> Result<IntelligenceService, Error> {
        const WHAT: &str = "updating an Intelligence service";
        let request = match version {
            // Sent again after a lost answer, it would find its own change.
            Some(version) => Request::create(WHAT, one(sid)).with_header("if-match", version.to_string()),
            None => Request::update(WHAT, one(sid)),
        };
        self.0.request(request.on(Product::Intelligence).with_form(&changes.fields)).await
    }

    /// Deletes a service.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when the account has no such service.
    pub async fn delete(&self, sid: &IntelligenceServiceSid) -> Result<(), Error> {
        let request = Request::delete("deleting an Intelligence service", one(sid));
        self.0.execute(request.on(Product::Intelligence)).await
    }

    /// Lists services.
    pub fn list(&self, filter: &ListIntelligenceServices) -> Listing<IntelligenceService> {
        let request = Request::get(IntelligenceService::WHAT, "/v2/Services").on(Product::Intelligence);
        Listing::new(self.0.clone(), request.with_filter(&filter.fields))
    }
}
