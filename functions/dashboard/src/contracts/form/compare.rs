//! Two versions of a contract side by side.

use domain::Contract;
use texts::Texts;

use crate::contracts::contacts;
use crate::contracts::fields::{self, END, START, which_field};
use crate::form::{Differences, Form};
use crate::times::{Reading, Times, Which};

pub(in crate::contracts) fn differences(t: &Texts, times: &Times, typed: &Form, current: &Contract) -> Differences {
    let labels =
        ["person", START, END, "pin", "freeText", "contacts"].map(|name| (name, t.text(label_of(name)).into_owned()));
    let theirs = with_labels(t, times, &fields::filled(Form::default(), current, times));
    Differences::between(&theirs, &with_labels(t, times, typed), labels)
}

/// The fields as text. Of a PIN only that there is a new one.
fn with_labels(t: &Texts, times: &Times, form: &Form) -> Form {
    let typed =
        |name: &str| format!("{} {}", form.text(&fields::date_field(name)), form.text(&fields::time_field(name)));
    let time = |name: &str| match (fields::reading(form, name, times), Which::parse(form.text(&which_field(name)))) {
        (Reading::At(instant) | Reading::Twice(instant, _), None | Some(Which::First))
        | (Reading::Twice(_, instant) | Reading::At(instant), Some(Which::Second)) => times.moment(instant),
        (Reading::Skipped(_) | Reading::Unreadable, _) => typed(name).trim().to_owned(),
    };
    let end = if form.ticked("permanent") { t.text("permanent").into_owned() } else { time(END) };
    let pin = if form.given("pin").is_some() { t.text("pin-new") } else { "".into() };
    let contact = |number: usize| {
        let field = |name: &str| form.text(&format!("contacts.{number}.{name}")).trim().to_owned();
        let parts = [field("name"), field("email"), field("phoneNumber")];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
    };
    Form::default()
        .with("person", form.text("person"))
        .with(START, time(START))
        .with(END, end)
        .with("pin", pin)
        .with("freeText", form.text("freeText").replace("\r\n", "\n"))
        .with("contacts", (0..contacts::count(form)).map(contact).collect::<Vec<_>>().join("; "))
}

fn label_of(name: &str) -> &'static str {
    match name {
        "person" => "person",
        START => "start",
        END => "end",
        "pin" => "pin",
        "freeText" => "note",
        _ => "contacts",
    }
}
