//! Requesting an opening.

use api::{App, Problem};
use domain::{Opening, OpeningDraft};
use store::{Created, RequestMetadata};
use things::Things;

use crate::deliver::Delivering;

#[derive(Debug, Clone)]
pub struct RequestedOpening {
    pub opening: Opening,
    /// Whether an earlier attempt of the same request had stored it.
    pub replayed: bool,
}

/// Stores an opening and delivers it to its automat.
pub async fn request_opening(
    app: &App,
    things: &Things,
    draft: OpeningDraft,
    metadata: &RequestMetadata,
) -> Result<RequestedOpening, Problem> {
    let (opening, replayed) = match app.store.request_opening(draft, metadata).await.map_err(Problem::of_path)? {
        Created::New(opening) => (opening, false),
        Created::Existing(opening) | Created::Replayed(opening) => (app.store.opening(&opening.id).await?, true),
    };
    // Also for a repeated request: its first attempt may have died before the delivery. The device knows the id.
    if opening.is_live(metadata.now) {
        Delivering { app, things, opening: &opening, is_new: !replayed, metadata }.deliver().await?;
    }
    Ok(RequestedOpening { opening, replayed })
}
