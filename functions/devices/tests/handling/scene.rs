//! The automat `lobby` with three lockers, and the function under test.

use devices::{Devices, Error};
use domain::{AutomatId, EventKind, LockerIndex, Opening, OpeningDraft, OpeningStatus};
use serde_json::{Value, json};
use store::{Created, PageRequest};
use testkit::{TestTable, at, automat, locker, metadata};
use things::Things;

use crate::data_plane::DataPlane;

pub(crate) struct Scene {
    pub(crate) table: TestTable,
    pub(crate) data_plane: DataPlane,
    devices: Devices,
}

impl Scene {
    pub(crate) async fn new() -> Self {
        let (table, data_plane) = (TestTable::new().await, DataPlane::default());
        table.store.create_automat(automat("lobby", 3), &metadata()).await.unwrap();
        let devices = Devices { store: table.store_of("devices"), things: Things::new(data_plane.client()) };
        Self { table, data_plane, devices }
    }

    /// Handles an event, two seconds after the start.
    pub(crate) async fn handle(&self, event: &Value) -> Result<(), Error> {
        self.devices.handle(event, at(2)).await
    }

    /// A running opening whose shadow holds the report `opened`; and the event of that report.
    pub(crate) async fn reported(&self, index: u32) -> (Opening, Value) {
        let opening = self.requested(index).await;
        let (request, report) = (request(&opening), json!([opening.id.as_str(), "opened", at(1).seconds()]));
        let name = index.to_string();
        let state = json!({ "desired": { "o": { &name: request } }, "reported": { "o": { &name: request }, "r": { &name: report } } });
        self.data_plane.update(&state);
        (opening, reports(&json!({ name: report })))
    }

    /// A new opening of a locker, in the table only.
    pub(crate) async fn requested(&self, index: u32) -> Opening {
        let automat = AutomatId::parse("lobby").unwrap();
        let draft = OpeningDraft { automat, locker: locker(index), reason: None, force: false };
        match self.table.store.request_opening(draft, &metadata()).await.unwrap() {
            Created::New(opening) | Created::Existing(opening) | Created::Replayed(opening) => opening,
        }
    }

    pub(crate) async fn status(&self, opening: &Opening) -> OpeningStatus {
        self.table.store.opening(&opening.id).await.unwrap().status(at(2))
    }

    /// The events of the automat, newest first.
    pub(crate) async fn events(&self) -> Vec<EventKind> {
        let page = PageRequest { limit: 100, after: None };
        let events = self.table.store.automat_events(&AutomatId::parse("lobby").unwrap(), &page).await.unwrap();
        events.data.into_iter().map(|event| event.kind).collect()
    }

    /// A locker as the API shows it.
    pub(crate) async fn locker(&self, index: LockerIndex) -> store::LockerView {
        let view = self.table.store.automat_view(&AutomatId::parse("lobby").unwrap(), at(0)).await.unwrap();
        view.lockers.into_iter().find(|locker| locker.locker == index).unwrap()
    }
}

/// An opening as the shadow holds it.
pub(crate) fn request(opening: &Opening) -> Value {
    json!([opening.seq, opening.id.as_str(), opening.issued_at.seconds(), opening.expires_at.seconds()])
}

/// The event that the rule makes of reports.
pub(crate) fn reports(reports: &Value) -> Value {
    json!({ "message": "openings", "thing": "lobby", "reports": reports })
}
