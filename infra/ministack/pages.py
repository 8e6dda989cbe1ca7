"""Uses the dashboard of the stack on the ministack at AWS_ENDPOINT_URL like a browser: people of each group sign in on the
hosted pages, do what they may, and sign out. Fails unless everybody sees exactly what their group permits.

    python pages.py stack.json
"""

import http.cookies
import json
import pathlib
import secrets
import sys
import urllib.parse

from sign_in import ROLES, hidden_fields, invite, request

# Requested by each person: the page, and the lowest role that may see it. The key does not exist, which only those with
# the role find out.
ASKED = (
    ("/", "viewer"),
    ("/search?q=lobby", "viewer"),
    ("/keys/no-such-thing", "viewer"),
    ("/keys/no-such-thing/contracts/new", "operator"),
    ("/automats/new", "admin"),
)
# Required attributes of session cookies: no script, no other host and no other site gets them.
GUARDED = ("Secure", "HttpOnly", "SameSite=Lax", "Path=/")


class Browser:
    """A browser with cookies, which follows redirects only on request."""

    def __init__(self, stack: dict):
        self.stack, self.cookies, self.found = stack, {}, []

    def go(self, path: str, form=None, origin=None):
        """The dashboard's response: status, headers and text. A form is sent as from a page of the dashboard."""
        # The dashboard's host has no DNS here: ministack has its own address, and finds the API by the Host header.
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
        """Stores or deletes a cookie."""
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
        """Exits with an error."""
        if not right:
            sys.exit(f"dashboard: {what}: {' '.join(map(str, seen))[-600:]}")


def seen(browser: Browser, who: str, may) -> list[str]:
    """Errors on the pages for a person with a role, or without one."""
    found = []
    for path, least in ASKED:
        status, _, text = browser.go(path)
        let_in = may is not None and ROLES.index(may) >= ROLES.index(least)
        if not (status in (200, 404) if let_in else status == 403):
            found.append(f"{who}: {path} {'should be seen' if let_in else 'should be refused'}: {status} {text[-300:]}")
    return found


def worked(browser: Browser, who: str) -> list[str]:
    """Tasks that an admin cannot do, because the function lacks a permission."""
    automat, key, contract = (f"pages-{secrets.token_hex(4)}" for _ in range(3))
    home, of_key, found = f"/automats/{automat}", f"/keys/{key}", []
    of_contract = f"/contracts/{contract}"
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
        # A form on a page of its own contains its name and version.
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
    """Errors when somebody signs out."""
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
    print(f"dashboard: four people, {len(found)} wrong responses")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
