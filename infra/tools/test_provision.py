"""Provisioning against a stand-in that records the requests to AWS."""

import base64
import json
import pathlib
import stat
import tempfile
import unittest

import provision
from cryptography import x509
from cryptography.hazmat.primitives import serialization

MASTER = "0123456789abcdef0123456789abcdef"


class Aws:
    """Responds as the clients of a session would, and records their requests."""

    def __init__(self, exists=True, principals=(), master=MASTER):
        self.exists, self.principals, self.master, self.asked = exists, list(principals), master, []

    def client(self, name):
        return self

    def __getattr__(self, operation):
        def call(**arguments):
            self.asked.append((operation, arguments))
            return self.answer(operation)

        return call

    def answer(self, operation):
        outputs = {"TableName": "table", "CodeSecretArn": "arn:secret", "DevicePolicyName": "automat"}
        return {
            "describe_stacks": {
                "Stacks": [{"Outputs": [{"OutputKey": key, "OutputValue": value} for key, value in outputs.items()]}]
            },
            "get_item": {"Item": {"lockerCount": {"N": "24"}, "layout": {"M": {"firstNumber": {"N": "1"}}}}} if self.exists else {},
            "get_secret_value": {"SecretString": self.master},
            "describe_endpoint": {"endpointAddress": "x-ats.iot.eu-north-1.amazonaws.com"},
            "list_thing_principals": {"principals": self.principals},
            "create_certificate_from_csr": {"certificateArn": "arn:cert/new", "certificatePem": "CERT"},
        }.get(operation, {})

    def of(self, operation):
        return [arguments for asked, arguments in self.asked if asked == operation]


class Clock:
    """A clock that moves only when somebody waits."""

    def __init__(self):
        self.time = 0.0

    def now(self):
        return self.time

    def sleep(self, seconds):
        self.time += seconds


def unhurried():
    clock = Clock()
    return provision.Pace(provision.PER_SECOND, clock.now, clock.sleep)


def deployment(aws, endpoint=None):
    return provision.Deployment.of(aws, "stack", endpoint)


class Provisioning(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.out = pathlib.Path(folder.name) / "lobby"

    def test_another_endpoint_and_its_authority_are_written(self):
        authority = self.out.parent / "ours.pem"
        authority.write_text("OURS")
        aws = Aws()
        provision.provision(deployment(aws, "keys.example.com:443"), "lobby", self.out, False, authority)
        settings = json.loads((self.out / "automat.json").read_text())
        self.assertEqual((settings["endpoint"], settings["port"]), ("keys.example.com", 443))
        self.assertEqual((self.out / "ca.pem").read_text(), "OURS")
        self.assertEqual(aws.of("describe_endpoint"), [], "nobody needs to be asked")

    def test_a_device_gets_all_that_it_needs_and_nobody_else_can_read_it(self):
        aws = Aws()
        provision.provision(deployment(aws), "lobby.2", self.out, renew=False)
        settings = json.loads((self.out / "automat.json").read_text())
        self.assertEqual((settings["thing"], settings["automatId"]), ("lobby:2", "lobby.2"))
        self.assertEqual((settings["lockerCount"], settings["firstNumber"]), (24, 1))
        self.assertEqual((self.out / "certificate.pem").read_text(), "CERT")
        self.assertIn("BEGIN CERTIFICATE", (self.out / "ca.pem").read_text())
        for file in self.out.iterdir():
            self.assertEqual(stat.S_IMODE(file.stat().st_mode), 0o600, file)
        self.assertEqual(aws.of("attach_policy"), [{"policyName": "automat", "target": "arn:cert/new"}])
        self.assertEqual(aws.of("attach_thing_principal"), [{"thingName": "lobby:2", "principal": "arn:cert/new"}])
        self.assertNotIn(MASTER, str(settings))

    def test_the_private_key_is_generated_here_and_its_certificate_requested(self):
        aws = Aws()
        provision.provision(deployment(aws), "lobby", self.out, renew=False)
        key = serialization.load_pem_private_key((self.out / "private.key").read_bytes(), password=None)
        [asked] = aws.of("create_certificate_from_csr")
        request = x509.load_pem_x509_csr(asked["certificateSigningRequest"].encode())
        self.assertTrue(request.is_signature_valid and asked["setAsActive"])
        self.assertEqual(request.public_key(), key.public_key())
        self.assertEqual(key.curve.name, "secp256r1")
        self.assertNotIn("PRIVATE", str(aws.asked))

    def test_the_keypads_key_is_the_one_that_the_store_derives(self):
        # `a_device_key_is_derived_as_provisioning_does` in shared/store has the same figures.
        self.assertEqual(provision.device_key(MASTER, "lobby").hex(), "7c0a71308816c6a5444dd07bd3a3faf78f8c2100e6cd8389f0cf1a90c9d78b32")

    def test_a_device_that_has_its_certificate_gets_both_keys_while_there_are_two_secrets(self):
        other = MASTER[::-1]
        aws = Aws(principals=["arn:cert/old"], master=f"{MASTER}\n{other}")
        provision.give_keys(deployment(aws), "lobby", self.out)
        self.assertEqual([file.name for file in self.out.iterdir()], ["automat.json"])
        settings = json.loads((self.out / "automat.json").read_text())
        keys = [provision.device_key(master, "lobby") for master in (MASTER, other)]
        texts = [base64.urlsafe_b64encode(key).decode().rstrip("=") for key in keys]
        self.assertEqual([settings["deviceKey"], settings["otherDeviceKey"]], texts)
        self.assertFalse(aws.of("create_thing") or aws.of("create_certificate_from_csr") or aws.of("update_certificate"))

    def test_without_a_rotation_a_device_gets_one_key(self):
        provision.give_keys(deployment(Aws(principals=["arn:cert/old"])), "lobby", self.out)
        self.assertNotIn("otherDeviceKey", json.loads((self.out / "automat.json").read_text()))

    def test_keys_alone_are_of_no_use_to_a_device_without_a_certificate(self):
        with self.assertRaisesRegex(provision.Refused, "without --keys"):
            provision.give_keys(deployment(Aws()), "lobby", self.out)
        self.assertFalse(self.out.exists())

    def test_an_automat_that_is_not_there_gets_nothing(self):
        aws = Aws(exists=False)
        with self.assertRaisesRegex(provision.Refused, "POST /v1/automats"):
            provision.provision(deployment(aws), "lobby", self.out, renew=False)
        self.assertFalse(aws.of("create_thing") or self.out.exists())

    def test_a_second_certificate_is_made_only_in_place_of_the_first(self):
        aws = Aws(principals=["arn:cert/old"])
        with self.assertRaisesRegex(provision.Refused, "--renew"):
            provision.provision(deployment(aws), "lobby", self.out, renew=False)
        self.assertFalse(aws.of("create_certificate_from_csr"))
        provision.provision(deployment(aws), "lobby", self.out, renew=True)
        self.assertEqual(aws.of("update_certificate"), [{"certificateId": "old", "newStatus": "INACTIVE"}])
        self.assertEqual(aws.of("detach_thing_principal"), [{"thingName": "lobby", "principal": "arn:cert/old"}])

    def test_a_folder_with_something_in_it_is_left_alone(self):
        self.out.mkdir()
        (self.out / "private.key").write_text("former")
        with self.assertRaisesRegex(provision.Refused, "not empty"):
            provision.provision(deployment(Aws()), "lobby", self.out, renew=True)
        self.assertEqual((self.out / "private.key").read_text(), "former")

    def test_a_thousand_automats_of_a_list_get_a_folder_each_and_the_stack_is_asked_once(self):
        aws = Aws()
        everywhere, automats = deployment(aws), [f"automat-{number}" for number in range(1_000)]
        do = lambda automat, out, _: provision.provision(everywhere, automat, out, False)
        settings = []
        self.assertEqual(provision.for_all(automats, self.out, do, unhurried(), settings.append), {})
        self.assertEqual(settings, list(range(100, 1_001, 100)))
        self.assertEqual(sorted(folder.name for folder in self.out.iterdir()), sorted(automats))
        settings = json.loads((self.out / "automat-999" / "automat.json").read_text())
        self.assertEqual(settings["thing"], "automat-999")
        self.assertEqual(len(aws.of("create_certificate_from_csr")), 1_000)
        self.assertEqual((len(aws.of("get_secret_value")), len(aws.of("describe_stacks"))), (1, 1))

        self.assertEqual(provision.for_all(automats, self.out, do, unhurried()), {})
        self.assertEqual(len(aws.of("create_certificate_from_csr")), 1_000, "what is finished is left alone")

    def test_automats_are_begun_no_faster_than_aws_takes_them(self):
        clock, begun = Clock(), []
        pace = provision.Pace(10, clock.now, clock.sleep)
        for _ in range(1_000):
            pace.wait()
            begun.append(clock.time)
        self.assertEqual(begun[0], 0)
        self.assertTrue(all(later - earlier > 0.99 for earlier, later in zip(begun, begun[10:])))
        self.assertAlmostEqual(begun[-1], 99.9)

    def test_what_goes_wrong_with_one_stops_no_other_and_is_done_by_the_next_call(self):
        aws, broken = Aws(), {"b"}
        everywhere = deployment(aws)

        def do(automat, out, interrupted):
            if automat in broken:
                out.mkdir(parents=True)
                (out / "private.key").write_text("of a certificate that no device has")
                raise ConnectionError("reset by peer")
            tries.append((automat, interrupted))
            provision.provision(everywhere, automat, out, interrupted)

        tries = []
        self.assertEqual(provision.for_all(["a", "b", "c"], self.out, do, unhurried()), {"b": "reset by peer"})
        broken.clear()
        aws.principals = ["arn:cert/of-nobody"]
        self.assertEqual(provision.for_all(["a", "b", "c"], self.out, do, unhurried()), {})
        self.assertEqual(sorted(tries), [("a", False), ("b", True), ("c", False)])
        self.assertIn("BEGIN PRIVATE KEY", (self.out / "b" / "private.key").read_text())
        self.assertEqual(aws.of("update_certificate"), [{"certificateId": "of-nobody", "newStatus": "INACTIVE"}])
        self.assertEqual(sorted(folder.name for folder in self.out.iterdir()), ["a", "b", "c"])

    def test_an_automat_that_has_a_certificate_is_refused_on_a_list_too(self):
        everywhere = deployment(Aws(principals=["arn:cert/old"]))
        do = lambda automat, out, _: provision.provision(everywhere, automat, out, False)
        wrong = provision.for_all(["a"], self.out, do, unhurried())
        self.assertIn("--renew", wrong["a"])
        self.assertFalse((self.out / "a").exists())

    def test_a_list_is_one_automat_on_each_line(self):
        file = self.out.parent / "automats.txt"
        file.write_text("# north\nlobby\n\n  depot.2  # by the gate\n")
        self.assertEqual(provision.read_list(file), ["lobby", "depot.2"])
        for text, says in [("lobby\n../etc\n", "not an automatId"), ("lobby\nlobby\n", "more than once")]:
            file.write_text(text)
            with self.assertRaisesRegex(provision.Refused, says):
                provision.read_list(file)


if __name__ == "__main__":
    unittest.main()
