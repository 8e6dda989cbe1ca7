//! DynamoDB expressions: conditions and updates with their names and values.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::items::{Item, ItemKey, number};

/// A condition with its values. Every attribute is written as `#name`, because a plain name may be a reserved word.
#[derive(Debug, Clone, Default)]
pub(crate) struct Expression {
    pub(crate) text: String,
    pub(crate) values: HashMap<String, AttributeValue>,
}

impl Expression {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), values: HashMap::new() }
    }

    pub(crate) fn and(self, other: Self) -> Self {
        let values = self.values.into_iter().chain(other.values).collect();
        Self { text: format!("({}) AND ({})", self.text, other.text), values }
    }

    pub(crate) fn value(mut self, name: &str, value: AttributeValue) -> Self {
        self.values.insert(name.to_owned(), value);
        self
    }
}

/// An update of an item, clause by clause: DynamoDB allows each keyword once. The value of an attribute is named like
/// the attribute, so the conditions of a write name theirs differently.
#[derive(Debug, Clone, Default)]
pub(crate) struct Update {
    set: String,
    remove: String,
    add: String,
    delete: String,
    values: HashMap<String, AttributeValue>,
}

impl Update {
    pub(crate) fn set(self, name: &str, value: AttributeValue) -> Self {
        self.assign(&["#", name, " = :", name]).value(name, value)
    }

    pub(crate) fn set_or_remove(self, name: &str, value: Option<AttributeValue>) -> Self {
        match value {
            Some(value) => self.set(name, value),
            None => self.remove(name),
        }
    }

    pub(crate) fn remove(mut self, name: &str) -> Self {
        push(&mut self.remove, &["#", name]);
        self
    }

    /// Adds to a number or to a set.
    pub(crate) fn add(mut self, name: &str, value: AttributeValue) -> Self {
        push(&mut self.add, &["#", name, " :", name]);
        self.value(name, value)
    }

    /// Deletes from a set.
    pub(crate) fn delete(mut self, name: &str, value: AttributeValue) -> Self {
        push(&mut self.delete, &["#", name, " :", name]);
        self.value(name, value)
    }

    /// Sets all attributes of an item and removes those optional ones that it lacks.
    pub(crate) fn all(mut item: Item, optional: &[&str]) -> Self {
        ItemKey::strip(&mut item);
        let absent = optional.iter().filter(|name| !item.contains_key(**name));
        let update = absent.fold(Self::default(), |update, name| update.remove(name));
        item.into_iter().fold(update, |update, (name, value)| update.set(&name, value))
    }

    /// An assignment other than of a value to an attribute, in parts.
    pub(crate) fn assign(mut self, parts: &[&str]) -> Self {
        push(&mut self.set, parts);
        self
    }

    pub(crate) fn value(mut self, name: &str, value: AttributeValue) -> Self {
        self.values.insert(format!(":{name}"), value);
        self
    }

    /// Both updates of one item.
    pub(crate) fn then(mut self, other: Self) -> Self {
        for (clause, other) in self.clauses_mut().into_iter().zip(other.clauses()) {
            if !other.is_empty() {
                push(clause, &[other]);
            }
        }
        self.values.extend(other.values);
        self
    }

    pub(crate) fn into_expression(self) -> Expression {
        let mut text = String::new();
        for (keyword, clause) in ["SET ", " REMOVE ", " ADD ", " DELETE "].into_iter().zip(self.clauses()) {
            if !clause.is_empty() {
                text.extend([keyword, clause]);
            }
        }
        Expression { text, values: self.values }
    }

    fn clauses(&self) -> [&str; 4] {
        [&self.set, &self.remove, &self.add, &self.delete]
    }

    fn clauses_mut(&mut self) -> [&mut String; 4] {
        [&mut self.set, &mut self.remove, &mut self.add, &mut self.delete]
    }
}

fn push(clause: &mut String, parts: &[&str]) {
    if !clause.is_empty() {
        clause.push_str(", ");
    }
    clause.extend(parts.iter().copied());
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
    is("rev", number(rev))
}

/// Condition: an attribute has this value.
pub(crate) fn is(name: &str, value: AttributeValue) -> Expression {
    Expression::new(format!("#{name} = :{name}Is")).value(&format!(":{name}Is"), value)
}

/// Condition: an attribute has this value, or does not exist if there is none.
pub(crate) fn is_or_absent(name: &str, value: Option<AttributeValue>) -> Expression {
    value.map_or_else(|| Expression::new(format!("attribute_not_exists(#{name})")), |value| is(name, value))
}

/// DynamoDB rejects an empty map of values.
pub(crate) fn values(values: HashMap<String, AttributeValue>) -> Option<HashMap<String, AttributeValue>> {
    (!values.is_empty()).then_some(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_update_has_each_keyword_once() {
        let one = Update::default().set("a", number(1)).remove("b");
        let other = Update::default().set("c", number(3)).remove("d").add("e", number(5));
        let both = one.then(other).then(Update::default().delete("f", number(6))).into_expression();
        assert_eq!(both.text, "SET #a = :a, #c = :c REMOVE #b, #d ADD #e :e DELETE #f :f");
        assert_eq!(both.values.len(), 4);
        assert_eq!(Update::default().remove("b").into_expression().text, " REMOVE #b");
    }

    #[test]
    fn attribute_names_are_found_in_expressions() {
        let found = names(&["#rev = :rev AND attribute_not_exists(#PK)", "SET #rev = :next"]);
        let expected = [("#PK", "PK"), ("#rev", "rev")].map(|(a, b)| (a.to_owned(), b.to_owned()));
        assert_eq!(found, HashMap::from(expected));
    }
}
