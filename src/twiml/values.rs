//! Values of TwiML attributes, as open enumerations: a value that is newer than the crate is made with `From<&str>`.

use crate::open::open_enum;

open_enum! {
    /// A kind of bank account.
    pub enum BankAccountType {
        /// `consumer-checking`
        ConsumerChecking = "consumer-checking",
        /// `consumer-savings`
        ConsumerSavings = "consumer-savings",
        /// `commercial-checking`
        CommercialChecking = "commercial-checking",
        /// `commercial-savings`
        CommercialSavings = "commercial-savings",
    }
}

open_enum! {
    /// How long a pause is.
    pub enum BreakStrength {
        /// `none`
        None = "none",
        /// `x-weak`
        XWeak = "x-weak",
        /// `weak`
        Weak = "weak",
        /// `medium`
        Medium = "medium",
        /// `strong`
        Strong = "strong",
        /// `x-strong`
        XStrong = "x-strong",
    }
}

open_enum! {
    /// A stage of a dialled call.
    pub enum CallEvent {
        /// `initiated`
        Initiated = "initiated",
        /// `ringing`
        Ringing = "ringing",
        /// `answered`
        Answered = "answered",
        /// `completed`
        Completed = "completed",
    }
}

open_enum! {
    /// A kind of payment card.
    pub enum CardType {
        /// `visa`
        Visa = "visa",
        /// `mastercard`
        Mastercard = "mastercard",
        /// `amex`
        Amex = "amex",
        /// `maestro`
        Maestro = "maestro",
        /// `discover`
        Discover = "discover",
        /// `optima`
        Optima = "optima",
        /// `jcb`
        Jcb = "jcb",
        /// `diners-club`
        DinersClub = "diners-club",
        /// `enroute`
        Enroute = "enroute",
    }
}

open_enum! {
    /// When a conference plays a tone.
    pub enum ConferenceBeep {
        /// `true`
        True = "true",
        /// `false`
        False = "false",
        /// `onEnter`
        OnEnter = "onEnter",
        /// `onExit`
        OnExit = "onExit",
    }
}

open_enum! {
    /// What happened in a conference.
    pub enum ConferenceEvent {
        /// `start`
        Start = "start",
        /// `end`
        End = "end",
        /// `join`
        Join = "join",
        /// `leave`
        Leave = "leave",
        /// `mute`
        Mute = "mute",
        /// `hold`
        Hold = "hold",
        /// `modify`
        Modify = "modify",
        /// `speaker`
        Speaker = "speaker",
        /// `announcement`
        Announcement = "announcement",
    }
}

open_enum! {
    /// Whether a conference is recorded.
    pub enum ConferenceRecord {
        /// `do-not-record`
        DoNotRecord = "do-not-record",
        /// `record-from-start`
        RecordFromStart = "record-from-start",
    }
}

open_enum! {
    /// Where a conference is mixed.
    pub enum ConferenceRegion {
        /// `us1`
        Us1 = "us1",
        /// `us2`
        Us2 = "us2",
        /// `ie1`
        Ie1 = "ie1",
        /// `sg1`
        Sg1 = "sg1",
        /// `br1`
        Br1 = "br1",
        /// `au1`
        Au1 = "au1",
        /// `jp1`
        Jp1 = "jp1",
        /// `de1`
        De1 = "de1",
    }
}

open_enum! {
    /// A stage of a conversation's call.
    pub enum ConversationEvent {
        /// `call-initiated`
        CallInitiated = "call-initiated",
        /// `call-ringing`
        CallRinging = "call-ringing",
        /// `call-answered`
        CallAnswered = "call-answered",
        /// `call-completed`
        CallCompleted = "call-completed",
    }
}

open_enum! {
    /// Whether and from when a conversation's call is recorded.
    pub enum ConversationRecord {
        /// `do-not-record`
        DoNotRecord = "do-not-record",
        /// `record-from-answer`
        RecordFromAnswer = "record-from-answer",
        /// `record-from-ringing`
        RecordFromRinging = "record-from-ringing",
        /// `record-from-answer-dual`
        RecordFromAnswerDual = "record-from-answer-dual",
        /// `record-from-ringing-dual`
        RecordFromRingingDual = "record-from-ringing-dual",
        /// `true`
        True = "true",
        /// `false`
        False = "false",
    }
}

open_enum! {
    /// The order of day, month and year.
    pub enum DateFormat {
        /// `mdy`
        Mdy = "mdy",
        /// `dmy`
        Dmy = "dmy",
        /// `ymd`
        Ymd = "ymd",
        /// `md`
        Md = "md",
        /// `dm`
        Dm = "dm",
        /// `ym`
        Ym = "ym",
        /// `my`
        My = "my",
        /// `d`
        D = "d",
        /// `m`
        M = "m",
        /// `y`
        Y = "y",
        /// `yyyymmdd`
        Yyyymmdd = "yyyymmdd",
    }
}

open_enum! {
    /// Which events of a dialled call are reported.
    pub enum DialEvents {
        /// `call-progress-event`
        CallProgressEvent = "call-progress-event",
    }
}

open_enum! {
    /// Whether and from when a dialled call is recorded; `Dual` keeps the two sides on channels of their own.
    pub enum DialRecord {
        /// `do-not-record`
        DoNotRecord = "do-not-record",
        /// `record-from-answer`
        RecordFromAnswer = "record-from-answer",
        /// `record-from-ringing`
        RecordFromRinging = "record-from-ringing",
        /// `record-from-answer-dual`
        RecordFromAnswerDual = "record-from-answer-dual",
        /// `record-from-ringing-dual`
        RecordFromRingingDual = "record-from-ringing-dual",
    }
}

open_enum! {
    /// How strong an emphasis is.
    pub enum EmphasisLevel {
        /// `strong`
        Strong = "strong",
        /// `moderate`
        Moderate = "moderate",
        /// `reduced`
        Reduced = "reduced",
    }
}

open_enum! {
    /// What a gather accepts.
    pub enum GatherInput {
        /// `dtmf`
        Dtmf = "dtmf",
        /// `speech`
        Speech = "speech",
    }
}

open_enum! {
    /// How words are read.
    pub enum InterpretAs {
        /// `characters`
        Characters = "characters",
        /// `spell-out`
        SpellOut = "spell-out",
        /// `cardinal`
        Cardinal = "cardinal",
        /// `number`
        Number = "number",
        /// `ordinal`
        Ordinal = "ordinal",
        /// `digits`
        Digits = "digits",
        /// `fraction`
        Fraction = "fraction",
        /// `unit`
        Unit = "unit",
        /// `date`
        Date = "date",
        /// `time`
        Time = "time",
        /// `address`
        Address = "address",
        /// `expletive`
        Expletive = "expletive",
        /// `telephone`
        Telephone = "telephone",
    }
}

open_enum! {
    /// How much jitter is evened out.
    pub enum JitterBufferSize {
        /// `large`
        Large = "large",
        /// `medium`
        Medium = "medium",
        /// `small`
        Small = "small",
        /// `off`
        Off = "off",
    }
}

open_enum! {
    /// The HTTP method of a callback.
    pub enum Method {
        /// `GET`
        Get = "GET",
        /// `POST`
        Post = "POST",
    }
}

open_enum! {
    /// How payment data are entered.
    pub enum PayInput {
        /// `dtmf`
        Dtmf = "dtmf",
    }
}

open_enum! {
    /// How to pay.
    pub enum PaymentMethod {
        /// `ach-debit`
        AchDebit = "ach-debit",
        /// `credit-card`
        CreditCard = "credit-card",
    }
}

open_enum! {
    /// A phonetic alphabet.
    pub enum PhonemeAlphabet {
        /// `ipa`
        Ipa = "ipa",
        /// `x-sampa`
        XSampa = "x-sampa",
        /// `x-amazon-jyutping`
        XAmazonJyutping = "x-amazon-jyutping",
        /// `x-amazon-pinyin`
        XAmazonPinyin = "x-amazon-pinyin",
        /// `x-amazon-pron-kana`
        XAmazonPronKana = "x-amazon-pron-kana",
        /// `x-amazon-yomigana`
        XAmazonYomigana = "x-amazon-yomigana",
    }
}

open_enum! {
    /// What went wrong at a step of a payment.
    pub enum PromptErrorType {
        /// `timeout`
        Timeout = "timeout",
        /// `invalid-card-number`
        InvalidCardNumber = "invalid-card-number",
        /// `invalid-card-type`
        InvalidCardType = "invalid-card-type",
        /// `invalid-date`
        InvalidDate = "invalid-date",
        /// `invalid-security-code`
        InvalidSecurityCode = "invalid-security-code",
        /// `internal-error`
        InternalError = "internal-error",
        /// `input-matching-failed`
        InputMatchingFailed = "input-matching-failed",
    }
}

open_enum! {
    /// A step of a payment.
    pub enum PromptFor {
        /// `payment-card-number`
        PaymentCardNumber = "payment-card-number",
        /// `expiration-date`
        ExpirationDate = "expiration-date",
        /// `security-code`
        SecurityCode = "security-code",
        /// `postal-code`
        PostalCode = "postal-code",
        /// `payment-processing`
        PaymentProcessing = "payment-processing",
        /// `bank-account-number`
        BankAccountNumber = "bank-account-number",
        /// `bank-routing-number`
        BankRoutingNumber = "bank-routing-number",
    }
}

open_enum! {
    /// How many channels a recording has.
    pub enum RecordingChannels {
        /// `mono`
        Mono = "mono",
        /// `dual`
        Dual = "dual",
    }
}

open_enum! {
    /// What happened to a recording.
    pub enum RecordingEvent {
        /// `in-progress`
        InProgress = "in-progress",
        /// `completed`
        Completed = "completed",
        /// `absent`
        Absent = "absent",
    }
}

open_enum! {
    /// Which side is recorded.
    pub enum RecordingTrack {
        /// `both`
        Both = "both",
        /// `inbound`
        Inbound = "inbound",
        /// `outbound`
        Outbound = "outbound",
    }
}

open_enum! {
    /// What the caller's network is told.
    pub enum RejectReason {
        /// `rejected`
        Rejected = "rejected",
        /// `busy`
        Busy = "busy",
    }
}

open_enum! {
    /// The country whose ringing tone is played.
    pub enum RingTone {
        /// `at`
        At = "at",
        /// `au`
        Au = "au",
        /// `bg`
        Bg = "bg",
        /// `br`
        Br = "br",
        /// `be`
        Be = "be",
        /// `ch`
        Ch = "ch",
        /// `cl`
        Cl = "cl",
        /// `cn`
        Cn = "cn",
        /// `cz`
        Cz = "cz",
        /// `de`
        De = "de",
        /// `dk`
        Dk = "dk",
        /// `ee`
        Ee = "ee",
        /// `es`
        Es = "es",
        /// `fi`
        Fi = "fi",
        /// `fr`
        Fr = "fr",
        /// `gr`
        Gr = "gr",
        /// `hu`
        Hu = "hu",
        /// `il`
        Il = "il",
        /// `in`
        In = "in",
        /// `it`
        It = "it",
        /// `lt`
        Lt = "lt",
        /// `jp`
        Jp = "jp",
        /// `mx`
        Mx = "mx",
        /// `my`
        My = "my",
        /// `nl`
        Nl = "nl",
        /// `no`
        No = "no",
        /// `nz`
        Nz = "nz",
        /// `ph`
        Ph = "ph",
        /// `pl`
        Pl = "pl",
        /// `pt`
        Pt = "pt",
        /// `ru`
        Ru = "ru",
        /// `se`
        Se = "se",
        /// `sg`
        Sg = "sg",
        /// `th`
        Th = "th",
        /// `uk`
        Uk = "uk",
        /// `us`
        Us = "us",
        /// `us-old`
        UsOld = "us-old",
        /// `tw`
        Tw = "tw",
        /// `ve`
        Ve = "ve",
        /// `za`
        Za = "za",
    }
}

open_enum! {
    /// Which side of a call is streamed or transcribed.
    pub enum StreamTrack {
        /// `inbound_track`
        InboundTrack = "inbound_track",
        /// `outbound_track`
        OutboundTrack = "outbound_track",
        /// `both_tracks`
        BothTracks = "both_tracks",
    }
}

open_enum! {
    /// A kind of payment token.
    pub enum TokenType {
        /// `one-time`
        OneTime = "one-time",
        /// `reusable`
        Reusable = "reusable",
        /// `payment-method`
        PaymentMethod = "payment-method",
    }
}

open_enum! {
    /// What happens to silence at the ends of a recording.
    pub enum Trim {
        /// `trim-silence`
        TrimSilence = "trim-silence",
        /// `do-not-trim`
        DoNotTrim = "do-not-trim",
    }
}
