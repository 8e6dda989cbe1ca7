"""Every page in every state, checked by axe, width and size."""

import pytest
from playwright.sync_api import expect

from judges import FIRST_VISIT, LATER_VISIT, Scales, overlapping, too_wide
from states import every_state
from visit import SIZES

# Colours do not depend on the size, nor the layout on the colours, so each is checked in one of these. With --all: all.
LOOKS = [("desktop", "light"), ("phone", "light"), ("narrow", "dark")]
ALL_LOOKS = [(size, scheme) for size in SIZES for scheme in ("light", "dark")]


@every_state
def test_a_page_is_accessible(state, enter, world, axe, out, request):
    """In light and dark, large and small: axe finds nothing, nothing is too wide or lies on something else. Takes
    screenshots."""
    page = enter(state.person, world.path(state.path))
    if state.then:
        state.then(page)
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    faults = []
    for size, scheme in ALL_LOOKS if request.config.getoption("--all") else LOOKS:
        page.set_viewport_size(SIZES[size]["viewport"])
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.screenshot(path=out / f"{state.name}-{size}-{scheme}.png", full_page=size != "desktop")
        # Axe finds on a narrow screen what it finds on a phone.
        found = axe.faults(page) if size != "phone" else []
        faults += [f"{size}, {scheme}: {fault}" for fault in found + too_wide(page) + overlapping(page)]
    assert not faults, "\n".join(faults)


@every_state
@pytest.mark.parametrize("language", ["fi", "sv"])
def test_a_page_fits_in_each_language(language, state, enter, world):
    page = enter(state.person, world.path(state.path), language=language)
    if state.person:
        expect(page.locator("html")).to_have_attribute("lang", language)
    faults = []
    for size in SIZES:
        page.set_viewport_size(SIZES[size]["viewport"])
        faults += [f"{size}: {fault}" for fault in too_wide(page) + overlapping(page)]
    assert not faults, "\n".join(faults)


@every_state
def test_a_page_is_small(state, enter, world, figures):
    page = enter(state.person, "/robots.txt")
    scales, path = Scales(page), world.path(state.path)
    first, later = scales.weigh(path), scales.weigh(path)
    figures(state, first_visit=first, later_visit=later)
    assert first <= FIRST_VISIT and later <= LATER_VISIT, f"{first} bytes, then {later}"
