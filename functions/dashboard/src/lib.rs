//! The dashboard: the web pages for users.
//!
//! Pages are rendered on the server and work without scripts; `assets/script.js` only adds comfort. A handler parses
//! the request, calls the store and fills in a template. [`api::routes::PAGES`] says which role a page needs, and the
//! API's gate checks it. The user comes from the session.

mod assets;
mod automats;
mod calendar;
mod contracts;
mod countries;
mod events;
mod filter;
mod form;
mod frame;
mod keys;
mod language;
mod links;
mod live;
mod openings;
mod refused;
mod search;
mod session;
mod table;
mod timeline;
mod times;
mod today;
mod translations;
mod visit;
mod weights;

use api::App;
use axum::Router;
use axum::routing::{get, post};
use clock::Random;
use things::Things;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};

pub use session::{SignIn, SignInSettings};

/// From level 5 on Brotli searches more thoroughly for repetitions: a page of 500 lockers is a fifth smaller than at
/// the default level.
const COMPRESSION: CompressionLevel = CompressionLevel::Precise(5);

/// The state of the handlers.
#[derive(Debug, Clone)]
pub struct Dashboard {
    pub app: App,
    pub things: Things,
    /// For the idempotency keys of forms and the state of sign-ins.
    pub random: Random,
    pub sign_in: SignIn,
}

pub fn router(dashboard: Dashboard) -> Router {
    let (clock, sign_in) = (dashboard.app.clock.clone(), dashboard.sign_in.clone());
    let session_clock = clock.clone();
    let pages = pages().with_state(dashboard);
    api::serve_pages(pages, clock, |pages| {
        session::authenticate(refused::as_pages(pages), sign_in, session_clock)
            .layer(CompressionLayer::new().quality(COMPRESSION).compress_when(compressed()))
    })
}

/// A table keeps its byte order mark only as text: `api::csv` writes it for `lambda_http`, which treats what is
/// compressed as bytes.
fn compressed() -> impl Predicate {
    DefaultPredicate::new().and(NotForContentType::const_new("text/csv"))
}

fn pages() -> Router<Dashboard> {
    Router::new()
        .route("/", get(today::show))
        .route("/today", get(today::show))
        .route("/keys", get(keys::list::show))
        .route("/keys.csv", get(keys::list::download))
        .route("/timeline", get(timeline::show))
        .route("/contracts", get(contracts::list::show))
        .route("/contracts.csv", get(contracts::list::download))
        .route("/automats", get(automats::list::list_automats))
        .route("/search", get(search::search))
        .route("/automats/new", get(automats::form::show_new).post(automats::form::add))
        .route("/automats/{automatId}", get(automats::view::view_automat))
        .route("/automats/{automatId}/edit", get(automats::form::show_edit).post(automats::form::edit))
        .route("/automats/{automatId}/remove", get(automats::confirm::show_remove).post(automats::confirm::remove))
        .route("/automats/{automatId}/reset", get(automats::confirm::show_reset).post(automats::confirm::reset))
        .route("/automats/{automatId}/keys/new", get(keys::form::show_new).post(keys::form::add))
        .route("/keys/{keyId}/edit", get(keys::form::show_edit).post(keys::form::edit))
        .route("/keys/{keyId}/remove", get(keys::remove::show).post(keys::remove::send))
        .route("/keys/{keyId}", get(keys::page::show))
        .route("/keys/{keyId}/contracts/new", get(contracts::new::show).post(contracts::new::send))
        .route("/contracts/{contractId}", get(contracts::page::show))
        .route("/contracts/{contractId}/code", get(contracts::code::show))
        .route("/contracts/{contractId}/edit", get(contracts::edit::show).post(contracts::edit::send))
        .route("/contracts/{contractId}/end", get(contracts::close::show_end).post(contracts::close::end))
        .route("/contracts/{contractId}/remove", get(contracts::close::show_remove).post(contracts::close::remove))
        .route("/contracts/{contractId}/remind", post(contracts::page::remind))
        .route("/contracts/{contractId}/pin", post(contracts::page::reveal_pin))
        .route("/contracts/{contractId}/pin/new", post(contracts::page::replace_pin))
        .route("/contracts/{contractId}/messages/{messageId}/resend", post(contracts::page::resend))
        .route("/activity", get(events::activity::show))
        .route("/activity.csv", get(events::activity::download))
        .route("/automats/{automatId}/lockers/{lockerIndex}", get(openings::locker::show))
        .route("/automats/{automatId}/lockers/{lockerIndex}/open", post(openings::locker::open))
        .route("/openings/{openingId}", get(openings::progress::show))
        .route("/openings/{openingId}/status", get(openings::progress::follow_status))
        .route("/assets/{name}", get(assets::get_asset))
        .route("/favicon.ico", get(assets::get_favicon))
        .route("/robots.txt", get(assets::get_robots))
        .route("/language", post(language::choose_language))
        .route("/sign-in", get(session::sign_in::start))
        .route("/auth/callback", get(session::sign_in::finish))
        .route("/sign-out", post(session::sign_in::sign_out))
}
