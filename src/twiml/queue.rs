//! Queues.

use super::element::elements;

elements! {
    /// Puts the caller into a queue.
    ///
    /// <https://www.twilio.com/docs/voice/twiml/enqueue>
    Enqueue = "Enqueue" (optional) {
        attributes {
            /// The URL to ask for TwiML when this ends.
            action: str = "action",
            /// How many may wait; 100 by default.
            max_queue_size: u32 = "maxQueueSize",
            /// The HTTP method; `POST` by default.
            method: str = "method",
            /// The URL of the TwiML or music for who waits.
            wait_url: str = "waitUrl",
            /// The HTTP method for `wait_url`.
            wait_url_method: str = "waitUrlMethod",
            /// The TaskRouter workflow.
            workflow_sid: str = "workflowSid",
        }
        children {
            task: Task,
        }
    }

    /// The attributes of a TaskRouter task, as JSON.
    ///
    /// <https://www.twilio.com/docs/voice/twiml/enqueue>
    Task = "Task" (required) {
        attributes {
            /// The priority, lower first.
            priority: u32 = "priority",
            /// Seconds until the task is given up.
            timeout: u32 = "timeout",
        }
        children { }
    }

    /// Takes the caller out of the queue.
    ///
    /// <https://www.twilio.com/docs/voice/twiml/leave>
    Leave = "Leave" (none) {
        attributes { }
        children { }
    }
}
