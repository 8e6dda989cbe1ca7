//! Settings that have one right value, by `infra/rules/values.yaml`: that something is set is not enough where another
//! value does harm.

use anyhow::{Context as _, Result, ensure};
use template::{Value, at, literal};

use super::{Subject, subject::ROOT};

/// One setting.
#[derive(Clone, Debug)]
pub(super) struct Setting {
    file: String,
    place: String,
    expected: Value,
    defect: Value,
    reason: String,
}

impl Setting {
    /// Reads the list.
    pub(super) fn parse(text: &str) -> Result<Vec<Self>> {
        let list: Value = serde_norway::from_str(text)?;
        list.as_sequence().context("not a list")?.iter().map(Self::read).collect()
    }

    fn read(entry: &Value) -> Result<Self> {
        let member = |name| at(entry, &[name]).with_context(|| format!("no `{name}` in {entry:?}"));
        let text = |name| member(name).and_then(|value| literal(value).context("not a text")).map(str::to_owned);
        let setting = Self {
            file: text("in").unwrap_or_else(|_| ROOT.to_owned()),
            place: text("at")?,
            expected: member("is")?.clone(),
            defect: member("not")?.clone(),
            reason: text("why")?,
        };
        ensure!(setting.expected != setting.defect, "{}: `not` is the right value", setting.place);
        Ok(setting)
    }

    fn steps(&self) -> Vec<&str> {
        self.place.split('/').collect()
    }
}

/// Settings with another value, or none.
pub(super) fn findings(subject: &Subject) -> Vec<String> {
    let mut findings = Vec::new();
    for setting in &subject.settings {
        let value = subject.template(&setting.file).and_then(|template| at(template.all(), &setting.steps()));
        if value != Some(&setting.expected) {
            let Setting { file, place, reason, .. } = setting;
            findings.push(format!("{file}: {place} is not what values.yaml says: {reason}"));
        }
    }
    findings
}

/// Puts each setting's defect in its place, then removes the setting, and counts; one that is not found is an error.
pub(super) fn all_caught(subject: &Subject) -> Result<usize> {
    for setting in &subject.settings {
        for becomes in [Some(&setting.defect), None] {
            let defective = subject.with_value(&setting.file, &setting.steps(), becomes);
            let defective = defective.with_context(|| format!("no {} to seed a defect in", setting.place))?;
            let is_found = findings(&defective).iter().any(|finding| finding.contains(&setting.place));
            ensure!(is_found, "values miss a seeded defect, {becomes:?} at {}", setting.place);
        }
    }
    Ok(2 * subject.settings.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_says_what_is_wrong_and_why_the_value_is_right() {
        for entry in ["[{at: A/B, is: 1, not: 1, why: w}]", "[{at: A/B, is: 1, not: 2}]", "[{at: A/B, is: 1, why: w}]"]
        {
            assert!(Setting::parse(entry).is_err(), "{entry}");
        }
        assert_eq!(Setting::parse("[{at: A/B, is: 1, not: 2, why: w}]").unwrap().len(), 1);
    }
}
