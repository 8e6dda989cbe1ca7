//! The state of an opening, as far as it is known: a result that only the device knows is not guessed.

use api::Caller;
use domain::{Instant, Opening, OpeningStatus};
use texts::{FluentArgs, Texts};

use crate::events::who;
use crate::times::Times;

/// The state as `templates/openings/status.html` shows it.
#[derive(Debug)]
pub(super) struct State {
    /// The CSS class for its colour and sign.
    pub(super) class: &'static str,
    pub(super) title: String,
    /// What it means for somebody at the cabinet.
    pub(super) meaning: String,
    status: OpeningStatus,
    /// Whether the device has reported the result.
    pub(super) is_answered: bool,
    /// Seconds until the request expires.
    pub(super) seconds_left: i64,
    pub(super) requested_by: String,
    pub(super) requested_at: String,
    pub(super) ended_at: Option<String>,
}

impl State {
    pub(super) fn of(opening: &Opening, t: &Texts, times: &Times, reader: &Caller, now: Instant) -> Self {
        let status = opening.status(now);
        let confirmed = opening.is_confirmed_by_device();
        let (class, title, meaning) = texts_of(status, confirmed);
        let values = FluentArgs::from_iter([("locker", opening.locker.get())]);
        let left = opening.expires_at.millis() - now.millis();
        Self {
            class,
            title: t.text(title).into_owned(),
            meaning: t.format(meaning, &values),
            status,
            is_answered: confirmed,
            seconds_left: (left + 999).div_euclid(1000).max(0),
            requested_by: who(t, &opening.requested_by, reader),
            requested_at: times.moment(opening.issued_at),
            ended_at: opening.finished_at(now).map(|at| times.moment(at)),
        }
    }

    /// Whether the device may still act on the request.
    pub(super) fn is_pending(&self) -> bool {
        self.status == OpeningStatus::Requested
    }

    pub(super) fn is_open(&self) -> bool {
        self.status == OpeningStatus::Opened
    }

    /// Whether a late report of the device may still change the result.
    pub(super) fn is_provisional(&self) -> bool {
        self.status == OpeningStatus::Expired && !self.is_answered
    }

    /// Whether it has ended without a report that the locker opened.
    pub(super) fn may_be_tried_again(&self) -> bool {
        !self.is_pending() && !self.is_open()
    }
}

fn texts_of(status: OpeningStatus, confirmed: bool) -> (&'static str, &'static str, &'static str) {
    match (status, confirmed) {
        (OpeningStatus::Requested, _) => ("pending", "opening-requested", "opening-requested-means"),
        (OpeningStatus::Opened, _) => ("good", "opening-opened", "opening-opened-means"),
        (OpeningStatus::Refused, true) => ("bad", "opening-refused", "opening-refused-means"),
        (OpeningStatus::Refused, false) => ("bad", "opening-refused", "opening-not-sent-means"),
        (OpeningStatus::Failed, _) => ("bad", "opening-failed", "opening-failed-means"),
        (OpeningStatus::Expired, true) => ("warning", "opening-expired", "opening-expired-means"),
        (OpeningStatus::Expired, false) => ("warning", "opening-expired", "opening-unanswered-means"),
    }
}
