"""Every page in every state, before what judges pages."""

from playwright.sync_api import expect

from judges import FIRST_VISIT, LATER_VISIT, Scales, too_wide
from places import every_place
from visit import SIZES

NARROWEST = SIZES["narrow"]["viewport"]
# Colours do not depend on the size, nor the layout on colours: each is looked at on one of these. With --all, on all.
LOOKS = [("desktop", "light"), ("phone", "light"), ("narrow", "dark")]
ALL_LOOKS = [(size, scheme) for size in SIZES for scheme in ("light", "dark")]


@every_place
def test_a_page_is_for_everybody(place, enter, world, axe, out, request):
    """In light and dark, large and small: nothing that axe finds, nothing beside the screen. Leaves pictures."""
    page = enter(place.person, world.path(place.path))
    if place.then:
        place.then(page)
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    faults = []
    for size, scheme in ALL_LOOKS if request.config.getoption("--all") else LOOKS:
        page.set_viewport_size(SIZES[size]["viewport"])
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.screenshot(path=out / f"{place.name}-{size}-{scheme}.png", full_page=size != "desktop")
        # What axe sees on a phone it sees on a narrower one, too.
        found = axe.faults(page) if size != "phone" else []
        faults += [f"{size}, {scheme}: {fault}" for fault in found + too_wide(page)]
    assert not faults, "\n".join(faults)


@every_place
def test_a_page_fits_in_each_language(place, enter, world, request):
    # Finnish has the longest words.
    for language in ("fi", "sv") if request.config.getoption("--all") else ("fi",):
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
