//! `GET /v1/contracts`

use api::csv::ListFormat;
use api::{App, ContractView, Listing, Problem, Query};
use axum::extract::State;
use axum::response::Response;
use domain::{Contract, KeyId};
use store::{ContractFilter, Order};

/// List the contracts of a key
///
/// In order of `start`. With `Accept: text/csv`, as a table that can be imported; PINs are left out.
#[utoipa::path(
    get,
    path = "/v1/contracts",
    operation_id = "listContracts",
    tag = "contracts",
    params(
        ("keyId" = String, Query, description = "The key whose contracts to list"),
        ("state" = Option<String>, Query, description = "The states to list, as repeated parameters or separated by commas; default all"),
        ("order" = Option<String>, Query, description = "`asc` (default) or `desc`"),
        ("limit" = Option<u8>, Query, minimum = 1, maximum = 100, description = "Default 20"),
        ("after" = Option<String>, Query, description = "`page.next` of the previous page"),
    ),
    responses(
        (status = 200, description = "A page of the list",
            content((Listing<ContractView> = "application/json"), (String = "text/csv")),
            headers(("Link" = String, description = "As CSV: the next page, if there is one."))),
    )
)]
pub(crate) async fn list_contracts(
    State(app): State<App>,
    format: ListFormat,
    mut query: Query,
) -> Result<Response, Problem> {
    let key = query.required("keyId", KeyId::parse);
    let page = query.page();
    let states = query.any_of("state");
    let order = query.one_of::<Order>("order").unwrap_or_default();
    query.finish()?;
    let now = app.clock.now();
    let key = key.ok_or_else(|| Problem::invalid_query(Vec::new()))?;
    let contracts = app.store.contracts(&key, &ContractFilter { states, order }, &page, now).await?;
    format.answer(contracts, |contract: Contract| ContractView::masked(contract, now))
}
