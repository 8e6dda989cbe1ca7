//! Least privilege: each function has a role of its own, written out in the template, without wildcards except for a
//! list with reasons.

use template::{Value, at, entries, literal, reference, texts};

use super::{
    FUNCTION, Subject,
    subject::{Seed, seed},
};

/// The prefix of the ARNs of all things and topics in the account.
macro_rules! iot {
    () => {
        "arn:${AWS::Partition}:iot:${AWS::Region}:${AWS::AccountId}:"
    };
}

/// Permitted wildcards: resource, statement id, and the text with the `*`. Automats are created after the stack, so
/// nothing else can name them; and a device's own shadow has several topics.
const ALLOWED: [(&str, &str, &str); 13] = [
    ("OpeningsRole", "Shadows", concat!(iot!(), "thing/*/open")),
    ("DashboardRole", "Shadows", concat!(iot!(), "thing/*/open")),
    ("DevicesRole", "Shadows", concat!(iot!(), "thing/*/open")),
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
    // The name of a stream contains the time of its creation.
    ("NotificationsRole", "Streams", "${Table.Arn}/stream/*"),
    // Each name contains a version; a role that changes with each deployment would change too late.
    (
        "DeployRole",
        "Alarms",
        "arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:${AWS::StackName}-New*",
    ),
    // A key policy applies to that key only, and delegates to the policies of the account's roles.
    ("DataKey", "Account", "kms:*"),
    ("DataKey", "Account", "*"),
    ("DataKey", "Alarms", "*"),
    // Denies everybody without TLS.
    ("KeyEventsPolicy", "NeverInClear", "*"),
    ("AlarmsPolicy", "NeverInClear", "*"),
];

/// The only permitted exclusion: a phone number has no ARN, so SMS is everything that has none.
const ALL_TOPICS: &str = "arn:${AWS::Partition}:sns:*:*:*";
const SMS: (&str, &str, &str) = ("NotificationsRole", "Sms", "sns:Publish");

/// Traces have no ARN.
const TRACES: [&str; 2] = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"];

/// The only statement that may scan the table: no index finds a person.
const WALK: (&str, &str) = ("PeopleRole", "Walk");

/// Shared or missing roles, managed policies, and statements with unlisted wildcards.
pub(super) fn findings(subject: &Subject) -> Vec<String> {
    let template = &subject.root;
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
    for resource in subject.templates().flat_map(|(_, template)| template.resources()) {
        if resource.property(&["ManagedPolicyArns"]).is_some() {
            findings.push(format!("{}: managed policies grant what this template does not show", resource.name));
        }
        for statement in statements(resource.body) {
            findings.extend(too_wide(resource.name, statement));
        }
    }
    findings
}

/// Everything that looks like a policy statement, anywhere.
pub(super) fn statements(value: &Value) -> Vec<&Value> {
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
                if texts(value).contains(&"dynamodb:Scan") && (resource, id) != WALK {
                    findings.push(format!("{resource} {id}: {element} has a scan of the table"));
                }
            }
            _ => {}
        }
    }
    findings
}

/// Whether a statement permits SMS and no topic.
fn is_sms_alone(resource: &str, id: &str, statement: &Value) -> bool {
    let action = at(statement, &["Action"]).and_then(literal).unwrap_or_default();
    let excluded = at(statement, &["NotResource"]).map(texts).unwrap_or_default();
    (resource, id, action) == SMS && excluded == [ALL_TOPICS]
}

pub(super) const SEEDS: &[Seed] = &[
    seed("- dynamodb:GetItem", "- dynamodb:*", "KeysRole Items: Action has the wildcard dynamodb:*"),
    seed("- dynamodb:GetItem", "- dynamodb:Scan", "KeysRole Items: Action has a scan of the table"),
    seed("index/lists", "index/*", "KeysRole Index: Resource has the wildcard ${Table.Arn}/index/*"),
    seed("thing/*/open", "thing/*", "OpeningsRole Shadows: Resource has the wildcard"),
    seed("Resource: !Ref CodeSecret", "Resource: \"*\"", "KeysRole CodeSecret: Resource"),
    seed("Service: lambda.amazonaws.com", "AWS: \"*\"", "KeysRole : Principal"),
    seed("Action: dynamodb:Query", "NotAction: dynamodb:Scan", "KeysRole Index: NotAction"),
    // SMS, and topics too
    seed("sns:*:*:*", "sns:*:*:KeyEvents", "NotificationsRole Sms: NotResource"),
    seed("NotResource: !Sub", "Resource: !Sub", "NotificationsRole Sms: Resource"),
    seed(
        "Action: sns:Publish\n                NotResource",
        "Action: [sns:Publish, sns:Subscribe]\n                NotResource",
        "NotificationsRole Sms: NotResource",
    ),
    seed(
        "                  - xray:PutTelemetryRecords\n",
        "                  - xray:PutTelemetryRecords\n                  - xray:GetTraceSummaries\n",
        "KeysRole Traces: Resource has the wildcard *",
    ),
    seed(
        "Properties:\n      Description: What the keys",
        "Properties:\n      ManagedPolicyArns: [arn:aws:iam::aws:policy/Admin]\n      Description: What the keys",
        "KeysRole: managed policies",
    ),
    seed(
        "      CodeUri: functions/keys",
        "      Policies: [AmazonDynamoDBFullAccess]\n      CodeUri: functions/keys",
        "KeysFunction: Policies",
    ),
    seed("Role: !GetAtt ContractsRole.Arn", "Role: !GetAtt KeysRole.Arn", "another function's role"),
    seed("      Role: !GetAtt KeysRole.Arn\n", "", "KeysFunction: Role"),
];
