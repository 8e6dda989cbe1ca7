//! `/contracts/{contractId}/end` and `…/remove`: ending an active contract now and removing a contract, with
//! a preview of the messages.

use api::{ContractPath, NoQuery, Problem};
use askama::Template;
use domain::{Contract, ContractId, ContractRefusal, KeyId};
use store::{Preview, ResourceKind, Withdrawn};

use super::fields::FORCE;
use super::form::KeyContext;
use super::preview::{MessageBody, PreviewedMessage, previewed_messages, with_mail};
use super::{held, keys};
use crate::form::{Errors, Form};
use crate::frame::Frame;
use crate::links;
use crate::translations::count;
use crate::visit::{Answer, Visit, page_with, redirect, redirect_done};

/// The hidden field with the key whose page comes after a removal.
const KEY: &str = "keyId";

#[derive(Template)]
#[template(path = "contracts/close.html")]
struct ClosePage<'p> {
    frame: &'p Frame,
    /// Whether it removes the contract. Otherwise it ends it.
    removes: bool,
    context: KeyContext,
    contract: Contract,
    keys: Vec<keys::Line>,
    /// What it means.
    explained: String,
    /// Which keys are out with it, and what that means.
    out: Option<String>,
    /// The label of the box that is needed if keys are out.
    force: String,
    /// What automats without a connection may still accept.
    still_usable: Vec<String>,
    messages: Vec<PreviewedMessage>,
    form: Form,
    errors: Errors,
}

/// `GET /contracts/{contractId}/end`
pub(crate) async fn show_end(visit: Visit, ContractPath(id): ContractPath, _: NoQuery) -> Answer {
    end_page(&visit, &id, Errors::none()).await
}

/// `POST /contracts/{contractId}/end`
pub(crate) async fn end(visit: Visit, ContractPath(id): ContractPath, _: NoQuery, form: Form) -> Answer {
    match visit.store().end_contract(&id, form.expected(), &visit.metadata()).await {
        Ok(_) => redirect_done(&links::contract(&id), "ended"),
        Err(store::Error::Stale { .. }) => end_page(&visit, &id, stale(&visit, "contract-end-stale-advice")).await,
        Err(error) => Err(error.into()),
    }
}

/// `GET /contracts/{contractId}/remove`
pub(crate) async fn show_remove(visit: Visit, ContractPath(id): ContractPath, _: NoQuery) -> Answer {
    remove_page(&visit, &id, Errors::none()).await
}

/// `POST /contracts/{contractId}/remove`
pub(crate) async fn remove(visit: Visit, ContractPath(id): ContractPath, _: NoQuery, form: Form) -> Answer {
    // Before the removal, since nobody knows what they accept of a contract that is gone.
    let usable = visit.store().still_usable(&id, Withdrawn::Whole, visit.now).await?;
    let errors = match visit.store().remove_contract(&id, form.ticked(FORCE), form.expected(), &visit.metadata()).await
    {
        // Sent twice: it has been removed already.
        Ok(()) | Err(store::Error::NotFound(ResourceKind::Contract)) => {
            let done = if usable.is_empty() { "contract-removed" } else { "contract-removed-offline" };
            let key = KeyId::parse(form.text(KEY)).map(|key| format!("{}?done={done}", links::key(&key)));
            return redirect(key.as_deref().unwrap_or("/"));
        }
        Err(store::Error::Stale { .. }) => stale(&visit, "contract-remove-stale-advice"),
        Err(store::Error::Contract(ContractRefusal::KeyOut { key })) => {
            let said = keys::about(visit.t, "contract-take-off-out", [&key]);
            Errors::none().and_text(FORCE.to_owned(), said.unwrap_or_default())
        }
        Err(error) => Errors::of_form(visit.t, error.into())?,
    };
    remove_page(&visit, &id, errors).await
}

fn stale(visit: &Visit, advice: &str) -> Errors {
    Errors::whole_number(visit.t.text("contract-remove-stale").into_owned(), visit.t.text(advice).into_owned())
}

/// The page that asks for confirmation. A contract that cannot be ended is a problem.
async fn end_page(visit: &Visit, id: &ContractId, errors: Errors) -> Answer {
    let contract = visit.store().contract(id).await?;
    let preview = visit.store().preview_end(id, visit.now).await?;
    let context = KeyContext::read(visit, &contract.keys).await?;
    close_page(&ClosePage::new(visit, false, context, contract, &preview, errors)?)
}

async fn remove_page(visit: &Visit, id: &ContractId, errors: Errors) -> Answer {
    let preview = visit.store().preview_removal(id, visit.now).await?;
    let context = KeyContext::read(visit, &preview.contract.keys).await?;
    close_page(&ClosePage::new(visit, true, context, preview.contract.clone(), &preview, errors)?)
}

impl<'p> ClosePage<'p> {
    fn new(
        visit: &'p Visit,
        removes: bool,
        context: KeyContext,
        contract: Contract,
        preview: &Preview,
        errors: Errors,
    ) -> Result<Self, Problem> {
        let t = visit.t;
        let keys = context.lines(t, &contract.out);
        let out = if removes { "contract-remove-out" } else { "contract-end-out" };
        Ok(Self {
            frame: &visit.frame,
            removes,
            explained: if removes {
                t.text("contract-remove-pin").into_owned()
            } else {
                count(t, "contract-end-explained", keys.len())
            },
            out: keys::about(t, out, &contract.out),
            force: count(t, "contract-remove-force", contract.out.len()),
            form: Form::default().with("version", contract.version.to_string()),
            keys,
            still_usable: held::still_usable(t, &context, &preview.still_usable),
            messages: previewed_messages(t, &context.times, preview)?,
            context,
            contract,
            errors,
        })
    }
}

fn close_page(page: &ClosePage<'_>) -> Answer {
    page_with(page.errors.status(), page).map(with_mail)
}
