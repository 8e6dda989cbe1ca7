//! `GET /v1/openings/{openingId}`

use std::time::Duration;

use api::{App, OpeningPath, Problem, Query};
use axum::extract::State;
use axum::response::Response;
use domain::{Invalid, Opening, OpeningId, OpeningStatus};

use crate::render::OpeningView;

/// The longest that an answer is held, in seconds: the life of an opening.
const MAX_WAIT: u32 = 20;
/// How long after one look at the table the next one comes: at first soon, since most devices answer at once.
const FIRST_LOOK: Duration = Duration::from_millis(30);
const LAST_LOOK: Duration = Duration::from_millis(500);

/// Look at a remote open
///
/// With `wait` the answer is held until the opening has ended, at most so many seconds.
#[utoipa::path(
    get,
    path = "/v1/openings/{openingId}",
    operation_id = "getOpening",
    tag = "openings",
    params(
        ("openingId" = String, Path),
        ("wait" = Option<u8>, Query, minimum = 0, maximum = 20, description = "Seconds; 0 when left out"),
    ),
    responses((status = 200, description = "The opening", body = OpeningView))
)]
pub(crate) async fn get_opening(
    State(app): State<App>,
    OpeningPath(id): OpeningPath,
    mut query: Query,
) -> Result<Response, Problem> {
    let wait = query.parsed("wait", |text| match text.parse::<u32>() {
        Ok(seconds) if seconds <= MAX_WAIT => Ok(seconds),
        _ => Err(Invalid::OutOfRange { min: 0, max: MAX_WAIT }),
    });
    query.finish()?;
    let opening = followed(&app, &id, Duration::from_secs(u64::from(wait.unwrap_or_default()))).await?;
    Ok(api::ok(OpeningView::at(&opening, app.clock.now())))
}

/// The opening once it has ended, or as it is when the time is over. Reading again is cheap: half a read unit.
async fn followed(app: &App, id: &OpeningId, wait: Duration) -> Result<Opening, Problem> {
    let mut left = wait;
    let mut pause = FIRST_LOOK;
    loop {
        let opening = app.store.opening(id).await?;
        if opening.status(app.clock.now()) != OpeningStatus::Requested || left.is_zero() {
            return Ok(opening);
        }
        let rest = pause.min(left);
        tokio::time::sleep(rest).await;
        left -= rest;
        pause = (pause * 3 / 2).min(LAST_LOOK);
    }
}
