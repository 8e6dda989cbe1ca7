"""Every page in every state, before what judges pages."""

from judges import FIRST_VISIT, LATER_VISIT, Scales, too_wide
from places import every_place
from playwright.sync_api import expect
from visit import SIZES

NARROWEST = SIZES["narrow"]["viewport"]


@every_place
def test_a_page_is_for_everybody(place, enter, world, axe, out):
    """In light and dark, large and small: nothing that axe finds, nothing beside the screen. Leaves pictures."""
    page = enter(place.person, world.path(place.path))
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    if place.then:
        place.then(page)
    faults = []
    for size, screen in SIZES.items():
        page.set_viewport_size(screen["viewport"])
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.screenshot(path=out / f"{place.name}-{size}-{scheme}.png", full_page=size != "desktop")
            # What axe sees on a phone it sees on a narrower one, too.
            found = axe.faults(page) if size != "phone" else []
            faults += [f"{size}, {scheme}: {fault}" for fault in found + too_wide(page)]
    assert not faults, "\n".join(faults)


@every_place
def test_a_page_fits_in_each_language(place, enter, world):
    for language in ("fi", "sv"):
        page = enter(place.person, world.path(place.path), language=language)
        page.set_viewport_size(NARROWEST)
        if place.person:
            expect(page.locator("html")).to_have_attribute("lang", language)
        assert not (wide := too_wide(page)), "\n".join(wide)


@every_place
def test_a_page_is_light(place, enter, world, figures):
    page = enter(place.person, "/robots.txt")
    scales, path = Scales(page), world.path(place.path)
    first, later = scales.weigh(page, path), scales.weigh(page, path)
    figures(place, first_visit=first, later_visit=later)
    assert first <= FIRST_VISIT and later <= LATER_VISIT, f"{first} bytes, then {later}"
