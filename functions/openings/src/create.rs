//! `POST /v1/automats/{automatId}/lockers/{lockerIndex}/openings`

use api::{App, Caller, Check, IdempotencyKey, LockerPath, NoQuery, OptionalBody, Problem};
use axum::extract::State;
use axum::response::Response;
use domain::{AutomatId, FreeText, LockerIndex, Opening, OpeningDraft};
use protocol::{Request, ThingName};
use serde::Deserialize;
use store::{Act, Created};
use things::{Things, Undelivered};
use utoipa::ToSchema;

use crate::render::OpeningView;

/// A locker to open remotely.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct NewOpening {
    /// Why, for the record: to 500 characters.
    #[schema(value_type = String, required = false)]
    reason: Option<String>,
    /// Try also when the automat is known to be offline.
    #[schema(value_type = bool, required = false, default = false)]
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
/// The automat gets 20 seconds to do it. Follow the opening at its `Location`: it ends as the device says.
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
    responses((status = 202, description = "Asked for", body = OpeningView))
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
    let act = caller.act(app.clock.now(), idempotency.receipt(body.hash));
    let (opening, replayed) = match app.store.request_opening(draft, &act).await.map_err(Problem::of_path)? {
        Created::New(opening) => (opening, false),
        Created::Existing(opening) | Created::Replayed(opening) => (app.store.opening(&opening.id).await?, true),
    };
    // Also when asked again: the first time we may have died before we got here, and the device knows the id.
    if opening.live(act.now) {
        deliver(&app, &things, &opening, &act).await?;
    }
    let location = api::location(&["openings", opening.id.as_str()]);
    let mut response = api::accepted(&location, OpeningView::at(&opening, act.now));
    api::mark_replayed(&mut response, replayed);
    Ok(response)
}

async fn deliver(app: &App, things: &Things, opening: &Opening, act: &Act) -> Result<(), Problem> {
    let request = Request {
        seq: opening.seq,
        id: opening.id.as_str().to_owned(),
        issued_at: opening.issued_at.seconds(),
        expires_at: opening.expires_at.seconds(),
    };
    let thing = ThingName::of_automat(opening.automat.as_str());
    let Err(undelivered) = things.request_opening(&thing, opening.locker.get(), request).await else { return Ok(()) };
    match undelivered {
        // It may be there or not. The opening stays as it is and ends in what the device says, or expires.
        Undelivered::Unknown(error) => {
            tracing::warn!(opening.id = %opening.id, error = &error as &dyn std::error::Error, "asked, and not told");
            Ok(())
        }
        Undelivered::Busy => {
            app.store.withdraw_opening(&opening.id, act).await?;
            Err(Problem::automat_busy())
        }
        Undelivered::Refused(error) => {
            app.store.withdraw_opening(&opening.id, act).await?;
            Err(Problem::internal(error))
        }
    }
}
