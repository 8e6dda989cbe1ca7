//! `PUT /v1/contracts/{contractId}`

use api::{App, Caller, ContractPath, ContractView, IfMatch, JsonBody, NewContract, Problem, Query, StillUsableView};
use axum::extract::State;
use axum::response::Response;
use domain::{Contract, Notify};
use store::Withdrawn;

/// Create a contract, or replace its content
///
/// Takes the body of a new contract, with `start`. If the contract exists, it is edited so that it has all these fields:
/// one that is left out is cleared, except the PIN, which stays as it is. With `If-Match` it must exist. Safe to repeat
/// without an `Idempotency-Key`.
#[utoipa::path(
    put,
    path = "/v1/contracts/{contractId}",
    operation_id = "putContract",
    tag = "contracts",
    params(
        ("contractId" = String, Path),
        ("force" = Option<bool>, Query, description = "Take keys off even if they are out with the contract"),
        ("ifRevocable" = Option<bool>, Query, description = "Refuse it if an automat without a connection may still accept what it takes away"),
        ("notify" = Option<bool>, Query, description = "False: no contact gets a message about this change; default true"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the version to replace"),
    ),
    request_body = NewContract,
    responses(
        (status = 201, description = "Created", body = ContractView),
        (status = 200, description = "The contract as it is now, its PIN masked", body = ContractView),
    )
)]
pub(crate) async fn put_contract(
    State(app): State<App>,
    caller: Caller,
    ContractPath(id): ContractPath,
    mut query: Query,
    IfMatch(expected): IfMatch,
    body: JsonBody<NewContract>,
) -> Result<Response, Problem> {
    let force = query.flag("force");
    let notify = query.notify(Notify::Contacts);
    let if_revocable = query.flag("ifRevocable");
    query.finish()?;
    let draft = body.value.draft_at(&id)?;
    let metadata = caller.metadata(app.clock.now(), None).notifying(notify);
    let usable = app.store.still_usable(&id, Withdrawn::ByDraft(&draft), metadata.now).await?;
    let still_usable = StillUsableView::all(usable, if_revocable)?;
    let put = app.store.put_contract(&id, draft, force, expected, &metadata).await?;
    let location = |contract: &Contract| api::location(&["contracts", contract.id.as_str()]);
    let view = |contract: Contract, is_new: bool| {
        if is_new {
            ContractView::created(contract)
        } else {
            ContractView::masked(contract, metadata.now).still_usable(still_usable)
        }
    };
    Ok(api::created(put.into_created(), location, |contract| contract.version, view))
}
