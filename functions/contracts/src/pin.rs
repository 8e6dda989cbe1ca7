//! `GET` and `POST /v1/contracts/{contractId}/pin`: the routes that show a PIN after the contract was
//! created. Their responses must not be cached; `edge` adds that header to all responses.

use api::{App, Caller, ContractPath, EmptyBody, IdempotencyKey, NoQuery, Problem, Query, StillUsableView};
use axum::extract::State;
use axum::response::Response;
use domain::{Notify, Pin};
use serde::Serialize;
use store::{Created, Withdrawn};
use utoipa::ToSchema;

/// A PIN in clear.
#[derive(Serialize, ToSchema)]
#[schema(as = Pin)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PinView {
    /// The keypad code.
    #[schema(example = "482915")]
    pin: String,
    /// The automats without a connection where the old PIN may still open lockers; absent if there is none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    still_usable: Vec<StillUsableView>,
}

impl From<&Pin> for PinView {
    fn from(pin: &Pin) -> Self {
        Self { pin: pin.reveal().to_owned(), still_usable: Vec::new() }
    }
}

/// Show a contract's PIN
///
/// Viewing the PIN is recorded as an event.
#[utoipa::path(
    get,
    path = "/v1/contracts/{contractId}/pin",
    operation_id = "revealPin",
    tag = "contracts",
    params(("contractId" = String, Path)),
    responses((status = 200, description = "The PIN", body = PinView))
)]
pub(crate) async fn reveal_pin(
    State(app): State<App>,
    caller: Caller,
    ContractPath(id): ContractPath,
    _: NoQuery,
) -> Result<Response, Problem> {
    let pin = app.store.reveal_pin(&id, &caller.metadata(app.clock.now(), None)).await?;
    Ok(api::ok(PinView::from(&pin)))
}

/// Give a contract a new PIN
///
/// It is generated with the automat's `pinDigits`. The old PIN stops working.
#[utoipa::path(
    post,
    path = "/v1/contracts/{contractId}/pin",
    operation_id = "replacePin",
    tag = "contracts",
    params(
        ("contractId" = String, Path),
        ("ifRevocable" = Option<bool>, Query, description = "Refuse it if an automat without a connection may still accept what it takes away"),
        ("notify" = Option<bool>, Query, description = "False: no contact gets a message about this change; default true"),
        ("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible ASCII characters"),
    ),
    responses(
        (status = 200, description = "The new PIN", body = PinView,
            headers(("ETag" = String, description = "The version of the contract, for `If-Match`."))),
    )
)]
pub(crate) async fn replace_pin(
    State(app): State<App>,
    caller: Caller,
    ContractPath(id): ContractPath,
    mut query: Query,
    idempotency: IdempotencyKey,
    body: EmptyBody,
) -> Result<Response, Problem> {
    let notify = query.notify(Notify::Contacts);
    let if_revocable = query.flag("ifRevocable");
    query.finish()?;
    let metadata = caller.metadata(app.clock.now(), idempotency.receipt(body.hash)).notifying(notify);
    let usable = app.store.still_usable(&id, Withdrawn::Whole, metadata.now).await?;
    let still_usable = StillUsableView::all(usable, if_revocable)?;
    let (contract, replayed) = match app.store.replace_pin(&id, &metadata).await? {
        Created::New(contract) | Created::Existing(contract) => (contract, false),
        Created::Replayed(contract) => (contract, true),
    };
    let mut response = api::tagged(contract.version, PinView { still_usable, ..PinView::from(&contract.pin) });
    api::mark_replayed(&mut response, replayed);
    Ok(response)
}
