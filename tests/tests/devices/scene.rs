//! A key in a locker, contracts on it, and somebody at the keypad, at times that the test chooses.

use api::Clock;
use automat::device::Display;
use automat::simulated::SimulatedAutomat;
use domain::Instant;
use e2e::{Stack, Stage};
use protocol::Purpose;
use serde_json::{Value, json};

/// The locker that the key belongs in.
pub(crate) const LOCKER: u16 = 1;

/// When the tests' clocks begin.
pub(crate) fn noon() -> Instant {
    minute(0)
}

/// So many minutes after it.
pub(crate) fn minute(minutes: i64) -> Instant {
    Instant::parse("2026-11-24T12:00:00Z").unwrap().plus_millis(minutes * 60_000)
}

pub(crate) struct Scene {
    pub(crate) stage: Stage,
    pub(crate) device: SimulatedAutomat,
    pub(crate) key: String,
    clock: Clock,
}

impl Scene {
    /// At noon, with a shared key inside.
    pub(crate) async fn new() -> Self {
        let clock = Clock::fixed(noon());
        Self::on(Stack::alone(clock.clone()).await, clock).await
    }

    /// The same on a stack of one's own that goes by this clock.
    pub(crate) async fn on(stack: Stack, clock: Clock) -> Self {
        let stage = Stage::new(&stack, 3).await;
        let key = stage.key_with(json!({ "lockerIndex": LOCKER, "shared": true, "returnCode": "4827" })).await;
        let device = stage.device(&[LOCKER]).await;
        stage.view_where(|view| view["lockers"][1]["keyInside"] == true).await;
        Self { stage, device, key, clock }
    }

    /// Books the key from one minute to another.
    pub(crate) async fn book(&self, contract: &str, pin: &str, from: i64, to: i64) {
        let (start, end) = (minute(from).to_string(), minute(to).to_string());
        let body = json!({ "contractId": contract, "person": "Bo", "pin": pin, "start": start, "end": end });
        self.stage.book(&self.key, body).await.is(201);
    }

    /// Lets time pass to an instant. The device starts anew, since it asks for the time only then; so its keypad has
    /// forgotten all, too, and only the cloud remembers.
    pub(crate) async fn go_to(&mut self, instant: Instant) {
        self.clock.set(instant);
        self.stage.stack.forget_tokens().await;
        self.device.restart().await;
        self.device.connected().await.unwrap();
    }

    /// Fetches the key with a PIN, and closes the door.
    pub(crate) async fn fetch(&self, pin: &str) {
        assert_eq!(self.device.type_code(pin).await, open_to(Purpose::Fetch));
        assert!(self.device.take_key(LOCKER));
        self.device.close_door(LOCKER);
        self.stage.view_where(|view| is(&view["lockers"][1], false, "closed")).await;
    }

    /// Puts the key back with a code, and closes the door.
    pub(crate) async fn put_back(&self, code: &str) {
        assert_eq!(self.device.type_code(code).await, open_to(Purpose::Return));
        assert!(self.device.put_key(LOCKER));
        self.device.close_door(LOCKER);
        self.stage.view_where(|view| is(&view["lockers"][1], true, "closed")).await;
    }

    /// Types a code that must open nothing, and gives the reason that is recorded.
    pub(crate) async fn refused(&self, code: &str) -> Value {
        let before = self.device.motor_log().len();
        assert_eq!(self.device.type_code(code).await, Display::NotValid, "the keypad says no more");
        assert_eq!(self.device.motor_log().len(), before, "nothing opens");
        self.stage.event("entry-refused").await
    }
}

/// What the keypad shows when the locker opens.
pub(crate) fn open_to(purpose: Purpose) -> Display {
    Display::Open { locker: LOCKER, purpose }
}

/// Whether a locker of the view is so.
pub(crate) fn is(locker: &Value, key_inside: bool, door: &str) -> bool {
    locker["keyInside"] == key_inside && locker["door"] == door
}
