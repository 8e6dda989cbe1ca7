//! What is known of a person: handed out, and erased, when they ask for it.

mod body;
mod erase;
mod export;

use api::App;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The function's routes over a store.
pub fn router(app: App) -> axum::Router {
    let clock = app.clock.clone();
    api::serve(axum::Router::from(described()).with_state(app), clock)
}

/// What the function's routes say of themselves.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    described().into_openapi()
}

fn described() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(export::export_person)).routes(routes!(erase::erase_person))
}
