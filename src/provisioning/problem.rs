use crate::Error;
use crate::number::Problem;

/// What a refusal of Twilio's means for an order (<https://www.twilio.com/docs/api/errors>).
pub(super) enum Meaning {
    /// This number is not to be had, or it is ours already.
    Gone,
    /// The area has none.
    NoneHere,
    /// The order cannot be carried out.
    Over(Problem),
}

/// Pure: sorts a permanent error.
pub(super) fn meaning(error: &Error) -> Meaning {
    match error.code() {
        Some(21421 | 21422) => Meaning::Gone,
        Some(21452) => Meaning::NoneHere,
        // A bundle, an address or an identity is missing.
        Some(code @ (21649 | 21631 | 21615 | 21650 | 21651 | 21657)) => Meaning::Over(Problem::BundleRequired(code)),
        Some(code @ (21404 | 20003 | 20005 | 20403 | 21408)) => Meaning::Over(Problem::AccountLimit(code)),
        _ if error.is_not_found() => Meaning::NoneHere,
        _ => Meaning::Over(Problem::Refused(error.to_string())),
    }
}
