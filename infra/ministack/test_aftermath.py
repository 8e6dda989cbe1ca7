"""What is found in the logs, and what is ignored."""

import json
import unittest

import aftermath


def line(level="INFO", **fields):
    return json.dumps({"level": level, "message": "done", **fields})


class Logs(unittest.TestCase):
    def test_errors_are_found_but_for_a_busy_machines(self):
        failed = line("ERROR", error="a message that cannot be read")
        lines = ["START", line(), failed, line("ERROR", error="request has timed out"), line("WARN", error="x")]
        self.assertEqual(aftermath.errors(lines), [failed])
        failed = line("ERROR", **{"record.sequence_number": "7"})
        self.assertEqual(aftermath.errors([failed, failed]), [], "succeeded at the third try")
        self.assertEqual(aftermath.errors([failed, failed, failed]), [failed] * 3)

    def test_each_kind_of_secret_is_found(self):
        for what, secret in (
            ("an email address", "aino-1f@example.com"),
            ("a phone number", "+358401234567"),
            ("a token", "Bearer eyJhbGciOiJSUzI1NiJ9.e30.c2ln"),
            ("a PIN", "the PIN 48291537"),
        ):
            self.assertEqual(aftermath.secrets([line(), line(note=secret)]), [what])
        self.assertEqual(aftermath.secrets([line(at="2026-11-27T04:48:29.153748Z", key="key-482915370")]), [])


if __name__ == "__main__":
    unittest.main()
