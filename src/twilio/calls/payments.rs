use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde_json::Value;

use super::below;
use crate::Error;
use crate::id::{AccountSid, CallSid, PaymentSid};
use crate::open::open_enum;
use crate::parameters::parameters;
use crate::secret::Private;
use crate::twilio::resource::resource;
use crate::twilio::values::WebhookUrl;
use crate::twilio::{Client, Request};
use crate::twiml::{BankAccountType, PaymentMethod, TokenType};

open_enum! {
    /// What the caller is asked to type.
    pub enum PaymentCapture {
        /// The card's number.
        CardNumber = "payment-card-number",
        /// Its expiration date.
        ExpirationDate = "expiration-date",
        /// Its security code.
        SecurityCode = "security-code",
        /// The postal code.
        PostalCode = "postal-code",
        /// The bank's routing number.
        BankRoutingNumber = "bank-routing-number",
        /// The account's number.
        BankAccountNumber = "bank-account-number",
        /// The card's number once more.
        CardNumberMatcher = "payment-card-number-matcher",
        /// The expiration date once more.
        ExpirationDateMatcher = "expiration-date-matcher",
        /// The security code once more.
        SecurityCodeMatcher = "security-code-matcher",
        /// The postal code once more.
        PostalCodeMatcher = "postal-code-matcher",
    }
}

open_enum! {
    /// How a payment ends.
    pub enum PaymentStatus {
        /// It is sent to the payment provider.
        Complete = "complete",
        /// It is given up.
        Cancel = "cancel",
    }
}

open_enum! {
    /// Whether the caller confirms what was typed.
    pub enum PaymentConfirmation {
        /// Yes.
        Wanted = "true",
        /// No.
        Unwanted = "false",
    }
}

parameters! {
    /// A payment to begin (<https://www.twilio.com/docs/voice/api/payment-resource>): a key that makes repeating it
    /// harmless, and what is told how it goes.
    pub struct NewPayment(idempotency_key: String = "IdempotencyKey", status_callback: WebhookUrl = "StatusCallback") {
        /// What kind of account it comes from.
        bank_account_type: set BankAccountType = "BankAccountType",
        /// How much to charge; nothing or zero makes a token only.
        charge_amount: set Decimal = "ChargeAmount",
        /// The currency (ISO 4217, in lower case); `usd` by default.
        currency: into String = "Currency",
        /// What it is for.
        description: into Private = "Description",
        /// How the caller gives it: `dtmf`.
        input: into String = "Input",
        /// The shortest postal code.
        min_postal_code_length: set u32 = "MinPostalCodeLength",
        /// What the payment provider is told besides, as a JSON object.
        parameter: into Value = "Parameter",
        /// The connector's unique name; `Default` by default.
        payment_connector: into String = "PaymentConnector",
        /// How the caller pays.
        payment_method: set PaymentMethod = "PaymentMethod",
        /// Whether the postal code is asked for.
        postal_code: set bool = "PostalCode",
        /// Whether the security code is asked for.
        security_code: set bool = "SecurityCode",
        /// How long to wait for each key, in seconds; 5 by default.
        timeout: set u32 = "Timeout",
        /// What stands for the card afterwards.
        token_type: set TokenType = "TokenType",
        /// The cards that are taken, separated by spaces: `visa mastercard amex`.
        valid_card_types: into String = "ValidCardTypes",
        /// What has to be typed twice, separated by spaces.
        require_matching_inputs: into String = "RequireMatchingInputs",
        /// Whether the caller confirms what was typed.
        confirmation: set PaymentConfirmation = "Confirmation",
    }
}

parameters! {
    /// What to do next in a payment.
    pub struct UpdatePayment(
        idempotency_key: String = "IdempotencyKey",
        status_callback: WebhookUrl = "StatusCallback"
    ) {
        /// What the caller is asked to type now.
        capture: set PaymentCapture = "Capture",
        /// Ends it.
        status: set PaymentStatus = "Status",
    }
}

resource! {
    /// A payment.
    pub struct Payment {
        /// The payment.
        sid: PaymentSid,
        /// The account.
        account_sid: AccountSid,
        /// The call.
        call_sid: CallSid,
        /// When it began.
        date_created: DateTime<Utc>,
        /// When it was changed last.
        date_updated: DateTime<Utc>,
        /// Its path at Twilio.
        uri: String,
    }
}

/// The payments of one call.
#[derive(Debug, Clone, Copy)]
pub struct Payments<'a>(&'a Client, CallSid);

impl<'a> Payments<'a> {
    pub(super) fn new(client: &'a Client, call: CallSid) -> Self {
        Self(client, call)
    }

    /// Begins a payment.
    ///
    /// # Errors
    /// [`Error::is_permanent`] when the call is not going on or the connector is unknown.
    pub async fn start(&self, payment: &NewPayment) -> Result<Payment, Error> {
        // The key makes it safe to send again.
        let request = Request::update("starting a payment", below(&self.1, "Payments.json"));
        self.0.request(request.with_form(&payment.fields)).await
    }

    /// Asks for the next thing, completes or cancels a payment.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when the call has no such payment.
    pub async fn update(&self, sid: &PaymentSid, changes: &UpdatePayment) -> Result<Payment, Error> {
        let path = below(&self.1, &format!("Payments/{sid}.json"));
        self.0.request(Request::update("updating a payment", path).with_form(&changes.fields)).await
    }
}
