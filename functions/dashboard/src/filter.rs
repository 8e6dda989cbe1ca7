//! Lists whose filter is in their address: fields that the user types, and choices beside them.

use std::collections::BTreeSet;

use api::{Problem, Query};
use domain::{Automat, AutomatId, SearchTerms};
use store::PageRequest;

use crate::form::{Errors, Form};
use crate::links;
use crate::times::read_date;
use crate::visit::Visit;

/// The field of an automat's id.
pub(crate) const AUTOMAT: &str = "automatId";

/// One of the values of a filter.
pub(crate) struct Choice {
    pub(crate) label: String,
    /// The same list with this value.
    pub(crate) href: String,
    pub(crate) current: bool,
}

/// The fields as they were sent.
pub(crate) fn read(query: &mut Query, fields: &[&str]) -> Form {
    fields.iter().fold(Form::default(), |form, name| form.with_some(name, query.text(name)))
}

/// The address of a list with these fields, and with those of the other values that there are.
pub(crate) fn address(path: &str, form: &Form, fields: &[&str], others: &[(&str, Option<&str>)]) -> String {
    let typed = fields.iter().map(|name| (*name, form.given(name)));
    let pairs: Vec<_> = typed.chain(others.iter().copied()).filter_map(|(name, value)| Some((name, value?))).collect();
    if pairs.is_empty() { path.to_owned() } else { links::with_query(path, &pairs) }
}

/// The first automats: the field suggests them, and their names and time zones are known to the page.
pub(crate) async fn first_automats(visit: &Visit, limit: usize) -> Result<Vec<Automat>, Problem> {
    Ok(visit.store().automats(&PageRequest { limit, after: None }).await?.data)
}

/// One of the automats that are known, or one that is read.
pub(crate) async fn automat(visit: &Visit, known: &[Automat], id: &AutomatId) -> Result<Option<Automat>, Problem> {
    if let Some(automat) = known.iter().find(|automat| automat.id == *id) {
        return Ok(Some(automat.clone()));
    }
    Ok(visit.store().automats_by_id(&BTreeSet::from([id.clone()])).await?.pop())
}

/// That an automat does not exist, beside its field.
pub(crate) fn no_automat(visit: &Visit, id: &AutomatId, errors: Errors) -> Errors {
    let text = visit.t.with("contracts-no-automat", [("automat", id.to_string())]);
    errors.and_text(AUTOMAT.to_owned(), text)
}

/// The terms of a search. One without a letter or digit is refused beside its field.
pub(crate) fn terms(visit: &Visit, form: &Form, name: &str, errors: Errors) -> (Option<SearchTerms>, Errors) {
    match form.given(name).map(SearchTerms::parse) {
        Some(None) => (None, errors.and_text(name.to_owned(), visit.t.text("field-nothing-to-search").into_owned())),
        terms => (terms.flatten(), errors),
    }
}

/// The dates of these fields. One that is none is refused beside its field.
pub(crate) fn dates<const N: usize>(
    visit: &Visit,
    form: &Form,
    names: [&str; N],
    mut errors: Errors,
) -> ([Option<chrono::NaiveDate>; N], Errors) {
    let dates = names.map(|name| form.given(name).map(read_date));
    for (name, date) in names.iter().zip(&dates) {
        if *date == Some(None) {
            errors = errors.and_text((*name).to_owned(), visit.t.text("date-form").into_owned());
        }
    }
    (dates.map(Option::flatten), errors)
}
