//! DynamoDB expressions: conditions and updates with their names and values.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::items::{Item, ItemKey, number};

/// An expression with its values. Every attribute is written as `#name`, because a plain name may be a reserved word.
#[derive(Debug, Clone, Default)]
pub(crate) struct Expression {
    pub(crate) text: String,
    pub(crate) values: HashMap<String, AttributeValue>,
}

impl Expression {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), values: HashMap::new() }
    }

    /// An update that sets all attributes of an item and removes those optional ones that it lacks.
    pub(crate) fn assign(mut item: Item, optional: &[&str]) -> Self {
        ItemKey::strip(&mut item);
        let absent: Vec<_> =
            optional.iter().filter(|name| !item.contains_key(**name)).map(|name| format!("#{name}")).collect();
        let mut assigned: Vec<_> = item.keys().map(|name| format!("#{name} = :{name}")).collect();
        assigned.sort();
        let remove = if absent.is_empty() { String::new() } else { format!(" REMOVE {}", absent.join(", ")) };
        let values = item.into_iter().map(|(name, value)| (format!(":{name}"), value)).collect();
        Self { text: format!("SET {}{remove}", assigned.join(", ")), values }
    }

    pub(crate) fn and(self, other: Self) -> Self {
        let values = self.values.into_iter().chain(other.values).collect();
        Self { text: format!("({}) AND ({})", self.text, other.text), values }
    }

    /// Merges two updates of one item. DynamoDB allows `SET` and `REMOVE` once each per update, so the clauses are
    /// joined.
    pub(crate) fn then(self, other: Self) -> Self {
        let clauses = |keyword| {
            let of = |text: &str| clause(text, keyword).map(str::to_owned);
            [of(&self.text), of(&other.text)].into_iter().flatten().collect::<Vec<_>>().join(", ")
        };
        let texts = ["SET", "REMOVE"].map(|keyword| (keyword, clauses(keyword)));
        let texts =
            texts.iter().filter(|(_, text)| !text.is_empty()).map(|(keyword, text)| format!("{keyword} {text}"));
        let text = texts.collect::<Vec<_>>().join(" ");
        Self { text, values: self.values.into_iter().chain(other.values).collect() }
    }

    pub(crate) fn value(mut self, name: &str, value: AttributeValue) -> Self {
        self.values.insert(name.to_owned(), value);
        self
    }
}

/// The clause after a keyword, in an update of the form `SET … REMOVE …`.
fn clause<'a>(update: &'a str, keyword: &str) -> Option<&'a str> {
    let (set, remove) = update.split_once("REMOVE ").map_or((update, None), |(set, remove)| (set, Some(remove)));
    match keyword {
        "SET" => set.strip_prefix("SET ").map(str::trim_end),
        _ => remove,
    }
}

/// Resolves the `#name` placeholders of some expressions.
pub(crate) fn names(expressions: &[&str]) -> HashMap<String, String> {
    let ends_name = |c: char| !(c.is_alphanumeric() || c == '_');
    let name = |rest: &str| rest.split(ends_name).next().unwrap_or_default().to_owned();
    expressions
        .iter()
        .flat_map(|text| text.split('#').skip(1))
        .map(|rest| (format!("#{}", name(rest)), name(rest)))
        .collect()
}

/// Condition: no item has this key.
pub(crate) fn absent() -> Expression {
    Expression::new("attribute_not_exists(#PK)")
}

/// Condition: an item has this key.
pub(crate) fn present() -> Expression {
    Expression::new("attribute_exists(#PK)")
}

/// Condition: the item has not been written since it was read.
pub(crate) fn unchanged(rev: u64) -> Expression {
    Expression::new("#rev = :readRev").value(":readRev", number(rev))
}

/// DynamoDB rejects an empty map of values.
pub(crate) fn values(values: HashMap<String, AttributeValue>) -> Option<HashMap<String, AttributeValue>> {
    (!values.is_empty()).then_some(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_update_follows_another_with_each_keyword_once() {
        let then = |a: &str, b: &str| Expression::new(a).then(Expression::new(b)).text;
        assert_eq!(
            then("SET #a = :a REMOVE #b", "SET #c = :c REMOVE #d, #e"),
            "SET #a = :a, #c = :c REMOVE #b, #d, #e"
        );
        assert_eq!(then("SET #a = :a", "REMOVE #b"), "SET #a = :a REMOVE #b");
        assert_eq!(then("REMOVE #b", "REMOVE #d"), "REMOVE #b, #d");
    }

    #[test]
    fn attribute_names_are_found_in_expressions() {
        let found = names(&["#rev = :rev AND attribute_not_exists(#PK)", "SET #rev = :next"]);
        let expected = [("#PK", "PK"), ("#rev", "rev")].map(|(a, b)| (a.to_owned(), b.to_owned()));
        assert_eq!(found, HashMap::from(expected));
    }
}
