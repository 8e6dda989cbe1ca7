//! Asking for a locker to be opened.

use api::{App, Problem};
use domain::{Opening, OpeningDraft};
use protocol::{OpeningRequest, ThingName};
use store::{Act, Created};
use things::{Things, Undelivered};

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
        deliver(app, things, &opening, act).await?;
    }
    Ok(Asked { opening, replayed })
}

async fn deliver(app: &App, things: &Things, opening: &Opening, act: &Act) -> Result<(), Problem> {
    let request = OpeningRequest {
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
