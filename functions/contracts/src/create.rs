//! `POST /v1/contracts`

use api::{App, Caller, ContractView, IdempotencyKey, JsonBody, NewContract, Problem, Query};
use axum::extract::State;
use axum::response::Response;
use domain::{Contract, Notify};

/// Create a contract
///
/// All of its keys are booked, or none: contracts of a key that is not shared never overlap. The response contains the
/// PIN; later responses mask it.
#[utoipa::path(
    post,
    path = "/v1/contracts",
    operation_id = "createContract",
    tag = "contracts",
    params(
        ("notify" = Option<bool>, Query, description = "False: no contact gets a message about this change; default true"),
        ("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible ASCII characters"),
    ),
    request_body = NewContract,
    responses(
        (status = 201, description = "Created", body = ContractView),
        (status = 200, description = "An identical contract already exists; its PIN is masked", body = ContractView),
    )
)]
pub(crate) async fn create_contract(
    State(app): State<App>,
    caller: Caller,
    mut query: Query,
    idempotency: IdempotencyKey,
    body: JsonBody<NewContract>,
) -> Result<Response, Problem> {
    let notify = query.notify(Notify::Contacts);
    query.finish()?;
    let draft = body.value.draft()?;
    let metadata = caller.metadata(app.clock.now(), idempotency.receipt(body.hash)).notifying(notify);
    let created = app.store.create_contract(draft, &metadata).await?;
    let location = |contract: &Contract| api::location(&["contracts", contract.id.as_str()]);
    let view = |contract: Contract, is_new: bool| {
        if is_new { ContractView::created(contract) } else { ContractView::masked(contract, metadata.now) }
    };
    Ok(api::created(created, location, |contract| contract.version, view))
}
