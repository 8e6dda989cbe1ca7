//! Lists as CSV (RFC 4180), and what an import reads has in common with them: the columns, and how cells are escaped.

mod columns;
mod escape;
mod list;

pub use self::columns::{ContactColumn, ContractColumn, KeyColumn, OwnColumn, cell_of_list, cell_of_truth};
pub use self::escape::{escape, unescape};
pub use self::list::{CsvRow, ListFormat, download};
