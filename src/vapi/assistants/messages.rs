use crate::open::open_enum;

open_enum! {
    /// What a server is told of (<https://docs.vapi.ai/server-url/events>).
    pub enum ServerMessageType {
        /// The assistant has begun.
        AssistantStarted = "assistant.started",
        /// It has begun to speak.
        AssistantSpeechStarted = "assistant.speechStarted",
        /// The talk so far.
        ConversationUpdate = "conversation-update",
        /// What came of the call.
        EndOfCallReport = "end-of-call-report",
        /// A function is called, in the way of old.
        FunctionCall = "function-call",
        /// The assistant could not hang up.
        Hang = "hang",
        /// The language was changed.
        LanguageChanged = "language-changed",
        /// Another language was heard.
        LanguageChangeDetected = "language-change-detected",
        /// What the model says, word by word.
        ModelOutput = "model-output",
        /// The host is to control the call.
        PhoneCallControl = "phone-call-control",
        /// Somebody begins or stops to speak.
        SpeechUpdate = "speech-update",
        /// The call's status has changed.
        StatusUpdate = "status-update",
        /// What was said.
        Transcript = "transcript",
        /// What was said, once it will not change any more.
        FinalTranscript = r#"transcript[transcriptType="final"]"#,
        /// Tools are called.
        ToolCalls = "tool-calls",
        /// Where is the call to be handed on to?
        TransferDestinationRequest = "transfer-destination-request",
        /// Which assistant is to take over?
        HandoffDestinationRequest = "handoff-destination-request",
        /// The call was handed on.
        TransferUpdate = "transfer-update",
        /// The customer has broken in.
        UserInterrupted = "user-interrupted",
        /// What the voice is given to say.
        VoiceInput = "voice-input",
        /// A chat was made.
        ChatCreated = "chat.created",
        /// A chat was deleted.
        ChatDeleted = "chat.deleted",
        /// A session was made.
        SessionCreated = "session.created",
        /// A session was changed.
        SessionUpdated = "session.updated",
        /// A session was deleted.
        SessionDeleted = "session.deleted",
        /// A call was deleted.
        CallDeleted = "call.deleted",
        /// A call could not be deleted.
        CallDeleteFailed = "call.delete.failed",
        /// What is kept of a call was stored.
        CallArtifactUpload = "call.artifact.upload",
    }
}

open_enum! {
    /// What a client, in a browser or an app, is told of.
    pub enum ClientMessageType {
        /// The talk so far.
        ConversationUpdate = "conversation-update",
        /// The assistant has begun to speak.
        AssistantSpeechStarted = "assistant.speechStarted",
        /// A function is called, in the way of old.
        FunctionCall = "function-call",
        /// What a function has answered.
        FunctionCallResult = "function-call-result",
        /// The assistant could not hang up.
        Hang = "hang",
        /// The language was changed.
        LanguageChanged = "language-changed",
        /// What goes along with the call.
        Metadata = "metadata",
        /// What the model says, word by word.
        ModelOutput = "model-output",
        /// Somebody begins or stops to speak.
        SpeechUpdate = "speech-update",
        /// The call's status has changed.
        StatusUpdate = "status-update",
        /// What was said.
        Transcript = "transcript",
        /// Tools are called.
        ToolCalls = "tool-calls",
        /// What tools have answered.
        ToolCallsResult = "tool-calls-result",
        /// A tool is done.
        ToolCompleted = "tool.completed",
        /// The call was handed on.
        TransferUpdate = "transfer-update",
        /// The customer has broken in.
        UserInterrupted = "user-interrupted",
        /// What the voice is given to say.
        VoiceInput = "voice-input",
        /// A workflow has come to a step.
        WorkflowNodeStarted = "workflow.node.started",
        /// The assistant has begun.
        AssistantStarted = "assistant.started",
    }
}
