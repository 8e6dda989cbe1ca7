//! Keypad entries: decided by the store, answered on the automat's reply topic.

use domain::{CodeKind, Instant, KeypadAnswer, LockerCount, LockerIndex, Purpose};
use protocol::{Answer, Entry, Reply, ThingName};
use store::KeypadEntry;

use crate::{Devices, Error, automat};

impl Devices {
    pub(crate) async fn answer_entry(&self, thing: &ThingName, entry: Entry, now: Instant) -> Result<(), Error> {
        let id = entry.id.clone();
        let decided = self.store.keypad_entry(&automat(thing)?, read(entry), now).await?;
        Ok(self.things.reply(thing, &Reply { id, answer: answer(decided, now) }).await?)
    }

    /// Answers an entry whose form is wrong. It costs nothing, since no code was looked at, and is no error: another try
    /// would not mend it, and whoever stands at the keypad waits for an answer.
    pub(crate) async fn refuse_entry(&self, thing: &ThingName, id: String) -> Result<(), Error> {
        let automat = automat(thing)?;
        tracing::warn!(automat.id = %automat, "a keypad entry of the wrong form");
        Ok(self.things.reply(thing, &Reply { id, answer: Answer::No { seconds: None } }).await?)
    }
}

fn read(entry: Entry) -> KeypadEntry {
    let kind = match entry.kind {
        protocol::CodeKind::Pin => CodeKind::Pin,
        protocol::CodeKind::ReturnCode => CodeKind::ReturnCode,
    };
    let lockers = (0..u32::from(LockerCount::MAX)).filter_map(|index| LockerIndex::new(index).ok());
    let inside = lockers.filter(|locker| entry.inside.has(locker.get())).collect();
    // A time that cannot be one is as far off as can be.
    let at = Instant::from_millis(entry.at.saturating_mul(1000)).unwrap_or(Instant::EPOCH);
    KeypadEntry { id: entry.id, kind, code: entry.code, other: entry.other, at, inside }
}

fn answer(decided: KeypadAnswer, now: Instant) -> Answer {
    match decided {
        KeypadAnswer::Open { locker, purpose, until } => Answer::Open {
            locker_index: locker.get(),
            purpose: match purpose {
                Purpose::Fetch => protocol::Purpose::Fetch,
                Purpose::Return => protocol::Purpose::Return,
            },
            expires_at: until.seconds(),
        },
        KeypadAnswer::No { wait_until } => {
            Answer::No { seconds: wait_until.map(|until| seconds_until(until, now)).filter(|seconds| *seconds > 0) }
        }
        KeypadAnswer::Wait { until } => Answer::Wait { seconds: seconds_until(until, now) },
    }
}

/// Rounded up, so that no entry comes a moment before we look at one.
fn seconds_until(until: Instant, now: Instant) -> u32 {
    let millis = (until.millis() - now.millis()).max(0);
    u32::try_from((millis + 999) / 1000).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_given_in_whole_seconds_and_never_shorter_than_it_is() {
        let at = |millis| Instant::from_millis(millis).unwrap();
        assert_eq!(seconds_until(at(60_000), at(0)), 60);
        assert_eq!(seconds_until(at(60_000), at(1)), 60);
        assert_eq!(seconds_until(at(60_000), at(59_999)), 1);
        assert_eq!(seconds_until(at(60_000), at(60_001)), 0);
    }
}
