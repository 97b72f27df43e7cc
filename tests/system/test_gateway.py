"""The gateway as phones, workers and monitoring see it: real hub, real HTTP, plain subscriber."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import json
import os
import random
import signal
import socket
import struct
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import msgspec
import psutil
import pytest
import zmq
from feed_kit import Plain, wait_for
from hub_process import HubProcess, write_site

from ingest.errors import RetryLater
from ingest.evidence import EvidenceClient, EvidenceInvalid, EvidenceMissing
from ingest.feed.envelope import utc_text
from ingest.positions.jt808 import FrameReader, Message, MessageId, frame_of, parse

pytestmark = [pytest.mark.system, pytest.mark.beside]


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    """One hub for the module: its start is the slow part."""
    site = write_site(tmp_path_factory.mktemp("gateway") / "site")
    process = HubProcess(site, gateway=True).start()
    yield process
    process.stop()


@pytest.fixture(autouse=True)
def _hub_first(hub: HubProcess) -> None:
    """The module's hub is there before a test's own look at child processes."""


@pytest.fixture
def plain() -> Iterator[Plain]:
    client = Plain()
    yield client
    client.close()


def ask(
    hub: HubProcess, method: str, path: str, body: bytes | None = None, **headers: str
) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(hub.ready["http"], timeout=10)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


@pytest.fixture
def positions(hub: HubProcess, plain: Plain) -> Callable[[], dict[str, Any]]:
    """The next position.fixed event of a plain subscriber."""
    subscriber = plain.subscriber(hub.ready["feed"], "position.")
    welcome = plain.subscriber(hub.ready["feed"], "heartbeat.")
    welcome.recv_multipart()
    welcome.recv_multipart()

    def take() -> dict[str, Any]:
        topic, body = subscriber.recv_multipart()
        assert topic.startswith(b"position.fixed.")
        event: dict[str, Any] = msgspec.json.decode(body)
        return event

    return take


Positions = Callable[[], dict[str, Any]]


@pytest.mark.alone
def test_a_query_report_becomes_a_position_of_the_inspector(
    hub: HubProcess, positions: Positions, plain: Plain
) -> None:
    now = int(time.time())
    started_s = time.monotonic()
    status, _ = ask(
        hub, "GET",
        f"/osmand?id=7&lat=36.1001&lon=120.3001&timestamp={now}&speed=10&bearing=90&accuracy=5",
    )  # fmt: skip
    assert status == 200
    fix = positions()["data"]["fixes"][0]
    assert time.monotonic() - started_s < 1.0
    assert fix["inspector_id"] == "p-1", "ids compare without leading zeros"
    assert fix["device_id"] == "7"
    assert (fix["lat_deg"], fix["lon_deg"]) == (36.1001, 120.3001)
    assert fix["speed_mps"] == pytest.approx(5.1444, abs=1e-3), "the query form is in knots"
    assert fix["course_deg"] == 90
    assert fix["accuracy_m"] == 5
    assert fix["fix_utc"] == datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    assert fix["source"] == "osmand"
    assert fix["live"] is True
    snapshot = plain.ask(plain.dealer(hub.ready["query"]), op="snapshot")
    assert "p-1" in [p["inspector_id"] for p in snapshot["positions"]]


def test_the_json_form_speaks_metres_a_second(hub: HubProcess, positions: Positions) -> None:
    moment = datetime.now(UTC).isoformat()
    body = {
        "location": {
            "timestamp": moment,
            "coords": {"latitude": 36.2, "longitude": 120.4, "speed": 2.5, "heading": 10,
                       "accuracy": 3.0, "altitude": 7},
            "is_moving": True, "battery": {"level": 0.5, "is_charging": False},
        },
        "device_id": "0008",
    }  # fmt: skip
    status, _ = ask(
        hub, "POST", "/osmand", json.dumps(body).encode(), **{"Content-Type": "application/json"}
    )
    assert status == 200
    fix = positions()["data"]["fixes"][0]
    assert fix["inspector_id"] == "p-2"
    assert fix["speed_mps"] == 2.5


def test_milliseconds_and_form_bodies_are_understood(hub: HubProcess, positions: Positions) -> None:
    body = f"id=ms-1&lat=36.0&lon=120.0&timestamp={int(time.time() * 1000)}".encode()
    status, _ = ask(
        hub, "POST", "/osmand", body, **{"Content-Type": "application/x-www-form-urlencoded"}
    )
    assert status == 200
    fix = positions()["data"]["fixes"][0]
    assert fix["inspector_id"] is None, "an unknown device is published without an inspector"
    assert fix["live"] is True


def test_a_late_fix_is_published_as_not_live(hub: HubProcess, positions: Positions) -> None:
    now = int(time.time())
    ask(hub, "GET", f"/osmand?id=late-1&lat=36.1&lon=120.3&timestamp={now}")
    assert positions()["data"]["fixes"][0]["live"] is True
    ask(hub, "GET", f"/osmand?id=late-1&lat=36.1001&lon=120.3&timestamp={now - 30}")
    assert positions()["data"]["fixes"][0]["live"] is False


@pytest.mark.parametrize(
    "change",
    [
        {"lat": "0", "lon": "0"},
        {"lat": "45.0"},
        {"timestamp": str(int(time.time()) + 86_400)},
    ],
)
def test_impossible_fixes_are_taken_but_not_published(
    hub: HubProcess, positions: Positions, change: dict[str, str]
) -> None:
    """200, so that a phone does not send the same report for ever."""
    device = f"odd-{random.randrange(10**9)}"
    ask(hub, "GET", f"/osmand?id={device}&lat=36.1&lon=120.3&timestamp={int(time.time()) - 5}")
    positions()
    good = {"id": device, "lat": "36.1", "lon": "120.3", "timestamp": str(int(time.time()))}
    query = "&".join(f"{key}={value}" for key, value in {**good, **change}.items())
    assert ask(hub, "GET", f"/osmand?{query}")[0] == 200
    ask(hub, "GET", f"/osmand?id={device}-after&lat=36.1&lon=120.3")
    assert positions()["data"]["fixes"][0]["device_id"] == f"{device}-after"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/osmand", None),
        ("GET", "/osmand?id=1", None),
        ("GET", "/osmand?id=1&lat=91&lon=0", None),
        ("GET", "/osmand?id=1&lat=nan&lon=0", None),
        ("GET", "/osmand?lat=1&lon=1", None),
        ("GET", "/osmand?id=1&lat=1&lon=1&timestamp=never", None),
        ("GET", "/osmand?id=1&lat=1&lon=1&timestamp=99999999999999999999", None),
        ("POST", "/osmand", b"{"),
        ("POST", "/osmand", b"{}"),
        ("POST", "/osmand", b'{"location":{"coords":[]},"device_id":"1"}'),
        ("POST", "/osmand", b"\xff\xfe\x00"),
        ("POST", "/owntracks", b"[]"),
        ("POST", "/owntracks", b'{"_type":"location"}'),
        ("POST", "/open311/v2/requests.json", b"service_code=none"),
        ("POST", "/open311/v2/requests.json", b"service_code=0101&lat=x&long=y"),
        ("PUT", "/evidence/nonsense", b"x"),
        ("PUT", "/evidence/" + "0" * 64, b"x"),
        ("GET", "/evidence/..%2f..%2fhub.sqlite", None),
    ],
)
def test_rubbish_is_answered_400_with_a_reason(
    hub: HubProcess, method: str, path: str, body: bytes | None
) -> None:
    status, text = ask(hub, method, path, body)
    assert status == 400
    assert len(text.strip()) > 5


def test_a_body_that_is_too_long_is_refused(hub: HubProcess) -> None:
    assert ask(hub, "POST", "/osmand", b"x" * (1 << 20))[0] == 413


def test_owntracks_is_understood(hub: HubProcess, positions: Positions) -> None:
    body = {"_type": "location", "lat": 36.1001, "lon": 120.3001, "tst": int(time.time()), "vel": 36,
            "acc": 8, "topic": "owntracks/wang/0007", "tid": "wa"}  # fmt: skip
    status, text = ask(hub, "POST", "/owntracks", json.dumps(body).encode())
    assert (status, text) == (200, b"[]")
    fix = positions()["data"]["fixes"][0]
    assert fix["source"] == "owntracks"
    assert fix["inspector_id"] == "p-1"
    assert fix["speed_mps"] == pytest.approx(10.0)


def test_reports_of_one_moment_travel_together(hub: HubProcess, positions: Positions) -> None:
    connection = http.client.HTTPConnection(hub.ready["http"], timeout=10)
    for number in range(40):
        connection.request("GET", f"/osmand?id=many-{number}&lat=36.1&lon=120.3")
        connection.getresponse().read()
    connection.close()
    devices: set[str] = set()
    events = 0
    while len(devices) < 40:
        events += 1
        devices |= {fix["device_id"] for fix in positions()["data"]["fixes"]}
    assert events < 20


def metric(hub: HubProcess, name: str) -> float:
    _, text = ask(hub, "GET", "/metrics")
    lines = [line for line in text.decode().splitlines() if line.startswith(name)]
    return float(lines[0].rsplit(" ", 1)[1]) if lines else 0.0


def test_metrics_count_every_input_once(hub: HubProcess) -> None:
    name = 'gridwall_positions_total{result="%s",source="osmand"}'
    before = {result: metric(hub, name % result) for result in ("ok", "invalid")}
    for _ in range(3):
        ask(hub, "GET", f"/osmand?id=count-{random.random()}&lat=36.1&lon=120.3")
    ask(hub, "GET", "/osmand?id=1&lat=x&lon=1")
    assert metric(hub, name % "ok") == before["ok"] + 3
    assert metric(hub, name % "invalid") == before["invalid"] + 1
    wait_for(lambda: metric(hub, 'gridwall_events_total{noun="position"}') > 0)


def test_healthz_tells_of_gateway_and_hub(hub: HubProcess) -> None:
    status, text = ask(hub, "GET", "/healthz")
    assert status == 200
    assert json.loads(text)["hub"] == "ok"


def test_evidence_is_stored_by_its_hash_and_given_back(hub: HubProcess) -> None:
    client = EvidenceClient(hub.ready["http"])
    content = b"\xff\xd8\xff" + os.urandom(300_000)
    sha = client.put(content, "image/jpeg")
    assert sha == hashlib.sha256(content).hexdigest()
    assert client.put(content, "image/jpeg") == sha, "a second put is no work"
    assert client.get(sha) == content
    connection = http.client.HTTPConnection(hub.ready["http"], timeout=10)
    connection.request("GET", f"/evidence/{sha}", headers={"Range": "bytes=3-10"})
    answer = connection.getresponse()
    assert (answer.status, answer.read()) == (206, content[3:11]), "a player may seek in a clip"
    assert answer.getheader("Content-Type") == "image/jpeg"
    connection.close()


def test_evidence_under_a_wrong_name_is_not_kept(hub: HubProcess) -> None:
    wrong = "ab" * 32
    assert ask(hub, "PUT", f"/evidence/{wrong}", b"content")[0] == 400
    with pytest.raises(EvidenceMissing):
        EvidenceClient(hub.ready["http"]).get(wrong)
    with pytest.raises(EvidenceInvalid):
        EvidenceClient(hub.ready["http"])._put_once(wrong, b"content", "image/jpeg")


@pytest.mark.alone
def test_evidence_of_a_hub_that_is_away_is_retried_until_the_deadline() -> None:
    started_s = time.monotonic()
    with pytest.raises(RetryLater):
        EvidenceClient("127.0.0.1:9").put(b"x", deadline_s=1.2)
    assert time.monotonic() - started_s < 5


def test_a_service_request_becomes_a_ticket_without_its_contact(
    hub: HubProcess, plain: Plain
) -> None:
    subscriber = plain.subscriber(hub.ready["feed"], "ticket.")
    plain.subscriber(hub.ready["feed"], "heartbeat.").recv_multipart()
    body = b"service_code=0101&lat=36.1&long=120.3&description=%E5%8D%A0%E9%81%93&phone=13800000000"
    status, text = ask(hub, "POST", "/open311/v2/requests.json", body)
    assert status == 201
    request_id = json.loads(text)[0]["service_request_id"]
    topic, body = subscriber.recv_multipart()
    ticket = msgspec.json.decode(body)
    assert topic.decode() == f"ticket.open311.-.{request_id}"
    assert ticket["data"]["item_code"] == "0101"
    assert ticket["data"]["text"] == "占道"
    assert ticket["data"]["contact_ref"] == request_id
    assert b"13800000000" not in body
    services = json.loads(ask(hub, "GET", "/open311/v2/services.json")[1])
    assert services[0]["service_code"] == "0101"


def posted(hub: HubProcess, **fields: str) -> str:
    body = urllib.parse.urlencode({"service_code": "0101", "lat": 36.1, "long": 120.3, **fields})
    status, text = ask(hub, "POST", "/open311/v2/requests.json", body.encode())
    assert status == 201, text
    ticket_id: str = json.loads(text)[0]["service_request_id"]
    return ticket_id


def test_what_became_of_a_request_is_told_in_json_and_xml(hub: HubProcess, plain: Plain) -> None:
    ticket_id = posted(hub, description="井盖破损", phone="138-0000-1111", last_name="李")
    path = f"/open311/v2/requests/{ticket_id}"
    wait_for(lambda: ask(hub, "GET", f"{path}.json")[0] == 200)
    (record,) = json.loads(ask(hub, "GET", f"{path}.json")[1])
    assert (record["status"], record["service_code"]) == ("open", "0101")
    assert record["status_notes"] == "received"
    xml = ElementTree.fromstring(ask(hub, "GET", f"{path}.xml")[1])
    assert xml.findtext("request/service_request_id") == ticket_id
    assert xml.findtext("request/description") == "井盖破损"
    listed = json.loads(ask(hub, "GET", "/open311/v2/requests.json?status=open")[1])
    assert ticket_id in {one["service_request_id"] for one in listed}
    everything = json.dumps([record, listed], ensure_ascii=False)
    assert "1111" not in everything
    assert "李" not in everything
    query = plain.dealer(hub.ready["query"])
    (case,) = [
        one for one in plain.ask(query, op="cases", filter={"source": "ticket:open311"})["cases"]
        if one["ticket_id"] == ticket_id
    ]  # fmt: skip
    assert plain.ask(query, op="act", case_id=case["case_id"], act="void", note="internal")["ok"]
    (record,) = json.loads(ask(hub, "GET", f"{path}.json")[1])
    assert (record["status"], record["status_notes"]) == ("closed", "not taken up")
    assert "internal" not in json.dumps(record)


def test_discovery_definitions_tokens_and_errors_are_geo_report(hub: HubProcess) -> None:
    found = json.loads(ask(hub, "GET", "/open311/discovery.json")[1])
    assert found["endpoints"][0]["url"].endswith("/open311/v2")
    xml = ElementTree.fromstring(ask(hub, "GET", "/open311/discovery.xml")[1])
    assert xml.findtext("endpoints/endpoint/formats/format") == "application/json"
    services = ElementTree.fromstring(ask(hub, "GET", "/open311/v2/services.xml")[1])
    assert services.findtext("service/service_code") == "0101"
    definition = json.loads(ask(hub, "GET", "/open311/v2/services/0101.json")[1])
    assert definition == {"service_code": "0101", "attributes": []}
    token = json.loads(ask(hub, "GET", f"/open311/v2/tokens/{'a' * 16}.json")[1])
    assert token == [{"service_request_id": "a" * 16, "token": "a" * 16}]
    for path, status in (
        ("/open311/v2/services/9999.xml", 404), ("/open311/v2/requests/none.xml", 404),
        ("/open311/v2/requests.xml?start_date=yesterday", 400),
        ("/open311/v2/requests.xml?start_date=2020-01-01T00:00:00Z", 400),
        ("/open311/v2/requests.xml?api_key=guess", 403),
    ):  # fmt: skip
        answered, body = ask(hub, "GET", path)
        assert answered == status, path
        assert ElementTree.fromstring(body).findtext("error/code") == str(status), (path, body)


def test_a_picture_comes_with_a_request(hub: HubProcess, plain: Plain) -> None:
    picture = b"\xff\xd8\xff" + random.Random(2).randbytes(400_000)
    edge = "edge"
    parts = {"service_code": "0101", "lat": "36.1", "long": "120.3", "description": "见图"}
    body = b"".join(
        f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in parts.items()
    )
    head = f'--{edge}\r\nContent-Disposition: form-data; name="media"; filename="a.jpg"\r\n\r\n'
    kind = f"multipart/form-data; boundary={edge}"
    whole = body + head.encode() + picture + f"\r\n--{edge}--\r\n".encode()
    status, text = ask(hub, "POST", "/open311/v2/requests.json", whole, **{"Content-Type": kind})
    assert status == 201, text
    ticket_id = json.loads(text)[0]["service_request_id"]
    query = plain.dealer(hub.ready["query"])

    def snapshots() -> list[str | None]:
        found = plain.ask(query, op="cases", filter={"source": "ticket:open311"})["cases"]
        return [one["snapshot"] for one in found if one["ticket_id"] == ticket_id]

    wait_for(lambda: len(snapshots()) == 1)
    assert snapshots() == [hashlib.sha256(picture).hexdigest()]
    wrong = body + head.encode() + b"MZ not a picture" + f"\r\n--{edge}--\r\n".encode()
    assert ask(hub, "POST", "/open311/v2/requests.json", wrong, **{"Content-Type": kind})[0] == 400


def test_a_citizen_looks_up_their_own_report_with_code_and_phone(tmp_path: Path) -> None:
    more = '[open311]\nstatus_per_minute = 6\napi_keys = { app = "k-123" }'
    hub = HubProcess(write_site(tmp_path / "own", more=more), gateway=True).start()
    try:
        form = "service_code=0101&lat=36.1&long=120.3&phone=%2B86-138-0000-2222"
        refused = ask(hub, "POST", "/open311/v2/requests.json", form.encode())
        assert refused[0] == 403, "this site gives keys to those who may"
        keyed = f"{form}&api_key=k-123".encode()
        status, text = ask(hub, "POST", "/open311/v2/requests.json", keyed)
        assert status == 201
        code = json.loads(text)[0]["service_request_id"]
        own = f"/status?code={code}&phone=13800002222"
        wait_for(lambda: ask(hub, "GET", f"/open311/v2/requests/{code}.json")[0] == 200)
        status, body = ask(hub, "GET", own)
        assert (status, json.loads(body)["status"]) == (200, "open")
        tries = [ask(hub, "GET", f"/status?code={code}&phone=1390000{n:04}") for n in range(8)]
        assert [status for status, _ in tries[:5]] == [404] * 5
        assert (
            tries[0][1] == ask(hub, "GET", "/status?code=nobody&phone=1")[1] or tries[-1][0] == 429
        )
        assert 429 in [status for status, _ in tries], "guessing a phone is slow"
    finally:
        hub.stop()


def test_raw_rubbish_on_the_port_harms_nobody(hub: HubProcess) -> None:
    chance = random.Random(3)
    host, port = hub.ready["http"].split(":")
    for _ in range(50):
        with socket.create_connection((host, int(port)), 5) as raw:
            raw.sendall(chance.randbytes(chance.randint(1, 5000)))
    assert ask(hub, "GET", "/healthz")[0] == 200


@pytest.mark.timeout(60)
def test_a_peer_that_never_ends_its_request_is_cut(hub: HubProcess) -> None:
    host, port = hub.ready["http"].split(":")
    with (
        socket.create_connection((host, int(port)), 40) as in_headers,
        socket.create_connection((host, int(port)), 40) as in_body,
    ):
        in_headers.sendall(b"GET /osmand HTTP/1.1\r\nHost: x\r\n")
        in_body.sendall(b"POST /osmand HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
        assert b"408" in in_body.recv(100)
        with contextlib.suppress(ConnectionResetError):
            assert b"200" not in in_headers.recv(100)


def gateway_of(hub: HubProcess) -> psutil.Process:
    children = psutil.Process(hub.ready["pid"]).children()
    return next(child for child in children if "ingest.gateway" in child.cmdline())


@pytest.mark.timeout(90)
def test_a_killed_gateway_is_back_and_leaves_with_a_killed_hub(
    plain: Plain, tmp_path: Path
) -> None:
    """The hub never stops for its gateway; a gateway never outlives its hub on the port."""
    own = HubProcess(write_site(tmp_path / "own"), gateway=True).start()
    try:
        beats = plain.subscriber(own.ready["feed"], "heartbeat.")
        beats.recv_multipart()
        first = gateway_of(own)
        first.send_signal(signal.SIGKILL)
        wait_for(lambda: answers(own), 20)
        assert gateway_of(own).pid != first.pid
        for _ in range(2):
            beats.recv_multipart()
        assert ask(own, "GET", "/osmand?id=7&lat=36.1&lon=120.3")[0] == 200
        second = gateway_of(own)
        own.kill()
        wait_for(lambda: not second.is_running() or second.status() == psutil.STATUS_ZOMBIE, 15)
        own.start()
        assert ask(own, "GET", "/healthz")[0] == 200
    finally:
        own.stop()


def answers(hub: HubProcess) -> bool:
    try:
        return ask(hub, "GET", "/healthz")[0] == 200
    except OSError:
        return False


def test_a_changed_register_is_followed_without_a_restart(
    hub: HubProcess, positions: Positions, plain: Plain
) -> None:
    """A device given to somebody new counts at once, in hub and gateway."""
    changes = plain.subscriber(hub.ready["feed"], "register.")
    changes.setsockopt(zmq.RCVTIMEO, 15_000)
    query = plain.dealer(hub.ready["query"])
    content = plain.ask(query, op="register.get", name="inspectors", text=True)["text"]
    content += "p-9,Zhao,,,,new-9,\n"
    answer = plain.ask(query, op="register.put", name="inspectors", content=content, by="seat 1")
    assert answer["ok"] is True, answer
    event = msgspec.json.decode(changes.recv_multipart()[1])
    assert event["data"]["register"] == "inspectors"
    assert event["data"]["by"] == "seat 1"
    assert event["data"]["version"] == answer["version"]

    def is_known() -> bool:
        ask(hub, "GET", "/osmand?id=new-9&lat=36.1&lon=120.3")
        return any(fix["inspector_id"] == "p-9" for fix in positions()["data"]["fixes"])

    wait_for(is_known, 15)
    refused = plain.ask(query, op="register.put", name="cameras", content="id\nx\n", by="seat 1")
    assert refused["ok"] is False
    assert refused["problems"]


def terminal(hub: HubProcess) -> socket.socket:
    host, port = hub.jt808.split(":")
    return socket.create_connection((host, int(port)), 10)


def exchange(connection: socket.socket, message: Message) -> Message:
    connection.sendall(frame_of(message))
    frames = FrameReader()
    while True:
        for frame in frames.feed(connection.recv(4096)):
            return parse(frame)


def jt808_position(phone: str, utc_s: float) -> Message:
    stamp = datetime.fromtimestamp(utc_s + 8 * 3600, UTC).strftime("%y%m%d%H%M%S")
    body = struct.pack(">IIIIHHH", 0, 3, 36_200_000, 120_400_000, 30, 36, 90)
    return Message(MessageId.POSITION, phone, 5, body + bytes.fromhex(stamp), False)


def test_a_known_terminal_reports_without_authentication(
    hub: HubProcess, positions: Positions
) -> None:
    """Phone 000000000008 is inspector p-2's device 0008: zeros in front do not count."""
    with terminal(hub) as connection:
        connection.sendall(b"rubbish" + b"\x7e" + random.Random(1).randbytes(300) + b"\x7e")
        heartbeat = Message(MessageId.HEARTBEAT, "000000000008", 4, b"", False)
        assert exchange(connection, heartbeat).body == struct.pack(">HHB", 4, 2, 0)
        reply = exchange(connection, jt808_position("000000000008", time.time()))
        assert reply.body == struct.pack(">HHB", 5, 0x0200, 0)
        fix = positions()["data"]["fixes"][0]
        assert (fix["inspector_id"], fix["source"]) == ("p-2", "jt808")
        assert fix["speed_mps"] == pytest.approx(1.0)


def test_an_unknown_terminal_reports_after_it_authenticated(
    hub: HubProcess, positions: Positions
) -> None:
    phone = "013900000001"
    with terminal(hub) as connection:
        reply = exchange(connection, jt808_position(phone, time.time()))
        assert reply.body[-1] == 1, "not before it authenticated"
        register = Message(MessageId.REGISTER, phone, 1, b"\0" * 30, False)
        code = exchange(connection, register).body[3:]
        wrong = Message(MessageId.AUTHENTICATE, phone, 2, b"wrong", False)
        assert exchange(connection, wrong).body[-1] == 1
        right = Message(MessageId.AUTHENTICATE, phone, 3, code, False)
        assert exchange(connection, right).body[-1] == 0
        assert exchange(connection, jt808_position(phone, time.time())).body[-1] == 0
        assert positions()["data"]["fixes"][0]["inspector_id"] is None


def test_who_is_sent_reads_it_on_the_terminal_and_answers_by_key(
    hub: HubProcess, plain: Plain
) -> None:
    """0x8300 down, 0x0301 up: key 2 means busy, and the case's end makes it possible."""
    query = plain.dealer(hub.ready["query"])

    def asked(**request: Any) -> dict[str, Any]:
        answer = plain.ask(query, **request)
        assert answer["ok"], answer
        return answer

    with terminal(hub) as connection:
        connection.settimeout(20)
        exchange(connection, jt808_position("000000000008", time.time()))
        made = asked(op="propose", item_code="0101", title="占道", lat_deg=36.2, lon_deg=120.4)
        case_id = made["case"]["case_id"]
        asked(op="act", case_id=case_id, act="file")
        asked(op="act", case_id=case_id, act="dispatch", inspector_id="p-2")
        frames = FrameReader()
        got: list[Message] = []
        while not got:
            got = [parse(frame) for frame in frames.feed(connection.recv(4096))]
        assert got[0].message_id == MessageId.TEXT
        text = got[0].body[1:].decode("gbk")
        assert case_id in text
        assert "占道" in text
        asked(op="act", case_id=case_id, act="feedback")
        event = Message(MessageId.EVENT_REPORT, "000000000008", 9, b"\x02", False)
        assert exchange(connection, event).body == struct.pack(">HHB", 9, 0x0301, 0)

        def states() -> dict[str, tuple[str, str]]:
            rows = plain.ask(query, op="units")["units"]
            return {row["inspector_id"]: (row["state"], row["set_by"]) for row in rows}

        wait_for(lambda: states().get("p-2") == ("busy", "terminal"))


def test_devices_are_told_to_the_hub_with_what_became_of_their_fixes(
    hub: HubProcess, plain: Plain
) -> None:
    device = f"stray-{random.randrange(10**9)}"
    now = int(time.time())
    ask(hub, "GET", f"/osmand?id={device}&lat=36.1&lon=120.3&timestamp={now}")
    ask(hub, "GET", f"/osmand?id={device}&lat=0&lon=0&timestamp={now + 1}")
    query = plain.dealer(hub.ready["query"])

    def row() -> dict[str, Any]:
        rows = plain.ask(query, op="devices")["devices"]
        return next((d for d in rows if d["device_id"] == device), {})

    wait_for(lambda: row().get("counts") == {"ok": 1, "zero": 1}, 15)
    assert row()["inspector_id"] is None


def test_a_track_is_replayed_and_its_trail_forgotten(
    hub: HubProcess, plain: Plain, tmp_path: Path
) -> None:
    track = tmp_path / "walk.csv"
    track.write_text(
        "time,lat,lon\n"
        + "".join(
            f"2025-06-01T08:00:{second:02}Z,36.5,{120.5 + second / 1e5:.6f}\n"
            for second in range(0, 40, 10)
        )
    )
    command = [sys.executable, "-m", "console.app.cli", "positions"]
    where = ["--site", str(hub.site), "--json"]
    replayed = subprocess.run(
        [*command, "replay", str(track), "--device", "7", "--speed", "60", *where],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert sum(json.loads(replayed.stdout.splitlines()[-1])["results"].values()) == 4
    query = plain.dealer(hub.ready["query"])
    now_ns = time.time_ns()
    span = {"from_utc": utc_text(now_ns - 60 * 10**9), "until_utc": utc_text(now_ns + 60 * 10**9)}

    def fixes() -> list[Any]:
        answer = plain.ask(query, op="trail.read", inspector_ids=["p-1"], **span)
        found: list[Any] = answer["trails"].get("p-1", [])
        return found

    wait_for(lambda: any(abs(point[1] - 36.5) < 1e-6 for point in fixes()), 15)
    forgotten = subprocess.run(
        [*command, "forget", "p-1", *where], capture_output=True, text=True, timeout=60, check=True
    )
    assert json.loads(forgotten.stdout.splitlines()[-1])["forgotten"] > 0
    assert fixes() == []
