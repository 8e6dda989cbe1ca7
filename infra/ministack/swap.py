"""Replaces the table of the live stack by a restored one, as runbooks/restore.md does.

    python swap.py --build .aws-sam/build --architecture x86_64 stack.json

Afterwards, bookings from before the restored time exist and later ones do not, and a new booking reaches the queue that
subscribes to KeyEvents by the new table's stream. This is checked before the table is imported, after the import, and
after an ordinary deployment. The previous table is kept unchanged.
"""

import argparse
import base64
import datetime
import json
import pathlib
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

import boto3
from samtranslator.yaml_helper import yaml_parse

import adapt
from describe import STACK, outputs_of

PATIENCE = 60  # seconds
SOON = {"Delay": 1, "MaxAttempts": 300}
AUTOMAT, KEY = "swapped", "swapped-key"
TOOL = pathlib.Path(__file__).resolve().parents[1] / "tools/swap_table.py"


def deploy(work: pathlib.Path, parameters: dict) -> dict:
    """One deployment by SAM, in which all other parameters keep their values. Returns the stack's outputs."""
    overrides = [f"{name}={value}" for name, value in parameters.items()]
    command = ["sam", "deploy", "--template-file", str(work / "template.json"), "--stack-name", STACK, "--resolve-s3"]
    command += ["--capabilities", "CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND", "--no-confirm-changeset", "--no-progressbar"]
    command += ["--no-fail-on-empty-changeset", "--parameter-overrides", *overrides]
    # samconfig.toml has other stack names.
    subprocess.run(command, cwd=work, check=True, stdout=sys.stderr)
    return outputs_of(STACK)


class Api:
    """The stack's API, called by a machine client with the role admin."""

    def __init__(self, environment: dict):
        self.url = environment["KEY_AUTOMAT_URL"]
        form = {"grant_type": "client_credentials"}
        basic = base64.b64encode(environment["KEY_AUTOMAT_ADMIN"].encode()).decode()
        headers = {"authorization": f"Basic {basic}"}
        request = urllib.request.Request(environment["KEY_AUTOMAT_TOKEN_URL"], urllib.parse.urlencode(form).encode(), headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            self.token = json.load(answer)["access_token"]

    def ask(self, method: str, path: str, body=None) -> int:
        """The status of a response."""
        headers = {"authorization": f"Bearer {self.token}", "content-type": "application/json"}
        data = json.dumps(body).encode() if body is not None else None
        try:
            with urllib.request.urlopen(urllib.request.Request(self.url + path, data, headers, method=method), timeout=30) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code

    def book(self, contract: str, day: int) -> None:
        start = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=day)
        times = {"start": start.strftime("%Y-%m-%dT%H:%M:00Z"), "end": (start + datetime.timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:00Z")}
        expect(self.ask("POST", "/v1/contracts", {"contractId": contract, "keyIds": [KEY], "person": "A", **times}), 201, contract)

    def has(self, contract: str) -> bool:
        return self.ask("GET", f"/v1/contracts/{contract}") == 200


def expect(found, wanted, what: str) -> None:
    if found != wanted:
        sys.exit(f"{what}: {found}, not {wanted}")


def eventually(what: str, look) -> None:
    """Waits until the condition holds."""
    deadline = time.monotonic() + PATIENCE
    while not look():
        if time.monotonic() > deadline:
            sys.exit(f"{what}: not after {PATIENCE} s")
        time.sleep(0.2)


def announced(contract: str) -> bool:
    """Whether the subscriber got an event about a contract."""
    sqs = boto3.client("sqs")
    url = sqs.get_queue_url(QueueName="subscriber")["QueueUrl"]
    messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    for message in messages:
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return any(contract in message["Body"] for message in messages)


def physical(logical: str) -> str:
    detail = boto3.client("cloudformation").describe_stack_resource(StackName=STACK, LogicalResourceId=logical)
    return detail["StackResourceDetail"]["PhysicalResourceId"]


def functions() -> list:
    pages = boto3.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=STACK)
    found = [resource for page in pages for resource in page["StackResourceSummaries"]]
    return [resource["PhysicalResourceId"] for resource in found if resource["ResourceType"] == "AWS::Lambda::Function"]


def restored(table: str, copy: str) -> None:
    """A copy of the table, configured as in the template."""
    dynamodb = boto3.client("dynamodb")
    dynamodb.restore_table_to_point_in_time(SourceTableName=table, TargetTableName=copy, UseLatestRestorableTime=True)
    dynamodb.get_waiter("table_exists").wait(TableName=copy)
    stream = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    dynamodb.update_table(TableName=copy, StreamSpecification=stream)
    dynamodb.update_time_to_live(TableName=copy, TimeToLiveSpecification={"Enabled": True, "AttributeName": "ttl"})
    recovery = {"PointInTimeRecoveryEnabled": True}
    dynamodb.update_continuous_backups(TableName=copy, PointInTimeRecoverySpecification=recovery)


def release(build: pathlib.Path, template: str, work: pathlib.Path, parameters: dict) -> None:
    """Deploys one of the templates in the build as a release of its own."""
    adapt.write(build / template, work)
    deploy(work, {**parameters, "Release": work.name})


def uploaded(name: str, text: str) -> str:
    """The address of a file in SAM's bucket: a template of this size must be uploaded."""
    managed = {"StackName": "aws-sam-cli-managed-default", "LogicalResourceId": "SamCliSourceBucket"}
    detail = boto3.client("cloudformation").describe_stack_resource(**managed)["StackResourceDetail"]
    bucket = detail["PhysicalResourceId"]
    s3 = boto3.client("s3")
    s3.put_object(Bucket=bucket, Key=name, Body=text.encode())
    return f"{s3.meta.endpoint_url}/{bucket}/{name}"


def import_table(build: pathlib.Path, copy: str) -> None:
    """Imports the copy into the stack as its table, without any other change."""
    cloudformation = boto3.client("cloudformation")
    body = cloudformation.get_template(StackName=STACK, TemplateStage="Processed")["TemplateBody"]
    template = yaml_parse(body) if isinstance(body, str) else body
    template["Resources"]["Table"] = json.loads((build / "table.json").read_text())
    [stack] = cloudformation.describe_stacks(StackName=STACK)["Stacks"]
    target = {"ResourceType": "AWS::DynamoDB::Table", "LogicalResourceId": "Table", "ResourceIdentifier": {"TableName": copy}}
    change = {"StackName": STACK, "ChangeSetName": "import"}
    cloudformation.create_change_set(
        **change,
        ChangeSetType="IMPORT",
        TemplateURL=uploaded("import.json", json.dumps(template)),
        ResourcesToImport=[target],
        Parameters=[{"ParameterKey": given["ParameterKey"], "UsePreviousValue": True} for given in stack["Parameters"]],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
    )
    cloudformation.get_waiter("change_set_create_complete").wait(**change, WaiterConfig=SOON)
    cloudformation.execute_change_set(**change)
    cloudformation.get_waiter("stack_import_complete").wait(StackName=STACK, WaiterConfig=SOON)


def main() -> None:
    parser = argparse.ArgumentParser(description="Swaps a restored table in beside the live stack.")
    parser.add_argument("--build", required=True, type=pathlib.Path, help="output folder of `sam build`")
    parser.add_argument("--architecture", required=True, choices=["arm64", "x86_64"])
    parser.add_argument("stack", type=pathlib.Path, help="output file of describe.py")
    given = parser.parse_args()
    stack = json.loads(given.stack.read_text())
    work, parameters = given.stack.resolve().parent, {"Architecture": given.architecture}
    api, live = Api(stack["environment"]), stack["outputs"]["TableName"]
    copy = f"{live}-copy"

    body = {"automatId": AUTOMAT, "name": "A", "lockerCount": 2, "timeZone": "Europe/Helsinki"}
    expect(api.ask("POST", "/v1/automats", body), 201, "an automat")
    expect(api.ask("POST", "/v1/keys", {"keyId": KEY, "automatId": AUTOMAT, "lockerIndex": 0}), 201, "a key")
    api.book("before", 1)
    restored(live, copy)
    api.book("later", 2)

    for function in functions():
        boto3.client("lambda").put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=0)
    subprocess.run([sys.executable, TOOL, "--table", copy, "--build", given.build], check=True)
    release(given.build, "swapped.json", work / "swapped", parameters)
    for function in functions():
        boto3.client("lambda").delete_function_concurrency(FunctionName=function)

    def check(when: str, contract: str, day: int) -> None:
        expect((api.has("before"), api.has("later")), (True, False), f"{when}: booked before and later")
        api.book(contract, day)
        eventually(f"{when}: the event of a booking", lambda: announced(contract))
        streams = boto3.client("dynamodb").describe_table(TableName=copy)["Table"]["LatestStreamArn"]
        mappings = boto3.client("lambda").list_event_source_mappings()["EventSourceMappings"]
        expect([mapping["EventSourceArn"] for mapping in mappings], [streams], f"{when}: what the stream's mapping reads")

    check("swapped", "while-swapped", 3)
    import_table(given.build, copy)
    expect(physical("Table"), copy, "the stack's table after the import")
    release(given.build, "template.yaml", work / "restored", parameters)
    expect(physical("Table"), copy, "the stack's table after the deployment")
    check("restored", "once-restored", 4)
    boto3.client("dynamodb").describe_table(TableName=live)  # kept
    print(f"{copy} replaced {live}")


if __name__ == "__main__":
    main()
