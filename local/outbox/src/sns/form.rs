//! The form of a call: nested names are separated by dots, entries of lists and maps are numbered from 1.

use std::collections::HashMap;

/// A form, or its part with a common prefix.
#[derive(Clone)]
pub(super) struct Form {
    fields: HashMap<String, String>,
}

impl Form {
    pub(super) fn read(body: &[u8]) -> Self {
        Self { fields: form_urlencoded::parse(body).into_owned().collect() }
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str)
    }

    /// The parts under `name.1.`, `name.2.` …, up to the first that is missing.
    pub(super) fn list(&self, name: &str) -> Vec<Self> {
        let numbers = 1..=self.fields.len();
        let parts = numbers.map(|number| self.part(&format!("{name}.{number}.")));
        parts.take_while(|part| !part.fields.is_empty()).collect()
    }

    fn part(&self, prefix: &str) -> Self {
        let inside = self.fields.iter().filter_map(|(name, value)| Some((name.strip_prefix(prefix)?, value)));
        Self { fields: inside.map(|(name, value)| (name.to_owned(), value.clone())).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_list_are_in_order() {
        let form = Form::read(b"L.member.2.Id=b&L.member.1.Id=a&L.member.10.Id=lost&Id=outer");
        let ids: Vec<_> = form.list("L.member").iter().map(|part| part.get("Id").map(str::to_owned)).collect();
        assert_eq!(ids, [Some("a".to_owned()), Some("b".to_owned())]);
    }
}
