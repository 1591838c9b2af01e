//! Recordings with their sound, transcripts of them, and what operators make of these.

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header};
use serde_json::{Value, json};

use super::Core;
use super::callback::Job;
use super::message::Refusal;
use super::rest::{Parameters, first, only, page};
use super::state::{StoredRecording, StoredTranscript};

type Answer = Result<(StatusCode, Value), Refusal>;

/// After so many looks a transcript is there, and after one more what operators make of it.
const READY_AFTER: u32 = 2;
/// One frame of MPEG-1 layer III, 128 kbit/s at 44.1 kHz, in which nothing is heard.
const SILENCE: [u8; 4] = [0xff, 0xfb, 0x90, 0x64];
const FRAME: usize = 417;
const FRAMES_A_SECOND: usize = 38;
const SAMPLES_A_SECOND: u32 = 8_000;

fn silent_mp3(seconds: u32) -> Bytes {
    let frames = FRAMES_A_SECOND * seconds.max(1) as usize;
    let mut sound = Vec::with_capacity(frames * FRAME);
    for _ in 0..frames {
        sound.extend_from_slice(&SILENCE);
        sound.resize(sound.len() + FRAME - SILENCE.len(), 0);
    }
    sound.into()
}

fn silent_wav(seconds: u32) -> Bytes {
    let length = SAMPLES_A_SECOND * 2 * seconds.max(1);
    let mut sound = Vec::new();
    sound.extend_from_slice(b"RIFF");
    sound.extend_from_slice(&(36 + length).to_le_bytes());
    sound.extend_from_slice(b"WAVEfmt ");
    for number in [16_u32, 1 | 1 << 16, SAMPLES_A_SECOND, SAMPLES_A_SECOND * 2, 2 | 16 << 16] {
        sound.extend_from_slice(&number.to_le_bytes());
    }
    sound.extend_from_slice(b"data");
    sound.extend_from_slice(&length.to_le_bytes());
    sound.resize(sound.len() + length as usize, 0);
    sound.into()
}

impl Core {
    /// Files: the API refers to a network of its own, which must not be given credentials.
    pub(super) fn media(&self, request: &Request<Bytes>) -> Option<Response<Bytes>> {
        let path = request.uri().path();
        let status = |status: StatusCode| {
            let mut answer = Response::new(Bytes::new());
            *answer.status_mut() = status;
            answer
        };
        if let Some(name) = path.strip_prefix("/media/") {
            if request.headers().contains_key(header::AUTHORIZATION) {
                return Some(status(StatusCode::BAD_REQUEST));
            }
            let (sid, kind) = name.split_once('.').unwrap_or((name, "wav"));
            let Some(seconds) = self.lock().recordings.get(sid).map(|recording| recording.seconds) else {
                return Some(status(StatusCode::NOT_FOUND));
            };
            let (sound, content_type) =
                if kind == "mp3" { (silent_mp3(seconds), "audio/mpeg") } else { (silent_wav(seconds), "audio/x-wav") };
            let mut answer = Response::new(sound);
            answer.headers_mut().insert(header::CONTENT_TYPE, http::HeaderValue::from_static(content_type));
            return Some(answer);
        }
        let folder = format!("/2010-04-01/Accounts/{}/Recordings/", self.0.account);
        let name = path.strip_prefix(&folder).filter(|name| name.ends_with(".mp3") || name.ends_with(".wav"))?;
        if self.authorize(request).is_err() {
            return Some(status(StatusCode::UNAUTHORIZED));
        }
        let sid = name.split('.').next().unwrap_or_default();
        if !self.lock().recordings.contains_key(sid) {
            return Some(status(StatusCode::NOT_FOUND));
        }
        let mut answer = status(StatusCode::FOUND);
        if let Ok(location) = format!("/media/{name}").parse() {
            answer.headers_mut().insert(header::LOCATION, location);
        }
        Some(answer)
    }

    /// The resources of this file; `None` for those of others.
    pub(super) fn route_recordings(
        &self,
        method: &Method,
        segments: &[&str],
        query: &Parameters,
        fields: &Parameters,
        path: &str,
    ) -> Option<Answer> {
        let not_found = || Refusal::new(404, 20404, format!("The requested resource {path} was not found"));
        Some(match (method, segments) {
            (&Method::GET, ["", "Recordings"]) => {
                let call = first(query, "CallSid");
                let state = self.lock();
                let found =
                    state.recordings.values().filter(|recording| call.is_none_or(|call| call == recording.call));
                let found = found.map(|recording| self.recording_json(recording)).collect();
                Ok((StatusCode::OK, page("recordings", found, path, query)))
            }
            (&Method::GET, ["", "Recordings", sid]) => {
                let found = self.lock().recordings.get(*sid).map(|recording| self.recording_json(recording));
                found.map(|body| (StatusCode::OK, body)).ok_or_else(not_found)
            }
            (&Method::DELETE, ["", "Recordings", sid]) => {
                let gone = self.lock().recordings.remove(*sid);
                gone.map(|_| (StatusCode::NO_CONTENT, Value::Null)).ok_or_else(not_found)
            }
            (&Method::POST, ["", "v2", "Transcripts"]) => self.create_transcript(fields),
            (&Method::GET, ["", "v2", "Transcripts"]) => {
                let source = first(query, "SourceSid");
                let state = self.lock();
                let found = state.transcripts.values().rev();
                let found = found.filter(|transcript| source.is_none_or(|source| source == transcript.recording));
                let found = found.map(|transcript| self.transcript_json(transcript)).collect();
                Ok((StatusCode::OK, meta_page("transcripts", found)))
            }
            (&Method::GET, ["", "v2", "Transcripts", sid]) => {
                let mut state = self.lock();
                let found = state.transcripts.get_mut(*sid).map(|transcript| {
                    transcript.looks += 1;
                    transcript.clone()
                });
                found.map(|found| (StatusCode::OK, self.transcript_json(&found))).ok_or_else(not_found)
            }
            (&Method::GET, ["", "v2", "Transcripts", sid, "Sentences"]) => {
                let state = self.lock();
                let Some(transcript) = state.transcripts.get(*sid) else { return Some(Err(not_found())) };
                let lines = if transcript.looks >= READY_AFTER { &state.conversation[..] } else { &[] };
                let sentences = lines.iter().enumerate().map(|(index, (by_caller, words))| {
                    json!({
                        "media_channel": if *by_caller { 1 } else { 2 },
                        "sentence_index": index,
                        "start_time": format!("{}.50", index * 3),
                        "end_time": format!("{}.00", index * 3 + 2),
                        "transcript": words,
                        "sid": format!("GX{index:032x}"),
                        "confidence": "0.97",
                        "words": null,
                    })
                });
                Ok((StatusCode::OK, meta_page("sentences", sentences.collect())))
            }
            (&Method::GET, ["", "v2", "Transcripts", sid, "OperatorResults"]) => {
                let mut state = self.lock();
                let Some(transcript) = state.transcripts.get_mut(*sid) else { return Some(Err(not_found())) };
                let ready = transcript.looks > READY_AFTER;
                transcript.looks += 1;
                let summary = state.summary.clone().filter(|_| ready);
                let results = summary.into_iter().map(|summary| {
                    json!({
                        "operator_type": "text-generation",
                        "name": "Conversation Summary",
                        "operator_sid": "LY00000000000000000000000000000001",
                        "text_generation_results": { "format": "text", "result": summary },
                        "transcript_sid": sid,
                    })
                });
                Ok((StatusCode::OK, meta_page("operator_results", results.collect())))
            }
            _ => return None,
        })
    }

    fn create_transcript(&self, fields: &Parameters) -> Answer {
        only(fields, &["ServiceSid", "Channel", "CustomerKey", "MediaStartTime"])?;
        let refuse = |message: &str| Err(Refusal::new(400, 20001, message));
        let Some(service) = first(fields, "ServiceSid") else { return refuse("ServiceSid is required") };
        let channel: Value =
            first(fields, "Channel").and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        let Some(recording) = channel["media_properties"]["source_sid"].as_str() else {
            return refuse("Channel names no recording");
        };
        let mut state = self.lock();
        if !state.recordings.contains_key(recording) {
            return refuse("the recording does not exist");
        }
        let (_, sid) = state.sid("GT");
        let transcript = StoredTranscript {
            sid: sid.clone(),
            service: service.to_owned(),
            recording: recording.to_owned(),
            key: first(fields, "CustomerKey").map(ToOwned::to_owned),
            looks: 0,
            created: self.0.clock.now(),
        };
        let body = self.transcript_json(&transcript);
        state.transcripts.insert(sid.clone(), transcript);
        let webhook = state.intelligence_webhook.clone();
        drop(state);
        if let Some(url) = webhook {
            let notice = json!({
                "account_sid": self.0.account,
                "service_sid": service,
                "transcript_sid": sid,
                "customer_key": first(fields, "CustomerKey"),
                "event_type": "voice_intelligence_transcript_available",
            });
            self.schedule(vec![Job::unsigned_json(url, notice.to_string())]);
        }
        Ok((StatusCode::ACCEPTED, body))
    }

    fn recording_json(&self, recording: &StoredRecording) -> Value {
        let uri = format!("/2010-04-01/Accounts/{}/Recordings/{}.json", self.0.account, recording.sid);
        json!({
            "sid": recording.sid,
            "account_sid": self.0.account,
            "call_sid": recording.call,
            "status": "completed",
            "source": recording.source,
            "channels": recording.channels,
            "duration": recording.seconds.to_string(),
            "start_time": recording.created.to_rfc2822(),
            "date_created": recording.created.to_rfc2822(),
            "date_updated": recording.created.to_rfc2822(),
            "price": null,
            "price_unit": "USD",
            "error_code": null,
            "api_version": "2010-04-01",
            "media_url": format!("https://api.twilio.com{}", uri.trim_end_matches(".json")),
            "uri": uri,
        })
    }

    fn transcript_json(&self, transcript: &StoredTranscript) -> Value {
        let status = match transcript.looks {
            0 => "queued",
            looks if looks < READY_AFTER => "in-progress",
            _ => "completed",
        };
        json!({
            "sid": transcript.sid,
            "account_sid": self.0.account,
            "service_sid": transcript.service,
            "status": status,
            "channel": { "type": "call_recording", "media_properties": { "source_sid": transcript.recording } },
            "customer_key": transcript.key,
            "data_logging": false,
            "language_code": "en-US",
            "redaction": false,
            "date_created": transcript.created.to_rfc3339(),
            "date_updated": transcript.created.to_rfc3339(),
            "url": format!("https://intelligence.twilio.com/v2/Transcripts/{}", transcript.sid),
        })
    }
}

/// A listing of the newer APIs, on one page.
fn meta_page(key: &str, items: Vec<Value>) -> Value {
    json!({
        (key): items,
        "meta": { "key": key, "page": 0, "page_size": 1000, "next_page_url": null, "previous_page_url": null },
    })
}
