//! The device's results of openings: stored, then cleared from the shadow.

use std::collections::{BTreeMap, BTreeSet};

use domain::{DeviceFault, Instant, LockerIndex, Opening, OpeningId, OpeningOutcome};
use protocol::{Outcome, ThingName, Word};
use tokio::task::JoinSet;

use crate::message::Words;
use crate::{Devices, Error, automat};

/// Results of one report that are stored beside each other. They are in items of their own.
const AT_ONCE: usize = 8;

impl Devices {
    pub(crate) async fn hear_words(&self, words: Words, now: Instant) -> Result<(), Error> {
        let Words { thing, by_locker, unclear, is_understood } = words;
        let thing = ThingName::new(&thing);
        if !is_understood {
            self.record_fault(&thing, DeviceFault::NotUnderstood, None, now).await?;
        }
        let reported: Vec<(u16, Word)> =
            by_locker.into_iter().filter_map(|(locker, word)| Some((locker, word?))).collect();
        if reported.is_empty() && unclear.is_empty() {
            return Ok(());
        }
        let (mut settled, failure) = self.store_all(&thing, &reported, now).await;
        // How these openings ended nobody can tell, so they will read `expired`; but their results must not fill the shadow.
        settled.extend(unclear);
        // Only now: whatever fails before, the result is still in the shadow.
        self.clear_finished(&thing, &settled).await?;
        failure.map_or(Ok(()), Err)
    }

    /// Stores results; which of these openings need nothing more. One that cannot be stored must not keep the others
    /// from being.
    async fn store_all(
        &self,
        thing: &ThingName,
        reported: &[(u16, Word)],
        now: Instant,
    ) -> (BTreeSet<String>, Option<Error>) {
        let (mut settled, mut failure) = (BTreeSet::new(), None);
        for some in reported.chunks(AT_ONCE) {
            let mut stores = JoinSet::new();
            for (locker, word) in some.iter().cloned() {
                let (devices, thing) = (self.clone(), thing.clone());
                stores.spawn(async move { (devices.hear_word(&thing, locker, &word, now).await, word.id) });
            }
            for (stored, id) in stores.join_all().await {
                match stored {
                    Ok(()) => _ = settled.insert(id),
                    Err(error) => failure = Some(error),
                }
            }
        }
        (settled, failure)
    }

    /// Takes out of the shadow every opening whose result is stored, also those that others have stored: who comes first
    /// clears for all. The same lockers may be requested again at any time and those requests must stay, so the shadow is
    /// read, and written in that version only.
    ///
    /// Giving up costs nothing but room: the next result clears these too, and the device reports them again at its next
    /// connect.
    async fn clear_finished(&self, thing: &ThingName, settled: &BTreeSet<String>) -> Result<(), Error> {
        for pause in things::pauses() {
            let shadow = match self.things.control_shadow(thing).await {
                Err(error) if error.is_throttling() => {
                    tokio::time::sleep(pause).await;
                    continue;
                }
                shadow => shadow?,
            };
            let Some(shadow) = shadow else { return Ok(()) };
            let mut finished = shadow.finished();
            self.retain_stored(thing, settled, &mut finished).await?;
            if finished.is_empty() || self.things.clear_openings(thing, &shadow, finished.into_keys()).await? {
                return Ok(());
            }
            tokio::time::sleep(pause).await;
        }
        tracing::info!(thing.name = %thing, "left finished openings in a busy shadow");
        Ok(())
    }

    /// Leaves the results that are settled or stored.
    async fn retain_stored(
        &self,
        thing: &ThingName,
        settled: &BTreeSet<String>,
        finished: &mut BTreeMap<u16, String>,
    ) -> Result<(), Error> {
        let unsure = finished.values().filter(|id| !settled.contains(*id));
        let unsure: Vec<OpeningId> = unsure.filter_map(|id| OpeningId::parse(id).ok()).collect();
        let stored = self.store.openings(&unsure).await?;
        let stored = stored.iter().filter(|opening| is_settled(opening, thing));
        let stored: BTreeSet<&str> = stored.map(|opening| opening.id.as_str()).collect();
        finished.retain(|_, id| settled.contains(id) || stored.contains(id.as_str()));
        Ok(())
    }

    async fn hear_word(&self, thing: &ThingName, locker: u16, word: &Word, now: Instant) -> Result<(), Error> {
        match self.store_word(thing, locker, word, now).await {
            // Of an opening that we do not know there is nothing to store, but it must not stay in the shadow.
            Err(Error::Store(store::Error::NotFound(store::Thing::Opening))) => {
                let locker = LockerIndex::new(u32::from(locker)).ok();
                self.record_fault(thing, DeviceFault::OpeningUnexpected, locker, now).await
            }
            Err(Error::Store(store::Error::NotFound(_))) => Ok(()),
            heard => heard,
        }
    }

    async fn store_word(&self, thing: &ThingName, locker: u16, word: &Word, now: Instant) -> Result<(), Error> {
        let unknown = || store::Error::NotFound(store::Thing::Opening);
        let locker = LockerIndex::new(u32::from(locker)).map_err(|_| unknown())?;
        let id = OpeningId::parse(&word.id).map_err(|_| unknown())?;
        let at = Instant::from_millis(word.at.saturating_mul(1000)).unwrap_or(now);
        // The time is corrected by the store; that the clock is wrong is recorded.
        self.check_clock(thing, word.at, now).await?;
        let outcome = match word.outcome {
            Outcome::Opened => OpeningOutcome::Opened,
            Outcome::Refused => OpeningOutcome::Refused,
            Outcome::Failed => OpeningOutcome::Failed,
            Outcome::Expired => OpeningOutcome::Expired,
        };
        let heard = self.store.finish_opening(&automat(thing)?, locker, &id, outcome, at, now).await?;
        tracing::info!(thing.name = %thing, opening.id = %id, ?outcome, ?heard, "the device's result of an opening");
        Ok(())
    }
}

/// Whether the device's result of an opening is stored; of another automat's there is none to store.
fn is_settled(opening: &Opening, thing: &ThingName) -> bool {
    opening.confirmed_by_device() || ThingName::of_automat(opening.automat.as_str()) != *thing
}
