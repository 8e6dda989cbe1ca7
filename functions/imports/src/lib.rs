//! Imports: many keys or contracts in one request, as JSON or as a table from a spreadsheet.
//!
//! A row is put by the same functions of the store as a single key or contract, so the same rules hold (ADR 0043). What is
//! here is how a table is read (`csv`), which rows are done at once (`run`), and what would be done (`dry_run`).

mod body;
mod csv;
mod dry_run;
mod import;
mod rows;
mod run;
mod view;

use api::App;

pub fn router(app: App) -> axum::Router {
    let clock = app.clock.clone();
    api::serve(routes().with_state(app), clock)
}

api::routes! {
    App:
    import::import,
}
