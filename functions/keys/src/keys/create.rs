//! `POST /v1/keys`

use api::{App, Caller, IdempotencyKey, JsonBody, KeyView, NewKey, NoQuery, Problem};
use axum::extract::State;
use axum::response::Response;

/// Add a key to a locker
///
/// Without `lockerIndex` the lowest free locker is used.
#[utoipa::path(
    post,
    path = "/v1/keys",
    operation_id = "createKey",
    tag = "keys",
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible ASCII characters")),
    request_body = NewKey,
    responses(
        (status = 201, description = "Added", body = KeyView),
        (status = 200, description = "An identical resource already exists", body = KeyView),
    )
)]
pub(crate) async fn create_key(
    State(app): State<App>,
    caller: Caller,
    _: NoQuery,
    idempotency: IdempotencyKey,
    body: JsonBody<NewKey>,
) -> Result<Response, Problem> {
    let draft = body.value.draft()?;
    let metadata = caller.metadata(app.clock.now(), idempotency.receipt(body.hash));
    let created = app.store.create_key(draft, &metadata).await?;
    let location = |key: &domain::Key| api::location(&["keys", key.id.as_str()]);
    Ok(api::created(created, location, |key| key.version, |key, _| KeyView::of(key, caller.role)))
}
