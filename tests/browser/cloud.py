"""The local cloud as a user starts it, booking systems that call its API, and simulated automats."""

import contextlib
import itertools
import json
import pathlib
import queue
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

WITHIN = 20
ANY_PORTS = [argument for port in ("--http", "--mqtt", "--mqtts") for argument in (port, "127.0.0.1:0")]


class Cloud:
    """A local cloud that keeps its data in a folder."""

    def __init__(self, binaries: pathlib.Path, folder: pathlib.Path):
        self.binaries, self.folder = binaries, folder
        self.data, self.log = folder / "data", folder / "cloud.log"
        self.numbers = itertools.count(1)
        self.devices = []
        command = [binaries / "key-automat-cloud", *ANY_PORTS, "--data", self.data]
        with self.log.open("w") as log:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        guide = list(itertools.takewhile(lambda line: not line.startswith("Press Ctrl-C"), self.process.stdout))
        if not guide:
            raise RuntimeError(f"the local cloud did not start: {self.log.read_text()}")
        self.url = guide[0].split()[-1]
        self.token = self.ask_for_token("admin")

    def ask_for_token(self, role: str) -> str:
        form = urllib.parse.urlencode({"grant_type": "client_credentials", "client_id": role}).encode()
        with urllib.request.urlopen(f"{self.url}/oauth2/token", data=form, timeout=WITHIN) as answer:
            return json.load(answer)["access_token"]

    def call(self, method: str, path: str, body: dict | None = None) -> dict:
        """Calls the API as an admin."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=WITHIN + 10) as answer:
                return json.loads(answer.read() or "{}")
        except urllib.error.HTTPError as refusal:
            raise AssertionError(f"{method} {path}: {refusal.read().decode()}") from None

    def automat(self, name: str = "Harbour", lockers: int = 12, zone: str = "Europe/Helsinki", **more) -> "Automat":
        """A new automat for one test."""
        number = next(self.numbers)
        automat = f"{name.lower().replace(' ', '-')}-{number}"
        body = {"automatId": automat, "name": f"{name} {number}", "lockerCount": lockers, "timeZone": zone, **more}
        self.call("POST", "/v1/automats", body)
        return Automat(self, automat, body["name"])

    def until_overdue(self, *contracts: dict):
        """Waits until these are in the list of overdue contracts, which is written some milliseconds later."""
        ids = {contract["contractId"] for contract in contracts}
        listed = lambda: self.call("GET", "/v1/contracts?state=overdue&order=desc&limit=100")["data"]
        until(listed, lambda found: ids <= {contract["contractId"] for contract in found})

    @contextlib.contextmanager
    def email_refused(self):
        """The email service refuses everything meanwhile."""
        self.set_outbox("email", "refuse")
        try:
            yield
        finally:
            self.set_outbox("email", "accept")

    def set_outbox(self, end: str, behaviour: str):
        form = urllib.parse.urlencode({"end": end, "behaviour": behaviour}).encode()
        urllib.request.urlopen(f"{self.url}/outbox/behaviour", data=form, timeout=WITHIN).close()

    def faults(self) -> list[str]:
        """The errors in its log."""
        return [line for line in self.log.read_text().splitlines() if " ERROR " in line or "panicked" in line]

    def stop(self):
        for device in self.devices:
            device.stop()
        self.process.terminate()
        try:
            self.process.wait(WITHIN)
        except subprocess.TimeoutExpired:
            self.process.kill()


class Automat:
    """An automat. `connect` adds a device."""

    def __init__(self, cloud: Cloud, automat_id: str, name: str):
        self.cloud, self.id, self.name = cloud, automat_id, name
        self.path = f"/automats/{automat_id}"

    def key(self, key_id: str, locker: int, **more) -> str:
        """A key in a locker; its id is made unique."""
        key = f"{key_id}-{next(self.cloud.numbers)}"
        self.cloud.call("POST", "/v1/keys", {"keyId": key, "automatId": self.id, "lockerIndex": locker, **more})
        return key

    def contract(self, *keys: str, **more) -> dict:
        """A contract that starts now and ends in two hours, unless said otherwise. The response has its PIN."""
        body = {"keyIds": keys, "person": "Ada Virtanen", **more}
        if not body.get("permanent"):
            body.setdefault("end", at(hours=2))
        return self.cloud.call("POST", "/v1/contracts", body)

    def connect(self, inside: tuple = (), obliging: bool = False, lockers: int | None = None) -> "Device":
        """The device, with keys inside some lockers; it may have another number of `lockers` than the cloud knows."""
        device = Device(self, inside, obliging, lockers)
        self.cloud.devices.append(device)
        device.hear("Connected.")
        self.until(lambda view: view["connection"]["state"] == "connected")
        return device

    def until_messages(self, contract: str, **contacts: tuple[str, int]):
        """Waits until the message to each contact has this state and number of attempts."""
        path = f"/v1/contracts/{contract}/messages"
        until(lambda: self.cloud.call("GET", path)["data"], lambda messages: contacts == {
            message["contact"]: (message["state"], message["attempts"]) for message in messages
        })

    def view(self) -> dict:
        return self.cloud.call("GET", f"/v1/automats/{self.id}")

    def locker(self, index: int) -> dict:
        return self.view()["lockers"][index]

    def until(self, holds):
        """Waits until the Key Automat View is as expected."""
        until(self.view, holds)


class Device:
    """A simulated automat at its console."""

    def __init__(self, automat: Automat, inside: tuple, obliging: bool, lockers: int | None):
        cloud = automat.cloud
        credentials = cloud.data / "automats" / automat.id
        command = [cloud.binaries / "automat", "--credentials", credentials, "--data", cloud.folder / automat.id]
        command += [f"--inside={locker}" for locker in inside] + ["--obliging"] * obliging
        command += [] if lockers is None else [f"--lockers={lockers}"]
        self.automat = automat
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.lines = queue.Queue()
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        for line in self.process.stdout:
            self.lines.put(line.strip())

    def do(self, command: str):
        """Types a line."""
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()

    def hear(self, text: str) -> str:
        """The next line with this text."""
        end = time.monotonic() + WITHIN
        while text not in (line := self.lines.get(timeout=max(0.01, end - time.monotonic()))):
            pass
        return line

    def fetch(self, locker: int, pin: str):
        """Fetches the key with a PIN, as its person does."""
        self.do(f"type {pin}")
        self.hear("take your key")
        self.do(f"take {locker}")
        self.do(f"close {locker}")
        self.automat.until(lambda view: view["lockers"][locker]["keyInside"] is False)

    def door(self, locker: int) -> str:
        """`open` from when its motor has run until somebody closes the door."""
        self.do("lockers")
        self.hear("locker  key  door")
        for _ in range(locker):
            self.lines.get(timeout=WITHIN)
        return self.lines.get(timeout=WITHIN).split()[2]

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(WITHIN)


def until(read, holds):
    """Reads until the value is as expected."""
    end = time.monotonic() + WITHIN
    while not holds(last := read()):
        assert time.monotonic() < end, f"still not as expected: {last}"
        time.sleep(0.05)


def at(**later) -> str:
    """An instant this much after the current minute, as the API writes it."""
    seconds = later.get("days", 0) * 86400 + later.get("hours", 0) * 3600 + later.get("minutes", 0) * 60
    return time.strftime("%Y-%m-%dT%H:%M:00Z", time.gmtime(time.time() + seconds))
