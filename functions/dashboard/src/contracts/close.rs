//! `/keys/{keyId}/contracts/{contractId}/end` and `…/remove`: ending an active contract now and removing a contract, with
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

/// `GET /keys/{keyId}/contracts/{contractId}/end`
pub(crate) async fn show_end(visit: Visit, ContractPath(key, id): ContractPath, _: NoQuery) -> Answer {
    end_page(&visit, &key, &id, Errors::none()).await
}

/// `POST /keys/{keyId}/contracts/{contractId}/end`
pub(crate) async fn end(visit: Visit, ContractPath(key, id): ContractPath, _: NoQuery, form: Form) -> Answer {
    match visit.store().end_contract(&key, &id, form.expected(), &visit.metadata()).await {
        Ok(_) => redirect(&format!("{}?done=ended", links::contract(&key, &id))),
        Err(store::Error::Stale { .. }) => {
            end_page(&visit, &key, &id, stale(&visit, "contract-end-stale-advice")).await
        }
        Err(error) => Err(error.into()),
    }
}

/// `GET /keys/{keyId}/contracts/{contractId}/remove`
pub(crate) async fn show_remove(visit: Visit, ContractPath(key, id): ContractPath, _: NoQuery) -> Answer {
    remove_page(&visit, &key, &id, Errors::none()).await
}

/// `POST /keys/{keyId}/contracts/{contractId}/remove`
pub(crate) async fn remove(visit: Visit, ContractPath(key, id): ContractPath, _: NoQuery, form: Form) -> Answer {
    let errors = match visit
        .store()
        .remove_contract(&key, &id, form.ticked("force"), form.expected(), &visit.metadata())
        .await
    {
        // Sent twice: it has been removed already.
        Ok(()) | Err(store::Error::NotFound(ResourceKind::Contract)) => {
            return redirect(&format!("{}?done=contract-removed", links::key(&key)));
        }
        Err(store::Error::Stale { .. }) => stale(&visit, "contract-remove-stale-advice"),
        Err(error) => Errors::of_form(visit.t, error.into())?,
    };
    remove_page(&visit, &key, &id, errors).await
}

fn stale(visit: &Visit, advice: &str) -> Errors {
    Errors::whole_number(visit.t.text("contract-remove-stale").into_owned(), visit.t.text(advice).into_owned())
}

/// The page that asks for confirmation. A contract that cannot be ended is a problem.
async fn end_page(visit: &Visit, key: &KeyId, id: &ContractId, errors: Errors) -> Answer {
    let contract = visit.store().contract(key, id).await?;
    let preview = visit.store().preview_end(key, id, visit.now).await?;
    let context = KeyContext::read(visit, key).await?;
    let messages = previewed_messages(visit.t, &context.times, &preview)?;
    let (out, form) = (preview.overdue, form_of(&contract));
    close_page(&ClosePage { frame: &visit.frame, removes: false, context, contract, out, messages, form, errors })
}

async fn remove_page(visit: &Visit, key: &KeyId, id: &ContractId, errors: Errors) -> Answer {
    let preview = visit.store().preview_removal(key, id, visit.now).await?;
    let context = KeyContext::read(visit, key).await?;
    let messages = previewed_messages(visit.t, &context.times, &preview)?;
    let out = context.key.whereabouts.holder() == Some(id);
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
