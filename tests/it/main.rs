//! What the crate promises, one module per behaviour.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are tests")]

mod api;
mod assistant;
mod axum_extractor;
mod caller_ids;
mod calls;
mod canary;
mod chaos;
#[allow(dead_code, clippy::print_stdout, reason = "other tests use the rest; who skips says so")]
#[path = "../support/cluster.rs"]
mod cluster;
mod connect;
mod desk;
mod garbage;
mod google;
mod kestra;
mod layers;
mod messenger;
mod notifications;
mod provisioning;
mod recordings;
mod relay;
mod reqwest_transport;
mod reserve;
mod schedule;
mod sdk;
mod signature_vectors;
mod simulator;
mod specs;
mod sql;
mod store;
mod telemetry;
mod tenants;
mod texts;
mod twiml;
mod vault;
mod webhooks;
mod world;
