//! Opening a locker remotely: one request, which lives for some seconds and ends in the truth.
//!
//! Only the device knows whether a locker opened. Until it has spoken, what we say of an opening is provisional; once
//! it has, its first word stands.

use std::fmt;

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

use crate::{Actor, AutomatId, Connection, ConnectionState, FreeText, Instant, Invalid, KeyId, LockerIndex, ulid};

/// An opening: a ULID, so that openings sort by time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OpeningId(String);

impl OpeningId {
    /// Takes the 26 characters of a ULID in its canonical spelling.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        ulid::parse(text).map(Self)
    }

    /// The identifier as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for OpeningId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One request to open one locker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Opening {
    /// Its identifier.
    #[serde(rename = "openingId")]
    pub id: OpeningId,
    /// The automat.
    #[serde(rename = "automatId")]
    pub automat: AutomatId,
    /// The locker.
    #[serde(rename = "lockerIndex")]
    pub locker: LockerIndex,
    /// The key that belonged in the locker when it was asked for.
    #[serde(rename = "keyId", skip_serializing_if = "Option::is_none")]
    pub key: Option<KeyId>,
    /// Above that of every opening of the locker before; the device acts on no other.
    pub seq: u64,
    /// Who asked for it.
    pub requested_by: Actor,
    /// Why, if they said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<FreeText>,
    /// When it was asked for, in whole seconds as the device is told.
    pub issued_at: Instant,
    /// From when on the device must not act on it, in whole seconds too.
    pub expires_at: Instant,
    /// How it ended, if we have been told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<OpeningEnd>,
}

/// How an opening ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OpeningEnd {
    /// How.
    pub outcome: OpeningOutcome,
    /// When.
    pub at: Instant,
    /// Whether the device said so; what it says later overrides what it did not say.
    pub confirmed_by_device: bool,
}

/// How an opening can end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum OpeningOutcome {
    /// The locker is open.
    Opened,
    /// The device, or its shadow, did not take it.
    Refused,
    /// The device tried, and does not know that it opened.
    Failed,
    /// It did not reach the device in time.
    Expired,
}

/// How far an opening has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum OpeningStatus {
    /// The device may still act on it.
    Requested,
    /// The locker is open.
    Opened,
    /// The device, or its shadow, did not take it.
    Refused,
    /// The device tried, and does not know that it opened.
    Failed,
    /// Its life is over; provisional until the device says so.
    Expired,
}

/// What somebody asks for who opens a locker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpeningDraft {
    /// The automat.
    pub automat: AutomatId,
    /// The locker.
    pub locker: LockerIndex,
    /// Why, to be recorded.
    pub reason: Option<FreeText>,
    /// Ask even an automat that is known to be away: it may be back within the request's life.
    pub force: bool,
}

/// What a locker knows of its openings, and what it holds: what a request is decided over.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OpeningsOfLocker {
    /// That of the last opening; 0 before the first.
    pub seq: u64,
    /// The last opening that has not ended, and when its life ends.
    pub live: Option<(OpeningId, Instant)>,
    /// The key that belongs in the locker.
    pub key: Option<KeyId>,
}

/// Why a locker would not be opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpeningRefusal {
    /// Another request for the locker is under way.
    #[error("the locker is being opened already")]
    LockerBusy {
        /// That request.
        opening: OpeningId,
        /// When its life ends.
        until: Instant,
    },
    /// The automat is known to be away, and nobody said to go on all the same.
    #[error("the automat is not connected")]
    AutomatOffline {
        /// Since when.
        since: Instant,
    },
}

impl Opening {
    /// The life of a request in milliseconds: long enough for a person to wait, too short for a device that comes back
    /// later to surprise whoever stands at it then.
    pub const LIFE_MILLIS: i64 = 20_000;

    /// The opening that a draft asks for.
    pub fn request(
        draft: OpeningDraft,
        id: OpeningId,
        connection: Connection,
        before: &OpeningsOfLocker,
        requested_by: Actor,
        now: Instant,
    ) -> Result<Self, OpeningRefusal> {
        if let Some((opening, until)) = before.live.clone().filter(|(_, until)| now < *until) {
            return Err(OpeningRefusal::LockerBusy { opening, until });
        }
        if let Connection { state: ConnectionState::Disconnected, since: Some(since) } = connection
            && !draft.force
        {
            return Err(OpeningRefusal::AutomatOffline { since });
        }
        let issued_at = now.whole_second();
        Ok(Self {
            id,
            automat: draft.automat,
            locker: draft.locker,
            key: before.key.clone(),
            seq: next_seq(before.seq, issued_at),
            requested_by,
            reason: draft.reason,
            issued_at,
            expires_at: issued_at.plus_millis(Self::LIFE_MILLIS),
            end: None,
        })
    }

    /// How far it has come at this instant.
    #[must_use]
    pub fn status(&self, now: Instant) -> OpeningStatus {
        match self.end.map(|end| end.outcome) {
            None if self.live(now) => OpeningStatus::Requested,
            None | Some(OpeningOutcome::Expired) => OpeningStatus::Expired,
            Some(OpeningOutcome::Opened) => OpeningStatus::Opened,
            Some(OpeningOutcome::Refused) => OpeningStatus::Refused,
            Some(OpeningOutcome::Failed) => OpeningStatus::Failed,
        }
    }

    /// Whether its status is the device's own word.
    #[must_use]
    pub fn confirmed_by_device(&self) -> bool {
        self.end.is_some_and(|end| end.confirmed_by_device)
    }

    /// When it ended; of a provisional expiry the instant of that.
    #[must_use]
    pub fn finished_at(&self, now: Instant) -> Option<Instant> {
        match self.end {
            Some(end) => Some(end.at),
            None if self.live(now) => None,
            None => Some(self.expires_at),
        }
    }

    /// Whether the device may still act on it.
    #[must_use]
    pub fn live(&self, now: Instant) -> bool {
        self.end.is_none() && now < self.expires_at
    }

    /// The opening once the device has spoken; `None` when it has before, since its first word stands. It says when it
    /// happened by its own clock, which we believe as far as that can be.
    #[must_use]
    pub fn told(&self, outcome: OpeningOutcome, at: Instant, now: Instant) -> Option<Self> {
        let at = at.min(now).max(self.issued_at);
        let end = OpeningEnd { outcome, at, confirmed_by_device: true };
        (!self.confirmed_by_device()).then(|| Self { end: Some(end), ..self.clone() })
    }

    /// The opening once it has turned out that the device was never asked; `None` when it has ended otherwise.
    #[must_use]
    pub fn withdrawn(&self, now: Instant) -> Option<Self> {
        let at = now.max(self.issued_at);
        let end = OpeningEnd { outcome: OpeningOutcome::Refused, at, confirmed_by_device: false };
        self.end.is_none().then(|| Self { end: Some(end), ..self.clone() })
    }
}

/// Above the last one, and not below the seconds since 1970, so that a table restored from a backup still counts
/// upward from what the device has seen.
fn next_seq(last: u64, issued_at: Instant) -> u64 {
    last.saturating_add(1).max(issued_at.seconds().unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Instant {
        Instant::from_millis(millis).unwrap()
    }

    fn draft(force: bool) -> OpeningDraft {
        let automat = AutomatId::parse("lobby").unwrap();
        OpeningDraft { automat, locker: LockerIndex::new(7).unwrap(), reason: None, force }
    }

    fn id(last: char) -> OpeningId {
        OpeningId::parse(&format!("01KB000000000000000000000{last}")).unwrap()
    }

    fn asked(before: &OpeningsOfLocker, connection: Connection, now: Instant) -> Result<Opening, OpeningRefusal> {
        Opening::request(draft(false), id('1'), connection, before, Actor::new("ada"), now)
    }

    fn opening() -> Opening {
        asked(&OpeningsOfLocker::default(), Connection::default(), at(100_900)).unwrap()
    }

    #[test]
    fn opening_ids_are_ulids_as_they_are_written() {
        assert!(OpeningId::parse("01KB3CFY80000000000000000Z").is_ok());
        for bad in
            ["", "01KB", "01kb3cfy80000000000000000z", "81KB3CFY80000000000000000Z", "01KB3CFY8000000000000000IL"]
        {
            assert_eq!(OpeningId::parse(bad), Err(Invalid::IdCharacters), "{bad:?}");
        }
        assert_eq!(OpeningId::parse(&"0".repeat(27)), Err(Invalid::TooLong { max: 26 }));
    }

    #[test]
    fn a_request_lives_for_twenty_seconds_from_its_whole_second() {
        let opening = opening();
        assert_eq!((opening.issued_at, opening.expires_at), (at(100_000), at(120_000)));
        assert_eq!((opening.status(at(119_999)), opening.finished_at(at(119_999))), (OpeningStatus::Requested, None));
        let over = (opening.status(at(120_000)), opening.finished_at(at(500_000)), opening.confirmed_by_device());
        assert_eq!(over, (OpeningStatus::Expired, Some(at(120_000)), false));
    }

    #[test]
    fn seqs_rise_by_one_and_never_fall_behind_the_clock() {
        let after = |seq| {
            let before = OpeningsOfLocker { seq, ..OpeningsOfLocker::default() };
            asked(&before, Connection::default(), at(100_900)).unwrap().seq
        };
        assert_eq!([after(0), after(99), after(100), after(7_000)], [100, 100, 101, 7_001]);
    }

    #[test]
    fn a_locker_is_busy_until_the_life_of_its_opening_is_over() {
        let before = OpeningsOfLocker { live: Some((id('0'), at(20_000))), ..OpeningsOfLocker::default() };
        let busy = OpeningRefusal::LockerBusy { opening: id('0'), until: at(20_000) };
        assert_eq!(asked(&before, Connection::default(), at(19_999)), Err(busy));
        assert!(asked(&before, Connection::default(), at(20_000)).is_ok());
    }

    #[test]
    fn an_automat_that_is_away_is_asked_only_by_force() {
        let away = Connection { state: ConnectionState::Disconnected, since: Some(at(5)) };
        let before = OpeningsOfLocker::default();
        assert_eq!(asked(&before, away, at(9)), Err(OpeningRefusal::AutomatOffline { since: at(5) }));
        assert!(Opening::request(draft(true), id('1'), away, &before, Actor::new("ada"), at(9)).is_ok());
        assert!(asked(&before, Connection::default(), at(9)).is_ok(), "one that nobody has heard of may be there");
    }

    #[test]
    fn the_devices_first_word_stands_whatever_was_believed_before() {
        let opening = opening();
        let withdrawn = opening.withdrawn(at(101_000)).unwrap();
        assert_eq!((withdrawn.status(at(102_000)), withdrawn.confirmed_by_device()), (OpeningStatus::Refused, false));
        let opened = withdrawn.told(OpeningOutcome::Opened, at(101_000), at(130_000)).unwrap();
        assert_eq!((opened.status(at(130_000)), opened.confirmed_by_device()), (OpeningStatus::Opened, true));
        assert_eq!(opened.told(OpeningOutcome::Failed, at(131_000), at(131_000)), None);
        assert_eq!(opened.withdrawn(at(131_000)), None);
    }

    #[test]
    fn the_devices_clock_is_believed_between_the_request_and_now() {
        let end = |said| opening().told(OpeningOutcome::Opened, at(said), at(110_000)).unwrap().end.unwrap().at;
        assert_eq!([end(3), end(104_000), end(999_000)], [at(100_000), at(104_000), at(110_000)]);
    }
}
