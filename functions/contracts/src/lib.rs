//! Contracts: who has which key when, and with which PIN.
//!
//! One file per route: parse, ask the store, render. What contacts are told is worded by `messages`, the same for a
//! preview as for what goes.

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

/// The function's routes over a store.
pub fn router(app: App) -> axum::Router {
    let clock = app.clock.clone();
    let routes = api::serve(axum::Router::from(described()).with_state(app), clock);
    axum::Router::new().fallback_service(routes).layer(map_request(name_contract))
}

/// A contract may be called "preview". API Gateway looks at the method before the path, axum at the path alone, so a
/// request for such a contract is told from one for a preview here: by another spelling of the same path.
async fn name_contract(mut request: Request) -> Request {
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

/// What the function's routes say of themselves.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    described().into_openapi()
}

fn described() -> OpenApiRouter<App> {
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
