//! Handing out what is known of a person.

use domain::{Event, EventKind, Instant, PersonSearch};
use ulid::Ulid;

use super::PersonalData;
use super::case::Case;
use super::walk::{About, Sight, Walk};
use crate::expression::Expression;
use crate::items::{EventItem, ItemKey, text};
use crate::read::Stretch;
use crate::retry::retry;
use crate::transaction::Transaction;
use crate::{Act, Error, Page, PageRequest, Store};

/// The most events of a contract that are handed out.
const MOST_EVENTS: usize = 200;
/// Of the key's events so many are looked through for the contract's, the newest first.
const LOOKED_THROUGH: usize = 2_000;
/// Events read at a time.
const STEP: usize = 100;

impl Store {
    /// A part of what is known of a person, contract by contract. Every contract that is handed out has an event that
    /// says so before it is. A part may be empty although there are more.
    pub async fn export_person(
        &self,
        search: &PersonSearch,
        page: &PageRequest,
        act: &Act,
    ) -> Result<Page<PersonalData>, Error> {
        let mut walk = Walk::new(self, search, "export", page)?;
        let mut data = Vec::new();
        while data.len() < page.limit
            && let Some(Sight { item_key, about }) = walk.next_sight().await?
        {
            if let Some(case) = self.case(&about, search).await?.filter(|case| case.item_key == item_key) {
                data.push(self.hand_out(about, case, act).await?);
            }
            walk.passed(item_key);
        }
        Ok(Page { data, next: walk.cursor() })
    }

    async fn hand_out(&self, about: About, case: Case, act: &Act) -> Result<PersonalData, Error> {
        let since = case.contract.as_ref().map(|stored| stored.contract.created_at);
        let (events, more_events) = self.events_about(&about, since).await?;
        if let Some(event) = self.event_about(&about, &case, EventKind::PersonalDataExported, act).await? {
            self.record(&event, &about).await?;
        }
        let all = case.is_theirs();
        let messages = case.messages.iter().filter(|stored| all || case.names_them(stored));
        Ok(PersonalData {
            messages: messages.map(|stored| stored.clone().into_record()).collect(),
            clues: case.found.clues,
            key: about.key,
            contract_id: about.contract,
            contract: case.contract.map(|stored| stored.contract),
            events,
            more_events,
        })
    }

    /// What happened to a contract, newest first, and whether there is more.
    async fn events_about(&self, about: &About, since: Option<Instant>) -> Result<(Vec<Event>, bool), Error> {
        let first = since.map_or(0, |since| since.millis().unsigned_abs());
        let condition = Expression::new("#listPK = :list AND #listSK >= :first")
            .value(":list", text(EventItem::listing(&about.incarnation, "").list))
            .value(":first", text(Ulid::from_parts(first, 0).to_string()));
        let mut stretch = Stretch::of_lists(condition).backwards(true);
        let (mut events, mut looked_through) = (Vec::new(), 0);
        loop {
            let found = self.query(&stretch, Some(STEP)).await?;
            looked_through += found.items.len();
            let item_keys: Vec<_> = found.items.iter().filter_map(ItemKey::of).collect();
            for item in self.get_all(&item_keys).await? {
                let event = EventItem::read(item)?;
                if event.subject.contract.as_ref() == Some(&about.contract) {
                    events.push(event);
                }
            }
            let Some(rest) = found.rest else { return Ok((events, false)) };
            if events.len() >= MOST_EVENTS || looked_through >= LOOKED_THROUGH {
                return Ok((events, true));
            }
            stretch = stretch.after(Some(rest));
        }
    }

    async fn record(&self, event: &Event, about: &About) -> Result<(), Error> {
        retry!(self, {
            let mut transaction = Transaction::default();
            transaction.event(event, Some(&about.incarnation), self.retention)?;
            // Refused: it was written by an attempt whose answer was lost.
            transaction.try_commit(self).await.map(|_| ())
        })
    }
}
