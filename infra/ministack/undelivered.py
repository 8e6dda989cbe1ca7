"""Fails if something lies in a queue of what could not be dealt with, on the ministack at AWS_ENDPOINT_URL.

    python undelivered.py stack.json
"""

import json
import os
import pathlib
import sys
import urllib.request

QUEUES = ("FailedMessagesUrl", "FailedNotificationsUrl")


def main() -> int:
    outputs = json.loads(pathlib.Path(sys.argv[1]).read_text())["outputs"]
    with urllib.request.urlopen(f"{os.environ['AWS_ENDPOINT_URL']}/_ministack/sqs/messages", timeout=30) as answer:
        regions = [region for account in json.load(answer)["messages"].values() for region in account.values()]
    waiting = {url.rsplit("/", 1)[-1]: messages for queues in regions for url, messages in queues.items()}
    lost = 0
    for output in QUEUES:
        messages = waiting[outputs[output].rsplit("/", 1)[-1]]  # an unknown queue is an error
        print(f"{output}: {len(messages)}")
        # Why, without what: they may hold what devices sent.
        for message in messages:
            print(f"  {json.loads(message['Body']).get('requestContext')}")
        lost += len(messages)
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
