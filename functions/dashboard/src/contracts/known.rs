//! Contacts of earlier contracts, found again by the name that was typed.

use std::collections::BTreeSet;

use api::Problem;
use domain::{Contact, ContractId, ContractSearch, Email, PhoneNumber, SearchTerms, index_terms};
use store::{ContractFilter, ListedContract, PageRequest};

use super::contacts;
use crate::form::Form;
use crate::visit::Visit;

const FIND: &str = "find-contact-";
const TAKE: &str = "take-contact-";
/// How many contracts are looked through, and how many contacts are offered.
const CONTRACTS: usize = 20;
const OFFERED: usize = 5;

/// The contacts that a row is offered.
#[derive(Default)]
pub(super) struct Found {
    /// The row. `None` if nothing was searched for.
    row: Option<usize>,
    pub(super) choices: Vec<Choice>,
}

pub(super) struct Choice {
    /// The step that fills the row with it.
    pub(super) step: String,
    pub(super) label: String,
}

impl Found {
    pub(super) fn is_for(&self, row: &str) -> bool {
        self.row.is_some_and(|found| found.to_string() == row)
    }
}

/// The step that searches for the name in a row.
pub(super) fn find(row: &str) -> String {
    format!("{FIND}{row}")
}

/// Carries out a step that searches for a contact or fills a row with one. `None` for other steps.
pub(super) async fn stepped(visit: &Visit, form: &Form) -> Result<Option<(Form, Found)>, Problem> {
    let step = form.text("step");
    if let Some(row) = step.strip_prefix(FIND).and_then(|row| row.parse().ok()) {
        let choices = offered(visit, row, form.text(&contacts::field(row, "name"))).await?;
        return Ok(Some((form.clone(), Found { row: Some(row), choices })));
    }
    let Some((row, index, contract)) = step.strip_prefix(TAKE).and_then(taken) else { return Ok(None) };
    let known = visit.store().contracts_of(&BTreeSet::from([contract.clone()])).await?.remove(&contract);
    let chosen = known.and_then(|contract| contract.contacts.into_iter().nth(index));
    let form = chosen.map_or_else(|| form.clone(), |contact| contacts::with_contact(form.clone(), row, &contact));
    Ok(Some((form, Found::default())))
}

/// The row, and which contact of which contract it is filled with.
fn taken(step: &str) -> Option<(usize, usize, ContractId)> {
    let (row, rest) = step.split_once('-')?;
    let (index, contract) = rest.split_once('-')?;
    Some((row.parse().ok()?, index.parse().ok()?, ContractId::parse(contract).ok()?))
}

async fn offered(visit: &Visit, row: usize, name: &str) -> Result<Vec<Choice>, Problem> {
    let (Ok(search), Some(terms)) = (ContractSearch::parse(name), SearchTerms::parse(name)) else {
        return Ok(Vec::new());
    };
    let page = PageRequest { limit: CONTRACTS, after: None };
    let found = visit.store().contracts(&ContractFilter::of_search(search), &page, visit.now).await?;
    let mut seen = BTreeSet::new();
    let mut choices = Vec::new();
    for ListedContract { contract, .. } in &found.data {
        for (index, contact) in contract.contacts.iter().enumerate() {
            let label = label(contact);
            if terms.matches(&index_terms(&[contact.name.as_str()])) && seen.insert(label.clone()) {
                choices.push(Choice { step: format!("{TAKE}{row}-{index}-{}", contract.id), label });
            }
        }
    }
    choices.truncate(OFFERED);
    Ok(choices)
}

fn label(contact: &Contact) -> String {
    let email = contact.email.as_ref().map(Email::reveal);
    let number = contact.phone_number.as_ref().map(PhoneNumber::reveal);
    [Some(contact.name.as_str()), email, number].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_names_the_row_and_the_contact_of_a_contract() {
        let contract = |id: &str| ContractId::parse(id).unwrap();
        assert_eq!(taken("2-0-booking-47-11"), Some((2, 0, contract("booking-47-11"))));
        for step in ["", "2", "2-0", "2-0-", "x-0-a", "2-x-a", "2-0-a b"] {
            assert_eq!(taken(step), None, "{step}");
        }
    }
}
