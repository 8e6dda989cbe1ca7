//! Keys from a table.

use api::csv::KeyColumn;
use api::{NewKey, Problem};
use strum::VariantArray as _;

use super::cells::Cells;
use super::table::{Table, TableRow, read_table};
use crate::rows::{Position, Read};

pub(crate) fn read_keys(text: &str) -> Result<Vec<Read<NewKey>>, Problem> {
    let names: Vec<&str> = KeyColumn::VARIANTS.iter().map(|column| (*column).into()).collect();
    let Table { columns, rows } = read_table(text, KeyColumn::parse, &names.join(", "))?;
    Ok(rows.into_iter().enumerate().map(|(index, row)| read_key(index, &columns, &row)).collect())
}

fn read_key(index: usize, columns: &[KeyColumn], row: &TableRow) -> Read<NewKey> {
    let (mut cells, mut body) = (Cells::default(), NewKey::default());
    cells.refuse_too_long(row.is_too_long);
    for (column, cell) in columns.iter().zip(&row.cells) {
        match column {
            KeyColumn::KeyId => body.key_id = Cells::value(cell),
            KeyColumn::AutomatId => body.automat_id = Cells::value(cell),
            KeyColumn::LockerIndex => body.locker_index = cells.number((*column).into(), cell).map(Into::into),
            KeyColumn::Shared => body.shared = cells.truth((*column).into(), cell),
            KeyColumn::ReturnCode => body.return_code = Cells::value(cell),
            KeyColumn::Property => body.property = Cells::text(cell),
        }
    }
    let position = Position { index, number: Some(row.number), id: body.key_id.clone() };
    let checked = cells.finish(body.clone().draft().map(|_| ()));
    (position, checked.map(|()| body))
}
