//! Who is told what: the rules for contacts.

use crate::{Contact, Contract, ContractField, EventKind, Instant, MessageKind, Occasion, Recipient};

/// Somebody to be told of something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// What happened.
    pub occasion: Occasion,
    /// Who is told.
    pub recipient: Recipient,
}

impl Notice {
    /// Who is told that a contract was made.
    #[must_use]
    pub fn of_creation(contract: &Contract) -> Vec<Self> {
        Self::to_all(contract, &Occasion::Created)
    }

    /// Who is told that a contract was edited. Those whom nobody had named before learn of the contract; the others of
    /// what has changed, unless that is only who else is told. Everybody learns that it was ended before its time, and
    /// nobody that an ended one was annotated.
    #[must_use]
    pub fn of_edit(before: &Contract, after: &Contract, now: Instant) -> Vec<Self> {
        if after.was_ended_early(before) {
            return Self::to_all(after, &Occasion::Ended);
        }
        if before.range.ended(now) && after.range.ended(now) {
            return Vec::new();
        }
        let changes = before.differences(after);
        let changes: Vec<_> = changes.into_iter().filter(|field| *field != ContractField::Contacts).collect();
        let known: Vec<_> = recipients(before, |_| true).collect();
        let told = |recipient: Recipient| {
            let is_new = known.iter().all(|other| other.address != recipient.address);
            let occasion = match (is_new, changes.is_empty()) {
                (true, _) => Occasion::Created,
                (false, false) => Occasion::Updated(changes.clone()),
                (false, true) => return None,
            };
            Some(Self { occasion, recipient })
        };
        recipients(after, |_| true).filter_map(told).collect()
    }

    /// Who is told that the contract's times read differently in the automat's new zone: everybody, unless it is over.
    #[must_use]
    pub fn of_zone(contract: &Contract, now: Instant) -> Vec<Self> {
        if contract.range.ended(now) { Vec::new() } else { Self::to_all(contract, &Occasion::ZoneChanged) }
    }

    /// Who is told that a contract was removed: everybody, unless it was over anyway.
    #[must_use]
    pub fn of_removal(contract: &Contract, now: Instant) -> Vec<Self> {
        if contract.range.ended(now) { Vec::new() } else { Self::to_all(contract, &Occasion::Cancelled) }
    }

    /// Who is told of what happened to the contract's key.
    #[must_use]
    pub fn of_event(kind: &EventKind, at: Instant, contract: &Contract) -> Vec<Self> {
        let occasion = match kind {
            EventKind::KeyFetched => Occasion::Fetched(at),
            EventKind::KeyReturned => Occasion::Returned(at),
            EventKind::KeyNotReturned => Occasion::NotReturned,
            _ => return Vec::new(),
        };
        Self::to_all(contract, &occasion)
    }

    /// Everybody who wants to hear of this.
    pub(crate) fn to_all(contract: &Contract, occasion: &Occasion) -> Vec<Self> {
        let notice = |recipient| Self { occasion: occasion.clone(), recipient };
        recipients(contract, |contact| contact.wants(occasion.kind())).map(notice).collect()
    }
}

impl Contract {
    /// Whether any contact that can be reached wants to hear of this.
    #[must_use]
    pub fn is_followed(&self, kind: MessageKind) -> bool {
        recipients(self, |contact| contact.wants(kind)).next().is_some()
    }
}

/// Everybody who is told, each address once, however many contacts have it.
fn recipients(contract: &Contract, wants: impl Fn(&Contact) -> bool) -> impl Iterator<Item = Recipient> {
    let mut distinct: Vec<Recipient> = Vec::new();
    for recipient in contract.contacts.iter().filter(|contact| wants(contact)).flat_map(Contact::recipients) {
        if distinct.iter().all(|other| other.address != recipient.address) {
            distinct.push(recipient);
        }
    }
    distinct.into_iter()
}
