//! A deployment without parameters keeps all values. SAM does so, except for parameters listed in `samconfig.toml`: it
//! would silently reset what somebody once chose.

use super::{Subject, subject::SAMCONFIG};

/// The only permitted parameter: it has no default, and the configurations differ by it.
const LISTED: [&str; 2] = ["\"Stage=dev\"", "\"Stage=prod\""];

/// Lists with more than the stage, or without it.
pub(super) fn findings(subject: &Subject) -> Vec<String> {
    let lines = subject.samconfig.lines().filter_map(|line| line.trim().split_once('='));
    let lists = lines.filter(|(name, _)| name.trim() == "parameter_overrides").map(|(_, list)| list.trim());
    let lists: Vec<_> = lists.collect();
    let mut findings: Vec<_> = lists
        .iter()
        .filter(|list| !LISTED.contains(list))
        .map(|list| format!("{SAMCONFIG}: a deployment without parameters would set {list}"))
        .collect();
    if lists.len() != LISTED.len() {
        findings.push(format!("{SAMCONFIG}: {} configurations name their stage", lists.len()));
    }
    findings
}
