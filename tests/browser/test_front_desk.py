"""Jobs at a front desk: a code that did not work, who did what, and a key among many."""

import re

from playwright.sync_api import expect

from cloud import until
from visit import NAMES, every_way


@every_way
def test_a_code_that_did_not_work_is_explained_and_fixed(enter, cloud, way):
    automat = cloud.automat("Pier", lockers=2)
    key = automat.key("pier", 0, property="Pier 1")
    contract = automat.contract(key, person="Elna Ended")
    device = automat.connect(inside=(0,))
    cloud.call("POST", f"/v1/contracts/{contract['contractId']}/end")
    device.do(f"type {contract['pin']}")
    entered = lambda events: any(event["type"] == "entry-refused" for event in events["data"])
    until(lambda: cloud.call("GET", f"/v1/automats/{automat.id}/events"), entered)
    search = contract["contractId"]
    until(lambda: cloud.call("GET", f"/v1/contracts?search={search}"), lambda found: found["data"])
    page = enter("operator", f"/search?q={search}", **way)
    page.get_by_role("link", name="Why did the code not work? Elna Ended").click()
    expect(page.get_by_role("main")).to_contain_text("A PIN did not open a locker: the contract had ended")
    page.get_by_role("link", name=f"Extend {key}").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Edit contract")


@every_way
def test_activity_names_who_did_it(enter, cloud, way):
    automat = cloud.automat("Dock", lockers=2)
    key = automat.key("dock", 0)
    page = enter("operator", f"/keys/{key}/contracts/new", **way)
    page.get_by_label("Person", exact=True).fill("Dora Dock")
    page.get_by_label("Starts now").check()
    page.get_by_label("Permanent contract").check()
    page.get_by_role("button", name="Save").last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Dora Dock")
    page.goto("/activity?person=dora")
    row = page.get_by_role("table", name="Activity").get_by_role("row").filter(has_text=key).filter(has_text="A contract was created")
    expect(row).to_contain_text("Dora Dock")
    expect(row).to_contain_text("you")
    page = enter("viewer", "/activity?person=dora", **way)
    row = page.get_by_role("table", name="Activity").get_by_role("row").filter(has_text=key).filter(has_text="A contract was created")
    expect(row).to_contain_text(NAMES["operator"])


@every_way
def test_a_key_is_found_with_who_has_it(enter, cloud, way):
    automat = cloud.automat("Mole", lockers=2)
    key = automat.key("mole", 0, property="Mole Street 7")
    contract = automat.contract(key, person="Mona Mole")
    automat.connect(inside=(0,)).fetch(0, contract["pin"])
    page = enter("viewer", "/keys", **way)
    page.get_by_label("Search", exact=True).fill("mole st")
    page.get_by_role("button", name="Show keys").click()
    row = page.get_by_role("table", name="Keys").get_by_role("row").filter(has_text=key)
    expect(row).to_contain_text("Mona Mole")
    page.get_by_role("link", name="Inside", exact=True).click()
    expect(page).to_have_url(re.compile(r"search=mole\+st.*show=inside|show=inside.*search=mole\+st"))
    expect(page.get_by_role("main")).to_contain_text("There are no such keys.")


def test_the_slash_key_leads_to_the_search_but_not_from_a_field(enter):
    page = enter("viewer", "/today")
    page.keyboard.press("/")
    search = page.get_by_role("searchbox", name="Search keys and contracts")
    expect(search).to_be_focused()
    page.keyboard.type("a/b")
    expect(search).to_have_value("a/b")


def test_leaving_a_form_that_was_filled_in_asks(enter, cloud):
    automat = cloud.automat("Jetty", lockers=2)
    page = enter("admin", f"/automats/{automat.id}/keys/new")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.get_by_label("Property").fill("Jetty 1")
    page.get_by_role("link", name="Today").click()
    page.wait_for_url("**/today")
    assert asked == ["beforeunload"]
    page.go_back()
    page.get_by_role("link", name="Today").click()
    page.wait_for_url("**/today")
    assert asked == ["beforeunload"], "nothing was typed"


@every_way
def test_another_language_keeps_the_form(enter, cloud, way):
    automat = cloud.automat("Wherry", lockers=2)
    key = automat.key("wherry", 0)
    page = enter("operator", f"/keys/{key}/contracts/new", **way)
    page.get_by_label("Person", exact=True).fill("Wilma Wherry")
    page.get_by_role("button", name="Suomi").click()
    expect(page.locator("html")).to_have_attribute("lang", "fi")
    expect(page.get_by_label("Henkilö", exact=True)).to_have_value("Wilma Wherry")


def test_a_table_is_sorted_by_the_column_that_is_pressed(enter, cloud):
    automat = cloud.automat("Ferry", lockers=4)
    keys = [automat.key(f"ferry-{name}", locker) for locker, name in enumerate(["b", "c", "a"])]
    page = enter("viewer", f"/keys?automatId={automat.id}")
    first = page.get_by_role("table", name="Keys").get_by_role("row").nth(1)
    expect(first).to_contain_text(keys[0])
    heading = page.get_by_role("columnheader", name="KeyID")
    heading.get_by_role("button").click()
    expect(first).to_contain_text(keys[2])
    expect(heading).to_have_attribute("aria-sort", "ascending")
    heading.get_by_role("button").click()
    expect(first).to_contain_text(keys[1])
    expect(heading).to_have_attribute("aria-sort", "descending")
