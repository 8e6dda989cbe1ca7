//! The monthly costs of a stack: computed from `infra/runbooks/costs.yaml` (prices and workload), measurements and the
//! templates, and written to `infra/runbooks/costs.md`. A test fails if that page is out of date.

mod counted;
mod page;
mod sources;

use std::fs;

use anyhow::{Context as _, Result};
use serde::Deserialize;
use serde_norway::Value;

use crate::{project::Project, steps::Note};
use counted::Counted;
use sources::Source;

const DATA: &str = "infra/runbooks/costs.yaml";
const PAGE: &str = "infra/runbooks/costs.md";
const SECONDS: f64 = 30.0 * 24.0 * 3_600.0;
const FUNCTIONS: f64 = 7.0;
const TICKS: f64 = 43_200.0;

/// `infra/runbooks/costs.yaml`, which explains the fields.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Data {
    region: String,
    sources: Vec<Source>,
    items: Vec<Row>,
    sms: Row,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    service: String,
    what: String,
    #[serde(rename = "for")]
    growth: Growth,
    amount: Vec<Value>,
    dollars: f64,
    per: f64,
    /// The permanent monthly free tier of an account.
    #[serde(default)]
    free: f64,
    source: String,
    halve: Option<String>,
}

/// What an amount grows with.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Growth {
    Automat,
    Stack,
    #[serde(rename = "xray")]
    Traces,
    /// A page of the dashboard that is open, which refreshes itself. No part of the costs of a stack: how many are open
    /// depends on its people.
    Page,
}

#[derive(Debug)]
struct Item {
    row: Row,
    amount: f64,
    source: Option<Source>,
}

impl Item {
    fn new(row: Row, counted: &Counted, sources: &[Source]) -> Result<Self> {
        let factors = row.amount.iter().map(|factor| counted.of(factor)).collect::<Result<Vec<_>>>()?;
        let source = Source::named(&row.source, sources)?;
        Ok(Self { amount: factors.iter().product(), source, row })
    }

    /// Dollars a month with this number of automats.
    fn cost(&self, automats: f64) -> f64 {
        self.amount(automats) * self.row.dollars / self.row.per
    }

    /// Likewise, if nothing else in the account uses up what it has free.
    fn cost_beyond_free(&self, automats: f64) -> f64 {
        (self.amount(automats) - self.row.free).max(0.0) * self.row.dollars / self.row.per
    }

    fn amount(&self, automats: f64) -> f64 {
        match self.row.growth {
            Growth::Automat => self.amount * automats,
            Growth::Stack | Growth::Page => self.amount,
            Growth::Traces => traces(self.amount.mul_add(automats, TICKS)),
        }
    }
}

/// The share of a month's calls that are traced. "The default sampling rule is 1 request per second and 5 percent of
/// additional requests. This sampling rate cannot be configured for Lambda functions"
/// (<https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html>). The first request per second is counted per
/// function; calls are assumed to be spread evenly over the functions, at random times.
fn traces(calls: f64) -> f64 {
    let rate = calls / SECONDS / FUNCTIONS;
    let first = 1.0 - (-rate).exp();
    0.05_f64.mul_add(rate - first, first) * SECONDS * FUNCTIONS
}

/// Regenerates the page. The note says whether it changed.
pub fn write(project: &Project) -> Result<Note> {
    let path = project.root.join(PAGE);
    let (former, page) = pages(project)?;
    if former == page {
        return Ok("no change".to_owned());
    }
    fs::write(&path, page).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(format!("wrote {}", path.display()))
}

/// The current page, and the page as it should be.
fn pages(project: &Project) -> Result<(String, String)> {
    let read = |path: &str| fs::read_to_string(project.root.join(path)).with_context(|| format!("cannot read {path}"));
    let counted = Counted::read(read)?;
    let Data { region, sources, items, sms } = serde_norway::from_str(&read(DATA)?).context(DATA)?;
    sources.iter().try_for_each(Source::check).context(DATA)?;
    let item = |row| Item::new(row, &counted, &sources).context(DATA);
    let items = items.into_iter().map(item).collect::<Result<Vec<_>>>()?;
    let (pages, items) = items.into_iter().partition::<Vec<_>, _>(|item| item.row.growth == Growth::Page);
    let former = read(PAGE)?;
    let page = page::with_tables(&former, &page::tables(&region, &items, &pages, &item(sms)?, &sources)?)?;
    Ok((former, page))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_up_to_date() {
        let (former, page) = pages(&Project::load().unwrap()).unwrap();
        assert!(former == page, "{PAGE} is out of date: run `cargo xtask costs`");
    }

    #[test]
    fn the_free_tier_is_never_negative_cost() {
        let row =
            "{ service: alarms, what: metrics, for: stack, amount: [], dollars: 0.1, per: 1, free: 10, source: none }";
        let alarms = Item { row: serde_norway::from_str(row).unwrap(), amount: 4.0, source: None };
        assert!((alarms.cost(1.0) - 0.4).abs() < 1e-9);
        assert!(alarms.cost_beyond_free(1.0).abs() < 1e-9);
    }

    #[test]
    fn most_calls_of_a_quiet_stack_are_traced_and_few_of_a_busy_one() {
        assert!(traces(100_000.0) > 99_000.0, "{}", traces(100_000.0));
        let busy = traces(10_000_000_000.0);
        assert!((busy / (0.95_f64.mul_add(SECONDS * FUNCTIONS, 500_000_000.0)) - 1.0).abs() < 0.001, "{busy}");
    }
}
