"""Job 6: an opening, until its result is known."""

import pytest
from playwright.sync_api import Page, expect

from visit import every_way


def opens(page: Page, locker: int):
    page.get_by_role("button", name=f"Open locker {locker}", exact=True).click()


@every_way
def test_a_locker_is_open_when_the_page_says_so(enter, cloud, way):
    automat = cloud.automat()
    automat.key("open", 3)
    device = automat.connect(inside=(3,))
    page = enter("operator", f"{automat.path}/lockers/3", **way)
    opens(page, 3)
    expect(page.get_by_role("status")).to_contain_text("Opened")
    assert device.door(3) == "open"


def test_an_opening_with_a_jammed_lock_fails(enter, cloud):
    automat = cloud.automat()
    automat.key("jam", 3)
    device = automat.connect(inside=(3,))
    device.do("jam 3")
    page = enter("operator", f"{automat.path}/lockers/3")
    opens(page, 3)
    expect(page.get_by_role("status")).to_contain_text("Failed", timeout=20_000)
    assert device.door(3) == "closed"


@every_way
def test_a_refused_opening_says_what_to_do(enter, cloud, way):
    automat = cloud.automat()
    automat.key("refused", 11)
    automat.connect(lockers=4)
    page = enter("operator", f"{automat.path}/lockers/11", **way)
    opens(page, 11)
    result = page.get_by_role("status")
    expect(result).to_contain_text("Refused")
    expect(result).to_contain_text("did not try to open the locker")
    expect(result).to_contain_text("check that the automat has as many lockers as are set here")
    # Trying again makes another opening.
    first = page.url
    page.get_by_role("button", name="Try again").click()
    page.wait_for_url(lambda url: "/openings/" in url and url != first)
    expect(result).to_contain_text("Refused")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_page_waits_while_the_motor_runs(enter, cloud, script):
    automat = cloud.automat()
    automat.key("slow", 0)
    device = automat.connect(inside=(0,))
    device.do("slow 2s")
    page = enter("operator", f"{automat.path}/lockers/0", script=script)
    opens(page, 0)
    expect(page.get_by_role("status")).to_contain_text("Waiting")
    # Without a script the page reloads itself.
    expect(page.get_by_role("status")).to_contain_text("Opened", timeout=15_000)
    assert device.door(0) == "open"


def test_a_disconnected_automat_needs_confirmation(enter, cloud):
    automat = cloud.automat()
    automat.key("away", 0)
    automat.connect(inside=(0,)).stop()
    automat.until(lambda view: view["connection"]["state"] == "disconnected")
    page = enter("operator", f"{automat.path}/lockers/0")
    expect(page.get_by_role("main")).to_contain_text("has been disconnected since")
    opens(page, 0)
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_role("checkbox").check()
    opens(page, 0)
    expect(page.get_by_role("status")).to_contain_text("Waiting")


def test_an_unanswered_opening_expires(enter, world):
    page = enter("viewer", world.path("/openings/{expired}"))
    expect(page.get_by_role("status")).to_contain_text("Expired", timeout=25_000)


def test_a_double_click_and_a_reload_open_once(enter, cloud):
    automat = cloud.automat()
    automat.key("twice", 0)
    automat.connect(inside=(0,))
    page = enter("operator", f"{automat.path}/lockers/0")
    page.get_by_role("button", name="Open locker 0", exact=True).dblclick()
    expect(page.get_by_role("status")).to_contain_text("Opened")
    page.reload()
    expect(page.get_by_role("status")).to_contain_text("Opened")
    events = cloud.call("GET", f"/v1/automats/{automat.id}/events")["data"]
    assert [event["type"] for event in events].count("opening-requested") == 1


def test_a_viewer_has_no_open_button(enter, world):
    page = enter("viewer", world.path("/automats/{automat}/lockers/4"))
    expect(page.get_by_role("main")).to_contain_text(world.known["idle"])
    expect(page.get_by_role("button", name="Open locker")).to_have_count(0)
