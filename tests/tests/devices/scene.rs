//! A key in a locker, contracts on it, and somebody at the keypad: as time passes, or at times that the test chooses.

use std::ops::Deref;

use automat::device::Display;
use automat::simulated::SimulatedAutomat;
use clock::Clock;
use domain::Instant;
use e2e::{Stack, Stage};
use protocol::Purpose;
use serde_json::{Value, json};

/// The locker that the key belongs in.
pub(crate) const LOCKER: u16 = 1;

/// When clocks begin that tests set.
pub(crate) fn noon() -> Instant {
    Instant::parse("2026-11-24T12:00:00Z").unwrap()
}

pub(crate) struct Scene {
    pub(crate) stage: Stage,
    pub(crate) device: SimulatedAutomat,
    pub(crate) key: String,
    began: Instant,
}

impl Scene {
    /// Now, with a shared key inside.
    pub(crate) async fn new() -> Self {
        Self::on(&Stack::shared(), Clock::system().now().whole_second()).await
    }

    /// At noon by a clock of one's own, which only [`Timed::go_to`] moves.
    pub(crate) async fn at_noon() -> Timed {
        let clock = Clock::fixed(noon());
        Timed { scene: Self::on(&Stack::alone(clock.clone()).await, noon()).await, clock }
    }

    /// On a stack whose clock began then, with a shared key inside.
    pub(crate) async fn on(stack: &Stack, began: Instant) -> Self {
        let stage = Stage::new(stack, 3).await;
        let key = stage.key_with(json!({ "lockerIndex": LOCKER, "shared": true, "returnCode": "4827" })).await;
        let device = stage.device(&[LOCKER]).await;
        stage.view_where(|view| view["lockers"][1]["keyInside"] == true).await;
        Self { stage, device, key, began }
    }

    /// So many minutes after it began.
    pub(crate) fn minute(&self, minutes: i64) -> Instant {
        self.began.plus_millis(minutes * 60_000)
    }

    /// Books the key from one minute to another.
    pub(crate) async fn book(&self, contract: &str, pin: &str, from: i64, to: i64) {
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

/// A scene in which no time passes but by the test's will.
pub(crate) struct Timed {
    scene: Scene,
    clock: Clock,
}

impl Timed {
    /// Lets time pass to an instant. The device starts anew, since it asks for the time only then; so its keypad has
    /// forgotten all, too, and only the cloud remembers.
    pub(crate) async fn go_to(&mut self, instant: Instant) {
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

/// What the keypad shows when the locker opens.
pub(crate) fn open_to(purpose: Purpose) -> Display {
    Display::Open { locker: LOCKER, purpose }
}

/// Whether a locker of the view is so.
pub(crate) fn is(locker: &Value, key_inside: bool, door: &str) -> bool {
    locker["keyInside"] == key_inside && locker["door"] == door
}
