//! What the deployed stack does not do as the local cloud does, each with its reason. One without a reason fails the proof.

use std::collections::BTreeMap;

use super::suite::{SuiteResult, SuiteResults};

/// Tests that fail on ministack because it differs from AWS, and in what. `infra/README.md` has the rest.
const NOT_ON_MINISTACK: &[(&str, &str)] = &[];

/// The result of the suite on the deployed stack.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Report {
    pub(super) lines: Vec<String>,
    /// Reasons to fail.
    pub(super) findings: Vec<String>,
    pub(super) passed: usize,
    /// Tests that need the local cloud, or something that ministack does not have.
    pub(super) left_out: usize,
}

/// Judges the results of each test binary.
pub(super) fn report(deployed: &[(String, SuiteResults)]) -> Report {
    judge(deployed, NOT_ON_MINISTACK)
}

fn judge(deployed: &[(String, SuiteResults)], not_on_ministack: &[(&str, &str)]) -> Report {
    let mut report = Report::default();
    let mut reasons: BTreeMap<String, Vec<String>> = BTreeMap::new();
    report.lines.push(format!("{:<12}{:>10}{:>12}", "", "deployed", "only local"));
    for (binary, results) in deployed {
        let (mut passed, mut left_out) = (0, 0);
        for (test, result) in results {
            let known = not_on_ministack.iter().find(|(known, _)| known == test).map(|(_, reason)| *reason);
            let reason = match (result, known) {
                (SuiteResult::Passed, None) => {
                    passed += 1;
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
            left_out += 1;
            reasons.entry(reason).or_default().push(format!("{binary} {test}"));
        }
        report.lines.push(format!("{binary:<12}{passed:>10}{left_out:>12}"));
        report.passed += passed;
        report.left_out += left_out;
    }
    for (reason, tests) in reasons {
        report.lines.push(format!("{reason}:"));
        report.lines.extend(tests.into_iter().map(|test| format!("  {test}")));
    }
    let exists = |test: &str| deployed.iter().any(|(_, results)| results.contains_key(test));
    let gone = not_on_ministack.iter().filter(|(test, _)| !exists(test));
    report.findings.extend(gone.map(|(test, _)| format!("there is no test {test}: take it off the list")));
    if report.passed == 0 {
        report.findings.push("no test passed on the deployed stack".to_owned());
    }
    report
}

#[cfg(test)]
mod tests {
    use super::*;

    fn results(of_a: SuiteResult) -> Vec<(String, SuiteResults)> {
        let results = SuiteResults::from([("a".to_owned(), of_a), ("b".to_owned(), SuiteResult::Passed)]);
        vec![("devices".to_owned(), results)]
    }

    fn only_local() -> SuiteResult {
        SuiteResult::OnlyLocal("it sets the clock".to_owned())
    }

    fn failed() -> SuiteResult {
        SuiteResult::Failed("left is not right".to_owned())
    }

    #[test]
    fn what_needs_the_local_cloud_is_counted_by_its_reason() {
        let report = judge(&results(only_local()), &[]);
        assert_eq!((report.passed, report.left_out, report.findings), (1, 1, vec![]));
        assert_eq!(report.lines[1..], ["devices              1           1", "it sets the clock:", "  devices a"]);
    }

    #[test]
    fn what_ministack_cannot_do_is_counted_by_its_reason() {
        let report = judge(&results(failed()), &[("a", "it has no clocks")]);
        assert_eq!(report.findings, Vec::<String>::new());
        assert!(report.lines.contains(&"ministack: it has no clocks:".to_owned()), "{report:?}");
    }

    #[test]
    fn a_failure_without_a_reason_is_a_finding() {
        let report = judge(&results(failed()), &[]);
        assert_eq!(report.findings, ["devices a fails on the deployed stack: left is not right"]);
    }

    #[test]
    fn a_reason_that_is_none_any_more_is_a_finding() {
        let report = judge(&results(SuiteResult::Passed), &[("a", "it has no clocks")]);
        assert_eq!(report.findings, ["a no longer fails on ministack: take it off the list"]);
        let report = judge(&results(SuiteResult::Passed), &[("c", "it has no clocks")]);
        assert_eq!(report.findings, ["there is no test c: take it off the list"]);
    }

    #[test]
    fn a_stack_on_which_nothing_passes_has_proven_nothing() {
        let all = SuiteResults::from([("a".to_owned(), only_local())]);
        let report = judge(&[("devices".to_owned(), all)], &[]);
        assert_eq!(report.findings, ["no test passed on the deployed stack"]);
    }
}
