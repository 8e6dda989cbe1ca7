"""Who is who: the sign-in, the session, and the way out."""

import pytest
from playwright.sync_api import expect

from visit import NAMES, PHONE, sign_in


def forget(page, *names):
    """What happens to cookies whose time is over."""
    for name in names:
        page.context.clear_cookies(name=name)


def test_whoever_wants_a_page_comes_to_it_by_the_sign_in(enter, world, cloud):
    page = enter(None, world.path("/keys/{key}"), script=False, on=PHONE)
    page.get_by_role("button", name=NAMES["viewer"]).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(world.known["key"])
    kept = page.context.cookies()
    assert all(cookie["httpOnly"] and cookie["secure"] and cookie["sameSite"] == "Lax" for cookie in kept), kept
    assert all(cookie["name"].startswith("__Host-") for cookie in kept), kept
    assert "code=" not in page.url


def test_a_session_goes_on_by_itself_when_its_token_has_ended(enter, world):
    page = enter("viewer", "/", fresh=True)
    forget(page, "__Host-access")
    page.goto(world.path("/keys/{key}"))
    expect(page.get_by_role("heading", level=1)).to_contain_text(world.known["key"])


def test_a_session_that_is_over_asks_for_a_sign_in_and_goes_on_where_it_was(enter, world):
    page = enter("viewer", "/", fresh=True)
    forget(page, "__Host-access", "__Host-refresh")
    page.goto(world.path("/keys/{key}"))
    page.get_by_role("button", name=NAMES["viewer"]).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(world.known["key"])


def test_what_is_sent_after_the_session_is_over_can_be_sent_again(enter, cloud):
    automat = cloud.automat()
    page = enter("admin", "/", fresh=True)
    page.goto(f"{automat.path}/edit")
    page.get_by_label("Name", exact=True).fill("Not typed for nothing")
    forget(page, "__Host-access", "__Host-refresh")
    page.get_by_role("button", name="Save").click()
    with page.context.expect_page() as other:
        page.get_by_role("link", name="Sign in in a new tab").click()
    assert automat.view()["name"] == automat.name
    other.value.get_by_role("button", name=NAMES["admin"]).click()
    expect(other.value.get_by_role("heading", level=1)).to_be_visible()
    page.get_by_role("button", name="Send again").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Not typed for nothing")
    assert automat.view()["name"] == "Not typed for nothing"


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_contract_that_is_being_filled_in_as_the_session_ends_is_not_typed_for_nothing(enter, cloud, script):
    key = cloud.automat().key("session", 0)
    page = enter("operator", "/", fresh=True, script=script)
    page.goto(f"/keys/{key}/contracts/new")
    page.get_by_label("Person").fill("Kaisa Kesken")
    page.get_by_label("Starts now").check()
    page.get_by_label("Permanent contract").check()
    page.get_by_label("PIN").fill("59271634")
    forget(page, "__Host-access", "__Host-refresh")
    if script:
        # The row comes without asking anybody; without a script this is what finds that the session is over.
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
    [made] = cloud.call("GET", f"/v1/keys/{key}/contracts")["data"]
    assert cloud.call("GET", f"/v1/keys/{key}/contracts/{made['contractId']}/pin")["pin"] == "59271634"


def test_who_has_signed_out_is_out_with_the_back_button_too(enter, world):
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
    for page, words in ((first, world.known["key"]), (second, "Harbour")):
        page.get_by_role("button", name=NAMES["viewer"]).click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(words)


def test_who_is_in_no_group_is_told_whom_to_ask(enter):
    main = enter("newcomer", "/").get_by_role("main")
    expect(main).to_contain_text("admin")
    expect(main.get_by_role("button", name="Sign out")).to_be_visible()


def test_a_language_that_was_chosen_stays(enter):
    page = enter("viewer", "/", script=False)
    page.get_by_role("button", name="Suomi").click()
    expect(page.locator("html")).to_have_attribute("lang", "fi")
    page.goto("/search?q=a")
    expect(page.locator("html")).to_have_attribute("lang", "fi")


def test_a_sign_in_is_kept_for_one_person_at_a_time(enter, cloud):
    page = enter("viewer", "/", fresh=True)
    page.context.clear_cookies()
    sign_in(page, cloud.url, "admin")
    expect(page.get_by_text(NAMES["admin"]).first).to_be_attached()
