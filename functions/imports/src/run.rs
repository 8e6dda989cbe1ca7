//! Carrying out an import.
//!
//! Rows are done in their order, up to eight at once. Rows that meet are never done at once: those on one key or with one
//! PIN, or for one automat when keys are imported (all of them write the automat's item). So what an import does depends
//! on the file alone, and the rows that are done are always those before `next`.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use api::Problem;
use api::problem::Code;
use domain::{ContractDraft, ContractId, KeyDraft, KeyId, MessageCount};
use futures_util::future::{BoxFuture, join_all};
use store::{Error, Expected, PutOutcome, RequestMetadata, Store};
use tokio::time::Instant;

use crate::rows::{Position, Row, Rows};

/// After this time no more rows are begun. A row itself may take 8 seconds (the store's patience), and the function
/// 29 seconds.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
/// How many rows are done at once.
const AT_ONCE: usize = 8;

/// A row that was done, or refused.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) position: Position,
    pub(crate) result: Result<PutOutcome, Problem>,
}

#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) done: Vec<Done>,
    /// The row to go on from, if not all are done.
    pub(crate) next: Option<usize>,
    /// What a dry run counted.
    pub(crate) messages: Option<MessageCount>,
}

/// A row being put.
type Putting<'p> = BoxFuture<'p, Result<PutOutcome, Error>>;

/// Carries out as many rows as it has time for, but always some. Repeating a row that is done changes nothing.
pub(crate) async fn carry_out(
    store: &Store,
    rows: Rows,
    metadata: &RequestMetadata,
    patience: Duration,
) -> Result<Report, Problem> {
    match rows {
        Rows::Keys(rows) => {
            let claims = |draft: &KeyDraft| HashSet::from([Claim::Automat(draft.automat.as_str().to_owned())]);
            let put = |draft: KeyDraft| -> Putting<'_> {
                Box::pin(async move { store.put_key(draft, metadata).await.map(|put| put.outcome()) })
            };
            in_waves(rows, claims, put, patience).await
        }
        Rows::Contracts(rows) => {
            let ids = rows.iter().filter_map(|row| row.content.as_ref().ok()?.id.clone()).collect();
            let booked = store.keys_booked_by(&ids).await?;
            let put = |draft: ContractDraft| -> Putting<'_> {
                Box::pin(async move {
                    const NO_ID: Error =
                        Error::Internal { context: "importing a contract without an id", source: None };
                    let id = draft.id.clone().ok_or(NO_ID)?;
                    let put = store.put_contract(&id, draft, false, Expected::Any, metadata).await?;
                    Ok(put.outcome())
                })
            };
            in_waves(rows, |draft| claims_of(draft, &booked), put, patience).await
        }
    }
}

/// What only one row at a time may work on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Claim {
    Automat(String),
    Key(KeyId),
    /// In which automat does not matter: chosen PINs are seldom the same.
    Pin(String),
}

/// The keys that the contract has, and those that it is to have.
fn claims_of(draft: &ContractDraft, booked: &HashMap<ContractId, Vec<KeyId>>) -> HashSet<Claim> {
    let had = draft.id.as_ref().and_then(|id| booked.get(id)).into_iter().flatten();
    let keys = had.chain(&draft.keys).cloned().map(Claim::Key);
    keys.chain(draft.pin.iter().map(|pin| Claim::Pin(pin.reveal().to_owned()))).collect()
}

async fn in_waves<'p, T>(
    rows: Vec<Row<T>>,
    claims: impl Fn(&T) -> HashSet<Claim>,
    put: impl Fn(T) -> Putting<'p>,
    patience: Duration,
) -> Result<Report, Problem> {
    let began = Instant::now();
    let mut rows = rows.into_iter().peekable();
    let mut report = Report { done: Vec::new(), next: None, messages: None };
    while let Some(first) = rows.peek() {
        if !report.done.is_empty() && began.elapsed() >= patience {
            report.next = Some(first.position.index);
            return Ok(report);
        }
        let (mut claimed, mut wave) = (HashSet::new(), Vec::new());
        while wave.len() < AT_ONCE {
            let together = rows.next_if(|row| {
                let claims = row.content.as_ref().map(&claims).unwrap_or_default();
                let meets = claimed.iter().any(|claim| claims.contains(claim));
                claimed.extend(claims);
                !meets
            });
            match together {
                Some(row) => wave.push(row),
                None => break,
            }
        }
        let done = join_all(wave.into_iter().map(|Row { position, content }| {
            let putting = content.map(&put);
            async move {
                let result = match putting {
                    Ok(putting) => putting.await.map_err(Problem::from),
                    Err(problem) => Err(problem),
                };
                Done { position, result }
            }
        }));
        if let Some(busy) = settle(&mut report, done.await)? {
            report.next = Some(busy);
            return Ok(report);
        }
    }
    Ok(report)
}

/// Adds the rows of a wave to the report. If the table is too busy for one, the import ends there for now; if that was
/// its first row, or something else failed, so does the request.
fn settle(report: &mut Report, wave: Vec<Done>) -> Result<Option<usize>, Problem> {
    let mut next = None;
    for done in wave {
        match &done.result {
            Err(problem) if problem.code == Code::Internal => return Err(problem.clone()),
            Err(problem) if problem.code == Code::Busy => {
                if report.done.is_empty() {
                    return Err(problem.clone());
                }
                next = next.or(Some(done.position.index));
            }
            // Done after all, and done again by whoever goes on: it is reported then.
            _ if next.is_some() => {}
            _ => report.done.push(done),
        }
    }
    Ok(next)
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use futures_util::FutureExt as _;
    use proptest::prelude::*;

    use super::*;

    fn row(index: usize, content: u8) -> Row<u8> {
        Row { position: Position { index, number: None, id: None }, content: Ok(content) }
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "as rows of any size are passed")]
    fn claims(content: &u8) -> HashSet<Claim> {
        HashSet::from([Claim::Automat(content.to_string())])
    }

    fn rows(contents: &[u8]) -> Vec<Row<u8>> {
        contents.iter().enumerate().map(|(index, content)| row(index, *content)).collect()
    }

    fn report(
        contents: &[u8],
        patience: Duration,
        put: impl Fn(u8) -> Result<PutOutcome, Error> + Send + Sync,
    ) -> Result<Report, Problem> {
        let put = |content| -> Putting<'_> { futures_util::future::ready(put(content)).boxed() };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(in_waves(rows(contents), claims, put, patience))
    }

    #[test]
    fn the_rows_that_are_done_are_those_before_the_next() {
        let created = |_| Ok(PutOutcome::Created);
        let many: Vec<u8> = (0..20).collect();
        let first = report(&many, Duration::ZERO, created).unwrap();
        assert_eq!((first.done.len(), first.next), (8, Some(8)));
        let all = report(&many, PATIENCE, created).unwrap();
        assert_eq!((all.done.len(), all.next), (20, None));
        let alike = report(&[1, 2, 1, 3], Duration::ZERO, created).unwrap();
        assert_eq!((alike.done.len(), alike.next), (2, Some(2)), "the third row waits for the first");
    }

    #[test]
    fn a_busy_table_ends_the_import_for_now() {
        let busy_at = |row: u8| move |content| if content == row { Err(Error::Busy) } else { Ok(PutOutcome::Created) };
        let report_of = |row| report(&[0, 1, 2, 3], PATIENCE, busy_at(row));
        assert_eq!(report_of(0).unwrap_err().code, Code::Busy);
        let later = report_of(2).unwrap();
        assert_eq!((later.done.len(), later.next), (2, Some(2)));
        let broken = |_| Err(Error::Internal { context: "a test", source: None });
        assert_eq!(report(&[0], PATIENCE, broken).unwrap_err().code, Code::Internal);
    }

    proptest! {
        #[test]
        fn every_row_is_done_once_and_rows_that_meet_in_their_order(contents in prop::collection::vec(0..6_u8, 0..40)) {
            let begun = Rc::new(RefCell::new(Vec::new()));
            let mut from = 0;
            let mut done = Vec::new();
            loop {
                let part = report_of(&contents, from, &begun);
                done.extend(part.done.iter().map(|done| done.position.index));
                match part.next {
                    Some(next) => from = next,
                    None => break,
                }
            }
            prop_assert_eq!(done, (0..contents.len()).collect::<Vec<_>>());
            for pair in begun.borrow().iter().flat_map(|wave: &Vec<u8>| wave.iter().enumerate().map(move |(at, one)| (wave, at, one))) {
                let (wave, at, one) = pair;
                prop_assert!(!wave[..at].contains(one), "{:?} has {} twice", wave, one);
            }
        }
    }

    /// One wave from this row on, which is recorded.
    fn report_of(contents: &[u8], from: usize, begun: &Rc<RefCell<Vec<Vec<u8>>>>) -> Report {
        let wave = std::sync::Mutex::new(Vec::new());
        let put = |content| {
            wave.lock().unwrap().push(content);
            Ok(PutOutcome::Created)
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let boxed = |content| -> Putting<'_> { futures_util::future::ready(put(content)).boxed() };
        let rest = rows(contents).into_iter().skip(from).collect();
        let report = runtime.block_on(in_waves(rest, claims, boxed, Duration::ZERO)).unwrap();
        begun.borrow_mut().push(wave.into_inner().unwrap());
        report
    }
}
