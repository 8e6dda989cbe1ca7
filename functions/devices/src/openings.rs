//! The device's words on openings: stored, then cleared from the shadow.

use domain::{Instant, LockerIndex, OpeningId, OpeningOutcome};
use protocol::{Outcome, ThingName, Word};

use crate::message::Words;
use crate::{Devices, Error, automat};

impl Devices {
    pub(crate) async fn hear_words(&self, words: Words, now: Instant) -> Result<(), Error> {
        let Words { thing, by_locker } = words;
        let thing = ThingName::new(&thing);
        let mut failure = None;
        for (locker, word) in by_locker {
            let Some(word) = word else { continue };
            // One word that cannot be stored must not keep the others from being.
            if let Err(error) = self.hear_word(&thing, locker, &word, now).await {
                failure = Some(error);
            }
        }
        failure.map_or(Ok(()), Err)
    }

    async fn hear_word(&self, thing: &ThingName, locker: u16, word: &Word, now: Instant) -> Result<(), Error> {
        match self.store_word(thing, locker, word, now).await {
            // Of an opening that we do not know there is nothing to store, but it must not stay in the shadow either.
            Ok(()) | Err(Error::Store(store::Error::NotFound(_))) => {}
            Err(error) => return Err(error),
        }
        // Only now: whatever fails before, the word is still in the shadow.
        Ok(self.things.clear_opening(thing, locker, &word.id).await?)
    }

    async fn store_word(&self, thing: &ThingName, locker: u16, word: &Word, now: Instant) -> Result<(), Error> {
        let unknown = || store::Error::NotFound(store::Thing::Opening);
        let locker = LockerIndex::new(u32::from(locker)).map_err(|_| unknown())?;
        let id = OpeningId::parse(&word.id).map_err(|_| unknown())?;
        let at = Instant::from_millis(word.at.saturating_mul(1000)).unwrap_or(now);
        let outcome = match word.outcome {
            Outcome::Opened => OpeningOutcome::Opened,
            Outcome::Refused => OpeningOutcome::Refused,
            Outcome::Failed => OpeningOutcome::Failed,
            Outcome::Expired => OpeningOutcome::Expired,
        };
        let heard = self.store.finish_opening(&automat(thing)?, locker, &id, outcome, at, now).await?;
        tracing::info!(thing.name = %thing, opening.id = %id, ?outcome, ?heard, "the device's word");
        Ok(())
    }
}
