//! Payments.

use super::background::Parameter;
use super::element::elements;
use super::speech::{Pause, Play, Say};
use super::values::{
    BankAccountType, CardType, Method, PayInput, PaymentMethod, PromptErrorType, PromptFor, TokenType,
};

elements! {
    /// Takes a payment.
    ///
    /// <https://www.twilio.com/docs/voice/twiml/pay>
    Pay = "Pay" (none) {
        attributes {
            /// The URL to ask for TwiML when this ends.
            action: str = "action",
            /// The kind of bank account to ask for.
            bank_account_type: BankAccountType = "bankAccountType",
            /// The amount to charge; 0 to store a token only.
            charge_amount: str = "chargeAmount",
            /// The currency of the amount; `usd` by default.
            currency: str = "currency",
            /// What the payment is for.
            description: str = "description",
            /// How data are entered.
            input: PayInput = "input",
            /// The language, as a BCP 47 tag; see [`Language`](crate::twiml::Language).
            language: str = "language",
            /// How often to ask for each datum; 1 by default.
            max_attempts: u32 = "maxAttempts",
            /// The fewest characters of a postal code.
            min_postal_code_length: u32 = "minPostalCodeLength",
            /// The name of the payment connector; `Default` by default.
            payment_connector: str = "paymentConnector",
            /// How to pay.
            payment_method: PaymentMethod = "paymentMethod",
            /// Whether to ask for the postal code, or the code itself.
            postal_code: str = "postalCode",
            /// Whether to ask for the security code; `true` by default.
            security_code: bool = "securityCode",
            /// The URL to tell status changes.
            status_callback: str = "statusCallback",
            /// The HTTP method for `status_callback`; `POST` by default.
            status_callback_method: Method = "statusCallbackMethod",
            /// Seconds without a key that end a step; 5 by default.
            timeout: u32 = "timeout",
            /// The kind of token to make.
            token_type: TokenType = "tokenType",
            /// The card types accepted; `visa mastercard amex` by default.
            valid_card_types: [CardType] = "validCardTypes",
        }
        children {
            parameter: Parameter,
            prompt: Prompt,
        }
    }

    /// What to say at a step of a payment.
    ///
    /// <https://www.twilio.com/docs/voice/twiml/prompt>
    Prompt = "Prompt" (none) {
        attributes {
            /// The attempts on which this prompt is used.
            attempt: u32 = "attempt",
            /// The card types for which this prompt is used.
            card_type: [CardType] = "cardType",
            /// The errors for which this prompt is used.
            error_type: [PromptErrorType] = "errorType",
            /// The step for which this prompt is used.
            for_step: PromptFor = "for",
            /// Whether the datum is asked for twice.
            require_matching_inputs: bool = "requireMatchingInputs",
        }
        children {
            pause: Pause,
            play: Play,
            say: Say,
        }
    }
}
