//! Prints the OpenAPI document, for `cargo xtask openapi` to write to `docs/openapi.json`.

use std::io::Write as _;

fn main() -> std::io::Result<()> {
    std::io::stdout().write_all(api::openapi::assemble(vec![keys::openapi(), contracts::openapi()]).as_bytes())
}
