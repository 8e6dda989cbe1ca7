//! Settings with one right value, from `infra/rules/values.yaml`: it is not enough that something is set if another
//! value does harm.

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;
use template::{Value, at};

use super::{Subject, subject::root};

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Setting {
    #[serde(rename = "in", default = "root")]
    file: String,
    at: String,
    is: Value,
    not: Value,
    why: String,
}

impl Setting {
    pub(super) fn parse(text: &str) -> Result<Vec<Self>> {
        let settings: Vec<Self> = serde_norway::from_str(text)?;
        for setting in &settings {
            ensure!(setting.is != setting.not, "{}: `not` is the right value", setting.at);
        }
        Ok(settings)
    }

    fn steps(&self) -> Vec<&str> {
        self.at.split('/').collect()
    }
}

/// Settings with another value or none.
pub(super) fn findings(subject: &Subject) -> Vec<String> {
    let mut findings = Vec::new();
    for setting in &subject.settings {
        let value = subject.template(&setting.file).and_then(|template| at(template.all(), &setting.steps()));
        if value != Some(&setting.is) {
            let Setting { file, at, why, .. } = setting;
            findings.push(format!("{file}: {at} is not as in values.yaml: {why}"));
        }
    }
    findings
}

/// Seeds each setting's defect, then removes the setting, and counts. One that is not found is an error.
pub(super) fn all_caught(subject: &Subject) -> Result<usize> {
    for setting in &subject.settings {
        for becomes in [Some(&setting.not), None] {
            let defective = subject.with_value(&setting.file, &setting.steps(), becomes);
            let defective = defective.with_context(|| format!("no {} to seed a defect in", setting.at))?;
            let is_found = findings(&defective).iter().any(|finding| finding.contains(&setting.at));
            ensure!(is_found, "values miss a seeded defect, {becomes:?} at {}", setting.at);
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
