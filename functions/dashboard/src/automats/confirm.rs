//! `/automats/{automatId}/remove` and `/automats/{automatId}/reset`: each shows what it does before it does it.

use api::problem::Code;
use api::{AutomatPath, NoQuery, Problem};
use askama::Template;
use domain::{Automat, AutomatId};

use crate::form::{Errors, Form};
use crate::frame::Frame;
use crate::links;
use crate::visit::{Answer, Visit, page_with, redirect_done};

#[derive(Template)]
#[template(path = "automats/confirm.html")]
struct ConfirmPage<'p> {
    frame: &'p Frame,
    action: Action,
    automat: Automat,
    form: Form,
    errors: Errors,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Action {
    Remove,
    Reset,
}

/// `GET /automats/{automatId}/remove`
pub(crate) async fn show_remove(visit: Visit, AutomatPath(id): AutomatPath, _: NoQuery) -> Answer {
    confirm_page(&visit, Action::Remove, &id, Errors::none()).await
}

/// `POST /automats/{automatId}/remove`
pub(crate) async fn remove(visit: Visit, AutomatPath(id): AutomatPath, _: NoQuery, form: Form) -> Answer {
    match visit.store().remove_automat(&id, form.expected(), &visit.metadata()).await.map_err(Problem::from) {
        Ok(()) => redirect_done("/automats", "removed"),
        // Sent twice: it has been removed already.
        Err(problem) if problem.code == Code::AutomatNotFound => redirect_done("/automats", "removed"),
        Err(problem) => confirm_page(&visit, Action::Remove, &id, Errors::of_form(visit.t, problem)?).await,
    }
}

/// `GET /automats/{automatId}/reset`
pub(crate) async fn show_reset(visit: Visit, AutomatPath(id): AutomatPath, _: NoQuery) -> Answer {
    confirm_page(&visit, Action::Reset, &id, Errors::none()).await
}

/// `POST /automats/{automatId}/reset`
pub(crate) async fn reset(visit: Visit, AutomatPath(id): AutomatPath, _: NoQuery, form: Form) -> Answer {
    match visit.store().reset_automat(&id, form.expected(), &visit.metadata()).await {
        Ok(automat) => redirect_done(&links::automat(&automat.id), "reset"),
        Err(error) => confirm_page(&visit, Action::Reset, &id, Errors::of_form(visit.t, error.into())?).await,
    }
}

async fn confirm_page(visit: &Visit, action: Action, id: &AutomatId, errors: Errors) -> Answer {
    let automat = visit.store().automat(id).await?;
    let form = Form::default().with("version", automat.version.to_string());
    page_with(errors.status(), &ConfirmPage { frame: &visit.frame, action, automat, form, errors })
}
