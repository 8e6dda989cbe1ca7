//! `POST /v1/automats/{automatId}/lockers/{lockerIndex}/openings`

use api::{App, Caller, Check, IdempotencyKey, LockerPath, NoQuery, OptionalBody, Problem};
use axum::extract::State;
use axum::response::Response;
use domain::{AutomatId, FreeText, LockerIndex, OpeningDraft};
use remote::{RequestedOpening, request_opening};
use serde::Deserialize;
use things::Things;
use utoipa::ToSchema;

use crate::render::OpeningView;

/// A locker to open remotely.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct NewOpening {
    /// The reason, saved with the opening: up to 500 characters.
    reason: Option<String>,
    /// Send the request even if the automat is known to be offline.
    force: Option<bool>,
}

impl NewOpening {
    fn draft(self, automat: AutomatId, locker: LockerIndex) -> Result<OpeningDraft, Problem> {
        let mut check = Check::new();
        let reason = check.optional("reason", self.reason.as_deref(), FreeText::parse);
        let force = self.force.unwrap_or_default();
        check.finish(|| Some(OpeningDraft { automat, locker, reason, force }))
    }
}

/// Open a locker remotely
///
/// The automat has 20 seconds to open it. Follow the opening at its `Location` to get the result that the device
/// reports.
#[utoipa::path(
    post,
    path = "/v1/automats/{automatId}/lockers/{lockerIndex}/openings",
    operation_id = "createOpening",
    tag = "openings",
    params(
        ("automatId" = String, Path),
        ("lockerIndex" = u16, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible ASCII characters"),
    ),
    request_body(content = Option<NewOpening>),
    responses((status = 202, description = "Requested", body = OpeningView))
)]
pub(crate) async fn create_opening(
    State(app): State<App>,
    State(things): State<Things>,
    caller: Caller,
    LockerPath(automat, locker): LockerPath,
    _: NoQuery,
    idempotency: IdempotencyKey,
    body: OptionalBody<NewOpening>,
) -> Result<Response, Problem> {
    let draft = body.value.draft(automat, locker)?;
    let metadata = caller.metadata(app.clock.now(), idempotency.receipt(body.hash));
    let RequestedOpening { opening, replayed } = request_opening(&app, &things, draft, &metadata).await?;
    let location = api::location(&["openings", opening.id.as_str()]);
    let mut response = api::accepted(&location, OpeningView::at(&opening, metadata.now));
    api::mark_replayed(&mut response, replayed);
    Ok(response)
}
