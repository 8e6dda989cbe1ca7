//! `POST /v1/people/erase`

use api::{App, Caller, JsonBody, Listing, NoQuery, Problem};
use axum::extract::State;
use axum::response::Response;
use store::{Erasure, ErasureOutcome};
use utoipa::ToSchema;

use crate::body::{ClueView, PersonalDataErasure};

/// The result of an erasure for one contract.
#[derive(Debug, serde::Serialize, ToSchema)]
#[schema(as = Erasure)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ErasureView {
    key_id: String,
    contract_id: String,
    /// What matched the person.
    found_by: Vec<ClueView>,
    outcome: ErasureOutcomeView,
}

/// The result of an erasure for a contract.
#[derive(Debug, serde::Serialize, ToSchema)]
#[schema(as = ErasureOutcome)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ErasureOutcomeView {
    /// The contract was theirs and is over: it is gone, with all messages about it.
    ContractErased,
    /// The contract is another's: they are no contact of it any more, and the messages to them are gone.
    ContactErased,
    /// Only messages named them: those are gone.
    MessagesErased,
    /// Nothing: the contract is theirs and is not over, or the key is out with it. Remove it first.
    Live,
    /// Nothing: only the name is the same.
    Ambiguous,
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
    responses((status = 200, description = "What was done in a part of it", body = Listing<ErasureView>))
)]
pub(crate) async fn erase_person(
    State(app): State<App>,
    caller: Caller,
    _: NoQuery,
    body: JsonBody<PersonalDataErasure>,
) -> Result<Response, Problem> {
    let (search, everybody_of_that_name, page) = body.value.read()?;
    let act = caller.act(app.clock.now(), None);
    let done = app.store.erase_person(&search, everybody_of_that_name, &page, &act).await?;
    let count = |outcome| done.data.iter().filter(|erasure| erasure.outcome == outcome).count();
    tracing::info!(
        person.contracts_erased = count(ErasureOutcome::ContractErased),
        person.contacts_erased = count(ErasureOutcome::ContactErased),
        person.messages_erased = count(ErasureOutcome::MessagesErased),
        person.live = count(ErasureOutcome::Live),
        person.ambiguous = count(ErasureOutcome::Ambiguous),
        person.more = done.next.is_some(),
        "erased what is known of a person"
    );
    Ok(api::ok(Listing::of(done, ErasureView::from)))
}

impl From<Erasure> for ErasureView {
    fn from(erasure: Erasure) -> Self {
        Self {
            key_id: erasure.key.as_str().to_owned(),
            contract_id: erasure.contract.as_str().to_owned(),
            found_by: erasure.clues.into_iter().map(ClueView::from).collect(),
            outcome: match erasure.outcome {
                ErasureOutcome::ContractErased => ErasureOutcomeView::ContractErased,
                ErasureOutcome::ContactErased => ErasureOutcomeView::ContactErased,
                ErasureOutcome::MessagesErased => ErasureOutcomeView::MessagesErased,
                ErasureOutcome::Live => ErasureOutcomeView::Live,
                ErasureOutcome::Ambiguous => ErasureOutcomeView::Ambiguous,
            },
        }
    }
}
