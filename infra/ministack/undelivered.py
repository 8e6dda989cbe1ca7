"""Fails if something was lost on the ministack at AWS_ENDPOINT_URL that no client would have noticed: what lies in a
queue of what could not be dealt with, and errors in the logs of functions that nobody waits for.

    python undelivered.py stack.json
"""

import json
import os
import pathlib
import sys
import urllib.request

import boto3

QUEUES = ("FailedMessagesUrl", "FailedNotificationsUrl")
LOGS = ("devices", "notifications")


def waiting() -> dict:
    """The messages in each queue, by its name."""
    with urllib.request.urlopen(f"{os.environ['AWS_ENDPOINT_URL']}/_ministack/sqs/messages", timeout=30) as answer:
        regions = [region for account in json.load(answer)["messages"].values() for region in account.values()]
    return {url.rsplit("/", 1)[-1]: messages for queues in regions for url, messages in queues.items()}


def errors(group: str) -> list[dict]:
    """The errors in a log, but for those of a machine that has too much to do."""
    pages = boto3.client("logs").get_paginator("filter_log_events").paginate(logGroupName=group)
    lines = [event["message"] for page in pages for event in page["events"]]
    if not lines:
        sys.exit(f"{group} is empty: this shows nothing")
    events = [json.loads(line) for line in lines if line.startswith("{")]
    found = [event for event in events if event.get("level") == "ERROR"]
    return [event for event in found if "timed out" not in str(event)]


def main() -> int:
    stack = json.loads(pathlib.Path(sys.argv[1]).read_text())
    queues, lost = waiting(), 0
    for output in QUEUES:
        messages = queues[stack["outputs"][output].rsplit("/", 1)[-1]]
        print(f"{output}: {len(messages)}")
        # Why, without what: they may hold what devices sent.
        for message in messages:
            print(f"  {json.loads(message['Body']).get('requestContext')}")
        lost += len(messages)
    for function in LOGS:
        found = errors(f"/aws/lambda/{stack['name']}-{function}")
        print(f"errors in the log of {function}: {len(found)}")
        for event in found:
            print(f"  {json.dumps(event)}")
        lost += len(found)
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
