//! Lists in pages: a limit, an opaque cursor, and whether there is more.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{Digest, SHA256, digest};

use crate::Error;

/// Length in bytes of the checksum that a cursor begins with, over its list and its position.
const CHECKSUM: usize = 6;

#[derive(Debug, Clone)]
pub struct PageRequest {
    pub limit: usize,
    /// `None` for the first page.
    pub after: Option<Cursor>,
}

/// A position in a list, opaque to clients: the `next` of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor(String);

impl Cursor {
    /// The cursor as a client sent it. Whether it belongs to the list is checked when it is used.
    #[must_use]
    pub fn from_client(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// Letters, digits, `-` and `_`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[derive(Debug, Clone)]
pub struct Page<T> {
    pub data: Vec<T>,
    /// `None` on the last page.
    pub next: Option<Cursor>,
}

/// A list, identified by what it lists and its filters. A cursor of another list, or one that was truncated or
/// altered, is refused rather than misread.
pub(crate) struct List(Digest);

impl List {
    pub(crate) fn new(description: &str) -> Self {
        Self(digest(&SHA256, description.as_bytes()))
    }

    pub(crate) fn cursor(&self, position: &str) -> Cursor {
        Cursor(URL_SAFE_NO_PAD.encode([&self.checksum(position.as_bytes()), position.as_bytes()].concat()))
    }

    /// The position after which the client wants to continue.
    pub(crate) fn position(&self, page: &PageRequest) -> Result<Option<String>, Error> {
        let Some(cursor) = &page.after else { return Ok(None) };
        let bytes = URL_SAFE_NO_PAD.decode(&cursor.0).map_err(|_| Error::BadCursor)?;
        let (checksum, position) = bytes.split_at_checked(CHECKSUM).ok_or(Error::BadCursor)?;
        if checksum != self.checksum(position) {
            return Err(Error::BadCursor);
        }
        String::from_utf8(position.to_vec()).map(Some).map_err(|_| Error::BadCursor)
    }

    /// Protects against accidents, not attacks: an invented position gives access to nothing but the rest of the same
    /// list.
    fn checksum(&self, position: &[u8]) -> [u8; CHECKSUM] {
        let sum = digest(&SHA256, &[self.0.as_ref(), position].concat());
        let mut checksum = [0; CHECKSUM];
        checksum.copy_from_slice(&sum.as_ref()[..CHECKSUM]);
        checksum
    }

    /// Makes a page of a list that was read one element further than the limit.
    pub(crate) fn cut<T>(&self, mut data: Vec<T>, page: &PageRequest, position: impl Fn(&T) -> String) -> Page<T> {
        let more = data.len() > page.limit;
        data.truncate(page.limit);
        let next = data.last().filter(|_| more).map(|last| self.cursor(&position(last)));
        Page { data, next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(text: &str) -> PageRequest {
        PageRequest { limit: 2, after: Some(Cursor::from_client(text)) }
    }

    #[test]
    fn a_cursor_is_good_for_its_own_list_only() {
        let (keys, automats) = (List::new("keys"), List::new("automats"));
        let cursor = keys.cursor("A-12 Ä");
        assert_eq!(keys.position(&after(cursor.as_str())).unwrap().as_deref(), Some("A-12 Ä"));
        assert!(matches!(automats.position(&after(cursor.as_str())), Err(Error::BadCursor)));
    }

    #[test]
    fn a_cursor_that_was_cut_short_or_changed_is_refused() {
        let list = List::new("keys");
        let cursor = list.cursor("A-12");
        let text = cursor.as_str();
        for end in 0..text.len() {
            assert!(matches!(list.position(&after(&text[..end])), Err(Error::BadCursor)), "cut at {end}");
            let other = if &text[end..=end] == "x" { "y" } else { "x" };
            let changed = format!("{}{other}{}", &text[..end], &text[end + 1..]);
            assert!(matches!(list.position(&after(&changed)), Err(Error::BadCursor)), "changed at {end}");
        }
        for longer in [format!("{text}A"), format!("{text}AAAA")] {
            assert!(matches!(list.position(&after(&longer)), Err(Error::BadCursor)), "{longer}");
        }
    }

    #[test]
    fn invented_cursors_are_refused() {
        for bad in ["", "x", "!!", "AAAA", "%00", "////"] {
            assert!(matches!(List::new("keys").position(&after(bad)), Err(Error::BadCursor)), "{bad:?}");
        }
    }

    #[test]
    fn a_page_ends_with_a_cursor_only_when_there_is_more() {
        let list = List::new("numbers");
        let page = PageRequest { limit: 2, after: None };
        assert_eq!(list.cut(vec![1, 2, 3], &page, ToString::to_string).next, Some(list.cursor("2")));
        assert_eq!(list.cut(vec![1, 2], &page, ToString::to_string).next, None);
    }
}
