//! Squads: assistants that hand calls to one another (<https://docs.vapi.ai/squads>).

use chrono::{DateTime, Utc};
use futures_util::stream::BoxStream;

use super::assistants::{Assistant, AssistantOverrides};
use super::client::Client;
use super::destinations::TransferDestination;
use super::page::{self, listed};
use super::request::Request;
use super::values::{AssistantId, SquadId, Timestamp};
use crate::Error;
use crate::object::object;
use crate::parameters::parameters;

/// Squads: assistants that hand calls to one another.
#[derive(Debug, Clone, Copy)]
pub struct Squads<'a> {
    pub(super) client: &'a Client,
}

object! {
    /// A squad (<https://docs.vapi.ai/api-reference/squads/create>).
    ///
    /// The same type is read, made and changed; [`id`](Self::id), [`org_id`](Self::org_id) and the times are only
    /// Vapi's to set. Where it is changed, all its members are named.
    pub struct Squad {
        /// When it was made.
        created_at: DateTime<Utc>,
        /// Its name.
        id: SquadId,
        /// Who belongs to it; the first takes the call.
        members: Vec<SquadMember>,
        /// What is different for all of them.
        members_overrides: Box<AssistantOverrides>,
        /// What it is called.
        name: String,
        /// Whose it is.
        org_id: String,
        /// When it was last changed.
        updated_at: DateTime<Utc>,
    }
}

listed!(Squad);

impl Squad {
    /// Assistants of which the first takes the call.
    #[must_use]
    pub fn new(name: impl Into<String>, members: Vec<SquadMember>) -> Self {
        Self { name: Some(name.into()), members: Some(members), ..Self::default() }
    }
}

object! {
    /// An assistant of a squad.
    pub struct SquadMember {
        /// An assistant of this squad alone.
        assistant: Box<Assistant>,
        /// Whom it hands calls to.
        assistant_destinations: Vec<TransferDestination>,
        /// An assistant that Vapi has.
        assistant_id: AssistantId,
        /// What is different here.
        assistant_overrides: Box<AssistantOverrides>,
        /// Which version of it, `v3`; the latest by default.
        assistant_version: String,
    }
}

impl SquadMember {
    /// An assistant that Vapi has, and whom it hands calls to.
    #[must_use]
    pub fn new(assistant: AssistantId, destinations: Vec<TransferDestination>) -> Self {
        Self { assistant_id: Some(assistant), assistant_destinations: Some(destinations), ..Self::default() }
    }
}

parameters! {
    /// Which squads are listed.
    pub struct ListSquads () {
        /// Only those created from then on.
        created_at_ge: into Timestamp = "createdAtGe",
        /// Only those created after that.
        created_at_gt: into Timestamp = "createdAtGt",
        /// Only those created up to then.
        created_at_le: into Timestamp = "createdAtLe",
        /// Only those created before that.
        created_at_lt: into Timestamp = "createdAtLt",
        /// Only this one; more than one may be given.
        id: many SquadId = "idAny",
        /// At most so many on a page, up to 1,000; 100 by default.
        limit: set u32 = "limit",
        /// Only those changed from then on.
        updated_at_ge: into Timestamp = "updatedAtGe",
        /// Only those changed after that.
        updated_at_gt: into Timestamp = "updatedAtGt",
        /// Only those changed last up to then.
        updated_at_le: into Timestamp = "updatedAtLe",
        /// Only those changed last before that.
        updated_at_lt: into Timestamp = "updatedAtLt",
    }
}

fn one(id: &SquadId) -> String {
    format!("squad/{id}")
}

impl<'a> Squads<'a> {
    /// Makes a squad.
    ///
    /// # Errors
    /// [`Error::is_outcome_unknown`] when it may be there.
    pub async fn create(&self, squad: &Squad) -> Result<Squad, Error> {
        self.client.call(Request::create("making a squad", "squad").with_json(squad)?).await
    }

    /// One page of squads, latest first.
    ///
    /// # Errors
    /// [`Error::is_permanent`] when more than 1,000 are asked for.
    pub async fn list(&self, query: &ListSquads) -> Result<Vec<Squad>, Error> {
        page::list(self.client, Request::get("listing squads", "squad").with_query(&query.fields)).await
    }

    /// All squads, latest first, fetched page by page as they are asked for.
    #[must_use]
    pub fn stream(&self, query: &ListSquads) -> BoxStream<'a, Result<Squad, Error>> {
        page::stream(self.client, Request::get("listing squads", "squad").with_query(&query.fields))
    }

    /// A squad.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is none.
    pub async fn get(&self, id: &SquadId) -> Result<Squad, Error> {
        self.client.call(Request::get("reading a squad", one(id))).await
    }

    /// Changes a squad. Its members are all named, or those that are not are gone.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is none.
    pub async fn update(&self, id: &SquadId, squad: &Squad) -> Result<Squad, Error> {
        self.client.call(Request::update("changing a squad", one(id)).with_json(squad)?).await
    }

    /// Deletes a squad.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is none.
    pub async fn delete(&self, id: &SquadId) -> Result<Squad, Error> {
        self.client.call(Request::delete("deleting a squad", one(id))).await
    }
}
