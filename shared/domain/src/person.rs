//! Finds a person in contracts and in messages about them.
//!
//! An address belongs to one person; a name does not. So an address identifies a person, while a name alone finds
//! everybody who has it. It identifies the person only where a matching address is next to it.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use strum::{IntoStaticStr, VariantArray};

use crate::contract_search::{email_term, longest_term, phone_term};
use crate::search::folded;
use crate::{Contact, Contract, Email, Name, PhoneNumber, Recipient};

/// The person to find, by at least one of email address, phone number and name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonSearch {
    email: Option<Email>,
    phone_number: Option<PhoneNumber>,
    name: Option<Name>,
}

#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, IntoStaticStr, VariantArray,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum MatchedField {
    /// Case is ignored.
    Email,
    PhoneNumber,
    /// The full name; case is ignored.
    Name,
}

/// A person as mentioned in a contract or message, with the addresses that belong to the name there.
#[derive(Debug, Clone, Copy, Default)]
pub struct Mention<'m> {
    pub name: &'m str,
    pub email: Option<&'m str>,
    pub phone_number: Option<&'m str>,
}

/// What matched in a contract and its messages, and the names that the person has there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonMatch {
    pub matched_fields: BTreeSet<MatchedField>,
    search: PersonSearch,
    /// The name searched for, and the names next to a matching address.
    names: BTreeSet<String>,
}

impl PersonSearch {
    /// `None` if nothing is known of the person.
    #[must_use]
    pub fn new(email: Option<Email>, phone_number: Option<PhoneNumber>, name: Option<Name>) -> Option<Self> {
        let known = email.is_some() || phone_number.is_some() || name.is_some();
        known.then_some(Self { email, phone_number, name })
    }

    /// The addresses to find, folded for comparison. Personal.
    pub fn addresses(&self) -> impl Iterator<Item = (MatchedField, String)> {
        let email = self.email.as_ref().map(|email| (MatchedField::Email, folded(email.reveal())));
        let number = self.phone_number.as_ref().map(|number| (MatchedField::PhoneNumber, number.reveal().to_owned()));
        email.into_iter().chain(number)
    }

    /// The search by each known detail alone: email address, phone number, name.
    pub fn details(&self) -> impl Iterator<Item = Self> {
        let nothing = Self { email: None, phone_number: None, name: None };
        let email = self.email.clone().map(|email| Self { email: Some(email), ..nothing.clone() });
        let number = self.phone_number.clone().map(|number| Self { phone_number: Some(number), ..nothing.clone() });
        let name = self.name.clone().map(|name| Self { name: Some(name), ..nothing });
        [email, number, name].into_iter().flatten()
    }

    /// The beginning of a term that every contract has in which the first known detail occurs
    /// ([`ContractTerms`](crate::ContractTerms)). `None` if it is a name without a word of two characters. Personal.
    #[must_use]
    pub fn prefix(&self) -> Option<String> {
        match self {
            Self { email: Some(email), .. } => Some(email_term(email.reveal())),
            Self { phone_number: Some(number), .. } => Some(phone_term(number.reveal())),
            Self { name, .. } => longest_term(name.as_ref()?.as_str()),
        }
    }

    /// The first known detail, as [`Mention::details`] has it. Personal.
    #[must_use]
    pub fn folded(&self) -> String {
        let name = self.name.iter().map(|name| folded(name.as_str()));
        self.addresses().map(|(_, address)| address).chain(name).next().unwrap_or_default()
    }

    /// Finds the person among everybody mentioned in a contract and its messages.
    #[must_use]
    pub fn find_match<'m>(&self, mentions: impl IntoIterator<Item = Mention<'m>>) -> Option<PersonMatch> {
        let (mut matched_fields, mut names) = (BTreeSet::new(), BTreeSet::new());
        names.extend(self.name.as_ref().map(|name| folded(name.as_str())));
        for mention in mentions {
            let by_address: Vec<_> = self.matched_addresses(mention).collect();
            if !by_address.is_empty() {
                names.insert(folded(mention.name));
            }
            matched_fields.extend(by_address);
            matched_fields.extend(self.has_name(mention.name).then_some(MatchedField::Name));
        }
        (!matched_fields.is_empty()).then(|| PersonMatch { matched_fields, search: self.clone(), names })
    }

    /// A text that is the same for equal searches. Personal: only a hash of it may be stored.
    #[must_use]
    pub fn identity(&self) -> String {
        let addresses: Vec<_> = self.addresses().collect();
        format!("{addresses:?} {:?}", self.name.as_ref().map(|name| folded(name.as_str())))
    }

    fn matched_addresses(&self, mention: Mention<'_>) -> impl Iterator<Item = MatchedField> {
        let email = self.email.as_ref().zip(mention.email);
        let email = email.is_some_and(|(wanted, email)| folded(wanted.reveal()) == folded(email));
        let number = self.phone_number.as_ref().zip(mention.phone_number);
        let number = number.is_some_and(|(wanted, number)| wanted.reveal() == number);
        [email.then_some(MatchedField::Email), number.then_some(MatchedField::PhoneNumber)].into_iter().flatten()
    }

    fn has_name(&self, name: &str) -> bool {
        self.name.as_ref().is_some_and(|wanted| folded(wanted.as_str()) == folded(name))
    }
}

impl Contact {
    /// The contact's addresses, folded as in [`PersonSearch::addresses`]. Personal.
    pub fn addresses(&self) -> impl Iterator<Item = String> {
        let email = self.email.as_ref().map(|email| folded(email.reveal()));
        email.into_iter().chain(self.phone_number.as_ref().map(|number| number.reveal().to_owned()))
    }
}

impl PersonMatch {
    /// The match, where these addresses were erased from the contract earlier. They only count together with the name:
    /// without it nothing is left to erase.
    #[must_use]
    pub fn with_erased(mut self, addresses: impl IntoIterator<Item = MatchedField>) -> Self {
        if self.matched_fields.contains(&MatchedField::Name) {
            self.matched_fields.extend(addresses);
        }
        self
    }

    /// Whether an address matched. A name alone may be another person's.
    #[must_use]
    pub fn is_certain(&self) -> bool {
        self.matched_fields.iter().any(|field| *field != MatchedField::Name)
    }

    /// Whether the contract is the person's own.
    #[must_use]
    pub fn holds(&self, contract: &Contract) -> bool {
        self.is_named(&contract.person)
    }

    /// Whether a contact is the person.
    #[must_use]
    pub fn is_contact(&self, contact: &Contact) -> bool {
        self.is_named(&contact.name) || self.search.matched_addresses(Mention::of_contact(contact)).next().is_some()
    }

    /// Whether a message is to the person, or about a contract of theirs.
    #[must_use]
    pub fn is_in_message(&self, recipient: &Recipient, person: &Name) -> bool {
        let to_them = self.search.matched_addresses(Mention::of_recipient(recipient)).next().is_some();
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

    /// Everybody in a message: the recipient, and the person of its contract.
    pub fn in_message(recipient: &'m Recipient, person: &'m Name) -> impl Iterator<Item = Self> {
        [Self::of_recipient(recipient), Self::of_name(person)].into_iter()
    }

    /// The name and the addresses, folded for comparison. Personal.
    pub fn details(self) -> impl Iterator<Item = String> {
        [Some(self.name), self.email, self.phone_number].into_iter().flatten().map(folded)
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

    fn matched_fields(search: &PersonSearch, mentions: &[Mention<'_>]) -> Vec<MatchedField> {
        search
            .find_match(mentions.iter().copied())
            .map(|found| found.matched_fields.into_iter().collect())
            .unwrap_or_default()
    }

    #[test]
    fn a_search_needs_something_to_search_by() {
        assert_eq!(PersonSearch::new(None, None, None), None);
    }

    #[test]
    fn addresses_and_full_names_match_in_any_case() {
        let all = [holder("Aino Virtanen"), contact("Eino", "eino@example.fi")];
        assert_eq!(matched_fields(&search(Some("EINO@Example.fi"), None, None), &all), [MatchedField::Email]);
        assert_eq!(matched_fields(&search(None, None, Some("aino VIRTANEN")), &all), [MatchedField::Name]);
        assert_eq!(
            matched_fields(&search(Some("eino@example.fi"), None, Some("Aino Virtanen")), &all),
            [MatchedField::Email, MatchedField::Name]
        );
        for other in [
            search(Some("aino@example.fi"), None, None),
            search(None, Some("+358401234567"), None),
            search(None, None, Some("Aino")),
            search(None, None, Some("Virtanen")),
        ] {
            assert_eq!(matched_fields(&other, &all), []);
        }
        let by_sms = Mention { name: "Eino", email: None, phone_number: Some("+358401234567") };
        assert_eq!(matched_fields(&search(None, Some("+358401234567"), None), &[by_sms]), [MatchedField::PhoneNumber]);
    }

    #[test]
    fn a_name_is_certain_only_with_a_matching_address() {
        let all = [holder("Aino Virtanen"), contact("Eino", "eino@example.fi")];
        assert!(!search(None, None, Some("Aino Virtanen")).find_match(all).unwrap().is_certain());
        assert!(search(Some("eino@example.fi"), None, Some("Aino Virtanen")).find_match(all).unwrap().is_certain());
        assert!(!search(Some("aino@example.fi"), None, Some("Aino Virtanen")).find_match(all).unwrap().is_certain());
    }

    #[test]
    fn a_name_next_to_a_matching_address_is_the_persons() {
        let found = |mentions: &[Mention<'_>]| {
            search(Some("aino@example.fi"), None, None).find_match(mentions.iter().copied()).unwrap()
        };
        let name = |name| Name::parse(name).unwrap();
        let own = found(&[holder("AINO Virtanen"), contact("Aino Virtanen", "aino@example.fi")]);
        assert!(own.is_named(&name("Aino VIRTANEN")));
        let of_another = found(&[holder("Eino"), contact("Aino Virtanen", "aino@example.fi")]);
        assert!(!of_another.is_named(&name("Eino")));
    }

    #[test]
    fn the_identity_of_a_search_has_every_search_field() {
        let one = search(Some("a@example.fi"), None, None);
        assert_eq!(one.identity(), search(Some("A@example.fi"), None, None).identity());
        for other in [search(Some("b@example.fi"), None, None), search(Some("a@example.fi"), None, Some("A"))] {
            assert_ne!(one.identity(), other.identity());
        }
    }
}
