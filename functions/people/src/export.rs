//! `POST /v1/people/export`

use serde::Serialize;
use std::collections::BTreeSet;

use api::{App, Caller, ContractView, EventView, JsonBody, Listing, MessageView, NoQuery, Problem};
use axum::extract::State;
use axum::response::Response;
use domain::{Instant, MatchedField};
use store::PersonalData;
use utoipa::ToSchema;

use crate::body::PersonalDataExport;

/// A person's data in one contract.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PersonalData)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PersonalDataView {
    /// The contract's keys; if it no longer exists, those that messages name.
    key_ids: Vec<String>,
    contract_id: String,
    /// What matched the person. A name alone may be another person's.
    #[schema(value_type = Vec<String>)]
    found_by: BTreeSet<MatchedField>,
    /// The contract, with all its contacts and its PIN masked; absent if it no longer exists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = ContractView, required = false)]
    contract: Option<ContractView>,
    /// The messages to the person, oldest first; for the person's own contract, all messages. The texts are not stored.
    messages: Vec<MessageView>,
    /// The contract's events, newest first.
    events: Vec<EventView>,
    /// True if there are older events, otherwise absent.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    more_events: bool,
}

/// Export a person's data
///
/// Contract by contract, page by page: a page may be empty although there are more. For each exported contract an event
/// is recorded.
#[utoipa::path(
    post,
    path = "/v1/people/export",
    operation_id = "exportPerson",
    tag = "people",
    request_body = PersonalDataExport,
    responses((status = 200, description = "A page of the data", body = Listing<PersonalDataView>))
)]
pub(crate) async fn export_person(
    State(app): State<App>,
    caller: Caller,
    _: NoQuery,
    body: JsonBody<PersonalDataExport>,
) -> Result<Response, Problem> {
    let (search, page) = body.value.read()?;
    let metadata = caller.metadata(app.clock.now(), None);
    let found = app.store.export_person(&search, &page, &metadata).await?;
    tracing::info!(
        person.contracts = found.data.len(),
        person.messages = found.data.iter().map(|data| data.messages.len()).sum::<usize>(),
        person.events = found.data.iter().map(|data| data.events.len()).sum::<usize>(),
        person.more = found.next.is_some(),
        "exported a person's data"
    );
    Ok(api::ok(Listing::of(found, |data| PersonalDataView::new(data, metadata.now))))
}

impl PersonalDataView {
    fn new(data: PersonalData, now: Instant) -> Self {
        Self {
            key_ids: data.keys.iter().map(|key| key.as_str().to_owned()).collect(),
            contract_id: data.contract_id.as_str().to_owned(),
            found_by: data.matched_fields,
            contract: data.contract.map(|contract| ContractView::masked(contract, now)),
            messages: data.messages.into_iter().map(MessageView::from).collect(),
            events: data.events.into_iter().map(EventView::from).collect(),
            more_events: data.more_events,
        }
    }
}
