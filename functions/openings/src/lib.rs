//! Remote opens: asked for here, told to the automat through its device shadow, and followed to their end.

mod create;
mod get;
mod render;

use api::App;
use axum::extract::FromRef;
use things::Things;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The state of the routes: what all functions have, and the automats.
#[derive(Debug, Clone)]
pub struct Openings {
    /// The table and the clock.
    pub app: App,
    /// The automats.
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

/// The function's routes.
pub fn router(openings: Openings) -> axum::Router {
    let clock = openings.app.clock.clone();
    api::serve(axum::Router::from(described()).with_state(openings), clock)
}

/// What the function's routes say of themselves.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    described().into_openapi()
}

fn described() -> OpenApiRouter<Openings> {
    OpenApiRouter::new().routes(routes!(create::create_opening)).routes(routes!(get::get_opening))
}
