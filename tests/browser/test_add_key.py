"""Job 2: a key added to an empty locker, and the locker opened."""

from playwright.sync_api import expect

from visit import every_way


@every_way
def test_a_key_is_added_and_its_locker_opened(enter, cloud, way):
    automat = cloud.automat()
    device = automat.connect()
    page = enter("admin", automat.path, **way)
    page.get_by_role("link", name="Add a key to locker 7").click()
    key = f"{automat.id}-7"
    page.get_by_label("KeyID").fill(key)
    page.get_by_label("Property").fill("Harbour Street 1 A 7")
    page.get_by_label("Return code").fill("4711")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Open locker 7").click()
    expect(page.get_by_role("status")).to_contain_text("Opened")
    # The motor has done what the page says.
    assert device.door(7) == "open"
    assert automat.locker(7)["key"] == {"keyId": key, "property": "Harbour Street 1 A 7"}


@every_way
def test_errors_are_shown_and_input_is_kept(enter, cloud, way):
    automat = cloud.automat()
    page = enter("admin", f"{automat.path}/keys/new?locker=3", **way)
    page.get_by_label("KeyID").fill("not a key id")
    page.get_by_label("Property").fill("Kept")
    page.get_by_label("Return code").fill("12")
    page.get_by_role("button", name="Save").click()
    summary = page.get_by_role("alert")
    expect(summary).to_be_visible()
    for field, typed in (("KeyID", "not a key id"), ("Return code", "12")):
        field = page.get_by_label(field)
        expect(field).to_have_value(typed)
        expect(field).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Property")).to_have_value("Kept")
    summary.get_by_role("link").first.click()
    expect(page.get_by_label("KeyID")).to_be_focused()
    page.get_by_label("KeyID").fill(f"{automat.id}-3")
    page.get_by_label("Return code").fill("1234")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name="Open locker 3")).to_be_visible()


def test_a_double_click_and_a_reload_add_one_key(enter, cloud):
    automat = cloud.automat()
    page = enter("admin", f"{automat.path}/keys/new?locker=2")
    page.get_by_label("KeyID").fill(f"{automat.id}-2")
    page.get_by_role("button", name="Save").dblclick()
    expect(page.get_by_role("button", name="Open locker 2")).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="Open locker 2")).to_be_visible()
    events = cloud.call("GET", f"/v1/automats/{automat.id}/events")["data"]
    assert [event["type"] for event in events].count("key-added") == 1


def test_a_key_id_in_use_is_an_error_of_its_field(enter, cloud):
    automat = cloud.automat()
    key = automat.key("taken", 0)
    page = enter("admin", f"{automat.path}/keys/new?locker=1")
    page.get_by_label("KeyID").fill(key)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("KeyID")).to_have_value(key)
