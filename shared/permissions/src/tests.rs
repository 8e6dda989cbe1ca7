use aws_sdk_dynamodb::error::DisplayErrorContext;

use super::*;

const LIST: &str = "functions: { keys: { calls: { table: [dynamodb:GetItem], lists: [dynamodb:Query] } } }";

fn table() -> aws_sdk_dynamodb::Client {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(aws_sdk_dynamodb::config::BehaviorVersion::latest())
        .region(aws_sdk_dynamodb::config::Region::from_static("local"))
        .build();
    aws_sdk_dynamodb::Client::from_conf(config)
}

#[tokio::test]
async fn a_call_outside_the_list_is_denied_before_it_is_sent() {
    let permissions = Permissions::parse(LIST).unwrap();
    let client = permissions.role("keys").dynamodb(&table());
    let refusals = [
        ("dynamodb:Scan on table", client.scan().table_name("t").send().await.err().map(|it| shown(&it))),
        ("dynamodb:Query on table", client.query().table_name("t").send().await.err().map(|it| shown(&it))),
        (
            "dynamodb:Query on due",
            client.query().table_name("t").index_name("due").send().await.err().map(|it| shown(&it)),
        ),
        ("an operation that", client.describe_table().table_name("t").send().await.err().map(|it| shown(&it))),
    ];
    for (call, refusal) in refusals {
        let refusal = refusal.unwrap();
        assert!(refusal.contains("access denied") && refusal.contains(call), "{call}: {refusal}");
    }
    assert_eq!(permissions.unused().len(), 2, "a denied call was not made");
}

#[tokio::test]
async fn a_shadow_is_permitted_by_its_name() {
    let config = aws_sdk_iotdataplane::Config::builder()
        .behavior_version(aws_sdk_iotdataplane::config::BehaviorVersion::latest())
        .region(aws_sdk_iotdataplane::config::Region::from_static("local"))
        .endpoint_url("http://127.0.0.1:9")
        .build();
    let client = aws_sdk_iotdataplane::Client::from_conf(config);
    let client = Permissions::read().unwrap().role("openings").iot(&client);
    for (name, is_refused) in [(Some("open"), false), (Some("access"), true), (None, true)] {
        let get = client.get_thing_shadow().thing_name("lobby").set_shadow_name(name.map(str::to_owned));
        let refusal = shown(&get.send().await.unwrap_err());
        assert_eq!(refusal.contains("iot:GetThingShadow on another shadow"), is_refused, "{name:?}: {refusal}");
    }
}

#[tokio::test]
async fn a_topic_is_permitted_by_its_name() {
    let config = aws_sdk_iotdataplane::Config::builder()
        .behavior_version(aws_sdk_iotdataplane::config::BehaviorVersion::latest())
        .region(aws_sdk_iotdataplane::config::Region::from_static("local"))
        .endpoint_url("http://127.0.0.1:9")
        .build();
    let client = aws_sdk_iotdataplane::Client::from_conf(config);
    let client = Permissions::read().unwrap().role("projector").iot(&client);
    for (name, refused) in [
        ("automats/lobby/access/answer", None),
        ("automats/lobby/keypad/reply", Some("keypadReplies")),
        ("automats/lobby/journal/receipt", Some("journalReceipts")),
        ("automats/lobby/access", Some("another topic")),
        ("$aws/things/lobby/shadow/name/open/update", Some("another topic")),
    ] {
        let refusal = shown(&client.publish().topic(name).send().await.unwrap_err());
        let expected = refused.map(|resource| format!("iot:Publish on {resource}"));
        assert_eq!(refusal.contains("access denied"), expected.is_some(), "{name}: {refusal}");
        assert!(expected.is_none_or(|expected| refusal.contains(&expected)), "{name}: {refusal}");
    }
}

fn shown(error: &(impl std::error::Error + 'static)) -> String {
    DisplayErrorContext(error).to_string()
}

#[test]
fn a_call_counts_for_the_function_that_made_it() {
    let permissions = Permissions::parse(LIST).unwrap();
    let call = Call { action: "dynamodb:GetItem", resource: "table" };
    assert!(permissions.check("people", call).is_err());
    assert!(permissions.check("keys", call).is_ok());
    assert_eq!(permissions.unused(), BTreeSet::from(["keys: dynamodb:Query on lists".to_owned()]));
}

#[test]
fn every_function_is_on_the_list() {
    let permissions = Permissions::read().unwrap();
    let functions: Vec<_> = permissions.permitted.keys().map(String::as_str).collect();
    assert_eq!(
        functions,
        ["contracts", "dashboard", "devices", "imports", "keys", "notifications", "openings", "people", "projector"]
    );
}
