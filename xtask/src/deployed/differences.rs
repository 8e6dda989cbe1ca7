//! The differences between the two stacks, each with its reason. One without a reason fails the proof.

use std::collections::BTreeMap;

use super::suite::{SuiteResult, SuiteResults};

/// Tests that fail on ministack because it differs from AWS, and in what. `infra/README.md` has the rest.
const NOT_ON_MINISTACK: &[(&str, &str)] = &[];

/// A test binary on both stacks.
pub(super) struct Compared {
    pub(super) name: String,
    pub(super) local: SuiteResults,
    pub(super) deployed: SuiteResults,
}

/// The result of the comparison.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Report {
    pub(super) lines: Vec<String>,
    /// Reasons to fail.
    pub(super) findings: Vec<String>,
    /// Tests passed on the local cloud, and on the deployed stack.
    pub(super) passed: (usize, usize),
}

pub(super) fn report(compared: &[Compared]) -> Report {
    judge(compared, NOT_ON_MINISTACK)
}

fn judge(compared: &[Compared], not_on_ministack: &[(&str, &str)]) -> Report {
    let mut report = Report::default();
    let mut reasons: BTreeMap<String, Vec<String>> = BTreeMap::new();
    report.lines.push(format!("{:<12}{:>7}{:>10}{:>12}", "", "local", "deployed", "only local"));
    for Compared { name: binary, local, deployed } in compared {
        let mut counts = (0, 0, 0);
        for (test, result) in local {
            match result {
                SuiteResult::Passed => counts.0 += 1,
                SuiteResult::OnlyLocal(said) | SuiteResult::Failed(said) => {
                    report.findings.push(format!("{binary} {test} fails on the local cloud: {said}"));
                }
            }
        }
        for (test, result) in deployed {
            let known = not_on_ministack.iter().find(|(known, _)| known == test).map(|(_, reason)| *reason);
            let reason = match (result, known) {
                (SuiteResult::Passed, None) => {
                    counts.1 += 1;
                    continue;
                }
                (SuiteResult::OnlyLocal(reason), None) => reason.clone(),
                (SuiteResult::Failed(_), Some(reason)) => format!("ministack: {reason}"),
                (SuiteResult::Failed(said), None) => {
                    report.findings.push(format!("{binary} {test} fails on the deployed stack: {said}"));
                    continue;
                }
                (SuiteResult::Passed | SuiteResult::OnlyLocal(_), Some(_)) => {
                    report.findings.push(format!("{test} no longer fails on ministack: take it off the list"));
                    continue;
                }
            };
            counts.2 += 1;
            reasons.entry(reason).or_default().push(format!("{binary} {test}"));
        }
        report.lines.push(format!("{binary:<12}{:>7}{:>10}{:>12}", counts.0, counts.1, counts.2));
        report.passed = (report.passed.0 + counts.0, report.passed.1 + counts.1);
    }
    for (reason, tests) in reasons {
        report.lines.push(format!("{reason}:"));
        report.lines.extend(tests.into_iter().map(|test| format!("  {test}")));
    }
    let exists = |test: &str| compared.iter().any(|binary| binary.deployed.contains_key(test));
    let gone = not_on_ministack.iter().filter(|(test, _)| !exists(test));
    report.findings.extend(gone.map(|(test, _)| format!("there is no test {test}: take it off the list")));
    if report.passed.1 == 0 {
        report.findings.push("no test passed on the deployed stack".to_owned());
    }
    report
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compared(local: SuiteResult, deployed: SuiteResult) -> Vec<Compared> {
        let results =
            |result: SuiteResult| SuiteResults::from([("a".to_owned(), result), ("b".to_owned(), SuiteResult::Passed)]);
        vec![Compared { name: "devices".to_owned(), local: results(local), deployed: results(deployed) }]
    }

    fn only_local() -> SuiteResult {
        SuiteResult::OnlyLocal("it sets the clock".to_owned())
    }

    fn failed() -> SuiteResult {
        SuiteResult::Failed("left is not right".to_owned())
    }

    #[test]
    fn what_needs_the_local_cloud_is_counted_by_its_reason() {
        let report = judge(&compared(SuiteResult::Passed, only_local()), &[]);
        assert_eq!((report.passed, report.findings), ((2, 1), vec![]));
        assert_eq!(
            report.lines[1..],
            ["devices           2         1           1", "it sets the clock:", "  devices a"]
        );
    }

    #[test]
    fn what_ministack_cannot_do_is_counted_by_its_reason() {
        let report = judge(&compared(SuiteResult::Passed, failed()), &[("a", "it has no clocks")]);
        assert_eq!(report.findings, Vec::<String>::new());
        assert!(report.lines.contains(&"ministack: it has no clocks:".to_owned()), "{report:?}");
    }

    #[test]
    fn a_failure_without_a_reason_is_a_finding_on_either() {
        for (local, deployed) in [(SuiteResult::Passed, failed()), (failed(), SuiteResult::Passed)] {
            let report = judge(&compared(local, deployed), &[]);
            assert_eq!(report.findings.len(), 1, "{report:?}");
            assert!(report.findings[0].contains("left is not right"), "{report:?}");
        }
    }

    #[test]
    fn a_reason_that_is_none_any_more_is_a_finding() {
        let report = judge(&compared(SuiteResult::Passed, SuiteResult::Passed), &[("a", "it has no clocks")]);
        assert_eq!(report.findings, ["a no longer fails on ministack: take it off the list"]);
        let report = judge(&compared(SuiteResult::Passed, SuiteResult::Passed), &[("c", "it has no clocks")]);
        assert_eq!(report.findings, ["there is no test c: take it off the list"]);
    }

    #[test]
    fn a_stack_on_which_nothing_passes_has_proven_nothing() {
        let all = SuiteResults::from([("a".to_owned(), only_local())]);
        let local = SuiteResults::from([("a".to_owned(), SuiteResult::Passed)]);
        let report = judge(&[Compared { name: "devices".to_owned(), local, deployed: all }], &[]);
        assert_eq!(report.findings, ["no test passed on the deployed stack"]);
    }
}
