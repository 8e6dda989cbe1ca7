//! The monthly costs of a stack: computed from `infra/runbooks/costs.yaml` (prices and workload), measurements and the
//! templates, and written to `infra/runbooks/costs.md`. A test fails if that page is out of date.

mod counted;
mod page;
mod sources;

use std::fs;

use anyhow::{Context as _, Result};
use serde_norway::Value;

use crate::{project::Project, steps::Note};
use counted::Counted;
use sources::{Source, Sources};

const DATA: &str = "infra/runbooks/costs.yaml";
const PAGE: &str = "infra/runbooks/costs.md";
const SECONDS: f64 = 30.0 * 24.0 * 3_600.0;
const FUNCTIONS: f64 = 7.0;
const TICKS: f64 = 43_200.0;

/// What an amount grows with.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Growth {
    Automat,
    Stack,
    Traces,
}

#[derive(Debug)]
struct Item {
    service: String,
    what: String,
    growth: Growth,
    amount: f64,
    dollars: f64,
    per: f64,
    /// The permanent monthly free tier of an account.
    free: f64,
    source: Option<Source>,
    halve: Option<String>,
}

impl Item {
    fn read(value: &Value, counted: &Counted, sources: &Sources) -> Result<Self> {
        let text = |name: &str| value[name].as_str().with_context(|| format!("{DATA}: no {name} in {value:?}"));
        let number = |name: &str| value[name].as_f64().with_context(|| format!("{DATA}: no {name} in {value:?}"));
        let growth = match text("for")? {
            "automat" => Growth::Automat,
            "stack" => Growth::Stack,
            "xray" => Growth::Traces,
            other => anyhow::bail!("{DATA}: for: {other} is not automat, stack or xray"),
        };
        let factors = value["amount"].as_sequence().with_context(|| format!("{DATA}: no amount in {value:?}"))?;
        let amount =
            factors.iter().try_fold(1.0, |product, factor| Ok::<_, anyhow::Error>(product * counted.of(factor)?))?;
        Ok(Self {
            service: text("service")?.to_owned(),
            what: text("what")?.to_owned(),
            growth,
            amount,
            dollars: number("dollars")?,
            per: number("per")?,
            free: value["free"].as_f64().unwrap_or_default(),
            source: sources.of(value)?,
            halve: value["halve"].as_str().map(str::to_owned),
        })
    }

    /// Dollars a month with this number of automats.
    fn cost(&self, automats: f64) -> f64 {
        self.amount(automats) * self.dollars / self.per
    }

    /// Likewise, if nothing else in the account uses up what it has free.
    fn cost_beyond_free(&self, automats: f64) -> f64 {
        (self.amount(automats) - self.free).max(0.0) * self.dollars / self.per
    }

    fn amount(&self, automats: f64) -> f64 {
        match self.growth {
            Growth::Automat => self.amount * automats,
            Growth::Stack => self.amount,
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
    let data: Value = serde_norway::from_str(&read(DATA)?).with_context(|| DATA.to_owned())?;
    let sources = Sources::read(&data)?;
    let items = data["items"].as_sequence().with_context(|| format!("{DATA}: no items"))?;
    let items = items.iter().map(|item| Item::read(item, &counted, &sources)).collect::<Result<Vec<_>>>()?;
    let sms = Item::read(&data["sms"], &counted, &sources)?;
    let region = data["region"].as_str().with_context(|| format!("{DATA}: no region"))?;
    let former = read(PAGE)?;
    let page = page::with_tables(&former, &page::tables(region, &items, &sms, &sources)?)?;
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
        let alarms = Item {
            service: "alarms".to_owned(),
            what: "metrics".to_owned(),
            growth: Growth::Stack,
            amount: 4.0,
            dollars: 0.1,
            per: 1.0,
            free: 10.0,
            source: None,
            halve: None,
        };
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
