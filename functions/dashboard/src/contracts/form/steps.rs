//! The steps of the form: what it carries from one request to the next, in hidden fields.

use domain::{ContractDraft, ContractId, Instant, Language, Pin, TimeRange};
use store::Preview;

use super::FormState;
use crate::contracts::contacts;
use crate::contracts::fields::{self, END, START};
use crate::form::Form;
use crate::language;
use crate::times::{Reading, Times};

/// A digest of what was previewed. Only the same content can be confirmed.
const PREVIEWED: &str = "previewed";
/// What the preview generated, so that the contract is created as shown.
const MADE_ID: &str = "made.contractId";
const MADE_PIN: &str = "made.pin";
const MADE_START: &str = "made.start";
/// The next free period as it was offered.
const NEXT_FREE: &str = "next";

/// Carries out a step that changes the form and shows it again. `None` for other steps.
pub(in crate::contracts) fn stepped(form: &Form, times: &Times, language: Language) -> Option<(Form, FormState)> {
    let moved = |name| match fields::reading(form, name, times) {
        Reading::Skipped(next) => fields::with_time(form.clone(), name, next, times),
        _ => form.clone(),
    };
    let changed = match form.text("step") {
        "add-contact" => return Some((contacts::with_another(form.clone(), language), FormState::ContactAdded)),
        "add-person" => return Some((contacts::with_person(form.clone(), language), FormState::ContactAdded)),
        _ if language::is_switched(form) => form.clone(),
        "next-start" => moved(START),
        "next-end" => moved(END),
        "next-free" => with_next_free(form.clone(), times),
        step => contacts::without(form.clone(), step)?,
    };
    Some((changed, FormState::Typed))
}

/// Fills in the next free period that was offered.
fn with_next_free(form: Form, times: &Times) -> Form {
    let offered = || {
        let (start, end) = form.text(NEXT_FREE).split_once('_')?;
        let instant = |text: &str| Instant::from_millis(text.parse().ok()?);
        TimeRange::new(instant(start)?, if end.is_empty() { None } else { Some(instant(end)?) })
    };
    let Some(range) = offered() else { return form };
    let form = fields::with_time(form, START, range.start(), times);
    match range.end() {
        Some(end) => fields::with_time(form, END, end, times),
        None => form,
    }
}

/// Whether the user has seen the preview of exactly this form, and confirms it.
pub(in crate::contracts) fn is_confirmed(form: &Form) -> bool {
    form.text("step") == "confirm" && form.text(PREVIEWED) == input_digest(form)
}

/// The draft with the id, PIN and start that the preview generated.
pub(in crate::contracts) fn as_previewed(draft: ContractDraft, form: &Form) -> ContractDraft {
    let made_start = || Instant::parse(form.text(MADE_START)).ok();
    ContractDraft {
        id: draft.id.or_else(|| ContractId::parse(form.text(MADE_ID)).ok()),
        pin: draft.pin.or_else(|| Pin::parse(form.text(MADE_PIN)).ok()),
        start: draft.start.or_else(made_start),
        ..draft
    }
}

/// A digest of the user's input.
pub(super) fn input_digest(form: &Form) -> String {
    form.digest(&["once", "step", "version", PREVIEWED, MADE_ID, MADE_PIN, MADE_START, NEXT_FREE])
}

/// Drops the fields of an earlier preview or offer.
pub(super) fn without_preview(form: Form) -> Form {
    let ours = ["step", PREVIEWED, MADE_ID, MADE_PIN, MADE_START, NEXT_FREE];
    form.renamed(|name| (!ours.contains(&name)).then(|| name.to_owned()))
}

pub(super) fn with_preview(form: Form, preview: &Preview) -> Form {
    let digest = input_digest(&form);
    let form = form.with(PREVIEWED, digest);
    let contract = &preview.contract;
    if contract.version > 1 || !preview.new_pin {
        return form;
    }
    form.with(MADE_ID, contract.id.as_str())
        .with(MADE_PIN, contract.pin.reveal())
        .with(MADE_START, contract.range.start().to_string())
}

/// The hidden fields, besides those of every form.
pub(super) fn hidden_fields(form: &Form) -> impl Iterator<Item = (&'static str, &str)> {
    let kept = [PREVIEWED, MADE_ID, MADE_PIN, MADE_START].into_iter();
    kept.filter_map(|name| Some((name, form.given(name)?)))
}

pub(super) fn range_value(range: TimeRange) -> String {
    format!("{}_{}", range.start().millis(), range.end().map_or_else(String::new, |end| end.millis().to_string()))
}
