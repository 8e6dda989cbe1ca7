"""Checks the templates as deployed: cfn-lint, checkov, an IAM policy lint (parliament), and our own rules for AWS
CloudFormation Guard. Needs no network.

`accepted.yaml` lists accepted findings, each with the reason; an entry that covers nothing is a finding itself. `seeds.yaml` lists defects that must be found, seeded one by one into the real templates.

Usage: python judges.py OUT.json TEMPLATE.json...
       The templates are the output of `expand.py`. OUT gets the number of seeded defects caught, by judge.
       CFN_LINT in the environment is the path of cfn-lint, which needs other package versions than checkov.
"""

import copy
import fnmatch
import json
import logging
import os
import re
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml
from checkov.cloudformation.runner import Runner
from checkov.runner_filter import RunnerFilter
from parliament import analyze_policy_string

from statements import REGION, statements

HERE = Path(__file__).parent
RULES = HERE / "stack.guard"


@dataclass(frozen=True, order=True)
class Finding:
    judge: str
    rule: str
    resource: str
    says: str = ""

    def __str__(self):
        return f"{self.judge}: {self.resource}: {self.rule} {self.says}".rstrip()


@contextmanager
def written(templates):
    """The templates as files."""
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for name, template in templates.items():
            files.append(str(Path(folder) / f"{name}.json"))
            Path(files[-1]).write_text(json.dumps(template, indent=1))
        yield files


def cfn_lint(templates):
    """Runs cfn-lint: types, values, references."""
    with written(templates) as files:
        command = [os.environ["CFN_LINT"], "--format", "json", "--regions", REGION, "--template", *files]
        ran = subprocess.run(command, capture_output=True, text=True)
    # Its exit code has a bit for each level of findings.
    if ran.returncode not in range(16):
        sys.exit(f"cfn-lint failed: {ran.stderr or ran.stdout}")
    found = set()
    for match in json.loads(ran.stdout or "[]"):
        path = match["Location"]["Path"] or []
        resource = path[1] if path[:1] == ["Resources"] and len(path) > 1 else "-"
        found.add(Finding("cfn-lint", match["Rule"]["Id"], resource, match["Message"][:200]))
    return found


def checkov(templates):
    """Runs checkov's rules for CloudFormation over all templates at once."""
    with written(templates) as files:
        report = Runner().run(root_folder=None, files=files, runner_filter=RunnerFilter(framework=["cloudformation"]))
    if report.parsing_errors or not report.passed_checks:
        sys.exit(f"checkov could not parse the templates: {report.parsing_errors}")
    return {
        Finding("checkov", found.check_id, found.resource.rsplit(".", 1)[-1], found.check_name)
        for found in report.failed_checks
    }


def policies(templates):
    """Lints each policy statement: actions, resources and conditions that exist and fit together."""
    found = set()
    for template in templates.values():
        for resource, statement in statements(template):
            # A resource policy has a principal, which a role's policy never has; the rest is the same.
            statement = {name: value for name, value in statement.items() if name not in ("Principal", "Sid")}
            document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
            for finding in analyze_policy_string(document).findings:
                found.add(Finding("policies", finding.issue, resource, str(finding.detail)))
    return found


def guard(templates):
    """Runs our rules. A rule that applies to nothing is a finding, since it could never fail."""
    with written(templates) as files:
        command = ["cfn-guard", "validate", "--structured", "--output-format", "json", "--show-summary", "none"]
        ran = subprocess.run([*command, "--rules", RULES, "--data", *files], capture_output=True, text=True)
    # Exit code 19: a rule failed.
    if ran.returncode not in (0, 19):
        sys.exit(f"cfn-guard failed: {ran.stderr or ran.stdout}")
    reports = json.loads(ran.stdout)
    found = set()
    for report in reports:
        for failed in report["not_compliant"]:
            rule = failed["Rule"]["name"]
            for path, says in clauses(failed):
                found.add(Finding("guard", rule, path, says))
    idle = set.intersection(*(set(report["not_applicable"]) for report in reports))
    return found | {Finding("guard", rule, "-", "there is nothing that it is about") for rule in idle}


def clauses(node):
    """The failed clauses below a node, each as the resource and the message of the rule."""
    if isinstance(node, dict):
        messages = node.get("messages")
        if isinstance(messages, dict) and messages.get("error_message") and "check" in node:
            path = re.search(r"/Resources/(\w+)", messages["error_message"])
            yield (path[1] if path else "-"), messages.get("custom_message") or node.get("context", "")
        for child in node.values():
            yield from clauses(child)
    elif isinstance(node, list):
        for child in node:
            yield from clauses(child)


JUDGES = {"cfn-lint": cfn_lint, "checkov": checkov, "policies": policies, "guard": guard}


class Accepted:
    """The accepted findings."""

    def __init__(self, entries):
        self.entries = entries
        self.used = set()

    def without(self, found):
        return sorted(finding for finding in found if not self.covers(finding))

    def covers(self, finding):
        for number, entry in enumerate(self.entries):
            says = entry.get("says", "")
            if (entry["judge"], entry["rule"]) == (finding.judge, finding.rule) and says in finding.says:
                if any(fnmatch.fnmatchcase(finding.resource, pattern) for pattern in entry["resources"]):
                    self.used.add(number)
                    return True
        return False

    def stale(self):
        for number, entry in enumerate(self.entries):
            if not entry.get("reason"):
                yield f"accepted.yaml: {entry['judge']} {entry['rule']} has no reason"
            elif number not in self.used:
                yield f"accepted.yaml: {entry['judge']} {entry['rule']} {entry['resources']} is found no more"


def sow(templates, seed):
    """Seeds a defect at a path, which must exist unless the defect adds something."""
    *parents, last = seed["at"]
    place = templates[seed.get("in", "template")]["Resources"]
    for step in parents:
        place = place[step]
    if "becomes" in seed:
        place[last] = seed["becomes"]
    else:
        del place[last]


def fields(seeds):
    """The seeds in as few batches as possible: in a batch, no path twice, and no rule twice for one resource."""
    lots = []
    for seed in seeds:
        def disturbs(other):
            depth = min(len(seed["at"]), len(other["at"]))
            same_rule = (seed["finds"], seed["at"][0]) == (other["finds"], other["at"][0])
            return same_rule or seed["at"][:depth] == other["at"][:depth]

        lot = next((lot for lot in lots if not any(map(disturbs, lot))), None)
        if lot is None:
            lots.append(lot := [])
        lot.append(seed)
    return lots


def reap(templates, seeds, accepted):
    """Seeds the defects. Returns those that were not found."""
    missed = []
    for judge, run in JUDGES.items():
        for lot in fields([seed for seed in seeds if seed["judge"] == judge]):
            field = copy.deepcopy(templates)
            for seed in lot:
                sow(field, seed)
            found = accepted.without(run(field))
            for seed in lot:
                about = {finding.resource.split(" ")[0] for finding in found if finding.rule == seed["finds"]}
                if seed["at"][0] not in about:
                    missed.append(f"{judge} misses a seeded defect, {seed}; of that rule it finds {sorted(about)}")
    return missed


def main(out, files):
    # checkov's own log is of no interest.
    logging.disable(logging.CRITICAL)
    templates = {Path(file).stem: json.loads(Path(file).read_text()) for file in files}
    accepted = Accepted(yaml.safe_load((HERE / "accepted.yaml").read_text()))
    seeds = yaml.safe_load((HERE / "seeds.yaml").read_text())

    problems = [str(finding) for run in JUDGES.values() for finding in accepted.without(run(templates))]
    problems.extend(accepted.stale())
    rules = set(re.findall(r"^rule (\w+)", RULES.read_text(), re.MULTILINE))
    seeded = {seed["finds"] for seed in seeds if seed["judge"] == "guard"}
    problems.extend(f"seeds.yaml: has no defect for the rule {rule}" for rule in sorted(rules - seeded))
    problems.extend(reap(templates, seeds, accepted))

    for problem in problems:
        print(problem)
    caught = {judge: sum(seed["judge"] == judge for seed in seeds) for judge in JUDGES}
    Path(out).write_text(json.dumps(caught) + "\n")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
