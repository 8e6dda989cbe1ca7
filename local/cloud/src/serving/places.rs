//! The places of an HTTP server's connections. A connection without a request holds its place only until another wants it,
//! so that clients who say nothing keep nobody out.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

/// How long a connection that has to go may take to do so.
const GOES_WITHIN: Duration = Duration::from_millis(100);

/// All places, and which of them are held without a request, longest first.
pub(super) struct Places {
    free: Arc<Semaphore>,
    idle: Mutex<BTreeMap<u64, Arc<Notify>>>,
    next: AtomicU64,
}

/// A connection's place.
pub(super) struct Place {
    places: Arc<Places>,
    /// Where it stands in the order of those that are idle; a new one each time that it becomes idle.
    number: AtomicU64,
    wanted: Arc<Notify>,
    _permit: OwnedSemaphorePermit,
}

impl Places {
    pub(super) fn new(places: usize) -> Self {
        Self { free: Arc::new(Semaphore::new(places)), idle: Mutex::default(), next: AtomicU64::new(0) }
    }

    /// A free place, or that of an idle connection. None while all are busy.
    pub(super) async fn take(self: &Arc<Self>) -> Option<Place> {
        let free = self.free.clone();
        let permit = if let Ok(permit) = free.clone().try_acquire_owned() {
            permit
        } else {
            self.idle().pop_first()?.1.notify_one();
            tokio::time::timeout(GOES_WITHIN, free.acquire_owned()).await.ok()?.ok()?
        };
        let place = Place { places: self.clone(), number: AtomicU64::new(0), wanted: Arc::default(), _permit: permit };
        place.set_busy(false);
        Some(place)
    }

    fn idle(&self) -> MutexGuard<'_, BTreeMap<u64, Arc<Notify>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Says whether the connection has a request.
    pub(super) fn set_busy(&self, busy: bool) {
        let mut idle = self.places.idle();
        if busy {
            idle.remove(&self.number.load(Ordering::Relaxed));
        } else {
            let number = self.places.next.fetch_add(1, Ordering::Relaxed);
            self.number.store(number, Ordering::Relaxed);
            idle.insert(number, self.wanted.clone());
        }
    }

    /// Waits until the place, while idle, is wanted by another connection.
    pub(super) async fn wanted_by_another(&self) {
        self.wanted.notified().await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.idle().remove(&self.number.load(Ordering::Relaxed));
    }
}
