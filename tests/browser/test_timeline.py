"""Job: which keys are free when, and a contract for such a time. And pages that refresh themselves."""

import datetime
import re
import zoneinfo

from playwright.sync_api import expect

from cloud import at
from test_keyboard import follow, tab_to
from visit import every_way

HELSINKI = zoneinfo.ZoneInfo("Europe/Helsinki")


def day(days: int) -> datetime.date:
    return datetime.datetime.now(HELSINKI).date() + datetime.timedelta(days=days)


def noon(days: int) -> str:
    return datetime.datetime.combine(day(days), datetime.time(12), HELSINKI).isoformat()


def row_of(page, key: str):
    return page.get_by_role("row").filter(has=page.get_by_role("link", name=key, exact=True))


def free_part(page, key: str):
    """The last free part of a key's row."""
    return row_of(page, key).get_by_role("link", name="Free").last


def press(page, part, of: int, column: int):
    """Presses a column of a free part that has so many."""
    box = part.bounding_box()
    part.click(position={"x": box["width"] * (column + 0.5) / of, "y": box["height"] / 2})


def expect_times(page, start: str, end: str):
    for which, time in [("Start", start), ("End", end)]:
        date, clock = time.split(" ")
        expect(page.get_by_label(f"{which} date")).to_have_value(date)
        expect(page.get_by_label(f"{which} time")).to_have_value(clock)


@every_way
def test_a_contract_starts_in_a_free_part(enter, cloud, way):
    automat = cloud.automat("Timeline")
    key = automat.key("free", 0)
    automat.contract(key, person="Tiina Timeline", start=noon(1), end=noon(3))
    page = enter("operator", f"/timeline?automatId={automat.id}", **way)
    bar = row_of(page, key).get_by_role("link", name=re.compile("^Tiina Timeline 12:00–12:00"))
    expect(bar).to_have_count(1)
    part = free_part(page, key)
    if not way.get("script", True):
        part.click()
        expect(page.get_by_label("Start date")).to_have_value(str(day(3)))
        expect(page.get_by_label("End date")).to_have_value("")
        return
    # From noon in three days to the end of the two weeks: 21 half days.
    press(page, part, 21, 2)
    expect(page.get_by_role("status").filter(has_text="Now press where it should end")).to_be_visible()
    press(page, part, 21, 5)
    expect(page.get_by_role("heading", level=1)).to_contain_text("New contract")
    expect_times(page, f"{day(4)} 12:00", f"{day(6)} 12:00")
    page.go_back()
    expect(page.locator(".mark")).to_have_count(0)


def test_a_drag_gives_the_time_and_escape_takes_it_back(enter, cloud):
    automat = cloud.automat("Drag")
    key = automat.key("dragged", 0)
    page = enter("operator", f"/timeline?automatId={automat.id}&from={day(7)}")
    part = free_part(page, key)
    press(page, part, 28, 4)
    page.keyboard.press("Escape")
    expect(page.locator(".mark")).to_have_count(0)
    box = part.bounding_box()
    at_column = lambda column: (box["x"] + box["width"] * (column + 0.5) / 28, box["y"] + box["height"] / 2)
    page.mouse.move(*at_column(9))
    page.mouse.down()
    page.mouse.move(*at_column(7), steps=4)
    page.mouse.move(*at_column(4), steps=4)
    page.mouse.up()
    expect(page.get_by_role("heading", level=1)).to_contain_text("New contract")
    # Backwards: from the start of the one column to the end of the other.
    expect_times(page, f"{day(9)} 00:00", f"{day(12)} 00:00")


@every_way
def test_free_keys_are_listed_and_booked(enter, cloud, way):
    automat = cloud.automat("Question")
    taken, free = automat.key("taken", 0), automat.key("untaken", 1)
    automat.contract(taken, person="Tuula Taken", start=noon(2), end=noon(4))
    page = enter("operator", f"/timeline?automatId={automat.id}", **way)
    expect(page.get_by_label("Automat ID")).to_have_value(automat.id)
    for which, days, time in [("from", 3, "14:00"), ("until", 5, "12:00")]:
        page.get_by_label(f"Free {which} (date)").fill(str(day(days)))
        page.get_by_label(f"Free {which} (time)").fill(time)
    page.get_by_role("button", name="Show keys").click()
    expect(page.get_by_role("rowheader", name=free)).to_have_count(1)
    expect(page.get_by_role("rowheader", name=re.compile(f"^{taken}"))).to_have_count(0)
    row_of(page, free).get_by_role("link", name="Book").click()
    expect_times(page, f"{day(3)} 14:00", f"{day(5)} 12:00")


def test_a_contract_starts_with_the_keyboard(enter, cloud):
    automat = cloud.automat("Keys")
    key = automat.key("typed", 0)
    page = enter("operator", f"/timeline?automatId={automat.id}&from={day(5)}")
    tab_to(page, free_part(page, key), most=60)
    follow(page)
    expect(page.get_by_label("Start date")).to_have_value(str(day(5)))


def minute(page):
    """Lets a minute and a bit pass for the page."""
    page.clock.run_for(62_000)


def with_clock(page):
    page.clock.install()
    page.reload()


def test_a_page_refreshes_itself_and_keeps_focus_and_scroll(enter, cloud):
    automat = cloud.automat("Live", lockers=40)
    keys = [automat.key(f"live-{n:02}", n) for n in range(40)]
    page = enter("operator", f"/timeline?automatId={automat.id}")
    with_clock(page)
    link = page.get_by_role("link", name=keys[30], exact=True)
    link.focus()
    scrolled = page.evaluate("document.querySelector('.timeline').scrollTop")
    assert scrolled > 0
    automat.contract(keys[30], person="Nina News", start=noon(1), end=noon(3))
    minute(page)
    expect(row_of(page, keys[30]).get_by_role("link", name=re.compile("^Nina News"))).to_be_visible()
    expect(link).to_be_focused()
    assert page.evaluate("document.querySelector('.timeline').scrollTop") == scrolled
    with page.expect_response(lambda response: response.status == 304) as unchanged:
        minute(page)
    assert int(unchanged.value.headers.get("content-length", 0)) == 0
    expect(page.locator("[data-as-of]")).to_contain_text("As of")


def test_a_page_says_when_it_cannot_be_refreshed(enter, cloud):
    automat = cloud.automat("Offline")
    automat.key("stale", 0)
    page = enter("viewer", "/today")
    with_clock(page)
    page.route("**/today", lambda route: route.abort("aborted"))
    shown = page.locator("[data-as-of]").text_content()
    minute(page)
    status = page.get_by_role("status").filter(has_text="could not be refreshed")
    expect(status).to_be_visible()
    expect(page.locator("[data-as-of]")).to_have_text(shown)
    page.unroute("**/today")
    minute(page)
    expect(status).to_have_count(0)


def test_nothing_is_refreshed_while_somebody_chooses(enter, cloud):
    automat = cloud.automat("Choosing")
    key = automat.key("chosen", 0)
    page = enter("operator", f"/timeline?automatId={automat.id}&from={day(7)}")
    with_clock(page)
    press(page, free_part(page, key), 28, 4)
    automat.contract(key, person="Wanda Waiting", start=at(days=8), end=at(days=9))
    minute(page)
    minute(page)
    expect(page.locator(".mark")).to_have_count(1)
    page.keyboard.press("Escape")
    page.clock.run_for(2_000)
    expect(row_of(page, key).get_by_role("link", name=re.compile("^Wanda Waiting"))).to_be_visible()
