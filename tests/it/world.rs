//! A desk on loopback and a simulated Twilio that calls it.

use std::net::Ipv4Addr;

use axum::Router;
use frontdesk::Desk;
use frontdesk::call::{CallRecord, Calls};
use frontdesk::clock::SystemClock;
use frontdesk::desk::DeskBuilder;
use frontdesk::id::TenantId;
use frontdesk::message::{MessageQuery, MessageRecord, Messages};
use frontdesk::phone::E164;
use frontdesk::sim::Twilio;
use frontdesk::sim::twilio::{NumberSettings, Order, Transcript};
use frontdesk::store::MemoryStore;
use frontdesk::tenant::Tenant;
use tokio::net::TcpListener;

pub(crate) const BUSINESS: &str = "+15551230000";
pub(crate) const COLLEAGUE: &str = "+15551230001";
pub(crate) const CALLER: &str = "+14155552671";

pub(crate) struct World {
    pub(crate) twilio: Twilio,
    pub(crate) desk: Desk,
    pub(crate) store: MemoryStore,
}

pub(crate) fn clinic() -> Tenant {
    Tenant::new("clinic".parse().unwrap()).with_name("Riverside Clinic").with_number(BUSINESS.parse().unwrap())
}

pub(crate) fn forwarding_clinic() -> Tenant {
    clinic().with_forward_to(COLLEAGUE.parse::<E164>().unwrap())
}

/// Has every place that logs ask its thread's subscriber: a place that a test without one came by first would stay silent.
pub(crate) fn listen() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let sink = tracing_subscriber::fmt().with_env_filter("frontdesk=trace").with_writer(std::io::sink).finish();
        let _ = tracing::subscriber::set_global_default(sink);
    });
}

impl World {
    pub(crate) async fn new(tenant: Tenant) -> Self {
        Self::with(tenant, |builder| builder).await
    }

    pub(crate) async fn with(tenant: Tenant, change: impl FnOnce(DeskBuilder) -> DeskBuilder) -> Self {
        let twilio = Twilio::start().await.unwrap();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let store = MemoryStore::new(SystemClock::shared()).with_tenant(tenant);
        let builder = Desk::builder()
            .public_url(url.parse().unwrap())
            .auth_token(twilio.auth_token())
            .twilio(twilio.client().unwrap())
            .store(store.clone());
        let desk = change(builder).build().unwrap();
        let app = Router::new().fallback_service(desk.service());
        tokio::spawn(async move { axum::serve(listener, app).await });
        let callbacks = desk.callbacks();
        let number = NumberSettings::voice(callbacks.voice())
            .with_status_callback(callbacks.status())
            .with_sms(callbacks.messages());
        twilio.configure_number(BUSINESS.parse().unwrap(), number);
        twilio.set_order(Order::OnDemand);
        Self { twilio, desk, store }
    }

    /// Lets everything that waits happen: callbacks, texts, and what follows from them.
    pub(crate) async fn settle(&self) {
        loop {
            self.twilio.settle().await;
            if self.desk.run_until_idle().await.unwrap() == 0 {
                return;
            }
        }
    }

    pub(crate) async fn call(&self, transcript: &Transcript) -> CallRecord {
        self.store.call(&tenant(), &transcript.sid.parse().unwrap()).await.unwrap().unwrap()
    }

    pub(crate) async fn texts(&self) -> Vec<MessageRecord> {
        self.store.messages(&tenant(), &MessageQuery::default()).await.unwrap()
    }
}

pub(crate) fn tenant() -> TenantId {
    "clinic".parse().unwrap()
}
