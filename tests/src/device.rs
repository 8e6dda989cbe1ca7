//! The device of an automat of a test's own: the real device side, over mutual TLS, in a simulated cabinet with nobody
//! before it but the test.

use std::path::PathBuf;
use std::time::Duration;

use automat::credentials::Credentials;
use automat::driver::Settings;
use automat::simulated::{Config, SimulatedAutomat, SimulatedUser};
use domain::AutomatId;
use serde_json::Value;
use tokio::time::{Instant, sleep};

use crate::{Call, Stage};

/// How long what happens at once in ordinary circumstances may take on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(20);
/// How long a motor takes.
const MOTOR: Duration = Duration::from_millis(5);
/// The shortest wait before a connection that follows another. Neither the local broker nor ministack refuses those that
/// come sooner than AWS allows, and tests lose many.
const RECONNECT_AFTER: Duration = Duration::from_millis(125);
/// How long after one look the next one comes.
pub(crate) const LOOK: Duration = Duration::from_millis(20);

impl Stage {
    /// The folder with what the automat's device is set up with.
    #[must_use]
    pub fn credentials(&self) -> PathBuf {
        match self.stack.deployed() {
            Some(deployed) => deployed.credentials(&self.automat),
            None => self.stack.cloud().credentials(&AutomatId::parse(&self.automat).unwrap()),
        }
    }

    /// Starts the automat's device, with keys in some lockers, and waits until it is connected.
    pub async fn device(&self, keys_inside: &[u16]) -> SimulatedAutomat {
        let device = self.unconnected_device(keys_inside);
        device.connected().await.unwrap();
        device
    }

    /// The same without waiting.
    #[must_use]
    pub fn unconnected_device(&self, keys_inside: &[u16]) -> SimulatedAutomat {
        let folder = self.credentials();
        let credentials = Credentials::read(&folder).unwrap();
        let settings = credentials.settings(&folder, folder.join("device")).unwrap();
        SimulatedAutomat::start(Config {
            settings: Settings { reconnect_after: RECONNECT_AFTER, ..settings },
            locker_count: credentials.locker_count,
            keys_inside: keys_inside.iter().copied().collect(),
            motor_time: MOTOR,
            person: SimulatedUser::Absent,
        })
    }

    /// The Key Automat View once it is as it should be.
    pub async fn view_where(&self, is_so: impl Fn(&Value) -> bool) -> Value {
        let path = format!("/v1/automats/{}", self.automat);
        eventually(|| self.stack.viewer().get(&path), is_so).await
    }

    /// What happened at the automat, the newest first, once there is so much of it.
    pub async fn events_where(&self, are_so: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        let path = format!("/v1/automats/{}/events?limit=100", self.automat);
        let is_so = |list: &Value| are_so(list["data"].as_array().unwrap());
        let list = eventually(|| self.stack.viewer().get(&path), is_so).await;
        list["data"].as_array().unwrap().clone()
    }

    /// The newest event of a type, once there is one.
    pub async fn event(&self, kind: &str) -> Value {
        let is_it = |event: &&Value| event["type"] == kind;
        let events = self.events_where(|events| events.iter().any(|event| is_it(&event))).await;
        events.iter().find(is_it).unwrap().clone()
    }
}

/// Takes a device's network away, and waits until the cloud has noticed.
pub async fn lose_network(stage: &Stage, device: &SimulatedAutomat) {
    device.faults().network(false);
    device.disconnected().await;
    stage.view_where(|view| view["connection"]["state"] == "disconnected").await;
}

/// Gives a device its network back, and waits until it is connected and the cloud has noticed.
pub async fn regain_network(stage: &Stage, device: &SimulatedAutomat) {
    device.faults().network(true);
    device.connected().await.unwrap();
    stage.view_where(|view| view["connection"]["state"] == "connected").await;
}

/// Asks again and again until the answer is as it should be, which is told from the last one if it never is.
pub async fn eventually(call: impl Fn() -> Call, is_so: impl Fn(&Value) -> bool) -> Value {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let answer = call().await.body(200);
        if is_so(&answer) {
            return answer;
        }
        assert!(Instant::now() < deadline, "it never came about: {answer}");
        sleep(LOOK).await;
    }
}
