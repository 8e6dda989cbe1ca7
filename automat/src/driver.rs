//! Carries out the decisions of [`Device`] on a real storage, network and cabinet.

use std::collections::VecDeque;
use std::future::{Future, pending};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use protocol::{ThingName, Topics};
use tokio::sync::{Mutex, watch};
use tokio::task::{JoinSet, spawn_blocking};
use tokio::time::{Instant, sleep_until};

use crate::clock::Millis;
use crate::device::{Device, DeviceKey, Effect, Identity, Input};
use crate::hardware::{Event, Hardware, HardwareError};
use crate::journal::{JournalError, Record, StoredJournal};
use crate::link::{Connection, Endpoint, Link, LinkEvent};
use crate::random::{NoRandomness, Random};
use crate::storage::{FileStorage, Storage};

#[derive(Debug, Clone)]
pub struct Settings {
    pub thing: ThingName,
    pub endpoint: Endpoint,
    /// The shortest wait before reconnecting: [`RECONNECT_AFTER`](crate::link::RECONNECT_AFTER), or less in tests that
    /// reconnect often.
    pub reconnect_after: Duration,
    /// The key for keypad codes. Without one, the keypad shows that there is no connection.
    pub device_key: Option<DeviceKey>,
    /// For a [`FileStorage`]: [`run`] keeps the journal there.
    pub folder: PathBuf,
}

/// Switches and signals for the program that runs the device.
#[derive(Debug)]
pub struct Controls {
    /// Whether there is a network. When it goes, the connection is lost without a DISCONNECT.
    pub network: watch::Receiver<bool>,
    /// Becomes true when the device is connected and has reported all its lockers.
    pub ready: watch::Sender<bool>,
}

impl Default for Controls {
    fn default() -> Self {
        Self { network: watch::channel(true).1, ready: watch::channel(false).0 }
    }
}

/// Why the device stopped.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The journal could not be written, so the device must not act.
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error(transparent)]
    Hardware(#[from] HardwareError),
    /// It could not generate the id of an entry.
    #[error(transparent)]
    Random(#[from] NoRandomness),
    /// The tokio runtime is shutting down.
    #[error("a write to the journal or a computation was interrupted")]
    CutOff,
}

/// Runs an automat until `shutdown` completes or an error stops it. It may be started again in the same folder.
pub async fn run(
    settings: Settings,
    hardware: impl Hardware,
    controls: Controls,
    shutdown: impl Future<Output = ()> + Send,
) -> Result<(), Error> {
    let folder = settings.folder.clone();
    let storage = spawn_blocking(move || FileStorage::open(&folder)).await.map_err(|_| Error::CutOff)?;
    run_on(storage.map_err(JournalError::from)?, settings, hardware, controls, shutdown).await
}

/// The same with the journal in a storage of the manufacturer's.
pub async fn run_on(
    storage: impl Storage,
    settings: Settings,
    hardware: impl Hardware,
    controls: Controls,
    shutdown: impl Future<Output = ()> + Send,
) -> Result<(), Error> {
    let (stored, journal) = spawn_blocking(|| StoredJournal::open(storage)).await.map_err(|_| Error::CutOff)??;
    let random = Random::system();
    let identity = Identity {
        topics: Topics::of(settings.thing.clone()),
        key: settings.device_key,
        life: u64::from_be_bytes(random.bytes()?),
    };
    let device = Device::new(identity, journal, hardware.sensors());
    let mut link = Link::start(
        &settings.thing,
        &settings.endpoint,
        settings.reconnect_after,
        device.subscriptions(),
        controls.network,
    );
    let mut driver = Driver {
        device,
        hardware,
        stored: Arc::new(Mutex::new(stored)),
        connection: None,
        hashes: JoinSet::new(),
        started: Instant::now(),
        random,
        ready: controls.ready,
    };
    let end = driver.run(&mut link, shutdown).await;
    driver.ready.send_replace(false);
    match &end {
        Ok(()) => link.stop().await,
        Err(_) => link.cut().await,
    }
    end
}

struct Driver<H, S> {
    device: Device,
    hardware: H,
    stored: Arc<Mutex<StoredJournal<S>>>,
    connection: Option<Connection>,
    /// The verifiers that are being computed.
    hashes: JoinSet<Input>,
    started: Instant,
    random: Random,
    ready: watch::Sender<bool>,
}

impl<H: Hardware, S: Storage> Driver<H, S> {
    async fn run(&mut self, link: &mut Link, shutdown: impl Future<Output = ()> + Send) -> Result<(), Error> {
        let mut shutdown = std::pin::pin!(shutdown);
        self.hardware.show(crate::device::Display::Ready);
        self.take(Input::Readings(self.hardware.readings())).await?;
        loop {
            let wake_at = self.device.wake_at();
            let input = tokio::select! {
                () = &mut shutdown => return Ok(()),
                event = self.hardware.event() => self.happened(event?)?,
                Some(event) = link.events.recv() => self.received(event),
                Some(hashed) = self.hashes.join_next() => hashed.map_err(|_| Error::CutOff)?,
                () = until(self.started, wake_at) => Input::Tick,
            };
            self.take(input).await?;
            let ready = self.device.is_ready();
            self.ready.send_if_modified(|was| std::mem::replace(was, ready) != ready);
        }
    }

    fn happened(&self, event: Event) -> Result<Input, NoRandomness> {
        Ok(match event {
            Event::MotorDone { locker, motor } => Input::MotorDone { locker, motor },
            Event::Key { locker, inside } => Input::KeySensor { locker, inside },
            Event::Door { locker, door } => Input::DoorSensor { locker, door },
            Event::Readings(readings) => Input::Readings(readings),
            Event::Typed(keys) => Input::Typed { keys, random: u128::from_be_bytes(self.random.bytes()?) },
        })
    }

    fn received(&mut self, event: LinkEvent) -> Input {
        match event {
            LinkEvent::Connected(connection) => {
                self.connection = Some(connection);
                Input::Connected
            }
            LinkEvent::Disconnected => {
                self.connection = None;
                Input::Disconnected
            }
            LinkEvent::Message { topic, payload } => Input::Message { topic, payload },
        }
    }

    /// Gives the device an input, and carries out its decisions in order.
    async fn take(&mut self, input: Input) -> Result<(), Error> {
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            let now = self.now();
            for effect in self.device.handle(input, now) {
                match effect {
                    Effect::Persist(record) => inputs.push_back(Input::Persisted(self.persist(record).await?)),
                    Effect::RunMotor { locker, id } => self.hardware.run_motor(locker, &id)?,
                    Effect::Publish { topic, payload } => self.publish(topic, payload),
                    Effect::Show(display) => self.hardware.show(display),
                    Effect::Hash(hashing) => drop(self.hashes.spawn_blocking(move || hashing.carry_out())),
                }
            }
        }
        Ok(())
    }

    /// Writes a record on a blocking thread, so that the connection is kept alive meanwhile.
    async fn persist(&self, record: Record) -> Result<Record, Error> {
        let (stored, journal) = (Arc::clone(&self.stored), self.device.journal());
        let write = move || stored.blocking_lock().append(&record, &journal).map(|()| record);
        Ok(spawn_blocking(write).await.map_err(|_| Error::CutOff)??)
    }

    fn publish(&mut self, topic: String, payload: Vec<u8>) {
        if self.connection.as_ref().is_some_and(|connection| !connection.publish(topic, payload)) {
            // The link reconnects and reports it; then everything that matters is sent again.
            tracing::warn!("the send queue is full; reconnecting");
            self.connection = None;
        }
    }

    fn now(&self) -> Millis {
        Millis::try_from(self.started.elapsed().as_millis()).unwrap_or(Millis::MAX)
    }
}

async fn until(started: Instant, wake_at: Option<Millis>) {
    match wake_at {
        Some(millis) => sleep_until(started + Duration::from_millis(millis)).await,
        None => pending().await,
    }
}
