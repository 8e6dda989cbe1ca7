//! The response to an import.

use api::problem::{Facts, FieldError};
use api::{MessageCountView, Problem};
use serde::Serialize;
use store::PutOutcome;
use utoipa::ToSchema;

use crate::run::{Done, Report};

/// The most characters of an id that are repeated. A valid one has 64.
const MAX_ID: usize = 100;

/// What an import did, or would do.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Import)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ImportView {
    /// Whether nothing was written.
    dry_run: bool,
    /// How many rows of this response have each outcome.
    counts: Counts,
    /// How many messages the contacts would get at once; only of a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = MessageCountView, required = false)]
    messages: Option<MessageCountView>,
    /// The rows that were done or refused, in their order.
    rows: Vec<RowView>,
    /// Send this as `from`, with the same body, to go on; null if all rows are done.
    #[schema(required, value_type = Option<u16>)]
    next: Option<usize>,
}

/// How many rows have each outcome.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = ImportCounts)]
struct Counts {
    #[schema(value_type = u32)]
    created: usize,
    #[schema(value_type = u32)]
    changed: usize,
    #[schema(value_type = u32)]
    unchanged: usize,
    #[schema(value_type = u32)]
    refused: usize,
}

/// A row of an import.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ImportRow)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RowView {
    /// Its position among the rows, from 0.
    #[schema(value_type = u16)]
    index: usize,
    /// Of a table: the number beside the row in a spreadsheet, whose header is row 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = u32, required = false)]
    row: Option<usize>,
    /// The `keyId` or `contractId`, as it was sent, at most 100 characters of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    id: Option<String>,
    /// What was done, or would be.
    #[schema(value_type = String)]
    outcome: &'static str,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = RowProblem, required = false)]
    problem: Option<RowProblem>,
}

/// Why a row was refused: the problem that a request with this row alone would get.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RowProblem {
    /// The kind of problem, for programs. Stable.
    #[schema(example = "contract_overlap")]
    code: &'static str,
    /// The kind of problem, for people.
    title: &'static str,
    /// What is wrong with this row.
    detail: String,
    /// The invalid fields; of a table, by the names of their columns.
    errors: Vec<FieldError>,
    #[serde(flatten)]
    facts: Facts,
}

impl ImportView {
    pub(crate) fn new(report: Report, dry_run: bool) -> Self {
        let mut counts = Counts::default();
        for done in &report.done {
            match done.result {
                Ok(PutOutcome::Created) => counts.created += 1,
                Ok(PutOutcome::Changed) => counts.changed += 1,
                Ok(PutOutcome::Unchanged) => counts.unchanged += 1,
                Err(_) => counts.refused += 1,
            }
        }
        Self {
            dry_run,
            counts,
            messages: report.messages.map(MessageCountView::from),
            rows: report.done.into_iter().map(RowView::from).collect(),
            next: report.next,
        }
    }
}

impl From<Done> for RowView {
    fn from(Done { position, result }: Done) -> Self {
        let (outcome, problem) = match result {
            Ok(outcome) => (outcome.into(), None),
            Err(problem) => ("refused", Some(RowProblem::from(problem))),
        };
        let id = position.id.map(|id| id.chars().take(MAX_ID).collect());
        Self { index: position.index, row: position.number, id, outcome, problem }
    }
}

impl From<Problem> for RowProblem {
    fn from(problem: Problem) -> Self {
        Self {
            code: problem.code.name(),
            title: problem.code.title(),
            detail: problem.detail,
            errors: problem.errors,
            facts: *problem.facts,
        }
    }
}
