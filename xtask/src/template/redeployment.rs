//! A deployment without parameters changes none. SAM keeps the value that a parameter had, unless the list in
//! `samconfig.toml` names it: what somebody once chose would then be set back without a word.

use super::{
    Subject,
    subject::{SAMCONFIG, Seed, seed},
};

/// What may be listed: the parameter without a default, by which the two configurations differ.
const LISTED: [&str; 2] = ["\"Stage=dev\"", "\"Stage=prod\""];

/// Lists of parameters with more than the stage in them, or none at all.
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

pub(super) const SEEDS: &[Seed] = &[
    seed("\"Stage=prod\"", "\"Stage=prod LogRetentionDays=90\"", "would set \"Stage=prod LogRetentionDays=90\"")
        .in_file(SAMCONFIG),
    seed("parameter_overrides = \"Stage=dev\"\n", "", "1 configurations name").in_file(SAMCONFIG),
];
