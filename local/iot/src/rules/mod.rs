//! Topic rules: which messages they select, and the events they create for their Lambda functions.
//!
//! The SQL is the part of AWS IoT SQL (version 2016-03-23) that the template's rules use. Other statements are refused
//! when read, so that none behaves differently here than in AWS.
//!
//! <https://docs.aws.amazon.com/iot/latest/developerguide/iot-sql-reference.html>

mod parser;
mod statement;

use serde_json::Value;

use crate::topic;
pub use statement::{Message, SqlError, Statement};

/// Topic prefix of Basic Ingest: a message that goes directly to one rule, without the broker.
pub(crate) const BASIC_INGEST: &str = "$aws/rules/";

#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    pub name: String,
    pub statement: Statement,
    /// The functions it invokes, by their logical ids in the template.
    pub functions: Vec<String>,
}

/// All rules of the template.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rules(Vec<Rule>);

/// An event that a rule has created from a message.
#[derive(Debug, Clone, PartialEq)]
pub struct Firing<'r> {
    pub rule: &'r Rule,
    /// The event passed to its functions.
    pub event: Value,
}

impl Rules {
    /// Creates a set of rules.
    #[must_use]
    pub fn new(rules: Vec<Rule>) -> Self {
        Self(rules)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.0.iter()
    }

    /// Applies the rules to a message. Basic Ingest reaches only the rule that it names, which sees the remaining
    /// topic; that must match the rule's filter here, so that both ways give the same result.
    #[must_use]
    pub fn fire(&self, message: &Message<'_>) -> Vec<Firing<'_>> {
        let (only, topic) = match message.topic.strip_prefix(BASIC_INGEST) {
            Some(ingest) => ingest.split_once('/').map_or((Some(ingest), ""), |(rule, rest)| (Some(rule), rest)),
            None => (None, message.topic),
        };
        let message = Message { topic, ..*message };
        let meant = self.0.iter().filter(|rule| only.is_none_or(|only| only == rule.name));
        meant
            .filter(|rule| topic::matches(rule.statement.filter(), topic))
            .filter_map(|rule| rule.statement.apply(&message).map(|event| Firing { rule, event }))
            .collect()
    }
}

/// Whether a topic is for Basic Ingest, which no subscriber receives.
#[must_use]
pub fn is_basic_ingest(topic: &str) -> bool {
    topic.starts_with(BASIC_INGEST)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rules() -> Rules {
        let rule = |name: &str, sql: &str| Rule {
            name: name.to_owned(),
            statement: Statement::parse(sql).unwrap(),
            functions: vec!["Devices".to_owned()],
        };
        Rules::new(vec![
            rule("keypad", "SELECT topic(1) AS first, topic(2) AS thing FROM 'automats/+/keypad'"),
            rule("all", "SELECT a FROM 'automats/#'"),
        ])
    }

    fn fired(topic: &str) -> Vec<(String, Value)> {
        let payload = json!({"a": 1});
        let rules = rules();
        rules
            .fire(&Message { topic, payload: &payload })
            .into_iter()
            .map(|firing| (firing.rule.name.clone(), firing.event))
            .collect()
    }

    #[test]
    fn every_rule_whose_filter_matches_fires() {
        let keypad = json!({"first": "automats", "thing": "lobby"});
        let expected = vec![("keypad".to_owned(), keypad), ("all".to_owned(), json!({"a": 1}))];
        assert_eq!(fired("automats/lobby/keypad"), expected);
        assert_eq!(fired("elsewhere"), []);
    }

    #[test]
    fn basic_ingest_reaches_the_rule_that_it_names_and_no_other() {
        let keypad = json!({"first": "automats", "thing": "lobby"});
        assert_eq!(fired("$aws/rules/keypad/automats/lobby/keypad"), vec![("keypad".to_owned(), keypad)]);
        assert_eq!(fired("$aws/rules/keypad/elsewhere"), []);
        assert_eq!(fired("$aws/rules/keypad"), []);
        assert_eq!(fired("$aws/rules/unknown/automats/lobby/keypad"), []);
    }
}
