//! `GET /v1/keys`

use api::csv::ListFormat;
use api::problem::FieldCode;
use api::{App, Caller, KeyView, Listing, Problem, Query};
use axum::extract::State;
use axum::response::Response;
use domain::{AutomatId, SearchTerms};
use store::KeyFilter;

/// List keys
///
/// With `automatId` in order of locker, otherwise in order of `keyId`. With `Accept: text/csv`, as a table that can be
/// imported.
#[utoipa::path(
    get,
    path = "/v1/keys",
    operation_id = "listKeys",
    tag = "keys",
    params(
        ("automatId" = Option<String>, Query, description = "Only the keys of this automat"),
        ("search" = Option<String>, Query,
            description = "Each word of the search must be the beginning of a word in `keyId` or `property`"),
        ("limit" = Option<u8>, Query, minimum = 1, maximum = 100, description = "Default 20"),
        ("after" = Option<String>, Query, description = "`page.next` of the previous page"),
    ),
    responses(
        (status = 200, description = "A page of the list",
            content((Listing<KeyView> = "application/json"), (String = "text/csv")),
            headers(("Link" = String, description = "As CSV: the next page, if there is one."))),
    )
)]
pub(crate) async fn list_keys(
    State(app): State<App>,
    caller: Caller,
    format: ListFormat,
    mut query: Query,
) -> Result<Response, Problem> {
    let page = query.page();
    let automat = query.parsed("automatId", AutomatId::parse);
    let search = query.text("search").and_then(|text| {
        let terms = SearchTerms::parse(&text);
        if terms.is_none() {
            query.refuse("search", FieldCode::NothingToSearch, "must have a letter or a digit");
        }
        terms
    });
    query.finish()?;
    let keys = app.store.keys(&KeyFilter { automat, search }, &page).await?;
    format.answer(keys, |key| KeyView::of(key, caller.role))
}
