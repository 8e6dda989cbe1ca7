//! Automats, lockers and keys, which are set up once and then booked; also the routes that belong to no other function.
//!
//! One file per route: parse the request, call the store, render the response.

mod automats;
mod keys;
mod service;

use api::App;

pub fn router(app: App) -> axum::Router {
    let clock = app.clock.clone();
    api::serve(routes().with_state(app), clock)
}

api::routes! {
    App:
    service::health,
    service::openapi_json,
    automats::list::list_automats, automats::create::create_automat,
    automats::view::view_automat, automats::edit::edit_automat, automats::remove::remove_automat,
    automats::reset::reset_automat,
    automats::events::list_automat_events,
    keys::list::list_keys, keys::create::create_key,
    keys::get::get_key, keys::edit::edit_key, keys::remove::remove_key,
    keys::events::list_key_events,
}
