//! `GET /v1/contracts/{contractId}/messages`

use api::{App, ContractPath, Listing, MessageView, Problem, Query};
use axum::extract::State;
use axum::response::Response;

/// List the messages of a contract
///
/// Newest first, each with its delivery status. The texts are not stored.
#[utoipa::path(
    get,
    path = "/v1/contracts/{contractId}/messages",
    operation_id = "listMessages",
    tag = "contracts",
    params(
        ("contractId" = String, Path),
        ("limit" = Option<u8>, Query, minimum = 1, maximum = 100, description = "Default 20"),
        ("after" = Option<String>, Query, description = "`page.next` of the previous page"),
    ),
    responses((status = 200, description = "A page of the list", body = Listing<MessageView>))
)]
pub(crate) async fn list_messages(
    State(app): State<App>,
    ContractPath(id): ContractPath,
    mut query: Query,
) -> Result<Response, Problem> {
    let page = query.page();
    query.finish()?;
    let messages = app.store.messages(&id, &page).await?;
    Ok(api::ok(Listing::of(messages, MessageView::from)))
}
