//! `/contracts/{contractId}/end` and `…/remove`: ending an active contract now and removing a contract, with
//! a preview of the messages.

use api::{ContractPath, NoQuery};
use askama::Template;
use domain::{Contract, ContractId, KeyId};
use store::ResourceKind;

use super::form::KeyContext;
use super::preview::{MessageBody, PreviewedMessage, previewed_messages, with_mail};
use crate::form::{Errors, Form};
use crate::frame::Frame;
use crate::links;
use crate::visit::{Answer, Visit, page_with, redirect};

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
    /// Whether the key is out with it. If it ends, it will be overdue.
    out: bool,
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
        Ok(_) => redirect(&format!("{}?done=ended", links::contract(&id))),
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
    let errors =
        match visit.store().remove_contract(&id, form.ticked("force"), form.expected(), &visit.metadata()).await {
            // Sent twice: it has been removed already.
            Ok(()) | Err(store::Error::NotFound(ResourceKind::Contract)) => {
                let key = KeyId::parse(form.text(KEY)).map(|key| format!("{}?done=contract-removed", links::key(&key)));
                return redirect(key.as_deref().unwrap_or("/"));
            }
            Err(store::Error::Stale { .. }) => stale(&visit, "contract-remove-stale-advice"),
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
    let messages = previewed_messages(visit.t, &context.times, &preview)?;
    let (out, form) = (!contract.out.is_empty(), form_of(&contract));
    close_page(&ClosePage { frame: &visit.frame, removes: false, context, contract, out, messages, form, errors })
}

async fn remove_page(visit: &Visit, id: &ContractId, errors: Errors) -> Answer {
    let preview = visit.store().preview_removal(id, visit.now).await?;
    let context = KeyContext::read(visit, &preview.contract.keys).await?;
    let messages = previewed_messages(visit.t, &context.times, &preview)?;
    let out = !preview.contract.out.is_empty();
    let form = form_of(&preview.contract);
    let contract = preview.contract;
    close_page(&ClosePage { frame: &visit.frame, removes: true, context, contract, out, messages, form, errors })
}

fn form_of(contract: &Contract) -> Form {
    Form::default().with("version", contract.version.to_string())
}

fn close_page(page: &ClosePage<'_>) -> Answer {
    page_with(page.errors.status(), page).map(with_mail)
}
