"""Every page that people can come to, in every state that we know of. A new page is a new row here."""

import dataclasses
import urllib.parse
from collections.abc import Callable

import pytest
from cloud import Cloud
from playwright.sync_api import Page


@dataclasses.dataclass
class World:
    """What there is to look at: an automat at work, and others where something is missing."""

    known: dict[str, str]

    def path(self, template: str) -> str:
        return template.format(**{name: urllib.parse.quote(value) for name, value in self.known.items()})


@dataclasses.dataclass
class Place:
    name: str
    path: str
    person: str | None = "admin"
    # Brings about the state, once the page is there.
    then: Callable[[Page], None] | None = None
    # Whether Lighthouse looks at it each time.
    often: bool = False


SIGN_IN = (
    "/oauth2/authorize?response_type=code&client_id=dashboard&redirect_uri={callback}&scope=openid%20key-automat/person"
    "&code_challenge_method=S256&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
)

PLACES = [
    Place("sign-in", SIGN_IN, person=None, often=True),
]


def build(cloud: Cloud) -> World:
    return World({"callback": f"{cloud.url}/auth/callback"})


every_place = pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
