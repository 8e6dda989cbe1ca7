//! Settings with one right value, from `infra/rules/values.yaml`: it is not enough that something is set if another
//! value does harm.

use anyhow::{Context as _, Result, ensure};
use template::{Value, at, literal};

use super::{Subject, subject::ROOT};

#[derive(Clone, Debug)]
pub(super) struct Setting {
    file: String,
    path: String,
    expected: Value,
    defect: Value,
    reason: String,
}

impl Setting {
    pub(super) fn parse(text: &str) -> Result<Vec<Self>> {
        let list: Value = serde_norway::from_str(text)?;
        list.as_sequence().context("not a list")?.iter().map(Self::read).collect()
    }

    fn read(entry: &Value) -> Result<Self> {
        let member = |name| at(entry, &[name]).with_context(|| format!("no `{name}` in {entry:?}"));
        let text = |name| member(name).and_then(|value| literal(value).context("not a text")).map(str::to_owned);
        let setting = Self {
            file: text("in").unwrap_or_else(|_| ROOT.to_owned()),
            path: text("at")?,
            expected: member("is")?.clone(),
            defect: member("not")?.clone(),
            reason: text("why")?,
        };
        ensure!(setting.expected != setting.defect, "{}: `not` is the right value", setting.path);
        Ok(setting)
    }

    fn steps(&self) -> Vec<&str> {
        self.path.split('/').collect()
    }
}

/// Settings with another value or none.
pub(super) fn findings(subject: &Subject) -> Vec<String> {
    let mut findings = Vec::new();
    for setting in &subject.settings {
        let value = subject.template(&setting.file).and_then(|template| at(template.all(), &setting.steps()));
        if value != Some(&setting.expected) {
            let Setting { file, path, reason, .. } = setting;
            findings.push(format!("{file}: {path} is not as in values.yaml: {reason}"));
        }
    }
    findings
}

/// Seeds each setting's defect, then removes the setting, and counts. One that is not found is an error.
pub(super) fn all_caught(subject: &Subject) -> Result<usize> {
    for setting in &subject.settings {
        for becomes in [Some(&setting.defect), None] {
            let defective = subject.with_value(&setting.file, &setting.steps(), becomes);
            let defective = defective.with_context(|| format!("no {} to seed a defect in", setting.path))?;
            let is_found = findings(&defective).iter().any(|finding| finding.contains(&setting.path));
            ensure!(is_found, "values miss a seeded defect, {becomes:?} at {}", setting.path);
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
