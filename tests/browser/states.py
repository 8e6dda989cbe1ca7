"""Every page, in every state that we know of. A new page is a new row here."""

import dataclasses
import time
import urllib.parse
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from cloud import Automat, Cloud, at, until


@dataclasses.dataclass
class PageState:
    name: str
    path: str
    person: str | None = "admin"
    # Brings about the state, once the page has loaded.
    then: Callable[[Page], None] | None = None
    # Whether Lighthouse checks it each time, and not only with --all.
    often: bool = False
    # Whether its status is an error, which Lighthouse does not accept.
    is_error: bool = False


SIGN_IN = (
    "/oauth2/authorize?response_type=code&client_id=dashboard&redirect_uri={callback}&scope=openid%20key-automat/person"
    "&code_challenge_method=S256&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
)


def save(page: Page):
    page.get_by_role("button", name="Save").last.click()


def preview(page: Page):
    page.get_by_label("Person").fill("Petra Preview")
    page.get_by_label("Starts now").check()
    page.get_by_label("Permanent contract").check()
    page.get_by_role("button", name="Add contact").click()
    contact = page.get_by_role("group", name="Contact 1")
    contact.get_by_label("Name").fill("Petra Preview")
    contact.get_by_label("Email", exact=True).fill("petra@example.com")
    save(page)


def schedule(page: Page):
    page.get_by_text("Fetching hours").first.click()
    for row, days in [(1, ["Monday", "Tuesday", "Friday"]), (2, [])]:
        hours = page.get_by_role("group", name=f"Days and hours {row}")
        for day in days:
            hours.get_by_label(day).check()
        hours.get_by_label("From").fill("08:00")
    save(page)


def other_keys(page: Page):
    page.get_by_text("Other keys of this automat").click()
    return page.get_by_role("list", name="Other keys of this automat")


def two_keys(page: Page):
    other_keys(page).get_by_role("checkbox", name="van").check()
    save(page)
    other_keys(page)


def conflict_of_two_keys(page: Page):
    """With the first other key of the automat. Both have the same contract."""
    other_keys(page).get_by_role("checkbox").first.check()
    preview(page)


def take_off(page: Page):
    """The first key, which is out."""
    keys = page.get_by_label("Keys", exact=True)
    keys.fill(keys.input_value().partition(",")[2])
    save(page)


def pick(page: Page):
    """The first press for a contract."""
    page.get_by_role("link", name="Free").last.click()


def condition(page: Page):
    """What the device reports about itself."""
    page.get_by_text("Condition", exact=True).click()


# Two days from the day after tomorrow.
FREE = "&".join(
    f"free-{which}.date={at(days=days)[:10]}&free-{which}.time={time}"
    for which, days, time in [("from", 2, "14:00"), ("to", 4, "12:00")]
)

STATES = [
    PageState("sign-in", SIGN_IN, person=None),
    PageState("sign-in-cancelled", "/auth/callback?error=access_denied&state=none", person=None, is_error=True),
    PageState("no-role", "/", person="newcomer", is_error=True),
    PageState("today", "/today", person="operator", often=True),
    PageState("today-as-viewer", "/", person="viewer"),
    PageState("timeline", "/timeline", person="operator", often=True),
    PageState("timeline-as-viewer", "/timeline", person="viewer"),
    PageState("timeline-month", "/timeline?days=31", person="operator"),
    PageState("timeline-later", "/timeline?from=2029-02-01&days=31"),
    PageState("timeline-of-an-automat", "/timeline?automatId={automat}", then=pick),
    PageState("timeline-free", f"/timeline?{FREE}", person="operator"),
    PageState("timeline-refused", "/timeline?automatId=no-such-automat&free-from.date=tomorrow"),
    PageState("timeline-none", "/timeline?automatId={empty}"),
    PageState("contracts", "/contracts", often=True),
    PageState("contracts-overdue", "/contracts?state=overdue"),
    PageState("contracts-narrowed", "/contracts?search=lehtonen&automatId={automat}&keyId={key}"),
    PageState("contracts-refused", "/contracts?search=x&keyId=no-such-key&from=tomorrow"),
    PageState("contracts-none", "/contracts?search=nobody-is-called-so"),
    PageState("keys", "/keys", often=True),
    PageState("keys-narrowed", "/keys?search=har&automatId={automat}"),
    PageState("keys-refused", "/keys?search=-&automatId=no-such-automat"),
    PageState("keys-none", "/keys?search=nothing-is-called-so"),
    PageState("automats", "/automats", often=True),
    PageState("automats-as-viewer", "/automats", person="viewer"),
    PageState("search", "/search?q=har"),
    PageState("search-contracts", "/search?q=lehtonen"),
    PageState("search-without-results", "/search?q=nothing-is-called-so"),
    PageState("automat-new", "/automats/new"),
    PageState("automat-new-refused", "/automats/new", then=save),
    PageState("automat", "/automats/{automat}", often=True),
    PageState("automat-as-viewer", "/automats/{automat}", person="viewer"),
    PageState("automat-without-keys", "/automats/{empty}"),
    PageState("automat-disconnected", "/automats/{offline}"),
    PageState("automat-condition", "/automats/{two}", then=condition),
    PageState("automat-condition-unknown", "/automats/{empty}", then=condition),
    PageState("automat-panel", "/automats/{automat}?locker=1#panel", often=True),
    PageState("automat-panel-as-viewer", "/automats/{automat}?locker=1#panel", person="viewer"),
    PageState("automat-list", "/automats/{automat}?view=list"),
    PageState("cabinet", "/automats/{hall}", often=True),
    PageState("cabinet-as-viewer", "/automats/{hall}", person="viewer"),
    PageState("cabinet-panel", "/automats/{hall}?locker=2#panel"),
    PageState("cabinet-panel-overdue", "/automats/{hall}?show=overdue&locker=0#panel"),
    PageState("cabinet-overdue", "/automats/{hall}?show=overdue"),
    PageState("cabinet-list", "/automats/{hall}?view=list&show=out&locker=2"),
    PageState("cabinet-numbered-down", "/automats/{tower}?locker=0#panel"),
    PageState("automat-edit", "/automats/{automat}/edit"),
    PageState("automat-remove", "/automats/{empty}/remove"),
    PageState("automat-reset", "/automats/{automat}/reset"),
    PageState("automat-remove-with-keys", "/automats/{automat}/remove"),
    PageState("activity", "/activity", often=True),
    PageState("activity-of-an-automat", "/activity?automatId={automat}&kind=contracts"),
    PageState("activity-of-a-key", "/activity?keyId={key}"),
    PageState("activity-without-connection", "/activity?automatId={tower}"),
    PageState("activity-refused", "/activity?person=-&from=someday"),
    PageState("activity-none", "/activity?person=nobody-is-called-so"),
    PageState("locker", "/automats/{automat}/lockers/0"),
    PageState("locker-as-viewer", "/automats/{automat}/lockers/0", person="viewer"),
    PageState("locker-empty", "/automats/{automat}/lockers/11"),
    PageState("locker-disconnected", "/automats/{offline}/lockers/0"),
    PageState("locker-never-connected", "/automats/{empty}/lockers/0"),
    PageState("opening-opened", "/openings/{opened}"),
    PageState("opening-refused", "/openings/{refused}"),
    PageState("opening-failed", "/openings/{failed}"),
    PageState("opening-expired", "/openings/{expired}"),
    PageState("key-new", "/automats/{automat}/keys/new?locker=11"),
    PageState("key-new-refused", "/automats/{automat}/keys/new?locker=11", then=save),
    PageState("key", "/keys/{key}", often=True),
    PageState("key-as-viewer", "/keys/{key}", person="viewer"),
    PageState("key-next-month", "/keys/{key}?month=2027-03"),
    PageState("key-out", "/keys/{out}"),
    PageState("key-without-contracts", "/keys/{idle}"),
    PageState("key-edit", "/keys/{key}/edit"),
    PageState("key-remove", "/keys/{key}/remove"),
    PageState("key-remove-out", "/keys/{out}/remove"),
    PageState("contract-new", "/keys/{idle}/contracts/new", often=True),
    PageState("contract-new-refused", "/keys/{idle}/contracts/new", then=save),
    PageState("contract-preview", "/keys/{idle}/contracts/new", then=preview),
    PageState("contract-new-schedule-refused", "/keys/{idle}/contracts/new", then=schedule),
    PageState("contract-conflict", "/keys/{key}/contracts/new", then=preview),
    PageState("contract-new-two-keys", "/keys/{idle}/contracts/new", then=two_keys),
    PageState("contract-conflict-of-two-keys", "/keys/{busy}/contracts/new", then=conflict_of_two_keys),
    PageState("contract-of-two-keys", "/contracts/{together}"),
    PageState("contract-of-two-keys-edit", "/contracts/{together}/edit"),
    PageState("contract-of-two-keys-take-off", "/contracts/{together}/edit", then=take_off),
    PageState("contract-of-two-keys-end", "/contracts/{together}/end"),
    PageState("contract-of-two-keys-remove", "/contracts/{together}/remove"),
    PageState("key-with-a-contract-of-two-keys", "/keys/{busy}"),
    PageState("automat-with-a-contract-of-two-keys", "/automats/{two}"),
    PageState("contract", "/contracts/{contract}"),
    PageState("contract-code", "/contracts/{contract}/code"),
    PageState("contract-code-of-two-keys", "/contracts/{together}/code"),
    PageState("contract-as-viewer", "/contracts/{contract}", person="viewer"),
    PageState("contract-known-without-connection", "/contracts/{known}"),
    PageState("contract-unknown-without-connection", "/contracts/{unknown}"),
    PageState("contract-remove-without-connection", "/contracts/{known}/remove"),
    PageState("contract-permanent", "/contracts/{permanent}"),
    PageState("contract-edit", "/contracts/{contract}/edit"),
    PageState("contract-remove", "/contracts/{contract}/remove"),
    PageState("contract-remove-out", "/contracts/{fetched}/remove"),
    PageState("not-found", "/keys/never-heard-of", is_error=True),
    PageState("nowhere", "/no-such-page", is_error=True),
    PageState("not-allowed", "/automats/new", person="viewer", is_error=True),
]

every_state = pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)


@dataclasses.dataclass
class World:
    """The ids that the paths of the states refer to."""

    known: dict[str, str]

    def path(self, template: str) -> str:
        return template.format(**{name: urllib.parse.quote(value) for name, value in self.known.items()})


def overdue(cloud: Cloud):
    """Contracts that have ended while their keys are out: with one key, and with four, and with a long name. And one that
    starts soon."""
    depot = cloud.automat("Depot", lockers=6, zone="America/New_York")
    phone = {"name": "Pekka Pitkänen", "phoneNumber": "+358401234567", "sendSms": False, "language": "fi"}
    keys = [depot.key("truck", locker, property=f"Truck {locker}, Warehouse Road 12") for locker in range(5)]
    one = depot.contract(keys[0], person="Otto Overdue", contacts=[phone])
    four = depot.contract(*keys[1:], person="Siivouspalvelu Kirkas ja kumppanit Oy, kiinteistönhoidon päivystys")
    depot.contract(depot.key("trailer", 5), person="Fia Fetching", start=at(minutes=20), end=at(days=2))
    device = depot.connect(inside=(0, 1, 2, 3, 4, 5))
    device.fetch(0, one["pin"])
    device.fetch(1, four["pin"])
    for contract in (one, four):
        cloud.call("POST", f"/v1/contracts/{contract['contractId']}/end")
    cloud.until_overdue(one, four)


def hall(cloud: Cloud) -> Automat:
    """A cabinet of 200 lockers in 20 columns: two keys are overdue, four out, one of them with its door open, three not inside
    and twenty lockers empty."""
    automat = cloud.automat("Kamppi key room", lockers=200, layout={"columns": 20, "firstNumber": 1})
    streets = ["Hämeentie", "Mannerheimintie", "Runeberginkatu", "Fleminginkatu"]
    keys = []
    for locker in range(180):
        street, flat = streets[locker % 4], f"{'ABCDE'[locker % 5]} {locker % 58 + 1}"
        house = locker * 7 % 90 + 1
        key = f"{street[0]}{house}{flat.replace(' ', '')}"
        keys.append(automat.key(key, locker, property=f"{street} {house} {flat}"))
    phone = {"name": "Kalle Korhonen", "phoneNumber": "+358407654321", "sendSms": False, "language": "fi"}
    late = [automat.contract(key, person="Kaapelipaja Oy", contacts=[phone]) for key in keys[:2]]
    taken = [automat.contract(keys[locker], person="Aino Asukas", end=at(days=2)) for locker in range(2, 6)]
    automat.contract(keys[0], person="Next Guest", start=at(days=1), end=at(days=3), schedule="Mo-Fr 08:00-17:00")
    device = automat.connect(inside=tuple(locker for locker in range(180) if locker not in (150, 151, 152)))
    for locker, contract in enumerate(late + taken[:3]):
        device.fetch(locker, contract["pin"])
    device.do(f"type {taken[3]['pin']}")
    device.hear("Locker 6: take your key")
    device.do("take 5")
    automat.until(lambda view: view["lockers"][5]["keyInside"] is False)
    for contract in late:
        cloud.call("POST", f"/v1/contracts/{contract['contractId']}/end")
    cloud.until_overdue(*late)
    return automat


def returned_without_connection(tower):
    """A key comes back while the automat has no connection, which the cloud records afterwards."""
    tower.key("attic", 1, property="Tower, attic", returnCode="2468")
    device = tower.connect(inside=(0,))
    tower.until(lambda view: view["lockers"][1]["keyInside"] is False)
    time.sleep(2)  # The page of the locker is made, and signalled.
    tower.until(lambda view: view.get("access", {}).get("isCurrent"))
    device.do("network away")
    tower.until(lambda view: view["connection"]["state"] == "disconnected")
    device.do("type *2468")
    device.hear("your return is recorded here")
    for command in ("put 1", "close 1", "network back"):
        device.do(command)
    tower.until(lambda view: view["lockers"][1]["keyInside"] is True)


def until_held(cloud: Cloud, contract: dict):
    """Waits until the automat knows the contract."""
    path = f"/v1/contracts/{contract['contractId']}"
    until(lambda: cloud.call("GET", path), lambda view: view["automats"][0]["state"] == "held")


def build(cloud: Cloud) -> World:
    """An automat with a key in each state, one that is disconnected, and one without keys."""
    offline = cloud.automat("Old mill", lockers=30, zone="Europe/Stockholm")
    openings = "/v1/automats/{}/lockers/{}/openings"
    device = offline.connect(lockers=29)
    refused = cloud.call("POST", openings.format(offline.id, 29), {"reason": "It lacks the last locker"})
    cloud.call("GET", f"/v1/openings/{refused['openingId']}?wait=15")
    known = offline.contract(offline.key("mill-attic", 5, property="Old mill, attic"), person="Kaisa Known", end=at(days=3))
    until_held(cloud, known)
    device.stop()
    offline.until(lambda view: view["connection"]["state"] == "disconnected")
    unknown = offline.contract(offline.key("mill-cellar", 6), person="Nora New", start=at(hours=1), end=at(hours=5))
    cloud.call("POST", f"/v1/contracts/{known['contractId']}/pin")
    expired = cloud.call("POST", openings.format(offline.id, 0), {"force": True, "reason": "Nobody answers"})

    automat = cloud.automat("Harbour", lockers=12)
    key = automat.key("A-101", 0, property="Harbour Street 1 A 101", returnCode="4711")
    out = automat.key("A-102", 1, property="Harbour Street 1 A 102")
    shared = automat.key("van", 2, shared=True, property="Delivery van ABC-123, " + "a long description " * 8)
    idle = automat.key("bicycle-shed", 4)
    device = automat.connect(inside=(0, 1, 2, 4))

    contacts = [
        {"name": "Ada Virtanen", "email": "ada@example.com", "sendEmail": True, "language": "fi"},
        {"name": "Bo Ek", "phoneNumber": "+358401234567", "sendSms": True, "additionalMessages": ["start-reminder"]},
    ]
    soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 2))
    automat.contract(key, person="Elsa Ended", end=soon)
    fetched = automat.contract(out, person="Olli Out", end=at(hours=5))
    permanent = automat.contract(shared, person="Riku Resident", permanent=True)
    automat.contract(shared, person="Sanna Sharing", start=at(days=1), end=at(days=3))
    for days in range(4, 40, 9):
        automat.contract(key, person="Later Lehtonen", start=at(days=days), end=at(days=days + 3))

    overdue(cloud)
    quay = cloud.automat("Quay", lockers=4)
    busy = quay.key("boathouse", 0, property="Quay 3, boathouse")
    sauna = quay.key("sauna", 1, property="Quay 3, sauna by the sea")
    together = quay.contract(busy, sauna, offline.key("workshop", 1), person="Timo Together", end=at(hours=5))
    alone = quay.connect(inside=(0, 1))
    alone.fetch(0, together["pin"])
    for command in ("mains off", "battery 12", "cover open"):
        alone.do(command)
    quay.until(lambda view: len(view.get("health", {}).get("concerns", [])) == 3)

    cabinet = hall(cloud)
    tower = cloud.automat("Tower", lockers=95, layout={"columns": 10, "numberedDown": True, "firstNumber": 101})
    tower.key("penthouse", 0, property="Tower, penthouse")
    returned_without_connection(tower)
    device.fetch(1, fetched["pin"])
    opened = cloud.call("POST", openings.format(automat.id, 4), {"reason": "Fetching a bicycle"})
    device.do("jam 2")
    failed = cloud.call("POST", openings.format(automat.id, 2), {})
    for opening in (opened, failed):
        cloud.call("GET", f"/v1/openings/{opening['openingId']}?wait=15")
    device.do("unjam 2")
    device.do("close 4")
    while any(c["state"] == "active" for c in cloud.call("GET", f"/v1/contracts?keyId={key}&state=active")["data"]):
        time.sleep(0.1)
    contract = automat.contract(key, contacts=contacts, freeText="The sauna is warm from six.")
    return World(
        {
            "callback": f"{cloud.url}/auth/callback",
            "automat": automat.id,
            "offline": offline.id,
            "known": known["contractId"],
            "unknown": unknown["contractId"],
            "hall": cabinet.id,
            "tower": tower.id,
            "empty": cloud.automat("Annex", lockers=4).id,
            "key": key,
            "out": out,
            "shared": shared,
            "idle": idle,
            "contract": contract["contractId"],
            "fetched": fetched["contractId"],
            "two": quay.id,
            "busy": busy,
            "together": together["contractId"],
            "permanent": permanent["contractId"],
            "opened": opened["openingId"],
            "refused": refused["openingId"],
            "failed": failed["openingId"],
            "expired": expired["openingId"],
        }
    )
