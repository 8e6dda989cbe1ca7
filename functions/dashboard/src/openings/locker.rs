//! `GET /automats/{automatId}/lockers/{lockerIndex}`: the state of one locker, and the button that opens it;
//! `POST …/open`: requests an opening, and redirects to its page.

use api::problem::Code;
use api::{Check, LockerPath, NoQuery, Problem};
use askama::Template;
use axum::extract::State;
use domain::{Automat, AutomatId, ConnectionState, FreeText, LockerIndex, OpeningDraft, Whereabouts};
use http::StatusCode;
use remote::request_opening;
use store::{LockerView, PageRequest};

use crate::Dashboard;
use crate::events::{Line, Names, lines_of_key};
use crate::form::{Errors, Form};
use crate::frame::Frame;
use crate::links;
use crate::refused::status;
use crate::times::Times;
use crate::visit::{Answer, Visit, page_with, redirect};

/// How many events of the key the page shows.
const LAST: usize = 5;

#[derive(Template)]
#[template(path = "openings/locker.html")]
struct LockerPage<'p> {
    frame: &'p Frame,
    automat: Automat,
    locker: LockerView,
    times: Times,
    form: Form,
    errors: Errors,
    lines: Vec<Line>,
}

/// `GET /automats/{automatId}/lockers/{lockerIndex}`
pub(crate) async fn show(visit: Visit, LockerPath(automat, index): LockerPath, _: NoQuery) -> Answer {
    locker_page(&visit, &automat, index, visit.fresh_form()?, None).await
}

/// `POST /automats/{automatId}/lockers/{lockerIndex}/open`
pub(crate) async fn open(
    State(Dashboard { things, .. }): State<Dashboard>,
    visit: Visit,
    LockerPath(automat, index): LockerPath,
    form: Form,
) -> Answer {
    let requested = async {
        let draft = draft(&form, automat.clone(), index)?;
        request_opening(&visit.app, &things, draft, &visit.metadata_once(&form)).await
    };
    let problem = match requested.await {
        Ok(requested) => return redirect(&links::opening(&requested.opening.id)),
        Err(problem) => problem,
    };
    match (problem.code, &problem.facts.opening_id) {
        (Code::LockerBusy, Some(under_way)) => redirect(&format!("/openings/{under_way}?already=true")),
        (Code::InvalidRequest | Code::AutomatOffline | Code::AutomatBusy | Code::IdempotencyOutdated, _) => {
            let form = visit.form_after(form, &problem)?;
            locker_page(&visit, &automat, index, form, Some(&problem)).await
        }
        _ => Err(problem),
    }
}

fn draft(form: &Form, automat: AutomatId, locker: LockerIndex) -> Result<OpeningDraft, Problem> {
    let mut check = Check::new();
    let reason = check.optional("reason", form.given("reason"), FreeText::parse);
    check.finish(|| Some(OpeningDraft { automat, locker, reason, force: form.ticked("force") }))
}

/// The page with a form and what was wrong with it.
async fn locker_page(
    visit: &Visit,
    automat: &AutomatId,
    index: LockerIndex,
    form: Form,
    problem: Option<&Problem>,
) -> Answer {
    let view = visit.store().automat_view(automat, visit.now).await?;
    let automat = view.automat;
    let locker = view.lockers.into_iter().find(|locker| locker.locker == index);
    let locker = locker.ok_or_else(|| Problem::no_locker(automat.locker_count))?;
    let times = Times::new(visit.t, automat.time_zone);
    let lines = last_events(visit, &locker, &automat).await?;
    let errors = problem.map_or_else(Errors::none, |problem| Errors::of(visit.t, problem));
    let status = problem.map_or(StatusCode::OK, status);
    page_with(status, &LockerPage { frame: &visit.frame, automat, locker, times, form, errors, lines })
}

async fn last_events(visit: &Visit, locker: &LockerView, automat: &Automat) -> Result<Vec<Line>, Problem> {
    let Some((key, _)) = &locker.key else { return Ok(Vec::new()) };
    match visit.store().key_events(key, &PageRequest { limit: LAST, after: None }).await {
        Ok(events) => {
            let names = Names::of_events(visit, &events.data).await?;
            Ok(lines_of_key(visit, automat, &names, &events.data))
        }
        // Removed between the two reads.
        Err(store::Error::NotFound(_)) => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}

impl LockerPage<'_> {
    /// A text with `$locker`.
    fn numbered(&self, id: &str) -> String {
        self.frame.t.with(id, [("locker", self.automat.door(self.locker.locker))])
    }

    fn is_away(&self) -> bool {
        self.automat.connection.state == ConnectionState::Disconnected
    }

    fn away_since(&self) -> String {
        let since = self.automat.connection.since.map(|since| self.times.moment(since));
        self.frame.t.with("open-away-since", [("time", since.unwrap_or_default())])
    }

    fn is_stray(&self) -> bool {
        self.locker.key.is_none() && self.locker.whereabouts == Whereabouts::Inside
    }

    fn whereabouts(&self) -> &'static str {
        match self.locker.whereabouts {
            Whereabouts::Unknown => "locker-key-unknown",
            Whereabouts::Inside => "locker-key-inside",
            Whereabouts::Out { contract: None } => "locker-key-missing",
            Whereabouts::Out { contract: Some(_) } => "locker-key-out-with",
        }
    }

    fn door(&self) -> String {
        format!("locker-door-{}", <&str>::from(self.locker.door))
    }
}
