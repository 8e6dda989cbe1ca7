//! Nobody is granted more than they need: each function has a role of its own, written out in the template, without
//! wildcards but for a written list.

use serde_norway::Value;

use super::{
    FUNCTION, Template,
    document::{at, entries, literal, reference, texts},
};

/// What the names of all things and topics of the stack's account begin with.
macro_rules! iot {
    () => {
        "arn:${AWS::Partition}:iot:${AWS::Region}:${AWS::AccountId}:"
    };
}

/// Wildcards that are right: resource, statement id, and the text with the `*`. Automats are made after the stack is, so
/// nothing else can name them; and a device's own shadow has a handful of topics.
const ALLOWED: [(&str, &str, &str); 12] = [
    ("OpeningsRole", "Shadows", concat!(iot!(), "thing/*")),
    ("DevicesRole", "Shadows", concat!(iot!(), "thing/*")),
    ("DevicesRole", "Replies", concat!(iot!(), "topic/automats/*/keypad/reply")),
    (
        "AutomatPolicy",
        "Subscribe",
        concat!(iot!(), "topicfilter/$aws/things/${!iot:Connection.Thing.ThingName}/shadow/name/open/*"),
    ),
    (
        "AutomatPolicy",
        "Receive",
        concat!(iot!(), "topic/$aws/things/${!iot:Connection.Thing.ThingName}/shadow/name/open/*"),
    ),
    // A stream's name has the time in it at which it was made.
    ("NotificationsRole", "Streams", "${Table.Arn}/stream/*"),
    // Alarms are named in a nested stack, which would make a circle; CodeDeploy asks for those that the functions name.
    (
        "DeployRole",
        "Alarms",
        "arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:${AWS::StackName}-*",
    ),
    // A key's policy is about that key alone, and hands the account's roles over to their own policies.
    ("DataKey", "Account", "kms:*"),
    ("DataKey", "Account", "*"),
    ("KeyEventsKey", "Account", "kms:*"),
    ("KeyEventsKey", "Account", "*"),
    // Nobody may, if not over TLS.
    ("KeyEventsPolicy", "NeverInClear", "*"),
];

/// The one exclusion that is right: a phone number has no ARN, so SMS are what is left without all that has one.
const ALL_TOPICS: &str = "arn:${AWS::Partition}:sns:*:*:*";
const SMS: (&str, &str, &str) = ("NotificationsRole", "Sms", "sns:Publish");

/// What a function says of its traces, which have no ARN.
const TRACES: [&str; 2] = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"];

/// Roles shared or missing, managed policies, and statements that are wider than they say.
pub(super) fn findings(template: &Template) -> Vec<String> {
    let mut findings = Vec::new();
    let mut roles = Vec::new();
    for function in template.of_type(FUNCTION) {
        if function.property(&["Policies"]).is_some() {
            findings.push(format!("{}: Policies make SAM add a role with managed policies", function.name));
        }
        let role = function
            .property(&["Role"])
            .and_then(|role| reference(role, "GetAtt"))
            .and_then(|role| role.strip_suffix(".Arn"));
        match role.and_then(|role| template.resource(role)) {
            Some(role) if role.kind() == Some("AWS::IAM::Role") => {
                if roles.contains(&role.name) {
                    findings.push(format!("{}: {} is another function's role too", function.name, role.name));
                }
                roles.push(role.name);
            }
            _ => findings.push(format!("{}: Role is not the Arn of a role of this template", function.name)),
        }
    }
    for resource in template.resources() {
        if resource.property(&["ManagedPolicyArns"]).is_some() {
            findings.push(format!("{}: managed policies grant what this template does not show", resource.name));
        }
        for statement in statements(resource.body) {
            findings.extend(too_wide(resource.name, statement));
        }
    }
    findings
}

/// Everything that looks like a policy statement, wherever it stands.
fn statements(value: &Value) -> Vec<&Value> {
    match value {
        Value::Mapping(_) if value.get("Effect").is_some() => vec![value],
        Value::Mapping(mapping) => mapping.values().flat_map(statements).collect(),
        Value::Sequence(items) => items.iter().flat_map(statements).collect(),
        Value::Tagged(tagged) => statements(&tagged.value),
        _ => Vec::new(),
    }
}

fn too_wide(resource: &str, statement: &Value) -> Vec<String> {
    let id = at(statement, &["Sid"]).and_then(literal).unwrap_or_default();
    let mut findings = Vec::new();
    for (element, value) in entries(Some(statement)) {
        match element {
            "NotResource" if is_sms_alone(resource, id, statement) => {}
            "Resource" if at(statement, &["Action"]).is_some_and(|action| texts(action) == TRACES) => {}
            "NotAction" | "NotResource" | "NotPrincipal" => {
                findings.push(format!("{resource} {id}: {element} grants all but what it names"));
            }
            "Action" | "Resource" | "Principal" => {
                let wildcards = texts(value).into_iter().filter(|text| text.contains(['*', '?']));
                let refused = wildcards.filter(|text| !ALLOWED.contains(&(resource, id, text)));
                findings.extend(refused.map(|text| format!("{resource} {id}: {element} has the wildcard {text}")));
            }
            _ => {}
        }
    }
    findings
}

/// Whether a statement permits SMS, and no topic.
fn is_sms_alone(resource: &str, id: &str, statement: &Value) -> bool {
    let action = at(statement, &["Action"]).and_then(literal).unwrap_or_default();
    let excluded = at(statement, &["NotResource"]).map(texts).unwrap_or_default();
    (resource, id, action) == SMS && excluded == [ALL_TOPICS]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::seeded::{assert_found, sound, with};

    #[test]
    fn the_template_has_statements() {
        let template = sound();
        let count = template.resources().map(|resource| statements(resource.body).len()).sum::<usize>();
        assert!(count > template.of_type(FUNCTION).count());
    }

    #[test]
    fn a_wildcard_action_is_found() {
        assert_found(
            &findings(&with("- dynamodb:GetItem", "- dynamodb:*")),
            "KeysRole Items: Action has the wildcard dynamodb:*",
        );
    }

    #[test]
    fn a_wildcard_resource_is_found() {
        assert_found(
            &findings(&with("index/lists", "index/*")),
            "KeysRole Index: Resource has the wildcard ${Table.Arn}/index/*",
        );
        assert_found(&findings(&with("Resource: !Ref CodeSecret", "Resource: \"*\"")), "KeysRole CodeSecret: Resource");
    }

    #[test]
    fn anyone_as_principal_is_found() {
        assert_found(&findings(&with("Service: lambda.amazonaws.com", "AWS: \"*\"")), "KeysRole : Principal");
    }

    #[test]
    fn a_statement_by_exclusion_is_found() {
        assert_found(
            &findings(&with("Action: dynamodb:Query", "NotAction: dynamodb:Scan")),
            "KeysRole Index: NotAction",
        );
    }

    #[test]
    fn sms_that_may_go_to_topics_too_are_found() {
        let named = "NotificationsRole Sms: ";
        assert_found(&findings(&with("sns:*:*:*", "sns:*:*:KeyEvents")), named);
        assert_found(&findings(&with("NotResource: !Sub", "Resource: !Sub")), named);
        let publish = "Action: sns:Publish\n                NotResource";
        assert_found(
            &findings(&with(publish, "Action: [sns:Publish, sns:Subscribe]\n                NotResource")),
            named,
        );
    }

    #[test]
    fn more_than_traces_of_everything_is_found() {
        let traces = "                  - xray:PutTelemetryRecords\n";
        assert_found(
            &findings(&with(traces, &format!("{traces}                  - xray:GetTraceSummaries\n"))),
            "KeysRole Traces: Resource has the wildcard *",
        );
    }

    #[test]
    fn a_managed_policy_is_found() {
        let arn =
            "Properties:\n      ManagedPolicyArns: [arn:aws:iam::aws:policy/Admin]\n      Description: What the keys";
        assert_found(
            &findings(&with("Properties:\n      Description: What the keys", arn)),
            "KeysRole: managed policies",
        );
    }

    #[test]
    fn policies_on_a_function_are_found() {
        assert_found(
            &findings(&with(
                "      CodeUri: functions/keys",
                "      Policies: [AmazonDynamoDBFullAccess]\n      CodeUri: functions/keys",
            )),
            "KeysFunction: Policies",
        );
    }

    #[test]
    fn a_shared_or_a_missing_role_is_found() {
        assert_found(
            &findings(&with("Role: !GetAtt ContractsRole.Arn", "Role: !GetAtt KeysRole.Arn")),
            "another function's role",
        );
        assert_found(&findings(&with("      Role: !GetAtt KeysRole.Arn\n", "")), "KeysFunction: Role");
    }
}
