//! A cabinet in software: motors, doors, keys and a keypad, operated by a test or at a console, with faults that can be
//! switched on while it runs. The device in it is the real one.

mod cabinet;
mod hardware;
mod memory;
mod person;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use protocol::{Door, Readings};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

use crate::device::{Display, Keys};
use crate::driver::{self, Controls, Error, Settings};
use crate::hardware::Event;
use cabinet::Cabinet;
pub use cabinet::{Compartment, Crash, MotorRun};
use hardware::SimulatedHardware;
pub use person::SimulatedUser;

#[derive(Debug, Clone)]
pub struct Config {
    pub settings: Settings,
    pub locker_count: u16,
    /// The number on the door of locker 0.
    pub first_number: u16,
    /// The lockers that hold a key, unless the folder has the state of an earlier run.
    pub keys_inside: BTreeSet<u16>,
    pub motor_time: Duration,
    pub person: SimulatedUser,
}

/// A simulated automat, running or stopped. Its cabinet outlives its device: a crash removes no key from a locker.
#[derive(Debug)]
pub struct SimulatedAutomat {
    settings: Settings,
    first_number: u16,
    cabinet: Arc<Cabinet>,
    running: Running,
}

#[derive(Debug)]
struct Running {
    ready: watch::Receiver<bool>,
    stop: Option<oneshot::Sender<()>>,
    task: Option<JoinHandle<Result<(), Error>>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the automat has stopped")]
pub struct Stopped;

impl SimulatedAutomat {
    /// Starts the device in the caller's tokio runtime.
    #[must_use]
    pub fn start(config: Config) -> Self {
        let Config { settings, locker_count, first_number, keys_inside, motor_time, person } = config;
        let keys = memory::recall(&settings.folder).unwrap_or(keys_inside);
        let cabinet = Arc::new(Cabinet::new(locker_count, &keys, motor_time, person, &settings.folder));
        let running = Running::start(&settings, &cabinet);
        Self { settings, first_number, cabinet, running }
    }

    /// Waits until the device is connected and has reported its lockers.
    pub async fn connected(&self) -> Result<(), Stopped> {
        self.running.ready.clone().wait_for(|&ready| ready).await.map(|_| ()).map_err(|_| Stopped)
    }

    /// Whether the device is connected and has reported its lockers. Valid until a restart.
    #[must_use]
    pub fn connection(&self) -> watch::Receiver<bool> {
        self.running.ready.clone()
    }

    /// Whether the device has stopped, for whatever reason.
    #[must_use]
    pub fn has_stopped(&self) -> bool {
        self.running.ready.has_changed().is_err()
    }

    pub async fn disconnected(&self) {
        let _ = self.running.ready.clone().wait_for(|&ready| !ready).await;
    }

    /// Types a code and `#`, and waits for the final display: [`Display::Off`] if the device has stopped.
    pub async fn type_code(&self, code: &str) -> Display {
        let mut display = self.display();
        display.mark_unchanged();
        if self.has_stopped() {
            return Display::Off;
        }
        self.press(&format!("{code}#"));
        loop {
            if display.changed().await.is_err() {
                return Display::Off;
            }
            let shown = *display.borrow_and_update();
            if shown.is_final() {
                return shown;
            }
        }
    }

    /// Presses keys without waiting for the effect.
    pub fn press(&self, keys: &str) {
        self.cabinet.send(Event::Typed(Keys::new(keys)));
    }

    #[must_use]
    pub fn display(&self) -> watch::Receiver<Display> {
        self.cabinet.display()
    }

    /// What the display reads, with the numbers on the doors.
    #[must_use]
    pub fn text(&self, display: Display) -> String {
        display.text(self.first_number)
    }

    /// Takes the key out of a locker. `false` if there is none or the door is closed.
    #[must_use = "the door may be closed"]
    pub fn take_key(&self, locker: u16) -> bool {
        self.cabinet.set_key(locker, false)
    }

    /// Puts a key into a locker. `false` if there is one or the door is closed.
    #[must_use = "the door may be closed"]
    pub fn put_key(&self, locker: u16) -> bool {
        self.cabinet.set_key(locker, true)
    }

    pub fn close_door(&self, locker: u16) {
        self.cabinet.set_door(locker, Door::Closed);
    }

    /// Changes what the sensors of the cabinet itself say: power, cover, movement, temperature.
    pub fn set_readings(&self, change: impl FnOnce(&mut Readings)) {
        self.cabinet.set_readings(change);
    }

    #[must_use]
    pub fn lockers(&self) -> Vec<Compartment> {
        self.cabinet.compartments()
    }

    #[must_use]
    pub fn motor_runs(&self, locker: u16) -> usize {
        self.motor_log().iter().filter(|run| run.locker == locker).count()
    }

    /// All motor runs since the start, oldest first.
    #[must_use]
    pub fn motor_log(&self) -> Vec<MotorRun> {
        self.cabinet.motor_log()
    }

    #[must_use]
    pub fn faults(&self) -> Faults<'_> {
        Faults(&self.cabinet)
    }

    /// Waits until the device has stopped by itself, after a crash.
    pub async fn crashed(&mut self) -> Result<(), Error> {
        self.running.end().await
    }

    /// Restarts the device on the same journal and cabinet, stopping it first if it is running.
    pub async fn restart(&mut self) {
        self.running.stop().await;
        self.running = Running::start(&self.settings, &self.cabinet);
    }

    /// Stops the device; it disconnects properly.
    pub async fn stop(mut self) {
        self.running.stop().await;
    }
}

impl Running {
    fn start(settings: &Settings, cabinet: &Arc<Cabinet>) -> Self {
        let (ready, is_ready) = watch::channel(false);
        let (stop, stopped) = oneshot::channel::<()>();
        let shutdown = async {
            let _ = stopped.await;
        };
        let controls = Controls { network: cabinet.network(), ready };
        let device = driver::run(settings.clone(), SimulatedHardware::new(cabinet), controls, shutdown);
        let task = tokio::spawn(async {
            device.await.inspect_err(|error| tracing::error!(error = error as &dyn std::error::Error, "stopped"))
        });
        Self { ready: is_ready, stop: Some(stop), task: Some(task) }
    }

    /// How the device ended. `Ok` if that was asked before.
    async fn end(&mut self) -> Result<(), Error> {
        match self.task.take() {
            Some(task) => task.await.unwrap_or(Err(Error::CutOff)),
            None => Ok(()),
        }
    }

    async fn stop(&mut self) {
        drop(self.stop.take());
        let _ = self.end().await; // an error is in the log
    }
}

#[derive(Debug, Clone, Copy)]
pub struct Faults<'a>(&'a Cabinet);

impl Faults<'_> {
    /// Jams a locker's lock, or repairs it.
    pub fn jam(&self, locker: u16, jammed: bool) {
        self.0.jam(locker, jammed);
    }

    /// Cuts the device's power at the next run of a motor.
    pub fn crash(&self, when: Crash) {
        self.0.crash(when);
    }

    /// Takes the network away or brings it back.
    pub fn network(&self, there: bool) {
        self.0.set_network(there);
    }

    /// Sets how long motors take from now on.
    pub fn motor_time(&self, time: Duration) {
        self.0.set_motor_time(time);
    }
}
