//! Taking turns: in a process that makes all writes itself, as the local cloud does, writers of one key wait for each
//! other in place of losing races against each other.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;

use domain::KeyId;
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::Store;

/// Two keys may share a queue. That costs a little time and nothing else.
const QUEUES: usize = 1_024;

/// The queues of all keys. Clones share them.
#[derive(Debug, Clone)]
pub(crate) struct Turns {
    queues: Arc<[Arc<Mutex<()>>]>,
    hasher: RandomState,
}

impl Turns {
    fn new() -> Self {
        Self { queues: (0..QUEUES).map(|_| Arc::default()).collect(), hasher: RandomState::new() }
    }

    /// Waits until all who came earlier are done.
    async fn take(&self, key: &KeyId) -> OwnedMutexGuard<()> {
        let queue = usize::try_from(self.hasher.hash_one(key) % QUEUES as u64).unwrap_or_default();
        Arc::clone(&self.queues[queue]).lock_owned().await
    }
}

impl Store {
    /// The same store, whose writers of one key take turns. Only a matter of speed: what is written is still decided by
    /// conditions, so that another process may write as well. A Lambda function handles one request at a time and has
    /// nobody to wait for.
    #[must_use]
    pub fn with_turns(self) -> Self {
        Self { turns: Some(Turns::new()), ..self }
    }

    /// The caller's turn to write this key's item, which ends when the result is dropped. Nobody may hold two.
    pub(crate) async fn turn(&self, key: &KeyId) -> Option<OwnedMutexGuard<()>> {
        match &self.turns {
            Some(turns) => Some(turns.take(key).await),
            None => None,
        }
    }
}
