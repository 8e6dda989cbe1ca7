//! AWS IoT policies: what a connection may do.
//!
//! The template's policy permits, with a final `*` as the only wildcard and the thing's name as the only variable. Other
//! policies are refused when read.
//!
//! <https://docs.aws.amazon.com/iot/latest/developerguide/iot-policies.html>

use template::{Value, literal, reference};

/// The name of the thing that a connection's certificate is attached to.
const THING: &str = "${iot:Connection.Thing.ThingName}";

#[derive(Debug, Clone, PartialEq)]
pub struct Policy(Vec<Statement>);

/// Why a policy cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the policy {0}")]
pub struct PolicyError(String);

/// An action of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Connect with a client id.
    Connect,
    /// Publish to a topic.
    Publish,
    /// Publish a retained message.
    RetainPublish,
    /// Subscribe to a topic filter.
    Subscribe,
    /// Receive a message of a topic.
    Receive,
}

/// A statement that allows actions on resources.
#[derive(Debug, Clone, PartialEq)]
struct Statement {
    actions: Vec<String>,
    /// The resource parts of the ARNs.
    resources: Vec<String>,
}

impl Policy {
    /// Reads a policy document, which may contain `CloudFormation` short forms.
    pub fn read(document: &Value) -> Result<Self, PolicyError> {
        let statements = document.get("Statement").and_then(Value::as_sequence);
        let statements = statements.ok_or_else(|| PolicyError("has no list of statements".to_owned()))?;
        statements.iter().map(Statement::read).collect::<Result<_, _>>().map(Self)
    }

    /// Whether the connection of a thing may perform an action on a client id, topic or topic filter.
    #[must_use]
    pub fn allows(&self, thing: &str, action: Action, name: &str) -> bool {
        self.0.iter().any(|statement| statement.allows(thing, action, name))
    }
}

impl Action {
    fn name(self) -> &'static str {
        match self {
            Self::Connect => "iot:Connect",
            Self::Publish => "iot:Publish",
            Self::RetainPublish => "iot:RetainPublish",
            Self::Subscribe => "iot:Subscribe",
            Self::Receive => "iot:Receive",
        }
    }

    fn resource(self) -> &'static str {
        match self {
            Self::Connect => "client/",
            Self::Publish | Self::RetainPublish | Self::Receive => "topic/",
            Self::Subscribe => "topicfilter/",
        }
    }
}

impl Statement {
    fn read(statement: &Value) -> Result<Self, PolicyError> {
        let known = ["Sid", "Effect", "Action", "Resource", "Condition"];
        for name in statement.as_mapping().into_iter().flat_map(|members| members.keys()).filter_map(Value::as_str) {
            if !known.contains(&name) {
                return Err(PolicyError(format!("has {name}, which is not supported")));
            }
        }
        if statement.get("Effect").and_then(Value::as_str) != Some("Allow") {
            return Err(PolicyError("has a statement whose Effect is not Allow".to_owned()));
        }
        // A connection here always belongs to a thing, the one of its client id.
        if statement.get("Condition").is_some_and(|condition| template::texts(condition) != IS_ATTACHED) {
            return Err(PolicyError("has an unsupported Condition".to_owned()));
        }
        let texts = |name: &str| match statement.get(name) {
            Some(Value::Sequence(texts)) => texts.iter().map(text).collect::<Result<Vec<_>, _>>(),
            Some(one) => text(one).map(|text| vec![text]),
            None => Err(PolicyError(format!("has a statement without {name}"))),
        };
        let resources =
            texts("Resource")?.iter().map(|arn| name_in(arn).map(str::to_owned)).collect::<Result<_, _>>()?;
        Ok(Self { actions: texts("Action")?, resources })
    }

    fn allows(&self, thing: &str, action: Action, name: &str) -> bool {
        let resource = format!("{}{name}", action.resource());
        self.actions.iter().any(|pattern| matches(pattern, action.name()))
            && self.resources.iter().any(|pattern| matches(&pattern.replace(THING, thing), &resource))
    }
}

/// The only supported condition.
const IS_ATTACHED: [&str; 3] = ["Bool", "iot:Connection.Thing.IsAttached", "true"];

fn is_supported(pattern: &str) -> bool {
    let plain = pattern.replace(THING, "");
    let plain = plain.strip_suffix('*').unwrap_or(&plain);
    !plain.contains(['*', '?']) && !plain.contains("${")
}

fn matches(pattern: &str, text: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == text, |start| text.starts_with(start))
}

/// A text with the effect of `!Sub`: region and account are any, and `${!x}` becomes `${x}`.
fn text(value: &Value) -> Result<String, PolicyError> {
    let written = literal(value).or_else(|| reference(value, "Sub"));
    let written = written.ok_or_else(|| PolicyError("has a text that is neither plain nor !Sub".to_owned()))?;
    Ok(written.replace("${AWS::", "${AWS.").replace("${!", "${"))
}

/// The resource part of an ARN: `topic/a/b`.
fn name_in(arn: &str) -> Result<&str, PolicyError> {
    let parts: Vec<_> = arn.splitn(6, ':').collect();
    match parts[..] {
        ["*"] => Ok(arn),
        ["arn", _, "iot", _, _, name] if is_supported(name) => Ok(name),
        ["arn", _, "iot", _, _, name] => {
            Err(PolicyError(format!("has {name}, with an unsupported wildcard or variable")))
        }
        _ => Err(PolicyError(format!("has the resource {arn}, which is not an ARN of AWS IoT"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(statements: &str) -> Result<Policy, PolicyError> {
        Policy::read(&serde_norway::from_str(&format!("Statement:\n{statements}")).unwrap())
    }

    const ARN: &str = "arn:${AWS::Partition}:iot:${AWS::Region}:${AWS::AccountId}";

    #[test]
    fn an_action_without_an_allow_statement_is_refused() {
        let policy =
            policy(r#"  - { Effect: Allow, Action: iot:Publish, Resource: "arn:aws:iot:eu-north-1:1:topic/a" }"#)
                .unwrap();
        assert!(policy.allows("lobby", Action::Publish, "a"));
        assert!(!policy.allows("lobby", Action::Publish, "b"));
        assert!(!policy.allows("lobby", Action::Receive, "a"));
        assert!(!policy.allows("lobby", Action::Connect, "a"));
    }

    #[test]
    fn the_variable_has_the_name_of_the_connections_thing() {
        let policy = policy(&format!(
            "  - {{ Effect: Allow, Action: iot:Publish, Resource: [!Sub '{ARN}:topic/t/${{!iot:Connection.Thing.ThingName}}'] }}"
        ))
        .unwrap();
        assert!(policy.allows("yard", Action::Publish, "t/yard") && !policy.allows("yard", Action::Publish, "t/lobby"));
    }

    #[test]
    fn mqtt_wildcards_in_filters_are_literal() {
        let policy = policy(&format!(
            "  - {{ Effect: Allow, Action: iot:Subscribe, Resource: !Sub '{ARN}:topicfilter/a/+/c' }}"
        ))
        .unwrap();
        assert!(policy.allows("lobby", Action::Subscribe, "a/+/c"));
        assert!(!policy.allows("lobby", Action::Subscribe, "a/b/c"));
        assert!(!policy.allows("lobby", Action::Subscribe, "a/#"));
    }

    #[test]
    fn a_final_wildcard_matches_any_text() {
        for (pattern, text, expected) in
            [("a*", "abc", true), ("a*", "a", true), ("a*", "ba", false), ("*", "", true), ("", "a", false)]
        {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn unsupported_policies_are_refused_when_read() {
        for statement in [
            "  - { Effect: Allow, NotAction: iot:Publish, Resource: '*' }",
            "  - { Effect: Deny, Action: iot:Publish, Resource: '*' }",
            "  - { Effect: Allow, Action: iot:Publish }",
            "  - { Effect: Allow, Action: iot:Publish, Resource: 'arn:aws:s3:::x' }",
            "  - { Effect: Allow, Action: iot:Publish, Resource: 'arn:aws:iot:r:a:topic/*/a' }",
            "  - { Effect: Allow, Action: iot:Publish, Resource: 'arn:aws:iot:r:a:topic/${iot:Certificate.Subject.CommonName}' }",
            "  - { Effect: Allow, Action: iot:Publish, Resource: '*', Condition: { StringEquals: { a: b } } }",
            "  - { Effect: Allow, Action: iot:Publish, Resource: '*', Condition: { Bool: { 'iot:Connection.Thing.IsAttached': 'false' } } }",
            "  - { Effect: Allow, Action: iot:Publish, Resource: !Ref Topic }",
        ] {
            assert!(policy(statement).is_err(), "{statement}");
        }
    }
}
