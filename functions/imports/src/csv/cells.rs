//! What single cells say.

use api::Problem;
use api::problem::{FieldCode, FieldError};

/// How Excel in English, Finnish and Swedish writes the two.
const TRUE: [&str; 4] = ["true", "tosi", "sant", "1"];
const FALSE: [&str; 4] = ["false", "epätosi", "falskt", "0"];

/// Reads the cells of a row, and collects what is wrong with them. An empty cell says nothing.
#[derive(Debug, Default)]
pub(crate) struct Cells {
    pub(crate) errors: Vec<FieldError>,
}

impl Cells {
    /// A text as it was written.
    pub(crate) fn text(cell: &str) -> Option<String> {
        (!cell.trim().is_empty()).then(|| cell.to_owned())
    }

    /// A value without spaces around it.
    pub(crate) fn value(cell: &str) -> Option<String> {
        Self::text(cell.trim())
    }

    /// Several values, between spaces, commas or semicolons.
    pub(crate) fn values(cell: &str) -> Option<Vec<String>> {
        let is_between = |character: char| character.is_whitespace() || character == ',' || character == ';';
        let values: Vec<_> = cell.split(is_between).filter(|value| !value.is_empty()).map(str::to_owned).collect();
        (!values.is_empty()).then_some(values)
    }

    pub(crate) fn truth(&mut self, column: &str, cell: &str) -> Option<bool> {
        let text = Self::value(cell)?.to_lowercase();
        let truth = TRUE.contains(&&*text).then_some(true).or_else(|| FALSE.contains(&&*text).then_some(false));
        if truth.is_none() {
            self.refuse(column, FieldCode::WrongType, "must be true or false");
        }
        truth
    }

    pub(crate) fn number(&mut self, column: &str, cell: &str) -> Option<i64> {
        let number = Self::value(cell)?.parse().ok();
        if number.is_none() {
            self.refuse(column, FieldCode::WrongType, "must be a whole number");
        }
        number
    }

    pub(crate) fn refuse(&mut self, column: &str, code: FieldCode, detail: &str) {
        self.errors.push(FieldError::new(column, code, detail));
    }

    /// The row's own cells are more than the header has names for.
    pub(crate) fn refuse_too_long(&mut self, is_too_long: bool) {
        if is_too_long {
            self.refuse("", FieldCode::TooMany, "must not have more cells than the header");
        }
    }

    /// The problem of the row, if there is one: what is wrong with its cells, and with the other fields.
    pub(crate) fn finish(self, checked: Result<(), Problem>) -> Result<(), Problem> {
        if self.errors.is_empty() {
            return checked;
        }
        let mut errors = self.errors;
        let others = checked.err().map(|problem| problem.errors).unwrap_or_default();
        let others: Vec<_> =
            others.into_iter().filter(|other| errors.iter().all(|error| error.field != other.field)).collect();
        errors.extend(others);
        Err(Problem::invalid_request(errors))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_read_as_excel_writes_them() {
        let mut cells = Cells::default();
        for (cell, truth) in [
            ("TRUE", Some(true)),
            ("Tosi", Some(true)),
            ("sant ", Some(true)),
            ("1", Some(true)),
            ("EPÄTOSI", Some(false)),
            ("FALSKT", Some(false)),
            ("false", Some(false)),
            ("0", Some(false)),
            ("", None),
        ] {
            assert_eq!(cells.truth("shared", cell), truth, "{cell}");
        }
        assert_eq!(cells.number("lockerIndex", " 7 "), Some(7));
        assert!(cells.errors.is_empty());
        assert_eq!(
            Cells::values("A-1, B-2;C-3\n D-4 "),
            Some(["A-1", "B-2", "C-3", "D-4"].map(str::to_owned).to_vec())
        );
        assert_eq!((Cells::values(" , "), Cells::text("  "), Cells::text(" a ")), (None, None, Some(" a ".to_owned())));
        for cell in ["yes", "x", "kyllä"] {
            assert_eq!(cells.truth("shared", cell), None);
        }
        for cell in ["1,5", "1.0", "one"] {
            assert_eq!(cells.number("lockerIndex", cell), None);
        }
        assert_eq!(cells.errors.len(), 6);
    }
}
