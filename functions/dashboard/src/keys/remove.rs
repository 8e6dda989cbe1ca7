//! `/keys/{keyId}/remove`: removing a key and its contracts.

use api::problem::Code;
use api::{KeyPath, NoQuery, Problem};
use askama::Template;
use domain::{Key, KeyState, Notify, Whereabouts};
use store::{KeyRemoval, Removal, RemovalEffect};

use crate::contracts::held::still_usable_of_key;
use crate::form::{Errors, Form};
use crate::frame::Frame;
use crate::links;
use crate::visit::{Answer, Visit, page, page_with, redirect, redirect_done};

/// With more contracts than this, the user types the key's id, so that nobody removes them in passing.
const NAMED_ABOVE: usize = 20;

#[derive(Template)]
#[template(path = "keys/remove.html")]
struct RemovePage<'p> {
    frame: &'p Frame,
    key: Key,
    automat: String,
    /// What happens to the contracts that are active or upcoming.
    effect: RemovalEffect,
    out: bool,
    /// What its automat may still accept without a connection.
    still_usable: Vec<String>,
    /// Whether its id has to be typed.
    named: bool,
    form: Form,
    errors: Errors,
}

/// A key whose contracts are still being deleted.
#[derive(Template)]
#[template(path = "keys/removing.html")]
struct RemovingPage<'p> {
    frame: &'p Frame,
    key: Key,
}

/// `GET /keys/{keyId}/remove`
pub(crate) async fn show(visit: Visit, KeyPath(id): KeyPath, _: NoQuery) -> Answer {
    let key = visit.store().key(&id).await?;
    match key.state {
        KeyState::Active => show_confirmation(&visit, key, Form::default(), Errors::none()).await,
        KeyState::Removing => page(&RemovingPage { frame: &visit.frame, key }),
    }
}

/// `POST /keys/{keyId}/remove`
pub(crate) async fn send(visit: Visit, KeyPath(id): KeyPath, _: NoQuery, form: Form) -> Answer {
    let key = match visit.store().key(&id).await.map_err(Problem::from) {
        Ok(key) => key,
        // Sent twice: it has been removed already.
        Err(problem) if problem.code == Code::KeyNotFound => return redirect("/automats"),
        Err(problem) => return Err(problem),
    };
    let effect = visit.store().preview_key_removal(&id, visit.now).await?;
    if effect.contracts > NAMED_ABOVE && form.text("keyId").trim() != id.as_str() {
        let text = visit.t.with("key-remove-not-named", [("key", id.to_string())]);
        return show_confirmation(&visit, key, form, Errors::none().and_text("keyId".to_owned(), text)).await;
    }
    let notify = if form.ticked("quiet") { Notify::Nobody } else { Notify::Contacts };
    let metadata = visit.metadata().notifying(notify);
    let removed = visit.store().remove_key(&id, form.ticked("force"), form.expected(), &metadata).await;
    match removed.map_err(Problem::from) {
        Ok(KeyRemoval { progress: Removal::Complete, .. }) => {
            redirect_done(&links::automat(&key.automat), "key-removed")
        }
        Ok(KeyRemoval { progress: Removal::Underway, .. }) => redirect(&format!("{}/remove", links::key(&id))),
        Err(problem) => {
            let key = visit.store().key(&id).await?;
            let errors = match problem.code {
                Code::KeyOut => Errors::at(visit.t, "force", &problem),
                _ => Errors::of_form(visit.t, problem)?,
            };
            show_confirmation(&visit, key, form, errors).await
        }
    }
}

async fn show_confirmation(visit: &Visit, key: Key, form: Form, errors: Errors) -> Answer {
    let effect = visit.store().preview_key_removal(&key.id, visit.now).await?;
    let automat = visit.store().automat(&key.automat).await?;
    let usable = visit.store().still_usable_of_key(&key.id, None, visit.now).await?;
    let still_usable = still_usable_of_key(visit.t, &automat, &usable);
    let automat = automat.name.to_string();
    let out = matches!(key.whereabouts, Whereabouts::Out { .. });
    let form = form.with("version", key.version.to_string());
    page_with(
        errors.status(),
        &RemovePage {
            frame: &visit.frame,
            named: effect.contracts > NAMED_ABOVE,
            key,
            automat,
            effect,
            out,
            still_usable,
            form,
            errors,
        },
    )
}
