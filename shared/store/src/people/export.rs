//! Exporting a person's data.

use domain::{Event, EventKind, Instant, PersonSearch};
use ulid::Ulid;

use super::PersonalData;
use super::case::Case;
use super::details::Details;
use super::walk::{About, Sight, Walk};
use crate::expression::Expression;
use crate::items::{EventItem, ItemKey, read, text};
use crate::read::Stretch;
use crate::retry::retry;
use crate::transaction::Transaction;
use crate::{Error, Page, PageRequest, RequestMetadata, Store};

/// Limit on the events returned per contract.
const MOST_EVENTS: usize = 200;
/// Limit on the key's events that are searched for the contract's, newest first.
const LOOKED_THROUGH: usize = 2_000;
const STEP: usize = 100;

impl Store {
    /// Part of a person's data, contract by contract. The event that records the export of a contract is written
    /// before the contract is returned. A part may be empty although there are more.
    pub async fn export_person(
        &self,
        search: &PersonSearch,
        page: &PageRequest,
        metadata: &RequestMetadata,
    ) -> Result<Page<PersonalData>, Error> {
        let details = Details::of(search);
        let mut walk = Walk::new(self, &details, "export", page).await?;
        let mut data = Vec::new();
        while data.len() < page.limit
            && let Some(Sight { position, about }) = walk.next_sight().await?
        {
            let case = self.case(&about, &details).await?;
            if let Some(case) = case.filter(|case| case.position.as_ref() == Some(&position)) {
                data.push(self.hand_out(about, case, metadata).await?);
            }
            walk.passed(position);
        }
        Ok(Page { data, next: walk.cursor() })
    }

    async fn hand_out(&self, about: About, case: Case, metadata: &RequestMetadata) -> Result<PersonalData, Error> {
        let since = case.contract.as_ref().map(|stored| stored.contract.created_at);
        let keys = case.known_keys();
        let (mut events, mut more_events) = (Vec::new(), false);
        for incarnation in keys.values() {
            let (of_key, more) = self.events_about(&about, incarnation, since).await?;
            events.extend(of_key);
            more_events |= more;
        }
        events.sort_by(|a: &Event, b| b.id.cmp(&a.id));
        let kind = EventKind::PersonalDataExported;
        if let Some((event, incarnation)) = self.event_about(&about, &case, kind, metadata).await? {
            self.record(&event, &incarnation).await?;
        }
        let all = case.is_theirs();
        let messages = case.messages.iter().filter(|stored| all || case.names_them(stored));
        Ok(PersonalData {
            messages: messages.map(|stored| stored.clone().into_record()).collect(),
            matched_fields: case.found.matched_fields,
            contract_id: about.contract,
            keys: keys.into_keys().collect(),
            contract: case.contract.map(|stored| stored.contract),
            events,
            more_events,
        })
    }

    /// A key's events about a contract, newest first, and whether there are more.
    async fn events_about(
        &self,
        about: &About,
        incarnation: &str,
        since: Option<Instant>,
    ) -> Result<(Vec<Event>, bool), Error> {
        let first = since.map_or(0, |since| since.millis().unsigned_abs());
        let condition = Expression::new("#listPK = :list AND #listSK >= :first")
            .value(":list", text(EventItem::list(incarnation)))
            .value(":first", text(Ulid::from_parts(first, 0).to_string()));
        let mut stretch = Stretch::of_lists(condition).backwards(true);
        let (mut events, mut looked_through) = (Vec::new(), 0);
        loop {
            let found = self.query(&stretch, Some(STEP)).await?;
            looked_through += found.items.len();
            let item_keys: Vec<_> = found.items.iter().filter_map(ItemKey::of).collect();
            for item in self.get_all(&item_keys).await? {
                let event: Event = read(item)?;
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

    async fn record(&self, event: &Event, incarnation: &str) -> Result<(), Error> {
        retry!(self, {
            let mut transaction = Transaction::default();
            transaction.event(self, event, Some(incarnation))?;
            // A failed condition means that an attempt whose answer was lost has written the event.
            transaction.try_commit(self).await.map(|_| ())
        })
    }
}
