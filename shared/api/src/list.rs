//! Pages of lists.

use serde::Serialize;
use store::Page;
use utoipa::ToSchema;

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Listing<T> {
    /// The items of this page.
    data: Vec<T>,
    /// How to get the next page.
    page: PageInfo,
}

/// How to get the next page of a list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PageInfo {
    /// Send this as `after` to get the next page; null on the last page.
    #[schema(required)]
    next: Option<String>,
    /// Whether there is a next page.
    has_next: bool,
}

impl<T> Listing<T> {
    /// A page of the store, each item rendered by `view`.
    pub fn of<D>(page: Page<D>, view: impl FnMut(D) -> T) -> Self {
        let next = page.next.map(|cursor| cursor.as_str().to_owned());
        Self { data: page.data.into_iter().map(view).collect(), page: PageInfo { has_next: next.is_some(), next } }
    }
}
