//! Opening lockers remotely: requested here, sent to the automat through its device shadow, and followed until the
//! result.

mod create;
mod get;
mod render;

use api::App;
use axum::extract::FromRef;
use things::Things;

/// The state of the routes.
#[derive(Debug, Clone)]
pub struct Openings {
    pub app: App,
    pub things: Things,
}

impl FromRef<Openings> for App {
    fn from_ref(openings: &Openings) -> Self {
        openings.app.clone()
    }
}

impl FromRef<Openings> for Things {
    fn from_ref(openings: &Openings) -> Self {
        openings.things.clone()
    }
}

pub fn router(openings: Openings) -> axum::Router {
    let clock = openings.app.clock.clone();
    api::serve(routes().with_state(openings), clock)
}

api::routes! {
    Openings:
    create::create_opening,
    get::get_opening,
}
