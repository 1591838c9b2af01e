//! Twilio's error codes: what they mean, what to do, and whether trying again helps
//! (<https://www.twilio.com/docs/api/errors>).
//!
//! ```
//! use frontdesk::twilio::catalogue::{self, Class};
//!
//! let landline = catalogue::explain(30006).ok_or("unknown")?;
//! assert_eq!(landline.class, Class::Recipient);
//! println!("{}: {}", landline.cause, landline.advice);
//! assert!(matches!(catalogue::class_of(30003), Class::Resend { .. }));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::time::Duration;

/// What can be done about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Class {
    /// Nothing was processed: the same request may be sent again at once, after the wait that Twilio asks for.
    Retry,
    /// The text failed on its way, and the same text later may arrive.
    Resend {
        /// How long to wait.
        after: Duration,
        /// How often at most.
        times: u32,
    },
    /// This recipient cannot be reached by text; others can.
    Recipient,
    /// The recipient wants no texts.
    OptedOut,
    /// The request itself is wrong; it has to be changed.
    Request,
    /// Somebody has to change something at Twilio: a registration, a setting, a payment.
    Account,
    /// The wanted number is not to be had; another may be.
    Number,
    /// The error is not known here: it is taken to be permanent.
    Unknown,
}

/// An error that Twilio reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Entry {
    /// Its number.
    pub code: u32,
    /// What happened.
    pub cause: &'static str,
    /// What to do.
    pub advice: &'static str,
    /// Whether trying again helps.
    pub class: Class,
}

impl Entry {
    /// Twilio's page about it.
    #[must_use]
    pub fn url(&self) -> String {
        format!("https://www.twilio.com/docs/errors/{}", self.code)
    }
}

const MINUTE: u64 = 60;
const HOUR: u64 = 3600;

const fn resend(after_seconds: u64, times: u32) -> Class {
    Class::Resend { after: Duration::from_secs(after_seconds), times }
}

macro_rules! entries {
    ($($code:literal $class:expr, $cause:literal, $advice:literal;)*) => {
        &[$(Entry { code: $code, cause: $cause, advice: $advice, class: $class },)*]
    };
}

/// What is known.
const ENTRIES: &[Entry] = entries! {
    11200 Class::Request, "A webhook did not answer as it should.", "Look at the webhook's own log and at the status it answered with.";
    11205 Class::Request, "Twilio could not connect to a webhook.", "Check that the public URL can be reached and its certificate is valid.";
    11750 Class::Request, "An answer with TwiML was longer than 64 kB.", "Say less, or redirect to a further document.";
    12100 Class::Request, "An answer was no XML.", "Build TwiML with this crate and send it unchanged.";
    14107 resend(MINUTE, 1), "Too many replies went between two numbers within seconds.", "Look for two machines that answer one another.";
    20001 Class::Request, "A parameter is missing or malformed.", "Read the message; it names the parameter.";
    20003 Class::Account, "The credentials were refused.", "Check the account SID with the API key and its secret, or with the auth token, and the region.";
    20008 Class::Account, "Test credentials cannot do this.", "Use the account's live credentials.";
    20404 Class::Request, "There is no such resource.", "Check the SID and that it belongs to this account and region.";
    20429 Class::Retry, "Too many requests at once.", "Wait as long as Twilio says, and send fewer at a time.";
    20500 Class::Unknown, "Twilio failed.", "Read again later; look up what came of a write before repeating it.";
    20503 Class::Unknown, "Twilio is overloaded.", "Read again later; look up what came of a write before repeating it.";
    21201 Class::Request, "Nobody to call.", "Give a number to call.";
    21210 Class::Account, "The caller ID is neither a number of the account nor verified.", "Verify the caller ID, or call from a number of the account.";
    21211 Class::Recipient, "The recipient is no phone number.", "Check the number; write it as + with the country's code.";
    21212 Class::Request, "The sender is no phone number of the account.", "Send from a number of the account.";
    21214 Class::Recipient, "The number cannot be reached.", "Check the number.";
    21215 Class::Account, "Calls to this country are not allowed.", "Allow the country in the voice settings of the console.";
    21216 Class::Account, "The account may not call this number.", "Ask Twilio's support.";
    21217 Class::Recipient, "The number is malformed.", "Write it as + with the country's code.";
    21219 Class::Account, "A trial account calls verified numbers only.", "Verify the number, or upgrade the account.";
    21220 Class::Request, "The call is not going on.", "It ended before it was changed; nothing is to be done.";
    21265 Class::Recipient, "A short code cannot be called.", "Call a number.";
    21401 Class::Request, "The number is malformed.", "Write it as + with the country's code.";
    21404 Class::Account, "A trial account may have one number.", "Release the other number, or upgrade the account.";
    21408 Class::Account, "Texts to this region are not allowed.", "Allow the region in the messaging settings of the console.";
    21421 Class::Number, "The number is malformed or cannot be bought.", "Choose another number.";
    21422 Class::Number, "The number is not for sale any more.", "Choose another number.";
    21450 Class::Request, "The number is a verified caller ID already.", "Nothing is to be done.";
    21452 Class::Number, "The area code has no number for sale.", "Try another area code.";
    21601 Class::Account, "The sender cannot text.", "Send from a number that can.";
    21602 Class::Request, "The text is empty.", "Give words or a file.";
    21603 Class::Request, "The sender is missing.", "Give a sender or a messaging service.";
    21604 Class::Request, "The recipient is missing.", "Give a recipient.";
    21606 Class::Account, "The sender is not a number of the account that can text.", "Send from a number of the account that can text.";
    21608 Class::Account, "A trial account texts verified numbers only.", "Verify the recipient's number, or upgrade the account.";
    21610 Class::OptedOut, "The recipient has opted out of texts from this sender.", "Send nothing until the recipient texts START.";
    21611 resend(10 * MINUTE, 3), "The sender's queue is full: ten hours' worth of texts wait.", "Wait, or send from several numbers.";
    21612 Class::Recipient, "The recipient cannot be reached from this sender.", "Send from a number of the recipient's country.";
    21614 Class::Recipient, "The recipient's number is no mobile number.", "Call instead.";
    21617 Class::Request, "The text has more than 1,600 characters.", "Split it.";
    21619 Class::Request, "Neither words nor a file.", "Give one of them.";
    21620 Class::Request, "A media URL is malformed.", "Check it.";
    21623 Class::Request, "Too many files.", "At most ten.";
    21635 Class::Recipient, "The recipient's number is a landline.", "Call instead.";
    21649 Class::Account, "The country's regulator wants a bundle for the number.", "Have a regulatory bundle approved in the console, and name it.";
    21631 Class::Account, "The country's regulator wants an address for the number.", "Add an address in the console, and name it.";
    21703 Class::Account, "The messaging service has no number.", "Attach a number to the service.";
    21710 Class::Request, "The number is in this messaging service already.", "Nothing is to be done.";
    21712 Class::Request, "The number is in another messaging service.", "Detach it there first.";
    30001 resend(MINUTE, 3), "A queue on the way was full.", "Send it again later, and fewer at a time.";
    30002 Class::Account, "The account was suspended.", "Ask Twilio's support.";
    30003 resend(30 * MINUTE, 2), "The phone was off, out of reach, or takes no texts.", "Send it again later; call if it fails again.";
    30004 Class::Recipient, "The recipient's carrier blocks texts to it.", "Call instead.";
    30005 Class::Recipient, "The number does not exist any more, or not at this carrier.", "Check the number.";
    30006 Class::Recipient, "The number is a landline, or its carrier takes no texts.", "Call instead.";
    30007 Class::Account, "A carrier took the text for spam.", "Look at the words, links and the sender's registration.";
    30008 resend(5 * MINUTE, 1), "It failed for a reason that the carrier does not tell.", "Send it again once.";
    30010 Class::Request, "It would have cost more than allowed.", "Allow a higher price.";
    30017 resend(10 * MINUTE, 2), "A carrier's network was congested.", "Send it again later.";
    30022 resend(MINUTE, 3), "More texts a second than the carrier allows this sender.", "Send fewer at a time.";
    30023 resend(6 * HOUR, 2), "More texts a day than the carrier allows this sender.", "Send the rest tomorrow, or have the registration raised.";
    30032 Class::Account, "The toll-free sender is not verified.", "Have it verified in the console.";
    30034 Class::Account, "The sender is not registered for texts in the United States (A2P 10DLC).", "Register the brand and campaign in the console.";
    30044 Class::Account, "The text is too long for a trial account.", "Send fewer segments, or upgrade the account.";
    30410 resend(10 * MINUTE, 2), "The carrier did not answer in time.", "Send it again later.";
    30450 Class::Recipient, "Twilio's protection from SMS pumping blocked the text.", "If the recipient is real, add the number to the safe list in the console.";
    30454 Class::Account, "A trial account has sent as many texts as it may.", "Upgrade the account.";
    60200 Class::Request, "A parameter is malformed.", "Read the message; it names the parameter.";
    63038 resend(6 * HOUR, 2), "The account has sent as many texts today as it may.", "Wait, or have the limit raised.";
};

/// What is known of an error.
#[must_use]
pub fn explain(code: u32) -> Option<&'static Entry> {
    ENTRIES.iter().find(|entry| entry.code == code)
}

/// What can be done about an error.
#[must_use]
pub fn class_of(code: u32) -> Class {
    explain(code).map_or(Class::Unknown, |entry| entry.class)
}

/// All that is known.
#[must_use]
pub fn all() -> &'static [Entry] {
    ENTRIES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_stands_once_and_says_something() {
        for (index, entry) in ENTRIES.iter().enumerate() {
            assert!(!ENTRIES[..index].iter().any(|other| other.code == entry.code), "{}", entry.code);
            assert!(entry.cause.ends_with('.') && entry.advice.ends_with('.'), "{}", entry.code);
        }
        for code in [30002, 30004, 30005, 30006, 30007, 30032, 30034, 30044, 20003, 21211, 21606, 21608, 21610, 21614] {
            assert!(!matches!(class_of(code), Class::Resend { .. } | Class::Retry | Class::Unknown), "{code}");
        }
        for code in [30001, 30003, 30008, 30022, 30023, 30410, 21611] {
            assert!(matches!(class_of(code), Class::Resend { .. }), "{code}");
        }
        assert!(matches!(class_of(30008), Class::Resend { times: 1, .. }));
        assert_eq!(class_of(20429), Class::Retry);
        assert_eq!(class_of(99999), Class::Unknown);
    }
}
