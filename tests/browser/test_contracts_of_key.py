"""Job 5: the contracts of a key, edited and removed."""

import re

from playwright.sync_api import expect

from cloud import at
from visit import every_way


@every_way
def test_contracts_are_listed_at_their_key_and_edited_and_removed(enter, cloud, way):
    automat = cloud.automat()
    key = automat.key("list", 0)
    made = [
        automat.contract(key, person="Now Nieminen"),
        automat.contract(key, person="Later Laine", start=at(days=3), end=at(days=4)),
    ]
    page = enter("operator", f"/keys/{key}", **way)
    for contract in made:
        expect(page.get_by_role("main")).to_contain_text(contract["person"])
    page.get_by_role("link", name=re.compile("Edit.*Later Laine")).click()
    page.get_by_label("Person").fill("Sooner Salo")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("main")).to_contain_text("Sooner Salo")
    assert cloud.call("GET", f"/v1/contracts/{made[1]['contractId']}")["person"] == "Sooner Salo"

    page.goto(f"/keys/{key}")
    page.get_by_role("link", name=re.compile("Remove.*Sooner Salo")).click()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(key)
    expect(page.get_by_role("main")).not_to_contain_text("Sooner Salo")
    assert [one["person"] for one in cloud.call("GET", f"/v1/contracts?keyId={key}")["data"]] == ["Now Nieminen"]


def test_two_tabs_that_edit_one_contract_do_not_overwrite_each_other(enter, cloud):
    automat = cloud.automat()
    key = automat.key("tabs", 0)
    contract = automat.contract(key, person="At First", permanent=True)["contractId"]
    path = f"/contracts/{contract}"
    mine = enter("operator", f"{path}/edit")
    theirs = mine.context.new_page()
    theirs.goto(f"{path}/edit")
    theirs.get_by_label("Person").fill("Their Person")
    theirs.get_by_role("button", name="Save").click()
    expect(theirs.get_by_role("heading", level=1)).to_contain_text("Their Person")
    mine.get_by_label("Person").fill("My Person")
    mine.get_by_role("button", name="Save").click()
    expect(mine.get_by_label("Person")).to_have_value("My Person")
    expect(mine.get_by_role("main")).to_contain_text("Their Person")
    assert cloud.call("GET", f"/v1{path}")["person"] == "Their Person"


def test_removing_a_contract_whose_key_is_out_needs_confirmation(enter, cloud):
    automat = cloud.automat()
    key = automat.key("out", 0)
    contract = automat.contract(key)
    automat.connect(inside=(0,)).fetch(0, contract["pin"])
    page = enter("operator", f"/contracts/{contract['contractId']}/remove")
    page.get_by_role("button", name="Remove").click()
    assert len(cloud.call("GET", f"/v1/contracts?keyId={key}")["data"]) == 1
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(key)
    assert cloud.call("GET", f"/v1/contracts?keyId={key}")["data"] == []


def test_a_free_day_of_the_calendar_starts_a_contract(enter, cloud):
    automat = cloud.automat()
    key = automat.key("month", 0)
    automat.contract(key, person="Now Nieminen")
    page = enter("operator", f"/keys/{key}?month=2027-05")
    page.get_by_role("link", name=re.compile("^New contract.*14")).first.click()
    expect(page.get_by_label("Start date")).to_have_value("2027-05-14")
