"""Two real sites over HTTP: a case goes there and comes back, through kill -9 and hostile messages."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from ingest.errors import GridwallError
from ingest.feed.query import QueryClient
from ingest.partners.signing import SENDER_HEADER, signed_headers
from tests.hub_process import HubProcess, free_port, write_site

pytestmark = [pytest.mark.system, pytest.mark.beside]

SECRET = b"a secret of both platforms, long enough"
PICTURE = b"\xff\xd8\xff a picture from the spot"


class Side:
    """One site: its hub and gateway as processes."""

    def __init__(self, folder: Path, name: str, other: str, http: int, other_http: int) -> None:
        self.name, self.http = name, http
        write_site(folder)
        text = (folder / "site.toml").read_text()
        lines = [f'http = "127.0.0.1:{http}"' if line.startswith("http =") else line
                 for line in text.splitlines()]  # fmt: skip
        (folder / "site.toml").write_text("\n".join(lines) + "\n")
        (folder / "keys").mkdir()
        (folder / "keys" / "shared.secret").write_bytes(SECRET)
        (folder / "partners.toml").write_text(
            f'[[partner]]\nid = "{other}"\nname = "{other} platform"\nwe = "{name}"\n'
            f'url = "http://127.0.0.1:{other_http}/exchange/v1"\n'
            'secret_files = ["keys/shared.secret"]\n'
        )
        self.process = HubProcess(folder, gateway=True)
        self._query: QueryClient | None = None

    def start(self) -> Side:
        self.process.start()
        return self

    def kill(self) -> None:
        self.forget()
        self.process.kill()

    def forget(self) -> None:
        if self._query is not None:
            self._query.close()
            self._query = None

    def ask(self, op: str, **fields: Any) -> dict[str, Any]:
        if self._query is None:
            self._query = QueryClient(self.process.ready["query"])
        return self._query.ask(op, 10.0, **fields)

    def act(self, case_id: str, act: str, **fields: Any) -> dict[str, Any]:
        found: dict[str, Any] = self.ask("act", case_id=case_id, act=act, **fields)["case"]
        return found

    def cases(self, source: str | None = None) -> list[dict[str, Any]]:
        wanted = {"source": source} if source else {}
        found: list[dict[str, Any]] = self.ask("cases", filter=wanted, limit=500)["cases"]
        return found

    def new_case(self, number: int = 0) -> str:
        place = {"lat_deg": 36.1, "lon_deg": 120.3}
        case = self.ask("propose", title=f"matter {number}", item_code="0101", **place)["case"]
        self.act(case["case_id"], "file")
        return str(case["case_id"])


@pytest.fixture
def sides(tmp_path: Path) -> Iterator[tuple[Side, Side]]:
    ports = free_port(), free_port()
    city = Side(tmp_path / "city", "city", "district", *ports)
    district = Side(tmp_path / "district", "district", "city", *reversed(ports))
    try:
        yield city.start(), district.start()
    finally:
        for side in (city, district):
            side.forget()
            side.process.stop()


def until(condition: Any, what: str, within_s: float = 40.0) -> Any:
    end_s = time.monotonic() + within_s
    while time.monotonic() < end_s:
        try:
            if found := condition():
                return found
        except GridwallError:
            pass  # a hub that has just been killed answers later
        time.sleep(0.1)
    pytest.fail(f"{what} within {within_s} s")


def test_a_case_goes_there_and_back_with_its_picture(sides: tuple[Side, Side]) -> None:
    city, district = sides
    url = f"http://127.0.0.1:{city.http}"
    sha = hashlib.sha256(PICTURE).hexdigest()
    assert httpx.put(f"{url}/evidence/{sha}", content=PICTURE).status_code in (200, 201)
    case_id = city.new_case()
    city.act(case_id, "photo", photo=sha)
    city.act(case_id, "hand_over", partner="district")
    (theirs,) = until(lambda: district.cases("partner:city"), "the case arrives")
    assert theirs["ticket_id"] == case_id
    there = f"http://127.0.0.1:{district.http}/evidence/{sha}"
    assert httpx.get(there).content == PICTURE
    until(lambda: theirs["case_id"] in city.ask("case", id=case_id)["case"]["note"], "a receipt")
    for act in ("file", "dispatch", "feedback", "verify", "close"):
        district.act(theirs["case_id"], act, unit="office", note="dealt with")
    case = until(
        lambda: (found := city.ask("case", id=case_id)["case"])["state"] == "verifying" and found,
        "the closing comes back",
    )
    assert "dealt with" in case["note"]
    city.act(case_id, "verify")
    city.act(case_id, "close")
    until(
        lambda: [one for one in district.ask("case", id=theirs["case_id"])["exchange"]
                 if one["kind"] == "settled"],
        "our closing is told",
    )  # fmt: skip
    shown = city.ask("case", id=case_id)["exchange"]
    assert {(one["direction"], one["kind"]) for one in shown} >= {
        ("out", "offer"), ("in", "progress"), ("in", "closed"), ("out", "settled"),
    }  # fmt: skip
    assert city.ask("audit.verify")["intact"]
    assert district.ask("audit.verify")["intact"]


def test_kill_9_on_both_sides_loses_nothing_and_doubles_nothing(sides: tuple[Side, Side]) -> None:
    city, district = sides
    handed: list[str] = []
    stop = threading.Event()

    def hand_over() -> None:
        number = 0
        with QueryClient(city.process.ready["query"]) as query:
            while not stop.is_set() and number < 60:
                number += 1
                try:
                    place = {"lat_deg": 36.1, "lon_deg": 120.3}
                    case = query.ask("propose", 3.0, title=f"m {number}", item_code="0101", **place)
                    case_id = case["case"]["case_id"]
                    query.ask("act", 3.0, case_id=case_id, act="file")
                    query.ask("act", 3.0, case_id=case_id, act="hand_over", partner="district")
                except GridwallError:
                    return  # killed: what was answered before must hold
                handed.append(case_id)

    for victim in (city, district, city):
        stop.clear()
        began = len(handed)
        worker = threading.Thread(target=hand_over)
        worker.start()
        until(lambda began=began: len(handed) >= began + 6, "cases are handed over")
        victim.kill()
        stop.set()
        worker.join(20)
        victim.start()
    expected = set(handed)
    until(
        lambda: expected <= {one["ticket_id"] for one in district.cases("partner:city")},
        "every case arrives",
        90.0,
    )
    refs = [one["ticket_id"] for one in district.cases("partner:city")]
    assert len(refs) == len(set(refs))

    def settled() -> bool:
        rows = city.ask("partners.list")["messages"]
        return all(row["state"] == "accepted" for row in rows)

    until(settled, "every message has its receipt", 90.0)
    for case_id in expected:
        assert city.ask("case", id=case_id)["case"]["partner"] == "district"
    assert city.ask("audit.verify")["intact"]
    assert district.ask("audit.verify")["intact"]


def test_strangers_replays_and_nonsense_get_no_receipt(sides: tuple[Side, Side]) -> None:
    _, district = sides
    url = f"http://127.0.0.1:{district.http}/exchange/v1/messages"
    message = {
        "message_id": "m-1", "sender": "city", "receiver": "district", "kind": "offer",
        "case_ref": "C-1", "number": 1, "sent_utc": "2026-11-27T00:00:00Z",
        "case": {"title": "a matter"},
    }  # fmt: skip
    body = json.dumps(message).encode()

    def post(content: bytes, *, secret: bytes = SECRET, age_s: int = 0, name: str = "city",
             signed: bytes | None = None, message_id: str = "m-1") -> httpx.Response:  # fmt: skip
        now_s = int(time.time()) - age_s
        headers = signed_headers(secret, message_id, now_s, content if signed is None else signed)
        return httpx.post(url, content=content, headers={SENDER_HEADER: name, **headers})

    assert post(body, secret=b"some other secret, long enough").status_code == 401
    assert post(body, age_s=3_600).status_code == 401
    assert post(body, name="nobody").status_code == 401
    assert post(body.replace(b"a matter", b"another "), signed=body).status_code == 401
    assert httpx.post(url, content=body).status_code == 401
    assert post(b"{}").status_code == 400
    assert post(b"\xff\x00[" * 1_000).status_code == 400
    assert post(b"[" * 100_000).status_code == 400
    assert post(b"x" * (300 << 10)).status_code == 413
    assert post(body, message_id="m-2").status_code == 400
    assert post(json.dumps({**message, "receiver": "else"}).encode()).status_code == 400
    assert district.cases() == []
    first, second = post(body), post(body)
    assert first.status_code == second.status_code == 200
    assert first.json() == second.json()
    assert first.json()["result"] == "accepted"
    assert len(district.cases()) == 1
    schemas = httpx.get(f"http://127.0.0.1:{district.http}/exchange/v1/schemas").json()
    assert "gridwall.exchange.message.v1" in schemas
