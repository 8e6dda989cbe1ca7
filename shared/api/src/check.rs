//! Parsing the fields of a body so that all that is wrong with them is said at once.

use domain::Invalid;

use crate::problem::{FieldCode, FieldError};
use crate::{Patch, Problem};

/// Collects what is wrong with the fields of a body.
#[derive(Debug, Default)]
pub struct Check {
    errors: Vec<FieldError>,
    prefix: String,
}

impl Check {
    /// Nothing is wrong yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes what is wrong with a field.
    pub fn refuse(&mut self, field: &str, code: FieldCode, detail: impl Into<String>) {
        self.errors.push(FieldError::new(format!("{}{field}", self.prefix), code, detail));
    }

    /// A field that may be left out or null.
    pub fn optional<T, U>(
        &mut self,
        field: &str,
        value: Option<T>,
        parse: impl FnOnce(T) -> Result<U, Invalid>,
    ) -> Option<U> {
        match parse(value?) {
            Ok(parsed) => Some(parsed),
            Err(invalid) => {
                self.errors.push(FieldError::invalid(format!("{}{field}", self.prefix), invalid));
                None
            }
        }
    }

    /// A field that must be there.
    pub fn required<T, U>(
        &mut self,
        field: &str,
        value: Option<T>,
        parse: impl FnOnce(T) -> Result<U, Invalid>,
    ) -> Option<U> {
        if value.is_none() {
            self.refuse(field, FieldCode::Required, "is required");
        }
        self.optional(field, value, parse)
    }

    /// A field of an edit that can be changed but not cleared.
    pub fn change<T, U>(
        &mut self,
        field: &str,
        patch: Patch<T>,
        parse: impl FnOnce(T) -> Result<U, Invalid>,
    ) -> Option<U> {
        match patch {
            Patch::Absent => None,
            Patch::Clear => {
                self.refuse(field, FieldCode::Required, "cannot be cleared");
                None
            }
            Patch::Set(value) => self.optional(field, Some(value), parse),
        }
    }

    /// A field of an edit that can be changed and cleared.
    pub fn clearable<T, U>(
        &mut self,
        field: &str,
        patch: Patch<T>,
        parse: impl FnOnce(T) -> Result<U, Invalid>,
    ) -> Option<Option<U>> {
        match patch {
            Patch::Absent => None,
            Patch::Clear => Some(None),
            Patch::Set(value) => self.optional(field, Some(value), parse).map(Some),
        }
    }

    /// A field that an edit cannot change.
    pub fn immutable<T>(&mut self, field: &str, patch: &Patch<T>) {
        if !matches!(patch, Patch::Absent) {
            self.refuse(field, FieldCode::Immutable, "cannot be edited");
        }
    }

    /// Does a part of the checking inside a field, such as `contacts[1]`.
    pub fn within<T>(&mut self, field: &str, inside: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.prefix.clone();
        self.prefix = format!("{outer}{field}.");
        let result = inside(self);
        self.prefix = outer;
        result
    }

    /// The whole, if nothing is wrong with any part of it.
    pub fn finish<T>(self, whole: impl FnOnce() -> Option<T>) -> Result<T, Problem> {
        match whole() {
            Some(whole) if self.errors.is_empty() => Ok(whole),
            _ => Err(Problem::invalid_request(self.errors)),
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::{Name, Pin};

    use super::*;

    #[test]
    fn all_that_is_wrong_is_said_at_once_and_nothing_of_the_values() {
        let mut check = Check::new();
        let person = check.required("person", None::<&str>, Name::parse);
        let pin = check.optional("pin", Some("12x4567"), Pin::parse);
        let name = check.within("contacts[1]", |check| check.required("name", Some(" "), Name::parse));
        let problem = check.finish(|| Some((person?, pin?, name?))).unwrap_err();
        let found: Vec<_> = problem.errors.iter().map(|error| (error.field.as_str(), error.code)).collect();
        assert_eq!(
            found,
            [("person", FieldCode::Required), ("pin", FieldCode::PinForm), ("contacts[1].name", FieldCode::Empty),]
        );
        assert!(!format!("{problem:?}").contains("12x4567"));
    }

    #[test]
    fn the_three_states_of_a_field_in_an_edit() {
        let mut check = Check::new();
        assert_eq!(check.change("person", Patch::<&str>::Absent, Name::parse), None);
        assert_eq!(check.clearable("freeText", Patch::<&str>::Clear, Name::parse), Some(None));
        assert!(check.change("person", Patch::Set("Ada"), Name::parse).is_some());
        assert!(check.errors.is_empty());
        check.change("person", Patch::<&str>::Clear, Name::parse);
        check.immutable("keyId", &Patch::Set(()));
        let codes: Vec<_> = check.errors.iter().map(|error| error.code).collect();
        assert_eq!(codes, [FieldCode::Required, FieldCode::Immutable]);
    }
}
