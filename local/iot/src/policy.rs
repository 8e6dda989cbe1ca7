//! AWS IoT policies: what a connection may do.
//!
//! <https://docs.aws.amazon.com/iot/latest/developerguide/iot-policies.html>

use template::{Value, literal, reference};

/// A policy document.
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

/// The connection that requests an action.
#[derive(Debug, Clone, Copy)]
pub struct Connection<'c> {
    /// Its client id.
    pub client: &'c str,
    /// The thing to which its certificate is attached.
    pub thing: Option<&'c str>,
}

#[derive(Debug, Clone, PartialEq)]
struct Statement {
    allow: bool,
    actions: Vec<Pattern>,
    resources: Vec<Pattern>,
    attached: Option<bool>,
}

/// A text with wildcards and policy variables.
#[derive(Debug, Clone, PartialEq)]
struct Pattern(Vec<Piece>);

#[derive(Debug, Clone, Copy, PartialEq)]
enum Piece {
    Letter(char),
    AnyLetter,
    AnyText,
    ThingName,
    ClientId,
}

impl Policy {
    /// Reads a policy document, which may contain `CloudFormation` short forms.
    pub fn read(document: &Value) -> Result<Self, PolicyError> {
        let statements = match document.get("Statement") {
            Some(Value::Sequence(statements)) => statements.iter().map(Statement::read).collect::<Result<_, _>>()?,
            Some(statement @ Value::Mapping(_)) => vec![Statement::read(statement)?],
            _ => return Err(PolicyError("has no Statement".to_owned())),
        };
        Ok(Self(statements))
    }

    /// Whether a connection may perform an action on a client id, topic or topic filter: a statement allows it, and
    /// none denies it.
    #[must_use]
    pub fn allows(&self, connection: &Connection<'_>, action: Action, name: &str) -> bool {
        let said = |allow| {
            self.0.iter().any(|statement| statement.allow == allow && statement.applies_to(connection, action, name))
        };
        said(true) && !said(false)
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
        let allow = match statement.get("Effect").and_then(Value::as_str) {
            Some("Allow") => true,
            Some("Deny") => false,
            _ => return Err(PolicyError("has a statement whose Effect is neither Allow nor Deny".to_owned())),
        };
        let texts = |name: &str| match statement.get(name) {
            Some(Value::Sequence(texts)) => texts.iter().map(text).collect::<Result<Vec<_>, _>>(),
            Some(one) => text(one).map(|text| vec![text]),
            None => Err(PolicyError(format!("has a statement without {name}"))),
        };
        let actions = texts("Action")?.iter().map(|action| Pattern::read(action)).collect::<Result<_, _>>()?;
        let resources = texts("Resource")?.into_iter().map(|resource| Pattern::read(name_in(&resource)?));
        Ok(Self { allow, actions, resources: resources.collect::<Result<_, _>>()?, attached: attached(statement)? })
    }

    fn applies_to(&self, connection: &Connection<'_>, action: Action, name: &str) -> bool {
        let resource = format!("{}{name}", action.resource());
        self.attached.is_none_or(|attached| attached == connection.thing.is_some())
            && self.actions.iter().any(|pattern| pattern.matches(connection, action.name()))
            && self.resources.iter().any(|pattern| pattern.matches(connection, &resource))
    }
}

/// A text with the effect of `!Sub`: region and account become wildcards, and `${!x}` becomes `${x}`.
fn text(value: &Value) -> Result<String, PolicyError> {
    if let Some(text) = literal(value) {
        return Ok(text.to_owned());
    }
    let written = reference(value, "Sub").or_else(|| value.get("Fn::Sub").and_then(literal));
    let mut text =
        written.ok_or_else(|| PolicyError("has a text that is neither plain nor !Sub".to_owned()))?.to_owned();
    for pseudo in ["Partition", "Region", "AccountId"] {
        text = text.replace(&format!("${{AWS::{pseudo}}}"), "*");
    }
    Ok(text.replace("${!", "${"))
}

/// The resource part of an ARN: `topic/a/b`.
fn name_in(arn: &str) -> Result<&str, PolicyError> {
    if arn == "*" {
        return Ok(arn);
    }
    let parts: Vec<_> = arn.splitn(6, ':').collect();
    match parts[..] {
        ["arn", _, "iot", _, _, name] => Ok(name),
        _ => Err(PolicyError(format!("has the resource {arn}, which is not an ARN of AWS IoT"))),
    }
}

fn attached(statement: &Value) -> Result<Option<bool>, PolicyError> {
    let unknown = || PolicyError("has an unsupported Condition".to_owned());
    let Some(condition) = statement.get("Condition") else { return Ok(None) };
    let test = condition.get("Bool").and_then(|test| test.get("iot:Connection.Thing.IsAttached"));
    let alone = |value: &Value| value.as_mapping().is_some_and(|members| members.len() == 1);
    if !alone(condition) || !condition.get("Bool").is_some_and(alone) {
        return Err(unknown());
    }
    let one = match test {
        Some(Value::Sequence(values)) if values.len() == 1 => values.first(),
        test => test,
    };
    match one {
        Some(Value::Bool(attached)) => Ok(Some(*attached)),
        Some(Value::String(attached)) => attached.parse().map(Some).map_err(|_| unknown()),
        _ => Err(unknown()),
    }
}

impl Pattern {
    fn read(text: &str) -> Result<Self, PolicyError> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(letter) = rest.chars().next() {
            if let Some(variable) = rest.strip_prefix("${") {
                let (name, after) = variable.split_once('}').unwrap_or((variable, ""));
                pieces.push(match name {
                    "iot:Connection.Thing.ThingName" => Piece::ThingName,
                    "iot:ClientId" => Piece::ClientId,
                    _ => return Err(PolicyError(format!("has the variable {name}, which is not supported"))),
                });
                rest = after;
                continue;
            }
            pieces.push(match letter {
                '*' => Piece::AnyText,
                '?' => Piece::AnyLetter,
                letter => Piece::Letter(letter),
            });
            rest = &rest[letter.len_utf8()..];
        }
        Ok(Self(pieces))
    }

    /// A variable matches its value literally, even if a client's name contains wildcards. If a variable has no value,
    /// the pattern matches nothing.
    fn matches(&self, connection: &Connection<'_>, text: &str) -> bool {
        let mut pieces = Vec::new();
        for &piece in &self.0 {
            let value = match piece {
                Piece::ThingName => connection.thing,
                Piece::ClientId => Some(connection.client),
                piece => {
                    pieces.push(piece);
                    continue;
                }
            };
            let Some(value) = value else { return false };
            pieces.extend(value.chars().map(Piece::Letter));
        }
        let letters: Vec<_> = text.chars().collect();
        glob(&pieces, &letters)
    }
}

/// Backtracks only to the last `*`, so the time is at most proportional to the product of both lengths.
fn glob(pieces: &[Piece], letters: &[char]) -> bool {
    let (mut piece, mut letter) = (0, 0);
    let mut last_any: Option<(usize, usize)> = None;
    while letter < letters.len() {
        match pieces.get(piece) {
            Some(Piece::AnyText) => {
                last_any = Some((piece, letter));
                piece += 1;
            }
            Some(Piece::AnyLetter) => (piece, letter) = (piece + 1, letter + 1),
            Some(Piece::Letter(wanted)) if *wanted == letters[letter] => (piece, letter) = (piece + 1, letter + 1),
            _ => {
                let Some((any, taken)) = last_any else { return false };
                last_any = Some((any, taken + 1));
                (piece, letter) = (any + 1, taken + 1);
            }
        }
    }
    pieces[piece..].iter().all(|piece| matches!(piece, Piece::AnyText))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(statements: &str) -> Result<Policy, PolicyError> {
        Policy::read(&serde_norway::from_str(&format!("Statement:\n{statements}")).unwrap())
    }

    fn lobby() -> Connection<'static> {
        Connection { client: "lobby", thing: Some("lobby") }
    }

    const ARN: &str = "arn:${AWS::Partition}:iot:${AWS::Region}:${AWS::AccountId}";

    #[test]
    fn an_action_without_an_allow_statement_is_refused() {
        let policy =
            policy(r#"  - { Effect: Allow, Action: iot:Publish, Resource: "arn:aws:iot:eu-north-1:1:topic/a" }"#)
                .unwrap();
        assert!(policy.allows(&lobby(), Action::Publish, "a"));
        assert!(!policy.allows(&lobby(), Action::Publish, "b"));
        assert!(!policy.allows(&lobby(), Action::Receive, "a"));
        assert!(!policy.allows(&lobby(), Action::Connect, "a"));
    }

    #[test]
    fn a_deny_statement_overrides_allow_statements() {
        let policy = policy(&format!(
            "  - {{ Effect: Allow, Action: 'iot:*', Resource: '*' }}\n  - {{ Effect: Deny, Action: [iot:Subscribe, \
             iot:Publish], Resource: !Sub '{ARN}:topic/secret/*' }}"
        ))
        .unwrap();
        assert!(policy.allows(&lobby(), Action::Publish, "open/a"));
        assert!(!policy.allows(&lobby(), Action::Publish, "secret/a"));
        assert!(policy.allows(&lobby(), Action::Receive, "secret/a"));
    }

    #[test]
    fn variables_have_the_values_of_the_connection() {
        let policy = policy(&format!(
            "  - {{ Effect: Allow, Action: iot:Publish, Resource: [!Sub '{ARN}:topic/t/${{!iot:Connection.Thing.ThingName}}', \
             !Sub '{ARN}:topic/c/${{!iot:ClientId}}'] }}"
        ))
        .unwrap();
        let other = Connection { client: "lobby", thing: Some("yard") };
        assert!(policy.allows(&other, Action::Publish, "t/yard") && policy.allows(&other, Action::Publish, "c/lobby"));
        assert!(
            !policy.allows(&other, Action::Publish, "t/lobby") && !policy.allows(&other, Action::Publish, "c/yard")
        );
        let detached = Connection { client: "lobby", thing: None };
        assert!(
            !policy.allows(&detached, Action::Publish, "t/") && policy.allows(&detached, Action::Publish, "c/lobby")
        );
    }

    #[test]
    fn wildcards_in_a_client_id_are_literal() {
        let policy = policy(&format!(
            "  - {{ Effect: Allow, Action: iot:Publish, Resource: !Sub '{ARN}:topic/c/${{!iot:ClientId}}' }}"
        ))
        .unwrap();
        let star = Connection { client: "*", thing: None };
        assert!(policy.allows(&star, Action::Publish, "c/*"));
        assert!(!policy.allows(&star, Action::Publish, "c/lobby"));
    }

    #[test]
    fn the_condition_requires_an_attached_thing() {
        let policy = policy(&format!(
            "  - {{ Effect: Allow, Action: iot:Connect, Resource: !Sub '{ARN}:client/*', \
             Condition: {{ Bool: {{ 'iot:Connection.Thing.IsAttached': 'true' }} }} }}"
        ))
        .unwrap();
        assert!(policy.allows(&lobby(), Action::Connect, "lobby"));
        assert!(!policy.allows(&Connection { client: "lobby", thing: None }, Action::Connect, "lobby"));
    }

    #[test]
    fn mqtt_wildcards_in_filters_are_literal() {
        let policy = policy(&format!(
            "  - {{ Effect: Allow, Action: iot:Subscribe, Resource: !Sub '{ARN}:topicfilter/a/+/c' }}"
        ))
        .unwrap();
        assert!(policy.allows(&lobby(), Action::Subscribe, "a/+/c"));
        assert!(!policy.allows(&lobby(), Action::Subscribe, "a/b/c"));
        assert!(!policy.allows(&lobby(), Action::Subscribe, "a/#"));
    }

    #[test]
    fn wildcards_match_any_text_or_any_character() {
        for (pattern, text, expected) in [
            ("a*c", "abbc", true),
            ("a*c", "abbd", false),
            ("a*b*c", "axxbyybc", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("*", "", true),
            ("", "a", false),
            ("a*", "a", true),
        ] {
            assert_eq!(Pattern::read(pattern).unwrap().matches(&lobby(), text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn unsupported_policies_are_refused_when_read() {
        for statement in [
            "  - { Effect: Allow, NotAction: iot:Publish, Resource: '*' }",
            "  - { Effect: Maybe, Action: iot:Publish, Resource: '*' }",
            "  - { Effect: Allow, Action: iot:Publish }",
            "  - { Effect: Allow, Action: iot:Publish, Resource: 'arn:aws:s3:::x' }",
            "  - { Effect: Allow, Action: iot:Publish, Resource: 'arn:aws:iot:r:a:topic/${iot:Certificate.Subject.CommonName}' }",
            "  - { Effect: Allow, Action: iot:Publish, Resource: '*', Condition: { StringEquals: { a: b } } }",
            "  - { Effect: Allow, Action: iot:Publish, Resource: !Ref Topic }",
        ] {
            assert!(policy(statement).is_err(), "{statement}");
        }
    }
}
