//! A table: its separator, its columns and its rows.

use api::Problem;
use api::csv::unescape;
use api::problem::{Code, FieldCode, FieldError};

use crate::rows::check_count;

/// The most names of columns that one response repeats, and of each the most characters.
const MAX_ERRORS: usize = 20;
const MAX_NAME: usize = 100;

/// A table whose columns are known.
#[derive(Debug)]
pub(crate) struct Table<C> {
    pub(crate) columns: Vec<C>,
    pub(crate) rows: Vec<TableRow>,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TableRow {
    /// As a spreadsheet shows it: the header is row 1.
    pub(crate) number: usize,
    /// One for each column; what is missing is empty. Without our escapes.
    pub(crate) cells: Vec<String>,
    /// There are more cells than columns.
    pub(crate) is_too_long: bool,
}

/// Reads a table. Excel leaves empty rows, and cells to the right of the last column, which are skipped; and it leaves out
/// the last separators of a row if its cells are empty.
pub(crate) fn read_table<C: Copy + PartialEq>(
    text: &str,
    parse: impl Fn(&str) -> Option<C>,
    names: &str,
) -> Result<Table<C>, Problem> {
    let (separator, text) = separator(text);
    let mut reader = csv::ReaderBuilder::new();
    let mut reader = reader.delimiter(separator).has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut records = Vec::new();
    let mut lines = Lines { text: text.as_bytes(), counted: 0, breaks: 0, within_cells: 0 };
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(Problem::internal)? {
        let number = lines.row_of(&record, reader.position().byte());
        if record.iter().any(|cell| !cell.trim().is_empty()) {
            records.push((number, record.clone()));
        }
    }
    let mut records = records.into_iter();
    let Some((_, header)) = records.next() else {
        return Err(Problem::new(Code::MalformedCsv, "The table has no header row."));
    };
    let columns = read_header(&header, parse, names)?;
    check_count(records.len(), "")?;
    let row = |(number, record): (usize, csv::StringRecord)| {
        let cell = |at| record.get(at).map(unescape).unwrap_or_default().to_owned();
        let is_too_long = record.iter().skip(columns.len()).any(|cell| !cell.trim().is_empty());
        TableRow { number, cells: (0..columns.len()).map(cell).collect(), is_too_long }
    };
    let rows = records.map(row).collect();
    Ok(Table { columns, rows })
}

/// The separator and the table. `sep=;` in a first line is Excel's own way to name it; else it is that of the header,
/// whose names contain none of them.
fn separator(text: &str) -> (u8, &str) {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let first = first.trim_end_matches('\r');
    if let Some(&[separator]) = first.strip_prefix("sep=").map(str::as_bytes)
        && separator.is_ascii()
    {
        return (separator, rest);
    }
    let header = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let used = [b'\t', b';'].into_iter().find(|separator| header.as_bytes().contains(separator));
    (used.unwrap_or(b','), text)
}

fn read_header<C: Copy + PartialEq>(
    header: &csv::StringRecord,
    parse: impl Fn(&str) -> Option<C>,
    names: &str,
) -> Result<Vec<C>, Problem> {
    let cells = header.iter().map(str::trim).collect::<Vec<_>>();
    let last = cells.iter().rposition(|name| !name.is_empty()).map_or(0, |last| last + 1);
    let (mut columns, mut errors) = (Vec::new(), Vec::new());
    for name in &cells[..last] {
        let shown: String = name.chars().take(MAX_NAME).collect();
        match parse(name) {
            None => {
                let detail = format!("is not a known column; the columns are {names}");
                errors.push(FieldError::new(shown, FieldCode::UnknownField, detail));
            }
            Some(column) if columns.contains(&column) => {
                errors.push(FieldError::new(shown, FieldCode::DuplicateField, "must appear only once"));
            }
            Some(column) => columns.push(column),
        }
    }
    errors.truncate(MAX_ERRORS);
    if errors.is_empty() { Ok(columns) } else { Err(Problem::invalid_request(errors)) }
}

/// Counts rows as a spreadsheet does: a line break within a cell begins no row, an empty line is one.
struct Lines<'t> {
    text: &'t [u8],
    /// Up to which byte line breaks are counted.
    counted: usize,
    breaks: usize,
    within_cells: usize,
}

impl Lines<'_> {
    /// The number of the row that was just read, up to this byte.
    fn row_of(&mut self, record: &csv::StringRecord, end: u64) -> usize {
        let end = usize::try_from(end).unwrap_or(usize::MAX).min(self.text.len());
        self.breaks += breaks(&self.text[self.counted..end]);
        self.counted = end;
        self.within_cells += record.iter().map(|cell| breaks(cell.as_bytes())).sum::<usize>();
        let is_over = self.text[..end].ends_with(b"\n");
        self.breaks + usize::from(!is_over) - self.within_cells
    }
}

fn breaks(text: &[u8]) -> usize {
    text.split(|byte| *byte == b'\n').count() - 1
}

#[cfg(test)]
mod tests {
    use api::csv::{KeyColumn, escape};
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<Table<KeyColumn>, Problem> {
        read_table(text, KeyColumn::parse, "keyId, property")
    }

    fn rows(text: &str) -> Vec<(usize, Vec<String>)> {
        read(text).unwrap().rows.into_iter().map(|row| (row.number, row.cells)).collect()
    }

    fn row(number: usize, cells: [&str; 2]) -> (usize, Vec<String>) {
        (number, cells.map(str::to_owned).to_vec())
    }

    #[test]
    fn the_separator_is_that_of_the_header() {
        for text in [
            "keyId;property\r\nA;x, y\r\n",
            "KEYID,Property\nA,\"x, y\"\n",
            "keyId\tproperty\r\nA\tx, y",
            "sep=|\r\nkeyId|property\r\nA|x, y\r\n",
            "\"keyId\";\"property\"\r\n\"A\";\"x, y\"",
        ] {
            assert_eq!(rows(text), [row(2, ["A", "x, y"])], "{text}");
        }
        assert_eq!(read("keyId\nA").unwrap().columns, [KeyColumn::KeyId]);
    }

    #[test]
    fn rows_are_numbered_as_in_the_spreadsheet() {
        let text = "keyId;property\r\nA;\"one\r\ntwo\nthree\"\r\n;\r\n\r\nB;x\r\n  ;\r\nC;y";
        assert_eq!(rows(text), [row(2, ["A", "one\r\ntwo\nthree"]), row(5, ["B", "x"]), row(7, ["C", "y"])]);
    }

    #[test]
    fn missing_cells_are_empty_and_further_ones_are_refused() {
        let table = read("keyId;property;;\r\nA\r\nB;x;;\r\nC;y;z\r\n").unwrap();
        let is_too_long: Vec<_> = table.rows.iter().map(|row| row.is_too_long).collect();
        assert_eq!(is_too_long, [false, false, true]);
        assert_eq!(table.rows[0].cells, ["A", ""]);
    }

    #[test]
    fn columns_that_are_unknown_or_there_twice_are_named() {
        let problem = read("keyId;fax;;KEYID;property\r\nA;1;2;3;4").unwrap_err();
        let errors: Vec<_> = problem.errors.iter().map(|error| (error.field.as_str(), error.code)).collect();
        assert_eq!(
            errors,
            [("fax", FieldCode::UnknownField), ("", FieldCode::UnknownField), ("KEYID", FieldCode::DuplicateField)]
        );
        assert_eq!(read("").unwrap_err().code, Code::MalformedCsv);
        assert_eq!(read("\r\n;;\r\n").unwrap_err().code, Code::MalformedCsv);
        assert_eq!(read("keyId\r\n").unwrap_err().errors[0].code, FieldCode::Empty);
        let many = format!("keyId\r\n{}", "A\r\n".repeat(501));
        assert_eq!(read(&many).unwrap_err().errors[0].code, FieldCode::TooMany);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(cells in prop::collection::vec("['=+@\t;,\"\r\na-]{0,6}[a-z]", 1..6), separator in "[,;\t]") {
            let quoted = |cell: &String| format!("\"{}\"", escape(cell).replace('"', "\"\""));
            let lines: Vec<_> = cells.iter().map(|cell| format!("A{separator}{}", quoted(cell))).collect();
            let text = format!("keyId{separator}property\r\n{}\r\n", lines.join("\r\n"));
            let read: Vec<_> = rows(&text).into_iter().map(|(_, mut row)| row.remove(1)).collect();
            prop_assert_eq!(read, cells);
        }
    }
}
