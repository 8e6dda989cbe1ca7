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
use axum::extract::Request;
use axum::http::{Method, Uri};
use axum::middleware::map_request;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn router(app: App) -> axum::Router {
    let clock = app.clock.clone();
    let routes = api::serve(axum::Router::from(api_routes()).with_state(app), clock);
    axum::Router::new().fallback_service(routes).layer(map_request(route_contract_named_preview))
}

/// Routes a contract named "preview". API Gateway matches the method first and then the path, axum the path alone. So a
/// request for such a contract gets another spelling of the same path, which axum does not take for a preview.
async fn route_contract_named_preview(mut request: Request) -> Request {
    let of_contract = [Method::GET, Method::HEAD, Method::PATCH, Method::DELETE].contains(request.method());
    if of_contract && let Some(collection) = request.uri().path().strip_suffix("/contracts/preview") {
        let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
        let mut parts = request.uri().clone().into_parts();
        parts.path_and_query = format!("{collection}/contracts/%70review{query}").parse().ok();
        if let Ok(uri) = Uri::from_parts(parts) {
            *request.uri_mut() = uri;
        }
    }
    request
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
