//! Contracts from a table.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use api::csv::{ContactColumn, ContractColumn, OwnColumn};
use api::problem::{Code, Facts, FieldError};
use api::{ContactBody, NewContract, Object, Problem};
use domain::{Invalid, KeyId, TimeZone, WrittenTime};

use super::cells::Cells;
use super::table::{Table, TableRow, read_table};
use crate::rows::{Position, Read};

/// A contract whose times are not yet instants.
#[derive(Debug)]
pub(crate) struct ContractRow {
    position: Position,
    cells: Cells,
    body: NewContract,
    start: Option<WrittenTime>,
    end: Option<WrittenTime>,
    /// The columns of the contacts, by their position in the body: a row may leave one out.
    contacts: Vec<usize>,
}

pub(crate) fn read_contracts(text: &str) -> Result<Vec<ContractRow>, Problem> {
    let Table { columns, rows } = read_table(text, ContractColumn::parse, &ContractColumn::names())?;
    Ok(rows.into_iter().enumerate().map(|(index, row)| ContractRow::read(index, &columns, &row)).collect())
}

/// The keys in whose zone local times must be read.
pub(crate) fn keys_with_local_times(rows: &[ContractRow]) -> BTreeSet<KeyId> {
    rows.iter().filter(|row| row.has_local_times()).flat_map(ContractRow::keys).collect()
}

impl ContractRow {
    fn read(index: usize, columns: &[ContractColumn], row: &TableRow) -> Self {
        let (mut cells, mut body) = (Cells::default(), NewContract::default());
        cells.refuse_too_long(row.is_too_long);
        let (mut start, mut end) = (None, None);
        let mut contacts: BTreeMap<usize, ContactBody> = BTreeMap::new();
        for (column, cell) in columns.iter().zip(&row.cells) {
            let own = match column {
                ContractColumn::Own(own) => own,
                ContractColumn::Contact(_, _) if cell.trim().is_empty() => continue,
                ContractColumn::Contact(number, of_contact) => {
                    let contact = contacts.entry(*number).or_default();
                    read_contact(&mut cells, contact, *of_contact, &column.to_string(), cell);
                    continue;
                }
            };
            match own {
                OwnColumn::ContractId => body.contract_id = Cells::value(cell),
                OwnColumn::KeyIds => body.key_ids = Cells::values(cell),
                OwnColumn::Person => body.person = Cells::text(cell),
                OwnColumn::Start => start = cells.time("start", cell),
                OwnColumn::End => end = cells.time("end", cell),
                OwnColumn::Permanent => body.permanent = cells.truth("permanent", cell),
                OwnColumn::Pin => body.pin = Cells::value(cell),
                OwnColumn::Schedule => body.schedule = Cells::value(cell),
                OwnColumn::FreeText => body.free_text = Cells::text(cell),
            }
        }
        let numbers = contacts.keys().copied().collect();
        body.contacts = Some(contacts.into_values().map(Object).collect());
        let position = Position { index, number: Some(row.number), id: body.contract_id.clone() };
        Self { position, cells, body, start, end, contacts: numbers }
    }

    fn has_local_times(&self) -> bool {
        [self.start, self.end].into_iter().flatten().any(|time| matches!(time, WrittenTime::Local(_)))
    }

    fn keys(&self) -> impl Iterator<Item = KeyId> {
        self.body.key_ids.iter().flatten().filter_map(|id| KeyId::parse(id).ok())
    }

    /// The row with its times as instants, given the zones of the keys that exist.
    pub(crate) fn at(mut self, zones: &HashMap<KeyId, TimeZone>) -> Read<NewContract> {
        let position = self.position.clone();
        match self.zone(zones) {
            Ok(zone) => {
                self.body.start = self.start.and_then(|time| self.cells.instant("start", time, zone));
                self.body.end = self.end.and_then(|time| self.cells.instant("end", time, zone));
            }
            Err(problem) => return (position, Err(problem)),
        }
        let checked = self.body.clone().draft_of_row().map(|_| ());
        let Self { cells, body, contacts, .. } = self;
        let checked = cells.finish(checked.map_err(|problem| by_columns(problem, &contacts)));
        (position, checked.map(|()| body))
    }

    /// The zone of all keys of the row, if it has local times: a contract may have keys of several automats. `None` if they
    /// are in several zones.
    fn zone(&self, zones: &HashMap<KeyId, TimeZone>) -> Result<Option<TimeZone>, Problem> {
        if !self.has_local_times() {
            return Ok(None);
        }
        let mut found: Option<Option<TimeZone>> = None;
        for key in self.keys() {
            let Some(zone) = zones.get(&key).copied() else {
                let facts = Facts { key_id: Some(key.as_str().to_owned()), ..Facts::default() };
                return Err(Problem::new(Code::KeyNotFound, "No key has this keyId.").with(facts));
            };
            found = Some(if found.is_none_or(|found| found == Some(zone)) { Some(zone) } else { None });
        }
        Ok(found.flatten())
    }
}

impl Cells {
    fn time(&mut self, column: &str, cell: &str) -> Option<WrittenTime> {
        let time = WrittenTime::parse(&Self::value(cell)?);
        time.map_err(|invalid| self.errors.push(FieldError::invalid(column, invalid))).ok()
    }

    fn instant(&mut self, column: &str, time: WrittenTime, zone: Option<TimeZone>) -> Option<String> {
        let instant = match (time, zone) {
            (WrittenTime::Instant(instant), _) => Ok(instant),
            (WrittenTime::Local(_), Some(zone)) => time.at(zone),
            (WrittenTime::Local(_), None) => Err(Invalid::TimeZonesDiffer),
        };
        let instant = instant.map_err(|invalid| self.errors.push(FieldError::invalid(column, invalid)));
        instant.ok().map(|instant| instant.to_string())
    }
}

fn read_contact(cells: &mut Cells, contact: &mut ContactBody, column: ContactColumn, name: &str, cell: &str) {
    match column {
        ContactColumn::Name => contact.name = Cells::text(cell),
        ContactColumn::Email => contact.email = Cells::value(cell),
        ContactColumn::PhoneNumber => contact.phone_number = Cells::value(cell),
        ContactColumn::SendEmail => contact.send_email = cells.truth(name, cell),
        ContactColumn::SendSms => contact.send_sms = cells.truth(name, cell),
        ContactColumn::Language => contact.language = Cells::value(cell),
        ContactColumn::AdditionalMessages => contact.additional_messages = Cells::values(cell),
    }
}

/// Names the columns instead of the fields of the body: `keyIds` for `keyIds[1]`, and the contact by its own number.
fn by_columns(mut problem: Problem, contacts: &[usize]) -> Problem {
    for error in &mut problem.errors {
        if let Some((index, column)) = error.field.strip_prefix("contacts[").and_then(|rest| rest.split_once(']'))
            && let Some(number) = index.parse::<usize>().ok().and_then(|index| contacts.get(index))
        {
            error.field = format!("contacts[{number}]{column}");
        }
        if error.field.ends_with(']')
            && let Some((column, _)) = error.field.rsplit_once('[')
        {
            error.field = column.to_owned();
        }
    }
    problem
}
