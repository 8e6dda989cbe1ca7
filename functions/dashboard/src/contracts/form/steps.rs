//! What a form carries from one sending to the next: the step that is asked for, what was previewed, what was offered.

use domain::{ContractDraft, ContractId, Instant, Pin, TimeRange};
use store::Preview;

use crate::contracts::contacts;
use crate::contracts::fields::{self, END, START};
use crate::form::Form;
use crate::times::{Reading, Times};

/// The hidden field that says what was previewed: what is confirmed must be the same.
const PREVIEWED: &str = "previewed";
/// Hidden fields with what the preview drew or took for granted, so that what is made is what was shown.
const MADE_ID: &str = "made.contractId";
const MADE_PIN: &str = "made.pin";
const MADE_START: &str = "made.start";
/// The hidden field with the next free time, so that what is taken is what was offered.
const NEXT_FREE: &str = "next";

/// Steps that fill in the form and show it again, if the step is one of them.
pub(in crate::contracts) fn stepped(form: &Form, step: &str, times: &Times) -> Option<(Form, bool)> {
    let moved = |name| match fields::reading(form, name, times) {
        Reading::Skipped(next) => fields::with_time(form.clone(), name, next, times),
        _ => form.clone(),
    };
    match step {
        "add-contact" => Some((contacts::with_another(form.clone()), true)),
        "next-start" => Some((moved(START), false)),
        "next-end" => Some((moved(END), false)),
        "next-free" => Some((with_next_free(form.clone(), times), false)),
        _ => contacts::without(form.clone(), step).map(|form| (form, false)),
    }
}

/// The form with the next free time that was offered.
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

/// Whether a person has seen the messages of just this form, and says that they are to go.
pub(in crate::contracts) fn is_confirmed(form: &Form, step: &str) -> bool {
    step == "confirm" && form.text(PREVIEWED) == what_is_asked(form)
}

/// A draft as the preview showed it: with the identifier and the PIN that it drew, and from when it began.
pub(in crate::contracts) fn as_previewed(draft: ContractDraft, form: &Form) -> ContractDraft {
    let made_start = || Instant::parse(form.text(MADE_START)).ok();
    ContractDraft {
        id: draft.id.or_else(|| ContractId::parse(form.text(MADE_ID)).ok()),
        pin: draft.pin.or_else(|| Pin::parse(form.text(MADE_PIN)).ok()),
        start: draft.start.or_else(made_start),
        ..draft
    }
}

/// What a form asks for, without what only we put in.
pub(super) fn what_is_asked(form: &Form) -> String {
    form.digest(&["once", "step", "version", PREVIEWED, MADE_ID, MADE_PIN, MADE_START, NEXT_FREE])
}

/// The form without what was remembered for another preview, or offered before.
pub(super) fn forgotten(form: Form) -> Form {
    let ours = ["step", PREVIEWED, MADE_ID, MADE_PIN, MADE_START, NEXT_FREE];
    form.renamed(|name| (!ours.contains(&name)).then(|| name.to_owned()))
}

pub(super) fn remembering(form: Form, preview: &Preview) -> Form {
    let asked = what_is_asked(&form);
    let form = form.with(PREVIEWED, asked);
    let contract = &preview.contract;
    if contract.version > 1 || !preview.new_pin {
        return form;
    }
    form.with(MADE_ID, contract.id.as_str())
        .with(MADE_PIN, contract.pin.reveal())
        .with(MADE_START, contract.range.start().to_string())
}

/// What goes with the form unseen, beyond what goes with every form.
pub(super) fn unseen(form: &Form) -> impl Iterator<Item = (&'static str, &str)> {
    let kept = [PREVIEWED, MADE_ID, MADE_PIN, MADE_START].into_iter();
    kept.filter_map(|name| Some((name, form.given(name)?)))
}

pub(super) fn in_form(range: TimeRange) -> String {
    format!("{}_{}", range.start().millis(), range.end().map_or_else(String::new, |end| end.millis().to_string()))
}
