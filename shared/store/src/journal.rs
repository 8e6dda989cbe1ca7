//! What a device did without the cloud, recorded afterwards: line by line, in order, each once (ADR 0053).
//!
//! The item `JOURNAL` has the number of the last line that is recorded. The transaction of a line has that as a condition and moves
//! it on. So a message may be interrupted anywhere, arrive twice, and be handled by two at the same time. A report of lockers takes
//! several transactions: it goes the way of all reports, where its number makes it safe to repeat, and the journal is moved on last.
//!
//! What a line says has happened. So nothing is decided here, and nothing that is missing by now (a key, a contract) keeps a line
//! from being recorded. An entry names its contract by the handle that it has in pages, and those remember handles for a while;
//! if the contract is gone, the event says so.

use std::collections::BTreeSet;

use domain::{
    AllowedLocker, AutomatId, CodeKind, ContractId, DeviceFault, EventKind, Instant, KeyState, KeypadRefusal,
    LockerIndex, MAX_AHEAD_MILLIS, OfflineTimes, Purpose, Subject,
};
use protocol::Handle;

use crate::expression::{absent, present};
use crate::items::{
    ContractItem, ContractLinks, ItemKey, KeyItem, LockerItem, OpenedOffline, StoredEntry, StoredJournal, StoredKey,
    StoredKeypad, StoredLocker, StoredPage, handle_of, read,
};
use crate::retry::{NotDone, retry};
use crate::transaction::{Part, Transaction};
use crate::{Error, LockerReports, RequestMetadata, Store};

/// The lockers of one line, so that its events fit in a transaction.
const MAX_LOCKERS: usize = 90;

/// A line of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalLine {
    /// One more than that of the line before.
    pub number: u64,
    /// When it happened; `None` if that cannot be read.
    pub at: Option<OfflineTimes>,
    /// `None` if it is not understood.
    pub what: Option<JournalFact>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JournalFact {
    /// The device accepted a code.
    Entry(OfflineEntry),
    /// A code was not known.
    WrongEntry(CodeKind),
    /// Doors and keys.
    Lockers {
        reports: LockerReports,
        /// Whether every value was understood.
        is_understood: bool,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfflineEntry {
    /// The entry's id. The cloud may have had the entry as well.
    pub id: String,
    pub kind: CodeKind,
    /// Names the contract of a PIN.
    pub contract: Option<Handle>,
    /// The lockers that it opened to fetch a key.
    pub fetch: Vec<LockerIndex>,
    /// The lockers that it opened to return a key.
    pub give_back: Vec<LockerIndex>,
}

impl OfflineEntry {
    /// Its lockers, each once and with what it was opened for.
    fn lockers(&self) -> Vec<AllowedLocker> {
        let allowed = |purpose| move |locker: &LockerIndex| AllowedLocker { locker: *locker, purpose };
        let fetched = self.fetch.iter().map(allowed(Purpose::Fetch));
        let mut seen = BTreeSet::new();
        let all = fetched.chain(self.give_back.iter().map(allowed(Purpose::Return)));
        all.filter(|allowed| seen.insert(allowed.locker)).take(MAX_LOCKERS).collect()
    }
}

/// What the cloud knows of the things that an entry is about.
struct Scene {
    /// What the cloud answered to the entry, if it did.
    answered: Option<StoredEntry>,
    /// The lockers, each with its key.
    lockers: Vec<(AllowedLocker, Option<StoredKey>)>,
    /// The contract that the entry names.
    contract: Option<ContractId>,
    /// The same contract, unless it has been removed.
    links: Option<ContractLinks>,
}

impl Scene {
    /// Whether the contract has been removed by now, or no longer has the key.
    fn is_after_removal(&self, entry: &OfflineEntry, key: Option<&StoredKey>) -> bool {
        let has = |links: &ContractLinks| key.is_none_or(|stored| links.has(&stored.key.id, &stored.incarnation));
        entry.contract.is_some() && !self.links.as_ref().is_some_and(has)
    }
}

/// How much of a journal is recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalReceipt {
    pub journal: String,
    pub up_to: u64,
}

/// What is recorded, and what is to be recorded next.
struct Position {
    /// As in the table.
    stored: Option<StoredJournal>,
    /// The state before the next line.
    before: StoredJournal,
}

impl Position {
    fn advanced(self) -> Self {
        let next = self.before.next();
        Self { stored: Some(next.clone()), before: next }
    }
}

impl Store {
    /// Records lines of a device's journal, the oldest first. Lines that are recorded already do nothing, and nothing is recorded
    /// after one that is missing. Lines of an unknown journal are refused, unless it begins with them; then the receipt says which
    /// journal is known.
    pub async fn record_journal(
        &self,
        automat: &AutomatId,
        journal: &str,
        lines: &[JournalLine],
        now: Instant,
    ) -> Result<JournalReceipt, Error> {
        let first = lines.first().map_or(1, |line| line.number);
        let mut position = match self.journal_position(automat, journal, first).await? {
            Ok(position) => position,
            Err(known) => {
                if !known.is_former(journal) {
                    self.record_fault(automat, DeviceFault::NotUnderstood, None, now).await?;
                }
                return Ok(JournalReceipt { journal: known.journal, up_to: known.up_to });
            }
        };
        let mut rest = lines.iter().peekable();
        while let Some(line) = rest.peek() {
            if line.number > position.before.up_to.saturating_add(1) {
                break;
            }
            if line.number <= position.before.up_to {
                rest.next();
            } else if self.record_line(automat, &position, line, now).await? {
                position = position.advanced();
            } else {
                // Another invocation records lines as well.
                position = match self.journal_position(automat, journal, first).await? {
                    Ok(position) => position,
                    Err(known) => return Ok(JournalReceipt { journal: known.journal, up_to: known.up_to }),
                };
            }
        }
        Ok(JournalReceipt { journal: position.before.journal, up_to: position.before.up_to })
    }

    /// Where to go on, or the journal that is known instead.
    async fn journal_position(
        &self,
        automat: &AutomatId,
        journal: &str,
        first: u64,
    ) -> Result<Result<Position, StoredJournal>, Error> {
        let era = self.stored_automat(automat).await?.era;
        let stored = self.get(&StoredJournal::key(automat)).await?.map(read::<StoredJournal>).transpose()?;
        let before = StoredJournal::before(stored.as_ref(), journal, first, era);
        Ok(match (before, stored) {
            (Some(before), stored) => Ok(Position { stored, before }),
            (None, Some(known)) => Err(known),
            // Any journal is new where none is known.
            (None, None) => return Err(Error::Internal { context: "reading an automat's journal", source: None }),
        })
    }

    /// Records one line and moves the journal on. `false` if another invocation has moved it on.
    async fn record_line(
        &self,
        automat: &AutomatId,
        position: &Position,
        line: &JournalLine,
        now: Instant,
    ) -> Result<bool, Error> {
        let (Some(at), Some(what)) = (line.at, &line.what) else {
            return self.pass_over(automat, position, DeviceFault::NotUnderstood, now).await;
        };
        if at.from > now.plus_millis(MAX_AHEAD_MILLIS) {
            return self.pass_over(automat, position, DeviceFault::ClockWrong, now).await;
        }
        let metadata = RequestMetadata { offline: Some(at), ..RequestMetadata::of_automat(automat, now) };
        match what {
            JournalFact::Entry(entry) => self.record_offline_entry(automat, position, entry, &metadata).await,
            JournalFact::WrongEntry(kind) => self.record_wrong_entry(automat, position, *kind, &metadata).await,
            JournalFact::Lockers { reports, is_understood } => {
                if !is_understood {
                    self.record_fault(automat, DeviceFault::NotUnderstood, None, now).await?;
                }
                self.record_reports(automat, reports.clone(), &metadata).await?;
                self.move_on(automat, position).await
            }
        }
    }

    async fn pass_over(
        &self,
        automat: &AutomatId,
        position: &Position,
        fault: DeviceFault,
        now: Instant,
    ) -> Result<bool, Error> {
        self.record_fault(automat, fault, None, now).await?;
        self.move_on(automat, position).await
    }

    async fn move_on(&self, automat: &AutomatId, position: &Position) -> Result<bool, Error> {
        let item = position.before.next().write(automat)?;
        self.put(item, StoredJournal::unchanged(position.stored.as_ref())).await
    }

    /// Records an entry as if the cloud had answered it. What the cloud has answered itself is not recorded again.
    async fn record_offline_entry(
        &self,
        automat: &AutomatId,
        position: &Position,
        entry: &OfflineEntry,
        metadata: &RequestMetadata,
    ) -> Result<bool, Error> {
        let item_key = StoredEntry::key(automat, &entry.id);
        retry!(self, {
            let scene = self.offline_scene(automat, entry, item_key.as_ref()).await?;
            let condition = if scene.answered.is_some() { present() } else { absent() };
            let keys = scene.lockers.iter().map(|(allowed, key)| (*allowed, key.as_ref().map(|key| &key.key.id)));
            let opened = OpenedOffline {
                code_kind: entry.kind,
                lockers: &keys.collect::<Vec<_>>(),
                contract: scene.contract.as_ref(),
                after_removal: scene.is_after_removal(entry, None),
                at: metadata.offline.map_or(metadata.now, |at| at.from),
            };
            let stored = StoredEntry::opened_offline(scene.answered.clone(), &opened);
            let mut transaction = Transaction::default();
            transaction.journal(automat, position)?;
            if let Some((stored, new)) = stored {
                if let Some(item_key) = &item_key {
                    transaction.put(Part::Entry, stored.write(item_key.clone(), metadata.now)?, condition);
                }
                for (allowed, key) in scene.lockers.iter().filter(|(allowed, _)| new.contains(allowed)) {
                    let after_removal = scene.is_after_removal(entry, key.as_ref());
                    let metadata = RequestMetadata { after_removal, ..metadata.clone() };
                    let opened = (*allowed, key.as_ref(), scene.contract.as_ref());
                    self.record_opened(&mut transaction, automat, entry.kind, opened, &metadata)?;
                }
            }
            transaction.commit_line(self).await
        })
    }

    async fn offline_scene(
        &self,
        automat: &AutomatId,
        entry: &OfflineEntry,
        item_key: Option<&ItemKey>,
    ) -> Result<Scene, Error> {
        let lockers = entry.lockers();
        let mut item_keys: Vec<_> = item_key.into_iter().cloned().collect();
        item_keys.extend(lockers.iter().map(|allowed| LockerItem::key(automat, allowed.locker)));
        if entry.contract.is_some() {
            item_keys.extend(lockers.iter().map(|allowed| StoredPage::key(automat, allowed.locker)));
        }
        let (mut answered, mut contract, mut keys) = (None, None, Vec::new());
        for item in self.get_all(&item_keys).await? {
            let found = ItemKey::of(&item);
            if found.as_ref() == item_key {
                answered = Some(read::<StoredEntry>(item)?);
            } else if found.as_ref().and_then(StoredPage::locker_at).is_some() {
                let page = StoredPage::read(item)?;
                contract = contract.or(entry.contract.and_then(|handle| page.contract(handle).cloned()));
            } else {
                keys.extend(read::<StoredLocker>(item)?.key.as_ref().map(KeyItem::key));
            }
        }
        let mut lockers: Vec<_> = lockers.into_iter().map(|allowed| (allowed, None)).collect();
        for item in self.get_all(&keys).await? {
            let stored = KeyItem::read(item, &self.codes)?;
            let is_here = stored.key.automat == *automat && stored.key.state == KeyState::Active;
            let locker = lockers.iter_mut().find(|(allowed, _)| is_here && allowed.locker == stored.key.locker);
            if let Some((_, key)) = locker {
                *key = Some(stored);
            }
        }
        let links = match &contract {
            Some(contract) => self.get(&ContractItem::key(contract)).await?.map(read::<ContractLinks>).transpose()?,
            None => None,
        };
        // A later contract with the same id is another one.
        let links = links.filter(|links| handle_of(&links.incarnation) == entry.contract);
        Ok(Scene { answered, lockers, contract, links })
    }

    fn record_opened(
        &self,
        transaction: &mut Transaction,
        automat: &AutomatId,
        code_kind: CodeKind,
        (AllowedLocker { locker, purpose }, key, contract): (AllowedLocker, Option<&StoredKey>, Option<&ContractId>),
        metadata: &RequestMetadata,
    ) -> Result<(), Error> {
        let kind = match code_kind {
            CodeKind::Pin => EventKind::PinAccepted { purpose },
            CodeKind::ReturnCode => EventKind::ReturnCodeAccepted,
        };
        if let Some(key) = key {
            return transaction.record_of_key(self, key, contract, kind, metadata);
        }
        let subject = Subject { contract: contract.cloned(), ..Subject::of_locker(automat, locker, None) };
        transaction.record(self, kind, subject, None, metadata)
    }

    /// Counts a wrong entry with those that the cloud has seen itself.
    async fn record_wrong_entry(
        &self,
        automat: &AutomatId,
        position: &Position,
        kind: CodeKind,
        metadata: &RequestMetadata,
    ) -> Result<bool, Error> {
        let at = metadata.offline.map_or(metadata.now, |at| at.from.min(metadata.now));
        retry!(self, {
            let before = self.get(&StoredKeypad::key(automat)).await?;
            let before = before.map(read::<StoredKeypad>).transpose()?.unwrap_or_default();
            let after = before.keypad.after_refusal(KeypadRefusal::Unknown, None, at);
            let mut transaction = Transaction::default();
            transaction.journal(automat, position)?;
            transaction.keypad(automat, &before, &after)?;
            let refused = EventKind::EntryRefused { code_kind: kind, reason: KeypadRefusal::Unknown };
            transaction.record_of_automat(self, automat, refused, metadata)?;
            if let Some((within, wrong_entries)) = before.keypad.guessing(&after) {
                let guessing = EventKind::KeypadGuessing { wrong_entries, within };
                transaction.record_of_automat(self, automat, guessing, metadata)?;
            }
            transaction.commit_line(self).await
        })
    }
}

impl Transaction {
    /// Moves the journal on.
    fn journal(&mut self, automat: &AutomatId, position: &Position) -> Result<(), Error> {
        let condition = StoredJournal::unchanged(position.stored.as_ref());
        self.put(Part::Journal, position.before.next().write(automat)?, condition);
        Ok(())
    }

    /// Whether the line was recorded; `false` if another invocation has moved the journal on.
    async fn commit_line(self, store: &Store) -> Result<bool, NotDone> {
        match self.try_commit(store).await? {
            Ok(()) => Ok(true),
            Err(refused) if refused.has(Part::Journal) => Ok(false),
            Err(_) => Err(NotDone::Again),
        }
    }
}
