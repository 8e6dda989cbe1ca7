//! Tables as spreadsheets save them.

mod cells;
mod contract;
mod encoding;
mod key;
mod table;

pub(crate) use self::contract::{ContractRow, keys_with_local_times, read_contracts};
pub(crate) use self::encoding::{decode_file, decode_text};
pub(crate) use self::key::read_keys;
