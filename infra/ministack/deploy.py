"""Deploys what `sam build` left on the ministack at AWS_ENDPOINT_URL, and tells what the end-to-end suite needs of it.

    python deploy.py --build .aws-sam/build --architecture x86_64 --work FOLDER

`sam` is found by PATH and does the deployment. The outcome is FOLDER/stack.json: the environment of the suite.
"""

import argparse
import json
import os
import pathlib
import shlex
import subprocess
import sys
import time
import urllib.error
import urllib.request

import boto3

import adapt

STACK = "key-automat-cloud-proof"
ROLES = ("viewer", "operator", "admin")
PARAMETERS = {
    "Stage": "dev",
    "ViewerClient": "true",
    "OperatorClient": "true",
    "AdminClient": "true",
    "Mfa": "OPTIONAL",
    "MailFrom": "keys@example.com",
    "MailIdentity": "example.com",
    "AlarmEmail": "ops@example.com",
    "LogLevel": "DEBUG",
}
PATIENCE = 60  # seconds


def wait_until_ready(endpoint: str) -> None:
    """Waits for ministack to have started."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            with urllib.request.urlopen(f"{endpoint}/_ministack/ready", timeout=5) as answer:
                if json.load(answer).get("iot_mtls") == "listening":
                    return
        except (urllib.error.URLError, ConnectionError):
            pass
        if time.monotonic() > deadline:
            sys.exit(f"ministack is not ready after {PATIENCE} s")
        time.sleep(0.1)


def deploy(work: pathlib.Path, parameters: dict) -> dict:
    """One deployment by SAM; gives the stack's outputs."""
    overrides = [f"{name}={value}" for name, value in parameters.items()]
    command = ["sam", "deploy", "--template-file", str(work / "template.json"), "--stack-name", STACK, "--resolve-s3"]
    command += ["--capabilities", "CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND", "--no-confirm-changeset", "--no-progressbar"]
    command += ["--no-fail-on-empty-changeset", "--parameter-overrides", *overrides]
    # samconfig.toml names stacks of people's own.
    subprocess.run(command, cwd=work, check=True, stdout=sys.stderr)
    [stack] = boto3.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def by_path(endpoint: str, api_url: str) -> str:
    """The API's address by path: no name server answers for its host, and its /health is ministack's own there."""
    api = api_url.split("//")[1].split(".")[0]
    return f"{endpoint}/_aws/execute-api/{api}/$default"


def machine_clients(outputs: dict) -> dict:
    """The roles' clients with their secrets, as `client_id:secret`."""
    cognito, clients = boto3.client("cognito-idp"), {}
    for role in ROLES:
        client_id = outputs[f"{role.capitalize()}ClientId"]
        client = cognito.describe_user_pool_client(UserPoolId=outputs["UserPoolId"], ClientId=client_id)
        clients[role] = f"{client_id}:{client['UserPoolClient']['ClientSecret']}"
    return clients


def subscribe(topic: str) -> None:
    """A queue that gets every event, as infra/README.md tells subscribers to make it."""
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


def first_admin(outputs: dict) -> None:
    """Makes the first admin by the runbook's own line, for the stack's name here, and looks at the user."""
    root = pathlib.Path(__file__).resolve().parents[2]
    lines = (root / "infra/runbooks/first-deployment.md").read_text().splitlines()
    [line] = [line for line in lines if line.startswith("python infra/tools/first_admin.py ")]
    words = shlex.split(line.replace("key-automat-cloud", STACK))
    for _ in range(2):  # whoever was interrupted runs it again
        subprocess.run([sys.executable, *words[1:]], cwd=root, check=True, stdout=sys.stderr)
    cognito, email = boto3.client("cognito-idp"), words[words.index("--email") + 1]
    user = cognito.admin_get_user(UserPoolId=outputs["UserPoolId"], Username=email)
    groups = cognito.admin_list_groups_for_user(UserPoolId=outputs["UserPoolId"], Username=email)["Groups"]
    if (user["UserStatus"], [group["GroupName"] for group in groups]) != ("FORCE_CHANGE_PASSWORD", ["admin"]):
        sys.exit(f"the first admin is {user['UserStatus']}, in {groups}")


def authority(endpoint: str, work: pathlib.Path) -> pathlib.Path:
    """The certificate that the broker's goes back to, which is Amazon's own in AWS."""
    file = work / "ca.pem"
    with urllib.request.urlopen(f"{endpoint}/_ministack/iot/ca.pem", timeout=5) as answer:
        file.write_bytes(answer.read())
    return file


def main() -> None:
    parser = argparse.ArgumentParser(description="Deploys the build on ministack.")
    parser.add_argument("--build", required=True, type=pathlib.Path, help="what `sam build` left")
    parser.add_argument("--architecture", required=True, choices=["arm64", "x86_64"])
    parser.add_argument("--work", required=True, type=pathlib.Path, help="folder for what is written")
    arguments = parser.parse_args()
    endpoint, work = os.environ["AWS_ENDPOINT_URL"], arguments.work.resolve()
    wait_until_ready(endpoint)
    for name in adapt.write(arguments.build / "template.yaml", work):
        print(f"left out: {name}", file=sys.stderr)
    boto3.client("sesv2").create_email_identity(EmailIdentity=PARAMETERS["MailIdentity"])

    outputs = deploy(work, {**PARAMETERS, "Architecture": arguments.architecture})
    first_admin(outputs)
    subscribe(outputs["KeyEventsTopicArn"])
    here = pathlib.Path(__file__).resolve().parent
    provision = [sys.executable, here.parent / "tools/provision.py", "--stack", STACK, "--endpoint", "localhost:8883"]
    provision += ["--authority", authority(endpoint, work)]
    environment = {
        "KEY_AUTOMAT_URL": by_path(endpoint, outputs["ApiUrl"]),
        "KEY_AUTOMAT_TOKEN_URL": f"{endpoint}/oauth2/token",
        **{f"KEY_AUTOMAT_{role.upper()}": client for role, client in machine_clients(outputs).items()},
        "KEY_AUTOMAT_PROVISION": " ".join(map(str, provision)),
        "KEY_AUTOMAT_TAKEN": f"{endpoint}/_ministack",
        # Each is a process of a function, of which one machine holds fewer than AWS.
        "KEY_AUTOMAT_RACERS": "8",
    }
    stack = {"name": STACK, "endpoint": endpoint, "dashboard": outputs["DashboardUrl"], "environment": environment, "outputs": outputs}
    (work / "stack.json").write_text(json.dumps(stack, indent=2) + "\n")


if __name__ == "__main__":
    main()
