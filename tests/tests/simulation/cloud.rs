//! The cloud in the simulation: the real router and handler of the functions, with the real store, shadow service and
//! rules.

use std::collections::BTreeSet;

use api::testing::{json, request};
use api::{App, Role};
use automat::device::DeviceKey;
use aws_sdk_dynamodb::types::AttributeValue;
use axum::body::Body;
use axum::response::Response;
use clock::Clock;
use devices::Devices;
use domain::{
    AutomatId, CodeKind, Contract, ContractDraft, ContractId, ContractKeys, Event, Instant, KeyDraft, KeyId,
    LockerIndex, Opening, OpeningId, Sharing, Whereabouts,
};
use iot::Template;
use iot::rules::{Message, Rules};
use iot::shadow::{Address, Operation};
use openings::Openings;
use projector::Projector;
use protocol::{Handle, SealedPage, ThingName};
use serde_json::{Value, json};
use store::{PageRequest, Store};
use testkit::{TABLE, TestTable, Wire, automat, contract, key, metadata, name, pin};
use things::Things;
use tower::ServiceExt as _;
use ulid::Ulid;

use crate::bookings::{Booking, key_id};
use crate::data_plane::DataPlane;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Death {
    Spared,
    /// Before a call to the table, after this many others.
    AtTheTable(u32),
    /// Before a call to the data plane, after this many others.
    BeforeTheShadow(u32),
    /// After that call, before its response.
    AfterTheShadow(u32),
}

/// The functions and their services.
pub(crate) struct Cloud {
    table: TestTable,
    wire: Wire,
    data_plane: DataPlane,
    things: Things,
    store: Store,
    rules: Rules,
    clock: Clock,
    /// The records of the stream that the projector has yet to handle.
    unprojected: Vec<Value>,
}

/// The effects of a message to the broker: messages to the device, and events for the devices function.
pub(crate) type Consequences = (Vec<(String, Vec<u8>)>, Vec<Value>);

impl Cloud {
    pub(crate) async fn new(now: Instant) -> Self {
        let table = TestTable::new().await;
        let (store, wire) = table.another_store();
        let data_plane = DataPlane::new(now, wire.clone());
        let things = Things::new(data_plane.client());
        let rules = Template::read(template::TEMPLATE).unwrap().rules;
        Self { table, wire, data_plane, things, store, rules, clock: Clock::skipping(now), unprojected: Vec::new() }
    }

    pub(crate) async fn add_automat(&self, id: &str, lockers: u16) {
        self.store.create_automat(automat(id, u32::from(lockers)), &metadata()).await.unwrap();
    }

    /// Adds the key of a locker.
    pub(crate) async fn add_key(&self, automat: &str, cabinet: usize, locker: u16) {
        let draft = KeyDraft {
            id: key_id(cabinet, locker),
            automat: AutomatId::parse(automat).unwrap(),
            locker: Some(LockerIndex::new(u32::from(locker)).unwrap()),
            sharing: Sharing::Shared,
            ..key("any")
        };
        self.store.create_key(draft, &metadata()).await.unwrap();
    }

    /// Creates a contract for the time of the simulation. Returns its handle.
    pub(crate) async fn book(&self, booking: &Booking) -> Handle {
        let keys = booking.keys.iter().map(|(cabinet, locker)| key_id(*cabinet, *locker));
        let draft = ContractDraft {
            id: Some(booking.id.clone()),
            keys: ContractKeys::new(keys).unwrap(),
            pin: Some(pin(&booking.pin)),
            ..contract(&key_id(0, 0), 0, 365 * 24 * 3_600)
        };
        self.store.create_contract(draft, &metadata()).await.unwrap();
        let request = self.table.client.get_item().table_name(TABLE).consistent_read(true);
        let request = request.key("PK", AttributeValue::S(format!("CONTRACT#{}", booking.id)));
        let item = request.key("SK", AttributeValue::S("CONTRACT".to_owned())).send().await.unwrap().item.unwrap();
        let incarnation = Ulid::from_string(item["incarnation"].as_s().unwrap()).unwrap().to_bytes();
        Handle(*incarnation.last_chunk().unwrap())
    }

    /// The projector handles what the table's stream has, and again what it could not handle before.
    pub(crate) async fn project(&mut self, death: Death) {
        self.unprojected.extend(self.table.new_records(self.clock.now()).await);
        // The engine looks at all that it has whenever it is asked.
        self.table.delete_stream_records().await;
        if self.unprojected.is_empty() {
            return;
        }
        let (store, things, clock) = (self.store.clone(), self.things.clone(), self.clock.clone());
        let batch = json!({ "Records": self.unprojected });
        self.condemn(death);
        let answer = Projector { store, things, clock }.handle(&batch).await;
        if self.is_dead() {
            return; // all of it again
        }
        let answer = answer.unwrap();
        let failed = answer["batchItemFailures"].as_array().unwrap();
        let is_failed = |number: &Value| failed.iter().any(|failure| failure["itemIdentifier"] == *number);
        self.unprojected.retain(|record| is_failed(&record["dynamodb"]["SequenceNumber"]));
    }

    pub(crate) fn device_key(&self, automat: &str) -> DeviceKey {
        DeviceKey::new(self.store.device_key(&AutomatId::parse(automat).unwrap()).reveal())
    }

    /// Whether a page that an automat holds has an entry of a contract.
    pub(crate) fn has_entry(&self, thing: &ThingName, locker: u16, page: &SealedPage, contract: Handle) -> bool {
        let key = self.store.device_key(&AutomatId::parse(&thing.automat_id()).unwrap());
        let page = testkit::open_page(key.reveal(), thing, locker, page).unwrap();
        page.entries.iter().any(|entry| entry.handle == contract)
    }

    /// The name of a PIN in an automat.
    pub(crate) fn code(&self, automat: &str, pin: &str) -> String {
        name(&self.store.device_key(&AutomatId::parse(automat).unwrap()), CodeKind::Pin, pin)
    }

    /// The functions have another clock than the broker.
    pub(crate) fn set(&self, broker: Instant, functions: Instant) {
        self.data_plane.set(broker);
        self.clock.set(functions);
    }

    /// Requests an opening. `None` if the function died.
    pub(crate) async fn ask(&self, automat: &str, locker: u16, key: &str, death: Death) -> Option<(u16, Value)> {
        let app = App { store: self.store.clone(), clock: self.clock.clone() };
        let router = openings::router(Openings { app, things: self.things.clone() });
        let path = format!("/v1/automats/{automat}/lockers/{locker}/openings");
        let request = request("POST", &path, Role::Operator).header("idempotency-key", key);
        let request = request.header("content-type", "application/json").body(Body::from("{}")).unwrap();
        self.condemn(death);
        let response: Response = router.oneshot(request).await.unwrap();
        let died = self.is_dead();
        let status = response.status().as_u16();
        let body = json(response).await;
        (!died).then_some((status, body))
    }

    /// Calls the devices function for a rule. Returns whether it finished.
    pub(crate) async fn handle(&self, event: &Value, death: Death) -> bool {
        let devices = Devices { store: self.store.clone(), things: self.things.clone() };
        self.condemn(death);
        let handled = devices.handle(event, self.clock.now()).await;
        !self.is_dead() && handled.is_ok()
    }

    pub(crate) fn publish(&self, thing: &ThingName, topic: &str, payload: &[u8]) -> Consequences {
        let Some((address, operation)) = Address::of_request(topic) else {
            return (Vec::new(), self.fire(topic, payload));
        };
        assert_eq!(address.thing(), thing.as_str(), "a device uses its own topics");
        _ = self.data_plane.request(&address, operation, payload);
        self.said()
    }

    /// The messages of shadows since the last call.
    pub(crate) fn said(&self) -> Consequences {
        let messages = self.data_plane.messages();
        let events = messages.iter().flat_map(|(topic, payload)| self.fire(topic, payload)).collect();
        (messages, events)
    }

    /// The events that the rules make of a message.
    fn fire(&self, topic: &str, payload: &[u8]) -> Vec<Value> {
        let payload: Value = serde_json::from_slice(payload).unwrap();
        self.rules.fire(&Message { topic, payload: &payload }).into_iter().map(|firing| firing.event).collect()
    }

    /// An opening in the table.
    pub(crate) async fn opening(&self, id: &str) -> Opening {
        self.table.store.opening(&OpeningId::parse(id).unwrap()).await.unwrap()
    }

    /// All openings in the table, including those that no client knows of.
    pub(crate) async fn openings(&self) -> Vec<Opening> {
        let items = self.table.items().await;
        let id =
            |item: &String| item.split("\"OPENING#").nth(1).and_then(|rest| rest.split('"').next()).map(str::to_owned);
        let mut openings = Vec::new();
        // Each is in the receipt of its POST too.
        for id in items.iter().filter_map(id).collect::<BTreeSet<_>>() {
            openings.push(self.opening(&id).await);
        }
        openings
    }

    pub(crate) async fn whereabouts(&self, cabinet: usize, locker: u16) -> Whereabouts {
        self.table.store.key(&key_id(cabinet, locker)).await.unwrap().whereabouts
    }

    pub(crate) async fn contract(&self, id: &ContractId) -> Contract {
        self.table.store.contract(id).await.unwrap()
    }

    /// The keys of a PIN in an automat, and those of them that are out with its contract.
    pub(crate) async fn pin_keys(&self, automat: &str, pin: &str) -> (BTreeSet<KeyId>, BTreeSet<KeyId>) {
        let request = self.table.client.get_item().table_name(TABLE).consistent_read(true);
        let request = request.key("PK", AttributeValue::S(format!("AUTOMAT#{automat}")));
        let request = request.key("SK", AttributeValue::S(format!("PIN#{}", self.code(automat, pin))));
        let item = request.send().await.unwrap().item.unwrap();
        let keys = |name: &str| {
            let keys = item.get(name).and_then(|keys| keys.as_ss().ok()).into_iter().flatten();
            keys.map(|key| KeyId::parse(key).unwrap()).collect()
        };
        (keys("keys"), keys("out"))
    }

    /// All events of an automat and its keys.
    pub(crate) async fn events(&self, automat: &str) -> Vec<Event> {
        let (id, mut events) = (AutomatId::parse(automat).unwrap(), Vec::new());
        let mut page = PageRequest { limit: 1_000, after: None };
        loop {
            let found = self.table.store.automat_events(&id, &page).await.unwrap();
            events.extend(found.data);
            page.after = found.next;
            if page.after.is_none() {
                return events;
            }
        }
    }

    /// The state of a shadow.
    pub(crate) fn shadow(&self, thing: &ThingName) -> Value {
        let address = Address::new(thing.as_str(), Some(protocol::CONTROL_SHADOW)).unwrap();
        let state = self.data_plane.request(&address, Operation::Get, b"").unwrap_or_default();
        _ = self.data_plane.messages();
        state.get("state").cloned().unwrap_or(json!({}))
    }

    fn condemn(&self, death: Death) {
        self.data_plane.condemn(death);
        if let Death::AtTheTable(calls) = death {
            self.wire.cut_after(calls);
        }
    }

    /// Whether a call came after the function's death, and so was not made. The next function lives.
    fn is_dead(&self) -> bool {
        self.wire.repair();
        let cut = self.wire.was_cut();
        self.data_plane.repair() || cut
    }
}
