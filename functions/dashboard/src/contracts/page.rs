//! `GET /keys/{keyId}/contracts/{contractId}`: a contract, who is told of it, and what became of each message.

use api::{App, ContractPath, Problem, Query};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use clock::Random;
use domain::{
    Channel, Contact, Contract, ContractId, ContractState, Instant, Key, KeyId, MessageKind, MessageRecord,
    MessageState, Pin, SendFailure,
};
use http::StatusCode;
use store::PageRequest;
use texts::{FluentArgs, Texts};

use super::contacts::kind_in_words;
use super::form::Place;
use crate::form::{Errors, Form};
use crate::frame::Frame;
use crate::language::own_name;
use crate::times::Times;
use crate::visit::{Visit, page};

/// Messages on a page: what most contracts ever have.
const MESSAGES: usize = 20;

#[derive(Template)]
#[template(path = "contracts/page.html")]
struct ContractPage<'p> {
    frame: Frame,
    key: &'p Key,
    automat: &'p str,
    contract: &'p Contract,
    home: String,
    state: &'static str,
    state_words: &'static str,
    range: String,
    zone: &'static str,
    out: bool,
    /// It is running, so it can be ended.
    can_end: bool,
    /// It has an end that may be moved: it is running, or its key is overdue.
    can_extend: bool,
    pin: Option<&'p str>,
    contacts: Vec<Line>,
    created: String,
    updated: Option<String>,
    messages: Vec<Sent>,
    more: Option<String>,
    form: Form,
    errors: Errors,
    done: Option<&'static str>,
}

/// A contact.
struct Line {
    name: String,
    /// The channels that are on, each with its address.
    by: Vec<String>,
    language: &'static str,
    kinds: Vec<String>,
}

/// A message, and what became of it.
struct Sent {
    contact: String,
    kind: String,
    by: String,
    badge: &'static str,
    state: String,
    why: Option<String>,
    /// The address that asks for it again, where that makes sense.
    again: Option<String>,
}

/// What of a contract's page is not always there.
#[derive(Default)]
pub(super) struct Shown {
    pub(super) pin: Option<Pin>,
    pub(super) errors: Errors,
    pub(super) done: Option<&'static str>,
    pub(super) after: Option<PageRequest>,
}

/// `GET /keys/{keyId}/contracts/{contractId}`
pub(crate) async fn show(
    State(app): State<App>,
    State(random): State<Random>,
    ContractPath(key, id): ContractPath,
    visit: Visit,
    mut query: Query,
) -> Result<Response, Problem> {
    let done = query.text("done");
    let after = query.page();
    query.finish()?;
    let shown = Shown { done: done.as_deref().and_then(what_was_done), after: Some(after), ..Shown::default() };
    answer(&app, &visit, (&key, &id), Form::fresh(&random)?, shown).await
}

/// The page of a contract.
pub(super) async fn answer(
    app: &App,
    visit: &Visit,
    (key, id): (&KeyId, &ContractId),
    form: Form,
    shown: Shown,
) -> Result<Response, Problem> {
    let t = visit.t;
    let contract = app.store.contract(key, id).await?;
    let place = Place::read(app, key, t).await?;
    let request =
        PageRequest { limit: MESSAGES, ..shown.after.unwrap_or(PageRequest { limit: MESSAGES, after: None }) };
    let messages = app.store.messages(key, id, &request).await?;
    let (times, now) = (&place.times, app.clock.now());
    let home = crate::links::contract(key, id);
    let state_now = contract.state(now);
    let overdue = place.key.whereabouts.is_overdue(id, contract.range, now);
    let (badge, state_words) = state(state_now, overdue);
    let status = if shown.errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page_of_contract = ContractPage {
        frame: visit.frame(),
        state: badge,
        state_words,
        range: times.range(contract.range),
        zone: times.zone(),
        out: place.key.whereabouts.holder() == Some(id),
        can_end: state_now == ContractState::Active,
        can_extend: overdue || state_now == ContractState::Active && contract.range.end().is_some(),
        pin: shown.pin.as_ref().map(Pin::reveal),
        contacts: contract.contacts.iter().map(|contact| line(t, contact)).collect(),
        created: times.moment(contract.created_at),
        updated: (contract.version > 1).then(|| times.moment(contract.updated_at)),
        messages: messages.data.iter().map(|record| sent(t, times, &home, record)).collect(),
        more: messages.next.map(|next| format!("{home}?after={}#messages", next.as_str())),
        form,
        errors: shown.errors,
        done: shown.done,
        key: &place.key,
        automat: &place.automat,
        contract: &contract,
        home,
    };
    page(status, &page_of_contract)
}

/// Where a contract stands: the class of its badge, and the text.
fn state(state: ContractState, overdue: bool) -> (&'static str, &'static str) {
    match state {
        ContractState::Ended if overdue => ("bad", "state-overdue"),
        ContractState::Upcoming => ("waiting", "state-upcoming"),
        ContractState::Active => ("running", "state-running"),
        ContractState::Ended => ("", "state-ended"),
    }
}

/// What has just been done, in the words of the address that was gone to then.
fn what_was_done(word: &str) -> Option<&'static str> {
    match word {
        "created" => Some("contract-done-created"),
        "changed" => Some("contract-done-changed"),
        "ended" => Some("contract-done-ended"),
        "new-pin" => Some("contract-done-new-pin"),
        "resent" => Some("contract-done-resent"),
        _ => None,
    }
}

fn line(t: &Texts, contact: &Contact) -> Line {
    let by = |recipient: domain::Recipient| by(t, recipient.address.channel(), recipient.address.reveal());
    Line {
        name: contact.name.to_string(),
        by: contact.recipients().map(by).collect(),
        language: own_name(contact.language),
        kinds: contact.additional_messages.iter().map(|kind: &MessageKind| kind_in_words(t, *kind)).collect(),
    }
}

fn by(t: &Texts, channel: Channel, address: &str) -> String {
    let id = match channel {
        Channel::Email => "told-by-email",
        Channel::Sms => "told-by-sms",
    };
    t.format(id, &FluentArgs::from_iter([("address", address)]))
}

fn sent(t: &Texts, times: &Times, home: &str, record: &MessageRecord) -> Sent {
    let at = |id: &str, time: Instant| t.format(id, &FluentArgs::from_iter([("time", times.moment(time))]));
    let (badge, state, again) = match &record.state {
        MessageState::Pending { next_try } => ("waiting", at("message-pending", *next_try), false),
        MessageState::Sending { .. } => ("waiting", t.say("message-sending").into_owned(), false),
        MessageState::Sent { at: time, .. } => ("good", at("message-sent", *time), true),
        MessageState::Bounced { at: time } => ("bad", at("message-bounced", *time), true),
        MessageState::Refused { at: time } => ("bad", at("message-refused", *time), true),
        MessageState::Failed { at: time } => ("bad", at("message-failed", *time), true),
        MessageState::Superseded { at: time } => ("", at("message-superseded", *time), false),
    };
    let twice = record.perhaps_twice.then(|| t.say("message-perhaps-twice").into_owned());
    let failure = record.failure.map(|failure| t.say(why(failure)).into_owned());
    let said = [failure, twice].into_iter().flatten().collect::<Vec<_>>().join(" ");
    Sent {
        contact: record.recipient.name.to_string(),
        kind: kind_in_words(t, record.kind),
        by: by(t, record.recipient.address.channel(), record.recipient.address.reveal()),
        badge,
        state,
        why: Some(said).filter(|said| !said.is_empty()),
        again: again.then(|| format!("{home}/messages/{}/resend", record.id.as_str())),
    }
}

fn why(failure: SendFailure) -> &'static str {
    match failure {
        SendFailure::Throttled => "failure-throttled",
        SendFailure::Unavailable => "failure-unavailable",
        SendFailure::Unanswered => "failure-unanswered",
        SendFailure::NotAllowed => "failure-not-allowed",
        SendFailure::AddressRefused => "failure-address-refused",
        SendFailure::ContentRefused => "failure-content-refused",
    }
}
