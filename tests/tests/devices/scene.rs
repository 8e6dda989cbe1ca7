//! A key in a locker, its contracts, and somebody at the keypad: in real time, or with a clock that the test sets.

use std::fs;
use std::ops::Deref;

use automat::device::Display;
use automat::simulated::SimulatedAutomat;
use clock::Clock;
use e2e::device::PATIENCE;
use e2e::{Stack, Stage};
use protocol::Purpose;
use serde_json::{Value, json};
use tokio::time::{Duration, Instant, sleep};

/// The locker of the key.
pub(crate) const LOCKER: u16 = 1;

/// Where the clocks that tests set start.
pub(crate) fn noon() -> domain::Instant {
    domain::Instant::parse("2026-11-24T12:00:00Z").unwrap()
}

pub(crate) struct Scene {
    pub(crate) stage: Stage,
    pub(crate) device: SimulatedAutomat,
    pub(crate) key: String,
    began: domain::Instant,
}

impl Scene {
    /// In real time, with a shared key inside.
    pub(crate) async fn new() -> Self {
        Self::on(&Stack::shared(), Clock::system().now().whole_second()).await
    }

    /// At noon, with a clock that only [`Timed::go_to`] moves.
    pub(crate) async fn at_noon() -> Timed {
        let clock = Clock::fixed(noon());
        Timed { scene: Self::on(&Stack::alone(clock.clone()).await, noon()).await, clock }
    }

    /// On a stack whose clock started then, with a shared key inside.
    pub(crate) async fn on(stack: &Stack, began: domain::Instant) -> Self {
        let stage = Stage::new(stack, 3).await;
        let key = stage.key_with(json!({ "lockerIndex": LOCKER, "shared": true, "returnCode": "4827" })).await;
        let device = stage.device(&[LOCKER]).await;
        stage.view_where(|view| view["lockers"][1]["keyInside"] == true).await;
        Self { stage, device, key, began }
    }

    /// This many minutes after the start.
    pub(crate) fn minute(&self, minutes: i64) -> domain::Instant {
        self.began.plus_millis(minutes * 60_000)
    }

    /// The id of a contract of this scene.
    pub(crate) fn id(&self, contract: &str) -> String {
        format!("{contract}.{}", self.key)
    }

    pub(crate) async fn book(&self, contract: &str, pin: &str, from: i64, to: i64) {
        let contract = self.id(contract);
        let (start, end) = (self.minute(from).to_string(), self.minute(to).to_string());
        let body = json!({ "contractId": contract, "person": "Bo", "pin": pin, "start": start, "end": end });
        self.stage.book(&self.key, body).await.is(201);
    }

    /// Fetches the key with a PIN, and closes the door.
    pub(crate) async fn fetch(&self, pin: &str) {
        assert_eq!(self.device.type_code(pin).await, open_to(Purpose::Fetch));
        assert!(self.device.take_key(LOCKER));
        self.device.close_door(LOCKER);
        self.stage.view_where(|view| is(&view["lockers"][1], false, "closed")).await;
    }

    /// Returns the key with a code, and closes the door.
    pub(crate) async fn put_back(&self, code: &str) {
        assert_eq!(self.device.type_code(code).await, open_to(Purpose::Return));
        assert!(self.device.put_key(LOCKER));
        self.device.close_door(LOCKER);
        self.stage.view_where(|view| is(&view["lockers"][1], true, "closed")).await;
    }

    /// Waits until the device has a page of the locker with an entry: it is longer than any without one.
    pub(crate) async fn holds_page(&self) {
        const WITHOUT_AN_ENTRY: usize = 80;
        let sealed = |record: &Value| record["pages"][LOCKER.to_string()]["sealed"].as_str().map(str::len);
        self.written(|records| records.iter().filter_map(sealed).any(|length| length > WITHOUT_AN_ENTRY)).await;
    }

    /// Waits until the latest answer that the device has written has a lease.
    pub(crate) async fn holds_lease(&self) {
        self.written(|records| ends(records).last().is_some_and(|end| end["lease"].is_string())).await;
    }

    /// Waits until the latest answer that the device has written has no lease.
    pub(crate) async fn holds_no_lease(&self) {
        self.written(|records| ends(records).last().is_some_and(|end| end["lease"].is_null())).await;
    }

    /// Waits until the device's journal is as expected.
    async fn written(&self, is_so: impl Fn(&[Value]) -> bool) {
        let folder = self.stage.credentials().join("device");
        let deadline = Instant::now() + PATIENCE;
        loop {
            // One of them is empty.
            let text = ["journal.a", "journal.b"].map(|slot| fs::read_to_string(folder.join(slot)).unwrap()).concat();
            let record = |line: &str| serde_json::from_str(line.split_once([' ', '+'])?.1).ok();
            if is_so(&text.lines().filter_map(record).collect::<Vec<_>>()) {
                return;
            }
            assert!(Instant::now() < deadline, "it never came about");
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// Types a code that must not open a locker. Returns the recorded reason.
    pub(crate) async fn refused(&self, code: &str) -> Value {
        let before = self.device.motor_log().len();
        assert_eq!(self.device.type_code(code).await, Display::NotValid, "the keypad says no more");
        assert_eq!(self.device.motor_log().len(), before, "nothing opens");
        self.stage.event("entry-refused").await
    }
}

/// A scene in which only the test moves the clock.
pub(crate) struct Timed {
    scene: Scene,
    clock: Clock,
}

impl Timed {
    /// Moves the clock to an instant. The device restarts, since it reads the time only then. So its keypad has
    /// forgotten earlier entries, and only the cloud remembers them.
    pub(crate) async fn go_to(&mut self, instant: domain::Instant) {
        self.clock.set(instant);
        self.scene.stage.stack.forget_tokens().await;
        self.scene.device.restart().await;
        self.scene.device.connected().await.unwrap();
    }
}

impl Deref for Timed {
    type Target = Scene;

    fn deref(&self) -> &Scene {
        &self.scene
    }
}

/// The text on the keypad when the locker opens.
pub(crate) fn open_to(purpose: Purpose) -> Display {
    Display::Open { locker: LOCKER, purpose }
}

/// Whether a locker of the view has this state.
pub(crate) fn is(locker: &Value, key_inside: bool, door: &str) -> bool {
    locker["keyInside"] == key_inside && locker["door"] == door
}

/// The ends of the answers in a journal.
fn ends(records: &[Value]) -> impl DoubleEndedIterator<Item = &Value> {
    records.iter().map(|record| &record["end"]).filter(|end| end.is_object())
}
