"""WebhookBridge: durable events of the feed to an HTTP address, in order, each until it was taken.

Signed as Standard Webhooks (standardwebhooks.com) says: `webhook-id`, `webhook-timestamp` and
`webhook-signature: v1,<base64 HMAC-SHA256 of "id.timestamp.body">`. The same event may come twice (the
receiver took it and the answer was lost): its id says so. Nothing is skipped: an address that refuses
holds the queue, loudly; the hub's log is the queue.

Threads: `run` in one; `stop` from any.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import httpx
import msgspec
from msgspec import Struct

from ingest.errors import GridwallError, Misconfigured
from ingest.stop import StopToken

log = logging.getLogger(__name__)

#: Events asked of the hub at once, and how long it may take to give them, seconds.
PAGE = 200
PAGE_S = 20.0
#: The hub is asked for news this often, seconds.
LOOK_S = 0.5
#: An address that does not take an event is tried again after this, doubling up to the most, seconds.
RETRY_S = 1.0
RETRY_MOST_S = 120.0
#: One delivery may take this long, seconds.
DELIVERY_S = 15.0
#: What an address says when it never wants to be called again.
GONE = 410
SECRET_LEAST = 24


class Asks(Protocol):
    """The part of `ingest.feed.query.QueryClient` used here."""

    def ask(self, op: str, timeout_s: float = ..., **fields: Any) -> dict[str, Any]: ...


class Place(Struct, frozen=True):
    """How far an address is: the next sequence of a log."""

    epoch: str
    next: int


class AddressGone(GridwallError):
    """The address answered 410: it does not want events any more."""


def signature(secret: bytes, event_id: str, timestamp_s: int, body: bytes) -> str:
    """`webhook-signature` of one delivery."""
    content = f"{event_id}.{timestamp_s}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(secret, content, hashlib.sha256).digest()).decode()


def read_secret(path: Path) -> bytes:
    """The shared secret: a file with one line, `whsec_` and base64, or any text. Raises Misconfigured."""
    try:
        text = path.read_text().strip()
    except OSError as error:
        raise Misconfigured(f"the secret file {path}: {error.strerror}") from error
    if text.startswith("whsec_"):
        try:
            found = base64.b64decode(text.removeprefix("whsec_"), validate=True)
        except ValueError as error:
            raise Misconfigured(f"{path}: what follows whsec_ is no base64") from error
    else:
        found = text.encode()
    if len(found) < SECRET_LEAST:
        raise Misconfigured(f"{path}: a secret of at least {SECRET_LEAST} bytes")
    return found


class WebhookBridge:
    """One address. `delivered_count` and `waiting_text` say how it goes."""

    def __init__(
        self,
        query: Asks,
        url: str,
        secret: bytes,
        place_file: Path,
        topics: Sequence[str] = (),
        *,
        start: int | None = None,
        retry_s: float = RETRY_S,
    ) -> None:
        """`start`: the first sequence; None: where the file left off, else what comes from now on.

        Raises Misconfigured for an address that is none.
        """
        if not url.startswith(("https://", "http://")):
            raise Misconfigured(f"{url!r} is no http address")
        self._query, self._url, self._secret = query, url, secret
        self._file, self._topics, self._retry_s = place_file, list(topics), retry_s
        self._start = start
        self._stop = StopToken()
        self._client = httpx.Client(timeout=DELIVERY_S, headers={"User-Agent": "gridwall/0.1"})
        self.delivered_count = 0
        self.waiting_text = ""

    def stop(self) -> None:
        self._stop.stop()

    def run(self) -> None:
        """Delivers until stopped. Raises AddressGone, and GridwallError where the place is not kept."""
        try:
            place = self._first_place()
            while not self._stop.stopped:
                place = self._pass_on(place)
        finally:
            self._client.close()

    def _first_place(self) -> Place:
        hello = self._ask_hello()
        epoch, last = str(hello["epoch"]), int(hello["sequence"])
        if self._start is not None:
            return Place(epoch, self._start)
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=Place)
        except FileNotFoundError:
            return self._kept(Place(epoch, last + 1))  # also when nothing comes before a restart
        except (OSError, msgspec.DecodeError) as error:
            raise Misconfigured(
                f"{self._file} does not say how far the address is ({error}); give --from"
            ) from error

    def _ask_hello(self) -> dict[str, Any]:
        while True:
            try:
                return self._query.ask("hello")
            except GridwallError as error:
                self._wait_for("the hub", error, LOOK_S)
                if self._stop.stopped:
                    raise

    def _pass_on(self, place: Place) -> Place:
        """One page of the log to the address; the place after it."""
        try:
            page = self._query.ask(
                "replay", PAGE_S, **{"from": place.next, "limit": PAGE, "topics": self._topics}
            )
        except GridwallError as error:
            self._wait_for("the hub", error, self._retry_s)
            return place
        if page["epoch"] != place.epoch:
            log.warning("the hub has another log (%s): delivering it from its start", page["epoch"])
            return self._kept(Place(str(page["epoch"]), 1))
        for event in page["events"]:
            if not self._deliver(event):
                return place
            place = self._kept(Place(place.epoch, int(event["sequence"]) + 1))
        if int(page["next"]) > place.next:
            place = self._kept(Place(place.epoch, int(page["next"])))
        if len(page["events"]) < PAGE and page["next"] > page["sequence"]:
            self._stop.wait(LOOK_S)
        return place

    def _deliver(self, event: dict[str, Any]) -> bool:
        """True when the address took it; False when we were stopped before."""
        body = msgspec.json.encode(event)
        wait_s = self._retry_s
        while not self._stop.stopped:
            try:
                answer = self._client.post(self._url, content=body, headers=self._head(event, body))
            except httpx.HTTPError as error:
                self._wait_for(self._url, error, wait_s)
            else:
                if answer.is_success:
                    self._taken()
                    return True
                if answer.status_code == GONE:
                    raise AddressGone(f"{self._url} answers 410: it wants no more events")
                self._wait_for(self._url, f"answers {answer.status_code}", wait_s)
            wait_s = min(RETRY_MOST_S, 2 * wait_s)
        return False

    def _head(self, event: dict[str, Any], body: bytes) -> dict[str, str]:
        event_id, now_s = str(event["id"]), int(time.time())
        return {
            "content-type": "application/cloudevents+json",
            "webhook-id": event_id,
            "webhook-timestamp": str(now_s),
            "webhook-signature": signature(self._secret, event_id, now_s, body),
        }

    def _taken(self) -> None:
        self.delivered_count += 1
        if self.waiting_text:
            log.warning("%s takes events again", self._url)
            self.waiting_text = ""

    def _wait_for(self, whom: str, why: object, wait_s: float) -> None:
        """Says once that something does not go on, then waits."""
        text = f"{whom}: {why}"
        if text != self.waiting_text:
            log.warning("events wait in the hub's log: %s", text)
            self.waiting_text = text
        self._stop.wait(wait_s)

    def _kept(self, place: Place) -> Place:
        """The place on the disk, whole or not at all. Raises GridwallError."""
        part = self._file.with_suffix(".part")
        try:
            part.write_bytes(msgspec.json.encode(place))
            part.replace(self._file)
        except OSError as error:
            raise GridwallError(
                f"how far the address is cannot be kept in {self._file}: {error.strerror}"
            ) from error
        return place
