use rust_decimal::Decimal;
use serde_json::Value;

use crate::id::{OperatorSid, TranscriptSid};
use crate::open::open_enum;
use crate::secret::Private;
use crate::twilio::page::Paged;
use crate::twilio::resource::resource;
use crate::twilio::values::Sensitive;

open_enum! {
    /// What kind of result an operator gives.
    pub enum OperatorType {
        /// Which of several kinds the conversation is.
        ConversationClassify = "conversation-classify",
        /// Which of several kinds each utterance is.
        UtteranceClassify = "utterance-classify",
        /// What was named.
        Extract = "extract",
        /// What was named, in a common form.
        ExtractNormalize = "extract-normalize",
        /// Personal data.
        PiiExtract = "pii-extract",
        /// A text about the conversation, such as a summary.
        TextGeneration = "text-generation",
        /// JSON.
        Json = "json",
    }
}

resource! {
    /// What an operator found in a transcript.
    pub struct OperatorResult {
        /// What kind of result it is.
        operator_type: OperatorType,
        /// The operator's name, such as `Conversation Summary`.
        name: String,
        /// The operator.
        operator_sid: OperatorSid,
        /// Whether anything was named.
        extract_match: bool,
        /// How sure that is: 0 to 1.
        match_probability: Decimal,
        /// What was named, in a common form.
        normalized_result: Private,
        /// What was found in each utterance.
        utterance_results: Vec<Sensitive>,
        /// Whether any utterance matched.
        utterance_match: bool,
        /// Which kind the conversation is.
        predicted_label: String,
        /// How sure that is: 0 to 1.
        predicted_probability: Decimal,
        /// How likely each kind is.
        label_probabilities: Value,
        /// What was named.
        extract_results: Sensitive,
        /// The text, and how it is written.
        text_generation_results: Sensitive,
        /// The JSON.
        json_results: Sensitive,
        /// The transcript.
        transcript_sid: TranscriptSid,
        /// Its URL at Twilio.
        url: String,
    }
}

impl OperatorResult {
    /// The text that an operator wrote, such as a summary.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        let text = match &self.text_generation_results.as_ref()?.0 {
            Value::String(text) => text,
            object => object.get("result")?.as_str()?,
        };
        Some(text.trim()).filter(|text| !text.is_empty())
    }
}

impl Paged for OperatorResult {
    const KEY: &'static str = "operator_results";
    const WHAT: &'static str = "listing an operator's results";
}
