//! The rows of an import, checked on their own.

use std::collections::HashSet;

use api::problem::{FieldCode, FieldError};
use api::{NewContract, NewKey, Problem};
use domain::{ContractDraft, KeyDraft};
use strum::{IntoStaticStr, VariantArray};

/// The most rows of one import.
pub(crate) const MAX_ROWS: usize = 500;

/// What an import is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "lowercase")]
pub(crate) enum Kind {
    Keys,
    Contracts,
}

#[derive(Debug)]
pub(crate) struct Row<T> {
    pub(crate) position: Position,
    /// What is to be put, or what is wrong with the row.
    pub(crate) content: Result<T, Problem>,
}

/// Which row it is, for whoever has to correct it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Position {
    /// From 0, among the rows of the import.
    pub(crate) index: usize,
    /// Of a table: the number that a spreadsheet shows beside the row. The header is row 1.
    pub(crate) number: Option<usize>,
    /// Of the key or the contract, as it was sent.
    pub(crate) id: Option<String>,
}

#[derive(Debug)]
pub(crate) enum Rows {
    Keys(Vec<Row<KeyDraft>>),
    /// Each draft has its id.
    Contracts(Vec<Row<ContractDraft>>),
}

/// A row as it was read: the position, and the body that the API would get for it.
pub(crate) type Read<T> = (Position, Result<T, Problem>);

pub(crate) fn keys(read: impl Iterator<Item = Read<NewKey>>) -> Rows {
    let draft = |body: NewKey| body.draft();
    Rows::Keys(checked(read, "keyId", draft, |draft: &KeyDraft| draft.id.as_str().to_owned()))
}

pub(crate) fn contracts(read: impl Iterator<Item = Read<NewContract>>) -> Rows {
    let draft = |body: NewContract| body.draft_of_row().map(|(id, draft)| ContractDraft { id: Some(id), ..draft });
    let id = |draft: &ContractDraft| draft.id.as_ref().map(ToString::to_string).unwrap_or_default();
    Rows::Contracts(checked(read, "contractId", draft, id))
}

/// Checks each row. One with the id of an earlier row is refused: it could only undo what that row did.
fn checked<B, D>(
    read: impl Iterator<Item = Read<B>>,
    id_field: &str,
    draft: impl Fn(B) -> Result<D, Problem>,
    id: impl Fn(&D) -> String,
) -> Vec<Row<D>> {
    let mut known = HashSet::new();
    let once = |draft: D| {
        if known.insert(id(&draft)) {
            return Ok(draft);
        }
        let error = FieldError::new(id_field, FieldCode::DuplicateField, "is the id of an earlier row");
        Err(Problem::invalid_request(vec![error]))
    };
    let mut once = once;
    read.map(|(position, body)| Row { position, content: body.and_then(&draft).and_then(&mut once) }).collect()
}

/// Refuses an import without rows, or with too many.
pub(crate) fn check_count(count: usize, field: &str) -> Result<(), Problem> {
    let (code, detail) = match count {
        0 => (FieldCode::Empty, "must have at least one row".to_owned()),
        1..=MAX_ROWS => return Ok(()),
        _ => (FieldCode::TooMany, format!("must be at most {MAX_ROWS} rows")),
    };
    Err(Problem::invalid_request(vec![FieldError::new(field, code, detail)]))
}

impl Rows {
    /// Without the rows before this one.
    pub(crate) fn from(self, index: usize) -> Self {
        match self {
            Self::Keys(rows) => Self::Keys(rows.into_iter().skip(index).collect()),
            Self::Contracts(rows) => Self::Contracts(rows.into_iter().skip(index).collect()),
        }
    }
}
