//! Connection slots of the HTTP server. An idle connection keeps its slot only until another connection needs it, so
//! that clients which connect and send nothing cannot keep others out.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

/// How long to wait for an idle connection to close and free its slot.
const CLOSE_WITHIN: Duration = Duration::from_millis(100);

/// All slots. The idle ones are ordered by how long they have been idle, longest first.
pub(super) struct Slots {
    free: Arc<Semaphore>,
    idle: Mutex<BTreeMap<u64, Arc<Notify>>>,
    next: AtomicU64,
}

/// The slot of one connection.
pub(super) struct Slot {
    slots: Arc<Slots>,
    /// Position in the order of idle slots; a new number each time the connection becomes idle.
    number: AtomicU64,
    wanted: Arc<Notify>,
    _permit: OwnedSemaphorePermit,
}

impl Slots {
    pub(super) fn new(slots: usize) -> Self {
        Self { free: Arc::new(Semaphore::new(slots)), idle: Mutex::default(), next: AtomicU64::new(0) }
    }

    /// Takes a free slot, or that of an idle connection. Returns `None` when all connections are busy.
    pub(super) async fn take(self: &Arc<Self>) -> Option<Slot> {
        let free = self.free.clone();
        let permit = if let Ok(permit) = free.clone().try_acquire_owned() {
            permit
        } else {
            self.idle().pop_first()?.1.notify_one();
            tokio::time::timeout(CLOSE_WITHIN, free.acquire_owned()).await.ok()?.ok()?
        };
        let slot = Slot { slots: self.clone(), number: AtomicU64::new(0), wanted: Arc::default(), _permit: permit };
        slot.set_busy(false);
        Some(slot)
    }

    fn idle(&self) -> MutexGuard<'_, BTreeMap<u64, Arc<Notify>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Slot {
    /// Records whether the connection is processing a request.
    pub(super) fn set_busy(&self, busy: bool) {
        let mut idle = self.slots.idle();
        if busy {
            idle.remove(&self.number.load(Ordering::Relaxed));
        } else {
            let number = self.slots.next.fetch_add(1, Ordering::Relaxed);
            self.number.store(number, Ordering::Relaxed);
            idle.insert(number, self.wanted.clone());
        }
    }

    /// Waits until another connection needs this slot while it is idle.
    pub(super) async fn reclaimed(&self) {
        self.wanted.notified().await;
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.slots.idle().remove(&self.number.load(Ordering::Relaxed));
    }
}
