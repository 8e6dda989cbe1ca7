//! What is written in several files is the same in all of them: the table of routes, `template.yaml`, the `OpenAPI`
//! document, the table's definition, and the functions' environment.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on must stop at once")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use api::problem::Code;
use api::routes::{self, Function, PAGES, ROUTES};
use aws_sdk_dynamodb::types::{KeySchemaElement, Projection};
use e2e::Stack;
use local_cloud::routes::{Access, Routes};
use serde_json::{Value, json};
use template::{TEMPLATE, Template, Value as Yaml};

const WRITTEN: &str = include_str!("../../docs/openapi.json");
const GUIDE: &str = include_str!("../../docs/api.md");

fn document() -> Value {
    serde_json::from_str(WRITTEN).unwrap()
}

/// The operations of the document, by method and path.
fn operations(document: &Value) -> BTreeMap<(String, String), Value> {
    let paths = document["paths"].as_object().unwrap().iter();
    let of_path = |(path, item): (&String, &Value)| {
        let operations = item.as_object().unwrap().clone().into_iter();
        let path = path.clone();
        operations.map(move |(method, operation)| ((method.to_uppercase(), path.clone()), operation))
    };
    paths.flat_map(of_path).collect()
}

#[test]
fn the_document_agrees_with_the_code() {
    let functions =
        vec![keys::openapi(), contracts::openapi(), openings::openapi(), people::openapi(), imports::openapi()];
    let generated = api::openapi::assemble(functions);
    assert!(generated == WRITTEN, "docs/openapi.json is not what the code says: run `cargo xtask openapi`");
}

#[test]
fn the_api_guide_has_every_code() {
    assert!(
        e2e::guide::with_tables(GUIDE) == GUIDE,
        "docs/api.md is not what the code says: run `cargo xtask openapi`"
    );
}

#[test]
fn the_routes_are_the_same_in_the_code_the_template_and_the_document() {
    let template = Routes::read(template::ROUTES, TEMPLATE).unwrap();
    let deployed: BTreeSet<_> = template
        .iter()
        .filter(|route| !["$default", "ANY /v1/{proxy+}", "OPTIONS /v1/{proxy+}"].contains(&route.key.as_str()))
        .map(|route| (route.key.clone(), route.function.clone(), route.access == Access::Open))
        .collect();
    let function = |route: &routes::Route| match route.function {
        Function::Keys => "keys".to_owned(),
        Function::Contracts => "contracts".to_owned(),
        Function::Openings => "openings".to_owned(),
        Function::People => "people".to_owned(),
        Function::Imports => "imports".to_owned(),
        Function::Dashboard => "dashboard".to_owned(),
    };
    let served: BTreeSet<_> = ROUTES
        .iter()
        .flat_map(|route| route.methods().map(move |method| (route, method)))
        .map(|(route, method)| {
            (format!("{method} {}", route.path), function(route), route.access == routes::Access::Open)
        })
        .collect();
    assert_eq!(deployed, served);
    let fallback: Vec<_> = template.iter().filter(|route| route.key == "ANY /v1/{proxy+}").collect();
    assert_eq!(fallback.len(), 1, "what nobody serves goes to one function, for a problem instead of a plain message");
    assert_ne!(fallback[0].access, Access::Open);
    for page in PAGES {
        let (route, _) = template.find(&page.method, &page.path.replace(['{', '}'], "")).unwrap();
        assert_eq!((route.key.as_str(), &*route.function), ("$default", "dashboard"), "{page:?} is hidden by the API");
        assert_eq!(route.access, Access::Open, "the gateway reads no cookies");
    }

    let described: BTreeSet<_> =
        operations(&document()).into_keys().map(|(method, path)| format!("{method} {path}")).collect();
    assert_eq!(described, ROUTES.iter().map(|route| format!("{} {}", route.method, route.path)).collect());
}

#[test]
fn the_api_guide_lists_every_route_with_its_role() {
    let row = |line: &str| {
        let mut cells = line.strip_prefix("| `")?.split('|').map(|cell| cell.trim().trim_end_matches('`').to_owned());
        let (route, role) = (cells.next()?, cells.next()?);
        ["GET", "POST", "PUT", "PATCH", "DELETE"].contains(&route.split(' ').next()?).then_some((route, role))
    };
    let listed: BTreeSet<_> = GUIDE.lines().filter_map(row).collect();
    let role = |route: &routes::Route| match route.access {
        routes::Access::Open => "none",
        routes::Access::AtLeast(role) => role.name(),
    };
    let served = ROUTES.iter().map(|route| (format!("{} {}", route.method, route.path), role(route).to_owned()));
    assert_eq!(listed, served.collect());
}

#[test]
fn the_api_guide_says_when_each_kind_of_message_is_sent() {
    for kind in domain::MessageKind::ALL {
        let name = format!("`{}`", kind.name());
        let has_row = GUIDE.lines().any(|line| line.starts_with("| `") && line.contains(&name));
        assert!(has_row, "docs/api.md has no row for {name}");
    }
}

#[test]
fn every_operation_has_a_name_its_responses_and_its_role() {
    let document = document();
    let mut names = BTreeSet::new();
    assert_eq!(document["security"], json!([{ "bearer": [] }]));
    assert_eq!(document["components"]["securitySchemes"]["bearer"]["scheme"], "bearer");
    for ((method, path), operation) in operations(&document) {
        let shown = format!("{method} {path}");
        let name = operation["operationId"].as_str().unwrap_or_else(|| panic!("{shown} has no operationId"));
        assert!(names.insert(name.to_owned()), "{name} stands twice");
        assert!(operation["summary"].is_string() && operation["tags"].is_array(), "{shown}");
        let responses = operation["responses"].as_object().unwrap();
        assert!(responses.keys().any(|status| status.starts_with('2')), "{shown}");
        for status in ["default", "429"] {
            assert_refusal(&responses[status], &shown);
        }
        let route = ROUTES.iter().find(|route| route.method == *method && route.path == path).unwrap();
        match route.access {
            routes::Access::Open => assert_eq!(operation["security"], json!([{}]), "{shown} needs no token"),
            routes::Access::AtLeast(role) => {
                assert!(operation.get("security").is_none(), "{shown} is secured as all are");
                for status in ["401", "403"] {
                    assert_refusal(&responses[status], &shown);
                    assert!(responses[status]["headers"]["WWW-Authenticate"].is_object(), "{shown}");
                }
                assert_eq!(operation["x-required-role"], role.name(), "{shown}");
            }
        }
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        let in_path: BTreeSet<_> = parameters.iter().filter(|parameter| parameter["in"] == "path").collect_names();
        let variables = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
        assert_eq!(in_path, variables.map(str::to_owned).collect(), "{shown}");
        let headers: BTreeSet<_> = parameters.iter().filter(|parameter| parameter["in"] == "header").collect_names();
        let last = path.rsplit('/').next().unwrap();
        let expected: &[&str] = match (method.as_str(), last) {
            // A preview of an edit needs a version, as the edit does. Other previews do nothing that could be done
            // twice.
            ("POST", "preview") if path.ends_with("{contractId}/preview") => &["If-Match"],
            // A second request to send a message is refused; a second export or erasure gives the same result; a second
            // import changes nothing.
            ("POST", "preview" | "resend" | "export" | "erase" | "imports") => &[],
            // Ending an ended contract and resetting a reset device change nothing.
            ("POST", "end" | "reset") | ("PUT" | "PATCH" | "DELETE", _) => &["If-Match"],
            ("POST", _) => &["Idempotency-Key"],
            _ => &[],
        };
        assert_eq!(headers, expected.iter().map(|name| (*name).to_owned()).collect(), "{shown}");
        assert_eq!(operation["requestBody"].is_object(), takes_a_body(&method, &path), "{shown}");
    }
}

/// A deployed stack's gateway refuses in a format of its own, not with problems.
fn assert_refusal(response: &Value, shown: &str) {
    for media_type in ["application/problem+json", "application/json"] {
        let schema = &response["content"][media_type]["schema"];
        assert_eq!(schema["$ref"], "#/components/schemas/Refusal", "{shown} does not describe its refusals");
    }
}

fn takes_a_body(method: &str, path: &str) -> bool {
    let has_nothing_to_say =
        ["/pin", "/resend", "/reset", "/end", "/end/preview", "/removal/preview"].iter().any(|end| path.ends_with(end));
    matches!(method, "POST" | "PUT" | "PATCH") && !has_nothing_to_say
}

trait Names {
    fn collect_names(self) -> BTreeSet<String>;
}

impl<'v, I: Iterator<Item = &'v Value>> Names for I {
    fn collect_names(self) -> BTreeSet<String> {
        self.map(|parameter| parameter["name"].as_str().unwrap().to_owned()).collect()
    }
}

/// Texts without a format: prose, and names that users choose.
const UNBOUNDED: [&str; 14] = [
    "actor",
    "correlationId",
    "detail",
    "field",
    "html",
    "instance",
    "message",
    "providerMessageId",
    "requestedBy",
    "search",
    "status",
    "subject",
    "text",
    "title",
];

#[test]
fn every_field_and_parameter_has_its_bounds() {
    fn check(name: &str, schema: &Value) {
        let is = |wanted: &str| {
            schema["type"] == wanted || schema["type"].as_array().is_some_and(|of| of.contains(&json!(wanted)))
        };
        let says = |keywords: &[&str]| keywords.iter().any(|keyword| !schema[*keyword].is_null());
        if is("string") && !UNBOUNDED.contains(&name) {
            assert!(says(&["maxLength", "format", "enum", "pattern"]), "{name}: {schema}");
        }
        if is("integer") {
            assert!(says(&["minimum"]), "{name}: {schema}");
        }
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            check(name, property);
        }
        for keyword in ["allOf", "oneOf"] {
            schema[keyword].as_array().into_iter().flatten().for_each(|part| check(name, part));
        }
        if schema["items"].is_object() {
            check(name, &schema["items"]);
        }
    }
    let document = document();
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        check(name, schema);
    }
    for operation in operations(&document).values() {
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            check(parameter["name"].as_str().unwrap(), &parameter["schema"]);
        }
    }
}

#[test]
fn the_patterns_agree_with_the_domain() {
    use api::openapi::{ASCII_ID, ID, PHONE_NUMBER, PIN, RETURN_CODE, SCHEDULE, TIME_ZONE, ULID};
    type Takes = fn(&str) -> bool;
    let rules: [(&str, Takes, &[&str]); 8] = [
        (ASCII_ID, |text| domain::AutomatId::parse(text).is_ok(), &["a", "A.b_c-9", "9", "ä", ".a", "a b", "a/b", ""]),
        (
            ID,
            |text| domain::KeyId::parse(text).is_ok(),
            &["Käsi-1", "鍵", "ไทย", "9", "٣", "½", "_a", "a/b", "a\u{7f}", "a%", ""],
        ),
        (PIN, |text| domain::Pin::parse(text).is_ok(), &["1234", "123456789", "123", "1234567890", "12a4", "١٢٣٤", ""]),
        (RETURN_CODE, |text| domain::ReturnCode::parse(text).is_ok(), &["4711", "471", "47111", "47l1", ""]),
        (
            ULID,
            |text| domain::OpeningId::parse(text).is_ok(),
            &[
                "01KAXHVNM0000000000000000A",
                "81KAXHVNM0000000000000000A",
                "01KAXHVNM000000000000000IL",
                "01kaxhvnm0000000000000000a",
                "1",
                "",
            ],
        ),
        (
            PHONE_NUMBER,
            |text| domain::PhoneNumber::parse(text).is_ok(),
            &["+358401234567", "358401234567", "+0401234567", "+358 40 1234567", ""],
        ),
        (
            SCHEDULE,
            |text| domain::Schedule::parse(text).is_ok(),
            &[
                "Mo-Fr 08:00-17:00; Sa,Su 10:00-12:00,13:00-15:00",
                "Mo 22:00-06:00",
                "mo 08:00-17:00",
                "Mo 8:00-17:00",
                "",
            ],
        ),
        (
            TIME_ZONE,
            |text| domain::TimeZone::parse(text).is_ok(),
            &["Europe/Helsinki", "America/Argentina/Buenos_Aires", "Etc/GMT+3", "UTC", "Europe Helsinki", ""],
        ),
    ];
    for (pattern, takes, samples) in rules {
        let compiled = regex::Regex::new(pattern).unwrap();
        for sample in samples {
            assert_eq!(compiled.is_match(sample), takes(sample), "{sample:?} by {pattern}");
        }
    }
}

/// The Rust files below a folder.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}

/// The names that types get in the document, by what follows `derive(ToSchema)`.
fn schema_names(source: &str) -> Vec<String> {
    let derives = source.split("#[derive(").skip(1).filter_map(|derived| derived.split_once(")]"));
    let described = derives.filter(|(traits, _)| traits.split(", ").any(|name| name.ends_with("ToSchema")));
    let name = |text: &str| text.split(|c: char| !c.is_alphanumeric()).next().map(str::to_owned);
    let named = described.filter_map(|(_, rest)| {
        let (begins, ends) =
            ["struct ", "enum "].iter().filter_map(|item| Some((rest.find(item)?, item.len()))).min()?;
        let (attributes, declared) = (&rest[..begins], &rest[begins + ends..]);
        name(attributes.split_once("schema(as = ").map_or(declared, |(_, name)| name))
    });
    named.collect()
}

/// utoipa keeps one schema for each name. A second one would silently replace it.
#[test]
fn no_two_types_have_one_name_in_the_document() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut seen = BTreeSet::new();
    for file in ["shared/api", "functions"].iter().flat_map(|folder| sources(&root.join(folder))) {
        for name in schema_names(&fs::read_to_string(&file).unwrap()) {
            assert!(seen.insert(name.clone()), "a second schema {name}, in {}", file.display());
        }
    }
    assert!(seen.contains("Contract") && seen.contains("AutomatHealth") && seen.len() > 40, "{seen:?}");
}

#[test]
fn every_reference_in_the_document_resolves() {
    fn references(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(members) => {
                found.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
                members.values().for_each(|member| references(member, found));
            }
            Value::Array(elements) => elements.iter().for_each(|element| references(element, found)),
            _ => {}
        }
    }
    let document = document();
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    assert!(found.len() > 10, "{found:?}");
    for reference in &found {
        let pointer = reference.strip_prefix('#').unwrap_or_else(|| panic!("{reference} leads out of the document"));
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
    assert_eq!(document["openapi"].as_str().unwrap().split('.').take(2).collect::<Vec<_>>(), ["3", "1"]);
}

#[test]
fn codes_that_no_request_causes_have_the_named_tests() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    for (code, file, test) in [
        (Code::Busy, "shared/store/tests/all/races.rs", "conflicting_transactions_are_retried_until_busy"),
        (Code::Busy, "shared/api/src/problem/refusal.rs", "failures_of_ours_reveal_nothing"),
        (Code::Internal, "shared/api/src/problem/refusal.rs", "failures_of_ours_reveal_nothing"),
        (Code::Internal, "functions/keys/tests/refusals.rs", "an_unreachable_store_reveals_nothing_internal"),
        (Code::Internal, "shared/api/src/serve.rs", "a_panic_becomes_an_internal_problem"),
    ] {
        let text = std::fs::read_to_string(root.join(file)).unwrap();
        assert!(text.contains(&format!("fn {test}()")), "{} is shown by {test}, which is not in {file}", code.name());
    }
}

fn yaml<'y>(value: &'y Yaml, path: &[&str]) -> &'y Yaml {
    path.iter()
        .fold(value, |value, name| value.get(name).unwrap_or_else(|| panic!("no {name} of {path:?} in template.yaml")))
}

fn resources() -> Yaml {
    yaml(Template::parse(TEMPLATE).unwrap().all(), &["Resources"]).clone()
}

/// A part of the template as JSON, which has no YAML tags: the parts that we compare have none either.
fn plain(value: &Yaml) -> Value {
    serde_json::to_value(value).unwrap()
}

fn schema(elements: &[KeySchemaElement]) -> Value {
    let element =
        |it: &KeySchemaElement| json!({ "AttributeName": it.attribute_name, "KeyType": it.key_type.as_str() });
    elements.iter().map(element).collect()
}

fn projection(it: Option<&Projection>) -> Value {
    json!({ "ProjectionType": it.unwrap().projection_type.as_ref().unwrap().as_str() })
}

fn sorted(mut elements: Value, by: &str) -> Value {
    elements.as_array_mut().unwrap().sort_by_key(|element| element[by].as_str().unwrap().to_owned());
    elements
}

#[tokio::test]
async fn the_table_is_the_same_in_the_template_and_the_engine() {
    let client = Stack::local().cloud().dynamodb();
    let made = client.describe_table().table_name("key-automat").send().await.unwrap().table.unwrap();
    assert!(made.local_secondary_indexes.unwrap_or_default().is_empty());
    let global = made.global_secondary_indexes.unwrap();
    let global: Value = global.iter().map(|it| {
        json!({ "IndexName": it.index_name, "KeySchema": schema(it.key_schema()), "Projection": projection(it.projection()) })
    }).collect();
    let attributes: Value = made
        .attribute_definitions
        .unwrap()
        .iter()
        .map(|it| json!({ "AttributeName": it.attribute_name, "AttributeType": it.attribute_type.as_str() }))
        .collect();
    let stream = made.stream_specification.unwrap();
    assert!(stream.stream_enabled);
    let ttl = client.describe_time_to_live().table_name("key-automat").send().await.unwrap();
    let ttl = ttl.time_to_live_description.unwrap();
    assert_eq!(ttl.time_to_live_status.unwrap().as_str(), "ENABLED");
    let engine = json!({
        "AttributeDefinitions": sorted(attributes, "AttributeName"),
        "KeySchema": schema(&made.key_schema.unwrap()),
        "GlobalSecondaryIndexes": global,
        "StreamSpecification": { "StreamViewType": stream.stream_view_type.unwrap().as_str() },
        "TimeToLiveSpecification": { "AttributeName": ttl.attribute_name, "Enabled": true },
        "BillingMode": made.billing_mode_summary.unwrap().billing_mode.unwrap().as_str(),
    });

    let table = yaml(&resources(), &["Table", "Properties"]).clone();
    let mut template = json!({});
    for name in engine.as_object().unwrap().keys() {
        template[name] = plain(yaml(&table, &[name]));
    }
    template["AttributeDefinitions"] = sorted(template["AttributeDefinitions"].take(), "AttributeName");
    assert_eq!(engine, template);
}

#[test]
fn every_function_gets_the_environment_that_it_reads() {
    let template = Template::parse(TEMPLATE).unwrap();
    let for_all = yaml(template.all(), &["Globals", "Function", "Environment", "Variables"]).as_mapping().unwrap();
    let resources = resources();
    let mut functions = 0;
    for (name, resource) in resources.as_mapping().unwrap() {
        if yaml(resource, &["Type"]).as_str() != Some("AWS::Serverless::Function") {
            continue;
        }
        functions += 1;
        let variables = yaml(resource, &["Properties", "Environment", "Variables"]).as_mapping().unwrap();
        let given: BTreeSet<_> = variables.keys().chain(for_all.keys()).map(|name| name.as_str().unwrap()).collect();
        let mut read = BTreeSet::from(runtime::Settings::VARIABLES);
        if name == "ProjectorFunction" {
            // It reads one, and gets those of all functions.
            read = for_all.keys().map(|name| name.as_str().unwrap()).chain([runtime::Settings::TABLE]).collect();
        }
        if name == "NotificationsFunction" {
            read.extend(runtime::SenderSettings::VARIABLES);
        }
        if name == "DashboardFunction" {
            read.extend(runtime::PageSettings::VARIABLES);
        }
        assert_eq!(given, read, "{name:?}");
    }
    assert_eq!(functions, 9);
}

/// A contract that has ended already is refused, so an example with a date works only until that date.
#[test]
fn no_example_of_a_request_has_a_date_that_expires() {
    let is_sent = |text: &'static str| text.split("```sh").skip(1).filter_map(|rest| rest.split("```").next());
    let pages = [include_str!("../../README.md"), include_str!("../../docs/api.md")];
    let sent: Vec<_> = pages.into_iter().flat_map(is_sent).collect();
    assert!(sent.iter().any(|example| example.contains("\"end\": ")), "the examples are somewhere else");
    for example in sent {
        assert!(!example.contains("\"end\": \"20") && !example.contains("\"start\": \"20"), "{example}");
    }
}

#[test]
fn each_aws_limit_has_its_file_and_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let table = std::fs::read_to_string(root.join("docs/aws-limits.md")).unwrap();
    let named = table.split('`').skip(1).step_by(2).filter(|code| code.contains(".rs"));
    let (mut tests, mut missing) = (0, Vec::new());
    for code in named {
        let (file, test) = code.split_once("::").unwrap_or((code, ""));
        let source = std::fs::read_to_string(root.join(file)).unwrap_or_default();
        tests += usize::from(!test.is_empty());
        if source.is_empty() || !(test.is_empty() || source.contains(&format!("fn {test}("))) {
            missing.push(code);
        }
    }
    assert_eq!(missing, [""; 0]);
    assert!(tests >= 30, "{tests} tests are named");
}
