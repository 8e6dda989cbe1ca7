//! Contracts: who has which key when, and with which PIN.
//!
//! One file per route: parse, ask the store, render.

mod availability;
mod body;
mod contact;
mod create;
mod edit;
mod get;
mod list;
mod pin;
mod remove;
mod render;

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
        .routes(routes!(list::list_contracts, create::create_contract))
        .routes(routes!(get::get_contract, edit::edit_contract, remove::remove_contract))
        .routes(routes!(pin::reveal_pin, pin::replace_pin))
        .routes(routes!(availability::list_availability))
}
