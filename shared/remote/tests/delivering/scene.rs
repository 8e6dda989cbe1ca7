//! An automat, a data plane that answers as the test says, and people who ask for openings, each in a process of their
//! own.

use std::time::Duration;

use api::{App, Problem};
use aws_sdk_dynamodb::types::AttributeValue;
use clock::Clock;
use domain::{AutomatId, Opening, OpeningDraft, OpeningStatus};
use remote::RequestedOpening;
use store::{Delivery, DeliveryLease, RequestMetadata};
use testkit::{TABLE, TestTable, at, automat, locker, metadata};
use tokio::task::JoinHandle;

use crate::data_plane::DataPlane;

/// The locker that somebody else is delivering an opening of.
pub(crate) const OTHER: u32 = 99;

/// An answer that will come.
pub(crate) type Asking = JoinHandle<Result<RequestedOpening, Problem>>;

pub(crate) struct Scene {
    pub(crate) table: TestTable,
    pub(crate) clock: Clock,
    pub(crate) data_plane: DataPlane,
}

impl Scene {
    /// The automat `lobby`, by a clock that only the test moves on.
    pub(crate) async fn new() -> Self {
        let table = TestTable::new().await;
        table.store.create_automat(automat("lobby", 100), &metadata()).await.unwrap();
        Self { table, clock: Clock::fixed(at(0)), data_plane: DataPlane::default() }
    }

    /// Somebody asks for a locker, by the role of the function.
    pub(crate) fn ask(&self, index: u32) -> Asking {
        self.ask_as(index, metadata())
    }

    /// The same with an act of their own.
    pub(crate) fn ask_as(&self, index: u32, metadata: RequestMetadata) -> Asking {
        let app = App { store: self.table.store_of("openings"), clock: self.clock.clone() };
        let (things, metadata) = (self.data_plane.things(), RequestMetadata { now: self.clock.now(), ..metadata });
        tokio::spawn(async move { remote::request_opening(&app, &things, draft(index), &metadata).await })
    }

    /// An opening in the table, requested so many seconds after the beginning.
    pub(crate) async fn requested(&self, index: u32, seconds: i64) -> Opening {
        let metadata = RequestMetadata { now: at(seconds), ..metadata() };
        self.table.store.request_opening(draft(index), &metadata).await.unwrap().into_inner()
    }

    /// An opening in the queue.
    pub(crate) async fn queued(&self, index: u32, seconds: i64) -> Opening {
        let opening = self.requested(index, seconds).await;
        let delivery = self.table.store.queue_delivery(&opening, at(0)).await.unwrap();
        assert!(matches!(delivery, Delivery::Waiting(_)), "{delivery:?}");
        opening
    }

    /// Somebody else delivers an opening, and holds the lease until they release it, however slow the test is.
    pub(crate) async fn lease_of_another(&self) -> (Opening, DeliveryLease) {
        self.lease_from(1_000).await
    }

    /// Somebody else has taken the lease, and died.
    pub(crate) async fn lease_of_the_dead(&self) {
        self.lease_from(0).await;
    }

    async fn lease_from(&self, seconds: i64) -> (Opening, DeliveryLease) {
        let opening = self.requested(OTHER, 0).await;
        match self.table.store.queue_delivery(&opening, at(seconds)).await.unwrap() {
            Delivery::Leased(lease) => (opening, lease),
            delivery => panic!("{delivery:?}"),
        }
    }

    pub(crate) async fn release(&self, (opening, lease): (Opening, DeliveryLease)) {
        assert!(self.table.store.release_delivery(&lease, &[opening.id], at(0)).await.unwrap());
    }

    /// How many openings are in the queue.
    pub(crate) async fn queue_length(&self) -> usize {
        let key = [("PK", "AUTOMAT#lobby"), ("SK", "DELIVERY")];
        let key = key.map(|(name, value)| (name.to_owned(), AttributeValue::S(value.to_owned())));
        let request = self.table.client.get_item().table_name(TABLE).consistent_read(true);
        let item = request.set_key(Some(key.into())).send().await.unwrap().item.unwrap_or_default();
        item.get("waiting").map_or(0, |waiting| waiting.as_ss().unwrap().len())
    }

    /// Waits until so many openings are in the queue.
    pub(crate) async fn queue_has(&self, count: usize) {
        while self.queue_length().await < count {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until so many requests have come to the data plane.
    pub(crate) async fn data_plane_has(&self, count: usize) {
        while self.data_plane.updates().len() < count {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub(crate) async fn status(&self, opening: &Opening) -> (OpeningStatus, bool) {
        let opening = self.table.store.opening(&opening.id).await.unwrap();
        (opening.status(self.clock.now()), opening.is_confirmed_by_device())
    }
}

fn draft(index: u32) -> OpeningDraft {
    OpeningDraft { automat: AutomatId::parse("lobby").unwrap(), locker: locker(index), reason: None, force: false }
}
