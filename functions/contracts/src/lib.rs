//! Contracts: who has which key when, and with which PIN.
//!
//! One file per route: parse the request, call the store, render the response. `messages` renders the texts for
//! contacts, in a preview exactly as when they are sent.

mod availability;
mod create;
mod edit;
mod end;
mod get;
mod list;
mod messages;
mod pin;
mod preview;
mod put;
mod remove;

use api::App;

pub fn router(app: App) -> axum::Router {
    let clock = app.clock.clone();
    api::serve(routes().with_state(app), clock)
}

api::routes! {
    App:
    list::list_contracts, create::create_contract,
    get::get_contract, edit::edit_contract, put::put_contract, remove::remove_contract,
    end::end_contract,
    pin::reveal_pin, pin::replace_pin,
    preview::create::preview_contract,
    preview::edit::preview_edit,
    preview::end::preview_end,
    preview::removal::preview_removal,
    messages::list::list_messages,
    messages::resend::resend_message,
    availability::list_availability,
}
