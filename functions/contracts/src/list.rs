//! `GET /v1/contracts`

use std::ops::Range;

use api::csv::ListFormat;
use api::problem::FieldCode;
use api::{App, ContractView, Listing, Problem, Query};
use axum::extract::State;
use axum::response::Response;
use domain::{AutomatId, ContractSearch, Instant, KeyId};
use store::{ContractFilter, ListedContract};

/// Limit on the range in which the contracts of all automats are listed.
const DAYS: i64 = 92;
/// One of these is required, if `state` does not select enough.
const SELECTORS: [&str; 5] = ["search", "keyId", "automatId", "from", "to"];
const DAY_MILLIS: i64 = 86_400_000;

/// List contracts
///
/// At least one of `search`, `keyId`, `automatId`, `from` with `to`, or `state=overdue` is required; all that are given
/// must apply. In order of `start`; overdue contracts of all automats in order of `end`; with `search` the latest months
/// first. A contract is in a list some seconds after it was created or changed; in that of its key at once.
///
/// Each word of `search` must be the beginning of a word in the names of the person or a contact or in the `contractId`,
/// or of a contact's email address, or be the last four or more digits of a contact's phone number. Case and accents do
/// not matter.
///
/// With `Accept: text/csv`, a table that can be imported; PINs are left out.
#[utoipa::path(
    get,
    path = "/v1/contracts",
    operation_id = "listContracts",
    tag = "contracts",
    params(
        ("search" = Option<String>, Query, min_length = 2, max_length = 300, description = "Words, of which at least one has two characters"),
        ("keyId" = Option<String>, Query, description = "Contracts of this key"),
        ("automatId" = Option<String>, Query, description = "Contracts with a key in this automat"),
        ("from" = Option<String>, Query, description = "Contracts that start at this RFC 3339 instant or later"),
        ("to" = Option<String>, Query, description = "Contracts that start before this RFC 3339 instant, at most 92 days after `from`"),
        ("state" = Option<String>, Query, description = "The states to list (`upcoming`, `active`, `ended`, `overdue`), as repeated parameters or separated by commas; default all"),
        ("order" = Option<String>, Query, description = "`asc` (default) or `desc`; not with `search`"),
        ("limit" = Option<u8>, Query, minimum = 1, maximum = 100, description = "Default 20. A page may have fewer although there are more"),
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
    let page = query.page();
    let is_selected = SELECTORS.iter().any(|name| query.has(name));
    let order = query.one_of("order");
    let filter = ContractFilter {
        search: query.parsed("search", ContractSearch::parse),
        key: query.parsed("keyId", KeyId::parse),
        automat: query.parsed("automatId", AutomatId::parse),
        starts: starts(&mut query),
        due: None,
        states: query.any_of("state"),
        order: order.unwrap_or_default(),
    };
    if filter.search.is_some() && order.is_some() {
        query.refuse("order", FieldCode::ConflictingFields, "contradicts search, which lists the latest first");
    }
    if !is_selected && !filter.is_selective() {
        query.refuse("search", FieldCode::Required, "or keyId, automatId, from with to, or state=overdue is required");
    }
    query.finish()?;
    let now = app.clock.now();
    let page = app.store.contracts(&filter, &page, now).await?;
    format.answer(page, |listed: ListedContract| ContractView::masked(listed.contract, now))
}

/// `from` and `to`: both or neither.
fn starts(query: &mut Query) -> Option<Range<Instant>> {
    for (one, other) in [("from", "to"), ("to", "from")] {
        if query.has(one) && !query.has(other) {
            query.refuse(other, FieldCode::Required, format!("is required with {one}"));
        }
    }
    let (from, to) = (query.parsed("from", Instant::parse), query.parsed("to", Instant::parse));
    let (from, to) = from.zip(to)?;
    if from >= to {
        query.refuse("to", FieldCode::ToNotAfterFrom, "must be after from");
    } else if to > from.plus_millis(DAYS * DAY_MILLIS) {
        query.refuse("to", FieldCode::OutOfRange, format!("must be at most {DAYS} days after from"));
    }
    Some(from..to)
}
