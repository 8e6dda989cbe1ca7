//! A contract's fields in a form: as typed, and as the domain takes them.

use api::Check;
use api::problem::FieldCode;
use domain::{
    Contact, Contract, ContractChange, ContractDraft, ContractId, Country, Email, Ending, FreeText, Instant, Language,
    MessageKind, Name, PhoneNumber, Pin,
};
use texts::{FluentArgs, Texts};

use super::contacts;
use crate::form::{Errors, Form};
use crate::times::{Reading, Times, Which, Written, read_date, read_time};

pub(super) const START: &str = "start";
pub(super) const END: &str = "end";
/// The box that says that a contract starts when it is made. An empty start never means that.
pub(super) const NOW: &str = "start.now";

/// The fields on the page down to its contacts, in their order there.
const ABOVE_CONTACTS: [&str; 12] = [
    "person",
    START,
    "start.date",
    "start.time",
    NOW,
    END,
    "end.date",
    "end.time",
    "permanent",
    "pin",
    "freeText",
    "contractId",
];

/// The field that says which of two instants is meant, where the time in another field comes twice.
pub(super) fn which_field(name: &str) -> String {
    format!("{name}.which")
}

/// The field with the date of a time.
pub(super) fn date_field(name: &str) -> String {
    format!("{name}.date")
}

/// The field with the time of day of a time.
pub(super) fn time_field(name: &str) -> String {
    format!("{name}.time")
}

/// What the fields of a time come to.
pub(super) fn reading(form: &Form, name: &str, times: &Times) -> Reading {
    times.read(form.text(&date_field(name)), form.text(&time_field(name)))
}

/// Whether something was typed into a field of a time.
fn is_begun(form: &Form, name: &str) -> bool {
    form.given(&date_field(name)).is_some() || form.given(&time_field(name)).is_some()
}

/// The form that says what a contract is, but for its PIN.
pub(super) fn filled(form: Form, contract: &Contract, times: &Times) -> Form {
    let form = form.with("person", contract.person.as_str());
    let form = with_time(form, START, contract.range.start(), times);
    let form = match contract.range.end() {
        Some(end) => with_time(form, END, end, times),
        None => form.with("permanent", "on"),
    };
    let form = form.with_some("freeText", contract.free_text.as_ref().map(FreeText::as_str));
    contacts::filled(form, &contract.contacts)
}

/// The form with a time in its fields.
pub(super) fn with_time(form: Form, name: &str, instant: Instant, times: &Times) -> Form {
    let Written { date, time, which } = times.written(instant);
    let gone = [which_field(name), format!("{name}.now")];
    let form = form.renamed(|field| (!gone.iter().any(|gone| gone == field)).then(|| field.to_owned()));
    let form = form.with(&date_field(name), date).with(&time_field(name), time);
    form.with_some(&which_field(name), which.map(Which::word))
}

/// What a form for a new contract asks for.
pub(super) fn draft(form: &Form, t: &Texts, times: &Times) -> Result<ContractDraft, Errors> {
    let mut typed = Typed::of(form, t, times, &[]);
    let id = typed.check.optional("contractId", form.given("contractId"), ContractId::parse);
    let person = typed.check.required("person", form.given("person"), Name::parse);
    let start = typed.start_or_now();
    let ending = typed.ending();
    let pin = typed.check.optional("pin", form.given("pin"), Pin::parse);
    let contacts = typed.contacts();
    let free_text = typed.free_text();
    typed.finish(|| {
        Some(ContractDraft { id, person: person?, start: start?.instant(), ending: ending?, pin, contacts, free_text })
    })
}

/// What a form for an edit asks for. It says everything but the PIN, so that the contract becomes what the form shows; but
/// times that stay as they are it leaves alone, since others have to lie ahead.
pub(super) fn change(form: &Form, contract: &Contract, t: &Texts, times: &Times) -> Result<ContractChange, Errors> {
    let mut typed = Typed::of(form, t, times, &contract.contacts);
    let person = typed.check.required("person", form.given("person"), Name::parse);
    let start = typed.time(START);
    let ending = typed.ending();
    let pin = typed.check.optional("pin", form.given("pin"), Pin::parse);
    let contacts = typed.contacts();
    let free_text = typed.free_text();
    let standing = contract.range.end().map_or(Ending::Permanent, Ending::At);
    typed.finish(|| {
        Some(ContractChange {
            person: Some(person?),
            start: Some(start?).filter(|start| *start != contract.range.start()),
            ending: Some(ending?).filter(|ending| *ending != standing),
            pin,
            contacts: Some(contacts),
            free_text: Some(free_text),
        })
    })
}

/// When a new contract starts.
#[derive(Debug, Clone, Copy)]
enum Start {
    /// When it is made.
    Now,
    At(Instant),
}

impl Start {
    fn instant(self) -> Option<Instant> {
        match self {
            Self::Now => None,
            Self::At(instant) => Some(instant),
        }
    }
}

/// A form on its way to a contract, and what is wrong with it.
struct Typed<'f> {
    form: &'f Form,
    t: &'f Texts,
    times: &'f Times,
    check: Check,
    /// What only a page says.
    said: Vec<(String, String)>,
    /// Contacts that stand there already: their numbers need not be planned any more.
    standing: &'f [Contact],
}

impl<'f> Typed<'f> {
    fn of(form: &'f Form, t: &'f Texts, times: &'f Times, standing: &'f [Contact]) -> Self {
        Self { form, t, times, check: Check::new(), said: Vec::new(), standing }
    }

    /// A time in the automat's zone. One that does not come, or twice, is said to be so.
    fn time(&mut self, name: &str) -> Option<Instant> {
        let (date, time) = (date_field(name), time_field(name));
        let date = self.part(&date, "date-form", |text| read_date(text).is_some());
        let time = self.part(&time, "time-form", |text| read_time(text).is_some());
        if !date || !time {
            return None;
        }
        match reading(self.form, name, self.times) {
            Reading::At(instant) => Some(instant),
            Reading::Twice(first, second) => match Which::of_word(self.form.text(&which_field(name))) {
                Some(Which::First) => Some(first),
                Some(Which::Second) => Some(second),
                None => self.say(name, self.t.say("time-twice").into_owned()),
            },
            Reading::Skipped(next) => {
                let next = FluentArgs::from_iter([("next", self.times.moment(next))]);
                self.say(name, self.t.format("time-skipped", &next))
            }
            Reading::Unreadable => {
                self.check.refuse(name, FieldCode::InstantForm, "must be a date and a time");
                None
            }
        }
    }

    /// Whether one of the two fields of a time is filled in, and well.
    fn part(&mut self, field: &str, form_of_it: &'static str, is_good: impl Fn(&str) -> bool) -> bool {
        match self.form.given(field) {
            None => {
                self.check.refuse(field, FieldCode::Required, "is required");
                false
            }
            Some(text) if is_good(text) => true,
            Some(_) => {
                self.said.push((field.to_owned(), self.t.say(form_of_it).into_owned()));
                false
            }
        }
    }

    /// The start of a new contract: one of the two must be chosen.
    fn start_or_now(&mut self) -> Option<Start> {
        match (is_begun(self.form, START), self.form.ticked(NOW)) {
            (false, true) => Some(Start::Now),
            (true, false) => self.time(START).map(Start::At),
            (true, true) => self.say(NOW, self.t.say("start-or-now").into_owned()),
            (false, false) => self.say(START, self.t.say("start-missing").into_owned()),
        }
    }

    fn ending(&mut self) -> Option<Ending> {
        match (is_begun(self.form, END), self.form.ticked("permanent")) {
            (false, true) => Some(Ending::Permanent),
            (true, false) => self.time(END).map(Ending::At),
            (true, true) => {
                self.check.refuse("permanent", FieldCode::ConflictingFields, "cannot be true together with end");
                None
            }
            (false, false) => self.say(END, self.t.say("end-missing").into_owned()),
        }
    }

    fn free_text(&mut self) -> Option<FreeText> {
        self.check.optional("freeText", self.form.given("freeText"), FreeText::parse)
    }

    fn contacts(&mut self) -> Vec<Contact> {
        let count = contacts::count(self.form);
        if count > Contact::MAX_PER_CONTRACT {
            self.check.refuse("contacts", FieldCode::TooMany, "must be at most 10");
            return Vec::new();
        }
        (0..count).filter_map(|number| self.contact(&format!("contacts.{number}"))).collect()
    }

    fn contact(&mut self, row: &str) -> Option<Contact> {
        let field = |name: &str| format!("{row}.{name}");
        let form = self.form;
        let name = self.check.required(&field("name"), form.given(&field("name")), Name::parse);
        let email = form.given(&field("email"));
        let email = self.check.optional(&field("email"), email, Email::parse);
        let phone_number = self.phone_number(&field("phoneNumber"), form.text(&field("country")));
        let language = form.given(&field("language"));
        let language = self.check.optional(&field("language"), language, Language::parse).unwrap_or_default();
        let kinds = field("additionalMessages");
        let words = form.all(&kinds).collect::<Vec<_>>();
        let kind = |word: &str| self.check.optional(&kinds, Some(word), MessageKind::parse_additional);
        let additional_messages = words.into_iter().filter_map(kind).collect();
        // Both boxes are ticked from the start, so a channel is on where there is an address for it.
        let send_email = email.is_some() && form.ticked(&field("sendEmail"));
        let send_sms = phone_number.is_some() && form.ticked(&field("sendSms"));
        Some(Contact { name: name?, email, phone_number, send_email, send_sms, language, additional_messages })
    }

    /// A phone number as it is written in a country, or in the international form; one that stands already stays.
    fn phone_number(&mut self, field: &str, country: &str) -> Option<PhoneNumber> {
        let mut known = self.standing.iter().filter_map(|contact| contact.phone_number.as_ref());
        let typed = self.form.given(field)?;
        match known.find(|known| known.reveal() == typed) {
            Some(known) => Some(known.clone()),
            None => self
                .check
                .optional(field, Some(typed), |typed| PhoneNumber::parse_written(typed, Country::parse(country))),
        }
    }

    fn say<T>(&mut self, field: &str, words: String) -> Option<T> {
        self.said.push((field.to_owned(), words));
        None
    }

    fn finish<T>(self, whole: impl FnOnce() -> Option<T>) -> Result<T, Errors> {
        let errors = match self.check.finish(whole) {
            Ok(whole) if self.said.is_empty() => return Ok(whole),
            Ok(_) => Errors::none(),
            Err(problem) => Errors::of(problem),
        };
        let errors = self.said.into_iter().fold(errors, |errors, (field, words)| errors.and_words(field, words));
        Err(errors.in_order(&ABOVE_CONTACTS))
    }
}
