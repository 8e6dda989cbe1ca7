"""Every page that people can come to, in every state that we know of. A new page is a new row here."""

import dataclasses
import time
import urllib.parse
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from cloud import Cloud, at


@dataclasses.dataclass
class Place:
    name: str
    path: str
    person: str | None = "admin"
    # Brings about the state, once the page is there.
    then: Callable[[Page], None] | None = None
    # Whether Lighthouse looks at it each time.
    often: bool = False
    # Whether its status is an error, which Lighthouse takes for no page at all.
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


PLACES = [
    Place("sign-in", SIGN_IN, person=None),
    Place("sign-in-broken-off", "/auth/callback?error=access_denied&state=none", person=None, is_error=True),
    Place("newcomer", "/", person="newcomer", is_error=True),
    Place("automats", "/", often=True),
    Place("automats-as-viewer", "/", person="viewer"),
    Place("search", "/search?q=har"),
    Place("search-without-a-find", "/search?q=nothing-is-called-so"),
    Place("automat-new", "/automats/new"),
    Place("automat-new-refused", "/automats/new", then=save),
    Place("automat", "/automats/{automat}", often=True),
    Place("automat-as-viewer", "/automats/{automat}", person="viewer"),
    Place("automat-without-keys", "/automats/{empty}"),
    Place("automat-disconnected", "/automats/{offline}"),
    Place("automat-edit", "/automats/{automat}/edit"),
    Place("automat-remove", "/automats/{empty}/remove"),
    Place("automat-reset", "/automats/{automat}/reset"),
    Place("automat-remove-with-keys", "/automats/{automat}/remove"),
    Place("automat-events", "/automats/{automat}/events"),
    Place("automat-events-none-yet", "/automats/{empty}/events"),
    Place("locker", "/automats/{automat}/lockers/0"),
    Place("locker-as-viewer", "/automats/{automat}/lockers/0", person="viewer"),
    Place("locker-empty", "/automats/{automat}/lockers/11"),
    Place("locker-away", "/automats/{offline}/lockers/0"),
    Place("locker-never-seen", "/automats/{empty}/lockers/0"),
    Place("opening-opened", "/openings/{opened}"),
    Place("opening-refused", "/openings/{refused}"),
    Place("opening-failed", "/openings/{failed}"),
    Place("opening-expired", "/openings/{expired}"),
    Place("key-new", "/automats/{automat}/keys/new?locker=11"),
    Place("key-new-refused", "/automats/{automat}/keys/new?locker=11", then=save),
    Place("key", "/keys/{key}", often=True),
    Place("key-as-viewer", "/keys/{key}", person="viewer"),
    Place("key-next-month", "/keys/{key}?month=2027-03"),
    Place("key-ended", "/keys/{key}?show=ended"),
    Place("key-out", "/keys/{out}"),
    Place("key-without-contracts", "/keys/{idle}"),
    Place("key-edit", "/keys/{key}/edit"),
    Place("key-remove", "/keys/{key}/remove"),
    Place("key-remove-out", "/keys/{out}/remove"),
    Place("key-events", "/keys/{key}/events"),
    Place("contract-new", "/keys/{idle}/contracts/new", often=True),
    Place("contract-new-refused", "/keys/{idle}/contracts/new", then=save),
    Place("contract-preview", "/keys/{idle}/contracts/new", then=preview),
    Place("contract-conflict", "/keys/{key}/contracts/new", then=preview),
    Place("contract", "/keys/{key}/contracts/{contract}"),
    Place("contract-as-viewer", "/keys/{key}/contracts/{contract}", person="viewer"),
    Place("contract-permanent", "/keys/{shared}/contracts/{permanent}"),
    Place("contract-edit", "/keys/{key}/contracts/{contract}/edit"),
    Place("contract-remove", "/keys/{key}/contracts/{contract}/remove"),
    Place("contract-remove-out", "/keys/{out}/contracts/{fetched}/remove"),
    Place("not-found", "/keys/never-heard-of", is_error=True),
    Place("nowhere", "/no-such-page", is_error=True),
    Place("not-allowed", "/automats/new", person="viewer", is_error=True),
]

every_place = pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)


@dataclasses.dataclass
class World:
    """What there is to look at, by the words in the paths of the places."""

    known: dict[str, str]

    def path(self, template: str) -> str:
        return template.format(**{name: urllib.parse.quote(value) for name, value in self.known.items()})


def build(cloud: Cloud) -> World:
    """An automat at work with a key in each state, one that is disconnected, and one where nothing is yet."""
    offline = cloud.automat("Old mill", lockers=30, zone="Europe/Stockholm")
    openings = "/v1/automats/{}/lockers/{}/openings"
    device = offline.connect(lockers=29)
    refused = cloud.call("POST", openings.format(offline.id, 29), {"reason": "It lacks the last locker"})
    cloud.call("GET", f"/v1/openings/{refused['openingId']}?wait=15")
    device.stop()
    offline.until(lambda view: view["connection"]["state"] == "disconnected")
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

    device.fetch(1, fetched["pin"])
    opened = cloud.call("POST", openings.format(automat.id, 4), {"reason": "Fetching a bicycle"})
    device.do("jam 2")
    failed = cloud.call("POST", openings.format(automat.id, 2), {})
    for opening in (opened, failed):
        cloud.call("GET", f"/v1/openings/{opening['openingId']}?wait=15")
    device.do("unjam 2")
    device.do("close 4")
    while any(c["state"] == "active" for c in cloud.call("GET", f"/v1/keys/{key}/contracts?state=active")["data"]):
        time.sleep(0.1)
    contract = automat.contract(key, contacts=contacts, freeText="The sauna is warm from six.")
    return World(
        {
            "callback": f"{cloud.url}/auth/callback",
            "automat": automat.id,
            "offline": offline.id,
            "empty": cloud.automat("Annex", lockers=4).id,
            "key": key,
            "out": out,
            "shared": shared,
            "idle": idle,
            "contract": contract["contractId"],
            "fetched": fetched["contractId"],
            "permanent": permanent["contractId"],
            "opened": opened["openingId"],
            "refused": refused["openingId"],
            "failed": failed["openingId"],
            "expired": expired["openingId"],
        }
    )
