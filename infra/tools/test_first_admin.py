"""Creating the first admin, against a stand-in that records the requests to Cognito."""

import types
import unittest

import first_admin


class UsernameExistsException(Exception):
    pass


class Aws:
    """A session of which every client is this object; `status` is that of a user who exists already."""

    exceptions = types.SimpleNamespace(UsernameExistsException=UsernameExistsException)

    def __init__(self, status=None, outputs=("UserPoolId", "DashboardUrl")):
        self.status, self.outputs, self.asked = status, outputs, []

    def client(self, name):
        return self

    def describe_stacks(self, StackName):
        return {"Stacks": [{"Outputs": [{"OutputKey": key, "OutputValue": f"the {key}"} for key in self.outputs]}]}

    def admin_create_user(self, **arguments):
        self.asked.append(("create", arguments.get("MessageAction")))
        if self.status and "MessageAction" not in arguments:
            raise UsernameExistsException

    def admin_get_user(self, **_):
        return {"UserStatus": self.status}

    def admin_add_user_to_group(self, **arguments):
        self.asked.append((arguments["GroupName"], arguments["UserPoolId"]))


class FirstAdmin(unittest.TestCase):
    def create(self, aws):
        return first_admin.create(aws, "stack", "ada@example.com", "admin")

    def test_a_new_admin_is_created_in_the_group_with_the_sign_in_address(self):
        aws = Aws()
        self.assertIn("Sign in at the DashboardUrl within three days", self.create(aws))
        self.assertEqual(aws.asked, [("create", None), ("admin", "the UserPoolId")])

    def test_running_it_again_sends_another_password_and_finishes_the_group(self):
        aws = Aws(status="FORCE_CHANGE_PASSWORD")
        self.assertIn("emailed a password", self.create(aws))
        self.assertEqual(aws.asked, [("create", None), ("create", "RESEND"), ("admin", "the UserPoolId")])

    def test_who_has_signed_in_keeps_their_password(self):
        aws = Aws(status="CONFIRMED")
        self.assertIn("keeps their password", self.create(aws))
        self.assertEqual(aws.asked, [("create", None), ("admin", "the UserPoolId")])

    def test_a_stack_that_is_not_complete_is_refused(self):
        with self.assertRaises(first_admin.Refused):
            self.create(Aws(outputs=()))


if __name__ == "__main__":
    unittest.main()
