//! Lambda's filter patterns, which select records: the parts of the language that the template uses. Others are
//! refused.

use std::collections::BTreeMap;

use serde_json::Value;

#[derive(Debug, Clone, PartialEq)]
pub struct Filter(Pattern);

/// Why a pattern cannot be used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    /// It is not a JSON object.
    #[error("a filter pattern is not a JSON object")]
    Form,
    /// It uses an unsupported rule.
    #[error("the filter rule {0} is not supported")]
    Rule(String),
}

#[derive(Debug, Clone, PartialEq)]
enum Pattern {
    /// All of these fields match.
    Fields(BTreeMap<String, Pattern>),
    /// One of these rules matches.
    Leaf(Vec<Rule>),
}

#[derive(Debug, Clone, PartialEq)]
enum Rule {
    Equals(Value),
    Prefix(String),
    Exists(bool),
}

impl Filter {
    /// Parses a pattern: JSON in which each leaf is a list of strings, `null`, `{"prefix": …}` and `{"exists": …}`.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        match serde_json::from_str(text).map_err(|_| FilterError::Form)? {
            pattern @ Value::Object(_) => Pattern::parse(pattern).map(Self),
            _ => Err(FilterError::Form),
        }
    }

    /// Whether a record matches.
    #[must_use]
    pub fn matches(&self, event: &Value) -> bool {
        self.0.matches(Some(event))
    }
}

impl Pattern {
    fn parse(value: Value) -> Result<Self, FilterError> {
        match value {
            Value::Object(fields) if !fields.is_empty() => {
                let fields = fields.into_iter().map(|(name, value)| Ok((name, Self::parse(value)?)));
                fields.collect::<Result<_, _>>().map(Self::Fields)
            }
            Value::Array(rules) if !rules.is_empty() => {
                rules.into_iter().map(Rule::parse).collect::<Result<_, _>>().map(Self::Leaf)
            }
            other => Err(FilterError::Rule(other.to_string())),
        }
    }

    fn matches(&self, value: Option<&Value>) -> bool {
        match self {
            Self::Fields(fields) => {
                fields.iter().all(|(name, pattern)| pattern.matches(value.and_then(|value| value.get(name))))
            }
            Self::Leaf(rules) => rules.iter().any(|rule| rule.matches(value)),
        }
    }
}

impl Rule {
    fn parse(value: Value) -> Result<Self, FilterError> {
        let unknown = || FilterError::Rule(value.to_string());
        let Value::Object(rule) = &value else {
            return if value.is_string() || value.is_null() { Ok(Self::Equals(value)) } else { Err(unknown()) };
        };
        let mut entries = rule.iter();
        match (entries.next(), entries.next()) {
            (Some((name, Value::String(prefix))), None) if name == "prefix" => Ok(Self::Prefix(prefix.clone())),
            (Some((name, Value::Bool(exists))), None) if name == "exists" => Ok(Self::Exists(*exists)),
            _ => Err(unknown()),
        }
    }

    fn matches(&self, value: Option<&Value>) -> bool {
        match self {
            Self::Equals(wanted) => value == Some(wanted),
            Self::Prefix(prefix) => value.and_then(Value::as_str).is_some_and(|text| text.starts_with(prefix)),
            // An object is not a leaf: for AWS it does not exist either.
            Self::Exists(exists) => value.is_some_and(|value| !value.is_object()) == *exists,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn matches(pattern: &Value, event: &Value) -> bool {
        Filter::parse(&pattern.to_string()).unwrap().matches(event)
    }

    #[test]
    fn every_field_must_match_one_of_its_rules() {
        let pattern =
            json!({"eventName": ["INSERT", "MODIFY"], "dynamodb": {"Keys": {"SK": {"S": [{"prefix": "E#"}]}}}});
        let event = |name, sk| json!({"eventName": name, "dynamodb": {"Keys": {"SK": {"S": sk}, "PK": {"S": "x"}}}});
        assert!(matches(&pattern, &event("INSERT", "E#1")));
        assert!(matches(&pattern, &event("MODIFY", "E#")));
        assert!(!matches(&pattern, &event("REMOVE", "E#1")));
        assert!(!matches(&pattern, &event("INSERT", "F#1")));
        assert!(!matches(&pattern, &json!({"eventName": "INSERT"})));
    }

    #[test]
    fn a_leaf_can_be_required_or_forbidden() {
        let absent = json!({"userIdentity": {"type": [{"exists": false}]}});
        assert!(matches(&absent, &json!({})));
        assert!(!matches(&absent, &json!({"userIdentity": {"type": "Service"}})));
        let present = json!({"a": [{"exists": true}]});
        assert!(matches(&present, &json!({"a": null})));
        assert!(!matches(&present, &json!({"a": {"b": 1}})), "an object is not a leaf");
        assert!(!matches(&present, &json!({})));
    }

    #[test]
    fn null_matches_null_and_nothing_absent() {
        assert!(matches(&json!({"a": [null]}), &json!({"a": null})));
        assert!(!matches(&json!({"a": [null]}), &json!({})));
    }

    #[test]
    fn unsupported_rules_are_refused_by_name() {
        let refusal = |pattern: Value| Filter::parse(&pattern.to_string()).unwrap_err();
        for rule in [
            json!({"numeric": [">", 1]}),
            json!({"anything-but": ["x"]}),
            json!({"prefix": {"equals-ignore-case": "x"}}),
            json!({"prefix": "a", "suffix": "b"}),
            json!(7),
        ] {
            assert_eq!(refusal(json!({"a": [rule]})), FilterError::Rule(rule.to_string()));
        }
        assert_eq!(refusal(json!({"a": "x"})), FilterError::Rule("\"x\"".to_owned()));
        assert_eq!(refusal(json!({"a": {}})), FilterError::Rule("{}".to_owned()));
        assert_eq!(refusal(json!([])), FilterError::Form);
        assert_eq!(Filter::parse("{").unwrap_err(), FilterError::Form);
    }
}
