//! Automats, lockers and keys: everything that is set up once and then booked; and the routes that belong to nobody.
//!
//! One file per route: parse, ask the store, render.

mod automats;
mod keys;
mod service;

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
