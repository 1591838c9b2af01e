use std::fmt;

/// What happened in a call or to a text, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Transcript {
    /// The call's or message's SID.
    pub sid: String,
    /// Who called or wrote.
    pub from: String,
    /// Who was called or written to.
    pub to: String,
    /// What happened.
    pub entries: Vec<Entry>,
    /// How the call ended.
    pub status: Option<String>,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Entry {
    /// The host was asked.
    Asked {
        /// Where.
        url: String,
        /// The status it answered with.
        status: u16,
    },
    /// The host answered with this document.
    Twiml(String),
    /// The caller heard this.
    Said(String),
    /// The caller heard this file or these tones.
    Played(String),
    /// The caller heard nothing for this many seconds.
    Paused(u32),
    /// The caller pressed these keys.
    Pressed(String),
    /// The caller said this.
    Spoke(String),
    /// The caller did nothing.
    Silence,
    /// Somebody was called.
    Dialled {
        /// Who.
        target: String,
        /// How it ended, in Twilio's words.
        status: String,
    },
    /// Something was recorded.
    Recorded {
        /// Its SID.
        sid: String,
        /// Its length in seconds.
        seconds: u32,
    },
    /// A text was sent.
    Texted {
        /// To whom.
        to: String,
        /// Its SID.
        sid: String,
    },
    /// A verb that is noted and has no effect here.
    Noted(String),
    /// The call was rejected.
    Rejected,
    /// The caller hung up.
    CallerHungUp,
    /// The call was ended.
    HungUp,
    /// Something Twilio would report as an error.
    Error(String),
}

impl Transcript {
    pub(super) fn new(sid: String, from: String, to: String) -> Self {
        Self { sid, from, to, ..Self::default() }
    }

    pub(super) fn push(&mut self, entry: Entry) {
        self.entries.push(entry);
    }

    /// Everything the caller heard.
    #[must_use]
    pub fn said(&self) -> Vec<&str> {
        self.entries
            .iter()
            .filter_map(|entry| match entry {
                Entry::Said(text) => Some(text.as_str()),
                _ => None,
            })
            .collect()
    }

    /// Who was called, and how each ended.
    #[must_use]
    pub fn dialled(&self) -> Vec<(&str, &str)> {
        self.entries
            .iter()
            .filter_map(|entry| match entry {
                Entry::Dialled { target, status } => Some((target.as_str(), status.as_str())),
                _ => None,
            })
            .collect()
    }

    /// The documents the host answered with.
    #[must_use]
    pub fn twiml(&self) -> Vec<&str> {
        self.entries
            .iter()
            .filter_map(|entry| match entry {
                Entry::Twiml(xml) => Some(xml.as_str()),
                _ => None,
            })
            .collect()
    }

    /// What Twilio would report as errors.
    #[must_use]
    pub fn errors(&self) -> Vec<&str> {
        self.entries
            .iter()
            .filter_map(|entry| match entry {
                Entry::Error(text) => Some(text.as_str()),
                _ => None,
            })
            .collect()
    }
}

impl fmt::Display for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} -> {}  {}", self.from, self.to, self.sid)?;
        for entry in &self.entries {
            writeln!(f, "  {entry}")?;
        }
        match &self.status {
            Some(status) => writeln!(f, "  ended: {status}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Asked { url, status } => write!(f, "asked {url}: {status}"),
            Self::Twiml(xml) => write!(f, "{}", xml.split_once("?>").map_or(xml.as_str(), |(_, rest)| rest)),
            Self::Said(text) => write!(f, "said {text:?}"),
            Self::Played(what) => write!(f, "played {what}"),
            Self::Paused(seconds) => write!(f, "{seconds} s of silence"),
            Self::Pressed(keys) => write!(f, "the caller pressed {keys}"),
            Self::Spoke(text) => write!(f, "the caller said {text:?}"),
            Self::Silence => f.write_str("the caller did nothing"),
            Self::Dialled { target, status } => write!(f, "dialled {target}: {status}"),
            Self::Recorded { sid, seconds } => write!(f, "recorded {seconds} s ({sid})"),
            Self::Texted { to, sid } => write!(f, "texted {to} ({sid})"),
            Self::Noted(verb) => write!(f, "noted <{verb}>"),
            Self::Rejected => f.write_str("rejected"),
            Self::CallerHungUp => f.write_str("the caller hung up"),
            Self::HungUp => f.write_str("hung up"),
            Self::Error(text) => write!(f, "ERROR {text}"),
        }
    }
}
