"""Job 1: the automat's lockers at a glance."""

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
