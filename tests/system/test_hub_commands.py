"""gridwall feed, keys and hub as commands: what a person and an integrator type."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import zmq
from feed_kit import Plain, health, wait_for
from hub_process import HubProcess, write_site

from console.app import hub_app
from ingest.errors import Misconfigured
from ingest.feed.envelope import encode_event

pytestmark = [pytest.mark.system, pytest.mark.beside]


def gridwall(*words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "console.app.cli", *words],
        capture_output=True, text=True, timeout=60, cwd=cwd,
    )  # fmt: skip


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    process = HubProcess(write_site(tmp_path_factory.mktemp("commands") / "site")).start()
    client = Plain()
    intake = client.dealer(process.ready["intake"])
    for number in range(30):
        event = health(number)
        assert client.push(intake, event.id, encode_event(event))["ok"] is True
    client.close()
    yield process
    process.stop()


@pytest.fixture(autouse=True)
def _hub_first(hub: HubProcess) -> None:
    """The module's hub is there before a test's own look at child processes."""


def test_replay_prints_one_event_a_line_and_leaves(hub: HubProcess) -> None:
    result = gridwall("feed", "replay", "--from", "0", "--hub", hub.ready["query"], "--json")
    assert result.returncode == 0, result.stderr
    events = [json.loads(line) for line in result.stdout.splitlines()]
    assert [event["sequence"] for event in events] == list(range(1, 31))
    part = gridwall("feed", "replay", "--from", "21", "--site", str(hub.site), "--json")
    assert [json.loads(line) for line in part.stdout.splitlines()] == events[20:]
    narrow = gridwall(
        "feed", "replay", "--site", str(hub.site), "--json", "--topic", "camera.health.-.cam-7"
    )
    assert len(narrow.stdout.splitlines()) == 1


def test_tail_shows_what_happens_and_leaves_after_a_count(hub: HubProcess) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "console.app.cli", "feed", "tail", "--site", str(hub.site),
         "--topic", "camera.", "--count", "2", "--json", "--seconds", "30"],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    client = Plain()
    intake = client.dealer(hub.ready["intake"])
    number = 100

    def publish_until_seen() -> bool:
        nonlocal number
        number += 1
        event = health(number)
        client.push(intake, event.id, encode_event(event))
        return process.poll() is not None

    wait_for(publish_until_seen, 25)
    assert process.stdout is not None
    lines = process.stdout.read().splitlines()
    process.stdout.close()
    client.close()
    assert process.returncode == 0
    assert [json.loads(line)["type"] for line in lines] == ["gridwall.camera.health.v1"] * 2


def test_schema_is_printed_without_a_hub() -> None:
    result = gridwall("feed", "schema", "--json")
    assert result.returncode == 0
    document = json.loads(result.stdout.splitlines()[-1])
    assert document["asyncapi"].startswith("3.")
    assert document["servers"]["intake"]["host"] == "127.0.0.1:7400"


def test_tail_begins_where_it_is_told_and_misses_nothing(hub: HubProcess) -> None:
    result = gridwall(
        "feed",
        "tail",
        "--from",
        "5",
        "--count",
        "20",
        "--topic",
        "camera.",
        "--site",
        str(hub.site),
        "--json",
    )
    assert result.returncode == 0, result.stderr
    assert [json.loads(line)["sequence"] for line in result.stdout.splitlines()] == list(
        range(5, 25)
    )


def test_one_request_is_asked_from_a_shell(hub: HubProcess) -> None:
    """Values are JSON where they are; a refusal is exit code 1 with the hub's own words."""
    hub_at = ("--hub", hub.ready["query"], "--json")
    done = gridwall("feed", "ask", "replay", "from=3", "limit=2", 'topics=["camera."]', *hub_at)
    assert done.returncode == 0, done.stderr
    assert [event["sequence"] for event in json.loads(done.stdout)["events"]] == [3, 4]
    refused = gridwall("feed", "ask", "act", "case_id=nobody", "act=file", *hub_at)
    assert refused.returncode == 1
    assert "nobody" in json.loads(refused.stdout)["error"]
    wrong = gridwall("feed", "ask", "act", "case_id", *hub_at)
    assert wrong.returncode == 2
    assert "NAME=VALUE" in wrong.stderr


def test_the_hubs_key_is_replaced_from_the_command_line(tmp_path: Path) -> None:
    site = write_site(tmp_path / "site", more="[curve]\nenabled = true\n")
    made = gridwall("keys", "new", "reader", "board", "--site", str(site), "--json", cwd=tmp_path)
    key_file = tmp_path / json.loads(made.stdout)["file"]
    own = HubProcess(site, gateway=True).start()
    try:
        query = own.ready["query"]
        fresh = ("keys", "refresh", str(key_file), "--hub", query, "--json")
        assert json.loads(gridwall(*fresh).stdout)["changed"] is False
        turned = gridwall("keys", "rotate", "--site", str(site), "--days", "2", "--json")
        assert turned.returncode == 0, turned.stderr
        public = json.loads(turned.stdout)["hub_public_key"]
        wait_for(lambda: json.loads(gridwall(*fresh).stdout)["changed"] is True, 20)
        assert tomllib.loads(key_file.read_text())["hub_public_key"] == public
        for where in (("--hub", query, "--keys", str(key_file)), ("--site", str(site))):
            again = gridwall("feed", "replay", *where)
            assert again.returncode == 0, again.stderr
    finally:
        own.stop()
    assert gridwall("keys", "rotate", "--site", str(site), "--days", "0").returncode == 2


def test_a_hub_that_is_away_is_told(tmp_path: Path) -> None:
    site = write_site(tmp_path / "site")
    result = gridwall("feed", "replay", "--site", str(site))
    assert result.returncode == 1
    assert "did not answer" in result.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("feed", "replay"),
        ("feed", "tail", "--site", "a", "--hub", "b"),
        ("keys", "new", "emperor", "x"),
        ("keys", "new", "reader", "../x"),
        ("hub",),
        ("hub", "--site", "/no/such/folder"),
        ("bench", "nothing"),
    ],
)
def test_wrong_use_is_exit_code_two(words: tuple[str, ...], tmp_path: Path) -> None:
    result = gridwall(*words, cwd=tmp_path)
    assert result.returncode == 2
    assert result.stderr


def test_with_curve_everything_of_the_site_works_and_strangers_get_nothing(
    tmp_path: Path,
) -> None:
    site = write_site(tmp_path / "site", more="[curve]\nenabled = true\n")
    made = gridwall("keys", "new", "reader", "board", "--site", str(site), "--json", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    key_file = tmp_path / json.loads(made.stdout)["file"]
    own = HubProcess(site, gateway=True).start()
    client = Plain()
    try:
        import http.client

        connection = http.client.HTTPConnection(own.ready["http"], timeout=10)
        connection.request("GET", "/osmand?id=7&lat=36.1&lon=120.3")
        assert connection.getresponse().read() == b"ok\n"
        connection.close()
        local = gridwall("feed", "replay", "--site", str(site))
        assert local.returncode == 0, local.stderr
        remote = gridwall("feed", "replay", "--hub", own.ready["query"], "--keys", str(key_file))
        assert remote.returncode == 0, remote.stderr
        stranger = client.context.socket(zmq.DEALER)
        client._sockets.append(stranger)
        stranger.connect(own.ready["query"])
        stranger.send_multipart([b"", b"1", b'{"op":"hello"}'])
        assert stranger.poll(1000) == 0
        key = tomllib.loads(key_file.read_text())
        known = client.context.socket(zmq.DEALER)
        client._sockets.append(known)
        known.setsockopt(zmq.RCVTIMEO, 5000)
        known.setsockopt(zmq.CURVE_PUBLICKEY, key["public_key"].encode())
        known.setsockopt(zmq.CURVE_SECRETKEY, key["secret_key"].encode())
        known.setsockopt(zmq.CURVE_SERVERKEY, key["hub_public_key"].encode())
        known.connect(own.ready["query"])
        wait_for(lambda: bool(client.ask(known, op="snapshot")["positions"]), 10)
        refused = client.ask(known, op="act", case_id="x", act="file")
        assert refused["ok"] is False
        assert refused["who_may"] == "operator"
    finally:
        client.close()
        own.stop()


def test_a_network_file_system_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = write_site(tmp_path / "site")
    monkeypatch.setattr(hub_app, "network_file_system", lambda folder: "nfs4")
    with pytest.raises(Misconfigured, match="nfs4"):
        hub_app.HubApp(site)
