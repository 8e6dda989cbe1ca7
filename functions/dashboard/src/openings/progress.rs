//! `GET /openings/{openingId}`: how far an opening has come, and `…/status`: the part of that page which changes, held
//! back until there is news.

use std::time::Duration;

use api::{App, Caller, OpeningPath, Problem, Query};
use askama::Template;
use axum::extract::State as Shared;
use axum::response::Response;
use clock::Random;
use domain::{AutomatId, Invalid, KeyId, Opening, OpeningId, TimeZone};
use http::StatusCode;
use remote::{MAX_WAIT, follow};
use texts::{FluentArgs, Texts};

use super::state::State;
use crate::form::Form;
use crate::frame::Frame;
use crate::links;
use crate::times::Times;
use crate::visit::{Visit, page};

#[derive(Template)]
#[template(path = "openings/progress.html")]
struct ProgressPage {
    frame: Frame,
    progress: Progress,
    already: bool,
}

#[derive(Template)]
#[template(path = "openings/status.html")]
struct StatusFragment {
    progress: Progress,
}

/// What both of them show.
struct Progress {
    t: &'static Texts,
    opening: Opening,
    state: State,
    automat_name: String,
    /// For the button that tries again, if the person may.
    form: Option<Form>,
}

pub(crate) async fn see_opening(
    Shared(app): Shared<App>,
    Shared(random): Shared<Random>,
    visit: Visit,
    caller: Caller,
    OpeningPath(id): OpeningPath,
    mut query: Query,
) -> Result<Response, Problem> {
    let already = query.flag("already");
    query.finish()?;
    let progress = progress(&app, &random, &visit, &caller, &id, Duration::ZERO).await?;
    page(StatusCode::OK, &ProgressPage { frame: visit.frame(), progress, already })
}

pub(crate) async fn follow_opening(
    Shared(app): Shared<App>,
    Shared(random): Shared<Random>,
    visit: Visit,
    caller: Caller,
    OpeningPath(id): OpeningPath,
    mut query: Query,
) -> Result<Response, Problem> {
    let wait = query.parsed("wait", |text| match text.parse::<u32>() {
        Ok(seconds) if seconds <= MAX_WAIT => Ok(seconds),
        _ => Err(Invalid::OutOfRange { min: 0, max: MAX_WAIT }),
    });
    query.finish()?;
    let wait = Duration::from_secs(u64::from(wait.unwrap_or_default()));
    let progress = progress(&app, &random, &visit, &caller, &id, wait).await?;
    page(StatusCode::OK, &StatusFragment { progress })
}

async fn progress(
    app: &App,
    random: &Random,
    visit: &Visit,
    caller: &Caller,
    id: &OpeningId,
    wait: Duration,
) -> Result<Progress, Problem> {
    let opening = follow(app, id, wait).await?;
    let (automat_name, zone) = automat(app, &opening.automat).await?;
    let times = Times::new(visit.t, zone);
    let state = State::of(&opening, visit.t, &times, caller, app.clock.now());
    let form = visit.may(api::Role::Operator) && state.may_be_tried_again();
    let form = form.then(|| Form::fresh(random)).transpose()?;
    Ok(Progress { t: visit.t, opening, state, automat_name, form })
}

/// What an automat is called and where its clock stands; one that has been removed by now keeps its identifier.
async fn automat(app: &App, id: &AutomatId) -> Result<(String, TimeZone), Problem> {
    match app.store.automat(id).await {
        Ok(automat) => Ok((automat.name.as_str().to_owned(), automat.time_zone)),
        Err(store::Error::NotFound(_)) => Ok((id.as_str().to_owned(), TimeZone::UTC)),
        Err(error) => Err(error.into()),
    }
}

impl Progress {
    /// A text with the locker's number in it.
    fn numbered(&self, id: &str) -> String {
        self.t.format(id, &FluentArgs::from_iter([("locker", self.opening.locker.get())]))
    }

    fn here(&self) -> String {
        links::opening(&self.opening.id)
    }

    fn home(&self) -> String {
        links::automat(&self.opening.automat)
    }

    fn locker(&self) -> String {
        links::locker(&self.opening.automat, self.opening.locker)
    }

    fn to_key(&self, key: &KeyId) -> String {
        self.t.format("opening-to-key", &FluentArgs::from_iter([("key", key.as_str().to_owned())]))
    }

    fn to_automat(&self) -> String {
        self.t.format("opening-to-automat", &FluentArgs::from_iter([("automat", self.automat_name.clone())]))
    }
}
