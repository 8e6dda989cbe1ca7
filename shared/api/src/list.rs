//! Lists in pages.

use store::Page;
use utoipa::ToSchema;

/// A part of a list.
#[derive(Debug, serde::Serialize, ToSchema)]
pub struct Listing<T> {
    /// What is in it.
    data: Vec<T>,
    /// What comes after it.
    page: PageInfo,
}

/// What comes after a part of a list.
#[derive(Debug, serde::Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PageInfo {
    /// What to send as `after` for the next part; null at the end.
    #[schema(required)]
    next: Option<String>,
    /// Whether there is a next part.
    has_next: bool,
}

impl<T> Listing<T> {
    /// A page of the store as clients see it.
    pub fn of<D>(page: Page<D>, view: impl FnMut(D) -> T) -> Self {
        let next = page.next.map(|cursor| cursor.as_str().to_owned());
        Self { data: page.data.into_iter().map(view).collect(), page: PageInfo { has_next: next.is_some(), next } }
    }
}
