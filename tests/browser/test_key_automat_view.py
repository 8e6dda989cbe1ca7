"""Job 1: the automat's lockers at a glance."""

import re

import pytest
from playwright.sync_api import expect

from visit import every_way, turn_to


@every_way
def test_lockers_are_seen_at_a_glance(enter, world, way):
    page = enter("viewer", "/automats", **way)
    turn_to(page, world.known["automat"].replace("harbour-", "Harbour "))
    lockers = page.get_by_role("list", name="Lockers").get_by_role("listitem")
    expect(lockers).to_have_count(12)
    expect(page.get_by_role("main")).to_contain_text("Connected")
    known = world.known
    for index, key, state in [(0, known["key"], "Key inside"), (1, known["out"], "Key out"), (3, "", "Empty")]:
        expect(lockers.nth(index)).to_contain_text(key)
        expect(lockers.nth(index)).to_contain_text(state)
    lockers.nth(1).get_by_role("link", name=known["out"]).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(known["out"])


def test_an_open_door_is_shown_after_a_reload(enter, cloud):
    automat = cloud.automat(lockers=2)
    key = automat.key("door", 1)
    device = automat.connect(inside=(1,))
    automat.until(lambda view: view["lockers"][1]["keyInside"])
    pin = automat.contract(key)["pin"]
    page = enter("viewer", automat.path)
    locker = page.get_by_role("list", name="Lockers").get_by_role("listitem").nth(1)
    expect(locker).to_contain_text("Key inside")
    device.do(f"type {pin}")
    device.hear("take your key")
    device.do("take 1")
    automat.until(lambda view: view["lockers"][1]["keyInside"] is False)
    page.reload()
    expect(locker).to_contain_text("Key out")
    expect(locker).to_contain_text("Door open")


def doors(page):
    return page.get_by_role("list", name="Lockers").get_by_role("listitem")


def panel(page, number):
    return page.get_by_role("region", name=re.compile(rf"^Locker {number}\b"))


def test_a_cabinet_of_200_lockers_fits_on_one_screen(enter, world):
    page = enter("operator", world.path("/automats/{hall}"))
    expect(doors(page)).to_have_count(200)
    boxes = page.evaluate(
        """() => [...document.querySelectorAll('[aria-label=Lockers] > li')].map(door => {
            const {left, top, right, bottom, width, height} = door.getBoundingClientRect();
            return {left, top, right, bottom, width, height};
        })"""
    )
    screen = page.viewport_size
    assert (screen["width"], page.evaluate("scrollY")) == (1280, 0)
    assert min(min(box["left"], box["top"]) for box in boxes) >= 0
    assert max(box["right"] for box in boxes) <= screen["width"]
    assert max(box["bottom"] for box in boxes) <= screen["height"]
    assert min(min(box["width"], box["height"]) for box in boxes) >= 36, "large enough to press"
    assert len({round(box["left"]) for box in boxes}) == 20 and len({round(box["top"]) for box in boxes}) == 10
    # The doors do not move when the panel opens.
    doors(page).nth(2).get_by_role("link").click()
    expect(panel(page, 3)).to_be_visible()
    assert doors(page).nth(199).bounding_box()["x"] == boxes[199]["left"]


@every_way
def test_a_locker_is_shown_in_the_panel(enter, world, way):
    page = enter("operator", world.path("/automats/{hall}"), **way)
    third = doors(page).nth(2)
    expect(third).to_contain_text("Key out")
    third.get_by_role("link").click()
    for said in ("Key out", "Who has it", "Aino Asukas", "Out since", "Due"):
        expect(panel(page, 3)).to_contain_text(said)
    expect(page).to_have_url(re.compile(r"\?locker=2#panel$"))
    # An overdue key is with the person who took it. The next one is warned about.
    page.get_by_role("link", name=re.compile("^Overdue")).click()
    expect(doors(page)).to_have_count(2)
    doors(page).first.get_by_role("link").click()
    for said in ("Overdue", "Kaapelipaja Oy", "+358407654321", "Next Guest", "The key may not be back"):
        expect(panel(page, 1)).to_contain_text(said)
    panel(page, 1).get_by_role("link", name="Close").click()
    expect(panel(page, 1)).to_have_count(0)


def test_the_panel_keeps_the_focus_and_the_history(enter, world):
    page = enter("operator", world.path("/automats/{hall}"))
    link = lambda door: doors(page).nth(door).get_by_role("link")
    link(2).press("Enter")
    expect(panel(page, 3).get_by_role("heading")).to_be_focused()
    expect(link(2)).to_have_attribute("aria-current", "true")
    link(3).press("Enter")
    expect(panel(page, 4)).to_be_visible()
    expect(link(2)).not_to_have_attribute("aria-current", "true")
    page.go_back()
    expect(panel(page, 3)).to_be_visible()
    page.keyboard.press("Escape")
    expect(panel(page, 3)).to_have_count(0)
    expect(link(2)).to_be_focused()


@every_way
def test_in_a_large_cabinet_an_empty_locker_takes_a_key_in_one_press(enter, world, way):
    page = enter("admin", world.path("/automats/{hall}"), **way)
    doors(page).nth(190).click()
    expect(page).to_have_url(re.compile(r"/keys/new\?locker=190$"))
    expect(page.get_by_label("Locker").locator("option:checked")).to_have_text("191")


def test_lockers_are_filtered_while_typing(enter, cloud):
    automat = cloud.automat(lockers=3)
    van = automat.key("van", 0, property="Delivery van ABC-123")
    automat.key("shed", 1, property="Bicycle shed")
    page = enter("viewer", automat.path)
    lockers = page.get_by_role("list", name="Lockers").get_by_role("listitem")
    terms = page.get_by_role("searchbox", name="Find a key or property in this automat")
    terms.press_sequentially("abc VAN")
    expect(lockers).to_have_count(1)
    expect(lockers).to_contain_text(van)
    expect(page.get_by_role("status")).to_have_text("1 / 3")
    terms.fill("no such key")
    expect(lockers).to_have_count(0)
    expect(page.get_by_role("status")).to_have_text("0 / 3")
    terms.clear()
    expect(lockers).to_have_count(3)


def test_without_a_script_there_is_no_filter(enter, world):
    page = enter("viewer", world.path("/automats/{automat}"), script=False)
    expect(page.get_by_role("list", name="Lockers")).to_be_visible()
    expect(page.get_by_label("Find a key or property in this automat")).to_be_hidden()


@pytest.mark.parametrize("person, offered", [("viewer", 0), ("operator", 0), ("admin", 1)])
def test_only_an_admin_can_add_a_key(enter, world, person, offered):
    page = enter(person, world.path("/automats/{automat}"))
    expect(page.get_by_role("link", name="Add a key to locker 3")).to_have_count(offered)
    expect(page.get_by_role("link", name=f"Edit key {world.known['key']}")).to_have_count(offered)


@pytest.mark.parametrize("query", ["", "?locker=2", "?show=out"])
def test_a_cabinet_of_200_lockers_is_printed_on_one_page(enter, world, out, query):
    page = enter("operator", world.path("/automats/{hall}") + query)
    paper = page.pdf(format="A4", path=out / "cabinet.pdf")
    assert len(re.findall(rb"/Type */Page\b", paper)) == 1
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 718, "height": 1040})
    page.screenshot(path=out / f"cabinet-print{query.replace('?', '-')}.png")
