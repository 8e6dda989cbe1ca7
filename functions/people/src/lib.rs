//! A person's data: exported and erased on request.

mod body;
mod erase;
mod export;

use api::App;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn router(app: App) -> axum::Router {
    let clock = app.clock.clone();
    api::serve(axum::Router::from(api_routes()).with_state(app), clock)
}

/// The OpenAPI description of the routes.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    api_routes().into_openapi()
}

fn api_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(export::export_person)).routes(routes!(erase::erase_person))
}
