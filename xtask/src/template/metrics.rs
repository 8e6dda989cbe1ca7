//! Alarms and the dashboard use metrics that exist: `CloudWatch` accepts any name and any dimensions, and an alarm on a
//! metric without data never fires.

use std::collections::BTreeSet;

use serde_json::Value as Json;
use template::{Value, at, entries, literal, reference, texts};

use super::{
    FUNCTION, Subject,
    sent::{OPERATIONS, SENT},
    subject::WATCH,
};

const ALARM: &str = "AWS::CloudWatch::Alarm";
const DASHBOARD: &str = "AWS::CloudWatch::Dashboard";

/// A metric in use, with the value of each dimension. `${Name}` is a parameter.
struct Metric {
    user: String,
    namespace: String,
    name: String,
    dimensions: Vec<(String, String)>,
}

/// Metrics without a sender, dimensions without a resource, and parameters with the wrong resource.
pub(super) fn findings(subject: &Subject) -> Vec<String> {
    let Some(watch) = subject.nested.get(WATCH) else { return vec![format!("there is no {WATCH}")] };
    let mut findings = Vec::new();
    let mut metrics = Vec::new();
    for alarm in watch.of_type(ALARM).chain(subject.root.of_type(ALARM)) {
        let of_alarm = of_alarm(alarm.name, alarm.property(&[]));
        if of_alarm.is_empty() {
            findings.push(format!("{}: has no metric", alarm.name));
        }
        metrics.extend(of_alarm);
    }
    for dashboard in watch.of_type(DASHBOARD) {
        metrics.extend(of_dashboard(dashboard.name, dashboard.property(&["DashboardBody"])));
    }
    for metric in &metrics {
        findings.extend(judge(subject, metric));
    }
    findings.extend(misnamed(subject));
    findings
}

fn judge(subject: &Subject, metric: &Metric) -> Vec<String> {
    let Metric { user, namespace, name, dimensions } = metric;
    let mut names: Vec<_> = dimensions.iter().map(|(name, _)| &**name).collect();
    names.sort_unstable();
    let sent = SENT.iter().filter(|sent| sent.0 == namespace && sent.1.contains(&&**name));
    let mut sets = sent.flat_map(|sent| sent.2).map(|names| {
        let mut names = names.to_vec();
        names.sort_unstable();
        names
    });
    // A query over all dimensions has none of its own.
    let is_sent = if user.ends_with("by query") { sets.next().is_some() } else { sets.any(|known| known == names) };
    let mut findings = Vec::new();
    if !is_sent {
        findings.push(format!("{user}: there is no metric {namespace} {name} with dimensions {names:?}"));
    }
    for (dimension, value) in dimensions {
        if !known(subject, namespace, dimension).is_none_or(|known| known.contains(value)) {
            findings.push(format!("{user}: {namespace} {name} has no {dimension} {value}"));
        }
    }
    // An alias or version belongs to the function in the same metric.
    let function = dimensions.iter().find(|(dimension, _)| dimension == "FunctionName");
    let function = function.map(|(_, value)| value.trim_end_matches('}'));
    if function.is_some_and(|function| dimensions.iter().any(|(_, value)| !value.starts_with(function))) {
        findings.push(format!("{user}: its dimensions are of several functions"));
    }
    findings
}

/// The possible values of a dimension.
fn known(subject: &Subject, namespace: &str, dimension: &str) -> Option<BTreeSet<String>> {
    let root = &subject.root;
    let parameter = |name: &str| format!("${{{name}}}");
    let named = |kind: &str| root.of_type(kind).map(|it| parameter(it.name)).collect::<BTreeSet<_>>();
    let property = |kind: &str, path: &[&str]| {
        let values = root.of_type(kind).filter_map(|it| it.property(path).map(written)).collect::<Vec<_>>();
        values.into_iter().map(|value| value.replace("AWS::StackName", "Name")).collect::<BTreeSet<_>>()
    };
    Some(match (namespace, dimension) {
        (_, "FunctionName") => named(FUNCTION),
        ("AWS/Lambda", "Resource") => root.of_type(FUNCTION).map(|it| format!("{}:live", parameter(it.name))).collect(),
        (_, "ExecutedVersion") => {
            root.of_type(FUNCTION).map(|it| format!("${{{}.Version.Version}}", it.name)).collect()
        }
        (_, "ApiId") => BTreeSet::from([parameter("ApiId")]),
        (_, "Stage") => BTreeSet::from(["$default".to_owned()]),
        ("AWS/ApiGateway", "Method") => subject.documented.keys().map(|(method, _)| method.clone()).collect(),
        ("AWS/ApiGateway", "Resource") => subject.documented.keys().map(|(_, path)| path.clone()).collect(),
        (_, "TableName") => BTreeSet::from([parameter("TableName")]),
        (_, "GlobalSecondaryIndexName") => {
            let indexes = root.of_type(super::TABLE).filter_map(|table| table.property(&["GlobalSecondaryIndexes"]));
            let indexes = indexes.filter_map(Value::as_sequence).flatten();
            indexes.filter_map(|index| literal(at(index, &["IndexName"])?)).map(str::to_owned).collect()
        }
        (_, "Operation") => OPERATIONS.map(str::to_owned).into(),
        (_, "QueueName") => named("AWS::SQS::Queue"),
        ("AWS/IoT", "RuleName") => property("AWS::IoT::TopicRule", &["RuleName"]),
        ("AWS/Events", "RuleName") => BTreeSet::from([parameter("MinuteRule")]),
        (_, "TopicName") => named("AWS::SNS::Topic"),
        (_, "LogGroupName") => property("AWS::Logs::LogGroup", &["LogGroupName"]),
        _ => return None,
    })
}

/// Parameters of nested stacks that are named like a resource but refer to another.
fn misnamed(subject: &Subject) -> Vec<String> {
    let stacks = subject.root.of_type("AWS::CloudFormation::Stack");
    let given = stacks.flat_map(|stack| entries(stack.property(&["Parameters"])));
    let wrong = given.filter(|(name, value)| {
        let target = texts(value).first().copied().unwrap_or_default();
        subject.root.resource(name).is_some() && target.split('.').next() != Some(*name)
    });
    wrong.map(|(name, _)| format!("{name}: a nested stack gets another resource under this name")).collect()
}

/// The metrics of an alarm: one, several in an expression, or a query.
fn of_alarm(alarm: &str, properties: Option<&Value>) -> Vec<Metric> {
    let Some(properties) = properties else { return Vec::new() };
    let single = at(properties, &["MetricName"]).is_some().then_some(properties);
    let parts = at(properties, &["Metrics"]).and_then(Value::as_sequence).into_iter().flatten();
    let queries = parts.clone().filter_map(|part| at(part, &["Expression"]).and_then(literal)).filter_map(of_query);
    let of_queries = queries.map(|(name, namespace)| Metric {
        user: format!("{alarm} by query"),
        namespace,
        name,
        dimensions: Vec::new(),
    });
    let parts = parts.filter_map(|part| at(part, &["MetricStat", "Metric"]));
    single.into_iter().chain(parts).map(|metric| of_definition(alarm, metric)).chain(of_queries).collect()
}

fn of_definition(alarm: &str, metric: &Value) -> Metric {
    let text = |name| at(metric, &[name]).map(written).unwrap_or_default();
    let dimensions = at(metric, &["Dimensions"]).and_then(Value::as_sequence).into_iter().flatten();
    let part = |dimension: &Value, name: &str| at(dimension, &[name]).map(written).unwrap_or_default();
    Metric {
        user: alarm.to_owned(),
        namespace: text("Namespace"),
        name: text("MetricName"),
        dimensions: dimensions.map(|it| (part(it, "Name"), part(it, "Value"))).collect(),
    }
}

/// The metric and the namespace of `SELECT SUM(Metric) FROM "Namespace"`.
fn of_query(expression: &str) -> Option<(String, String)> {
    let (function, namespace) = expression.strip_prefix("SELECT ")?.split_once(" FROM ")?;
    let (_, metric) = function.strip_suffix(')')?.split_once('(')?;
    Some((metric.to_owned(), namespace.trim_matches('"').to_owned()))
}

/// The metrics in a dashboard's body.
fn of_dashboard(dashboard: &str, body: Option<&Value>) -> Vec<Metric> {
    let body = body.map(texts).unwrap_or_default();
    let body = body.first().map(|body| super::dashboard::filled_in(body)).unwrap_or_default();
    let body: Json = serde_json::from_str(&body).unwrap_or_default();
    let widgets = body["widgets"].as_array().cloned().unwrap_or_default();
    let rows = widgets.iter().filter_map(|widget| widget["properties"]["metrics"].as_array()).flatten();
    let named = rows.filter_map(|row| {
        let texts: Vec<_> = row.as_array()?.iter().map_while(Json::as_str).map(str::to_owned).collect();
        let ([namespace, name], dimensions) = texts.split_first_chunk::<2>()?;
        let dimensions = dimensions.chunks(2).map(|pair| (pair[0].clone(), pair.get(1).cloned().unwrap_or_default()));
        Some(Metric {
            user: dashboard.to_owned(),
            namespace: namespace.clone(),
            name: name.clone(),
            dimensions: dimensions.collect(),
        })
    });
    named.collect()
}

/// A value as in a dashboard's body, with parameters as `${Name}`.
fn written(value: &Value) -> String {
    let referred = reference(value, "Ref").or_else(|| reference(value, "GetAtt")).map(|name| format!("${{{name}}}"));
    let text = || literal(value).or_else(|| reference(value, "Sub")).unwrap_or_default().to_owned();
    referred.unwrap_or_else(text)
}
