//! Keypad entries: the store decides, and the reply goes to the automat's own topic.

use domain::{Instant, KeypadAnswer, LockerCount, Purpose};
use protocol::{EntryMessage, EntryResponse, Reply, ThingName};
use store::KeypadEntry;

use crate::{Devices, Error, automat, code_kind, instant, locker};

impl Devices {
    pub(crate) async fn answer_entry(&self, thing: &ThingName, entry: EntryMessage, now: Instant) -> Result<(), Error> {
        let id = entry.id.clone();
        let decided = self.store.keypad_entry(&automat(thing)?, read(entry), now).await?;
        Ok(self.things.reply(thing, &Reply { id, response: response(decided, now) }).await?)
    }

    /// Replies to an entry that cannot be read. It costs nothing, since no code was checked, and is not an error: a
    /// retry would not help, and the person at the keypad is waiting.
    pub(crate) async fn refuse_entry(&self, thing: &ThingName, id: String) -> Result<(), Error> {
        let automat = automat(thing)?;
        tracing::warn!(automat.id = %automat, "malformed keypad entry");
        Ok(self.things.reply(thing, &Reply { id, response: EntryResponse::No { seconds: None } }).await?)
    }
}

fn read(entry: EntryMessage) -> KeypadEntry {
    let lockers = (0..LockerCount::MAX).filter_map(locker);
    let inside = lockers.filter(|locker| entry.inside.has(locker.get())).collect();
    // An impossible time counts as far off.
    let at = instant(entry.at).unwrap_or(Instant::EPOCH);
    KeypadEntry { id: entry.id, kind: code_kind(entry.kind), code: entry.code, other: entry.other, at, inside }
}

fn response(decided: KeypadAnswer, now: Instant) -> EntryResponse {
    match decided {
        KeypadAnswer::Open { allowed, until } => {
            let lockers = |purpose| {
                let wanted = allowed.lockers.iter().filter(move |allowed| allowed.purpose == purpose);
                wanted.map(|allowed| allowed.locker.get()).collect()
            };
            EntryResponse::Open {
                fetch: lockers(Purpose::Fetch),
                give_back: lockers(Purpose::Return),
                missing: allowed.missing.iter().map(|locker| locker.get()).collect(),
                expires_at: until.seconds(),
            }
        }
        KeypadAnswer::No { wait_until } => EntryResponse::No {
            seconds: wait_until.map(|until| seconds_until(until, now)).filter(|seconds| *seconds > 0),
        },
        KeypadAnswer::Wait { until } => EntryResponse::Wait { seconds: seconds_until(until, now) },
    }
}

/// Rounded up, so that the device does not send the next entry too early.
fn seconds_until(until: Instant, now: Instant) -> u32 {
    let millis = (until.millis() - now.millis()).max(0);
    u32::try_from((millis + 999) / 1000).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_rounded_up_to_whole_seconds() {
        let at = |millis| Instant::from_millis(millis).unwrap();
        assert_eq!(seconds_until(at(60_000), at(0)), 60);
        assert_eq!(seconds_until(at(60_000), at(1)), 60);
        assert_eq!(seconds_until(at(60_000), at(59_999)), 1);
        assert_eq!(seconds_until(at(60_000), at(60_001)), 0);
    }
}
