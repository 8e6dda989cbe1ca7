//! `SELECT … FROM … WHERE …`.

use serde_json::{Map, Value};

use super::parser::Parser;
pub use super::parser::SqlError;

/// A message.
#[derive(Debug, Clone, Copy)]
pub struct Message<'m> {
    /// Its topic.
    pub topic: &'m str,
    /// Its payload.
    pub payload: &'m Value,
}

/// The statement of a rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// The event's members by name.
    pub(super) items: Vec<(String, Expression)>,
    pub(super) filter: String,
    /// All of them must be met.
    pub(super) conditions: Vec<Condition>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expression {
    Text(String),
    /// A level of the topic, from 1.
    Topic(usize),
    Path(Vec<String>),
}

/// `isUndefined(path)`, or its negation.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Condition {
    pub(super) path: Vec<String>,
    pub(super) is_defined: bool,
}

impl Statement {
    pub fn parse(sql: &str) -> Result<Self, SqlError> {
        Parser::new(sql).statement()
    }

    /// The topic filter in its `FROM` clause.
    #[must_use]
    pub fn filter(&self) -> &str {
        &self.filter
    }

    /// The event for a message; `None` if the message does not meet the conditions. Undefined values are omitted.
    pub(super) fn apply(&self, message: &Message<'_>) -> Option<Value> {
        let is_met = |it: &Condition| member(message.payload, &it.path).is_some() == it.is_defined;
        let value = |(name, value): &(String, Expression)| Some((name.clone(), value.evaluate(message)?));
        let event = || Value::Object(self.items.iter().filter_map(value).collect::<Map<_, _>>());
        self.conditions.iter().all(is_met).then(event)
    }
}

impl Expression {
    /// The value for a message; `None` is the SQL's `Undefined`.
    fn evaluate(&self, message: &Message<'_>) -> Option<Value> {
        match self {
            Self::Text(text) => Some(text.as_str().into()),
            Self::Topic(level) => message.topic.split('/').nth(level.checked_sub(1)?).map(Value::from),
            Self::Path(path) => member(message.payload, path).cloned(),
        }
    }
}

fn member<'v>(value: &'v Value, path: &[String]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, name| value.get(name))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TOPIC: &str = "$aws/things/lobby/shadow/name/open/update/accepted";

    fn made(sql: &str, payload: &Value) -> Option<Value> {
        Statement::parse(sql).unwrap().apply(&Message { topic: TOPIC, payload })
    }

    #[test]
    fn the_templates_rule_for_opening_reports() {
        let sql = "SELECT 'openings' AS message, topic(3) AS thing, state.reported.r AS reports, version AS version\n\
                   FROM '$aws/things/+/shadow/name/open/update/accepted'\n\
                   WHERE NOT isUndefined(state.reported.r)";
        let update = json!({"state": {"reported": {"r": {"7": ["01KB", "opened", 9]}}}, "version": 4});
        let reports = json!({"7": ["01KB", "opened", 9]});
        let event = json!({"message": "openings", "thing": "lobby", "reports": reports, "version": 4});
        assert_eq!(made(sql, &update), Some(event));
        assert_eq!(made(sql, &json!({"state": {"desired": {"o": {}}}, "version": 4})), None);
        assert_eq!(Statement::parse(sql).unwrap().filter(), "$aws/things/+/shadow/name/open/update/accepted");
    }

    #[test]
    fn attributes_keep_their_names_and_undefined_ones_are_left_out() {
        let sql = "select id, at.seconds, gone, topic(99) as far, timestamp as time from 'a'";
        let payload = json!({"id": 1, "at": {"seconds": null}, "timestamp": "its own"});
        assert_eq!(made(sql, &payload), Some(json!({"id": 1, "seconds": null, "time": "its own"})));
    }

    #[test]
    fn conditions_select_messages() {
        let payload = json!({"a": 1, "b": null});
        for (condition, expected) in [
            ("isUndefined(a.x)", true),
            ("isundefined(a)", false),
            ("isUndefined(b)", false),
            ("NOT isUndefined(a)", true),
            ("NOT isUndefined(a) AND isUndefined(c)", true),
            ("NOT isUndefined(a) and not isUndefined(c)", false),
        ] {
            let made = made(&format!("SELECT a FROM 'a' WHERE {condition}"), &payload);
            assert_eq!(made.is_some(), expected, "{condition}");
        }
    }

    #[test]
    fn unsupported_statements_are_refused_with_the_position() {
        for (sql, at, what) in [
            ("SELECT a", 9, "FROM"),
            ("SELECT FROM 'a'", 8, "a name"),
            ("SELECT * FROM 'a'", 8, "a name"),
            ("SELECT a FROM b", 15, "a text"),
            ("SELECT a FROM 'b' WHERE", 24, "isUndefined"),
            ("SELECT a FROM 'b' WHERE a = 1", 25, "isUndefined"),
            ("SELECT a FROM 'b' WHERE isUndefined(a) OR isUndefined(b)", 40, "the end"),
            ("SELECT a FROM 'b' WHERE (isUndefined(a))", 25, "isUndefined"),
            ("SELECT a FROM 'b' x", 19, "the end"),
            ("SELECT upper(a) AS b FROM 'b'", 13, "FROM"),
            ("SELECT topic(2) FROM 'b'", 17, "AS"),
            ("SELECT topic('2') AS a FROM 'b'", 14, "a topic level"),
            ("SELECT topic(0) AS a FROM 'b'", 14, "a topic level"),
            ("SELECT topic() AS a FROM 'b'", 14, "a topic level"),
            ("SELECT 1 AS a FROM 'b'", 8, "a name"),
            ("SELECT 'it''s' AS a FROM 'b'", 12, "AS"),
            ("SELECT 'a FROM b", 8, "a text"),
            ("SELECT a + b AS c FROM 'b'", 10, "FROM"),
            ("SELECT a FROM 'b' WHERE isUndefined(a", 38, "`)`"),
        ] {
            let error = Statement::parse(sql).unwrap_err();
            assert!(error.at == at && error.what.contains(what), "{sql}: {error}");
        }
    }
}
