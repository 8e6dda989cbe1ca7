//! Openings and events.

mod events;
mod locker;
mod progress;
mod refused;

use api::Role;
use domain::{AutomatId, EventKind, KeyDraft, OpeningId, OpeningOutcome, Presence};
use store::{PageRequest, RequestMetadata};
use testkit::{at, automat, locker, metadata};

use crate::stage::Stage;

/// The page of the locker with the key.
const LOCKER: &str = "/automats/lobby/lockers/1";
/// Where it is opened.
const OPEN: &str = "/automats/lobby/lockers/1/open";

/// An act so many seconds after everything began.
fn metadata_at(seconds: i64) -> RequestMetadata {
    RequestMetadata { now: at(seconds), ..metadata() }
}

fn lobby() -> AutomatId {
    AutomatId::parse("lobby").unwrap()
}

/// An operator, and the automat `lobby` with three lockers and a key in the second.
async fn stage() -> Stage {
    let stage = Stage::of(Role::Operator).await;
    stage.store().create_automat(automat("lobby", 3), &metadata_at(-120)).await.unwrap();
    let key = KeyDraft { locker: Some(locker(1)), ..testkit::key("K-1") };
    stage.store().create_key(key, &metadata_at(-60)).await.unwrap();
    stage
}

/// Opens the locker, and returns the path of the opening.
async fn open(stage: &Stage, once: &str) -> String {
    let response = stage.post(OPEN, &[("once", once)]).await;
    assert_eq!(response.status, 303, "{}", response.html);
    response.to.unwrap()
}

/// The device reports the result of an opening.
async fn report(stage: &Stage, opening: &str, outcome: OpeningOutcome) {
    let id = OpeningId::parse(opening.strip_prefix("/openings/").unwrap()).unwrap();
    stage.store().finish_opening(&lobby(), locker(1), &id, outcome, at(2), at(2)).await.unwrap();
}

async fn disconnect(stage: &Stage) {
    let presence = Presence { connected: false, at: at(0), number: 1 };
    stage.store().record_presence(&lobby(), presence, at(0)).await.unwrap();
}

/// How many openings have been requested.
async fn openings(stage: &Stage) -> usize {
    let page = PageRequest { limit: 100, after: None };
    let events = stage.store().automat_events(&lobby(), &page).await.unwrap();
    events.data.iter().filter(|event| matches!(event.kind, EventKind::OpeningRequested { .. })).count()
}
