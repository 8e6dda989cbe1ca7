"""Job 3: a key edited with the icon beside it, and removed with all its contracts."""

from playwright.sync_api import expect

from cloud import at
from visit import every_way


@every_way
def test_a_key_is_edited_with_the_icon_beside_it(enter, cloud, way):
    automat = cloud.automat()
    key = automat.key("edit", 5, property="Before")
    page = enter("admin", automat.path, **way)
    page.get_by_role("link", name=f"Edit key {key}").click()
    page.get_by_label("Property").fill("After")
    page.get_by_label("Shared").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("main")).to_contain_text("After")
    edited = cloud.call("GET", f"/v1/keys/{key}")
    assert (edited["property"], edited["shared"], edited["version"]) == ("After", True, 2)


@every_way
def test_a_key_is_removed_with_all_its_contracts(enter, cloud, way):
    automat = cloud.automat()
    key = automat.key("remove", 5)
    automat.contract(key)
    automat.contract(key, start=at(days=1), end=at(days=2))
    page = enter("admin", f"/keys/{key}", **way)
    page.get_by_role("link", name="Remove", exact=True).first.click()
    expect(page.get_by_role("main")).to_contain_text("2 active or upcoming contracts")
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_role("list", name="Lockers").get_by_role("listitem").nth(5)).to_contain_text("Empty")
    assert "key" not in automat.locker(5)


def test_removing_a_key_that_is_out_needs_confirmation(enter, cloud):
    automat = cloud.automat()
    key = automat.key("out", 0)
    automat.connect(inside=(0,)).fetch(0, automat.contract(key)["pin"])
    page = enter("admin", f"/keys/{key}/remove")
    page.get_by_role("button", name="Remove").click()
    assert automat.locker(0)["key"]["keyId"] == key
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_role("list", name="Lockers")).to_be_visible()
    assert "key" not in automat.locker(0)


def test_a_stale_edit_shows_both_versions(enter, cloud):
    automat = cloud.automat()
    key = automat.key("stale", 0, property="At first")
    mine, theirs = (enter("admin", f"/keys/{key}/edit") for _ in range(2))
    theirs.get_by_label("Property").fill("Theirs")
    theirs.get_by_role("button", name="Save").click()
    expect(theirs.get_by_role("main")).to_contain_text("Theirs")
    mine.get_by_label("Property").fill("Mine")
    mine.get_by_role("button", name="Save").click()
    expect(mine.get_by_label("Property")).to_have_value("Mine")
    expect(mine.get_by_role("main")).to_contain_text("Theirs")
    assert cloud.call("GET", f"/v1/keys/{key}")["property"] == "Theirs"
    mine.get_by_role("button", name="Save").click()
    expect(mine.get_by_role("main")).to_contain_text("Mine")
    assert cloud.call("GET", f"/v1/keys/{key}")["property"] == "Mine"
