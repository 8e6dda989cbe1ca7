//! `GET /search`: keys by words of their KeyID and property.

use api::Query;
use askama::Template;
use domain::{Key, SearchTerms};
use store::KeyFilter;

use crate::frame::Frame;
use crate::links;
use crate::visit::{Answer, Visit, page};

#[derive(Template)]
#[template(path = "search.html")]
struct SearchPage<'p> {
    frame: &'p Frame,
    query_text: String,
    /// Whether the query has a search term.
    searchable: bool,
    keys: Vec<Key>,
    next: Option<String>,
}

pub(crate) async fn search(visit: Visit, mut query: Query) -> Answer {
    let (request, query_text) = (query.page(), query.text("q").unwrap_or_default());
    query.finish()?;
    let terms = SearchTerms::parse(&query_text);
    let mut shown =
        SearchPage { frame: &visit.frame, searchable: terms.is_some(), query_text, keys: Vec::new(), next: None };
    if terms.is_some() {
        let found = visit.store().keys(&KeyFilter { automat: None, search: terms }, &request).await?;
        let next =
            |after: store::Cursor| links::with_query("/search", &[("q", &shown.query_text), ("after", after.as_str())]);
        shown.next = found.next.map(next);
        shown.keys = found.data;
    }
    page(&shown)
}
