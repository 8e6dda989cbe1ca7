//! `GET /contracts/{contractId}`: a contract, its contacts, and the delivery status of its messages; with the
//! buttons that show or replace its PIN, and send a message again.

use api::problem::Code;
use api::{ContractPath, MessagePath, NoQuery, Problem, Query};
use askama::Template;
use domain::{Contact, Contract, ContractId, ContractState, Instant, MessageKind, MessageRecord, MessageState, Pin};
use store::PageRequest;
use texts::Texts;

use super::contacts::{address_label, kind_label};
use super::form::KeyContext;
use super::held::{self, HeldLine};
use super::keys;
use crate::form::{Errors, Form};
use crate::frame::Frame;
use crate::language::own_name;
use crate::links;
use crate::times::Times;
use crate::visit::{Answer, Visit, page_with, redirect, redirect_done};

/// Messages on a page. Most contracts never have more.
const MESSAGES: usize = 20;

#[derive(Template)]
#[template(path = "contracts/page.html")]
struct ContractPage<'p> {
    frame: &'p Frame,
    context: &'p KeyContext,
    contract: &'p Contract,
    keys: Vec<keys::Line>,
    home: String,
    state: &'static str,
    state_label: String,
    can_end: bool,
    /// It is active or overdue, and has an end.
    can_extend: bool,
    /// It is overdue, and has contacts who get messages.
    can_remind: bool,
    pin: Option<&'p str>,
    /// What its automats know of it.
    held: Vec<HeldLine>,
    /// Where its PIN may still be accepted after a new one was made.
    pin_warnings: Vec<String>,
    contacts: Vec<Line>,
    messages: Vec<Sent>,
    more: Option<String>,
    form: Form,
    errors: Errors,
    done: Option<String>,
}

struct Line {
    name: String,
    /// The enabled channels with their addresses.
    by: Vec<String>,
    language: &'static str,
    kinds: Vec<String>,
}

/// A message and its delivery status.
struct Sent {
    contact: String,
    kind: String,
    by: String,
    badge: &'static str,
    state: String,
    why: Option<String>,
    /// The address that sends it again, where that makes sense.
    again: Option<String>,
}

/// The parts of a contract's page that are not always there.
#[derive(Default)]
struct Shown {
    pin: Option<Pin>,
    errors: Errors,
    done: Option<String>,
    after: Option<PageRequest>,
}

/// `GET /contracts/{contractId}`
pub(crate) async fn show(visit: Visit, ContractPath(id): ContractPath, mut query: Query) -> Answer {
    let done = visit.done(&mut query, "contract");
    let after = query.page();
    query.finish()?;
    contract_page(&visit, &id, Shown { done, after: Some(after), ..Shown::default() }).await
}

/// `POST /contracts/{contractId}/pin`: the contract's page with its PIN. Viewing it is recorded. There is no
/// redirect: an address that shows a PIN would show it to anybody who finds it in a browser's history, without a record.
pub(crate) async fn reveal_pin(visit: Visit, ContractPath(id): ContractPath, _: NoQuery) -> Answer {
    let pin = visit.store().reveal_pin(&id, &visit.metadata()).await?;
    contract_page(&visit, &id, Shown { pin: Some(pin), ..Shown::default() }).await
}

/// `POST /contracts/{contractId}/pin/new`
pub(crate) async fn replace_pin(visit: Visit, ContractPath(id): ContractPath, _: NoQuery, form: Form) -> Answer {
    visit.store().replace_pin(&id, &visit.metadata_once(&form)).await?;
    redirect_done(&links::contract(&id), "new-pin")
}

/// `POST /contracts/{contractId}/remind`: tells all contacts that the keys are overdue. `to` is the page to return to.
pub(crate) async fn remind(visit: Visit, ContractPath(id): ContractPath, _: NoQuery, form: Form) -> Answer {
    let sent = visit.store().remind_overdue(&id, visit.now).await?;
    let to = form.given("to").map_or_else(|| links::contract(&id), |to| links::own(to).to_owned());
    redirect_done(&to, if sent > 0 { "reminded" } else { "not-reminded" })
}

/// `POST /contracts/{contractId}/messages/{messageId}/resend`: sends a message again. If the form is sent
/// twice, the message is already being sent, which is fine.
pub(crate) async fn resend(visit: Visit, MessagePath(id, message): MessagePath, _: NoQuery) -> Answer {
    match visit.store().resend(&id, &message, visit.now).await.map_err(Problem::from) {
        Err(problem) if problem.code == Code::MessageOutdated => {
            let errors = Errors::of(visit.t, &problem);
            contract_page(&visit, &id, Shown { errors, ..Shown::default() }).await
        }
        Err(problem) if problem.code != Code::MessageUnderWay => Err(problem),
        Ok(_) | Err(_) => redirect(&format!("{}?done=resent#messages", links::contract(&id))),
    }
}

async fn contract_page(visit: &Visit, id: &ContractId, shown: Shown) -> Answer {
    let (t, now) = (visit.t, visit.now);
    let form = visit.fresh_form()?;
    let (contract, held) = visit.store().contract_at_automats(id, now).await?;
    let context = KeyContext::read(visit, &contract.keys).await?;
    let after = shown.after.and_then(|request| request.after);
    let messages = visit.store().messages(id, &PageRequest { limit: MESSAGES, after }).await?;
    let times = &context.times;
    let home = links::contract(id);
    let state_now = contract.state(now);
    let overdue = contract.is_overdue(now);
    let (badge, state_label) = state(t, state_now, overdue);
    page_with(
        shown.errors.status(),
        &ContractPage {
            frame: &visit.frame,
            state: badge,
            state_label,
            keys: context.lines(t, &contract.out),
            can_end: state_now == ContractState::Active,
            can_extend: contract.can_be_extended(now),
            can_remind: overdue && Contact::any_is_notified(&contract.contacts),
            pin: shown.pin.as_ref().map(Pin::reveal),
            pin_warnings: held::still_accepting(t, &context, &held),
            held: held::lines(t, &context, &contract, &held, now),
            contacts: contract.contacts.iter().map(|contact| line(t, contact)).collect(),
            messages: messages.data.iter().map(|record| sent(t, times, &home, record)).collect(),
            more: messages.next.map(|next| format!("{home}?after={}#messages", next.as_str())),
            form,
            errors: shown.errors,
            done: shown.done,
            context: &context,
            contract: &contract,
            home,
        },
    )
}

/// The class of the badge, and its text.
pub(crate) fn state(t: &Texts, state: ContractState, overdue: bool) -> (&'static str, String) {
    let class = match state {
        ContractState::Ended if overdue => return ("bad", t.text("state-overdue").into_owned()),
        ContractState::Upcoming => "waiting",
        ContractState::Active => "active",
        ContractState::Ended => "",
    };
    (class, t.text(&format!("state-{}", <&str>::from(state))).into_owned())
}

fn line(t: &Texts, contact: &Contact) -> Line {
    Line {
        name: contact.name.to_string(),
        by: contact.recipients().map(|recipient| address_label(t, &recipient)).collect(),
        language: own_name(contact.language),
        kinds: contact.additional_messages.iter().map(|kind: &MessageKind| kind_label(t, *kind)).collect(),
    }
}

fn sent(t: &Texts, times: &Times, home: &str, record: &MessageRecord) -> Sent {
    let at = |id: &str, time: Instant| t.with(id, [("time", times.moment(time))]);
    let (badge, state, again) = match &record.state {
        MessageState::Pending { next_try } => ("waiting", at("message-pending", *next_try), false),
        MessageState::Sending { .. } => ("waiting", t.text("message-sending").into_owned(), false),
        MessageState::Sent { at: time, .. } => ("good", at("message-sent", *time), true),
        MessageState::Bounced { at: time } => ("bad", at("message-bounced", *time), true),
        MessageState::Refused { at: time } => ("bad", at("message-refused", *time), true),
        MessageState::Failed { at: time } => ("bad", at("message-failed", *time), true),
        MessageState::Superseded { at: time } => ("", at("message-superseded", *time), false),
    };
    let twice = record.possibly_duplicate.then(|| t.text("message-possibly-duplicate").into_owned());
    let failure = record.failure.map(|failure| t.text(&format!("failure-{}", <&str>::from(failure))).into_owned());
    let said = [failure, twice].into_iter().flatten().collect::<Vec<_>>().join(" ");
    Sent {
        contact: record.recipient.name.to_string(),
        kind: kind_label(t, record.kind),
        by: address_label(t, &record.recipient),
        badge,
        state,
        why: Some(said).filter(|said| !said.is_empty()),
        again: again.then(|| format!("{home}/messages/{}/resend", record.id.as_str())),
    }
}
