//! `GET /contracts/{contractId}/code`: why the code did not work. What the PIN would do now, what was entered and why it
//! was refused, each with the link to what fixes it.

use api::{ContractPath, NoQuery};
use askama::Template;
use domain::{Automat, ConnectionState, Contract, Event, EventKind, Key, KeypadRefusal, Purpose, Whereabouts};
use store::{AutomatDiagnosis, KeyDiagnosis, PinDiagnosis};
use texts::FluentArgs;

use crate::events::describe;
use crate::frame::Frame;
use crate::links;
use crate::times::Times;
use crate::visit::{Answer, Visit, page};

/// How many entries of each kind the page shows for an automat.
const SHOWN: usize = 10;

#[derive(Template)]
#[template(path = "contracts/code.html")]
struct CodePage<'p> {
    frame: &'p Frame,
    contract: &'p Contract,
    home: String,
    keys: Vec<KeyLine>,
    automats: Vec<AutomatSection>,
}

/// What the PIN would do for a key now.
struct KeyLine {
    key: Key,
    good: bool,
    text: String,
    /// More that is to be known about it.
    note: Option<String>,
    fix: Option<Fix>,
}

/// A link to what fixes it.
struct Fix {
    href: String,
    text: String,
}

struct AutomatSection {
    name: String,
    href: String,
    activity: String,
    zone: &'static str,
    /// Why it opens nothing at all now.
    stops: Vec<String>,
    entries: Vec<Entry>,
    unknown: Vec<Entry>,
}

struct Entry {
    at: String,
    text: String,
    fix: Option<Fix>,
}

/// `GET /contracts/{contractId}/code`
pub(crate) async fn show(visit: Visit, ContractPath(id): ContractPath, _: NoQuery) -> Answer {
    let PinDiagnosis { contract, keys, automats } = visit.store().diagnose_pin(&id, visit.now).await?;
    let holders = keys.iter().filter_map(|checked| checked.key.whereabouts.holder());
    let holders = visit.store().contracts_of(&holders.filter(|holder| **holder != id).cloned().collect()).await?;
    let mut lines = Vec::with_capacity(keys.len());
    for checked in keys {
        let Some(of) = automats.iter().find(|found| found.automat.id == checked.key.automat) else { continue };
        let holder = checked.key.whereabouts.holder().and_then(|holder| holders.get(holder));
        lines.push(Checked { visit: &visit, contract: &contract, holder, of }.line(checked));
    }
    let automats = automats.iter().map(|checked| section(&visit, &contract, checked)).collect();
    page(&CodePage { frame: &visit.frame, home: links::contract(&id), keys: lines, automats, contract: &contract })
}

/// What the line of a key is made of.
struct Checked<'c> {
    visit: &'c Visit,
    contract: &'c Contract,
    /// The other contract with which the key is out.
    holder: Option<&'c Contract>,
    of: &'c AutomatDiagnosis,
}

impl Checked<'_> {
    fn line(&self, KeyDiagnosis { key, decision }: KeyDiagnosis) -> KeyLine {
        let (t, times) = (self.visit.t, Times::new(self.visit.t, self.of.automat.time_zone));
        let mut values = FluentArgs::new();
        values.set("locker", self.of.automat.door(key.locker));
        values.set("automat", self.of.automat.name.to_string());
        let range = self.contract.range;
        values.set("start", times.moment(range.start()));
        values.set("end", range.end().map(|end| times.moment(end)).unwrap_or_default());
        values.set("hours", self.contract.schedule.as_ref().map(|hours| times.hours(hours)).unwrap_or_default());
        values.set("person", self.holder.map(|holder| holder.person.to_string()).unwrap_or_default());
        let (id, note) = match decision {
            Ok(Purpose::Fetch) => ("code-fetches".to_owned(), key.whereabouts == Whereabouts::Unknown),
            Ok(Purpose::Return) => ("code-returns".to_owned(), false),
            Err(KeypadRefusal::KeyOut) if self.holder.is_some() => ("code-now-held".to_owned(), false),
            Err(reason) => (format!("code-now-{}", <&str>::from(reason)), false),
        };
        let locker = format!("{}/lockers/{}", links::automat(&key.automat), key.locker);
        let fix = match decision {
            Ok(_) => Some(Fix { href: locker, text: t.format("code-fix-open", &values) }),
            Err(KeypadRefusal::KeyOut) => {
                self.holder.map(|holder| fix(self.visit, links::contract(&holder.id), "code-fix-holder"))
            }
            Err(reason) => fix_of(self.visit, self.contract, reason),
        };
        KeyLine {
            good: decision.is_ok(),
            text: t.format(&id, &values),
            note: note.then(|| t.text("code-unreported").into_owned()),
            fix: fix.filter(|_| self.visit.frame.operates() || matches!(decision, Err(KeypadRefusal::KeyOut))),
            key,
        }
    }
}

fn section(visit: &Visit, contract: &Contract, checked: &AutomatDiagnosis) -> AutomatSection {
    let (t, automat) = (visit.t, &checked.automat);
    let times = Times::new(t, automat.time_zone);
    let connection = automat.connection;
    let mut values = FluentArgs::new();
    values.set("time", connection.since.map(|since| times.moment(since)).unwrap_or_default());
    let lease = checked.lease;
    values.set("until", lease.map(|until| times.moment(until)).unwrap_or_default());
    let off = match (connection.state, connection.since, lease) {
        (ConnectionState::Connected, ..) => None,
        (ConnectionState::Disconnected, Some(_), Some(_)) => Some("code-off-lease-since"),
        (ConnectionState::Disconnected, Some(_), None) => Some("code-off-since"),
        (ConnectionState::Disconnected, None, Some(_)) => Some("code-off-lease"),
        (ConnectionState::Disconnected, None, None) => Some("code-off"),
        (ConnectionState::Unknown, ..) => Some("code-never-on"),
    };
    let off = off.map(|text| t.format(text, &values));
    let waits = checked.waits_until.map(|until| t.with("code-waits", [("time", times.moment(until))]));
    let lines =
        |events: &[Event]| events.iter().take(SHOWN).map(|event| Entry::of(visit, contract, automat, event)).collect();
    AutomatSection {
        name: automat.name.to_string(),
        href: links::automat(&automat.id),
        activity: links::activity_of_automat(&automat.id),
        zone: times.zone(),
        stops: off.into_iter().chain(waits).collect(),
        entries: lines(&checked.entries),
        unknown: lines(&checked.unknown),
    }
}

impl Entry {
    fn of(visit: &Visit, contract: &Contract, automat: &Automat, event: &Event) -> Self {
        let times = Times::new(visit.t, automat.time_zone);
        let fix = match &event.kind {
            EventKind::EntryRefused { reason, .. } if visit.frame.operates() => fix_of(visit, contract, *reason),
            _ => None,
        };
        Self { at: times.moment(event.at), text: describe(event, visit.t, Some(automat)), fix }
    }
}

/// What fixes a refusal for this reason. `None` if nothing does that an operator could do here.
fn fix_of(visit: &Visit, contract: &Contract, reason: KeypadRefusal) -> Option<Fix> {
    let edit = format!("{}/edit", links::contract(&contract.id));
    Some(match reason {
        KeypadRefusal::TooEarly => fix(visit, format!("{edit}#start"), "code-fix-start"),
        KeypadRefusal::Ended => fix(visit, format!("{edit}#end"), "contract-extend"),
        KeypadRefusal::OutsideSchedule => fix(visit, format!("{edit}#schedule"), "code-fix-hours"),
        KeypadRefusal::Unknown => fix(visit, format!("{}#pin", links::contract(&contract.id)), "code-fix-pin"),
        KeypadRefusal::KeyOut | KeypadRefusal::KeyInside | KeypadRefusal::KeypadSlow | KeypadRefusal::Late => {
            return None;
        }
    })
}

fn fix(visit: &Visit, href: String, text: &str) -> Fix {
    Fix { href, text: visit.t.text(text).into_owned() }
}
