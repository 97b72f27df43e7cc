"""Hostile messages, by seed: what a broken program, a curious neighbour or an attacker sends.

Wrong frames, huge, cut off, wrong types, deep JSON, text that is no UTF-8, forged hub events,
repeated commands; the same for HTTP with wrong lengths and methods. Pure: nothing is sent here.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from msgspec import Struct

#: A body that is long without being worth the time of a test.
LONG = 300_000
NAMES = (
    "case_id", "id", "act", "version", "actor", "note", "inspector_id", "unit", "item_code",
    "grid_id", "priority", "title", "minutes", "into", "passed", "satisfaction", "filter", "sort",
    "after", "limit", "by", "from", "topics", "lat_deg", "lon_deg", "camera_id", "kind", "name",
    "content", "register", "text", "token", "session", "scene", "to", "expires_s", "seat", "here",
    "cameras", "what", "camera_ids", "duration_s", "rows", "file", "columns", "password", "state",
    "request_id", "photo", "ticket_ids", "from_ns", "until_ns", "devices", "waited_s", "number",
)  # fmt: skip


class HostileHttp(Struct, frozen=True):
    """One HTTP request; `raw` is sent as it is where it is no request at all."""

    method: str = "GET"
    path: str = "/"
    headers: dict[str, str] = {}
    body: bytes | None = None
    raw: bytes | None = None


class Hostile:
    """An endless supply. The same seed gives the same messages."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

    # -- JSON

    def value(self, depth: int = 0) -> Any:
        chance = self.chance
        choices: list[Callable[[], Any]] = [
            lambda: None,
            lambda: chance.random() < 0.5,
            lambda: chance.choice([0, -1, 1, 7, 2**31, 2**53, 2**63 - 1, 2**63, -(2**63) - 1]),
            lambda: chance.choice([0.5, -0.0, 1e308, 5e-324, 91.0, 181.0]),
            lambda: self.text(),
            lambda: self.text(),
        ]
        if depth < 3:
            choices += [
                lambda: [self.value(depth + 1) for _ in range(chance.randint(0, 4))],
                lambda: {self.name(): self.value(depth + 1) for _ in range(chance.randint(0, 4))},
            ]
        return chance.choice(choices)()

    def text(self) -> str:
        chance = self.chance
        if chance.random() < 0.01:
            return "\ud800"  # half a surrogate: no UTF-8
        return chance.choice(
            [
                "", "cam-1", "p-1", "../../etc/passwd", "\x00", "a\nb\r\nc", "x" * 5_000, "%s%n",
                "'; DROP TABLE cases; --", "\u202e\u0000", "9999-12-31T23:59:59Z", "0", "-1",
                "0000-00-00T00:00:00Z", "cases", "𝔘" * 50, "*", "a" * 64, "file", "urge",
                "register", "cameras", "2026-01-01T00:00:00+99:99", "NaN", "tcp://0.0.0.0:1",
                "".join(chr(chance.randint(1, 0x2FFF)) for _ in range(chance.randint(1, 30))),
            ]
        )  # fmt: skip

    def name(self) -> str:
        return self.chance.choice(NAMES) if self.chance.random() < 0.9 else self.text()

    def object_(self, **fixed: Any) -> dict[str, Any]:
        fields = {self.name(): self.value() for _ in range(self.chance.randint(0, 6))}
        return {**fields, **fixed}

    def encoded(self, value: Any) -> bytes:
        """As JSON; some of it cut off, broken or no JSON any more."""
        text = json.dumps(value, ensure_ascii=self.chance.random() < 0.5)
        body = text.encode("utf-8", "surrogatepass")
        match self.chance.randint(0, 24):
            case 0:
                return body[: self.chance.randint(0, len(body))]
            case 1:
                place = self.chance.randint(0, len(body))
                return body[:place] + self.chance.randbytes(3) + body[place:]
            case 2:
                return body + body
        return body

    def rubbish(self) -> bytes:
        """No JSON of ours at all."""
        chance = self.chance
        match chance.randint(0, 8):
            case 0:
                return b"[" * chance.choice([10, 1_000, 100_000])
            case 1:
                return b'{"a":' * chance.choice([10, 1_000, 50_000]) + b"1"
            case 2:
                return b'{"op":"hello","a":"' + b"\xff\xfe\xc3\x28" + b'"}'
            case 3:
                return b'{"op":"cases","note":"' + b"A" * LONG + b'"}'
            case 4:
                return chance.choice([b"", b"null", b"[]", b"1e999", b'"text"', b"\x00", b"{}"])
            case 5:
                return b'{"op":"hello","op":"snapshot","id":1,"id":2}'
            case 6:
                return b'{"version":' + b"9" * 5_000 + b"}"
        return chance.randbytes(chance.randint(1, 400))

    def frames(self, body: bytes) -> list[bytes]:
        """As the contract frames it, mostly; else too few, too many or too long ones."""
        chance = self.chance
        match chance.randint(0, 39):
            case 0:
                return [body]
            case 1:
                return [b"", body]
            case 2:
                return [chance.randbytes(2), b"1", body]
            case 3:
                return [b"", b"1", body, b"more"]
            case 4:
                return [b"", b"i" * chance.choice([1_025, 60_000]), body]
            case 5:
                return [b""] * chance.randint(1, 40)
        return [b"", b"%d" % chance.randint(0, 99), body]

    # -- the hub's sockets

    def event(self) -> list[bytes]:
        """For the intake: nearly an event, or one that is only the hub's to make."""
        chance = self.chance
        if chance.random() < 0.25:
            return self.frames(self.rubbish())
        noun = chance.choice(
            ["alert.raised", "alert.updated", "alert.cleared", "ticket.received", "camera.health",
             "position.fixed", "scene.pushed", "case.file", "heartbeat", "register.changed",
             "unit.changed", "sight.changed", "nothing.known", "alert"]
        )  # fmt: skip
        event: dict[str, Any] = {
            "specversion": "1.0", "id": f"h-{chance.randint(0, 10**9)}", "source": "/hostile",
            "type": f"gridwall.{noun}.v1", "time": "2026-01-01T00:00:00Z",
            "datacontenttype": "application/json",
            "data": self.object_(alert_id="h", kind="smoke", camera_id="cam-1"),
        }  # fmt: skip
        for _ in range(chance.randint(0, 2)):
            event[chance.choice(list(event))] = self.value()
        if chance.random() < 0.1:
            event |= {"sequence": 1, "epoch": "forged", "prevsequence": -1}
        event_id = str(event["id"]).encode("utf-8", "replace")
        frames = self.frames(self.encoded(event))
        return [b"", event_id, frames[2]] if len(frames) == 3 and frames[0] == b"" else frames

    def request(self, operations: tuple[str, ...], right: Sequence[dict[str, Any]]) -> list[bytes]:
        """For the query socket: any operation with fields nobody meant for it, or nearly right."""
        chance = self.chance
        if chance.random() < 0.15:
            return self.frames(self.rubbish())
        if chance.random() < 0.65:
            return self.frames(self.encoded(self.nearly(chance.choice(right))))
        op: Any = chance.choice(operations) if chance.random() < 0.95 else self.value()
        return self.frames(self.encoded({"op": op, **self.object_()}))

    def nearly(self, request: dict[str, Any]) -> dict[str, Any]:
        """Up to two fields changed, left out or nested wrongly; sometimes sent just as it is."""
        changed = dict(request)
        for _ in range(self.chance.randint(0, 2)):
            name = self.chance.choice([name for name in changed if name != "op"] or ["op"])
            if self.chance.random() < 0.2 and name != "op":
                del changed[name]
            elif self.chance.random() < 0.2:
                changed[name] = [changed[name]]
            else:
                changed[name] = self.value()
        return changed

    def subscription(self) -> bytes:
        """For the feed: subscriptions of any length, ends of what never began, words from a reader."""
        chance = self.chance
        first = chance.choice([b"\x01", b"\x01", b"\x00", b"\x02", b""])
        length = chance.choice([0, 1, 20, 300, 5_000])
        return first + chance.choice([b"", b"alert.", b"heartbeat."]) + chance.randbytes(length)

    # -- HTTP

    def http(self, method: str, path: str) -> HostileHttp:
        """One request at an endpoint; `{}` in its path is replaced."""
        chance = self.chance
        if chance.random() < 0.06:
            return HostileHttp(raw=self.raw_http(method, path))
        if chance.random() < 0.1:
            method = chance.choice(["GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "BREW"])
        where = path.replace("{}", self.word())
        if chance.random() < 0.7:
            fields = [(self.name(), self.scalar()) for _ in range(chance.randint(0, 5))]
            fields += [(name, self.scalar()) for name in ("lat", "lon", "id", "code", "phone",
                       "timestamp", "service_code", "status") if chance.random() < 0.3]  # fmt: skip
            where += "?" + urlencode(fields, errors="replace")
        body = self.http_body() if method in ("POST", "PUT", "PATCH") else None
        return HostileHttp(method, where, self.headers(), body)

    def word(self) -> str:
        return quote(
            self.chance.choice(["a" * 64, "x", "..", "%00", self.text()])[:2_000], errors="replace"
        )

    def scalar(self) -> str:
        value = self.value(depth=9)
        return str(value)[:3_000].encode("utf-8", "replace").decode()

    def headers(self) -> dict[str, str]:
        chance = self.chance
        headers: dict[str, str] = {}
        if chance.random() < 0.5:
            headers["Authorization"] = chance.choice(
                ["Bearer x", "Bearer " + "A" * 3_000, "Basic eDp5", "Bearer", "Bearer \t", "x"]
            )
        if chance.random() < 0.5:
            headers["Content-Type"] = chance.choice(
                ["application/json", "text/plain; charset=nothing", "multipart/form-data",
                 "multipart/form-data; boundary=b", "application/x-www-form-urlencoded", "/", ""]
            )  # fmt: skip
        if chance.random() < 0.1:
            headers["Range"] = chance.choice(["bytes=5-1", "bytes=0-99999999999999", "x"])
        if chance.random() < 0.1:
            headers[chance.choice(["X-Limit-D", "Cookie", "Host", "Accept-Language"])] = "y" * 3_000
        return headers

    def http_body(self) -> bytes:
        chance = self.chance
        match chance.randint(0, 6):
            case 0:
                return self.rubbish()
            case 1:
                return b"A" * chance.choice([1, 70_000, LONG])
            case 2:
                return urlencode(
                    [(self.name(), self.scalar()) for _ in range(chance.choice([3, 300]))],
                    errors="replace",
                ).encode()
            case 3:
                part = b'--b\r\nContent-Disposition: form-data; name="media"\r\n\r\n'
                return (
                    part
                    + chance.choice([b"", b"\xff\xd8\xff", b"x" * 20_000])
                    + chance.choice([b"", b"\r\n--b--\r\n"])
                )
        return self.encoded(self.object_(fixes=[self.object_()], sdp=self.value()))

    def raw_http(self, method: str, path: str) -> bytes:
        """Bytes that are no request, or one that lies about its length."""
        chance = self.chance
        head = f"{method} {path.replace('{}', 'x')} HTTP/1.1\r\nHost: h\r\n".encode()
        return chance.choice(
            [
                chance.randbytes(chance.randint(1, 500)),
                head + b"Content-Length: -5\r\n\r\n",
                head + b"Content-Length: 5\r\nContent-Length: 50\r\n\r\nabcde",
                head + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nx",
                head + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab",
                head + b"X: " + b"y" * 20_000 + b"\r\n\r\n",
                head + b"Content-Length: 100000\r\n\r\nshort",
                b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n\r\n",
                head + b"\x00\xff: 1\r\n\r\n",
                head.replace(b"1.1", b"9.9") + b"\r\n",
                b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
            ]
        )

    def many(self, make: Callable[[], Any], count: int) -> Iterator[Any]:
        for _ in range(count):
            yield make()
