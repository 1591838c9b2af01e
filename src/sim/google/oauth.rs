use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use chrono::TimeDelta;
use http::{Method, Request, Response, StatusCode, header};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use url::Url;

use super::Core;
use super::state::{Access, Code};

fn pairs(text: &[u8]) -> HashMap<String, String> {
    url::form_urlencoded::parse(text).into_owned().collect()
}

fn page(status: StatusCode, html: String) -> Response<Bytes> {
    let mut answer = Response::new(Bytes::from(html));
    *answer.status_mut() = status;
    answer.headers_mut().insert(header::CONTENT_TYPE, http::HeaderValue::from_static("text/html; charset=utf-8"));
    answer
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

pub(super) fn json(status: u16, value: &Value) -> Response<Bytes> {
    let mut answer = Response::new(Bytes::from(value.to_string()));
    *answer.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    answer
        .headers_mut()
        .insert(header::CONTENT_TYPE, http::HeaderValue::from_static("application/json; charset=UTF-8"));
    answer
}

fn oauth_error(reason: &str) -> Response<Bytes> {
    let status = if reason == "invalid_client" { 401 } else { 400 };
    json(status, &json!({ "error": reason, "error_description": "Refused by the simulator." }))
}

impl Core {
    /// What is not the Calendar API; `None` when it is.
    pub(super) fn oauth(&self, request: &Request<Bytes>) -> Option<Response<Bytes>> {
        match (request.method(), request.uri().path()) {
            (&Method::GET, "/o/oauth2/v2/auth") => Some(self.consent(request)),
            (&Method::POST, "/o/oauth2/v2/auth") => Some(self.decide(request)),
            (&Method::POST, "/token") => Some(self.token(request)),
            (&Method::POST, "/revoke") => Some(self.revoke(request)),
            _ => None,
        }
    }

    /// The page on which somebody consents. It works without scripts.
    fn consent(&self, request: &Request<Bytes>) -> Response<Bytes> {
        let query = request.uri().query().unwrap_or_default();
        let asked = pairs(query.as_bytes());
        let get = |name: &str| asked.get(name).map(String::as_str).unwrap_or_default();
        let state = self.lock();
        if get("client_id") != state.client.0 || get("response_type") != "code" {
            return page(StatusCode::BAD_REQUEST, "<h1>Error 400: invalid_request</h1>".into());
        }
        let scopes: String = get("scope")
            .split(' ')
            .map(|scope| {
                let scope = escape(scope);
                format!("<p><label><input type=\"checkbox\" name=\"scope\" value=\"{scope}\" checked> {scope}</label>")
            })
            .collect();
        let hidden: String = ["redirect_uri", "state", "code_challenge", "code_challenge_method", "access_type"]
            .map(|name| format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">", escape(get(name))))
            .concat();
        page(
            StatusCode::OK,
            format!(
                "<!doctype html><html lang=\"en\"><title>Simulated consent</title><h1>A simulated Google</h1>\
                 <p>{} is asked for:<form method=\"post\">{hidden}{scopes}\
                 <p><button name=\"decision\" value=\"allow\">Allow</button> \
                 <button name=\"decision\" value=\"deny\">Cancel</button></form></html>",
                escape(&state.account)
            ),
        )
    }

    fn decide(&self, request: &Request<Bytes>) -> Response<Bytes> {
        let form: Vec<(String, String)> = url::form_urlencoded::parse(request.body()).into_owned().collect();
        let get =
            |name: &str| form.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()).unwrap_or_default();
        let Ok(mut back) = Url::parse(&get("redirect_uri")) else {
            return page(StatusCode::BAD_REQUEST, "<h1>Error 400: redirect_uri_mismatch</h1>".into());
        };
        if get("decision") == "allow" {
            let scopes: Vec<_> =
                form.iter().filter(|(key, _)| key == "scope").map(|(_, scope)| scope.as_str()).collect();
            let mut state = self.lock();
            let code = format!("4/sim-{:016x}-{}", fastrand::u64(..), state.next());
            let challenge = Some(get("code_challenge")).filter(|text| !text.is_empty());
            let expires = self.0.clock.now() + TimeDelta::minutes(10);
            let (redirect, offline) = (get("redirect_uri"), get("access_type") == "offline");
            state.codes.insert(code.clone(), Code { redirect, challenge, scopes: scopes.join(" "), offline, expires });
            back.query_pairs_mut().append_pair("code", &code).append_pair("scope", &scopes.join(" "));
        } else {
            back.query_pairs_mut().append_pair("error", "access_denied");
        }
        back.query_pairs_mut().append_pair("state", &get("state"));
        let mut answer = page(StatusCode::FOUND, String::new());
        if let Ok(location) = back.as_str().parse() {
            answer.headers_mut().insert(header::LOCATION, location);
        }
        answer
    }

    fn token(&self, request: &Request<Bytes>) -> Response<Bytes> {
        let form = pairs(request.body());
        let get = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
        let now = self.0.clock.now();
        let mut state = self.lock();
        if let Some(error) = state.token_error.take() {
            return if error == "server_error" { json(503, &json!({})) } else { oauth_error(&error) };
        }
        let is_client = get("client_id") == state.client.0 && state.client.1.matches(get("client_secret").as_bytes());
        if get("grant_type") != "urn:ietf:params:oauth:grant-type:jwt-bearer" && !is_client {
            return oauth_error("invalid_client");
        }
        let (scopes, refresh) = match get("grant_type") {
            "authorization_code" => {
                let Some(code) = state.codes.remove(get("code")).filter(|code| code.expires > now) else {
                    return oauth_error("invalid_grant");
                };
                let verifier = URL_SAFE_NO_PAD.encode(Sha256::digest(get("code_verifier")));
                if code.challenge.is_some_and(|challenge| challenge != verifier) || code.redirect != get("redirect_uri")
                {
                    return oauth_error("invalid_grant");
                }
                let refresh = code.offline.then(|| format!("1//sim-refresh-{:016x}", fastrand::u64(..)));
                if let Some(refresh) = &refresh {
                    state.refresh.insert(refresh.clone(), code.scopes.clone());
                }
                (code.scopes, refresh)
            }
            "refresh_token" => match state.refresh.get(get("refresh_token")).cloned() {
                Some(scopes) => {
                    state.refreshes += 1;
                    (scopes, None)
                }
                None => return oauth_error("invalid_grant"),
            },
            "urn:ietf:params:oauth:grant-type:jwt-bearer" => {
                let claims = get("assertion").split('.').nth(1).and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
                let claims: Option<Value> = claims.and_then(|claims| serde_json::from_slice(&claims).ok());
                let Some(claims) = claims.filter(|claims| claims["exp"].as_i64() > Some(now.timestamp())) else {
                    return oauth_error("invalid_grant");
                };
                (claims["scope"].as_str().unwrap_or_default().to_owned(), None)
            }
            _ => return oauth_error("unsupported_grant_type"),
        };
        let access = format!("ya29.sim-{:016x}-{}", fastrand::u64(..), state.next());
        let expires = now + TimeDelta::seconds(3_599);
        state.access.insert(access.clone(), Access { scopes: scopes.clone(), expires });
        let mut answer =
            json!({ "access_token": access, "expires_in": 3_599, "scope": scopes, "token_type": "Bearer" });
        if let Some(refresh) = refresh {
            answer["refresh_token"] = refresh.into();
        }
        json(200, &answer)
    }

    fn revoke(&self, request: &Request<Bytes>) -> Response<Bytes> {
        let form = pairs(request.body());
        let mut state = self.lock();
        let token = form.get("token").map(String::as_str).unwrap_or_default();
        let known = state.refresh.contains_key(token) || state.access.contains_key(token);
        if known {
            // One token ends the whole grant, and with it everything that the account has granted.
            state.refresh.clear();
            state.access.clear();
            json(200, &json!({}))
        } else {
            oauth_error("invalid_token")
        }
    }
}
