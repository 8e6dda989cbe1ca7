"""Lighthouse's scores: of some pages each time, of all with `cargo xtask browser --all`."""

import shutil

import pytest

from judges import LEAST, lighthouse, shortcomings
from states import STATES
from visit import sign_in


@pytest.fixture(scope="module")
def browsers(playwright, cloud, tmp_path_factory):
    """Browsers for Lighthouse, one for each user."""
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
    # Lighthouse cannot reach a state that needs a click.
    asked = [state for state in STATES if everything or state.often]
    chosen = [state for state in asked if not state.then and not state.is_error]
    metafunc.parametrize("state", chosen, ids=lambda state: state.name)
    # The preset for phones simulates a slower machine and network.
    metafunc.parametrize("preset", ["mobile", "desktop"] if everything else ["mobile"])


def test_lighthouse_scores(state, preset, browsers, world, cloud, judges, out, figures):
    report = out / f"{state.name}-{preset}.json"
    marks = lighthouse(judges, browsers(state.person), cloud.url + world.path(state.path), preset, report)
    figures(state, **{preset: marks})
    assert min(marks.values()) >= LEAST, f"{marks}: {shortcomings(report)}"
