//! The root of an answer to a call.

use super::background::{Start, Stop};
use super::connect::Connect;
use super::control::{Echo, Hangup, Redirect, Refer, Reject, Sms};
use super::dial::{Dial, Queue};
use super::element::elements;
use super::gather::Gather;
use super::pay::{Pay, Prompt};
use super::queue::{Enqueue, Leave};
use super::record::Record;
use super::speech::{Pause, Play, Say};

elements! {
    /// What a call is to do next: verbs in the order in which they are carried out.
    ///
    /// <https://www.twilio.com/docs/voice/twiml>
    VoiceResponse = "Response" (none) {
        attributes { }
        children {
            connect: Connect,
            dial: Dial,
            echo: Echo (plain),
            enqueue: Enqueue,
            gather: Gather,
            hangup: Hangup (plain),
            leave: Leave (plain),
            pause: Pause,
            pay: Pay,
            play: Play,
            prompt: Prompt,
            queue: Queue,
            record: Record,
            redirect: Redirect,
            refer: Refer,
            reject: Reject,
            say: Say,
            sms: Sms,
            start: Start,
            stop: Stop,
        }
    }
}
