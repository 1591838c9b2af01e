//! What the crate promises, one module per behaviour.

mod axum_extractor;
mod calls;
mod canary;
mod conformance;
mod desk;
mod garbage;
mod relay;
mod reqwest_transport;
mod sdk;
mod signature_vectors;
mod specs;
mod texts;
mod twiml;
mod world;
