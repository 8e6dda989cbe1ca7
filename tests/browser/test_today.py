"""Job: what needs attention today, and a contract found again."""

import re

from playwright.sync_api import expect

from cloud import at
from visit import every_way, fill_time, turn_to

PHONE_NUMBER = "+358401234567"


def end_overdue(cloud, name: str, person: str):
    """An automat with a key that is out after the end of its contract. Returns the key and the contract."""
    automat = cloud.automat(name, lockers=2)
    key = automat.key("overdue", 0, property=f"{name} Street 1")
    contact = {"name": person, "phoneNumber": PHONE_NUMBER, "sendSms": False, "language": "en"}
    contract = automat.contract(key, person=person, contacts=[contact])
    automat.connect(inside=(0,)).fetch(0, contract["pin"])
    cloud.call("POST", f"/v1/contracts/{contract['contractId']}/end")
    return key, contract


def row_of(page, key: str):
    return page.get_by_role("table", name="Overdue").get_by_role("row").filter(has_text=key)


@every_way
def test_all_that_is_overdue_is_on_one_page(enter, cloud, way):
    found = [end_overdue(cloud, name, person) for name, person in [("Wharf", "Outi Out"), ("Market", "Lauri Late")]]
    cloud.until_overdue(*(contract for _, contract in found))
    page = enter("operator", "/", **way)
    expect(page.get_by_role("heading", level=1)).to_have_text("Today")
    for (key, _), person, street in zip(found, ["Outi Out", "Lauri Late"], ["Wharf Street 1", "Market Street 1"]):
        row = row_of(page, key)
        for text in (person, street, re.compile("Due now|minutes? late")):
            expect(row).to_contain_text(text)
        expect(row.get_by_role("link", name=PHONE_NUMBER)).to_have_attribute("href", f"tel:{PHONE_NUMBER}")
    key, contract = found[0]
    row_of(page, key).get_by_role("link", name="Extend Outi Out").click()
    fill_time(page, "End", days=1)
    page.get_by_role("button", name="Save").last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Outi Out")
    page.goto("/today")
    expect(row_of(page, key)).to_have_count(0)
    expect(row_of(page, found[1][0])).to_have_count(1)


@every_way
def test_an_automat_without_a_connection_is_on_the_page(enter, cloud, way):
    automat = cloud.automat("Lighthouse")
    device = automat.connect()
    device.stop()
    automat.until(lambda view: view["connection"]["state"] == "disconnected")
    page = enter("viewer", "/today", **way)
    line = page.get_by_role("region", name="Automats that need attention").get_by_role("listitem")
    line = line.filter(has_text=automat.name)
    expect(line).to_contain_text("Disconnected")
    line.get_by_role("link", name=automat.name, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(automat.name)


@every_way
def test_a_contract_is_found_by_its_filter(enter, cloud, way):
    automat = cloud.automat("Filter")
    key = automat.key("filter", 0)
    for days, person in [(1, "Frida Filter"), (30, "Gunnar Gone")]:
        automat.contract(key, person=person, start=at(days=days), end=at(days=days + 1))
    page = enter("viewer", "/", **way)
    page.get_by_role("navigation", name="Sections").get_by_role("link", name="Contracts").click()
    page.get_by_text("Automat, key and dates").click()
    page.get_by_label("Automat ID").fill(automat.id)
    page.get_by_role("button", name="Show contracts").last.click()
    rows = page.get_by_role("table", name="Contracts").get_by_role("row").filter(has_text=key)
    # It is listed some milliseconds after it was created.
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("Frida Filter")
    page.get_by_role("link", name="Upcoming").click()
    expect(rows).to_have_count(2)
    expect(page.get_by_label("Automat ID")).to_have_value(automat.id)
    page.go_back()
    expect(rows).to_have_count(1)
    rows.get_by_role("link", name="Frida Filter").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Frida Filter")


def test_the_automats_are_one_press_away(enter, world):
    page = enter("viewer", "/")
    page.get_by_role("navigation", name="Sections").get_by_role("link", name="Automats").click()
    turn_to(page, world.known["automat"].replace("harbour-", "Harbour "))
    current = page.get_by_role("navigation", name="Sections").locator("[aria-current]")
    expect(current).to_have_text("Automats")
