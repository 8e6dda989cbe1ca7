//! `GET /v1/keys/{keyId}/contracts/{contractId}/messages`

use api::{App, ContractPath, Listing, MessageView, Problem, Query};
use axum::extract::State;
use axum::response::Response;

/// List the messages about a contract
///
/// Newest first, each with what became of it. Their words are not kept.
#[utoipa::path(
    get,
    path = "/v1/keys/{keyId}/contracts/{contractId}/messages",
    operation_id = "listMessages",
    tag = "contracts",
    params(
        ("keyId" = String, Path),
        ("contractId" = String, Path),
        ("limit" = Option<u8>, Query, minimum = 1, maximum = 100, description = "20 when left out"),
        ("after" = Option<String>, Query, description = "`page.next` of the part before"),
    ),
    responses((status = 200, description = "A part of the list", body = Listing<MessageView>))
)]
pub(crate) async fn list_messages(
    State(app): State<App>,
    ContractPath(key, id): ContractPath,
    mut query: Query,
) -> Result<Response, Problem> {
    let page = query.page();
    query.finish()?;
    let messages = app.store.messages(&key, &id, &page).await?;
    Ok(api::ok(Listing::of(messages, MessageView::from)))
}
