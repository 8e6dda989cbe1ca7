"""People come to the dashboard of the stack on the ministack at AWS_ENDPOINT_URL, by a browser without a screen: they sign
in through it, on the hosted pages, do what they may, and go out again. Fails unless each sees what their group may see, and
no more.

    python pages.py stack.json
"""

import http.cookies
import json
import pathlib
import secrets
import sys
import urllib.parse

from sign_in import ROLES, hidden_fields, invite, request

# Asked of each who is signed in: the page, and the least role that may. There is no such key, which is told to those only
# who may ask.
ASKED = (
    ("/", "viewer"),
    ("/search?q=lobby", "viewer"),
    ("/keys/no-such-thing", "viewer"),
    ("/keys/no-such-thing/contracts/new", "operator"),
    ("/automats/new", "admin"),
)
# What every cookie of a session must have, so that no script, no other host and no other page gets at it.
GUARDED = ("Secure", "HttpOnly", "SameSite=Lax", "Path=/")


class Browser:
    """Somebody's browser, which goes where it is sent only when told to."""

    def __init__(self, stack: dict):
        self.stack, self.cookies, self.found = stack, {}, []

    def go(self, path: str, form=None, origin=None):
        """An answer of the dashboard's: status, headers and text. A form is sent as by a page of the dashboard."""
        # No name server knows the dashboard's host: ministack is asked at its own address, and finds the API by the header.
        headers = {"Host": urllib.parse.urlsplit(self.stack["dashboard"]).netloc}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if form is not None:
            headers["Origin"] = origin or self.stack["dashboard"]
        status, answered, text = request(self.stack["endpoint"] + path, form, headers=headers)
        for line in answered.get_all("Set-Cookie") or ():
            self.keep(line)
        if "default-src 'none'" not in (answered["Content-Security-Policy"] or ""):
            self.found.append(f"{path} has no strict policy: {status} {answered['Content-Security-Policy']}")
        return status, answered, text

    def keep(self, line: str):
        """Keeps a cookie, or forgets it."""
        [(name, cookie)] = http.cookies.SimpleCookie(line).items()
        if name.startswith("__Host-"):
            missing = [part for part in GUARDED if part.lower() not in line.lower().replace(" ", "").split(";")]
            self.found += [f"the cookie {name} has no {part}" for part in missing]
        self.cookies[name] = cookie.value
        if not cookie.value or cookie["max-age"] == "0":
            del self.cookies[name]

    def sign_in(self, person: tuple[str, str]):
        """Signs somebody in, from the dashboard's first page and back to it."""
        status, headers, _ = self.go("/")
        self.expect(status == 303 and headers["Location"].startswith("/sign-in"), "nobody sees a page", status)
        status, headers, text = self.go(headers["Location"])
        self.expect(status in (302, 303), "the way to the hosted page", status, text)
        _, _, page = request(headers["Location"])
        address, password = person
        form = {**hidden_fields(page), "username": address, "password": password}
        sign_in = "{0.scheme}://{0.netloc}/login".format(urllib.parse.urlsplit(headers["Location"]))
        status, headers, text = request(sign_in, form)
        self.expect(status == 302, "the hosted page takes the password", status, text)
        back = headers["Location"].removeprefix(self.stack["dashboard"])
        self.expect(back.startswith("/auth/callback?"), "the way back", status, headers["Location"])
        status, headers, text = self.go(back)
        self.expect(status == 303 and headers["Location"] == "/", "the code is redeemed", status, text)

    def expect(self, right: bool, what: str, *seen):
        """Ends it all where there is no going on."""
        if not right:
            sys.exit(f"dashboard: {what}: {' '.join(map(str, seen))[-600:]}")


def seen(browser: Browser, who: str, may) -> list[str]:
    """What is not as it should be on the pages for somebody who may what a role may, or nothing."""
    found = []
    for path, least in ASKED:
        status, _, text = browser.go(path)
        let_in = may is not None and ROLES.index(may) >= ROLES.index(least)
        if not (status in (200, 404) if let_in else status == 403):
            found.append(f"{who}: {path} {'should be seen' if let_in else 'should be refused'}: {status} {text[-300:]}")
    return found


def worked(browser: Browser, who: str) -> list[str]:
    """What cannot be done of each kind of work, so what the function may not write, by somebody who may do everything."""
    automat, key, contract = (f"pages-{secrets.token_hex(4)}" for _ in range(3))
    home, of_key, found = f"/automats/{automat}", f"/keys/{key}", []
    of_contract = f"{of_key}/contracts/{contract}"
    where = {"location.address": "", "location.postalCode": "", "location.postalOffice": ""}
    for path, form, right in (
        ("/automats/new", {"automatId": automat, "name": "Pages", "lockerCount": 4, "timeZone": "UTC", **where}, 303),
        (f"{home}/keys/new", {"keyId": key, "property": "Pages", "returnCode": "4071"}, 303),
        (f"{of_key}/contracts/new", {"contractId": contract, "person": "Ada", "start.now": "on", "permanent": "on"}, 303),
        (f"{of_contract}/pin", {}, 200),
        (f"{of_contract}/pin/new", {}, 303),
        (f"{home}/lockers/0/open", {}, 303),
        (f"{of_contract}/end", {}, 303),
        (f"{of_contract}/remove", {}, 303),
        (f"{of_key}/remove", {}, 303),
        (f"{home}/remove", {}, 303),
    ):
        # A form has its name and version in it, where it is a page of its own.
        shown = browser.go(path)[2] if path.endswith(("/new", "/end", "/remove")) and "/pin/" not in path else ""
        status, headers, text = browser.go(path, {"once": secrets.token_hex(8), **hidden_fields(shown), **form})
        if status != right:
            what = path.replace(automat, "A").replace(key, "K").replace(contract, "C")
            found.append(f"{who}: {what} cannot be done: {status} {text[-600:]}")
        elif status == 303:
            status, _, text = browser.go(headers["Location"].removeprefix(browser.stack["dashboard"]))
            if status != 200:
                found.append(f"{who}: after {path} comes {status} {text[-300:]}")
    return found


def left(browser: Browser, who: str) -> list[str]:
    """What is not as it should be when somebody goes."""
    found = []
    status, _, _ = browser.go("/sign-out", {}, origin="https://elsewhere.example")
    if status != 403 or not browser.cookies:
        found.append(f"{who}: another page signs them out: {status}")
    status, _, text = browser.go("/sign-out", {})
    if status != 303 or browser.cookies:
        found.append(f"{who}: cannot sign out: {status} {sorted(browser.cookies)} {text[-300:]}")
    return found


def main() -> int:
    stack, found = json.loads(pathlib.Path(sys.argv[1]).read_text()), []
    for group in (*ROLES, None):
        who, browser = f"a person in {group or 'no group'}", Browser(stack)
        browser.sign_in(invite(stack["outputs"]["UserPoolId"], group))
        found += seen(browser, who, group)
        if group == ROLES[-1]:
            found += worked(browser, who)
        found += left(browser, who) + browser.found
    for sentence in found:
        print(sentence)
    print(f"dashboard: four people, {len(found)} answers to them wrong")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
