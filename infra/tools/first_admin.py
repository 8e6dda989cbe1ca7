#!/usr/bin/env python3
"""Creates the first admin of a deployed stack: a user who can sign in to the dashboard and create automats.

    python infra/tools/first_admin.py --stack key-automat-cloud --email ada@example.com

Cognito emails a password that is valid for three days. Run it again to send another one, or after an interruption:
the user is created only once. Further people can be added the same way, with --group viewer or --group operator.

Needs boto3, and credentials that may describe the stack and manage the users of its pool.
"""

import argparse
import sys

GROUPS = ("viewer", "operator", "admin")


class Refused(Exception):
    """A precondition is not met; the message says what to do."""


def outputs_of(session, stack: str) -> dict:
    """The outputs of a stack."""
    [found] = session.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}


def create(session, stack: str, email: str, group: str) -> str:
    """Creates the user unless there is one, and adds them to the group. Returns what to do next."""
    outputs = outputs_of(session, stack)
    if "UserPoolId" not in outputs:
        raise Refused(f"{stack} has no output UserPoolId: is its deployment complete?")
    pool, cognito = outputs["UserPoolId"], session.client("cognito-idp")
    attributes = [{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}]
    invitation = {"UserPoolId": pool, "Username": email, "DesiredDeliveryMediums": ["EMAIL"]}
    sends_password = True
    try:
        cognito.admin_create_user(**invitation, UserAttributes=attributes)
    except cognito.exceptions.UsernameExistsException:
        # Another password can be sent only before the first sign-in.
        sends_password = cognito.admin_get_user(UserPoolId=pool, Username=email)["UserStatus"] == "FORCE_CHANGE_PASSWORD"
        if sends_password:
            cognito.admin_create_user(**invitation, MessageAction="RESEND")
    cognito.admin_add_user_to_group(UserPoolId=pool, Username=email, GroupName=group)
    dashboard = outputs["DashboardUrl"]
    if sends_password:
        return f"Cognito has emailed a password. Sign in at {dashboard} within three days."
    return f"The user has signed in before and keeps their password. Sign in at {dashboard}."


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--stack", required=True, help="name of the stack, such as key-automat-cloud")
    parser.add_argument("--email", required=True, help="email address, by which the person signs in")
    parser.add_argument("--group", default="admin", choices=GROUPS, help="the person's role (default: admin)")
    arguments = parser.parse_args()
    if not arguments.email.isascii() or arguments.email.count("@") != 1:
        sys.exit("--email is not an email address")

    import boto3  # imported here, so that the tests do not need it

    try:
        print(create(boto3.Session(), arguments.stack, arguments.email, arguments.group))
    except Refused as refused:
        sys.exit(str(refused))


if __name__ == "__main__":
    main()
