//! `/automats/{automatId}/remove` and `/automats/{automatId}/reset`: each shows what it does before it does it.

use api::problem::Code;
use api::{AutomatPath, NoQuery, Problem};
use askama::Template;
use domain::Automat;

use crate::form::{Errors, Form};
use crate::frame::Frame;
use crate::links;
use crate::visit::{Answer, Visit, page_with, redirect};

#[derive(Template)]
#[template(path = "automats/remove.html")]
struct RemovePage<'p> {
    frame: &'p Frame,
    automat: Automat,
    form: Form,
    errors: Errors,
}

#[derive(Template)]
#[template(path = "automats/reset.html")]
struct ResetPage<'p> {
    frame: &'p Frame,
    automat: Automat,
    form: Form,
    errors: Errors,
}

/// `GET /automats/{automatId}/remove`
pub(crate) async fn show_remove(visit: Visit, AutomatPath(id): AutomatPath, _: NoQuery) -> Answer {
    let automat = visit.store().automat(&id).await?;
    remove_page(&visit, automat, Errors::none())
}

/// `POST /automats/{automatId}/remove`
pub(crate) async fn remove(visit: Visit, AutomatPath(id): AutomatPath, _: NoQuery, form: Form) -> Answer {
    match visit.store().remove_automat(&id, form.expected(), &visit.metadata()).await.map_err(Problem::from) {
        Ok(()) => redirect("/"),
        // Sent twice: it has been removed already.
        Err(problem) if problem.code == Code::AutomatNotFound => redirect("/"),
        Err(problem) => {
            let errors = Errors::of_form(visit.t, problem)?;
            remove_page(&visit, visit.store().automat(&id).await?, errors)
        }
    }
}

/// `GET /automats/{automatId}/reset`
pub(crate) async fn show_reset(visit: Visit, AutomatPath(id): AutomatPath, _: NoQuery) -> Answer {
    let automat = visit.store().automat(&id).await?;
    reset_page(&visit, automat, Errors::none())
}

/// `POST /automats/{automatId}/reset`
pub(crate) async fn reset(visit: Visit, AutomatPath(id): AutomatPath, _: NoQuery, form: Form) -> Answer {
    match visit.store().reset_automat(&id, form.expected(), &visit.metadata()).await {
        Ok(automat) => redirect(&links::automat(&automat.id)),
        Err(error) => {
            let errors = Errors::of_form(visit.t, error.into())?;
            reset_page(&visit, visit.store().automat(&id).await?, errors)
        }
    }
}

fn remove_page(visit: &Visit, automat: Automat, errors: Errors) -> Answer {
    let form = Form::default().with("version", automat.version.to_string());
    page_with(errors.status(), &RemovePage { frame: &visit.frame, automat, form, errors })
}

fn reset_page(visit: &Visit, automat: Automat, errors: Errors) -> Answer {
    let form = Form::default().with("version", automat.version.to_string());
    page_with(errors.status(), &ResetPage { frame: &visit.frame, automat, form, errors })
}
