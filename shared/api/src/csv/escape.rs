//! Cells that a spreadsheet would take for a formula.
//!
//! "When a spreadsheet program such as Microsoft Excel or `LibreOffice` Calc is used to open a CSV, any cells starting with
//! `=` will be interpreted by the software as a formula. […] ensure that no cells begin with any of the following
//! characters: Equals to (=), Plus (+), Minus (-), At (@), Tab (0x09), Carriage return (0x0D), Line feed (0x0A)" (OWASP,
//! "CSV Injection", <https://owasp.org/www-community/attacks/CSV_Injection>). Its remedy is "a single quote" in front,
//! so that the cell is read as text. A phone number begins with `+`, so these cells are common.
//!
//! A cell that begins with quotes before such a character gets one more: otherwise an import could not tell them from
//! ours.

use std::borrow::Cow;

/// As the spreadsheet gets it.
#[must_use]
pub fn escape(cell: &str) -> Cow<'_, str> {
    if is_formula(cell.trim_start_matches('\'')) { Cow::Owned(format!("'{cell}")) } else { Cow::Borrowed(cell) }
}

/// As it was before [`escape`].
#[must_use]
pub fn unescape(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if is_formula(rest.trim_start_matches('\'')) => rest,
        _ => cell,
    }
}

fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n'])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_formula_becomes_text() {
        for cell in ["=1+1", "+358401234567", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "'=1", "''+1"] {
            assert_eq!(escape(cell), format!("'{cell}"));
        }
        for cell in ["", "Ada", "'", "''", "'Ada'", "1-2", " =1"] {
            assert_eq!(escape(cell), cell);
            assert_eq!(unescape(cell), cell);
        }
        assert_eq!(unescape("+358401234567"), "+358401234567", "as a person writes it");
    }

    proptest! {
        #[test]
        fn what_is_escaped_is_read_as_it_was(cell in "['=+@\t\r\n-]{0,4}.{0,8}") {
            let escaped = escape(&cell);
            prop_assert_eq!(unescape(&escaped), &cell);
            prop_assert!(!is_formula(&escaped), "{:?} would be a formula", escaped);
        }
    }
}
