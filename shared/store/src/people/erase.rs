//! Erasing a person's data.
//!
//! A contract is deleted after the messages about it, and the last item that names the person is deleted together
//! with the event that records it. So an erasure that is interrupted leaves something that the same call finds again.

use std::collections::BTreeSet;

use domain::{Contact, Contract, ContractChange, EventKind, Instant, MatchedField, PersonSearch, Reminder};

use super::case::Case;
use super::walk::{About, Sight, Walk};
use super::{Erasure, ErasureOutcome};
use crate::expression::{Update, present};
use crate::items::{ContractItem, ItemKey, KeyItem, PinItem, StoredContract, StoredKey, StoredMessage, StoredReminder};
use crate::retry::{NotDone, retry};
use crate::schema::TTL;
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
        let mut walk = Walk::new(self, search, "erase", page)?;
        let erasing = Erasing { store: self, search, everybody_of_that_name, metadata };
        let mut data = Vec::new();
        while data.len() < page.limit
            && let Some(Sight { item_key, about }) = walk.next_sight().await?
        {
            data.extend(erasing.erase(&item_key, &about).await?);
            walk.passed(item_key);
        }
        Ok(Page { data, next: walk.cursor() })
    }
}

struct Erasing<'a> {
    store: &'a Store,
    search: &'a PersonSearch,
    everybody_of_that_name: bool,
    metadata: &'a RequestMetadata,
}

impl Erasing<'_> {
    /// Handles the case at one of its items; `None` at the others.
    async fn erase(&self, item_key: &ItemKey, about: &About) -> Result<Option<Erasure>, Error> {
        let Some(case) = self.store.case(about, self.search).await? else { return Ok(None) };
        if case.item_key != *item_key {
            return Ok(None);
        }
        let matched_fields = case.found.matched_fields.clone();
        let outcome = self.settle(about, case).await?;
        Ok(Some(Erasure { matched_fields, key: about.key.clone(), contract: about.contract.clone(), outcome }))
    }

    async fn settle(&self, about: &About, case: Case) -> Result<ErasureOutcome, Error> {
        let (mut read, mut outcome, mut pin_is_ours) = (Some(case), ErasureOutcome::MessagesErased, true);
        retry!(self.store, {
            let case = match read.take() {
                Some(case) => case,
                None => match self.store.case(about, self.search).await? {
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
            let transaction = self.build_erasure(about, &case, &verdict, last, pin_is_ours).await?;
            if let Err(refused) = transaction.try_commit(self.store).await? {
                // An ended contract's PIN may have been taken by another contract. Then the next attempt leaves it
                // alone.
                pin_is_ours = !refused.has(Part::Pin);
                return Err(NotDone::Again);
            }
            if outcome == ErasureOutcome::ContractErased {
                self.delete_late_messages(about).await?;
            }
            Ok(outcome)
        })
    }

    fn verdict(&self, case: &Case) -> Verdict {
        if !case.found.is_certain() && !self.everybody_of_that_name {
            return Verdict::Leave(ErasureOutcome::Ambiguous);
        }
        let Some(StoredContract { contract, .. }) = &case.contract else { return Verdict::Messages };
        let is_contact = |contact: &Contact| case.found.is_contact(contact);
        match &case.key {
            // A contract of a key that is being removed goes with the key and is no longer live.
            None if case.is_theirs() || contract.contacts.iter().any(is_contact) => Verdict::Contract,
            Some(stored) if case.is_theirs() && is_live(stored, contract, self.metadata.now) => {
                Verdict::Leave(ErasureOutcome::Live)
            }
            Some(_) if case.is_theirs() => Verdict::Contract,
            Some(_) if contract.contacts.iter().any(is_contact) => {
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
            self.store.delete(message.item_key(), present()).await?;
        }
        if all || case.contract.is_none() {
            for &which in Reminder::ALL {
                let item_key = StoredReminder::key(&about.incarnation, &about.contract, which);
                self.store.delete(item_key, present()).await?;
            }
        }
        Ok(last.cloned())
    }

    fn is_certain(&self, stored: &StoredMessage) -> bool {
        let mentions = domain::Mention::in_message(&stored.message.recipient, &stored.message.facts.person);
        self.search
            .find_match(mentions)
            .is_some_and(|found| found.matched_fields.iter().any(|field| *field != MatchedField::Name))
    }

    /// Deletes messages that were stored while the others were being deleted.
    async fn delete_late_messages(&self, about: &About) -> Result<(), Error> {
        for message in self.store.messages_about(about).await? {
            self.store.delete(message.item_key(), present()).await?;
        }
        Ok(())
    }

    /// The final transaction, with the event.
    async fn build_erasure(
        &self,
        about: &About,
        case: &Case,
        verdict: &Verdict,
        last: Option<StoredMessage>,
        pin_is_ours: bool,
    ) -> Result<Transaction, Error> {
        let mut transaction = Transaction::default();
        match (verdict, &case.contract, &case.key) {
            (Verdict::Contract, Some(stored), key) => {
                self.drop_contract(&mut transaction, stored, key.as_ref(), pin_is_ours)?;
            }
            (Verdict::Contacts(staying), Some(stored), Some(key)) => {
                self.write_contacts(&mut transaction, stored, key, staying)?;
            }
            // Only messages named the address.
            (Verdict::Messages, Some(stored), Some(_)) => {
                let matched_fields = &case.found.matched_fields;
                let found = self.search.addresses().filter(|(field, _)| matched_fields.contains(field));
                let erased = self.erased(stored, found.map(|(_, address)| address));
                // A name alone leaves nothing to remember.
                if erased != stored.erased {
                    let item_key = ContractItem::key(&about.key, &about.contract);
                    transaction.update(Part::Contract, item_key, ContractItem::erase(erased), stored.unchanged());
                }
            }
            _ => {}
        }
        if let Some(message) = last {
            transaction.delete(Part::Message, message.item_key(), present());
        }
        let event = self.store.event_about(about, case, EventKind::PersonalDataErased, self.metadata).await?;
        if let Some(event) = event {
            transaction.event(self.store, &event, Some(&about.incarnation))?;
        }
        Ok(transaction)
    }

    /// Deletes an ended contract, on condition that it is unchanged and the key has not been fetched with it.
    fn drop_contract(
        &self,
        transaction: &mut Transaction,
        stored: &StoredContract,
        key: Option<&StoredKey>,
        pin_is_ours: bool,
    ) -> Result<(), Error> {
        let contract = &stored.contract;
        if let Some(stored_key) = key {
            let calendar = stored_key.key.cancel(&contract.id, false, self.metadata.now)?;
            if stored_key.key.calendar.entry(&contract.id).is_some() {
                transaction.calendar(stored_key, &calendar);
            } else {
                let not_out = KeyItem::out_with(&contract.id, false);
                transaction.check(Part::Key, KeyItem::key(&contract.key), not_out);
            }
        }
        let item_key = ContractItem::key(&contract.key, &contract.id);
        transaction.delete(Part::Contract, item_key, stored.unchanged());
        let automat = key.map_or(&stored.automat, |stored_key| &stored_key.key.automat);
        if pin_is_ours {
            let pin = PinItem::key(automat, &stored.pin_mac);
            transaction.delete(Part::Pin, pin, PinItem::own_or_gone(&contract.key, &contract.id));
        }
        Ok(())
    }

    /// Keeps only these contacts. Nobody is notified, because the other contacts of a contract concern nobody.
    fn write_contacts(
        &self,
        transaction: &mut Transaction,
        stored: &StoredContract,
        key: &StoredKey,
        staying: &[Contact],
    ) -> Result<(), Error> {
        let gone = stored.contract.contacts.iter().filter(|contact| !staying.contains(contact));
        let erased = self.erased(stored, gone.flat_map(Contact::addresses));
        let change = ContractChange { contacts: Some(staying.to_vec()), ..ContractChange::default() };
        let edited = stored.contract.edited(change, self.metadata.now)?;
        let mut item = ContractItem::write(&edited, key, stored.rev + 1, &stored.pin_mac, self.store)?;
        // Its retention stays the same.
        item.remove(TTL);
        let item_key = ContractItem::key(&edited.key, &edited.id);
        let update = Update::all(item, &["freeText"]).then(ContractItem::erase(erased));
        transaction.update(Part::Contract, item_key, update, stored.unchanged());
        Ok(())
    }

    /// The names of what was erased from the contract before, and of these addresses.
    fn erased(&self, stored: &StoredContract, addresses: impl Iterator<Item = String>) -> BTreeSet<String> {
        let Contract { key, id, .. } = &stored.contract;
        let names = addresses.map(|address| self.store.codes.erased_names(key, id, &address).current.0);
        stored.erased.iter().cloned().chain(names).collect()
    }
}

/// Whether a contract has not ended, or the key is out with it.
fn is_live(stored: &StoredKey, contract: &domain::Contract, now: Instant) -> bool {
    !contract.range.has_ended(now) || stored.key.whereabouts.holder() == Some(&contract.id)
}
