"""Checks of a page: axe, its width, its size, and Lighthouse."""

import json
import pathlib
import subprocess

from playwright.sync_api import Page

# WCAG 2.2 at the levels A and AA, and axe's best practices.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Part of WCAG 2.2, but off by default in axe.
RULES = {"target-size": {"enabled": True}}

CATEGORIES = ("performance", "accessibility", "best-practices")
LEAST = 95

# The most bytes on the wire, headers included: with an empty cache, and with a filled one.
FIRST_VISIT, LATER_VISIT = 40_000, 12_000


class Axe:
    """Runs axe in a page, past its content security policy."""

    def __init__(self, packages: pathlib.Path):
        self.source = (packages / "axe-core/axe.min.js").read_text()

    def faults(self, page: Page) -> list[str]:
        """The violations, each with its element."""
        page.evaluate(self.source)
        options = {
            "runOnly": {"type": "tag", "values": TAGS},
            "rules": RULES,
            "resultTypes": ["violations"],
            "iframes": False,
        }
        found = page.evaluate("options => axe.run(document, options)", options)
        return [
            f"{violation['id']}: {violation['help']} at {node['html'][:160]}"
            for violation in found["violations"]
            for node in violation["nodes"]
        ]


def too_wide(page: Page) -> list[str]:
    """The elements that make a page scroll sideways."""
    return page.evaluate(
        """() => {
            const root = document.documentElement, width = root.clientWidth;
            if (root.scrollWidth <= width) return [];
            const all = [...document.body.querySelectorAll('*')];
            const wide = all.filter(element => element.getBoundingClientRect().right > width + 1);
            return [`${root.scrollWidth} px on ${width}`, ...wide.slice(0, 5).map(e => e.outerHTML.slice(0, 160))];
        }"""
    )


class Scales:
    """Counts the bytes that a page loads."""

    def __init__(self, page: Page):
        self.bytes = 0
        session = page.context.new_cdp_session(page)
        session.on("Network.loadingFinished", self.add)
        session.send("Network.enable")

    def add(self, event: dict):
        self.bytes += int(event["encodedDataLength"])

    def weigh(self, page: Page, path: str) -> int:
        self.bytes = 0
        page.goto(path, wait_until="networkidle")
        return self.bytes


def lighthouse(packages: pathlib.Path, port: int, url: str, preset: str, report: pathlib.Path) -> dict[str, int]:
    """The scores out of 100, in a signed-in browser that listens on this port."""
    command = [packages / ".bin/lighthouse", url, "--port", str(port), "--quiet", "--no-enable-error-reporting"]
    command += ["--only-categories", ",".join(CATEGORIES), "--output", "json", "--output-path", report]
    command += ["--preset=desktop"] * (preset == "desktop")
    # On a busy machine the beginning of Chromium's trace may be missing. Then try once more.
    if subprocess.run(command, timeout=120).returncode:
        subprocess.run(command, check=True, timeout=120)
    found = json.loads(report.read_text())
    assert found["finalDisplayedUrl"] == url, f"{url} led to {found['finalDisplayedUrl']}"
    return {name: round(100 * (found["categories"][name]["score"] or 0)) for name in CATEGORIES}


def shortcomings(report: pathlib.Path) -> list[str]:
    """The audits that lower the scores."""
    found = json.loads(report.read_text())
    weighed = [part["id"] for name in CATEGORIES for part in found["categories"][name]["auditRefs"] if part["weight"]]
    audits = [found["audits"][part] for part in weighed]
    short = [audit for audit in audits if audit["score"] is not None and audit["score"] < 0.9]
    return [f"{audit['id']}: {audit['title']} {audit.get('displayValue', '')}".strip() for audit in short]
