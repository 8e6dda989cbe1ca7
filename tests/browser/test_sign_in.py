"""Signing in, the session, and signing out."""

import pytest
from playwright.sync_api import expect

from visit import NAMES, PHONE, sign_in


def forget(page, *names):
    """Removes cookies as if they had expired."""
    for name in names:
        page.context.clear_cookies(name=name)


def test_a_page_is_reached_through_the_sign_in(enter, world, cloud):
    page = enter(None, world.path("/keys/{key}"), script=False, on=PHONE)
    page.get_by_role("button", name=NAMES["viewer"]).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(world.known["key"])
    kept = page.context.cookies()
    assert all(cookie["httpOnly"] and cookie["secure"] and cookie["sameSite"] == "Lax" for cookie in kept), kept
    assert all(cookie["name"].startswith("__Host-") for cookie in kept), kept
    assert "code=" not in page.url


def test_an_expired_access_token_is_renewed(enter, world):
    page = enter("viewer", "/", fresh=True)
    forget(page, "__Host-access")
    page.goto(world.path("/keys/{key}"))
    expect(page.get_by_role("heading", level=1)).to_contain_text(world.known["key"])


def test_an_expired_session_signs_in_again_and_returns_to_the_page(enter, world):
    page = enter("viewer", "/", fresh=True)
    forget(page, "__Host-access", "__Host-refresh")
    page.goto(world.path("/keys/{key}"))
    page.get_by_role("button", name=NAMES["viewer"]).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(world.known["key"])


def test_a_form_sent_after_the_session_expired_can_be_sent_again(enter, cloud):
    automat = cloud.automat()
    page = enter("admin", "/", fresh=True)
    page.goto(f"{automat.path}/edit")
    page.get_by_label("Name", exact=True).fill("Typed once")
    forget(page, "__Host-access", "__Host-refresh")
    page.get_by_role("button", name="Save").click()
    with page.context.expect_page() as other:
        page.get_by_role("link", name="Sign in in a new tab").click()
    assert automat.view()["name"] == automat.name
    other.value.get_by_role("button", name=NAMES["admin"]).click()
    expect(other.value.get_by_role("heading", level=1)).to_be_visible()
    page.get_by_role("button", name="Send again").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Typed once")
    assert automat.view()["name"] == "Typed once"


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_contract_form_survives_an_expired_session(enter, cloud, script):
    key = cloud.automat().key("session", 0)
    page = enter("operator", "/", fresh=True, script=script)
    page.goto(f"/keys/{key}/contracts/new")
    page.get_by_label("Person").fill("Kaisa Kesken")
    page.get_by_label("Starts now").check()
    page.get_by_label("Permanent contract").check()
    page.get_by_label("PIN").fill("59271634")
    forget(page, "__Host-access", "__Host-refresh")
    if script:
        # With a script the row is added without a request. Without one, this request finds that the session has expired.
        page.get_by_role("button", name="Add contact").click()
        page.get_by_label("Name", exact=True).fill("Kaisa Kesken")
        page.get_by_label("Email", exact=True).fill("kaisa@example.com")
        page.get_by_role("button", name="Save").last.click()
    else:
        page.get_by_role("button", name="Add contact").click()
    with page.context.expect_page() as other:
        page.get_by_role("link", name="Sign in in a new tab").click()
    other.value.get_by_role("button", name=NAMES["operator"]).click()
    expect(other.value.get_by_role("heading", level=1)).to_contain_text(key)
    assert "59271634" not in page.url + other.value.url
    page.get_by_role("button", name="Send again").click()
    if script:
        expect(page.get_by_role("dialog")).to_contain_text("kaisa@example.com")
        page.get_by_role("dialog").get_by_role("button", name="Save").click()
    else:
        expect(page.get_by_role("group", name="Contact 1")).to_be_visible()
        expect(page.get_by_label("Person")).to_have_value("Kaisa Kesken")
        page.get_by_role("button", name="Save").last.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Kaisa Kesken")
    [made] = cloud.call("GET", f"/v1/contracts?keyId={key}")["data"]
    assert cloud.call("GET", f"/v1/contracts/{made['contractId']}/pin")["pin"] == "59271634"


def test_the_back_button_shows_nothing_after_signing_out(enter, world):
    page = enter("operator", "/", fresh=True)
    page.goto(world.path("/keys/{key}"))
    page.get_by_text(NAMES["operator"]).first.click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Who signs in?")).to_be_visible()
    assert not [cookie for cookie in page.context.cookies() if cookie["name"] != "__Host-sign-in"]
    page.go_back()
    page.reload()
    expect(page.get_by_role("heading", level=1)).not_to_contain_text(world.known["key"])


def test_several_tabs_sign_in_at_once(enter, world):
    first = enter(None, world.path("/keys/{key}"))
    second = first.context.new_page()
    second.goto(world.path("/automats/{automat}"))
    for page, heading in ((first, world.known["key"]), (second, "Harbour")):
        page.get_by_role("button", name=NAMES["viewer"]).click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(heading)


def test_a_user_without_a_role_sees_whom_to_ask(enter):
    main = enter("newcomer", "/").get_by_role("main")
    expect(main).to_contain_text("admin")
    expect(main.get_by_role("button", name="Sign out")).to_be_visible()


def test_a_chosen_language_is_remembered(enter):
    page = enter("viewer", "/", script=False)
    page.get_by_role("button", name="Suomi").click()
    expect(page.locator("html")).to_have_attribute("lang", "fi")
    page.goto("/search?q=a")
    expect(page.locator("html")).to_have_attribute("lang", "fi")


def test_another_user_can_sign_in(enter, cloud):
    page = enter("viewer", "/", fresh=True)
    page.context.clear_cookies()
    sign_in(page, cloud.url, "admin")
    expect(page.get_by_text(NAMES["admin"]).first).to_be_attached()
