"""What judges OpenAPI documents has nothing to say about ours."""

import json

from conftest import DOCUMENT, HERE


def test_spectral_reports_nothing(npm):
    said = npm("spectral", "lint", DOCUMENT, "--ruleset", HERE / "spectral.yaml", "--fail-severity", "hint", "--format", "json")
    assert json.loads(said[: said.rindex("]") + 1]) == []


def test_redocly_reports_nothing(npm):
    said = npm("redocly", "lint", "--format", "json", DOCUMENT)
    report = json.loads(said[said.index("{") : said.rindex("}") + 1])
    assert report["problems"] == [] and report["totals"] == {"errors": 0, "warnings": 0, "ignored": 0}
