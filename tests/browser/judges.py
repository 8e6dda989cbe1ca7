"""Checks of a page: axe, its width, its size, and Lighthouse."""

import json
import pathlib
import subprocess
import time

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


def overlapping(page: Page) -> list[str]:
    """The links, buttons and fields that something else lies on, and the lines of text that lie on each other."""
    return page.evaluate(
        """() => {
            const scope = document.querySelector('dialog:modal') ?? document.body;
            const seen = element => element.checkVisibility({ opacityProperty: true, visibilityProperty: true })
                && !element.closest('.hidden');
            const said = element => element.outerHTML.replace(/\\s+/g, ' ').slice(0, 120);
            const found = [];
            const controls = [...scope.querySelectorAll('a[href], button, input, select, textarea, summary')].filter(seen);
            // The first hundreds of a long page are like the rest.
            for (const control of controls.slice(0, 300)) {
                control.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' });
                const box = [...control.getClientRects()].find(box => box.width > 2 && box.height > 2);
                if (!box) continue;
                const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
                if (!top || control.contains(top) || top.contains(control) || control.labels?.[0]?.contains(top)) continue;
                found.push(`${said(top)} lies on ${said(control)}`);
            }
            // What of a box is not cut off. Nothing, if it moves over the others on purpose.
            const visible = (element, { left, top, right, bottom }) => {
                for (let around = element; around && around !== document.body; around = around.parentElement) {
                    const style = getComputedStyle(around);
                    if (style.clipPath !== 'none' || ['sticky', 'fixed'].includes(style.position)) return null;
                    if (style.overflow === 'visible') continue;
                    const edge = around.getBoundingClientRect();
                    left = Math.max(left, edge.left), right = Math.min(right, edge.right);
                    top = Math.max(top, edge.top), bottom = Math.min(bottom, edge.bottom);
                }
                return right > left && bottom > top ? { left, top, right, bottom } : null;
            };
            const lines = [], texts = document.createTreeWalker(scope, NodeFilter.SHOW_TEXT);
            while (texts.nextNode() && lines.length < 2000) {
                const text = texts.currentNode, range = document.createRange();
                if (!text.data.trim() || !seen(text.parentElement) || text.parentElement.closest('option')) continue;
                range.selectNodeContents(text);
                for (const box of range.getClientRects()) {
                    const shown = visible(text.parentElement, box);
                    if (shown) lines.push({ text, box: shown });
                }
            }
            lines.sort((one, other) => one.box.top - other.box.top);
            for (const [at, { text, box }] of lines.entries()) {
                for (const other of lines.slice(at + 1)) {
                    if (other.box.top > box.bottom - 3) break;
                    const across = Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left);
                    const down = Math.min(box.bottom, other.box.bottom) - other.box.top;
                    if (text !== other.text && across > 3 && down > 4)
                        found.push(`"${text.data.trim().slice(0, 40)}" and "${other.text.data.trim().slice(0, 40)}" overlap`);
                }
            }
            scrollTo({ top: 0, behavior: 'instant' });
            return [...new Set(found)].slice(0, 8);
        }"""
    )


class Scales:
    """Counts the bytes that a page loads."""

    def __init__(self, page: Page):
        self.page, self.bytes, self.pending = page, 0, set()
        session = page.context.new_cdp_session(page)
        session.on("Network.requestWillBeSent", lambda event: self.pending.add(event["requestId"]))
        session.on("Network.loadingFinished", self.add)
        session.on("Network.loadingFailed", lambda event: self.pending.discard(event["requestId"]))
        session.send("Network.enable")

    def add(self, event: dict):
        self.pending.discard(event["requestId"])
        self.bytes += int(event["encodedDataLength"])

    def weigh(self, path: str) -> int:
        self.bytes = 0
        self.page.goto(path)
        # What scripts ask for is on its way by now. What leaving the page before has cut off never ends.
        end = time.monotonic() + 0.5
        while self.pending and time.monotonic() < end:
            self.page.wait_for_timeout(10)
        self.pending.clear()
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
