//! Erasing a person's data.
//!
//! A contract is deleted after the messages about it, and the last item that names the person is deleted together
//! with the event that records it. So an erasure that is interrupted leaves something that the same call finds again.
//! What the index has of it is deleted afterwards, without waiting for the projector.

use std::collections::{BTreeSet, HashSet};

use domain::{Contact, Contract, ContractChange, EventKind, Instant, MatchedField, PersonSearch, Reminder};

use super::case::{Case, mentions};
use super::details::{Details, Position};
use super::walk::{About, Sight, Walk};
use super::{Erasure, ErasureOutcome};
use crate::contract_index::{Entry, entries_of_message};
use crate::expression::{Update, present};
use crate::items::{ContractItem, ItemKey, PinItem, StoredContract, StoredKey, StoredMessage, StoredReminder};
use crate::retry::{NotDone, retry};
use crate::transaction::{Part, Transaction};
use crate::{Error, Page, PageRequest, RequestMetadata, Store};

enum Verdict {
    /// Nothing, for this reason.
    Leave(ErasureOutcome),
    /// Delete the contract and all messages about it.
    Contract,
    /// Keep only these contacts.
    Contacts(Vec<Contact>),
    Messages,
}

impl Store {
    /// Erases part of a person's data. Returns what was done, contract by contract. If only the name matches, nothing
    /// is erased, unless the search is for everybody of that name.
    pub async fn erase_person(
        &self,
        search: &PersonSearch,
        everybody_of_that_name: bool,
        page: &PageRequest,
        metadata: &RequestMetadata,
    ) -> Result<Page<Erasure>, Error> {
        let details = Details::of(search);
        let mut walk = Walk::new(self, &details, "erase", page).await?;
        let erasing = Erasing { store: self, details: &details, everybody_of_that_name, metadata };
        let mut data = Vec::new();
        while data.len() < page.limit
            && let Some(Sight { position, about }) = walk.next_sight().await?
        {
            data.extend(erasing.erase(&position, &about).await?);
            walk.passed(position);
        }
        Ok(Page { data, next: walk.cursor() })
    }
}

struct Erasing<'a> {
    store: &'a Store,
    details: &'a Details<'a>,
    everybody_of_that_name: bool,
    metadata: &'a RequestMetadata,
}

impl Erasing<'_> {
    /// Handles the case at its position; `None` elsewhere.
    async fn erase(&self, position: &Position, about: &About) -> Result<Option<Erasure>, Error> {
        let case = self.store.case(about, self.details).await?;
        let Some(case) = case.filter(|case| case.position.as_ref() == Some(position)) else { return Ok(None) };
        let matched_fields = case.found.matched_fields.clone();
        let keys = case.known_keys().into_keys().collect();
        let outcome = self.settle(about, case).await?;
        Ok(Some(Erasure { matched_fields, keys, contract: about.contract.clone(), outcome }))
    }

    async fn settle(&self, about: &About, case: Case) -> Result<ErasureOutcome, Error> {
        let (mut read, mut outcome, mut foreign_pins) = (Some(case), ErasureOutcome::MessagesErased, HashSet::new());
        retry!(self.store, {
            let case = match read.take() {
                Some(case) => case,
                None => match self.store.case(about, self.details).await? {
                    Some(fresh) => fresh,
                    // Another call has done the same meanwhile.
                    None => return Ok(outcome),
                },
            };
            let verdict = self.verdict(&case);
            outcome = match verdict {
                Verdict::Leave(outcome) => return Ok(outcome),
                Verdict::Contract => ErasureOutcome::ContractErased,
                Verdict::Contacts(_) => ErasureOutcome::ContactErased,
                Verdict::Messages => ErasureOutcome::MessagesErased,
            };
            let last = self.delete_messages(about, &case, &verdict).await?;
            let transaction = self.build_erasure(about, &case, &verdict, last.as_ref(), &foreign_pins).await?;
            if let Err(refused) = transaction.try_commit(self.store).await? {
                // An ended contract's PIN may have been taken by another contract. Then the next attempt leaves it
                // alone.
                foreign_pins.extend(refused.item_keys(Part::Pin));
                return Err(NotDone::Again);
            }
            if outcome == ErasureOutcome::ContractErased {
                self.delete_late_messages(about).await?;
            }
            if let Some(message) = &last {
                self.store.settle_entries(&message.item_key(), &entries_of(message)).await?;
            }
            self.store.settle_entries(&ContractItem::key(&about.contract), &entries_gone(&case, &verdict)).await?;
            Ok(outcome)
        })
    }

    fn verdict(&self, case: &Case) -> Verdict {
        if !case.found.is_certain() && !self.everybody_of_that_name {
            return Verdict::Leave(ErasureOutcome::Ambiguous);
        }
        let Some(StoredContract { contract, .. }) = &case.contract else { return Verdict::Messages };
        let is_contact = |contact: &Contact| case.found.is_contact(contact);
        match case.keys.as_slice() {
            // A contract whose keys are being removed goes with them and is no longer live.
            [] if case.is_theirs() || contract.contacts.iter().any(is_contact) => Verdict::Contract,
            [_, ..] if case.is_theirs() && is_live(contract, self.metadata.now) => Verdict::Leave(ErasureOutcome::Live),
            [_, ..] if case.is_theirs() => Verdict::Contract,
            [_, ..] if contract.contacts.iter().any(is_contact) => {
                Verdict::Contacts(contract.contacts.iter().filter(|contact| !is_contact(contact)).cloned().collect())
            }
            _ => Verdict::Messages,
        }
    }

    /// Deletes messages; those that identify the person with certainty go last. If nothing else is written in the
    /// end, the last of them is kept for the final transaction and returned.
    async fn delete_messages(
        &self,
        about: &About,
        case: &Case,
        verdict: &Verdict,
    ) -> Result<Option<StoredMessage>, Error> {
        let all = matches!(verdict, Verdict::Contract);
        let mut going: Vec<_> = case.messages.iter().filter(|stored| all || case.names_them(stored)).collect();
        going.sort_by_key(|stored| self.is_certain(stored));
        let last = if matches!(verdict, Verdict::Messages) { going.pop() } else { None };
        for message in going {
            self.delete_message(message).await?;
        }
        if all || case.contract.is_none() {
            for &which in Reminder::ALL {
                let item_key = StoredReminder::key(&about.contract, &about.incarnation, which);
                self.store.delete(item_key, present()).await?;
            }
        }
        Ok(last.cloned())
    }

    fn is_certain(&self, stored: &StoredMessage) -> bool {
        let mentions = domain::Mention::in_message(&stored.message.recipient, &stored.message.facts.person);
        self.details
            .search
            .find_match(mentions)
            .is_some_and(|found| found.matched_fields.iter().any(|field| *field != MatchedField::Name))
    }

    /// Deletes messages that were stored while the others were being deleted.
    async fn delete_late_messages(&self, about: &About) -> Result<(), Error> {
        for message in self.store.messages_about(about).await? {
            self.delete_message(&message).await?;
        }
        Ok(())
    }

    /// Deletes a message and what the index has of it.
    async fn delete_message(&self, message: &StoredMessage) -> Result<(), Error> {
        self.store.delete(message.item_key(), present()).await?;
        self.store.settle_entries(&message.item_key(), &entries_of(message)).await
    }

    /// The final transaction, with the event.
    async fn build_erasure(
        &self,
        about: &About,
        case: &Case,
        verdict: &Verdict,
        last: Option<&StoredMessage>,
        foreign_pins: &HashSet<ItemKey>,
    ) -> Result<Transaction, Error> {
        let mut transaction = Transaction::default();
        match (verdict, &case.contract) {
            (Verdict::Contract, Some(stored)) => {
                self.drop_contract(&mut transaction, stored, &case.keys, foreign_pins)?;
            }
            (Verdict::Contacts(staying), Some(stored)) => {
                self.write_contacts(&mut transaction, stored, staying)?;
            }
            // Only messages named the address.
            (Verdict::Messages, Some(stored)) if !case.keys.is_empty() => {
                let matched_fields = &case.found.matched_fields;
                let found = self.details.search.addresses().filter(|(field, _)| matched_fields.contains(field));
                let erased = self.erased(stored, found.map(|(_, address)| address));
                // A name alone leaves nothing to remember.
                if erased != stored.erased {
                    let item_key = ContractItem::key(&about.contract);
                    transaction.update(Part::Contract, item_key, ContractItem::erase(erased), stored.unchanged()?);
                }
            }
            _ => {}
        }
        if let Some(message) = last {
            transaction.delete(Part::Message, message.item_key(), present());
        }
        let event = self.store.event_about(about, case, EventKind::PersonalDataErased, self.metadata).await?;
        if let Some((event, incarnation)) = event {
            transaction.event(self.store, &event, Some(&incarnation))?;
        }
        Ok(transaction)
    }

    /// Deletes an ended contract, on condition that it is unchanged and no key has been fetched with it.
    fn drop_contract(
        &self,
        transaction: &mut Transaction,
        stored: &StoredContract,
        keys: &[StoredKey],
        foreign_pins: &HashSet<ItemKey>,
    ) -> Result<(), Error> {
        for key in keys {
            transaction.unbook(key, &stored.contract, false, self.metadata)?;
        }
        transaction.delete(Part::Contract, ContractItem::key(&stored.contract.id), stored.unchanged()?);
        for (automat, mac) in &stored.pins {
            let pin = PinItem::key(automat, mac);
            if !foreign_pins.contains(&pin) {
                transaction.delete(Part::Pin, pin, PinItem::own_or_gone(&stored.incarnation));
            }
        }
        Ok(())
    }

    /// Keeps only these contacts. Nobody is notified, because the other contacts of a contract concern nobody.
    fn write_contacts(
        &self,
        transaction: &mut Transaction,
        stored: &StoredContract,
        staying: &[Contact],
    ) -> Result<(), Error> {
        let gone = stored.contract.contacts.iter().filter(|contact| !staying.contains(contact));
        let erased = self.erased(stored, gone.flat_map(Contact::addresses));
        let change = ContractChange { contacts: Some(staying.to_vec()), ..ContractChange::default() };
        let contract = stored.contract.edited(change, self.metadata.now)?;
        let edited = StoredContract { contract, rev: stored.rev + 1, ..stored.clone() };
        let item = ContractItem::write(&edited, self.store)?;
        let update = Update::all(item, &ContractItem::OPTIONAL).then(ContractItem::erase(erased));
        let item_key = ContractItem::key(&edited.contract.id);
        transaction.update(Part::Contract, item_key, update, stored.unchanged()?);
        Ok(())
    }

    /// The names of what was erased from the contract before, and of these addresses.
    fn erased(&self, stored: &StoredContract, addresses: impl Iterator<Item = String>) -> BTreeSet<String> {
        let names = addresses.map(|address| self.store.codes.erased_names(&stored.incarnation, &address).current.0);
        stored.erased.iter().cloned().chain(names).collect()
    }
}

/// The entries that the contract no longer has. Only these may be put right: `contract_index` explains why.
fn entries_gone(case: &Case, verdict: &Verdict) -> BTreeSet<ItemKey> {
    let Some(stored) = &case.contract else { return BTreeSet::new() };
    let entries = |stored: &StoredContract| Entry::of_contract(stored).iter().map(Entry::item_key).collect();
    let before: BTreeSet<_> = entries(stored);
    match verdict {
        Verdict::Contract => before,
        Verdict::Contacts(staying) => {
            let mut left = stored.clone();
            left.contract.contacts.clone_from(staying);
            &before - &entries(&left)
        }
        Verdict::Messages | Verdict::Leave(_) => BTreeSet::new(),
    }
}

fn entries_of(message: &StoredMessage) -> BTreeSet<ItemKey> {
    entries_of_message(&message.item_key(), mentions(message))
}

/// Whether a contract has not ended, or a key is out with it.
fn is_live(contract: &Contract, now: Instant) -> bool {
    !contract.range.has_ended(now) || !contract.out.is_empty()
}
