#!/usr/bin/env python3
"""Gives an automat of a deployed stack what its device needs to connect, once.

    python infra/tools/provision.py --stack key-automat-cloud --automat lobby --out ./lobby

The automat must exist (an admin creates it over the API). Its thing is made, a certificate with its key, and the key
under which the keypad names codes. They are written to the folder, for the device alone: AWS keeps no copy of the
private key. With --renew the former certificates are taken out of service, for a device that was lost or replaced.

While the stack's secret is being replaced there are two keys for the keypad, and a device gets both. With --keys only
automat.json is written, for a device that has its certificate already.

Where devices do not connect to the account's own endpoint (a domain of your own in front of it, or an emulator), say
where with --endpoint, and with --authority which certificates the broker's goes back to.

Needs credentials that may describe the stack, read its table and its secret, and manage IoT things and certificates.
"""

import argparse
import base64
import hashlib
import hmac
import json
import os
import pathlib
import sys

ROOTS = pathlib.Path(__file__).resolve().parents[2] / "shared" / "runtime" / "roots"


class Refused(Exception):
    """Something is not as it must be; the message says what to do."""


def device_key(master: str, automat: str) -> bytes:
    """The automat's key for naming codes, as `shared/store/src/codes.rs` derives it."""

    def sign(key: bytes, text: str) -> bytes:
        return hmac.new(key, text.encode(), hashlib.sha256).digest()

    return sign(sign(master.encode(), "name codes, HMAC-SHA-256"), automat)


def thing_name(automat: str) -> str:
    """Things may not have a dot in their names, and automats no colon."""
    return automat.replace(".", ":")


def provision(session, stack: str, automat: str, out: pathlib.Path, renew: bool, endpoint=None, authority=None) -> None:
    """Makes thing and certificate, and writes the folder. The endpoint is HOST or HOST:PORT, the authority a file."""
    outputs, told = prepare(session, stack, automat, out, endpoint)
    iot, thing = session.client("iot"), thing_name(automat)
    authorities = [authority] if authority else sorted(ROOTS.glob("*.pem"))

    iot.create_thing(thingName=thing)
    former = iot.list_thing_principals(thingName=thing)["principals"]
    if former and not renew:
        raise Refused(f"{automat} has a certificate already: --renew takes it out of service and makes another")
    certificate = iot.create_keys_and_certificate(setAsActive=True)
    # Written before anything can fail: nobody could ask for this key again.
    write(
        out,
        {
            "certificate.pem": certificate["certificatePem"],
            "private.key": certificate["keyPair"]["PrivateKey"],
            "ca.pem": "".join(root.read_text() for root in authorities),
            "automat.json": told,
        },
    )
    iot.attach_policy(policyName=outputs["DevicePolicyName"], target=certificate["certificateArn"])
    iot.attach_thing_principal(thingName=thing, principal=certificate["certificateArn"])
    for principal in former:
        retire(iot, thing, outputs["DevicePolicyName"], principal)


def give_keys(session, stack: str, automat: str, out: pathlib.Path, endpoint=None) -> None:
    """Writes what a device with a certificate is told besides, anew."""
    _, told = prepare(session, stack, automat, out, endpoint)
    if not session.client("iot").list_thing_principals(thingName=thing_name(automat))["principals"]:
        raise Refused(f"{automat} has no certificate: provision it without --keys")
    write(out, {"automat.json": told})


def prepare(session, stack: str, automat: str, out: pathlib.Path, endpoint) -> tuple:
    """The stack's outputs, and what the device is told besides its certificate."""
    if out.exists() and any(out.iterdir()):
        raise Refused(f"{out} is not empty: choose another --out")
    outputs = stack_outputs(session.client("cloudformation"), stack)
    lockers = locker_count(session.client("dynamodb"), outputs["TableName"], automat)
    secret = session.client("secretsmanager").get_secret_value(SecretId=outputs["CodeSecretArn"])["SecretString"]
    endpoint = endpoint or session.client("iot").describe_endpoint(endpointType="iot:Data-ATS")["endpointAddress"]
    host, _, port = endpoint.partition(":")
    told = {
        "thing": thing_name(automat),
        "automatId": automat,
        "lockerCount": lockers,
        "endpoint": host,
        "port": int(port or 8883),
    }
    # One line, and a second one while it is being replaced.
    for name, master in zip(("deviceKey", "otherDeviceKey"), secret.split("\n")):
        told[name] = base64.urlsafe_b64encode(device_key(master, automat)).decode().rstrip("=")
    return outputs, json.dumps(told, indent=2) + "\n"


def retire(iot, thing: str, policy: str, principal: str) -> None:
    """Takes a former certificate out of service; it stays in the account's list as inactive."""
    iot.update_certificate(certificateId=principal.rsplit("/", 1)[-1], newStatus="INACTIVE")
    iot.detach_thing_principal(thingName=thing, principal=principal)
    iot.detach_policy(policyName=policy, target=principal)


def stack_outputs(cloudformation, stack: str) -> dict:
    """What the stack says of itself."""
    [described] = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", [])}


def locker_count(dynamodb, table: str, automat: str) -> int:
    """How many lockers the automat has, which must exist."""
    key = {"PK": {"S": f"AUTOMAT#{automat}"}, "SK": {"S": "AUTOMAT"}}
    item = dynamodb.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item")
    if item is None:
        raise Refused(f"there is no automat {automat}: create it first, by POST /v1/automats")
    return int(item["lockerCount"]["N"])


def write(folder: pathlib.Path, files: dict) -> None:
    """Writes files that only their owner can read."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    for name, text in files.items():
        with os.fdopen(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)


def main() -> int:
    parser = argparse.ArgumentParser(description="Gives an automat of a deployed stack its device's credentials.")
    parser.add_argument("--stack", required=True, help="name of the stack")
    parser.add_argument("--automat", required=True, help="automatId of an automat that exists")
    parser.add_argument("--out", required=True, type=pathlib.Path, help="folder to write, new or empty")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--renew", action="store_true", help="take former certificates out of service")
    what.add_argument("--keys", action="store_true", help="write automat.json alone, with the keys of now")
    parser.add_argument("--endpoint", help="where the device connects, HOST or HOST:PORT, if not the account's own")
    parser.add_argument("--authority", type=pathlib.Path, help="PEM that the broker's certificate goes back to, if not Amazon's")
    arguments = vars(parser.parse_args())
    import boto3  # here, so that --help needs nothing

    try:
        if arguments.pop("keys"):
            del arguments["renew"], arguments["authority"]
            give_keys(boto3.Session(), **arguments)
        else:
            provision(boto3.Session(), **arguments)
    except Refused as refused:
        print(f"error: {refused}", file=sys.stderr)
        return 1
    print(f"{arguments['out']}: give these files to the device of {arguments['automat']}, and keep no copy")
    return 0


if __name__ == "__main__":
    sys.exit(main())
