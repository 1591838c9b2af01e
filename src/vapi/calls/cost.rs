use crate::object::object;
use crate::open::open_enum;
use crate::vapi::values::Opaque;

object! {
    /// What a part of a call costs.
    pub struct Cost {
        /// Of which analysis.
        analysis_type: String,
        /// How many tokens the model had been given before.
        cached_prompt_tokens: f64,
        /// How many characters were spoken.
        characters: f64,
        /// How many tokens for sound the model wrote.
        completion_audio_tokens: f64,
        /// How many tokens for text the model wrote.
        completion_text_tokens: f64,
        /// How many tokens the model wrote.
        completion_tokens: f64,
        /// What it costs, in dollars.
        cost: f64,
        /// How long it was used, in minutes.
        minutes: f64,
        /// The model.
        model: Opaque,
        /// How many tokens for sound the model was given.
        prompt_audio_tokens: f64,
        /// How many tokens for text the model was given.
        prompt_text_tokens: f64,
        /// How many tokens the model was given.
        prompt_tokens: f64,
        /// Whose it is.
        provider: String,
        /// How many tokens the model has thought in.
        reasoning_tokens: f64,
        /// What each output costs.
        structured_output_breakdown: Vec<Opaque>,
        /// Whether it is within what was booked: `normal` or `overage`.
        sub_type: String,
        /// The transcriber.
        transcriber: Opaque,
        /// Of what.
        r#type: CostType,
        /// The voice.
        voice: Opaque,
    }
}

open_enum! {
    /// What part of a call costs something.
    pub enum CostType {
        /// The carrier.
        Transport = "transport",
        /// What the assistant hears with.
        Transcriber = "transcriber",
        /// What it thinks with.
        Model = "model",
        /// What it speaks with.
        Voice = "voice",
        /// Vapi.
        Vapi = "vapi",
        /// What recognises machines.
        VoicemailDetection = "voicemail-detection",
        /// What is made of the call afterwards.
        Analysis = "analysis",
        /// What it looks things up in.
        KnowledgeBase = "knowledge-base",
    }
}

object! {
    /// What a call costs, in dollars, and how much of everything it took.
    pub struct CostBreakdown {
        /// What is made of the call afterwards.
        analysis_cost_breakdown: AnalysisCostBreakdown,
        /// Chats.
        chat: f64,
        /// The model.
        llm: f64,
        /// How many tokens the model had been given before.
        llm_cached_prompt_tokens: f64,
        /// How many tokens the model wrote.
        llm_completion_tokens: f64,
        /// How many tokens the model was given.
        llm_prompt_tokens: f64,
        /// The transcriber.
        stt: f64,
        /// Everything.
        total: f64,
        /// The carrier.
        transport: f64,
        /// The voice.
        tts: f64,
        /// How many characters were spoken.
        tts_characters: f64,
        /// Vapi.
        vapi: f64,
    }
}

object! {
    /// What it costs, in dollars, to make something of a call, and how many tokens it took.
    pub struct AnalysisCostBreakdown {
        /// Data that are taken out.
        structured_data: f64,
        /// Of these, tokens that the model had been given before.
        structured_data_cached_prompt_tokens: f64,
        /// Tokens that the model wrote.
        structured_data_completion_tokens: f64,
        /// Tokens that the model was given.
        structured_data_prompt_tokens: f64,
        /// Outputs that are computed.
        structured_output: f64,
        /// Of these, tokens that the model had been given before.
        structured_output_cached_prompt_tokens: f64,
        /// Tokens that the model wrote.
        structured_output_completion_tokens: f64,
        /// Tokens that the model was given.
        structured_output_prompt_tokens: f64,
        /// Whether it went well.
        success_evaluation: f64,
        /// Of this, tokens that the model had been given before.
        success_evaluation_cached_prompt_tokens: f64,
        /// Tokens that the model wrote.
        success_evaluation_completion_tokens: f64,
        /// Tokens that the model was given.
        success_evaluation_prompt_tokens: f64,
        /// What it was about.
        summary: f64,
        /// Of this, tokens that the model had been given before.
        summary_cached_prompt_tokens: f64,
        /// Tokens that the model wrote.
        summary_completion_tokens: f64,
        /// Tokens that the model was given.
        summary_prompt_tokens: f64,
    }
}
