//! The device of a test's automat: the real device code, over mutual TLS, in a simulated cabinet that the test
//! operates.

use std::path::PathBuf;
use std::time::Duration;

use automat::credentials::Credentials;
use automat::driver::Settings;
use automat::simulated::{Config, SimulatedAutomat, SimulatedUser};
use domain::AutomatId;
use serde_json::Value;
use tokio::time::{Instant, sleep};

use crate::{Call, Stage};

/// How long something that usually takes no time may take on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(20);
/// How long a motor runs.
const MOTOR: Duration = Duration::from_millis(5);
/// The shortest wait before reconnecting. It is shorter than AWS allows, since tests break many connections; neither
/// the local broker nor ministack objects.
const RECONNECT_AFTER: Duration = Duration::from_millis(125);
/// The interval of polling.
pub(crate) const LOOK: Duration = Duration::from_millis(20);

impl Stage {
    /// The folder with the credentials of the automat's device.
    #[must_use]
    pub fn credentials(&self) -> PathBuf {
        match self.stack.deployed() {
            Some(deployed) => deployed.credentials(&self.automat),
            None => self.stack.cloud().credentials(&AutomatId::parse(&self.automat).unwrap()),
        }
    }

    /// Starts the automat's device with keys in these lockers, and waits until it is connected.
    pub async fn device(&self, keys_inside: &[u16]) -> SimulatedAutomat {
        let device = self.unconnected_device(keys_inside);
        device.connected().await.unwrap();
        device
    }

    /// As [`Stage::device`], without waiting.
    #[must_use]
    pub fn unconnected_device(&self, keys_inside: &[u16]) -> SimulatedAutomat {
        let folder = self.credentials();
        let credentials = Credentials::read(&folder).unwrap();
        let settings = credentials.settings(&folder, folder.join("device")).unwrap();
        SimulatedAutomat::start(Config {
            settings: Settings { reconnect_after: RECONNECT_AFTER, ..settings },
            locker_count: credentials.locker_count,
            first_number: credentials.first_number,
            keys_inside: keys_inside.iter().copied().collect(),
            motor_time: MOTOR,
            person: SimulatedUser::Absent,
        })
    }

    /// The Key Automat View, once it is as expected.
    pub async fn view_where(&self, is_so: impl Fn(&Value) -> bool) -> Value {
        let path = format!("/v1/automats/{}", self.automat);
        eventually(|| self.stack.viewer().get(&path), is_so).await
    }

    /// The automat's events, newest first, once they are as expected.
    pub async fn events_where(&self, are_so: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        let path = format!("/v1/automats/{}/events?limit=100", self.automat);
        let is_so = |list: &Value| are_so(list["data"].as_array().unwrap());
        let list = eventually(|| self.stack.viewer().get(&path), is_so).await;
        list["data"].as_array().unwrap().clone()
    }

    pub async fn event(&self, kind: &str) -> Value {
        let is_it = |event: &&Value| event["type"] == kind;
        let events = self.events_where(|events| events.iter().any(|event| is_it(&event))).await;
        events.iter().find(is_it).unwrap().clone()
    }
}

/// Disconnects a device, and waits until the cloud has noticed.
pub async fn lose_network(stage: &Stage, device: &SimulatedAutomat) {
    device.faults().network(false);
    device.disconnected().await;
    stage.view_where(|view| view["connection"]["state"] == "disconnected").await;
}

/// Reconnects a device, and waits until the cloud has noticed.
pub async fn regain_network(stage: &Stage, device: &SimulatedAutomat) {
    device.faults().network(true);
    device.connected().await.unwrap();
    stage.view_where(|view| view["connection"]["state"] == "connected").await;
}

/// Polls until the response is as expected. If it never is, panics with the last one.
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
