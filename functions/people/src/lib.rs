//! A person's data: exported and erased on request.

mod body;
mod erase;
mod export;

use api::App;

pub fn router(app: App) -> axum::Router {
    let clock = app.clock.clone();
    api::serve(routes().with_state(app), clock)
}

api::routes! {
    App:
    export::export_person,
    erase::erase_person,
}
