//! Listing keys: all, those of an automat, or the results of a search. Always by query, never by scan.

use domain::{AutomatId, Key, KeyId, KeyState, LockerIndex, SearchTerms, index_terms};

use crate::expression::Expression;
use crate::items::{Item, ItemKey, KEYS, KeyItem, text};
use crate::page::List;
use crate::read::{Stretch, start_key};
use crate::{Cursor, Error, Page, PageRequest, Store};

/// Limit on the index entries that a search reads for one page. A page may then be short although there are more.
const LOOKED_THROUGH: usize = 2_000;
const STEP: usize = 100;

#[derive(Debug, Clone, Default)]
pub struct KeyFilter {
    pub automat: Option<AutomatId>,
    pub search: Option<SearchTerms>,
}

impl KeyFilter {
    /// The position after this key, for a page that ends before the limit. Only in a list without a search.
    #[must_use]
    pub fn after(&self, key: &Key) -> Cursor {
        let position = if self.automat.is_some() { key.locker.to_string() } else { key.id.as_str().to_owned() };
        self.list().cursor(&position)
    }

    fn list(&self) -> List {
        List::new(&format!("keys {self:?}"))
    }
}

impl Store {
    /// Lists keys: those of an automat in order of locker, search results in order of the term that matched,
    /// otherwise in order of id.
    pub async fn keys(&self, filter: &KeyFilter, page: &PageRequest) -> Result<Page<Key>, Error> {
        let list = filter.list();
        match (&filter.automat, &filter.search) {
            (Some(automat), search) => self.keys_of_automat(automat, search.as_ref(), &list, page).await,
            (None, Some(terms)) => self.keys_found(terms, &list, page).await,
            (None, None) => self.all_keys(&list, page).await,
        }
    }

    async fn all_keys(&self, list: &List, page: &PageRequest) -> Result<Page<Key>, Error> {
        let after = list.position(page)?.map(|id| KeyId::parse(&id)).transpose().map_err(|_| Error::BadCursor)?;
        let stretch = Stretch::of_list(KEYS).after(after.map(|id| KeyItem::listing(&id).start_key(KeyItem::key(&id))));
        let found = self.query_all(stretch, page.limit + 1).await?;
        // Cut by what the index has: a key removed meanwhile shortens the page, not the list.
        let found: Vec<ItemKey> = found.iter().filter_map(ItemKey::of).collect();
        let page = list.cut(found, page, |key| key.pk.trim_start_matches("KEY#").to_owned());
        Ok(Page { data: self.active_keys_at(&page.data).await?, next: page.next })
    }

    async fn keys_of_automat(
        &self,
        automat: &AutomatId,
        search: Option<&SearchTerms>,
        list: &List,
        page: &PageRequest,
    ) -> Result<Page<Key>, Error> {
        let after = list.position(page)?.map(|index| index.parse::<u16>()).transpose().map_err(|_| Error::BadCursor)?;
        let (_, lockers) = self.automat_and_lockers(automat).await?;
        let mut wanted: Vec<(LockerIndex, ItemKey)> = Vec::new();
        for locker in lockers {
            let Some((id, property)) = locker.assigned_key() else { continue };
            let matches = |terms: &SearchTerms| terms.matches(&index_terms(&[id.as_str(), property.as_str()]));
            if after.is_none_or(|after| locker.locker.get() > after) && search.is_none_or(matches) {
                wanted.push((locker.locker, KeyItem::key(id)));
            }
        }
        wanted.truncate(page.limit + 1);
        let page = list.cut(wanted, page, |(locker, _)| locker.to_string());
        let keys: Vec<_> = page.data.into_iter().map(|(_, key)| key).collect();
        Ok(Page { data: self.active_keys_at(&keys).await?, next: page.next })
    }

    async fn keys_found(&self, terms: &SearchTerms, list: &List, page: &PageRequest) -> Result<Page<Key>, Error> {
        let after = list.position(page)?.map(|position| term_start_key(&position)).transpose()?;
        let condition = Expression::new("#listPK = :list AND begins_with(#listSK, :term)")
            .value(":list", text(KeyItem::term_list(terms.longest())))
            .value(":term", text(terms.longest()));
        let mut stretch = Stretch::of_lists(condition).after(after);
        let mut data = Vec::new();
        let mut looked_through = 0;
        loop {
            let found = self.query(&stretch, Some(STEP)).await?;
            looked_through += found.items.len();
            for (position, key) in self.keys_behind(&found.items, terms).await? {
                data.push(key);
                if data.len() == page.limit {
                    return Ok(Page { data, next: Some(list.cursor(&position)) });
                }
            }
            match found.rest {
                None => return Ok(Page { data, next: None }),
                Some(rest) if looked_through < LOOKED_THROUGH => stretch = stretch.after(Some(rest)),
                Some(rest) => return Ok(Page { data, next: Some(list.cursor(&term_position(&rest)?)) }),
            }
        }
    }

    /// The keys of index entries that match all search terms. A key is returned only at the first of its terms that
    /// matches, so that it is found once.
    async fn keys_behind(&self, entries: &[Item], terms: &SearchTerms) -> Result<Vec<(String, Key)>, Error> {
        let mut found = Vec::new();
        let mut keys: Vec<ItemKey> = Vec::new();
        for entry in entries {
            let Some(entry_key) = ItemKey::of(entry) else { continue };
            keys.push(ItemKey::new(entry_key.pk, "KEY"));
        }
        let mut distinct = keys.clone();
        distinct.sort_by(|a, b| a.pk.cmp(&b.pk));
        distinct.dedup();
        let read = self.active_keys_at(&distinct).await?;
        for (entry, key) in entries.iter().zip(keys) {
            let position = term_position(entry)?;
            let Some(key) = read.iter().find(|read| KeyItem::key(&read.id) == key) else { continue };
            let key_terms = index_terms(&[key.id.as_str(), key.property.as_str()]);
            let first = terms.first_match(&key_terms).map(|term| KeyItem::term_listing(&key.id, term).position);
            if terms.matches(&key_terms) && first.as_ref() == Some(&position) {
                found.push((position, key.clone()));
            }
        }
        Ok(found)
    }

    /// The active keys among these.
    async fn active_keys_at(&self, keys: &[ItemKey]) -> Result<Vec<Key>, Error> {
        let read = |item| KeyItem::read(item, &self.codes).map(|stored| stored.key);
        let keys = self.get_all(keys).await?.into_iter().map(read).collect::<Result<Vec<_>, _>>()?;
        Ok(keys.into_iter().filter(|key| key.state == KeyState::Active).collect())
    }
}

/// A position in the list of search terms: `term#keyId`.
fn term_position(entry: &Item) -> Result<String, Error> {
    let position = start_key(entry).remove(crate::schema::LIST_SK).and_then(|position| position.as_s().cloned().ok());
    position.ok_or(Error::Internal { context: "reading the search index", source: None })
}

/// The index key of that position.
fn term_start_key(position: &str) -> Result<Item, Error> {
    let (term, id) = position.split_once('#').ok_or(Error::BadCursor)?;
    let id = KeyId::parse(id).map_err(|_| Error::BadCursor)?;
    Ok(KeyItem::term_listing(&id, term).start_key(KeyItem::term_key(&id, term)))
}
