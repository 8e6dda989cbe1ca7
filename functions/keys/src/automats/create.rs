//! `POST /v1/automats`

use api::{App, Caller, IdempotencyKey, JsonBody, NoQuery, Problem};
use axum::extract::State;
use axum::response::Response;

use super::body::NewAutomat;
use super::render::AutomatItem;

/// Add an automat
///
/// It has no keys at first: add keys to its lockers next.
#[utoipa::path(
    post,
    path = "/v1/automats",
    operation_id = "createAutomat",
    tag = "automats",
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible ASCII characters")),
    request_body = NewAutomat,
    responses(
        (status = 201, description = "Added", body = AutomatItem),
        (status = 200, description = "An identical resource already exists", body = AutomatItem),
    )
)]
pub(crate) async fn create_automat(
    State(app): State<App>,
    caller: Caller,
    _: NoQuery,
    idempotency: IdempotencyKey,
    body: JsonBody<NewAutomat>,
) -> Result<Response, Problem> {
    let draft = body.value.draft()?;
    let metadata = caller.metadata(app.clock.now(), idempotency.receipt(body.hash));
    let created = app.store.create_automat(draft, &metadata).await?;
    let location = |automat: &domain::Automat| api::location(&["automats", automat.id.as_str()]);
    Ok(api::created(created, location, |automat| automat.version, |automat, _| AutomatItem::from(automat)))
}
