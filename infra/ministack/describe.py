"""Describes the stack that the runbook's commands have deployed on the ministack at AWS_ENDPOINT_URL, for the end-to-end
suite, and checks the admin that they have created.

    python describe.py --work FOLDER

The result is FOLDER/stack.json: the environment of the suite, and the stack's outputs.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import urllib.request

import boto3

# The names in the runbook.
STACK = "key-automat-cloud"
ADMIN = "ada@example.com"
ROLES = ("viewer", "operator", "admin")
HERE = pathlib.Path(__file__).resolve().parent


def outputs_of(stack: str) -> dict:
    """The stack's outputs."""
    [found] = boto3.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in found["Outputs"]}


def api_address(endpoint: str) -> str:
    """The API's address by path: its host has no DNS here, and /health there is ministack's own."""
    api = boto3.client("cloudformation").describe_stack_resource(StackName=STACK, LogicalResourceId="Api")
    return f"{endpoint}/_aws/execute-api/{api['StackResourceDetail']['PhysicalResourceId']}/$default"


def machine_clients(outputs: dict) -> dict:
    """The roles' clients with their secrets, as `client_id:secret`."""
    cognito, clients = boto3.client("cognito-idp"), {}
    for role in ROLES:
        client_id = outputs[f"{role.capitalize()}ClientId"]
        client = cognito.describe_user_pool_client(UserPoolId=outputs["UserPoolId"], ClientId=client_id)
        clients[role] = f"{client_id}:{client['UserPoolClient']['ClientSecret']}"
    return clients


def subscribe(topic: str) -> None:
    """A queue that gets every event, set up as infra/README.md describes."""
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="subscriber")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    boto3.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)


def look_at_admin(outputs: dict) -> None:
    """Fails unless the runbook's first admin exists, also after running the script again."""
    again = ["tools/first_admin.py", "--stack", STACK, "--email", ADMIN]
    subprocess.run([sys.executable, *again], cwd=HERE.parent, check=True, stdout=sys.stderr)
    cognito, user = boto3.client("cognito-idp"), {"UserPoolId": outputs["UserPoolId"], "Username": ADMIN}
    status = cognito.admin_get_user(**user)["UserStatus"]
    groups = [group["GroupName"] for group in cognito.admin_list_groups_for_user(**user)["Groups"]]
    if (status, groups) != ("FORCE_CHANGE_PASSWORD", ["admin"]):
        sys.exit(f"the first admin is {status}, in {groups}")


def authority(endpoint: str, work: pathlib.Path) -> pathlib.Path:
    """The authority of the broker's certificate; in AWS it is Amazon's."""
    file = work / "ca.pem"
    with urllib.request.urlopen(f"{endpoint}/_ministack/iot/ca.pem", timeout=5) as answer:
        file.write_bytes(answer.read())
    return file


def main() -> None:
    parser = argparse.ArgumentParser(description="Describes the stack on ministack.")
    parser.add_argument("--work", required=True, type=pathlib.Path, help="output folder")
    endpoint, work = os.environ["AWS_ENDPOINT_URL"], parser.parse_args().work.resolve()
    outputs = outputs_of(STACK)
    look_at_admin(outputs)
    subscribe(outputs["KeyEventsTopicArn"])
    provision = [sys.executable, HERE.parent / "tools/provision.py", "--stack", STACK, "--endpoint", "localhost:8883"]
    provision += ["--authority", authority(endpoint, work)]
    environment = {
        "KEY_AUTOMAT_URL": api_address(endpoint),
        "KEY_AUTOMAT_TOKEN_URL": f"{endpoint}/oauth2/token",
        **{f"KEY_AUTOMAT_{role.upper()}": client for role, client in machine_clients(outputs).items()},
        "KEY_AUTOMAT_PROVISION": " ".join(map(str, provision)),
        "KEY_AUTOMAT_TAKEN": f"{endpoint}/_ministack",
        # Each is a process, and one machine runs fewer than AWS.
        "KEY_AUTOMAT_RACERS": "8",
    }
    stack = {"name": STACK, "endpoint": endpoint, "dashboard": outputs["DashboardUrl"], "environment": environment, "outputs": outputs}
    (work / "stack.json").write_text(json.dumps(stack, indent=2) + "\n")


if __name__ == "__main__":
    main()
