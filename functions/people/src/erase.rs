//! `POST /v1/people/erase`

use serde::Serialize;
use std::collections::BTreeSet;

use api::{App, Caller, JsonBody, Listing, NoQuery, Problem};
use axum::extract::State;
use axum::response::Response;
use domain::MatchedField;
use store::{Erasure, ErasureOutcome};
use utoipa::ToSchema;

use crate::body::PersonalDataErasure;

/// The result of an erasure for one contract.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Erasure)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ErasureView {
    /// The contract's keys; if it no longer exists, those that messages name.
    key_ids: Vec<String>,
    contract_id: String,
    /// What matched the person.
    #[schema(value_type = Vec<String>)]
    found_by: BTreeSet<MatchedField>,
    #[schema(value_type = String)]
    outcome: ErasureOutcome,
}

/// Erase a person's data
///
/// Contract by contract, page by page, as for the export. Repeating the request is safe and completes one that was
/// interrupted.
#[utoipa::path(
    post,
    path = "/v1/people/erase",
    operation_id = "erasePerson",
    tag = "people",
    request_body = PersonalDataErasure,
    responses((status = 200, description = "A page of the results", body = Listing<ErasureView>))
)]
pub(crate) async fn erase_person(
    State(app): State<App>,
    caller: Caller,
    _: NoQuery,
    body: JsonBody<PersonalDataErasure>,
) -> Result<Response, Problem> {
    let (search, everybody_of_that_name, page) = body.value.read()?;
    let metadata = caller.metadata(app.clock.now(), None);
    let done = app.store.erase_person(&search, everybody_of_that_name, &page, &metadata).await?;
    let count = |outcome| done.data.iter().filter(|erasure| erasure.outcome == outcome).count();
    tracing::info!(
        person.contracts_erased = count(ErasureOutcome::ContractErased),
        person.contacts_erased = count(ErasureOutcome::ContactErased),
        person.messages_erased = count(ErasureOutcome::MessagesErased),
        person.live = count(ErasureOutcome::Live),
        person.ambiguous = count(ErasureOutcome::Ambiguous),
        person.more = done.next.is_some(),
        "erased a person's data"
    );
    Ok(api::ok(Listing::of(done, ErasureView::from)))
}

impl From<Erasure> for ErasureView {
    fn from(erasure: Erasure) -> Self {
        Self {
            key_ids: erasure.keys.iter().map(|key| key.as_str().to_owned()).collect(),
            contract_id: erasure.contract.as_str().to_owned(),
            found_by: erasure.matched_fields,
            outcome: erasure.outcome,
        }
    }
}
