//! Which contacts get which messages.

use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

use crate::{Channel, Contact, Contract, ContractField, Instant, MessageKind, Occasion, Recipient};

/// Who gets a message about a change of a contract. Reminders, and messages about a key that is fetched or returned, do
/// not depend on it: they are about what happens later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Notify {
    /// The contacts concerned.
    #[default]
    Contacts,
    Nobody,
}

/// How many messages are sent, by channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MessageCount {
    pub email: usize,
    pub sms: usize,
}

impl MessageCount {
    #[must_use]
    pub fn of(notices: &[Notice]) -> Self {
        Self::to(notices.iter().map(|notice| &notice.recipient))
    }

    /// One message to each address of these contacts, as about a contract that is removed, or that loses a key.
    #[must_use]
    pub fn to_all(contacts: &[Contact]) -> Self {
        let all: Vec<_> = recipients(contacts, |_| true).collect();
        Self::to(all.iter())
    }

    fn to<'r>(recipients: impl Iterator<Item = &'r Recipient>) -> Self {
        let mut count = Self::default();
        for recipient in recipients {
            match recipient.address.channel() {
                Channel::Email => count.email += 1,
                Channel::Sms => count.sms += 1,
            }
        }
        count
    }
}

impl AddAssign for MessageCount {
    fn add_assign(&mut self, other: Self) {
        self.email += other.email;
        self.sms += other.sms;
    }
}

/// A message to send: what it is about, and to whom it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    pub occasion: Occasion,
    pub recipient: Recipient,
}

impl Notice {
    /// All contacts, about a new contract.
    #[must_use]
    pub fn of_creation(contract: &Contract) -> Vec<Self> {
        Self::to_all(contract, &Occasion::Created)
    }

    /// The contacts of an edited contract. New contacts get a message about the contract; the others get one about the
    /// changes, unless only the contacts have changed. If the contract was ended early, all contacts are notified of
    /// that. Edits of a contract that has ended notify nobody.
    #[must_use]
    pub fn of_edit(before: &Contract, after: &Contract, now: Instant) -> Vec<Self> {
        if after.was_ended_early(before) {
            return Self::to_all(after, &Occasion::Ended);
        }
        if before.range.has_ended(now) && after.range.has_ended(now) {
            return Vec::new();
        }
        let changes = before.differences(after);
        let changes: Vec<_> = changes.into_iter().filter(|field| *field != ContractField::Contacts).collect();
        let known: Vec<_> = recipients(&before.contacts, |_| true).collect();
        let notice = |recipient: Recipient| {
            let is_new = known.iter().all(|other| other.address != recipient.address);
            let occasion = match (is_new, changes.is_empty()) {
                (true, _) => Occasion::Created,
                (false, false) => Occasion::Updated(changes.clone()),
                (false, true) => return None,
            };
            Some(Self { occasion, recipient })
        };
        recipients(&after.contacts, |_| true).filter_map(notice).collect()
    }

    /// All contacts, because the contract's times read differently in the automat's new time zone. Nobody, if it has
    /// ended.
    #[must_use]
    pub fn of_zone(contract: &Contract, now: Instant) -> Vec<Self> {
        if contract.range.has_ended(now) { Vec::new() } else { Self::to_all(contract, &Occasion::ZoneChanged) }
    }

    /// All contacts of a removed contract. Nobody, if it had ended.
    #[must_use]
    pub fn of_removal(contract: &Contract, now: Instant) -> Vec<Self> {
        if contract.range.has_ended(now) { Vec::new() } else { Self::to_all(contract, &Occasion::Cancelled) }
    }

    /// All contacts who get messages of this kind.
    #[must_use]
    pub fn to_all(contract: &Contract, occasion: &Occasion) -> Vec<Self> {
        let notice = |recipient| Self { occasion: occasion.clone(), recipient };
        recipients(&contract.contacts, |contact| contact.wants(occasion.kind())).map(notice).collect()
    }

    /// All contacts, whichever messages they get.
    #[must_use]
    pub fn to_everybody(contract: &Contract, occasion: &Occasion) -> Vec<Self> {
        let notice = |recipient| Self { occasion: occasion.clone(), recipient };
        recipients(&contract.contacts, |_| true).map(notice).collect()
    }
}

impl Contact {
    /// Whether any of these contacts gets messages.
    #[must_use]
    pub fn any_is_notified(contacts: &[Self]) -> bool {
        contacts.iter().any(|contact| contact.recipients().next().is_some())
    }
}

impl Contract {
    /// Whether any contact with a channel switched on gets messages of this kind.
    #[must_use]
    pub fn is_followed(&self, kind: MessageKind) -> bool {
        recipients(&self.contacts, |contact| contact.wants(kind)).next().is_some()
    }
}

/// The recipients of a message, each address once even if several contacts have it.
fn recipients(contacts: &[Contact], wants: impl Fn(&Contact) -> bool) -> impl Iterator<Item = Recipient> {
    let mut distinct: Vec<Recipient> = Vec::new();
    for recipient in contacts.iter().filter(|contact| wants(contact)).flat_map(Contact::recipients) {
        if distinct.iter().all(|other| other.address != recipient.address) {
            distinct.push(recipient);
        }
    }
    distinct.into_iter()
}
