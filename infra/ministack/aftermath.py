"""Fails on problems that no client of the ministack at AWS_ENDPOINT_URL notices: messages in a failure queue, errors of
asynchronous functions, and secrets in a log.

    python aftermath.py stack.json
"""

import collections
import json
import os
import pathlib
import re
import sys
import urllib.request

import boto3

QUEUES = ("FailedMessagesUrl", "FailedNotificationsUrl")
# Called by rules, the stream and the schedule.
UNATTENDED = ("devices", "notifications")
# Patterns of the suite's contacts, tokens and one of its PINs (tests/tests/over_http/events.rs, messages/scene.rs).
SECRETS = {
    "an email address": re.compile(r"[\w-]+@example\.com"),
    "a phone number": re.compile(r"\+358\d{6}"),
    "a token": re.compile(r"\beyJ[\w-]{8}"),
    "a PIN": re.compile(r"\b48291537\b"),
}


def waiting() -> dict:
    """The messages in each queue, by its name."""
    with urllib.request.urlopen(f"{os.environ['AWS_ENDPOINT_URL']}/_ministack/sqs/messages", timeout=30) as answer:
        regions = [region for account in json.load(answer)["messages"].values() for region in account.values()]
    return {url.rsplit("/", 1)[-1]: messages for queues in regions for url, messages in queues.items()}


def functions(stack: str) -> list[str]:
    """The functions, by their logs."""
    prefix = f"/aws/lambda/{stack}-"
    pages = boto3.client("logs").get_paginator("describe_log_groups").paginate(logGroupNamePrefix=prefix)
    found = [group["logGroupName"].removeprefix(prefix) for page in pages for group in page["logGroups"]]
    if missing := set(UNATTENDED) - set(found):
        sys.exit(f"{sorted(missing)} have no log")
    return found


def log(group: str) -> list[str]:
    """The lines of a log."""
    pages = boto3.client("logs").get_paginator("filter_log_events").paginate(logGroupName=group)
    return [event["message"] for page in pages for event in page["events"]]


def errors(lines: list[str]) -> list[str]:
    """The errors among them, except those of an overloaded machine: timeouts, and records of the stream that succeeded at
    the second or third try."""
    events = [json.loads(line) for line in lines if line.startswith("{")]
    found = [event for event in events if event.get("level") == "ERROR" and "timed out" not in str(event)]
    tries = collections.Counter(event.get("record.sequence_number") for event in found)
    return [json.dumps(event) for event in found if not 0 < tries[event.get("record.sequence_number", "")] < 3]


def secrets(lines: list[str]) -> list[str]:
    """The kinds of secrets among them, without the values."""
    return [what for what, form in SECRETS.items() if any(form.search(line) for line in lines)]


def findings(stack: dict) -> list[str]:
    """The problems, as sentences."""
    found, queues = [], waiting()
    for output in QUEUES:
        # The reason, without the content, which may be from a device.
        for message in queues[stack["outputs"][output].rsplit("/", 1)[-1]]:
            found.append(f"in {output}: {json.loads(message['Body']).get('requestContext')}")
    for function in functions(stack["name"]):
        lines = log(f"/aws/lambda/{stack['name']}-{function}")
        print(f"{len(lines)} lines in the log of {function}")
        if not lines:
            found.append(f"the log of {function} is empty")
        found += [f"the log of {function} has {what}" for what in secrets(lines)]
        if function in UNATTENDED:
            found += [f"{function}: {line}" for line in errors(lines)]
    return found


def main() -> int:
    found = findings(json.loads(pathlib.Path(sys.argv[1]).read_text()))
    for sentence in found:
        print(sentence)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
