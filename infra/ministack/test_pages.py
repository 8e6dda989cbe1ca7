"""Checks of what people see by their role, and of the cookies they get."""

import unittest
from email.message import Message
from unittest import mock

import pages

STACK = {"dashboard": "https://keys.example.com", "endpoint": "http://api"}
STRICT = ("Content-Security-Policy", "default-src 'none'; script-src 'self'")
GUARDED = "; Path=/; Secure; HttpOnly; SameSite=Lax"


def answer(status, *headers):
    message = Message()
    for name, value in (STRICT, *headers):
        message[name] = value
    return status, message, ""


class Pages(unittest.TestCase):
    def answering(self, *answers):
        return mock.patch.object(pages, "request", side_effect=answers)

    def seen(self, may, *statuses):
        with self.answering(*map(answer, statuses)):
            return [finding.split(": ")[1] for finding in pages.seen(pages.Browser(STACK), "she", may)]

    def test_each_sees_what_their_role_may_and_nothing_else(self):
        self.assertEqual(self.seen("viewer", 200, 200, 404, 403, 403), [])
        self.assertEqual(self.seen("admin", 200, 200, 404, 404, 200), [])
        self.assertEqual(self.seen(None, 403, 403, 403, 403, 403), [])

    def test_whoever_sees_too_much_or_too_little_is_found(self):
        self.assertEqual(self.seen("operator", 200, 200, 404, 404, 200), ["/automats/new should be refused"])
        self.assertEqual(self.seen("viewer", 200, 500, 404, 403, 403), ["/search?q=lobby should be seen"])

    def test_work_that_cannot_be_done_is_found_and_a_form_is_sent_as_it_was_shown(self):
        sent, hidden = [], '<form><input type="hidden" name="version" value="7"></form>'

        def request(address, form=None, headers=None):
            path = address.removeprefix("http://api")
            if form is None:
                return 200, answer(200)[1], hidden if path.endswith(("/new", "/end", "/remove")) else ""
            sent.append((path, form))
            refused = 500 if path.endswith("/lockers/0/open") else 200 if path.endswith("/pin") else 303
            return answer(refused, ("Location", "/"))

        with mock.patch.object(pages, "request", side_effect=request):
            [finding] = pages.worked(pages.Browser(STACK), "she")
        self.assertTrue(finding.startswith("she: /automats/A/lockers/0/open cannot be done: 500"), finding)
        self.assertEqual(len(sent), 10)
        self.assertTrue(all(form["version"] == "7" for path, form in sent if path.endswith(("/end", "/remove"))))

    def test_cookies_are_kept_forgotten_and_must_be_guarded(self):
        browser = pages.Browser(STACK)
        with self.answering(
            answer(303, ("Set-Cookie", "__Host-access=a" + GUARDED), ("Set-Cookie", "language=fi; Path=/")),
            answer(303, ("Set-Cookie", "__Host-access=; Max-Age=0" + GUARDED)),
            answer(200, ("Set-Cookie", "__Host-refresh=r; Path=/; Secure; SameSite=Lax")),
        ):
            browser.go("/")
            self.assertEqual(browser.cookies, {"__Host-access": "a", "language": "fi"})
            browser.go("/")
            self.assertEqual((browser.cookies, browser.found), ({"language": "fi"}, []))
            browser.go("/")
            self.assertEqual(browser.found, ["the cookie __Host-refresh has no HttpOnly"])

    def test_a_page_without_a_policy_is_found(self):
        browser = pages.Browser(STACK)
        with self.answering((200, Message(), "")):
            browser.go("/")
        self.assertEqual(len(browser.found), 1)

    def test_another_page_must_not_sign_anybody_out(self):
        browser = pages.Browser(STACK)
        browser.cookies = {"__Host-access": "a"}
        forget = ("Set-Cookie", "__Host-access=; Max-Age=0" + GUARDED)
        with self.answering(answer(303, forget), answer(303)):
            self.assertEqual(pages.left(browser, "she"), ["she: another page signs them out: 303"])


if __name__ == "__main__":
    unittest.main()
