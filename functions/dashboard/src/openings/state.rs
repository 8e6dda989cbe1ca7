//! How far an opening has come, in words that are true: what only the device knows is not guessed.

use api::Caller;
use domain::{Instant, Opening, OpeningStatus};
use texts::{FluentArgs, Texts};

use crate::events::who;
use crate::times::Times;

/// What `templates/openings/state.html` shows.
#[derive(Debug)]
pub(super) struct State {
    /// The class that gives it its colour and sign.
    pub(super) class: &'static str,
    /// In a word.
    pub(super) title: String,
    /// What it means for whoever stands at the cabinet.
    pub(super) meaning: String,
    status: OpeningStatus,
    /// Whether the device has spoken.
    pub(super) is_answered: bool,
    /// Of the life of the request, what is left in seconds.
    pub(super) seconds_left: i64,
    /// Who asked for it.
    pub(super) asked_by: String,
    /// When.
    pub(super) asked_at: String,
    /// When it ended.
    pub(super) ended_at: Option<String>,
}

impl State {
    pub(super) fn of(opening: &Opening, t: &Texts, times: &Times, reader: &Caller, now: Instant) -> Self {
        let status = opening.status(now);
        let confirmed = opening.is_confirmed_by_device();
        let (class, title, meaning) = words(status, confirmed);
        let values = FluentArgs::from_iter([("locker", opening.locker.get())]);
        let left = opening.expires_at.millis() - now.millis();
        Self {
            class,
            title: t.say(title).into_owned(),
            meaning: t.format(meaning, &values),
            status,
            is_answered: confirmed,
            seconds_left: (left + 999).div_euclid(1000).max(0),
            asked_by: who(t, &opening.requested_by, reader),
            asked_at: times.moment(opening.issued_at),
            ended_at: opening.finished_at(now).map(|at| times.moment(at)),
        }
    }

    /// Whether the device may still act on it.
    pub(super) fn is_asking(&self) -> bool {
        self.status == OpeningStatus::Requested
    }

    /// Whether the locker is open.
    pub(super) fn is_open(&self) -> bool {
        self.status == OpeningStatus::Opened
    }

    /// Whether looking again may tell more.
    pub(super) fn is_provisional(&self) -> bool {
        self.status == OpeningStatus::Expired && !self.is_answered
    }

    /// Whether it is over, and the locker is not known to be open.
    pub(super) fn may_be_tried_again(&self) -> bool {
        !self.is_asking() && !self.is_open()
    }
}

fn words(status: OpeningStatus, confirmed: bool) -> (&'static str, &'static str, &'static str) {
    match (status, confirmed) {
        (OpeningStatus::Requested, _) => ("asking", "opening-requested", "opening-requested-means"),
        (OpeningStatus::Opened, _) => ("good", "opening-opened", "opening-opened-means"),
        (OpeningStatus::Refused, true) => ("bad", "opening-refused", "opening-refused-means"),
        (OpeningStatus::Refused, false) => ("bad", "opening-refused", "opening-not-sent-means"),
        (OpeningStatus::Failed, _) => ("bad", "opening-failed", "opening-failed-means"),
        (OpeningStatus::Expired, true) => ("warning", "opening-expired", "opening-expired-means"),
        (OpeningStatus::Expired, false) => ("warning", "opening-expired", "opening-unanswered-means"),
    }
}
