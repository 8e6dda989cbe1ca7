"""Checks of what people may do by their role."""

import unittest
from unittest import mock

import sign_in


class Roles(unittest.TestCase):
    def found(self, may, *statuses):
        answers = [(status, {}, "") for status in statuses]
        with mock.patch.object(sign_in, "request", side_effect=answers):
            return [finding.split(": ")[1] for finding in sign_in.findings("http://api", "she", "token", may)]

    def test_each_role_passes_where_it_may_and_is_refused_elsewhere(self):
        self.assertEqual(self.found("viewer", 200, 403, 403), [])
        self.assertEqual(self.found("operator", 200, 422, 403), [])
        self.assertEqual(self.found("admin", 200, 422, 422), [])
        self.assertEqual(self.found(None, 403, 403, 401), [])

    def test_whoever_may_too_much_or_too_little_is_found(self):
        self.assertEqual(self.found("viewer", 200, 422, 403), ["POST /v1/contracts should be refused"])
        self.assertEqual(self.found("admin", 200, 422, 403), ["POST /v1/automats should pass"])
        self.assertEqual(self.found(None, 200, 403, 403), ["GET /v1/automats should be refused"])

    def test_a_failure_is_no_pass(self):
        self.assertEqual(self.found("admin", 500, 422, 422), ["GET /v1/automats should pass"])


if __name__ == "__main__":
    unittest.main()
