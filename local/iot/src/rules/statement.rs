//! `SELECT … FROM … WHERE …`.

use serde_json::{Map, Value};

use super::{
    expression::{Context, Expression},
    parser,
    token::SqlError,
};

/// The statement of a rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    pub(super) items: Vec<Item>,
    pub(super) filter: String,
    pub(super) condition: Option<Expression>,
}

/// An item of the `SELECT` list.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Item {
    All,
    Named { value: Expression, name: String },
}

impl Statement {
    /// Parses a statement.
    pub fn parse(sql: &str) -> Result<Self, SqlError> {
        parser::parse(sql)
    }

    /// The topic filter in its `FROM` clause.
    #[must_use]
    pub fn filter(&self) -> &str {
        &self.filter
    }

    /// The event for a message; `None` if the message does not meet the condition. Undefined values are omitted.
    pub(super) fn apply(&self, message: &Context<'_>) -> Option<Value> {
        if let Some(condition) = &self.condition
            && condition.evaluate(message) != Some(Value::Bool(true))
        {
            return None;
        }
        let mut event = Map::new();
        for item in &self.items {
            match item {
                Item::All => event.extend(message.payload.as_object().cloned().unwrap_or_default()),
                Item::Named { value, name } => {
                    event.extend(value.evaluate(message).map(|value| (name.clone(), value)));
                }
            }
        }
        Some(Value::Object(event))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TOPIC: &str = "$aws/things/lobby/shadow/name/open/update/accepted";

    fn made(sql: &str, payload: &Value) -> Option<Value> {
        let message = Context { topic: TOPIC, payload, client: Some("lobby"), now_millis: 1234 };
        Statement::parse(sql).unwrap().apply(&message)
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
        let sql = "SELECT id, at.seconds, gone, timestamp AS time FROM 'a'";
        let payload = json!({"id": 1, "at": {"seconds": null}, "timestamp": "its own"});
        assert_eq!(made(sql, &payload), Some(json!({"id": 1, "seconds": null, "time": "its own"})));
    }

    #[test]
    fn functions_return_metadata_of_the_message() {
        let sql =
            "select *, topic() as topic, topic(99) as far, timestamp() as now, clientid() as who, 1.5 as n from 'a'";
        let event = json!({"id": 1, "topic": TOPIC, "now": 1234, "who": "lobby", "n": 1.5});
        assert_eq!(made(sql, &json!({"id": 1})), Some(event));
    }

    #[test]
    fn conditions_select_messages() {
        let payload = json!({"a": 1, "b": "it's", "t": true});
        for (condition, expected) in [
            ("a = 1", true),
            ("a = 1.0", true),
            ("a <> 1", false),
            ("b = 'it''s'", true),
            ("a = '1'", false),
            ("a = 1 AND b = 'x'", false),
            ("a = 2 OR b = 'it''s'", true),
            ("a = 2 AND a = 1 OR a = 1", true),
            ("a = 2 AND (a = 1 OR a = 1)", false),
            ("NOT a = 2", true),
            ("NOT (a = 1)", false),
            ("NOT NOT t", true),
            ("isUndefined(a.x)", true),
            ("isundefined(a)", false),
            // an undefined value is neither equal nor unequal
            ("gone = 1", false),
            ("gone <> 1", false),
            ("NOT gone = 1", false),
            ("a", false),
        ] {
            let made = made(&format!("SELECT * FROM 'a' WHERE {condition}"), &payload);
            assert_eq!(made.is_some(), expected, "{condition}");
        }
    }

    #[test]
    fn unsupported_statements_are_refused_with_the_position() {
        for (sql, at, what) in [
            ("SELECT a", 9, "FROM"),
            ("SELECT FROM 'a'", 8, "a name"),
            ("SELECT a FROM b", 15, "a topic filter"),
            ("SELECT a FROM 'b' WHERE", 24, "an expression"),
            ("SELECT a FROM 'b' x", 19, "the end"),
            ("SELECT upper(a) AS b FROM 'b'", 8, "upper"),
            ("SELECT topic(2) FROM 'b'", 17, "AS"),
            ("SELECT topic('2') AS a FROM 'b'", 14, "a topic level"),
            ("SELECT topic(0) AS a FROM 'b'", 14, "a topic level"),
            ("SELECT 'a FROM 'b'", 18, "not terminated"),
            ("SELECT a + b AS c FROM 'b'", 10, "`+`"),
            ("SELECT a FROM 'b' WHERE a < 1", 27, "`<`"),
            ("SELECT a FROM 'b' WHERE (a = 1", 31, "`)`"),
        ] {
            let error = Statement::parse(sql).unwrap_err();
            assert!(error.at == at && error.what.contains(what), "{sql}: {error}");
        }
    }
}
