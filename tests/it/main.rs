//! What the crate promises, one module per behaviour.

mod signature_vectors;
mod specs;
mod twiml;
