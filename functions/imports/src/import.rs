//! `POST /v1/imports`

use api::problem::FieldCode;
use api::{App, Caller, Problem, Query, Role};
use axum::extract::State;
use axum::response::Response;
use domain::{Invalid, Notify};

use crate::body::{ImportBody, NewImport};
use crate::rows::{Kind, MAX_ROWS};
use crate::view::ImportView;
use crate::{dry_run, run};

/// Import keys or contracts
///
/// Up to 500 rows, 1 MB. Each is created, or changed so that it has exactly these fields, as by
/// `PUT /v1/contracts/{contractId}`; a key keeps its locker if `lockerIndex` is left out. Rows are independent: one that
/// is refused is in the response with its problem, and the others are done. After 20 seconds the response says in `next`
/// where to go on. A table in another encoding than UTF-8 must be sent as `application/octet-stream`. Repeating an import changes nothing twice. Importing keys requires the role admin.
#[utoipa::path(
    post,
    path = "/v1/imports",
    operation_id = "importRows",
    tag = "imports",
    params(
        ("kind" = Option<String>, Query, description = "`keys` or `contracts`; required for a table"),
        ("dryRun" = Option<bool>, Query, description = "True: only say what would be done"),
        ("from" = Option<u16>, Query, minimum = 0, maximum = 499,
            description = "Go on from this row, counted from 0: the `next` of the previous response"),
        ("notify" = Option<bool>, Query, description = "True: contacts get messages about the changes; default false"),
    ),
    request_body(content((NewImport = "application/json"), (String = "text/csv"), (String = "application/octet-stream"))),
    responses((status = 200, description = "What was done, or would be, row by row", body = ImportView))
)]
pub(crate) async fn import(
    State(app): State<App>,
    caller: Caller,
    mut query: Query,
    body: ImportBody,
) -> Result<Response, Problem> {
    if body.is_csv() && !query.has("kind") {
        query.refuse("kind", FieldCode::Required, "is required for a table");
    }
    let kind = query.one_of::<Kind>("kind");
    let is_dry_run = query.flag("dryRun");
    let from = query.parsed("from", parse_from).unwrap_or_default();
    let notify = query.notify(Notify::Nobody);
    query.finish()?;
    let parsed = body.parse(kind)?;
    if parsed.kind() == Kind::Keys && caller.role < Role::Admin {
        return Err(Problem::forbidden(Role::Admin, Some(caller.role)));
    }
    let rows = parsed.into_rows(&app.store).await?.from(from);
    let metadata = caller.metadata(app.clock.now(), None).notifying(notify);
    let report = if is_dry_run {
        dry_run::rehearse(&app.store, rows, &metadata).await?
    } else {
        run::carry_out(&app.store, rows, &metadata, run::PATIENCE).await?
    };
    Ok(api::ok(ImportView::new(report, is_dry_run)))
}

fn parse_from(text: &str) -> Result<usize, Invalid> {
    let max = u32::try_from(MAX_ROWS - 1).unwrap_or(u32::MAX);
    text.parse().ok().filter(|from| *from < MAX_ROWS).ok_or(Invalid::OutOfRange { min: 0, max })
}
