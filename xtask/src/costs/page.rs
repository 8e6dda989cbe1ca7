//! The tables of `infra/runbooks/costs.md`.

use std::fmt::Write as _;

use anyhow::{Context as _, Result};

use super::{Growth, Item, Row, sources::Source};

const BEGIN: &str = "<!-- computed by `cargo xtask costs`: do not edit -->\n";
const END: &str = "<!-- end of what is computed -->\n";
const SIZES: [(f64, &str); 3] = [(10.0, "10"), (1_000.0, "1,000"), (10_000.0, "10,000")];

/// The page with these tables.
pub(super) fn with_tables(page: &str, tables: &str) -> Result<String> {
    let (before, rest) = page.split_once(BEGIN).context("costs.md has no marker where the tables begin")?;
    let (_, after) = rest.split_once(END).context("costs.md has no marker where the tables end")?;
    Ok(format!("{before}{BEGIN}{tables}{END}{after}"))
}

pub(super) fn tables(region: &str, items: &[Item], pages: &[Item], sms: &Item, sources: &[Source]) -> Result<String> {
    let mut page = trust(region, items, pages, sms);
    items_of(&mut page, "Each automat", items, Growth::Automat)?;
    items_of(&mut page, "The stack by itself", items, Growth::Stack)?;
    together(&mut page, items)?;
    largest(&mut page, items)?;
    items_of(&mut page, "Each page that is open all day", pages, Growth::Page)?;
    let segments = sms.amount;
    writeln!(
        page,
        "\n### SMS instead of emails\n\n{segments} segments for each automat: {:.2} dollars. Source of the price: {}.",
        sms.cost(1.0),
        named(sms)
    )?;
    sources_of(&mut page, sources)?;
    Ok(page)
}

/// How many prices are for the stack's region, and which are not.
fn trust(region: &str, items: &[Item], pages: &[Item], sms: &Item) -> String {
    let all = || items.iter().chain(pages).chain([sms]);
    let is_own = |item: &&Item| item.source.as_ref().is_some_and(|source| source.region == region);
    let own = all().filter(is_own).count();
    let unknown =
        all().filter(|item| item.source.is_none()).map(|item| format!("{} ({})", item.row.service, item.row.what));
    let unknown = unknown.collect::<Vec<_>>().join(", ");
    let unknown = if unknown.is_empty() { "none".to_owned() } else { unknown };
    let others = all().count() - own - all().filter(|item| item.source.is_none()).count();
    format!(
        "\nFor the region {region}. Of {} prices, {own} are that region's, {others} are another region's or name none (see \
         [the sources](#sources-of-the-prices)), and these have no source and are from memory: {unknown}.\n",
        all().count()
    )
}

fn named(item: &Item) -> &str {
    item.source.as_ref().map_or("**none**", |source| &source.name)
}

fn sources_of(page: &mut String, sources: &[Source]) -> Result<()> {
    let head = "| source | what | region | published or read | to check it | read through |\n|---|---|---|---|---|---|";
    writeln!(page, "\n### Sources of the prices\n\n{head}")?;
    for Source { name, list, region, date, url, read_through } in sources {
        let read_through = read_through.as_deref().unwrap_or("the list itself");
        writeln!(page, "| {name} | {list} | {region} | {date} | <{url}> | {read_through} |")?;
    }
    writeln!(page)?;
    Ok(())
}

fn items_of(page: &mut String, title: &str, items: &[Item], growth: Growth) -> Result<()> {
    writeln!(
        page,
        "\n### {title}\n\n| service | what | amount | price | source | dollars |\n|---|---|---|---|---|---|"
    )?;
    let mut sum = 0.0;
    for item in items.iter().filter(|item| item.row.growth == growth) {
        let Row { service, what, dollars, per, .. } = &item.row;
        let amount = (item.amount * 10_000.0).round() / 10_000.0;
        let cost = item.cost(1.0);
        writeln!(page, "| {service} | {what} | {amount} | {dollars} for {per} | {} | {cost:.4} |", named(item))?;
        sum += cost;
    }
    writeln!(page, "| **together** | | | | | **{sum:.3}** |")?;
    Ok(())
}

fn together(page: &mut String, items: &[Item]) -> Result<()> {
    writeln!(
        page,
        "\n### Together\n\n| automats | dollars | for each automat | beyond what an account has free |\n|---|---|---|---|"
    )?;
    for (automats, name) in SIZES {
        let sum: f64 = items.iter().map(|item| item.cost(automats)).sum();
        let beyond: f64 = items.iter().map(|item| item.cost_beyond_free(automats)).sum();
        writeln!(page, "| {name} | {sum:.2} | {:.2} | {beyond:.2} |", sum / automats)?;
    }
    Ok(())
}

fn largest(page: &mut String, items: &[Item]) -> Result<()> {
    let head = "| automats | service | dollars | what would halve it |\n|---|---|---|---|";
    writeln!(page, "\n### The three largest\n\n{head}")?;
    for (automats, name) in SIZES {
        for (service, cost) in by_service(items, automats).into_iter().take(3) {
            let mut of_service = items.iter().filter(|item| item.row.service == service);
            let halve = of_service.find_map(|item| item.row.halve.as_deref());
            let halve = halve.with_context(|| format!("{service} is among the largest: what would halve it?"))?;
            writeln!(page, "| {name} | {service} | {cost:.2} | {halve} |")?;
        }
    }
    Ok(())
}

/// The services with their costs, the most expensive first.
fn by_service(items: &[Item], automats: f64) -> Vec<(&str, f64)> {
    let mut services: Vec<(&str, f64)> = Vec::new();
    for item in items {
        match services.iter_mut().find(|(service, _)| *service == item.row.service) {
            Some((_, sum)) => *sum += item.cost(automats),
            None => services.push((&item.row.service, item.cost(automats))),
        }
    }
    services.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    services
}
