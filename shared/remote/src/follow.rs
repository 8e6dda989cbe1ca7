//! Following an opening to its end.

use std::time::Duration;

use api::{App, Problem};
use domain::{Opening, OpeningId, OpeningStatus};

/// The longest that an answer is held, in seconds: the life of an opening.
pub const MAX_WAIT: u32 = 20;
/// How long after one look at the table the next one comes: at first soon, since most devices answer at once.
const FIRST_LOOK: Duration = Duration::from_millis(30);
const LAST_LOOK: Duration = Duration::from_millis(500);

/// The opening once it has ended, or as it is when the time is over. Reading again is cheap: half a read unit.
pub async fn follow(app: &App, id: &OpeningId, wait: Duration) -> Result<Opening, Problem> {
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
