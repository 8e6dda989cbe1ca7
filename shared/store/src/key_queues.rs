//! Queues of writers: in a process that makes all writes itself, as the local cloud does, writers of one key wait for each
//! other instead of losing races against each other.

use std::collections::BTreeSet;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;

use domain::KeyId;
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::Store;

/// Two keys may share a queue. That costs a little time and nothing else.
const QUEUES: usize = 1_024;

/// The queues of all keys. Clones share them.
#[derive(Debug, Clone)]
pub(crate) struct KeyQueues {
    queues: Arc<[Arc<Mutex<()>>]>,
    hasher: RandomState,
}

impl KeyQueues {
    fn new() -> Self {
        Self { queues: (0..QUEUES).map(|_| Arc::default()).collect(), hasher: RandomState::new() }
    }

    /// Waits until all who came earlier have left. Everybody waits for the queues in the same order, so that no two wait
    /// for each other.
    async fn wait<'k>(&self, keys: impl IntoIterator<Item = &'k KeyId>) -> Queued {
        let queue = |key: &KeyId| usize::try_from(self.hasher.hash_one(key) % QUEUES as u64).unwrap_or_default();
        let numbers: BTreeSet<_> = keys.into_iter().map(queue).collect();
        let mut left_on_drop = Queued::default();
        for number in numbers {
            left_on_drop.0.push(Arc::clone(&self.queues[number]).lock_owned().await);
        }
        left_on_drop
    }
}

/// A writer in some queues. They are left when it is dropped.
#[derive(Debug, Default)]
pub(crate) struct Queued(Vec<OwnedMutexGuard<()>>);

impl Store {
    /// The same store, with a queue for the writers of each key. Only a matter of speed: what is written is still decided
    /// by conditions, so that another process may write as well. A Lambda function handles one request at a time and has
    /// nobody to wait for.
    #[must_use]
    pub fn with_key_queues(self) -> Self {
        Self { queues: Some(KeyQueues::new()), ..self }
    }

    /// Waits in the queues of those who write these keys' items. The caller leaves them when the result is dropped.
    /// Nobody may call it twice at once.
    pub(crate) async fn queue<'k>(&self, keys: impl IntoIterator<Item = &'k KeyId>) -> Queued {
        match &self.queues {
            Some(queues) => queues.wait(keys).await,
            None => Queued::default(),
        }
    }

    pub(crate) fn has_queues(&self) -> bool {
        self.queues.is_some()
    }
}
