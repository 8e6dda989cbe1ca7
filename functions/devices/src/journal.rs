//! What an automat did without the cloud: recorded, and acknowledged on the automat's own topic.

use domain::{Instant, OfflineTimes};
use protocol::ThingName;
use store::{JournalFact, JournalLine, OfflineEntry};

use crate::lockers::reports;
use crate::message::{Journal, Line, LineFact};
use crate::{Devices, Error, automat, code_kind, instant, locker};

/// So many lines are recorded of one message. A device sends no more.
const MAX_LINES: usize = 100;

impl Devices {
    pub(crate) async fn handle_journal(&self, thing: &ThingName, journal: Journal, now: Instant) -> Result<(), Error> {
        let automat = automat(thing)?;
        let lines: Vec<_> = journal.lines.into_iter().take(MAX_LINES).map(line).collect();
        let receipt = self.store.record_journal(&automat, &journal.journal, &lines, now).await?;
        tracing::info!(automat.id = %automat, lines = lines.len(), up_to = receipt.up_to, "journal recorded");
        let receipt = protocol::JournalReceipt { journal: receipt.journal, up_to: receipt.up_to };
        Ok(self.things.acknowledge_journal(thing, &receipt).await?)
    }
}

fn line(Line { number, at, what }: Line) -> JournalLine {
    let what = match what {
        Some(LineFact::Entry(entry)) => entry_of(entry),
        Some(LineFact::WrongEntry(kind)) => Some(JournalFact::WrongEntry(code_kind(kind))),
        Some(LineFact::Lockers(report)) => {
            let is_understood = report.is_understood;
            Some(JournalFact::Lockers { reports: reports(report), is_understood })
        }
        None => None,
    };
    JournalLine { number, at: at.and_then(times), what }
}

fn entry_of(entry: protocol::OfflineEntry) -> Option<JournalFact> {
    let indices = |lockers: Vec<u16>| -> Vec<_> { lockers.into_iter().filter_map(locker).collect() };
    let (fetch, give_back) = (indices(entry.fetch), indices(entry.give_back));
    if fetch.is_empty() && give_back.is_empty() {
        return None;
    }
    let (kind, contract) = (code_kind(entry.kind), entry.contract);
    Some(JournalFact::Entry(OfflineEntry { id: entry.id, kind, contract, fetch, give_back }))
}

fn times(protocol::Times { from, to }: protocol::Times) -> Option<OfflineTimes> {
    let from = instant(from)?;
    Some(OfflineTimes { from, to: to.and_then(instant).map(|to| to.max(from)) })
}
