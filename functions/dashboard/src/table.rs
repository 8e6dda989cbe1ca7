//! Lists to download: all that a filter selects, as a table that can be imported.

use api::Problem;
use store::{Page, PageRequest};
use texts::Texts;

use crate::form::Errors;

/// The most rows of a table.
pub(crate) const ROWS: usize = 2_000;
/// How many are read at once.
const AT_ONCE: usize = 100;
/// How many pages are read. A filter may leave little on each.
const PAGES: usize = 100;

/// All items of a list, read page by page. `None` if there are more than [`ROWS`], or more pages than are read.
pub(crate) async fn all<T, E, R>(mut read: impl FnMut(PageRequest) -> R) -> Result<Option<Vec<T>>, Problem>
where
    R: Future<Output = Result<Page<T>, E>>,
    Problem: From<E>,
{
    let (mut items, mut after) = (Vec::new(), None);
    for _ in 0..PAGES {
        let found = read(PageRequest { limit: AT_ONCE, after }).await?;
        items.extend(found.data);
        after = found.next;
        if after.is_none() {
            return Ok(Some(items));
        }
        if items.len() >= ROWS {
            break;
        }
    }
    Ok(None)
}

/// What is shown if there are more than [`ROWS`].
pub(crate) fn too_many(t: &Texts) -> Errors {
    Errors::whole_number(t.with("table-too-many", [("max", ROWS)]), t.text("table-too-many-advice").into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use store::Cursor;

    /// A list of so many numbers, whose cursors are the numbers after which a page starts.
    async fn numbers(all: usize) -> Option<Vec<usize>> {
        let read = |request: PageRequest| async move {
            let first = request.after.map_or(0, |after| after.as_str().parse::<usize>().unwrap());
            let end = all.min(first + request.limit);
            let next = (end < all).then(|| Cursor::from_client(&end.to_string()));
            Ok::<_, store::Error>(Page { data: (first..end).collect(), next })
        };
        super::all(read).await.unwrap()
    }

    #[tokio::test]
    async fn a_table_has_all_items_or_is_refused() {
        for all in [0, 1, AT_ONCE, AT_ONCE + 1, ROWS] {
            assert_eq!(numbers(all).await, Some((0..all).collect()), "{all}");
        }
        assert_eq!(numbers(ROWS + 1).await, None);
    }
}
