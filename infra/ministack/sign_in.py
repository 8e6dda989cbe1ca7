"""People sign in to the stack on the ministack at AWS_ENDPOINT_URL: on the hosted pages, by authorization code with PKCE,
like the dashboard. Fails unless everybody may do exactly what their group permits.

    python sign_in.py stack.json
"""

import base64
import hashlib
import html
import json
import os
import pathlib
import re
import secrets
import sys
import urllib.error
import urllib.parse
import urllib.request

import boto3

# Requested by each person: the method, the path, and the lowest role. A permitted request changes nothing: the key does
# not exist, and the automat's body is invalid.
ASKED = (
    ("GET", "/v1/automats", "viewer"),
    ("POST", "/v1/contracts", "operator"),
    ("POST", "/v1/automats", "admin"),
)
ROLES = ("viewer", "operator", "admin")
OF_PEOPLE = "openid key-automat/person"


class Stay(urllib.request.HTTPRedirectHandler):
    """Does not follow redirects."""

    def redirect_request(self, *_):
        return None


BROWSER = urllib.request.build_opener(Stay)


def request(url: str, form=None, **options):
    """A response's status, headers and text, whatever the status."""
    data = urllib.parse.urlencode(form).encode() if form is not None else options.pop("data", None)
    try:
        answer = BROWSER.open(urllib.request.Request(url, data, **options), timeout=60)
    except urllib.error.HTTPError as error:
        answer = error
    return answer.status, answer.headers, answer.read().decode()


def hidden_fields(page: str) -> dict:
    """The hidden fields of a form."""
    fields = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', page)
    return {name: html.unescape(value) for name, value in fields}


def invite(pool: str, group) -> tuple[str, str]:
    """Creates a person in a group, or in none. Returns their address and password."""
    cognito = boto3.client("cognito-idp")
    address, password = f"{group or 'newcomer'}-{secrets.token_hex(3)}@example.com", f"Aa1-{secrets.token_hex(8)}"
    user = cognito.admin_create_user(UserPoolId=pool, Username=address, MessageAction="SUPPRESS")["User"]["Username"]
    cognito.admin_set_user_password(UserPoolId=pool, Username=user, Password=password, Permanent=True)
    if group:
        cognito.admin_add_user_to_group(UserPoolId=pool, Username=user, GroupName=group)
    return address, password


def sign_in(endpoint: str, stack: dict, person: tuple[str, str], scope: str, as_another=False) -> tuple[int, str]:
    """The token response for a person who has signed in, or who uses another one's code."""
    callback, state, verifier = f"{stack['dashboard']}/auth/callback", secrets.token_hex(8), secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    asked = {
        "response_type": "code",
        "client_id": stack["outputs"]["WebClientId"],
        "redirect_uri": callback,
        "scope": scope,
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    _, _, page = request(f"{endpoint}/oauth2/authorize?{urllib.parse.urlencode(asked)}")
    form = {**hidden_fields(page), "username": person[0], "password": person[1]}
    status, headers, page = request(f"{endpoint}/login", form)
    if status != 302:
        sys.exit(f"{person[0]} cannot sign in: {status} {page[-300:]}")
    back = urllib.parse.urlsplit(headers["Location"])
    given = dict(urllib.parse.parse_qsl(back.query))
    assert f"{back.scheme}://{back.netloc}{back.path}" == callback and given["state"] == state, headers["Location"]
    exchange = {
        "grant_type": "authorization_code",
        "client_id": stack["outputs"]["WebClientId"],
        "redirect_uri": callback,
        "code": given["code"],
        "code_verifier": secrets.token_urlsafe(48) if as_another else verifier,
    }
    status, _, answer = request(f"{endpoint}/oauth2/token", exchange)
    return status, answer


def tokens(*signing_in) -> dict:
    """The tokens of a successful response."""
    status, answer = sign_in(*signing_in)
    if status != 200:
        sys.exit(f"no tokens: {status} {answer}")
    return json.loads(answer)


def findings(url: str, who: str, token: str, may) -> list[str]:
    """Errors for a person with a role, or without one."""
    found = []
    for method, path, least in ASKED:
        data = b"{}" if method == "POST" else None
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        status, _, text = request(url + path, data=data, method=method, headers=headers)
        let_in = may is not None and ROLES.index(may) >= ROLES.index(least)
        fits = status not in (401, 403) and status < 500 if let_in else status in (401, 403)
        if not fits:
            found.append(f"{who}: {method} {path} {'should pass' if let_in else 'should be refused'}: {status} {text}")
    return found


def main() -> int:
    stack, endpoint = json.loads(pathlib.Path(sys.argv[1]).read_text()), os.environ["AWS_ENDPOINT_URL"]
    url, found = stack["environment"]["KEY_AUTOMAT_URL"], []
    for group in (*ROLES, None):
        who, person = group or "no group", invite(stack["outputs"]["UserPoolId"], group)
        given = tokens(endpoint, stack, person, OF_PEOPLE)
        found += findings(url, f"a person in {who}", given["access_token"], group)
        found += findings(url, f"the ID token of one in {who}", given["id_token"], None)
        only_openid = tokens(endpoint, stack, person, "openid")["access_token"]
        found += findings(url, f"one in {who}, for openid alone", only_openid, None)
    status, answer = sign_in(endpoint, stack, person, OF_PEOPLE, as_another=True)
    if status != 400:
        found.append(f"whoever gets hold of a code gets tokens for it: {status} {answer}")
    for sentence in found:
        print(sentence)
    asked = 4 * 3 * len(ASKED) + 1
    print(f"{asked - len(found)} of {asked} responses are right")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
