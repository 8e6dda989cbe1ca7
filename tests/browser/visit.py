"""How people come to the pages: the sizes of what they hold in their hands, the sign-in, and what is watched there."""

import datetime
import re
import zoneinfo

import pytest
from playwright.sync_api import BrowserContext, Page, expect

DESKTOP = {"viewport": {"width": 1280, "height": 800}}
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}
NARROW = {"viewport": {"width": 320, "height": 640}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}

# How a job must go: on a desk, beside the cabinet, and where no script runs.
WAYS = {
    "desktop": {"on": DESKTOP},
    "phone": {"on": PHONE},
    "phone-without-script": {"on": PHONE, "script": False},
}
every_way = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)

SIZES = {"desktop": DESKTOP, "phone": PHONE, "narrow": NARROW}

NAMES = {"viewer": "Vera Viitanen", "operator": "Otto Oksanen", "admin": "Ada Aalto", "newcomer": "Nelli Niemi"}


def sign_in(page: Page, url: str, person: str, path: str = "/"):
    """Goes to some page and, sent to the sign-in's, says who it is."""
    page.goto(url + path)
    expect(page.get_by_role("heading", name="Who signs in?")).to_be_visible()
    page.get_by_role("button", name=NAMES[person]).click()
    page.wait_for_url(lambda address: "/login" not in address and "/auth/callback?" not in address)


def turn_to(page: Page, name: str):
    """Follows the link that begins with this name, on whichever page of a list it is."""
    link = page.get_by_role("link", name=re.compile(rf"^{re.escape(name)}\b"))
    while link.count() == 0:
        with page.expect_navigation():
            page.get_by_role("link", name="Next page").click()
    link.click()


def fill_time(page: Page, which: str, time: str | None = None, zone: str = "Europe/Helsinki", **later):
    """Fills in the two fields of the start or the end: a local time, or one so much later than this full hour."""
    if time is None:
        now = datetime.datetime.now(zoneinfo.ZoneInfo(zone)).replace(minute=0)
        time = f"{now + datetime.timedelta(**later):%Y-%m-%dT%H:%M}"
    date, clock = time.split("T")
    page.get_by_label(f"{which} date").fill(date)
    page.get_by_label(f"{which} time").fill(clock)


class Watch:
    """What nobody who only looks at a page would notice."""

    def __init__(self, context: BrowserContext, url: str):
        self.url, self.faults = url, []
        context.on("console", self.hear)
        context.on("weberror", lambda error: self.faults.append(f"{error.page.url}: {error.error}"))
        context.on("request", self.see)
        context.on("requestfailed", self.see_fail)
        context.on("response", self.see_answer)

    def hear(self, message):
        # That a page was answered with 404 or 422 is what some tests are about; of what pages load, `see_answer` tells.
        # A breach of the content policy is told of here, as an error.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.faults.append(f"console: {message.text}")

    def see(self, request):
        if not request.url.startswith((self.url + "/", "data:", "blob:", "about:")):
            self.faults.append(f"asked elsewhere: {request.url}")

    def see_fail(self, request):
        # Leaving a page ends what it was still waiting for.
        if request.failure != "net::ERR_ABORTED":
            self.faults.append(f"{request.method} {request.url}: {request.failure}")

    def see_answer(self, response):
        is_page = response.request.is_navigation_request()
        if response.status >= 500 or (response.status >= 400 and not is_page):
            self.faults.append(f"{response.request.method} {response.url}: {response.status}")
