//! Prints the OpenAPI document, for `cargo xtask openapi` to write to `docs/openapi.json`.

use std::io::Write as _;

fn main() -> std::io::Result<()> {
    let functions = vec![keys::openapi(), contracts::openapi(), openings::openapi(), people::openapi()];
    std::io::stdout().write_all(api::openapi::assemble(functions).as_bytes())
}
