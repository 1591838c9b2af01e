//! Every operation, driven once with everything set.

use std::collections::BTreeMap;

use futures_util::TryStreamExt;

use super::{Operation, operation as operation_of};
use crate::Error;
use crate::id::{AccountSid, IntelligenceServiceSid};
use crate::parameters::Param;
use crate::twilio::accounts::Account;
use crate::twilio::applications::{ListApplications, NewApplication};
use crate::twilio::available_phone_numbers::{ListCountries, NumberKind, SearchNumbers};
use crate::twilio::calls::{
    ListCalls, NewCall, NewPayment, NewRecording, NewStream, NewTranscription, NewUserMessage,
    NewUserMessageSubscription, RealTimeStatus, UpdateCall, UpdatePayment,
};
use crate::twilio::conferences::{
    ListConferences, ListParticipants, NewParticipant, UpdateConference, UpdateParticipant,
};
use crate::twilio::incoming_phone_numbers::{ListNumbers, NumberSettings, Wanted};
use crate::twilio::intelligence::{
    ListIntelligenceServices, ListOperators, ListParts, ListSentences, ListTranscripts, NewIntelligenceService,
    NewTranscript, UpdateIntelligenceService,
};
use crate::twilio::lookups::{
    BatchQuery, Field, IdentityQuery, LineType, LookupQuery, NewOverride, NewRateLimit, ReassignedQuery, RiskQuery,
};
use crate::twilio::messages::{
    AddressRetention, ContentRetention, FeedbackOutcome, ListMedia, ListMessages, NewMessage, RiskCheck, ScheduleType,
    TrafficType, UpdateStatus,
};
use crate::twilio::messaging_services::{ListServices, ServiceSettings};
use crate::twilio::outgoing_caller_ids::{ListCallerIds, NewCallerId};
use crate::twilio::recordings::{ListRecordings, ListRecordingsOf, UpdateRecording};
use crate::twilio::resource::Property;
use crate::twilio::transcriptions::ListTranscriptions;
use crate::twilio::wire::Wire;
use crate::twilio::{Client, Listing, Paged};

/// What the client made of an operation.
#[derive(Default)]
pub(super) struct Covered {
    pub(super) key: Option<&'static str>,
    pub(super) properties: Vec<Property>,
    pub(super) missing: Vec<String>,
    pub(super) known: BTreeMap<String, Vec<String>>,
    pub(super) failed: Option<Error>,
}

/// Drives every operation once.
pub(super) struct Walk {
    client: Client,
    covered: BTreeMap<Operation, Covered>,
}

impl Walk {
    fn note(&mut self, operation: &str, covered: Covered) {
        let entry = self.covered.entry(operation_of(operation)).or_default();
        let known = std::mem::take(&mut entry.known);
        *entry = covered;
        entry.known.extend(known);
    }

    fn known<'a>(&mut self, operations: impl IntoIterator<Item = &'a str>, known: &[(&'static str, Vec<String>)]) {
        for operation in operations {
            let entry = self.covered.entry(operation_of(operation)).or_default();
            entry.known.extend(known.iter().map(|(name, values)| ((*name).to_owned(), values.clone())));
        }
    }

    fn one<T: Wire>(&mut self, operation: &str, answer: Result<T, Error>) {
        let mut covered = Covered { properties: T::properties(), ..Default::default() };
        match answer {
            Ok(answer) => answer.missing("", &mut covered.missing),
            Err(error) => covered.failed = Some(error),
        }
        self.note(operation, covered);
    }

    async fn list<T: Paged + Wire>(&mut self, operation: &str, listing: Listing<T>) {
        let mut covered = Covered { key: Some(T::KEY), properties: T::properties(), ..Default::default() };
        match listing.stream().try_collect::<Vec<_>>().await {
            Ok(items) => items.iter().for_each(|item| item.missing("", &mut covered.missing)),
            Err(error) => covered.failed = Some(error),
        }
        self.note(operation, covered);
    }

    fn nothing(&mut self, operation: &str, answer: Result<(), Error>) {
        self.note(operation, Covered { failed: answer.err(), ..Default::default() });
    }

    pub(super) async fn drive(client: &Client) -> BTreeMap<Operation, Covered> {
        let mut walk = Self { client: client.clone(), covered: BTreeMap::new() };
        walk.messages().await;
        walk.calls().await;
        walk.conferences().await;
        walk.recordings().await;
        walk.numbers().await;
        walk.account().await;
        walk.services().await;
        walk.lookups().await;
        walk.intelligence().await;
        walk.covered
    }

    async fn messages(&mut self) {
        let client = self.client.clone();
        let messages = client.messages();
        let (sid, media) = (sample(), sample());
        self.one("Api CreateMessage", messages.create(&whole_message()).await);
        let template = "HX0123456789abcdef0123456789abcdef".parse().unwrap();
        let by_template = NewMessage::content("+15551230000", "+14155552671", template);
        self.one("Api CreateMessage", messages.create(&by_template).await);
        self.known(
            ["Api CreateMessage"],
            &[
                ("ContentRetention", <ContentRetention as Wire>::known()),
                ("AddressRetention", <AddressRetention as Wire>::known()),
                ("TrafficType", <TrafficType as Wire>::known()),
                ("ScheduleType", <ScheduleType as Wire>::known()),
                ("RiskCheck", <RiskCheck as Wire>::known()),
            ],
        );
        self.known(["Api UpdateMessage"], &[("Status", <UpdateStatus as Wire>::known())]);
        self.known(["Api CreateMessageFeedback"], &[("Outcome", <FeedbackOutcome as Wire>::known())]);
        self.one("Api FetchMessage", messages.fetch(&sid).await);
        self.one("Api UpdateMessage", messages.redact(&sid).await);
        self.one("Api UpdateMessage", messages.cancel(&sid).await);
        self.nothing("Api DeleteMessage", messages.delete(&sid).await);
        self.one("Api CreateMessageFeedback", messages.feedback(&sid, FeedbackOutcome::Confirmed).await);
        let now = sample();
        let filter = ListMessages::new().to("+14155552671").from("+14155552671").sent_on(now).sent_before(now);
        self.list("Api ListMessage", messages.list(filter.sent_after(now).page_size(2))).await;
        self.one("Api FetchMedia", messages.fetch_media(&sid, &media).await);
        self.nothing("Api DeleteMedia", messages.delete_media(&sid, &media).await);
        let filter = ListMedia::new().created_on(now).created_before(now).created_after(now).page_size(2);
        self.list("Api ListMedia", messages.media(&sid, &filter)).await;
    }

    async fn calls(&mut self) {
        let client = self.client.clone();
        let calls = client.calls();
        let sid = sample();
        self.one("Api CreateCall", calls.create(&NewCall::everything().twiml("<Response/>")).await);
        self.known(["Api CreateCall"], &NewCall::known());
        self.one("Api FetchCall", calls.fetch(&sid).await);
        self.one("Api UpdateCall", calls.update(&sid, &UpdateCall::everything().twiml("<Response/>")).await);
        self.known(["Api UpdateCall"], &UpdateCall::known());
        self.nothing("Api DeleteCall", calls.delete(&sid).await);
        self.list("Api ListCall", calls.list(&ListCalls::everything())).await;
        self.known(["Api ListCall"], &ListCalls::known());

        let (recordings, recording) = (calls.recordings(sid), sample());
        self.one("Api CreateCallRecording", recordings.start(&NewRecording::everything()).await);
        self.known(["Api CreateCallRecording"], &NewRecording::known());
        self.one("Api FetchCallRecording", recordings.fetch(&recording).await);
        self.one("Api UpdateCallRecording", recordings.update(&recording, &UpdateRecording::everything()).await);
        self.known(["Api UpdateCallRecording", "Api UpdateConferenceRecording"], &UpdateRecording::known());
        self.nothing("Api DeleteCallRecording", recordings.delete(&recording).await);
        self.list("Api ListCallRecording", recordings.list(&ListRecordingsOf::everything())).await;

        let transcriptions = calls.transcriptions(sid);
        let new = NewTranscription::everything();
        self.one("Api CreateRealtimeTranscription", transcriptions.start(&new).await);
        self.known(["Api CreateRealtimeTranscription"], &NewTranscription::known());
        self.one("Api UpdateRealtimeTranscription", transcriptions.stop(&sample()).await);
        let stopped = [("Status", <RealTimeStatus as Wire>::known())];
        self.known(["Api UpdateRealtimeTranscription", "Api UpdateStream"], &stopped);

        let names: Vec<String> = (1..=99).map(|number| format!("name{number}")).collect();
        let parameters: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "value")).collect();
        let new = NewStream::everything();
        self.one("Api CreateStream", calls.streams(sid).start(&new, &parameters).await);
        self.known(["Api CreateStream"], &NewStream::known());
        self.one("Api UpdateStream", calls.streams(sid).stop(&sample()).await);

        let payments = calls.payments(sid);
        self.one("Api CreatePayments", payments.start(&NewPayment::everything()).await);
        self.known(["Api CreatePayments"], &NewPayment::known());
        self.one("Api UpdatePayments", payments.update(&sample(), &UpdatePayment::everything()).await);
        self.known(["Api UpdatePayments"], &UpdatePayment::known());

        let messages = calls.user_messages(sid);
        self.one("Api CreateUserDefinedMessage", messages.send(&NewUserMessage::everything()).await);
        let new = NewUserMessageSubscription::everything();
        self.one("Api CreateUserDefinedMessageSubscription", messages.subscribe(&new).await);
        self.known(["Api CreateUserDefinedMessageSubscription"], &NewUserMessageSubscription::known());
        self.nothing("Api DeleteUserDefinedMessageSubscription", messages.unsubscribe(&sample()).await);
    }

    async fn conferences(&mut self) {
        let client = self.client.clone();
        let conferences = client.conferences();
        let (sid, call, recording) = (sample(), sample(), sample());
        self.one("Api FetchConference", conferences.fetch(&sid).await);
        self.one("Api UpdateConference", conferences.update(&sid, &UpdateConference::everything()).await);
        self.known(["Api UpdateConference"], &UpdateConference::known());
        self.list("Api ListConference", conferences.list(&ListConferences::everything())).await;
        self.known(["Api ListConference"], &ListConferences::known());
        let recordings = conferences.recordings(sid);
        self.one("Api FetchConferenceRecording", recordings.fetch(&recording).await);
        self.one("Api UpdateConferenceRecording", recordings.update(&recording, &UpdateRecording::everything()).await);
        self.nothing("Api DeleteConferenceRecording", recordings.delete(&recording).await);
        self.list("Api ListConferenceRecording", recordings.list(&ListRecordingsOf::everything())).await;
        let participants = conferences.participants(sid);
        self.one("Api CreateParticipant", participants.create(&NewParticipant::everything()).await);
        self.known(["Api CreateParticipant"], &NewParticipant::known());
        self.one("Api FetchParticipant", participants.fetch(&call).await);
        self.one("Api UpdateParticipant", participants.update(&call, &UpdateParticipant::everything()).await);
        self.known(["Api UpdateParticipant"], &UpdateParticipant::known());
        self.nothing("Api DeleteParticipant", participants.remove(&call).await);
        self.list("Api ListParticipant", participants.list(&ListParticipants::everything())).await;
    }

    async fn recordings(&mut self) {
        let client = self.client.clone();
        let recordings = client.recordings();
        let (sid, transcription) = (sample(), sample());
        self.one("Api FetchRecording", recordings.fetch_deleted(&sid).await);
        self.nothing("Api DeleteRecording", recordings.delete(&sid).await);
        self.list("Api ListRecording", recordings.list(&ListRecordings::everything())).await;
        let filter = ListTranscriptions::everything();
        self.list("Api ListRecordingTranscription", recordings.transcriptions(&sid, &filter)).await;
        let answer = recordings.fetch_transcription(&sid, &transcription).await;
        self.one("Api FetchRecordingTranscription", answer);
        let answer = recordings.delete_transcription(&sid, &transcription).await;
        self.nothing("Api DeleteRecordingTranscription", answer);
        let transcriptions = client.transcriptions();
        self.one("Api FetchTranscription", transcriptions.fetch(&transcription).await);
        self.nothing("Api DeleteTranscription", transcriptions.delete(&transcription).await);
        self.list("Api ListTranscription", transcriptions.list(&filter)).await;
    }

    async fn numbers(&mut self) {
        let client = self.client.clone();
        let available = client.available_phone_numbers();
        self.list("Api ListAvailablePhoneNumberCountry", available.countries(&ListCountries::everything())).await;
        self.one("Api FetchAvailablePhoneNumberCountry", available.country("US").await);
        for kind in NumberKind::KNOWN {
            let listing = available.search("US", kind.clone(), &SearchNumbers::everything()).unwrap();
            self.list(&format!("Api ListAvailablePhoneNumber{kind}"), listing).await;
        }
        let numbers = client.incoming_phone_numbers();
        let (sid, settings) = (sample(), NumberSettings::everything());
        self.one("Api CreateIncomingPhoneNumber", numbers.buy(Wanted::Number(sample()), &settings).await);
        self.one("Api CreateIncomingPhoneNumber", numbers.buy(Wanted::AreaCode(510), &settings).await);
        self.one("Api FetchIncomingPhoneNumber", numbers.fetch(&sid).await);
        self.one("Api UpdateIncomingPhoneNumber", numbers.transfer(&sid, sample::<AccountSid>(), &settings).await);
        self.one("Api UpdateIncomingPhoneNumber", numbers.update(&sid, &settings).await);
        self.known(["Api CreateIncomingPhoneNumber", "Api UpdateIncomingPhoneNumber"], &NumberSettings::known());
        self.nothing("Api DeleteIncomingPhoneNumber", numbers.release(&sid).await);
        self.list("Api ListIncomingPhoneNumber", numbers.list(&ListNumbers::everything())).await;
        for kind in [NumberKind::Local, NumberKind::Mobile, NumberKind::TollFree] {
            let bought = numbers.buy_of_kind(kind.clone(), sample(), &settings).await;
            let create = format!("Api CreateIncomingPhoneNumber{kind}");
            self.one(&create, bought);
            self.known([create.as_str()], &NumberSettings::known());
            let listing = numbers.list_of_kind(kind.clone(), &ListNumbers::everything()).unwrap();
            self.list(&format!("Api ListIncomingPhoneNumber{kind}"), listing).await;
        }
        let ids = client.outgoing_caller_ids();
        self.one("Api CreateValidationRequest", ids.create(&NewCallerId::everything()).await);
        self.known(["Api CreateValidationRequest"], &NewCallerId::known());
        self.one("Api FetchOutgoingCallerId", ids.fetch(&sid).await);
        self.one("Api UpdateOutgoingCallerId", ids.rename(&sid, "Desk").await);
        self.nothing("Api DeleteOutgoingCallerId", ids.delete(&sid).await);
        self.list("Api ListOutgoingCallerId", ids.list(&ListCallerIds::everything())).await;
    }

    async fn account(&mut self) {
        let client = self.client.clone();
        self.one::<Account>("Api FetchAccount", client.accounts().fetch().await);
        let applications = client.applications();
        let (sid, new) = (sample(), NewApplication::everything());
        self.one("Api CreateApplication", applications.create(&new).await);
        self.one("Api FetchApplication", applications.fetch(&sid).await);
        self.one("Api UpdateApplication", applications.update(&sid, &new).await);
        self.known(["Api CreateApplication", "Api UpdateApplication"], &NewApplication::known());
        self.nothing("Api DeleteApplication", applications.delete(&sid).await);
        self.list("Api ListApplication", applications.list(&ListApplications::everything())).await;
    }

    async fn services(&mut self) {
        let client = self.client.clone();
        let services = client.messaging_services();
        let (sid, number, settings) = (sample(), sample(), ServiceSettings::everything());
        self.one("Messaging CreateService", services.create("Reminders", &settings).await);
        self.one("Messaging FetchService", services.fetch(&sid).await);
        self.one("Messaging UpdateService", services.update(&sid, &settings).await);
        self.known(["Messaging CreateService", "Messaging UpdateService"], &ServiceSettings::known());
        self.nothing("Messaging DeleteService", services.delete(&sid).await);
        self.list("Messaging ListService", services.list(&ListServices::everything())).await;
        let pool = services.phone_numbers(sid);
        self.one("Messaging CreatePhoneNumber", pool.attach(&number).await);
        self.one("Messaging FetchPhoneNumber", pool.fetch(&number).await);
        self.nothing("Messaging DeletePhoneNumber", pool.detach(&number).await);
        self.list("Messaging ListPhoneNumber", pool.list(&ListServices::everything())).await;
    }

    async fn lookups(&mut self) {
        let client = self.client.clone();
        let lookups = client.lookups();
        let number = sample();
        let query = LookupQuery::everything().last_verified("2024-01-02".parse().unwrap()).address_country_code("US");
        self.one("Lookups FetchPhoneNumber", lookups.fetch(number, &query).await);
        let text = || Some("text".into());
        let person = IdentityQuery {
            first_name: text(),
            last_name: text(),
            address_line1: text(),
            address_line2: text(),
            city: text(),
            state: text(),
            postal_code: text(),
            address_country_code: Some("US".to_owned()),
            national_id: text(),
            date_of_birth: text(),
        };
        let batch = BatchQuery::new(number, [Field::LineTypeIntelligence, Field::SimSwap])
            .correlation_id("1")
            .country_code("US")
            .identity(person)
            .reassigned_since(ReassignedQuery { last_verified_date: Some("20240102".to_owned()) })
            .risk(RiskQuery { partner_sub_id: Some("x".to_owned()) });
        self.one("Lookups CreateBulkLookup", lookups.batch(&[batch]).await);
        self.known(["Lookups CreateBulkLookup"], &[("phone_numbers.fields", <Field as Wire>::known())]);
        let overrides = lookups.overrides(number);
        let new = NewOverride::new(LineType::Mobile, "asked");
        self.one("Lookups CreateLookupPhoneNumberOverrides", overrides.create(&new).await);
        self.one("Lookups UpdateLookupPhoneNumberOverrides", overrides.update(&new).await);
        let both = ["Lookups CreateLookupPhoneNumberOverrides", "Lookups UpdateLookupPhoneNumberOverrides"];
        self.known(both, &[("line_type", <LineType as Wire>::known())]);
        self.one("Lookups FetchLookupPhoneNumberOverrides", overrides.fetch().await);
        self.nothing("Lookups DeleteLookupPhoneNumberOverrides", overrides.delete().await);
        let limits = lookups.rate_limits();
        self.one("Lookups FetchLookupAccountRateLimits", limits.list(&[Field::SimSwap, Field::CallerName]).await);
        self.one("Lookups FetchLookupRateLimit", limits.fetch(&Field::SimSwap, "daily").await);
        let set = limits.set(&Field::SimSwap, "daily", NewRateLimit::new(100, 86_400)).await;
        self.one("Lookups UpdateLookupRateLimit", set);
        self.nothing("Lookups DeleteLookupRateLimit", limits.delete(&Field::SimSwap, "daily").await);
    }

    async fn intelligence(&mut self) {
        let client = self.client.clone();
        let (sid, operator, service) = (sample(), sample(), sample());
        let transcripts = client.intelligence().transcripts();
        self.one("Intelligence CreateTranscript", transcripts.create(&NewTranscript::everything()).await);
        self.one("Intelligence FetchTranscript", transcripts.fetch(&sid).await);
        self.nothing("Intelligence DeleteTranscript", transcripts.delete(&sid).await);
        self.list("Intelligence ListTranscript", transcripts.list(&ListTranscripts::everything())).await;
        self.one("Intelligence FetchMedia", transcripts.media(&sid, Some(false)).await);
        self.list("Intelligence ListSentence", transcripts.sentences(&sid, &ListSentences::everything())).await;
        let results = transcripts.operator_results(&sid, &ListParts::everything());
        self.list("Intelligence ListOperatorResult", results).await;
        let result = transcripts.operator_result(&sid, &operator, Some(true)).await;
        self.one("Intelligence FetchOperatorResult", result);
        let services = client.intelligence().services();
        self.one("Intelligence CreateService", services.create(&NewIntelligenceService::everything()).await);
        self.known(["Intelligence CreateService"], &NewIntelligenceService::known());
        self.one("Intelligence FetchService", services.fetch(&service).await);
        let changes = UpdateIntelligenceService::everything();
        self.one("Intelligence UpdateService", services.update(&service, &changes, Some(3)).await);
        self.known(["Intelligence UpdateService"], &UpdateIntelligenceService::known());
        self.nothing("Intelligence DeleteService", services.delete(&service).await);
        self.list("Intelligence ListService", services.list(&ListIntelligenceServices::everything())).await;
        let operators = client.intelligence().operators();
        self.one("Intelligence FetchOperator", operators.fetch(&operator).await);
        self.list("Intelligence ListOperator", operators.list(&ListOperators::everything())).await;
        self.known(["Intelligence ListOperator"], &ListOperators::known());
        self.one("Intelligence CreateOperatorAttachment", operators.attach(&service, &operator).await);
        self.nothing("Intelligence DeleteOperatorAttachment", operators.detach(&service, &operator).await);
        // Here, and only here, the specification wants an operator's SID where a service's belongs.
        let service = IntelligenceServiceSid::unchecked("LY0123456789abcdef0123456789abcdef");
        self.one("Intelligence FetchOperatorAttachments", operators.attached(&service).await);
    }
}

fn sample<T: Param>() -> T {
    T::sample()
}

/// A message with every parameter set.
fn whole_message() -> NewMessage {
    let url = || "https://example.com/x".parse().unwrap();
    NewMessage::sms("+15551230000", "+14155552671", "Hi")
        .media_url(url())
        .messaging_service(sample())
        .content_variables(&[("1".to_owned(), "x".to_owned())].into())
        .status_callback(url())
        .application(sample())
        .max_price(sample())
        .provide_feedback(true)
        .attempt(1)
        .validity_period(600)
        .force_delivery(false)
        .content_retention(ContentRetention::Retain)
        .address_retention(AddressRetention::Retain)
        .smart_encoded(true)
        .persistent_action("mailto:a@example.com")
        .traffic_type(TrafficType::Free)
        .shorten_urls(true)
        .schedule_type(ScheduleType::Fixed)
        .send_at(sample())
        .send_as_mms(false)
        .risk_check(RiskCheck::Enable)
        .fallback_from("+15551230002")
}
