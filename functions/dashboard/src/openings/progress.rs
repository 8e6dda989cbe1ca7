//! `GET /openings/{openingId}`: the progress of an opening; and `…/status`: the part of that page which changes. Its
//! response waits until there is news.
//!
//! A result that only the device knows is not guessed.

use std::time::Duration;

use api::{OpeningPath, Problem, Query};
use askama::Template;
use domain::{AutomatId, Instant, Invalid, KeyId, Layout, Opening, OpeningId, OpeningStatus, TimeZone};
use remote::{MAX_WAIT, follow};
use texts::Texts;

use crate::events::Names;
use crate::form::Form;
use crate::frame::Frame;
use crate::times::Times;
use crate::visit::{Answer, Visit, page};

#[derive(Template)]
#[template(path = "openings/progress.html")]
struct ProgressPage<'p> {
    frame: &'p Frame,
    progress: Progress,
    already: bool,
}

#[derive(Template)]
#[template(path = "openings/status.html")]
struct StatusFragment {
    progress: Progress,
}

/// What both pages show.
struct Progress {
    t: &'static Texts,
    opening: Opening,
    status: OpeningStatus,
    /// Whether the device has reported the result.
    is_answered: bool,
    /// Seconds until the request expires.
    seconds_left: i64,
    requested_by: String,
    requested_at: String,
    ended_at: Option<String>,
    automat_name: String,
    /// On the door of the locker.
    number: u16,
    /// For the button “Try again”, if the user may open lockers.
    form: Option<Form>,
}

/// `GET /openings/{openingId}`
pub(crate) async fn show(visit: Visit, OpeningPath(id): OpeningPath, mut query: Query) -> Answer {
    let already = query.flag("already");
    query.finish()?;
    let progress = progress(&visit, &id, Duration::ZERO).await?;
    page(&ProgressPage { frame: &visit.frame, progress, already })
}

/// `GET /openings/{openingId}/status`
pub(crate) async fn follow_status(visit: Visit, OpeningPath(id): OpeningPath, mut query: Query) -> Answer {
    let wait = query.parsed("wait", |text| match text.parse::<u32>() {
        Ok(seconds) if seconds <= MAX_WAIT => Ok(seconds),
        _ => Err(Invalid::OutOfRange { min: 0, max: MAX_WAIT }),
    });
    query.finish()?;
    let wait = Duration::from_secs(u64::from(wait.unwrap_or_default()));
    page(&StatusFragment { progress: progress(&visit, &id, wait).await? })
}

async fn progress(visit: &Visit, id: &OpeningId, wait: Duration) -> Result<Progress, Problem> {
    let opening = follow(&visit.app, id, wait).await?;
    let (automat_name, zone, layout) = automat(visit, &opening.automat).await?;
    let times = Times::new(visit.t, zone);
    let names = Names::of_user(visit, &opening.requested_by).await?;
    // It may have waited since the request came.
    let now = visit.app.clock.now();
    let status = opening.status(now);
    let may_try_again = !matches!(status, OpeningStatus::Requested | OpeningStatus::Opened);
    let form = visit.frame.operates() && may_try_again;
    Ok(Progress {
        t: visit.t,
        status,
        is_answered: opening.is_confirmed_by_device(),
        seconds_left: seconds_left(&opening, now),
        requested_by: names.who(visit.t, &opening.requested_by, &visit.caller),
        requested_at: times.moment(opening.issued_at),
        ended_at: opening.finished_at(now).map(|at| times.moment(at)),
        automat_name,
        number: layout.number(opening.locker),
        form: form.then(|| visit.fresh_form()).transpose()?,
        opening,
    })
}

fn seconds_left(opening: &Opening, now: Instant) -> i64 {
    (opening.expires_at.millis() - now.millis() + 999).div_euclid(1000).max(0)
}

/// The name, time zone and layout of an automat. One that has been removed is shown by its id.
async fn automat(visit: &Visit, id: &AutomatId) -> Result<(String, TimeZone, Layout), Problem> {
    match visit.store().automat(id).await {
        Ok(automat) => Ok((automat.name.as_str().to_owned(), automat.time_zone, automat.layout)),
        Err(store::Error::NotFound(_)) => Ok((id.as_str().to_owned(), TimeZone::UTC, Layout::default())),
        Err(error) => Err(error.into()),
    }
}

impl Progress {
    /// Whether the device may still act on the request.
    fn is_pending(&self) -> bool {
        self.status == OpeningStatus::Requested
    }

    fn is_open(&self) -> bool {
        self.status == OpeningStatus::Opened
    }

    /// Whether a late report of the device may still change the result.
    fn is_provisional(&self) -> bool {
        self.status == OpeningStatus::Expired && !self.is_answered
    }

    /// The CSS class for its colour and sign.
    fn class(&self) -> &'static str {
        match self.status {
            OpeningStatus::Requested => "pending",
            OpeningStatus::Opened => "good",
            OpeningStatus::Refused | OpeningStatus::Failed => "bad",
            OpeningStatus::Expired => "warning",
        }
    }

    fn title(&self) -> String {
        self.t.text(&format!("opening-{}", <&str>::from(self.status))).into_owned()
    }

    /// What it means for somebody at the cabinet.
    fn meaning(&self) -> String {
        match (self.status, self.is_answered) {
            (OpeningStatus::Refused, false) => self.numbered("opening-not-sent-means"),
            (OpeningStatus::Expired, false) => self.numbered("opening-unanswered-means"),
            (status, _) => self.numbered(&format!("opening-{}-means", <&str>::from(status))),
        }
    }

    /// A text with `$locker`.
    fn numbered(&self, id: &str) -> String {
        self.t.with(id, [("locker", self.number)])
    }
    fn to_key(&self, key: &KeyId) -> String {
        self.t.with("opening-to-key", [("key", key.as_str())])
    }

    fn to_automat(&self) -> String {
        self.t.with("opening-to-automat", [("automat", self.automat_name.as_str())])
    }
}
