//! The `CloudWatch` dashboard is JSON inside YAML, which no linter checks, and must show every alarm.

use std::collections::BTreeSet;

use serde_json::Value as Json;
use template::{reference, texts};

use super::{Subject, subject::WATCH};

const ALARM: &str = "AWS::CloudWatch::Alarm";
const DASHBOARD: &str = "AWS::CloudWatch::Dashboard";

/// Dashboards that are not JSON, and alarms that are on none.
pub(super) fn findings(subject: &Subject) -> Vec<String> {
    let mut findings = Vec::new();
    let Some(watch) = subject.nested.get(WATCH) else { return vec![format!("there is no {WATCH}")] };
    let mut shown = BTreeSet::new();
    for dashboard in watch.of_type(DASHBOARD) {
        let body = dashboard.property(&["DashboardBody"]).map(texts).unwrap_or_default();
        if !body.first().is_some_and(|body| is_dashboard(&filled_in(body))) {
            findings.push(format!("{}: its body is not JSON with widgets", dashboard.name));
        }
        // The email alarms are inserted by a condition, outside the body.
        let names = body.iter().flat_map(|text| text.split(":alarm:${Name}-").skip(1));
        shown.extend(names.map(|name| name.chars().take_while(char::is_ascii_alphanumeric).collect::<String>()));
    }
    for alarm in watch.of_type(ALARM) {
        let name = alarm.property(&["AlarmName"]).and_then(|name| reference(name, "Sub")?.strip_prefix("${Name}-"));
        if !name.is_some_and(|name| shown.remove(name)) {
            findings.push(format!("{}: is on no dashboard", alarm.name));
        }
    }
    findings.extend(shown.into_iter().map(|name| format!("a dashboard shows {name}, which is not an alarm")));
    findings
}

/// A body with values for the parameters that are not text: a number, or nothing.
pub(super) fn filled_in(body: &str) -> String {
    body.replace("${MailAlarms}", "").replace("${SmsMonthlyLimit}", "1")
}

fn is_dashboard(body: &str) -> bool {
    serde_json::from_str::<Json>(body).is_ok_and(|body| body["widgets"].as_array().is_some_and(|it| !it.is_empty()))
}
