"""Lighthouse's marks: on some pages each time, on all with `cargo xtask browser --all`."""

import shutil

import pytest

from judges import LEAST, lighthouse, shortcomings
from places import PLACES
from visit import sign_in


@pytest.fixture(scope="module")
def lamps(playwright, cloud, tmp_path_factory):
    """Browsers that Lighthouse can look with, one for each person."""
    lit = {}

    def of(person: str | None) -> int:
        if person not in lit:
            folder = tmp_path_factory.mktemp("profile")
            context = playwright.chromium.launch_persistent_context(
                folder, executable_path=shutil.which("chromium"), args=["--remote-debugging-port=0"]
            )
            if person:
                sign_in(context.pages[0], cloud.url, person)
            port = int((folder / "DevToolsActivePort").read_text().splitlines()[0])
            lit[person] = (context, port)
        return lit[person][1]

    yield of
    for context, _ in lit.values():
        context.close()


def pytest_generate_tests(metafunc):
    everything = metafunc.config.getoption("--all")
    # A state that a click brings about is none that Lighthouse comes to.
    asked = [place for place in PLACES if everything or place.often]
    chosen = [place for place in asked if not place.then and not place.is_error]
    metafunc.parametrize("place", chosen, ids=lambda place: place.name)
    # The one for phones has a slower machine and a slower network to it.
    metafunc.parametrize("preset", ["mobile", "desktop"] if everything else ["mobile"])


def test_lighthouse_finds_a_page_good(place, preset, lamps, world, cloud, judges, out, figures):
    report = out / f"{place.name}-{preset}.json"
    marks = lighthouse(judges, lamps(place.person), cloud.url + world.path(place.path), preset, report)
    figures(place, **{preset: marks})
    assert min(marks.values()) >= LEAST, f"{marks}: {shortcomings(report)}"
