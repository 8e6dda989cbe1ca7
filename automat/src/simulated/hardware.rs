//! The connection between a device and the simulated cabinet.

use std::sync::Arc;

use protocol::Readings;
use tokio::sync::mpsc;

use super::cabinet::Cabinet;
use crate::device::{Display, Sensors};
use crate::hardware::{Event, Hardware, HardwareError};

/// One device's connection to a cabinet. When it is dropped, the display goes dark.
#[derive(Debug)]
pub(super) struct SimulatedHardware {
    cabinet: Arc<Cabinet>,
    events: mpsc::UnboundedReceiver<Result<Event, HardwareError>>,
}

impl SimulatedHardware {
    pub(super) fn new(cabinet: &Arc<Cabinet>) -> Self {
        let (wire, events) = mpsc::unbounded_channel();
        cabinet.wire(wire);
        Self { cabinet: Arc::clone(cabinet), events }
    }
}

impl Hardware for SimulatedHardware {
    fn sensors(&self) -> Vec<Sensors> {
        self.cabinet.sensors()
    }

    fn readings(&self) -> Readings {
        self.cabinet.readings()
    }

    fn run_motor(&mut self, locker: u16, id: &str) -> Result<(), HardwareError> {
        self.cabinet.run_motor(locker, id)
    }

    fn show(&mut self, display: Display) {
        self.cabinet.show(display);
        self.cabinet.person.reads(&self.cabinet, display);
    }

    async fn event(&mut self) -> Result<Event, HardwareError> {
        self.events.recv().await.unwrap_or(Err(HardwareError))
    }
}

impl Drop for SimulatedHardware {
    fn drop(&mut self) {
        self.cabinet.show(Display::Off);
    }
}
