//! `GET /keys`: keys over all automats, with who has each and when it is booked next. The filter is in the address, with the
//! names of `GET /v1/keys`.

use std::collections::{BTreeSet, HashMap};

use api::{Check, Problem, Query};
use askama::Template;
use domain::{Automat, AutomatId, Contract, ContractId, Key, SearchTerms, Whereabouts};
use store::{KeyFilter, Page, PageRequest};

use crate::form::{Errors, Form};
use crate::frame::Frame;
use crate::links;
use crate::times::Times;
use crate::visit::{Answer, Visit, page_with};

const PATH: &str = "/keys";
/// The fields that the user types, as in the addresses of the page.
const FIELDS: [&str; 2] = ["search", "automatId"];
/// How many automats the field suggests.
const SUGGESTED: usize = 100;

#[derive(Template)]
#[template(path = "keys/list.html")]
struct ListPage<'p> {
    frame: &'p Frame,
    form: Form,
    errors: Errors,
    automats: Vec<Automat>,
    lines: Vec<Line>,
    has_filter: bool,
    continued: bool,
    next: Option<String>,
}

/// A key in the list.
struct Line {
    key: Key,
    /// Empty if the automat was removed a moment ago.
    automat: String,
    /// The class and the text of where it is.
    state: (&'static str, String),
    holder: Option<Holder>,
    /// When its next contract starts.
    next: Option<String>,
}

/// Who has a key.
struct Holder {
    person: String,
    href: String,
    /// When it is due, or was. `None` if the contract is permanent.
    due: Option<String>,
}

/// `GET /keys`
pub(crate) async fn show(visit: Visit, mut query: Query) -> Answer {
    let request = query.page();
    let form = FIELDS.iter().fold(Form::default(), |form, name| form.with_some(name, query.text(name)));
    query.finish()?;
    let automats = visit.store().automats(&PageRequest { limit: SUGGESTED, after: None }).await?.data;
    let (found, errors) = match select(&visit, &form, &automats).await? {
        Ok(filter) => (visit.store().keys(&filter, &request).await?, Errors::none()),
        Err(errors) => (Page { data: Vec::new(), next: None }, errors),
    };
    let lines = lines(&visit, found.data, &automats).await?;
    let next = found.next.map(|next| address(&form, Some(next.as_str())));
    let (has_filter, continued) = (address(&form, None) != PATH, request.after.is_some());
    let frame = &visit.frame;
    page_with(errors.status(), &ListPage { frame, form, errors, automats, lines, has_filter, continued, next })
}

/// What is wrong with the form; otherwise what it selects.
async fn select(visit: &Visit, form: &Form, suggested: &[Automat]) -> Result<Result<KeyFilter, Errors>, Problem> {
    let mut check = Check::new();
    let automat = check.optional("automatId", form.given("automatId"), AutomatId::parse);
    let mut errors =
        check.finish(|| Some(())).map_or_else(|problem| Errors::of(visit.t, &problem), |()| Errors::none());
    if let Some(id) = automat.as_ref().filter(|id| !suggested.iter().any(|automat| automat.id == **id))
        && visit.store().automats_by_id(&BTreeSet::from([id.clone()])).await?.is_empty()
    {
        let text = visit.t.with("contracts-no-automat", [("automat", id.to_string())]);
        errors = errors.and_text("automatId".to_owned(), text);
    }
    let search = form.given("search").map(SearchTerms::parse);
    if search == Some(None) {
        errors = errors.and_text("search".to_owned(), visit.t.text("keys-nothing-to-search").into_owned());
    }
    let filter = KeyFilter { automat, search: search.flatten() };
    Ok(if errors.any() { Err(errors.in_order(&FIELDS)) } else { Ok(filter) })
}

/// Three reads for all keys together: of their automats, and of the contracts with which they are out.
async fn lines(visit: &Visit, keys: Vec<Key>, known: &[Automat]) -> Result<Vec<Line>, Problem> {
    let mut automats: HashMap<AutomatId, Automat> =
        known.iter().map(|automat| (automat.id.clone(), automat.clone())).collect();
    let unknown: BTreeSet<_> =
        keys.iter().map(|key| &key.automat).filter(|id| !automats.contains_key(*id)).cloned().collect();
    if !unknown.is_empty() {
        let found = visit.store().automats_by_id(&unknown).await?;
        automats.extend(found.into_iter().map(|automat| (automat.id.clone(), automat)));
    }
    let holders = visit.store().holders(&keys).await?;
    Ok(keys.into_iter().map(|key| line(visit, key, &automats, &holders)).collect())
}

fn line(
    visit: &Visit,
    key: Key,
    automats: &HashMap<AutomatId, Automat>,
    holders: &HashMap<ContractId, Contract>,
) -> Line {
    let automat = automats.get(&key.automat);
    let times = Times::of_automat(visit.t, automat);
    let overdue = key.whereabouts.is_overdue_by(&key.calendar, visit.now);
    let (class, text) = match &key.whereabouts {
        Whereabouts::Inside => ("good", "key-page-inside"),
        Whereabouts::Unknown => ("", "key-page-unknown"),
        Whereabouts::Out { contract: None } => ("warning", "key-page-missing"),
        Whereabouts::Out { .. } if overdue => ("bad", "state-overdue"),
        Whereabouts::Out { .. } => ("warning", "key-page-out"),
    };
    let holder = key.whereabouts.holder().and_then(|id| holders.get(id)).map(|contract| Holder {
        person: contract.person.to_string(),
        href: links::contract(&contract.id),
        due: contract.range.end().map(|end| times.moment(end)),
    });
    let upcoming = key.calendar.entries().iter().map(|entry| entry.range.start()).filter(|start| *start > visit.now);
    Line {
        automat: automat.map(|automat| automat.name.to_string()).unwrap_or_default(),
        state: (class, visit.t.text(text).into_owned()),
        holder,
        next: upcoming.min().map(|start| times.moment(start)),
        key,
    }
}

/// An address with this filter.
fn address(form: &Form, after: Option<&str>) -> String {
    let fields = FIELDS.iter().filter_map(|name| Some((*name, form.given(name)?)));
    let pairs: Vec<_> = fields.chain(after.map(|after| ("after", after))).collect();
    if pairs.is_empty() { PATH.to_owned() } else { links::with_query(PATH, &pairs) }
}
