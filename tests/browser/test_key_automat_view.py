"""Job 1: the automat's lockers at a glance."""

import pytest
from playwright.sync_api import expect

from visit import every_way, turn_to


@every_way
def test_lockers_are_seen_at_a_glance(enter, world, way):
    page = enter("viewer", "/", **way)
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


def test_a_door_that_opens_shows_on_the_page_as_it_is_loaded_again(enter, cloud):
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


@pytest.mark.parametrize("person, offered", [("viewer", 0), ("operator", 0), ("admin", 1)])
def test_only_an_admin_is_offered_to_add_a_key(enter, world, person, offered):
    page = enter(person, world.path("/automats/{automat}"))
    expect(page.get_by_role("link", name="Add a key to locker 3")).to_have_count(offered)
    expect(page.get_by_role("link", name=f"Edit {world.known['key']}")).to_have_count(offered)
