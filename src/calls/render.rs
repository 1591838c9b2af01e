//! Plans as TwiML. Pure.

use super::callbacks::{Callbacks, Place};
use super::flow::{Ladder, Leg, Plan, Step};
use crate::address::Address;
use crate::passport::Passport;
use crate::tenant::Tenant;
use crate::twiml::{
    Client, Dial, DialRecord, Gather, GatherInput, Number, Record, Reject, Say, Sip, Start, Stop, Transcription,
    VoiceResponse,
};

/// The name by which a call's live transcription is stopped.
const TRANSCRIPTION: &str = "frontdesk";

/// What a caller hears when something of ours fails.
pub(crate) fn apology() -> VoiceResponse {
    VoiceResponse::new()
        .say("We are sorry, we cannot take your call right now. Please try again in a few minutes. Goodbye.")
        .hangup()
}

/// What a caller hears at a number that belongs to nobody here.
pub(crate) fn unknown_number() -> VoiceResponse {
    VoiceResponse::new().say("We are sorry, this number is not in service. Goodbye.").hangup()
}

/// `passport` says to our own assistant whose call it is given.
pub(super) fn render(
    plan: &Plan,
    tenant: &Tenant,
    place: &Place<'_>,
    callbacks: &Callbacks,
    passport: Option<&str>,
) -> VoiceResponse {
    plan.steps.iter().fold(VoiceResponse::new(), |response, step| match step {
        Step::Say(text) => response.say(say(tenant, text)),
        Step::Menu { attempt } => response.gather(menu(tenant, place, callbacks, *attempt)),
        Step::Dial(leg) => dial(response, leg, tenant, (place, callbacks), passport),
        Step::StopTranscription => response.stop(Stop::new().transcription(Transcription::new().name(TRANSCRIPTION))),
        Step::Voicemail => voicemail(response, tenant, place, callbacks),
        Step::Hangup => response.hangup(),
        Step::Reject => response.reject(Reject::new()),
    })
}

fn say(tenant: &Tenant, text: &str) -> Say {
    let mut say = Say::new(text);
    if let Some(voice) = &tenant.voice {
        say = say.voice(voice);
    }
    if let Some(language) = &tenant.language {
        say = say.language(language);
    }
    say
}

fn menu(tenant: &Tenant, place: &Place<'_>, callbacks: &Callbacks, attempt: u32) -> Gather {
    let gather = Gather::new()
        .input([GatherInput::Dtmf])
        .num_digits(1)
        .action(callbacks.menu(place, attempt))
        .action_on_empty_result(true)
        // The finishing key would otherwise swallow an option on '#'.
        .finish_on_key("");
    match &tenant.menu {
        Some(menu) => gather.timeout(menu.timeout).say(say(tenant, &menu.text())),
        None => gather,
    }
}

fn dial(
    mut response: VoiceResponse,
    leg: &Leg,
    tenant: &Tenant,
    (place, callbacks): (&Place<'_>, &Callbacks),
    passport: Option<&str>,
) -> VoiceResponse {
    if leg.transcribe {
        let mut transcription =
            Transcription::new().name(TRANSCRIPTION).status_callback_url(callbacks.transcription(place));
        if let Some(service) = tenant.transcription.service {
            transcription = transcription.intelligence_service(service);
        }
        if let Some(language) = &tenant.language {
            transcription = transcription.language_code(language);
        }
        response = response.start(Start::new().transcription(transcription));
    }
    let mut dial = Dial::new().timeout(leg.timeout).action(callbacks.dial(place, &leg.cursor));
    if let Some(caller_id) = &leg.caller_id {
        dial = dial.caller_id(caller_id.to_wire());
    }
    if leg.record {
        dial =
            dial.record(DialRecord::RecordFromAnswerDual).recording_status_callback(callbacks.recording(place, "dial"));
    }
    for target in &leg.targets {
        dial = match target {
            Address::Sip(_) => {
                let mut wire = target.to_wire();
                // Twilio passes on headers that begin with X- (https://www.twilio.com/docs/voice/twiml/sip#custom-headers).
                if let Some(passport) = passport.filter(|_| leg.cursor.ladder == Ladder::Assistant) {
                    wire.push(if wire.contains('?') { '&' } else { '?' });
                    wire.push_str(Passport::HEADER);
                    wire.push('=');
                    wire.push_str(passport);
                }
                dial.sip(Sip::new(wire))
            }
            Address::Client(_) => {
                let wire = target.to_wire();
                dial.client(Client::new(wire.strip_prefix("client:").unwrap_or(&wire)))
            }
            _ => dial.number(Number::new(target.to_wire())),
        };
    }
    response.dial(dial)
}

fn voicemail(response: VoiceResponse, tenant: &Tenant, place: &Place<'_>, callbacks: &Callbacks) -> VoiceResponse {
    let settings = tenant.voicemail.clone().unwrap_or_default();
    let mut record = Record::new()
        .max_length(settings.max_length)
        .action(callbacks.voicemail(place))
        .recording_status_callback(callbacks.recording(place, "voicemail"));
    if settings.transcribe {
        record = record.transcribe(true).transcribe_callback(callbacks.transcription(place));
    }
    response.say(say(tenant, &settings.greeting)).record(record).hangup()
}
