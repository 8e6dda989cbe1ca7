//! Opening a locker remotely.
//!
//! Only the device knows whether a locker opened. Until it reports the result, the status of an opening is provisional.
//! Its first report is final.

use std::fmt;

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

use crate::{Actor, AutomatId, Connection, ConnectionState, FreeText, Instant, Invalid, KeyId, LockerIndex, ulid};

/// An opening's identifier: a ULID, so that openings sort by time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OpeningId(String);

impl OpeningId {
    /// Accepts the 26 characters of a ULID in upper case.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        ulid::parse(text).map(Self)
    }

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
    #[serde(rename = "openingId")]
    pub id: OpeningId,
    #[serde(rename = "automatId")]
    pub automat: AutomatId,
    #[serde(rename = "lockerIndex")]
    pub locker: LockerIndex,
    /// The key that belonged in the locker at the time of the request.
    #[serde(rename = "keyId", skip_serializing_if = "Option::is_none")]
    pub key: Option<KeyId>,
    /// Higher than that of every earlier opening of the locker. The device acts on no other.
    pub seq: u64,
    pub requested_by: Actor,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<FreeText>,
    /// In whole seconds, as the device receives it.
    pub issued_at: Instant,
    /// From this time on the device must not open the locker. In whole seconds.
    pub expires_at: Instant,
    /// How it ended, if that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<OpeningEnd>,
}

/// How an opening ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OpeningEnd {
    pub outcome: OpeningOutcome,
    pub at: Instant,
    /// Whether the device reported it. A report replaces an end that the device has not reported.
    pub confirmed_by_device: bool,
}

/// How an opening can end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum OpeningOutcome {
    Opened,
    /// The device, or its shadow, refused it.
    Refused,
    /// The device tried, and could not confirm that the locker opened.
    Failed,
    /// It did not reach the device in time.
    Expired,
}

/// The status of an opening.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum OpeningStatus {
    /// The device may still open the locker.
    Requested,
    Opened,
    /// The device, or its shadow, refused it.
    Refused,
    /// The device tried, and could not confirm that the locker opened.
    Failed,
    /// It has expired. Provisional until the device reports.
    Expired,
}

/// A locker to open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpeningDraft {
    pub automat: AutomatId,
    pub locker: LockerIndex,
    /// Saved with the opening.
    pub reason: Option<FreeText>,
    /// Send the request even if the automat is known to be offline: it may reconnect before the opening expires.
    pub force: bool,
}

/// What a request is decided on: the openings and the key of the locker.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OpeningsOfLocker {
    /// The number of the last opening; 0 before the first.
    pub seq: u64,
    /// The last opening that has not ended, and when it expires.
    pub live: Option<(OpeningId, Instant)>,
    /// The key that belongs in the locker.
    pub key: Option<KeyId>,
}

/// Why a locker cannot be opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpeningRefusal {
    /// Another opening of the locker is in progress.
    #[error("the locker is being opened already")]
    LockerBusy {
        opening: OpeningId,
        /// When that opening expires.
        until: Instant,
    },
    /// The automat is known to be offline, and the request does not have `force`.
    #[error("the automat is not connected")]
    AutomatOffline { since: Instant },
}

impl Opening {
    /// How long an opening lives, in milliseconds. Long enough for a person to wait; short enough that a device which
    /// reconnects later does not surprise the people in front of it.
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

    #[must_use]
    pub fn status(&self, now: Instant) -> OpeningStatus {
        match self.end.map(|end| end.outcome) {
            None if self.is_live(now) => OpeningStatus::Requested,
            None | Some(OpeningOutcome::Expired) => OpeningStatus::Expired,
            Some(OpeningOutcome::Opened) => OpeningStatus::Opened,
            Some(OpeningOutcome::Refused) => OpeningStatus::Refused,
            Some(OpeningOutcome::Failed) => OpeningStatus::Failed,
        }
    }

    /// Whether the device itself reported the status.
    #[must_use]
    pub fn is_confirmed_by_device(&self) -> bool {
        self.end.is_some_and(|end| end.confirmed_by_device)
    }

    /// When it ended. For a provisional expiry, when it expired.
    #[must_use]
    pub fn finished_at(&self, now: Instant) -> Option<Instant> {
        match self.end {
            Some(end) => Some(end.at),
            None if self.is_live(now) => None,
            None => Some(self.expires_at),
        }
    }

    /// Whether the device may still open the locker.
    #[must_use]
    pub fn is_live(&self, now: Instant) -> bool {
        self.end.is_none() && now < self.expires_at
    }

    /// The opening after a report of the device. `None` if the device has reported before, since its first report is
    /// final.
    ///
    /// `at` is the device's own time of the event. It is accepted within what is possible: after the request, and not
    /// in the future.
    #[must_use]
    pub fn reported(&self, outcome: OpeningOutcome, at: Instant, now: Instant) -> Option<Self> {
        let at = at.min(now).max(self.issued_at);
        let end = OpeningEnd { outcome, at, confirmed_by_device: true };
        (!self.is_confirmed_by_device()).then(|| Self { end: Some(end), ..self.clone() })
    }

    /// The opening after it turned out that the device never received it. `None` if it has ended otherwise.
    #[must_use]
    pub fn withdrawn(&self, now: Instant) -> Option<Self> {
        let at = now.max(self.issued_at);
        let end = OpeningEnd { outcome: OpeningOutcome::Refused, at, confirmed_by_device: false };
        self.end.is_none().then(|| Self { end: Some(end), ..self.clone() })
    }
}

/// One more than the last number, but at least the seconds since 1970. So a table restored from a backup continues
/// above the numbers that the device has seen.
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

    fn request(before: &OpeningsOfLocker, connection: Connection, now: Instant) -> Result<Opening, OpeningRefusal> {
        Opening::request(draft(false), id('1'), connection, before, Actor::new("ada"), now)
    }

    fn opening() -> Opening {
        request(&OpeningsOfLocker::default(), Connection::default(), at(100_900)).unwrap()
    }

    #[test]
    fn opening_ids_are_ulids_in_upper_case() {
        assert!(OpeningId::parse("01KB3CFY80000000000000000Z").is_ok());
        for bad in
            ["", "01KB", "01kb3cfy80000000000000000z", "81KB3CFY80000000000000000Z", "01KB3CFY8000000000000000IL"]
        {
            assert_eq!(OpeningId::parse(bad), Err(Invalid::IdCharacters), "{bad:?}");
        }
        assert_eq!(OpeningId::parse(&"0".repeat(27)), Err(Invalid::TooLong { max: 26 }));
    }

    #[test]
    fn an_opening_expires_twenty_seconds_after_its_whole_second() {
        let opening = opening();
        assert_eq!((opening.issued_at, opening.expires_at), (at(100_000), at(120_000)));
        assert_eq!((opening.status(at(119_999)), opening.finished_at(at(119_999))), (OpeningStatus::Requested, None));
        let over = (opening.status(at(120_000)), opening.finished_at(at(500_000)), opening.is_confirmed_by_device());
        assert_eq!(over, (OpeningStatus::Expired, Some(at(120_000)), false));
    }

    #[test]
    fn seqs_rise_by_one_and_never_fall_behind_the_clock() {
        let after = |seq| {
            let before = OpeningsOfLocker { seq, ..OpeningsOfLocker::default() };
            request(&before, Connection::default(), at(100_900)).unwrap().seq
        };
        assert_eq!([after(0), after(99), after(100), after(7_000)], [100, 100, 101, 7_001]);
    }

    #[test]
    fn a_locker_is_busy_until_its_opening_expires() {
        let before = OpeningsOfLocker { live: Some((id('0'), at(20_000))), ..OpeningsOfLocker::default() };
        let busy = OpeningRefusal::LockerBusy { opening: id('0'), until: at(20_000) };
        assert_eq!(request(&before, Connection::default(), at(19_999)), Err(busy));
        assert!(request(&before, Connection::default(), at(20_000)).is_ok());
    }

    #[test]
    fn an_offline_automat_gets_a_request_only_with_force() {
        let away = Connection { state: ConnectionState::Disconnected, since: Some(at(5)) };
        let before = OpeningsOfLocker::default();
        assert_eq!(request(&before, away, at(9)), Err(OpeningRefusal::AutomatOffline { since: at(5) }));
        assert!(Opening::request(draft(true), id('1'), away, &before, Actor::new("ada"), at(9)).is_ok());
        assert!(
            request(&before, Connection::default(), at(9)).is_ok(),
            "an automat that has never connected may be online"
        );
    }

    #[test]
    fn the_devices_first_report_is_final() {
        let opening = opening();
        let withdrawn = opening.withdrawn(at(101_000)).unwrap();
        assert_eq!(
            (withdrawn.status(at(102_000)), withdrawn.is_confirmed_by_device()),
            (OpeningStatus::Refused, false)
        );
        let opened = withdrawn.reported(OpeningOutcome::Opened, at(101_000), at(130_000)).unwrap();
        assert_eq!((opened.status(at(130_000)), opened.is_confirmed_by_device()), (OpeningStatus::Opened, true));
        assert_eq!(opened.reported(OpeningOutcome::Failed, at(131_000), at(131_000)), None);
        assert_eq!(opened.withdrawn(at(131_000)), None);
    }

    #[test]
    fn the_devices_time_is_limited_to_between_request_and_now() {
        let end =
            |reported| opening().reported(OpeningOutcome::Opened, at(reported), at(110_000)).unwrap().end.unwrap().at;
        assert_eq!([end(3), end(104_000), end(999_000)], [at(100_000), at(104_000), at(110_000)]);
    }
}
