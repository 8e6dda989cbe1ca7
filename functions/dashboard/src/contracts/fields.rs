//! The fields of a contract: in a form, and as domain types.

use api::Check;
use api::problem::FieldCode;
use domain::{
    Contact, Contract, ContractDraft, ContractId, ContractKeys, Country, Email, Ending, FreeText, Instant, Invalid,
    KeyId, Language, MessageKind, Name, PhoneNumber, Pin, Schedule,
};
use texts::Texts;

use super::form::KeyContext;
use super::{contacts, hours};
use crate::form::{Errors, Form};
use crate::times::{Reading, Times, Which, Written, read_date, read_time};

/// The ids of the keys, separated by commas or spaces. Its other values are the boxes of keys that were ticked.
pub(super) const KEYS: &str = "keyIds";
pub(super) const START: &str = "start";
pub(super) const END: &str = "end";
/// The box “Starts now”. An empty start never means that.
pub(super) const NOW: &str = "start.now";

/// The box that takes off keys although they are out.
pub(super) const FORCE: &str = "force";

/// The fields above the contacts, in the order of the page.
const ABOVE_CONTACTS: [&str; 15] = [
    "person",
    KEYS,
    FORCE,
    START,
    "start.date",
    "start.time",
    NOW,
    END,
    "end.date",
    "end.time",
    "permanent",
    "pin",
    hours::FIELD,
    "freeText",
    "contractId",
];

/// A field of a time: its `date`, its `time` of day, or `which` of two instants an ambiguous time means.
pub(super) fn part(name: &str, part: &str) -> String {
    format!("{name}.{part}")
}

pub(super) fn reading(form: &Form, name: &str, times: &Times) -> Reading {
    times.read(form.text(&part(name, "date")), form.text(&part(name, "time")))
}

/// Whether the date or the time is filled in.
fn is_begun(form: &Form, name: &str) -> bool {
    form.given(&part(name, "date")).is_some() || form.given(&part(name, "time")).is_some()
}

/// The form with the keys that were ticked among those that were typed.
pub(super) fn with_ticked_keys(form: Form) -> Form {
    if form.all(KEYS).count() < 2 {
        return form;
    }
    let mut ids = Vec::new();
    for id in key_ids(&form) {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    let ids = ids.join(", ");
    form.with(KEYS, ids)
}

/// The ids of the keys as typed.
pub(super) fn key_ids(form: &Form) -> impl Iterator<Item = &str> {
    let is_between = |c: char| c == ',' || c == ';' || c.is_whitespace();
    form.all(KEYS).flat_map(move |value| value.split(is_between)).filter(|id| !id.is_empty())
}

/// Fills in a contract, except its PIN.
pub(super) fn filled(contract: &Contract, times: &Times) -> Form {
    let keys: Vec<_> = contract.keys.iter().map(KeyId::as_str).collect();
    let form = Form::default()
        .with("version", contract.version.to_string())
        .with("person", contract.person.as_str())
        .with(KEYS, keys.join(", "));
    let form = with_time(form, START, contract.range.start(), times);
    let form = match contract.range.end() {
        Some(end) => with_time(form, END, end, times),
        None => form.with("permanent", "on"),
    };
    let form = form.with_some("freeText", contract.free_text.as_ref().map(FreeText::as_str));
    let form = hours::filled(form, contract.schedule.as_ref());
    contacts::filled(form, &contract.contacts)
}

/// Fills in a time.
pub(super) fn with_time(form: Form, name: &str, instant: Instant, times: &Times) -> Form {
    let Written { date, time, which } = times.written(instant);
    let gone = [part(name, "which"), format!("{name}.now")];
    let form = form.renamed(|field| (!gone.iter().any(|gone| gone == field)).then(|| field.to_owned()));
    let form = form.with(&part(name, "date"), date).with(&part(name, "time"), time);
    form.with_some(&part(name, "which"), which.map(Which::name))
}

/// Reads the form of a new contract, or of an edit of this one.
pub(super) fn read(
    form: &Form,
    t: &Texts,
    context: &KeyContext,
    existing: Option<&Contract>,
) -> Result<ContractDraft, Errors> {
    let times = &context.times;
    let contacts = existing.map_or(&[][..], |contract| &contract.contacts);
    let mut typed = Typed { form, t, times, check: Check::new(), errors: Vec::new(), existing: contacts };
    let is_new = existing.is_none();
    let id = if is_new { typed.optional("contractId", ContractId::parse) } else { None };
    let starts_now = is_new && typed.starts_now();
    let start = if starts_now { None } else { typed.start(is_new) };
    let person = typed.check.required("person", form.given("person"), Name::parse);
    let keys = typed.keys(context);
    let ending = typed.ending();
    let pin = typed.optional("pin", Pin::parse);
    let schedule = typed.schedule();
    let contacts = typed.contacts();
    let free_text = typed.optional("freeText", FreeText::parse);
    typed.finish(|| {
        let start = if starts_now { None } else { Some(start?) };
        Some(ContractDraft {
            id,
            keys: keys?,
            person: person?,
            start,
            ending: ending?,
            pin,
            schedule,
            contacts,
            free_text,
        })
    })
}

/// A form while it is read, with the errors so far.
struct Typed<'f> {
    form: &'f Form,
    t: &'f Texts,
    times: &'f Times,
    check: Check,
    /// Errors that only a page can have, by field.
    errors: Vec<(String, String)>,
    /// The contract's contacts: their numbers are kept, even if today's numbering plan would refuse them.
    existing: &'f [Contact],
}

impl Typed<'_> {
    fn optional<T>(&mut self, field: &str, parse: impl FnOnce(&str) -> Result<T, Invalid>) -> Option<T> {
        self.check.optional(field, self.form.given(field), parse)
    }

    /// The keys. A form without the field is for those of its page.
    fn keys(&mut self, context: &KeyContext) -> Option<ContractKeys> {
        if !self.form.ticked(KEYS) {
            return ContractKeys::new(context.keys().map(|key| key.id.clone())).ok();
        }
        let mut keys = Vec::new();
        for typed in key_ids(self.form) {
            match KeyId::parse(typed) {
                Ok(key) => keys.push(key),
                Err(_) => return self.refuse(KEYS, self.t.with("keys-unknown", [("key", typed.to_owned())])),
            }
        }
        self.check.required(KEYS, self.form.given(KEYS), |_| ContractKeys::new(keys))
    }

    /// A time in the automat's time zone. A skipped or ambiguous one is an error.
    fn time(&mut self, name: &str) -> Option<Instant> {
        let (date, time) = (part(name, "date"), part(name, "time"));
        let date = self.part(&date, "date-form", |text| read_date(text).is_some());
        let time = self.part(&time, "time-form", |text| read_time(text).is_some());
        if !date || !time {
            return None;
        }
        match reading(self.form, name, self.times) {
            Reading::At(instant) => Some(instant),
            Reading::Twice(first, second) => match Which::parse(self.form.text(&part(name, "which"))) {
                Some(Which::First) => Some(first),
                Some(Which::Second) => Some(second),
                None => self.refuse(name, self.t.text("time-twice").into_owned()),
            },
            Reading::Skipped(next) => {
                self.refuse(name, self.t.with("time-skipped", [("next", self.times.moment(next))]))
            }
            Reading::Unreadable => {
                self.check.refuse(name, FieldCode::InstantForm, "must be a date and a time");
                None
            }
        }
    }

    /// Whether a part of a time is filled in and valid.
    fn part(&mut self, field: &str, form_of_it: &'static str, is_good: impl Fn(&str) -> bool) -> bool {
        match self.form.given(field) {
            None => {
                self.check.refuse(field, FieldCode::Required, "is required");
                false
            }
            Some(text) if is_good(text) => true,
            Some(_) => {
                self.errors.push((field.to_owned(), self.t.text(form_of_it).into_owned()));
                false
            }
        }
    }

    fn starts_now(&self) -> bool {
        self.form.ticked(NOW) && !is_begun(self.form, START)
    }

    /// The start, unless it is “Starts now”. Those of a new contract exclude each other.
    fn start(&mut self, may_be_now: bool) -> Option<Instant> {
        match (is_begun(self.form, START), self.form.ticked(NOW)) {
            (true, true) if may_be_now => self.refuse(NOW, self.t.text("start-or-now").into_owned()),
            (false, _) if may_be_now => self.refuse(START, self.t.text("start-missing").into_owned()),
            _ => self.time(START),
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
            (false, false) => self.refuse(END, self.t.text("end-missing").into_owned()),
        }
    }

    /// The rows of days and hours. None of them means at any time.
    fn schedule(&mut self) -> Option<Schedule> {
        let form = self.form;
        let mut rules = Vec::new();
        let begun: Vec<_> = (0..hours::count(form)).filter(|row| hours::is_begun(form, *row)).collect();
        for row in &begun {
            let [days, from, to] = ["days", "from", "to"].map(|name| hours::field(*row, name));
            if form.given(&days).is_none() {
                self.check.refuse(&days, FieldCode::Required, "is required");
            }
            let are_times =
                [&from, &to].map(|field| self.part(field, "time-form", |text| hours::clock(text).is_some()));
            if let (Some(from), Some(to), [true, true]) =
                (hours::clock(form.text(&from)), hours::clock(form.text(&to)), are_times)
            {
                rules.push(format!("{} {from}-{to}", form.all(&days).collect::<Vec<_>>().join(",")));
            }
        }
        let rules = (!rules.is_empty() && rules.len() == begun.len()).then(|| rules.join("; "));
        self.check.optional(hours::FIELD, rules.as_deref(), Schedule::parse)
    }

    fn contacts(&mut self) -> Vec<Contact> {
        let count = contacts::count(self.form);
        if count > Contact::MAX_PER_CONTRACT {
            let too_many = Invalid::TooMany { max: Contact::MAX_PER_CONTRACT };
            _ = self.check.optional("contacts", Some(count), |_| Err::<(), _>(too_many));
            return Vec::new();
        }
        (0..count).filter_map(|number| self.contact(&format!("contacts.{number}"))).collect()
    }

    fn contact(&mut self, row: &str) -> Option<Contact> {
        let field = |name: &str| format!("{row}.{name}");
        let form = self.form;
        let name = self.check.required(&field("name"), form.given(&field("name")), Name::parse);
        let email = self.optional(&field("email"), Email::parse);
        let phone_number = self.phone_number(&field("phoneNumber"), form.text(&field("country")));
        let language = self.optional(&field("language"), Language::parse).unwrap_or_default();
        let kinds = field("additionalMessages");
        let names = form.all(&kinds).collect::<Vec<_>>();
        let kind = |name: &str| self.check.optional(&kinds, Some(name), MessageKind::parse_additional);
        let additional_messages = names.into_iter().filter_map(kind).collect();
        // Both boxes are ticked by default, so a channel is enabled only if there is an address for it.
        let send_email = email.is_some() && form.ticked(&field("sendEmail"));
        let send_sms = phone_number.is_some() && form.ticked(&field("sendSms"));
        Some(Contact { name: name?, email, phone_number, send_email, send_sms, language, additional_messages })
    }

    /// A phone number in national or international format. An existing one is kept as it is.
    fn phone_number(&mut self, field: &str, country: &str) -> Option<PhoneNumber> {
        let mut known = self.existing.iter().filter_map(|contact| contact.phone_number.as_ref());
        let typed = self.form.given(field)?;
        match known.find(|known| known.reveal() == typed) {
            Some(known) => Some(known.clone()),
            None => self
                .check
                .optional(field, Some(typed), |typed| PhoneNumber::parse_written(typed, Country::parse(country))),
        }
    }

    fn refuse<T>(&mut self, field: &str, text: String) -> Option<T> {
        self.errors.push((field.to_owned(), text));
        None
    }

    fn finish<T>(self, whole: impl FnOnce() -> Option<T>) -> Result<T, Errors> {
        let errors = match self.check.finish(whole) {
            Ok(whole) if self.errors.is_empty() => return Ok(whole),
            Ok(_) => Errors::none(),
            Err(problem) => Errors::of(self.t, &problem),
        };
        let errors = self.errors.into_iter().fold(errors, |errors, (field, text)| errors.and_text(field, text));
        Err(errors.in_order(&ABOVE_CONTACTS))
    }
}
