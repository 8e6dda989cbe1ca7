//! `POST /v1/keys/{keyId}/contracts`

use api::{App, Caller, ContractView, IdempotencyKey, JsonBody, KeyPath, NoQuery, Problem};
use axum::extract::State;
use axum::response::Response;
use domain::Contract;

use crate::body::NewContract;

/// Create a contract
///
/// Contracts of a key that is not shared never overlap. The response contains the PIN; later responses mask it.
#[utoipa::path(
    post,
    path = "/v1/keys/{keyId}/contracts",
    operation_id = "createContract",
    tag = "contracts",
    params(
        ("keyId" = String, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible ASCII characters"),
    ),
    request_body = NewContract,
    responses(
        (status = 201, description = "Made", body = ContractView),
        (status = 200, description = "An identical contract already exists; its PIN is masked", body = ContractView),
    )
)]
pub(crate) async fn create_contract(
    State(app): State<App>,
    caller: Caller,
    KeyPath(key): KeyPath,
    _: NoQuery,
    idempotency: IdempotencyKey,
    body: JsonBody<NewContract>,
) -> Result<Response, Problem> {
    let draft = body.value.draft()?;
    let act = caller.act(app.clock.now(), idempotency.receipt(body.hash));
    let created = app.store.create_contract(&key, draft, &act).await?;
    let location = |made: &Contract| api::location(&["keys", made.key.as_str(), "contracts", made.id.as_str()]);
    let view = |made: Contract, just_made: bool| {
        if just_made { ContractView::just_made(made) } else { ContractView::masked(made, false, act.now) }
    };
    Ok(api::created(created, location, |made| made.version, view))
}
