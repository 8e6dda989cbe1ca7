//! Lists in pages: a limit, an opaque cursor, and whether there is more.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{Digest, SHA256, digest};

use crate::Error;

/// A cursor begins with a checksum over its list and its position, so many bytes long.
const CHECKSUM: usize = 6;

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
pub struct Cursor(String);

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

/// One list: what is listed and by which filters. A cursor of another list is refused rather than misread, and so is one
/// that was cut short or changed on the way.
pub(crate) struct List(Digest);

impl List {
    pub(crate) fn new(description: &str) -> Self {
        Self(digest(&SHA256, description.as_bytes()))
    }

    /// The cursor after a position in this list.
    pub(crate) fn cursor(&self, position: &str) -> Cursor {
        Cursor(URL_SAFE_NO_PAD.encode([&self.checksum(position.as_bytes()), position.as_bytes()].concat()))
    }

    /// The position that a client wants to go on after.
    pub(crate) fn position(&self, page: &PageRequest) -> Result<Option<String>, Error> {
        let Some(cursor) = &page.after else { return Ok(None) };
        let bytes = URL_SAFE_NO_PAD.decode(&cursor.0).map_err(|_| Error::BadCursor)?;
        let (checksum, position) = bytes.split_at_checked(CHECKSUM).ok_or(Error::BadCursor)?;
        if checksum != self.checksum(position) {
            return Err(Error::BadCursor);
        }
        String::from_utf8(position.to_vec()).map(Some).map_err(|_| Error::BadCursor)
    }

    /// Against accidents, not against attacks: whoever makes up a position gets no more than that part of the list.
    fn checksum(&self, position: &[u8]) -> [u8; CHECKSUM] {
        let sum = digest(&SHA256, &[self.0.as_ref(), position].concat());
        let mut checksum = [0; CHECKSUM];
        checksum.copy_from_slice(&sum.as_ref()[..CHECKSUM]);
        checksum
    }

    /// Cuts a list that was read one element further than wanted.
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
    fn cursors_that_nobody_gave_out_are_refused() {
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
