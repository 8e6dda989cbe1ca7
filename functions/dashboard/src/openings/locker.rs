//! `GET /automats/{automatId}/lockers/{lockerIndex}`: what is known of one locker, and the button that opens it.

use api::problem::Code;
use api::{App, Caller, LockerPath, NoQuery, Problem};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use clock::Random;
use domain::{Automat, AutomatId, ConnectionState, DoorState, LockerIndex, Whereabouts};
use http::StatusCode;
use store::{LockerView, PageRequest};
use texts::FluentArgs;

use crate::events::Line;
use crate::form::{Errors, Form};
use crate::frame::Frame;
use crate::links;
use crate::times::Times;
use crate::visit::{Visit, page};

/// How many of the key's events the page shows.
const LAST: usize = 5;

#[derive(Template)]
#[template(path = "openings/locker.html")]
struct LockerPage {
    frame: Frame,
    automat: Automat,
    locker: LockerView,
    times: Times,
    form: Form,
    errors: Errors,
    lines: Vec<Line>,
}

pub(crate) async fn see_locker(
    State(app): State<App>,
    State(random): State<Random>,
    visit: Visit,
    caller: Caller,
    LockerPath(automat, index): LockerPath,
    _: NoQuery,
) -> Result<Response, Problem> {
    show(&app, &visit, &caller, (automat, index), Form::fresh(&random)?, Errors::none()).await
}

/// The page, with what was typed and what is wrong with it.
pub(super) async fn show(
    app: &App,
    visit: &Visit,
    caller: &Caller,
    (automat, index): (AutomatId, LockerIndex),
    form: Form,
    errors: Errors,
) -> Result<Response, Problem> {
    let view = app.store.automat_view(&automat, app.clock.now()).await?;
    let automat = view.automat;
    let locker = view.lockers.into_iter().find(|locker| locker.locker == index);
    let locker = locker.ok_or_else(|| Problem::no_locker(automat.locker_count))?;
    let times = Times::new(visit.t, automat.time_zone);
    let mut lines = Vec::new();
    if let Some((key, _)) = &locker.key {
        let last = PageRequest { limit: LAST, after: None };
        match app.store.key_events(key, &last).await {
            Ok(events) => {
                let line = |event| Line::of(event, visit.t, &times, caller).of_one_key();
                lines = events.data.iter().map(line).collect();
            }
            // Removed between the two reads.
            Err(store::Error::NotFound(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let frame = visit.frame();
    page(status(&errors), &LockerPage { frame, automat, locker, times, form, errors, lines })
}

fn status(errors: &Errors) -> StatusCode {
    let code = errors.problem().map(|problem| problem.code);
    let code = code.or_else(|| errors.any().then_some(Code::InvalidRequest));
    code.and_then(|code| StatusCode::from_u16(code.status()).ok()).unwrap_or(StatusCode::OK)
}

impl LockerPage {
    /// A text with the locker's number in it.
    fn numbered(&self, id: &str) -> String {
        self.frame.t.format(id, &FluentArgs::from_iter([("locker", self.locker.locker.get())]))
    }

    fn home(&self) -> String {
        links::automat(&self.automat.id)
    }

    fn here(&self) -> String {
        links::locker(&self.automat.id, self.locker.locker)
    }

    fn is_away(&self) -> bool {
        self.automat.connection.state == ConnectionState::Disconnected
    }

    fn is_unseen(&self) -> bool {
        self.automat.connection.state == ConnectionState::Unknown
    }

    fn away_since(&self) -> String {
        let since = self.automat.connection.since.map(|since| self.times.moment(since));
        self.frame.t.format("open-away-since", &FluentArgs::from_iter([("time", since.unwrap_or_default())]))
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

    fn door(&self) -> &'static str {
        match self.locker.door {
            DoorState::Unknown => "locker-door-unknown",
            DoorState::Open => "locker-door-open",
            DoorState::Closed => "locker-door-closed",
        }
    }
}
