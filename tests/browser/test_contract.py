"""Job 4: a contract, from its details and the preview of its messages to the PIN."""

import re

import pytest
from playwright.sync_api import Page, expect

from cloud import at
from states import preview
from visit import every_way, fill_time


@pytest.fixture
def automat(cloud):
    return cloud.automat()


def save(page: Page):
    page.get_by_role("button", name="Save").last.click()


def contact(page: Page, number: int):
    return page.get_by_role("group", name=f"Contact {number}")


@every_way
def test_the_messages_to_two_contacts_are_previewed(enter, cloud, automat, way):
    key = automat.key("book", 0)
    page = enter("operator", f"/keys/{key}", **way)
    page.get_by_role("link", name="New contract").first.click()
    page.get_by_label("Person").fill("Aino Virtanen")
    fill_time(page, "Start", days=1)
    fill_time(page, "End", days=2)
    page.get_by_label("PIN").fill("482915")
    if contact(page, 1).count() == 0:
        page.get_by_role("button", name="Add contact").click()
    contact(page, 1).get_by_label("Name").fill("Aino Virtanen")
    contact(page, 1).get_by_label("Email", exact=True).fill("aino@example.com")
    page.get_by_role("button", name="Add contact").click()
    contact(page, 2).get_by_label("Name").fill("Bo Ek")
    expect(contact(page, 2).get_by_label("Country of the phone number")).to_have_value("FI")
    contact(page, 2).get_by_label("Phone number", exact=True).fill("040 123 4567")
    save(page)
    messages = page.get_by_role("dialog")
    expect(messages).to_contain_text("aino@example.com")
    expect(messages).to_contain_text("Bo Ek: +358401234567")
    assert cloud.call("GET", f"/v1/contracts?keyId={key}")["data"] == []
    messages.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Aino Virtanen")
    [made] = cloud.call("GET", f"/v1/contracts?keyId={key}")["data"]
    assert [who["name"] for who in made["contacts"]] == ["Aino Virtanen", "Bo Ek"]
    shows_the_pin(page, "482915")


@every_way
def test_a_cleaner_may_fetch_the_key_in_working_hours(enter, cloud, automat, way):
    key = automat.key("stairs", 0)
    page = enter("operator", f"/keys/{key}/contracts/new", **way)
    page.get_by_label("Person").fill("Sirpa Cleaner")
    page.get_by_label("Starts now").check()
    page.get_by_label("Permanent contract").check()
    page.get_by_text("Fetching hours").first.click()
    hours = page.get_by_role("group", name="Days and hours 1")
    for day in ["Monday", "Tuesday", "Wednesday"]:
        hours.get_by_label(day).check()
    hours.get_by_label("From").fill("8:00")
    hours.get_by_label("Until").fill("17:00")
    save(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Sirpa Cleaner")
    expect(page.get_by_role("main")).to_contain_text("Mon–Wed 08:00–17:00")
    [made] = cloud.call("GET", f"/v1/contracts?keyId={key}")["data"]
    assert made["schedule"] == "Mo-We 08:00-17:00"


def shows_the_pin(page: Page, pin: str):
    expect(page.get_by_role("main")).not_to_contain_text(pin)
    page.get_by_role("button", name="Show PIN").click()
    expect(page.get_by_role("main")).to_contain_text(pin)
    assert pin not in page.url


@every_way
def test_a_permanent_contract_without_contacts_has_a_generated_pin_and_no_end(enter, cloud, automat, way):
    key = automat.key("permanent", 0)
    page = enter("operator", f"/keys/{key}/contracts/new", **way)
    page.get_by_label("Person").fill("Riku Resident")
    page.get_by_label("Starts now").check()
    page.get_by_label("Permanent contract").check()
    save(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Riku Resident")
    [made] = cloud.call("GET", f"/v1/contracts?keyId={key}")["data"]
    assert made["permanent"]
    pin = cloud.call("GET", f"/v1/contracts/{made['contractId']}/pin")["pin"]
    assert re.fullmatch("[0-9]{6}", pin)
    shows_the_pin(page, pin)


@every_way
def test_a_conflict_names_the_person_and_offers_the_next_free_period(enter, cloud, automat, way):
    key = automat.key("conflict", 0)
    start, end = at(days=1), at(days=2)
    automat.contract(key, person="Otso Other", start=start, end=end)
    page = enter("operator", f"/keys/{key}/contracts/new", **way)
    page.get_by_label("Person").fill("Liisa Later")
    fill_time(page, "Start", days=1, hours=2)
    fill_time(page, "End", days=1, hours=5)
    save(page)
    expect(page.get_by_role("main")).to_contain_text("Otso Other")
    page.get_by_role("button", name="Use the next free period").click()
    expect(page.get_by_label("Person")).to_have_value("Liisa Later")
    save(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Liisa Later")
    made = cloud.call("GET", f"/v1/contracts?keyId={key}")["data"]
    assert [(one["person"], one["start"]) for one in made] == [("Otso Other", start), ("Liisa Later", end)]


@pytest.mark.parametrize(
    "zone, start, end, asks",
    [
        # Clocks go from 3:00 to 4:00, and from 4:00 back to 3:00.
        ("Europe/Helsinki", "2027-03-28T03:30", "2027-03-28T12:00", "Start"),
        ("Europe/Helsinki", "2027-10-30T12:00", "2027-10-31T03:30", "End"),
    ],
    ids=["gap", "overlap"],
)
def test_a_skipped_or_ambiguous_time_is_explained(enter, cloud, zone, start, end, asks):
    automat = cloud.automat(zone=zone)
    key = automat.key("clock", 0)
    page = enter("operator", f"/keys/{key}/contracts/new")
    page.get_by_label("Person").fill("Kello Kinnunen")
    fill_time(page, "Start", start)
    fill_time(page, "End", end)
    expect(page.get_by_role("main")).to_contain_text(zone)
    save(page)
    expect(page.get_by_role("alert")).to_be_visible()
    for which, time in [("Start", start), ("End", end)]:
        date, clock = time.split("T")
        expect(page.get_by_label(f"{which} date")).to_have_value(date)
        expect(page.get_by_label(f"{which} time")).to_have_value(clock)
    expect(page.get_by_role("group", name=asks, exact=True)).to_have_attribute("aria-describedby", re.compile("-error$"))
    assert cloud.call("GET", f"/v1/contracts?keyId={key}")["data"] == []


@every_way
def test_a_half_filled_start_is_an_error_and_never_means_now(enter, cloud, automat, way):
    key = automat.key("half", 0)
    page = enter("operator", f"/keys/{key}/contracts/new", **way)
    page.get_by_label("Person").fill("Outi Ohi")
    page.get_by_label("Start date").fill("31.2.2027")
    fill_time(page, "End", "2027-11-25T10:00")
    save(page)
    for field in ("Start date", "Start time"):
        expect(page.get_by_label(field)).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Start date")).to_have_value("31.2.2027")
    assert cloud.call("GET", f"/v1/contracts?keyId={key}")["data"] == []


@every_way
def test_ending_a_contract_shows_its_messages_first(enter, cloud, automat, way):
    key = automat.key("end", 0)
    contacts = [{"name": "Eeva", "email": "eeva@example.com", "sendEmail": True}]
    contract = automat.contract(key, person="Eeva Ennen", contacts=contacts)["contractId"]
    page = enter("operator", f"/contracts/{contract}", **way)
    page.get_by_role("link", name="End now").click()
    expect(page.get_by_role("main")).to_contain_text("eeva@example.com")
    page.get_by_role("button", name="End now").click()
    expect(page.get_by_role("status")).to_contain_text("The contract has been ended.")
    [ended] = cloud.call("GET", f"/v1/contracts?keyId={key}")["data"]
    assert ended["state"] == "ended"


def test_a_double_click_a_reload_and_the_back_button_create_one_contract(enter, cloud, automat):
    key = automat.key("once", 0, shared=True)
    page = enter("operator", f"/keys/{key}/contracts/new")
    page.get_by_label("Person").fill("Ulla Uusi")
    page.get_by_label("Starts now").check()
    page.get_by_label("Permanent contract").check()
    page.get_by_role("button", name="Save").dblclick()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ulla Uusi")
    page.reload()
    page.go_back()
    if page.get_by_role("button", name="Save").count():
        save(page)
    page.wait_for_load_state()
    assert len(cloud.call("GET", f"/v1/contracts?keyId={key}")["data"]) == 1


def test_a_date_can_be_chosen_from_the_calendar_of_the_browser(enter, automat):
    key = automat.key("calendar", 0)
    page = enter("operator", f"/keys/{key}/contracts/new")
    start = page.get_by_role("group", name="Start")
    start.get_by_role("button", name="Choose a date").click()
    start.locator("[type=date]").fill("2027-02-01")
    expect(start.get_by_label("Start date")).to_have_value("2027-02-01")
    expect(start.get_by_label("Start date")).to_be_focused()


def test_going_back_after_a_preview_was_saved_creates_no_second_contract(enter, cloud, automat):
    key = automat.key("previewed", 0, shared=True)
    page = enter("operator", f"/keys/{key}/contracts/new")
    preview(page)
    confirm = page.get_by_role("dialog").get_by_role("button", name="Save")
    confirm.click()
    expect(page.get_by_role("status")).to_contain_text("The contract has been created.")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_contain_text("New contract")
    page.reload()
    expect(page.get_by_label("Person")).to_have_value("")
    assert len(cloud.call("GET", f"/v1/contracts?keyId={key}")["data"]) == 1


def test_the_pin_fetches_the_key(enter, cloud, automat):
    key = automat.key("taken", 2)
    device = automat.connect(inside=(2,))
    page = enter("operator", f"/keys/{key}/contracts/new")
    page.get_by_label("Person").fill("Pia Pin")
    page.get_by_label("Starts now").check()
    fill_time(page, "End", days=1)
    page.get_by_label("PIN").fill("48291537")
    save(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Pia Pin")
    device.fetch(2, "48291537")
    page.goto(automat.path)
    expect(page.get_by_role("list", name="Lockers").get_by_role("listitem").nth(2)).to_contain_text("Key out")


@every_way
def test_only_the_new_pin_fetches_the_key(enter, cloud, automat, way):
    key = automat.key("new-pin", 2)
    device = automat.connect(inside=(2,))
    contract = automat.contract(key, pin="48291538")["contractId"]
    page = enter("operator", f"/contracts/{contract}", **way)
    page.get_by_text("Change PIN").click()
    page.get_by_role("button", name="New PIN").click()
    expect(page.get_by_role("status")).to_contain_text("The contract has a new PIN.")
    page.get_by_role("button", name="Show PIN").click()
    pin = page.get_by_role("status", name="PIN").inner_text()
    assert pin not in page.url
    device.do("type 48291538")
    device.hear("Not valid now")
    assert automat.locker(2)["keyInside"]
    device.fetch(2, pin)


def test_contacts_are_renumbered_when_one_is_removed(enter, automat):
    key = automat.key("rows", 0)
    page = enter("operator", f"/keys/{key}/contracts/new")
    page.get_by_label("Starts now").check()
    page.get_by_label("Permanent contract").check()
    for number, name in enumerate(("Aino", "Bo", "Cilla"), 1):
        page.get_by_role("button", name="Add contact").click()
        contact(page, number).get_by_label("Name").fill(name)
    contact(page, 3).get_by_label("Email", exact=True).fill("nobody")
    # The person is missing, and the email of the third contact is wrong.
    save(page)
    wrong = page.get_by_role("alert")
    expect(wrong).to_contain_text("Contact 3: Email")
    page.get_by_role("button", name="Remove Contact 2").click()
    expect(page.get_by_role("button", name="Add contact")).to_be_focused()
    expect(contact(page, 3)).to_have_count(0)
    expect(contact(page, 2).get_by_label("Name")).to_have_value("Cilla")
    expect(page.get_by_role("button", name="Remove Contact")).to_have_count(2)
    expect(contact(page, 2).get_by_role("button", name="Remove Contact 2")).to_be_visible()
    wrong.get_by_role("link", name="Contact 2: Email").click()
    expect(contact(page, 2).get_by_label("Email", exact=True)).to_be_focused()
    # The next one is the third, and shares no fields with another.
    page.get_by_role("button", name="Add contact").click()
    expect(contact(page, 3).get_by_label("Name")).to_be_focused()
    contact(page, 3).get_by_label("Name").fill("Daga")
    contact(page, 3).get_by_label("Email", exact=True).fill("daga@example.com")
    contact(page, 2).get_by_role("button", name="Remove Contact 2").click()
    expect(wrong.get_by_role("link", name="Contact")).to_have_count(0)
    contact(page, 1).get_by_label("Email", exact=True).fill("aino@example.com")
    page.get_by_label("Person").fill("Rita Rows")
    save(page)
    messages = page.get_by_role("dialog")
    expect(messages).to_contain_text("aino@example.com")
    expect(messages).to_contain_text("daga@example.com")


def test_form_data_is_in_no_address(enter, automat, cloud):
    key = automat.key("secret", 0)
    page = enter("operator", f"/keys/{key}/contracts/new")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_label("Person").fill("Salla Salainen")
    page.get_by_label("Starts now").check()
    page.get_by_label("Permanent contract").check()
    page.get_by_label("PIN").fill("73519284")
    save(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Salla Salainen")
    assert not [url for url in asked if "73519284" in url or "Salla" in url]
    assert "73519284" not in cloud.log.read_text()


@every_way
def test_a_contract_for_two_keys_is_made_edited_and_loses_one(enter, cloud, automat, way):
    first, second, third = (automat.key(name, locker) for locker, name in enumerate(("a-gate", "b-store", "c-attic")))
    page = enter("operator", f"/keys/{first}/contracts/new", **way)
    page.get_by_label("Person").fill("Kaisa Kaksi")
    page.get_by_label("Starts now").check()
    fill_time(page, "End", days=1)
    others = page.get_by_role("list", name="Other keys of this automat")
    page.get_by_text("Other keys of this automat").click()
    expect(others.get_by_role("checkbox")).to_have_count(2)
    others.get_by_role("checkbox", name=second).check()
    save(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Kaisa Kaksi")
    expect(page.get_by_role("list", name="Keys").get_by_role("link")).to_have_text([first, second])
    [made] = cloud.call("GET", f"/v1/contracts?keyId={second}")["data"]
    assert made["keyIds"] == [first, second]

    page.goto(f"/keys/{second}")
    expect(page.get_by_role("listitem").filter(has_text="Kaisa Kaksi").first).to_contain_text("+ 1 key")
    page.goto(f"/contracts/{made['contractId']}/edit")
    expect(page.get_by_label("Keys", exact=True)).to_have_value(f"{first}, {second}")
    page.get_by_label("Keys", exact=True).fill(f"{first}, {third}")
    save(page)
    expect(page.get_by_role("status")).to_contain_text("The contract has been changed.")
    assert cloud.call("GET", f"/v1/contracts/{made['contractId']}")["keyIds"] == [first, third]
    assert cloud.call("GET", f"/v1/contracts?keyId={second}")["data"] == []


def test_a_key_that_is_out_is_taken_off_a_contract_only_if_that_is_confirmed(enter, cloud, automat):
    first, second = automat.key("d-gate", 0), automat.key("e-store", 1)
    contract = automat.contract(first, second)
    automat.connect(inside=(0, 1)).fetch(0, contract["pin"])
    page = enter("operator", f"/contracts/{contract['contractId']}/edit")
    page.get_by_label("Keys", exact=True).fill(second)
    save(page)
    expect(page.get_by_role("alert")).to_contain_text(f"Key {first} is out with this contract")
    page.get_by_label("Take off keys although they are out").check()
    save(page)
    expect(page.get_by_role("status")).to_contain_text("The contract has been changed.")
    assert cloud.call("GET", f"/v1/contracts/{contract['contractId']}")["keyIds"] == [second]
