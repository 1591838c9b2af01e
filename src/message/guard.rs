use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::allowance::Allowance;
use super::record::MessageRecord;
use super::segments::Segments;
use crate::address::Address;
use crate::phone::Region;

/// Where texts may go.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Countries {
    /// To the country of the sender's own number; a sender that is no number may reach none.
    #[default]
    Own,
    /// To these, and the sender's own.
    These(BTreeSet<Region>),
    /// Everywhere.
    All,
}

/// What happens to a text that is longer than allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum TooLong {
    /// It is not sent.
    Refuse,
    /// It is sent as several texts.
    #[default]
    Split,
}

/// Why a text is not sent at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Refusal {
    /// Neither words nor files.
    #[error("the text is empty")]
    Empty,
    /// More than the allowed segments or characters, and not to be split.
    #[error("the text is too long")]
    TooLong,
    /// More segments than a trial account may send, which Twilio refuses with 30044.
    #[error("the text is too long for a trial account (30044)")]
    TrialLength,
    /// More than ten files.
    #[error("a message carries at most ten files")]
    TooManyFiles,
    /// A caller who withheld the number, or a sender that is not the tenant's.
    #[error("the recipient or the sender is nobody that texts can go to or come from")]
    NoAddress,
    /// To itself.
    #[error("the recipient is the sender")]
    ToItself,
    /// To a country that is not allowed.
    #[error("texts to the recipient's country are not allowed")]
    Country,
    /// To a number that costs extra.
    #[error("the recipient's number is a premium-rate one")]
    Premium,
    /// To somebody who wants no texts.
    #[error("the recipient has opted out")]
    OptedOut,
    /// To a landline or another line that takes no texts.
    #[error("the recipient's line takes no texts")]
    NoTexts,
    /// To a number that a trial account has not verified, which Twilio refuses with 21608.
    #[error("a trial account reaches verified numbers only, and the recipient's is not (21608)")]
    Unverified,
    /// For a time that is past its end, or further ahead than the provider can keep it.
    #[error("the time to send it is out of range")]
    Time,
    /// Not in time: what it waited for took longer than it may wait.
    #[error("it could not be sent in time")]
    Expired,
    /// Withdrawn by the host.
    #[error("it was withdrawn")]
    Withdrawn,
    /// The text that it repeats has arrived after all.
    #[error("the text that it repeats has arrived")]
    Superseded,
}

/// What protects a business from texting too much, too far and too dearly: length, country, premium numbers, rates.
///
/// It is asked when a text is written and again right before it is sent; the rates only then.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
#[must_use]
pub struct Guard {
    /// Where texts may go; the sender's own country by default.
    pub countries: Countries,
    /// Whether premium-rate numbers are refused; they are.
    pub block_premium: bool,
    /// The longest text, in segments; 10 by default.
    pub max_segments: u32,
    /// What happens to a longer one; it is split by default.
    pub too_long: TooLong,
    /// The longest text of a trial account, in segments, Twilio's own words before it included; `None` for a paid
    /// account. Twilio does not publish the number.
    pub trial_segments: Option<u32>,
    /// Segments of one sender, and up to twice as many in a time that follows a pause: 60 a minute by default, which is what a long code in the United States sends.
    pub sender: Option<(u32, Duration)>,
    /// Texts to one recipient from one tenant, and up to twice as many in a time that follows a pause: 10 an hour by
    /// default.
    pub recipient: Option<(u32, Duration)>,
    /// Texts of one tenant a day, by UTC: 1,000 by default, and never more.
    pub daily: Option<u32>,
    /// How long after it is due a text may wait, for these rates or for a refusal that passes, before it is given up
    /// ([`Refusal::Expired`]): 4 hours by default.
    pub patience: Duration,
}

/// What Twilio puts before the texts of a trial account.
pub const TRIAL_PREFIX: &str = "Sent from your Twilio trial account - ";
const MAX_FILES: usize = 10;

impl Default for Guard {
    fn default() -> Self {
        Self {
            countries: Countries::default(),
            block_premium: true,
            max_segments: 10,
            too_long: TooLong::default(),
            trial_segments: None,
            sender: Some((60, Duration::from_secs(60))),
            recipient: Some((10, Duration::from_secs(3600))),
            daily: Some(1_000),
            patience: Duration::from_secs(4 * 3600),
        }
    }
}

impl Guard {
    /// A guard with the defaults above.
    pub fn new() -> Self {
        Self::default()
    }

    /// Says where texts may go.
    pub fn with_countries(mut self, countries: Countries) -> Self {
        self.countries = countries;
        self
    }

    /// Says how long a text may be, and what happens to a longer one.
    pub fn with_length(mut self, max_segments: u32, too_long: TooLong) -> Self {
        self.max_segments = max_segments;
        self.too_long = too_long;
        self
    }

    /// For a trial account: the longest text in segments, with Twilio's own words before it.
    pub fn with_trial(mut self, segments: Option<u32>) -> Self {
        self.trial_segments = segments;
        self
    }

    /// Segments of one sender within a time; `None` for no limit.
    pub fn with_sender_rate(mut self, rate: Option<(u32, Duration)>) -> Self {
        self.sender = rate;
        self
    }

    /// Texts to one recipient within a time; `None` for no limit.
    pub fn with_recipient_rate(mut self, rate: Option<(u32, Duration)>) -> Self {
        self.recipient = rate;
        self
    }

    /// Texts of one tenant a day; `None` for no limit.
    pub fn with_daily_cap(mut self, texts: Option<u32>) -> Self {
        self.daily = texts;
        self
    }

    /// Pure: why a text may not be sent, whatever the time and the rates.
    ///
    /// # Errors
    /// [`Refusal`] says why.
    pub fn check(&self, text: &MessageRecord) -> Result<(), Refusal> {
        self.check_route(&text.from, &text.to)?;
        if text.body.trim().is_empty() && text.media.is_empty() {
            return Err(Refusal::Empty);
        }
        if text.media.len() > MAX_FILES {
            return Err(Refusal::TooManyFiles);
        }
        if text.body.chars().count() > super::MAX_BODY_CHARS {
            return Err(Refusal::TooLong);
        }
        // A media message is not cut into segments.
        if text.media.is_empty() {
            self.check_length(&text.body)?;
        }
        Ok(())
    }

    fn check_length(&self, body: &str) -> Result<(), Refusal> {
        if let Some(allowed) = self.trial_segments
            && Segments::of(&format!("{TRIAL_PREFIX}{body}")).count > allowed
        {
            return Err(Refusal::TrialLength);
        }
        if Segments::of(body).count > self.max_segments { Err(Refusal::TooLong) } else { Ok(()) }
    }

    /// Pure: the pieces that a text goes as; one that is not too long is one piece.
    ///
    /// # Errors
    /// [`Refusal::TooLong`] and [`Refusal::TrialLength`] when it may not be split.
    pub fn pieces(&self, body: &str, media: bool) -> Result<Vec<String>, Refusal> {
        let over = body.chars().count() > super::MAX_BODY_CHARS;
        let refusal = match (over, media) {
            (false, true) => None,
            (true, _) => Some(Refusal::TooLong),
            (false, false) => self.check_length(body).err(),
        };
        match (refusal, self.too_long) {
            (None, _) => Ok(vec![body.to_owned()]),
            (Some(refusal), TooLong::Refuse) => Err(refusal),
            (Some(_), TooLong::Split) => {
                let prefix = if self.trial_segments.is_some() { TRIAL_PREFIX.chars().count() } else { 0 };
                let segments = self.trial_segments.map_or(self.max_segments, |trial| trial.min(self.max_segments));
                let mut pieces = super::split(body, segments, super::MAX_BODY_CHARS.saturating_sub(prefix));
                if self.trial_segments.is_some() {
                    // Twilio's own words come before each piece.
                    pieces = pieces.iter().flat_map(|piece| self.shorten(piece, segments)).collect();
                }
                Ok(pieces)
            }
        }
    }

    /// Cuts further until each piece fits behind Twilio's own words.
    fn shorten(&self, piece: &str, segments: u32) -> Vec<String> {
        let mut room = piece.chars().count();
        loop {
            let parts = super::split(piece, segments, room);
            if room <= 10 || parts.iter().all(|part| self.check_length(part).is_ok()) {
                return parts;
            }
            room -= 5;
        }
    }

    fn check_route(&self, from: &Address, to: &Address) -> Result<(), Refusal> {
        if matches!(to, Address::Anonymous(_) | Address::Other(_)) || matches!(from, Address::Anonymous(_)) {
            return Err(Refusal::NoAddress);
        }
        if from == to {
            return Err(Refusal::ToItself);
        }
        // What is no telephone number has no country.
        let Some(to) = to.phone() else { return Ok(()) };
        if self.block_premium && to.is_premium() {
            return Err(Refusal::Premium);
        }
        let own = from.phone().and_then(|from| from.country());
        let country = to.country();
        let allowed = match &self.countries {
            Countries::All => true,
            Countries::Own => country.is_some() && country == own,
            Countries::These(these) => country.is_some_and(|country| these.contains(&country) || Some(country) == own),
        };
        if allowed { Ok(()) } else { Err(Refusal::Country) }
    }

    /// Pure: what has to be counted before a text is sent, and how much of each.
    #[must_use]
    pub fn allowances(&self, text: &MessageRecord, now: DateTime<Utc>) -> Vec<(Allowance, u32)> {
        let mut all = Vec::new();
        if let Some((segments, period)) = self.sender {
            let units = Segments::of(&text.body).count.max(1);
            all.push((Allowance::new(format!("sender:{}", digest(&text.from)), segments, period), units));
        }
        if let Some((texts, period)) = self.recipient {
            all.push((Allowance::new(format!("recipient:{}", digest(&text.to)), texts, period), 1));
        }
        if let Some(texts) = self.daily {
            let day = now.date_naive();
            let tomorrow = day.succ_opt().and_then(|day| day.and_hms_opt(0, 0, 0)).map_or(now, |time| time.and_utc());
            all.push((Allowance::until(format!("daily:{day}"), texts, tomorrow), 1));
        }
        all
    }
}

/// A key that names an address without telling it.
fn digest(address: &Address) -> String {
    use sha2::Digest;

    let hash = sha2::Sha256::digest(address.to_wire().as_bytes());
    hash.iter().take(12).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::MessageKind;

    fn text(from: &str, to: &str, body: &str) -> MessageRecord {
        let at = chrono::DateTime::UNIX_EPOCH;
        MessageRecord::outbound(
            "a".parse().unwrap(),
            "m".parse().unwrap(),
            MessageKind::Direct,
            from.into(),
            to.into(),
            body.into(),
            at,
        )
    }

    const US: &str = "+15551230000";

    #[test]
    fn texts_stay_in_the_senders_country_unless_told_otherwise() {
        let check = |guard: &Guard, to: &str| guard.check(&text(US, to, "hi"));
        let own = Guard::new();
        assert_eq!(check(&own, "+14155552671"), Ok(()));
        // The same calling code, another country: the classic target.
        for to in ["+18765550100", "+14165550100", "+4915112345678", "+37281234567"] {
            assert_eq!(check(&own, to), Err(Refusal::Country), "{to}");
        }
        let more = Guard::new().with_countries(Countries::These(Region::new("CA").into_iter().collect()));
        assert_eq!(check(&more, "+14165550100"), Ok(()));
        assert_eq!(check(&more, "+14155552671"), Ok(()), "and the sender's own");
        assert_eq!(check(&more, "+18765550100"), Err(Refusal::Country));
        let all = Guard::new().with_countries(Countries::All);
        assert_eq!(check(&all, "+4915112345678"), Ok(()));
        assert_eq!(check(&all, "+449061234567"), Err(Refusal::Premium));
        assert_eq!(check(&own, "+19005551234"), Err(Refusal::Premium));
    }

    #[test]
    fn what_cannot_be_sent_is_refused() {
        let guard = Guard::new();
        assert_eq!(guard.check(&text(US, "+14155552671", " \n")), Err(Refusal::Empty));
        assert_eq!(guard.check(&text(US, US, "hi")), Err(Refusal::ToItself));
        assert_eq!(guard.check(&text(US, "anonymous", "hi")), Err(Refusal::NoAddress));
        assert_eq!(guard.check(&text(US, "+266696687", "hi")), Err(Refusal::NoAddress));
        let mut many = text(US, "+14155552671", "hi");
        many.media = vec!["https://example.com/x".into(); 11];
        assert_eq!(guard.check(&many), Err(Refusal::TooManyFiles));
        assert_eq!(guard.check(&text(US, "+14155552671", &"x".repeat(1601))), Err(Refusal::TooLong));
        let trial = Guard::new().with_trial(Some(1));
        assert_eq!(trial.check(&text(US, "+14155552671", &"x".repeat(122))), Ok(()));
        assert_eq!(trial.check(&text(US, "+14155552671", &"x".repeat(123))), Err(Refusal::TrialLength));
    }

    #[test]
    fn long_texts_are_split_or_refused() {
        let long = "word ".repeat(400);
        let pieces = Guard::new().with_length(2, TooLong::Split).pieces(&long, false).unwrap();
        assert!(pieces.len() > 1 && pieces.iter().all(|piece| Segments::of(piece).count <= 2));
        let refuse = Guard::new().with_length(2, TooLong::Refuse);
        assert_eq!(refuse.pieces(&long, false), Err(Refusal::TooLong));
        assert_eq!(refuse.pieces("short", false).unwrap(), ["short"]);
        let trial = Guard::new().with_trial(Some(1));
        for piece in trial.pieces(&long, false).unwrap() {
            assert_eq!(trial.check(&text(US, "+14155552671", &piece)), Ok(()), "{piece:?}");
        }
    }

    #[test]
    fn keys_tell_no_number() {
        let all = Guard::new().allowances(&text(US, "+14155552671", "hi"), DateTime::UNIX_EPOCH);
        assert_eq!(all.len(), 3);
        assert!(all.iter().all(|(allowance, _)| !allowance.key.contains("4155552671")));
    }
}
