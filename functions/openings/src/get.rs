//! `GET /v1/openings/{openingId}`

use std::time::Duration;

use api::{App, OpeningPath, Problem, Query};
use axum::extract::State;
use axum::response::Response;
use domain::Invalid;
use remote::{MAX_WAIT, follow};

use crate::render::OpeningView;

/// Get an opening
///
/// With `wait`, the response is delayed until the opening has ended, at most for that many seconds.
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
    let opening = follow(&app, &id, Duration::from_secs(u64::from(wait.unwrap_or_default()))).await?;
    Ok(api::ok(OpeningView::at(&opening, app.clock.now())))
}
