//! The physical cabinet: compartments, doors, keys and motors.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use protocol::{Cover, Door, Readings};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep};

use super::memory;
use super::person::SimulatedUser;
use crate::device::{Display, Motor, Sensors};
use crate::hardware::{Event, HardwareError};

/// A cabinet to which nothing has happened.
const WELL: Readings = Readings {
    mains: Some(true),
    battery: Some(100),
    cover: Some(Cover::Closed),
    moved: Some(false),
    temperature: Some(21),
};

/// The channel to the device.
pub(super) type Wire = mpsc::UnboundedSender<Result<Event, HardwareError>>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Compartment {
    pub key: bool,
    pub door: Door,
    pub jammed: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Crash {
    /// Before the motor runs: the intent is written, and nothing has moved.
    BeforeMotor,
    /// After the lock has opened, before anything is written about it.
    AfterMotor,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MotorRun {
    pub locker: u16,
    /// The opening or keypad entry that caused it.
    pub id: String,
    pub at: Instant,
}

/// The cabinet, shared between the device's hardware and its user.
#[derive(Debug)]
pub(super) struct Cabinet {
    state: Mutex<State>,
    display: watch::Sender<Display>,
    network: watch::Sender<bool>,
    folder: PathBuf,
    pub(super) person: SimulatedUser,
}

#[derive(Debug)]
struct State {
    lockers: Vec<Compartment>,
    readings: Readings,
    runs: Vec<MotorRun>,
    motor_time: Duration,
    crash: Option<Crash>,
    wire: Option<Wire>,
}

impl Cabinet {
    pub(super) fn new(
        locker_count: u16,
        keys: &BTreeSet<u16>,
        motor_time: Duration,
        person: SimulatedUser,
        folder: &Path,
    ) -> Self {
        let compartment = |locker| Compartment { key: keys.contains(&locker), door: Door::Closed, jammed: false };
        let lockers = (0..locker_count).map(compartment).collect();
        Self {
            state: Mutex::new(State { lockers, readings: WELL, runs: Vec::new(), motor_time, crash: None, wire: None }),
            display: watch::Sender::new(Display::Off),
            network: watch::Sender::new(true),
            folder: folder.to_owned(),
            person,
        }
    }

    pub(super) fn wire(&self, wire: Wire) {
        self.state().wire = Some(wire);
    }

    /// Sends an event to the connected device, if there is one.
    pub(super) fn send(&self, event: Event) {
        self.state().send(Ok(event));
    }

    pub(super) fn sensors(&self) -> Vec<Sensors> {
        self.state().lockers.iter().map(|locker| Sensors { inside: locker.key, door: locker.door }).collect()
    }

    pub(super) fn readings(&self) -> Readings {
        self.state().readings
    }

    /// Changes what the sensors of the cabinet itself say.
    pub(super) fn set_readings(&self, change: impl FnOnce(&mut Readings)) {
        let mut state = self.state();
        change(&mut state.readings);
        state.send(Ok(Event::Readings(state.readings)));
    }

    pub(super) fn compartments(&self) -> Vec<Compartment> {
        self.state().lockers.clone()
    }

    pub(super) fn motor_log(&self) -> Vec<MotorRun> {
        self.state().runs.clone()
    }

    pub(super) fn run_motor(self: &Arc<Self>, locker: u16, id: &str) -> Result<(), HardwareError> {
        let (time, wire) = self.state().start_motor(locker, id)?;
        let cabinet = Arc::clone(self);
        tokio::spawn(async move {
            sleep(time).await;
            cabinet.state().finish_motor(locker, wire.as_ref());
            cabinet.person.sees_open(&cabinet, locker);
        });
        Ok(())
    }

    /// Puts a key in or takes it out. `false` if the door is closed or there is nothing to do.
    pub(super) fn set_key(&self, locker: u16, key: bool) -> bool {
        let mut state = self.state();
        let Some(compartment) = state.lockers.get_mut(usize::from(locker)) else { return false };
        if compartment.door == Door::Closed || compartment.key == key {
            return false;
        }
        compartment.key = key;
        state.send(Ok(Event::Key { locker, inside: key }));
        memory::keep(&self.folder, &state.keys());
        true
    }

    pub(super) fn set_door(&self, locker: u16, door: Door) {
        self.state().set_door(locker, door);
    }

    pub(super) fn is_open(&self, locker: u16) -> bool {
        self.state().lockers.get(usize::from(locker)).is_some_and(|compartment| compartment.door == Door::Open)
    }

    pub(super) fn show(&self, display: Display) {
        self.display.send_replace(display);
    }

    pub(super) fn display(&self) -> watch::Receiver<Display> {
        self.display.subscribe()
    }

    pub(super) fn network(&self) -> watch::Receiver<bool> {
        self.network.subscribe()
    }

    pub(super) fn set_network(&self, there: bool) {
        self.network.send_replace(there);
    }

    pub(super) fn jam(&self, locker: u16, jammed: bool) {
        if let Some(compartment) = self.state().lockers.get_mut(usize::from(locker)) {
            compartment.jammed = jammed;
        }
    }

    pub(super) fn crash(&self, when: Crash) {
        self.state().crash = Some(when);
    }

    pub(super) fn set_motor_time(&self, time: Duration) {
        self.state().motor_time = time;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn send(&self, event: Result<Event, HardwareError>) {
        if let Some(wire) = &self.wire {
            let _ = wire.send(event);
        }
    }

    fn start_motor(&mut self, locker: u16, id: &str) -> Result<(Duration, Option<Wire>), HardwareError> {
        if self.crash.take_if(|crash| *crash == Crash::BeforeMotor).is_some() {
            return Err(HardwareError);
        }
        self.runs.push(MotorRun { locker, id: id.to_owned(), at: Instant::now() });
        Ok((self.motor_time, self.wire.clone()))
    }

    /// Sends the result to the device that started the motor, not to a later one.
    fn finish_motor(&mut self, locker: u16, wire: Option<&Wire>) {
        let jammed = self.lockers.get(usize::from(locker)).is_none_or(|compartment| compartment.jammed);
        if !jammed {
            self.set_door(locker, Door::Open);
        }
        let motor = if jammed { Motor::Jammed } else { Motor::Opened };
        let crashes = self.crash.take_if(|crash| *crash == Crash::AfterMotor).is_some();
        if let Some(wire) = wire {
            let _ = wire.send(if crashes { Err(HardwareError) } else { Ok(Event::MotorDone { locker, motor }) });
        }
    }

    fn set_door(&mut self, locker: u16, door: Door) {
        if let Some(compartment) = self.lockers.get_mut(usize::from(locker))
            && compartment.door != door
        {
            compartment.door = door;
            self.send(Ok(Event::Door { locker, door }));
        }
    }

    fn keys(&self) -> BTreeSet<u16> {
        (0..).zip(&self.lockers).filter(|(_, compartment)| compartment.key).map(|(locker, _)| locker).collect()
    }
}
