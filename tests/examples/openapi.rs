//! Prints a document that is written from the code, for `cargo xtask openapi`: `docs/openapi.json`, or, with the argument
//! `guide`, `docs/api.md` with its tables of codes.

use std::io::Write as _;

const GUIDE: &str = include_str!("../../docs/api.md");

fn main() -> std::io::Result<()> {
    let document = if std::env::args().nth(1).as_deref() == Some("guide") {
        e2e::guide::with_tables(GUIDE)
    } else {
        let functions =
            vec![keys::openapi(), contracts::openapi(), openings::openapi(), people::openapi(), imports::openapi()];
        api::openapi::assemble(functions)
    };
    std::io::stdout().write_all(document.as_bytes())
}
