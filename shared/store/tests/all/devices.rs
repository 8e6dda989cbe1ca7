//! Implausible reports of devices, and readings that nobody caused: refused or accepted, and recorded a limited
//! number of times.

#![expect(clippy::unwrap_used, reason = "a test's own values are well formed")]

use domain::{
    AutomatId, CodeKind, ContractDraft, ContractId, DeviceFault, DoorState, Event, EventKind, Instant, KeyId,
    OpeningDraft, Presence, Whereabouts,
};
use store::{DUE_SHARDS, Due, Error, Expected, LockerReport, LockerReports, PageRequest, RequestMetadata};
use testkit::{TestTable, at, automat, contract, entry, key, locker, metadata, pin};

fn a() -> KeyId {
    KeyId::parse("A").unwrap()
}

fn lobby() -> AutomatId {
    AutomatId::parse("lobby").unwrap()
}

/// The key `A` in locker 0 of three, inside a closed locker, with the contract `one`; locker 1 is empty.
struct Scene(TestTable);

impl Scene {
    async fn new() -> Self {
        let table = TestTable::new().await;
        table.store.create_automat(automat("lobby", 3), &metadata()).await.unwrap();
        table.store.create_key(key("A"), &metadata()).await.unwrap();
        let id = Some(ContractId::parse("one").unwrap());
        let draft = ContractDraft { id, pin: Some(pin("482915")), ..contract(&a(), 0, 7_200) };
        table.store.create_contract(draft, &metadata()).await.unwrap();
        let scene = Self(table);
        scene.report(1, 0, true, DoorState::Closed, None).await;
        scene.report(2, 1, false, DoorState::Closed, None).await;
        scene
    }

    /// A report whose number is this many seconds after the beginning, received at that time.
    async fn report(&self, seconds: i64, index: u32, key: bool, door: DoorState, by: Option<&str>) {
        self.report_at(at(seconds).millis().unsigned_abs(), at(seconds), index, key, door, by).await;
    }

    async fn report_at(&self, n: u64, now: Instant, index: u32, key: bool, door: DoorState, by: Option<&str>) {
        let report = LockerReport { key_inside: Some(key), door, by: by.map(str::to_owned) };
        let reports = LockerReports { n, lockers: vec![(locker(index), report)], device_keys: Vec::new() };
        self.0.store.record_locker_reports(&lobby(), reports, now).await.unwrap();
    }

    async fn type_pin(&self, id: &str, seconds: i64, inside: &[u32]) {
        let typed = entry(&self.0.store, id, CodeKind::Pin, "482915", at(seconds), inside);
        self.0.store.keypad_entry(&lobby(), typed, at(seconds)).await.unwrap();
    }

    async fn events(&self) -> Vec<Event> {
        let page = PageRequest { limit: 100, after: None };
        self.0.store.automat_events(&lobby(), &page).await.unwrap().data
    }

    async fn count(&self, kind: EventKind) -> usize {
        self.events().await.iter().filter(|event| event.kind == kind).count()
    }

    async fn whereabouts(&self) -> Whereabouts {
        self.0.store.key(&a()).await.unwrap().whereabouts
    }

    async fn tick(&self, now: Instant) {
        for shard in 0..DUE_SHARDS {
            for due in self.0.store.due(shard, now, 100).await.unwrap() {
                if let Due::OpenDoor { automat, locker } = due {
                    self.0.store.check_open_door(&automat, locker, now).await.unwrap();
                }
            }
        }
    }
}

#[tokio::test]
async fn a_number_from_the_future_is_refused_and_later_reports_are_accepted() {
    let scene = Scene::new().await;
    for n in [at(3).millis().unsigned_abs() * 1000, u64::MAX, at(304).millis().unsigned_abs()] {
        scene.report_at(n, at(3), 0, false, DoorState::Open, None).await;
    }
    assert_eq!(scene.whereabouts().await, Whereabouts::Inside);
    assert_eq!(scene.count(EventKind::AutomatClockWrong).await, 1, "not one for each message");
    scene.type_pin("e1", 4, &[0]).await;
    scene.report(5, 0, false, DoorState::Open, Some("e1")).await;
    let out = Whereabouts::Out { contract: ContractId::parse("one").ok() };
    assert_eq!(scene.whereabouts().await, out);
    let refused = scene.0.store.remove_key(&a(), false, Expected::Any, &metadata()).await;
    assert!(matches!(refused, Err(Error::Key(domain::KeyRefusal::Out))), "{refused:?}");
    let ahead = at(4_000).millis().unsigned_abs() * 1000;
    scene.report_at(ahead, at(3_603), 0, true, DoorState::Closed, None).await;
    assert_eq!(scene.count(EventKind::AutomatClockWrong).await, 2, "it is recorded again after an hour");
}

#[tokio::test]
async fn a_full_report_from_the_future_is_ignored() {
    let scene = Scene::new().await;
    let report = |key, door| LockerReport { key_inside: Some(key), door, by: None };
    let all = |n, door| LockerReports {
        n,
        lockers: (0..3).map(|index| (locker(index), report(index == 0, door))).collect(),
        device_keys: Vec::new(),
    };
    scene.0.store.record_locker_reports(&lobby(), all(u64::MAX, DoorState::Open), at(3)).await.unwrap();
    scene.report(4, 0, false, DoorState::Closed, None).await;
    assert_eq!(scene.whereabouts().await, Whereabouts::Out { contract: None });
}

#[tokio::test]
async fn after_a_reset_lower_numbers_and_another_connection_are_accepted() {
    let scene = Scene::new().await;
    let connected = |number| Presence { connected: true, at: at(1), number };
    scene.0.store.record_presence(&lobby(), connected(90), at(2)).await.unwrap();
    scene.report(60, 0, true, DoorState::Closed, None).await;
    scene.report_at(5, at(61), 0, false, DoorState::Closed, None).await;
    assert_eq!(scene.whereabouts().await, Whereabouts::Inside, "an older number says nothing new");
    let ada = RequestMetadata { actor: domain::Actor::new("ada"), ..metadata() };
    scene.0.store.reset_automat(&lobby(), Expected::Any, &ada).await.unwrap();
    assert_eq!(scene.0.store.automat(&lobby()).await.unwrap().connection, domain::Connection::default());
    scene.report_at(5, at(62), 0, false, DoorState::Closed, None).await;
    assert_eq!(scene.whereabouts().await, Whereabouts::Out { contract: None });
    scene.0.store.record_presence(&lobby(), connected(0), at(63)).await.unwrap();
    let connection = scene.0.store.automat(&lobby()).await.unwrap().connection;
    assert_eq!(connection.state, domain::ConnectionState::Connected);
    let reset = scene.events().await.into_iter().find(|event| event.kind == EventKind::AutomatReset).unwrap();
    assert_eq!(reset.actor.as_str(), "ada");
    assert_eq!(scene.0.store.automat(&lobby()).await.unwrap().version, 1, "nobody's If-Match has become stale");
}

#[tokio::test]
async fn an_automat_created_again_starts_anew() {
    let scene = Scene::new().await;
    scene.report(60, 0, true, DoorState::Closed, None).await;
    scene.0.store.remove_key(&a(), true, Expected::Any, &metadata()).await.unwrap();
    scene.0.store.remove_automat(&lobby(), Expected::Any, &metadata()).await.unwrap();
    scene.0.store.create_automat(automat("lobby", 3), &metadata()).await.unwrap();
    scene.0.store.create_key(key("A"), &metadata()).await.unwrap();
    scene.report_at(5, at(61), 0, false, DoorState::Open, None).await;
    let view = scene.0.store.automat_view(&lobby(), at(61)).await.unwrap();
    assert_eq!(view.lockers[0].door, DoorState::Open);
}

#[tokio::test]
async fn a_reset_lets_a_fault_be_recorded_again() {
    let scene = Scene::new().await;
    let record = async || {
        scene.0.store.record_fault(&lobby(), DeviceFault::DuplicateClient, None, at(3)).await.unwrap();
    };
    record().await;
    record().await;
    assert_eq!(scene.count(EventKind::AutomatDuplicateClient).await, 1);
    scene.0.store.reset_automat(&lobby(), Expected::Any, &metadata()).await.unwrap();
    record().await;
    assert_eq!(scene.count(EventKind::AutomatDuplicateClient).await, 2);
}

#[tokio::test]
async fn a_door_that_opens_without_an_entry_or_an_opening_was_forced() {
    let scene = Scene::new().await;
    scene.report(10, 0, true, DoorState::Open, None).await;
    scene.report(11, 0, false, DoorState::Open, None).await;
    scene.report(12, 0, false, DoorState::Closed, None).await;
    assert_eq!(scene.count(EventKind::LockerForced).await, 1, "the door and the key are one matter");
    let forced = scene.events().await.into_iter().find(|event| event.kind == EventKind::LockerForced).unwrap();
    assert_eq!((forced.subject.locker, forced.subject.key), (Some(locker(0)), Some(a())));
    for flicker in 0..20 {
        let door = if flicker % 2 == 0 { DoorState::Open } else { DoorState::Closed };
        scene.report(13 + flicker, 0, false, door, None).await;
    }
    assert_eq!(scene.count(EventKind::LockerForced).await, 1, "nor is it recorded again for a sensor that flickers");
}

#[tokio::test]
async fn a_key_that_leaves_a_closed_locker_was_taken_by_force() {
    let scene = Scene::new().await;
    scene.report(10, 0, false, DoorState::Closed, Some("nothing of ours")).await;
    assert_eq!(scene.count(EventKind::LockerForced).await, 1);
}

#[tokio::test]
async fn an_entry_and_an_opening_explain_what_happens_until_the_door_is_closed() {
    let scene = Scene::new().await;
    scene.type_pin("e1", 10, &[0]).await;
    scene.report(11, 0, true, DoorState::Open, Some("e1")).await;
    scene.report(12, 0, false, DoorState::Open, Some("e1")).await;
    scene.report(13, 0, false, DoorState::Closed, Some("e1")).await;
    scene.report(14, 0, false, DoorState::Open, Some("e1")).await;
    scene.report(15, 0, false, DoorState::Closed, Some("e1")).await;
    let draft = OpeningDraft { automat: lobby(), locker: locker(0), reason: None, force: false };
    let opening = scene.0.store.request_opening(draft, &metadata()).await.unwrap().into_inner();
    scene.report(40, 0, false, DoorState::Open, Some(opening.id.as_str())).await;
    scene.report(41, 0, true, DoorState::Closed, Some(opening.id.as_str())).await;
    assert_eq!(scene.count(EventKind::LockerForced).await, 0);
    scene.report(60, 0, false, DoorState::Open, Some(opening.id.as_str())).await;
    assert_eq!(scene.count(EventKind::LockerForced).await, 1, "the motor has not run since");
}

#[tokio::test]
async fn an_opening_of_another_locker_explains_nothing() {
    let scene = Scene::new().await;
    scene.type_pin("e1", 10, &[0]).await;
    scene.report(11, 1, false, DoorState::Open, Some("e1")).await;
    assert_eq!(scene.count(EventKind::LockerForced).await, 1);
}

#[tokio::test]
async fn a_forced_fetch_is_not_attributed_to_an_earlier_user() {
    let scene = Scene::new().await;
    scene.type_pin("e1", 10, &[0]).await;
    scene.report(11, 0, false, DoorState::Open, Some("e1")).await;
    scene.report(12, 0, true, DoorState::Closed, Some("e1")).await;
    scene.report(600, 0, false, DoorState::Open, Some("e1")).await;
    assert_eq!(scene.whereabouts().await, Whereabouts::Out { contract: None });
}

#[tokio::test]
async fn an_unexpected_key_is_recorded() {
    let scene = Scene::new().await;
    for seconds in 10..30 {
        scene.report(seconds, 1, seconds % 2 == 0, DoorState::Closed, None).await;
    }
    assert_eq!(scene.count(EventKind::KeyUnexpected).await, 1);
    assert_eq!(scene.count(EventKind::LockerForced).await, 1, "and that it leaves a closed locker");
    scene.report(40, 2, true, DoorState::Closed, None).await;
    assert_eq!(
        scene.count(EventKind::KeyUnexpected).await,
        1,
        "the first report may be of a key that was there before"
    );
}

#[tokio::test]
async fn a_door_that_is_open_for_five_minutes_was_left_open() {
    let scene = Scene::new().await;
    scene.type_pin("e1", 10, &[0]).await;
    scene.report(11, 0, true, DoorState::Open, Some("e1")).await;
    scene.report(200, 0, false, DoorState::Open, Some("e1")).await;
    scene.tick(at(310)).await;
    assert_eq!(scene.count(EventKind::DoorLeftOpen).await, 0);
    scene.tick(at(311)).await;
    scene.tick(at(900)).await;
    assert_eq!(scene.count(EventKind::DoorLeftOpen).await, 1, "once");
    scene.report(901, 0, false, DoorState::Closed, Some("e1")).await;
    scene.tick(at(2_000)).await;
    assert_eq!(scene.count(EventKind::DoorLeftOpen).await, 1);
}

#[tokio::test]
async fn a_door_closed_in_time_is_not_recorded() {
    let scene = Scene::new().await;
    scene.type_pin("e1", 10, &[0]).await;
    scene.report(11, 0, true, DoorState::Open, Some("e1")).await;
    scene.report(300, 0, false, DoorState::Closed, Some("e1")).await;
    scene.tick(at(900)).await;
    assert_eq!(scene.count(EventKind::DoorLeftOpen).await, 0);
}

#[tokio::test]
async fn what_somebody_should_look_at_is_listed_for_a_day_and_an_open_door_until_it_is_closed() {
    let scene = Scene::new().await;
    let alerts = async |seconds| {
        let found = scene.0.store.alerts(at(seconds), 10).await.unwrap();
        found.into_iter().map(|event| (event.kind, event.subject.locker.unwrap())).collect::<Vec<_>>()
    };
    assert_eq!(alerts(1).await, []);
    scene.type_pin("e1", 10, &[0]).await;
    scene.report(11, 0, true, DoorState::Open, Some("e1")).await;
    assert_eq!(alerts(12).await, [], "it is in use");
    scene.tick(at(311)).await;
    scene.report(400, 1, true, DoorState::Closed, None).await;
    let [door, key] = [(EventKind::DoorLeftOpen, locker(0)), (EventKind::KeyUnexpected, locker(1))];
    assert_eq!(alerts(401).await, [key.clone(), door.clone()], "newest first");
    assert_eq!(scene.0.store.alerts(at(401), 1).await.unwrap().len(), 1);
    scene.report(500, 0, true, DoorState::Closed, Some("e1")).await;
    assert_eq!(alerts(501).await, std::slice::from_ref(&key));
    assert_eq!(alerts(400 + 86_400).await, [key]);
    assert_eq!(alerts(401 + 86_400).await, []);
}
