//! Numbers that the costs depend on and that are measured or written elsewhere.

use anyhow::{Context as _, Result, ensure};
use template::{Resource, Template, Value};

const MEASUREMENTS: &str = "docs/measurements.md";
/// The page whose refreshing is counted, the most expensive one.
const POLLED: &str = "| Timeline, 200 keys |";
const SMS: &str = "shared/messages/tests/rendering/snapshots/rendering__sms__sms_lengths.snap";
const TEMPLATES: [&str; 3] = ["template.yaml", "infra/watch.yaml", "infra/sign-in.yaml"];
const ROUTES: &str = "infra/routes.yaml";
/// The number of detailed metrics per route:
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html>
const METRICS_OF_A_ROUTE: usize = 6;
/// The number of metrics that a query without dimensions reads: those of the seven rules' error actions.
const QUERIED: usize = 7;

/// The numbers, by their names in `infra/runbooks/costs.yaml`.
#[derive(Debug)]
pub(super) struct Counted(Vec<(&'static str, f64)>);

impl Counted {
    pub(super) fn read(read: impl Fn(&str) -> Result<String>) -> Result<Self> {
        let booking = cell(&read(MEASUREMENTS)?, "| 1 | 100 |", 5).context(MEASUREMENTS)?;
        let polled = cell(&read(MEASUREMENTS)?, POLLED, 3).context(MEASUREMENTS)?;
        let lengths = read(SMS)?;
        let mut segments = 0.0;
        for kind in ["contract-created", "start-reminder", "key-returned"] {
            segments += cell(&lengths, &format!("| {kind} | en |"), 5).context(SMS)?;
        }
        let (mut metrics, mut keys) = (0, 0);
        for path in TEMPLATES {
            let template = Template::parse(&read(path)?).context(path)?;
            metrics += template.of_type("AWS::CloudWatch::Alarm").map(alarm_metrics).sum::<usize>();
            keys += template.of_type("AWS::KMS::Key").count();
        }
        let routes = Template::parse(&read(ROUTES)?).context(ROUTES)?;
        let stage = routes.of_type("AWS::ApiGatewayV2::Stage").next();
        let settings = stage.and_then(|stage| stage.property(&["RouteSettings"])).and_then(Value::as_mapping);
        let settings = settings.with_context(|| format!("{ROUTES}: no settings of routes"))?;
        let detailed = settings.values().filter(|route| route["DetailedMetricsEnabled"] == true).count();
        ensure!(metrics > 0 && keys > 0, "the templates have no alarms or no keys");
        let number = |count: usize| u32::try_from(count).map(f64::from);
        Ok(Self(vec![
            ("bookingWriteUnits", booking),
            ("pollReadUnits", polled),
            ("smsSegments", segments),
            ("alarmMetrics", number(metrics)?),
            ("routeMetrics", number(METRICS_OF_A_ROUTE * detailed)?),
            ("kmsKeys", number(keys)?),
        ]))
    }

    /// A factor of an amount: a number, or a number's name.
    pub(super) fn of(&self, factor: &Value) -> Result<f64> {
        if let Some(number) = factor.as_f64() {
            return Ok(number);
        }
        let found = self.0.iter().find(|(name, _)| factor == name);
        found.map(|(_, number)| *number).with_context(|| format!("{factor:?} is neither a number nor counted"))
    }
}

/// How many metrics an alarm watches: "you incur a cost for each alarm-metric that's referenced in the metric math
/// expression", and for a query each that it matches
/// (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_billing.html>). The alarms of a canary
/// exist only on request.
fn alarm_metrics(alarm: Resource<'_>) -> usize {
    if alarm.body["Condition"] == "HasCanary" {
        return 0;
    }
    let Some(metrics) = alarm.property(&["Metrics"]).and_then(Value::as_sequence) else { return 1 };
    match metrics.iter().filter(|metric| !metric["MetricStat"].is_null()).count() {
        0 => QUERIED,
        watched => watched,
    }
}

/// The number in a column (from 1) of the first row with this beginning.
fn cell(page: &str, begin: &str, column: usize) -> Result<f64> {
    let row = page.lines().find(|line| line.starts_with(begin)).with_context(|| format!("no row {begin}"))?;
    let cell = row.split('|').nth(column).with_context(|| format!("{row}: no column {column}"))?;
    cell.trim().parse().with_context(|| row.to_owned())
}
