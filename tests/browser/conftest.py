"""The fixtures: a local cloud, Chromium, and users who have signed in.

A test opens pages with `enter`. Every page is watched: an error in the console, a violation of the content security
policy, a request to another site or a failed request fails the test.
"""

import json
import pathlib
import shutil

import pytest
from playwright.sync_api import expect, sync_playwright

import states
from cloud import Cloud
from judges import Axe
from visit import DESKTOP, Watch, sign_in

# Debian's Chromium; Playwright does not download its own.
CHROMIUM = shutil.which("chromium")

expect.set_options(timeout=5_000)


def pytest_addoption(parser):
    options = parser.getgroup("key automat cloud")
    options.addoption("--binaries", type=pathlib.Path, help="where the local cloud and the automat were built")
    options.addoption("--judges", type=pathlib.Path, help="where npm has put axe-core and Lighthouse")
    options.addoption("--out", type=pathlib.Path, help="where screenshots and measurements go")
    options.addoption("--all", action="store_true", help="Lighthouse on every page")


@pytest.fixture(scope="session")
def out(request) -> pathlib.Path:
    folder = request.config.getoption("--out")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def judges(request) -> pathlib.Path:
    return request.config.getoption("--judges")


@pytest.fixture(scope="session")
def cloud(request, tmp_path_factory):
    cloud = Cloud(request.config.getoption("--binaries"), tmp_path_factory.mktemp("cloud"))
    yield cloud
    cloud.stop()
    assert not cloud.faults(), cloud.faults()


@pytest.fixture(scope="session")
def playwright():
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def chromium(playwright):
    browser = playwright.chromium.launch(executable_path=CHROMIUM)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def signed_in(chromium, cloud):
    """The cookies of a user who has signed in. Each user signs in once."""
    kept = {}

    def of(person: str) -> dict:
        if person not in kept:
            context = chromium.new_context()
            sign_in(context.new_page(), cloud.url, person)
            kept[person] = context.storage_state()
            context.close()
        return kept[person]

    return of


@pytest.fixture
def enter(chromium, cloud, signed_in):
    """Opens a page for somebody, at a path: `enter("operator", "/", on=PHONE, script=False)`. With `fresh` it has a
    session of its own, which the test may end."""
    opened = []

    def page_of(person=None, path="/", *, on=DESKTOP, script=True, scheme="light", language="en", fresh=False):
        context = chromium.new_context(
            base_url=cloud.url,
            color_scheme=scheme,
            java_script_enabled=script,
            locale=language,
            storage_state=signed_in(person) if person and not fresh else None,
            # Users need not be in the automat's time zone.
            timezone_id="America/New_York",
            **on,
        )
        context.set_default_timeout(5_000)
        watch = Watch(context, cloud.url)
        opened.append((context, watch))
        page = context.new_page()
        if person and fresh:
            sign_in(page, cloud.url, person)
        page.goto(path)
        page.watch = watch
        return page

    yield page_of
    for context, _ in opened:
        context.close()
    faults = [fault for _, watch in opened for fault in watch.faults]
    assert not faults, faults


@pytest.fixture(scope="session")
def world(cloud):
    return states.build(cloud)


@pytest.fixture(scope="session")
def axe(judges):
    return Axe(judges)


@pytest.fixture(scope="session")
def figures(out):
    """The measurements of each state of a page."""
    measured = {}
    yield lambda state, **figures: measured.setdefault(state.name, {}).update(figures)
    (out / "figures.json").write_text(json.dumps(measured, indent=1))
