//! The tables of `docs/api.md` that are written from the code.

use std::fmt::Write as _;

use api::problem::{Code, FieldCode};

/// The guide with the current tables of problem codes and field codes.
#[must_use]
pub fn with_tables(guide: &str) -> String {
    let codes = Code::ALL.iter().fold(String::new(), |mut rows, code| {
        _ = writeln!(rows, "| `{}` | {} | {} |", code.name(), code.status(), code.when());
        rows
    });
    let field_codes = FieldCode::ALL.iter().fold(String::new(), |mut rows, code| {
        _ = writeln!(rows, "| `{}` | {} |", code.name(), code.what());
        rows
    });
    let guide = with_rows(guide, "\n## Problem codes\n", &codes);
    with_rows(&guide, "\n## Field codes\n", &field_codes)
}

/// Replaces the rows of the first table below a heading.
fn with_rows(guide: &str, heading: &str, rows: &str) -> String {
    const HEAD_END: &str = "---|\n";
    let section = guide.find(heading).unwrap_or_else(|| panic!("docs/api.md has no heading {heading:?}"));
    let head = section + guide[section..].find(HEAD_END).unwrap() + HEAD_END.len();
    let (before, table) = guide.split_at(head);
    let after: usize = table.lines().take_while(|line| line.starts_with('|')).map(|line| line.len() + 1).sum();
    format!("{before}{rows}{}", &table[after..])
}
