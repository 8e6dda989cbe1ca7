//! Contracts: who has which key when, and with which PIN.
//!
//! One file per route: parse the request, call the store, render the response. `messages` renders the texts for
//! contacts, in a preview exactly as when they are sent.

mod availability;
mod body;
mod create;
mod edit;
mod end;
mod get;
mod list;
mod messages;
mod pin;
mod preview;
mod remove;

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
        .routes(routes!(list::list_contracts, create::create_contract))
        .routes(routes!(get::get_contract, edit::edit_contract, remove::remove_contract))
        .routes(routes!(end::end_contract))
        .routes(routes!(pin::reveal_pin, pin::replace_pin))
        .routes(routes!(preview::create::preview_contract))
        .routes(routes!(preview::edit::preview_edit))
        .routes(routes!(preview::end::preview_end))
        .routes(routes!(preview::removal::preview_removal))
        .routes(routes!(messages::list::list_messages))
        .routes(routes!(messages::resend::resend_message))
        .routes(routes!(availability::list_availability))
}
