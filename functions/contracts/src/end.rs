//! `POST /v1/contracts/{contractId}/end`

use api::{App, Caller, ContractPath, EmptyBody, IfMatch, Problem, Query, StillUsableView};
use axum::extract::State;
use axum::response::Response;
use domain::Notify;
use store::Withdrawn;

use crate::get;

/// End a contract now
///
/// For an active contract. It stays in the history, its contacts get a message, and from then on its PIN only returns
/// the key. An ended contract is returned unchanged, so the request can be repeated.
#[utoipa::path(
    post,
    path = "/v1/contracts/{contractId}/end",
    operation_id = "endContract",
    tag = "contracts",
    params(
        ("contractId" = String, Path),
        ("ifRevocable" = Option<bool>, Query, description = "Refuse it if an automat without a connection may still accept what it takes away"),
        ("notify" = Option<bool>, Query, description = "False: no contact gets a message about this change; default true"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the version to end"),
    ),
    responses((status = 200, description = "The ended contract, with its PIN masked", body = api::ContractView))
)]
pub(crate) async fn end_contract(
    State(app): State<App>,
    caller: Caller,
    ContractPath(id): ContractPath,
    mut query: Query,
    IfMatch(expected): IfMatch,
    _: EmptyBody,
) -> Result<Response, Problem> {
    let notify = query.notify(Notify::Contacts);
    let if_revocable = query.flag("ifRevocable");
    query.finish()?;
    let metadata = caller.metadata(app.clock.now(), None).notifying(notify);
    let usable = app.store.still_usable(&id, Withdrawn::Whole, metadata.now).await?;
    let still_usable = StillUsableView::all(usable, if_revocable)?;
    let contract = app.store.end_contract(&id, expected, &metadata).await?;
    Ok(get::answer(contract, still_usable, metadata.now))
}
