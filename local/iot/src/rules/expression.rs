//! Expressions, and their evaluation for a message.

use serde_json::Value;

/// A message with its metadata.
#[derive(Debug, Clone, Copy)]
pub struct Context<'m> {
    /// Its topic.
    pub topic: &'m str,
    /// Its payload.
    pub payload: &'m Value,
    /// The client that published it, if it came by MQTT.
    pub client: Option<&'m str>,
    /// The current time, in milliseconds since 1970.
    pub now_millis: i64,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expression {
    Path(Vec<String>),
    Literal(Value),
    Topic(Option<usize>),
    Timestamp,
    ClientId,
    IsUndefined(Box<Expression>),
    Compare { left: Box<Expression>, right: Box<Expression>, equal: bool },
    Not(Box<Expression>),
    And(Box<Expression>, Box<Expression>),
    Or(Box<Expression>, Box<Expression>),
}

impl Expression {
    /// The value for a message; `None` is the SQL's `Undefined`, which every operation propagates.
    pub(super) fn evaluate(&self, message: &Context<'_>) -> Option<Value> {
        match self {
            Self::Path(path) => path.iter().try_fold(message.payload, |value, name| value.get(name)).cloned(),
            Self::Literal(value) => Some(value.clone()),
            Self::Topic(None) => Some(message.topic.into()),
            Self::Topic(Some(level)) => message.topic.split('/').nth(level.checked_sub(1)?).map(Value::from),
            Self::Timestamp => Some(message.now_millis.into()),
            Self::ClientId => Some(message.client.unwrap_or("n/a").into()),
            Self::IsUndefined(inner) => Some(inner.evaluate(message).is_none().into()),
            Self::Compare { left, right, equal } => {
                let (left, right) = (left.evaluate(message)?, right.evaluate(message)?);
                Some(Value::from(same(&left, &right) == *equal))
            }
            Self::Not(inner) => Some(Value::from(!inner.evaluate(message)?.as_bool()?)),
            Self::And(left, right) => {
                let (left, right) = (left.evaluate(message)?.as_bool()?, right.evaluate(message)?.as_bool()?);
                Some(Value::from(left && right))
            }
            Self::Or(left, right) => {
                let (left, right) = (left.evaluate(message)?.as_bool()?, right.evaluate(message)?.as_bool()?);
                Some(Value::from(left || right))
            }
        }
    }
}

/// Treats 1 and 1.0 as equal.
fn same(left: &Value, right: &Value) -> bool {
    left == right || (left.is_number() && left.as_f64() == right.as_f64())
}
