"""How users visit the pages: screen sizes, the sign-in, and what is watched."""

import datetime
import re
import zoneinfo

import pytest
from playwright.sync_api import BrowserContext, Page, expect

DESKTOP = {"viewport": {"width": 1280, "height": 800}}
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}
NARROW = {"viewport": {"width": 320, "height": 640}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}

# Each job must work on a desktop, on a phone, and without scripts.
WAYS = {
    "desktop": {"on": DESKTOP},
    "phone": {"on": PHONE},
    "phone-without-script": {"on": PHONE, "script": False},
}
every_way = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)

SIZES = {"desktop": DESKTOP, "phone": PHONE, "narrow": NARROW}

NAMES = {"viewer": "Vera Viitanen", "operator": "Otto Oksanen", "admin": "Ada Aalto", "newcomer": "Nelli Niemi"}


def sign_in(page: Page, url: str, person: str, path: str = "/"):
    """Opens a page, and signs in on the page that it redirects to."""
    page.goto(url + path)
    expect(page.get_by_role("heading", name="Who signs in?")).to_be_visible()
    page.get_by_role("button", name=NAMES[person]).click()
    page.wait_for_url(lambda address: "/login" not in address and "/auth/callback?" not in address)


def turn_to(page: Page, name: str):
    """Follows the link that starts with this name, on whichever page of a list it is."""
    link = page.get_by_role("link", name=re.compile(rf"^{re.escape(name)}\b"))
    while link.count() == 0:
        with page.expect_navigation():
            page.get_by_role("link", name="Next page").click()
    link.click()


def fill_time(page: Page, which: str, time: str | None = None, zone: str = "Europe/Helsinki", **later):
    """Fills in the two fields of the start or the end: a local time, or one this much after the current hour."""
    if time is None:
        now = datetime.datetime.now(zoneinfo.ZoneInfo(zone)).replace(minute=0)
        time = f"{now + datetime.timedelta(**later):%Y-%m-%dT%H:%M}"
    date, clock = time.split("T")
    page.get_by_label(f"{which} date").fill(date)
    page.get_by_label(f"{which} time").fill(clock)


class Watch:
    """Collects faults that are not visible on a page."""

    def __init__(self, context: BrowserContext, url: str):
        self.url, self.faults = url, []
        context.on("console", self.hear)
        context.on("weberror", lambda error: self.faults.append(f"{error.page.url}: {error.error}"))
        context.on("request", self.see)
        context.on("requestfailed", self.see_fail)
        context.on("response", self.see_response)

    def hear(self, message):
        # Some tests expect a page with 404 or 422, and `see_response` checks what pages load. A violation of the content
        # security policy is reported here, as an error.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.faults.append(f"console: {message.text}")

    def see(self, request):
        if not request.url.startswith((self.url + "/", "data:", "blob:", "about:")):
            self.faults.append(f"request to another site: {request.url}")

    def see_fail(self, request):
        # Leaving a page aborts its pending requests.
        if request.failure != "net::ERR_ABORTED":
            self.faults.append(f"{request.method} {request.url}: {request.failure}")

    def see_response(self, response):
        is_page = response.request.is_navigation_request()
        if response.status >= 500 or (response.status >= 400 and not is_page):
            self.faults.append(f"{response.request.method} {response.url}: {response.status}")
