use std::fmt;

use url::Url;

use crate::Secret;
use crate::id::{AccountSid, ApiKeySid, IntelligenceServiceSid, TenantId};
use crate::phone::{E164, Region};
use crate::tenant::{Menu, Tenant, Voicemail};

/// A desk for one business, set up by environment variables.
///
/// | variable | meaning |
/// |---|---|
/// | `TWILIO_ACCOUNT_SID`, `TWILIO_AUTH_TOKEN` | the account; the token also verifies webhooks |
/// | `TWILIO_API_KEY`, `TWILIO_API_SECRET` | an API key to use before the token |
/// | `TWILIO_PHONE_NUMBER` | the business's number; every number when absent |
/// | `TWILIO_BASE_URL` | where to send requests instead of Twilio |
/// | `FRONTDESK_PUBLIC_URL`, else `BACKEND_URL`, else `RAILWAY_PUBLIC_DOMAIN` | where Twilio reaches the desk |
/// | `FRONTDESK_FORWARD_TO`, else `USER_PHONE_NUMBER` | who is called |
/// | `FRONTDESK_REGION` | the country of numbers written without one; `US` by default |
/// | `FRONTDESK_TENANT`, `FRONTDESK_BUSINESS_NAME`, `FRONTDESK_TEXT_BACK` | id, name and text to missed callers |
/// | `TWILIO_ENABLE_MENU`, `TWILIO_MENU_MESSAGE` | the menu and its words |
/// | `TWILIO_ENABLE_RECORDING`, `FRONTDESK_RECORDING_CONSENT` | recording, and what callers are told of it |
/// | `TWILIO_ENABLE_TRANSCRIPTION`, `TWILIO_VI_SERVICE_SID` | live transcription and the service that keeps it |
/// | `TWILIO_VOICE` | the voice that speaks |
/// | `AS_CALL_SERVICE_URL` | a service that is told of calls |
/// | `PNS_PROVISIONING_SERVICE_URL` | a service that knows whose number is whose |
/// | `INTERNAL_SERVICE_KEY` | the key for both |
/// | `GOOGLE_CLIENT_ID`, `GOOGLE_CLIENT_SECRET` | the application that tenants connect their Google calendars with |
/// | `GOOGLE_REDIRECT_URI` | where people come back to, with the path `/oauth/google/callback`; below the public URL by default |
/// | `PORT` | where to listen; 8080 by default |
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Settings {
    /// The account.
    pub account_sid: AccountSid,
    /// The account's auth token.
    pub auth_token: Secret,
    /// An API key and its secret.
    pub api_key: Option<(ApiKeySid, Secret)>,
    /// The business's number.
    pub phone_number: Option<E164>,
    /// Where requests go instead of Twilio.
    pub base_url: Option<Url>,
    /// Where Twilio reaches the desk.
    pub public_url: Url,
    /// Who is called.
    pub forward_to: E164,
    /// The business's id.
    pub tenant: TenantId,
    /// The business's name.
    pub business_name: String,
    /// The text to missed callers.
    pub text_back: Option<String>,
    /// Whether there is a menu.
    pub menu: bool,
    /// The menu's words.
    pub menu_message: Option<String>,
    /// Whether calls are recorded.
    pub recording: bool,
    /// What callers are told before they are recorded.
    pub recording_consent: Option<String>,
    /// Whether calls are transcribed while they go on.
    pub transcription: bool,
    /// The service that keeps transcripts.
    pub intelligence_service: Option<IntelligenceServiceSid>,
    /// The voice that speaks.
    pub voice: Option<String>,
    /// A service that is told of calls.
    pub call_service: Option<Url>,
    /// A service that knows whose number is whose.
    pub provisioning_service: Option<Url>,
    /// The key for both.
    pub service_key: Option<Secret>,
    /// The application that tenants connect their Google calendars with.
    pub google: Option<GoogleSettings>,
    /// Where to listen.
    pub port: u16,
}

/// An application that is registered with Google.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct GoogleSettings {
    /// Its client id.
    pub client_id: String,
    /// Its client secret.
    pub client_secret: Secret,
    /// Where people come back to.
    pub redirect_uri: Url,
}

/// Everything that is wrong with the settings at once; values are not repeated.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidSettings {
    /// One line a variable.
    pub problems: Vec<String>,
}

impl fmt::Display for InvalidSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the settings are incomplete or wrong:")?;
        self.problems.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
    }
}

impl std::error::Error for InvalidSettings {}

/// Reads variables and collects what is wrong.
struct Reader<'a> {
    lookup: &'a dyn Fn(&str) -> Option<String>,
    problems: Vec<String>,
}

impl Reader<'_> {
    /// The first variable that is set and not blank.
    fn find(&self, names: &[&'static str]) -> Option<(&'static str, String)> {
        names.iter().find_map(|name| {
            let value = (self.lookup)(name)?.trim().to_owned();
            (!value.is_empty()).then_some((*name, value))
        })
    }

    fn text(&self, name: &'static str) -> Option<String> {
        self.find(&[name]).map(|(_, value)| value)
    }

    fn optional<T, E: fmt::Display>(
        &mut self,
        names: &[&'static str],
        parse: impl Fn(&'static str, &str) -> Result<T, E>,
    ) -> Option<T> {
        let (name, value) = self.find(names)?;
        match parse(name, &value) {
            Ok(value) => Some(value),
            Err(error) => {
                self.problems.push(format!("{name}: {error}"));
                None
            }
        }
    }

    fn required<T, E: fmt::Display>(
        &mut self,
        names: &[&'static str],
        parse: impl Fn(&'static str, &str) -> Result<T, E>,
    ) -> Option<T> {
        if self.find(names).is_none() {
            self.problems.push(format!("{}: missing", names.join(" or ")));
        }
        self.optional(names, parse)
    }

    fn flag(&mut self, name: &'static str) -> bool {
        let read = |_: &'static str, value: &str| match value.to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => Ok(true),
            "false" | "0" | "no" | "off" => Ok(false),
            _ => Err("not true or false"),
        };
        self.optional(&[name], read).unwrap_or(false)
    }
}

fn url(name: &'static str, value: &str) -> Result<Url, &'static str> {
    // Railway gives a bare host name.
    let whole = if name == "RAILWAY_PUBLIC_DOMAIN" && !value.contains("://") {
        format!("https://{value}")
    } else {
        value.to_owned()
    };
    let url = Url::parse(&whole).map_err(|_| "not a URL")?;
    match (url.scheme(), url.has_host(), url.query(), url.fragment()) {
        ("http" | "https", true, None, None) => Ok(url),
        _ => Err("not an http(s) URL without query and fragment"),
    }
}

impl Settings {
    /// Reads the environment.
    ///
    /// # Errors
    /// [`InvalidSettings`] names every variable that is missing or malformed.
    pub fn from_env() -> Result<Self, InvalidSettings> {
        Self::from_lookup(|name| std::env::var(name).ok())
    }

    /// Reads the variables from anywhere.
    ///
    /// # Errors
    /// [`InvalidSettings`] names every variable that is missing or malformed.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, InvalidSettings> {
        let mut read = Reader { lookup: &lookup, problems: Vec::new() };
        let region = read
            .optional(&["FRONTDESK_REGION"], |_, code| Region::new(code).ok_or("not an ISO 3166-1 country code"))
            .or_else(|| Region::new("US"));
        let number = |_: &'static str, text: &str| match region {
            Some(region) => E164::parse_in(text, region),
            None => E164::parse(text),
        };
        let account_sid = read.required(&["TWILIO_ACCOUNT_SID"], |_, text| text.parse::<AccountSid>());
        let auth_token = read.required(&["TWILIO_AUTH_TOKEN"], |_, text| Ok::<_, &str>(Secret::new(text)));
        let api_sid = read.optional(&["TWILIO_API_KEY", "TWILIO_API_KEY_SID"], |_, text| text.parse::<ApiKeySid>());
        let api_secret = read.find(&["TWILIO_API_SECRET", "TWILIO_API_KEY_SECRET"]).map(|(_, text)| Secret::new(text));
        if api_sid.is_some() && api_secret.is_none() {
            read.problems.push("TWILIO_API_SECRET: missing, though TWILIO_API_KEY is set".into());
        }
        let phone_number = read.optional(&["TWILIO_PHONE_NUMBER"], number);
        let base_url = read.optional(&["TWILIO_BASE_URL"], url);
        let public_url = read.required(&["FRONTDESK_PUBLIC_URL", "BACKEND_URL", "RAILWAY_PUBLIC_DOMAIN"], url);
        let forward_to = read.required(&["FRONTDESK_FORWARD_TO", "USER_PHONE_NUMBER"], number);
        let tenant = read.optional(&["FRONTDESK_TENANT"], |_, text| TenantId::new(text));
        let menu = read.flag("TWILIO_ENABLE_MENU");
        let recording = read.flag("TWILIO_ENABLE_RECORDING");
        let transcription = read.flag("TWILIO_ENABLE_TRANSCRIPTION");
        let intelligence_service = read.optional(&["TWILIO_VI_SERVICE_SID"], |_, text| text.parse());
        let call_service = read.optional(&["AS_CALL_SERVICE_URL"], url);
        let provisioning_service = read.optional(&["PNS_PROVISIONING_SERVICE_URL"], url);
        let service_key = read.text("INTERNAL_SERVICE_KEY").map(Secret::new);
        if (call_service.is_some() || provisioning_service.is_some()) && service_key.is_none() {
            read.problems.push("INTERNAL_SERVICE_KEY: missing, though a service that needs it is set".into());
        }
        let client_id = read.text("GOOGLE_CLIENT_ID");
        let client_secret = read.text("GOOGLE_CLIENT_SECRET").map(Secret::new);
        let redirect_uri = read.optional(&["GOOGLE_REDIRECT_URI"], url);
        if client_id.is_some() != client_secret.is_some() {
            let missing = if client_id.is_some() { "GOOGLE_CLIENT_SECRET" } else { "GOOGLE_CLIENT_ID" };
            read.problems.push(format!("{missing}: missing, though its other half is set"));
        }
        let port = read.optional(&["PORT"], |_, text| text.parse::<u16>().map_err(|_| "not a port number"));
        match (account_sid, auth_token, public_url, forward_to) {
            (Some(account_sid), Some(auth_token), Some(public_url), Some(forward_to)) if read.problems.is_empty() => {
                let redirect_uri = redirect_uri.or_else(|| public_url.join("/oauth/google/callback").ok());
                let google = match (client_id, client_secret, redirect_uri) {
                    (Some(client_id), Some(client_secret), Some(redirect_uri)) => {
                        Some(GoogleSettings { client_id, client_secret, redirect_uri })
                    }
                    _ => None,
                };
                let default_tenant = || TenantId::new("default").ok();
                Ok(Self {
                    account_sid,
                    auth_token,
                    api_key: api_sid.zip(api_secret),
                    phone_number,
                    base_url,
                    public_url,
                    forward_to,
                    tenant: tenant
                        .or_else(default_tenant)
                        .ok_or_else(|| InvalidSettings { problems: vec!["FRONTDESK_TENANT: missing".into()] })?,
                    business_name: read.text("FRONTDESK_BUSINESS_NAME").unwrap_or_else(|| "our office".into()),
                    text_back: read.text("FRONTDESK_TEXT_BACK"),
                    menu,
                    menu_message: read.text("TWILIO_MENU_MESSAGE"),
                    recording,
                    recording_consent: read.text("FRONTDESK_RECORDING_CONSENT"),
                    transcription,
                    intelligence_service,
                    voice: read.text("TWILIO_VOICE"),
                    call_service,
                    provisioning_service,
                    service_key,
                    google,
                    port: port.unwrap_or(8080),
                })
            }
            _ => Err(InvalidSettings { problems: read.problems }),
        }
    }

    /// The business that these settings describe.
    #[must_use]
    pub fn tenant(&self) -> Tenant {
        let mut tenant = Tenant::new(self.tenant.clone())
            .with_name(&self.business_name)
            .with_forward_to(self.forward_to)
            .with_voicemail(Voicemail::default());
        tenant.numbers.extend(self.phone_number);
        tenant.voice.clone_from(&self.voice);
        tenant.recording.enabled = self.recording;
        if let Some(consent) = &self.recording_consent {
            tenant.recording.consent = Some(consent.clone());
        }
        tenant.transcription.enabled = self.transcription;
        tenant.transcription.service = self.intelligence_service;
        if self.menu {
            let mut menu = Menu::new_or_existing();
            menu.message.clone_from(&self.menu_message);
            tenant.menu = Some(menu);
        }
        if let Some(template) = &self.text_back {
            tenant.text_back.template.clone_from(template);
        }
        tenant
    }

    /// The application at Google, over a transport; `None` when none is set.
    #[cfg(feature = "google")]
    #[cfg_attr(docsrs, doc(cfg(feature = "google")))]
    #[must_use]
    pub fn google(
        &self,
        transport: std::sync::Arc<dyn crate::transport::Transport>,
        clock: std::sync::Arc<dyn crate::clock::Clock>,
    ) -> Option<crate::google::oauth::OAuth> {
        let google = self.google.as_ref()?;
        let (id, secret) = (google.client_id.clone(), google.client_secret.clone());
        Some(crate::google::oauth::OAuth::new(id, secret, google.redirect_uri.clone(), transport, clock))
    }

    /// A client for the account, still without transport.
    pub fn client(&self) -> crate::twilio::ClientBuilder {
        let mut builder = crate::twilio::Client::builder(self.account_sid).with_auth_token(self.auth_token.clone());
        if let Some((sid, secret)) = &self.api_key {
            builder = builder.with_api_key(*sid, secret.clone());
        }
        if let Some(url) = &self.base_url {
            builder = builder.with_base_url(url.as_str());
        }
        builder
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &[(&str, &str)] = &[
        ("TWILIO_ACCOUNT_SID", "AC0123456789abcdef0123456789abcdef"),
        ("TWILIO_AUTH_TOKEN", "canary"),
        ("USER_PHONE_NUMBER", "(555) 123-0001"),
        ("RAILWAY_PUBLIC_DOMAIN", "desk.up.railway.app"),
    ];

    fn read(pairs: &[(&str, &str)]) -> Result<Settings, InvalidSettings> {
        Settings::from_lookup(|name| {
            pairs.iter().rev().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
    }

    fn with(more: &[(&'static str, &'static str)]) -> Result<Settings, InvalidSettings> {
        read(&[GOOD, more].concat())
    }

    #[test]
    fn the_first_of_several_names_wins() {
        let settings = with(&[]).unwrap();
        assert_eq!(settings.public_url.as_str(), "https://desk.up.railway.app/");
        assert_eq!(settings.forward_to.as_str(), "+15551230001");
        assert_eq!(settings.port, 8080);
        let settings = with(&[
            ("BACKEND_URL", "https://b.example"),
            ("FRONTDESK_FORWARD_TO", "+442079460958"),
            ("TWILIO_ENABLE_MENU", "Yes"),
            ("TWILIO_MENU_MESSAGE", "One or two?"),
            ("GOOGLE_CLIENT_ID", "id"),
            ("GOOGLE_CLIENT_SECRET", "canary"),
            ("PORT", "3000"),
        ])
        .unwrap();
        assert_eq!(settings.google.as_ref().unwrap().redirect_uri.as_str(), "https://b.example/oauth/google/callback");
        assert!(!format!("{settings:?}").contains("canary"));
        assert_eq!(settings.public_url.as_str(), "https://b.example/");
        assert_eq!((settings.forward_to.as_str(), settings.port), ("+442079460958", 3000));
        assert_eq!(settings.tenant().menu.unwrap().text(), "One or two?");
        assert!(!format!("{settings:?}").contains("canary"));
    }

    #[test]
    fn everything_wrong_is_named_at_once_and_not_repeated() {
        let error = read(&[
            ("TWILIO_ACCOUNT_SID", "canary"),
            ("FRONTDESK_FORWARD_TO", "canary"),
            ("TWILIO_ENABLE_MENU", "canary"),
            ("TWILIO_VI_SERVICE_SID", "canary"),
            ("AS_CALL_SERVICE_URL", "https://calls.example"),
            ("PNS_PROVISIONING_SERVICE_URL", "canary"),
            ("GOOGLE_CLIENT_SECRET", "canary"),
            ("GOOGLE_REDIRECT_URI", "canary"),
            ("PORT", "canary"),
            ("FRONTDESK_REGION", "canary"),
        ])
        .unwrap_err();
        let text = error.to_string();
        for name in [
            "TWILIO_ACCOUNT_SID",
            "TWILIO_AUTH_TOKEN: missing",
            "FRONTDESK_PUBLIC_URL or BACKEND_URL or RAILWAY_PUBLIC_DOMAIN: missing",
            "FRONTDESK_FORWARD_TO",
            "TWILIO_ENABLE_MENU",
            "TWILIO_VI_SERVICE_SID",
            "PNS_PROVISIONING_SERVICE_URL",
            "INTERNAL_SERVICE_KEY: missing",
            "GOOGLE_CLIENT_ID: missing",
            "GOOGLE_REDIRECT_URI",
            "PORT",
            "FRONTDESK_REGION",
        ] {
            assert!(text.contains(name), "{name} is not in {text}");
        }
        assert_eq!(error.problems.len(), 12);
        assert!(!text.contains("canary"), "{text}");
    }
}
