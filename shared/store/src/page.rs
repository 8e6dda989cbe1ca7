//! Lists in pages: a limit, an opaque cursor, and whether there is more.

/// Which part of a list is wanted.
#[derive(Debug, Clone)]
pub struct PageRequest {
    /// At most so many.
    pub limit: usize,
    /// After this place, or from the beginning.
    pub after: Option<Cursor>,
}

/// A place in a list, opaque to clients: the `next` of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor(pub(crate) String);

impl Cursor {
    /// The cursor as a client sends it back; whether it belongs to the list is found out there.
    #[must_use]
    pub fn from_client(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// As it is given to clients: letters, digits, `-` and `_`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A part of a list.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// What is in it.
    pub data: Vec<T>,
    /// Where the next part begins; none at the end.
    pub next: Option<Cursor>,
}
