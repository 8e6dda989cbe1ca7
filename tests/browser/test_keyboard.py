"""Whole jobs with the keyboard alone."""

from playwright.sync_api import Page, expect

from cloud import at
from visit import fill_time


def tab_to(page: Page, locator, most: int = 80):
    """Presses Tab until the element has the focus, which must be visible all the way."""
    for _ in range(most):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            """() => {
                const element = document.activeElement, style = getComputedStyle(element);
                const shown = style.outlineStyle !== 'none' || style.boxShadow !== 'none';
                return element === document.body || shown ? null : element.outerHTML.slice(0, 160);
            }"""
        )
        assert focused is None, f"the focus on {focused} is not visible"
        if locator.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError("Tab never reaches it")


def follow(page: Page):
    """Presses Enter and waits for the next page."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_a_contract_is_created_and_its_locker_opened_with_the_keyboard(enter, cloud):
    automat = cloud.automat(lockers=3)
    key = automat.key("keyboard", 0)
    device = automat.connect(inside=(0,))
    page = enter("operator", automat.path)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("link", name=key, exact=True))
    follow(page)
    tab_to(page, page.get_by_role("link", name="New contract").first)
    follow(page)
    tab_to(page, page.get_by_label("Person"))
    page.keyboard.type("Tuuli Tab")
    for box in ("Starts now", "Permanent contract"):
        tab_to(page, page.get_by_label(box))
        page.keyboard.press("Space")
    follow(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Tuuli Tab")
    page.goto(automat.path)
    tab_to(page, page.get_by_role("link", name="Locker 0", exact=True))
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Locker 0").get_by_role("heading")).to_be_focused()
    tab_to(page, page.get_by_role("button", name="Open locker 0", exact=True))
    follow(page)
    expect(page.get_by_role("status")).to_contain_text("Opened")
    assert device.door(0) == "open"


def test_a_contract_whose_key_is_out_is_removed_with_the_keyboard(enter, cloud):
    automat = cloud.automat(lockers=1)
    key = automat.key("keyboard", 0)
    contract = automat.contract(key, person="Tuuli Tab")
    automat.contract(key, person="Later Laine", start=at(days=3), end=at(days=4))
    automat.connect(inside=(0,)).fetch(0, contract["pin"])
    page = enter("operator", f"/keys/{key}")
    tab_to(page, page.get_by_role("link", name="Remove Tuuli Tab"))
    follow(page)
    # Without confirmation it is not removed, and the focus is on the errors.
    tab_to(page, page.get_by_role("button", name="Remove"))
    follow(page)
    expect(page.get_by_role("alert")).to_be_focused()
    tab_to(page, page.get_by_role("checkbox"))
    page.keyboard.press("Space")
    tab_to(page, page.get_by_role("button", name="Remove"))
    follow(page)
    expect(page.get_by_role("status")).to_be_visible()
    assert [one["person"] for one in cloud.call("GET", f"/v1/contracts?keyId={key}")["data"]] == ["Later Laine"]


def test_an_overdue_contract_is_extended_with_the_keyboard(enter, cloud):
    automat = cloud.automat(lockers=1)
    contract = automat.contract(automat.key("keyboard", 0), person="Olga Overdue")
    automat.connect(inside=(0,)).fetch(0, contract["pin"])
    cloud.call("POST", f"/v1/contracts/{contract['contractId']}/end")
    cloud.until_overdue(contract)
    page = enter("operator", "/today")
    tab_to(page, page.get_by_role("link", name="Extend Olga Overdue"), most=200)
    follow(page)
    tab_to(page, page.get_by_label("End date"))


def test_the_preview_dialog_keeps_the_focus_and_returns_it(enter, cloud):
    automat = cloud.automat()
    key = automat.key("dialog", 0)
    page = enter("operator", f"/keys/{key}/contracts/new")
    page.get_by_label("Person").fill("Diana Dialog")
    page.get_by_label("Starts now").check()
    fill_time(page, "End", days=1)
    if page.get_by_role("group", name="Contact 1").count() == 0:
        page.get_by_role("button", name="Add contact").click()
    page.get_by_label("Name", exact=True).fill("Diana Dialog")
    page.get_by_label("Email", exact=True).fill("diana@example.com")
    page.get_by_role("button", name="Save").last.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    for _ in range(12):
        page.keyboard.press("Tab")
        inside = page.evaluate("document.activeElement === document.body || !!document.activeElement.closest('dialog')")
        assert inside, page.evaluate("document.activeElement.outerHTML.slice(0, 160)")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.get_by_label("Person")).to_have_value("Diana Dialog")
    assert cloud.call("GET", f"/v1/contracts?keyId={key}")["data"] == []
