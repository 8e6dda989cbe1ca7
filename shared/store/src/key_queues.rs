//! Queues of writers: in a process that makes all writes itself, as the local cloud does, writers of one key wait for each
//! other instead of losing races against each other.

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

    /// Waits until all who came earlier have left.
    async fn wait(&self, key: &KeyId) -> OwnedMutexGuard<()> {
        let queue = usize::try_from(self.hasher.hash_one(key) % QUEUES as u64).unwrap_or_default();
        Arc::clone(&self.queues[queue]).lock_owned().await
    }
}

impl Store {
    /// The same store, with a queue for the writers of each key. Only a matter of speed: what is written is still decided
    /// by conditions, so that another process may write as well. A Lambda function handles one request at a time and has
    /// nobody to wait for.
    #[must_use]
    pub fn with_key_queues(self) -> Self {
        Self { queues: Some(KeyQueues::new()), ..self }
    }

    /// Waits in the queue of those who write this key's item. The caller leaves it when the result is dropped. Nobody may
    /// be in two.
    pub(crate) async fn queue(&self, key: &KeyId) -> Option<OwnedMutexGuard<()>> {
        match &self.queues {
            Some(queues) => Some(queues.wait(key).await),
            None => None,
        }
    }
}
