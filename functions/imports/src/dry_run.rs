//! What an import would do.

use api::Problem;
use domain::{MessageCount, Notify};
use store::{Error, RequestMetadata, Store};

use crate::rows::{Row, Rows};
use crate::run::{Done, Report};

/// Rehearses all rows, each after those before it. Nothing is written.
pub(crate) async fn rehearse(store: &Store, rows: Rows, metadata: &RequestMetadata) -> Result<Report, Problem> {
    let mut messages = MessageCount::default();
    let done = match rows {
        Rows::Keys(rows) => {
            let rehearsed = store.rehearse_keys(&valid(&rows), metadata.now).await?;
            merged(rows, rehearsed, |outcome| outcome)?
        }
        Rows::Contracts(rows) => {
            let rehearsed = store.rehearse_contracts(&valid(&rows), metadata.now).await?;
            let counted = |rehearsed: store::RehearsedContract| {
                messages += rehearsed.messages;
                rehearsed.outcome
            };
            merged(rows, rehearsed, counted)?
        }
    };
    let messages = match metadata.notify {
        Notify::Contacts => messages,
        Notify::Nobody => MessageCount::default(),
    };
    Ok(Report { done, next: None, messages: Some(messages) })
}

fn valid<T>(rows: &[Row<T>]) -> Vec<&T> {
    rows.iter().filter_map(|row| row.content.as_ref().ok()).collect()
}

/// The results of the valid rows, and the problems of the others.
fn merged<T, R>(
    rows: Vec<Row<T>>,
    rehearsed: Vec<Result<R, Error>>,
    mut outcome: impl FnMut(R) -> store::PutOutcome,
) -> Result<Vec<Done>, Problem> {
    let mut rehearsed = rehearsed.into_iter();
    let mut done = Vec::with_capacity(rows.len());
    for Row { position, content } in rows {
        let result = match content {
            Err(problem) => Err(problem),
            Ok(_) => match rehearsed.next() {
                Some(Ok(rehearsed)) => Ok(outcome(rehearsed)),
                Some(Err(error @ Error::Internal { .. })) => return Err(error.into()),
                Some(Err(error)) => Err(error.into()),
                None => continue,
            },
        };
        done.push(Done { position, result });
    }
    Ok(done)
}
