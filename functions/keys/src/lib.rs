//! Automats, lockers and keys, which are set up once and then booked; also the routes that belong to no other function.
//!
//! One file per route: parse the request, call the store, render the response.

mod automats;
mod keys;
mod service;

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
    OpenApiRouter::new()
        .routes(routes!(service::health))
        .routes(routes!(service::openapi_json))
        .routes(routes!(automats::list::list_automats, automats::create::create_automat))
        .routes(routes!(automats::view::view_automat, automats::edit::edit_automat, automats::remove::remove_automat))
        .routes(routes!(automats::reset::reset_automat))
        .routes(routes!(automats::events::list_automat_events))
        .routes(routes!(keys::list::list_keys, keys::create::create_key))
        .routes(routes!(keys::get::get_key, keys::edit::edit_key, keys::remove::remove_key))
        .routes(routes!(keys::events::list_key_events))
}
