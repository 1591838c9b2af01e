use rust_decimal::Decimal;

use crate::id::SentenceSid;
use crate::secret::Private;
use crate::twilio::page::Paged;
use crate::twilio::resource::resource;
use crate::twilio::values::Sensitive;

resource! {
    /// A sentence of a transcript.
    pub struct Sentence {
        /// The channel that it was spoken on: 1 or 2.
        media_channel: u32,
        /// Its place in the transcript, from 0.
        sentence_index: u32,
        /// Where it begins, in seconds, as Twilio writes it; see [`begins_at`](Self::begins_at).
        start_time: String,
        /// Where it ends, in seconds, as Twilio writes it; see [`ends_at`](Self::ends_at).
        end_time: String,
        /// What was said.
        transcript: Private,
        /// The sentence.
        sid: SentenceSid,
        /// How sure that is: 0 to 1, as Twilio writes it.
        confidence: String,
        /// The words and when each was said, if that was asked.
        words: Vec<Sensitive>,
    }
}

impl Sentence {
    /// Where it begins, in seconds.
    #[must_use]
    pub fn begins_at(&self) -> Option<Decimal> {
        self.start_time.as_deref()?.parse().ok()
    }

    /// Where it ends, in seconds.
    #[must_use]
    pub fn ends_at(&self) -> Option<Decimal> {
        self.end_time.as_deref()?.parse().ok()
    }
}

impl Paged for Sentence {
    const KEY: &'static str = "sentences";
    const WHAT: &'static str = "listing sentences";
}
