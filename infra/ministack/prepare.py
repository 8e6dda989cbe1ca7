"""Prepares a deployment on the ministack at AWS_ENDPOINT_URL: the adapted output of `sam build`, in a folder from which
the runbook's own commands deploy it, and the resources that an organisation has before.

    python prepare.py --build .aws-sam/build --work FOLDER
"""

import argparse
import json
import os
import pathlib
import sys
import time
import urllib.error
import urllib.request
import uuid

import boto3

import adapt

ROOT = pathlib.Path(__file__).resolve().parents[2]
# The sender and the domain in xtask/src/deployed/walk.rs and the runbook.
DOMAIN = "example.com"
PATIENCE = 60  # seconds


def wait_until_ready(endpoint: str) -> None:
    """Waits until ministack has started."""
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


def lay_out(build: pathlib.Path, work: pathlib.Path) -> None:
    """A folder that looks like the project's root after `sam build`."""
    adapted = work / ".aws-sam/build"
    for name in adapt.write(build / "template.yaml", adapted):
        print(f"left out: {name}", file=sys.stderr)
    (adapted / "template.json").rename(adapted / "template.yaml")
    for name in ("samconfig.toml", "infra"):
        (work / name).symlink_to(ROOT / name)


def main() -> None:
    parser = argparse.ArgumentParser(description="Prepares a deployment on ministack.")
    parser.add_argument("--build", required=True, type=pathlib.Path, help="output folder of `sam build`")
    parser.add_argument("--work", required=True, type=pathlib.Path, help="folder to deploy from")
    arguments = parser.parse_args()
    wait_until_ready(os.environ["AWS_ENDPOINT_URL"])
    lay_out(arguments.build, arguments.work.resolve())
    boto3.client("sesv2").create_email_identity(EmailIdentity=DOMAIN)
    boto3.client("route53").create_hosted_zone(Name=DOMAIN, CallerReference=str(uuid.uuid4()))


if __name__ == "__main__":
    main()
