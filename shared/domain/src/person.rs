//! Finding a person in contracts and in messages about them.
//!
//! An address is somebody's own, a name is not. So an address finds a person; a name alone finds everybody who has it,
//! and counts for certain only where an address was found beside it.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use strum::{IntoStaticStr, VariantArray};

use crate::search::folded;
use crate::{Contact, Contract, Email, Name, PhoneNumber, Recipient};

/// Whom somebody asks about, by at least one thing that is known of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonSearch {
    email: Option<Email>,
    phone_number: Option<PhoneNumber>,
    name: Option<Name>,
}

/// By what somebody was found.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, IntoStaticStr, VariantArray,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Clue {
    /// An email address, its case ignored.
    Email,
    /// A phone number.
    PhoneNumber,
    /// A whole name, its case ignored.
    Name,
}

/// Somebody who is named, with the addresses that stand beside the name.
#[derive(Debug, Clone, Copy, Default)]
pub struct Mention<'m> {
    /// Their name.
    pub name: &'m str,
    /// Their email address.
    pub email: Option<&'m str>,
    /// Their phone number.
    pub phone_number: Option<&'m str>,
}

/// The person, as far as a contract and the messages about it tell who that is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// By what.
    pub clues: BTreeSet<Clue>,
    search: PersonSearch,
    /// The names that are the person's here: the one asked for, and those that stand beside an address asked for.
    names: BTreeSet<String>,
}

impl PersonSearch {
    /// A search by everything that is known; `None` if nothing is.
    #[must_use]
    pub fn new(email: Option<Email>, phone_number: Option<PhoneNumber>, name: Option<Name>) -> Option<Self> {
        let known = email.is_some() || phone_number.is_some() || name.is_some();
        known.then_some(Self { email, phone_number, name })
    }

    /// The addresses asked for, in the spelling that is compared, each as the clue that it is. Personal.
    pub fn addresses(&self) -> impl Iterator<Item = (Clue, String)> {
        let email = self.email.as_ref().map(|email| (Clue::Email, folded(email.reveal())));
        let number = self.phone_number.as_ref().map(|number| (Clue::PhoneNumber, number.reveal().to_owned()));
        email.into_iter().chain(number)
    }

    /// Looks for the person among all who are named in a contract and in the messages about it.
    #[must_use]
    pub fn look<'m>(&self, mentions: impl IntoIterator<Item = Mention<'m>>) -> Option<Found> {
        let (mut clues, mut names) = (BTreeSet::new(), BTreeSet::new());
        names.extend(self.name.as_ref().map(|name| folded(name.as_str())));
        for mention in mentions {
            let by_address: Vec<_> = self.address_clues(mention).collect();
            if !by_address.is_empty() {
                names.insert(folded(mention.name));
            }
            clues.extend(by_address);
            clues.extend(self.has_name(mention.name).then_some(Clue::Name));
        }
        (!clues.is_empty()).then(|| Found { clues, search: self.clone(), names })
    }

    /// What tells this search from others. Personal, so only a hash of it may leave.
    #[must_use]
    pub fn identity(&self) -> String {
        let addresses: Vec<_> = self.addresses().collect();
        format!("{addresses:?} {:?}", self.name.as_ref().map(|name| folded(name.as_str())))
    }

    fn address_clues(&self, mention: Mention<'_>) -> impl Iterator<Item = Clue> {
        let email = self.email.as_ref().zip(mention.email);
        let email = email.is_some_and(|(wanted, email)| folded(wanted.reveal()) == folded(email));
        let number = self.phone_number.as_ref().zip(mention.phone_number);
        let number = number.is_some_and(|(wanted, number)| wanted.reveal() == number);
        [email.then_some(Clue::Email), number.then_some(Clue::PhoneNumber)].into_iter().flatten()
    }

    fn has_name(&self, name: &str) -> bool {
        self.name.as_ref().is_some_and(|wanted| folded(wanted.as_str()) == folded(name))
    }
}

impl Contact {
    /// Their addresses, in the spelling that [`PersonSearch::addresses`] has. Personal.
    pub fn addresses(&self) -> impl Iterator<Item = String> {
        let email = self.email.as_ref().map(|email| folded(email.reveal()));
        email.into_iter().chain(self.phone_number.as_ref().map(|number| number.reveal().to_owned()))
    }
}

impl Found {
    /// The same, where these addresses asked for were erased from the contract before. They count beside the name only:
    /// without it nothing is left to erase.
    #[must_use]
    pub fn with_erased(mut self, addresses: impl IntoIterator<Item = Clue>) -> Self {
        if self.clues.contains(&Clue::Name) {
            self.clues.extend(addresses);
        }
        self
    }

    /// Whether an address says that it is the person: a name alone may be somebody else's.
    #[must_use]
    pub fn is_certain(&self) -> bool {
        self.clues.iter().any(|clue| *clue != Clue::Name)
    }

    /// Whether a contract is theirs.
    #[must_use]
    pub fn holds(&self, contract: &Contract) -> bool {
        self.is_named(&contract.person)
    }

    /// Whether a contact is they.
    #[must_use]
    pub fn is_contact(&self, contact: &Contact) -> bool {
        self.is_named(&contact.name) || self.search.address_clues(Mention::of_contact(contact)).next().is_some()
    }

    /// Whether a message is to them, or about a contract of theirs.
    #[must_use]
    pub fn is_in_message(&self, recipient: &Recipient, person: &Name) -> bool {
        let to_them = self.search.address_clues(Mention::of_recipient(recipient)).next().is_some();
        to_them || self.is_named(&recipient.name) || self.is_named(person)
    }

    fn is_named(&self, name: &Name) -> bool {
        self.names.contains(&folded(name.as_str()))
    }
}

impl<'m> Mention<'m> {
    /// Everybody in a contract.
    pub fn in_contract(contract: &'m Contract) -> impl Iterator<Item = Self> {
        let holder = Self::of_name(&contract.person);
        std::iter::once(holder).chain(contract.contacts.iter().map(Self::of_contact))
    }

    /// Everybody in a message: whom it goes to, and whose contract it is about.
    pub fn in_message(recipient: &'m Recipient, person: &'m Name) -> impl Iterator<Item = Self> {
        [Self::of_recipient(recipient), Self::of_name(person)].into_iter()
    }

    fn of_name(name: &'m Name) -> Self {
        Self { name: name.as_str(), ..Self::default() }
    }

    fn of_contact(contact: &'m Contact) -> Self {
        Self {
            name: contact.name.as_str(),
            email: contact.email.as_ref().map(Email::reveal),
            phone_number: contact.phone_number.as_ref().map(PhoneNumber::reveal),
        }
    }

    fn of_recipient(recipient: &'m Recipient) -> Self {
        use crate::Address::{Email, Sms};
        let name = Self::of_name(&recipient.name);
        match &recipient.address {
            Email(email) => Self { email: Some(email.reveal()), ..name },
            Sms(number) => Self { phone_number: Some(number.reveal()), ..name },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn search(email: Option<&str>, phone_number: Option<&str>, name: Option<&str>) -> PersonSearch {
        let email = email.map(|email| Email::parse(email).unwrap());
        let phone_number = phone_number.map(|number| PhoneNumber::parse(number).unwrap());
        PersonSearch::new(email, phone_number, name.map(|name| Name::parse(name).unwrap())).unwrap()
    }

    fn contact<'m>(name: &'m str, email: &'m str) -> Mention<'m> {
        Mention { name, email: Some(email), phone_number: None }
    }

    fn holder(name: &str) -> Mention<'_> {
        Mention { name, ..Mention::default() }
    }

    fn clues(search: &PersonSearch, mentions: &[Mention<'_>]) -> Vec<Clue> {
        search.look(mentions.iter().copied()).map(|found| found.clues.into_iter().collect()).unwrap_or_default()
    }

    #[test]
    fn nothing_known_finds_nobody() {
        assert_eq!(PersonSearch::new(None, None, None), None);
    }

    #[test]
    fn addresses_and_whole_names_are_found_whatever_their_case() {
        let all = [holder("Aino Virtanen"), contact("Eino", "eino@example.fi")];
        assert_eq!(clues(&search(Some("EINO@Example.fi"), None, None), &all), [Clue::Email]);
        assert_eq!(clues(&search(None, None, Some("aino VIRTANEN")), &all), [Clue::Name]);
        assert_eq!(
            clues(&search(Some("eino@example.fi"), None, Some("Aino Virtanen")), &all),
            [Clue::Email, Clue::Name]
        );
        for other in [
            search(Some("aino@example.fi"), None, None),
            search(None, Some("+358401234567"), None),
            search(None, None, Some("Aino")),
            search(None, None, Some("Virtanen")),
        ] {
            assert_eq!(clues(&other, &all), []);
        }
        let by_sms = Mention { name: "Eino", email: None, phone_number: Some("+358401234567") };
        assert_eq!(clues(&search(None, Some("+358401234567"), None), &[by_sms]), [Clue::PhoneNumber]);
    }

    #[test]
    fn a_name_alone_is_not_certain_and_one_beside_an_address_is() {
        let all = [holder("Aino Virtanen"), contact("Eino", "eino@example.fi")];
        assert!(!search(None, None, Some("Aino Virtanen")).look(all).unwrap().is_certain());
        assert!(search(Some("eino@example.fi"), None, Some("Aino Virtanen")).look(all).unwrap().is_certain());
        assert!(!search(Some("aino@example.fi"), None, Some("Aino Virtanen")).look(all).unwrap().is_certain());
    }

    #[test]
    fn the_name_beside_an_address_says_who_holds_the_contract() {
        let found = |mentions: &[Mention<'_>]| {
            search(Some("aino@example.fi"), None, None).look(mentions.iter().copied()).unwrap()
        };
        let name = |name| Name::parse(name).unwrap();
        let own = found(&[holder("AINO Virtanen"), contact("Aino Virtanen", "aino@example.fi")]);
        assert!(own.is_named(&name("Aino VIRTANEN")));
        let of_another = found(&[holder("Eino"), contact("Aino Virtanen", "aino@example.fi")]);
        assert!(!of_another.is_named(&name("Eino")));
    }

    #[test]
    fn two_searches_are_told_apart_by_each_thing_known() {
        let one = search(Some("a@example.fi"), None, None);
        assert_eq!(one.identity(), search(Some("A@example.fi"), None, None).identity());
        for other in [search(Some("b@example.fi"), None, None), search(Some("a@example.fi"), None, Some("A"))] {
            assert_ne!(one.identity(), other.identity());
        }
    }
}
