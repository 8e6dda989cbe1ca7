"""A device with nothing but AWS's own SDK: its shadow client opens a locker of the local cloud.

    python aws_device.py --url URL --port PORT --data DIR

Tests the broker and the shadow service with a third-party client over mutual TLS. Every response is checked; the first
one that is not as AWS documents it ends the run with an error.
"""

import argparse
import concurrent.futures
import json
import pathlib
import queue
import time
import urllib.parse
import urllib.request

from awscrt import mqtt
from awsiot import iotshadow, mqtt_connection_builder

SHADOW = "open"
WITHIN = 10
QOS = mqtt.QoS.AT_LEAST_ONCE


class Device:
    """A connected thing with its named shadow."""

    def __init__(self, folder: pathlib.Path, host: str, port: int):
        self.settings = json.loads((folder / "automat.json").read_text())
        self.thing = self.settings["thing"]
        self.heard = {name: queue.Queue() for name in ("got", "get_refused", "updated", "update_refused", "delta")}
        self.connection = mqtt_connection_builder.mtls_from_path(
            endpoint=host,
            port=port,
            ca_filepath=str(folder / "ca.pem"),
            cert_filepath=str(folder / "certificate.pem"),
            pri_key_filepath=str(folder / "private.key"),
            client_id=self.thing,
            clean_session=True,
            keep_alive_secs=30,
        )
        self.connection.connect().result(WITHIN)
        self.shadow = iotshadow.IotShadowClient(self.connection)
        self.subscribe()

    def subscribe(self):
        named = {"thing_name": self.thing, "shadow_name": SHADOW}
        subscriptions = [
            (self.shadow.subscribe_to_get_named_shadow_accepted, iotshadow.GetNamedShadowSubscriptionRequest, "got"),
            (
                self.shadow.subscribe_to_get_named_shadow_rejected,
                iotshadow.GetNamedShadowSubscriptionRequest,
                "get_refused",
            ),
            (
                self.shadow.subscribe_to_update_named_shadow_accepted,
                iotshadow.UpdateNamedShadowSubscriptionRequest,
                "updated",
            ),
            (
                self.shadow.subscribe_to_update_named_shadow_rejected,
                iotshadow.UpdateNamedShadowSubscriptionRequest,
                "update_refused",
            ),
            (
                self.shadow.subscribe_to_named_shadow_delta_updated_events,
                iotshadow.NamedShadowDeltaUpdatedSubscriptionRequest,
                "delta",
            ),
        ]
        for subscribe, request, name in subscriptions:
            subscribed, _ = subscribe(request=request(**named), qos=QOS, callback=self.heard[name].put)
            subscribed.result(WITHIN)

    def next(self, name: str):
        """The next message of a kind."""
        return self.heard[name].get(timeout=WITHIN)

    def next_to(self, name: str, token: str):
        """The next answer to a question of ours: all that is said of the shadow is said to everybody."""
        while (answer := self.next(name)).client_token != token:
            pass
        return answer

    def get(self, token: str):
        request = iotshadow.GetNamedShadowRequest(client_token=token, thing_name=self.thing, shadow_name=SHADOW)
        self.shadow.publish_get_named_shadow(request=request, qos=QOS).result(WITHIN)

    def report(self, reported: dict, token: str, version=None):
        request = iotshadow.UpdateNamedShadowRequest(
            client_token=token,
            thing_name=self.thing,
            shadow_name=SHADOW,
            version=version,
            state=iotshadow.ShadowState(reported=reported),
        )
        self.shadow.publish_update_named_shadow(request=request, qos=QOS).result(WITHIN)


class Cloud:
    """The API, as a booking system has it."""

    def __init__(self, url: str, token: str):
        self.url, self.token = url, token

    def call(self, method: str, path: str, body=None):
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        request = urllib.request.Request(self.url + path, data=data, headers=headers, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)


def opens_a_locker(device: Device, cloud: Cloud):
    """From the delta to the client's `opened`."""
    device.get("first")
    refused = device.next_to("get_refused", "first")
    expect(refused.code == 404, f"a shadow that is not there: {refused}")

    path = f"/v1/automats/{device.settings['automatId']}/lockers/7/openings"
    with concurrent.futures.ThreadPoolExecutor() as pool:
        opening = pool.submit(cloud.call, "POST", path, {"reason": "interop"})
        delta = device.next("delta")
        opening = opening.result(WITHIN)
    expect("7" in delta.state["o"], f"the delta names the locker: {delta.state}")

    device.get("second")
    got = device.next_to("got", "second")
    request = got.state.desired["o"]["7"]
    seq, opening_id, issued, expires = request
    expect(opening_id == opening["openingId"] and seq > 0, f"the request is that opening: {request}")
    expect(expires - issued == 20, f"an opening lives 20 s: {request}")
    expect(got.state.delta["o"]["7"] == request, f"nothing is reported yet: {got.state.delta}")

    device.report({"o": {"7": request}}, "stale", version=got.version + 5)
    refused = device.next_to("update_refused", "stale")
    expect(refused.code == 409, f"another version: {refused}")

    report = {"o": {"7": request}, "r": {"7": [opening_id, "opened", int(time.time())]}}
    device.report(report, "report", version=got.version)
    accepted = device.next_to("updated", "report")
    expect(accepted.version == got.version + 1, f"the next version: {accepted}")

    ended = cloud.call("GET", f"/v1/openings/{opening_id}?wait=10")
    expect(ended["status"] == "opened" and ended["confirmedByDevice"], f"the client sees the result: {ended}")

    # The cloud takes what it has stored out of the shadow.
    cleared = device.next("updated")
    expect(cleared.state.desired["o"]["7"] is None, f"cleared: {cleared.state}")
    device.get("third")
    left = device.next_to("got", "third").state
    expect(not (left.desired or {}).get("o") and not (left.reported or {}).get("r"), f"nothing is left: {left}")


def keeps_to_its_own(device: Device, folder: pathlib.Path, host: str, port: int):
    """Another thing's topics and client id are refused."""
    stranger = mqtt_connection_builder.mtls_from_path(
        endpoint=host,
        port=port,
        ca_filepath=str(folder / "ca.pem"),
        cert_filepath=str(folder / "certificate.pem"),
        pri_key_filepath=str(folder / "private.key"),
        client_id="somebody-else",
        clean_session=True,
    )
    try:
        stranger.connect().result(WITHIN)
    except Exception as refused:
        print(f"as another client: refused ({type(refused).__name__})")
    else:
        raise AssertionError("a device connected under another client id")
    try:
        subscribed, _ = device.connection.subscribe("$aws/things/somebody-else/shadow/name/open/get/accepted", QOS)
        granted = subscribed.result(WITHIN)
    except Exception as refused:
        print(f"another's topic: refused ({type(refused).__name__})")
    else:
        expect(granted["qos"] is None, f"a device subscribed to another's topic: {granted}")


def expect(holds: bool, what: str):
    if not holds:
        raise AssertionError(what)


def admin_token(url: str) -> str:
    form = urllib.parse.urlencode({"grant_type": "client_credentials", "client_id": "admin"}).encode()
    with urllib.request.urlopen(url + "/oauth2/token", data=form, timeout=30) as answer:
        return json.load(answer)["access_token"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--url", required=True, help="where the local cloud listens for HTTP")
    parser.add_argument("--port", type=int, required=True, help="its port for MQTT over TLS")
    parser.add_argument("--data", type=pathlib.Path, required=True, help="its data folder")
    arguments = parser.parse_args()
    cloud = Cloud(arguments.url, admin_token(arguments.url))
    automat = {"automatId": "interop.1", "name": "Interop", "lockerCount": 24, "timeZone": "Europe/Helsinki"}
    cloud.call("POST", "/v1/automats", automat)
    credentials = arguments.data / "automats" / automat["automatId"]

    device = Device(credentials, "localhost", arguments.port)
    opens_a_locker(device, cloud)
    print("opened a locker")
    keeps_to_its_own(device, credentials, "localhost", arguments.port)
    try:
        device.connection.disconnect().result(WITHIN)
    except Exception:
        pass  # it may have been disconnected for asking for another's topic
    print("ok")


if __name__ == "__main__":
    main()
