#!/usr/bin/env python3
"""Provisions an automat of a deployed stack: creates everything its device needs to connect, once.

    python infra/tools/provision.py --stack key-automat-cloud --automat lobby --out ./lobby
    python infra/tools/provision.py --stack key-automat-cloud --list automats.txt --out ./fleet

The automat must exist (an admin creates it over the API). The script creates its thing, a private key with a
certificate, and the key for keypad codes, and writes them to the folder, for the device alone. The private key is
generated here and AWS never sees it. With --renew the previous certificates are deactivated, for a device that was lost
or replaced.

A list has one automatId per line. Each automat gets a folder with its name in --out, and an error with one does not stop
the others. Run the same command again to do the rest: existing folders are finished.

Needs the Python packages boto3 and cryptography.

During a rotation of the PIN secret there are two keys for the keypad, and a device gets both. With --keys only
automat.json is written, for a device that already has a certificate.

If devices do not connect to the account's own endpoint (because of a custom domain or an emulator), give the address
with --endpoint, and the authority of the broker's certificate with --authority.

Needs credentials that may describe the stack, read its table and its secret, and manage IoT things and certificates.
"""

import argparse
import base64
import hashlib
import hmac
import json
import os
import pathlib
import re
import shutil
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

ROOTS = pathlib.Path(__file__).resolve().parents[2] / "shared" / "runtime" / "roots"
# Automats provisioned in parallel.
AT_ONCE = 8
# Automats started per second. Each makes one request of each kind, of which AWS IoT allows no more per second:
# 10 ListThingPrincipals a second (quota L-FC3EF4D9), 15 CreateCertificateFromCsr and 15 AttachPolicy; of CreateThing and
# AttachThingPrincipal formerly 15 and now 100 (L-64CBACAC, L-F64D1AA6). --renew also needs 10 UpdateCertificate.
# https://docs.aws.amazon.com/general/latest/gr/iot-core.html
PER_SECOND = 10
# The same as in `shared/domain`. It is also the name of a folder.
AUTOMAT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class Refused(Exception):
    """A precondition is not met; the message says what to do."""


def device_key(master: str, automat: str) -> bytes:
    """The automat's key for keypad codes, as `shared/store/src/sealing.rs` derives it."""

    def sign(key: bytes, text: str) -> bytes:
        return hmac.new(key, text.encode(), hashlib.sha256).digest()

    return sign(sign(master.encode(), "name codes, HMAC-SHA-256"), automat)


def thing_name(automat: str) -> str:
    """Thing names must not contain a dot, and automat ids no colon."""
    return automat.replace(".", ":")


@dataclass(frozen=True)
class Deployment:
    """The settings that all devices of a stack share, read from AWS once."""

    clients: dict
    table: str
    policy: str
    secret: str
    host: str
    port: int

    @classmethod
    def of(cls, session, stack: str, endpoint=None) -> "Deployment":
        """The endpoint is HOST or HOST:PORT; None for the account's own."""
        clients = {name: session.client(name) for name in ("cloudformation", "dynamodb", "secretsmanager", "iot")}
        outputs = stack_outputs(clients["cloudformation"], stack)
        secret = clients["secretsmanager"].get_secret_value(SecretId=outputs["CodeSecretArn"])["SecretString"]
        endpoint = endpoint or clients["iot"].describe_endpoint(endpointType="iot:Data-ATS")["endpointAddress"]
        host, _, port = endpoint.partition(":")
        return cls(clients, outputs["TableName"], outputs["DevicePolicyName"], secret, host, int(port or 8883))

    def settings(self, automat: str) -> str:
        """The content of a device's automat.json."""
        settings = {
            "thing": thing_name(automat),
            "automatId": automat,
            **doors(self.clients["dynamodb"], self.table, automat),
            "endpoint": self.host,
            "port": self.port,
        }
        # One line, and a second one during a rotation.
        for name, master in zip(("deviceKey", "otherDeviceKey"), self.secret.split("\n")):
            settings[name] = base64.urlsafe_b64encode(device_key(master, automat)).decode().rstrip("=")
        return json.dumps(settings, indent=2) + "\n"


class Pace:
    """Limits the starts per second, evenly spaced."""

    def __init__(self, per_second: float, now=time.monotonic, sleep=time.sleep):
        self.interval, self.now, self.sleep = 1 / per_second, now, sleep
        self.next, self.lock = 0.0, threading.Lock()

    def wait(self) -> None:
        with self.lock:
            now = self.now()
            at = max(now, self.next)
            self.next = at + self.interval
        if at > now:
            self.sleep(at - now)


def new_key() -> tuple:
    """A private key and the request for its certificate, both as PEM.

    "The CSR must include a public key that is either an RSA key with a length of at least 2048 bits or an ECC key from
    NIST P-256, NIST P-384, or NIST P-521 curves."
    https://docs.aws.amazon.com/iot/latest/apireference/API_CreateCertificateFromCsr.html
    """
    from cryptography import x509  # imported here, so that --help needs no packages
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "key automat")])
    request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
    pem, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    private = key.private_bytes(pem, form, serialization.NoEncryption())
    return private.decode(), request.public_bytes(pem).decode()


def provision(deployment: Deployment, automat: str, out: pathlib.Path, renew: bool, authority=None) -> None:
    """Creates thing and certificate, and writes the folder. The authority is a file."""
    must_be_empty(out)
    settings = deployment.settings(automat)
    iot, thing = deployment.clients["iot"], thing_name(automat)
    authorities = [authority] if authority else sorted(ROOTS.glob("*.pem"))

    iot.create_thing(thingName=thing)
    former = iot.list_thing_principals(thingName=thing)["principals"]
    if former and not renew:
        raise Refused(f"{automat} already has a certificate: --renew deactivates it and creates another")
    private_key, request = new_key()
    certificate = iot.create_certificate_from_csr(certificateSigningRequest=request, setAsActive=True)
    write(
        out,
        {
            "certificate.pem": certificate["certificatePem"],
            "private.key": private_key,
            "ca.pem": "".join(root.read_text() for root in authorities),
            "automat.json": settings,
        },
    )
    iot.attach_policy(policyName=deployment.policy, target=certificate["certificateArn"])
    iot.attach_thing_principal(thingName=thing, principal=certificate["certificateArn"])
    for principal in former:
        retire(iot, thing, deployment.policy, principal)


def give_keys(deployment: Deployment, automat: str, out: pathlib.Path) -> None:
    """Rewrites automat.json for a device with a certificate."""
    must_be_empty(out)
    settings = deployment.settings(automat)
    if not deployment.clients["iot"].list_thing_principals(thingName=thing_name(automat))["principals"]:
        raise Refused(f"{automat} has no certificate: provision it without --keys")
    write(out, {"automat.json": settings})


def for_all(automats: list, out: pathlib.Path, do, pace: Pace, report=lambda done: None) -> dict:
    """Does the same for each automat, in a folder of its own. Returns the errors by automat. Reports how many are
    done from time to time.

    A folder has its name when everything is done. Until then it is a hidden one: whoever finds it after an
    interruption knows that no device has its certificate, so another one may take its place.
    """

    def one(automat):
        finished, partial = out / automat, out / f".{automat}.partial"
        if finished.exists():
            return None
        interrupted = partial.exists()
        if interrupted:
            shutil.rmtree(partial)
        pace.wait()
        try:
            do(automat, partial, interrupted)
        except Exception as error:  # whatever it is, the others continue
            return str(error)
        partial.rename(finished)
        return None

    failures = {}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for number, (automat, wrong) in enumerate(zip(automats, pool.map(one, automats)), 1):
            if wrong:
                failures[automat] = wrong
            if number % 100 == 0:
                report(number)
    return failures


def read_list(file: pathlib.Path) -> list:
    """The automats of a list: one per line, without empty lines and comments."""
    lines = (line.split("#")[0].strip() for line in file.read_text().splitlines())
    automats = [line for line in lines if line]
    wrong = [automat for automat in automats if not AUTOMAT_ID.fullmatch(automat)]
    if wrong:
        raise Refused(f"{file}: not an automatId: {', '.join(wrong[:5])}")
    twice = sorted({automat for automat in automats if automats.count(automat) > 1})
    if twice:
        raise Refused(f"{file}: more than once in the list: {', '.join(twice[:5])}")
    return automats


def must_be_empty(out: pathlib.Path) -> None:
    """A folder that is not empty may hold a device's credentials."""
    if out.exists() and any(out.iterdir()):
        raise Refused(f"{out} is not empty: choose another --out")


def retire(iot, thing: str, policy: str, principal: str) -> None:
    """Deactivates a previous certificate; it stays in the account's list as inactive."""
    iot.update_certificate(certificateId=principal.rsplit("/", 1)[-1], newStatus="INACTIVE")
    iot.detach_thing_principal(thingName=thing, principal=principal)
    iot.detach_policy(policyName=policy, target=principal)


def stack_outputs(cloudformation, stack: str) -> dict:
    """The outputs of the stack."""
    [described] = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", [])}


def doors(dynamodb, table: str, automat: str) -> dict:
    """The number of lockers of the automat, which must exist, and the number on the first door."""
    key = {"PK": {"S": f"AUTOMAT#{automat}"}, "SK": {"S": "AUTOMAT"}}
    item = dynamodb.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item")
    if item is None:
        raise Refused(f"there is no automat {automat}: create it first, by POST /v1/automats")
    return {"lockerCount": int(item["lockerCount"]["N"]), "firstNumber": int(item["layout"]["M"]["firstNumber"]["N"])}


def write(folder: pathlib.Path, files: dict) -> None:
    """Writes files that only their owner can read."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    for name, text in files.items():
        with os.fdopen(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)


def main() -> int:
    parser = argparse.ArgumentParser(description="Gives automats of a deployed stack their devices' credentials.")
    parser.add_argument("--stack", required=True, help="name of the stack")
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--automat", help="automatId of an existing automat")
    which.add_argument("--list", type=pathlib.Path, help="file with one automatId per line")
    parser.add_argument("--out", required=True, type=pathlib.Path, help="folder to write to, new or empty; with --list, one for all")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--renew", action="store_true", help="deactivate previous certificates")
    what.add_argument("--keys", action="store_true", help="write only automat.json, with the current keys")
    parser.add_argument("--endpoint", help="HOST or HOST:PORT to which devices connect, if not the account's own")
    parser.add_argument("--authority", type=pathlib.Path, help="PEM file of the broker's certificate authority, if not Amazon's")
    given = parser.parse_args()
    import boto3  # imported here, so that --help needs no packages
    import botocore.config

    # Other programs may use up the account's rates: retries wait longer each time.
    patient = botocore.config.Config(retries={"mode": "adaptive", "max_attempts": 10}, max_pool_connections=2 * AT_ONCE)
    session = boto3.Session()
    session._session.set_default_client_config(patient)

    def do(automat, out, interrupted=False):
        if given.keys:
            give_keys(deployment, automat, out)
        else:
            provision(deployment, automat, out, given.renew or interrupted, given.authority)

    try:
        automats = read_list(given.list) if given.list else [given.automat]
        deployment = Deployment.of(session, given.stack, given.endpoint)
        if not given.list:
            do(given.automat, given.out)
        report = lambda done: print(f"{done} of {len(automats)}", file=sys.stderr)
        wrong = for_all(automats, given.out, do, Pace(PER_SECOND), report) if given.list else {}
    except Refused as refused:
        print(f"error: {refused}", file=sys.stderr)
        return 1
    for automat, why in wrong.items():
        print(f"error: {automat}: {why}", file=sys.stderr)
    if wrong:
        print(f"{len(wrong)} of {len(automats)} automats failed: run the same command again", file=sys.stderr)
        return 1
    print(f"{given.out}: install each folder on its device and keep no copy")
    return 0


if __name__ == "__main__":
    sys.exit(main())
