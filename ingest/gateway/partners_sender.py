"""PartnersSender: what waits in the hub's outbox goes to other platforms, until each has its receipt.

The outbox is the hub's (rows of its database, written with the act that caused them); here is only the
way there. A gateway that dies loses nothing: what has no receipt is sent again, under the same id.

Threads: one of its own, and a few for partners, so that a slow one holds up nobody else.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import httpx
import msgspec

from config.site import Partner
from ingest.errors import GridwallError, Misconfigured
from ingest.evidence import EvidenceInvalid, EvidenceStore
from ingest.partners.messages import Receipt
from ingest.partners.signing import (
    EVIDENCE_PREFIX,
    SENDER_HEADER,
    SignatureWrong,
    check,
    secrets_of,
    signed_headers,
)
from ingest.stop import StopToken

log = logging.getLogger(__name__)

#: The hub is asked for what is due this often, seconds, and for so many messages.
LOOK_S = 1.0
DUE_MOST = 50
HUB_S = 5.0
#: One request to a partner, seconds; evidence may be long.
DELIVERY_S, EVIDENCE_S = 15.0, 90.0
#: Partners spoken to at once.
PARTNERS_AT_ONCE = 8
PROBLEM_CHARS = 200
ANSWER_BYTES_MOST = 64 << 10


class Asks(Protocol):
    """The part of `ingest.feed.query.QueryClient` used here."""

    def ask(self, op: str, timeout_s: float = ..., **fields: Any) -> dict[str, Any]: ...


class NoReceipt(GridwallError):
    """A message was sent and no receipt came: it is sent again."""


class PartnersSender:
    """Start with `start`, end with `close`. `partner_of` follows the site as it is now."""

    def __init__(
        self,
        query: Asks,
        partner_of: Callable[[str], Partner | None],
        site_folder: Path,
        store: EvidenceStore,
        count: Callable[[str], None],
    ) -> None:
        """`count(result)`: for the metrics."""
        self._query, self._partner_of, self._folder = query, partner_of, site_folder
        self._store, self._count = store, count
        self._stop = StopToken()
        self._client = httpx.Client(timeout=DELIVERY_S, headers={"User-Agent": "gridwall/0.1"})
        self._pool = ThreadPoolExecutor(PARTNERS_AT_ONCE, thread_name_prefix="partner")
        self._busy: dict[str, Future[None]] = {}
        self._thread = threading.Thread(target=self._run, name="partners")
        self._told = ""

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Ends within one delivery's time; what is on its way is sent again later."""
        self._stop.stop()
        if self._thread.is_alive():
            self._thread.join()
        self._pool.shutdown(cancel_futures=True)
        self._client.close()

    def _run(self) -> None:
        while not self._stop.stopped:
            try:
                self._look()
                self._told = ""
            except GridwallError as error:
                if str(error) != self._told:
                    self._told = str(error)
                    log.info("messages to partners wait in the hub: %s", error)
            except Exception:
                log.exception("sending to partners failed; it goes on")
            self._stop.wait(LOOK_S)

    def _look(self) -> None:
        due = self._query.ask("partners.due", HUB_S, limit=DUE_MOST)["messages"]
        of_partner: dict[str, list[dict[str, Any]]] = {}
        for row in due:
            of_partner.setdefault(str(row["partner"]), []).append(row)
        for partner_id, rows in of_partner.items():
            running = self._busy.get(partner_id)
            if running is None or running.done():
                self._busy[partner_id] = self._pool.submit(self._send_all, partner_id, rows)

    def _send_all(self, partner_id: str, rows: Iterable[Mapping[str, Any]]) -> None:
        for row in rows:
            if self._stop.stopped:
                return
            try:
                self._settle(row, self._sent(partner_id, row))
            except NoReceipt as error:
                self._count("later")
                self._settle(row, None, str(error)[:PROBLEM_CHARS])
            except Exception:
                log.exception("message %s to partner %s", row.get("number"), partner_id)
                return

    def _settle(self, row: Mapping[str, Any], receipt: Receipt | None, problem: str = "") -> None:
        """Tells the hub; where that fails the message is simply sent again."""
        fields = {"number": row["number"], "receipt": receipt, "problem": problem}
        try:
            self._query.ask("partners.settle", HUB_S, **fields)
        except GridwallError as error:
            log.info("a receipt could not be kept, the message goes again: %s", error)

    def _sent(self, partner_id: str, row: Mapping[str, Any]) -> Receipt:
        """The partner's receipt. Raises NoReceipt."""
        partner = self._partner_of(partner_id)
        if partner is None:
            raise NoReceipt(f"partners.toml has no partner {partner_id} any more")
        try:
            secrets = secrets_of(partner, self._folder)
        except Misconfigured as error:
            raise NoReceipt(str(error)) from error
        message = {**row["message"], "sender": partner.we, "receiver": partner.id}
        for sha in message.get("evidence", ()):
            self._put_evidence(partner, secrets[0], str(sha))
        body = msgspec.json.encode(message)
        message_id = str(message["message_id"])
        answer = self._request("POST", partner, secrets[0], "messages", message_id, body, body)
        if answer.status_code != httpx.codes.OK:
            raise NoReceipt(f"{partner.name} answers {answer.status_code}: {answer.text[:120]}")
        receipt = self._checked(partner, secrets, message_id, answer)
        self._count(receipt.result.value)
        return receipt

    def _checked(
        self, partner: Partner, secrets: list[bytes], message_id: str, answer: httpx.Response
    ) -> Receipt:
        """A receipt for this very message, signed by the partner."""
        try:
            signed_id = check(secrets, answer.headers, answer.content, int(time.time()))
            receipt = msgspec.json.decode(answer.content[:ANSWER_BYTES_MOST], type=Receipt)
        except (SignatureWrong, msgspec.DecodeError) as error:
            raise NoReceipt(f"what {partner.name} answers is no receipt: {error}") from error
        if signed_id != message_id or receipt.message_id != message_id:
            raise NoReceipt(f"{partner.name} answers with the receipt of another message")
        return receipt

    def _put_evidence(self, partner: Partner, secret: bytes, sha: str) -> None:
        """Evidence that retention took away already is left out: the message says its name anyway."""
        try:
            path = self._store.path(sha)
            if not path.is_file():
                return
            file = path.open("rb")
        except (EvidenceInvalid, OSError):
            return
        signed = EVIDENCE_PREFIX + sha.encode()
        where = f"evidence/{sha}"
        with file:
            answer = self._request("PUT", partner, secret, where, sha, signed, file, EVIDENCE_S)
        if not answer.is_success:
            raise NoReceipt(f"{partner.name} does not take evidence: {answer.status_code}")

    def _request(
        self,
        method: str,
        partner: Partner,
        secret: bytes,
        where: str,
        signed_id: str,
        signed: bytes,
        content: bytes | BinaryIO,
        timeout_s: float = DELIVERY_S,
    ) -> httpx.Response:
        headers = {
            SENDER_HEADER: partner.we,
            "content-type": "application/json",
            **signed_headers(secret, signed_id, int(time.time()), signed),
        }
        try:
            return self._client.request(
                method,
                f"{partner.url}/{where}",
                content=content,
                headers=headers,
                timeout=timeout_s,
            )
        except httpx.HTTPError as error:
            raise NoReceipt(f"{partner.name} is away: {type(error).__name__} {error}") from error
