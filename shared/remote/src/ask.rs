//! Asking for a locker to be opened.

use api::{App, Problem};
use domain::{Opening, OpeningDraft};
use store::{Act, Created};
use things::Things;

use crate::deliver::Delivering;

/// An opening that has been asked for.
#[derive(Debug, Clone)]
pub struct Asked {
    /// How far it has come.
    pub opening: Opening,
    /// Whether it had been asked for before, by the same request.
    pub replayed: bool,
}

/// Writes an opening down and tells its automat.
pub async fn ask(app: &App, things: &Things, draft: OpeningDraft, act: &Act) -> Result<Asked, Problem> {
    let (opening, replayed) = match app.store.request_opening(draft, act).await.map_err(Problem::of_path)? {
        Created::New(opening) => (opening, false),
        Created::Existing(opening) | Created::Replayed(opening) => (app.store.opening(&opening.id).await?, true),
    };
    // Also when asked again: the first time we may have died before we got here, and the device knows the id.
    if opening.is_live(act.now) {
        Delivering { app, things, opening: &opening, is_new: !replayed, act }.deliver().await?;
    }
    Ok(Asked { opening, replayed })
}
